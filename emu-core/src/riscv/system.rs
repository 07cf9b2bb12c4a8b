//! Instructions of the privileged architecture (manual 3.3, 12.2, chapter 15), FENCE.I (Zifencei) and cache-block
//! operations (Zicbom, Zicboz). All are slow rows: they end their block, and interrupts are looked at after them.

#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::csr::environment::{CBCFE, CBIE, CBZE};
use super::csr::status::{MPP, Status};
use super::extension::Ext;
use super::format::{Cbo, I, None0, Vma};
use super::state::{Riscv, mode};
use super::xlen::Rv;
use super::{cause, csr, mmu, semihosting, trap};
use crate::engine::Engine;
use crate::hart::{Arch, Hart, MemoryRecord};
use crate::interp::{Next, Step};
use crate::slot::ZERO;
use crate::trap::{Stop, Trap};
use emu_devices::roi::{self, Signal};
use emu_mem::{Access, GuestVirt, Space, Width};

/// Bytes of a cache block, naturally aligned.
pub const BLOCK_BYTES: u64 = 64;

/// Stops as an illegal instruction unless `ok`.
fn require(ok: bool) -> Result<(), Stop> {
    if ok { Ok(()) } else { Err(Stop::Undefined) }
}

/// SLTI x0, x0, N, a hint for custom use (unprivileged 2.9): the region `hint N` begins.
pub fn roi_begin<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, o: I) -> Result<Next, Stop> {
    h.hart.roi.give(Signal::Begin(roi::hint(o.imm as u16)));
    Ok(h.next())
}

/// SLTIU x0, x0, N: it ends.
pub fn roi_end<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, o: I) -> Result<Next, Stop> {
    h.hart.roi.give(Signal::End(roi::hint(o.imm as u16)));
    Ok(h.next())
}

/// 3.3.1: the cause tells the mode.
pub fn ecall<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, _: None0) -> Result<Next, Stop> {
    Err(h.hart.trapped(Trap { cause: cause::ECALL_U + h.hart.mode.get() as u64, tval: 0 }))
}

/// 3.3.1, and the call to a debugger that is written with it.
pub fn ebreak<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, _: None0) -> Result<Next, Stop> {
    semihosting::ebreak(h.hart, h.pc(), h.left)?;
    Ok(h.next())
}

/// The compressed form is never such a call.
pub fn c_ebreak<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, _: None0) -> Result<Next, Stop> {
    Err(h.hart.trapped(Trap { cause: cause::BREAKPOINT, tval: h.pc() }))
}

/// 3.3.2 and 3.1.6.1: MIE from MPIE, the mode from MPP; MPP becomes the least privileged mode there is.
pub fn mret<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, _: None0) -> Result<Next, Stop> {
    let (hart, arch) = (h.hart, &h.hart.arch);
    require(hart.mode.get() == mode::M)?;
    let (status, to) = (arch.registers.mstatus.get(), arch.registers.mpp());
    let least = if arch.isa.has(Ext::U) { mode::U } else { mode::M };
    let mut status = restored(status, Status::MIE, Status::MPIE) & !(3 << MPP) | (least as u64) << MPP;
    if to != mode::M {
        status &= !Status::MPRV.bits();
    }
    leave(hart, status, to);
    if arch.isa.xlen == 32 {
        csr::changed(&csr::Cx::inside(hart, h.left), 0x310);
    }
    Ok(h.jump(arch.registers.mepc.get()))
}

/// 3.3.2, 3.1.6.6 and 12.1.1: as MRET with the supervisor's fields.
pub fn sret<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, _: None0) -> Result<Next, Stop> {
    let (hart, arch) = (h.hart, &h.hart.arch);
    require(hart.mode.get() >= if arch.registers.status(Status::TSR) { mode::M } else { mode::S })?;
    let status = arch.registers.mstatus.get();
    let to = if arch.registers.status(Status::SPP) { mode::S } else { mode::U };
    leave(hart, restored(status, Status::SIE, Status::SPIE) & !(Status::SPP | Status::MPRV).bits(), to);
    Ok(h.jump(arch.registers.sepc.get()))
}

/// `status` with the enable as it was before the trap.
fn restored(status: u64, enable: Status, previous: Status) -> u64 {
    let enabled = if status & previous.bits() != 0 { enable.bits() } else { 0 };
    status & !enable.bits() | enabled | previous.bits()
}

fn leave(hart: &Hart<Riscv>, status: u64, to: u8) {
    hart.arch.set_status(hart, status);
    csr::changed(&csr::Cx::between(hart), 0x300);
    hart.arch.set_mode(hart, to);
}

