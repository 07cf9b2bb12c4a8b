//! The 16550A UART (TI/National PC16550D data sheet), with its eight 8-bit registers one byte apart, as on QEMU's
//! `virt` and in current Spike.
//!
//! | offset | read | write |
//! |---|---|---|
//! | 0 | RBR, DLL if DLAB | THR, DLL if DLAB |
//! | 1 | IER, DLM if DLAB | IER, DLM if DLAB |
//! | 2 | IIR | FCR |
//! | 3 | LCR | LCR |
//! | 4 | MCR | MCR |
//! | 5 | LSR | - |
//! | 6 | MSR | - |
//! | 7 | SCR | SCR |
//!
//! Characters take no time: what is written is printed at once, and the transmitter is always empty. What is received
//! waits in the console until there is room, so nothing is ever overrun outside loopback; and as it does not trickle
//! in, the "character timeout" of a FIFO that holds less than its trigger level is immediate. Absent: parity, framing
//! and break conditions, DMA signalling, and everything the divisor would slow down.
//!
//! An access of any width moves the one register at its offset, as QEMU has it; offsets from 8 on are an access fault.

use emu_mem::{BusFault, Device, Width};

use crate::Timed;
use crate::clock::{Clock, Deadline};
use crate::console::Console;
use crate::irq::Line;
use crate::receiver::Receiver;

/// Size of the window that device trees state; only the first 8 bytes are registers.
pub const WINDOW_BYTES: u64 = 0x100;

pub use crate::receiver::INPUT_POLL_INSNS;

const DATA: u64 = 0;
const IER: u64 = 1;
const IIR_FCR: u64 = 2;
const LCR: u64 = 3;
const MCR: u64 = 4;
const LSR: u64 = 5;
const MSR: u64 = 6;
const SCR: u64 = 7;

const IER_RECEIVED: u8 = 1;
const IER_TRANSMITTER_EMPTY: u8 = 2;
const IER_LINE_STATUS: u8 = 4;
const IER_MODEM_STATUS: u8 = 8;

const IIR_MODEM_STATUS: u8 = 0x0;
const IIR_NONE: u8 = 0x1;
const IIR_TRANSMITTER_EMPTY: u8 = 0x2;
const IIR_RECEIVED: u8 = 0x4;
const IIR_LINE_STATUS: u8 = 0x6;
const IIR_TIMEOUT: u8 = 0xc;
const IIR_FIFOS: u8 = 0xc0;

const FCR_ENABLE: u8 = 1;
const FCR_CLEAR_RECEIVER: u8 = 2;

const LCR_DLAB: u8 = 0x80;

const MCR_LOOP: u8 = 0x10;

const LSR_DATA: u8 = 0x01;
const LSR_OVERRUN: u8 = 0x02;
/// THRE and TEMT: always set.
const LSR_EMPTY: u8 = 0x60;

const MSR_RING_FELL: u8 = 0x04;
const MSR_RING: u8 = 0x40;
/// CTS, DSR and DCD of a peer that is always there.
const MSR_PEER: u8 = 0xb0;

const FIFO_BYTES: usize = 16;

/// The device.
#[derive(Debug)]
pub struct Uart16550 {
    console: Console,
    line: Line,
    deadline: Deadline,
    divisor: [u8; 2],
    ier: u8,
    /// The FCR bits that stay: enable and trigger level.
    fcr: u8,
    lcr: u8,
    mcr: u8,
    msr: u8,
    scr: u8,
    overrun: bool,
    /// The transmitter became empty and nobody has been told.
    transmitter_empty: bool,
    received: Receiver,
}

impl Uart16550 {
    /// A UART on `console`, after a reset.
    pub fn new(clock: Clock, console: Console, line: Line) -> Self {
        Self {
            received: Receiver::new(clock, console.clone()),
            console,
            line,
            deadline: Deadline::new(),
            divisor: [0; 2],
            ier: 0,
            fcr: 0,
            lcr: 0,
            mcr: 0,
            msr: MSR_PEER,
            scr: 0,
            overrun: false,
            transmitter_empty: false,
        }
    }

    /// When the receiver next looks for input by itself: only while its interrupt is enabled and input may come.
    pub fn deadline(&self) -> Deadline {
        self.deadline.clone()
    }

    fn capacity(&self) -> usize {
        if self.fcr & FCR_ENABLE != 0 { FIFO_BYTES } else { 1 }
    }

    fn trigger_level(&self) -> usize {
        match self.fcr & (FCR_ENABLE | 0xc0) {
            0xc1 => 14,
            0x81 => 8,
            0x41 => 4,
            _ => 1,
        }
    }

    fn loopback(&self) -> bool {
        self.mcr & MCR_LOOP != 0
    }

    /// Moves input from the console into the receiver, as far as there is room. In loopback the serial input is cut
    /// off.
    fn receive(&mut self) {
        if !self.loopback() {
            self.received.fill(self.capacity());
        }
    }

