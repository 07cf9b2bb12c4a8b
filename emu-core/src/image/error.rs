//! What can be wrong with a program file, said so that its owner knows what to do. The file's name is put in front by whoever
//! opened it.

use std::fmt;

use emu_mem::GuestPhys;

/// Why a program cannot be read or loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file has no bytes.
    #[error("the file is empty; build the program again")]
    Empty,

    /// The first four bytes are not an ELF file's.
    #[error("not an ELF file, it begins with {}; give an ELF program, a Linux kernel's Image for AArch64, or --load ADDR for a raw image", hex(.first))]
    NotElf {
        /// The first bytes of the file, at most eight.
        first: Vec<u8>,
    },

    /// The file ends before something that its headers promise.
    #[error("truncated: {what} needs {need:#x} bytes, the file has {have:#x}; copy or build it again")]
    Truncated {
        /// Which part is missing.
        what: String,
        /// How long the file would have to be, in bytes.
        need: u64,
        /// How long it is, in bytes.
        have: u64,
    },

    /// `EI_CLASS` is neither 32 nor 64, or does not go with the machine.
    #[error("wrong ELF class {class} for {arch}; build it for 32 or 64 bits (RISC-V) or for 64 bits (AArch64)")]
    Class {
        /// `EI_CLASS` as it stands in the file.
        class: u8,
        /// The machine it is for.
        arch: &'static str,
    },

    /// A big-endian file.
    #[error(
        "a big-endian program (EI_DATA is {data}); only little-endian programs run, compile it with -mlittle-endian"
    )]
    Endian {
        /// `EI_DATA` as it stands in the file.
        data: u8,
    },

    /// A program for another instruction set.
    #[error("made for {}, not for RISC-V or AArch64; compile it with a tool chain such as riscv64-unknown-elf-gcc or aarch64-none-elf-gcc", machine_name(*.machine))]
    Machine {
        /// `e_machine` as it stands in the file.
        machine: u16,
    },

    /// An object file, a core dump or something stranger.
    #[error("{}, not a program; link it first (e_type is {kind})", type_name(*.kind))]
    NotExecutable {
        /// `e_type` as it stands in the file.
        kind: u16,
    },

    /// The program wants an operating system's dynamic linker.
    #[error(
        "needs a dynamic linker ({interpreter}), but there is no operating system here; link it with -static -nostdlib for bare metal"
    )]
    Dynamic {
        /// The path in `PT_INTERP`.
        interpreter: String,
    },

    /// A header contradicts itself.
    #[error("malformed: {what}; build it again")]
    Malformed {
        /// What is wrong where.
        what: String,
    },

    /// A Linux kernel whose header makes no sense.
    #[error("a Linux kernel whose header is wrong: {what}")]
    Kernel {
        /// What is wrong, and what to do.
        what: String,
    },

    /// No `PT_LOAD` segment of at least one byte.
    #[error("no loadable segment; link it as a program (a linker script decides where its segments go)")]
    NoSegment,

    /// A segment runs over the end of the address space.
    #[error(
        "a segment at {start:#x} of {size_bytes:#x} bytes runs over the end of the address space; correct the linker script"
    )]
    Wraps {
        /// Its first address.
        start: GuestPhys,
        /// Its size in memory.
        size_bytes: u64,
    },

    /// Two segments want the same memory.
    #[error("segments {} and {} overlap; correct the linker script", range(*.first), range(*.second))]
    Overlap {
        /// First and last address of one.
        first: (GuestPhys, GuestPhys),
        /// First and last address of the other.
        second: (GuestPhys, GuestPhys),
    },

    /// The program would start where nothing has been loaded.
    #[error(
        "the entry {entry:#x} is outside every segment ({segments}); correct ENTRY in the linker script, or --entry"
    )]
    EntryOutside {
        /// The entry.
        entry: GuestPhys,
        /// The segments' ranges.
        segments: String,
    },

    /// The program would start in the middle of an instruction.
    #[error(
        "the entry {0:#x} is odd, and no instruction is at an odd address; correct ENTRY in the linker script, or --entry"
    )]
    EntryOdd(GuestPhys),

    /// A segment has no memory under it on this board.
    #[error("segment {} is outside the board's RAM and ROM, {memory}; {remedy}", range((*.start, *.last)))]
    OutsideMemory {
        /// First address of the segment.
        start: GuestPhys,
        /// Last address of the segment.
        last: GuestPhys,
        /// The ranges of memory that there are.
        memory: String,
        /// What to do.
        remedy: Remedy,
    },
}

/// What to do about a segment without memory under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Link it elsewhere, or have memory there.
    Move,
    /// The file's own headers lie in front of what is wanted, as `ld` and `lld` put them there.
    LeaveHeadersOut,
    /// It is linked to the address that `ld` takes if nobody says otherwise; here is where memory starts.
    Start(GuestPhys),
}

impl fmt::Display for Remedy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Remedy::Move => out.write_str("link it there, or choose another --board or --memory"),
            Remedy::LeaveHeadersOut => out.write_str(
                "what lies outside are the ELF headers, which the linker puts in front of the code; link with -Wl,-n to leave them out",
            ),
            Remedy::Start(at) => {
                write!(out, "link it there, with -Wl,-Ttext-segment={at:#x} or a linker script, or choose another --board or --memory")
            }
        }
    }
}

/// A list for a message, cut to eight entries: a hostile file may have thousands of segments.
pub(super) fn list(all: impl Iterator<Item = String>) -> String {
    const SHOWN: usize = 8;
    let all: Vec<_> = all.collect();
    let mut text = all[..all.len().min(SHOWN)].join(", ");
    if all.len() > SHOWN {
        text.push_str(&format!(" and {} more", all.len() - SHOWN));
    }
    text
}

/// A range as the memory map shows it, too.
pub(super) fn range((first, last): (GuestPhys, GuestPhys)) -> String {
    format!("{first} to {last}")
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" ");
    let text: String = bytes.iter().map(|&b| if b.is_ascii_graphic() || b == b' ' { b as char } else { '.' }).collect();
    format!("{digits} ({text:?})")
}

fn machine_name(machine: u16) -> String {
    let known = match machine {
        3 => "x86 (32 bits)",
        8 => "MIPS",
        20 | 21 => "PowerPC",
        22 => "IBM S/390",
        40 => "ARM (32 bits)",
        62 => "x86-64",
        94 => "Xtensa",
        183 => "AArch64",
        258 => "LoongArch",
        _ => return format!("another machine (e_machine is {machine})"),
    };
    format!("{known} (e_machine is {machine})")
}

fn type_name(kind: u16) -> &'static str {
    match kind {
        1 => "an object file",
        4 => "a core dump",
        _ => "a file of unknown type",
    }
}
