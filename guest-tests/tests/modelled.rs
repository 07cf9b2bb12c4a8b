//! Modelled cycles of regions of interest are those that were counted on RTL: see `programs/timing/README.md`.

use std::fs;
use std::path::{Path, PathBuf};

use emu_core::image::Image;
use emu_core::machine::Machine;
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::{Config, Riscv};
use emu_core::timing::{MODELS, Model};
use emu_devices::board::{Options, testbench};
use emu_devices::console::Console;
use guest_tests::engines::Engine;

/// Several times what the longest program needs.
const BUDGET_INSNS: u64 = 5_000_000;

/// The configurations of `cycles.csv` whose models are exact, and whether with compressed code too.
const EXACT: [(&str, bool); 11] = [
    ("pico_fast", true),
    ("pico_fast_noc", false),
    ("pico_small_noc", false),
    ("pico_fast_w1", false),
    ("ibex_small", true),
    ("ibex_bt", true),
    ("ibex_slow", true),
    ("ibex_maxperf", true),
    ("h3_nobp", true),
    ("h3_small", true),
    ("h3_fast", false),
];

/// Rocket's cold cycles may be off by so much in the mean.
const MAX_COLD_MEAN: f64 = 0.006;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("programs/timing").join(name)
}

/// A program on the board, and what is known of its marks.
struct Program {
    name: String,
    march: String,
    image: Image,
    isa: Isa,
    /// How many instructions retire up to each mark and with it.
    marks: Vec<u64>,
}

impl Program {
    fn new(folder: &Path, name: &str, march: &str) -> Program {
        let file = folder.join(format!("elf/{name}.{}.elf", march.trim_start_matches("rv32")));
        let image = Image::elf(fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))).unwrap();
        let isa = Isa::parse(&format!("{march}_zicsr_zifencei")).unwrap();
        let mut program = Program { name: name.into(), march: march.into(), image, isa, marks: Vec::new() };
        let mut machine = program.machine();
        machine.run(BUDGET_INSNS).expect("it ends");
        program.marks = machine.board.records.lock().marks.iter().map(|mark| mark.at_insns + 1).collect();
        assert!(matches!(program.marks.len(), 2 | 4), "{name}.{march}: {:?}", program.marks);
        program
    }

    fn machine(&self) -> Machine<Riscv> {
        let board = testbench::description().build(&Options::new(Console::captured())).unwrap();
        let mut machine = riscv::machine(board, &self.isa, Config::default(), "");
        machine.load(&self.image).unwrap();
        machine
    }

    /// Cycles from each first mark to each second one.
    fn regions(&self, engine: Engine, model: &'static Model) -> Vec<u64> {
        let mut machine = self.machine();
        machine.time_by(model);
        engine.install(&mut machine);
        let mut at = self.marks.iter().map(|&mark| {
            assert_eq!(machine.run(mark - machine.retired()), None, "it goes on after a mark");
            assert_eq!(machine.retired(), mark);
            machine.cycles()
        });
        let mut regions = Vec::new();
        while let (Some(begin), Some(end)) = (at.next(), at.next()) {
            regions.push(end - begin);
        }
        regions
    }
}

/// The lines of a file with a heading: by the names there.
fn table(file: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let text = fs::read_to_string(file).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    (lines.next().expect("it has a heading"), lines.collect())
}

fn model_of(configuration: &str) -> &'static Model {
    Model::named(&configuration.replace('_', "-")).unwrap_or_else(|| panic!("a model {configuration}"))
}

#[test]
fn rv32_cores_are_modelled_to_the_cycle() {
    let folder = folder("rv32");
    let (heading, lines) = table(&folder.join("cycles.csv"));
    let (mut failures, mut compared) = (Vec::new(), 0);
    for (n, line) in lines.iter().enumerate() {
        let program = Program::new(&folder, &line[0], &line[1]);
        for (m, (configuration, compressed)) in EXACT.into_iter().enumerate() {
            let column = heading.iter().position(|name| name == configuration).unwrap();
            if line[column].is_empty() || (program.march.ends_with('c') && !compressed) {
                continue;
            }
            let expected: u64 = line[column].parse().unwrap();
            compared += 1;
            // Translating takes its time: each program so under one configuration in turn.
            let engines = [Engine::Interp, Engine::Hot, Engine::Eager];
            let engines = if m == n % EXACT.len() { &engines[..] } else { &engines[..1] };
            for &engine in engines {
                let cycles = program.regions(engine, model_of(configuration));
                if cycles != [expected] {
                    let Program { name, march, .. } = &program;
                    failures.push(format!("{name}.{march} on {configuration}, {engine:?}: {cycles:?}, not {expected}"));
                }
            }
        }
    }
    assert_eq!(compared, 51 * 11 + 51 * 7, "a row for each program and configuration");
    assert!(failures.is_empty(), "{} of {compared}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn rocket_is_modelled_to_the_cycle_with_warm_caches() {
    let folder = folder("rocket");
    let (_, lines) = table(&folder.join("expected.csv"));
    let (mut failures, mut off) = (Vec::new(), 0.0);
    for line in &lines {
        let program = Program::new(&folder, &line[0], &line[1]);
        let [cold, warm]: [u64; 2] = std::array::from_fn(|n| line[3 + n].parse().unwrap());
        let regions = program.regions(Engine::Interp, model_of("rocket"));
        if regions[1] != warm {
            failures.push(format!("{}: {} warm, not {warm}", line[0], regions[1]));
        }
        off += (regions[0] as f64 - cold as f64).abs() / cold as f64;
    }
    let mean = off / lines.len() as f64;
    assert_eq!(lines.len(), 49);
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), lines.len(), failures.join("\n"));
    assert!(mean <= MAX_COLD_MEAN, "cold cycles are off by {:.2} % in the mean", 100.0 * mean);
}

#[test]
fn names_are_those_of_the_configurations() {
    let names: Vec<&str> = MODELS.iter().map(|model| model.name).collect();
    for (configuration, _) in EXACT {
        assert!(names.contains(&&*configuration.replace('_', "-")), "{configuration}");
    }
    assert_eq!(model_of("picorv32").name, "pico-fast");
    assert_eq!(model_of("hazard3").name, "h3-nobp");
}
