//! A statement as far as names go: what is queried, what is named where, and nothing of values or operators.

use impact_facts::Span;
use smallvec::SmallVec;

/// An identifier, folded as it is compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ident<'a> {
    pub name: &'a str,
    pub span: Span,
}

impl<'a> Ident<'a> {
    /// The names of a path that BigQuery has within one pair of quotes.
    pub fn split(self) -> impl Iterator<Item = Ident<'a>> {
        let mut start = self.span.start + 1;
        let single = !self.name.contains('.');
        self.name.split('.').map(move |name| {
            let end = start + name.len() as u32;
            let span = if single {
                self.span
            } else {
                Span::new(start, end)
            };
            start = end + 1;
            Ident { name, span }
        })
    }
}

/// `a`, `a.b`, `a.b.c`.
#[derive(Debug, Clone)]
pub(crate) struct Path<'a> {
    pub parts: SmallVec<[Ident<'a>; 2]>,
    pub span: Span,
}

impl<'a> Path<'a> {
    pub fn single(ident: Ident<'a>) -> Self {
        let mut parts = SmallVec::new();
        parts.push(ident);
        Self {
            parts,
            span: ident.span,
        }
    }

    pub fn last(&self) -> Option<Ident<'a>> {
        self.parts.last().copied()
    }
}

/// One of the things in an expression that matter.
#[derive(Debug)]
pub(crate) enum Atom<'a> {
    /// A column, or a row by its relation's name.
    Name(Path<'a>),
    /// `t.*` or `*` where a row is meant (`count(t.*)`, `to_jsonb(t.*)`).
    RowStar(Path<'a>),
    /// `t.*` inside `ROW(…)`: each column.
    Star(Path<'a>),
    /// `(x).field` of the expression before, and what makes that a row.
    Field(Ident<'a>, RowOf<'a>),
    /// A subquery.
    Query(Box<Query<'a>>, QueryPlace),
    /// Something that is filled in at run time and may be a name.
    Hole(Span),
    /// Atoms in a condition inside the expression: `FILTER (WHERE …)`.
    Filter(Vec<Atom<'a>>),
    /// `COLUMNS(…)`: columns that a pattern chooses, of all.
    Columns(Box<StarItem<'a>>),
    /// `x -> …`: names that are parameters in the atoms of the body.
    Lambda(Vec<Ident<'a>>, Vec<Atom<'a>>),
    /// A name that a window sorts or parts by, and nothing else.
    Sorted(Path<'a>),
    /// An aggregate is called: how many of the atoms behind are its arguments. None: as a window function.
    Aggregate(Option<usize>),
}

/// What says which fields a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowOf<'a> {
    /// The function that returns it.
    Function(&'a str),
    /// The type that it has: the name of a table, or of a composite type.
    Type(&'a str),
    Unknown,
}

impl<'a> RowOf<'a> {
    /// Of an expression's type, if it says one, or of the name that it has.
    pub fn new(row_type: Option<&'a str>, name: Option<&'a str>) -> Self {
        match (row_type, name) {
            (Some(row_type), _) => Self::Type(row_type),
            (None, Some(function)) => Self::Function(function),
            (None, None) => Self::Unknown,
        }
    }
}

/// Where a subquery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueryPlace {
    /// Only whether there are rows counts.
    Exists,
    /// As many columns as something else has.
    Value,
}

/// What an expression is, as far as a name for it, a position or a bare column goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Exactly one name, without parentheses.
    BareName,
    /// A name in parentheses, or with a cast or subscript.
    WrappedName,
    /// An integer literal.
    Ordinal(u32),
    /// A value whose type is open: a parameter or NULL.
    Parameter,
    /// A string literal.
    Text,
    /// A number.
    Number,
    /// `*` or `t.*`.
    Star,
    /// `DEFAULT`.
    Default,
    /// A hole and nothing else.
    Hole,
    /// Anything else.
    Other,
}

/// An expression.
#[derive(Debug)]
pub(crate) struct Expr<'a> {
    pub atoms: Vec<Atom<'a>>,
    pub shape: Shape,
    /// The name an output column gets from it.
    pub name: Option<&'a str>,
    /// `(a, b)`: how many values it has.
    pub width: u32,
    /// The type that it is cast to, or is made of by its function.
    pub row_type: Option<&'a str>,
    pub span: Span,
}

/// One entry of a select list.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    /// `*`, `t.*`, with what is taken out or replaced.
    Star(StarItem<'a>),
    /// An expression.
    Expr {
        expr: Expr<'a>,
        alias: Option<Ident<'a>>,
    },
}

/// A `*` of a select list.
#[derive(Debug)]
pub(crate) struct StarItem<'a> {
    /// `t` of `t.*`.
    pub of: Option<Path<'a>>,
    /// `EXCLUDE (…)`, `EXCEPT (…)`.
    pub without: Vec<Ident<'a>>,
    /// `REPLACE (expr AS name)`.
    pub replaced: Vec<(Expr<'a>, Ident<'a>)>,
    pub span: Span,
}

/// `WITH name (columns) AS (…)`.
#[derive(Debug)]
pub(crate) struct Cte<'a> {
    pub name: Ident<'a>,
    pub columns: Vec<Ident<'a>>,
    pub body: Box<Statement<'a>>,
    /// Columns that `SEARCH` and `CYCLE` add.
    pub added: Vec<Ident<'a>>,
}

/// `WITH …`.
#[derive(Debug, Default)]
pub(crate) struct With<'a> {
    pub recursive: bool,
    pub ctes: Vec<Cte<'a>>,
    /// `WITH expr AS name` of ClickHouse, on its way to the SELECT.
    pub named: Vec<(Expr<'a>, Ident<'a>)>,
}

/// A query.
#[derive(Debug)]
pub(crate) struct Query<'a> {
    pub with: With<'a>,
    pub body: Body<'a>,
    pub order_by: Vec<Expr<'a>>,
    /// `LIMIT`, `OFFSET`, `FETCH`.
    pub limits: Vec<Expr<'a>>,
    /// Holes that stand for clauses.
    pub holes: Vec<Span>,
    pub span: Span,
}

