//! Which code is where: regions, the contexts they are found in, and the links between them.
//!
//! A *context* is what code means at present: the epoch of instruction fetches (address space, mode, what was flushed) and
//! the region key. Regions are found by virtual address within a context, and behind that by physical address: what
//! was compiled stays when a context ends, and is found again if its pages lie where they did.

use std::cell::Cell;

use emu_core::hart::{Arch, Hart};
use emu_core::profile::{Gone, Tally};
use emu_mem::{Access, GuestPhys, GuestVirt, PAGE_SIZE};
use rustc_hash::FxHashMap;

use crate::emit::Key;
use crate::exits::{JUMP_ENTRIES, Jump, Link, LinkAddress, jump_index};
use crate::region::{Page, Region};
use crate::rows::RowCounts;

/// Contexts that are kept; beyond, the one that was not used for longest goes.
const MAX_CONTEXTS: usize = 16;

/// Where to enter compiled code.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    /// The region's number.
    pub(crate) region: u32,
    /// Address of its code.
    pub(crate) code: usize,
    /// Which of its entries.
    pub(crate) entry: u64,
}

/// A region that was compiled.
#[derive(Debug)]
struct Compiled {
    key: u32,
    code: usize,
    /// Where it begins.
    head: GuestPhys,
    pages: Vec<Page>,
    /// Its entries' addresses.
    entries: Vec<u64>,
    /// What is known of entering it there from the loop.
    stays: Vec<Stays>,
    /// Its instructions that are not copies made for a call, in ascending order, and how often each had run when it was formed.
    own: Vec<(GuestPhys, u64)>,
    /// The sum of that over all its instructions.
    weight: u64,
    /// Instructions that have retired since, between entering it from the loop and coming back.
    retired: u64,
    source: SourceBytes,
    /// How often its instructions ran, if that is counted.
    rows: Option<RowCounts>,
    /// Links out of it, by number.
    links: Vec<u32>,
    /// Links of others that lead here.
    linked_from: Vec<u32>,
}

/// The code that a region was made from, in stretches that do not cross pages, and where they lie.
#[derive(Debug)]
pub(crate) struct SourceBytes(Vec<(GuestPhys, Vec<u8>)>);

/// How it went to enter a region from the loop, at one of its entries. To enter it and to come back costs as much as to interpret a dozen
/// instructions or two. Where it soon comes to what is not translated, again and again, it is better to interpret both in one go.
#[derive(Copy, Clone, Default, Debug)]
struct Stays {
    /// How often in a row it came back soon, to where there is no code.
    short: u32,
    /// It was so often enough when there had been so many regions; since others may have come, links may lead on.
    tired_at: Option<usize>,
    /// The interpreter stops there only after a while.
    asleep: bool,
}

/// Instructions that are too few for a stay.
const SHORT_STAY: u64 = 24;
/// Short stays in a row after which a region is not entered there for a while.
const SHORT_STAYS: u32 = 16;
/// Those that are waited for after that while.
const SHORT_STAYS_AGAIN: u32 = 2;

/// A link that was made for a region that is about to be compiled.
pub(crate) struct MadeLink {
    /// Where it leads to in the guest.
    pub(crate) target: u64,
    pub(crate) number: u32,
    pub(crate) address: LinkAddress,
}

/// A link, where it leads to in the guest, and whose it is.
#[derive(Debug)]
struct KnownLink {
    link: Box<Link>,
    target: u64,
    /// The region it leads out of.
    from: u32,
    /// The region it leads to.
    to: Option<u32>,
}

struct Context {
    /// [`NO_EPOCH`] if it stands for nothing any more.
    epoch: u64,
    key: u32,
    used: u64,
    entries: FxHashMap<u64, Entry>,
    /// Some of `entries`.
    jumps: Box<[Jump]>,
}

/// Epochs are counted from one.
const NO_EPOCH: u64 = 0;

impl Context {
    fn new() -> Self {
        let jumps = (0..JUMP_ENTRIES).map(nowhere).collect();
        Context { epoch: NO_EPOCH, key: 0, used: 0, entries: FxHashMap::default(), jumps }
    }

    /// Has it stand for nothing. Its table of jumps is not small, and guests that make code all the time would have one made each time.
    fn end(&mut self) {
        for (pc, _) in self.entries.drain() {
            let index = jump_index(pc);
            self.jumps[index].pc.set(not_at(index));
        }
        self.epoch = NO_EPOCH;
        self.used = 0;
    }

