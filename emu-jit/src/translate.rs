//! From a region to host code. Compiled on any thread: nothing here sees a hart or guest memory.

mod explain;
mod lap;

use std::cell::RefCell;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F32, F64, I32, I64, I64X2};
use cranelift_codegen::ir::{self, BlockCall, InstBuilder, JumpTableData, SourceLoc};
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{CompiledCode, Context};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use emu_core::hart::Arch;
use emu_core::profile::{KeptCosts, Turn};
use emu_core::slot::Slot;
use emu_core::timing::{Pending, StaticModel};
use rustc_hash::FxHashMap;

use crate::Error;
use crate::calls::{Callee, deeds};
use crate::emit::{Emit, Key, Left, Next, Translator, slot_access};
use crate::exits::{LinkAddress, Why, define_unlinked, region_signature};
use crate::float::host_convention;
use crate::flow::{cold, dirty, page_groups, pairs, spans, stored_early, ways};
use crate::laps::{Loop, loops};
use crate::memory::LastPage;
use crate::placement::{self, Code, mark_of};
use crate::region::{Block, Edge, End, Region, Turns};
use crate::rows::BlockCounters;
use crate::scan::lower_half;
use crate::slots::{SlotSet, offset};
use crate::timing::{Budget, Costs, WAY_MORE};
use crate::value::{Form, TruthForm};
use lap::Lap;

pub use explain::Explanation;

/// Integer slots that a region's blocks that are not cold may have, for most of what is used often to be in the host's registers.
const MAX_IN_REGISTERS: usize = 24;

/// What a region is translated from.
pub(crate) struct Source<A: Arch> {
    pub(crate) variant: A::Variant,
    pub(crate) key: Key,
    pub(crate) region: Region,
    /// Of the slots that the region leaves boxed, those that were boxed when it was formed: it can be entered only if they are.
    pub(crate) boxed: SlotSet,
    /// Where each block is counted, if they are.
    pub(crate) counters: Option<Vec<BlockCounters>>,
    /// The links to addresses outside, by address.
    pub(crate) links: FxHashMap<u64, LinkAddress>,
    /// By which model cycles are counted, if they are.
    pub(crate) timing: Option<StaticModel>,
    /// What is kept along calls, if they are.
    pub(crate) calls: Option<KeptCosts>,
}

impl<A: Arch> Source<A> {
    /// Whether it is counted what instructions do beside retiring.
    fn counts_deeds(&self) -> bool {
        self.calls == Some(KeptCosts::Events)
    }
}

/// Makes host code.
pub(crate) struct Compiler {
    isa: OwnedTargetIsa,
    context: Context,
    builder: FunctionBuilderContext,
}

impl Compiler {
    /// For this host.
    ///
    /// # Errors
    /// Cranelift does not know this host.
    pub(crate) fn new() -> Result<Self, Error> {
        let mut flags = settings::builder();
        for (name, value) in [
            ("opt_level", "speed"),
            ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
            // Tail calls on x86-64 need them.
            ("preserve_frame_pointers", "true"),
            ("unwind_info", "false"),
        ] {
            flags.set(name, value).expect("Cranelift has this setting");
        }
        let isa = cranelift_native::builder()
            .map_err(|why| Error::Host(why.to_owned()))?
            .finish(settings::Flags::new(flags))
            .map_err(|why| Error::Host(why.to_string()))?;
        let (context, builder) = (Context::new(), FunctionBuilderContext::new());
        Ok(Compiler { isa, context, builder })
    }

    fn start(&mut self, signature: ir::Signature) {
        // What was allocated for the function before is used again.
        self.context.clear();
        self.context.func.signature = signature;
    }

    fn finish(&mut self) -> Result<&CompiledCode, Error> {
        let code = self.context.compile(&*self.isa, &mut Default::default()).map_err(|error| {
            // What Cranelift says is long, and ours to understand.
            Error::Compile(format!("{:?}", error.inner))
        })?;
        // All calls go through addresses, so that code can be put anywhere.
        if !code.buffer.relocs().is_empty() {
            return Err(Error::Compile("the code wants linking".to_owned()));
        }
        Ok(code)
    }

