//! Data files that list a table's columns: exports, anonymizers, replication, dbt sources.
//!
//! The table's name must stand over, or beside, a collection of names most of which are its columns. Names under a word
//! such as `columns` count in lists and as keys; keys right under the table's name count only if they all are columns.

use super::draft::Manifests;
use super::tree::{MAX_DEPTH, Node, documents};
use impact_facts::{Access, Catalog, CollectionKind, FileId, Language, Relation, Site, TableName};
use std::collections::BTreeMap;

/// Words over a collection of columns.
const COLUMNS: &[&str] = &[
    "columns",
    "fields",
    "attributes",
    "include",
    "exclude",
    "only",
    "select",
];

/// Words whose value may be the name of a table that the same mapping speaks of. The first that is there counts.
const TABLE_KEYS: &[&str] = &[
    "identifier",
    "table",
    "table_name",
    "tableName",
    "relation",
    "name",
];

/// Parts of paths whose files hold words for people.
const PROSE: &[&str] = &[
    "locale",
    "locales",
    "i18n",
    "lang",
    "translations",
    "messages",
];

/// Files that tools write, and that no one lists columns in.
const TOOLS: &[&str] = &[
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "composer.json",
    "composer.lock",
    "Cargo.toml",
    "Cargo.lock",
    "pyproject.toml",
    "poetry.lock",
    "uv.lock",
    "Pipfile",
    "pnpm-lock.yaml",
    "yarn.lock",
];

/// Columns that so many tables have that one of them alone says nothing.
const EVERYWHERE: &[&str] = &[
    "id",
    "name",
    "type",
    "status",
    "key",
    "value",
    "title",
    "description",
    "created_at",
    "updated_at",
];

/// Reads every data file.
pub(crate) fn read(manifests: &mut Manifests<'_, '_>) {
    let tables = Tables::of(manifests.input.catalogs);
    for (file, path, facts) in manifests.files() {
        let via = match facts.language {
            Language::Json => "json",
            Language::Yaml => "yaml",
            Language::Toml => "toml",
            _ => continue,
        };
        if is_aside(path) {
            continue;
        }
        let mut search = Search {
            manifests,
            tables: &tables,
            file,
            via,
        };
        for document in documents(&facts.module) {
            if let Some(root) = root(document) {
                search.node(root, MAX_DEPTH);
            }
        }
    }
}

fn is_aside(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    TOOLS.contains(&name) || folders.split('/').any(|folder| PROSE.contains(&folder))
}

/// Where lists may stand in a document. dbt's property files name models, too, which are no tables of the database:
/// only their sources count.
fn root(document: Node<'_>) -> Option<Node<'_>> {
    let properties = ["models", "seeds", "snapshots", "exposures", "sources"];
    let is_dbt = document.get("version").is_some()
        && properties.iter().any(|key| {
            document
                .get(key)
                .is_some_and(|node| !node.items().is_empty())
        });
    if is_dbt {
        document.get("sources")
    } else {
        Some(document)
    }
}

/// Tables of all databases by the words that may stand for them.
struct Tables<'a> {
    by_word: BTreeMap<String, Vec<(&'a TableName, &'a Relation)>>,
}

impl<'a> Tables<'a> {
    fn of(catalogs: &[&'a Catalog]) -> Self {
        let mut by_word: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for catalog in catalogs {
            for (name, relation) in catalog.relations.iter().chain(&catalog.dropped) {
                by_word
                    .entry(name.name.to_string())
                    .or_default()
                    .push((name, relation));
                if name.schema.is_some() {
                    by_word
                        .entry(name.to_string())
                        .or_default()
                        .push((name, relation));
                }
            }
        }
        Self { by_word }
    }
}

fn has_column(relation: &Relation, name: &str) -> bool {
    relation.column(name).is_some() || relation.past.iter().any(|past| &*past.name == name)
}

struct Search<'m, 'a, 'i, 't> {
    manifests: &'m mut Manifests<'a, 'i>,
    tables: &'t Tables<'t>,
    file: FileId,
    via: &'static str,
}

impl Search<'_, '_, '_, '_> {
    fn node(&mut self, node: Node<'_>, depth: u32) {
        if depth == 0 || node.kind().is_none() {
            return;
        }
        for (key, value) in node.entries() {
            self.table(key, value);
        }
        if let Some((table, value)) = beside(node) {
            self.candidates(table, vec![names_in(value)]);
        }
        for item in node.items() {
            self.node(item, depth - 1);
        }
    }

