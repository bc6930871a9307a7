//! What is printed is what is published.

mod support;

use serde_json::Value;
use support::{impact, shop, stdout};

fn validate(schema: &str, document: &str) {
    let schema: Value = serde_json::from_str(schema).expect("a schema is JSON");
    let document: Value = serde_json::from_str(document).expect("a document is JSON");
    if let Err(error) = jsonschema::validate(&schema, &document) {
        panic!("{error} at {}", error.instance_path());
    }
}

#[test]
fn reports_fit() {
    let output = impact(
        &shop(),
        &["check", "column", "users.email", "--format", "json"],
    );
    validate(&impact_render::report_schema(), &stdout(&output));
}

#[test]
fn entry_points_fit() {
    validate(
        &impact_render::entrypoints_schema(),
        &stdout(&impact(&shop(), &["entrypoints"])),
    );
}

#[test]
fn graphs_fit() {
    let output = impact(
        &shop(),
        &["graph", "--format", "json", "--column", "users.email"],
    );
    validate(&impact_render::graph_schema(), &stdout(&output));
}

#[test]
fn references_fit_line_by_line() {
    let lines = stdout(&impact(&shop(), &["references"]));
    assert!(lines.lines().count() > 10);
    lines
        .lines()
        .for_each(|line| validate(&impact_render::reference_schema(), line));
}
