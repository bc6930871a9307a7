//! What each operation of Alembic does to the schema (Alembic 1.13, "Operation Reference").

use super::run::Run;
use super::{column, dependent, table, text};
use crate::declare::sqlalchemy::items;
use impact_facts::{
    Argument, Call, Dependent, DependentKind, ExpressionId, ExpressionKind, SchemaChange, Span,
    TableName,
};

/// A table that a batch alters.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub table: TableName,
}

/// The arguments of one operation, the table first where a batch has said it.
pub(super) struct Operation<'r, 'a, 'p> {
    pub(super) run: &'r mut Run<'a, 'p>,
    pub(super) call: &'p Call,
    pub(super) span: Span,
    pub(super) batch: Option<Batch>,
}

type Apply = fn(&mut Operation<'_, '_, '_>);

/// Every operation that changes the schema or the data. What is not here changes neither.
const OPERATIONS: &[(&str, Apply)] = &[
    ("create_table", table::create_table),
    ("drop_table", table::drop_table),
    ("rename_table", table::rename_table),
    ("add_column", column::add_column),
    ("drop_column", column::drop_column),
    ("alter_column", column::alter_column),
    ("create_index", dependent::create_index),
    ("drop_index", dependent::drop_dependent),
    ("create_unique_constraint", dependent::create_unique),
    ("create_primary_key", dependent::create_primary_key),
    ("create_foreign_key", dependent::create_foreign_key),
    ("drop_constraint", dependent::drop_dependent),
    ("create_check_constraint", dependent::create_check),
    ("execute", text::execute),
    ("bulk_insert", text::data),
];

/// Applies a call if it is an operation of Alembic's, or runs SQL text.
pub(super) fn apply<'p>(run: &mut Run<'_, 'p>, call: &'p Call, span: Span) -> bool {
    let ExpressionKind::Attribute(attribute) = &run.module().expression(call.callee).kind else {
        return false;
    };
    let name = run.module().name(attribute.name);
    let batch = match run.module().expression(attribute.of).kind {
        ExpressionKind::Name(of) => run.batches.get(&of).cloned(),
        _ => None,
    };
    let known = OPERATIONS.iter().find(|(known, _)| *known == name);
    let counts = batch.is_some() || name == "execute" || is_operations(run, attribute.of);
    let Some((_, apply)) = known.filter(|_| counts) else {
        return false;
    };
    apply(&mut Operation {
        run,
        call,
        span,
        batch,
    });
    true
}

/// `op` of `from alembic import op`, however it is named.
fn is_operations(run: &Run<'_, '_>, id: ExpressionId) -> bool {
    let found = run
        .cx
        .program
        .resolve_expression(run.cx.file, run.cx.place, id);
    found
        .external()
        .is_some_and(|name| name.starts_with("alembic."))
        || run.module().dotted(id).as_deref() == Some("op")
}

/// `op.batch_alter_table("t")`.
pub(super) fn batch(run: &Run<'_, '_>, call: &Call) -> Option<Batch> {
    let ExpressionKind::Attribute(attribute) = &run.module().expression(call.callee).kind else {
        return None;
    };
    if run.module().name(attribute.name) != "batch_alter_table" {
        return None;
    }
    let name = run.text(argument(run, call, 0, "table_name")?.value)?;
    let schema = argument(run, call, usize::MAX, "schema").and_then(|a| run.text(a.value));
    Some(Batch {
        table: TableName {
            schema: schema.map(Into::into),
            name: name.into(),
        },
    })
}

pub(super) fn argument<'c>(
    run: &Run<'_, '_>,
    call: &'c Call,
    at: usize,
    name: &str,
) -> Option<&'c Argument> {
    let named = call.arguments.iter().find(|argument| {
        argument
            .name
            .is_some_and(|(given, _)| run.module().name(given) == name)
    });
    named.or_else(|| {
        call.arguments
            .iter()
            .filter(|argument| argument.name.is_none())
            .nth(at)
    })
}

impl<'p> Operation<'_, '_, 'p> {
    /// The argument at a place of the plain form; in a batch the table's place is not there.
    pub(super) fn at(&self, place: usize, table_place: usize, name: &str) -> Option<ExpressionId> {
        let moved = self.batch.is_some() && place > table_place;
        let place = if moved { place - 1 } else { place };
        argument(self.run, self.call, place, name).map(|argument| argument.value)
    }

    pub(super) fn named(&self, name: &str) -> Option<ExpressionId> {
        argument(self.run, self.call, usize::MAX, name).map(|argument| argument.value)
    }

    pub(super) fn table(&self, place: usize, names: &[&str]) -> Option<TableName> {
        if let Some(batch) = &self.batch {
            return Some(batch.table.clone());
        }
        let named = names.iter().find_map(|name| self.named(name));
        let plain = || argument(self.run, self.call, place, "").map(|argument| argument.value);
        let name = self.run.text(named.or_else(plain)?)?;
        let schema = ["schema", "source_schema"]
            .iter()
            .find_map(|name| self.named(name));
        Some(table_name(
            &name,
            schema.and_then(|schema| self.run.text(schema)),
        ))
    }

    pub(super) fn texts(&self, id: ExpressionId) -> Vec<(Box<str>, Span)> {
        let id = self.run.resolved(id);
        let all = items(self.run.cx, id).into_iter();
        all.filter_map(|item| Some((self.run.text(item)?.into(), self.run.span(item))))
            .collect()
    }

    pub(super) fn unknown(&mut self, what: &str) {
        let span = self.span;
        self.run.push(SchemaChange::Unknown(what.into()), span);
    }

    pub(super) fn dependent(&mut self, dependent: Dependent) {
        let span = dependent.span;
        self.run.push(SchemaChange::AddDependent(dependent), span);
    }

    pub(super) fn blank(
        &self,
        kind: DependentKind,
        name: Option<ExpressionId>,
        table: TableName,
    ) -> Dependent {
        let name = name.and_then(|name| self.run.text(name)).map(Into::into);
        Dependent {
            kind,
            name,
            table,
            columns: Vec::new(),
            computed: Vec::new(),
            foreign: Vec::new(),
            function: None,
            span: self.span,
        }
    }
}

pub(super) fn table_name(name: &str, schema: Option<String>) -> TableName {
    match (schema, name.split_once('.')) {
        (Some(schema), _) => TableName::qualified(&schema, name),
        (None, Some((schema, name))) => TableName::qualified(schema, name),
        (None, None) => TableName::bare(name),
    }
}
