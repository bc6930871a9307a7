//! The column that a person means: parsing, looking up, and what to say when there is none.

use crate::build::{ColumnKey, Graph};
use crate::database::{Database, DatabaseId, Declared};
use crate::place::{ColumnName, Place};
use impact_facts::{FileId, Origin, Site, TableName};

/// How many names are suggested.
const SUGGESTIONS: usize = 3;
/// The least likeness of a suggestion, from 0 to 1.
const LIKENESS: f64 = 0.6;

/// A column as written: `[database.][schema.]table.column`, names in double quotes where they hold a dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    parts: Vec<Box<str>>,
}

/// Why a target could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetError {
    text: Box<str>,
}

impl std::fmt::Display for TargetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "`{}` names no column: write [database.][schema.]table.column, as in users.email",
            self.text
        )
    }
}

impl std::error::Error for TargetError {}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.parts.join("."))
    }
}

impl Target {
    /// Reads `[database.][schema.]table.column`.
    ///
    /// # Errors
    /// If it has fewer than two or more than four names, or an empty one.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let parts = split(text.trim());
        let ok = (2..=4).contains(&parts.len()) && parts.iter().all(|part| !part.is_empty());
        if ok {
            Ok(Self { parts })
        } else {
            Err(TargetError { text: text.into() })
        }
    }

    /// The column's name.
    #[must_use]
    pub fn column(&self) -> &str {
        self.parts.last().map_or("", |part| part)
    }

    /// The table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        self.parts
            .len()
            .checked_sub(2)
            .and_then(|at| self.parts.get(at))
            .map_or("", |part| part)
    }

    /// What it may mean: a database, if it says one, and a table.
    fn meanings(&self) -> Vec<(Option<&str>, TableName)> {
        let tables: Vec<&str> = self
            .parts
            .iter()
            .take(self.parts.len().saturating_sub(1))
            .map(|part| &**part)
            .collect();
        match tables.as_slice() {
            [table] => vec![(None, TableName::bare(table))],
            [first, table] => {
                vec![
                    (None, TableName::qualified(first, table)),
                    (Some(first), TableName::bare(table)),
                ]
            }
            [database, schema, table] => {
                vec![(Some(database), TableName::qualified(schema, table))]
            }
            _ => Vec::new(),
        }
    }
}

fn split(text: &str) -> Vec<Box<str>> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            _ => {
                if let Some(part) = parts.last_mut() {
                    part.push(c);
                }
            }
        }
    }
    parts.into_iter().map(Into::into).collect()
}

/// What became of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnState {
    /// It exists.
    Live,
    /// A migration of the tree drops it, here.
    Dropped(Option<Place>),
    /// A migration of the tree renames it, to this, here.
    Renamed(Box<str>, Option<Place>),
    /// No catalog describes it, but something refers to it.
    Mentioned,
}

/// A column that exists, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundColumn {
    /// Its name.
    pub name: ColumnName,
    /// What became of it.
    pub state: ColumnState,
    /// Where it is declared.
    pub declared_at: Option<Place>,
    /// Its type as written; empty if unknown.
    pub data_type: Box<str>,
    pub(crate) key: ColumnKey,
}

impl FoundColumn {
    /// Whether it is a table as a whole: its column's name is empty.
    #[must_use]
    pub fn is_table(&self) -> bool {
        self.key.column.is_empty()
    }
}

/// The answer to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// This column.
    Found(Box<FoundColumn>),
    /// Several databases have it; say which of these.
    Ambiguous(Vec<String>),
    /// No such column. The nearest names, best first.
    Unknown(Vec<String>),
}

