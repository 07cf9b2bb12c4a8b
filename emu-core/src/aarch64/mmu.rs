//! Address translation (D5). Only what there is with SCTLR_ELx.M clear: virtual addresses are physical ones. Tables, permissions
//! and TLB maintenance will stand here.

use super::exception::{class, fault, syndrome};
use super::state::AArch64;
use crate::hart::{Hart, Translation};
use crate::trap::Trap;
use emu_mem::{Access, GuestPhys, GuestVirt, Space};

/// Bits of a physical address, ID_AA64MMFR0_EL1.PARange.
const PHYS_BITS: u32 = 48;
/// Address size fault, level 0.
const ADDRESS_SIZE: u64 = 0;

/// The abort of an access, with its fault status.
pub fn abort(at: GuestVirt, access: Access, status: u64) -> Trap {
    let (class, write) = match access {
        Access::Fetch => (class::FETCH_ABORT, 0),
        Access::Read => (class::DATA_ABORT, 0),
        Access::Write => (class::DATA_ABORT, fault::WRITE),
    };
    Trap { cause: syndrome(class, status | write), tval: at.0 }
}

/// Whether every load and store goes to the physical address that equals the virtual one.
pub fn is_flat(_: &Hart<AArch64>) -> bool {
    true
}

/// Where an address lies (D5.2.9, the MMU disabled: what has more bits than there are physical ones is too large).
pub fn translate(_: &Hart<AArch64>, at: GuestVirt, access: Access, _: u64) -> Result<Translation, Trap> {
    if at.0 >> PHYS_BITS != 0 {
        return Err(abort(at, access, ADDRESS_SIZE));
    }
    Ok(Translation { phys: GuestPhys(at.0), leaf_bytes: 1 << PHYS_BITS, entry: None })
}

/// Has the TLB look up what the registers say now.
pub fn select_spaces(hart: &Hart<AArch64>) {
    let flat = Space { root: 0, rights: 0 };
    hart.tlb.select(flat, flat);
}
