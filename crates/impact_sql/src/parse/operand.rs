//! Operands: names, literals, calls, parentheses, and all that has a grammar of its own inside.

use super::expression::Place;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Atom, Path, Shape};
use crate::token::TokenKind;
use impact_facts::Dialect;

/// What an operand is, seen from outside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operand<'a> {
    pub shape: Shape,
    pub name: Option<&'a str>,
    /// Whether the name outlives a cast.
    pub strong: bool,
    pub width: u32,
    /// The type that it is cast to, or is made of by its function.
    pub row_type: Option<&'a str>,
}

impl<'a> Operand<'a> {
    /// Nothing in particular.
    pub const OTHER: Operand<'static> = Operand {
        shape: Shape::Other,
        name: None,
        strong: false,
        width: 1,
        row_type: None,
    };

    pub fn shaped(shape: Shape) -> Operand<'static> {
        Operand {
            shape,
            ..Operand::OTHER
        }
    }

    pub(super) fn named(name: &'a str) -> Self {
        Operand {
            shape: Shape::Other,
            name: Some(name),
            strong: true,
            width: 1,
            row_type: None,
        }
    }

    /// A row of so many values.
    pub fn row(width: u32) -> Operand<'static> {
        Operand {
            name: Some("row"),
            width,
            ..Operand::OTHER
        }
    }

    /// The operand in parentheses of its own.
    pub fn in_parentheses(self) -> Self {
        let shape = match self.shape {
            Shape::BareName => Shape::WrappedName,
            shape => shape,
        };
        Operand {
            shape,
            strong: self.name.is_some(),
            ..self
        }
    }

    /// The operand with a subscript or collation.
    pub fn wrapped(self) -> Self {
        let shape = match self.shape {
            Shape::BareName => Shape::WrappedName,
            Shape::WrappedName => Shape::WrappedName,
            _ => Shape::Other,
        };
        Operand { shape, ..self }
    }

    /// The operand with a cast.
    pub fn cast(self, to: Option<&'a str>) -> Self {
        let shape = match self.shape {
            Shape::BareName | Shape::WrappedName => Shape::WrappedName,
            _ => Shape::Other,
        };
        Operand {
            shape,
            name: if self.strong {
                self.name
            } else {
                to.or(self.name)
            },
            row_type: to,
            ..self
        }
    }
}

/// What stands before an operand.
pub(crate) struct Prefix {
    /// Whether there is anything that makes another value of it.
    pub prefixed: bool,
    /// What a hole behind it is.
    pub place: Place,
    /// It is a `*`: the operand itself.
    pub star: bool,
}

impl Prefix {
    /// The operand behind it.
    pub fn of<'a>(&self, operand: Operand<'a>) -> Operand<'a> {
        if self.prefixed {
            Operand::OTHER
        } else {
            operand
        }
    }
}

/// Words that can stand before an operand and change nothing.
const PREFIXES: &[Keyword] = &[
    Keyword::Not,
    Keyword::Distinct,
    Keyword::All,
    Keyword::Variadic,
    Keyword::Prior,
    Keyword::Binary,
];

/// Words that never are a name where an operand is expected, unless a `.` follows.
const RESERVED: &[Keyword] = &[
    Keyword::Select,
    Keyword::From,
    Keyword::Where,
    Keyword::Group,
    Keyword::Order,
    Keyword::Having,
    Keyword::Union,
    Keyword::Intersect,
    Keyword::Except,
    Keyword::Limit,
    Keyword::Then,
    Keyword::When,
    Keyword::Else,
    Keyword::And,
    Keyword::Or,
    Keyword::On,
    Keyword::As,
    Keyword::In,
    Keyword::Into,
    Keyword::Join,
    Keyword::Using,
    Keyword::Returning,
    Keyword::With,
    Keyword::Set,
    Keyword::Is,
];

