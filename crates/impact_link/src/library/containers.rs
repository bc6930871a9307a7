//! Methods of Python's containers and strings, and what they do to the container itself.

use super::python::apply;
use crate::door::{CallSite, Consumption};
use crate::evaluator::Evaluator;
use crate::orm::sqlx::runs_itself;
use crate::text::Style;
use crate::value::{Atom, Dictionary, Value};
use impact_facts::{Assembled, Call, Certainty, ExpressionKind, Language};
use std::sync::Arc;

pub(super) fn method(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match of {
        Atom::Dictionary(dictionary) => dictionary_method(cx, dictionary, name, call),
        Atom::List(element) => list_method(cx, of, element, name, call),
        Atom::Tuple(_) if !cx.is(Language::Rust) => Some(Value::outside("builtins.int")),
        Atom::Text(_) if cx.is(Language::Rust) && super::rust::keeps_text(name) => None,
        Atom::Text(text) if cx.is(Language::Rust) && runs_itself(text, name, call) => None,
        Atom::Text(text) => text_method(cx, text, name, call),
        Atom::Outside(class) if &**class == "builtins.str" => Some(if name == "split" {
            Value::list(of.clone().into())
        } else {
            of.clone().into()
        }),
        Atom::External(path) if &**path == "itertools.chain" && name == "from_iterable" => {
            let inner = cx.iterate(&call.value(0, ""), call.span);
            Some(Value::list(cx.iterate(&inner, call.span)))
        }
        _ => None,
    }
}

fn dictionary_method(
    cx: &mut Evaluator<'_>,
    of: &Dictionary,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let values = || {
        of.known
            .values()
            .fold(of.rest.clone(), |all, value| all.or(value))
    };
    let itself: Value = Value::dictionary(of.clone());
    Some(match name {
        "get" | "pop" | "setdefault" => {
            let key = call.value(0, "key");
            cx.named_key(of, &key, call.span);
            let found = crate::expression::entry(of, &key);
            found.or(&call.value(1, "default"))
        }
        "values" => Value::list(values()),
        "keys" => Value::list(cx.iterate(&itself, call.span)),
        "items" => {
            let key = cx.iterate(&itself, call.span);
            Value::list(Value::tuple(vec![key, values()]))
        }
        "copy" => itself,
        "popitem" => Value::tuple(vec![cx.iterate(&itself, call.span), values()]),
        "update" | "clear" => Atom::Null.into(),
        _ => return None,
    })
}

fn list_method(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    element: &Value,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    Some(match name {
        "pop" | "popleft" => element.clone(),
        "copy" | "union" | "difference" | "intersection" | "symmetric_difference" => {
            let mut all: Value = of.clone().into();
            for argument in call.positional() {
                all = all.or(&Value::list(cx.iterate(&argument.value, argument.span)));
            }
            all
        }
        "sort" => {
            apply(
                cx,
                call.named("key").map(|a| a.value.clone()),
                element,
                call,
            );
            Atom::Null.into()
        }
        "append" | "add" | "insert" | "extend" | "update" | "appendleft" | "remove" | "discard"
        | "clear" | "reverse" => Atom::Null.into(),
        "index" | "count" => Value::outside("builtins.int"),
        _ => return None,
    })
}

fn text_method(
    cx: &mut Evaluator<'_>,
    text: &Arc<Assembled>,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let known = |made: Assembled| Value::from(Atom::Text(Arc::new(made)));
    Some(match name {
        "format" | "format_map" => {
            let values = format_values(cx, name, call);
            let made = cx.substituted(text, Style::Braces, &values, call.span);
            if made.is_empty() {
                return Some(Value::outside("builtins.str"));
            }
            Value::any_of(made.into_iter().map(|text| Atom::Text(Arc::new(text))))
        }
        "join" if cx.is(Language::Rust) => return None,
        "join" => joined(cx, text, call),
        "split" | "rsplit" | "splitlines" => split(text, name, call),
        "strip" | "lstrip" | "rstrip" => known(stripped(text, name, call)),
        "encode" | "decode" => known((**text).clone()),
        "lower" | "upper" | "title" | "capitalize" if text.holes.is_empty() => {
            let mut made = (**text).clone();
            made.text = if name == "upper" {
                made.text.to_ascii_uppercase()
            } else {
                made.text.to_ascii_lowercase()
            };
            known(made)
        }
        "startswith" | "endswith" | "find" | "index" | "count" => Value::outside("builtins.int"),
        _ => Value::outside("builtins.str"),
    })
}

