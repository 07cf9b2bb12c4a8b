//! SYS: maintenance of caches and of the TLB, and address translation (C5.3 to C5.5). Data caches are not there, so maintenance of
//! them does nothing but look whether it may; instruction caches are: guests announce new code.
//!
//! Operations for the inner shareable domain reach the other harts through [`Broadcast`]: as harts take turns, each of them sees before
//! its next instruction what it missed.

use super::exception::{class, fault, syndrome};
use super::feature::Feature;
use super::mmu::{self, Request};
use super::state::AArch64;
use super::sysreg::trapped_access;
use super::system::{Sys, operation};
use super::width::A64;
use crate::engine::Engine;
use crate::hart::Hart;
use crate::interp::{Next, Step};
use crate::trap::{Stop, Trap};
use emu_mem::{Access, GuestVirt};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What harts tell all others: what to forget, and events.
#[derive(Debug, Default)]
pub struct Broadcast {
    told: Arc<Told>,
    /// How often this hart has listened.
    translations: Cell<u64>,
    code: Cell<u64>,
    events: Cell<u64>,
}

/// How often each was told, by all harts together.
#[derive(Debug, Default)]
struct Told {
    translations: AtomicU64,
    code: AtomicU64,
    events: AtomicU64,
}

impl Broadcast {
    /// Another hart's end of the same.
    pub fn other_end(&self) -> Self {
        Broadcast { told: Arc::clone(&self.told), ..Default::default() }
    }

    fn tell_translations(&self) {
        self.translations.set(self.told.translations.fetch_add(1, Relaxed) + 1);
    }

    fn tell_code(&self) {
        self.code.set(self.told.code.fetch_add(1, Relaxed) + 1);
    }

    /// Tells all harts of an event, this one too.
    pub(super) fn tell_event(&self) {
        self.told.events.fetch_add(1, Relaxed);
    }

    /// Sets `event` if one was told since the last time.
    pub(super) fn hear_events(&self, event: &Cell<bool>) {
        let told = self.told.events.load(Relaxed);
        if self.events.replace(told) != told {
            event.set(true);
        }
    }

    /// Does what other harts have told since the last time.
    pub(super) fn listen(hart: &Hart<AArch64>) {
        let broadcast = &hart.arch.broadcast;
        let told = broadcast.told.translations.load(Relaxed);
        if broadcast.translations.replace(told) != told {
            hart.tlb.flush_all();
        }
        let told = broadcast.told.code.load(Relaxed);
        if broadcast.code.replace(told) != told {
            hart.code_changed();
        }
    }
}

/// SCTLR_EL1.UCI: EL0 may maintain caches by address.
const SCTLR_UCI: u64 = 1 << 26;

/// Bits of a data abort's syndrome: it comes from maintenance or address translation.
const CM: u64 = 1 << 8;

/// CRn of TLBI.
const TLB: u16 = 8;

const IC_IALLUIS: u16 = operation(0, 7, 1, 0);
const IC_IALLU: u16 = operation(0, 7, 5, 0);
const IC_IVAU: u16 = operation(3, 7, 5, 1);
const DC_IVAC: u16 = operation(0, 7, 6, 1);
const DC_ISW: u16 = operation(0, 7, 6, 2);
const DC_CSW: u16 = operation(0, 7, 10, 2);
const DC_CISW: u16 = operation(0, 7, 14, 2);
const DC_CVAC: u16 = operation(3, 7, 10, 1);
const DC_CVAU: u16 = operation(3, 7, 11, 1);
const DC_CVAP: u16 = operation(3, 7, 12, 1);
const DC_CIVAC: u16 = operation(3, 7, 14, 1);
const AT_S1E1R: u16 = operation(0, 7, 8, 0);
const AT_S1E1W: u16 = operation(0, 7, 8, 1);
const AT_S1E0R: u16 = operation(0, 7, 8, 2);
const AT_S1E0W: u16 = operation(0, 7, 8, 3);
const AT_S1E1RP: u16 = operation(0, 7, 9, 0);
const AT_S1E1WP: u16 = operation(0, 7, 9, 1);
const AT_S1E2R: u16 = operation(4, 7, 8, 0);
const AT_S1E2W: u16 = operation(4, 7, 8, 1);
const AT_S12E1R: u16 = operation(4, 7, 8, 4);
const AT_S12E1W: u16 = operation(4, 7, 8, 5);
const AT_S12E0R: u16 = operation(4, 7, 8, 6);
const AT_S12E0W: u16 = operation(4, 7, 8, 7);
const AT_S1E3R: u16 = operation(6, 7, 8, 0);
const AT_S1E3W: u16 = operation(6, 7, 8, 1);

