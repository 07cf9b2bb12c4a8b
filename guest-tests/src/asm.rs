//! Just enough of an assembler for test programs: 32-bit formats (unprivileged manual 2.2, 2.3) and the two compressed
//! jumps (26.4). It is written apart from the emulator's decoder, so that they do not share their mistakes.

/// R-type.
pub fn r(opcode: u32, funct3: u32, funct7: u32, rd: u32, rs1: u32, rs2: u32) -> u32 {
    funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode
}

/// I-type.
pub fn i(opcode: u32, funct3: u32, rd: u32, rs1: u32, imm: i32) -> u32 {
    (imm as u32 & 0xfff) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode
}

/// S-type.
pub fn s(opcode: u32, funct3: u32, rs1: u32, rs2: u32, imm: i32) -> u32 {
    let imm = imm as u32;
    (imm >> 5 & 0x7f) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (imm & 31) << 7 | opcode
}

/// The immediate of a B-type instruction, in its place.
pub fn b_offset(offset: i32) -> u32 {
    let o = offset as u32;
    (o >> 12 & 1) << 31 | (o >> 5 & 0x3f) << 25 | (o >> 1 & 15) << 8 | (o >> 11 & 1) << 7
}

/// The immediate of JAL, in its place.
pub fn j_offset(offset: i32) -> u32 {
    let o = offset as u32;
    (o >> 20 & 1) << 31 | (o >> 1 & 0x3ff) << 21 | (o >> 11 & 1) << 20 | (o >> 12 & 0xff) << 12
}

/// The immediate of C.J and C.JAL, in its place: offset[11|4|9:8|10|6|7|3:1|5] at 12:2.
pub fn cj_offset(offset: i32) -> u16 {
    let bit = |from: u32, to: u32| (offset as u32 >> from & 1) << to;
    let word = bit(11, 12) | bit(4, 11) | bit(9, 10) | bit(8, 9) | bit(10, 8) | bit(6, 7) | bit(7, 6);
    (word | bit(3, 5) | bit(2, 4) | bit(1, 3) | bit(5, 2)) as u16
}

/// The immediate of C.BEQZ and C.BNEZ, in its place: offset[8|4:3] at 12:10, offset[7:6|2:1|5] at 6:2.
pub fn cb_offset(offset: i32) -> u16 {
    let bit = |from: u32, to: u32| (offset as u32 >> from & 1) << to;
    let word = bit(8, 12) | bit(4, 11) | bit(3, 10) | bit(7, 6) | bit(6, 5) | bit(2, 4) | bit(1, 3) | bit(5, 2);
    word as u16
}

/// ADDI.
pub fn addi(rd: u32, rs1: u32, imm: i32) -> u32 {
    i(0x13, 0, rd, rs1, imm)
}

/// LUI, given the upper 20 bits.
pub fn lui(rd: u32, upper: u32) -> u32 {
    upper << 12 | rd << 7 | 0x37
}

/// AUIPC, given the upper 20 bits.
pub fn auipc(rd: u32, upper: u32) -> u32 {
    upper << 12 | rd << 7 | 0x17
}

/// CSRRW.
pub fn csrrw(rd: u32, csr: u32, rs1: u32) -> u32 {
    csr << 20 | rs1 << 15 | 1 << 12 | rd << 7 | 0x73
}

/// CSRRS.
pub fn csrrs(rd: u32, csr: u32, rs1: u32) -> u32 {
    csr << 20 | rs1 << 15 | 2 << 12 | rd << 7 | 0x73
}

/// CSRRC.
pub fn csrrc(rd: u32, csr: u32, rs1: u32) -> u32 {
    csr << 20 | rs1 << 15 | 3 << 12 | rd << 7 | 0x73
}

/// JALR.
pub fn jalr(rd: u32, rs1: u32, imm: i32) -> u32 {
    i(0x67, 0, rd, rs1, imm)
}

/// An integer load of XLEN bits.
pub fn load_x(xlen: u32, rd: u32, rs1: u32, imm: i32) -> u32 {
    i(0x03, if xlen == 64 { 3 } else { 2 }, rd, rs1, imm)
}

/// ECALL.
pub const ECALL: u32 = 0x0000_0073;
/// EBREAK.
pub const EBREAK: u32 = 0x0010_0073;
/// MRET.
pub const MRET: u32 = 0x3020_0073;
/// SRET.
pub const SRET: u32 = 0x1020_0073;
/// SFENCE.VMA for everything.
pub const SFENCE_VMA: u32 = 0x1200_0073;
/// FENCE.I.
pub const FENCE_I: u32 = 0x0000_100f;
