//! One hart (RISC-V's word) or processing element (Arm's): slots, program counter, counts, and its view of memory.
//!
//! Everything is in cells, because an instruction's verbs take `&self`. What only one instruction set has stands in
//! [`Arch`]; the slow ways to memory are in `hart/memory.rs`.

mod memory;
mod timing;

use crate::engine::{Engine, Exec};
use crate::interp::{Handler, Step};
use crate::isa::{Facts, Kind, Packed, Row, Touches};
use crate::machine::Commit;
use crate::profile::Turn;
use crate::slot::{Slot, Slots};
use crate::timing::{Insn, Meter};
use crate::trap::{Cause, Stop, Taken, Trap};
use emu_devices::clock::Clock;
use emu_devices::irq::HartLines;
use emu_devices::roi::Roi;
use emu_mem::{Access, Bus, GuestPhys, GuestVirt, Memory, PAGE_SIZE, Tlb};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::Arc;

/// What an instruction set adds to a hart.
pub trait Arch: Sized + 'static {
    /// The names of the table's rows.
    type Code: Copy + Eq + Ord + fmt::Debug + Send + Sync + 'static;
    /// What a hart must have for a row to exist.
    type Needs: Copy + Send + Sync + 'static;
    /// The interpreter's handlers of a row.
    type Handlers: Copy + 'static;
    /// What a row means depends on this beside its operands: decode-time knowledge that is fixed for a hart.
    type Variant: Copy + Send + 'static;
    /// The slots whose values meanings ask for at decode time ([`Engine::key`]).
    const KEYS: &'static [Slot];
    /// The stack pointer, wherever it is banked.
    const STACK_POINTER: Slot;

    /// Whether compilers make loads and stores that are not aligned as a matter of course: then a translator should be quick at them
    /// too.
    const OFTEN_MISALIGNED: bool;

    /// As what an atomic read-modify-write faults where neither reading nor writing is possible.
    const ATOMIC: Access = Access::Write;

    /// The instruction table.
    fn table() -> &'static [Row<Self>];
    /// Which variant this is.
    fn variant(&self) -> Self::Variant;
    /// Runs the meaning of a row on any engine; `None` for a slow row.
    fn meaning<E: Engine>(variant: Self::Variant, engine: &E, row: u16, operands: &Packed) -> Option<Exec<E>>;
    /// Whether every load and store now goes to the physical address that equals the virtual one, and is allowed.
    fn is_flat(hart: &Hart<Self>) -> bool;
    /// Whether an instruction that raises the inexact flag (NX) and no other now changes nothing by that.
    fn has_sticky_inexact(hart: &Hart<Self>) -> bool;
    /// Where `at` lies in physical memory, for an access of this kind under the hart's present rules; or the fault.
    fn translate(hart: &Hart<Self>, at: GuestVirt, access: Access, bytes: u64) -> Result<Translation, Trap>;
    /// The page `pages` pages from that of `at`, and where it lies, found out without any effect; `None` where that is not
    /// possible, or if its page-table entry does not share a cache line with that of `at`, which lies at `entry`.
    fn translate_near(hart: &Hart<Self>, at: GuestVirt, access: Access, entry: GuestPhys, pages: i64) -> Near;
    /// The address `bytes` after `at`, as wide as addresses are.
    fn advance(hart: &Hart<Self>, at: GuestVirt, bytes: u64) -> GuestVirt;
    /// Whether instructions may be fetched from `at`, as far as the address itself says.
    fn check_fetch(_: &Hart<Self>, _: GuestVirt) -> Result<(), Trap> {
        Ok(())
    }
    /// What is looked at because the guest debugs itself. Changes in slow rows and traps only.
    fn debugging(_: &Hart<Self>) -> Debugging {
        Debugging::Nothing
    }
    /// While instructions are looked at: what comes before the one at the hart's `pc`.
    fn before_instruction(_: &Hart<Self>) -> Result<(), Trap> {
        Ok(())
    }
    /// While instructions are looked at: one of this row has retired.
    fn after_instruction(_: &Hart<Self>, _: usize) {}
    /// A data access that is permitted otherwise: whether accesses are looked at, or what comes before this one.
    fn watch(_: &Hart<Self>, _: GuestVirt, _: u64, _: Access) -> Result<bool, Trap> {
        Ok(false)
    }
    /// The exception for an access whose physical address does not answer.
    fn access_fault(hart: &Hart<Self>, at: GuestVirt, access: Access) -> Trap;
    /// Whether a data access that is not naturally aligned is done (`Ok`) or trapped.
    fn misaligned(hart: &Hart<Self>, at: GuestVirt, access: Access) -> Result<(), Trap>;
    /// Whether [`Arch::misaligned`] traps. Whatever changes it tells the TLB.
    fn traps_misaligned(&self) -> bool;
    /// The exception that the undefined instruction `word` raises.
    fn undefined(hart: &Hart<Self>, word: u32) -> Trap;
    /// Bytes of the instruction that starts with these 16 bits.
    fn instruction_bytes(first: u16) -> u64;
    /// The row that describes `word`, and its packed operands; the upper half does not matter for a short one.
    fn find(&self, word: u32) -> Option<(usize, Packed)>;
    /// Decodes one instruction; the upper half of `word` does not matter for a short one.
    fn decode(&self, word: u32) -> Decoded<Self>;
    /// Enters the handler of an exception raised by the instruction at the hart's `pc`.
    fn take_trap(hart: &Hart<Self>, trap: Trap);
    /// The interrupt that the hart would take now.
    fn pending_interrupt(hart: &Hart<Self>) -> Option<u64>;
    /// Enters the handler of an interrupt before the instruction at the hart's `pc`.
    fn take_interrupt(hart: &Hart<Self>, cause: u64);
    /// Whether a waiting hart (WFI) has something to wake up for, be it enabled globally or not.
    fn wakes(hart: &Hart<Self>) -> bool;
    /// The virtual time, in instruction times, at which something inside the hart will want attention, such as a timer of
    /// its own. The hart's clock shows the present.
    fn next_event(hart: &Hart<Self>) -> Option<u64>;
    /// Whether the hart does nothing but trap, and will do so for ever.
    fn is_stuck(hart: &Hart<Self>) -> bool;
    /// The trap after which a stuck hart has done nothing but trap.
    fn first_trap(hart: &Hart<Self>) -> Taken;
    /// Tells `to` how often each kind of trap was taken.
    fn each_trap(hart: &Hart<Self>, to: &mut dyn FnMut(Cause, u64));
    /// Whether [`Arch::count_events`] wants to be called. Changes only in slow rows.
    fn counts_events(hart: &Hart<Self>) -> bool;
    /// What a row of the table does to memory and to control flow.
    fn row(row: usize) -> (Touches, Kind) {
        Self::table().get(row).map_or((Touches::Nothing, Kind::Slow), |row| (row.touches, row.kind))
    }
    /// What a row of the table is, for reports; `None` if there is no such row.
    fn facts(row: usize) -> Option<Facts>;
    /// The code under which a trap is counted and named.
    fn cause_code(trap: Trap) -> u64;
    /// A kind of trap in words.
    fn cause_name(cause: Cause) -> &'static str;
    /// The privilege levels that a summary tells of, highest first: number and name.
    const MODE_NAMES: &'static [(u8, &'static str)];
    /// A slot's name as the assembler writes it.
    fn slot_name(slot: Slot) -> &'static str;
    /// Tells `to` every word of architectural state by name, in a fixed order.
    fn named_words(hart: &Hart<Self>, to: &mut dyn FnMut(&str, u64));
    /// A retired instruction as one line of a trace.
    fn show_commit(commit: &Commit<'_, Self>, out: &mut fmt::Formatter<'_>) -> fmt::Result;
    /// Whether a row jumps to where a register says.
    fn jumps_to_register(row: u16) -> bool;
    /// What an instruction does to the stack of calls.
    fn turn(row: u16, operands: &Packed) -> Turn;
    /// What timing models see of an instruction: its row and operands, its place, its encoding, and the 16 bits behind it.
    fn timed(row: u16, operands: &Packed, pc: u64, word: u32, behind: u16) -> Insn;
    /// The address that an instruction which is about to run will access, if it accesses memory.
    fn timed_address(step: &Step<'_, Self>, _: &Packed, insn: &Insn) -> u64 {
        let base = GuestVirt(step.hart.slots.get(insn.rs1));
        Self::advance(step.hart, base, insn.imm as u64).0
    }
    /// The stack pointer.
    fn stack_pointer(hart: &Hart<Self>) -> u64 {
        hart.slots.get(Self::STACK_POINTER)
    }
    /// Forgets what the architecture logs beside `hart.log` for traces.
    fn clear_log(hart: &Hart<Self>);
    /// Feeds every word of architectural state to `to`, in a fixed order.
    fn state_words(hart: &Hart<Self>, to: &mut dyn FnMut(u64));
    /// These rows have retired, in this order; the last of them changed the flow of control if `taken`.
    fn count_events(hart: &Hart<Self>, rows: impl Iterator<Item = u16>, taken: bool);
}

