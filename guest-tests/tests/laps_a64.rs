//! As `laps.rs` for AArch64: loops with an index, loops over vectors, and what flags are where such a loop is left in the midst. Known
//! results on every engine, and in slices.

use emu_core::aarch64::fp::set_fpsr;
use emu_core::aarch64::slots::{FPSR, LINK, high, src, v};
use emu_core::aarch64::state::{AArch64, Config};
use emu_core::aarch64::{flags, machine};
use emu_core::machine::Machine;
use emu_core::slot::Slot;
use emu_devices::board::Options;
use emu_devices::console::Console;
use emu_mem::GuestPhys;
use guest_tests::a64::asm::{add_imm, b_cond, offset};
use guest_tests::engines::{ENGINES, Engine};
use guest_tests::subject::ram_board;

const BASE: u64 = 0x4000_0000;
const RAM_BYTES: u64 = 0x8000;
const START: u64 = BASE + 0x1000;
/// Where exceptions go: there the machine stays.
const VECTORS: u64 = BASE + 0x2000;
/// Where loads begin.
const FROM: u64 = BASE + 0x4000;
/// A branch to itself.
const STAY: u32 = 0x1400_0000;
const NE: u32 = 1;
/// More than any program here takes until it stays.
const INSNS: u64 = 4000;
const SLICES: [u64; 3] = [1, 64, INSNS];
/// The inexact flag of FPSR: vectors of numbers are the host's once it is raised.
const IXC: u64 = 1 << 4;

/// The registers of loops: what is loaded from, what is stored to, the index, its end.
const LOADS: u32 = 1;
const STORES: u32 = 3;
const INDEX: u32 = 2;
const END: u32 = 6;

fn register(word: u32, rt: u32, rn: u32, rm: u32) -> u32 {
    word | rt | rn << 5 | rm << 16
}

/// SUBS XZR, Xn, Xm.
fn cmp(rn: u32, rm: u32) -> u32 {
    register(0xeb00_0000, 31, rn, rm)
}

/// SUBS WZR, Wn, Wm.
fn cmp_w(rn: u32, rm: u32) -> u32 {
    register(0x6b00_0000, 31, rn, rm)
}

/// What a loop does with each element, and by how much the index goes on and is shifted.
struct Body {
    name: &'static str,
    its: Vec<u32>,
    step: u64,
    shift: u32,
    /// The comparison is of 32 bits.
    narrow: bool,
    /// What it loads is where it loads from next: nobody can look at that beforehand.
    pointers: bool,
}

fn bodies() -> Vec<Body> {
    // v0 is loaded, and multiplied by v1; v2 sums up.
    let vectors = |multiply, add| {
        vec![
            register(0x3ce0_6800, 0, LOADS, INDEX),
            register(multiply, 3, 0, 1),
            register(add, 2, 2, 3),
            register(0x3ca0_6800, 2, STORES, INDEX),
        ]
    };
    let words = vec![
        register(0xb860_7800, 4, LOADS, INDEX),
        register(0x0b00_0000, 5, 5, 4),
        register(0xb820_7800, 5, STORES, INDEX),
    ];
    let doubles = vec![
        register(0xfc60_7800, 0, LOADS, INDEX),
        register(0x1e60_2800, 2, 2, 0),
        register(0xfc20_7800, 2, STORES, INDEX),
    ];
    let integers = vec![
        register(0x3ce0_6800, 0, LOADS, INDEX),
        register(0x4ea0_8400, 2, 2, 0),
        register(0x3ca0_6800, 2, STORES, INDEX),
    ];
    // v2 gets a new lower half, then a new upper one, behind an access that is looked at each lap.
    let mut halves = vec![
        register(0x8b00_0000, 8, LOADS, INDEX),
        register(0x3dc0_0000, 0, 8, 0),
        register(0x6e60_dc00, 3, 0, 1),
        register(0x4e08_1c00, 2, 5, 0),
        register(0x4e18_1c00, 2, INDEX, 0),
    ];
    halves.extend([3, 4, 4].map(|n| register(0x4e60_d400, 4, n, 2)));
    halves.push(register(0x3ca0_6800, 4, STORES, INDEX));
    let pointers =
        vec![register(0xf860_7800, 8, LOADS, INDEX), register(0xb940_0000, 9, 8, 0), register(0x0b00_0000, 5, 5, 9)];
    let body = |name, its, step, shift| Body { name, its, step, shift, narrow: false, pointers: false };
    vec![
        body("words", words.clone(), 1, 2),
        Body { narrow: true, ..body("words, narrow end", words, 1, 2) },
        Body { narrow: true, ..body("doubles", doubles, 1, 3) },
        body("vectors of doubles", vectors(0x6e60_dc00, 0x4e60_d400), 16, 0),
        body("vectors of singles", vectors(0x6e20_dc00, 0x4e20_d400), 16, 0),
        body("vectors of integers", integers, 32, 0),
        body("halves", halves, 16, 0),
        Body { pointers: true, ..body("pointers", pointers, 1, 3) },
    ]
}

struct Program<'b> {
    body: &'b Body,
    /// Elements until the loop's end.
    laps: u64,
    /// Elements that there is room for where it stores, or pointers that lead somewhere.
    room: u64,
    data: Vec<u8>,
    nzcv: u64,
}

