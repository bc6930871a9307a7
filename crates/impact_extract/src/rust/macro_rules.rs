//! `macro_rules!` bodies, and the tokens of macro calls that are no expressions.

use impact_facts::{Block, ExpressionKind, Statement, TokenId, TokenKind};
use tree_sitter::Node;

use super::lowering::{Lowering, field, parts};
use super::macros::inner_tokens;

impl Lowering<'_, '_> {
    /// What the arms of a `macro_rules!` say, one after the other.
    pub(super) fn macro_bodies(&mut self, node: Node<'_>) -> Block {
        let rules: Vec<_> = parts(node)
            .into_iter()
            .filter(|part| part.kind() == "macro_rule")
            .collect();
        let mut block = Block::default();
        for body in rules.into_iter().filter_map(|rule| field(rule, "right")) {
            self.macro_body(body, &mut block);
        }
        block
    }

    fn macro_body(&mut self, tree: Node<'_>, out: &mut Block) {
        let inner = inner_tokens(tree);
        let (Some(first), Some(last)) = (inner.first(), inner.last()) else {
            return;
        };
        let (start, end) = (first.start_byte(), last.end_byte());
        let mut text = self.slice(start, end).as_bytes().to_vec();
        for token in &inner {
            blank(*token, start, &mut text);
        }
        let text = String::from_utf8(text).unwrap_or_default();
        let body = self.fragment(("{", &text, "\n}"), start, |lowering, root| {
            let block = parts(root).first().copied()?;
            let block = if block.kind() == "expression_statement" {
                parts(block).first().copied()?
            } else {
                block
            };
            Some(lowering.block(block))
        });
        match body {
            Some(body) => {
                out.statements.extend(body.statements);
                out.statements.extend(body.tail.map(Statement::Do));
            }
            None => {
                let (arguments, _) = self.token_arguments(tree);
                let values = arguments
                    .into_iter()
                    .map(|argument| argument.value)
                    .collect();
                out.statements
                    .push(Statement::Do(self.add(tree, ExpressionKind::Other(values))));
            }
        }
    }

    /// The tokens between a token tree's delimiters.
    pub(super) fn tokens(&mut self, tree: Node<'_>) -> Vec<TokenId> {
        let lowered = self.nested(tree, |lowering| {
            inner_tokens(tree)
                .into_iter()
                .map(|token| lowering.token(token))
                .collect()
        });
        lowered.unwrap_or_default()
    }

    fn token(&mut self, node: Node<'_>) -> TokenId {
        let text = self.text(node);
        let kind = match node.kind() {
            "token_tree" => {
                let open = text.chars().next().unwrap_or('(');
                TokenKind::Group(open, self.tokens(node))
            }
            kind if kind.ends_with("_literal") => TokenKind::Literal(self.expression(node)),
            _ if text.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                TokenKind::Word(self.name(node))
            }
            _ => TokenKind::Punctuation(self.name(node)),
        };
        let span = self.span(node);
        self.state.build.token(span, kind)
    }
}

/// Makes metavariables names (`$x` is `_x`, `$crate` is `crate`) and repetitions their content, byte for byte.
fn blank(node: Node<'_>, start: usize, text: &mut [u8]) {
    let mut cursor = node.walk();
    loop {
        let at = cursor.node();
        match at.kind() {
            "metavariable" => rename(at, start, text),
            "token_repetition" => unwrap_repetition(at, start, text),
            _ => {}
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

fn rename(node: Node<'_>, start: usize, text: &mut [u8]) {
    let Some(word) = node
        .start_byte()
        .checked_sub(start)
        .and_then(|from| text.get_mut(from..))
    else {
        return;
    };
    let sign = if word.starts_with(b"$crate") {
        b' '
    } else {
        b'_'
    };
    if let Some(first) = word.first_mut() {
        *first = sign;
    }
}

fn unwrap_repetition(node: Node<'_>, start: usize, text: &mut [u8]) {
    let mut cursor = node.walk();
    let close = node
        .children(&mut cursor)
        .filter(|child| child.kind() == ")")
        .last();
    let from = node.start_byte().saturating_sub(start);
    let open = text
        .get(from..)
        .and_then(|rest| rest.iter().position(|byte| *byte == b'('));
    let after_open = from + open.map_or(1, |at| at + 1);
    let before_close = close
        .map_or(node.end_byte(), |close| close.start_byte())
        .saturating_sub(start);
    for range in [
        from..after_open,
        before_close..node.end_byte().saturating_sub(start),
    ] {
        for byte in text.get_mut(range).unwrap_or_default() {
            *byte = b' ';
        }
    }
}
