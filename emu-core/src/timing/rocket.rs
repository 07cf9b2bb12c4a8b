//! Rocket: five stages in order without branch prediction, a multiplier and divider that works beside them, a store buffer of two
//! entries, and two direct-mapped caches of 4 KiB.
//!
//! Time is the cycle in which an instruction is in the decode stage (ID); it executes (EX) one cycle later, accesses memory (MEM) two
//! and writes back (WB) three. An instruction waits in ID for its operands, and for its destination too. A redirect comes from MEM;
//! one to a long instruction that lies across two words shows ID the word that is made of its lower half twice for a
//! cycle, and it waits for that word's operands as well.
//!
//! With warm caches this is exact. A miss costs a constant, which is an estimate: what the two caches do to each other at their
//! one bus is not modelled. Nor are traps beyond a redirect, and accesses to devices beyond a constant.

use super::{Ahead, Class, Event, Insn, Stepped};
use crate::slot::{Slot, ZERO};

/// Cycles that are remembered: more than anything lies apart that meets.
const WINDOW: usize = 1024;
/// Lines of a cache, and the base-two logarithm of their bytes.
const LINES: usize = 64;
const LINE_SHIFT: u32 = 6;
/// No line.
const NONE: u64 = u64::MAX;
/// Cycles of a load or store miss; of one that writes back another line before.
const MISS: i64 = 14;
const DIRTY_MISS: i64 = 32;
/// Cycles of a miss when fetching, and for how long the cache is busy with it.
const FETCH_MISS: i64 = 20;
const FETCH_BUSY: i64 = 17;
/// Cycles from a jump to its target, and from what empties the pipeline to the next instruction.
const REDIRECT: i64 = 4;
const FLUSH: i64 = 5;
/// Cycles from an access to the next try if it has to be tried again.
const REPLAY: i64 = 5;
/// An access is tried again so often at most; far more than it takes.
const MAX_TRIES: usize = 20;
/// Cycles until the result of a load from a device is there.
const DEVICE_LOAD: i64 = 10;

/// What happens in one cycle.
#[derive(Copy, Clone, Default)]
struct Cycle {
    at: i64,
    /// WB writes a register.
    writes_back: bool,
    /// A load is in EX.
    load_in_ex: bool,
    /// A store is in MEM.
    store_in_mem: bool,
    /// A store is in WB.
    store: Option<Store>,
    /// The store buffer has to drain.
    forces: bool,
}

/// A store on its way.
#[derive(Copy, Clone, Default)]
struct Store {
    address: u64,
    /// Bytes of its doubleword.
    mask: u8,
    /// Whether it reads as well.
    is_amo: bool,
}

impl Store {
    fn overlaps(&self, other: &Store) -> bool {
        // The index of a doubleword within a page is compared, not the page.
        (self.address ^ other.address) & 0xff8 == 0 && self.mask & other.mask != 0
    }
}

/// A multiplication or division under way.
#[derive(Copy, Clone)]
struct Muldiv {
    rd: Slot,
    /// When it is done.
    done: i64,
}

/// What of an instruction matters here.
#[derive(Copy, Clone)]
struct Kind {
    memory: bool,
    reads: bool,
    writes: bool,
    amo: bool,
    muldiv: bool,
    fence: bool,
    flushes: bool,
}

impl Kind {
    fn of(insn: &Insn) -> Kind {
        let class = insn.class;
        let amo = matches!(class, Class::Atomic | Class::StoreConditional);
        let reads = amo || matches!(class, Class::Load | Class::LoadReserved);
        let writes = amo || class == Class::Store;
        Kind {
            memory: reads || writes,
            reads,
            writes,
            amo,
            muldiv: matches!(class, Class::Multiply | Class::MultiplyHigh(_) | Class::Divide { .. }),
            fence: class == Class::Fence,
            flushes: matches!(class, Class::Control { flushes: true } | Class::CodeFence | Class::TrapReturn),
        }
    }
}

/// The core's state.
pub(super) struct Rocket {
    /// When the last instruction was in ID.
    now: i64,
    /// The same, of what has been told.
    told: i64,
    /// When the next instruction can be in ID at the earliest, if that was fetched anew.
    fetched: i64,
    /// The next instruction comes from a redirect.
    redirected: bool,
    /// When a reader or another writer of each register can be in ID at the earliest.
    ready: [i64; 32],
    muldiv: Option<Muldiv>,
    cycles: Box<[Cycle; WINDOW]>,
    /// The store buffer is known up to this cycle.
    drained: i64,
    first: Store,
    first_is_held: bool,
    second: Option<Store>,
    last_access: i64,
    last_access_writes: bool,
    /// The next access waits for the last one.
    ordered: bool,
    /// When a store has made a clean line dirty.
    dirtied: i64,
    code: [u64; LINES],
    code_busy: i64,
    data: [u64; LINES],
    dirty: [bool; LINES],
    ahead: Vec<Ahead>,
}