impl<'a> Parser<'a> {
    /// One operand with its prefixes; what it names goes to `atoms`.
    pub fn operand(&mut self, atoms: &mut Vec<Atom<'a>>, place: Place) -> Parsed<Operand<'a>> {
        let prefix = self.prefixes(place);
        if prefix.star {
            return Ok(Operand::shaped(Shape::Star));
        }
        let operand = self.plain_operand(atoms, prefix.place)?;
        Ok(prefix.of(operand))
    }

    /// Takes what may stand before an operand.
    pub fn prefixes(&mut self, place: Place) -> Prefix {
        let mut prefix = Prefix {
            prefixed: false,
            place,
            star: false,
        };
        loop {
            match self.kind() {
                Some(TokenKind::Word(keyword))
                    if PREFIXES.contains(&keyword) && self.prefix_is_no_name(keyword) =>
                {
                    if keyword == Keyword::Distinct
                        && self.keyword_at(1) == Keyword::On
                        && self.symbol_at(2, b'(')
                    {
                        self.at += 1;
                    }
                    if keyword == Keyword::Not {
                        prefix.place = Place::Open;
                    }
                    prefix.prefixed |= matches!(keyword, Keyword::Not | Keyword::Prior);
                }
                Some(TokenKind::Operator) if self.operator_at(0) != "*" => {
                    prefix.prefixed = true;
                    prefix.place = Place::Value;
                }
                Some(TokenKind::Operator) => {
                    self.at += 1;
                    prefix.star = true;
                    return prefix;
                }
                _ => return prefix,
            }
            self.at += 1;
        }
    }

    pub(super) fn prefix_is_no_name(&self, keyword: Keyword) -> bool {
        match keyword {
            Keyword::Prior | Keyword::Binary => matches!(
                self.kind_at(1),
                Some(TokenKind::Word(Keyword::None) | TokenKind::Quoted | TokenKind::Text)
            ),
            _ => !self.symbol_at(1, b'.'),
        }
    }

    pub fn plain_operand(
        &mut self,
        atoms: &mut Vec<Atom<'a>>,
        place: Place,
    ) -> Parsed<Operand<'a>> {
        let span = self.span();
        match self.kind() {
            Some(TokenKind::Word(keyword)) => self.word(keyword, atoms, place),
            Some(TokenKind::Quoted) => self.name_or_call(atoms, place),
            Some(TokenKind::Number) => {
                self.at += 1;
                let number = self
                    .text
                    .get(span.start as usize..span.end as usize)
                    .unwrap_or("");
                Ok(Operand::shaped(
                    number.parse().map_or(Shape::Number, Shape::Ordinal),
                ))
            }
            Some(TokenKind::Text | TokenKind::DollarText) => {
                self.at += 1;
                Ok(Operand::shaped(Shape::Text))
            }
            Some(TokenKind::Parameter) => {
                self.at += 1;
                Ok(Operand::shaped(Shape::Parameter))
            }
            Some(TokenKind::Symbol(symbol)) => self.symbol_operand(symbol, atoms, place),
            _ => self.fail("stands where a value is expected"),
        }
    }

