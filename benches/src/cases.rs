//! The table of all cases, and by group what they do. No case here knows a harness.
//!
//! What the emulator cannot do yet stands in the table as a comment, where it belongs.

mod access;
mod decode;
mod interpret;
mod pool;
mod stream;
mod switch;
mod timed;
mod translate;
mod translated;
mod walk;

use crate::Case;

/// Hands the table of cases to the macro `$with`: groups, each with what one operation is, and in them a name and an
/// expression that sets the case up. A harness that needs the names at compile time gets them from here too.
#[macro_export]
macro_rules! for_each_case {
    ($with:ident) => {
        $with! {
            reference "a read of a host slice, bounds checked" {
                read_8 = access::slice_reads();
            }
            ram "an access to guest RAM by offset" {
                read_1 = access::ram_reads::<u8>(Aligned);
                read_2 = access::ram_reads::<u16>(Aligned);
                read_4 = access::ram_reads::<u32>(Aligned);
                read_8 = access::ram_reads::<u64>(Aligned);
                read_8_unaligned = access::ram_reads::<u64>(Unaligned);
                write_1 = access::ram_writes::<u8>(Aligned);
                write_2 = access::ram_writes::<u16>(Aligned);
                write_4 = access::ram_writes::<u32>(Aligned);
                write_8 = access::ram_writes::<u64>(Aligned);
                write_8_unaligned = access::ram_writes::<u64>(Unaligned);
                // batch mapping against one by one
            }
            bus "an access over the bus by physical address" {
                read_8 = access::bus_reads(Aligned);
                write_8 = access::bus_writes(Aligned);
                read_8_split = access::bus_split_reads();
                write_8_split = access::bus_split_writes();
                device_read_4 = access::device_reads();
                device_write_4 = access::device_writes();
            }
            load "a load as an instruction does it, under Sv39, of a page that the TLB has" {
                aligned_1 = access::loads::<u8>(Aligned);
                aligned_2 = access::loads::<u16>(Aligned);
                aligned_4 = access::loads::<u32>(Aligned);
                aligned_8 = access::loads::<u64>(Aligned);
                unaligned_2 = access::loads::<u16>(Unaligned);
                unaligned_4 = access::loads::<u32>(Unaligned);
                unaligned_8 = access::loads::<u64>(Unaligned);
                crossing_2 = access::loads::<u16>(Crossing);
                crossing_4 = access::loads::<u32>(Crossing);
                crossing_8 = access::loads::<u64>(Crossing);
            }
            store "a store as an instruction does it, under Sv39, to a page that the TLB has" {
                aligned_1 = access::stores::<u8>(Aligned);
                aligned_2 = access::stores::<u16>(Aligned);
                aligned_4 = access::stores::<u32>(Aligned);
                aligned_8 = access::stores::<u64>(Aligned);
                unaligned_2 = access::stores::<u16>(Unaligned);
                unaligned_4 = access::stores::<u32>(Unaligned);
                unaligned_8 = access::stores::<u64>(Unaligned);
                crossing_2 = access::stores::<u16>(Crossing);
                crossing_4 = access::stores::<u32>(Crossing);
                crossing_8 = access::stores::<u64>(Crossing);
            }
            walk "the first load from a page after a flush, the flush shared by 256" {
                bare = walk::scattered(Bare);
                sv32 = walk::scattered(Sv32);
                sv39 = walk::scattered(Sv39);
                sv48 = walk::scattered(Sv48);
                sv57 = walk::scattered(Sv57);
                sv39_in_order = walk::in_order(Sv39, Ahead::No);
                sv39_ahead = walk::in_order(Sv39, Ahead::Yes);
            }
            stream "an access to a working set larger than the TLB, under Sv39" {
                sequential = stream::sequential(Ahead::Yes);
                sequential_no_ahead = stream::sequential(Ahead::No);
                strided = stream::strided(Ahead::Yes);
                strided_no_ahead = stream::strided(Ahead::No);
                random = stream::random(Ahead::Yes);
                random_no_ahead = stream::random(Ahead::No);
                chase = stream::chase(Ahead::Yes);
                chase_no_ahead = stream::chase(Ahead::No);
                apart_4m = stream::arrays_apart();
            }
            switch "a change, and four loads behind it" {
                satp = switch::address_spaces(Kept::Yes);
                satp_flushing = switch::address_spaces(Kept::No);
                mode = switch::modes();
            }
            pool "acquiring and releasing a buffer of 4 KiB" {
                local = pool::local();
                shared = pool::shared();
            }
            decode "a decoded instruction" {
                short = decode::short();
                long = decode::long();
            }
            interpret "a guest instruction" {
                alu = interpret::alu().interpreted();
                branch = interpret::branch().interpreted();
                memory = interpret::memory().interpreted();
                single = interpret::single().interpreted();
                double = interpret::double().interpreted();
                device = interpret::device().interpreted();
                timer = interpret::timer().interpreted();
                new_code = interpret::new_code().interpreted();
                made_code = interpret::made_code().interpreted();
                // Vectored block I/O is the kernel's work: emu-mem/examples/transfers.rs times it.
            }
            translate "a guest instruction that is translated, and run once" {
                integer = translate::region(interpret::branch());
                memory = translate::region(interpret::memory());
                double = translate::region(interpret::double());
            }
            translated "a guest instruction of compiled code" {
                alu = translated::run(interpret::alu());
                branch = translated::run(interpret::branch());
                memory = translated::run(interpret::memory());
                memory_sv39 = translated::run(translated::memory_sv39());
                sum = translated::run(translated::sum());
                calls = translated::run(translated::calls());
                double = translated::run(interpret::double());
                new_code = translated::run(interpret::new_code());
                made_code = translated::run(interpret::made_code());
            }
            timed "an instruction of a kernel under a timing model, whose cycles are compared" {
                pico_fast = timed::kernels("pico-fast");
                pico_fast_noc = timed::kernels("pico-fast-noc");
                pico_small_noc = timed::kernels("pico-small-noc");
                pico_fast_w1 = timed::kernels("pico-fast-w1");
                ibex_small = timed::kernels("ibex-small");
                ibex_bt = timed::kernels("ibex-bt");
                ibex_slow = timed::kernels("ibex-slow");
                ibex_maxperf = timed::kernels("ibex-maxperf");
                h3_nobp = timed::kernels("h3-nobp");
                h3_small = timed::kernels("h3-small");
                h3_fast = timed::kernels("h3-fast");
                rocket = timed::kernels("rocket");
            }
        }
    };
}

