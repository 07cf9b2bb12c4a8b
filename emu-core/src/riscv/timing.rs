//! What timing models see of RISC-V instructions. Which core takes how long for them stands in `timing`.

use super::table::{Code, Row, TABLE};
use crate::isa::{Kind, Packed, Touches};
use crate::slot::{SINK, Slot, ZERO};
use crate::timing::{Class, Insn, Signs};

/// The instruction at `pc` of this row, with these operands. Behind it lie the 16 bits `behind`.
pub(super) fn insn(row: u16, operands: &Packed, pc: u64, word: u32, behind: u16) -> Insn {
    let Some(row) = TABLE.get(row as usize) else { return undefined(pc, word, behind) };
    let field = |name: &str| (row.field)(operands, name);
    let register = |name: &str| field(name).map_or(ZERO, |n| Slot(n as u8));
    let dest = (row.dest)(operands);
    // What the row of C.NOP and the like does not say it writes is x0.
    let writes = dest.is_some() || matches!(row.code, Code::CNop | Code::CJ | Code::CJr);
    let class = class(row, &field);
    let word = if row.bytes == 2 { word & 0xffff } else { word };
    Insn {
        pc,
        word,
        bytes: row.bytes,
        class,
        opcode: if row.bytes == 4 { (word & 0x7f) as u8 } else { opcode(row, class) },
        rd: dest.filter(|&slot| slot != SINK).unwrap_or(ZERO),
        writes,
        rd2: ZERO,
        base: ZERO,
        rs1: register("rs1"),
        rs2: register("rs2"),
        rs3: register("rs3"),
        imm: field("imm").unwrap_or(0),
        is_indexed: false,
        amount: field("shamt").unwrap_or(0) as u8,
        size: if row.touches == Touches::Nothing { 0 } else { size(row.name) },
        narrow: row.pattern.ends_with("0111011"),
        order: field("order").unwrap_or(0) as u8,
        behind,
    }
}

/// What is in no row traps.
fn undefined(pc: u64, word: u32, behind: u16) -> Insn {
    Insn { pc, word, bytes: if word & 3 == 3 { 4 } else { 2 }, behind, ..Insn::NOTHING }
}

fn class(row: &Row, field: &dyn Fn(&str) -> Option<i64>) -> Class {
    use Code::*;
    match row.code {
        Jal | CJ | CJal => Class::Jump,
        Jalr | CJr | CJalr => Class::JumpTo,
        _ if row.kind == Kind::Branch => Class::Branch,
        LrW | LrD => Class::LoadReserved,
        ScW | ScD => Class::StoreConditional,
        _ if row.touches == Touches::Loads => Class::Load,
        _ if row.touches == Touches::Stores => Class::Store,
        _ if row.touches == Touches::Both => Class::Atomic,
        Mul | Mulw => Class::Multiply,
        Mulh => Class::MultiplyHigh(Signs { a: true, b: true }),
        Mulhsu => Class::MultiplyHigh(Signs { a: true, b: false }),
        Mulhu => Class::MultiplyHigh(Signs { a: false, b: false }),
        Div | Divw => Class::Divide { signed: true, remainder: false },
        Divu | Divuw => Class::Divide { signed: false, remainder: false },
        Rem | Remw => Class::Divide { signed: true, remainder: true },
        Remu | Remuw => Class::Divide { signed: false, remainder: true },
        SlliRv32 | SrliRv32 | SraiRv32 | Slli | Srli | Srai | Slliw | Srliw | Sraiw | CSlliRv32 | CSrliRv32
        | CSraiRv32 | CSlli | CSrli | CSrai => Class::Shift,
        Sll | Srl | Sra | Sllw | Srlw | Sraw => Class::ShiftBy,
        Csrrw | Csrrs | Csrrc | Csrrwi | Csrrsi | Csrrci => {
            let sets_bits = !matches!(row.code, Csrrw | Csrrwi);
            let is_read = sets_bits && field("rs1").or_else(|| field("uimm")) == Some(0);
            // The scratch and trap registers from `mscratch` to `mtval` are written without fetching anew.
            let is_quiet = field("csr").is_some_and(|csr| (0x340..=0x343).contains(&(csr | 0x300)));
            Class::Control { flushes: !is_read && !is_quiet }
        }
        Fence | FenceTso => Class::Fence,
        FenceI => Class::CodeFence,
        Mret | Sret => Class::TrapReturn,
        Lui | Auipc | CLui => Class::Immediate,
        _ if row.kind == Kind::Slow => Class::Other,
        _ if field("rs2").is_some() => Class::Registers,
        _ => Class::Immediate,
    }
}

