//! F, D, Zfh and Zfhmin, unprivileged manual chapters 20, 21 and 23. What the numbers do is the engine's business
//! (`float`); here stand NaN boxes, rounding modes, flags and `mstatus.FS`.
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::format::*;
use super::slots::{FFLAGS, FRM, FS};
use super::xlen::Rv;
use crate::engine::*;
use crate::slot::Slot;

type Xof<H> = <<H as Rv>::E as Engine>::X;
type StopOf<H> = <<H as Rv>::E as Engine>::Stop;

/// What rounds nothing has no use for a direction.
const EXACT: FpMode = FpMode::riscv(0);

/// Privileged manual 3.1.6.6: with FS off, every floating-point instruction is illegal.
#[inline(always)]
fn enabled<H: Rv>(h: H) -> Result<(), StopOf<H>> {
    if h.key(FS) == 0 { h.undefined() } else { Ok(()) }
}

/// 20.2: DYN takes the mode from `frm`, where 5 to 7 are invalid. Formats have rejected static 5 and 6.
#[inline(always)]
fn rounding<H: Rv>(h: H, rm: u8) -> Result<FpMode, StopOf<H>> {
    enabled(h)?;
    match if rm == 7 { h.key(FRM) } else { rm as u64 } {
        frm @ 0..5 => Ok(FpMode::riscv(frm)),
        _ => h.undefined(),
    }
}

const fn width(fmt: Fmt) -> u32 {
    match fmt {
        Fmt::H => 16,
        Fmt::S => 32,
        Fmt::D => 64,
    }
}

/// The canonical NaN, 20.3.
const fn canonical_nan(fmt: Fmt) -> u64 {
    match fmt {
        Fmt::H => 0x7e00,
        Fmt::S => 0x7fc0_0000,
        Fmt::D => 0x7ff8_0000_0000_0000,
    }
}

/// The bits above a value of this format in its register.
const fn box_bits(fmt: Fmt) -> u64 {
    match fmt {
        Fmt::D => 0,
        _ => u64::MAX << width(fmt),
    }
}

/// 21.2: a narrower value that is not properly boxed counts as the canonical NaN.
#[inline(always)]
fn unboxed<H: Rv>(h: H, f: Slot, fmt: Fmt) -> Xof<H> {
    let v = h.get(f);
    if fmt == Fmt::D {
        return v;
    }
    let ok = v.shr_s(width(fmt)).eq(h.x(u64::MAX));
    Bits::select(ok, v & h.x(!box_bits(fmt)), h.x(canonical_nan(fmt)))
}

/// Writes an f register; the floating-point state is dirty then.
#[inline(always)]
fn put_f<H: Rv>(h: H, f: Slot, v: Xof<H>, fmt: Fmt) {
    h.set(f, if fmt == Fmt::D { v } else { v | h.x(box_bits(fmt)) });
    h.set(FS, h.x(3));
}

/// Accrues exception flags. Without any, an instruction that writes no f register leaves the floating-point state as it is.
#[inline(always)]
fn raise<H: Rv>(h: H, flags: Xof<H>) {
    h.set(FFLAGS, h.get(FFLAGS) | flags);
    h.set(FS, Bits::select(flags.eq(h.x(0)), h.get(FS), h.x(3)));
}

macro_rules! loads_and_stores {
    ($($load:ident $store:ident $fmt:ident $kind:ident;)*) => {
        $(#[inline(always)]
        pub fn $load<H: Rv>(h: H, o: Fl) -> Exec<H::E> {
            enabled(h)?;
            let v = h.load(h.at(o.rs1, o.imm), Mem::$kind)?;
            put_f(h, o.rd, v, Fmt::$fmt);
            Ok(h.next())
        }
        #[inline(always)]
        pub fn $store<H: Rv>(h: H, o: Fs) -> Exec<H::E> {
            enabled(h)?;
            h.store(h.at(o.rs1, o.imm), h.get(o.rs2), Mem::$kind)?;
            Ok(h.next())
        })*
    };
}
loads_and_stores! { flh fsh H U16; flw fsw S U32; fld fsd D U64; }

