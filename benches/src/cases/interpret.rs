//! Small guest loops, run by the whole machine: what an instruction of each kind costs with everything around it. Here they are
//! interpreted; `translated` runs some of them as compiled code.

use guest_tests::asm::{FENCE_I, MRET, addi, csrrs, jalr, r};

use crate::Prepared;
use crate::guest::program::{
    BEQ, BLT, BNE, LBU, LD, LH, LW, SB, SD, SH, SW, andi, branch as b, fp, load, op, slli, srli, store,
};
use crate::guest::{DATA, DEVICE, Guest, Program, RAM};

/// Instructions of one run, about.
const INSTRUCTIONS: usize = 8192;

/// A program that begins at the start of RAM and leads back there, in a machine that has all else it needs.
pub(super) struct Loop {
    pub(super) guest: Guest,
    pub(super) program: Program,
}

impl Loop {
    /// Has the interpreter run it.
    pub(super) fn interpreted(self) -> Prepared {
        self.repeated(INSTRUCTIONS)
    }

    /// Runs it as often as fits into `most` instructions.
    pub(super) fn repeated(self, most: usize) -> Prepared {
        let Loop { mut guest, program } = self;
        guest.load(RAM, &program);
        let instructions = most / program.words().len() * program.words().len();
        Prepared::new(instructions, move || {
            set_registers(&guest);
            guest.run(instructions as u64)
        })
    }
}

/// Sets the registers x5 to x15, so that all runs are the same.
pub(super) fn set_registers(guest: &Guest) {
    for register in 5..16 {
        // The golden ratio's digits, as good as any others.
        guest.set(register, 0x9e37_79b9_7f4a_7c15_u64.rotate_left(5 * register));
    }
}

/// Everything that only computes; each instruction needs the one before or the one before that.
pub(super) fn alu() -> Loop {
    // ADD, SUB, SLL, SLT, SLTU, XOR, SRL, SRA, OR, AND, MUL, MULHU: funct3 and funct7.
    const OPERATIONS: [(u32, u32); 12] =
        [(0, 0), (0, 0x20), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (5, 0x20), (6, 0), (7, 0), (0, 1), (3, 1)];
    let mut program = Program::default();
    for (step, (funct3, funct7)) in (0..).zip(OPERATIONS.into_iter().cycle().take(36)) {
        let register = |n: u32| 5 + (step + n) % 11;
        program.put(op(funct3, funct7, register(2), register(1), register(0)));
        program.put(if step % 2 == 0 { addi(register(3), register(2), 77) } else { srli(register(3), register(2), 3) });
    }
    program.jump(0);
    Loop { guest: Guest::new(64), program }
}

/// Branches on the bits of a random number, most of them forward over one instruction.
pub(super) fn branch() -> Loop {
    let mut program = Program::default();
    // Marsaglia's xorshift: x5 is the state.
    for (shift, amount) in [(slli as fn(u32, u32, i32) -> u32, 13), (srli, 7), (slli, 17)] {
        program.put(shift(6, 5, amount)).put(op(4, 0, 5, 5, 6));
    }
    for (bit, kind) in (0..9).zip([BEQ, BNE].into_iter().cycle()) {
        program.put(andi(7, 5, 1 << bit)).put(b(kind, 7, 0, 8)).put(addi(8, 8, 1));
    }
    program.put(b(BLT, 5, 0, 8)).put(addi(9, 9, 1)).jump(0);
    Loop { guest: Guest::new(64), program }
}

/// Loads and stores of all widths that follow an index through a page, with the arithmetic that belongs to them.
pub(super) fn memory() -> Loop {
    let guest = Guest::new(64);
    guest.set(20, DATA);
    let mut program = Program::default();
    program.put(addi(9, 9, 40)).put(andi(9, 9, 0x7f8)).put(op(0, 0, 10, 20, 9));
    for (read, write, at) in [(LD, SD, 0), (LW, SW, 16), (LH, SH, 32), (LBU, SB, 48), (LD, SW, 64), (LW, SD, 72)] {
        program.put(load(read, 6, 10, at)).put(addi(7, 6, 1)).put(store(write, 10, 7, at + 8));
    }
    program.jump(0);
    Loop { guest, program }
}

/// A loop of floating-point instructions on ordinary numbers: `width` is the format's bit in their encodings.
fn float(width: u32, load_store: u32, boxed: impl Fn(f64) -> u64, fused: bool) -> Loop {
    let [add, sub, mul, div, sqrt] = [0x00, 0x04, 0x08, 0x0c, 0x2c].map(|funct7: u32| funct7 | width);
    let guest = Guest::new(64);
    guest.enable_float();
    guest.set(20, DATA);
    for (register, value) in [(8, 1.5), (9, 0.7), (10, 1e6), (11, -3.0)] {
        guest.set_float(register, boxed(value));
    }
    let mut program = Program::default();
    for (a, b) in [(8, 9), (10, 8), (9, 11), (11, 10)] {
        program.put(fp(add, 12, a, b)).put(fp(mul, 13, a, b)).put(fp(sub, 14, 12, 13));
        program.put(fp(div, 15, 13, a)).put(fp(mul, 16, 12, 12)).put(fp(sqrt, 17, 16, 0));
        if fused {
            program.put(r(0x43, 7, 16 << 2 | width, 18, 12, 9));
        }
        program.put(store(load_store, 20, 17, 0) | 0x04).put(load(load_store, 19, 20, 0) | 0x04);
    }
    program.jump(0);
    Loop { guest, program }
}

