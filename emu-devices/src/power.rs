//! How a run ends: the cell in which devices put the guest's wish to stop or to reset. What the machine does about it,
//! and which exit status the process gets, is decided elsewhere.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What a guest asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// The guest has finished. Code 0 is success by the convention of every device that ends a run.
    Exit {
        /// The guest's exit code, as wide as the device can carry it.
        code: u64,
        /// Which device ended the run, for reports: `"finisher"`, `"htif"`, `"semihosting"`, `"testbench"`.
        by: &'static str,
    },
    /// The guest wants to start again from reset.
    Reset {
        /// Which device asked.
        by: &'static str,
    },
}

/// The power switch of a board. All clones are the same switch.
///
/// The first request stands until it is taken: what a guest does in the instruction after its own exit changes nothing.
#[derive(Clone, Debug, Default)]
pub struct Power(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Set after `request` is; lets the machine look after each device access at the cost of one load.
    pressed: AtomicBool,
    request: Mutex<Option<Request>>,
}

impl Power {
    /// A switch that nobody has pressed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the run with `code`.
    pub fn exit(&self, code: u64, by: &'static str) {
        self.press(Request::Exit { code, by });
    }

    /// Asks for a reset.
    pub fn reset(&self, by: &'static str) {
        self.press(Request::Reset { by });
    }

    fn press(&self, request: Request) {
        self.0.request.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(request);
        self.0.pressed.store(true, Ordering::Release);
    }

    /// Has the machine look around after the instruction in progress, as for a request.
    pub fn nudge(&self) {
        self.0.pressed.store(true, Ordering::Release);
    }

    /// Whether there is a request, or was a nudge: one load.
    pub fn is_pressed(&self) -> bool {
        self.0.pressed.load(Ordering::Acquire)
    }

    /// The request, left in place.
    pub fn request(&self) -> Option<Request> {
        *self.0.request.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the request; the switch is as new afterwards.
    pub fn take(&self) -> Option<Request> {
        let mut request = self.0.request.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.pressed.store(false, Ordering::Release);
        request.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_request_stands_until_taken() {
        let power = Power::new();
        assert!(!power.is_pressed());
        assert_eq!(power.request(), None);
        power.clone().exit(3, "finisher");
        power.reset("htif");
        assert!(power.is_pressed());
        assert_eq!(power.request(), Some(Request::Exit { code: 3, by: "finisher" }));
        assert_eq!(power.take(), Some(Request::Exit { code: 3, by: "finisher" }));
        assert!(!power.is_pressed());
        assert_eq!(power.take(), None);
        power.reset("htif");
        assert_eq!(power.request(), Some(Request::Reset { by: "htif" }));
    }
}
