//! Recording what is touched.

use crate::effect::{Blind, Touch, site};
use crate::evaluator::Evaluator;
use crate::value::{Atom, ModelId, Value};
use impact_facts::{
    Access, BlindReason, Certainty, FileId, How, MappedField, Reach, ReferenceClass, Site, Span,
    TableName,
};

/// Longer lines of parents than this are not followed.
const MAX_PARENTS: u32 = 8;

/// How a column is touched.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Read or written.
    pub access: Access,
    /// Whether the site names it.
    pub how: How,
    /// The name or the row.
    pub class: ReferenceClass,
    /// How sure.
    pub certainty: Certainty,
}

impl Manner {
    /// The name stands there.
    #[must_use]
    pub fn named(access: Access) -> Self {
        let (how, class) = (How::Explicit, ReferenceClass::Name);
        Self {
            access,
            how,
            class,
            certainty: Certainty::Exact,
        }
    }

    /// The row as a whole is meant.
    #[must_use]
    pub fn whole(access: Access) -> Self {
        let (how, class) = (How::Implicit, ReferenceClass::WholeRow);
        Self {
            access,
            how,
            class,
            certainty: Certainty::Exact,
        }
    }

    /// The ORM does it of itself, to this very column.
    #[must_use]
    pub fn implied(access: Access) -> Self {
        Self {
            how: How::Implicit,
            ..Self::named(access)
        }
    }

    /// A touch of a table of the service's first database, in this manner.
    fn touch(self, site: Site, table: TableName, via: &str) -> Touch {
        Touch {
            site,
            database: "".into(),
            table,
            column: None,
            access: self.access,
            how: self.how,
            class: self.class,
            certainty: self.certainty,
            via: via.into(),
            declared_at: None,
            becomes: None,
            exposed_as: None,
        }
    }

    /// A touch of a column of the service's first database, in this manner.
    pub(crate) fn column(self, site: Site, table: &TableName, column: &str, via: &str) -> Touch {
        Touch {
            column: Some(column.into()),
            ..self.touch(site, table.clone(), via)
        }
    }

    /// The same, no surer than `certainty`.
    #[must_use]
    pub fn at_most(mut self, certainty: Certainty) -> Self {
        self.certainty = self.certainty.min(certainty);
        self
    }
}

/// Whether the database alone writes a field: Django's `GeneratedField`, which an INSERT or UPDATE leaves out and gets back
/// (`django/db/models/base.py` of 5.0, `_save_table`).
fn is_computed(field: &MappedField) -> bool {
    &*field.data_type == "GeneratedField"
}

