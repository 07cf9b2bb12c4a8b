//! What a RISC-V hart has beyond slots, and how it fits into a [`Hart`].

use super::cause;
use super::counters::Counters;
use super::csr::environment::STCE;
use super::csr::status::{MPP, Status};
use super::decode::Decoder;
use super::extension::{Ext, Needs};
use super::format::{J, Jr};
use super::isa_string::Isa;
use super::mmu::{BARE, Paging};
use super::pmp::Pmp;
use super::slots::{ALIGN, FFLAGS, FRM, FS, name};
use super::table::{Code, Row, TABLE, translate};
use super::trap::Tally;
use super::xlen::{Rv32, Rv64};
use super::{commit, csr, mmu, timing, trap};
use crate::engine::{Engine, Exec};
use crate::hart::{Arch, Decoded, Hart, Near, Translation};
use crate::interp::Handler;
use crate::isa::{self, Facts, Operands, Packed};
use crate::machine::Commit;
use crate::profile::Turn;
use crate::semihosting::Environment;
use crate::slot::Slot;
use crate::timing::Insn;
use crate::trap::{Cause, Taken, Trap};
use emu_devices::clock::Mtime;
use emu_mem::{Access, GuestPhys, GuestVirt, Space};
use std::cell::{Cell, RefCell};
use std::fmt;

/// Privilege modes as the manual numbers them (1.2).
pub mod mode {
    #![allow(missing_docs, reason = "the names are the manual's")]
    pub const U: u8 = 0;
    pub const S: u8 = 1;
    pub const M: u8 = 3;
}

/// What `mstatus` adds to the mode's number in the rights of a [`Space`].
const WITH_SUM: u64 = 1 << 2;
const WITH_MXR: u64 = 1 << 3;

/// What a user may choose about a hart, beside its ISA.
#[derive(Copy, Clone, Default, Debug)]
pub struct Config {
    /// Loads and stores that are not naturally aligned raise an exception instead of being done.
    pub misaligned_trap: bool,
}

/// Registers that are cells of their own, XLEN bits wide if not said otherwise.
#[derive(Default, Debug)]
#[allow(missing_docs, reason = "the names are the manual's")]
pub struct Registers {
    /// Without FS, SD, SXL and UXL.
    pub mstatus: Cell<u64>,
    pub mtvec: Cell<u64>,
    pub medeleg: Cell<u64>,
    pub mideleg: Cell<u64>,
    pub mie: Cell<u64>,
    /// The bits that software writes: SSIP, STIP, SEIP.
    pub mip: Cell<u64>,
    pub mcounteren: Cell<u64>,
    pub mscratch: Cell<u64>,
    pub mepc: Cell<u64>,
    pub mcause: Cell<u64>,
    pub mtval: Cell<u64>,
    /// 64 bits.
    pub menvcfg: Cell<u64>,
    pub stvec: Cell<u64>,
    pub scounteren: Cell<u64>,
    pub senvcfg: Cell<u64>,
    pub sscratch: Cell<u64>,
    pub sepc: Cell<u64>,
    pub scause: Cell<u64>,
    pub stval: Cell<u64>,
    pub satp: Cell<u64>,
    /// 64 bits.
    pub stimecmp: Cell<u64>,
}

/// The architectural state of a RISC-V hart that is not in slots, and its decoder.
pub struct Riscv {
    /// What it is.
    pub isa: Isa,
    /// What its user chose.
    pub config: Config,
    /// The enabled rows.
    pub decoder: Decoder,
    /// Control and status registers.
    pub registers: Registers,
    /// Physical memory protection.
    pub pmp: Pmp,
    /// Performance counters.
    pub counters: Counters,
    /// The board's timer, as `time` shows it.
    pub mtime: Mtime,
    /// Traps by cause, and whether they lead anywhere.
    pub tally: Tally,
    /// What a debugger would do for the guest.
    pub environment: RefCell<Option<Box<Environment>>>,
    /// Registers changed by the current instruction while it is traced (`hart.log`): number and new value.
    pub csr_log: RefCell<Vec<(u16, u64)>>,
    /// The slots `FFLAGS` and `FS` before the current instruction while it is traced: they change without a CSR access.
    pub float_before: Cell<[u64; 2]>,
}