    /// Forgets where an address leads to.
    fn forget(&mut self, pc: u64) {
        self.entries.remove(&pc);
        let index = jump_index(pc);
        let jump = &self.jumps[index];
        if jump.pc.get() == pc {
            jump.pc.set(not_at(index));
        }
    }
}

/// All compiled code of one hart.
pub(crate) struct Cache {
    /// Address of what stands behind links that lead nowhere.
    unlinked: usize,
    keys: Vec<Key>,
    regions: Vec<Option<Compiled>>,
    /// By physical address of an entry, and key.
    by_phys: FxHashMap<(u64, u32), (u32, u64)>,
    links: Vec<KnownLink>,
    free_links: Vec<u32>,
    /// Links that hold in the current context only.
    passing: Vec<u32>,
    contexts: Vec<Context>,
    current: usize,
    uses: u64,
    /// How often instructions ran in regions that have been dropped, by row, and how often they were taken.
    dropped: (Vec<u64>, Vec<u64>),
    /// The same by instruction; if that is kept.
    gone: Option<Gone>,
    /// The hart's code generation that all regions are known to be from.
    generation: u64,
}

impl Cache {
    /// Nothing compiled yet. `unlinked` is the address of what links lead to that lead nowhere.
    pub(crate) fn new(unlinked: usize) -> Self {
        Cache {
            unlinked,
            keys: Vec::new(),
            regions: Vec::new(),
            by_phys: FxHashMap::default(),
            links: Vec::new(),
            free_links: Vec::new(),
            passing: Vec::new(),
            contexts: Vec::new(),
            current: 0,
            uses: 0,
            dropped: Default::default(),
            gone: None,
            generation: 0,
        }
    }

    /// Makes this the context that code is looked up in; gives the address of its table of indirect jumps.
    pub(crate) fn select(&mut self, epoch: u64, key: &Key) -> usize {
        if let Some(context) = self.contexts.get(self.current)
            && context.epoch == epoch
            && self.keys[context.key as usize] == *key
        {
            return context.jumps.as_ptr().expose_provenance();
        }
        let key = self.number_of(key);
        for link in std::mem::take(&mut self.passing) {
            self.unlink(link);
        }
        let known = self.contexts.iter().position(|context| context.epoch == epoch && context.key == key);
        self.uses += 1;
        self.current = known.unwrap_or_else(|| {
            // Those that have ended were used last before all others.
            let oldest = (0..self.contexts.len()).min_by_key(|&n| self.contexts[n].used);
            let has_room = self.contexts.len() < MAX_CONTEXTS;
            let place = oldest.filter(|&n| !has_room || self.contexts[n].epoch == NO_EPOCH).unwrap_or_else(|| {
                self.contexts.push(Context::new());
                self.contexts.len() - 1
            });
            let context = &mut self.contexts[place];
            context.end();
            (context.epoch, context.key) = (epoch, key);
            place
        });
        self.contexts[self.current].used = self.uses;
        self.contexts[self.current].jumps.as_ptr().expose_provenance()
    }

    /// Whether the current context is of this epoch.
    pub(crate) fn is_in(&self, epoch: u64) -> bool {
        self.contexts.get(self.current).is_some_and(|context| context.epoch == epoch)
    }

    fn number_of(&mut self, key: &Key) -> u32 {
        let known = self.keys.iter().position(|known| known == key);
        known.unwrap_or_else(|| {
            self.keys.push(key.clone());
            self.keys.len() - 1
        }) as u32
    }

    /// Drops what is not in memory any more, if code may have changed since the last time; then where these regions began.
    pub(crate) fn revalidate<A: Arch>(&mut self, hart: &Hart<A>) -> Option<Vec<GuestPhys>> {
        let generation = hart.code_generation.get();
        if std::mem::replace(&mut self.generation, generation) == generation {
            return None;
        }
        let _span = tracing::debug_span!("invalidate", generation).entered();
        // All epochs have ended with it.
        self.contexts.iter_mut().for_each(Context::end);
        let changed: Vec<u32> = (0..self.regions.len())
            .filter(|&n| self.regions[n].as_ref().is_some_and(|region| !region.source.is_in(hart)))
            .map(|n| n as u32)
            .collect();
        Some(changed.into_iter().filter_map(|n| self.drop_region(n)).collect())
    }

