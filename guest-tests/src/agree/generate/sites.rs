//! The places in code that other code changes while it is in use.

use super::super::code::{Op, Target};
use super::{Maker, Statements};

/// How an instruction that others replace is replaced.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(in super::super) enum Site {
    /// By anything.
    Whole,
    /// It always is an addition of a constant; the constant changes.
    Tuned,
}

impl<W: Statements> Maker<W> {
    fn new_site(&mut self, site: Site) -> Target {
        self.sites.push(site);
        Target::Site(self.sites.len() - 1)
    }

    /// One of those that have been made.
    pub(in super::super) fn some_site(&mut self, site: Site) -> Option<Target> {
        let known: Vec<usize> = (0..self.sites.len()).filter(|&n| self.sites[n] == site).collect();
        (!known.is_empty()).then(|| Target::Site(*self.rng.pick(&known)))
    }

    /// Two instructions that others replace.
    pub(in super::super) fn site(&mut self) -> Vec<Op> {
        let site = self.new_site(Site::Whole);
        let [first, second] = [(); 2].map(|()| Op::Word(W::replacement(self)));
        // Either may jump over what follows it.
        vec![Op::Mark(site), first, second, Op::Word(W::NOP)]
    }

    /// An instruction whose constant is changed.
    pub(in super::super) fn tuned_site(&mut self) -> Vec<Op> {
        let site = self.new_site(Site::Tuned);
        vec![Op::Mark(site), W::tuned(self.rng.below(0x800) as u32)]
    }
}
