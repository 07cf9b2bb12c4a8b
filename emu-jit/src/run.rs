//! The loop around compiled code and the interpreter: an [`Executor`] that has what is hot compiled.

use emu_core::executor::Executor;
use emu_core::hart::{Arch, Hart};
use emu_core::interp::run::{Interp, Why as Ran};
use emu_core::slot::Slot;
use emu_mem::{GuestPhys, GuestVirt, PAGE_SIZE};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Error;
use crate::cache::{Cache, Entry};
use crate::code_memory::{CodeMemory, Full};
use crate::emit::Key;
use crate::enter::Trampoline;
use crate::exits::Why;
use crate::region::{Edge, End, Profile, Region, form};
use crate::rows::RowCounts;
use crate::slots::{JUMPS, WHY};
use crate::translate::{Compiler, Source};

/// Code that could not be made is remembered at most so often.
const MAX_REFUSED: usize = 64 * 1024;

/// When code is compiled.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Tier {
    /// What has run often, counted in the interpreter.
    Hot,
    /// Everything, before it runs.
    Eager,
}

/// What a user may choose.
#[derive(Copy, Clone, Debug)]
pub struct Options {
    /// When code is compiled.
    pub tier: Tier,
    /// How often a block has to be entered to be compiled, where that is counted.
    pub threshold: u32,
    /// Room for translated code.
    pub code_memory_bytes: usize,
    /// Whether instructions are counted by row, for [`Executor::executions`].
    pub counts_rows: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { tier: Tier::Hot, threshold: 1000, code_memory_bytes: 64 << 20, counts_rows: false }
    }
}

/// What was done.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Stats {
    /// Regions compiled.
    pub regions: u64,
    /// Guest instructions in them.
    pub compiled_insns: u64,
    /// Bytes of host code.
    pub code_bytes: u64,
    /// Time of the host that compiling took.
    pub compile_time: std::time::Duration,
    /// Regions that changed code made useless.
    pub dropped: u64,
    /// How often everything was dropped because the memory for code was full.
    pub flushed: u64,
    /// How often compiled code was entered from the loop.
    pub entered: u64,
    /// Of these, how often it came back for each reason: the budget, the interpreter, the key, an unknown target, a link.
    pub left: [u64; 5],
    /// Instructions that retired in compiled code.
    pub retired: u64,
}

/// Runs a hart by compiled code where there is some.
pub struct Jit<A: Arch> {
    options: Options,
    interp: Interp<A>,
    compiler: Compiler,
    memory: CodeMemory,
    /// Bytes at the start of `memory` that are there for good.
    fixed_bytes: usize,
    pub(crate) trampoline: Trampoline,
    pub(crate) cache: Cache,
    key: Key,
    /// Places in the guest's physical memory where no region can begin.
    refused: FxHashSet<u64>,
    pub(crate) stats: Stats,
}

/// Counts of the pages that a region may have code from.
struct Counts<'i, A: Arch> {
    interp: &'i Interp<A>,
    pages: FxHashMap<u64, Vec<u64>>,
}

impl<A: Arch> Profile for Counts<'_, A> {
    fn executions(&mut self, at: GuestPhys) -> u64 {
        let page = self.pages.entry(at.page().0).or_insert_with(|| self.interp.executions_in(at.page()));
        page[(at.page_offset() / 2) as usize]
    }
}

impl<A: Arch> Jit<A> {
    /// With nothing compiled yet.
    ///
    /// # Errors
    /// No code can be made on this host, or none can run.
    pub fn new(options: Options) -> Result<Self, Error> {
        let mut compiler = Compiler::new()?;
        let mut memory = CodeMemory::new(options.code_memory_bytes)?;
        let (trampoline, unlinked) = (compiler.trampoline()?, compiler.unlinked()?);
        let bytes = memory.bytes();
        let placed = memory
            .add(&[&trampoline, &unlinked])
            .map_err(|Full| Error::CodeMemory { bytes, source: std::io::ErrorKind::OutOfMemory.into() })?;
        let mut interp = Interp::default();
        interp.set_threshold(options.threshold);
        Ok(Jit {
            options,
            interp,
            compiler,
            fixed_bytes: memory.used(),
            memory,
            trampoline: Trampoline(placed[0]),
            cache: Cache::new(placed[1]),
            key: Key { slots: Vec::new(), flat: None, sticky_inexact: false, traps_misaligned: false },
            refused: FxHashSet::default(),
            stats: Stats::default(),
        })
    }

