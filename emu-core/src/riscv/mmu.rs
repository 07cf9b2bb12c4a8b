//! Address translation: Sv32, Sv39, Sv48 and Sv57 (privileged manual 12.3 to 12.6), Svnapot, Svpbmt, Svade and Svadu; and
//! the PMP's word on what comes out. The result of a walk is kept in the soft TLB, by the hart.

use super::cause;
use super::csr::environment::{ADUE, PBMTE};
use super::csr::status::Status;
use super::extension::Ext;
use super::state::{Riscv, mode};
use crate::hart::{Hart, Near, Translation};
use crate::trap::Trap;
use emu_mem::{Access, GuestPhys, GuestVirt, PAGE_SHIFT, PAGE_SIZE, Unit, Width};

/// The shape of the page tables.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Paging {
    /// Levels of tables; 0 is no translation (Bare).
    levels: u32,
    /// Bits of an address that choose an entry of one table.
    index_bits: u32,
    entry_width: Width,
}

/// No translation.
pub const BARE: Paging = Paging { levels: 0, index_bits: 0, entry_width: Width::B8 };
const SV32: Paging = Paging { levels: 2, index_bits: 10, entry_width: Width::B4 };
const SV39: Paging = Paging { levels: 3, index_bits: 9, entry_width: Width::B8 };
const SV48: Paging = Paging { levels: 4, ..SV39 };
const SV57: Paging = Paging { levels: 5, ..SV39 };

impl Paging {
    /// The shape that the mode field of a `satp` value names; `None` if it is reserved.
    pub fn named_by(satp: u64, xlen: u32) -> Option<Paging> {
        match (xlen, if xlen == 32 { satp >> 31 & 1 } else { satp >> 60 }) {
            (_, 0) => Some(BARE),
            (32, _) => Some(SV32),
            (_, 8) => Some(SV39),
            (_, 9) => Some(SV48),
            (_, 10) => Some(SV57),
            _ => None,
        }
    }

    /// Bits of a virtual address.
    fn address_bits(self) -> u32 {
        PAGE_SHIFT + self.levels * self.index_bits
    }
}

/// The address space's number in a `satp` value.
pub fn asid(satp: u64, xlen: u32) -> u64 {
    satp >> if xlen == 32 { 22 } else { 44 } & asid_mask(xlen)
}

/// The bits that an address space's number can have.
pub const fn asid_mask(xlen: u32) -> u64 {
    if xlen == 32 { 0x1ff } else { 0xffff }
}

/// Bytes of a cache line: what a walk has at hand once it has read an entry.
const LINE_BYTES: u64 = 64;

/// Bits of a page table entry.
mod pte {
    pub(super) const V: u64 = 1;
    pub(super) const R: u64 = 1 << 1;
    pub(super) const W: u64 = 1 << 2;
    pub(super) const X: u64 = 1 << 3;
    pub(super) const U: u64 = 1 << 4;
    pub(super) const A: u64 = 1 << 6;
    pub(super) const D: u64 = 1 << 7;
    /// Where the physical page number starts.
    pub(super) const PPN: u32 = 10;
    /// Reserved in 64-bit entries.
    pub(super) const RESERVED: u64 = 0x7f << 54;
    pub(super) const PBMT: u64 = 3 << 61;
    pub(super) const N: u64 = 1 << 63;
}

/// How a translation is to be judged.
#[derive(Copy, Clone)]
struct Request {
    at: GuestVirt,
    access: Access,
    mode: u8,
    /// Whose exceptions a refusal raises: cache-block operations ask for a read and fault as stores do.
    blame: Access,
}

impl Request {
    fn page_fault(&self) -> Trap {
        Trap { cause: cause::page(self.blame), tval: self.at.0 }
    }

    fn access_fault(&self) -> Trap {
        Trap { cause: cause::access(self.blame), tval: self.at.0 }
    }
}

/// Where `at` lies for an access of `bytes` bytes, which do not leave the page.
pub fn translate(hart: &Hart<Riscv>, at: GuestVirt, access: Access, bytes: u64) -> Result<Translation, Trap> {
    translate_for(hart, at, access, bytes, access)
}

