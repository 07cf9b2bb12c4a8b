//! Walks over tables built in a small RAM.

use super::pte::{A, D, N, R, U, V, W, X};
use super::*;
use crate::hart::Arch;
use crate::riscv::csr::environment;
use crate::riscv::slots::src;
use crate::riscv::testing::*;

/// Where tables are built: one page a level.
const TABLES: u64 = RAM + 0x10000;
/// A page with all rights, in use.
const LEAF: u64 = V | R | W | X | A | D;

/// In S mode with translation of this shape.
fn paged(isa: &str, name: &str) -> Hart<Riscv> {
    let hart = hart(isa);
    let mode = match name {
        "sv32" => 1 << 31,
        "sv39" => 8 << 60,
        "sv48" => 9 << 60,
        _ => 10 << 60,
    };
    hart.arch.registers.satp.set(mode | TABLES >> PAGE_SHIFT);
    hart.arch.set_mode(&hart, mode::S);
    hart
}

fn shape(hart: &Hart<Riscv>) -> Paging {
    Paging::named_by(hart.arch.registers.satp.get(), hart.arch.isa.xlen).expect("a shape that exists")
}

/// Where the entry for `va` at `level` is, once [`map`] has led there.
fn entry_at(hart: &Hart<Riscv>, va: u64, level: u32) -> GuestPhys {
    let shape = shape(hart);
    let index = va >> (PAGE_SHIFT + level * shape.index_bits) & ((1 << shape.index_bits) - 1);
    let table = TABLES + (shape.levels - 1 - level) as u64 * PAGE_SIZE;
    GuestPhys(table + index * shape.entry_width.bytes())
}

fn put(hart: &Hart<Riscv>, at: GuestPhys, entry: u64) {
    match shape(hart).entry_width {
        Width::B4 => hart.memory.write(at, entry as u32),
        _ => hart.memory.write(at, entry),
    }
    .expect("tables are in RAM");
}

fn get(hart: &Hart<Riscv>, at: GuestPhys) -> u64 {
    match shape(hart).entry_width {
        Width::B4 => hart.memory.read::<u32>(at).map(u64::from),
        _ => hart.memory.read::<u64>(at),
    }
    .expect("tables are in RAM")
}

/// Makes `entry`, of a page at `phys`, the leaf for `va` at `level`.
fn map(hart: &Hart<Riscv>, va: u64, level: u32, phys: u64, entry: u64) {
    for above in level + 1..shape(hart).levels {
        let next = TABLES + (shape(hart).levels - above) as u64 * PAGE_SIZE;
        put(hart, entry_at(hart, va, above), next >> PAGE_SHIFT << pte::PPN | V);
    }
    put(hart, entry_at(hart, va, level), phys >> PAGE_SHIFT << pte::PPN | entry);
}

fn at(hart: &Hart<Riscv>, va: u64, access: Access) -> Result<u64, u64> {
    translate(hart, GuestVirt(va), access, 1).map(|found| found.phys.0).map_err(|trap| {
        assert_eq!(trap.tval, va);
        trap.cause
    })
}

#[test]
fn every_level_of_every_shape_maps_its_size() {
    for (isa, name, levels, size_bits) in
        [("rv32gc", "sv32", 2, 10), ("rv64gc", "sv39", 3, 9), ("rv64gc", "sv48", 4, 9), ("rv64gc", "sv57", 5, 9)]
    {
        for level in 0..levels {
            let hart = paged(isa, name);
            let bytes = PAGE_SIZE << (level * size_bits);
            // Physical addresses beyond 32 bits exist with either XLEN; 34 and 56 bits of them.
            let phys = if isa == "rv32gc" { 3 << 32 } else { 7u64 << 53 } & !(bytes - 1);
            let va = 0x7000_0000 & !(bytes - 1);
            map(&hart, va, level, phys, LEAF);
            let found = translate(&hart, GuestVirt(va + bytes - 1), Access::Read, 1);
            let found = found.unwrap_or_else(|trap| panic!("{name} {level}: {trap:?}"));
            assert_eq!((found.phys.0, found.leaf_bytes), (phys + bytes - 1, bytes), "{name} {level}");
            if level > 0 {
                map(&hart, va, level, phys + PAGE_SIZE, LEAF);
                assert_eq!(at(&hart, va, Access::Read), Err(cause::LOAD_PAGE), "{name} {level} misaligned");
            }
        }
    }
}

