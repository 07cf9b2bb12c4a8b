//! The 16550A's registers and its line, after the PC16550D data sheet.

use super::*;
use crate::console::Input;
use crate::irq::HartLines;

struct Bench {
    uart: Uart16550,
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
        let uart = Uart16550::new(clock.clone(), console.clone(), pins.line(0));
        Self { uart, clock, console, pins }
    }

    fn read(&mut self, register: u64) -> u8 {
        u8::try_from(self.uart.read(register, Width::B1).unwrap()).unwrap()
    }

    fn write(&mut self, register: u64, value: u8) {
        self.uart.write(register, Width::B1, u64::from(value)).unwrap();
    }

    /// Lets so much time pass that the console is asked again.
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
    let read: Vec<u8> = (0..8).map(|register| bench.read(register)).collect();
    assert_eq!(read, [0, 0, 0x01, 0, 0, 0x60, 0xb0, 0]);
    assert!(!bench.line());
}

#[test]
fn prints_what_is_written() {
    let mut bench = Bench::new();
    for byte in *b"ok\n" {
        assert_eq!(bench.read(LSR) & 0x20, 0x20);
        bench.write(DATA, byte);
    }
    assert_eq!(bench.console.captured_output(), b"ok\n");
}

#[test]
fn the_divisor_hides_behind_dlab() {
    let mut bench = Bench::new();
    bench.write(IER, 0x0f & !IER_TRANSMITTER_EMPTY);
    bench.write(LCR, LCR_DLAB | 3);
    bench.write(DATA, 0x12);
    bench.write(IER, 0x34);
    assert_eq!((bench.read(DATA), bench.read(IER)), (0x12, 0x34));
    bench.write(LCR, 3);
    assert_eq!((bench.read(DATA), bench.read(IER), bench.read(LCR)), (0, 0x0d, 3));
    assert_eq!(bench.console.bytes(), 0);
}

#[test]
fn scratch_and_unused_bits() {
    let mut bench = Bench::new();
    bench.write(SCR, 0xa5);
    bench.write(IER, 0xf0);
    bench.write(MCR, 0xe0);
    bench.write(LSR, 0xff);
    bench.write(MSR, 0x00);
    assert_eq!((bench.read(SCR), bench.read(IER), bench.read(MCR)), (0xa5, 0, 0));
    assert_eq!((bench.read(LSR), bench.read(MSR)), (0x60, 0xb0));
}

#[test]
fn the_transmitter_interrupt() {
    let mut bench = Bench::new();
    bench.write(IER, IER_TRANSMITTER_EMPTY);
    assert!(bench.line(), "enabling it while empty raises it");
    assert_eq!(bench.read(IIR_FCR), IIR_TRANSMITTER_EMPTY);
    assert!(!bench.line(), "reading IIR lowers it");
    assert_eq!(bench.read(IIR_FCR), IIR_NONE);
    bench.write(IER, IER_TRANSMITTER_EMPTY);
    assert!(!bench.line(), "it was enabled already");
    bench.write(DATA, b'x');
    assert!(bench.line(), "the character has left");
    bench.write(IER, 0);
    assert!(!bench.line());
}

#[test]
fn received_data_without_a_fifo() {
    let mut bench = Bench::new();
    bench.write(IER, IER_RECEIVED);
    assert!(!bench.line());
    bench.type_in(b"ab");
    assert!(bench.line());
    assert_eq!(bench.read(IIR_FCR), IIR_RECEIVED);
    assert_eq!(bench.read(LSR), 0x61);
    assert_eq!(bench.read(DATA), b'a');
    assert!(bench.line(), "the next one has come");
    assert_eq!(bench.read(DATA), b'b');
    assert!(!bench.line());
    assert_eq!(bench.read(LSR), 0x60);
    assert_eq!(bench.read(DATA), 0);
}

#[test]
fn polling_needs_no_interrupt() {
    let mut bench = Bench::new();
    bench.console.push_input(b"hey");
    assert_eq!(bench.read(LSR) & 1, 1);
    assert_eq!([(); 3].map(|()| bench.read(DATA)), *b"hey");
    assert!(!bench.line());
}

#[test]
fn fifo_trigger_levels() {
    for (bits, level) in [(0x00, 1), (0x40, 4), (0x80, 8), (0xc0, 14)] {
        let mut bench = Bench::new();
        bench.write(IER, IER_RECEIVED);
        bench.write(IIR_FCR, FCR_ENABLE | bits);
        for count in 1..=FIFO_BYTES {
            bench.type_in(b".");
            let expected = if count >= level { IIR_RECEIVED } else { IIR_TIMEOUT };
            assert_eq!(bench.read(IIR_FCR), IIR_FIFOS | expected, "level {level}, {count} characters");
            assert!(bench.line());
        }
        for _ in 0..FIFO_BYTES {
            assert_eq!(bench.read(DATA), b'.');
        }
        assert!(!bench.line());
    }
}

#[test]
fn a_full_fifo_leaves_input_in_the_console() {
    let mut bench = Bench::new();
    bench.write(IIR_FCR, FCR_ENABLE);
    bench.write(IER, IER_RECEIVED);
    let text: Vec<u8> = (0..40).collect();
    bench.type_in(&text);
    assert_eq!(bench.uart.received.len(), FIFO_BYTES);
    let read: Vec<u8> = (0..40).map(|_| bench.read(DATA)).collect();
    assert_eq!(read, text);
}

