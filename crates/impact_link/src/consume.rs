//! Values that are used up: iterated, indexed, awaited, printed, handed over. This is when lazy queries run.

use crate::door::{CallSite, Consumption, DOORS, MemberSite, door};
use crate::evaluator::Evaluator;
use crate::summary::is_given;
use crate::value::{Atom, Value};
use impact_facts::{Access, Span};
use std::sync::Arc;

impl Evaluator<'_> {
    /// What comes out when a value is used up.
    pub fn consume(&mut self, value: &Value, how: Consumption, span: Span) -> Value {
        let mut result = Value::nothing();
        for atom in value.atoms() {
            let one = self.with_certainty(value.certainty, |cx| cx.consume_atom(atom, how, span));
            result.join(&one.unwrap_or_else(|| match how {
                Consumption::Iterate | Consumption::Index => Value::unknown("an element"),
                _ => atom.clone().into(),
            }));
        }
        result.at_most(value.certainty)
    }

    pub(crate) fn consume_atom(
        &mut self,
        of: &Atom,
        how: Consumption,
        span: Span,
    ) -> Option<Value> {
        match of {
            given if is_given(given) => self.consume_instance(of, how, span),
            Atom::Object(object) => {
                let name = object.door;
                door(name).and_then(|door| door.consume(self, of, how, span))
            }
            Atom::Mapped(_) | Atom::Instance(_) => self.consume_instance(of, how, span),
            Atom::Member(..) | Atom::External(_) | Atom::Outside(_) | Atom::Class(_) => DOORS
                .iter()
                .find_map(|door| door.consume(self, of, how, span)),
            _ => None,
        }
    }

    fn consume_instance(&mut self, of: &Atom, how: Consumption, span: Span) -> Option<Value> {
        let known = DOORS
            .iter()
            .find_map(|door| door.consume(self, of, how, span));
        if known.is_some() {
            return known;
        }
        // What Python calls, the first of these that the class has.
        let methods: &[&str] = match how {
            Consumption::Print => &["__str__"],
            Consumption::With => &["__enter__"],
            Consumption::Iterate => &["__iter__", "__getitem__"],
            Consumption::Test => &["__bool__", "__len__"],
            _ => return None,
        };
        let class = self.class_of_instance(of)?;
        let mut methods = methods.iter();
        let method = methods.find(|method| self.class_member(class, method).is_some())?;
        if *method == "__getitem__" && self.class_member(class, "__len__").is_some() {
            self.call_method(of, "__len__", span);
        }
        let made = self.call_method(of, method, span);
        Some(if *method == "__iter__" {
            self.elements_of_iterator(&made, span)
        } else {
            made
        })
    }

    /// What `__iter__` returned, run through: an instance (often the very one that was asked) has `__next__`.
    fn elements_of_iterator(&mut self, iterator: &Value, span: Span) -> Value {
        let mut result = Value::nothing();
        for atom in iterator.atoms() {
            let element = match atom {
                Atom::Instance(_) | Atom::Mapped(_) => self.next_element(atom, span),
                given if is_given(given) => self.next_element(given, span),
                other => self.iterate(&Value::any_of([other.clone()]), span),
            };
            result.join(&element);
        }
        result.at_most(iterator.certainty)
    }

    fn next_element(&mut self, of: &Atom, span: Span) -> Value {
        let class = self.class_of_instance(of);
        let method = class.and_then(|class| self.class_member(class, "__next__"));
        match method {
            Some(_) => self.call_method(of, "__next__", span),
            None => Value::unknown("an element"),
        }
    }

    /// Calls a method without arguments.
    pub(crate) fn call_method(&mut self, of: &Atom, name: &str, span: Span) -> Value {
        let member = MemberSite {
            name,
            span,
            access: Access::Read,
            value: None,
        };
        let method = self.member(of, &member);
        let expected = Value::nothing();
        let call = CallSite::at_span(span, &[], &expected);
        self.call(&method, &call)
    }

    /// The elements of a value.
    pub fn iterate(&mut self, value: &Value, span: Span) -> Value {
        let mut result = Value::nothing();
        for atom in value.atoms() {
            let element = match atom {
                Atom::List(of) => of.clone(),
                Atom::Tuple(items) => items.iter().fold(Value::nothing(), |all, i| all.or(i)),
                Atom::Dictionary(of) => self.keys(of),
                Atom::Text(_) => Value::outside("builtins.str"),
                Atom::Unknown(why) => Value::unknown(why),
                Atom::Null => Value::nothing(),
                other => self
                    .with_certainty(value.certainty, |cx| {
                        cx.consume_atom(other, Consumption::Iterate, span)
                    })
                    .unwrap_or(Value::unknown("an element")),
            };
            result.join(&element);
        }
        result.at_most(value.certainty)
    }

    fn keys(&self, of: &crate::value::Dictionary) -> Value {
        let known = of.known.keys().map(|key| {
            let text = impact_facts::Assembled {
                text: key.to_string(),
                ..Default::default()
            };
            Atom::Text(Arc::new(text))
        });
        Value::any_of(known).or(&of.keys)
    }
}
