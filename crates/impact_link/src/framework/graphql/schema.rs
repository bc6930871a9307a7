//! The schema: which types are its roots, and the operations that it answers.

use super::{GRAPHQL, answers, fields, types};
use crate::cells::Key;
use crate::door::CallSite;
use crate::effect::{Entry, Target, site};
use crate::evaluator::{Evaluator, Unit};
use crate::value::{Atom, Object, Value};
use impact_bind::ClassRef;
use impact_facts::EntryKind;

/// The roots of a schema: the argument that names each, by place and name, and the word for its operations.
const ROOTS: &[(usize, &str, &str)] = &[
    (0, "query", "QUERY"),
    (1, "mutation", "MUTATION"),
    (2, "subscription", "SUBSCRIPTION"),
];

/// Classes that a schema is an instance of.
fn is_schema(name: &str) -> bool {
    ["graphene.", "strawberry.", "strawberry_django."]
        .iter()
        .any(|package| name.starts_with(package))
        && name.ends_with(".Schema")
}

/// Where the service's schemas are kept.
fn kept() -> Key {
    Key::Outside(GRAPHQL.into(), "schema".into())
}

/// `Schema(query=Query, mutation=Mutation)`.
pub(super) fn made(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    if !is_schema(name) {
        return None;
    }
    let mut schema = Object::new(GRAPHQL, "schema", None);
    for (place, name, _) in ROOTS {
        let root = call.value(*place, name);
        let root = root.filter(|atom| matches!(atom, Atom::Class(_)));
        schema = schema.with_value(name, root);
    }
    let schema: Value = schema.into();
    cx.cells.join(kept(), &schema);
    Some(schema)
}

/// Whether a name is that of a view, or of a class of views, that answers for a schema.
pub(crate) fn is_view(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    last.ends_with("GraphQLView")
        && ["graphene", "strawberry", "ariadne"]
            .iter()
            .any(|package| name.starts_with(package))
}

/// The roots of the service's schemas, each with the word for its operations.
pub(crate) fn roots(cx: &mut Evaluator<'_>) -> Vec<(ClassRef, &'static str)> {
    let schemas = cx.read(kept());
    let mut found = Vec::new();
    for atom in schemas.atoms() {
        let Atom::Object(schema) = atom else { continue };
        for (_, name, word) in ROOTS {
            let root = schema.values.get(*name).cloned().unwrap_or_default();
            for atom in root.atoms() {
                if let Atom::Class(class) = atom
                    && !found.contains(&(*class, *word))
                {
                    found.push((*class, *word));
                }
            }
        }
    }
    found
}

/// Each field of a root is an operation.
pub(super) fn finish(cx: &mut Evaluator<'_>) {
    for (root, word) in roots(cx) {
        let Some(library) = fields::library(cx, root) else {
            continue;
        };
        let via = match library {
            fields::Library::Graphene => "python/graphene",
            fields::Library::Strawberry => "python/strawberry",
        };
        let model = types::model(cx, root, library);
        let rows = types::rows(cx, root, model);
        for field in fields::of(cx, root) {
            let (file, span) = (field.owner.file, field.span);
            let unit = cx.add_unit(Unit::Declared(file, span));
            cx.within_unit(unit, |cx| answers::answer(cx, &field, &rows));
            let name = crate::language::rust::cased(&field.name, Some("camelCase"));
            let entry = Entry {
                kind: EntryKind::Api,
                name: format!("{word} /{name}").into(),
                site: site(file, span),
                schedule: None,
                runs: vec![Target::Unit(unit)],
                via: via.into(),
            };
            cx.within_file(file, |cx| cx.current.entries.push(entry));
        }
    }
}
