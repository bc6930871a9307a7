//! The other side of a relation: its rows, the keys that lead there, and tables in between.

use super::{PONY, query};
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{
    Access, Certainty, ExpressionId, ExpressionKind, MappedField, Relationship, Span,
};

/// What stands before the relation whose rows a query is of.
const OF: &str = "of:";

/// Lists within lists of paths are not looked into deeper than this.
const MAX_DEPTH: u32 = 4;

/// The field that holds the key of a relation.
pub(super) fn key_field<'a>(
    cx: &Evaluator<'a>,
    model: ModelId,
    relation: &Relationship,
) -> Option<&'a MappedField> {
    let column = relation.local.first().filter(|_| !relation.reverse)?;
    let mut fields = cx.models.get(model)?.fields.iter();
    fields.find(|field| field.column == *column)
}

/// Touches the keys of a relation: those that stand here in that manner; those of a table in between, and of the other side,
/// are nowhere named.
pub(super) fn keys_of(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    relation: &Relationship,
    span: Span,
    manner: Manner,
) {
    let via = cx.models.get(model).map_or("", |model| &*model.orm);
    if let Some((table, columns)) = &relation.through {
        for column in columns {
            let implied = Manner::implied(manner.access).at_most(manner.certainty);
            cx.touch_column(table, column, span, implied, via);
        }
        return;
    }
    let own = cx.models.get(model).and_then(|model| model.table.clone());
    let manner = match relation.reverse {
        true => Manner::implied(Access::Read),
        false => manner,
    };
    for column in &relation.local {
        if let Some(table) = &own {
            cx.touch_column(table, column, span, manner, via);
        }
    }
    let target = cx.models.target(relation).filter(|_| relation.reverse);
    let table = target.and_then(|target| cx.models.get(target)?.table.clone());
    for column in &relation.remote {
        if let Some(table) = &table {
            cx.touch_column(table, column, span, manner, via);
        }
    }
}

/// The rows that a relation of a row leads to.
pub(super) fn other_side(
    cx: &mut Evaluator<'_>,
    orm: &'static str,
    (model, relation): (ModelId, &Relationship),
    member: &MemberSite<'_>,
) -> Value {
    match cx.models.target(relation) {
        Some(target) if relation.many => {
            let word = format!("{OF}{}:{}", model.0, relation.name);
            query(orm, target).with_word(&word).into()
        }
        Some(_) if member.access == Access::Write => Value::nothing(),
        Some(target) => {
            if orm != PONY.0 || !is_key_alone(cx, target, member.span) {
                let manner = Manner::whole(Access::Read).at_most(Certainty::Likely);
                cx.touch_row(target, member.span, manner, &|_| true);
            }
            Atom::Mapped(target).into()
        }
        None => Value::unknown("a related row"),
    }
}

/// Whether of a related row only its key is asked for, which the row that leads there holds: `track.album.id`.
fn is_key_alone(cx: &Evaluator<'_>, target: ModelId, span: Span) -> bool {
    let module = cx.module();
    let all = || (0..).map(ExpressionId).zip(&module.expressions);
    let is_here = |kind: &ExpressionKind, whole: Span| match kind {
        ExpressionKind::Attribute(attribute) => whole == span || attribute.name_span == span,
        _ => false,
    };
    let Some((own, _)) = all().find(|(_, one)| is_here(&one.kind, one.span)) else {
        return false;
    };
    let asked = all().find_map(|(_, one)| match &one.kind {
        ExpressionKind::Attribute(attribute) if attribute.of == own => {
            Some(module.name(attribute.name))
        }
        _ => None,
    });
    let field = asked.and_then(|name| cx.models.field(target, name));
    field.is_some_and(|field| field.primary_key)
}

/// Rows are put to, or taken from, the other side of a relation.
pub(super) fn linked(cx: &mut Evaluator<'_>, of: &Object, span: Span) {
    let Some((model, relation)) = relation(cx, of) else {
        return;
    };
    if relation.through.is_some() {
        keys_of(cx, model, relation, span, Manner::implied(Access::Write));
        return;
    }
    let target = cx.models.target(relation);
    let table = target.and_then(|target| cx.models.get(target)?.table.clone());
    for column in &relation.remote {
        if let Some(table) = &table {
            let manner = Manner::implied(Access::Write);
            cx.touch_column(table, column, span, manner, of.door);
        }
    }
}

fn relation<'a>(cx: &Evaluator<'a>, of: &Object) -> Option<(ModelId, &'a Relationship)> {
    let (model, name) = of.words_after(OF).next()?.split_once(':')?;
    let model = ModelId(model.parse().ok()?);
    Some((model, cx.models.relation(model, name)?))
}

/// `select_related("owner")`, `fetch_related("photos__owner")`: the rows of the other side are read, too.
pub(super) fn fetched(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    for argument in call.arguments.iter().filter(|one| one.name.is_none()) {
        fetch(cx, model, &argument.value, call.span, 0);
    }
}

fn fetch(cx: &mut Evaluator<'_>, model: ModelId, value: &Value, span: Span, depth: u32) {
    for atom in value.atoms() {
        match atom {
            Atom::Text(text) => {
                let home = text.locate(Span::new(0, text.text.len() as u32));
                let here = home.filter(|(file, _)| *file == cx.file);
                along(cx, model, &text.text, here.map(|(_, at)| at), span);
            }
            Atom::Object(object) if object.kind == "key" => {
                if let Some(target) = object.model {
                    cx.touch_row(target, span, Manner::whole(Access::Read), &|_| true);
                }
            }
            Atom::List(of) if depth < MAX_DEPTH => fetch(cx, model, of, span, depth + 1),
            Atom::Tuple(items) if depth < MAX_DEPTH => {
                for item in items.iter() {
                    fetch(cx, model, item, span, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// All hops of a path over relations.
fn along(cx: &mut Evaluator<'_>, model: ModelId, path: &str, at: Option<Span>, whole: Span) {
    let (mut model, mut start) = (model, at.map_or(0, |at| at.start));
    for step in path.split("__") {
        let Some(relation) = cx.models.relation(model, step) else {
            return;
        };
        let own = at.map(|_| Span::new(start, start + step.len() as u32));
        start += step.len() as u32 + 2;
        let manner = match own {
            Some(_) => Manner::named(Access::Read),
            None => Manner::implied(Access::Read),
        };
        keys_of(cx, model, relation, own.unwrap_or(whole), manner);
        let Some(target) = cx.models.target(relation) else {
            return;
        };
        cx.touch_row(target, whole, Manner::whole(Access::Read), &|_| true);
        model = target;
    }
}
