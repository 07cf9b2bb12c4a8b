//! What instruction tables are made of: bit patterns, operand formats and the [`isa!`](crate::isa) macro.
//!
//! A table row says a thing once: name, bits, operands, manual section, meaning. From it come the decoder, the
//! disassembler, the interpreter's handler, the translator's case and the generator of random instructions for tests.

use crate::slot::Slot;
use std::fmt;

/// The bits of `pattern` that are fixed. A pattern is written as the manuals print it: `0` and `1` are fixed, letters
/// stand for operand bits, spaces are ignored; 16 or 32 bits, most significant first.
pub const fn mask(pattern: &str) -> u32 {
    let (mut mask, mut i) = (0u32, 0);
    let bytes = pattern.as_bytes();
    while i < bytes.len() {
        match bytes[i] {
            b' ' => {}
            b'0' | b'1' => mask = mask << 1 | 1,
            _ => mask <<= 1,
        }
        i += 1;
    }
    mask
}

/// The values of the fixed bits of `pattern`.
pub const fn value(pattern: &str) -> u32 {
    let (mut value, mut i) = (0u32, 0);
    let bytes = pattern.as_bytes();
    while i < bytes.len() {
        match bytes[i] {
            b' ' => {}
            b'1' => value = value << 1 | 1,
            _ => value <<= 1,
        }
        i += 1;
    }
    value
}

/// The length of an instruction with this `pattern`, in bytes.
pub const fn bytes(pattern: &str) -> u8 {
    let (mut bits, mut i) = (0, 0);
    let text = pattern.as_bytes();
    while i < text.len() {
        if text[i] != b' ' {
            bits += 1;
        }
        i += 1;
    }
    assert!(bits == 16 || bits == 32, "a pattern has 16 or 32 bits");
    bits / 8
}

/// What an instruction does to the flow of control, as far as engines need to know before they run it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Goes on with the next instruction, or stops.
    Straight,
    /// Goes to a known target or on with the next instruction.
    Branch,
    /// Never goes on with the next instruction.
    Jump,
    /// Rare, or acts on the whole system: only the interpreter has it. It ends a block.
    Slow,
}

/// One operand as a decoded instruction holds it.
pub trait Field: Copy {
    /// Bits it takes.
    const BITS: u32;
    /// As an integer of [`Field::BITS`] bits.
    fn to_bits(self) -> u64;
    /// From an integer whose bits above [`Field::BITS`] do not matter.
    fn of_bits(bits: u64) -> Self;
}

macro_rules! field {
    ($($ty:ty: $bits:literal, |$v:ident| $to:expr, |$b:ident| $of:expr;)*) => {
        $(impl Field for $ty {
            const BITS: u32 = $bits;
            #[inline(always)]
            fn to_bits(self) -> u64 {
                let $v = self;
                $to
            }
            #[inline(always)]
            fn of_bits($b: u64) -> Self {
                $of
            }
        })*
    };
}
field! {
    Slot: 8, |v| v.0 as u64, |b| Slot(b as u8);
    u8: 8, |v| v as u64, |b| b as u8;
    u16: 16, |v| v as u64, |b| b as u16;
    i16: 16, |v| v as u16 as u64, |b| b as i16;
    i32: 32, |v| v as u32 as u64, |b| b as i32;
}

/// Operands as a decoded instruction holds them: at most 56 bits.
pub trait Operands: Copy {
    /// Packs the operands.
    fn to_bits(self) -> u64;
    /// The reverse of [`Operands::to_bits`]; the upper byte does not matter.
    fn of_bits(bits: u64) -> Self;
}

/// How an encoding holds its operands, and how the disassembler prints them. Made by [`format!`](crate::format).
/// Several formats may give the same operands: compressed instructions mean what longer ones mean.
pub trait Format {
    /// What the encoding holds.
    type Operands: Operands;
    /// What an instruction of this format does to memory.
    const TOUCHES: Touches;
    /// Takes the operands out of an instruction word. `None` for operands that the format reserves.
    fn unpack(word: u32) -> Option<Self::Operands>;
    /// The operands as the disassembler prints them, for an instruction at `pc`.
    fn show(o: Self::Operands, pc: u64, out: &mut fmt::Formatter<'_>) -> fmt::Result;
    /// The register that an instruction of this format writes.
    fn dest(o: Self::Operands) -> Option<Slot>;
}

/// What an instruction does to memory, for counting.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Touches {
    /// Neither reads nor writes data.
    Nothing,
    /// Reads.
    Loads,
    /// Writes.
    Stores,
    /// Reads and writes.
    Both,
}

