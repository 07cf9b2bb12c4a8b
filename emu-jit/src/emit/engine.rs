//! The verbs: what each is as code. Most only hand over to where such code is made.

use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{self, InstBuilder};
use emu_core::engine::*;
use emu_core::slot::Slot;

use crate::emit::{Emit, slot_access};
use crate::value::{Form, Truth, TruthForm, Val};
use crate::vector::Vector;

/// The rest of the block cannot be reached.
#[derive(Debug)]
pub(crate) struct Left;

/// Where control goes after an instruction.
pub(crate) enum Next<'e, 'f> {
    /// To the next one.
    Falls,
    /// To the region's own branch target if so, else to the next one.
    Branch(Truth<'e, 'f>),
    /// To the region's own jump target.
    Jump,
    /// To an address known when running.
    JumpTo(Val<'e, 'f, 64>),
}

/// [`Emit`] as an engine. Verbs take `&self`; the reference inside gives values their lifetime.
#[derive(Copy, Clone)]
pub(crate) struct Translator<'e, 'f>(pub(crate) &'e Emit<'f>);

impl<'e, 'f> Translator<'e, 'f> {
    fn val<const N: u32>(&self, form: Form) -> Val<'e, 'f, N> {
        Val { form, e: self.0 }
    }

    fn ssa<const N: u32>(&self, value: ir::Value) -> Val<'e, 'f, N> {
        self.val(Form::Ssa(value))
    }
}

type Value<'e, 'f> = Val<'e, 'f, 64>;

impl<'e, 'f> Engine for Translator<'e, 'f> {
    type B = Truth<'e, 'f>;
    type W = Val<'e, 'f, 32>;
    type X = Val<'e, 'f, 64>;
    type V = Vector<'e, 'f>;
    type Stop = Left;
    type Next = Next<'e, 'f>;

    fn w(&self, n: u32) -> Self::W {
        self.val(Form::Const(n.into()))
    }
    fn x(&self, n: u64) -> Value<'e, 'f> {
        self.val(Form::Const(n))
    }
    fn b2x(&self, b: Truth<'e, 'f>) -> Value<'e, 'f> {
        if let TruthForm::Const(known) = b.form {
            return self.x(known.into());
        }
        let bit = b.ssa();
        self.ssa(self.0.b.borrow_mut().ins().uextend(I64, bit))
    }

    fn pc(&self) -> u64 {
        self.0.pc.get()
    }
    fn insn_bytes(&self) -> u64 {
        self.0.bytes.get()
    }
    fn key(&self, slot: Slot) -> u64 {
        self.0.key.slot(slot).expect("meanings ask for slots of the key")
    }

    fn get(&self, slot: Slot) -> Value<'e, 'f> {
        self.val(self.0.current(slot))
    }
    fn set(&self, slot: Slot, v: Value<'e, 'f>) {
        self.0.change(slot, v);
    }

    fn load(&self, at: Value<'e, 'f>, kind: Mem) -> Result<Value<'e, 'f>, Left> {
        Ok(self.ssa(self.0.load(at, kind)))
    }
    fn store(&self, at: Value<'e, 'f>, v: Value<'e, 'f>, kind: Mem) -> Result<(), Left> {
        self.0.store(at, v, kind);
        Ok(())
    }
    fn load_v(&self, at: Value<'e, 'f>) -> Result<Vector<'e, 'f>, Left> {
        Ok(self.0.load_v(at))
    }
    fn store_v(&self, at: Value<'e, 'f>, v: Vector<'e, 'f>) -> Result<(), Left> {
        self.0.store_v(at, v);
        Ok(())
    }
    fn amo(&self, at: Value<'e, 'f>, op: Amo, v: Value<'e, 'f>, kind: Mem) -> Result<Value<'e, 'f>, Left> {
        Ok(self.ssa(self.0.amo(at, op, v, kind)))
    }
    fn compare_and_swap(
        &self,
        at: Value<'e, 'f>,
        expected: Value<'e, 'f>,
        new: Value<'e, 'f>,
        kind: Mem,
    ) -> Result<Value<'e, 'f>, Left> {
        Ok(self.ssa(self.0.compare_and_swap(at, expected, new, kind)))
    }
    fn load_reserved(&self, at: Value<'e, 'f>, kind: Mem) -> Result<Value<'e, 'f>, Left> {
        let Some(ram) = self.0.key.ram else { return self.undefined() };
        Ok(self.ssa(self.0.load_reserved(at, kind, ram)))
    }
    fn store_conditional(&self, at: Value<'e, 'f>, v: Value<'e, 'f>, kind: Mem) -> Result<Truth<'e, 'f>, Left> {
        let Some(ram) = self.0.key.ram else { return self.undefined() };
        let stored = self.0.store_conditional(at, v, kind, ram);
        Ok(Truth { form: TruthForm::Ssa(stored), e: self.0 })
    }
    fn require(&self, ok: Truth<'e, 'f>, _: u64, _: Value<'e, 'f>) -> Result<(), Left> {
        match ok.form {
            TruthForm::Const(true) => Ok(()),
            TruthForm::Const(false) => self.undefined(),
            _ => {
                self.0.leave_unless(ok);
                Ok(())
            }
        }
    }
    fn undefined<T>(&self) -> Result<T, Left> {
        self.0.leave_here();
        Err(Left)
    }

