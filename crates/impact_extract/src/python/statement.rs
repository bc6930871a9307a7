//! Statements.

use super::{At, Field, Kind, Lowering};
use crate::builder::with_stack;
use impact_facts::{
    Bind, Block, Branch, Call, ExpressionId, ExpressionKind, Handler, Loop, Name, Span, Statement,
    Try, With,
};

/// How many `elif` of one `if` nest. The tests after them stand one after another, which claims no less.
const NESTED_ELIFS: usize = 100;

impl Lowering<'_, '_> {
    /// Adds what the node at the cursor does to `block`.
    pub(super) fn statement(&mut self, at: At, block: &mut Block) {
        if self.simple_statement(at, block) {
            return;
        }
        if self.builder.enter(at.span) {
            with_stack(|| self.compound_statement(at, block));
            self.builder.leave();
        }
    }

    /// The `block` (or anything else that holds statements) at the cursor.
    pub(super) fn block(&mut self) -> Block {
        let mut block = Block::default();
        self.children(|l, at| l.statement(at, &mut block));
        block
    }

    fn simple_statement(&mut self, at: At, block: &mut Block) -> bool {
        match at.kind {
            Kind::ExpressionStatement => self.expression_statement(at.span, block),
            Kind::Import | Kind::ImportFrom | Kind::FutureImport => self.import(at, block),
            Kind::Return => {
                let value = self.only_part();
                block.statements.push(Statement::Return(value));
            }
            Kind::Raise => self.raise(block),
            Kind::Assert => self.assert(block),
            Kind::Delete => self.delete(block),
            Kind::Global | Kind::Nonlocal => self.outer(block),
            Kind::Print => self.print(at.span, block),
            Kind::TypeAlias => self.type_alias(block),
            Kind::Pass | Kind::Break | Kind::Continue | Kind::Token => {}
            _ => return false,
        }
        true
    }

    fn compound_statement(&mut self, at: At, block: &mut Block) {
        let statement = match at.kind {
            Kind::If => self.branch(at),
            Kind::For => self.for_loop(),
            Kind::While => self.while_loop(),
            Kind::Try => self.try_statement(),
            Kind::With => self.with(),
            Kind::Match => Statement::Do(self.match_statement(at.span)),
            Kind::FunctionDefinition | Kind::ClassDefinition => {
                self.definition(at, at.span, Vec::new())
            }
            Kind::DecoratedDefinition => return self.decorated(at.span, block),
            Kind::Assignment | Kind::AugmentedAssignment => {
                self.assignment(at, block);
                return;
            }
            Kind::Block
            | Kind::Error
            | Kind::ElseClause
            | Kind::FinallyClause
            | Kind::CaseClause => {
                return self.children(|l, at| l.statement(at, block));
            }
            _ => Statement::Do(self.expression()),
        };
        block.statements.push(statement);
    }

    fn expression_statement(&mut self, span: Span, block: &mut Block) {
        let mut values = Vec::new();
        let mut is_tuple = false;
        self.children(|l, at| match at.kind {
            Kind::Assignment | Kind::AugmentedAssignment => {
                l.assignment(at, block);
            }
            Kind::Token => is_tuple |= l.text(at.span) == ",",
            _ => values.push(l.expression()),
        });
        match values.as_slice() {
            [] => {}
            [value] if !is_tuple => block.statements.push(Statement::Do(*value)),
            _ => {
                let tuple = self.tuple_of(span, &values);
                block.statements.push(Statement::Do(tuple));
            }
        }
    }

    /// Binds, and answers what was bound. Of a chain `a = b = v` the first target binds first, as when it runs.
    fn assignment(&mut self, at: At, block: &mut Block) -> Option<ExpressionId> {
        if !self.builder.enter(at.span) {
            return None;
        }
        let bound = with_stack(|| self.assignment_parts(block));
        self.builder.leave();
        bound
    }