/// The same with the exceptions of another kind of access.
pub fn translate_for(
    hart: &Hart<Riscv>,
    at: GuestVirt,
    access: Access,
    bytes: u64,
    blame: Access,
) -> Result<Translation, Trap> {
    let mode = if access == Access::Fetch { hart.mode.get() } else { hart.arch.data_mode(hart) };
    let request = Request { at, access, mode, blame };
    let paging = hart.arch.paging();
    let Leaf { phys, page_bytes, entry } = if mode == mode::M || paging == BARE {
        Leaf { phys: hart.arch.wrap(at.0), page_bytes: PAGE_SIZE, entry: None }
    } else {
        let satp = hart.arch.registers.satp.get();
        match paging.entry_width {
            Width::B4 => walk::<u32>(hart, request, paging, satp)?,
            _ => walk::<u64>(hart, request, paging, satp)?,
        }
    };
    let pmp = &hart.arch.pmp;
    // Within a page the PMP may differ; a larger leaf is entered page by page, and each page is asked for by itself. What is
    // allowed for all of a page is the same everywhere in it.
    let mut leaf_bytes = page_bytes;
    if !pmp.allows(phys & !(PAGE_SIZE - 1), PAGE_SIZE, access, mode) {
        if !pmp.allows(phys, bytes, access, mode) {
            return Err(request.access_fault());
        }
        let uniform = pmp.uniform_bytes(phys);
        leaf_bytes = if uniform < PAGE_SIZE { uniform } else { page_bytes };
    }
    Ok(Translation { phys: GuestPhys(phys), leaf_bytes, entry })
}

/// What an entry beside the one that a walk has just used says about its page. Nothing is changed, and whatever would be an
/// exception, or need A or D to be set, is left out.
pub fn translate_near(hart: &Hart<Riscv>, at: GuestVirt, access: Access, entry: GuestPhys, pages: i64) -> Near {
    let width = hart.arch.paging().entry_width;
    let place = GuestPhys(entry.0.wrapping_add_signed(pages * width.bytes() as i64));
    if place.0 / LINE_BYTES != entry.0 / LINE_BYTES {
        return None;
    }
    // Same line, same table: no bit above those that choose the entry changes.
    let page = GuestVirt(at.page().0.wrapping_add_signed(pages * PAGE_SIZE as i64));
    let request = Request { at: page, access, mode: hart.arch.data_mode(hart), blame: access };
    let entry = match width {
        Width::B4 => read_entry::<u32>(hart, place),
        _ => read_entry::<u64>(hart, place),
    };
    let phys = small_page(hart, request, entry?)?;
    Some((page, phys))
}

/// The page that an entry maps, if the access is allowed and needs no change of the entry.
fn small_page(hart: &Hart<Riscv>, request: Request, entry: u64) -> Option<GuestPhys> {
    let number = page_number(entry);
    let wanted = pte::A | if request.access == Access::Write { pte::D } else { 0 };
    let ready = is_well_formed(entry, reserved_bits(hart))
        && entry & pte::N == 0
        && leaf_bits(entry, number, 0).is_some()
        && is_permitted(hart, request, entry)
        && entry & wanted == wanted;
    let phys = number << PAGE_SHIFT;
    // What is allowed for all of a page is the same everywhere in it.
    (ready && hart.arch.pmp.allows(phys, PAGE_SIZE, request.access, request.mode)).then_some(GuestPhys(phys))
}

fn page_number(entry: u64) -> u64 {
    (entry & !(pte::N | pte::PBMT | pte::RESERVED)) >> pte::PPN
}

/// What a walk ends at.
struct Leaf {
    phys: u64,
    /// Size of the page around it.
    page_bytes: u64,
    /// The entry's place, if it maps one page of the smallest size.
    entry: Option<GuestPhys>,
}

/// The algorithm of 12.3.2, with entries of type `E`: of this a table's size follows, and the compiler knows both.
#[inline(always)]
fn walk<E: Unit>(hart: &Hart<Riscv>, request: Request, paging: Paging, satp: u64) -> Result<Leaf, Trap> {
    let index_bits = PAGE_SHIFT - E::BYTES.trailing_zeros();
    let address = request.at.0;
    if !is_canonical(address, paging, hart.arch.isa.xlen) {
        return Err(request.page_fault());
    }
    let reserved = reserved_bits(hart);
    let virtual_page = address >> PAGE_SHIFT;
    let root = if paging == SV32 { satp & 0x3f_ffff } else { satp & ((1 << 44) - 1) };
    let mut table = root << PAGE_SHIFT;
    let mut level = paging.levels;
    while level > 0 {
        level -= 1;
        let skipped_bits = level * index_bits;
        let index = virtual_page >> skipped_bits & ((1 << index_bits) - 1);
        let at = GuestPhys(table + index * E::BYTES);
        // The entry may change between being read and being updated; then it is looked at again.
        loop {
            let Some(entry) = read_entry::<E>(hart, at) else {
                return Err(request.access_fault());
            };
            let number = page_number(entry);
            if !is_well_formed(entry, reserved) {
                return Err(request.page_fault());
            }
            if entry & (pte::V | pte::R | pte::W | pte::X) == pte::V {
                if entry & (pte::D | pte::A | pte::U | pte::N | pte::PBMT) != 0 {
                    return Err(request.page_fault());
                }
                table = number << PAGE_SHIFT;
                break;
            }
            let Some(free_bits) = leaf_bits(entry, number, skipped_bits) else {
                return Err(request.page_fault());
            };
            if !is_permitted(hart, request, entry) {
                return Err(request.page_fault());
            }
            let wanted = pte::A | if request.access == Access::Write { pte::D } else { 0 };
            if entry & wanted != wanted && !update_entry(hart, request, at, E::WIDTH, entry, wanted)? {
                continue;
            }
            let free = (1u64 << free_bits) - 1;
            let phys = (number & !free | virtual_page & free) << PAGE_SHIFT | address & (PAGE_SIZE - 1);
            return Ok(Leaf { phys, page_bytes: PAGE_SIZE << free_bits, entry: (free_bits == 0).then_some(at) });
        }
    }
    Err(request.page_fault())
}

