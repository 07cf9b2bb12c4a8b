//! Control and status registers: the table, who may touch which, and the six instructions (unprivileged manual chapter 7,
//! privileged manual chapter 2).
//!
//! A register is one row: its number (which also says who may touch it), its name, what a hart must have for it, and how
//! it is read and written. The functions stand by subject in `csr/*`. Named choices are in `docs/choices.md`.

pub mod counter;
pub mod environment;
pub mod float;
pub mod interrupt;
pub mod plain;
pub mod protection;
pub mod status;

use super::extension::{Ext, Xlens};
use super::format::{C, Ci};
use super::state::{Registers, Riscv, mode};
use super::xlen::Rv;
use crate::engine::Engine;
use crate::hart::Hart;
use crate::interp::{Next, Step};
use crate::slot::{Slot, ZERO};
use crate::trap::Stop;
use std::cell::Cell;
use std::fmt;
use std::ops::Deref;

/// A hart at one point of its instruction stream.
pub struct Cx<'h> {
    hart: &'h Hart<Riscv>,
    /// Instructions retired before this point.
    pub retired: u64,
    /// Cycles up to this point, by the hart's timing model.
    pub cycles: u64,
}

impl<'h> Cx<'h> {
    /// Between two instructions.
    pub fn between(hart: &'h Hart<Riscv>) -> Self {
        Cx { hart, retired: hart.retired.get(), cycles: hart.cycles() }
    }

    /// In an instruction that has `left` others after it in its slice.
    pub fn inside(hart: &'h Hart<Riscv>, left: usize) -> Self {
        Cx { hart, retired: hart.retired_before(left), cycles: hart.cycles_before(left) }
    }

    /// Virtual time, in instruction times.
    pub fn time(&self) -> u64 {
        self.retired.wrapping_add(self.time_offset.get())
    }

    /// Cycles when the CSR instruction at this point is over.
    fn cycles_after(&self) -> u64 {
        self.cycles + self.hart.control_cycles()
    }

    fn registers(&self) -> &Registers {
        &self.arch.registers
    }

    fn has(&self, extensions: Ext) -> bool {
        self.arch.isa.has(extensions)
    }

    fn xlen(&self) -> u32 {
        self.arch.isa.xlen
    }
}

impl Deref for Cx<'_> {
    type Target = Hart<Riscv>;
    fn deref(&self) -> &Hart<Riscv> {
        self.hart
    }
}

/// Which part of a register an access means.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Part {
    /// All XLEN bits of it.
    Whole,
    /// All 64 bits with XLEN 64, the lower half with XLEN 32.
    Low,
    /// The upper half; exists with XLEN 32 only.
    High,
}

