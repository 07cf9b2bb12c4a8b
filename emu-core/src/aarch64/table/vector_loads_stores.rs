//! Rows of loads and stores of vector registers.

macro_rules! rows {
    ($($isa:tt)*) => {
        $crate::isa! {
            $($isa)*
            [FP] a64 {
                // Loads and stores of vector registers: immediate, register, literal
                VLdr            "ldr"  "ss 111101 01 iiiiiiiiiiii nnnnn ttttt"      VLoadScaled         => simd_load_store::ldr;
                VLdur           "ldur" "ss 111100 01 0 iiiiiiiii 00 nnnnn ttttt"    VLoadUnscaled       => simd_load_store::ldr;
                VLdrPost        "ldr"  "ss 111100 01 0 iiiiiiiii 01 nnnnn ttttt"    VLoadPost           => simd_load_store::ldr_post;
                VLdrPre         "ldr"  "ss 111100 01 0 iiiiiiiii 11 nnnnn ttttt"    VLoadPre            => simd_load_store::ldr_pre;
                VLdrReg         "ldr"  "ss 111100 01 1 mmmmm ooo s 10 nnnnn ttttt"  VLoadReg            => simd_load_store::ldr_reg;
                VStr            "str"  "ss 111101 00 iiiiiiiiiiii nnnnn ttttt"      VStoreScaled        => simd_load_store::str;
                VStur           "stur" "ss 111100 00 0 iiiiiiiii 00 nnnnn ttttt"    VStoreUnscaled      => simd_load_store::str;
                VStrPost        "str"  "ss 111100 00 0 iiiiiiiii 01 nnnnn ttttt"    VStorePost          => simd_load_store::str_post;
                VStrPre         "str"  "ss 111100 00 0 iiiiiiiii 11 nnnnn ttttt"    VStorePre           => simd_load_store::str_pre;
                VStrReg         "str"  "ss 111100 00 1 mmmmm ooo s 10 nnnnn ttttt"  VStoreReg           => simd_load_store::str_reg;
                VLdrQ           "ldr"  "00 111101 11 iiiiiiiiiiii nnnnn ttttt"      VLoadScaled         => simd_load_store::ldr;
                VLdurQ          "ldur" "00 111100 11 0 iiiiiiiii 00 nnnnn ttttt"    VLoadUnscaled       => simd_load_store::ldr;
                VLdrPostQ       "ldr"  "00 111100 11 0 iiiiiiiii 01 nnnnn ttttt"    VLoadPost           => simd_load_store::ldr_post;
                VLdrPreQ        "ldr"  "00 111100 11 0 iiiiiiiii 11 nnnnn ttttt"    VLoadPre            => simd_load_store::ldr_pre;
                VLdrRegQ        "ldr"  "00 111100 11 1 mmmmm ooo s 10 nnnnn ttttt"  VLoadReg            => simd_load_store::ldr_reg;
                VStrQ           "str"  "00 111101 10 iiiiiiiiiiii nnnnn ttttt"      VStoreScaled        => simd_load_store::str;
                VSturQ          "stur" "00 111100 10 0 iiiiiiiii 00 nnnnn ttttt"    VStoreUnscaled      => simd_load_store::str;
                VStrPostQ       "str"  "00 111100 10 0 iiiiiiiii 01 nnnnn ttttt"    VStorePost          => simd_load_store::str_post;
                VStrPreQ        "str"  "00 111100 10 0 iiiiiiiii 11 nnnnn ttttt"    VStorePre           => simd_load_store::str_pre;
                VStrRegQ        "str"  "00 111100 10 1 mmmmm ooo s 10 nnnnn ttttt"  VStoreReg           => simd_load_store::str_reg;
                VLdrLiteralS    "ldr"  "00 011100 iiiiiiiiiiiiiiiiiii ttttt"        VLiteral            => simd_load_store::ldr_literal;
                VLdrLiteralD    "ldr"  "01 011100 iiiiiiiiiiiiiiiiiii ttttt"        VLiteral            => simd_load_store::ldr_literal;
                VLdrLiteralQ    "ldr"  "10 011100 iiiiiiiiiiiiiiiiiii ttttt"        VLiteral            => simd_load_store::ldr_literal;
                // Pairs
                VLdnpS          "ldnp" "00 101 1 000 1 iiiiiii uuuuu nnnnn ttttt"   VLoadPair           => simd_load_store::ldp;
                VLdpPostS       "ldp"  "00 101 1 001 1 iiiiiii uuuuu nnnnn ttttt"   VLoadPairPost       => simd_load_store::ldp_post;
                VLdpS           "ldp"  "00 101 1 010 1 iiiiiii uuuuu nnnnn ttttt"   VLoadPair           => simd_load_store::ldp;
                VLdpPreS        "ldp"  "00 101 1 011 1 iiiiiii uuuuu nnnnn ttttt"   VLoadPairPre        => simd_load_store::ldp_pre;
                VStnpS          "stnp" "00 101 1 000 0 iiiiiii uuuuu nnnnn ttttt"   VStorePair          => simd_load_store::stp;
                VStpPostS       "stp"  "00 101 1 001 0 iiiiiii uuuuu nnnnn ttttt"   VStorePairPost      => simd_load_store::stp_post;
                VStpS           "stp"  "00 101 1 010 0 iiiiiii uuuuu nnnnn ttttt"   VStorePair          => simd_load_store::stp;
                VStpPreS        "stp"  "00 101 1 011 0 iiiiiii uuuuu nnnnn ttttt"   VStorePairPre       => simd_load_store::stp_pre;
                VLdnpD          "ldnp" "01 101 1 000 1 iiiiiii uuuuu nnnnn ttttt"   VLoadPair           => simd_load_store::ldp;
                VLdpPostD       "ldp"  "01 101 1 001 1 iiiiiii uuuuu nnnnn ttttt"   VLoadPairPost       => simd_load_store::ldp_post;
                VLdpD           "ldp"  "01 101 1 010 1 iiiiiii uuuuu nnnnn ttttt"   VLoadPair           => simd_load_store::ldp;
                VLdpPreD        "ldp"  "01 101 1 011 1 iiiiiii uuuuu nnnnn ttttt"   VLoadPairPre        => simd_load_store::ldp_pre;
                VStnpD          "stnp" "01 101 1 000 0 iiiiiii uuuuu nnnnn ttttt"   VStorePair          => simd_load_store::stp;
                VStpPostD       "stp"  "01 101 1 001 0 iiiiiii uuuuu nnnnn ttttt"   VStorePairPost      => simd_load_store::stp_post;
                VStpD           "stp"  "01 101 1 010 0 iiiiiii uuuuu nnnnn ttttt"   VStorePair          => simd_load_store::stp;
                VStpPreD        "stp"  "01 101 1 011 0 iiiiiii uuuuu nnnnn ttttt"   VStorePairPre       => simd_load_store::stp_pre;
                VLdnpQ          "ldnp" "10 101 1 000 1 iiiiiii uuuuu nnnnn ttttt"   VLoadPair           => simd_load_store::ldp;
                VLdpPostQ       "ldp"  "10 101 1 001 1 iiiiiii uuuuu nnnnn ttttt"   VLoadPairPost       => simd_load_store::ldp_post;
                VLdpQ           "ldp"  "10 101 1 010 1 iiiiiii uuuuu nnnnn ttttt"   VLoadPair           => simd_load_store::ldp;
                VLdpPreQ        "ldp"  "10 101 1 011 1 iiiiiii uuuuu nnnnn ttttt"   VLoadPairPre        => simd_load_store::ldp_pre;
                VStnpQ          "stnp" "10 101 1 000 0 iiiiiii uuuuu nnnnn ttttt"   VStorePair          => simd_load_store::stp;
                VStpPostQ       "stp"  "10 101 1 001 0 iiiiiii uuuuu nnnnn ttttt"   VStorePairPost      => simd_load_store::stp_post;
                VStpQ           "stp"  "10 101 1 010 0 iiiiiii uuuuu nnnnn ttttt"   VStorePair          => simd_load_store::stp;
                VStpPreQ        "stp"  "10 101 1 011 0 iiiiiii uuuuu nnnnn ttttt"   VStorePairPre       => simd_load_store::stp_pre;
            }
            [ASIMD] a64 {
                // Structures in whole registers, in one element, in all elements
                Ld1x4           "ld1"  "0 q 0011000 1 000000 0010 ss nnnnn ttttt"   Structures          => simd_load_store::ld;
                Ld1x4Post       "ld1"  "0 q 0011001 1 0 mmmmm 0010 ss nnnnn ttttt"  StructuresPost      => simd_load_store::ld_post;
                Ld1x3           "ld1"  "0 q 0011000 1 000000 0110 ss nnnnn ttttt"   Structures          => simd_load_store::ld;
                Ld1x3Post       "ld1"  "0 q 0011001 1 0 mmmmm 0110 ss nnnnn ttttt"  StructuresPost      => simd_load_store::ld_post;
                Ld1x1           "ld1"  "0 q 0011000 1 000000 0111 ss nnnnn ttttt"   Structures          => simd_load_store::ld;
                Ld1x1Post       "ld1"  "0 q 0011001 1 0 mmmmm 0111 ss nnnnn ttttt"  StructuresPost      => simd_load_store::ld_post;
                Ld1x2           "ld1"  "0 q 0011000 1 000000 1010 ss nnnnn ttttt"   Structures          => simd_load_store::ld;
                Ld1x2Post       "ld1"  "0 q 0011001 1 0 mmmmm 1010 ss nnnnn ttttt"  StructuresPost      => simd_load_store::ld_post;
                St1x4           "st1"  "0 q 0011000 0 000000 0010 ss nnnnn ttttt"   StoreStructures     => simd_load_store::st;
                St1x4Post       "st1"  "0 q 0011001 0 0 mmmmm 0010 ss nnnnn ttttt"  StoreStructuresPost => simd_load_store::st_post;
                St1x3           "st1"  "0 q 0011000 0 000000 0110 ss nnnnn ttttt"   StoreStructures     => simd_load_store::st;
                St1x3Post       "st1"  "0 q 0011001 0 0 mmmmm 0110 ss nnnnn ttttt"  StoreStructuresPost => simd_load_store::st_post;
                St1x1           "st1"  "0 q 0011000 0 000000 0111 ss nnnnn ttttt"   StoreStructures     => simd_load_store::st;
                St1x1Post       "st1"  "0 q 0011001 0 0 mmmmm 0111 ss nnnnn ttttt"  StoreStructuresPost => simd_load_store::st_post;
                St1x2           "st1"  "0 q 0011000 0 000000 1010 ss nnnnn ttttt"   StoreStructures     => simd_load_store::st;
                St1x2Post       "st1"  "0 q 0011001 0 0 mmmmm 1010 ss nnnnn ttttt"  StoreStructuresPost => simd_load_store::st_post;
                Ld2             "ld2"  "0 q 0011000 1 000000 1000 ss nnnnn ttttt"   Structures          => simd_load_store::ld;
                Ld2Post         "ld2"  "0 q 0011001 1 0 mmmmm 1000 ss nnnnn ttttt"  StructuresPost      => simd_load_store::ld_post;
                St2             "st2"  "0 q 0011000 0 000000 1000 ss nnnnn ttttt"   StoreStructures     => simd_load_store::st;
                St2Post         "st2"  "0 q 0011001 0 0 mmmmm 1000 ss nnnnn ttttt"  StoreStructuresPost => simd_load_store::st_post;
                Ld3             "ld3"  "0 q 0011000 1 000000 0100 ss nnnnn ttttt"   Structures          => simd_load_store::ld;
                Ld3Post         "ld3"  "0 q 0011001 1 0 mmmmm 0100 ss nnnnn ttttt"  StructuresPost      => simd_load_store::ld_post;
                St3             "st3"  "0 q 0011000 0 000000 0100 ss nnnnn ttttt"   StoreStructures     => simd_load_store::st;
                St3Post         "st3"  "0 q 0011001 0 0 mmmmm 0100 ss nnnnn ttttt"  StoreStructuresPost => simd_load_store::st_post;
                Ld4             "ld4"  "0 q 0011000 1 000000 0000 ss nnnnn ttttt"   Structures          => simd_load_store::ld;
                Ld4Post         "ld4"  "0 q 0011001 1 0 mmmmm 0000 ss nnnnn ttttt"  StructuresPost      => simd_load_store::ld_post;
                St4             "st4"  "0 q 0011000 0 000000 0000 ss nnnnn ttttt"   StoreStructures     => simd_load_store::st;
                St4Post         "st4"  "0 q 0011001 0 0 mmmmm 0000 ss nnnnn ttttt"  StoreStructuresPost => simd_load_store::st_post;
                Ld1SingleB      "ld1"  "0 q 0011010 1 0 00000 000 s ss nnnnn ttttt" LoadSingle          => simd_load_store::ld_single;
                Ld1SingleBPost  "ld1"  "0 q 0011011 1 0 mmmmm 000 s ss nnnnn ttttt" LoadSinglePost      => simd_load_store::ld_single_post;
                Ld1SingleH      "ld1"  "0 q 0011010 1 0 00000 010 s ss nnnnn ttttt" LoadSingle          => simd_load_store::ld_single;
                Ld1SingleHPost  "ld1"  "0 q 0011011 1 0 mmmmm 010 s ss nnnnn ttttt" LoadSinglePost      => simd_load_store::ld_single_post;
                Ld1SingleSd     "ld1"  "0 q 0011010 1 0 00000 100 s ss nnnnn ttttt" LoadSingle          => simd_load_store::ld_single;
                Ld1SingleSdPost "ld1"  "0 q 0011011 1 0 mmmmm 100 s ss nnnnn ttttt" LoadSinglePost      => simd_load_store::ld_single_post;
                St1SingleB      "st1"  "0 q 0011010 0 0 00000 000 s ss nnnnn ttttt" StoreSingle         => simd_load_store::st_single;
                St1SingleBPost  "st1"  "0 q 0011011 0 0 mmmmm 000 s ss nnnnn ttttt" StoreSinglePost     => simd_load_store::st_single_post;
                St1SingleH      "st1"  "0 q 0011010 0 0 00000 010 s ss nnnnn ttttt" StoreSingle         => simd_load_store::st_single;
                St1SingleHPost  "st1"  "0 q 0011011 0 0 mmmmm 010 s ss nnnnn ttttt" StoreSinglePost     => simd_load_store::st_single_post;
                St1SingleSd     "st1"  "0 q 0011010 0 0 00000 100 s ss nnnnn ttttt" StoreSingle         => simd_load_store::st_single;
                St1SingleSdPost "st1"  "0 q 0011011 0 0 mmmmm 100 s ss nnnnn ttttt" StoreSinglePost     => simd_load_store::st_single_post;
                Ld1r            "ld1r" "0 q 0011010 1 0 00000 110 0 ss nnnnn ttttt" Replicate           => simd_load_store::ld_replicate;
                Ld1rPost        "ld1r" "0 q 0011011 1 0 mmmmm 110 0 ss nnnnn ttttt" ReplicatePost       => simd_load_store::ld_replicate_post;
                Ld2SingleB      "ld2"  "0 q 0011010 1 1 00000 000 s ss nnnnn ttttt" LoadSingle          => simd_load_store::ld_single;
                Ld2SingleBPost  "ld2"  "0 q 0011011 1 1 mmmmm 000 s ss nnnnn ttttt" LoadSinglePost      => simd_load_store::ld_single_post;
                Ld2SingleH      "ld2"  "0 q 0011010 1 1 00000 010 s ss nnnnn ttttt" LoadSingle          => simd_load_store::ld_single;
                Ld2SingleHPost  "ld2"  "0 q 0011011 1 1 mmmmm 010 s ss nnnnn ttttt" LoadSinglePost      => simd_load_store::ld_single_post;
                Ld2SingleSd     "ld2"  "0 q 0011010 1 1 00000 100 s ss nnnnn ttttt" LoadSingle          => simd_load_store::ld_single;
                Ld2SingleSdPost "ld2"  "0 q 0011011 1 1 mmmmm 100 s ss nnnnn ttttt" LoadSinglePost      => simd_load_store::ld_single_post;
                St2SingleB      "st2"  "0 q 0011010 0 1 00000 000 s ss nnnnn ttttt" StoreSingle         => simd_load_store::st_single;
                St2SingleBPost  "st2"  "0 q 0011011 0 1 mmmmm 000 s ss nnnnn ttttt" StoreSinglePost     => simd_load_store::st_single_post;
                St2SingleH      "st2"  "0 q 0011010 0 1 00000 010 s ss nnnnn ttttt" StoreSingle         => simd_load_store::st_single;
                St2SingleHPost  "st2"  "0 q 0011011 0 1 mmmmm 010 s ss nnnnn ttttt" StoreSinglePost     => simd_load_store::st_single_post;
                St2SingleSd     "st2"  "0 q 0011010 0 1 00000 100 s ss nnnnn ttttt" StoreSingle         => simd_load_store::st_single;
                St2SingleSdPost "st2"  "0 q 0011011 0 1 mmmmm 100 s ss nnnnn ttttt" StoreSinglePost     => simd_load_store::st_single_post;
                Ld2r            "ld2r" "0 q 0011010 1 1 00000 110 0 ss nnnnn ttttt" Replicate           => simd_load_store::ld_replicate;
                Ld2rPost        "ld2r" "0 q 0011011 1 1 mmmmm 110 0 ss nnnnn ttttt" ReplicatePost       => simd_load_store::ld_replicate_post;
                Ld3SingleB      "ld3"  "0 q 0011010 1 0 00000 001 s ss nnnnn ttttt" LoadSingle          => simd_load_store::ld_single;
                Ld3SingleBPost  "ld3"  "0 q 0011011 1 0 mmmmm 001 s ss nnnnn ttttt" LoadSinglePost      => simd_load_store::ld_single_post;
                Ld3SingleH      "ld3"  "0 q 0011010 1 0 00000 011 s ss nnnnn ttttt" LoadSingle          => simd_load_store::ld_single;
                Ld3SingleHPost  "ld3"  "0 q 0011011 1 0 mmmmm 011 s ss nnnnn ttttt" LoadSinglePost      => simd_load_store::ld_single_post;
                Ld3SingleSd     "ld3"  "0 q 0011010 1 0 00000 101 s ss nnnnn ttttt" LoadSingle          => simd_load_store::ld_single;
                Ld3SingleSdPost "ld3"  "0 q 0011011 1 0 mmmmm 101 s ss nnnnn ttttt" LoadSinglePost      => simd_load_store::ld_single_post;
                St3SingleB      "st3"  "0 q 0011010 0 0 00000 001 s ss nnnnn ttttt" StoreSingle         => simd_load_store::st_single;
                St3SingleBPost  "st3"  "0 q 0011011 0 0 mmmmm 001 s ss nnnnn ttttt" StoreSinglePost     => simd_load_store::st_single_post;
                St3SingleH      "st3"  "0 q 0011010 0 0 00000 011 s ss nnnnn ttttt" StoreSingle         => simd_load_store::st_single;
                St3SingleHPost  "st3"  "0 q 0011011 0 0 mmmmm 011 s ss nnnnn ttttt" StoreSinglePost     => simd_load_store::st_single_post;
                St3SingleSd     "st3"  "0 q 0011010 0 0 00000 101 s ss nnnnn ttttt" StoreSingle         => simd_load_store::st_single;
                St3SingleSdPost "st3"  "0 q 0011011 0 0 mmmmm 101 s ss nnnnn ttttt" StoreSinglePost     => simd_load_store::st_single_post;
                Ld3r            "ld3r" "0 q 0011010 1 0 00000 111 0 ss nnnnn ttttt" Replicate           => simd_load_store::ld_replicate;
                Ld3rPost        "ld3r" "0 q 0011011 1 0 mmmmm 111 0 ss nnnnn ttttt" ReplicatePost       => simd_load_store::ld_replicate_post;
                Ld4SingleB      "ld4"  "0 q 0011010 1 1 00000 001 s ss nnnnn ttttt" LoadSingle          => simd_load_store::ld_single;
                Ld4SingleBPost  "ld4"  "0 q 0011011 1 1 mmmmm 001 s ss nnnnn ttttt" LoadSinglePost      => simd_load_store::ld_single_post;
                Ld4SingleH      "ld4"  "0 q 0011010 1 1 00000 011 s ss nnnnn ttttt" LoadSingle          => simd_load_store::ld_single;
                Ld4SingleHPost  "ld4"  "0 q 0011011 1 1 mmmmm 011 s ss nnnnn ttttt" LoadSinglePost      => simd_load_store::ld_single_post;
                Ld4SingleSd     "ld4"  "0 q 0011010 1 1 00000 101 s ss nnnnn ttttt" LoadSingle          => simd_load_store::ld_single;
                Ld4SingleSdPost "ld4"  "0 q 0011011 1 1 mmmmm 101 s ss nnnnn ttttt" LoadSinglePost      => simd_load_store::ld_single_post;
                St4SingleB      "st4"  "0 q 0011010 0 1 00000 001 s ss nnnnn ttttt" StoreSingle         => simd_load_store::st_single;
                St4SingleBPost  "st4"  "0 q 0011011 0 1 mmmmm 001 s ss nnnnn ttttt" StoreSinglePost     => simd_load_store::st_single_post;
                St4SingleH      "st4"  "0 q 0011010 0 1 00000 011 s ss nnnnn ttttt" StoreSingle         => simd_load_store::st_single;
                St4SingleHPost  "st4"  "0 q 0011011 0 1 mmmmm 011 s ss nnnnn ttttt" StoreSinglePost     => simd_load_store::st_single_post;
                St4SingleSd     "st4"  "0 q 0011010 0 1 00000 101 s ss nnnnn ttttt" StoreSingle         => simd_load_store::st_single;
                St4SingleSdPost "st4"  "0 q 0011011 0 1 mmmmm 101 s ss nnnnn ttttt" StoreSinglePost     => simd_load_store::st_single_post;
                Ld4r            "ld4r" "0 q 0011010 1 1 00000 111 0 ss nnnnn ttttt" Replicate           => simd_load_store::ld_replicate;
                Ld4rPost        "ld4r" "0 q 0011011 1 1 mmmmm 111 0 ss nnnnn ttttt" ReplicatePost       => simd_load_store::ld_replicate_post;
            }
        }
    };
}
pub(super) use rows;
