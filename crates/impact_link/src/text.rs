//! Strings: literals, templates with holes, and what operators and methods make of them.

use crate::door::{CallSite, Consumption, Passed, door};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_facts::{Assembled, Binary, ExpressionId, ExpressionKind, Module, Piece, Span, TextId};
use std::sync::Arc;

/// Longer texts than this are some string.
const MAX_LENGTH: usize = 1 << 18;

impl Evaluator<'_> {
    /// The value of a literal: every way in which its alternatives can be chosen is one text with the first of them.
    pub(crate) fn text(&mut self, id: TextId) -> Value {
        let mut all = vec![Assembled::default()];
        let pieces = &self.module().text(id).pieces;
        self.pieces(pieces, &mut all);
        Value::any_of(all.into_iter().map(|text| Atom::Text(Arc::new(text))))
    }

    fn pieces(&mut self, pieces: &[Piece], all: &mut Vec<Assembled>) {
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => {
                    let file = self.file;
                    all.iter_mut()
                        .for_each(|text| text.push_literal(file, literal));
                }
                Piece::Hole(hole) => {
                    let value = self.evaluate(hole.expression);
                    self.consume(&value, Consumption::Print, hole.span);
                    *all = self.filled(all, &value, hole.span);
                }
                Piece::Alternatives(bodies) => {
                    let mut chosen = Vec::new();
                    for body in bodies.iter().take(8) {
                        let mut one = all.clone();
                        self.pieces(body, &mut one);
                        chosen.extend(one);
                    }
                    chosen.truncate(8);
                    *all = chosen;
                }
                Piece::Repeat(repeat) => {
                    let over = self.evaluate(repeat.over);
                    let span = self.module().expression(repeat.over).span;
                    let element = self.iterate(&over, span);
                    if let Some(target) = repeat.target {
                        self.bind_pattern(target, &element);
                    }
                    self.pieces(&repeat.body, all);
                }
            }
        }
    }

    /// Each text with each known string, or with a hole.
    fn filled(&self, all: &[Assembled], value: &Value, span: Span) -> Vec<Assembled> {
        let known: Vec<&Arc<Assembled>> = value.texts().collect();
        let whole = known.len() == value.atoms().len() && !known.is_empty();
        let mut made = Vec::new();
        for text in all {
            if whole && known.len() * all.len() <= 16 {
                for word in &known {
                    let mut one = text.clone();
                    one.push_assembled(word);
                    made.push(one);
                }
            } else {
                let mut one = text.clone();
                one.push_hole(self.file, span);
                made.push(one);
            }
        }
        made.retain(|text| text.text.len() <= MAX_LENGTH);
        made
    }

    pub(crate) fn binary(&mut self, span: Span, binary: &Binary) -> Value {
        let module = self.module();
        let operator = module.name(binary.operator);
        match operator {
            "and" | "or" | "&&" | "||" | "??" => return self.either(operator, binary),
            _ => {}
        }
        let left = self.evaluate(binary.left);
        let right = self.evaluate(binary.right);
        let made = match operator {
            "+" => self.joined(&left, &right, span),
            "%" if left.texts().next().is_some() => self.formatted(&left, &right, span),
            "in" | "not in" => {
                self.iterate(&right, module.expression(binary.right).span);
                return Value::outside("builtins.bool");
            }
            "==" | "!=" | "<" | ">" | "<=" | ">=" | "is" | "is not" => {
                for (value, id) in [(&left, binary.left), (&right, binary.right)] {
                    if matches!(operator, "is" | "is not") {
                        continue;
                    }
                    self.consume(value, Consumption::Test, module.expression(id).span);
                }
                // A condition over a part of a statement is such a part.
                let part = left.filter(crate::orm::is_fragment);
                return Value::outside("builtins.bool").or(&part);
            }
            _ => self.operated(operator, &left, &right, span),
        };
        crate::carried::through(made, &[&left, &right])
    }

    fn either(&mut self, operator: &str, binary: &Binary) -> Value {
        let left = self.test(binary.left);
        let before = self.environment.clone();
        self.narrow(binary.left, matches!(operator, "and" | "&&"));
        let right = self.evaluate(binary.right);
        let after = std::mem::replace(&mut self.environment, before);
        let before = std::mem::take(&mut self.environment);
        self.environment = before.join(after);
        left.or(&right)
    }

    /// Operators that doors may know (`Q() | Q()`), as calls of a method of that name.
    fn operated(&mut self, operator: &str, left: &Value, right: &Value, span: Span) -> Value {
        let mut result = Value::nothing();
        for atom in left.atoms() {
            let known = match atom {
                Atom::Object(_) => self.operate(atom, operator, right, span),
                // What is taken out of a set is not in it.
                Atom::List(_) if operator == "-" => Some(atom.clone().into()),
                Atom::List(_) | Atom::Dictionary(_) => Some(left.or(right)),
                _ if is_class(atom) && matches!(operator, "&" | "|") => Some(atom.clone().into()),
                _ => None,
            };
            result.join(&known.unwrap_or_else(|| plain(atom)));
        }
        for atom in right.atoms() {
            if let Atom::Object(_) = atom
                && let Some(known) = self.operate(atom, operator, left, span)
            {
                result.join(&known);
            }
            // `IsOwner & IsReader`, `User | None`: either class.
            if is_class(atom) && matches!(operator, "&" | "|") {
                result.join(&atom.clone().into());
            }
        }
        result
    }

    /// An operator on an object, as a call of its member of that name.
    fn operate(&mut self, of: &Atom, operator: &str, other: &Value, span: Span) -> Option<Value> {
        let Atom::Object(object) = of else {
            return None;
        };
        let passed = [Passed::plain(other.clone(), span)];
        let expected = Value::nothing();
        let call = CallSite::at_span(span, &passed, &expected);
        let callee = Atom::Member(Arc::new(of.clone()), operator.into());
        door(object.door)?.call(self, &callee, &call)
    }

    fn joined(&mut self, left: &Value, right: &Value, span: Span) -> Value {
        let mut result = Value::nothing();
        for a in left.atoms() {
            match a {
                Atom::Text(_) | Atom::Outside(_) | Atom::Unknown(_)
                    if left.texts().next().is_some() || right.texts().next().is_some() => {}
                Atom::List(of) => {
                    let more = self.iterate(right, span);
                    result.join(&Value::list(of.or(&more)));
                }
                Atom::Tuple(items) => {
                    let of = items
                        .iter()
                        .fold(self.iterate(right, span), |all, i| all.or(i));
                    result.join(&Value::list(of));
                }
                Atom::Object(_) => {
                    let known = self.operate(a, "+", right, span);
                    result.join(&known.unwrap_or(Value::unknown("a sum")));
                }
                Atom::Unknown(_) => {}
                other => result.join(&plain(other)),
            }
        }
        if left.texts().next().is_some() || right.texts().next().is_some() {
            result.join(&self.concatenated(left, right, span));
        }
        if result.is_nothing() {
            for atom in right
                .atoms()
                .iter()
                .filter(|atom| matches!(atom, Atom::Object(_)))
            {
                let known = self.operate(atom, "+", left, span);
                result.join(&known.unwrap_or_default());
            }
        }
        if result.is_nothing() {
            Value::unknown("a sum")
        } else {
            result
        }
    }

    pub(crate) fn concatenated(&mut self, left: &Value, right: &Value, span: Span) -> Value {
        let empty = [Assembled::default()];
        let firsts = self.filled(&empty, left, span);
        let both = self.filled(&firsts, right, span);
        Value::any_of(both.into_iter().map(|text| Atom::Text(Arc::new(text))))
            .at_most(left.certainty.min(right.certainty))
    }

    /// `"… %s …" % values`: a hole for each placeholder whose value is no known string.
    pub(crate) fn formatted(&mut self, left: &Value, right: &Value, span: Span) -> Value {
        let values = right.clone();
        self.consume(&values, Consumption::Print, span);
        let mut made = Vec::new();
        for text in left.texts() {
            made.extend(self.substituted(text, Style::Percent, &right.clone(), span));
        }
        Value::any_of(made.into_iter().map(|text| Atom::Text(Arc::new(text))))
            .at_most(left.certainty.min(right.certainty))
    }

    /// A text with its placeholders filled in: known strings as they are, each way to choose them one text; all else as
    /// holes.
    pub(crate) fn substituted(
        &self,
        text: &Assembled,
        style: Style,
        values: &Value,
        span: Span,
    ) -> Vec<Assembled> {
        let mut made = vec![Assembled::default()];
        let mut at = 0;
        let mut count = 0;
        while let Some((start, end, key)) = next_placeholder(&text.text, at, style) {
            made.iter_mut()
                .for_each(|one| push_part(one, text, at, start));
            let place = key
                .as_deref()
                .and_then(|key| key.parse().ok())
                .unwrap_or(count);
            let value = argument_of(values, key.as_deref(), place);
            made = self.filled(&made, &value, span);
            count += 1;
            at = end;
        }
        made.iter_mut()
            .for_each(|one| push_part(one, text, at, text.text.len()));
        made.retain(|one| one.text.len() <= MAX_LENGTH);
        made
    }
}

