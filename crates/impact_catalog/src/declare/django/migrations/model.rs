//! Operations on models and fields, as what they do to tables and columns.

use super::super::app::Target;
use super::super::field::{self, Field, FieldKind};
use super::super::inherit::implicit;
use super::Run;
use super::column::{column, column_named, data_type, dependent};
use super::state::{ModelState, key};
use crate::declare::values::{self, Arguments};
use impact_bind::ValueRef;
use impact_facts::{
    CreateTable, Dependent, DependentKind, RelationKind, SchemaChange, Site, Span, TableName,
};

impl Run<'_, '_> {
    /// `CreateModel(name, fields, options, bases)`.
    pub(super) fn create_model(&mut self, call: &Arguments<'_>) -> Option<()> {
        let (name, site) = values::string(self.program, call.get(0, "name")?)?;
        let options = call.get(2, "options");
        let option =
            |key: &str| options.and_then(|options| values::entry(self.program, options, key));
        let flag =
            |key: &str| option(key).is_some_and(|value| values::is_true(self.program, value));
        let managed = option("managed").is_none_or(|value| !values::is_false(self.program, value));
        let mut model = ModelState {
            label: self.label.to_owned(),
            db_table: option("db_table").and_then(|value| values::plain(self.program, value)),
            proxy: flag("proxy"),
            fields: Vec::new(),
            together: Vec::new(),
            name: name.clone(),
        };
        let together = option("unique_together")
            .map(|value| self.together(value))
            .unwrap_or_default();
        let constraints: Vec<ValueRef> = ["indexes", "constraints"]
            .iter()
            .filter_map(|key| option(key))
            .flat_map(|value| values::items(self.program, value).unwrap_or_default())
            .collect();
        for pair in values::items(self.program, call.get(1, "fields")?)? {
            let parts = values::items(self.program, pair).unwrap_or_default();
            let [first, second, ..] = parts.as_slice() else {
                continue;
            };
            match self.read_field(&name, *first, *second) {
                Some(field) => model.fields.push(field),
                None => self.unknown("a field of a class that is not understood", pair),
            }
        }
        if option("order_with_respect_to").is_some() {
            model
                .fields
                .push(implicit(site, "_order", "OrderWrt", false));
        }
        self.state
            .models
            .insert(key(self.label, &name), model.clone());
        if !model.proxy && managed {
            self.create_table(&model, site.span);
        }
        self.set_together(&name, together, site.span);
        for constraint in constraints {
            self.constraint(&model, constraint);
        }
        Some(())
    }

    fn read_field(&self, model: &str, name: ValueRef, value: ValueRef) -> Option<Field> {
        let (name, site) = values::string(self.program, name)?;
        field::read(
            self.program,
            self.apps,
            (self.label, model),
            &name,
            site,
            value,
        )
    }

    fn create_table(&mut self, model: &ModelState, span: Span) {
        let fields: Vec<&Field> = model
            .fields
            .iter()
            .filter(|field| field.column().is_some())
            .collect();
        let create = CreateTable {
            columns: fields.iter().filter_map(|field| column(field)).collect(),
            dependents: fields
                .iter()
                .flat_map(|field| self.dependents(&model.table(), field))
                .collect(),
            ..CreateTable::new(model.table(), RelationKind::Table)
        };
        self.push(SchemaChange::CreateTable(create), span);
        for field in &model.fields {
            self.create_between(model, field);
        }
    }

    /// Creates the table that Django makes for a many-to-many field.
    fn create_between(&mut self, model: &ModelState, field: &Field) {
        let Some(name) = model.table_between(field) else {
            return;
        };
        let span = field.declared_at.span;
        let own = Some(Target::Label(format!("{}.{}", model.label, model.name)));
        let mut columns = vec![column_named("id", "AutoField", span)];
        let mut dependents = vec![dependent(DependentKind::PrimaryKey, &name, "id", span)];
        for (column, target) in model
            .columns_between(field)
            .iter()
            .zip([&own, &field.target])
        {
            columns.push(column_named(column, "ForeignKey", span));
            let mut key = dependent(DependentKind::ForeignKey, &name, column, span);
            let table = target
                .as_ref()
                .and_then(|target| self.state.table_of(target));
            key.foreign.extend(table.map(|table| (table, "".into())));
            dependents.push(key);
        }
        let create = CreateTable {
            columns,
            dependents,
            ..CreateTable::new(name, RelationKind::Table)
        };
        self.push(SchemaChange::CreateTable(create), span);
    }

