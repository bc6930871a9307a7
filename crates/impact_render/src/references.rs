//! Every reference, one line each.

use crate::any_of::{self, Line, MANY};
use crate::words;
use impact_facts::{How, Index, Reference, Scope, TableName};
use impact_graph::{ColumnName, Graph, Place};
use schemars::JsonSchema;
use serde::Serialize;

/// Which references are wanted. Empty: all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// References to one of these columns.
    pub columns: Vec<ColumnName>,
    /// References to one of these tables, by database and name, or to a column of one.
    pub tables: Vec<(Box<str>, TableName)>,
}

/// One reference of the public format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ReferenceDocument {
    /// The service.
    service: String,
    /// The path from the workspace's root, or from the service's where there is only one.
    path: String,
    /// First line, from 1.
    line: u32,
    /// First column, from 1, in code points.
    col: u32,
    /// Last line.
    end_line: u32,
    /// One past the last column.
    end_col: u32,
    /// `schema.table`, or `table` where no schema is known; `*` for any of more tables than three.
    table: String,
    /// The column; null for the table as a whole, and for one of `any_of`.
    column: Option<String>,
    /// A possible reference that may be to any of these columns: of the table, or `table.column` where that is `*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    any_of: Vec<String>,
    /// What is done: read, write, declare.
    access: &'static str,
    /// Whether the site names it: explicit, implicit.
    how: &'static str,
    /// name, whole_row, star, rebinding, view, list.
    class: &'static str,
    /// exact, likely, possible.
    certainty: &'static str,
    /// production, script, test, migration, generated.
    scope: &'static str,
    /// The pack or front end that knows; `computed` for a name that is computed, which may be any of some columns.
    via: String,
    /// The characters at the site, at most the first line of them.
    text: String,
    /// The code it stands in.
    #[serde(rename = "in")]
    symbol: Option<String>,
    /// The declaration that feeds an implicit reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    declared_at: Option<PlaceDocument>,
    /// A rebinding: what the name would mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    becomes: Option<String>,
    /// The name under which the value leaves the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    exposed_as: Option<String>,
    /// Migrations: whether the step has run.
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<bool>,
}

/// A place of the public format. Line and column are 0 where only the file is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct PlaceDocument {
    /// The path.
    pub(crate) path: String,
    /// The line, from 1.
    pub(crate) line: u32,
    /// The column, from 1, in code points.
    pub(crate) col: u32,
    /// Last line.
    pub(crate) end_line: u32,
    /// One past the last column.
    pub(crate) end_col: u32,
}

impl From<&Place> for PlaceDocument {
    fn from(place: &Place) -> Self {
        let impact_facts::Position {
            line,
            col,
            end_line,
            end_col,
        } = place.position;
        Self {
            path: place.path.to_string(),
            line,
            col,
            end_line,
            end_col,
        }
    }
}

impl ReferenceDocument {
    pub(crate) fn new(
        reference: &Reference,
        table: &TableName,
        place: &Place,
        declared_at: Option<&Place>,
        symbol: Option<&str>,
    ) -> Self {
        let PlaceDocument {
            path,
            line,
            col,
            end_line,
            end_col,
        } = place.into();
        Self {
            service: place.service.to_string(),
            path,
            line,
            col,
            end_line,
            end_col,
            table: table.to_string(),
            column: reference.column.as_deref().map(str::to_owned),
            any_of: Vec::new(),
            access: reference.access.word(),
            how: reference.how.word(),
            class: reference.class.word(),
            certainty: reference.certainty.word(),
            scope: reference.scope.word(),
            via: reference.via.to_string(),
            text: reference.text.to_string(),
            symbol: symbol.map(str::to_owned),
            declared_at: declared_at.map(PlaceDocument::from),
            becomes: reference.becomes.as_deref().map(str::to_owned),
            exposed_as: reference.exposed_as.as_deref().map(str::to_owned),
            applied: (reference.scope == Scope::Migration).then_some(reference.applied),
        }
    }

