//! Registers as DDI 0183 tells them, the interrupt line raised and lowered by each cause, and where input comes from.

use super::*;
use crate::console::Input;
use crate::irq::HartLines;
use crate::receiver::INPUT_POLL_INSNS;

struct Bench {
    uart: Pl011,
    clock: Clock,
    console: Console,
    pins: HartLines,
}

impl Bench {
    fn new() -> Self {
        Self::on(Console::captured())
    }

    fn on(console: Console) -> Self {
        let (clock, pins) = (Clock::new(), HartLines::new());
        let uart = Pl011::new(clock.clone(), console.clone(), pins.line(0));
        Self { uart, clock, console, pins }
    }

    fn read(&mut self, offset: u64) -> u32 {
        self.uart.read(offset, Width::B4).unwrap() as u32
    }

    fn write(&mut self, offset: u64, value: u32) {
        self.uart.write(offset, Width::B4, u64::from(value)).unwrap();
    }

    /// Types, and lets enough time pass for the UART to look.
    fn type_in(&mut self, bytes: &[u8]) {
        self.console.push_input(bytes);
        self.clock.set(self.clock.now() + INPUT_POLL_INSNS);
        self.uart.tick();
    }

    fn line(&self) -> bool {
        self.pins.get() != 0
    }
}

#[test]
fn registers_after_reset() {
    let mut bench = Bench::new();
    let read: Vec<u32> = (0..=DMACR).step_by(4).map(|offset| bench.read(offset)).collect();
    let mut expected = [0; 19];
    expected[FR as usize / 4] = FR_TXFE | FR_RXFE;
    expected[CR as usize / 4] = 0x300;
    expected[IFLS as usize / 4] = 0x12;
    assert_eq!(read, expected);
    let id: Vec<u32> = (ID..WINDOW_BYTES).step_by(4).map(|offset| bench.read(offset)).collect();
    assert_eq!(id, [0x11, 0x10, 0x14, 0, 0x0d, 0xf0, 0x05, 0xb1]);
    assert!(!bench.line());
}

#[test]
fn registers_keep_the_bits_they_have() {
    let mut bench = Bench::new();
    for offset in [ILPR, IBRD, FBRD, LCR_H, IFLS, DMACR, IMSC, FR, RIS, MIS, ID, 0x00c, 0x100] {
        bench.write(offset, u32::MAX);
    }
    let read = [ILPR, IBRD, FBRD, LCR_H, IFLS, DMACR, IMSC, RIS, MIS, ICR, ID, 0x00c, 0x100].map(|at| bench.read(at));
    assert_eq!(read, [0xff, 0xffff, 0x3f, 0xff, 0x3f, 7, 0x7ff, 0, 0, 0, 0x11, 0, 0]);
}

#[test]
fn prints_in_every_width_and_raises_the_transmit_interrupt() {
    let mut bench = Bench::new();
    bench.uart.write(DR, Width::B1, u64::from(b'o')).unwrap();
    bench.uart.write(DR, Width::B2, u64::from(b'k')).unwrap();
    bench.write(DR, u32::from(b'\n'));
    assert_eq!(bench.console.captured_output(), b"ok\n");
    assert_eq!((bench.read(RIS), bench.read(MIS)), (INT_TX, 0));
    assert!(!bench.line());
    bench.write(IMSC, INT_TX);
    assert_eq!(bench.read(MIS), INT_TX);
    assert!(bench.line());
    bench.write(ICR, INT_TX);
    assert!(!bench.line());
    assert_eq!(bench.uart.write(DR, Width::B8, 0), Err(BusFault));
    assert_eq!(bench.uart.read(DR, Width::B8), Err(BusFault));
}

#[test]
fn one_character_without_a_fifo() {
    let mut bench = Bench::new();
    bench.write(IMSC, INT_RX);
    bench.type_in(b"ab");
    assert!(bench.line());
    assert_eq!(bench.read(FR), FR_TXFE | FR_RXFF);
    assert_eq!(bench.read(DR), u32::from(b'a'));
    assert!(bench.line(), "the next one has come");
    assert_eq!(bench.read(DR), u32::from(b'b'));
    assert!(!bench.line());
    assert_eq!(bench.read(FR), FR_TXFE | FR_RXFE);
    assert_eq!(bench.read(DR), 0);
}

