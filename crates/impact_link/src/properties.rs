//! Properties that are set, and hybrids that a class has in queries.

use crate::door::{CallSite, MemberSite, Passed};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::{ClassRef, Definition, FunctionRef};
use impact_facts::Language;

/// Decorators that make a method an attribute of the class in queries, too.
const HYBRIDS: &[&str] = &["sqlalchemy.ext.hybrid.hybrid_property"];

impl Evaluator<'_> {
    /// Whether one of the functions under a name is a hybrid: it runs for the class, too.
    pub(crate) fn is_hybrid(&self, owner: ClassRef, definitions: &[Definition]) -> bool {
        definitions.iter().any(|definition| match *definition {
            Definition::Function(function) => {
                let file = owner.file;
                self.is_decorated(FunctionRef { file, function }, HYBRIDS)
            }
            _ => false,
        })
    }

    /// Whether a function stands under `@name.setter`.
    pub(crate) fn is_setter(&self, function: FunctionRef) -> bool {
        let module = self.program.module(function.file);
        let decorators = &module.function(function.function).decorators;
        decorators
            .iter()
            .any(|id| match &module.expression(*id).kind {
                impact_facts::ExpressionKind::Attribute(of) => module.name(of.name) == "setter",
                _ => false,
            })
    }

    /// Setting a property runs its setter.
    pub(crate) fn run_setters(&mut self, of: &Atom, member: &MemberSite<'_>) {
        let Some(class) = self
            .describing_class(of)
            .filter(|_| self.is(Language::Python))
        else {
            return;
        };
        let Some((owner, definitions)) = self.class_member(class, member.name) else {
            return;
        };
        for definition in definitions {
            let Definition::Function(function) = *definition else {
                continue;
            };
            let function = FunctionRef {
                file: owner.file,
                function,
            };
            if self.is_setter(function) {
                let value = member.value.cloned().unwrap_or_default();
                let passed = [Passed::plain(value, member.span)];
                let expected = Value::nothing();
                let call = CallSite::at_span(member.span, &passed, &expected);
                self.call_function(function, Some(of.clone()), &call);
            }
        }
    }
}
