//! The vector verbs on bits, lane by lane: plain loops, most of which the compiler turns into the host's vector code.
//! Operations that programs do in their loops are written for each width; those that are rare take all widths by way of
//! 128-bit integers. AES and SHA stand in `crypto.rs`.

use super::crypto;
use crate::engine::{Lane, SATURATED, V1, V2, V3, VShift};
use crate::float;
use crate::word::V;

/// A vector's bytes, lowest first.
type Bytes = [u8; 16];

/// An unsigned integer that is a lane.
trait Element: Copy {
    const BYTES: usize;
    fn get(v: &Bytes, i: usize) -> Self;
    fn put(self, v: &mut Bytes, i: usize);
}

macro_rules! elements {
    ($($ty:ty)*) => {
        $(impl Element for $ty {
            const BYTES: usize = size_of::<$ty>();
            #[inline(always)]
            fn get(v: &Bytes, i: usize) -> Self {
                <$ty>::from_le_bytes(std::array::from_fn(|byte| v[i * Self::BYTES + byte]))
            }
            #[inline(always)]
            fn put(self, v: &mut Bytes, i: usize) {
                v[i * Self::BYTES..][..Self::BYTES].copy_from_slice(&self.to_le_bytes());
            }
        })*
    };
}
elements! { u8 u16 u32 u64 i8 i16 i32 i64 }

/// The same of each lane.
#[inline(always)]
fn each<T: Element>(a: V, f: impl Fn(T) -> T) -> V {
    let (a, mut out) = (a.bytes(), [0; 16]);
    (0..16 / T::BYTES).for_each(|i| f(T::get(&a, i)).put(&mut out, i));
    V::of(out)
}

/// The same of each pair of lanes.
#[inline(always)]
fn both<T: Element>(a: V, b: V, f: impl Fn(T, T) -> T) -> V {
    let (a, b, mut out) = (a.bytes(), b.bytes(), [0; 16]);
    (0..16 / T::BYTES).for_each(|i| f(T::get(&a, i), T::get(&b, i)).put(&mut out, i));
    V::of(out)
}

/// Runs `$body` with `$U` as the unsigned and `$I` as the signed integer of the lane's width.
macro_rules! with_lane {
    ($lane:expr, $U:ident $I:ident => $body:expr) => {
        match $lane {
            Lane::B => {
                #[allow(dead_code, reason = "not all bodies need both")]
                type $I = i8;
                #[allow(dead_code, reason = "as above")]
                type $U = u8;
                $body
            }
            Lane::H => {
                #[allow(dead_code, reason = "as above")]
                type $I = i16;
                #[allow(dead_code, reason = "as above")]
                type $U = u16;
                $body
            }
            Lane::S => {
                #[allow(dead_code, reason = "as above")]
                type $I = i32;
                #[allow(dead_code, reason = "as above")]
                type $U = u32;
                $body
            }
            Lane::D => {
                #[allow(dead_code, reason = "as above")]
                type $I = i64;
                #[allow(dead_code, reason = "as above")]
                type $U = u64;
                $body
            }
        }
    };
}

/// Lane `i`, zero-extended.
#[inline(always)]
pub(super) fn lane(v: V, lane: Lane, i: u32) -> u64 {
    let at = i * lane.bits();
    v.0[(at >> 6) as usize & 1] >> (at & 63) & lane.mask()
}

/// Whether numbers have a sign.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Sign {
    Signed,
    Unsigned,
}
use Sign::{Signed, Unsigned};

/// Lane `i` as a number.
#[inline(always)]
fn number(v: V, width: Lane, sign: Sign, i: u32) -> i128 {
    let bits = lane(v, width, i);
    let above = 64 - width.bits();
    if sign == Signed { (((bits << above) as i64) >> above).into() } else { bits.into() }
}

/// Makes a vector of numbers, cut to lanes; `None` leaves off, and zeros follow.
#[inline(always)]
fn collect(width: Lane, numbers: impl Iterator<Item = i128>) -> V {
    let mut out = [0u64; 2];
    for (i, n) in (0..128 / width.bits()).zip(numbers) {
        let at = i * width.bits();
        out[(at >> 6) as usize & 1] |= (n as u64 & width.mask()) << (at & 63);
    }
    V(out)
}

