//! The ways to run a program, for tests that hold them against each other.

use emu_core::hart::Arch;
use emu_core::interp::run::Interp;
use emu_core::machine::Machine;
use emu_jit::{Jit, Options, Tier};

/// A way to run a program.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Engine {
    /// The interpreter.
    Interp,
    /// The interpreter, and translated code for what has run a few times.
    Hot,
    /// The same, translated by another thread meanwhile.
    Background,
    /// Translated code from the first instruction on.
    Eager,
    /// The same in so little room that it is dropped all the time.
    Cramped,
}

/// All of them.
pub const ENGINES: [Engine; 5] = [Engine::Interp, Engine::Hot, Engine::Background, Engine::Eager, Engine::Cramped];

/// How often a block runs before [`Engine::Hot`] has it translated: so that short programs have some of both.
const THRESHOLD: u32 = 3;

impl Engine {
    /// Has the machine, which has not run yet, run like this.
    pub fn install<A: Arch>(self, machine: &mut Machine<A>) {
        machine.execute_with(|_| {
            let tier = match self {
                Engine::Interp => return Box::new(Interp::default()),
                Engine::Hot => Tier::Hot,
                Engine::Background => Tier::Background,
                Engine::Eager | Engine::Cramped => Tier::Eager,
            };
            // As little as there can be, which a handful of regions fills.
            let code_memory_bytes = if self == Engine::Cramped { 0 } else { Options::default().code_memory_bytes };
            let options =
                Options { tier, threshold: THRESHOLD, counts_rows: true, code_memory_bytes, ..Options::default() };
            Box::new(Jit::new(options).expect("translated code can be made and run on hosts that tests run on"))
        });
    }
}
