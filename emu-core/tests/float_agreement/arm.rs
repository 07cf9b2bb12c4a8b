//! Arm's rules, in every setting of FPCR, against QEMU: `arm/witness.c` runs each instruction over the operands that this
//! file makes too, and `arm/digests.txt` holds what QEMU 7.2 said, one digest of results and flags an instruction.
//! `arm/record` writes it anew. `arm/record NAME FPCR` prints the cases themselves, and `ARM_CASES="NAME FPCR"` makes this
//! test print its own.

use emu_core::engine::{Fmt, Fp1, Fp2, FpCmp, FpMode, Int};
use emu_core::float::{self, F16, Flags, Round};
use emu_core::interp::fp;
use emu_core::word::X;

/// Cases for each setting.
const CASES: usize = 1000;

type Compute = Box<dyn Fn(FpMode, [u64; 3]) -> (u64, u64)>;

/// Operands, as the witness makes them.
struct Operands(u64);

impl Operands {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn integer(&mut self) -> u64 {
        let (mut n, choice) = (self.bits(), self.bits());
        n >>= choice & 63;
        if choice & 64 != 0 {
            n = !n;
        }
        if choice & 128 != 0 { (1 << (choice >> 8 & 63)) - (choice >> 14 & 1) } else { n }
    }

    fn number(&mut self, fmt: Fmt) -> u64 {
        let (exponent_bits, fraction_bits) = match fmt {
            Fmt::H => (5, 10),
            Fmt::S => (8, 23),
            Fmt::D => (11, 52),
        };
        let (fraction_mask, largest) = ((1u64 << fraction_bits) - 1, (1u64 << exponent_bits) - 1);
        let (choice, mut fraction) = (self.bits(), self.bits());
        let bias = largest >> 1;
        let exponent = match choice & 7 {
            0 => 0,
            1 => choice >> 8 & 3,
            2 => largest - (choice >> 8 & 3),
            3 => (bias + fraction_bits).wrapping_sub(choice >> 8 & 127),
            4 => bias + 2 - (choice >> 8 & 3),
            5 => bias + (choice >> 8 & 127),
            _ => choice >> 8,
        } & largest;
        let place = (choice >> 24 & 63) % fraction_bits;
        fraction = match choice >> 4 & 7 {
            0 => 0,
            1 => fraction_mask,
            2 => 1 << place,
            3 => fraction << place,
            4 => fraction & fraction_mask >> place,
            _ => fraction,
        };
        (choice >> 40 & 1) << (exponent_bits + fraction_bits) | exponent << fraction_bits | (fraction & fraction_mask)
    }
}

/// What an instruction takes: so many numbers of a format, or integers.
#[derive(Copy, Clone)]
enum Takes {
    Numbers(Fmt, usize),
    Integer,
}

fn fmt(letter: &str) -> Fmt {
    match letter.as_bytes()[0] {
        b'h' => Fmt::H,
        b's' => Fmt::S,
        b'd' => Fmt::D,
        _ => panic!("{letter} is no format"),
    }
}

fn int(letter: &str, signed: bool) -> Int {
    match (letter.as_bytes()[0], signed) {
        (b'w', true) => Int::I32,
        (b'w', false) => Int::U32,
        (b'x', true) => Int::I64,
        (b'x', false) => Int::U64,
        _ => panic!("{letter} is no integer"),
    }
}

fn fpsr((value, flags): (X, X)) -> (u64, u64) {
    (value.0, Flags::from_bits_retain(flags.0 as u8).to_fpsr())
}

fn directed(mode: FpMode, direction: u8) -> FpMode {
    let round = match direction {
        b'n' => Round::NearestEven,
        b'p' => Round::Up,
        b'm' => Round::Down,
        b'z' => Round::TowardZero,
        b'a' => Round::NearestAway,
        _ => mode.round,
    };
    FpMode { round, ..mode }
}