/// The nearest number that the lane has, and whether it is another one.
#[inline(always)]
fn saturate(n: i128, width: Lane, sign: Sign) -> (i128, bool) {
    let (least, largest) = match sign {
        Signed => (-(1i128 << (width.bits() - 1)), (1i128 << (width.bits() - 1)) - 1),
        Unsigned => (0, (1i128 << width.bits()) - 1),
    };
    let near = n.clamp(least, largest);
    (near, near != n)
}

/// As [`collect`], saturating.
#[inline(always)]
fn collect_saturated(width: Lane, sign: Sign, numbers: impl Iterator<Item = i128>) -> (V, u64) {
    let mut any = false;
    let v = collect(
        width,
        numbers.map(|n| {
            let (near, is_other) = saturate(n, width, sign);
            any |= is_other;
            near
        }),
    );
    (v, if any { SATURATED } else { 0 })
}

/// All lanes as numbers.
#[inline(always)]
fn numbers(v: V, width: Lane, sign: Sign) -> impl Iterator<Item = i128> {
    (0..128 / width.bits()).map(move |i| number(v, width, sign, i))
}

/// All pairs of lanes as numbers.
#[inline(always)]
fn pairs(a: V, b: V, width: Lane, sign: Sign) -> impl Iterator<Item = (i128, i128)> {
    numbers(a, width, sign).zip(numbers(b, width, sign))
}

/// Neighbours of one vector.
#[inline(always)]
fn neighbours(v: V, width: Lane, sign: Sign) -> impl Iterator<Item = (i128, i128)> {
    (0..64 / width.bits()).map(move |i| (number(v, width, sign, 2 * i), number(v, width, sign, 2 * i + 1)))
}

/// `n` · 2^`by`, rounded down or to the nearest where bits fall off. Numbers are below 2^64 in magnitude, distances below 128.
#[inline(always)]
fn shifted(n: i128, by: i32, rounds: bool) -> i128 {
    match by {
        // Beyond the widest lane everything has saturated, or gone.
        64.. => (n.signum() << 64) << 62,
        0.. => n << by,
        _ => {
            // From there on nothing but the sign is left.
            let down = by.unsigned_abs().min(100);
            (n + if rounds { 1 << (down - 1) } else { 0 }) >> down
        }
    }
}

