//! Whether a description makes sense: everything that can be known before memory is reserved or a file is opened.

use std::collections::BTreeMap;

use emu_mem::{GuestPhys, PAGE_SIZE};

use super::description::{Description, DeviceKind};
use super::error::{Place, Problem};
use crate::clock::Timebase;
use crate::plic;

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
    if let Some(pc) = board.reset_pc.filter(|pc| pc % 2 != 0) {
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
        places.push(place(device_key(i), kind.name(), device.base, kind.window_bytes())?);
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
    let has_plic = board.devices.iter().any(|device| device.kind == DeviceKind::Plic);
    for (i, device) in board.devices.iter().enumerate() {
        let (key, kind) = (device_key(i), device.kind);
        if is_single(kind) {
            if seen.contains(&kind) {
                return Err(Problem::Twice { key, kind });
            }
            seen.push(kind);
        }
        if device.disk.is_some() && kind != DeviceKind::VirtioMmio {
            return Err(Problem::NoDisk { key, kind });
        }
        let Some(irq) = device.irq else { continue };
        if !kind.has_irq() {
            return Err(Problem::NoIrq { key, kind });
        }
        if !has_plic {
            return Err(Problem::NoPlic { key });
        }
        if !(1..=plic::SOURCES).contains(&irq) {
            return Err(Problem::IrqRange { key, irq });
        }
        if let Some(other) = taken.insert(irq, i) {
            return Err(Problem::IrqTaken { key, irq, other: device_key(other) });
        }
    }
    Ok(())
}

/// Two of these would fight over the harts' lines.
fn is_single(kind: DeviceKind) -> bool {
    matches!(kind, DeviceKind::Clint | DeviceKind::AclintSswi | DeviceKind::Plic)
}

fn device_key(index: usize) -> String {
    format!("devices[{index}]")
}
