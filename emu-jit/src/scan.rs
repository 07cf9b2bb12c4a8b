//! An engine that runs nothing: it sees what an instruction reads and writes and where control goes, as far as decode time
//! knows. So regions are formed without knowing an instruction set.

use std::cell::{Cell, RefCell};
use std::ops::{Add, BitAnd, BitOr, BitXor, Mul, Not, Sub};

use emu_core::engine::*;
use emu_core::hart::Arch;
use emu_core::isa::Packed;
use emu_core::slot::{SINK, Slot, ZERO};

use crate::emit::UPPER_HALF;
use crate::slots::SlotSet;

/// What decode time knows of a value.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Known {
    /// All of it.
    Const(u64),
    /// It is a slot's value before the instruction.
    Held(Slot),
    /// It is a slot's value before the instruction, plus something. A hint: modulo 2^32 where registers are that wide.
    Near(Slot, i64),
    /// The same of the lower 32 bits; above them are zeros or signs.
    NearLow(Slot, i64),
    /// It is a slot's value before the instruction, plus something that is not known.
    Around(Slot),
    /// It is a slot's value before the instruction, shifted left by so much.
    Scaled(Slot, u8),
    /// It is the first slot's value before the instruction, plus the second one's shifted left by so much.
    Indexed(Slot, Slot, u8),
    /// That arithmetic made it, and that it is a number in double precision.
    Double,
    /// That all bits of its upper half are ones.
    Boxed,
    /// That it is half of a vector that an operation gave.
    VectorHalf,
    /// Nothing.
    Not,
}

impl Known {
    /// The same as a hint.
    fn hint(self) -> Known {
        match self {
            Known::Held(slot) => Known::Near(slot, 0),
            Known::NearLow(slot, off) => Known::Near(slot, off),
            known => known,
        }
    }
}

/// Where control goes after an instruction.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Flow {
    /// To the next instruction.
    Straight,
    /// To the next instruction or to this address.
    Branch(u64),
    /// To this address.
    Jump(u64),
    /// To an address that is known when running.
    Indirect(Known),
    /// The interpreter has to run it.
    Leave,
}

/// One access to memory, or several that lie together.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Touch {
    /// Where the first one is.
    pub(crate) at: Known,
    /// How many bytes that has.
    pub(crate) first_bytes: u64,
    /// How many bytes from there on all have.
    pub(crate) bytes: u64,
    /// Whether it stores.
    pub(crate) writes: bool,
}

/// What an instruction does.
#[derive(Clone, Debug)]
pub(crate) struct Effect {
    /// Slots whose values it needs.
    pub(crate) reads: SlotSet,
    /// Slots that it writes.
    pub(crate) writes: SlotSet,
    /// Slots that it takes numbers in double precision from, or leaves them in.
    pub(crate) doubles: SlotSet,
    /// Slots that it writes, and whose upper half has only ones then.
    pub(crate) boxed: SlotSet,
    /// Slots of lower halves of registers that it takes vectors of 128 bits from, or leaves them in.
    pub(crate) vectors: SlotSet,
    /// Where control goes.
    pub(crate) flow: Flow,
    /// The slot that gets the address of the next instruction, if control does not go there: a call.
    pub(crate) link: Option<Slot>,
    /// Its access to memory.
    pub(crate) touch: Option<Touch>,
    /// A sum that it writes.
    pub(crate) sum: Option<Sum>,
}

/// A slot that is written, and what of: another slot's value before that, plus something. A hint, as in [`Known::Near`].
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sum {
    pub(crate) to: Slot,
    pub(crate) of: Slot,
    pub(crate) plus: i64,
    /// It is one of 32 bits.
    pub(crate) is_narrow: bool,
}

/// What the row at `pc` does.
pub(crate) fn effect<A: Arch>(
    variant: A::Variant,
    keys: &dyn Fn(Slot) -> u64,
    row: u16,
    operands: &Packed,
    pc: u64,
    bytes: u64,
) -> Effect {
    let scan = Scan {
        keys,
        pc,
        bytes,
        seen: RefCell::default(),
        after: Cell::new(None),
        touch: Cell::new(None),
        sum: Cell::new(None),
    };
    let flow = match A::meaning(variant, &scan, row, operands) {
        Some(Ok(flow)) => flow,
        Some(Err(Undefined)) | None => Flow::Leave,
    };
    let SeenSlots { reads, writes, doubles, boxed, vectors } = scan.seen.into_inner();
    let link = scan.after.get().filter(|_| flow != Flow::Straight);
    Effect { reads, writes, doubles, boxed, vectors, flow, link, touch: scan.touch.get(), sum: scan.sum.get() }
}

