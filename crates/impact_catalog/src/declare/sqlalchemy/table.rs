//! `Table(…)` objects, and classes that are mapped to them.

use super::member::{Context, flag, named};
use super::role::Role;
use super::{Draft, add_column, blank, column};
use impact_bind::{Binding, Place, Program};
use impact_facts::{
    Bind, Call, ExpressionId, ExpressionKind, FileId, Language, Site, Statement, TableName,
};

/// A model for each `name = Table("table", metadata, …)` at a file's top. Its name is the variable's.
pub(super) fn drafts(program: &Program<'_>) -> Vec<Draft> {
    let mut all = Vec::new();
    for file in program.files() {
        if !program.is_own(file) || program.facts(file).language != Language::Python {
            continue;
        }
        let cx = Context {
            program,
            file,
            place: Place::Module,
        };
        for statement in &program.module(file).body.statements {
            if let Statement::Bind(bind) = statement {
                all.extend(of_bind(cx, bind));
            }
        }
    }
    all
}

fn of_bind(cx: Context<'_, '_>, bind: &Bind) -> Option<Draft> {
    let variable = cx.module().dotted(bind.target)?;
    let call = table_call(cx, bind.value?)?;
    let name = format!("{}.{variable}", cx.program.module_name(cx.file));
    of_call(cx, call, &name)
}

fn table_call<'p>(cx: Context<'_, 'p>, id: ExpressionId) -> Option<&'p Call> {
    let call = cx.call(id)?;
    (cx.role(call.callee) == Some(Role::Table)).then_some(call)
}

fn of_call(cx: Context<'_, '_>, call: &Call, name: &str) -> Option<Draft> {
    let first = call.arguments.first()?;
    let table = cx.text(first.value);
    let site = Site {
        file: cx.file,
        span: cx.module().expression(first.value).span,
    };
    let schema = named(cx, call, "schema").and_then(|argument| cx.text(argument.value));
    let mut draft = Draft {
        class: None,
        model: blank(name, site),
        points_at: Vec::new(),
        relations: Vec::new(),
        derived: Vec::new(),
    };
    draft.model.table = table.map(|name| TableName {
        schema: schema.map(Into::into),
        name: name.into(),
    });
    draft.model.reflected =
        named(cx, call, "autoload_with").is_some() || flag(cx, call, "autoload") == Some(true);
    for argument in call.arguments.iter().skip(1) {
        if let Some(inner) = cx.call(argument.value)
            && cx.role(inner.callee) == Some(Role::Column)
        {
            column::of_table(cx, inner)
                .into_iter()
                .for_each(|c| add_column(&mut draft, c));
        }
    }
    Some(draft)
}

/// `__table__ = …`: the class has the table and its columns.
pub(super) fn take(cx: Context<'_, '_>, id: ExpressionId, draft: &mut Draft, known: &[Draft]) {
    let own = table_call(cx, id).and_then(|call| of_call(cx, call, ""));
    let other = || {
        let name = qualified(cx, id)?;
        known.iter().find(|draft| *draft.model.name == *name)
    };
    match (own, other()) {
        (Some(table), _) => copy(&table, draft),
        (None, Some(table)) => copy(table, draft),
        (None, None) => {
            draft.model.table = of_metadata(cx, id).or(draft.model.table.take());
            draft.model.reflected = true;
        }
    }
}

/// `metadata.tables["users"]`: a table that reflection found.
fn of_metadata(cx: Context<'_, '_>, id: ExpressionId) -> Option<TableName> {
    let ExpressionKind::Subscript(subscript) = &cx.module().expression(id).kind else {
        return None;
    };
    let of = cx.module().dotted(subscript.of)?;
    let name = cx.text(*subscript.keys.first()?)?;
    let (schema, name) = match name.split_once('.') {
        Some((schema, name)) => (Some(schema.into()), name.into()),
        None => (None, name.into()),
    };
    of.ends_with(".tables")
        .then_some(TableName { schema, name })
}

fn copy(table: &Draft, draft: &mut Draft) {
    draft.model.table.clone_from(&table.model.table);
    draft.model.reflected = table.model.reflected;
    for (field, points_at) in table.model.fields.iter().zip(&table.points_at) {
        if draft
            .model
            .fields
            .iter()
            .all(|own| own.column != field.column)
        {
            let (field, points_at) = (field.clone(), points_at.clone());
            add_column(
                draft,
                column::DeclaredColumn {
                    field,
                    points_at,
                    server_default: false,
                },
            );
        }
    }
}

/// The qualified name of the variable that an expression names.
fn qualified(cx: Context<'_, '_>, id: ExpressionId) -> Option<String> {
    let Binding::Value(value, _) = cx.program.resolve_expression(cx.file, cx.place, id) else {
        return None;
    };
    let variable = variable_of(cx.program, value.file, value.expression)?;
    Some(format!("{}.{variable}", cx.program.module_name(value.file)))
}

fn variable_of(program: &Program<'_>, file: FileId, value: ExpressionId) -> Option<String> {
    let module = program.module(file);
    module
        .body
        .statements
        .iter()
        .find_map(|statement| match statement {
            Statement::Bind(bind) if bind.value == Some(value) => module.dotted(bind.target),
            _ => None,
        })
}