    fn transmit(&mut self, byte: u8) {
        if !self.loopback() {
            self.console.put(byte);
        } else if self.received.len() < self.capacity() {
            self.received.push(byte);
        } else {
            self.overrun = true;
            // Without a FIFO the new character overwrites the old one, with it the new one is lost (section 8.4).
            if self.capacity() == 1 {
                self.received.overwrite(byte);
            }
        }
        self.transmitter_empty = true;
    }

    fn lsr(&self) -> u8 {
        LSR_EMPTY | if self.received.is_empty() { 0 } else { LSR_DATA } | if self.overrun { LSR_OVERRUN } else { 0 }
    }

    /// The interrupt of the highest priority that is enabled and pending (table 5 of the data sheet).
    fn interrupt(&self) -> u8 {
        if self.ier & IER_LINE_STATUS != 0 && self.overrun {
            IIR_LINE_STATUS
        } else if self.ier & IER_RECEIVED != 0 && !self.received.is_empty() {
            if self.received.len() >= self.trigger_level() { IIR_RECEIVED } else { IIR_TIMEOUT }
        } else if self.ier & IER_TRANSMITTER_EMPTY != 0 && self.transmitter_empty {
            IIR_TRANSMITTER_EMPTY
        } else if self.ier & IER_MODEM_STATUS != 0 && self.msr & 0x0f != 0 {
            IIR_MODEM_STATUS
        } else {
            IIR_NONE
        }
    }

    /// The modem inputs: in loopback they follow MCR's outputs.
    fn set_mcr(&mut self, value: u8) {
        self.mcr = value & 0x1f;
        let inputs = if self.loopback() {
            let (dtr, rts, out1, out2) = (value & 1, value >> 1 & 1, value >> 2 & 1, value >> 3 & 1);
            rts << 4 | dtr << 5 | out1 << 6 | out2 << 7
        } else {
            MSR_PEER
        };
        let before = self.msr & 0xf0;
        let mut changed = (before ^ inputs) >> 4;
        // Of the ring indicator only the trailing edge counts.
        if inputs & MSR_RING != 0 {
            changed &= !MSR_RING_FELL;
        }
        self.msr = inputs | self.msr & 0x0f | changed;
    }

    fn set_fcr(&mut self, value: u8) {
        if (self.fcr ^ value) & FCR_ENABLE != 0 || value & FCR_CLEAR_RECEIVER != 0 {
            self.received.clear();
        }
        // The other bits are not programmed unless the FIFOs are on (section 8.5).
        self.fcr = if value & FCR_ENABLE != 0 { value & (FCR_ENABLE | 0xc0) } else { 0 };
    }

    fn read_register(&mut self, register: u64) -> u8 {
        match register {
            DATA | IER if self.lcr & LCR_DLAB != 0 => self.divisor[register as usize],
            DATA => {
                self.receive();
                self.received.pop().unwrap_or(0)
            }
            IER => self.ier,
            IIR_FCR => {
                let interrupt = self.interrupt();
                if interrupt == IIR_TRANSMITTER_EMPTY {
                    self.transmitter_empty = false;
                }
                interrupt | if self.fcr & FCR_ENABLE != 0 { IIR_FIFOS } else { 0 }
            }
            LCR => self.lcr,
            MCR => self.mcr,
            LSR => {
                self.receive();
                let lsr = self.lsr();
                self.overrun = false;
                lsr
            }
            MSR => {
                let msr = self.msr;
                self.msr &= 0xf0;
                msr
            }
            _ => self.scr,
        }
    }

    fn write_register(&mut self, register: u64, value: u8) {
        match register {
            DATA | IER if self.lcr & LCR_DLAB != 0 => self.divisor[register as usize] = value,
            DATA => self.transmit(value),
            IER => {
                // Enabling the interrupt while the transmitter is empty raises it.
                self.transmitter_empty |= value & !self.ier & IER_TRANSMITTER_EMPTY != 0;
                self.ier = value & 0x0f;
            }
            IIR_FCR => self.set_fcr(value),
            LCR => self.lcr = value,
            MCR => self.set_mcr(value),
            SCR => self.scr = value,
            _ => {}
        }
    }

    /// The line's level, and when to look for input next.
    fn update(&mut self) {
        let listens = self.ier & IER_RECEIVED != 0 && !self.loopback();
        if listens {
            self.receive();
        }
        self.line.set(self.interrupt() != IIR_NONE);
        self.deadline.set(if listens { self.received.next_fill(self.capacity()) } else { None });
    }
}

impl Device for Uart16550 {
    fn read(&mut self, offset: u64, _width: Width) -> Result<u64, BusFault> {
        if offset > SCR {
            return Err(BusFault);
        }
        let value = self.read_register(offset);
        self.update();
        Ok(u64::from(value))
    }

    fn write(&mut self, offset: u64, _width: Width, value: u64) -> Result<(), BusFault> {
        if offset > SCR {
            return Err(BusFault);
        }
        self.write_register(offset, value as u8);
        self.update();
        Ok(())
    }
}

impl Timed for Uart16550 {
    fn tick(&mut self) {
        self.update();
    }
}

#[cfg(test)]
#[path = "uart16550/tests.rs"]
mod tests;
