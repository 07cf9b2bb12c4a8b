//! The loop around instructions while a timing model counts their cycles or an observer looks at them: as in `run.rs`, but blocks have
//! one instruction each, so that the model sees every one with its operands, and counters that it reads are exact.

use super::block::{Block, HOT, Source};
use super::run::{Interp, Why, increment, rows};
use super::{Exit, Op, Step};
use crate::hart::{Arch, Decoded, Hart};
use crate::isa::{Kind, Touches};
use crate::observe::{Seen, Turns};
use crate::profile::{self, Costs, Tally, Turn};
use crate::timing::{Ahead, Class, Event, Insn, Pending, Static};
use emu_mem::{GuestPhys, GuestVirt};

/// Instructions that are looked at ahead of one.
const AHEAD: usize = 2;

/// Where an instruction is that is running.
#[derive(Copy, Clone)]
struct At {
    index: u32,
    pc: u64,
    phys: GuestPhys,
    source: Source,
}

impl<A: Arch> Interp<A> {
    /// Runs as [`run`](Self::run) does, or with `HEATS` as [`run_until_hot`](Self::run_until_hot).
    #[cold]
    #[inline(never)]
    pub(super) fn run_timed<const HEATS: bool>(&mut self, hart: &Hart<A>, budget: u64) -> Why {
        self.resume_paths(hart);
        let end = hart.retired.get() + budget;
        // Slow rows and traps change these, and both leave this loop.
        let (epoch, counts) = (hart.tlb.epoch(), A::counts_events(hart));
        let mut taken = true;
        while hart.retired.get() < end {
            let index = match self.lookup(hart, epoch) {
                Ok(index) => index,
                Err(trap) => {
                    A::take_trap(hart, trap);
                    hart.redirected();
                    return Why::Service;
                }
            };
            let block = &self.blocks[index as usize];
            // What control has not come to by a jump is part of what is hot before it, as in blocks of several instructions.
            if HEATS && taken {
                let heat = block.heat.get();
                if heat == HOT {
                    self.hot = index;
                    return Why::Hot;
                }
                block.heat.set(heat + 1);
            }
            let pc = hart.pc.get();
            if taken {
                self.remember(pc);
            }
            let block = &self.blocks[index as usize];
            let insn = block.single.as_deref().and_then(|single| single.insn);
            let cycles = hart.cycles();
            let (op, source, phys) = (&block.body.ops[0], block.body.sources[0], block.phys);
            let at = At { index, pc, phys, source };
            let retired = hart.retired.get();
            hart.retired.set(retired + 1);
            if self.observer.is_some() {
                hart.log.borrow_mut().get_or_insert_default().clear();
            }
            let event = insn.map_or_else(Event::default, |insn| begin(hart, op, &insn));

            let exit = (op.run)(hart, op, &[]);

            if counts && exit.why() < Exit::TRAPPED {
                A::count_events(hart, rows(&block.body, 1), exit.why() == Exit::TAKEN);
            }
            taken = exit.why() == Exit::TAKEN;
            if exit.why() <= Exit::OVER {
                if !taken {
                    increment(&block.body.ended_before[1]);
                }
                hart.pc.set(exit.pc);
                if let Some(insn) = &insn {
                    finish(hart, insn, phys, Event { taken, ..event });
                }
                self.charge(hart, at, cycles);
                self.look(hart, at, taken);
                self.follow_if_kept(hart, index, pc, exit.pc);
                continue;
            }
            hart.pc.set(exit.pc);
            let traps = hart.traps.get();
            self.leave(hart, index, 1, exit);
            if hart.traps.get() == traps {
                if let Some(insn) = &insn {
                    finish(hart, insn, phys, Event { taken: hart.pc.get() != self.behind(hart, at), ..event });
                }
                self.look(hart, at, hart.pc.get() != self.behind(hart, at));
            } else {
                hart.redirected();
            }
            self.charge(hart, at, cycles);
            if exit.why() == Exit::SLOW {
                self.follow_if_kept(hart, index, pc, exit.pc);
            }
            return Why::Service;
        }
        Why::Budget
    }

    /// Adds what an instruction has cost since the hart had counted so many `cycles`. Its block may be gone.
    fn charge(&mut self, hart: &Hart<A>, at: At, cycles: u64) {
        if hart.timed_by().is_none() {
            return;
        }
        let mut costs = Costs::default();
        costs[profile::Event::Cycles] = hart.cycles().wrapping_sub(cycles);
        self.add_costs(at, costs);
    }

    fn add_costs(&mut self, at: At, costs: Costs) {
        let block = self.blocks.get(at.index as usize).filter(|block| block.phys == at.phys);
        if let Some(single) = block.and_then(|block| block.single.as_deref()) {
            let mut sum = single.costs.get();
            sum += costs;
            single.costs.set(sum);
        } else {
            let Source { word, row, .. } = at.source;
            self.add_gone(Tally { pc: at.pc, word, row, retired: 0, taken: 0, costs });
        }
    }

