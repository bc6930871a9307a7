//! Operands: names, literals, calls, parentheses, and all that has a grammar of its own inside.

use super::expression::Place;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Atom, Body, Expr, Item, Path, Query, QueryPlace, Shape};
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
}

impl<'a> Operand<'a> {
    /// Nothing in particular.
    pub const OTHER: Operand<'static> = Operand {
        shape: Shape::Other,
        name: None,
        strong: false,
        width: 1,
    };

    pub fn shaped(shape: Shape) -> Operand<'static> {
        Operand {
            shape,
            ..Operand::OTHER
        }
    }

    fn named(name: &'a str) -> Self {
        Operand {
            shape: Shape::Other,
            name: Some(name),
            strong: true,
            width: 1,
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

    fn prefix_is_no_name(&self, keyword: Keyword) -> bool {
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

    fn symbol_operand(
        &mut self,
        symbol: u8,
        atoms: &mut Vec<Atom<'a>>,
        place: Place,
    ) -> Parsed<Operand<'a>> {
        match symbol {
            b'(' => self.parentheses(atoms, place),
            b'[' => {
                self.subscript(atoms)?;
                Ok(Operand::OTHER)
            }
            b'{' => self.braces(atoms, place),
            b'?' | b'%' | b':' => self.placeholder(symbol),
            _ => self.fail("stands where a value is expected"),
        }
    }

    /// `?`, `?1`, `%s`, `%(name)s`, `:name`, `:1`.
    fn placeholder(&mut self, symbol: u8) -> Parsed<Operand<'a>> {
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
    fn adjacent(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.is_some_and(|token| token.span.end == self.span().start)
    }

    /// `{name}` of a format string, `{name:Type}` of ClickHouse, or a structure `{'a': x}`.
    fn braces(&mut self, atoms: &mut Vec<Atom<'a>>, place: Place) -> Parsed<Operand<'a>> {
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

    fn word(
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
    fn hole(&mut self, atoms: &mut Vec<Atom<'a>>, place: Place) -> Parsed<Operand<'a>> {
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

    fn special_word(
        &mut self,
        keyword: Keyword,
        atoms: &mut Vec<Atom<'a>>,
        place: Place,
    ) -> Parsed<Option<Operand<'a>>> {
        use Keyword as K;
        let called = self.symbol_at(1, b'(');
        let text_follows = self.kind_at(1) == Some(TokenKind::Text);
        Ok(Some(match keyword {
            K::Case => self.case(atoms)?,
            K::Cast | K::TryCast | K::SafeCast if called => self.cast(atoms)?,
            K::Exists | K::Unique if called => self.exists(keyword, atoms)?,
            K::Array if called || self.symbol_at(1, b'[') => self.array(atoms)?,
            K::Any | K::Some | K::All if called => {
                self.at += 1;
                self.parentheses(atoms, place)?
            }
            K::Row if called => self.row(atoms)?,
            K::Extract if called => self.extract(atoms)?,
            K::Interval => return self.interval(text_follows, atoms),
            K::Time | K::Timestamp | K::Double if !called && !text_follows => {
                return Ok(self.typed_literal());
            }
            K::Null | K::True | K::False if !called => {
                let shape = if keyword == K::Null {
                    Shape::Parameter
                } else {
                    Shape::Other
                };
                let name = (keyword != K::Null).then_some("bool");
                self.at += 1;
                Operand {
                    shape,
                    name,
                    strong: false,
                    width: 1,
                }
            }
            K::Default if !called => {
                self.at += 1;
                Operand::shaped(Shape::Default)
            }
            K::CurrentDate
            | K::CurrentTime
            | K::CurrentTimestamp
            | K::LocalTime
            | K::LocalTimestamp
            | K::CurrentUser
            | K::SessionUser
            | K::CurrentRole
            | K::CurrentSchema
            | K::CurrentCatalog
            | K::User
                if self.dialect == Dialect::Postgres || keyword != K::User =>
            {
                let name = self.word_at(0);
                self.at += 1;
                if self.is_symbol(b'(') {
                    self.skip_balanced();
                }
                Operand::named(name)
            }
            K::Current if self.keyword_at(1) == K::Of => {
                self.at += 3;
                Operand::OTHER
            }
            K::Connect | K::Operator | K::Pivot => return Ok(None),
            _ => return Ok(None),
        }))
    }

    fn typed_literal(&mut self) -> Option<Operand<'a>> {
        let start = self.at;
        let name = self.data_type();
        if self.at > start + 1 && self.kind() == Some(TokenKind::Text) {
            self.at += 1;
            return Some(Operand {
                shape: Shape::Other,
                name,
                strong: false,
                width: 1,
            });
        }
        self.at = start;
        None
    }

    fn interval(
        &mut self,
        text_follows: bool,
        atoms: &mut Vec<Atom<'a>>,
    ) -> Parsed<Option<Operand<'a>>> {
        let result = Operand {
            shape: Shape::Other,
            name: Some("interval"),
            strong: false,
            width: 1,
        };
        if text_follows
            || self.symbol_at(1, b'(')
                && self.symbol_at(3, b')')
                && self.kind_at(4) == Some(TokenKind::Text)
        {
            self.at += if text_follows { 2 } else { 5 };
            self.interval_fields();
            return Ok(Some(result));
        }
        let operand_follows = matches!(
            self.kind_at(1),
            Some(
                TokenKind::Number
                    | TokenKind::Parameter
                    | TokenKind::Symbol(b'(' | b'?' | b':' | b'%')
                    | TokenKind::Word(Keyword::None)
            )
        ) || self.operator_at(1) == "-";
        if self.dialect == Dialect::Postgres || !operand_follows {
            return Ok(None);
        }
        self.at += 1;
        self.operand(atoms, Place::Value)?;
        self.interval_fields();
        Ok(Some(result))
    }

    fn case(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
        self.at += 1;
        if !self.is(Keyword::When) {
            atoms.extend(self.expr()?.atoms);
        }
        let mut name = None;
        loop {
            match self.keyword() {
                Keyword::When | Keyword::Then => {
                    self.at += 1;
                    atoms.extend(self.expr()?.atoms);
                }
                Keyword::Else => {
                    self.at += 1;
                    let otherwise = self.expr()?;
                    name = strong_name(&otherwise);
                    atoms.extend(otherwise.atoms);
                }
                Keyword::End => {
                    self.at += 1;
                    return Ok(Operand {
                        strong: name.is_some(),
                        ..Operand::named(name.unwrap_or("case"))
                    });
                }
                _ => return self.fail("is not expected in CASE"),
            }
        }
    }

    fn cast(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
        self.at += 2;
        let expr = self.expr()?;
        let strong = strong_name(&expr);
        atoms.extend(expr.atoms);
        self.expect(Keyword::As)?;
        let to = self.data_type();
        if self.skip(Keyword::Format) {
            self.expr_in(Place::Value)?;
        }
        self.expect_symbol(b')')?;
        let shape = if matches!(expr.shape, Shape::BareName | Shape::WrappedName) {
            Shape::WrappedName
        } else {
            Shape::Other
        };
        Ok(Operand {
            shape,
            name: strong.or(to),
            strong: strong.is_some(),
            width: 1,
        })
    }

    fn exists(&mut self, keyword: Keyword, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
        let name = self.word_at(0);
        self.at += 1;
        if !self.query_in_parentheses() && keyword == Keyword::Unique {
            self.at -= 1;
            return self.name_or_call(atoms, Place::Open);
        }
        self.expect_symbol(b'(')?;
        if self.is_hole() && self.symbol_at(1, b')') {
            atoms.push(Atom::Hole(self.span()));
            self.at += 2;
            return Ok(Operand::named(name));
        }
        let query = self.deeper(Self::query)?;
        self.expect_symbol(b')')?;
        atoms.push(Atom::Query(Box::new(query), QueryPlace::Exists));
        Ok(Operand::named(name))
    }

    fn array(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
        self.at += 1;
        if self.is_symbol(b'[') {
            self.subscript(atoms)?;
        } else {
            self.parentheses(atoms, Place::Value)?;
        }
        Ok(Operand::named("array"))
    }

    fn row(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
        self.at += 2;
        let width = self.row_values(atoms, Place::Open)?;
        Ok(Operand {
            width,
            ..Operand::named("row")
        })
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

    fn extract(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
        self.at += 2;
        if self.keyword_at(1) == Keyword::From {
            self.at += 2;
        }
        self.arguments(atoms, "extract")?;
        Ok(Operand::named("extract"))
    }

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
    fn parentheses(&mut self, atoms: &mut Vec<Atom<'a>>, place: Place) -> Parsed<Operand<'a>> {
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

    fn rest_of_parentheses(
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
    fn query_or_operand(&mut self, atoms: &mut Vec<Atom<'a>>, place: Place) -> Parsed<Operand<'a>> {
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

    fn query_operand(&self, query: Query<'a>, atoms: &mut Vec<Atom<'a>>) -> Operand<'a> {
        let name = output_name(&query.body);
        let width = output_width(&query.body);
        atoms.push(Atom::Query(Box::new(query), QueryPlace::Value));
        Operand {
            shape: Shape::Other,
            name,
            strong: name.is_some(),
            width,
        }
    }

    /// `a`, `a.b`, `a.*`, `f(…)`, `date '…'`.
    fn name_or_call(&mut self, atoms: &mut Vec<Atom<'a>>, place: Place) -> Parsed<Operand<'a>> {
        let path = self.path()?;
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
        })
    }

    fn dialect_allows_text_after_name(&self) -> bool {
        matches!(self.dialect, Dialect::Sqlite)
    }

    fn call(&mut self, path: Path<'a>, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
        self.at += 1;
        let name = path.last().map_or("", |ident| ident.name);
        let first = atoms.len();
        let aggregate = is_aggregate(name);
        if aggregate {
            atoms.push(Atom::Aggregate(None));
        }
        self.deeper(|parser| parser.arguments(atoms, name))?;
        if aggregate && !self.is(Keyword::Over) {
            let count = atoms.len().saturating_sub(first + 1);
            if let Some(atom) = atoms.get_mut(first) {
                *atom = Atom::Aggregate(Some(count));
            }
        }
        Ok(Operand::named(trimmed(name)))
    }

    /// What stands between the parentheses of a call; `(` has been read, `)` is taken.
    fn arguments(&mut self, atoms: &mut Vec<Atom<'a>>, function: &str) -> Parsed<()> {
        use Keyword as K;
        let first = self.at;
        self.skip_any(&[K::Both, K::Leading, K::Trailing]);
        if self.query_starts_at(0) && !self.is(K::Table) {
            let query = self.query()?;
            atoms.push(Atom::Query(Box::new(query), QueryPlace::Value));
        }
        while !self.skip_symbol(b')') {
            let start = self.at;
            self.argument(atoms, function, first)?;
            if self.at == start {
                return self.fail("is not expected in a call");
            }
        }
        Ok(())
    }

    fn argument(&mut self, atoms: &mut Vec<Atom<'a>>, function: &str, first: usize) -> Parsed<()> {
        use Keyword as K;
        let wordy = self.at > first;
        match self.kind() {
            Some(TokenKind::Symbol(b',' | b':'))
                if !self.symbol_at(1, b':')
                    && (self.is_symbol(b',') || wordy && !self.name_at(1)) =>
            {
                self.at += 1
            }
            Some(TokenKind::Word(
                K::From
                | K::For
                | K::Placing
                | K::Value
                | K::Similar
                | K::Escape
                | K::Separator
                | K::Limit
                | K::On
                | K::Null,
            )) if wordy => self.at += 1,
            Some(TokenKind::Word(K::Using)) if wordy => {
                self.at += 1;
                self.path()?;
            }
            Some(TokenKind::Word(K::As)) => {
                self.at += 1;
                self.data_type();
            }
            Some(TokenKind::Word(K::Order)) if self.keyword_at(1) == K::By => {
                self.at += 2;
                atoms.extend(self.order_list()?.into_iter().flat_map(|e| e.atoms));
            }
            Some(TokenKind::Word(K::Respect | K::Ignore)) => self.at += 2,
            Some(TokenKind::Word(K::Partition)) if self.keyword_at(1) == K::By => {
                self.at += 2;
                atoms.extend(
                    self.expr_list(Place::Open)?
                        .into_iter()
                        .flat_map(|e| e.atoms),
                );
            }
            Some(TokenKind::Word(_)) if self.argument_noise(function) => {}
            _ => {
                let expr = self.expr()?;
                atoms.extend(expr.atoms);
            }
        }
        Ok(())
    }

    /// Words of a call's own grammar: `name x` of XML functions, `day` of date functions, `ABSENT ON NULL` of JSON.
    fn argument_noise(&mut self, function: &str) -> bool {
        let word = self.word_at(0);
        let count = match function {
            "xmlelement" | "xmlpi" if word == "name" && self.name_at(1) => 2,
            "xmlparse" | "xmlserialize" if matches!(word, "document" | "content") => 1,
            "xmlparse" | "xmlserialize" if matches!(word, "preserve" | "strip") => 2,
            "xmlexists" if word == "passing" => 1,
            "xmlroot" if matches!(word, "version" | "standalone" | "yes" | "no") => 1,
            _ if word == "by" && self.word_at(1) == "ref" => 2,
            _ if function.starts_with("json")
                && matches!(word, "absent" | "passing" | "error" | "empty")
                && !self.symbol_at(1, b'.') =>
            {
                1
            }
            _ if function.starts_with("json") && word == "returning" => {
                self.at += 1;
                self.data_type();
                return true;
            }
            _ if function.starts_with("json") && matches!(word, "with" | "without") => {
                self.json_wrapper_words()
            }
            _ if self.dialect != Dialect::Postgres
                && super::types::interval_field(word)
                && takes_date_part(function)
                && self.ends_argument(1) =>
            {
                1
            }
            "convert" if self.dialect == Dialect::TSql && self.ends_argument(1) => 1,
            _ => 0,
        };
        self.at += count;
        count > 0
    }

    fn json_wrapper_words(&self) -> usize {
        (0..5)
            .take_while(|ahead| {
                matches!(
                    self.word_at(*ahead),
                    "with"
                        | "without"
                        | "unique"
                        | "keys"
                        | "wrapper"
                        | "array"
                        | "conditional"
                        | "unconditional"
                )
            })
            .count()
    }

    fn ends_argument(&self, ahead: usize) -> bool {
        self.symbol_at(ahead, b',') || self.symbol_at(ahead, b')')
    }
}

fn takes_date_part(function: &str) -> bool {
    function.contains("date") || function.contains("time") || function == "last_day"
}

/// `t.*` in a row is its columns, not one value.
pub(crate) fn star_in_row(atom: &mut Atom<'_>) {
    if let Atom::RowStar(path) = atom {
        *atom = Atom::Star(path.clone());
    }
}

/// Functions that `GROUP BY` cannot group by.
fn is_aggregate(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "count",
        "sum",
        "max",
        "min",
        "avg",
        "array_agg",
        "string_agg",
        "json_agg",
        "jsonb_agg",
        "json_object_agg",
        "jsonb_object_agg",
        "bool_and",
        "bool_or",
        "every",
        "bit_and",
        "bit_or",
        "stddev",
        "variance",
        "percentile_cont",
        "percentile_disc",
        "mode",
        "group_concat",
        "any_value",
        "corr",
        "xmlagg",
    ];
    NAMES.contains(&name)
}

fn trimmed(name: &str) -> &str {
    if name == "trim" { "btrim" } else { name }
}

fn strong_name<'a>(expr: &Expr<'a>) -> Option<&'a str> {
    match expr.shape {
        Shape::Text | Shape::Number | Shape::Parameter | Shape::Default | Shape::Ordinal(_) => None,
        _ if matches!(expr.name, Some("bool" | "interval")) => None,
        _ => expr.name,
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
