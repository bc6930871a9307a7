//! What is said of one statement.

use impact_facts::{Access, Certainty, RelationKind, Span, TableName};

/// One statement's columns and tables, and what could not be told. Spans are bytes of the text given to
/// `resolve`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The statement, without the `;`.
    pub span: Span,
    /// What it does.
    pub kind: StatementKind,
    /// Columns it touches, in the order of the text; one entry for each name, and one for each column behind a `*`.
    pub uses: Vec<ColumnUse>,
    /// Relations it names.
    pub tables: Vec<TableUse>,
    /// What a query, or a `RETURNING`, yields, in order.
    pub outputs: Vec<OutputColumn>,
    /// Columns that an INSERT leaves to their defaults.
    pub omitted: Vec<(TableName, Box<str>)>,
    /// Parts that could not be decided.
    pub unknown: Vec<Unknown>,
    /// Why the statement was not understood as a whole, with the place. What is in `uses` is then `possible`.
    pub error: Option<SqlError>,
    /// The least certainty of the whole: [`Certainty::Exact`] says that `uses` is what the server would say.
    pub certainty: Certainty,
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatementKind {
    /// `SELECT`, `VALUES`, `TABLE`, with or without `WITH`.
    Select,
    /// `INSERT`, `REPLACE`.
    Insert,
    /// `UPDATE`.
    Update,
    /// `DELETE`.
    Delete,
    /// `MERGE`.
    Merge,
    /// `COPY`.
    Copy,
    /// DDL of any kind.
    Ddl,
    /// Anything else: `SET`, `BEGIN`, `GRANT`.
    Other,
}

/// A column that is named, or meant by a `*` or by a row as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnUse {
    /// Its table; as the catalog names it where the catalog has it, else as written.
    pub table: TableName,
    /// The column, folded.
    pub column: Box<str>,
    /// Whether it is read or written.
    pub access: Access,
    /// How it is meant.
    pub class: UseClass,
    /// The name as written (`u.email`), the `*`, or the row's name.
    pub span: Span,
    /// A `*` whose column is named further out (`WITH q AS (SELECT * …) SELECT email FROM q`): where it is named, each time.
    pub named_at: Vec<Span>,
    /// How sure.
    pub certainty: Certainty,
    /// Whether a gate must report it: it is named or written, or the statement fails when the column is gone.
    pub needs: bool,
    /// The statement stays valid when the column is gone, and means this instead.
    pub rebinds: Option<Box<str>>,
    /// Whether it stands in a condition: `WHERE`, `ON`, `USING`, `HAVING`, `FILTER`.
    pub filter: bool,
    /// Views on the way from the statement to this column, outermost first; empty if the statement names the table.
    pub through: Vec<TableName>,
    /// Tables on the way that inherit the column, the one that the statement names first; empty if it names the table.
    pub heirs: Vec<TableName>,
}

/// How a [`ColumnUse`] means its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UseClass {
    /// By its name, or by its place in a list without names (`INSERT INTO t VALUES (…)`).
    Name,
    /// By a `*`.
    Star,
    /// As part of a row used as a value: `to_jsonb(t)`, `count(t)`, `(t).x`.
    WholeRow,
    /// Not read, but the statement fails without it: a name in the row proposed for insertion (`excluded.x`), in
    /// `* EXCLUDE (x)`, or as many aliases as columns (`AS t(a, b)`).
    Proposed,
    /// Not in the text: a view, a generated column or a constraint that the statement uses needs it.
    Dependency,
}

/// A relation that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableUse {
    /// Which; as the catalog names it where the catalog has it, else as written.
    pub table: TableName,
    /// Whether rows are read, or added, changed or removed.
    pub access: Access,
    /// Its name in the text.
    pub span: Span,
    /// What the catalog says it is; none if the catalog does not have it.
    pub kind: Option<RelationKind>,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputColumn {
    /// Its name; none where the server makes one up that nothing can refer to.
    pub name: Option<Box<str>>,
    /// Columns its value is made from, through subqueries and views' own columns.
    pub sources: Vec<(TableName, Box<str>)>,
    /// The expression, or the `*`.
    pub span: Span,
}

/// A part that could not be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Which part.
    pub span: Span,
    /// Why, in words.
    pub message: Box<str>,
    /// Tables whose columns it may name; none: any of the database.
    pub tables: Option<Vec<TableName>>,
}

/// Why a statement was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError {
    /// Where.
    pub span: Span,
    /// Why, in words.
    pub message: Box<str>,
}

impl Resolution {
    /// Marks the whole as not understood, for a reason that is found outside of it.
    pub(crate) fn fail(&mut self, span: Span, message: &str) {
        self.error.get_or_insert(SqlError {
            span,
            message: message.into(),
        });
        self.certainty = Certainty::Possible;
        for found in &mut self.uses {
            found.certainty = Certainty::Possible;
        }
    }

    /// Adds what a statement inside this one touches.
    pub(crate) fn take_in(&mut self, part: Resolution) {
        self.uses.extend(part.uses);
        self.tables.extend(part.tables);
        self.omitted.extend(part.omitted);
        self.unknown.extend(part.unknown);
        self.certainty = self.certainty.min(part.certainty);
        if self.error.is_none() {
            self.error = part.error;
        }
    }

    /// Moves every span by `by` bytes.
    pub(crate) fn shift(&mut self, by: u32) {
        let moved = |span: &mut Span| *span = Span::new(span.start + by, span.end + by);
        moved(&mut self.span);
        self.uses.iter_mut().for_each(|found| {
            moved(&mut found.span);
            found.named_at.iter_mut().for_each(moved);
        });
        self.tables
            .iter_mut()
            .for_each(|found| moved(&mut found.span));
        self.outputs
            .iter_mut()
            .for_each(|found| moved(&mut found.span));
        self.unknown
            .iter_mut()
            .for_each(|found| moved(&mut found.span));
        self.error
            .iter_mut()
            .for_each(|error| moved(&mut error.span));
    }
}
