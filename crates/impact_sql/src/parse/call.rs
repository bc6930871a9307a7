//! Calls: what stands between their parentheses.

use super::expression::Place;
use super::operand::Operand;
use super::{Parsed, Parser};
use crate::functions;
use crate::keyword::Keyword;
use crate::syntax::{Atom, Path, QueryPlace};
use crate::token::TokenKind;
use impact_facts::Dialect;

fn takes_date_part(function: &str) -> bool {
    function.contains("date") || function.contains("time") || function == "last_day"
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

/// Methods of T-SQL's xml columns.
const XML_METHODS: &[&str] = &["value", "query", "exist", "nodes", "modify"];

fn trimmed(name: &str) -> &str {
    if name == "trim" { "btrim" } else { name }
}

impl<'a> Parser<'a> {
    pub(super) fn call(
        &mut self,
        path: Path<'a>,
        atoms: &mut Vec<Atom<'a>>,
    ) -> Parsed<Operand<'a>> {
        let name = path.last().map_or("", |ident| ident.name);
        if name == "columns" && path.parts.len() > 1 && self.has_columns_star() {
            return self.columns_of(path, atoms);
        }
        if self.dialect == Dialect::TSql && path.parts.len() > 1 && XML_METHODS.contains(&name) {
            let mut of = path.clone();
            of.parts.pop();
            atoms.push(Atom::Name(of));
        }
        self.at += 1;
        let first = atoms.len();
        let aggregate = is_aggregate(name);
        if aggregate {
            atoms.push(Atom::Aggregate(None));
        }
        let row_type = self.deeper(|parser| {
            let row_type = parser.row_argument(atoms, name)?;
            parser.arguments(atoms, name)?;
            Ok(row_type)
        })?;
        if aggregate && !self.is(Keyword::Over) {
            let count = atoms.len().saturating_sub(first + 1);
            if let Some(atom) = atoms.get_mut(first) {
                *atom = Atom::Aggregate(Some(count));
            }
        }
        if self.dialect == Dialect::ClickHouse && self.skip_symbol(b'(') {
            // `quantile(0.9)(a)`
            self.deeper(|parser| parser.arguments(atoms, name))?;
        }
        Ok(Operand {
            row_type,
            ..Operand::named(trimmed(name))
        })
    }

    /// The first argument of a function whose result has its type, and that type.
    fn row_argument(
        &mut self,
        atoms: &mut Vec<Atom<'a>>,
        function: &str,
    ) -> Parsed<Option<&'a str>> {
        if !functions::populates(function) || self.is_symbol(b')') {
            return Ok(None);
        }
        let first = self.expr()?;
        let row_type = functions::populated(&first);
        atoms.extend(first.atoms);
        Ok(row_type)
    }

    /// `t.COLUMNS('pattern')`.
    fn columns_of(&mut self, mut path: Path<'a>, atoms: &mut Vec<Atom<'a>>) -> Parsed<Operand<'a>> {
        path.parts.pop();
        let star = self.columns_star(Some(path))?;
        atoms.push(Atom::Columns(Box::new(star)));
        Ok(Operand::shaped(crate::syntax::Shape::Star))
    }

    /// What stands between the parentheses of a call; `(` has been read, `)` is taken.
    pub(super) fn arguments(&mut self, atoms: &mut Vec<Atom<'a>>, function: &str) -> Parsed<()> {
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

    pub(super) fn argument(
        &mut self,
        atoms: &mut Vec<Atom<'a>>,
        function: &str,
        first: usize,
    ) -> Parsed<()> {
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
            Some(TokenKind::Word(K::Having)) if wordy => self.at += 2,
            Some(TokenKind::Operator)
                if self.is_operator("*") && function.starts_with("object_construct") =>
            {
                let span = self.span();
                self.at += 1;
                atoms.push(Atom::Columns(Box::new(crate::syntax::StarItem {
                    of: None,
                    without: Vec::new(),
                    replaced: Vec::new(),
                    span,
                })));
            }
            Some(TokenKind::Word(_))
                if !wordy
                    && matches!(function, "convert" | "try_convert")
                    && self.converts_to_type() =>
            {
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
    pub(super) fn argument_noise(&mut self, function: &str) -> bool {
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
                && super::types::date_field(word)
                && takes_date_part(function)
                && self.ends_argument(1) =>
            {
                1
            }
            _ => 0,
        };
        self.at += count;
        count > 0
    }

    /// The first argument of `CONVERT(type, value)`; MySQL's `CONVERT(value, type)` begins with the value.
    fn converts_to_type(&self) -> bool {
        matches!(self.dialect, Dialect::TSql | Dialect::Redshift)
    }

    pub(super) fn json_wrapper_words(&self) -> usize {
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

    pub(super) fn ends_argument(&self, ahead: usize) -> bool {
        self.symbol_at(ahead, b',') || self.symbol_at(ahead, b')')
    }
}
