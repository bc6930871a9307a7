//! Views: the columns that their queries yield, and those that they need.

use super::Replay;
use impact_facts::{
    Catalog, Column, Site, Span, TableName, UnknownStep, View, ViewNeed, ViewQuery,
};
use impact_sql::{ColumnUse, OutputColumn, Schema, UseClass};
use std::collections::{BTreeMap, HashSet};

impl Replay {
    /// A view's columns and insides, as the relations stand now.
    pub(super) fn view(&mut self, query: &ViewQuery, span: Span) -> (Vec<Column>, View) {
        let bound = self.bind(query, span);
        let columns = bound
            .columns(&query.columns)
            .into_iter()
            .map(|name| self.view_column(name, span))
            .collect();
        let at = self.site(query.map.span(0, query.sql.len() as u32));
        let place = |span: Span| {
            Some(Site {
                file: at.file,
                span: query.map.span(span.start, span.end),
            })
        };
        let needs = bound.needs(&query.columns, &place);
        (
            columns,
            View {
                sql: query.sql.clone(),
                at: Some(at),
                needs,
            },
        )
    }

    /// The columns of a table that a query fills.
    pub(super) fn query_columns(&mut self, query: &ViewQuery, span: Span) -> Vec<Column> {
        let bound = self.bind(query, span);
        bound
            .columns(&query.columns)
            .into_iter()
            .map(|name| self.view_column(name, span))
            .collect()
    }

    fn bind(&mut self, query: &ViewQuery, span: Span) -> Bound {
        let mut part = part_named(&self.catalog, &query.sql);
        if self.path != self.catalog.search_path {
            let path = self.path.iter().chain(&self.catalog.search_path);
            part.search_path = path.cloned().collect();
        }
        let bound = Bound::of(&Schema::new(&part), &query.sql);
        if let Some(why) = &bound.why {
            let tables = self.tables_named(&query.sql);
            let reason = format!("the query of a view is not understood: {why}").into();
            self.catalog.unknown.push(UnknownStep {
                site: self.site(span),
                reason,
                tables,
            });
        }
        bound
    }

