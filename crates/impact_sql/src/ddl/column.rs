//! A column's definition: its type, and the constraints that follow it.

use super::cursor::Cursor;
use super::{dependent, expression};
use impact_facts::{ColumnDefinition, Dependent, DependentKind, Span, TableName};

/// Words that end a column's type or a default's expression.
const CONSTRAINT_WORDS: &[&str] = &[
    "CONSTRAINT",
    "NOT",
    "NULL",
    "DEFAULT",
    "PRIMARY",
    "UNIQUE",
    "REFERENCES",
    "CHECK",
    "GENERATED",
    "COLLATE",
    "AS",
    "AUTO_INCREMENT",
    "AUTOINCREMENT",
    "IDENTITY",
    "COMMENT",
    "ON",
    "KEY",
    "OPTIONS",
    "STORAGE",
    "COMPRESSION",
    "VISIBLE",
    "INVISIBLE",
    "VIRTUAL",
    "STORED",
    "ENCODE",
    "FIRST",
    "AFTER",
    "DEFERRABLE",
    "INITIALLY",
    "CHARSET",
    "USING",
    "MASKED",
    "SPARSE",
    "ROWGUIDCOL",
    "DISTKEY",
    "SORTKEY",
    "CODEC",
    "TTL",
    "MATERIALIZED",
    "ALIAS",
    "EPHEMERAL",
];

/// Types that number their rows.
const SERIAL: &[&str] = &[
    "serial",
    "bigserial",
    "smallserial",
    "serial4",
    "serial8",
    "serial2",
];

/// A column, and the constraints that its definition carries.
pub(super) struct ReadColumn {
    pub(super) column: ColumnDefinition,
    pub(super) dependents: Vec<Dependent>,
}

/// `name type constraint…` of a column of `table`. Reads all that is left.
pub(super) fn definition(cursor: &mut Cursor<'_>, table: &TableName) -> Option<ReadColumn> {
    let whole = cursor.span();
    let (name, span) = cursor.name()?;
    let data_type = type_name(cursor);
    let serial = SERIAL.contains(&&*data_type);
    let column = ColumnDefinition {
        name,
        data_type,
        nullable: !serial,
        has_default: serial,
        generated_from: Vec::new(),
        span,
    };
    let mut reader = Constraints {
        table,
        whole,
        read: ReadColumn {
            column,
            dependents: Vec::new(),
        },
    };
    let mut name = None;
    while !cursor.is_done() {
        if cursor.eat(&["CONSTRAINT"]) {
            name = cursor.name().map(|(name, _)| name);
        } else {
            reader.one(cursor, name.take());
        }
    }
    Some(reader.read)
}

/// A field of a composite type.
pub(super) fn definition_alone(mut cursor: Cursor<'_>) -> Option<ColumnDefinition> {
    definition(&mut cursor, &TableName::bare("")).map(|read| read.column)
}

/// A type's text, lower-cased, its white space made single. Empty if none is said.
pub(super) fn type_name(cursor: &mut Cursor<'_>) -> Box<str> {
    let mut words = cursor.until(CONSTRAINT_WORDS);
    if words.is_done() {
        return "".into();
    }
    let named = words.until(&["CHARACTER", "WITH"]);
    let mut text = cursor.slice(named.span()).to_owned();
    let set = words.is(&["CHARACTER", "SET"]);
    if !words.is_done() && !set {
        text = format!("{text} {}", cursor.slice(words.span()));
    }
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
        .into()
}

struct Constraints<'a> {
    table: &'a TableName,
    whole: Span,
    read: ReadColumn,
}

impl Constraints<'_> {
    /// Reads one constraint, or moves past one token that is none.
    fn one(&mut self, cursor: &mut Cursor<'_>, name: Option<Box<str>>) {
        let column = &mut self.read.column;
        if cursor.eat(&["NOT", "NULL"]) {
            column.nullable = false;
        } else if cursor.eat(&["DEFAULT"]) {
            column.has_default = !cursor.is(&["NULL"]);
            cursor.skip();
            default_value(cursor);
        } else if cursor.eat(&["PRIMARY", "KEY"]) || cursor.eat(&["KEY"]) {
            column.nullable = false;
            column.has_default |= &*column.data_type == "integer";
            self.add(DependentKind::PrimaryKey, name);
        } else if cursor.eat(&["UNIQUE"]) {
            self.add(DependentKind::Unique, name);
        } else if cursor.eat(&["REFERENCES"]) {
            self.references(cursor, name);
        } else if cursor.eat(&["CHECK"]) {
            self.check(cursor, name);
        } else if cursor.eat(&["GENERATED"]) {
            column.has_default = true;
            cursor.until(&["AS"]);
        } else if cursor.is(&["AS"]) && cursor.is_symbol(1, "(") {
            cursor.bump();
            self.generated(cursor);
        } else if cursor.eat_any(&["AUTO_INCREMENT", "AUTOINCREMENT", "IDENTITY"]) {
            column.has_default = true;
        } else {
            cursor.skip();
        }
    }

    fn dependent(&self, kind: DependentKind, name: Option<Box<str>>) -> Dependent {
        let mut dependent = dependent::new(kind, name, self.table.clone(), self.whole);
        dependent
            .columns
            .push((self.read.column.name.clone(), self.read.column.span));
        dependent
    }

    fn add(&mut self, kind: DependentKind, name: Option<Box<str>>) {
        let dependent = self.dependent(kind, name);
        self.read.dependents.push(dependent);
    }

    fn references(&mut self, cursor: &mut Cursor<'_>, name: Option<Box<str>>) {
        let mut dependent = self.dependent(DependentKind::ForeignKey, name);
        dependent.foreign = dependent::target(cursor);
        self.read.dependents.push(dependent);
    }

    fn check(&mut self, cursor: &mut Cursor<'_>, name: Option<Box<str>>) {
        let Some(group) = cursor.group() else { return };
        let found = expression::columns(&group, self.table);
        let mut dependent =
            dependent::new(DependentKind::Check, name, self.table.clone(), self.whole);
        dependent.columns = found.own;
        self.read.dependents.push(dependent);
    }

    fn generated(&mut self, cursor: &mut Cursor<'_>) {
        let Some(group) = cursor.group() else { return };
        let own = expression::columns(&group, self.table).own;
        self.read.column.has_default = true;
        self.read.column.generated_from = own.into_iter().map(|(name, _)| name).collect();
    }
}

/// Moves past what is left of a default's expression.
fn default_value(cursor: &mut Cursor<'_>) {
    while !cursor.is_done() && !cursor.is_any(CONSTRAINT_WORDS) {
        cursor.skip();
    }
}
