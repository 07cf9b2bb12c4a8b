//! A device that both the bus and the board hold, and what makes a device tick. Not a general-purpose lock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use emu_mem::{BusFault, Device, Width};

/// Something that happens in a device at an instruction of its own choosing, without being accessed.
///
/// When it wants to be called is published in a [`Deadline`](crate::clock::Deadline), which costs one load to read.
pub trait Timed: Send {
    /// Does what is due at the clock's present time and publishes the next deadline.
    ///
    /// Calling it early does nothing, calling it twice does nothing the second time.
    fn tick(&mut self);
}

/// A device behind a lock: a handle that can be cloned, one for the bus and one for the board.
#[derive(Debug, Default)]
pub struct Shared<T>(Arc<Mutex<T>>);

impl<T> Shared<T> {
    /// Wraps `device`.
    pub fn new(device: T) -> Self {
        Self(Arc::new(Mutex::new(device)))
    }

    /// The device itself, for as long as the guard lives.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        // A panic elsewhere leaves registers of an emulated device behind, and those are valid in every combination.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Device> Device for Shared<T> {
    fn read(&mut self, offset: u64, width: Width) -> Result<u64, BusFault> {
        self.lock().read(offset, width)
    }

    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault> {
        self.lock().write(offset, width, value)
    }
}

impl<T: Timed> Timed for Shared<T> {
    fn tick(&mut self) {
        self.lock().tick();
    }
}
