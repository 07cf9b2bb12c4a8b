//! Devices, interrupt lines, virtual time and boards. Nothing here knows a CPU: a device sees offsets and values,
//! raises lines, and reads one clock.
//!
//! # The shape of a device
//!
//! Every device is one file with the same few parts, in this order:
//!
//! 1. The head: which part it models, after which data sheet, and what it deliberately leaves out.
//! 2. `WINDOW_BYTES`, the size of its place in the address map, and its registers as named offsets.
//! 3. The struct: register state, and the handles through which it reaches the world. There are only five:
//!    [`clock::Clock`] (what time is it), [`irq::Line`] (tell a hart or an interrupt controller), [`console::Console`]
//!    (characters), [`power::Power`] (end the run) and [`requester::Requester`] (whose access it is). A device never sees the bus, another device or the host. Devices with
//!    DMA ([`virtio`]) also have the machine's [`Memory`](emu_mem::Memory), and disks are the host's files.
//! 4. `impl Device`: `read` and `write`. A register that does not exist reads 0 and ignores writes where the data sheet
//!    says so; an access of a width the part refuses is a [`BusFault`], which the hart sees as an access fault.
//! 5. `update`: the one place that computes the level of the device's line from its registers. Whatever changes a
//!    register calls it afterwards, so a line can never be forgotten.
//! 6. [`Timed`], if something happens in the device without being accessed.
//! 7. Its tests: registers as the data sheet tells them, and the line raised *and* lowered.
//!
//! # Time
//!
//! There is one time, [`clock::Clock`], and it counts retired instructions. A device that wants to be called back
//! publishes the instruction at which it is due in a [`clock::Deadline`]; the board's `next_event` is the least of
//! them, and the machine calls the board's `tick` when that instruction is reached. Host time occurs nowhere in this
//! crate, so a run repeats exactly. The exception is console input that arrives while a guest runs: what a person types
//! is not repeatable.
//!
//! # What is not on the bus
//!
//! Arm's harts reach some parts by system registers or calls: [`generic_timer`], the CPU interfaces of [`gic::v3`] and [`psci`]. These
//! have methods in place of `impl Device`, of which the hart that executes the instruction calls one; encodings and access
//! rights are the hart's business.
//!
//! # Sharing
//!
//! The bus owns its devices, and a few of them are needed by the board as well (to tick them, to wire a line into
//! them). [`Shared`] is that: one device behind a lock, of which the bus holds one handle and the board another. Locks
//! are taken in one direction only - a device may raise a line while it holds its own lock, an interrupt controller
//! calls nobody.

#![forbid(unsafe_code)]

pub mod aclint_sswi;
pub mod board;
pub mod clint;
pub mod clock;
pub mod console;
pub mod fdt;
pub mod finisher;
pub mod flash;
pub mod generic_timer;
pub mod gic;
pub mod htif;
pub mod irq;
pub mod pl011;
pub mod pl031;
pub mod plic;
pub mod power;
pub mod psci;
pub mod random;
pub mod requester;
pub mod roi;
pub mod rtc;
pub mod semihosting;
pub mod testbench;
pub mod uart16550;
pub mod virtio;

pub use emu_mem::{BusFault, Device, Width};
pub use shared::{Shared, Timed};

mod receiver;
mod shared;
