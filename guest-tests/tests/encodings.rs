//! What is no instruction, and what is one although it looks odd: words at the borders of the encodings, from the manuals.
//! That instructions are printed as objdump prints them is the business of `compare-objdump`.

use emu_core::isa::Place;
use emu_core::riscv::decode::Decoder;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::table::TABLE;
use guest_tests::rng::Rng;

fn decoder(xlen: u32) -> Decoder {
    Decoder::new(Isa::all(xlen).extensions, xlen)
}

fn name(decoder: &Decoder, word: u32) -> Option<&'static str> {
    decoder.find(word).map(|(row, _)| TABLE[row].name)
}

#[test]
fn reserved_words_are_not_decoded() {
    let both: &[(u32, &str)] = &[
        (0x0000_0000, "26.5: the all-zero word"),
        (0xffff_ffff, "1.5: all ones"),
        (0x0000_2067, "2.5.1: JALR with funct3 2"),
        (0x0000_2063, "2.5.2: a branch with funct3 2"),
        (0x0000_3063, "2.5.2: a branch with funct3 3"),
        (0x0000_7003, "2.6: a load with funct3 7"),
        (0x0000_4023, "2.6: a store with funct3 4"),
        (0x4000_1033, "2.4.2: funct7 32 with SLL's funct3"),
        (0x1010_202f, "13.2: LR.W with rs2 1"),
        (0x0000_102f, "13.4: AMOs of 16 bits"),
        (0x2800_202f, "13.4: funct5 5"),
        (0x0000_5053, "20.2: static rounding mode 5"),
        (0x0000_6053, "20.2: static rounding mode 6"),
        (0x0600_0053, "FADD of quad precision"),
        (0x5810_7053, "20.6: FSQRT.S with rs2 1"),
        (0x4000_7053, "21.6: FCVT.S.S"),
        (0xe000_2053, "20.8: FCLASS.S with funct3 2"),
        (0x0000_4073, "7.1: SYSTEM with funct3 4"),
        (0x0020_0073, "URET is gone"),
        (0x1020_0173, "privileged 3.3.2: SRET with rd 2"),
        (0x3020_8073, "privileged 3.3.2: MRET with rs1 1"),
        (0x1050_0173, "privileged 3.3.3: WFI with rd 2"),
        (0x0030_200f, "chapter 19: no cache-block operation 3"),
        (0x0000_208f, "chapter 19: CBO.INVAL with rd 1"),
        (0x0000_6101, "26.5: C.ADDI16SP by 0"),
        (0x0000_6081, "26.5: C.LUI of 0"),
        (0x0000_4002, "26.3.1: C.LWSP to x0"),
        (0x0000_8002, "26.4: C.JR to x0"),
        (0x0000_8000, "26.8: quadrant 0, funct3 4"),
        (0x0000_9c41, "26.8: quadrant 1, funct3 4, reserved"),
        (0x0000_9c61, "26.8: quadrant 1, funct3 4, reserved"),
    ];
    let only_32: &[(u32, &str)] = &[
        (0x0200_1013, "2.4.1: SLLI by 32"),
        (0x0000_3003, "LD without Zilsd"),
        (0x0000_6003, "4.3: LWU"),
        (0x0000_001b, "4.2.1: ADDIW"),
        (0x0000_302f, "13.4: AMOADD.D"),
        (0x0000_1082, "26.5: C.SLLI by 32"),
        (0x0000_9001, "26.5: C.SRLI by 32"),
        (0x0000_9c01, "26.5: C.SUBW"),
        (0xc020_7053, "20.7: FCVT.L.S"),
        (0xe200_0053, "21.5: FMV.X.D"),
    ];
    let only_64: &[(u32, &str)] = &[
        (0x0400_1013, "4.2.1: SLLI by 64"),
        (0x0200_101b, "4.2.1: SLLIW by 32"),
        (0x0000_2001, "26.5: C.ADDIW of x0"),
        (0x0000_6002, "26.3.1: C.LDSP to x0"),
        (0x0800_1013, "32: ZIP"),
        (0x6980_5013, "30: REV8 of RV32"),
        (0x0800_4033 | 1 << 31, "funct7 with its upper bit set"),
    ];
    for (xlen, words) in [(32, [both, only_32]), (64, [both, only_64])] {
        let decoder = decoder(xlen);
        for &(word, why) in words.into_iter().flatten() {
            assert_eq!(name(&decoder, word), None, "rv{xlen}: {word:#010x}: {why}");
        }
    }
}