/// What is looked at while a guest debugs itself.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Debugging {
    /// It does not.
    Nothing,
    /// Data accesses.
    Accesses,
    /// Every instruction, and data accesses.
    Instructions,
}

/// What decoding gives.
pub struct Decoded<A: Arch> {
    /// The row's handler.
    pub run: Handler<A>,
    /// The packed operands.
    pub operands: Packed,
    /// Bytes of the instruction.
    pub bytes: u8,
    /// Whether it ends a block.
    pub kind: Kind,
    /// The row's number in its table; `u16::MAX` for an undefined word.
    pub row: u16,
}

/// The answer of [`Arch::translate_near`].
pub type Near = Option<(GuestVirt, GuestPhys)>;

/// The answer of a page walk.
#[derive(Copy, Clone, Debug)]
pub struct Translation {
    /// The physical address.
    pub phys: GuestPhys,
    /// Bytes of the naturally aligned stretch around the address for which the same holds, for this kind of access and
    /// until the TLB is flushed. Below a page's size it is not entered in the TLB.
    pub leaf_bytes: u64,
    /// Where the page-table entry lies that says so, if it maps one page of the smallest size.
    pub entry: Option<GuestPhys>,
}

/// One data access, as a trace shows it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct MemoryRecord {
    /// Virtual address.
    pub at: u64,
    /// Bytes.
    pub bytes: u64,
    /// The value stored; `None` for a load.
    pub stored: Option<u64>,
}

