//! Virtio devices: a register window that all of them share ([`mmio`]), the rings through which requests come ([`queue`]), and
//! what each does with them ([`block`]). After the OASIS "Virtual I/O Device (VIRTIO) Version 1.2", whose sections are cited.
//!
//! Every device is two halves. [`mmio::Mmio`] is the half that guests see at an address: identification, feature negotiation,
//! queue set-up, status, the interrupt. It knows no request. A [`Model`] is the half behind it: it takes chains of descriptors
//! from a [`Queue`] and uses them. It knows no register.
//!
//! # Time
//!
//! A notification does no work. It notes which chains have become available and when they will be done; at that instruction
//! the device reads the chains, moves data, and puts them into the used ring. Until then nothing of them is seen, as with a
//! real device, and a driver that looks too early fails here every time and not only on a bad day.
//!
//! # Guests that break the rules
//!
//! Whatever a driver does to its rings is [`Broken`]: the device stops, sets DEVICE_NEEDS_RESET where there is that bit (a
//! legacy driver knows none, so it falls silent), and a reset mends it. A request that makes no sense inside rings that do is the
//! device's own business; it answers with an error. Work is bounded: a queue's size bounds the chains in flight and the
//! descriptors of a chain.

pub mod block;
pub mod empty_slot;
pub mod mmio;
pub mod queue;
#[cfg(test)]
mod testing;

use emu_mem::Memory;

pub use queue::{Broken, Chain, Queue};

/// The device's ring takes indirect descriptors (section 2.7.5.3).
pub const F_INDIRECT_DESC: u64 = 1 << 28;
/// The driver keeps to version 1 of the specification; without it, it is a legacy driver (section 6).
pub const F_VERSION_1: u64 = 1 << 32;

/// What a device does, behind its registers.
pub trait Model: Send {
    /// The device's type (section 5).
    fn id(&self) -> u32;

    /// The features it offers, [`F_VERSION_1`] aside.
    fn features(&self) -> u64;

    /// Its configuration space (section 4.2.2.1), which never changes.
    fn config(&self) -> &[u8];

    /// The largest size of each of its queues: powers of two.
    fn queue_sizes(&self) -> &'static [u16];

    /// The driver says that there is something in queue `index`. `now` is the time.
    ///
    /// # Errors
    /// [`Broken`] rings.
    fn notified(&mut self, index: usize, queue: &mut Queue, memory: &Memory, now: u64) -> Result<(), Broken>;

    /// When it wants [`complete`](Self::complete) to be called, if it does.
    fn due(&self) -> Option<u64>;

    /// Does what is due at `now`. `features` are those that the driver has accepted. Returns whether the driver is to be
    /// interrupted.
    ///
    /// # Errors
    /// [`Broken`] rings.
    fn complete(&mut self, queues: &mut [Queue], memory: &Memory, features: u64, now: u64) -> Result<bool, Broken>;

    /// Queue `index` has been stopped: what was in flight is forgotten, and nothing of it happens any more.
    fn forget(&mut self, index: usize);
}
