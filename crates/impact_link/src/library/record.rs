//! Records: a row that was turned into a dictionary (`schema.dump(user)`, `dict(row)`, `vars(user)`), and classes that are
//! filled from one (`UserOut.model_validate(user)`, `Cached(**record)`).
//!
//! Its keys are the names of the model's fields, so whoever names a key names the column. How the row was turned is code
//! outside the tree: a reference through a record is *likely* at most.

use crate::cells::Key;
use crate::door::{CallSite, Door, MemberSite};
use crate::effect::site;
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::{Binding, ClassRef, Place};
use impact_facts::{
    Access, Certainty, ExpressionId, ExpressionKind, Language, Span, Spread, Statement,
};
use std::collections::BTreeSet;

/// The name of the door.
const RECORD: &str = "python/record";
/// The attribute under which a class keeps what its instances are filled from.
pub(super) const FILLED: &str = "*filled from";

/// A class that is filled from rows of more models than this is filled by generic code.
const MAX_MODELS: usize = 3;

/// Records.
#[derive(Debug)]
pub(crate) struct Records;

/// A row of a model as a dictionary.
#[must_use]
pub(crate) fn of_model(model: ModelId) -> Value {
    Object::new(RECORD, "record", Some(model)).into()
}

/// Methods of classes that make an instance from a row or record (Pydantic 1 and 2, attrs, cattrs, mashumaro).
const FROM_ROW: &[&str] = &[
    "model_validate",
    "from_orm",
    "parse_obj",
    "from_attributes",
    "from_dict",
];

/// Methods of rows that are Pydantic models, too (SQLModel), that make a record.
const TO_RECORD: &[&str] = &["model_dump", "dict"];

impl Door for Records {
    fn name(&self) -> &'static str {
        RECORD
    }

    fn attribute(
        &self,
        _cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        match of {
            Atom::Mapped(model) if member.name == "__dict__" => Some(of_model(*model)),
            _ => None,
        }
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::Member(of, name) => {
                if let (Atom::Class(class), true) = (&**of, FROM_ROW.contains(&&**name)) {
                    return filled(cx, *class, call);
                }
                if let (Atom::Mapped(model), true) = (&**of, TO_RECORD.contains(&&**name)) {
                    return Some(of_model(*model).at_most(Certainty::Likely));
                }
                if let Some(dictionary) = super::schema::dumped(cx, of, name, call) {
                    return Some(dictionary);
                }
                let Atom::Object(object) = &**of else {
                    return None;
                };
                let model = object.model.filter(|_| object.door == RECORD)?;
                match &**name {
                    "get" | "pop" | "setdefault" => {
                        let key = call.value(0, "key");
                        Some(item(cx, model, &key, call.span).or(&call.value(1, "default")))
                    }
                    // `dict(record.items())` is the record once more.
                    "copy" | "items" => Some(object.as_ref().clone().into()),
                    handed if cx.is(Language::Rust) && crate::library::rust::hands_on(handed) => {
                        None
                    }
                    _ => Some(Value::unknown("what a record's method makes")),
                }
            }
            _ => None,
        }
    }

    fn item(&self, cx: &mut Evaluator<'_>, of: &Object, key: &Value, span: Span) -> Option<Value> {
        Some(item(cx, of.model?, key, span))
    }

    fn finish(&self, cx: &mut Evaluator<'_>) {
        super::responses::fill(cx);
        let own = cx.program.own_files();
        let classes: Vec<ClassRef> = cx
            .program
            .all_classes()
            .filter(|class| class.file.0 < own)
            .filter(|class| cx.program.facts(class.file).language == Language::Python)
            .collect();
        for class in classes {
            let filled = cx.cells.peek(&Key::Attribute(class, FILLED.into()));
            for model in cx.fitting(class, &filled) {
                for body in cx.program.ancestors(class).iter() {
                    if let Binding::Class(body) = body {
                        declared(cx, *body, model);
                    }
                }
            }
        }
    }
}

