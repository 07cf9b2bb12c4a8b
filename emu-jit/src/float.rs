//! Floating point in translated code: the host's own arithmetic where that is certainly exact to the last flag, the library
//! that the interpreter uses otherwise.
//!
//! Flags are not computed: an instruction that raises one leaves before it has done anything, and the interpreter runs it.
//! The exception is the inexact flag where it is raised already and stays so (a region is compiled for that): most
//! programs raise it early and never look. Then a result that is an ordinary number (finite, not near underflow) has no
//! other flag to raise, whatever the operands were, and one comparison of its exponent says so.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F32, F64, I32, I64};
use cranelift_codegen::ir::{self, AbiParam, InstBuilder, Signature};
use cranelift_codegen::isa::CallConv;
use emu_core::engine::{Fmt, Fp2, FpCmp, Int};
use emu_core::interp::{carryless_product, fp};

use crate::emit::Emit;
use crate::value::{Form, Truth, TruthForm, Val};

/// `frm`: to nearest, ties to even; what the host does.
const NEAREST: u8 = 0;
/// `frm`: to zero; what the host's conversions to integers do.
const TO_ZERO: u8 = 1;
/// The inexact flag.
const NX: i64 = 1;

/// What a helper returns: a value and its flags, or the like.
#[repr(C)]
struct Pair(u64, u64);

/// Which operation a helper is to do, in one number.
#[derive(Copy, Clone)]
enum Op {
    Binary(Fp2, Fmt, u8),
    Sqrt(Fmt, u8),
    Fma(Fmt, u8),
    Compare(FpCmp, Fmt),
    Class(Fmt),
    Convert(Fmt, Fmt, u8),
    ToInt(Fmt, Int, u8),
    FromInt(Int, Fmt, u8),
    CarrylessProduct,
}

impl Op {
    /// The helper's address and its first argument.
    fn helper(self) -> (usize, u64) {
        // One function for each operation and format would be faster and many; each decodes what it is asked for.
        let pack = |fields: [u8; 4]| u32::from_le_bytes(fields) as u64;
        match self {
            Op::Binary(op, fmt, rm) => (binary as *const () as usize, pack([op as u8, fmt as u8, rm, 0])),
            Op::Sqrt(fmt, rm) => (sqrt as *const () as usize, pack([fmt as u8, rm, 0, 0])),
            Op::Fma(fmt, rm) => (fma as *const () as usize, pack([fmt as u8, rm, 0, 0])),
            Op::Compare(op, fmt) => (compare as *const () as usize, pack([op as u8, fmt as u8, 0, 0])),
            Op::Class(fmt) => (class as *const () as usize, pack([fmt as u8, 0, 0, 0])),
            Op::Convert(from, to, rm) => (convert as *const () as usize, pack([from as u8, to as u8, rm, 0])),
            Op::ToInt(from, to, rm) => (to_int as *const () as usize, pack([from as u8, to as u8, rm, 0])),
            Op::FromInt(from, to, rm) => (from_int as *const () as usize, pack([from as u8, to as u8, rm, 0])),
            Op::CarrylessProduct => (product as *const () as usize, 0),
        }
    }
}

fn fields(packed: u64) -> [u8; 4] {
    (packed as u32).to_le_bytes()
}

const FMTS: [Fmt; 3] = [Fmt::H, Fmt::S, Fmt::D];
const BINARIES: [Fp2; 6] = [Fp2::Add, Fp2::Sub, Fp2::Mul, Fp2::Div, Fp2::Min, Fp2::Max];
const COMPARISONS: [FpCmp; 3] = [FpCmp::Eq, FpCmp::Lt, FpCmp::Le];
const INTS: [Int; 4] = [Int::I32, Int::U32, Int::I64, Int::U64];

