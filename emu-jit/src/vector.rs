//! Vectors in translated code. A vector is two halves, as slots hold it, or one of the host's vector registers, as its
//! operations want it; each form is made when somebody asks for it, and what an operation gave is found again when its halves
//! are read later in the block.
//!
//! Cranelift has the operations that compilers emit for loops. The others are done by the library that the interpreter uses,
//! so nothing here is unsupported; one that saturates leaves before it has done anything, as flags of numbers do.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F32, F32X4, F64, F64X2, I8, I8X16, I16, I16X8, I32X4, I64, I64X2};
use cranelift_codegen::ir::{
    self, AbiParam, ArgumentPurpose, InstBuilder, MemFlagsData, Signature, StackSlotData, StackSlotKind,
};
use cranelift_frontend::FuncInstBuilder;
use emu_core::engine::{Lane, V1, V2, V3, VShift};
use emu_core::interp::vector;
use emu_core::word;

use crate::emit::Emit;
use crate::float::{host_convention, vector_bits};
use crate::value::{Form, Val};

/// A vector's form.
#[derive(Copy, Clone)]
pub(crate) enum VectorForm {
    /// The lower and the upper half.
    Halves(Form, Form),
    /// A value of type `i64x2`.
    Whole(ir::Value),
}

/// 128 bits.
#[derive(Copy, Clone)]
pub(crate) struct Vector<'e, 'f> {
    pub(crate) form: VectorForm,
    pub(crate) e: &'e Emit<'f>,
}

/// What a helper returns: both halves and the flags.
#[repr(C)]
struct Triple(u64, u64, u64);

impl Triple {
    fn of((v, flags): (word::V, u64)) -> Self {
        Triple(v.0[0], v.0[1], flags)
    }
}

type Six = [u64; 6];

/// The operation, the lane and the distance in a helper's first argument.
fn fields(what: u64) -> (usize, Lane, u8) {
    let [op, lane, by, ..] = what.to_le_bytes();
    (op.into(), Lane::of(lane), by)
}

fn vectors([a0, a1, b0, b1, c0, c1]: Six) -> [word::V; 3] {
    [word::V([a0, a1]), word::V([b0, b1]), word::V([c0, c1])]
}

extern "C" fn unary(what: u64, a0: u64, a1: u64, _: u64, _: u64, _: u64, _: u64) -> Triple {
    let (op, lane, _) = fields(what);
    Triple::of(vector::unary(V1::ALL[op], lane, word::V([a0, a1])))
}
extern "C" fn binary(what: u64, a0: u64, a1: u64, b0: u64, b1: u64, _: u64, _: u64) -> Triple {
    let (op, lane, _) = fields(what);
    Triple::of(vector::binary(V2::ALL[op], lane, word::V([a0, a1]), word::V([b0, b1])))
}
extern "C" fn ternary(what: u64, a0: u64, a1: u64, b0: u64, b1: u64, c0: u64, c1: u64) -> Triple {
    let (op, lane, _) = fields(what);
    let [d, a, b] = vectors([a0, a1, b0, b1, c0, c1]);
    Triple::of(vector::ternary(V3::ALL[op], lane, d, a, b))
}
extern "C" fn shift(what: u64, a0: u64, a1: u64, _: u64, _: u64, _: u64, _: u64) -> Triple {
    let (op, lane, by) = fields(what);
    Triple::of(vector::shift(VShift::ALL[op], lane, by, word::V([a0, a1])))
}
/// One vector of a table: `by` is its number.
extern "C" fn look_up(what: u64, a0: u64, a1: u64, b0: u64, b1: u64, c0: u64, c1: u64) -> Triple {
    let (_, _, number) = fields(what);
    let [table, index, otherwise] = vectors([a0, a1, b0, b1, c0, c1]);
    Triple::of((vector::look_up(table, number, index, otherwise), 0))
}

type Helper = extern "C" fn(u64, u64, u64, u64, u64, u64, u64) -> Triple;

fn lanes(lane: Lane) -> ir::Type {
    match lane {
        Lane::B => I8X16,
        Lane::H => I16X8,
        Lane::S => I32X4,
        Lane::D => I64X2,
    }
}

impl<'e, 'f> Vector<'e, 'f> {
    /// Half `i`: 0 is the lower one.
    pub(crate) fn half(self, i: u32) -> Val<'e, 'f, 64> {
        let form = match self.form {
            VectorForm::Halves(low, high) => [low, high][i as usize & 1],
            VectorForm::Whole(whole) => {
                let halves = self.e.halves_of(whole);
                Form::Ssa(halves[i as usize & 1])
            }
        };
        Val { form, e: self.e }
    }