    /// The constraints and indexes that a field's options make.
    fn dependents(&self, table: &TableName, field: &Field) -> Vec<Dependent> {
        let Some(column) = field.column() else {
            return Vec::new();
        };
        let span = field.declared_at.span;
        let mut found = Vec::new();
        if field.primary_key {
            found.push(dependent(DependentKind::PrimaryKey, table, &column, span));
        } else if field.unique {
            found.push(dependent(DependentKind::Unique, table, &column, span));
        } else if field.indexed {
            found.push(dependent(DependentKind::Index, table, &column, span));
        }
        if matches!(field.kind, FieldKind::ForeignKey | FieldKind::OneToOne) {
            let mut key = dependent(DependentKind::ForeignKey, table, &column, span);
            let target = field
                .target
                .as_ref()
                .and_then(|target| self.state.table_of(target));
            let to = field.to_field.clone().unwrap_or_default();
            key.foreign.extend(target.map(|table| (table, to)));
            found.push(key);
        }
        found
    }

    /// `DeleteModel(name)`.
    pub(super) fn delete_model(&mut self, call: &Arguments<'_>) -> Option<()> {
        let (name, site) = values::string(self.program, call.get(0, "name")?)?;
        let model = self.state.models.remove(&key(self.label, &name))?;
        let between = model
            .fields
            .iter()
            .filter_map(|field| model.table_between(field));
        let tables: Vec<TableName> = between
            .chain((!model.proxy).then(|| model.table()))
            .collect();
        for name in tables {
            self.push(
                SchemaChange::DropRelation {
                    name,
                    if_exists: false,
                    cascade: true,
                },
                site.span,
            );
        }
        Some(())
    }

    /// `RenameModel(old_name, new_name)`: its table, the tables between it and others, and their key columns.
    pub(super) fn rename_model(&mut self, call: &Arguments<'_>) -> Option<()> {
        let (old, site) = values::string(self.program, call.get(0, "old_name")?)?;
        let new = values::plain(self.program, call.get(1, "new_name")?)?;
        let before = self.state.models.clone();
        let mut model = self.state.models.remove(&key(self.label, &old))?;
        let (from, to) = (
            format!("{}.{}", self.label, model.name),
            format!("{}.{new}", self.label),
        );
        model.name = new.clone();
        self.state.models.insert(key(self.label, &new), model);
        for field in self
            .state
            .models
            .values_mut()
            .flat_map(|model| &mut model.fields)
        {
            for target in field.target.iter_mut().chain(&mut field.through) {
                if matches!(target, Target::Label(label) if label.eq_ignore_ascii_case(&from)) {
                    *target = Target::Label(to.clone());
                }
            }
        }
        for (at, old_state) in &before {
            let now = if *at == key(self.label, &old) {
                key(self.label, &new)
            } else {
                at.clone()
            };
            if let Some(new_state) = self.state.models.get(&now).cloned() {
                self.move_tables(old_state, &new_state, site.span);
            }
        }
        Some(())
    }

    /// Renames what the two states of one model call differently.
    fn move_tables(&mut self, old: &ModelState, new: &ModelState, span: Span) {
        if !old.proxy {
            self.rename_table(old.table(), new.table(), span);
        }
        for (before, after) in old.fields.iter().zip(&new.fields) {
            let (Some(from), Some(to)) = (old.table_between(before), new.table_between(after))
            else {
                continue;
            };
            self.rename_table(from, to.clone(), span);
            for (from, to_column) in old
                .columns_between(before)
                .into_iter()
                .zip(new.columns_between(after))
            {
                self.rename_column(to.clone(), from, to_column, span);
            }
        }
    }

