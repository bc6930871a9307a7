//! `*` of a select list, with what is taken out, replaced or chosen.

use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{FunctionSource, Ident, Item, Path, Select, Source, StarItem};
use crate::token::TokenKind;
use impact_facts::Dialect;

impl<'a> Parser<'a> {
    pub(super) fn has_columns_star(&self) -> bool {
        matches!(self.dialect, Dialect::DuckDb | Dialect::ClickHouse)
    }

    /// Whether `COLUMNS(` is followed by a pattern: a list of names is as good as the names.
    pub(super) fn chooses_columns(&self) -> bool {
        let list = self.name_at(2) && (self.symbol_at(3, b',') || self.symbol_at(3, b')'));
        self.has_columns_star() && !list
    }

    /// `COLUMNS('pattern')`, `COLUMNS(* EXCLUDE (a))`, `COLUMNS(c -> c LIKE 'a%')`: a `*`, for which columns it chooses is
    /// known when it runs. `of`: the relation before its dot.
    pub(super) fn columns_star(&mut self, of: Option<Path<'a>>) -> Parsed<StarItem<'a>> {
        let start = self.at;
        self.at += usize::from(self.is(Keyword::Columns));
        let mut star = StarItem {
            of,
            without: Vec::new(),
            replaced: Vec::new(),
            span: self.span_from(start),
        };
        if self.operator_at(1) == "*" {
            self.expect_symbol(b'(')?;
            self.at += 1;
            self.star_options(&mut star)?;
            self.expect_symbol(b')')?;
        } else {
            self.skip_balanced();
        }
        star.span = self.span_from(start);
        self.star_options(&mut star)?;
        Ok(star)
    }

    /// `USING SAMPLE 10% (bernoulli)` of DuckDB.
    pub(super) fn using_sample(&mut self) {
        self.at += 2;
        while matches!(
            self.kind(),
            Some(
                TokenKind::Number
                    | TokenKind::Symbol(b'%' | b'(')
                    | TokenKind::Word(Keyword::None | Keyword::Rows)
            )
        ) {
            self.skip_balanced();
        }
    }

    pub(super) fn array_join_follows(&self) -> bool {
        let at = usize::from(matches!(self.keyword(), Keyword::Left | Keyword::Inner));
        self.keyword_at(at) == Keyword::Array && self.keyword_at(at + 1) == Keyword::Join
    }

    /// `ARRAY JOIN a AS x, f(b) AS y` of ClickHouse: a row for each element.
    pub(super) fn array_join(&mut self, select: &mut Select<'a>) -> Parsed<()> {
        while !self.skip(Keyword::Join) {
            self.at += 1;
        }
        for item in self.items()? {
            let Item::Expr { expr, alias } = item else {
                continue;
            };
            let Some(name) = alias else {
                select.condition.push(expr);
                continue;
            };
            let path = Path::single(Ident {
                name: "unnest",
                span: expr.span,
            });
            select.from.push(Source::Function(FunctionSource {
                path,
                arguments: vec![expr],
                ordinality: false,
                more: Vec::new(),
                alias: crate::syntax::Alias {
                    name: Some(name),
                    ..crate::syntax::Alias::default()
                },
            }));
        }
        Ok(())
    }

    pub(super) fn star_item(&mut self) -> Parsed<Option<StarItem<'a>>> {
        let start = self.at;
        if self.is(Keyword::Columns) && self.symbol_at(1, b'(') && self.chooses_columns() {
            let star = self.columns_star(None)?;
            if self.clause_or_end_at(0) || self.is_symbol(b',') {
                return Ok(Some(star));
            }
            self.at = start;
            return Ok(None);
        }
        let of = if self.is_operator("*") {
            self.at += 1;
            None
        } else {
            match self.star_of() {
                Some(path) => Some(path),
                None => return Ok(None),
            }
        };
        let span = self.span_from(start);
        let mut star = StarItem {
            of,
            without: Vec::new(),
            replaced: Vec::new(),
            span,
        };
        self.star_options(&mut star)?;
        Ok(Some(star))
    }

    pub(super) fn star_of(&mut self) -> Option<Path<'a>> {
        let start = self.at;
        if self.name_at(0) && self.symbol_at(1, b'.') {
            let path = self.path().ok()?;
            if self.is_symbol(b'.') && self.operator_at(1) == "*" {
                self.at += 2;
                return Some(path);
            }
        }
        self.at = start;
        None
    }

    pub(super) fn star_options(&mut self, star: &mut StarItem<'a>) -> Parsed<()> {
        loop {
            let list = self.symbol_at(1, b'(');
            match self.keyword() {
                Keyword::Exclude if self.dialect != Dialect::Postgres => {
                    self.at += 1;
                    star.without.extend(if list {
                        self.ident_list()?
                    } else {
                        vec![self.ident()?]
                    });
                }
                Keyword::Except
                    if self.dialect == Dialect::ClickHouse
                        && self.name_at(1)
                        && !self.query_starts_at(1)
                        && !matches!(self.keyword_at(1), Keyword::All | Keyword::Distinct) =>
                {
                    self.at += 1;
                    star.without.push(self.ident()?);
                }
                Keyword::Apply => {
                    self.at += 1;
                    self.skip_balanced();
                }
                Keyword::Like | Keyword::Ilike
                    if matches!(self.dialect, Dialect::DuckDb | Dialect::Snowflake) =>
                {
                    self.at += 2;
                }
                Keyword::Except
                    if list && self.dialect != Dialect::Postgres && !self.query_starts_at(2) =>
                {
                    self.at += 1;
                    star.without.extend(self.ident_list()?);
                }
                Keyword::Replace | Keyword::Rename if self.dialect != Dialect::Postgres => {
                    self.at += 1;
                    self.star_replacements(star)?;
                }
                _ => return Ok(()),
            }
        }
    }

    pub(super) fn star_replacements(&mut self, star: &mut StarItem<'a>) -> Parsed<()> {
        let list = self.skip_symbol(b'(');
        loop {
            let expr = self.expr()?;
            self.expect(Keyword::As)?;
            let name = self.ident()?;
            star.replaced.push((expr, name));
            if !list || !self.skip_symbol(b',') {
                break;
            }
        }
        if list {
            self.expect_symbol(b')')
        } else {
            Ok(())
        }
    }
}