impl Program<'_> {
    fn machine(&self, engine: Engine) -> Machine<AArch64> {
        let board = ram_board(BASE, RAM_BYTES).build(&Options::new(Console::captured())).unwrap();
        let mut machine = machine(board, Config::default(), "");
        let memory = machine.board.bus.memory();
        let Body { step, shift, narrow, .. } = *self.body;
        let mut code = self.body.its.clone();
        code.push(add_imm(INDEX, INDEX, step as u32));
        code.push(if narrow { cmp_w(INDEX, END) } else { cmp(INDEX, END) });
        code.push(offset(b_cond(NE), -4 * code.len() as i32) | b_cond(NE));
        code.push(STAY);
        let bytes: Vec<u8> = code.iter().flat_map(|word| word.to_le_bytes()).collect();
        memory.write_bytes(GuestPhys(START), &bytes).unwrap();
        memory.write_bytes(GuestPhys(VECTORS + 0x200), &STAY.to_le_bytes()).unwrap();
        memory.write_bytes(GuestPhys(FROM), &self.data).unwrap();
        let hart = &machine.harts()[0];
        AArch64::reset(hart, START);
        hart.arch.registers.of_level(1).vbar.set(VECTORS);
        hart.arch.registers.cpacr_el1.set(3 << 20);
        hart.arch.controls_changed(hart);
        set_fpsr(hart, IXC);
        flags::set_nzcv(hart, self.nzcv);
        let stores = BASE + RAM_BYTES - self.room * (step << shift);
        for (r, value) in [(LOADS, FROM), (STORES, stores), (INDEX, 0), (END, self.laps * step), (5, 7)] {
            hart.slots.set(src(r), value);
        }
        for (r, half) in [(1, 0x4000_0000_4000_0000), (2, 0x3ff8_0000_3fc0_0000)] {
            hart.slots.set(v(r), half);
            hart.slots.set(high(v(r)), half);
        }
        hart.code_changed();
        engine.install(&mut machine);
        machine
    }

    /// Runs it on every engine and in slices, and compares with the interpreter after each. Gives the index at the end, and N, Z, C, V
    /// where the exception came, if one did.
    fn run(&self, what: &str) -> (u64, Option<u64>) {
        for (engine, slice) in ENGINES.into_iter().flat_map(|engine| SLICES.map(|slice| (engine, slice))) {
            let (mut one, mut other) = (self.machine(Engine::Interp), self.machine(engine));
            let mut still = 0;
            while still < INSNS.min(400 * slice) {
                one.run(slice);
                other.run(slice);
                assert_eq!(seen(&one), seen(&other), "{what}, {engine:?}, slices of {slice}");
                still += slice;
            }
        }
        let mut machine = self.machine(Engine::Eager);
        machine.run(INSNS);
        let hart = &machine.harts()[0];
        let level = hart.arch.registers.of_level(1);
        (hart.slots.get(src(INDEX)), (level.elr.get() != 0).then(|| level.spsr.get() >> 28))
    }
}

/// All that a guest can see, flags as slots have them too.
fn seen(machine: &Machine<AArch64>) -> (u64, u64, Vec<u64>, [u64; 2], Vec<u8>) {
    let hart = &machine.harts()[0];
    let slots = (0..=LINK.0).chain(40..=FPSR.0).chain(v(0).0..=high(v(31)).0);
    let mut memory = vec![0; RAM_BYTES as usize];
    machine.board.bus.memory().read_bytes(GuestPhys(BASE), &mut memory).unwrap();
    let level = hart.arch.registers.of_level(1);
    let slots = slots.map(|slot| hart.slots.get(Slot(slot))).collect();
    (hart.pc.get(), machine.retired(), slots, [level.spsr.get(), level.elr.get()], memory)
}

/// 1.5 and the like, of both precisions at once.
fn ordinary() -> Vec<u8> {
    (0..0x200_u32).flat_map(|n| (0x3fc0_0000 + n).to_le_bytes()).collect()
}

/// So many pointers, and one that leads nowhere.
fn pointers(room: u64) -> Vec<u8> {
    (0..=room).flat_map(|n| if n == room { [0; 8] } else { FROM.to_le_bytes() }).collect()
}

/// To its end, or to RAM's in the midst of a lap: then the flags are those of the lap before, or what they were.
#[test]
fn an_index_goes_on_to_the_end_of_the_loop_or_of_ram() {
    for body in bodies() {
        for (laps, room) in [(2, 9), (30, 31), (30, 30), (30, 29), (30, 1), (30, 0), (0, 23)] {
            for nzcv in [0b1011, 0b0100] {
                let what = format!("{}, {laps} laps, room for {room}", body.name);
                let data = if body.pointers { pointers(room) } else { ordinary() };
                let (index, at_exception) = Program { body: &body, laps, room, data, nzcv }.run(&what);
                let done = if laps == 0 { room } else { room.min(laps) };
                assert_eq!(index, done * body.step, "{what}");
                // Comparing what is less gives N only, as long as there is no borrow; zero is not less than anything.
                let compared = if laps == 0 { 0b0010 } else { 0b1000 };
                let expected = if done == 0 { nzcv } else { compared };
                assert_eq!(at_exception, (done != laps).then_some(expected), "{what}");
            }
        }
    }
}

/// A number that only the interpreter takes, in some lap: it goes on with the same flags, and sums and vectors are what they were.
#[test]
fn an_odd_number_in_the_midst() {
    const ODD: [u32; 4] = [0x7ff0_0000, 0x7fc0_1234, 1, 0];
    for body in bodies().into_iter().filter(|body| !body.pointers) {
        for (at, odd) in [3, 18, 77].into_iter().flat_map(|at| ODD.map(|odd| (at, odd))) {
            let mut data = ordinary();
            data[4 * at..][..4].copy_from_slice(&odd.to_le_bytes());
            let what = format!("{}, {odd:#x} in place {at}", body.name);
            let program = Program { body: &body, laps: 30, room: 30, data, nzcv: 0 };
            assert_eq!(program.run(&what), (30 * body.step, None), "{what}");
        }
    }
}
