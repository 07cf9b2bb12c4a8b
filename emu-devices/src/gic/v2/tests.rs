//! The GICv2's registers and the two pins of each hart, after IHI 0048B.

use std::sync::Arc;

use super::*;
use crate::gic::Gic;

const IRQ: u64 = 1 << arm::IRQ;
const FIQ: u64 = 1 << arm::FIQ;

struct Bench {
    gic: Shared<Gicv2>,
    lines: Vec<HartLines>,
    requester: Requester,
}

impl Bench {
    fn new(harts: usize) -> Self {
        let lines: Vec<_> = (0..harts).map(|_| HartLines::new()).collect();
        let requester = Requester::new();
        Self { gic: Shared::new(Gicv2::new(&lines, requester.clone())), lines, requester }
    }

    /// One that forwards group 0, with everything admitted at each hart.
    fn ready(harts: usize) -> Self {
        let mut bench = Self::new(harts);
        bench.write(D_CTLR, 1);
        for hart in 0..harts {
            bench.requester.set(hart);
            bench.cpu(C_CTLR, 1);
            bench.cpu(C_PMR, 0xff);
        }
        bench.requester.set(0);
        bench
    }

    fn spi(&self, number: u32) -> Line {
        Gic::V2(self.gic.clone()).spi(number)
    }

    fn ppi(&self, hart: usize, intid: u32) -> Line {
        Gic::V2(self.gic.clone()).ppi(hart, intid)
    }

    fn read(&mut self, offset: u64) -> u32 {
        self.gic.read(offset, Width::B4).unwrap() as u32
    }

    fn write(&mut self, offset: u64, value: u32) {
        self.gic.write(offset, Width::B4, u64::from(value)).unwrap();
    }

    fn byte(&mut self, offset: u64, value: u8) {
        self.gic.write(offset, Width::B1, u64::from(value)).unwrap();
    }

    fn cpu(&mut self, offset: u64, value: u32) {
        self.write(CPU_INTERFACE + offset, value);
    }

    fn cpu_read(&mut self, offset: u64) -> u32 {
        self.read(CPU_INTERFACE + offset)
    }

    /// Enables an interrupt with a priority, for the harts in `targets`.
    fn enable(&mut self, intid: u32, priority: u8, targets: u8) {
        self.write(0x100 + u64::from(intid / 32 * 4), 1 << (intid % 32));
        self.byte(D_PRIORITY + u64::from(intid), priority);
        self.byte(D_TARGETS + u64::from(intid), targets);
    }

    fn pins(&self, hart: usize) -> u64 {
        self.lines[hart].get()
    }
}

#[test]
fn registers_after_reset() {
    let mut bench = Bench::new(2);
    let read =
        [D_CTLR, D_TYPER, D_IIDR, 0x100, 0x104, 0x80, D_CONFIGURATION, D_CONFIGURATION + 4, D_TARGETS, D_TARGETS + 32]
            .map(|at| bench.read(at));
    assert_eq!(read, [0, 0x28, 0x43b, 0xffff, 0, 0, 0xaaaa_aaaa, 0, 0x0101_0101, 0]);
    let read = [C_CTLR, C_PMR, C_BPR, C_ABPR, C_RPR, C_IAR, C_HPPIR, C_IIDR].map(|at| bench.cpu_read(at));
    assert_eq!(read, [0, 0, 0, 1, 0xff, 1023, 1023, 0x2_043b]);
    let id: Vec<u32> = (0xfe0..0x1000).step_by(4).map(|at| bench.read(at)).collect();
    assert_eq!(id, [0x90, 0xb4, 0x2b, 0, 0x0d, 0xf0, 0x05, 0xb1]);
}