    /// A key that may name a table, with what is under it.
    fn table(&mut self, key: Node<'_>, value: Node<'_>) {
        let mut groups = Vec::new();
        match value.kind() {
            Some(CollectionKind::List) => groups.push(names_in(value)),
            Some(CollectionKind::Dictionary) => {
                let under = value.entries().into_iter();
                let under = under.filter(|(key, _)| key.text().is_some_and(speaks_of_columns));
                groups.extend(under.map(|(_, value)| names_in(value)));
                if groups.is_empty() {
                    groups.push(Names {
                        strict: true,
                        ..names_in(value)
                    });
                }
            }
            _ => {}
        }
        self.candidates(key, groups);
    }

    fn candidates(&mut self, table: Node<'_>, groups: Vec<Names<'_>>) {
        let tables = self.tables;
        let known = table.text().and_then(|word| tables.by_word.get(word));
        for (name, relation) in known.into_iter().flatten() {
            for group in groups.iter().filter(|group| group.fits(relation)) {
                for node in &group.names {
                    self.listed(name, relation, *node);
                }
            }
        }
    }

    fn listed(&mut self, table: &TableName, relation: &Relation, node: Node<'_>) {
        let column = node.text().unwrap_or_default();
        if has_column(relation, column) {
            let site = Site {
                file: self.file,
                span: node.text_span(),
            };
            self.manifests
                .listed(site, table.clone(), column, Access::Read, self.via);
        }
    }
}

/// `columns`, `column_defaults`, `private-columns`, `fields`.
fn speaks_of_columns(word: &str) -> bool {
    let mut parts = word.split(['_', '-']);
    COLUMNS.contains(&word) || parts.any(|part| matches!(part, "column" | "columns"))
}

/// `{table: users, columns: […]}`
fn beside(node: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    let columns = COLUMNS.iter().find_map(|word| node.get(word))?;
    let table = TABLE_KEYS.iter().find_map(|word| node.get(word))?;
    Some((table, columns))
}

struct Names<'a> {
    names: Vec<Node<'a>>,
    strict: bool,
}

impl Names<'_> {
    /// Whether most of the names are columns. A single one says too little, unless a word says that it is a column.
    fn fits(&self, relation: &Relation) -> bool {
        let all = self.names.len();
        let found = self
            .names
            .iter()
            .filter(|node| node.text().is_some_and(|name| has_column(relation, name)))
            .count();
        if self.strict {
            found >= 3 && found == all
        } else {
            let telling =
                |node: &Node<'_>| node.text().is_some_and(|name| !EVERYWHERE.contains(&name));
            found * 2 > all && (found > 1 || (all == 1 && self.names.iter().all(telling)))
        }
    }
}

/// The names that a collection lists: strings, keys, or the `name`s of its mappings; of records, the keys of the first.
fn names_in(node: Node<'_>) -> Names<'_> {
    let strict = false;
    if node.kind() == Some(CollectionKind::Dictionary) {
        let names = node.entries().into_iter().map(|(key, _)| key).collect();
        return Names { names, strict };
    }
    let items = node.items();
    let names: Vec<_> = items
        .iter()
        .filter_map(|item| match item.kind() {
            None => item.text().map(|_| *item),
            Some(_) => item.get("name").or_else(|| item.get("column")),
        })
        .collect();
    if !names.is_empty() {
        return Names { names, strict };
    }
    let record = items.first().map(|item| item.entries()).unwrap_or_default();
    let names = record.into_iter().map(|(key, _)| key).collect();
    Names {
        names,
        strict: true,
    }
}
