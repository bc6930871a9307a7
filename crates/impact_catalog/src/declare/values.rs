//! What expressions say without being run: constants, followed through names and files.

use crate::text::SourceText;
use impact_bind::{Binding, Place, Program, ValueRef};
use impact_facts::{
    Argument, Call, ClassId, ExpressionId, ExpressionKind, FileId, Module, Piece, Site, Span,
    Spread,
};

/// How many names are followed from one expression, and how deep collections are joined.
const MAX_STEPS: u32 = 24;

/// An expression of the place `place`.
pub(crate) fn value(file: FileId, place: Place, expression: ExpressionId) -> ValueRef {
    ValueRef {
        file,
        place,
        expression,
        name: None,
    }
}

/// An expression of the body of a class.
pub(crate) fn in_class(file: FileId, class: ClassId, expression: ExpressionId) -> ValueRef {
    value(file, Place::Class(class), expression)
}

pub(crate) fn kind<'a>(program: &Program<'a>, value: ValueRef) -> &'a ExpressionKind {
    &program.module(value.file).expression(value.expression).kind
}

pub(crate) fn site(program: &Program<'_>, value: ValueRef) -> Site {
    let span = program.module(value.file).expression(value.expression).span;
    Site {
        file: value.file,
        span,
    }
}

/// What a value is bound to where it is a name; else the value.
pub(crate) fn binding(program: &Program<'_>, value: ValueRef) -> Binding {
    program.resolve_expression(value.file, value.place, value.expression)
}

/// The expression behind names: `TABLE` with `TABLE = "users"` in any module is the text.
pub(crate) fn follow(program: &Program<'_>, value: ValueRef) -> ValueRef {
    let mut at = value;
    for _ in 0..MAX_STEPS {
        if !matches!(
            kind(program, at),
            ExpressionKind::Name(_) | ExpressionKind::Attribute(_)
        ) {
            break;
        }
        match binding(program, at) {
            Binding::Value(next, members) if members.is_empty() && next != at => at = next,
            _ => break,
        }
    }
    at
}

/// A text that is known as it stands, with where it stands.
pub(crate) fn string(program: &Program<'_>, value: ValueRef) -> Option<(String, Site)> {
    let at = follow(program, value);
    let text = joined(program, at, 0)?;
    Some((text, site(program, at)))
}

/// The value of a text, alone.
pub(crate) fn plain(program: &Program<'_>, value: ValueRef) -> Option<String> {
    string(program, value).map(|(text, _)| text)
}

fn joined(program: &Program<'_>, value: ValueRef, depth: u32) -> Option<String> {
    if depth > MAX_STEPS {
        return None;
    }
    let value = follow(program, value);
    let module = program.module(value.file);
    match kind(program, value) {
        ExpressionKind::Text(text) => filled(program, value, &module.text(*text).pieces, depth),
        ExpressionKind::Binary(binary) if module.name(binary.operator) == "+" => {
            let left = joined(
                program,
                ValueRef {
                    expression: binary.left,
                    ..value
                },
                depth + 1,
            )?;
            let right = joined(
                program,
                ValueRef {
                    expression: binary.right,
                    ..value
                },
                depth + 1,
            )?;
            Some(left + &right)
        }
        ExpressionKind::Call(call) if is_translation(module, call) => {
            let first = call.arguments.first()?;
            joined(
                program,
                ValueRef {
                    expression: first.value,
                    ..value
                },
                depth + 1,
            )
        }
        _ => None,
    }
}

/// A text whose holes are filled with texts that are known.
fn filled(program: &Program<'_>, value: ValueRef, pieces: &[Piece], depth: u32) -> Option<String> {
    let known = pieces.iter().map(|piece| match piece {
        Piece::Literal(literal) => Some(literal.value.to_string()),
        Piece::Hole(hole) => {
            let expression = hole.expression;
            joined(
                program,
                ValueRef {
                    expression,
                    ..value
                },
                depth + 1,
            )
        }
        Piece::Alternatives(_) | Piece::Repeat(_) => None,
    });
    known.collect()
}

/// Calls that give their text back: `text("…")`, `_("…")`, `dedent("…")`.
fn is_translation(module: &Module, call: &Call) -> bool {
    const NAMES: &[&str] = &[
        "_",
        "gettext",
        "gettext_lazy",
        "ugettext_lazy",
        "text",
        "dedent",
        "str",
    ];
    last_name(module, call.callee).is_some_and(|name| NAMES.contains(&name))
}

/// The text of an expression with its holes, standing in the expression's file.
pub(crate) fn source_text(program: &Program<'_>, value: ValueRef) -> Option<(SourceText, FileId)> {
    let at = follow(program, value);
    let module = program.module(at.file);
    match kind(program, at) {
        ExpressionKind::Text(text) => Some((SourceText::of(module.text(*text)), at.file)),
        ExpressionKind::Call(call) if is_translation(module, call) => {
            let first = call.arguments.first()?;
            source_text(
                program,
                ValueRef {
                    expression: first.value,
                    ..at
                },
            )
        }
        _ => None,
    }
}

/// The items of a list, tuple or set, joined lists included; of a dictionary its values.
pub(crate) fn items(program: &Program<'_>, value: ValueRef) -> Option<Vec<ValueRef>> {
    let mut found = Vec::new();
    gather(program, value, 0, &mut found).then_some(found)
}