/// What a query is made of.
#[derive(Debug)]
pub(crate) enum Body<'a> {
    Select(Box<Select<'a>>),
    Query(Box<Query<'a>>),
    Set {
        arms: Vec<Body<'a>>,
        by_name: bool,
    },
    Values(Vec<Vec<Expr<'a>>>),
    /// `TABLE t`.
    Table(Path<'a>),
    /// A statement that returns rows, in a CTE.
    Change(Box<Statement<'a>>),
}

/// `SELECT`.
#[derive(Debug, Default)]
pub(crate) struct Select<'a> {
    pub distinct_on: Vec<Expr<'a>>,
    pub items: Vec<Item<'a>>,
    /// `INTO t`.
    pub into: Vec<Path<'a>>,
    pub from: Vec<Source<'a>>,
    pub condition: Vec<Expr<'a>>,
    pub group_by: Vec<Expr<'a>>,
    pub having: Option<Expr<'a>>,
    pub windows: Vec<Expr<'a>>,
    /// Names for expressions: `WITH expr AS name` of ClickHouse.
    pub named: Vec<(Expr<'a>, Ident<'a>)>,
    pub qualify: Option<Expr<'a>>,
    /// Holes that stand for a clause.
    pub holes: Vec<Span>,
}

/// Something in FROM.
#[derive(Debug)]
pub(crate) enum Source<'a> {
    Table(TableSource<'a>),
    Derived {
        query: Box<Query<'a>>,
        lateral: bool,
        alias: Alias<'a>,
    },
    Function(FunctionSource<'a>),
    Join(Box<Join<'a>>),
    /// `t PIVOT (…)`, `t UNPIVOT (…)`, `t MATCH_RECOGNIZE (…)`: rows made of another source's, by what these expressions
    /// over it say.
    Reshaped {
        inner: Box<Source<'a>>,
        exprs: Vec<Expr<'a>>,
        alias: Alias<'a>,
    },
    /// Rows that are no table's: a file, a stage, a variable that holds a table.
    Outside {
        span: Span,
        alias: Alias<'a>,
    },
    /// `(… JOIN …) AS alias`.
    Nested {
        inner: Box<Source<'a>>,
        alias: Alias<'a>,
    },
    Hole {
        span: Span,
        alias: Alias<'a>,
    },
}

/// `AS t (a, b)`.
#[derive(Debug, Default)]
pub(crate) struct Alias<'a> {
    pub name: Option<Ident<'a>>,
    pub columns: Vec<Ident<'a>>,
    /// `AS t(a int, b text)`: the columns are all there are.
    pub typed: bool,
}

/// A relation by name.
#[derive(Debug)]
pub(crate) struct TableSource<'a> {
    pub path: Path<'a>,
    pub alias: Alias<'a>,
    /// Arguments of `TABLESAMPLE` and the like.
    pub arguments: Vec<Expr<'a>>,
}

/// A function in FROM.
#[derive(Debug)]
pub(crate) struct FunctionSource<'a> {
    pub path: Path<'a>,
    pub arguments: Vec<Expr<'a>>,
    pub ordinality: bool,
    /// More of them: `ROWS FROM (a(), b())`.
    pub more: Vec<Path<'a>>,
    pub alias: Alias<'a>,
}

/// A chain of joins, from left to right. A list and no tree: statements that are generated join thousands.
#[derive(Debug)]
pub(crate) struct Join<'a> {
    pub first: Source<'a>,
    pub rest: Vec<Joined<'a>>,
}

/// What is joined to all that stands before it.
#[derive(Debug)]
pub(crate) struct Joined<'a> {
    pub source: Source<'a>,
    pub on: JoinOn<'a>,
}

