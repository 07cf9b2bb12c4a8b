//! Arithmetic at its corners: results that are hard to round or nearly too small, in all rounding modes; divisions that
//! overflow.

use super::super::super::code::Op;
use super::super::words::DATA_BASE;
use super::super::world::World;
use super::Maker;
use super::operands::Rows;
use crate::asm::{addi, csrrs, i, lui};
use crate::pattern::set_field;
use crate::rng::Rng;

const FFLAGS: u32 = 1;
const FRM: u32 = 2;
/// The rounding mode field: the one in `frm`.
const DYNAMIC: u32 = 7;
const OP_FP: u32 = 0x53;

/// A binary floating-point format.
#[derive(Copy, Clone)]
pub(super) struct Format {
    /// Its number in instructions.
    number: u32,
    exponent_bits: u32,
    fraction_bits: u32,
    /// What a register has above it.
    boxed: u64,
}

const SINGLE: Format = Format { number: 0, exponent_bits: 8, fraction_bits: 23, boxed: !0 << 32 };
const DOUBLE: Format = Format { number: 1, exponent_bits: 11, fraction_bits: 52, boxed: 0 };

/// The format of the pair that lies so many pairs from the data's beginning, if one lies there.
pub(super) fn format_at(place: u32) -> Format {
    if place.is_multiple_of(2) { DOUBLE } else { SINGLE }
}

impl Format {
    fn bias(self) -> i64 {
        (1 << (self.exponent_bits - 1)) - 1
    }

    /// The least exponent of a normal number.
    fn least(self) -> i64 {
        1 - self.bias()
    }

    /// The number 1.fraction times two to the power of `exponent`, or the next there is; either sign.
    fn number(self, rng: &mut Rng, exponent: i64, fraction: u64) -> u64 {
        let exponent = (exponent + self.bias()).clamp(1, 2 * self.bias()) as u64;
        let sign = (rng.bits() & 1) << (self.exponent_bits + self.fraction_bits);
        self.boxed | sign | exponent << self.fraction_bits | fraction & self.fractions()
    }

    fn fractions(self) -> u64 {
        (1 << self.fraction_bits) - 1
    }

    /// An odd number of so many bits, the highest two of them set, times a power of two.
    fn odd(self, rng: &mut Rng, bits: u32) -> u64 {
        let odd = rng.bits() | 1 | 1 << (bits - 2);
        let fraction = odd << (self.fraction_bits + 1 - bits);
        let exponent = rng.below(40) as i64 - 20;
        self.number(rng, exponent, fraction)
    }

    fn fraction(self, rng: &mut Rng) -> u64 {
        match rng.below(5) {
            0 => 0,
            1 => !0,
            2 => 1,
            3 => 1 << rng.below(self.fraction_bits.into()),
            _ => rng.bits(),
        }
    }
}

/// Two numbers whose sum, product or quotient is hard.
pub(super) fn pair(rng: &mut Rng, format: Format) -> [u64; 2] {
    let (first, second) = (format.fraction(rng), format.fraction(rng));
    let near = rng.below(5) as i64 - 3;
    match rng.below(6) {
        // The second one is half a unit in the first one's last place, or next to that.
        0 | 1 => {
            let exponent = rng.below(40) as i64 - 20;
            let half = exponent - i64::from(format.fraction_bits) - 1;
            let beside = *rng.pick(&[0, 0, 1]);
            [format.number(rng, exponent, first), format.number(rng, half, beside)]
        }
        // The product has one bit too many, and is set.
        2 => {
            let bits = format.fraction_bits + 2;
            [format.odd(rng, bits / 2 + bits % 2), format.odd(rng, bits / 2)]
        }
        // The product nearly underflows.
        3 => {
            let exponent = format.least() / 2 + rng.below(20) as i64;
            [format.number(rng, exponent, first), format.number(rng, format.least() - exponent + near, second)]
        }
        // The quotient does.
        4 => {
            let exponent = format.least() / 2 - rng.below(20) as i64;
            [format.number(rng, exponent, first), format.number(rng, exponent - format.least() - near, second)]
        }
        // The first one nearly underflows where it becomes narrower; the second one is half an integer.
        _ => {
            let narrow = if format.number == DOUBLE.number { SINGLE } else { format };
            let half = 2 * rng.below(1 << 12) + 1;
            let exponent = 63 - i64::from(half.leading_zeros());
            let fraction = half << (i64::from(format.fraction_bits) - exponent);
            [format.number(rng, narrow.least() + near, first), format.number(rng, exponent - 1, fraction)]
        }
    }
}

