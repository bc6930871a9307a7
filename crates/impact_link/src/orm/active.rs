//! ORMs whose classes are their own queries: peewee 3, Tortoise ORM 0.2x, Pony ORM 0.7 and encode/orm 0.3.
//!
//! Facts are those of peewee's "Querying", of Tortoise's "Query API", of Pony's "Declarative queries" and of encode/orm's
//! "Making queries": `select()`, `get_by_id` and `all` read every field; a loaded row's `save` and `create` write every field.

mod conditions;
mod naming;
mod pony;

use naming::{keyword, names, texts};

use crate::door::{CallSite, Consumption, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::orm::{added, fragments};
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Certainty, Relationship, Span, TableName};

/// One of them, by its name.
#[derive(Debug)]
pub(crate) struct Active(&'static str);

/// peewee.
pub(crate) const PEEWEE: Active = Active("python/peewee");

/// Tortoise ORM.
pub(crate) const TORTOISE: Active = Active("python/tortoise");

/// Pony ORM.
pub(crate) const PONY: Active = Active("python/pony");

/// encode/orm.
pub(crate) const ENCODE: Active = Active("python/orm");

/// What a method of a class or query does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Answers with a query, which its arguments narrow.
    Narrow,
    /// Answers with a query of what its arguments name, or of whole rows without any.
    Select,
    /// Reads one row as a whole.
    Row,
    /// Reads all rows as a whole.
    Rows,
    /// Makes a row: all fields are written, the named ones by name.
    Create,
    /// Writes the fields that it names.
    Write,
    /// Puts rows into a collection or takes them out.
    Link,
    /// A number or a truth.
    Scalar,
}

const METHODS: &[(&str, Does)] = &[
    ("set_by_id", Does::Write),
    ("bulk_update", Does::Write),
    ("add", Does::Link),
    ("remove", Does::Link),
    ("clear", Does::Link),
    ("select", Does::Select),
    ("values", Does::Select),
    ("values_list", Does::Select),
    ("only", Does::Select),
    ("where", Does::Narrow),
    ("filter", Does::Narrow),
    ("exclude", Does::Narrow),
    ("all", Does::Narrow),
    ("order_by", Does::Narrow),
    ("group_by", Does::Narrow),
    ("annotate", Does::Narrow),
    ("distinct", Does::Narrow),
    ("limit", Does::Narrow),
    ("offset", Does::Narrow),
    ("join", Does::Narrow),
    ("switch", Does::Narrow),
    ("alias", Does::Narrow),
    ("having", Does::Narrow),
    ("objects", Does::Narrow),
    ("dicts", Does::Narrow),
    ("tuples", Does::Narrow),
    ("namedtuples", Does::Narrow),
    ("prefetch_related", Does::Narrow),
    ("select_related", Does::Narrow),
    ("using_db", Does::Narrow),
    ("execute", Does::Rows),
    ("raw", Does::Rows),
    ("iterator", Does::Rows),
    ("get_for_update", Does::Row),
    ("for_update", Does::Narrow),
    ("sort_by", Does::Narrow),
    ("page", Does::Narrow),
    ("fetch", Does::Rows),
    ("select_by_sql", Does::Rows),
    ("get_by_sql", Does::Row),
    ("get", Does::Row),
    ("first", Does::Row),
    ("last", Does::Row),
    ("get_by_id", Does::Row),
    ("get_or_none", Does::Row),
    ("peek", Does::Row),
    ("create", Does::Create),
    ("get_or_create", Does::Create),
    ("update_or_create", Does::Create),
    ("bulk_create", Does::Create),
    ("insert", Does::Write),
    ("insert_many", Does::Write),
    ("replace", Does::Write),
    ("update", Does::Write),
    ("on_conflict", Does::Write),
    ("count", Does::Scalar),
    ("exists", Does::Scalar),
    ("delete", Does::Scalar),
    ("delete_by_id", Does::Scalar),
    ("scalar", Does::Scalar),
];

impl Door for Active {
    fn name(&self) -> &'static str {
        self.0
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        attribute(cx, self.0, of, member)
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        answer(cx, self.0, callee, call)
    }

    fn consume(
        &self,
        cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        span: Span,
    ) -> Option<Value> {
        consume(cx, self.0, value, how, span)
    }
}