#[test]
fn faults_are_those_of_the_access() {
    let hart = paged("rv64gc", "sv39");
    assert_eq!(at(&hart, 0x5000, Access::Read), Err(13));
    assert_eq!(at(&hart, 0x5000, Access::Write), Err(15));
    assert_eq!(at(&hart, 0x5000, Access::Fetch), Err(12));
    let cbo = translate_for(&hart, GuestVirt(0x5000), Access::Read, 1, Access::Write).unwrap_err();
    assert_eq!((cbo.cause, cbo.tval), (15, 0x5000));
}

#[test]
fn m_mode_and_bare_mode_do_not_translate() {
    let hart = paged("rv64gc", "sv39");
    hart.arch.set_mode(&hart, mode::M);
    assert_eq!(at(&hart, 0x5000, Access::Write), Ok(0x5000));
    // MPRV lends data accesses the rights of MPP, and fetches nothing.
    hart.arch.set_status(&hart, Status::MPRV.bits() | 1 << 11);
    assert_eq!(at(&hart, 0x5000, Access::Write), Err(15));
    assert_eq!(at(&hart, 0x5000, Access::Fetch), Ok(0x5000));
    hart.arch.registers.satp.set(0);
    hart.arch.set_mode(&hart, mode::U);
    assert_eq!(at(&hart, 0x5000, Access::Write), Ok(0x5000));
}

#[test]
fn unused_address_bits_are_copies_of_the_sign() {
    for (name, bits) in [("sv39", 39), ("sv48", 48), ("sv57", 57)] {
        let hart = paged("rv64gc", name);
        let top = 1u64 << (bits - 1);
        for (va, fine) in [
            (0x5000, true),
            (top | 0x5000, false),
            (top.wrapping_neg() | 0x5000, true),
            (1 << 63 | 0x5000, false),
            (top << 1 | 0x5000, false),
        ] {
            map(&hart, va, 0, RAM, LEAF);
            assert_eq!(at(&hart, va, Access::Read).is_ok(), fine, "{name} {va:#x}");
        }
    }
}

#[test]
fn rights_are_those_of_the_manuals_table() {
    // Status, mode, entry, then read, write, fetch.
    let none = Status::empty();
    for (status, now, entry, allowed) in [
        (none, mode::S, V | R, [true, false, false]),
        (none, mode::S, V | R | W, [true, true, false]),
        (none, mode::S, V | X, [false, false, true]),
        (Status::MXR, mode::S, V | X, [true, false, true]),
        (none, mode::S, V | R | W | X, [true, true, true]),
        (none, mode::S, V | W, [false, false, false]),
        (none, mode::S, V | W | X, [false, false, false]),
        (none, mode::S, R | W | X, [false, false, false]),
        (none, mode::S, V | R | W | X | U, [false, false, false]),
        (Status::SUM, mode::S, V | R | W | X | U, [true, true, false]),
        (none, mode::U, V | R | W | X | U, [true, true, true]),
        (Status::SUM, mode::U, V | R | W | X, [false, false, false]),
    ] {
        let hart = paged("rv64gc", "sv39");
        hart.arch.set_mode(&hart, now);
        hart.arch.set_status(&hart, status.bits());
        map(&hart, 0x5000, 0, RAM, entry | A | D);
        let got = [Access::Read, Access::Write, Access::Fetch].map(|access| at(&hart, 0x5000, access).is_ok());
        assert_eq!(got, allowed, "{status:?} {now} {entry:#x}");
    }
}

#[test]
fn software_sets_a_and_d_unless_hardware_is_told_to() {
    for (entry, access, fine) in [
        (0, Access::Read, false),
        (A, Access::Read, true),
        (A, Access::Fetch, true),
        (A, Access::Write, false),
        (D, Access::Write, false),
        (A | D, Access::Write, true),
    ] {
        let hart = paged("rv64gc_svadu", "sv39");
        map(&hart, 0x5000, 0, RAM, V | R | W | X | entry);
        assert_eq!(at(&hart, 0x5000, access).is_ok(), fine, "{entry:#x} {access:?}");
        let leaf = entry_at(&hart, 0x5000, 0);
        assert_eq!(get(&hart, leaf) & (A | D), entry, "nothing changes");
        hart.arch.registers.menvcfg.set(environment::ADUE);
        assert!(at(&hart, 0x5000, access).is_ok());
        let wanted = if access == Access::Write { A | D } else { A };
        assert_eq!(get(&hart, leaf) & (A | D), entry | wanted);
    }
}

