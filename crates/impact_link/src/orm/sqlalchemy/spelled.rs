//! Columns that a relation names in text, which is read once all classes are known: `relationship(primaryjoin="User.id ==
//! foreign(Post.author)", order_by="Post.title")` (SQLAlchemy 2.0, "Late-Evaluation of Relationship Arguments").

use super::{SQLALCHEMY, is_ours};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::ModelId;
use impact_facts::{Access, Assembled, Certainty, Span};

/// Options of a relation that name columns.
const OPTIONS: &[&str] = &[
    "primaryjoin",
    "secondaryjoin",
    "foreign_keys",
    "remote_side",
    "order_by",
];

/// Names the columns that the options of a relation spell.
pub(super) fn relationship(cx: &mut Evaluator<'_>, call: &CallSite<'_>) {
    for argument in call.arguments {
        let named = argument.name.as_ref();
        if named.is_some_and(|(name, _)| OPTIONS.contains(&&**name)) {
            for text in argument.value.texts() {
                paths(cx, text);
            }
        }
    }
}

fn paths(cx: &mut Evaluator<'_>, text: &Assembled) {
    let mut start = 0;
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    while let Some(at) = text.text[start..].find(is_part) {
        let from = start + at;
        let rest = &text.text[from..];
        let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        start = from + length;
        let Some((file, span)) = text.locate(Span::new(from as u32, start as u32)) else {
            continue;
        };
        if file == cx.file {
            path(cx, &rest[..length], span);
        }
    }
}

/// `Post.title`, `links.c.user_id`.
fn path(cx: &mut Evaluator<'_>, path: &str, span: Span) {
    let Some((of, member)) = path.rsplit_once('.') else {
        return;
    };
    let models: Vec<ModelId> = match of.strip_suffix(".c").or(of.strip_suffix(".columns")) {
        Some(table) => {
            let (schema, name) = match table.rsplit_once('.') {
                Some((schema, name)) => (Some(schema), name),
                None => (None, table),
            };
            cx.models
                .of_table(SQLALCHEMY, schema, name)
                .into_iter()
                .collect()
        }
        None => of_class(cx, of),
    };
    let certainty = match models.len() {
        1 => Certainty::Exact,
        _ => Certainty::Likely,
    };
    let manner = Manner::named(Access::Read).at_most(certainty);
    for model in models {
        if let Some(field) = cx.models.field(model, member) {
            cx.touch_field(model, field, span, manner);
        }
    }
}

/// The mapped classes of a name; with modules before it, those that stand there.
fn of_class(cx: &Evaluator<'_>, name: &str) -> Vec<ModelId> {
    let is = |qualified: &str| {
        let rest = qualified.strip_suffix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let all = cx.models.iter().filter(|(_, model)| is(&model.name));
    all.map(|(id, _)| id)
        .filter(|id| is_ours(cx, *id))
        .collect()
}