/// How many bytes of memory a decoded instruction accesses; `None` if it does not, or if only the interpreter has it.
pub fn access_bytes<A: Arch>(variant: A::Variant, row: u16, operands: &Packed) -> Option<u64> {
    // Keys say whether instructions are enabled, not what they access: with all their lowest bits set they are.
    effect::<A>(variant, &|_| 3, row, operands, 0, 4).touch.map(|touch| touch.bytes)
}

#[derive(Default)]
struct SeenSlots {
    reads: SlotSet,
    writes: SlotSet,
    doubles: SlotSet,
    boxed: SlotSet,
    vectors: SlotSet,
}

struct Scan<'k> {
    keys: &'k dyn Fn(Slot) -> u64,
    pc: u64,
    bytes: u64,
    seen: RefCell<SeenSlots>,
    after: Cell<Option<Slot>>,
    touch: Cell<Option<Touch>>,
    sum: Cell<Option<Sum>>,
}

/// Decode time already knows that the instruction is undefined.
#[derive(Debug)]
struct Undefined;

/// A value of `BITS` bits.
#[derive(Copy, Clone)]
struct Seen<const BITS: u32>(Known);

/// A vector: what is known of its halves.
#[derive(Copy, Clone)]
struct Halves([Seen<64>; 2]);

impl Halves {
    /// Nothing is known but that an operation gave it.
    const GIVEN: Self = Self([Seen(Known::VectorHalf); 2]);
}

/// A truth value; nothing is known of it.
#[derive(Copy, Clone)]
struct Either;

impl BitAnd for Either {
    type Output = Self;
    fn bitand(self, _: Self) -> Self {
        self
    }
}
impl BitOr for Either {
    type Output = Self;
    fn bitor(self, _: Self) -> Self {
        self
    }
}
impl BitXor for Either {
    type Output = Self;
    fn bitxor(self, _: Self) -> Self {
        self
    }
}
impl Not for Either {
    type Output = Self;
    fn not(self) -> Self {
        self
    }
}
impl Bool for Either {}

impl<const BITS: u32> Seen<BITS> {
    const NOT: Self = Self(Known::Not);

    fn cut(value: u64) -> Self {
        Self(Known::Const(if BITS == 32 { value as u32 as u64 } else { value }))
    }

    fn signed(value: u64) -> i64 {
        if BITS == 32 { value as i32 as i64 } else { value as i64 }
    }
}

impl<const BITS: u32> Add for Seen<BITS> {
    type Output = Self;
    fn add(self, rhs: Self) -> Self {
        match (self.0, rhs.0) {
            (Known::Held(base), Known::Held(index)) if BITS == 64 => return Self(Known::Indexed(base, index, 0)),
            (Known::Held(base), Known::Scaled(index, by)) => return Self(Known::Indexed(base, index, by)),
            _ => {}
        }
        match (self.0.hint(), rhs.0.hint()) {
            (Known::Const(a), Known::Const(b)) => Self::cut(a.wrapping_add(b)),
            (Known::Near(slot, off), Known::Const(c)) | (Known::Const(c), Known::Near(slot, off)) => {
                Self(Known::Near(slot, off.wrapping_add(Self::signed(c))))
            }
            // Meanings name a base first.
            (
                Known::Near(slot, _) | Known::Around(slot) | Known::Indexed(slot, ..),
                Known::Not | Known::Near(..) | Known::Scaled(..) | Known::Const(_),
            ) => Self(Known::Around(slot)),
            _ => Self::NOT,
        }
    }
}

impl<const BITS: u32> BitAnd for Seen<BITS> {
    type Output = Self;
    fn bitand(self, rhs: Self) -> Self {
        match (self.0.hint(), rhs.0) {
            (Known::Const(a), Known::Const(b)) => Self::cut(a & b),
            // A jump target without its lowest bits is still that register's.
            (Known::Near(slot, off), Known::Const(c)) if c as u32 >= !3 => Self(Known::Near(slot, off)),
            _ => Self::NOT,
        }
    }
}

impl<const BITS: u32> BitOr for Seen<BITS> {
    type Output = Self;
    fn bitor(self, rhs: Self) -> Self {
        match (self.0, rhs.0) {
            (_, Known::Const(UPPER_HALF)) | (Known::Const(UPPER_HALF), _) if BITS == 64 => Self(Known::Boxed),
            (known, Known::Const(0)) | (Known::Const(0), known) => Self(known),
            _ => Self::NOT,
        }
    }
}

