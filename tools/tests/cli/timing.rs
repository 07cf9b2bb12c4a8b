//! `--timing`: cycles by the model of a core.

use super::aarch64::program;
use super::{Folder, emu};

const RV32: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../guest-tests/programs/timing/rv32/elf/own_crc.imc.elf");
const ROCKET: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../guest-tests/programs/timing/rocket/elf/r64_00.rv64imac.elf");

/// What RTL counted for the first one, by model, and for the warm pass of the second.
const MODELS: [(&str, u64); 3] = [("picorv32", 211_018), ("ibex-maxperf", 70_928), ("hazard3", 70_928)];
const ROCKET_WARM: u64 = 1908;

/// Cycles of the regions of interest, as JSON has them.
fn regions(program: &str, model: &str, engine: &str) -> Vec<u64> {
    let output = emu(["stat", "--json", "--board", "testbench", "--timing", model, "--engine", engine, program]);
    assert_eq!(output.status, 0, "{}", output.stderr);
    let document: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    let name = |text: &str| text.replace("picorv32", "pico-fast").replace("hazard3", "h3-nobp");
    assert_eq!(document["timing"], name(model));
    let regions = document["regions"].as_array().expect("a list");
    regions.iter().map(|region| region["cycles"].as_u64().expect("a number")).collect()
}

#[test]
fn regions_have_the_cycles_that_rtl_had() {
    for engine in ["interp", "auto", "jit"] {
        for (model, cycles) in MODELS {
            assert_eq!(regions(RV32, model, engine), [cycles], "{model} on {engine}");
        }
    }
    let rocket = regions(ROCKET, "rocket", "auto");
    assert_eq!(rocket.last(), Some(&ROCKET_WARM), "{rocket:?}");
}

#[test]
fn the_summary_names_the_model_and_its_claim() {
    let output = emu(["run", "--stat", "--board", "testbench", "--timing", "ibex-small", RV32]).has_status(0);
    for part in ["cycles, modelled", " cycles an instruction", "cycles by ibex-small: exact against Ibex (RTL)"] {
        assert!(output.stderr.contains(part), "{part} in {}", output.stderr);
    }
}

#[test]
fn names_that_do_not_fit_are_refused_with_those_that_do() {
    let output = emu(["run", "--timing", "pentium", RV32]).has_status(125);
    for part in ["'pentium'", "--timing", "give one of ideal, picorv32", "rocket, inorder5"] {
        assert!(output.stderr.contains(part), "{part} in {}", output.stderr);
    }
    let output = emu(["run", "--timing", "picorv32", ROCKET]);
    output.is_refusal(&["--timing pico-fast: a model of RV32 cores, and this runs as RV64", "ideal, rocket, inorder5"]);
}

/// Reads PMCCNTR_EL0 before and behind eight multiplications of which each needs the one before, twice, and ends with the second time's
/// cycles as its code.
const COUNTS_CYCLES: [u32; 27] = [
    0xd280_0820, // mov x0, #0x41
    0xd51b_9c00, // msr pmcr_el0, x0
    0xd2b0_0000, // mov x0, #0x80000000
    0xd51b_9c20, // msr pmcntenset_el0, x0
    0xd280_0049, // mov x9, #2
    0xd53b_9d02, // 1: mrs x2, pmccntr_el0
    0x9b05_7ca5, // mul x5, x5, x5
    0x9b05_7ca5,
    0x9b05_7ca5,
    0x9b05_7ca5,
    0x9b05_7ca5,
    0x9b05_7ca5,
    0x9b05_7ca5,
    0x9b05_7ca5,
    0xaa05_00a6, // orr x6, x5, x5
    0xd53b_9d03, // mrs x3, pmccntr_el0
    0xcb02_0063, // sub x3, x3, x2
    0xf100_0529, // subs x9, x9, #1
    0x54ff_fe61, // b.ne 1b
    0x1000_0081, // adr x1, block
    0xf900_0423, // str x3, [x1, #8]
    0x5280_0300, // mov w0, #0x18
    0xd45e_0000, // hlt #0xf000
    0x0002_0026, // block
    0,
    0,
    0,
];

#[test]
fn programs_for_aarch64_are_timed() {
    let folder = Folder::new();
    let file = folder.file("cycles.elf", program(&COUNTS_CYCLES).bytes());
    for engine in ["interp", "auto", "jit"] {
        let run = |model: &str| emu(["run", "--engine", engine, "--timing", model, &file]).status;
        // Ten instructions. Multiplications are there four cycles later, or three. The branch before was foretold wrongly by the one, whose
        // pipeline takes eight cycles to fill again, and rightly by the other.
        assert_eq!([run("ideal"), run("cortex-a53-like"), run("inorder5")], [10, 41, 26], "--engine {engine}");
    }
    emu(["run", "--verify", "--timing", "cortex-a53-like", &file]).has_status(41);
    let summary = emu(["stat", "--timing", "cortex-a53-like", &file]).has_status(41).stderr;
    assert!(summary.contains("cycles by cortex-a53-like: estimate of a core like the Cortex-A53"), "{summary}");
    let refused = emu(["run", "--timing", "rocket", &file]);
    refused.is_refusal(&["a model of RV64 cores, and this runs as AArch64", "ideal, inorder5, cortex-a53-like"]);
    let refused = emu(["run", "--timing", "cortex-a53-like", ROCKET]);
    refused.is_refusal(&["a model of AArch64 cores, and this runs as RV64", "ideal, rocket, inorder5"]);
}
