//! QEMU as a witness: run on its board `virt` with one instruction in each translated block, and its states read.

mod log;

use crate::exceptions::{self, Exception};
use crate::random::{BASE, DATA, SPARE, Scope};
use crate::states::{self, memory_line};
use crate::subject;
use crate::witness::{Logs, Witness, log_of};
use emu_core::image::Image;
use emu_core::riscv::isa_string::Isa;
use log::Begun;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;

/// What QEMU 7.2 and this emulator both have.
const ISA: &str = "imafdc_zicntr_zicsr_zifencei_zihintpause_zfh_zba_zbb_zbc_zbkb_zbkc_zbkx_zbs_sstc_svadu_svinval";

/// The version whose differences are known.
const VERSION: &str = "7.2";

/// Names and values that ask QEMU for that.
const CPU: &str =
    "h=false,Zfh=true,zbkb=true,zbkc=true,zbkx=true,svinval=true,debug=false,marchid=0,mimpid=0,pmu-num=0";

/// The memory that is compared at the end.
const COMPARED: std::ops::Range<u32> = DATA..SPARE + 0x1000;

/// QEMU.
#[derive(Copy, Clone, Debug)]
pub struct Qemu;

impl Qemu {
    /// Makes sure that it is there.
    ///
    /// # Errors
    /// A text that says how to get it.
    pub fn new() -> Result<Self, String> {
        for xlen in [32, 64] {
            let name = format!("qemu-system-riscv{xlen}");
            let output = Command::new(&name).arg("--version").output();
            let output = output.map_err(|error| format!("{name}: {error}; `apt install qemu-system-misc`"))?;
            let text = String::from_utf8_lossy(&output.stdout);
            let first = text.lines().next().unwrap_or_default();
            if !first.contains(&format!(" version {VERSION}.")) {
                return Err(format!(
                    "{name} is \"{first}\"; what it does differently is known of {VERSION} only: take Debian 12's"
                ));
            }
        }
        Ok(Qemu)
    }

    /// Its states while it runs the ELF file, and [`COMPARED`] afterwards if the program ends.
    fn run(self, elf: &Path, isa: &Isa) -> Result<(Vec<Begun>, Option<Vec<u8>>), String> {
        let (log, ram) = (elf.with_extension("qemu.log"), elf.with_extension("qemu.ram"));
        let _ = std::fs::remove_file(&ram);
        let (xlen, ram_bytes) = (isa.xlen, self.scope(isa.xlen).ram_bytes);
        let wide = if xlen == 64 { ",svnapot=true,svpbmt=true" } else { "" };
        let mut command = Command::new(format!("qemu-system-riscv{xlen}"));
        command
            .args(["-M", "virt,memory-backend=ram", "-m", &format!("{}M", ram_bytes >> 20), "-object"])
            .arg(format!("memory-backend-file,id=ram,mem-path={},size={ram_bytes},share=on", ram.display()))
            .args(["-cpu", &format!("rv{xlen},{CPU}{wide}")])
            // Time by instructions.
            .args(["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off"])
            .args(["-singlestep", "-d", "cpu,fpu,exec,nochain", "-D"])
            .arg(&log)
            .args(["-display", "none", "-monitor", "none", "-serial", "none", "-bios", "none", "-kernel"])
            .arg(elf)
            // Where there is no PCI device there is nothing.
            .args(["-global", "gpex-pcihost.allow-unmapped-accesses=off"])
            // Past the boot ROM.
            .args(["-device", &format!("loader,addr={BASE:#x},cpu-num=0")]);
        let logged = log_of(&mut command, self.name(), &log);
        let mut memory = vec![0; COMPARED.len()];
        let read = std::fs::File::open(&ram).and_then(|file| file.read_exact_at(&mut memory, COMPARED.start.into()));
        let _ = std::fs::remove_file(&ram);
        let (text, whole) = logged?;
        read.map_err(|error| format!("{}: {error}", ram.display()))?;
        let begun = log::parse(&String::from_utf8_lossy(&text), whole, xlen)?;
        Ok((begun, whole.then_some(memory)))
    }
}

impl Witness for Qemu {
    fn name(&self) -> &'static str {
        "QEMU"
    }

    fn isa(&self, xlen: u32) -> Isa {
        let wide = if xlen == 64 { "_svnapot_svpbmt" } else { "" };
        Isa::parse(&format!("rv{xlen}{ISA}{wide}")).expect("all of these are known")
    }

    fn scope(&self, xlen: u32) -> &'static Scope {
        if xlen == 32 { &exceptions::qemu::SCOPE_RV32 } else { &exceptions::qemu::SCOPE_RV64 }
    }

    fn exceptions(&self) -> &'static [Exception] {
        exceptions::qemu::EXCEPTIONS
    }

    fn logs(&self, elf: &Path, isa: &Isa) -> Result<Logs, String> {
        let file = std::fs::read(elf).map_err(|error| format!("{}: {error}", elf.display()))?;
        let loaded = Image::elf(file).map_err(|error| error.to_string())?;
        let image = loaded.segment_bytes(&loaded.segments()[0]);
        let (begun, ram) = self.run(elf, isa)?;
        let theirs = log::retired(&begun, image);
        let (from, range) = (BASE + u64::from(COMPARED.start), COMPARED.start as usize..COMPARED.end as usize);
        // One more: the store that ends the run.
        let (mut ours, memory) =
            subject::states(elf, isa, self.scope(isa.xlen), theirs.len() as u64 + 1, from, range.len())?;
        ours.truncate(theirs.len());
        let mut logs = Logs { theirs: states::lines(theirs, isa.xlen), ours: states::lines(ours, isa.xlen) };
        if let Some(ram) = ram {
            logs.theirs.push(memory_line(from, &image[range.clone()], &ram));
            logs.ours.push(memory_line(from, &image[range], &memory));
        }
        Ok(logs)
    }
}
