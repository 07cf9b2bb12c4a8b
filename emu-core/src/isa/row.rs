//! One row of an instruction table, as [`isa!`](macro@crate::isa) makes it. What is only one instruction set's is named by
//! its [`Arch`].

use super::{Format, Kind, Operands, Packed, Place, Touches};
use crate::hart::Arch;
use crate::slot::Slot;
use std::fmt;

/// One instruction.
pub struct Row<A: Arch> {
    /// Which.
    pub code: A::Code,
    /// The assembler's name.
    pub name: &'static str,
    /// The bits as the manual prints them.
    pub pattern: &'static str,
    /// The bits that are fixed.
    pub mask: u32,
    /// Their values.
    pub value: u32,
    /// Length: 2 or 4.
    pub bytes: u8,
    /// What a hart must have for it to exist.
    pub needs: A::Needs,
    /// What it does to control flow.
    pub kind: Kind,
    /// The name of its operand format.
    pub format: &'static str,
    /// The module that has its meaning.
    pub module: &'static str,
    /// What it does to memory.
    pub touches: Touches,
    /// Takes the operands out of a word; `None` if they are reserved.
    pub unpack: fn(u32) -> Option<Packed>,
    /// What the disassembler puts behind the name, given packed operands: `.aq` and the like.
    pub suffix: fn(&Packed) -> &'static str,
    /// Prints packed operands, for an instruction at an address.
    pub show: fn(&Packed, Place, &mut fmt::Formatter<'_>) -> fmt::Result,
    /// The register that is written, given packed operands.
    pub dest: fn(&Packed) -> Option<Slot>,
    /// The operand of this name, given packed operands; of a register, its slot's number.
    pub field: fn(&Packed, &str) -> Option<i64>,
    /// The interpreter's handlers.
    pub run: A::Handlers,
}

// What rows ask of their format: one function for all rows of it, as compiling one for each row takes the compiler as long as what the
// rows mean.

/// See [`Row::unpack`].
pub fn unpack<F: Format>(word: u32) -> Option<Packed> {
    F::unpack(word).map(Operands::pack)
}

/// See [`Row::suffix`].
pub fn suffix<F: Format>(operands: &Packed) -> &'static str {
    F::suffix(Operands::unpack(operands))
}

/// See [`Row::show`].
pub fn show<F: Format>(operands: &Packed, place: Place, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    F::show(Operands::unpack(operands), place, out)
}

/// See [`Row::dest`].
pub fn dest<F: Format>(operands: &Packed) -> Option<Slot> {
    F::dest(Operands::unpack(operands))
}

/// See [`Row::field`].
pub fn field<F: Format>(operands: &Packed, name: &str) -> Option<i64> {
    F::Operands::unpack(operands).field(name)
}
