//! The target `program`: bytes as instructions, in every mode, with every kind of address translation.
//!
//! If code and page tables lie in a ROM, and nothing else can be executed, the bytes run twice: once as the interpreter likes it
//! and once cut into small pieces, perhaps traced and so without the fast ways to memory. Both runs must come to the same end,
//! with the same counts, registers and memory. In RAM, code may change itself and tables may change without a fence; what is
//! seen of that, and when, is left open by the manual, so one run has to do.

use emu_core::machine::{Ended, Machine};
use emu_core::riscv::state::Riscv;
use emu_mem::GuestPhys;
use guest_tests::asm;

use super::machine::{self, ENTRY, MEMORY, MEMORY_BYTES, ROM_BYTES};
use super::paging::{self, TABLES};

/// Where the prelude keeps the words that it loads.
const POOL: usize = 0x400;
/// Enough for loops, timers and chains of traps.
const INSNS: u64 = 300;

/// What the first three bytes choose.
#[derive(Clone, Copy)]
struct Choice {
    /// The first byte, as for every target.
    machine: machine::Choice,
    /// Bit 3: address translation; with 64 bits, bits 5 and 6 say how many tables there are above those of Sv39.
    tables_above: Option<u64>,
    /// Bit 7: floating point is off.
    no_float: bool,
    /// The second byte: the lower bits of every page-table entry.
    permissions: u8,
    /// Bits 0 and 1 of the third byte: instructions in a piece of the second run.
    piece_insns: u64,
    /// Bit 2: the second run is traced.
    traced: bool,
    /// Bit 3: the second run translates no page ahead of its use.
    no_prefetch: bool,
    /// Bit 4: code and tables lie in RAM, and there is no second run.
    ram_only: bool,
}

impl Choice {
    fn new([first, permissions, second]: [u8; 3]) -> Self {
        Self {
            machine: machine::Choice::new(first),
            tables_above: (first & 8 != 0).then(|| u64::from(first >> 5 & 3).min(2)),
            no_float: first & 0x80 != 0,
            permissions,
            piece_insns: [1, 2, 3, 7][usize::from(second & 3)],
            traced: second & 4 != 0,
            no_prefetch: second & 8 != 0,
            ram_only: second & 0x10 != 0,
        }
    }
}

/// Runs the bytes; the first three choose the machine.
pub fn program(data: &[u8]) {
    let _ = run(data);
}

fn run(data: &[u8]) -> Option<Ended> {
    let (&first, code) = data.split_first_chunk()?;
    let choice = Choice::new(first);

    let mut whole = machine(choice, code);
    let ended = whole.run(INSNS);
    assert!(ended.is_some() || whole.retired() == INSNS, "stopped for no reason");
    let stats = whole.stats();
    assert_eq!(stats.by_mode.iter().sum::<u64>(), stats.instructions);
    if choice.ram_only {
        return ended;
    }

    let mut pieces = machine(choice, code);
    if choice.traced {
        pieces.trace(Some(Box::new(|_| ())));
    }
    pieces.harts()[0].tlb.set_prefetch(!choice.no_prefetch);
    let mut pieces_ended = None;
    while pieces_ended.is_none() && pieces.retired() < INSNS {
        pieces_ended = pieces.run(choice.piece_insns.min(INSNS - pieces.retired()));
    }

    assert_eq!(ended.clone().map(essence), pieces_ended.map(essence));
    assert_eq!(stats, pieces.stats());
    assert_eq!(whole.state_hash(), pieces.state_hash(), "registers, CSRs or output");
    assert!(machine::ram(&whole) == machine::ram(&pieces), "memory");
    ended
}

/// The end without where the last blocks began, which pieces have more of.
fn essence(mut ended: Ended) -> Ended {
    if let Ended::Stuck(stuck) = &mut ended {
        stuck.recent.clear();
    }
    ended
}

/// A machine that will run `code`.
fn machine(choice: Choice, code: &[u8]) -> Machine<Riscv> {
    let (machine, _) = choice.machine.machine(code, !choice.ram_only);
    let satp = |memory: &_| match (choice.tables_above, choice.machine.wide) {
        (None, _) => 0,
        (Some(above), true) => paging::sv39_and_above(memory, above, choice.permissions),
        (Some(_), false) => paging::sv32(memory, choice.permissions),
    };
    let memory = machine.board.bus.memory();
    let floating = if choice.no_float { 0 } else { 0x6000 };
    let prelude = prelude(choice, satp(memory), u64::from(choice.machine.mode) << 11 | floating);
    memory.install_bytes(GuestPhys(MEMORY), &prelude).expect("it is shorter than memory");
    machine
}

