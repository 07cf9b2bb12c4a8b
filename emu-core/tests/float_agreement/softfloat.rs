//! Every operation, in every rounding direction, against Berkeley SoftFloat: on all combinations of corner values and on
//! random operands. Each case judges the public function and, where there is one, the exact layer.

use std::fmt::Debug;

use emu_core::float::{self, F16, F32, F64, Flags, Format, Integer, Round, Rules, Tininess, exact};
use softfloat_wrapper::{ExceptionFlags, Float, RoundingMode};

use crate::cases::{Cases, corners};

const RISCV: Rules = Rules::RISCV;

/// Random cases for each operation, format and rounding direction.
const BINARY: usize = 60_000;
const TERNARY: usize = 150_000;
const UNARY: usize = 30_000;

/// A format, as SoftFloat has it.
trait Witness: Format {
    type Soft: Float<Payload = Self::Bits> + Copy;
    const NAME: &'static str;

    fn soft(bits: Self::Bits) -> Self::Soft {
        Self::Soft::from_bits(bits)
    }
}

impl Witness for F16 {
    type Soft = softfloat_wrapper::F16;
    const NAME: &'static str = "binary16";
}
impl Witness for F32 {
    type Soft = softfloat_wrapper::F32;
    const NAME: &'static str = "binary32";
}
impl Witness for F64 {
    type Soft = softfloat_wrapper::F64;
    const NAME: &'static str = "binary64";
}

fn mode(round: Round) -> RoundingMode {
    match round {
        Round::NearestEven => RoundingMode::TiesToEven,
        Round::TowardZero => RoundingMode::TowardZero,
        Round::Down => RoundingMode::TowardNegative,
        Round::Up => RoundingMode::TowardPositive,
        Round::NearestAway => RoundingMode::TiesToAway,
        Round::Odd => unreachable!("Round::ALL lacks it"),
    }
}

/// What SoftFloat computes, with its flags.
fn witness<T>(compute: impl FnOnce() -> T) -> (T, Flags) {
    let mut flags = ExceptionFlags::default();
    flags.set();
    let value = compute();
    flags.get();
    (value, Flags::from_bits_retain(flags.to_bits()))
}

#[track_caller]
fn same<T: PartialEq + Debug>(ours: (T, Flags), theirs: (T, Flags), what: impl FnOnce() -> String) {
    assert!(ours == theirs, "{}: {ours:x?}, SoftFloat says {theirs:x?}", what());
}

/// Calls `check` with each pair of corners and with random pairs, in each rounding direction.
fn each_pair<F: Witness>(name: &str, mut check: impl FnMut(Round, F::Bits, F::Bits)) {
    let corners = corners::<F>();
    let mut cases = Cases::new(&format!("{name}, {}", F::NAME));
    for round in Round::ALL {
        for &a in &corners {
            corners.iter().for_each(|&b| check(round, a, b));
        }
        for _ in 0..BINARY {
            let (a, b) = cases.two::<F>();
            check(round, a, b);
        }
    }
}

/// Calls `check` with each number of binary16, or with corners and random numbers, in each rounding direction.
fn each_number<F: Witness>(name: &str, mut check: impl FnMut(Round, F::Bits)) {
    let mut cases = Cases::new(&format!("{name}, {}", F::NAME));
    for round in Round::ALL {
        if F::SIGN == F16::SIGN {
            (0..=u64::from(u16::MAX)).for_each(|a| check(round, F::narrow(a)));
        } else {
            corners::<F>().into_iter().for_each(|a| check(round, a));
            (0..UNARY).for_each(|_| check(round, cases.one::<F>()));
        }
    }
}

macro_rules! binary {
    ($($operation:ident)*) => {$(
        #[test]
        fn $operation() {
            fn run<F: Witness>() {
                each_pair::<F>(stringify!($operation), |round, a, b| {
                    let theirs = witness(|| F::soft(a).$operation(F::soft(b), mode(round)).to_bits());
                    let what = || format!("{} {} {round:?} {a:#x} {b:#x}", F::NAME, stringify!($operation));
                    same(float::$operation::<F>(RISCV, round, a, b), theirs, what);
                    same(exact::$operation::<F>(RISCV, round, a, b), theirs, what);
                });
            }
            run::<F16>();
            run::<F32>();
            run::<F64>();
        }
    )*};
}
binary! { add sub mul div }

#[test]
fn sqrt() {
    fn run<F: Witness>() {
        each_number::<F>("sqrt", |round, a| {
            let theirs = witness(|| F::soft(a).sqrt(mode(round)).to_bits());
            let what = || format!("{} sqrt {round:?} {a:#x}", F::NAME);
            same(float::sqrt::<F>(RISCV, round, a), theirs, what);
            same(exact::sqrt::<F>(RISCV, round, a), theirs, what);
        });
    }
    run::<F16>();
    run::<F32>();
    run::<F64>();
}