    fn rename_table(&mut self, from: TableName, to: TableName, span: Span) {
        if from != to {
            self.push(SchemaChange::RenameRelation { from, to }, span);
        }
    }

    fn rename_column(&mut self, table: TableName, from: Box<str>, to: Box<str>, span: Span) {
        if from != to {
            self.push(SchemaChange::RenameColumn { table, from, to }, span);
        }
    }

    /// `AlterModelTable(name, table)`.
    pub(super) fn alter_model_table(&mut self, call: &Arguments<'_>) -> Option<()> {
        let (name, site) = values::string(self.program, call.get(0, "name")?)?;
        let table = call.get(1, "table")?;
        let db_table = values::plain(self.program, table);
        let label = self.label;
        let before = self.state.get(label, &name)?.clone();
        self.state.get_mut(label, &name)?.db_table = db_table;
        let after = self.state.get(label, &name)?.clone();
        self.move_tables(&before, &after, site.span);
        Some(())
    }

    /// `AddField(model_name, name, field)`.
    pub(super) fn add_field(&mut self, call: &Arguments<'_>) -> Option<()> {
        let name = values::plain(self.program, call.get(0, "model_name")?)?;
        let field = self.read_field(&name, call.get(1, "name")?, call.get(2, "field")?)?;
        let label = self.label;
        let model = self.state.get_mut(label, &name)?;
        model.fields.retain(|other| other.name != field.name);
        model.fields.push(field.clone());
        let model = model.clone();
        self.add_column(&model, &field);
        Some(())
    }

    fn add_column(&mut self, model: &ModelState, field: &Field) {
        self.create_between(model, field);
        let Some(column) = column(field) else { return };
        let span = column.span;
        self.push(
            SchemaChange::AddColumn {
                table: model.table(),
                column,
                if_not_exists: false,
            },
            span,
        );
        for dependent in self.dependents(&model.table(), field) {
            self.push(SchemaChange::AddDependent(dependent), span);
        }
    }

    /// `RemoveField(model_name, name)`.
    pub(super) fn remove_field(&mut self, call: &Arguments<'_>) -> Option<()> {
        let model = values::plain(self.program, call.get(0, "model_name")?)?;
        let (name, site) = values::string(self.program, call.get(1, "name")?)?;
        let label = self.label;
        let before = self.state.get(label, &model)?.clone();
        self.state
            .get_mut(label, &model)?
            .fields
            .retain(|field| *field.name != *name);
        let field = before.field(&name)?;
        self.drop_column(&before, field, site.span);
        Some(())
    }

    fn drop_column(&mut self, model: &ModelState, field: &Field, span: Span) {
        if let Some(name) = model.table_between(field) {
            self.push(
                SchemaChange::DropRelation {
                    name,
                    if_exists: false,
                    cascade: true,
                },
                span,
            );
        }
        if let Some(column) = field.column() {
            self.push(
                SchemaChange::DropColumn {
                    table: model.table(),
                    column,
                    cascade: true,
                },
                span,
            );
        }
    }

    /// `AlterField(model_name, name, field)`.
    pub(super) fn alter_field(&mut self, call: &Arguments<'_>) -> Option<()> {
        let name = values::plain(self.program, call.get(0, "model_name")?)?;
        let field = self.read_field(&name, call.get(1, "name")?, call.get(2, "field")?)?;
        let label = self.label;
        let model = self.state.get_mut(label, &name)?;
        let known = model
            .fields
            .iter_mut()
            .find(|other| other.name == field.name)?;
        let before = std::mem::replace(known, field.clone());
        let model = model.clone();
        match (before.column(), field.column()) {
            (Some(from), Some(to)) => self.alter_column(&model, (&before, from), (&field, to)),
            (None, Some(_)) => {
                self.drop_column(&model, &before, field.declared_at.span);
                self.add_column(&model, &field);
            }
            (Some(_), None) => {
                self.drop_column(&model, &before, field.declared_at.span);
                self.create_between(&model, &field);
            }
            (None, None) => self.alter_between(&model, &before, &field),
        }
        Some(())
    }

