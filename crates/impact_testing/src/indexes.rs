//! Builds the index of a small service by hand, so that what comes after link is tested without it.

use impact_facts::*;
use std::collections::BTreeMap;

/// An [`Index`] in the making, with the texts that its sites point into.
#[derive(Debug, Default)]
pub struct IndexBuilder {
    index: Index,
    sources: BTreeMap<String, String>,
}

/// What a reference says, but for where it stands.
#[derive(Debug, Clone)]
pub struct Touch {
    /// The reference, its site still empty.
    pub reference: Reference,
}

impl Touch {
    /// An exact, explicit reference of production code to `table.column`.
    #[must_use]
    pub fn new(access: Access, table: &str, column: &str) -> Self {
        let table = match table.split_once('.') {
            Some((schema, name)) => TableName::qualified(schema, name),
            None => TableName::bare(table),
        };
        Self {
            reference: Reference {
                site: Site {
                    file: FileId(0),
                    span: Span::default(),
                },
                position: Position::default(),
                text: Box::default(),
                database: Box::default(),
                table,
                column: (!column.is_empty()).then(|| column.into()),
                access,
                how: How::Explicit,
                class: ReferenceClass::Name,
                certainty: Certainty::Exact,
                scope: Scope::Production,
                via: "sql".into(),
                symbol: None,
                declared_at: None,
                declared_position: None,
                becomes: None,
                exposed_as: None,
                applied: false,
            },
        }
    }

    /// Changes anything of it.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Reference)) -> Self {
        change(&mut self.reference);
        self
    }
}

impl IndexBuilder {
    /// A service of that name with root at the same path.
    #[must_use]
    pub fn new(service: &str) -> Self {
        let mut builder = Self::default();
        builder.index.service = Service {
            name: service.into(),
            path: service.into(),
            ..Service::default()
        };
        builder
    }

