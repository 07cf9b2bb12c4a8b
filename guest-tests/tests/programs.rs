//! The committed guest programs, each as the manifest says: exit code, output, number of instructions.

use emu_core::image::Image;
use emu_core::machine::Ended;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::Config;
use emu_devices::board::{self, Options};
use emu_devices::console::Console;
use guest_tests::manifest::{self, Entry};
use libtest_mimic::{Arguments, Failed, Trial};

/// More than any of them needs.
const LIMIT_INSNS: u64 = 50_000_000;

fn main() {
    let arguments = Arguments::from_args();
    let entries = manifest::read().unwrap_or_else(|error| panic!("{error}"));
    let trials = entries.into_iter().map(|entry| Trial::test(entry.name.clone(), move || check(&entry))).collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn check(entry: &Entry) -> Result<(), Failed> {
    let file = std::fs::read(manifest::folder().join(&entry.file))?;
    let image = Image::elf(file)?;
    let isa = match &entry.isa {
        Some(text) => Isa::parse(text)?,
        None => Isa::all(entry.xlen),
    };
    let console = Console::captured();
    let description = board::built_in(&entry.board).ok_or("no such board")?;
    let board = description.build(&Options { isa: Some(isa.to_string()), ..Options::new(console.clone()) })?;
    let mut machine = emu_core::riscv::machine(board, &isa, Config::default(), &entry.name);
    machine.load(&image)?;
    let ended = machine.run(LIMIT_INSNS);
    let stdout = String::from_utf8_lossy(&console.captured_output()).into_owned();
    let mut wrong = Vec::new();
    match &ended {
        Some(Ended::Exit { code, .. }) if *code == entry.exit => {}
        other => wrong.push(format!("exit {} expected, got {other:?}", entry.exit)),
    }
    if stdout != entry.stdout {
        wrong.push(format!("output {:?} expected, got {stdout:?}", entry.stdout));
    }
    if let Some(instructions) = entry.instructions.filter(|&n| n != machine.retired()) {
        wrong.push(format!("{instructions} instructions expected, got {}", machine.retired()));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
