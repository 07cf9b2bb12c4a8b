//! What timing models see of AArch64's instructions. Which core takes how long for them stands in `timing`.

use super::format::{Index, LoadStoreReg, offset};
use super::slots;
use super::state::AArch64;
use super::table::{Code, Row, TABLE};
use super::width::View;
use crate::interp::Step;
use crate::isa::{Kind, Operands, Packed, Touches};
use crate::slot::{SINK, Slot, ZERO};
use crate::timing::{Class, Insn, Signs};

/// Stands for all flags: what sets one, sets them, and who reads one, waits for them.
const FLAGS: Slot = slots::N;

/// The instruction at `pc` of this row, with these operands. Behind it lie the 16 bits `behind`.
pub(super) fn insn(row: u16, operands: &Packed, pc: u64, word: u32, behind: u16) -> Insn {
    let undefined = Insn { pc, word, behind, ..Insn::NOTHING };
    let Some(row) = TABLE.get(row as usize) else { return undefined };
    let field = |name: &str| (row.field)(operands, name);
    let register = |name: &str| field(name).map_or(ZERO, |n| Slot(n as u8));
    let first = |names: &[&str]| names.iter().map(|name| register(name)).find(|&slot| slot != ZERO).unwrap_or(ZERO);
    let written = |slot: Slot| if slot == SINK { ZERO } else { slot };
    let class = class(row);
    let dest = (row.dest)(operands);
    let (loads, stores) = match row.touches {
        Touches::Nothing => (false, false),
        Touches::Loads => (true, false),
        Touches::Stores => (false, true),
        Touches::Both => (true, true),
    };
    let moves_base_after = (loads || stores) && row.format.ends_with("Post");
    let moves_base = moves_base_after || row.format.ends_with("Pre");
    Insn {
        class,
        rd: written(dest.unwrap_or(ZERO)),
        rd2: if loads {
            written(first(&["rt2", "vt2"]))
        } else if sets_flags(row) {
            FLAGS
        } else {
            ZERO
        },
        base: if moves_base { register("rn") } else { ZERO },
        writes: dest.is_some(),
        rs1: match row.format {
            "CompareBranch" | "TestBranch" => register("rt"),
            "Mrs" if row.code == Code::Msr => register("rt"),
            // MOVZ and MOVN have the operands of MOVK, but do not read.
            "MoveWide" if row.name != "movk" => ZERO,
            _ => first(&["rn", "vn"]),
        },
        rs2: match (loads, stores) {
            (true, true) => register("rs"),
            (false, true) => first(&["rm", "rt2", "vt2"]),
            _ => first(&["rm", "vm"]),
        },
        rs3: match (loads, stores) {
            _ if reads_flags(row) => FLAGS,
            (true, true) if row.format.starts_with("CompareSwap") => register("rt"),
            (false, true) => first(&["rt", "vt"]),
            (false, false) if accumulates(row) => register("vd"),
            (false, false) if row.name == "bfm" => register("old"),
            (false, false) => first(&["ra", "va"]),
            _ => ZERO,
        },
        imm: match row.format {
            "Literal" | "VLiteral" => (pc as i64).wrapping_add(field("imm").unwrap_or(0)),
            _ if moves_base_after => 0,
            _ => field("imm").unwrap_or(0),
        },
        is_indexed: matches!(row.format, "LoadStoreReg" | "StoreReg" | "VLoadReg" | "VStoreReg"),
        amount: field("amount").unwrap_or(0) as u8,
        size: if loads || stores { size(row, word, &field) } else { 0 },
        narrow: match class {
            // Bit 22 tells double precision from single.
            Class::Float | Class::FloatFused | Class::FloatDivide => word >> 22 & 1 == 0,
            _ => word >> 31 == 0,
        },
        ..undefined
    }
}

/// The address that an instruction is going to access.
pub(super) fn address(step: &Step<'_, AArch64>, operands: &Packed, insn: &Insn) -> u64 {
    let base = step.hart.slots.get(insn.rs1);
    // Those that move vectors have their operands in the same places.
    let distance = if insn.is_indexed {
        let LoadStoreReg { rm, option, amount, .. } = LoadStoreReg::unpack(operands);
        offset(View(step), Index(rm, option, amount)).0
    } else {
        insn.imm as u64
    };
    base.wrapping_add(distance)
}

