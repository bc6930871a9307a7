//! `graphql_object!(Type: Context |&self| { field name(&executor) -> T { … } })` of juniper before 0.15: an implementation of
//! the type, whose functions are the fields. <https://docs.rs/juniper/0.14.2/juniper/macro.graphql_object.html>

use impact_facts::{Class, ClassKind, Statement};
use tree_sitter::Node;

use super::lowering::{Lowering, field, parts, tokens_of};
use super::macros::inner_tokens;

/// What stands before the name of each function.
const WORD: &str = "field";

impl Lowering<'_, '_> {
    /// Lowers the macro as the implementation that it makes. None: it is of another form.
    pub(super) fn graphql_object(&mut self, node: Node<'_>) -> Option<Statement> {
        let name = field(node, "macro")?;
        if self.text(name).rsplit("::").next() != Some("graphql_object") {
            return None;
        }
        let tree = parts(node)
            .into_iter()
            .find(|part| part.kind() == "token_tree")?;
        let inner = inner_tokens(tree);
        let subject = *inner.iter().find(|token| token.kind() == "identifier")?;
        let body = *inner
            .last()
            .filter(|last| self.text(**last).starts_with('{'))?;
        let id = self.state.build.open_class();
        let of = self.chunk_type(&[subject]);
        let was = std::mem::replace(&mut self.state.implied_self, true);
        let mut members = impact_facts::Block::default();
        for tokens in fields(self, &inner_tokens(body)) {
            members.statements.extend(self.graphql_field(&tokens));
        }
        self.state.implied_self = was;
        let class = Class {
            kind: ClassKind::Implementation,
            name: None,
            name_span: self.span(subject),
            span: self.span(node),
            decorators: Vec::new(),
            type_parameters: Vec::new(),
            bases: Vec::new(),
            subject: of,
            fields: Vec::new(),
            body: members,
            is_test: self.in_test,
        };
        self.state.build.close_class(id, class);
        Some(Statement::Class(id))
    }

    /// `field name(…) -> T { … }`: a function.
    fn graphql_field(&mut self, tokens: &[Node<'_>]) -> Vec<Statement> {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return Vec::new();
        };
        let (start, end) = (first.start_byte(), last.end_byte());
        let mut text = self.slice(start, end).as_bytes().to_vec();
        let spaces = |range: std::ops::Range<usize>, text: &mut Vec<u8>| {
            let range = range.start.saturating_sub(start)..range.end.saturating_sub(start);
            text.get_mut(range).unwrap_or_default().fill(b' ');
        };
        spaces(first.byte_range(), &mut text);
        if let Some(word) = text.get_mut(..2) {
            word.copy_from_slice(b"fn");
        }
        // `name: String as "what it is"` describes the parameter.
        let list = tokens.get(2).map(|list| tokens_of(*list));
        for pair in list.unwrap_or_default().windows(2) {
            if let [word, said] = pair
                && self.text(*word) == "as"
                && said.kind() == "string_literal"
            {
                spaces(word.start_byte()..said.end_byte(), &mut text);
            }
        }
        let text = String::from_utf8(text).unwrap_or_default();
        let lowered = self.fragment(("impl M{", &text, "\n}"), start, |lowering, root| {
            let made = parts(root).first().copied()?;
            Some(lowering.block(field(made, "body")?).statements)
        });
        lowered.unwrap_or_default()
    }
}

/// The tokens of each field: from its word to the block that answers it.
fn fields<'t>(lowering: &Lowering<'_, '_>, inner: &[Node<'t>]) -> Vec<Vec<Node<'t>>> {
    let mut found = Vec::new();
    let begins = |at: usize| {
        let kind = |at: usize| inner.get(at).map(Node::kind);
        inner
            .get(at)
            .is_some_and(|token| lowering.text(*token) == WORD)
            && kind(at + 1) == Some("identifier")
            && kind(at + 2) == Some("token_tree")
    };
    for at in (0..inner.len()).filter(|at| begins(*at)) {
        let rest = inner.get(at + 3..).unwrap_or_default();
        let answers = rest
            .iter()
            .position(|token| lowering.text(*token).starts_with('{'));
        if let Some(to) = answers {
            found.push(inner.get(at..=at + 3 + to).unwrap_or_default().to_vec());
        }
    }
    found
}
