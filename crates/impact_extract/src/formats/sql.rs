//! SQL files. The module's body is one text with a tag of kind `sql`; with Jinja in it, the text has holes, alternatives
//! and repeats, and what its tags bind and define stands before it.

use super::jinja::{self, BlockNode, Mark, Node, Tags};
use crate::builder::{ModuleBuilder, with_stack};
use crate::source::Source;
use impact_facts::{
    Block, Capture, Captured, ExpressionId, ExpressionKind, Hole, Literal, Piece, Repeat, Span,
    SpanMap, Statement, Tag, TagKind, Text,
};
use memchr::memmem;

/// The pack that the front end itself stands for.
const PACK: &str = "sql";

/// dbt's functions that put out nothing.
const SILENT: &[&str] = &[
    "config",
    "log",
    "debug",
    "set_sql_header",
    "return",
    "exceptions",
];

/// Lowers a file.
pub fn lower(source: &Source, builder: &mut ModuleBuilder) {
    let mut sql = Sql {
        tags: Tags { source, builder },
        statements: Vec::new(),
    };
    let mut pieces = Vec::new();
    if jinja::has_marks(source.text()) {
        let marks: Vec<_> = jinja::marks(source.text())
            .into_iter()
            .filter(|mark| sql.is_template(*mark))
            .collect();
        let nodes = jinja::nest(source, &marks);
        sql.pieces(&nodes, &mut pieces);
    } else {
        sql.plain(source.span(), &mut pieces);
    }
    if !is_blank(&pieces) {
        let text = sql.text(source.span(), pieces);
        sql.tag(text);
        sql.statements.push(Statement::Do(text));
    }
    let statements = sql.statements;
    builder.body(Block {
        statements,
        tail: None,
    });
}

struct Sql<'a, 's, 'b> {
    tags: Tags<'a, 's, 'b>,
    statements: Vec<Statement>,
}

type BlockTag<'a, 's, 'b> = fn(&mut Sql<'a, 's, 'b>, &BlockNode, &mut Vec<Piece>);

impl<'a, 's, 'b> Sql<'a, 's, 'b> {
    /// Tags whose body is not simply put out.
    fn blocks() -> [(&'static str, BlockTag<'a, 's, 'b>); 10] {
        [
            ("if", Self::alternatives),
            ("for", Self::repeat),
            ("set", Self::set),
            ("call", Self::call),
            ("macro", Self::function),
            ("test", Self::function),
            ("data_test", Self::function),
            ("materialization", Self::function),
            ("snapshot", Self::snapshot),
            ("docs", Self::nothing),
        ]
    }

    /// Braces may stand in plain SQL, too: `'{{1,2},{3,4}}'`.
    fn is_template(&mut self, mark: Mark) -> bool {
        match mark.kind {
            jinja::MarkKind::Output => {
                let mut scratch = ModuleBuilder::default();
                let source = self.tags.source;
                Tags {
                    source,
                    builder: &mut scratch,
                }
                .whole(mark.inner)
                .is_some()
            }
            jinja::MarkKind::Tag => self
                .tags
                .source
                .slice(mark.inner)
                .starts_with(|c: char| c.is_ascii_alphabetic()),
            jinja::MarkKind::Comment | jinja::MarkKind::Raw => true,
        }
    }

    fn pieces(&mut self, nodes: &[Node], out: &mut Vec<Piece>) {
        for node in nodes {
            match node {
                Node::Text(span) => self.plain(*span, out),
                Node::Output(mark) => self.output(*mark, out),
                Node::Tag(tag) => self.tags.leaf(*tag, &mut self.statements),
                Node::Block(block) => self.block(block, out),
            }
        }
    }

    fn body(&mut self, nodes: &[Node]) -> Vec<Piece> {
        let mut out = Vec::new();
        let span = self.tags.source.span();
        if self.tags.builder.enter(span) {
            with_stack(|| self.pieces(nodes, &mut out));
            self.tags.builder.leave();
        }
        out
    }

    /// Text that stands as it is, but for the rows of `COPY … FROM stdin`.
    fn plain(&mut self, span: Span, out: &mut Vec<Piece>) {
        let mut at = span.start;
        for rows in copied_rows(self.tags.source.slice(span), span.start) {
            self.literal(Span::new(at, rows.start), out);
            at = rows.end;
        }
        self.literal(Span::new(at, span.end), out);
    }

    fn literal(&mut self, span: Span, out: &mut Vec<Piece>) {
        if !span.is_empty() {
            let value = self.tags.source.slice(span).into();
            out.push(Piece::Literal(Literal {
                value,
                map: SpanMap::contiguous(span.start),
            }));
        }
    }

    fn output(&mut self, mark: Mark, out: &mut Vec<Piece>) {
        let Some(expression) = self.tags.whole(mark.inner) else {
            return;
        };
        if self.is_silent(expression) {
            self.statements.push(Statement::Do(expression));
            return;
        }
        match self.said(expression) {
            Some(literals) => out.extend(literals),
            None => out.push(Piece::Hole(Hole {
                expression,
                span: mark.span,
            })),
        }
    }

    fn is_silent(&self, expression: ExpressionId) -> bool {
        let module = self.tags.builder.module();
        let Some(ExpressionKind::Call(call)) =
            module.expressions.get(expression.index()).map(|e| &e.kind)
        else {
            return false;
        };
        let dotted = module.dotted(call.callee).unwrap_or_default();
        let first = dotted.split('.').next().unwrap_or_default();
        SILENT.contains(&first)
    }

    /// The pieces of a hole that holds a string.
    fn said(&self, expression: ExpressionId) -> Option<Vec<Piece>> {
        let module = self.tags.builder.module();
        let ExpressionKind::Text(text) = module.expressions.get(expression.index())?.kind else {
            return None;
        };
        Some(module.texts.get(text.index())?.pieces.clone())
    }