macro_rules! define {
    ($($group:ident $operation:literal { $($name:ident = $prepare:expr;)* })*) => {
        /// All cases in the table's order.
        pub fn all() -> Vec<Case> {
            use crate::guest::Translation::*;
            use access::Place::*;
            use stream::Ahead;
            use switch::Kept;
            vec![$($(
                Case {
                    group: stringify!($group),
                    name: stringify!($name),
                    operation: $operation,
                    prepare: || $prepare,
                },
            )*)*]
        }
    };
}
for_each_case!(define);

#[cfg(test)]
mod tests {
    use super::all;
    use crate::prepare;

    #[test]
    fn every_run_of_a_case_does_the_same() {
        let mut paths = Vec::new();
        for case in all() {
            let mut prepared = (case.prepare)();
            assert!(prepared.operations() >= 256, "{}: too few for the call not to count", case.path());
            assert_eq!(prepared.run(), prepared.run(), "{}", case.path());
            paths.push(case.path());
        }
        paths.sort();
        let before = paths.len();
        paths.dedup();
        assert_eq!(paths.len(), before, "two cases have one name");
    }

    #[test]
    fn guest_programs_trap_only_where_they_mean_to() {
        let calls = |path: &str| prepare(path).run();
        assert_eq!(calls("switch/mode"), prepare("switch/mode").operations() / 2);
        assert_eq!(calls("switch/satp"), 0);
        // Each two ticks of the clock, which are 200 instructions.
        assert_eq!(calls("interpret/timer"), prepare("interpret/timer").operations().div_ceil(200));
        let straight = |path: &String| path.starts_with("interpret/") && path != "interpret/timer";
        for path in all().iter().map(|case| case.path()).filter(straight) {
            assert_eq!(calls(&path), 0, "{path}");
        }
    }
}