#[test]
fn hardware_touches_no_entry_of_a_refused_access() {
    let hart = paged("rv32gc_svadu", "sv32");
    hart.arch.registers.menvcfg.set(environment::ADUE);
    map(&hart, 0x5000, 0, RAM, V | R);
    assert_eq!(at(&hart, 0x5000, Access::Write), Err(15));
    assert_eq!(get(&hart, entry_at(&hart, 0x5000, 0)) & (A | D), 0);
    assert!(at(&hart, 0x5000, Access::Read).is_ok());
    assert_eq!(get(&hart, entry_at(&hart, 0x5000, 0)) & (A | D), A);
}

#[test]
fn reserved_bits_fault() {
    for bit in (54..=60).chain([61, 62, 63]) {
        let hart = paged("rv64gc", "sv39");
        map(&hart, 0x5000, 0, RAM, LEAF | 1 << bit);
        assert_eq!(at(&hart, 0x5000, Access::Read), Err(13), "bit {bit}");
    }
    for bit in [4, 6, 7, 61, 63] {
        let hart = paged("rv64gc_svnapot_svpbmt", "sv39");
        hart.arch.registers.menvcfg.set(environment::PBMTE);
        map(&hart, 0x5000, 0, RAM, LEAF);
        let above = entry_at(&hart, 0x5000, 1);
        put(&hart, above, get(&hart, above) | 1 << bit);
        assert_eq!(at(&hart, 0x5000, Access::Read), Err(13), "bit {bit} of an entry that is no leaf");
    }
}

#[test]
fn memory_types_need_the_extension_and_its_enable() {
    for (enabled, kind, fine) in [(false, 1, false), (true, 1, true), (true, 2, true), (true, 3, false)] {
        let hart = paged("rv64gc_svpbmt", "sv39");
        hart.arch.registers.menvcfg.set(if enabled { environment::PBMTE } else { 0 });
        map(&hart, 0x5000, 0, RAM, LEAF | kind << 61);
        assert_eq!(at(&hart, 0x5000, Access::Read).is_ok(), fine);
    }
}

#[test]
fn sixteen_pages_can_be_one() {
    let hart = paged("rv64gc_svnapot", "sv39");
    // Bits 3 to 0 of the page number say 64 KiB; those of the address take their place.
    map(&hart, 0x1_5000, 0, RAM + 0x8000, LEAF | N);
    let found = translate(&hart, GuestVirt(0x1_5123), Access::Read, 1).unwrap();
    assert_eq!((found.phys.0, found.leaf_bytes), (RAM + 0x5123, 0x1_0000));
    for other in [0, 0x4000, 0x9000, 0x1000] {
        map(&hart, 0x1_5000, 0, RAM + other, LEAF | N);
        assert_eq!(at(&hart, 0x1_5000, Access::Read), Err(13), "{other:#x}");
    }
    map(&hart, 0x20_0000, 1, RAM, LEAF | N);
    assert_eq!(at(&hart, 0x20_0000, Access::Read), Err(13), "in a large page");
}

#[test]
fn tables_themselves_must_be_readable_memory() {
    let hart = paged("rv64gc_svadu", "sv39");
    map(&hart, 0x5000, 0, 0x10_0000, LEAF);
    put(&hart, entry_at(&hart, 0x5000, 1), 0x20_0000 >> PAGE_SHIFT << pte::PPN | V);
    assert_eq!(at(&hart, 0x5000, Access::Fetch), Err(cause::FETCH_ACCESS), "no memory there");

    // The table may be read but not written: A cannot be set.
    map(&hart, 0x5000, 0, RAM, V | R);
    let leaf = entry_at(&hart, 0x5000, 0);
    hart.arch.registers.menvcfg.set(environment::ADUE);
    hart.arch.pmp.set_address(1, u64::MAX, 64);
    hart.arch.pmp.set_config(1, 0x1f);
    hart.arch.pmp.set_address(0, leaf.0 >> 2, 64);
    // Eight bytes, R only.
    hart.arch.pmp.set_config(0, 0x19);
    assert_eq!(at(&hart, 0x5000, Access::Read), Err(cause::LOAD_ACCESS));
    hart.arch.pmp.set_config(0, 0x18);
    map(&hart, 0x5000, 0, RAM, LEAF);
    assert_eq!(at(&hart, 0x5000, Access::Read), Err(cause::LOAD_ACCESS), "nor read");
}

