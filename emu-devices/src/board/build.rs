//! From a description to a board: the one constructor path.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use emu_mem::{Bus, BusBuilder, Device, GuestPhys, Memory};

use super::check::check;
use super::description::{Arch, Description, DeviceEntry, DeviceKind, RomEntry};
use super::error::{Error, Problem};
use super::{Arm, Board, DeviceTree, Timer};
use crate::aclint_sswi::AclintSswi;
use crate::clint::Clint;
use crate::clock::{Clock, Deadline, Mtime, Timebase};
use crate::console::Console;
use crate::fdt;
use crate::finisher::Finisher;
use crate::flash::Flash;
use crate::generic_timer::GenericTimers;
use crate::gic::Gic;
use crate::gic::v2::Gicv2;
use crate::gic::v3::Gicv3;
use crate::irq::{HartLines, Line};
use crate::pl011::Pl011;
use crate::pl031::Pl031;
use crate::plic::Plic;
use crate::power::Power;
use crate::psci::{Conduit, Psci};
use crate::requester::Requester;
use crate::roi::Roi;
use crate::rtc::Rtc;
use crate::semihosting::Folder;
use crate::testbench::{Records, Testbench};
use crate::uart16550::Uart16550;
use crate::virtio::block::{Block, Disk, DiskSpec, Shelf};
use crate::virtio::empty_slot::EmptySlot;
use crate::virtio::mmio::Mmio;
use crate::{Shared, Timed};

/// What a user may decide beside the board itself.
#[derive(Clone, Debug)]
pub struct Options {
    /// Size of the main RAM in bytes, instead of the board's.
    pub memory_bytes: Option<u64>,
    /// Number of harts, instead of the board's.
    pub harts: Option<u64>,
    /// The ISA string that the device tree tells, or the processor's name on an Arm board; without it the board's.
    pub isa: Option<String>,
    /// The largest address-translation mode that the device tree tells, such as `riscv,sv57`; none if harts have no
    /// MMU.
    pub mmu_type: Option<String>,
    /// How Arm's harts call PSCI: the device tree tells.
    pub psci: Conduit,
    /// The kernel command line in the device tree.
    pub bootargs: Option<String>,
    /// Disks, for the board's free virtio-mmio slots: the first goes into the highest one, as QEMU has it.
    pub disks: Vec<Disk>,
    /// Disks that the board itself names. A clone of these options finds them as they are.
    pub shelf: Shelf,
    /// The folder whose files a program can use by semihosting.
    pub semihosting: Option<Folder>,
    /// Where the random numbers that a guest can see start.
    pub seed: u64,
    /// The console.
    pub console: Console,
}

impl Options {
    /// The board as it is, with its console on `console` and the seed 0.
    pub fn new(console: Console) -> Self {
        Self {
            memory_bytes: None,
            harts: None,
            isa: None,
            mmu_type: None,
            psci: Conduit::default(),
            bootargs: None,
            disks: Vec::new(),
            shelf: Shelf::default(),
            semihosting: None,
            seed: 0,
            console,
        }
    }
}

impl Description {
    /// Builds the board.
    ///
    /// # Errors
    /// [`Error`], whose text names the file, the key and the remedy: whatever does not make sense, a ROM file that
    /// cannot be read or does not fit, memory that the host does not have.
    pub fn build(&self, options: &Options) -> Result<Board, Error> {
        let mut board = self.clone();
        if let (Some(bytes), Some(main)) = (options.memory_bytes, board.ram.first_mut()) {
            main.size = bytes;
        }
        board.harts = options.harts.unwrap_or(board.harts);
        board.isa = options.isa.clone().or(board.isa);
        assemble(&board, options).map_err(|problem| Error::new(&self.origin, problem))
    }
}

