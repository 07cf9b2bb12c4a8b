//! Decoded blocks: straight runs of instructions inside one page, found by their physical address.
//!
//! A block starts where control arrived and goes on past branches that are not taken; it ends with a jump, a slow row,
//! an undefined word, at the end of the page or after [`MAX_OPS`] instructions. It does not depend on its virtual
//! address, nor on mode or address space.

use super::{Op, undefined};
use crate::hart::{Arch, Hart};
use crate::isa::{Kind, Packed};
use crate::profile::{Costs, Did, Functions, Tally, Turn};
use crate::timing::Insn;
use crate::trap::Trap;
use emu_mem::pool::{Pool, Recycle};
use emu_mem::{Access, GuestPhys, GuestVirt, PAGE_SIZE};
use std::cell::Cell;
use std::marker::PhantomData;

/// Most instructions a block may have. Also bounds how deep handlers nest where the compiler makes no tail calls.
pub(crate) const MAX_OPS: usize = 64;

/// The heat of a block that a translator should look at.
pub(crate) const HOT: u32 = u32::MAX;

/// What a block has of each of its instructions. It outlives the block in a pool: guests that make code have blocks decoded
/// all the time.
pub(crate) struct Body<A: Arch> {
    /// The instructions; of a block at least one.
    pub ops: Vec<Op<A>>,
    /// Where they came from.
    pub sources: Vec<Source>,
    /// How often the block ended before each instruction, and behind the last, other than by a branch: at a slow row, a trap,
    /// the end of a budget.
    pub ended_before: Vec<Cell<u64>>,
}

/// Where a decoded instruction came from.
#[derive(Clone, Copy)]
pub(crate) struct Source {
    /// Its encoding, to see later whether memory still holds it.
    pub word: u32,
    /// Its row in the table, `u16::MAX` if undefined.
    pub row: u16,
    /// What it and those before it in its block do, where calls are kept.
    pub did: Did,
}

/// What is known of an instruction that runs by itself because somebody looks at each.
pub(crate) struct Single {
    /// What timing models see of it, if there is one.
    pub insn: Option<Insn>,
    /// Whether it is a branch to an address that is not above its own.
    pub goes_back: bool,
    /// What it has cost.
    pub costs: Cell<Costs>,
}

/// Makes bodies, empty.
pub(crate) struct Bodies<A: Arch>(pub PhantomData<A>);

impl<A: Arch> Recycle for Bodies<A> {
    type Item = Body<A>;

    fn make(&self) -> Body<A> {
        Body { ops: Vec::new(), sources: Vec::new(), ended_before: Vec::new() }
    }

    fn clean(&self, body: &mut Body<A>) {
        body.ops.clear();
        body.sources.clear();
        body.ended_before.clear();
    }
}

/// One decoded block. Aligned so that finding one by its number is a shift.
#[repr(align(64))]
pub(crate) struct Block<A: Arch> {
    pub body: Body<A>,
    /// Virtual address of the first byte, where it was decoded.
    pub pc: u64,
    /// Physical address of the first byte.
    pub phys: GuestPhys,
    /// Physical page of the second half of an instruction that straddles a page's end; it is then the only one.
    pub straddles: Option<GuestPhys>,
    /// Whether the last instruction is a slow row.
    pub ends_slow: bool,
    /// What the last instruction does to the stack of calls, where that is kept.
    pub turn: Turn,
    /// The hart's code generation for which memory was last seen to hold what was decoded.
    pub generation: Cell<u64>,
    /// Counts up to [`HOT`] while somebody waits for that.
    pub heat: Cell<u32>,
    /// Of a block with one instruction, for whoever looks at each.
    pub single: Option<Box<Single>>,
}

