//! Rows of branches, exceptions, hints, barriers and what else acts on the system.

macro_rules! rows {
    ($($isa:tt)*) => {
        $crate::isa! {
            $($isa)*
            [BASE] a64 {
                // Conditional branch (immediate), C4.1.94. The last condition is another "always"
                BEq    "b.eq"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 0000"     BranchCond branch    => branch::b_eq;
                BNe    "b.ne"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 0001"     BranchCond branch    => branch::b_ne;
                BCs    "b.cs"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 0010"     BranchCond branch    => branch::b_cs;
                BCc    "b.cc"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 0011"     BranchCond branch    => branch::b_cc;
                BMi    "b.mi"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 0100"     BranchCond branch    => branch::b_mi;
                BPl    "b.pl"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 0101"     BranchCond branch    => branch::b_pl;
                BVs    "b.vs"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 0110"     BranchCond branch    => branch::b_vs;
                BVc    "b.vc"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 0111"     BranchCond branch    => branch::b_vc;
                BHi    "b.hi"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 1000"     BranchCond branch    => branch::b_hi;
                BLs    "b.ls"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 1001"     BranchCond branch    => branch::b_ls;
                BGe    "b.ge"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 1010"     BranchCond branch    => branch::b_ge;
                BLt    "b.lt"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 1011"     BranchCond branch    => branch::b_lt;
                BGt    "b.gt"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 1100"     BranchCond branch    => branch::b_gt;
                BLe    "b.le"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 1101"     BranchCond branch    => branch::b_le;
                BAl    "b.al"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 1110"     BranchCond branch    => branch::b_al;
                BNv    "b.nv"  "0101010 0 iiiiiiiiiiiiiiiiiii 0 1111"     BranchCond branch    => branch::b_nv;
                // Exceptions
                Svc    "svc"   "11010100 000 iiiiiiiiiiiiiiii 000 01"     Exception slow       => system::svc;
                Hvc    "hvc"   "11010100 000 iiiiiiiiiiiiiiii 000 10"     Exception slow       => system::hvc;
                Smc    "smc"   "11010100 000 iiiiiiiiiiiiiiii 000 11"     Exception slow       => system::smc;
                Brk    "brk"   "11010100 001 iiiiiiiiiiiiiiii 000 00"     Exception slow       => system::brk;
                Hlt    "hlt"   "11010100 010 iiiiiiiiiiiiiiii 000 00"     Exception slow       => system::hlt;
                // DCPS1 to DCPS3 are undefined outside of debug state, as all words without a row
                // Hints: NOP, YIELD and all others without a row of their own do nothing
                Wfe    "hint"  "1101010100 0 00 011 0010 0000 010 11111"  Hint slow            => system::wfe;
                Wfi    "hint"  "1101010100 0 00 011 0010 0000 011 11111"  Hint slow            => system::wfi;
                Sev    "hint"  "1101010100 0 00 011 0010 0000 100 11111"  Hint slow            => system::sev;
                Sevl   "hint"  "1101010100 0 00 011 0010 0000 101 11111"  Hint slow            => system::sevl;
                Hint   "hint"  "1101010100 0 00 011 0010 mmmm ooo 11111"  Hint                 => system::hint;
                // Barriers
                Clrex  "clrex" "1101010100 0 00 011 0011 mmmm 010 11111"  Whole slow           => exclusive::clrex;
                Dsb    "dsb"   "1101010100 0 00 011 0011 mmmm 100 11111"  Barrier              => system::barrier;
                Dmb    "dmb"   "1101010100 0 00 011 0011 mmmm 101 11111"  Barrier              => system::barrier;
                Isb    "isb"   "1101010100 0 00 011 0011 mmmm 110 11111"  Whole slow           => system::isb;
                // System registers and operations
                MsrImm "msr"   "1101010100 0 00 ooo 0100 mmmm ooo 11111"  PstateField slow     => system::msr_imm;
                DcZva  "sys"   "1101010100 0 01 011 0111 0100 001 ttttt"  Sys                  => system::dc_zva;
                Sys    "sys"   "1101010100 0 01 ooo nnnn mmmm ooo ttttt"  Sys slow             => maintenance::sys;
                Sysl   "sysl"  "1101010100 1 01 ooo nnnn mmmm ooo ttttt"  Sysl slow            => system::sysl;
                Msr    "msr"   "1101010100 0 1 o ooo nnnn mmmm ooo ttttt" Msr slow             => sysreg::msr;
                Mrs    "mrs"   "1101010100 1 1 o ooo nnnn mmmm ooo ttttt" Mrs slow             => sysreg::mrs;
                // Unconditional branch (register)
                Br     "br"    "1101011 0 0 00 11111 000000 nnnnn 00000"  BranchReg jump       => branch::br;
                Blr    "blr"   "1101011 0 0 01 11111 000000 nnnnn 00000"  BranchReg jump       => branch::blr;
                Ret    "ret"   "1101011 0 0 10 11111 000000 nnnnn 00000"  Return jump          => branch::br;
                Eret   "eret"  "1101011 0 1 00 11111 000000 11111 00000"  Unused slow          => system::eret;
                // DRPS is undefined outside of debug state
                // Unconditional branch (immediate), compare and branch, test and branch
                B      "b"     "0 00101 iiiiiiiiiiiiiiiiiiiiiiiiii"       BranchImm jump       => branch::b;
                Bl     "bl"    "1 00101 iiiiiiiiiiiiiiiiiiiiiiiiii"       BranchImm jump       => branch::bl;
                CbzW   "cbz"   "0 011010 0 iiiiiiiiiiiiiiiiiii ttttt"     CompareBranch branch => branch::cbz<W>;
                CbnzW  "cbnz"  "0 011010 1 iiiiiiiiiiiiiiiiiii ttttt"     CompareBranch branch => branch::cbnz<W>;
                CbzX   "cbz"   "1 011010 0 iiiiiiiiiiiiiiiiiii ttttt"     CompareBranch branch => branch::cbz<X>;
                CbnzX  "cbnz"  "1 011010 1 iiiiiiiiiiiiiiiiiii ttttt"     CompareBranch branch => branch::cbnz<X>;
                Tbz    "tbz"   "b 011011 0 bbbbb iiiiiiiiiiiiii ttttt"    TestBranch branch    => branch::tbz;
                Tbnz   "tbnz"  "b 011011 1 bbbbb iiiiiiiiiiiiii ttttt"    TestBranch branch    => branch::tbnz;
            }
            [FLAGM] a64 {
                Cfinv  "cfinv" "1101010100 0 00 000 0100 0000 000 11111"  Unused               => flags::cfinv;
            }
            [SB] a64 {
                Sb     "sb"    "1101010100 0 00 011 0011 0000 111 11111"  Unused               => system::sb;
            }
        }
    };
}
pub(super) use rows;
