//! Words that stand behind an operand: operators, tests, and what belongs to a call.

use super::expression::{Building, Next, Place};
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use impact_facts::Dialect;

impl<'a> Parser<'a> {
    pub(super) fn word_after_operand(
        &mut self,
        keyword: Keyword,
        building: &mut Building<'a>,
    ) -> Parsed<Next> {
        use Keyword::{
            And, At, Between, Collate, Escape, Filter, Ilike, In, Is, IsNull, Like, Not, Notnull,
            Operator, Or, Over, Overlaps, Similar, Within,
        };
        match keyword {
            And if building.between > 0 => {
                building.between -= 1;
                self.taken(Next::Operand(Place::Value))
            }
            And | Or => self.taken(Next::Operand(Place::Open)),
            Is => Ok(self.is_test(building)),
            IsNull | Notnull => {
                building.compound = true;
                self.taken(Next::Suffix)
            }
            Not => Ok(self.negated(building)),
            In if self.table_follows_in(1) => {
                self.at += 1;
                self.in_table(&mut building.atoms)?;
                building.compound = true;
                Ok(Next::Suffix)
            }
            In | Like | Ilike | Overlaps | Escape => self.taken(Next::Operand(Place::Value)),
            Similar if self.keyword_at(1) == Keyword::To => {
                self.at += 2;
                Ok(Next::Operand(Place::Value))
            }
            Between => Ok(self.between(building)),
            Collate => {
                self.at += 1;
                self.path()?;
                building.operand = building.operand.wrapped();
                Ok(Next::Suffix)
            }
            At if self.keyword_at(1) == Keyword::Time || self.keyword_at(1) == Keyword::Local => {
                self.at += if self.keyword_at(1) == Keyword::Local {
                    2
                } else {
                    3
                };
                building.compound = true;
                Ok(
                    if self.keyword_at(0) == Keyword::None && self.kind().is_none() {
                        Next::End
                    } else {
                        Next::Operand(Place::Value)
                    },
                )
            }
            Operator if self.symbol_at(1, b'(') => {
                self.at += 1;
                self.skip_balanced();
                Ok(Next::Operand(Place::Value))
            }
            Filter if self.symbol_at(1, b'(') => self.filter(building),
            Over => self.over(building),
            Within if self.keyword_at(1) == Keyword::Group => self.within_group(building),
            Keyword::Respect | Keyword::Ignore if self.keyword_at(1) == Keyword::Nulls => {
                self.at += 2;
                Ok(Next::Suffix)
            }
            Keyword::Apply if self.symbol_at(1, b'(') && self.dialect == Dialect::ClickHouse => {
                self.at += 1;
                self.skip_balanced();
                Ok(Next::Suffix)
            }
            _ => Ok(self.dialect_word(keyword)),
        }
    }

    /// `IN t` and `IN schema.t`, without parentheses.
    fn table_follows_in(&self, ahead: usize) -> bool {
        self.dialect == Dialect::Sqlite
            && self.name_at(ahead)
            && !self.hole_at(ahead)
            && !self.symbol_at(ahead + 1, b'(')
    }

    pub(super) fn taken(&mut self, next: Next) -> Parsed<Next> {
        self.at += 1;
        Ok(next)
    }

    pub(super) fn between(&mut self, building: &mut Building<'a>) -> Next {
        self.at += 1;
        self.skip_any(&[Keyword::Symmetric, Keyword::Asymmetric]);
        building.between += 1;
        Next::Operand(Place::Value)
    }

    pub(super) fn negated(&mut self, building: &mut Building<'a>) -> Next {
        use Keyword::{Between, Glob, Ilike, In, Like, Match, Null, Regexp, Rlike, Similar};
        match self.keyword_at(1) {
            Between => {
                self.at += 1;
                self.between(building)
            }
            In | Like | Ilike | Glob | Match | Regexp | Rlike => {
                self.at += 2;
                Next::Operand(Place::Value)
            }
            Similar => {
                self.at += 3;
                Next::Operand(Place::Value)
            }
            Null => {
                self.at += 2;
                building.compound = true;
                Next::Suffix
            }
            _ => Next::End,
        }
    }

    pub(super) fn is_test(&mut self, building: &mut Building<'a>) -> Next {
        self.at += 1;
        building.compound = true;
        self.skip(Keyword::Not);
        if self.skip_pair(Keyword::Distinct, Keyword::From) {
            return Next::Operand(Place::Value);
        }
        match self.word_at(0) {
            "null" | "true" | "false" | "unknown" | "document" | "normalized" => self.at += 1,
            "nfc" | "nfd" | "nfkc" | "nfkd" => self.at += 2,
            "json" => self.is_json(),
            "of" => {
                self.at += 1;
                self.skip_balanced();
            }
            _ => return Next::Operand(Place::Value),
        }
        Next::Suffix
    }

    pub(super) fn is_json(&mut self) {
        self.at += 1;
        while matches!(
            self.word_at(0),
            "value" | "array" | "object" | "scalar" | "unique" | "keys"
        ) || matches!(self.keyword(), Keyword::With | Keyword::Without)
            && self.word_at(1) == "unique"
        {
            self.at += 1;
        }
    }

    /// Words that are operators in some dialects and ordinary names in others.
    pub(super) fn dialect_word(&mut self, keyword: Keyword) -> Next {
        use Keyword::{Div, Glob, Match, Member, Mod, Regexp, Rlike, Sounds, Xor};
        let operator = match keyword {
            Div | Mod | Xor | Rlike | Regexp => self.dialect != Dialect::Postgres,
            Glob | Match => matches!(
                self.dialect,
                Dialect::Sqlite | Dialect::DuckDb | Dialect::Generic
            ),
            Sounds | Member => self.dialect == Dialect::MySql,
            _ => false,
        };
        if operator {
            self.at += if matches!(keyword, Sounds | Member) {
                2
            } else {
                1
            };
            return Next::Operand(Place::Value);
        }
        if self.is_word("global")
            && matches!(self.keyword_at(1), Keyword::In | Keyword::Not)
            && self.dialect == Dialect::ClickHouse
        {
            self.at += 1;
            return Next::Suffix;
        }
        if self.is_word("against") && self.symbol_at(1, b'(') {
            self.at += 1;
            self.skip_balanced();
            return Next::Suffix;
        }
        Next::End
    }
}
