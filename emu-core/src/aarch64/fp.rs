//! What floating point and Advanced SIMD have in common: whether they are enabled, the mode, the flags, and how registers of
//! vectors are read and written.

use super::feature::Feature;
use super::slots::{FP_TRAP, FPCR, FPSR, high};
use super::state::AArch64;
use super::width::A64;
use crate::engine::*;
use crate::float::Flags;
use crate::hart::Hart;
use crate::slot::Slot;

pub(super) type XOf<H> = <<H as A64>::E as Engine>::X;
pub(super) type BOf<H> = <<H as A64>::E as Engine>::B;
pub(super) type VOf<H> = <<H as A64>::E as Engine>::V;
pub(super) type Stopped<H, T> = Result<T, <<H as A64>::E as Engine>::Stop>;

/// A format as a type: the rows of the table choose it.
pub trait Number {
    /// The format.
    const FMT: Fmt;
    /// Its lane.
    const LANE: Lane;
    /// The integers of its width, signed and unsigned.
    const INTS: [Int; 2];
}
/// Half precision.
pub enum F16 {}
/// Single precision.
pub enum F32 {}
/// Double precision.
pub enum F64 {}
impl Number for F16 {
    const FMT: Fmt = Fmt::H;
    const LANE: Lane = Lane::H;
    const INTS: [Int; 2] = [Int::I16, Int::U16];
}
impl Number for F32 {
    const FMT: Fmt = Fmt::S;
    const LANE: Lane = Lane::S;
    const INTS: [Int; 2] = [Int::I32, Int::U32];
}
impl Number for F64 {
    const FMT: Fmt = Fmt::D;
    const LANE: Lane = Lane::D;
    const INTS: [Int; 2] = [Int::I64, Int::U64];
}

/// Stops with the exception that CPACR_EL1 asks for, if it does (D1.13.2).
#[inline(always)]
pub(super) fn enabled<H: A64>(h: H) -> Stopped<H, ()> {
    match h.key(FP_TRAP) {
        0 => Ok(()),
        syndrome => h.require(!h.yes(), syndrome, h.x(0)),
    }
}

/// What FPCR says.
#[inline(always)]
pub(super) fn mode<H: A64>(h: H) -> FpMode {
    FpMode::from_fpcr(h.key(FPCR))
}

/// Accrues flags, as verbs give them: FPSR is kept in their order.
#[inline(always)]
pub(super) fn raise<H: A64>(h: H, flags: XOf<H>) {
    h.set(FPSR, h.get(FPSR) | flags);
}

/// Writes a scalar; the rest of the register becomes zero. `v` has zeros above the scalar.
#[inline(always)]
pub(super) fn put<H: A64>(h: H, vd: Slot, v: XOf<H>) {
    h.set(vd, v);
    h.set(high(vd), h.x(0));
}

/// Reads a vector of 128 bits, or of 64 with zeros above.
#[inline(always)]
pub(super) fn read<H: A64>(h: H, r: Slot, q: u8) -> VOf<H> {
    h.v_of(h.get(r), if q & 1 != 0 { h.get(high(r)) } else { h.x(0) })
}

/// Writes a vector of 128 bits, or of 64 with zeros above.
#[inline(always)]
pub(super) fn write<H: A64>(h: H, vd: Slot, q: u8, v: VOf<H>) {
    let (low, upper) = (h.half(v, 0), if q & 1 != 0 { h.half(v, 1) } else { h.x(0) });
    h.set(vd, low);
    h.set(high(vd), upper);
}

/// Half a vector, with zeros above: what operations on a lower half, or on an upper one ("2"), start with.
#[inline(always)]
pub(super) fn part<H: A64>(h: H, r: Slot, q: u8) -> VOf<H> {
    h.v_of(h.get(if q & 1 != 0 { high(r) } else { r }), h.x(0))
}

