//! GraphQL in Python: types of graphene and strawberry, what answers their fields, and the schema's operations.
//!
//! Facts are those of graphene 3 and graphene-django 3 (docs.graphene-python.org, "Queries", "Mutations", "Relay"), and
//! of strawberry 0.2 and strawberry-django 0.5x (strawberry.rocks/docs, "Types", "Resolvers", "Mutations").

mod answers;
mod fields;
mod schema;
mod types;

use crate::cells::Key;
use crate::door::{CallSite, Door, MemberSite};
use crate::evaluator::{Evaluator, Part};
use crate::value::{Atom, Object, Value};
use impact_bind::{ClassRef, FunctionRef};
use impact_facts::{Certainty, FunctionId, Language, Span};

pub(crate) use schema::{is_view, roots};

/// The name of the door.
const GRAPHQL: &str = "python/graphql";

/// What graphene passes as `info`.
const RESOLVING: &str = "graphql.GraphQLResolveInfo";
/// What strawberry passes as `info`.
const INFO: &str = "strawberry.Info";
/// The kind of what strawberry's `info.context` is.
const CONTEXT: &str = "context";

/// Schemas and types of GraphQL.
#[derive(Debug)]
pub(crate) struct GraphQl;

impl Door for GraphQl {
    fn name(&self) -> &'static str {
        GRAPHQL
    }

    fn attribute(
        &self,
        _: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        match (of, member.name) {
            (Atom::Outside(name), "context") if is_strawberrys(name) => {
                Some(Object::new(GRAPHQL, CONTEXT, None).into())
            }
            (Atom::Outside(name), "context") if is_graphenes(name) => Some(request()),
            (Atom::Object(of), "request") if of.door == GRAPHQL && of.kind == CONTEXT => {
                Some(request())
            }
            _ => None,
        }
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(name) => schema::made(cx, name, call),
            Atom::Member(of, name) if &**name == "get" => match &**of {
                Atom::Object(of) if of.door == GRAPHQL && of.kind == CONTEXT => {
                    Some(kept(&call.value(0, "key")))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn item(&self, _: &mut Evaluator<'_>, of: &Object, key: &Value, _: Span) -> Option<Value> {
        (of.kind == CONTEXT).then(|| kept(key))
    }

    fn drive(&self, cx: &mut Evaluator<'_>, class: ClassRef, part: Part) {
        if part == Part::Show {
            types::show(cx, class);
        }
    }

    fn start(&self, cx: &mut Evaluator<'_>) {
        tell_all(cx);
    }

    fn finish(&self, cx: &mut Evaluator<'_>) {
        schema::finish(cx);
    }
}

fn request() -> Value {
    Value::outside("django.http.HttpRequest")
}

/// What strawberry's context holds under a key.
fn kept(key: &Value) -> Value {
    match key.texts().any(|text| text.text == "request") {
        true => request(),
        false => Value::unknown("what a context holds"),
    }
}

fn is_strawberrys(name: &str) -> bool {
    name.starts_with("strawberry.") && name.ends_with("Info")
}

fn is_graphenes(name: &str) -> bool {
    ["graphene.", "graphql."]
        .iter()
        .any(|package| name.starts_with(package))
        && name.ends_with("ResolveInfo")
}

/// In a service with types of GraphQL, what functions call `info` is what their library passes: decorators call them.
fn tell_all(cx: &mut Evaluator<'_>) {
    let own = cx.program.own_files();
    let types = cx.program.all_classes().filter(|class| class.file.0 < own);
    let used: Vec<bool> = types
        .filter_map(|class| fields::library(cx, class))
        .map(|library| library == fields::Library::Strawberry)
        .collect();
    if used.is_empty() {
        return;
    }
    let strawberry = used.contains(&true);
    let info = Value::outside(if strawberry { INFO } else { RESOLVING });
    for file in cx.program.files().take(own as usize) {
        if cx.program.facts(file).language != Language::Python {
            continue;
        }
        let module = cx.program.module(file);
        for (id, function) in (0..).map(FunctionId).zip(&module.functions) {
            for (at, parameter) in (0..).zip(&function.parameters).take(4) {
                let is_open = parameter.annotation.is_none() && parameter.default.is_none();
                if is_open && module.dotted(parameter.pattern).as_deref() == Some("info") {
                    let key = Key::Parameter(FunctionRef { file, function: id }, at);
                    if cx.cells.peek(&key).is_nothing() {
                        cx.cells.join(key, &info.clone().at_most(Certainty::Likely));
                    }
                }
            }
        }
    }
}
