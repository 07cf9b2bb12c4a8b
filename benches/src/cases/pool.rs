//! Acquiring from a pool and releasing into it. The allocator is not measured beside it: it is the host's code, and differs.

use std::hint::black_box;

use emu_mem::pool::{LocalPool, Pool, Recycle, SharedPool};

use crate::Prepared;

/// Acquisitions of one run.
const TIMES: usize = 1024;
/// Items that the pool may keep.
const BOUND: usize = 16;

/// Makes buffers of a page, whose content does not matter to who gets one.
struct Buffers;

impl Recycle for Buffers {
    type Item = Vec<u8>;

    fn make(&self) -> Vec<u8> {
        vec![0; 4096]
    }

    fn clean(&self, _: &mut Vec<u8>) {}
}

fn acquire(pool: impl Pool<Item = Vec<u8>> + 'static) -> Prepared {
    Prepared::new(TIMES, move || {
        for _ in 0..TIMES {
            black_box(&mut *pool.acquire());
        }
        pool.idle() as u64
    })
}

/// Of one thread.
pub(super) fn local() -> Prepared {
    acquire(LocalPool::new(Buffers, BOUND))
}

/// Of several threads, none of which is there.
pub(super) fn shared() -> Prepared {
    acquire(SharedPool::new(Buffers, BOUND))
}
