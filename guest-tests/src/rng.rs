//! The random numbers of the tests, the same on every host for a given seed.

use emu_devices::random::Random;

/// A generator.
#[derive(Clone, Debug)]
pub struct Rng(Random);

impl Rng {
    /// The generator that starts from `seed`.
    pub fn new(seed: u64) -> Self {
        Rng(Random::new(seed))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.bits()
    }

    /// A number below `bound`, which is not zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `from`, which is not empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }
}
