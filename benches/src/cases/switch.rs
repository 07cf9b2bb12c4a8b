//! Changes of the address space and of the mode, made by a guest as an operating system makes them.

use emu_mem::PAGE_SIZE;
use guest_tests::asm::{ECALL, SFENCE_VMA, SRET, addi, csrrs, csrrw};

use crate::Prepared;
use crate::guest::program::{LD, load};
use crate::guest::{DATA, Guest, Mode, Program, RAM, Rights, Tables, Translation, VIRTUAL};

/// Times that the program's loop is run through.
const ROUNDS: usize = 64;
/// Address spaces that take turns; changes in one direction that a loop makes.
const SPACES: u32 = 8;
/// Pages that are loaded from behind each change.
const PAGES: u32 = 4;

const SATP: u32 = 0x180;
const SEPC: u32 = 0x141;
/// Where the addresses of pages are: from x20 on those of U mode or of the address space, behind them those of S mode.
const POINTERS: u32 = 20;

/// Maps the program's page where it is, and `PAGES` pages with room for them at `virt`.
fn map(tables: &mut Tables<'_>, code: Rights, virt: u64, phys: u64, data: Rights) {
    tables.map(RAM, RAM, code);
    for page in (0..PAGES.into()).map(|page: u64| page * PAGE_SIZE) {
        tables.map(virt + page, phys + page, data);
    }
}

/// Puts the addresses of the pages into registers from `first` on.
fn point(guest: &Guest, first: u32, virt: u64) {
    for page in 0..PAGES {
        guest.set(first + page, virt + u64::from(page) * PAGE_SIZE);
    }
}

fn loads(program: &mut Program, first: u32) {
    for page in 0..PAGES {
        program.put(load(LD, 6, first + page, 0));
    }
}

/// Whether translations outlive a change.
pub(super) enum Kept {
    Yes,
    /// The guest has all forgotten behind each change, as if there were no ASIDs.
    No,
}

/// S mode writes `satp`, in turns those of eight address spaces with an ASID each, and uses each a little.
pub(super) fn address_spaces(kept: Kept) -> Prepared {
    const VALUES: u32 = 8;
    let mut guest = Guest::new(64);
    let mut tables = guest.tables(Translation::Sv39);
    let mut program = Program::default();
    for space in 0..SPACES {
        let data = DATA + u64::from(space * PAGES) * PAGE_SIZE;
        map(&mut tables, Rights::CODE, VIRTUAL, data, Rights::DATA);
        guest.set(VALUES + space, tables.satp(space.into()));
        program.put(csrrw(0, SATP, VALUES + space));
        if matches!(kept, Kept::No) {
            program.put(SFENCE_VMA);
        }
        loads(&mut program, POINTERS);
        if space == 0 {
            guest.enter(Mode::Supervisor, tables.satp(0));
        }
        tables = tables.another();
    }
    program.jump(0);
    point(&guest, POINTERS, VIRTUAL);
    guest.load(RAM, &program);
    let instructions = (ROUNDS * program.words().len()) as u64;
    Prepared::new(ROUNDS * SPACES as usize, move || guest.run(instructions))
}

/// U mode calls S mode, which uses its pages and returns behind the call; U mode then uses its own.
pub(super) fn modes() -> Prepared {
    const HANDLER: u64 = RAM + PAGE_SIZE;
    let mut guest = Guest::new(64);
    let mut tables = guest.tables(Translation::Sv39);
    map(&mut tables, Rights::CODE.user(), VIRTUAL, DATA, Rights::DATA.user());
    let supervisor = u64::from(PAGES) * PAGE_SIZE;
    map(&mut tables, Rights::CODE.user(), VIRTUAL + supervisor, DATA + supervisor, Rights::DATA);
    tables.map(HANDLER, HANDLER, Rights::CODE);
    point(&guest, POINTERS, VIRTUAL);
    point(&guest, POINTERS + PAGES, VIRTUAL + supervisor);

    let mut handler = Program::default();
    loads(&mut handler, POINTERS + PAGES);
    handler.put(csrrs(7, SEPC, 0)).put(addi(7, 7, 4)).put(csrrw(0, SEPC, 7)).put(SRET);
    guest.load(HANDLER, &handler);
    let mut program = Program::default();
    for _ in 0..SPACES {
        program.put(ECALL);
        loads(&mut program, POINTERS);
    }
    program.jump(0);
    guest.load(RAM, &program);

    guest.delegate_calls(HANDLER);
    guest.enter(Mode::User, tables.satp(0));
    // The call itself does not retire.
    let calls = SPACES as usize;
    let instructions = (ROUNDS * (program.words().len() - calls + calls * handler.words().len())) as u64;
    Prepared::new(ROUNDS * 2 * calls, move || guest.run(instructions))
}
