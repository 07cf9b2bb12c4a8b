//! The loop around compiled code and the interpreter: an [`Executor`] that has what is hot compiled.

use emu_core::executor::{Detail, Executor};
use emu_core::hart::{Arch, Debugging, Hart};
use emu_core::interp::run::{Interp, Why as Ran};
use emu_core::profile::{Paths, Tally};
use emu_core::slot::Slot;
use emu_mem::{GuestPhys, GuestVirt, PAGE_SIZE};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Error;
use crate::background::{Background, Compiled};
use crate::cache::{Cache, Entry, SourceBytes};
use crate::calls::MAX_INSNS as MOST_INSNS;
use crate::code_memory::{CodeMemory, Full};
use crate::details::{self, LeftAt};
use crate::emit::{Key, UPPER_HALF};
use crate::enter::Trampoline;
use crate::exits::Why;
use crate::journal::Journal;
use crate::region::{Edge, End, MAX_INSNS, Profile, Region, form};
use crate::rows::RowCounts;
use crate::slots::{JUMPS, WHY};
use crate::timing::Budget;
use crate::translate::{Compiler, Source};

/// Places where no code was made are remembered at most so often.
const MAX_REFUSED: usize = 64 * 1024;
/// Regions that may wait to be compiled.
const MAX_AWAITED: usize = 4;
/// How often a block that waits for its region runs until it is asked for again.
const WAIT: u32 = 64;
/// How often what some region has, but that cannot be entered there, has to become hot until it gets a region of its own, which is a copy
/// of much of that one. It may be where a budget has ended, and compiling the copy takes as long as interpreting it so often.
const PATIENCE_WITH_COPIES: u32 = 16;
/// Each time that translated code is changed, what lies in its page has to become hot twice as often until it is translated, but not more
/// often than two to the power of this. Translating takes as long as interpreting some thousand times, which guests that make code all the
/// time would pay for code that runs a few times more.
const MOST_CHANGES: u32 = 6;

/// When code is compiled.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Tier {
    /// What has run often, counted in the interpreter, which goes on while a second thread compiles.
    Background,
    /// What has run often, before it runs again.
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
    /// Whether it is kept as well where they are, for [`Executor::tallies`].
    pub keeps_places: bool,
    /// Guest instructions in a region at most; at least one. Fewer than by default is for finding errors: the code gets slower.
    pub region_insns: usize,
}

impl Options {
    /// Whether instructions are counted by row, wherever they are.
    fn counts(&self) -> bool {
        self.counts_rows || self.keeps_places
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            tier: Tier::Background,
            threshold: 1000,
            code_memory_bytes: 64 << 20,
            counts_rows: false,
            keeps_places: false,
            region_insns: MAX_INSNS,
        }
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
    /// Processor time that compiling took.
    pub compile_time: std::time::Duration,
    /// Regions that changed code made useless.
    pub dropped: u64,
    /// How often everything was dropped because the memory for code was full.
    pub flushed: u64,
    /// How often compiled code was entered from the loop.
    pub entered: u64,
    /// Of these, how often it came back for each reason: the budget, the interpreter, the key, an unknown target, a link, calls that have to be
    /// told.
    pub left: [u64; Why::COUNT],
    /// Instructions that retired in compiled code.
    pub retired: u64,
}

/// Runs a hart by compiled code where there is some.
pub struct Jit<A: Arch> {
    options: Options,
    pub(crate) interp: Interp<A>,
    translator: Translator<A>,
    awaited: Vec<Awaited>,
    /// The next one's ticket.
    next_ticket: u64,
    memory: CodeMemory,
    /// Bytes at the start of `memory` that are there for good.
    fixed_bytes: usize,
    pub(crate) trampoline: Trampoline,
    pub(crate) cache: Cache,
    key: Key,
    /// Whether the context for it is selected, and what only slow rows and traps change was looked at since they ran.
    is_selected: bool,
    /// Places in the guest's physical memory where no region can begin.
    refused: FxHashSet<u64>,
    /// How often places were hot that have to be so several times.
    asked_again: FxHashMap<u64, u32>,
    /// How often a page had code changed that was translated.
    changed: FxHashMap<u64, u32>,
    /// Who wants to know what was compiled.
    journal: Option<Journal<A>>,
    pub(crate) stats: Stats,
    left_at: LeftAt,
}

/// Who compiles.
enum Translator<A: Arch> {
    /// This thread.
    Here(Box<Compiler>),
    /// Another one.
    Elsewhere(Background<A>),
    /// Nobody: the other thread broke down, and this one is not to follow it.
    Nobody,
}

