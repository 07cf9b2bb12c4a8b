//! Device trees of Arm boards, as QEMU's Arm `virt` has them: all devices at the root, interrupts at the GIC.
//!
//! After the Linux bindings `arm,gic`, `arm,gic-v3`, `arm,arch_timer`, `arm,pl011`, `arm,pl031`, `arm,psci`, `arm,cpus`.

use vm_fdt::Error;

use super::Tree;
use crate::board::{DeviceEntry, DeviceKind};
use crate::gic::{SGIS, affinity, ppi, v2, v3};
use crate::psci::Conduit;
use crate::random::Random;

pub(super) const PL011: [&str; 2] = ["arm,pl011", "arm,primecell"];
pub(super) const PL031: [&str; 2] = ["arm,pl031", "arm,primecell"];
pub(super) const FLASH: [&str; 1] = ["cfi-flash"];
/// Both chips of a bank together.
pub(super) const FLASH_BANK_BYTES: u32 = 4;

/// The clock of the PrimeCells, in Hz: it slows nothing.
const APB_HZ: u32 = 24_000_000;

/// The first cell of an interrupt.
const SPI: u32 = 0;
const PPI: u32 = 1;
/// The third cell of an interrupt: rising edges, or high levels.
const EDGE: u32 = 1;
const LEVEL: u32 = 4;

/// Size of the GICv2's two register files in the tree, as QEMU has them.
const GIC_FILE_BYTES: u64 = 0x1_0000;

const CLOCK_PHANDLE: u32 = 1;
const GIC_PHANDLE: u32 = 2;
const FIRST_CPU_PHANDLE: u32 = 3;

/// PSCI's functions with arguments, as PSCI 0.1 wants to be told.
const PSCI_FUNCTIONS: [(&str, u32); 4] =
    [("cpu_suspend", 0xc400_0001), ("cpu_off", 0x8400_0002), ("cpu_on", 0xc400_0003), ("migrate", 0xc400_0005)];

/// The random bytes for address-space randomisation in `/chosen`: as many as QEMU gives.
const KASLR_SEED_BYTES: usize = 8;

