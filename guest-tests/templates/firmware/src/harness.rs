//! A harness for tests and benchmarks on bare metal. It prints what the host's harness prints, takes the same filter, and ends with
//! the same exit code, so `cargo test`, `cargo test -- NAME` and `cargo bench` are what they are on a host.
//!
//! Nothing unwinds here: after a test that has panicked the next one runs deeper on the same stack.

use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::panic::PANICKED;
use crate::{print, println, semihosting};

/// What is run, with its name.
pub type Case = (&'static str, fn());

/// How a case is run and told of.
type Runner = fn(Case);

/// A run: what there is and how it is done.
#[derive(Clone, Copy)]
struct Run {
    cases: &'static [Case],
    runner: Runner,
}

/// Bytes of a command line that are read. A longer one is none.
const COMMAND_LINE_BYTES: usize = 1024;

/// Where the run that is under way is, or 0; `Run` outlives the program, as [`run`] never returns.
static RUN: AtomicUsize = AtomicUsize::new(0);
/// The case after the one that runs.
static NEXT: AtomicUsize = AtomicUsize::new(0);
static PASSED: AtomicUsize = AtomicUsize::new(0);
static FAILED: AtomicUsize = AtomicUsize::new(0);

/// The file's tests: functions that panic if something is wrong.
///
/// ```ignore
/// firmware::tests! {
///     fn adds() { assert_eq!(1 + 1, 2); }
/// }
/// ```
#[macro_export]
macro_rules! tests {
    ($($(#[$meta:meta])* fn $name:ident() $body:block)*) => {
        $($(#[$meta])* fn $name() $body)*
        $crate::entry!(all);
        fn all() -> i32 { $crate::harness::tests(&[$((::core::stringify!($name), $name)),*]) }
    };
}

/// The file's benchmarks: functions whose instructions are counted.
#[macro_export]
macro_rules! benches {
    ($($(#[$meta:meta])* fn $name:ident() $body:block)*) => {
        $($(#[$meta])* #[inline(never)] fn $name() $body)*
        $crate::entry!(all);
        fn all() -> i32 { $crate::harness::benches(&[$((::core::stringify!($name), $name)),*]) }
    };
}

/// What [`tests!`](crate::tests) does.
#[doc(hidden)]
pub fn tests(cases: &'static [Case]) -> ! {
    fn test((name, test): Case) {
        print!("test {name} ... ");
        test();
        println!("ok");
    }
    run(Run { cases, runner: test })
}

/// What [`benches!`](crate::benches) does.
#[doc(hidden)]
pub fn benches(cases: &'static [Case]) -> ! {
    fn bench((name, bench): Case) {
        fn nothing() {}
        // What counting itself takes is counted too, and taken off.
        let own = instructions(core::hint::black_box(nothing));
        let count = instructions(bench) - own;
        println!("bench {name} ... {count} instructions");
    }
    counter::start();
    run(Run { cases, runner: bench })
}

/// How many instructions `f` takes, and this beside it.
#[inline(never)]
fn instructions(f: fn()) -> u64 {
    let before = counter::read();
    f();
    counter::read() - before
}

/// Whether a case runs.
pub(crate) fn is_running() -> bool {
    RUN.load(Ordering::Relaxed) != 0
}

/// The case that runs has failed; the others run, and the program ends.
pub(crate) fn fail(why: &dyn fmt::Display) -> ! {
    println!("FAILED\n{why}");
    FAILED.store(FAILED.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    go_on()
}

fn run(run: Run) -> ! {
    println!("\nrunning {} cases", run.cases.len());
    RUN.store(&raw const run as usize, Ordering::Relaxed);
    go_on()
}

/// Runs the cases that have not run yet, tells how all went, and ends the program.
fn go_on() -> ! {
    // SAFETY: `run` has put its own there, and waits for this function, which does not return.
    let run = unsafe { *(RUN.load(Ordering::Relaxed) as *const Run) };
    let mut buffer = [0; COMMAND_LINE_BYTES];
    let command_line = semihosting::command_line(&mut buffer);
    while let Some(&case) = run.cases.get(next(&NEXT)) {
        if is_wanted(case.0, command_line) {
            (run.runner)(case);
            next(&PASSED);
        }
    }
    let (passed, failed) = (PASSED.load(Ordering::Relaxed), FAILED.load(Ordering::Relaxed));
    let filtered = run.cases.len() - passed - failed;
    let result = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {result}. {passed} passed; {failed} failed; {filtered} filtered out\n");
    semihosting::exit(if failed == 0 { 0 } else { PANICKED })
}

/// Whether the command line asks for a case: by a part of its name, with `--exact` by all of it. Without a name it asks for all.
fn is_wanted(name: &str, command_line: &str) -> bool {
    let arguments = || command_line.split_ascii_whitespace().skip(1);
    let exact = arguments().any(|argument| argument == "--exact");
    let mut filters = arguments().filter(|argument| !argument.starts_with('-')).peekable();
    filters.peek().is_none() || filters.any(|filter| if exact { name == filter } else { name.contains(filter) })
}

/// Counts one on, and gives the number before. There is one thread.
fn next(counter: &AtomicUsize) -> usize {
    let before = counter.load(Ordering::Relaxed);
    counter.store(before + 1, Ordering::Relaxed);
    before
}

/// Instructions retired, as the processor counts them.
mod counter {
    use core::arch::asm;

    /// Has the processor count.
    pub(super) fn start() {
        // RISC-V counts from reset on.
        #[cfg(target_arch = "aarch64")]
        // SAFETY: nothing but `read` looks at these registers. 8 is the event INST_RETIRED; 1 is PMCR_EL0.E.
        unsafe {
            asm!(
                "msr pmevtyper0_el0, {event}", "msr pmcntenset_el0, {counter}", "msr pmcr_el0, {on}", "isb",
                event = in(reg) 8_u64, counter = in(reg) 1_u64, on = in(reg) 1_u64, options(nostack)
            );
        }
    }

    /// The count. On AArch64 it has 32 bits, which is enough for a benchmark of a second.
    pub(super) fn read() -> u64 {
        #[cfg(target_arch = "riscv64")]
        // SAFETY: it reads a counter. No `nomem`, so that nothing moves past it.
        unsafe {
            let count;
            asm!("csrr {}, minstret", out(reg) count, options(nostack));
            count
        }
        #[cfg(target_arch = "riscv32")]
        // SAFETY: as above. Until the upper half holds still.
        unsafe {
            let (high, low): (u32, u32);
            asm!(
                "2: csrr {high}, minstreth", "csrr {low}, minstret", "csrr {again}, minstreth", "bne {high}, {again}, 2b",
                high = out(reg) high, low = out(reg) low, again = out(reg) _, options(nostack)
            );
            u64::from(high) << 32 | u64::from(low)
        }
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        unsafe {
            let count;
            asm!("isb", "mrs {}, pmevcntr0_el0", out(reg) count, options(nostack));
            count
        }
    }
}