    /// The code for an address in the current context.
    pub(crate) fn find<A: Arch>(&mut self, hart: &Hart<A>, pc: u64) -> Option<Entry> {
        let context = &mut self.contexts[self.current];
        let jump = &context.jumps[jump_index(pc)];
        if jump.pc.get() == pc {
            return Some(Entry { region: jump.region.get(), code: jump.code.get(), entry: jump.entry.get() });
        }
        let entry = match context.entries.get(&pc) {
            Some(&entry) => entry,
            None => {
                let phys = hart.tlb.translate(Access::Fetch, GuestVirt(pc))?;
                let &(number, entry) = self.by_phys.get(&(phys.0, context.key))?;
                let region = self.regions[number as usize].as_ref()?;
                let lies = |page: &Page| hart.tlb.translate(Access::Fetch, page.virt) == Some(page.phys);
                if region.entries[entry as usize] != pc || !region.pages.iter().all(lies) {
                    return None;
                }
                let entry = Entry { region: number, code: region.code, entry };
                context.entries.insert(pc, entry);
                entry
            }
        };
        let jump = &context.jumps[jump_index(pc)];
        jump.pc.set(pc);
        jump.code.set(entry.code);
        jump.entry.set(entry.entry);
        jump.region.set(entry.region);
        Some(entry)
    }

    /// Whether a region is there for the physical address in the current context's key, wherever it is found.
    pub(crate) fn has_code_at(&self, phys: GuestPhys) -> bool {
        self.by_phys.contains_key(&(phys.0, self.contexts[self.current].key))
    }

    /// Whether a region in the current context's key has the instruction there, for itself and not as a copy made for a call.
    pub(crate) fn has_insn_at(&self, phys: GuestPhys) -> bool {
        let key = self.contexts[self.current].key;
        let has = |region: &Compiled| region.own.binary_search_by_key(&phys, |&(at, _)| at).is_ok();
        self.regions.iter().flatten().any(|region| region.key == key && has(region))
    }

    /// So many instructions have retired since a region was entered.
    pub(crate) fn add_retired(&mut self, region: u32, retired: u64) {
        if let Some(Some(region)) = self.regions.get_mut(region as usize) {
            region.retired += retired;
        }
    }

    /// A region has come back, after so many instructions, to where there is no code.
    pub(crate) fn came_back(&mut self, entry: Entry, after: u64) {
        let regions = self.regions.len();
        let Some(stays) = self.stays(entry) else { return };
        stays.short = if after < SHORT_STAY { stays.short + 1 } else { 0 };
        if stays.short >= SHORT_STAYS {
            *stays = Stays { short: SHORT_STAYS - SHORT_STAYS_AGAIN, tired_at: Some(regions), asleep: false };
        }
    }

    /// Whether it is better to interpret what is there.
    pub(crate) fn is_tired(&self, entry: Entry) -> bool {
        let stays = self.region(entry.region).and_then(|region| region.stays.get(entry.entry as usize));
        stays.is_some_and(|stays| stays.tired_at == Some(self.regions.len()))
    }

    /// Whether it is, and the interpreter stops there still.
    pub(crate) fn falls_asleep(&mut self, entry: Entry) -> bool {
        let is_tired = self.is_tired(entry);
        let Some(stays) = self.stays(entry) else { return false };
        is_tired && !std::mem::replace(&mut stays.asleep, true)
    }

    /// The region is to be entered there again.
    pub(crate) fn wake(&mut self, entry: Entry) {
        if let Some(stays) = self.stays(entry) {
            stays.tired_at = None;
        }
    }

    fn stays(&mut self, entry: Entry) -> Option<&mut Stays> {
        self.regions.get_mut(entry.region as usize)?.as_mut()?.stays.get_mut(entry.entry as usize)
    }

    /// Adds to how often the instruction at each halfword of a page has run how often it is likely to have run in translated code: what
    /// has retired since a region was entered is taken for its own, in the proportions in which its instructions ran before. Calls and
    /// links may have led elsewhere meanwhile, but little is not translated then.
    pub(crate) fn add_executions_in(&self, page: GuestPhys, counts: &mut [u64]) {
        let has_run = |region: &&Compiled| region.retired != 0 && region.pages.iter().any(|its| its.phys == page);
        for region in self.regions.iter().flatten().filter(has_run) {
            let from = region.own.partition_point(|&(at, _)| at < page);
            for &(at, before) in region.own[from..].iter().take_while(|&&(at, _)| at.page() == page) {
                let since = u128::from(before) * u128::from(region.retired) / u128::from(region.weight.max(1));
                counts[(at.page_offset() / 2) as usize] += since as u64;
            }
        }
    }

