//! Vectors of numbers in translated code: the host's vector arithmetic, where its scalar arithmetic would do and for the same
//! reasons (`float.rs`). What has to hold of the results, so that no flag is missed, is tested for all lanes at once (`guards.rs`).
//! What is not here is done lane by lane.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::types::{F32X4, I32X4};
use cranelift_codegen::ir::{self, InstBuilder};
use emu_core::engine::{Fmt, Fp2, FpCmp, FpMode, Int};
use emu_core::float::Round;

use crate::emit::Emit;
use crate::float::{Host, has_fma};
use crate::vector::Vector;

/// The least number in single precision that is beyond signed integers of 32 bits.
const BEYOND_I32: u64 = 0x4f00_0000;

impl<'f> Emit<'f> {
    /// The numbers of a vector.
    fn numbers(&self, v: Vector<'_, 'f>, host: Host) -> ir::Value {
        let whole = v.whole();
        let known = self.numbers.borrow().get(&whole).copied();
        let is_it = |&known: &ir::Value| self.b.borrow().func.dfg.value_type(known) == host.float;
        known.filter(is_it).unwrap_or_else(|| self.cast(whole, host.float))
    }

    /// The vector of these numbers.
    fn of_numbers(&self, numbers: ir::Value) -> Vector<'_, 'f> {
        let v = self.vector_of_lanes(numbers);
        self.numbers.borrow_mut().insert(v.whole(), numbers);
        v
    }

    pub(crate) fn v_fp2<'e>(
        &'e self,
        op: Fp2,
        fmt: Fmt,
        mode: FpMode,
        a: Vector<'e, 'f>,
        b: Vector<'e, 'f>,
    ) -> Option<Vector<'e, 'f>> {
        let host = self.on_host(fmt, mode)?.vectors();
        let (x, y) = (self.numbers(a, host), self.numbers(b, host));
        // What is required of each: as with scalars, see `Emit::fp2`.
        let result = match op {
            Fp2::Add | Fp2::Sub => {
                let mut ins = self.b.borrow_mut();
                let sum = if op == Fp2::Add { ins.ins().fadd(x, y) } else { ins.ins().fsub(x, y) };
                drop(ins);
                self.require_finite((sum, host), &[x, y]);
                sum
            }
            Fp2::Mul | Fp2::MulExtended => {
                let product = self.b.borrow_mut().ins().fmul(x, y);
                self.require_ordinary((product, host), [Some((x, host)), Some((y, host))], &[x, y]);
                product
            }
            Fp2::Div => {
                let quotient = self.b.borrow_mut().ins().fdiv(x, y);
                self.require_ordinary((quotient, host), [Some((x, host)), None], &[x]);
                quotient
            }
            _ => return None,
        };
        Some(self.of_numbers(result))
    }

    pub(crate) fn v_fp_fma<'e>(
        &'e self,
        fmt: Fmt,
        mode: FpMode,
        a: Vector<'e, 'f>,
        b: Vector<'e, 'f>,
        c: Vector<'e, 'f>,
    ) -> Option<Vector<'e, 'f>> {
        let host = self.on_host(fmt, mode).filter(|_| has_fma())?.vectors();
        let (x, y, z) = (self.numbers(a, host), self.numbers(b, host), self.numbers(c, host));
        let result = self.b.borrow_mut().ins().fma(x, y, z);
        self.require_ordinary((result, host), [Some((x, host)), Some((y, host))], &[x, y, z]);
        Some(self.of_numbers(result))
    }

    pub(crate) fn v_fp_cmp<'e>(
        &'e self,
        op: FpCmp,
        fmt: Fmt,
        mode: FpMode,
        a: Vector<'e, 'f>,
        b: Vector<'e, 'f>,
    ) -> Option<Vector<'e, 'f>> {
        let host = self.as_host_takes(fmt, mode)?.vectors();
        let cc = match op {
            FpCmp::Eq => FloatCC::Equal,
            FpCmp::Lt | FpCmp::LtQuiet => FloatCC::LessThan,
            FpCmp::Le => FloatCC::LessThanOrEqual,
            FpCmp::Unordered => return None,
        };
        let (x, y) = (self.numbers(a, host), self.numbers(b, host));
        let (ordered, holds) = {
            let mut b = self.b.borrow_mut();
            (b.ins().fcmp(FloatCC::Ordered, x, y), b.ins().fcmp(cc, x, y))
        };
        let ordered = self.in_all_lanes(ordered, host);
        self.require_later(ordered);
        Some(self.vector_of_lanes(holds))
    }

    pub(crate) fn v_int_to_fp<'e>(
        &'e self,
        from: Int,
        to: Fmt,
        mode: FpMode,
        a: Vector<'e, 'f>,
    ) -> Option<Vector<'e, 'f>> {
        let host = self.on_host(to, mode)?.vectors();
        let integers = self.cast(a.whole(), host.bits);
        let mut b = self.b.borrow_mut();
        let numbers = match from {
            Int::I32 => b.ins().fcvt_from_sint(F32X4, integers),
            Int::U32 => b.ins().fcvt_from_uint(F32X4, integers),
            // Not all hosts have these.
            _ => return None,
        };
        drop(b);
        Some(self.of_numbers(numbers))
    }

    pub(crate) fn v_fp_to_int<'e>(
        &'e self,
        from: Fmt,
        to: Int,
        mode: FpMode,
        a: Vector<'e, 'f>,
    ) -> Option<Vector<'e, 'f>> {
        if (from, to) != (Fmt::S, Int::I32) || mode.round != Round::TowardZero || !self.key.sticky_inexact {
            return None;
        }
        let host = self.as_host_takes(from, mode)?.vectors();
        let numbers = self.numbers(a, host);
        let (fits, integers) = {
            let mut b = self.b.borrow_mut();
            let limit = host.number(&mut b, BEYOND_I32);
            let magnitudes = b.ins().fabs(numbers);
            let fits = b.ins().fcmp(FloatCC::LessThan, magnitudes, limit);
            (fits, b.ins().fcvt_to_sint_sat(I32X4, numbers))
        };
        let fits = self.in_all_lanes(fits, host);
        self.require_later(fits);
        Some(self.vector_of_lanes(integers))
    }
}