/// Binary32, fused multiply-add included.
pub(super) fn single() -> Loop {
    float(0, LW, |value| u64::from((value as f32).to_bits()) | 0xffff_ffff << 32, true)
}

/// Binary64. Without fused multiply-add, whose cost depends on what the host has.
pub(super) fn double() -> Loop {
    float(1, LD, f64::to_bits, false)
}

/// Loads from a device's register, one in eight instructions.
pub(super) fn device() -> Loop {
    let guest = Guest::new(64);
    guest.set(20, DEVICE);
    let mut program = Program::default();
    program.put(load(LW, 6, 20, 0));
    for _ in 0..6 {
        program.put(addi(7, 6, 1));
    }
    program.jump(0);
    Loop { guest, program }
}

/// A loop that a timer interrupts: the handler asks the CLINT for the time and sets the next interrupt.
pub(super) fn timer() -> Loop {
    /// `mtime` and `mtimecmp` of hart 0, from the CLINT's start.
    const MTIME: u64 = 0xbff8;
    const MTIMECMP: u64 = 0x4000;
    const HANDLER: u64 = RAM + 0x1000;
    let guest = Guest::new(64);
    guest.set(20, DEVICE + MTIME);
    guest.set(21, DEVICE + MTIMECMP);
    guest.set(22, 8);
    guest.enable_timer(HANDLER);
    let mut handler = Program::default();
    handler.put(load(LD, 6, 20, 0)).put(addi(6, 6, 2)).put(store(SD, 21, 6, 0)).put(MRET);
    guest.load(HANDLER, &handler);
    let mut program = Program::default();
    // mstatus.MIE: a run may end inside the handler, where it is off, and the next begins here.
    program.put(csrrs(0, 0x300, 22));
    for _ in 0..14 {
        program.put(addi(7, 7, 1));
    }
    program.jump(0);
    Loop { guest, program }
}

/// A loop that changes an instruction of its own each time around, so that it is decoded anew.
pub(super) fn new_code() -> Loop {
    const CHANGING: i32 = 16;
    let guest = Guest::new(64);
    // Two encodings of doing nothing: `addi x0, x0, 0` and `1`.
    for (register, value) in [(20, RAM), (21, 0x0000_0013), (22, 0x0010_0000)] {
        guest.set(register, value);
    }
    let mut program = Program::default();
    program.put(store(SW, 20, 21, CHANGING)).put(FENCE_I).put(op(4, 0, 21, 21, 22)).put(addi(7, 7, 1));
    program.put(addi(0, 0, 0)).put(addi(8, 8, 1)).jump(0);
    Loop { guest, program }
}

/// A guest that makes code all the time, as one with a translator of its own does: it writes a function, calls it some times in a loop, and writes
/// another one to its place.
pub(super) fn made_code() -> Loop {
    const FUNCTION: u64 = RAM + 0x1000;
    const CALLS: i32 = 32;
    let guest = Guest::new(64);
    let mut made = Program::default();
    for step in 0..12 {
        let register = |n: u32| 5 + (step + n) % 5;
        made.put(op(step % 4 * 2, 0, register(2), register(1), register(0)));
    }
    made.put(jalr(0, 1, 0));
    // What it is made from, and two encodings of the constant that its first instruction adds.
    guest.load(DATA, &made);
    for (register, value) in [(20, FUNCTION), (22, DATA), (23, addi(7, 7, 1).into()), (24, 0x0020_0000)] {
        guest.set(register, value);
    }
    let bytes = 4 * made.words().len() as i32;
    let mut program = Program::default();
    program.put(addi(10, 22, 0)).put(addi(11, 20, 0)).put(addi(12, 22, bytes));
    program.put(load(LW, 13, 10, 0)).put(store(SW, 11, 13, 0)).put(addi(10, 10, 4)).put(addi(11, 11, 4));
    program.put(b(BNE, 10, 12, -16));
    program.put(op(4, 0, 23, 23, 24)).put(store(SW, 20, 23, 0)).put(FENCE_I).put(addi(14, 0, CALLS));
    program.put(jalr(1, 20, 0)).put(addi(14, 14, -1)).put(b(BNE, 14, 0, -8)).jump(0);
    Loop { guest, program }
}
