//! A table in FROM: its name, its alias, and what may stand behind.

use super::expression::Place;
use super::query::CLAUSES;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Expr, Path, Source, TableSource};
use impact_facts::Dialect;

impl<'a> Parser<'a> {
    /// A table's path. BigQuery: a project may have dashes without quotes (`my-project.set.t`); it is left out.
    pub(super) fn table_path(&mut self) -> Parsed<Path<'a>> {
        let dashed = |parser: &Self| {
            parser.operator_at(1) == "-"
                && parser.tokens.get(parser.at + 1).map(|t| t.span.start)
                    == parser.tokens.get(parser.at).map(|t| t.span.end)
        };
        if self.dialect == Dialect::BigQuery && self.name_at(0) && dashed(self) {
            while dashed(self) {
                self.at += 2;
            }
            self.at += 1;
            self.expect_symbol(b'.')?;
        }
        self.path()
    }

    pub(super) fn table_hints(&self) -> bool {
        self.dialect == Dialect::TSql
            && matches!(
                self.word_at(1),
                "nolock"
                    | "readpast"
                    | "updlock"
                    | "rowlock"
                    | "holdlock"
                    | "tablock"
                    | "readuncommitted"
            )
    }

    /// A table whose name has been read.
    pub fn table(&mut self, path: Path<'a>) -> Parsed<Source<'a>> {
        Ok(Source::Table(self.table_source(path)?))
    }

    pub fn table_source(&mut self, path: Path<'a>) -> Parsed<TableSource<'a>> {
        self.skip_operator("*");
        let mut arguments = Vec::new();
        self.time_travel()?;
        let mut alias = self.alias()?;
        self.table_options(&mut arguments)?;
        if alias.name.is_none() {
            alias = self.alias()?;
        }
        Ok(TableSource {
            path,
            alias,
            arguments,
        })
    }

    /// `FOR SYSTEM_TIME AS OF …`, `PARTITION (p)`, `AT (…)`.
    pub(super) fn time_travel(&mut self) -> Parsed<()> {
        if self.is(Keyword::For)
            && matches!(self.word_at(1), "system_time" | "version" | "timestamp")
        {
            self.at += 4;
            self.operand(&mut Vec::new(), Place::Value)?;
        }
        let opens = self.symbol_at(1, b'(');
        let moment = matches!(self.keyword(), Keyword::At | Keyword::Before)
            && self.dialect == Dialect::Snowflake;
        if opens && (moment || self.is(Keyword::Partition)) {
            self.at += 1;
            self.skip_balanced();
        }
        Ok(())
    }

    pub(super) fn table_options(&mut self, arguments: &mut Vec<Expr<'a>>) -> Parsed<()> {
        while self.table_option(arguments)? {}
        Ok(())
    }

    fn table_option(&mut self, arguments: &mut Vec<Expr<'a>>) -> Parsed<bool> {
        let opens = self.symbol_at(1, b'(');
        match self.keyword() {
            Keyword::TableSample => self.table_sample(arguments)?,
            Keyword::With if opens && self.dialect == Dialect::TSql => {
                self.at += 1;
                self.skip_balanced();
            }
            Keyword::Final if self.dialect == Dialect::ClickHouse => self.at += 1,
            Keyword::Sample if self.dialect == Dialect::ClickHouse => {
                self.at += 1;
                arguments.push(self.expr_in(Place::Value)?);
                if self.skip(Keyword::Offset) {
                    arguments.push(self.expr_in(Place::Value)?);
                }
            }
            Keyword::Sample if opens => {
                self.at += 1;
                self.skip_balanced();
            }
            Keyword::Partition if opens && self.dialect == Dialect::MySql => {
                self.at += 1;
                self.skip_balanced();
            }
            Keyword::Not if self.word_at(1) == "indexed" => self.at += 2,
            _ if self.is_word("indexed") && self.keyword_at(1) == Keyword::By => self.at += 3,
            _ if matches!(self.word_at(0), "use" | "force" | "ignore")
                && self.dialect == Dialect::MySql =>
            {
                self.at += 2;
                while !self.is_symbol(b'(') && self.name_at(0) {
                    self.at += 1;
                }
                self.skip_balanced();
            }
            _ if self.is_symbol(b'(') && self.table_hints() => self.skip_balanced(),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn table_sample(&mut self, arguments: &mut Vec<Expr<'a>>) -> Parsed<()> {
        self.at += 1;
        if self.name_at(0) {
            self.path()?;
        }
        if self.dialect != Dialect::Postgres {
            self.skip_balanced();
        } else {
            arguments.extend(self.one_row()?);
        }
        if self.skip(Keyword::Repeatable) {
            arguments.extend(self.one_row()?);
        }
        Ok(())
    }

    pub(super) fn implicit_alias(&self, keyword: Keyword) -> bool {
        if CLAUSES.contains(&keyword) {
            return false;
        }
        let dialect_word = match self.dialect {
            Dialect::MySql => matches!(self.word_at(0), "use" | "force" | "ignore" | "partition"),
            Dialect::ClickHouse => {
                matches!(
                    keyword,
                    Keyword::Final
                        | Keyword::Sample
                        | Keyword::Any
                        | Keyword::Array
                        | Keyword::Format
                ) || self.is_word("global")
            }
            Dialect::Sqlite => self.is_word("indexed") || keyword == Keyword::Not,
            Dialect::TSql => {
                self.begins_statement_of_batch() || matches!(self.word_at(0), "option" | "output")
            }
            Dialect::Snowflake => {
                keyword == Keyword::Sample
                    || matches!(keyword, Keyword::At | Keyword::Before) && self.symbol_at(1, b'(')
                    || matches!(self.word_at(0), "match_condition" | "match_recognize")
            }
            Dialect::Trino => self.is_word("match_recognize"),
            _ => false,
        };
        let join_kind = matches!(
            keyword,
            Keyword::Semi | Keyword::Anti | Keyword::Positional | Keyword::Outer
        ) && self.keyword_at(1) != Keyword::None;
        let next = self.keyword_at(1);
        let clause = match keyword {
            Keyword::Overriding => true,
            Keyword::Default => next == Keyword::Values,
            Keyword::Lock => next == Keyword::In,
            _ => false,
        };
        !(dialect_word || join_kind || clause)
    }
}