    /// The same, of any of some columns.
    fn any_of(mut self, columns: &[(TableName, Box<str>)]) -> Self {
        let many = self.table.rsplit('.').next() == Some(MANY);
        if many {
            self.table = MANY.to_owned();
        }
        let shown = columns.iter().map(|(table, column)| match many {
            true => format!("{table}.{column}"),
            false => column.to_string(),
        });
        self.any_of = shown.collect();
        self
    }
}

/// A line with its service and index.
type Wanted<'a> = (usize, &'a Index, Line<'a>);

/// The wanted references, by service and then as the index has them; after them, for each name that is computed, those
/// that it may be. Without a filter, and for a table, any of several columns are one.
fn wanted<'a>(graph: &Graph<'a>, filter: &Filter) -> Vec<Wanted<'a>> {
    let mut found = Vec::new();
    for (service, index) in graph.indexes().iter().enumerate() {
        let asked = |reference: &Reference| has_column(graph, filter, service, reference);
        let narrow = !filter.columns.is_empty() || !filter.tables.is_empty();
        let all = any_of::lines(index, narrow, &asked).into_iter();
        let fitting = all.filter(|line| fits(graph, filter, service, &line.reference));
        found.extend(fitting.map(|line| (service, index, line)));
    }
    found
}

/// Whether a reference is to one of the columns that are asked about.
fn has_column(graph: &Graph<'_>, filter: &Filter, service: usize, reference: &Reference) -> bool {
    if filter.columns.is_empty() {
        return false;
    }
    let (database, table) = graph.table_of(service, reference);
    filter.columns.iter().any(|name| {
        name.database == database
            && name.table == table
            && Some(&name.column) == reference.column.as_ref()
    })
}

fn fits(graph: &Graph<'_>, filter: &Filter, service: usize, reference: &Reference) -> bool {
    if filter.columns.is_empty() && filter.tables.is_empty() {
        return true;
    }
    if has_column(graph, filter, service, reference) {
        return true;
    }
    let (database, table) = graph.table_of(service, reference);
    filter.tables.contains(&(database.clone(), table.clone()))
}

/// The wanted references, a JSON object a line.
#[must_use]
pub fn references_jsonl(graph: &Graph<'_>, filter: &Filter) -> String {
    let mut out = String::new();
    for (service, index, line) in wanted(graph, filter) {
        let Line { reference, any_of } = line;
        let symbol = reference
            .symbol
            .and_then(|id| index.symbols.get(id.0 as usize));
        let reference = Reference {
            applied: reference.scope == Scope::Migration && graph.has_run(service, &reference),
            ..reference.into_owned()
        };
        let document = ReferenceDocument::new(
            &reference,
            &graph.full_table_of(service, &reference),
            &graph.place_of(service, &reference),
            graph.declaration_of(service, &reference).as_ref(),
            symbol.map(|symbol| &*symbol.name),
        );
        let document = document.any_of(&any_of);
        out.push_str(&serde_json::to_string(&document).unwrap_or_default());
        out.push('\n');
    }
    out
}

/// The wanted references, a line each for people.
#[must_use]
pub fn references_text(graph: &Graph<'_>, filter: &Filter) -> String {
    let mut out = String::new();
    for (service, _, Line { reference, any_of }) in wanted(graph, filter) {
        let place = words::place(&graph.place_of(service, &reference));
        let (_, table) = graph.table_of(service, &reference);
        let column = match reference.column.as_deref() {
            Some(name) => format!("{table}.{name}"),
            None if any_of.is_empty() => table.to_string(),
            None if &*reference.table.name == MANY => {
                format!("any of {} columns of several tables", any_of.len())
            }
            None => format!("any of {} columns of {table}", any_of.len()),
        };
        let how = if reference.how == How::Implicit {
            "implicit "
        } else {
            ""
        };
        let (sure, does) = (reference.certainty.word(), reference.access.word());
        let aside = format!("{sure}, {}", reference.scope.word());
        out.push_str(&format!("{place}: {how}{does} {column} ({aside})\n"));
    }
    out
}

/// The JSON Schema of one line of `references --format jsonl`.
#[must_use]
pub fn reference_schema() -> String {
    crate::document::pretty(&schemars::schema_for!(ReferenceDocument))
}
