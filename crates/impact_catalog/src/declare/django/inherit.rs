//! Which classes are models, and the fields that each has of its own, of its abstract bases and of its parents.

use super::app::Apps;
use super::companion;
use super::field::{self, Field, FieldKind};
use super::meta::{self, Meta};
use crate::declare::values::{self, in_class};
use impact_bind::{Binding, ClassRef, Program};
use impact_facts::{Block, Companion, ExpressionKind, Language, Site, Statement};
use std::collections::BTreeMap;

/// Bases of models, by qualified name.
const MODEL: &[&str] = &[
    "django.db.models.Model",
    "django.db.models.base.Model",
    "django.contrib.gis.db.models.Model",
];

/// Bases outside the tree that are models, by the last part of their names.
const MODEL_BASES: &[&str] = &[
    "AbstractUser",
    "AbstractBaseUser",
    "AbstractBaseSession",
    "TimeStampedModel",
    "PolymorphicModel",
    "MPTTModel",
    "SoftDeletableModel",
    "TranslatableModel",
    "Orderable",
    "ClusterableModel",
    "MP_Node",
    "NS_Node",
    "AL_Node",
    "TimeFramedModel",
    "StatusModel",
    "UUIDModel",
    "ActivatorModel",
    "TitleDescriptionModel",
    "TitleSlugDescriptionModel",
];

/// The field that says which others are the primary key: no `id` is added.
const COMPOSITE_KEY: &str = "CompositePrimaryKey";

/// More bases than this behind each other: the rest is left away.
const MAX_DEPTH: u32 = 24;

/// A model before its relations are bound.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) class: ClassRef,
    /// Its qualified name.
    pub(super) name: String,
    /// Its class's name.
    pub(super) short: String,
    /// The lower-cased class's name in names of columns: a proxy's is that of the model that it stands for.
    pub(super) key_name: String,
    pub(super) label: String,
    pub(super) meta: Meta,
    /// Its table; none for an abstract one.
    pub(super) table: Option<String>,
    pub(super) fields: Vec<Field>,
    /// Qualified names of the models whose tables hold a part of each row.
    pub(super) parents: Vec<String>,
    /// What its rows are to those of the model that it is kept beside.
    pub(super) companion: Option<Companion>,
    /// No class of the tree is it.
    pub(super) made: bool,
    pub(super) site: Site,
}

/// Every model of the program, abstract ones included, in the order of its classes.
pub(super) fn drafts(program: &Program<'_>, apps: &Apps) -> Vec<Draft> {
    let mut builder = Builder {
        program,
        apps,
        drafts: BTreeMap::new(),
    };
    for class in program.all_classes() {
        if is_model(program, class) {
            builder.draft(class, 0);
        }
    }
    builder.drafts.into_values().collect()
}

fn is_model(program: &Program<'_>, class: ClassRef) -> bool {
    if program.facts(class.file).language != Language::Python
        || program
            .module(class.file)
            .class(class.class)
            .bases
            .is_empty()
        || MODEL.contains(&program.class_name(class).as_str())
    {
        return false;
    }
    let ancestors = program.ancestors(class);
    let known = ancestors.iter().any(|base| match base {
        Binding::External(name) => is_model_base(name),
        Binding::Class(base) if *base != class => {
            MODEL.contains(&program.class_name(*base).as_str())
        }
        _ => false,
    });
    let outside = |base: &Binding| {
        base.external()
            .is_some_and(|name| !name.starts_with("builtins."))
    };
    known || (ancestors.iter().any(outside) && declares_model_field(program, class))
}

/// Whether a class has a field of Django's models: then a base that is not in the tree is a model.
fn declares_model_field(program: &Program<'_>, class: ClassRef) -> bool {
    let module = program.module(class.file);
    let mut found = false;
    each_bind(&module.class(class.class).body, 0, &mut |_, value| {
        let ExpressionKind::Call(call) = &module.expression(value).kind else {
            return;
        };
        let callee = in_class(class.file, class.class, call.callee);
        let name = match values::binding(program, callee) {
            Binding::External(name) => name,
            _ => return,
        };
        found |= name.starts_with("django.db.models.")
            && (name.ends_with("Field") || name.ends_with("ForeignKey"));
    });
    found
}

fn is_model_base(name: &str) -> bool {
    MODEL.contains(&name)
        || name
            .rsplit('.')
            .next()
            .is_some_and(|last| MODEL_BASES.contains(&last))
}

struct Builder<'b, 'a> {
    program: &'b Program<'a>,
    apps: &'b Apps,
    drafts: BTreeMap<ClassRef, Draft>,
}

impl Builder<'_, '_> {
    /// The draft of a class and, before it, those of its bases.
    fn draft(&mut self, class: ClassRef, depth: u32) -> Option<Draft> {
        if let Some(known) = self.drafts.get(&class) {
            return Some(known.clone());
        }
        if depth > MAX_DEPTH || !is_model(self.program, class) {
            return None;
        }
        let bases: Vec<Draft> = self
            .program
            .bases(class)
            .into_iter()
            .filter_map(|base| match base {
                Binding::Class(base) => self.draft(base, depth + 1),
                _ => None,
            })
            .collect();
        let draft = self.build(class, &bases);
        self.drafts.insert(class, draft.clone());
        Some(draft)
    }