#[test]
fn tables_of_rv32_may_be_anywhere_in_34_bits() {
    let hart = paged("rv32gc", "sv32");
    map(&hart, 0x5000, 0, RAM, LEAF);
    assert_eq!(at(&hart, 0x5000, Access::Read), Ok(RAM));
    let satp = &hart.arch.registers.satp;
    for bit in [20, 21] {
        let was = satp.replace(satp.get() | 1 << bit);
        assert_eq!(at(&hart, 0x5000, Access::Read), Err(cause::LOAD_ACCESS), "no memory at bit {bit}");
        satp.set(was);
    }
}

#[test]
fn the_pmp_has_the_last_word_and_the_leaf_shrinks_to_what_it_leaves_uniform() {
    let hart = paged("rv64gc", "sv39");
    map(&hart, 0x5000, 0, RAM, LEAF);
    hart.arch.pmp.set_address(1, u64::MAX, 64);
    hart.arch.pmp.set_config(1, 0x1f);
    hart.arch.pmp.set_address(0, (RAM + 0x100) >> 2, 64);
    hart.arch.pmp.set_config(0, 0x11);
    assert_eq!(at(&hart, 0x5100, Access::Write), Err(cause::STORE_AMO_ACCESS));
    assert_eq!(at(&hart, 0x5104, Access::Write), Ok(RAM + 0x104));
    let leaf = |va| translate(&hart, GuestVirt(va), Access::Read, 1).unwrap().leaf_bytes;
    assert_eq!([leaf(0x5100), leaf(0x5104), leaf(0x5800)], [4, 4, 2048]);
    // Eight bytes of which four are another entry's.
    let wide = translate(&hart, GuestVirt(0x5100), Access::Read, 8);
    assert_eq!(wide.unwrap_err().cause, cause::LOAD_ACCESS);
}

/// lw x5, 0(x6) and sw x5, 0(x6)
const LW: u32 = 0x0003_2283;
const SW: u32 = 0x0053_2023;

/// In M mode with MPRV, so that code stays where it is while data goes through the tables.
fn lent(isa: &str) -> Hart<Riscv> {
    let hart = paged(isa, "sv39");
    hart.arch.set_mode(&hart, mode::M);
    hart.arch.set_status(&hart, Status::MPRV.bits() | 1 << 11);
    hart.slots.set(src(6), 0x5000);
    hart
}

fn faults(hart: &Hart<Riscv>, word: u32) -> Option<u64> {
    hart.trap.set(Trap { cause: 0, tval: 0 });
    step(hart, word);
    let cause = hart.trap.get().cause;
    (cause != 0).then_some(cause)
}

#[test]
fn rights_that_change_with_the_status_are_not_remembered_too_long() {
    let hart = lent("rv64gc");
    map(&hart, 0x5000, 0, RAM + 0x8000, LEAF | U);
    let status = |bits: Status| hart.arch.set_status(&hart, (Status::MPRV | bits).bits() | 1 << 11);
    assert_eq!(faults(&hart, LW), Some(13));
    status(Status::SUM);
    assert_eq!(faults(&hart, LW), None);
    status(Status::empty());
    assert_eq!(faults(&hart, LW), Some(13), "SUM is off again");
    map(&hart, 0x5000, 0, RAM + 0x8000, V | X | A);
    status(Status::MXR);
    assert_eq!(faults(&hart, LW), None);
    status(Status::empty());
    assert_eq!(faults(&hart, LW), Some(13), "MXR is off again");
}

/// A page that the TLB has answers for itself, so whether it may must be asked there too.
#[test]
fn unaligned_accesses_are_done_or_trapped_also_in_pages_at_hand() {
    for misaligned_trap in [false, true] {
        let mut hart = lent("rv64gc");
        hart.arch.config.misaligned_trap = misaligned_trap;
        hart.tlb.allow_unaligned(!misaligned_trap);
        map(&hart, 0x5000, 0, RAM + 0x8000, LEAF);
        hart.slots.set(src(6), 0x5000);
        assert_eq!((faults(&hart, LW), faults(&hart, SW)), (None, None), "aligned");
        hart.memory.write(GuestPhys(RAM + 0x8001), 0x1234_5678_u32).unwrap();
        hart.slots.set(src(6), 0x5001);
        let expected = |cause| misaligned_trap.then_some(cause);
        assert_eq!(faults(&hart, LW), expected(cause::LOAD_MISALIGNED));
        assert_eq!(hart.slots.get(src(5)) == 0x1234_5678, !misaligned_trap);
        hart.slots.set(src(5), 0x55);
        assert_eq!(faults(&hart, SW), expected(cause::STORE_AMO_MISALIGNED));
        let stored = if misaligned_trap { 0x1234_5678 } else { 0x55 };
        assert_eq!(hart.memory.read::<u32>(GuestPhys(RAM + 0x8001)), Ok(stored));
    }
}

