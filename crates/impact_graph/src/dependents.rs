//! What of the database's own needs a column: views, constraints, indexes, triggers, policies, generated columns.

use crate::build::{ColumnKey, Graph};
use crate::database::{Database, DatabaseId, Declared};
use crate::place::Place;
use crate::trace::{Carrier, DependentClass, TracedDependent};
use crate::tracing::Carriers;
use impact_facts::{DeclaredDependent, DependentKind, TableName};

/// One table of one database, with what carries the target there.
struct Inspected<'s, 'a> {
    graph: &'s Graph<'a>,
    carriers: &'s Carriers,
    database: DatabaseId,
    described: &'s Database<'a>,
    table: &'s TableName,
    one: &'s Declared<'a>,
}

/// Everything in any catalog that needs a carrier, by database, table and kind.
pub(crate) fn find(graph: &Graph<'_>, carriers: &Carriers) -> Vec<TracedDependent> {
    let mut found = Vec::new();
    for (database, described) in graph.databases.iter() {
        if !carriers.keys().any(|key| key.database == database) {
            continue;
        }
        for (table, declared) in described.tables() {
            for one in declared.iter().filter(|one| one.live) {
                let inspected = Inspected {
                    graph,
                    carriers,
                    database,
                    described,
                    table,
                    one,
                };
                found.extend(inspected.views());
                found.extend(inspected.generated());
                found.extend(inspected.declared());
            }
        }
    }
    let order = |one: &TracedDependent| {
        (
            one.database.clone(),
            one.table.clone(),
            one.kind,
            one.name.clone(),
            one.column.clone(),
            one.place.clone(),
        )
    };
    found.sort_by_key(order);
    found.dedup_by(|a, b| {
        (a.kind, &a.name, &a.table, &a.column) == (b.kind, &b.name, &b.table, &b.column)
    });
    found
}

impl Inspected<'_, '_> {
    fn carrier(&self, table: &TableName, column: &str) -> Option<&Carrier> {
        let table = self.described.canonical(table);
        let key = ColumnKey {
            database: self.database,
            table,
            column: column.into(),
        };
        self.carriers.get(&key).map(|(_, carrier)| carrier)
    }

    fn dependent(
        &self,
        kind: DependentClass,
        name: Option<Box<str>>,
        carrier: &Carrier,
    ) -> TracedDependent {
        TracedDependent {
            kind,
            name,
            table: self.table.clone(),
            database: self.described.name.into(),
            column: carrier.name.clone(),
            alone: false,
            place: None,
            certainty: carrier.certainty,
        }
    }

    fn place(&self, file: impact_facts::FileId, span: impact_facts::Span) -> Option<Place> {
        self.graph.catalog_place(self.one.catalog, file, span)
    }

    fn views(&self) -> Vec<TracedDependent> {
        let Some(view) = &self.one.relation.view else {
            return Vec::new();
        };
        let declared = self.one.relation.declared_at.or(view.at);
        let needed = view
            .needs
            .iter()
            .filter_map(|need| Some((need, self.carrier(&need.table, &need.column)?)));
        let found = needed.map(|(need, carrier)| TracedDependent {
            place: need
                .site
                .or(declared)
                .and_then(|site| self.place(site.file, site.span)),
            ..self.dependent(
                DependentClass::View,
                Some(self.table.to_string().into()),
                carrier,
            )
        });
        found.collect()
    }

    fn generated(&self) -> Vec<TracedDependent> {
        let mut found = Vec::new();
        for column in &self.one.relation.columns {
            for source in &column.generated_from {
                let Some(carrier) = self.carrier(self.table, source) else {
                    continue;
                };
                found.push(TracedDependent {
                    place: column
                        .declared_at
                        .and_then(|site| self.place(site.file, site.span)),
                    ..self.dependent(
                        DependentClass::Generated,
                        Some(column.name.clone()),
                        carrier,
                    )
                });
            }
        }
        found
    }

    fn declared(&self) -> Vec<TracedDependent> {
        self.one
            .relation
            .dependents
            .iter()
            .flat_map(|declared| self.of_dependent(declared))
            .collect()
    }

    fn of_dependent(&self, declared: &DeclaredDependent) -> Vec<TracedDependent> {
        let dependent = &declared.dependent;
        let mut found = Vec::new();
        for (column, span) in &dependent.columns {
            let Some(carrier) = self.carrier(self.table, column) else {
                continue;
            };
            let computed =
                dependent.kind == DependentKind::Index && dependent.computed.contains(column);
            let kind = if computed {
                DependentClass::Expression
            } else {
                DependentClass::Declared(dependent.kind)
            };
            found.push(TracedDependent {
                alone: dependent.columns.len() == 1,
                place: self.place(declared.file, *span),
                ..self.dependent(kind, dependent.name.clone(), carrier)
            });
        }
        for (table, column) in &dependent.foreign {
            let Some(carrier) = self.carrier(table, column) else {
                continue;
            };
            let kind = match dependent.kind {
                DependentKind::ForeignKey => DependentClass::IncomingKey,
                other => DependentClass::Declared(other),
            };
            found.push(TracedDependent {
                place: self.place(declared.file, dependent.span),
                ..self.dependent(kind, dependent.name.clone(), carrier)
            });
        }
        found
    }
}
