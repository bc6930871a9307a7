//! Words for stubs that Python has none for: module `__impact__`.
//!
//! | call | means |
//! |---|---|
//! | `decorated(of, "a.b", …)` | the methods of `of` that one of these decorators stands over, bound |
//! | `members(of)` | the names that the class of `of` and its bases bind to values |
//! | `rows(of)` | the rows among `of`, in lists and queries, too |
//! | `record(rows)` | the rows, each as a dictionary of its fields |
//! | `selected(sql)` | the rows of a statement in text |
//! | `reads(rows)` | every column of the rows is read, whatever the model maps |
//! | `writes(rows)` | every column of the rows is written |

use crate::door::{CallSite, Door};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, Value};
use impact_bind::{Binding, Definition, FunctionRef, Place};
use impact_facts::{Access, Certainty, Span};
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

/// The rows among a value's alternatives, in lists and queries, too.
pub(super) fn rows(cx: &mut Evaluator<'_>, of: &Value) -> Value {
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
                Atom::Text(Arc::new(impact_facts::Assembled {
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