macro_rules! unknown {
    ($($trait:ident $method:ident;)*) => {
        $(impl<const BITS: u32> $trait for Seen<BITS> {
            type Output = Self;
            fn $method(self, _: Self) -> Self {
                Self::NOT
            }
        })*
    };
}
unknown! { Sub sub; Mul mul; BitXor bitxor; }

impl<const BITS: u32> Not for Seen<BITS> {
    type Output = Self;
    fn not(self) -> Self {
        Self::NOT
    }
}

macro_rules! unary {
    ($($name:ident)*) => { $(fn $name(self) -> Self { Self::NOT })* };
}
macro_rules! binary {
    ($($name:ident)*) => { $(fn $name(self, _: Self) -> Self { Self::NOT })* };
}
macro_rules! shifts {
    ($($name:ident)*) => { $(fn $name(self, _: u32) -> Self { Self::NOT })* };
}
macro_rules! divisions {
    ($($name:ident)*) => { $(fn $name(self, _: Self, _: Self) -> Self { Self::NOT })* };
}
macro_rules! comparisons {
    ($($name:ident)*) => { $(fn $name(self, _: Self) -> Either { Either })* };
}

impl<const N: u32> Bits for Seen<N> {
    type Bool = Either;
    const BITS: u32 = N;

    fn like(self, n: i64) -> Self {
        Self::cut(n as u64)
    }
    comparisons! { eq lt_u lt_s }
    fn shl(self, by: u32) -> Self {
        match self.0 {
            Known::Held(slot) if N == 64 && by < 64 => {
                Self(if by == 0 { self.0 } else { Known::Scaled(slot, by as u8) })
            }
            _ => Self::NOT,
        }
    }
    shifts! { shr_u shr_s }
    binary! { shl_by shr_u_by shr_s_by rotr_by mul_high_u mul_high_s }
    divisions! { div_u rem_u div_s rem_s }
    unary! { leading_zeros trailing_zeros ones swap_bytes reverse_bits }
    fn select(_: Either, _: Self, _: Self) -> Self {
        Self::NOT
    }
}

impl Widen<Seen<64>> for Seen<32> {
    fn sext(self) -> Seen<64> {
        match self.0 {
            Known::Const(c) => Seen(Known::Const(c as i32 as i64 as u64)),
            _ => self.zext(),
        }
    }
    fn zext(self) -> Seen<64> {
        match self.0.hint() {
            Known::Near(slot, off) => Seen(Known::NearLow(slot, off)),
            known => Seen(known),
        }
    }
}

impl Narrow<Seen<32>> for Seen<64> {
    fn lo(self) -> Seen<32> {
        match self.0 {
            Known::Const(c) => Seen::cut(c),
            known => Seen(known.hint()),
        }
    }
}

impl Scan<'_> {
    fn touched(&self, at: Seen<64>, bytes: u64, writes: bool) {
        let mut touch = self.touch.get().unwrap_or(Touch { at: at.0.hint(), first_bytes: bytes, bytes, writes });
        // What does not lie behind the first one is left alone: this is for sharing checks.
        if let (Known::Near(first, from), Known::Near(slot, off)) = (touch.at, at.0.hint())
            && first == slot
            && let Ok(behind) = u64::try_from(off.wrapping_sub(from))
        {
            touch.bytes = touch.bytes.max(behind.saturating_add(bytes));
        }
        touch.writes |= writes;
        self.touch.set(Some(touch));
    }
}

type Value = Seen<64>;

