//! The instructions of RISC-V: encoding, operands and meaning, in the order of the unprivileged manual.
//!
//! A row that is commented out is not there yet: the table is its own to-do list.

use super::extension::{Ext, Xlens};
use super::format::*;
use super::state::Riscv;
use super::xlen::{Rv, Rv32, Rv64};
use super::compressed::*;
use super::{atomic, base, csr, muldiv, system};
use crate::interp::Handler;
use crate::isa;
use crate::isa::{Kind, Packed, Touches};
use crate::slot::Slot;
use std::fmt;

/// One instruction.
pub struct Row {
    /// Which.
    pub code: Code,
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
    /// Any one of these extensions gives the instruction...
    pub any: Ext,
    /// ...if all of these are there too.
    pub all: Ext,
    /// The XLENs that have it.
    pub xlens: Xlens,
    /// What it does to control flow.
    pub kind: Kind,
    /// The name of its operand format.
    pub format: &'static str,
    /// What it does to memory.
    pub touches: Touches,
    /// Takes the operands out of a word; `None` if they are reserved.
    pub unpack: fn(u32) -> Option<Packed>,
    /// Prints packed operands, for an instruction at an address.
    pub show: fn(&Packed, u64, &mut fmt::Formatter<'_>) -> fmt::Result,
    /// The register that is written, given packed operands.
    pub dest: fn(&Packed) -> Option<Slot>,
    /// The interpreter's handlers for XLEN 32 and 64.
    pub run: [Handler<Riscv>; 2],
}

isa! {
    // RV32I and RV64I, chapters 2 and 4
    [I] any {
        Lui    "lui"    "iiiiiiiiiiiiiiiiiiii ddddd 0110111"    U  => base::lui;
        Auipc  "auipc"  "iiiiiiiiiiiiiiiiiiii ddddd 0010111"    U  => base::auipc;
        Jal    "jal"    "iiiiiiiiiiiiiiiiiiii ddddd 1101111"    J jump => base::jal;
        Jalr   "jalr"   "iiiiiiiiiiii sssss 000 ddddd 1100111"  Jr jump => base::jalr;
        Beq    "beq"    "iiiiiii ttttt sssss 000 iiiii 1100011" B branch => base::beq;
        Bne    "bne"    "iiiiiii ttttt sssss 001 iiiii 1100011" B branch => base::bne;
        Blt    "blt"    "iiiiiii ttttt sssss 100 iiiii 1100011" B branch => base::blt;
        Bge    "bge"    "iiiiiii ttttt sssss 101 iiiii 1100011" B branch => base::bge;
        Bltu   "bltu"   "iiiiiii ttttt sssss 110 iiiii 1100011" B branch => base::bltu;
        Bgeu   "bgeu"   "iiiiiii ttttt sssss 111 iiiii 1100011" B branch => base::bgeu;
        Lb     "lb"     "iiiiiiiiiiii sssss 000 ddddd 0000011"  L  => base::lb;
        Lh     "lh"     "iiiiiiiiiiii sssss 001 ddddd 0000011"  L  => base::lh;
        Lw     "lw"     "iiiiiiiiiiii sssss 010 ddddd 0000011"  L  => base::lw;
        Lbu    "lbu"    "iiiiiiiiiiii sssss 100 ddddd 0000011"  L  => base::lbu;
        Lhu    "lhu"    "iiiiiiiiiiii sssss 101 ddddd 0000011"  L  => base::lhu;
        Sb     "sb"     "iiiiiii ttttt sssss 000 iiiii 0100011" S  => base::sb;
        Sh     "sh"     "iiiiiii ttttt sssss 001 iiiii 0100011" S  => base::sh;
        Sw     "sw"     "iiiiiii ttttt sssss 010 iiiii 0100011" S  => base::sw;
        Addi   "addi"   "iiiiiiiiiiii sssss 000 ddddd 0010011"  I  => base::addi;
        Slti   "slti"   "iiiiiiiiiiii sssss 010 ddddd 0010011"  I  => base::slti;
        Sltiu  "sltiu"  "iiiiiiiiiiii sssss 011 ddddd 0010011"  I  => base::sltiu;
        Xori   "xori"   "iiiiiiiiiiii sssss 100 ddddd 0010011"  I  => base::xori;
        Ori    "ori"    "iiiiiiiiiiii sssss 110 ddddd 0010011"  I  => base::ori;
        Andi   "andi"   "iiiiiiiiiiii sssss 111 ddddd 0010011"  I  => base::andi;
        Add    "add"    "0000000 ttttt sssss 000 ddddd 0110011" R  => base::add;
        Sub    "sub"    "0100000 ttttt sssss 000 ddddd 0110011" R  => base::sub;
        Sll    "sll"    "0000000 ttttt sssss 001 ddddd 0110011" R  => base::sll;
        Slt    "slt"    "0000000 ttttt sssss 010 ddddd 0110011" R  => base::slt;
        Sltu   "sltu"   "0000000 ttttt sssss 011 ddddd 0110011" R  => base::sltu;
        Xor    "xor"    "0000000 ttttt sssss 100 ddddd 0110011" R  => base::xor;
        Srl    "srl"    "0000000 ttttt sssss 101 ddddd 0110011" R  => base::srl;
        Sra    "sra"    "0100000 ttttt sssss 101 ddddd 0110011" R  => base::sra;
        Or     "or"     "0000000 ttttt sssss 110 ddddd 0110011" R  => base::or;
        And    "and"    "0000000 ttttt sssss 111 ddddd 0110011" R  => base::and;
        Fence  "fence"  "ffff pppp ssss sssss 000 ddddd 0001111" Fence => base::fence;
    }
    [I] rv32 {
        SlliRv32 "slli" "0000000 hhhhh sssss 001 ddddd 0010011" Sh => base::slli;
        SrliRv32 "srli" "0000000 hhhhh sssss 101 ddddd 0010011" Sh => base::srli;
        SraiRv32 "srai" "0100000 hhhhh sssss 101 ddddd 0010011" Sh => base::srai;
    }
    [I] rv64 {
        Lwu    "lwu"    "iiiiiiiiiiii sssss 110 ddddd 0000011"  L  => base::lwu;
        Ld     "ld"     "iiiiiiiiiiii sssss 011 ddddd 0000011"  L  => base::ld;
        Sd     "sd"     "iiiiiii ttttt sssss 011 iiiii 0100011" S  => base::sd;
        Slli   "slli"   "000000 hhhhhh sssss 001 ddddd 0010011" Sh => base::slli;
        Srli   "srli"   "000000 hhhhhh sssss 101 ddddd 0010011" Sh => base::srli;
        Srai   "srai"   "010000 hhhhhh sssss 101 ddddd 0010011" Sh => base::srai;
        Addiw  "addiw"  "iiiiiiiiiiii sssss 000 ddddd 0011011"  I  => base::addiw;
        Slliw  "slliw"  "0000000 hhhhh sssss 001 ddddd 0011011" Sh => base::slliw;
        Srliw  "srliw"  "0000000 hhhhh sssss 101 ddddd 0011011" Sh => base::srliw;
        Sraiw  "sraiw"  "0100000 hhhhh sssss 101 ddddd 0011011" Sh => base::sraiw;
        Addw   "addw"   "0000000 ttttt sssss 000 ddddd 0111011" R  => base::addw;
        Subw   "subw"   "0100000 ttttt sssss 000 ddddd 0111011" R  => base::subw;
        Sllw   "sllw"   "0000000 ttttt sssss 001 ddddd 0111011" R  => base::sllw;
        Srlw   "srlw"   "0000000 ttttt sssss 101 ddddd 0111011" R  => base::srlw;
        Sraw   "sraw"   "0100000 ttttt sssss 101 ddddd 0111011" R  => base::sraw;
    }
    // M, chapter 12
    [M] any {
        Mul    "mul"    "0000001 ttttt sssss 000 ddddd 0110011" R  => muldiv::mul;
        Mulh   "mulh"   "0000001 ttttt sssss 001 ddddd 0110011" R  => muldiv::mulh;
        Mulhsu "mulhsu" "0000001 ttttt sssss 010 ddddd 0110011" R  => muldiv::mulhsu;
        Mulhu  "mulhu"  "0000001 ttttt sssss 011 ddddd 0110011" R  => muldiv::mulhu;
        Div    "div"    "0000001 ttttt sssss 100 ddddd 0110011" R  => muldiv::div;
        Divu   "divu"   "0000001 ttttt sssss 101 ddddd 0110011" R  => muldiv::divu;
        Rem    "rem"    "0000001 ttttt sssss 110 ddddd 0110011" R  => muldiv::rem;
        Remu   "remu"   "0000001 ttttt sssss 111 ddddd 0110011" R  => muldiv::remu;
    }
    [M] rv64 {
        Mulw   "mulw"   "0000001 ttttt sssss 000 ddddd 0111011" R  => muldiv::mulw;
        Divw   "divw"   "0000001 ttttt sssss 100 ddddd 0111011" R  => muldiv::divw;
        Divuw  "divuw"  "0000001 ttttt sssss 101 ddddd 0111011" R  => muldiv::divuw;
        Remw   "remw"   "0000001 ttttt sssss 110 ddddd 0111011" R  => muldiv::remw;
        Remuw  "remuw"  "0000001 ttttt sssss 111 ddddd 0111011" R  => muldiv::remuw;
    }
    // A, chapter 13
    [A | ZALRSC] any {
        LrW      "lr.w"      "00010 oo 00000 sssss 010 ddddd 0101111" Lr => atomic::lr_w;
        ScW      "sc.w"      "00011 oo ttttt sssss 010 ddddd 0101111" Sc => atomic::sc_w;
    }
    [A | ZAAMO] any {
        AmoswapW "amoswap.w" "00001 oo ttttt sssss 010 ddddd 0101111" A => atomic::amoswap_w;
        AmoaddW  "amoadd.w"  "00000 oo ttttt sssss 010 ddddd 0101111" A => atomic::amoadd_w;
        AmoxorW  "amoxor.w"  "00100 oo ttttt sssss 010 ddddd 0101111" A => atomic::amoxor_w;
        AmoandW  "amoand.w"  "01100 oo ttttt sssss 010 ddddd 0101111" A => atomic::amoand_w;
        AmoorW   "amoor.w"   "01000 oo ttttt sssss 010 ddddd 0101111" A => atomic::amoor_w;
        AmominW  "amomin.w"  "10000 oo ttttt sssss 010 ddddd 0101111" A => atomic::amomin_w;
        AmomaxW  "amomax.w"  "10100 oo ttttt sssss 010 ddddd 0101111" A => atomic::amomax_w;
        AmominuW "amominu.w" "11000 oo ttttt sssss 010 ddddd 0101111" A => atomic::amominu_w;
        AmomaxuW "amomaxu.w" "11100 oo ttttt sssss 010 ddddd 0101111" A => atomic::amomaxu_w;
    }
    [A | ZALRSC] rv64 {
        LrD      "lr.d"      "00010 oo 00000 sssss 011 ddddd 0101111" Lr => atomic::lr_d;
        ScD      "sc.d"      "00011 oo ttttt sssss 011 ddddd 0101111" Sc => atomic::sc_d;
    }
    [A | ZAAMO] rv64 {
        AmoswapD "amoswap.d" "00001 oo ttttt sssss 011 ddddd 0101111" A => atomic::amoswap_d;
        AmoaddD  "amoadd.d"  "00000 oo ttttt sssss 011 ddddd 0101111" A => atomic::amoadd_d;
        AmoxorD  "amoxor.d"  "00100 oo ttttt sssss 011 ddddd 0101111" A => atomic::amoxor_d;
        AmoandD  "amoand.d"  "01100 oo ttttt sssss 011 ddddd 0101111" A => atomic::amoand_d;
        AmoorD   "amoor.d"   "01000 oo ttttt sssss 011 ddddd 0101111" A => atomic::amoor_d;
        AmominD  "amomin.d"  "10000 oo ttttt sssss 011 ddddd 0101111" A => atomic::amomin_d;
        AmomaxD  "amomax.d"  "10100 oo ttttt sssss 011 ddddd 0101111" A => atomic::amomax_d;
        AmominuD "amominu.d" "11000 oo ttttt sssss 011 ddddd 0101111" A => atomic::amominu_d;
        AmomaxuD "amomaxu.d" "11100 oo ttttt sssss 011 ddddd 0101111" A => atomic::amomaxu_d;
    }
    // C, chapter 26: the integer part
    [C | ZCA] any {
        CAddi4spn "c.addi4spn" "000 iiiiiiii ddd 00"     Caddi4spn => base::addi;
        CLw       "c.lw"       "010 iii sss ii ddd 00"   Clw => base::lw;
        CSw       "c.sw"       "110 iii sss ii ttt 00"   Csw => base::sw;
        CNop      "c.nop"      "000 i 00000 iiiii 01"    Cnop => base::addi;
        CAddi     "c.addi"     "000 i ddddd iiiii 01"    Caddi => base::addi;
        CLi       "c.li"       "010 i ddddd iiiii 01"    Cli => base::addi;
        CAddi16sp "c.addi16sp" "011 i 00010 iiiii 01"    Caddi16sp => base::addi;
        CLui      "c.lui"      "011 i ddddd iiiii 01"    Clui => base::lui;
        CAndi     "c.andi"     "100 i 10 ddd iiiii 01"   Candi => base::andi;
        CSub      "c.sub"      "100 0 11 ddd 00 ttt 01"  Ca => base::sub;
        CXor      "c.xor"      "100 0 11 ddd 01 ttt 01"  Ca => base::xor;
        COr       "c.or"       "100 0 11 ddd 10 ttt 01"  Ca => base::or;
        CAnd      "c.and"      "100 0 11 ddd 11 ttt 01"  Ca => base::and;
        CJ        "c.j"        "101 iiiiiiiiiii 01"      Cj jump => base::jal;
        CBeqz     "c.beqz"     "110 iii sss iiiii 01"    Cb branch => base::beq;
        CBnez     "c.bnez"     "111 iii sss iiiii 01"    Cb branch => base::bne;
        CLwsp     "c.lwsp"     "010 i ddddd iiiii 10"    Clwsp => base::lw;
        CJr       "c.jr"       "100 0 sssss 00000 10"    Cjr jump => base::jalr;
        CMv       "c.mv"       "100 0 ddddd ttttt 10"    Cmv => base::add;
        CJalr     "c.jalr"     "100 1 sssss 00000 10"    Cjalr jump => base::jalr;
        CAdd      "c.add"      "100 1 ddddd ttttt 10"    Cadd => base::add;
        CSwsp     "c.swsp"     "110 iiiiii ttttt 10"     Cswsp => base::sw;
    }
    [C | ZCA] rv32 {
        CJal      "c.jal"      "001 iiiiiiiiiii 01"      Cjal jump => base::jal;
        CSrliRv32 "c.srli"     "100 0 00 ddd hhhhh 01"   Cshift => base::srli;
        CSraiRv32 "c.srai"     "100 0 01 ddd hhhhh 01"   Cshift => base::srai;
        CSlliRv32 "c.slli"     "000 0 ddddd hhhhh 10"    Cslli => base::slli;
    }
    [C | ZCA] rv64 {
        CLd       "c.ld"       "011 iii sss ii ddd 00"   Cld => base::ld;
        CSd       "c.sd"       "111 iii sss ii ttt 00"   Csd => base::sd;
        CAddiw    "c.addiw"    "001 i ddddd iiiii 01"    Caddiw => base::addiw;
        CSrli     "c.srli"     "100 h 00 ddd hhhhh 01"   Cshift => base::srli;
        CSrai     "c.srai"     "100 h 01 ddd hhhhh 01"   Cshift => base::srai;
        CSubw     "c.subw"     "100 1 11 ddd 00 ttt 01"  Ca => base::subw;
        CAddw     "c.addw"     "100 1 11 ddd 01 ttt 01"  Ca => base::addw;
        CSlli     "c.slli"     "000 h ddddd hhhhh 10"    Cslli => base::slli;
        CLdsp     "c.ldsp"     "011 i ddddd iiiii 10"    Cldsp => base::ld;
        CSdsp     "c.sdsp"     "111 iiiiii ttttt 10"     Csdsp => base::sd;
    }
    // C: the floating-point part
    // Zicsr, chapter 7
    [ZICSR] any {
        Csrrw   "csrrw"   "cccccccccccc sssss 001 ddddd 1110011" C  slow => csr::csrrw;
        Csrrs   "csrrs"   "cccccccccccc sssss 010 ddddd 1110011" C  slow => csr::csrrs;
        Csrrc   "csrrc"   "cccccccccccc sssss 011 ddddd 1110011" C  slow => csr::csrrc;
        Csrrwi  "csrrwi"  "cccccccccccc iiiii 101 ddddd 1110011" Ci slow => csr::csrrwi;
        Csrrsi  "csrrsi"  "cccccccccccc iiiii 110 ddddd 1110011" Ci slow => csr::csrrsi;
        Csrrci  "csrrci"  "cccccccccccc iiiii 111 ddddd 1110011" Ci slow => csr::csrrci;
    }
    // Zifencei, chapter 6
    [ZIFENCEI] any {
        FenceI  "fence.i" "iiiiiiiiiiii sssss 001 ddddd 0001111" FenceI slow => system::fence_i;
    }
    // The privileged manual: 3.3, 12.2, chapter 15
    [I] any {
        Ecall   "ecall"   "000000000000 00000 000 00000 1110011" None0 slow => system::ecall;
        Ebreak  "ebreak"  "000000000001 00000 000 00000 1110011" None0 slow => system::ebreak;
        Mret    "mret"    "001100000010 00000 000 00000 1110011" None0 slow => system::mret;
        Wfi     "wfi"     "000100000101 00000 000 00000 1110011" None0 slow => system::wfi;
    }
    [S] any {
        Sret      "sret"       "000100000010 00000 000 00000 1110011"  None0 slow => system::sret;
        SfenceVma "sfence.vma" "0001001 ttttt sssss 000 00000 1110011" Vma   slow => system::sfence_vma;
    }
    [S & SVINVAL] any {
        SinvalVma     "sinval.vma"      "0001011 ttttt sssss 000 00000 1110011" Vma   slow => system::sfence_vma;
        SfenceWInval  "sfence.w.inval"  "0001100 00000 00000 000 00000 1110011" None0 slow => system::sfence_inval;
        SfenceInvalIr "sfence.inval.ir" "0001100 00001 00000 000 00000 1110011" None0 slow => system::sfence_inval;
    }
    // Cache-block operations, chapter 19. PREFETCH.* are ORI with rd = x0: hints that need no row.
    [ZICBOM] any {
        CboInval "cbo.inval" "000000000000 sssss 010 00000 0001111" Cbo slow => system::cbo_inval;
        CboClean "cbo.clean" "000000000001 sssss 010 00000 0001111" Cbo slow => system::cbo_clean;
        CboFlush "cbo.flush" "000000000010 sssss 010 00000 0001111" Cbo slow => system::cbo_clean;
    }
    [ZICBOZ] any {
        CboZero  "cbo.zero"  "000000000100 sssss 010 00000 0001111" Cbo slow => system::cbo_zero;
    }
}
