//! What was found, in the words of the outside.

use super::scope::Target;
use super::{NamedTable, Resolver, Use};
use crate::resolution::{ColumnUse, OutputColumn, Resolution, StatementKind, TableUse, UseClass};
use crate::schema::PreparedColumn;
use impact_facts::{Access, Certainty, Span, TableName};
use std::collections::{HashMap, HashSet};

impl<'a> Resolver<'a> {
    /// The resolution of the statement at `span`.
    pub fn finish(mut self, span: Span, kind: StatementKind) -> Resolution {
        self.settle_rebindings();
        let failed = self.error.is_some();
        let mut uses: Vec<ColumnUse> = Vec::with_capacity(self.uses.len());
        for found in &self.uses {
            uses.extend(self.column_use(found, failed));
        }
        self.add_dependencies(&mut uses);
        let least = uses
            .iter()
            .map(|found| found.certainty)
            .min()
            .unwrap_or(Certainty::Exact);
        let outputs = self
            .outputs
            .iter()
            .map(|output| self.output(output))
            .collect();
        let tables = self
            .named
            .iter()
            .filter_map(|named| self.table_use(named))
            .collect();
        let omitted = self
            .omitted
            .iter()
            .filter_map(|target| self.name_of(*target))
            .collect();
        Resolution {
            span,
            kind,
            uses,
            tables,
            outputs,
            omitted,
            certainty: self.certainty.min(least),
            unknown: self.unknown,
            error: self.error,
        }
    }

    /// A statement that breaks at one place does not go on with another meaning at the next.
    fn settle_rebindings(&mut self) {
        if self.uses.iter().all(|found| found.rebinds.is_none()) {
            return;
        }
        let breaking: HashSet<Target<'a>> = self
            .uses
            .iter()
            .filter(|found| found.breaks)
            .map(|found| found.target)
            .collect();
        for found in &mut self.uses {
            if breaking.contains(&found.target) {
                found.rebinds = None;
            }
        }
    }

    fn name_of(&self, target: Target<'a>) -> Option<(TableName, Box<str>)> {
        match target {
            Target::Known(id, at) => {
                let relation = self.schema.relation(id)?;
                Some((
                    relation.name.clone(),
                    relation.columns.get(usize::from(at))?.name.clone(),
                ))
            }
            Target::Unknown(at, name) => {
                Some((self.unknown_tables.get(at as usize)?.clone(), name.into()))
            }
        }
    }

    fn column_use(&self, found: &Use<'a>, failed: bool) -> Option<ColumnUse> {
        let (table, column) = self.name_of(found.target)?;
        let certainty = if failed {
            Certainty::Possible
        } else {
            found.certainty
        };
        Some(ColumnUse {
            table,
            column,
            access: found.access,
            class: found.class,
            span: found.span,
            named_at: found.named_at.clone(),
            certainty,
            needs: found.class != UseClass::Star || found.breaks,
            rebinds: found.rebinds.clone(),
            filter: found.filter,
            through: Vec::new(),
            heirs: Vec::new(),
        })
    }

    fn output(&self, output: &super::scope::Output<'a>) -> OutputColumn {
        let mut sources = Vec::new();
        for target in &output.sources {
            sources.extend(self.base_columns(*target));
        }
        OutputColumn {
            name: output.name.map(Into::into),
            sources,
            span: output.span,
        }
    }

    /// A column and, for a view's, those of tables that it is made from.
    fn base_columns(&self, target: Target<'a>) -> Vec<(TableName, Box<str>)> {
        let mut list: Vec<_> = self.name_of(target).into_iter().collect();
        if let Some(column) = self.column(target) {
            list.extend(
                column
                    .sources
                    .iter()
                    .filter_map(|(id, at)| self.name_of(Target::Known(*id, *at))),
            );
        }
        list
    }

