//! Random instructions of every row, with what they need to make sense: addresses inside the data that a record shows, branches
//! inside its code. What decides results is not here.

use super::record::{CODE, CODE_WORDS, DATA, DATA_BYTES, Record, State};
use crate::rng::Rng;
use emu_core::aarch64::decode::Decoder;
use emu_core::aarch64::feature::Cpu;
use emu_core::aarch64::format::{LoadStore, Pair, Prefetch};
use emu_core::aarch64::format_simd::{VLoadStore, VPair};
use emu_core::aarch64::table::{Code, Row, TABLE};
use emu_core::isa::{Kind, Operands, Packed, Touches};

/// Words tried for one instruction.
const TRIES: usize = 200;
/// The largest access.
const ACCESS_BYTES: u64 = 16;

/// Makes records.
pub struct Generator {
    decoder: Decoder,
    /// The rows that are made.
    pub rows: Vec<(usize, &'static Row)>,
}

/// An instruction and what registers must hold before it; register 31 is SP.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Its word.
    pub word: u32,
    /// Its row.
    pub row: usize,
    /// Register numbers and values.
    pub needs: Vec<(u32, u64)>,
}

/// The rows of these modules have no vectors: `tests/aarch64_vectors` has words for them, and fails for a row that has none.
pub const TESTED_BY_DIGEST: [&str; 4] = ["float", "simd", "simd_float", "simd_load_store"];

/// Rows whose vectors are written by hand: what they do depends on more than a record has.
pub fn is_by_hand(row: &Row) -> bool {
    matches!(
        row.code,
        Code::Hvc
            | Code::Smc
            | Code::Hlt
            | Code::Wfi
            | Code::MsrImm
            | Code::Sys
            | Code::Sysl
            | Code::Msr
            | Code::Mrs
            | Code::Eret
    )
}

/// FCVTZS of a scalar in half precision to 16 bits: QEMU 7.2 leaves the result's sign above it, where the manual has zeros.
/// `float_agreement` looks at its values.
pub fn is_wrong_on_witness(row: &Row) -> bool {
    row.name == "fcvtzs" && row.format == "LoneFixedHalf"
}

impl Default for Generator {
    fn default() -> Self {
        let rows = TABLE.iter().enumerate().filter(|(_, row)| !is_by_hand(row) && !is_wrong_on_witness(row));
        Generator { decoder: Decoder::new(Cpu::Max.features()), rows: rows.collect() }
    }
}

fn field(word: u32, at: u32) -> u32 {
    word >> at & 31
}

fn with_field(word: u32, at: u32, value: u32) -> u32 {
    word & !(31 << at) | value << at
}

/// A branch's word with another offset, in instructions.
fn with_offset(row: &Row, word: u32, words: i64) -> u32 {
    let (bits, at) = match row.format {
        "BranchImm" => (26, 0),
        "TestBranch" => (14, 5),
        _ => (19, 5),
    };
    let mask = ((1u32 << bits) - 1) << at;
    word & !mask | ((words as u32) << at & mask)
}

impl Generator {
    /// A random word of a row, which the decoder takes for it, and its operands.
    fn word(
        &self,
        (number, row): (usize, &Row),
        rng: &mut Rng,
        change: impl Fn(u32, &mut Rng) -> u32,
    ) -> Option<(u32, Packed)> {
        (0..TRIES).find_map(|_| {
            let word = change(row.value | rng.bits() as u32 & !row.mask, rng);
            let (found, operands) = self.decoder.find(word)?;
            (found == number).then_some((word, operands))
        })
    }