    /// Changes anything of the index.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Index)) -> Self {
        change(&mut self.index);
        self
    }

    /// A file, and what it holds.
    #[must_use]
    pub fn file(mut self, path: &str, scope: Scope, text: &str) -> Self {
        let language = match path.rsplit('.').next() {
            Some("py") => Language::Python,
            Some("rs") => Language::Rust,
            Some("sql") => Language::Sql,
            _ => Language::Other,
        };
        self.index.files.push(IndexedFile {
            path: path.into(),
            language,
            scope,
        });
        self.sources.insert(path.to_owned(), text.to_owned());
        self
    }

    /// Code named `name`, at the first `needle` of a file.
    #[must_use]
    pub fn symbol(mut self, name: &str, path: &str, needle: &str) -> Self {
        let (site, position, scope) = self.find(path, needle);
        self.index.symbols.push(Symbol {
            name: name.into(),
            site,
            position,
            scope,
        });
        self
    }

    /// A reference at the first `needle` of a file, in the code named `symbol` (empty: in none).
    #[must_use]
    pub fn touch(mut self, path: &str, needle: &str, symbol: &str, touch: Touch) -> Self {
        let (site, position, scope) = self.find(path, needle);
        let mut reference = touch.reference;
        reference.site = site;
        reference.position = position;
        reference.text = needle.into();
        reference.symbol = self.symbol_id(symbol);
        if reference.scope == Scope::Production {
            reference.scope = scope;
        }
        self.index.references.push(reference);
        self
    }

    /// Says that a file is a migration of `main`, the one at `order`, after those at `after`.
    #[must_use]
    pub fn migration(mut self, path: &str, order: u32, after: &[u32]) -> Self {
        let at = self.index.files.iter().position(|file| *file.path == *path);
        self.index.migrations.push(Migration {
            file: FileId(at.unwrap_or_default() as u32),
            runner: "test".into(),
            database: "main".into(),
            revision: path.into(),
            order,
            after: after.to_vec(),
            backward: Vec::new(),
            contractions: Vec::new(),
            unread: Vec::new(),
        });
        self
    }

    /// Says that a migration, at the first `needle` of its file, ended a column.
    #[must_use]
    pub fn ended(mut self, table: &str, column: &str, path: &str, needle: &str) -> Self {
        let (site, _, _) = self.find(path, needle);
        let service = self.index.service.name.clone();
        for catalog in &mut self.index.catalogs {
            let file = FileId(catalog.files.len() as u32);
            catalog.files.push(CatalogFile {
                service: service.clone(),
                path: path.into(),
            });
            if let Some(relation) = catalog.relations.get_mut(&table_name(table)) {
                relation.columns.retain(|live| *live.name != *column);
                relation.past.push(PastColumn {
                    name: column.into(),
                    ended_at: Site { file, ..site },
                    renamed_to: None,
                });
            }
        }
        self
    }

    /// An exact call.
    #[must_use]
    pub fn call(mut self, from: &str, to: &str, path: &str, needle: &str) -> Self {
        let (site, position, _) = self.find(path, needle);
        if let (Some(from), Some(to)) = (self.symbol_id(from), self.symbol_id(to)) {
            self.index.calls.push(CallEdge {
                from,
                to,
                site,
                position,
                certainty: Certainty::Exact,
            });
        }
        self
    }

    /// An entry point that runs `symbol`.
    #[must_use]
    pub fn entry(
        mut self,
        kind: EntryKind,
        name: &str,
        symbol: &str,
        path: &str,
        needle: &str,
    ) -> Self {
        let (site, position, scope) = self.find(path, needle);
        self.index.entry_points.push(EntryPoint {
            kind,
            name: name.into(),
            site,
            position,
            schedule: None,
            runs: self.symbol_id(symbol).into_iter().collect(),
            starts: Vec::new(),
            via: "test".into(),
            scope,
        });
        self
    }

    /// A request or message that `symbol` sends.
    #[must_use]
    pub fn outbound(
        mut self,
        kind: OutboundKind,
        name: &str,
        symbol: &str,
        path: &str,
        needle: &str,
    ) -> Self {
        let (site, position, _) = self.find(path, needle);
        if let Some(symbol) = self.symbol_id(symbol) {
            let certainty = Certainty::Exact;
            self.index.outbound.push(Outbound {
                kind,
                name: name.into(),
                symbol,
                site,
                position,
                certainty,
            });
        }
        self
    }

    /// A blind spot at the first `needle` of a file.
    #[must_use]
    pub fn blind(
        mut self,
        path: &str,
        needle: &str,
        reason: BlindReason,
        message: &str,
        reach: Reach,
    ) -> Self {
        let (site, position, scope) = self.find(path, needle);
        self.index.blind_spots.push(BlindSpot {
            site,
            position,
            text: needle.into(),
            reason,
            message: message.into(),
            reach,
            access: None,
            database: Box::default(),
            scope,
            symbol: None,
        });
        self
    }

    /// A catalog of PostgreSQL with these tables: `("users", &["id", "email"])`.
    #[must_use]
    pub fn catalog(mut self, database: &str, tables: &[(&str, &[&str])]) -> Self {
        let mut catalog = Catalog {
            database: database.into(),
            search_path: vec!["public".into()],
            complete: true,
            ..Catalog::default()
        };
        for (name, columns) in tables {
            catalog
                .relations
                .insert(table_name(name), relation(RelationKind::Table, columns));
        }
        self.index.catalogs.push(catalog);
        self
    }

    /// Changes the last catalog.
    #[must_use]
    pub fn in_catalog(mut self, change: impl FnOnce(&mut Catalog)) -> Self {
        if let Some(catalog) = self.index.catalogs.last_mut() {
            change(catalog);
        }
        self
    }

    /// The index.
    #[must_use]
    pub fn build(self) -> Index {
        self.index
    }

    /// The texts by path from the service's root.
    #[must_use]
    pub fn sources(&self) -> &BTreeMap<String, String> {
        &self.sources
    }

    fn symbol_id(&self, name: &str) -> Option<SymbolId> {
        let at = self
            .index
            .symbols
            .iter()
            .position(|symbol| &*symbol.name == name)?;
        Some(SymbolId(at as u32))
    }

    /// # Panics
    /// If there is no such file or text: the test is wrong.
    fn find(&self, path: &str, needle: &str) -> (Site, Position, Scope) {
        let file = self
            .index
            .files
            .iter()
            .position(|file| &*file.path == path)
            .expect("a file of that path");
        let text = &self.sources[path];
        let start = text.find(needle).expect("the text to be in the file");
        let site = Site {
            file: FileId(file as u32),
            span: Span::new(start as u32, (start + needle.len()) as u32),
        };
        (
            site,
            position_of(text, start, start + needle.len()),
            self.index.files[file].scope,
        )
    }
}

/// `schema.table` or `table`.
#[must_use]
pub fn table_name(text: &str) -> TableName {
    match text.split_once('.') {
        Some((schema, name)) => TableName::qualified(schema, name),
        None => TableName::bare(text),
    }
}

/// A relation with these columns, said by a migration.
#[must_use]
pub fn relation(kind: RelationKind, columns: &[&str]) -> Relation {
    let column = |name: &&str| Column {
        name: (*name).into(),
        data_type: "text".into(),
        nullable: true,
        has_default: false,
        generated_from: Vec::new(),
        declared_at: None,
        origin: Origin::Migration,
    };
    Relation {
        columns: columns.iter().map(column).collect(),
        ..Relation::new(kind, None, Origin::Migration)
    }
}

/// A view whose columns are made from columns of the same name of another relation.
#[must_use]
pub fn view(over: &str, columns: &[&str]) -> Relation {
    let need = |name: &&str| ViewNeed {
        table: table_name(over),
        column: (*name).into(),
        site: None,
        star: false,
        feeds: vec![(*name).into()],
    };
    let needs = columns.iter().map(need).collect();
    let mut relation = relation(RelationKind::View, columns);
    relation.view = Some(View {
        sql: Box::default(),
        at: None,
        needs,
    });
    relation
}

fn position_of(text: &str, start: usize, end: usize) -> Position {
    let at = |offset: usize| {
        let before = &text[..offset];
        let line = before.matches('\n').count() as u32 + 1;
        let col = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count() as u32
            + 1;
        (line, col)
    };
    let ((line, col), (end_line, end_col)) = (at(start), at(end));
    Position {
        line,
        col,
        end_line,
        end_col,
    }
}
