//! Field lists: forms, serializers, filters and their kin name a model in `Meta` and its fields in lists; the admin names
//! them in options; serializer fields name their source.

use super::carriers;
use crate::effect::Target;
use crate::evaluator::{Evaluator, Part};
use crate::orm::django::{Touching, read_path, touch_path, touch_whole};
use crate::value::{Atom, ModelId, Value};
use impact_bind::{Binding, ClassRef, Definition, Place};
use impact_facts::{Access, Assembled, ExpressionKind, Span, Statement};

/// Lists of a `Meta` whose strings are fields of its model.
const META: &[&str] = &[
    "fields",
    "exclude",
    "read_only_fields",
    "list_serializer_fields",
    "import_id_fields",
    "filter_fields",
    "only_fields",
    "model_fields",
    "model_exclude",
    "export_order",
];

/// Options of an admin whose strings are fields of its model.
const ADMIN: &[&str] = &[
    "list_display",
    "list_filter",
    "list_editable",
    "list_select_related",
    "search_fields",
    "ordering",
    "fields",
    "exclude",
    "readonly_fields",
    "raw_id_fields",
    "autocomplete_fields",
    "date_hierarchy",
    "prepopulated_fields",
    "filter_horizontal",
    "filter_vertical",
    "radio_fields",
    "list_display_links",
    "sortable_by",
    "fieldsets",
];

/// Records what the lists of an admin class name.
pub(super) fn of_admin(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId) {
    lists(cx, class, model, ADMIN, Access::Read);
}

/// Records what a view that makes or changes rows names in its own `fields`: its form's.
pub(super) fn of_edit(cx: &mut Evaluator<'_>, view: ClassRef, model: ModelId) {
    lists(cx, view, model, &["fields"], Access::Write);
}

/// Records what the lists of a `Meta` name.
pub(super) fn of_meta(cx: &mut Evaluator<'_>, meta: ClassRef, model: ModelId, access: Access) {
    lists(cx, meta, model, META, access);
    super::options::keyed(cx, meta, model);
    depth(cx, meta, model);
}

/// The class `Meta` inside a class that is no model itself.
pub(super) fn meta_of(cx: &Evaluator<'_>, class: ClassRef) -> Option<ClassRef> {
    if cx.models.of_class(class).is_some() {
        return None;
    }
    let mut named = ["Meta", "Config"].into_iter();
    named.find_map(|name| match cx.program.own_member(class, name).last()? {
        Definition::Class(meta) => Some(ClassRef {
            file: class.file,
            class: *meta,
        }),
        _ => None,
    })
}

/// The model that a `Meta` names.
pub(super) fn model_of(cx: &mut Evaluator<'_>, meta: ClassRef) -> Option<ModelId> {
    cx.class_member(meta, "model")?;
    let value = cx.silent_attribute(&Atom::Class(meta).into(), "model");
    let instances = cx.instances(&value);
    instances.atoms().iter().find_map(|atom| match atom {
        Atom::Mapped(model) => Some(*model),
        _ => None,
    })
}

fn lists(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId, names: &[&str], access: Access) {
    for name in names {
        if cx.program.own_member(class, name).is_empty() {
            continue;
        }
        let value = cx.silent_attribute(&Atom::Class(class).into(), name);
        let value = match *name {
            "fieldsets" => held(&value, Some("fields"), 0),
            "prepopulated_fields" => held(&value, None, 0),
            _ => value,
        };
        let span = cx.program.module(class.file).class(class.class).name_span;
        for text in all_texts(&value) {
            name_or_all(cx, model, &text, span, access);
        }
        for (key, at) in written_keys(cx, class, name) {
            let path = key.as_str();
            touch_path(
                cx,
                Touching {
                    model,
                    path,
                    span: at,
                    access,
                },
            );
        }
        if *name == "exclude" {
            the_rest(cx, class, model, &all_texts(&value), access);
        }
    }
}

/// The texts of a list in a class's `Meta`, or that of a base.
pub(crate) fn list_of_texts(cx: &mut Evaluator<'_>, class: ClassRef, name: &str) -> Vec<Assembled> {
    let Some((owner, [.., Definition::Class(meta)])) = cx.class_member(class, "Meta") else {
        return Vec::new();
    };
    let meta = ClassRef {
        file: owner.file,
        class: *meta,
    };
    let said = cx.silent_attribute(&Atom::Class(meta).into(), name);
    all_texts(&said)
}

