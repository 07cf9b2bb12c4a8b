//! An engine that runs nothing: it sees what an instruction reads and writes and where control goes, as far as decode time
//! knows. So regions are formed without knowing an instruction set.

use std::cell::{Cell, RefCell};
use std::ops::{Add, BitAnd, BitOr, BitXor, Mul, Not, Sub};

use emu_core::engine::*;
use emu_core::hart::Arch;
use emu_core::isa::Packed;
use emu_core::slot::{SINK, Slot, ZERO};

use crate::slots::SlotSet;

/// What decode time knows of a value.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Known {
    /// All of it.
    Const(u64),
    /// It is a slot's value before the instruction, plus something. A hint: modulo 2^32 where registers are that wide.
    Near(Slot, i64),
    /// Nothing.
    Not,
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

/// One access to memory.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Touch {
    /// Where.
    pub(crate) at: Known,
    /// How many bytes.
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
    /// Where control goes.
    pub(crate) flow: Flow,
    /// The slot that gets the address of the next instruction, if control does not go there: a call.
    pub(crate) link: Option<Slot>,
    /// Its access to memory.
    pub(crate) touch: Option<Touch>,
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
    let scan = Scan { keys, pc, bytes, seen: RefCell::default(), after: Cell::new(None), touch: Cell::new(None) };
    let flow = match A::meaning(variant, &scan, row, operands) {
        Some(Ok(flow)) => flow,
        Some(Err(Undefined)) | None => Flow::Leave,
    };
    let (reads, writes) = scan.seen.into_inner();
    let link = scan.after.get().filter(|_| flow != Flow::Straight);
    Effect { reads, writes, flow, link, touch: scan.touch.get() }
}

struct Scan<'k> {
    keys: &'k dyn Fn(Slot) -> u64,
    pc: u64,
    bytes: u64,
    seen: RefCell<(SlotSet, SlotSet)>,
    after: Cell<Option<Slot>>,
    touch: Cell<Option<Touch>>,
}

/// Decode time already knows that the instruction is undefined.
#[derive(Debug)]
struct Undefined;

/// A value of `BITS` bits.
#[derive(Copy, Clone)]
struct Seen<const BITS: u32>(Known);

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
            (Known::Const(a), Known::Const(b)) => Self::cut(a.wrapping_add(b)),
            (Known::Near(slot, off), Known::Const(c)) | (Known::Const(c), Known::Near(slot, off)) => {
                Self(Known::Near(slot, off.wrapping_add(Self::signed(c))))
            }
            _ => Self::NOT,
        }
    }
}

impl<const BITS: u32> BitAnd for Seen<BITS> {
    type Output = Self;
    fn bitand(self, rhs: Self) -> Self {
        match (self.0, rhs.0) {
            (Known::Const(a), Known::Const(b)) => Self::cut(a & b),
            // A jump target without its lowest bits is still that register's.
            (Known::Near(slot, off), Known::Const(c)) if c as u32 >= !3 => Self(Known::Near(slot, off)),
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
unknown! { Sub sub; Mul mul; BitOr bitor; BitXor bitxor; }

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
    shifts! { shl shr_u shr_s }
    binary! { shl_by shr_u_by shr_s_by rotr_by mul_high_u mul_high_s }
    divisions! { div_u rem_u div_s rem_s }
    unary! { leading_zeros trailing_zeros ones swap_bytes }
    fn select(_: Either, _: Self, _: Self) -> Self {
        Self::NOT
    }
}

impl Widen<Seen<64>> for Seen<32> {
    fn sext(self) -> Seen<64> {
        match self.0 {
            Known::Const(c) => Seen(Known::Const(c as i32 as i64 as u64)),
            known => Seen(known),
        }
    }
    fn zext(self) -> Seen<64> {
        Seen(self.0)
    }
}

impl Narrow<Seen<32>> for Seen<64> {
    fn lo(self) -> Seen<32> {
        match self.0 {
            Known::Const(c) => Seen::cut(c),
            known => Seen(known),
        }
    }
}

impl Scan<'_> {
    fn touched(&self, at: Seen<64>, kind: Mem, writes: bool) {
        self.touch.set(Some(Touch { at: at.0, bytes: kind.bytes(), writes }));
    }
}

type Value = Seen<64>;

impl Engine for Scan<'_> {
    type B = Either;
    type W = Seen<32>;
    type X = Seen<64>;
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
        self.seen.borrow_mut().0.insert(slot);
        Seen(Known::Near(slot, 0))
    }
    fn set(&self, slot: Slot, v: Value) {
        if slot == SINK {
            return;
        }
        self.seen.borrow_mut().1.insert(slot);
        // Wrapped to the width of addresses, as meanings wrap it.
        let after = self.pc.wrapping_add(self.bytes);
        if matches!(v.0, Known::Const(c) if c == after || c == after as u32 as u64) {
            self.after.set(Some(slot));
        }
    }
    fn load(&self, at: Value, kind: Mem) -> Result<Value, Undefined> {
        self.touched(at, kind, false);
        Ok(Seen::NOT)
    }
    fn store(&self, at: Value, _: Value, kind: Mem) -> Result<(), Undefined> {
        self.touched(at, kind, true);
        Ok(())
    }
    fn amo(&self, at: Value, _: Amo, _: Value, kind: Mem) -> Result<Value, Undefined> {
        self.touched(at, kind, true);
        Ok(Seen::NOT)
    }
    fn load_reserved(&self, at: Value, kind: Mem) -> Result<Value, Undefined> {
        self.touched(at, kind, false);
        Ok(Seen::NOT)
    }
    fn store_conditional(&self, at: Value, _: Value, kind: Mem) -> Result<Either, Undefined> {
        self.touched(at, kind, true);
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
            known => Flow::Indirect(known),
        }
    }
    fn fp2(&self, _: Fp2, _: Fmt, _: u8, _: Value, _: Value) -> (Value, Value) {
        (Seen::NOT, Seen::NOT)
    }
    fn fp_sqrt(&self, _: Fmt, _: u8, _: Value) -> (Value, Value) {
        (Seen::NOT, Seen::NOT)
    }
    fn fp_fma(&self, _: Fmt, _: u8, _: Value, _: Value, _: Value) -> (Value, Value) {
        (Seen::NOT, Seen::NOT)
    }
    fn fp_cmp(&self, _: FpCmp, _: Fmt, _: Value, _: Value) -> (Either, Value) {
        (Either, Seen::NOT)
    }
    fn fp_class(&self, _: Fmt, _: Value) -> Value {
        Seen::NOT
    }
    fn fp_to_fp(&self, _: Fmt, _: Fmt, _: u8, _: Value) -> (Value, Value) {
        (Seen::NOT, Seen::NOT)
    }
    fn fp_to_int(&self, _: Fmt, _: Int, _: u8, _: Value) -> (Value, Value) {
        (Seen::NOT, Seen::NOT)
    }
    fn int_to_fp(&self, _: Int, _: Fmt, _: u8, _: Value) -> (Value, Value) {
        (Seen::NOT, Seen::NOT)
    }
    fn clmul(&self, _: Value, _: Value) -> Value {
        Seen::NOT
    }
    fn clmulh(&self, _: Value, _: Value) -> Value {
        Seen::NOT
    }
}