macro_rules! arithmetic {
    ($($name:ident $op:ident $fmt:ident;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>(h: H, o: Fr) -> Exec<H::E> {
            let mode = rounding(h, o.rm)?;
            let (a, b) = (unboxed(h, o.rs1, Fmt::$fmt), unboxed(h, o.rs2, Fmt::$fmt));
            let (v, flags) = h.fp2(Fp2::$op, Fmt::$fmt, mode, a, b);
            put_f(h, o.rd, v, Fmt::$fmt);
            raise(h, flags);
            Ok(h.next())
        })*
    };
}
arithmetic! {
    fadd_h Add H; fsub_h Sub H; fmul_h Mul H; fdiv_h Div H;
    fadd_s Add S; fsub_s Sub S; fmul_s Mul S; fdiv_s Div S;
    fadd_d Add D; fsub_d Sub D; fmul_d Mul D; fdiv_d Div D;
}

macro_rules! min_max {
    ($($name:ident $op:ident $fmt:ident;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>(h: H, o: Ff) -> Exec<H::E> {
            enabled(h)?;
            let (a, b) = (unboxed(h, o.rs1, Fmt::$fmt), unboxed(h, o.rs2, Fmt::$fmt));
            let (v, flags) = h.fp2(Fp2::$op, Fmt::$fmt, EXACT, a, b);
            put_f(h, o.rd, v, Fmt::$fmt);
            raise(h, flags);
            Ok(h.next())
        })*
    };
}
min_max! { fmin_h Min H; fmax_h Max H; fmin_s Min S; fmax_s Max S; fmin_d Min D; fmax_d Max D; }

macro_rules! fused {
    ($($name:ident $fmt:ident $negate_product:literal $negate_addend:literal;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>(h: H, o: Fr4) -> Exec<H::E> {
            let mode = rounding(h, o.rm)?;
            let sign = |negate: bool| h.x((negate as u64) << (width(Fmt::$fmt) - 1));
            let a = unboxed(h, o.rs1, Fmt::$fmt) ^ sign($negate_product);
            let b = unboxed(h, o.rs2, Fmt::$fmt);
            let c = unboxed(h, o.rs3, Fmt::$fmt) ^ sign($negate_addend);
            let (v, flags) = h.fp_fma(Fmt::$fmt, mode, a, b, c);
            put_f(h, o.rd, v, Fmt::$fmt);
            raise(h, flags);
            Ok(h.next())
        })*
    };
}
fused! {
    fmadd_h H false false; fmsub_h H false true; fnmsub_h H true false; fnmadd_h H true true;
    fmadd_s S false false; fmsub_s S false true; fnmsub_s S true false; fnmadd_s S true true;
    fmadd_d D false false; fmsub_d D false true; fnmsub_d D true false; fnmadd_d D true true;
}

macro_rules! roots {
    ($($name:ident $fmt:ident;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>(h: H, o: Fr1) -> Exec<H::E> {
            let mode = rounding(h, o.rm)?;
            let (v, flags) = h.fp_sqrt(Fmt::$fmt, mode, unboxed(h, o.rs1, Fmt::$fmt));
            put_f(h, o.rd, v, Fmt::$fmt);
            raise(h, flags);
            Ok(h.next())
        })*
    };
}
roots! { fsqrt_h H; fsqrt_s S; fsqrt_d D; }

macro_rules! sign_injections {
    ($($name:ident $fmt:ident |$a:ident, $b:ident| $sign:expr;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>(h: H, o: Ff) -> Exec<H::E> {
            enabled(h)?;
            let ($a, $b) = (unboxed(h, o.rs1, Fmt::$fmt), unboxed(h, o.rs2, Fmt::$fmt));
            let sign = h.x(1 << (width(Fmt::$fmt) - 1));
            put_f(h, o.rd, $a & !sign | $sign & sign, Fmt::$fmt);
            Ok(h.next())
        })*
    };
}
sign_injections! {
    fsgnj_h H |a, b| b; fsgnjn_h H |a, b| !b; fsgnjx_h H |a, b| (a ^ b);
    fsgnj_s S |a, b| b; fsgnjn_s S |a, b| !b; fsgnjx_s S |a, b| (a ^ b);
    fsgnj_d D |a, b| b; fsgnjn_d D |a, b| !b; fsgnjx_d D |a, b| (a ^ b);
}

macro_rules! comparisons {
    ($($name:ident $op:ident $fmt:ident;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>(h: H, o: Fcmp) -> Exec<H::E> {
            enabled(h)?;
            let (a, b) = (unboxed(h, o.rs1, Fmt::$fmt), unboxed(h, o.rs2, Fmt::$fmt));
            let (v, flags) = h.fp_cmp(FpCmp::$op, Fmt::$fmt, EXACT, a, b);
            h.put(o.rd, h.bit(v));
            raise(h, flags);
            Ok(h.next())
        })*
    };
}
comparisons! {
    feq_h Eq H; flt_h Lt H; fle_h Le H; feq_s Eq S; flt_s Lt S; fle_s Le S; feq_d Eq D; flt_d Lt D; fle_d Le D;
}