#[test]
fn acknowledge_serve_end() {
    let mut bench = Bench::ready(1);
    bench.enable(33, 0xa0, 1);
    let uart = bench.spi(1);
    uart.raise();
    assert_eq!(bench.pins(0), IRQ);
    assert_eq!((bench.read(0x204), bench.read(0x304)), (2, 0));
    assert_eq!(bench.cpu_read(C_HPPIR), 33);
    assert_eq!(bench.cpu_read(C_IAR), 33);
    assert_eq!(bench.pins(0), 0);
    assert_eq!((bench.read(0x204), bench.read(0x304)), (2, 2), "active, and pending as the line is high");
    assert_eq!(bench.cpu_read(C_RPR), 0xa0);
    assert_eq!(bench.cpu_read(C_APR + 8), 1 << 16, "preemption level 0x50");
    assert_eq!(bench.cpu_read(C_IAR), 1023);
    uart.lower();
    bench.cpu(C_EOIR, 33);
    assert_eq!((bench.read(0x204), bench.read(0x304), bench.cpu_read(C_RPR)), (0, 0, 0xff));
    assert_eq!(bench.pins(0), 0);
}

#[test]
fn a_level_still_high_is_signalled_again_and_one_that_fell_is_not() {
    let mut bench = Bench::ready(1);
    bench.enable(40, 0, 1);
    bench.spi(8).raise();
    assert_eq!(bench.cpu_read(C_IAR), 40);
    bench.cpu(C_EOIR, 40);
    assert_eq!(bench.pins(0), IRQ);
    bench.spi(8).lower();
    assert_eq!(bench.pins(0), 0);
}

#[test]
fn an_edge_is_remembered_once() {
    let mut bench = Bench::ready(1);
    bench.enable(40, 0, 1);
    bench.write(D_CONFIGURATION + 8, 2 << 16);
    assert_eq!(bench.read(D_CONFIGURATION + 8), 2 << 16);
    bench.spi(8).raise();
    bench.spi(8).lower();
    assert_eq!(bench.pins(0), IRQ);
    assert_eq!(bench.cpu_read(C_IAR), 40);
    bench.spi(8).raise();
    bench.spi(8).raise();
    bench.cpu(C_EOIR, 40);
    assert_eq!(bench.cpu_read(C_IAR), 40, "the edge while it was active");
    bench.cpu(C_EOIR, 40);
    assert_eq!(bench.cpu_read(C_IAR), 1023, "still high, but no edge");
}

#[test]
fn software_can_make_pending_and_not() {
    let mut bench = Bench::ready(1);
    bench.enable(64, 0, 1);
    bench.write(0x208, 1);
    assert_eq!(bench.pins(0), IRQ);
    bench.write(0x288, 1);
    assert_eq!(bench.pins(0), 0);
    bench.spi(32).raise();
    bench.write(0x288, 1);
    assert_eq!(bench.pins(0), IRQ, "the line decides");
    bench.write(0x188, 1);
    assert_eq!(bench.pins(0), 0, "disabled");
}

#[test]
fn priorities_mask_preempt_and_go_by_number() {
    let mut bench = Bench::ready(1);
    for (intid, priority) in [(50, 0x80), (51, 0x80), (60, 0x40), (70, 0xff)] {
        bench.enable(intid, priority, 1);
    }
    bench.spi(51 - 32).raise();
    bench.spi(50 - 32).raise();
    bench.spi(70 - 32).raise();
    assert_eq!(bench.cpu_read(C_IAR), 50);
    assert_eq!(bench.pins(0), 0, "equals do not preempt");
    bench.spi(60 - 32).raise();
    assert_eq!(bench.pins(0), IRQ);
    bench.cpu(C_PMR, 0x40);
    assert_eq!(bench.pins(0), 0, "masked");
    bench.cpu(C_PMR, 0x41);
    assert_eq!(bench.cpu_read(C_IAR), 60);
    assert_eq!(bench.cpu_read(C_RPR), 0x40);
    bench.spi(60 - 32).lower();
    bench.cpu(C_PMR, 0xff);
    bench.cpu(C_EOIR, 60);
    assert_eq!(bench.cpu_read(C_RPR), 0x80);
    bench.spi(50 - 32).lower();
    bench.cpu(C_EOIR, 50);
    assert_eq!(bench.cpu_read(C_IAR), 51);
    bench.spi(51 - 32).lower();
    bench.cpu(C_EOIR, 51);
    assert_eq!(bench.cpu_read(C_IAR), 1023, "priority 0xff is never signalled");
}

