//! Parentheses: a query, a row, or an expression.

use super::expression::Place;
use super::operand::Operand;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Atom, Body, Expr, Item, Query, QueryPlace, Shape};

/// `t.*` in a row is its columns, not one value.
pub(crate) fn star_in_row(atom: &mut Atom<'_>) {
    if let Atom::RowStar(path) = atom {
        *atom = Atom::Star(path.clone());
    }
}

/// The name of a query's first column.
pub(crate) fn output_name<'a>(body: &Body<'a>) -> Option<&'a str> {
    match body {
        Body::Select(select) => match select.items.first()? {
            Item::Expr { expr, alias } => alias.map(|a| a.name).or(expr.name),
            Item::Star(_) => None,
        },
        Body::Query(query) => output_name(&query.body),
        Body::Set { arms, .. } => output_name(arms.first()?),
        Body::Values(_) => Some("column1"),
        Body::Table(_) | Body::Change(_) => None,
    }
}

fn output_width(body: &Body<'_>) -> u32 {
    match body {
        Body::Select(select) => select.items.len() as u32,
        Body::Query(query) => output_width(&query.body),
        Body::Set { arms, .. } => arms.first().map_or(1, output_width),
        Body::Values(rows) => rows.first().map_or(1, |row| row.len() as u32),
        Body::Table(_) | Body::Change(_) => 1,
    }
}

impl<'a> Parser<'a> {
    /// Whether `(` opens a query, however many parentheses are around it.
    pub fn query_in_parentheses(&self) -> bool {
        let mut ahead = 0;
        while ahead < 200 && self.symbol_at(ahead, b'(') {
            ahead += 1;
        }
        ahead > 0 && self.query_starts_at(ahead)
    }

    pub fn query_starts_at(&self, ahead: usize) -> bool {
        match self.keyword_at(ahead) {
            Keyword::Select | Keyword::With => true,
            Keyword::Values => self.symbol_at(ahead + 1, b'('),
            Keyword::Table => self.name_at(ahead + 1),
            _ => false,
        }
    }

    /// `( … )`: a query, a row, or an expression.
    pub(super) fn parentheses(
        &mut self,
        atoms: &mut Vec<Atom<'a>>,
        place: Place,
    ) -> Parsed<Operand<'a>> {
        self.deeper(|parser| {
            if parser.query_in_parentheses() {
                return parser.query_or_operand(atoms, place);
            }
            parser.expect_symbol(b'(')?;
            if parser.skip_symbol(b')') {
                return Ok(Operand {
                    width: 0,
                    ..Operand::OTHER
                });
            }
            let first = parser.expr_in(place)?;
            parser.rest_of_parentheses(first, atoms, place)
        })
    }

    pub(super) fn rest_of_parentheses(
        &mut self,
        first: Expr<'a>,
        atoms: &mut Vec<Atom<'a>>,
        place: Place,
    ) -> Parsed<Operand<'a>> {
        let own = atoms.len();
        atoms.extend(first.atoms);
        if self.skip_symbol(b')') {
            let operand = Operand {
                shape: first.shape,
                name: first.name,
                strong: first.name.is_some(),
                width: first.width,
                row_type: None,
            };
            return Ok(operand.in_parentheses());
        }
        if !self.is_symbol(b',') {
            return self.fail("is not expected in parentheses");
        }
        self.at += 1;
        atoms.iter_mut().skip(own).for_each(star_in_row);
        let width = 1 + self.row_values(atoms, place)?;
        Ok(Operand::row(width))
    }

    /// Parentheses whose innermost begin is a query: `((SELECT …) UNION …)` is a query, `((SELECT …) + 1)` is not.
    pub(super) fn query_or_operand(
        &mut self,
        atoms: &mut Vec<Atom<'a>>,
        place: Place,
    ) -> Parsed<Operand<'a>> {
        let start = self.at;
        self.expect_symbol(b'(')?;
        if !self.is_symbol(b'(') {
            let query = self.query()?;
            self.expect_symbol(b')')?;
            return Ok(self.query_operand(query, atoms));
        }
        let mut inner = Vec::new();
        let operand = self.deeper(|parser| parser.query_or_operand(&mut inner, place))?;
        let continues = matches!(
            self.keyword(),
            Keyword::Union
                | Keyword::Intersect
                | Keyword::Except
                | Keyword::Minus
                | Keyword::Order
                | Keyword::Limit
                | Keyword::Offset
                | Keyword::Fetch
        );
        let single = inner.len() == 1 && matches!(inner.first(), Some(Atom::Query(..)));
        if single && continues {
            let Some(Atom::Query(left, _)) = inner.pop() else {
                return self.fail("is not expected here");
            };
            let query = self.query_after(start, Body::Query(left))?;
            self.expect_symbol(b')')?;
            return Ok(self.query_operand(query, atoms));
        }
        if single && self.skip_symbol(b')') {
            atoms.append(&mut inner);
            return Ok(operand);
        }
        let first = self.expr_after(start + 1, inner, operand, place)?;
        self.rest_of_parentheses(first, atoms, place)
    }

    pub(super) fn query_operand(&self, query: Query<'a>, atoms: &mut Vec<Atom<'a>>) -> Operand<'a> {
        let name = output_name(&query.body);
        let width = output_width(&query.body);
        atoms.push(Atom::Query(Box::new(query), QueryPlace::Value));
        Operand {
            shape: Shape::Other,
            name,
            strong: name.is_some(),
            width,
            row_type: None,
        }
    }

    pub fn row_values(&mut self, atoms: &mut Vec<Atom<'a>>, place: Place) -> Parsed<u32> {
        let mut width = 0;
        while !self.skip_symbol(b')') {
            let expr = self.expr_in(place)?;
            width += 1;
            let own = atoms.len();
            atoms.extend(expr.atoms);
            atoms.iter_mut().skip(own).for_each(star_in_row);
            if !self.skip_symbol(b',') && !self.is_symbol(b')') {
                return self.fail("is not expected in a row");
            }
        }
        Ok(width)
    }
}
