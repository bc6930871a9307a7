//! `cargo xtask graph`: what the worst question costs in a graph of a million nodes and ten million edges.
//!
//! Every piece of code calls ten that stand before it, so that all of them reach the one that reads the column.

use cpu_time::ThreadTime;
use impact_facts::{
    Access, CallEdge, Certainty, EntryKind, EntryPoint, FileId, How, Index, IndexedFile, Language,
    Position, Reference, ReferenceClass, Scope, Service, Site, Span, Symbol, SymbolId, TableName,
};
use impact_graph::{Change, Graph, Lookup, Target};

const SYMBOLS: u32 = 1_000_000;
const CALLS: u32 = 10;
const ENTRIES: u32 = 1_000;

const SITE: Site = Site {
    file: FileId(0),
    span: Span { start: 0, end: 1 },
};

/// Builds the graph and asks. Times are processor times of the one thread.
pub fn run(_: &[String]) -> Result<(), String> {
    let indexes = [index()];
    let started = ThreadTime::now();
    let graph = Graph::build(&indexes);
    let built = started.elapsed();
    let target = Target::parse("t.c").map_err(|error| error.to_string())?;
    let Lookup::Found(column) = graph.lookup(&target) else {
        return Err("there is no column".into());
    };
    let started = ThreadTime::now();
    let trace = graph.trace(&column, Change::Drop);
    let asked = started.elapsed();
    println!(
        "{SYMBOLS} symbols, {} calls: built in {} ms; {} of {ENTRIES} entry points reach the column: told in {} ms",
        indexes[0].calls.len(),
        built.as_millis(),
        trace.entry_points.len(),
        asked.as_millis()
    );
    Ok(())
}

fn index() -> Index {
    let mut state = 1_u64;
    let mut below = |most: u32| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % u64::from(most.max(1))) as u32
    };
    let calls = (1..SYMBOLS).flat_map(|from| (0..CALLS).map(move |_| from));
    Index {
        service: Service {
            name: "large".into(),
            ..Service::default()
        },
        files: vec![IndexedFile {
            path: "a.py".into(),
            language: Language::Python,
            scope: Scope::Production,
        }],
        symbols: (0..SYMBOLS).map(symbol).collect(),
        calls: calls.map(|from| call(from, below(from))).collect(),
        entry_points: (0..ENTRIES)
            .map(|number| entry(number, SYMBOLS - 1 - number * (SYMBOLS / ENTRIES)))
            .collect(),
        references: vec![reference()],
        ..Index::default()
    }
}

fn symbol(number: u32) -> Symbol {
    Symbol {
        name: format!("f{number}").into(),
        site: SITE,
        position: Position::default(),
        scope: Scope::Production,
    }
}

fn call(from: u32, to: u32) -> CallEdge {
    CallEdge {
        from: SymbolId(from),
        to: SymbolId(to),
        site: SITE,
        position: Position::default(),
        certainty: Certainty::Exact,
    }
}

fn entry(number: u32, runs: u32) -> EntryPoint {
    EntryPoint {
        kind: EntryKind::Api,
        name: format!("GET /{number}").into(),
        site: SITE,
        position: Position::default(),
        schedule: None,
        runs: vec![SymbolId(runs)],
        starts: Vec::new(),
        via: "bench".into(),
        scope: Scope::Production,
    }
}

fn reference() -> Reference {
    Reference {
        site: SITE,
        position: Position::default(),
        text: "c".into(),
        database: "".into(),
        table: TableName::bare("t"),
        column: Some("c".into()),
        access: Access::Read,
        how: How::Explicit,
        class: ReferenceClass::Name,
        certainty: Certainty::Exact,
        scope: Scope::Production,
        via: "bench".into(),
        symbol: Some(SymbolId(0)),
        declared_at: None,
        declared_position: None,
        becomes: None,
        exposed_as: None,
        applied: false,
    }
}