    /// The address behind an instruction.
    fn behind(&self, hart: &Hart<A>, at: At) -> u64 {
        A::advance(hart, GuestVirt(at.pc), A::instruction_bytes(at.source.word as u16)).0
    }

    /// Shows an instruction that has retired to whoever looks; control has gone elsewhere from it if `taken`.
    fn look(&mut self, hart: &Hart<A>, at: At, taken: bool) {
        let Some(observer) = &mut self.observer else { return };
        let (touches, kind) = A::row(at.source.row.into());
        let block = self.blocks.get(at.index as usize).filter(|block| block.phys == at.phys);
        let single = block.and_then(|block| block.single.as_deref());
        let turns = if kind == Kind::Branch {
            Turns::Branch { goes_back: single.is_some_and(|single| single.goes_back), taken }
        } else if A::jumps_to_register(at.source.row) && !block.is_some_and(returns) {
            Turns::Jump
        } else {
            Turns::Otherwise
        };
        let costs = observer.retired(&Seen {
            pc: at.pc,
            bytes: A::instruction_bytes(at.source.word as u16),
            turns,
            next: hart.pc.get(),
            stack_pointer: A::advance(hart, GuestVirt(A::stack_pointer(hart)), 0).0,
            touches: touches != Touches::Nothing,
            accesses: hart.log.borrow().as_deref().unwrap_or_default(),
        });
        if !costs.is_zero() {
            self.add_costs(at, costs);
            if let Some(paths) = &mut self.paths {
                paths.cost(costs);
            }
        }
    }
}

/// Whether the one instruction of a block is a return.
fn returns<A: Arch>(block: &Block<A>) -> bool {
    A::turn(block.body.sources[0].row, &block.body.ops[0].operands) == Turn::Return
}

/// An instruction is about to run: it waits for what is pending. What it sees of counters comes after that.
fn begin<A: Arch>(hart: &Hart<A>, op: &Op<A>, insn: &Insn) -> Event {
    let mut event = Event::default();
    let step = Step::<A> { hart, op, left: 0, len: insn.bytes };
    let is_stepped = hart.timing.stepped.borrow().is_some();
    if let Some(rules) = hart.timing.rules.get() {
        if !is_stepped {
            hart.spend(rules.stall(hart.pending(), insn).into());
            hart.leave_pending(Pending::SETTLED);
        }
        if rules.cost(insn).varies {
            event.more = rules.more(&step, insn).0;
        }
    }
    if is_stepped {
        event.operands = [insn.rs1, insn.rs2].map(|slot| hart.slots.get(slot));
        event.address = A::timed_address(&step, &op.operands, insn);
    }
    event
}

/// It has retired.
fn finish<A: Arch>(hart: &Hart<A>, insn: &Insn, phys: GuestPhys, mut event: Event) {
    event.next = hart.pc.get();
    let mut stepped = hart.timing.stepped.borrow_mut();
    if let Some(stepped) = &mut *stepped {
        event.in_memory = hart.memory.find(GuestPhys(event.address), 1 << insn.size).is_some();
        let cycles = stepped.step(insn, &event, &mut |ahead| look_ahead(hart, insn, phys, event.taken, ahead));
        hart.spend(cycles);
    } else if let Some(rules) = hart.timing.rules.get() {
        let cost = rules.cost(insn);
        let fixed = if event.taken { cost.taken } else { cost.falls };
        hart.spend(u64::from(fixed).wrapping_add(event.more));
        hart.leave_pending(rules.leaves(insn, event.taken));
    }
}

/// The instructions that come after one that lies at `phys`, in physical memory, whatever is mapped there.
fn look_ahead<A: Arch>(hart: &Hart<A>, insn: &Insn, phys: GuestPhys, taken: bool, ahead: &mut Vec<Ahead>) {
    if taken {
        return;
    }
    let mut offset = u64::from(insn.bytes);
    while ahead.len() < AHEAD {
        let at = phys.wrapping_add(offset);
        let Ok(first) = hart.memory.read::<u16>(at) else { return };
        let second = hart.memory.read::<u16>(at.wrapping_add(2)).unwrap_or(0);
        let word = u32::from(first) | u32::from(second) << 16;
        let decoded = hart.arch.decode(word);
        let pc = A::advance(hart, GuestVirt(insn.pc), offset).0;
        let next = A::timed(decoded.row, &decoded.operands, pc, word, 0);
        let taken = match decoded.kind {
            Kind::Jump => true,
            // Only of the next one it is known what it will do: what it compares is there already.
            Kind::Branch if ahead.is_empty() => branches(hart, &decoded),
            _ => false,
        };
        ahead.push((next, taken));
        if taken || next.class == Class::Other {
            return;
        }
        offset += u64::from(next.bytes);
    }
}

/// Whether a branch would be taken now.
fn branches<A: Arch>(hart: &Hart<A>, decoded: &Decoded<A>) -> bool {
    let op = Op::alone(decoded);
    (op.run)(hart, &op, &[]).why() == Exit::TAKEN
}
