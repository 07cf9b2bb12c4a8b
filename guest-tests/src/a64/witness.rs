//! QEMU's `qemu-system-aarch64 -M virt` as a witness: builds the program of `programs/aarch64/witness.S` around the records, and
//! reads what it has written.

use super::record::{BYTES, CODE, DATA, Outcome, Record};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program, and where it is built.
pub struct Witness {
    folder: PathBuf,
    /// What it is, for the heads of files.
    pub version: String,
}

impl Witness {
    /// Looks for the programs that are needed.
    ///
    /// # Errors
    /// One of them is not there: which, and how to get it.
    pub fn new() -> Result<Self, String> {
        let text = run(Command::new("qemu-system-aarch64").arg("--version"), "apt install qemu-system-arm")?;
        let version = text.lines().next().unwrap_or_default().replace(" emulator version", "");
        let folder = std::env::temp_dir().join(format!("a64-witness-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs/aarch64/witness.S");
        run(
            Command::new("aarch64-linux-gnu-as")
                .args(["-march=armv8.5-a", "-I"])
                .arg(&folder)
                .arg("-o")
                .arg(folder.join("empty.o"))
                .arg("/dev/null"),
            "apt install binutils-aarch64-linux-gnu",
        )?;
        std::fs::copy(source, folder.join("witness.S")).map_err(|error| error.to_string())?;
        Ok(Witness { folder, version })
    }

    /// What becomes of the records.
    ///
    /// # Errors
    /// The program does not end as it should: why.
    pub fn run(&self, records: &[Record]) -> Result<Vec<Outcome>, String> {
        let bytes: Vec<u8> = records.iter().flat_map(Record::bytes).collect();
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(self.folder.join(name), bytes).map_err(|error| format!("{name}: {error}"))
        };
        write("records.in", &bytes)?;
        let script = format!(
            "ENTRY(_start) SECTIONS {{ . = 0x40200000; .text : {{ *(.text*) }} . = {:#x}; .code : {{ *(.code) }} \
             .records 0x40300000 : {{ *(.records) }} .data {DATA:#x} : {{ *(.data) }} ASSERT(code == {CODE:#x}, \"code\") }}",
            CODE & !0xffff
        );
        write("link.ld", script.as_bytes())?;
        let tools = "apt install binutils-aarch64-linux-gnu";
        let mut assemble = Command::new("aarch64-linux-gnu-as");
        assemble.current_dir(&self.folder).args(["-o", "witness.o", "witness.S"]);
        run(&mut assemble, tools)?;
        let mut link = Command::new("aarch64-linux-gnu-ld");
        run(link.current_dir(&self.folder).args(["-T", "link.ld", "-o", "witness.elf", "witness.o"]), tools)?;
        let _ = std::fs::remove_file(self.folder.join("records.out"));
        let mut qemu = Command::new("timeout");
        qemu.current_dir(&self.folder).arg("300").arg("qemu-system-aarch64").args([
            "-M",
            "virt",
            "-cpu",
            "max",
            "-m",
            "256",
            "-display",
            "none",
            "-serial",
            "none",
            "-monitor",
            "none",
            "-nic",
            "none",
            "-semihosting-config",
            "enable=on,target=native",
            "-device",
            "loader,file=witness.elf,cpu-num=0",
        ]);
        run(&mut qemu, "apt install qemu-system-arm")?;
        let out = std::fs::read(self.folder.join("records.out")).map_err(|error| format!("records.out: {error}"))?;
        if out.len() < bytes.len() {
            return Err(format!("records.out has {} bytes, not {}", out.len(), bytes.len()));
        }
        Ok(out.chunks_exact(BYTES).take(records.len()).map(Outcome::of).collect())
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What a program prints.
pub(super) fn run(command: &mut Command, remedy: &str) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}; {remedy}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{command:?}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr))),
    }
}