#[test]
fn the_binary_point_makes_levels_equal() {
    let mut bench = Bench::ready(1);
    bench.enable(50, 0x47, 1);
    bench.enable(51, 0x40, 1);
    bench.cpu(C_BPR, 3);
    bench.spi(18).raise();
    assert_eq!(bench.cpu_read(C_IAR), 50);
    assert_eq!(bench.cpu_read(C_RPR), 0x40, "bits 7 to 4");
    bench.spi(19).raise();
    assert_eq!(bench.pins(0), 0);
    bench.cpu(C_BPR, 1);
    assert_eq!(bench.pins(0), 0, "the level it was acknowledged with stands");
    bench.spi(18).lower();
    bench.cpu(C_EOIR, 50);
    assert_eq!(bench.cpu_read(C_IAR), 51);
}

#[test]
fn groups_and_the_two_pins() {
    let mut bench = Bench::ready(1);
    bench.write(D_CTLR, 3);
    bench.cpu(C_CTLR, 3 | CTLR_FIQ_EN);
    bench.enable(50, 0x20, 1);
    bench.enable(51, 0x10, 1);
    bench.write(0x84, 1 << 18);
    bench.spi(18).raise();
    assert_eq!(bench.pins(0), IRQ, "group 1");
    assert_eq!((bench.cpu_read(C_HPPIR), bench.cpu_read(C_IAR)), (1022, 1022));
    assert_eq!(bench.cpu_read(C_AHPPIR), 50);
    bench.spi(19).raise();
    assert_eq!(bench.pins(0), FIQ, "group 0 is more urgent");
    assert_eq!((bench.cpu_read(C_AIAR), bench.cpu_read(C_IAR)), (1023, 51));
    bench.spi(19).lower();
    bench.cpu(C_AEOIR, 51);
    assert_eq!(bench.cpu_read(C_RPR), 0x10, "not of that group");
    bench.cpu(C_EOIR, 51);
    assert_eq!(bench.cpu_read(C_AIAR), 50);
    assert_eq!(bench.cpu_read(C_NSAPR), 1 << 16);
    bench.cpu(C_AEOIR, 50);
    bench.cpu(C_CTLR, 3 | CTLR_ACK_CTL);
    assert_eq!(bench.cpu_read(C_IAR), 50, "AckCtl shows group 1 too");
    bench.cpu(C_EOIR, 50);
    bench.write(D_CTLR, 1);
    assert_eq!(bench.pins(0), 0);
}

#[test]
fn ending_in_two_steps() {
    let mut bench = Bench::ready(1);
    bench.cpu(C_CTLR, 1 | CTLR_EOI_MODE);
    bench.enable(50, 0x20, 1);
    bench.spi(18).raise();
    assert_eq!(bench.cpu_read(C_IAR), 50);
    bench.cpu(C_EOIR, 50);
    assert_eq!((bench.cpu_read(C_RPR), bench.read(0x304)), (0xff, 1 << 18));
    assert_eq!(bench.pins(0), 0, "still active");
    bench.cpu(C_DIR, 50);
    assert_eq!((bench.read(0x304), bench.pins(0)), (0, IRQ));
    bench.cpu(C_CTLR, 1);
    assert_eq!(bench.cpu_read(C_IAR), 50);
    bench.cpu(C_DIR, 50);
    assert_eq!(bench.read(0x304), 1 << 18, "there is no such step");
}

