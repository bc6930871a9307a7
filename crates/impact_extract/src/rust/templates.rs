//! `format!` templates: literals whose `{}` are filled at run time.

use impact_facts::{Literal, Span, SpanMap};

/// A part of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Characters, `{{` and `}}` already undone.
    Literal(Literal),
    /// `{…}`, braces included, and what fills it.
    Hole(Span, Filler),
}

/// What fills a hole of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Filler {
    /// `{}`: the next argument by place.
    Next,
    /// `{0}`.
    Place(usize),
    /// `{name}`: a named argument, else a variable of that name; with the name's bytes.
    Name(Box<str>, Span),
}

/// Splits what a literal says at its holes. None if it is no template: a brace stands alone.
pub(super) fn split(literal: &Literal) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut run = Run::new(literal);
    let bytes = literal.value.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let doubled = bytes.get(at + 1) == Some(&byte);
        match byte {
            b'{' | b'}' if doubled => {
                run.take(at, at + 1);
                at += 2;
            }
            b'}' => return None,
            b'{' => {
                let end = at + literal.value.get(at..)?.find('}')?;
                run.flush(&mut parts);
                parts.push(hole(literal, at, end + 1)?);
                at = end + 1;
            }
            _ => {
                run.take(at, at + 1);
                at += 1;
            }
        }
    }
    run.flush(&mut parts);
    Some(parts)
}

fn hole(literal: &Literal, start: usize, end: usize) -> Option<Part> {
    let inner = literal.value.get(start + 1..end - 1)?;
    let name = inner.split(':').next().unwrap_or_default().trim();
    let span = literal.map.span(start as u32, end as u32);
    let is_name = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let filler = match name {
        "" => Filler::Next,
        _ if !is_name(name) => return None,
        _ => match name.parse() {
            Ok(place) => Filler::Place(place),
            Err(_) => {
                let from = start + 1 + inner.find(name)?;
                Filler::Name(
                    name.into(),
                    literal.map.span(from as u32, (from + name.len()) as u32),
                )
            }
        },
    };
    Some(Part::Hole(span, filler))
}

/// Characters of a literal that are collected until the next hole.
struct Run<'a> {
    of: &'a Literal,
    value: Vec<u8>,
    map: SpanMap,
}

impl<'a> Run<'a> {
    fn new(of: &'a Literal) -> Self {
        Self {
            of,
            value: Vec::new(),
            map: SpanMap::default(),
        }
    }

    fn take(&mut self, start: usize, end: usize) {
        self.map
            .push(self.value.len() as u32, self.of.map.locate(start as u32));
        self.value
            .extend_from_slice(self.of.value.as_bytes().get(start..end).unwrap_or_default());
    }

    fn flush(&mut self, parts: &mut Vec<Part>) {
        let value = String::from_utf8(std::mem::take(&mut self.value)).unwrap_or_default();
        let map = std::mem::take(&mut self.map);
        if !value.is_empty() {
            parts.push(Part::Literal(Literal {
                value: value.into(),
                map,
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(value: &str) -> Literal {
        Literal {
            value: value.into(),
            map: SpanMap::contiguous(10),
        }
    }

    #[test]
    fn holes_are_told_apart() {
        let parts = split(&literal("a{}b{0:>8}{name:?}")).expect("a template");
        let fillers: Vec<_> = parts
            .iter()
            .filter_map(|part| match part {
                Part::Hole(span, filler) => Some((span.start, filler)),
                Part::Literal(_) => None,
            })
            .collect();
        assert_eq!(fillers.first(), Some(&(11, &Filler::Next)));
        assert_eq!(fillers.get(1), Some(&(14, &Filler::Place(0))));
        assert!(
            matches!(fillers.get(2), Some((_, Filler::Name(name, span))) if &**name == "name" && span.start == 21)
        );
    }

    #[test]
    fn doubled_braces_are_one() {
        let parts = split(&literal("{{x}}")).expect("a template");
        let [Part::Literal(literal)] = parts.as_slice() else {
            panic!("one literal")
        };
        assert_eq!(&*literal.value, "{x}");
        assert_eq!(literal.map.span(1, 2).start, 12);
    }

    #[test]
    fn a_lone_brace_is_no_template() {
        assert_eq!(split(&literal("a } b")), None);
        assert_eq!(split(&literal("a { b c } d")), None);
        assert_eq!(split(&literal("a {")), None);
    }
}