/// At the beginning of memory: sets up CSRs and pointers from the pool, then enters the code by MRET.
fn prelude(Choice { machine: machine::Choice { wide, .. }, ram_only, .. }: Choice, satp: u64, mstatus: u64) -> Vec<u8> {
    const SATP: u32 = 0x180;
    const MSTATUS: u32 = 0x300;
    const MTVEC: u32 = 0x305;
    const STVEC: u32 = 0x105;
    const MEPC: u32 = 0x341;
    const PMPADDR0: u32 = 0x3b0;
    const PMPCFG0: u32 = 0x3a0;
    const NAPOT: u64 = 0x18;
    const LOCKED: u64 = 0x80;
    const EXECUTE: u64 = 4;
    const ALL: u64 = 7;
    const EVERYWHERE: u64 = u64::MAX >> 10;
    // Either everything to everybody; or the ROM may be executed and all else not, by nobody, for ever.
    let (pmpaddr0, pmpcfg0) = if ram_only {
        (EVERYWHERE, NAPOT | ALL)
    } else {
        let rom = MEMORY >> 2 | (ROM_BYTES / 8 - 1);
        (rom, (LOCKED | NAPOT | ALL) | (LOCKED | NAPOT | ALL & !EXECUTE) << 8)
    };
    let csrs = [
        (PMPADDR0, pmpaddr0),
        (PMPADDR0 + 1, EVERYWHERE),
        (PMPCFG0, pmpcfg0),
        (SATP, satp),
        (MSTATUS, mstatus),
        (MTVEC, ENTRY),
        (STVEC, ENTRY),
        (MEPC, ENTRY),
    ];
    // The registers that compressed instructions reach, x8 to x15: RAM, its end, the superpage behind, tables, devices.
    let superpage = MEMORY + if wide { 2 << 20 } else { 4 << 20 };
    let pointers = [
        MEMORY + ROM_BYTES + 0x800,
        MEMORY + MEMORY_BYTES - 3,
        superpage + ROM_BYTES + 0x1000,
        TABLES,
        0x0200_4000,
        0x0c00_0000,
        0x1000_0000,
        0x1000_3000,
    ];
    let step = if wide { 8 } else { 4 };
    let load = |rd: u32, slot: usize| {
        let offset = (POOL + slot * step) as i32;
        asm::i(0x03, if wide { 3 } else { 2 }, rd, 5, offset)
    };
    let mut words = vec![asm::auipc(5, 0)];
    let mut pool = Vec::new();
    for (csr, value) in csrs {
        words.push(load(6, pool.len()));
        words.push(asm::csrrw(0, csr, 6));
        pool.push(value);
    }
    for (rd, value) in (8..).zip(pointers) {
        words.push(load(rd, pool.len()));
        pool.push(value);
    }
    words.push(0x3020_0073); // mret
    let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    bytes.resize(POOL, 0);
    bytes.extend(pool.iter().flat_map(|value| value.to_le_bytes().into_iter().take(step)));
    bytes
}

#[cfg(test)]
mod tests {
    use super::{Ended, asm};

    /// The prelude and the page tables let the bytes run, in every mode and with every kind of table.
    #[test]
    fn the_bytes_are_run_as_code() {
        // Tells the finisher that the test has passed.
        let store = [asm::lui(5, 0x1_0002), asm::lui(6, 5), asm::addi(6, 6, 0x555), asm::s(0x23, 2, 5, 6, 0)];
        for (choice, rom) in (0..128).flat_map(|choice| [(choice, 0), (choice, 0x10)]) {
            // User mode needs pages with U, supervisor mode pages without.
            let user = choice >> 1 & 3 == 0;
            let mut data = vec![choice, if user { 0xdf } else { 0xcf }, choice & 0xf | rom];
            data.extend(store.iter().flat_map(|word| word.to_le_bytes()));
            let ended = super::run(&data);
            assert!(matches!(ended, Some(Ended::Exit { code: 0, .. })), "choice {choice:#x}: {ended:?}");
        }
    }
}
