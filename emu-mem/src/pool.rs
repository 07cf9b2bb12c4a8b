//! Things that are made once and used again, instead of being allocated wherever a running guest needs them. The windows of TLB
//! tables and the bodies of decoded blocks come from here. Disks need no buffers: the kernel moves their bytes from and to guest
//! memory, by lists that stand on the stack, and a device has one list of segments that it fills anew for each request. Compiled
//! code lies in an arena; what Cranelift allocates while it compiles is its own.
//!
//! A pool gives an item out clean, takes it back when its [`Pooled`] is dropped, and says how it fares. How many idle items
//! it keeps follows how many were in use at once lately; "lately" is counted in releases, never in time.

use std::cell::RefCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// After so many releases a pool looks whether it keeps more idle items than it needed since.
const REVIEW_RELEASES: u64 = 1024;

/// How items are made, and made clean.
pub trait Recycle {
    /// What is pooled.
    type Item;
    /// Makes one, clean.
    fn make(&self) -> Self::Item;
    /// Makes a used one clean.
    fn clean(&self, item: &mut Self::Item);
}

/// How a pool fares.
#[derive(Copy, Clone, Default, PartialEq, Eq, Debug)]
pub struct Stats {
    /// Items made.
    pub made: u64,
    /// Items given out that were not made for it.
    pub reused: u64,
    /// Items given out and not back yet.
    pub in_use: u64,
    /// The most that were in use at once since the last review.
    pub peak: u64,
    /// Items dropped, because the bound was reached or nobody had needed them lately.
    pub dropped: u64,
    releases: u64,
}

/// A pool.
pub trait Pool {
    /// What it holds.
    type Item;

    /// Gives out a clean item.
    fn take(&self) -> Self::Item;

    /// Takes an item back.
    fn put(&self, item: Self::Item);

    /// How it fares.
    fn stats(&self) -> Stats;

    /// Items that wait for use.
    fn idle(&self) -> usize;

    /// Gives out a clean item that comes back by itself.
    fn acquire(&self) -> Pooled<'_, Self>
    where
        Self: Sized,
    {
        Pooled { item: Some(self.take()), home: self }
    }
}

/// An item that returns to its pool when it is dropped.
pub struct Pooled<'p, P: Pool> {
    item: Option<P::Item>,
    home: &'p P,
}

impl<P: Pool> Pooled<'_, P> {
    /// Keeps the item, for whoever [`put`](Pool::put)s it back later.
    pub fn keep(mut self) -> P::Item {
        self.item.take().expect("it is there until the drop")
    }
}

impl<P: Pool> Deref for Pooled<'_, P> {
    type Target = P::Item;
    fn deref(&self) -> &P::Item {
        self.item.as_ref().expect("it is there until the drop")
    }
}

impl<P: Pool> DerefMut for Pooled<'_, P> {
    fn deref_mut(&mut self) -> &mut P::Item {
        self.item.as_mut().expect("it is there until the drop")
    }
}

impl<P: Pool> Drop for Pooled<'_, P> {
    fn drop(&mut self) {
        if let Some(item) = self.item.take() {
            self.home.put(item);
        }
    }
}

/// What both pools do.
struct Shelf<T> {
    idle: Vec<T>,
    stats: Stats,
}

impl<T> Shelf<T> {
    const fn new() -> Self {
        Self { idle: Vec::new(), stats: Stats { made: 0, reused: 0, in_use: 0, peak: 0, dropped: 0, releases: 0 } }
    }

    #[inline]
    fn take(&mut self) -> Option<T> {
        let item = self.idle.pop();
        self.stats.in_use += 1;
        self.stats.peak = self.stats.peak.max(self.stats.in_use);
        *(if item.is_some() { &mut self.stats.reused } else { &mut self.stats.made }) += 1;
        item
    }

    /// Takes an item back, or returns it to be dropped.
    #[inline]
    fn put(&mut self, item: T, bound: usize) -> Option<T> {
        self.stats.in_use = self.stats.in_use.saturating_sub(1);
        self.stats.releases += 1;
        if self.stats.releases.is_multiple_of(REVIEW_RELEASES) {
            self.review();
        }
        if self.idle.len() >= bound {
            self.stats.dropped += 1;
            return Some(item);
        }
        self.idle.push(item);
        None
    }

    /// Drops what was not needed since the last review.
    #[cold]
    fn review(&mut self) {
        let needed = (self.stats.peak - self.stats.in_use) as usize;
        self.stats.dropped += self.idle.len().saturating_sub(needed) as u64;
        self.idle.truncate(needed);
        self.stats.peak = self.stats.in_use;
    }
}

/// A pool for one thread at a time: a few host instructions to take and to put.
pub struct LocalPool<R: Recycle> {
    recipe: R,
    bound: usize,
    shelf: RefCell<Shelf<R::Item>>,
}

impl<R: Recycle> LocalPool<R> {
    /// An empty pool that keeps at most `bound` idle items.
    pub const fn new(recipe: R, bound: usize) -> Self {
        Self { recipe, bound, shelf: RefCell::new(Shelf::new()) }
    }
}

impl<R: Recycle> Pool for LocalPool<R> {
    type Item = R::Item;

    #[inline]
    fn take(&self) -> R::Item {
        let item = self.shelf.borrow_mut().take();
        item.unwrap_or_else(|| self.recipe.make())
    }

    #[inline]
    fn put(&self, mut item: R::Item) {
        self.recipe.clean(&mut item);
        let surplus = self.shelf.borrow_mut().put(item, self.bound);
        drop(surplus);
    }

    fn stats(&self) -> Stats {
        self.shelf.borrow().stats
    }

    fn idle(&self) -> usize {
        self.shelf.borrow().idle.len()
    }
}

/// A pool that threads share.
pub struct SharedPool<R: Recycle> {
    recipe: R,
    bound: usize,
    shelf: Mutex<Shelf<R::Item>>,
}

impl<R: Recycle> SharedPool<R> {
    /// An empty pool that keeps at most `bound` idle items.
    pub const fn new(recipe: R, bound: usize) -> Self {
        Self { recipe, bound, shelf: Mutex::new(Shelf::new()) }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf<R::Item>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Recycle> Pool for SharedPool<R> {
    type Item = R::Item;

    #[inline]
    fn take(&self) -> R::Item {
        let item = self.shelf().take();
        item.unwrap_or_else(|| self.recipe.make())
    }

    #[inline]
    fn put(&self, mut item: R::Item) {
        self.recipe.clean(&mut item);
        let surplus = self.shelf().put(item, self.bound);
        drop(surplus);
    }

    fn stats(&self) -> Stats {
        self.shelf().stats
    }

    fn idle(&self) -> usize {
        self.shelf().idle.len()
    }
}

impl<R: Recycle> fmt::Debug for LocalPool<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stats().fmt(f)
    }
}

impl<R: Recycle> fmt::Debug for SharedPool<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stats().fmt(f)
    }
}

#[cfg(test)]
mod tests;