    fn finish_aligned(&mut self) -> Result<Code, Error> {
        Ok(Code::aligned(self.finish()?.code_buffer().to_vec()))
    }

    /// What stands behind links that lead nowhere yet.
    pub(crate) fn unlinked(&mut self) -> Result<Code, Error> {
        self.start(region_signature());
        define_unlinked(FunctionBuilder::new(&mut self.context.func, &mut self.builder))
            .finalize(self.isa.frontend_config());
        self.finish_aligned()
    }

    /// A function `(code, slots, left, entry) -> (left, pc)` in the host's convention that calls a region.
    pub(crate) fn trampoline(&mut self) -> Result<Code, Error> {
        let mut signature = region_signature();
        signature.call_conv = host_convention();
        signature.params.push(ir::AbiParam::new(I64));
        self.start(signature);
        let mut b = FunctionBuilder::new(&mut self.context.func, &mut self.builder);
        let block = b.create_block();
        b.append_block_params_for_function_params(block);
        b.switch_to_block(block);
        b.seal_block(block);
        let &[code, slots, left, entry] = b.block_params(block) else { unreachable!("it has four parameters") };
        let region = b.import_signature(region_signature());
        let call = b.ins().call_indirect(region, code, &[slots, left, entry]);
        let results = b.inst_results(call).to_vec();
        b.ins().return_(&results);
        b.finalize(self.isa.frontend_config());
        self.finish_aligned()
    }

    /// A region's code.
    pub(crate) fn region<A: Arch>(&mut self, source: &Source<A>) -> Result<Code, Error> {
        self.build(source, false);
        let code = self.finish()?;
        let offset = placement::offset(&source.region, code.buffer.get_srclocs_sorted());
        Ok(Code { bytes: code.code_buffer().to_vec(), offset })
    }

    /// Builds a region's IR. `marked`: each instruction of it tells which guest instruction it belongs to; else, which block.
    fn build<A: Arch>(&mut self, source: &Source<A>, marked: bool) {
        self.start(region_signature());
        let mut b = FunctionBuilder::new(&mut self.context.func, &mut self.builder);
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        let &[slots, left, begin] = b.block_params(entry) else { unreachable!("the signature has three parameters") };
        let emit = Emit::new(b, &source.key, slots, Budget::new(source.timing.is_some()), source.calls);
        emit.b.borrow_mut().def_var(emit.left, left);
        Translation::new(source, &emit, marked).run(begin);
        let mut b = emit.b.into_inner();
        b.seal_all_blocks();
        b.finalize(self.isa.frontend_config());
    }
}

/// One region in progress.
struct Translation<'s, 'e, 'f, A: Arch> {
    source: &'s Source<A>,
    emit: &'e Emit<'f>,
    blocks: Vec<ir::Block>,
    /// Which blocks are cold.
    cold: Vec<bool>,
    /// Slots that memory may lack at the start of each block.
    dirty: Vec<SlotSet>,
    /// Slots that each block stores at its end.
    stored: Vec<SlotSet>,
    /// For blocks that look at how much is left: how many instructions may run until the next look.
    ways: Vec<Option<usize>>,
    /// By its first block: loops that count laps.
    loops: Vec<Option<Loop>>,
    /// By instruction: where its access to memory finds the page of the last one of its group.
    last_pages: RefCell<FxHashMap<(usize, usize), LastPage>>,
    /// What it costs, if cycles are counted.
    costs: Option<Costs>,
    /// Whether what is emitted tells its guest instruction, not only its block.
    marked: bool,
}

