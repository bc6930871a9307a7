//! Views, prepared: what each of their columns is made from, and what they need, down to tables.

use crate::parse::Parser;
use crate::resolve::Resolver;
use crate::schema::{Prepared, PreparedColumn, RelationId, ViewColumn};
use crate::token::tokenize;
use impact_facts::{Catalog, Relation};
use std::collections::HashMap;

/// How deep views may stand on views.
const DEPTH: u32 = 64;

struct Views<'c> {
    sql: HashMap<RelationId, (&'c str, &'c Relation)>,
    /// Views that are done or being done.
    begun: Vec<bool>,
}

/// Fills in what views are made from.
pub(crate) fn resolve_views(prepared: &mut Prepared, catalog: &Catalog) {
    let mut sql = HashMap::new();
    for (name, relation) in &catalog.relations {
        if let (Some(view), Some(id)) = (&relation.view, prepared.by_table_name(name)) {
            sql.insert(id, (&*view.sql, relation));
        }
    }
    let begun = vec![false; prepared.relations.len()];
    let mut views = Views { sql, begun };
    let mut ids: Vec<RelationId> = views.sql.keys().copied().collect();
    ids.sort_unstable();
    for id in ids {
        views.resolve(prepared, id, 0);
    }
}

impl Views<'_> {
    fn resolve(&mut self, prepared: &mut Prepared, id: RelationId, depth: u32) {
        let Some(begun) = self.begun.get_mut(id as usize) else {
            return;
        };
        if std::mem::replace(begun, true) || depth > DEPTH {
            return;
        }
        let Some((sql, relation)) = self.sql.get(&id).copied() else {
            return;
        };
        // A first look finds the views below, which come first.
        let Some(first) = look(prepared, sql) else {
            return;
        };
        for view in first.below {
            self.resolve(prepared, view, depth + 1);
        }
        let Some(Look { outputs, needs, .. }) = look(prepared, sql) else {
            return;
        };
        let Some(view) = prepared.relations.get_mut(id as usize) else {
            return;
        };
        let nameless = view.columns.is_empty() || relation.columns.is_empty();
        if nameless {
            view.columns = outputs.iter().map(|(name, _)| column_named(name)).collect();
            view.reindex();
        }
        for (column, (_, sources)) in view.columns.iter_mut().zip(outputs) {
            column.sources = sources;
        }
        view.needs = needs;
    }
}

/// What a view's query says of it.
struct Look {
    below: Vec<RelationId>,
    outputs: Vec<(String, Vec<(RelationId, u16)>)>,
    needs: Vec<ViewColumn>,
}

fn look(prepared: &Prepared, sql: &str) -> Option<Look> {
    let lower = sql.to_ascii_lowercase();
    let tokens = tokenize(sql, &lower, prepared.dialect).list;
    let statement = Parser::new(sql, &lower, &tokens, &[], prepared.dialect)
        .statement()
        .ok()?;
    let mut resolver = Resolver::new(prepared, &[]);
    resolver.run(&statement);
    let (outputs, needs) = resolver.view_columns();
    Some(Look {
        below: resolver.views_named(),
        outputs,
        needs,
    })
}

fn column_named(name: &str) -> PreparedColumn {
    PreparedColumn {
        key: name.into(),
        name: name.into(),
        data_type: "".into(),
        generated_from: Vec::new(),
        generated: false,
        sources: Vec::new(),
    }
}

impl Resolver<'_> {
    /// Views that the statement names.
    fn views_named(&self) -> Vec<RelationId> {
        let ids = self.named.iter().filter_map(|named| match named.table {
            crate::resolve::NamedTable::Known(id) => Some(id),
            _ => None,
        });
        ids.filter(|id| {
            self.schema
                .relation(*id)
                .is_some_and(crate::schema::PreparedRelation::is_view)
        })
        .collect()
    }

    /// For each output its name and the columns of tables it is made from, and all columns of tables that are needed.
    #[allow(clippy::type_complexity)]
    fn view_columns(&self) -> (Vec<(String, Vec<(RelationId, u16)>)>, Vec<ViewColumn>) {
        let outputs = self.output_sources();
        let mut needs: Vec<ViewColumn> = Vec::new();
        for (relation, column) in self.columns_used() {
            let is_view = self
                .schema
                .relation(relation)
                .is_some_and(crate::schema::PreparedRelation::is_view);
            if !is_view {
                needs.push(ViewColumn {
                    relation,
                    column,
                    through: Vec::new(),
                });
            }
        }
        for view in self.views_named() {
            let below = self.schema.relation(view).map_or(&[][..], |r| &r.needs);
            needs.extend(below.iter().map(|need| {
                ViewColumn {
                    through: std::iter::once(view)
                        .chain(need.through.iter().copied())
                        .collect(),
                    ..need.clone()
                }
            }));
        }
        needs.sort();
        needs.dedup_by(|a, b| a.relation == b.relation && a.column == b.column);
        (outputs, needs)
    }
}
