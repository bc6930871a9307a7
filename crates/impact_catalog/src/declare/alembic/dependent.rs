//! Indexes and constraints (Alembic 1.13, "Operation Reference").

use super::operation::{Operation, table_name};
use crate::text::SourceText;
use impact_facts::{Dependent, DependentKind, SchemaChange, Span};

pub(super) fn create_index(op: &mut Operation<'_, '_, '_>) {
    of_columns(op, DependentKind::Index, "index_name", 2);
}

pub(super) fn create_unique(op: &mut Operation<'_, '_, '_>) {
    of_columns(op, DependentKind::Unique, "constraint_name", 2);
}

pub(super) fn create_primary_key(op: &mut Operation<'_, '_, '_>) {
    of_columns(op, DependentKind::PrimaryKey, "constraint_name", 2);
}

/// `create_index(name, table, columns)` and its kin.
pub(super) fn of_columns(
    op: &mut Operation<'_, '_, '_>,
    kind: DependentKind,
    name: &str,
    place: usize,
) {
    let Some(table) = op.table(1, &["table_name"]) else {
        return op.unknown("a table whose name is computed");
    };
    let name = op.at(0, usize::MAX, name);
    let columns = op
        .at(place, 1, "columns")
        .map(|id| op.texts(id))
        .unwrap_or_default();
    let blank = op.blank(kind, name, table);
    op.dependent(Dependent { columns, ..blank });
}

pub(super) fn create_foreign_key(op: &mut Operation<'_, '_, '_>) {
    let Some(table) = op.table(1, &["source_table"]) else {
        return op.unknown("a table whose name is computed");
    };
    let name = op.at(0, usize::MAX, "constraint_name");
    let other = op.at(2, 1, "referent_table").and_then(|id| op.run.text(id));
    let schema = op.named("referent_schema").and_then(|id| op.run.text(id));
    let columns = op
        .at(3, 1, "local_cols")
        .map(|id| op.texts(id))
        .unwrap_or_default();
    let remote = op
        .at(4, 1, "remote_cols")
        .map(|id| op.texts(id))
        .unwrap_or_default();
    let other = other.map(|other| table_name(&other, schema));
    let foreign = other.into_iter().flat_map(|other| {
        remote
            .iter()
            .map(move |(column, _)| (other.clone(), column.clone()))
            .collect::<Vec<_>>()
    });
    let foreign = foreign.collect();
    let blank = op.blank(DependentKind::ForeignKey, name, table);
    op.dependent(Dependent {
        columns,
        foreign,
        ..blank
    });
}

pub(super) fn create_check(op: &mut Operation<'_, '_, '_>) {
    let Some(table) = op.table(1, &["table_name"]) else {
        return op.unknown("a table whose name is computed");
    };
    let name = op.at(0, usize::MAX, "constraint_name");
    let condition = op.at(2, 1, "condition");
    let source = condition.and_then(|id| op.run.source(op.run.resolved(id)));
    let columns = source.map_or(Vec::new(), |source| words(&source));
    let blank = op.blank(DependentKind::Check, name, table);
    op.dependent(Dependent { columns, ..blank });
}

/// Every word of a condition: in a step, names of an expression that may be something else are among the columns.
pub(super) fn words(source: &SourceText) -> Vec<(Box<str>, Span)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in source.text.char_indices().chain([(source.text.len(), ' ')]) {
        match (is_word(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                if let Some(word) = source.text.get(from..at) {
                    let span = source.locate(Span::new(from as u32, at as u32));
                    found.push((word.into(), span));
                }
                start = None;
            }
            _ => {}
        }
    }
    found
}

pub(super) fn drop_dependent(op: &mut Operation<'_, '_, '_>) {
    let name = op
        .at(0, usize::MAX, "index_name")
        .or_else(|| op.named("constraint_name"));
    let Some(name) = name.and_then(|id| op.run.text(id)) else {
        return;
    };
    let table = op.table(1, &["table_name"]);
    let span = op.span;
    op.run.push(
        SchemaChange::DropDependent {
            table,
            name: name.into(),
        },
        span,
    );
}
