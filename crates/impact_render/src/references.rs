//! Every reference, one line each.

use crate::words;
use impact_facts::{
    BlindReason, BlindSpot, Certainty, How, Index, Reach, Reference, ReferenceClass, Scope,
    TableName,
};
use impact_graph::{ColumnName, Graph, Place};
use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeSet;

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
    /// `schema.table`, or `table` where no schema is known.
    table: String,
    /// The column; null for the table as a whole.
    column: Option<String>,
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
}

/// A reference with its service and index.
type Wanted<'a> = (usize, &'a Index, Cow<'a, Reference>);

/// The wanted references, by service and then as the index has them; after them, for each name that is computed, those
/// that it may be.
fn wanted<'a>(graph: &Graph<'a>, filter: &Filter) -> Vec<Wanted<'a>> {
    let mut found = Vec::new();
    for (service, index) in graph.indexes().iter().enumerate() {
        let named = index.references.iter().map(Cow::Borrowed);
        let computed = index.blind_spots.iter().flat_map(computed).map(Cow::Owned);
        let mut seen = BTreeSet::new();
        for reference in named.chain(computed) {
            // Code that is summed up for each of its receivers is one place all the same.
            let symbol = reference
                .symbol
                .and_then(|id| index.symbols.get(id.0 as usize));
            let place = (
                reference.site,
                reference.table.clone(),
                reference.column.clone(),
            );
            let manner = (reference.access, reference.how, reference.class);
            let is_new = seen.insert((place, manner, symbol.map(|symbol| &*symbol.name)));
            if is_new && fits(graph, filter, service, &reference) {
                found.push((service, index, reference));
            }
        }
    }
    found
}

/// A computed name that may be of more tables than this says nothing of any one of them.
const MAX_TABLES: usize = 3;

/// What a blind spot on a computed name may refer to: each column that it reaches, as a possible reference.
fn computed(blind: &BlindSpot) -> Vec<Reference> {
    let (BlindReason::DynamicName, Reach::Columns(columns), Some(access)) =
        (blind.reason, &blind.reach, blind.access)
    else {
        return Vec::new();
    };
    let tables: BTreeSet<&TableName> = columns.iter().map(|(table, _)| table).collect();
    if tables.len() > MAX_TABLES {
        return Vec::new();
    }
    let possible = |(table, column): &(TableName, Box<str>)| Reference {
        site: blind.site,
        position: blind.position,
        text: blind.text.clone(),
        database: blind.database.clone(),
        table: table.clone(),
        column: Some(column.clone()),
        access,
        how: How::Implicit,
        class: ReferenceClass::Name,
        certainty: Certainty::Possible,
        scope: blind.scope,
        via: "computed".into(),
        symbol: blind.symbol,
        declared_at: None,
        declared_position: None,
        becomes: None,
        exposed_as: None,
        applied: false,
    };
    columns.iter().map(possible).collect()
}

fn fits(graph: &Graph<'_>, filter: &Filter, service: usize, reference: &Reference) -> bool {
    if filter.columns.is_empty() && filter.tables.is_empty() {
        return true;
    }
    let (database, table) = graph.table_of(service, reference);
    let column = |name: &ColumnName| {
        name.database == database
            && name.table == table
            && Some(&name.column) == reference.column.as_ref()
    };
    filter.columns.iter().any(column) || filter.tables.contains(&(database.clone(), table.clone()))
}

/// The wanted references, a JSON object a line.
#[must_use]
pub fn references_jsonl(graph: &Graph<'_>, filter: &Filter) -> String {
    let mut out = String::new();
    for (service, index, reference) in wanted(graph, filter) {
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
        out.push_str(&serde_json::to_string(&document).unwrap_or_default());
        out.push('\n');
    }
    out
}

/// The wanted references, a line each for people.
#[must_use]
pub fn references_text(graph: &Graph<'_>, filter: &Filter) -> String {
    let mut out = String::new();
    for (service, _, reference) in wanted(graph, filter) {
        let place = words::place(&graph.place_of(service, &reference));
        let (_, table) = graph.table_of(service, &reference);
        let column = reference
            .column
            .as_deref()
            .map_or_else(|| table.to_string(), |name| format!("{table}.{name}"));
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
