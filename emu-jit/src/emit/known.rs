//! What is known of values: as what else they are there already, and what they are made of. So nothing is worked out twice, or moved to and fro
//! between the host's registers.

use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::types::{F64, F64X2, I32, I64};
use cranelift_codegen::ir::{self, InstBuilder};

use crate::emit::{Emit, UPPER_HALF};

impl<'f> Emit<'f> {
    /// Notes that `sum` is `a` plus the `bits`-bit constant `c`.
    pub(crate) fn note_sum(&self, sum: ir::Value, a: ir::Value, c: u64, bits: u32) {
        let c = if bits == 32 { c as i32 as i64 } else { c as i64 };
        let (base, off) = self.sums.borrow().get(&a).copied().unwrap_or((a, 0));
        self.sums.borrow_mut().insert(sum, (base, off.wrapping_add(c)));
    }

    /// The value and the constant that `value` is the sum of.
    pub(crate) fn as_sum(&self, value: ir::Value) -> (ir::Value, i64) {
        self.sums.borrow().get(&value).copied().unwrap_or((value, 0))
    }

    /// The 32-bit value that `value` is the zero extension of.
    pub(crate) fn as_zero_extended(&self, value: ir::Value) -> Option<ir::Value> {
        self.zero_extended.borrow().get(&value).copied()
    }

    pub(crate) fn zero_extended(&self, value: ir::Value) -> ir::Value {
        if let Some(&known) = self.extensions.borrow().get(&value) {
            return known;
        }
        let wide = self.b.borrow_mut().ins().uextend(I64, value);
        self.zero_extended.borrow_mut().insert(wide, value);
        self.extensions.borrow_mut().insert(value, wide);
        wide
    }

    /// The number of the host's type `float` with these bits.
    pub(crate) fn as_float(&self, bits: ir::Value, float: ir::Type) -> ir::Value {
        if let Some(&known) = self.floats.borrow().get(&bits) {
            return known;
        }
        let half = self.half_of.borrow().get(&bits).copied();
        let float = match half {
            // It need not leave the host's registers for numbers.
            Some((whole, half)) if float == F64 => {
                let whole = self.cast(whole, F64X2);
                self.b.borrow_mut().ins().extractlane(whole, half)
            }
            _ => self.b.borrow_mut().ins().bitcast(float, ir::MemFlagsData::new(), bits),
        };
        self.note_float(bits, float);
        float
    }

    /// Has the current instruction's load give a number instead. Whoever has used its bits already, or will, has those of the
    /// number: several registers may be loaded with it. Returns the number and the bits.
    pub(super) fn load_float_instead(&self, loaded: ir::Value) -> (ir::Value, ir::Value) {
        let (float, bits) = {
            let mut b = self.b.borrow_mut();
            let inst = b.func.dfg.value_def(loaded).unwrap_inst();
            let float = b.func.dfg.replace_result(loaded, F64);
            let bits = FuncCursor::new(b.func).after_inst(inst).ins().bitcast(I64, ir::MemFlagsData::new(), float);
            b.func.dfg.change_to_alias(loaded, bits);
            (float, bits)
        };
        self.loaded.set(None);
        self.note_bits(loaded, float);
        self.note_bits(bits, float);
        (float, bits)
    }

    /// A number in single precision as a wider register holds it.
    pub(super) fn boxed(&self, float: ir::Value) -> ir::Value {
        let narrow = self.bits_of(float);
        let wide = self.zero_extended(narrow);
        let boxed = self.b.borrow_mut().ins().bor_imm_u(wide, UPPER_HALF as i64);
        self.note_ones(boxed, wide, UPPER_HALF);
        boxed
    }

    /// The bits of a number.
    pub(crate) fn bits_of(&self, float: ir::Value) -> ir::Value {
        let mut b = self.b.borrow_mut();
        let ty = if b.func.dfg.value_type(float) == F64 { I64 } else { I32 };
        let bits = b.ins().bitcast(ty, ir::MemFlagsData::new(), float);
        drop(b);
        self.note_bits(bits, float);
        bits
    }

    /// Notes that `bits` were made of `float`.
    pub(super) fn note_bits(&self, bits: ir::Value, float: ir::Value) {
        self.note_float(bits, float);
        self.made_of.borrow_mut().insert(bits, float);
    }

    /// The bits, or the number that they are if there is that already: what is only moved may be in any register.
    pub(crate) fn as_moved(&self, bits: ir::Value) -> ir::Value {
        self.floats.borrow().get(&bits).copied().unwrap_or(bits)
    }

    /// Notes that `value` is `a` with `ones` set.
    pub(crate) fn note_ones(&self, value: ir::Value, a: ir::Value, ones: u64) {
        if ones == UPPER_HALF
            && let Some(narrow) = self.as_zero_extended(a)
        {
            self.boxed.borrow_mut().insert(value, narrow);
            self.halves.borrow_mut().insert(value, narrow);
        }
    }

    /// The 32-bit value below the ones in `value`, if all are ones there.
    pub(crate) fn as_boxed(&self, value: ir::Value) -> Option<ir::Value> {
        self.boxed.borrow().get(&value).copied()
    }

    /// Notes that these are the bits of `float`.
    pub(super) fn note_float(&self, bits: ir::Value, float: ir::Value) {
        self.floats.borrow_mut().insert(bits, float);
    }

    /// The lower half of a value, if somebody has asked for it.
    pub(crate) fn known_half(&self, value: ir::Value) -> Option<ir::Value> {
        self.as_zero_extended(value).or_else(|| self.halves.borrow().get(&value).copied())
    }

    pub(crate) fn low_half(&self, value: ir::Value) -> ir::Value {
        if let Some(known) = self.known_half(value) {
            return known;
        }
        let narrow = self.b.borrow_mut().ins().ireduce(I32, value);
        self.halves.borrow_mut().insert(value, narrow);
        narrow
    }
}
