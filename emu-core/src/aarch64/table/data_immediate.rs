//! Rows of data processing with an immediate.

macro_rules! rows {
    ($($isa:tt)*) => {
        $crate::isa! {
            $($isa)*
            [BASE] a64 {
                // PC-relative addresses, C4.1.92
                Adr      "adr"  "0 ii 10000 iiiiiiiiiiiiiiiiiii ddddd"     Adr           => move_wide::adr;
                Adrp     "adrp" "1 ii 10000 iiiiiiiiiiiiiiiiiii ddddd"     Adrp          => move_wide::adrp;
                // Add and subtract (immediate)
                AddImmW  "add"  "0 0 0 100010 h iiiiiiiiiiii nnnnn ddddd"  AddImm        => addsub::add_imm<W>;
                AddsImmW "adds" "0 0 1 100010 h iiiiiiiiiiii nnnnn ddddd"  AddImmSet     => addsub::adds_imm<W>;
                SubImmW  "sub"  "0 1 0 100010 h iiiiiiiiiiii nnnnn ddddd"  AddImm        => addsub::sub_imm<W>;
                SubsImmW "subs" "0 1 1 100010 h iiiiiiiiiiii nnnnn ddddd"  AddImmSet     => addsub::subs_imm<W>;
                AddImmX  "add"  "1 0 0 100010 h iiiiiiiiiiii nnnnn ddddd"  AddImm        => addsub::add_imm<X>;
                AddsImmX "adds" "1 0 1 100010 h iiiiiiiiiiii nnnnn ddddd"  AddImmSet     => addsub::adds_imm<X>;
                SubImmX  "sub"  "1 1 0 100010 h iiiiiiiiiiii nnnnn ddddd"  AddImm        => addsub::sub_imm<X>;
                SubsImmX "subs" "1 1 1 100010 h iiiiiiiiiiii nnnnn ddddd"  AddImmSet     => addsub::subs_imm<X>;
                // Logical (immediate)
                AndImmW  "and"  "0 00 100100 q rrrrrr ssssss nnnnn ddddd"  LogicalImm    => logical::and_imm<W>;
                OrrImmW  "orr"  "0 01 100100 q rrrrrr ssssss nnnnn ddddd"  LogicalImm    => logical::orr_imm<W>;
                EorImmW  "eor"  "0 10 100100 q rrrrrr ssssss nnnnn ddddd"  LogicalImm    => logical::eor_imm<W>;
                AndsImmW "ands" "0 11 100100 q rrrrrr ssssss nnnnn ddddd"  LogicalImmSet => logical::ands_imm<W>;
                AndImmX  "and"  "1 00 100100 q rrrrrr ssssss nnnnn ddddd"  LogicalImm    => logical::and_imm<X>;
                OrrImmX  "orr"  "1 01 100100 q rrrrrr ssssss nnnnn ddddd"  LogicalImm    => logical::orr_imm<X>;
                EorImmX  "eor"  "1 10 100100 q rrrrrr ssssss nnnnn ddddd"  LogicalImm    => logical::eor_imm<X>;
                AndsImmX "ands" "1 11 100100 q rrrrrr ssssss nnnnn ddddd"  LogicalImmSet => logical::ands_imm<X>;
                // Move wide (immediate)
                MovnW    "movn" "0 00 100101 hh iiiiiiiiiiiiiiii ddddd"    MoveWide      => move_wide::movn<W>;
                MovzW    "movz" "0 10 100101 hh iiiiiiiiiiiiiiii ddddd"    MoveWide      => move_wide::movz<W>;
                MovkW    "movk" "0 11 100101 hh iiiiiiiiiiiiiiii ddddd"    MoveWide      => move_wide::movk<W>;
                MovnX    "movn" "1 00 100101 hh iiiiiiiiiiiiiiii ddddd"    MoveWide      => move_wide::movn<X>;
                MovzX    "movz" "1 10 100101 hh iiiiiiiiiiiiiiii ddddd"    MoveWide      => move_wide::movz<X>;
                MovkX    "movk" "1 11 100101 hh iiiiiiiiiiiiiiii ddddd"    MoveWide      => move_wide::movk<X>;
                // Two that write nothing, as MOVZ and MOVN of XZR do: a region of interest begins or ends. To any other program they do nothing
                MovzRoi  "movz" "1 10 100101 00 00000iiiiiiiiiii 11111"    MoveWide slow => system::roi_begin;
                MovnRoi  "movn" "1 00 100101 00 00000iiiiiiiiiii 11111"    MoveWide slow => system::roi_end;
                // Bitfield, extract
                SbfmW    "sbfm" "0 00 100110 q rrrrrr ssssss nnnnn ddddd"  Bitfield      => bitfield::sbfm<W>;
                BfmW     "bfm"  "0 01 100110 q rrrrrr ssssss nnnnn ddddd"  Bitfield      => bitfield::bfm<W>;
                UbfmW    "ubfm" "0 10 100110 q rrrrrr ssssss nnnnn ddddd"  Bitfield      => bitfield::ubfm<W>;
                ExtrW    "extr" "0 00 100111 q 0 mmmmm ssssss nnnnn ddddd" Extract       => bitfield::extr<W>;
                SbfmX    "sbfm" "1 00 100110 q rrrrrr ssssss nnnnn ddddd"  Bitfield      => bitfield::sbfm<X>;
                BfmX     "bfm"  "1 01 100110 q rrrrrr ssssss nnnnn ddddd"  Bitfield      => bitfield::bfm<X>;
                UbfmX    "ubfm" "1 10 100110 q rrrrrr ssssss nnnnn ddddd"  Bitfield      => bitfield::ubfm<X>;
                ExtrX    "extr" "1 00 100111 q 0 mmmmm ssssss nnnnn ddddd" Extract       => bitfield::extr<X>;
            }
        }
    };
}
pub(super) use rows;