fn assemble(board: &Description, options: &Options) -> Result<Board, Problem> {
    let timebase = check(board)?;
    let lines: Vec<_> = (0..board.harts).map(|_| HartLines::new()).collect();
    let clock = Clock::new();
    let mut bus = BusBuilder::new();
    for ram in &board.ram {
        bus.ram(&ram.name, GuestPhys(ram.base), ram.size).map_err(Problem::Memory)?;
    }
    for rom in &board.rom {
        bus.rom(&rom.name, GuestPhys(rom.base), rom.size).map_err(Problem::Memory)?;
    }
    let mut bus = bus.build().map_err(Problem::Memory)?;
    let power = Power::new();
    let mut parts = Parts {
        memory: bus.memory().clone(),
        disks: plug(board, options)?,
        mtime: Mtime::new(clock.clone(), timebase),
        clock,
        console: options.console.clone(),
        roi: Roi::new(power.clone()),
        power,
        records: Shared::default(),
        requester: Requester::new(),
        controller: None,
        lines,
        timed: Vec::new(),
    };
    parts.controller = parts.controller(board);

    for (i, entry) in board.devices.iter().enumerate() {
        let device = parts.make(i, entry);
        let kind = entry.kind;
        bus.attach(kind.name(), GuestPhys(entry.base), entry.window_bytes(), device).map_err(Problem::Memory)?;
    }
    for (i, rom) in board.rom.iter().enumerate() {
        fill(&bus, &format!("rom[{i}]"), rom, board)?;
    }
    let device_tree = if board.device_tree { Some(plant(board, options)?) } else { None };

    let arm = (board.arch == Arch::Aarch64).then(|| parts.arm(timebase));
    let finished = Board {
        name: board.name.clone(),
        arch: board.arch,
        bus: bus.into(),
        clock: parts.clock,
        power: parts.power,
        console: parts.console,
        lines: parts.lines,
        mtime: parts.mtime,
        records: parts.records,
        requester: parts.requester,
        arm,
        roi: parts.roi,
        reset_pc: board.reset_pc.map(GuestPhys),
        isa: board.isa.clone(),
        device_tree,
        folder: options.semihosting.clone(),
        timed: parts.timed,
    };
    finished.write_device_tree();
    Ok(finished)
}

fn has(board: &Description, kind: DeviceKind) -> bool {
    board.devices.iter().any(|device| device.kind == kind)
}

/// Which disk is in which device, by the device's index.
fn plug(board: &Description, options: &Options) -> Result<BTreeMap<usize, Disk>, Problem> {
    let mut plugged = BTreeMap::new();
    let mut free = Vec::new();
    for (i, entry) in board.devices.iter().enumerate().filter(|(_, entry)| entry.kind == DeviceKind::VirtioMmio) {
        let Some(text) = &entry.disk else {
            free.push(i);
            continue;
        };
        let mut spec = DiskSpec::parse(text);
        spec.path = board.folder.join(spec.path);
        let opened = options.shelf.open(&spec);
        plugged.insert(i, opened.map_err(|error| Problem::Disk { key: format!("devices[{i}].disk"), error })?);
    }
    free.sort_by_key(|&i| board.devices[i].base);
    let slots = free.len();
    for disk in &options.disks {
        let i = free.pop().ok_or_else(|| Problem::NoSlot { disk: disk.name().to_owned(), slots })?;
        plugged.insert(i, disk.clone());
    }
    Ok(plugged)
}

/// The handles that devices are built from.
struct Parts {
    memory: Memory,
    disks: BTreeMap<usize, Disk>,
    clock: Clock,
    mtime: Mtime,
    console: Console,
    power: Power,
    records: Shared<Records>,
    requester: Requester,
    controller: Option<Controller>,
    roi: Roi,
    lines: Vec<HartLines>,
    timed: Vec<Timer>,
}

/// What interrupts are wired to.
#[derive(Clone)]
enum Controller {
    Plic(Shared<Plic>),
    Gic(Gic),
}

impl Parts {
    /// The board's interrupt controller, which comes before what is wired to it.
    fn controller(&self, board: &Description) -> Option<Controller> {
        if has(board, DeviceKind::Plic) {
            Some(Controller::Plic(Shared::new(Plic::new(&self.lines))))
        } else if has(board, DeviceKind::GicV2) {
            let gic = Gicv2::new(&self.lines, self.requester.clone());
            Some(Controller::Gic(Gic::V2(Shared::new(gic))))
        } else if has(board, DeviceKind::GicV3) {
            Some(Controller::Gic(Gic::V3(Shared::new(Gicv3::new(&self.lines)))))
        } else {
            None
        }
    }

    /// What Arm's harts reach without the bus.
    fn arm(&mut self, timebase: Timebase) -> Arm {
        let gic = match &self.controller {
            Some(Controller::Gic(gic)) => Some(gic.clone()),
            _ => None,
        };
        let harts = self.lines.len();
        let timers = GenericTimers::new(harts, self.clock.clone(), timebase, gic.as_ref());
        let deadline = timers.deadline();
        let timers = Shared::new(timers);
        self.timed.push(Timer { deadline, device: Box::new(timers.clone()), input: false });
        Arm { timers, gic, psci: Shared::new(Psci::new(harts, self.power.clone())) }
    }

