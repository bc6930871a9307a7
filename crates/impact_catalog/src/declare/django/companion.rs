//! Tables that a package keeps beside a model's own: translations of some columns, copies of all.
//!
//! Facts are those of django-parler 2.3 (`parler/models.py`, `create_translations_model`) and django-simple-history 3
//! (`simple_history/models.py`, `create_history_model`).

use super::app::{Apps, Target};
use super::field::{self, Beside, Field, FieldKind};
use super::inherit::{Draft, implicit};
use crate::declare::values::{self, Arguments};
use impact_bind::{ClassRef, Program};
use impact_facts::{Access, Companion, Site};
use std::collections::BTreeMap;

/// The key by which a translation points at its row.
pub(super) const MASTER: &str = "master";

/// Bases of models that hold translations and are written out.
const TRANSLATIONS: &[&str] = &[
    "parler.models.TranslatedFieldsModel",
    "parler.models.TranslatedFieldsModelMixin",
];

/// Parents of a model whose columns are copied, at most.
const MAX_PARENTS: u32 = 24;

/// What a class of the tree is to another model's rows.
pub(super) fn declared(program: &Program<'_>, class: ClassRef) -> Option<Companion> {
    let mut bases = TRANSLATIONS.iter();
    let holds = bases.any(|base| program.is_subclass(class, base));
    holds.then_some(Companion::Members)
}

/// What the call that makes the field says of the table.
pub(super) fn read(
    program: &Program<'_>,
    apps: &Apps,
    own: (&str, &str),
    call: &Arguments<'_>,
    kind: FieldKind,
) -> Option<Beside> {
    let text = |name: &str| {
        call.named(name)
            .and_then(|said| values::plain(program, said))
    };
    match kind {
        FieldKind::Translations => Some(Beside {
            fields: columns(program, apps, own, call),
            ..Beside::default()
        }),
        FieldKind::History => Some(Beside {
            left_out: call.named("excluded_fields").map_or_else(Vec::new, |said| {
                let all = values::strings(program, said).into_iter();
                all.map(|(name, _)| name).collect()
            }),
            app: text("app"),
            model: text("custom_model_name"),
            ..Beside::default()
        }),
        _ => None,
    }
}

/// The name of the table that the call says.
pub(super) fn table(
    program: &Program<'_>,
    call: &Arguments<'_>,
    kind: FieldKind,
) -> Option<Box<str>> {
    let said = match kind {
        FieldKind::Translations => values::entry(program, call.named("meta")?, "db_table"),
        FieldKind::History => call.named("table_name"),
        _ => None,
    };
    Some(values::plain(program, said?)?.into())
}

/// `TranslatedFields(name=models.CharField(…))`.
fn columns(
    program: &Program<'_>,
    apps: &Apps,
    own: (&str, &str),
    call: &Arguments<'_>,
) -> Vec<Field> {
    let named = |argument: &impact_facts::Argument| {
        let (name, span) = argument.name?;
        let name = call.module.name(name);
        let site = Site {
            file: call.at.file,
            span,
        };
        field::read(program, apps, own, name, site, call.named(name)?)
    };
    call.call.arguments.iter().filter_map(named).collect()
}

/// The qualified name of the model that a field keeps beside its own.
pub(super) fn name(draft: &Draft, field: &Field) -> String {
    let module = draft.name.strip_suffix(draft.short.as_str()).unwrap_or("");
    format!("{module}{}", short(draft, field))
}

fn short(draft: &Draft, field: &Field) -> String {
    let said = field.beside.as_ref().and_then(|said| said.model.clone());
    match field.kind {
        FieldKind::History => said.unwrap_or_else(|| format!("Historical{}", draft.short)),
        _ => format!("{}Translation", draft.short),
    }
}

/// Models with those that packages make beside them.
pub(super) fn beside(apps: &Apps, drafts: Vec<Draft>) -> Vec<Draft> {
    let by_name: BTreeMap<&str, &Draft> = drafts
        .iter()
        .map(|draft| (draft.name.as_str(), draft))
        .collect();
    let concrete = drafts
        .iter()
        .filter(|draft| draft.table.is_some() && !draft.meta.proxy);
    let made: Vec<Draft> = concrete
        .flat_map(|draft| {
            let made = draft.fields.iter().filter_map(|field| match field.kind {
                FieldKind::Translations => translations(draft, field),
                FieldKind::History => history(apps, &by_name, draft, field),
                _ => None,
            });
            made.collect::<Vec<_>>()
        })
        .collect();
    drafts.into_iter().chain(made).collect()
}

