//! Relations between models, from both sides.

use super::app::Target;
use super::companion;
use super::field::{Field, FieldKind};
use super::inherit::{Draft, implicit};
use impact_facts::{Companion, Relationship, TableName};
use std::collections::BTreeMap;

/// Models by every word that names them.
pub(super) struct Lookup<'d> {
    drafts: &'d [Draft],
    by_name: BTreeMap<&'d str, usize>,
    by_label: BTreeMap<String, usize>,
}

impl<'d> Lookup<'d> {
    pub(super) fn of(drafts: &'d [Draft]) -> Self {
        let by_name = drafts
            .iter()
            .enumerate()
            .map(|(at, draft)| (draft.name.as_str(), at))
            .collect();
        let concrete = drafts
            .iter()
            .enumerate()
            .filter(|(_, draft)| !draft.meta.is_abstract || draft.meta.swapped.is_some());
        let by_label = concrete
            .map(|(at, draft)| (label(draft).to_lowercase(), at))
            .collect();
        Self {
            drafts,
            by_name,
            by_label,
        }
    }

    /// The model that a target names, or the one that stands in its place.
    pub(super) fn find(&self, target: &Target) -> Option<&'d Draft> {
        let found = self.named(target)?;
        let swapped = found.meta.swapped.as_ref();
        let other = swapped.and_then(|label| self.by_label.get(&label.to_lowercase()));
        other.map_or(Some(found), |at| self.drafts.get(*at))
    }

    fn named(&self, target: &Target) -> Option<&'d Draft> {
        let at = match target {
            Target::Class(name) => self
                .by_name
                .get(name.as_str())
                .copied()
                .or_else(|| self.by_path(name)),
            Target::Label(label) => self.by_label.get(&label.to_lowercase()).copied(),
        };
        at.and_then(|at| self.drafts.get(at))
    }

    /// Other models of the same table that are no proxies.
    pub(super) fn sharing_table(&self, draft: &Draft) -> Vec<&'d Draft> {
        let others = self
            .drafts
            .iter()
            .filter(|other| other.table.is_some() && other.table == draft.table);
        others
            .filter(|other| !other.meta.proxy && other.name != draft.name)
            .collect()
    }

    /// `django.contrib.auth.models.User` is `auth.User`, wherever it is declared.
    fn by_path(&self, path: &str) -> Option<usize> {
        let mut parts = path.rsplit('.');
        let (name, _, app) = (parts.next()?, parts.next()?, parts.next()?);
        self.by_label
            .get(&format!("{app}.{name}").to_lowercase())
            .copied()
    }
}

/// `app_label.Model`.
pub(super) fn label(draft: &Draft) -> String {
    format!("{}.{}", draft.label, draft.short)
}

/// The column of a model's primary key.
pub(super) fn key_column(draft: &Draft) -> Box<str> {
    let key = draft.fields.iter().find(|field| field.primary_key);
    key.and_then(Field::column).unwrap_or_else(|| "id".into())
}

fn column_of(draft: &Draft, name: &str) -> Box<str> {
    let field = draft.fields.iter().find(|field| &*field.name == name);
    field.and_then(Field::column).unwrap_or_else(|| name.into())
}

