//! What follows a call: FILTER, OVER, WITHIN GROUP; windows and ORDER BY.

use super::expression::{Building, Next, Place};
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Atom, Expr, Shape};
use crate::token::TokenKind;

impl<'a> Parser<'a> {
    pub(super) fn filter(&mut self, building: &mut Building<'a>) -> Parsed<Next> {
        self.at += 2;
        self.skip(Keyword::Where);
        let condition = self.expr()?;
        self.expect_symbol(b')')?;
        building.atoms.push(Atom::Filter(condition.atoms));
        Ok(Next::Suffix)
    }

    pub(super) fn over(&mut self, building: &mut Building<'a>) -> Parsed<Next> {
        if self.symbol_at(1, b'(') {
            self.at += 1;
            self.window(&mut building.atoms)?;
            return Ok(Next::Suffix);
        }
        if self.name_at(1) {
            self.at += 2;
            return Ok(Next::Suffix);
        }
        Ok(Next::End)
    }

    pub(super) fn within_group(&mut self, building: &mut Building<'a>) -> Parsed<Next> {
        self.at += 2;
        let first = building.atoms.len();
        self.window(&mut building.atoms)?;
        building.atoms.iter_mut().skip(first).for_each(unsorted);
        Ok(Next::Suffix)
    }

    /// `(name PARTITION BY … ORDER BY … ROWS …)`.
    pub fn window(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<()> {
        self.expect_symbol(b'(')?;
        let clause = matches!(
            self.keyword(),
            Keyword::Partition | Keyword::Order | Keyword::Rows | Keyword::Range | Keyword::Groups
        );
        if !clause && self.name_at(0) && !self.is_hole() {
            self.at += 1;
        }
        if self.skip_pair(Keyword::Partition, Keyword::By) {
            atoms.extend(self.expr_list(Place::Open)?.into_iter().flat_map(sorted));
        }
        if self.skip_pair(Keyword::Order, Keyword::By) {
            atoms.extend(self.order_list()?.into_iter().flat_map(sorted));
        }
        self.frame(atoms)?;
        self.expect_symbol(b')')
    }

    pub(super) fn frame(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<()> {
        use Keyword::{
            And, Between, Current, Exclude, Following, Group, Groups, No, Preceding, Range, Row,
            Rows, Ties, Unbounded,
        };
        const WORDS: &[Keyword] = &[
            And, Between, Current, Exclude, Following, Group, Groups, No, Preceding, Range, Row,
            Rows, Ties, Unbounded,
        ];
        if !matches!(self.keyword(), Rows | Range | Groups) {
            return Ok(());
        }
        while !self.is_symbol(b')') && self.kind().is_some() {
            if !self.skip_any(WORDS) && !self.skip_word("others") {
                let start = self.at;
                self.operand(atoms, Place::Value)?;
                while matches!(self.kind(), Some(TokenKind::Cast)) {
                    self.at += 1;
                    self.data_type();
                }
                while self.kind() == Some(TokenKind::Operator) {
                    self.at += 1;
                    self.operand(atoms, Place::Value)?;
                }
                if self.at == start {
                    return self.fail("is not expected in a window frame");
                }
            }
        }
        Ok(())
    }

    /// `ORDER BY` was read: what follows.
    pub fn order_list(&mut self) -> Parsed<Vec<Expr<'a>>> {
        let mut list = Vec::new();
        loop {
            if list.len() >= super::ITEMS {
                return self.fail("is one item more than is followed");
            }
            list.push(self.expr()?);
            self.order_direction();
            if !self.skip_symbol(b',') {
                return Ok(list);
            }
        }
    }

    pub(super) fn order_direction(&mut self) {
        self.skip_any(&[Keyword::Asc, Keyword::Desc]);
        if self.is(Keyword::Using) && matches!(self.kind_at(1), Some(TokenKind::Operator)) {
            self.at += 2;
        }
        if self.is(Keyword::Using) && self.keyword_at(1) == Keyword::Operator {
            self.at += 2;
            self.skip_balanced();
        }
        if self.skip(Keyword::Nulls) {
            self.at += 1;
        }
    }
}

/// What a window sorts or parts by.
fn sorted(mut expr: Expr<'_>) -> Vec<Atom<'_>> {
    if let (Shape::BareName, [Atom::Name(path)]) = (expr.shape, expr.atoms.as_slice()) {
        expr.atoms = vec![Atom::Sorted(path.clone())];
    }
    expr.atoms
}

/// What an aggregate sorts by is no business of the query's.
fn unsorted(atom: &mut Atom<'_>) {
    if let Atom::Sorted(path) = atom {
        *atom = Atom::Name(path.clone());
    }
}
