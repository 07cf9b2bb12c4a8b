//! Split virtqueues (virtio 1.2, section 2.7): the device's side of the descriptor table and the two rings, all of which lie in guest
//! memory and are as trustworthy as the guest. It knows no register and no request.
//!
//! Not here: packed rings, EVENT_IDX.

use emu_mem::{BusFault, GuestPhys, Memory, Segment, Segments};

/// A descriptor goes on in another.
const NEXT: u16 = 1;
/// The device writes the buffer.
const WRITE: u16 = 2;
/// The buffer is a table of descriptors.
const INDIRECT: u16 = 4;

const DESCRIPTOR_BYTES: u64 = 16;
const USED_ELEMENT_BYTES: u64 = 8;
/// `flags` and `idx`, in front of either ring.
const RING_HEAD_BYTES: u64 = 4;
const IDX: u64 = 2;

/// The driver wants no interrupts (`avail.flags`).
const NO_INTERRUPT: u16 = 1;

/// How a driver has broken its queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Broken {
    /// The queue's size.
    #[error("the queue size is no power of two, or larger than the device allows")]
    Size,
    /// Where the queue is.
    #[error("the descriptor table or a ring is not aligned, or not in RAM")]
    Place,
    /// More available chains than the queue has descriptors.
    #[error("more buffers are available than the queue has descriptors")]
    TooMany,
    /// A descriptor's number.
    #[error("a descriptor is named that the table does not have")]
    Index,
    /// A chain's length.
    #[error("a descriptor chain is longer than the queue, or a loop")]
    Loop,
    /// A chain's order.
    #[error("a buffer to be read follows one to be written")]
    Order,
    /// An indirect table.
    #[error("an indirect table was not negotiated, or is nested, misshapen or not in RAM")]
    Indirect,
    /// A chain without what every request has.
    #[error("a request has no header or no place for its status")]
    Request,
}

/// A queue, as its driver has set it up.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The largest size there can be.
    pub max: u16,
    /// The number of descriptors; a power of two once the queue is ready.
    pub size: u16,
    /// The descriptor table.
    pub descriptors: GuestPhys,
    /// The ring of available chains, which the driver writes.
    pub available: GuestPhys,
    /// The ring of used chains, which the device writes.
    pub used: GuestPhys,
    ready: bool,
    next_available: u16,
    next_used: u16,
}

/// The buffers of a descriptor chain.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    readable: Vec<Segment>,
    writable: Vec<Segment>,
}

impl Chain {
    /// What the device reads.
    pub fn readable(&self) -> Segments<'_> {
        Segments::new(&self.readable)
    }

    /// What the device writes.
    pub fn writable(&self) -> Segments<'_> {
        Segments::new(&self.writable)
    }
}

struct Descriptor {
    buffer: Segment,
    flags: u16,
    next: u16,
}

impl Queue {
    /// A queue that is not set up; `max` is a power of two.
    pub fn new(max: u16) -> Self {
        let nowhere = GuestPhys(0);
        Self {
            max,
            size: max,
            descriptors: nowhere,
            available: nowhere,
            used: nowhere,
            ready: false,
            next_available: 0,
            next_used: 0,
        }
    }

    /// Whether the queue is in use.
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// Takes the queue into use.
    ///
    /// # Errors
    /// [`Broken::Size`] and [`Broken::Place`].
    pub fn start(&mut self, memory: &Memory) -> Result<(), Broken> {
        if !self.size.is_power_of_two() || self.size > self.max {
            return Err(Broken::Size);
        }
        let size = u64::from(self.size);
        // The rings as the 1.0 layout has them, without the words that EVENT_IDX appends.
        for (at, bytes, align, written) in [
            (self.descriptors, DESCRIPTOR_BYTES * size, 16, false),
            (self.available, RING_HEAD_BYTES + 2 * size, 2, false),
            (self.used, RING_HEAD_BYTES + USED_ELEMENT_BYTES * size, 4, true),
        ] {
            let found = memory.find(at, bytes).ok_or(Broken::Place)?;
            if !at.is_aligned(align) || written && !found.writable {
                return Err(Broken::Place);
            }
        }
        (self.next_available, self.next_used) = (0, 0);
        self.ready = true;
        Ok(())
    }

    /// Takes the queue out of use.
    pub fn stop(&mut self) {
        self.ready = false;
    }