    fn assignment_parts(&mut self, block: &mut Block) -> Option<ExpressionId> {
        let (mut target, mut value, mut annotation) = (None, None, None);
        let mut augmented = None;
        let mut later = Block::default();
        self.children(|l, at| match l.field() {
            Field::Operator => {
                let operator = l.text(at.span).trim_end_matches('=');
                augmented = Some(l.builder.name(operator));
            }
            _ if at.kind == Kind::Token => {}
            Field::Left => target = Some(l.expression()),
            Field::Type => annotation = Some(l.annotation()),
            Field::Right if matches!(at.kind, Kind::Assignment | Kind::AugmentedAssignment) => {
                value = l.assignment(at, &mut later);
            }
            Field::Right => value = Some(l.expression()),
            _ => later.statements.push(Statement::Do(l.expression())),
        });
        if let Some(target) = target {
            block
                .statements
                .push(bind(target, value, annotation, augmented));
        }
        block.statements.append(&mut later.statements);
        value
    }

    fn type_alias(&mut self, block: &mut Block) {
        let (mut target, mut value) = (None, None);
        self.parts(|l, _| match l.field() {
            Field::Left => target = Some(l.annotation()),
            _ => value = Some(l.annotation()),
        });
        if let Some(mut target) = target {
            if let ExpressionKind::Subscript(generic) =
                &self.builder.module().expression(target).kind
            {
                target = generic.of;
            }
            block.statements.push(bind(target, value, None, None));
        }
    }

    fn raise(&mut self, block: &mut Block) {
        let mut raised = None;
        self.parts(|l, _| {
            let is_cause = l.field() == Field::Cause;
            let value = l.expression();
            if is_cause || raised.is_some() {
                block.statements.push(Statement::Do(value));
            } else {
                raised = Some(value);
            }
        });
        block.statements.push(Statement::Raise(raised));
    }

    /// `assert test, message` is `if test: pass` `else: raise message`.
    fn assert(&mut self, block: &mut Block) {
        let mut parts = Vec::new();
        self.parts(|l, _| parts.push(l.expression()));
        let Some(&test) = parts.first() else { return };
        let raise = Statement::Raise(parts.get(1).copied());
        let otherwise = Block {
            statements: vec![raise],
            tail: None,
        };
        let branch = Branch {
            test,
            then: Block::default(),
            otherwise,
        };
        block.statements.push(Statement::Branch(branch));
    }

    fn delete(&mut self, block: &mut Block) {
        let mut targets = Vec::new();
        self.parts(|l, at| match at.kind {
            Kind::ExpressionList => l.parts(|l, _| targets.push(l.expression())),
            _ => targets.push(l.expression()),
        });
        block.statements.push(Statement::Delete(targets));
    }

    fn outer(&mut self, block: &mut Block) {
        let mut names = Vec::new();
        self.parts(|l, at| names.push(l.name(at.span)));
        block.statements.push(Statement::Outer(names));
    }

    fn print(&mut self, span: Span, block: &mut Block) {
        let mut arguments = Vec::new();
        self.parts(|l, _| arguments.push(super::collection::plain(l.expression())));
        let keyword = Span::new(span.start, span.start + "print".len() as u32);
        let callee = self.builder.name_expression(keyword, "print");
        let call = self
            .builder
            .expression(span, ExpressionKind::Call(Call { callee, arguments }));
        block.statements.push(Statement::Do(call));
    }

    fn branch(&mut self, at: At) -> Statement {
        let (mut test, mut then) = (None, Block::default());
        let mut elifs = Vec::new();
        let mut otherwise = Block::default();
        self.parts(|l, at| match at.kind {
            Kind::Block => then = l.block(),
            Kind::ElifClause => elifs.push(l.elif()),
            Kind::ElseClause => otherwise = l.clause_body(),
            _ => test = Some(l.expression()),
        });
        while elifs.len() > NESTED_ELIFS {
            if let Some(last) = elifs.pop() {
                let rest = std::mem::take(&mut otherwise.statements);
                otherwise.statements = vec![Statement::Branch(last)];
                otherwise.statements.extend(rest);
            }
        }
        for mut elif in elifs.into_iter().rev() {
            elif.otherwise = otherwise;
            otherwise = Block {
                statements: vec![Statement::Branch(elif)],
                tail: None,
            };
        }
        let test = test.unwrap_or_else(|| self.builder.other(at.span, Vec::new()));
        Statement::Branch(Branch {
            test,
            then,
            otherwise,
        })
    }