/// Adds the items of a value; whether all of them are known.
fn gather(program: &Program<'_>, value: ValueRef, depth: u32, found: &mut Vec<ValueRef>) -> bool {
    if depth > MAX_STEPS {
        return false;
    }
    let value = follow(program, value);
    let module = program.module(value.file);
    let part = |expression| ValueRef {
        expression,
        ..value
    };
    match kind(program, value) {
        ExpressionKind::Collection(collection) => {
            let mut all = true;
            for item in &collection.items {
                match item.spread {
                    Spread::None => found.push(part(item.value)),
                    _ => all &= gather(program, part(item.value), depth + 1, found),
                }
            }
            all
        }
        ExpressionKind::Binary(binary) if matches!(module.name(binary.operator), "+" | "|") => {
            let left = gather(program, part(binary.left), depth + 1, found);
            gather(program, part(binary.right), depth + 1, found) && left
        }
        ExpressionKind::Call(call) => {
            match (last_name(module, call.callee), call.arguments.first()) {
                (Some("list" | "tuple" | "set" | "frozenset" | "sorted"), Some(first)) => {
                    gather(program, part(first.value), depth + 1, found)
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// The texts among the items of a value; a text alone is one.
pub(crate) fn strings(program: &Program<'_>, value: ValueRef) -> Vec<(String, Site)> {
    match string(program, value) {
        Some(one) => vec![one],
        None => items(program, value)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|item| string(program, item))
            .collect(),
    }
}

/// The value of a key in a dictionary display.
pub(crate) fn entry(program: &Program<'_>, value: ValueRef, key: &str) -> Option<ValueRef> {
    let value = follow(program, value);
    let ExpressionKind::Collection(collection) = kind(program, value) else {
        return None;
    };
    let part = |expression| ValueRef {
        expression,
        name: None,
        ..value
    };
    let mut items = collection.items.iter();
    let found = items.find(|item| {
        let name = item.key.and_then(|name| plain(program, part(name)));
        name.is_some_and(|name| name == key)
    });
    found.map(|item| part(item.value))
}

/// Whether a value is `False`.
pub(crate) fn is_false(program: &Program<'_>, value: ValueRef) -> bool {
    matches!(
        kind(program, follow(program, value)),
        ExpressionKind::Bool(false)
    )
}

/// Whether a value is `True`.
pub(crate) fn is_true(program: &Program<'_>, value: ValueRef) -> bool {
    matches!(
        kind(program, follow(program, value)),
        ExpressionKind::Bool(true)
    )
}

/// The last name of a dotted expression: `CharField` of `models.CharField`, of type arguments the type's.
pub(crate) fn last_name(module: &Module, id: ExpressionId) -> Option<&str> {
    match &module.expression(id).kind {
        ExpressionKind::Name(name) => Some(module.name(*name)),
        ExpressionKind::Attribute(attribute) => Some(module.name(attribute.name)),
        ExpressionKind::Subscript(subscript) => last_name(module, subscript.of),
        _ => None,
    }
}

/// A call and its arguments, wherever they stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arguments<'a> {
    pub(crate) at: ValueRef,
    pub(crate) call: &'a Call,
    pub(crate) module: &'a Module,
}

impl<'a> Arguments<'a> {
    /// The call that a value is.
    pub(crate) fn of(program: &Program<'a>, value: ValueRef) -> Option<Self> {
        let at = follow(program, value);
        match kind(program, at) {
            ExpressionKind::Call(call) => Some(Self {
                at,
                call,
                module: program.module(at.file),
            }),
            _ => None,
        }
    }

    /// The called name's last part.
    pub(crate) fn callee_name(&self) -> &'a str {
        last_name(self.module, self.call.callee).unwrap_or("")
    }

    pub(crate) fn callee(&self) -> ValueRef {
        ValueRef {
            expression: self.call.callee,
            ..self.at
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.module.expression(self.at.expression).span
    }

    /// The argument of that name.
    pub(crate) fn named(&self, name: &str) -> Option<ValueRef> {
        let found = self
            .call
            .arguments
            .iter()
            .find(|argument| self.name(argument) == Some(name));
        found.map(|argument| ValueRef {
            expression: argument.value,
            ..self.at
        })
    }

    /// The argument at that place, from 0.
    pub(crate) fn placed(&self, place: usize) -> Option<ValueRef> {
        let mut placed = self
            .call
            .arguments
            .iter()
            .filter(|argument| argument.name.is_none());
        let found = placed
            .nth(place)
            .filter(|argument| argument.spread == Spread::None);
        found.map(|argument| ValueRef {
            expression: argument.value,
            ..self.at
        })
    }

    /// The argument of that name, else the one at that place.
    pub(crate) fn get(&self, place: usize, name: &str) -> Option<ValueRef> {
        self.named(name).or_else(|| self.placed(place))
    }

    fn name(&self, argument: &Argument) -> Option<&'a str> {
        argument.name.map(|(name, _)| self.module.name(name))
    }
}

/// The last part of a dotted name, as it is written: `AUTH_USER_MODEL` of `settings.AUTH_USER_MODEL`.
pub(crate) fn dotted_end(program: &Program<'_>, value: ValueRef) -> Option<String> {
    let module = program.module(value.file);
    module.dotted(value.expression)?;
    last_name(module, value.expression).map(str::to_owned)
}
