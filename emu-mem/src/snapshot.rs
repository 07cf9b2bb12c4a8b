//! Which pages of guest RAM were written since a moment, and how to go back to it. Nothing is copied or looked through in
//! advance: the first write to each page is seen, and only there does a snapshot copy what was in it. It knows RAM
//! alone; harts, devices and ROM have their state elsewhere.
//!
//! Every way to write tells the memory first ([`Memory::about_to_write`]). Stores that hit in a TLB tell nobody: the page
//! was told of when it entered the write table. So when a log begins, and whenever it is emptied, all write tables must be
//! emptied; each does that at its next [`refresh`](crate::tlb::Tlb::refresh). Hence two rules for the caller:
//!
//! - No hart runs meanwhile, and each TLB is refreshed before its hart runs on. A machine does so whenever it is told to
//!   run.
//! - A page counts as written when somebody gets the right to write it. That is when it is stored to, but for an
//!   atomic access that ends without a store, such as a failed SC: hardware's dirty bits do the same.

use std::fmt;

use crate::addr::{GuestPhys, PAGE_SIZE};
use crate::memory::Memory;

impl Memory {
    /// Logs which pages of RAM are written from now on. There may be any number of logs and snapshots.
    pub fn log_writes(&self) -> DirtyLog {
        DirtyLog::begin(self, false)
    }

    /// Remembers what is in RAM now. Takes a bit for each page of RAM at once; each page that is written later takes a copy
    /// of what was in it, which snapshots share, unless it was all zeros.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(DirtyLog::begin(self, true))
    }
}

/// Knows which pages of RAM were written in its present epoch, which began with it or by
/// [`next_epoch`](Self::next_epoch). Ends when it is dropped.
pub struct DirtyLog {
    memory: Memory,
    id: u64,
}

impl DirtyLog {
    fn begin(memory: &Memory, saving: bool) -> Self {
        let id = memory.logs(|logs| logs.begin(memory.pages(), saving));
        memory.withdraw_rights();
        Self { memory: memory.clone(), id }
    }

    /// The pages written in this epoch so far, by rising address.
    pub fn pages(&self) -> Vec<GuestPhys> {
        self.addresses(self.memory.logs(|logs| logs.dirty(self.id)))
    }

    /// Begins another epoch. Returns the pages written in the one that ends, by rising address.
    pub fn next_epoch(&self) -> Vec<GuestPhys> {
        let pages = self.memory.logs(|logs| logs.clear(self.id));
        self.memory.withdraw_rights();
        self.addresses(pages)
    }

    fn addresses(&self, pages: Vec<u64>) -> Vec<GuestPhys> {
        let address = |page| {
            let (region, offset) = self.memory.page(page);
            region.range.first.wrapping_add(offset)
        };
        pages.into_iter().map(address).collect()
    }
}

impl Drop for DirtyLog {
    fn drop(&mut self) {
        self.memory.logs(|logs| logs.end(self.id));
    }
}

impl fmt::Debug for DirtyLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DirtyLog({} pages)", self.pages().len())
    }
}

/// What was in RAM at some moment. Keeps the memory alive, and in every page its own copy of the past; what it has copied is
/// given up when it is dropped.
pub struct Snapshot(DirtyLog);

impl Snapshot {
    /// The pages written since the snapshot was taken or last restored, by rising address: no others differ from it.
    pub fn pages(&self) -> Vec<GuestPhys> {
        self.0.pages()
    }

    /// Host memory taken by copies of pages, in bytes; those shared with other snapshots count in each.
    pub fn copied_bytes(&self) -> u64 {
        self.0.memory.logs(|logs| logs.copies(self.0.id)) * PAGE_SIZE
    }

    /// Makes RAM what it was when the snapshot was taken; returns how many pages were written back. Takes time by that
    /// number alone, and can be done again and again. For other logs and snapshots this is a write like any other, and it
    /// breaks LR/SC reservations in the pages.
    ///
    /// Decoded instructions are not memory: each hart must be told that its code has changed, and its TLB refreshed,
    /// before it runs on.
    pub fn restore(&self) -> u64 {
        let DirtyLog { memory, id } = &self.0;
        let pages = memory.logs(|logs| {
            let pages = logs.dirty(*id);
            for &page in &pages {
                let (region, offset) = memory.page(page);
                let (ram, inside) = (&region.ram, "a page with a number is inside a RAM");
                // It is dirty here, so this is for the others.
                logs.written(page, |into| ram.read_bytes(offset, into).expect(inside));
                match logs.saved(*id, page) {
                    Some(bytes) => ram.write_bytes(offset, &bytes[..]).expect(inside),
                    None => ram.zero(offset, PAGE_SIZE).expect(inside),
                }
            }
            logs.clear(*id);
            pages
        });
        for &page in &pages {
            let (region, offset) = memory.page(page);
            memory.reservations().written(region.range.first.wrapping_add(offset), PAGE_SIZE);
        }
        memory.withdraw_rights();
        pages.len() as u64
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot({} pages differ)", self.pages().len())
    }
}

#[cfg(test)]
mod tests;
