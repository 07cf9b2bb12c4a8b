//! The virtio block device (virtio 1.2, section 5.2): one queue of requests to a [`Disk`]. It knows which features there are and when
//! a request is done; what a request means is in `request`, what a disk is in [`disk`].
//!
//! Offered are SIZE_MAX, SEG_MAX, BLK_SIZE, FLUSH and indirect descriptors, DISCARD and WRITE_ZEROES for disks that can be
//! written, RO for those that cannot. Not here: several queues, geometry and topology, a cache mode that can be changed, secure
//! erase, lifetime, zones, EVENT_IDX; for legacy drivers barriers and SCSI commands.
//!
//! # When writes are safe
//!
//! The host's caches are a disk's volatile cache. A FLUSH brings all of it to the host's storage before it completes. A driver that
//! has not accepted FLUSH cannot ask for that, so each of its writes is brought there before it completes (section 5.2.6.2).

use std::collections::VecDeque;

use emu_mem::Memory;

use super::{Broken, Chain, F_INDIRECT_DESC, Model, Queue};

pub mod disk;
mod image;
mod overlay;
mod request;

pub use disk::{Access, Disk, DiskError, DiskSpec, Shelf, Stats, Storage};
pub use request::{MAX_REQUEST_BYTES, MAX_ZEROED_SECTORS};

/// Bytes in a sector, the unit of a request whatever BLK_SIZE says.
pub const SECTOR_BYTES: u64 = 512;

/// Instructions from a notification to the completion of what it made available: 10 us of guest time, what a fast NVMe drive takes
/// for a read. It is the same for every request, so that a program's run can be reckoned by hand; neither size nor queue depth count.
pub const LATENCY_INSNS: u64 = 10_000;

/// Once so many bytes have been moved, what is due at the same time waits for the next instruction. Otherwise one notification
/// could keep the host busy for minutes.
const BATCH_BYTES: u64 = MAX_REQUEST_BYTES;

/// The largest queue: QEMU's default for this device.
const QUEUE_SIZE: u16 = 256;

/// Segments of data in a request: header and status take a descriptor each.
const SEG_MAX: u32 = QUEUE_SIZE as u32 - 2;

/// Bytes in a segment; together with [`SEG_MAX`] it keeps a driver below [`MAX_REQUEST_BYTES`].
const SIZE_MAX: u32 = 1 << 20;

const F_SIZE_MAX: u64 = 1 << 1;
const F_SEG_MAX: u64 = 1 << 2;
const F_RO: u64 = 1 << 5;
const F_BLK_SIZE: u64 = 1 << 6;
const F_FLUSH: u64 = 1 << 9;
const F_DISCARD: u64 = 1 << 13;
const F_WRITE_ZEROES: u64 = 1 << 14;

const CONFIG_BYTES: usize = 60;

/// The device.
#[derive(Debug)]
pub struct Block {
    disk: Disk,
    features: u64,
    config: [u8; CONFIG_BYTES],
    id: [u8; request::ID_BYTES],
    /// In the order in which they were made available, which is that of their times.
    in_flight: VecDeque<InFlight>,
    chain: Chain,
}

/// A chain that has been taken from the queue.
#[derive(Clone, Copy, Debug)]
struct InFlight {
    head: u16,
    due: u64,
}

impl Block {
    /// A device for `disk`, which tells the driver that it is called `id` (of which 20 bytes count).
    pub fn new(disk: Disk, id: &str) -> Self {
        let mut features = F_SIZE_MAX | F_SEG_MAX | F_BLK_SIZE | F_FLUSH | F_INDIRECT_DESC;
        features |= if disk.is_read_only() { F_RO } else { F_DISCARD | F_WRITE_ZEROES };
        let mut name = [0; request::ID_BYTES];
        let length = id.len().min(name.len());
        name[..length].copy_from_slice(&id.as_bytes()[..length]);
        Self {
            features,
            config: config(&disk),
            disk,
            id: name,
            in_flight: VecDeque::with_capacity(usize::from(QUEUE_SIZE)),
            chain: Chain::default(),
        }
    }
}

/// The configuration space (section 5.2.4): capacity in sectors, and the limits.
fn config(disk: &Disk) -> [u8; CONFIG_BYTES] {
    let mut config = [0; CONFIG_BYTES];
    let mut put = |offset: usize, bytes: &[u8]| config[offset..offset + bytes.len()].copy_from_slice(bytes);
    put(0, &(disk.bytes() / SECTOR_BYTES).to_le_bytes());
    put(8, &SIZE_MAX.to_le_bytes());
    put(12, &SEG_MAX.to_le_bytes());
    put(20, &(SECTOR_BYTES as u32).to_le_bytes());
    if !disk.is_read_only() {
        // max_discard_sectors, max_discard_seg, discard_sector_alignment; the same for zeroes, which may unmap.
        for (offset, value) in [(36, MAX_ZEROED_SECTORS), (40, 1), (44, 1), (48, MAX_ZEROED_SECTORS), (52, 1)] {
            put(offset, &value.to_le_bytes());
        }
        put(56, &[1]);
    }
    config
}

impl Model for Block {
    fn id(&self) -> u32 {
        2
    }

    fn features(&self) -> u64 {
        self.features
    }

    fn config(&self) -> &[u8] {
        &self.config
    }

    fn queue_sizes(&self) -> &'static [u16] {
        &[QUEUE_SIZE]
    }

    fn notified(&mut self, _index: usize, queue: &mut Queue, memory: &Memory, now: u64) -> Result<(), Broken> {
        let due = now.saturating_add(LATENCY_INSNS);
        while let Some(head) = queue.take(memory, self.in_flight.len())? {
            self.in_flight.push_back(InFlight { head, due });
        }
        Ok(())
    }

    fn due(&self) -> Option<u64> {
        self.in_flight.front().map(|first| first.due)
    }

    fn complete(&mut self, queues: &mut [Queue], memory: &Memory, features: u64, now: u64) -> Result<bool, Broken> {
        let queue = &mut queues[0];
        let (mut used, mut moved) = (false, 0);
        while let Some(&InFlight { head, .. }) = self.in_flight.front().filter(|first| first.due <= now) {
            if moved >= BATCH_BYTES {
                break;
            }
            queue.read_chain(memory, head, features & F_INDIRECT_DESC != 0, &mut self.chain)?;
            let write_through = features & F_FLUSH == 0;
            let done = request::execute(&self.disk, memory, &self.chain, &self.id, write_through)?;
            queue.put_used(memory, head, done.written_bytes)?;
            self.in_flight.pop_front();
            moved += done.moved_bytes;
            used = true;
        }
        Ok(used && queue.wants_interrupt(memory)?)
    }

    fn forget(&mut self, _index: usize) {
        self.in_flight.clear();
    }
}

#[cfg(test)]
#[path = "block/tests.rs"]
mod tests;
