//! Counters, their enables, `time` and `stimecmp` (privileged manual 3.1.10 to 3.1.12, 12.1.5; Sstc). How counting works is
//! in `counters.rs`.

use super::{Cx, Registers, counter_allowed};
use crate::riscv::extension::Ext;
use crate::riscv::state::mode;

const CYCLE: usize = 0;
const TIME: usize = 1;
const INSTRET: usize = 2;
const FIRST_EVENT: usize = 3;

pub(super) fn enabled(cx: &Cx<'_>, _: usize) -> bool {
    counter_allowed(cx, CYCLE)
}

pub(super) fn time_enabled(cx: &Cx<'_>, _: usize) -> bool {
    counter_allowed(cx, TIME)
}

pub(super) fn instret_enabled(cx: &Cx<'_>, _: usize) -> bool {
    counter_allowed(cx, INSTRET)
}

pub(super) fn event_enabled(cx: &Cx<'_>, at: usize) -> bool {
    counter_allowed(cx, FIRST_EVENT + at)
}

/// Which counters there are for the enables and `mcountinhibit`.
fn existing(cx: &Cx<'_>) -> u64 {
    let fixed = if cx.has(Ext::ZICNTR) { 7 } else { 0 };
    let events = if cx.has(Ext::ZIHPM) { 0xffff_fff8 } else { 0 };
    fixed | events
}

pub(super) fn mcounteren(cx: &Cx<'_>, _: usize) -> u64 {
    cx.registers().mcounteren.get()
}

pub(super) fn set_mcounteren(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    Registers::put(&cx.registers().mcounteren, value & existing(cx))
}

pub(super) fn scounteren(cx: &Cx<'_>, _: usize) -> u64 {
    cx.registers().scounteren.get()
}

pub(super) fn set_scounteren(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    Registers::put(&cx.registers().scounteren, value & existing(cx))
}

pub(super) fn mcountinhibit(cx: &Cx<'_>, _: usize) -> u64 {
    cx.arch.counters.inhibited() as u64
}

pub(super) fn set_mcountinhibit(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    cx.arch.counters.inhibit(cx, (value & existing(cx) & !(1 << TIME)) as u32);
    true
}

pub(super) fn mcycle(cx: &Cx<'_>, _: usize) -> u64 {
    cx.arch.counters.cycles.read(cx.cycles)
}

/// What is written is what the counter shows when the writing instruction is over.
pub(super) fn set_mcycle(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    cx.arch.counters.cycles.write(cx.cycles_after(), value);
    true
}

pub(super) fn minstret(cx: &Cx<'_>, _: usize) -> u64 {
    cx.arch.counters.instructions.read(cx.retired)
}

/// 3.1.10: what is written is what the next instruction reads; the writing instruction is not counted on top.
pub(super) fn set_minstret(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    cx.arch.counters.instructions.write(cx.retired + 1, value);
    true
}

pub(super) fn event(cx: &Cx<'_>, at: usize) -> u64 {
    cx.arch.counters.event(cx, at)
}

pub(super) fn set_event(cx: &Cx<'_>, at: usize, value: u64) -> bool {
    cx.arch.counters.set_event(cx, at, value);
    true
}

pub(super) fn selector(cx: &Cx<'_>, at: usize) -> u64 {
    cx.arch.counters.selector(at)
}

pub(super) fn set_selector(cx: &Cx<'_>, at: usize, value: u64) -> bool {
    cx.arch.counters.select(cx, at, value);
    true
}

pub(super) fn time(cx: &Cx<'_>, _: usize) -> u64 {
    cx.arch.mtime.at(cx.time())
}

/// Sstc: below M mode, both `menvcfg.STCE` and the right to read `time` are needed.
pub(super) fn stimecmp_enabled(cx: &Cx<'_>, _: usize) -> bool {
    counter_allowed(cx, TIME) && (cx.mode.get() == mode::M || cx.arch.has_supervisor_timer())
}

pub(super) fn stimecmp(cx: &Cx<'_>, _: usize) -> u64 {
    cx.registers().stimecmp.get()
}

pub(super) fn set_stimecmp(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    Registers::put(&cx.registers().stimecmp, value)
}