fn fma<F: Witness>() {
    let check = |round, a, b, c| {
        let theirs = witness(|| F::soft(a).fused_mul_add(F::soft(b), F::soft(c), mode(round)).to_bits());
        let what = || format!("{} fma {round:?} {a:#x} {b:#x} {c:#x}", F::NAME);
        same(float::fma::<F>(RISCV, round, a, b, c), theirs, what);
        same(exact::fma::<F>(RISCV, round, a, b, c), theirs, what);
    };
    let corners = corners::<F>();
    let mut cases = Cases::new(&format!("fma, {}", F::NAME));
    for round in Round::ALL {
        for &a in &corners {
            for &b in &corners {
                corners.iter().for_each(|&c| check(round, a, b, c));
            }
        }
        for _ in 0..TERNARY {
            let (a, b, c) = cases.three::<F>();
            check(round, a, b, c);
        }
    }
}

#[test]
fn fma_half() {
    fma::<F16>();
}

#[test]
fn fma_single() {
    fma::<F32>();
}

#[test]
fn fma_double() {
    fma::<F64>();
}

/// SoftFloat detects tininess after rounding here. Before rounding, a result is tiny exactly if cutting it off leaves
/// less than the smallest normal number, so SoftFloat rounding towards zero tells what the flag has to be.
#[test]
fn tininess_before_rounding() {
    fn run<F: Witness>() {
        let rules = Rules { tininess: Tininess::BeforeRounding, ..RISCV };
        let expected = |(bits, flags): (F::Bits, Flags), cut: F::Bits| {
            let tiny = cut.into() & F::INFINITY == 0;
            (bits, (flags - Flags::UF) | if tiny && flags.contains(Flags::NX) { Flags::UF } else { Flags::NONE })
        };
        each_pair::<F>("tininess before rounding", |round, a, b| {
            let product = |round| witness(|| F::soft(a).mul(F::soft(b), mode(round)).to_bits());
            let theirs = expected(product(round), product(Round::TowardZero).0);
            same(float::mul::<F>(rules, round, a, b), theirs, || format!("{} mul {round:?} {a:#x} {b:#x}", F::NAME));
            let quotient = |round| witness(|| F::soft(a).div(F::soft(b), mode(round)).to_bits());
            let theirs = expected(quotient(round), quotient(Round::TowardZero).0);
            same(float::div::<F>(rules, round, a, b), theirs, || format!("{} div {round:?} {a:#x} {b:#x}", F::NAME));
        });
    }
    run::<F16>();
    run::<F32>();
    run::<F64>();
}

#[test]
fn comparisons() {
    fn run<F: Witness>() {
        each_pair::<F>("comparisons", |_, a, b| {
            let (x, y) = (F::soft(a), F::soft(b));
            let what = || format!("{} comparison of {a:#x} with {b:#x}", F::NAME);
            same(float::equal::<F>(RISCV, a, b), witness(|| x.eq(y)), what);
            same(float::less::<F>(RISCV, a, b), witness(|| x.lt(y)), what);
            same(float::less_or_equal::<F>(RISCV, a, b), witness(|| x.le(y)), what);
            same(float::less_quiet::<F>(RISCV, a, b), witness(|| x.lt_quiet(y)), what);
            same(float::less_or_equal_quiet::<F>(RISCV, a, b), witness(|| x.le_quiet(y)), what);
        });
    }
    run::<F16>();
    run::<F32>();
    run::<F64>();
}

/// SoftFloat has no minimum; its comparisons say which number is the smaller one.
#[test]
fn minimum_and_maximum() {
    fn run<F: Witness>() {
        each_pair::<F>("minimum and maximum", |_, a, b| {
            let (x, y) = (F::soft(a), F::soft(b));
            let invalid = if x.is_signaling_nan() || y.is_signaling_nan() { Flags::NV } else { Flags::NONE };
            let a_first = x.lt_quiet(y) || (x.eq(y) && x.is_negative());
            let (low, high) = match (x.is_nan(), y.is_nan()) {
                (true, true) => (F::narrow(F::DEFAULT_NAN), F::narrow(F::DEFAULT_NAN)),
                (true, false) => (b, b),
                (false, true) => (a, a),
                (false, false) => {
                    if a_first {
                        (a, b)
                    } else {
                        (b, a)
                    }
                }
            };
            let what = || format!("{} minimum or maximum of {a:#x} and {b:#x}", F::NAME);
            same(float::min::<F>(RISCV, a, b), (low, invalid), what);
            same(float::max::<F>(RISCV, a, b), (high, invalid), what);
            let nan = (F::narrow(F::DEFAULT_NAN), invalid);
            let either_nan = x.is_nan() || y.is_nan();
            same(float::minimum::<F>(RISCV, a, b), if either_nan { nan } else { (low, invalid) }, what);
            same(float::maximum::<F>(RISCV, a, b), if either_nan { nan } else { (high, invalid) }, what);
        });
    }
    run::<F16>();
    run::<F32>();
    run::<F64>();
}

