//! What times the emulator. A [`Case`] says what is measured: its name, how it is set up, what one operation is. The
//! cases are defined in [`cases`], once, and run by two harnesses: `benches/criterion.rs` measures time,
//! `benches/callgrind.rs` counts host instructions. [`kernels`] are guest programs whose instruction counts are exact.
//!
//! The program `benches` (`main.rs`) compares what the harnesses measured: with limits, with another build, with the past.

pub mod cases;
mod guest;
pub mod kernels;

use std::hint::black_box;

/// Something to measure.
pub struct Case {
    /// Cases of one group measure the same operation under different circumstances.
    pub group: &'static str,
    /// Which of the group it is.
    pub name: &'static str,
    /// What one operation is.
    pub operation: &'static str,
    /// Sets it up.
    pub prepare: fn() -> Prepared,
}

impl Case {
    /// `group/name`: how the case is called everywhere.
    pub fn path(&self) -> String {
        format!("{}/{}", self.group, self.name)
    }

    /// Whether its operations use the host's allocator: nothing of a warm guest does, but Cranelift.
    pub fn allocates(&self) -> bool {
        self.group == "translate" || self.group == "translated" && self.name.ends_with("_code")
    }

    /// Whether they call libc, which is not counted: to allocate, or to compare code with what was decoded.
    pub fn calls_libc(&self) -> bool {
        self.allocates() || self.group == "timed"
    }
}

/// A case that is set up and has run once, so that host caches, soft TLBs and decoded blocks are warm. Every further run
/// does the same again.
pub struct Prepared {
    operations: usize,
    run: Box<dyn FnMut() -> u64>,
}

impl Prepared {
    /// `run` is what is measured. It makes `operations` operations and returns something that depends on all of them: the
    /// same each time.
    fn new(operations: usize, mut run: impl FnMut() -> u64 + 'static) -> Prepared {
        black_box(run());
        Prepared { operations, run: Box::new(run) }
    }

    /// How many operations [`run`](Self::run) makes: enough for the call itself not to count.
    pub fn operations(&self) -> u64 {
        self.operations as u64
    }

    /// Makes the operations. Nothing else belongs into a measurement.
    pub fn run(&mut self) -> u64 {
        black_box((self.run)())
    }
}

/// Sets up the case of this [path](Case::path).
///
/// # Panics
/// If there is none.
pub fn prepare(path: &str) -> Prepared {
    let case = cases::all().into_iter().find(|case| case.path() == path);
    (case.unwrap_or_else(|| panic!("no case {path}")).prepare)()
}
