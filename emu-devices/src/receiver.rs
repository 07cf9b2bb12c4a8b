//! The receiving end of a serial port: characters that came from the console and wait to be read. When it tells the
//! guest is the port's business.

use std::collections::VecDeque;

use crate::clock::Clock;
use crate::console::{Console, Input};

/// The console is asked for input at most this often while there is none, in instructions: 10 us of guest time.
pub const INPUT_POLL_INSNS: u64 = 10_000;

/// What one look at the console brings at most: the largest FIFO here.
const FETCH_BYTES: usize = 32;

/// A receiver FIFO.
#[derive(Debug)]
pub struct Receiver {
    clock: Clock,
    console: Console,
    queue: VecDeque<u8>,
    /// Before this instruction the console is not asked again, because it had nothing.
    next_poll: u64,
}

impl Receiver {
    /// An empty receiver on `console`.
    pub fn new(clock: Clock, console: Console) -> Self {
        Self { clock, console, queue: VecDeque::with_capacity(FETCH_BYTES), next_poll: 0 }
    }

    /// Takes what the console has, until `capacity` characters wait. Returns whether something came.
    pub fn fill(&mut self, capacity: usize) -> bool {
        let room = capacity.saturating_sub(self.queue.len()).min(FETCH_BYTES);
        if room == 0 || self.clock.now() < self.next_poll {
            return false;
        }
        let mut bytes = [0; FETCH_BYTES];
        match self.console.read(&mut bytes[..room]) {
            Input::Bytes(n) => {
                self.queue.extend(&bytes[..n]);
                true
            }
            Input::NothingYet | Input::Closed => {
                self.next_poll = self.clock.now().saturating_add(INPUT_POLL_INSNS);
                false
            }
        }
    }

    /// When a port that listens should next call [`fill`](Self::fill) by itself; `None` while it is full or nothing can
    /// come.
    pub fn next_fill(&self, capacity: usize) -> Option<u64> {
        let waits = self.queue.len() < capacity && self.console.has_input();
        waits.then(|| self.next_poll.max(self.clock.now().saturating_add(1)))
    }

    /// How many characters wait.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Takes the oldest character.
    pub fn pop(&mut self) -> Option<u8> {
        self.queue.pop_front()
    }

    /// Adds one that did not come from the console but around the port's loop.
    pub fn push(&mut self, byte: u8) {
        self.queue.push_back(byte);
    }

    /// Replaces all that waits by `byte`.
    pub fn overwrite(&mut self, byte: u8) {
        self.queue.clear();
        self.queue.push_back(byte);
    }

    /// Forgets all that waits.
    pub fn clear(&mut self) {
        self.queue.clear();
    }
}
