//! Corners of IEEE 754 and of the architectures' choices, worked out by hand from the texts. Random agreement with
//! another implementation is in `float_agreement`.

use emu_core::engine::FpMode;
use emu_core::float::{self, F16, F32, F64, Flags, Round, Rules};

use Round::{Down, NearestAway, NearestEven, TowardZero, Up};

const RISCV: Rules = Rules::RISCV;
const ARM: Rules = Rules::ARM;
const NONE: Flags = Flags::NONE;
const NX: Flags = Flags::NX;
const NV: Flags = Flags::NV;
const UNDERFLOW: Flags = Flags::UF.union(NX);
const OVERFLOW: Flags = Flags::OF.union(NX);

const INFINITY: u32 = 0x7f80_0000;
const LARGEST: u32 = 0x7f7f_ffff;
const SMALLEST_NORMAL: u32 = 0x0080_0000;
const CANONICAL: u32 = 0x7fc0_0000;
const QUIET: u32 = 0xffc0_1234;
const SIGNALLING: u32 = 0xff80_5678;
/// [`SIGNALLING`], made quiet.
const QUIETED: u32 = 0xffc0_5678;
const SIGN: u32 = 0x8000_0000;

fn bits(value: f32) -> u32 {
    value.to_bits()
}

fn add(round: Round, a: f32, b: f32) -> (u32, Flags) {
    float::add::<F32>(RISCV, round, a.to_bits(), b.to_bits())
}

#[test]
fn flags_and_directions_have_riscv_numbers() {
    assert_eq!([Flags::NX, Flags::UF, Flags::OF, Flags::DZ, Flags::NV].map(|flag| flag.bits()), [1, 2, 4, 8, 16]);
    for (frm, round) in Round::ALL.into_iter().enumerate() {
        assert_eq!((Round::from_frm(frm as u64), round as usize), (Some(round), frm));
    }
    assert_eq!([5, 6, 7].map(Round::from_frm), [None; 3]);
}

#[test]
fn a_mode_survives_as_a_number() {
    for fpcr in (0..64).map(|n| (n & 1) << 19 | (n >> 1) << 22) {
        let mode = FpMode::from_fpcr(fpcr);
        assert_eq!(FpMode::unpack(mode.pack()), mode);
    }
    for frm in 0..5 {
        assert_eq!(FpMode::unpack(FpMode::riscv(frm).pack()), FpMode::riscv(frm));
    }
    let odd = FpMode { round: Round::Odd, ..FpMode::from_fpcr(0) };
    assert_eq!(FpMode::unpack(odd.pack()), odd);
}

#[test]
fn flags_have_their_places_in_fpsr() {
    let all = [Flags::NV, Flags::DZ, Flags::OF, Flags::UF, Flags::NX, Flags::ID];
    assert_eq!(all.map(Flags::to_fpsr), [1, 2, 4, 8, 0x10, 0x80]);
    assert_eq!(all.map(|flag| Flags::from_fpsr(flag.to_fpsr())), all);
    assert_eq!(Flags::from_fpsr(0x60), NONE);
}

