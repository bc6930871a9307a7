//! Columns of a class that classes below it make a property of: a row of it may be one of theirs, and then the property
//! answers (SQLAlchemy leaves such a column out of the mapping: `Mapper._should_exclude` of 1.4 and 2.0).

use crate::door::MemberSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, ModelId, Value};
use impact_bind::{ClassRef, Definition};
use impact_facts::Access;

/// More classes below one than this are not asked.
const MAX_CLASSES: usize = 32;

/// What the properties are that classes below a row's own have in a column's place.
pub(super) struct Overridden {
    /// What they answer with.
    pub(super) value: Value,
    /// Whether no row has the column: each is of a class below, and each of these has a property.
    pub(super) always: bool,
}

/// What a row's member is by classes below its own. None: all rows have the column.
pub(super) fn below(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    member: &MemberSite<'_>,
) -> Option<Overridden> {
    let class = cx.models.class(model)?;
    let below = cx.descendants.get(&class)?.clone();
    let (mut value, mut left, mut found) = (Value::nothing(), false, Vec::new());
    for child in below.iter().take(MAX_CLASSES) {
        let Some(id) = cx.models.of_class(*child) else {
            continue;
        };
        match cx.class_member(*child, member.name) {
            Some((owner, definitions)) if owner != class && is_property(definitions) => {
                found.push((id, owner, definitions));
            }
            _ => left = true,
        }
    }
    if found.is_empty() {
        return None;
    }
    let always = !left && below.len() <= MAX_CLASSES && is_of_children_only(cx, class);
    for (id, owner, definitions) in found {
        let row = Atom::Mapped(id);
        if member.access == Access::Write {
            cx.run_setters(&row, member);
        }
        value.join(&cx.defined_member(owner, definitions, &row, member.name, member.span));
    }
    Some(Overridden { value, always })
}

fn is_property(definitions: &[Definition]) -> bool {
    let mut all = definitions.iter();
    !definitions.is_empty() && all.all(|one| matches!(one, Definition::Function(_)))
}

/// Whether no row is of a class itself: it tells its rows apart and has no identity (SQLAlchemy, "Mapping Class Inheritance
/// Hierarchies": a row without the identity of a class is not loaded).
fn is_of_children_only(cx: &mut Evaluator<'_>, class: ClassRef) -> bool {
    if cx.program.own_member(class, "__mapper_args__").is_empty() {
        return false;
    }
    let said = cx.silent_attribute(&Atom::Class(class).into(), "__mapper_args__");
    let [Atom::Dictionary(of)] = said.atoms() else {
        return false;
    };
    let has = |key: &str| of.known.contains_key(key);
    of.rest.is_nothing() && has("polymorphic_on") && !has("polymorphic_identity")
        || has("polymorphic_abstract")
}
