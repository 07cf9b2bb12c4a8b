//! The summary of a run: for people in the manner of `perf stat`, and for programs as lines of a name, a tab and a value. Counts
//! of the guest come first, which are the same on every host, then what the emulator did, then the host's time.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use emu_core::profile::Event;
use emu_core::timing::Model;
use emu_core::trap::Cause;

use super::number::{grouped, percent};
use crate::counts::{Counts, Simulated};

/// Everything the summary shows. Counts are of all harts together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stat {
    /// What ran, on what, in which engine: `'hello.elf' on virt, rv64imafdc, interp`.
    pub(crate) title: String,
    /// What was counted.
    pub(crate) counts: Counts,
    /// By what model cycles were counted, if not one for each instruction.
    pub(crate) model: Option<&'static Model>,
    /// Retired instructions by privilege mode; modes that never ran may be left out.
    pub(crate) modes: Vec<(&'static str, u64)>,
    /// Exceptions and interrupts by cause, with its name; only those that occurred.
    pub(crate) causes: BTreeMap<Cause, (&'static str, u64)>,
    /// Time of the host from the first instruction to the last.
    pub(crate) host: Duration,
    /// Hash of the final architectural state.
    pub(crate) state_hash: u64,
    /// Hash of the console's output.
    pub(crate) console_hash: u64,
    /// Bytes of the console's output.
    pub(crate) console_bytes: u64,
    /// How the run ended: `exit code 0 (htif)`.
    pub(crate) end: String,
}

/// Stands between the name of a count and that of a part of it.
const PART: &str = ": ";

/// The name of the count of cycles.
const CYCLES: &str = "cycles, modelled";

/// A count with its name.
struct Row {
    /// Its name, behind those of the counts that it is a part of, each with [`PART`].
    name: String,
    count: u64,
    /// What it is a share of: how much that is, and its name.
    whole: Option<(u64, &'static str)>,
}

/// A privilege level in a sentence: RISC-V's modes have letters for names.
fn level(name: &str) -> String {
    if name.len() == 1 { format!("{name} mode") } else { name.to_owned() }
}

impl Stat {
    fn rows(&self) -> Vec<Row> {
        let counts = &self.counts;
        let stats = &counts.stats;
        let mut rows = Vec::new();
        let mut add = |name: String, count, whole| rows.push(Row { name, count, whole });
        let of_insns = Some((stats.instructions, "instructions"));
        add("instructions".to_owned(), stats.instructions, None);
        for &(mode, insns) in self.modes.iter().filter(|m| m.1 != 0) {
            add(format!("instructions: in {}", level(mode)), insns, of_insns);
        }
        for (class, &n) in &counts.classes {
            add(format!("instructions: {class}"), n, of_insns);
        }
        for (extension, &n) in &counts.extensions {
            add(format!("instructions: of {extension}"), n, of_insns);
        }
        add(CYCLES.to_owned(), counts.cycles, None);
        add("traps".to_owned(), stats.exceptions + stats.interrupts, None);
        for (kind, count) in [("exceptions", stats.exceptions), ("interrupts", stats.interrupts)] {
            add(format!("traps: {kind}"), count, None);
            let causes = self.causes.iter().filter(|(cause, _)| cause.is_interrupt == (kind == "interrupts"));
            for (_, &(name, count)) in causes {
                add(format!("traps: {kind}: {name}"), count, None);
            }
        }
        for (name, all, by_size) in
            [("loads", stats.loads, &counts.load_bytes), ("stores", stats.stores, &counts.store_bytes)]
        {
            add(name.to_owned(), all, of_insns);
            for (&bytes, &n) in by_size {
                add(format!("{name}: {}", size(bytes)), n, Some((all, name)));
            }
        }
        add("branches".to_owned(), stats.branches, of_insns);
        add("branches: taken".to_owned(), stats.taken, Some((stats.branches, "branches")));
        add("jumps".to_owned(), stats.jumps, of_insns);
        add("jumps: calls".to_owned(), counts.calls, Some((stats.jumps, "jumps")));
        add("jumps: returns".to_owned(), counts.returns, Some((stats.jumps, "jumps")));
        add("different instructions".to_owned(), counts.distinct_insns, None);
        add("pages of code".to_owned(), counts.code_pages, None);
        let accessed = || counts.devices.iter().filter(|device| device.reads + device.writes > 0);
        add("device accesses".to_owned(), accessed().map(|device| device.reads + device.writes).sum(), None);
        for device in accessed() {
            let name = format!("device accesses: {} at {}", device.range.name, device.range.first);
            add(name, device.reads + device.writes, None);
        }
        if let Some(data) = &counts.data {
            for (which, by_size) in [("load", &data.loads), ("store", &data.stores)] {
                for (&bytes, accesses) in by_size {
                    let all = accesses.aligned + accesses.misaligned;
                    add(format!("{which} accesses {}", size(bytes)), all, None);
                    let name = format!("{which} accesses {}: misaligned", size(bytes));
                    add(name, accesses.misaligned, Some((all, "these")));
                }
            }
            add("pages of data".to_owned(), data.pages.len() as u64, None);
            for (hart, stack) in &data.stacks {
                add(format!("bytes of stack, hart {hart}"), stack.bytes(), None);
            }
        }
        if let Some(Simulated { options, costs }) = counts.simulated {
            let mut misses = |name: &str, event: Event, all, of| add(name.to_owned(), costs[event], Some((all, of)));
            if options.caches.is_some() {
                misses("I1 misses", Event::FetchMisses, stats.instructions, "instructions");
                misses("D1 misses to load", Event::LoadMisses, stats.loads, "loads");
                misses("D1 misses to store", Event::StoreMisses, stats.stores, "stores");
                misses("LL misses to fetch", Event::LastFetchMisses, stats.instructions, "instructions");
                misses("LL misses to load", Event::LastLoadMisses, stats.loads, "loads");
                misses("LL misses to store", Event::LastStoreMisses, stats.stores, "stores");
            }
            if options.predictor.is_some() {
                misses("branches predicted wrongly", Event::WrongBranches, stats.branches, "branches");
                misses("jumps predicted wrongly", Event::WrongJumps, counts.indirect_jumps, "indirect jumps");
            }
        }
        for region in &counts.regions {
            let name = format!("in region {}", region.name.replace(PART, " "));
            add(name.clone(), region.instructions, of_insns);
            add(format!("{name}: cycles"), region.cycles, None);
            add(format!("{name}: times"), region.times, None);
        }
        let (tlb, of_misses) = (counts.tlb, Some((counts.tlb.misses(), "misses")));
        add("TLB misses".to_owned(), tlb.misses(), None);
        add("TLB misses: walks".to_owned(), tlb.walks, of_misses);
        add("TLB misses: pushed out before".to_owned(), tlb.recalled, of_misses);
        add("TLB misses: translated ahead".to_owned(), tlb.prefetched_used, of_misses);
        add("TLB walks to fetch".to_owned(), tlb.fetch_walks, None);
        add("TLB ahead without a miss".to_owned(), tlb.streamed, None);
        add("TLB ahead in vain".to_owned(), tlb.in_vain(), None);
        for (name, count) in &counts.details {
            add(name.clone().into_owned(), *count, None);
        }
        rows
    }

    /// For programs: a line for each value, its name and a tab in front.
    pub(crate) fn lines(&self) -> String {
        let counts = self.rows().into_iter().map(|row| (row.name, row.count.to_string()));
        let others = [
            ("host seconds", format!("{:.6}", self.host.as_secs_f64())),
            ("state hash", format!("{:#018x}", self.state_hash)),
            ("console hash", format!("{:#018x}", self.console_hash)),
            ("console bytes", self.console_bytes.to_string()),
            ("end", self.end.clone()),
        ];
        let model = self.model.map(|model| ("timing model".to_owned(), model.name.to_owned()));
        let all = counts.chain(others.map(|(name, value)| (name.to_owned(), value)));
        all.chain(model).map(|(name, value)| format!("{name}\t{value}\n")).collect()
    }
}

impl Display for Stat {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n Counts for {}:\n", self.title)?;
        for Row { name, count, whole } in self.rows() {
            let (depth, name) = (name.matches(PART).count(), name.rsplit(PART).next().unwrap_or(&name));
            let (value, name) = (grouped(count), format!("{:1$}{name}", "", 2 * depth));
            match whole {
                None if name == CYCLES && self.model.is_some() => {
                    let each = count as f64 / self.counts.stats.instructions.max(1) as f64;
                    writeln!(f, "{value:>20}  {name:<24}#  {each:.3} cycles an instruction")?;
                }
                None => writeln!(f, "{value:>20}  {name}")?,
                Some((whole, of)) => {
                    writeln!(f, "{value:>20}  {name:<24}#  {:.1} % of {of}", percent(count, whole))?;
                }
            }
        }
        if let Some(model) = self.model {
            writeln!(f, "\n  cycles by {}: {}", model.name, model.claim)?;
        }
        let seconds = self.host.as_secs_f64();
        let rate = if seconds > 0.0 { self.counts.stats.instructions as f64 / seconds / 1e6 } else { 0.0 };
        writeln!(f, "\n{seconds:>20.6}  {:<24}#  {rate:.1} M instructions/s", "s host time")?;
        let bytes = grouped(self.console_bytes);
        writeln!(
            f,
            "\n  state {:#018x}, console {:#018x} ({bytes} bytes), {}",
            self.state_hash, self.console_hash, self.end
        )
    }
}

/// How wide an access is.
fn size(bytes: u64) -> String {
    match bytes {
        0 => "of other sizes".to_owned(),
        1 => "of 1 byte".to_owned(),
        bytes => format!("of {bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use emu_core::machine::{Region, Stats};
    use emu_mem::{DeviceCounts, GuestPhys, Range, TlbCounts};

    use super::*;

    fn example() -> Stat {
        let cause = |is_interrupt, code| Cause { is_interrupt, code };
        let stats = Stats {
            instructions: 1_234_567,
            exceptions: 2,
            interrupts: 1,
            loads: 300_000,
            stores: 100_000,
            branches: 200_000,
            taken: 150_000,
            jumps: 10_000,
            ..Stats::default()
        };
        let (first, last) = (GuestPhys(0x1000_0000), GuestPhys(0x1000_0007));
        let uart = Range { name: "uart16550".to_owned(), first, last };
        let region =
            Region { name: "marker 1".to_owned(), times: 2, instructions: 617_283, cycles: 617_283, is_open: false };
        let counts = Counts {
            stats,
            cycles: 1_234_567,
            classes: [("integer", 634_567), ("load", 300_000)].into(),
            extensions: [("i".to_owned(), 1_000_000), ("m".to_owned(), 234_567)].into(),
            load_bytes: [(1, 100_000), (4, 200_000)].into(),
            store_bytes: BTreeMap::new(),
            calls: 5_000,
            returns: 4_000,
            distinct_insns: 321,
            code_pages: 2,
            devices: vec![DeviceCounts { range: uart, reads: 3, writes: 14 }],
            regions: vec![region],
            tlb: TlbCounts {
                walks: 5,
                fetch_walks: 6,
                recalled: 2,
                prefetched: 4,
                prefetched_used: 1,
                streamed: 2,
                ..TlbCounts::default()
            },
            ..Counts::default()
        };
        Stat {
            title: "'hello.elf' on virt, rv64imac, interp".to_owned(),
            counts,
            model: None,
            causes: [
                (cause(false, 8), ("environment call from U-mode", 1)),
                (cause(false, 15), ("store/AMO page fault", 1)),
                (cause(true, 7), ("machine timer interrupt", 1)),
            ]
            .into(),
            modes: vec![("M", 1_234_000), ("S", 0), ("U", 567)],
            host: Duration::from_micros(2_500),
            state_hash: 0x1234,
            console_hash: 0xcbf2_9ce4_8422_2325,
            console_bytes: 1_024,
            end: "exit code 0 (htif)".to_owned(),
        }
    }

    #[test]
    fn the_summary_looks_like_this() {
        let expected = "
 Counts for 'hello.elf' on virt, rv64imac, interp:

           1,234,567  instructions
           1,234,000    in M mode             #  100.0 % of instructions
                 567    in U mode             #  0.0 % of instructions
             634,567    integer               #  51.4 % of instructions
             300,000    load                  #  24.3 % of instructions
           1,000,000    of i                  #  81.0 % of instructions
             234,567    of m                  #  19.0 % of instructions
           1,234,567  cycles, modelled
                   3  traps
                   2    exceptions
                   1      environment call from U-mode
                   1      store/AMO page fault
                   1    interrupts
                   1      machine timer interrupt
             300,000  loads                   #  24.3 % of instructions
             100,000    of 1 byte             #  33.3 % of loads
             200,000    of 4 bytes            #  66.7 % of loads
             100,000  stores                  #  8.1 % of instructions
             200,000  branches                #  16.2 % of instructions
             150,000    taken                 #  75.0 % of branches
              10,000  jumps                   #  0.8 % of instructions
               5,000    calls                 #  50.0 % of jumps
               4,000    returns               #  40.0 % of jumps
                 321  different instructions
                   2  pages of code
                  17  device accesses
                  17    uart16550 at 0x10000000
             617,283  in region marker 1      #  50.0 % of instructions
             617,283    cycles
                   2    times
                   8  TLB misses
                   5    walks                 #  62.5 % of misses
                   2    pushed out before     #  25.0 % of misses
                   1    translated ahead      #  12.5 % of misses
                   6  TLB walks to fetch
                   2  TLB ahead without a miss
                   1  TLB ahead in vain

            0.002500  s host time             #  493.8 M instructions/s

  state 0x0000000000001234, console 0xcbf29ce484222325 (1,024 bytes), exit code 0 (htif)
";
        assert_eq!(example().to_string(), expected);
    }

    #[test]
    fn lines_for_programs() {
        let lines = example().lines();
        let value = |name: &str| lines.lines().find_map(|line| line.strip_prefix(&format!("{name}\t")));
        assert!(lines.lines().all(|line| line.matches('\t').count() == 1), "{lines}");
        for (name, expected) in [
            ("instructions", "1234567"),
            ("instructions: in U mode", "567"),
            ("traps", "3"),
            ("traps: exceptions: store/AMO page fault", "1"),
            ("traps: interrupts: machine timer interrupt", "1"),
            ("branches: taken", "150000"),
            ("TLB misses", "8"),
            ("TLB misses: walks", "5"),
            ("TLB ahead without a miss", "2"),
            ("TLB ahead in vain", "1"),
            ("host seconds", "0.002500"),
            ("state hash", "0x0000000000001234"),
            ("console bytes", "1024"),
            ("end", "exit code 0 (htif)"),
        ] {
            assert_eq!(value(name), Some(expected), "{name} in {lines}");
        }
    }

    #[test]
    fn an_empty_run_divides_by_nothing() {
        let text = Stat::default().to_string();
        assert!(text.contains("0.0 M instructions/s") && !text.contains("NaN"), "{text}");
    }
}