/// (1 + 2^-23) · 2^-126 · (1 - 2^-23) is 2^-126 · (1 - 2^-46): below the smallest normal number, and rounded to it with
/// an unbounded exponent too.
#[test]
fn a_result_that_rounds_up_to_the_smallest_normal() {
    let (a, b) = (0x3f80_0001, 0x007f_ffff);
    assert_eq!(float::mul::<F32>(RISCV, NearestEven, a, b), (SMALLEST_NORMAL, NX));
    assert_eq!(float::mul::<F32>(ARM, NearestEven, a, b), (SMALLEST_NORMAL, UNDERFLOW));
    assert_eq!(float::mul::<F32>(RISCV, Up, a, b), (SMALLEST_NORMAL, NX));
    assert_eq!(float::mul::<F32>(RISCV, TowardZero, a, b), (0x007f_ffff, UNDERFLOW));
    assert_eq!(float::mul::<F32>(RISCV, Down, a, b | SIGN), (SMALLEST_NORMAL | SIGN, NX));

    let (a, b) = (0x3ff0_0000_0000_0001, 0x000f_ffff_ffff_ffff);
    assert_eq!(float::mul::<F64>(RISCV, NearestEven, a, b), (0x0010_0000_0000_0000, NX));
    assert_eq!(float::mul::<F64>(ARM, NearestEven, a, b), (0x0010_0000_0000_0000, UNDERFLOW));
    assert_eq!(float::mul::<F16>(RISCV, NearestEven, 0x3c01, 0x03ff), (0x0400, NX));
    assert_eq!(float::mul::<F16>(ARM, NearestEven, 0x3c01, 0x03ff), (0x0400, UNDERFLOW));
}

/// 2^-126 · (1 - 2^-24) is a tie between the largest subnormal and the smallest normal number, but 24 bits of precision
/// hold it: with an unbounded exponent it stays below, hence tiny under every rule.
#[test]
fn a_tiny_result_that_becomes_normal() {
    for rules in [RISCV, ARM] {
        assert_eq!(float::mul::<F32>(rules, NearestEven, 0x3f7f_ffff, SMALLEST_NORMAL), (SMALLEST_NORMAL, UNDERFLOW));
    }
}

#[test]
fn an_exact_subnormal_does_not_underflow() {
    assert_eq!(float::mul::<F32>(RISCV, NearestEven, SMALLEST_NORMAL, bits(0.5)), (SMALLEST_NORMAL >> 1, NONE));
    assert_eq!(float::sub::<F32>(RISCV, NearestEven, SMALLEST_NORMAL, 1), (SMALLEST_NORMAL - 1, NONE));
}

#[test]
fn overflow_goes_where_the_direction_points() {
    for (round, positive, negative) in [
        (NearestEven, INFINITY, INFINITY),
        (NearestAway, INFINITY, INFINITY),
        (TowardZero, LARGEST, LARGEST),
        (Down, LARGEST, INFINITY),
        (Up, INFINITY, LARGEST),
    ] {
        assert_eq!(float::add::<F32>(RISCV, round, LARGEST, LARGEST), (positive, OVERFLOW));
        assert_eq!(float::mul::<F32>(RISCV, round, LARGEST | SIGN, LARGEST), (negative | SIGN, OVERFLOW));
    }
    // Less than half a unit beyond the largest number is not an overflow to nearest, and half a unit is.
    assert_eq!(add(NearestEven, f32::MAX, 2f32.powi(102)), (LARGEST, NX));
    assert_eq!(add(NearestEven, f32::MAX, 2f32.powi(103)), (INFINITY, OVERFLOW));
}

#[test]
fn ties() {
    let half_unit = 2f32.powi(-24);
    let (one, next) = (bits(1.0), bits(1.0) + 1);
    assert_eq!(add(NearestEven, 1.0, half_unit), (one, NX));
    assert_eq!(add(NearestAway, 1.0, half_unit), (next, NX));
    assert_eq!(add(NearestAway, -1.0, -half_unit), (next | SIGN, NX));
    assert_eq!(add(NearestEven, f32::from_bits(next), half_unit), (next + 1, NX));
    assert_eq!(add(NearestEven, 1.0, f32::from_bits(half_unit.to_bits() + 1)), (next, NX));
}

#[test]
fn signs_of_zero() {
    for round in Round::ALL {
        let cancelled = if round == Down { SIGN } else { 0 };
        assert_eq!(add(round, 1.5, -1.5), (cancelled, NONE));
        assert_eq!(add(round, 0.0, -0.0), (cancelled, NONE));
        assert_eq!(add(round, -0.0, -0.0), (SIGN, NONE));
        assert_eq!(float::fma::<F32>(RISCV, round, bits(2.0), bits(3.0), bits(-6.0)), (cancelled, NONE));
        assert_eq!(float::fma::<F32>(RISCV, round, SIGN, bits(3.0), SIGN), (SIGN, NONE));
        assert_eq!(float::sqrt::<F32>(RISCV, round, SIGN), (SIGN, NONE));
    }
}

