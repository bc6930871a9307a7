//! Macro calls: token trees, parsed again as what they most likely are, so that nothing inside them is lost.

use impact_facts::{
    Argument, Assign, Collection, CollectionKind, ExpressionId, ExpressionKind, Item, MacroCall,
    Span, Spread, Statement,
};
use tree_sitter::Node;

use super::lowering::{Lowering, field, parts, tokens_of};

impl<'b, 's> Lowering<'b, 's> {
    /// A macro call in a value's, pattern's or type's place.
    pub(super) fn macro_invocation(&mut self, node: Node<'_>) -> ExpressionId {
        self.macro_call(node, false)
    }

    /// A macro call among items: what it holds may be items, too.
    pub(super) fn item_macro(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        if self.made_by_macro(node, out) {
            return;
        }
        let call = self.deeper(node, |lowering| lowering.macro_call(node, true));
        out.push(Statement::Do(call));
    }

    /// Lowers a macro call that stands for an item of a form that is known. Whether it is one.
    pub(super) fn made_by_macro(&mut self, node: Node<'_>, out: &mut Vec<Statement>) -> bool {
        let object = self.nested(node, |lowering| lowering.graphql_object(node));
        let made = object.flatten();
        let is_made = made.is_some();
        out.extend(made);
        is_made
    }

    fn macro_call(&mut self, node: Node<'_>, declares: bool) -> ExpressionId {
        let Some(callee_node) = field(node, "macro") else {
            return self.other(node);
        };
        let Some(tree) = parts(node)
            .into_iter()
            .find(|part| part.kind() == "token_tree")
        else {
            return self.other(node);
        };
        let name = self
            .text(callee_node)
            .rsplit("::")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned();
        match name.as_str() {
            "vec" => return self.list_macro(node, tree),
            "json" => return self.json(tree),
            _ => {}
        }
        let callee = self.expression(callee_node);
        let braced = declares && self.text(tree).starts_with('{');
        let block = if braced {
            self.token_statements(tree)
        } else {
            None
        };
        let (mut arguments, parsed) = match block {
            Some(block) => (vec![Self::argument(block)], true),
            None => self.token_arguments(tree),
        };
        self.fill_template(&name, &mut arguments);
        let tokens = if parsed {
            Vec::new()
        } else {
            self.tokens(tree)
        };
        self.add(
            node,
            ExpressionKind::Macro(MacroCall {
                callee,
                arguments,
                tokens,
            }),
        )
    }

    /// `vec![a, b]` and `vec![value; length]` are lists.
    fn list_macro(&mut self, node: Node<'_>, tree: Node<'_>) -> ExpressionId {
        let repeated = tokens_of(tree).iter().any(|token| token.kind() == ";");
        let values: Vec<_> = self
            .token_arguments(tree)
            .0
            .into_iter()
            .map(|argument| argument.value)
            .collect();
        if repeated {
            return self.repeated(node, &values);
        }
        let items = values
            .into_iter()
            .map(|value| Item {
                key: None,
                spread: Spread::None,
                value,
            })
            .collect();
        self.add(
            node,
            ExpressionKind::Collection(Collection {
                kind: CollectionKind::List,
                items,
            }),
        )
    }

    /// The arguments between a token tree's delimiters, and whether all of them parsed.
    pub(super) fn token_arguments(&mut self, tree: Node<'_>) -> (Vec<Argument>, bool) {
        let inner = inner_tokens(tree);
        let (Some(first), Some(last)) = (inner.first(), inner.last()) else {
            return (Vec::new(), true);
        };
        let text = self.slice(first.start_byte(), last.end_byte());
        let whole = self.fragment(
            ("m(", text, "\n);"),
            first.start_byte(),
            |lowering, root| only_call(root).map(|list| lowering.call_arguments(list)),
        );
        if let Some(arguments) = whole {
            return (arguments, true);
        }
        let several = inner.iter().any(|token| token.kind() == ";");
        if let Some(block) = several.then(|| self.token_statements(tree)).flatten() {
            return (vec![Self::argument(block)], true);
        }
        self.nested(tree, |lowering| lowering.chunked_arguments(&inner))
            .unwrap_or_default()
    }

    /// The values of a call's list; `name = value` is an argument by name.
    pub(super) fn call_arguments(&mut self, list: Node<'_>) -> Vec<Argument> {
        parts(list)
            .into_iter()
            .map(|value| self.call_argument(value))
            .collect()
    }

    fn call_argument(&mut self, value: Node<'_>) -> Argument {
        let named = field(value, "left").filter(|left| {
            value.kind() == "assignment_expression"
                && matches!(left.kind(), "identifier" | "field_expression")
        });
        match (named, field(value, "right")) {
            (Some(name), Some(right)) => {
                let text: String = self.text(name).split_whitespace().collect();
                let name = Some((self.intern(&text), self.span(name)));
                Argument {
                    name,
                    spread: Spread::None,
                    value: self.expression(right),
                }
            }
            _ => Self::argument(self.expression(value)),
        }
    }