    fn block(&mut self, block: &BlockNode, out: &mut Vec<Piece>) {
        let word = block
            .sections
            .first()
            .map_or("", |(tag, _)| self.tags.word(*tag));
        match Self::blocks().into_iter().find(|(name, _)| *name == word) {
            Some((_, lower)) => lower(self, block, out),
            None => {
                for (_, nodes) in &block.sections {
                    let pieces = self.body(nodes);
                    out.extend(pieces);
                }
            }
        }
    }

    fn nothing(&mut self, _block: &BlockNode, _out: &mut Vec<Piece>) {}

    fn alternatives(&mut self, block: &BlockNode, out: &mut Vec<Piece>) {
        let mut bodies = Vec::new();
        let mut complete = false;
        for (tag, nodes) in &block.sections {
            if self.tags.word(*tag) == "else" {
                complete = true;
            } else {
                let test = self.tags.test(*tag);
                self.statements.push(Statement::Do(test));
            }
            bodies.push(self.body(nodes));
        }
        if !complete {
            bodies.push(Vec::new());
        }
        if bodies.iter().any(|body| !body.is_empty()) {
            out.push(Piece::Alternatives(bodies));
        }
    }

    fn repeat(&mut self, block: &BlockNode, out: &mut Vec<Piece>) {
        let Some((tag, nodes)) = block.sections.first() else {
            return;
        };
        let head = self.tags.for_head(*tag);
        self.statements.extend(head.test.map(Statement::Do));
        let body = self.body(nodes);
        out.push(Piece::Repeat(Repeat {
            target: head.target,
            over: head.over,
            body,
        }));
    }

    fn set(&mut self, block: &BlockNode, _out: &mut Vec<Piece>) {
        let Some((tag, nodes)) = block.sections.first() else {
            return;
        };
        let pieces = self.body(nodes);
        let value = self.text(block.span, pieces);
        let target = self.tags.expressions(tag.rest).target();
        self.statements.push(match target {
            Some(target) => jinja::bind(target, value),
            None => Statement::Do(value),
        });
    }

    /// `{% call statement(…) %} sql {% endcall %}` runs its body. Any other macro is called with its body as the last
    /// argument's place.
    fn call(&mut self, block: &BlockNode, out: &mut Vec<Piece>) {
        let Some((tag, nodes)) = block.sections.first() else {
            return;
        };
        let call = self.tags.expression(tag.rest);
        let pieces = self.body(nodes);
        let text = self.text(block.span, pieces);
        self.statements.push(Statement::Do(text));
        let Some(call) = call else { return };
        if jinja::callee_name(self.tags.builder, call) == Some("statement") {
            self.tag(text);
            self.statements.push(Statement::Do(call));
        } else {
            out.push(Piece::Hole(Hole {
                expression: call,
                span: block.span,
            }));
        }
    }

    /// A macro is a function that puts its text out, as a file does, and returns it.
    fn function(&mut self, block: &BlockNode, _out: &mut Vec<Piece>) {
        self.defined(block, false);
    }

    /// A snapshot is a macro that dbt runs.
    fn snapshot(&mut self, block: &BlockNode, _out: &mut Vec<Piece>) {
        self.defined(block, true);
    }

    fn defined(&mut self, block: &BlockNode, is_statement: bool) {
        let Some((tag, nodes)) = block.sections.first() else {
            return;
        };
        let source = self.tags.source;
        let id = self.tags.function(*tag, block.span, |tags| {
            let tags = Tags {
                source,
                builder: &mut *tags.builder,
            };
            Sql {
                tags,
                statements: Vec::new(),
            }
            .function_body(block.span, nodes, is_statement)
        });
        self.statements.push(Statement::Function(id));
    }

    fn function_body(mut self, span: Span, nodes: &[Node], is_statement: bool) -> Block {
        let pieces = self.body(nodes);
        let text = self.text(span, pieces);
        if is_statement {
            self.tag(text);
        }
        self.statements.push(Statement::Do(text));
        self.statements.push(Statement::Return(Some(text)));
        Block {
            statements: self.statements,
            tail: None,
        }
    }

    fn text(&mut self, span: Span, pieces: Vec<Piece>) -> ExpressionId {
        self.tags.builder.text_expression(Text { span, pieces })
    }

    fn tag(&mut self, text: ExpressionId) {
        let span = self.tags.builder.module().expression(text).span;
        self.tags.builder.tag(Tag {
            kind: TagKind::Sql,
            pack: PACK.into(),
            span,
            captures: vec![(Capture::Text, Captured::Expression(text))],
            conditions: Vec::new(),
            settings: Vec::new(),
        });
    }
}

fn is_blank(pieces: &[Piece]) -> bool {
    pieces.iter().all(|piece| match piece {
        Piece::Literal(literal) => literal.value.trim().is_empty(),
        _ => false,
    })
}

/// The data rows of psql's `COPY … FROM stdin;`, up to the line `\.`, in a text that stands at `start`.
fn copied_rows(text: &str, start: u32) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut rows = Vec::new();
    let mut at = 0;
    while let Some(found) = memmem::find(bytes.get(at..).unwrap_or_default(), b"stdin;\n") {
        let first = at + found + b"stdin;\n".len();
        let rest = bytes.get(first..).unwrap_or_default();
        let end = if rest.starts_with(b"\\.") {
            first
        } else {
            memmem::find(rest, b"\n\\.").map_or(bytes.len(), |end| first + end + 1)
        };
        rows.push(Span::new(start + first as u32, start + end as u32));
        at = end;
    }
    rows
}