#[test]
fn invalid_operations_and_division_by_zero() {
    let zero = 0;
    assert_eq!(float::sub::<F32>(RISCV, NearestEven, INFINITY, INFINITY), (CANONICAL, NV));
    assert_eq!(float::mul::<F32>(RISCV, NearestEven, INFINITY, zero), (CANONICAL, NV));
    assert_eq!(float::div::<F32>(RISCV, NearestEven, zero, SIGN), (CANONICAL, NV));
    assert_eq!(float::div::<F32>(RISCV, NearestEven, INFINITY, INFINITY), (CANONICAL, NV));
    assert_eq!(float::sqrt::<F32>(RISCV, NearestEven, bits(-1.0)), (CANONICAL, NV));
    assert_eq!(float::div::<F32>(RISCV, NearestEven, bits(1.0), SIGN), (INFINITY | SIGN, Flags::DZ));
    assert_eq!(float::div::<F32>(RISCV, NearestEven, INFINITY, zero), (INFINITY, NONE));
}

#[test]
fn nans_are_canonical_on_riscv() {
    assert_eq!(float::add::<F32>(RISCV, NearestEven, QUIET, bits(1.0)), (CANONICAL, NONE));
    assert_eq!(float::add::<F32>(RISCV, NearestEven, QUIET, SIGNALLING), (CANONICAL, NV));
    assert_eq!(float::convert::<F32, F64>(RISCV, NearestEven, QUIET), (0x7ff8_0000_0000_0000, NONE));
    assert_eq!(float::convert::<F32, F16>(RISCV, NearestEven, SIGNALLING), (0x7e00, NV));
}

/// The order of `FPProcessNaNs` and `FPProcessNaNs3`: signalling before quiet, left before right, the addend first.
#[test]
fn nans_propagate_on_arm() {
    let one = bits(1.0);
    assert_eq!(float::add::<F32>(ARM, NearestEven, one, QUIET), (QUIET, NONE));
    assert_eq!(float::add::<F32>(ARM, NearestEven, QUIET, SIGNALLING), (QUIETED, NV));
    // A subtraction does not turn the sign of a NaN.
    assert_eq!(float::sub::<F32>(ARM, NearestEven, one, QUIET), (QUIET, NONE));
    assert_eq!(float::mul::<F32>(ARM, NearestEven, QUIET, QUIET + 1), (QUIET, NONE));
    assert_eq!(float::fma::<F32>(ARM, NearestEven, QUIET + 1, QUIET + 2, QUIET), (QUIET, NONE));
    assert_eq!(float::fma::<F32>(ARM, NearestEven, QUIET, SIGNALLING, QUIET + 1), (QUIETED, NV));
    assert_eq!(float::maximum::<F32>(ARM, one, SIGNALLING), (QUIETED, NV));
    assert_eq!(float::sqrt::<F32>(ARM, NearestEven, bits(-1.0)), (CANONICAL, NV));
    assert_eq!(float::sqrt::<F32>(Rules::ARM_DEFAULT_NAN, NearestEven, QUIET), (CANONICAL, NONE));
    // The upper bits of the fraction survive a conversion.
    assert_eq!(float::convert::<F32, F64>(ARM, NearestEven, QUIET), (0xfff8_0246_8000_0000, NONE));
    assert_eq!(float::convert::<F64, F32>(ARM, NearestEven, 0xfff0_0acf_0000_0001), (QUIETED, NV));
}