/// A field or relation of a row or of the class.
fn attribute(
    cx: &mut Evaluator<'_>,
    orm: &'static str,
    of: &Atom,
    member: &MemberSite<'_>,
) -> Option<Value> {
    let model = match of {
        Atom::Mapped(model) => *model,
        Atom::Class(class) => cx.models.of_class(*class)?,
        Atom::Object(object) if orm == PONY.0 => return pony::lifted(cx, object, member),
        _ => return None,
    };
    if !cx.models.is_of(model, orm) {
        return None;
    }
    if let Some(field) = cx.models.field(model, member.name) {
        cx.touch_field(model, field, member.span, Manner::named(member.access));
        let of_row = matches!(of, Atom::Mapped(_));
        let Some(relation) = cx.models.relation(model, member.name).filter(|_| of_row) else {
            return Some(Value::outside(&format!("field {}", field.data_type)));
        };
        return Some(other_side(cx, orm, relation, member));
    }
    if member.name == "objects" && orm == ENCODE.0 {
        return Some(query(orm, model).into());
    }
    let relation = cx.models.relation(model, member.name)?;
    if matches!(of, Atom::Class(_)) {
        touch_keys(cx, orm, model, relation, member);
        return Some(Value::outside("field ForeignKeyField"));
    }
    Some(related(cx, orm, model, relation, member))
}

fn related(
    cx: &mut Evaluator<'_>,
    orm: &'static str,
    model: ModelId,
    relation: &Relationship,
    member: &MemberSite<'_>,
) -> Value {
    touch_keys(cx, orm, model, relation, member);
    other_side(cx, orm, relation, member)
}

/// The columns that a relation joins over: those of the row's own table, or of the table in between.
fn touch_keys(
    cx: &mut Evaluator<'_>,
    orm: &'static str,
    model: ModelId,
    relation: &Relationship,
    member: &MemberSite<'_>,
) {
    let own = cx.models.get(model).and_then(|model| model.table.clone());
    let manner = Manner::implied(member.access);
    let (table, columns) = match &relation.through {
        Some((table, columns)) => (Some(table.clone()), columns),
        None => (own, &relation.local),
    };
    for column in columns {
        if let Some(table) = &table {
            cx.touch_column(table, column, member.span, manner, orm);
        }
    }
}

/// The rows that a relation leads to.
fn other_side(
    cx: &mut Evaluator<'_>,
    orm: &'static str,
    relation: &Relationship,
    member: &MemberSite<'_>,
) -> Value {
    match cx.models.target(relation) {
        Some(target) if relation.many => match &relation.through {
            Some((table, columns)) => {
                let columns = columns.join(",");
                let word = format!("{THROUGH}{table}:{columns}");
                query(orm, target).with_word(&word).into()
            }
            None => query(orm, target).into(),
        },
        Some(_) if member.access == Access::Write => Value::nothing(),
        Some(target) => {
            let manner = Manner::whole(Access::Read).at_most(Certainty::Likely);
            cx.touch_row(target, member.span, manner, &|_| true);
            Atom::Mapped(target).into()
        }
        None => Value::unknown("a related row"),
    }
}

/// What stands before the table in between, and its columns, of a collection.
const THROUGH: &str = "through:";

/// Rows are put into a collection or taken out: those of the table in between are written.
fn linked(cx: &mut Evaluator<'_>, of: &Object, call: &CallSite<'_>) {
    let words: Vec<String> = of.words_after(THROUGH).map(str::to_owned).collect();
    for word in words {
        let Some((table, columns)) = word.rsplit_once(':') else {
            continue;
        };
        let table = match table.split_once('.') {
            Some((schema, name)) => TableName::qualified(schema, name),
            None => TableName::bare(table),
        };
        for column in columns.split(',') {
            let manner = Manner::implied(Access::Write);
            cx.touch_column(&table, column, call.span, manner, of.door);
        }
    }
}

fn query(orm: &'static str, model: ModelId) -> Object {
    Object::new(orm, "query", Some(model))
}

