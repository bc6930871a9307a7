//! Views: the columns that their queries yield, and those that they need.

use super::Replay;
use impact_facts::{
    Column, Site, Span, SpanMap, TableName, UnknownStep, View, ViewNeed, ViewQuery,
};
use impact_sql::{ColumnUse, OutputColumn, Resolution, Schema, UseClass};

impl Replay {
    /// A view's columns and insides, as the relations stand now.
    pub(super) fn view(&mut self, query: &ViewQuery, span: Span) -> (Vec<Column>, View) {
        let resolved = self.resolve(query, span);
        let outputs = resolved
            .as_ref()
            .map(|found| found.outputs.as_slice())
            .unwrap_or_default();
        let names = output_names(&query.columns, outputs);
        let columns = names
            .iter()
            .flatten()
            .map(|name| self.view_column(name, span))
            .collect();
        let uses = resolved
            .as_ref()
            .map(|found| found.uses.as_slice())
            .unwrap_or_default();
        let direct = uses.iter().filter(|column| column.through.is_empty());
        let needs = direct
            .map(|column| self.need(column, outputs, &names, &query.map))
            .collect();
        let at = Some(self.site(query.map.span(0, query.sql.len() as u32)));
        (
            columns,
            View {
                sql: query.sql.clone(),
                at,
                needs,
            },
        )
    }

    /// The columns of a table that a query fills.
    pub(super) fn query_columns(&mut self, query: &ViewQuery, span: Span) -> Vec<Column> {
        let resolved = self.resolve(query, span);
        let outputs = resolved
            .as_ref()
            .map(|found| found.outputs.as_slice())
            .unwrap_or_default();
        let names = output_names(&query.columns, outputs);
        names
            .iter()
            .flatten()
            .map(|name| self.view_column(name, span))
            .collect()
    }

    fn resolve(&mut self, query: &ViewQuery, span: Span) -> Option<Resolution> {
        let mut catalog = self.catalog.clone();
        catalog.search_path = self
            .path
            .iter()
            .chain(&self.catalog.search_path)
            .cloned()
            .collect();
        let found = impact_sql::resolve(&query.sql, &[], &Schema::new(&catalog))
            .into_iter()
            .next();
        let why = match &found {
            Some(found) => found.error.as_ref().map(|error| error.message.clone()),
            None => Some("it holds no statement".into()),
        };
        if let Some(why) = why {
            let tables = self.tables_named(&query.sql);
            let reason = format!("the query of a view is not understood: {why}").into();
            self.catalog.unknown.push(UnknownStep {
                site: self.site(span),
                reason,
                tables,
            });
        }
        found.filter(|found| found.error.is_none())
    }

    fn view_column(&self, name: &str, span: Span) -> Column {
        Column {
            name: name.into(),
            data_type: "".into(),
            nullable: true,
            has_default: false,
            generated_from: Vec::new(),
            declared_at: Some(self.site(span)),
            origin: self.origin,
        }
    }

    fn need(
        &self,
        column: &ColumnUse,
        outputs: &[OutputColumn],
        names: &[Option<Box<str>>],
        map: &SpanMap,
    ) -> ViewNeed {
        let source = (column.table.clone(), column.column.clone());
        let feeds = outputs
            .iter()
            .zip(names)
            .filter(|(output, _)| output.sources.contains(&source));
        let site = Site {
            file: self.file,
            span: map.span(column.span.start, column.span.end),
        };
        ViewNeed {
            table: column.table.clone(),
            column: column.column.clone(),
            site: Some(site),
            star: column.class == UseClass::Star,
            feeds: feeds.filter_map(|(_, name)| name.clone()).collect(),
        }
    }

    /// Views that stand on a relation, or on one of its columns, go with it, and those that stand on them.
    pub(super) fn drop_views_over(&mut self, table: &TableName, column: Option<&str>, span: Span) {
        let stands_on = |need: &ViewNeed| {
            need.table == *table && column.is_none_or(|column| column == &*need.column)
        };
        let views: Vec<TableName> = self
            .catalog
            .relations
            .iter()
            .filter(|(_, relation)| {
                relation
                    .view
                    .as_ref()
                    .is_some_and(|view| view.needs.iter().any(stands_on))
            })
            .map(|(name, _)| name.clone())
            .collect();
        for view in views {
            self.drop_relation(&view, true, span);
        }
    }
}

/// The names of a query's columns: those that the view's list gives, then the query's own.
fn output_names(listed: &[Box<str>], outputs: &[OutputColumn]) -> Vec<Option<Box<str>>> {
    let own = outputs
        .iter()
        .skip(listed.len())
        .map(|output| output.name.clone());
    listed
        .iter()
        .map(|name| Some(name.clone()))
        .chain(own)
        .collect()
}