/// 12.4.1: the bits above those that are translated are copies of the highest of them.
fn is_canonical(address: u64, paging: Paging, xlen: u32) -> bool {
    let unused = 64 - paging.address_bits();
    xlen == 32 || ((address << unused) as i64 >> unused) as u64 == address
}

/// The bits that must be zero in an entry: those that only extensions give a meaning.
fn reserved_bits(hart: &Hart<Riscv>) -> u64 {
    let memory_types = if hart.arch.registers.menvcfg.get() & PBMTE != 0 { 0 } else { pte::PBMT };
    let contiguous = if hart.arch.isa.has(Ext::SVNAPOT) { 0 } else { pte::N };
    pte::RESERVED | memory_types | contiguous
}

/// Whether none of these bits is set, and the memory type is one.
fn is_well_formed(entry: u64, reserved: u64) -> bool {
    entry & reserved == 0 && entry & pte::PBMT != pte::PBMT
}

/// How many low bits of a leaf's page number come from the virtual address; `None` if the entry is invalid.
fn leaf_bits(entry: u64, number: u64, skipped_bits: u32) -> Option<u32> {
    let valid = entry & pte::V != 0 && entry & (pte::R | pte::W) != pte::W;
    let aligned = number & ((1 << skipped_bits) - 1) == 0;
    if !valid || !aligned {
        return None;
    }
    // Svnapot, chapter 13: 16 pages of 4 KiB, told by the low bits 1000, are all there is. No larger page has such bits.
    match entry & pte::N != 0 {
        true => (number & 15 == 8).then_some(4),
        false => Some(skipped_bits),
    }
}

/// 12.3.2, steps 5 to 7.
fn is_permitted(hart: &Hart<Riscv>, request: Request, entry: u64) -> bool {
    let registers = &hart.arch.registers;
    let user_page = entry & pte::U != 0;
    let mode_ok = match request.mode {
        mode::U => user_page,
        _ => !user_page || request.access != Access::Fetch && registers.status(Status::SUM),
    };
    let readable = pte::R | if registers.status(Status::MXR) { pte::X } else { 0 };
    let right = match request.access {
        Access::Fetch => pte::X,
        Access::Read => readable,
        Access::Write => pte::W,
    };
    mode_ok && entry & right != 0
}

/// The entry at `at`; `None` where there is no memory, or the PMP refuses.
#[inline(always)]
fn read_entry<E: Unit>(hart: &Hart<Riscv>, at: GuestPhys) -> Option<u64> {
    let allowed = hart.arch.pmp.allows(at.0, E::BYTES, Access::Read, mode::S);
    hart.memory.read::<E>(at).ok().filter(|_| allowed).map(E::to_u64)
}

/// Sets A and D as the access requires: by hardware with Svadu if `menvcfg.ADUE` says so, else (Svade) by an exception to
/// software. `false` if the entry was no longer what it had been.
fn update_entry(
    hart: &Hart<Riscv>,
    request: Request,
    at: GuestPhys,
    width: Width,
    entry: u64,
    wanted: u64,
) -> Result<bool, Trap> {
    if hart.arch.registers.menvcfg.get() & ADUE == 0 {
        return Err(request.page_fault());
    }
    if !hart.arch.pmp.allows(at.0, width.bytes(), Access::Write, mode::S) {
        return Err(request.access_fault());
    }
    match hart.bus.compare_exchange(at, width, entry, entry | wanted) {
        Ok(result) => Ok(result.value == entry),
        Err(_) => Err(request.access_fault()),
    }
}

#[cfg(test)]
mod tests;
