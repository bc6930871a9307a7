//! Relations that begin, end, and change their names.

use super::Replay;
use impact_facts::{
    Column, ColumnDefinition, CreateTable, CreateView, Origin, PastColumn, Relation, RelationKind,
    Site, Span, TableName,
};

/// How the reason of a step ends that alters what no step created.
pub(crate) const NOT_CREATED: &str = "is altered, but nothing here creates it";

impl Replay {
    pub(super) fn create_table(&mut self, create: &CreateTable, span: Span) {
        let name = match create.kind {
            RelationKind::Temporary => TableName::bare(&create.name.name),
            _ => self.name_of_new(&create.name),
        };
        if self.catalog.relations.contains_key(&name) {
            return self.create_again(&name, create);
        }
        let mut relation = self.new_relation(create.kind, span);
        relation.columns = create
            .columns
            .iter()
            .map(|column| self.column(column))
            .collect();
        relation.foreign = create.foreign.clone();
        if let Some(query) = &create.query {
            relation.columns.extend(self.query_columns(query, span));
        }
        self.insert(name, relation);
        for dependent in &create.dependents {
            self.add_dependent(dependent, dependent.span);
        }
    }

    /// A table is created while it exists: what is new in it is added.
    fn create_again(&mut self, name: &TableName, create: &CreateTable) {
        if create.if_not_exists {
            return;
        }
        self.recreated.push(name.clone());
        for column in &create.columns {
            self.add_column(name, column, column.span);
        }
    }

    pub(super) fn create_view(&mut self, create: &CreateView, span: Span) {
        let name = self.name_of_new(&create.name);
        let (columns, view) = self.view(&create.query, span);
        let mut relation = self.new_relation(create.kind, span);
        relation.columns = columns;
        relation.view = Some(view);
        if let Some(old) = self.catalog.relations.remove(&name) {
            relation.dependents = old.dependents.clone();
            inherit_past(&mut relation, old, self.site(span));
        }
        self.insert(name, relation);
    }

    pub(super) fn new_relation(&mut self, kind: RelationKind, span: Span) -> Relation {
        self.temporary |= kind == RelationKind::Temporary;
        Relation::new(kind, Some(self.site(span)), self.origin)
    }

    pub(super) fn column(&self, definition: &ColumnDefinition) -> Column {
        Column {
            name: definition.name.clone(),
            data_type: definition.data_type.clone(),
            nullable: definition.nullable,
            has_default: definition.has_default,
            generated_from: definition.generated_from.clone(),
            declared_at: Some(self.site(definition.span)),
            origin: self.origin,
        }
    }

    /// Puts a relation under a name; what a dropped one of that name had becomes its past.
    fn insert(&mut self, name: TableName, mut relation: Relation) {
        if let Some(old) = self.catalog.dropped.remove(&name) {
            let ended = old.dropped_at.or(relation.declared_at);
            if let Some(ended) = ended {
                inherit_past(&mut relation, old, ended);
            }
        }
        self.catalog.relations.insert(name, relation);
    }

    pub(super) fn drop_relation(&mut self, name: &TableName, cascade: bool, span: Span) {
        let Some(name) = self.find(name) else { return };
        let Some(mut relation) = self.catalog.relations.remove(&name) else {
            return;
        };
        if relation.kind == RelationKind::Temporary {
            return;
        }
        relation.dropped_at = Some(self.site(span));
        if cascade {
            self.drop_views_over(&name, None, span);
            self.drop_foreign_keys_to(&name, None);
        }
        for child in self.children(&name) {
            self.forget_parent(&child, &name);
            if cascade {
                self.drop_relation(&child, true, span);
            }
        }
        if let Some(before) = self.catalog.dropped.remove(&name) {
            inherit_past(&mut relation, before, self.site(span));
        }
        self.catalog.dropped.insert(name, relation);
    }

    pub(super) fn rename_relation(&mut self, from: &TableName, to: &TableName, span: Span) {
        let Some(from) = self.find(from) else { return };
        let to = match (&to.schema, &from.schema) {
            (None, Some(schema)) => TableName {
                schema: Some(schema.clone()),
                name: to.name.clone(),
            },
            _ => self.name_of_new(to),
        };
        let Some(relation) = self.catalog.relations.remove(&from) else {
            return;
        };
        let mut before = relation.clone();
        before.dropped_at = Some(self.site(span));
        before.dependents.clear();
        self.catalog.dropped.insert(from.clone(), before);
        self.insert(to.clone(), relation);
        self.rename_everywhere(&from, &to);
    }

    /// Says the new name wherever another relation names the old.
    fn rename_everywhere(&mut self, from: &TableName, to: &TableName) {
        let rename = |name: &mut TableName| {
            if name == from {
                *name = to.clone();
            }
        };
        for relation in self.catalog.relations.values_mut() {
            relation.parents.iter_mut().for_each(rename);
            for declared in &mut relation.dependents {
                rename(&mut declared.dependent.table);
                declared
                    .dependent
                    .foreign
                    .iter_mut()
                    .for_each(|(table, _)| rename(table));
            }
            for need in relation.view.iter_mut().flat_map(|view| &mut view.needs) {
                rename(&mut need.table);
            }
        }
    }

    pub(super) fn rename_schema(&mut self, from: &str, to: &str, span: Span) {
        for name in self.in_schema(from) {
            let renamed = TableName::qualified(to, &name.name);
            self.rename_relation(&name, &renamed, span);
        }
        for schema in &mut self.catalog.search_path {
            if &**schema == from {
                *schema = to.into();
            }
        }
    }

    pub(super) fn drop_schema(&mut self, schema: &str, span: Span) {
        for name in self.in_schema(schema) {
            self.drop_relation(&name, true, span);
        }
        self.catalog
            .imported
            .retain(|imported| &*imported.local != schema);
    }

    fn in_schema(&self, schema: &str) -> Vec<TableName> {
        let inside = |name: &&TableName| name.schema.as_deref() == Some(schema);
        self.catalog
            .relations
            .keys()
            .filter(inside)
            .cloned()
            .collect()
    }

    /// The relation that a step alters. One that nobody created is made, so that what is said of it is kept, and what
    /// is not said is known to be missing.
    pub(super) fn altered(&mut self, name: &TableName, span: Span) -> TableName {
        if let Some(found) = self.find(name) {
            return found;
        }
        let name = self.name_of_new(name);
        let mut relation = self.new_relation(RelationKind::Table, span);
        relation.origin = Origin::Statement;
        self.insert(name.clone(), relation);
        let step = impact_facts::UnknownStep {
            site: self.site(span),
            reason: format!("{name} {NOT_CREATED}").into(),
            tables: vec![name.clone()],
        };
        self.catalog.unknown.push(step);
        name
    }
}

/// What `old` had and `relation` has not becomes past.
fn inherit_past(relation: &mut Relation, old: Relation, ended_at: Site) {
    let gone = old.columns.into_iter().map(|column| PastColumn {
        name: column.name,
        ended_at,
        renamed_to: None,
    });
    let gone: Vec<PastColumn> = old.past.into_iter().chain(gone).collect();
    for past in gone {
        let live = relation
            .columns
            .iter()
            .any(|column| column.name == past.name);
        let known = relation.past.iter().any(|other| other.name == past.name);
        if !live && !known {
            relation.past.push(past);
        }
    }
}
