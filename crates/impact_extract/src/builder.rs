//! Where front ends put what they lower: the arenas of a module, with names interned and work bounded.

use crate::source::Source;
use impact_facts::{
    Annotation, Attribute, Block, Class, ClassId, ClassKind, Expression, ExpressionId,
    ExpressionKind, FileFacts, Function, FunctionId, Import, ImportId, Language, Module, Name,
    Problem, ProblemKind, Span, Tag, Text, TextId, Token, TokenId, TokenKind,
};
use rustc_hash::FxHashMap;

/// How deep a front end may nest [`ModuleBuilder::enter`].
pub const MAX_DEPTH: u32 = 400;

/// How many expressions a module may hold.
pub const MAX_EXPRESSIONS: usize = 8_000_000;

/// How many problems of one kind are told apart in one file; a last one says that there are more.
const MAX_PROBLEMS: usize = 100;

/// A module that is being built, with what is said of its file.
///
/// Functions and classes are opened before and closed after their parts, so that a definition's id is smaller than
/// those of the definitions inside it.
#[derive(Default)]
pub struct ModuleBuilder {
    module: Module,
    names: FxHashMap<Box<str>, Name>,
    problems: Vec<Problem>,
    annotations: Vec<Annotation>,
    open: Vec<OpenFunction>,
    depth: u32,
    overfull: bool,
}

struct OpenFunction {
    id: FunctionId,
    is_generator: bool,
}

