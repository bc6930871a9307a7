//! Tables that a plugin keeps beside a model's own: SQLAlchemy-Continuum's versions (1.4, "Version objects", "Transactions").
//!
//! A class that says `__versioned__` has a table of its table's name and `_version`, with its columns and those of the
//! transaction. Whatever writes its rows writes a version, and a transaction.

use super::{SQLALCHEMY, entity};
use crate::door::{CallSite, MemberSite};
use crate::effect::{Effects, Touch, site};
use crate::evaluator::Evaluator;
use crate::named_apart;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Certainty, Site, TableName};
use std::collections::{BTreeMap, BTreeSet};

/// The package.
const PACKAGE: &str = "sqlalchemy_continuum.";
/// What a class says to have versions.
const VERSIONED: &str = "__versioned__";
/// What the name of a table of versions ends with.
const SUFFIX: &str = "_version";
/// The table of transactions.
const TRANSACTIONS: &str = "transaction";
/// The key of a version's transaction.
const KEY: &str = "transaction_id";

/// `version_class(User)`, `parent_class(UserVersion)`, `transaction_class(User)`.
pub(super) fn call(cx: &Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let word = name.strip_prefix(PACKAGE)?.rsplit('.').next()?;
    let of = super::classes(cx, &call.value(0, "model"));
    let found = of.first().and_then(|model| match word {
        "version_class" => version_of(cx, *model),
        "parent_class" => parent_of(cx, *model),
        "transaction_class" => beside(cx, *model, TRANSACTIONS),
        _ => None,
    })?;
    Some(match cx.models.class(found) {
        Some(class) => Atom::Class(class).into(),
        None => Object::new(SQLALCHEMY, "class", Some(found)).into(),
    })
}

/// `user.versions`, and what a version has beside its columns.
pub(super) fn attribute(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    member: &MemberSite<'_>,
) -> Option<Value> {
    if member.name == "versions" && is_versioned(cx, model) {
        let versions = version_of(cx, model)?;
        loaded(cx, versions, member);
        let collection = Object::new(SQLALCHEMY, "collection", Some(versions));
        let row = Atom::Mapped(versions).into();
        let collection = collection.with_value("item:000", row).with_word("single");
        return Some(collection.into());
    }
    let parent = parent_of(cx, model)?;
    let row = match member.name {
        "previous" | "next" => model,
        "version_parent" => parent,
        "transaction" => {
            let own = cx.models.field(model, KEY)?;
            cx.touch_field(model, own, member.span, Manner::implied(Access::Read));
            beside(cx, model, TRANSACTIONS)?
        }
        name => {
            let relation = cx.models.relation(parent, name)?;
            let target = cx.models.target(relation)?;
            let row = version_of(cx, target).unwrap_or(target);
            loaded(cx, row, member);
            let row: Value = Atom::Mapped(row).into();
            return Some(if relation.many { Value::list(row) } else { row });
        }
    };
    loaded(cx, row, member);
    Some(Atom::Mapped(row).into())
}

fn loaded(cx: &mut Evaluator<'_>, model: ModelId, member: &MemberSite<'_>) {
    let manner = Manner::whole(Access::Read).at_most(Certainty::Likely);
    entity::load(cx, model, member.span, manner);
}

fn is_versioned(cx: &Evaluator<'_>, model: ModelId) -> bool {
    let class = cx.models.class(model);
    class.is_some_and(|class| cx.program.class_member(class, VERSIONED).is_some())
}

/// The model of a table in the schema of a model's own.
fn beside(cx: &Evaluator<'_>, model: ModelId, name: &str) -> Option<ModelId> {
    let own = cx.models.get(model)?.table.as_ref()?;
    let schema = own.schema.as_deref();
    cx.models.of_table(SQLALCHEMY, schema, name)
}

fn version_of(cx: &Evaluator<'_>, model: ModelId) -> Option<ModelId> {
    let own = cx.models.get(model)?.table.as_ref()?;
    beside(cx, model, &format!("{}{SUFFIX}", own.name))
}

/// The model whose versions a table without a class holds.
fn parent_of(cx: &Evaluator<'_>, version: ModelId) -> Option<ModelId> {
    let model = cx.models.get(version)?;
    let name = model.table.as_ref()?.name.strip_suffix(SUFFIX)?;
    let parent = beside(cx, version, name).filter(|_| model.class.is_none())?;
    is_versioned(cx, parent).then_some(parent)
}

/// Adds what maps versions, and what writes them.
pub(crate) fn name_versions(cx: &Evaluator<'_>, all: &mut [Effects]) {
    let mut kept: BTreeMap<&TableName, Vec<ModelId>> = BTreeMap::new();
    for (id, model) in cx.models.iter() {
        if !super::is_ours(cx, id) || !is_versioned(cx, id) {
            continue;
        }
        let (Some(table), Some(version)) = (&model.table, version_of(cx, id)) else {
            continue;
        };
        declared(cx, all, id, version);
        let transactions = beside(cx, id, TRANSACTIONS);
        kept.insert(table, [version].into_iter().chain(transactions).collect());
    }
    if kept.is_empty() {
        return;
    }
    for effects in all {
        let written: BTreeSet<(Site, &[ModelId])> = effects
            .touches
            .as_slice()
            .iter()
            .filter(|touch| touch.access == Access::Write && touch.certainty > Certainty::Possible)
            .filter_map(|touch| Some((touch.site, kept.get(&touch.table)?.as_slice())))
            .collect();
        let mut added = Vec::new();
        for (at, models) in written {
            for model in models {
                added.extend(written_of_itself(cx, *model, at));
            }
        }
        added
            .into_iter()
            .for_each(|touch| effects.touches.add(touch));
        effects.touches.rest();
    }
}

/// A version is written whole; what it was before gets its end, for which its key is looked up.
fn written_of_itself(cx: &Evaluator<'_>, model: ModelId, at: Site) -> Vec<Touch> {
    let Some(of) = cx.models.get(model) else {
        return Vec::new();
    };
    let Some(table) = &of.table else {
        return Vec::new();
    };
    let manner = |access| Manner::whole(access).at_most(Certainty::Likely);
    let accesses: &[Access] = match &*table.name {
        TRANSACTIONS => &[Access::Write],
        _ => &[Access::Write, Access::Read],
    };
    let mut found = Vec::new();
    for access in accesses {
        let fields = of.fields.iter();
        found.extend(
            fields.map(|field| manner(*access).column(at, table, &field.column, SQLALCHEMY)),
        );
    }
    found
}

/// The columns of a model are those of its versions.
fn declared(cx: &Evaluator<'_>, all: &mut [Effects], model: ModelId, version: ModelId) {
    let (Some(own), Some(kept)) = (cx.models.get(model), cx.models.get(version)) else {
        return;
    };
    let Some(table) = &kept.table else { return };
    let Some(class) = cx.models.class(model) else {
        return;
    };
    let whole = site(
        class.file,
        cx.program.module(class.file).class(class.class).name_span,
    );
    for column in &kept.fields {
        let field = own.fields.iter().find(|own| own.column == column.column);
        let at = field.map_or(whole, |field| field.declared_at);
        let named = ("".into(), table.clone(), column.column.clone());
        let unit = cx.unit_of_file(at.file);
        named_apart::add(all, unit, at, (&named, Access::Declare), SQLALCHEMY);
    }
}
