//! Classes that carry fields of a model in and out: forms, serializers, filter sets, import and export, GraphQL types.
//!
//! <https://docs.djangoproject.com/en/stable/topics/forms/modelforms/>,
//! <https://www.django-rest-framework.org/api-guide/serializers/>

use super::{forms, lists, options};
use crate::cells::Key;
use crate::door::{CallSite, MemberSite};
use crate::effect::Target;
use crate::evaluator::{Evaluator, Part};
use crate::orm::django::{self, is_django};
use crate::value::{Atom, Dictionary, ModelId, Object, Value};
use impact_bind::{Binding, ClassRef, Definition, FunctionRef, Place};
use impact_facts::{Access, Certainty, ExpressionKind, Span};

/// What a class does with the fields it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Takes values in.
    Form,
    /// Gives values out, and takes them in.
    Serializer,
    /// Gives values out.
    Type,
    /// Names fields by which rows are chosen.
    Filters,
    /// Makes rows for tests.
    Factory,
}

/// Last parts of the names of bases, and what their subclasses are.
const ENDINGS: &[(&str, Kind)] = &[
    ("FilterSet", Kind::Filters),
    ("Serializer", Kind::Serializer),
    ("SerializerMixin", Kind::Serializer),
    ("ModelResource", Kind::Serializer),
    ("ObjectType", Kind::Type),
    ("ModelSchema", Kind::Type),
    ("DjangoModelFactory", Kind::Factory),
    ("Form", Kind::Form),
    ("FormMixin", Kind::Form),
];

/// What a class carries fields for; none if it carries none.
pub(super) fn kind(cx: &Evaluator<'_>, class: ClassRef) -> Option<Kind> {
    if cx.models.of_class(class).is_some() {
        return None;
    }
    cx.program
        .ancestors(class)
        .iter()
        .find_map(|base| match base {
            Binding::External(name) => {
                let last = name.rsplit('.').next().unwrap_or_default();
                let found = ENDINGS.iter().find(|(ending, _)| last.ends_with(ending));
                found.map(|(_, kind)| *kind)
            }
            _ => None,
        })
}

/// The model that a class's `Meta`, or that of a base, names.
pub(super) fn model(cx: &mut Evaluator<'_>, class: ClassRef) -> Option<ModelId> {
    kind(cx, class)?;
    meta_model(cx, class)
}

/// The same of any class with a `Meta`.
pub(crate) fn meta_model(cx: &mut Evaluator<'_>, class: ClassRef) -> Option<ModelId> {
    let mut described = ["Meta", "Config"].into_iter();
    let meta = described.find_map(|name| {
        let (owner, definitions) = cx.class_member(class, name)?;
        match definitions.last()? {
            Definition::Class(meta) => Some(ClassRef {
                file: owner.file,
                class: *meta,
            }),
            _ => None,
        }
    })?;
    lists::model_of(cx, meta)
}

/// The model of a carrier, or those of all that inherit from it: a base's methods work on any.
fn any_models(cx: &mut Evaluator<'_>, class: ClassRef) -> Vec<ModelId> {
    if let Some(model) = model(cx, class) {
        return vec![model];
    }
    let below = cx.descendants.get(&class).cloned().unwrap_or_default();
    let mut found: Vec<ModelId> = Vec::new();
    for child in below.into_iter().take(MAX_BELOW) {
        found.extend(model(cx, child));
    }
    found.sort();
    found.dedup();
    found
}

/// More subclasses than this are not asked for their models.
const MAX_BELOW: usize = 200;

/// Rows that a class is given to carry.
pub(super) fn receive(cx: &mut Evaluator<'_>, class: ClassRef, rows: &Value) {
    let rows = rows.filter(|atom| matches!(atom, Atom::Mapped(_)));
    if matches!(kind(cx, class), Some(Kind::Serializer | Kind::Type)) {
        cx.cells
            .join(Key::Attribute(class, "instance".into()), &rows);
    }
}