extern "C" fn binary(what: u64, a: u64, b: u64, _: u64) -> Pair {
    let [op, fmt, rm, _] = fields(what);
    let (v, flags) = fp::binary(BINARIES[op as usize], FMTS[fmt as usize], rm, a, b);
    Pair(v.0, flags.0)
}
extern "C" fn sqrt(what: u64, a: u64, _: u64, _: u64) -> Pair {
    let [fmt, rm, ..] = fields(what);
    let (v, flags) = fp::sqrt(FMTS[fmt as usize], rm, a);
    Pair(v.0, flags.0)
}
extern "C" fn fma(what: u64, a: u64, b: u64, c: u64) -> Pair {
    let [fmt, rm, ..] = fields(what);
    let (v, flags) = fp::fma(FMTS[fmt as usize], rm, a, b, c);
    Pair(v.0, flags.0)
}
extern "C" fn compare(what: u64, a: u64, b: u64, _: u64) -> Pair {
    let [op, fmt, ..] = fields(what);
    let (holds, flags) = fp::compare(COMPARISONS[op as usize], FMTS[fmt as usize], a, b);
    Pair(holds as u64, flags.0)
}
extern "C" fn class(what: u64, a: u64, _: u64, _: u64) -> Pair {
    let [fmt, ..] = fields(what);
    Pair(fp::class(FMTS[fmt as usize], a).0, 0)
}
extern "C" fn convert(what: u64, a: u64, _: u64, _: u64) -> Pair {
    let [from, to, rm, _] = fields(what);
    let (v, flags) = fp::convert(FMTS[from as usize], FMTS[to as usize], rm, a);
    Pair(v.0, flags.0)
}
extern "C" fn to_int(what: u64, a: u64, _: u64, _: u64) -> Pair {
    let [from, to, rm, _] = fields(what);
    let (v, flags) = fp::to_int(FMTS[from as usize], INTS[to as usize], rm, a);
    Pair(v.0, flags.0)
}
extern "C" fn from_int(what: u64, a: u64, _: u64, _: u64) -> Pair {
    let [from, to, rm, _] = fields(what);
    let (v, flags) = fp::from_int(INTS[from as usize], FMTS[to as usize], rm, a);
    Pair(v.0, flags.0)
}
extern "C" fn product(_: u64, a: u64, b: u64, _: u64) -> Pair {
    let product = carryless_product(a, b);
    Pair(product as u64, (product >> 64) as u64)
}

/// A host format: its type, that of its bits, where its exponent starts and how many values that has.
#[derive(Copy, Clone)]
pub(crate) struct Host {
    pub(crate) float: ir::Type,
    pub(crate) bits: ir::Type,
    pub(crate) exponent_at: u32,
    /// All of the exponent's bits.
    pub(crate) exponents: u64,
}

impl Host {
    /// A constant of the format's bits, as Cranelift wants constants.
    pub(crate) fn constant(self, n: u64) -> i64 {
        if self.bits == I32 { n as u32 as i64 } else { n as i64 }
    }
}

const fn host(fmt: Fmt) -> Option<Host> {
    match fmt {
        Fmt::H => None,
        Fmt::S => Some(Host { float: F32, bits: I32, exponent_at: 23, exponents: 0xff }),
        Fmt::D => Some(Host { float: F64, bits: I64, exponent_at: 52, exponents: 0x7ff }),
    }
}

/// What the host may compute: the format, if rounding is the host's and only the inexact flag can be told from nothing.
type Value<'e, 'f> = Val<'e, 'f, 64>;

impl<'f> Emit<'f> {
    fn value(&self, form: Form) -> Value<'_, 'f> {
        Val { form, e: self }
    }

    fn none(&self) -> Value<'_, 'f> {
        self.value(Form::Const(0))
    }

    fn call(&self, op: Op, args: &[Value<'_, 'f>]) -> [ir::Value; 2] {
        let (helper, what) = op.helper();
        let mut values: Vec<_> = args.iter().map(|arg| arg.ssa()).collect();
        let mut b = self.b.borrow_mut();
        let what = b.ins().iconst(I64, what as i64);
        values.insert(0, what);
        values.resize(4, what);
        let mut signature = Signature::new(host_convention());
        signature.params.extend([AbiParam::new(I64); 4]);
        signature.returns.extend([AbiParam::new(I64); 2]);
        let signature = b.import_signature(signature);
        let helper = b.ins().iconst(I64, helper as i64);
        let call = b.ins().call_indirect(signature, helper, &values);
        let results = b.inst_results(call);
        [results[0], results[1]]
    }

    /// An operation by the library; leaves if it raises what cannot be ignored.
    fn by_library(&self, op: Op, args: &[Value<'_, 'f>]) -> ir::Value {
        let [value, flags] = self.call(op, args);
        let ok = {
            let mut b = self.b.borrow_mut();
            let flags = if self.key.sticky_inexact { b.ins().band_imm_u(flags, !NX) } else { flags };
            b.ins().icmp_imm_u(IntCC::Equal, flags, 0)
        };
        self.leave_unless(ok);
        value
    }

    /// The format, if the host may round and the inexact flag does not matter.
    fn on_host(&self, fmt: Fmt, rm: u8) -> Option<Host> {
        host(fmt).filter(|_| self.key.sticky_inexact && rm == NEAREST)
    }

    fn to_float(&self, v: Value<'_, 'f>, host: Host) -> ir::Value {
        let value = v.ssa();
        self.as_float(if host.bits == I64 { value } else { self.low_half(value) }, host.float)
    }

    fn to_bits(&self, float: ir::Value, host: Host) -> ir::Value {
        let bits = self.bits_of(float);
        if host.bits == I64 { bits } else { self.zero_extended(bits) }
    }

