//! The entry functions: arbitrary bytes in, nothing out. Whatever the bytes are, they must return: no panic, no endless
//! loop, no memory beyond a few megabytes. What a run computes is judged elsewhere.

use std::path::PathBuf;

use emu_core::image::Image;
use emu_core::machine::Ended;
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::Config;
use emu_devices::board::{Description, DeviceEntry, DeviceKind, Options, RamEntry, testbench};
use emu_devices::console::Console;
use emu_mem::GuestPhys;
use guest_tests::asm;

const RAM: u64 = 0x8000_0000;
const RAM_BYTES: u64 = 1 << 20;
/// Where the prelude keeps the words that it loads.
const POOL: u64 = 0x400;
/// Where the bytes under test lie.
const CODE: u64 = 0x1000;
/// Page tables, one page each, in the order in which `tables` takes them.
const TABLES: u64 = 0xf_0000;
/// What lies behind is not loaded: longer input only costs time.
const MAX_CODE_BYTES: usize = 0x4000;

/// In the files that `guest_tests::elf` writes: the headers at the beginning, and where the segment lies.
const HEADERS_BYTES: usize = 0x78;
const SEGMENT_AT: usize = 0x1000;

const PROGRAM_INSNS: u64 = 20_000;
const ELF_INSNS: u64 = 2_000;

/// RAM and one device of each kind that a program can reach.
fn small_board() -> Description {
    let device = DeviceEntry::new;
    Description {
        name: "fuzz".into(),
        ram: vec![RamEntry { name: "ram".into(), base: RAM, size: RAM_BYTES }],
        devices: vec![
            device(DeviceKind::Clint, 0x0200_0000),
            device(DeviceKind::AclintSswi, 0x02f0_0000),
            device(DeviceKind::Plic, 0x0c00_0000),
            DeviceEntry::with_irq(DeviceKind::Uart16550, 0x1000_0000, 10),
            DeviceEntry::with_irq(DeviceKind::Rtc, 0x1000_1000, 11),
            device(DeviceKind::Finisher, 0x1000_2000),
            device(DeviceKind::Testbench, 0x1000_3000),
            device(DeviceKind::VirtioMmio, 0x1000_4000),
        ],
        ..testbench::description()
    }
}

/// Runs the bytes as a program. The first two choose the machine:
///
/// | bit | |
/// |---|---|
/// | 0 | 64 bits |
/// | 1-2 | mode: U, S, M, M |
/// | 3 | address translation, with tables in RAM |
/// | 4 | misaligned accesses trap |
/// | 5-6 | with 64 bits: Sv39, Sv48, Sv57 |
/// | 7 | floating point off |
/// | 8-15 | permissions of every page, as in a page-table entry |
pub fn program(data: &[u8]) {
    let _ = run_program(data);
}

fn run_program(data: &[u8]) -> Option<Ended> {
    let [choice, permissions, code @ ..] = data else { return None };
    let wide = choice & 1 != 0;
    let mode = [0u64, 1, 3, 3][usize::from(choice >> 1 & 3)];
    let mut ram = vec![0; RAM_BYTES as usize];
    let satp = if choice & 8 != 0 {
        if wide {
            tables64(&mut ram, u64::from(choice >> 5 & 3).min(2), *permissions)
        } else {
            tables32(&mut ram, *permissions)
        }
    } else {
        0
    };
    let floating = if choice & 0x80 != 0 { 0 } else { 0x6000 };
    prelude(&mut ram, wide, satp, mode << 11 | floating);
    let code = &code[..code.len().min(MAX_CODE_BYTES)];
    ram[CODE as usize..][..code.len()].copy_from_slice(code);

    let image = Image::raw(ram, GuestPhys(RAM), GuestPhys(RAM)).expect("one megabyte of RAM, entered at its beginning");
    let config = Config { misaligned_trap: choice & 0x10 != 0 };
    run(&image, &Isa::all(if wide { 64 } else { 32 }), config, PROGRAM_INSNS)
}