impl<A: Arch> Translator<A> {
    /// Has another thread do it, if the host gives one.
    fn move_elsewhere(&mut self) {
        if !matches!(self, Translator::Here(_)) {
            return;
        }
        let Translator::Here(compiler) = std::mem::replace(self, Translator::Nobody) else { return };
        *self = match Background::start(compiler) {
            Ok(thread) => Translator::Elsewhere(thread),
            Err((error, compiler)) => {
                tracing::warn!("there is no thread for translating: {error}");
                Translator::Here(compiler)
            }
        };
    }
}

/// A region that is being compiled.
struct Awaited {
    ticket: u64,
    /// Where it begins.
    head: GuestPhys,
    /// Where its blocks start.
    starts: Vec<u64>,
    /// What the hart's code was when it was formed.
    generation: u64,
    links: Vec<u32>,
    rows: Option<RowCounts>,
}

/// What came of asking for code.
enum Asked {
    /// It is there.
    Have(Entry),
    /// It is being compiled.
    Wait,
    /// There is none, and will be none soon.
    Refused,
}

/// Counts of the pages that a region may have code from.
struct Counts<'i, A: Arch> {
    interp: &'i Interp<A>,
    cache: &'i Cache,
    pages: FxHashMap<u64, Vec<u64>>,
}