    fn next(&self) -> Next<'e, 'f> {
        Next::Falls
    }
    fn branch(&self, taken: Truth<'e, 'f>, _: u64) -> Next<'e, 'f> {
        Next::Branch(taken)
    }
    fn jump(&self, _: u64) -> Next<'e, 'f> {
        Next::Jump
    }
    fn jump_to(&self, target: Value<'e, 'f>) -> Next<'e, 'f> {
        Next::JumpTo(target)
    }

    fn fp1(&self, op: Fp1, fmt: Fmt, mode: FpMode, a: Value<'e, 'f>) -> (Value<'e, 'f>, Value<'e, 'f>) {
        self.0.fp1(op, fmt, mode, a)
    }
    fn fp2(
        &self,
        op: Fp2,
        fmt: Fmt,
        mode: FpMode,
        a: Value<'e, 'f>,
        b: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        self.0.fp2(op, fmt, mode, a, b)
    }
    fn fp_sqrt(&self, fmt: Fmt, mode: FpMode, a: Value<'e, 'f>) -> (Value<'e, 'f>, Value<'e, 'f>) {
        self.0.fp_sqrt(fmt, mode, a)
    }
    fn fp_fma(
        &self,
        fmt: Fmt,
        mode: FpMode,
        a: Value<'e, 'f>,
        b: Value<'e, 'f>,
        c: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        self.0.fp_fma(fmt, mode, a, b, c)
    }
    fn fp_cmp(
        &self,
        op: FpCmp,
        fmt: Fmt,
        mode: FpMode,
        a: Value<'e, 'f>,
        b: Value<'e, 'f>,
    ) -> (Truth<'e, 'f>, Value<'e, 'f>) {
        self.0.fp_cmp(op, fmt, mode, a, b)
    }
    fn fp_class(&self, fmt: Fmt, a: Value<'e, 'f>) -> Value<'e, 'f> {
        self.0.fp_class(fmt, a)
    }
    fn fp_to_fp(&self, from: Fmt, to: Fmt, mode: FpMode, a: Value<'e, 'f>) -> (Value<'e, 'f>, Value<'e, 'f>) {
        self.0.fp_to_fp(from, to, mode, a)
    }
    fn fp_to_int(
        &self,
        from: Fmt,
        to: Int,
        mode: FpMode,
        fraction_bits: u8,
        a: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        self.0.fp_to_int(from, to, mode, fraction_bits, a)
    }
    fn int_to_fp(
        &self,
        from: Int,
        to: Fmt,
        mode: FpMode,
        fraction_bits: u8,
        a: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        self.0.int_to_fp(from, to, mode, fraction_bits, a)
    }
    fn note_compared(&self, compared: Option<Compared<Self::W, Self::X>>) {
        self.0.compared.set(compared.map(|compared| match compared {
            Compared::W(a, b) => Compared::W(a.form, b.form),
            Compared::X(a, b) => Compared::X(a.form, b.form),
        }));
    }
    fn compared(&self) -> Option<Compared<Self::W, Self::X>> {
        Some(match self.0.compared.get()? {
            Compared::W(a, b) => Compared::W(self.val(a), self.val(b)),
            Compared::X(a, b) => Compared::X(self.val(a), self.val(b)),
        })
    }
    fn crc32(&self, crc: Crc, remainder: Self::W, data: Value<'e, 'f>, bytes: u32) -> Self::W {
        self.ssa(self.0.crc32(crc, remainder.ssa(), data.ssa(), bytes))
    }
    fn clmul(&self, a: Value<'e, 'f>, b: Value<'e, 'f>) -> Value<'e, 'f> {
        self.0.clmul(a, b, false)
    }
    fn clmulh(&self, a: Value<'e, 'f>, b: Value<'e, 'f>) -> Value<'e, 'f> {
        self.0.clmul(a, b, true)
    }

