//! Arguments for which a function of Rust is summed up by itself.

use crate::evaluator::Evaluator;
use crate::framework::ROUTER;
use crate::parameters::Given;
use crate::summary::Telling;
use crate::value::Atom;
use impact_bind::FunctionRef;
use std::sync::Arc;

/// A function of more statements than this is summed up once, whatever text it makes.
const MAX_STATEMENTS: usize = 8;

impl Evaluator<'_> {
    /// Routers, queries that a generic function is handed, and texts of which a function makes another: `path("/users")`.
    pub(crate) fn telling_in_rust(&self, function: FunctionRef, given: &[Given]) -> Telling {
        let routers = routers(given);
        if !routers.is_empty() {
            return routers;
        }
        let mut told = super::generic::telling(given);
        told.extend(self.queries(function, given));
        if !told.is_empty() || !self.makes_text(function) {
            return told;
        }
        let text = |(at, value): &Given| match value.atoms() {
            [atom @ Atom::Text(_)] => Some((*at, atom.clone())),
            _ => None,
        };
        given.iter().filter_map(text).collect()
    }

    /// The queries that a generic function is handed: `limited::<users::Entity>(query)` gives rows of that entity.
    fn queries(&self, function: FunctionRef, given: &[Given]) -> Telling {
        let module = self.program.module(function.file);
        if module
            .function(function.function)
            .type_parameters
            .is_empty()
        {
            return Telling::new();
        }
        let query = |(at, value): &Given| match value.atoms() {
            [atom @ Atom::Object(of)] if of.kind == "query" && of.model.is_some() => {
                Some((*at, atom.clone()))
            }
            _ => None,
        };
        given.iter().filter_map(query).collect()
    }

    /// Whether a function of Rust says that it returns a text, and does little else.
    fn makes_text(&self, function: FunctionRef) -> bool {
        let module = self.program.module(function.file);
        let definition = module.function(function.function);
        let returns = definition.returns.and_then(|said| module.dotted(said));
        definition.body.statements.len() <= MAX_STATEMENTS
            && returns.is_some_and(|said| matches!(said.rsplit('.').next(), Some("String" | "str")))
    }
}

/// The routers among arguments: what a function of the program makes of one (`guarded(users::routes())`) holds no other's routes.
fn routers(given: &[Given]) -> Telling {
    let router = |atom: &Atom| match atom {
        Atom::Object(of) if of.kind == ROUTER => Some(of.clone()),
        _ => None,
    };
    let told = |(at, value): &Given| {
        // What its type says, and what was known of it before, stand beside it.
        let routers = value.atoms().iter().filter_map(router);
        let whole = routers.reduce(|whole, more| {
            let mut whole = (*whole).clone();
            whole.values.extend(more.values.clone());
            Arc::new(whole)
        });
        whole.map(|whole| (*at, Atom::Object(whole)))
    };
    given.iter().filter_map(told).collect()
}
