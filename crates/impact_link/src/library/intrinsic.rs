//! Words for stubs that Python has none for: module `__impact__`.
//!
//! | call | means |
//! |---|---|
//! | `decorated(of, "a.b", …)` | the methods of `of` that one of these decorators stands over, bound |
//! | `members(of)` | the names that the class of `of` and its bases bind to values |
//! | `rows(of)` | the rows among `of`, in lists and queries, too |
//! | `record(rows)` | the rows, each as a dictionary of its fields |
//! | `selected(sql)` | the rows of a statement in text |
//! | `named(rows, names)` | the members of these names of the rows, or of their class, are read |
//! | `reads(rows)` | every column of the rows is read, whatever the model maps |
//! | `writes(rows)` | every column of the rows is written |
//! | `relations(rows, names)` | the rows' relations are read: those of these names, or all if no name is known |

use crate::door::{CallSite, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, Value};
use impact_bind::{Binding, Definition, FunctionRef, Place};
use impact_facts::{Access, Assembled, Certainty, Span};
use std::sync::Arc;

/// The module of these words.
const MODULE: &str = "__impact__.";
/// Deeper lists than this are not looked into.
const MAX_DEPTH: u32 = 4;

/// Words for stubs.
#[derive(Debug)]
pub(crate) struct Intrinsics;

impl Door for Intrinsics {
    fn name(&self) -> &'static str {
        "stub"
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        let Atom::External(name) = callee else {
            return None;
        };
        let rows = || call.value(0, "rows");
        match name.strip_prefix(MODULE)? {
            "decorated" => return Some(decorated(cx, call)),
            "members" => return Some(members(cx, call)),
            "rows" => {
                let mut found = Value::nothing();
                rows_of(cx, &rows(), call.span, 0, &mut found);
                return Some(found);
            }
            "record" => {
                let mut found = Value::nothing();
                rows_of(cx, &rows(), call.span, 0, &mut found);
                return Some(records(&found));
            }
            "selected" => return Some(super::rows::of_statement(&rows())),
            "named" => named(cx, call),
            "relations" => relations(cx, call),
            "reads" => whole(cx, &rows(), call.span, Access::Read),
            "writes" => whole(cx, &rows(), call.span, Access::Write),
            _ => return None,
        }
        Some(Atom::Null.into())
    }
}

fn whole(cx: &mut Evaluator<'_>, of: &Value, span: Span, access: Access) {
    let mut rows = Value::nothing();
    rows_of(cx, of, span, 0, &mut rows);
    let manner = Manner::whole(access).at_most(rows.certainty.min(Certainty::Likely));
    for atom in rows.atoms() {
        if let Atom::Mapped(model) = atom {
            cx.touch_row(*model, span, manner, &|field| !field.deferred);
        }
    }
}

/// Reads members by names that stand in lists.
fn named(cx: &mut Evaluator<'_>, call: &CallSite<'_>) {
    let (of, mut names) = (call.value(0, "rows"), Vec::new());
    texts_of(&call.value(1, "names"), 0, &mut names);
    if of.is_nothing() {
        return;
    }
    for text in &names {
        super::python::named_member(cx, text, call.span, |cx, span| {
            let (name, access, value) = (&*text.text, Access::Read, None);
            let member = MemberSite {
                name,
                span,
                access,
                value,
            };
            cx.attribute(&of, &member);
        });
    }
}

/// Reads the relations of rows.
fn relations(cx: &mut Evaluator<'_>, call: &CallSite<'_>) {
    let (mut rows, mut names) = (Value::nothing(), Vec::new());
    rows_of(cx, &call.value(0, "rows"), call.span, 0, &mut rows);
    texts_of(&call.value(1, "names"), 0, &mut names);
    for atom in rows.atoms() {
        let Atom::Mapped(model) = atom else { continue };
        let all = cx
            .models
            .get(*model)
            .map_or(&[][..], |model| &model.relations);
        let wanted = all.iter().filter(|relation| {
            names.is_empty() || names.iter().any(|name| *name.text == *relation.name)
        });
        for relation in wanted {
            let (name, span) = (&*relation.name, call.span);
            let (access, value) = (Access::Read, None);
            let member = MemberSite {
                name,
                span,
                access,
                value,
            };
            let certainty = rows.certainty.min(Certainty::Likely);
            cx.with_certainty(certainty, |cx| cx.member(atom, &member));
        }
    }
}

