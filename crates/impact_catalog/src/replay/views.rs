//! Views: the columns that their queries yield, and those that they need.

use super::Replay;
use impact_facts::{Column, Span, TableName, UnknownStep, View, ViewNeed, ViewQuery};

impl Replay {
    /// A view's columns and insides, as the relations stand now.
    pub(super) fn view(&mut self, query: &ViewQuery, span: Span) -> (Vec<Column>, View) {
        let columns = self.query_columns(query, span);
        let at = Some(self.site(query.map.span(0, query.sql.len() as u32)));
        (
            columns,
            View {
                sql: query.sql.clone(),
                at,
                needs: Vec::new(),
            },
        )
    }

    /// The columns of a table that a query fills.
    pub(super) fn query_columns(&mut self, query: &ViewQuery, span: Span) -> Vec<Column> {
        let tables = self.tables_named(&query.sql);
        let reason = "the query of a view is not bound".into();
        self.catalog.unknown.push(UnknownStep {
            site: self.site(span),
            reason,
            tables,
        });
        query
            .columns
            .iter()
            .map(|name| self.view_column(name, span))
            .collect()
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