impl Default for Rocket {
    fn default() -> Self {
        Rocket {
            now: 0,
            told: 0,
            fetched: 0,
            redirected: false,
            ready: [0; 32],
            muldiv: None,
            cycles: vec![Cycle { at: -1, ..Cycle::default() }; WINDOW]
                .try_into()
                .unwrap_or_else(|_| unreachable!("it has that length")),
            drained: 0,
            first: Store::default(),
            first_is_held: false,
            second: None,
            last_access: -10,
            last_access_writes: false,
            ordered: false,
            dirtied: -10,
            code: [NONE; LINES],
            code_busy: -100,
            data: [NONE; LINES],
            dirty: [false; LINES],
            ahead: Vec::new(),
        }
    }
}

fn place(line: u64) -> usize {
    line as usize % LINES
}

impl Rocket {
    fn cycle(&mut self, at: i64) -> &mut Cycle {
        let cycle = &mut self.cycles[at as usize % WINDOW];
        if cycle.at != at {
            *cycle = Cycle { at, ..Cycle::default() };
        }
        cycle
    }

    /// Whether the store buffer drains in this cycle. It is known up to the cycle before.
    fn drains(&mut self, at: i64) -> bool {
        let cycle = *self.cycle(at);
        if let Some(store) = cycle.store {
            self.first = store;
        }
        let has_first = cycle.store.is_some() || self.first_is_held;
        let has_second = self.second.is_some();
        let is_full = has_first && has_second && (cycle.store_in_mem || self.first.is_amo);
        let wants = (has_first && !self.first.is_amo) || has_second;
        is_full || (wants && !cycle.load_in_ex) || (cycle.forces && has_second)
    }

    fn drain_up_to(&mut self, end: i64) {
        let is_empty = !self.first_is_held && self.second.is_none();
        if end - self.drained > 64 && is_empty {
            let from = self.drained;
            if !(from..from + 8).any(|at| self.cycle(at).store.is_some()) {
                self.drained = end - 8;
            }
        }
        while self.drained < end {
            let at = self.drained;
            let drains = self.drains(at);
            let has_first = self.cycle(at).store.is_some() || self.first_is_held;
            let has_second = self.second.is_some();
            let moves = has_first && has_second == drains;
            self.first_is_held = has_first && has_second && !drains;
            if moves {
                self.second = Some(self.first);
            } else if drains {
                self.second = None;
            }
            self.drained += 1;
        }
    }

    /// Whether an access in MEM in this cycle meets a store that has not reached the cache.
    fn meets_store(&mut self, at: i64, access: &Store) -> bool {
        self.drain_up_to(at);
        let first = self.cycle(at).store.or_else(|| self.first_is_held.then_some(self.first));
        [first, self.second].into_iter().flatten().any(|store| store.overlaps(access))
    }

    /// When a result of the multiplier and divider is written back: when nothing else is.
    fn muldiv_written(&mut self, muldiv: Muldiv) -> i64 {
        let mut at = muldiv.done;
        while self.cycle(at).writes_back {
            at += 1;
        }
        at
    }

    /// When an instruction that could be in ID at `time` but for this register can be there.
    fn when_ready(&mut self, time: i64, register: Slot) -> i64 {
        match self.muldiv {
            _ if register == ZERO => time,
            Some(muldiv) if muldiv.rd == register => time.max(self.muldiv_written(muldiv)),
            _ => time.max(self.ready.get(register.0 as usize).copied().unwrap_or(0)),
        }
    }

    fn when_muldiv_is_free(&mut self, time: i64) -> i64 {
        match self.muldiv {
            Some(muldiv) => time.max(self.muldiv_written(muldiv)),
            None => time,
        }
    }

    /// Waits for what the word made of the instruction's lower half twice seems to need, and for the cycle that it takes.
    fn wait_for_half(&mut self, mut time: i64, insn: &Insn, kind: Kind) -> i64 {
        let half = insn.word & 0xffff;
        let word = half << 16 | half;
        let is = |mask: u32, value: u32| word & mask == value;
        // The decoder's own terms, which are free to answer anything for what is no instruction.
        let reads_first = is(0x4004, 0) || is(0x44, 0) || is(0x18, 0) || is(0x2050, 0x2000);
        let reads_second = is(0x70, 0x20) || is(0x64, 0x20) || is(0x34, 0x20);
        let is_muldiv = is(0x200_0074, 0x200_0030);
        for _ in 0..2 {
            if reads_first {
                time = self.when_ready(time, Slot((word >> 15 & 31) as u8));
            }
            if reads_second {
                time = self.when_ready(time, Slot((word >> 20 & 31) as u8));
            }
            if insn.writes {
                time = self.when_ready(time, insn.rd);
            }
            if is_muldiv {
                time = self.when_muldiv_is_free(time);
            }
            if kind.memory && self.ordered {
                time = time.max(self.last_access + 4);
            }
        }
        time + 1
    }

