//! What caches would have missed, and a branch predictor foretold wrongly, if that was simulated.

use emu_core::hart::Arch;
use emu_core::machine::Machine;
use emu_core::observe::Options;
use emu_core::profile::Costs;

/// Of all harts together, each with caches and a predictor of its own.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Simulated {
    /// What was simulated.
    pub(crate) options: Options,
    /// What came of it.
    pub(crate) costs: Costs,
}

impl Simulated {
    /// What the machine came to up to now. `None` unless something was simulated.
    pub(crate) fn of<A: Arch>(machine: &Machine<A>) -> Option<Self> {
        let mut observers = (0..machine.harts().len()).filter_map(|hart| machine.observed(hart));
        let first = observers.next().filter(|first| first.options() != Options::default())?;
        let mut costs = first.costs();
        observers.for_each(|observer| costs += observer.costs());
        Some(Simulated { options: first.options(), costs })
    }
}
