//! Renders a model to SQL, each byte with its origin: references to relations become their names, macros of the project
//! are put in, loops over literals are unrolled. What stays unknown is a hole.

use super::bound::{Bound, Frame, returned};
use super::known::{self, Called};
use super::project::{Macro, Model, Project};
use impact_facts::{
    Argument, Assembled, Call, ExpressionId, ExpressionKind, FileId, Piece, Segment, Span,
    TableName, Text,
};
use std::collections::BTreeSet;

/// The schema that models stand in.
pub(super) const SCHEMA: &str = "dbt";

/// Macros in macros, loops in loops.
const MAX_DEPTH: u32 = 24;

/// Rounds of one loop that are unrolled.
const MAX_ROUNDS: usize = 64;

/// Longer texts are cut.
const MAX_TEXT: usize = 1 << 20;

/// Filters and functions that put out their first argument, more or less.
const TRANSPARENT: &[&str] = &[
    "trim",
    "lower",
    "upper",
    "return",
    "adapter.quote",
    "as_text",
    "string",
];

/// A model's query as text.
pub(super) struct Rendered {
    /// The text.
    pub(super) text: Assembled,
    /// The `*` in it that stand for less.
    pub(super) stars: Vec<Star>,
}

/// A `*` that stands for the columns of one relation, without some.
pub(super) struct Star {
    /// Where the `*` is in the text.
    pub(super) span: Span,
    /// The relation.
    pub(super) of: Option<TableName>,
    /// The columns that it leaves out, in lower case.
    pub(super) except: Vec<String>,
}

/// One way to render a model: `choice` says which of the bodies of an `{% if %}` is taken, the last if there are fewer.
pub(super) fn render(project: &Project<'_>, model: &Model<'_>, choice: usize) -> Rendered {
    let mut renderer = Renderer {
        project,
        this: &model.name,
        choice,
        out: Assembled::default(),
        stars: Vec::new(),
    };
    let frame = Frame::new(model.file, model.module).behind(model.body);
    let text = model.module.text(model.text);
    renderer.pieces(&frame, &text.pieces, MAX_DEPTH);
    Rendered {
        text: renderer.out,
        stars: renderer.stars,
    }
}

/// How many ways there are to render a model.
pub(super) fn choices(text: &Text) -> usize {
    fn widest(pieces: &[Piece], depth: u32) -> usize {
        let each = pieces.iter().map(|piece| match piece {
            _ if depth == 0 => 1,
            Piece::Alternatives(bodies) => {
                let inner = bodies.iter().map(|body| widest(body, depth - 1)).max();
                bodies.len().max(inner.unwrap_or(1))
            }
            Piece::Repeat(repeat) => widest(&repeat.body, depth - 1),
            _ => 1,
        });
        each.max().unwrap_or(1)
    }
    widest(&text.pieces, MAX_DEPTH).clamp(1, 4)
}

/// The models that any way of rendering a model refers to.
pub(super) fn referred(project: &Project<'_>, model: &Model<'_>) -> BTreeSet<String> {
    let mark = format!("\"{SCHEMA}\".\"");
    let mut found = BTreeSet::new();
    for choice in 0..choices(model.module.text(model.text)) {
        let text = render(project, model, choice).text.text;
        let names = text
            .split(&mark)
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        found.extend(names.map(str::to_owned));
    }
    found
}

/// The name of a model as a relation.
pub(super) fn relation_of(model: &str) -> TableName {
    TableName::qualified(SCHEMA, model)
}

pub(super) struct Renderer<'a, 'p> {
    pub(super) project: &'p Project<'a>,
    this: &'p str,
    choice: usize,
    out: Assembled,
    stars: Vec<Star>,
}

