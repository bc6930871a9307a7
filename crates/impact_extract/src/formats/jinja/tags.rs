//! What single tags mean in any template: binds, imports, loops' heads, macros' parameters, calls.

use super::expression::{Expressions, call, plain};
use super::lexer::{Kind, Lexer};
use super::tree::Tag;
use crate::builder::ModuleBuilder;
use crate::source::Source;
use impact_facts::{
    Bind, Block, ExpressionId, ExpressionKind, Function, FunctionId, Import, Parameter,
    ParameterKind, Span, Statement,
};

/// Tags that neither read nor bind anything.
const SILENT: &[&str] = &[
    "autoescape",
    "block",
    "csrf_token",
    "endraw",
    "filter",
    "now",
    "raw",
    "spaceless",
    "templatetag",
];

/// Lowers tags of one file.
pub struct Tags<'a, 's, 'b> {
    /// The file.
    pub source: &'a Source<'s>,
    /// Where things go.
    pub builder: &'b mut ModuleBuilder,
}

/// `{% for target in over if test %}`
pub struct ForHead {
    /// What each round binds.
    pub target: Option<ExpressionId>,
    /// What is run over.
    pub over: ExpressionId,
    /// Jinja's filter.
    pub test: Option<ExpressionId>,
}

impl<'a> Tags<'a, '_, '_> {
    /// The characters of a tag's word.
    pub fn word(&self, tag: Tag) -> &'a str {
        self.source.slice(tag.word)
    }

    /// A reader of the expressions in a part of the file.
    pub fn expressions(&mut self, span: Span) -> Expressions<'a, '_> {
        let lexer = Lexer::new(self.source.slice(span), span.start);
        Expressions {
            lexer,
            builder: self.builder,
        }
    }

    /// The expression in a part of the file; what does not parse is left out of it.
    pub fn expression(&mut self, span: Span) -> Option<ExpressionId> {
        self.expressions(span).expression()
    }

    /// The expression that a whole part of the file is, if it is one.
    pub fn whole(&mut self, span: Span) -> Option<ExpressionId> {
        let mut expressions = self.expressions(span);
        let id = expressions.expression()?;
        expressions.lexer.is_done().then_some(id)
    }

    /// The test of `{% if test %}`.
    pub fn test(&mut self, tag: Tag) -> ExpressionId {
        self.expression(tag.rest)
            .unwrap_or_else(|| self.builder.other(tag.span, Vec::new()))
    }

    /// The head of a loop.
    pub fn for_head(&mut self, tag: Tag) -> ForHead {
        let mut expressions = self.expressions(tag.rest);
        let target = expressions.target();
        expressions.lexer.take("in");
        let over = expressions.operand();
        expressions.lexer.take("reversed");
        let test = if expressions.lexer.take("if") {
            expressions.operand()
        } else {
            None
        };
        let over = over.unwrap_or_else(|| self.builder.other(tag.span, Vec::new()));
        ForHead { target, over, test }
    }

    /// A tag without a body.
    pub fn leaf(&mut self, tag: Tag, out: &mut Vec<Statement>) {
        match self.word(tag) {
            "load" => self.load(tag, out),
            "extends" | "include" => {
                self.import_quoted(tag, out);
                self.call(tag, out);
            }
            "import" | "from" => self.import(tag, out),
            "set" | "assign" => self.set(tag, out),
            "do" => out.extend(self.expression(tag.rest).map(Statement::Do)),
            "regroup" => self.regroup(tag, out),
            word if SILENT.contains(&word) => {}
            _ => self.call(tag, out),
        }
    }

    /// `{% with a=b c=d %}`, `{% with b as a %}`, and the head of `{% blocktranslate with … count … %}`.
    pub fn with(&mut self, tag: Tag, out: &mut Vec<Statement>) {
        let mut expressions = self.expressions(tag.rest);
        while !expressions.lexer.is_done() {
            if expressions.lexer.take("with")
                || expressions.lexer.take("count")
                || expressions.lexer.take(",")
            {
                continue;
            }
            let name = expressions
                .keyword()
                .map(|token| expressions.builder.name_expression(token.span, token.text));
            let Some(value) = expressions.expression() else {
                expressions.lexer.next();
                continue;
            };
            let after = if expressions.lexer.take("as") {
                expressions.name()
            } else {
                None
            };
            out.push(match name.or(after) {
                Some(target) => bind(target, value),
                None => Statement::Do(value),
            });
        }
    }

    /// A call of the tag: `{% word a b=c as d %}` binds `d`.
    pub fn call(&mut self, tag: Tag, out: &mut Vec<Statement>) {
        let callee = self
            .builder
            .name_expression(tag.word, self.source.slice(tag.word));
        let mut expressions = self.expressions(tag.rest);
        let mut arguments = Vec::new();
        let mut bound = None;
        while !expressions.lexer.is_done() {
            skip_connective(&mut expressions.lexer);
            if expressions.lexer.take("as") {
                bound = expressions.name();
                continue;
            }
            match expressions.argument() {
                Some(argument) => arguments.push(argument),
                None => {
                    expressions.lexer.next();
                }
            }
        }
        let call = call(self.builder, tag.span, callee, arguments);
        out.push(bound.map_or(Statement::Do(call), |target| bind(target, call)));
    }

    /// `{% macro name(parameters) %}`. The body is lowered by `body`, inside the function.
    pub fn function(
        &mut self,
        tag: Tag,
        span: Span,
        body: impl FnOnce(&mut Self) -> Block,
    ) -> FunctionId {
        self.builder.open_function();
        let mut lexer = Lexer::new(self.source.slice(tag.rest), tag.rest.start);
        let name = lexer.next();
        let inside = Span::new(lexer.peek().span.end.min(tag.rest.end), tag.rest.end);
        let name_id = self.builder.name(name.text);
        let parameters = self.parameters(inside);
        let body = body(self);
        self.builder.close_function(Function {
            name: Some(name_id),
            name_span: name.span,
            span,
            decorators: Vec::new(),
            type_parameters: Vec::new(),
            parameters,
            returns: None,
            body,
            is_async: false,
            is_generator: false,
            is_test: false,
        })
    }

    fn parameters(&mut self, inside: Span) -> Vec<Parameter> {
        let mut expressions = self.expressions(inside);
        let mut parameters = Vec::new();
        while !expressions.lexer.is_done() {
            let Some(pattern) = expressions.name() else {
                expressions.lexer.next();
                continue;
            };
            let default = if expressions.lexer.take("=") {
                expressions.expression()
            } else {
                None
            };
            parameters.push(Parameter {
                pattern,
                annotation: None,
                default,
                kind: ParameterKind::Plain,
            });
        }
        parameters
    }

    /// `{% set a, b = value %}`. Without a value, the names alone are bound to nothing known.
    pub fn set(&mut self, tag: Tag, out: &mut Vec<Statement>) {
        let mut expressions = self.expressions(tag.rest);
        let Some(target) = expressions.target() else {
            return;
        };
        let value = if expressions.lexer.take("=") {
            expressions.expression()
        } else {
            None
        };
        let value = value.unwrap_or_else(|| self.builder.other(tag.span, Vec::new()));
        out.push(bind(target, value));
    }

    /// `{% regroup list by member as name %}` reads the member of each item.
    fn regroup(&mut self, tag: Tag, out: &mut Vec<Statement>) {
        let mut expressions = self.expressions(tag.rest);
        let Some(list) = expressions.expression() else {
            return;
        };
        expressions.lexer.take("by");
        let at = expressions.lexer.peek().span;
        let item = expressions
            .builder
            .name_expression(Span::new(at.start, at.start), "item");
        let mut member = item;
        while let Some(token) = expressions.lexer.member() {
            member =
                expressions
                    .builder
                    .attribute(token.span, member, (token.text, token.span), false);
            if !expressions.lexer.take(".") {
                break;
            }
        }
        expressions.lexer.take("as");
        let target = expressions.name();
        let callee = self.builder.name_expression(tag.word, "regroup");
        let call = call(self.builder, tag.span, callee, vec![plain(list)]);
        let body = Block {
            statements: vec![Statement::Do(member)],
            tail: None,
        };
        out.push(Statement::Loop(impact_facts::Loop {
            target: Some(item),
            over: Some(list),
            body,
            otherwise: Block::default(),
            is_async: false,
        }));
        out.push(target.map_or(Statement::Do(call), |target| bind(target, call)));
    }

    /// `{% load a b %}`, `{% load x from a %}`
    fn load(&mut self, tag: Tag, out: &mut Vec<Statement>) {
        let words: Vec<_> = words(self.source.slice(tag.rest), tag.rest.start).collect();
        let from = words.iter().position(|(word, _)| *word == "from");
        let (names, libraries) = match from {
            Some(at) => (words.get(..at), words.get(at + 1..)),
            None => (None, words.get(..)),
        };
        for (library, span) in libraries.unwrap_or_default() {
            match names {
                None => self.push_import(library, None, None, *span, out),
                Some(names) => {
                    for (name, span) in names {
                        self.push_import(library, Some(name), None, *span, out);
                    }
                }
            }
        }
    }

    /// The template that a tag names, if it is named by a string.
    fn import_quoted(&mut self, tag: Tag, out: &mut Vec<Statement>) {
        let expressions = self.expressions(tag.rest);
        let token = expressions.lexer.peek();
        if token.kind == Kind::Text {
            let path = token.text.trim_matches(['"', '\'']);
            self.push_import(path, None, None, token.span, out);
        }
    }

    /// `{% import "x" as y %}`, `{% from "x" import a as b, c %}`
    fn import(&mut self, tag: Tag, out: &mut Vec<Statement>) {
        let mut lexer = Lexer::new(self.source.slice(tag.rest), tag.rest.start);
        let path = lexer.next();
        let path_text = path.text.trim_matches(['"', '\'']);
        if lexer.take("as") {
            let alias = lexer.next();
            self.push_import(path_text, None, Some(alias.text), path.span, out);
            return;
        }
        lexer.take("import");
        while !lexer.is_done() {
            let name = lexer.next();
            let alias = lexer.take("as").then(|| lexer.next().text);
            if name.kind == Kind::Word {
                self.push_import(path_text, Some(name.text), alias, name.span, out);
            }
        }
    }

    fn push_import(
        &mut self,
        path: &str,
        name: Option<&str>,
        alias: Option<&str>,
        span: Span,
        out: &mut Vec<Statement>,
    ) {
        let import = Import {
            path: path.into(),
            level: 0,
            name: name.map(|name| self.builder.name(name)),
            alias: alias.map(|alias| self.builder.name(alias)),
            public: false,
            declares: false,
            is_test: false,
            span,
        };
        out.push(Statement::Import(self.builder.import(import)));
    }
}

