//! One step of a schema's history, whoever says it: a SQL statement, a Django operation, an Alembic call, a diesel macro.

use crate::{RelationKind, Span, SpanMap, TableName};
use serde::{Deserialize, Serialize};

/// A step with its place in the file that says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaStep {
    /// What happens.
    pub change: SchemaChange,
    /// The bytes that say so: the column's or table's name where there is one, else the statement.
    pub span: Span,
}

impl SchemaStep {
    /// Moves every place in it: a step that was read from a text inside a file comes to stand in the file.
    pub fn relocate(&mut self, locate: &dyn Fn(Span) -> Span) {
        self.span = locate(self.span);
        match &mut self.change {
            SchemaChange::CreateTable(create) => create.relocate(locate),
            SchemaChange::CreateView(view) => {
                relocate_map(&mut view.query.map, view.query.sql.len(), locate)
            }
            SchemaChange::AddColumn { column, .. } => column.span = locate(column.span),
            SchemaChange::AddDependent(dependent) => dependent.relocate(locate),
            SchemaChange::CreateType { fields, .. } => {
                fields
                    .iter_mut()
                    .for_each(|field| field.span = locate(field.span));
            }
            SchemaChange::CreateFunction(function) => {
                relocate_map(&mut function.map, function.body.len(), locate);
            }
            _ => {}
        }
    }
}

impl CreateTable {
    /// A table of that kind without columns and constraints.
    #[must_use]
    pub fn new(name: TableName, kind: RelationKind) -> Self {
        Self {
            name,
            columns: Vec::new(),
            dependents: Vec::new(),
            if_not_exists: false,
            kind,
            query: None,
            foreign: None,
        }
    }

    fn relocate(&mut self, locate: &dyn Fn(Span) -> Span) {
        self.columns
            .iter_mut()
            .for_each(|column| column.span = locate(column.span));
        self.dependents
            .iter_mut()
            .for_each(|dependent| dependent.relocate(locate));
        if let Some(query) = &mut self.query {
            relocate_map(&mut query.map, query.sql.len(), locate);
        }
    }
}

impl Dependent {
    fn relocate(&mut self, locate: &dyn Fn(Span) -> Span) {
        self.span = locate(self.span);
        self.columns
            .iter_mut()
            .for_each(|(_, span)| *span = locate(*span));
    }
}

fn relocate_map(map: &mut SpanMap, length: usize, locate: &dyn Fn(Span) -> Span) {
    let mut moved = SpanMap::default();
    for offset in 0..u32::try_from(length).unwrap_or(0) {
        moved.push(offset, locate(map.span(offset, offset + 1)).start);
    }
    *map = moved;
}

/// What happens to a schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SchemaChange {
    /// A table (or foreign table) begins to exist.
    CreateTable(CreateTable),
    /// A view begins to exist or is replaced.
    CreateView(CreateView),
    /// A relation ceases to exist.
    DropRelation {
        /// Which.
        name: TableName,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`: what depends on it goes, too.
        cascade: bool,
    },
    /// A relation has another name, or another schema.
    RenameRelation {
        /// Its name before.
        from: TableName,
        /// Its name after.
        to: TableName,
    },
    /// A table has one more column.
    AddColumn {
        /// The table.
        table: TableName,
        /// The column.
        column: ColumnDefinition,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// A table has one column less.
    DropColumn {
        /// The table.
        table: TableName,
        /// The column.
        column: Box<str>,
        /// `CASCADE`.
        cascade: bool,
    },
    /// A column has another name.
    RenameColumn {
        /// The table.
        table: TableName,
        /// Its name before.
        from: Box<str>,
        /// Its name after.
        to: Box<str>,
    },
    /// A column has another type, nullability, default or generation. What is `None` stays as it was.
    AlterColumn {
        /// The table.
        table: TableName,
        /// The column.
        column: Box<str>,
        /// The new type.
        data_type: Option<Box<str>>,
        /// Whether NULL is allowed from now on.
        nullable: Option<bool>,
        /// Whether it has a default from now on.
        has_default: Option<bool>,
    },
    /// A constraint, index, trigger or policy begins to exist.
    AddDependent(Dependent),
    /// A constraint, index, trigger or policy ceases to exist. `table` is known for constraints, triggers and policies.
    DropDependent {
        /// The table.
        table: Option<TableName>,
        /// Its name.
        name: Box<str>,
    },
    /// A constraint, index, trigger or policy has another name.
    RenameDependent {
        /// The table, where the statement says it.
        table: Option<TableName>,
        /// Its name before.
        from: Box<str>,
        /// Its name after.
        to: Box<str>,
    },
    /// A table's columns come from another, later ones included: `INHERITS`, `PARTITION OF`, `ATTACH PARTITION`, `OF type`.
    Inherit {
        /// The one that gets them.
        child: TableName,
        /// The one that has them.
        parent: TableName,
    },
    /// A table keeps the columns that it has from another as its own: `NO INHERIT`, `DETACH PARTITION`.
    EndInherit {
        /// The one that had them from the other.
        child: TableName,
        /// The other.
        parent: TableName,
    },
    /// A table gets copies of another's columns as they stand now, and no more: `LIKE`.
    CopyColumns {
        /// The one that gets them.
        child: TableName,
        /// The one that has them.
        parent: TableName,
    },
    /// A type with its fields (composite) or without (enum, domain).
    CreateType {
        /// The type.
        name: TableName,
        /// Fields of a composite.
        fields: Vec<ColumnDefinition>,
    },
    /// A function or procedure with what is known of its result and its body.
    CreateFunction(CreateFunction),
    /// `SET search_path`.
    SearchPath(Vec<Box<str>>),
    /// Foreign tables are imported: `IMPORT FOREIGN SCHEMA remote [LIMIT TO (…)] FROM SERVER server INTO local`.
    ImportForeignSchema {
        /// The schema at the other server.
        remote: Box<str>,
        /// `LIMIT TO`; empty for all.
        only: Vec<Box<str>>,
        /// `EXCEPT`.
        except: Vec<Box<str>>,
        /// The server's name.
        server: Box<str>,
        /// The schema that the tables appear in.
        local: Box<str>,
    },
    /// A schema begins to exist.
    CreateSchema(Box<str>),
    /// A schema has another name.
    RenameSchema {
        /// Its name before.
        from: Box<str>,
        /// Its name after.
        to: Box<str>,
    },
    /// A schema ceases to exist, with all that is in it.
    DropSchema(Box<str>),
    /// A statement that is no DDL: it reads and writes data when the migration runs (`UPDATE`, `RunPython`).
    Data,
    /// A step that could not be understood, and why. The catalog is not certain after it.
    Unknown(Box<str>),
}

/// `CREATE TABLE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateTable {
    /// Its name.
    pub name: TableName,
    /// Its own columns, in order.
    pub columns: Vec<ColumnDefinition>,
    /// Constraints of the table and of its columns.
    pub dependents: Vec<Dependent>,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Ordinary, foreign, temporary, ….
    pub kind: RelationKind,
    /// `AS SELECT …`: the columns come from a query, see [`CreateView`].
    pub query: Option<ViewQuery>,
    /// Foreign tables: the server's name and the schema at the other server (empty if it is not said).
    pub foreign: Option<(Box<str>, Box<str>)>,
}

/// A column as a definition says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnDefinition {
    /// Its name, folded as the dialect folds.
    pub name: Box<str>,
    /// Its type as written, lower-cased; empty if none is.
    pub data_type: Box<str>,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// Whether the database fills it in when an INSERT leaves it out.
    pub has_default: bool,
    /// Columns of the same table that a `GENERATED ALWAYS AS (…) STORED` expression reads.
    pub generated_from: Vec<Box<str>>,
    /// Its name's bytes.
    pub span: Span,
}

