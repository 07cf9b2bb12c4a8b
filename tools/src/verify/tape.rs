//! Console input that is given to several machines: what the first one found at each look is noted, and every other one
//! finds the same at the same look, whatever the host's clock says.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use emu_devices::console::{Input, Source};

/// What a look at the input found.
enum Answer {
    Bytes(Vec<u8>),
    /// So many looks in a row found nothing.
    Nothing(u64),
    Closed,
}

/// The answers so far. All clones are the same tape.
#[derive(Clone, Default)]
pub(super) struct Tape(Arc<Mutex<Vec<Answer>>>);

impl Tape {
    fn answers(&self) -> MutexGuard<'_, Vec<Answer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `source`, whose answers are noted.
    pub(super) fn record(&self, mut source: Source) -> Source {
        let tape = self.clone();
        Box::new(move |buffer| {
            let input = source(buffer);
            let mut answers = tape.answers();
            match (input, answers.last_mut()) {
                (Input::Bytes(n), _) => answers.push(Answer::Bytes(buffer[..n.min(buffer.len())].to_vec())),
                (Input::NothingYet, Some(Answer::Nothing(looks))) => *looks += 1,
                (Input::NothingYet, _) => answers.push(Answer::Nothing(1)),
                (Input::Closed, _) => answers.push(Answer::Closed),
            }
            input
        })
    }

    /// A source that gives the same answers from the first one on. Where the tape ends, the input does: a machine that asks
    /// for more has left the way that was recorded.
    pub(super) fn play(&self) -> Source {
        let (tape, mut at, mut looks_in_vain) = (self.clone(), 0, 0);
        Box::new(move |buffer| {
            let answers = tape.answers();
            // Looked at late, because the tape's last answer may grow.
            if matches!(answers.get(at), Some(Answer::Nothing(looks)) if *looks == looks_in_vain) {
                (at, looks_in_vain) = (at + 1, 0);
            }
            match answers.get(at) {
                Some(Answer::Bytes(bytes)) => {
                    let n = bytes.len().min(buffer.len());
                    buffer[..n].copy_from_slice(&bytes[..n]);
                    at += 1;
                    Input::Bytes(n)
                }
                Some(Answer::Nothing(_)) => {
                    looks_in_vain += 1;
                    Input::NothingYet
                }
                Some(Answer::Closed) | None => Input::Closed,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_player_finds_what_the_first_machine_found() {
        let mut script =
            [Input::NothingYet, Input::NothingYet, Input::Bytes(2), Input::NothingYet, Input::Closed].into_iter();
        let tape = Tape::default();
        let mut recorder = tape.record(Box::new(move |buffer| {
            buffer[..2].copy_from_slice(b"ab");
            script.next().expect("nobody looks more often")
        }));
        let (mut beside, mut buffer) = (tape.play(), [0; 4]);
        let mut seen = Vec::new();
        for _ in 0..5 {
            seen.push(recorder(&mut [0; 4]));
            assert_eq!(beside(&mut buffer), seen[seen.len() - 1], "a player that runs right behind the recorder");
        }
        let mut later = tape.play();
        assert!(seen.iter().all(|&input| later(&mut buffer) == input), "a player that begins later");
        assert_eq!(&buffer[..2], b"ab");
        assert_eq!(later(&mut buffer), Input::Closed, "behind the end");
    }
}
