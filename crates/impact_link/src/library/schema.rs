//! Pydantic's models as dictionaries: `data.model_dump()` has the fields that the class declares, and no others.
//!
//! Facts are those of Pydantic 1 and 2 ("Serialization", "Alias"), of SQLModel's classes without tables, and of Django
//! Ninja's schemas, which are Pydantic's.

use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Dictionary, Value};
use impact_bind::{Binding, ClassRef};
use impact_facts::{Assembled, ExpressionKind, Module, Span, Statement};
use std::sync::Arc;

/// The bases of classes whose fields are their annotated names.
const BASES: &[&str] = &[
    "pydantic.BaseModel",
    "pydantic.main.BaseModel",
    "pydantic.v1.BaseModel",
    "sqlmodel.SQLModel",
    "sqlmodel.main.SQLModel",
    "ninja.Schema",
    "ninja.schema.Schema",
];

/// Methods that make a dictionary of an instance.
const DUMPS: &[&str] = &["model_dump", "dict"];

/// Options of a field that give the name under which its value comes.
const ALIASES: &[&str] = &["alias", "validation_alias"];

/// `data.model_dump(exclude={"password"})`; none for anything else.
pub(super) fn dumped(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let Atom::Instance(class) = of else {
        return None;
    };
    if !DUMPS.contains(&name) || !cx.inherits(*class, BASES) {
        return None;
    }
    let mut fields = cx.annotated_fields(*class);
    for below in cx.descendants.get(class).cloned().unwrap_or_default() {
        fields.extend(cx.annotated_fields(below));
    }
    let (only, without) = (names(call, "include"), names(call, "exclude"));
    fields.retain(|field| !without.contains(field) && (only.is_empty() || only.contains(field)));
    let mut made = Dictionary::default();
    for field in fields {
        let value = cx.filled_member(*class, &field, Span::default());
        let known = if value.is_nothing() {
            Value::unknown("the value of a field")
        } else {
            value
        };
        made.known.insert(field, known);
    }
    (!made.known.is_empty()).then(|| Value::dictionary(made))
}

/// The texts among an argument's items.
fn names(call: &CallSite<'_>, name: &str) -> Vec<Box<str>> {
    let mut all: Vec<Arc<Assembled>> = Vec::new();
    if let Some(argument) = call.named(name) {
        super::intrinsic::texts_of(&argument.value, 0, &mut all);
    }
    all.iter().map(|text| text.text.as_str().into()).collect()
}

/// The other name that a class's own body gives a field, and where it stands: `mail: str = Field(alias="email")`.
pub(super) fn alias(module: &Module, statement: &Statement, field: &str) -> Option<(String, Span)> {
    let Statement::Bind(bind) = statement else {
        return None;
    };
    let ExpressionKind::Call(call) = &module.expression(bind.value?).kind else {
        return None;
    };
    if module.dotted(bind.target)? != field {
        return None;
    }
    let argument = call.arguments.iter().find(|argument| {
        argument
            .name
            .is_some_and(|(name, _)| ALIASES.contains(&module.name(name)))
    })?;
    let span = module.expression(argument.value).span;
    let end = span.end.saturating_sub(1).max(span.start + 1);
    Some((
        module.plain_text(argument.value)?,
        Span::new(span.start + 1, end),
    ))
}

/// The name of the row's member that fills a field of a class.
pub(super) fn source(cx: &Evaluator<'_>, class: ClassRef, field: &str) -> Option<String> {
    cx.program.ancestors(class).iter().find_map(|base| {
        let Binding::Class(base) = base else {
            return None;
        };
        let module = cx.program.module(base.file);
        let mut body = module.class(base.class).body.statements.iter();
        body.find_map(|statement| alias(module, statement, field))
            .map(|(name, _)| name)
    })
}
