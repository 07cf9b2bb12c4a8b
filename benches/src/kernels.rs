//! The guest benchmarks: the small images of `benches/kernels`, run to their end by every engine. Each checks its own
//! result; how many instructions it retires has been counted by another emulator, and must be exactly that.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use emu_core::hart::Arch;
use emu_core::image::Image;
use emu_core::machine::{Ended, Machine};
use emu_core::riscv::isa_string::Isa;
use emu_core::{aarch64, riscv};
use emu_devices::board::arm_virt::GicVersion;
use emu_devices::board::{Options, arm_virt, spike};
use emu_devices::console::Console;
use emu_jit::Jit;

/// More than any small kernel needs.
const BUDGET_INSNS: u64 = 20_000_000;

/// For what there are images: a folder of `kernels/elf` and a column of `counts.tsv` each.
pub const GUESTS: [&str; 4] = ["rv32", "rv64", "aarch64", "aarch64-o3"];

/// What executes instructions.
pub struct Engine {
    /// Its name, as `emu run --engine` has it.
    pub name: &'static str,
    run: fn(&Kernel) -> Result<u64>,
}

/// All engines; each retires the same.
pub const ENGINES: &[Engine] = &[Engine { name: "interp", run: interpret }, Engine { name: "auto", run: translate }];

/// An image and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// The image's name, such as `sort-small`.
    pub image: String,
    /// For what it is, one of [`GUESTS`].
    pub guest: &'static str,
    /// The instructions that it retires.
    pub instructions: u64,
}

impl Kernel {
    /// Runs it on `engine`, to its end.
    ///
    /// # Errors
    /// A text that says how it went wrong: the kernel's result, or another number of instructions.
    pub fn check(&self, engine: &Engine) -> Result<()> {
        let retired = (engine.run)(self).with_context(|| format!("{self} on {}", engine.name))?;
        ensure!(
            retired == self.instructions,
            "{self} on {} retired {retired} instructions instead of {}",
            engine.name,
            self.instructions
        );
        Ok(())
    }

    fn path(&self) -> PathBuf {
        folder().join(format!("elf/{}/{}.elf", self.guest, self.image))
    }
}

impl std::fmt::Display for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.image, self.guest)
    }
}

/// `benches/kernels`.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("kernels")
}

/// The small kernels for all guests, with their counts.
///
/// # Errors
/// `counts.tsv` cannot be read: which line, and why.
pub fn small() -> Result<Vec<Kernel>> {
    let file = folder().join("counts.tsv");
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let mut kernels = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.starts_with('#') {
            continue;
        }
        let row = parse(line).with_context(|| format!("{}:{number}", file.display()))?;
        kernels.extend(row.into_iter().filter(|kernel| kernel.image.ends_with("-small")));
    }
    ensure!(!kernels.is_empty(), "{}: no image ends in -small", file.display());
    Ok(kernels)
}

/// A line of `counts.tsv`.
fn parse(line: &str) -> Result<Vec<Kernel>> {
    let Some((image, counts)) = line.split_once('\t') else {
        bail!("a line is an image and its counts, with tabs between them: {line:?}");
    };
    let counts: Vec<&str> = counts.split('\t').collect();
    ensure!(counts.len() == GUESTS.len(), "a line has counts for {}, or - for none: {line:?}", GUESTS.join(", "));
    let there = GUESTS.into_iter().zip(counts).filter(|(_, count)| *count != "-");
    let kernel = |(guest, count): (&'static str, &str)| {
        let instructions = count.parse().with_context(|| format!("not a number: {count:?}"))?;
        Ok(Kernel { image: image.to_owned(), guest, instructions })
    };
    there.map(kernel).collect()
}

/// How often a block runs before it is translated. Small kernels are short.
const THRESHOLD: u32 = 50;

fn interpret(kernel: &Kernel) -> Result<u64> {
    run(kernel, None)
}

fn translate(kernel: &Kernel) -> Result<u64> {
    run(kernel, Some(emu_jit::Options { threshold: THRESHOLD, ..Default::default() }))
}

/// Runs the kernel, translated with these options or interpreted; how many instructions it has retired.
fn run(kernel: &Kernel, translated: Option<emu_jit::Options>) -> Result<u64> {
    let file = kernel.path();
    let image = Image::elf(fs::read(&file).with_context(|| file.display().to_string())?)?;
    let options = Options::new(Console::captured());
    match kernel.guest {
        "rv32" | "rv64" => {
            let xlen = if kernel.guest == "rv32" { 32 } else { 64 };
            let board = spike::description().build(&options)?;
            to_the_end(riscv::machine(board, &Isa::all(xlen), riscv::state::Config::default(), ""), &image, translated)
        }
        _ => {
            let board = arm_virt::description(GicVersion::V2).build(&options)?;
            to_the_end(aarch64::machine(board, aarch64::state::Config::default(), ""), &image, translated)
        }
    }
}

fn to_the_end<A: Arch>(mut machine: Machine<A>, image: &Image, translated: Option<emu_jit::Options>) -> Result<u64> {
    machine.load(image)?;
    if let Some(options) = translated {
        let mut jit = Some(Jit::new(options)?);
        machine.execute_with(|_| Box::new(jit.take().expect("the board has one hart")));
    }
    match machine.run(BUDGET_INSNS) {
        Some(Ended::Exit { code: 0, .. }) => Ok(machine.retired()),
        ended => bail!("ended as {ended:?} after {} instructions", machine.retired()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_kernels_retire_what_the_witness_counted() {
        let failures: Vec<String> = ENGINES
            .iter()
            .flat_map(|engine| small().expect("committed").into_iter().map(move |kernel| kernel.check(engine)))
            .filter_map(|result| result.err().map(|error| format!("{error:#}")))
            .collect();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    #[test]
    fn a_wrong_count_is_told() {
        let kernel = Kernel { image: "empty-small".into(), guest: "rv64", instructions: 41 };
        let error = kernel.check(&ENGINES[0]).unwrap_err().to_string();
        assert_eq!(error, "empty-small (rv64) on interp retired 42 instructions instead of 41");
    }

    #[test]
    fn lines_are_checked() {
        assert_eq!(parse("sort-small\t1\t-\t3\t-").unwrap().len(), 2);
        assert!(format!("{:#}", parse("sort-small\t1\tx\t3\t4").unwrap_err()).contains("not a number: \"x\""));
        assert!(format!("{:#}", parse("sort-small\t1\t2").unwrap_err()).contains("aarch64-o3"));
        assert!(parse("sort-small 1 2").is_err());
    }
}
