//! Rows of data processing with registers.

macro_rules! rows {
    ($($isa:tt)*) => {
        $crate::isa! {
            $($isa)*
            [BASE] a64 {
                // Two sources, C4.1.95
                UdivW         "udiv"    "0 0 0 11010110 mmmmm 000010 nnnnn ddddd"    Rrr         => muldiv::udiv<W>;
                SdivW         "sdiv"    "0 0 0 11010110 mmmmm 000011 nnnnn ddddd"    Rrr         => muldiv::sdiv<W>;
                LslvW         "lslv"    "0 0 0 11010110 mmmmm 001000 nnnnn ddddd"    Rrr         => muldiv::lslv<W>;
                LsrvW         "lsrv"    "0 0 0 11010110 mmmmm 001001 nnnnn ddddd"    Rrr         => muldiv::lsrv<W>;
                AsrvW         "asrv"    "0 0 0 11010110 mmmmm 001010 nnnnn ddddd"    Rrr         => muldiv::asrv<W>;
                RorvW         "rorv"    "0 0 0 11010110 mmmmm 001011 nnnnn ddddd"    Rrr         => muldiv::rorv<W>;
                UdivX         "udiv"    "1 0 0 11010110 mmmmm 000010 nnnnn ddddd"    Rrr         => muldiv::udiv<X>;
                SdivX         "sdiv"    "1 0 0 11010110 mmmmm 000011 nnnnn ddddd"    Rrr         => muldiv::sdiv<X>;
                LslvX         "lslv"    "1 0 0 11010110 mmmmm 001000 nnnnn ddddd"    Rrr         => muldiv::lslv<X>;
                LsrvX         "lsrv"    "1 0 0 11010110 mmmmm 001001 nnnnn ddddd"    Rrr         => muldiv::lsrv<X>;
                AsrvX         "asrv"    "1 0 0 11010110 mmmmm 001010 nnnnn ddddd"    Rrr         => muldiv::asrv<X>;
                RorvX         "rorv"    "1 0 0 11010110 mmmmm 001011 nnnnn ddddd"    Rrr         => muldiv::rorv<X>;
                // One source
                RbitW         "rbit"    "0 1 0 11010110 00000 000000 nnnnn ddddd"    Rr          => bitfield::rbit<W>;
                Rev16W        "rev16"   "0 1 0 11010110 00000 000001 nnnnn ddddd"    Rr          => bitfield::rev16<W>;
                RevW          "rev"     "0 1 0 11010110 00000 000010 nnnnn ddddd"    Rr          => bitfield::rev<W>;
                ClzW          "clz"     "0 1 0 11010110 00000 000100 nnnnn ddddd"    Rr          => bitfield::clz<W>;
                ClsW          "cls"     "0 1 0 11010110 00000 000101 nnnnn ddddd"    Rr          => bitfield::cls<W>;
                RbitX         "rbit"    "1 1 0 11010110 00000 000000 nnnnn ddddd"    Rr          => bitfield::rbit<X>;
                Rev16X        "rev16"   "1 1 0 11010110 00000 000001 nnnnn ddddd"    Rr          => bitfield::rev16<X>;
                Rev32         "rev32"   "1 1 0 11010110 00000 000010 nnnnn ddddd"    Rr          => bitfield::rev32<X>;
                RevX          "rev"     "1 1 0 11010110 00000 000011 nnnnn ddddd"    Rr          => bitfield::rev<X>;
                ClzX          "clz"     "1 1 0 11010110 00000 000100 nnnnn ddddd"    Rr          => bitfield::clz<X>;
                ClsX          "cls"     "1 1 0 11010110 00000 000101 nnnnn ddddd"    Rr          => bitfield::cls<X>;
                // Logical (shifted register); a register that is not shifted has rows of its own, as nearly all have
                AndW          "and"     "0 00 01010 00 0 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::and<W>;
                BicW          "bic"     "0 00 01010 00 1 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::bic<W>;
                OrrW          "orr"     "0 01 01010 00 0 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::orr<W>;
                OrnW          "orn"     "0 01 01010 00 1 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::orn<W>;
                EorW          "eor"     "0 10 01010 00 0 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::eor<W>;
                EonW          "eon"     "0 10 01010 00 1 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::eon<W>;
                AndsW         "ands"    "0 11 01010 00 0 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::ands<W>;
                BicsW         "bics"    "0 11 01010 00 1 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::bics<W>;
                AndShiftedW   "and"     "0 00 01010 hh 0 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::and_shifted<W>;
                BicShiftedW   "bic"     "0 00 01010 hh 1 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::bic_shifted<W>;
                OrrShiftedW   "orr"     "0 01 01010 hh 0 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::orr_shifted<W>;
                OrnShiftedW   "orn"     "0 01 01010 hh 1 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::orn_shifted<W>;
                EorShiftedW   "eor"     "0 10 01010 hh 0 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::eor_shifted<W>;
                EonShiftedW   "eon"     "0 10 01010 hh 1 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::eon_shifted<W>;
                AndsShiftedW  "ands"    "0 11 01010 hh 0 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::ands_shifted<W>;
                BicsShiftedW  "bics"    "0 11 01010 hh 1 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::bics_shifted<W>;
                AndX          "and"     "1 00 01010 00 0 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::and<X>;
                BicX          "bic"     "1 00 01010 00 1 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::bic<X>;
                OrrX          "orr"     "1 01 01010 00 0 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::orr<X>;
                OrnX          "orn"     "1 01 01010 00 1 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::orn<X>;
                EorX          "eor"     "1 10 01010 00 0 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::eor<X>;
                EonX          "eon"     "1 10 01010 00 1 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::eon<X>;
                AndsX         "ands"    "1 11 01010 00 0 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::ands<X>;
                BicsX         "bics"    "1 11 01010 00 1 mmmmm 000000 nnnnn ddddd"   Rrr         => logical::bics<X>;
                AndShiftedX   "and"     "1 00 01010 hh 0 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::and_shifted<X>;
                BicShiftedX   "bic"     "1 00 01010 hh 1 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::bic_shifted<X>;
                OrrShiftedX   "orr"     "1 01 01010 hh 0 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::orr_shifted<X>;
                OrnShiftedX   "orn"     "1 01 01010 hh 1 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::orn_shifted<X>;
                EorShiftedX   "eor"     "1 10 01010 hh 0 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::eor_shifted<X>;
                EonShiftedX   "eon"     "1 10 01010 hh 1 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::eon_shifted<X>;
                AndsShiftedX  "ands"    "1 11 01010 hh 0 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::ands_shifted<X>;
                BicsShiftedX  "bics"    "1 11 01010 hh 1 mmmmm iiiiii nnnnn ddddd"   Shifted     => logical::bics_shifted<X>;
                // Add and subtract (shifted register, extended register, with carry)
                AddW          "add"     "0 0 0 01011 00 0 mmmmm 000000 nnnnn ddddd"  Rrr         => addsub::add<W>;
                AddsW         "adds"    "0 0 1 01011 00 0 mmmmm 000000 nnnnn ddddd"  Rrr         => addsub::adds<W>;
                SubW          "sub"     "0 1 0 01011 00 0 mmmmm 000000 nnnnn ddddd"  Rrr         => addsub::sub<W>;
                SubsW         "subs"    "0 1 1 01011 00 0 mmmmm 000000 nnnnn ddddd"  Rrr         => addsub::subs<W>;
                AddShiftedW   "add"     "0 0 0 01011 hh 0 mmmmm iiiiii nnnnn ddddd"  ShiftedAdd  => addsub::add_shifted<W>;
                AddsShiftedW  "adds"    "0 0 1 01011 hh 0 mmmmm iiiiii nnnnn ddddd"  ShiftedAdd  => addsub::adds_shifted<W>;
                SubShiftedW   "sub"     "0 1 0 01011 hh 0 mmmmm iiiiii nnnnn ddddd"  ShiftedAdd  => addsub::sub_shifted<W>;
                SubsShiftedW  "subs"    "0 1 1 01011 hh 0 mmmmm iiiiii nnnnn ddddd"  ShiftedAdd  => addsub::subs_shifted<W>;
                AddExtendedW  "add"     "0 0 0 01011 00 1 mmmmm ooo iii nnnnn ddddd" Extended    => addsub::add_extended<W>;
                AddsExtendedW "adds"    "0 0 1 01011 00 1 mmmmm ooo iii nnnnn ddddd" ExtendedSet => addsub::adds_extended<W>;
                SubExtendedW  "sub"     "0 1 0 01011 00 1 mmmmm ooo iii nnnnn ddddd" Extended    => addsub::sub_extended<W>;
                SubsExtendedW "subs"    "0 1 1 01011 00 1 mmmmm ooo iii nnnnn ddddd" ExtendedSet => addsub::subs_extended<W>;
                AdcW          "adc"     "0 0 0 11010000 mmmmm 000000 nnnnn ddddd"    Rrr         => addsub::adc<W>;
                AdcsW         "adcs"    "0 0 1 11010000 mmmmm 000000 nnnnn ddddd"    Rrr         => addsub::adcs<W>;
                SbcW          "sbc"     "0 1 0 11010000 mmmmm 000000 nnnnn ddddd"    Rrr         => addsub::sbc<W>;
                SbcsW         "sbcs"    "0 1 1 11010000 mmmmm 000000 nnnnn ddddd"    Rrr         => addsub::sbcs<W>;
                AddX          "add"     "1 0 0 01011 00 0 mmmmm 000000 nnnnn ddddd"  Rrr         => addsub::add<X>;
                AddsX         "adds"    "1 0 1 01011 00 0 mmmmm 000000 nnnnn ddddd"  Rrr         => addsub::adds<X>;
                SubX          "sub"     "1 1 0 01011 00 0 mmmmm 000000 nnnnn ddddd"  Rrr         => addsub::sub<X>;
                SubsX         "subs"    "1 1 1 01011 00 0 mmmmm 000000 nnnnn ddddd"  Rrr         => addsub::subs<X>;
                AddShiftedX   "add"     "1 0 0 01011 hh 0 mmmmm iiiiii nnnnn ddddd"  ShiftedAdd  => addsub::add_shifted<X>;
                AddsShiftedX  "adds"    "1 0 1 01011 hh 0 mmmmm iiiiii nnnnn ddddd"  ShiftedAdd  => addsub::adds_shifted<X>;
                SubShiftedX   "sub"     "1 1 0 01011 hh 0 mmmmm iiiiii nnnnn ddddd"  ShiftedAdd  => addsub::sub_shifted<X>;
                SubsShiftedX  "subs"    "1 1 1 01011 hh 0 mmmmm iiiiii nnnnn ddddd"  ShiftedAdd  => addsub::subs_shifted<X>;
                AddExtendedX  "add"     "1 0 0 01011 00 1 mmmmm ooo iii nnnnn ddddd" Extended    => addsub::add_extended<X>;
                AddsExtendedX "adds"    "1 0 1 01011 00 1 mmmmm ooo iii nnnnn ddddd" ExtendedSet => addsub::adds_extended<X>;
                SubExtendedX  "sub"     "1 1 0 01011 00 1 mmmmm ooo iii nnnnn ddddd" Extended    => addsub::sub_extended<X>;
                SubsExtendedX "subs"    "1 1 1 01011 00 1 mmmmm ooo iii nnnnn ddddd" ExtendedSet => addsub::subs_extended<X>;
                AdcX          "adc"     "1 0 0 11010000 mmmmm 000000 nnnnn ddddd"    Rrr         => addsub::adc<X>;
                AdcsX         "adcs"    "1 0 1 11010000 mmmmm 000000 nnnnn ddddd"    Rrr         => addsub::adcs<X>;
                SbcX          "sbc"     "1 1 0 11010000 mmmmm 000000 nnnnn ddddd"    Rrr         => addsub::sbc<X>;
                SbcsX         "sbcs"    "1 1 1 11010000 mmmmm 000000 nnnnn ddddd"    Rrr         => addsub::sbcs<X>;
                // Conditional compare and select
                CcmnW         "ccmn"    "0 0 1 11010010 mmmmm cccc 0 0 nnnnn 0 zzzz" CompareReg  => cond_select::ccmn<W>;
                CcmnImmW      "ccmn"    "0 0 1 11010010 iiiii cccc 1 0 nnnnn 0 zzzz" CompareImm  => cond_select::ccmn_imm<W>;
                CcmpW         "ccmp"    "0 1 1 11010010 mmmmm cccc 0 0 nnnnn 0 zzzz" CompareReg  => cond_select::ccmp<W>;
                CcmpImmW      "ccmp"    "0 1 1 11010010 iiiii cccc 1 0 nnnnn 0 zzzz" CompareImm  => cond_select::ccmp_imm<W>;
                CselW         "csel"    "0 0 0 11010100 mmmmm cccc 00 nnnnn ddddd"   Select      => cond_select::csel<W>;
                CsincW        "csinc"   "0 0 0 11010100 mmmmm cccc 01 nnnnn ddddd"   Select      => cond_select::csinc<W>;
                CsinvW        "csinv"   "0 1 0 11010100 mmmmm cccc 00 nnnnn ddddd"   Select      => cond_select::csinv<W>;
                CsnegW        "csneg"   "0 1 0 11010100 mmmmm cccc 01 nnnnn ddddd"   Select      => cond_select::csneg<W>;
                CcmnX         "ccmn"    "1 0 1 11010010 mmmmm cccc 0 0 nnnnn 0 zzzz" CompareReg  => cond_select::ccmn<X>;
                CcmnImmX      "ccmn"    "1 0 1 11010010 iiiii cccc 1 0 nnnnn 0 zzzz" CompareImm  => cond_select::ccmn_imm<X>;
                CcmpX         "ccmp"    "1 1 1 11010010 mmmmm cccc 0 0 nnnnn 0 zzzz" CompareReg  => cond_select::ccmp<X>;
                CcmpImmX      "ccmp"    "1 1 1 11010010 iiiii cccc 1 0 nnnnn 0 zzzz" CompareImm  => cond_select::ccmp_imm<X>;
                CselX         "csel"    "1 0 0 11010100 mmmmm cccc 00 nnnnn ddddd"   Select      => cond_select::csel<X>;
                CsincX        "csinc"   "1 0 0 11010100 mmmmm cccc 01 nnnnn ddddd"   Select      => cond_select::csinc<X>;
                CsinvX        "csinv"   "1 1 0 11010100 mmmmm cccc 00 nnnnn ddddd"   Select      => cond_select::csinv<X>;
                CsnegX        "csneg"   "1 1 0 11010100 mmmmm cccc 01 nnnnn ddddd"   Select      => cond_select::csneg<X>;
                // Three sources
                MaddW         "madd"    "0 00 11011 000 mmmmm 0 aaaaa nnnnn ddddd"   Rrrr        => muldiv::madd<W>;
                MsubW         "msub"    "0 00 11011 000 mmmmm 1 aaaaa nnnnn ddddd"   Rrrr        => muldiv::msub<W>;
                MaddX         "madd"    "1 00 11011 000 mmmmm 0 aaaaa nnnnn ddddd"   Rrrr        => muldiv::madd<X>;
                MsubX         "msub"    "1 00 11011 000 mmmmm 1 aaaaa nnnnn ddddd"   Rrrr        => muldiv::msub<X>;
                Smaddl        "smaddl"  "1 00 11011 001 mmmmm 0 aaaaa nnnnn ddddd"   Long        => muldiv::smaddl;
                Smsubl        "smsubl"  "1 00 11011 001 mmmmm 1 aaaaa nnnnn ddddd"   Long        => muldiv::smsubl;
                Umaddl        "umaddl"  "1 00 11011 101 mmmmm 0 aaaaa nnnnn ddddd"   Long        => muldiv::umaddl;
                Umsubl        "umsubl"  "1 00 11011 101 mmmmm 1 aaaaa nnnnn ddddd"   Long        => muldiv::umsubl;
                Smulh         "smulh"   "1 00 11011 010 mmmmm 0 uuuuu nnnnn ddddd"   Rrr         => muldiv::smulh<X>;
                Umulh         "umulh"   "1 00 11011 110 mmmmm 0 uuuuu nnnnn ddddd"   Rrr         => muldiv::umulh<X>;
            }
            [CRC32] a64 {
                Crc32b        "crc32b"  "0 0 0 11010110 mmmmm 010 0 00 nnnnn ddddd"  Crc         => crc::crc32b;
                Crc32h        "crc32h"  "0 0 0 11010110 mmmmm 010 0 01 nnnnn ddddd"  Crc         => crc::crc32h;
                Crc32w        "crc32w"  "0 0 0 11010110 mmmmm 010 0 10 nnnnn ddddd"  Crc         => crc::crc32w;
                Crc32x        "crc32x"  "1 0 0 11010110 mmmmm 010 0 11 nnnnn ddddd"  Crc         => crc::crc32x;
                Crc32cb       "crc32cb" "0 0 0 11010110 mmmmm 010 1 00 nnnnn ddddd"  Crc         => crc::crc32cb;
                Crc32ch       "crc32ch" "0 0 0 11010110 mmmmm 010 1 01 nnnnn ddddd"  Crc         => crc::crc32ch;
                Crc32cw       "crc32cw" "0 0 0 11010110 mmmmm 010 1 10 nnnnn ddddd"  Crc         => crc::crc32cw;
                Crc32cx       "crc32cx" "1 0 0 11010110 mmmmm 010 1 11 nnnnn ddddd"  Crc         => crc::crc32cx;
            }
            [FLAGM] a64 {
                Rmif          "rmif"    "1 0 1 11010000 iiiiii 00001 nnnnn 0 mmmm"   RotateFlags => flags::rmif;
                Setf8         "setf8"   "0 0 1 11010000 000000 0 0010 nnnnn 0 1101"  SetFlags    => flags::setf8;
                Setf16        "setf16"  "0 0 1 11010000 000000 1 0010 nnnnn 0 1101"  SetFlags    => flags::setf16;
            }
        }
    };
}
pub(super) use rows;