/// How many privilege levels are told apart in counts.
pub const MODES: usize = 4;

/// One hart.
pub struct Hart<A: Arch> {
    /// Architectural registers.
    pub slots: Slots,
    /// Address of the current block's first instruction while a block runs; else of the next instruction.
    pub pc: Cell<u64>,
    /// Instructions retired; while a block runs, as if all of its slice had.
    pub retired: Cell<u64>,
    /// Added to `retired` to give this hart's virtual time, in instruction times.
    pub time_offset: Cell<u64>,
    /// The exception that stopped the last instruction.
    pub trap: Cell<Trap>,
    /// Whether the instruction in progress runs by itself, so that everything is looked at before the next one.
    pub alone: Cell<bool>,
    /// Set by WFI until something wakes the hart.
    pub waiting: Cell<bool>,
    /// Counts FENCE.I and its likes: code decoded in an earlier generation must be compared with memory.
    pub code_generation: Cell<u64>,
    /// The privilege level, as the architecture numbers it (below [`MODES`]).
    pub mode: Cell<u8>,
    /// Instructions retired in each privilege level up to `mode_since`.
    mode_retired: [Cell<u64>; MODES],
    mode_since: Cell<u64>,
    /// The same of modelled cycles.
    mode_cycles: [Cell<u64>; MODES],
    mode_cycles_since: Cell<u64>,
    /// Exceptions and interrupts taken.
    pub traps: Cell<u64>,
    /// Of these, interrupts.
    pub interrupts: Cell<u64>,
    /// Data accesses of the current instruction while it is traced.
    pub log: RefCell<Option<Vec<MemoryRecord>>>,
    /// The soft TLB.
    pub tlb: Tlb,
    /// How its cycles are counted.
    pub timing: Meter,
    /// This hart's number.
    pub id: usize,
    /// RAM and ROM.
    pub memory: Memory,
    /// RAM, ROM and devices.
    pub bus: Arc<Bus>,
    /// Interrupt lines into this hart.
    pub lines: HartLines,
    /// Virtual time as devices see it.
    pub clock: Clock,
    /// What is said of regions of interest; nobody listens until it is a board's.
    pub roi: Roi,
    /// The rest of the architectural state.
    pub arch: A,
}