    fn v_of(&self, low: Value<'e, 'f>, high: Value<'e, 'f>) -> Vector<'e, 'f> {
        self.0.v_of(low, high)
    }
    fn half(&self, v: Vector<'e, 'f>, i: u32) -> Value<'e, 'f> {
        v.half(i)
    }
    fn v_splat(&self, lane: Lane, x: Value<'e, 'f>) -> Vector<'e, 'f> {
        self.0.v_splat(lane, x)
    }
    fn v1(&self, op: V1, lane: Lane, a: Vector<'e, 'f>) -> (Vector<'e, 'f>, Value<'e, 'f>) {
        (self.0.v1(op, lane, a), self.x(0))
    }
    fn v2(&self, op: V2, lane: Lane, a: Vector<'e, 'f>, b: Vector<'e, 'f>) -> (Vector<'e, 'f>, Value<'e, 'f>) {
        (self.0.v2(op, lane, a, b), self.x(0))
    }
    fn v3(
        &self,
        op: V3,
        lane: Lane,
        d: Vector<'e, 'f>,
        a: Vector<'e, 'f>,
        b: Vector<'e, 'f>,
    ) -> (Vector<'e, 'f>, Value<'e, 'f>) {
        (self.0.v3(op, lane, d, a, b), self.x(0))
    }
    fn v_shift(&self, op: VShift, lane: Lane, by: u8, a: Vector<'e, 'f>) -> (Vector<'e, 'f>, Value<'e, 'f>) {
        (self.0.v_shift(op, lane, by, a), self.x(0))
    }
    fn v_look_up(
        &self,
        table: Vector<'e, 'f>,
        number: u8,
        index: Vector<'e, 'f>,
        otherwise: Vector<'e, 'f>,
    ) -> Vector<'e, 'f> {
        self.0.v_look_up(table, number, index, otherwise)
    }

    fn v_fp2(&self, op: Fp2, fmt: Fmt, mode: FpMode, a: Vector<'e, 'f>, b: Vector<'e, 'f>) -> Option<Vector<'e, 'f>> {
        self.0.v_fp2(op, fmt, mode, a, b)
    }
    fn v_fp_fma(
        &self,
        fmt: Fmt,
        mode: FpMode,
        a: Vector<'e, 'f>,
        b: Vector<'e, 'f>,
        c: Vector<'e, 'f>,
    ) -> Option<Vector<'e, 'f>> {
        self.0.v_fp_fma(fmt, mode, a, b, c)
    }
    fn v_fp_cmp(
        &self,
        op: FpCmp,
        fmt: Fmt,
        mode: FpMode,
        a: Vector<'e, 'f>,
        b: Vector<'e, 'f>,
    ) -> Option<Vector<'e, 'f>> {
        self.0.v_fp_cmp(op, fmt, mode, a, b)
    }
    fn v_int_to_fp(&self, from: Int, to: Fmt, mode: FpMode, a: Vector<'e, 'f>) -> Option<Vector<'e, 'f>> {
        self.0.v_int_to_fp(from, to, mode, a)
    }
    fn v_fp_to_int(&self, from: Fmt, to: Int, mode: FpMode, a: Vector<'e, 'f>) -> Option<Vector<'e, 'f>> {
        self.0.v_fp_to_int(from, to, mode, a)
    }
}

impl Emit<'_> {
    /// A step of a cyclic redundancy check, a byte at a time by the table that the running engine has.
    fn crc32(&self, crc: Crc, mut remainder: ir::Value, data: ir::Value, bytes: u32) -> ir::Value {
        let mut b = self.b.borrow_mut();
        let table = b.ins().iconst(I64, emu_core::crc::byte_table(crc).as_ptr().expose_provenance() as i64);
        for byte in 0..bytes {
            let moved = if byte == 0 { data } else { b.ins().ushr_imm_u(data, 8 * byte as i64) };
            let moved = b.ins().ireduce(I32, moved);
            let index = b.ins().bxor(moved, remainder);
            let index = b.ins().band_imm_u(index, 0xff);
            let index = b.ins().uextend(I64, index);
            let offset = b.ins().ishl_imm_u(index, 2);
            let entry = b.ins().iadd(table, offset);
            let entry = b.ins().load(I32, slot_access().with_readonly(), entry, 0);
            let rest = b.ins().ushr_imm_u(remainder, 8);
            remainder = b.ins().bxor(entry, rest);
        }
        remainder
    }
}
