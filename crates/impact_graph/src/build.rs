//! Builds the graph: one node for each column, piece of code and entry point, edges from what uses to what is used.

use crate::database::{DatabaseId, Databases};
use crate::net::{Direction, Net, NodeId};
use crate::node::{Edge, EdgeKind, EdgeSite, Node};
use crate::nodes::Nodes;
use crate::place::{ColumnName, Place, join_path};
use crate::search::Search;
use crate::tracing::{is_deployed, runs};
use crate::{join, mirror};
use foldhash::HashMap;
use impact_facts::{
    Certainty, Elsewhere, FileId, Index, Position, Reference, Site, Span, SymbolId, TableName,
};

/// Columns, code, entry points and services of a workspace, joined.
///
/// The same indexes in the same order give the same graph; nothing in it depends on hash order.
#[derive(Debug)]
pub struct Graph<'a> {
    pub(crate) indexes: &'a [Index],
    pub(crate) databases: Databases<'a>,
    pub(crate) columns: Columns,
    pub(crate) net: Net,
    /// The surest and shortest ways from deployed entry points to code.
    pub(crate) forward: Search,
    nodes: Nodes,
}

/// Every column that anybody speaks of, once.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    list: Vec<ColumnKey>,
    ids: HashMap<ColumnKey, u32>,
}

/// A column by its database and the one name of its table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ColumnKey {
    pub(crate) database: DatabaseId,
    pub(crate) table: TableName,
    pub(crate) column: Box<str>,
}

impl Columns {
    fn intern(&mut self, key: ColumnKey) -> u32 {
        if let Some(id) = self.ids.get(&key) {
            return *id;
        }
        let id = self.list.len() as u32;
        self.list.push(key.clone());
        self.ids.insert(key, id);
        id
    }