impl Graph<'_> {
    /// Finds the column that a target means. Names are taken as written, then without regard to case; a bare table that
    /// no search path finds is looked for in every schema.
    #[must_use]
    pub fn lookup(&self, target: &Target) -> Lookup {
        let attempts: [&dyn Fn() -> Vec<ColumnKey>; 3] = [
            &|| self.candidates(target, false),
            &|| self.candidates(target, true),
            &|| self.in_any_schema(target),
        ];
        for attempt in attempts {
            let keys = attempt();
            match keys.as_slice() {
                [] => {}
                [key] => return Lookup::Found(Box::new(self.describe(key.clone()))),
                several => {
                    return Lookup::Ambiguous(
                        several.iter().map(|key| self.full_name(key)).collect(),
                    );
                }
            }
        }
        Lookup::Unknown(self.nearest(target))
    }

    /// The column, or with an empty name the table as a whole, that a service calls so in one of its databases, whether
    /// anybody else speaks of it or not.
    #[must_use]
    pub fn named(
        &self,
        service: usize,
        database: &str,
        table: &TableName,
        column: &str,
    ) -> FoundColumn {
        let database = self.databases.in_service(service, database);
        let table = self.databases.get(database).canonical(table);
        self.describe(ColumnKey {
            database,
            table,
            column: column.into(),
        })
    }

    /// A column or table by the name that another graph gave it; none if no database is called so here.
    #[must_use]
    pub fn same(&self, name: &ColumnName) -> Option<FoundColumn> {
        let database = self.databases.by_name(&name.database)?;
        let table = self.databases.get(database).canonical(&name.table);
        let column = name.column.clone();
        Some(self.describe(ColumnKey {
            database,
            table,
            column,
        }))
    }

    /// Tables of any database that a name means: `[database.][schema.]table`, by their database and one name.
    #[must_use]
    pub fn lookup_table(&self, text: &str) -> Vec<(Box<str>, TableName)> {
        let Ok(target) = Target::parse(&format!("{text}.*")) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (database, table) in target.meanings() {
            for (id, described) in self.databases_named(database) {
                let name = described.canonical(&table);
                let known = !described.declared(&name).is_empty();
                if known
                    || self
                        .columns
                        .iter()
                        .any(|key| key.database == id && key.table == name)
                {
                    found.push((described.name.into(), name));
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }

    fn databases_named(
        &self,
        name: Option<&str>,
    ) -> impl Iterator<Item = (DatabaseId, &Database<'_>)> {
        self.databases
            .iter()
            .filter(move |(_, described)| name.is_none_or(|name| name == described.name))
    }

    fn candidates(&self, target: &Target, fold: bool) -> Vec<ColumnKey> {
        let mut keys = Vec::new();
        for (database, table) in target.meanings() {
            for (id, described) in self.databases_named(database) {
                let key = ColumnKey {
                    database: id,
                    table: described.canonical(&table),
                    column: target.column().into(),
                };
                if fold {
                    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
                    let fits = |k: &&ColumnKey| {
                        k.database == id
                            && same(&k.column, &key.column)
                            && same(&k.table.to_string(), &key.table.to_string())
                    };
                    keys.extend(self.columns.iter().filter(fits).cloned());
                } else if self.find_column(&key).is_some() {
                    keys.push(key);
                }
            }
        }
        keys.sort();
        keys.dedup();
        self.prefer_catalogs(keys)
    }

    fn in_any_schema(&self, target: &Target) -> Vec<ColumnKey> {
        let mut keys = Vec::new();
        for (database, table) in target.meanings() {
            if table.schema.is_some() {
                continue;
            }
            for (id, _) in self.databases_named(database) {
                let fits = |key: &&ColumnKey| {
                    key.database == id
                        && key.table.name == table.name
                        && *key.column == *target.column()
                };
                keys.extend(self.columns.iter().filter(fits).cloned());
            }
        }
        keys.sort();
        keys.dedup();
        self.prefer_catalogs(keys)
    }

    /// Of several, those that a catalog describes; of these, those that exist.
    fn prefer_catalogs(&self, keys: Vec<ColumnKey>) -> Vec<ColumnKey> {
        let described = |key: &ColumnKey| {
            let declared = self.databases.get(key.database).declared(&key.table);
            declared
                .iter()
                .any(|one| one.column_names().any(|name| name == &*key.column))
        };
        if keys.len() < 2 || !keys.iter().any(described) {
            return keys;
        }
        keys.into_iter().filter(described).collect()
    }

    fn full_name(&self, key: &ColumnKey) -> String {
        format!(
            "{}.{}.{}",
            self.databases.get(key.database).name,
            key.table,
            key.column
        )
    }

    pub(crate) fn describe(&self, key: ColumnKey) -> FoundColumn {
        let declared = self.databases.get(key.database).declared(&key.table);
        let live = declared
            .iter()
            .find_map(|one| Some((one, one.live_column(&key.column)?)));
        let place = |one: &Declared<'_>, site: Option<Site>| {
            site.and_then(|site| self.catalog_place(one.catalog, site.file, site.span))
        };
        if key.column.is_empty() {
            return self.describe_table(key);
        }
        FoundColumn {
            name: self.column_name(&key),
            state: self.state(declared, &key.column),
            declared_at: live.and_then(|(one, column)| place(one, column.declared_at)),
            data_type: live.map_or_else(Box::default, |(_, column)| column.data_type.clone()),
            key,
        }
    }

    fn describe_table(&self, key: ColumnKey) -> FoundColumn {
        let declared = self.databases.get(key.database).declared(&key.table);
        let place = |one: &Declared<'_>, site: Option<Site>| {
            site.and_then(|site| self.catalog_place(one.catalog, site.file, site.span))
        };
        let live = declared.iter().find(|one| one.live);
        let state = match (live, declared.first()) {
            (Some(_), _) => ColumnState::Live,
            (None, Some(one)) => ColumnState::Dropped(place(one, one.relation.dropped_at)),
            (None, None) => ColumnState::Mentioned,
        };
        FoundColumn {
            name: self.column_name(&key),
            state,
            declared_at: live.and_then(|one| place(one, one.relation.declared_at)),
            data_type: Box::default(),
            key,
        }
    }

    /// What migrations and dumps say counts before what models say.
    fn state(&self, declared: &[Declared<'_>], column: &str) -> ColumnState {
        let said =
            |one: &&Declared<'_>| matches!(one.relation.origin, Origin::Migration | Origin::Ddl);
        let (firm, soft): (Vec<&Declared<'_>>, Vec<&Declared<'_>>) =
            declared.iter().partition(said);
        for group in [firm, soft] {
            if group.iter().any(|one| one.live_column(column).is_some()) {
                return ColumnState::Live;
            }
            if let Some(state) = group.iter().find_map(|one| self.past_state(one, column)) {
                return state;
            }
        }
        ColumnState::Mentioned
    }

    fn past_state(&self, one: &Declared<'_>, column: &str) -> Option<ColumnState> {
        let place = |file: FileId, span| self.catalog_place(one.catalog, file, span);
        if let Some(past) = one.past_column(column) {
            let at = place(past.ended_at.file, past.ended_at.span);
            return Some(match &past.renamed_to {
                Some(name) => ColumnState::Renamed(name.clone(), at),
                None => ColumnState::Dropped(at),
            });
        }
        let gone = !one.live && one.relation.column(column).is_some();
        let at = one
            .relation
            .dropped_at
            .and_then(|site| place(site.file, site.span));
        gone.then_some(ColumnState::Dropped(at))
    }

    /// The nearest names: of the same table's columns, else the column under tables of like names, else any.
    fn nearest(&self, target: &Target) -> Vec<String> {
        let (table, column) = (target.table(), target.column());
        let mut scored: Vec<(f64, String)> = Vec::new();
        for key in self.columns.iter() {
            let like = strsim::jaro_winkler(&key.table.name, table)
                * strsim::jaro_winkler(&key.column, column);
            if like >= LIKENESS {
                scored.push((like, format!("{}.{}", key.table, key.column)));
            }
        }
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let mut names: Vec<String> = scored.into_iter().map(|(_, name)| name).collect();
        names.dedup();
        names.truncate(SUGGESTIONS);
        names
    }
}