/// A text without what stands at its ends: blanks, or the characters that are passed.
fn stripped(text: &Assembled, name: &str, call: &CallSite<'_>) -> Assembled {
    let given = call.value(0, "chars");
    let given = given.texts().next().map(|text| text.text.clone());
    let goes = |c: char| match &given {
        Some(chars) => chars.contains(c),
        None => c.is_whitespace(),
    };
    let whole = text.text.as_str();
    let from = match name {
        "rstrip" => 0,
        _ => whole.len() - whole.trim_start_matches(goes).len(),
    };
    let to = match name {
        "lstrip" => whole.len(),
        _ => whole.trim_end_matches(goes).len(),
    };
    crate::text::part(text, from, to.max(from))
}

fn format_values(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Value {
    let mut known = Dictionary::default();
    let mut at = 0;
    for argument in call.arguments {
        cx.consume(&argument.value, Consumption::Print, argument.span);
        match &argument.name {
            Some((name, _)) => {
                known.known.insert(name.clone(), argument.value.clone());
            }
            None if name == "format_map" => crate::expression::merge(&mut known, &argument.value),
            None => {
                known
                    .known
                    .insert(at.to_string().into(), argument.value.clone());
                at += 1;
            }
        }
    }
    let positional = call.positional().map(|a| a.value.clone()).collect();
    if known.known.len() == at {
        Value::tuple(positional)
    } else {
        Value::dictionary(known)
    }
}

fn split(text: &Assembled, name: &str, call: &CallSite<'_>) -> Value {
    let separator = call.value(0, "sep");
    let separator = separator.texts().next().map(|text| text.text.clone());
    let mut parts = Vec::new();
    let whole = text.text.as_str();
    let pieces: Vec<&str> = match &separator {
        Some(separator) if !separator.is_empty() => whole.split(separator.as_str()).collect(),
        _ if name == "splitlines" => whole.lines().collect(),
        _ => whole.split_whitespace().collect(),
    };
    if pieces.len() > 20 || !text.holes.is_empty() {
        return Value::list(Value::outside("builtins.str"));
    }
    for piece in pieces {
        let start = piece.as_ptr() as usize - whole.as_ptr() as usize;
        parts.push(Atom::Text(Arc::new(crate::text::part(
            text,
            start,
            start + piece.len(),
        ))));
    }
    Value::list(Value::any_of(parts))
}

/// `", ".join(parts)`: known parts in order where the argument is a display, else a hole.
fn joined(cx: &mut Evaluator<'_>, separator: &Assembled, call: &CallSite<'_>) -> Value {
    let Some(argument) = call.at(0) else {
        return Value::outside("builtins.str");
    };
    let (value, span) = (argument.value.clone(), argument.span);
    let display = argument
        .expression
        .map(|id| &cx.module().expression(id).kind);
    let mut made = Assembled::default();
    let mut certainty = Certainty::Exact;
    if let Some(ExpressionKind::Collection(items)) = display {
        let items: Vec<_> = items.items.iter().map(|item| item.value).collect();
        for (at, id) in items.iter().enumerate() {
            if at > 0 {
                made.push_assembled(separator);
            }
            let item = cx.evaluate(*id);
            let texts: Vec<_> = item.texts().collect();
            match (&texts[..], item.atoms().len()) {
                ([one], 1) => made.push_assembled(one),
                _ => made.push_hole(cx.file, cx.module().expression(*id).span),
            }
        }
    } else if let [Atom::Tuple(items)] = value.atoms() {
        let between = Value::from(Atom::Text(Arc::new(separator.clone())));
        let mut items = items.iter().cloned();
        let first = items.next().unwrap_or_else(|| between.filter(|_| false));
        let made = items.fold(first, |made, item| {
            let made = cx.concatenated(&made, &between, span);
            cx.concatenated(&made, &item, span)
        });
        return made;
    } else {
        cx.iterate(&value, span);
        match in_order(&value) {
            Some(items) => {
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        made.push_assembled(separator);
                    }
                    made.push_assembled(item);
                }
            }
            None => {
                certainty = Certainty::Likely;
                for (at, item) in in_any_order(&value).iter().enumerate() {
                    if at > 0 {
                        made.push_assembled(separator);
                    }
                    match item {
                        Some(item) => made.push_assembled(item),
                        None => made.push_hole(cx.file, span),
                    }
                }
            }
        }
    }
    Value::from(Atom::Text(Arc::new(made))).at_most(certainty)
}

