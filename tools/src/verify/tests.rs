//! Engines that are wrong on purpose: what is told of each is what was done.

use std::cell::Cell;
use std::rc::Rc;

use emu_core::executor::Executor;
use emu_core::hart::Hart;
use emu_core::image::Image;
use emu_core::interp::run::Interp;
use emu_core::riscv::slots::src;
use emu_core::riscv::state::Riscv;
use emu_devices::console::Console;
use emu_mem::GuestPhys;

use super::*;

const PROGRAM: &[u8] = include_bytes!("../../demo/elf/rv64/sort.elf");
/// An instruction of the program that stores a word of what it will sort, and a byte of that word. The word's page is not
/// touched again before there are 220,000 more words' instructions, and then it is read.
const STORE: u64 = 5_009;
const STORED: GuestPhys = GuestPhys(0x8000_1722);
/// Memory that the program leaves alone.
const FAR: GuestPhys = GuestPhys(0x8700_0000);

/// The interpreter, and something that happens whenever it has run: told is how many instructions had retired before.
struct Wrong<F> {
    interp: Interp<Riscv>,
    after: F,
}

impl<F: Fn(&Hart<Riscv>, u64)> Executor<Riscv> for Wrong<F> {
    fn run(&mut self, hart: &Hart<Riscv>, budget: u64) {
        let before = hart.retired.get();
        self.interp.run(hart, budget);
        (self.after)(hart, before);
    }
    fn peek(&mut self, hart: &Hart<Riscv>) -> Option<(u32, u16)> {
        self.interp.peek(hart)
    }
    fn executions(&self) -> Option<(Vec<u64>, Vec<u64>)> {
        Some(self.interp.executions())
    }
    fn recent(&self) -> Vec<u64> {
        self.interp.recent()
    }
}

/// An engine after whose runs `after` happens.
fn wrong(after: impl Fn(&Hart<Riscv>, u64) + Clone + 'static) -> Install<Riscv> {
    Rc::new(move |machine| {
        machine.execute_with(|_| Box::new(Wrong { interp: Interp::default(), after: after.clone() }));
        Ok(Vec::new())
    })
}

/// Verifies an engine that is `chosen`, and `singly` where it translates each instruction by itself. How the run ends.
fn verify(chosen: Install<Riscv>, singly: Install<Riscv>) -> End {
    let right: Install<Riscv> = Rc::new(|_| Ok(Vec::new()));
    let lab = Lab { tape: Tape::default(), disks: Vec::new(), slice: 1000, reference: right.clone(), chosen, singly };
    let image = Image::elf(PROGRAM).expect("a program");
    let args = MachineArgs::default();
    let console = Console::captured();
    let first = Session::new("sort", image, &args, String::new(), console.clone(), Vec::new(), Notes::default())
        .expect("a machine");
    let mut session = first.again(&lab.chosen, console, Vec::new()).expect("a machine");
    run(&mut session, &lab, Limits::default()).expect("machines can be made")
}

fn told(end: End) -> String {
    match end {
        End::Wrong(text) => text,
        other => panic!("the engine is wrong, and yet: {other}"),
    }
}

#[track_caller]
fn has(text: &str, parts: &[&str]) {
    parts.iter().for_each(|part| assert!(text.contains(part), "{part:?} is not in {text}"));
}

/// Runs over the instruction number `n`.
fn passes(hart: &Hart<Riscv>, before: u64, n: u64) -> bool {
    (before..hart.retired.get()).contains(&n)
}

#[test]
fn a_right_engine_is_right() {
    let right = wrong(|_, _| {});
    assert!(matches!(verify(Rc::clone(&right), right), End::Exit { code: 0, .. }));
}

#[test]
fn one_instruction_that_writes_a_wrong_value_is_found() {
    let flips = wrong(|hart, before| {
        if passes(hart, before, 54_321) {
            hart.slots.set(src(18), hart.slots.get(src(18)) ^ 4);
        }
    });
    let text = told(verify(Rc::clone(&flips), flips));
    has(&text, &["after 54,321 instructions they agree, after 54,322 they do not, where each", "hart 0 s2  "]);
    assert!(!text.contains("hart 0 s3"), "no more than what differs: {text}");
}

#[test]
fn what_is_wrong_only_in_one_go_is_found_with_its_length() {
    let flips = wrong(|hart, before| {
        if passes(hart, before, 54_321) && before + 20 <= hart.retired.get() {
            hart.slots.set(src(18), hart.slots.get(src(18)) ^ 4);
        }
    });
    let text = told(verify(Rc::clone(&flips), flips));
    has(&text, &["after 54,3", "it takes a run of ", "instructions in one go", "hart 0 s2  "]);
    let length = text.split("a run of ").nth(1).and_then(|rest| rest.split(' ').next());
    let length: u64 = length.and_then(|length| length.parse().ok()).expect("a length");
    assert!((20..40).contains(&length), "halved as often as can be: {length}");
}

#[test]
fn a_store_that_goes_astray_is_found_at_the_end_and_then_where_it_is() {
    let strays = wrong(|hart, before| {
        if passes(hart, before, 54_321) {
            hart.memory.write::<u32>(FAR, 7).expect("memory");
        }
    });
    let text = told(verify(Rc::clone(&strays), strays));
    has(&text, &["after 54,321 instructions they agree, after 54,322 they do not", "memory at 0x87000000"]);
}

#[test]
fn a_store_of_a_wrong_value_is_found_where_it_is() {
    let spoils = wrong(|hart, before| {
        if passes(hart, before, STORE) {
            hart.memory.write::<u8>(STORED, 0x5a).expect("memory");
        }
    });
    let text = told(verify(Rc::clone(&spoils), spoils));
    has(&text, &["after 5,009 instructions they agree, after 5,010 they do not, where each", "memory at 0x80001720"]);
}

#[test]
fn a_store_that_goes_astray_is_found_where_it_is_and_not_where_it_shows() {
    let strays = wrong(|hart, before| {
        if passes(hart, before, 50_009) {
            hart.memory.write::<u8>(STORED, 0x5a).expect("memory");
        }
    });
    let text = told(verify(Rc::clone(&strays), strays));
    has(&text, &["after 50,009 instructions they agree, after 50,010 they do not", "memory at 0x80001720"]);
    assert!(!text.contains("hart 0 a"), "no register is wrong yet: {text}");
}

#[test]
fn what_does_not_happen_again_is_told_all_the_same() {
    let happened = Rc::new(Cell::new(false));
    let flips = wrong(move |hart, before| {
        if passes(hart, before, 54_321) && !happened.replace(true) {
            hart.slots.set(src(18), hart.slots.get(src(18)) ^ 4);
        }
    });
    let right = wrong(|_, _| {});
    let text = told(verify(flips, right));
    has(&text, &["after 54,000 instructions they agree, after 55,000", "did not happen when", "hart 0 s2  "]);
}
