//! A parsed statement and a schema to a `Resolution`: scoping as the server does it.

mod absent;
mod change;
mod conflict;
mod define;
mod finish;
mod insert;
mod join;
mod lookup;
mod name;
mod outside;
mod query;
mod rebinding;
mod scope;
mod select;
mod source;
mod star;

use crate::resolution::{SqlError, StatementKind, Unknown, UseClass};
use crate::schema::{Prepared, RelationId};
use crate::syntax::{Statement, With};
use impact_facts::{Access, Certainty, Span, TableName};
use scope::{Columns, Frame, Output, Target};
use smallvec::SmallVec;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// How many uses of columns one statement may have, and how many columns one query may yield. A `*` of a `*` doubles
/// with each query around it.
const MOST_USES: usize = 500_000;
const MOST_OUTPUTS: usize = 10_000;

/// A [`ColumnUse`](crate::ColumnUse) that is being made.
#[derive(Debug)]
pub(crate) struct Use<'a> {
    pub target: Target<'a>,
    pub access: Access,
    pub class: UseClass,
    pub span: Span,
    pub certainty: Certainty,
    /// Whether the statement fails when the column is gone.
    pub breaks: bool,
    pub rebinds: Option<Box<str>>,
    pub filter: bool,
    pub named_at: Vec<Span>,
    /// A `*`: the relation's number in its frame, where it is one relation's.
    pub relation: Option<usize>,
}

/// A relation that is named.
#[derive(Debug)]
pub(crate) struct Named {
    pub table: NamedTable,
    pub access: Access,
    pub span: Span,
}

/// What a [`Named`] names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedTable {
    Known(u32),
    Unknown(u32),
    System,
}

/// A CTE in sight.
#[derive(Debug, Clone)]
pub(crate) struct NamedQuery<'a> {
    name: &'a str,
    outputs: Rc<Vec<Output<'a>>>,
    /// Whether its outputs are not known (yet).
    open: bool,
}

/// What is known while a statement is resolved, and what was found.
pub(crate) struct Resolver<'a> {
    pub schema: &'a Prepared,
    pub holes: &'a [Span],
    frames: Vec<Frame<'a>>,
    queries: Vec<NamedQuery<'a>>,
    /// Columns that the expression at hand is made from.
    sources: Vec<Target<'a>>,
    /// Whether a condition is being resolved.
    filter: bool,
    /// Whether what the query that comes next yields is compared with a value, or is one.
    compared: bool,
    /// Whether the expression at hand is one name and nothing else.
    alone: bool,
    /// Whether the name at hand is all that an aggregate is given.
    aggregated: bool,
    /// Uses that a window sorts or parts by.
    sorted: Vec<usize>,
    /// Outputs that hold an aggregate.
    aggregates: Vec<Span>,
    /// Names that are bound to nothing are variables of a procedure.
    pub lenient: bool,
    /// Tables that the catalog does not have.
    pub unknown_tables: Vec<TableName>,
    /// Their numbers.
    unknown_numbers: HashMap<TableName, u32>,
    /// Places that `unknown` speaks of.
    unknown_places: HashSet<(u32, u32)>,
    pub uses: Vec<Use<'a>>,
    pub named: Vec<Named>,
    pub unknown: Vec<Unknown>,
    pub error: Option<SqlError>,
    pub outputs: Rc<Vec<Output<'a>>>,
    pub omitted: Vec<Target<'a>>,
    /// The least certainty of what is not in `uses`.
    pub certainty: Certainty,
    /// Tables whose rows are `NEW` and `OLD`.
    pub rows: SmallVec<[u32; 1]>,
    /// Variables of a procedure that hold rows.
    pub records: Option<&'a Records>,
}

/// Variables that hold rows: columns that a `*` put into them.
pub(crate) type Records = HashMap<Box<str>, Vec<(RelationId, u16)>>;

