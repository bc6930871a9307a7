//! Members whose names are known in part: `getattr(self, f"on_{event}")`, `getattr(queries, f"by_{kind}")`.

use super::files;
use crate::door::MemberSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::{Binding, ClassRef, Definition, Place};
use impact_facts::{Access, Assembled, Certainty, Language, Span};
use std::collections::BTreeSet;

/// More members than this that fit are not told apart.
const MAX_MEMBERS: usize = 64;

/// The functions among the members of a value whose names fit a text with holes, each as it would be if it were named.
pub(super) fn members(cx: &mut Evaluator<'_>, of: &Value, text: &Assembled) -> Value {
    let Some((before, after)) = ends(text) else {
        return Value::nothing();
    };
    let mut found = Value::nothing();
    for atom in of.atoms() {
        let names = names(cx, atom);
        let fits = |name: &String| {
            name.len() > before.len() + after.len()
                && name.starts_with(before)
                && name.ends_with(after)
        };
        let fitting: Vec<String> = names.into_iter().filter(fits).collect();
        if fitting.len() > MAX_MEMBERS {
            return Value::nothing();
        }
        for name in fitting {
            let member = MemberSite {
                name: &name,
                span: Span::default(),
                access: Access::Read,
                value: None,
            };
            found.join(&cx.member(atom, &member));
        }
    }
    found.at_most(Certainty::Likely)
}

/// What stands before the first hole and after the last; none if that says nothing.
fn ends(text: &Assembled) -> Option<(&str, &str)> {
    let (first, last) = (text.holes.first()?, text.holes.last()?);
    let before = text.text.get(..first.start as usize)?;
    let after = text.text.get(last.end as usize..)?;
    (before.len() + after.len() > 1).then_some((before, after))
}

/// The names of the functions that a value has.
fn names(cx: &Evaluator<'_>, of: &Atom) -> BTreeSet<String> {
    if let Atom::Object(object) = of
        && let Some(queries) = files::query_names(object)
    {
        return queries;
    }
    if let Atom::Module(file) = of {
        return functions(cx, *file, Place::Module);
    }
    let Some(class) = cx.describing_class(of) else {
        return BTreeSet::new();
    };
    let ancestors = cx.program.ancestors(class);
    let own = ancestors.iter().filter_map(|base| match base {
        Binding::Class(class) => Some(*class),
        _ => None,
    });
    own.flat_map(|ClassRef { file, class }| functions(cx, file, Place::Class(class)))
        .collect()
}

fn functions(cx: &Evaluator<'_>, file: impact_facts::FileId, place: Place) -> BTreeSet<String> {
    if cx.program.facts(file).language != Language::Python {
        return BTreeSet::new();
    }
    let module = cx.program.module(file);
    let places = cx.program.places(file);
    let names = places.names(place);
    let is_function = |name: &impact_facts::Name| {
        let all = names.definitions(*name);
        all.iter()
            .any(|one| matches!(one, Definition::Function(_) | Definition::Import(_)))
    };
    let all = names.names().into_iter().filter(is_function);
    all.map(|name| module.name(name).to_owned()).collect()
}
