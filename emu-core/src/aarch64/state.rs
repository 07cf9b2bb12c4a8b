//! What an AArch64 hart has beyond slots, and how it fits into a [`Hart`].

use super::debug::{self, Debug};
use super::decode::Decoder;
use super::exception::{self, Tally, class, fault, syndrome};
use super::feature::{Cpu, Feature, Highest, Needs};
use super::format::BranchReg;
use super::levels::Upper;
use super::maintenance::Broadcast;
use super::mmu::Regimes;
use super::slots::{FP_TRAP, FPCR, FPSR, LINK, Q_MASK, SP, SP_MASK, ZVA_TRAP, dst, name, sp_bank};
use super::sysreg::{self, Missing, Pmu, SCTLR_DZE};
use super::table::{Code, Row, TABLE, translate};
use super::width::View;
use super::{commit, flags, fp, levels, mmu, timing};
use crate::engine::{Engine, Exec};
use crate::hart::{Arch, Debugging, Decoded, Hart, Near, Translation};
use crate::interp::{Handler, Step};
use crate::isa::{self, Facts, Operands, Packed};
use crate::machine::Commit;
use crate::profile::Turn;
use crate::semihosting::Environment;
use crate::slot::Slot;
use crate::timing::Insn;
use crate::trap::{Cause, Taken, Trap};
use emu_devices::board::Arm;
use emu_devices::gic::{Gic, ppi};
use emu_devices::irq::Line;
use emu_devices::psci::Start;
use emu_mem::{Access, GuestPhys, GuestVirt};
use std::cell::{Cell, RefCell};
use std::fmt;

/// What a user may choose about a hart.
#[derive(Copy, Clone, Default, Debug)]
pub struct Config {
    /// Which processor it is.
    pub cpu: Cpu,
    /// The exception level at which it begins.
    pub highest: Highest,
    /// Loads and stores that are not naturally aligned raise an exception instead of being done.
    pub misaligned_trap: bool,
}

/// System registers that each exception level has its own of.
#[derive(Default, Debug)]
#[allow(missing_docs, reason = "the names are the manual's, without _ELx")]
pub struct Level {
    pub elr: Cell<u64>,
    pub spsr: Cell<u64>,
    pub esr: Cell<u64>,
    pub far: Cell<u64>,
    pub vbar: Cell<u64>,
    pub sctlr: Cell<u64>,
    pub tpidr: Cell<u64>,
    pub ttbr0: Cell<u64>,
    pub tcr: Cell<u64>,
    pub mair: Cell<u64>,
}

/// System registers that are cells of their own.
#[derive(Default, Debug)]
#[allow(missing_docs, reason = "the names are the manual's")]
pub struct Registers {
    levels: [Level; 4],
    pub tpidrro_el0: Cell<u64>,
    pub cpacr_el1: Cell<u64>,
    pub contextidr_el1: Cell<u64>,
    pub par_el1: Cell<u64>,
    pub ttbr1_el1: Cell<u64>,
    pub csselr_el1: Cell<u64>,
    pub cntkctl_el1: Cell<u64>,
    pub cntfrq_el0: Cell<u64>,
    /// Of the highest level: where the hart began.
    pub rvbar: Cell<u64>,
    /// What EL2 and EL3 control.
    pub upper: Upper,
}

impl Registers {
    /// Those of one exception level.
    pub fn of_level(&self, el: u8) -> &Level {
        &self.levels[el as usize & 3]
    }
}

/// PSTATE without the flags, the exception level (the hart's mode) and what features add.
#[derive(Debug)]
pub struct Pstate {
    /// D 8, A 4, I 2, F 1.
    daif: Cell<u64>,
    /// SPSel: the level's own stack pointer, not SP_EL0.
    sp: Cell<bool>,
    /// IL: every instruction raises an exception.
    illegal: Cell<bool>,
    /// PAN: EL1 may not touch data that EL0 may.
    pan: Cell<bool>,
    /// UAO: LDTR and its likes have the rights of the level they run at.
    uao: Cell<bool>,
    /// DIT: remembered, and nothing else.
    dit: Cell<bool>,
}

impl Pstate {
    /// The mask of debug exceptions.
    pub const D: u64 = 8;
    /// The mask of IRQs.
    pub const I: u64 = 2;
    /// The mask of FIQs.
    pub const F: u64 = 1;

