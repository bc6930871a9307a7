//! `EXECUTE`: statements that are put together at run time.

use super::{Body, Part};
use crate::parse::slice;
use crate::resolution::{ColumnUse, StatementKind, Unknown};
use crate::token::TokenKind;
use impact_facts::{Certainty, Span};
use std::ops::Range;

impl Body<'_> {
    /// `EXECUTE text INTO target USING values`.
    pub(super) fn dynamic(&mut self, range: Range<usize>) {
        let span = crate::split::span_of(self.tokens, &range);
        let end = self.find(range.clone(), &["into", "using"]);
        let text = range.start + 1..end;
        let using = self.find(end..range.end, &["using"]) + 1;
        if using < range.end {
            self.list(using..range.end);
        }
        if let Some(uses) = self.template(text.clone()) {
            self.add_rest(text);
            let mut found = self.resolver().finish(span, StatementKind::Other);
            found.uses = uses;
            self.push(found);
            return;
        }
        self.add(text, &Part::Expression);
        if let Some(last) = self.parts.last_mut() {
            last.certainty = Certainty::Possible;
            let span = Span::new(span.start + self.start, span.end + self.start);
            last.unknown.push(Unknown {
                span,
                message: "a statement is put together at run time".into(),
                tables: None,
            });
        }
    }

    /// `format('… %I …', name)` whose only hole is a table's name: what it touches, whichever table that is.
    fn template(&self, range: Range<usize>) -> Option<Vec<ColumnUse>> {
        let literal = self.tokens.get(range.start + 2)?;
        let is_call = self.word(range.start) == "format"
            && self.tokens.get(range.start + 1)?.kind == TokenKind::Symbol(b'(');
        let written = slice(self.source, literal.span);
        let text = written.strip_prefix('\'')?.strip_suffix('\'')?;
        let mut marks = text.match_indices('%');
        let (at, _) = marks.next()?;
        let kind = text.as_bytes().get(at + 1)?;
        if !is_call || marks.next().is_some() || !matches!(kind, b'I' | b's') {
            return None;
        }
        let hole = Span::new(at as u32, at as u32 + 2);
        let mut uses = crate::any_table::uses_of_any_table(text, hole, self.schema)?;
        let start = literal.span.start + 1;
        let home = |span: Span| Span::new(span.start + start, span.end + start);
        for used in &mut uses {
            used.span = home(used.span);
            for at in &mut used.named_at {
                *at = home(*at);
            }
        }
        Some(uses)
    }

    /// The values of `format('…', a, b)`.
    fn add_rest(&mut self, range: Range<usize>) {
        let values = range.start + 4..range.end.saturating_sub(1);
        if values.start < values.end {
            self.list(values);
        }
    }
}