fn class(row: &Row) -> Class {
    use Code::*;
    match row.code {
        B | Bl => Class::Jump,
        Br | Blr => Class::JumpTo,
        Ret => Class::Return,
        _ if row.kind == Kind::Branch => Class::Branch,
        Eret => Class::TrapReturn,
        Mrs => Class::Control { flushes: false },
        Msr | MsrImm => Class::Control { flushes: true },
        Dsb | Dmb => Class::Fence,
        Isb | Sb => Class::CodeFence,
        UdivW | UdivX => Class::Divide { signed: false, remainder: false },
        SdivW | SdivX => Class::Divide { signed: true, remainder: false },
        Smulh => Class::MultiplyHigh(Signs { a: true, b: true }),
        Umulh => Class::MultiplyHigh(Signs { a: false, b: false }),
        LslvW | LsrvW | AsrvW | RorvW | LslvX | LsrvX | AsrvX | RorvX => Class::ShiftBy,
        _ => match (row.touches, row.module) {
            (Touches::Both, _) => Class::Atomic,
            (Touches::Loads, _) if row.name.starts_with("ldx") || row.name.starts_with("ldax") => Class::LoadReserved,
            (Touches::Stores, _) if row.name.starts_with("stx") || row.name.starts_with("stlx") => {
                Class::StoreConditional
            }
            (Touches::Loads, _) => Class::Load,
            (Touches::Stores, _) => Class::Store,
            (_, "muldiv") => Class::Multiply,
            (_, "float" | "simd_float") => float(row.name),
            (_, module) if module.starts_with("simd") => Class::Vector,
            _ if row.kind == Kind::Slow => Class::Other,
            _ => match row.format {
                "Shifted" | "ShiftedAdd" | "Extended" | "ExtendedSet" | "Bitfield" | "Extract" => Class::Shift,
                "Rrr" | "Crc" | "Select" | "CompareReg" => Class::Registers,
                _ => Class::Immediate,
            },
        },
    }
}

fn float(name: &str) -> Class {
    let is_one_of = |names: &[&str]| names.iter().any(|start| name.starts_with(start));
    if is_one_of(&["fdiv", "fsqrt"]) {
        Class::FloatDivide
    } else if is_one_of(&["fmadd", "fmsub", "fnmadd", "fnmsub", "fmla", "fmls", "fcmla"]) {
        Class::FloatFused
    } else {
        Class::Float
    }
}

fn sets_flags(row: &Row) -> bool {
    matches!(row.module, "flags")
        || matches!(row.name, "adds" | "subs" | "ands" | "bics" | "adcs" | "sbcs" | "ccmn" | "ccmp")
        || row.name.starts_with("fcmp")
        || row.name.starts_with("fccmp")
}

fn reads_flags(row: &Row) -> bool {
    matches!(row.format, "BranchCond" | "Select" | "CompareReg" | "CompareImm" | "FpSelect" | "FpCompareIf")
        || matches!(row.name, "adc" | "adcs" | "sbc" | "sbcs" | "cfinv")
}

/// Whether a vector instruction adds to what its destination holds.
fn accumulates(row: &Row) -> bool {
    row.module.starts_with("simd") && ["mla", "mls", "dot"].iter().any(|part| row.name.contains(part))
}

