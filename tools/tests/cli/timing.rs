//! `--timing`: cycles by the model of a core.

use super::emu;

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
