//! What two machines that have run equally far must have in common, and how it is compared: cheaply where they agree,
//! word by word where they do not.

use emu_core::hart::Hart;
use emu_core::machine::Stats;
use emu_mem::{DirtyLog, GuestPhys, Memory, PAGE_SIZE};

use crate::guest::Guest;
use crate::session::Session;

/// Memory is compared in pieces of this many bytes where all of it is.
const PIECE_BYTES: u64 = 64 << 10;
/// So many words of memory that differ are shown.
const MAX_WORDS: usize = 8;

/// A word of the state in which the machines differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Difference {
    /// Whose, unless it belongs to all.
    pub(crate) hart: Option<usize>,
    /// Its name.
    pub(crate) name: String,
    /// What the interpreter has there.
    pub(crate) reference: u64,
    /// What the engine has there that is verified.
    pub(crate) subject: u64,
}

/// Compares a machine with its reference.
pub(super) struct Comparison {
    /// Pages that the reference has written since they were last compared. Of the other machine nothing is logged: with a
    /// log its memory would be accessed in another way than without.
    written: DirtyLog,
    /// How often the reference had been reset when the log began.
    resets: usize,
}

impl Comparison {
    /// From now on, when both are equal.
    pub(super) fn new<A: Guest>(reference: &Session<A>) -> Self {
        Comparison { written: memory(reference).log_writes(), resets: reference.resets() }
    }

    /// Whether the pages are equal that the reference has written since this was last asked: a store that went astray does not
    /// show.
    pub(super) fn pages_agree<A: Guest>(&mut self, subject: &Session<A>, reference: &Session<A>) -> bool {
        if reference.resets() != self.resets {
            *self = Comparison::new(reference);
        }
        let (a, b) = (memory(subject), memory(reference));
        self.written.next_epoch().into_iter().all(|page| are_equal(a, b, page, PAGE_SIZE))
    }
}

/// Whether two machines agree in everything but memory.
pub(super) fn state_agrees<A: Guest>(subject: &Session<A>, reference: &Session<A>) -> bool {
    subject.resets() == reference.resets()
        && subject.machine().state_hash() == reference.machine().state_hash()
        && harts(subject, reference).all(|(a, b)| unhashed(a) == unhashed(b))
}

/// Whether two machines agree in what takes long to compare: all of memory, and all counts.
pub(super) fn agree_in_all<A: Guest>(subject: &Session<A>, reference: &Session<A>) -> bool {
    counts_agree(subject, reference) && memory_agrees(subject, reference)
}

/// Whether two machines agree in all of memory.
pub(super) fn memory_agrees<A: Guest>(subject: &Session<A>, reference: &Session<A>) -> bool {
    let (a, b) = (memory(subject), memory(reference));
    pieces(b).all(|(at, bytes)| are_equal(a, b, at, bytes))
}

/// Everything in which the machines differ; of memory the first few words. `counts`: both have counted from the start.
pub(super) fn differences<A: Guest>(subject: &Session<A>, reference: &Session<A>, counts: bool) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |hart, subject: Vec<(String, u64)>, reference: Vec<(String, u64)>| {
        let different = subject.into_iter().zip(reference).filter(|(a, b)| a != b);
        found.extend(different.map(|((name, subject), (_, reference))| Difference { hart, name, reference, subject }));
    };
    for (id, (a, b)) in harts(subject, reference).enumerate() {
        compare(Some(id), words(a), words(b));
    }
    compare(None, shared_words(subject), shared_words(reference));
    let [a, b] = [subject, reference].map(|session| session.machine().stats());
    if counts && a.by_row && b.by_row {
        compare(None, row_counts(&a), row_counts(&b));
    }
    let (a, b) = (memory(subject), memory(reference));
    let pieces = pieces(b).filter(|&(at, bytes)| !are_equal(a, b, at, bytes));
    let words = pieces.flat_map(|(at, bytes)| (0..bytes / 8).map(move |n| at.wrapping_add(8 * n)));
    let word = |memory: &Memory, at| memory.read::<u64>(at).unwrap_or_default();
    for at in words.filter(|&at| word(a, at) != word(b, at)).take(MAX_WORDS) {
        let name = format!("memory at {at}");
        compare(None, vec![(name.clone(), word(a, at))], vec![(name, word(b, at))]);
    }
    found
}

fn memory<A: Guest>(session: &Session<A>) -> &Memory {
    session.machine().board.bus.memory()
}

fn harts<'s, A: Guest>(a: &'s Session<A>, b: &'s Session<A>) -> impl Iterator<Item = (&'s Hart<A>, &'s Hart<A>)> {
    a.machine().harts().iter().zip(b.machine().harts())
}

/// What a machine's hash leaves out of a hart.
fn unhashed<A: Guest>(hart: &Hart<A>) -> [u64; 3] {
    [hart.traps.get(), hart.interrupts.get(), hart.waiting.get().into()]
}

/// A hart's state, by name, in a fixed order.
fn words<A: Guest>(hart: &Hart<A>) -> Vec<(String, u64)> {
    let [traps, interrupts, waits] = unhashed(hart);
    let mut words = vec![("pc".to_owned(), hart.pc.get())];
    A::named_words(hart, &mut |name, word| words.push((name.to_owned(), word)));
    words.push(("instructions".to_owned(), hart.retired.get()));
    words.push(("traps".to_owned(), traps));
    words.push(("interrupts".to_owned(), interrupts));
    words.push(("waits".to_owned(), waits));
    words
}

/// What belongs to no hart, by name.
fn shared_words<A: Guest>(session: &Session<A>) -> Vec<(String, u64)> {
    let console = &session.machine().board.console;
    let words =
        [("resets", session.resets() as u64), ("console: bytes", console.bytes()), ("console: hash", console.hash())];
    words.map(|(name, word)| (name.to_owned(), word)).into()
}

fn row_counts(stats: &Stats) -> Vec<(String, u64)> {
    let Stats { loads, stores, branches, taken, jumps, .. } = *stats;
    let counts =
        [("loads", loads), ("stores", stores), ("branches", branches), ("branches taken", taken), ("jumps", jumps)];
    counts.map(|(name, count)| (name.to_owned(), count)).into()
}

/// Counts by instruction are compared if both took them.
fn counts_agree<A: Guest>(subject: &Session<A>, reference: &Session<A>) -> bool {
    let [mut a, mut b] = [subject, reference].map(|session| session.machine().stats());
    if !(a.by_row && b.by_row) {
        for stats in [&mut a, &mut b] {
            stats.by_row = false;
            (stats.loads, stats.stores, stats.branches, stats.taken, stats.jumps) = Default::default();
        }
    }
    a == b
}

/// All RAM and ROM in pieces.
fn pieces(memory: &Memory) -> impl Iterator<Item = (GuestPhys, u64)> {
    memory.regions().iter().flat_map(|region| {
        let (first, bytes) = (region.range.first, region.ram.bytes());
        (0..bytes.div_ceil(PIECE_BYTES)).map(move |n| {
            let at = n * PIECE_BYTES;
            (first.wrapping_add(at), PIECE_BYTES.min(bytes - at))
        })
    })
}

fn are_equal(a: &Memory, b: &Memory, at: GuestPhys, bytes: u64) -> bool {
    let mut buffers = [vec![0; bytes as usize], vec![0; bytes as usize]];
    let read = a.read_bytes(at, &mut buffers[0]).is_ok() && b.read_bytes(at, &mut buffers[1]).is_ok();
    read && buffers[0] == buffers[1]
}
