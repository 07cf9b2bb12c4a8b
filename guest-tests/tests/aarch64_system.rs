//! AArch64 programs that print what they observe of exceptions, translation, interrupts and firmware: in both engines the same as on
//! QEMU (`programs/aarch64/system`).

use std::fs;
use std::path::Path;

use emu_core::aarch64;
use emu_core::aarch64::feature::{Cpu, Highest};
use emu_core::aarch64::state::Config;
use emu_core::image::Image;
use emu_core::machine::Ended;
use emu_devices::board::Options;
use emu_devices::board::arm_virt::{self, GicVersion};
use emu_devices::console::Console;
use emu_mem::GuestPhys;
use guest_tests::engines::{ENGINES, Engine};

/// Several times what the longest program needs.
const BUDGET_INSNS: u64 = 20_000_000;

/// A line of `programs.txt`.
struct Program<'t> {
    name: &'t str,
    cpu: Cpu,
    gic: GicVersion,
    harts: u64,
    highest: Highest,
}

fn programs(text: &str) -> impl Iterator<Item = Program<'_>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| match line.split_whitespace().collect::<Vec<_>>()[..]
    {
        [name, cpu, gic, harts, el] => Program {
            name,
            cpu: Cpu::named(cpu).unwrap(),
            gic: if gic == "3" { GicVersion::V3 } else { GicVersion::V2 },
            harts: harts.parse().unwrap(),
            highest: [Highest::El1, Highest::El2, Highest::El3][el.parse::<usize>().unwrap() - 1],
        },
        _ => panic!("{line}"),
    })
}

/// Programs that change translations all the time run in the interpreter only: translated code of theirs was not made and run in the
/// time that a test may take, so it has not been compared.
fn engines(program: &Program<'_>) -> &'static [Engine] {
    if program.name.starts_with("translation-") { &[Engine::Interp] } else { &ENGINES }
}

/// What the program prints.
fn run(program: &Program<'_>, folder: &Path, engine: Engine) -> String {
    let images = folder.join("aarch64/system/elf");
    let elf = fs::read(images.join(format!("{}.elf", program.name)));
    let image = elf.map(|elf| Image::elf(elf).unwrap()).unwrap_or_else(|_| {
        let mut kernel = Image::linux(fs::read(images.join(format!("{}.image", program.name))).unwrap()).unwrap();
        kernel.place_above(GuestPhys(0x4000_0000)).unwrap();
        kernel
    });
    let console = Console::captured();
    let options = Options { harts: Some(program.harts), ..Options::new(console.clone()) };
    let board = arm_virt::description(program.gic).build(&options).unwrap();
    let config = Config { cpu: program.cpu, highest: program.highest, ..Config::default() };
    let mut machine = aarch64::machine(board, config, program.name);
    machine.load(&image).unwrap();
    engine.install(&mut machine);
    let ended = machine.run(BUDGET_INSNS);
    let text = String::from_utf8_lossy(&console.captured_output()).into_owned();
    match ended {
        Some(Ended::Exit { code: 0, .. }) => text,
        other => format!("{text}ended with {other:?}\n"),
    }
}

#[test]
fn programs_observe_what_they_observe_on_qemu() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    let list = fs::read_to_string(folder.join("aarch64/system/programs.txt")).unwrap();
    let mut failures = Vec::new();
    for program in programs(&list) {
        let expected = fs::read_to_string(folder.join(format!("aarch64/system/{}.out", program.name))).unwrap();
        assert!(expected.lines().count() > 10, "{} observes next to nothing", program.name);
        for engine in engines(&program) {
            let observed = run(&program, &folder, *engine);
            let lines = observed.lines().zip(expected.lines()).enumerate();
            let first = lines.clone().filter(|(_, (ours, theirs))| ours != theirs).map(|(n, (ours, theirs))| {
                format!("{}, {engine:?}, line {}:\n  here {ours}\n  QEMU {theirs}", program.name, n + 1)
            });
            failures.extend(first.take(8));
            if observed.lines().count() != expected.lines().count() {
                let last = observed.lines().last().unwrap_or_default();
                failures.push(format!("{}, {engine:?}: it ends otherwise: {last}", program.name));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
