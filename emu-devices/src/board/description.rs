//! What a board consists of, as data: the one form that built-in boards and board files share. Whether it makes sense
//! is judged in `check`.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::error::{Error, Problem};
use super::quantity::{quantity, some_quantity};
use crate::gic::{v2, v3};
use crate::{aclint_sswi, clint, finisher, flash, pl011, pl031, plic, rtc, testbench, uart16550, virtio};

/// A board file may be so large.
pub const MAX_FILE_BYTES: u64 = 1 << 20;

/// A board as data. In a board file every key of the same name; `boards/example.toml` shows them all.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// What the board is called in messages; without it as the file is.
    #[serde(default)]
    pub name: String,
    /// Whose harts it has.
    #[serde(default)]
    pub arch: Arch,
    /// The ISA string of its harts, if the board decides it; on an Arm board the processor's name, such as `cortex-a72`.
    #[serde(default)]
    pub isa: Option<String>,
    /// Where harts start; without it at the program's entry.
    #[serde(default, deserialize_with = "some_quantity")]
    pub reset_pc: Option<u64>,
    /// How many harts there are.
    #[serde(default = "default_harts", deserialize_with = "quantity")]
    pub harts: u64,
    /// Frequency of `mtime`, or of Arm's generic timer, in Hz. (Guest time is 1 ns an instruction.)
    #[serde(default = "default_timebase", deserialize_with = "quantity")]
    pub timebase: u64,
    /// Whether a device tree is put near the top of RAM and handed to the program in `a1`, on an Arm board in `x0`.
    #[serde(default)]
    pub device_tree: bool,
    /// The tree's `compatible`; without it `emu,` and the name.
    #[serde(default)]
    pub compatible: Option<String>,
    /// The tree's `model`; without it the name.
    #[serde(default)]
    pub model: Option<String>,
    /// Whether the tree announces HTIF (`ucb,htif0`). It works in either case, if the program has the symbols.
    #[serde(default)]
    pub htif: bool,
    /// RAM. The first one is the main memory: its size can be overridden, and it holds the device tree.
    #[serde(default)]
    pub ram: Vec<RamEntry>,
    /// ROM.
    #[serde(default)]
    pub rom: Vec<RomEntry>,
    /// Devices.
    #[serde(default)]
    pub devices: Vec<DeviceEntry>,
    /// The file it comes from, or how else to call it in an error's text.
    #[serde(skip)]
    pub origin: String,
    /// The folder that file names are relative to.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// A region of RAM.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RamEntry {
    /// Its name in memory maps and messages.
    pub name: String,
    /// Its first address.
    #[serde(deserialize_with = "quantity")]
    pub base: u64,
    /// Its size in bytes.
    #[serde(deserialize_with = "quantity")]
    pub size: u64,
}

/// A region of ROM.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RomEntry {
    /// Its name in memory maps and messages.
    pub name: String,
    /// Its first address.
    #[serde(deserialize_with = "quantity")]
    pub base: u64,
    /// Its size in bytes.
    #[serde(deserialize_with = "quantity")]
    pub size: u64,
    /// A raw image with its contents, relative to the board file; the rest is zero, as is a ROM without a file.
    #[serde(default)]
    pub file: Option<PathBuf>,
}

/// A device and its place.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceEntry {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: DeviceKind,
    /// Its first address.
    #[serde(deserialize_with = "quantity")]
    pub base: u64,
    /// Its source number at the PLIC, or its SPI (from 0) at the GIC, if it has an interrupt and is wired.
    #[serde(default)]
    pub irq: Option<u32>,
    /// Of a virtio-mmio slot: the disk in it, as [`DiskSpec::parse`](crate::virtio::block::DiskSpec::parse) reads it, relative
    /// to the board file.
    #[serde(default)]
    pub disk: Option<String>,
    /// Of a virtio-mmio slot: the size of its window in bytes, if it is smaller than usual.
    #[serde(default, deserialize_with = "some_quantity")]
    pub size: Option<u64>,
}

/// An instruction set, as far as a board cares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arch {
    /// RV32 and RV64.
    #[default]
    Riscv,
    /// AArch64.
    Aarch64,
}

impl Arch {
    /// Its name in board files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Riscv => "riscv",
            Self::Aarch64 => "aarch64",
        }
    }
}

/// The devices a board can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceKind {
    /// [`uart16550`](crate::uart16550).
    Uart16550,
    /// [`clint`](crate::clint).
    Clint,
    /// [`aclint_sswi`](crate::aclint_sswi).
    AclintSswi,
    /// [`plic`](crate::plic).
    Plic,
    /// [`finisher`](crate::finisher).
    Finisher,
    /// [`rtc`](crate::rtc).
    Rtc,
    /// [`testbench`](crate::testbench).
    Testbench,
    /// [`pl011`](crate::pl011).
    Pl011,
    /// [`pl031`](crate::pl031).
    Pl031,
    /// [`gic::v2`](crate::gic::v2).
    #[serde(rename = "gic-v2")]
    GicV2,
    /// [`gic::v3`](crate::gic::v3).
    #[serde(rename = "gic-v3")]
    GicV3,
    /// [`flash`](crate::flash).
    Flash,
    /// [`virtio::mmio`](crate::virtio::mmio), a slot with a disk or without.
    VirtioMmio,
}

