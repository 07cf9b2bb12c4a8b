//! Floating point in translated code: the host's own arithmetic where that is certainly exact to the last flag, the library
//! that the interpreter uses otherwise.
//!
//! Flags are not computed: an instruction that raises one leaves before it has done anything, and the interpreter runs it.
//! The exception is the inexact flag where it is raised already and stays so (a region is compiled for that): most
//! programs raise it early and never look. Then a result that is an ordinary number (finite, not near underflow) has no
//! other flag to raise, whatever the operands were, and one comparison of its exponent says so.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F32, F32X4, F64, F64X2, I32, I32X4, I64, I64X2};
use cranelift_codegen::ir::{self, AbiParam, InstBuilder, Signature};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::FunctionBuilder;
use emu_core::engine::{Fmt, Fp1, Fp2, FpCmp, FpMode, Int};
use emu_core::float::Round;
use emu_core::interp::{carryless_product, fp};

use crate::emit::Emit;
use crate::value::{Form, Truth, TruthForm, Val};

/// The inexact flag.
const NX: i64 = 1;

/// What a helper returns: a value and its flags, or the like.
#[repr(C)]
struct Pair(u64, u64);

/// Which operation a helper is to do, in one number.
#[derive(Copy, Clone)]
enum Op {
    Unary(Fp1, Fmt, FpMode),
    Binary(Fp2, Fmt, FpMode),
    Sqrt(Fmt, FpMode),
    Fma(Fmt, FpMode),
    Compare(FpCmp, Fmt, FpMode),
    Class(Fmt),
    Convert(Fmt, Fmt, FpMode),
    ToInt(Fmt, Int, FpMode, u8),
    FromInt(Int, Fmt, FpMode, u8),
    CarrylessProduct,
}

impl Op {
    /// The helper's address and its first argument.
    fn helper(self) -> (usize, u64) {
        // One function for each operation and format would be faster and many; each decodes what it is asked for.
        let pack = |fields: [u8; 4]| u32::from_le_bytes(fields) as u64;
        match self {
            Op::Unary(op, fmt, mode) => (unary as *const () as usize, pack([op as u8, fmt as u8, mode.pack(), 0])),
            Op::Binary(op, fmt, mode) => (binary as *const () as usize, pack([op as u8, fmt as u8, mode.pack(), 0])),
            Op::Sqrt(fmt, mode) => (sqrt as *const () as usize, pack([fmt as u8, mode.pack(), 0, 0])),
            Op::Fma(fmt, mode) => (fma as *const () as usize, pack([fmt as u8, mode.pack(), 0, 0])),
            Op::Compare(op, fmt, mode) => (compare as *const () as usize, pack([op as u8, fmt as u8, mode.pack(), 0])),
            Op::Class(fmt) => (class as *const () as usize, pack([fmt as u8, 0, 0, 0])),
            Op::Convert(from, to, mode) => {
                (convert as *const () as usize, pack([from as u8, to as u8, mode.pack(), 0]))
            }
            Op::ToInt(from, to, mode, fraction_bits) => {
                (to_int as *const () as usize, pack([from as u8, to as u8, mode.pack(), fraction_bits]))
            }
            Op::FromInt(from, to, mode, fraction_bits) => {
                (from_int as *const () as usize, pack([from as u8, to as u8, mode.pack(), fraction_bits]))
            }
            Op::CarrylessProduct => (product as *const () as usize, 0),
        }
    }
}

fn fields(packed: u64) -> [u8; 4] {
    (packed as u32).to_le_bytes()
}

const FMTS: [Fmt; 3] = [Fmt::H, Fmt::S, Fmt::D];
const UNARIES: [Fp1; 6] = [
    Fp1::Round,
    Fp1::RoundExact,
    Fp1::ReciprocalEstimate,
    Fp1::ReciprocalRootEstimate,
    Fp1::ReciprocalExponent,
    Fp1::Int32Modulo,
];
const BINARIES: [Fp2; 13] = [
    Fp2::Add,
    Fp2::Sub,
    Fp2::Mul,
    Fp2::Div,
    Fp2::Min,
    Fp2::Max,
    Fp2::Minimum,
    Fp2::Maximum,
    Fp2::MinNum,
    Fp2::MaxNum,
    Fp2::MulExtended,
    Fp2::ReciprocalStep,
    Fp2::ReciprocalRootStep,
];
const COMPARISONS: [FpCmp; 5] = [FpCmp::Eq, FpCmp::Lt, FpCmp::Le, FpCmp::LtQuiet, FpCmp::Unordered];
const INTS: [Int; 6] = [Int::I16, Int::U16, Int::I32, Int::U32, Int::I64, Int::U64];

