//! Joins: chains of sources, and what joins them.

use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Join, JoinOn, Joined, Source};
use crate::token::TokenKind;

fn chain<'a>(first: Source<'a>, rest: Vec<Joined<'a>>) -> Source<'a> {
    if rest.is_empty() {
        first
    } else {
        Source::Join(Box::new(Join { first, rest }))
    }
}

impl<'a> Parser<'a> {
    /// `a, b`, as one source.
    pub fn source_list(&mut self) -> Parsed<Source<'a>> {
        let first = self.source()?;
        self.list_after(first)
    }

    pub(super) fn list_after(&mut self, first: Source<'a>) -> Parsed<Source<'a>> {
        let mut rest = Vec::new();
        while self.skip_symbol(b',') {
            rest.push(Joined {
                source: self.source()?,
                on: JoinOn::Nothing,
            });
        }
        Ok(chain(first, rest))
    }

    pub(super) fn joins(&mut self, first: Source<'a>) -> Parsed<Source<'a>> {
        let mut rest = Vec::new();
        while let Some(natural) = self.join_words() {
            let right = self.deeper(Self::primary)?;
            let right = self.reshaped(right)?;
            // `a JOIN b JOIN c ON … ON …`: the inner one is complete first.
            let right = if self.join_follows_without_condition() {
                self.deeper(|parser| parser.joins(right))?
            } else {
                right
            };
            let on = match natural {
                Some(span) => JoinOn::Natural(span),
                None => self.join_condition()?,
            };
            rest.push(Joined { source: right, on });
        }
        Ok(chain(first, rest))
    }

    pub(super) fn join_follows_without_condition(&self) -> bool {
        let mut ahead = 0;
        loop {
            match self.keyword_at(ahead) {
                Keyword::Inner
                | Keyword::Left
                | Keyword::Right
                | Keyword::Full
                | Keyword::Outer => ahead += 1,
                Keyword::Join => return self.second_condition_follows(ahead + 1),
                _ => return false,
            }
        }
    }

    /// Whether, in a chain of joins without conditions, as many `ON` come later.
    pub(super) fn second_condition_follows(&self, from: usize) -> bool {
        let (mut depth, mut open) = (0i32, 2i32);
        for ahead in from..from + 400 {
            match self.kind_at(ahead) {
                None => return false,
                Some(TokenKind::Symbol(b'(')) => depth += 1,
                Some(TokenKind::Symbol(b')')) => {
                    depth -= 1;
                    if depth < 0 {
                        return false;
                    }
                }
                Some(TokenKind::Symbol(b',' | b';')) if depth == 0 => return false,
                Some(TokenKind::Word(keyword)) if depth == 0 => match keyword {
                    Keyword::Cross | Keyword::Natural => return false,
                    Keyword::Join => open += 1,
                    Keyword::On | Keyword::Using => {
                        open -= 1;
                        if open == 0 {
                            return true;
                        }
                    }
                    Keyword::Where
                    | Keyword::Group
                    | Keyword::Order
                    | Keyword::Union
                    | Keyword::Select
                    | Keyword::Set => return false,
                    _ => {}
                },
                _ => {}
            }
        }
        false
    }

    /// The words of a join, if one follows; inside, the span of `NATURAL`.
    #[allow(clippy::option_option)]
    pub(super) fn join_words(&mut self) -> Option<Option<impact_facts::Span>> {
        let start = self.at;
        let mut natural = None;
        loop {
            match self.keyword() {
                Keyword::Natural => natural = Some(self.span()),
                Keyword::Inner
                | Keyword::Cross
                | Keyword::Left
                | Keyword::Right
                | Keyword::Full
                | Keyword::Outer
                | Keyword::Semi
                | Keyword::Anti
                | Keyword::Asof
                | Keyword::Any
                | Keyword::All
                | Keyword::Positional => {}
                Keyword::Join | Keyword::Straight => {
                    self.at += 1;
                    return Some(natural);
                }
                Keyword::Apply if self.at > start => {
                    self.at += 1;
                    self.applies = true;
                    return Some(None);
                }
                _ if self.is_word("global")
                    || self.at > start && matches!(self.word_at(0), "hash" | "loop" | "paste") => {}
                _ => {
                    self.at = start;
                    return None;
                }
            }
            self.at += 1;
        }
    }

    pub(super) fn join_condition(&mut self) -> Parsed<JoinOn<'a>> {
        if self.is_word("match_condition") && self.symbol_at(1, b'(') {
            self.at += 1;
            let mut condition = self.expr()?;
            if let JoinOn::Condition(on) = self.join_condition()? {
                condition.atoms.extend(on.atoms);
            }
            return Ok(JoinOn::Condition(condition));
        }
        if self.skip(Keyword::On) {
            return Ok(JoinOn::Condition(self.expr()?));
        }
        if self.is(Keyword::Using) && self.symbol_at(1, b'(') {
            self.at += 1;
            let columns = self.ident_list()?;
            let alias = if self.skip(Keyword::As) {
                self.any_ident()
            } else {
                None
            };
            return Ok(JoinOn::Using(columns, alias));
        }
        Ok(JoinOn::Nothing)
    }

    pub(super) fn join_follows(&self) -> bool {
        matches!(
            self.keyword(),
            Keyword::Join
                | Keyword::Inner
                | Keyword::Left
                | Keyword::Right
                | Keyword::Full
                | Keyword::Cross
                | Keyword::Natural
        )
    }
}
