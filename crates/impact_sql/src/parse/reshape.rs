//! Sources that are made of another one's rows: PIVOT, UNPIVOT, MATCH_RECOGNIZE.

use super::expression::Place;
use super::script::name_of;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Atom, Expr, Item, Path, QueryPlace, Select, Shape, Source, StarItem};

impl<'a> Parser<'a> {
    /// The source with what reshapes it, however often.
    pub(super) fn reshaped(&mut self, mut source: Source<'a>) -> Parsed<Source<'a>> {
        loop {
            let exprs = match self.keyword() {
                Keyword::Pivot => self.pivot()?,
                Keyword::Unpivot => self.unpivot()?,
                _ if self.is_word("match_recognize") && self.symbol_at(1, b'(') => {
                    self.match_recognize()?
                }
                _ => return Ok(source),
            };
            let alias = self.alias()?;
            source = Source::Reshaped {
                inner: Box::new(source),
                exprs,
                alias,
            };
        }
    }

    /// `PIVOT (sum(a) AS s, … FOR b IN (…))`.
    fn pivot(&mut self) -> Parsed<Vec<Expr<'a>>> {
        self.at += 1;
        self.skip_word("xml");
        self.expect_symbol(b'(')?;
        let mut exprs = Vec::new();
        while !self.skip(Keyword::For) {
            exprs.push(self.expr()?);
            self.item_alias();
            if !self.skip_symbol(b',') && !self.is(Keyword::For) {
                return self.fail("is not expected in PIVOT");
            }
        }
        loop {
            self.pivot_columns(&mut exprs)?;
            self.expect(Keyword::In)?;
            if self.query_in_parentheses() {
                let mut atoms = Vec::new();
                self.operand(&mut atoms, Place::Value)?;
                exprs.push(of_atoms(atoms, self.span()));
            } else {
                self.skip_balanced();
            }
            if !self.name_at(0) || self.is(Keyword::Group) || self.is(Keyword::Default) {
                break;
            }
        }
        while self.kind().is_some() && !self.is_symbol(b')') {
            if self.skip_pair(Keyword::Group, Keyword::By) {
                exprs.extend(self.expr_list(Place::Open)?);
            } else {
                self.skip_balanced();
            }
        }
        self.expect_symbol(b')')?;
        Ok(exprs)
    }

    /// `a`, `(a, b)`.
    fn pivot_columns(&mut self, exprs: &mut Vec<Expr<'a>>) -> Parsed<()> {
        if self.is_symbol(b'(') {
            let list = self.ident_list()?;
            exprs.extend(list.into_iter().map(|ident| name_of(Path::single(ident))));
            return Ok(());
        }
        exprs.push(name_of(self.path()?));
        Ok(())
    }