impl Riscv {
    /// The state of a hart before its reset. `mtime` is the counter that the board's timer compares.
    pub fn new(isa: Isa, config: Config, mtime: Mtime) -> Self {
        Riscv {
            isa,
            config,
            decoder: Decoder::new(isa.extensions, isa.xlen),
            registers: Registers::default(),
            pmp: Pmp::default(),
            counters: Counters::default(),
            mtime,
            tally: Tally::default(),
            environment: RefCell::default(),
            csr_log: RefCell::default(),
            float_before: Cell::default(),
        }
    }

    /// Puts a new hart into the state that it has after reset, 3.4: M mode, translation and interrupts off.
    pub fn reset(hart: &Hart<Self>, pc: u64) {
        let arch = &hart.arch;
        hart.pc.set(pc);
        hart.slots.set(ALIGN, if arch.isa.has(Ext::ZCA) { 0 } else { 2 });
        let mpp = if arch.isa.has(Ext::U) { mode::U } else { mode::M };
        arch.registers.mstatus.set((mpp as u64) << MPP);
        arch.pmp.open(arch.isa.xlen);
        arch.set_mode(hart, mode::M);
    }

    /// `value` with XLEN bits.
    pub fn wrap(&self, value: u64) -> u64 {
        if self.isa.xlen == 32 { value as u32 as u64 } else { value }
    }

    /// The mode whose rights data accesses have: MPP's while MPRV is set, 3.1.6.3.
    pub fn data_mode(&self, hart: &Hart<Self>) -> u8 {
        if self.registers.status(Status::MPRV) { self.registers.mpp() } else { hart.mode.get() }
    }

    /// Changes the privilege mode.
    pub fn set_mode(&self, hart: &Hart<Self>, mode: u8) {
        if hart.mode.get() != mode {
            hart.enter_mode(mode);
        }
        self.select_spaces(hart);
    }

    /// Changes `mstatus` (but for FS) and what follows from it.
    pub fn set_status(&self, hart: &Hart<Self>, value: u64) {
        self.registers.mstatus.set(value);
        self.select_spaces(hart);
    }

    /// Changes `satp`.
    pub fn set_satp(&self, hart: &Hart<Self>, value: u64) {
        self.registers.satp.set(value);
        self.select_spaces(hart);
    }

    /// Has the TLB look up what the registers say now.
    fn select_spaces(&self, hart: &Hart<Self>) {
        let satp = self.registers.satp.get();
        let tables = if self.paging() == BARE { 0 } else { satp };
        let root = |now| if now == mode::M { 0 } else { tables };
        let (data, fetch) = (self.data_mode(hart), hart.mode.get());
        let with = |bit, right| if self.registers.status(bit) { right } else { 0 };
        let status = match root(data) {
            0 => 0,
            _ if data == mode::S => with(Status::SUM, WITH_SUM) | with(Status::MXR, WITH_MXR),
            _ => with(Status::MXR, WITH_MXR),
        };
        hart.tlb.select(
            Space { root: root(data), rights: data as u64 | status },
            Space { root: root(fetch), rights: fetch as u64 },
        );
    }

    /// The shape of the page tables that `satp` names.
    pub fn paging(&self) -> Paging {
        Paging::named_by(self.registers.satp.get(), self.isa.xlen).unwrap_or(BARE)
    }

    /// Page tables, or how they are read, are not what they were.
    pub fn translation_changed(&self, hart: &Hart<Self>) {
        hart.tlb.flush(|space| space.root != 0);
    }

    /// The PMP is not what it was.
    pub fn protection_changed(&self, hart: &Hart<Self>) {
        hart.tlb.flush_all();
    }

    /// Whether STIP is what `stimecmp` says (Sstc).
    pub fn has_supervisor_timer(&self) -> bool {
        self.isa.has(Ext::S | Ext::SSTC) && self.registers.menvcfg.get() & STCE != 0
    }

    /// Whether `time` has reached `stimecmp`.
    pub fn supervisor_timer_expired(&self, cx: &csr::Cx<'_>) -> bool {
        self.mtime.at(cx.time()) >= self.registers.stimecmp.get()
    }
}

/// The register width that meanings are for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Xlen {
    /// RV32.
    Rv32,
    /// RV64.
    Rv64,
}