impl Evaluator<'_> {
    /// Records a touch.
    pub fn touch(&mut self, touch: Touch) {
        if touch.site.span != Span::default() {
            self.current.touches.add(touch);
        }
    }

    /// Changes the access of what this unit has named inside a span so far: `values({User.email: x})` writes its keys.
    pub fn retouch(&mut self, span: Span, access: Access) {
        let file = self.file;
        for touch in self.current.touches.since(0) {
            let inside = touch.site.file == file && span.contains(touch.site.span);
            if inside && touch.how == How::Explicit {
                touch.access = access;
            }
        }
    }

    /// Records that a column of a table is touched at a span of the file that is being evaluated.
    pub fn touch_column(
        &mut self,
        table: &TableName,
        column: &str,
        span: Span,
        manner: Manner,
        via: &str,
    ) {
        self.touch_column_in(self.file, table, column, span, manner, via);
    }

    /// The same, of one of the service's databases.
    pub(crate) fn touch_column_of(
        &mut self,
        database: &str,
        table: &TableName,
        column: &str,
        span: Span,
        manner: Manner,
        via: &str,
    ) {
        let before = self.current.touches.as_slice().len();
        self.touch_column_in(self.file, table, column, span, manner, via);
        for touch in self.current.touches.since(before) {
            touch.database = database.into();
        }
    }

    /// The same, in any file.
    pub fn touch_column_in(
        &mut self,
        file: FileId,
        table: &TableName,
        column: &str,
        span: Span,
        manner: Manner,
        via: &str,
    ) {
        self.touch(Touch {
            column: Some(column.into()),
            ..manner.touch(site(file, span), table.clone(), via)
        });
    }

    /// The same, of a table's column, whose value leaves the service under a name if it is said.
    pub(crate) fn touch_exposed(
        &mut self,
        file: FileId,
        (table, column): (&TableName, &str),
        span: Span,
        manner: Manner,
        via: &str,
        exposed_as: Option<Box<str>>,
    ) {
        self.touch(Touch {
            column: Some(column.into()),
            exposed_as,
            ..manner.touch(site(file, span), table.clone(), via)
        });
    }

    /// Records that a mapped field is touched.
    pub fn touch_field(&mut self, model: ModelId, field: &MappedField, span: Span, manner: Manner) {
        let Some(owner) = self.models.get(model) else {
            return;
        };
        let Some(table) = self.table_of(model, field) else {
            return;
        };
        self.touch(Touch {
            column: Some(field.column.clone()),
            declared_at: (manner.how == How::Implicit)
                .then_some(field.declared_at)
                .filter(|at| at.span != Span::default()),
            ..manner.touch(site(self.file, span), table, &owner.orm)
        });
    }

    /// The table that holds a field: the model's own, or that of the parent that declares it.
    #[must_use]
    pub fn table_of(&self, model: ModelId, field: &MappedField) -> Option<TableName> {
        let owner = self.models.get(model)?;
        let parents = owner
            .parents
            .iter()
            .filter_map(|name| self.models.named(name));
        for parent in parents {
            let own = self.models.field(parent, &field.name);
            if own.is_some_and(|own| own.declared_at == field.declared_at) {
                return self.table_of(parent, field);
            }
        }
        owner.table.clone()
    }

    /// Records that every column of a model that is selected or written without being named is touched.
    pub fn touch_row(
        &mut self,
        model: ModelId,
        span: Span,
        manner: Manner,
        keep: &dyn Fn(&MappedField) -> bool,
    ) {
        let Some(owner) = self.models.get(model) else {
            return;
        };
        for field in owner.fields.iter().filter(|field| keep(field)) {
            let manner = match is_computed(field) {
                // The database says what it made of the row.
                true => Manner {
                    access: Access::Read,
                    ..manner
                },
                false => manner,
            };
            self.touch_field(model, field, span, manner);
        }
        self.touch_parent_keys(model, span, manner, 0);
    }

    /// A row of a model that inherits from one with a table of its own is joined to it by that one's key, which the model
    /// declares anew.
    fn touch_parent_keys(&mut self, model: ModelId, span: Span, manner: Manner, depth: u32) {
        let Some(owner) = self.models.get(model).filter(|_| depth < MAX_PARENTS) else {
            return;
        };
        for name in &owner.parents {
            let Some(parent) = self.models.named(name) else {
                continue;
            };
            let Some(above) = self
                .models
                .get(parent)
                .filter(|above| above.table != owner.table)
            else {
                continue;
            };
            for key in above.fields.iter().filter(|field| field.primary_key) {
                self.touch_field(parent, key, span, manner);
            }
            self.touch_parent_keys(parent, span, manner, depth + 1);
        }
    }

    /// Records that a table as a whole is touched.
    pub fn touch_table(&mut self, table: &TableName, span: Span, manner: Manner, via: &str) {
        self.touch(manner.touch(site(self.file, span), table.clone(), via));
    }

    /// Records a blind spot.
    pub fn blind(&mut self, blind: Blind) {
        if blind.site.span != Span::default() && !self.current.blind.contains(&blind) {
            self.current.blind.push(blind);
        }
    }

    /// A member whose name is computed: any mapped column of the rows and mapped classes among the alternatives.
    pub fn open_member(&mut self, of: &Value, span: Span, access: Access) {
        let mut models = Vec::new();
        for atom in of.atoms() {
            match atom {
                Atom::Mapped(model) => models.push(*model),
                Atom::Class(class) | Atom::Instance(class) => models.extend(self.mapped(*class)),
                Atom::Object(object) => crate::orm::sqlalchemy::open(self, object, span, access),
                _ => {}
            }
        }
        self.open_models(&models, span, access);
    }

    /// Any mapped column of a model may be touched here.
    pub fn open_model(&mut self, model: ModelId, span: Span, access: Access) {
        self.open_models(&[model], span, access);
    }

    /// Any mapped column of any of these models may be touched here.
    pub(crate) fn open_models(&mut self, models: &[ModelId], span: Span, access: Access) {
        let (mut columns, mut names) = (Vec::new(), Vec::new());
        for model in models {
            let Some(owner) = self.models.get(*model) else {
                continue;
            };
            names.push(&*owner.name);
            for field in &owner.fields {
                if let Some(table) = self.table_of(*model, field) {
                    columns.push((table, field.column.clone()));
                }
            }
        }
        columns.sort();
        columns.dedup();
        if !columns.is_empty() {
            self.open_columns(&names.join(" or "), columns, span, access);
        }
    }

    /// Any of some columns may be touched here, by a name that is computed or of a model that is.
    pub(crate) fn open_columns(
        &mut self,
        of: &str,
        columns: Vec<(TableName, Box<str>)>,
        span: Span,
        access: Access,
    ) {
        let verb = if access == Access::Write {
            "set"
        } else {
            "read"
        };
        self.blind(Blind {
            site: site(self.file, span),
            access: Some(access),
            reason: BlindReason::DynamicName,
            message: format!(
                "a field of {of} is {verb} by a name that is computed; a literal name would decide it"
            )
            .into(),
            reach: Reach::Columns(columns),
        });
    }
}