/// Records what the lists that a decorator's call gives name of a model: `@type(Pet, fields=["name"])`; the texts of
/// `fields`.
pub(crate) fn lists_of_call(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    model: ModelId,
    call: &impact_facts::Call,
) -> Vec<Assembled> {
    let module = cx.program.module(class.file);
    let mut found = Vec::new();
    for argument in &call.arguments {
        let name = argument.name.map(|(name, _)| module.name(name));
        if !matches!(name, Some("fields" | "exclude")) {
            continue;
        }
        let value = super::hooks::quietly(cx, |cx| cx.evaluate(argument.value));
        let span = module.expression(argument.value).span;
        let texts = all_texts(&value);
        for text in &texts {
            name_or_all(cx, model, text, span, Access::Read);
        }
        if name == Some("exclude") {
            all_but(cx, model, &texts, span, Access::Read);
        } else {
            found.extend(texts);
        }
    }
    found
}

/// What the dictionaries in a value hold under one key, or under any: `fieldsets` nest lists of fields.
fn held(value: &Value, key: Option<&str>, depth: u32) -> Value {
    let inside = value.atoms().iter().map(|atom| match atom {
        _ if depth > 6 => Value::nothing(),
        Atom::List(of) => held(of, key, depth + 1),
        Atom::Tuple(items) => items
            .iter()
            .map(|item| held(item, key, depth + 1))
            .fold(Value::nothing(), |all, one| all.or(&one)),
        Atom::Dictionary(of) => match key {
            Some(key) => of.known.get(key).cloned().unwrap_or_default(),
            None => of
                .known
                .values()
                .fold(of.rest.clone(), |all, one| all.or(one)),
        },
        _ => Value::nothing(),
    });
    inside.fold(Value::nothing(), |all, one| all.or(&one))
}

/// `fields = {"name": ["exact"]}`: the keys, where they stand.
pub(super) fn written_keys(cx: &Evaluator<'_>, class: ClassRef, name: &str) -> Vec<(String, Span)> {
    let module = cx.program.module(class.file);
    let mut found = Vec::new();
    for definition in cx.program.own_member(class, name) {
        if let Definition::Value(bound) = definition
            && let Some(ExpressionKind::Collection(items)) =
                bound.value.map(|id| &module.expression(id).kind)
        {
            for key in items.items.iter().filter_map(|item| item.key) {
                if let Some(text) = module.plain_text(key) {
                    found.push((text, inner(module.expression(key).span, 1)));
                }
            }
        }
    }
    found
}

/// `exclude = […]` carries every other field, unnamed.
fn the_rest(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    model: ModelId,
    excluded: &[Assembled],
    access: Access,
) {
    let span = cx.program.module(class.file).class(class.class).name_span;
    let at = written_at(cx, class, "exclude").unwrap_or(span);
    all_but(cx, model, excluded, at, access);
}

fn all_but(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    excluded: &[Assembled],
    at: Span,
    access: Access,
) {
    let is_excluded = |name: &str| {
        excluded
            .iter()
            .any(|text| text.text == name || format!("{}_id", text.text) == name)
    };
    cx.touch_row(model, at, crate::Manner::whole(access), &|field| {
        !is_excluded(&field.name)
    });
}

/// Where a class's own body binds a name.
fn written_at(cx: &Evaluator<'_>, class: ClassRef, name: &str) -> Option<Span> {
    let module = cx.program.module(class.file);
    let mut all = cx.program.own_member(class, name).iter();
    all.find_map(|definition| match definition {
        Definition::Value(bound) => bound.value.map(|id| module.expression(id).span),
        _ => None,
    })
}

/// `depth = 1`: rows that keys point at are carried whole.
fn depth(cx: &mut Evaluator<'_>, meta: ClassRef, model: ModelId) {
    let Some(span) = written_at(cx, meta, "depth") else {
        return;
    };
    let said = cx.silent_attribute(&Atom::Class(meta).into(), "depth");
    let levels = said.atoms().iter().find_map(|atom| match atom {
        Atom::Integer(number) => Some((*number).clamp(0, 10)),
        _ => None,
    });
    let mut level = vec![model];
    for _ in 0..levels.unwrap_or_default() {
        let mut next = Vec::new();
        for model in level {
            let relations = cx.models.get(model).map(|one| &one.relations);
            for relation in relations.into_iter().flatten().filter(|one| !one.reverse) {
                if let Some(target) = cx.models.target(relation)
                    && !next.contains(&target)
                {
                    touch_whole(cx, target, span, Access::Read);
                    next.push(target);
                }
            }
        }
        level = next;
    }
}