extern "C" fn unary(what: u64, a: u64, _: u64, _: u64) -> Pair {
    let [op, fmt, mode, _] = fields(what);
    let (v, flags) = fp::unary(UNARIES[op as usize], FMTS[fmt as usize], FpMode::unpack(mode), a);
    Pair(v.0, flags.0)
}
extern "C" fn binary(what: u64, a: u64, b: u64, _: u64) -> Pair {
    let [op, fmt, mode, _] = fields(what);
    let (v, flags) = fp::binary(BINARIES[op as usize], FMTS[fmt as usize], FpMode::unpack(mode), a, b);
    Pair(v.0, flags.0)
}
extern "C" fn sqrt(what: u64, a: u64, _: u64, _: u64) -> Pair {
    let [fmt, mode, ..] = fields(what);
    let (v, flags) = fp::sqrt(FMTS[fmt as usize], FpMode::unpack(mode), a);
    Pair(v.0, flags.0)
}
extern "C" fn fma(what: u64, a: u64, b: u64, c: u64) -> Pair {
    let [fmt, mode, ..] = fields(what);
    let (v, flags) = fp::fma(FMTS[fmt as usize], FpMode::unpack(mode), a, b, c);
    Pair(v.0, flags.0)
}
extern "C" fn compare(what: u64, a: u64, b: u64, _: u64) -> Pair {
    let [op, fmt, mode, _] = fields(what);
    let (holds, flags) = fp::compare(COMPARISONS[op as usize], FMTS[fmt as usize], FpMode::unpack(mode), a, b);
    Pair(holds as u64, flags.0)
}
extern "C" fn class(what: u64, a: u64, _: u64, _: u64) -> Pair {
    let [fmt, ..] = fields(what);
    Pair(fp::class(FMTS[fmt as usize], a).0, 0)
}
extern "C" fn convert(what: u64, a: u64, _: u64, _: u64) -> Pair {
    let [from, to, mode, _] = fields(what);
    let (v, flags) = fp::convert(FMTS[from as usize], FMTS[to as usize], FpMode::unpack(mode), a);
    Pair(v.0, flags.0)
}
extern "C" fn to_int(what: u64, a: u64, _: u64, _: u64) -> Pair {
    let [from, to, mode, fraction_bits] = fields(what);
    let (v, flags) = fp::to_int(FMTS[from as usize], INTS[to as usize], FpMode::unpack(mode), fraction_bits, a);
    Pair(v.0, flags.0)
}
extern "C" fn from_int(what: u64, a: u64, _: u64, _: u64) -> Pair {
    let [from, to, mode, fraction_bits] = fields(what);
    let (v, flags) = fp::from_int(INTS[from as usize], FMTS[to as usize], FpMode::unpack(mode), fraction_bits, a);
    Pair(v.0, flags.0)
}
extern "C" fn product(_: u64, a: u64, b: u64, _: u64) -> Pair {
    let product = carryless_product(a, b);
    Pair(product as u64, (product >> 64) as u64)
}

/// A host format, of one number or of a vector of them: its type, that of its bits, where its exponent starts and how many values
/// that has.
#[derive(Copy, Clone)]
pub(crate) struct Host {
    pub(crate) float: ir::Type,
    pub(crate) bits: ir::Type,
    pub(crate) exponent_at: u32,
    /// All of the exponent's bits.
    pub(crate) exponents: u64,
}

impl Host {
    pub(crate) const SINGLE: Host = Host { float: F32, bits: I32, exponent_at: 23, exponents: 0xff };
    pub(crate) const DOUBLE: Host = Host { float: F64, bits: I64, exponent_at: 52, exponents: 0x7ff };

    const SINGLES: Host = Host { float: F32X4, bits: I32X4, ..Host::SINGLE };
    const DOUBLES: Host = Host { float: F64X2, bits: I64X2, ..Host::DOUBLE };
    /// All that there are.
    pub(crate) const ALL: [Host; 4] = [Host::SINGLE, Host::DOUBLE, Host::SINGLES, Host::DOUBLES];

    /// The same format for vectors of 128 bits.
    pub(crate) fn vectors(self) -> Host {
        if self.exponent_at == Host::SINGLE.exponent_at { Host::SINGLES } else { Host::DOUBLES }
    }