impl DeviceKind {
    /// Its name in board files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uart16550 => "uart16550",
            Self::Clint => "clint",
            Self::AclintSswi => "aclint-sswi",
            Self::Plic => "plic",
            Self::Finisher => "finisher",
            Self::Rtc => "rtc",
            Self::Testbench => "testbench",
            Self::Pl011 => "pl011",
            Self::Pl031 => "pl031",
            Self::GicV2 => "gic-v2",
            Self::GicV3 => "gic-v3",
            Self::Flash => "flash",
            Self::VirtioMmio => "virtio-mmio",
        }
    }

    /// Size of its register window.
    pub fn window_bytes(self) -> u64 {
        match self {
            Self::Uart16550 => uart16550::WINDOW_BYTES,
            Self::Clint => clint::WINDOW_BYTES,
            Self::AclintSswi => aclint_sswi::WINDOW_BYTES,
            Self::Plic => plic::WINDOW_BYTES,
            Self::Finisher => finisher::WINDOW_BYTES,
            Self::Rtc => rtc::WINDOW_BYTES,
            Self::Testbench => testbench::WINDOW_BYTES,
            Self::Pl011 => pl011::WINDOW_BYTES,
            Self::Pl031 => pl031::WINDOW_BYTES,
            Self::GicV2 => v2::WINDOW_BYTES,
            Self::GicV3 => v3::WINDOW_BYTES,
            Self::Flash => flash::WINDOW_BYTES,
            Self::VirtioMmio => virtio::mmio::WINDOW_BYTES,
        }
    }

    /// Whether it has an interrupt that can be wired to an interrupt controller.
    pub fn has_irq(self) -> bool {
        matches!(self, Self::Uart16550 | Self::Rtc | Self::Pl011 | Self::Pl031 | Self::VirtioMmio)
    }

    /// The only instruction set that it is for, if there is one.
    pub fn arch(self) -> Option<Arch> {
        match self {
            Self::Clint | Self::AclintSswi | Self::Plic => Some(Arch::Riscv),
            Self::GicV2 | Self::GicV3 => Some(Arch::Aarch64),
            _ => None,
        }
    }
}

impl Description {
    /// Reads a board file.
    ///
    /// # Errors
    /// [`Error`] if it cannot be read, is not TOML, or has unknown, missing or mistyped keys.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        let origin = path.display().to_string();
        let fail = |problem| Error::new(&origin, problem);
        let mut text = String::new();
        let file = File::open(path).map_err(|e| fail(Problem::Unreadable(e)))?;
        file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(|e| fail(Problem::Unreadable(e)))?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Self::from_toml(&text, &origin, folder)
    }

    /// Parses the text of a board file. `origin` names it in errors, `folder` is where it looks for files.
    ///
    /// # Errors
    /// As [`from_file`](Self::from_file).
    pub fn from_toml(text: &str, origin: &str, folder: PathBuf) -> Result<Self, Error> {
        let fail = |problem| Error::new(origin, problem);
        if text.len() as u64 > MAX_FILE_BYTES {
            return Err(fail(Problem::FileTooLarge));
        }
        let mut parsed: Self = toml::from_str(text).map_err(|e| fail(Problem::syntax(text, &e)))?;
        if parsed.name.is_empty() {
            let stem = Path::new(origin).file_stem().unwrap_or_default();
            parsed.name = stem.to_string_lossy().into_owned();
        }
        Ok(Self { origin: origin.to_owned(), folder, ..parsed })
    }

    /// A board of the given name that has nothing yet: what built-in boards start from.
    pub(super) fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            arch: Arch::default(),
            isa: None,
            reset_pc: None,
            harts: default_harts(),
            timebase: default_timebase(),
            device_tree: false,
            compatible: None,
            model: None,
            htif: false,
            ram: Vec::new(),
            rom: Vec::new(),
            devices: Vec::new(),
            origin: format!("board {name}"),
            folder: PathBuf::new(),
        }
    }
}

impl DeviceEntry {
    /// A device without a wired interrupt.
    pub fn new(kind: DeviceKind, base: u64) -> Self {
        Self { kind, base, irq: None, disk: None, size: None }
    }

    /// Size of its register window.
    pub fn window_bytes(&self) -> u64 {
        self.size.unwrap_or(self.kind.window_bytes())
    }

    /// A device with interrupt source `irq`.
    pub fn with_irq(kind: DeviceKind, base: u64, irq: u32) -> Self {
        Self { irq: Some(irq), ..Self::new(kind, base) }
    }
}

fn default_harts() -> u64 {
    1
}

fn default_timebase() -> u64 {
    10_000_000
}