/// The major opcode of the instruction that a compressed one abbreviates.
fn opcode(row: &Row, class: Class) -> u8 {
    match row.code {
        Code::CLui => 0x37,
        Code::CAddiw => 0x1b,
        Code::CSubw | Code::CAddw => 0x3b,
        _ => match class {
            Class::Registers => 0x33,
            Class::Load => 0x03,
            Class::Store => 0x23,
            Class::Branch => 0x63,
            Class::Jump => 0x6f,
            Class::JumpTo => 0x67,
            Class::Other => 0x73,
            _ => 0x13,
        },
    }
}

/// Base-two logarithm of the bytes that an instruction accesses, which its name tells: `lbu`, `c.sdsp`, `flw`, `lr.w`.
fn size(name: &str) -> u8 {
    let name = name.strip_prefix("c.").unwrap_or(name);
    let letter = match name.split_once('.') {
        Some((_, width)) => width.chars().next(),
        None => name.trim_start_matches('f').chars().nth(1),
    };
    match letter {
        Some('b') => 0,
        Some('h') => 1,
        Some('w') => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str) -> (u16, &'static Row) {
        let at = TABLE.iter().position(|row| row.name == name).unwrap();
        (at as u16, &TABLE[at])
    }

    #[test]
    fn names_tell_sizes() {
        let sizes = [("lb", 0), ("lbu", 0), ("c.lwsp", 2), ("sd", 3), ("flw", 2), ("c.fsdsp", 3), ("lr.w", 2)];
        for (name, bytes) in sizes.into_iter().chain([("amoadd.d", 3), ("lhu", 1), ("lwu", 2), ("flh", 1)]) {
            assert_eq!(size(name), bytes, "{name}");
        }
    }

    #[test]
    fn operands_and_classes_are_those_of_the_instruction_meant() {
        let of = |name: &str, word: u32| {
            let (number, row) = row(name);
            insn(number, &(row.unpack)(word).unwrap(), 0x102, word, 0)
        };
        // c.mv a0, a1
        let mv = of("c.mv", 0x852e);
        assert_eq!((mv.class, mv.rd, mv.rs1, mv.rs2), (Class::Registers, Slot(10), ZERO, Slot(11)));
        assert_eq!((mv.opcode, mv.bytes, mv.straddles_words()), (0x33, 2, false));
        // lw a5, -4(s0)
        let lw = of("lw", 0xffc4_2783);
        assert_eq!((lw.class, lw.rd, lw.rs1, lw.imm, lw.size), (Class::Load, Slot(15), Slot(8), -4, 2));
        assert!(lw.straddles_words());
        // bnez a0, -8
        let bnez = of("bne", 0xfe05_1ce3);
        assert!(bnez.goes_back() && bnez.class == Class::Branch && !bnez.writes);
        // nop
        let nop = of("c.addi", 0x0001);
        assert!(nop.writes && nop.rd == ZERO);
        // csrr a0, mcycle; csrw mscratch, a0; csrw mie, a0
        let flushes = |word| of(if word & 0x1000 == 0 { "csrrs" } else { "csrrw" }, word).class;
        assert_eq!(flushes(0xb000_2573), Class::Control { flushes: false });
        assert_eq!(flushes(0x3405_1073), Class::Control { flushes: false });
        assert_eq!(flushes(0x3045_1073), Class::Control { flushes: true });
    }
}