    pub(crate) fn is_vector(self) -> bool {
        self.bits.is_vector()
    }

    /// A bit for each lane of a vector.
    pub(crate) fn lanes(self) -> i64 {
        (1 << self.bits.lane_count()) - 1
    }

    /// A constant of the format's bits, as Cranelift wants constants.
    pub(crate) fn constant(self, n: u64) -> i64 {
        if self.bits.lane_type() == I32 { n as u32 as i64 } else { n as i64 }
    }

    /// These bits, in all lanes of a vector.
    pub(crate) fn bits(self, b: &mut FunctionBuilder<'_>, n: u64) -> ir::Value {
        if !self.is_vector() {
            return b.ins().iconst(self.bits, self.constant(n));
        }
        let lane = n.to_le_bytes();
        let bytes = lane[..self.bits.lane_type().bytes() as usize].repeat(self.bits.lane_count() as usize);
        let constant = b.func.dfg.constants.insert(bytes.into());
        b.ins().vconst(self.bits, constant)
    }

    /// The number with these bits, in all lanes of a vector.
    pub(crate) fn number(self, b: &mut FunctionBuilder<'_>, n: u64) -> ir::Value {
        let bits = self.bits(b, n);
        b.ins().bitcast(self.float, vector_bits(), bits)
    }

    /// Zero.
    pub(crate) fn zero(self, b: &mut FunctionBuilder<'_>) -> ir::Value {
        match self.float {
            F64 => b.ins().f64const(0.0),
            F32 => b.ins().f32const(0.0),
            _ => self.number(b, 0),
        }
    }
}

/// How vectors are taken for other vectors: by their bytes, lowest first.
pub(crate) fn vector_bits() -> ir::MemFlagsData {
    ir::MemFlagsData::new().with_endianness(ir::Endianness::Little)
}

