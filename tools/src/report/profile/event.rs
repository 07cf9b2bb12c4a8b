//! What a profile counts: the names of events, as users choose them and as callgrind has them, and when they are counted.

use anyhow::{Result, bail};
use emu_core::observe::Options;
use emu_core::profile::Event;

/// An event with its names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    /// What it is.
    pub(crate) event: Event,
    /// Its name for `--event`, and in files that know several.
    pub(crate) name: &'static str,
    /// Its name in callgrind's format.
    pub(crate) callgrind: &'static str,
    /// What that means.
    pub(crate) what: &'static str,
}

const fn named(event: Event, name: &'static str, callgrind: &'static str, what: &'static str) -> Named {
    Named { event, name, callgrind, what }
}

/// All of them, in the order of callgrind.
pub(crate) const EVENTS: [Named; 14] = [
    named(Event::Instructions, "instructions", "Ir", "Instructions"),
    named(Event::Loads, "loads", "Dr", "Instructions that load"),
    named(Event::Stores, "stores", "Dw", "Instructions that store"),
    named(Event::FetchMisses, "fetch-misses", "I1mr", "Instructions that the cache I1 missed"),
    named(Event::LoadMisses, "load-misses", "D1mr", "Loads that the cache D1 missed"),
    named(Event::StoreMisses, "store-misses", "D1mw", "Stores that the cache D1 missed"),
    named(Event::LastFetchMisses, "last-fetch-misses", "ILmr", "Instructions that the cache LL missed"),
    named(Event::LastLoadMisses, "last-load-misses", "DLmr", "Loads that the cache LL missed"),
    named(Event::LastStoreMisses, "last-store-misses", "DLmw", "Stores that the cache LL missed"),
    named(Event::Branches, "branches", "Bc", "Conditional branches"),
    named(Event::WrongBranches, "wrong-branches", "Bcm", "Conditional branches predicted wrongly"),
    named(Event::IndirectJumps, "indirect-jumps", "Bi", "Indirect jumps that are no returns"),
    named(Event::WrongJumps, "wrong-jumps", "Bim", "Indirect jumps predicted wrongly"),
    named(Event::Cycles, "cycles", "Cy", "Modelled cycles"),
];

/// Instructions.
pub(crate) const INSTRUCTIONS: Named = EVENTS[0];

impl Named {
    /// The option without which it is not counted; `None` if it is, in a run with a timing model or not that simulates this.
    fn missing(&self, is_timed: bool, simulated: &Options) -> Option<&'static str> {
        match self.event {
            Event::Instructions | Event::Loads | Event::Stores | Event::Branches | Event::IndirectJumps => None,
            Event::Cycles => (!is_timed).then_some("--timing"),
            Event::FetchMisses
            | Event::LoadMisses
            | Event::StoreMisses
            | Event::LastFetchMisses
            | Event::LastLoadMisses
            | Event::LastStoreMisses => simulated.caches.is_none().then_some("--cache"),
            Event::WrongBranches | Event::WrongJumps => simulated.predictor.is_none().then_some("--predictor"),
        }
    }

    /// Those that are counted then.
    pub(crate) fn counted(is_timed: bool, simulated: &Options) -> Vec<Named> {
        EVENTS.into_iter().filter(|named| named.missing(is_timed, simulated).is_none()).collect()
    }

    /// The event of this name.
    ///
    /// # Errors
    ///
    /// There is none, or it is not counted then. The message has those that are.
    pub(crate) fn choose(name: &str, is_timed: bool, simulated: &Options) -> Result<Named> {
        let names = |events: &[Named]| events.iter().map(|named| named.name).collect::<Vec<_>>().join(", ");
        let Some(named) = EVENTS.into_iter().find(|named| named.name == name) else {
            bail!("there is no such event; there are {}", names(&EVENTS));
        };
        if let Some(option) = named.missing(is_timed, simulated) {
            let counted = names(&Named::counted(is_timed, simulated));
            bail!("without {option} it is not counted; add that, or give one of {counted}");
        }
        Ok(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        for (n, one) in EVENTS.iter().enumerate() {
            assert!(EVENTS[..n].iter().all(|other| {
                other.name != one.name && other.callgrind != one.callgrind && other.event != one.event
            }));
        }
        assert_eq!(INSTRUCTIONS.event, Event::Instructions);
    }

    #[test]
    fn what_is_not_counted_is_refused_with_what_is() {
        let nothing = Options::default();
        let refusal = |name| Named::choose(name, false, &nothing).expect_err("it is not counted").to_string();
        assert!(refusal("cycles").contains("--timing") && refusal("cycles").ends_with("branches, indirect-jumps"));
        assert!(refusal("load-misses").contains("--cache") && refusal("wrong-jumps").contains("--predictor"));
        assert!(refusal("cycle").contains("there is no such event; there are instructions, loads,"));
        assert_eq!(Named::choose("cycles", true, &nothing).map(|named| named.event).ok(), Some(Event::Cycles));
        assert_eq!(Named::choose("stores", false, &nothing).map(|named| named.event).ok(), Some(Event::Stores));
    }
}