#[test]
fn sgis_know_their_senders() {
    let mut bench = Bench::ready(3);
    for hart in 0..3 {
        bench.requester.set(hart);
        bench.byte(D_PRIORITY + 5, 0x10);
    }
    bench.requester.set(1);
    bench.write(D_SGIR, 1 << 24 | 5);
    bench.requester.set(2);
    bench.write(D_SGIR, 1 << 16 | 5);
    assert_eq!([0, 1, 2].map(|hart| bench.pins(hart)), [IRQ, 0, IRQ]);
    bench.requester.set(0);
    assert_eq!(bench.read(D_SPENDSGIR + 4), 0b110 << 8);
    assert_eq!(bench.cpu_read(C_IAR), 1 << 10 | 5);
    bench.cpu(C_EOIR, 1 << 10 | 5);
    assert_eq!(bench.pins(0), IRQ, "the other sender");
    bench.byte(D_CPENDSGIR + 5, 0b100);
    assert_eq!(bench.pins(0), 0);
    bench.byte(D_SPENDSGIR + 5, 0b001);
    assert_eq!(bench.cpu_read(C_IAR), 5);
    bench.cpu(C_EOIR, 5);
    bench.write(D_SGIR, 2 << 24 | 3);
    assert_eq!(bench.cpu_read(C_IAR), 3, "to itself");
}

#[test]
fn private_registers_are_banked_and_targets_route() {
    let mut bench = Bench::ready(2);
    bench.requester.set(1);
    bench.enable(30, 0x30, 0);
    assert_eq!((bench.read(0x100), bench.read(D_TARGETS)), (1 << 30 | 0xffff, 0x0202_0202));
    bench.requester.set(0);
    assert_eq!((bench.read(0x100), bench.read(D_PRIORITY + 28)), (0xffff, 0));
    bench.ppi(0, 30).raise();
    bench.ppi(1, 30).raise();
    assert_eq!((bench.pins(0), bench.pins(1)), (0, IRQ));
    bench.ppi(1, 30).lower();
    bench.enable(34, 0, 0b10);
    bench.spi(2).raise();
    assert_eq!((bench.pins(0), bench.pins(1)), (0, IRQ));
    bench.byte(D_TARGETS + 34, 0b01);
    assert_eq!((bench.pins(0), bench.pins(1)), (IRQ, 0));
    bench.byte(D_TARGETS + 34, 0xff);
    assert_eq!(bench.read(D_TARGETS + 32), 0x0003_0000);
    assert_eq!((bench.pins(0), bench.pins(1)), (IRQ, IRQ));
    assert_eq!(bench.cpu_read(C_IAR), 34);
    assert_eq!((bench.pins(0), bench.pins(1)), (0, 0), "one serves for all");
}

#[test]
fn with_one_hart_targets_do_not_exist() {
    let mut bench = Bench::ready(1);
    bench.enable(34, 0, 0xff);
    assert_eq!((bench.read(D_TARGETS), bench.read(D_TARGETS + 32)), (0, 0));
    bench.spi(2).raise();
    assert_eq!(bench.pins(0), IRQ);
}

#[test]
fn what_does_not_exist_is_empty_or_faults() {
    let mut bench = Bench::new(1);
    for offset in [0x00c, 0x0fc, 0x17c, 0x7fc, 0xbfc, 0xcfc, 0xf40] {
        bench.write(offset, u32::MAX);
        assert_eq!(bench.read(offset), 0, "{offset:#x}");
    }
    bench.cpu(C_EOIR, 1023);
    bench.cpu(C_DIR, 1000);
    bench.cpu(0x40, 1);
    assert_eq!(bench.cpu_read(0x40), 0);
    for offset in [0x1000, 0xfffc, 0x1_2000, 0x1_fffc] {
        assert_eq!(bench.gic.read(offset, Width::B4), Err(BusFault));
        assert_eq!(bench.gic.write(offset, Width::B4, 0), Err(BusFault));
    }
    assert_eq!(bench.gic.read(0, Width::B8), Err(BusFault));
    assert_eq!(bench.gic.read(CPU_INTERFACE, Width::B2), Err(BusFault));
    Arc::new(bench.gic.clone()).drive(u32::MAX, true);
}