    /// What was done so far.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// Finds out what decode time may rely on now; what only slow rows and traps change.
    fn look(&mut self, hart: &Hart<A>) {
        self.key.flat = if A::is_flat(hart) { hart.memory.open_ram() } else { None };
        if let Some(ram) = &mut self.key.flat {
            // Addresses of the hart may be narrower than those of its memory.
            let last = A::advance(hart, GuestVirt(u64::MAX), 0).0;
            ram.bytes = ram.bytes.min((last - ram.guest.0.min(last)).saturating_add(1) & !(PAGE_SIZE - 1));
        }
        self.key.flat = self.key.flat.filter(|ram| ram.bytes != 0);
        self.key.traps_misaligned = hart.arch.traps_misaligned();
        if let Some(dropped) = self.cache.revalidate(hart) {
            self.stats.dropped += dropped;
            self.refused.clear();
        }
    }

    /// Selects the context for what decode time may rely on now.
    fn select(&mut self, hart: &Hart<A>) {
        self.key.slots.clear();
        self.key.slots.extend(A::KEYS.iter().map(|&slot| (slot, hart.slots.get(slot))));
        self.key.sticky_inexact = A::has_sticky_inexact(hart);
        let jumps = self.cache.select(hart.tlb.epoch(), &self.key);
        hart.slots.set(JUMPS, jumps as u64);
    }

    /// The code for the hart's next instruction.
    pub(crate) fn find(&mut self, hart: &Hart<A>) -> Option<Entry> {
        self.cache.find(hart, hart.pc.get())
    }

    /// Compiles a region for the hart's next instruction, if that is possible.
    fn compile(&mut self, hart: &Hart<A>) -> Option<Entry> {
        let phys = match hart.fetch_place(GuestVirt(hart.pc.get())) {
            Ok((phys, PAGE_SIZE..)) => phys,
            _ => return None,
        };
        // If there is code but not for where its pages lie now, it would be compiled again and again.
        if self.refused.contains(&phys.0) || self.cache.has_code_at(phys) {
            return None;
        }
        let keys = |slot: Slot| self.key.slot(slot).expect("meanings ask for slots of the key");
        let mut counts = Counts { interp: &self.interp, pages: FxHashMap::default() };
        let profile: Option<&mut dyn Profile> = match self.options.tier {
            Tier::Hot => Some(&mut counts),
            Tier::Eager => None,
        };
        let entry = match form(hart, &keys, profile).map(|region| self.install(hart, region)) {
            // There will be room for it next time.
            Some(Err(Full)) => return None,
            Some(Ok(entry)) => entry,
            None => None,
        };
        if entry.is_none() {
            if self.refused.len() == MAX_REFUSED {
                self.refused.clear();
            }
            self.refused.insert(phys.0);
        }
        entry
    }

    /// `None` if it cannot be compiled, or takes more room than there is.
    fn install(&mut self, hart: &Hart<A>, region: Region) -> Result<Option<Entry>, Full> {
        let start = std::time::Instant::now();
        let mut outside: Vec<u64> = region.blocks.iter().flat_map(|block| ways_out(&block.end)).collect();
        outside.sort_unstable();
        outside.dedup();
        let links = self.cache.make_links(outside);
        let numbers: Vec<u32> = links.iter().map(|&(_, number, _)| number).collect();
        let rows = self.options.counts_rows.then(|| RowCounts::new(&region));
        let source = Source::<A> {
            counters: rows.as_ref().map(RowCounts::blocks),
            variant: hart.arch.variant(),
            key: self.key.clone(),
            region,
            links: links.into_iter().map(|(target, _, link)| (target, link)).collect(),
        };
        let code = match self.compiler.region(&source) {
            Ok(code) => code,
            Err(error) => {
                tracing::warn!("{:#x}: {error}", hart.pc.get());
                self.cache.drop_links(numbers);
                return Ok(None);
            }
        };
        let placed = match self.memory.add(&[&code]) {
            Ok(placed) => placed,
            Err(Full) => {
                self.flush(hart);
                let fits = code.len() + self.fixed_bytes < self.memory.bytes() / 2;
                return if fits { Err(Full) } else { Ok(None) };
            }
        };
        self.cache.insert(&source.region, placed[0], numbers, rows);
        self.stats.regions += 1;
        self.stats.compiled_insns += source.region.insns() as u64;
        self.stats.code_bytes += code.len() as u64;
        self.stats.compile_time += start.elapsed();
        tracing::debug!("{:#x}: {} instructions, {} bytes", hart.pc.get(), source.region.insns(), code.len());
        Ok(self.find(hart))
    }

