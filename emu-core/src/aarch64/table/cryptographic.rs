//! Rows of cryptography: AES, SHA, products of polynomials.

macro_rules! rows {
    ($($isa:tt)*) => {
        $crate::isa! {
            $($isa)*
            [AES] a64 {
                Aese       "aese"      "01001110 00 10100 00100 10 nnnnn ddddd"     Cipher       => simd::hash_update<TwoAese>;
                Aesd       "aesd"      "01001110 00 10100 00101 10 nnnnn ddddd"     Cipher       => simd::hash_update<TwoAesd>;
                Aesmc      "aesmc"     "01001110 00 10100 00110 10 nnnnn ddddd"     Cipher       => simd::hash_turn<OneAesmc>;
                Aesimc     "aesimc"    "01001110 00 10100 00111 10 nnnnn ddddd"     Cipher       => simd::hash_turn<OneAesimc>;
            }
            [PMULL] a64 {
                PmullDLow  "pmull"     "0 0 0 01110 11 1 mmmmm 1110 00 nnnnn ddddd" LongerD      => simd::pmull_d;
                PmullDHigh "pmull2"    "0 1 0 01110 11 1 mmmmm 1110 00 nnnnn ddddd" LongerD      => simd::pmull_d;
            }
            [SHA1] a64 {
                Sha1c      "sha1c"     "01011110 00 0 mmmmm 0 000 00 nnnnn ddddd"   HashRounds   => simd::hash<ThreeSha1c>;
                Sha1p      "sha1p"     "01011110 00 0 mmmmm 0 001 00 nnnnn ddddd"   HashRounds   => simd::hash<ThreeSha1p>;
                Sha1m      "sha1m"     "01011110 00 0 mmmmm 0 010 00 nnnnn ddddd"   HashRounds   => simd::hash<ThreeSha1m>;
                Sha1su0    "sha1su0"   "01011110 00 0 mmmmm 0 011 00 nnnnn ddddd"   HashSchedule => simd::hash<ThreeSha1su0>;
                Sha1h      "sha1h"     "01011110 00 10100 00000 10 nnnnn ddddd"     HashTurn     => simd::hash_turn<OneSha1h>;
                Sha1su1    "sha1su1"   "01011110 00 10100 00001 10 nnnnn ddddd"     HashUpdate   => simd::hash_update<TwoSha1su1>;
            }
            [SHA256] a64 {
                Sha256h    "sha256h"   "01011110 00 0 mmmmm 0 100 00 nnnnn ddddd"   HashHalves   => simd::hash<ThreeSha256h>;
                Sha256h2   "sha256h2"  "01011110 00 0 mmmmm 0 101 00 nnnnn ddddd"   HashHalves   => simd::hash<ThreeSha256h2>;
                Sha256su1  "sha256su1" "01011110 00 0 mmmmm 0 110 00 nnnnn ddddd"   HashSchedule => simd::hash<ThreeSha256su1>;
                Sha256su0  "sha256su0" "01011110 00 10100 00010 10 nnnnn ddddd"     HashUpdate   => simd::hash_update<TwoSha256su0>;
            }
        }
    };
}
pub(super) use rows;
