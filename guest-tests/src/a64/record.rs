//! A few instructions and the state before or after them. The layout is that of `programs/aarch64/witness.S`.

use emu_core::aarch64::exception::{class, class_of};

/// Where the code stands.
pub const CODE: u64 = 0x4022_8000;
/// Where the memory is that a record shows, and how much.
pub const DATA: u64 = 0x4021_f000;
/// Bytes of it.
pub const DATA_BYTES: usize = 128;
/// Instructions at most.
pub const CODE_WORDS: usize = 16;
/// Bytes of a record.
pub const BYTES: usize = 1024;
/// BRK #1: what stands wherever there is no code.
pub const BRK: u32 = 0xd420_0020;

const X: usize = 64;
const SP: usize = X + 31 * 8;
const NZCV: usize = SP + 8;
const FPCR: usize = NZCV + 8;
const FPSR: usize = FPCR + 8;
const V: usize = 352;
const MEMORY: usize = V + 32 * 16;

/// Registers and memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    /// X0 to X30.
    pub x: [u64; 31],
    /// SP.
    pub sp: u64,
    /// As in bits 31 to 28 of PSTATE.
    pub nzcv: u64,
    /// FPCR.
    pub fpcr: u64,
    /// FPSR.
    pub fpsr: u64,
    /// V0 to V31.
    pub v: [u128; 32],
    /// What is at [`DATA`].
    pub data: [u8; DATA_BYTES],
}

impl Default for State {
    fn default() -> Self {
        State { x: [0; 31], sp: 0, nzcv: 0, fpcr: 0, fpsr: 0, v: [0; 32], data: [0; DATA_BYTES] }
    }
}

/// How code ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Where.
    pub pc: u64,
    /// The exception's syndrome.
    pub esr: u64,
    /// Its address; 0 unless it has one.
    pub far: u64,
    /// The state then.
    pub state: State,
}

/// Code and the state before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// At [`CODE`]; at most [`CODE_WORDS`].
    pub code: Vec<u32>,
    /// State before.
    pub before: State,
}

impl State {
    fn write(&self, bytes: &mut [u8]) {
        let mut word = |at: usize, value: u64| bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
        (0..31).for_each(|n| word(X + 8 * n, self.x[n]));
        for (at, value) in [(SP, self.sp), (NZCV, self.nzcv), (FPCR, self.fpcr), (FPSR, self.fpsr)] {
            word(at, value);
        }
        for (n, v) in self.v.iter().enumerate() {
            bytes[V + 16 * n..][..16].copy_from_slice(&v.to_le_bytes());
        }
        bytes[MEMORY..][..DATA_BYTES].copy_from_slice(&self.data);
    }
}

fn word(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

impl Record {
    /// As the witness's program has it.
    pub fn bytes(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        for n in 0..CODE_WORDS {
            let word = self.code.get(n).copied().unwrap_or(BRK);
            bytes[4 * n..][..4].copy_from_slice(&word.to_le_bytes());
        }
        self.before.write(&mut bytes);
        bytes
    }
}

impl Outcome {
    /// From what the witness's program has left.
    pub fn of(bytes: &[u8]) -> Self {
        let state = State {
            x: std::array::from_fn(|n| word(bytes, X + 8 * n)),
            sp: word(bytes, SP),
            nzcv: word(bytes, 24) & 0xf000_0000,
            fpcr: word(bytes, FPCR),
            fpsr: word(bytes, FPSR),
            v: std::array::from_fn(|n| {
                u128::from_le_bytes(bytes[V + 16 * n..][..16].try_into().expect("sixteen bytes"))
            }),
            data: bytes[MEMORY..][..DATA_BYTES].try_into().expect("that many"),
        };
        Outcome { pc: word(bytes, 0), esr: word(bytes, 8), far: word(bytes, 16), state }.normal()
    }

    /// Without what an exception of this class does not say.
    pub(super) fn normal(mut self) -> Self {
        let has_address = matches!(class_of(self.esr), 0x20 | 0x21 | class::PC_ALIGNMENT | 0x24 | 0x25);
        if !has_address {
            self.far = 0;
        }
        self
    }

    /// All in which two outcomes differ, as text; empty if they agree.
    pub fn differences(&self, theirs: &Outcome) -> Vec<String> {
        let mut found = Vec::new();
        let mut differ = |name: String, ours: u128, theirs: u128| {
            if ours != theirs {
                found.push(format!("{name}: {ours:#x}, the witness has {theirs:#x}"));
            }
        };
        for (name, ours, theirs) in [
            ("pc", self.pc, theirs.pc),
            ("esr", self.esr, theirs.esr),
            ("far", self.far, theirs.far),
            ("sp", self.state.sp, theirs.state.sp),
            ("nzcv", self.state.nzcv, theirs.state.nzcv),
            ("fpcr", self.state.fpcr, theirs.state.fpcr),
            ("fpsr", self.state.fpsr, theirs.state.fpsr),
        ] {
            differ(name.into(), ours.into(), theirs.into());
        }
        for n in 0..31 {
            differ(format!("x{n}"), self.state.x[n].into(), theirs.state.x[n].into());
        }
        for n in 0..32 {
            differ(format!("v{n}"), self.state.v[n], theirs.state.v[n]);
        }
        for n in 0..DATA_BYTES {
            differ(format!("[{:#x}]", DATA + n as u64), self.state.data[n].into(), theirs.state.data[n].into());
        }
        found
    }
}
