//! The PL011 UART (Arm PrimeCell UART, DDI 0183, r1p5), as on QEMU's Arm `virt`.
//!
//! | offset | register |
//! |---|---|
//! | 0x000 | `UARTDR`: a character |
//! | 0x004 | `UARTRSR`, `UARTECR`: receive errors; any write clears them |
//! | 0x018 | `UARTFR`: flags |
//! | 0x020 | `UARTILPR` |
//! | 0x024, 0x028 | `UARTIBRD`, `UARTFBRD`: the divisor |
//! | 0x02c | `UARTLCR_H` |
//! | 0x030 | `UARTCR` |
//! | 0x034 | `UARTIFLS`: levels at which the FIFOs interrupt |
//! | 0x038, 0x03c, 0x040, 0x044 | `UARTIMSC`, `UARTRIS`, `UARTMIS`, `UARTICR`: interrupts |
//! | 0x048 | `UARTDMACR` |
//! | 0xfe0 to 0xffc | identification |
//!
//! Characters take no time: what is written is printed at once, so the transmitter is always empty, and each character
//! raises the transmit interrupt as if it had been the one that left. What is received waits in the console until there is
//! room, so nothing is overrun outside loopback; and as it does not trickle in, the receive timeout of a FIFO below its
//! level is immediate. As in QEMU, a UART that is not enabled prints too: programs written for `virt` rely on it. Absent:
//! parity, framing and break errors, IrDA, DMA, and everything that the divisor would slow down.
//!
//! An access of 1, 2 or 4 bytes moves the register that its offset lies in. What is not a register reads 0 and ignores
//! writes.

use emu_mem::{BusFault, Device, Width};

use crate::Timed;
use crate::clock::{Clock, Deadline};
use crate::console::Console;
use crate::irq::Line;
use crate::receiver::Receiver;

/// Size of the register window.
pub const WINDOW_BYTES: u64 = 0x1000;

const DR: u64 = 0x000;
const RSR_ECR: u64 = 0x004;
const FR: u64 = 0x018;
const ILPR: u64 = 0x020;
const IBRD: u64 = 0x024;
const FBRD: u64 = 0x028;
const LCR_H: u64 = 0x02c;
const CR: u64 = 0x030;
const IFLS: u64 = 0x034;
const IMSC: u64 = 0x038;
const RIS: u64 = 0x03c;
const MIS: u64 = 0x040;
const ICR: u64 = 0x044;
const DMACR: u64 = 0x048;
const ID: u64 = 0xfe0;

