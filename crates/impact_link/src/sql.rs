//! SQL in strings: what a statement touches, brought home to the files that its bytes stand in.

use crate::effect::{Blind, site};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_facts::{Assembled, BlindReason, Catalog, Reach, Span};

/// The databases of a service, prepared for resolving statements.
#[derive(Debug, Default)]
pub struct Schemas {
    /// By the order of the input; the first is the service's own where a statement does not say.
    pub names: Vec<Box<str>>,
}

impl Schemas {
    /// Prepares catalogs.
    #[must_use]
    pub fn new(catalogs: &[&Catalog]) -> Self {
        Self {
            names: catalogs
                .iter()
                .map(|catalog| catalog.database.clone())
                .collect(),
        }
    }
}

impl Evaluator<'_> {
    /// Resolves what is known to be SQL; what of it is no known text becomes a blind spot.
    pub fn sql_value(&mut self, value: &Value, span: Span, via: &str) {
        let mut open = value.is_nothing();
        for atom in value.atoms() {
            match atom {
                Atom::Text(text) => self.sql_text(text, span, via),
                Atom::Null => {}
                _ => open = true,
            }
        }
        if open {
            self.blind(Blind {
                site: site(self.file, span),
                reason: BlindReason::DynamicSql,
                message: "SQL that is put together at run time; a constant text would decide it"
                    .into(),
                reach: Reach::Database,
            });
        }
    }

    /// Resolves one text.
    pub fn sql_text(&mut self, text: &Assembled, span: Span, via: &str) {
        let _ = (text, via);
        self.blind(Blind {
            site: site(self.file, span),
            reason: BlindReason::Statement,
            message: "a statement that was not resolved".into(),
            reach: Reach::Database,
        });
    }
}
