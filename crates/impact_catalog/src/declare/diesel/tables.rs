//! `table! { schema.name (key) { column -> Type, } }`.

use impact_bind::{Place, Program};
use impact_facts::{
    ExpressionKind, FileId, MacroCall, Module, Site, Span, Statement, TableName, TokenId, TokenKind,
};

/// A table as the macro says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// The module that the macro makes.
    pub(super) name: Box<str>,
    /// The qualified name of that module.
    pub(super) path: Box<str>,
    /// The table.
    pub(super) table: TableName,
    /// Names of the key's columns.
    pub(super) key: Vec<Box<str>>,
    /// The columns, in order.
    pub(super) columns: Vec<Column>,
    /// Where its name stands.
    pub(super) site: Site,
}

/// A column as the macro says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// Its name in code.
    pub(super) name: Box<str>,
    /// Its name in the database.
    pub(super) column: Box<str>,
    /// Its type as written: `Nullable<Text>`.
    pub(super) data_type: Box<str>,
    /// Where its name stands.
    pub(super) site: Site,
    /// `#[sql_name = "…"]`: the literal.
    pub(super) sql_name: Option<Span>,
}

/// The tables that a file declares.
pub(super) fn of(program: &Program<'_>, file: FileId) -> Vec<Table> {
    let module = program.module(file);
    let mut tables = Vec::new();
    let mut blocks = vec![(&module.body, Place::Module)];
    while let Some((block, place)) = blocks.pop() {
        for statement in &block.statements {
            match statement {
                Statement::Class(class) => {
                    blocks.push((&module.class(*class).body, Place::Class(*class)))
                }
                Statement::Do(id) => {
                    if let ExpressionKind::Macro(call) = &module.expression(*id).kind {
                        let reader = Reader {
                            program,
                            file,
                            place,
                            module,
                        };
                        tables.extend(reader.table(call));
                    }
                }
                _ => {}
            }
        }
    }
    tables
}

struct Reader<'p> {
    program: &'p Program<'p>,
    file: FileId,
    place: Place,
    module: &'p Module,
}

/// What `#[…]` says before a name.
#[derive(Default)]
struct Said {
    sql_name: Option<(Box<str>, Span)>,
}

impl<'p> Reader<'p> {
    fn table(&self, call: &MacroCall) -> Option<Table> {
        let callee = self.module.dotted(call.callee)?;
        (callee.rsplit('.').next() == Some("table")).then_some(())?;
        let tokens = &call.tokens;
        let body = tokens
            .iter()
            .rposition(|token| self.group(*token, '{').is_some())?;
        let key = tokens
            .iter()
            .take(body)
            .position(|token| self.group(*token, '(').is_some());
        let name_at = key.unwrap_or(body).checked_sub(1)?;
        let name_token = *tokens.get(name_at)?;
        let name = self.word(name_token)?;
        let dot = name_at
            .checked_sub(1)
            .and_then(|at| tokens.get(at))
            .is_some_and(|token| self.sign(*token) == Some("."));
        let schema = name_at
            .checked_sub(2)
            .filter(|_| dot)
            .and_then(|at| self.word(*tokens.get(at)?));
        let said = self.said(tokens.get(..name_at).unwrap_or_default());
        let sql_name = said.sql_name.map_or_else(|| name.into(), |(name, _)| name);
        let around = self.program.place_name(self.file, self.place);
        let key = key.and_then(|at| self.group(*tokens.get(at)?, '('));
        Some(Table {
            name: name.into(),
            path: format!("{around}::{name}").into(),
            table: TableName {
                schema: schema.map(Into::into),
                name: sql_name,
            },
            key: key.map_or_else(|| vec!["id".into()], |key| self.words(key)),
            columns: self.columns(self.group(*tokens.get(body)?, '{')?),
            site: self.site(name_token)?,
        })
    }

    fn columns(&self, tokens: &[TokenId]) -> Vec<Column> {
        let parts = tokens.split(|token| self.sign(*token) == Some(","));
        parts.filter_map(|part| self.column(part)).collect()
    }

    fn column(&self, tokens: &[TokenId]) -> Option<Column> {
        let arrow = tokens
            .iter()
            .position(|token| self.sign(*token) == Some("->"))?;
        let name_token = *tokens.get(arrow.checked_sub(1)?)?;
        let name = self.word(name_token)?;
        let said = self.said(tokens.get(..arrow)?);
        let data_type: String = tokens
            .get(arrow + 1..)?
            .iter()
            .filter_map(|token| self.shown(*token))
            .collect();
        let sql_name = said.sql_name.as_ref().map(|(_, span)| *span);
        Some(Column {
            name: name.into(),
            column: said.sql_name.map_or_else(|| name.into(), |(name, _)| name),
            data_type: data_type.into(),
            site: self.site(name_token)?,
            sql_name,
        })
    }

    /// Reads `#[sql_name = "…"]` among the tokens before a name.
    fn said(&self, tokens: &[TokenId]) -> Said {
        let mut said = Said::default();
        for inside in tokens.iter().filter_map(|token| self.group(*token, '[')) {
            let named = inside.first().and_then(|first| self.word(*first)) == Some("sql_name");
            if let Some(literal) = inside.last().filter(|_| named)
                && let Some(TokenKind::Literal(id)) = self.kind(*literal)
                && let Some(text) = self.module.plain_text(*id)
            {
                said.sql_name = Some((text.into(), self.module.expression(*id).span));
            }
        }
        said
    }

    fn kind(&self, id: TokenId) -> Option<&'p TokenKind> {
        self.module.tokens.get(id.index()).map(|token| &token.kind)
    }

    fn site(&self, id: TokenId) -> Option<Site> {
        self.module.tokens.get(id.index()).map(|token| Site {
            file: self.file,
            span: token.span,
        })
    }

    fn group(&self, id: TokenId, open: char) -> Option<&'p [TokenId]> {
        match self.kind(id)? {
            TokenKind::Group(by, inside) if *by == open => Some(inside),
            _ => None,
        }
    }

    fn word(&self, id: TokenId) -> Option<&'p str> {
        match self.kind(id)? {
            TokenKind::Word(name) => Some(self.module.name(*name)),
            _ => None,
        }
    }

    fn sign(&self, id: TokenId) -> Option<&'p str> {
        match self.kind(id)? {
            TokenKind::Punctuation(name) => Some(self.module.name(*name)),
            _ => None,
        }
    }

    fn shown(&self, id: TokenId) -> Option<&'p str> {
        self.word(id).or_else(|| self.sign(id))
    }

    fn words(&self, tokens: &[TokenId]) -> Vec<Box<str>> {
        tokens
            .iter()
            .filter_map(|token| self.word(*token))
            .map(Into::into)
            .collect()
    }
}