impl<'s, 'e, 'f, A: Arch> Translation<'s, 'e, 'f, A> {
    fn new(source: &'s Source<A>, emit: &'e Emit<'f>, marked: bool) -> Self {
        let region = &source.region;
        let blocks = region.blocks.iter().map(|_| emit.b.borrow_mut().create_block()).collect();
        let spare = if source.timing.is_some() { WAY_MORE } else { 0 };
        let ways: Vec<_> = ways(region).into_iter().map(|way| way.map(|way| way + spare)).collect();
        let cold = cold(region);
        let stored = stored_early(region, &source.key, &cold, &ways);
        Translation {
            source,
            emit,
            blocks,
            cold,
            dirty: dirty(region, &source.key, &stored),
            stored,
            loops: loops(region, &ways, source.key.flat.is_none()),
            ways,
            costs: source.timing.map(|model| Costs::new(model, region)),
            last_pages: RefCell::default(),
            marked,
        }
    }

    fn run(&self, begin: ir::Value) {
        let region = &self.source.region;
        // Of all blocks, and of those that are not cold.
        let (mut slots, mut hot_slots, mut doubles) = (SlotSet::default(), SlotSet::default(), SlotSet::default());
        for (block, &cold) in region.blocks.iter().zip(&self.cold) {
            for effect in block.insns.iter().map(|insn| &insn.effect) {
                for set in [&effect.reads, &effect.writes] {
                    slots.extend(set);
                    _ = !cold && hot_slots.extend(set);
                }
                doubles.extend(&effect.doubles);
            }
        }
        if self.source.calls.is_some() {
            slots.insert(A::STACK_POINTER);
        }
        let slots = slots.without(self.source.key.slot_set());
        let boxed = self.source.boxed;
        let pairs = pairs(region, slots.without(boxed));
        let is_pair = |&slot: &Slot| pairs.contains(lower_half(slot));
        let is_upper = |slot: Slot| lower_half(slot) != slot && is_pair(&slot);
        let hot_integers = slots.and(hot_slots).without(doubles).without(boxed);
        let integers = hot_integers.iter().filter(|slot| !is_pair(slot)).count();
        self.emit.ways_out_last.set(integers <= MAX_IN_REGISTERS || self.source.key.flat.is_none());
        self.require_boxed(boxed, begin);
        self.emit.load_slots(slots.iter().filter(|&slot| !is_upper(slot)).map(|slot| match slot {
            _ if pairs.contains(slot) => (slot, I64X2),
            _ if boxed.contains(slot) => (slot, F32),
            _ if doubles.contains(slot) => (slot, F64),
            _ => (slot, I64),
        }));
        let pages: Vec<_> = match self.source.key.flat {
            None => page_groups(region, |block, slot, writes| {
                self.loops.iter().flatten().any(|its| its.covers(block, slot, writes))
            }),
            Some(_) => Vec::new(),
        };
        for group in pages {
            let last = self.emit.no_last_page();
            let pages = group
                .insns
                .iter()
                .enumerate()
                .map(|(n, &insn)| (insn, LastPage { is_first: n == 0 && !group.loops, ..last }));
            self.last_pages.borrow_mut().extend(pages);
        }
        self.enter(begin);
        let mut in_loops = vec![false; region.blocks.len()];
        self.loops.iter().flatten().flat_map(|its| &its.blocks[1..]).for_each(|&n| in_loops[n] = true);
        for n in (0..region.blocks.len()).filter(|&n| !in_loops[n]) {
            match (&self.loops[n], self.ways[n]) {
                (Some(its), Some(way)) => {
                    self.emit.b.borrow_mut().switch_to_block(self.blocks[n]);
                    self.laps(its, way);
                }
                _ => self.plain_block(n),
            }
        }
        self.mark_nothing();
        self.emit.build_rare_jumps();
        self.emit.build_ways_out(self.marked);
    }

    /// A block that is counted by itself.
    fn plain_block(&self, n: usize) {
        let block = &self.source.region.blocks[n];
        self.emit.b.borrow_mut().switch_to_block(self.blocks[n]);
        self.mark_nothing();
        self.emit.begin_block(self.dirty[n], block.insns.len());
        if let Some(way) = self.ways[n] {
            self.emit.look(block.start.pc, way);
            // What the block counts beside, it counts behind this.
            if self.source.counters.is_some() || self.source.counts_deeds() {
                self.emit.close_group();
            }
        }
        self.count(n);
        self.set_counters(n);
        self.block(n, block, None);
    }

