//! Just enough of an assembler for test programs (C4.1). It is written apart from the emulator's decoder, so that they do not share
//! their mistakes.

/// NOP.
pub const NOP: u32 = 0xd503_201f;
/// ISB.
pub const ISB: u32 = 0xd503_3fdf;
/// DSB ISH.
pub const DSB_ISH: u32 = 0xd503_3b9f;
/// SVC #0.
pub const SVC: u32 = 0xd400_0001;
/// WFI.
pub const WFI: u32 = 0xd503_207f;
/// B, without its offset.
pub const B: u32 = 0x1400_0000;
/// BL, without its offset.
pub const BL: u32 = 0x9400_0000;
/// XZR, or SP.
pub const ZR: u32 = 31;

/// ADD (immediate), 64 bits.
pub fn add_imm(rd: u32, rn: u32, imm: u32) -> u32 {
    0x9100_0000 | (imm & 0xfff) << 10 | rn << 5 | rd
}

/// ADD or SUB (immediate), 64 bits.
pub fn add(rd: u32, rn: u32, imm: i32) -> u32 {
    add_imm(rd, rn, imm.unsigned_abs()) | u32::from(imm < 0) << 30
}

/// ADD (shifted register), 64 bits.
pub fn add_reg(rd: u32, rn: u32, rm: u32, lsl: u32) -> u32 {
    0x8b00_0000 | rm << 16 | lsl << 10 | rn << 5 | rd
}

/// ORR (shifted register), 64 bits, from XZR: MOV.
pub fn mov(rd: u32, rm: u32) -> u32 {
    0xaa00_03e0 | rm << 16 | rd
}

/// UBFX, 64 bits: `width` bits from `lsb` on.
pub fn ubfx(rd: u32, rn: u32, lsb: u32, width: u32) -> u32 {
    0xd340_0000 | lsb << 16 | (lsb + width - 1) << 10 | rn << 5 | rd
}

/// UBFIZ, 64 bits: the lowest `width` bits, shifted.
pub fn ubfiz(rd: u32, rn: u32, lsb: u32, width: u32) -> u32 {
    0xd340_0000 | ((64 - lsb) & 63) << 16 | (width - 1) << 10 | rn << 5 | rd
}

/// EOR (immediate) of one bit, 32 bits wide.
pub fn eor_bit(rd: u32, rn: u32, bit: u32) -> u32 {
    0x5200_0000 | ((32 - bit) & 31) << 16 | rn << 5 | rd
}

/// EOR (immediate) of one bit, 64 bits wide.
pub fn eor_bit_wide(rd: u32, rn: u32, bit: u32) -> u32 {
    0xd240_0000 | ((64 - bit) & 63) << 16 | rn << 5 | rd
}

/// MOVZ and MOVK: a constant of 32 bits.
pub fn constant(rd: u32, value: u32) -> [u32; 2] {
    [0xd280_0000 | (value & 0xffff) << 5 | rd, 0xf2a0_0000 | (value >> 16) << 5 | rd]
}

/// LDR (immediate), 32 bits.
pub fn ldr_w(rt: u32, rn: u32, imm: u32) -> u32 {
    0xb940_0000 | (imm / 4) << 10 | rn << 5 | rt
}

/// STR (immediate), 32 bits.
pub fn str_w(rt: u32, rn: u32, imm: u32) -> u32 {
    0xb900_0000 | (imm / 4) << 10 | rn << 5 | rt
}

/// LDR (immediate), 64 bits.
pub fn ldr_x(rt: u32, rn: u32, imm: u32) -> u32 {
    0xf940_0000 | (imm / 8) << 10 | rn << 5 | rt
}

/// STR (immediate), 64 bits.
pub fn str_x(rt: u32, rn: u32, imm: u32) -> u32 {
    0xf900_0000 | (imm / 8) << 10 | rn << 5 | rt
}

/// STUR, 64 bits, at most 256 bytes before or behind the base.
pub fn stur_x(rt: u32, rn: u32, imm: i32) -> u32 {
    0xf800_0000 | (imm as u32 & 0x1ff) << 12 | rn << 5 | rt
}

/// ADR, without its offset.
pub fn adr(rd: u32) -> u32 {
    0x1000_0000 | rd
}

/// B.cond, without its offset.
pub fn b_cond(cond: u32) -> u32 {
    0x5400_0000 | cond
}