#[test]
fn infinity_times_zero_plus_a_nan_is_invalid() {
    assert_eq!(float::fma::<F32>(RISCV, NearestEven, INFINITY, 0, QUIET), (CANONICAL, NV));
    assert_eq!(float::fma::<F32>(ARM, NearestEven, 0, INFINITY, QUIET), (CANONICAL, NV));
    assert_eq!(float::fma::<F32>(ARM, NearestEven, 0, INFINITY, SIGNALLING), (QUIETED, NV));
}

/// (1 + 2^-12)² - (1 + 2^-11) is 2^-24, which an addition to the rounded product would miss.
#[test]
fn a_fused_multiply_add_rounds_once() {
    let (a, c) = (bits(1.0 + 2f32.powi(-12)), bits(-1.0 - 2f32.powi(-11)));
    assert_eq!(float::fma::<F32>(RISCV, NearestEven, a, a, c), (bits(2f32.powi(-24)), NONE));
    // 1 + 2^-23 + 2^-24 - 2^-70: binary64 in between would make a tie of it, and that would go up.
    let (a, b, c) = (bits(1.0 + 2f32.powi(-23)), bits(2f32.powi(-24) - 2f32.powi(-47)), bits(1.0 + 2f32.powi(-23)));
    assert_eq!(float::fma::<F32>(RISCV, NearestEven, a, b, c), (c, NX));
}

/// RISC-V, F extension, "Domains of float-to-integer conversions and behavior for invalid inputs".
#[test]
fn integers_saturate_on_riscv() {
    fn all(value: f64) -> [(i128, Flags); 4] {
        let a = value.to_bits();
        let (w, w_flags) = float::to_integer::<F64, i32>(RISCV, TowardZero, a);
        let (wu, wu_flags) = float::to_integer::<F64, u32>(RISCV, TowardZero, a);
        let (l, l_flags) = float::to_integer::<F64, i64>(RISCV, TowardZero, a);
        let (lu, lu_flags) = float::to_integer::<F64, u64>(RISCV, TowardZero, a);
        [(w.into(), w_flags), (wu.into(), wu_flags), (l.into(), l_flags), (lu.into(), lu_flags)]
    }
    let largest = [i32::MAX.into(), u32::MAX.into(), i64::MAX.into(), i128::from(u64::MAX)].map(|value| (value, NV));
    let smallest = [i32::MIN.into(), 0, i64::MIN.into(), 0].map(|value| (value, NV));
    assert_eq!(all(f64::INFINITY), largest);
    assert_eq!(all(f64::NAN), largest);
    assert_eq!(all(-f64::NAN), largest);
    assert_eq!(all(2f64.powi(64)), largest);
    assert_eq!(all(f64::NEG_INFINITY), smallest);
    assert_eq!(all(-2f64.powi(70)), smallest);
    assert_eq!(all(-0.75), [(0, NX); 4]);
    assert_eq!(all(-1.0), [(-1, NONE), (0, NV), (-1, NONE), (0, NV)]);
    let edge = 2f64.powi(31);
    assert_eq!(all(edge), [(i32::MAX.into(), NV), (1 << 31, NONE), (1 << 31, NONE), (1 << 31, NONE)]);
    assert_eq!(all(-edge - 0.5), [(i32::MIN.into(), NX), (0, NV), (-(1 << 31), NX), (0, NV)]);
    assert_eq!(all(-2f64.powi(63)), [(i32::MIN.into(), NV), (0, NV), (i64::MIN.into(), NONE), (0, NV)]);
}

/// Rounding comes first: it can lead out of the range, and into it.
#[test]
fn rounding_decides_whether_an_integer_fits() {
    let value = f64::from(u32::MAX) + 0.5;
    assert_eq!(float::to_integer::<F64, u32>(RISCV, NearestEven, value.to_bits()), (u32::MAX, NV));
    assert_eq!(float::to_integer::<F64, u32>(RISCV, Down, value.to_bits()), (u32::MAX, NX));
    assert_eq!(float::to_integer::<F64, u32>(RISCV, NearestEven, (-0.5f64).to_bits()), (0, NX));
    assert_eq!(float::to_integer::<F64, u32>(RISCV, NearestAway, (-0.5f64).to_bits()), (0, NV));
    assert_eq!(float::to_integer::<F64, u32>(RISCV, Down, 0x8000_0000_0000_0001), (0, NV));
    assert_eq!(float::to_integer::<F64, i32>(RISCV, Up, 1), (1, NX));
}

