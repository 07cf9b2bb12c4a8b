//! What can be wrong with a board: text that names the file, the key and the remedy.

use std::fmt;
use std::io;
use std::path::PathBuf;

use emu_mem::GuestPhys;

use super::check::{DEVICE_ALIGNMENT, MAX_HARTS, MAX_RAM_BYTES, MAX_ROM_BYTES};
use super::description::{Arch, DeviceKind, MAX_FILE_BYTES};
use super::quantity::Size;
use crate::clock::INSNS_PER_SECOND;
use crate::gic;
use crate::virtio::block::DiskError;
use crate::virtio::mmio;

/// A board that cannot be built.
#[derive(Debug, thiserror::Error)]
#[error("{origin}: {problem}")]
pub struct Error {
    /// The board file, or the name of the built-in board.
    pub origin: String,
    /// What is wrong.
    #[source]
    pub problem: Box<Problem>,
}

/// So much of a wrong line is shown.
const SHOWN_CHARS: usize = 60;

impl Problem {
    /// What the parser says of `text`, and where.
    pub(super) fn syntax(text: &str, error: &toml::de::Error) -> Self {
        let (before, behind) = text.split_at_checked(error.span().map_or(0, |span| span.start)).unwrap_or((text, ""));
        let (line, first) = (before.matches('\n').count(), before.rfind('\n').map_or(0, |at| at + 1));
        let whole = &text[first..before.len() + behind.find('\n').unwrap_or(behind.len())];
        Self::Syntax {
            line: line + 1,
            column: before[first..].chars().count() + 1,
            text: whole.trim().chars().take(SHOWN_CHARS).collect(),
            message: error.message().replace('\n', ", "),
        }
    }
}

impl Error {
    pub(super) fn new(origin: &str, problem: Problem) -> Self {
        Self { origin: origin.to_owned(), problem: Box::new(problem) }
    }
}