/// CBZ or CBNZ, without its offset.
pub fn cbz(wide: bool, not: bool, rt: u32) -> u32 {
    0x3400_0000 | u32::from(wide) << 31 | u32::from(not) << 24 | rt
}

/// TBZ or TBNZ, without its offset.
pub fn tbz(not: bool, bit: u32, rt: u32) -> u32 {
    0x3600_0000 | (bit >> 5) << 31 | u32::from(not) << 24 | (bit & 31) << 19 | rt
}

/// BR.
pub fn br(rn: u32) -> u32 {
    0xd61f_0000 | rn << 5
}

/// BLR.
pub fn blr(rn: u32) -> u32 {
    0xd63f_0000 | rn << 5
}

/// RET.
pub fn ret(rn: u32) -> u32 {
    0xd65f_0000 | rn << 5
}

/// The number of a system register or operation, as MRS, MSR and SYS have it: op0, op1, CRn, CRm, op2.
pub const fn system(op0: u32, op1: u32, crn: u32, crm: u32, op2: u32) -> u32 {
    op0 << 19 | op1 << 16 | crn << 12 | crm << 8 | op2 << 5
}

/// MRS.
pub fn mrs(rt: u32, register: u32) -> u32 {
    0xd520_0000 | register | rt
}

/// MSR (register); with op0 of 1, SYS.
pub fn msr(register: u32, rt: u32) -> u32 {
    0xd500_0000 | register | rt
}

/// MSR (immediate): op1 and op2 say which field.
pub fn msr_imm(op1: u32, op2: u32, imm: u32) -> u32 {
    0xd500_401f | op1 << 16 | imm << 8 | op2 << 5
}

/// An instruction's offset, in its place: of ADR, B and BL, TBZ and TBNZ, or of those with 19 bits.
pub fn offset(word: u32, bytes: i32) -> u32 {
    let words = (bytes >> 2) as u32;
    match word {
        _ if word & 0x9f00_0000 == 0x1000_0000 => (bytes as u32 & 3) << 29 | (words & 0x7_ffff) << 5,
        _ if word & 0x7c00_0000 == 0x1400_0000 => words & 0x3ff_ffff,
        _ if word & 0x7e00_0000 == 0x3600_0000 => (words & 0x3fff) << 5,
        _ => (words & 0x7_ffff) << 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What binutils 2.40 makes of the same.
    #[test]
    fn words_are_those_of_the_assembler() {
        assert_eq!(add(3, 5, -40), 0xd100_a0a3);
        assert_eq!(add_reg(1, 2, 3, 2), 0x8b03_0841);
        assert_eq!(mov(26, 30), 0xaa1e_03fa);
        assert_eq!(ubfx(1, 2, 3, 4), 0xd343_1841);
        assert_eq!(ubfiz(1, 2, 2, 2), 0xd37e_0441);
        assert_eq!(eor_bit(14, 14, 10), 0x5216_01ce);
        assert_eq!(eor_bit_wide(14, 14, 12), 0xd274_01ce);
        assert_eq!(constant(5, 0x1234_5678), [0xd28a_cf05, 0xf2a2_4685]);
        assert_eq!(ldr_w(1, 2, 8), 0xb940_0841);
        assert_eq!(str_x(1, 2, 8), 0xf900_0441);
        assert_eq!(stur_x(1, 2, -8), 0xf81f_8041);
        assert_eq!(cbz(true, true, 7), 0xb500_0007);
        assert_eq!(tbz(true, 40, 7), 0xb740_0007);
        assert_eq!(ret(30), 0xd65f_03c0);
        assert_eq!(mrs(4, system(3, 3, 4, 4, 0)), 0xd53b_4404);
        assert_eq!(msr(system(1, 3, 7, 5, 1), 15), 0xd50b_752f);
        assert_eq!(msr_imm(3, 6, 2), 0xd503_42df);
        assert_eq!(adr(2) | offset(adr(2), -3), 0x30ff_ffe2);
        assert_eq!(B | offset(B, -8), 0x17ff_fffe);
        assert_eq!(tbz(false, 0, 1) | offset(tbz(false, 0, 1), 8), 0x3600_0041);
        assert_eq!(b_cond(1) | offset(b_cond(1), -4), 0x54ff_ffe1);
    }
}
