//! Who is told of writes: logs of the pages written since some moment, with or without what was in them before. How writes
//! get here is `memory`'s business, what a log is good for `snapshot`'s.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;

use crate::addr::PAGE_SIZE;

/// The bytes of one page.
pub(crate) type Page = [u8; PAGE_SIZE as usize];

/// How many pages nobody uses are kept for the next copies: 4 MiB.
const SPARE_PAGES: usize = 1024;

/// A set of page numbers below a bound. What is done with it takes time by its size, not by the bound.
struct Pages {
    /// A bit for each page.
    bits: Box<[u64]>,
    /// Those whose bit is set, in the order in which they came.
    list: Vec<u64>,
}

impl Pages {
    fn new(bound: u64) -> Self {
        Self { bits: vec![0; bound.div_ceil(64) as usize].into(), list: Vec::new() }
    }

    /// Whether it was not there before.
    fn insert(&mut self, page: u64) -> bool {
        let (word, bit) = (&mut self.bits[(page / 64) as usize], 1 << (page % 64));
        let new = *word & bit == 0;
        if new {
            *word |= bit;
            self.list.push(page);
        }
        new
    }

    /// Empties it: what was in it.
    fn take(&mut self) -> Vec<u64> {
        let list = mem::take(&mut self.list);
        for page in &list {
            self.bits[(page / 64) as usize] = 0;
        }
        list
    }
}

/// What a page held when it was first written; nothing: zeros.
pub(crate) type Saved = Option<Arc<Page>>;

struct Log {
    id: u64,
    dirty: Pages,
    /// Every page ever dirty in this log, as it was before; `None` where nobody wants to know.
    saved: Option<BTreeMap<u64, Saved>>,
}

/// All logs of a memory.
#[derive(Default)]
pub(crate) struct Logs {
    logs: Vec<Log>,
    next_id: u64,
    /// At most [`SPARE_PAGES`]; nobody else has any of them.
    spare: Vec<Arc<Page>>,
}

impl Logs {
    /// Begins a log of pages below `bound`; it keeps what was in them if `saving`.
    pub(crate) fn begin(&mut self, bound: u64, saving: bool) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.logs.push(Log { id, dirty: Pages::new(bound), saved: saving.then(BTreeMap::new) });
        id
    }

    /// Ends a log.
    pub(crate) fn end(&mut self, id: u64) {
        let place = self.logs.iter().position(|log| log.id == id).expect("a log is ended once");
        for page in self.logs.swap_remove(place).saved.into_iter().flat_map(BTreeMap::into_values).flatten() {
            self.give_back(page);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.logs.is_empty()
    }

    /// Keeps a copy that no other log has for the next one.
    fn give_back(&mut self, mut page: Arc<Page>) {
        if self.spare.len() < SPARE_PAGES && Arc::get_mut(&mut page).is_some() {
            self.spare.push(page);
        }
    }

    /// `page` is about to be written. `read` copies what is in it; it is called at most once.
    pub(crate) fn written(&mut self, page: u64, read: impl FnOnce(&mut Page)) {
        let mut read = Some(read);
        // Logs that lack this page have all seen the same in it since they began, so they share one copy.
        let mut copy: Option<Saved> = None;
        for log in &mut self.logs {
            if !log.dirty.insert(page) {
                continue;
            }
            let Some(saved) = &mut log.saved else { continue };
            saved.entry(page).or_insert_with(|| {
                copy.get_or_insert_with(|| {
                    let mut kept = self.spare.pop().unwrap_or_else(|| Arc::new([0; PAGE_SIZE as usize]));
                    let bytes = Arc::get_mut(&mut kept).expect("spare pages have no other owner");
                    read.take().expect("one copy is enough")(bytes);
                    if bytes.iter().any(|&byte| byte != 0) {
                        return Some(kept);
                    }
                    self.spare.push(kept);
                    None
                })
                .clone()
            });
        }
    }

    fn log(&mut self, id: u64) -> &mut Log {
        self.logs.iter_mut().find(|log| log.id == id).expect("a log lives as long as its owner")
    }

    /// The pages written since the log began or was last cleared, sorted.
    pub(crate) fn dirty(&mut self, id: u64) -> Vec<u64> {
        let mut pages = self.log(id).dirty.list.clone();
        pages.sort_unstable();
        pages
    }

    /// As [`dirty`](Self::dirty), and clears the log. What it has saved stays.
    pub(crate) fn clear(&mut self, id: u64) -> Vec<u64> {
        let mut pages = self.log(id).dirty.take();
        pages.sort_unstable();
        pages
    }

    /// What the log has saved of a page that was dirty at some time.
    pub(crate) fn saved(&mut self, id: u64, page: u64) -> Saved {
        let saved = self.log(id).saved.as_ref().expect("the log saves");
        saved.get(&page).expect("every dirty page is saved first").clone()
    }

    /// How many pages the log holds a copy of.
    pub(crate) fn copies(&mut self, id: u64) -> u64 {
        let saved = self.log(id).saved.as_ref();
        saved.map_or(0, |saved| saved.values().flatten().count() as u64)
    }

    #[cfg(test)]
    pub(crate) fn spare_pages(&self) -> usize {
        self.spare.len()
    }
}
