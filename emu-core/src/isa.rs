//! What instruction tables are made of: bit patterns, operand formats and the [`isa!`](macro@crate::isa) macro.
//!
//! A table row says a thing once: name, bits, operands, manual section, meaning. From it come the decoder, the
//! disassembler, the interpreter's handler, the translator's case and the generator of random instructions for tests.

pub mod row;
mod text;

pub use row::Row;
pub use text::Text;

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

/// The operands of a decoded instruction, packed: up to seven bytes, in the order of the format's fields. Handlers read
/// them one by one from memory, which is shorter code than taking a word apart.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Packed(pub [u8; 7]);

/// One operand as a decoded instruction holds it.
pub trait Field: Copy {
    /// Bytes it takes.
    const BYTES: usize;
    /// Puts it at `at`.
    fn pack(self, packed: &mut Packed, at: usize);
    /// Reads it at `at`.
    fn unpack(packed: &Packed, at: usize) -> Self;
    /// As a number; of a register, its slot's.
    fn number(self) -> i64;
}

macro_rules! field {
    ($($ty:ty: $bytes:literal, |$v:ident| $to:expr, |$b:ident| $of:expr, |$n:ident| $number:expr;)*) => {
        $(impl Field for $ty {
            const BYTES: usize = $bytes;
            fn pack(self, packed: &mut Packed, at: usize) {
                let $v = self;
                let bytes: [u8; $bytes] = $to;
                packed.0[at..at + $bytes].copy_from_slice(&bytes);
            }
            #[inline(always)]
            fn unpack(packed: &Packed, at: usize) -> Self {
                let $b: [u8; $bytes] = std::array::from_fn(|i| packed.0[at + i]);
                $of
            }
            fn number(self) -> i64 {
                let $n = self;
                $number
            }
        })*
    };
}
field! {
    Slot: 1, |v| [v.0], |b| Slot(b[0]), |n| n.0.into();
    u8: 1, |v| [v], |b| b[0], |n| n.into();
    u16: 2, |v| v.to_le_bytes(), |b| u16::from_le_bytes(b), |n| n.into();
    i16: 2, |v| v.to_le_bytes(), |b| i16::from_le_bytes(b), |n| n.into();
    i32: 4, |v| v.to_le_bytes(), |b| i32::from_le_bytes(b), |n| n.into();
}

/// The operands of an instruction.
pub trait Operands: Copy {
    /// Packs them.
    fn pack(self) -> Packed;
    /// Reads them back.
    fn unpack(packed: &Packed) -> Self;
    /// The field of this name as a number, if there is one.
    fn field(self, name: &str) -> Option<i64>;
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
    /// What the disassembler puts behind the instruction's name.
    fn suffix(o: Self::Operands) -> &'static str;
    /// The operands as the disassembler prints them, for an instruction at `pc`.
    fn show(o: Self::Operands, pc: Place, out: &mut fmt::Formatter<'_>) -> fmt::Result;
    /// The register that an instruction of this format writes.
    fn dest(o: Self::Operands) -> Option<Slot>;
}

/// Where an instruction stands, for the disassembler.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// Its address.
    pub pc: u64,
    /// How wide addresses are: 32 or 64.
    pub bits: u32,
}

impl Place {
    /// The address `offset` bytes on, wrapped to the width of addresses.
    pub fn plus(self, offset: i32) -> u64 {
        self.pc.wrapping_add_signed(offset.into()) & u64::MAX >> (64 - self.bits)
    }
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

/// What a row of a table is, for reports that count instructions by kind.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    /// The assembler's name.
    pub name: &'static str,
    /// What kind of instruction it is: see [`class`].
    pub class: &'static str,
    /// The extension that has it, in capitals; of several that do, the first.
    pub extension: &'static str,
}

/// The kind of an instruction by what it does to control flow and memory, and by the module that has its meaning.
pub fn class(kind: Kind, touches: Touches, module: &str) -> &'static str {
    match (kind, touches, module) {
        (Kind::Branch, ..) => "branch",
        (Kind::Jump, ..) => "jump",
        (_, _, "atomic" | "exclusive") | (_, Touches::Both, _) => "atomic",
        (_, Touches::Loads, _) => "load",
        (_, Touches::Stores, _) => "store",
        (_, _, "muldiv") => "multiply and divide",
        (_, _, "float") => "floating point",
        (_, _, "simd" | "simd_float") => "vector",
        (_, _, "bitmanip" | "bitfield") => "bit manipulation",
        (Kind::Slow, ..) => "system",
        _ => "integer",
    }
}

