//! `RunSQL`.

use super::Run;
use crate::declare::sql::steps_of;
use crate::declare::values::{self, Arguments};
use impact_bind::ValueRef;
use impact_facts::{ExpressionKind, Span};

impl Run<'_, '_> {
    /// `RunSQL(sql, reverse_sql, state_operations)`: a text, or a list of texts and of `(text, parameters)`.
    pub(super) fn run_sql(&mut self, call: &Arguments<'_>) -> Option<()> {
        let sql = call.get(0, "sql")?;
        self.only_backward(call.get(1, "reverse_sql"));
        if values::dotted_end(self.program, sql).as_deref() != Some("noop") && !self.sql(sql) {
            self.unknown("SQL that is built when the migration runs", sql);
        }
        if let Some(list) = call.get(2, "state_operations") {
            self.state_only(list);
        }
        Some(())
    }

    /// Runs the SQL that a value says; whether it is known.
    fn sql(&mut self, value: ValueRef) -> bool {
        if let Some(known) = self.sql_text(value) {
            return known;
        }
        let Some(items) = values::items(self.program, value) else {
            return false;
        };
        items.into_iter().all(|item| {
            let is_pair = matches!(
                values::kind(self.program, values::follow(self.program, item)),
                ExpressionKind::Collection(_)
            );
            let text = match values::items(self.program, item) {
                Some(pair) if is_pair => pair.first().copied(),
                _ => Some(item),
            };
            text.and_then(|text| self.sql_text(text)).unwrap_or(false)
        })
    }

    /// Runs one text. None if it is none; false if a part of it is not known, or if it stands in another file.
    fn sql_text(&mut self, value: ValueRef) -> Option<bool> {
        let (source, file) = values::source_text(self.program, value)?;
        if source.holes > 0 {
            return Some(false);
        }
        let all = Span::new(0, source.text.len() as u32);
        let here = values::site(self.program, value).span;
        for mut planned in steps_of(&source, all, self.dialect) {
            if file != self.file {
                planned.step.relocate(&|_| here);
            }
            if self.emits {
                self.steps.push(planned);
            }
        }
        Some(true)
    }
}
