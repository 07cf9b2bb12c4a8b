//! Translation of guest code to host code, a region at a time.
//!
//! A region is a control-flow graph of guest instructions, compiled by Cranelift as one function. Guest registers are its
//! variables: loaded once where it is entered, stored where it is left and only if they may have changed. It is made by
//! giving the verbs of [`emu_core::engine::Engine`] a second meaning, so there is one description of each instruction.
//!
//! Reading order: `scan` (what an instruction does, as far as decode time knows), `region` (what is compiled together),
//! `value`, `emit` and the files below it (the verbs), `memory`, `float`, `vector`, `vector_float`, `guards`, `ways_out`, `exits`, `flow` (the region
//! as a whole), `laps` (its inner loops), `carried` (what they leave for ways out), `timing` (cycles), `calls`, then `translate` (the
//! function around them), `placement` (where that begins), `background` (the thread that does it), `cache` (which code is where, and
//! links), `code_memory`, `enter`, and `run` (the loop: [`Jit`]). `details`, `journal` and `translate/explain` show what was done and
//! made, to whoever asks.
//!
//! # What is deliberately absent
//!
//! - A list of instructions. What the table calls slow leaves the region, and the interpreter executes that one row.
//! - A second page walk, a second exception. A TLB miss, a device, a fault: the region is left with the exact state before it
//!   or before an earlier instruction (`guards`), and the interpreter goes on from there.
//! - A test of stores for translated code. Guests announce new code (FENCE.I), and it is then compared with what was
//!   translated.
//! - A clock. Both executors stop at the same instruction for the same event; installing a region earlier or later changes
//!   nothing that a guest or a count can see.
//!
//! # How instructions are counted
//!
//! A variable has how many may still run. Each block subtracts its length; blocks that a loop goes around, and entries, look
//! whether the longest way to the next look still fits, and leave if not: the interpreter runs the few that are left. So a
//! region never runs one too many, and whatever leaves it in the middle adds back what did not run. Where a timing model counts cycles,
//! they are in the same variable (`timing`).
//!
//! A loop that is one way around counts laps instead, if it goes along memory (`laps`): it subtracts for many laps where it is
//! entered, and whatever leaves it adds back those that are left. `Emit::left_now` knows what holds where.

mod background;
mod cache;
mod calls;
mod carried;
mod code_memory;
mod details;
mod emit;
mod enter;
mod exits;
mod float;
mod flow;
mod guards;
mod journal;
mod laps;
mod memory;
mod placement;
mod region;
mod rows;
mod run;
mod scan;
mod slots;
mod timing;
mod translate;
mod value;
mod vector;
mod vector_float;
mod ways_out;

pub use journal::{GuestBlock, GuestInsn, Journal, Translated};
pub use run::{Jit, Options, Stats, Tier};
pub use scan::access_bytes;
pub use translate::Explanation;

/// Why no code can be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Cranelift does not know this host: why.
    #[error("no code can be made for this host: {0}")]
    Host(String),
    /// The host gives no memory for code.
    #[error("the host gives no {bytes} bytes of memory that code can run in: {source}")]
    CodeMemory {
        /// How much was asked for.
        bytes: usize,
        /// Why not.
        source: std::io::Error,
    },
    /// A function could not be compiled: why.
    #[error("a region could not be compiled: {0}")]
    Compile(String),
}