/// [`Engine::v1`](crate::engine::Engine::v1) on bits.
pub fn unary(op: V1, width: Lane, a: V) -> (V, u64) {
    let all = |sign| numbers(a, width, sign);
    let lowest = |n: i128| collect(width, std::iter::once(n));
    let wide = width.wider();
    let plain = match op {
        V1::Abs => with_lane!(width, U I => each::<I>(a, I::wrapping_abs)),
        V1::Neg => with_lane!(width, U I => each::<U>(a, U::wrapping_neg)),
        V1::Sqabs => return collect_saturated(width, Signed, all(Signed).map(i128::abs)),
        V1::Sqneg => return collect_saturated(width, Signed, all(Signed).map(|n| -n)),
        V1::Cls => with_lane!(width, U I => each::<I>(a, |n| ((n ^ (n >> (I::BITS - 1))).leading_zeros() - 1) as I)),
        V1::Clz => with_lane!(width, U I => each::<U>(a, |n| n.leading_zeros() as U)),
        V1::Cnt => each::<u8>(a, |n| n.count_ones() as u8),
        V1::Rbit => each::<u8>(a, u8::reverse_bits),
        V1::Rev16 => each::<u16>(a, u16::swap_bytes),
        V1::Rev32 => match width {
            Lane::B => each::<u32>(a, u32::swap_bytes),
            _ => each::<u32>(a, |n| n.rotate_right(16)),
        },
        V1::Rev64 => match width {
            Lane::B => each::<u64>(a, u64::swap_bytes),
            Lane::H => each::<u64>(a, |n| {
                let n = n.rotate_right(32);
                (n & 0xffff_0000_ffff_0000) >> 16 | (n & 0x0000_ffff_0000_ffff) << 16
            }),
            _ => each::<u64>(a, |n| n.rotate_right(32)),
        },
        V1::Sxtl => match width {
            Lane::B => widened(a, |v: &Bytes, i| i8::get(v, i) as i16),
            Lane::H => widened(a, |v: &Bytes, i| i16::get(v, i) as i32),
            _ => widened(a, |v: &Bytes, i| i32::get(v, i) as i64),
        },
        V1::Uxtl => match width {
            Lane::B => widened(a, |v: &Bytes, i| u8::get(v, i) as u16),
            Lane::H => widened(a, |v: &Bytes, i| u16::get(v, i) as u32),
            _ => widened(a, |v: &Bytes, i| u32::get(v, i) as u64),
        },
        V1::Xtn => collect(width, numbers(a, wide, Unsigned)),
        V1::Sqxtn => return collect_saturated(width, Signed, numbers(a, wide, Signed)),
        V1::Sqxtun => return collect_saturated(width, Unsigned, numbers(a, wide, Signed)),
        V1::Uqxtn => return collect_saturated(width, Unsigned, numbers(a, wide, Unsigned)),
        V1::Saddlp => collect(wide, neighbours(a, width, Signed).map(|(x, y)| x + y)),
        V1::Uaddlp => collect(wide, neighbours(a, width, Unsigned).map(|(x, y)| x + y)),
        V1::Addv => lowest(all(Unsigned).sum()),
        V1::Saddlv => collect(wide, std::iter::once(all(Signed).sum())),
        V1::Uaddlv => collect(wide, std::iter::once(all(Unsigned).sum())),
        V1::Smaxv => lowest(all(Signed).max().unwrap_or(0)),
        V1::Umaxv => lowest(all(Unsigned).max().unwrap_or(0)),
        V1::Sminv => lowest(all(Signed).min().unwrap_or(0)),
        V1::Uminv => lowest(all(Unsigned).min().unwrap_or(0)),
        V1::Urecpe => each::<u32>(a, float::reciprocal_estimate_u32),
        V1::Ursqrte => each::<u32>(a, float::reciprocal_root_estimate_u32),
        V1::Aesmc => crypto::mix_columns(a),
        V1::Aesimc => crypto::inverse_mix_columns(a),
        V1::Sha1h => V([(a.0[0] as u32).rotate_left(30).into(), 0]),
    };
    (plain, 0)
}

/// Lanes of the lower half at twice the width.
#[inline(always)]
fn widened<T: Element>(a: V, get: impl Fn(&Bytes, usize) -> T) -> V {
    let (a, mut out) = (a.bytes(), [0; 16]);
    (0..16 / T::BYTES).for_each(|i| get(&a, i).put(&mut out, i));
    V::of(out)
}

/// Picks lanes: the result's lane `i` is lane `from(i).1` of the first vector or, if `from(i).0` is 1, the second.
#[inline(always)]
fn permuted(width: Lane, vectors: [V; 2], from: impl Fn(u32) -> (u32, u32)) -> V {
    let lanes = 0..128 / width.bits();
    collect(
        width,
        lanes.map(|i| {
            let (vector, index) = from(i);
            lane(vectors[vector as usize & 1], width, index).into()
        }),
    )
}

/// [`Engine::v2`](crate::engine::Engine::v2) on bits.
#[inline(always)]
pub fn binary(op: V2, width: Lane, a: V, b: V) -> (V, u64) {
    match simple(op, width, a, b) {
        Some(result) => (result, 0),
        None => other_binary(op, width, a, b),
    }
}

/// What loops are made of, which is compiled into the instructions that do it.
#[inline(always)]
fn simple(op: V2, width: Lane, a: V, b: V) -> Option<V> {
    Some(match op {
        V2::Add => with_lane!(width, U I => both::<U>(a, b, U::wrapping_add)),
        V2::Sub => with_lane!(width, U I => both::<U>(a, b, U::wrapping_sub)),
        V2::Mul => with_lane!(width, U I => both::<U>(a, b, U::wrapping_mul)),
        V2::And => both::<u64>(a, b, |x, y| x & y),
        V2::Bic => both::<u64>(a, b, |x, y| x & !y),
        V2::Orr => both::<u64>(a, b, |x, y| x | y),
        V2::Orn => both::<u64>(a, b, |x, y| x | !y),
        V2::Eor => both::<u64>(a, b, |x, y| x ^ y),
        _ => return None,
    })
}

