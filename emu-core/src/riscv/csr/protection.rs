//! `satp` (privileged manual 12.1.11) and the PMP's registers (3.7), as registers; what they mean is in `mmu.rs` and `pmp.rs`.

use super::Cx;
use crate::riscv::state::mode;
use crate::riscv::{csr::status::Status, mmu::Paging};

/// 3.1.6.6: with TVM, S mode may not touch it.
pub(super) fn satp_allowed(cx: &Cx<'_>, _: usize) -> bool {
    cx.mode.get() == mode::M || !cx.registers().status(Status::TVM)
}

pub(super) fn satp(cx: &Cx<'_>, _: usize) -> u64 {
    cx.registers().satp.get()
}

/// A write with an unknown mode changes nothing at all. All bits of ASID and PPN are there. Translations are kept by the
/// whole value: one that comes back finds what SFENCE.VMA has left of them.
pub(super) fn set_satp(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    if Paging::named_by(value, cx.xlen()).is_some() {
        cx.arch.set_satp(cx, value);
    }
    true
}

/// With XLEN 64 eight entries share a register, and the odd numbers do not exist.
pub(super) fn pmpcfg_exists(cx: &Cx<'_>, at: usize) -> bool {
    cx.xlen() == 32 || at.is_multiple_of(2)
}

pub(super) fn pmpcfg(cx: &Cx<'_>, at: usize) -> u64 {
    let entries = cx.xlen() as usize / 8;
    (0..entries).fold(0, |value, i| value | (cx.arch.pmp.config(at * 4 + i) as u64) << (8 * i))
}

pub(super) fn set_pmpcfg(cx: &Cx<'_>, at: usize, value: u64) -> bool {
    let entries = cx.xlen() as usize / 8;
    let done = (0..entries).fold(false, |done, i| cx.arch.pmp.set_config(at * 4 + i, (value >> (8 * i)) as u8) | done);
    cx.arch.protection_changed(cx);
    done
}

pub(super) fn pmpaddr(cx: &Cx<'_>, at: usize) -> u64 {
    cx.arch.pmp.address(at)
}

pub(super) fn set_pmpaddr(cx: &Cx<'_>, at: usize, value: u64) -> bool {
    let done = cx.arch.pmp.set_address(at, value, cx.xlen());
    cx.arch.protection_changed(cx);
    done
}