/// How placeholders of a format are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `%s`, `%(name)s`.
    Percent,
    /// `{}`, `{name}`.
    Braces,
}

fn is_class(atom: &Atom) -> bool {
    matches!(atom, Atom::Class(_) | Atom::External(_))
}

fn plain(atom: &Atom) -> Value {
    match atom {
        Atom::Integer(_) => Value::outside("builtins.int"),
        Atom::Outside(_) => atom.clone().into(),
        _ => Value::unknown("what an operator makes"),
    }
}

fn argument_of(values: &Value, key: Option<&str>, place: usize) -> Value {
    let mut found = Value::nothing();
    for atom in values.atoms() {
        found.join(&match (atom, key) {
            (Atom::Dictionary(of), Some(key)) => of
                .known
                .get(key)
                .cloned()
                .unwrap_or(Value::unknown("a placeholder's value")),
            (Atom::Tuple(items), _) => items
                .get(place)
                .cloned()
                .unwrap_or(Value::unknown("a placeholder's value")),
            (other, _) => other.clone().into(),
        });
    }
    found
}

fn next_placeholder(
    text: &str,
    from: usize,
    style: Style,
) -> Option<(usize, usize, Option<String>)> {
    let mut at = from;
    loop {
        let mark = if style == Style::Percent { '%' } else { '{' };
        let start = at + text.get(at..)?.find(mark)?;
        let rest = text.get(start + 1..)?;
        match rest.chars().next() {
            Some(next) if next == mark => at = start + 2,
            Some('(') if style == Style::Percent => {
                let close = rest.find(')')?;
                let end = start + 1 + close + 1;
                let kind = text.get(end..)?.find(|c: char| c.is_ascii_alphabetic())?;
                return Some((start, end + kind + 1, Some(rest.get(1..close)?.to_owned())));
            }
            Some(_) if style == Style::Percent => {
                let kind = rest.find(|c: char| !"#0-+ .0123456789*".contains(c))?;
                let letter = rest.get(kind..)?.chars().next()?;
                if letter.is_ascii_alphabetic() {
                    return Some((start, start + 1 + kind + 1, None));
                }
                at = start + 1;
            }
            Some(_) => {
                let close = rest.find('}')?;
                let name: String = rest
                    .get(..close)?
                    .chars()
                    .take_while(|c| !":!.[".contains(*c))
                    .collect();
                let key = (!name.is_empty()).then_some(name);
                return Some((start, start + 1 + close + 1, key));
            }
            None => return None,
        }
    }
}