    fn elif(&mut self) -> Branch {
        let span = self.at().span;
        let (mut test, mut then) = (None, Block::default());
        self.parts(|l, at| match at.kind {
            Kind::Block => then = l.block(),
            _ => test = Some(l.expression()),
        });
        let test = test.unwrap_or_else(|| self.builder.other(span, Vec::new()));
        Branch {
            test,
            then,
            otherwise: Block::default(),
        }
    }

    /// The statements of an `else` or `finally` at the cursor.
    fn clause_body(&mut self) -> Block {
        let mut body = Block::default();
        self.parts(|l, at| l.statement(at, &mut body));
        body
    }

    fn for_loop(&mut self) -> Statement {
        let (mut target, mut over) = (None, None);
        let (mut body, mut otherwise) = (Block::default(), Block::default());
        let mut is_async = false;
        self.children(|l, at| match at.kind {
            Kind::Token => is_async |= l.text(at.span) == "async",
            Kind::Block => body = l.block(),
            Kind::ElseClause => otherwise = l.clause_body(),
            _ if l.field() == Field::Left => target = Some(l.expression()),
            _ => over = Some(l.expression()),
        });
        Statement::Loop(Loop {
            target,
            over,
            body,
            otherwise,
            is_async,
        })
    }

    fn while_loop(&mut self) -> Statement {
        let mut over = None;
        let (mut body, mut otherwise) = (Block::default(), Block::default());
        self.parts(|l, at| match at.kind {
            Kind::Block => body = l.block(),
            Kind::ElseClause => otherwise = l.clause_body(),
            _ => over = Some(l.expression()),
        });
        Statement::Loop(Loop {
            target: None,
            over,
            body,
            otherwise,
            is_async: false,
        })
    }

    fn try_statement(&mut self) -> Statement {
        let (mut body, mut otherwise, mut finally) =
            (Block::default(), Block::default(), Block::default());
        let mut handlers = Vec::new();
        self.parts(|l, at| match at.kind {
            Kind::Block => body = l.block(),
            Kind::ExceptClause => handlers.push(l.handler()),
            Kind::ElseClause => otherwise = l.clause_body(),
            Kind::FinallyClause => finally = l.clause_body(),
            _ => l.statement(at, &mut body),
        });
        Statement::Try(Try {
            body,
            handlers,
            otherwise,
            finally,
        })
    }

    /// `except types as target`, and Python 2's `except types, target`.
    fn handler(&mut self) -> Handler {
        let (mut types, mut target, mut body) = (None, None, Block::default());
        self.parts(|l, at| match at.kind {
            Kind::Block => body = l.block(),
            Kind::AsPattern => {
                let (value, alias) = l.as_pattern();
                types = value;
                target = alias;
            }
            _ if types.is_none() => types = Some(l.expression()),
            _ => target = Some(l.expression()),
        });
        Handler {
            types,
            target,
            body,
        }
    }

    fn with(&mut self) -> Statement {
        let mut items = Vec::new();
        let mut body = Block::default();
        let mut is_async = false;
        self.children(|l, at| match at.kind {
            Kind::Token => is_async |= l.text(at.span) == "async",
            Kind::Block => body = l.block(),
            _ => l.with_items(at, &mut items),
        });
        Statement::With(With {
            items,
            body,
            is_async,
        })
    }

    fn with_items(&mut self, at: At, items: &mut Vec<(ExpressionId, Option<ExpressionId>)>) {
        match at.kind {
            Kind::WithClause | Kind::WithItem => self.parts(|l, at| l.with_items(at, items)),
            Kind::Tuple | Kind::Parenthesized if self.has_part(Kind::AsPattern) => {
                self.parts(|l, at| l.with_items(at, items));
            }
            Kind::AsPattern => {
                let (value, target) = self.as_pattern();
                let value = value.unwrap_or_else(|| self.builder.other(at.span, Vec::new()));
                items.push((value, target));
            }
            _ => items.push((self.expression(), None)),
        }
    }

    fn has_part(&mut self, kind: Kind) -> bool {
        let mut found = false;
        self.children(|_, at| found |= at.kind == kind);
        found
    }
}

fn bind(
    target: ExpressionId,
    value: Option<ExpressionId>,
    annotation: Option<ExpressionId>,
    augmented: Option<Name>,
) -> Statement {
    Statement::Bind(Bind {
        target,
        value,
        annotation,
        augmented,
        otherwise: None,
        constant: false,
    })
}