    /// A value of type `i64x2`.
    pub(crate) fn whole(self) -> ir::Value {
        match self.form {
            VectorForm::Whole(whole) => whole,
            VectorForm::Halves(low, high) => self.e.whole_of(low, high),
        }
    }

    /// The same, if it need not be put together.
    fn known_whole(self) -> Option<ir::Value> {
        match self.form {
            VectorForm::Whole(whole) => Some(whole),
            VectorForm::Halves(Form::Ssa(low), Form::Ssa(high)) => self.e.wholes.borrow().get(&[low, high]).copied(),
            VectorForm::Halves(..) => None,
        }
    }

    fn as_lanes(self, lane: Lane) -> ir::Value {
        let whole = self.whole();
        self.e.cast(whole, lanes(lane))
    }
}

impl<'f> Emit<'f> {
    pub(crate) fn vector(&self, form: VectorForm) -> Vector<'_, 'f> {
        Vector { form, e: self }
    }

    pub(crate) fn cast(&self, value: ir::Value, to: ir::Type) -> ir::Value {
        let mut b = self.b.borrow_mut();
        if b.func.dfg.value_type(value) == to {
            return value;
        }
        b.ins().bitcast(to, vector_bits(), value)
    }

    /// Both halves of a value of type `i64x2`; they are known to be those of it from then on.
    pub(crate) fn halves_of(&self, whole: ir::Value) -> [ir::Value; 2] {
        if let Some(&halves) = self.vector_halves.borrow().get(&whole) {
            return halves;
        }
        let halves = {
            let mut b = self.b.borrow_mut();
            [b.ins().extractlane(whole, 0), b.ins().extractlane(whole, 1)]
        };
        self.note_halves(whole, halves);
        halves
    }

    fn note_halves(&self, whole: ir::Value, halves: [ir::Value; 2]) {
        self.vector_halves.borrow_mut().insert(whole, halves);
        self.wholes.borrow_mut().insert(halves, whole);
        let mut half_of = self.half_of.borrow_mut();
        for (half, number) in halves.into_iter().zip(0..) {
            half_of.entry(half).or_insert((whole, number));
        }
    }

    pub(crate) fn whole_of(&self, low: Form, high: Form) -> ir::Value {
        let value = |form| Val::<64> { form, e: self }.ssa();
        if let (Form::Const(low), Form::Const(high)) = (low, high) {
            let mut b = self.b.borrow_mut();
            let mut bytes = low.to_le_bytes().to_vec();
            bytes.extend(high.to_le_bytes());
            let constant = b.func.dfg.constants.insert(bytes.into());
            return b.ins().vconst(I64X2, constant);
        }
        let halves = [value(low), value(high)];
        if let Some(&whole) = self.wholes.borrow().get(&halves) {
            return whole;
        }
        let whole = self.put_together(halves, high == Form::Const(0));
        self.note_halves(whole, halves);
        whole
    }

    /// A vector of two halves, of which the upper one may be zero. What stands in a vector or as a number already is taken from there.
    fn put_together(&self, halves: [ir::Value; 2], upper_is_zero: bool) -> ir::Value {
        let [low, high] = halves;
        if low == high {
            return match self.number_of(low) {
                Some(number) => self.of_doubles(|b| b.splat(F64X2, number)),
                None => self.b.borrow_mut().ins().splat(I64X2, low),
            };
        }
        let half_of = |half: ir::Value| self.half_of.borrow().get(&half).copied();
        match (half_of(low), half_of(high)) {
            (Some((whole, 0)), _) if !upper_is_zero => return self.with_half(whole, high, 1),
            (_, Some((whole, 1))) => return self.with_half(whole, low, 0),
            _ => {}
        }
        let lower = match self.number_of(low) {
            Some(number) => self.of_doubles(|b| b.scalar_to_vector(F64X2, number)),
            None => self.b.borrow_mut().ins().scalar_to_vector(I64X2, low),
        };
        if upper_is_zero { lower } else { self.with_half(lower, high, 1) }
    }

    /// The number in double precision that these bits are, if they are in a register for numbers already.
    fn number_of(&self, bits: ir::Value) -> Option<ir::Value> {
        if self.half_of.borrow().contains_key(&bits) {
            return Some(self.as_float(bits, F64));
        }
        let number = self.as_moved(bits);
        (self.b.borrow().func.dfg.value_type(number) == F64).then_some(number)
    }