    /// Makes links for the ways out of a region that is about to be compiled.
    pub(crate) fn make_links(&mut self, targets: impl IntoIterator<Item = u64>) -> Vec<MadeLink> {
        let mut made = Vec::new();
        for target in targets {
            let number = self.free_links.pop().unwrap_or(self.links.len() as u32);
            let link = Box::new(Link { code: Cell::new(self.unlinked), entry: Cell::new(number.into()) });
            made.push(MadeLink { target, number, address: link.address() });
            let known = KnownLink { link, target, from: u32::MAX, to: None };
            match self.links.get_mut(number as usize) {
                Some(free) => *free = known,
                None => self.links.push(known),
            }
        }
        made
    }

    /// Gives links back that no code has.
    pub(crate) fn drop_links(&mut self, links: impl IntoIterator<Item = u32>) {
        self.free_links.extend(links);
    }

    /// Enters a region whose code lies at `code`.
    pub(crate) fn insert(
        &mut self,
        region: &Region,
        key: &Key,
        source: SourceBytes,
        code: usize,
        links: Vec<u32>,
        rows: Option<RowCounts>,
    ) {
        let number = self.regions.len() as u32;
        let key = self.number_of(key);
        let entries: Vec<u64> = region.entries.iter().map(|&n| region.blocks[n].start.pc).collect();
        for (entry, &pc) in entries.iter().enumerate() {
            // A region's head belongs to it; other entries to whoever has them first.
            let at = (region.place(pc).0, key);
            if entry == 0 {
                self.by_phys.insert(at, (number, 0));
            } else {
                self.by_phys.entry(at).or_insert((number, entry as u64));
            }
            self.contexts.iter_mut().filter(|_| entry == 0).for_each(|context| context.forget(pc));
        }
        let mut own = Vec::new();
        for block in region.blocks.iter().filter(|block| block.start.frame == 0) {
            own.extend(block.insns.iter().map(|insn| (region.place(insn.pc), block.executions)));
        }
        own.sort_unstable();
        let weight = region.blocks.iter().map(|block| block.executions * block.insns.len() as u64).sum();
        links.iter().for_each(|&link| self.links[link as usize].from = number);
        self.regions.push(Some(Compiled {
            key,
            code,
            head: region.place(entries[0]),
            pages: region.pages.clone(),
            stays: vec![Stays::default(); entries.len()],
            entries,
            own,
            weight,
            retired: 0,
            source,
            rows,
            links,
            linked_from: Vec::new(),
        }));
    }

    /// Where a link leads to in the guest.
    pub(crate) fn target(&self, link: u32) -> u64 {
        self.links[link as usize].target
    }

    /// Has a link lead to `entry` from now on.
    pub(crate) fn link(&mut self, number: u32, entry: Entry) {
        let known = &mut self.links[number as usize];
        known.link.code.set(entry.code);
        known.link.entry.set(entry.entry);
        known.to = Some(entry.region);
        let from = known.from;
        let (Some(from), Some(to)) = (self.region(from), self.region(entry.region)) else { return };
        // Where a region's pages lie has been seen when it was entered; of others it is only known in this context.
        if !to.pages.iter().all(|page| from.pages.contains(page)) {
            self.passing.push(number);
        }
        if let Some(Some(to)) = self.regions.get_mut(entry.region as usize) {
            to.linked_from.push(number);
        }
    }

    fn region(&self, number: u32) -> Option<&Compiled> {
        self.regions.get(number as usize)?.as_ref()
    }

    fn unlink(&mut self, number: u32) {
        let known = &mut self.links[number as usize];
        known.link.code.set(self.unlinked);
        known.link.entry.set(number.into());
        if let Some(to) = known.to.take()
            && let Some(Some(to)) = self.regions.get_mut(to as usize)
        {
            to.linked_from.retain(|&from| from != number);
        }
    }