/// The relation that a field is, seen from its own model.
pub(super) fn forward(lookup: &Lookup<'_>, draft: &Draft, field: &Field) -> Option<Relationship> {
    let target = field.target.as_ref().and_then(|target| lookup.find(target));
    let mut relation = Relationship::new(
        field.name.clone(),
        target
            .map(|target| target.name.as_str().into())
            .or_else(|| named(field)),
        field.declared_at,
    );
    match field.kind {
        FieldKind::ForeignKey | FieldKind::OneToOne => {
            relation.local.extend(field.column());
            relation.remote.push(target.map_or_else(
                || "id".into(),
                |target| match &field.to_field {
                    Some(name) => column_of(target, name),
                    None => key_column(target),
                },
            ));
        }
        FieldKind::ManyToMany => {
            relation.many = true;
            relation.local.push(key_column(draft));
            relation.remote.extend(target.map(key_column));
            relation.through = through(lookup, draft, field, target);
        }
        FieldKind::GenericForeignKey => {
            relation.local = vec![
                column_of(draft, &field.generic.0),
                column_of(draft, &field.generic.1),
            ];
        }
        FieldKind::GenericRelation => {
            relation.many = true;
            relation.local.push(key_column(draft));
            relation.remote = vec![
                target.map_or_else(
                    || field.generic.1.clone(),
                    |target| column_of(target, &field.generic.1),
                ),
                target.map_or_else(
                    || field.generic.0.clone(),
                    |target| column_of(target, &field.generic.0),
                ),
            ];
            relation.cascade = Some(impact_facts::Access::Read);
        }
        FieldKind::Tags => {
            let between = field.through.as_ref().and_then(|name| lookup.find(name))?;
            let tag = between.fields.iter().find(|key| &*key.name == "tag")?;
            let target = tag.target.as_ref().and_then(|target| lookup.find(target));
            relation.many = true;
            relation.target = target.map(|target| target.name.as_str().into());
            relation.local.push(key_column(draft));
            relation.through = tagged(between, tag);
            relation.cascade = Some(impact_facts::Access::Read);
        }
        FieldKind::History => {
            let copies = lookup.find(&Target::Class(companion::name(draft, field)))?;
            relation.many = true;
            relation.reverse = true;
            relation.target = Some(copies.name.as_str().into());
            relation.local.push(key_column(draft));
            relation.remote.push(key_column(draft));
            relation.companion = Some(Companion::Copies);
        }
        FieldKind::Column | FieldKind::Virtual | FieldKind::Translations => return None,
    }
    Some(relation)
}

/// The table in between of tags: the key to the tagged row (generic, or `content_object`), then that to the tag.
fn tagged(between: &Draft, tag: &Field) -> Option<(TableName, Vec<Box<str>>)> {
    const KEYS: &[&str] = &["content_object", "object_id", "content_type"];
    let keys = between
        .fields
        .iter()
        .filter(|key| KEYS.contains(&&*key.name));
    let columns = keys.filter_map(Field::column).chain(tag.column());
    let table = between.table.as_deref().map(TableName::bare)?;
    Some((table, columns.collect()))
}

/// What a target outside the tree is called.
fn named(field: &Field) -> Option<Box<str>> {
    match field.target.as_ref()? {
        Target::Label(label) => Some(label.as_str().into()),
        Target::Class(name) => Some(name.as_str().into()),
    }
}

/// The relation that a field is, seen from its target. A hidden one (`related_name="+"`) has no name: it cascades all
/// the same.
pub(super) fn backward(lookup: &Lookup<'_>, draft: &Draft, field: &Field) -> Option<Relationship> {
    if field.kind == FieldKind::GenericRelation {
        return generic_backward(draft, field);
    }
    let is_key = matches!(field.kind, FieldKind::ForeignKey | FieldKind::OneToOne);
    if !is_key && field.kind != FieldKind::ManyToMany {
        return None;
    }
    let forward = forward(lookup, draft, field)?;
    let lower = draft.short.to_lowercase();
    let fill = |text: &str| {
        let text = text
            .replace("%(class)s", &lower)
            .replace("%(model_name)s", &lower);
        text.replace("%(app_label)s", &draft.label.to_lowercase())
    };
    let related = field.related_name.as_deref().map(fill);
    let one = field.kind == FieldKind::OneToOne;
    let name = match &related {
        Some(name) if !name.is_empty() => name.clone(),
        _ if one => lower.clone(),
        _ => format!("{lower}_set"),
    };
    let hidden = name.ends_with('+');
    let query = field
        .related_query_name
        .as_deref()
        .map(fill)
        .or(related)
        .unwrap_or(lower);
    Some(Relationship {
        many: !one,
        local: forward.remote,
        remote: if is_key {
            forward.local
        } else {
            vec![key_column(draft)]
        },
        through: forward.through.map(|(table, mut columns)| {
            columns.reverse();
            (table, columns)
        }),
        query_name: (query != name).then(|| query.into()),
        cascade: field.cascade,
        reverse: true,
        companion: draft
            .companion
            .filter(|_| is_key && &*field.name == companion::MASTER),
        ..Relationship::new(
            if hidden { "".into() } else { name.into() },
            Some(draft.name.as_str().into()),
            field.declared_at,
        )
    })
}

