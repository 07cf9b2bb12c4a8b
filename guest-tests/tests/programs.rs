//! The self-checking programs: each ends, prints and counts as `programs/programs.toml` says.

use std::fs;
use std::path::{Path, PathBuf};

use emu_core::image::Image;
use emu_core::machine::Ended;
use emu_core::riscv;
use emu_core::riscv::extension::Ext;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::Config;
use emu_devices::board::{self, Options};
use emu_devices::console::Console;
use emu_devices::virtio::block::{Access, DiskSpec};
use emu_devices::virtio::mmio::Interface;
use guest_tests::engines::{ENGINES, Engine};
use serde::Deserialize;

/// Several times what the longest program needs.
const BUDGET_INSNS: u64 = 50_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    program: Vec<Program>,
}

/// A program; `programs.toml` describes the keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    name: String,
    file: PathBuf,
    xlen: u32,
    board: String,
    isa: Option<String>,
    exit: u64,
    stdout: String,
    instructions: Option<u64>,
    disk: Option<String>,
    disk_after: Option<String>,
    // The rest is for the outside witnesses.
    #[serde(rename = "witness")]
    _witness: Vec<String>,
    #[serde(rename = "spike_isa")]
    _spike_isa: Option<String>,
    #[serde(rename = "qemu")]
    _qemu: Option<Vec<String>>,
    #[serde(rename = "exact_clock", default)]
    _exact_clock: bool,
}

/// What is observed of a run.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    exit: u64,
    stdout: String,
    /// Compared only where a witness has counted.
    instructions: Option<u64>,
    /// A hash of the disk at the end.
    disk_after: Option<String>,
}

/// The disk that `programs.toml` describes, in a file that goes with it.
struct DiskImage(PathBuf);

impl DiskImage {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("emu-program-{}-{name}.img", std::process::id()));
        fs::write(&path, (0..128 * 512).map(|i| (7 * i + i / 512) as u8).collect::<Vec<u8>>()).unwrap();
        Self(path)
    }

    fn hash(&self) -> String {
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        format!("{:016x}", fs::read(&self.0).unwrap().into_iter().fold(0xcbf2_9ce4_8422_2325, step))
    }
}

impl Drop for DiskImage {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn run(program: &Program, folder: &Path, engine: Engine) -> Result<Outcome, String> {
    let file = fs::read(folder.join(&program.file)).map_err(|error| error.to_string())?;
    let image = Image::elf(file).map_err(|error| error.to_string())?;
    let isa = match &program.isa {
        Some(text) => Isa::parse(text).map_err(|error| error.to_string())?,
        None => Isa::all(program.xlen),
    };
    let description = board::built_in(&program.board).ok_or_else(|| format!("no board {}", program.board))?;
    let console = Console::captured();
    let mut options = Options::new(console.clone());
    options.isa = Some(isa.to_string());
    options.mmu_type = isa.has(Ext::S).then(|| if isa.xlen == 32 { "riscv,sv32" } else { "riscv,sv57" }.to_owned());
    let image_file = program.disk.as_ref().map(|_| DiskImage::new(&program.name));
    if let (Some(interface), Some(file)) = (&program.disk, &image_file) {
        let interface = if interface == "modern" { Interface::Modern } else { Interface::Legacy };
        let spec = DiskSpec { path: file.0.clone(), access: Access::Writable, interface };
        options.disks.push(spec.open().map_err(|error| error.to_string())?);
    }
    let board = description.build(&options).map_err(|error| error.to_string())?;
    let mut machine = riscv::machine(board, &isa, Config::default(), &program.name);
    machine.load(&image).map_err(|error| error.to_string())?;
    engine.install(&mut machine);
    match machine.run(BUDGET_INSNS) {
        Some(Ended::Exit { code, .. }) => Ok(Outcome {
            exit: code,
            stdout: String::from_utf8_lossy(&console.captured_output()).into_owned(),
            instructions: program.instructions.map(|_| machine.retired()),
            disk_after: image_file.map(|file| file.hash()),
        }),
        Some(other) => Err(format!("{other:?}")),
        None => Err(format!("still running after {BUDGET_INSNS} instructions")),
    }
}

#[test]
fn every_program_does_what_it_must() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    let manifest = fs::read_to_string(folder.join("programs.toml")).unwrap();
    let manifest: Manifest = toml::from_str(&manifest).unwrap();
    assert!(!manifest.program.is_empty());
    let failures: Vec<String> = manifest
        .program
        .iter()
        .flat_map(|program| ENGINES.map(|engine| (program, engine)))
        .filter_map(|(program, engine)| {
            let Program { name, exit, stdout, instructions, disk_after, .. } = program;
            let expected = Outcome {
                exit: *exit,
                stdout: stdout.clone(),
                instructions: *instructions,
                disk_after: disk_after.clone(),
            };
            match run(program, &folder, engine) {
                Ok(outcome) if outcome == expected => None,
                Ok(outcome) => Some(format!("{name}, {engine:?}: {outcome:?}, expected {expected:?}")),
                Err(error) => Some(format!("{name}, {engine:?}: {error}")),
            }
        })
        .collect();
    assert!(failures.is_empty(), "{} of {} failed:\n{}", failures.len(), manifest.program.len(), failures.join("\n"));
}

/// A built program that nobody lists would never be run.
#[test]
fn every_elf_file_is_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    let manifest: Manifest = toml::from_str(&fs::read_to_string(folder.join("programs.toml")).unwrap()).unwrap();
    for width in ["elf/rv32", "elf/rv64"] {
        for entry in fs::read_dir(folder.join(width)).unwrap() {
            let file = Path::new(width).join(entry.unwrap().file_name());
            assert!(manifest.program.iter().any(|p| p.file == file), "{} is not in programs.toml", file.display());
        }
    }
}
