//! Random programs on both engines: what a translator finds hard, and everything that a guest or a count can see of it.
//!
//! `code` are programs as trees, `image` is where they lie, `program` is one and what is around it; `generate` makes them from a seed, of
//! what `riscv` and `a64` say. `run` has interpreter and translator run one, `shrink` makes one small on which they part, `campaign` does that for many.
//! The engines share each instruction's meaning, so this judges engines; meanings have outside witnesses.
//!
//! # What it finds
//!
//! Errors that were planted in `emu-jit/src`, one at a time; how many programs from seed 1 on it took, rounded up, until the
//! engines parted; and which test of `tests/translated.rs` or `tests/laps.rs` fails.
//!
//! | planted | programs | test |
//! |---|---|---|
//! | `emit`: `frm` says RMM, or RTZ, and RNE is done | 1,000 | `every_rounding_mode_in_frm` |
//! | `float`: the host rounds in RMM, or in RTZ, too | 1,000; 100 | `every_rounding_mode_in_frm` |
//! | `float`: the library's underflow flag is ignored | 1,000 | `every_rounding_mode_in_frm` |
//! | `guards`: numbers below the least normal one pass | 1,000 | `every_rounding_mode_in_frm` |
//! | `float`: to an integer in RMM, or in RDN, as in RTZ | 5,000 | |
//! | `exits`: bit 20 of an indirect jump's target is lost, or not compared | 100 | `jumps_over_a_mib` |
//! | `cache`, `scan`: bit 20 of a direct jump's target is lost | 100 | `jumps_over_a_mib` |
//! | `cache`: the upper half of an instruction is not compared, at whole words or at others | 1,000 | `the_upper_half_of_an_instruction_changes` |
//! | `cache`: links to a region that was dropped stay | 5,000 | |
//! | `translate`: the return check is `>=`, or `<=` | 1,000 | `returns_to_where_nobody_expects_it` |
//! | `value`: the least number / -1 is something else, in 32 or in 64 bits | 100; 1,000 | `divisions_that_overflow` |
//! | `memory`: a store shares a check that loads have made, or for one that begins outside the watched page | 1,000 | `a_store_to_a_watched_word_next_to_loads` |
//! | `memory`: a check is made for loads although stores share it | 1,000 | `a_store_to_a_watched_word_next_to_loads` |
//! | `memory`: a known address is not tested for being watched | 100 | |
//! | `laps`: a trip takes a lap more than it does | | `sums_and_copies`, `a_counter_ends_the_loop` |
//! | `laps`: what ends a trip may move | | `an_end_that_moves` |
//! | `laps`: laps go on through a watched page | | `stores_that_come_to_a_watched_word` |
//! | `laps`: what lies across the end of a page is accessed as if the next one lay behind it; a lap more than a page has | | `over_the_ends_of_pages` |
//! | `laps`: pages for stores are looked up as for loads | | `over_the_ends_of_pages` |
//! | `ways_out`: what several ways out store is not stored by some | | `sums_and_copies`, `ways_out_of_the_middle` |
//! | `emit`: what a lap's later blocks would have run stays counted where an earlier one leaves | | `a_store_to_a_watched_word_next_to_loads` |
//! | `emit`: what a block stores early is not stored | | `numbers_that_are_stored_early` |
//! | `translate`: what a cold block stores early is not stored | | `what_cold_blocks_store` |
//! | `exits`: of what has been counted and not run, an odd one is not added where that is settled | | `over_the_ends_of_pages` |
//! | `guards`: of what has to be finite and what has to be ordinary, only one is tested where both wait | | `one_number_of_many_raises_flags` |
//! | `emit`: a lap more counts as left than there is | 100 | `a_store_to_a_watched_word_next_to_loads` |
//! | `guards`: what a slot held where a group began is not what is stored, of slots that are known, or is not stored, of others | 100 | `returns_to_where_nobody_expects_it` |
//! | `emit`: of a boxed number the lower half is stored although memory may lack the upper one | 100 | |
//! | `scan`: a word that is extended in its own register counts as unwritten | | `a_word_extended_in_its_own_register` |
//! | `guards`: another bit is tested than the one that says all | 100 | |
//! | `guards`: what has to be finite at a group's end is not tested | 1,000 | |
//! | `calls`: what a block has not done where it is left counts for what calls | 100 | |
//! | `region`: ways into another function are not told | 100 | |
//! | `calls`: a computed call goes along the way of the last one whatever its target is | 1,000 | |
//!
//! And with programs for AArch64:
//!
//! | planted | programs |
//! |---|---|
//! | `memory`: a misaligned access over a page's end passes, as its beginning lies in the page that the TLB has | 1,000 |
//! | `memory`: the last page is remembered by a misaligned address | 5,000 |
//! | `emit`: what a comparison compared is the other way round where a branch uses it | 100 |
//! | `emit`: another step of CRC-32 than the first shifts by one more | 100 |
//! | `emit`: what an instruction requires is not tested | 1,000 |
//! | `vector`: what saturates in the library raises no flag | 100 |
//! | `memory`: a store-exclusive leaves its reservation; what compare-and-swap finds is sign-extended | 1,000 |
//!
//! Nothing can find these, as they change nothing but speed: in `flow`, that accesses far apart share a check or a last page
//! after their base was written (each test still is of the bytes and the page that are accessed); in `cache`, that a dropped
//! region stays in tables of jumps and entries (whatever announces new code also ends all epochs, and with them these tables).

pub mod a64;
pub mod campaign;
pub mod code;
pub mod generate;
pub mod image;
pub mod program;
pub mod riscv;
pub mod run;
pub mod shrink;

pub use program::Program;
pub use run::{Difference, Done, run};
