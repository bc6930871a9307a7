//! Rows of which only an unmapped base or mixin is known: they may be of any mapped class below it.

use crate::attribute::MAX_TOLD;
use crate::door::MemberSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, ModelId, Value};
use impact_bind::ClassRef;
use impact_facts::{Certainty, Language, Span};

impl Evaluator<'_> {
    /// The model that a class is; of an unmapped base or mixin, those of the classes below it.
    pub(crate) fn mapped(&self, class: ClassRef) -> Vec<ModelId> {
        if let Some(model) = self.models.of_class(class) {
            return vec![model];
        }
        let below = self.descendants.get(&class).into_iter().flatten();
        below
            .filter_map(|class| self.models.of_class(*class))
            .collect()
    }

    /// A member of a row of which only an unmapped base or mixin is known: of whichever of its mapped classes have it.
    pub(crate) fn member_of_base(&mut self, of: &Atom, member: &MemberSite<'_>) -> Value {
        let Atom::Instance(class) = of else {
            return Value::nothing();
        };
        if member.span == Span::default() || !self.is(Language::Python) {
            return Value::nothing();
        }
        let mut models = self.mapped(*class);
        models.retain(|model| self.is_mapped_member(*model, member.name));
        let certainty = if models.len() > MAX_TOLD {
            Certainty::Possible
        } else {
            Certainty::Likely
        };
        let mut found = Value::nothing();
        for model in models {
            let row = Atom::Mapped(model);
            let one = self.with_certainty(certainty, |cx| cx.member(&row, member));
            found = found.or(&one.at_most(certainty));
        }
        found
    }

    /// The rows and mapped classes among what callers pass, where the annotation names an unmapped base of theirs; nothing
    /// if some caller passes something else.
    pub(crate) fn narrower(&self, said: &Value, passed: &Value) -> Value {
        let bases: Vec<ClassRef> = said
            .atoms()
            .iter()
            .filter_map(|atom| match atom {
                Atom::Instance(class) | Atom::Class(class) => Some(*class),
                _ => None,
            })
            .collect();
        if bases.is_empty()
            || bases
                .iter()
                .any(|base| self.models.of_class(*base).is_some())
        {
            return Value::nothing();
        }
        let fits = |atom: &Atom| {
            let class = match atom {
                Atom::Mapped(model) => self.models.class(*model),
                Atom::Class(class) => self.models.of_class(*class).map(|_| *class),
                _ => None,
            };
            let below = |base: &ClassRef| {
                let below = self.descendants.get(base);
                below
                    .zip(class)
                    .is_some_and(|(below, class)| below.contains(&class))
            };
            bases.iter().any(below)
        };
        let null = |atom: &Atom| matches!(atom, Atom::Null);
        let all = passed.atoms().iter().all(|atom| fits(atom) || null(atom));
        if all && passed.atoms().iter().any(fits) {
            passed.clone()
        } else {
            Value::nothing()
        }
    }
}
