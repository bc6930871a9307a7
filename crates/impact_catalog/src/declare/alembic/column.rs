//! Columns: added, dropped, altered (Alembic 1.13, "Operation Reference").

use super::operation::Operation;
use super::table::{column_dependents, definition};
use crate::declare::sqlalchemy::column_of_table;
use impact_facts::{ExpressionId, ExpressionKind, SchemaChange};

pub(super) fn add_column(op: &mut Operation<'_, '_, '_>) {
    let table = op.table(0, &["table_name"]);
    let column = op.at(1, 0, "column").map(|id| op.run.resolved(id));
    let column = column.and_then(|id| op.run.call(id));
    let Some((table, column)) = table.zip(column.and_then(|call| column_of_table(op.run.cx, call)))
    else {
        return op.unknown("a column that is computed");
    };
    let span = column.field.declared_at.span;
    let dependents = column_dependents(&column, &table);
    let column = definition(&column);
    op.run.push(
        SchemaChange::AddColumn {
            table,
            column,
            if_not_exists: false,
        },
        span,
    );
    for dependent in dependents {
        op.run.push(SchemaChange::AddDependent(dependent), span);
    }
}

pub(super) fn drop_column(op: &mut Operation<'_, '_, '_>) {
    let table = op.table(0, &["table_name"]);
    let id = op.at(1, 0, "column_name");
    match (table, id.and_then(|id| op.run.text(id))) {
        (Some(table), Some(column)) => {
            let span = id.map_or(op.span, |id| op.run.span(id));
            let column = column.into();
            op.run.push(
                SchemaChange::DropColumn {
                    table,
                    column,
                    cascade: false,
                },
                span,
            );
        }
        _ => op.unknown("a column whose name is computed"),
    }
}

pub(super) fn alter_column(op: &mut Operation<'_, '_, '_>) {
    let table = op.table(0, &["table_name"]);
    let id = op.at(1, 0, "column_name");
    let Some((table, column)) = table.zip(id.and_then(|id| op.run.text(id))) else {
        return op.unknown("a column whose name is computed");
    };
    let span = id.map_or(op.span, |id| op.run.span(id));
    let (data_type, nullable) = (op.named("type_"), op.named("nullable"));
    let default = op.named("server_default");
    if data_type.is_some() || nullable.is_some() || default.is_some() {
        let data_type = data_type.map(|id| type_word(op, id));
        let kind = |id: ExpressionId| &op.run.module().expression(id).kind;
        let nullable = nullable.and_then(|id| match kind(id) {
            ExpressionKind::Bool(value) => Some(*value),
            _ => None,
        });
        let nothing = |id: ExpressionId| {
            matches!(kind(id), ExpressionKind::Null | ExpressionKind::Bool(false))
        };
        let has_default = default.map(|id| !nothing(id));
        let column = column.as_str().into();
        let table = table.clone();
        let change = SchemaChange::AlterColumn {
            table,
            column,
            data_type,
            nullable,
            has_default,
        };
        op.run.push(change, span);
    }
    let renamed = op.named("new_column_name").or_else(|| op.named("name"));
    if let Some(to) = renamed.and_then(|id| op.run.text(id)) {
        let change = SchemaChange::RenameColumn {
            table,
            from: column.into(),
            to: to.into(),
        };
        op.run.push(change, span);
    }
}

pub(super) fn type_word(op: &Operation<'_, '_, '_>, id: ExpressionId) -> Box<str> {
    let callee = op.run.call(id).map_or(id, |call| call.callee);
    let dotted = op
        .run
        .module()
        .dotted(callee)
        .unwrap_or_default()
        .to_lowercase();
    dotted.rsplit('.').next().unwrap_or_default().into()
}