/// `CREATE VIEW`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateView {
    /// Its name.
    pub name: TableName,
    /// A view or a materialized one.
    pub kind: RelationKind,
    /// Its query.
    pub query: ViewQuery,
    /// `OR REPLACE`.
    pub or_replace: bool,
}

/// The query behind a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewQuery {
    /// `CREATE VIEW v (a, b)`; empty if the query's names are kept.
    pub columns: Vec<Box<str>>,
    /// The query's text.
    pub sql: Box<str>,
    /// Where its bytes stand in the file.
    pub map: SpanMap,
}

/// What hangs on columns of one table and goes, or fails, when they go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependent {
    /// Which.
    pub kind: DependentKind,
    /// Its name, if it has one.
    pub name: Option<Box<str>>,
    /// The table.
    pub table: TableName,
    /// The table's columns that it needs, with where each is named. In a step, names of an expression that may be
    /// something else are among them; in a catalog only columns are left.
    pub columns: Vec<(Box<str>, Span)>,
    /// Those of `columns` that only an expression or a predicate of an index names: `lower(email)`, `WHERE gone_at IS NULL`.
    #[serde(default)]
    pub computed: Vec<Box<str>>,
    /// Columns of other tables that it needs: a foreign key's target, a policy's subquery. In a step, an empty column
    /// means the other table's primary key; in a catalog it is filled in.
    pub foreign: Vec<(TableName, Box<str>)>,
    /// A trigger's function.
    pub function: Option<TableName>,
    /// The whole definition.
    pub span: Span,
}

/// Kinds of [`Dependent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DependentKind {
    /// A primary key.
    PrimaryKey,
    /// A unique constraint.
    Unique,
    /// A foreign key.
    ForeignKey,
    /// A check, exclusion or not-null constraint.
    Check,
    /// An index: `columns` holds those of keys, expressions and predicates.
    Index,
    /// A trigger: `UPDATE OF`, `WHEN`, and what its function reads of `NEW` and `OLD`.
    Trigger,
    /// A row security policy.
    Policy,
    /// Extended statistics, a publication, a rule.
    Other,
}

/// `CREATE FUNCTION`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateFunction {
    /// Its name.
    pub name: TableName,
    /// `RETURNS SETOF table`.
    pub returns_table: Option<TableName>,
    /// `RETURNS TABLE (…)` or OUT parameters.
    pub columns: Vec<Box<str>>,
    /// `sql`, `plpgsql`, ….
    pub language: Box<str>,
    /// Its body's text.
    pub body: Box<str>,
    /// Where the body's bytes stand in the file.
    pub map: SpanMap,
    /// Whether it returns `trigger`.
    pub is_trigger: bool,
}
