//! Which migrations count as run: the contract of [`Timing`], case by case.

use impact_facts::*;
use impact_graph::*;
use impact_testing::indexes::{IndexBuilder, Touch};
use std::collections::BTreeSet;

const DROP: &str = "fill(email)\ndrop(email)\nlast(mail)\n";

/// Five migrations: one before the drop, the drop, one after it, one on another branch, and one that no runner runs.
fn history() -> IndexBuilder {
    let mut index = IndexBuilder::new("api").catalog("main", &[("users", &["id", "email"])]);
    for path in ["m/1.py", "m/3.py", "m/branch.py", "m/loose.py"] {
        index = index.file(path, Scope::Migration, "use(email)\n# back(mail)\n");
    }
    index
        .file("m/2.py", Scope::Migration, DROP)
        .migration("m/1.py", 0, &[])
        .migration("m/2.py", 1, &[0])
        .migration("m/3.py", 2, &[1])
        .migration("m/branch.py", 3, &[0])
}

fn read() -> Touch {
    Touch::new(Access::Read, "users", "email")
}

/// Whether the one reference has run, where the history drops the column or does not.
fn has_run(index: IndexBuilder, timing: &Timing) -> bool {
    let indexes = [index.build()];
    let graph = Graph::build(&indexes);
    let found = graph.named(0, "main", &TableName::bare("users"), "email");
    let trace = graph.trace_at(&found, Change::Drop, timing);
    trace.references[0].reference.applied
}

fn dropped() -> IndexBuilder {
    history().ended("users", "email", "m/2.py", "drop(email)")
}

fn now() -> Timing {
    Timing::default()
}

#[test]
fn what_runs_before_the_drop_has_run() {
    assert!(has_run(
        dropped().touch("m/1.py", "email", "", read()),
        &now()
    ));
    assert!(has_run(
        dropped().touch("m/2.py", "email", "", read()),
        &now()
    ));
}

#[test]
fn what_runs_after_the_drop_has_not() {
    assert!(!has_run(
        dropped().touch("m/3.py", "email", "", read()),
        &now()
    ));
    assert!(!has_run(
        dropped().touch("m/2.py", "last", "", read()),
        &now()
    ));
}

#[test]
fn another_branch_and_files_of_no_runner_have_run() {
    assert!(has_run(
        dropped().touch("m/branch.py", "email", "", read()),
        &now()
    ));
    assert!(has_run(
        dropped().touch("m/loose.py", "email", "", read()),
        &now()
    ));
}

#[test]
fn where_the_column_still_exists_all_have_run() {
    assert!(has_run(
        history().touch("m/3.py", "email", "", read()),
        &now()
    ));
}

#[test]
fn what_the_question_calls_pending_has_not() {
    let timing = Timing {
        pending: BTreeSet::from(["api/m/3.py".into()]),
        step: None,
    };
    assert!(!has_run(
        history().touch("m/3.py", "email", "", read()),
        &timing
    ));
    assert!(has_run(
        history().touch("m/1.py", "email", "", read()),
        &timing
    ));
}

#[test]
fn the_migration_that_makes_the_change_is_not_pending_before_its_step() {
    let timing = Timing {
        pending: BTreeSet::from(["api/m/1.py".into(), "api/m/2.py".into()]),
        step: Some(StepPlace {
            service: 0,
            migration: 1,
            span: Span::new(12, 23),
        }),
    };
    assert!(has_run(
        dropped().touch("m/2.py", "email", "", read()),
        &timing
    ));
    // What runs before it has run by then, though it is as new.
    assert!(has_run(
        dropped().touch("m/1.py", "email", "", read()),
        &timing
    ));
    assert!(!has_run(
        dropped().touch("m/3.py", "email", "", read()),
        &timing
    ));
}

#[test]
fn going_back_never_counts() {
    let index = dropped().touch("m/3.py", "back", "", read()).with(|index| {
        index.migrations[2].backward = vec![Span::new(11, 24)];
    });
    assert!(has_run(index, &now()));
}