const fn host(fmt: Fmt) -> Option<Host> {
    match fmt {
        Fmt::H => None,
        Fmt::S => Some(Host::SINGLE),
        Fmt::D => Some(Host::DOUBLE),
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
        let flags = if self.key.sticky_inexact { self.b.borrow_mut().ins().band_imm_u(flags, !NX) } else { flags };
        self.leave_unless(self.compares_with(IntCC::Equal, flags, 0));
        value
    }

    /// The format, if the host knows it and takes operands as the mode does: it takes none for zero.
    pub(crate) fn as_host_takes(&self, fmt: Fmt, mode: FpMode) -> Option<Host> {
        host(fmt).filter(|_| !mode.rules.flush)
    }

    /// The format, if the host may round and the inexact flag does not matter.
    pub(crate) fn on_host(&self, fmt: Fmt, mode: FpMode) -> Option<Host> {
        self.as_host_takes(fmt, mode).filter(|_| self.key.sticky_inexact && mode.round == Round::NearestEven)
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

    pub(crate) fn fp1<'e>(
        &'e self,
        op: Fp1,
        fmt: Fmt,
        mode: FpMode,
        a: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        let value = self.by_library(Op::Unary(op, fmt, mode), &[a]);
        (self.value(Form::Ssa(value)), self.none())
    }

    pub(crate) fn fp2<'e>(
        &'e self,
        op: Fp2,
        fmt: Fmt,
        mode: FpMode,
        a: Value<'e, 'f>,
        b: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        let host = match op {
            // Exact, and only NaNs are special.
            Fp2::Min | Fp2::Max | Fp2::Minimum | Fp2::Maximum | Fp2::MinNum | Fp2::MaxNum => {
                self.as_host_takes(fmt, mode)
            }
            Fp2::ReciprocalStep | Fp2::ReciprocalRootStep => None,
            _ => self.on_host(fmt, mode),
        };
        let Some(host) = host else {
            let value = self.by_library(Op::Binary(op, fmt, mode), &[a, b]);
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
            Fp2::Mul | Fp2::MulExtended => {
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
            // Without NaNs all of a kind are one.
            Fp2::Min | Fp2::Minimum | Fp2::MinNum => {
                self.require_ordered(x, y);
                ins(&|b| b.fmin(x, y))
            }
            Fp2::Max | Fp2::Maximum | Fp2::MaxNum => {
                self.require_ordered(x, y);
                ins(&|b| b.fmax(x, y))
            }
            Fp2::ReciprocalStep | Fp2::ReciprocalRootStep => unreachable!("done by the library"),
        };
        let bits = self.to_bits(result, host);
        (self.value(Form::Ssa(bits)), self.none())
    }

    pub(crate) fn fp_sqrt<'e>(&'e self, fmt: Fmt, mode: FpMode, a: Value<'e, 'f>) -> (Value<'e, 'f>, Value<'e, 'f>) {
        let Some(host) = self.on_host(fmt, mode) else {
            let value = self.by_library(Op::Sqrt(fmt, mode), &[a]);
            return (self.value(Form::Ssa(value)), self.none());
        };
        let x = self.to_float(a, host);
        let ok = {
            let mut b = self.b.borrow_mut();
            let zero = host.zero(&mut b);
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
        mode: FpMode,
        a: Value<'e, 'f>,
        b: Value<'e, 'f>,
        c: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        let Some(host) = self.on_host(fmt, mode).filter(|_| has_fma()) else {
            let value = self.by_library(Op::Fma(fmt, mode), &[a, b, c]);
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
        mode: FpMode,
        a: Value<'e, 'f>,
        b: Value<'e, 'f>,
    ) -> (Truth<'e, 'f>, Value<'e, 'f>) {
        let truth = |value| Truth { form: TruthForm::Ssa(value), e: self };
        let Some(host) = self.as_host_takes(fmt, mode) else {
            let holds = self.by_library(Op::Compare(op, fmt, mode), &[a, b]);
            let holds = self.b.borrow_mut().ins().icmp_imm_u(IntCC::NotEqual, holds, 0);
            return (truth(holds), self.none());
        };
        let (x, y) = (self.to_float(a, host), self.to_float(b, host));
        self.require_ordered(x, y);
        if op == FpCmp::Unordered {
            return (Truth { form: TruthForm::Const(false), e: self }, self.none());
        }
        let cc = match op {
            FpCmp::Eq => FloatCC::Equal,
            FpCmp::Lt | FpCmp::LtQuiet | FpCmp::Unordered => FloatCC::LessThan,
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
        mode: FpMode,
        a: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        let bits = match (from, to, host(from), host(to)) {
            (Fmt::S, Fmt::D, Some(narrow), Some(wide)) if !mode.rules.flush => {
                let x = self.to_float(a, narrow);
                self.require_ordered(x, x);
                let result = self.b.borrow_mut().ins().fpromote(F64, x);
                self.to_bits(result, wide)
            }
            (Fmt::D, Fmt::S, Some(wide), Some(narrow)) if self.on_host(to, mode).is_some() => {
                let x = self.to_float(a, wide);
                let result = self.b.borrow_mut().ins().fdemote(F32, x);
                self.require_ordinary((result, narrow), [Some((x, wide)), None], &[x]);
                self.to_bits(result, narrow)
            }
            _ => self.by_library(Op::Convert(from, to, mode), &[a]),
        };
        (self.value(Form::Ssa(bits)), self.none())
    }

    pub(crate) fn fp_to_int<'e>(
        &'e self,
        from: Fmt,
        to: Int,
        mode: FpMode,
        fraction_bits: u8,
        a: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        let host = (self.as_host_takes(from, mode))
            .filter(|_| self.key.sticky_inexact && mode.round == Round::TowardZero && fraction_bits == 0);
        let Some(host) = host else {
            let value = self.by_library(Op::ToInt(from, to, mode, fraction_bits), &[a]);
            return (self.value(Form::Ssa(value)), self.none());
        };
        let x = self.to_float(a, host);
        // Numbers that certainly fit; the unsigned ones fit a signed 64-bit integer too.
        let (bits, signed) = match to {
            Int::I16 => (15, true),
            Int::U16 => (16, false),
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
        mode: FpMode,
        fraction_bits: u8,
        a: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        let exact = to == Fmt::D && matches!(from, Int::I32 | Int::U32);
        let host = if exact { host(to) } else { self.on_host(to, mode) };
        let host = host.filter(|_| fraction_bits == 0);
        let Some(host) = host else {
            let value = self.by_library(Op::FromInt(from, to, mode, fraction_bits), &[a]);
            return (self.value(Form::Ssa(value)), self.none());
        };
        let value = a.ssa();
        let result = match from {
            // Only half precision converts these, and the host does not have it.
            Int::I16 | Int::U16 => {
                let bits = self.by_library(Op::FromInt(from, to, mode, fraction_bits), &[a]);
                return (self.value(Form::Ssa(bits)), self.none());
            }
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
pub(crate) fn has_fma() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}