impl Engine for Scan<'_> {
    type B = Either;
    type W = Seen<32>;
    type X = Seen<64>;
    type V = Halves;
    type Stop = Undefined;
    type Next = Flow;

    fn w(&self, n: u32) -> Seen<32> {
        Seen::cut(n.into())
    }
    fn x(&self, n: u64) -> Value {
        Seen::cut(n)
    }
    fn b2x(&self, _: Either) -> Value {
        Seen::NOT
    }
    fn pc(&self) -> u64 {
        self.pc
    }
    fn insn_bytes(&self) -> u64 {
        self.bytes
    }
    fn key(&self, slot: Slot) -> u64 {
        (self.keys)(slot)
    }
    fn get(&self, slot: Slot) -> Value {
        if slot == ZERO {
            return Seen(Known::Const(0));
        }
        self.seen.borrow_mut().reads.insert(slot);
        Seen(Known::Held(slot))
    }
    fn set(&self, slot: Slot, v: Value) {
        if slot == SINK || v.0 == Known::Held(slot) {
            return;
        }
        let mut seen = self.seen.borrow_mut();
        seen.writes.insert(slot);
        match v.0.hint() {
            Known::Double => seen.doubles.insert(slot),
            Known::Boxed => seen.boxed.insert(slot),
            // One of 64 bits is as well off in the host's other registers.
            Known::VectorHalf if lower_half(slot) != slot => seen.vectors.insert(lower_half(slot)),
            Known::Near(of, plus) => {
                let is_narrow = matches!(v.0, Known::NearLow(..));
                self.sum.set(Some(Sum { to: slot, of, plus, is_narrow }));
            }
            _ => {}
        }
        // Wrapped to the width of addresses, as meanings wrap it.
        let after = self.pc.wrapping_add(self.bytes);
        if matches!(v.0, Known::Const(c) if c == after || c == after as u32 as u64) {
            self.after.set(Some(slot));
        }
    }
    fn load(&self, at: Value, kind: Mem) -> Result<Value, Undefined> {
        self.touched(at, kind.bytes(), false);
        Ok(Seen::NOT)
    }
    fn store(&self, at: Value, _: Value, kind: Mem) -> Result<(), Undefined> {
        self.touched(at, kind.bytes(), true);
        Ok(())
    }
    fn load_v(&self, at: Value) -> Result<Halves, Undefined> {
        self.touched(at, 16, false);
        Ok(Halves::GIVEN)
    }
    fn store_v(&self, at: Value, v: Halves) -> Result<(), Undefined> {
        self.takes_vectors([v]);
        self.touched(at, 16, true);
        Ok(())
    }
    fn amo(&self, at: Value, _: Amo, _: Value, kind: Mem) -> Result<Value, Undefined> {
        self.touched(at, kind.bytes(), true);
        Ok(Seen::NOT)
    }
    fn compare_and_swap(&self, at: Value, _: Value, _: Value, kind: Mem) -> Result<Value, Undefined> {
        self.touched(at, kind.bytes(), true);
        Ok(Seen::NOT)
    }
    fn load_reserved(&self, at: Value, kind: Mem) -> Result<Value, Undefined> {
        self.touched(at, kind.bytes(), false);
        Ok(Seen::NOT)
    }
    fn store_conditional(&self, at: Value, _: Value, kind: Mem) -> Result<Either, Undefined> {
        self.touched(at, kind.bytes(), true);
        Ok(Either)
    }
    fn require(&self, _: Either, _: u64, _: Value) -> Result<(), Undefined> {
        Ok(())
    }
    fn undefined<T>(&self) -> Result<T, Undefined> {
        Err(Undefined)
    }
    fn next(&self) -> Flow {
        Flow::Straight
    }
    fn branch(&self, _: Either, target: u64) -> Flow {
        Flow::Branch(target)
    }
    fn jump(&self, target: u64) -> Flow {
        Flow::Jump(target)
    }
    fn jump_to(&self, target: Value) -> Flow {
        match target.0 {
            Known::Const(target) => Flow::Jump(target),
            known => Flow::Indirect(known.hint()),
        }
    }
    fn fp1(&self, op: Fp1, fmt: Fmt, _: FpMode, a: Value) -> (Value, Value) {
        self.takes(fmt, [a]);
        if op == Fp1::Int32Modulo { (Seen::NOT, Seen::cut(0)) } else { gives(fmt) }
    }
    fn fp2(&self, _: Fp2, fmt: Fmt, _: FpMode, a: Value, b: Value) -> (Value, Value) {
        self.takes(fmt, [a, b]);
        gives(fmt)
    }
    fn fp_sqrt(&self, fmt: Fmt, _: FpMode, a: Value) -> (Value, Value) {
        self.takes(fmt, [a]);
        gives(fmt)
    }
    fn fp_fma(&self, fmt: Fmt, _: FpMode, a: Value, b: Value, c: Value) -> (Value, Value) {
        self.takes(fmt, [a, b, c]);
        gives(fmt)
    }
    fn fp_cmp(&self, _: FpCmp, fmt: Fmt, _: FpMode, a: Value, b: Value) -> (Either, Value) {
        self.takes(fmt, [a, b]);
        (Either, Seen::cut(0))
    }
    fn fp_class(&self, _: Fmt, _: Value) -> Value {
        Seen::NOT
    }
    fn fp_to_fp(&self, from: Fmt, to: Fmt, _: FpMode, a: Value) -> (Value, Value) {
        self.takes(from, [a]);
        gives(to)
    }
    fn fp_to_int(&self, from: Fmt, _: Int, _: FpMode, _: u8, a: Value) -> (Value, Value) {
        self.takes(from, [a]);
        (Seen::NOT, Seen::cut(0))
    }
    fn int_to_fp(&self, _: Int, to: Fmt, _: FpMode, _: u8, _: Value) -> (Value, Value) {
        gives(to)
    }
    fn crc32(&self, _: Crc, _: Seen<32>, _: Value, _: u32) -> Seen<32> {
        Seen::NOT
    }
    fn clmul(&self, _: Value, _: Value) -> Value {
        Seen::NOT
    }
    fn clmulh(&self, _: Value, _: Value) -> Value {
        Seen::NOT
    }
    fn v_of(&self, low: Value, high: Value) -> Halves {
        Halves([low, high])
    }
    fn half(&self, v: Halves, i: u32) -> Value {
        v.0[i as usize & 1]
    }
    fn v_splat(&self, _: Lane, _: Value) -> Halves {
        Halves::GIVEN
    }
    fn v1(&self, _: V1, _: Lane, a: Halves) -> (Halves, Value) {
        (self.combines([a]), Seen::cut(0))
    }
    fn v2(&self, _: V2, _: Lane, a: Halves, b: Halves) -> (Halves, Value) {
        (self.combines([a, b]), Seen::cut(0))
    }
    fn v3(&self, _: V3, _: Lane, d: Halves, a: Halves, b: Halves) -> (Halves, Value) {
        (self.combines([d, a, b]), Seen::cut(0))
    }
    fn v_shift(&self, _: VShift, _: Lane, _: u8, a: Halves) -> (Halves, Value) {
        (self.combines([a]), Seen::cut(0))
    }
    fn v_look_up(&self, table: Halves, _: u8, index: Halves, otherwise: Halves) -> Halves {
        self.combines([table, index, otherwise])
    }
    // Whoever says that there is no such arithmetic reads and writes the same slots.
    fn v_fp2(&self, _: Fp2, _: Fmt, _: FpMode, a: Halves, b: Halves) -> Option<Halves> {
        Some(self.combines([a, b]))
    }
    fn v_fp_fma(&self, _: Fmt, _: FpMode, a: Halves, b: Halves, c: Halves) -> Option<Halves> {
        Some(self.combines([a, b, c]))
    }
    fn v_fp_cmp(&self, _: FpCmp, _: Fmt, _: FpMode, a: Halves, b: Halves) -> Option<Halves> {
        Some(self.combines([a, b]))
    }
    fn v_int_to_fp(&self, _: Int, _: Fmt, _: FpMode, a: Halves) -> Option<Halves> {
        Some(self.combines([a]))
    }
    fn v_fp_to_int(&self, _: Fmt, _: Int, _: FpMode, a: Halves) -> Option<Halves> {
        Some(self.combines([a]))
    }
}

