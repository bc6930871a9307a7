//! Templates: every expression and tag becomes a statement; the text between them is left out.

use super::jinja::{self, BlockNode, Mark, Node, Tags};
use crate::builder::{ModuleBuilder, with_stack};
use crate::source::Source;
use impact_facts::{Block, Branch, Loop, Span, Statement};

/// Lowers a file. One without marks is empty.
pub fn lower(source: &Source, builder: &mut ModuleBuilder) {
    if !jinja::has_marks(source.text()) {
        return;
    }
    let marks = jinja::marks(source.text());
    let nodes = jinja::nest(source, &marks);
    let mut template = Template {
        tags: Tags { source, builder },
    };
    let statements = template.statements(&nodes);
    builder.body(Block {
        statements,
        tail: None,
    });
}

struct Template<'a, 's, 'b> {
    tags: Tags<'a, 's, 'b>,
}

type BlockTag<'a, 's, 'b> = fn(&mut Template<'a, 's, 'b>, &BlockNode, &mut Vec<Statement>);

impl<'a, 's, 'b> Template<'a, 's, 'b> {
    /// Tags whose body means more than that it is there.
    fn blocks() -> [(&'static str, BlockTag<'a, 's, 'b>); 9] {
        [
            ("if", Self::branch),
            ("for", Self::repeat),
            ("with", Self::with),
            ("blocktrans", Self::with),
            ("blocktranslate", Self::with),
            ("macro", Self::function),
            ("set", Self::set),
            ("block", Self::inline),
            ("call", Self::called),
        ]
    }

    fn statements(&mut self, nodes: &[Node]) -> Vec<Statement> {
        let mut out = Vec::new();
        for node in nodes {
            match node {
                Node::Text(_) => {}
                Node::Output(mark) => self.output(*mark, &mut out),
                Node::Tag(tag) => self.tags.leaf(*tag, &mut out),
                Node::Block(block) => self.block(block, &mut out),
            }
        }
        out
    }

    fn body(&mut self, nodes: &[Node]) -> Block {
        let span = nodes.first().map_or(Span::default(), start_of);
        if !self.tags.builder.enter(span) {
            return Block::default();
        }
        let statements = with_stack(|| self.statements(nodes));
        self.tags.builder.leave();
        Block {
            statements,
            tail: None,
        }
    }

    fn output(&mut self, mark: Mark, out: &mut Vec<Statement>) {
        out.extend(self.tags.expression(mark.inner).map(Statement::Do));
    }

    fn block(&mut self, block: &BlockNode, out: &mut Vec<Statement>) {
        let word = block
            .sections
            .first()
            .map_or("", |(tag, _)| self.tags.word(*tag));
        let known = Self::blocks().into_iter().find(|(name, _)| *name == word);
        match known {
            Some((_, lower)) => lower(self, block, out),
            None => self.custom(block, out),
        }
    }

    /// A tag of a library: its arguments, then what it holds.
    fn custom(&mut self, block: &BlockNode, out: &mut Vec<Statement>) {
        if let Some((tag, _)) = block.sections.first() {
            self.tags.leaf(*tag, out);
        }
        self.inline(block, out);
    }

    fn inline(&mut self, block: &BlockNode, out: &mut Vec<Statement>) {
        for (_, nodes) in &block.sections {
            out.extend(self.body(nodes).statements);
        }
    }

    fn called(&mut self, block: &BlockNode, out: &mut Vec<Statement>) {
        if let Some((tag, _)) = block.sections.first() {
            out.extend(self.tags.expression(tag.rest).map(Statement::Do));
        }
        self.inline(block, out);
    }

    fn with(&mut self, block: &BlockNode, out: &mut Vec<Statement>) {
        if let Some((tag, _)) = block.sections.first() {
            self.tags.with(*tag, out);
        }
        self.inline(block, out);
    }

    fn set(&mut self, block: &BlockNode, out: &mut Vec<Statement>) {
        self.inline(block, out);
        if let Some((tag, _)) = block.sections.first() {
            self.tags.set(*tag, out);
        }
    }

    fn branch(&mut self, block: &BlockNode, out: &mut Vec<Statement>) {
        let mut otherwise = Block::default();
        for (tag, nodes) in block.sections.iter().rev() {
            if self.tags.word(*tag) == "else" {
                otherwise = self.body(nodes);
                continue;
            }
            let test = self.tags.test(*tag);
            let then = self.body(nodes);
            let branch = Statement::Branch(Branch {
                test,
                then,
                otherwise,
            });
            otherwise = Block {
                statements: vec![branch],
                tail: None,
            };
        }
        out.extend(otherwise.statements);
    }

    fn repeat(&mut self, block: &BlockNode, out: &mut Vec<Statement>) {
        let Some(((tag, nodes), rest)) = block.sections.split_first() else {
            return;
        };
        let head = self.tags.for_head(*tag);
        let mut body = self.body(nodes);
        if let Some(test) = head.test {
            let branch = Branch {
                test,
                then: body,
                otherwise: Block::default(),
            };
            body = Block {
                statements: vec![Statement::Branch(branch)],
                tail: None,
            };
        }
        let otherwise = rest
            .first()
            .map(|(_, nodes)| self.body(nodes))
            .unwrap_or_default();
        out.push(Statement::Loop(Loop {
            target: head.target,
            over: Some(head.over),
            body,
            otherwise,
            is_async: false,
        }));
    }

    fn function(&mut self, block: &BlockNode, out: &mut Vec<Statement>) {
        let Some((tag, nodes)) = block.sections.first() else {
            return;
        };
        let source = self.tags.source;
        let id = self.tags.function(*tag, block.span, |tags| {
            let tags = Tags {
                source,
                builder: &mut *tags.builder,
            };
            Template { tags }.body(nodes)
        });
        out.push(Statement::Function(id));
    }
}

fn start_of(node: &Node) -> Span {
    match node {
        Node::Text(span) => *span,
        Node::Output(mark) => mark.span,
        Node::Tag(tag) => tag.span,
        Node::Block(block) => block.span,
    }
}