impl<A: Arch> Block<A> {
    /// Decodes the block at `pc`, whose first byte lies at `phys`. It does not leave the naturally aligned stretch of
    /// `leaf_bytes` (at most a page) around it, and if that is less than a page it is one instruction. Its body comes from the
    /// pool. If functions are given, it does not go on into another one.
    pub(crate) fn decode(
        hart: &Hart<A>,
        pc: u64,
        phys: GuestPhys,
        leaf_bytes: u64,
        heat: u32,
        pool: &impl Pool<Item = Body<A>>,
        functions: Option<&Functions>,
    ) -> Result<Self, Trap> {
        let mut body = pool.acquire();
        let Body { ops, sources, ended_before } = &mut *body;
        ended_before.push(Cell::new(0));
        let mut straddles = None;
        let stretch = leaf_bytes.min(PAGE_SIZE);
        let room = stretch - (phys.0 & (stretch - 1));
        let is_timed = hart.timed_by().is_some();
        // Whoever counts cycles or looks at accesses does so after each instruction.
        let is_single = is_timed || hart.log.borrow().is_some();
        let most = if stretch < PAGE_SIZE || is_single { 1 } else { MAX_OPS };
        let mut offset = 0;
        let mut ends_slow = false;
        let mut did = Did::default();
        let into_another = |last: Option<&Op<A>>, offset| {
            let (Some(functions), Some(last)) = (functions, last) else { return false };
            functions.is_another(pc.wrapping_add(last.offset()), pc.wrapping_add(offset))
        };
        while offset < room && ops.len() < most && !into_another(ops.last(), offset) {
            let Ok(first) = hart.memory.read::<u16>(GuestPhys(phys.0 + offset)) else { break };
            let bytes = A::instruction_bytes(first);
            let mut word = first as u32;
            if bytes == 4 {
                let second = if offset + 4 <= room {
                    GuestPhys(phys.0 + offset + 2)
                } else if ops.is_empty() {
                    let at = A::advance(hart, GuestVirt(pc), 2);
                    let (second, _) = hart.fetch_place(at)?;
                    straddles = Some(second);
                    second
                } else {
                    break;
                };
                match hart.memory.read::<u16>(second) {
                    Ok(half) => word |= (half as u32) << 16,
                    Err(_) if ops.is_empty() => {
                        return Err(A::access_fault(hart, A::advance(hart, GuestVirt(pc), 2), Access::Fetch));
                    }
                    Err(_) => break,
                }
            }
            let decoded = hart.arch.decode(word);
            ops.push(Op {
                run: decoded.run,
                operands: decoded.operands,
                place: (offset >> 1) as u8,
                taken: Cell::new(0),
            });
            if functions.is_some() {
                did = did.and(Did::of::<A>(decoded.row, A::turn(decoded.row, &decoded.operands)));
            }
            sources.push(Source { word, row: decoded.row, did });
            ended_before.push(Cell::new(0));
            offset += bytes;
            ends_slow = decoded.kind == Kind::Slow;
            if matches!(decoded.kind, Kind::Jump | Kind::Slow) || offset >> 1 > 255 {
                break;
            }
        }
        if ops.is_empty() {
            return Err(A::access_fault(hart, GuestVirt(pc), Access::Fetch));
        }
        let single = is_single.then(|| {
            let (op, source) = (&ops[0], sources[0]);
            let timed = || A::timed(source.row, &op.operands, pc, source.word, behind(hart, phys, straddles, offset));
            let goes_back = goes_back::<A>(source.row, &op.operands);
            Box::new(Single { insn: is_timed.then(timed), goes_back, costs: Cell::default() })
        });
        let turn = match (functions, ops.last(), sources.last()) {
            (Some(_), Some(op), Some(source)) => A::turn(source.row, &op.operands),
            _ => Turn::Other,
        };
        Ok(Block {
            body: body.keep(),
            pc,
            phys,
            straddles,
            ends_slow,
            turn,
            generation: Cell::new(hart.code_generation.get()),
            heat: Cell::new(heat),
            single,
        })
    }

    /// Its first instructions, at most `room` of them.
    #[cold]
    pub(crate) fn first(&self, room: usize) -> &[Op<A>] {
        &self.body.ops[..self.body.ops.len().min(room)]
    }

    /// Whether memory still holds what was decoded.
    pub(crate) fn is_current(&self, hart: &Hart<A>) -> bool {
        if let Some(Single { insn: Some(insn), .. }) = self.single.as_deref()
            && insn.behind != behind(hart, self.phys, self.straddles, insn.bytes.into())
        {
            return false;
        }
        self.body.sources.iter().zip(&self.body.ops).all(|(&Source { word, .. }, op)| {
            let at = GuestPhys(self.phys.0 + op.offset());
            let second = self.straddles.unwrap_or(GuestPhys(at.0 + 2));
            let Ok(first) = hart.memory.read::<u16>(at) else { return false };
            let high = if A::instruction_bytes(first) == 4 { hart.memory.read::<u16>(second) } else { Ok(0) };
            high.is_ok_and(|high| word == first as u32 | (high as u32) << 16)
        })
    }

    /// How often each instruction that is defined retired, the last one first.
    pub(crate) fn tallies(&self) -> impl Iterator<Item = Tally> {
        let defined = self.executions().filter(|(_, source, _)| source.row != u16::MAX);
        let costs = self.single.as_deref().map_or_else(Costs::default, |single| single.costs.get());
        defined.map(move |(op, Source { word, row, .. }, retired)| Tally {
            pc: self.pc.wrapping_add(op.offset()),
            word,
            row,
            retired,
            taken: op.taken.get(),
            costs,
        })
    }

    /// How often each instruction retired, the last one first: as often as the block ended behind it.
    pub(crate) fn executions(&self) -> impl Iterator<Item = (&Op<A>, Source, u64)> {
        let Body { ops, sources, ended_before } = &self.body;
        let mut ended_behind = 0;
        ops.iter().zip(sources).enumerate().rev().map(move |(i, (op, &source))| {
            ended_behind += op.taken.get() + ended_before[i + 1].get();
            (op, source, ended_behind)
        })
    }
}

/// The 16 bits behind an instruction of so many bytes at `phys`, which cores fetch with it; in physical memory, whatever is mapped
/// there. Zero where there is no memory.
fn behind<A: Arch>(hart: &Hart<A>, phys: GuestPhys, straddles: Option<GuestPhys>, bytes: u64) -> u16 {
    let at = straddles.map_or(GuestPhys(phys.0.wrapping_add(bytes)), |second| second.wrapping_add(2));
    hart.memory.read(at).unwrap_or(0)
}

/// Whether it is a conditional branch to itself or further up.
fn goes_back<A: Arch>(row: u16, operands: &Packed) -> bool {
    let row = A::table().get(usize::from(row)).filter(|row| row.kind == Kind::Branch);
    row.and_then(|row| (row.field)(operands, "imm")).is_some_and(|offset| offset <= 0)
}

/// An undefined word as a decoded instruction.
pub(crate) fn undefined_word<A: Arch>(bytes: u8) -> crate::hart::Decoded<A> {
    crate::hart::Decoded { run: undefined::<A>, operands: Packed::default(), bytes, kind: Kind::Slow, row: u16::MAX }
}