/// Appends the bytes `from..to` of another text, with their origins and holes.
fn push_part(made: &mut Assembled, text: &Assembled, from: usize, to: usize) {
    let (Some(part), true) = (text.text.get(from..to), from < to) else {
        return;
    };
    let base = made.text.len() as u32;
    let (from, to) = (from as u32, to as u32);
    let first = text
        .segments
        .partition_point(|s| s.at <= from)
        .saturating_sub(1);
    for segment in text.segments.iter().skip(first).take_while(|s| s.at < to) {
        let skipped = from.saturating_sub(segment.at);
        made.segments.push(impact_facts::Segment {
            at: base + segment.at.max(from) - from,
            file: segment.file,
            offset: segment.offset + skipped,
        });
    }
    for hole in text
        .holes
        .iter()
        .filter(|hole| hole.start >= from && hole.end <= to)
    {
        made.holes
            .push(Span::new(hole.start - from + base, hole.end - from + base));
    }
    made.text.push_str(part);
}

/// The bytes `from..to` of a text.
pub(crate) fn part(text: &Assembled, from: usize, to: usize) -> Assembled {
    let mut made = Assembled::default();
    push_part(&mut made, text, from, to);
    made
}

/// A literal without holes and escapes, and where its characters stand.
pub(crate) fn literal(module: &Module, id: ExpressionId) -> Option<(String, Span)> {
    let ExpressionKind::Text(text) = module.expression(id).kind else {
        return None;
    };
    match module.text(text).pieces.as_slice() {
        [Piece::Literal(literal)] => {
            let span = literal.map.span(0, literal.value.len() as u32);
            Some((literal.value.to_string(), span))
        }
        _ => None,
    }
}