    /// A column's own name, as it is compared.
    pub(super) fn column_name(&self, target: Target<'a>) -> Option<&'a str> {
        match target {
            Target::Known(..) => self.column(target).map(|column| &*column.key),
            Target::Unknown(_, name) => Some(name),
        }
    }

    fn column(&self, target: Target<'a>) -> Option<&'a PreparedColumn> {
        match target {
            Target::Known(id, at) => self.schema.relation(id)?.columns.get(usize::from(at)),
            Target::Unknown(..) => None,
        }
    }

    fn table_use(&self, named: &super::Named) -> Option<TableUse> {
        match named.table {
            NamedTable::Known(id) => {
                let relation = self.schema.relation(id)?;
                Some(TableUse {
                    table: relation.name.clone(),
                    access: named.access,
                    span: named.span,
                    kind: Some(relation.kind),
                })
            }
            NamedTable::Unknown(at) => Some(TableUse {
                table: self.unknown_tables.get(at as usize)?.clone(),
                access: named.access,
                span: named.span,
                kind: None,
            }),
            NamedTable::System => None,
        }
    }

    /// What is not in the text: columns behind views, and those that generate others.
    fn add_dependencies(&self, uses: &mut Vec<ColumnUse>) {
        let places = self.places_in_views();
        for named in &self.named {
            if let NamedTable::Known(id) = named.table {
                self.view_dependencies(id, named.span, &places, uses);
            }
        }
        for found in &self.uses {
            self.generated_from(found, uses);
            self.inherited_from(found, uses);
        }
    }

    fn view_dependencies(
        &self,
        id: u32,
        span: Span,
        places: &HashMap<(u32, u32, u16), Span>,
        uses: &mut Vec<ColumnUse>,
    ) {
        let Some(view) = self.schema.relation(id) else {
            return;
        };
        for need in &view.needs {
            let Some((table, column)) = self.name_of(Target::Known(need.relation, need.column))
            else {
                continue;
            };
            let hops = std::iter::once(id).chain(need.through.iter().copied());
            let through: Vec<TableName> = hops
                .filter_map(|id| self.schema.relation(id).map(|r| r.name.clone()))
                .collect();
            let at = places.get(&(id, need.relation, need.column));
            uses.push(dependency(table, column, *at.unwrap_or(&span), through));
        }
    }

    /// For a view and a table's column where the statement first names a column of the view that is made from it.
    fn places_in_views(&self) -> HashMap<(u32, u32, u16), Span> {
        let mut places = HashMap::new();
        for found in &self.uses {
            if let (Target::Known(id, _), Some(column)) = (found.target, self.column(found.target))
            {
                for (relation, at) in &column.sources {
                    places.entry((id, *relation, *at)).or_insert(found.span);
                }
            }
        }
        places
    }

    /// A column that is inherited goes with that of the parent.
    fn inherited_from(&self, found: &Use<'a>, uses: &mut Vec<ColumnUse>) {
        let Target::Known(id, at) = found.target else {
            return;
        };
        if !found.breaks {
            return;
        }
        let key = self.schema.relation(id).map_or("", |r| r.key(at));
        let mut child = id;
        let mut heirs = Vec::new();
        // As deep as inheritance is worth following; a cycle ends here, too.
        for _ in 0..16 {
            let Some(relation) = self.schema.relation(child) else {
                return;
            };
            let parent = relation
                .parents
                .iter()
                .find_map(|parent| Some((*parent, self.schema.relation(*parent)?.column(key)?)));
            let Some((parent, column)) = parent else {
                return;
            };
            heirs.push(relation.name.clone());
            if let Some((table, column)) = self.name_of(Target::Known(parent, column)) {
                uses.push(ColumnUse {
                    heirs: heirs.clone(),
                    ..dependency(table, column, found.span, Vec::new())
                });
            }
            child = parent;
        }
    }

    /// A generated column that is named goes with the columns that it is made from.
    fn generated_from(&self, found: &Use<'a>, uses: &mut Vec<ColumnUse>) {
        if !found.breaks {
            return;
        }
        let (Target::Known(id, _), Some(column)) = (found.target, self.column(found.target)) else {
            return;
        };
        for at in &column.generated_from {
            if let Some((table, column)) = self.name_of(Target::Known(id, *at)) {
                uses.push(dependency(table, column, found.span, Vec::new()));
            }
        }
    }
}

fn dependency(
    table: TableName,
    column: Box<str>,
    span: Span,
    through: Vec<TableName>,
) -> ColumnUse {
    ColumnUse {
        table,
        column,
        access: Access::Read,
        class: UseClass::Dependency,
        span,
        named_at: Vec::new(),
        certainty: Certainty::Exact,
        needs: true,
        rebinds: None,
        filter: false,
        through,
        heirs: Vec::new(),
    }
}

impl<'a> Resolver<'a> {
    /// For each output its name and the columns of tables that it is made from.
    #[allow(clippy::type_complexity)]
    pub fn output_sources(&self) -> Vec<(String, Vec<(u32, u16)>)> {
        let of = |target: &Target<'a>| match target {
            Target::Known(id, at) => match self.column(*target) {
                Some(column) if !column.sources.is_empty() => column.sources.clone(),
                _ => vec![(*id, *at)],
            },
            Target::Unknown(..) => Vec::new(),
        };
        let outputs = self.outputs.iter();
        outputs
            .map(|output| {
                (
                    output.name.unwrap_or("?column?").to_owned(),
                    output.sources.iter().flat_map(of).collect(),
                )
            })
            .collect()
    }

    /// Columns of the catalog that the statement reads, rows as a whole left aside.
    pub fn columns_used(&self) -> Vec<(u32, u16)> {
        let of = |found: &Use<'a>| match found.target {
            Target::Known(id, at) if found.class != UseClass::WholeRow => Some((id, at)),
            _ => None,
        };
        self.uses.iter().filter_map(of).collect()
    }
}