    /// What is emitted next is no instruction's.
    fn mark_nothing(&self) {
        self.emit.b.borrow_mut().set_srcloc(SourceLoc::default());
    }

    fn set_counters(&self, n: usize) {
        self.emit.counters.set(self.source.counters.as_ref().map(|counters| counters[n]));
    }

    /// Leaves where the region is entered unless the upper halves of these slots have only ones.
    fn require_boxed(&self, slots: SlotSet, begin: ir::Value) {
        let mut halves = None;
        for slot in slots.iter() {
            let mut b = self.emit.b.borrow_mut();
            let upper = b.ins().load(I32, slot_access(), self.emit.slots, offset(slot) + 4);
            halves = Some(halves.map_or(upper, |others| b.ins().band(others, upper)));
        }
        let Some(halves) = halves else { return };
        let goes_on = {
            let mut b = self.emit.b.borrow_mut();
            let ok = b.ins().icmp_imm_s(IntCC::Equal, halves, -1);
            let (leaves, goes_on) = (b.create_block(), b.create_block());
            b.set_cold_block(leaves);
            b.ins().brif(ok, goes_on, &[], leaves, &[]);
            b.seal_block(leaves);
            b.seal_block(goes_on);
            b.switch_to_block(leaves);
            goes_on
        };
        let region = &self.source.region;
        let places: Vec<_> = region.entries.iter().map(|_| self.emit.b.borrow_mut().create_block()).collect();
        self.enter_one(begin, &places);
        for (&block, &n) in places.iter().zip(&region.entries) {
            {
                let mut b = self.emit.b.borrow_mut();
                b.set_cold_block(block);
                b.seal_block(block);
                b.switch_to_block(block);
            }
            let pc = self.constant(region.blocks[n].start.pc);
            self.emit.leave(Why::Interpret, pc, 0);
        }
        self.emit.b.borrow_mut().switch_to_block(goes_on);
    }

    /// Goes to the block that the region is entered at.
    fn enter(&self, begin: ir::Value) {
        let waiting = |n: usize| self.costs.as_ref().filter(|costs| costs.waits(n) != 0);
        let place = |&n: &usize| match waiting(n) {
            Some(_) => self.emit.b.borrow_mut().create_block(),
            None => self.blocks[n],
        };
        let entries = &self.source.region.entries;
        let places: Vec<_> = entries.iter().map(place).collect();
        self.enter_one(begin, &places);
        for (&n, &block) in entries.iter().zip(&places) {
            if let Some(costs) = waiting(n) {
                self.emit.wait(costs, n, block, self.blocks[n]);
            }
        }
    }

    /// Goes to the block for the entry that the region is entered by.
    fn enter_one(&self, begin: ir::Value, entries: &[ir::Block]) {
        let mut b = self.emit.b.borrow_mut();
        if let &[only] = entries {
            b.ins().jump(only, &[]);
            return;
        }
        let pool = &mut b.func.dfg.value_lists;
        let calls: Vec<_> = entries.iter().map(|&block| BlockCall::new(block, [], pool)).collect();
        // A call's own list: one that is shared would be changed twice.
        let otherwise = BlockCall::new(entries[0], [], pool);
        let table = JumpTableData::new(otherwise, &calls);
        let table = b.create_jump_table(table);
        let begin = b.ins().ireduce(I32, begin);
        b.ins().br_table(begin, table);
    }

    fn constant(&self, n: u64) -> ir::Value {
        self.emit.b.borrow_mut().ins().iconst(I64, n as i64)
    }

    /// Counts a block's instructions, and what they cost.
    fn count(&self, n: usize) {
        let cycles = self.costs.as_ref().map_or(0, |costs| costs.block(n).falls().0.into());
        self.emit.pay(self.source.region.blocks[n].insns.len(), cycles);
    }