impl<'a> Resolver<'a> {
    pub fn new(schema: &'a Prepared, holes: &'a [Span]) -> Self {
        Self {
            schema,
            holes,
            frames: Vec::new(),
            queries: Vec::new(),
            sources: Vec::new(),
            filter: false,
            compared: false,
            alone: false,
            aggregated: false,
            sorted: Vec::new(),
            aggregates: Vec::new(),
            lenient: false,
            unknown_tables: Vec::new(),
            unknown_numbers: HashMap::new(),
            unknown_places: HashSet::new(),
            uses: Vec::new(),
            named: Vec::new(),
            unknown: Vec::new(),
            error: None,
            outputs: Rc::default(),
            omitted: Vec::new(),
            certainty: Certainty::Exact,
            rows: SmallVec::new(),
            records: None,
        }
    }

    /// Resolves a whole statement.
    pub fn run(&mut self, statement: &Statement<'a>) {
        self.outputs = self.statement(statement);
    }

    /// Resolves a statement; what it returns.
    fn statement(&mut self, statement: &Statement<'a>) -> Rc<Vec<Output<'a>>> {
        match statement {
            Statement::Query(query) => self.query(query),
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            Statement::Merge(merge) => self.merge(merge),
            Statement::Copy(copy) => self.copy(copy),
            Statement::CreateAs { query, columns, .. } => {
                let outputs = self.query(query);
                if columns.len() >= outputs.len() {
                    self.needs_all(&outputs);
                }
                outputs
            }
            Statement::Tables { tables, writes, .. } => self.whole_tables(tables, *writes),
            Statement::OnTable(on) => self.on_table(on),
            Statement::Script { parts, lenient, .. } => {
                let around = self.lenient;
                self.lenient |= *lenient;
                for part in parts {
                    self.statement(part);
                }
                self.lenient = around;
                Rc::default()
            }
            Statement::Dynamic { span } => {
                self.unknown(*span, "a statement is put together at run time", None);
                Rc::default()
            }
            Statement::Body { .. } | Statement::Other { .. } => Rc::default(),
        }
    }

    /// Resolves `WITH`; the number of queries that were in sight before.
    fn with(&mut self, with: &With<'a>) -> usize {
        let before = self.queries.len();
        for cte in &with.ctes {
            if with.recursive {
                self.recursive(cte);
            } else {
                let outputs = self.statement(&cte.body);
                let outputs = self.renamed(outputs, &cte.columns);
                self.queries.push(NamedQuery {
                    name: cte.name.name,
                    outputs: self.with_added(outputs, &cte.added),
                    open: false,
                });
            }
        }
        before
    }

    fn with_added(
        &self,
        outputs: Rc<Vec<Output<'a>>>,
        added: &[crate::syntax::Ident<'a>],
    ) -> Rc<Vec<Output<'a>>> {
        if added.is_empty() {
            return outputs;
        }
        let more = added.iter().map(|ident| Output {
            name: Some(ident.name),
            origin: scope::Origin::Named,
            sources: SmallVec::new(),
            data_type: None,
            span: ident.span,
        });
        Rc::new(outputs.iter().cloned().chain(more).collect())
    }

    /// `q(a, b)`: the outputs under other names. As many names as columns need each column.
    fn renamed(
        &mut self,
        outputs: Rc<Vec<Output<'a>>>,
        names: &[crate::syntax::Ident<'a>],
    ) -> Rc<Vec<Output<'a>>> {
        if names.is_empty() {
            return outputs;
        }
        if names.len() >= outputs.len() {
            self.needs_all(&outputs);
        }
        let renamed = outputs.iter().enumerate().map(|(at, output)| Output {
            name: names.get(at).map(|i| i.name).or(output.name),
            ..output.clone()
        });
        Rc::new(renamed.collect())
    }

    /// Every column that a `*` made must stay: something counts them.
    fn needs_all(&mut self, outputs: &[Output<'a>]) {
        for output in outputs {
            self.needs_output(output.origin, None);
        }
    }

    fn needs_output(&mut self, origin: scope::Origin<'a>, named_at: Option<Span>) {
        if let scope::Origin::Star(at) = origin
            && !self.of_view(at)
            && let Some(star) = self.uses.get_mut(at as usize)
        {
            star.breaks = true;
            let new = named_at.filter(|span| !star.named_at.contains(span));
            star.named_at.extend(new);
        }
    }

    /// Whether a use is of a view's column: it cannot be dropped alone.
    fn of_view(&self, at: u32) -> bool {
        let target = self.uses.get(at as usize).map(|found| found.target);
        matches!(target, Some(Target::Known(id, _)) if self.schema.relation(id).is_some_and(crate::schema::PreparedRelation::is_view))
    }

    fn fail(&mut self, span: Span, message: String) {
        self.certainty = Certainty::Possible;
        if self.error.is_none() {
            self.error = Some(SqlError {
                span,
                message: message.into(),
            });
        }
    }

    fn unknown(&mut self, span: Span, message: &str, tables: Option<Vec<TableName>>) {
        self.certainty = self.certainty.min(Certainty::Possible);
        if self.unknown_places.insert((span.start, span.end)) {
            self.unknown.push(Unknown {
                span,
                message: message.into(),
                tables,
            });
        }
    }

    fn holds_hole(&self, span: Span) -> bool {
        !self.holes.is_empty()
            && self
                .holes
                .iter()
                .any(|hole| hole.start < span.end && span.start < hole.end)
    }

    /// Holes that stand for clauses: they may name any column in sight.
    fn clause_holes(&mut self, holes: &[Span]) {
        for hole in holes {
            let tables = self.tables_in_sight();
            self.unknown(
                *hole,
                "a part of the statement is filled in at run time",
                tables,
            );
        }
    }

    /// Tables that a name here may belong to; none if one of them is not known.
    fn tables_in_sight(&self) -> Option<Vec<TableName>> {
        let mut tables = Vec::new();
        for relation in self.frames.iter().flat_map(|frame| frame.relations.iter()) {
            match &relation.columns {
                Columns::Table(id) => {
                    tables.extend(self.schema.relation(*id).map(|r| r.name.clone()))
                }
                Columns::Unknown(at) => {
                    tables.extend(self.unknown_tables.get(*at as usize).cloned())
                }
                Columns::Outputs(outputs, _) => tables.extend(
                    outputs
                        .iter()
                        .flat_map(|o| o.sources.iter())
                        .filter_map(|t| self.table_of(*t)),
                ),
                Columns::Hole(_) => return None,
                Columns::System => {}
            }
        }
        tables.sort();
        tables.dedup();
        Some(tables)
    }

    fn table_of(&self, target: Target<'a>) -> Option<TableName> {
        match target {
            Target::Known(id, _) => self.schema.relation(id).map(|r| r.name.clone()),
            Target::Unknown(at, _) => self.unknown_tables.get(at as usize).cloned(),
        }
    }
}

/// What a statement does.
pub(crate) fn kind_of(statement: &Statement<'_>) -> StatementKind {
    match statement {
        Statement::Query(query) => match &query.body {
            crate::syntax::Body::Change(inner) => kind_of(inner),
            _ => StatementKind::Select,
        },
        Statement::Insert(_) => StatementKind::Insert,
        Statement::Update(_) => StatementKind::Update,
        Statement::Delete(_) => StatementKind::Delete,
        Statement::Merge(_) => StatementKind::Merge,
        Statement::Copy(_) => StatementKind::Copy,
        Statement::CreateAs { .. } | Statement::OnTable(_) => StatementKind::Ddl,
        Statement::Dynamic { .. } => StatementKind::Other,
        Statement::Tables { ddl, .. }
        | Statement::Body { ddl, .. }
        | Statement::Script { ddl, .. }
        | Statement::Other { ddl } => {
            if *ddl {
                StatementKind::Ddl
            } else {
                StatementKind::Other
            }
        }
    }
}
