//! Operands with a grammar of their own: CASE, CAST, EXISTS, ARRAY, ROW, EXTRACT, INTERVAL.

use super::expression::Place;
use super::operand::Operand;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Atom, Expr, QueryPlace, Shape};
use crate::token::TokenKind;
use impact_facts::Dialect;

fn strong_name<'a>(expr: &Expr<'a>) -> Option<&'a str> {
    match expr.shape {
        Shape::Text | Shape::Number | Shape::Parameter | Shape::Default | Shape::Ordinal(_) => None,
        _ if matches!(expr.name, Some("bool" | "interval")) => None,
        _ => expr.name,
    }
}

impl<'a> Parser<'a> {
    pub(super) fn special_word(
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
            _ if self.typed_value_follows() => self.typed_value(atoms)?,
            K::Columns if called && self.chooses_columns() => {
                let star = self.columns_star(None)?;
                atoms.push(Atom::Columns(Box::new(star)));
                Operand::shaped(Shape::Star)
            }
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
                    row_type: None,
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

    /// `ARRAY<…`, `STRUCT<…` of BigQuery.
    fn typed_value_follows(&self) -> bool {
        self.dialect == Dialect::BigQuery
            && self.operator_at(1).starts_with('<')
            && matches!(self.word_at(0), "array" | "struct")
    }

    /// `ARRAY<STRUCT<a STRING>>[…]`, `STRUCT<a STRING>(…)`.
    fn typed_value(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
        self.at += 1;
        self.angle_brackets();
        if self.is_symbol(b'[') {
            self.subscript(atoms)?;
        } else if self.skip_symbol(b'(') {
            self.deeper(|parser| parser.arguments(atoms, "struct"))?;
        }
        Ok(Operand::OTHER)
    }

    pub(super) fn typed_literal(&mut self) -> Option<Operand<'a>> {
        let start = self.at;
        let name = self.data_type();
        if self.at > start + 1 && self.kind() == Some(TokenKind::Text) {
            self.at += 1;
            return Some(Operand {
                shape: Shape::Other,
                name,
                strong: false,
                width: 1,
                row_type: None,
            });
        }
        self.at = start;
        None
    }

    pub(super) fn interval(
        &mut self,
        text_follows: bool,
        atoms: &mut Vec<Atom<'a>>,
    ) -> Parsed<Option<Operand<'a>>> {
        let result = Operand {
            shape: Shape::Other,
            name: Some("interval"),
            strong: false,
            width: 1,
            row_type: None,
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

    pub(super) fn case(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
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

    pub(super) fn cast(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
        self.at += 2;
        let expr = self.expr()?;
        let strong = strong_name(&expr);
        atoms.extend(expr.atoms);
        if self.skip_symbol(b',') {
            // `CAST(x, 'String')` of ClickHouse.
            self.expr_in(Place::Value)?;
            self.expect_symbol(b')')?;
            return Ok(Operand::OTHER);
        }
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
            row_type: None,
        })
    }

    pub(super) fn exists(
        &mut self,
        keyword: Keyword,
        atoms: &mut Vec<Atom<'a>>,
    ) -> Parsed<Operand<'a>> {
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

    pub(super) fn array(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
        self.at += 1;
        if self.is_symbol(b'[') {
            self.subscript(atoms)?;
        } else {
            self.parentheses(atoms, Place::Value)?;
        }
        Ok(Operand::named("array"))
    }

    pub(super) fn row(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
        self.at += 2;
        let width = self.row_values(atoms, Place::Open)?;
        Ok(Operand {
            width,
            ..Operand::named("row")
        })
    }

    pub(super) fn extract(&mut self, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
        self.at += 2;
        if self.keyword_at(1) == Keyword::From {
            self.at += 2;
        }
        self.arguments(atoms, "extract")?;
        Ok(Operand::named("extract"))
    }
}
