//! Rows of scalar floating point.

macro_rules! rows {
    ($($isa:tt)*) => {
        $crate::isa! {
            $($isa)*
            [FP] a64 {
                // Floating-point compare, conditional compare, conditional select
                FcmpS          "fcmp"    "00011110 00 1 mmmmm 001000 nnnnn 00000"   FpCompare        => float::fcmp<F32>;
                FcmpZeroS      "fcmp"    "00011110 00 1 00000 001000 nnnnn 01000"   FpCompareZero    => float::fcmp_zero<F32>;
                FcmpD          "fcmp"    "00011110 01 1 mmmmm 001000 nnnnn 00000"   FpCompare        => float::fcmp<F64>;
                FcmpZeroD      "fcmp"    "00011110 01 1 00000 001000 nnnnn 01000"   FpCompareZero    => float::fcmp_zero<F64>;
                FcmpeS         "fcmpe"   "00011110 00 1 mmmmm 001000 nnnnn 10000"   FpCompare        => float::fcmpe<F32>;
                FcmpeZeroS     "fcmpe"   "00011110 00 1 00000 001000 nnnnn 11000"   FpCompareZero    => float::fcmpe_zero<F32>;
                FcmpeD         "fcmpe"   "00011110 01 1 mmmmm 001000 nnnnn 10000"   FpCompare        => float::fcmpe<F64>;
                FcmpeZeroD     "fcmpe"   "00011110 01 1 00000 001000 nnnnn 11000"   FpCompareZero    => float::fcmpe_zero<F64>;
                FccmpS         "fccmp"   "00011110 00 1 mmmmm cccc 01 nnnnn 0 vvvv" FpCompareIf      => float::fccmp<F32>;
                FccmpD         "fccmp"   "00011110 01 1 mmmmm cccc 01 nnnnn 0 vvvv" FpCompareIf      => float::fccmp<F64>;
                FccmpeS        "fccmpe"  "00011110 00 1 mmmmm cccc 01 nnnnn 1 vvvv" FpCompareIf      => float::fccmpe<F32>;
                FccmpeD        "fccmpe"  "00011110 01 1 mmmmm cccc 01 nnnnn 1 vvvv" FpCompareIf      => float::fccmpe<F64>;
                FcselS         "fcsel"   "00011110 00 1 mmmmm cccc 11 nnnnn ddddd"  FpSelect         => float::fcsel<F32>;
                FcselD         "fcsel"   "00011110 01 1 mmmmm cccc 11 nnnnn ddddd"  FpSelect         => float::fcsel<F64>;
                // Floating-point data processing of one, two and three numbers, immediates
                FmovS          "fmov"    "00011110 00 1 000000 10000 nnnnn ddddd"   Fp1              => float::fmov<F32>;
                FmovD          "fmov"    "00011110 01 1 000000 10000 nnnnn ddddd"   Fp1              => float::fmov<F64>;
                FabsS          "fabs"    "00011110 00 1 000001 10000 nnnnn ddddd"   Fp1              => float::fabs<F32>;
                FabsD          "fabs"    "00011110 01 1 000001 10000 nnnnn ddddd"   Fp1              => float::fabs<F64>;
                FnegS          "fneg"    "00011110 00 1 000010 10000 nnnnn ddddd"   Fp1              => float::fneg<F32>;
                FnegD          "fneg"    "00011110 01 1 000010 10000 nnnnn ddddd"   Fp1              => float::fneg<F64>;
                FsqrtS         "fsqrt"   "00011110 00 1 000011 10000 nnnnn ddddd"   Fp1              => float::fsqrt<F32>;
                FsqrtD         "fsqrt"   "00011110 01 1 000011 10000 nnnnn ddddd"   Fp1              => float::fsqrt<F64>;
                FrintnS        "frintn"  "00011110 00 1 001000 10000 nnnnn ddddd"   Fp1              => float::frintn<F32>;
                FrintnD        "frintn"  "00011110 01 1 001000 10000 nnnnn ddddd"   Fp1              => float::frintn<F64>;
                FrintpS        "frintp"  "00011110 00 1 001001 10000 nnnnn ddddd"   Fp1              => float::frintp<F32>;
                FrintpD        "frintp"  "00011110 01 1 001001 10000 nnnnn ddddd"   Fp1              => float::frintp<F64>;
                FrintmS        "frintm"  "00011110 00 1 001010 10000 nnnnn ddddd"   Fp1              => float::frintm<F32>;
                FrintmD        "frintm"  "00011110 01 1 001010 10000 nnnnn ddddd"   Fp1              => float::frintm<F64>;
                FrintzS        "frintz"  "00011110 00 1 001011 10000 nnnnn ddddd"   Fp1              => float::frintz<F32>;
                FrintzD        "frintz"  "00011110 01 1 001011 10000 nnnnn ddddd"   Fp1              => float::frintz<F64>;
                FrintaS        "frinta"  "00011110 00 1 001100 10000 nnnnn ddddd"   Fp1              => float::frinta<F32>;
                FrintaD        "frinta"  "00011110 01 1 001100 10000 nnnnn ddddd"   Fp1              => float::frinta<F64>;
                FrintxS        "frintx"  "00011110 00 1 001110 10000 nnnnn ddddd"   Fp1              => float::frintx<F32>;
                FrintxD        "frintx"  "00011110 01 1 001110 10000 nnnnn ddddd"   Fp1              => float::frintx<F64>;
                FrintiS        "frinti"  "00011110 00 1 001111 10000 nnnnn ddddd"   Fp1              => float::frinti<F32>;
                FrintiD        "frinti"  "00011110 01 1 001111 10000 nnnnn ddddd"   Fp1              => float::frinti<F64>;
                FmulS          "fmul"    "00011110 00 1 mmmmm 0000 10 nnnnn ddddd"  Fp2              => float::fmul<F32>;
                FmulD          "fmul"    "00011110 01 1 mmmmm 0000 10 nnnnn ddddd"  Fp2              => float::fmul<F64>;
                FdivS          "fdiv"    "00011110 00 1 mmmmm 0001 10 nnnnn ddddd"  Fp2              => float::fdiv<F32>;
                FdivD          "fdiv"    "00011110 01 1 mmmmm 0001 10 nnnnn ddddd"  Fp2              => float::fdiv<F64>;
                FaddS          "fadd"    "00011110 00 1 mmmmm 0010 10 nnnnn ddddd"  Fp2              => float::fadd<F32>;
                FaddD          "fadd"    "00011110 01 1 mmmmm 0010 10 nnnnn ddddd"  Fp2              => float::fadd<F64>;
                FsubS          "fsub"    "00011110 00 1 mmmmm 0011 10 nnnnn ddddd"  Fp2              => float::fsub<F32>;
                FsubD          "fsub"    "00011110 01 1 mmmmm 0011 10 nnnnn ddddd"  Fp2              => float::fsub<F64>;
                FmaxS          "fmax"    "00011110 00 1 mmmmm 0100 10 nnnnn ddddd"  Fp2              => float::fmax<F32>;
                FmaxD          "fmax"    "00011110 01 1 mmmmm 0100 10 nnnnn ddddd"  Fp2              => float::fmax<F64>;
                FminS          "fmin"    "00011110 00 1 mmmmm 0101 10 nnnnn ddddd"  Fp2              => float::fmin<F32>;
                FminD          "fmin"    "00011110 01 1 mmmmm 0101 10 nnnnn ddddd"  Fp2              => float::fmin<F64>;
                FmaxnmS        "fmaxnm"  "00011110 00 1 mmmmm 0110 10 nnnnn ddddd"  Fp2              => float::fmaxnm<F32>;
                FmaxnmD        "fmaxnm"  "00011110 01 1 mmmmm 0110 10 nnnnn ddddd"  Fp2              => float::fmaxnm<F64>;
                FminnmS        "fminnm"  "00011110 00 1 mmmmm 0111 10 nnnnn ddddd"  Fp2              => float::fminnm<F32>;
                FminnmD        "fminnm"  "00011110 01 1 mmmmm 0111 10 nnnnn ddddd"  Fp2              => float::fminnm<F64>;
                FnmulS         "fnmul"   "00011110 00 1 mmmmm 1000 10 nnnnn ddddd"  Fp2              => float::fnmul<F32>;
                FnmulD         "fnmul"   "00011110 01 1 mmmmm 1000 10 nnnnn ddddd"  Fp2              => float::fnmul<F64>;
                FmaddS         "fmadd"   "00011111 00 0 mmmmm 0 aaaaa nnnnn ddddd"  Fp3              => float::fmadd<F32>;
                FmaddD         "fmadd"   "00011111 01 0 mmmmm 0 aaaaa nnnnn ddddd"  Fp3              => float::fmadd<F64>;
                FmsubS         "fmsub"   "00011111 00 0 mmmmm 1 aaaaa nnnnn ddddd"  Fp3              => float::fmsub<F32>;
                FmsubD         "fmsub"   "00011111 01 0 mmmmm 1 aaaaa nnnnn ddddd"  Fp3              => float::fmsub<F64>;
                FnmaddS        "fnmadd"  "00011111 00 1 mmmmm 0 aaaaa nnnnn ddddd"  Fp3              => float::fnmadd<F32>;
                FnmaddD        "fnmadd"  "00011111 01 1 mmmmm 0 aaaaa nnnnn ddddd"  Fp3              => float::fnmadd<F64>;
                FnmsubS        "fnmsub"  "00011111 00 1 mmmmm 1 aaaaa nnnnn ddddd"  Fp3              => float::fnmsub<F32>;
                FnmsubD        "fnmsub"  "00011111 01 1 mmmmm 1 aaaaa nnnnn ddddd"  Fp3              => float::fnmsub<F64>;
                FmovImmS       "fmov"    "00011110 00 1 iiiiiiii 10000000 ddddd"    FpImm            => float::fmov_imm<F32>;
                FmovImmD       "fmov"    "00011110 01 1 iiiiiiii 10000000 ddddd"    FpImm            => float::fmov_imm<F64>;
                // Conversions between numbers and integers, fixed-point numbers, general registers
                FcvtnsS        "fcvtns"  "s 0011110 00 1 00 000 000000 nnnnn ddddd" FpToGeneral      => float::fcvtns<F32>;
                FcvtnsD        "fcvtns"  "s 0011110 01 1 00 000 000000 nnnnn ddddd" FpToGeneral      => float::fcvtns<F64>;
                FcvtnuS        "fcvtnu"  "s 0011110 00 1 00 001 000000 nnnnn ddddd" FpToGeneral      => float::fcvtnu<F32>;
                FcvtnuD        "fcvtnu"  "s 0011110 01 1 00 001 000000 nnnnn ddddd" FpToGeneral      => float::fcvtnu<F64>;
                FcvtasS        "fcvtas"  "s 0011110 00 1 00 100 000000 nnnnn ddddd" FpToGeneral      => float::fcvtas<F32>;
                FcvtasD        "fcvtas"  "s 0011110 01 1 00 100 000000 nnnnn ddddd" FpToGeneral      => float::fcvtas<F64>;
                FcvtauS        "fcvtau"  "s 0011110 00 1 00 101 000000 nnnnn ddddd" FpToGeneral      => float::fcvtau<F32>;
                FcvtauD        "fcvtau"  "s 0011110 01 1 00 101 000000 nnnnn ddddd" FpToGeneral      => float::fcvtau<F64>;
                FcvtpsS        "fcvtps"  "s 0011110 00 1 01 000 000000 nnnnn ddddd" FpToGeneral      => float::fcvtps<F32>;
                FcvtpsD        "fcvtps"  "s 0011110 01 1 01 000 000000 nnnnn ddddd" FpToGeneral      => float::fcvtps<F64>;
                FcvtpuS        "fcvtpu"  "s 0011110 00 1 01 001 000000 nnnnn ddddd" FpToGeneral      => float::fcvtpu<F32>;
                FcvtpuD        "fcvtpu"  "s 0011110 01 1 01 001 000000 nnnnn ddddd" FpToGeneral      => float::fcvtpu<F64>;
                FcvtmsS        "fcvtms"  "s 0011110 00 1 10 000 000000 nnnnn ddddd" FpToGeneral      => float::fcvtms<F32>;
                FcvtmsD        "fcvtms"  "s 0011110 01 1 10 000 000000 nnnnn ddddd" FpToGeneral      => float::fcvtms<F64>;
                FcvtmuS        "fcvtmu"  "s 0011110 00 1 10 001 000000 nnnnn ddddd" FpToGeneral      => float::fcvtmu<F32>;
                FcvtmuD        "fcvtmu"  "s 0011110 01 1 10 001 000000 nnnnn ddddd" FpToGeneral      => float::fcvtmu<F64>;
                FcvtzsS        "fcvtzs"  "s 0011110 00 1 11 000 000000 nnnnn ddddd" FpToGeneral      => float::fcvtzs<F32>;
                FcvtzsD        "fcvtzs"  "s 0011110 01 1 11 000 000000 nnnnn ddddd" FpToGeneral      => float::fcvtzs<F64>;
                FcvtzuS        "fcvtzu"  "s 0011110 00 1 11 001 000000 nnnnn ddddd" FpToGeneral      => float::fcvtzu<F32>;
                FcvtzuD        "fcvtzu"  "s 0011110 01 1 11 001 000000 nnnnn ddddd" FpToGeneral      => float::fcvtzu<F64>;
                ScvtfS         "scvtf"   "s 0011110 00 1 00 010 000000 nnnnn ddddd" FpFromGeneral    => float::scvtf<F32>;
                ScvtfD         "scvtf"   "s 0011110 01 1 00 010 000000 nnnnn ddddd" FpFromGeneral    => float::scvtf<F64>;
                UcvtfS         "ucvtf"   "s 0011110 00 1 00 011 000000 nnnnn ddddd" FpFromGeneral    => float::ucvtf<F32>;
                UcvtfD         "ucvtf"   "s 0011110 01 1 00 011 000000 nnnnn ddddd" FpFromGeneral    => float::ucvtf<F64>;
                FcvtzsFixedS   "fcvtzs"  "s 0011110 00 0 11 000 ffffff nnnnn ddddd" FpToFixed        => float::fcvtzs<F32>;
                FcvtzsFixedD   "fcvtzs"  "s 0011110 01 0 11 000 ffffff nnnnn ddddd" FpToFixed        => float::fcvtzs<F64>;
                FcvtzuFixedS   "fcvtzu"  "s 0011110 00 0 11 001 ffffff nnnnn ddddd" FpToFixed        => float::fcvtzu<F32>;
                FcvtzuFixedD   "fcvtzu"  "s 0011110 01 0 11 001 ffffff nnnnn ddddd" FpToFixed        => float::fcvtzu<F64>;
                ScvtfFixedS    "scvtf"   "s 0011110 00 0 00 010 ffffff nnnnn ddddd" FpFromFixed      => float::scvtf<F32>;
                ScvtfFixedD    "scvtf"   "s 0011110 01 0 00 010 ffffff nnnnn ddddd" FpFromFixed      => float::scvtf<F64>;
                UcvtfFixedS    "ucvtf"   "s 0011110 00 0 00 011 ffffff nnnnn ddddd" FpFromFixed      => float::ucvtf<F32>;
                UcvtfFixedD    "ucvtf"   "s 0011110 01 0 00 011 ffffff nnnnn ddddd" FpFromFixed      => float::ucvtf<F64>;
                FcvtHS         "fcvt"    "00011110 11 1 0001 00 10000 nnnnn ddddd"  FpConvert        => float::fcvt<F16, F32>;
                FcvtHD         "fcvt"    "00011110 11 1 0001 01 10000 nnnnn ddddd"  FpConvert        => float::fcvt<F16, F64>;
                FcvtSH         "fcvt"    "00011110 00 1 0001 11 10000 nnnnn ddddd"  FpConvert        => float::fcvt<F32, F16>;
                FcvtSD         "fcvt"    "00011110 00 1 0001 01 10000 nnnnn ddddd"  FpConvert        => float::fcvt<F32, F64>;
                FcvtDH         "fcvt"    "00011110 01 1 0001 11 10000 nnnnn ddddd"  FpConvert        => float::fcvt<F64, F16>;
                FcvtDS         "fcvt"    "00011110 01 1 0001 00 10000 nnnnn ddddd"  FpConvert        => float::fcvt<F64, F32>;
                FmovToW        "fmov"    "0 0011110 00 1 00 110 000000 nnnnn ddddd" FpToGeneral      => float::fmov_to_general<F32>;
                FmovFromW      "fmov"    "0 0011110 00 1 00 111 000000 nnnnn ddddd" FpFromGeneral    => float::fmov_from_general<F32>;
                FmovToX        "fmov"    "1 0011110 01 1 00 110 000000 nnnnn ddddd" FpToGeneral      => float::fmov_to_general<F64>;
                FmovFromX      "fmov"    "1 0011110 01 1 00 111 000000 nnnnn ddddd" FpFromGeneral    => float::fmov_from_general<F64>;
                FmovUpperToX   "fmov"    "1 0011110 10 1 01 110 000000 nnnnn ddddd" UpperToGeneral   => float::fmov_upper_to_general;
                FmovUpperFromX "fmov"    "1 0011110 10 1 01 111 000000 nnnnn ddddd" UpperFromGeneral => float::fmov_upper_from_general;
            }
            [FP16] a64 {
                // Floating-point compare, conditional compare, conditional select
                FcmpH          "fcmp"    "00011110 11 1 mmmmm 001000 nnnnn 00000"   FpCompare        => float::fcmp<F16>;
                FcmpZeroH      "fcmp"    "00011110 11 1 00000 001000 nnnnn 01000"   FpCompareZero    => float::fcmp_zero<F16>;
                FcmpeH         "fcmpe"   "00011110 11 1 mmmmm 001000 nnnnn 10000"   FpCompare        => float::fcmpe<F16>;
                FcmpeZeroH     "fcmpe"   "00011110 11 1 00000 001000 nnnnn 11000"   FpCompareZero    => float::fcmpe_zero<F16>;
                FccmpH         "fccmp"   "00011110 11 1 mmmmm cccc 01 nnnnn 0 vvvv" FpCompareIf      => float::fccmp<F16>;
                FccmpeH        "fccmpe"  "00011110 11 1 mmmmm cccc 01 nnnnn 1 vvvv" FpCompareIf      => float::fccmpe<F16>;
                FcselH         "fcsel"   "00011110 11 1 mmmmm cccc 11 nnnnn ddddd"  FpSelect         => float::fcsel<F16>;
                // Floating-point data processing of one, two and three numbers, immediates
                FmovH          "fmov"    "00011110 11 1 000000 10000 nnnnn ddddd"   Fp1              => float::fmov<F16>;
                FabsH          "fabs"    "00011110 11 1 000001 10000 nnnnn ddddd"   Fp1              => float::fabs<F16>;
                FnegH          "fneg"    "00011110 11 1 000010 10000 nnnnn ddddd"   Fp1              => float::fneg<F16>;
                FsqrtH         "fsqrt"   "00011110 11 1 000011 10000 nnnnn ddddd"   Fp1              => float::fsqrt<F16>;
                FrintnH        "frintn"  "00011110 11 1 001000 10000 nnnnn ddddd"   Fp1              => float::frintn<F16>;
                FrintpH        "frintp"  "00011110 11 1 001001 10000 nnnnn ddddd"   Fp1              => float::frintp<F16>;
                FrintmH        "frintm"  "00011110 11 1 001010 10000 nnnnn ddddd"   Fp1              => float::frintm<F16>;
                FrintzH        "frintz"  "00011110 11 1 001011 10000 nnnnn ddddd"   Fp1              => float::frintz<F16>;
                FrintaH        "frinta"  "00011110 11 1 001100 10000 nnnnn ddddd"   Fp1              => float::frinta<F16>;
                FrintxH        "frintx"  "00011110 11 1 001110 10000 nnnnn ddddd"   Fp1              => float::frintx<F16>;
                FrintiH        "frinti"  "00011110 11 1 001111 10000 nnnnn ddddd"   Fp1              => float::frinti<F16>;
                FmulH          "fmul"    "00011110 11 1 mmmmm 0000 10 nnnnn ddddd"  Fp2              => float::fmul<F16>;
                FdivH          "fdiv"    "00011110 11 1 mmmmm 0001 10 nnnnn ddddd"  Fp2              => float::fdiv<F16>;
                FaddH          "fadd"    "00011110 11 1 mmmmm 0010 10 nnnnn ddddd"  Fp2              => float::fadd<F16>;
                FsubH          "fsub"    "00011110 11 1 mmmmm 0011 10 nnnnn ddddd"  Fp2              => float::fsub<F16>;
                FmaxH          "fmax"    "00011110 11 1 mmmmm 0100 10 nnnnn ddddd"  Fp2              => float::fmax<F16>;
                FminH          "fmin"    "00011110 11 1 mmmmm 0101 10 nnnnn ddddd"  Fp2              => float::fmin<F16>;
                FmaxnmH        "fmaxnm"  "00011110 11 1 mmmmm 0110 10 nnnnn ddddd"  Fp2              => float::fmaxnm<F16>;
                FminnmH        "fminnm"  "00011110 11 1 mmmmm 0111 10 nnnnn ddddd"  Fp2              => float::fminnm<F16>;
                FnmulH         "fnmul"   "00011110 11 1 mmmmm 1000 10 nnnnn ddddd"  Fp2              => float::fnmul<F16>;
                FmaddH         "fmadd"   "00011111 11 0 mmmmm 0 aaaaa nnnnn ddddd"  Fp3              => float::fmadd<F16>;
                FmsubH         "fmsub"   "00011111 11 0 mmmmm 1 aaaaa nnnnn ddddd"  Fp3              => float::fmsub<F16>;
                FnmaddH        "fnmadd"  "00011111 11 1 mmmmm 0 aaaaa nnnnn ddddd"  Fp3              => float::fnmadd<F16>;
                FnmsubH        "fnmsub"  "00011111 11 1 mmmmm 1 aaaaa nnnnn ddddd"  Fp3              => float::fnmsub<F16>;
                FmovImmH       "fmov"    "00011110 11 1 iiiiiiii 10000000 ddddd"    FpImm            => float::fmov_imm<F16>;
                // Conversions between numbers and integers, fixed-point numbers, general registers
                FcvtnsH        "fcvtns"  "s 0011110 11 1 00 000 000000 nnnnn ddddd" FpToGeneral      => float::fcvtns<F16>;
                FcvtnuH        "fcvtnu"  "s 0011110 11 1 00 001 000000 nnnnn ddddd" FpToGeneral      => float::fcvtnu<F16>;
                FcvtasH        "fcvtas"  "s 0011110 11 1 00 100 000000 nnnnn ddddd" FpToGeneral      => float::fcvtas<F16>;
                FcvtauH        "fcvtau"  "s 0011110 11 1 00 101 000000 nnnnn ddddd" FpToGeneral      => float::fcvtau<F16>;
                FcvtpsH        "fcvtps"  "s 0011110 11 1 01 000 000000 nnnnn ddddd" FpToGeneral      => float::fcvtps<F16>;
                FcvtpuH        "fcvtpu"  "s 0011110 11 1 01 001 000000 nnnnn ddddd" FpToGeneral      => float::fcvtpu<F16>;
                FcvtmsH        "fcvtms"  "s 0011110 11 1 10 000 000000 nnnnn ddddd" FpToGeneral      => float::fcvtms<F16>;
                FcvtmuH        "fcvtmu"  "s 0011110 11 1 10 001 000000 nnnnn ddddd" FpToGeneral      => float::fcvtmu<F16>;
                FcvtzsH        "fcvtzs"  "s 0011110 11 1 11 000 000000 nnnnn ddddd" FpToGeneral      => float::fcvtzs<F16>;
                FcvtzuH        "fcvtzu"  "s 0011110 11 1 11 001 000000 nnnnn ddddd" FpToGeneral      => float::fcvtzu<F16>;
                ScvtfH         "scvtf"   "s 0011110 11 1 00 010 000000 nnnnn ddddd" FpFromGeneral    => float::scvtf<F16>;
                UcvtfH         "ucvtf"   "s 0011110 11 1 00 011 000000 nnnnn ddddd" FpFromGeneral    => float::ucvtf<F16>;
                FcvtzsFixedH   "fcvtzs"  "s 0011110 11 0 11 000 ffffff nnnnn ddddd" FpToFixed        => float::fcvtzs<F16>;
                FcvtzuFixedH   "fcvtzu"  "s 0011110 11 0 11 001 ffffff nnnnn ddddd" FpToFixed        => float::fcvtzu<F16>;
                ScvtfFixedH    "scvtf"   "s 0011110 11 0 00 010 ffffff nnnnn ddddd" FpFromFixed      => float::scvtf<F16>;
                UcvtfFixedH    "ucvtf"   "s 0011110 11 0 00 011 ffffff nnnnn ddddd" FpFromFixed      => float::ucvtf<F16>;
                FmovHToW       "fmov"    "0 0011110 11 1 00 110 000000 nnnnn ddddd" FpToGeneral      => float::fmov_to_general<F16>;
                FmovHFromW     "fmov"    "0 0011110 11 1 00 111 000000 nnnnn ddddd" FpFromGeneral    => float::fmov_from_general<F16>;
                FmovHToX       "fmov"    "1 0011110 11 1 00 110 000000 nnnnn ddddd" FpToGeneral      => float::fmov_to_general<F16>;
                FmovHFromX     "fmov"    "1 0011110 11 1 00 111 000000 nnnnn ddddd" FpFromGeneral    => float::fmov_from_general<F16>;
            }
            [JSCVT] a64 {
                Fjcvtzs        "fjcvtzs" "0 0011110 01 1 11 110 000000 nnnnn ddddd" FpToGeneral      => float::fjcvtzs;
            }
        }
    };
}
pub(super) use rows;