    /// The tokens between the delimiters as a block of statements or items, if they are that.
    fn token_statements(&mut self, tree: Node<'_>) -> Option<ExpressionId> {
        let inner = inner_tokens(tree);
        let (first, last) = (inner.first()?, inner.last()?);
        let text = self.slice(first.start_byte(), last.end_byte());
        let span = self.span(tree);
        self.fragment(("{", text, "\n}"), first.start_byte(), |lowering, root| {
            let block = only(only(root)?)?;
            let block = lowering.block(if block.kind() == "block" {
                block
            } else {
                only(root)?
            });
            Some(lowering.add_at(span, ExpressionKind::Block(Box::new(block))))
        })
    }

    fn chunked_arguments(&mut self, inner: &[Node<'_>]) -> (Vec<Argument>, bool) {
        let mut arguments = Vec::new();
        let mut parsed = true;
        for chunk in chunks(inner) {
            let (argument, complete) = self.chunk(chunk);
            parsed &= complete;
            arguments.push(argument);
        }
        (arguments, parsed)
    }

    /// What stands between two separators: an expression, a type, a pattern, or else its literals and groups.
    fn chunk(&mut self, chunk: &[Node<'_>]) -> (Argument, bool) {
        if let Some(found) = self.chunk_expression(chunk) {
            return (found, true);
        }
        let place = |sign: &str| {
            chunk
                .iter()
                .position(|token| token.kind() == sign)
                .filter(|at| *at > 0)
        };
        if let Some(at) = place("=").or_else(|| place(":")) {
            return self.pair(chunk, at);
        }
        if let Some((_, rest)) = chunk
            .split_first()
            .filter(|(first, rest)| is_sigil(**first) && !rest.is_empty())
        {
            return self.chunk(rest);
        }
        if let Some(found) = self.chunk_type(chunk).or_else(|| self.chunk_pattern(chunk)) {
            return (Self::argument(found), true);
        }
        let parts = chunk
            .iter()
            .filter_map(|token| self.loose(*token))
            .collect();
        let value = self.add_at(self.chunk_span(chunk), ExpressionKind::Other(parts));
        (Self::argument(value), false)
    }

    /// `name = …`, `field.name = %…`, `name: …`, `"key": …`, `pattern = …`.
    fn pair(&mut self, chunk: &[Node<'_>], at: usize) -> (Argument, bool) {
        let (left, right) = (
            chunk.get(..at).unwrap_or_default(),
            chunk.get(at + 1..).unwrap_or_default(),
        );
        let (mut argument, parsed) = match right {
            [] => (
                Self::argument(
                    self.add_at(self.chunk_span(left), ExpressionKind::Other(Vec::new())),
                ),
                false,
            ),
            right => self.chunk(right),
        };
        let span = self.chunk_span(left);
        if left.iter().all(|token| {
            token.is_named() && !is_literal(*token) || matches!(token.kind(), "." | "type")
        }) {
            let text: String = left.iter().map(|token| self.text(*token)).collect();
            argument.name = Some((self.intern(&text), span));
            return (argument, parsed);
        }
        let target = match self.chunk_pattern(left) {
            Some(target) => target,
            None => self.chunk(left).0.value,
        };
        let kind = ExpressionKind::Let(Assign {
            target,
            value: argument.value,
        });
        (
            Self::argument(self.add_at(self.chunk_span(chunk), kind)),
            parsed,
        )
    }

    fn chunk_expression(&mut self, chunk: &[Node<'_>]) -> Option<Argument> {
        let (start, text) = self.chunk_text(chunk)?;
        self.fragment(("m(", text, "\n);"), start, |lowering, root| {
            let list = only_call(root)?;
            Some(lowering.call_argument(only(list)?))
        })
    }

    /// The type that tokens spell.
    pub(super) fn chunk_type(&mut self, chunk: &[Node<'_>]) -> Option<ExpressionId> {
        let (start, text) = self.chunk_text(chunk)?;
        self.fragment(("type M=", text, "\n;"), start, |lowering, root| {
            let of = field(only(root)?, "type")?;
            Some(lowering.annotation(of))
        })
    }

    fn chunk_pattern(&mut self, chunk: &[Node<'_>]) -> Option<ExpressionId> {
        let (start, text) = self.chunk_text(chunk)?;
        self.fragment(("match m{", text, "\n=>{}}"), start, |lowering, root| {
            let statement = only(root)?;
            let form = if statement.kind() == "expression_statement" {
                only(statement)?
            } else {
                statement
            };
            let arm = lowering.arm(only(field(form, "body")?)?)?;
            let Some(guard) = arm.guard else {
                return Some(arm.pattern);
            };
            Some(lowering.add_at(
                Span::default(),
                ExpressionKind::Other(vec![arm.pattern, guard]),
            ))
        })
    }

    /// A token that holds values although what stands around it does not parse.
    fn loose(&mut self, token: Node<'_>) -> Option<ExpressionId> {
        match token.kind() {
            "token_tree" => {
                let values = self
                    .token_arguments(token)
                    .0
                    .into_iter()
                    .map(|argument| argument.value)
                    .collect();
                Some(self.add(token, ExpressionKind::Other(values)))
            }
            kind if kind.ends_with("_literal") => Some(self.expression(token)),
            _ => None,
        }
    }

    fn chunk_text(&self, chunk: &[Node<'_>]) -> Option<(usize, &'s str)> {
        let (start, end) = (chunk.first()?.start_byte(), chunk.last()?.end_byte());
        Some((start, self.slice(start, end)))
    }

    fn chunk_span(&self, chunk: &[Node<'_>]) -> Span {
        match (chunk.first(), chunk.last()) {
            (Some(first), Some(last)) => self.span(*first).to(self.span(*last)),
            _ => Span::default(),
        }
    }

    /// `json!`: objects are dictionaries, arrays lists, `null` is null, the rest expressions.
    fn json(&mut self, tree: Node<'_>) -> ExpressionId {
        let inner = inner_tokens(tree);
        self.json_value(tree, &inner)
    }

    fn json_value(&mut self, at: Node<'_>, tokens: &[Node<'_>]) -> ExpressionId {
        self.deeper(at, |lowering| match tokens {
            [] => lowering.add(at, ExpressionKind::Null),
            [only] if lowering.text(*only) == "null" => lowering.add(*only, ExpressionKind::Null),
            [only] if only.kind() == "token_tree" && lowering.text(*only).starts_with('{') => {
                lowering.json_items(*only, CollectionKind::Dictionary)
            }
            [only] if only.kind() == "token_tree" && lowering.text(*only).starts_with('[') => {
                lowering.json_items(*only, CollectionKind::List)
            }
            tokens => lowering.chunk(tokens).0.value,
        })
    }

    fn json_items(&mut self, tree: Node<'_>, kind: CollectionKind) -> ExpressionId {
        let inner = inner_tokens(tree);
        let mut items = Vec::new();
        for chunk in inner
            .split(|token| token.kind() == ",")
            .filter(|chunk| !chunk.is_empty())
        {
            let colon = chunk.iter().position(|token| token.kind() == ":");
            let (key, value) = match colon.filter(|_| kind == CollectionKind::Dictionary) {
                Some(at) => (chunk.get(..at), chunk.get(at + 1..).unwrap_or_default()),
                None => (None, chunk),
            };
            let key = key
                .filter(|key| !key.is_empty())
                .map(|key| self.chunk(key).0.value);
            let value = self.json_value(tree, value);
            items.push(Item {
                key,
                spread: Spread::None,
                value,
            });
        }
        self.add(tree, ExpressionKind::Collection(Collection { kind, items }))
    }
}

/// The tokens between a token tree's delimiters.
pub(super) fn inner_tokens<'t>(tree: Node<'t>) -> Vec<Node<'t>> {
    let mut tokens = tokens_of(tree);
    tokens.pop();
    if tokens.is_empty() {
        tokens
    } else {
        tokens.split_off(1)
    }
}

/// Runs of tokens between `,`, `;` and `=>`. What follows `=> { … }` needs no comma.
fn chunks<'a, 't>(inner: &'a [Node<'t>]) -> Vec<&'a [Node<'t>]> {
    let is_body = |at: usize| {
        let arrow = at
            .checked_sub(1)
            .and_then(|before| inner.get(before))
            .is_some_and(|token| token.kind() == "=>");
        arrow
            && inner
                .get(at)
                .is_some_and(|token| token.kind() == "token_tree")
    };
    let mut chunks = Vec::new();
    let mut start = 0;
    for (at, token) in inner.iter().enumerate() {
        let separates = matches!(token.kind(), "," | ";" | "=>");
        if separates || is_body(at) {
            chunks.push(
                inner
                    .get(start..if separates { at } else { at + 1 })
                    .unwrap_or_default(),
            );
            start = at + 1;
        }
    }
    chunks.push(inner.get(start..).unwrap_or_default());
    chunks.retain(|chunk| !chunk.is_empty());
    chunks
}

/// What macros write before an expression: `%value`, `?value`, `@"text"`, `if guard`.
fn is_sigil(token: Node<'_>) -> bool {
    matches!(token.kind(), "%" | "?" | "@" | "if")
}

fn is_literal(token: Node<'_>) -> bool {
    token.kind().ends_with("_literal") || token.kind() == "token_tree"
}

/// The one part of a node.
fn only<'t>(node: Node<'t>) -> Option<Node<'t>> {
    match parts(node).as_slice() {
        [part] => Some(*part),
        _ => None,
    }
}

/// The argument list of the one call that a fragment is.
fn only_call<'t>(root: Node<'t>) -> Option<Node<'t>> {
    let statement = only(root)?;
    let call = only(statement).filter(|call| call.kind() == "call_expression")?;
    let list = field(call, "arguments")?;
    (call.end_byte() == list.end_byte() && field(call, "function")?.kind() == "identifier")
        .then_some(list)
}