    /// `UNPIVOT (value FOR name IN (a, b AS 'x', (c, d)))`: the columns that become rows.
    fn unpivot(&mut self) -> Parsed<Vec<Expr<'a>>> {
        self.at += 1;
        while self.name_at(0) {
            self.at += 1;
        }
        self.expect_symbol(b'(')?;
        self.skip_balanced();
        self.expect(Keyword::For)?;
        self.ident()?;
        self.expect(Keyword::In)?;
        self.expect_symbol(b'(')?;
        let mut exprs = Vec::new();
        while !self.skip_symbol(b')') {
            self.pivot_columns(&mut exprs)?;
            if self.skip(Keyword::As) || !self.is_symbol(b',') && !self.is_symbol(b')') {
                self.skip_balanced();
            }
            if !self.skip_symbol(b',') && !self.is_symbol(b')') {
                return self.fail("is not expected in UNPIVOT");
            }
        }
        self.expect_symbol(b')')?;
        Ok(exprs)
    }

    /// `MATCH_RECOGNIZE (PARTITION BY … ORDER BY … MEASURES … PATTERN (…) DEFINE …)`. `a.x` is column `x` of the rows
    /// that match `a`.
    fn match_recognize(&mut self) -> Parsed<Vec<Expr<'a>>> {
        self.at += 2;
        let mut exprs = Vec::new();
        while !self.skip_symbol(b')') {
            let by = self.keyword_at(1) == Keyword::By;
            match self.word_at(0) {
                "partition" if by => {
                    self.at += 2;
                    exprs.extend(self.expr_list(Place::Open)?);
                }
                "order" if by => {
                    self.at += 2;
                    exprs.extend(self.order_list()?);
                }
                "measures" => {
                    self.at += 1;
                    self.measures(&mut exprs)?;
                }
                "define" => {
                    self.at += 1;
                    self.definitions(&mut exprs)?;
                }
                _ if self.kind().is_none() => return self.fail("ends MATCH_RECOGNIZE too early"),
                _ => self.skip_balanced(),
            }
        }
        for expr in &mut exprs {
            without_variables(&mut expr.atoms);
        }
        Ok(exprs)
    }

    fn measures(&mut self, exprs: &mut Vec<Expr<'a>>) -> Parsed<()> {
        loop {
            self.skip_word("running");
            self.skip(Keyword::Final);
            exprs.push(self.expr()?);
            self.skip(Keyword::As);
            self.ident()?;
            if !self.skip_symbol(b',') {
                return Ok(());
            }
        }
    }

    fn definitions(&mut self, exprs: &mut Vec<Expr<'a>>) -> Parsed<()> {
        loop {
            self.ident()?;
            self.expect(Keyword::As)?;
            exprs.push(self.expr()?);
            if !self.skip_symbol(b',') {
                return Ok(());
            }
        }
    }

    /// `PIVOT t ON a USING sum(b) GROUP BY c`, `UNPIVOT t ON a, b INTO NAME n VALUE v` of DuckDB, as a SELECT.
    pub(super) fn pivot_statement(&mut self) -> Parsed<Select<'a>> {
        let star = self.span();
        self.at += 1;
        let mut select = Select {
            from: vec![self.source()?],
            ..Select::default()
        };
        if self.skip(Keyword::On) {
            let columns = self.expr_list(Place::Open)?;
            let item = |expr| Item::Expr { expr, alias: None };
            select.items.extend(columns.into_iter().map(item));
        }
        if self.skip(Keyword::Into) {
            self.skip_word("name");
            while self.name_at(0) && !self.is(Keyword::Order) && !self.is(Keyword::Limit) {
                self.at += 1;
                self.skip_symbol(b',');
            }
        }
        if self.skip(Keyword::Using) {
            select.items.extend(self.items()?);
        }
        if self.is(Keyword::Group) {
            self.clause(&mut select)?;
        } else {
            select.items.push(Item::Star(StarItem {
                of: None,
                without: Vec::new(),
                replaced: Vec::new(),
                span: star,
            }));
        }
        Ok(select)
    }

    /// `IN t`: the rows of a table, as SQLite and ClickHouse have it.
    pub(super) fn in_table(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<()> {
        let start = self.at;
        let body = crate::syntax::Body::Table(self.path()?);
        let query = crate::syntax::Query {
            with: crate::syntax::With::default(),
            body,
            order_by: Vec::new(),
            limits: Vec::new(),
            holes: Vec::new(),
            span: self.span_from(start),
        };
        atoms.push(Atom::Query(Box::new(query), QueryPlace::Value));
        Ok(())
    }
}

fn of_atoms(atoms: Vec<Atom<'_>>, span: impact_facts::Span) -> Expr<'_> {
    Expr {
        atoms,
        shape: Shape::Other,
        name: None,
        width: 1,
        row_type: None,
        span,
    }
}

fn without_variables(atoms: &mut [Atom<'_>]) {
    for atom in atoms {
        if let Atom::Name(path) = atom
            && path.parts.len() == 2
        {
            path.parts.remove(0);
        }
    }
}