/// Writes half a vector: the lower one and zeros, or the upper one ("2").
#[inline(always)]
pub(super) fn write_part<H: A64>(h: H, vd: Slot, q: u8, v: VOf<H>) {
    let half = h.half(v, 0);
    if q & 1 != 0 {
        h.set(high(vd), half);
    } else {
        put(h, vd, half);
    }
}

/// A scalar of a size as a vector, with zeros above.
#[inline(always)]
pub(super) fn read_scalar<H: A64>(h: H, r: Slot, lane: Lane) -> VOf<H> {
    h.v_of(h.get(r) & h.x(lane.mask()), h.x(0))
}

/// Writes the lowest lane as a scalar.
#[inline(always)]
pub(super) fn write_scalar<H: A64>(h: H, vd: Slot, lane: Lane, v: VOf<H>) {
    put(h, vd, h.half(v, 0) & h.x(lane.mask()));
}

/// Element `i` of a register, with other bits above it.
#[inline(always)]
pub(super) fn element<H: A64>(h: H, r: Slot, lane: Lane, i: u32) -> XOf<H> {
    let at = i * lane.bits();
    h.get(if at < 64 { r } else { high(r) }).shr_u(at & 63)
}

/// Reads a vector of 128 bits, or of 64 twice: so that all lanes are numbers of it.
#[inline(always)]
pub(super) fn read_whole<H: A64>(h: H, r: Slot, q: u8) -> VOf<H> {
    h.v_of(h.get(r), h.get(if q & 1 != 0 { high(r) } else { r }))
}

/// IXC of FPSR.
pub(super) const IXC: u64 = 1 << 4;

/// FPSR as programs see it: the slot has the flags in the order of [`Flags`], and QC where FPSR has it.
pub fn fpsr(hart: &Hart<AArch64>) -> u64 {
    let flags = hart.slots.get(FPSR);
    Flags::from_bits_retain(flags as u8).to_fpsr() | flags & SATURATED
}

/// Writes FPSR; bits that it reserves are dropped.
pub fn set_fpsr(hart: &Hart<AArch64>, value: u64) {
    hart.slots.set(FPSR, u64::from(Flags::from_fpsr(value).bits()) | value & SATURATED);
}

/// Writes FPCR: AHP, DN, FZ, RMode, and FZ16 where there is half precision. Traps of exceptions are not there (C5.2.7).
pub fn set_fpcr(hart: &Hart<AArch64>, value: u64) {
    let half = if hart.arch.config.cpu.features().contains(Feature::FP16) { 1 << 19 } else { 0 };
    hart.slots.set(FPCR, value & (0x07c0_0000 | half));
}

/// Has a macro make what scalars and vectors both have of one operand, and says once what each does to a number.
macro_rules! each_unary {
    ($make:ident) => {
        $make! {
            fsqrt |h, mode, v| h.fp_sqrt(N::FMT, mode, v);
            frintn |h, mode, v| h.fp1(One::Round, N::FMT, FpMode { round: Round::NearestEven, ..mode }, v);
            frintp |h, mode, v| h.fp1(One::Round, N::FMT, FpMode { round: Round::Up, ..mode }, v);
            frintm |h, mode, v| h.fp1(One::Round, N::FMT, FpMode { round: Round::Down, ..mode }, v);
            frintz |h, mode, v| h.fp1(One::Round, N::FMT, FpMode { round: Round::TowardZero, ..mode }, v);
            frinta |h, mode, v| h.fp1(One::Round, N::FMT, FpMode { round: Round::NearestAway, ..mode }, v);
            frintx |h, mode, v| h.fp1(One::RoundExact, N::FMT, mode, v);
            frinti |h, mode, v| h.fp1(One::Round, N::FMT, mode, v);
            frecpe |h, mode, v| h.fp1(One::ReciprocalEstimate, N::FMT, mode, v);
            frsqrte |h, mode, v| h.fp1(One::ReciprocalRootEstimate, N::FMT, mode, v);
        }
    };
}
pub(super) use each_unary;
