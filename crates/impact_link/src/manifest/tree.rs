//! Walks the collections that data files are lowered to.

use impact_facts::{CollectionKind, ExpressionId, ExpressionKind, Module, Piece, Span, Statement};

/// How deep a walk goes. Front ends keep less.
pub(crate) const MAX_DEPTH: u32 = 64;

/// A value of a data file.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a> {
    module: &'a Module,
    id: ExpressionId,
}

/// The documents of a data file.
pub(crate) fn documents(module: &Module) -> impl Iterator<Item = Node<'_>> {
    module
        .body
        .statements
        .iter()
        .filter_map(move |statement| match statement {
            Statement::Do(id) => Some(Node { module, id: *id }),
            _ => None,
        })
}

/// A value of a module.
pub(crate) fn node(module: &Module, id: ExpressionId) -> Node<'_> {
    Node { module, id }
}

impl<'a> Node<'a> {
    /// The module that it stands in.
    pub(crate) fn module(self) -> &'a Module {
        self.module
    }

    /// What it is in its module.
    pub(crate) fn expression(self) -> ExpressionId {
        self.id
    }

    /// Where it stands.
    pub(crate) fn span(self) -> Span {
        self.module.expression(self.id).span
    }

    /// The string that it is.
    pub(crate) fn text(self) -> Option<&'a str> {
        let ExpressionKind::Text(text) = self.module.expression(self.id).kind else {
            return None;
        };
        match self.module.text(text).pieces.as_slice() {
            [] => Some(""),
            [Piece::Literal(literal)] => Some(&literal.value),
            _ => None,
        }
    }

    /// Where the characters of the string stand, without quotes.
    pub(crate) fn text_span(self) -> Span {
        let ExpressionKind::Text(text) = self.module.expression(self.id).kind else {
            return self.span();
        };
        match self.module.text(text).pieces.as_slice() {
            [Piece::Literal(literal)] => literal.map.span(0, literal.value.len() as u32),
            _ => self.span(),
        }
    }

    /// The kind of collection that it is.
    pub(crate) fn kind(self) -> Option<CollectionKind> {
        match &self.module.expression(self.id).kind {
            ExpressionKind::Collection(collection) => Some(collection.kind),
            _ => None,
        }
    }

    /// The items of a list, or a dictionary's values.
    pub(crate) fn items(self) -> Vec<Node<'a>> {
        match &self.module.expression(self.id).kind {
            ExpressionKind::Collection(collection) => collection
                .items
                .iter()
                .map(|item| self.at(item.value))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The entries of a dictionary whose keys are strings; what is merged into it included.
    pub(crate) fn entries(self) -> Vec<(Node<'a>, Node<'a>)> {
        self.entries_to(MAX_DEPTH)
    }

    fn entries_to(self, depth: u32) -> Vec<(Node<'a>, Node<'a>)> {
        let mut entries = Vec::new();
        let ExpressionKind::Collection(collection) = &self.module.expression(self.id).kind else {
            return entries;
        };
        if collection.kind != CollectionKind::Dictionary {
            return entries;
        }
        for item in &collection.items {
            match item.key {
                Some(key) => entries.push((self.at(key), self.at(item.value))),
                None if depth > 0 => entries.extend(self.at(item.value).entries_to(depth - 1)),
                None => {}
            }
        }
        entries
    }

    /// The value under a key.
    pub(crate) fn get(self, key: &str) -> Option<Node<'a>> {
        let mut entries = self.entries().into_iter();
        entries
            .find(|(name, _)| name.text() == Some(key))
            .map(|(_, value)| value)
    }

    /// The value under a path of keys.
    pub(crate) fn path(self, keys: &[&str]) -> Option<Node<'a>> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The string under a key.
    pub(crate) fn text_of(self, key: &str) -> Option<&'a str> {
        self.get(key)?.text()
    }

    /// The words of a command: a string, or a list of strings.
    pub(crate) fn words(self) -> Vec<&'a str> {
        match self.text() {
            Some(text) => vec![text],
            None => self.items().into_iter().filter_map(Node::text).collect(),
        }
    }

    fn at(self, id: ExpressionId) -> Node<'a> {
        Node {
            module: self.module,
            id,
        }
    }
}
