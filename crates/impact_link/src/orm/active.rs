//! ORMs whose classes are their own queries: peewee 3, Tortoise ORM 0.2x, Pony ORM 0.7 and encode/orm 0.3.
//!
//! Facts are those of peewee's "Querying", of Tortoise's "Query API", of Pony's "Declarative queries" and of encode/orm's
//! "Making queries": `select()`, `get_by_id` and `all` read every field; a loaded row's `save` and `create` write every field.

mod conditions;

use crate::door::{CallSite, Consumption, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::orm::{added, fragments};
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Certainty, ExpressionKind, Relationship, Span, Spread};

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

/// Pony's functions over a generator of rows, and whether they read the rows.
const OVER_GENERATORS: &[(&str, bool)] = &[
    ("select", true),
    ("left_join", true),
    ("get", true),
    ("exists", false),
    ("count", false),
    ("delete", false),
];

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
    /// A number or a truth.
    Scalar,
}

const METHODS: &[(&str, Does)] = &[
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
        _ => return None,
    };
    if !cx.models.is_of(model, orm) {
        return None;
    }
    if let Some(field) = cx.models.field(model, member.name) {
        cx.touch_field(model, field, member.span, Manner::named(member.access));
        let Some(relation) = cx.models.relation(model, member.name) else {
            return Some(Value::outside(&format!("field {}", field.data_type)));
        };
        return Some(other_side(cx, orm, relation, member));
    }
    if member.name == "objects" && orm == ENCODE.0 {
        return Some(query(orm, model).into());
    }
    let relation = cx.models.relation(model, member.name)?;
    Some(related(cx, orm, model, relation, member))
}

fn related(
    cx: &mut Evaluator<'_>,
    orm: &'static str,
    model: ModelId,
    relation: &Relationship,
    member: &MemberSite<'_>,
) -> Value {
    let own = cx.models.get(model).and_then(|model| model.table.clone());
    let manner = Manner::implied(member.access);
    for column in &relation.local {
        if let Some(table) = &own {
            cx.touch_column(table, column, member.span, manner, orm);
        }
    }
    other_side(cx, orm, relation, member)
}

/// The rows that a relation leads to.
fn other_side(
    cx: &mut Evaluator<'_>,
    orm: &'static str,
    relation: &Relationship,
    member: &MemberSite<'_>,
) -> Value {
    match cx.models.target(relation) {
        Some(target) if relation.many => query(orm, target).into(),
        Some(target) => {
            let manner = Manner::whole(Access::Read).at_most(Certainty::Likely);
            cx.touch_row(target, member.span, manner, &|_| true);
            Atom::Mapped(target).into()
        }
        None => Value::unknown("a related row"),
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
        Atom::External(name) if orm == PONY.0 => generated(cx, name, call),
        Atom::External(name) if orm == TORTOISE.0 => conditions::made(cx, name, call),
        Atom::Member(of, name) => match &**of {
            Atom::Object(object) if object.kind == conditions::CONDITION => {
                (object.door == orm).then(|| conditions::joined(object, call))
            }
            Atom::Class(class) => {
                let model = cx
                    .models
                    .of_class(*class)
                    .filter(|id| cx.models.is_of(*id, orm))?;
                method(cx, &query(orm, model), name, call)
            }
            Atom::Mapped(model) if cx.models.is_of(*model, orm) => {
                row_method(cx, *model, name, call)
            }
            Atom::Object(object) if object.door == orm => method(cx, object, name, call),
            _ => None,
        },
        _ => None,
    }
}

