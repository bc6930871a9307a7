//! Nests the tags of a template. Whatever has an `end…` in the file is a block; no list of tags is needed.

use super::marks::{Mark, MarkKind};
use crate::source::Source;
use impact_facts::Span;
use std::collections::BTreeSet;

/// A part of a template.
#[derive(Debug)]
pub enum Node {
    /// Text that is put out as it is.
    Text(Span),
    /// `{{ … }}`
    Output(Mark),
    /// `{% word rest %}` without a body.
    Tag(Tag),
    /// A tag with a body.
    Block(BlockNode),
}

/// `{% word rest %}`
#[derive(Debug, Clone, Copy)]
pub struct Tag {
    /// The first word.
    pub word: Span,
    /// What follows it.
    pub rest: Span,
    /// All of it.
    pub span: Span,
}

/// A tag with its body; every `{% else %}` and its like begins another section.
#[derive(Debug)]
pub struct BlockNode {
    /// Sections, each with the tag that begins it. There is at least one.
    pub sections: Vec<(Tag, Vec<Node>)>,
    /// From the first tag to the last.
    pub span: Span,
}

/// Tags that begin another section, and the blocks that have such.
const MIDDLE: &[&str] = &["else", "elif", "elseif", "empty", "plural"];
const SECTIONED: &[&str] = &[
    "if",
    "for",
    "ifchanged",
    "ifequal",
    "ifnotequal",
    "blocktrans",
    "blocktranslate",
    "trans",
];

/// How deep blocks nest. Deeper ones are read as if their tags had no bodies.
const MAX_NESTING: usize = 200;

/// Nests marks and the text between them. An end without a beginning is left out.
pub fn nest(source: &Source, marks: &[Mark]) -> Vec<Node> {
    let mut nesting = Nesting {
        source,
        ended: ended(source, marks),
        open: vec![Open::default()],
    };
    let mut at = 0;
    for mark in marks {
        nesting.text(Span::new(at, mark.span.start));
        at = mark.span.end;
        match mark.kind {
            MarkKind::Output => nesting.push(Node::Output(*mark)),
            MarkKind::Raw => nesting.text(mark.inner),
            MarkKind::Comment => {}
            MarkKind::Tag => nesting.tag(tag(source, *mark)),
        }
    }
    nesting.text(Span::new(at, source.len()));
    while nesting.open.len() > 1 {
        nesting.close(source.len());
    }
    nesting.open.pop().map(Open::into_nodes).unwrap_or_default()
}

fn tag(source: &Source, mark: Mark) -> Tag {
    let inner = source.slice(mark.inner);
    let word = inner
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(inner.len());
    let after = inner.get(word..).unwrap_or_default();
    let rest = mark.inner.start + (inner.len() - after.trim_start().len()) as u32;
    Tag {
        word: Span::new(mark.inner.start, mark.inner.start + word as u32),
        rest: Span::new(rest, mark.inner.end),
        span: mark.span,
    }
}

/// The words that an `end…` stands for somewhere.
fn ended<'a>(source: &'a Source, marks: &[Mark]) -> BTreeSet<&'a str> {
    marks
        .iter()
        .filter(|mark| mark.kind == MarkKind::Tag)
        .filter_map(|mark| source.slice(tag(source, *mark).word).strip_prefix("end"))
        .filter(|word| !word.is_empty())
        .collect()
}

#[derive(Default)]
struct Open {
    sections: Vec<(Tag, Vec<Node>)>,
    loose: Vec<Node>,
}

impl Open {
    fn push(&mut self, node: Node) {
        match self.sections.last_mut() {
            Some((_, nodes)) => nodes.push(node),
            None => self.loose.push(node),
        }
    }

    /// Its parts, as if its tag had no body.
    fn into_nodes(self) -> Vec<Node> {
        let mut nodes = self.loose;
        for (tag, body) in self.sections {
            nodes.push(Node::Tag(tag));
            nodes.extend(body);
        }
        nodes
    }
}

struct Nesting<'a, 's> {
    source: &'a Source<'s>,
    ended: BTreeSet<&'a str>,
    open: Vec<Open>,
}

impl Nesting<'_, '_> {
    fn text(&mut self, span: Span) {
        if !span.is_empty() {
            self.push(Node::Text(span));
        }
    }

    fn push(&mut self, node: Node) {
        if let Some(open) = self.open.last_mut() {
            open.push(node);
        }
    }

    fn tag(&mut self, tag: Tag) {
        let word = self.source.slice(tag.word);
        if MIDDLE.contains(&word) && self.section(tag) {
            return;
        }
        if let Some(ends) = word
            .strip_prefix("end")
            .filter(|ends| self.ended.contains(ends))
        {
            self.end(ends, tag.span.end);
        } else if self.open.len() < MAX_NESTING
            && self.ended.contains(word)
            && !is_short_set(word, self.source.slice(tag.rest))
        {
            self.open.push(Open {
                sections: vec![(tag, Vec::new())],
                loose: Vec::new(),
            });
        } else {
            self.push(Node::Tag(tag));
        }
    }

    /// Begins another section of the innermost block that has sections.
    fn section(&mut self, tag: Tag) -> bool {
        let Some(at) = self.position(|word| SECTIONED.contains(&word)) else {
            return false;
        };
        self.flatten_above(at);
        if let Some(open) = self.open.last_mut() {
            open.sections.push((tag, Vec::new()));
        }
        true
    }

    fn end(&mut self, word: &str, end: u32) {
        if let Some(at) = self.position(|open| open == word) {
            self.flatten_above(at);
            self.close(end);
        }
    }

    fn position(&self, fits: impl Fn(&str) -> bool) -> Option<usize> {
        self.open.iter().rposition(|open| {
            open.sections
                .first()
                .is_some_and(|(tag, _)| fits(self.source.slice(tag.word)))
        })
    }

    /// What was opened after `at` and never ended had no body.
    fn flatten_above(&mut self, at: usize) {
        while self.open.len() > at + 1 {
            let nodes = self.open.pop().map(Open::into_nodes).unwrap_or_default();
            for node in nodes {
                self.push(node);
            }
        }
    }

    fn close(&mut self, end: u32) {
        let Some(open) = self.open.pop() else { return };
        let start = open.sections.first().map_or(end, |(tag, _)| tag.span.start);
        self.push(Node::Block(BlockNode {
            sections: open.sections,
            span: Span::new(start, end),
        }));
    }
}

/// `{% set a = b %}` has no body, `{% set a %}` has.
fn is_short_set(word: &str, rest: &str) -> bool {
    word == "set" && rest.contains('=')
}
