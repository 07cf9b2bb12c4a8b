//! Operands that hurt: corners of a format, and random numbers with clustered exponents and fractions near the places
//! where rounding decides.

use emu_core::float::Format;

/// The seed of every stream of random operands.
pub(crate) const SEED: u64 = 0x5eed_0754_2019_0001;

/// A stream of random operands (SplitMix64).
pub(crate) struct Cases(u64);

impl Cases {
    /// The stream that belongs to a name, so that one test's operands do not move when another asks for more.
    pub(crate) fn new(name: &str) -> Self {
        let salt = name.bytes().fold(0u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        println!("{name}: seed {SEED:#x}");
        Self(SEED ^ salt)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// One operand.
    pub(crate) fn one<F: Format>(&mut self) -> F::Bits {
        if self.below(16) == 0 {
            let corners = corners::<F>();
            return corners[self.below(corners.len() as u64) as usize];
        }
        let exponent = match self.below(4) {
            0 => self.near(1, 3),
            1 => self.near(2 * i64::from(F::BIAS), 3),
            2 => self.near(i64::from(F::BIAS), 66),
            _ => self.below(2 * F::BIAS as u64 + 2) as i64,
        };
        self.with_exponent::<F>(exponent)
    }

    /// Two operands whose exponents have to do with each other: sums with much or little overlap, products and
    /// quotients at both ends of the range.
    pub(crate) fn two<F: Format>(&mut self) -> (F::Bits, F::Bits) {
        let a = self.one::<F>();
        let (exponent, bias) = (exponent::<F>(a), i64::from(F::BIAS));
        let centre = match self.below(8) {
            0 => exponent,
            1 | 2 => return (a, self.with_near_exponent::<F>(exponent, F::FRACTION_BITS + 3)),
            3 => 1 + bias - exponent,
            4 => 3 * bias - exponent,
            5 => exponent + bias,
            6 => exponent - bias,
            _ => return (a, self.one::<F>()),
        };
        (a, self.with_near_exponent::<F>(centre, 2))
    }

    /// Three operands, for `a` · `b` + `c`: often with the product's exponent near that of `c`.
    pub(crate) fn three<F: Format>(&mut self) -> (F::Bits, F::Bits, F::Bits) {
        let (a, b) = self.two::<F>();
        let product = exponent::<F>(a) + exponent::<F>(b) - i64::from(F::BIAS);
        let c = match self.below(4) {
            0 => self.with_near_exponent::<F>(product, 2),
            1 | 2 => self.with_near_exponent::<F>(product, 2 * F::FRACTION_BITS + 4),
            _ => self.one::<F>(),
        };
        (a, b, c)
    }

    /// An integer, with a length of 0 to 64 bits and often with long runs of equal bits.
    pub(crate) fn integer(&mut self) -> u64 {
        let mut value = self.bits();
        for _ in 0..self.below(3) {
            value &= self.bits();
        }
        let length = self.below(65) as u32;
        value = value.checked_shr(64 - length).unwrap_or(0);
        match self.below(4) {
            0 => value.wrapping_neg(),
            1 => (1u64 << self.below(64)).wrapping_add(self.below(3)).wrapping_sub(1),
            2 => !value,
            _ => value,
        }
    }

    fn near(&mut self, centre: i64, spread: u32) -> i64 {
        centre - i64::from(spread) + self.below(2 * u64::from(spread) + 1) as i64
    }

    fn with_near_exponent<F: Format>(&mut self, centre: i64, spread: u32) -> F::Bits {
        let exponent = self.near(centre, spread);
        self.with_exponent::<F>(exponent)
    }

    /// A number with this biased exponent, or the nearest that there is.
    fn with_exponent<F: Format>(&mut self, exponent: i64) -> F::Bits {
        let exponent = exponent.clamp(0, 2 * i64::from(F::BIAS) + 1) as u64;
        let place = self.below(u64::from(F::FRACTION_BITS));
        let fraction = match self.below(6) {
            0 => self.bits() & (F::FRACTION << place),
            1 => self.bits() & (F::FRACTION >> place),
            2 => (1u64 << place).wrapping_add(self.below(3)).wrapping_sub(1),
            3 => !(1u64 << place).wrapping_add(self.below(3)).wrapping_sub(1),
            _ => self.bits(),
        };
        let sign = if self.bits() & 1 == 1 { F::SIGN } else { 0 };
        F::narrow(sign | exponent << F::FRACTION_BITS | (fraction & F::FRACTION))
    }
}

fn exponent<F: Format>(bits: F::Bits) -> i64 {
    ((bits.into() & F::INFINITY) >> F::FRACTION_BITS) as i64
}

/// The numbers at a format's corners, with both signs, and NaNs of both kinds.
pub(crate) fn corners<F: Format>() -> Vec<F::Bits> {
    let one = (F::BIAS as u64) << F::FRACTION_BITS;
    let unit = 1 << F::FRACTION_BITS;
    let magnitudes = [
        0,
        1,
        2,
        F::FRACTION >> 1,
        F::FRACTION - 1,
        F::FRACTION,
        unit,
        unit + 1,
        2 * unit - 1,
        2 * unit,
        one >> 1,
        one - unit,
        one - 1,
        one,
        one + 1,
        one + unit / 2,
        one + unit - 1,
        one + unit,
        one + unit * 31,
        one + unit * 32 - 1,
        F::INFINITY - unit,
        F::INFINITY - 1,
        F::INFINITY,
        F::INFINITY + 1,
        F::DEFAULT_NAN,
        F::DEFAULT_NAN + 1,
        F::INFINITY | F::FRACTION,
    ];
    // In binary16 the largest of these would leave the format.
    let magnitudes = magnitudes.into_iter().map(|bits| bits.min(F::SIGN - 1));
    magnitudes.flat_map(|bits| [F::narrow(bits), F::narrow(bits | F::SIGN)]).collect()
}
