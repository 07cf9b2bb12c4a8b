//! Host time of every case. `cargo bench -p benches --bench criterion [-- --quick] [FILTER]`

use std::time::Duration;

use criterion::{Criterion, Throughput};

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(200)
        .warm_up_time(Duration::from_secs(5))
        .measurement_time(Duration::from_secs(10))
        .configure_from_args();
    for case in benches::cases::all() {
        let mut prepared = (case.prepare)();
        let mut group = criterion.benchmark_group(case.group);
        group.throughput(Throughput::Elements(prepared.operations()));
        group.bench_function(case.name, |bencher| bencher.iter(|| prepared.run()));
        group.finish();
    }
    criterion.final_summary();
}