    fn make(&mut self, index: usize, entry: &DeviceEntry) -> Box<dyn Device> {
        let line = self.line(entry.irq);
        match entry.kind {
            DeviceKind::Uart16550 => {
                let uart = Uart16550::new(self.clock.clone(), self.console.clone(), line);
                let deadline = uart.deadline();
                self.timed(uart, deadline, true)
            }
            DeviceKind::Clint => {
                let clint = Clint::new(&self.lines, self.mtime.clone());
                let deadline = clint.deadline();
                self.timed(clint, deadline, false)
            }
            DeviceKind::Rtc => {
                let rtc = Rtc::new(self.clock.clone(), line);
                let deadline = rtc.deadline();
                self.timed(rtc, deadline, false)
            }
            DeviceKind::AclintSswi => Box::new(AclintSswi::new(&self.lines)),
            DeviceKind::Plic | DeviceKind::GicV2 | DeviceKind::GicV3 => {
                match self.controller.clone().expect("made before all devices") {
                    Controller::Plic(plic) => Box::new(plic),
                    Controller::Gic(Gic::V2(gic)) => Box::new(gic),
                    Controller::Gic(Gic::V3(gic)) => Box::new(gic),
                }
            }
            DeviceKind::Pl011 => {
                let uart = Pl011::new(self.clock.clone(), self.console.clone(), line);
                let deadline = uart.deadline();
                self.timed(uart, deadline, true)
            }
            DeviceKind::Pl031 => {
                let rtc = Pl031::new(self.clock.clone(), line);
                let deadline = rtc.deadline();
                self.timed(rtc, deadline, false)
            }
            DeviceKind::Flash => Box::new(Flash::new()),
            DeviceKind::Finisher => Box::new(Finisher::new(self.power.clone())),
            DeviceKind::Testbench => {
                let (clock, console, power) = (self.clock.clone(), self.console.clone(), self.power.clone());
                Box::new(Testbench::new(clock, console, power, self.records.clone(), self.roi.clone()))
            }
            DeviceKind::VirtioMmio => match self.disks.remove(&index) {
                None => Box::new(EmptySlot),
                Some(disk) => {
                    let (interface, block) =
                        (disk.interface(), Block::new(disk, &format!("emu-disk-{:x}", entry.base)));
                    let device = Mmio::new(interface, block, self.clock.clone(), line, self.memory.clone());
                    let deadline = device.deadline();
                    self.timed(device, deadline, false)
                }
            },
        }
    }

    fn line(&self, irq: Option<u32>) -> Line {
        match (irq, &self.controller) {
            (Some(irq), Some(Controller::Plic(plic))) => Line::new(Arc::new(plic.clone()), irq),
            (Some(irq), Some(Controller::Gic(gic))) => gic.spi(irq),
            _ => Line::unconnected(),
        }
    }

    /// Shares `device` between the bus, which gets the result, and the board's ticks.
    fn timed<T: Device + Timed + 'static>(&mut self, device: T, deadline: Deadline, input: bool) -> Box<dyn Device> {
        let device = Shared::new(device);
        self.timed.push(Timer { deadline, device: Box::new(device.clone()), input });
        Box::new(device)
    }
}

/// Fills a ROM from its file. Reads at most one byte more than fits.
fn fill(bus: &Bus, key: &str, rom: &RomEntry, board: &Description) -> Result<(), Problem> {
    let Some(file) = &rom.file else { return Ok(()) };
    let path = board.folder.join(file);
    let mut bytes = Vec::new();
    let read = File::open(&path).and_then(|file| file.take(rom.size + 1).read_to_end(&mut bytes));
    if let Err(source) = read {
        return Err(Problem::RomFile { key: key.to_owned(), path, source });
    }
    if bytes.len() as u64 > rom.size {
        return Err(Problem::RomTooSmall { key: key.to_owned(), path, size: rom.size });
    }
    bus.memory().install_bytes(GuestPhys(rom.base), &bytes).expect("the ROM is there and large enough");
    Ok(())
}

/// Makes the device tree and finds its place: as QEMU has it, near the top of the main RAM or of its part below 3 GiB,
/// at a multiple of 2 MiB; in a RAM too small for that, at a multiple of 4 KiB. Never at the RAM's own base, where
/// programs begin.
fn plant(board: &Description, options: &Options) -> Result<DeviceTree, Problem> {
    let bytes = fdt::generate(board, options).map_err(Problem::Tree)?;
    let main = board.ram.first().expect("checked");
    let address = tree_address(main.base, main.size, bytes.len() as u64);
    let too_large = || Problem::TreeTooLarge { bytes: bytes.len(), ram: main.name.clone() };
    let address = GuestPhys(address.ok_or_else(too_large)?);
    Ok(DeviceTree { address, bytes })
}

fn tree_address(base: u64, size: u64, bytes: u64) -> Option<u64> {
    const BELOW: u64 = 3 << 30;
    let last = base + (size - 1);
    let end = if base < BELOW { last.min(BELOW - 1) } else { last }.wrapping_add(1);
    let highest = end.wrapping_sub(bytes);
    let room = bytes <= end.wrapping_sub(base);
    [2 << 20, 4 << 10].into_iter().map(|align| highest & !(align - 1)).find(|&at| room && at > base && at <= highest)
}