impl ModuleBuilder {
    /// The interned form of `text`.
    pub fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.get(text) {
            return *name;
        }
        let name = Name(self.module.names.len() as u32);
        self.module.names.push(text.into());
        self.names.insert(text.into(), name);
        name
    }

    /// Adds an expression. Past [`MAX_EXPRESSIONS`] it is kept as an `Other` without parts, once said as a problem.
    pub fn expression(&mut self, span: Span, kind: ExpressionKind) -> ExpressionId {
        if self.is_full() {
            self.overflow(span);
            if let Some(last) = self.module.expressions.len().checked_sub(1) {
                return ExpressionId(last as u32);
            }
        }
        self.module.expressions.push(Expression { span, kind });
        ExpressionId(self.module.expressions.len() as u32 - 1)
    }

    /// Adds a bare name.
    pub fn name_expression(&mut self, span: Span, text: &str) -> ExpressionId {
        let name = self.name(text);
        self.expression(span, ExpressionKind::Name(name))
    }

    /// Adds `of.name`.
    pub fn attribute(
        &mut self,
        span: Span,
        of: ExpressionId,
        name: (&str, Span),
        path: bool,
    ) -> ExpressionId {
        let attribute = Attribute {
            of,
            name: self.name(name.0),
            name_span: name.1,
            path,
        };
        self.expression(span, ExpressionKind::Attribute(attribute))
    }

    /// Adds what has no form of its own.
    pub fn other(&mut self, span: Span, parts: Vec<ExpressionId>) -> ExpressionId {
        self.expression(span, ExpressionKind::Other(parts))
    }

    /// Adds a text.
    pub fn text(&mut self, text: Text) -> TextId {
        self.module.texts.push(text);
        TextId(self.module.texts.len() as u32 - 1)
    }

    /// Adds a text and the expression that it is.
    pub fn text_expression(&mut self, text: Text) -> ExpressionId {
        let span = text.span;
        let id = self.text(text);
        self.expression(span, ExpressionKind::Text(id))
    }

    /// Where the arenas of expressions and texts end.
    pub fn mark(&self) -> (usize, usize) {
        (self.module.expressions.len(), self.module.texts.len())
    }

    /// Takes back the expressions and texts that were added since a mark. Nothing that is kept may refer to them.
    pub fn forget(&mut self, mark: (usize, usize)) {
        self.module.expressions.truncate(mark.0);
        self.module.texts.truncate(mark.1);
    }

    /// Adds an import.
    pub fn import(&mut self, import: Import) -> ImportId {
        self.module.imports.push(import);
        ImportId(self.module.imports.len() as u32 - 1)
    }

    /// Adds a token.
    pub fn token(&mut self, span: Span, kind: TokenKind) -> TokenId {
        self.module.tokens.push(Token { span, kind });
        TokenId(self.module.tokens.len() as u32 - 1)
    }

    /// Begins a function or closure, before anything inside it is lowered. Its [`FunctionId`] comes back from
    /// [`Self::close_function`]; the two must nest.
    pub fn open_function(&mut self) {
        let id = FunctionId(self.module.functions.len() as u32);
        self.module
            .functions
            .push(nameless_function(Span::default()));
        self.open.push(OpenFunction {
            id,
            is_generator: false,
        });
    }

    /// Says that the innermost open function yields.
    pub fn mark_generator(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.is_generator = true;
        }
    }

    /// Ends the innermost open function. `function.is_generator` is set if it was marked.
    pub fn close_function(&mut self, mut function: Function) -> FunctionId {
        let Some(open) = self.open.pop() else {
            self.module.functions.push(function);
            return FunctionId(self.module.functions.len() as u32 - 1);
        };
        function.is_generator |= open.is_generator;
        if let Some(slot) = self.module.functions.get_mut(open.id.index()) {
            *slot = function;
        }
        open.id
    }

    /// Begins a class, before anything inside it is lowered.
    pub fn open_class(&mut self) -> ClassId {
        self.module.classes.push(unfinished_class());
        ClassId(self.module.classes.len() as u32 - 1)
    }

    /// Ends the class that [`Self::open_class`] began.
    pub fn close_class(&mut self, id: ClassId, class: Class) {
        if let Some(slot) = self.module.classes.get_mut(id.index()) {
            *slot = class;
        }
    }

    /// Goes one level deeper. False past [`MAX_DEPTH`] or when the module is full: then `span` is left out, which
    /// has become a problem, and [`Self::leave`] must not be called.
    #[must_use]
    pub fn enter(&mut self, span: Span) -> bool {
        if self.depth >= MAX_DEPTH {
            let message = format!("nested deeper than {MAX_DEPTH} levels: not read");
            self.problem(span, ProblemKind::Bound, message);
            return false;
        }
        if self.is_full() {
            self.overflow(span);
            return false;
        }
        self.depth += 1;
        true
    }

    /// Comes back from a level.
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Records a part that could not be read.
    pub fn problem(&mut self, span: Span, kind: ProblemKind, message: impl Into<Box<str>>) {
        let same = self
            .problems
            .iter()
            .filter(|problem| problem.kind == kind)
            .count();
        match same.cmp(&MAX_PROBLEMS) {
            std::cmp::Ordering::Less => self.problems.push(Problem {
                span,
                kind,
                message: message.into(),
            }),
            std::cmp::Ordering::Equal => {
                let message = "more of the same from here on".into();
                self.problems.push(Problem {
                    span: Span::new(span.start, u32::MAX),
                    kind,
                    message,
                });
            }
            std::cmp::Ordering::Greater => {}
        }
    }

    /// What could not be read so far.
    #[cfg(test)]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Records a comment that speaks to impact.
    pub fn annotation(&mut self, annotation: Annotation) {
        self.annotations.push(annotation);
    }

    /// Records what a pack recognized.
    pub fn tag(&mut self, tag: Tag) {
        self.module.tags.push(tag);
    }

    /// What runs when the module is loaded.
    pub fn body(&mut self, body: Block) {
        self.module.body = body;
    }

    /// What was built so far.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// The facts of the file, everything in the order of its sites.
    pub fn finish(mut self, language: Language, source: &Source) -> FileFacts {
        for problem in &mut self.problems {
            problem.span.end = problem.span.end.min(source.len());
        }
        self.problems
            .sort_by_key(|problem| (problem.span, problem.kind));
        self.annotations.sort_by_key(|annotation| annotation.span);
        self.module
            .tags
            .sort_by(|a, b| (a.span, a.kind, &a.pack).cmp(&(b.span, b.kind, &b.pack)));
        FileFacts {
            language,
            bytes: source.len(),
            module: self.module,
            annotations: self.annotations,
            problems: self.problems,
            generated: crate::annotation::says_generated(source.text()),
            declared: crate::annotation::says_declared(source.text()),
        }
    }

    fn is_full(&self) -> bool {
        self.module.expressions.len() >= MAX_EXPRESSIONS
    }

    fn overflow(&mut self, span: Span) {
        if !self.overfull {
            self.overfull = true;
            let message = format!("more than {MAX_EXPRESSIONS} expressions: the rest was not read");
            self.problem(Span::new(span.start, u32::MAX), ProblemKind::Bound, message);
        }
    }
}

/// Runs `work` with enough stack for one more level of a front end's recursion.
pub fn with_stack<T>(work: impl FnOnce() -> T) -> T {
    const RED_ZONE: usize = 128 * 1024;
    const SEGMENT: usize = 2 * 1024 * 1024;
    stacker::maybe_grow(RED_ZONE, SEGMENT, work)
}

/// A function without name, parameters and body, as far as it is known before they are read.
pub fn nameless_function(span: Span) -> Function {
    Function {
        name: None,
        name_span: span,
        span,
        decorators: Vec::new(),
        type_parameters: Vec::new(),
        parameters: Vec::new(),
        returns: None,
        body: Block::default(),
        is_async: false,
        is_generator: false,
        is_test: false,
    }
}

fn unfinished_class() -> Class {
    Class {
        kind: ClassKind::Class,
        name: None,
        name_span: Span::default(),
        span: Span::default(),
        decorators: Vec::new(),
        type_parameters: Vec::new(),
        bases: Vec::new(),
        subject: None,
        fields: Vec::new(),
        body: Block::default(),
        is_test: false,
    }
}