/// `select(user for user in User if user.email)`.
fn generated(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let word = name.strip_prefix("pony.orm.")?.rsplit('.').next()?;
    let (_, reads) = OVER_GENERATORS.iter().find(|(known, _)| *known == word)?;
    let element = cx.iterate(&call.at(0)?.value.clone(), call.span);
    let rows = element.atoms().iter().find_map(|atom| match atom {
        Atom::Mapped(model) if cx.models.is_of(*model, PONY.0) => Some(*model),
        _ => None,
    });
    match rows {
        Some(model) if *reads => {
            let made = query(PONY.0, model);
            if word != "get" {
                return Some(made.into());
            }
            whole(cx, &made, call.span);
            Some(Atom::Mapped(model).into())
        }
        Some(_) => Some(Value::outside("builtins.int")),
        None => Some(Value::list(element)),
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
    let row: Value = Atom::Mapped(model).into();
    Some(match does {
        Does::Narrow => {
            names(cx, model, call, Access::Read);
            of.clone().into()
        }
        Does::Select => {
            names(cx, model, call, Access::Read);
            if call.arguments.is_empty() || of.door == PONY.0 {
                of.clone().into()
            } else {
                of.clone().with_word("named").into()
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
        Does::Scalar => Value::outside("builtins.int"),
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
                Some(fields) => texts(cx, model, &fields.value, Access::Write),
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
        "fetch_related" => Some(Atom::Null.into()),
        _ => None,
    }
}

/// Running a query reads every field, unless it says which.
fn whole(cx: &mut Evaluator<'_>, of: &Object, span: Span) {
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
    let row: Value = Atom::Mapped(model).into();
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

/// Fields that arguments name: keywords (a look-up's path begins with one), texts, keys of dictionaries.
fn names(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>, access: Access) {
    for argument in call.arguments {
        match (&argument.name, argument.spread) {
            (Some((name, _)), _) if &**name == "defaults" => {
                keys(cx, model, argument, Access::Write);
            }
            (Some((name, span)), _) => {
                keyword(cx, model, name, *span, access);
                conditions::applied(cx, model, argument);
            }
            (None, Spread::Named) => keys(cx, model, argument, access),
            (None, _) => {
                conditions::applied(cx, model, argument);
                texts(cx, model, &argument.value, access);
                keys(cx, model, argument, access);
            }
        }
    }
}

/// A look-up's path: fields of the model, and of those that it leads to.
fn keyword(cx: &mut Evaluator<'_>, model: ModelId, name: &str, span: Span, access: Access) {
    let (mut at, mut start) = (model, span.start);
    let is_written_out = (span.end - span.start) as usize == name.len();
    for step in name.split("__") {
        let own = match is_written_out {
            true => Span::new(start, start + step.len() as u32),
            false => span,
        };
        start += step.len() as u32 + 2;
        let field = cx.models.field(at, step);
        if let Some(field) = field {
            cx.touch_field(at, field, own, Manner::named(access));
        }
        let Some(relation) = cx.models.relation(at, step) else {
            return;
        };
        if field.is_none() {
            keys_of(cx, at, relation, own);
        }
        match cx.models.target(relation) {
            Some(target) => at = target,
            None => return,
        }
    }
}

/// The keys of a relation that a path goes along.
fn keys_of(cx: &mut Evaluator<'_>, model: ModelId, relation: &Relationship, span: Span) {
    let own = cx.models.get(model).and_then(|model| model.table.clone());
    let via = cx.models.get(model).map_or("", |model| &*model.orm);
    for column in &relation.local {
        if let Some(table) = &own {
            cx.touch_column(table, column, span, Manner::implied(Access::Read), via);
        }
    }
}

/// The keys of a dictionary: texts, or columns that their own bytes name.
fn keys(cx: &mut Evaluator<'_>, model: ModelId, passed: &crate::door::Passed, access: Access) {
    if let Some(id) = passed.expression
        && let ExpressionKind::Collection(all) = &cx.module().expression(id).kind
    {
        let module = cx.module();
        for key in all.items.iter().filter_map(|item| item.key) {
            let span = module.expression(key).span;
            match module.plain_text(key) {
                Some(name) => {
                    let inside = Span::new(span.start + 1, span.end.saturating_sub(1));
                    keyword(cx, model, &name, inside, access);
                }
                None => cx.retouch(span, access),
            }
        }
        return;
    }
    for atom in passed.value.atoms() {
        if let Atom::Dictionary(of) = atom {
            for key in of.known.keys() {
                if let Some(field) = cx.models.field(model, key) {
                    cx.touch_field(model, field, passed.span, Manner::implied(access));
                }
            }
            if !of.rest.is_nothing() {
                cx.open_model(model, passed.span, access);
            }
        }
    }
}

fn texts(cx: &mut Evaluator<'_>, model: ModelId, value: &Value, access: Access) {
    for atom in value.atoms() {
        match atom {
            Atom::Text(text) => {
                let name = text.text.trim_start_matches('-');
                let skipped = (text.text.len() - name.len()) as u32;
                let end = skipped + name.split("__").next().map_or(0, str::len) as u32;
                if let Some((file, span)) = text.locate(Span::new(skipped, end))
                    && file == cx.file
                {
                    keyword(cx, model, name, span, access);
                }
            }
            Atom::List(of) => texts(cx, model, of, access),
            Atom::Tuple(items) => items.iter().for_each(|item| texts(cx, model, item, access)),
            _ => {}
        }
    }
}