#[test]
fn classification() {
    fn run<F: Witness>() {
        each_number::<F>("classification", |_, a| {
            let x = F::soft(a);
            let expected = [
                x.is_negative_infinity(),
                x.is_negative_normal(),
                x.is_negative_subnormal(),
                x.is_negative_zero(),
                x.is_positive_zero(),
                x.is_positive_subnormal(),
                x.is_positive_normal(),
                x.is_positive_infinity(),
                x.is_signaling_nan(),
                x.is_nan() && !x.is_signaling_nan(),
            ];
            let expected = expected.iter().rev().fold(0, |mask, &bit| mask << 1 | u64::from(bit));
            assert_eq!(float::classify::<F>(a), expected, "{} class of {a:#x}", F::NAME);
        });
    }
    run::<F16>();
    run::<F32>();
    run::<F64>();
}

fn to_integers<F: Witness>() {
    fn one<F: Witness, I: Integer>(round: Round, a: F::Bits, theirs: (I, Flags)) {
        let what = || format!("{} {a:#x} {round:?} to {}", F::NAME, std::any::type_name::<I>());
        same(float::to_integer::<F, I>(RISCV, round, a), theirs, what);
    }
    each_number::<F>("to integers", |round, a| {
        let x = F::soft(a);
        one::<F, i32>(round, a, witness(|| x.to_i32(mode(round), true)));
        one::<F, u32>(round, a, witness(|| x.to_u32(mode(round), true)));
        one::<F, i64>(round, a, witness(|| x.to_i64(mode(round), true)));
        one::<F, u64>(round, a, witness(|| x.to_u64(mode(round), true)));
    });
}

fn from_integers<F: Witness>() {
    let mut cases = Cases::new(&format!("from integers, {}", F::NAME));
    for round in Round::ALL {
        for _ in 0..UNARY {
            let n = cases.integer();
            let what = || format!("{n:#x} {round:?} to {}", F::NAME);
            let soft = |x: F::Soft| x.to_bits();
            let theirs = witness(|| soft(F::Soft::from_i32(n as i32, mode(round))));
            same(float::from_integer::<F, i32>(RISCV, round, n as i32), theirs, what);
            let theirs = witness(|| soft(F::Soft::from_u32(n as u32, mode(round))));
            same(float::from_integer::<F, u32>(RISCV, round, n as u32), theirs, what);
            let theirs = witness(|| soft(F::Soft::from_i64(n as i64, mode(round))));
            same(float::from_integer::<F, i64>(RISCV, round, n as i64), theirs, what);
            let theirs = witness(|| soft(F::Soft::from_u64(n, mode(round))));
            same(float::from_integer::<F, u64>(RISCV, round, n), theirs, what);
        }
    }
}

#[test]
fn integers() {
    to_integers::<F16>();
    to_integers::<F32>();
    to_integers::<F64>();
    from_integers::<F16>();
    from_integers::<F32>();
    from_integers::<F64>();
}

#[test]
fn between_formats() {
    macro_rules! pair {
        ($from:ident $to:ident $soft:ident) => {
            each_number::<$from>(concat!("to ", stringify!($to)), |round, a| {
                let theirs = witness(|| $from::soft(a).$soft(mode(round)).to_bits());
                let ours = float::convert::<$from, $to>(RISCV, round, a);
                same(ours, theirs, || format!("{} {a:#x} {round:?} to {}", $from::NAME, $to::NAME));
            });
        };
    }
    pair!(F16 F32 to_f32);
    pair!(F16 F64 to_f64);
    pair!(F32 F16 to_f16);
    pair!(F32 F64 to_f64);
    pair!(F64 F16 to_f16);
    pair!(F64 F32 to_f32);
}

#[test]
fn to_integral() {
    fn run<F: Witness>() {
        each_number::<F>("to integral", |round, a| {
            let x = F::soft(a);
            let theirs = witness(|| x.round_to_integral(mode(round)).to_bits());
            let what = || format!("{} {a:#x} {round:?} to an integral number", F::NAME);
            same(float::round_to_integral::<F>(RISCV, round, a), theirs, what);
            let changed = !x.is_nan() && theirs.0 != a;
            same(
                float::round_to_integral_exact::<F>(RISCV, round, a),
                (theirs.0, theirs.1 | Flags::inexact(changed)),
                what,
            );
        });
    }
    run::<F16>();
    run::<F32>();
    run::<F64>();
}