/// Declares an operand format: its fields and how they are found in the word `w`, after an optional condition on `w`
/// without which the encoding is reserved; then how the disassembler prints it, which field is written, whether
/// memory is touched, and which field orders it (bit 1 `aq`, bit 0 `rl`, or an index of the suffixes that are named behind it).
/// `Name(w) as Other` gives the operands of another format.
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
    (@order $order:expr) => { ["", ".rl", ".aq", ".aqrl"][($order & 3) as usize] };
    (@order $order:expr, $orders:ident) => { $orders[$order as usize % $orders.len()] };
    (
        $(#[$doc:meta])*
        $name:ident ($w:ident) $(if $ok:expr;)? { $($field:ident: $ty:ty = $get:expr),* $(,)? }
        |$o:ident, $pc:ident, $out:ident| $show:expr $(; writes $dest:ident)? $(; touches $touches:ident)? $(; ordered $ordered:ident $(as $orders:ident)?)?
    ) => {
        $(#[$doc])*
        #[derive(Copy, Clone, PartialEq, Eq, Debug)]
        #[allow(missing_docs, reason = "the fields are the manual's operand names")]
        pub struct $name { $(pub $field: $ty),* }

        impl $crate::isa::Operands for $name {
            #[allow(unused_assignments, unused_mut, unused_variables, reason = "the last field needs no step on, and some formats have none")]
            fn pack(self) -> $crate::isa::Packed {
                const { assert!(0 $(+ <$ty as $crate::isa::Field>::BYTES)* <= 7, "operands fit") }
                let (mut packed, mut at) = ($crate::isa::Packed::default(), 0);
                $(
                    $crate::isa::Field::pack(self.$field, &mut packed, at);
                    at += <$ty as $crate::isa::Field>::BYTES;
                )*
                packed
            }
            #[inline(always)]
            #[allow(unused_assignments, unused_mut, unused_variables, reason = "as above")]
            fn unpack(packed: &$crate::isa::Packed) -> Self {
                let mut at = 0;
                $(
                    let $field = <$ty as $crate::isa::Field>::unpack(packed, at);
                    at += <$ty as $crate::isa::Field>::BYTES;
                )*
                Self { $($field),* }
            }
            #[allow(unused_variables, reason = "as above")]
            fn field(self, name: &str) -> Option<i64> {
                match name {
                    $(stringify!($field) => Some($crate::isa::Field::number(self.$field)),)*
                    _ => None,
                }
            }
        }
        $crate::format! {
            @impl $name $name ($w) $(if $ok;)? { $($field = $get),* }
            |$o, $pc, $out| $show $(; writes $dest)? $(; touches $touches)? $(; ordered $ordered $(as $orders)?)?
        }
    };
    (
        $(#[$doc:meta])*
        $name:ident ($w:ident) as $Of:ident $(if $ok:expr;)? { $($field:ident = $get:expr),* $(,)? }
        |$o:ident, $pc:ident, $out:ident| $show:expr $(; writes $dest:ident)? $(; touches $touches:ident)? $(; ordered $ordered:ident $(as $orders:ident)?)?
    ) => {
        $(#[$doc])*
        pub enum $name {}
        $crate::format! {
            @impl $name $Of ($w) $(if $ok;)? { $($field = $get),* }
            |$o, $pc, $out| $show $(; writes $dest)? $(; touches $touches)? $(; ordered $ordered $(as $orders)?)?
        }
    };
    (
        @impl $name:ident $Of:ident ($w:ident) $(if $ok:expr;)? { $($field:ident = $get:expr),* }
        |$o:ident, $pc:ident, $out:ident| $show:expr $(; writes $dest:ident)? $(; touches $touches:ident)? $(; ordered $ordered:ident $(as $orders:ident)?)?
    ) => {
        impl $crate::isa::Format for $name {
            type Operands = $Of;
            const TOUCHES: $crate::isa::Touches = $crate::format!(@touches $($touches)?);
            fn unpack($w: u32) -> Option<$Of> {
                $(if !$ok { return None })?
                Some($Of { $($field: $get),* })
            }
            #[allow(unused_variables, reason = "few formats print addresses")]
            fn show($o: $Of, $pc: $crate::isa::Place, $out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $show
            }
            #[allow(unreachable_code, unused_variables, reason = "as below")]
            fn suffix(o: $Of) -> &'static str {
                $(return $crate::format!(@order o.$ordered $(, $orders)?);)?
                ""
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
/// It begins with the instruction set, the trait of the views that meanings are written for, and the views over the running
/// engine that the interpreter has a handler for each: `Riscv: Rv [Rv32 Rv64];`. Rows stand in groups: `[EXTENSION]`,
/// `[A | B]` (either gives the instruction), `[A & B]` (both are needed), then the function of `Needs` that says where else
/// they exist. A row is
///
/// ```text
/// Name  "name"  "bit pattern"  Format [branch | jump | slow]  =>  module::function[<Width>];
/// ```
///
/// A long table stands in several files, `Riscv: Rv [Rv32 Rv64], with the rows of one other;`: behind the rows that are written
/// there come those of `one` and `other`, modules with a macro `rows` that hands over to this one what it is given and then its own.
///
/// The invoking module has `Needs`, `Ext`, the views, the widths and the formats in scope.
#[macro_export]
macro_rules! isa {
    ($Arch:ident: $View:ident $views:tt, with the rows of $($file:ident)+; $($rows:tt)*) => {
        $crate::isa! { @with [$($file)+] [$Arch: $View $views;] $($rows)* }
    };
    (@with [$file:ident $($files:ident)*] $head:tt $($rows:tt)*) => { $file::rows! { @with [$($files)*] $head $($rows)* } };
    (@with [] [$($head:tt)*] $($rows:tt)*) => { $crate::isa! { $($head)* $($rows)* } };

    (@any [$ext:ident $(| $alt:ident)* $(& $also:ident)*]) => { Ext::$ext $(.union(Ext::$alt))* };
    (@all [$ext:ident $(| $alt:ident)* $(& $also:ident)*]) => { Ext::empty() $(.union(Ext::$also))* };
    (@kind) => { $crate::isa::Kind::Straight };
    (@kind branch) => { $crate::isa::Kind::Branch };
    (@kind jump) => { $crate::isa::Kind::Jump };
    (@kind slow) => { $crate::isa::Kind::Slow };

    (@handlers [$($V:ident)*] $kind:tt $p:literal $F:ident $f:path) => {
        [$(|hart, op, rest| $crate::isa!(@run $kind hart, op, rest, $p, $V, $f, $F)),*]
    };
    (@run [slow] $h:ident, $op:ident, $rest:ident, $p:literal, $V:ident, $f:path, $F:ident) => {
        $crate::isa!(@whole [slow] $h, $op, $rest, $p, $V, $f, $F)
    };
    (@run [$($kind:ident)?] $h:ident, $op:ident, $rest:ident, $p:literal, $V:ident, $f:path, $F:ident) => {
        $crate::interp::handle::<_, { $crate::isa!(@kind $($kind)?) as u8 }>(
            $h,
            $op,
            $rest,
            $crate::isa::bytes($p),
            #[inline(always)]
            |s, packed| $f($V(s), $crate::isa!(@operands $F, packed)),
            |hart, op, rest| $crate::isa!(@whole [$($kind)?] hart, op, rest, $p, $V, $f, $F),
        )
    };
    (@whole [$($kind:ident)?] $h:ident, $op:ident, $rest:ident, $p:literal, $V:ident, $f:path, $F:ident) => {
        $crate::interp::handle_whole::<_, { $crate::isa!(@kind $($kind)?) as u8 }>(
            $h,
            $op,
            $rest,
            $crate::isa::bytes($p),
            #[inline(always)]
            |s, packed| $f($V(s), $crate::isa!(@operands $F, packed)),
        )
    };
    (@operands $F:ident, $packed:ident) => {
        <<$F as $crate::isa::Format>::Operands as $crate::isa::Operands>::unpack($packed)
    };
    (@translate [slow] $h:ident, $packed:ident, $f:path, $F:ident) => { None };
    (@translate [$($k:ident)?] $h:ident, $packed:ident, $f:path, $F:ident) => {
        Some($f($h, $crate::isa!(@operands $F, $packed)))
    };

    ($Arch:ident: $View:ident $views:tt; $($need:tt $only:ident {
        $($Name:ident $name:literal $pattern:literal $F:ident $($kind:ident)? => $module:ident :: $func:ident $(<$($width:ident),+>)?;)*
    })*) => {
        /// The instructions, one a row of the table.
        #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
        #[repr(u16)]
        #[allow(missing_docs, reason = "the rows say what they are")]
        pub enum Code { $($($Name),*),* }

        /// All rows, in the order of the manual.
        pub static TABLE: &[$crate::isa::Row<$Arch>] = {
            // Each row is an item of its own: the compiler's time grows with the square of an item's closures.
            $($(#[allow(non_upper_case_globals, reason = "named after the instruction")]
            const $Name: $crate::isa::Row<$Arch> = $crate::isa::Row {
            code: Code::$Name,
            name: $name,
            pattern: $pattern,
            mask: $crate::isa::mask($pattern),
            value: $crate::isa::value($pattern),
            bytes: $crate::isa::bytes($pattern),
            needs: Needs::$only($crate::isa!(@any $need), $crate::isa!(@all $need)),
            kind: $crate::isa!(@kind $($kind)?),
            format: stringify!($F),
            module: stringify!($module),
            touches: <$F as $crate::isa::Format>::TOUCHES,
            unpack: $crate::isa::row::unpack::<$F>,
            suffix: $crate::isa::row::suffix::<$F>,
            show: $crate::isa::row::show::<$F>,
            dest: $crate::isa::row::dest::<$F>,
            field: $crate::isa::row::field::<$F>,
            run: $crate::isa!(@handlers $views [$($kind)?] $pattern $F $module::$func $(::<_, $($width),+>)?),
            };)*)*
            &[$($($Name),*),*]
        };

        /// Runs the meaning of one instruction on any engine, for translators. `None` for a slow row.
        pub fn translate<H: $View>(h: H, code: Code, packed: &$crate::isa::Packed) -> Option<$crate::engine::Exec<H::E>> {
            match code {
                $($(Code::$Name => $crate::isa!(@translate [$($kind)?] h, packed, $module::$func $(::<_, $($width),+>)?, $F),)*)*
            }
        }
    };
}