    pub(super) fn symbol_operand(
        &mut self,
        symbol: u8,
        atoms: &mut Vec<Atom<'a>>,
        place: Place,
    ) -> Parsed<Operand<'a>> {
        match symbol {
            b'(' => self.parentheses(atoms, place),
            b'[' => {
                if !self.list_comprehension(atoms)? {
                    self.subscript(atoms)?;
                }
                Ok(Operand::OTHER)
            }
            b'{' => self.braces(atoms, place),
            b'?' | b'%' | b':' => self.placeholder(symbol),
            _ => self.fail("stands where a value is expected"),
        }
    }

    /// `?`, `?1`, `%s`, `%(name)s`, `:name`, `:1`.
    pub(super) fn placeholder(&mut self, symbol: u8) -> Parsed<Operand<'a>> {
        self.at += 1;
        match symbol {
            b'?' if self.kind() == Some(TokenKind::Number) && self.adjacent() => self.at += 1,
            b'%' if self.is_symbol(b'(') => {
                self.skip_balanced();
                self.at += usize::from(self.name_at(0));
            }
            b'%' | b':'
                if (self.name_at(0) || self.kind() == Some(TokenKind::Number))
                    && self.adjacent() =>
            {
                self.at += 1
            }
            b'?' => {}
            _ => return self.fail("stands where a value is expected"),
        }
        Ok(Operand::shaped(Shape::Parameter))
    }

    /// Whether the next token touches the one before.
    pub(super) fn adjacent(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.is_some_and(|token| token.span.end == self.span().start)
    }

    /// `{name}` of a format string, `{name:Type}` of ClickHouse, or a structure `{'a': x}`.
    pub(super) fn braces(
        &mut self,
        atoms: &mut Vec<Atom<'a>>,
        place: Place,
    ) -> Parsed<Operand<'a>> {
        let start = self.at;
        if self.kind_at(1) == Some(TokenKind::Text) {
            self.at += 1;
            while !self.skip_symbol(b'}') {
                atoms.extend(self.expr_in(Place::Value)?.atoms);
                if !self.skip_symbol(b':') && !self.skip_symbol(b',') && !self.is_symbol(b'}') {
                    return self.fail("is not expected in a structure");
                }
            }
            return Ok(Operand::OTHER);
        }
        self.skip_balanced();
        let span = self.span_from(start);
        if place == Place::Open && self.dialect != Dialect::ClickHouse {
            atoms.push(Atom::Hole(span));
            return Ok(Operand::shaped(Shape::Hole));
        }
        Ok(Operand::shaped(Shape::Parameter))
    }

    pub(super) fn word(
        &mut self,
        keyword: Keyword,
        atoms: &mut Vec<Atom<'a>>,
        place: Place,
    ) -> Parsed<Operand<'a>> {
        if self.is_hole() {
            return self.hole(atoms, place);
        }
        if self.symbol_at(1, b'.') {
            return self.name_or_call(atoms, place);
        }
        if let Some(operand) = self.special_word(keyword, atoms, place)? {
            return Ok(operand);
        }
        if RESERVED.contains(&keyword) && !self.symbol_at(1, b'(') {
            return self.fail("stands where a value is expected");
        }
        self.name_or_call(atoms, place)
    }

    /// A hole where an operand is expected, alone or as part of a name.
    pub(super) fn hole(&mut self, atoms: &mut Vec<Atom<'a>>, place: Place) -> Parsed<Operand<'a>> {
        if self.symbol_at(1, b'.') || self.symbol_at(1, b'(') {
            return self.name_or_call(atoms, place);
        }
        let span = self.span();
        self.at += 1;
        if place == Place::Value {
            return Ok(Operand::shaped(Shape::Parameter));
        }
        atoms.push(Atom::Hole(span));
        Ok(Operand::shaped(Shape::Hole))
    }

    /// `a`, `a.b`, `a.*`, `f(…)`, `date '…'`.
    pub(super) fn name_or_call(
        &mut self,
        atoms: &mut Vec<Atom<'a>>,
        place: Place,
    ) -> Parsed<Operand<'a>> {
        if self.is_word("approximate") && self.symbol_at(2, b'(') && self.name_at(1) {
            self.at += 1;
        }
        if self.is_word("lambda") && self.name_at(1) && self.dialect == Dialect::DuckDb {
            return self.lambda_word(atoms);
        }
        let path = self.path()?;
        if self.is_symbol(b'.') && self.kind_at(1) == Some(TokenKind::Parameter) {
            // `t.$1`: a column of a file, by its place.
            self.at += 2;
            return Ok(Operand::shaped(Shape::Parameter));
        }
        if self.is_symbol(b'{') && self.dialect == Dialect::DuckDb {
            return self.braces(atoms, place);
        }
        if self.is_symbol(b'.') && self.operator_at(1) == "*" {
            self.at += 2;
            let span = impact_facts::Span::new(path.span.start, self.span_from(self.at - 1).end);
            atoms.push(Atom::RowStar(Path { span, ..path }));
            return Ok(Operand::shaped(Shape::Star));
        }
        if self.is_symbol(b'(') && !(self.operator_at(1) == "+" && self.symbol_at(2, b')')) {
            return self.call(path, atoms);
        }
        let name = path.last().map(|ident| ident.name);
        if self.kind() == Some(TokenKind::Text) && !self.dialect_allows_text_after_name() {
            self.at += 1;
            return Ok(Operand {
                shape: Shape::Other,
                name,
                strong: false,
                width: 1,
                row_type: None,
            });
        }
        if self.holds_hole(path.span) && place == Place::Value {
            return Ok(Operand::shaped(Shape::Parameter));
        }
        atoms.push(Atom::Name(path));
        Ok(Operand {
            shape: Shape::BareName,
            name,
            strong: true,
            width: 1,
            row_type: None,
        })
    }

    /// `lambda x, y: body` of DuckDB.
    fn lambda_word(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
        self.at += 1;
        let mut names = vec![self.ident()?];
        while self.skip_symbol(b',') {
            names.push(self.ident()?);
        }
        self.expect_symbol(b':')?;
        let body = self.expr()?;
        atoms.push(Atom::Lambda(names, body.atoms));
        Ok(Operand::OTHER)
    }

    /// `[x + 1 FOR x IN list IF x > 2]` of DuckDB, if it is one.
    fn list_comprehension(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<bool> {
        if self.dialect != Dialect::DuckDb {
            return Ok(false);
        }
        let start = self.at;
        self.at += 1;
        let body = match self.is_symbol(b']') {
            true => None,
            false => Some(self.expr()?),
        };
        let (Some(body), true) = (body, self.skip(Keyword::For)) else {
            self.at = start;
            return Ok(false);
        };
        let mut names = vec![self.ident()?];
        while self.skip_symbol(b',') {
            names.push(self.ident()?);
        }
        self.expect(Keyword::In)?;
        atoms.extend(self.expr()?.atoms);
        let mut inner = body.atoms;
        if self.skip(Keyword::If) {
            inner.extend(self.expr()?.atoms);
        }
        atoms.push(Atom::Lambda(names, inner));
        self.expect_symbol(b']')?;
        Ok(true)
    }

    pub(super) fn dialect_allows_text_after_name(&self) -> bool {
        matches!(self.dialect, Dialect::Sqlite)
    }
}