#[test]
fn a_fence_makes_a_changed_table_count() {
    for fence in [SFENCE_VMA, SFENCE_VMA | 6 << 15] {
        let hart = lent("rv64gc");
        map(&hart, 0x5000, 0, RAM + 0x8000, LEAF);
        assert_eq!(faults(&hart, LW), None);
        map(&hart, 0x5000, 0, RAM + 0x8000, 0);
        step(&hart, fence);
        assert_eq!(faults(&hart, LW), Some(13), "{fence:#x}");
    }
}

#[test]
fn a_fence_with_an_asid_leaves_other_address_spaces_alone() {
    const RS1: u32 = 6 << 15;
    const RS2: u32 = 7 << 20;
    for (fence, asid, forgets) in [
        (SFENCE_VMA | RS2, 1, [true, false]),
        (SFENCE_VMA | RS2, 2, [false, true]),
        (SFENCE_VMA | RS2 | RS1, 2, [false, true]),
        (SFENCE_VMA | RS2, 0x1_0001, [true, false]),
        (SFENCE_VMA | RS2, 3, [false, false]),
        (SFENCE_VMA | RS1, 3, [true, true]),
    ] {
        let hart = lent("rv64gc");
        let tables = hart.arch.registers.satp.get();
        let enter = |asid: u64| hart.arch.set_satp(&hart, tables | asid << 44);
        map(&hart, 0x5000, 0, RAM + 0x8000, LEAF);
        for asid in [1, 2] {
            enter(asid);
            assert_eq!(faults(&hart, LW), None);
        }
        map(&hart, 0x5000, 0, RAM + 0x8000, 0);
        hart.slots.set(src(7), asid);
        step(&hart, fence);
        for (asid, forgotten) in [1, 2].into_iter().zip(forgets) {
            enter(asid);
            // A trap has put M mode into MPP.
            hart.arch.set_status(&hart, Status::MPRV.bits() | 1 << 11);
            assert_eq!(faults(&hart, LW), forgotten.then_some(13), "{fence:#x} asid {asid}");
        }
    }
}

#[test]
fn only_what_needs_no_change_and_raises_nothing_is_translated_ahead() {
    let (isa, name) = ("rv64gc", "sv39");
    let near = |access, entry, pages| {
        let hart = paged(isa, name);
        map(&hart, 0x8000, 0, RAM + 0x8000, LEAF);
        map(&hart, 0x9000, 0, RAM + 0x3000, entry);
        for other in [0x7000, 0x1_0000] {
            map(&hart, other, 0, RAM + 0x4000, LEAF);
        }
        let from = entry_at(&hart, 0x8000, 0);
        let found = translate_near(&hart, GuestVirt(0x8123), access, from, pages);
        assert_eq!(get(&hart, entry_at(&hart, 0x9000, 0)) & 0x3ff, entry, "the entry is as it was");
        found
    };
    let page = Some((GuestVirt(0x9000), GuestPhys(RAM + 0x3000)));
    assert_eq!(near(Access::Read, LEAF, 1), page);
    assert_eq!(near(Access::Write, LEAF, 1), page);
    for entry in [LEAF & !V, LEAF & !A, LEAF & !R & !W, LEAF | U, V, 0] {
        assert_eq!(near(Access::Read, entry, 1), None, "{entry:#x}");
    }
    for entry in [LEAF & !D, LEAF & !W] {
        assert_eq!((near(Access::Write, entry, 1), near(Access::Read, entry, 1)), (None, page), "{entry:#x}");
    }
    assert_eq!(near(Access::Read, LEAF, -1), None, "in another line");
    assert_eq!(near(Access::Read, LEAF, 8), None, "in another line");

    // Half of the page is locked away from everybody.
    let hart = paged(isa, name);
    map(&hart, 0x8000, 0, RAM + 0x8000, LEAF);
    map(&hart, 0x9000, 0, RAM + 0x3000, LEAF);
    let ahead = || translate_near(&hart, GuestVirt(0x8000), Access::Read, entry_at(&hart, 0x8000, 0), 1);
    assert_eq!(ahead(), page);
    hart.arch.pmp.set_address(1, u64::MAX >> 10, 64);
    hart.arch.pmp.set_config(1, 0x1f);
    hart.arch.pmp.set_address(0, (RAM + 0x3000) >> 2 | 0xff, 64);
    hart.arch.pmp.set_config(0, 0x98);
    assert_eq!(ahead(), None);
}

