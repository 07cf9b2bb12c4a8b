//! The GICv3's distributor, redistributors and CPU interface, and the two pins of each hart, after IHI 0069.

use super::cpu::Register;
use super::*;
use crate::gic::Gic;
use crate::irq::{Line, arm};

const IRQ: u64 = 1 << arm::IRQ;
const FIQ: u64 = 1 << arm::FIQ;

struct Bench {
    gic: Shared<Gicv3>,
    lines: Vec<HartLines>,
}

impl Bench {
    fn new(harts: usize) -> Self {
        let lines: Vec<_> = (0..harts).map(|_| HartLines::new()).collect();
        Self { gic: Shared::new(Gicv3::new(&lines)), lines }
    }

    /// One that forwards both groups, with everything admitted at each hart and all interrupts in group 1.
    fn ready(harts: usize) -> Self {
        let mut bench = Self::new(harts);
        bench.write(D_CTLR, 3);
        for word in 1..=8 {
            bench.write(0x80 + 4 * word, u32::MAX);
        }
        for hart in 0..harts {
            bench.write(private(hart, 0x80), u32::MAX);
            bench.set(hart, Register::Pmr, 0xff);
            bench.set(hart, Register::Igrpen(0), 1);
            bench.set(hart, Register::Igrpen(1), 1);
        }
        bench
    }

    fn spi(&self, number: u32) -> Line {
        Gic::V3(self.gic.clone()).spi(number)
    }

    fn ppi(&self, hart: usize, intid: u32) -> Line {
        Gic::V3(self.gic.clone()).ppi(hart, intid)
    }

    fn read(&mut self, offset: u64) -> u32 {
        self.gic.read(offset, Width::B4).unwrap() as u32
    }

    fn write(&mut self, offset: u64, value: u32) {
        self.gic.write(offset, Width::B4, u64::from(value)).unwrap();
    }

    fn wide(&mut self, offset: u64, value: u64) {
        self.gic.write(offset, Width::B8, value).unwrap();
    }

    /// Enables an SPI with a priority.
    fn enable(&mut self, intid: u32, priority: u8) {
        self.write(0x100 + u64::from(intid / 32 * 4), 1 << (intid % 32));
        self.gic.write(D_PRIORITY + u64::from(intid), Width::B1, u64::from(priority)).unwrap();
    }

    fn get(&self, hart: usize, register: Register) -> u64 {
        self.gic.lock().read_register(hart, register)
    }

    fn set(&self, hart: usize, register: Register, value: u64) {
        self.gic.lock().write_register(hart, register, value);
    }

    fn pins(&self, hart: usize) -> u64 {
        self.lines[hart].get()
    }
}

fn redistributor(hart: usize, offset: u64) -> u64 {
    REDISTRIBUTORS + REDISTRIBUTOR_BYTES * hart as u64 + offset
}

fn private(hart: usize, offset: u64) -> u64 {
    redistributor(hart, R_PRIVATE + offset)
}

#[test]
fn registers_after_reset() {
    let mut bench = Bench::new(18);
    let read =
        [D_CTLR, D_TYPER, D_IIDR, 0x80, 0x100, 0x104, D_PRIORITY, D_CONFIGURATION, 0x800].map(|at| bench.read(at));
    assert_eq!(read, [0x50, 0x0378_0008, 0x43b, 0, 0, 0, 0, 0, 0]);
    let id: Vec<u32> = (0xffe0..0x1_0000).step_by(4).map(|at| bench.read(at)).collect();
    assert_eq!(id, [0x92, 0xb4, 0x3b, 0, 0x0d, 0xf0, 0x05, 0xb1]);
    let read = [0, R_IIDR, R_WAKER, ID + 0x10, ID + 0x18].map(|at| bench.read(redistributor(17, at)));
    assert_eq!(read, [0, 0x43b, 6, 0x93, 0x3b]);
    assert_eq!(bench.gic.read(redistributor(0, R_TYPER), Width::B8), Ok(0));
    assert_eq!(bench.gic.read(redistributor(16, R_TYPER), Width::B8), Ok(1 << 40 | 16 << 8));
    assert_eq!(bench.gic.read(redistributor(17, R_TYPER), Width::B8), Ok(0x101 << 32 | 17 << 8 | 1 << 4));
    assert_eq!(bench.read(private(3, D_CONFIGURATION)), 0xaaaa_aaaa);
    use Register::*;
    let read = [Pmr, Bpr(0), Bpr(1), Rpr, Ctlr, Sre, Iar(0), Iar(1), Hppir(1), Apr(0), Igrpen(1)];
    assert_eq!(read.map(|register| bench.get(0, register)), [0, 2, 3, 0xff, 0x8c00, 7, 1023, 1023, 1023, 0, 0]);
}