macro_rules! classes {
    ($($name:ident $fmt:ident;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>(h: H, o: Fx0) -> Exec<H::E> {
            enabled(h)?;
            h.put(o.rd, h.of_x(h.fp_class(Fmt::$fmt, unboxed(h, o.rs1, Fmt::$fmt))));
            Ok(h.next())
        })*
    };
}
classes! { fclass_h H; fclass_s S; fclass_d D; }

macro_rules! to_integers {
    ($($name:ident $fmt:ident $int:ident |$h:ident, $v:ident| $result:expr;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>($h: H, o: Fx) -> Exec<H::E> {
            let mode = rounding($h, o.rm)?;
            let ($v, flags) = $h.fp_to_int(Fmt::$fmt, Int::$int, mode, 0, unboxed($h, o.rs1, Fmt::$fmt));
            $h.put(o.rd, $result);
            raise($h, flags);
            Ok($h.next())
        })*
    };
}
// 20.7: 32-bit results are sign-extended, unsigned ones too.
to_integers! {
    fcvt_w_h H I32 |h, v| h.of_w(v.lo()); fcvt_wu_h H U32 |h, v| h.of_w(v.lo());
    fcvt_w_s S I32 |h, v| h.of_w(v.lo()); fcvt_wu_s S U32 |h, v| h.of_w(v.lo());
    fcvt_w_d D I32 |h, v| h.of_w(v.lo()); fcvt_wu_d D U32 |h, v| h.of_w(v.lo());
    fcvt_l_h H I64 |h, v| h.of_x(v); fcvt_lu_h H U64 |h, v| h.of_x(v);
    fcvt_l_s S I64 |h, v| h.of_x(v); fcvt_lu_s S U64 |h, v| h.of_x(v);
    fcvt_l_d D I64 |h, v| h.of_x(v); fcvt_lu_d D U64 |h, v| h.of_x(v);
}

macro_rules! from_integers {
    ($($name:ident $fmt:ident $int:ident;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>(h: H, o: Xf) -> Exec<H::E> {
            let mode = rounding(h, o.rm)?;
            let (v, flags) = h.int_to_fp(Int::$int, Fmt::$fmt, mode, 0, h.x_of(h.r(o.rs1)));
            put_f(h, o.rd, v, Fmt::$fmt);
            raise(h, flags);
            Ok(h.next())
        })*
    };
}
from_integers! {
    fcvt_h_w H I32; fcvt_h_wu H U32; fcvt_h_l H I64; fcvt_h_lu H U64;
    fcvt_s_w S I32; fcvt_s_wu S U32; fcvt_s_l S I64; fcvt_s_lu S U64;
    fcvt_d_w D I32; fcvt_d_wu D U32; fcvt_d_l D I64; fcvt_d_lu D U64;
}

macro_rules! between_formats {
    ($($name:ident $from:ident $to:ident;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>(h: H, o: Fr1) -> Exec<H::E> {
            let mode = rounding(h, o.rm)?;
            let (v, flags) = h.fp_to_fp(Fmt::$from, Fmt::$to, mode, unboxed(h, o.rs1, Fmt::$from));
            put_f(h, o.rd, v, Fmt::$to);
            raise(h, flags);
            Ok(h.next())
        })*
    };
}
between_formats! { fcvt_s_h H S; fcvt_h_s S H; fcvt_d_h H D; fcvt_h_d D H; fcvt_d_s S D; fcvt_s_d D S; }

macro_rules! moves {
    ($($to_x:ident $to_f:ident $fmt:ident;)*) => {
        $(/// The register's low bits as they are, sign-extended.
        #[inline(always)]
        pub fn $to_x<H: Rv>(h: H, o: Fx0) -> Exec<H::E> {
            enabled(h)?;
            let above = 64 - width(Fmt::$fmt);
            h.put(o.rd, h.of_x(h.get(o.rs1).shl(above).shr_s(above)));
            Ok(h.next())
        }
        #[inline(always)]
        pub fn $to_f<H: Rv>(h: H, o: Xf0) -> Exec<H::E> {
            enabled(h)?;
            put_f(h, o.rd, h.x_of(h.r(o.rs1)), Fmt::$fmt);
            Ok(h.next())
        })*
    };
}
moves! { fmv_x_h fmv_h_x H; fmv_x_w fmv_w_x S; fmv_x_d fmv_d_x D; }
