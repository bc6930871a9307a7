//! Paths over fields and relations, as keywords, strings and ordering terms spell them.

use super::{DJANGO, companion};
use crate::door::Passed;
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Value};
use impact_facts::{
    Access, Assembled, Certainty, ExpressionKind, FileId, MappedField, Relationship, Span,
};

/// Where a path stands: its file and first byte, if every byte stands there as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    file: FileId,
    span: Span,
    plain: bool,
}

impl Written {
    /// A path that stands at `span` of the file that is being evaluated.
    pub(super) fn at(cx: &Evaluator<'_>, span: Span, path: &str) -> Self {
        let plain = span.end.saturating_sub(span.start) as usize == path.len();
        Self {
            file: cx.file,
            span,
            plain,
        }
    }

    /// The place of bytes of the path; the whole where they cannot be told apart.
    fn part(self, start: usize, end: usize) -> Span {
        if self.plain {
            Span::new(self.span.start + start as u32, self.span.start + end as u32)
        } else {
            self.span
        }
    }
}

/// Follows a path from a model, reads the keys of every hop, and touches the field at its end.
pub(super) fn follow(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    path: &str,
    written: Written,
    manner: Manner,
) {
    let mut at = model;
    let mut start = 0;
    for segment in path.split("__") {
        let span = written.part(start, start + segment.len());
        start += segment.len() + 2;
        if let Some(relation) = relation(cx, at, segment) {
            read_key(cx, at, relation, written.file, span, manner);
            let Some(target) = cx.models.target(relation) else {
                return;
            };
            let next = path.get(start..).and_then(|rest| rest.split("__").next());
            let next = next.unwrap_or_default();
            let goes_on = next != "pk"
                && (self::relation(cx, target, next).is_some()
                    || field(cx, target, next).is_some());
            if goes_on {
                joined(cx, (at, target), relation, written.file, span, manner);
            } else if relation.reverse && relation.through.is_none() && next != "pk" {
                read_primary_key(cx, target, written.file, span, manner);
            }
            at = target;
            continue;
        }
        if let Some(field) = field(cx, at, segment) {
            touch(cx, at, field, written.file, span, manner);
        } else if let Some((beside, field)) = companion::field(cx, at, segment) {
            touch(cx, beside, field, written.file, span, manner);
        }
        return;
    }
}

/// A hop that goes on is a join: the keys of the rows that are pointed at are read, unnamed.
fn joined(
    cx: &mut Evaluator<'_>,
    (from, target): (ModelId, ModelId),
    relation: &Relationship,
    file: FileId,
    span: Span,
    manner: Manner,
) {
    let manner = Manner::implied(Access::Read).at_most(manner.certainty);
    if relation.reverse || relation.many {
        read_primary_key(cx, from, file, span, manner);
    }
    if !relation.reverse || relation.through.is_some() {
        read_primary_key(cx, target, file, span, manner);
    }
}

/// A relation by the word that lookups use.
pub(super) fn relation<'a>(
    cx: &Evaluator<'a>,
    model: ModelId,
    word: &str,
) -> Option<&'a Relationship> {
    if word.is_empty() {
        return None;
    }
    let all = &cx.models.get(model)?.relations;
    let named = |relation: &&Relationship| match &relation.query_name {
        Some(name) => **name == *word,
        None if relation.reverse => {
            *relation.name == *word || relation.name.strip_suffix("_set") == Some(word)
        }
        None => *relation.name == *word,
    };
    all.iter().find(named)
}

/// A field by the word that lookups and code use: its name, its key's name, `pk`.
pub(super) fn field<'a>(cx: &Evaluator<'a>, model: ModelId, word: &str) -> Option<&'a MappedField> {
    let fields = &cx.models.get(model)?.fields;
    if word == "pk" {
        return fields.iter().find(|field| field.primary_key);
    }
    fields
        .iter()
        .find(|field| *field.name == *word)
        .or_else(|| {
            let all = &cx.models.get(model)?.relations;
            let keys = all
                .iter()
                .filter(|relation| !relation.reverse && !relation.local.is_empty());
            let of = keys.filter_map(|relation| {
                let rest = word.strip_suffix("_id")?;
                (*relation.name == *rest).then(|| relation.local.first())?
            });
            let column = of.into_iter().next()?;
            fields.iter().find(|field| field.column == *column)
        })
}

/// Follows a path of members (`prefetch_related`, `select_related`): relations by their names in code. Reads the keys of
/// every hop and returns the models that it leads to.
pub(super) fn follow_members(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    path: &str,
    written: Written,
    manner: Manner,
) -> Vec<ModelId> {
    let (mut at, mut start, mut found) = (model, 0, Vec::new());
    for segment in path.split("__") {
        let span = written.part(start, start + segment.len());
        start += segment.len() + 2;
        let Some(relation) = cx.models.relation(at, segment) else {
            break;
        };
        let by_key = !relation.reverse && !relation.local.is_empty();
        let how = if by_key {
            manner.how
        } else {
            impact_facts::How::Implicit
        };
        read_key(
            cx,
            at,
            relation,
            written.file,
            span,
            Manner { how, ..manner },
        );
        let Some(target) = cx.models.target(relation) else {
            break;
        };
        found.push(target);
        at = target;
    }
    found
}

