//! What keeps an instruction from retiring.

/// An architectural exception or interrupt. The numbers are the instruction set's own.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Trap {
    /// Cause code; RISC-V: as in `mcause`, without the interrupt bit.
    pub cause: u64,
    /// What the architecture tells about it: an address, an instruction word or 0.
    pub tval: u64,
}

/// A kind of trap, by the instruction set's own numbers.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Cause {
    /// Whether it is an interrupt.
    pub is_interrupt: bool,
    /// Cause code; RISC-V: as in `mcause`, without the interrupt bit.
    pub code: u64,
}

/// A trap that was taken.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Taken {
    /// The instruction that raised it, or before which it came.
    pub pc: u64,
    /// Which.
    pub trap: Trap,
    /// Whether it was an interrupt.
    pub is_interrupt: bool,
}

/// Why the interpreter's instruction did not complete.
// As wide as a guest word, so that a result with it travels in two registers.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Stop {
    /// An exception; the hart holds which.
    Trap,
    /// The instruction is undefined in this state; the architecture says what that raises.
    Undefined,
    /// The short form cannot do it: nothing has happened yet, run the whole form.
    Retry,
    /// It touches a device: nothing has happened yet, run it again alone.
    Alone,
}
