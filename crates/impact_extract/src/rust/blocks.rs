//! Blocks, statements and closures.

use impact_facts::{
    Arm, Bind, Block, Branch, ExpressionId, ExpressionKind, Function, Loop, Parameter,
    ParameterKind, Statement,
};
use tree_sitter::Node;

use super::attributes::Attributes;
use super::lowering::{Lowering, field, parts, tokens_of};

impl Lowering<'_, '_> {
    /// Lowers `{ … }`.
    pub(super) fn block(&mut self, node: Node<'_>) -> Block {
        self.nested(node, |lowering| lowering.statements(node))
            .unwrap_or_default()
    }

    /// Lowers the statements that are children of a node: a file, a block, a declaration list.
    pub(super) fn statements(&mut self, node: Node<'_>) -> Block {
        let mut block = Block::default();
        let mut attributes = Attributes::default();
        let children: Vec<_> = tokens_of(node).into_iter().filter(Node::is_named).collect();
        let last = children.last().map(Node::id);
        for child in children {
            match child.kind() {
                "attribute_item" => {
                    self.attribute_item(child, &mut attributes);
                    continue;
                }
                "inner_attribute_item" => self.inner_attribute(child),
                _ if Some(child.id()) == last && node.kind() == "block" => {
                    self.last(child, &mut block)
                }
                _ => self.statement(child, &mut block.statements, &mut attributes),
            }
            attributes = Attributes::default();
        }
        block
    }

    /// The last statement of a block is its value unless a semicolon follows.
    fn last(&mut self, node: Node<'_>, block: &mut Block) {
        let value = match node.kind() {
            "expression_statement" if !ends_with_semicolon(node) => parts(node).first().copied(),
            "expression_statement" => None,
            kind if is_declaration(kind) => None,
            _ => Some(node),
        };
        match value {
            Some(value) if !is_loop(value) => block.tail = Some(self.expression(value)),
            Some(value) => self.evaluation(value, &mut block.statements),
            None => self.statement(node, &mut block.statements, &mut Attributes::default()),
        }
    }

    fn statement(&mut self, node: Node<'_>, out: &mut Vec<Statement>, attributes: &mut Attributes) {
        match node.kind() {
            "expression_statement" => {
                for value in parts(node) {
                    self.evaluation(value, out);
                }
            }
            "let_declaration" => self.let_declaration(node, out),
            "macro_invocation" => self.item_macro(node, out),
            "empty_statement" | "label" => {}
            kind if is_declaration(kind) => self.item(node, out, std::mem::take(attributes)),
            _ => self.evaluation(node, out),
        }
    }

    /// An expression that stands as a statement.
    fn evaluation(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        match node.kind() {
            "if_expression" => {
                let branch = self.branch(node);
                out.extend(branch.map(Statement::Branch));
            }
            "for_expression" | "while_expression" | "loop_expression" => {
                let statement = self.loop_statement(node);
                out.push(Statement::Loop(statement));
            }
            "return_expression" => {
                let value = parts(node).first().map(|value| self.expression(*value));
                out.push(Statement::Return(value));
            }
            "break_expression" | "continue_expression" => {
                out.extend(
                    parts(node)
                        .first()
                        .map(|value| Statement::Do(self.expression(*value))),
                );
            }
            "assignment_expression" | "compound_assignment_expr" => self.assign(node, out),
            "macro_invocation" if self.made_by_macro(node, out) => {}
            _ => out.push(Statement::Do(self.expression(node))),
        }
    }

    fn assign(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else {
            return;
        };
        let value = Some(self.expression(right));
        let target = self.pattern(left);
        let augmented = field(node, "operator").map(|operator| {
            let operator = self.text(operator).trim_end_matches('=');
            self.intern(operator)
        });
        out.push(Statement::Bind(Bind {
            target,
            value,
            annotation: None,
            augmented,
            otherwise: None,
            constant: false,
        }));
    }

    fn let_declaration(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        let Some(pattern) = field(node, "pattern") else {
            return;
        };
        let value = field(node, "value").map(|value| self.expression(value));
        let annotation = field(node, "type").map(|of| self.annotation(of));
        let target = self.pattern(pattern);
        let otherwise = field(node, "alternative").map(|block| self.block(block));
        out.push(Statement::Bind(Bind {
            target,
            value,
            annotation,
            augmented: None,
            otherwise,
            constant: false,
        }));
    }