#[test]
fn waking_up() {
    let mut bench = Bench::new(1);
    bench.write(redistributor(0, R_WAKER), 0);
    assert_eq!(bench.read(redistributor(0, R_WAKER)), 0);
    bench.write(redistributor(0, R_WAKER), WAKER_SLEEP);
    assert_eq!(bench.read(redistributor(0, R_WAKER)), WAKER_SLEEP | WAKER_ASLEEP);
}

#[test]
fn acknowledge_serve_end() {
    let mut bench = Bench::ready(1);
    bench.enable(33, 0xa7);
    assert_eq!(bench.read(D_PRIORITY + 32), 0xa000, "five bits");
    let uart = bench.spi(1);
    uart.raise();
    assert_eq!(bench.pins(0), IRQ);
    assert_eq!((bench.get(0, Register::Hppir(1)), bench.get(0, Register::Hppir(0))), (33, 1023));
    assert_eq!(bench.get(0, Register::Iar(0)), 1023, "not of that group");
    assert_eq!(bench.get(0, Register::Iar(1)), 33);
    assert_eq!((bench.pins(0), bench.read(0x304)), (0, 2));
    assert_eq!((bench.get(0, Register::Rpr), bench.get(0, Register::Apr(1))), (0xa0, 1 << 20));
    uart.lower();
    bench.set(0, Register::Eoir(0), 33);
    assert_eq!(bench.get(0, Register::Rpr), 0xa0, "not of that group");
    bench.set(0, Register::Eoir(1), 33);
    assert_eq!((bench.get(0, Register::Rpr), bench.read(0x304), bench.pins(0)), (0xff, 0, 0));
    bench.set(0, Register::Eoir(1), 33);
    uart.raise();
    assert_eq!(bench.pins(0), IRQ);
    bench.set(0, Register::Igrpen(1), 0);
    assert_eq!(bench.pins(0), 0);
}

#[test]
fn group_0_is_fiq_and_preempts() {
    let mut bench = Bench::ready(1);
    bench.enable(40, 0x80);
    bench.enable(41, 0x40);
    bench.write(0x84, !(1 << 9));
    bench.spi(8).raise();
    assert_eq!(bench.get(0, Register::Iar(1)), 40);
    bench.spi(9).raise();
    assert_eq!(bench.pins(0), FIQ);
    assert_eq!(bench.get(0, Register::Iar(1)), 1023);
    assert_eq!(bench.get(0, Register::Iar(0)), 41);
    assert_eq!((bench.get(0, Register::Apr(0)), bench.get(0, Register::Apr(1))), (1 << 8, 1 << 16));
    bench.set(0, Register::Eoir(1), 41);
    assert_eq!(bench.get(0, Register::Rpr), 0x40, "group 0 runs");
    bench.spi(9).lower();
    bench.set(0, Register::Eoir(0), 41);
    assert_eq!(bench.get(0, Register::Rpr), 0x80);
}

#[test]
fn masks_and_binary_points() {
    let mut bench = Bench::ready(1);
    bench.enable(40, 0x48);
    bench.enable(41, 0x40);
    bench.set(0, Register::Pmr, 0x4f);
    assert_eq!(bench.get(0, Register::Pmr), 0x48);
    bench.spi(8).raise();
    assert_eq!(bench.pins(0), 0, "equal is masked");
    bench.set(0, Register::Pmr, 0x50);
    assert_eq!(bench.get(0, Register::Iar(1)), 40);
    bench.spi(9).raise();
    assert_eq!(bench.pins(0), IRQ);
    bench.set(0, Register::Bpr(1), 4);
    assert_eq!(bench.pins(0), 0, "bits 7 to 4 are equal");
    bench.set(0, Register::Ctlr, 1);
    assert_eq!((bench.get(0, Register::Bpr(1)), bench.pins(0)), (3, IRQ), "group 0's stands for both");
    bench.set(0, Register::Bpr(1), 7);
    bench.set(0, Register::Bpr(0), 0);
    bench.set(0, Register::Ctlr, 0);
    assert_eq!((bench.get(0, Register::Bpr(0)), bench.get(0, Register::Bpr(1))), (2, 4));
}

#[test]
fn ending_in_two_steps() {
    let mut bench = Bench::ready(1);
    bench.set(0, Register::Ctlr, 2);
    assert_eq!(bench.get(0, Register::Ctlr), 0x8c02);
    bench.enable(50, 0x20);
    bench.spi(18).raise();
    assert_eq!(bench.get(0, Register::Iar(1)), 50);
    bench.set(0, Register::Eoir(1), 50);
    assert_eq!((bench.get(0, Register::Rpr), bench.read(0x304), bench.pins(0)), (0xff, 1 << 18, 0));
    bench.set(0, Register::Dir, 50);
    assert_eq!((bench.read(0x304), bench.pins(0)), (0, IRQ));
}