/// Reads the bytes as an ELF file, looks at everything that it says, and runs it. If the first byte is odd, what follows
/// is a list of changes (offset, value) to a valid file; otherwise it is the file.
pub fn elf(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else { return };
    let file = if choice & 1 == 0 { rest.to_vec() } else { mutated(choice & 2 != 0, rest) };
    let Ok(image) = Image::elf(file) else { return };
    for segment in image.segments() {
        let _ = (segment.last(), image.segment_bytes(segment).len(), image.phys(segment.virt));
    }
    for section in image.code() {
        let _ = image.code_bytes(section).len();
    }
    let symbols = image.symbols();
    for symbol in symbols.iter().take(64) {
        let _ = symbols.at(symbol.address);
        let _ = symbols.named(symbol.name);
    }
    let bits = image.target().map_or(64, |target| target.class.bits());
    let _ = run(&image, &Isa::all(bits), Config::default(), ELF_INSNS);
}

/// Reads the bytes as a board file and builds the board, with little memory and no file of the host.
pub fn board(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(mut description) = Description::from_toml(text, "fuzz.toml", PathBuf::new()) else { return };
    // Committing memory is not what is tested; that absurd sizes are refused is, so those stay.
    for ram in &mut description.ram {
        if ram.size > RAM_BYTES && ram.size <= 1 << 40 {
            ram.size = RAM_BYTES;
        }
    }
    for rom in &mut description.rom {
        rom.file = None;
        if rom.size > RAM_BYTES && rom.size <= 1 << 40 {
            rom.size = RAM_BYTES;
        }
    }
    match description.build(&Options::new(Console::captured())) {
        Ok(mut board) => {
            board.clock.set(1_000_000);
            board.tick();
        }
        Err(error) => assert!(!error.to_string().is_empty(), "an error without a text"),
    }
}

fn run(image: &Image, isa: &Isa, config: Config, budget: u64) -> Option<Ended> {
    let mut options = Options::new(Console::captured());
    options.isa = Some(isa.to_string());
    let board = small_board().build(&options).expect("the small board is valid");
    let mut machine = riscv::machine(board, isa, config, "fuzz");
    machine.load(image).ok()?;
    let ended = machine.run(budget);
    let _ = (machine.stats(), machine.state_hash());
    ended
}

fn put32(ram: &mut [u8], at: u64, value: u32) {
    ram[at as usize..][..4].copy_from_slice(&value.to_le_bytes());
}

fn put64(ram: &mut [u8], at: u64, value: u64) {
    ram[at as usize..][..8].copy_from_slice(&value.to_le_bytes());
}

/// At the beginning of RAM: sets up CSRs and pointers from the pool, then enters the code by MRET.
fn prelude(ram: &mut [u8], wide: bool, satp: u64, mstatus: u64) {
    const SATP: u32 = 0x180;
    const MSTATUS: u32 = 0x300;
    const MTVEC: u32 = 0x305;
    const STVEC: u32 = 0x105;
    const MEPC: u32 = 0x341;
    const PMPADDR0: u32 = 0x3b0;
    const PMPCFG0: u32 = 0x3a0;
    let entry = RAM + CODE;
    // All of memory to everybody: NAPOT, R, W, X.
    let csrs = [
        (PMPADDR0, u64::MAX >> 10),
        (PMPCFG0, 0x1f),
        (SATP, satp),
        (MSTATUS, mstatus),
        (MTVEC, entry),
        (STVEC, entry),
        (MEPC, entry),
    ];
    // The registers that compressed instructions reach, x8 to x15: RAM, its ends, its second mapping, devices.
    let pointers = [
        RAM + 0x8000,
        RAM + RAM_BYTES - 3,
        0x8020_2000,
        RAM + TABLES,
        0x0200_4000,
        0x0c00_0000,
        0x1000_0000,
        0x1000_3000,
    ];
    let step = if wide { 8 } else { 4 };
    let load = |rd: u32, slot: u64| {
        let offset = (POOL + slot * step) as i32;
        asm::i(0x03, if wide { 3 } else { 2 }, rd, 5, offset)
    };
    let mut words = vec![asm::auipc(5, 0)];
    let mut pool = Vec::new();
    for (csr, value) in csrs {
        words.push(load(6, pool.len() as u64));
        words.push(asm::csrrw(0, csr, 6));
        pool.push(value);
    }
    for (rd, value) in (8..).zip(pointers) {
        words.push(load(rd, pool.len() as u64));
        pool.push(value);
    }
    words.push(0x3020_0073); // mret
    for (at, word) in (0..).zip(words) {
        put32(ram, 4 * at, word);
    }
    for (slot, value) in (0..).zip(pool) {
        if wide {
            put64(ram, POOL + slot * step, value);
        } else {
            put32(ram, POOL + slot * step, value as u32);
        }
    }
}