    /// Makes two numbers and gives their bits.
    fn of_doubles(&self, make: impl FnOnce(FuncInstBuilder<'_, 'f>) -> ir::Value) -> ir::Value {
        let doubles = make(self.b.borrow_mut().ins());
        self.cast(doubles, I64X2)
    }

    /// `whole` with another half.
    fn with_half(&self, whole: ir::Value, half: ir::Value, number: u8) -> ir::Value {
        match self.number_of(half) {
            Some(double) => {
                let whole = self.cast(whole, F64X2);
                self.of_doubles(|b| b.insertlane(whole, double, number))
            }
            None => self.b.borrow_mut().ins().insertlane(whole, half, number),
        }
    }

    pub(crate) fn v_of<'e>(&'e self, low: Val<'e, 'f, 64>, high: Val<'e, 'f, 64>) -> Vector<'e, 'f> {
        self.vector(VectorForm::Halves(low.form, high.form))
    }

    pub(crate) fn vector_of_lanes(&self, value: ir::Value) -> Vector<'_, 'f> {
        self.vector(VectorForm::Whole(self.cast(value, I64X2)))
    }

    pub(crate) fn v_splat<'e>(&'e self, lane: Lane, x: Val<'e, 'f, 64>) -> Vector<'e, 'f> {
        let value = match x.form {
            Form::Const(n) => {
                let half = Form::Const(lane.repeat(n));
                return self.vector(VectorForm::Halves(half, half));
            }
            Form::Ssa(value) => value,
        };
        let low = match lane {
            Lane::D => return self.vector(VectorForm::Halves(x.form, x.form)),
            Lane::S => self.low_half(value),
            Lane::H => self.b.borrow_mut().ins().ireduce(I16, value),
            Lane::B => self.b.borrow_mut().ins().ireduce(I8, value),
        };
        let number = self.as_moved(low);
        let is_single = self.b.borrow().func.dfg.value_type(number) == F32;
        let (ty, low) = if is_single { (F32X4, number) } else { (lanes(lane), low) };
        let all = self.b.borrow_mut().ins().splat(ty, low);
        self.vector_of_lanes(all)
    }

    /// An operation by the library; leaves if it saturates.
    fn v_by_library(&self, helper: Helper, what: [u8; 3], args: &[Vector<'_, 'f>]) -> Vector<'_, 'f> {
        let [op, lane, by] = what;
        let what = u64::from_le_bytes([op, lane, by, 0, 0, 0, 0, 0]);
        let mut values = Vec::with_capacity(8);
        for arg in args {
            values.extend([arg.half(0).ssa(), arg.half(1).ssa()]);
        }
        let (halves, flags) = {
            let mut b = self.b.borrow_mut();
            let result = b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 24, 3));
            let result = b.ins().stack_addr(I64, result, 0);
            let what = b.ins().iconst(I64, what as i64);
            values.resize(6, what);
            values.splice(0..0, [result, what]);
            let mut signature = Signature::new(host_convention());
            signature.params.push(AbiParam::special(I64, ArgumentPurpose::StructReturn));
            signature.params.extend([AbiParam::new(I64); 7]);
            let signature = b.import_signature(signature);
            let helper = b.ins().iconst(I64, helper as usize as i64);
            b.ins().call_indirect(signature, helper, &values);
            let [low, high, flags] = [0, 8, 16].map(|at| b.ins().load(I64, MemFlagsData::trusted(), result, at));
            ([low, high], flags)
        };
        self.leave_unless(self.compares_with(IntCC::Equal, flags, 0));
        self.vector(VectorForm::Halves(Form::Ssa(halves[0]), Form::Ssa(halves[1])))
    }

    pub(crate) fn v1<'e>(&'e self, op: V1, lane: Lane, a: Vector<'e, 'f>) -> Vector<'e, 'f> {
        let low = |lane| a.as_lanes(lane);
        let result = match op {
            V1::Neg => {
                let a = a.as_lanes(lane);
                self.b.borrow_mut().ins().ineg(a)
            }
            V1::Abs => {
                let a = a.as_lanes(lane);
                self.b.borrow_mut().ins().iabs(a)
            }
            V1::Cnt => {
                let a = a.as_lanes(Lane::B);
                self.b.borrow_mut().ins().popcnt(a)
            }
            V1::Sxtl if lane != Lane::D => {
                let a = low(lane);
                self.b.borrow_mut().ins().swiden_low(a)
            }
            V1::Uxtl if lane != Lane::D => {
                let a = low(lane);
                self.b.borrow_mut().ins().uwiden_low(a)
            }
            _ => return self.v_by_library(unary, [op as u8, lane as u8, 0], &[a]),
        };
        self.vector_of_lanes(result)
    }

    pub(crate) fn v2<'e>(&'e self, op: V2, lane: Lane, a: Vector<'e, 'f>, b: Vector<'e, 'f>) -> Vector<'e, 'f> {
        let compare = |cc| {
            let (x, y) = (a.as_lanes(lane), b.as_lanes(lane));
            self.b.borrow_mut().ins().icmp(cc, x, y)
        };
        macro_rules! ins {
            ($method:ident) => {{
                let (x, y) = (a.as_lanes(lane), b.as_lanes(lane));
                self.b.borrow_mut().ins().$method(x, y)
            }};
        }
        let result = match op {
            V2::Add => ins!(iadd),
            V2::Sub => ins!(isub),
            V2::Mul if lane != Lane::B => ins!(imul),
            V2::Smax if lane != Lane::D => ins!(smax),
            V2::Umax if lane != Lane::D => ins!(umax),
            V2::Smin if lane != Lane::D => ins!(smin),
            V2::Umin if lane != Lane::D => ins!(umin),
            V2::Urhadd if matches!(lane, Lane::B | Lane::H) => ins!(avg_round),
            V2::Cmeq => compare(IntCC::Equal),
            V2::Cmgt => compare(IntCC::SignedGreaterThan),
            V2::Cmge => compare(IntCC::SignedGreaterThanOrEqual),
            V2::Cmhi if lane != Lane::D => compare(IntCC::UnsignedGreaterThan),
            V2::Cmhs if lane != Lane::D => compare(IntCC::UnsignedGreaterThanOrEqual),
            V2::And | V2::Bic | V2::Orr | V2::Orn | V2::Eor => return self.bitwise(op, a, b),
            _ => return self.v_by_library(binary, [op as u8, lane as u8, 0], &[a, b]),
        };
        self.vector_of_lanes(result)
    }

    /// Bit by bit: on halves if that is what there is.
    fn bitwise<'e>(&'e self, op: V2, a: Vector<'e, 'f>, b: Vector<'e, 'f>) -> Vector<'e, 'f> {
        if let (None, None) = (a.known_whole(), b.known_whole()) {
            let half = |i| {
                let (x, y) = (a.half(i), b.half(i));
                match op {
                    V2::And => x & y,
                    V2::Bic => x & !y,
                    V2::Orr => x | y,
                    V2::Orn => x | !y,
                    _ => x ^ y,
                }
            };
            return self.v_of(half(0), half(1));
        }
        let (x, y) = (a.whole(), b.whole());
        let mut ins = self.b.borrow_mut();
        let result = match op {
            V2::And => ins.ins().band(x, y),
            V2::Bic => ins.ins().band_not(x, y),
            V2::Orr => ins.ins().bor(x, y),
            V2::Orn => {
                let not = ins.ins().bnot(y);
                ins.ins().bor(x, not)
            }
            _ => ins.ins().bxor(x, y),
        };
        drop(ins);
        self.vector(VectorForm::Whole(result))
    }

    pub(crate) fn v3<'e>(
        &'e self,
        op: V3,
        lane: Lane,
        d: Vector<'e, 'f>,
        a: Vector<'e, 'f>,
        b: Vector<'e, 'f>,
    ) -> Vector<'e, 'f> {
        self.v_by_library(ternary, [op as u8, lane as u8, 0], &[d, a, b])
    }

    pub(crate) fn v_shift<'e>(&'e self, op: VShift, lane: Lane, by: u8, a: Vector<'e, 'f>) -> Vector<'e, 'f> {
        let by_library = |by| self.v_by_library(shift, [op as u8, lane as u8, by], &[a]);
        // A whole lane is more than the host's shifts take.
        if u32::from(by) >= lane.bits() {
            return by_library(by);
        }
        let distance = self.b.borrow_mut().ins().iconst(I64, i64::from(by));
        macro_rules! ins {
            ($method:ident) => {{
                let x = a.as_lanes(lane);
                self.b.borrow_mut().ins().$method(x, distance)
            }};
        }
        let result = match op {
            VShift::Shl => ins!(ishl),
            VShift::Sshr => ins!(sshr),
            VShift::Ushr => ins!(ushr),
            _ => return by_library(by),
        };
        self.vector_of_lanes(result)
    }

    pub(crate) fn v_look_up<'e>(
        &'e self,
        table: Vector<'e, 'f>,
        number: u8,
        index: Vector<'e, 'f>,
        otherwise: Vector<'e, 'f>,
    ) -> Vector<'e, 'f> {
        self.v_by_library(look_up, [0, 0, number], &[table, index, otherwise])
    }
}