    fn build(&self, class: ClassRef, bases: &[Draft]) -> Draft {
        let module = self.program.module(class.file);
        let definition = module.class(class.class);
        let short = definition
            .name
            .map_or("", |name| module.name(name))
            .to_owned();
        let mut meta = meta::read(self.program, class);
        let label = meta.app_label.clone();
        let label = label.unwrap_or_else(|| self.apps.label(self.program.module_name(class.file)));
        // One that another stands for has no table.
        let setting = meta.swappable.as_deref();
        meta.swapped = setting.and_then(|name| self.apps.stand_in(name, &label, &short));
        meta.is_abstract |= meta.swapped.is_some();
        let site = Site {
            file: class.file,
            span: definition.name_span,
        };
        let mut draft = Draft {
            class,
            name: self.program.class_name(class),
            table: None,
            fields: Vec::new(),
            parents: Vec::new(),
            key_name: short.to_lowercase(),
            short,
            label,
            meta,
            companion: companion::declared(self.program, class),
            made: false,
            site,
        };
        for base in bases.iter().filter(|base| base.meta.is_abstract) {
            add_fields(&mut draft.fields, base.fields.clone());
        }
        let own = self.own_fields(class, &draft);
        add_fields(&mut draft.fields, own);
        self.complete(&mut draft, bases);
        draft
    }

    /// What Django adds: the table's name, keys to parents, the primary key.
    fn complete(&self, draft: &mut Draft, bases: &[Draft]) {
        if draft.meta.is_abstract {
            return;
        }
        let concrete: Vec<&Draft> = bases.iter().filter(|base| base.table.is_some()).collect();
        if draft.meta.ordering.is_none() {
            draft.meta.ordering = concrete.first().and_then(|base| base.meta.ordering.clone());
        }
        if let Some(base) = concrete.first().filter(|_| draft.meta.proxy) {
            draft.table = base.table.clone();
            draft.fields = base.fields.clone();
            draft.key_name = base.key_name.clone();
            draft.parents = base.parents.clone();
            return;
        }
        let table = draft.meta.db_table.clone().filter(|_| !draft.meta.proxy);
        let default = format!("{}_{}", draft.label, draft.short.to_lowercase());
        draft.table = match draft.meta.is_unnamed {
            true => None,
            false => Some(table.unwrap_or(default)),
        };
        draft.parents = concrete.iter().map(|base| base.name.clone()).collect();
        let linked = draft.fields.iter().any(|field| field.parent_link);
        for base in concrete.iter().filter(|_| !linked) {
            draft.fields.insert(0, parent_link(draft.site, base));
        }
        if !draft
            .fields
            .iter()
            .any(|field| field.primary_key || &*field.class == COMPOSITE_KEY)
        {
            draft
                .fields
                .insert(0, implicit(draft.site, "id", "AutoField", true));
        }
        if draft.meta.order_with_respect_to {
            draft
                .fields
                .push(implicit(draft.site, "_order", "OrderWrt", false));
        }
    }

    /// Fields that the class's own body declares, in order.
    fn own_fields(&self, class: ClassRef, draft: &Draft) -> Vec<Field> {
        let module = self.program.module(class.file);
        let mut fields = Vec::new();
        each_bind(&module.class(class.class).body, 0, &mut |target, value| {
            let ExpressionKind::Name(name) = module.expression(target).kind else {
                return;
            };
            let declared_at = Site {
                file: class.file,
                span: module.expression(target).span,
            };
            let value = in_class(class.file, class.class, value);
            let own = (draft.label.as_str(), draft.short.as_str());
            fields.extend(field::read(
                self.program,
                self.apps,
                own,
                module.name(name),
                declared_at,
                value,
            ));
        });
        fields
    }
}

/// Every `name = value` of a body, the branches of its tests included.
fn each_bind(
    block: &Block,
    depth: u32,
    visit: &mut dyn FnMut(impact_facts::ExpressionId, impact_facts::ExpressionId),
) {
    if depth > MAX_DEPTH {
        return;
    }
    for statement in &block.statements {
        match statement {
            Statement::Bind(bind) => {
                if let Some(value) = bind.value {
                    visit(bind.target, value);
                }
            }
            Statement::Branch(branch) => {
                each_bind(&branch.then, depth + 1, visit);
                each_bind(&branch.otherwise, depth + 1, visit);
            }
            Statement::Try(tried) => each_bind(&tried.body, depth + 1, visit),
            _ => {}
        }
    }
}

/// Adds fields; one of the same name replaces what a base declared.
fn add_fields(fields: &mut Vec<Field>, new: Vec<Field>) {
    for field in new {
        fields.retain(|known| known.name != field.name);
        fields.push(field);
    }
}

pub(super) fn implicit(site: Site, name: &str, class: &str, primary_key: bool) -> Field {
    Field {
        name: name.into(),
        kind: FieldKind::Column,
        class: class.into(),
        target: None,
        db_column: None,
        db_table: None,
        through: None,
        through_fields: Vec::new(),
        related_name: None,
        related_query_name: None,
        to_field: None,
        null: false,
        has_default: true,
        filled: class.ends_with("AutoField"),
        length: None,
        primary_key,
        unique: primary_key,
        indexed: false,
        parent_link: false,
        cascade: None,
        generic: Default::default(),
        beside: None,
        declared_at: site,
    }
}

/// The key that a model with a parent has to it: `parent_ptr`.
fn parent_link(site: Site, parent: &Draft) -> Field {
    let name = format!("{}_ptr", parent.short.to_lowercase());
    Field {
        kind: FieldKind::OneToOne,
        class: "OneToOneField".into(),
        target: Some(super::app::Target::Class(parent.name.clone())),
        has_default: false,
        filled: false,
        length: None,
        parent_link: true,
        cascade: Some(impact_facts::Access::Read),
        ..implicit(site, &name, "OneToOneField", true)
    }
}