/// A constructor, or a method of a class, a query or a row.
fn answer(
    cx: &mut Evaluator<'_>,
    orm: &'static str,
    callee: &Atom,
    call: &CallSite<'_>,
) -> Option<Value> {
    match callee {
        Atom::Class(class) => {
            let model = cx
                .models
                .of_class(*class)
                .filter(|id| cx.models.is_of(*id, orm))?;
            names(cx, model, call, Access::Write);
            added::row(cx, added::Row::of(model, call, Certainty::Possible), call);
            let row = Atom::Mapped(model).into();
            // Pony inserts what is made.
            if orm == PONY.0 {
                cx.touch_row(model, call.span, Manner::whole(Access::Write), &|_| true);
            }
            Some(row)
        }
        Atom::External(name) if orm == PONY.0 && name.rsplit('.').next() == Some("raw_sql") => name
            .starts_with("pony.")
            .then(|| fragments::made(cx, orm, call)),
        Atom::External(name) if orm == PONY.0 => pony::generated(cx, name, call),
        Atom::External(name) if orm == TORTOISE.0 => conditions::made(cx, name, call),
        Atom::External(name) if orm == PEEWEE.0 && &**name == "peewee.SQL" => {
            Some(fragments::made(cx, orm, call))
        }
        Atom::Member(of, name) => match &**of {
            Atom::Object(object) if object.kind == conditions::CONDITION => {
                (object.door == orm).then(|| conditions::joined(object, call))
            }
            Atom::Class(class) => {
                let model = cx
                    .models
                    .of_class(*class)
                    .filter(|id| cx.models.is_of(*id, orm))?;
                // Another name for the table in a statement has its columns.
                if &**name == "alias" {
                    return Some((**of).clone().into());
                }
                method(cx, &query(orm, model), name, call)
            }
            Atom::Mapped(model) if cx.models.is_of(*model, orm) => {
                row_method(cx, *model, name, call)
            }
            Atom::Object(object) if object.door == orm => method(cx, object, name, call),
            other if orm == PONY.0 => pony::database(cx, other, name, call),
            _ => None,
        },
        _ => None,
    }
}

/// `User[1]`: the row of that key, where a class of the ORM has rows as its items.
pub(crate) fn of_key(
    cx: &mut Evaluator<'_>,
    class: impact_bind::ClassRef,
    span: Span,
) -> Option<Value> {
    let model = cx.models.of_class(class)?;
    if !cx.models.is_of(model, PONY.0) {
        return None;
    }
    whole(cx, &query(PONY.0, model), span);
    Some(Atom::Mapped(model).into())
}

/// Functions among the arguments are asked for each row: `User.select(lambda user: user.email)`.
fn asked(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    for argument in call.arguments {
        if argument
            .value
            .atoms()
            .iter()
            .any(|atom| matches!(atom, Atom::Function(_)))
        {
            let row = crate::door::Passed::plain(Atom::Mapped(model).into(), call.span);
            let expected = Value::nothing();
            let one = CallSite::at_span(call.span, std::slice::from_ref(&row), &expected);
            cx.call(&argument.value.clone(), &one);
        }
    }
}

fn method(cx: &mut Evaluator<'_>, of: &Object, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let model = of.model?;
    let (_, does) = METHODS.iter().find(|(known, _)| *known == name)?;
    if of.door == PONY.0 {
        asked(cx, model, call);
    }
    let row = row_of(of, model);
    Some(match does {
        Does::Link => {
            linked(cx, of, call);
            Atom::Null.into()
        }
        Does::Narrow if name == "dicts" => of.clone().with_word(name).into(),
        Does::Narrow => {
            names(cx, model, call, Access::Read);
            if LOADING.contains(&name) {
                loaded_along(cx, model, call);
            }
            of.clone().into()
        }
        Does::Select => {
            names(cx, model, call, Access::Read);
            if call.arguments.is_empty() || of.door == PONY.0 {
                of.clone().into()
            } else {
                selected(cx, of.clone().with_word("named"), call).into()
            }
        }
        Does::Row => {
            names(cx, model, call, Access::Read);
            whole(cx, of, call.span);
            row
        }
        Does::Rows => {
            whole(cx, of, call.span);
            Value::list(row)
        }
        Does::Create => {
            names(cx, model, call, Access::Write);
            cx.touch_row(model, call.span, Manner::whole(Access::Write), &|_| true);
            if name != "bulk_create" {
                added::row(cx, added::Row::of(model, call, Certainty::Likely), call);
            }
            if name == "create" || name == "bulk_create" {
                row
            } else {
                whole(cx, of, call.span);
                Value::tuple(vec![row, Value::outside("builtins.bool")])
            }
        }
        Does::Write => {
            names(cx, model, call, Access::Write);
            if matches!(name, "insert" | "insert_many" | "replace") {
                let mut row = added::Row::of(model, call, Certainty::Likely);
                row.open |= call.positional().next().is_some();
                added::row(cx, row, call);
            }
            of.clone().with_word("named").into()
        }
        Does::Scalar => {
            names(cx, model, call, Access::Read);
            Value::outside("builtins.int")
        }
    })
}

