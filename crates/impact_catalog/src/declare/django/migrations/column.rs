//! Columns and their constraints as fields say them.

use super::super::field::Field;
use impact_facts::{ColumnDefinition, Dependent, DependentKind, Span, TableName};

/// The column that a field makes.
pub(super) fn column(field: &Field) -> Option<ColumnDefinition> {
    Some(ColumnDefinition {
        name: field.column()?,
        data_type: data_type(field),
        nullable: field.null,
        has_default: field.filled,
        generated_from: Vec::new(),
        span: field.declared_at.span,
    })
}

/// `charfield(80)`: the field's class, and its length where it is said.
pub(super) fn data_type(field: &Field) -> Box<str> {
    let class = field.class.to_lowercase();
    match field.length {
        Some(length) => format!("{class}({length})").into(),
        None => class.into(),
    }
}

pub(super) fn column_named(name: &str, class: &str, span: Span) -> ColumnDefinition {
    ColumnDefinition {
        name: name.into(),
        data_type: class.to_lowercase().into(),
        nullable: false,
        has_default: class == "AutoField",
        generated_from: Vec::new(),
        span,
    }
}

pub(super) fn dependent(
    kind: DependentKind,
    table: &TableName,
    column: &str,
    span: Span,
) -> Dependent {
    Dependent {
        kind,
        name: None,
        table: table.clone(),
        columns: vec![(column.into(), span)],
        computed: Vec::new(),
        foreign: Vec::new(),
        function: None,
        span,
    }
}