/// `UserOut.model_validate(user)`: an instance whose attributes are the row's.
fn filled(cx: &mut Evaluator<'_>, class: ClassRef, call: &CallSite<'_>) -> Option<Value> {
    if let Some(model) = cx.models.of_class(class) {
        // What a row is made of, its ORM knows.
        let known = cx.models.is_of(model, crate::orm::sqlalchemy::SQLALCHEMY);
        return (!known).then(|| cx.instance_of(class));
    }
    cx.fill_from(class, call);
    Some(Atom::Instance(class).into())
}

/// The model whose row an atom is, or is a record of.
fn model_of(atom: &Atom) -> Option<ModelId> {
    match atom {
        Atom::Mapped(model) => Some(*model),
        Atom::Object(object) if object.door == RECORD => object.model,
        _ => None,
    }
}

/// Whether an object is a record.
#[must_use]
pub(crate) fn is_record(object: &Object) -> bool {
    object.door == RECORD
}

/// `record["email"] = …`.
pub(crate) fn set(cx: &mut Evaluator<'_>, record: &Object, key: &Value, span: Span) {
    if let Some(model) = record.model {
        touched(cx, model, key, span, Access::Write);
    }
}

/// What a record holds under a key, which names a column.
fn item(cx: &mut Evaluator<'_>, model: ModelId, key: &Value, span: Span) -> Value {
    touched(cx, model, key, span, Access::Read)
}

fn touched(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    key: &Value,
    span: Span,
    access: Access,
) -> Value {
    let mut found = Value::nothing();
    for text in key.texts() {
        let home = text.locate(Span::new(0, text.text.len() as u32));
        let inner = home.filter(|(file, inner)| *file == cx.file && span.contains(*inner));
        let (at, manner) = match inner {
            Some((_, inner)) => (inner, Manner::named(access)),
            // The name stands elsewhere.
            None => (span, Manner::implied(access)),
        };
        let manner = manner.at_most(Certainty::Likely);
        found = found.or(&named(cx, model, &text.text, at, manner));
    }
    if found.is_nothing() {
        Value::unknown("what a record holds")
    } else {
        found
    }
}

/// A field by name, as a part of a record.
fn named(cx: &mut Evaluator<'_>, model: ModelId, name: &str, span: Span, manner: Manner) -> Value {
    match cx.models.field(model, name) {
        Some(field) => {
            cx.touch_field(model, field, span, manner);
            Value::outside(&format!("field {}", field.data_type))
        }
        None => Value::unknown("what a record holds"),
    }
}

impl Evaluator<'_> {
    /// An instance of a class of the program is made by code outside of it, from these arguments: rows and records among
    /// them may be what its attributes are.
    pub(crate) fn fill_from(&mut self, class: ClassRef, call: &CallSite<'_>) {
        for argument in call.arguments {
            let told = argument.name.is_none() || argument.spread == Spread::Named;
            let filled = argument.value.filter(|atom| model_of(atom).is_some());
            if told && !filled.is_nothing() {
                self.cells
                    .join(Key::Attribute(class, FILLED.into()), &filled);
            }
        }
    }

    /// A member of an instance that is filled from a row or record; nothing if it is not.
    pub(crate) fn filled_member(&mut self, class: ClassRef, name: &str, span: Span) -> Value {
        let filled = self.read(Key::Attribute(class, FILLED.into()));
        let mut found = Value::nothing();
        let alias = if filled.is_nothing() {
            None
        } else {
            super::schema::source(self, class, name)
        };
        let name = alias.as_deref().unwrap_or(name);
        for model in self.fitting(class, &filled) {
            if self.models.field(model, name).is_some() {
                let manner = Manner::implied(Access::Read).at_most(Certainty::Likely);
                found = found.or(&named(self, model, name, span, manner));
            }
        }
        found
    }

    /// The models whose rows a class is filled from. Where generic code fills it from many, those whose fields it has: its
    /// annotations tell. If they do not, none: the query that reads the rows is a reference all the same.
    pub(super) fn fitting(&self, class: ClassRef, filled: &Value) -> Vec<ModelId> {
        let all: BTreeSet<ModelId> = filled.atoms().iter().filter_map(model_of).collect();
        if all.len() <= MAX_MODELS {
            return all.into_iter().collect();
        }
        let names = self.annotated_fields(class);
        let score = |model: &ModelId| {
            let fields = names.iter();
            fields
                .filter(|name| self.models.field(*model, name).is_some())
                .count()
        };
        let best = all.iter().map(score).max().unwrap_or(0);
        let near = all
            .iter()
            .copied()
            .filter(|model| score(model) * 4 > best * 3);
        let kept: Vec<ModelId> = near.take(MAX_MODELS + 1).collect();
        if kept.len() > MAX_MODELS {
            return Vec::new();
        }
        kept
    }
}