/// The highest physical address that a translation gives, 12.1.1.
const PHYS_LAST: u64 = (1 << 56) - 1;

/// `FS`: some register was written since it was last clean, 3.1.6.6.
const DIRTY: u64 = 3;

impl Arch for Riscv {
    type Code = Code;
    type Needs = Needs;
    type Handlers = [Handler<Riscv>; 2];
    type Variant = Xlen;
    const KEYS: &'static [Slot] = &[FRM, FS, ALIGN];
    const STACK_POINTER: Slot = Slot(2);
    /// gcc and clang have `-mstrict-align` unless they are told otherwise.
    const OFTEN_MISALIGNED: bool = false;
    const MODE_NAMES: &'static [(u8, &'static str)] = &[(mode::M, "M"), (mode::S, "S"), (mode::U, "U")];

    fn table() -> &'static [Row] {
        TABLE
    }
    fn variant(&self) -> Xlen {
        if self.isa.xlen == 32 { Xlen::Rv32 } else { Xlen::Rv64 }
    }
    fn meaning<E: Engine>(variant: Xlen, engine: &E, row: u16, operands: &Packed) -> Option<Exec<E>> {
        let code = TABLE.get(row as usize)?.code;
        match variant {
            Xlen::Rv32 => translate(Rv32(engine), code, operands),
            Xlen::Rv64 => translate(Rv64(engine), code, operands),
        }
    }
    fn is_flat(hart: &Hart<Self>) -> bool {
        let (arch, mode) = (&hart.arch, hart.arch.data_mode(hart));
        (mode == mode::M || arch.paging() == BARE) && arch.pmp.is_open(mode, arch.wrap(PHYS_LAST))
    }
    fn has_sticky_inexact(hart: &Hart<Self>) -> bool {
        hart.slots.get(FFLAGS) & 1 != 0 && hart.slots.get(FS) == DIRTY
    }
    fn translate(hart: &Hart<Self>, at: GuestVirt, access: Access, bytes: u64) -> Result<Translation, Trap> {
        mmu::translate(hart, at, access, bytes)
    }
    fn translate_near(hart: &Hart<Self>, at: GuestVirt, access: Access, entry: GuestPhys, pages: i64) -> Near {
        mmu::translate_near(hart, at, access, entry, pages)
    }
    fn access_fault(_: &Hart<Self>, at: GuestVirt, access: Access) -> Trap {
        Trap { cause: cause::access(access), tval: at.0 }
    }
    fn advance(hart: &Hart<Self>, at: GuestVirt, bytes: u64) -> GuestVirt {
        GuestVirt(hart.arch.wrap(at.0.wrapping_add(bytes)))
    }
    fn misaligned(hart: &Hart<Self>, at: GuestVirt, access: Access) -> Result<(), Trap> {
        if hart.arch.config.misaligned_trap {
            let cause = if access == Access::Write { cause::STORE_AMO_MISALIGNED } else { cause::LOAD_MISALIGNED };
            return Err(Trap { cause, tval: at.0 });
        }
        Ok(())
    }
    fn traps_misaligned(&self) -> bool {
        self.config.misaligned_trap
    }
    fn undefined(_: &Hart<Self>, word: u32) -> Trap {
        Trap { cause: cause::ILLEGAL, tval: word as u64 }
    }
    fn instruction_bytes(first: u16) -> u64 {
        if first & 3 == 3 { 4 } else { 2 }
    }
    fn find(&self, word: u32) -> Option<(usize, Packed)> {
        self.decoder.find(word)
    }
    fn decode(&self, word: u32) -> Decoded<Self> {
        self.decoder.decode(word)
    }
    fn take_trap(hart: &Hart<Self>, trap: Trap) {
        trap::take_trap(hart, trap);
    }
    fn pending_interrupt(hart: &Hart<Self>) -> Option<u64> {
        trap::pending_interrupt(hart)
    }
    fn take_interrupt(hart: &Hart<Self>, cause: u64) {
        trap::take_interrupt(hart, cause);
    }
    fn wakes(hart: &Hart<Self>) -> bool {
        trap::wakes(hart)
    }
    fn next_event(hart: &Hart<Self>) -> Option<u64> {
        let timer = hart.arch.has_supervisor_timer();
        timer.then(|| hart.arch.mtime.next_change(hart.arch.registers.stimecmp.get())).flatten()
    }
    fn is_stuck(hart: &Hart<Self>) -> bool {
        hart.arch.tally.is_stuck()
    }
    fn first_trap(hart: &Hart<Self>) -> Taken {
        hart.arch.tally.first()
    }
    fn each_trap(hart: &Hart<Self>, to: &mut dyn FnMut(Cause, u64)) {
        let tally = &hart.arch.tally;
        for (is_interrupt, counts) in [(false, &tally.exceptions), (true, &tally.interrupts)] {
            for (code, count) in (0..).zip(counts) {
                to(Cause { is_interrupt, code }, count.get());
            }
        }
    }
    fn counts_events(hart: &Hart<Self>) -> bool {
        hart.arch.counters.watched.get()
    }
    fn count_events(hart: &Hart<Self>, rows: impl Iterator<Item = u16>, taken: bool) {
        let known = rows.filter_map(|row| TABLE.get(row as usize));
        hart.arch.counters.count(known, taken);
    }
    fn cause_code(trap: Trap) -> u64 {
        trap.cause
    }
    fn cause_name(cause: Cause) -> &'static str {
        if cause.is_interrupt { cause::interrupt::name(cause.code) } else { cause::name(cause.code) }
    }
    fn slot_name(slot: Slot) -> &'static str {
        name(slot)
    }
    fn named_words(hart: &Hart<Self>, to: &mut dyn FnMut(&str, u64)) {
        (1..64).map(Slot).for_each(|slot| to(name(slot), hart.slots.get(slot)));
        to("mode", hart.mode.get().into());
        to("mip as written", hart.arch.registers.mip.get());
        let cx = csr::Cx::between(hart);
        for number in csr::all() {
            if let (Some(name), Some(value)) = (csr::name(number), csr::peek(&cx, number)) {
                to(&name.to_string(), value);
            }
        }
    }
    fn show_commit(commit: &Commit<'_, Self>, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        commit::show(commit, out)
    }
    fn facts(row: usize) -> Option<Facts> {
        let row = TABLE.get(row)?;
        let (extension, _) = row.needs.any.iter_names().next()?;
        Some(Facts { name: row.name, class: isa::class(row.kind, row.touches, row.module), extension })
    }
    /// The unprivileged manual 2.5.1, "JALR": x1 and x5 are link registers, and what is done to them tells calls and returns.
    fn jumps_to_register(row: u16) -> bool {
        let code = TABLE.get(row as usize).map(|row| row.code);
        matches!(code, Some(Code::Jalr | Code::CJr | Code::CJalr))
    }
    fn turn(row: u16, operands: &Packed) -> Turn {
        let is_link = |register: Slot| matches!(register, Slot(1 | 5));
        match TABLE.get(row as usize).map(|row| row.code) {
            Some(Code::Jal | Code::CJ | Code::CJal) if is_link(J::unpack(operands).rd) => Turn::Call,
            Some(Code::Jalr | Code::CJr | Code::CJalr) => {
                let Jr { rd, rs1, .. } = Jr::unpack(operands);
                match (is_link(rd), is_link(rs1)) {
                    (true, true) if rd != rs1 => Turn::Swap,
                    (true, _) => Turn::Call,
                    (false, true) => Turn::Return,
                    (false, false) => Turn::Other,
                }
            }
            Some(Code::Mret | Code::Sret) => Turn::TrapReturn,
            _ => Turn::Other,
        }
    }
    fn timed(row: u16, operands: &Packed, pc: u64, word: u32, behind: u16) -> Insn {
        timing::insn(row, operands, pc, word, behind)
    }
    fn clear_log(hart: &Hart<Self>) {
        hart.arch.csr_log.borrow_mut().clear();
        hart.arch.float_before.set([FFLAGS, FS].map(|slot| hart.slots.get(slot)));
    }
    fn state_words(hart: &Hart<Self>, to: &mut dyn FnMut(u64)) {
        let arch = &hart.arch;
        (1..64).for_each(|register| to(hart.slots.get(Slot(register))));
        to(hart.pc.get());
        to(hart.mode.get() as u64);
        let cx = csr::Cx::between(hart);
        csr::all().filter_map(|number| csr::peek(&cx, number)).for_each(&mut *to);
        to(arch.registers.mip.get());
    }
}