#[test]
fn hints_and_ignored_fields_are_decoded() {
    let both = [
        (0x8330_000f, "fence.tso"),  // 2.7
        (0x4000_000f, "fence"),      // 2.7: reserved fm, treated as 0
        (0x0000_8f8f, "fence"),      // 2.7: rd and rs1 are ignored
        (0x0100_000f, "pause"),      // Zihintpause
        (0xfff0_9f8f, "fence.i"),    // chapter 6
        (0x0000_6013, "prefetch.i"), // chapter 19: ORI to x0
        (0x0000_0001, "c.addi"),     // 26.5: C.NOP
        (0x0000_0085, "c.addi"),     // 26.5: C.ADDI x1, 1
        (0x0000_0081, "c.addi"),     // 26.9: a HINT
        (0x0000_4005, "c.li"),       // 26.9: a HINT
        (0x0000_6005, "c.lui"),      // 26.9: a HINT
        (0x0000_8006, "c.mv"),       // 26.9: a HINT
        (0x0000_9006, "c.add"),      // 26.9: a HINT
        (0x0000_9002, "c.ebreak"),   // 26.8
        (0x0000_6105, "c.addi16sp"), // 26.5: rd x2
        (0x0800_4033, "zext.h"),     // 30: PACK with x0 is ZEXT.H on RV32
    ];
    for xlen in [32, 64] {
        let decoder = decoder(xlen);
        for (word, expected) in both {
            let expected = if xlen == 64 && word == 0x0800_4033 { "pack" } else { expected };
            assert_eq!(name(&decoder, word), Some(expected), "rv{xlen}: {word:#010x}");
        }
    }
}

#[test]
fn no_two_rows_claim_a_word_unless_one_is_more_special() {
    for xlen in [32, 64] {
        let isa = Isa::all(xlen);
        let rows: Vec<_> = TABLE.iter().filter(|row| row.exists(isa.extensions, xlen)).collect();
        for (at, a) in rows.iter().enumerate() {
            for b in &rows[at + 1..] {
                let common = a.mask & b.mask;
                let overlap = a.bytes == b.bytes && a.value & common == b.value & common;
                let nested = common == a.mask || common == b.mask;
                // Where one row's operands are another row's encoding, the first reserves them.
                let reserved = (a.unpack)(a.value | b.value).is_none() || (b.unpack)(a.value | b.value).is_none();
                assert!(!overlap || (nested && a.mask != b.mask) || reserved, "rv{xlen}: {} and {}", a.name, b.name);
            }
        }
    }
}

#[test]
fn every_decoded_word_is_printed_and_has_the_bits_of_its_row() {
    let mut rng = Rng::new(7);
    for xlen in [32, 64] {
        let decoder = decoder(xlen);
        let mut decoded = 0;
        for _ in 0..200_000 {
            let word = rng.bits() as u32;
            let Some((number, operands)) = decoder.find(word) else { continue };
            let row = &TABLE[number];
            assert_eq!(word & row.mask, row.value, "{word:#010x}: {}", row.name);
            assert_eq!(row.bytes, if word & 3 == 3 { 4 } else { 2 }, "{word:#010x}: {}", row.name);
            let place = Place { pc: 0xffff_fff0, bits: xlen };
            let text = row.text(&operands, place).to_string();
            assert!(text.is_ascii() && !text.contains('?'), "{word:#010x}: {text:?}");
            decoded += 1;
        }
        assert!(decoded > 100_000, "only {decoded} of 200000 random words are instructions");
    }
}