    /// D 8, A 4, I 2, F 1.
    pub fn daif(&self) -> u64 {
        self.daif.get()
    }
    /// Sets them.
    pub fn set_daif(&self, daif: u64) {
        self.daif.set(daif & 15);
    }
    /// As at the entry of a handler.
    pub fn mask_all(&self) {
        self.daif.set(15);
        self.illegal.set(false);
        self.uao.set(false);
        self.dit.set(false);
    }
    /// SPSel.
    pub fn sp_is_own(&self) -> bool {
        self.sp.get()
    }
    /// PAN.
    pub fn pan(&self) -> bool {
        self.pan.get()
    }
    /// UAO.
    pub fn uao(&self) -> bool {
        self.uao.get()
    }
    /// Sets UAO.
    pub fn set_uao(&self, uao: bool) {
        self.uao.set(uao);
    }
    /// DIT.
    pub fn dit(&self) -> bool {
        self.dit.get()
    }
    /// Sets DIT.
    pub fn set_dit(&self, dit: bool) {
        self.dit.set(dit);
    }
    /// IL.
    pub fn is_illegal(&self) -> bool {
        self.illegal.get()
    }
    /// Sets IL.
    pub fn set_illegal(&self, illegal: bool) {
        self.illegal.set(illegal);
    }
}

/// The architectural state of an AArch64 hart that is not in slots, and its decoder.
pub struct AArch64 {
    /// What its user chose.
    pub config: Config,
    /// The rows that it has.
    pub decoder: Decoder,
    /// System registers.
    pub registers: Registers,
    /// PSTATE.
    pub pstate: Pstate,
    /// Breakpoints, watchpoints, software step.
    pub debug: Debug,
    /// Exceptions by class, and whether they lead anywhere.
    pub tally: Tally,
    /// What a debugger would do for the guest.
    pub environment: RefCell<Option<Box<Environment>>>,
    /// What the board has for harts beside its bus.
    pub parts: Option<Arm>,
    /// What translations were made under.
    pub regimes: Regimes,
    /// Whether the instruction in progress accesses data as EL0 does (LDTR, STTR).
    pub unprivileged: Cell<bool>,
    /// Whether data accesses must be aligned now: SCTLR_ELx.A.
    pub aligned: Cell<bool>,
    /// Whether an address with a tag was ever translated.
    pub tagged: Cell<bool>,
    /// What harts tell each other to forget.
    pub broadcast: Broadcast,
    /// The performance monitors.
    pub pmu: Pmu,
    /// Whether PSCI has the hart switched off.
    pub off: Cell<bool>,
    /// The event register (D1.17.1), which WFE looks at.
    pub event: Cell<bool>,
    /// System registers that the guest has missed.
    pub missing: Missing,
}

/// SCTLR_ELx.A: whatever is loaded or stored must be aligned.
const SCTLR_A: u64 = 1 << 1;
/// SCTLR_ELx.SA: SP is checked where it is a base.
const SCTLR_SA: u64 = 1 << 3;
/// SCTLR_EL1.SA0: the same for EL0.
const SCTLR_SA0: u64 = 1 << 4;

impl AArch64 {
    /// The state of hart `id` before its reset, on a board with these parts.
    pub fn new(config: Config, id: usize, parts: Option<Arm>) -> Self {
        let gic = parts.as_ref().and_then(|parts| parts.gic.as_ref());
        let pmu = Pmu::new(gic.map_or_else(Line::unconnected, |gic| gic.ppi(id, ppi::PMU)));
        AArch64 {
            config,
            decoder: Decoder::new(config.cpu.features()),
            registers: Registers::default(),
            pstate: Pstate {
                daif: Cell::new(15),
                sp: Cell::new(true),
                illegal: Cell::new(false),
                pan: Cell::new(false),
                uao: Cell::new(false),
                dit: Cell::new(false),
            },
            debug: Debug::default(),
            tally: Tally::default(),
            environment: RefCell::default(),
            // Without PSCI all begin.
            off: Cell::new(
                config.highest < Highest::El3 && parts.as_ref().is_some_and(|parts| !parts.psci.lock().is_on(id)),
            ),
            parts,
            regimes: Regimes::default(),
            unprivileged: Cell::new(false),
            aligned: Cell::new(false),
            tagged: Cell::new(false),
            broadcast: Broadcast::default(),
            pmu,
            event: Cell::new(false),
            missing: Missing::default(),
        }
    }