/// `target = value`.
pub fn bind(target: ExpressionId, value: ExpressionId) -> Statement {
    Statement::Bind(Bind {
        target,
        value: Some(value),
        annotation: None,
        augmented: None,
        otherwise: None,
        constant: false,
    })
}

/// The bare name that an expression calls, if it is such a call.
pub fn callee_name(builder: &ModuleBuilder, id: ExpressionId) -> Option<&str> {
    let expression = builder.module().expressions.get(id.index())?;
    let ExpressionKind::Call(call) = &expression.kind else {
        return None;
    };
    match &builder.module().expressions.get(call.callee.index())?.kind {
        ExpressionKind::Name(name) => Some(builder.module().name(*name)),
        _ => None,
    }
}

/// Words that only join a tag's arguments.
fn skip_connective(lexer: &mut Lexer) {
    let mut ahead = *lexer;
    let token = ahead.next();
    let joins = ["with", "only", "without", "from", "in", "by"]
        .iter()
        .any(|word| token.is(word));
    if joins && !ahead.peek().is("=") {
        *lexer = ahead;
    }
}

fn words(text: &str, base: u32) -> impl Iterator<Item = (&str, Span)> {
    text.split_whitespace().map(move |word| {
        let at = base + (word.as_ptr() as usize - text.as_ptr() as usize) as u32;
        (word, Span::new(at, at + word.len() as u32))
    })
}