impl<A: Arch> Profile for Counts<'_, A> {
    fn executions(&mut self, at: GuestPhys) -> u64 {
        let page = self.pages.entry(at.page().0).or_insert_with(|| {
            let mut counts = self.interp.executions_in(at.page());
            self.cache.add_executions_in(at.page(), &mut counts);
            counts
        });
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
        let mut cache = Cache::new(placed[1]);
        if options.keeps_places {
            interp.keep_places();
            cache.keep_places();
        }
        Ok(Jit {
            options,
            interp,
            translator: Translator::Here(Box::new(compiler)),
            awaited: Vec::new(),
            next_ticket: 0,
            fixed_bytes: memory.used(),
            memory,
            trampoline: Trampoline(placed[0]),
            cache,
            key: Key {
                slots: Vec::new(),
                flat: None,
                ram: None,
                sticky_inexact: false,
                traps_misaligned: false,
                often_misaligned: A::OFTEN_MISALIGNED,
            },
            is_selected: false,
            refused: FxHashSet::default(),
            asked_again: FxHashMap::default(),
            changed: FxHashMap::default(),
            journal: None,
            stats: Stats::default(),
            left_at: LeftAt::default(),
        })
    }

    /// Keeps what is compiled from now on in a journal.
    pub fn journal(&mut self) -> Journal<A> {
        self.journal.get_or_insert_default().clone()
    }

    /// Keeps from now on along which calls instructions run. To be called before the hart runs.
    pub fn keep_paths(&mut self, paths: Paths) {
        self.interp.keep_paths(paths);
    }

    /// What was done so far.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// Finds out what decode time may rely on now; what only slow rows and traps change.
    fn look(&mut self, hart: &Hart<A>) {
        self.is_selected = false;
        self.key.ram = hart.memory.open_ram();
        self.key.flat = self.key.ram.filter(|_| A::is_flat(hart));
        if let Some(ram) = &mut self.key.flat {
            // Addresses of the hart may be narrower than those of its memory.
            let last = A::advance(hart, GuestVirt(u64::MAX), 0).0;
            ram.bytes = ram.bytes.min((last - ram.guest.0.min(last)).saturating_add(1) & !(PAGE_SIZE - 1));
        }
        self.key.flat = self.key.flat.filter(|ram| ram.bytes != 0);
        self.key.traps_misaligned = hart.arch.traps_misaligned();
        self.key.often_misaligned = A::OFTEN_MISALIGNED && !self.key.traps_misaligned;
        if let Some(dropped) = self.cache.revalidate(hart) {
            self.stats.dropped += dropped.len() as u64;
            let mut pages: Vec<GuestPhys> = dropped.into_iter().map(GuestPhys::page).collect();
            pages.sort_unstable();
            pages.dedup();
            pages.into_iter().for_each(|page| self.note_changed(page));
            self.refused.clear();
        }
    }

    /// Selects the context for what decode time may rely on now; whether that is another one, or may be. Slots that are part of the key
    /// change without anybody looking.
    fn select(&mut self, hart: &Hart<A>) -> bool {
        if self.is_selected
            && self.cache.is_in(hart.tlb.epoch())
            && self.key.sticky_inexact == A::has_sticky_inexact(hart)
            && self.key.slots.iter().all(|&(slot, value)| hart.slots.get(slot) == value)
        {
            return false;
        }
        self.key.slots.clear();
        self.key.slots.extend(A::KEYS.iter().map(|&slot| (slot, hart.slots.get(slot))));
        self.key.sticky_inexact = A::has_sticky_inexact(hart);
        let jumps = self.cache.select(hart.tlb.epoch(), &self.key);
        hart.slots.set(JUMPS, jumps as u64);
        self.is_selected = true;
        true
    }

    /// The code for the hart's next instruction.
    pub(crate) fn find(&mut self, hart: &Hart<A>) -> Option<Entry> {
        self.cache.find(hart, hart.pc.get())
    }

    /// Asks for a region at the hart's next instruction.
    fn ask(&mut self, hart: &Hart<A>) -> Asked {
        let pc = hart.pc.get();
        let phys = match hart.fetch_place(GuestVirt(pc)) {
            Ok((phys, PAGE_SIZE..)) => phys,
            _ => return Asked::Refused,
        };
        // If there is code but not for where its pages lie now, it would be compiled again and again.
        if self.refused.contains(&phys.0) || self.cache.has_code_at(phys) {
            return Asked::Refused;
        }
        if matches!(self.translator, Translator::Nobody) {
            return Asked::Refused;
        }
        // What is being compiled will be entered at its head, soon if that is here.
        if let Some(awaited) = self.awaited.iter().find(|awaited| awaited.starts.contains(&pc)) {
            return if awaited.head == phys { Asked::Wait } else { Asked::Refused };
        }
        let patience = self.patience(phys);
        if patience > 1 {
            if self.asked_again.len() == MAX_REFUSED {
                self.asked_again.clear();
            }
            let asked = self.asked_again.entry(phys.0).or_default();
            *asked += 1;
            if *asked < patience {
                return Asked::Refused;
            }
        }
        if self.awaited.len() == MAX_AWAITED {
            return Asked::Wait;
        }
        let keys = |slot: Slot| self.key.slot(slot).expect("meanings ask for slots of the key");
        let mut counts = Counts { interp: &self.interp, cache: &self.cache, pages: FxHashMap::default() };
        let profile: Option<&mut dyn Profile> = match self.options.tier {
            Tier::Background | Tier::Hot => Some(&mut counts),
            Tier::Eager => None,
        };
        let Some(mut region) =
            form(hart, &keys, profile, self.interp.functions(), self.options.region_insns.min(MOST_INSNS))
        else {
            self.refuse(phys);
            return Asked::Refused;
        };
        self.place_calls(&mut region);
        self.translate(hart, phys, region)
    }

    /// How often a place has to become hot until a region is formed there.
    fn patience(&self, phys: GuestPhys) -> u32 {
        if self.options.tier == Tier::Eager {
            return 0;
        }
        let changed = self.changed.get(&phys.page().0).copied().unwrap_or(0);
        let patience = 1 << changed.min(MOST_CHANGES);
        if self.cache.has_insn_at(phys) { patience.max(PATIENCE_WITH_COPIES) } else { patience }
    }

    /// What was translated of a page has been changed.
    fn note_changed(&mut self, page: GuestPhys) {
        if self.changed.len() == MAX_REFUSED {
            self.changed.clear();
        }
        *self.changed.entry(page.0).or_default() += 1;
    }

    /// Has a region compiled.
    fn translate(&mut self, hart: &Hart<A>, head: GuestPhys, region: Region) -> Asked {
        let mut outside: Vec<u64> = region.blocks.iter().flat_map(|block| ways_out(&block.end)).collect();
        outside.sort_unstable();
        outside.dedup();
        let made = self.cache.make_links(outside);
        let rows = self.options.counts().then(|| RowCounts::new(&region));
        let links = made.iter().map(|link| link.number).collect();
        let starts = region.blocks.iter().map(|block| block.start.pc).collect();
        let is_boxed = |&slot: &Slot| hart.slots.get(slot) & UPPER_HALF == UPPER_HALF;
        let boxed = region.boxed().iter().filter(is_boxed).collect();
        let source = Source::<A> {
            boxed,
            counters: rows.as_ref().map(RowCounts::blocks),
            variant: hart.arch.variant(),
            timing: hart.timed_statically_by(),
            calls: self.interp.paths().map(Paths::kept),
            key: self.key.clone(),
            region,
            links: made.into_iter().map(|link| (link.target, link.address)).collect(),
        };
        self.asked_again.remove(&head.0);
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.awaited.push(Awaited { ticket, head, starts, generation: hart.code_generation.get(), links, rows });
        if self.options.tier == Tier::Background {
            self.translator.move_elsewhere();
        }
        match &mut self.translator {
            Translator::Here(compiler) => {
                let compiled = Compiled::from(source, compiler);
                self.install(hart, ticket, compiled);
                self.find(hart).map_or(Asked::Refused, Asked::Have)
            }
            Translator::Elsewhere(thread) if thread.ask(ticket, source) => Asked::Wait,
            _ => {
                tracing::warn!("nothing more is translated: the thread that does it broke down");
                self.translator = Translator::Nobody;
                let awaited = std::mem::take(&mut self.awaited);
                self.cache.drop_links(awaited.into_iter().flat_map(|awaited| awaited.links));
                Asked::Refused
            }
        }
    }

    /// Installs what the other thread has compiled.
    fn receive(&mut self, hart: &Hart<A>) {
        while let Translator::Elsewhere(thread) = &self.translator
            && let Some((ticket, compiled)) = thread.ready()
        {
            self.install(hart, ticket, compiled);
        }
    }

    /// Makes code usable, if it still means what the guest's memory holds.
    fn install(&mut self, hart: &Hart<A>, ticket: u64, compiled: Compiled<A>) {
        // Nobody waits for what was asked for before all code was dropped.
        let Some(place) = self.awaited.iter().position(|awaited| awaited.ticket == ticket) else { return };
        let Awaited { head, generation, links, rows, .. } = self.awaited.swap_remove(place);
        let source = compiled.source;
        let code = match compiled.code {
            Ok(code) => code,
            Err(error) => {
                debug_assert!(false, "{:#x}: {error}", source.region.blocks[0].start.pc);
                tracing::warn!("{:#x}: {error}", source.region.blocks[0].start.pc);
                self.refuse(head);
                return self.cache.drop_links(links);
            }
        };
        let bytes = SourceBytes::of(&source.region);
        if generation != hart.code_generation.get() && !bytes.is_in(hart) {
            self.note_changed(head.page());
            return self.cache.drop_links(links);
        }
        let placed = match self.memory.add(&[&code]) {
            Ok(placed) => placed,
            Err(Full) => {
                self.flush(hart);
                // There will be room for it next time, if ever.
                if code.bytes.len() + self.fixed_bytes >= self.memory.bytes() / 2 {
                    self.refuse(head);
                }
                return;
            }
        };
        self.stats.regions += 1;
        self.stats.compiled_insns += source.region.insns() as u64;
        self.stats.code_bytes += code.bytes.len() as u64;
        self.stats.compile_time += compiled.time;
        self.cache.insert(&source.region, &source.key, bytes, placed[0], links, rows);
        if let Some(journal) = &self.journal {
            journal.add(source, placed[0]..placed[0] + code.bytes.len());
        }
    }

    /// Remembers that no region begins there.
    fn refuse(&mut self, head: GuestPhys) {
        if self.refused.len() == MAX_REFUSED {
            self.refused.clear();
        }
        self.refused.insert(head.0);
    }

    /// Drops all code.
    fn flush(&mut self, hart: &Hart<A>) {
        let _span = tracing::debug_span!("invalidate", bytes = self.memory.used() - self.fixed_bytes).entered();
        tracing::debug!("the memory for code is full");
        self.cache.clear();
        self.asked_again.clear();
        self.awaited.clear();
        self.memory.truncate(self.fixed_bytes);
        self.stats.flushed += 1;
        self.is_selected = false;
        self.select(hart);
    }

    /// Counts the instruction that code was left for, where instructions are counted.
    fn note_left(&mut self, hart: &Hart<A>) {
        if self.options.counts()
            && let Some((_, row)) = self.interp.peek(hart)
            && let Some(facts) = A::facts(row.into())
        {
            self.left_at.add(facts.name);
        }
    }

    /// Runs what has no code, or none that is worth entering: until there is some, or somebody has to look.
    fn interpret(&mut self, hart: &Hart<A>, end: u64) -> Came {
        match self.interp.run_until_hot(hart, end - hart.retired.get()) {
            Ran::Budget => Came::Anywhere,
            Ran::Service => Came::ToService,
            Ran::Hot => {
                self.receive(hart);
                self.select(hart);
                let threshold = self.options.threshold;
                let found = match self.find(hart) {
                    Some(entry) if self.cache.falls_asleep(entry) => {
                        self.interp.cool(threshold);
                        None
                    }
                    Some(entry) => {
                        self.cache.wake(entry);
                        Some(entry)
                    }
                    None => match self.ask(hart) {
                        Asked::Have(entry) => Some(entry),
                        Asked::Wait => {
                            self.interp.cool(WAIT.min(threshold));
                            None
                        }
                        Asked::Refused => {
                            self.interp.cool(threshold);
                            None
                        }
                    },
                };
                Came::To(found)
            }
        }
    }
}