/// N, Z, C and V at their places.
fn compared(mode: FpMode, f: Fmt, signalling: bool, a: u64, b: u64) -> (u64, u64) {
    let (lt, mut flags) = fp::compare(FpCmp::LtQuiet, f, mode, a, b);
    if signalling {
        flags = fp::compare(FpCmp::Lt, f, mode, a, b).1;
    }
    let (eq, _) = fp::compare(FpCmp::Eq, f, mode, a, b);
    let (unordered, _) = fp::compare(FpCmp::Unordered, f, mode, a, b);
    let nzcv = (lt as u64) << 31 | (eq as u64) << 30 | (!lt as u64) << 29 | (unordered as u64) << 28;
    fpsr((X(nzcv), flags))
}

/// A conversion to or from 16-bit integers, which vectors have.
fn halfwords(name: &str, mode: FpMode, fraction_bits: u32, a: u64) -> (u64, u64) {
    let zero = Round::TowardZero;
    let (value, flags) = match name {
        "fcvtzs" => {
            let (value, flags) = float::to_fixed::<F16, i16>(mode.rules, zero, fraction_bits, a as u16);
            (value as u16, flags)
        }
        "fcvtzu" => float::to_fixed::<F16, u16>(mode.rules, zero, fraction_bits, a as u16),
        "scvtf" => float::from_fixed::<F16, i16>(mode.rules, mode.round, fraction_bits, a as i16),
        _ => float::from_fixed::<F16, u16>(mode.rules, mode.round, fraction_bits, a as u16),
    };
    (value.into(), flags.to_fpsr())
}

/// What an instruction of the witness takes and does.
fn operation(name: &str) -> (Takes, Compute) {
    let parts: Vec<&str> = name.split('.').collect();
    let base = parts[0].to_owned();
    let signed = base.ends_with('s') || base.starts_with('s');
    let binary = match parts[0] {
        "fadd" => Some(Fp2::Add),
        "fsub" => Some(Fp2::Sub),
        "fmul" => Some(Fp2::Mul),
        "fdiv" => Some(Fp2::Div),
        "fmin" => Some(Fp2::Minimum),
        "fmax" => Some(Fp2::Maximum),
        "fminnm" => Some(Fp2::MinNum),
        "fmaxnm" => Some(Fp2::MaxNum),
        "fmulx" => Some(Fp2::MulExtended),
        "frecps" => Some(Fp2::ReciprocalStep),
        "frsqrts" => Some(Fp2::ReciprocalRootStep),
        _ => None,
    };
    if let Some(op) = binary {
        let f = fmt(parts[1]);
        return (Takes::Numbers(f, 2), Box::new(move |mode, [a, b, _]| fpsr(fp::binary(op, f, mode, a, b))));
    }
    match (parts[0], &parts[1..]) {
        ("fcmp" | "fcmpe", &[letter]) => {
            let (f, signalling) = (fmt(letter), parts[0] == "fcmpe");
            (Takes::Numbers(f, 2), Box::new(move |mode, [a, b, _]| compared(mode, f, signalling, a, b)))
        }
        ("fmadd", &[letter]) => {
            let f = fmt(letter);
            (Takes::Numbers(f, 3), Box::new(move |mode, [a, b, c]| fpsr(fp::fma(f, mode, a, b, c))))
        }
        ("fsqrt", &[letter]) => {
            let f = fmt(letter);
            (Takes::Numbers(f, 1), Box::new(move |mode, [a, ..]| fpsr(fp::sqrt(f, mode, a))))
        }
        ("fcvtxn", _) => {
            let odd = |mode| FpMode { round: Round::Odd, ..mode };
            (Takes::Numbers(Fmt::D, 1), Box::new(move |mode, [a, ..]| fpsr(fp::convert(Fmt::D, Fmt::S, odd(mode), a))))
        }
        ("fcvt", &[to, from]) => {
            let (to, from) = (fmt(to), fmt(from));
            (Takes::Numbers(from, 1), Box::new(move |mode, [a, ..]| fpsr(fp::convert(from, to, mode, a))))
        }
        ("fjcvtzs", _) => {
            (Takes::Numbers(Fmt::D, 1), Box::new(|mode, [a, ..]| fpsr(fp::unary(Fp1::Int32Modulo, Fmt::D, mode, a))))
        }
        ("urecpe", _) => (Takes::Integer, estimates(float::reciprocal_estimate_u32)),
        ("ursqrte", _) => (Takes::Integer, estimates(float::reciprocal_root_estimate_u32)),
        (_, &[letter]) => {
            let (f, direction) = (fmt(letter), base.as_bytes()[base.len() - 1]);
            let op = match parts[0] {
                "frecpe" => Fp1::ReciprocalEstimate,
                "frsqrte" => Fp1::ReciprocalRootEstimate,
                "frecpx" => Fp1::ReciprocalExponent,
                "frintx" => Fp1::RoundExact,
                _ => Fp1::Round,
            };
            let compute: Compute = Box::new(move |mode, [a, ..]| fpsr(fp::unary(op, f, directed(mode, direction), a)));
            (Takes::Numbers(f, 1), compute)
        }
        (_, &[from, to, bits]) => {
            let fraction_bits: u8 = bits.parse().expect("a number of bits");
            let takes = if base.starts_with('f') { Takes::Numbers(fmt(from), 1) } else { Takes::Integer };
            if from == "h0" && to == "h3" {
                let compute = move |mode, [a, ..]: [u64; 3]| halfwords(&base, mode, fraction_bits.into(), a);
                return (takes, Box::new(compute));
            }
            (takes, conversion(base, signed, from, to, fraction_bits))
        }
        (_, &[one, other]) if base.starts_with('f') => {
            (Takes::Numbers(fmt(other), 1), conversion(base, signed, other, one, 0))
        }
        (_, &[one, other]) => (Takes::Integer, conversion(base, signed, other, one, 0)),
        _ => panic!("{name} is unknown"),
    }
}

