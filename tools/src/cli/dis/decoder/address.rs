//! Addresses that are made in two steps, an upper part by LUI or AUIPC and a lower part by a later instruction. Finds
//! them as objdump does: by the order of the listing alone. It knows nothing of the flow of control.

use emu_core::isa::{Operands, Packed};
use emu_core::riscv::format::{Fl, Fs, I, Jr, L, S, U};
use emu_core::riscv::slots::src;
use emu_core::riscv::table::{Code, Row};
use emu_core::slot::Slot;

const X0: Slot = src(0);
const GP: Slot = src(3);
const TP: Slot = src(4);

/// What has been seen of upper parts.
pub(super) struct Addresses {
    /// By register, until it is used.
    upper: [Option<u64>; 32],
    /// What the linker said that `gp` holds.
    gp: Option<u64>,
    xlen: u32,
}

impl Addresses {
    pub(super) fn new(gp: Option<u64>, xlen: u32) -> Self {
        Addresses { upper: [None; 32], gp, xlen }
    }

    /// The address that the instruction at `pc` completes, if it does. `name` is what it is printed as: where that hides
    /// the lower part, no address is completed.
    pub(super) fn follow(&mut self, row: &Row, operands: &Packed, name: &str, pc: u64) -> Option<u64> {
        if matches!(name, "mv" | "sext.w" | "ret") {
            return None;
        }
        match row.code {
            Code::Lui | Code::CLui => self.set(U::unpack(operands), 0),
            Code::Auipc => self.set(U::unpack(operands), pc),
            _ => {}
        }
        macro_rules! parts {
            ($format:ident) => {{
                let o = $format::unpack(operands);
                (o.rs1, o.imm)
            }};
        }
        let (base, offset) = match (row.code, row.format) {
            (Code::Addi | Code::CAddi | Code::Addiw | Code::CAddiw, _) => match parts!(I) {
                (X0, _) => return None,
                parts => parts,
            },
            (_, "Jr") => parts!(Jr),
            (_, "L") => parts!(L),
            (_, "Fl") => parts!(Fl),
            (_, "S") => parts!(S),
            (_, "Fs") => parts!(Fs),
            _ => return None,
        };
        let sum = self.base(base)?.wrapping_add_signed(offset.into());
        Some(match row.code {
            Code::Addiw | Code::CAddiw => i64::from(sum as i32) as u64,
            _ => sum & u64::MAX >> (64 - self.xlen),
        })
    }

    fn set(&mut self, o: U, base: u64) {
        if let Some(upper) = self.upper.get_mut(usize::from(o.rd.0)) {
            *upper = Some(base.wrapping_add_signed(o.imm.into()));
        }
    }

    fn base(&mut self, base: Slot) -> Option<u64> {
        let upper = self.upper.get_mut(usize::from(base.0)).and_then(Option::take);
        upper.or(match base {
            GP => self.gp,
            X0 | TP => Some(0),
            _ => None,
        })
    }
}
