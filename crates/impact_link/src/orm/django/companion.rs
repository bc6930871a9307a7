//! Rows that a package keeps beside a model's own: read by the row's members, and saved with it.

use super::{instance, lookup};
use crate::door::MemberSite;
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{ModelId, Value};
use impact_facts::{Access, Certainty, Companion, MappedField, Relationship, Span};

/// The models that are kept beside one in a way, with the relation that leads there.
fn beside<'a>(
    cx: &Evaluator<'a>,
    model: ModelId,
    wanted: Companion,
) -> Vec<(ModelId, &'a Relationship)> {
    let relations = cx.models.get(model).map(|one| &one.relations[..]);
    let all = relations.unwrap_or_default().iter();
    all.filter(|relation| relation.companion == Some(wanted))
        .filter_map(|relation| Some((cx.models.target(relation)?, relation)))
        .collect()
}

/// The field of that name that rows of the model have from beside.
pub(super) fn field<'a>(
    cx: &Evaluator<'a>,
    model: ModelId,
    name: &str,
) -> Option<(ModelId, &'a MappedField)> {
    let mut members = beside(cx, model, Companion::Members).into_iter();
    members.find_map(|(target, _)| Some((target, cx.models.field(target, name)?)))
}

/// What a member is that a row has from beside: that row is found first.
pub(super) fn attribute(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    member: &MemberSite<'_>,
) -> Option<Value> {
    let has = |cx: &Evaluator<'_>, target: ModelId| {
        cx.models.field(target, member.name).is_some()
            || cx.models.relation(target, member.name).is_some()
    };
    let mut members = beside(cx, model, Companion::Members).into_iter();
    let (target, relation) = members.find(|(target, _)| has(cx, *target))?;
    let (file, found) = (cx.file, Manner::implied(Access::Read));
    lookup::read_key(cx, model, relation, file, member.span, found);
    let whole = Manner::whole(Access::Read).at_most(Certainty::Likely);
    cx.touch_row(target, member.span, whole, &|field| !field.deferred);
    instance::attribute(cx, target, member)
}

/// The model of the copies that a row's manager of that name gives.
pub(super) fn copies(cx: &Evaluator<'_>, model: ModelId, name: &str) -> Option<ModelId> {
    let mut copies = beside(cx, model, Companion::Copies).into_iter();
    let found = copies.find(|(_, relation)| *relation.name == *name);
    found.map(|(target, _)| target)
}

/// A row is saved: those beside it are, too.
pub(super) fn saved(cx: &mut Evaluator<'_>, model: ModelId, span: Span) {
    for (target, _) in beside(cx, model, Companion::Members) {
        let whole = Manner::whole(Access::Write).at_most(Certainty::Likely);
        cx.touch_row(target, span, whole, &|_| true);
    }
    copied(cx, model, span);
}

/// A row is saved or deleted: a copy of it as it is then is kept.
pub(super) fn copied(cx: &mut Evaluator<'_>, model: ModelId, span: Span) {
    for (target, _) in beside(cx, model, Companion::Copies) {
        cx.touch_row(target, span, Manner::whole(Access::Write), &|_| true);
    }
}
