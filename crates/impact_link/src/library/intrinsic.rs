//! Words for stubs that Python has none for: module `__impact__`.
//!
//! | call | means |
//! |---|---|
//! | `decorated(of, "a.b", …)` | the methods of `of` that one of these decorators stands over, bound |
//! | `decorating(of, "a.b", …)` | the texts that such decorators are given |
//! | `keys(of, "option", …)` | the keys of the dictionaries that the class of `of` and its bases bind to these names |
//! | `members(of)` | the names that the class of `of` and its bases bind to values, or what `attribute=` says instead |
//! | `read_fields(of, rows)` | the rows' members of those names are read, for the fields that name them |
//! | `write_fields(of, rows)` | they are written |
//! | `rows(of)` | the rows among `of`, in lists and queries, too |
//! | `record(rows)` | the rows, each as a dictionary of its fields |
//! | `selected(sql)` | the rows of a statement in text |
//! | `copied(table, columns, "from")` | PostgreSQL's `COPY` of these columns of a table, of all if none are named, is run |
//! | `named(rows, names)` | the members of these names of the rows, or of their class, are read |
//! | `reads(rows)` | every column of the rows is read, whatever the model maps |
//! | `writes(rows)` | every column of the rows is written |
//! | `relations(rows, names)` | the rows' relations are read: those of these names, or all if no name is known |

use crate::door::{CallSite, Door, MemberSite, Passed};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, Value};
use impact_bind::{Binding, Bound, ClassRef, Definition, FunctionRef, Place};
use impact_facts::{
    Access, Assembled, Certainty, ExpressionId, ExpressionKind, FileId, How, Module,
    ReferenceClass, Segment, Span,
};
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
            "decorating" => return Some(decorating(cx, call)),
            "keys" => return Some(keys(cx, call)),
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
            "copied" => copied(cx, call),
            "named" => named(cx, call),
            "relations" => relations(cx, call),
            "read_fields" => fields(cx, call, Access::Read),
            "write_fields" => fields(cx, call, Access::Write),
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

