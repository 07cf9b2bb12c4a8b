//! Vectors of numbers once the inexact flag is raised: translated code has the host compute them then, all lanes at once. Each two odd
//! numbers stand in each lane, with ordinary ones in the others, and both engines leave the same. What the interpreter leaves is
//! what QEMU does (`recorded.txt`).

use super::{BRK, CODE, VECTORS, new_machine, put};
use emu_core::aarch64::fp::{fpsr, set_fpcr, set_fpsr};
use emu_core::aarch64::slots::{high, v};
use emu_core::aarch64::state::AArch64;
use emu_core::aarch64::table::TABLE;
use emu_core::machine::Machine;
use guest_tests::engines::Engine;
use std::fmt::Write;

/// The inexact flag of FPSR.
const IXC: u64 = 1 << 4;
/// What is tried of FPCR: as it is after reset, mostly; then DN, FZ, the other ways to round.
const SETTINGS: [u64; 8] = [0, 0, 1 << 25, 0, 1 << 24, 0, 1 << 22, 3 << 22];
/// The rows that an engine may do at once, of single and double precision.
const NAMES: [&str; 19] = [
    "fadd", "fsub", "fmul", "fmulx", "fdiv", "fabd", "fmla", "fmls", "fabs", "fneg", "fcmeq", "fcmge", "fcmgt",
    "fcmle", "fcmlt", "facge", "facgt", "fcvtzs", "scvtf",
];

/// A format: where its exponent begins, and that of one.
#[derive(Copy, Clone)]
struct Format {
    bits: u32,
    fraction: u32,
    bias: u64,
}
const SINGLE: Format = Format { bits: 32, fraction: 23, bias: 127 };
const DOUBLE: Format = Format { bits: 64, fraction: 52, bias: 1023 };

impl Format {
    fn ordinary(self, lane: u64) -> u64 {
        (self.bias + lane) << self.fraction | (0x2d_1357 + lane)
    }

    /// Zero, what underflows or is next to it, one and its neighbour, what overflows, the ends of integers, infinity, NaNs.
    fn odd(self) -> Vec<u64> {
        let at = |exponent: u64| exponent << self.fraction;
        let ones = at(1) - 1;
        let infinity = at(2 * self.bias + 1);
        let integer = self.bias + u64::from(self.bits) - 1;
        let near = [at(1) - 1, at(1), at(1) | 1, at(2), at(3), at(self.bias / 2), at(self.bias / 2 + 1)];
        let far = [at(self.bias * 3 / 2), at(2 * self.bias), at(2 * self.bias) | ones];
        let whole = [at(integer - 1) | ones, at(integer), at(integer + 1)];
        let nans = [infinity, infinity | 3, infinity | at(1) >> 1 | 5];
        [&[0, 1, at(self.bias), at(self.bias) | 1], &near[..], &far, &whole, &nans].concat()
    }
}

/// A vector of these lanes.
fn vector(format: Format, lanes: impl Fn(u64) -> u64) -> [u64; 2] {
    let per_half = u64::from(64 / format.bits);
    [0, per_half].map(|first| (0..per_half).fold(0, |half, i| half | lanes(first + i) << (i as u32 * format.bits)))
}

/// Puts an instruction where [`run`] runs it.
pub(super) fn load(machine: &Machine<AArch64>, word: u32) {
    let code: Vec<u8> = [word, BRK].into_iter().flat_map(u32::to_le_bytes).collect();
    put(&machine.harts()[0], CODE, &code);
    machine.harts()[0].code_changed();
}

/// Registers 1 to 3 before, 3 and FPSR afterwards.
pub(super) fn run(machine: &mut Machine<AArch64>, before: [[u64; 2]; 3], fpcr: u64) -> ([u64; 2], u64) {
    let hart = &machine.harts()[0];
    AArch64::reset(hart, CODE);
    hart.arch.registers.of_level(1).vbar.set(VECTORS);
    for (register, [low, upper]) in (1..).zip(before) {
        hart.slots.set(v(register), low);
        hart.slots.set(high(v(register)), upper);
    }
    set_fpcr(hart, fpcr);
    set_fpsr(hart, IXC);
    machine.run(8);
    let hart = &machine.harts()[0];
    assert_eq!(hart.arch.registers.of_level(1).elr.get(), CODE + 4, "the instruction is there");
    ([hart.slots.get(v(3)), hart.slots.get(high(v(3)))], fpsr(hart))
}

#[test]
fn no_lane_is_lost_among_others() {
    let mut machines = [Engine::Interp, Engine::Eager].map(new_machine);
    let (mut words, mut wrong) = (0, String::new());
    let rows = TABLE.iter().filter(|row| row.module == "simd_float" && NAMES.contains(&row.name));
    for row in rows.filter(|row| ["SameFp", "EachFp", "EachFpZero", "ByElementFp"].contains(&row.format)) {
        let format = if row.value >> 22 & 1 == 0 { SINGLE } else { DOUBLE };
        // Registers 1, 2 and 3, and any element.
        let operands = 3 | 1 << 5 | if row.mask >> 16 & 31 == 31 { 0 } else { 2 << 16 };
        let by_element = row.format == "ByElementFp";
        for q in if format.bits == 32 { 0..2 } else { 1..2 } {
            let word = row.value | (operands | q << 30 | (by_element as u32) << 11) & !row.mask;
            machines.iter().for_each(|machine| load(machine, word));
            words += 1;
            let (odd, mut tried) = (format.odd(), 0_usize);
            let signed = |n: u64, sign: usize| n | (sign as u64 & 1) << (format.bits - 1);
            for (i, &a) in odd.iter().enumerate() {
                for (j, &b) in odd.iter().enumerate() {
                    for lane in 0..u64::from((64 << q) / format.bits) {
                        tried += 1;
                        let c = signed(odd[(7 * i + 5 * j + tried) % odd.len()], tried >> 2);
                        let (a, b) = (signed(a, tried), signed(b, tried >> 1));
                        let here = |n: u64| move |i| if i == lane { n } else { format.ordinary(i) };
                        let second = vector(format, |i| if by_element { b } else { here(b)(i) });
                        let before = [vector(format, here(a)), second, vector(format, here(c))];
                        let fpcr = SETTINGS[tried % SETTINGS.len()];
                        let [expected, got] = machines.each_mut().map(|machine| run(machine, before, fpcr));
                        if expected != got && wrong.len() < 2000 {
                            let name = format!("{} {} {word:#010x}", row.name, row.format);
                            let _ = writeln!(
                                wrong,
                                "{name}, FPCR {fpcr:#x}, {before:x?}: {expected:x?}, translated {got:x?}"
                            );
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(words >= 60, "only {words} words");
}
