//! Page tables for the target `program`: all of memory in pages of 4 KiB, again as a superpage behind that, and the devices as
//! superpages, all with the same permissions.

use emu_mem::{GuestPhys, Memory, PAGE_SIZE};

use super::machine::{MEMORY, MEMORY_BYTES};

/// Where the tables lie: a page each, in the order in which a walk reads them. Sv57 takes all five.
pub(super) const TABLES: u64 = MEMORY + 0x3000;

const SUPERPAGES_32: [u64; 3] = [0x0200_0000, 0x0c00_0000, 0x1000_0000];

/// An entry of either size: the page number, and its lower bits.
fn entry(phys: u64, flags: u8) -> u64 {
    phys >> 12 << 10 | u64::from(flags)
}

/// Tables for Sv32. Returns `satp`.
pub(super) fn sv32(memory: &Memory, permissions: u8) -> u64 {
    let (root, leaves) = (TABLES, TABLES + PAGE_SIZE);
    let put =
        |at: u64, value: u64| memory.install_bytes(GuestPhys(at), &(value as u32).to_le_bytes()).expect("it is there");
    for base in SUPERPAGES_32 {
        put(root + 4 * (base >> 22), entry(base, permissions));
    }
    put(root + 4 * (MEMORY >> 22), entry(leaves, 1));
    put(root + 4 * ((MEMORY >> 22) + 1), entry(MEMORY, permissions));
    for page in 0..MEMORY_BYTES / PAGE_SIZE {
        put(leaves + 4 * page, entry(MEMORY + page * PAGE_SIZE, permissions));
    }
    1 << 31 | root >> 12
}

/// Tables for Sv39, Sv48 and Sv57, which have `above` = 0, 1 and 2 tables above those of Sv39. Returns `satp`.
pub(super) fn sv39_and_above(memory: &Memory, above: u64, permissions: u8) -> u64 {
    let put = |at: u64, value: u64| memory.install_bytes(GuestPhys(at), &value.to_le_bytes()).expect("it is there");
    let mut table = TABLES;
    for _ in 0..above {
        put(table, entry(table + PAGE_SIZE, 1));
        table += PAGE_SIZE;
    }
    let (middle, leaves) = (table + PAGE_SIZE, table + 2 * PAGE_SIZE);
    put(table, entry(0, permissions));
    put(table + 8 * (MEMORY >> 30), entry(middle, 1));
    put(middle, entry(leaves, 1));
    put(middle + 8, entry(MEMORY, permissions));
    for page in 0..MEMORY_BYTES / PAGE_SIZE {
        put(leaves + 8 * page, entry(MEMORY + page * PAGE_SIZE, permissions));
    }
    (8 + above) << 60 | TABLES >> 12
}