/// `UARTPeriphID0` to `3`, `UARTPCellID0` to `3`: part 0x011 of designer 0x41, revision 1.
const IDENTIFICATION: [u8; 8] = [0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

const FR_CTS: u32 = 1 << 0;
const FR_DSR: u32 = 1 << 1;
const FR_DCD: u32 = 1 << 2;
const FR_RXFE: u32 = 1 << 4;
const FR_RXFF: u32 = 1 << 6;
const FR_TXFE: u32 = 1 << 7;
const FR_RI: u32 = 1 << 8;

const LCR_FEN: u32 = 1 << 4;

const CR_LBE: u32 = 1 << 7;
const CR_DTR: u32 = 1 << 10;
const CR_RTS: u32 = 1 << 11;
const CR_OUT1: u32 = 1 << 12;
const CR_OUT2: u32 = 1 << 13;
/// TXE and RXE.
const CR_RESET: u32 = 0x300;
/// Both FIFOs at a half.
const IFLS_RESET: u32 = 0x12;

const INT_RX: u32 = 1 << 4;
const INT_TX: u32 = 1 << 5;
const INT_RT: u32 = 1 << 6;
const INT_OE: u32 = 1 << 10;
/// The interrupts of the four modem inputs, in the order RI, CTS, DCD, DSR of their bits.
const MODEM: [(u32, u32); 4] = [(1 << 0, FR_RI), (1 << 1, FR_CTS), (1 << 2, FR_DCD), (1 << 3, FR_DSR)];
const INT_ALL: u32 = 0x7ff;

/// The overrun flag: in `UARTRSR`, and at bit 11 of a character read.
const RSR_OE: u32 = 1 << 3;

/// Depth of each FIFO.
const FIFO_BYTES: usize = 16;

/// The device.
#[derive(Debug)]
pub struct Pl011 {
    console: Console,
    line: Line,
    deadline: Deadline,
    received: Receiver,
    /// A character was lost since the last one was read.
    overrun: bool,
    rsr: u32,
    ilpr: u32,
    ibrd: u32,
    fbrd: u32,
    lcr: u32,
    cr: u32,
    ifls: u32,
    imsc: u32,
    ris: u32,
    dmacr: u32,
}

impl Pl011 {
    /// A UART on `console`, after a reset.
    pub fn new(clock: Clock, console: Console, line: Line) -> Self {
        Self {
            received: Receiver::new(clock, console.clone()),
            console,
            line,
            deadline: Deadline::new(),
            overrun: false,
            rsr: 0,
            ilpr: 0,
            ibrd: 0,
            fbrd: 0,
            lcr: 0,
            cr: CR_RESET,
            ifls: IFLS_RESET,
            imsc: 0,
            ris: 0,
            dmacr: 0,
        }
    }

    /// When the receiver next looks for input by itself: only while its interrupts are enabled and input may come.
    pub fn deadline(&self) -> Deadline {
        self.deadline.clone()
    }

    fn fifo(&self) -> bool {
        self.lcr & LCR_FEN != 0
    }

    fn capacity(&self) -> usize {
        if self.fifo() { FIFO_BYTES } else { 1 }
    }

    /// So many characters raise the receive interrupt: eighths of the FIFO, by `RXIFLSEL`.
    fn receive_level(&self) -> usize {
        if !self.fifo() {
            return 1;
        }
        match self.ifls >> 3 & 7 {
            0 => FIFO_BYTES / 8,
            1 => FIFO_BYTES / 4,
            2 => FIFO_BYTES / 2,
            3 => FIFO_BYTES * 3 / 4,
            4 => FIFO_BYTES * 7 / 8,
            // Reserved: as at reset.
            _ => FIFO_BYTES / 2,
        }
    }

    fn loopback(&self) -> bool {
        self.cr & CR_LBE != 0
    }

    /// Moves input from the console into the FIFO. In loopback the serial input is cut off.
    fn receive(&mut self) {
        if !self.loopback() && self.received.fill(self.capacity()) {
            self.arrived();
        }
    }

    /// Raises what characters raise that have just come (sections 3.4.1 and 3.4.4).
    fn arrived(&mut self) {
        if self.received.len() >= self.receive_level() {
            self.ris |= INT_RX;
        } else {
            self.ris |= INT_RT;
        }
    }

    fn read_data(&mut self) -> u32 {
        self.receive();
        let Some(byte) = self.received.pop() else { return 0 };
        self.rsr = if std::mem::take(&mut self.overrun) { RSR_OE } else { 0 };
        self.receive();
        if self.received.len() < self.receive_level() {
            self.ris &= !INT_RX;
        }
        if self.received.is_empty() {
            self.ris &= !INT_RT;
        }
        u32::from(byte) | self.rsr << 8
    }

    fn transmit(&mut self, byte: u8) {
        if !self.loopback() {
            self.console.put(byte);
        } else if self.received.len() < self.capacity() {
            self.received.push(byte);
            self.arrived();
        } else {
            self.overrun = true;
            self.ris |= INT_OE;
        }
        self.ris |= INT_TX;
    }

    /// The modem inputs, which nobody drives outside loopback.
    fn modem(&self) -> u32 {
        let outputs = [(CR_RTS, FR_CTS), (CR_DTR, FR_DSR), (CR_OUT1, FR_DCD), (CR_OUT2, FR_RI)];
        let high = outputs.into_iter().filter(|(output, _)| self.loopback() && self.cr & output != 0);
        high.fold(0, |flags, (_, input)| flags | input)
    }

    fn flags(&self) -> u32 {
        let empty = if self.received.is_empty() { FR_RXFE } else { 0 };
        let full = if self.received.len() >= self.capacity() { FR_RXFF } else { 0 };
        FR_TXFE | empty | full | self.modem()
    }

    fn set_cr(&mut self, value: u32) {
        let before = self.modem();
        self.cr = value & 0xffff;
        let changed = before ^ self.modem();
        self.ris |= MODEM.into_iter().filter(|(_, input)| changed & input != 0).fold(0, |all, (bit, _)| all | bit);
    }

    fn set_lcr(&mut self, value: u32) {
        if (self.lcr ^ value) & LCR_FEN != 0 {
            self.received.clear();
            self.ris &= !(INT_RX | INT_RT);
        }
        self.lcr = value & 0xff;
    }

    fn read_register(&mut self, register: u64) -> u32 {
        match register {
            DR => self.read_data(),
            RSR_ECR => self.rsr,
            FR => {
                self.receive();
                self.flags()
            }
            ILPR => self.ilpr,
            IBRD => self.ibrd,
            FBRD => self.fbrd,
            LCR_H => self.lcr,
            CR => self.cr,
            IFLS => self.ifls,
            IMSC => self.imsc,
            RIS => {
                self.receive();
                self.ris
            }
            MIS => {
                self.receive();
                self.ris & self.imsc
            }
            DMACR => self.dmacr,
            ID.. => u32::from(IDENTIFICATION[(register - ID) as usize / 4]),
            _ => 0,
        }
    }

    fn write_register(&mut self, register: u64, value: u32) {
        match register {
            DR => self.transmit(value as u8),
            RSR_ECR => self.rsr = 0,
            ILPR => self.ilpr = value & 0xff,
            IBRD => self.ibrd = value & 0xffff,
            FBRD => self.fbrd = value & 0x3f,
            LCR_H => self.set_lcr(value),
            CR => self.set_cr(value),
            IFLS => self.ifls = value & 0x3f,
            IMSC => self.imsc = value & INT_ALL,
            ICR => self.ris &= !value,
            DMACR => self.dmacr = value & 7,
            _ => {}
        }
    }

    /// The line's level, and when to look for input next.
    fn update(&mut self) {
        let listens = self.imsc & (INT_RX | INT_RT) != 0 && !self.loopback();
        if listens {
            self.receive();
        }
        self.line.set(self.ris & self.imsc != 0);
        self.deadline.set(if listens { self.received.next_fill(self.capacity()) } else { None });
    }
}

impl Device for Pl011 {
    fn read(&mut self, offset: u64, width: Width) -> Result<u64, BusFault> {
        if width == Width::B8 {
            return Err(BusFault);
        }
        let value = self.read_register(offset & !3);
        self.update();
        Ok(u64::from(value))
    }

    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault> {
        if width == Width::B8 {
            return Err(BusFault);
        }
        self.write_register(offset & !3, value as u32);
        self.update();
        Ok(())
    }
}

impl Timed for Pl011 {
    fn tick(&mut self) {
        self.update();
    }
}

#[cfg(test)]
#[path = "pl011/tests.rs"]
mod tests;