/// Does what the framework does with a carrier.
pub(super) fn drive(cx: &mut Evaluator<'_>, class: ClassRef, part: Part) {
    let Some(kind) = kind(cx, class) else {
        return;
    };
    if part == Part::Delete {
        return;
    }
    let span = cx.program.module(class.file).class(class.class).name_span;
    for base in own_bases(cx, class).into_iter().skip(1) {
        cx.runs(Target::Class(base, part), span, Certainty::Exact);
    }
    let model = model(cx, class);
    let models = any_models(cx, class);
    match (kind, part) {
        (Kind::Form, part) => {
            if part == Part::Save {
                named(cx, class, &models, Access::Write);
            }
            for model in models {
                forms::choices(cx, class, model, part == Part::Save);
                if part == Part::Save {
                    cleaning(cx, class, model);
                    django::clean_row(cx, model, span);
                }
            }
        }
        (Kind::Serializer | Kind::Type | Kind::Filters, Part::Show) => {
            named(cx, class, &models, Access::Read);
            let rows = rows(cx, class, &models);
            lists::sources(cx, class, &rows);
            lists::columns(cx, class, &rows);
            options::of_fields(cx, class, &rows);
            for row in rows {
                methods_get(cx, class, row);
            }
            if kind == Kind::Serializer {
                methods_take(cx, class);
            }
            if let Some(model) = model.filter(|_| takes_all(cx, class)) {
                carried_whole(cx, class, model);
            }
            for model in models.into_iter().filter(|_| kind == Kind::Filters) {
                lists::filters(cx, class, model);
                filtering(cx, class, model);
            }
        }
        // What keys point at is looked up before a row is made.
        (Kind::Serializer, Part::Save) if !is_resource(cx, class) => {
            for model in models {
                forms::choices(cx, class, model, true);
            }
        }
        (Kind::Factory, Part::Save) => {
            if let Some(model) = model {
                lists::made(cx, class, model);
            }
        }
        _ => {}
    }
    run_methods(cx, class, part, span);
}

fn is_resource(cx: &Evaluator<'_>, class: ClassRef) -> bool {
    cx.program.ancestors(class).iter().any(|base| {
        base.external()
            .is_some_and(|name| name.starts_with("import_export."))
    })
}

/// Whether a carrier without a list carries every field: a resource of import-export, a type of graphene-django.
fn takes_all(cx: &Evaluator<'_>, class: ClassRef) -> bool {
    is_resource(cx, class)
        || cx.program.ancestors(class).iter().any(|base| {
            base.external()
                .is_some_and(|name| name.ends_with(".DjangoObjectType"))
        })
}

/// A carrier without a list carries every field.
fn carried_whole(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId) {
    let Some(meta) = lists::meta_of(cx, class) else {
        return;
    };
    let listed = ["fields", "exclude", "only_fields", "exclude_fields"];
    if !listed
        .iter()
        .any(|name| cx.class_member(meta, name).is_some())
    {
        let span = cx.program.module(meta.file).class(meta.class).name_span;
        django::touch_whole(cx, model, span, Access::Read);
    }
}

fn named(cx: &mut Evaluator<'_>, class: ClassRef, models: &[ModelId], access: Access) {
    if let Some(meta) = lists::meta_of(cx, class) {
        for model in models {
            lists::of_meta(cx, meta, *model, access);
        }
    }
}

/// The models of the rows that a carrier gets: that which it names, else those of the rows that it is given.
fn rows(cx: &mut Evaluator<'_>, class: ClassRef, models: &[ModelId]) -> Vec<ModelId> {
    let mut found: Vec<ModelId> = models.to_vec();
    if model(cx, class).is_some() {
        return found;
    }
    let given = cx.read(Key::Attribute(class, "instance".into()));
    for atom in given.atoms() {
        if let Atom::Mapped(model) = atom
            && is_django(cx, *model)
            && !found.contains(model)
        {
            found.push(*model);
        }
    }
    found
}