/// What is wrong with a board. `key` is where in the board file, such as `devices[2].irq`.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The board file cannot be read.
    #[error("cannot read the board file ({0}): check its path and that it is a text file")]
    Unreadable(#[source] io::Error),
    /// The board file is too large.
    #[error("the board file is larger than {MAX_FILE_BYTES} bytes: is it the right file?")]
    FileTooLarge,
    /// The board file is not TOML, or has unknown, missing or mistyped keys.
    #[error("line {line}, column {column}, `{text}`: {message}")]
    Syntax {
        /// Where, counted from 1.
        line: usize,
        /// Where in the line, in characters from 1.
        column: usize,
        /// What stands there, or the beginning of it.
        text: String,
        /// What the parser says.
        message: String,
    },
    /// There is no RAM.
    #[error("there is no RAM: add a [[ram]] with name, base and size")]
    NoRam,
    /// Too many entries of one sort.
    #[error("{key}: there are {count} entries, at most {limit} are possible: remove some")]
    TooMany {
        /// `ram`, `rom` or `devices`.
        key: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The number of harts.
    #[error("harts: {0} is not possible: give a number from 1 to {MAX_HARTS}")]
    Harts(u64),
    /// The frequency of `mtime`.
    #[error("timebase: {0} Hz is not possible: give 1 to {INSNS_PER_SECOND} Hz (one tick an instruction at most)")]
    Timebase(u64),
    /// A region is empty.
    #[error("{key}.size: \"{name}\" has no bytes: give it a size of at least 4K")]
    Empty {
        /// The entry.
        key: String,
        /// The region's name.
        name: String,
    },
    /// A region is too large.
    #[error(
        "{key}.size: {} is too much: all RAM together may have {}, all ROM {}",
        Size(*.size),
        Size(MAX_RAM_BYTES),
        Size(MAX_ROM_BYTES)
    )]
    TooLarge {
        /// The entry that goes over the bound.
        key: String,
        /// Its size.
        size: u64,
    },
    /// A region does not begin or end at a page.
    #[error("{key}: base {base:#x} and size {size:#x} must be multiples of 0x1000: round them")]
    Unaligned {
        /// The entry.
        key: String,
        /// Its base.
        base: u64,
        /// Its size.
        size: u64,
    },
    /// A device's base would split its registers.
    #[error("{key}.base: {base:#x} must be a multiple of {DEVICE_ALIGNMENT}: round it")]
    DeviceUnaligned {
        /// The entry.
        key: String,
        /// Its base.
        base: u64,
    },
    /// Something reaches past the end of the address space.
    #[error("{key}.base: {bytes:#x} bytes at {base:#x} reach past the end of the address space: move it down")]
    Wraps {
        /// The entry.
        key: String,
        /// Its base.
        base: u64,
        /// Its size.
        bytes: u64,
    },
    /// Two things claim the same addresses: the one with the lower base comes first.
    #[error("{} overlaps {}: move or shrink one of them", .0[1], .0[0])]
    Overlap(Box<[Place; 2]>),
    /// A device that can be there once is there twice.
    #[error("{key}: a second {}, of which a board can have one: remove it", kind.name())]
    Twice {
        /// The second one.
        key: String,
        /// What it is.
        kind: DeviceKind,
    },
    /// An interrupt is given to a device that has none.
    #[error("{key}.irq: a {} has no interrupt line to wire: remove the key", kind.name())]
    NoIrq {
        /// The entry.
        key: String,
        /// What it is.
        kind: DeviceKind,
    },
    /// A disk is given to a device that takes none.
    #[error("{key}.disk: a {} takes no disk: give it to a virtio-mmio slot", kind.name())]
    NoDisk {
        /// The entry.
        key: String,
        /// What it is.
        kind: DeviceKind,
    },
    /// A disk cannot be opened.
    #[error("{key}: {error}")]
    Disk {
        /// The entry.
        key: String,
        /// Why.
        #[source]
        error: DiskError,
    },
    /// There are more disks than places for them.
    #[error("disk {disk}: the board has {slots} free virtio-mmio slots: give fewer disks or a board with more slots")]
    NoSlot {
        /// The disk that has no place.
        disk: String,
        /// How many disks have one.
        slots: usize,
    },
    /// An interrupt without a controller.
    #[error("{key}.irq: the board has no interrupt controller: add a device of type {} or remove the key", controllers(*arch))]
    NoController {
        /// The entry.
        key: String,
        /// Whose controller it would be.
        arch: Arch,
    },
    /// An interrupt number the controller does not have.
    #[error("{key}.irq: the interrupt controller has no source {irq}: use {first} to {last}")]
    IrqRange {
        /// The entry.
        key: String,
        /// The number.
        irq: u32,
        /// The controller's first source.
        first: u32,
        /// Its last.
        last: u32,
    },
    /// A device that belongs to another instruction set.
    #[error("{key}: a {} does not fit harts of {}: remove it or correct `arch`", kind.name(), arch.name())]
    WrongArch {
        /// The entry.
        key: String,
        /// What it is.
        kind: DeviceKind,
        /// The board's.
        arch: Arch,
    },
    /// More harts than the interrupt controller can serve.
    #[error("{key}: a gic-v2 serves at most {} harts, not {harts}: take fewer harts or a gic-v3", gic::v2::MAX_HARTS)]
    TooManyForGic {
        /// The controller's entry.
        key: String,
        /// How many harts there are.
        harts: u64,
    },
    /// A window of an impossible size.
    #[error(
        "{key}.size: {size:#x} is not possible: only a virtio-mmio slot has this key, with {:#x} to {:#x}",
        mmio::REGISTER_BYTES,
        mmio::WINDOW_BYTES
    )]
    DeviceSize {
        /// The entry.
        key: String,
        /// The size.
        size: u64,
    },
    /// Two devices on one interrupt.
    #[error("{key}.irq: source {irq} is taken by {other}: use another")]
    IrqTaken {
        /// The second entry.
        key: String,
        /// The number.
        irq: u32,
        /// The first entry.
        other: String,
    },
    /// The start address is no instruction's.
    #[error("reset_pc: {0:#x} is not where an instruction can be: make it even, for AArch64 a multiple of 4")]
    ResetPc(u64),
    /// Harts would start where there is nothing.
    #[error("reset_pc: {0:#x} is in no RAM or ROM: correct it, or add a region there")]
    ResetPcOutside(u64),
    /// A ROM's file cannot be read.
    #[error("{key}.file: cannot read {} ({source}): the path is relative to the board file", path.display())]
    RomFile {
        /// The entry.
        key: String,
        /// Where the file was looked for.
        path: PathBuf,
        /// What the host said.
        source: io::Error,
    },
    /// A ROM's file does not fit.
    #[error("{key}.file: {} has more than the ROM's {size:#x} bytes: raise {key}.size or shorten the file",
        path.display())]
    RomTooSmall {
        /// The entry.
        key: String,
        /// The file.
        path: PathBuf,
        /// The ROM's size.
        size: u64,
    },
    /// The device tree does not fit.
    #[error(
        "device_tree: {bytes:#x} bytes of device tree do not fit into \"{ram}\": enlarge it or set device_tree = false"
    )]
    TreeTooLarge {
        /// Size of the tree.
        bytes: usize,
        /// The main RAM.
        ram: String,
    },
    /// The device tree cannot be written, because of a text in it.
    #[error(
        "device_tree: cannot be written ({0}): \
         remove odd characters from name, isa, compatible, model and boot arguments"
    )]
    Tree(#[source] vm_fdt::Error),
    /// The host cannot provide the memory.
    #[error("memory: {0}")]
    Memory(#[source] emu_mem::Error),
}

fn controllers(arch: Arch) -> &'static str {
    match arch {
        Arch::Riscv => "\"plic\"",
        Arch::Aarch64 => "\"gic-v2\" or \"gic-v3\"",
    }
}

/// Something with a place in the address map, as errors show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its entry, such as `devices[0]`.
    pub key: String,
    /// The region's name or the device's type.
    pub name: String,
    /// Its first address.
    pub first: GuestPhys,
    /// Its last address.
    pub last: GuestPhys,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (\"{}\", {:#x} to {:#x})", self.key, self.name, self.first.0, self.last.0)
    }
}