/// Base-two logarithm of the bytes that a load or store accesses, of both registers of a pair.
fn size(row: &Row, word: u32, field: &dyn Fn(&str) -> Option<i64>) -> u8 {
    let one = match (row.module, field("how")) {
        (_, Some(how)) => how as u8,
        ("simd_load_store", None) => 4,
        ("load_store_pair", _) => 2 + (word >> 31) as u8,
        _ if row.format == "Literal" => 2 + u8::from(word >> 30 == 1),
        _ => (word >> 30) as u8,
    };
    one + u8::from(
        matches!(row.module, "load_store_pair" | "simd_load_store") && field("rt2").or(field("vt2")).is_some(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slot::ZERO;

    /// What models see of a word.
    fn of(word: u32) -> Insn {
        let (number, row) = (0..)
            .zip(TABLE)
            .find(|(_, row)| word & row.mask == row.value && (row.unpack)(word).is_some())
            .unwrap_or_else(|| panic!("{word:#010x} has no row"));
        insn(number, &(row.unpack)(word).unwrap(), 0x1000, word, 0)
    }

    const fn x(n: u8) -> Slot {
        Slot(1 + n)
    }

    #[test]
    fn operands_are_those_that_an_instruction_waits_for() {
        let seen = |word| {
            let insn = of(word);
            (insn.class, [insn.rd, insn.rd2, insn.base], [insn.rs1, insn.rs2, insn.rs3])
        };
        const Z: Slot = ZERO;
        let v = slots::v;
        for (text, word, expected) in [
            ("add x0, x1, x2", 0x8b02_0020, (Class::Registers, [x(0), Z, Z], [x(1), x(2), Z])),
            ("add x0, x1, x2, lsl #3", 0x8b02_0c20, (Class::Shift, [x(0), Z, Z], [x(1), x(2), Z])),
            ("cmp x1, #5", 0xf100_143f, (Class::Immediate, [Z, FLAGS, Z], [x(1), Z, Z])),
            ("csel x0, x1, x2, eq", 0x9a82_0020, (Class::Registers, [x(0), Z, Z], [x(1), x(2), FLAGS])),
            ("b.ne .-8", 0x54ff_ffc1, (Class::Branch, [Z, Z, Z], [Z, Z, FLAGS])),
            ("cbz x3, .+8", 0xb400_0043, (Class::Branch, [Z, Z, Z], [x(3), Z, Z])),
            ("madd x0, x1, x2, x3", 0x9b02_0c20, (Class::Multiply, [x(0), Z, Z], [x(1), x(2), x(3)])),
            ("movz x4, #1", 0xd280_0024, (Class::Immediate, [x(4), Z, Z], [Z, Z, Z])),
            ("movk x4, #1", 0xf280_0024, (Class::Immediate, [x(4), Z, Z], [x(4), Z, Z])),
            ("ldr x0, [x1, #8]", 0xf940_0420, (Class::Load, [x(0), Z, Z], [x(1), Z, Z])),
            ("ldp x0, x2, [x1], #16", 0xa8c1_0820, (Class::Load, [x(0), x(2), x(1)], [x(1), Z, Z])),
            ("stp x0, x2, [sp, #-16]!", 0xa9bf_0be0, (Class::Store, [Z, Z, slots::SP], [slots::SP, x(2), x(0)])),
            ("str x0, [x1, x2, lsl #3]", 0xf822_7820, (Class::Store, [Z, Z, Z], [x(1), x(2), x(0)])),
            ("fmadd d0, d1, d2, d3", 0x1f42_0c20, (Class::FloatFused, [v(0), Z, Z], [v(1), v(2), v(3)])),
            ("fmla v0.2d, v1.2d, v2.2d", 0x4e62_cc20, (Class::FloatFused, [v(0), Z, Z], [v(1), v(2), v(0)])),
            ("fdiv s0, s1, s2", 0x1e22_1820, (Class::FloatDivide, [v(0), Z, Z], [v(1), v(2), Z])),
            ("fcmp d0, d1", 0x1e61_2000, (Class::Float, [Z, FLAGS, Z], [v(0), v(1), Z])),
            ("ret", 0xd65f_03c0, (Class::Return, [Z, Z, Z], [x(30), Z, Z])),
        ] {
            assert_eq!(seen(word), expected, "{text}");
        }
    }

    #[test]
    fn accesses_have_an_offset_and_a_size() {
        let seen = |word| {
            let insn = of(word);
            (insn.imm, insn.size, insn.is_indexed)
        };
        assert_eq!(seen(0xf940_0420), (8, 3, false), "ldr x0, [x1, #8]");
        assert_eq!(seen(0x3940_0420), (1, 0, false), "ldrb w0, [x1, #1]");
        assert_eq!(seen(0xa8c1_0820), (0, 4, false), "ldp x0, x2, [x1], #16");
        assert_eq!(seen(0x2941_0820), (8, 3, false), "ldp w0, w2, [x1, #8]");
        assert_eq!(seen(0xa9bf_0be0), (-16, 4, false), "stp x0, x2, [sp, #-16]!");
        assert_eq!(seen(0xf822_7820), (0, 3, true), "str x0, [x1, x2, lsl #3]");
        assert_eq!(seen(0x3dc0_0420), (16, 4, false), "ldr q0, [x1, #16]");
        assert_eq!(seen(0xad40_8420), (16, 5, false), "ldp q0, q1, [x1, #16]");
        assert_eq!(seen(0x5800_0040), (0x1008, 3, false), "ldr x0, .+8");
    }

    #[test]
    fn precision_and_width_are_told() {
        assert!(of(0x1e22_1820).narrow && !of(0x1e62_1820).narrow, "fdiv of s and d registers");
        assert!(of(0x1ac2_0820).narrow && !of(0x9ac2_0820).narrow, "udiv of w and x registers");
        assert!(of(0x54ff_ffc1).goes_back());
    }
}
