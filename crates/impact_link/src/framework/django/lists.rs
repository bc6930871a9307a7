//! Field lists: forms, serializers, filters and their kin name a model in `Meta` and its fields in lists; the admin names
//! them in options; serializer fields name their source.

use crate::evaluator::Evaluator;
use crate::orm::django::{Touching, touch_path, touch_whole};
use crate::value::{Atom, ModelId, Value};
use impact_bind::{Binding, ClassRef, Definition, Place};
use impact_facts::{Access, Assembled, ExpressionKind, Language, Span, Statement};

/// Lists of a `Meta` whose strings are fields of its model.
const META: &[&str] = &[
    "fields",
    "exclude",
    "read_only_fields",
    "list_serializer_fields",
    "import_id_fields",
    "filter_fields",
    "only_fields",
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
];

/// Records what the lists of all classes name.
pub(super) fn finish(cx: &mut Evaluator<'_>) {
    let own = cx.program.own_files();
    let classes: Vec<ClassRef> = cx
        .program
        .all_classes()
        .filter(|class| class.file.0 < own)
        .filter(|class| cx.program.facts(class.file).language == Language::Python)
        .filter(|class| {
            !cx.program
                .module(class.file)
                .class(class.class)
                .bases
                .is_empty()
        })
        .collect();
    for class in classes {
        if let Some(meta) = meta_of(cx, class) {
            let model = model_of(cx, meta);
            if let Some(model) = model {
                let access = if writes(cx, class) {
                    Access::Write
                } else {
                    Access::Read
                };
                lists(cx, meta, model, META, access);
                sources(cx, class, model);
            }
        }
        for model in super::admin::models_of(cx, class) {
            lists(cx, class, model, ADMIN, Access::Read);
        }
    }
}

/// The class `Meta` inside a class that is no model itself.
fn meta_of(cx: &Evaluator<'_>, class: ClassRef) -> Option<ClassRef> {
    if cx.models.of_class(class).is_some() {
        return None;
    }
    match cx.program.own_member(class, "Meta").last()? {
        Definition::Class(meta) => Some(ClassRef {
            file: class.file,
            class: *meta,
        }),
        _ => None,
    }
}

fn model_of(cx: &mut Evaluator<'_>, meta: ClassRef) -> Option<ModelId> {
    cx.class_member(meta, "model")?;
    let value = cx.silent_attribute(&Atom::Class(meta).into(), "model");
    let instances = cx.instances(&value);
    instances.atoms().iter().find_map(|atom| match atom {
        Atom::Mapped(model) => Some(*model),
        _ => None,
    })
}

/// Whether a class takes values in: a form.
fn writes(cx: &Evaluator<'_>, class: ClassRef) -> bool {
    cx.program.ancestors(class).iter().any(|base| match base {
        Binding::External(name) => name
            .rsplit('.')
            .next()
            .is_some_and(|last| last.contains("Form")),
        _ => false,
    })
}

fn lists(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId, names: &[&str], access: Access) {
    for name in names {
        if cx.program.own_member(class, name).is_empty() {
            continue;
        }
        let value = cx.silent_attribute(&Atom::Class(class).into(), name);
        let span = cx.program.module(class.file).class(class.class).name_span;
        cx.within_file(class.file, |cx| {
            let mut found = Vec::new();
            texts(&value, &mut found, 0);
            for text in found {
                name_or_all(cx, model, &text, span, access);
            }
        });
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

fn texts(value: &Value, found: &mut Vec<Assembled>, depth: u32) {
    if depth > 6 {
        return;
    }
    for atom in value.atoms() {
        match atom {
            Atom::Text(text) if text.holes.is_empty() => found.push((**text).clone()),
            Atom::List(of) => texts(of, found, depth + 1),
            Atom::Tuple(items) => items.iter().for_each(|item| texts(item, found, depth + 1)),
            Atom::Dictionary(of) => {
                for key in of.known.keys() {
                    found.push(Assembled {
                        text: key.to_string(),
                        ..Assembled::default()
                    });
                }
            }
            _ => {}
        }
    }
}

/// `owner = CharField(source="user.email")`; a field without a source is of its own name.
fn sources(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId) {
    let module = cx.program.module(class.file);
    for statement in &module.class(class.class).body.statements {
        let Statement::Bind(bind) = statement else {
            continue;
        };
        let Some(ExpressionKind::Call(call)) = bind.value.map(|id| &module.expression(id).kind)
        else {
            continue;
        };
        let place = Place::Class(class.class);
        let callee = cx
            .program
            .resolve_expression(class.file, place, call.callee);
        if !callee
            .external()
            .is_some_and(|name| name.starts_with("rest_framework."))
        {
            continue;
        }
        let source = call.arguments.iter().find(|argument| {
            argument
                .name
                .is_some_and(|(name, _)| module.name(name) == "source")
        });
        let (id, skip) = source.map_or((bind.target, 0), |argument| (argument.value, 1));
        let path = module
            .plain_text(id)
            .or_else(|| module.dotted(id))
            .unwrap_or_default();
        let span = module.expression(id).span;
        let inside = Span::new(
            span.start + skip,
            span.end.saturating_sub(skip).max(span.start + skip),
        );
        cx.within_file(class.file, |cx| {
            let path = path.replace('.', "__");
            touch_path(
                cx,
                Touching {
                    model,
                    path: &path,
                    span: inside,
                    access: Access::Read,
                },
            );
        });
    }
}
