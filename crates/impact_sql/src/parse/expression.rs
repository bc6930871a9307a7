//! Expressions as a walk from operand to operator: no tree is built, for precedence binds no names.

use super::operand::Operand;
use super::parentheses::star_in_row;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Atom, Expr, RowOf, Shape};
use crate::token::TokenKind;
use impact_facts::Dialect;

/// What a hole at the beginning of an expression may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A value: it costs nothing.
    Value,
    /// A column, a list or a condition.
    Open,
}

/// What follows an operand.
pub(super) enum Next {
    /// Another operand, and what a hole there is.
    Operand(Place),
    /// A suffix was taken: still after an operand.
    Suffix,
    End,
}

/// An expression that is being read.
pub(crate) struct Building<'a> {
    pub atoms: Vec<Atom<'a>>,
    /// Where its own atoms begin: those before belong to what stands around it.
    from: usize,
    pub operand: Operand<'a>,
    /// `AND`s that belong to a `BETWEEN` and are to come.
    pub(super) between: u32,
    /// What a hole at its beginning is.
    place: Place,
    /// Whether a prefix stands before its parentheses.
    prefixed: bool,
    /// Whether there was an operator.
    pub(super) compound: bool,
}

impl<'a> Building<'a> {
    pub(super) fn new(atoms: Vec<Atom<'a>>, place: Place) -> Self {
        Building {
            from: atoms.len(),
            atoms,
            operand: Operand::OTHER,
            between: 0,
            place,
            prefixed: false,
            compound: false,
        }
    }

    /// What it is as a whole.
    pub(super) fn result(&self) -> Operand<'a> {
        if self.compound {
            Operand::OTHER
        } else {
            self.operand
        }
    }

    /// Takes an operand that was read. Only the first says what the expression is.
    pub(super) fn take(&mut self, operand: Operand<'a>) {
        if !self.compound {
            self.operand = operand;
        }
    }
}

/// How many parentheses of one expression may be open: they wait in a list, not on the stack.
const OPEN_PARENTHESES: usize = 10_000;

