//! The instructions of RISC-V: encoding, operands and meaning, in the order of the unprivileged manual.
//!
//! A row that is commented out is not there yet: the table is its own to-do list.

use super::compressed::*;
use super::extension::{Ext, Needs};
use super::format::*;
use super::state::Riscv;
use super::xlen::{Rv, Rv32, Rv64};
use super::{atomic, base, bitmanip, csr, float, muldiv, system};
use crate::isa;

/// A row of the table.
pub type Row = isa::Row<Riscv>;

isa! {
    Riscv: Rv [Rv32 Rv64];
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
        FenceTso "fence.tso" "1000 0011 0011 00000 000 00000 0001111" FenceNamed => base::fence;
    }
    // Two of the hints that 2.9 leaves for custom use: a region of interest begins or ends. To any other program they do nothing.
    [I] any {
        SltiRoi "slti" "0iiiiiiiiiii 00000 010 00000 0010011" I slow => system::roi_begin;
        SltiuRoi "sltiu" "0iiiiiiiiiii 00000 011 00000 0010011" I slow => system::roi_end;
    }
    [ZIHINTPAUSE] any {
        Pause  "pause"  "0000 0001 0000 00000 000 00000 0001111" FenceNamed => base::fence;
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
    // F, chapter 20
    [F] any {
        Flw      "flw" "iiiiiiiiiiii sssss 010 ddddd 0000111" Fl => float::flw;
        Fsw      "fsw" "iiiiiii ttttt sssss 010 iiiii 0100111" Fs => float::fsw;
        FmaddS   "fmadd.s" "uuuuu 00 ttttt sssss mmm ddddd 1000011" Fr4 => float::fmadd_s;
        FmsubS   "fmsub.s" "uuuuu 00 ttttt sssss mmm ddddd 1000111" Fr4 => float::fmsub_s;
        FnmsubS  "fnmsub.s" "uuuuu 00 ttttt sssss mmm ddddd 1001011" Fr4 => float::fnmsub_s;
        FnmaddS  "fnmadd.s" "uuuuu 00 ttttt sssss mmm ddddd 1001111" Fr4 => float::fnmadd_s;
        FaddS    "fadd.s" "0000000 ttttt sssss mmm ddddd 1010011" Fr => float::fadd_s;
        FsubS    "fsub.s" "0000100 ttttt sssss mmm ddddd 1010011" Fr => float::fsub_s;
        FmulS    "fmul.s" "0001000 ttttt sssss mmm ddddd 1010011" Fr => float::fmul_s;
        FdivS    "fdiv.s" "0001100 ttttt sssss mmm ddddd 1010011" Fr => float::fdiv_s;
        FsqrtS   "fsqrt.s" "0101100 00000 sssss mmm ddddd 1010011" Fr1 => float::fsqrt_s;
        FsgnjS   "fsgnj.s" "0010000 ttttt sssss 000 ddddd 1010011" Ff => float::fsgnj_s;
        FsgnjnS  "fsgnjn.s" "0010000 ttttt sssss 001 ddddd 1010011" Ff => float::fsgnjn_s;
        FsgnjxS  "fsgnjx.s" "0010000 ttttt sssss 010 ddddd 1010011" Ff => float::fsgnjx_s;
        FminS    "fmin.s" "0010100 ttttt sssss 000 ddddd 1010011" Ff => float::fmin_s;
        FmaxS    "fmax.s" "0010100 ttttt sssss 001 ddddd 1010011" Ff => float::fmax_s;
        FeqS     "feq.s" "1010000 ttttt sssss 010 ddddd 1010011" Fcmp => float::feq_s;
        FltS     "flt.s" "1010000 ttttt sssss 001 ddddd 1010011" Fcmp => float::flt_s;
        FleS     "fle.s" "1010000 ttttt sssss 000 ddddd 1010011" Fcmp => float::fle_s;
        FclassS  "fclass.s" "1110000 00000 sssss 001 ddddd 1010011" Fx0 => float::fclass_s;
        FcvtWS   "fcvt.w.s" "1100000 00000 sssss mmm ddddd 1010011" Fx => float::fcvt_w_s;
        FcvtWuS  "fcvt.wu.s" "1100000 00001 sssss mmm ddddd 1010011" Fx => float::fcvt_wu_s;
        FcvtSW   "fcvt.s.w" "1101000 00000 sssss mmm ddddd 1010011" Xf => float::fcvt_s_w;
        FcvtSWu  "fcvt.s.wu" "1101000 00001 sssss mmm ddddd 1010011" Xf => float::fcvt_s_wu;
        FmvXW    "fmv.x.w" "1110000 00000 sssss 000 ddddd 1010011" Fx0 => float::fmv_x_w;
        FmvWX    "fmv.w.x" "1111000 00000 sssss 000 ddddd 1010011" Xf0 => float::fmv_w_x;
    }
    [F] rv64 {
        FcvtLS   "fcvt.l.s" "1100000 00010 sssss mmm ddddd 1010011" Fx => float::fcvt_l_s;
        FcvtLuS  "fcvt.lu.s" "1100000 00011 sssss mmm ddddd 1010011" Fx => float::fcvt_lu_s;
        FcvtSL   "fcvt.s.l" "1101000 00010 sssss mmm ddddd 1010011" Xf => float::fcvt_s_l;
        FcvtSLu  "fcvt.s.lu" "1101000 00011 sssss mmm ddddd 1010011" Xf => float::fcvt_s_lu;
    }
    // D, chapter 21
    [D] any {
        Fld      "fld" "iiiiiiiiiiii sssss 011 ddddd 0000111" Fl => float::fld;
        Fsd      "fsd" "iiiiiii ttttt sssss 011 iiiii 0100111" Fs => float::fsd;
        FmaddD   "fmadd.d" "uuuuu 01 ttttt sssss mmm ddddd 1000011" Fr4 => float::fmadd_d;
        FmsubD   "fmsub.d" "uuuuu 01 ttttt sssss mmm ddddd 1000111" Fr4 => float::fmsub_d;
        FnmsubD  "fnmsub.d" "uuuuu 01 ttttt sssss mmm ddddd 1001011" Fr4 => float::fnmsub_d;
        FnmaddD  "fnmadd.d" "uuuuu 01 ttttt sssss mmm ddddd 1001111" Fr4 => float::fnmadd_d;
        FaddD    "fadd.d" "0000001 ttttt sssss mmm ddddd 1010011" Fr => float::fadd_d;
        FsubD    "fsub.d" "0000101 ttttt sssss mmm ddddd 1010011" Fr => float::fsub_d;
        FmulD    "fmul.d" "0001001 ttttt sssss mmm ddddd 1010011" Fr => float::fmul_d;
        FdivD    "fdiv.d" "0001101 ttttt sssss mmm ddddd 1010011" Fr => float::fdiv_d;
        FsqrtD   "fsqrt.d" "0101101 00000 sssss mmm ddddd 1010011" Fr1 => float::fsqrt_d;
        FsgnjD   "fsgnj.d" "0010001 ttttt sssss 000 ddddd 1010011" Ff => float::fsgnj_d;
        FsgnjnD  "fsgnjn.d" "0010001 ttttt sssss 001 ddddd 1010011" Ff => float::fsgnjn_d;
        FsgnjxD  "fsgnjx.d" "0010001 ttttt sssss 010 ddddd 1010011" Ff => float::fsgnjx_d;
        FminD    "fmin.d" "0010101 ttttt sssss 000 ddddd 1010011" Ff => float::fmin_d;
        FmaxD    "fmax.d" "0010101 ttttt sssss 001 ddddd 1010011" Ff => float::fmax_d;
        FeqD     "feq.d" "1010001 ttttt sssss 010 ddddd 1010011" Fcmp => float::feq_d;
        FltD     "flt.d" "1010001 ttttt sssss 001 ddddd 1010011" Fcmp => float::flt_d;
        FleD     "fle.d" "1010001 ttttt sssss 000 ddddd 1010011" Fcmp => float::fle_d;
        FclassD  "fclass.d" "1110001 00000 sssss 001 ddddd 1010011" Fx0 => float::fclass_d;
        FcvtWD   "fcvt.w.d" "1100001 00000 sssss mmm ddddd 1010011" Fx => float::fcvt_w_d;
        FcvtWuD  "fcvt.wu.d" "1100001 00001 sssss mmm ddddd 1010011" Fx => float::fcvt_wu_d;
        FcvtDW   "fcvt.d.w" "1101001 00000 sssss mmm ddddd 1010011" XfExact => float::fcvt_d_w;
        FcvtDWu  "fcvt.d.wu" "1101001 00001 sssss mmm ddddd 1010011" XfExact => float::fcvt_d_wu;
        FcvtSD   "fcvt.s.d" "0100000 00001 sssss mmm ddddd 1010011" Fr1 => float::fcvt_s_d;
        FcvtDS   "fcvt.d.s" "0100001 00000 sssss mmm ddddd 1010011" Fr1Exact => float::fcvt_d_s;
    }
    [D] rv64 {
        FcvtLD   "fcvt.l.d" "1100001 00010 sssss mmm ddddd 1010011" Fx => float::fcvt_l_d;
        FcvtLuD  "fcvt.lu.d" "1100001 00011 sssss mmm ddddd 1010011" Fx => float::fcvt_lu_d;
        FcvtDL   "fcvt.d.l" "1101001 00010 sssss mmm ddddd 1010011" Xf => float::fcvt_d_l;
        FcvtDLu  "fcvt.d.lu" "1101001 00011 sssss mmm ddddd 1010011" Xf => float::fcvt_d_lu;
        FmvXD    "fmv.x.d" "1110001 00000 sssss 000 ddddd 1010011" Fx0 => float::fmv_x_d;
        FmvDX    "fmv.d.x" "1111001 00000 sssss 000 ddddd 1010011" Xf0 => float::fmv_d_x;
    }
    // Zfhmin and Zfh, chapter 23
    [ZFH | ZFHMIN] any {
        Flh      "flh" "iiiiiiiiiiii sssss 001 ddddd 0000111" Fl => float::flh;
        Fsh      "fsh" "iiiiiii ttttt sssss 001 iiiii 0100111" Fs => float::fsh;
        FmvXH    "fmv.x.h" "1110010 00000 sssss 000 ddddd 1010011" Fx0 => float::fmv_x_h;
        FmvHX    "fmv.h.x" "1111010 00000 sssss 000 ddddd 1010011" Xf0 => float::fmv_h_x;
        FcvtSH   "fcvt.s.h" "0100000 00010 sssss mmm ddddd 1010011" Fr1Exact => float::fcvt_s_h;
        FcvtHS   "fcvt.h.s" "0100010 00000 sssss mmm ddddd 1010011" Fr1 => float::fcvt_h_s;
    }
    [ZFH | ZFHMIN & D] any {
        FcvtDH   "fcvt.d.h" "0100001 00010 sssss mmm ddddd 1010011" Fr1Exact => float::fcvt_d_h;
        FcvtHD   "fcvt.h.d" "0100010 00001 sssss mmm ddddd 1010011" Fr1 => float::fcvt_h_d;
    }
    [ZFH] any {
        FmaddH   "fmadd.h" "uuuuu 10 ttttt sssss mmm ddddd 1000011" Fr4 => float::fmadd_h;
        FmsubH   "fmsub.h" "uuuuu 10 ttttt sssss mmm ddddd 1000111" Fr4 => float::fmsub_h;
        FnmsubH  "fnmsub.h" "uuuuu 10 ttttt sssss mmm ddddd 1001011" Fr4 => float::fnmsub_h;
        FnmaddH  "fnmadd.h" "uuuuu 10 ttttt sssss mmm ddddd 1001111" Fr4 => float::fnmadd_h;
        FaddH    "fadd.h" "0000010 ttttt sssss mmm ddddd 1010011" Fr => float::fadd_h;
        FsubH    "fsub.h" "0000110 ttttt sssss mmm ddddd 1010011" Fr => float::fsub_h;
        FmulH    "fmul.h" "0001010 ttttt sssss mmm ddddd 1010011" Fr => float::fmul_h;
        FdivH    "fdiv.h" "0001110 ttttt sssss mmm ddddd 1010011" Fr => float::fdiv_h;
        FsqrtH   "fsqrt.h" "0101110 00000 sssss mmm ddddd 1010011" Fr1 => float::fsqrt_h;
        FsgnjH   "fsgnj.h" "0010010 ttttt sssss 000 ddddd 1010011" Ff => float::fsgnj_h;
        FsgnjnH  "fsgnjn.h" "0010010 ttttt sssss 001 ddddd 1010011" Ff => float::fsgnjn_h;
        FsgnjxH  "fsgnjx.h" "0010010 ttttt sssss 010 ddddd 1010011" Ff => float::fsgnjx_h;
        FminH    "fmin.h" "0010110 ttttt sssss 000 ddddd 1010011" Ff => float::fmin_h;
        FmaxH    "fmax.h" "0010110 ttttt sssss 001 ddddd 1010011" Ff => float::fmax_h;
        FeqH     "feq.h" "1010010 ttttt sssss 010 ddddd 1010011" Fcmp => float::feq_h;
        FltH     "flt.h" "1010010 ttttt sssss 001 ddddd 1010011" Fcmp => float::flt_h;
        FleH     "fle.h" "1010010 ttttt sssss 000 ddddd 1010011" Fcmp => float::fle_h;
        FclassH  "fclass.h" "1110010 00000 sssss 001 ddddd 1010011" Fx0 => float::fclass_h;
        FcvtWH   "fcvt.w.h" "1100010 00000 sssss mmm ddddd 1010011" Fx => float::fcvt_w_h;
        FcvtWuH  "fcvt.wu.h" "1100010 00001 sssss mmm ddddd 1010011" Fx => float::fcvt_wu_h;
        FcvtHW   "fcvt.h.w" "1101010 00000 sssss mmm ddddd 1010011" Xf => float::fcvt_h_w;
        FcvtHWu  "fcvt.h.wu" "1101010 00001 sssss mmm ddddd 1010011" Xf => float::fcvt_h_wu;
    }
    [ZFH] rv64 {
        FcvtLH   "fcvt.l.h" "1100010 00010 sssss mmm ddddd 1010011" Fx => float::fcvt_l_h;
        FcvtLuH  "fcvt.lu.h" "1100010 00011 sssss mmm ddddd 1010011" Fx => float::fcvt_lu_h;
        FcvtHL   "fcvt.h.l" "1101010 00010 sssss mmm ddddd 1010011" Xf => float::fcvt_h_l;
        FcvtHLu  "fcvt.h.lu" "1101010 00011 sssss mmm ddddd 1010011" Xf => float::fcvt_h_lu;
    }
    // C, chapter 26: the integer part
    [C | ZCA] any {
        CAddi4spn "c.addi4spn" "000 iiiiiiii ddd 00"     Caddi4spn => base::addi;
        CLw       "c.lw"       "010 iii sss ii ddd 00"   Clw => base::lw;
        CSw       "c.sw"       "110 iii sss ii ttt 00"   Csw => base::sw;
        CNop      "c.addi"     "000 i 00000 iiiii 01"    Cnop => base::addi;
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
    // C: the breakpoint
    [C | ZCA] any {
        CEbreak "c.ebreak" "100 1 00000 00000 10" None0 slow => system::c_ebreak;
    }
    // C: the floating-point part
    [C | ZCD & D] any {
        CFld   "c.fld"   "001 iii sss ii ddd 00" Cfld => float::fld;
        CFsd   "c.fsd"   "101 iii sss ii ttt 00" Cfsd => float::fsd;
        CFldsp "c.fldsp" "001 i ddddd iiiii 10"  Cfldsp => float::fld;
        CFsdsp "c.fsdsp" "101 iiiiii ttttt 10"   Cfsdsp => float::fsd;
    }
    [C | ZCF & F] rv32 {
        CFlw   "c.flw"   "011 iii sss ii ddd 00" Cflw => float::flw;
        CFsw   "c.fsw"   "111 iii sss ii ttt 00" Cfsw => float::fsw;
        CFlwsp "c.flwsp" "011 i ddddd iiiii 10"  Cflwsp => float::flw;
        CFswsp "c.fswsp" "111 iiiiii ttttt 10"   Cfswsp => float::fsw;
    }
    // Zicond, chapter 12
    [ZICOND] any {
        CzeroEqz  "czero.eqz" "0000111 ttttt sssss 101 ddddd 0110011" R => bitmanip::czero_eqz;
        CzeroNez  "czero.nez" "0000111 ttttt sssss 111 ddddd 0110011" R => bitmanip::czero_nez;
    }
    // Bit manipulation, chapter 30
    [ZBA] any {
        Sh1add    "sh1add" "0010000 ttttt sssss 010 ddddd 0110011" R => bitmanip::sh1add;
        Sh2add    "sh2add" "0010000 ttttt sssss 100 ddddd 0110011" R => bitmanip::sh2add;
        Sh3add    "sh3add" "0010000 ttttt sssss 110 ddddd 0110011" R => bitmanip::sh3add;
    }
    [ZBA] rv64 {
        AddUw     "add.uw" "0000100 ttttt sssss 000 ddddd 0111011" R => bitmanip::add_uw;
        Sh1addUw  "sh1add.uw" "0010000 ttttt sssss 010 ddddd 0111011" R => bitmanip::sh1add_uw;
        Sh2addUw  "sh2add.uw" "0010000 ttttt sssss 100 ddddd 0111011" R => bitmanip::sh2add_uw;
        Sh3addUw  "sh3add.uw" "0010000 ttttt sssss 110 ddddd 0111011" R => bitmanip::sh3add_uw;
        SlliUw    "slli.uw" "000010 hhhhhh sssss 001 ddddd 0011011" Sh => bitmanip::slli_uw;
    }
    [ZBB | ZBKB] any {
        Andn      "andn" "0100000 ttttt sssss 111 ddddd 0110011" R => bitmanip::andn;
        Orn       "orn" "0100000 ttttt sssss 110 ddddd 0110011" R => bitmanip::orn;
        Xnor      "xnor" "0100000 ttttt sssss 100 ddddd 0110011" R => bitmanip::xnor;
        Rol       "rol" "0110000 ttttt sssss 001 ddddd 0110011" R => bitmanip::rol;
        Ror       "ror" "0110000 ttttt sssss 101 ddddd 0110011" R => bitmanip::ror;
    }
    [ZBB | ZBKB] rv32 {
        RoriRv32  "rori" "0110000 hhhhh sssss 101 ddddd 0010011" Sh => bitmanip::rori;
        Rev8Rv32  "rev8" "011010011000 sssss 101 ddddd 0010011" R1 => bitmanip::rev8;
    }
    [ZBB | ZBKB] rv64 {
        Rori      "rori" "011000 hhhhhh sssss 101 ddddd 0010011" Sh => bitmanip::rori;
        Rev8      "rev8" "011010111000 sssss 101 ddddd 0010011" R1 => bitmanip::rev8;
        Rolw      "rolw" "0110000 ttttt sssss 001 ddddd 0111011" R => bitmanip::rolw;
        Rorw      "rorw" "0110000 ttttt sssss 101 ddddd 0111011" R => bitmanip::rorw;
        Roriw     "roriw" "0110000 hhhhh sssss 101 ddddd 0011011" Sh => bitmanip::roriw;
    }
    [ZBB] any {
        Clz       "clz" "011000000000 sssss 001 ddddd 0010011" R1 => bitmanip::clz;
        Ctz       "ctz" "011000000001 sssss 001 ddddd 0010011" R1 => bitmanip::ctz;
        Cpop      "cpop" "011000000010 sssss 001 ddddd 0010011" R1 => bitmanip::cpop;
        Max       "max" "0000101 ttttt sssss 110 ddddd 0110011" R => bitmanip::max;
        Maxu      "maxu" "0000101 ttttt sssss 111 ddddd 0110011" R => bitmanip::maxu;
        Min       "min" "0000101 ttttt sssss 100 ddddd 0110011" R => bitmanip::min;
        Minu      "minu" "0000101 ttttt sssss 101 ddddd 0110011" R => bitmanip::minu;
        SextB     "sext.b" "011000000100 sssss 001 ddddd 0010011" R1 => bitmanip::sext_b;
        SextH     "sext.h" "011000000101 sssss 001 ddddd 0010011" R1 => bitmanip::sext_h;
        OrcB      "orc.b" "001010000111 sssss 101 ddddd 0010011" R1 => bitmanip::orc_b;
    }
    [ZBB] rv32 {
        ZextHRv32 "zext.h" "0000100 00000 sssss 100 ddddd 0110011" R1 => bitmanip::zext_h;
    }
    [ZBB] rv64 {
        ZextH     "zext.h" "0000100 00000 sssss 100 ddddd 0111011" R1 => bitmanip::zext_h;
        Clzw      "clzw" "011000000000 sssss 001 ddddd 0011011" R1 => bitmanip::clzw;
        Ctzw      "ctzw" "011000000001 sssss 001 ddddd 0011011" R1 => bitmanip::ctzw;
        Cpopw     "cpopw" "011000000010 sssss 001 ddddd 0011011" R1 => bitmanip::cpopw;
    }
    [ZBC | ZBKC] any {
        Clmul     "clmul" "0000101 ttttt sssss 001 ddddd 0110011" R => bitmanip::clmul;
        Clmulh    "clmulh" "0000101 ttttt sssss 011 ddddd 0110011" R => bitmanip::clmulh;
    }
    [ZBC] any {
        Clmulr    "clmulr" "0000101 ttttt sssss 010 ddddd 0110011" R => bitmanip::clmulr;
    }
    [ZBS] any {
        Bclr      "bclr" "0100100 ttttt sssss 001 ddddd 0110011" R => bitmanip::bclr;
        Bext      "bext" "0100100 ttttt sssss 101 ddddd 0110011" R => bitmanip::bext;
        Binv      "binv" "0110100 ttttt sssss 001 ddddd 0110011" R => bitmanip::binv;
        Bset      "bset" "0010100 ttttt sssss 001 ddddd 0110011" R => bitmanip::bset;
    }
    [ZBS] rv32 {
        BclriRv32 "bclri" "0100100 hhhhh sssss 001 ddddd 0010011" Sh => bitmanip::bclri;
        BextiRv32 "bexti" "0100100 hhhhh sssss 101 ddddd 0010011" Sh => bitmanip::bexti;
        BinviRv32 "binvi" "0110100 hhhhh sssss 001 ddddd 0010011" Sh => bitmanip::binvi;
        BsetiRv32 "bseti" "0010100 hhhhh sssss 001 ddddd 0010011" Sh => bitmanip::bseti;
    }
    [ZBS] rv64 {
        Bclri     "bclri" "010010 hhhhhh sssss 001 ddddd 0010011" Sh => bitmanip::bclri;
        Bexti     "bexti" "010010 hhhhhh sssss 101 ddddd 0010011" Sh => bitmanip::bexti;
        Binvi     "binvi" "011010 hhhhhh sssss 001 ddddd 0010011" Sh => bitmanip::binvi;
        Bseti     "bseti" "001010 hhhhhh sssss 001 ddddd 0010011" Sh => bitmanip::bseti;
    }
    // Scalar cryptography's bit manipulation, chapter 32
    [ZBKB] any {
        Pack      "pack" "0000100 ttttt sssss 100 ddddd 0110011" R => bitmanip::pack;
        Packh     "packh" "0000100 ttttt sssss 111 ddddd 0110011" R => bitmanip::packh;
        Brev8     "brev8" "011010000111 sssss 101 ddddd 0010011" R1 => bitmanip::brev8;
    }
    [ZBKB] rv32 {
        Zip       "zip" "000010001111 sssss 001 ddddd 0010011" R1 => bitmanip::zip;
        Unzip     "unzip" "000010001111 sssss 101 ddddd 0010011" R1 => bitmanip::unzip;
    }
    [ZBKB] rv64 {
        Packw     "packw" "0000100 ttttt sssss 100 ddddd 0111011" R => bitmanip::packw;
    }
    [ZBKX] any {
        Xperm4    "xperm4" "0010100 ttttt sssss 010 ddddd 0110011" R => bitmanip::xperm4;
        Xperm8    "xperm8" "0010100 ttttt sssss 100 ddddd 0110011" R => bitmanip::xperm8;
    }
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
    // Cache-block operations, chapter 19
    [ZICBOM] any {
        CboInval "cbo.inval" "000000000000 sssss 010 00000 0001111" Cbo slow => system::cbo_inval;
        CboClean "cbo.clean" "000000000001 sssss 010 00000 0001111" Cbo slow => system::cbo_clean;
        CboFlush "cbo.flush" "000000000010 sssss 010 00000 0001111" Cbo slow => system::cbo_clean;
    }
    [ZICBOZ] any {
        CboZero  "cbo.zero"  "000000000100 sssss 010 00000 0001111" Cbo slow => system::cbo_zero;
    }
    [ZICBOP] any {
        PrefetchI "prefetch.i" "iiiiiii 00000 sssss 110 00000 0010011" Prefetch => base::ori;
        PrefetchR "prefetch.r" "iiiiiii 00001 sssss 110 00000 0010011" Prefetch => base::ori;
        PrefetchW "prefetch.w" "iiiiiii 00011 sssss 110 00000 0010011" Prefetch => base::ori;
    }
}
