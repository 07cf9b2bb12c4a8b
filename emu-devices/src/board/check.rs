//! Whether a description makes sense: everything that can be known before memory is reserved or a file is opened.

use std::collections::BTreeMap;

use emu_mem::{GuestPhys, PAGE_SIZE};

use super::description::{Arch, Description, DeviceKind};
use super::error::{Place, Problem};
use crate::clock::Timebase;
use crate::{gic, plic, virtio};

/// A board has at most so many harts.
pub const MAX_HARTS: u64 = 64;
/// A board has at most so many RAM regions, and so many ROM regions.
pub const MAX_REGIONS: usize = 64;
/// A board has at most so many devices.
pub const MAX_DEVICES: usize = 128;
/// All RAM of a board together: 64 GiB. It is reserved only, and costs host memory where the guest touches it.
pub const MAX_RAM_BYTES: u64 = 64 << 30;
/// All ROM of a board together: 1 GiB. It is filled from files.
pub const MAX_ROM_BYTES: u64 = 1 << 30;
/// A device's base is a multiple of so many bytes, so that an aligned access has an aligned offset.
pub const DEVICE_ALIGNMENT: u64 = 8;

/// Checks `board`; returns the frequency of its `mtime`, which has to be checked anyway.
pub(super) fn check(board: &Description) -> Result<Timebase, Problem> {
    if board.ram.is_empty() {
        return Err(Problem::NoRam);
    }
    for (key, count, limit) in [
        ("ram", board.ram.len(), MAX_REGIONS),
        ("rom", board.rom.len(), MAX_REGIONS),
        ("devices", board.devices.len(), MAX_DEVICES),
    ] {
        if count > limit {
            return Err(Problem::TooMany { key, count, limit });
        }
    }
    if !(1..=MAX_HARTS).contains(&board.harts) {
        return Err(Problem::Harts(board.harts));
    }
    let instruction_bytes = if board.arch == Arch::Aarch64 { 4 } else { 2 };
    if let Some(pc) = board.reset_pc.filter(|pc| pc % instruction_bytes != 0) {
        return Err(Problem::ResetPc(pc));
    }
    check_places(board)?;
    let ram = board.ram.iter().map(|ram| (ram.base, ram.size));
    let mut memory = ram.chain(board.rom.iter().map(|rom| (rom.base, rom.size)));
    if let Some(pc) = board.reset_pc.filter(|pc| !memory.any(|(base, size)| pc.wrapping_sub(base) < size)) {
        return Err(Problem::ResetPcOutside(pc));
    }
    check_wiring(board)?;
    Timebase::new(board.timebase).ok_or(Problem::Timebase(board.timebase))
}

fn check_places(board: &Description) -> Result<(), Problem> {
    let mut places = Vec::new();
    let mut ram_left = MAX_RAM_BYTES;
    for (i, ram) in board.ram.iter().enumerate() {
        places.push(region(format!("ram[{i}]"), &ram.name, ram.base, ram.size, &mut ram_left)?);
    }
    let mut rom_left = MAX_ROM_BYTES;
    for (i, rom) in board.rom.iter().enumerate() {
        places.push(region(format!("rom[{i}]"), &rom.name, rom.base, rom.size, &mut rom_left)?);
    }
    for (i, device) in board.devices.iter().enumerate() {
        let kind = device.kind;
        if !device.base.is_multiple_of(DEVICE_ALIGNMENT) {
            return Err(Problem::DeviceUnaligned { key: device_key(i), base: device.base });
        }
        if let Some(size) = device.size {
            let possible = virtio::mmio::REGISTER_BYTES..=virtio::mmio::WINDOW_BYTES;
            if kind != DeviceKind::VirtioMmio || !possible.contains(&size) {
                return Err(Problem::DeviceSize { key: device_key(i), size });
            }
        }
        places.push(place(device_key(i), kind.name(), device.base, device.window_bytes())?);
    }
    places.sort_by_key(|place| place.first);
    for pair in places.windows(2) {
        let [first, second] = pair else { continue };
        if second.first <= first.last {
            return Err(Problem::Overlap(Box::new([first.clone(), second.clone()])));
        }
    }
    Ok(())
}

fn region(key: String, name: &str, base: u64, size: u64, left: &mut u64) -> Result<Place, Problem> {
    if size == 0 {
        return Err(Problem::Empty { key, name: name.to_owned() });
    }
    let Some(rest) = left.checked_sub(size) else {
        return Err(Problem::TooLarge { key, size });
    };
    *left = rest;
    if !base.is_multiple_of(PAGE_SIZE) || !size.is_multiple_of(PAGE_SIZE) {
        return Err(Problem::Unaligned { key, base, size });
    }
    place(key, name, base, size)
}

/// `bytes` is not 0.
fn place(key: String, name: &str, base: u64, bytes: u64) -> Result<Place, Problem> {
    match base.checked_add(bytes - 1) {
        Some(last) => Ok(Place { key, name: name.to_owned(), first: GuestPhys(base), last: GuestPhys(last) }),
        None => Err(Problem::Wraps { key, base, bytes }),
    }
}

fn check_wiring(board: &Description) -> Result<(), Problem> {
    let mut seen = Vec::new();
    let mut taken = BTreeMap::new();
    let has = |kind| board.devices.iter().any(|device| device.kind == kind);
    let has_controller = has(DeviceKind::Plic) || has(DeviceKind::GicV2) || has(DeviceKind::GicV3);
    let sources = match board.arch {
        Arch::Riscv => 1..=plic::SOURCES,
        Arch::Aarch64 => 0..=gic::SPIS - 1,
    };
    for (i, device) in board.devices.iter().enumerate() {
        let (key, kind) = (device_key(i), device.kind);
        if kind.arch().is_some_and(|arch| arch != board.arch) {
            return Err(Problem::WrongArch { key, kind, arch: board.arch });
        }
        if let Some(role) = role(kind) {
            if seen.contains(&role) {
                return Err(Problem::Twice { key, kind });
            }
            seen.push(role);
        }
        if kind == DeviceKind::GicV2 && board.harts > gic::v2::MAX_HARTS as u64 {
            return Err(Problem::TooManyForGic { key, harts: board.harts });
        }
        if device.disk.is_some() && kind != DeviceKind::VirtioMmio {
            return Err(Problem::NoDisk { key, kind });
        }
        let Some(irq) = device.irq else { continue };
        if !kind.has_irq() {
            return Err(Problem::NoIrq { key, kind });
        }
        if !has_controller {
            return Err(Problem::NoController { key, arch: board.arch });
        }
        if !sources.contains(&irq) {
            return Err(Problem::IrqRange { key, irq, first: *sources.start(), last: *sources.end() });
        }
        if let Some(other) = taken.insert(irq, i) {
            return Err(Problem::IrqTaken { key, irq, other: device_key(other) });
        }
    }
    Ok(())
}

/// What a device is to the harts' lines, where two of the same would fight over them.
fn role(kind: DeviceKind) -> Option<DeviceKind> {
    match kind {
        DeviceKind::Clint | DeviceKind::AclintSswi | DeviceKind::Plic => Some(kind),
        DeviceKind::GicV2 | DeviceKind::GicV3 => Some(DeviceKind::GicV2),
        _ => None,
    }
}

fn device_key(index: usize) -> String {
    format!("devices[{index}]")
}