/// SYS.
pub fn sys<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: Sys) -> Result<Next, Stop> {
    let (hart, value) = (h.hart, h.get(o.rt).0);
    let by_user = o.op >> 11 & 7 == 3;
    let needs = match o.op {
        DC_CVAP => Feature::DPB,
        AT_S1E1RP | AT_S1E1WP => Feature::PAN2,
        _ => Feature::BASE,
    };
    // op1 says whose operation it is.
    let least = match o.op >> 11 & 7 {
        4 => 2,
        6 => 3,
        _ => u8::from(!by_user),
    };
    if !hart.arch.has(needs) || hart.mode.get() < least {
        return Err(Stop::Undefined);
    }
    let is_known = matches!(o.op, IC_IVAU | DC_CVAC | DC_CVAU | DC_CVAP | DC_CIVAC);
    if hart.mode.get() == 0 && is_known && hart.arch.registers.of_level(1).sctlr.get() & SCTLR_UCI == 0 {
        return Err(trapped_access(hart, 1 << 14 | o.op, o.rt, false));
    }
    match o.op {
        IC_IALLU => hart.code_changed(),
        IC_IALLUIS => announce_code(hart),
        IC_IVAU => {
            check(hart, value, Access::Read)?;
            announce_code(hart);
        }
        DC_ISW | DC_CSW | DC_CISW => {}
        // It may lose what was written, so it needs the right to write.
        DC_IVAC => check(hart, value, Access::Write)?,
        DC_CVAC | DC_CVAU | DC_CVAP | DC_CIVAC => check(hart, value, Access::Read)?,
        // Without a second stage, both stages are the first.
        AT_S1E0R | AT_S12E0R => translate(hart, value, Access::Read, 0, false)?,
        AT_S1E0W | AT_S12E0W => translate(hart, value, Access::Write, 0, false)?,
        AT_S1E1R | AT_S12E1R => translate(hart, value, Access::Read, 1, false)?,
        AT_S1E1W | AT_S12E1W => translate(hart, value, Access::Write, 1, false)?,
        AT_S1E1RP => translate(hart, value, Access::Read, 1, hart.arch.pstate.pan())?,
        AT_S1E1WP => translate(hart, value, Access::Write, 1, hart.arch.pstate.pan())?,
        AT_S1E2R => translate(hart, value, Access::Read, 2, false)?,
        AT_S1E2W => translate(hart, value, Access::Write, 2, false)?,
        AT_S1E3R => translate(hart, value, Access::Read, 3, false)?,
        AT_S1E3W => translate(hart, value, Access::Write, 3, false)?,
        _ => forget(hart, o.op, value)?,
    }
    Ok(h.next())
}

fn announce_code(hart: &Hart<AArch64>) {
    hart.code_changed();
    hart.arch.broadcast.tell_code();
}

/// The abort of maintenance by address: it says that it is one, and that it writes, whatever it does (D13.2.37, CM).
fn check(hart: &Hart<AArch64>, at: u64, access: Access) -> Result<(), Stop> {
    match mmu::find(hart, at, mmu::request(hart, access)) {
        Ok(_) => Ok(()),
        Err(status) => Err(refused(hart, at, status)),
    }
}

fn refused(hart: &Hart<AArch64>, at: u64, status: u64) -> Stop {
    hart.trapped(Trap { cause: syndrome(class::DATA_ABORT, status | CM | fault::WRITE), tval: at })
}

/// AT: what a walk gives, in PAR_EL1 (D13.2.112). A table that does not answer is an exception (D5.2.11).
fn translate(hart: &Hart<AArch64>, at: u64, access: Access, el: u8, pan: bool) -> Result<(), Stop> {
    const RES1: u64 = 1 << 11;
    const NOT_SECURE: u64 = 1 << 9;
    let par = match mmu::find(hart, at, Request { access, el, pan }) {
        Ok(page) => {
            let place = page.phys & 0xffff_ffff_f000;
            // Device memory and what is not cached at all are outer shareable, whatever the tables say.
            let shareability = if matches!(page.attributes, 0..=0xf | 0x44) { 2 } else { page.shareability };
            let not_secure = if page.not_secure { NOT_SECURE } else { 0 };
            u64::from(page.attributes) << 56 | place | RES1 | not_secure | shareability << 7
        }
        Err(status) if mmu::is_external(status) => return Err(refused(hart, at, status)),
        Err(status) => RES1 | status << 1 | 1,
    };
    hart.arch.registers.par_el1.set(par);
    Ok(())
}

/// TLBI. Addresses are forgotten in all address spaces: more than is asked for, which is allowed.
fn forget(hart: &Hart<AArch64>, op: u16, value: u64) -> Result<(), Stop> {
    let (op1, crn, crm, op2) = (op >> 11 & 7, op >> 7 & 15, op >> 3 & 15, op & 7);
    if crn != TLB || !matches!((op1, crm), (0 | 4 | 6, 3 | 7) | (4, 0 | 4)) {
        return Err(Stop::Undefined);
    }
    match (op1, crm, op2) {
        // VMALLE1, ALLE2, ALLE3
        (_, 3 | 7, 0) => hart.tlb.flush_all(),
        // ALLE1, VMALLS12E1
        (4, 3 | 7, 4 | 6) => hart.tlb.flush_all(),
        // IPAS2E1, IPAS2LE1: of a stage that is not there.
        (4, 0 | 4, 1 | 5) => {}
        // VAE2, VALE2, VAE3, VALE3
        (4 | 6, 3 | 7, 1 | 5) => forget_address(hart, value),
        // ASIDE1
        (0, 3 | 7, 2) => {
            let arch = &hart.arch;
            let numbers = arch.regimes.with_asid(mmu::asid_of(value, arch.registers.of_level(1).tcr.get()));
            hart.tlb.flush(|space| numbers.contains(&space.root));
        }
        // VAE1, VAAE1, VALE1, VAALE1
        (0, 3 | 7, 1 | 3 | 5 | 7) => forget_address(hart, value),
        _ => return Err(Stop::Undefined),
    }
    // For the inner shareable domain, which is all harts.
    if crm == 3 {
        hart.arch.broadcast.tell_translations();
    }
    Ok(())
}

fn forget_address(hart: &Hart<AArch64>, value: u64) {
    // Bits 55 to 12 of the address are bits 43 to 0. The TLB knows a page by each tag that it was used with.
    if hart.arch.tagged.get() {
        hart.tlb.flush_all();
    } else {
        hart.tlb.flush_page(GuestVirt((value << 20) >> 8 | sign(value)), |_| true);
    }
}

/// The top byte of an address that has no tag.
fn sign(value: u64) -> u64 {
    if value >> 43 & 1 != 0 { 0xff << 56 } else { 0 }
}
