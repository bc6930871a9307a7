//! Tables: made, dropped, renamed (Alembic 1.13, "Operation Reference").

use super::operation::{Operation, argument, table_name};
use super::parts::parts;
use crate::declare::sqlalchemy::{DeclaredColumn, Role, column_of_table};
use impact_facts::{
    Call, ColumnDefinition, CreateTable, Dependent, DependentKind, ExpressionId, RelationKind,
    SchemaChange, Span, TableName,
};

pub(super) fn create_table(op: &mut Operation<'_, '_, '_>) {
    let Some(name) = op.table(0, &["table_name"]) else {
        return op.unknown("a table whose name is computed");
    };
    let mut table = CreateTable::new(name, RelationKind::Table);
    for argument in op
        .call
        .arguments
        .iter()
        .skip(1)
        .filter(|argument| argument.name.is_none())
    {
        match parts(op.run, argument) {
            Some(all) => all
                .into_iter()
                .for_each(|part| table_part(op, part, &mut table)),
            None => op.unknown("columns that are computed"),
        }
    }
    let span = op
        .call
        .arguments
        .first()
        .map_or(op.span, |first| op.run.span(first.value));
    op.run.push(SchemaChange::CreateTable(table), span);
}

pub(super) fn table_part(op: &Operation<'_, '_, '_>, id: ExpressionId, table: &mut CreateTable) {
    let Some(call) = op.run.call(id) else { return };
    if op.run.cx.role(call.callee) == Some(Role::Column) {
        if let Some(column) = column_of_table(op.run.cx, call) {
            table
                .dependents
                .extend(column_dependents(&column, &table.name));
            table.columns.push(definition(&column));
        }
        return;
    }
    let word = op.run.module().dotted(call.callee).unwrap_or_default();
    let kind = match word.rsplit('.').next().unwrap_or_default() {
        "PrimaryKeyConstraint" => DependentKind::PrimaryKey,
        "UniqueConstraint" => DependentKind::Unique,
        "ForeignKeyConstraint" => DependentKind::ForeignKey,
        "Index" => DependentKind::Index,
        _ => return,
    };
    table
        .dependents
        .push(constraint(op, call, kind, &table.name, op.run.span(id)));
}

/// `UniqueConstraint("a", "b", name=…)`, `ForeignKeyConstraint(["a"], ["t.b"])`, `Index("name", "a")`.
pub(super) fn constraint(
    op: &Operation<'_, '_, '_>,
    call: &Call,
    kind: DependentKind,
    table: &TableName,
    span: Span,
) -> Dependent {
    let name = argument(op.run, call, usize::MAX, "name").map(|argument| argument.value);
    let mut made = Dependent {
        span,
        ..op.blank(kind, name, table.clone())
    };
    let mut plain = call
        .arguments
        .iter()
        .filter(|argument| argument.name.is_none());
    if kind == DependentKind::Index {
        made.name = plain
            .next()
            .and_then(|first| op.run.text(first.value))
            .map(Into::into);
    }
    if kind == DependentKind::ForeignKey {
        made.columns = plain
            .next()
            .map(|own| op.texts(own.value))
            .unwrap_or_default();
        let foreign = plain
            .next()
            .map(|other| op.texts(other.value))
            .unwrap_or_default();
        made.foreign = foreign
            .iter()
            .filter_map(|(path, _)| pointed(path))
            .collect();
    } else {
        made.columns = plain
            .flat_map(|argument| op.texts(argument.value))
            .collect();
    }
    made
}

/// `schema.table.column`.
pub(super) fn pointed(path: &str) -> Option<(TableName, Box<str>)> {
    let (table, column) = path.rsplit_once('.')?;
    Some((table_name(table, None), column.into()))
}

pub(super) fn definition(column: &DeclaredColumn) -> ColumnDefinition {
    let field = &column.field;
    ColumnDefinition {
        name: field.column.clone(),
        data_type: field.data_type.to_lowercase().into(),
        nullable: field.nullable,
        has_default: column.server_default,
        generated_from: Vec::new(),
        span: field.declared_at.span,
    }
}

pub(super) fn column_dependents(column: &DeclaredColumn, table: &TableName) -> Vec<Dependent> {
    let field = &column.field;
    let foreign = column.points_at.as_deref().and_then(pointed);
    let kinds = [
        (field.primary_key, DependentKind::PrimaryKey),
        (foreign.is_some(), DependentKind::ForeignKey),
    ];
    kinds
        .into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, kind)| Dependent {
            kind,
            name: None,
            table: table.clone(),
            columns: vec![(field.column.clone(), field.declared_at.span)],
            computed: Vec::new(),
            foreign: match kind {
                DependentKind::ForeignKey => foreign.clone().into_iter().collect(),
                _ => Vec::new(),
            },
            function: None,
            span: field.declared_at.span,
        })
        .collect()
}

pub(super) fn drop_table(op: &mut Operation<'_, '_, '_>) {
    match op.table(0, &["table_name"]) {
        Some(name) => {
            let span = op
                .call
                .arguments
                .first()
                .map_or(op.span, |a| op.run.span(a.value));
            op.run.push(
                SchemaChange::DropRelation {
                    name,
                    if_exists: false,
                    cascade: false,
                },
                span,
            );
        }
        None => op.unknown("a table whose name is computed"),
    }
}

pub(super) fn rename_table(op: &mut Operation<'_, '_, '_>) {
    let from = op.table(0, &["old_table_name"]);
    let to = op
        .at(1, usize::MAX, "new_table_name")
        .and_then(|id| op.run.text(id));
    match (from, to) {
        (Some(from), Some(to)) => {
            let to = TableName {
                schema: from.schema.clone(),
                name: to.into(),
            };
            let span = op.span;
            op.run.push(SchemaChange::RenameRelation { from, to }, span);
        }
        _ => op.unknown("a table whose name is computed"),
    }
}