/// The calls that a class's body binds names to: the name, the call, and what is called.
pub(super) fn calls<'p>(
    cx: &Evaluator<'p>,
    class: ClassRef,
) -> Vec<(impact_facts::ExpressionId, &'p impact_facts::Call, Binding)> {
    let module = cx.program.module(class.file);
    let mut found = Vec::new();
    for statement in &module.class(class.class).body.statements {
        if let Statement::Bind(bind) = statement
            && let Some(ExpressionKind::Call(call)) =
                bind.value.map(|id| &module.expression(id).kind)
        {
            let place = Place::Class(class.class);
            let program = cx.program;
            let callee = program.resolve_expression(class.file, place, call.callee);
            found.push((bind.target, call, callee));
        }
    }
    found
}

/// `title = CharFilter(field_name="name")`; a filter without one is of its own name, unless a method filters.
pub(super) fn filters(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId) {
    let module = cx.program.module(class.file);
    for (target, call, callee) in calls(cx, class) {
        let known = callee
            .external()
            .is_some_and(|name| name.contains("filters") && name.ends_with("Filter"));
        if !known {
            continue;
        }
        if callee
            .external()
            .is_some_and(|name| name.ends_with("OrderingFilter"))
        {
            super::options::ordered(cx, class, model, call);
            continue;
        }
        let argument = |words: &[&str]| {
            let mut all = call.arguments.iter();
            all.find(|one| {
                one.name
                    .is_some_and(|(name, _)| words.contains(&module.name(name)))
            })
            .map(|one| one.value)
        };
        let field = argument(&["field_name", "name"]);
        if field.is_none() && argument(&["method"]).is_some() {
            continue;
        }
        let (id, skip) = field.map_or((target, 0), |id| (id, 1));
        let path = module
            .plain_text(id)
            .or_else(|| module.dotted(id))
            .unwrap_or_default();
        read_path(cx, model, &path, inner(module.expression(id).span, skip));
    }
}

/// What a factory's body binds is written.
pub(super) fn made(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId) {
    let module = cx.program.module(class.file);
    for statement in &module.class(class.class).body.statements {
        if let Statement::Bind(bind) = statement
            && let Some(path) = module.dotted(bind.target)
        {
            touch_path(
                cx,
                Touching {
                    model,
                    path: &path,
                    span: module.expression(bind.target).span,
                    access: Access::Write,
                },
            );
        }
    }
}

fn name_or_all(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    text: &Assembled,
    span: Span,
    access: Access,
) {
    let home = text.locate(Span::new(0, text.text.len() as u32));
    let at = home
        .filter(|(file, _)| *file == cx.file)
        .map_or(span, |(_, span)| span);
    if text.text == "__all__" {
        touch_whole(cx, model, at, access);
    } else {
        let path = text.text.trim_start_matches(['-', '+', '=', '^', '@']);
        touch_path(
            cx,
            Touching {
                model,
                path,
                span: at,
                access,
            },
        );
    }
}

/// All known strings in a value, containers looked into.
pub(super) fn all_texts(value: &Value) -> Vec<Assembled> {
    let mut found = Vec::new();
    texts(value, &mut found, 0);
    found
}

fn texts(value: &Value, found: &mut Vec<Assembled>, depth: u32) {
    if depth > 6 {
        return;
    }
    for atom in value.atoms() {
        match atom {
            Atom::Text(text) if text.holes.is_empty() => found.push((**text).clone()),
            Atom::List(of) => texts(of, found, depth + 1),
            Atom::Tuple(items) => items.iter().for_each(|item| texts(item, found, depth + 1)),
            _ => {}
        }
    }
}

