//! The gate: no case may cost more host instructions or cache events than it did, and no kernel another number of guest
//! instructions than it has.

pub(crate) mod callgrind;
mod limits;
mod profile;
mod verdict;

use anyhow::Result;
use benches::kernels::{self, ENGINES};

use crate::workspace::Toolchain;
use crate::{Outcome, history};
use limits::Limits;
use verdict::Table;

/// Measures, compares and prints. With a reason the limits become what was measured.
///
/// # Errors
/// Something is missing or broken: tools, the limits file, a harness.
pub(crate) fn run(reason: Option<&str>) -> Result<Outcome> {
    let cases = benches::cases::all();
    let toolchain = Toolchain::present()?;
    let file = limits::path();
    // What is wrong with the file is said before a minute of measuring.
    let old = match reason {
        Some(_) => Limits::read_to_bless(&file)?,
        None => Limits::read(&file)?,
    };
    if reason.is_none() {
        old.check(&cases, &toolchain)?;
    }
    callgrind::require_tools()?;
    let measured = callgrind::measure(&cases)?;
    if let Err(error) = history::keep(&toolchain, &measured) {
        eprintln!("What was counted cannot be recorded: {error:#}");
    }

    let table = Table::new(&old, &measured);
    print!("{table}");
    if reason.is_none() {
        print!("{}", table.advice());
    }
    let exact = check_kernels()?;
    if let Some(reason) = reason {
        old.bless(toolchain, &measured, reason)?.write(&file)?;
        println!("\nThe limits in {} are those counted now.", file.display());
        return Ok(if exact { Outcome::Well } else { Outcome::Regression });
    }
    Ok(if exact && !table.is_worse() { Outcome::Well } else { Outcome::Regression })
}

/// Runs the small kernels on every engine; prints what is not exact.
fn check_kernels() -> Result<bool> {
    let kernels = kernels::small()?;
    let mut exact = true;
    println!();
    for engine in ENGINES {
        let wrong: Vec<_> = kernels.iter().filter_map(|kernel| kernel.check(engine).err()).collect();
        println!("Kernels on {}: {} of {} exact.", engine.name, kernels.len() - wrong.len(), kernels.len());
        for error in &wrong {
            println!("- **{error:#}**");
        }
        exact &= wrong.is_empty();
    }
    Ok(exact)
}
