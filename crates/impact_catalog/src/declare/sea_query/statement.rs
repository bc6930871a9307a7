//! What is handed to the schema manager (sea-orm-migration 1, `SchemaManager`).

use super::chain::Link;
use super::run::Run;
use super::table;
use impact_bind::ValueRef;
use impact_facts::{SchemaChange, Span};

type Apply = fn(&mut Run<'_, '_>, &[Link], Span);

/// Methods of the manager, what the chains that they take begin with, and what those do.
const OPERATIONS: &[(&str, &[&str], Apply)] = &[
    (
        "create_table",
        &["Table::create", "table_auto", "timestamps"],
        table::create,
    ),
    ("alter_table", &["Table::alter"], table::alter),
    ("drop_table", &["Table::drop"], table::drop),
    ("rename_table", &["Table::rename"], table::rename),
    ("truncate_table", &["Table::truncate"], data),
    ("create_index", &["Index::create"], table::create_dependent),
    ("drop_index", &["Index::drop"], table::drop_dependent),
    (
        "create_foreign_key",
        &["ForeignKey::create"],
        table::create_dependent,
    ),
    (
        "drop_foreign_key",
        &["ForeignKey::drop"],
        table::drop_dependent,
    ),
    (
        "exec_stmt",
        &[
            "Query::insert",
            "Query::update",
            "Query::delete",
            "Query::select",
        ],
        data,
    ),
];

/// Applies a method call if it is one of the manager's. A statement that is not known is a step that is not understood.
pub(super) fn apply(
    run: &mut Run<'_, '_>,
    name: &str,
    first: Option<ValueRef>,
    at: ValueRef,
) -> bool {
    let Some((_, begins, apply)) = OPERATIONS.iter().find(|(known, _, _)| *known == name) else {
        return false;
    };
    let Some(value) = first else { return false };
    let links = run.chain(value);
    let span = run.span(at);
    match links.first() {
        Some(link) if begins.contains(&link.name.as_str()) => apply(run, &links, span),
        Some(link) if link.name.ends_with("_from_entity") => {}
        _ => run.unknown(
            &format!("a statement that is computed, given to {name}"),
            "",
            span,
        ),
    }
    true
}

fn data(run: &mut Run<'_, '_>, _: &[Link], span: Span) {
    run.push(SchemaChange::Data, span);
}
