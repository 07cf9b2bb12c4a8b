//! The instructions of A64: encoding, operands and meaning, in the order of the manual's index (C4.1).
//!
//! A row that is commented out is not there yet: the table is its own to-do list. Floating point and Advanced SIMD have
//! their rows in groups of their own at the end. Words without a row are undefined.

use super::feature::{Feature as Ext, Needs};
use super::format::*;
use super::load_store::{S8, S16, S32, U8, U16, U32, U64};
use super::state::AArch64;
use super::sysreg::{Mrs, Msr};
use super::system::*;
use super::width::{A64, View, W, X};
use super::{
    addsub, bitfield, branch, cond_select, crc, exclusive, load_store, load_store_pair, logical, maintenance,
    move_wide, muldiv, sysreg, system,
};
use crate::isa;

/// A row of the table.
pub type Row = isa::Row<AArch64>;

isa! {
    AArch64: A64 [View];
    [BASE] a64 {
        // Reserved, C4.1.1
        Udf            "udf"     "0000000000000000 iiiiiiiiiiiiiiii"                Undefined          slow => system::udf;
        // PC-relative addresses, C4.1.92
        Adr            "adr"     "0 ii 10000 iiiiiiiiiiiiiiiiiii ddddd"             Adr                => move_wide::adr;
        Adrp           "adrp"    "1 ii 10000 iiiiiiiiiiiiiiiiiii ddddd"             Adrp               => move_wide::adrp;
        // Add and subtract (immediate)
        AddImmW        "add"     "0 0 0 100010 h iiiiiiiiiiii nnnnn ddddd"          AddImm             => addsub::add_imm<W>;
        AddsImmW       "adds"    "0 0 1 100010 h iiiiiiiiiiii nnnnn ddddd"          AddImmSet          => addsub::adds_imm<W>;
        SubImmW        "sub"     "0 1 0 100010 h iiiiiiiiiiii nnnnn ddddd"          AddImm             => addsub::sub_imm<W>;
        SubsImmW       "subs"    "0 1 1 100010 h iiiiiiiiiiii nnnnn ddddd"          AddImmSet          => addsub::subs_imm<W>;
        AddImmX        "add"     "1 0 0 100010 h iiiiiiiiiiii nnnnn ddddd"          AddImm             => addsub::add_imm<X>;
        AddsImmX       "adds"    "1 0 1 100010 h iiiiiiiiiiii nnnnn ddddd"          AddImmSet          => addsub::adds_imm<X>;
        SubImmX        "sub"     "1 1 0 100010 h iiiiiiiiiiii nnnnn ddddd"          AddImm             => addsub::sub_imm<X>;
        SubsImmX       "subs"    "1 1 1 100010 h iiiiiiiiiiii nnnnn ddddd"          AddImmSet          => addsub::subs_imm<X>;
        // Logical (immediate)
        AndImmW        "and"     "0 00 100100 q rrrrrr ssssss nnnnn ddddd"          LogicalImm         => logical::and_imm<W>;
        OrrImmW        "orr"     "0 01 100100 q rrrrrr ssssss nnnnn ddddd"          LogicalImm         => logical::orr_imm<W>;
        EorImmW        "eor"     "0 10 100100 q rrrrrr ssssss nnnnn ddddd"          LogicalImm         => logical::eor_imm<W>;
        AndsImmW       "ands"    "0 11 100100 q rrrrrr ssssss nnnnn ddddd"          LogicalImmSet      => logical::ands_imm<W>;
        AndImmX        "and"     "1 00 100100 q rrrrrr ssssss nnnnn ddddd"          LogicalImm         => logical::and_imm<X>;
        OrrImmX        "orr"     "1 01 100100 q rrrrrr ssssss nnnnn ddddd"          LogicalImm         => logical::orr_imm<X>;
        EorImmX        "eor"     "1 10 100100 q rrrrrr ssssss nnnnn ddddd"          LogicalImm         => logical::eor_imm<X>;
        AndsImmX       "ands"    "1 11 100100 q rrrrrr ssssss nnnnn ddddd"          LogicalImmSet      => logical::ands_imm<X>;
        // Move wide (immediate)
        MovnW          "movn"    "0 00 100101 hh iiiiiiiiiiiiiiii ddddd"            MoveWide           => move_wide::movn<W>;
        MovzW          "movz"    "0 10 100101 hh iiiiiiiiiiiiiiii ddddd"            MoveWide           => move_wide::movz<W>;
        MovkW          "movk"    "0 11 100101 hh iiiiiiiiiiiiiiii ddddd"            MoveWide           => move_wide::movk<W>;
        MovnX          "movn"    "1 00 100101 hh iiiiiiiiiiiiiiii ddddd"            MoveWide           => move_wide::movn<X>;
        MovzX          "movz"    "1 10 100101 hh iiiiiiiiiiiiiiii ddddd"            MoveWide           => move_wide::movz<X>;
        MovkX          "movk"    "1 11 100101 hh iiiiiiiiiiiiiiii ddddd"            MoveWide           => move_wide::movk<X>;
        // Bitfield, extract
        SbfmW          "sbfm"    "0 00 100110 q rrrrrr ssssss nnnnn ddddd"          Bitfield           => bitfield::sbfm<W>;
        BfmW           "bfm"     "0 01 100110 q rrrrrr ssssss nnnnn ddddd"          Bitfield           => bitfield::bfm<W>;
        UbfmW          "ubfm"    "0 10 100110 q rrrrrr ssssss nnnnn ddddd"          Bitfield           => bitfield::ubfm<W>;
        ExtrW          "extr"    "0 00 100111 q 0 mmmmm ssssss nnnnn ddddd"         Extract            => bitfield::extr<W>;
        SbfmX          "sbfm"    "1 00 100110 q rrrrrr ssssss nnnnn ddddd"          Bitfield           => bitfield::sbfm<X>;
        BfmX           "bfm"     "1 01 100110 q rrrrrr ssssss nnnnn ddddd"          Bitfield           => bitfield::bfm<X>;
        UbfmX          "ubfm"    "1 10 100110 q rrrrrr ssssss nnnnn ddddd"          Bitfield           => bitfield::ubfm<X>;
        ExtrX          "extr"    "1 00 100111 q 0 mmmmm ssssss nnnnn ddddd"         Extract            => bitfield::extr<X>;
        // Conditional branch (immediate), C4.1.94. The last condition is another "always"
        BEq            "b.eq"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 0000"             BranchCond         branch => branch::b_eq;
        BNe            "b.ne"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 0001"             BranchCond         branch => branch::b_ne;
        BCs            "b.cs"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 0010"             BranchCond         branch => branch::b_cs;
        BCc            "b.cc"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 0011"             BranchCond         branch => branch::b_cc;
        BMi            "b.mi"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 0100"             BranchCond         branch => branch::b_mi;
        BPl            "b.pl"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 0101"             BranchCond         branch => branch::b_pl;
        BVs            "b.vs"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 0110"             BranchCond         branch => branch::b_vs;
        BVc            "b.vc"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 0111"             BranchCond         branch => branch::b_vc;
        BHi            "b.hi"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 1000"             BranchCond         branch => branch::b_hi;
        BLs            "b.ls"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 1001"             BranchCond         branch => branch::b_ls;
        BGe            "b.ge"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 1010"             BranchCond         branch => branch::b_ge;
        BLt            "b.lt"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 1011"             BranchCond         branch => branch::b_lt;
        BGt            "b.gt"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 1100"             BranchCond         branch => branch::b_gt;
        BLe            "b.le"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 1101"             BranchCond         branch => branch::b_le;
        BAl            "b.al"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 1110"             BranchCond         branch => branch::b_al;
        BNv            "b.nv"    "0101010 0 iiiiiiiiiiiiiiiiiii 0 1111"             BranchCond         branch => branch::b_nv;
        // Exceptions
        Svc            "svc"     "11010100 000 iiiiiiiiiiiiiiii 000 01"             Exception          slow => system::svc;
        Hvc            "hvc"     "11010100 000 iiiiiiiiiiiiiiii 000 10"             Exception          slow => system::hvc;
        Smc            "smc"     "11010100 000 iiiiiiiiiiiiiiii 000 11"             Exception          slow => system::smc;
        Brk            "brk"     "11010100 001 iiiiiiiiiiiiiiii 000 00"             Exception          slow => system::brk;
        Hlt            "hlt"     "11010100 010 iiiiiiiiiiiiiiii 000 00"             Exception          slow => system::hlt;
        // DCPS1 to DCPS3 are undefined outside of debug state, as all words without a row
        // Hints: NOP, YIELD, WFE, SEV and all others do nothing; WFI waits
        Wfe            "hint"    "1101010100 0 00 011 0010 0000 010 11111"          Hint               slow => system::wfe;
        Wfi            "hint"    "1101010100 0 00 011 0010 0000 011 11111"          Hint               slow => system::wfi;
        Hint           "hint"    "1101010100 0 00 011 0010 mmmm ooo 11111"          Hint               => system::hint;
        // Barriers
        Clrex          "clrex"   "1101010100 0 00 011 0011 mmmm 010 11111"          Whole              slow => exclusive::clrex;
        Dsb            "dsb"     "1101010100 0 00 011 0011 mmmm 100 11111"          Barrier            => system::barrier;
        Dmb            "dmb"     "1101010100 0 00 011 0011 mmmm 101 11111"          Barrier            => system::barrier;
        Isb            "isb"     "1101010100 0 00 011 0011 mmmm 110 11111"          Whole              slow => system::isb;
        // System registers and operations
        MsrImm         "msr"     "1101010100 0 00 ooo 0100 mmmm ooo 11111"          PstateField        slow => system::msr_imm;
        DcZva          "sys"     "1101010100 0 01 011 0111 0100 001 ttttt"          Sys                => system::dc_zva;
        Sys            "sys"     "1101010100 0 01 ooo nnnn mmmm ooo ttttt"          Sys                slow => maintenance::sys;
        Sysl           "sysl"    "1101010100 1 01 ooo nnnn mmmm ooo ttttt"          Sysl               slow => system::sysl;
        Msr            "msr"     "1101010100 0 1 o ooo nnnn mmmm ooo ttttt"         Msr                slow => sysreg::msr;
        Mrs            "mrs"     "1101010100 1 1 o ooo nnnn mmmm ooo ttttt"         Mrs                slow => sysreg::mrs;
        // Unconditional branch (register)
        Br             "br"      "1101011 0 0 00 11111 000000 nnnnn 00000"          BranchReg          jump => branch::br;
        Blr            "blr"     "1101011 0 0 01 11111 000000 nnnnn 00000"          BranchReg          jump => branch::blr;
        Ret            "ret"     "1101011 0 0 10 11111 000000 nnnnn 00000"          Return             jump => branch::br;
        Eret           "eret"    "1101011 0 1 00 11111 000000 11111 00000"          Unused             slow => system::eret;
        // DRPS is undefined outside of debug state
        // Unconditional branch (immediate), compare and branch, test and branch
        B              "b"       "0 00101 iiiiiiiiiiiiiiiiiiiiiiiiii"               BranchImm          jump => branch::b;
        Bl             "bl"      "1 00101 iiiiiiiiiiiiiiiiiiiiiiiiii"               BranchImm          jump => branch::bl;
        CbzW           "cbz"     "0 011010 0 iiiiiiiiiiiiiiiiiii ttttt"             CompareBranch      branch => branch::cbz<W>;
        CbnzW          "cbnz"    "0 011010 1 iiiiiiiiiiiiiiiiiii ttttt"             CompareBranch      branch => branch::cbnz<W>;
        CbzX           "cbz"     "1 011010 0 iiiiiiiiiiiiiiiiiii ttttt"             CompareBranch      branch => branch::cbz<X>;
        CbnzX          "cbnz"    "1 011010 1 iiiiiiiiiiiiiiiiiii ttttt"             CompareBranch      branch => branch::cbnz<X>;
        Tbz            "tbz"     "b 011011 0 bbbbb iiiiiiiiiiiiii ttttt"            TestBranch         branch => branch::tbz;
        Tbnz           "tbnz"    "b 011011 1 bbbbb iiiiiiiiiiiiii ttttt"            TestBranch         branch => branch::tbnz;
        // Exclusives, acquire and release, C4.1.96
        StxrB          "stxrb"   "00 001000 0 0 0 sssss 0 uuuuu nnnnn ttttt"        StoreExclusive     => exclusive::stxr<U8>;
        StlxrB         "stlxrb"  "00 001000 0 0 0 sssss 1 uuuuu nnnnn ttttt"        StoreExclusive     => exclusive::stxr<U8>;
        LdxrB          "ldxrb"   "00 001000 0 1 0 sssss 0 uuuuu nnnnn ttttt"        Exclusive          => exclusive::ldxr<U8>;
        LdaxrB         "ldaxrb"  "00 001000 0 1 0 sssss 1 uuuuu nnnnn ttttt"        Exclusive          => exclusive::ldxr<U8>;
        StlrB          "stlrb"   "00 001000 1 0 0 sssss 1 uuuuu nnnnn ttttt"        Release            => exclusive::stlr<U8>;
        LdarB          "ldarb"   "00 001000 1 1 0 sssss 1 uuuuu nnnnn ttttt"        Ordered            => exclusive::ldar<U8>;
        StxrH          "stxrh"   "01 001000 0 0 0 sssss 0 uuuuu nnnnn ttttt"        StoreExclusive     => exclusive::stxr<U16>;
        StlxrH         "stlxrh"  "01 001000 0 0 0 sssss 1 uuuuu nnnnn ttttt"        StoreExclusive     => exclusive::stxr<U16>;
        LdxrH          "ldxrh"   "01 001000 0 1 0 sssss 0 uuuuu nnnnn ttttt"        Exclusive          => exclusive::ldxr<U16>;
        LdaxrH         "ldaxrh"  "01 001000 0 1 0 sssss 1 uuuuu nnnnn ttttt"        Exclusive          => exclusive::ldxr<U16>;
        StlrH          "stlrh"   "01 001000 1 0 0 sssss 1 uuuuu nnnnn ttttt"        Release            => exclusive::stlr<U16>;
        LdarH          "ldarh"   "01 001000 1 1 0 sssss 1 uuuuu nnnnn ttttt"        Ordered            => exclusive::ldar<U16>;
        StxrW          "stxr"    "10 001000 0 0 0 sssss 0 uuuuu nnnnn ttttt"        StoreExclusive     => exclusive::stxr<U32>;
        StlxrW         "stlxr"   "10 001000 0 0 0 sssss 1 uuuuu nnnnn ttttt"        StoreExclusive     => exclusive::stxr<U32>;
        LdxrW          "ldxr"    "10 001000 0 1 0 sssss 0 uuuuu nnnnn ttttt"        Exclusive          => exclusive::ldxr<U32>;
        LdaxrW         "ldaxr"   "10 001000 0 1 0 sssss 1 uuuuu nnnnn ttttt"        Exclusive          => exclusive::ldxr<U32>;
        StlrW          "stlr"    "10 001000 1 0 0 sssss 1 uuuuu nnnnn ttttt"        Release            => exclusive::stlr<U32>;
        LdarW          "ldar"    "10 001000 1 1 0 sssss 1 uuuuu nnnnn ttttt"        Ordered            => exclusive::ldar<U32>;
        StxrX          "stxr"    "11 001000 0 0 0 sssss 0 uuuuu nnnnn ttttt"        StoreExclusive     => exclusive::stxr<U64>;
        StlxrX         "stlxr"   "11 001000 0 0 0 sssss 1 uuuuu nnnnn ttttt"        StoreExclusive     => exclusive::stxr<U64>;
        LdxrX          "ldxr"    "11 001000 0 1 0 sssss 0 uuuuu nnnnn ttttt"        Exclusive          => exclusive::ldxr<U64>;
        LdaxrX         "ldaxr"   "11 001000 0 1 0 sssss 1 uuuuu nnnnn ttttt"        Exclusive          => exclusive::ldxr<U64>;
        StlrX          "stlr"    "11 001000 1 0 0 sssss 1 uuuuu nnnnn ttttt"        Release            => exclusive::stlr<U64>;
        LdarX          "ldar"    "11 001000 1 1 0 sssss 1 uuuuu nnnnn ttttt"        Ordered            => exclusive::ldar<U64>;
        StxpW          "stxp"    "10 001000 0 0 1 sssss 0 uuuuu nnnnn ttttt"        StoreExclusivePair slow => exclusive::stxp<U32>;
        StlxpW         "stlxp"   "10 001000 0 0 1 sssss 1 uuuuu nnnnn ttttt"        StoreExclusivePair slow => exclusive::stxp<U32>;
        LdxpW          "ldxp"    "10 001000 0 1 1 sssss 0 uuuuu nnnnn ttttt"        LoadExclusivePair  => exclusive::ldxp<U32>;
        LdaxpW         "ldaxp"   "10 001000 0 1 1 sssss 1 uuuuu nnnnn ttttt"        LoadExclusivePair  => exclusive::ldxp<U32>;
        StxpX          "stxp"    "11 001000 0 0 1 sssss 0 uuuuu nnnnn ttttt"        StoreExclusivePair slow => exclusive::stxp<U64>;
        StlxpX         "stlxp"   "11 001000 0 0 1 sssss 1 uuuuu nnnnn ttttt"        StoreExclusivePair slow => exclusive::stxp<U64>;
        LdxpX          "ldxp"    "11 001000 0 1 1 sssss 0 uuuuu nnnnn ttttt"        LoadExclusivePair  => exclusive::ldxp<U64>;
        LdaxpX         "ldaxp"   "11 001000 0 1 1 sssss 1 uuuuu nnnnn ttttt"        LoadExclusivePair  => exclusive::ldxp<U64>;
        // Loads from near the instruction
        LdrLiteralW    "ldr"     "00 011 0 00 iiiiiiiiiiiiiiiiiii ttttt"            Literal            => load_store::ldr_literal<U32>;
        LdrLiteralX    "ldr"     "01 011 0 00 iiiiiiiiiiiiiiiiiii ttttt"            Literal            => load_store::ldr_literal<U64>;
        LdrswLiteral   "ldrsw"   "10 011 0 00 iiiiiiiiiiiiiiiiiii ttttt"            Literal            => load_store::ldr_literal<S32>;
        PrfmLiteral    "prfm"    "11 011 0 00 iiiiiiiiiiiiiiiiiii ttttt"            PrefetchLiteral    => load_store::prfm_literal;
        // Pairs: no-allocate, post-indexed, at an offset, pre-indexed
        StnpW          "stnp"    "00 101 0 000 0 iiiiiii uuuuu nnnnn ttttt"         StorePair          => load_store_pair::stp<U32>;
        LdnpW          "ldnp"    "00 101 0 000 1 iiiiiii uuuuu nnnnn ttttt"         LoadPair           => load_store_pair::ldp<U32>;
        StnpX          "stnp"    "10 101 0 000 0 iiiiiii uuuuu nnnnn ttttt"         StorePair          => load_store_pair::stp<U64>;
        LdnpX          "ldnp"    "10 101 0 000 1 iiiiiii uuuuu nnnnn ttttt"         LoadPair           => load_store_pair::ldp<U64>;
        StpPostW       "stp"     "00 101 0 001 0 iiiiiii uuuuu nnnnn ttttt"         StorePairPost      => load_store_pair::stp_post<U32>;
        LdpPostW       "ldp"     "00 101 0 001 1 iiiiiii uuuuu nnnnn ttttt"         LoadPairPost       => load_store_pair::ldp_post<U32>;
        StpPostX       "stp"     "10 101 0 001 0 iiiiiii uuuuu nnnnn ttttt"         StorePairPost      => load_store_pair::stp_post<U64>;
        LdpPostX       "ldp"     "10 101 0 001 1 iiiiiii uuuuu nnnnn ttttt"         LoadPairPost       => load_store_pair::ldp_post<U64>;
        LdpswPost      "ldpsw"   "01 101 0 001 1 iiiiiii uuuuu nnnnn ttttt"         LoadWordsPost      => load_store_pair::ldp_post<S32>;
        StpW           "stp"     "00 101 0 010 0 iiiiiii uuuuu nnnnn ttttt"         StorePair          => load_store_pair::stp<U32>;
        LdpW           "ldp"     "00 101 0 010 1 iiiiiii uuuuu nnnnn ttttt"         LoadPair           => load_store_pair::ldp<U32>;
        StpX           "stp"     "10 101 0 010 0 iiiiiii uuuuu nnnnn ttttt"         StorePair          => load_store_pair::stp<U64>;
        LdpX           "ldp"     "10 101 0 010 1 iiiiiii uuuuu nnnnn ttttt"         LoadPair           => load_store_pair::ldp<U64>;
        Ldpsw          "ldpsw"   "01 101 0 010 1 iiiiiii uuuuu nnnnn ttttt"         LoadWords          => load_store_pair::ldp<S32>;
        StpPreW        "stp"     "00 101 0 011 0 iiiiiii uuuuu nnnnn ttttt"         StorePairPre       => load_store_pair::stp_pre<U32>;
        LdpPreW        "ldp"     "00 101 0 011 1 iiiiiii uuuuu nnnnn ttttt"         LoadPairPre        => load_store_pair::ldp_pre<U32>;
        StpPreX        "stp"     "10 101 0 011 0 iiiiiii uuuuu nnnnn ttttt"         StorePairPre       => load_store_pair::stp_pre<U64>;
        LdpPreX        "ldp"     "10 101 0 011 1 iiiiiii uuuuu nnnnn ttttt"         LoadPairPre        => load_store_pair::ldp_pre<U64>;
        LdpswPre       "ldpsw"   "01 101 0 011 1 iiiiiii uuuuu nnnnn ttttt"         LoadWordsPre       => load_store_pair::ldp_pre<S32>;
        // Loads and stores at a signed offset in bytes
        Sturb          "sturb"   "00 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt"        StoreUnscaled      => load_store::str<U8>;
        Ldurb          "ldurb"   "00 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt"        LoadUnscaled       => load_store::ldr<X, U8>;
        LdursbX        "ldursb"  "00 111 0 00 10 0 iiiiiiiii 00 nnnnn ttttt"        LoadUnscaled       => load_store::ldr<X, S8>;
        LdursbW        "ldursb"  "00 111 0 00 11 0 iiiiiiiii 00 nnnnn ttttt"        LoadUnscaled       => load_store::ldr<W, S8>;
        Sturh          "sturh"   "01 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt"        StoreUnscaled      => load_store::str<U16>;
        Ldurh          "ldurh"   "01 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt"        LoadUnscaled       => load_store::ldr<X, U16>;
        LdurshX        "ldursh"  "01 111 0 00 10 0 iiiiiiiii 00 nnnnn ttttt"        LoadUnscaled       => load_store::ldr<X, S16>;
        LdurshW        "ldursh"  "01 111 0 00 11 0 iiiiiiiii 00 nnnnn ttttt"        LoadUnscaled       => load_store::ldr<W, S16>;
        SturW          "stur"    "10 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt"        StoreUnscaled      => load_store::str<U32>;
        LdurW          "ldur"    "10 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt"        LoadUnscaled       => load_store::ldr<X, U32>;
        Ldursw         "ldursw"  "10 111 0 00 10 0 iiiiiiiii 00 nnnnn ttttt"        LoadUnscaled       => load_store::ldr<X, S32>;
        SturX          "stur"    "11 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt"        StoreUnscaled      => load_store::str<U64>;
        LdurX          "ldur"    "11 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt"        LoadUnscaled       => load_store::ldr<X, U64>;
        Prfum          "prfum"   "11 111 0 00 10 0 iiiiiiiii 00 nnnnn ttttt"        Prefetch           => load_store::prfm;
        // Post-indexed
        StrbPost       "strb"    "00 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt"        StorePost          => load_store::str_post<U8>;
        LdrbPost       "ldrb"    "00 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt"        LoadPost           => load_store::ldr_post<X, U8>;
        LdrsbXPost     "ldrsb"   "00 111 0 00 10 0 iiiiiiiii 01 nnnnn ttttt"        LoadPost           => load_store::ldr_post<X, S8>;
        LdrsbWPost     "ldrsb"   "00 111 0 00 11 0 iiiiiiiii 01 nnnnn ttttt"        LoadPost           => load_store::ldr_post<W, S8>;
        StrhPost       "strh"    "01 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt"        StorePost          => load_store::str_post<U16>;
        LdrhPost       "ldrh"    "01 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt"        LoadPost           => load_store::ldr_post<X, U16>;
        LdrshXPost     "ldrsh"   "01 111 0 00 10 0 iiiiiiiii 01 nnnnn ttttt"        LoadPost           => load_store::ldr_post<X, S16>;
        LdrshWPost     "ldrsh"   "01 111 0 00 11 0 iiiiiiiii 01 nnnnn ttttt"        LoadPost           => load_store::ldr_post<W, S16>;
        StrWPost       "str"     "10 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt"        StorePost          => load_store::str_post<U32>;
        LdrWPost       "ldr"     "10 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt"        LoadPost           => load_store::ldr_post<X, U32>;
        LdrswPost      "ldrsw"   "10 111 0 00 10 0 iiiiiiiii 01 nnnnn ttttt"        LoadPost           => load_store::ldr_post<X, S32>;
        StrXPost       "str"     "11 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt"        StorePost          => load_store::str_post<U64>;
        LdrXPost       "ldr"     "11 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt"        LoadPost           => load_store::ldr_post<X, U64>;
        // Unprivileged
        Sttrb          "sttrb"   "00 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt"        StoreUnscaled      slow => load_store::sttr<U8>;
        Ldtrb          "ldtrb"   "00 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt"        LoadUnscaled       slow => load_store::ldtr<X, U8>;
        LdtrsbX        "ldtrsb"  "00 111 0 00 10 0 iiiiiiiii 10 nnnnn ttttt"        LoadUnscaled       slow => load_store::ldtr<X, S8>;
        LdtrsbW        "ldtrsb"  "00 111 0 00 11 0 iiiiiiiii 10 nnnnn ttttt"        LoadUnscaled       slow => load_store::ldtr<W, S8>;
        Sttrh          "sttrh"   "01 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt"        StoreUnscaled      slow => load_store::sttr<U16>;
        Ldtrh          "ldtrh"   "01 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt"        LoadUnscaled       slow => load_store::ldtr<X, U16>;
        LdtrshX        "ldtrsh"  "01 111 0 00 10 0 iiiiiiiii 10 nnnnn ttttt"        LoadUnscaled       slow => load_store::ldtr<X, S16>;
        LdtrshW        "ldtrsh"  "01 111 0 00 11 0 iiiiiiiii 10 nnnnn ttttt"        LoadUnscaled       slow => load_store::ldtr<W, S16>;
        SttrW          "sttr"    "10 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt"        StoreUnscaled      slow => load_store::sttr<U32>;
        LdtrW          "ldtr"    "10 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt"        LoadUnscaled       slow => load_store::ldtr<X, U32>;
        Ldtrsw         "ldtrsw"  "10 111 0 00 10 0 iiiiiiiii 10 nnnnn ttttt"        LoadUnscaled       slow => load_store::ldtr<X, S32>;
        SttrX          "sttr"    "11 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt"        StoreUnscaled      slow => load_store::sttr<U64>;
        LdtrX          "ldtr"    "11 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt"        LoadUnscaled       slow => load_store::ldtr<X, U64>;
        // Pre-indexed
        StrbPre        "strb"    "00 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt"        StorePre           => load_store::str_pre<U8>;
        LdrbPre        "ldrb"    "00 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt"        LoadPre            => load_store::ldr_pre<X, U8>;
        LdrsbXPre      "ldrsb"   "00 111 0 00 10 0 iiiiiiiii 11 nnnnn ttttt"        LoadPre            => load_store::ldr_pre<X, S8>;
        LdrsbWPre      "ldrsb"   "00 111 0 00 11 0 iiiiiiiii 11 nnnnn ttttt"        LoadPre            => load_store::ldr_pre<W, S8>;
        StrhPre        "strh"    "01 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt"        StorePre           => load_store::str_pre<U16>;
        LdrhPre        "ldrh"    "01 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt"        LoadPre            => load_store::ldr_pre<X, U16>;
        LdrshXPre      "ldrsh"   "01 111 0 00 10 0 iiiiiiiii 11 nnnnn ttttt"        LoadPre            => load_store::ldr_pre<X, S16>;
        LdrshWPre      "ldrsh"   "01 111 0 00 11 0 iiiiiiiii 11 nnnnn ttttt"        LoadPre            => load_store::ldr_pre<W, S16>;
        StrWPre        "str"     "10 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt"        StorePre           => load_store::str_pre<U32>;
        LdrWPre        "ldr"     "10 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt"        LoadPre            => load_store::ldr_pre<X, U32>;
        LdrswPre       "ldrsw"   "10 111 0 00 10 0 iiiiiiiii 11 nnnnn ttttt"        LoadPre            => load_store::ldr_pre<X, S32>;
        StrXPre        "str"     "11 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt"        StorePre           => load_store::str_pre<U64>;
        LdrXPre        "ldr"     "11 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt"        LoadPre            => load_store::ldr_pre<X, U64>;
        // Offset in a register
        StrbReg        "strb"    "00 111 0 00 00 1 mmmmm ooo k 10 nnnnn ttttt"      StoreReg           => load_store::str_reg<U8>;
        LdrbReg        "ldrb"    "00 111 0 00 01 1 mmmmm ooo k 10 nnnnn ttttt"      LoadStoreReg       => load_store::ldr_reg<X, U8>;
        LdrsbXReg      "ldrsb"   "00 111 0 00 10 1 mmmmm ooo k 10 nnnnn ttttt"      LoadStoreReg       => load_store::ldr_reg<X, S8>;
        LdrsbWReg      "ldrsb"   "00 111 0 00 11 1 mmmmm ooo k 10 nnnnn ttttt"      LoadStoreReg       => load_store::ldr_reg<W, S8>;
        StrhReg        "strh"    "01 111 0 00 00 1 mmmmm ooo k 10 nnnnn ttttt"      StoreReg           => load_store::str_reg<U16>;
        LdrhReg        "ldrh"    "01 111 0 00 01 1 mmmmm ooo k 10 nnnnn ttttt"      LoadStoreReg       => load_store::ldr_reg<X, U16>;
        LdrshXReg      "ldrsh"   "01 111 0 00 10 1 mmmmm ooo k 10 nnnnn ttttt"      LoadStoreReg       => load_store::ldr_reg<X, S16>;
        LdrshWReg      "ldrsh"   "01 111 0 00 11 1 mmmmm ooo k 10 nnnnn ttttt"      LoadStoreReg       => load_store::ldr_reg<W, S16>;
        StrWReg        "str"     "10 111 0 00 00 1 mmmmm ooo k 10 nnnnn ttttt"      StoreReg           => load_store::str_reg<U32>;
        LdrWReg        "ldr"     "10 111 0 00 01 1 mmmmm ooo k 10 nnnnn ttttt"      LoadStoreReg       => load_store::ldr_reg<X, U32>;
        LdrswReg       "ldrsw"   "10 111 0 00 10 1 mmmmm ooo k 10 nnnnn ttttt"      LoadStoreReg       => load_store::ldr_reg<X, S32>;
        StrXReg        "str"     "11 111 0 00 00 1 mmmmm ooo k 10 nnnnn ttttt"      StoreReg           => load_store::str_reg<U64>;
        LdrXReg        "ldr"     "11 111 0 00 01 1 mmmmm ooo k 10 nnnnn ttttt"      LoadStoreReg       => load_store::ldr_reg<X, U64>;
        PrfmReg        "prfm"    "11 111 0 00 10 1 mmmmm ooo k 10 nnnnn ttttt"      PrefetchReg        => load_store::prfm_reg;
        // At an unsigned offset in units of what is moved
        Strb           "strb"    "00 111 0 01 00 iiiiiiiiiiii nnnnn ttttt"          StoreScaled        => load_store::str<U8>;
        Ldrb           "ldrb"    "00 111 0 01 01 iiiiiiiiiiii nnnnn ttttt"          LoadScaled         => load_store::ldr<X, U8>;
        LdrsbX         "ldrsb"   "00 111 0 01 10 iiiiiiiiiiii nnnnn ttttt"          LoadScaled         => load_store::ldr<X, S8>;
        LdrsbW         "ldrsb"   "00 111 0 01 11 iiiiiiiiiiii nnnnn ttttt"          LoadScaled         => load_store::ldr<W, S8>;
        Strh           "strh"    "01 111 0 01 00 iiiiiiiiiiii nnnnn ttttt"          StoreScaled        => load_store::str<U16>;
        Ldrh           "ldrh"    "01 111 0 01 01 iiiiiiiiiiii nnnnn ttttt"          LoadScaled         => load_store::ldr<X, U16>;
        LdrshX         "ldrsh"   "01 111 0 01 10 iiiiiiiiiiii nnnnn ttttt"          LoadScaled         => load_store::ldr<X, S16>;
        LdrshW         "ldrsh"   "01 111 0 01 11 iiiiiiiiiiii nnnnn ttttt"          LoadScaled         => load_store::ldr<W, S16>;
        StrW           "str"     "10 111 0 01 00 iiiiiiiiiiii nnnnn ttttt"          StoreScaled        => load_store::str<U32>;
        LdrW           "ldr"     "10 111 0 01 01 iiiiiiiiiiii nnnnn ttttt"          LoadScaled         => load_store::ldr<X, U32>;
        Ldrsw          "ldrsw"   "10 111 0 01 10 iiiiiiiiiiii nnnnn ttttt"          LoadScaled         => load_store::ldr<X, S32>;
        StrX           "str"     "11 111 0 01 00 iiiiiiiiiiii nnnnn ttttt"          StoreScaled        => load_store::str<U64>;
        LdrX           "ldr"     "11 111 0 01 01 iiiiiiiiiiii nnnnn ttttt"          LoadScaled         => load_store::ldr<X, U64>;
        Prfm           "prfm"    "11 111 0 01 10 iiiiiiiiiiii nnnnn ttttt"          Prefetch           => load_store::prfm;
        // Two sources, C4.1.95
        UdivW          "udiv"    "0 0 0 11010110 mmmmm 000010 nnnnn ddddd"          Rrr                => muldiv::udiv<W>;
        SdivW          "sdiv"    "0 0 0 11010110 mmmmm 000011 nnnnn ddddd"          Rrr                => muldiv::sdiv<W>;
        LslvW          "lslv"    "0 0 0 11010110 mmmmm 001000 nnnnn ddddd"          Rrr                => muldiv::lslv<W>;
        LsrvW          "lsrv"    "0 0 0 11010110 mmmmm 001001 nnnnn ddddd"          Rrr                => muldiv::lsrv<W>;
        AsrvW          "asrv"    "0 0 0 11010110 mmmmm 001010 nnnnn ddddd"          Rrr                => muldiv::asrv<W>;
        RorvW          "rorv"    "0 0 0 11010110 mmmmm 001011 nnnnn ddddd"          Rrr                => muldiv::rorv<W>;
        UdivX          "udiv"    "1 0 0 11010110 mmmmm 000010 nnnnn ddddd"          Rrr                => muldiv::udiv<X>;
        SdivX          "sdiv"    "1 0 0 11010110 mmmmm 000011 nnnnn ddddd"          Rrr                => muldiv::sdiv<X>;
        LslvX          "lslv"    "1 0 0 11010110 mmmmm 001000 nnnnn ddddd"          Rrr                => muldiv::lslv<X>;
        LsrvX          "lsrv"    "1 0 0 11010110 mmmmm 001001 nnnnn ddddd"          Rrr                => muldiv::lsrv<X>;
        AsrvX          "asrv"    "1 0 0 11010110 mmmmm 001010 nnnnn ddddd"          Rrr                => muldiv::asrv<X>;
        RorvX          "rorv"    "1 0 0 11010110 mmmmm 001011 nnnnn ddddd"          Rrr                => muldiv::rorv<X>;
        // One source
        RbitW          "rbit"    "0 1 0 11010110 00000 000000 nnnnn ddddd"          Rr                 => bitfield::rbit<W>;
        Rev16W         "rev16"   "0 1 0 11010110 00000 000001 nnnnn ddddd"          Rr                 => bitfield::rev16<W>;
        RevW           "rev"     "0 1 0 11010110 00000 000010 nnnnn ddddd"          Rr                 => bitfield::rev<W>;
        ClzW           "clz"     "0 1 0 11010110 00000 000100 nnnnn ddddd"          Rr                 => bitfield::clz<W>;
        ClsW           "cls"     "0 1 0 11010110 00000 000101 nnnnn ddddd"          Rr                 => bitfield::cls<W>;
        RbitX          "rbit"    "1 1 0 11010110 00000 000000 nnnnn ddddd"          Rr                 => bitfield::rbit<X>;
        Rev16X         "rev16"   "1 1 0 11010110 00000 000001 nnnnn ddddd"          Rr                 => bitfield::rev16<X>;
        Rev32          "rev32"   "1 1 0 11010110 00000 000010 nnnnn ddddd"          Rr                 => bitfield::rev32<X>;
        RevX           "rev"     "1 1 0 11010110 00000 000011 nnnnn ddddd"          Rr                 => bitfield::rev<X>;
        ClzX           "clz"     "1 1 0 11010110 00000 000100 nnnnn ddddd"          Rr                 => bitfield::clz<X>;
        ClsX           "cls"     "1 1 0 11010110 00000 000101 nnnnn ddddd"          Rr                 => bitfield::cls<X>;
        // Logical (shifted register); a register that is not shifted has rows of its own, as nearly all have
        AndW           "and"     "0 00 01010 00 0 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::and<W>;
        BicW           "bic"     "0 00 01010 00 1 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::bic<W>;
        OrrW           "orr"     "0 01 01010 00 0 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::orr<W>;
        OrnW           "orn"     "0 01 01010 00 1 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::orn<W>;
        EorW           "eor"     "0 10 01010 00 0 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::eor<W>;
        EonW           "eon"     "0 10 01010 00 1 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::eon<W>;
        AndsW          "ands"    "0 11 01010 00 0 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::ands<W>;
        BicsW          "bics"    "0 11 01010 00 1 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::bics<W>;
        AndShiftedW    "and"     "0 00 01010 hh 0 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::and_shifted<W>;
        BicShiftedW    "bic"     "0 00 01010 hh 1 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::bic_shifted<W>;
        OrrShiftedW    "orr"     "0 01 01010 hh 0 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::orr_shifted<W>;
        OrnShiftedW    "orn"     "0 01 01010 hh 1 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::orn_shifted<W>;
        EorShiftedW    "eor"     "0 10 01010 hh 0 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::eor_shifted<W>;
        EonShiftedW    "eon"     "0 10 01010 hh 1 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::eon_shifted<W>;
        AndsShiftedW   "ands"    "0 11 01010 hh 0 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::ands_shifted<W>;
        BicsShiftedW   "bics"    "0 11 01010 hh 1 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::bics_shifted<W>;
        AndX           "and"     "1 00 01010 00 0 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::and<X>;
        BicX           "bic"     "1 00 01010 00 1 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::bic<X>;
        OrrX           "orr"     "1 01 01010 00 0 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::orr<X>;
        OrnX           "orn"     "1 01 01010 00 1 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::orn<X>;
        EorX           "eor"     "1 10 01010 00 0 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::eor<X>;
        EonX           "eon"     "1 10 01010 00 1 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::eon<X>;
        AndsX          "ands"    "1 11 01010 00 0 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::ands<X>;
        BicsX          "bics"    "1 11 01010 00 1 mmmmm 000000 nnnnn ddddd"         Rrr                => logical::bics<X>;
        AndShiftedX    "and"     "1 00 01010 hh 0 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::and_shifted<X>;
        BicShiftedX    "bic"     "1 00 01010 hh 1 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::bic_shifted<X>;
        OrrShiftedX    "orr"     "1 01 01010 hh 0 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::orr_shifted<X>;
        OrnShiftedX    "orn"     "1 01 01010 hh 1 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::orn_shifted<X>;
        EorShiftedX    "eor"     "1 10 01010 hh 0 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::eor_shifted<X>;
        EonShiftedX    "eon"     "1 10 01010 hh 1 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::eon_shifted<X>;
        AndsShiftedX   "ands"    "1 11 01010 hh 0 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::ands_shifted<X>;
        BicsShiftedX   "bics"    "1 11 01010 hh 1 mmmmm iiiiii nnnnn ddddd"         Shifted            => logical::bics_shifted<X>;
        // Add and subtract (shifted register, extended register, with carry)
        AddW           "add"     "0 0 0 01011 00 0 mmmmm 000000 nnnnn ddddd"        Rrr                => addsub::add<W>;
        AddsW          "adds"    "0 0 1 01011 00 0 mmmmm 000000 nnnnn ddddd"        Rrr                => addsub::adds<W>;
        SubW           "sub"     "0 1 0 01011 00 0 mmmmm 000000 nnnnn ddddd"        Rrr                => addsub::sub<W>;
        SubsW          "subs"    "0 1 1 01011 00 0 mmmmm 000000 nnnnn ddddd"        Rrr                => addsub::subs<W>;
        AddShiftedW    "add"     "0 0 0 01011 hh 0 mmmmm iiiiii nnnnn ddddd"        ShiftedAdd         => addsub::add_shifted<W>;
        AddsShiftedW   "adds"    "0 0 1 01011 hh 0 mmmmm iiiiii nnnnn ddddd"        ShiftedAdd         => addsub::adds_shifted<W>;
        SubShiftedW    "sub"     "0 1 0 01011 hh 0 mmmmm iiiiii nnnnn ddddd"        ShiftedAdd         => addsub::sub_shifted<W>;
        SubsShiftedW   "subs"    "0 1 1 01011 hh 0 mmmmm iiiiii nnnnn ddddd"        ShiftedAdd         => addsub::subs_shifted<W>;
        AddExtendedW   "add"     "0 0 0 01011 00 1 mmmmm ooo iii nnnnn ddddd"       Extended           => addsub::add_extended<W>;
        AddsExtendedW  "adds"    "0 0 1 01011 00 1 mmmmm ooo iii nnnnn ddddd"       ExtendedSet        => addsub::adds_extended<W>;
        SubExtendedW   "sub"     "0 1 0 01011 00 1 mmmmm ooo iii nnnnn ddddd"       Extended           => addsub::sub_extended<W>;
        SubsExtendedW  "subs"    "0 1 1 01011 00 1 mmmmm ooo iii nnnnn ddddd"       ExtendedSet        => addsub::subs_extended<W>;
        AdcW           "adc"     "0 0 0 11010000 mmmmm 000000 nnnnn ddddd"          Rrr                => addsub::adc<W>;
        AdcsW          "adcs"    "0 0 1 11010000 mmmmm 000000 nnnnn ddddd"          Rrr                => addsub::adcs<W>;
        SbcW           "sbc"     "0 1 0 11010000 mmmmm 000000 nnnnn ddddd"          Rrr                => addsub::sbc<W>;
        SbcsW          "sbcs"    "0 1 1 11010000 mmmmm 000000 nnnnn ddddd"          Rrr                => addsub::sbcs<W>;
        AddX           "add"     "1 0 0 01011 00 0 mmmmm 000000 nnnnn ddddd"        Rrr                => addsub::add<X>;
        AddsX          "adds"    "1 0 1 01011 00 0 mmmmm 000000 nnnnn ddddd"        Rrr                => addsub::adds<X>;
        SubX           "sub"     "1 1 0 01011 00 0 mmmmm 000000 nnnnn ddddd"        Rrr                => addsub::sub<X>;
        SubsX          "subs"    "1 1 1 01011 00 0 mmmmm 000000 nnnnn ddddd"        Rrr                => addsub::subs<X>;
        AddShiftedX    "add"     "1 0 0 01011 hh 0 mmmmm iiiiii nnnnn ddddd"        ShiftedAdd         => addsub::add_shifted<X>;
        AddsShiftedX   "adds"    "1 0 1 01011 hh 0 mmmmm iiiiii nnnnn ddddd"        ShiftedAdd         => addsub::adds_shifted<X>;
        SubShiftedX    "sub"     "1 1 0 01011 hh 0 mmmmm iiiiii nnnnn ddddd"        ShiftedAdd         => addsub::sub_shifted<X>;
        SubsShiftedX   "subs"    "1 1 1 01011 hh 0 mmmmm iiiiii nnnnn ddddd"        ShiftedAdd         => addsub::subs_shifted<X>;
        AddExtendedX   "add"     "1 0 0 01011 00 1 mmmmm ooo iii nnnnn ddddd"       Extended           => addsub::add_extended<X>;
        AddsExtendedX  "adds"    "1 0 1 01011 00 1 mmmmm ooo iii nnnnn ddddd"       ExtendedSet        => addsub::adds_extended<X>;
        SubExtendedX   "sub"     "1 1 0 01011 00 1 mmmmm ooo iii nnnnn ddddd"       Extended           => addsub::sub_extended<X>;
        SubsExtendedX  "subs"    "1 1 1 01011 00 1 mmmmm ooo iii nnnnn ddddd"       ExtendedSet        => addsub::subs_extended<X>;
        AdcX           "adc"     "1 0 0 11010000 mmmmm 000000 nnnnn ddddd"          Rrr                => addsub::adc<X>;
        AdcsX          "adcs"    "1 0 1 11010000 mmmmm 000000 nnnnn ddddd"          Rrr                => addsub::adcs<X>;
        SbcX           "sbc"     "1 1 0 11010000 mmmmm 000000 nnnnn ddddd"          Rrr                => addsub::sbc<X>;
        SbcsX          "sbcs"    "1 1 1 11010000 mmmmm 000000 nnnnn ddddd"          Rrr                => addsub::sbcs<X>;
        // Conditional compare and select
        CcmnW          "ccmn"    "0 0 1 11010010 mmmmm cccc 0 0 nnnnn 0 zzzz"       CompareReg         => cond_select::ccmn<W>;
        CcmnImmW       "ccmn"    "0 0 1 11010010 iiiii cccc 1 0 nnnnn 0 zzzz"       CompareImm         => cond_select::ccmn_imm<W>;
        CcmpW          "ccmp"    "0 1 1 11010010 mmmmm cccc 0 0 nnnnn 0 zzzz"       CompareReg         => cond_select::ccmp<W>;
        CcmpImmW       "ccmp"    "0 1 1 11010010 iiiii cccc 1 0 nnnnn 0 zzzz"       CompareImm         => cond_select::ccmp_imm<W>;
        CselW          "csel"    "0 0 0 11010100 mmmmm cccc 00 nnnnn ddddd"         Select             => cond_select::csel<W>;
        CsincW         "csinc"   "0 0 0 11010100 mmmmm cccc 01 nnnnn ddddd"         Select             => cond_select::csinc<W>;
        CsinvW         "csinv"   "0 1 0 11010100 mmmmm cccc 00 nnnnn ddddd"         Select             => cond_select::csinv<W>;
        CsnegW         "csneg"   "0 1 0 11010100 mmmmm cccc 01 nnnnn ddddd"         Select             => cond_select::csneg<W>;
        CcmnX          "ccmn"    "1 0 1 11010010 mmmmm cccc 0 0 nnnnn 0 zzzz"       CompareReg         => cond_select::ccmn<X>;
        CcmnImmX       "ccmn"    "1 0 1 11010010 iiiii cccc 1 0 nnnnn 0 zzzz"       CompareImm         => cond_select::ccmn_imm<X>;
        CcmpX          "ccmp"    "1 1 1 11010010 mmmmm cccc 0 0 nnnnn 0 zzzz"       CompareReg         => cond_select::ccmp<X>;
        CcmpImmX       "ccmp"    "1 1 1 11010010 iiiii cccc 1 0 nnnnn 0 zzzz"       CompareImm         => cond_select::ccmp_imm<X>;
        CselX          "csel"    "1 0 0 11010100 mmmmm cccc 00 nnnnn ddddd"         Select             => cond_select::csel<X>;
        CsincX         "csinc"   "1 0 0 11010100 mmmmm cccc 01 nnnnn ddddd"         Select             => cond_select::csinc<X>;
        CsinvX         "csinv"   "1 1 0 11010100 mmmmm cccc 00 nnnnn ddddd"         Select             => cond_select::csinv<X>;
        CsnegX         "csneg"   "1 1 0 11010100 mmmmm cccc 01 nnnnn ddddd"         Select             => cond_select::csneg<X>;
        // Three sources
        MaddW          "madd"    "0 00 11011 000 mmmmm 0 aaaaa nnnnn ddddd"         Rrrr               => muldiv::madd<W>;
        MsubW          "msub"    "0 00 11011 000 mmmmm 1 aaaaa nnnnn ddddd"         Rrrr               => muldiv::msub<W>;
        MaddX          "madd"    "1 00 11011 000 mmmmm 0 aaaaa nnnnn ddddd"         Rrrr               => muldiv::madd<X>;
        MsubX          "msub"    "1 00 11011 000 mmmmm 1 aaaaa nnnnn ddddd"         Rrrr               => muldiv::msub<X>;
        Smaddl         "smaddl"  "1 00 11011 001 mmmmm 0 aaaaa nnnnn ddddd"         Long               => muldiv::smaddl;
        Smsubl         "smsubl"  "1 00 11011 001 mmmmm 1 aaaaa nnnnn ddddd"         Long               => muldiv::smsubl;
        Umaddl         "umaddl"  "1 00 11011 101 mmmmm 0 aaaaa nnnnn ddddd"         Long               => muldiv::umaddl;
        Umsubl         "umsubl"  "1 00 11011 101 mmmmm 1 aaaaa nnnnn ddddd"         Long               => muldiv::umsubl;
        Smulh          "smulh"   "1 00 11011 010 mmmmm 0 uuuuu nnnnn ddddd"         Rrr                => muldiv::smulh<X>;
        Umulh          "umulh"   "1 00 11011 110 mmmmm 0 uuuuu nnnnn ddddd"         Rrr                => muldiv::umulh<X>;
    }
    [CRC32] a64 {
        Crc32b         "crc32b"  "0 0 0 11010110 mmmmm 010 0 00 nnnnn ddddd"        Crc                => crc::crc32b;
        Crc32h         "crc32h"  "0 0 0 11010110 mmmmm 010 0 01 nnnnn ddddd"        Crc                => crc::crc32h;
        Crc32w         "crc32w"  "0 0 0 11010110 mmmmm 010 0 10 nnnnn ddddd"        Crc                => crc::crc32w;
        Crc32x         "crc32x"  "1 0 0 11010110 mmmmm 010 0 11 nnnnn ddddd"        Crc                => crc::crc32x;
        Crc32cb        "crc32cb" "0 0 0 11010110 mmmmm 010 1 00 nnnnn ddddd"        Crc                => crc::crc32cb;
        Crc32ch        "crc32ch" "0 0 0 11010110 mmmmm 010 1 01 nnnnn ddddd"        Crc                => crc::crc32ch;
        Crc32cw        "crc32cw" "0 0 0 11010110 mmmmm 010 1 10 nnnnn ddddd"        Crc                => crc::crc32cw;
        Crc32cx        "crc32cx" "1 0 0 11010110 mmmmm 010 1 11 nnnnn ddddd"        Crc                => crc::crc32cx;
    }
}