impl Scan<'_> {
    /// An operation on vectors is done with these.
    fn takes_vectors<const N: usize>(&self, vectors: [Halves; N]) {
        for Seen(half) in vectors.iter().flat_map(|v| v.0) {
            if let Known::Held(slot) = half
                && lower_half(slot) != slot
            {
                self.seen.borrow_mut().vectors.insert(lower_half(slot));
            }
        }
    }

    /// What an operation on these gives.
    fn combines<const N: usize>(&self, vectors: [Halves; N]) -> Halves {
        self.takes_vectors(vectors);
        Halves::GIVEN
    }

    /// Arithmetic in a format is done with these.
    fn takes<const N: usize>(&self, fmt: Fmt, values: [Value; N]) {
        for value in values {
            if let (Fmt::D, Known::Held(slot)) = (fmt, value.0) {
                self.seen.borrow_mut().doubles.insert(slot);
            }
        }
    }
}

/// The slot of the lower half of the register for vectors that `slot` is a half of.
pub(crate) fn lower_half(slot: Slot) -> Slot {
    Slot(slot.0 & !1)
}

/// What arithmetic in a format gives: a number, and no flags, as translated code leaves before any is raised.
fn gives(fmt: Fmt) -> (Value, Value) {
    (if fmt == Fmt::D { Seen(Known::Double) } else { Seen::NOT }, Seen::cut(0))
}
