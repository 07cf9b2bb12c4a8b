//! The device tree that a board hands to its program: what QEMU's `virt` tells, for whatever devices the board has. It
//! describes; it does not check, and nothing in the emulator reads it back. This file has trees of RISC-V boards and what is
//! common, `arm` those of Arm boards.
//!
//! After the Devicetree Specification 0.4 and the Linux bindings of each device.

use vm_fdt::{Error, FdtWriter, FdtWriterNode};

use crate::board::{Arch, Description, DeviceEntry, DeviceKind, Options};
use crate::irq::riscv;
use crate::random::Random;
use crate::{finisher, plic};

mod arm;

/// What a hart can do, if nobody says.
const DEFAULT_ISA: &str = "rv64imafdc_zicsr_zifencei";

/// The random bytes in `/chosen`: as many as QEMU gives.
const RNG_SEED_BYTES: usize = 32;

/// Writes the tree as a flattened blob.
///
/// # Errors
/// [`Error`] if a text cannot be in a device tree: it has a NUL byte.
pub fn generate(board: &Description, options: &Options) -> Result<Vec<u8>, Error> {
    Tree { board, options, fdt: FdtWriter::new()? }.write()
}

struct Tree<'a> {
    board: &'a Description,
    options: &'a Options,
    fdt: FdtWriter,
}