/// What the body of a class that is filled from a model's rows names of it: annotated fields, and words in its lists.
fn declared(cx: &mut Evaluator<'_>, body: ClassRef, model: ModelId) {
    if !cx.program.is_own(body.file) || cx.models.of_class(body).is_some() {
        return;
    }
    let module = cx.program.module(body.file);
    for statement in &module.class(body.class).body.statements {
        let Statement::Bind(bind) = statement else {
            continue;
        };
        let mut words: Vec<(String, Span)> = Vec::new();
        let mut leads = false;
        if let Some(annotation) = bind.annotation
            && let Some(name) = module.dotted(bind.target)
            // A method works the value out.
            && cx.class_member(body, &format!("resolve_{name}")).is_none()
        {
            let own = (name.clone(), module.expression(bind.target).span);
            let aliased = super::schema::alias(module, statement, &name);
            words.push(aliased.unwrap_or(own));
            let said = cx.annotation_in(body.file, Place::Class(body.class), annotation);
            leads = !super::responses::classes(&said, 0).is_empty();
        }
        if let Some(ExpressionKind::Collection(items)) =
            bind.value.map(|id| &module.expression(id).kind)
        {
            let texts = items.items.iter().filter(|item| item.key.is_none());
            words.extend(texts.filter_map(|item| word(cx, body, item.value)));
        }
        cx.within_file(body.file, |cx| {
            cx.place = Place::Class(body.class);
            for (name, span) in &words {
                if leads || name.contains('.') || cx.models.relation(model, name).is_none() {
                    expose(cx, model, name, *span);
                }
            }
        });
    }
}

fn word(cx: &Evaluator<'_>, body: ClassRef, id: ExpressionId) -> Option<(String, Span)> {
    let module = cx.program.module(body.file);
    let span = module.expression(id).span;
    let inside = Span::new(
        span.start + 1,
        span.end.saturating_sub(1).max(span.start + 1),
    );
    module.plain_text(id).map(|name| (name, inside))
}

/// A field that a class takes over: its value leaves under that name. A path leads over relations.
fn expose(cx: &mut Evaluator<'_>, model: ModelId, name: &str, span: Span) {
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    if let Some(relation) = cx.models.relation(model, first) {
        let end = span.start + first.len() as u32;
        lead(cx, model, first, Span::new(span.start, end));
        if let Some(target) = cx.models.target(relation).filter(|_| !rest.is_empty()) {
            expose(cx, target, rest, Span::new(end + 1, span.end));
        }
        return;
    }
    let Some(field) = cx.models.field(model, name) else {
        return;
    };
    let (Some(table), Some(owner)) = (cx.table_of(model, field), cx.models.get(model)) else {
        return;
    };
    cx.touch(crate::effect::Touch {
        site: site(cx.file, span),
        database: "".into(),
        table,
        column: Some(field.column.clone()),
        access: Access::Read,
        how: impact_facts::How::Explicit,
        class: impact_facts::ReferenceClass::Name,
        certainty: Certainty::Likely,
        via: owner.orm.clone(),
        declared_at: None,
        becomes: None,
        exposed_as: Some(name.into()),
    });
}

/// A relation that a class takes over: the rows that it leads to are read.
fn lead(cx: &mut Evaluator<'_>, model: ModelId, name: &str, span: Span) {
    let member = MemberSite {
        name,
        span,
        access: Access::Read,
        value: None,
    };
    cx.with_certainty(Certainty::Likely, |cx| {
        let rows = cx.attribute(&Atom::Mapped(model).into(), &member);
        cx.iterate(&crate::orm::django::all_of(&rows), span);
    });
}