#[test]
fn the_fifo_interrupts_at_its_level_and_before_by_timeout() {
    for (select, level) in [(0, 2), (1, 4), (2, 8), (3, 12), (4, 14), (5, 8)] {
        let mut bench = Bench::new();
        bench.write(LCR_H, LCR_FEN);
        bench.write(IFLS, select << 3);
        bench.write(IMSC, INT_RX | INT_RT);
        for count in 1..=FIFO_BYTES {
            bench.type_in(b".");
            let expected = if count >= level { INT_RX | INT_RT } else { INT_RT };
            assert_eq!(bench.read(MIS), expected, "level {level}, {count} characters");
            assert!(bench.line());
        }
        assert_eq!(bench.read(FR), FR_TXFE | FR_RXFF);
        for left in (0..FIFO_BYTES).rev() {
            assert_eq!(bench.read(DR), u32::from(b'.'));
            let received = if left >= level { INT_RX } else { 0 };
            let timeout = if left > 0 { INT_RT } else { 0 };
            assert_eq!(bench.read(RIS), received | timeout, "level {level}, {left} left");
        }
        assert!(!bench.line());
    }
}

#[test]
fn cleared_receive_interrupts_wait_for_the_next_character() {
    let mut bench = Bench::new();
    bench.write(IMSC, INT_RX);
    bench.type_in(b"a");
    bench.write(ICR, INT_RX);
    assert!(!bench.line());
    assert_eq!(bench.read(DR), u32::from(b'a'));
    bench.type_in(b"b");
    assert!(bench.line());
}

#[test]
fn polling_needs_no_interrupt() {
    let mut bench = Bench::new();
    bench.console.push_input(b"hey");
    assert_eq!(bench.read(FR) & FR_RXFE, 0);
    assert_eq!([(); 3].map(|()| bench.read(DR) as u8), *b"hey");
    assert!(!bench.line());
}

#[test]
fn switching_the_fifos_empties_them() {
    let mut bench = Bench::new();
    bench.write(LCR_H, LCR_FEN);
    bench.write(IMSC, INT_RT);
    bench.type_in(b"abc");
    assert!(bench.line());
    bench.write(LCR_H, 0);
    assert!(!bench.line());
    assert_eq!(bench.read(FR) & FR_RXFE, FR_RXFE);
}

#[test]
fn loopback_data_and_overrun() {
    let mut bench = Bench::new();
    bench.write(CR, CR_LBE);
    bench.write(IMSC, INT_OE);
    bench.write(DR, 1);
    bench.write(DR, 2);
    assert_eq!(bench.console.bytes(), 0);
    assert!(bench.line(), "the second was lost");
    assert_eq!(bench.read(DR), 1 | RSR_OE << 8);
    assert_eq!(bench.read(RSR_ECR), RSR_OE);
    bench.write(RSR_ECR, 0);
    assert_eq!(bench.read(RSR_ECR), 0);
    bench.write(ICR, INT_OE);
    assert!(!bench.line());
    bench.type_in(b"z");
    assert_eq!(bench.read(FR) & FR_RXFE, FR_RXFE, "the input is cut off");
    bench.write(CR, 0);
    assert_eq!(bench.read(DR), u32::from(b'z'));
}

#[test]
fn loopback_modem_lines() {
    for (output, input, interrupt) in
        [(CR_RTS, FR_CTS, 2), (CR_DTR, FR_DSR, 8), (CR_OUT1, FR_DCD, 4), (CR_OUT2, FR_RI, 1)]
    {
        let mut bench = Bench::new();
        bench.write(IMSC, interrupt);
        bench.write(CR, output);
        assert_eq!(bench.read(FR), FR_TXFE | FR_RXFE);
        bench.write(CR, CR_LBE | output);
        assert_eq!(bench.read(FR), FR_TXFE | FR_RXFE | input);
        assert_eq!(bench.read(RIS), interrupt);
        assert!(bench.line());
        bench.write(ICR, interrupt);
        assert!(!bench.line());
        bench.write(CR, CR_LBE);
        assert!(bench.line(), "it fell");
    }
}

#[test]
fn looks_for_input_only_while_it_makes_sense() {
    let mut bench = Bench::on(Console::captured().with_input(Box::new(|_| Input::NothingYet)));
    assert_eq!(bench.uart.deadline().get(), None, "the interrupts are off");
    bench.clock.set(500);
    bench.write(IMSC, INT_RT);
    assert_eq!(bench.uart.deadline().get(), Some(500 + INPUT_POLL_INSNS));
    bench.write(IMSC, INT_TX);
    assert_eq!(bench.uart.deadline().get(), None);

    let mut closed = Bench::new();
    closed.write(IMSC, INT_RX);
    assert_eq!(closed.uart.deadline().get(), None, "nothing will ever come");
}
