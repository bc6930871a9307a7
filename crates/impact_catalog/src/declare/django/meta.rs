//! `class Meta` of a model.

use crate::declare::values::{self, Arguments, in_class};
use impact_bind::{Binding, ClassRef, Definition, Program, ValueRef};
use impact_facts::ExpressionKind;

/// What a model's `Meta` says, inherited parts included.
#[derive(Debug, Clone, Default)]
pub(super) struct Meta {
    pub(super) is_abstract: bool,
    pub(super) proxy: bool,
    pub(super) db_table: Option<String>,
    /// `db_table` is said by code that is not followed.
    pub(super) is_unnamed: bool,
    pub(super) app_label: Option<String>,
    pub(super) ordering: Option<Vec<Box<str>>>,
    pub(super) order_with_respect_to: bool,
    /// The setting that names the model in its place: `swappable = "AUTH_USER_MODEL"`.
    pub(super) swappable: Option<String>,
    /// The label of the model that stands in its place.
    pub(super) swapped: Option<String>,
}

/// Reads a model's own `Meta`. `abstract` is never inherited; a `Meta` with bases takes what they say.
pub(super) fn read(program: &Program<'_>, model: ClassRef) -> Meta {
    let own = program
        .own_member(model, "Meta")
        .iter()
        .find_map(|definition| match definition {
            Definition::Class(class) => Some(ClassRef {
                file: model.file,
                class: *class,
            }),
            _ => None,
        });
    let Some(own) = own else {
        return inherited(program, model);
    };
    let mut meta = Meta::default();
    for base in program.ancestors(own).iter().rev() {
        if let Binding::Class(base) = base {
            read_body(program, *base, *base == own, &mut meta);
        }
    }
    meta
}

/// A model without a `Meta` takes that of the first abstract base that has one.
fn inherited(program: &Program<'_>, model: ClassRef) -> Meta {
    for base in program.ancestors(model).iter().skip(1) {
        let Binding::Class(base) = base else { continue };
        let Some(Definition::Class(class)) = program.own_member(*base, "Meta").first() else {
            continue;
        };
        let mut meta = Meta::default();
        read_body(
            program,
            ClassRef {
                file: base.file,
                class: *class,
            },
            true,
            &mut meta,
        );
        if meta.is_abstract {
            return Meta {
                is_abstract: false,
                ..meta
            };
        }
        return Meta {
            ordering: meta.ordering,
            ..Meta::default()
        };
    }
    Meta::default()
}

fn read_body(program: &Program<'_>, class: ClassRef, own: bool, meta: &mut Meta) {
    let value = |name: &str| {
        program
            .own_member(class, name)
            .iter()
            .rev()
            .find_map(|definition| match definition {
                Definition::Value(bound) => {
                    bound.value.map(|id| in_class(class.file, class.class, id))
                }
                _ => None,
            })
    };
    let flag = |name: &str| value(name).is_some_and(|value| values::is_true(program, value));
    let text = |name: &str| value(name).and_then(|value| values::plain(program, value));
    meta.is_abstract = own && flag("abstract");
    meta.proxy = own && flag("proxy");
    meta.swappable = text("swappable").filter(|_| own);
    if let Some(said) = value("db_table") {
        meta.db_table = values::plain(program, said);
        meta.is_unnamed = meta.db_table.is_none();
    }
    meta.app_label = text("app_label").or(meta.app_label.take());
    meta.order_with_respect_to |= value("order_with_respect_to").is_some();
    if let Some(ordering) = value("ordering") {
        meta.ordering = Some(paths(program, ordering));
    }
}

/// The field paths of an ordering: texts, and the first texts of `F("a").desc()` and its kin.
fn paths(program: &Program<'_>, value: ValueRef) -> Vec<Box<str>> {
    let items = values::items(program, value).unwrap_or_default();
    let paths = items
        .into_iter()
        .filter_map(|item| path(program, item, 0))
        .filter(|path| path != "?");
    paths
        .map(|path| path.trim_start_matches(['-', '+']).into())
        .collect()
}

fn path(program: &Program<'_>, value: ValueRef, depth: u32) -> Option<String> {
    if let Some(text) = values::plain(program, value) {
        return Some(text);
    }
    if depth > 8 {
        return None;
    }
    let call = Arguments::of(program, value)?;
    if let Some(first) = call.placed(0) {
        return path(program, first, depth + 1);
    }
    match &call.module.expression(call.call.callee).kind {
        ExpressionKind::Attribute(attribute) => path(
            program,
            ValueRef {
                expression: attribute.of,
                ..call.at
            },
            depth + 1,
        ),
        _ => None,
    }
}