/// What a join joins on.
#[derive(Debug)]
pub(crate) enum JoinOn<'a> {
    Nothing,
    Condition(Expr<'a>),
    /// `USING (a, b) [AS alias]`.
    Using(Vec<Ident<'a>>, Option<Ident<'a>>),
    Natural(Span),
}

/// A column to be written, and what to.
#[derive(Debug)]
pub(crate) struct Assignment<'a> {
    pub target: Path<'a>,
    /// Subscripts of the target.
    pub subscripts: Vec<Atom<'a>>,
}

/// `SET a = x`, `SET (a, b) = …`.
#[derive(Debug)]
pub(crate) struct SetClause<'a> {
    pub targets: Vec<Assignment<'a>>,
    pub value: Option<Expr<'a>>,
}

/// `INSERT`.
#[derive(Debug)]
pub(crate) struct Insert<'a> {
    pub with: With<'a>,
    pub table: TableSource<'a>,
    pub columns: Option<Vec<Assignment<'a>>>,
    pub source: InsertSource<'a>,
    pub conflict: Option<Conflict<'a>>,
    /// MySQL's name for the row proposed for insertion, and for its columns.
    pub row: Alias<'a>,
    /// `BY NAME` of DuckDB: values go to the columns of their names.
    pub by_name: bool,
    pub returning: Vec<Item<'a>>,
    pub holes: Vec<Span>,
}

/// What is inserted.
#[derive(Debug)]
pub(crate) enum InsertSource<'a> {
    Default,
    Query(Box<Query<'a>>),
    /// `INSERT INTO t SET a = 1` of MySQL.
    Set(Vec<SetClause<'a>>),
    Unknown,
}

/// `ON CONFLICT`, `ON DUPLICATE KEY UPDATE`.
#[derive(Debug, Default)]
pub(crate) struct Conflict<'a> {
    pub target: Vec<Expr<'a>>,
    pub condition: Option<Expr<'a>>,
    pub constraint: Option<Ident<'a>>,
    pub set: Vec<SetClause<'a>>,
    pub set_condition: Option<Expr<'a>>,
}