#[test]
fn a_nan_is_zero_on_arm() {
    assert_eq!(float::to_integer::<F32, u64>(ARM, TowardZero, QUIET), (0, NV));
    assert_eq!(float::to_integer::<F32, i32>(ARM, TowardZero, INFINITY), (i32::MAX, NV));
}

#[test]
fn integers_that_do_not_fit_the_precision() {
    let beyond = (1u64 << 53) + 1;
    assert_eq!(float::from_integer::<F64, u64>(RISCV, NearestEven, beyond), (2f64.powi(53).to_bits(), NX));
    assert_eq!(float::from_integer::<F64, u64>(RISCV, Up, beyond), (2f64.powi(53).to_bits() + 1, NX));
    assert_eq!(float::from_integer::<F64, i64>(RISCV, Down, i64::MIN), ((-2f64.powi(63)).to_bits(), NONE));
    assert_eq!(float::from_integer::<F16, u64>(RISCV, NearestEven, 65519), (0x7bff, NX));
    assert_eq!(float::from_integer::<F16, u64>(RISCV, NearestEven, 65520), (0x7c00, OVERFLOW));
    assert_eq!(float::from_integer::<F32, i32>(RISCV, Down, 0), (0, NONE));
}

#[test]
fn comparisons_and_nans() {
    let one = bits(1.0);
    assert_eq!(float::equal::<F32>(RISCV, 0, SIGN), (true, NONE));
    assert_eq!(float::less::<F32>(RISCV, SIGN, 0), (false, NONE));
    assert_eq!(float::equal::<F32>(RISCV, QUIET, QUIET), (false, NONE));
    assert_eq!(float::equal::<F32>(RISCV, SIGNALLING, one), (false, NV));
    assert_eq!(float::less::<F32>(RISCV, QUIET, one), (false, NV));
    assert_eq!(float::less_or_equal_quiet::<F32>(RISCV, QUIET, one), (false, NONE));
    assert_eq!(float::compare_signalling::<F32>(RISCV, one, QUIET), (None, NV));
}

#[test]
fn minimum_and_maximum() {
    let one = bits(1.0);
    assert_eq!(float::min::<F32>(RISCV, 0, SIGN), (SIGN, NONE));
    assert_eq!(float::max::<F32>(RISCV, SIGN, 0), (0, NONE));
    assert_eq!(float::min::<F32>(RISCV, QUIET, one), (one, NONE));
    assert_eq!(float::max::<F32>(RISCV, one, SIGNALLING), (one, NV));
    assert_eq!(float::min::<F32>(RISCV, QUIET, QUIET), (CANONICAL, NONE));
    assert_eq!(float::minimum::<F32>(RISCV, QUIET, one), (CANONICAL, NONE));
}

#[test]
fn integral_numbers() {
    let exact = float::round_to_integral_exact::<F32>;
    let silent = float::round_to_integral::<F32>;
    assert_eq!(exact(RISCV, NearestEven, bits(2.5)), (bits(2.0), NX));
    assert_eq!(silent(RISCV, NearestAway, bits(2.5)), (bits(3.0), NONE));
    assert_eq!(silent(RISCV, Up, bits(-0.5)), (SIGN, NONE));
    assert_eq!(exact(RISCV, Down, bits(-0.25)), (bits(-1.0), NX));
    assert_eq!(exact(RISCV, Up, bits(8_388_609.0)), (bits(8_388_609.0), NONE));
    assert_eq!(silent(RISCV, Up, SIGNALLING), (CANONICAL, NV));
}