    /// Drops all code.
    fn flush(&mut self, hart: &Hart<A>) {
        self.cache.clear();
        self.memory.truncate(self.fixed_bytes);
        self.stats.flushed += 1;
        self.select(hart);
    }

    /// Runs what has no code: until there is some, or somebody has to look. Whether it is the latter.
    fn interpret(&mut self, hart: &Hart<A>, end: u64) -> bool {
        match self.interp.run_until_hot(hart, end - hart.retired.get()) {
            Ran::Budget => false,
            Ran::Service => true,
            Ran::Hot => {
                // Floating-point state is part of the key, and changes without anybody looking.
                self.select(hart);
                if self.find(hart).is_none() && self.compile(hart).is_none() {
                    self.interp.cool(self.options.threshold);
                }
                false
            }
        }
    }
}

/// Addresses outside the region that the end of a block leads to.
fn ways_out(end: &End) -> impl Iterator<Item = u64> {
    let edges = match *end {
        End::Goes(edge) => [Some(edge), None],
        End::Branches(taken, falls) => [Some(taken), Some(falls)],
        End::Indirect(_) | End::Leaves => [None, None],
    };
    edges.into_iter().flatten().filter_map(|edge| match edge {
        Edge::Outside(pc) => Some(pc),
        Edge::Inside(_) => None,
    })
}

impl<A: Arch> Executor<A> for Jit<A> {
    fn run(&mut self, hart: &Hart<A>, budget: u64) {
        // Traces and event counters want to see each instruction.
        if A::counts_events(hart) || hart.log.borrow().is_some() {
            self.interp.run(hart, budget);
            return;
        }
        let end = hart.retired.get() + budget;
        self.look(hart);
        while hart.retired.get() < end {
            self.select(hart);
            let entry = match self.find(hart) {
                None if self.options.tier == Tier::Eager => self.compile(hart),
                found => found,
            };
            let Some(entry) = entry else {
                if self.options.tier == Tier::Eager {
                    if self.interp.run(hart, 1) == Ran::Service {
                        return;
                    }
                } else if self.interpret(hart, end) {
                    return;
                }
                continue;
            };
            self.enter(hart, entry, end);
            let rest = match Why::of(hart.slots.get(WHY)).0 {
                Why::Budget => end - hart.retired.get(),
                Why::Interpret => 1,
                Why::Key | Why::Unknown | Why::Unlinked => continue,
            };
            if rest != 0 && self.interp.run(hart, rest) == Ran::Service {
                return;
            }
        }
    }

    fn peek(&mut self, hart: &Hart<A>) -> Option<(u32, u16)> {
        self.interp.peek(hart)
    }

    fn executions(&self) -> Option<(Vec<u64>, Vec<u64>)> {
        if !self.options.counts_rows {
            return None;
        }
        let mut all = self.interp.executions();
        self.cache.add_rows(&mut all);
        Some(all)
    }

    fn details(&self) -> Vec<(&'static str, u64)> {
        let stats = self.stats;
        if stats.regions == 0 {
            return Vec::new();
        }
        let [budget, interpret, key, unknown, unlinked] = stats.left;
        vec![
            ("in translated code", stats.retired),
            ("in translated code: regions", stats.regions),
            ("in translated code: instructions of regions", stats.compiled_insns),
            ("in translated code: bytes of host code", stats.code_bytes),
            ("in translated code: us of translating", stats.compile_time.as_micros() as u64),
            ("in translated code: regions dropped", stats.dropped),
            ("in translated code: times it was full", stats.flushed),
            ("in translated code: entries", stats.entered),
            ("in translated code: exits: end of a budget", budget),
            ("in translated code: exits: to the interpreter", interpret),
            ("in translated code: exits: key changed", key),
            ("in translated code: exits: unknown target", unknown),
            ("in translated code: exits: new link", unlinked),
        ]
    }

    fn recent(&self) -> Vec<u64> {
        self.interp.recent()
    }
}