impl<A: Arch> Hart<A> {
    /// A hart with all slots zero.
    pub fn new(id: usize, arch: A, bus: Arc<Bus>, lines: HartLines, clock: Clock) -> Self {
        let memory = bus.memory().clone();
        let tlb = Tlb::new(&memory);
        tlb.allow_unaligned(!arch.traps_misaligned());
        Hart {
            slots: Slots::default(),
            pc: Cell::new(0),
            retired: Cell::new(0),
            time_offset: Cell::new(0),
            trap: Cell::default(),
            alone: Cell::new(false),
            waiting: Cell::new(false),
            code_generation: Cell::new(1),
            mode: Cell::new(0),
            mode_retired: Default::default(),
            mode_since: Cell::new(0),
            mode_cycles: Default::default(),
            mode_cycles_since: Cell::new(0),
            traps: Cell::new(0),
            interrupts: Cell::new(0),
            log: RefCell::new(None),
            tlb,
            timing: Meter::default(),
            id,
            memory,
            bus,
            lines,
            clock,
            roi: Roi::default(),
            arch,
        }
    }

    /// Instructions retired before the one in progress, which has `left` others after it in its slice.
    #[inline]
    pub fn retired_before(&self, left: usize) -> u64 {
        self.retired.get().wrapping_sub(left as u64 + 1)
    }

    /// Virtual time in instruction times, between blocks.
    pub fn now(&self) -> u64 {
        self.retired.get().wrapping_add(self.time_offset.get())
    }

    /// Makes this moment the virtual time `time`.
    pub fn start_turn(&self, time: u64) {
        self.time_offset.set(time.wrapping_sub(self.retired.get()));
    }

    /// Remembers what stopped the instruction. Inlined, as handlers' short forms may call nothing.
    #[inline(always)]
    pub fn trapped(&self, trap: Trap) -> Stop {
        self.trap.set(trap);
        Stop::Trap
    }

    /// Changes the privilege level; what has retired so far is counted for the old one.
    pub fn enter_mode(&self, mode: u8) {
        self.account_mode();
        self.mode.set(mode);
    }

    fn account_mode(&self) {
        let mode = self.mode.get() as usize % MODES;
        let (old, retired) = (&self.mode_retired[mode], self.retired.get());
        old.set(old.get() + (retired - self.mode_since.get()));
        self.mode_since.set(retired);
        let (old, cycles) = (&self.mode_cycles[mode], self.cycles());
        old.set(old.get() + (cycles - self.mode_cycles_since.get()));
        self.mode_cycles_since.set(cycles);
    }

    /// Instructions retired in each privilege level.
    pub fn retired_by_mode(&self) -> [u64; MODES] {
        self.account_mode();
        std::array::from_fn(|m| self.mode_retired[m].get())
    }

    /// Cycles in each privilege level, as far as they are known: those of what changes the level are the new one's.
    pub fn cycles_by_mode(&self) -> [u64; MODES] {
        self.account_mode();
        std::array::from_fn(|m| self.mode_cycles[m].get())
    }

    /// Code may have changed in memory (FENCE.I): what was decoded is compared before it runs again.
    pub fn code_changed(&self) {
        self.code_generation.set(self.code_generation.get() + 1);
        self.tlb.code_changed();
    }

    /// Where the instruction bytes at `at` lie, and bytes of the stretch around it for which that holds: from the TLB, or by
    /// a walk.
    pub fn fetch_place(&self, at: GuestVirt) -> Result<(GuestPhys, u64), Trap> {
        A::check_fetch(self, at)?;
        if let Some(phys) = self.tlb.translate(Access::Fetch, at) {
            return Ok((phys, PAGE_SIZE));
        }
        self.tlb.walked(Access::Fetch);
        let Translation { phys, leaf_bytes, .. } = A::translate(self, at, Access::Fetch, 2)?;
        self.tlb.fill(Access::Fetch, at, phys, leaf_bytes);
        Ok((phys, leaf_bytes))
    }
}