/// Declares an operand format: its fields and how they are found in the word `w`, after an optional condition on `w`
/// without which the encoding is reserved; then how the disassembler prints it, which field is written, and whether
/// memory is touched. `Name(w) as Other` gives the operands of another format.
///
/// ```text
/// format! { I(w) { rd: Slot = dst(w >> 7), rs1: Slot = src(w >> 15), imm: i32 = w as i32 >> 20 }
///     |o, pc, out| write!(out, "{},{},{}", Reg(o.rd), Reg(o.rs1), o.imm); writes rd }
/// format! { CAddi(w) as I { rd = dst(w >> 7), rs1 = src(w >> 7), imm = imm6(w) }
///     |o, pc, out| write!(out, "{},{}", Reg(o.rs1), o.imm); writes rd }
/// ```
#[macro_export]
macro_rules! format {
    (@touches) => { $crate::isa::Touches::Nothing };
    (@touches $touches:ident) => { $crate::isa::Touches::$touches };
    (
        $(#[$doc:meta])*
        $name:ident ($w:ident) $(if $ok:expr;)? { $($field:ident: $ty:ty = $get:expr),* $(,)? }
        |$o:ident, $pc:ident, $out:ident| $show:expr $(; writes $dest:ident)? $(; touches $touches:ident)?
    ) => {
        $(#[$doc])*
        #[derive(Copy, Clone, PartialEq, Eq, Debug)]
        #[allow(missing_docs, reason = "the fields are the manual's operand names")]
        pub struct $name { $(pub $field: $ty),* }

        impl $crate::isa::Operands for $name {
            #[inline(always)]
            #[allow(unused_assignments, unused_mut, unused_variables, reason = "the last field needs no step on, and some formats have none")]
            fn to_bits(self) -> u64 {
                const { assert!(0 $(+ <$ty as $crate::isa::Field>::BITS)* <= 56, "operands leave a byte for the place in the block") }
                let (mut bits, mut at) = (0, 0);
                $(bits |= $crate::isa::Field::to_bits(self.$field) << at; at += <$ty as $crate::isa::Field>::BITS;)*
                bits
            }
            #[inline(always)]
            #[allow(unused_assignments, unused_mut, unused_variables, reason = "as above")]
            fn of_bits(bits: u64) -> Self {
                let mut at = 0;
                $(let $field = <$ty as $crate::isa::Field>::of_bits(bits >> at); at += <$ty as $crate::isa::Field>::BITS;)*
                Self { $($field),* }
            }
        }
        $crate::format! {
            @impl $name $name ($w) $(if $ok;)? { $($field = $get),* }
            |$o, $pc, $out| $show $(; writes $dest)? $(; touches $touches)?
        }
    };
    (
        $(#[$doc:meta])*
        $name:ident ($w:ident) as $Of:ident $(if $ok:expr;)? { $($field:ident = $get:expr),* $(,)? }
        |$o:ident, $pc:ident, $out:ident| $show:expr $(; writes $dest:ident)? $(; touches $touches:ident)?
    ) => {
        $(#[$doc])*
        pub enum $name {}
        $crate::format! {
            @impl $name $Of ($w) $(if $ok;)? { $($field = $get),* }
            |$o, $pc, $out| $show $(; writes $dest)? $(; touches $touches)?
        }
    };
    (
        @impl $name:ident $Of:ident ($w:ident) $(if $ok:expr;)? { $($field:ident = $get:expr),* }
        |$o:ident, $pc:ident, $out:ident| $show:expr $(; writes $dest:ident)? $(; touches $touches:ident)?
    ) => {
        impl $crate::isa::Format for $name {
            type Operands = $Of;
            const TOUCHES: $crate::isa::Touches = $crate::format!(@touches $($touches)?);
            fn unpack($w: u32) -> Option<$Of> {
                $(if !$ok { return None })?
                Some($Of { $($field: $get),* })
            }
            #[allow(unused_variables, reason = "few formats print addresses")]
            fn show($o: $Of, $pc: u64, $out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $show
            }
            #[allow(unreachable_code, unused_variables, reason = "the default stands after the format's own answer")]
            fn dest(o: $Of) -> Option<$crate::slot::Slot> {
                $(return Some(o.$dest);)?
                None
            }
        }
    };
}

/// Declares an instruction table: the enum `Code`, the static `TABLE` of rows and the function `translate`.
///
/// Rows stand in groups: `[EXTENSION]`, `[A | B]` (either gives the instruction), `[A & B]` (both are needed), then
/// `any`, `rv32` or `rv64`. A row is
///
/// ```text
/// Name  "name"  "bit pattern"  Format [branch | jump | slow]  =>  module::function;
/// ```
///
/// The invoking module has `Row`, `Ext`, `Xlens`, `Rv32`, `Rv64` and the formats in scope.
#[macro_export]
macro_rules! isa {
    (@any [$ext:ident $(| $alt:ident)* $(& $also:ident)*]) => { Ext::$ext $(.union(Ext::$alt))* };
    (@all [$ext:ident $(| $alt:ident)* $(& $also:ident)*]) => { Ext::empty() $(.union(Ext::$also))* };
    (@kind) => { $crate::isa::Kind::Straight };
    (@kind branch) => { $crate::isa::Kind::Branch };
    (@kind jump) => { $crate::isa::Kind::Jump };
    (@kind slow) => { $crate::isa::Kind::Slow };

    (@run [] $h:ident, $op:ident, $rest:ident, $p:literal, $V:ident, $f:path, $F:ident) => {
        $crate::interp::straight($h, $op, $rest, $crate::isa::bytes($p), #[inline(always)] |s| $f($V(s), <<$F as $crate::isa::Format>::Operands as $crate::isa::Operands>::of_bits($op.bits)))
    };
    (@run [branch] $h:ident, $op:ident, $rest:ident, $p:literal, $V:ident, $f:path, $F:ident) => {
        $crate::interp::branch($h, $op, $rest, $crate::isa::bytes($p), #[inline(always)] |s| $f($V(s), <<$F as $crate::isa::Format>::Operands as $crate::isa::Operands>::of_bits($op.bits)))
    };
    (@run [jump] $h:ident, $op:ident, $rest:ident, $p:literal, $V:ident, $f:path, $F:ident) => {
        $crate::interp::jump($h, $op, $rest, $crate::isa::bytes($p), #[inline(always)] |s| $f($V(s), <<$F as $crate::isa::Format>::Operands as $crate::isa::Operands>::of_bits($op.bits)))
    };
    (@run [slow] $h:ident, $op:ident, $rest:ident, $p:literal, $V:ident, $f:path, $F:ident) => {
        $crate::interp::slow($h, $op, $rest, $crate::isa::bytes($p), |s| $f($V(s), <<$F as $crate::isa::Format>::Operands as $crate::isa::Operands>::of_bits($op.bits)))
    };
    (@translate [slow] $h:ident, $bits:ident, $f:path, $F:ident) => { None };
    (@translate [$($k:ident)?] $h:ident, $bits:ident, $f:path, $F:ident) => {
        Some($f($h, <<$F as $crate::isa::Format>::Operands as $crate::isa::Operands>::of_bits($bits)))
    };

    ($($need:tt $xlens:ident {
        $($Name:ident $name:literal $pattern:literal $F:ident $($kind:ident)? => $module:ident :: $func:ident;)*
    })*) => {
        /// The instructions, one a row of the table.
        #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
        #[repr(u16)]
        #[allow(missing_docs, reason = "the rows say what they are")]
        pub enum Code { $($($Name),*),* }

        /// All rows, in the order of the manual.
        pub static TABLE: &[Row] = &[$($(Row {
            code: Code::$Name,
            name: $name,
            pattern: $pattern,
            mask: $crate::isa::mask($pattern),
            value: $crate::isa::value($pattern),
            bytes: $crate::isa::bytes($pattern),
            any: $crate::isa!(@any $need),
            all: $crate::isa!(@all $need),
            xlens: Xlens::$xlens,
            kind: $crate::isa!(@kind $($kind)?),
            format: stringify!($F),
            touches: <$F as $crate::isa::Format>::TOUCHES,
            unpack: |word| <$F as $crate::isa::Format>::unpack(word).map($crate::isa::Operands::to_bits),
            show: |bits, pc, out| <$F as $crate::isa::Format>::show(<<$F as $crate::isa::Format>::Operands as $crate::isa::Operands>::of_bits(bits), pc, out),
            dest: |bits| <$F as $crate::isa::Format>::dest(<<$F as $crate::isa::Format>::Operands as $crate::isa::Operands>::of_bits(bits)),
            run: [
                |hart, op, rest| $crate::isa!(@run [$($kind)?] hart, op, rest, $pattern, Rv32, $module::$func, $F),
                |hart, op, rest| $crate::isa!(@run [$($kind)?] hart, op, rest, $pattern, Rv64, $module::$func, $F),
            ],
        }),*),*];

        /// Runs the meaning of one instruction on any engine, for translators. `None` for a slow row.
        pub fn translate<H: Rv>(h: H, code: Code, bits: u64) -> Option<$crate::engine::Exec<H::E>> {
            match code {
                $($(Code::$Name => $crate::isa!(@translate [$($kind)?] h, bits, $module::$func, $F),)*)*
            }
        }
    };
}