    fn view_column(&self, name: Box<str>, span: Span) -> Column {
        Column::untyped(name, Some(self.site(span)), self.origin)
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

/// A query, bound to the relations of a catalog.
struct Bound {
    uses: Vec<ColumnUse>,
    outputs: Vec<OutputColumn>,
    /// Why a part of it is not understood.
    why: Option<Box<str>>,
}

impl Bound {
    fn of(schema: &Schema, sql: &str) -> Self {
        let found = impact_sql::resolve(sql, &holes(sql), schema);
        let found = found.into_iter().next();
        let Some(found) = found else {
            return Self {
                uses: Vec::new(),
                outputs: Vec::new(),
                why: Some("it holds no statement".into()),
            };
        };
        let error = found.error.map(|error| error.message);
        let failed = error.is_some();
        let why = error.or_else(|| found.unknown.first().map(|unknown| unknown.message.clone()));
        let keep = |uses: Vec<ColumnUse>| if failed { Vec::new() } else { uses };
        Self {
            uses: keep(found.uses),
            outputs: if failed { Vec::new() } else { found.outputs },
            why,
        }
    }

    /// The names of the query's columns: those that the view's list gives, then the query's own.
    fn names(&self, listed: &[Box<str>]) -> Vec<Option<Box<str>>> {
        let own = self
            .outputs
            .iter()
            .skip(listed.len())
            .map(|output| output.name.clone());
        listed
            .iter()
            .map(|name| Some(name.clone()))
            .chain(own)
            .collect()
    }

    fn columns(&self, listed: &[Box<str>]) -> Vec<Box<str>> {
        self.names(listed).into_iter().flatten().collect()
    }

    /// Each column that the query itself names, with the columns of the result that it feeds.
    fn needs(&self, listed: &[Box<str>], place: &dyn Fn(Span) -> Option<Site>) -> Vec<ViewNeed> {
        let names = self.names(listed);
        let direct = self.uses.iter().filter(|column| column.through.is_empty());
        let need = |column: &ColumnUse| {
            let source = (column.table.clone(), column.column.clone());
            let feeds = self
                .outputs
                .iter()
                .zip(&names)
                .filter(|(output, _)| output.sources.contains(&source));
            ViewNeed {
                table: column.table.clone(),
                column: column.column.clone(),
                site: place(column.span),
                star: column.class == UseClass::Star,
                feeds: feeds.filter_map(|(_, name)| name.clone()).collect(),
            }
        };
        direct.map(need).collect()
    }
}

/// The part of a catalog that a query can name: relations and functions whose names stand in it, and what those relations
/// are made from. Preparing all of a catalog for each of its views is work that grows with the square.
fn part_named(catalog: &Catalog, sql: &str) -> Catalog {
    let lower = sql.to_lowercase();
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let words: HashSet<&str> = lower.split(|c| !in_word(c)).collect();
    let stands = |name: &TableName| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if name.name.bytes().all(plain) {
            return words.contains(&*name.name);
        }
        let name = name.name.to_lowercase();
        words.contains(name.as_str()) || !name.chars().all(in_word) && lower.contains(&name)
    };
    let mut relations = BTreeMap::new();
    let mut open: Vec<&TableName> = catalog
        .relations
        .keys()
        .filter(|name| stands(name))
        .collect();
    while let Some(name) = open.pop() {
        let Some(relation) = catalog.relations.get(name) else {
            continue;
        };
        if relations.insert(name.clone(), relation.clone()).is_some() {
            continue;
        }
        let below = relation.view.iter().flat_map(|view| &view.needs);
        open.extend(below.map(|need| &need.table));
        open.extend(&relation.parents);
    }
    let functions = catalog.functions.iter().filter(|(name, _)| stands(name));
    Catalog {
        dialect: catalog.dialect,
        search_path: catalog.search_path.clone(),
        relations,
        types: catalog.types.clone(),
        functions: functions
            .map(|(name, of)| (name.clone(), of.clone()))
            .collect(),
        ..Catalog::default()
    }
}

/// Words that stand for what is not known before run time.
fn holes(sql: &str) -> Vec<Span> {
    let starts = sql
        .match_indices("impact_hole_")
        .map(|(at, word)| (at, at + word.len()));
    let digits = |from: usize| {
        sql.bytes()
            .skip(from)
            .take_while(u8::is_ascii_digit)
            .count()
    };
    starts
        .map(|(start, end)| Span::new(start as u32, (end + digits(end)) as u32))
        .collect()
}

/// Binds every view of a catalog to the relations as they stand; whether a view's columns changed. Sites are exact
/// where the query stands in its file as it is, else the whole query's.
pub(crate) fn bind_again(catalog: &mut Catalog) -> bool {
    let views = catalog
        .relations
        .iter()
        .filter_map(|(name, relation)| Some((name, relation, relation.view.as_ref()?)));
    let schema = Schema::new(catalog);
    let mut bound = Vec::new();
    for (name, relation, view) in views {
        let found = Bound::of(&schema, &view.sql);
        if found.outputs.is_empty() {
            continue;
        }
        let same_count = found.outputs.len() == relation.columns.len();
        let listed: Vec<Box<str>> = match same_count {
            true => relation
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect(),
            false => Vec::new(),
        };
        let at = view.at;
        let as_it_is =
            at.is_some_and(|at| (at.span.end - at.span.start) as usize == view.sql.len());
        let place = |span: Span| match at {
            Some(at) if as_it_is => Some(Site {
                span: Span::new(at.span.start + span.start, at.span.start + span.end),
                ..at
            }),
            other => other,
        };
        bound.push((
            name.clone(),
            found.columns(&listed),
            found.needs(&listed, &place),
        ));
    }
    let mut changed = false;
    for (name, columns, needs) in bound {
        let Some(relation) = catalog.relations.get_mut(&name) else {
            continue;
        };
        if relation.columns.len() != columns.len() {
            changed = true;
            relation.columns = columns
                .into_iter()
                .map(|name| Column::untyped(name, relation.declared_at, relation.origin))
                .collect();
        }
        if let Some(view) = &mut relation.view {
            view.needs = needs;
        }
    }
    changed
}