    pub(crate) fn get(&self, id: u32) -> &ColumnKey {
        &self.list[id as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &ColumnKey> {
        self.list.iter()
    }
}

impl<'a> Graph<'a> {
    /// Joins what services yield. Names of services are unique. A library's code counts like any other.
    #[must_use]
    pub fn build(indexes: &'a [Index]) -> Self {
        let databases = Databases::new(indexes);
        let mut graph = Self {
            indexes,
            databases,
            columns: Columns::default(),
            net: Net::default(),
            forward: Search::default(),
            nodes: Nodes::default(),
        };
        graph.add_catalog_columns();
        graph.add_views();
        mirror::add(&mut graph);
        for (service, index) in indexes.iter().enumerate() {
            graph.add_code(service as u32, index);
        }
        join::add(&mut graph);
        graph.net.seal();
        let entries = graph.deployed_entries();
        graph.forward = Search::run(&graph.net, entries, Direction::Outgoing, runs);
        graph
    }

    fn deployed_entries(&self) -> Vec<NodeId> {
        let mut entries = Vec::new();
        for (service, index) in self.indexes.iter().enumerate() {
            for (number, entry) in index.entry_points.iter().enumerate() {
                let node = self.find(Node::Entry(service as u32, number as u32));
                entries.extend(node.filter(|_| is_deployed(entry.scope)));
            }
        }
        entries
    }

    /// The indexes it was built from.
    #[must_use]
    pub fn indexes(&self) -> &'a [Index] {
        self.indexes
    }

    /// A reference's database and table by the names that the whole workspace knows them by.
    #[must_use]
    pub fn table_of(&self, service: usize, reference: &Reference) -> (Box<str>, TableName) {
        let (database, table) = self.databases.table_of(service, reference);
        (self.databases.get(database).name.into(), table)
    }

    /// A reference's table with its schema, where the dialect has schemas and one is known.
    #[must_use]
    pub fn full_table_of(&self, service: usize, reference: &Reference) -> TableName {
        let (database, table) = self.databases.table_of(service, reference);
        self.databases.get(database).full(&table)
    }

    /// A place of a reference of the service at `service` of the indexes.
    #[must_use]
    pub fn place_of(&self, service: usize, reference: &Reference) -> Place {
        self.place(service as u32, reference.site, reference.position)
    }

    /// Where a reference's declaration stands.
    #[must_use]
    pub fn declaration_of(&self, service: usize, reference: &Reference) -> Option<Place> {
        let position = reference.declared_position.unwrap_or_default();
        reference
            .declared_at
            .map(|site| self.place(service as u32, site, position))
    }

    /// Where an entry point is declared.
    #[must_use]
    pub fn entry_place(&self, service: usize, entry: &impact_facts::EntryPoint) -> Place {
        self.place(service as u32, entry.site, entry.position)
    }

    fn add_catalog_columns(&mut self) {
        let mut keys = Vec::new();
        for (database, described) in self.databases.iter() {
            for (table, declared) in described.tables() {
                for column in declared.iter().flat_map(|one| one.column_names()) {
                    keys.push(ColumnKey {
                        database,
                        table: table.clone(),
                        column: column.into(),
                    });
                }
            }
        }
        for key in keys {
            self.column(key);
        }
    }

    fn add_views(&mut self) {
        let mut edges = Vec::new();
        for (database, described) in self.databases.iter() {
            let key = |table: &TableName, column: &str| ColumnKey {
                database,
                table: described.canonical(table),
                column: column.into(),
            };
            for (name, declared) in described.tables() {
                for one in declared.iter().filter(|one| one.live) {
                    for need in one.relation.view.iter().flat_map(|view| &view.needs) {
                        for fed in &need.feeds {
                            edges.push((
                                EdgeKind::Derives,
                                key(name, fed),
                                key(&need.table, &need.column),
                            ));
                        }
                    }
                    for parent in &one.relation.parents {
                        for column in &one.relation.columns {
                            let (child, parent) =
                                (key(name, &column.name), key(parent, &column.name));
                            edges.push((EdgeKind::Inherits, child, parent));
                        }
                    }
                }
            }
        }
        for (kind, from, to) in edges {
            self.link_columns(kind, Certainty::Exact, from, to);
        }
    }

    /// Says that one column is made from another.
    pub(crate) fn link_columns(
        &mut self,
        kind: EdgeKind,
        certainty: Certainty,
        from: ColumnKey,
        to: ColumnKey,
    ) {
        let (from, to) = (self.column(from), self.column(to));
        if from != to {
            self.net.set_edge(
                from,
                to,
                Edge {
                    kind,
                    certainty,
                    at: None,
                    reference: None,
                },
            );
        }
    }

    fn column(&mut self, key: ColumnKey) -> NodeId {
        let id = self.columns.intern(key);
        self.node(Node::Column(id))
    }

    pub(crate) fn node(&mut self, node: Node) -> NodeId {
        let net = &mut self.net;
        let slot = self.nodes.slot(node);
        *slot.get_or_insert_with(|| net.add_node(node))
    }

    /// The node, if there is one.
    pub(crate) fn find(&self, node: Node) -> Option<NodeId> {
        self.nodes.get(node)
    }

    /// The node of a column, if anybody speaks of it.
    pub(crate) fn find_column(&self, key: &ColumnKey) -> Option<NodeId> {
        self.find(Node::Column(*self.columns.ids.get(key)?))
    }

    fn add_code(&mut self, service: u32, index: &Index) {
        for symbol in 0..index.symbols.len() as u32 {
            self.node(Node::Symbol(service, symbol));
        }
        for (number, reference) in index.references.iter().enumerate() {
            self.add_reference(service, number as u32, reference);
        }
        for left in &index.elsewhere {
            self.add_elsewhere(service, left);
        }
        for call in &index.calls {
            let (Some(from), Some(to)) = (
                self.symbol(service, call.from),
                self.symbol(service, call.to),
            ) else {
                continue;
            };
            let at = Some(EdgeSite::new(service, call.site, call.position));
            self.net.add_edge(
                from,
                to,
                Edge {
                    kind: EdgeKind::Calls,
                    certainty: call.certainty,
                    at,
                    reference: None,
                },
            );
        }
        for (number, entry) in index.entry_points.iter().enumerate() {
            let from = self.node(Node::Entry(service, number as u32));
            for symbol in &entry.runs {
                let Some(to) = self.symbol(service, *symbol) else {
                    continue;
                };
                let at = Some(EdgeSite::new(service, entry.site, entry.position));
                let edge = Edge {
                    kind: EdgeKind::Runs,
                    certainty: Certainty::Exact,
                    at,
                    reference: None,
                };
                self.net.add_edge(from, to, edge);
            }
        }
    }

    /// The node of a symbol that the index has.
    pub(crate) fn symbol(&self, service: u32, symbol: SymbolId) -> Option<NodeId> {
        self.find(Node::Symbol(service, symbol.0))
    }

    fn add_reference(&mut self, service: u32, number: u32, reference: &Reference) {
        let Some(column) = &reference.column else {
            return;
        };
        let (database, table) = self.databases.table_of(service as usize, reference);
        let to = self.column(ColumnKey {
            database,
            table,
            column: column.clone(),
        });
        let code = reference
            .symbol
            .and_then(|symbol| self.symbol(service, symbol));
        let from = code.unwrap_or_else(|| self.node(Node::File(service, reference.site.file)));
        let edge = Edge {
            kind: EdgeKind::References(reference.access),
            certainty: reference.certainty,
            at: Some(EdgeSite::new(service, reference.site, reference.position)),
            reference: Some(number),
        };
        self.net.add_edge(from, to, edge);
    }

    /// A column that some code speaks of exists, wherever that code stands.
    fn add_elsewhere(&mut self, service: u32, left: &Elsewhere) {
        let Some(column) = &left.column else {
            return;
        };
        let database = self.databases.in_service(service as usize, &left.database);
        let table = self.databases.get(database).canonical(&left.table);
        self.column(ColumnKey {
            database,
            table,
            column: column.clone(),
        });
    }

    /// A column's public name.
    pub(crate) fn column_name(&self, key: &ColumnKey) -> ColumnName {
        let database = self.databases.get(key.database).name.into();
        ColumnName {
            database,
            table: key.table.clone(),
            column: key.column.clone(),
        }
    }

    /// A place of a service's tree.
    pub(crate) fn place(&self, service: u32, site: Site, position: Position) -> Place {
        self.place_at(EdgeSite::new(service, site, position))
    }

    pub(crate) fn place_at(&self, at: EdgeSite) -> Place {
        let index = &self.indexes[at.service as usize];
        let file = index
            .files
            .get(at.file.0 as usize)
            .map_or("", |file| &file.path);
        Place {
            service: index.service.name.clone(),
            path: join_path(&index.service.path, file),
            position: at.position,
            span: at.span,
        }
    }

    /// A place in a file that a catalog was made from. Its lines are not known.
    pub(crate) fn catalog_place(
        &self,
        catalog: &impact_facts::Catalog,
        file: FileId,
        span: Span,
    ) -> Option<Place> {
        let file = catalog.files.get(file.0 as usize)?;
        let service = self
            .indexes
            .iter()
            .find(|index| index.service.name == file.service);
        let root = service.map_or("", |index| &*index.service.path);
        Some(Place {
            service: file.service.clone(),
            path: join_path(root, &file.path),
            position: Position::default(),
            span,
        })
    }
}
