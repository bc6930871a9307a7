//! Classes that a call maps to a table: `registry.map_imperatively(Class, table, properties={…})`.
//!
//! Facts: SQLAlchemy 2.0, "Imperative Mapping", "Naming Columns Distinctly from Attribute Names"; `mapper` of 1.3.

use super::member::{Context, Member, kind_of, named};
use super::{Draft, add_member, empty, table};
use impact_bind::{Binding, ClassRef, Place, Program};
use impact_facts::{Call, ExpressionId, ExpressionKind, Language};

const MAPPERS: &[&str] = &["map_imperatively", "mapper"];

/// `registry.map_imperatively(Class, table)` and `mapper(Class, table)` at a file's top or in its functions.
pub(super) fn map_all(program: &Program<'_>, drafts: &mut Vec<Draft>) {
    for file in program.files() {
        if !program.is_own(file) || program.facts(file).language != Language::Python {
            continue;
        }
        let module = program.module(file);
        for expression in &module.expressions {
            let ExpressionKind::Call(call) = &expression.kind else {
                continue;
            };
            let last = match &module.expression(call.callee).kind {
                ExpressionKind::Name(name) => module.name(*name),
                ExpressionKind::Attribute(attribute) => module.name(attribute.name),
                _ => continue,
            };
            if MAPPERS.contains(&last) && call.arguments.len() >= 2 {
                let cx = Context {
                    program,
                    file,
                    place: Place::Module,
                };
                drafts.extend(mapped(cx, call, drafts));
            }
        }
    }
}

fn mapped(cx: Context<'_, '_>, call: &Call, drafts: &[Draft]) -> Option<Draft> {
    let (class, table) = (call.arguments.first()?.value, call.arguments.get(1)?.value);
    let Binding::Class(class) = cx.program.resolve_expression(cx.file, cx.place, class) else {
        return None;
    };
    if drafts.iter().any(|draft| draft.class == Some(class)) {
        return None;
    }
    let mut draft = empty(cx.program, ClassRef { ..class });
    table::take(cx, table, &mut draft, drafts);
    let given = named(cx, call, "properties");
    if let Some(properties) = given {
        add_properties(cx, properties.value, &mut draft);
    }
    let known = draft.model.table.is_some() || !draft.model.fields.is_empty();
    known.then_some(draft)
}

/// `properties={"label": table.c.label_text, "owner": relationship(User)}`.
fn add_properties(cx: Context<'_, '_>, properties: ExpressionId, draft: &mut Draft) {
    let module = cx.module();
    let ExpressionKind::Collection(all) = &module.expression(properties).kind else {
        return;
    };
    for item in &all.items {
        let Some((key, name)) = item
            .key
            .and_then(|key| Some((key, module.plain_text(key)?)))
        else {
            continue;
        };
        match kind_of(cx, item.value, 0) {
            Some(kind) => {
                let member = Member {
                    name: &name,
                    span: module.expression(key).span,
                    kind,
                    annotation: None,
                };
                add_member(cx, &member, draft);
            }
            None => rename(cx, item.value, &name, draft),
        }
    }
}

/// `table.c.label_text` under another name: the class has the column by that one alone.
fn rename(cx: Context<'_, '_>, column: ExpressionId, name: &str, draft: &mut Draft) {
    let Some(path) = cx.module().dotted(column) else {
        return;
    };
    let last = path.rsplit('.').next().unwrap_or_default();
    let fields = &mut draft.model.fields;
    if let Some(field) = fields.iter_mut().find(|field| *field.column == *last) {
        field.name = name.into();
    }
}