    /// Puts a new hart into the state that it has after reset, D1.9.1, at the highest level there is.
    pub fn reset(hart: &Hart<Self>, pc: u64) {
        let arch = &hart.arch;
        hart.pc.set(pc);
        levels::reset(hart);
        arch.registers.rvbar.set(pc);
        let frequency = arch.parts.as_ref().map_or(0, |parts| parts.timers.lock().frequency_hz());
        arch.registers.cntfrq_el0.set(frequency);
        hart.waiting.set(arch.off.get());
        hart.enter_mode(arch.config.highest as u8);
        flags::set_nzcv(hart, 0);
        arch.controls_changed(hart);
    }

    /// A hart that PSCI has switched on begins (DEN 0022, 6.4): as after reset, with a value in X0.
    pub fn start(hart: &Hart<Self>, start: Start) {
        let arch = &hart.arch;
        arch.off.set(false);
        arch.pstate.mask_all();
        arch.pstate.pan.set(false);
        arch.debug.ss.set(false);
        levels::reset(hart);
        arch.registers.cpacr_el1.set(0);
        arch.enter_level(hart, arch.config.highest as u8, true);
        hart.slots.set(dst(0), start.context);
        hart.pc.set(start.entry);
    }

    /// Whether it has all of these.
    pub fn has(&self, features: Feature) -> bool {
        self.config.cpu.features().contains(features)
    }

    /// The interrupt controller, if the board has one.
    pub fn gic(&self) -> Option<&Gic> {
        self.parts.as_ref()?.gic.as_ref()
    }

    /// Sets PSTATE.PAN.
    pub fn set_pan(&self, hart: &Hart<Self>, pan: bool) {
        self.pstate.pan.set(pan);
        mmu::select_spaces(hart);
    }

    /// Does something with the data rights of EL0, unless UAO says otherwise.
    pub fn as_user<T>(&self, hart: &Hart<Self>, access: impl FnOnce() -> T) -> T {
        if self.pstate.uao() {
            return access();
        }
        self.unprivileged.set(true);
        mmu::select_spaces(hart);
        let result = access();
        self.unprivileged.set(false);
        mmu::select_spaces(hart);
        result
    }

    /// Sets PSTATE.D, A, I and F, on which debugging depends.
    pub fn set_daif(&self, hart: &Hart<Self>, daif: u64) {
        self.pstate.set_daif(daif);
        if self.debug.is_used() {
            mmu::select_spaces(hart);
        }
    }

    /// Changes exception level and stack pointer.
    pub fn enter_level(&self, hart: &Hart<Self>, el: u8, own_sp: bool) {
        self.bank(hart, |selected| hart.slots.set(selected, hart.slots.get(SP)));
        if hart.mode.get() != el {
            hart.enter_mode(el);
        }
        self.pstate.sp.set(own_sp);
        self.bank(hart, |selected| hart.slots.set(SP, hart.slots.get(selected)));
        self.controls_changed(hart);
    }

    /// Does something with the bank of the stack pointer in use.
    fn bank(&self, hart: &Hart<Self>, with: impl FnOnce(Slot)) {
        with(sp_bank(if self.pstate.sp.get() { hart.mode.get() } else { 0 }));
    }

    /// SP_EL`el`, wherever it is now.
    pub fn sp_slot(&self, hart: &Hart<Self>, el: u8) -> Slot {
        let selected = if self.pstate.sp.get() { hart.mode.get() } else { 0 };
        if selected == el { SP } else { sp_bank(el) }
    }