#[test]
fn fifo_control() {
    let mut bench = Bench::new();
    bench.write(IIR_FCR, FCR_ENABLE | 0xc0);
    bench.type_in(b"abc");
    assert_eq!(bench.read(LSR) & 1, 1);
    bench.write(IIR_FCR, FCR_ENABLE | FCR_CLEAR_RECEIVER);
    assert_eq!(bench.read(LSR) & 1, 0);
    assert_eq!(bench.read(IIR_FCR), IIR_FIFOS | IIR_NONE);
    bench.type_in(b"d");
    assert_eq!(bench.read(LSR) & 1, 1);
    bench.write(IIR_FCR, 0xc0);
    assert_eq!(bench.read(LSR) & 1, 0, "switching the FIFOs clears them");
    assert_eq!(bench.read(IIR_FCR), IIR_NONE);
    assert_eq!(bench.uart.trigger_level(), 1, "the trigger level needs the enable bit");
}

#[test]
fn loopback_data_and_overrun() {
    let mut bench = Bench::new();
    bench.write(MCR, MCR_LOOP);
    bench.write(IER, IER_RECEIVED | IER_LINE_STATUS);
    bench.write(DATA, b'1');
    assert_eq!(bench.console.bytes(), 0);
    assert_eq!(bench.read(IIR_FCR), IIR_RECEIVED);
    bench.write(DATA, b'2');
    assert_eq!(bench.read(IIR_FCR), IIR_LINE_STATUS, "above received data");
    assert_eq!(bench.read(LSR), 0x63);
    assert_eq!(bench.read(IIR_FCR), IIR_RECEIVED, "reading LSR clears the overrun");
    assert_eq!(bench.read(DATA), b'2');
    assert!(!bench.line());
    bench.write(IIR_FCR, FCR_ENABLE);
    for byte in 0..17 {
        bench.write(DATA, byte);
    }
    assert_eq!(bench.read(LSR) & LSR_OVERRUN, LSR_OVERRUN);
    let read: Vec<u8> = (0..17).map(|_| bench.read(DATA)).collect();
    assert_eq!(read[14..], [14, 15, 0], "the seventeenth was lost");
}

#[test]
fn loopback_cuts_off_the_input() {
    let mut bench = Bench::new();
    bench.write(MCR, MCR_LOOP);
    bench.write(IER, IER_RECEIVED);
    bench.type_in(b"z");
    assert_eq!(bench.read(LSR) & 1, 0);
    bench.write(MCR, 0);
    assert!(bench.line());
    assert_eq!(bench.read(DATA), b'z');
}

#[test]
fn loopback_modem_lines() {
    let mut bench = Bench::new();
    bench.write(MCR, MCR_LOOP);
    assert_eq!(bench.read(MSR), 0x0b, "CTS, DSR and DCD fell");
    assert_eq!(bench.read(MSR), 0x00, "reading clears the changes");
    for (output, input, change) in [(1, 0x20, 0x02), (2, 0x10, 0x01), (8, 0x80, 0x08)] {
        bench.write(MCR, MCR_LOOP | output);
        assert_eq!(bench.read(MSR), input | change);
        bench.write(MCR, MCR_LOOP);
        assert_eq!(bench.read(MSR), change);
    }
    bench.write(IER, IER_MODEM_STATUS);
    bench.write(MCR, MCR_LOOP | 4);
    assert!(!bench.line(), "a rising ring indicator is no event");
    bench.write(MCR, MCR_LOOP);
    assert!(bench.line());
    assert_eq!(bench.read(IIR_FCR), IIR_MODEM_STATUS);
    assert_eq!(bench.read(MSR), 0x04);
    assert!(!bench.line());
}

#[test]
fn looks_for_input_only_while_it_makes_sense() {
    let console = Console::captured().with_input(Box::new(|_| Input::NothingYet));
    let mut bench = Bench::on(console);
    assert_eq!(bench.uart.deadline().get(), None, "the interrupt is off");
    bench.clock.set(500);
    bench.write(IER, IER_RECEIVED);
    assert_eq!(bench.uart.deadline().get(), Some(500 + INPUT_POLL_INSNS));
    bench.clock.set(500 + INPUT_POLL_INSNS);
    bench.uart.tick();
    assert_eq!(bench.uart.deadline().get(), Some(500 + 2 * INPUT_POLL_INSNS));
    bench.write(IER, 0);
    assert_eq!(bench.uart.deadline().get(), None);

    let mut closed = Bench::new();
    closed.write(IER, IER_RECEIVED);
    assert_eq!(closed.uart.deadline().get(), None, "nothing will ever come");
}

#[test]
fn a_source_that_has_nothing_is_not_asked_at_each_read() {
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = calls.clone();
    let mut bench = Bench::on(Console::captured().with_input(Box::new(move |_| {
        counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Input::NothingYet
    })));
    for _ in 0..100 {
        bench.read(LSR);
    }
    assert_eq!(calls.load(std::sync::atomic::Ordering::Relaxed), 1);
    bench.clock.set(INPUT_POLL_INSNS);
    bench.read(LSR);
    assert_eq!(calls.load(std::sync::atomic::Ordering::Relaxed), 2);
}

#[test]
fn any_width_moves_one_register_and_the_rest_of_the_window_faults() {
    let mut bench = Bench::new();
    bench.uart.write(SCR, Width::B4, 0x1234_5678).unwrap();
    assert_eq!(bench.uart.read(SCR, Width::B4), Ok(0x78));
    assert_eq!(bench.uart.read(8, Width::B1), Err(BusFault));
    assert_eq!(bench.uart.write(WINDOW_BYTES - 1, Width::B1, 0), Err(BusFault));
}