/// Where control is after something has run.
pub(crate) enum Came {
    /// Where this code is, or none.
    To(Option<Entry>),
    /// Nobody has looked what is there.
    Anywhere,
    /// Where somebody has to look at more than that.
    ToService,
}

/// Addresses outside the region that the end of a block leads to.
fn ways_out(end: &End) -> impl Iterator<Item = u64> {
    let edges = match *end {
        End::Goes(edge) => [Some(edge), None],
        End::Branches(taken, falls) => [Some(taken), Some(falls)],
        End::Indirect(_) | End::Leaves => [None, None],
    };
    edges.into_iter().flatten().filter_map(|edge| match edge {
        Edge::Outside(pc) | Edge::Elsewhere(pc) => Some(pc),
        Edge::Inside(_) => None,
    })
}

impl<A: Arch> Executor<A> for Jit<A> {
    fn run(&mut self, hart: &Hart<A>, budget: u64) {
        // Traces, event counters, guests that debug themselves, and timing models with a state of their own want to see each
        // instruction.
        let is_stepped = hart.timed_by().is_some() && hart.timed_statically_by().is_none();
        let debugs = A::debugging(hart) != Debugging::Nothing;
        let keeps_calls = self.interp.paths().is_some();
        // Along which calls cycles went the interpreter alone keeps.
        let is_stepped = is_stepped || keeps_calls && hart.timed_by().is_some();
        if is_stepped || debugs || A::counts_events(hart) || hart.log.borrow().is_some() {
            self.interp.run(hart, budget);
            return;
        }
        self.interp.resume_paths(hart);
        let end = hart.retired.get() + budget;
        self.look(hart);
        self.receive(hart);
        let mut came = Came::Anywhere;
        while hart.retired.get() < end {
            let changed = self.select(hart);
            let found = match came {
                Came::To(found) if !changed => found,
                _ => self.find(hart),
            };
            came = Came::Anywhere;
            let asked = match found {
                Some(entry) if !self.cache.is_tired(entry) => Asked::Have(entry),
                None if self.options.tier == Tier::Eager => self.ask(hart),
                _ => Asked::Refused,
            };
            let Asked::Have(entry) = asked else {
                if self.options.tier == Tier::Eager {
                    if self.interp.run(hart, 1) == Ran::Service {
                        return;
                    }
                    continue;
                }
                came = self.interpret(hart, end);
                if matches!(came, Came::ToService) {
                    return;
                }
                continue;
            };
            let retired = hart.retired.get();
            let stop = retired + Budget::of(hart).most(end - retired);
            came = self.enter(hart, entry, stop);
            let left = end - hart.retired.get();
            let rest = match Why::of(hart.slots.get(WHY)).0 {
                Why::Budget if stop != end => continue,
                Why::Budget => left,
                Why::Interpret => {
                    self.note_left(hart);
                    // A region may find out that it cannot be entered before it looks at the budget.
                    left.min(1)
                }
                Why::Unknown | Why::Unlinked => {
                    if matches!(came, Came::To(None)) && self.options.tier != Tier::Eager {
                        self.cache.came_back(entry, hart.retired.get() - retired);
                    }
                    continue;
                }
                Why::Key | Why::Turned => continue,
            };
            came = Came::Anywhere;
            if rest != 0 && self.interp.run(hart, rest) == Ran::Service {
                return;
            }
        }
    }

    fn peek(&mut self, hart: &Hart<A>) -> Option<(u32, u16)> {
        self.interp.peek(hart)
    }

    fn executions(&self) -> Option<(Vec<u64>, Vec<u64>)> {
        if !self.options.counts() {
            return None;
        }
        let mut all = self.interp.executions();
        self.cache.add_rows(&mut all);
        Some(all)
    }

    fn paths(&self) -> Option<&Paths> {
        self.interp.paths()
    }

    fn tallies(&self) -> Option<Vec<Tally>> {
        let mut tallies = self.interp.tallies()?;
        tallies.extend(self.cache.tallies()?);
        Some(tallies)
    }

    fn details(&self) -> Vec<Detail> {
        details::of(&self.stats, &self.left_at)
    }

    fn recent(&self) -> Vec<u64> {
        self.interp.recent()
    }
}