    /// Drops a region; gives where it began.
    fn drop_region(&mut self, number: u32) -> Option<GuestPhys> {
        let region = self.regions[number as usize].take()?;
        let pc = format_args!("{:#x}", region.entries[0]);
        tracing::debug!(pc, "changed and dropped");
        if let Some(rows) = &region.rows {
            rows.add_to(&mut self.dropped);
            if let Some(gone) = &mut self.gone {
                rows.tallies().for_each(|tally| gone.add(tally));
            }
        }
        for link in region.linked_from {
            self.unlink(link);
        }
        for link in region.links {
            self.unlink(link);
            self.passing.retain(|&passing| passing != link);
            self.free_links.push(link);
        }
        self.by_phys.retain(|&(_, key), &mut (n, _)| key != region.key || n != number);
        for context in &mut self.contexts {
            context.entries.retain(|_, entry| entry.region != number);
            // Contexts that have just ended lead nowhere.
            if context.epoch == NO_EPOCH {
                continue;
            }
            for (index, jump) in context.jumps.iter().enumerate().filter(|(_, jump)| jump.code.get() == region.code) {
                jump.pc.set(not_at(index));
            }
        }
        Some(region.head)
    }

    /// Adds how often instructions ran, by row, and how often they were taken.
    pub(crate) fn add_rows(&self, to: &mut (Vec<u64>, Vec<u64>)) {
        let grown = self.dropped.0.len().max(to.0.len());
        to.0.resize(grown, 0);
        to.1.resize(grown, 0);
        to.0.iter_mut().zip(&self.dropped.0).for_each(|(sum, n)| *sum += n);
        to.1.iter_mut().zip(&self.dropped.1).for_each(|(sum, n)| *sum += n);
        self.regions.iter().flatten().filter_map(|region| region.rows.as_ref()).for_each(|rows| rows.add_to(to));
    }

    /// Keeps from now on where instructions were whose code is dropped.
    pub(crate) fn keep_places(&mut self) {
        self.gone = Some(Gone::default());
    }

    /// How often each instruction ran, some several times with a part of it each. `None` if that is not kept.
    pub(crate) fn tallies(&self) -> Option<impl Iterator<Item = Tally>> {
        let rows = self.regions.iter().flatten().filter_map(|region| region.rows.as_ref());
        Some(rows.flat_map(RowCounts::tallies).chain(self.gone.as_ref()?.tallies()))
    }

    /// Forgets all code.
    pub(crate) fn clear(&mut self) {
        let mut dropped = Default::default();
        self.add_rows(&mut dropped);
        let gone = self.tallies().map(|tallies| {
            let mut gone = Gone::default();
            tallies.for_each(|tally| gone.add(tally));
            gone
        });
        *self = Cache { generation: self.generation, dropped, gone, ..Cache::new(self.unlinked) };
    }
}

/// An address that has another place in the table of jumps than this one. A jump may go to any address, odd ones too.
fn not_at(index: usize) -> u64 {
    if index == 0 { 2 } else { 0 }
}

/// What stands at a place in the table of jumps that leads nowhere.
fn nowhere(index: usize) -> Jump {
    Jump { pc: Cell::new(not_at(index)), code: Cell::new(0), entry: Cell::new(0), region: Cell::new(0) }
}

impl SourceBytes {
    /// Of a region that was just formed.
    pub(crate) fn of(region: &Region) -> Self {
        let insns = region.blocks.iter().flat_map(|block| &block.insns);
        let own = insns.clone().map(|insn| (region.place(insn.pc), insn.word, insn.bytes as usize));
        // Timing models look at what lies behind.
        let behind = insns.filter_map(|insn| {
            let timed = insn.timed?;
            Some((region.place(insn.pc).wrapping_add(insn.bytes), timed.behind.into(), 2))
        });
        let mut words: Vec<(GuestPhys, u32, usize)> = own.chain(behind).collect();
        words.sort_unstable();
        let mut stretches: Vec<(GuestPhys, Vec<u8>)> = Vec::new();
        for (at, word, bytes) in words {
            let word = &word.to_le_bytes()[..bytes];
            match stretches.last_mut() {
                Some((first, all)) if at.page() == first.page() && at.0 - first.0 <= all.len() as u64 => {
                    // What lies behind an instruction is the next one's first half.
                    let known = all.len() - (at.0 - first.0) as usize;
                    all.extend(word.get(known..).unwrap_or_default());
                }
                _ => stretches.push((at, word.to_vec())),
            }
        }
        SourceBytes(stretches)
    }

    /// Whether memory still holds it.
    pub(crate) fn is_in<A: Arch>(&self, hart: &Hart<A>) -> bool {
        let mut now = [0; PAGE_SIZE as usize];
        self.0.iter().all(|(at, bytes)| {
            let now = &mut now[..bytes.len()];
            hart.memory.read_bytes(*at, now).is_ok() && now == bytes
        })
    }
}