    /// Works out what decode time knows from registers and level; whatever changes those calls this.
    pub fn controls_changed(&self, hart: &Hart<Self>) {
        let el = hart.mode.get();
        let sctlr = self.registers.of_level(el.max(1)).sctlr.get();
        let sa = if el == 0 { SCTLR_SA0 } else { SCTLR_SA };
        hart.slots.set(SP_MASK, if sctlr & sa != 0 { 15 } else { 0 });
        hart.slots.set(ZVA_TRAP, u64::from(el == 0 && sctlr & SCTLR_DZE == 0));
        self.aligned.set(sctlr & SCTLR_A != 0);
        hart.slots.set(Q_MASK, if self.traps_misaligned() { 15 } else { 0 });
        hart.tlb.allow_unaligned(!self.traps_misaligned());
        // CV and a condition that always holds, as for all A64 instructions.
        let traps = levels::fp_trap(hart).map(|level| levels::aimed(level, syndrome(class::FP_TRAP, 0x1e << 20)));
        hart.slots.set(FP_TRAP, traps.unwrap_or(0));
        mmu::select_spaces(hart);
    }
}

impl Arch for AArch64 {
    type Code = Code;
    type Needs = Needs;
    type Handlers = [Handler<AArch64>; 1];
    type Variant = ();
    const KEYS: &'static [Slot] = &[FPCR, FP_TRAP, SP_MASK, ZVA_TRAP, Q_MASK];
    const STACK_POINTER: Slot = SP;
    const OFTEN_MISALIGNED: bool = true;
    /// D13.2.37, WnR: a write only where a read would not have been refused.
    const ATOMIC: Access = Access::Read;
    const MODE_NAMES: &'static [(u8, &'static str)] = &[(3, "EL3"), (2, "EL2"), (1, "EL1"), (0, "EL0")];

    fn table() -> &'static [Row] {
        TABLE
    }
    fn variant(&self) {}
    fn meaning<E: Engine>(_: (), engine: &E, row: u16, operands: &Packed) -> Option<Exec<E>> {
        translate(View(engine), TABLE.get(row as usize)?.code, operands)
    }
    fn is_flat(hart: &Hart<Self>) -> bool {
        mmu::is_flat(hart)
    }
    fn has_sticky_inexact(hart: &Hart<Self>) -> bool {
        fp::fpsr(hart) & fp::IXC != 0
    }
    fn translate(hart: &Hart<Self>, at: GuestVirt, access: Access, bytes: u64) -> Result<Translation, Trap> {
        mmu::translate(hart, at, access, bytes)
    }
    fn translate_near(_: &Hart<Self>, _: GuestVirt, _: Access, _: GuestPhys, _: i64) -> Near {
        None
    }
    fn advance(_: &Hart<Self>, at: GuestVirt, bytes: u64) -> GuestVirt {
        GuestVirt(at.0.wrapping_add(bytes))
    }
    /// D1.13.4: a misaligned PC is found when it is fetched from.
    fn check_fetch(_: &Hart<Self>, at: GuestVirt) -> Result<(), Trap> {
        if at.0 & 3 != 0 {
            return Err(Trap { cause: syndrome(class::PC_ALIGNMENT, 0), tval: at.0 });
        }
        Ok(())
    }
    fn debugging(hart: &Hart<Self>) -> Debugging {
        debug::debugging(hart)
    }
    fn before_instruction(hart: &Hart<Self>) -> Result<(), Trap> {
        debug::before(hart)
    }
    fn after_instruction(hart: &Hart<Self>, row: usize) {
        debug::after(hart, row);
    }
    fn watch(hart: &Hart<Self>, at: GuestVirt, bytes: u64, access: Access) -> Result<bool, Trap> {
        debug::watch(hart, at, bytes, access)
    }
    fn access_fault(_: &Hart<Self>, at: GuestVirt, access: Access) -> Trap {
        mmu::abort(at, access, fault::EXTERNAL)
    }
    fn misaligned(hart: &Hart<Self>, at: GuestVirt, access: Access) -> Result<(), Trap> {
        if hart.arch.traps_misaligned() {
            return Err(mmu::abort(at, access, fault::ALIGNMENT));
        }
        Ok(())
    }
    fn traps_misaligned(&self) -> bool {
        self.config.misaligned_trap || self.aligned.get()
    }
    fn undefined(_: &Hart<Self>, _: u32) -> Trap {
        Trap { cause: syndrome(class::UNKNOWN, 0), tval: 0 }
    }
    fn instruction_bytes(_: u16) -> u64 {
        4
    }
    fn find(&self, word: u32) -> Option<(usize, Packed)> {
        self.decoder.find(word)
    }
    fn decode(&self, word: u32) -> Decoded<Self> {
        self.decoder.decode(word)
    }
    fn take_trap(hart: &Hart<Self>, trap: Trap) {
        exception::take_trap(hart, trap);
    }
    fn pending_interrupt(hart: &Hart<Self>) -> Option<u64> {
        exception::pending_interrupt(hart)
    }
    fn take_interrupt(hart: &Hart<Self>, cause: u64) {
        exception::take_interrupt(hart, cause);
    }
    fn wakes(hart: &Hart<Self>) -> bool {
        exception::wakes(hart)
    }
    fn next_event(hart: &Hart<Self>) -> Option<u64> {
        Pmu::next_event(hart)
    }
    fn is_stuck(hart: &Hart<Self>) -> bool {
        hart.arch.tally.is_stuck()
    }
    fn first_trap(hart: &Hart<Self>) -> Taken {
        hart.arch.tally.first()
    }
    fn each_trap(hart: &Hart<Self>, to: &mut dyn FnMut(Cause, u64)) {
        let tally = &hart.arch.tally;
        for (code, count) in (0..).zip(&tally.exceptions) {
            to(Cause { is_interrupt: false, code }, count.get());
        }
        for (code, count) in (0..).zip(&tally.interrupts) {
            to(Cause { is_interrupt: true, code }, count.get());
        }
    }
    fn counts_events(_: &Hart<Self>) -> bool {
        false
    }
    fn count_events(_: &Hart<Self>, _: impl Iterator<Item = u16>, _: bool) {}
    fn facts(row: usize) -> Option<Facts> {
        let row = TABLE.get(row)?;
        let (feature, _) = row.needs.any.iter_names().next()?;
        Some(Facts { name: row.name, class: isa::class(row.kind, row.touches, row.module), extension: feature })
    }
    fn cause_code(trap: Trap) -> u64 {
        exception::class_of(trap.cause)
    }
    fn cause_name(cause: Cause) -> &'static str {
        if cause.is_interrupt { exception::interrupt::name(cause.code) } else { class::name(cause.code) }
    }
    fn slot_name(slot: Slot) -> &'static str {
        name(slot)
    }
    fn timed(row: u16, operands: &Packed, pc: u64, word: u32, behind: u16) -> Insn {
        timing::insn(row, operands, pc, word, behind)
    }
    fn timed_address(step: &Step<'_, Self>, operands: &Packed, insn: &Insn) -> u64 {
        timing::address(step, operands, insn)
    }
    fn jumps_to_register(row: u16) -> bool {
        matches!(TABLE.get(row as usize).map(|row| row.code), Some(Code::Br | Code::Blr | Code::Ret))
    }
    /// C6.2.34 and C6.2.219: BL, BLR and RET say what they are.
    fn turn(row: u16, operands: &Packed) -> Turn {
        match TABLE.get(row as usize).map(|row| row.code) {
            Some(Code::Bl | Code::Blr) => Turn::Call,
            Some(Code::Ret) => Turn::Return,
            // What older compilers return with.
            Some(Code::Br) if BranchReg::unpack(operands).rn == LINK => Turn::Return,
            Some(Code::Eret) => Turn::TrapReturn,
            _ => Turn::Other,
        }
    }
    fn clear_log(_: &Hart<Self>) {}
    fn show_commit(commit: &Commit<'_, Self>, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        commit::show(commit, out)
    }
    fn state_words(hart: &Hart<Self>, to: &mut dyn FnMut(u64)) {
        to(hart.pc.get());
        Self::named_words(hart, &mut |_, word| to(word));
    }
    fn named_words(hart: &Hart<Self>, to: &mut dyn FnMut(&str, u64)) {
        (1..=32).map(Slot).for_each(|slot| to(name(slot), hart.slots.get(slot)));
        for el in (0..4).filter(|&el| hart.arch.sp_slot(hart, el) != SP) {
            to(name(sp_bank(el)), hart.slots.get(sp_bank(el)));
        }
        to("pstate", exception::pstate(hart));
        to("illegal", hart.arch.pstate.is_illegal().into());
        to(name(FPCR), hart.slots.get(FPCR));
        to(name(FPSR), fp::fpsr(hart));
        (64..128).map(Slot).for_each(|slot| to(name(slot), hart.slots.get(slot)));
        sysreg::each(hart, to);
    }
}
