//! Two builds of the emulator over the kernels, in turns on one machine: what is slow for both says nothing, and the ratio
//! of neighbours in time does.

mod builds;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use benches::kernels;
use nix::sys::resource::{UsageWho, getrusage};

use crate::Outcome;
use crate::ratio::{Ratio, Verdict};

/// What to compare.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The old build: an emu program, or a git revision to build
    old: String,
    /// The new build
    new: String,
    /// Only this kernel; may be repeated [default: all but empty]
    #[arg(long, value_name = "NAME")]
    kernel: Vec<String>,
    /// The kernels for this guest
    #[arg(long, default_value = "rv64", value_parser = kernels::GUESTS)]
    guest: String,
    /// The kernels in their small size: faster and less certain
    #[arg(long)]
    small: bool,
    /// How often each build runs each kernel
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(3..))]
    repeat: u32,
}

/// Compares and prints.
///
/// # Errors
/// A build cannot be had or does not run a kernel to its end.
pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let old = builds::find(&args.old)?;
    let new = builds::find(&args.new)?;
    let images = images(args)?;

    // By kernel and repetition: the logarithm of new by old.
    let mut ratios = vec![Vec::new(); images.len()];
    for repetition in 0..args.repeat {
        eprintln!("Repetition {} of {}...", repetition + 1, args.repeat);
        for ((_, image), ratios) in images.iter().zip(&mut ratios) {
            // Whoever comes second may find the host warmer, or slower.
            let (old, new) = if repetition % 2 == 0 {
                let old = cpu_seconds(&old, image)?;
                (old, cpu_seconds(&new, image)?)
            } else {
                let new = cpu_seconds(&new, image)?;
                (cpu_seconds(&old, image)?, new)
            };
            ratios.push((new / old).ln());
        }
    }
    let together: Vec<f64> = (0..args.repeat as usize)
        .map(|repetition| ratios.iter().map(|ratios| ratios[repetition]).sum::<f64>() / ratios.len() as f64)
        .collect();

    println!("| kernel ({}) | time, new by old | 95 % interval | |", args.guest);
    println!("|---|---:|---:|---|");
    let names = images.iter().map(|(name, _)| &name[..]).chain(["geometric mean"]);
    let mut worst = Verdict::Well;
    for (name, ratios) in names.zip(ratios.iter().chain([&together])) {
        let ratio = Ratio::of(ratios)?;
        worst = worst.max(ratio.verdict());
        let [low, high] = ratio.interval;
        println!("| {name} | {:.3} | {low:.3} to {high:.3} | {} |", ratio.estimate, ratio.verdict());
    }
    println!("\nCPU time of the whole process, {} runs each, in turns; above 1 is slower.", args.repeat);
    Ok(if worst == Verdict::Fails { Outcome::Regression } else { Outcome::Well })
}

/// The names and files of the kernels to run.
fn images(args: &Args) -> Result<Vec<(String, PathBuf)>> {
    let file = kernels::folder().join("kernels.tsv");
    let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let all = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('\t').next());
    let suffix = if args.small { "-small" } else { "" };
    let image = |name: &str| kernels::folder().join(format!("elf/{}/{name}{suffix}.elf", args.guest));
    // Not every kernel has an image for every guest.
    let all: Vec<&str> = all.filter(|name| image(name).exists()).collect();
    for name in &args.kernel {
        ensure!(all.contains(&&name[..]), "no kernel {name} for {}: there are {}", args.guest, all.join(", "));
    }
    let wanted = |name: &str| match args.kernel.is_empty() {
        true => name != "empty",
        false => args.kernel.iter().any(|kernel| kernel == name),
    };
    Ok(all.into_iter().filter(|name| wanted(name)).map(|name| (name.to_owned(), image(name))).collect())
}

/// The CPU time, of user and system, that a run of the image takes.
fn cpu_seconds(emu: &Path, image: &Path) -> Result<f64> {
    let spent = || -> Result<f64> {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("getrusage")?;
        let micros = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 * 1e-6;
        Ok(micros(usage.user_time()) + micros(usage.system_time()))
    };
    let before = spent()?;
    let mut command = Command::new(emu);
    command.arg("run").arg(image).stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.status().with_context(|| format!("{} cannot be started", emu.display()))?;
    if !status.success() {
        bail!("{} run {}: {status}; kernels check themselves and end with 0", emu.display(), image.display());
    }
    Ok(spent()? - before)
}