    /// An instruction of a row at `pc`, whose branches go `least` instructions on, or fewer than `room` more.
    pub fn instruction(
        &self,
        row: (usize, &'static Row),
        pc: u64,
        least: u64,
        room: u64,
        rng: &mut Rng,
    ) -> Option<Placed> {
        let (number, what) = row;
        let mut needs = Vec::new();
        let plain = |word: u32, _: &mut Rng| word;
        let word = match (what.format, what.kind) {
            ("BranchImm" | "BranchCond" | "CompareBranch" | "TestBranch", _) => {
                let (word, _) = self.word(row, rng, plain)?;
                with_offset(what, word, (least + rng.below(room)) as i64)
            }
            (_, Kind::Jump) => {
                let (word, _) =
                    self.word(row, rng, |word, _| if field(word, 5) == 31 { word & !(1 << 5) } else { word })?;
                needs.push((field(word, 5), pc + 4 * (least + rng.below(room))));
                word
            }
            ("Literal" | "PrefetchLiteral" | "VLiteral", _) => {
                let (word, _) = self.word(row, rng, plain)?;
                let at = DATA + 4 * rng.below((DATA_BYTES as u64 - ACCESS_BYTES) / 4);
                with_offset(what, word, (at.wrapping_sub(pc) as i64) / 4)
            }
            _ if what.code == Code::DcZva => {
                let (word, _) = self.word(row, rng, |word, _| if field(word, 0) == 31 { word & !1 } else { word })?;
                needs.push((field(word, 0), DATA + rng.below(DATA_BYTES as u64)));
                word
            }
            (format, _) if what.touches != Touches::Nothing || format.starts_with("Prefetch") => {
                let (word, operands) = self.word(row, rng, |word, _| distinct(what, word))?;
                self.place(what, word, &operands, &mut needs, rng);
                word
            }
            _ => self.word(row, rng, plain)?.0,
        };
        Some(Placed { word, row: number, needs })
    }

    /// Says what the registers of a load or store must hold.
    fn place(&self, row: &Row, word: u32, operands: &Packed, needs: &mut Vec<(u32, u64)>, rng: &mut Rng) {
        let base = field(word, 5);
        let is_structures = row.format.contains("Structures");
        let imm: i64 = match row.format {
            "Prefetch" => Prefetch::unpack(operands).imm.into(),
            "LoadStoreReg" | "StoreReg" | "PrefetchReg" | "VLoadReg" | "VStoreReg" => {
                // At most eight of the largest unit.
                let index = rng.below(4);
                let index_register = field(word, 16);
                if index_register != 31 && index_register != base {
                    needs.push((index_register, index));
                }
                0
            }
            format if format.ends_with("Post") || is_structures => 0,
            "LoadSingle" | "StoreSingle" | "Replicate" => 0,
            "VLoadPair" | "VStorePair" | "VLoadPairPre" | "VStorePairPre" => VPair::unpack(operands).imm.into(),
            "Exclusive" | "LoadExclusivePair" | "StoreExclusive" | "StoreExclusivePair" | "Ordered" | "Release"
            | "Atomic" | "CompareSwap" | "CompareSwapPair" => {
                needs.push((base, DATA + 16 * rng.below(DATA_BYTES as u64 / 16)));
                return;
            }
            format if format.contains("Pair") || format.contains("Words") => Pair::unpack(operands).imm.into(),
            format if format.starts_with('V') => VLoadStore::unpack(operands).imm.into(),
            _ => LoadStore::unpack(operands).imm.into(),
        };
        // Four whole registers, or the largest index and a pair's first access before the last.
        let reach = DATA_BYTES as u64 - if is_structures { 4 * 16 } else { 3 * 16 } - ACCESS_BYTES;
        let mut at = DATA.wrapping_add(rng.below(reach)).wrapping_sub(imm as u64);
        if base == 31 || rng.chance(50) {
            // SP must be aligned where it is a base.
            at = (at + 15) & !15;
        }
        needs.push((base, at));
    }

    /// One instruction of a row, with random registers.
    pub fn single(&self, row: (usize, &'static Row), rng: &mut Rng) -> Option<Record> {
        let Placed { word, needs, .. } = self.instruction(row, CODE, 1, 0x1000, rng)?;
        let mut before = state(rng);
        for (register, value) in needs {
            match before.x.get_mut(register as usize) {
                Some(x) => *x = value,
                None => before.sp = value,
            }
        }
        // What is compared with is there every other time.
        if row.1.format.starts_with("CompareSwap") && rng.chance(50) {
            expect(row.1, word, &mut before);
        }
        Some(Record { code: vec![word], before })
    }

    /// Several instructions, one after the other.
    pub fn sequence(&self, rng: &mut Rng) -> Record {
        let mut code = Vec::new();
        while code.len() < CODE_WORDS - 4 {
            let row = *rng.pick(&self.rows);
            // A store-exclusive of another size than the load's may succeed or not, so no load comes before one.
            if matches!(row.1.format, "Exclusive" | "LoadExclusivePair") {
                continue;
            }
            let at = code.len();
            // Branches go behind the code: in its middle they would find registers that are not set.
            let tried = self.instruction(row, CODE + 4 * at as u64, CODE_WORDS as u64, 16, &mut rng.clone());
            let Some(tried) = tried else {
                rng.bits();
                continue;
            };
            let before: usize = tried.needs.iter().map(|&(register, _)| if register == 31 { 2 } else { 1 }).sum();
            let pc = CODE + 4 * (at + before) as u64;
            let Some(placed) = self.instruction(row, pc, CODE_WORDS as u64, 16, rng) else { continue };
            if placed.needs.len() != tried.needs.len() || at + before + 1 > CODE_WORDS - 1 {
                continue;
            }
            for &(register, value) in &placed.needs {
                let pc = CODE + 4 * code.len() as u64;
                match (register, value) {
                    (31, _) => code.extend([adr(0, pc, value), 0x9100_001f]),
                    (_, 0..0x1_0000) => code.push(0xd280_0000 | (value as u32) << 5 | register),
                    _ => code.push(adr(register, pc, value)),
                }
            }
            code.push(placed.word);
        }
        Record { code, before: state(rng) }
    }
}

/// Puts what a compare-and-swap finds in memory into the registers that it compares with, where these are others than its base.
fn expect(row: &Row, word: u32, state: &mut State) {
    let (base, rs) = (field(word, 5) as usize, field(word, 16) as usize);
    let at = state.x.get(base).copied().unwrap_or(state.sp).wrapping_sub(DATA) as usize;
    let is_pair = row.format == "CompareSwapPair";
    let bytes = if is_pair { 4 << (word >> 30 & 1) } else { 1 << (word >> 30) };
    for n in 0..if is_pair { 2 } else { 1 } {
        let there = state.data.get(at + n * bytes..at + (n + 1) * bytes);
        if let (Some(there), Some(x)) = (there, state.x.get_mut(rs + n).filter(|_| rs + n != base)) {
            *x = there.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte));
        }
    }
}