    fn alter_column(
        &mut self,
        model: &ModelState,
        from: (&Field, Box<str>),
        to: (&Field, Box<str>),
    ) {
        let span = to.0.declared_at.span;
        let table = model.table();
        self.rename_column(table.clone(), from.1, to.1.clone(), span);
        let (before, after) = (from.0, to.0);
        let change = SchemaChange::AlterColumn {
            table: table.clone(),
            column: to.1,
            data_type: (data_type(before) != data_type(after)).then(|| data_type(after)),
            nullable: Some(after.null),
            has_default: None,
        };
        self.push(change, span);
        let gained = (after.unique && !before.unique) || (after.indexed && !before.indexed);
        let gained = gained || after.target != before.target;
        for dependent in self
            .dependents(&table, after)
            .into_iter()
            .filter(|_| gained)
        {
            self.push(SchemaChange::AddDependent(dependent), span);
        }
    }

    /// A many-to-many field gets or loses a table of its own.
    fn alter_between(&mut self, model: &ModelState, before: &Field, after: &Field) {
        let span = after.declared_at.span;
        match (model.table_between(before), model.table_between(after)) {
            (Some(from), Some(to)) => self.rename_table(from, to, span),
            (Some(_), None) => self.drop_column(model, before, span),
            (None, Some(_)) => self.create_between(model, after),
            (None, None) => {}
        }
    }

    /// `RenameField(model_name, old_name, new_name)`.
    pub(super) fn rename_field(&mut self, call: &Arguments<'_>) -> Option<()> {
        let model = values::plain(self.program, call.get(0, "model_name")?)?;
        let (old, site) = values::string(self.program, call.get(1, "old_name")?)?;
        let new = values::plain(self.program, call.get(2, "new_name")?)?;
        let label = self.label;
        let before = self.state.get(label, &model)?.clone();
        let state = self.state.get_mut(label, &model)?;
        let field = state.fields.iter_mut().find(|field| *field.name == *old)?;
        field.name = new.as_str().into();
        for name in state
            .together
            .iter_mut()
            .flatten()
            .filter(|name| **name == old)
        {
            *name = new.clone();
        }
        let after = state.clone();
        if let (Some(from), Some(to)) = (before.field(&old), after.field(&new)) {
            self.rename_between(&before, from, &after, to, site);
            if let (Some(from), Some(to)) = (from.column(), to.column()) {
                self.rename_column(after.table(), from, to, site.span);
            }
        }
        Some(())
    }

    fn rename_between(
        &mut self,
        old: &ModelState,
        from: &Field,
        new: &ModelState,
        to: &Field,
        site: Site,
    ) {
        if let (Some(from), Some(to)) = (old.table_between(from), new.table_between(to)) {
            self.rename_table(from, to, site.span);
        }
    }

    /// `AlterOrderWithRespectTo(name, order_with_respect_to)`: Django keeps the order in a column of its own.
    pub(super) fn alter_order(&mut self, call: &Arguments<'_>) -> Option<()> {
        let (name, site) = values::string(self.program, call.get(0, "name")?)?;
        let label = self.label;
        let ordered = call
            .get(1, "order_with_respect_to")
            .is_some_and(|value| values::plain(self.program, value).is_some());
        let model = self.state.get_mut(label, &name)?;
        let had = model.field("_order").cloned();
        model.fields.retain(|field| &*field.name != "_order");
        let order = implicit(site, "_order", "OrderWrt", false);
        model.fields.extend(ordered.then(|| order.clone()));
        let model = model.clone();
        match (had, ordered) {
            (None, true) => self.add_column(&model, &order),
            (Some(had), false) => self.drop_column(&model, &had, site.span),
            _ => {}
        }
        Some(())
    }
}
