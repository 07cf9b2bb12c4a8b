//! Random numbers for guests: SplitMix64 from the seed that a user chose, never from the host. The same seed gives the same
//! numbers on every host. They are not fit for secrets.
//!
//! The generator is that of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014).

/// A generator.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator that starts from `seed`.
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// Fills `bytes`, eight by eight in little-endian order.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.bits().to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_splitmix64s() {
        // The first outputs of Java's SplittableRandom from this seed, as widely published.
        let mut random = Random::new(1_234_567);
        let known = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
        ];
        assert_eq!(known.map(|_| random.bits()), known);
    }

    #[test]
    fn bytes_are_the_numbers_bytes() {
        let mut bytes = [0; 11];
        Random::new(5).fill(&mut bytes);
        let mut random = Random::new(5);
        let (first, second) = (random.bits().to_le_bytes(), random.bits().to_le_bytes());
        assert_eq!(bytes[..], [&first[..], &second[..3]].concat());
    }
}