/// The class and what it inherits from, as far as the service has them.
pub(crate) fn own_bases(cx: &Evaluator<'_>, class: ClassRef) -> Vec<ClassRef> {
    cx.program
        .ancestors(class)
        .iter()
        .filter_map(|base| match base {
            Binding::Class(base) if cx.program.is_own(base.file) => Some(*base),
            _ => None,
        })
        .collect()
}

/// How the names of methods begin that get a row: of serializers, and of resources of import-export.
const ROW: &[&str] = &["get_", "to_representation", "dehydrate_"];

/// `get_full_name(self, row)`, `to_representation(self, row)`, `dehydrate_name(self, row)` and the methods that a field
/// names get the row; `resolve_name(row, info)` of a GraphQL type or a Ninja schema is one of the row itself.
fn methods_get(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId) {
    let row: Value = Atom::Mapped(model).into();
    let named = lists::method_names(cx, class);
    for (name, function) in own_methods(cx, class) {
        let module = cx.program.module(function.file);
        let parameters = &module.function(function.function).parameters;
        let takes_row = ROW.iter().any(|prefix| name.starts_with(prefix)) || named.contains(&name);
        if takes_row && parameters.len() == 2 {
            cx.cells.join(Key::Parameter(function, 1), &row);
        }
        let first = parameters
            .first()
            .and_then(|one| module.dotted(one.pattern));
        if name.starts_with("resolve_") {
            cx.cells.join(Key::Parameter(function, 0), &row);
        } else if name.ends_with("_instance") && first.as_deref() == Some("self") {
            cx.cells.join(Key::Parameter(function, 1), &row);
        }
    }
}

/// Methods of a serializer that get what was taken in: the name, the parameter of the row, that of the values.
const TAKES: &[(&str, Option<u32>, u32)] = &[
    ("validate", None, 1),
    ("create", None, 1),
    ("update", Some(1), 2),
];

fn methods_take(cx: &mut Evaluator<'_>, class: ClassRef) {
    let values = taken(cx, class);
    let rows = Value::any_of(any_models(cx, class).into_iter().map(Atom::Mapped));
    for base in own_bases(cx, class) {
        for (name, function) in own_methods(cx, base) {
            let Some((_, row, value)) = TAKES.iter().find(|(known, ..)| *known == name) else {
                continue;
            };
            if let Some(row) = row {
                cx.cells.join(Key::Parameter(function, *row), &rows);
            }
            cx.cells.join(Key::Parameter(function, *value), &values);
        }
    }
}

/// `clean_email(self)` is the field's: what it returns is what is saved.
fn cleaning(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId) {
    let manner = crate::Manner::named(Access::Write).at_most(Certainty::Likely);
    for (name, function) in own_methods(cx, class) {
        let field = name.strip_prefix("clean_");
        if let Some(field) = field.and_then(|name| cx.models.field(model, name)) {
            let module = cx.program.module(function.file);
            let span = module.function(function.function).name_span;
            cx.touch_field(model, field, span, manner);
        }
    }
}

/// `by_name(self, queryset, name, value)` of a filter set gets the rows to choose from.
fn filtering(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId) {
    let all: Value = Object::new(django::DJANGO, "queryset", Some(model)).into();
    for (_, function) in own_methods(cx, class) {
        let module = cx.program.module(function.file);
        let parameters = &module.function(function.function).parameters;
        let second = parameters.get(1).and_then(|one| module.dotted(one.pattern));
        if parameters.len() == 4 || matches!(second.as_deref(), Some("queryset" | "qs")) {
            cx.cells.join(Key::Parameter(function, 1), &all);
        }
    }
}

pub(crate) fn own_methods(cx: &Evaluator<'_>, class: ClassRef) -> Vec<(String, FunctionRef)> {
    let module = cx.program.module(class.file);
    let names = cx.program.places(class.file);
    let names = names.names(Place::Class(class.class));
    let mut found = Vec::new();
    for name in names.names() {
        for definition in names.definitions(name) {
            if let Definition::Function(function) = definition {
                let function = FunctionRef {
                    file: class.file,
                    function: *function,
                };
                found.push((module.name(name).to_owned(), function));
            }
        }
    }
    found
}

