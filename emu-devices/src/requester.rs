//! Which hart the bus access in progress comes from: what a real bus calls the requester's number. Only devices with
//! registers banked by hart look at it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A handle on the number. All clones show the same.
///
/// The machine sets it whenever another hart's turn begins; devices only read it.
#[derive(Clone, Debug, Default)]
pub struct Requester(Arc<AtomicUsize>);

impl Requester {
    /// A handle of its own, at hart 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of the hart whose access this is.
    pub fn hart(&self) -> usize {
        self.0.load(Relaxed)
    }

    /// Says whose accesses follow. Only the machine calls this.
    pub fn set(&self, hart: usize) {
        self.0.store(hart, Relaxed);
    }
}
