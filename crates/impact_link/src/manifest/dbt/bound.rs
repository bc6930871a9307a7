//! What names stand for in a model or a macro: expressions of some file.

use super::project::Said;
use impact_facts::{Collection, ExpressionId, ExpressionKind, FileId, Module, Span, Statement};
use std::collections::BTreeMap;

/// A file, and what its names stand for at one point.
#[derive(Clone)]
pub(super) struct Frame<'a> {
    pub(super) file: FileId,
    pub(super) module: &'a Module,
    pub(super) names: Names<'a>,
}

/// Names, and what they stand for.
pub(super) type Names<'a> = BTreeMap<&'a str, std::rc::Rc<Bound<'a>>>;

/// What a name stands for: an expression where it stands.
#[derive(Clone)]
pub(super) struct Bound<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) id: ExpressionId,
}

impl<'a> Frame<'a> {
    /// A file in which no name is bound yet.
    pub(super) fn new(file: FileId, module: &'a Module) -> Self {
        Self {
            file,
            module,
            names: Names::new(),
        }
    }

    /// An expression that stands there.
    pub(super) fn at(&self, id: ExpressionId) -> Bound<'a> {
        Bound {
            frame: self.clone(),
            id,
        }
    }

    /// The place behind what `{% set %}` binds, in order.
    pub(super) fn behind(mut self, statements: &[Statement]) -> Self {
        for statement in statements {
            if let Statement::Bind(bind) = statement
                && let (ExpressionKind::Name(name), Some(id)) =
                    (&self.module.expression(bind.target).kind, bind.value)
            {
                let bound = Frame::new(self.file, self.module).at(id);
                self.names
                    .insert(self.module.name(*name), std::rc::Rc::new(bound));
            }
        }
        self
    }
}

impl<'a> Bound<'a> {
    /// What a data file gives.
    pub(super) fn said(said: Said<'a>) -> Self {
        Frame::new(said.file, said.node.module()).at(said.node.expression())
    }

    /// What kind of expression it is.
    pub(super) fn kind(&self) -> &'a ExpressionKind {
        &self.frame.module.expression(self.id).kind
    }

    /// Where it stands in its file.
    pub(super) fn span(&self) -> Span {
        self.frame.module.expression(self.id).span
    }

    /// The items of a collection that is written out, or a dictionary's keys.
    pub(super) fn items(&self) -> Vec<Bound<'a>> {
        let ExpressionKind::Collection(Collection { items, .. }) = self.kind() else {
            return Vec::new();
        };
        items
            .iter()
            .map(|item| self.frame.at(item.key.unwrap_or(item.value)))
            .collect()
    }

    /// The string that it is.
    pub(super) fn text(&self) -> Option<String> {
        self.frame.module.plain_text(self.id)
    }
}

/// What a macro or snapshot puts out.
pub(super) fn returned(body: &[Statement]) -> Option<ExpressionId> {
    body.iter().find_map(|statement| match statement {
        Statement::Return(Some(id)) => Some(*id),
        _ => None,
    })
}