/// How the names of methods begin that take values in.
const TAKING: &[&str] = &[
    "clean",
    "save",
    "create",
    "update",
    "validate",
    "to_internal_value",
    "is_valid",
];

/// The class's own methods run when the framework shows or saves.
fn run_methods(cx: &mut Evaluator<'_>, class: ClassRef, part: Part, span: Span) {
    for (name, function) in own_methods(cx, class) {
        let takes = TAKING
            .iter()
            .any(|word| name.trim_start_matches('_').starts_with(word));
        if name == "__init__" || takes == (part == Part::Save) {
            cx.runs(Target::Function(function), span, Certainty::Exact);
        }
    }
}

/// Making a carrier gives it its rows.
pub(super) fn construct(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    call: &CallSite<'_>,
) -> Option<Value> {
    forms::offered(cx, class, call);
    let kind = kind(cx, class)?;
    match kind {
        Kind::Serializer => {
            let given = call
                .argument(0, "instance")
                .map(|a| (a.value.clone(), a.span));
            if let Some((given, span)) = given {
                let element = cx.iterate(&given, span);
                receive(cx, class, &given.or(&element));
            }
        }
        Kind::Form => {
            let given = call.value(9, "instance");
            let rows = given.filter(|atom| matches!(atom, Atom::Mapped(_)));
            cx.cells
                .join(Key::Attribute(class, "instance".into()), &rows);
        }
        Kind::Type | Kind::Filters | Kind::Factory => {}
    }
    cx.runs(
        Target::Class(class, Part::Show),
        call.span,
        Certainty::Exact,
    );
    None
}

/// What a member of a carrier is that the framework makes.
pub(super) fn attribute(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    member: &MemberSite<'_>,
) -> Option<Value> {
    if let Atom::Object(field) = of
        && field.kind == "form field"
    {
        return forms::of_field(cx, field, member);
    }
    if let (Atom::Member(of, options), "model") = (of, member.name)
        && &**options == "_meta"
    {
        return model_class(cx, of);
    }
    if member.name == "_meta" && model_class(cx, of).is_some() {
        return Some(Atom::Member(of.clone().into(), "_meta".into()).into());
    }
    let Atom::Instance(class) = of else {
        return None;
    };
    if member.access == Access::Write {
        return None;
    }
    let kind = kind(cx, *class)?;
    match (kind, member.name) {
        (Kind::Form | Kind::Serializer, "instance") => {
            let given = cx.read(Key::Attribute(*class, "instance".into()));
            let own = any_models(cx, *class).into_iter().map(Atom::Mapped);
            Some(given.or(&Value::any_of(own)))
        }
        (Kind::Form, "cleaned_data") | (Kind::Serializer, "validated_data") => {
            Some(taken(cx, *class))
        }
        (Kind::Filters, "qs") => filtered(cx, *class),
        (Kind::Form, "fields") => Some(forms::declared(cx, *class)),
        (Kind::Form | Kind::Serializer, "initial" | "errors" | "data" | "initial_data") => {
            let model = model(cx, *class)?;
            Some(Value::dictionary(Dictionary {
                keys: forms::keys(Some(model)),
                rest: Value::outside("a form's value"),
                ..Dictionary::default()
            }))
        }
        (Kind::Form, "changed_data") => {
            let model = model(cx, *class)?;
            Some(Value::list(forms::keys(Some(model))))
        }
        (Kind::Form, _) => forms::shown(cx, *class, member),
        _ => None,
    }
}

