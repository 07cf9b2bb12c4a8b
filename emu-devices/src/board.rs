//! Boards: an address map with its devices, wired to harts that come later. The harts and the run loop belong to the
//! machine.
//!
//! A board is first a [`Description`]: plain data, either built in ([`riscv_virt`], [`arm_virt`], [`spike`], [`testbench`]) or read
//! from a TOML file. [`Description::build`] is the only way from there to a [`Board`]; it checks everything and names
//! what is wrong. A reset of the whole machine is nothing but building the same description again.
//!
//! # How a hart starts
//!
//! QEMU and Spike start their harts in a small ROM at 0x1000 that loads `a0` with the hart's number and `a1` with the
//! address of the device tree, and jumps to the program. Here there is no such ROM: the machine presets those registers
//! and starts at [`Board::reset_pc`], or at the program's entry if the board does not say. The program sees the same,
//! and the count of its instructions is its own from the first one on.

use std::fmt;
use std::sync::Arc;

use emu_mem::{Bus, GuestPhys};

use crate::clock::{Clock, Deadline, Mtime};
use crate::console::Console;
use crate::generic_timer::GenericTimers;
use crate::gic::Gic;
use crate::htif::{self, Htif};
use crate::irq::HartLines;
use crate::power::Power;
use crate::psci::Psci;
use crate::requester::Requester;
use crate::roi::Roi;
use crate::semihosting::{Folder, Semihosting};
use crate::testbench::Records;
use crate::{Shared, Timed};

pub mod arm_virt;
mod build;
mod check;
mod description;
mod error;
mod quantity;
pub mod riscv_virt;
pub mod spike;
pub mod testbench;

pub use build::Options;
pub use check::{DEVICE_ALIGNMENT, MAX_DEVICES, MAX_HARTS, MAX_RAM_BYTES, MAX_REGIONS, MAX_ROM_BYTES};
pub use description::{Arch, Description, DeviceEntry, DeviceKind, MAX_FILE_BYTES, RamEntry, RomEntry};
pub use error::{Error, Place, Problem};
pub use quantity::parse_quantity;

/// The names of the built-in boards.
pub const BUILT_IN: [&str; 4] = ["virt", "spike", "testbench", "arm-virt"];

/// The built-in board of that name, if there is one: one of [`BUILT_IN`].
pub fn built_in(name: &str) -> Option<Description> {
    match name {
        "virt" => Some(riscv_virt::description()),
        "spike" => Some(spike::description()),
        "testbench" => Some(testbench::description()),
        "arm-virt" => Some(arm_virt::description(arm_virt::GicVersion::default())),
        _ => None,
    }
}

/// A finished board: everything of a machine except its harts.
pub struct Board {
    /// The board's name.
    pub name: String,
    /// Whose harts it has.
    pub arch: Arch,
    /// RAM, ROM and devices; [`Bus::memory`] is its memory part.
    pub bus: Arc<Bus>,
    /// Virtual time. The machine sets it before each device access and each [`tick`](Self::tick).
    pub clock: Clock,
    /// How the run ends; look at it after each device access.
    pub power: Power,
    /// The console that all devices share.
    pub console: Console,
    /// The interrupt pins of each hart: their number is the number of harts.
    pub lines: Vec<HartLines>,
    /// The counter behind `mtime` and the `time` CSR; there even without a CLINT.
    pub mtime: Mtime,
    /// What the guest has recorded through a testbench device.
    pub records: Shared<Records>,
    /// Whose access the bus sees. The machine sets it when another hart's turn begins.
    pub requester: Requester,
    /// What Arm's harts reach by system registers and calls; none on other boards.
    pub arm: Option<Arm>,
    /// What the guest says of its regions of interest; look at it after each device access.
    pub roi: Roi,
    /// Where the harts start; none if they start at the program's entry.
    pub reset_pc: Option<GuestPhys>,
    /// The ISA string the board asks for, if it does.
    pub isa: Option<String>,
    /// The device tree, which is in RAM already. Its address belongs into `a1` at reset, on an Arm board into `x0`; without one
    /// that register is 0.
    pub device_tree: Option<DeviceTree>,
    folder: Option<Folder>,
    timed: Vec<Timer>,
}

/// What belongs to a board and yet is not on its bus, because Arm's harts reach it otherwise.
#[derive(Clone, Debug)]
pub struct Arm {
    /// The generic timers of all harts.
    pub timers: Shared<GenericTimers>,
    /// The interrupt controller; version 3 has its CPU interfaces in system registers.
    pub gic: Option<Gic>,
    /// The firmware that powers harts on and off. All but the first are off at the start.
    pub psci: Shared<Psci>,
}

/// A flattened device tree and its place in RAM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceTree {
    /// Its first byte, 8-byte aligned.
    pub address: GuestPhys,
    /// The blob.
    pub bytes: Vec<u8>,
}

/// A device that ticks.
struct Timer {
    deadline: Deadline,
    device: Box<dyn Timed>,
    /// It ticks only to look for console input.
    input: bool,
}

impl Board {
    /// The instruction time at which the next tick is due, if there is one. Costs one load for each device that ticks.
    pub fn next_event(&self) -> Option<u64> {
        self.timed.iter().filter_map(|timer| timer.deadline.get()).min()
    }

    /// Whether [`next_event`](Self::next_event) is only a look for console input. If all harts wait, the machine may
    /// then rest a moment of host time instead of burning the host.
    pub fn waits_only_for_input(&self) -> bool {
        let mut due = self.timed.iter().filter(|timer| timer.deadline.get().is_some()).peekable();
        due.peek().is_some() && due.all(|timer| timer.input)
    }

    /// Does everything that is due at the clock's present time.
    pub fn tick(&mut self) {
        let now = self.clock.now();
        for timer in &mut self.timed {
            if timer.deadline.get().is_some_and(|at| at <= now) {
                timer.device.tick();
            }
        }
    }

    /// Connects the program's `tohost` and, if it has it, `fromhost`: see [`htif`].
    ///
    /// # Errors
    /// [`emu_mem::Error`] if `tohost` is not in RAM.
    pub fn attach_htif(&mut self, tohost: GuestPhys, fromhost: Option<GuestPhys>) -> Result<(), emu_mem::Error> {
        let (clock, console, power) = (self.clock.clone(), self.console.clone(), self.power.clone());
        let htif = Htif::new(tohost, fromhost, self.bus.memory().clone(), clock, console, power);
        let deadline = htif.deadline();
        let htif = Shared::new(htif);
        self.bus.watch(tohost, htif::WORD_BYTES, Box::new(htif.clone()))?;
        self.timed.push(Timer { deadline, device: Box::new(htif), input: true });
        Ok(())
    }

    /// Semihosting on this board's console, clock and power, for a program with the given command line.
    pub fn semihosting(&self, command_line: &str) -> Semihosting {
        let (clock, console, power) = (self.clock.clone(), self.console.clone(), self.power.clone());
        let debugger = Semihosting::new(clock, console, power, self.roi.clone(), command_line.to_owned());
        debugger.with_folder(self.folder.clone())
    }

    /// Writes the device tree to its place again, for when loading a program may have gone over it.
    pub fn write_device_tree(&self) {
        if let Some(tree) = &self.device_tree {
            let written = self.bus.memory().write_bytes(tree.address, &tree.bytes);
            written.expect("the board has put its tree into its own RAM");
        }
    }
}

impl fmt::Debug for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Board")
            .field("name", &self.name)
            .field("bus", &self.bus)
            .field("harts", &self.lines.len())
            .field("reset_pc", &self.reset_pc)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
