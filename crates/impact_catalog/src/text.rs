//! The text of a literal or of a whole SQL file, with the way back to its file.

use impact_facts::{
    Call, Expression, ExpressionId, ExpressionKind, Function, Literal, Module, Piece, Span,
    SpanMap, Statement, Text,
};
use std::collections::BTreeMap;

/// Bodies in bodies, and macros in macros, deeper than this are left away.
const MAX_DEPTH: u32 = 32;

/// A text that stands in one file, and where each of its bytes stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceText {
    /// What it says. A part that is not known reads `impact_hole_N`; of alternatives the first that says something
    /// counts, of a repetition one round.
    pub text: String,
    /// Where its bytes stand.
    pub map: SpanMap,
    /// How many parts are not known before run time.
    pub holes: u32,
}

impl SourceText {
    /// What a literal or template says, by itself.
    pub(crate) fn of(text: &Text) -> Self {
        let nothing = Module::default();
        Assembler::new(&nothing).finish(&text.pieces)
    }

    /// What the body of a SQL file says. Calls of the file's own macros are replaced by what they say, with the texts
    /// that they are given; names by the texts that the file binds to them.
    #[must_use]
    pub fn of_file(module: &Module) -> Self {
        let mut assembler = Assembler::new(module);
        for statement in &module.body.statements {
            match statement {
                Statement::Bind(bind) => assembler.bind(bind.target, bind.value),
                Statement::Do(id) => {
                    if let Some(ExpressionKind::Text(text)) = kind(module, *id) {
                        assembler.pieces(&module.text(*text).pieces, 0);
                    }
                }
                _ => {}
            }
        }
        assembler.source
    }

    pub(crate) fn literal(&mut self, literal: &Literal) {
        let base = self.text.len() as u32;
        for (text, file) in &literal.map.entries {
            self.map.push(base + text, *file);
        }
        self.text.push_str(&literal.value);
    }

    pub(crate) fn hole(&mut self, span: Span) {
        self.map.push(self.text.len() as u32, span.start);
        self.text.push_str(&format!("impact_hole_{}", self.holes));
        self.holes += 1;
    }

    /// A hole whose text is known: all of it stands at the hole.
    pub(crate) fn filled(&mut self, text: &str, span: Span) {
        let base = self.text.len() as u32;
        for byte in 0..text.len() as u32 {
            self.map.push(base + byte, span.start);
        }
        self.text.push_str(text);
    }

    /// Another text of the same file after this one.
    pub(crate) fn append(&mut self, other: &SourceText) {
        let base = self.text.len() as u32;
        for (text, file) in &other.map.entries {
            self.map.push(base + text, *file);
        }
        self.text.push_str(&other.text);
        self.holes += other.holes;
    }

    /// Where a part of the text stands in the file.
    #[must_use]
    pub fn locate(&self, span: Span) -> Span {
        let found = self.map.span(span.start, span.end);
        if found.start <= found.end {
            return found;
        }
        Span::new(found.start, found.start + (span.end - span.start))
    }

    /// The part of the text that a span covers.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }
}

fn kind(module: &Module, id: ExpressionId) -> Option<&ExpressionKind> {
    module
        .expressions
        .get(id.index())
        .map(|Expression { kind, .. }| kind)
}

/// What the names of a template stand for.
type Names = BTreeMap<Box<str>, Box<str>>;

struct Assembler<'m> {
    module: &'m Module,
    /// The file's macros by name.
    macros: BTreeMap<&'m str, &'m Function>,
    names: Names,
    source: SourceText,
}

impl<'m> Assembler<'m> {
    fn new(module: &'m Module) -> Self {
        let functions = module.functions.iter();
        let named = functions.filter_map(|function| Some((module.name(function.name?), function)));
        Self {
            module,
            macros: named.collect(),
            names: Names::new(),
            source: SourceText::default(),
        }
    }

    fn finish(mut self, pieces: &[Piece]) -> SourceText {
        self.pieces(pieces, 0);
        self.source
    }

    fn bind(&mut self, target: ExpressionId, value: Option<ExpressionId>) {
        let Some(ExpressionKind::Name(name)) = kind(self.module, target) else {
            return;
        };
        if let Some(text) = value.and_then(|value| self.known(value)) {
            self.names.insert(self.module.name(*name).into(), text);
        }
    }

    /// The text that an expression stands for.
    fn known(&self, id: ExpressionId) -> Option<Box<str>> {
        match kind(self.module, id)? {
            ExpressionKind::Text(_) => self.module.plain_text(id).map(Into::into),
            ExpressionKind::Name(name) => self.names.get(self.module.name(*name)).cloned(),
            ExpressionKind::Integer(number) => Some(number.to_string().into()),
            _ => None,
        }
    }

    fn pieces(&mut self, pieces: &[Piece], depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => self.source.literal(literal),
                Piece::Hole(hole) => self.hole(hole.expression, hole.span, depth),
                Piece::Alternatives(bodies) => {
                    let first = bodies.iter().find(|body| !body.is_empty());
                    self.pieces(first.map_or(&[], Vec::as_slice), depth + 1);
                }
                Piece::Repeat(repeat) => self.pieces(&repeat.body, depth + 1),
            }
        }
    }

    fn hole(&mut self, expression: ExpressionId, span: Span, depth: u32) {
        if self.inline(expression, depth) {
            return;
        }
        match self.known(expression) {
            Some(text) => self.source.filled(&text, span),
            None => self.source.hole(span),
        }
    }

    /// Says what a macro of this file says; whether the expression calls one.
    fn inline(&mut self, expression: ExpressionId, depth: u32) -> bool {
        let module = self.module;
        let Some(ExpressionKind::Call(call)) = kind(module, expression) else {
            return false;
        };
        let Some(ExpressionKind::Name(name)) = kind(module, call.callee) else {
            return false;
        };
        let Some(function) = self.macros.get(module.name(*name)).copied() else {
            return false;
        };
        if depth > MAX_DEPTH {
            return false;
        }
        let inner = self.arguments(function, call);
        let outer = std::mem::replace(&mut self.names, inner);
        for statement in &function.body.statements {
            match statement {
                Statement::Bind(bind) => self.bind(bind.target, bind.value),
                Statement::Do(id) | Statement::Return(Some(id)) => self.body(*id, depth),
                _ => {}
            }
        }
        if let Some(tail) = function.body.tail {
            self.body(tail, depth);
        }
        self.names = outer;
        true
    }

    fn body(&mut self, id: ExpressionId, depth: u32) {
        if let Some(ExpressionKind::Text(text)) = kind(self.module, id) {
            self.pieces(&self.module.text(*text).pieces, depth + 1);
        }
    }

    /// The names inside a macro: the file's, and its parameters with what they are given.
    fn arguments(&self, function: &Function, call: &Call) -> Names {
        let module = self.module;
        let mut names = self.names.clone();
        let mut placed = call
            .arguments
            .iter()
            .filter(|argument| argument.name.is_none());
        for parameter in &function.parameters {
            let Some(ExpressionKind::Name(name)) = kind(module, parameter.pattern) else {
                continue;
            };
            let word = module.name(*name);
            let named = call
                .arguments
                .iter()
                .find(|a| a.name.is_some_and(|(name, _)| module.name(name) == word));
            let given = named
                .or_else(|| placed.next())
                .map(|argument| argument.value);
            match given
                .and_then(|id| self.known(id))
                .or_else(|| parameter.default.and_then(|id| self.known(id)))
            {
                Some(text) => names.insert(word.into(), text),
                None => names.remove(word),
            };
        }
        names
    }
}
