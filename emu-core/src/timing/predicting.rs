//! Hazard3 with its branch predictor: a target buffer of one entry. A taken backward branch that was not predicted enters it, a
//! prediction that was wrong empties it, and it is not looked at for the first word after a redirect.
//!
//! Its fetch queue is not modelled, which shows with compressed code only.

use super::hazard3::Hazard3;
use super::{Ahead, Class, Event, Insn, Pending, Static, Stepped};

/// The core's state.
pub(super) struct Predicting {
    core: Hazard3,
    pending: Pending,
    /// The branch that is predicted to be taken.
    predicted: Option<u64>,
    /// The word where the last redirect led, while control is in it.
    target_word: Option<u64>,
    /// A branch was predicted right, so that fetching went on at its target without a redirect.
    followed: bool,
}

impl Predicting {
    /// After reset.
    pub(super) fn new(core: Hazard3) -> Self {
        Predicting { core, pending: Pending::REDIRECTED, predicted: None, target_word: None, followed: false }
    }

    fn branch(&mut self, insn: &Insn, taken: bool) -> u32 {
        let in_target_word = self.target_word == Some(insn.pc & !3);
        let is_predicted = self.predicted == Some(insn.pc) && !in_target_word;
        self.pending = if taken != is_predicted { Pending::REDIRECTED } else { Pending::PLAIN };
        match (is_predicted, taken) {
            (true, true) => {
                self.target_word = None;
                self.followed = true;
                1
            }
            (true, false) => {
                self.predicted = None;
                2
            }
            (false, true) => {
                if insn.goes_back() {
                    self.predicted = Some(insn.pc);
                }
                2
            }
            (false, false) => 1,
        }
    }
}

impl Stepped for Predicting {
    fn step(&mut self, insn: &Insn, event: &Event, _: &mut dyn FnMut(&mut Vec<Ahead>)) -> u64 {
        let mut cycles = self.core.stall(self.pending, insn);
        if std::mem::take(&mut self.followed) && insn.straddles_words() {
            cycles += 1;
        }
        if self.pending == Pending::REDIRECTED {
            self.target_word = Some(insn.pc & !3);
        } else if self.target_word != Some(insn.pc & !3) {
            self.target_word = None;
        }
        if insn.class == Class::Branch {
            cycles += self.branch(insn, event.taken);
        } else {
            let cost = self.core.cost(insn);
            cycles += if event.taken { cost.taken } else { cost.falls };
            self.pending = self.core.leaves(insn, event.taken);
        }
        u64::from(cycles).wrapping_add(event.more)
    }

    fn redirect(&mut self) {
        self.pending = Pending::REDIRECTED;
    }
}