/// Tables for Sv32: RAM in pages of 4 KiB and again as a superpage behind, devices as superpages. Returns `satp`.
fn tables32(ram: &mut [u8], permissions: u8) -> u64 {
    let (root, leaves) = (TABLES, TABLES + 0x1000);
    let entry = |phys: u64, flags: u8| (phys >> 12 << 10) as u32 | u32::from(flags);
    for base in [0x0200_0000, 0x0c00_0000, 0x1000_0000] {
        put32(ram, root + 4 * (base >> 22), entry(base, permissions));
    }
    put32(ram, root + 4 * (RAM >> 22), entry(RAM + leaves, 1));
    put32(ram, root + 4 * ((RAM >> 22) + 1), entry(RAM, permissions));
    for page in 0..RAM_BYTES >> 12 {
        put32(ram, leaves + 4 * page, entry(RAM + (page << 12), permissions));
    }
    1 << 31 | (RAM + root) >> 12
}

/// The same for Sv39, Sv48 and Sv57, which have `above` = 0, 1 and 2 tables above those of Sv39.
fn tables64(ram: &mut [u8], above: u64, permissions: u8) -> u64 {
    let entry = |phys: u64, flags: u8| phys >> 12 << 10 | u64::from(flags);
    let mut table = TABLES;
    for _ in 0..above {
        put64(ram, table, entry(RAM + table + 0x1000, 1));
        table += 0x1000;
    }
    let (middle, leaves) = (table + 0x1000, table + 0x2000);
    put64(ram, table, entry(0, permissions));
    put64(ram, table + 8 * (RAM >> 30), entry(RAM + middle, 1));
    put64(ram, middle, entry(RAM + leaves, 1));
    put64(ram, middle + 8, entry(RAM, permissions));
    for page in 0..RAM_BYTES >> 12 {
        put64(ram, leaves + 8 * page, entry(RAM + (page << 12), permissions));
    }
    (8 + above) << 60 | (RAM + TABLES) >> 12
}

/// A valid executable with one segment and symbols, changed in each byte that `changes` names.
fn mutated(wide: bool, changes: &[u8]) -> Vec<u8> {
    let code: Vec<u8> = [asm::addi(0, 0, 0), asm::addi(1, 1, 1), asm::j_offset(-4) | 0x6f]
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .collect();
    let symbols = [("tohost", RAM + 0x100), ("fromhost", RAM + 0x108), ("begin_signature", RAM)];
    let mut file = guest_tests::elf::write(if wide { 64 } else { 32 }, RAM, &code, &symbols);
    for change in changes.chunks_exact(3) {
        // The file has a page of nothing between its headers and its segment, which is not worth changing.
        let place = usize::from(u16::from_le_bytes([change[0], change[1]]));
        let used = file.len() - SEGMENT_AT + HEADERS_BYTES;
        let at = place % used;
        file[if at < HEADERS_BYTES { at } else { at - HEADERS_BYTES + SEGMENT_AT }] = change[2];
    }
    file
}

#[cfg(test)]
mod tests {
    use super::{Ended, asm};

    /// The prelude and the page tables let the bytes run, in every mode and with every kind of table.
    #[test]
    fn the_bytes_are_run_as_code() {
        // Tells the finisher that the test has passed.
        let store = [asm::lui(5, 0x1_0002), asm::lui(6, 5), asm::addi(6, 6, 0x555), asm::s(0x23, 2, 5, 6, 0)];
        for choice in 0..128 {
            // User mode needs pages with U, supervisor mode pages without.
            let user = choice >> 1 & 3 == 0;
            let mut data = vec![choice, if user { 0xdf } else { 0xcf }];
            data.extend(store.iter().flat_map(|word| word.to_le_bytes()));
            let ended = super::run_program(&data);
            assert!(matches!(ended, Some(Ended::Exit { code: 0, .. })), "choice {choice:#x}: {ended:?}");
        }
    }

    /// Changes are made to a file that the loader takes, not to one that it refuses at once.
    #[test]
    fn the_file_to_be_changed_is_valid() {
        for wide in [false, true] {
            let image = super::Image::elf(super::mutated(wide, &[])).unwrap();
            assert_eq!(image.entry().0, super::RAM);
            assert_eq!(image.notable().tohost.unwrap().0, super::RAM + 0x100);
        }
    }
}
