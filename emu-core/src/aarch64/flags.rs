//! N, Z, C and V: how they come about, and the conditions on them (shared/functions/system/ConditionHolds,
//! shared/functions/integer/AddWithCarry).
//!
//! Each is a slot of its own, in the form in which arithmetic leaves it, so that setting flags costs little and a translator
//! drops what nobody reads: N is the sign of a slot, Z says that a slot is zero, C is 0 or 1, V is the sign of a slot.
#![allow(missing_docs, reason = "some functions are named after their instructions, which the manual describes")]

use super::format::{RotateFlags, SetFlags};
use super::slots::{C, N, V, Z};
use super::system::Unused;
use super::width::{A64, Width};
use crate::engine::*;
use crate::hart::{Arch, Hart};

/// What the four slots get.
struct Nzcv<X> {
    n: X,
    z: X,
    c: X,
    v: X,
}

/// Every change of the flags goes through here or [`compare`].
#[inline(always)]
fn set<H: A64>(h: H, flags: Nzcv<<H::E as Engine>::X>, compared: Option<ComparedIn<H>>) {
    h.set(N, flags.n);
    h.set(Z, flags.z);
    h.set(C, flags.c);
    h.set(V, flags.v);
    h.note_compared(compared);
}

type ComparedIn<H> = Compared<<<H as A64>::E as Engine>::W, <<H as A64>::E as Engine>::X>;

/// `a + b`, and its flags.
#[inline(always)]
pub(super) fn add<H: A64, T: Width<H::E>>(h: H, a: T::V, b: T::V) -> T::V {
    let r = a + b;
    let c = h.b2x(r.lt_u(a));
    let sign = T::sx(r);
    set(h, Nzcv { n: sign, z: sign, c, v: T::sx((a ^ r) & (b ^ r)) }, None);
    r
}

/// `a - b`, and its flags.
#[inline(always)]
pub(super) fn sub<H: A64, T: Width<H::E>>(h: H, a: T::V, b: T::V) -> T::V {
    let r = a - b;
    set(h, difference::<H, T>(h, a, b, r), Some(T::compared(a, b)));
    r
}

#[inline(always)]
fn difference<H: A64, T: Width<H::E>>(h: H, a: T::V, b: T::V, r: T::V) -> Nzcv<<H::E as Engine>::X> {
    let sign = T::sx(r);
    Nzcv { n: sign, z: sign, c: h.b2x(!a.lt_u(b)), v: T::sx((a ^ b) & (a ^ r)) }
}

/// `a + b + C`; a subtraction with carry is one of the complement.
#[inline(always)]
pub(super) fn add_carry<H: A64, T: Width<H::E>>(h: H, a: T::V, b: T::V) -> T::V {
    a + b + T::of(h.get(C))
}

/// [`add_carry`], and its flags.
#[inline(always)]
pub(super) fn add_carry_set<H: A64, T: Width<H::E>>(h: H, a: T::V, b: T::V) -> T::V {
    let r = add_carry::<H, T>(h, a, b);
    let out = (a & b) | ((a | b) & !r);
    let sign = T::sx(r);
    set(h, Nzcv { n: sign, z: sign, c: h.b2x(out.lt_s(T::n(&h, 0))), v: T::sx((a ^ r) & (b ^ r)) }, None);
    r
}

/// The flags of a logical result.
#[inline(always)]
pub(super) fn logical<H: A64, T: Width<H::E>>(h: H, r: T::V) {
    let sign = T::sx(r);
    set(h, Nzcv { n: sign, z: sign, c: h.x(0), v: h.x(0) }, None);
}

/// CCMP: the flags of `a - b` if `cond`, else those that the instruction names, as PSTATE has them: N 8, Z 4, C 2, V 1.
#[inline(always)]
pub(super) fn compare_if<H: A64, T: Width<H::E>>(h: H, cond: <H::E as Engine>::B, a: T::V, b: T::V, otherwise: u8) {
    choose(h, cond, difference::<H, T>(h, a, b, a - b), otherwise);
}

/// CCMN: the same with `a + b`.
#[inline(always)]
pub(super) fn compare_negative_if<H: A64, T: Width<H::E>>(
    h: H,
    cond: <H::E as Engine>::B,
    a: T::V,
    b: T::V,
    otherwise: u8,
) {
    let r = a + b;
    let sign = T::sx(r);
    let flags = Nzcv { n: sign, z: sign, c: h.b2x(r.lt_u(a)), v: T::sx((a ^ r) & (b ^ r)) };
    choose(h, cond, flags, otherwise);
}

#[inline(always)]
fn choose<H: A64>(h: H, cond: <H::E as Engine>::B, flags: Nzcv<<H::E as Engine>::X>, otherwise: u8) {
    let [n, z, c, v] = slots_of(otherwise as u64).map(|word| h.x(word));
    let select = |flag, constant| Bits::select(cond, flag, constant);
    let flags = Nzcv { n: select(flags.n, n), z: select(flags.z, z), c: select(flags.c, c), v: select(flags.v, v) };
    set(h, flags, None);
}

/// FCMP: the flags of two numbers of which the first is less, or they are equal, or one is not a number.
#[inline(always)]
pub(super) fn of_numbers<H: A64>(h: H, how: [<H::E as Engine>::B; 3]) {
    set(h, numbers(h, how), None);
}

/// FCCMP: the same if `cond`, else the flags that the instruction names.
#[inline(always)]
pub(super) fn of_numbers_if<H: A64>(h: H, cond: <H::E as Engine>::B, how: [<H::E as Engine>::B; 3], otherwise: u8) {
    choose(h, cond, numbers(h, how), otherwise);
}