/// `UPDATE`.
#[derive(Debug)]
pub(crate) struct Update<'a> {
    pub with: With<'a>,
    pub target: Source<'a>,
    pub set: Vec<SetClause<'a>>,
    pub from: Vec<Source<'a>>,
    pub condition: Option<Expr<'a>>,
    /// `ORDER BY`, `LIMIT` of MySQL.
    pub more: Vec<Expr<'a>>,
    pub returning: Vec<Item<'a>>,
    pub holes: Vec<Span>,
}

/// `DELETE`.
#[derive(Debug)]
pub(crate) struct Delete<'a> {
    pub with: With<'a>,
    pub target: Source<'a>,
    pub using: Vec<Source<'a>>,
    pub condition: Option<Expr<'a>>,
    pub more: Vec<Expr<'a>>,
    pub returning: Vec<Item<'a>>,
    pub holes: Vec<Span>,
}

/// `MERGE`.
#[derive(Debug)]
pub(crate) struct Merge<'a> {
    pub with: With<'a>,
    pub target: TableSource<'a>,
    pub source: Source<'a>,
    pub on: Expr<'a>,
    pub actions: Vec<MergeAction<'a>>,
    pub returning: Vec<Item<'a>>,
}

/// One `WHEN` of a `MERGE`.
#[derive(Debug)]
pub(crate) struct MergeAction<'a> {
    pub condition: Option<Expr<'a>>,
    pub set: Vec<SetClause<'a>>,
    pub insert: Option<(Option<Vec<Assignment<'a>>>, Vec<Expr<'a>>)>,
}

/// `COPY`, `LOAD DATA`.
#[derive(Debug)]
pub(crate) struct Copy<'a> {
    pub table: TableSource<'a>,
    pub columns: Option<Vec<Ident<'a>>>,
    pub writes: bool,
    pub condition: Option<Expr<'a>>,
}

/// A statement.
#[derive(Debug)]
pub(crate) enum Statement<'a> {
    Query(Box<Query<'a>>),
    Insert(Box<Insert<'a>>),
    Update(Box<Update<'a>>),
    Delete(Box<Delete<'a>>),
    Merge(Box<Merge<'a>>),
    Copy(Box<Copy<'a>>),
    /// A statement that is put together at run time.
    Dynamic {
        span: Span,
    },
    /// Statements inside another one, or one after another without a `;`. `lenient`: with variables.
    Script {
        parts: Vec<Statement<'a>>,
        lenient: bool,
        ddl: bool,
    },
    /// `CREATE VIEW`, `CREATE TABLE … AS`, `CREATE MATERIALIZED VIEW`.
    CreateAs {
        columns: Vec<Ident<'a>>,
        query: Box<Query<'a>>,
    },
    /// Tables that are named as a whole: `TRUNCATE`, `LOCK`, `DROP TABLE`.
    Tables {
        tables: Vec<Path<'a>>,
        writes: bool,
        ddl: bool,
    },
    /// Columns and expressions over one table: indexes, constraints, policies, triggers, `ALTER TABLE`.
    OnTable(Box<OnTable<'a>>),
    /// A body in another language, or in SQL: functions and `DO`.
    Body {
        language: &'a str,
        /// The function's name.
        name: Option<&'a str>,
        text: Span,
        ddl: bool,
    },
    /// Nothing that touches a table.
    Other {
        ddl: bool,
    },
}

/// DDL that names columns of one table.
#[derive(Debug, Default)]
pub(crate) struct OnTable<'a> {
    pub table: Option<Path<'a>>,
    /// Columns that are dropped, renamed, retyped: written.
    pub changed: Vec<Ident<'a>>,
    /// Columns that are named.
    pub named: Vec<Ident<'a>>,
    /// Expressions over the table.
    pub exprs: Vec<Expr<'a>>,
    /// `REFERENCES other (columns)`.
    pub references: Vec<(Path<'a>, Vec<Ident<'a>>)>,
    /// `NEW` and `OLD` mean the table's row.
    pub trigger: bool,
    /// What a trigger does.
    pub body: Vec<Statement<'a>>,
}