    /// Takes the next available chain: the number of its first descriptor. `in_flight` chains have been taken and not been
    /// put back yet.
    ///
    /// # Errors
    /// [`Broken::TooMany`], [`Broken::Index`].
    pub fn take(&mut self, memory: &Memory, in_flight: usize) -> Result<Option<u16>, Broken> {
        let waiting = read::<u16>(memory, self.available, IDX)?.wrapping_sub(self.next_available);
        if waiting == 0 {
            return Ok(None);
        }
        if usize::from(waiting) + in_flight > usize::from(self.size) {
            return Err(Broken::TooMany);
        }
        let place = u64::from(self.next_available % self.size);
        let head = read::<u16>(memory, self.available, RING_HEAD_BYTES + 2 * place)?;
        if head >= self.size {
            return Err(Broken::Index);
        }
        self.next_available = self.next_available.wrapping_add(1);
        Ok(Some(head))
    }

    /// Reads the chain that begins at descriptor `head` into `chain`. `indirect`: whether indirect tables have been negotiated.
    ///
    /// # Errors
    /// [`Broken`] chains. Where the buffers are is not looked at.
    pub fn read_chain(&self, memory: &Memory, head: u16, indirect: bool, chain: &mut Chain) -> Result<(), Broken> {
        chain.readable.clear();
        chain.writable.clear();
        let (mut table, mut entries) = (self.descriptors, self.size);
        let (mut index, mut is_inner) = (head, false);
        // A chain, and what is in its indirect table, has at most as many descriptors as the queue (sections 2.7.5 and
        // 2.7.5.3.1); so has a loop.
        for _ in 0..=self.size {
            if index >= entries {
                return Err(Broken::Index);
            }
            let Descriptor { buffer, flags, next } = descriptor(memory, table, index)?;
            if flags & INDIRECT != 0 {
                let count = buffer.bytes / DESCRIPTOR_BYTES;
                let whole = count != 0 && buffer.bytes % DESCRIPTOR_BYTES == 0 && count <= u64::from(self.size);
                if !indirect || is_inner || flags & NEXT != 0 || !whole {
                    return Err(Broken::Indirect);
                }
                (table, entries, index, is_inner) = (buffer.at, count as u16, 0, true);
                continue;
            }
            if chain.readable.len() + chain.writable.len() == usize::from(self.size) {
                return Err(Broken::Loop);
            }
            if flags & WRITE != 0 {
                chain.writable.push(buffer);
            } else if chain.writable.is_empty() {
                chain.readable.push(buffer);
            } else {
                return Err(Broken::Order);
            }
            if flags & NEXT == 0 {
                return Ok(());
            }
            index = next;
        }
        Err(Broken::Loop)
    }

    /// Gives the chain of descriptor `head` back to the driver, of whose buffers the first `written_bytes` to be written have
    /// been written.
    ///
    /// # Errors
    /// [`Broken::Place`].
    pub fn put_used(&mut self, memory: &Memory, head: u16, written_bytes: u32) -> Result<(), Broken> {
        let place = RING_HEAD_BYTES + USED_ELEMENT_BYTES * u64::from(self.next_used % self.size);
        let element = u64::from(written_bytes) << 32 | u64::from(head);
        self.next_used = self.next_used.wrapping_add(1);
        // The index last: what it counts must be there.
        memory
            .write(self.used.wrapping_add(place), element)
            .and_then(|()| memory.write(self.used.wrapping_add(IDX), self.next_used))
            .map_err(|_| Broken::Place)
    }

    /// Whether the driver wants an interrupt for what has been put back.
    ///
    /// # Errors
    /// [`Broken::Place`].
    pub fn wants_interrupt(&self, memory: &Memory) -> Result<bool, Broken> {
        Ok(read::<u16>(memory, self.available, 0)? & NO_INTERRUPT == 0)
    }
}

fn read<T: emu_mem::Unit>(memory: &Memory, base: GuestPhys, offset: u64) -> Result<T, Broken> {
    memory.read(base.wrapping_add(offset)).map_err(|_| Broken::Place)
}

fn descriptor(memory: &Memory, table: GuestPhys, index: u16) -> Result<Descriptor, Broken> {
    let at = table.wrapping_add(DESCRIPTOR_BYTES * u64::from(index));
    let words = || -> Result<(u64, u64), BusFault> { Ok((memory.read(at)?, memory.read(at.wrapping_add(8))?)) };
    let (address, rest) = words().map_err(|_| Broken::Place)?;
    let buffer = Segment { at: GuestPhys(address), bytes: rest & 0xffff_ffff };
    Ok(Descriptor { buffer, flags: (rest >> 32) as u16, next: (rest >> 48) as u16 })
}

#[cfg(test)]
#[path = "queue/tests.rs"]
mod tests;
