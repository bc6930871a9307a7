//! What names stand for in a model or a macro: expressions of some file.

use super::project::Said;
use impact_facts::{Collection, ExpressionId, ExpressionKind, FileId, Module, Statement};
use std::collections::BTreeMap;

/// What a name stands for: an expression of some file.
#[derive(Clone)]
pub(super) struct Bound<'a> {
    pub(super) file: FileId,
    pub(super) module: &'a Module,
    pub(super) id: ExpressionId,
    pub(super) names: Names<'a>,
}

impl<'a> Bound<'a> {
    /// What a data file gives.
    pub(super) fn said(said: Said<'a>) -> Self {
        Self {
            file: said.file,
            module: said.node.module(),
            id: said.node.expression(),
            names: Names::new(),
        }
    }

    /// The items of a collection that is written out, or a dictionary's keys.
    pub(super) fn items(&self) -> Vec<Bound<'a>> {
        let ExpressionKind::Collection(Collection { items, .. }) =
            &self.module.expression(self.id).kind
        else {
            return Vec::new();
        };
        items
            .iter()
            .map(|item| Bound {
                id: item.key.unwrap_or(item.value),
                ..self.clone()
            })
            .collect()
    }

    /// Its file, and the names that it sees.
    pub(super) fn frame(&self) -> Frame<'a> {
        Frame {
            file: self.file,
            module: self.module,
            names: self.names.clone(),
        }
    }

    /// The string that it is.
    pub(super) fn text(&self) -> Option<String> {
        self.module.plain_text(self.id)
    }
}

/// Names, and what they stand for.
pub(super) type Names<'a> = BTreeMap<&'a str, std::rc::Rc<Bound<'a>>>;

/// A file's names at one point.
pub(super) struct Frame<'a> {
    pub(super) file: FileId,
    pub(super) module: &'a Module,
    pub(super) names: Names<'a>,
}

/// What `{% set %}` binds, in order.
pub(super) fn binds<'a>(
    file: FileId,
    module: &'a Module,
    statements: &[Statement],
    outer: &Names<'a>,
) -> Names<'a> {
    let mut names = outer.clone();
    for statement in statements {
        if let Statement::Bind(bind) = statement
            && let (ExpressionKind::Name(name), Some(id)) =
                (&module.expression(bind.target).kind, bind.value)
        {
            let bound = Bound {
                file,
                module,
                id,
                names: Names::new(),
            };
            names.insert(module.name(*name), std::rc::Rc::new(bound));
        }
    }
    names
}