impl Tree<'_> {
    fn write(mut self) -> Result<Vec<u8>, Error> {
        let root = self.fdt.begin_node("")?;
        self.cells(2, 2)?;
        let compatible = self.board.compatible.clone().unwrap_or_else(|| format!("emu,{}", self.board.name));
        self.fdt.property_string("compatible", &compatible)?;
        self.fdt.property_string("model", self.board.model.as_ref().unwrap_or(&self.board.name))?;
        match self.board.arch {
            Arch::Riscv => self.riscv()?,
            Arch::Aarch64 => self.arm()?,
        }
        self.fdt.end_node(root)?;
        self.fdt.finish()
    }

    fn riscv(&mut self) -> Result<(), Error> {
        let uart = self.find(DeviceKind::Uart16550).map(|uart| format!("/soc/serial@{:x}", uart.base));
        let chosen = self.chosen(uart)?;
        self.fdt.end_node(chosen)?;
        self.memory()?;
        self.cpus()?;
        if self.find(DeviceKind::Finisher).is_some() {
            self.syscon("poweroff", "syscon-poweroff", finisher::PASS as u32)?;
            self.syscon("reboot", "syscon-reboot", finisher::RESET as u32)?;
        }
        if self.board.htif {
            let node = self.fdt.begin_node("htif")?;
            self.fdt.property_string("compatible", "ucb,htif0")?;
            self.fdt.end_node(node)?;
        }
        self.soc()
    }

    fn memory(&mut self) -> Result<(), Error> {
        for ram in &self.board.ram {
            let node = self.begin("memory", ram.base)?;
            self.fdt.property_string("device_type", "memory")?;
            self.reg(ram.base, ram.size)?;
            self.fdt.end_node(node)?;
        }
        Ok(())
    }

    /// `/chosen`, still open for more.
    fn chosen(&mut self, console: Option<String>) -> Result<FdtWriterNode, Error> {
        let node = self.fdt.begin_node("chosen")?;
        if let Some(bootargs) = &self.options.bootargs {
            self.fdt.property_string("bootargs", bootargs)?;
        }
        if let Some(path) = console {
            self.fdt.property_string("stdout-path", &path)?;
        }
        let mut seed = [0; RNG_SEED_BYTES];
        Random::new(self.options.seed).fill(&mut seed);
        self.fdt.property("rng-seed", &seed)?;
        Ok(node)
    }

    fn cpus(&mut self) -> Result<(), Error> {
        let cpus = self.fdt.begin_node("cpus")?;
        self.cells(1, 0)?;
        // At most 10^9, which fits.
        self.fdt.property_u32("timebase-frequency", self.board.timebase as u32)?;
        for hart in 0..self.harts() {
            let cpu = self.fdt.begin_node(&format!("cpu@{hart:x}"))?;
            self.fdt.property_string("device_type", "cpu")?;
            self.fdt.property_u32("reg", hart)?;
            self.fdt.property_string("status", "okay")?;
            self.fdt.property_string("compatible", "riscv")?;
            self.fdt.property_string("riscv,isa", self.board.isa.as_deref().unwrap_or(DEFAULT_ISA))?;
            if let Some(mmu) = &self.options.mmu_type {
                self.fdt.property_string("mmu-type", mmu)?;
            }
            self.fdt.property_phandle(self.cpu_phandle(hart))?;
            let intc = self.fdt.begin_node("interrupt-controller")?;
            self.fdt.property_u32("#address-cells", 0)?;
            self.fdt.property_u32("#interrupt-cells", 1)?;
            self.fdt.property_null("interrupt-controller")?;
            self.fdt.property_string("compatible", "riscv,cpu-intc")?;
            self.fdt.property_phandle(intc_phandle(hart))?;
            self.fdt.end_node(intc)?;
            self.fdt.end_node(cpu)?;
        }
        self.cpu_map()?;
        self.fdt.end_node(cpus)
    }

    fn cpu_map(&mut self) -> Result<(), Error> {
        let map = self.fdt.begin_node("cpu-map")?;
        let cluster = self.fdt.begin_node("cluster0")?;
        for hart in 0..self.harts() {
            let core = self.fdt.begin_node(&format!("core{hart}"))?;
            self.fdt.property_u32("cpu", self.cpu_phandle(hart))?;
            self.fdt.end_node(core)?;
        }
        self.fdt.end_node(cluster)?;
        self.fdt.end_node(map)
    }

    fn syscon(&mut self, name: &str, compatible: &str, value: u32) -> Result<(), Error> {
        let node = self.fdt.begin_node(name)?;
        self.fdt.property_string("compatible", compatible)?;
        self.fdt.property_u32("regmap", self.finisher_phandle())?;
        self.fdt.property_u32("offset", 0)?;
        self.fdt.property_u32("value", value)?;
        self.fdt.end_node(node)
    }

    fn soc(&mut self) -> Result<(), Error> {
        let soc = self.fdt.begin_node("soc")?;
        self.cells(2, 2)?;
        self.fdt.property_string("compatible", "simple-bus")?;
        self.fdt.property_null("ranges")?;
        let mut finishers = 0;
        for device in &self.board.devices {
            finishers += u32::from(device.kind == DeviceKind::Finisher);
            // A testbench is not for operating systems, and of several finishers the first is enough.
            if device.kind != DeviceKind::Testbench && (device.kind != DeviceKind::Finisher || finishers == 1) {
                self.device(device)?;
            }
        }
        self.fdt.end_node(soc)
    }

    fn device(&mut self, device: &DeviceEntry) -> Result<(), Error> {
        let (name, compatible): (&str, &[&str]) = match device.kind {
            DeviceKind::Uart16550 => ("serial", &["ns16550a"]),
            DeviceKind::Clint => ("clint", &["sifive,clint0", "riscv,clint0"]),
            DeviceKind::AclintSswi => ("sswi", &["riscv,aclint-sswi"]),
            DeviceKind::Plic => ("plic", &["sifive,plic-1.0.0", "riscv,plic0"]),
            DeviceKind::Finisher => ("test", &["sifive,test1", "sifive,test0", "syscon"]),
            DeviceKind::Rtc => ("rtc", &["google,goldfish-rtc"]),
            DeviceKind::Testbench => ("testbench", &["emu,testbench"]),
            DeviceKind::Pl011 => ("serial", &arm::PL011),
            DeviceKind::Pl031 => ("rtc", &arm::PL031),
            DeviceKind::Flash => ("flash", &arm::FLASH),
            DeviceKind::VirtioMmio => ("virtio_mmio", &["virtio,mmio"]),
            DeviceKind::GicV2 | DeviceKind::GicV3 => return Ok(()),
        };
        let node = self.begin(name, device.base)?;
        self.fdt.property_string_list("compatible", compatible.iter().map(|&text| text.to_owned()).collect())?;
        self.reg(device.base, device.window_bytes())?;
        match device.kind {
            // The clock of QEMU's: 3.6864 MHz.
            DeviceKind::Uart16550 => self.fdt.property_u32("clock-frequency", 3_686_400)?,
            DeviceKind::Clint => self.harts_lines(&[riscv::MSIP, riscv::MTIP])?,
            DeviceKind::AclintSswi => {
                self.harts_lines(&[riscv::SSIP])?;
                self.fdt.property_null("interrupt-controller")?;
                self.fdt.property_u32("#interrupt-cells", 0)?;
                self.fdt.property_u32("#address-cells", 0)?;
            }
            DeviceKind::Plic => {
                self.harts_lines(&[riscv::MEIP, riscv::SEIP])?;
                self.fdt.property_null("interrupt-controller")?;
                self.fdt.property_u32("#interrupt-cells", 1)?;
                self.fdt.property_u32("#address-cells", 0)?;
                self.fdt.property_u32("riscv,ndev", plic::SOURCES)?;
                self.fdt.property_phandle(self.plic_phandle())?;
            }
            DeviceKind::Finisher => self.fdt.property_phandle(self.finisher_phandle())?,
            DeviceKind::Flash => self.fdt.property_u32("bank-width", arm::FLASH_BANK_BYTES)?,
            DeviceKind::Rtc | DeviceKind::Testbench | DeviceKind::VirtioMmio => {}
            DeviceKind::Pl011 | DeviceKind::Pl031 | DeviceKind::GicV2 | DeviceKind::GicV3 => {}
        }
        if let Some(irq) = device.irq {
            self.fdt.property_u32("interrupt-parent", self.plic_phandle())?;
            self.fdt.property_u32("interrupts", irq)?;
        }
        self.fdt.end_node(node)
    }

    /// The lines that a device drives at each hart.
    fn harts_lines(&mut self, lines: &[u32]) -> Result<(), Error> {
        let cells = (0..self.harts()).flat_map(|hart| lines.iter().flat_map(move |&line| [intc_phandle(hart), line]));
        self.fdt.property_array_u32("interrupts-extended", &cells.collect::<Vec<_>>())
    }

    fn begin(&mut self, name: &str, base: u64) -> Result<FdtWriterNode, Error> {
        self.fdt.begin_node(&format!("{name}@{base:x}"))
    }

    fn reg(&mut self, base: u64, bytes: u64) -> Result<(), Error> {
        self.fdt.property_array_u64("reg", &[base, bytes])
    }

    fn cells(&mut self, address: u32, size: u32) -> Result<(), Error> {
        self.fdt.property_u32("#address-cells", address)?;
        self.fdt.property_u32("#size-cells", size)
    }

    fn find(&self, kind: DeviceKind) -> Option<&DeviceEntry> {
        self.board.devices.iter().find(|device| device.kind == kind)
    }

    /// At most [`MAX_HARTS`](crate::board::MAX_HARTS), which fits.
    fn harts(&self) -> u32 {
        self.board.harts as u32
    }

    fn plic_phandle(&self) -> u32 {
        1 + self.harts()
    }

    fn finisher_phandle(&self) -> u32 {
        2 + self.harts()
    }

    fn cpu_phandle(&self, hart: u32) -> u32 {
        3 + self.harts() + hart
    }
}

/// Phandles: the harts' interrupt controllers come first, then PLIC, finisher and the harts themselves.
fn intc_phandle(hart: u32) -> u32 {
    1 + hart
}

#[cfg(test)]
#[path = "fdt/tests.rs"]
mod tests;