/// All others, which are called: compiled into each instruction that may do one they would be most of the interpreter.
#[inline(never)]
pub(super) fn other_binary(op: V2, width: Lane, a: V, b: V) -> (V, u64) {
    let with = |sign, f: fn(i128, i128) -> i128| collect(width, pairs(a, b, width, sign).map(|(x, y)| f(x, y)));
    let saturated = |sign, f: fn(i128, i128) -> i128| {
        collect_saturated(width, sign, pairs(a, b, width, sign).map(|(x, y)| f(x, y)))
    };
    let by = |y: u64| y as i8 as i32;
    let shift = |sign, rounds| {
        let numbers = numbers(a, width, sign).zip(numbers(b, width, Unsigned));
        numbers.map(move |(x, y)| shifted(x, by(y as u64), rounds))
    };
    // Lanes are what is left of a number that has been shifted out to the left.
    let cut = |sign, rounds| {
        let numbers = numbers(a, width, sign).zip(numbers(b, width, Unsigned));
        numbers.map(move |(x, y)| match by(y as u64) {
            64.. => 0,
            by => shifted(x, by, rounds),
        })
    };
    let neighbour = |sign, f: fn(i128, i128) -> i128| {
        collect(width, neighbours(a, width, sign).chain(neighbours(b, width, sign)).map(|(x, y)| f(x, y)))
    };
    let half = 64 / width.bits();
    let plain = match op {
        V2::Add | V2::Sub | V2::Mul | V2::And | V2::Bic | V2::Orr | V2::Orn | V2::Eor => {
            unreachable!("{op:?} is one of the simple ones")
        }
        V2::Cmeq => with_lane!(width, U I => both::<U>(a, b, |x, y| if x == y { U::MAX } else { 0 })),
        V2::Cmtst => with_lane!(width, U I => both::<U>(a, b, |x, y| if x & y != 0 { U::MAX } else { 0 })),
        V2::Cmgt => with_lane!(width, U I => both::<I>(a, b, |x, y| if x > y { -1 } else { 0 })),
        V2::Cmge => with_lane!(width, U I => both::<I>(a, b, |x, y| if x >= y { -1 } else { 0 })),
        V2::Cmhi => with_lane!(width, U I => both::<U>(a, b, |x, y| if x > y { U::MAX } else { 0 })),
        V2::Cmhs => with_lane!(width, U I => both::<U>(a, b, |x, y| if x >= y { U::MAX } else { 0 })),
        V2::Smax => with_lane!(width, U I => both::<I>(a, b, I::max)),
        V2::Umax => with_lane!(width, U I => both::<U>(a, b, U::max)),
        V2::Smin => with_lane!(width, U I => both::<I>(a, b, I::min)),
        V2::Umin => with_lane!(width, U I => both::<U>(a, b, U::min)),
        V2::Sabd => with_lane!(width, U I => both::<I>(a, b, |x, y| x.abs_diff(y) as I)),
        V2::Uabd => with_lane!(width, U I => both::<U>(a, b, U::abs_diff)),
        V2::Shadd => with(Signed, |x, y| (x + y) >> 1),
        V2::Uhadd => with(Unsigned, |x, y| (x + y) >> 1),
        V2::Srhadd => with(Signed, |x, y| (x + y + 1) >> 1),
        V2::Urhadd => with(Unsigned, |x, y| (x + y + 1) >> 1),
        V2::Shsub => with(Signed, |x, y| (x - y) >> 1),
        V2::Uhsub => with(Unsigned, |x, y| (x - y) >> 1),
        V2::Sqadd => return saturated(Signed, |x, y| x + y),
        V2::Uqadd => return saturated(Unsigned, |x, y| x + y),
        V2::Sqsub => return saturated(Signed, |x, y| x - y),
        V2::Uqsub => return saturated(Unsigned, |x, y| x - y),
        V2::Suqadd => return mixed(width, Signed, a, Unsigned, b),
        V2::Usqadd => return mixed(width, Unsigned, a, Signed, b),
        V2::Sqdmulh => return doubled_products(width, a, b, 0),
        V2::Sqrdmulh => return doubled_products(width, a, b, 1 << (width.bits() - 1)),
        V2::Sqdmull => {
            let products = pairs(a, b, width, Signed).map(|(x, y)| 2 * x * y);
            return collect_saturated(width.wider(), Signed, products);
        }
        V2::Pmul => collect(width, polynomial_products(width, a, b)),
        V2::Pmull => collect(width.wider(), polynomial_products(width, a, b)),
        V2::Sshl => collect(width, cut(Signed, false)),
        V2::Ushl => collect(width, cut(Unsigned, false)),
        V2::Srshl => collect(width, cut(Signed, true)),
        V2::Urshl => collect(width, cut(Unsigned, true)),
        V2::Sqshl => return collect_saturated(width, Signed, shift(Signed, false)),
        V2::Uqshl => return collect_saturated(width, Unsigned, shift(Unsigned, false)),
        V2::Sqrshl => return collect_saturated(width, Signed, shift(Signed, true)),
        V2::Uqrshl => return collect_saturated(width, Unsigned, shift(Unsigned, true)),
        V2::Addp => neighbour(Unsigned, |x, y| x + y),
        V2::Smaxp => neighbour(Signed, i128::max),
        V2::Umaxp => neighbour(Unsigned, i128::max),
        V2::Sminp => neighbour(Signed, i128::min),
        V2::Uminp => neighbour(Unsigned, i128::min),
        V2::Zip1 => permuted(width, [a, b], |i| (i & 1, i >> 1)),
        V2::Zip2 => permuted(width, [a, b], |i| (i & 1, half + (i >> 1))),
        V2::Uzp1 => permuted(width, [a, b], |i| (i / half, 2 * (i % half))),
        V2::Uzp2 => permuted(width, [a, b], |i| (i / half, 2 * (i % half) + 1)),
        V2::Trn1 => permuted(width, [a, b], |i| (i & 1, i & !1)),
        V2::Trn2 => permuted(width, [a, b], |i| (i & 1, i | 1)),
        V2::Aese => crypto::encrypt_round(a, b),
        V2::Aesd => crypto::decrypt_round(a, b),
        V2::Sha1su1 => crypto::sha1_schedule_second(a, b),
        V2::Sha256su0 => crypto::sha256_schedule_first(a, b),
    };
    (plain, 0)
}