pub(super) fn texts_of(value: &Value, depth: u32, found: &mut Vec<Arc<Assembled>>) {
    for atom in value.atoms() {
        match atom {
            Atom::Text(text) => found.push(text.clone()),
            Atom::List(of) if depth < MAX_DEPTH => texts_of(of, depth + 1, found),
            Atom::Tuple(items) if depth < MAX_DEPTH => {
                for item in items.iter() {
                    texts_of(item, depth + 1, found);
                }
            }
            _ => {}
        }
    }
}

/// The rows among a value's alternatives, in lists and queries, too.
pub(crate) fn rows(cx: &mut Evaluator<'_>, of: &Value) -> Value {
    let mut found = Value::nothing();
    rows_of(cx, of, Span::default(), 0, &mut found);
    found
}

fn records(rows: &Value) -> Value {
    let mut found = Value::nothing();
    for atom in rows.atoms() {
        if let Atom::Mapped(model) = atom {
            found = found.or(&super::record::of_model(*model));
        }
    }
    found.at_most(rows.certainty)
}

fn rows_of(cx: &mut Evaluator<'_>, of: &Value, span: Span, depth: u32, found: &mut Value) {
    if depth > MAX_DEPTH {
        return;
    }
    for atom in of.atoms() {
        match atom {
            Atom::Mapped(_) => {
                let row: Value = atom.clone().into();
                *found = found.or(&row.at_most(of.certainty));
            }
            Atom::List(inner) => rows_of(cx, inner, span, depth + 1, found),
            Atom::Object(_) => {
                let inner = cx.iterate(&atom.clone().into(), span);
                rows_of(cx, &inner, span, depth + 1, found);
            }
            _ => {}
        }
    }
}

fn members(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let mut found = Vec::new();
    for atom in call.value(0, "of").atoms() {
        let Some(class) = cx.class_of_instance(atom) else {
            continue;
        };
        for base in cx.program.ancestors(class).iter() {
            let Binding::Class(base) = base else {
                continue;
            };
            let own = cx.program.places(base.file).names(Place::Class(base.class));
            let module = cx.program.module(base.file);
            let values = own.names().into_iter().filter(|name| {
                let mut all = own.definitions(*name).iter();
                all.any(|definition| matches!(definition, Definition::Value(_)))
            });
            found.extend(values.map(|name| {
                let text = module.name(name).to_owned();
                Atom::Text(Arc::new(Assembled {
                    text,
                    ..Default::default()
                }))
            }));
        }
    }
    Value::list(Value::any_of(found))
}

fn decorated(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let names: Vec<String> = call
        .positional()
        .skip(1)
        .flat_map(|argument| argument.value.texts().map(|text| text.text.clone()))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    for atom in call.value(0, "of").atoms() {
        let Some(class) = cx.class_of_instance(atom) else {
            continue;
        };
        for base in cx.program.ancestors(class).iter() {
            let Binding::Class(base) = base else {
                continue;
            };
            let own = cx.program.places(base.file).names(Place::Class(base.class));
            let methods = own
                .names()
                .into_iter()
                .flat_map(|name| own.definitions(name));
            for method in methods {
                let Definition::Function(function) = *method else {
                    continue;
                };
                let function = FunctionRef {
                    file: base.file,
                    function,
                };
                if cx.is_decorated(function, &names) {
                    found.push(Atom::Method(function, Arc::new(atom.clone())));
                }
            }
        }
    }
    Value::list(Value::any_of(found))
}
