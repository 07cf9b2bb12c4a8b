//! Branch predictors: which branches would have been predicted wrongly. Returns are thought to be predicted always, as a stack of return
//! addresses does.

/// Entries of a table at most.
const MAX_ENTRIES: u64 = 1 << 24;
/// Entries of the table of targets; as cachegrind has it.
const TARGETS: usize = 512;

/// How conditional branches are predicted.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Scheme {
    /// Backward ones as taken, forward ones as not taken.
    Static,
    /// By a table of two-bit counters, chosen by the branch's address.
    Bimodal(Entries),
    /// By a table of two-bit counters, chosen by the branch's address and what the last branches did, combined by exclusive or.
    Gshare(Entries),
}

/// The size of a table: a power of two.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Entries(u64);

impl Entries {
    /// So many.
    ///
    /// # Errors
    /// They are no power of two, or too many.
    pub const fn new(entries: u64) -> Result<Self, &'static str> {
        if entries.is_power_of_two() && entries <= MAX_ENTRIES {
            Ok(Entries(entries))
        } else {
            Err("the entries are a power of two, at most 16777216")
        }
    }

    /// As a number.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl Default for Scheme {
    fn default() -> Self {
        Scheme::Gshare(Entries(1 << 14))
    }
}

/// The predictor of one hart.
#[derive(Clone, Debug)]
pub struct Predictor {
    scheme: Scheme,
    /// Two-bit counters: 2 and 3 predict that a branch is taken. They begin at 1.
    counters: Vec<u8>,
    /// What the last branches did, the last one in the lowest bit.
    history: u64,
    /// Where indirect jumps went last.
    targets: Vec<u64>,
}

impl Predictor {
    /// One that has seen nothing.
    pub fn new(scheme: Scheme) -> Self {
        let entries = match scheme {
            Scheme::Static => 0,
            Scheme::Bimodal(entries) | Scheme::Gshare(entries) => entries.0,
        };
        Predictor { scheme, counters: vec![1; entries as usize], history: 0, targets: vec![u64::MAX; TARGETS] }
    }

    /// A conditional branch at `pc`, to an address that is not above it if it `goes_back`, was taken, or not. Gives whether that was predicted
    /// wrongly.
    pub fn branch(&mut self, pc: u64, goes_back: bool, taken: bool) -> bool {
        let entries = match self.scheme {
            Scheme::Static => return goes_back != taken,
            Scheme::Bimodal(entries) | Scheme::Gshare(entries) => entries.0,
        };
        let history = if matches!(self.scheme, Scheme::Gshare(_)) { self.history } else { 0 };
        let counter = &mut self.counters[((pc >> 1 ^ history) & (entries - 1)) as usize];
        let predicted = *counter >= 2;
        *counter = if taken { (*counter + 1).min(3) } else { counter.saturating_sub(1) };
        self.history = self.history << 1 | u64::from(taken);
        predicted != taken
    }

    /// An indirect jump at `pc` went to `target`. Gives whether another target was predicted.
    pub fn jump(&mut self, pc: u64, target: u64) -> bool {
        let known = &mut self.targets[(pc >> 1) as usize % TARGETS];
        std::mem::replace(known, target) != target
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(scheme: Scheme, branches: impl Iterator<Item = (u64, bool, bool)>) -> u32 {
        let mut predictor = Predictor::new(scheme);
        branches.map(|(pc, back, taken)| u32::from(predictor.branch(pc, back, taken))).sum()
    }

    #[test]
    fn schemes_learn_what_they_can() {
        let entries = |n| Entries::new(n).expect("a power of two");
        // Loops of four laps: the last lap of each leaves.
        let laps = || (0..400).map(|n| (0x100, true, n % 4 != 3));
        assert_eq!(wrong(Scheme::Static, laps()), 100, "each end of a loop");
        assert_eq!(wrong(Scheme::Bimodal(entries(64)), laps()), 101, "and the first lap of all");
        let learnt = wrong(Scheme::Gshare(entries(1024)), laps());
        assert!(learnt < 20, "the history tells when a loop ends: {learnt}");
        // Two branches that share a counter and go different ways.
        let shared = || (0..200).map(|n| (0x100 + n % 2 * 32, false, n % 2 == 0));
        assert!(wrong(Scheme::Bimodal(entries(16)), shared()) >= 199);
        assert_eq!(wrong(Scheme::Bimodal(entries(32)), shared()), 1);
    }

    #[test]
    fn jumps_go_where_they_went() {
        let mut predictor = Predictor::new(Scheme::Static);
        let wrong: Vec<bool> = [8, 8, 12, 12, 8].map(|target| predictor.jump(0x40, target)).into();
        assert_eq!(wrong, [true, false, true, false, true]);
        assert!(predictor.jump(0x40 + 2 * 512, 12) && predictor.jump(0x40, 8), "two that share an entry");
    }

    #[test]
    fn tables_are_bounded() {
        assert!(Entries::new(0).is_err() && Entries::new(3).is_err() && Entries::new(1 << 25).is_err());
        assert_eq!(Entries::new(1 << 24).map(Entries::number), Ok(1 << 24));
    }
}