/// `shop_pet_translation`: the translated columns, their language and the key to the row.
fn translations(draft: &Draft, field: &Field) -> Option<Draft> {
    let own = draft.table.as_deref()?;
    let table = match &field.db_table {
        Some(table) => table.to_string(),
        None => format!("{own}_translation"),
    };
    let site = field.declared_at;
    let mut fields = vec![implicit(site, "id", "AutoField", true)];
    fields.extend(field.beside.iter().flat_map(|said| said.fields.clone()));
    fields.push(implicit(site, "language_code", "CharField", false));
    fields.push(Field {
        null: true,
        cascade: Some(Access::Read),
        related_name: Some(field.name.clone()),
        ..key(site, MASTER, Target::Class(draft.name.clone()))
    });
    Some(made(draft, field, table, fields, Companion::Members))
}

/// `shop_historicalpet`: a copy of each column, and what became of the row, when, why and by whom.
fn history(
    apps: &Apps,
    by_name: &BTreeMap<&str, &Draft>,
    draft: &Draft,
    field: &Field,
) -> Option<Draft> {
    let said = field.beside.clone().unwrap_or_default();
    let label = said.app.as_deref().unwrap_or(&draft.label);
    let table = match &field.db_table {
        Some(table) => table.to_string(),
        None => format!("{label}_{}", short(draft, field).to_lowercase()),
    };
    let site = field.declared_at;
    let mut fields: Vec<Field> = copied(by_name, draft, 0)
        .into_iter()
        .filter(|one| !said.left_out.iter().any(|name| **name == *one.name))
        .map(copy)
        .collect();
    fields.push(implicit(site, "history_id", "AutoField", true));
    for (name, class) in RECORD {
        fields.push(implicit(site, name, class, false));
    }
    let user = Target::Label(apps.user_model.clone());
    fields.push(Field {
        null: true,
        cascade: Some(Access::Write),
        ..key(site, "history_user", user)
    });
    let mut copies = made(draft, field, table, fields, Companion::Copies);
    copies.label = label.to_owned();
    copies.meta.ordering = Some(vec!["-history_date".into(), "-history_id".into()]);
    Some(copies)
}

/// What a record has beside the copy.
const RECORD: &[(&str, &str)] = &[
    ("history_date", "DateTimeField"),
    ("history_change_reason", "CharField"),
    ("history_type", "CharField"),
];

/// A model's own columns and those of its parents.
fn copied(by_name: &BTreeMap<&str, &Draft>, draft: &Draft, depth: u32) -> Vec<Field> {
    let mut fields = Vec::new();
    if depth < MAX_PARENTS {
        let above = draft
            .parents
            .iter()
            .filter_map(|name| by_name.get(name.as_str()));
        fields.extend(above.flat_map(|parent| copied(by_name, parent, depth + 1)));
    }
    let own = draft.fields.iter().filter(|field| field.column().is_some());
    fields.extend(own.cloned());
    fields
}

/// Keys stay keys, without a constraint; nothing is unique.
fn copy(field: Field) -> Field {
    let kind = match field.kind {
        FieldKind::OneToOne => FieldKind::ForeignKey,
        kind => kind,
    };
    Field {
        kind,
        primary_key: false,
        unique: false,
        parent_link: false,
        cascade: None,
        related_name: Some("+".into()),
        related_query_name: None,
        ..field
    }
}

fn key(site: Site, name: &str, target: Target) -> Field {
    Field {
        kind: FieldKind::ForeignKey,
        target: Some(target),
        has_default: false,
        related_name: Some("+".into()),
        ..implicit(site, name, "ForeignKey", false)
    }
}

fn made(
    draft: &Draft,
    field: &Field,
    table: String,
    fields: Vec<Field>,
    companion: Companion,
) -> Draft {
    let short = short(draft, field);
    Draft {
        name: name(draft, field),
        key_name: short.to_lowercase(),
        short,
        table: Some(table),
        fields,
        parents: Vec::new(),
        meta: Default::default(),
        companion: Some(companion),
        made: true,
        site: field.declared_at,
        ..draft.clone()
    }
}
