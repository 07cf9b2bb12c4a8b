//! Tests of both pools.

use super::*;

/// Makes buffers, and counts how many.
#[derive(Default)]
struct Buffers(Mutex<u32>);

impl Recycle for Buffers {
    type Item = Vec<u8>;
    fn make(&self) -> Vec<u8> {
        *self.0.lock().unwrap() += 1;
        Vec::with_capacity(64)
    }
    fn clean(&self, item: &mut Vec<u8>) {
        item.clear();
    }
}

fn items_come_back_clean<P: Pool<Item = Vec<u8>>>(pool: &P) {
    let place = {
        let mut first = pool.acquire();
        first.push(1);
        first.as_ptr()
    };
    let again = pool.acquire();
    assert!(again.is_empty() && again.as_ptr() == place, "the same one, clean");
    let other = pool.acquire();
    assert_ne!(other.as_ptr(), place);
    let stats = pool.stats();
    assert_eq!((stats.made, stats.reused, stats.in_use, stats.peak), (2, 1, 2, 2));
    drop((again, other));
    assert_eq!((pool.idle(), pool.stats().in_use), (2, 0));
}

#[test]
fn both_pools_give_out_what_came_back() {
    items_come_back_clean(&LocalPool::new(Buffers::default(), 8));
    items_come_back_clean(&SharedPool::new(Buffers::default(), 8));
}

#[test]
fn no_more_wait_than_the_bound_says() {
    let pool = LocalPool::new(Buffers::default(), 2);
    let all: Vec<_> = (0..5).map(|_| pool.take()).collect();
    all.into_iter().for_each(|item| pool.put(item));
    assert_eq!((pool.idle(), pool.stats().dropped), (2, 3));
}

#[test]
fn what_is_not_needed_for_long_goes() {
    let pool = LocalPool::new(Buffers::default(), 1000);
    let many: Vec<_> = (0..100).map(|_| pool.take()).collect();
    many.into_iter().for_each(|item| pool.put(item));
    assert_eq!(pool.idle(), 100);
    // From the second review on, one in use at a time is all that was needed.
    (0..2 * REVIEW_RELEASES).for_each(|_| drop(pool.acquire()));
    assert!(pool.idle() <= 2, "{} idle", pool.idle());
    let made = pool.stats().made;
    (0..2 * REVIEW_RELEASES).for_each(|_| drop(pool.acquire()));
    assert_eq!(pool.stats().made, made, "what is needed stays");
}

#[test]
fn threads_may_share_one() {
    let pool = SharedPool::new(Buffers::default(), 8);
    std::thread::scope(|scope| {
        for n in 0..4_u8 {
            let pool = &pool;
            scope.spawn(move || {
                for _ in 0..1000 {
                    let mut item = pool.acquire();
                    assert!(item.is_empty());
                    item.extend([n; 8]);
                    assert_eq!(item[..], [n; 8]);
                }
            });
        }
    });
    assert!(*pool.recipe.0.lock().unwrap() <= 4);
}
