//! Regions of interest: how much ran between the instructions at which the guest said that one begins and ends.

use emu_devices::roi::Signal;

/// So many regions are told apart. Beyond, passes between markers count for the last one of their name, and what has a new name
/// is not counted.
pub const MAX_REGIONS: usize = 4096;

/// A region of interest, with everything that ran in it, called functions and handlers included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Region {
    /// Its name; `marker 1` of one that begins with that marker.
    pub name: String,
    /// How often it was entered; nested in itself it counts once. Each pass between two markers is a region by itself.
    pub times: u64,
    /// Instructions that retired in it, of all harts.
    pub instructions: u64,
    /// Modelled cycles, of all harts.
    pub cycles: u64,
    /// Whether it has not ended; it is then counted up to now.
    pub is_open: bool,
}

/// How much has run.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Moment {
    pub instructions: u64,
    pub cycles: u64,
}

#[derive(Clone, Debug)]
struct Known {
    name: String,
    times: u64,
    /// What lies between all beginnings and ends that belong together.
    sum: Moment,
    since: Moment,
    /// How often it is nested in itself; 0 while it has ended.
    depth: u64,
}

/// All regions of a machine, in the order in which they first began.
#[derive(Clone, Default, Debug)]
pub(super) struct Regions(Vec<Known>);

impl Regions {
    pub(super) fn take(&mut self, signal: Signal, now: Moment) {
        match signal {
            Signal::Mark(id) => {
                let before =
                    id.checked_sub(1).map(marker).and_then(|name| self.find(&name)).filter(|known| known.depth > 0);
                match before {
                    Some(known) => known.end(now),
                    None => self.pass(&marker(id), now),
                }
            }
            Signal::Begin(name) => self.begin(&name, now),
            Signal::End(name) => {
                if let Some(known) = self.find(&name) {
                    known.end(now);
                }
            }
        }
    }

    fn find(&mut self, name: &str) -> Option<&mut Known> {
        self.0.iter_mut().rev().find(|known| known.name == name)
    }

    /// A pass between markers begins: anew, if the last one of the name has not ended.
    fn pass(&mut self, name: &str, now: Moment) {
        let room = self.0.len() < MAX_REGIONS;
        match self.find(name) {
            Some(known) if known.depth > 0 => known.since = now,
            Some(known) if !room => known.begin(now),
            _ if room => self.add(name, now),
            _ => {}
        }
    }

    fn begin(&mut self, name: &str, now: Moment) {
        let room = self.0.len() < MAX_REGIONS;
        match self.find(name) {
            Some(known) => known.begin(now),
            None if room => self.add(name, now),
            None => {}
        }
    }

    fn add(&mut self, name: &str, since: Moment) {
        self.0.push(Known { name: name.to_owned(), times: 1, sum: Moment::default(), since, depth: 1 });
    }

    /// What was counted up to now.
    pub(super) fn all(&self, now: Moment) -> Vec<Region> {
        let region = |known: &Known| {
            let mut known = known.clone();
            let is_open = known.depth > 0;
            known.depth = known.depth.min(1);
            known.end(now);
            let Known { name, times, sum: Moment { instructions, cycles }, .. } = known;
            Region { name, times, instructions, cycles, is_open }
        };
        self.0.iter().map(region).collect()
    }
}

impl Known {
    fn begin(&mut self, now: Moment) {
        if self.depth == 0 {
            (self.times, self.since) = (self.times + 1, now);
        }
        self.depth += 1;
    }

    fn end(&mut self, now: Moment) {
        if self.depth == 1 {
            self.sum.instructions += now.instructions - self.since.instructions;
            self.sum.cycles += now.cycles - self.since.cycles;
        }
        self.depth = self.depth.saturating_sub(1);
    }
}

/// The name of the region that begins with a marker.
fn marker(id: u32) -> String {
    format!("marker {id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(n: u64) -> Moment {
        Moment { instructions: n, cycles: 2 * n }
    }

    fn regions(signals: &[(Signal, u64)]) -> Vec<(String, u64, u64, bool)> {
        let mut regions = Regions::default();
        signals.iter().for_each(|(signal, n)| regions.take(signal.clone(), at(*n)));
        let all = regions.all(at(1000));
        assert!(all.iter().all(|region| region.cycles == 2 * region.instructions));
        all.into_iter().map(|region| (region.name, region.times, region.instructions, region.is_open)).collect()
    }

    fn named(name: &str, times: u64, instructions: u64, is_open: bool) -> (String, u64, u64, bool) {
        (name.to_owned(), times, instructions, is_open)
    }

    #[test]
    fn markers_make_pairs() {
        let mark = Signal::Mark;
        let found =
            regions(&[(mark(1), 10), (mark(2), 25), (mark(3), 30), (mark(4), 31), (mark(1), 50), (mark(2), 60)]);
        let (first, third) = (named("marker 1", 1, 15, false), named("marker 3", 1, 1, false));
        assert_eq!(found, [first, third, named("marker 1", 1, 10, false)]);
        // The last of several beginnings counts, and what never ends counts up to now.
        let found = regions(&[(mark(1), 10), (mark(1), 20), (mark(2), 25), (mark(7), 990)]);
        assert_eq!(found, [named("marker 1", 1, 5, false), named("marker 7", 1, 10, true)]);
        assert_eq!(regions(&[(mark(0), 1), (mark(1), 4)]), [named("marker 0", 1, 3, false)]);
    }

    #[test]
    fn names_nest() {
        let (begin, end) = (|name: &str| Signal::Begin(name.to_owned()), |name: &str| Signal::End(name.to_owned()));
        let found = regions(&[
            (begin("outer"), 0),
            (begin("inner"), 10),
            (begin("inner"), 20),
            (end("inner"), 30),
            (end("inner"), 40),
            (end("outer"), 100),
            (end("outer"), 200),
            (end("nobody's"), 300),
        ]);
        assert_eq!(found, [named("outer", 1, 100, false), named("inner", 1, 30, false)]);
    }

    #[test]
    fn there_is_a_bound() {
        let mut regions = Regions::default();
        for id in 0..MAX_REGIONS as u32 + 10 {
            regions.take(Signal::Begin(id.to_string()), at(0));
        }
        assert_eq!(regions.all(at(1)).len(), MAX_REGIONS);
        let mut regions = Regions::default();
        for n in 0..2 * MAX_REGIONS as u64 {
            regions.take(Signal::Mark(1), at(10 * n));
            regions.take(Signal::Mark(2), at(10 * n + 3));
        }
        let all = regions.all(at(1));
        assert_eq!(all.len(), MAX_REGIONS);
        assert_eq!(all.iter().map(|region| region.instructions).sum::<u64>(), 3 * 2 * MAX_REGIONS as u64);
    }
}
