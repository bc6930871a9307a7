//! Types are skipped: they hold no columns. Only where they end matters.

use super::Parser;
use crate::keyword::Keyword;
use crate::token::TokenKind;

/// Words that continue a type's name.
const MORE: &[&str] = &[
    "precision",
    "varying",
    "unsigned",
    "signed",
    "zerofill",
    "large",
    "object",
    "character",
];

impl<'a> Parser<'a> {
    /// Skips a type and returns its last word, the name that a cast gives its column.
    pub fn data_type(&mut self) -> Option<&'a str> {
        self.skip_word("setof");
        let first = self.word_at(0);
        let mut name = self.any_ident()?.name;
        while self.is_symbol(b'.') && self.name_at(1) {
            self.at += 1;
            name = self.any_ident()?.name;
        }
        if matches!(
            first,
            "national" | "bit" | "character" | "char" | "double" | "varchar"
        ) {
            self.more_words();
        }
        if self.is_operator("<") {
            self.angle_brackets();
        }
        self.modifiers(first);
        self.array_suffix();
        Some(type_name(name))
    }

    fn more_words(&mut self) {
        while MORE.contains(&self.word_at(0)) || self.is_word("char") {
            self.at += 1;
        }
    }

    fn modifiers(&mut self, first: &str) {
        if self.is_symbol(b'(') {
            self.skip_balanced();
        }
        match first {
            "interval" => self.interval_fields(),
            "time" | "timestamp" | "timestamptz" | "timetz" => self.time_zone(),
            "int" | "integer" | "bigint" | "smallint" | "tinyint" | "decimal" | "signed"
            | "unsigned" => self.more_words(),
            "char" | "varchar" | "character" | "text" if self.is_word("character") => {
                self.at += 3;
            }
            _ => {}
        }
        if self.is_symbol(b'(') && first == "interval" {
            self.skip_balanced();
        }
    }

    fn time_zone(&mut self) {
        let with = self.is(Keyword::With) || self.is(Keyword::Without);
        if with && (self.keyword_at(1) == Keyword::Time || self.word_at(1) == "local") {
            self.at += if self.word_at(1) == "local" { 4 } else { 3 };
        }
    }

    /// `YEAR TO MONTH`, `SECOND(3)`.
    pub fn interval_fields(&mut self) {
        while interval_field(self.word_at(0)) {
            self.at += 1;
            if self.is_symbol(b'(') {
                self.skip_balanced();
            }
            if !(self.is(Keyword::To) && interval_field(self.word_at(1))) {
                return;
            }
            self.at += 1;
        }
    }

    fn array_suffix(&mut self) {
        loop {
            match self.kind() {
                Some(TokenKind::Symbol(b'[')) => self.skip_balanced(),
                Some(TokenKind::Quoted)
                    if self
                        .text
                        .get(self.span().start as usize..)
                        .is_some_and(|t| t.starts_with("[]")) =>
                {
                    self.at += 1
                }
                Some(TokenKind::Word(Keyword::Array)) => self.at += 1,
                Some(TokenKind::Symbol(b'%')) if matches!(self.word_at(1), "type" | "rowtype") => {
                    self.at += 2
                }
                _ => return,
            }
        }
    }

    /// Skips `<…>`, however deep.
    pub(super) fn angle_brackets(&mut self) {
        let mut depth = 0i32;
        while let Some(kind) = self.kind() {
            for byte in self.operator_at(0).bytes() {
                depth += match byte {
                    b'<' => 1,
                    b'>' => -1,
                    _ => 0,
                };
            }
            let ends = matches!(kind, TokenKind::Symbol(b';'));
            self.at += 1;
            if depth <= 0 || ends {
                return;
            }
        }
    }
}

/// Whether a word is a field of an interval.
pub(crate) fn interval_field(word: &str) -> bool {
    matches!(
        word.strip_suffix('s').unwrap_or(word),
        "year"
            | "month"
            | "day"
            | "hour"
            | "minute"
            | "second"
            | "week"
            | "quarter"
            | "millisecond"
            | "microsecond"
    ) && !word.is_empty()
}

/// Words that a function of dates takes as its field, and no one calls a column by.
pub(crate) fn date_field(word: &str) -> bool {
    interval_field(word)
        || matches!(
            word,
            "dow"
                | "doy"
                | "dayofweek"
                | "dayofyear"
                | "weekday"
                | "epoch"
                | "century"
                | "decade"
                | "millennium"
                | "isoyear"
                | "isoweek"
                | "nanosecond"
                | "ns"
                | "us"
                | "ms"
                | "ss"
                | "mi"
                | "hh"
                | "dd"
                | "dy"
                | "dw"
                | "wk"
                | "ww"
                | "mm"
                | "qq"
                | "yy"
                | "yyyy"
        )
}

/// The name that PostgreSQL keeps for a type that has another in SQL.
fn type_name(name: &str) -> &str {
    match name {
        "int" | "integer" => "int4",
        "bigint" => "int8",
        "smallint" => "int2",
        "boolean" => "bool",
        "real" => "float4",
        "double" | "float" => "float8",
        "decimal" | "dec" => "numeric",
        "character" | "char" => "bpchar",
        name => name,
    }
}
