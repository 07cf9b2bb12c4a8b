//! A hart on a board of nothing but RAM, and the few encodings that tests of the privileged architecture are written in.

use super::isa_string::Isa;
use super::state::{Config, Riscv};
use crate::hart::{Arch, Hart};
use crate::interp::run::Interp;
use emu_devices::clock::{Clock, Mtime, Timebase};
use emu_devices::irq::HartLines;
use emu_mem::{BusBuilder, GuestPhys};
use std::sync::Arc;

/// Where the RAM is.
pub(super) const RAM: u64 = 0x8000_0000;
/// How much there is.
pub(super) const RAM_BYTES: u64 = 1 << 20;

/// A hart that has been reset to the start of RAM.
pub(super) fn hart(isa: &str) -> Hart<Riscv> {
    hart_of(Isa::parse(isa).expect("a test's own string"))
}

pub(super) fn hart_of(isa: Isa) -> Hart<Riscv> {
    let mut bus = BusBuilder::new();
    bus.ram("ram", GuestPhys(RAM), RAM_BYTES).expect("there is nothing else");
    let clock = Clock::new();
    let arch = Riscv::new(isa, Config::default(), Mtime::new(clock.clone(), Timebase::TEN_MEGAHERTZ));
    let hart = Hart::new(0, arch, Arc::new(bus.build().expect("it is small")), HartLines::new(), clock);
    Riscv::reset(&hart, RAM);
    hart
}

/// Puts `code` at the start of RAM and runs it from there until it reaches its end or does nothing but trap. Interrupts
/// are not looked at.
pub(super) fn run(hart: &Hart<Riscv>, code: &[u32]) {
    load(hart, code);
    let end = RAM + 4 * code.len() as u64;
    // What stands behind the code goes round in place.
    hart.memory.write(GuestPhys(end), 0x6f_u32).expect("it fits");
    hart.pc.set(RAM);
    let mut interp = Interp::default();
    for _ in 0..1000 {
        if hart.pc.get() == end || Riscv::is_stuck(hart) {
            return;
        }
        interp.run(hart, 100);
    }
    panic!("the code does not end, at {:#x}", hart.pc.get());
}

/// Runs the one instruction `word`, or takes its trap.
pub(super) fn step(hart: &Hart<Riscv>, word: u32) {
    load(hart, &[word]);
    hart.pc.set(RAM);
    Interp::default().run(hart, 1);
}

pub(super) fn load(hart: &Hart<Riscv>, code: &[u32]) {
    for (i, word) in code.iter().enumerate() {
        hart.memory.write(GuestPhys(RAM + 4 * i as u64), *word).expect("it fits");
    }
}

fn system(csr: u16, rs1: u32, funct3: u32, rd: u32) -> u32 {
    (csr as u32) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x73
}
pub(super) fn csrrw(rd: u32, csr: u16, rs1: u32) -> u32 {
    system(csr, rs1, 1, rd)
}
pub(super) fn csrrs(rd: u32, csr: u16, rs1: u32) -> u32 {
    system(csr, rs1, 2, rd)
}
pub(super) fn csrrwi(rd: u32, csr: u16, uimm: u32) -> u32 {
    system(csr, uimm, 5, rd)
}
pub(super) fn csrrsi(rd: u32, csr: u16, uimm: u32) -> u32 {
    system(csr, uimm, 6, rd)
}
pub(super) const NOP: u32 = 0x13;
pub(super) const ECALL: u32 = 0x73;
pub(super) const EBREAK: u32 = 0x0010_0073;
pub(super) const MRET: u32 = 0x3020_0073;
pub(super) const SRET: u32 = 0x1020_0073;
pub(super) const WFI: u32 = 0x1050_0073;
pub(super) const SFENCE_VMA: u32 = 0x1200_0073;