/// `cls._meta.model`, `form._meta.model`: the model that the class's `Meta` names.
fn model_class(cx: &mut Evaluator<'_>, of: &Atom) -> Option<Value> {
    let (Atom::Class(class) | Atom::Instance(class)) = of else {
        return None;
    };
    if cx.models.of_class(*class).is_some() {
        return None;
    }
    let model = meta_model(cx, *class)?;
    Some(match cx.models.class(model) {
        Some(class) => Atom::Class(class).into(),
        None => Value::external(&cx.models.get(model)?.name),
    })
}

/// `form["email"]` names the form's field, and means the row's.
pub(crate) fn name_field(cx: &mut Evaluator<'_>, class: ClassRef, key: &Value, span: Span) {
    if kind(cx, class) != Some(Kind::Form) {
        return;
    }
    if let Some(model) = model(cx, class) {
        for atom in forms::keys(Some(model)).atoms() {
            if let Atom::Object(names) = atom {
                forms::key(cx, names, key, span);
            }
        }
    }
}

/// The queryset of a filter set: all rows of its model.
fn filtered(cx: &mut Evaluator<'_>, class: ClassRef) -> Option<Value> {
    let model = model(cx, class)?;
    Some(Object::new(django::DJANGO, "queryset", Some(model)).into())
}

/// What was taken in by a class of the program.
pub(super) fn taken(cx: &mut Evaluator<'_>, class: ClassRef) -> Value {
    let model = model(cx, class);
    let bases = own_bases(cx, class);
    taken_of(cx, model, &bases)
}

/// What was taken in: rows under the names of keys, else plain values.
pub(super) fn taken_of(
    cx: &mut Evaluator<'_>,
    model: Option<ModelId>,
    bases: &[ClassRef],
) -> Value {
    let mut made = Dictionary {
        keys: forms::keys(model),
        rest: Value::outside("a form's value"),
        ..Dictionary::default()
    };
    if let Some(model) = model
        && let Some(described) = cx.models.get(model)
    {
        for relation in described.relations.iter().filter(|one| !one.reverse) {
            if let Some(target) = cx.models.target(relation) {
                let value: Value = if relation.many {
                    Object::new(django::DJANGO, "queryset", Some(target)).into()
                } else {
                    Atom::Mapped(target).into()
                };
                made.known.insert(relation.name.clone(), value);
            }
        }
    }
    for base in bases {
        forms::chosen(cx, *base, &mut made);
    }
    Value::dictionary(made)
}

/// Methods of carriers that no code of the tree defines.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let Atom::Instance(class) = of else {
        return None;
    };
    let kind = kind(cx, *class)?;
    match (kind, name) {
        (Kind::Form | Kind::Serializer, "save") => {
            cx.runs(
                Target::Class(*class, Part::Save),
                call.span,
                Certainty::Exact,
            );
            let models = any_models(cx, *class);
            if !is_held_back(cx, call) {
                for model in &models {
                    django::save_row(cx, *model, call.span);
                }
            }
            let rows = models.into_iter().map(Atom::Mapped);
            Some(Value::any_of(rows)).filter(|rows| !rows.is_nothing())
        }
        (Kind::Serializer, "create" | "update") => {
            let models = any_models(cx, *class);
            for model in &models {
                django::save_row(cx, *model, call.span);
            }
            let rows = models.into_iter().map(Atom::Mapped);
            Some(Value::any_of(rows)).filter(|rows| !rows.is_nothing())
        }
        (_, "is_valid" | "full_clean") => {
            cx.runs(
                Target::Class(*class, Part::Save),
                call.span,
                Certainty::Exact,
            );
            Some(Value::outside("builtins.bool"))
        }
        (_, "clean") => Some(taken(cx, *class)),
        (Kind::Serializer, "get_queryset") if is_resource(cx, *class) => filtered(cx, *class),
        _ => None,
    }
}

/// `save(commit=False)`.
pub(super) fn is_held_back(cx: &Evaluator<'_>, call: &CallSite<'_>) -> bool {
    let said = call.argument(0, "commit").and_then(|a| a.expression);
    said.is_some_and(|id| cx.module().expression(id).kind == ExpressionKind::Bool(false))
}
