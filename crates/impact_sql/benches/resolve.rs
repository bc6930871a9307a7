//! Statements a second on one thread, the schema prepared once: the fixtures' statements, one by one.

#![expect(missing_docs, reason = "criterion's macros make public functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use impact_facts::Dialect;
use impact_sql::{Schema, resolve, split};

const SCHEMA: &str = include_str!("../fixtures/postgres/schema.sql");
const STATEMENTS: &str = include_str!("../fixtures/postgres/statements.sql");

fn schema() -> Schema {
    let mut replay = impact_catalog::Replay::new("main", Dialect::Postgres);
    replay.read("schema.sql", SCHEMA);
    Schema::new(&replay.finish())
}

fn resolving(criterion: &mut Criterion) {
    let schema = schema();
    let spans = split(STATEMENTS, Dialect::Postgres);
    let statements: Vec<&str> = spans
        .iter()
        .filter_map(|span| STATEMENTS.get(span.start as usize..span.end as usize))
        .collect();
    let mut group = criterion.benchmark_group("resolve");
    group.throughput(Throughput::Elements(statements.len() as u64));
    group.bench_function("fixtures", |bencher| {
        bencher.iter(|| {
            statements
                .iter()
                .map(|sql| resolve(std::hint::black_box(sql), &[], &schema).len())
                .sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(benches, resolving);
criterion_main!(benches);
