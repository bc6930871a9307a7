//! Imports: one entry for each imported name.

use super::{At, Field, Kind, Lowering};
use impact_facts::{Block, Import, Name, Span, Statement};

/// What every name of one statement shares.
#[derive(Default)]
struct From {
    path: String,
    level: u32,
    is_from: bool,
}

impl Lowering<'_, '_> {
    pub(super) fn import(&mut self, at: At, block: &mut Block) {
        let mut from = From {
            is_from: at.kind != Kind::Import,
            ..From::default()
        };
        if at.kind == Kind::FutureImport {
            from.path.push_str("__future__");
        }
        self.parts(|l, at| match (at.kind, l.field()) {
            (_, Field::ModuleName) => l.module_name(at, &mut from),
            (Kind::WildcardImport, _) => {
                let star = l.builder.name("*");
                l.push_import(&from, at.span, (String::new(), Some(star)), None, block);
            }
            (Kind::AliasedImport, _) => l.aliased_import(&from, at.span, block),
            (Kind::DottedName, _) => {
                let name = l.imported(&from);
                l.push_import(&from, at.span, name, None, block);
            }
            _ => {}
        });
    }

    fn module_name(&mut self, at: At, from: &mut From) {
        match at.kind {
            Kind::ImportPrefix => from.level = self.text(at.span).matches('.').count() as u32,
            Kind::DottedName => from.path = self.dotted_text(),
            _ => self.parts(|l, at| l.module_name(at, from)),
        }
    }

    fn aliased_import(&mut self, from: &From, span: Span, block: &mut Block) {
        let (mut name, mut alias) = (None, None);
        self.parts(|l, at| match at.kind {
            Kind::DottedName => name = Some(l.imported(from)),
            _ => alias = Some(l.name(at.span)),
        });
        if let Some(name) = name {
            self.push_import(from, span, name, alias, block);
        }
    }

    /// The path that follows `import`, or the member that follows `from … import`.
    fn imported(&mut self, from: &From) -> (String, Option<Name>) {
        let text = self.dotted_text();
        if from.is_from {
            (String::new(), Some(self.builder.name(&text)))
        } else {
            (text, None)
        }
    }

    fn dotted_text(&mut self) -> String {
        let mut text = String::new();
        self.parts(|l, at| {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(l.text(at.span));
        });
        text
    }

    fn push_import(
        &mut self,
        from: &From,
        span: Span,
        (path, name): (String, Option<Name>),
        alias: Option<Name>,
        block: &mut Block,
    ) {
        let path = if from.is_from {
            from.path.as_str().into()
        } else {
            path.into()
        };
        let import = Import {
            path,
            level: from.level,
            name,
            alias,
            public: true,
            declares: false,
            is_test: false,
            span,
        };
        let id = self.builder.import(import);
        block.statements.push(Statement::Import(id));
    }
}