#[test]
fn routes_lead_to_one_hart() {
    let mut bench = Bench::ready(18);
    bench.enable(32, 0);
    bench.spi(0).raise();
    let who = |bench: &Bench| (0..18).filter(|&hart| bench.pins(hart) != 0).collect::<Vec<_>>();
    assert_eq!(who(&bench), [0]);
    bench.wide(D_ROUTE + 8 * 32, 0x101);
    assert_eq!(bench.gic.read(D_ROUTE + 8 * 32, Width::B8), Ok(0x101));
    assert_eq!(who(&bench), [17]);
    bench.wide(D_ROUTE + 8 * 32, 0x110);
    assert!(who(&bench).is_empty(), "no such hart");
    bench.write(D_ROUTE + 8 * 32, 1 << 31 | 5);
    assert_eq!(who(&bench), [0], "any");
    bench.write(D_ROUTE + 8 * 32 + 4, u32::MAX);
    assert_eq!(bench.gic.read(D_ROUTE + 8 * 32, Width::B8), Ok(0xff_8000_0005));
}

#[test]
fn private_interrupts_and_edges() {
    let mut bench = Bench::ready(2);
    bench.write(private(1, 0x100), 1 << 27);
    bench.gic.write(private(1, D_PRIORITY + 27), Width::B1, 0x10).unwrap();
    bench.ppi(0, 27).raise();
    bench.ppi(1, 27).raise();
    assert_eq!((bench.pins(0), bench.pins(1)), (0, IRQ));
    bench.ppi(1, 27).lower();
    assert_eq!(bench.pins(1), 0);
    bench.write(private(1, D_CONFIGURATION + 4), 2 << 22);
    assert_eq!(bench.read(private(1, D_CONFIGURATION + 4)), 2 << 22);
    bench.ppi(1, 27).raise();
    bench.ppi(1, 27).lower();
    assert_eq!(bench.get(1, Register::Iar(1)), 27);
    bench.set(1, Register::Eoir(1), 27);
    assert_eq!(bench.pins(1), 0);
}

#[test]
fn sgis_go_to_lists_and_to_all_others() {
    let mut bench = Bench::ready(18);
    for hart in 0..18 {
        bench.write(private(hart, 0x100), 0xffff);
    }
    let who = |bench: &Bench| (0..18).filter(|&hart| bench.pins(hart) != 0).collect::<Vec<_>>();
    let end = |bench: &Bench| {
        for hart in 0..18 {
            let intid = bench.get(hart, Register::Iar(1));
            bench.set(hart, Register::Eoir(1), intid);
        }
    };
    bench.set(0, Register::Sgir(1), 3 << 24 | 0b1010);
    assert_eq!(who(&bench), [1, 3]);
    assert_eq!(bench.get(3, Register::Iar(1)), 3);
    bench.set(3, Register::Eoir(1), 3);
    end(&bench);
    assert!(who(&bench).is_empty());
    bench.set(0, Register::Sgir(1), 1 << 16 | 0b11);
    assert_eq!(who(&bench), [16, 17]);
    end(&bench);
    bench.set(2, Register::Sgir(1), 1 << 40);
    assert_eq!(who(&bench).len(), 17);
    assert_eq!(bench.pins(2), 0);
    end(&bench);
    bench.set(0, Register::Sgir(0), 0b10);
    bench.set(0, Register::Sgir(1), 1 << 44 | 0b10);
    bench.set(0, Register::Sgir(1), 1 << 32 | 0b10);
    bench.set(0, Register::Asgi1r, 0b10);
    assert!(who(&bench).is_empty(), "group 0, and harts that do not exist");
}

#[test]
fn what_does_not_exist_is_empty_or_faults() {
    let mut bench = Bench::new(1);
    for offset in [0x00c, 0x080, 0x0fc, 0x100, 0x400, 0x7fc, 0x820, 0xc00, 0xd04, 0xf00, 0x6000, 0x6900, 0x7ff8] {
        bench.write(offset, u32::MAX);
        assert_eq!(bench.read(offset), 0, "{offset:#x}");
    }
    for offset in [0x70, 0x1_0084, 0x1_0420, 0x1_0d00, 0x1_fffc] {
        bench.write(redistributor(0, offset), u32::MAX);
        assert_eq!(bench.read(redistributor(0, offset)), 0, "{offset:#x}");
    }
    bench.wide(0x100, u64::MAX);
    assert_eq!(bench.gic.read(0x80, Width::B8), Ok(0));
    for offset in [DISTRIBUTOR_BYTES, REDISTRIBUTORS - 4, redistributor(1, 0), WINDOW_BYTES - 4] {
        assert_eq!(bench.gic.read(offset, Width::B4), Err(BusFault));
        assert_eq!(bench.gic.write(offset, Width::B4, 0), Err(BusFault));
    }
    bench.set(9, Register::Pmr, 0xff);
    assert_eq!(bench.get(9, Register::Pmr), 0);
    bench.gic.drive(u32::MAX, true);
}