/// Pages one after the other: counted, and the same values as without.
#[test]
fn a_stream_of_pages_is_made_ready_ahead() {
    let run = |on: bool| {
        let hart = lent("rv64gc");
        hart.tlb.set_prefetch(on);
        let pages = 0..64_u64;
        for page in pages.clone() {
            map(&hart, 0x10_0000 + page * PAGE_SIZE, 0, RAM + 0x2_0000 + page * PAGE_SIZE, LEAF);
            hart.memory.write(GuestPhys(RAM + 0x2_0000 + page * PAGE_SIZE), page).expect("RAM");
        }
        let values: Vec<_> = pages.map(|page| hart.load_slow(0x10_0000 + page * PAGE_SIZE, 8)).collect();
        (values, hart.tlb.counts())
    };
    let ((with, ahead), (without, none)) = (run(true), run(false));
    assert_eq!(with, (0..64).map(Ok).collect::<Vec<_>>());
    assert_eq!(with, without);
    assert_eq!((none.prefetched, none.fills), (0, 64));
    // Of each line of entries the first page is walked to, the last one's miss tells that the stream has passed the six
    // between; these had no miss, or would not be known to have been used.
    assert!(ahead.prefetched_used <= 8 && ahead.streamed >= 40 && ahead.fills <= 10, "{ahead:?}");
    assert_eq!((ahead.fills + ahead.prefetched_used + ahead.streamed, ahead.in_vain()), (64, 0));
}

#[test]
fn a_page_must_be_dirty_before_the_second_store_too() {
    let hart = lent("rv64gc");
    map(&hart, 0x5000, 0, RAM + 0x8000, V | R | W | A);
    assert_eq!(faults(&hart, LW), None);
    assert_eq!(faults(&hart, SW), Some(15), "a translation for loads is none for stores");
}

#[test]
fn protection_within_a_page_holds_for_code_too() {
    // From entry 0's end on, code cannot be fetched: not by M mode either, the entry being locked.
    let hart = hart("rv64gc");
    hart.arch.registers.mtvec.set(RAM + 0x2000);
    hart.arch.pmp.set_address(0, (RAM + 8) >> 2, 64);
    hart.arch.pmp.set_config(0, 0x0f);
    hart.arch.pmp.set_address(1, (RAM + 0x1000) >> 2, 64);
    hart.arch.pmp.set_config(1, 0x89);
    load(&hart, &[NOP, NOP, NOP]);
    hart.pc.set(RAM);
    let mut interp = crate::interp::run::Interp::default();
    while hart.traps.get() == 0 {
        interp.run(&hart, 100);
    }
    assert_eq!((hart.trap.get().cause, hart.trap.get().tval), (cause::FETCH_ACCESS, RAM + 8));
    assert_eq!(hart.retired.get(), 2);
}

#[test]
fn an_instruction_over_a_pages_end_faults_at_its_second_half() {
    let hart = paged("rv64gc", "sv39");
    map(&hart, 0x5000, 0, RAM, LEAF);
    hart.memory.write(GuestPhys(RAM + 0xffe), 0x0013_u16).unwrap();
    hart.pc.set(0x5ffe);
    crate::interp::run::Interp::default().run(&hart, 1);
    let r = &hart.arch.registers;
    assert_eq!((r.mcause.get(), r.mtval.get(), r.mepc.get()), (cause::FETCH_PAGE, 0x6000, 0x5ffe));
}

#[test]
fn addresses_of_rv32_wrap() {
    let hart = hart("rv32gc");
    assert_eq!(Riscv::advance(&hart, GuestVirt(0xffff_fffe), 4), GuestVirt(2));
}