fn row_method(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match name {
        "save" => {
            match call.named("update_fields").or(call.named("only")) {
                Some(fields) => {
                    cx.retouch(fields.span, Access::Write);
                    texts(cx, model, &fields.value, Access::Write);
                }
                None => {
                    cx.touch_row(model, call.span, Manner::whole(Access::Write), &|_| true);
                }
            }
            Some(Value::outside("builtins.int"))
        }
        "set" | "update" | "upsert" => {
            names(cx, model, call, Access::Write);
            Some(Atom::Null.into())
        }
        "to_dict" | "load" if call.named("only").is_some() => {
            texts(cx, model, &call.value(0, "only"), Access::Read);
            Some(crate::library::record::of_model(model))
        }
        "to_dict" | "load" => {
            cx.touch_row(model, call.span, Manner::whole(Access::Read), &|_| true);
            Some(crate::library::record::of_model(model))
        }
        "update_from_dict" => {
            names(cx, model, call, Access::Write);
            Some(Atom::Mapped(model).into())
        }
        "refresh_from_db" => {
            cx.touch_row(model, call.span, Manner::whole(Access::Read), &|_| true);
            Some(Atom::Null.into())
        }
        "delete_instance" | "delete" => {
            let manner = Manner::implied(Access::Read);
            cx.touch_row(model, call.span, manner, &|field| field.primary_key);
            Some(Value::outside("builtins.int"))
        }
        "fetch_related" => {
            names(cx, model, call, Access::Read);
            loaded_along(cx, model, call);
            Some(Atom::Null.into())
        }
        _ => None,
    }
}

/// A row, or a dictionary of it (`dicts()`).
fn row_of(of: &Object, model: ModelId) -> Value {
    match of.has("dicts") {
        true => crate::library::record::of_model(model),
        false => Atom::Mapped(model).into(),
    }
}

/// What stands before a model that a query selects as a whole, among others.
const WHOLE: &str = "whole:";

/// `select(Post, User)`: rows of both as a whole.
fn selected(cx: &Evaluator<'_>, of: Object, call: &CallSite<'_>) -> Object {
    let classes = call.positional().flat_map(|one| one.value.atoms());
    let models = classes.filter_map(|atom| match atom {
        Atom::Class(class) => cx.models.of_class(*class),
        _ => None,
    });
    models.fold(of, |of, model| of.with_word(&format!("{WHOLE}{}", model.0)))
}

/// Methods that load rows along relations with the row's own.
const LOADING: &[&str] = &["select_related", "prefetch_related", "fetch_related"];

/// `select_related("owner")`: the rows at the end of each path are read as a whole.
fn loaded_along(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    let manner = Manner::whole(Access::Read).at_most(Certainty::Likely);
    for argument in call.positional() {
        for text in argument.value.texts() {
            let mut at = model;
            for step in text.text.split("__") {
                let relation = cx.models.relation(at, step);
                let Some(target) = relation.and_then(|one| cx.models.target(one)) else {
                    break;
                };
                cx.touch_row(target, call.span, manner, &|_| true);
                at = target;
            }
        }
    }
}

/// Running a query reads every field, unless it says which.
fn whole(cx: &mut Evaluator<'_>, of: &Object, span: Span) {
    let others: Vec<ModelId> = of
        .words_after(WHOLE)
        .filter_map(|id| id.parse().ok().map(ModelId))
        .collect();
    for model in others {
        cx.touch_row(model, span, Manner::whole(Access::Read), &|_| true);
    }
    if let (Some(model), false) = (of.model, of.has("named")) {
        cx.touch_row(model, span, Manner::whole(Access::Read), &|_| true);
    }
}

fn consume(
    cx: &mut Evaluator<'_>,
    orm: &str,
    value: &Atom,
    how: Consumption,
    span: Span,
) -> Option<Value> {
    let Atom::Object(object) = value else {
        return None;
    };
    let model = object.model.filter(|_| object.door == orm)?;
    let row = row_of(object, model);
    match how {
        Consumption::Iterate | Consumption::Index => {
            whole(cx, object, span);
            Some(row)
        }
        Consumption::Await => {
            whole(cx, object, span);
            Some(Value::list(row))
        }
        Consumption::Escape => {
            whole(cx, object, span);
            Some(value.clone().into())
        }
        _ => None,
    }
}
