//! How long it takes, by criterion: `cargo bench -p gigacost-engine --bench speed`.

mod work;

use std::time::Duration;

use criterion::{Criterion, Throughput};

fn main() -> gigacost_engine::Result<()> {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(400))
        .sample_size(20)
        .configure_from_args();
    for mut work in work::all()? {
        let mut group = criterion.benchmark_group("engine");
        group.throughput(Throughput::Elements(work.values));
        group.bench_function(&work.name, |bencher| bencher.iter(&mut work.run));
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}
