//! The mapped classes of a service, by class and by name.

use crate::value::ModelId;
use foldhash::{HashMap, HashMapExt};
use impact_bind::ClassRef;
use impact_facts::{FileId, MappedField, Model, Relationship, TableName};
use std::collections::BTreeMap;

/// The models of the input, indexed.
#[derive(Debug)]
pub struct Models<'a> {
    all: &'a [Model],
    /// Tables that no class maps and code may name: their ids follow those of the models.
    tables: &'a [Model],
    by_class: HashMap<ClassRef, ModelId>,
    by_name: HashMap<&'a str, ModelId>,
    /// Models with a table of their own below one that has its own, too.
    below: BTreeMap<ModelId, Vec<ModelId>>,
}

/// Deeper inheritance than this is not looked at.
const MAX_LINE: usize = 16;

impl<'a> Models<'a> {
    /// Indexes models. A name that several have means the first.
    #[must_use]
    pub fn new(all: &'a [Model]) -> Self {
        let (mut by_class, mut by_name) = (HashMap::new(), HashMap::new());
        for (id, model) in (0..).map(ModelId).zip(all) {
            if let Some(class) = model.class {
                by_class
                    .entry(ClassRef {
                        file: model.declared_at.file,
                        class,
                    })
                    .or_insert(id);
            }
            by_name.entry(&*model.name).or_insert(id);
        }
        for (id, model) in (0..).map(ModelId).zip(all) {
            for alias in &model.aliases {
                by_name.entry(&**alias).or_insert(id);
            }
        }
        let mut models = Self {
            all,
            tables: &[],
            by_class,
            by_name,
            below: BTreeMap::new(),
        };
        for (id, _) in (0..).map(ModelId).zip(all) {
            for ancestor in models.above(id) {
                models.below.entry(ancestor).or_default().push(id);
            }
        }
        models
    }

    /// The same, with tables that no class maps.
    #[must_use]
    pub(crate) fn with_tables(mut self, tables: &'a [Model]) -> Self {
        self.tables = tables;
        self
    }

    /// What stands for a table that code finds by its name: the model that maps it, else the table alone. A name without
    /// a schema means the first table of that name.
    pub(crate) fn of_table(&self, orm: &str, schema: Option<&str>, name: &str) -> Option<ModelId> {
        let is = |model: &&Model| {
            let table = model.table.as_ref().filter(|table| *table.name == *name);
            let fits =
                |of: &TableName| schema.is_none_or(|said| of.schema.as_deref() == Some(said));
            *model.orm == *orm && !model.is_abstract && table.is_some_and(fits)
        };
        let all = self.all.iter().chain(self.tables);
        let mut found = (0..).map(ModelId).zip(all).filter(|(_, model)| is(model));
        found.next().map(|(id, _)| id)
    }

    /// The models that a model inherits from and that have tables of their own, nearest first.
    fn above(&self, id: ModelId) -> Vec<ModelId> {
        let mut line: Vec<ModelId> = Vec::new();
        let mut next = vec![id];
        while let Some(at) = next.pop() {
            let parents = self.get(at).map_or(&[][..], |model| &model.parents);
            for parent in parents.iter().filter_map(|name| self.named(name)) {
                if !line.contains(&parent) && parent != id && line.len() < MAX_LINE {
                    line.push(parent);
                    next.push(parent);
                }
            }
        }
        line
    }

    /// The models that inherit from a model and have tables of their own: a row of it may be one of theirs.
    #[must_use]
    pub fn below(&self, id: ModelId) -> &[ModelId] {
        self.below.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The model of an id.
    #[must_use]
    pub fn get(&self, id: ModelId) -> Option<&'a Model> {
        let at = id.0 as usize;
        let table = || self.tables.get(at.checked_sub(self.all.len())?);
        self.all.get(at).or_else(table)
    }

    /// All models with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (ModelId, &'a Model)> + use<'a> {
        (0..).map(ModelId).zip(self.all)
    }

    /// Whether the ORM of this name (`python/django`) maps a model.
    pub(crate) fn is_of(&self, model: ModelId, orm: &str) -> bool {
        self.get(model).is_some_and(|model| &*model.orm == orm)
    }

    /// The model that a class is.
    #[must_use]
    pub fn of_class(&self, class: ClassRef) -> Option<ModelId> {
        self.by_class.get(&class).copied()
    }

    /// The model of a qualified name or alias.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<ModelId> {
        self.by_name.get(name).copied()
    }

    /// A field by its name in code.
    #[must_use]
    pub fn field(&self, id: ModelId, name: &str) -> Option<&'a MappedField> {
        self.get(id)?
            .fields
            .iter()
            .find(|field| &*field.name == name)
    }

    /// A relation by its name in code.
    #[must_use]
    pub fn relation(&self, id: ModelId, name: &str) -> Option<&'a Relationship> {
        self.get(id)?
            .relations
            .iter()
            .find(|relation| &*relation.name == name)
    }

    /// The other side of a relation.
    #[must_use]
    pub fn target(&self, relation: &Relationship) -> Option<ModelId> {
        relation.target.as_deref().and_then(|name| self.named(name))
    }

    /// The class of a model.
    #[must_use]
    pub fn class(&self, id: ModelId) -> Option<ClassRef> {
        let model = self.get(id)?;
        let file: FileId = model.declared_at.file;
        model.class.map(|class| ClassRef { file, class })
    }
}