    fn branch(&mut self, node: Node<'_>) -> Option<Branch> {
        let test = self.expression(field(node, "condition")?);
        let then = field(node, "consequence")
            .map(|block| self.block(block))
            .unwrap_or_default();
        let clause = field(node, "alternative").and_then(|clause| parts(clause).first().copied());
        let otherwise = clause
            .map(|clause| self.otherwise(clause))
            .unwrap_or_default();
        Some(Branch {
            test,
            then,
            otherwise,
        })
    }

    fn otherwise(&mut self, clause: Node<'_>) -> Block {
        if clause.kind() == "block" {
            return self.block(clause);
        }
        let branch = self
            .nested(clause, |lowering| lowering.branch(clause))
            .flatten();
        Block {
            statements: branch.map(Statement::Branch).into_iter().collect(),
            tail: None,
        }
    }

    /// `for`, `while` and `loop`.
    pub(super) fn loop_statement(&mut self, node: Node<'_>) -> Loop {
        let over = field(node, "value")
            .or_else(|| field(node, "condition"))
            .map(|over| self.expression(over));
        let target = field(node, "pattern").map(|pattern| self.pattern(pattern));
        let body = field(node, "body")
            .map(|body| self.block(body))
            .unwrap_or_default();
        Loop {
            target,
            over,
            body,
            otherwise: Block::default(),
            is_async: false,
        }
    }

    /// An arm of a `match`.
    pub(super) fn arm(&mut self, node: Node<'_>) -> Option<Arm> {
        let pattern = field(node, "pattern")?;
        let guard = field(pattern, "condition");
        let pattern = self.pattern(pattern);
        let guard = guard.map(|guard| self.expression(guard));
        let body = field(node, "value")
            .map(|value| self.body(value))
            .unwrap_or_default();
        Some(Arm {
            pattern,
            guard,
            body,
        })
    }

    /// A block, or an expression that is the whole body.
    pub(super) fn body(&mut self, node: Node<'_>) -> Block {
        match node.kind() {
            "block" => self.block(node),
            _ => Block {
                statements: Vec::new(),
                tail: Some(self.expression(node)),
            },
        }
    }

    /// `|parameters| body`.
    pub(super) fn closure(&mut self, node: Node<'_>) -> ExpressionId {
        self.state.build.open_function();
        let list = field(node, "parameters").map(parts).unwrap_or_default();
        let parameters = list
            .into_iter()
            .map(|parameter| self.closure_parameter(parameter))
            .collect();
        let returns = field(node, "return_type").map(|of| self.annotation(of));
        let body = field(node, "body")
            .map(|body| self.body(body))
            .unwrap_or_default();
        let span = self.span(node);
        let is_async = tokens_of(node).iter().any(|token| token.kind() == "async");
        let function = Function {
            name: None,
            name_span: span,
            span,
            decorators: Vec::new(),
            type_parameters: Vec::new(),
            parameters,
            returns,
            body,
            is_async,
            is_generator: false,
            is_test: self.in_test,
        };
        let function = self.state.build.close_function(function);
        self.add(node, ExpressionKind::Closure(function))
    }

    fn closure_parameter(&mut self, node: Node<'_>) -> Parameter {
        let (pattern, annotation) = match node.kind() {
            "parameter" => (field(node, "pattern").unwrap_or(node), field(node, "type")),
            _ => (node, None),
        };
        let annotation = annotation.map(|of| self.annotation(of));
        Parameter {
            pattern: self.pattern(pattern),
            annotation,
            default: None,
            kind: ParameterKind::Positional,
        }
    }
}

fn ends_with_semicolon(node: Node<'_>) -> bool {
    tokens_of(node)
        .last()
        .is_some_and(|token| token.kind() == ";")
}

fn is_loop(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "for_expression" | "while_expression" | "loop_expression"
    )
}

fn is_declaration(kind: &str) -> bool {
    kind.ends_with("_item")
        || kind.ends_with("_declaration")
        || matches!(
            kind,
            "macro_definition" | "associated_type" | "empty_statement"
        )
}
