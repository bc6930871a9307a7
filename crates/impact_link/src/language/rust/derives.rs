//! What derives and their attributes say, and under which names serde writes fields.

use impact_bind::{ClassRef, attributes, named_span};
use impact_facts::{Argument, ExpressionId, ExpressionKind, Field, Module, Span};

/// Under which name serde writes a field, if its type derives `Serialize` and does not leave the field out. Attributes as
/// in serde's reference of containers, variants and fields: `rename`, `rename_all`, `skip`, `skip_serializing`.
/// <https://serde.rs/attributes.html>
pub(crate) fn serialized_as(module: &Module, class: ClassRef, field: &Field) -> Option<Box<str>> {
    let around = &module.class(class.class).decorators;
    let skipped = |word| has_word(module, &field.decorators, SERDE, word);
    if !derives(module, around, "Serialize") || skipped("skip") || skipped("skip_serializing") {
        return None;
    }
    if let Some(said) = written(module, &field.decorators, "rename") {
        return Some(said.into());
    }
    let name = module.name(field.name);
    let case = written(module, around, "rename_all");
    Some(cased(name.strip_prefix("r#").unwrap_or(name), case.as_deref()).into())
}

/// The tool of serde's attributes.
const SERDE: &str = "serde";

/// `key = "value"`, or `key(serialize = "value")`.
fn written(module: &Module, decorators: &[ExpressionId], key: &str) -> Option<String> {
    setting(module, decorators, SERDE, key).or_else(|| {
        arguments(module, decorators, SERDE).find_map(|argument| {
            let ExpressionKind::Call(call) = &module.expression(argument.value).kind else {
                return None;
            };
            (module.dotted(call.callee)? == key).then_some(())?;
            said(module, call.arguments.iter(), "serialize")
        })
    })
}

/// Whether a trait is derived, by the last word of its path.
pub(crate) fn derives(module: &Module, decorators: &[ExpressionId], name: &str) -> bool {
    arguments(module, decorators, "derive").any(|argument| {
        let path = module.dotted(argument.value).unwrap_or_default();
        path.rsplit('.').next() == Some(name)
    })
}

/// The arguments of all `#[tool(…)]`.
fn arguments<'m>(
    module: &'m Module,
    decorators: &[ExpressionId],
    tool: &str,
) -> impl Iterator<Item = &'m Argument> {
    attributes(module, decorators)
        .into_iter()
        .filter_map(move |id| match &module.expression(id).kind {
            ExpressionKind::Call(call) if module.dotted(call.callee).as_deref() == Some(tool) => {
                Some(call.arguments.iter())
            }
            _ => None,
        })
        .flatten()
}

fn said<'m>(
    module: &Module,
    mut arguments: impl Iterator<Item = &'m Argument>,
    key: &str,
) -> Option<String> {
    let is_key = |one: &&Argument| one.name.is_some_and(|(name, _)| module.name(name) == key);
    let value = arguments.find(is_key)?.value;
    module.plain_text(value).or_else(|| module.dotted(value))
}

/// Whether `#[tool(word)]` stands among the attributes.
pub(crate) fn has_word(
    module: &Module,
    decorators: &[ExpressionId],
    tool: &str,
    word: &str,
) -> bool {
    arguments(module, decorators, tool)
        .any(|argument| module.dotted(argument.value).as_deref() == Some(word))
}

/// The bytes of the name that `#[tool(key = "value")]` gives.
pub(crate) fn setting_span(
    module: &Module,
    decorators: &[ExpressionId],
    tool: &str,
    key: &str,
) -> Option<Span> {
    let is_key = |one: &&Argument| one.name.is_some_and(|(name, _)| module.name(name) == key);
    let value = arguments(module, decorators, tool).find(is_key)?.value;
    Some(named_span(module, value))
}

/// What `#[tool(key = "value")]` says.
pub(crate) fn setting(
    module: &Module,
    decorators: &[ExpressionId],
    tool: &str,
    key: &str,
) -> Option<String> {
    said(module, arguments(module, decorators, tool), key)
}

/// A field's name in the case of `rename_all`.
pub(crate) fn cased(name: &str, case: Option<&str>) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut characters = word.chars();
        characters
            .next()
            .map(|first| first.to_uppercase().chain(characters).collect::<String>())
            .unwrap_or_default()
    };
    match case {
        Some("camelCase") => words
            .enumerate()
            .map(|(at, word)| {
                if at == 0 {
                    word.to_owned()
                } else {
                    capital(word)
                }
            })
            .collect(),
        Some("PascalCase") => words.map(capital).collect(),
        Some("SCREAMING_SNAKE_CASE" | "UPPERCASE") => name.to_uppercase(),
        Some("lowercase") => name.to_lowercase(),
        Some("kebab-case") => name.replace('_', "-"),
        _ => name.to_owned(),
    }
}