/// Saturating sums of numbers one of which only has a sign; the first's is the result's.
fn mixed(width: Lane, first: Sign, a: V, second: Sign, b: V) -> (V, u64) {
    let sums = numbers(a, width, first).zip(numbers(b, width, second)).map(|(x, y)| x + y);
    collect_saturated(width, first, sums)
}

/// Upper halves of doubled products, after something is added.
fn doubled_products(width: Lane, a: V, b: V, rounding: i128) -> (V, u64) {
    let products = pairs(a, b, width, Signed).map(|(x, y)| (2 * x * y + rounding) >> width.bits());
    collect_saturated(width, Signed, products)
}

/// Carry-less products of lanes below 64 bits.
fn polynomial_products(width: Lane, a: V, b: V) -> impl Iterator<Item = i128> {
    pairs(a, b, width, Unsigned).map(|(x, y)| super::carryless_product(x as u64, y as u64) as i128)
}

/// [`Engine::v3`](crate::engine::Engine::v3) on bits.
pub fn ternary(op: V3, width: Lane, d: V, a: V, b: V) -> (V, u64) {
    let accumulated = |sign: i128| {
        let rounding = 1i128 << (width.bits() - 1);
        let sums = numbers(d, width, Signed).zip(pairs(a, b, width, Signed));
        let sums = sums.map(|(d, (x, y))| ((d << width.bits()) + sign * 2 * x * y + rounding) >> width.bits());
        collect_saturated(width, Signed, sums)
    };
    let dot = |sign| {
        let sums = (0..4).map(|i| {
            let products = (4 * i..4 * i + 4).map(|i| number(a, Lane::B, sign, i) * number(b, Lane::B, sign, i));
            number(d, Lane::S, Unsigned, i) + products.sum::<i128>()
        });
        collect(Lane::S, sums)
    };
    let plain = match op {
        V3::Sha1c => crypto::sha1_rounds(d, a, b, |x, y, z| (x & y) ^ (!x & z)),
        V3::Sha1p => crypto::sha1_rounds(d, a, b, |x, y, z| x ^ y ^ z),
        V3::Sha1m => crypto::sha1_rounds(d, a, b, |x, y, z| (x & y) | ((x | y) & z)),
        V3::Sha1su0 => crypto::sha1_schedule_first(d, a, b),
        V3::Sha256h => crypto::sha256_rounds(d, a, b).0,
        V3::Sha256h2 => crypto::sha256_rounds(a, d, b).1,
        V3::Sha256su1 => crypto::sha256_schedule_second(d, a, b),
        V3::Sqrdmlah => return accumulated(1),
        V3::Sqrdmlsh => return accumulated(-1),
        V3::Sdot => dot(Signed),
        V3::Udot => dot(Unsigned),
    };
    (plain, 0)
}