    fn wait_for_operands(&mut self, mut time: i64, insn: &Insn, kind: Kind) -> i64 {
        // Twice: waiting for one may let another one become late.
        for _ in 0..2 {
            time = self.when_ready(time, insn.rs1);
            time = self.when_ready(time, insn.rs2);
            if insn.writes {
                time = self.when_ready(time, insn.rd);
            }
            if kind.muldiv {
                time = self.when_muldiv_is_free(time);
            }
            let waits = kind.memory && (self.ordered || insn.order & 1 != 0);
            if waits || insn.class == Class::CodeFence {
                time = time.max(self.last_access + 4);
            }
        }
        time
    }

    fn fetch(&mut self, mut time: i64, insn: &Insn) -> i64 {
        let last = insn.pc.wrapping_add(u64::from(insn.bytes) - 1);
        for line in [insn.pc >> LINE_SHIFT, last >> LINE_SHIFT] {
            if std::mem::replace(&mut self.code[place(line)], line) != line {
                time = time.max(self.code_busy);
                self.code_busy = time + FETCH_BUSY;
                time += FETCH_MISS;
            }
        }
        time
    }

    /// Whether an access has to be tried again that is in ID at `time`.
    fn is_replayed(&mut self, time: i64, kind: Kind, access: &Store) -> bool {
        if self.dirtied >= 0 && (time == self.dirtied - 2 || time == self.dirtied - 1) {
            return true;
        }
        if !kind.reads {
            return false;
        }
        self.drain_up_to(time + 1);
        self.cycle(time + 1).load_in_ex = true;
        let cycle = *self.cycle(time + 1);
        let first_is_amo = cycle.store.map_or(self.first.is_amo, |store| store.is_amo);
        let has_first = cycle.store.is_some() || self.first_is_held;
        let must_drain = has_first && self.second.is_some() && (cycle.store_in_mem || first_is_amo);
        must_drain || self.meets_store(time + 2, access)
    }

    /// Tries again: when it is in ID then. What was behind it has reached EX meanwhile.
    fn replay(&mut self, time: i64, insn: &Insn, kind: Kind, ahead: &[Ahead]) -> i64 {
        self.cycle(time + 3).writes_back |= insn.writes;
        let mut last = time;
        let mut last_reads = kind.reads;
        let own_result = time + if insn.size < 2 { 3 } else { 2 };
        for (next, taken) in ahead.iter().take(2) {
            let next_kind = Kind::of(next);
            let mut at = last + 1;
            let written = if next.writes { next.rd } else { ZERO };
            for register in [next.rs1, next.rs2, written] {
                let ready = match self.muldiv {
                    _ if register == ZERO => continue,
                    _ if insn.writes && insn.rd == register => own_result,
                    Some(muldiv) if muldiv.rd == register => i64::MAX,
                    _ => self.ready.get(register.0 as usize).copied().unwrap_or(0),
                };
                at = at.max(ready);
            }
            if (next_kind.muldiv && self.muldiv.is_some()) || at > time + 2 {
                break;
            }
            last = at;
            last_reads = if next_kind.memory { next_kind.reads } else { next.opcode & 0x28 != 0x20 };
            if next_kind.reads {
                self.cycle(at + 1).load_in_ex = true;
            }
            if *taken {
                break;
            }
        }
        self.drain_up_to(time + 3);
        // The access that is given up does not reach the register of the last command: that of an atomic one stays there.
        if self.last_access_writes && self.first.is_amo {
            self.cycle(time + 3).forces = true;
        }
        self.drain_up_to(time + 4);
        let mut next = time + REPLAY;
        while last_reads && self.drains(next - 1) {
            self.drain_up_to(next);
            next += 1;
        }
        if insn.straddles_words() { self.wait_for_half(next, insn, kind) } else { next }
    }