impl<'a> Renderer<'a, '_> {
    fn pieces(&mut self, frame: &Frame<'a>, pieces: &'a [Piece], depth: u32) {
        for piece in pieces {
            if depth == 0 || self.out.text.len() > MAX_TEXT {
                return;
            }
            match piece {
                Piece::Literal(literal) => self.out.push_literal(frame.file, literal),
                Piece::Hole(hole) => {
                    if !self.value(frame, hole.expression, hole.span, depth - 1) {
                        self.out.push_hole(frame.file, hole.span);
                    }
                }
                Piece::Alternatives(bodies) => {
                    if let Some(body) = bodies.get(self.choice.min(bodies.len().saturating_sub(1)))
                    {
                        self.pieces(frame, body, depth - 1);
                    }
                }
                Piece::Repeat(repeat) => {
                    let rounds = self.rounds(frame, repeat.over, depth - 1);
                    self.repeat(frame, repeat, &rounds, depth - 1);
                }
            }
        }
    }

    fn repeat(
        &mut self,
        frame: &Frame<'a>,
        repeat: &'a impact_facts::Repeat,
        rounds: &[Bound<'a>],
        depth: u32,
    ) {
        if rounds.is_empty() {
            self.pieces(frame, &repeat.body, depth);
        }
        for (at, round) in rounds.iter().enumerate().take(MAX_ROUNDS) {
            let mut inner = frame.clone();
            if let Some(target) = repeat.target
                && let ExpressionKind::Name(name) = frame.module.expression(target).kind
            {
                inner
                    .names
                    .insert(frame.module.name(name), std::rc::Rc::new(round.clone()));
            }
            let last = at + 1 == rounds.len().min(MAX_ROUNDS);
            self.round(&inner, &repeat.body, last, depth);
        }
    }

    /// One round. A choice between a separator and nothing says `{% if not loop.last %}`.
    fn round(&mut self, frame: &Frame<'a>, body: &'a [Piece], last: bool, depth: u32) {
        for piece in body {
            match piece {
                Piece::Alternatives(bodies) if is_separator(bodies) => {
                    if let Some(body) = bodies.first().filter(|_| !last) {
                        self.pieces(frame, body, depth);
                    }
                }
                other => self.pieces(frame, std::slice::from_ref(other), depth),
            }
        }
    }

    /// The items that a loop runs over, where they are written out.
    fn rounds(&self, frame: &Frame<'a>, over: ExpressionId, depth: u32) -> Vec<Bound<'a>> {
        let bound = self.bound(frame, over, depth);
        bound.map(|bound| bound.items()).unwrap_or_default()
    }

    /// What an expression is, names and `var(…)` followed.
    pub(super) fn bound(
        &self,
        frame: &Frame<'a>,
        id: ExpressionId,
        depth: u32,
    ) -> Option<Bound<'a>> {
        let mut bound = frame.at(id);
        for _ in 0..depth {
            let frame = &bound.frame;
            bound = match bound.kind() {
                ExpressionKind::Name(name) => {
                    let next = frame.names.get(frame.module.name(*name))?;
                    Bound::clone(next)
                }
                ExpressionKind::Call(call)
                    if frame.module.dotted(call.callee).as_deref() == Some("var") =>
                {
                    self.var(frame, call)?
                }
                _ => return Some(bound),
            };
        }
        None
    }

    /// `var('name', default)`: what the project says, else the default.
    pub(super) fn var(&self, frame: &Frame<'a>, call: &'a Call) -> Option<Bound<'a>> {
        let name = frame.module.plain_text(call.arguments.first()?.value)?;
        if let Some(said) = self.project.vars.get(&name) {
            return Some(Bound::said(*said));
        }
        Some(frame.at(call.arguments.get(1)?.value))
    }

    /// Puts out what a bound expression is.
    pub(super) fn bound_value(&mut self, bound: &Bound<'a>, depth: u32) -> bool {
        self.value(&bound.frame, bound.id, bound.span(), depth)
    }

    /// Puts out the value of an expression. False, and nothing, if it is not known.
    pub(super) fn value(
        &mut self,
        frame: &Frame<'a>,
        id: ExpressionId,
        span: Span,
        depth: u32,
    ) -> bool {
        if depth == 0 {
            return false;
        }
        match &frame.module.expression(id).kind {
            ExpressionKind::Text(text) => {
                self.pieces(frame, &frame.module.text(*text).pieces, depth);
                true
            }
            ExpressionKind::Integer(number) => {
                self.word(frame.file, span, &number.to_string());
                true
            }
            ExpressionKind::Name(name) => self.named(frame, frame.module.name(*name), span, depth),
            ExpressionKind::Call(call) => self.called(frame, call, span, depth),
            ExpressionKind::Binary(binary)
                if matches!(frame.module.name(binary.operator), "~" | "+") =>
            {
                let known = |id| self.is_known(frame, id, depth);
                if !known(binary.left) && !known(binary.right) {
                    return false;
                }
                for side in [binary.left, binary.right] {
                    if !self.value(frame, side, span, depth - 1) {
                        self.out.push_hole(frame.file, span);
                    }
                }
                true
            }
            ExpressionKind::Conditional(conditional) => {
                self.value(frame, conditional.then, span, depth - 1)
            }
            _ => false,
        }
    }

    fn is_known(&self, frame: &Frame<'a>, id: ExpressionId, depth: u32) -> bool {
        let bound = self.bound(frame, id, depth);
        bound.is_some_and(|bound| !matches!(bound.kind(), ExpressionKind::Name(_)))
    }

    fn named(&mut self, frame: &Frame<'a>, name: &str, span: Span, depth: u32) -> bool {
        if let Some(bound) = frame.names.get(name).cloned() {
            return self.bound_value(&bound, depth - 1);
        }
        if name == "this" {
            let this = relation_of(self.this);
            self.relation(frame.file, span, &this);
            return true;
        }
        false
    }

    fn called(&mut self, frame: &Frame<'a>, call: &'a Call, span: Span, depth: u32) -> bool {
        let callee = frame.module.dotted(call.callee).unwrap_or_default();
        if let Some(table) = self.table(frame, call, depth) {
            self.relation(frame.file, span, &table);
            return true;
        }
        if let Some(known) = known::find(&callee) {
            let called = Called {
                frame,
                call,
                span,
                depth: depth - 1,
            };
            return known(self, &called);
        }
        if TRANSPARENT.contains(&callee.as_str())
            && let Some(first) = call.arguments.first()
        {
            return self.value(frame, first.value, span, depth - 1);
        }
        let name = callee.rsplit('.').next().unwrap_or_default();
        match self.project.macros.get(name).copied() {
            Some(called) => self.expanded(frame, called, &call.arguments, depth),
            None => false,
        }
    }

    fn expanded(
        &mut self,
        frame: &Frame<'a>,
        called: Macro<'a>,
        arguments: &'a [Argument],
        depth: u32,
    ) -> bool {
        let function = called.module.function(called.function);
        let outside = Frame::new(called.file, called.module);
        let mut inner = outside.clone();
        for (at, parameter) in function.parameters.iter().enumerate() {
            let ExpressionKind::Name(name) = called.module.expression(parameter.pattern).kind
            else {
                continue;
            };
            let name = called.module.name(name);
            let by_name = arguments.iter().find(|argument| {
                argument
                    .name
                    .is_some_and(|(said, _)| frame.module.name(said) == name)
            });
            let by_place = arguments.get(at).filter(|argument| argument.name.is_none());
            let bound = match by_name.or(by_place) {
                Some(argument) => self.bound(frame, argument.value, depth),
                None => parameter.default.map(|id| outside.at(id)),
            };
            inner
                .names
                .extend(bound.map(|bound| (name, std::rc::Rc::new(bound))));
        }
        let body = &function.body.statements;
        let inner = inner.behind(body);
        returned(body).is_some_and(|id| self.bound_value(&inner.at(id), depth - 1))
    }

    /// The relation that `ref(…)` or `source(…)` means.
    pub(super) fn table(&self, frame: &Frame<'a>, call: &Call, depth: u32) -> Option<TableName> {
        let callee = frame.module.dotted(call.callee)?;
        if !matches!(callee.as_str(), "ref" | "source") {
            return None;
        }
        let by_place = call.arguments.iter().filter(|one| one.name.is_none());
        let texts: Vec<String> = by_place
            .filter_map(|one| self.bound(frame, one.value, depth)?.text())
            .collect();
        match (callee.as_str(), texts.as_slice()) {
            ("ref", [.., model]) => Some(relation_of(model)),
            ("source", [source, table]) => {
                let known = self.project.sources.get(&(source.clone(), table.clone()));
                let known = known.cloned();
                Some(known.unwrap_or_else(|| TableName::qualified(source, table)))
            }
            _ => None,
        }
    }

    /// Puts out a `*` that stands for the columns of one relation.
    pub(super) fn star(&mut self, file: FileId, at: Span, alias: &str, mut star: Star) {
        let start = self.out.text.len() as u32;
        let dot = if alias.is_empty() { "" } else { "." };
        self.word(file, at, &format!("{alias}{dot}*"));
        star.span = Span::new(start, self.out.text.len() as u32);
        self.stars.push(star);
    }

    pub(super) fn relation(&mut self, file: FileId, span: Span, table: &TableName) {
        let name = match &table.schema {
            Some(schema) => format!("\"{schema}\".\"{}\"", table.name),
            None => format!("\"{}\"", table.name),
        };
        self.word(file, span, &name);
    }

    /// Puts out a part that is not known.
    pub(super) fn hole(&mut self, file: FileId, span: Span) {
        self.out.push_hole(file, span);
    }

    /// Puts out what does not stand in the file, from the place of what it stands for.
    pub(super) fn word(&mut self, file: FileId, span: Span, said: &str) {
        let at = self.out.text.len() as u32;
        self.out.segments.push(Segment {
            at,
            file,
            offset: span.start,
        });
        self.out.text.push_str(said);
    }
}

/// A comma, a word that joins, or nothing.
fn is_separator(bodies: &[Vec<Piece>]) -> bool {
    let says = |body: &[Piece]| match body {
        [] => Some(String::new()),
        [Piece::Literal(literal)] => Some(literal.value.trim().to_ascii_lowercase()),
        _ => None,
    };
    let said: Option<Vec<String>> = bodies.iter().map(|body| says(body)).collect();
    let joins = ["", ",", "and", "or", "union", "union all", "+", "||"];
    bodies.len() == 2
        && said.is_some_and(|said| said.iter().all(|one| joins.contains(&one.as_str())))
}
