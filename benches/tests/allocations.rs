//! After warm-up nothing that is measured allocates: not accesses, walks, flushes and changes of the address space, not traps and
//! interrupts, nor what runs around them.

use allocation_counter::{AllocationInfo, measure};

/// Runs that a pool may take until it has seen what is needed; it looks at that every 1024 releases.
const WARM_UP_RUNS: usize = 8;

#[test]
fn nothing_allocates_after_warm_up() {
    let mut failures = Vec::new();
    for case in benches::cases::all().into_iter().filter(|case| !case.allocates()) {
        let mut prepared = (case.prepare)();
        for _ in 0..WARM_UP_RUNS {
            prepared.run();
        }
        let AllocationInfo { count_total, bytes_total, .. } = measure(|| {
            prepared.run();
        });
        if count_total != 0 {
            failures.push(format!("{}: {count_total} allocations, {bytes_total} bytes", case.path()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The test above would pass if nothing were counted.
#[test]
fn allocations_are_counted() {
    assert_eq!(measure(|| drop(std::hint::black_box(vec![0_u8; 100]))).count_total, 1);
}