    /// An access to memory: when it is in ID at last.
    fn access(
        &mut self,
        mut time: i64,
        insn: &Insn,
        kind: Kind,
        event: &Event,
        look: &mut dyn FnMut(&mut Vec<Ahead>),
    ) -> i64 {
        let bytes = (1u32 << (1 << insn.size)) - 1;
        let mask = (bytes << (event.address & 7)) as u8;
        let access = Store { address: event.address, mask, is_amo: kind.amo };
        let mut ahead = std::mem::take(&mut self.ahead);
        for tries in 0..MAX_TRIES {
            if !self.is_replayed(time, kind, &access) {
                break;
            }
            if tries == 0 {
                ahead.clear();
                look(&mut ahead);
            }
            time = self.replay(time, insn, kind, &ahead);
        }
        self.ahead = ahead;
        let line = event.address >> LINE_SHIFT;
        let at = place(line);
        if self.data[at] != line {
            self.cycle(time + 3).writes_back |= insn.writes;
            time += if self.dirty[at] { DIRTY_MISS } else { MISS } + i64::from(insn.straddles_words());
            self.data[at] = line;
            self.dirty[at] = kind.writes;
        } else if kind.writes && !std::mem::replace(&mut self.dirty[at], true) {
            self.dirtied = time + 3;
        }
        if kind.reads {
            self.cycle(time + 1).load_in_ex = true;
        }
        if kind.writes {
            self.cycle(time + 2).store_in_mem = true;
            self.cycle(time + 3).store = Some(access);
        }
        time
    }

    /// When the result of an instruction in ID at `time` can be read.
    fn result(&mut self, time: i64, insn: &Insn, kind: Kind, event: &Event) {
        if kind.muldiv {
            self.muldiv = Some(Muldiv { rd: insn.rd, done: time + 2 + muldiv_cycles(insn, event) });
        }
        if !insn.writes {
            return;
        }
        self.cycle(time + 3).writes_back = true;
        let ready = match insn.class {
            _ if insn.rd == ZERO || kind.muldiv => return,
            Class::Control { .. } => time + 3,
            _ if kind.memory && !event.in_memory => time + DEVICE_LOAD,
            Class::StoreConditional => time + 3,
            _ if kind.memory => time + if insn.size < 2 { 3 } else { 2 },
            _ => 0,
        };
        if let Some(known) = self.ready.get_mut(insn.rd.0 as usize) {
            *known = ready;
        }
    }

    fn redirected(&mut self, time: i64, insn: &Insn, kind: Kind, taken: bool) {
        if kind.flushes || taken {
            self.fetched = time + if kind.flushes { FLUSH } else { REDIRECT };
            self.redirected = true;
        }
        if taken && !kind.flushes {
            // The words behind a jump have been asked for before it is known to be one.
            let last = insn.pc.wrapping_add(u64::from(insn.bytes) - 1) >> 2;
            for (n, word) in (1..).zip([last + 1, last + 2]) {
                let line = word << 2 >> LINE_SHIFT;
                if self.code[place(line)] != line && self.code_busy < time + n {
                    self.code[place(line)] = line;
                    self.code_busy = time + n + FETCH_BUSY;
                }
            }
        }
        if insn.class == Class::CodeFence {
            self.code = [NONE; LINES];
        }
    }
}

/// For so long the multiplier and divider works on an instruction: a bit a cycle; sometimes a cycle before, to make an operand
/// positive, and one after, to make the result negative.
fn muldiv_cycles(insn: &Insn, event: &Event) -> i64 {
    let Class::Divide { signed, remainder } = insn.class else { return if insn.narrow { 32 } else { 64 } };
    let [a, b] = event.operands.map(|n| if insn.narrow { n as i32 as i64 } else { n as i64 });
    let (a_negative, b_negative) = (signed && a < 0, signed && b < 0);
    let negates = if remainder { a_negative } else { b != 0 && a_negative != b_negative };
    65 + i64::from(a_negative || b_negative) + i64::from(negates)
}

impl Stepped for Rocket {
    fn step(&mut self, insn: &Insn, event: &Event, ahead: &mut dyn FnMut(&mut Vec<Ahead>)) -> u64 {
        let kind = Kind::of(insn);
        let mut time = (self.now + 1).max(std::mem::take(&mut self.fetched));
        time = self.fetch(time, insn);
        if std::mem::take(&mut self.redirected) && insn.straddles_words() {
            time = self.wait_for_half(time, insn, kind);
        }
        time = self.wait_for_operands(time, insn, kind);
        if let Some(muldiv) = self.muldiv
            && self.muldiv_written(muldiv) <= time
        {
            if let Some(ready) = self.ready.get_mut(muldiv.rd.0 as usize) {
                *ready = 0;
            }
            self.muldiv = None;
        }
        if kind.memory {
            self.ordered = false;
            if event.in_memory {
                time = self.access(time, insn, kind, event, ahead);
            }
            self.last_access = time;
            self.last_access_writes = kind.writes;
        }
        if kind.fence || insn.order & 2 != 0 {
            self.ordered = true;
        }
        self.result(time, insn, kind, event);
        self.redirected(time, insn, kind, event.taken);
        self.now = time;
        (time - std::mem::replace(&mut self.told, time)) as u64
    }

    fn redirect(&mut self) {
        self.now += 1;
        self.fetched = self.now + FLUSH;
        self.redirected = true;
    }
}
