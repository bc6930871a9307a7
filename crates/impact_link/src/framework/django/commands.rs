//! Management commands: a module of that name with a class `Command`.

use crate::effect::{Entry, Target, site};
use crate::evaluator::{Evaluator, Unit};
use crate::value::Atom;
use impact_bind::{ClassRef, Definition, FunctionRef};
use impact_facts::{EntryKind, Span};

/// Every command is an entry point.
pub(super) fn finish(cx: &mut Evaluator<'_>) {
    let all: Vec<(ClassRef, String)> = cx
        .program
        .all_classes()
        .filter(|class| cx.program.is_own(class.file))
        .filter_map(|class| {
            let path = cx.program.path(class.file);
            let (_, name) = path.split_once("management/commands/")?;
            let name = name
                .strip_suffix(".py")
                .filter(|name| !name.starts_with('_'))?;
            let is_command = cx.program.class_name(class).ends_with(".Command");
            is_command.then(|| (class, name.to_owned()))
        })
        .collect();
    for (class, name) in all {
        let span = cx.program.module(class.file).class(class.class).name_span;
        let mut runs = methods(cx, class);
        runs.extend(described(cx, class, span));
        cx.within_file(class.file, |cx| {
            cx.current.entries.push(Entry {
                kind: EntryKind::Command,
                name: name.into(),
                site: site(class.file, span),
                schedule: None,
                runs,
                via: "python/django".into(),
            });
        });
    }
}

/// What a stub says of a command that the class extends.
fn described(cx: &mut Evaluator<'_>, class: ClassRef, span: Span) -> Option<Target> {
    let (owner, _) = cx.class_member(class, "handle")?;
    if !cx.program.is_stub(owner.file) {
        return None;
    }
    let unit = cx.add_unit(Unit::Declared(class.file, span));
    cx.within_unit(unit, |cx| {
        cx.call_method(&Atom::Instance(class), "handle", span);
    });
    Some(Target::Unit(unit))
}

/// `handle` and what else the framework calls.
fn methods(cx: &Evaluator<'_>, class: ClassRef) -> Vec<Target> {
    [
        "handle",
        "add_arguments",
        "execute",
        "handle_label",
        "handle_app_config",
        "__init__",
    ]
    .iter()
    .filter_map(|name| match cx.class_member(class, name)? {
        (owner, [.., Definition::Function(function)]) => Some(Target::Function(FunctionRef {
            file: owner.file,
            function: *function,
        })),
        _ => None,
    })
    .collect()
}