/// How a register's value is found, given its number within the row.
type Read = fn(&Cx<'_>, usize) -> u64;
/// How a value is written; returns whether the write took place at all.
type Write = fn(&Cx<'_>, usize, u64) -> bool;

/// One register, or a run of registers with numbered names.
pub struct Csr {
    first: u16,
    count: u16,
    name: &'static str,
    /// The number in the first one's name, for a run.
    label: Option<u16>,
    part: Part,
    needs: Ext,
    xlens: Xlens,
    read: Read,
    write: Write,
    /// What read-modify-write starts from, where that is not what a read gives.
    base: Option<Read>,
    /// What must hold beyond what the number says.
    guard: Option<fn(&Cx<'_>, usize) -> bool>,
    /// The registers whose change a trace shows after a write; empty: this one.
    shows: &'static [u16],
}

impl Csr {
    const fn new(first: u16, name: &'static str, read: Read, write: Write) -> Self {
        let (needs, xlens, part) = (Ext::empty(), Xlens::any, Part::Whole);
        Csr { first, count: 1, name, label: None, part, needs, xlens, read, write, base: None, guard: None, shows: &[] }
    }

    /// `count` registers in a row, the first of which is called `name` `label`.
    const fn run(self, label: u16, count: u16) -> Self {
        Csr { label: Some(label), count, ..self }
    }

    const fn needs(self, needs: Ext) -> Self {
        Csr { needs, ..self }
    }

    /// The lower half of 64 bits where registers have 32.
    const fn low(self) -> Self {
        Csr { part: Part::Low, ..self }
    }

    /// The upper half of 64 bits where registers have 32.
    const fn high(self) -> Self {
        Csr { part: Part::High, xlens: Xlens::rv32, ..self }
    }

    const fn guarded(self, guard: fn(&Cx<'_>, usize) -> bool) -> Self {
        Csr { guard: Some(guard), ..self }
    }

    const fn based(self, base: Read) -> Self {
        Csr { base: Some(base), ..self }
    }

    const fn shows(self, shows: &'static [u16]) -> Self {
        Csr { shows, ..self }
    }
}

/// Reads as zero.
fn zero(_: &Cx<'_>, _: usize) -> u64 {
    0
}

/// Takes no value.
fn ignore(_: &Cx<'_>, _: usize, _: u64) -> bool {
    false
}

/// Takes any value for the only one there is.
fn accept(_: &Cx<'_>, _: usize, _: u64) -> bool {
    true
}

const fn csr(number: u16, name: &'static str, read: Read, write: Write) -> Csr {
    Csr::new(number, name, read, write)
}

const fn constant(number: u16, name: &'static str, read: Read) -> Csr {
    Csr::new(number, name, read, ignore)
}

/// All of them, by number within each group.
#[rustfmt::skip]
static CSRS: &[Csr] = &[
    // Floating point, unprivileged manual 20.2
    csr(0x001, "fflags", float::fflags, float::set_fflags).needs(Ext::F).guarded(float::on),
    csr(0x002, "frm",    float::frm,    float::set_frm).needs(Ext::F).guarded(float::on),
    csr(0x003, "fcsr",   float::fcsr,   float::set_fcsr).needs(Ext::F).guarded(float::on).shows(&[0x001, 0x002]),
    // Counters as user code sees them, Zicntr and Zihpm
    constant(0xc00, "cycle",       counter::mcycle).low().needs(Ext::ZICNTR).guarded(counter::enabled),
    constant(0xc01, "time",        counter::time).low().needs(Ext::ZICNTR).guarded(counter::time_enabled),
    constant(0xc02, "instret",     counter::minstret).low().needs(Ext::ZICNTR).guarded(counter::instret_enabled),
    constant(0xc03, "hpmcounter",  counter::event).low().run(3, 29).needs(Ext::ZIHPM).guarded(counter::event_enabled),
    constant(0xc80, "cycleh",      counter::mcycle).high().needs(Ext::ZICNTR).guarded(counter::enabled),
    constant(0xc81, "timeh",       counter::time).high().needs(Ext::ZICNTR).guarded(counter::time_enabled),
    constant(0xc82, "instreth",    counter::minstret).high().needs(Ext::ZICNTR).guarded(counter::instret_enabled),
    constant(0xc83, "hpmcounterh", counter::event).high().run(3, 29).needs(Ext::ZIHPM).guarded(counter::event_enabled),
    // Supervisor, privileged manual chapter 12
    csr(0x100, "sstatus",    status::sstatus,       status::set_sstatus).needs(Ext::S).shows(&[0x300]),
    csr(0x104, "sie",        interrupt::sie,        interrupt::set_sie).needs(Ext::S).shows(&[0x104, 0x304]),
    csr(0x105, "stvec",      plain::stvec,          plain::set_stvec).needs(Ext::S),
    csr(0x106, "scounteren", counter::scounteren,   counter::set_scounteren).needs(Ext::S),
    csr(0x10a, "senvcfg",    environment::senvcfg,  environment::set_senvcfg).needs(Ext::S),
    csr(0x140, "sscratch",   plain::sscratch,       plain::set_sscratch).needs(Ext::S),
    csr(0x141, "sepc",       plain::sepc,           plain::set_sepc).needs(Ext::S),
    csr(0x142, "scause",     plain::scause,         plain::set_scause).needs(Ext::S),
    csr(0x143, "stval",      plain::stval,          plain::set_stval).needs(Ext::S),
    csr(0x144, "sip",        interrupt::sip,        interrupt::set_sip).needs(Ext::S).based(interrupt::sip_base).shows(&[0x344]),
    csr(0x14d, "stimecmp",   counter::stimecmp,     counter::set_stimecmp).low().needs(Ext::S.union(Ext::SSTC)).guarded(counter::stimecmp_enabled),
    csr(0x15d, "stimecmph",  counter::stimecmp,     counter::set_stimecmp).high().needs(Ext::S.union(Ext::SSTC)).guarded(counter::stimecmp_enabled).shows(&[0x14d]),
    csr(0x180, "satp",       protection::satp,      protection::set_satp).needs(Ext::S).guarded(protection::satp_allowed),
    // Machine, chapter 3
    csr(0x300, "mstatus",    status::mstatus,       status::set_mstatus).low(),
    csr(0x301, "misa",       plain::misa,           ignore),
    csr(0x302, "medeleg",    interrupt::medeleg,    interrupt::set_medeleg).needs(Ext::S),
    csr(0x303, "mideleg",    interrupt::mideleg,    interrupt::set_mideleg).needs(Ext::S),
    csr(0x304, "mie",        interrupt::mie,        interrupt::set_mie),
    csr(0x305, "mtvec",      plain::mtvec,          plain::set_mtvec),
    csr(0x306, "mcounteren", counter::mcounteren,   counter::set_mcounteren).needs(Ext::U),
    csr(0x30a, "menvcfg",    environment::menvcfg,  environment::set_menvcfg).low().needs(Ext::U),
    csr(0x310, "mstatush",   status::mstatus,       status::set_mstatus).high(),
    csr(0x31a, "menvcfgh",   environment::menvcfg,  environment::set_menvcfg).high().needs(Ext::U),
    csr(0x320, "mcountinhibit", counter::mcountinhibit, counter::set_mcountinhibit),
    csr(0x323, "mhpmevent",  counter::selector,     counter::set_selector).run(3, 29),
    csr(0x340, "mscratch",   plain::mscratch,       plain::set_mscratch),
    csr(0x341, "mepc",       plain::mepc,           plain::set_mepc),
    csr(0x342, "mcause",     plain::mcause,         plain::set_mcause),
    csr(0x343, "mtval",      plain::mtval,          plain::set_mtval),
    csr(0x344, "mip",        interrupt::mip,        interrupt::set_mip).based(interrupt::mip_base),
    csr(0x3a0, "pmpcfg",     protection::pmpcfg,    protection::set_pmpcfg).run(0, 16).guarded(protection::pmpcfg_exists),
    csr(0x3b0, "pmpaddr",    protection::pmpaddr,   protection::set_pmpaddr).run(0, 64),
    csr(0xb00, "mcycle",     counter::mcycle,       counter::set_mcycle).low(),
    csr(0xb02, "minstret",   counter::minstret,     counter::set_minstret).low(),
    csr(0xb03, "mhpmcounter",  counter::event,      counter::set_event).low().run(3, 29),
    csr(0xb80, "mcycleh",    counter::mcycle,       counter::set_mcycle).high(),
    csr(0xb82, "minstreth",  counter::minstret,     counter::set_minstret).high(),
    csr(0xb83, "mhpmcounterh", counter::event,      counter::set_event).high().run(3, 29),
    constant(0xf11, "mvendorid",  zero),
    constant(0xf12, "marchid",    zero),
    constant(0xf13, "mimpid",     zero),
    constant(0xf14, "mhartid",    plain::mhartid),
    constant(0xf15, "mconfigptr", zero),
    // Sdtrig: a hart without triggers
    csr(0x7a0, "tselect",    zero,                  accept),
    constant(0x7a1, "tdata1",  zero),
    constant(0x7a2, "tdata2",  zero),
    constant(0x7a3, "tdata3",  zero),
    constant(0x7a4, "tinfo",   zero),
];

/// The name of a register, as the assembler knows it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Name {
    stem: &'static str,
    number: Option<u16>,
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.number, self.stem.strip_suffix('h')) {
            (Some(number), Some(stem)) => write!(out, "{stem}{number}h"),
            (Some(number), None) => write!(out, "{}{number}", self.stem),
            (None, _) => out.write_str(self.stem),
        }
    }
}

/// The row of register `number` and its place in the row. With XLEN 32 and 64 the same number is the same register.
fn find(number: u16) -> Option<(&'static Csr, usize)> {
    let row = CSRS.iter().find(|row| (row.first..row.first + row.count).contains(&number))?;
    Some((row, (number - row.first) as usize))
}

/// The assembler's name of register `number`, whether or not a hart has it.
pub fn name(number: u16) -> Option<Name> {
    let (row, at) = find(number)?;
    Some(Name { stem: row.name, number: row.label.map(|label| label + at as u16) })
}

/// The number of the register that is called `name`.
pub fn number(name: &str) -> Option<u16> {
    CSRS.iter()
        .flat_map(|row| row.first..row.first + row.count)
        .find(|&n| self::name(n).is_some_and(|known| known.to_string() == name))
}

impl Csr {
    fn exists(&self, cx: &Cx<'_>) -> bool {
        cx.has(self.needs) && self.xlens.has(cx.xlen())
    }

    fn part_of(&self, cx: &Cx<'_>, value: u64) -> u64 {
        match self.part {
            Part::High => value >> 32,
            _ if cx.xlen() == 32 => value as u32 as u64,
            _ => value,
        }
    }

    /// Puts `part` in its place in a value whose other half is to stay.
    fn merge(&self, cx: &Cx<'_>, at: usize, part: u64) -> u64 {
        if cx.xlen() == 64 {
            return part;
        }
        let (part, old) = (part as u32 as u64, (self.read)(cx, at));
        match self.part {
            Part::Whole => part,
            Part::Low => old >> 32 << 32 | part,
            Part::High => old as u32 as u64 | part << 32,
        }
    }
}

/// The numbers of all registers that some hart has.
pub fn all() -> impl Iterator<Item = u16> {
    CSRS.iter().flat_map(|row| row.first..row.first + row.count)
}

/// The value of register `number`, whoever may read it; `None` if this hart has no such register. For debuggers and traces.
pub fn peek(cx: &Cx<'_>, number: u16) -> Option<u64> {
    let (row, at) = find(number)?;
    row.exists(cx).then(|| row.part_of(cx, (row.read)(cx, at)))
}

/// What an instruction does with the operand and the old value.
#[derive(Copy, Clone)]
enum Op {
    Write,
    Set,
    Clear,
}

/// One CSR instruction: the old value. `operand` is `None` where the instruction only reads.
fn access(cx: &Cx<'_>, number: u16, op: Op, operand: Option<u64>) -> Result<u64, Stop> {
    let (row, at) = find(number).filter(|(row, _)| row.exists(cx)).ok_or(Stop::Undefined)?;
    let (privilege, read_only) = ((number >> 8 & 3) as u8, number >> 10 == 3);
    let refused = cx.mode.get() < privilege || read_only && operand.is_some();
    if refused || row.guard.is_some_and(|allows| !allows(cx, at)) {
        return Err(Stop::Undefined);
    }
    let old = row.part_of(cx, (row.read)(cx, at));
    if let Some(operand) = operand {
        let base = row.base.map_or(old, |base| row.part_of(cx, base(cx, at)));
        let new = match op {
            Op::Write => operand,
            Op::Set => base | operand,
            Op::Clear => base & !operand,
        };
        if (row.write)(cx, at, row.merge(cx, at, new)) {
            note(cx, number, row.shows);
        }
    }
    Ok(old)
}

/// Adds changed registers to the trace, if somebody traces: with the values that the next instruction finds.
fn note(cx: &Cx<'_>, number: u16, shows: &[u16]) {
    // As it is once the instruction has retired: a counter then has the value that was written to it.
    let after = Cx { hart: cx.hart, retired: cx.retired.wrapping_add(1), cycles: cx.cycles_after() };
    match shows {
        [] => changed(&after, number),
        shows => shows.iter().for_each(|&shown| changed(&after, shown)),
    }
}

/// Adds a register that an instruction has changed to the trace, if somebody traces.
pub(super) fn changed(cx: &Cx<'_>, number: u16) {
    if cx.log.borrow().is_some() {
        let value = peek(cx, number).unwrap_or_default();
        cx.arch.csr_log.borrow_mut().push((number, value));
    }
}

impl Registers {
    fn put(cell: &Cell<u64>, value: u64) -> bool {
        cell.set(value);
        true
    }
}

fn run<'h, H: Rv<E = Step<'h, Riscv>>>(h: H, rd: Slot, csr: u16, op: Op, operand: Option<u64>) -> Result<Next, Stop> {
    let old = access(&Cx::inside(h.hart, h.left), csr, op, operand)?;
    h.put(rd, h.of_x(h.x(old)));
    Ok(h.next())
}

macro_rules! instructions {
    ($($(#[$doc:meta])* $name:ident $format:ident $op:ident |$h:ident, $o:ident| $operand:expr;)*) => {
        $($(#[$doc])*
        pub fn $name<'h, H: Rv<E = Step<'h, Riscv>>>($h: H, $o: $format) -> Result<Next, Stop> {
            run($h, $o.rd, $o.csr, Op::$op, $operand)
        })*
    };
}
instructions! {
    /// CSRRW writes in any case. With rd = x0 it would not read, which has no effect to be left out.
    csrrw C Write |h, o| Some(h.x_of(h.r(o.rs1)).0);
    /// CSRRS with rs1 = x0 does not write, so it may name a read-only register.
    csrrs C Set |h, o| (o.rs1 != ZERO).then(|| h.x_of(h.r(o.rs1)).0);
    /// CSRRC: as CSRRS.
    csrrc C Clear |h, o| (o.rs1 != ZERO).then(|| h.x_of(h.r(o.rs1)).0);
    /// CSRRWI.
    csrrwi Ci Write |h, o| Some(o.uimm as u64);
    /// CSRRSI with a zero immediate does not write.
    csrrsi Ci Set |h, o| (o.uimm != 0).then_some(o.uimm as u64);
    /// CSRRCI: as CSRRSI.
    csrrci Ci Clear |h, o| (o.uimm != 0).then_some(o.uimm as u64);
}

/// Whether the hart's mode lets it see what `bit` of `mcounteren` and `scounteren` guards.
fn counter_allowed(cx: &Cx<'_>, bit: usize) -> bool {
    let registers = cx.registers();
    let machine = cx.mode.get() == mode::M || registers.mcounteren.get() >> bit & 1 != 0;
    let supervisor = cx.mode.get() != mode::U || !cx.has(Ext::S) || registers.scounteren.get() >> bit & 1 != 0;
    machine && supervisor
}

#[cfg(test)]
mod tests;