/// Follows the paths of members that a value spells.
pub(super) fn follow_members_of(cx: &mut Evaluator<'_>, model: ModelId, value: &Value, span: Span) {
    let manner = Manner::named(Access::Read).at_most(value.certainty);
    for text in value.texts() {
        let home = text.locate(Span::new(0, text.text.len() as u32));
        let written = match home {
            Some((file, at)) if file == cx.file && span.contains(at) => {
                Written::at(cx, at, &text.text)
            }
            _ => Written {
                file: cx.file,
                span,
                plain: false,
            },
        };
        follow_members(cx, model, &text.text, written, manner);
    }
}

/// Touches what joining over a relation reads: the key here, the key there, or the table in between.
pub(super) fn read_key(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    relation: &Relationship,
    file: FileId,
    span: Span,
    manner: Manner,
) {
    if let Some((table, columns)) = &relation.through {
        for column in columns {
            cx.touch_column_in(file, table, column, span, manner, DJANGO);
        }
        return;
    }
    let at_the_other_side = relation.many || relation.reverse;
    if !at_the_other_side {
        for column in &relation.local {
            let fields = cx.models.get(model).map(|model| &model.fields);
            let field = fields
                .into_iter()
                .flatten()
                .find(|field| field.column == *column);
            if let Some(field) = field {
                touch(cx, model, field, file, span, manner);
            }
        }
        return;
    }
    if let Some(target) = cx.models.target(relation) {
        for column in &relation.remote {
            let fields = cx.models.get(target).map(|model| &model.fields);
            let field = fields
                .into_iter()
                .flatten()
                .find(|field| field.column == *column);
            if let Some(field) = field {
                touch(cx, target, field, file, span, manner);
            }
        }
    }
}

pub(super) fn read_primary_key(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    file: FileId,
    span: Span,
    manner: Manner,
) {
    if let Some(field) = field(cx, model, "pk") {
        touch(cx, model, field, file, span, manner);
    }
}

fn touch(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    field: &MappedField,
    file: FileId,
    span: Span,
    manner: Manner,
) {
    let here = std::mem::replace(&mut cx.file, file);
    cx.touch_field(model, field, span, manner);
    cx.file = here;
}

/// Follows every path that a value spells. What is no known text may name any mapped column.
pub(super) fn follow_value(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    value: &Value,
    span: Span,
    access: Access,
) {
    let manner = Manner::named(access).at_most(value.certainty);
    for atom in value.atoms() {
        match atom {
            Atom::Text(text) => follow_text(cx, model, text, span, manner),
            Atom::List(of) => follow_value(cx, model, &of.clone(), span, access),
            Atom::Tuple(items) => {
                for item in items.clone().iter() {
                    follow_value(cx, model, item, span, access);
                }
            }
            Atom::Null | Atom::Integer(_) => {}
            Atom::Object(object) if object.door == DJANGO => {
                super::expression::apply(cx, model, object, span);
            }
            Atom::Dictionary(of) => {
                let of = of.clone();
                for key in of.known.keys() {
                    let written = Written {
                        file: cx.file,
                        span,
                        plain: false,
                    };
                    follow(cx, model, key, written, manner);
                }
                if !of.rest.is_nothing() {
                    cx.open_model(model, span, access);
                }
            }
            _ => cx.open_model(model, span, access),
        }
    }
}

/// Follows the keys of `**names`: named where they are written out there, else unnamed.
pub(super) fn follow_spread(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    argument: &Passed,
    access: Access,
) {
    let span = argument.span;
    let written = argument.expression.is_some_and(|id| {
        matches!(
            cx.module().expression(id).kind,
            ExpressionKind::Collection(_)
        )
    });
    if written {
        follow_value(cx, model, &argument.value, span, access);
        return;
    }
    let manner = Manner::implied(access).at_most(argument.value.certainty);
    for atom in argument.value.atoms() {
        let Atom::Dictionary(of) = atom else {
            follow_value(cx, model, &atom.clone().into(), span, access);
            continue;
        };
        for key in of.known.keys() {
            follow(cx, model, key, Written::at(cx, span, ""), manner);
        }
        if !of.rest.is_nothing() {
            cx.open_model(model, span, access);
        }
    }
}

/// Follows the path that a text spells.
pub(super) fn follow_text(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    text: &Assembled,
    span: Span,
    manner: Manner,
) {
    let skip = usize::from(text.text.starts_with(['-', '+']));
    let Some(path) = text.text.get(skip..) else {
        return;
    };
    if let Some(hole) = text.holes.first() {
        let known = path
            .get(..(hole.start as usize).saturating_sub(skip))
            .unwrap_or_default();
        let whole = known.trim_end_matches('_');
        if whole.is_empty() || !known.ends_with("__") {
            cx.open_model(model, span, manner.access);
            return;
        }
        cx.open_model(model, span, manner.access);
        return;
    }
    let home = text.locate(Span::new(skip as u32, text.text.len() as u32));
    let written = match home {
        Some((file, span)) if file == cx.file || cx.program.is_own(file) => {
            let plain = (span.end - span.start) as usize == path.len();
            Written { file, span, plain }
        }
        _ => Written {
            file: cx.file,
            span,
            plain: false,
        },
    };
    // A path that comes from elsewhere is used here: what it touches stands at the use.
    let written = if written.file == cx.file && span.contains(written.span) {
        written
    } else {
        Written {
            file: cx.file,
            span,
            plain: false,
        }
    };
    let certainty = if written.plain {
        manner.certainty
    } else {
        manner.certainty.min(Certainty::Likely)
    };
    follow(
        cx,
        model,
        path,
        written,
        Manner {
            certainty,
            ..manner
        },
    );
}