/// 3.3.3, 3.1.6.6: with S mode, U mode may not wait at all; with TW, only M mode may. Waits unless something is pending.
pub fn wfi<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, _: None0) -> Result<Next, Stop> {
    let (hart, arch) = (h.hart, &h.hart.arch);
    let needed = match arch.registers.status(Status::TW) {
        true => mode::M,
        false if arch.isa.has(Ext::S) => mode::S,
        false => mode::U,
    };
    require(hart.mode.get() >= needed)?;
    hart.waiting.set(!trap::wakes(hart));
    Ok(h.next())
}

/// 12.2.1, 3.1.6.6. With an ASID, global pages may stay in other address spaces.
pub fn sfence_vma<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, o: Vma) -> Result<Next, Stop> {
    let (hart, arch) = (h.hart, &h.hart.arch);
    require(hart.mode.get() >= if arch.registers.status(Status::TVM) { mode::M } else { mode::S })?;
    let asid = (o.rs2 != ZERO).then(|| h.x_of(h.r(o.rs2)).0 & mmu::asid_mask(arch.isa.xlen));
    let meant = |space: Space| space.root != 0 && asid.is_none_or(|asid| mmu::asid(space.root, arch.isa.xlen) == asid);
    if o.rs1 == ZERO {
        hart.tlb.flush(meant);
    } else {
        hart.tlb.flush_page(GuestVirt(h.x_of(h.r(o.rs1)).0), meant);
    }
    Ok(h.next())
}

/// Svinval, chapter 15: SINVAL.VMA does all the work, the fences around it none.
pub fn sfence_inval<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, _: None0) -> Result<Next, Stop> {
    require(h.hart.mode.get() >= mode::S)?;
    Ok(h.next())
}

pub fn fence_i<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, _: crate::riscv::format::FenceI) -> Result<Next, Stop> {
    h.hart.code_changed();
    Ok(h.next())
}

/// Whether the modes above allow a cache-block operation, by a field of `menvcfg` and `senvcfg`.
fn allowed(hart: &Hart<Riscv>, field: u64) -> bool {
    let registers = &hart.arch.registers;
    let machine = hart.mode.get() == mode::M || registers.menvcfg.get() & field != 0;
    let supervisor = hart.mode.get() != mode::U || !hart.arch.isa.has(Ext::S) || registers.senvcfg.get() & field != 0;
    machine && supervisor
}

/// There are no caches to manage; what is left is whether the block may be touched. The right to read is enough, and a
/// refusal is a store's.
fn manage(hart: &Hart<Riscv>, at: u64) -> Result<(), Stop> {
    let va = GuestVirt(at);
    let found = mmu::translate_for(hart, va, Access::Read, 1, Access::Write).map_err(|trap| hart.trapped(trap))?;
    if hart.memory.find(found.phys, 1).is_none() {
        return Err(hart.trapped(Riscv::access_fault(hart, va, Access::Write)));
    }
    Ok(())
}

/// CBO.INVAL; where the modes above make a flush of it, that is the same here.
pub fn cbo_inval<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, o: Cbo) -> Result<Next, Stop> {
    require(allowed(h.hart, CBIE))?;
    manage(h.hart, h.at(o.rs1, 0).0)?;
    Ok(h.next())
}

/// CBO.CLEAN and CBO.FLUSH.
pub fn cbo_clean<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, o: Cbo) -> Result<Next, Stop> {
    require(allowed(h.hart, CBCFE))?;
    manage(h.hart, h.at(o.rs1, 0).0)?;
    Ok(h.next())
}

/// CBO.ZERO: stores to all of the block, or to none of it.
pub fn cbo_zero<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, o: Cbo) -> Result<Next, Stop> {
    let hart = h.hart;
    require(allowed(hart, CBZE))?;
    let at = h.at(o.rs1, 0).0 & !(BLOCK_BYTES - 1);
    let va = GuestVirt(at);
    let found = mmu::translate(hart, va, Access::Write, BLOCK_BYTES).map_err(|trap| hart.trapped(trap))?;
    if !hart.memory.find(found.phys, BLOCK_BYTES).is_some_and(|found| found.writable) {
        return Err(hart.trapped(Riscv::access_fault(hart, va, Access::Write)));
    }
    hart.clock.set(csr::Cx::inside(hart, h.left).time());
    for offset in (0..BLOCK_BYTES).step_by(8) {
        // The block is writable memory, as was just seen.
        let _ = hart.bus.write(emu_mem::GuestPhys(found.phys.0 + offset), Width::B8, 0);
    }
    for byte in 0..BLOCK_BYTES {
        hart.record(MemoryRecord { at: at + byte, bytes: 1, stored: Some(0) });
    }
    Ok(h.next())
}

#[cfg(test)]
mod tests;