impl Maker<World> {
    /// Arithmetic with a pair of [`pair`] from memory, mostly in a rounding mode that was chosen before.
    pub(super) fn rounding(&mut self) -> Vec<Op> {
        let immediate = |csr: u32, value: u32| Op::Word(csr << 20 | value << 15 | 5 << 12 | 0x73);
        let mut ops = Vec::new();
        if self.rng.chance(40) {
            ops.push(immediate(FRM, self.rng.below(5) as u32));
        }
        // The translator has code for when the inexact flag, and nothing but that, is raised already.
        if self.rng.chance(40) {
            ops.push(immediate(FFLAGS, 1));
        }
        let place = self.rng.below(250) as i32 - 125;
        // The base is a whole number of pages from the data's beginning.
        let format = format_at(place as u32);
        let [a, b] = [0, 0].map(|_: u32| self.rng.below(32) as u32);
        ops.push(Op::Word(i(0x07, 3, a, DATA_BASE, 16 * place)));
        ops.push(Op::Word(i(0x07, 3, b, DATA_BASE, 16 * place + 8)));
        for _ in 0..1 + self.rng.below(3) {
            ops.push(Op::Word(self.rounded(format, a, b)));
        }
        if self.rng.chance(30) {
            ops.push(Op::Word(csrrs(self.free(), FFLAGS, 0)));
        }
        ops
    }

    fn rounded(&mut self, Format { number, .. }: Format, a: u32, b: u32) -> u32 {
        const FADD: u32 = 0;
        const FSUB: u32 = 1;
        const FMUL: u32 = 2;
        const FDIV: u32 = 3;
        const FSQRT: u32 = 0xb;
        const FCVT_FP: u32 = 8;
        const FCVT_INT: u32 = 0x18;
        let mode = if self.rng.chance(75) { DYNAMIC } else { self.rng.below(5) as u32 };
        let rd = self.rng.below(32) as u32;
        let op = |funct5: u32, fmt: u32, rd: u32, rs1: u32, rs2: u32| {
            funct5 << 27 | fmt << 25 | rs2 << 20 | rs1 << 15 | mode << 12 | rd << 7 | OP_FP
        };
        match self.rng.below(12) {
            0..2 => op(FADD, number, rd, a, b),
            2 => op(FSUB, number, rd, a, b),
            3..5 => op(FMUL, number, rd, a, b),
            5..7 => op(FDIV, number, rd, a, b),
            7 => op(FSQRT, number, rd, a, 0),
            // Into the other format.
            8 => op(FCVT_FP, 1 - number, rd, a, number),
            9 => op(FCVT_INT, number, self.free(), b, self.rng.below(u64::from(self.world.xlen) / 16) as u32),
            _ => {
                let word = *self.rng.pick(&[0x43, 0x47, 0x4b, 0x4f]);
                let other = self.rng.below(32) as u32;
                let addend = *self.rng.pick(&[a, b, other]);
                addend << 27 | number << 25 | b << 20 | a << 15 | mode << 12 | rd << 7 | word
            }
        }
    }

    /// The least number, in all widths, divided by -1; or one of them by something else.
    pub(super) fn division(&mut self) -> Vec<Op> {
        let (least, minus_one) = (self.free(), self.free());
        let mut ops = vec![Op::Word(lui(least, 0x8_0000)), Op::Word(addi(minus_one, 0, -1))];
        if self.world.xlen == 64 && self.rng.chance(60) {
            ops.push(Op::Word(i(0x13, 1, least, least, 32)));
        }
        for _ in 0..1 + self.rng.below(3) {
            let row = *self.rng.pick(&Rows::of(self.world.xlen).division);
            let (dividend, divisor) = match self.rng.below(4) {
                0 => (least, self.source()),
                1 => (self.source(), minus_one),
                _ => (least, minus_one),
            };
            let mut word = row.value;
            for (letter, value) in [(b's', dividend), (b't', divisor), (b'd', self.free())] {
                set_field(row.pattern, letter, value, &mut word);
            }
            ops.push(Op::Word(word));
        }
        ops
    }
}
