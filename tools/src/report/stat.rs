//! The summary of a run in the manner of `perf stat`: counts of the guest first, which are the same on every host, then the
//! host's time, which is not.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use super::number::{grouped, percent};

/// Everything the summary shows. Counts are of all harts together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stat {
    /// What ran, on what, in which engine: `'hello.elf' on virt, rv64imafdc, interp`.
    pub(crate) title: String,
    /// Retired instructions.
    pub(crate) insns: u64,
    /// Of these, by privilege mode; modes that never ran may be left out.
    pub(crate) modes: Vec<(&'static str, u64)>,
    /// Exceptions taken.
    pub(crate) exceptions: u64,
    /// Interrupts taken.
    pub(crate) interrupts: u64,
    /// Instructions that read memory.
    pub(crate) loads: u64,
    /// Instructions that write memory.
    pub(crate) stores: u64,
    /// Conditional branches.
    pub(crate) branches: u64,
    /// Of these, taken ones.
    pub(crate) taken: u64,
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

impl Display for Stat {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n Counts for {}:\n", self.title)?;
        row(f, self.insns, "instructions", "")?;
        for &(mode, insns) in self.modes.iter().filter(|m| m.1 != 0) {
            row(f, insns, &format!("  in {mode} mode"), &share(insns, self.insns, "instructions"))?;
        }
        row(f, self.exceptions + self.interrupts, "traps", "")?;
        row(f, self.exceptions, "  exceptions", "")?;
        row(f, self.interrupts, "  interrupts", "")?;
        row(f, self.loads, "loads", &share(self.loads, self.insns, "instructions"))?;
        row(f, self.stores, "stores", &share(self.stores, self.insns, "instructions"))?;
        row(f, self.branches, "branches", &share(self.branches, self.insns, "instructions"))?;
        row(f, self.taken, "  taken", &share(self.taken, self.branches, "branches"))?;
        let seconds = self.host.as_secs_f64();
        let rate = if seconds > 0.0 { self.insns as f64 / seconds / 1e6 } else { 0.0 };
        writeln!(f, "\n{seconds:>20.6}  {:<24}#  {rate:.1} M instructions/s", "s host time")?;
        let bytes = grouped(self.console_bytes);
        writeln!(
            f,
            "\n  state {:#018x}, console {:#018x} ({bytes} bytes), {}",
            self.state_hash, self.console_hash, self.end
        )
    }
}

fn row(f: &mut Formatter<'_>, value: u64, name: &str, note: &str) -> fmt::Result {
    if note.is_empty() {
        writeln!(f, "{:>20}  {name}", grouped(value))
    } else {
        writeln!(f, "{:>20}  {name:<24}#  {note}", grouped(value))
    }
}

fn share(part: u64, whole: u64, of: &str) -> String {
    format!("{:.1} % of {of}", percent(part, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_looks_like_this() {
        let stat = Stat {
            title: "'hello.elf' on virt, rv64imac, interp".to_owned(),
            insns: 1_234_567,
            modes: vec![("M", 1_234_000), ("S", 0), ("U", 567)],
            exceptions: 2,
            interrupts: 1,
            loads: 300_000,
            stores: 100_000,
            branches: 200_000,
            taken: 150_000,
            host: Duration::from_micros(2_500),
            state_hash: 0x1234,
            console_hash: 0xcbf2_9ce4_8422_2325,
            console_bytes: 1_024,
            end: "exit code 0 (htif)".to_owned(),
        };
        let expected = "
 Counts for 'hello.elf' on virt, rv64imac, interp:

           1,234,567  instructions
           1,234,000    in M mode             #  100.0 % of instructions
                 567    in U mode             #  0.0 % of instructions
                   3  traps
                   2    exceptions
                   1    interrupts
             300,000  loads                   #  24.3 % of instructions
             100,000  stores                  #  8.1 % of instructions
             200,000  branches                #  16.2 % of instructions
             150,000    taken                 #  75.0 % of branches

            0.002500  s host time             #  493.8 M instructions/s

  state 0x0000000000001234, console 0xcbf29ce484222325 (1,024 bytes), exit code 0 (htif)
";
        assert_eq!(stat.to_string(), expected);
    }

    #[test]
    fn an_empty_run_divides_by_nothing() {
        let text = Stat::default().to_string();
        assert!(text.contains("0.0 M instructions/s") && !text.contains("NaN"), "{text}");
    }
}