    /// A block that has begun and been counted, or has its place in a lap that has been. Whether control gets to its end.
    fn block(&self, number: usize, block: &Block, lap: Option<(&Lap<'_>, usize)>) -> bool {
        let emit = self.emit;
        if let Some(costs) = &self.costs {
            emit.cost_block(costs.block(number));
        }
        if lap.is_none() {
            emit.count_entry();
        }
        if self.source.counts_deeds() {
            emit.count_deeds(deeds::<A>(block));
        }
        let spans = spans(block);
        let translator = Translator(emit);
        for (n, insn) in block.insns.iter().enumerate() {
            let last = n + 1 == block.insns.len();
            emit.begin_insn(insn, spans[n]);
            emit.last_page.set(self.last_pages.borrow().get(&(number, n)).copied());
            let mark = if self.marked { insn.pc as u32 } else { mark_of(number) };
            emit.b.borrow_mut().set_srcloc(SourceLoc::new(mark));
            if last && block.end == End::Leaves {
                emit.leave_here();
                return false;
            }
            let more = self.costs.as_ref().and_then(|costs| emit.more(costs, number, n));
            let next = match A::meaning(self.source.variant, &translator, insn.row, &insn.operands) {
                Some(Ok(next)) => next,
                Some(Err(Left)) => return false,
                None => {
                    emit.leave_here();
                    return false;
                }
            };
            let key_holds = emit.end_insn();
            emit.spend_more(more);
            match next {
                Next::Falls if !key_holds => {
                    emit.close_group();
                    let after = self.constant(insn.pc.wrapping_add(insn.bytes));
                    emit.leave(Why::Key, after, emit.ahead.get());
                    return false;
                }
                Next::Falls if !last => {}
                next => {
                    emit.close_group();
                    emit.store_through(self.stored[number]);
                    if let (Next::Branch(truth), Some(_), None) = (&next, emit.counters.get(), lap) {
                        emit.count_branch(truth.ssa());
                    }
                    match lap {
                        Some(lap) => return self.end_in_lap(number, lap, next),
                        None => self.end(number, block, next),
                    }
                }
            }
        }
        true
    }

    fn end(&self, n: usize, block: &Block, next: Next<'e, 'f>) {
        if let Some(turns) = &block.turns
            && !self.turn(block, turns, &next)
        {
            return;
        }
        match (block.end, next) {
            (End::Goes(edge), Next::Falls) => self.follow(n, false, edge),
            (End::Goes(edge), Next::Jump) => self.follow(n, true, edge),
            (End::Goes(edge), Next::JumpTo(target)) if matches!(target.form, Form::Const(_)) => {
                self.follow(n, true, edge);
            }
            (End::Branches(taken, falls), Next::Branch(truth)) => match truth.form {
                TruthForm::Const(true) => self.follow(n, true, taken),
                TruthForm::Const(false) => self.follow(n, false, falls),
                _ => self.branch(n, truth.ssa(), taken, falls),
            },
            (End::Indirect(expected), Next::JumpTo(target)) => {
                if let Some(expected) = expected {
                    self.go_back(n, target.form, target.ssa(), expected);
                } else {
                    self.spend_end(n);
                    self.emit.go_to(target.ssa());
                }
            }
            (end, _) => unreachable!("forming and translating disagree on how a block ends: {end:?}"),
        }
    }

    /// Keeps what the end of a block does to the stack of calls. Whether control goes on.
    fn turn(&self, block: &Block, turns: &Turns, next: &Next<'e, 'f>) -> bool {
        let emit = self.emit;
        let target = match next {
            Next::JumpTo(target) => Some(target.ssa()),
            _ => None,
        };
        match (turns.turn, block.end, target) {
            (Turn::Call, End::Goes(edge), _) => {
                let pc = match edge {
                    Edge::Inside(n) => self.source.region.blocks[n].start.pc,
                    Edge::Outside(pc) | Edge::Elsewhere(pc) => pc,
                };
                emit.begin_call(turns, block.place, Callee::Known(pc), A::STACK_POINTER);
            }
            (Turn::Call, _, Some(target)) => {
                emit.begin_call(turns, block.place, Callee::Computed(target), A::STACK_POINTER)
            }
            (Turn::Return, _, Some(target)) => emit.end_call(turns, target, A::STACK_POINTER),
            (Turn::Other, _, Some(target)) => return emit.stay_or_call(turns, block.place, target),
            (_, _, Some(target)) => {
                emit.tell(turns, target);
                return false;
            }
            (_, _, None) => unreachable!("only calls go to a place that is known"),
        }
        true
    }

    fn branch(&self, n: usize, taken: ir::Value, to: Edge, falls: Edge) {
        let (to_block, to_is_new) = self.target(n, true, to);
        let (falls_block, falls_is_new) = self.target(n, false, falls);
        self.emit.b.borrow_mut().ins().brif(taken, to_block, &[], falls_block, &[]);
        let dirty = self.emit.dirty.get();
        for (block, taken, edge, new) in [(to_block, true, to, to_is_new), (falls_block, false, falls, falls_is_new)] {
            if new {
                self.emit.b.borrow_mut().switch_to_block(block);
                self.emit.begin_block(dirty, 0);
                self.follow(n, taken, edge);
            }
        }
    }

    /// The block that an edge goes to; a new one for those that leave, or take time.
    fn target(&self, from: usize, taken: bool, edge: Edge) -> (ir::Block, bool) {
        match edge {
            Edge::Inside(n) if self.cost(from, taken, edge).0 == 0 => (self.blocks[n], false),
            _ => (self.emit.b.borrow_mut().create_block(), true),
        }
    }

    /// What the way from a block along an edge costs, and what is pending at its end.
    fn cost(&self, from: usize, taken: bool, edge: Edge) -> (i64, Pending) {
        self.costs.as_ref().map_or((0, Pending::SETTLED), |costs| costs.edge(from, taken, edge))
    }

    fn follow(&self, from: usize, taken: bool, edge: Edge) {
        let (cycles, pending) = self.cost(from, taken, edge);
        self.emit.spend(cycles);
        match edge {
            Edge::Inside(n) => {
                self.emit.b.borrow_mut().ins().jump(self.blocks[n], &[]);
            }
            Edge::Outside(pc) => self.emit.go(self.source.links[&pc], pending),
            Edge::Elsewhere(pc) => {
                let target = self.constant(pc);
                self.emit.begin_tail_call(self.source.region.blocks[from].place, target);
                self.emit.go(self.source.links[&pc], pending);
            }
        }
    }

    /// Goes to the expected block if that is where the target is.
    fn go_back(&self, n: usize, form: Form, target: ir::Value, expected: usize) {
        let pc = self.source.region.blocks[expected].start.pc;
        if form == Form::Const(pc) {
            return self.follow(n, true, Edge::Inside(expected));
        }
        let (back, is_new) = self.target(n, true, Edge::Inside(expected));
        let elsewhere = {
            let mut b = self.emit.b.borrow_mut();
            let pc = b.ins().iconst(I64, pc as i64);
            let ok = b.ins().icmp(IntCC::Equal, target, pc);
            let elsewhere = b.create_block();
            b.set_cold_block(elsewhere);
            b.ins().brif(ok, back, &[], elsewhere, &[]);
            b.switch_to_block(elsewhere);
            elsewhere
        };
        let dirty = self.emit.dirty.get();
        self.emit.b.borrow_mut().seal_block(elsewhere);
        self.emit.begin_block(dirty, 0);
        self.spend_end(n);
        self.emit.go_to_rarely(target);
        if is_new {
            self.emit.b.borrow_mut().switch_to_block(back);
            self.emit.begin_block(dirty, 0);
            self.follow(n, true, Edge::Inside(expected));
        }
    }

    /// Spends what it costs more to go to some address than to fall through.
    fn spend_end(&self, n: usize) {
        self.emit.spend(self.cost(n, true, Edge::Outside(0)).0);
    }
}