#[inline(always)]
fn numbers<H: A64>(h: H, [less, equal, unordered]: [<H::E as Engine>::B; 3]) -> Nzcv<<H::E as Engine>::X> {
    let sign = |b| h.b2x(b).shl(63);
    Nzcv { n: sign(less), z: h.b2x(!equal), c: h.b2x(!less), v: sign(unordered) }
}

/// FJCVTZS: Z if so, and nothing else.
#[inline(always)]
pub(super) fn zero_if<H: A64>(h: H, zero: <H::E as Engine>::B) {
    set(h, Nzcv { n: h.x(0), z: h.b2x(!zero), c: h.x(0), v: h.x(0) }, None);
}

/// CFINV.
#[inline(always)]
pub fn cfinv<H: A64>(h: H, _: Unused) -> Exec<H::E> {
    let (n, z, c, v) = (h.get(N), h.get(Z), h.get(C) ^ h.x(1), h.get(V));
    set(h, Nzcv { n, z, c, v }, None);
    Ok(h.next())
}

/// RMIF: flags from bits of a rotated register.
#[inline(always)]
pub fn rmif<H: A64>(h: H, o: RotateFlags) -> Exec<H::E> {
    let nzcv = h.get(o.rn).rotr_by(h.x(o.imm.into()));
    let chosen = |flag: u8, new, slot| if o.mask & flag != 0 { new } else { h.get(slot) };
    let flags = Nzcv {
        n: chosen(8, nzcv.shl(60), N),
        z: chosen(4, !nzcv & h.x(4), Z),
        c: chosen(2, nzcv.shr_u(1) & h.x(1), C),
        v: chosen(1, nzcv.shl(63), V),
    };
    set(h, flags, None);
    Ok(h.next())
}

/// SETF8 and SETF16: N and Z of the low bits, V if they are no signed number of so many bits.
#[inline(always)]
fn setf<H: A64>(h: H, o: SetFlags, bits: u32) -> Exec<H::E> {
    let value = h.get(o.rn);
    let n = value.shl(64 - bits);
    set(h, Nzcv { n, z: n, c: h.get(C), v: n ^ value.shl(63 - bits) }, None);
    Ok(h.next())
}

#[inline(always)]
pub fn setf8<H: A64>(h: H, o: SetFlags) -> Exec<H::E> {
    setf(h, o, 8)
}

#[inline(always)]
pub fn setf16<H: A64>(h: H, o: SetFlags) -> Exec<H::E> {
    setf(h, o, 16)
}

/// Whether a condition holds; C1.2.4. The two highest codes are both "always".
#[inline(always)]
pub(super) fn holds<H: A64>(h: H, cond: u8) -> <H::E as Engine>::B {
    let holds = match cond >> 1 {
        7 => return h.yes(),
        base => positive(h, base),
    };
    if cond & 1 != 0 { !holds } else { holds }
}

/// The condition of an even code, by half of it.
#[inline(always)]
fn positive<H: A64>(h: H, half: u8) -> <H::E as Engine>::B {
    if let Some(compared) = h.compared()
        && let Some(holds) = of_comparison(compared, half)
    {
        return holds;
    }
    let zero = h.x(0);
    let z = || h.get(Z).eq(zero);
    let c = || !h.get(C).eq(zero);
    let is_less = || (h.get(N) ^ h.get(V)).lt_s(zero);
    match half {
        0 => z(),
        1 => c(),
        2 => h.get(N).lt_s(zero),
        3 => h.get(V).lt_s(zero),
        4 => c() & !z(),
        5 => !is_less(),
        _ => !z() & !is_less(),
    }
}

/// The same where the flags are known to be those of a comparison; `None` where they say it themselves.
#[inline(always)]
fn of_comparison<B: Bool, W: Bits<Bool = B>, X: Bits<Bool = B>>(compared: Compared<W, X>, half: u8) -> Option<B> {
    #[inline(always)]
    fn by<V: Bits>(a: V, b: V, half: u8) -> Option<V::Bool> {
        Some(match half {
            0 => a.eq(b),
            1 => !a.lt_u(b),
            4 => b.lt_u(a),
            5 => !a.lt_s(b),
            6 => b.lt_s(a),
            _ => return None,
        })
    }
    match compared {
        Compared::W(a, b) => by(a, b, half),
        Compared::X(a, b) => by(a, b, half),
    }
}

/// What the four slots hold for the flags N 8, Z 4, C 2, V 1.
pub(super) const fn slots_of(nzcv: u64) -> [u64; 4] {
    [(nzcv >> 3 & 1) << 63, (nzcv >> 2 & 1) ^ 1, nzcv >> 1 & 1, (nzcv & 1) << 63]
}

/// The flags of a hart between two instructions: N 8, Z 4, C 2, V 1.
pub fn nzcv<A: Arch>(hart: &Hart<A>) -> u64 {
    let [n, z, c, v] = [N, Z, C, V].map(|slot| hart.slots.get(slot));
    (n >> 63) << 3 | ((z == 0) as u64) << 2 | (c & 1) << 1 | v >> 63
}

/// Sets the flags of a hart between two instructions.
pub fn set_nzcv<A: Arch>(hart: &Hart<A>, nzcv: u64) {
    for (slot, word) in [N, Z, C, V].into_iter().zip(slots_of(nzcv)) {
        hart.slots.set(slot, word);
    }
}