/// Longer lists of which only the elements are known are not put together.
const MAX_UNORDERED: usize = 32;
/// Nor are longer ones, in bytes.
const MAX_LENGTH: usize = 1 << 14;

/// The texts of a list whose elements are known and whose order is not: each once, as they were found. None stands for
/// what else may be among them.
fn in_any_order(value: &Value) -> Vec<Option<Arc<Assembled>>> {
    let mut found: Vec<Option<Arc<Assembled>>> = Vec::new();
    let mut open = value.is_nothing();
    for atom in value.atoms() {
        let Atom::List(of) = atom else {
            open = true;
            continue;
        };
        open |= of.is_nothing();
        for item in of.atoms() {
            match item {
                // What stands nowhere in the program could not be pointed at.
                Atom::Text(text) if !text.segments.is_empty() => {
                    found.push(Some(Arc::clone(text)));
                }
                _ => open = true,
            }
        }
    }
    let length: usize = found.iter().flatten().map(|text| text.text.len()).sum();
    if found.len() > MAX_UNORDERED || length > MAX_LENGTH {
        return vec![None];
    }
    found.extend(open.then_some(None));
    found
}

/// The texts of a list that is known from its first to its last.
fn in_order(value: &Value) -> Option<Vec<Arc<Assembled>>> {
    let [Atom::Tuple(items)] = value.atoms() else {
        return None;
    };
    let one = |item: &Value| match item.atoms() {
        [Atom::Text(text)] => Some(Arc::clone(text)),
        _ => None,
    };
    items.iter().map(one).collect()
}

/// Methods that change the container that they are called on.
const GROWING: &[&str] = &[
    "append",
    "add",
    "appendleft",
    "insert",
    "extend",
    "update",
    "setdefault",
    "push",
    "push_str",
    "push_back",
    "push_front",
];

impl Evaluator<'_> {
    /// Lets a container grow by a method call on it.
    pub(crate) fn mutate(&mut self, call: &Call, site: &CallSite<'_>) {
        let module = self.module();
        let ExpressionKind::Attribute(attribute) = &module.expression(call.callee).kind else {
            return;
        };
        let name = module.name(attribute.name);
        if super::rows::RUNNING.contains(&name) && self.is(Language::Python) {
            self.fill_cursor(attribute.of, site);
        }
        if !GROWING.contains(&name) {
            return;
        }
        let kept = std::mem::take(&mut self.current);
        let of = self.evaluate(attribute.of);
        let mut grown = Value::nothing();
        for atom in of.atoms() {
            grown = grown.or(&self.grown(atom, name, site));
        }
        if grown != of {
            self.regrow(attribute.of, &grown, site.span);
        }
        self.current = kept;
    }

    fn grown(&mut self, of: &Atom, name: &str, site: &CallSite<'_>) -> Value {
        let last = site.positional().last().map(|a| (a.value.clone(), a.span));
        match (of, last) {
            (Atom::List(old), Some((value, span))) => {
                let new = match name {
                    "extend" | "update" => self.iterate(&value, span),
                    // Rust's takes another list, Python's an element.
                    "append" if self.is(Language::Rust) => self.iterate(&value, span),
                    _ => value,
                };
                Value::list(old.or(&new))
            }
            (Atom::Dictionary(old), last) => {
                let mut new = (**old).clone();
                match (name, last) {
                    ("setdefault" | "insert", Some((value, _))) => {
                        crate::expression::insert(&mut new, &site.value(0, "key"), &value);
                    }
                    (_, Some((value, _))) => crate::expression::merge(&mut new, &value),
                    _ => {}
                }
                for argument in site.arguments {
                    if let Some((name, _)) = &argument.name {
                        let old = new.known.entry(name.clone()).or_default();
                        *old = old.or(&argument.value);
                    }
                }
                Value::dictionary(new)
            }
            (Atom::Text(_), Some((value, span)))
                if self.is(Language::Rust) && matches!(name, "push_str" | "push") =>
            {
                self.concatenated(&of.clone().into(), &value, span)
            }
            // `condition.add(Q(…), Q.OR)`
            (Atom::Object(object), Some(_)) if name == "add" && object.kind == "expression" => {
                let method = Atom::Member(Arc::new(of.clone()), name.into());
                self.call(&method.into(), site)
            }
            _ => of.clone().into(),
        }
    }
}
