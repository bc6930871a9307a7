//! A file's facts in words, for whoever writes a pack.
//!
//! The form is for people and may change.

mod expression;
mod statement;

use impact_facts::{Captured, FileFacts, Module, Span, Tag};
use std::fmt::Write;

/// The facts of the file with these bytes: its statements, one a line with line number and nesting, then what the packs
/// recognized, its annotations and its problems.
#[must_use]
pub fn describe(facts: &FileFacts, bytes: &[u8]) -> String {
    let mut description = Description::new(&facts.module, bytes);
    let generated = if facts.generated { ", generated" } else { "" };
    let _ = writeln!(
        description.out,
        "{:?}, {} bytes{generated}",
        facts.language, facts.bytes
    );
    description.block(&facts.module.body);
    for tag in &facts.module.tags {
        description.tag(tag);
    }
    for annotation in &facts.annotations {
        let target = description.line(annotation.target);
        description.headed(
            annotation.span,
            &format!("annotation of line {target}: {}", annotation.text),
        );
    }
    for problem in &facts.problems {
        description.headed(
            problem.span,
            &format!("problem: {:?}: {}", problem.kind, problem.message),
        );
    }
    description.out
}

/// A description in the making.
struct Description<'a> {
    module: &'a Module,
    lines: Vec<u32>,
    out: String,
    indent: usize,
    depth: u32,
}

impl<'a> Description<'a> {
    fn new(module: &'a Module, bytes: &[u8]) -> Self {
        let ends = memchr::memchr_iter(b'\n', bytes).map(|at| at as u32);
        Self {
            module,
            lines: ends.collect(),
            out: String::new(),
            indent: 0,
            depth: 0,
        }
    }

    /// The line, from 1, that a span begins in.
    fn line(&self, span: Span) -> usize {
        self.lines.partition_point(|end| *end < span.start) + 1
    }

    fn headed(&mut self, span: Span, text: &str) {
        let line = self.line(span);
        let indent = 2 * self.indent;
        let _ = writeln!(self.out, "{line:>5}  {:indent$}{text}", "");
    }

    fn tag(&mut self, tag: &Tag) {
        let mut text = format!("tag {} by {}", tag.kind.word(), tag.pack);
        for (capture, captured) in &tag.captures {
            let _ = write!(
                text,
                "\n         @{} = {}",
                capture.word(),
                self.captured(*captured)
            );
        }
        for (key, value) in &tag.settings {
            let _ = write!(text, "\n         {key} = {value}");
        }
        for condition in &tag.conditions {
            let names = condition.names.join(" ");
            let _ = write!(
                text,
                "\n         if {:?} @{} {names}",
                condition.kind,
                condition.of.word()
            );
        }
        self.headed(tag.span, &text);
    }

    fn captured(&mut self, captured: Captured) -> String {
        match captured {
            Captured::Expression(id) => self.expression(id),
            Captured::Function(id) => self
                .module
                .function(id)
                .name
                .map_or("lambda".into(), |name| {
                    format!("def {}", self.module.name(name))
                }),
            Captured::Class(id) => self.module.class(id).name.map_or("impl".into(), |name| {
                format!("class {}", self.module.name(name))
            }),
            Captured::Span(span) => format!("bytes {}..{}", span.start, span.end),
        }
    }
}