/// A generic relation gives the rows that name it a word for look-ups, if it says one.
fn generic_backward(draft: &Draft, field: &Field) -> Option<Relationship> {
    let query = field.related_query_name.as_deref()?;
    Some(Relationship {
        many: true,
        remote: vec![key_column(draft)],
        query_name: Some(query.into()),
        reverse: true,
        ..Relationship::new(
            "".into(),
            Some(draft.name.as_str().into()),
            field.declared_at,
        )
    })
}

/// The table in between, and its columns: the one that points here, then the one that points there.
fn through(
    lookup: &Lookup<'_>,
    draft: &Draft,
    field: &Field,
    target: Option<&Draft>,
) -> Option<(TableName, Vec<Box<str>>)> {
    let Some(through) = &field.through else {
        let table = automatic_table(draft, field)?;
        let columns = automatic_columns(draft, target, field).map(|(name, _)| name);
        return Some((TableName::bare(&table), columns.into()));
    };
    let model = lookup.find(through)?;
    let points_at = |other: &Draft, nth: usize| {
        let mut keys = model.fields.iter().filter(|key| {
            matches!(key.kind, FieldKind::ForeignKey | FieldKind::OneToOne)
                && key
                    .target
                    .as_ref()
                    .and_then(|target| lookup.find(target))
                    .is_some_and(|found| found.name == other.name)
        });
        keys.nth(nth).and_then(Field::column)
    };
    let own_again = target.is_some_and(|target| target.name == draft.name);
    let named = |at: usize| {
        field
            .through_fields
            .get(at)
            .map(|name| column_of(model, name))
    };
    let here = named(0).or_else(|| points_at(draft, 0));
    let there =
        named(1).or_else(|| target.and_then(|target| points_at(target, usize::from(own_again))));
    let table = model.table.as_deref().map(TableName::bare)?;
    Some((table, here.into_iter().chain(there).collect()))
}

/// The name of the table that Django makes for a field; none if a model is named for it.
pub(super) fn automatic_table(draft: &Draft, field: &Field) -> Option<String> {
    if field.kind != FieldKind::ManyToMany || field.through.is_some() {
        return None;
    }
    let own = draft.table.as_ref()?;
    Some(
        field
            .db_table
            .as_deref()
            .map_or_else(|| format!("{own}_{}", field.name), str::to_owned),
    )
}

/// The two key columns of the table that Django makes, each with the model's name that it is made from.
pub(super) fn automatic_columns(
    draft: &Draft,
    target: Option<&Draft>,
    field: &Field,
) -> [(Box<str>, String); 2] {
    let own = draft.key_name.clone();
    let other = match (target, &field.target) {
        (Some(target), _) => target.key_name.clone(),
        (None, Some(Target::Label(name) | Target::Class(name))) => {
            name.rsplit('.').next().unwrap_or(name).to_lowercase()
        }
        (None, None) => String::new(),
    };
    let (from, to) = match own == other {
        true => (format!("from_{own}"), format!("to_{other}")),
        false => (own, other),
    };
    [
        (format!("{from}_id").into(), from),
        (format!("{to}_id").into(), to),
    ]
}

/// The model behind the table that Django makes for a field: `Check_tags`.
pub(super) fn automatic_model(
    draft: &Draft,
    field: &Field,
    target: Option<&Draft>,
) -> Option<Draft> {
    let table = automatic_table(draft, field)?;
    let short = format!("{}_{}", draft.short, field.name);
    let module = draft.name.strip_suffix(draft.short.as_str()).unwrap_or("");
    let keys = automatic_columns(draft, target, field);
    let targets = [
        Some(Target::Class(draft.name.clone())),
        field.target.clone(),
    ];
    let key = |(name, target): (String, Option<Target>)| Field {
        kind: FieldKind::ForeignKey,
        target,
        has_default: false,
        related_name: Some("+".into()),
        cascade: Some(impact_facts::Access::Read),
        ..implicit(field.declared_at, &name, "ForeignKey", false)
    };
    let keys = keys.map(|(_, name)| name).into_iter().zip(targets).map(key);
    let id = implicit(field.declared_at, "id", "AutoField", true);
    Some(Draft {
        name: format!("{module}{short}"),
        table: Some(table),
        fields: std::iter::once(id).chain(keys).collect(),
        parents: Vec::new(),
        meta: Default::default(),
        site: field.declared_at,
        key_name: short.to_lowercase(),
        short,
        ..draft.clone()
    })
}