impl Tree<'_> {
    pub(super) fn arm(&mut self) -> Result<(), Error> {
        if self.gic().is_some() {
            self.fdt.property_u32("interrupt-parent", GIC_PHANDLE)?;
        }
        let console = self.find(DeviceKind::Pl011).map(|uart| format!("/pl011@{:x}", uart.base));
        let chosen = self.chosen(console)?;
        let mut seed = [0; KASLR_SEED_BYTES];
        // Another sequence than that of `rng-seed`.
        Random::new(!self.options.seed).fill(&mut seed);
        self.fdt.property("kaslr-seed", &seed)?;
        self.fdt.end_node(chosen)?;
        self.psci()?;
        self.memory()?;
        self.arm_cpus()?;
        self.timer()?;
        self.pmu()?;
        self.apb_clock()?;
        if let Some(gic) = self.gic().cloned() {
            self.interrupt_controller(&gic)?;
        }
        let devices = &self.board.devices;
        for (i, device) in devices.iter().enumerate() {
            match device.kind {
                // All flash is one node, at the first one.
                DeviceKind::Flash if devices[..i].iter().any(|other| other.kind == DeviceKind::Flash) => {}
                DeviceKind::Flash => self.flash()?,
                DeviceKind::Pl011 => self.primecell("pl011", &PL011, &["uartclk", "apb_pclk"], device)?,
                DeviceKind::Pl031 => self.primecell("pl031", &PL031, &["apb_pclk"], device)?,
                DeviceKind::VirtioMmio => self.slot(device)?,
                DeviceKind::Uart16550 | DeviceKind::Rtc => self.plain(device)?,
                // A testbench and a finisher are not for operating systems here: there is PSCI.
                _ => {}
            }
        }
        Ok(())
    }

    fn gic(&self) -> Option<&DeviceEntry> {
        self.find(DeviceKind::GicV2).or_else(|| self.find(DeviceKind::GicV3))
    }

    fn psci(&mut self) -> Result<(), Error> {
        let method = match self.options.psci {
            Conduit::Hvc => "hvc",
            Conduit::Smc => "smc",
            Conduit::Nothing => return Ok(()),
        };
        let node = self.fdt.begin_node("psci")?;
        self.strings("compatible", &["arm,psci-1.0", "arm,psci-0.2", "arm,psci"])?;
        self.fdt.property_string("method", method)?;
        for (name, function) in PSCI_FUNCTIONS {
            self.fdt.property_u32(name, function)?;
        }
        self.fdt.end_node(node)
    }

    fn arm_cpus(&mut self) -> Result<(), Error> {
        let cpus = self.fdt.begin_node("cpus")?;
        self.cells(1, 0)?;
        let compatible = match self.board.isa.as_deref() {
            None | Some("max") => "arm,armv8".to_owned(),
            Some(cpu) => format!("arm,{cpu}"),
        };
        for hart in 0..self.harts() {
            let affinity = affinity(hart as usize);
            let cpu = self.fdt.begin_node(&format!("cpu@{affinity:x}"))?;
            self.fdt.property_string("device_type", "cpu")?;
            self.fdt.property_string("compatible", &compatible)?;
            // Two levels of affinity, which fit into one cell.
            self.fdt.property_u32("reg", affinity as u32)?;
            if self.harts() > 1 && self.options.psci != Conduit::Nothing {
                self.fdt.property_string("enable-method", "psci")?;
            }
            self.fdt.property_phandle(FIRST_CPU_PHANDLE + hart)?;
            self.fdt.end_node(cpu)?;
        }
        self.arm_cpu_map()?;
        self.fdt.end_node(cpus)
    }

    fn arm_cpu_map(&mut self) -> Result<(), Error> {
        let map = self.fdt.begin_node("cpu-map")?;
        let socket = self.fdt.begin_node("socket0")?;
        let cluster = self.fdt.begin_node("cluster0")?;
        for hart in 0..self.harts() {
            let core = self.fdt.begin_node(&format!("core{hart}"))?;
            self.fdt.property_u32("cpu", FIRST_CPU_PHANDLE + hart)?;
            self.fdt.end_node(core)?;
        }
        self.fdt.end_node(cluster)?;
        self.fdt.end_node(socket)?;
        self.fdt.end_node(map)
    }

    /// The third cell of a PPI: GICv2 wants to know for which harts as well.
    fn private(&self) -> u32 {
        let harts = if self.find(DeviceKind::GicV2).is_some() { (1 << self.harts().min(8)) - 1 } else { 0 };
        LEVEL | harts << 8
    }

    fn timer(&mut self) -> Result<(), Error> {
        let node = self.fdt.begin_node("timer")?;
        self.strings("compatible", &["arm,armv8-timer", "arm,armv7-timer"])?;
        let timers = [ppi::SECURE_TIMER, ppi::PHYSICAL_TIMER, ppi::VIRTUAL_TIMER, ppi::HYP_TIMER];
        let cells: Vec<_> = timers.iter().flat_map(|intid| [PPI, intid - SGIS, self.private()]).collect();
        self.fdt.property_array_u32("interrupts", &cells)?;
        self.fdt.property_null("always-on")?;
        self.fdt.end_node(node)
    }

    fn pmu(&mut self) -> Result<(), Error> {
        let node = self.fdt.begin_node("pmu")?;
        self.fdt.property_string("compatible", "arm,armv8-pmuv3")?;
        self.fdt.property_array_u32("interrupts", &[PPI, ppi::PMU - SGIS, self.private()])?;
        self.fdt.end_node(node)
    }

    fn apb_clock(&mut self) -> Result<(), Error> {
        let node = self.fdt.begin_node("apb-pclk")?;
        self.fdt.property_string("compatible", "fixed-clock")?;
        self.fdt.property_u32("#clock-cells", 0)?;
        self.fdt.property_u32("clock-frequency", APB_HZ)?;
        self.fdt.property_string("clock-output-names", "clk24mhz")?;
        self.fdt.property_phandle(CLOCK_PHANDLE)?;
        self.fdt.end_node(node)
    }

    fn interrupt_controller(&mut self, gic: &DeviceEntry) -> Result<(), Error> {
        let node = self.begin("intc", gic.base)?;
        if gic.kind == DeviceKind::GicV2 {
            self.fdt.property_string("compatible", "arm,cortex-a15-gic")?;
            let interface = gic.base + v2::CPU_INTERFACE;
            self.fdt.property_array_u64("reg", &[gic.base, GIC_FILE_BYTES, interface, GIC_FILE_BYTES])?;
        } else {
            self.fdt.property_string("compatible", "arm,gic-v3")?;
            self.fdt.property_u32("#redistributor-regions", 1)?;
            let redistributors = v3::REDISTRIBUTOR_BYTES * u64::from(self.harts());
            let places = [gic.base, v3::DISTRIBUTOR_BYTES, gic.base + v3::REDISTRIBUTORS, redistributors];
            self.fdt.property_array_u64("reg", &places)?;
        }
        self.fdt.property_null("interrupt-controller")?;
        self.fdt.property_u32("#interrupt-cells", 3)?;
        self.cells(2, 2)?;
        self.fdt.property_null("ranges")?;
        self.fdt.property_phandle(GIC_PHANDLE)?;
        self.fdt.end_node(node)
    }

    fn flash(&mut self) -> Result<(), Error> {
        let banks: Vec<_> = self.board.devices.iter().filter(|device| device.kind == DeviceKind::Flash).collect();
        let node = self.begin("flash", banks[0].base)?;
        self.strings("compatible", &FLASH)?;
        let places: Vec<_> = banks.iter().flat_map(|bank| [bank.base, bank.window_bytes()]).collect();
        self.fdt.property_array_u64("reg", &places)?;
        self.fdt.property_u32("bank-width", FLASH_BANK_BYTES)?;
        self.fdt.end_node(node)
    }

    fn primecell(
        &mut self,
        name: &str,
        compatible: &[&str],
        clocks: &[&str],
        device: &DeviceEntry,
    ) -> Result<(), Error> {
        let node = self.begin(name, device.base)?;
        self.strings("compatible", compatible)?;
        self.reg(device.base, device.window_bytes())?;
        self.interrupt(device, LEVEL)?;
        self.fdt.property_array_u32("clocks", &vec![CLOCK_PHANDLE; clocks.len()])?;
        self.strings("clock-names", clocks)?;
        self.fdt.end_node(node)
    }

    fn slot(&mut self, device: &DeviceEntry) -> Result<(), Error> {
        let node = self.begin("virtio_mmio", device.base)?;
        self.fdt.property_string("compatible", "virtio,mmio")?;
        self.reg(device.base, device.window_bytes())?;
        self.interrupt(device, EDGE)?;
        self.fdt.property_null("dma-coherent")?;
        self.fdt.end_node(node)
    }

    /// A device that other boards have too.
    fn plain(&mut self, device: &DeviceEntry) -> Result<(), Error> {
        let (name, compatible) =
            if device.kind == DeviceKind::Rtc { ("rtc", "google,goldfish-rtc") } else { ("serial", "ns16550a") };
        let node = self.begin(name, device.base)?;
        self.fdt.property_string("compatible", compatible)?;
        self.reg(device.base, device.window_bytes())?;
        self.interrupt(device, LEVEL)?;
        self.fdt.end_node(node)
    }

    fn interrupt(&mut self, device: &DeviceEntry, trigger: u32) -> Result<(), Error> {
        match device.irq {
            Some(spi) => self.fdt.property_array_u32("interrupts", &[SPI, spi, trigger]),
            None => Ok(()),
        }
    }

    fn strings(&mut self, name: &str, texts: &[&str]) -> Result<(), Error> {
        self.fdt.property_string_list(name, texts.iter().map(|&text| text.to_owned()).collect())
    }
}