/// Both lanes of a vector of two words.
fn estimates(estimate: fn(u32) -> u32) -> Compute {
    Box::new(move |_, [a, ..]| (estimate(a as u32) as u64 | (estimate((a >> 32) as u32) as u64) << 32, 0))
}

/// A conversion between a number and an integer of 32 or 64 bits.
fn conversion(base: String, signed: bool, from: &str, to: &str, fraction_bits: u8) -> Compute {
    if base.starts_with('f') {
        let (f, int, direction) = (fmt(from), int(to, signed), base.as_bytes()[4]);
        return Box::new(move |mode, [a, ..]| {
            let (value, flags) = fp::to_int(f, int, directed(mode, direction), fraction_bits, a);
            let narrow = matches!(int, Int::I32 | Int::U32);
            fpsr((if narrow { X(value.0 as u32 as u64) } else { value }, flags))
        });
    }
    let (int, f) = (int(from, signed), fmt(to));
    Box::new(move |mode, [a, ..]| fpsr(fp::from_int(int, f, mode, fraction_bits, a)))
}

#[test]
fn arm_agrees_with_qemu() {
    let recorded = include_str!("arm/digests.txt");
    let wanted = std::env::var("ARM_CASES").unwrap_or_default();
    let fold = |digest: u64, value: u64| (digest ^ value).wrapping_mul(0x100_0000_01b3);
    let mut wrong = Vec::new();
    for line in recorded.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let name = fields[0];
        let (takes, compute) = operation(name);
        let (mut digest, mut count) = (0xcbf2_9ce4_8422_2325, 0);
        for n in 0..64u64 {
            let fpcr = (n & 1) << 19 | (n >> 1) << 22;
            let mut operands = Operands(name.bytes().fold(n << 32, |state, byte| fold(state, byte.into())));
            for _ in 0..CASES {
                let mut values = [0; 3];
                match takes {
                    Takes::Numbers(f, count) => values[..count].fill_with(|| operands.number(f)),
                    Takes::Integer => values[0] = operands.integer(),
                }
                let (value, flags) = compute(FpMode::from_fpcr(fpcr), values);
                digest = fold(fold(digest, value), flags);
                count += 1;
                if wanted == format!("{name} {fpcr:#x}") {
                    let [a, b, c] = values;
                    println!("{a:016x} {b:016x} {c:016x} {value:016x} {flags:02x}");
                }
            }
        }
        if format!("{name} {count} {digest:016x}") != line {
            wrong.push(name);
        }
    }
    assert!(recorded.lines().count() > 170, "the record is there");
    assert!(wrong.is_empty(), "differs from QEMU: {}", wrong.join(" "));
}