/// [`Engine::v_shift`](crate::engine::Engine::v_shift) on bits.
#[inline(always)]
pub fn shift(op: VShift, width: Lane, by: u8, a: V) -> (V, u64) {
    match simple_shift(op, width, by.into(), a) {
        Some(result) => (result, 0),
        None => other_shift(op, width, by, a),
    }
}

/// As with [`simple`].
#[inline(always)]
fn simple_shift(op: VShift, width: Lane, distance: u32, a: V) -> Option<V> {
    Some(match op {
        VShift::Shl => with_lane!(width, U I => each::<U>(a, |n| n << (distance & (U::BITS - 1)))),
        VShift::Sshr => with_lane!(width, U I => each::<I>(a, |n| n >> distance.min(I::BITS - 1))),
        VShift::Ushr => with_lane!(width, U I => each::<U>(a, |n| n.checked_shr(distance).unwrap_or(0))),
        _ => return None,
    })
}

/// All others, which are called.
#[inline(never)]
fn other_shift(op: VShift, width: Lane, by: u8, a: V) -> (V, u64) {
    let distance = u32::from(by);
    let (left, right) = (distance as i32, -(distance as i32));
    let all = |width, sign, by, rounds| numbers(a, width, sign).map(move |n| shifted(n, by, rounds));
    let wide = width.wider();
    let plain = match op {
        VShift::Shl | VShift::Sshr | VShift::Ushr => unreachable!("{op:?} is one of the simple ones"),
        VShift::Srshr => collect(width, all(width, Signed, right, true)),
        VShift::Urshr => collect(width, all(width, Unsigned, right, true)),
        VShift::Sqshl => return collect_saturated(width, Signed, all(width, Signed, left, false)),
        VShift::Uqshl => return collect_saturated(width, Unsigned, all(width, Unsigned, left, false)),
        VShift::Sqshlu => return collect_saturated(width, Unsigned, all(width, Signed, left, false)),
        VShift::Shrn => collect(width, all(wide, Unsigned, right, false)),
        VShift::Rshrn => collect(width, all(wide, Unsigned, right, true)),
        VShift::Sqshrn => return collect_saturated(width, Signed, all(wide, Signed, right, false)),
        VShift::Sqrshrn => return collect_saturated(width, Signed, all(wide, Signed, right, true)),
        VShift::Sqshrun => return collect_saturated(width, Unsigned, all(wide, Signed, right, false)),
        VShift::Sqrshrun => return collect_saturated(width, Unsigned, all(wide, Signed, right, true)),
        VShift::Uqshrn => return collect_saturated(width, Unsigned, all(wide, Unsigned, right, false)),
        VShift::Uqrshrn => return collect_saturated(width, Unsigned, all(wide, Unsigned, right, true)),
    };
    (plain, 0)
}

/// One vector of a table in [`Engine::v_look_up`](crate::engine::Engine::v_look_up): bytes of `otherwise`, but those that
/// `table` has where `index` means the vector of this number.
pub fn look_up(table: V, number: u8, index: V, otherwise: V) -> V {
    let (table, index, otherwise) = (table.bytes(), index.bytes(), otherwise.bytes());
    V::of(std::array::from_fn(
        |i| {
            if index[i] >> 4 == number { table[usize::from(index[i] & 15)] } else { otherwise[i] }
        },
    ))
}