    fn require_ordered(&self, a: ir::Value, b: ir::Value) {
        let ok = self.b.borrow_mut().ins().fcmp(FloatCC::Ordered, a, b);
        self.require_later(ok);
    }

    pub(crate) fn fp2<'e>(
        &'e self,
        op: Fp2,
        fmt: Fmt,
        rm: u8,
        a: Value<'e, 'f>,
        b: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        let host = match op {
            // Exact, and only NaNs are special.
            Fp2::Min | Fp2::Max => host(fmt),
            _ => self.on_host(fmt, rm),
        };
        let Some(host) = host else {
            let value = self.by_library(Op::Binary(op, fmt, rm), &[a, b]);
            return (self.value(Form::Ssa(value)), self.none());
        };
        let (x, y) = (self.to_float(a, host), self.to_float(b, host));
        let ins = |f: &dyn Fn(cranelift_frontend::FuncInstBuilder<'_, 'f>) -> ir::Value| f(self.b.borrow_mut().ins());
        let result = match op {
            Fp2::Add | Fp2::Sub => {
                let sum = if op == Fp2::Add { ins(&|b| b.fadd(x, y)) } else { ins(&|b| b.fsub(x, y)) };
                // A small sum, even a subnormal one, is exact and never underflows.
                self.require_finite((sum, host), &[x, y]);
                sum
            }
            Fp2::Mul => {
                let product = ins(&|b| b.fmul(x, y));
                self.require_ordinary((product, host), [Some((x, host)), Some((y, host))], &[x, y]);
                product
            }
            Fp2::Div => {
                let quotient = ins(&|b| b.fdiv(x, y));
                // Something finite divided by what is not would be zero.
                self.require_ordinary((quotient, host), [Some((x, host)), None], &[x]);
                quotient
            }
            Fp2::Min | Fp2::Max => {
                self.require_ordered(x, y);
                if op == Fp2::Min { ins(&|b| b.fmin(x, y)) } else { ins(&|b| b.fmax(x, y)) }
            }
        };
        let bits = self.to_bits(result, host);
        (self.value(Form::Ssa(bits)), self.none())
    }

    pub(crate) fn fp_sqrt<'e>(&'e self, fmt: Fmt, rm: u8, a: Value<'e, 'f>) -> (Value<'e, 'f>, Value<'e, 'f>) {
        let Some(host) = self.on_host(fmt, rm) else {
            let value = self.by_library(Op::Sqrt(fmt, rm), &[a]);
            return (self.value(Form::Ssa(value)), self.none());
        };
        let x = self.to_float(a, host);
        let ok = {
            let mut b = self.b.borrow_mut();
            let zero = if host.float == F64 { b.ins().f64const(0.0) } else { b.ins().f32const(0.0) };
            b.ins().fcmp(FloatCC::GreaterThanOrEqual, x, zero)
        };
        self.require_later(ok);
        let root = self.b.borrow_mut().ins().sqrt(x);
        let bits = self.to_bits(root, host);
        (self.value(Form::Ssa(bits)), self.none())
    }

    pub(crate) fn fp_fma<'e>(
        &'e self,
        fmt: Fmt,
        rm: u8,
        a: Value<'e, 'f>,
        b: Value<'e, 'f>,
        c: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        let Some(host) = self.on_host(fmt, rm).filter(|_| has_fma()) else {
            let value = self.by_library(Op::Fma(fmt, rm), &[a, b, c]);
            return (self.value(Form::Ssa(value)), self.none());
        };
        let (x, y, z) = (self.to_float(a, host), self.to_float(b, host), self.to_float(c, host));
        let result = self.b.borrow_mut().ins().fma(x, y, z);
        self.require_ordinary((result, host), [Some((x, host)), Some((y, host))], &[x, y, z]);
        let bits = self.to_bits(result, host);
        (self.value(Form::Ssa(bits)), self.none())
    }

    pub(crate) fn fp_cmp<'e>(
        &'e self,
        op: FpCmp,
        fmt: Fmt,
        a: Value<'e, 'f>,
        b: Value<'e, 'f>,
    ) -> (Truth<'e, 'f>, Value<'e, 'f>) {
        let truth = |value| Truth { form: TruthForm::Ssa(value), e: self };
        let Some(host) = host(fmt) else {
            let holds = self.by_library(Op::Compare(op, fmt), &[a, b]);
            let holds = self.b.borrow_mut().ins().icmp_imm_u(IntCC::NotEqual, holds, 0);
            return (truth(holds), self.none());
        };
        let (x, y) = (self.to_float(a, host), self.to_float(b, host));
        self.require_ordered(x, y);
        let cc = match op {
            FpCmp::Eq => FloatCC::Equal,
            FpCmp::Lt => FloatCC::LessThan,
            FpCmp::Le => FloatCC::LessThanOrEqual,
        };
        let holds = self.b.borrow_mut().ins().fcmp(cc, x, y);
        (truth(holds), self.none())
    }

    pub(crate) fn fp_class<'e>(&'e self, fmt: Fmt, a: Value<'e, 'f>) -> Value<'e, 'f> {
        self.value(Form::Ssa(self.call(Op::Class(fmt), &[a])[0]))
    }

    pub(crate) fn fp_to_fp<'e>(
        &'e self,
        from: Fmt,
        to: Fmt,
        rm: u8,
        a: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        let bits = match (from, to, host(from), host(to)) {
            (Fmt::S, Fmt::D, Some(narrow), Some(wide)) => {
                let x = self.to_float(a, narrow);
                self.require_ordered(x, x);
                let result = self.b.borrow_mut().ins().fpromote(F64, x);
                self.to_bits(result, wide)
            }
            (Fmt::D, Fmt::S, Some(wide), Some(narrow)) if self.on_host(to, rm).is_some() => {
                let x = self.to_float(a, wide);
                let result = self.b.borrow_mut().ins().fdemote(F32, x);
                self.require_ordinary((result, narrow), [Some((x, wide)), None], &[x]);
                self.to_bits(result, narrow)
            }
            _ => self.by_library(Op::Convert(from, to, rm), &[a]),
        };
        (self.value(Form::Ssa(bits)), self.none())
    }

    pub(crate) fn fp_to_int<'e>(
        &'e self,
        from: Fmt,
        to: Int,
        rm: u8,
        a: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        let host = host(from).filter(|_| self.key.sticky_inexact && rm == TO_ZERO);
        let Some(host) = host else {
            let value = self.by_library(Op::ToInt(from, to, rm), &[a]);
            return (self.value(Form::Ssa(value)), self.none());
        };
        let x = self.to_float(a, host);
        // Numbers that certainly fit; the unsigned ones fit a signed 64-bit integer too.
        let (bits, signed) = match to {
            Int::I32 => (31, true),
            Int::U32 => (32, false),
            Int::I64 => (63, true),
            Int::U64 => (63, false),
        };
        let ok = {
            let mut b = self.b.borrow_mut();
            let constant = |b: &mut cranelift_frontend::FunctionBuilder<'f>, n: f64| {
                if host.float == F64 { b.ins().f64const(n) } else { b.ins().f32const(n as f32) }
            };
            let limit = constant(&mut b, (bits as f64).exp2());
            let magnitude = if signed { b.ins().fabs(x) } else { x };
            let below = b.ins().fcmp(FloatCC::LessThan, magnitude, limit);
            if signed {
                below
            } else {
                let zero = constant(&mut b, 0.0);
                let above = b.ins().fcmp(FloatCC::GreaterThanOrEqual, x, zero);
                b.ins().band(below, above)
            }
        };
        self.require_later(ok);
        let value = self.b.borrow_mut().ins().fcvt_to_sint_sat(I64, x);
        (self.value(Form::Ssa(value)), self.none())
    }

    pub(crate) fn int_to_fp<'e>(
        &'e self,
        from: Int,
        to: Fmt,
        rm: u8,
        a: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        let exact = to == Fmt::D && matches!(from, Int::I32 | Int::U32);
        let host = if exact { host(to) } else { self.on_host(to, rm) };
        let Some(host) = host else {
            let value = self.by_library(Op::FromInt(from, to, rm), &[a]);
            return (self.value(Form::Ssa(value)), self.none());
        };
        let value = a.ssa();
        let result = match from {
            Int::I32 => {
                let low = self.low_half(value);
                self.b.borrow_mut().ins().fcvt_from_sint(host.float, low)
            }
            Int::U32 => {
                let low = self.low_half(value);
                let wide = self.zero_extended(low);
                self.b.borrow_mut().ins().fcvt_from_sint(host.float, wide)
            }
            Int::I64 => self.b.borrow_mut().ins().fcvt_from_sint(host.float, value),
            Int::U64 => self.b.borrow_mut().ins().fcvt_from_uint(host.float, value),
        };
        let bits = self.to_bits(result, host);
        (self.value(Form::Ssa(bits)), self.none())
    }

    pub(crate) fn clmul<'e>(&'e self, a: Value<'e, 'f>, b: Value<'e, 'f>, high: bool) -> Value<'e, 'f> {
        self.value(Form::Ssa(self.call(Op::CarrylessProduct, &[a, b])[high as usize]))
    }
}

/// How Rust's `extern "C"` functions are called.
pub(crate) fn host_convention() -> CallConv {
    if cfg!(all(target_vendor = "apple", target_arch = "aarch64")) { CallConv::AppleAarch64 } else { CallConv::SystemV }
}

/// Whether the host multiplies and adds in one instruction. A call to a library would need linking.
fn has_fma() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}