/// ADR.
fn adr(register: u32, pc: u64, to: u64) -> u32 {
    let offset = to.wrapping_sub(pc) as u32;
    0x1000_0000 | (offset & 3) << 29 | (offset >> 2 & 0x7_ffff) << 5 | register
}

/// The word of a load or store with registers that differ where the architecture leaves open what happens otherwise.
fn distinct(row: &Row, mut word: u32) -> u32 {
    let base = field(word, 5);
    let next = |register: u32, not: &[u32]| {
        (0..31).map(|step| (register + step) % 31).find(|candidate| !not.contains(candidate)).unwrap_or(0)
    };
    // They need nothing to differ, but a base that stays as it is set.
    if matches!(row.format, "Atomic" | "CompareSwap" | "CompareSwapPair") {
        return word;
    }
    let is_pair = row.format.contains("Pair") || row.format.contains("Words");
    let is_vector = row.format.starts_with('V');
    let mut taken = vec![field(word, 0)];
    if !is_vector {
        let rt = next(field(word, 0), &[base]);
        word = with_field(word, 0, rt);
        taken = vec![base, rt];
    }
    if is_pair {
        let rt2 = next(field(word, 10), &taken);
        word = with_field(word, 10, rt2);
        taken.push(rt2);
    }
    if row.format.starts_with("StoreExclusive") {
        word = with_field(word, 16, next(field(word, 16), &taken));
    }
    // Fields that should be ones, and without which objdump knows no instruction.
    if matches!(row.format, "Exclusive" | "LoadExclusivePair" | "Ordered" | "Release") {
        word = with_field(word, 16, 31);
    }
    if matches!(row.format, "Exclusive" | "StoreExclusive" | "Ordered" | "Release") && row.mask >> 10 & 31 == 0 {
        word = with_field(word, 10, 31);
    }
    if row.format.ends_with("Reg") && field(word, 16) != 31 {
        // An index that is the base would be too large.
        word = with_field(word, 16, next(field(word, 16), &[base]));
    }
    word
}

/// What FPCR holds: AHP, DN, FZ, RMode, FZ16.
const FPCR_BITS: u64 = 0x07c8_0000;
/// What FPSR holds: QC, IDC, IXC, UFC, OFC, DZC, IOC.
const FPSR_BITS: u64 = 0x0800_009f;

/// A vector of random bits, or of numbers of one size that are at the edges of their format, or near each other.
fn vector(rng: &mut Rng) -> u128 {
    let bits = u128::from(rng.bits()) << 64 | u128::from(rng.bits());
    if rng.chance(50) {
        return bits;
    }
    let width = *rng.pick(&[16, 32, 64]);
    let fraction_bits = match width {
        16 => 10,
        32 => 23,
        _ => 52,
    };
    let exponents = 1u64 << (width - 1 - fraction_bits);
    (0..128 / width).fold(0, |all, n| {
        let sign = rng.below(2) << (width - 1);
        let exponent = match rng.below(4) {
            0 => 0,
            1 => exponents - 1 - rng.below(2),
            2 => rng.below(3),
            _ => (exponents / 2 - 8 + rng.below(16)) % exponents,
        };
        let fraction = match rng.below(3) {
            0 => 0,
            1 => 1 << (fraction_bits - 1) >> rng.below(fraction_bits),
            _ => rng.bits(),
        } & ((1 << fraction_bits) - 1);
        all | u128::from(sign | exponent << fraction_bits | fraction) << (n * width)
    })
}

/// Random registers and memory, many at the edges.
pub fn state(rng: &mut Rng) -> State {
    const EDGES: [u64; 12] = [
        0,
        1,
        2,
        u64::MAX,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
        0xffff_ffff_8000_0000,
        i64::MAX as u64,
        1 << 63,
        0x80,
        0x1_0000_0000,
    ];
    let value = |rng: &mut Rng| match rng.below(4) {
        0 => *rng.pick(&EDGES),
        1 => rng.below(256),
        _ => rng.bits(),
    };
    State {
        x: std::array::from_fn(|_| value(rng)),
        sp: DATA + 16 * rng.below(4),
        nzcv: rng.below(16) << 28,
        fpcr: if rng.chance(50) { 0 } else { rng.bits() & FPCR_BITS },
        fpsr: if rng.chance(50) { 0 } else { rng.bits() & FPSR_BITS },
        v: std::array::from_fn(|_| vector(rng)),
        data: std::array::from_fn(|_| rng.bits() as u8),
    }
}