/// `owner = CharField(source="user.email")`; a field without a source is of its own name. A serializer among the fields
/// carries the rows that its source leads to.
pub(super) fn sources(cx: &mut Evaluator<'_>, class: ClassRef, models: &[ModelId]) {
    let module = cx.program.module(class.file);
    for (target, call, callee) in calls(cx, class) {
        let nested = match &callee {
            Binding::External(name) if name.starts_with("rest_framework.") => None,
            Binding::Class(nested) if carriers::kind(cx, *nested).is_some() => Some(*nested),
            Binding::Class(field) if is_field(cx, *field) => None,
            _ => continue,
        };
        if callee
            .external()
            .is_some_and(|name| name.ends_with("SerializerMethodField"))
        {
            continue;
        }
        let source = call.arguments.iter().find(|argument| {
            argument
                .name
                .is_some_and(|(name, _)| module.name(name) == "source")
        });
        let (id, skip) = source.map_or((target, 0), |argument| (argument.value, 1));
        let path = module
            .plain_text(id)
            .or_else(|| module.dotted(id))
            .unwrap_or_default();
        let span = inner(module.expression(id).span, skip);
        let beyond = texts_of(module, call, &["slug_field"]);
        for model in models {
            let rows = source_of(cx, *model, &path, span, nested);
            for (name, span) in &beyond {
                name_of_rows(cx, &rows, name, *span);
            }
        }
    }
}

fn is_field(cx: &Evaluator<'_>, class: ClassRef) -> bool {
    cx.program.ancestors(class).iter().any(|base| {
        base.external()
            .is_some_and(|name| name.starts_with("rest_framework.") && name.ends_with("Field"))
    })
}

/// Strings that a call gives under some keywords, where they stand.
pub(super) fn texts_of(
    module: &impact_facts::Module,
    call: &impact_facts::Call,
    keywords: &[&str],
) -> Vec<(String, Span)> {
    let given = call.arguments.iter().filter(|argument| {
        let name = argument.name.map(|(name, _)| module.name(name));
        name.is_some_and(|name| keywords.contains(&name))
    });
    given
        .filter_map(|argument| {
            let text = module.plain_text(argument.value)?;
            Some((text, inner(module.expression(argument.value).span, 1)))
        })
        .collect()
}

pub(super) fn name_of_rows(cx: &mut Evaluator<'_>, rows: &Value, path: &str, span: Span) {
    for model in crate::orm::django::models_of(rows) {
        read_path(cx, model, path, span);
    }
}

/// `resource_field = Field(attribute="owner__name")` of import-export.
pub(super) fn columns(cx: &mut Evaluator<'_>, class: ClassRef, models: &[ModelId]) {
    let module = cx.program.module(class.file);
    for (_, call, callee) in calls(cx, class) {
        let known = callee
            .external()
            .is_some_and(|name| name.starts_with("import_export.") && name.ends_with("Field"));
        if !known {
            continue;
        }
        for (path, span) in texts_of(module, call, &["attribute"]) {
            let rows = Value::any_of(models.iter().copied().map(Atom::Mapped));
            name_of_rows(cx, &rows, &path, span);
        }
    }
}

/// The methods that `SerializerMethodField("name")` names.
pub(super) fn method_names(cx: &Evaluator<'_>, class: ClassRef) -> Vec<String> {
    let module = cx.program.module(class.file);
    let mut found = Vec::new();
    for (_, call, callee) in calls(cx, class) {
        let known = callee
            .external()
            .is_some_and(|name| name.ends_with("SerializerMethodField"));
        if known && let Some(first) = call.arguments.first() {
            found.extend(module.plain_text(first.value));
        }
    }
    found
}

/// Follows a source, and carries its rows on; the rows.
fn source_of(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    path: &str,
    span: Span,
    nested: Option<ClassRef>,
) -> Value {
    let access = Access::Read;
    let dunder = path.replace('.', "__");
    touch_path(
        cx,
        Touching {
            model,
            path: &dunder,
            span,
            access,
        },
    );
    let mut rows: Value = Atom::Mapped(model).into();
    for name in path.split('.').filter(|name| *name != "*") {
        let of = cx.silent_attribute(&rows, name);
        let kept = std::mem::take(&mut cx.current);
        let element = cx.iterate(&crate::orm::django::all_of(&of), span);
        cx.current = kept;
        rows = of
            .filter(|atom| matches!(atom, Atom::Mapped(_)))
            .or(&element.filter(|atom| matches!(atom, Atom::Mapped(_))));
    }
    if let Some(nested) = nested {
        carriers::receive(cx, nested, &rows);
        cx.runs(
            Target::Class(nested, Part::Show),
            span,
            impact_facts::Certainty::Exact,
        );
    }
    rows
}

/// Without the quotes.
pub(super) fn inner(span: Span, skip: u32) -> Span {
    Span::new(
        span.start + skip,
        span.end.saturating_sub(skip).max(span.start + skip),
    )
}