impl<'a> Parser<'a> {
    /// An expression whose holes may be names.
    pub fn expr(&mut self) -> Parsed<Expr<'a>> {
        self.expr_in(Place::Open)
    }

    /// An expression.
    pub fn expr_in(&mut self, place: Place) -> Parsed<Expr<'a>> {
        let start = self.at;
        let building = Building::new(Vec::new(), place);
        self.deeper(|parser| parser.expression(start, building, Some(place)))
    }

    /// The rest of an expression whose first operand has been read.
    pub fn expr_after(
        &mut self,
        start: usize,
        atoms: Vec<Atom<'a>>,
        operand: Operand<'a>,
        place: Place,
    ) -> Parsed<Expr<'a>> {
        let mut building = Building::new(atoms, place);
        building.from = 0;
        building.operand = operand;
        self.expression(start, building, None)
    }

    /// The rest of an expression; `expected` is the place of the operand that comes next, if one must. What stands in
    /// parentheses is read in the same loop: generated conditions nest thousands.
    pub(super) fn expression(
        &mut self,
        start: usize,
        mut building: Building<'a>,
        mut expected: Option<Place>,
    ) -> Parsed<Expr<'a>> {
        let mut around: Vec<Building<'a>> = Vec::new();
        loop {
            if let Some(place) = expected.take()
                && let Some(inner) = self.begin_operand(&mut building, place)?
            {
                if around.len() >= OPEN_PARENTHESES {
                    return self.fail("is nested too deep");
                }
                expected = Some(inner.place);
                around.push(std::mem::replace(&mut building, inner));
                continue;
            }
            match self.next(&mut building)? {
                Next::Suffix => {}
                Next::Operand(place) => {
                    building.compound = true;
                    expected = Some(place);
                }
                Next::End => match around.pop() {
                    None => break,
                    Some(outer) => building = self.close(building, outer)?,
                },
            }
        }
        let operand = building.result();
        Ok(Expr {
            atoms: building.atoms,
            shape: operand.shape,
            name: operand.name,
            width: operand.width,
            row_type: operand.row_type,
            span: self.span_from(start),
        })
    }

    /// Reads an operand, or the `(` of one that is an expression in parentheses: that expression.
    pub(super) fn begin_operand(
        &mut self,
        building: &mut Building<'a>,
        place: Place,
    ) -> Parsed<Option<Building<'a>>> {
        let prefix = self.prefixes(place);
        if prefix.star {
            building.take(Operand::shaped(Shape::Star));
            return Ok(None);
        }
        if self.is_symbol(b'(') && !self.symbol_at(1, b')') && !self.query_in_parentheses() {
            self.at += 1;
            let mut inner = Building::new(std::mem::take(&mut building.atoms), prefix.place);
            inner.prefixed = prefix.prefixed;
            return Ok(Some(inner));
        }
        let operand = self.plain_operand(&mut building.atoms, prefix.place)?;
        building.take(prefix.of(operand));
        Ok(None)
    }

    /// Closes the parentheses of `inner`: the expression around them, with that operand taken.
    pub(super) fn close(
        &mut self,
        inner: Building<'a>,
        mut outer: Building<'a>,
    ) -> Parsed<Building<'a>> {
        let operand = inner.result();
        let (from, place, prefixed) = (inner.from, inner.place, inner.prefixed);
        outer.atoms = inner.atoms;
        let closed = if self.skip_symbol(b')') {
            operand.in_parentheses()
        } else if self.skip_symbol(b',') {
            for atom in outer.atoms.iter_mut().skip(from) {
                star_in_row(atom);
            }
            let width = 1 + self.row_values(&mut outer.atoms, place)?;
            Operand::row(width)
        } else {
            return self.fail("is not expected in parentheses");
        };
        outer.take(if prefixed { Operand::OTHER } else { closed });
        Ok(outer)
    }

    /// `a, b, c`.
    pub fn expr_list(&mut self, place: Place) -> Parsed<Vec<Expr<'a>>> {
        let mut list = vec![self.expr_in(place)?];
        while self.skip_symbol(b',') {
            list.push(self.expr_in(place)?);
        }
        Ok(list)
    }

    pub(super) fn next(&mut self, building: &mut Building<'a>) -> Parsed<Next> {
        let Some(kind) = self.kind() else {
            return Ok(Next::End);
        };
        if self.is_hole() {
            return Ok(self.hole_after_operand(building));
        }
        match kind {
            TokenKind::Operator => Ok(self.operator(building)),
            TokenKind::Cast => {
                self.at += 1;
                let name = self.data_type();
                building.operand = building.operand.cast(name);
                Ok(Next::Suffix)
            }
            TokenKind::Symbol(symbol) => self.symbol_after_operand(symbol, building),
            TokenKind::Word(keyword) => self.word_after_operand(keyword, building),
            TokenKind::Text if building.operand.shape == Shape::Text => {
                self.at += 1;
                Ok(Next::Suffix)
            }
            _ => Ok(Next::End),
        }
    }

    pub(super) fn operator(&mut self, building: &mut Building<'a>) -> Next {
        let text = self.operator_at(0);
        if matches!(text, "=>" | ":=")
            && building.operand.shape == Shape::BareName
            && !building.compound
        {
            building.atoms.pop();
        }
        if text == "->" && self.has_lambdas() && !building.compound {
            return self.lambda(building);
        }
        self.at += 1;
        if text == "*" && self.ends_operand_list() {
            return Next::Suffix;
        }
        Next::Operand(Place::Value)
    }

    pub(super) fn has_lambdas(&self) -> bool {
        matches!(
            self.dialect,
            Dialect::Trino | Dialect::ClickHouse | Dialect::Snowflake | Dialect::DuckDb
        )
    }

    pub(super) fn ends_operand_list(&self) -> bool {
        matches!(
            self.kind(),
            None | Some(TokenKind::Symbol(b')' | b',' | b';'))
        )
    }

    /// `x -> body`: the names before the arrow are parameters in what follows.
    pub(super) fn lambda(&mut self, building: &mut Building<'a>) -> Next {
        let own = building.atoms.get(building.from..).unwrap_or_default();
        let names: Option<Vec<_>> = own
            .iter()
            .map(|atom| match atom {
                Atom::Name(path) if path.parts.len() == 1 => path.last(),
                _ => None,
            })
            .collect();
        self.at += 1;
        let Some(names) = names.filter(|names| !names.is_empty()) else {
            return Next::Operand(Place::Value);
        };
        let Ok(body) = self.expr() else {
            return Next::End;
        };
        let parameters_used = body.atoms.iter().any(|atom| {
            matches!(atom, Atom::Name(path) if path.parts.first().is_some_and(|p| names.iter().any(|n| n.name == p.name)))
        });
        if parameters_used || self.dialect != Dialect::DuckDb {
            building.atoms.truncate(building.from);
            building.atoms.push(Atom::Lambda(names, body.atoms));
        } else {
            building.atoms.extend(body.atoms);
        }
        building.compound = true;
        Next::Suffix
    }

    pub(super) fn symbol_after_operand(
        &mut self,
        symbol: u8,
        building: &mut Building<'a>,
    ) -> Parsed<Next> {
        match symbol {
            b'[' => {
                self.subscript(&mut building.atoms)?;
                building.operand = building.operand.wrapped();
                Ok(Next::Suffix)
            }
            b'.' => {
                self.at += 1;
                self.field(building);
                Ok(Next::Suffix)
            }
            b'%' if self.dialect == Dialect::DuckDb && self.percentage_ends() => {
                self.at += 1;
                Ok(Next::Suffix)
            }
            b'%' | b'?' => {
                self.at += 1;
                Ok(Next::Operand(Place::Value))
            }
            b':' if self.dialect == Dialect::ClickHouse && !self.symbol_at(1, b']') => {
                // `a ? b : c`
                self.at += 1;
                Ok(Next::Operand(Place::Value))
            }
            b':' if self.name_at(1) && self.dialect == Dialect::Snowflake => {
                self.at += 2;
                building.operand = building.operand.wrapped();
                Ok(Next::Suffix)
            }
            b'(' if self.operator_at(1) == "+" && self.symbol_at(2, b')') => {
                self.at += 3;
                Ok(Next::Suffix)
            }
            _ => Ok(Next::End),
        }
    }

    /// `LIMIT 10%`.
    fn percentage_ends(&self) -> bool {
        match self.kind_at(1) {
            None | Some(TokenKind::Symbol(b')' | b';')) => true,
            Some(TokenKind::Word(keyword)) => super::query::CLAUSES.contains(&keyword),
            _ => false,
        }
    }

    /// `[1]`, `[a:b]`, `[:]`.
    pub fn subscript(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<()> {
        self.expect_symbol(b'[')?;
        while !self.skip_symbol(b']') {
            if self.skip_symbol(b':') || self.skip_symbol(b',') {
                continue;
            }
            atoms.extend(self.expr_in(Place::Value)?.atoms);
            if !matches!(self.kind(), Some(TokenKind::Symbol(b']' | b':' | b','))) {
                return self.fail("is not expected in a subscript");
            }
        }
        Ok(())
    }

    pub(super) fn field(&mut self, building: &mut Building<'a>) {
        if self.skip_operator("*") {
            building.operand = Operand {
                shape: Shape::Star,
                name: building.operand.name,
                row_type: building.operand.row_type,
                ..Operand::OTHER
            };
            return;
        }
        if self.kind() == Some(TokenKind::Number) {
            // An element of a tuple.
            self.at += 1;
            building.operand = building.operand.wrapped();
            return;
        }
        let of = RowOf::new(building.operand.row_type, building.operand.name);
        if let Some(field) = self.any_ident() {
            building.operand = Operand {
                shape: Shape::Other,
                name: Some(field.name),
                strong: true,
                width: 1,
                row_type: None,
            };
            building.atoms.push(Atom::Field(field, of));
        }
    }

    pub(super) fn hole_after_operand(&mut self, building: &mut Building<'a>) -> Next {
        let operand_follows = match self.kind_at(1) {
            Some(TokenKind::Word(keyword)) => keyword == Keyword::None && !self.hole_at(1),
            Some(
                TokenKind::Quoted
                | TokenKind::Text
                | TokenKind::Number
                | TokenKind::Parameter
                | TokenKind::DollarText,
            ) => true,
            _ => false,
        };
        let hole = self.span();
        self.at += 1;
        if operand_follows && building.operand.shape != Shape::Hole {
            return Next::Operand(Place::Value);
        }
        building.atoms.push(Atom::Hole(hole));
        building.compound = true;
        Next::Suffix
    }
}