/// Runs the statement that a driver makes of a table and columns.
fn copied(cx: &mut Evaluator<'_>, call: &CallSite<'_>) {
    let written = |text: &str| {
        Value::from(Atom::Text(Arc::new(Assembled {
            text: text.to_owned(),
            ..Assembled::default()
        })))
    };
    let (table, way) = (call.value(0, "table"), call.value(2, "way"));
    let mut made = cx.concatenated(&written("copy "), &table, call.span);
    let columns = call.value(1, "columns");
    if columns
        .atoms()
        .iter()
        .any(|atom| !matches!(atom, Atom::Null))
    {
        let separator = Value::from(Atom::Member(
            Arc::new(Atom::Text(Arc::new(Assembled {
                text: ", ".to_owned(),
                ..Assembled::default()
            }))),
            "join".into(),
        ));
        let passed = [Passed::plain(columns, call.span)];
        let expected = Value::nothing();
        let joined = CallSite::at_span(call.span, &passed, &expected);
        let list = cx.call(&separator, &joined);
        made = cx.concatenated(&made, &written(" ("), call.span);
        made = cx.concatenated(&made, &list, call.span);
        made = cx.concatenated(&made, &written(")"), call.span);
    }
    made = cx.concatenated(&made, &written(" "), call.span);
    made = cx.concatenated(&made, &way, call.span);
    cx.sql_value(&made, call.span, "python/dbapi");
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

/// The keyword with which a field says that it stands for a member of another name (marshmallow 3, "Fields").
const MEMBER: &str = "attribute";

fn members(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let named = fields_of(cx, &call.value(0, "of")).into_iter();
    Value::list(Value::any_of(
        named.map(|(text, file, span)| standing(text, file, span)),
    ))
}

fn keys(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let mut found = Vec::new();
    for base in bases(cx, &call.value(0, "of")) {
        let module = cx.program.module(base.file);
        let options = call.positional().skip(1);
        for option in options.flat_map(|option| option.value.texts()) {
            for definition in cx.program.own_member(base, &option.text) {
                let Definition::Value(Bound {
                    value: Some(id), ..
                }) = definition
                else {
                    continue;
                };
                if let ExpressionKind::Collection(all) = &module.expression(*id).kind {
                    let keys = all.items.iter().filter_map(|item| item.key);
                    let texts = keys.filter_map(|key| crate::text::literal(module, key));
                    found.extend(texts.map(|(text, span)| standing(text, base.file, span)));
                }
            }
        }
    }
    Value::list(Value::any_of(found))
}

/// What the fields of some instances' classes are named after, and where that stands.
fn fields_of(cx: &Evaluator<'_>, of: &Value) -> Vec<(String, FileId, Span)> {
    let mut found = Vec::new();
    for base in bases(cx, of) {
        let own = cx.program.places(base.file).names(Place::Class(base.class));
        let module = cx.program.module(base.file);
        for name in own.names() {
            let mut all = own.definitions(name).iter();
            let bound = all.find_map(|definition| match definition {
                Definition::Value(bound) => Some(bound),
                _ => None,
            });
            let Some(bound) = bound else { continue };
            let other = bound.value.and_then(|value| {
                let said = option(module, value, MEMBER);
                said.or_else(|| of_column(module, value))
            });
            let (text, span) = other.unwrap_or_else(|| {
                let span = module.expression(bound.target).span;
                (module.name(name).to_owned(), span)
            });
            found.push((text, base.file, span));
        }
    }
    found
}

/// Rows' members are touched because fields of a class are named after them: here, and once for each field.
fn fields(cx: &mut Evaluator<'_>, call: &CallSite<'_>, access: Access) {
    let rows = call.value(1, "rows");
    for (name, file, span) in fields_of(cx, &call.value(0, "of")) {
        let first = cx.current.touches.as_slice().len();
        let member = MemberSite {
            name: &name,
            span: call.span,
            access,
            value: None,
        };
        cx.attribute(&rows, &member);
        for touch in cx.current.touches.since(first) {
            let named = touch.class == ReferenceClass::Name && touch.how == How::Explicit;
            touch.how = How::Implicit;
            touch.certainty = touch.certainty.min(Certainty::Likely);
            if let (true, Some(column)) = (named, &touch.column) {
                let at = crate::effect::site(file, span);
                let of = (touch.database.clone(), touch.table.clone(), column.clone());
                cx.named_by_fields.insert((at, (of, access)));
            }
        }
    }
}

/// `auto_field("title")`, `auto_field(column_name="title")`: the column that a field is made for (marshmallow-sqlalchemy 1,
/// "API Reference").
fn of_column(module: &Module, value: ExpressionId) -> Option<(String, Span)> {
    let ExpressionKind::Call(call) = &module.expression(value).kind else {
        return None;
    };
    let callee = module.dotted(call.callee)?;
    if callee.rsplit('.').next() != Some("auto_field") {
        return None;
    }
    let first = call.arguments.first().filter(|one| one.name.is_none());
    first
        .and_then(|one| crate::text::literal(module, one.value))
        .or_else(|| option(module, value, "column_name"))
}

/// The text that a call gives to an option.
fn option(module: &Module, call: ExpressionId, name: &str) -> Option<(String, Span)> {
    let ExpressionKind::Call(call) = &module.expression(call).kind else {
        return None;
    };
    let mut arguments = call.arguments.iter();
    let argument = arguments.find(|argument| {
        argument
            .name
            .is_some_and(|(own, _)| module.name(own) == name)
    })?;
    crate::text::literal(module, argument.value)
}

/// A text that stands somewhere in the program.
fn standing(text: String, file: FileId, span: Span) -> Atom {
    let offset = span.start;
    Atom::Text(Arc::new(Assembled {
        text,
        segments: vec![Segment {
            at: 0,
            file,
            offset,
        }],
        holes: Vec::new(),
    }))
}

/// The classes of the program that some instances are of, and what these inherit from.
fn bases(cx: &Evaluator<'_>, of: &Value) -> Vec<ClassRef> {
    let mut found = Vec::new();
    for atom in of.atoms() {
        let class = match atom {
            Atom::Class(class) => Some(*class),
            _ => cx.class_of_instance(atom),
        };
        let all = class.map(|class| cx.program.ancestors(class));
        let all = all.iter().flat_map(|all| all.iter());
        found.extend(all.filter_map(|base| match base {
            Binding::Class(base) => Some(*base),
            _ => None,
        }));
    }
    found
}

/// The methods of some instances that stand under one of the decorators that a call names.
fn under(cx: &Evaluator<'_>, call: &CallSite<'_>) -> Vec<(FunctionRef, Atom)> {
    let names: Vec<String> = call
        .positional()
        .skip(1)
        .flat_map(|argument| argument.value.texts().map(|text| text.text.clone()))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    for atom in call.value(0, "of").atoms() {
        for base in bases(cx, &atom.clone().into()) {
            let own = cx.program.places(base.file).names(Place::Class(base.class));
            let names_of_own = own.names().into_iter();
            for method in names_of_own.flat_map(|name| own.definitions(name)) {
                let Definition::Function(function) = *method else {
                    continue;
                };
                let file = base.file;
                let function = FunctionRef { file, function };
                if cx.is_decorated(function, &names) {
                    found.push((function, atom.clone()));
                }
            }
        }
    }
    found
}

fn decorated(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let methods = under(cx, call).into_iter();
    let bound = methods.map(|(function, of)| Atom::Method(function, Arc::new(of)));
    Value::list(Value::any_of(bound))
}

/// The texts that the decorators are given: `@validates("email", "name")`.
fn decorating(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let mut found = Vec::new();
    for (function, _) in under(cx, call) {
        let module = cx.program.module(function.file);
        for id in &module.function(function.function).decorators {
            let ExpressionKind::Call(given) = &module.expression(*id).kind else {
                continue;
            };
            let texts = given
                .arguments
                .iter()
                .filter_map(|argument| crate::text::literal(module, argument.value));
            found.extend(texts.map(|(text, span)| standing(text, function.file, span)));
        }
    }
    Value::list(Value::any_of(found))
}
