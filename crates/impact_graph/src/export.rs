//! The graph, or the part of it that matters to one column, in a form that any format can draw.

use crate::build::Graph;
use crate::node::{EdgeKind, Node};
use crate::place::Place;
use crate::trace::{Proof, StepKind, Trace};
use impact_facts::{Access, Certainty, EntryKind, RelationKind, Scope};
use std::collections::BTreeMap;

/// Nodes and edges, in a stable order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExportGraph {
    /// Nodes by id.
    pub nodes: Vec<ExportNode>,
    /// Edges by ends.
    pub edges: Vec<ExportEdge>,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExportNode {
    /// Unique in the graph: the kind, the service or database, and the name.
    pub id: String,
    /// What it is.
    pub kind: ExportNodeKind,
    /// Its name.
    pub label: Box<str>,
    /// The service it belongs to, or the database. Nodes of one group are drawn together.
    pub group: Box<str>,
    /// Where it is.
    pub place: Option<Place>,
    /// Whether it is what was asked for.
    pub target: bool,
}

/// Kinds of [`ExportNode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExportNodeKind {
    /// An entry point.
    Entry(EntryKind),
    /// A piece of code.
    Code,
    /// A table.
    Table,
    /// A view, materialized or not.
    View,
    /// A foreign table.
    ForeignTable,
    /// A column.
    Column,
}

/// An edge, from what uses to what is used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExportEdge {
    /// The user's id.
    pub from: String,
    /// The used one's id.
    pub to: String,
    /// What it says.
    pub kind: EdgeKind,
    /// How sure.
    pub certainty: Certainty,
}

/// Collects nodes and edges, each once.
#[derive(Default)]
struct Collector {
    nodes: BTreeMap<String, ExportNode>,
    edges: BTreeMap<(String, String, EdgeKind), Certainty>,
}

impl Collector {
    fn node(
        &mut self,
        kind: ExportNodeKind,
        group: &str,
        label: &str,
        place: Option<Place>,
    ) -> String {
        let id = format!("{}:{group}:{label}", kind.word());
        let node = ExportNode {
            id: id.clone(),
            kind,
            label: label.into(),
            group: group.into(),
            place,
            target: false,
        };
        self.nodes.entry(id.clone()).or_insert(node);
        id
    }

    fn edge(&mut self, from: &str, to: &str, kind: EdgeKind, certainty: Certainty) {
        let surest = self
            .edges
            .entry((from.into(), to.into(), kind))
            .or_insert(certainty);
        *surest = certainty.max(*surest);
    }

    fn finish(self) -> ExportGraph {
        let edges = self
            .edges
            .into_iter()
            .map(|((from, to, kind), certainty)| ExportEdge {
                from,
                to,
                kind,
                certainty,
            });
        ExportGraph {
            nodes: self.nodes.into_values().collect(),
            edges: edges.collect(),
        }
    }
}

impl ExportNodeKind {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            ExportNodeKind::Entry(EntryKind::Api) => "api",
            ExportNodeKind::Entry(EntryKind::Job) => "job",
            ExportNodeKind::Entry(EntryKind::Command) => "command",
            ExportNodeKind::Entry(EntryKind::Consumer) => "consumer",
            ExportNodeKind::Code => "code",
            ExportNodeKind::Table => "table",
            ExportNodeKind::View => "view",
            ExportNodeKind::ForeignTable => "foreign_table",
            ExportNodeKind::Column => "column",
        }
    }
}

impl Graph<'_> {
    /// Everything: every entry point, every piece of code, every column.
    #[must_use]
    pub fn export(&self) -> ExportGraph {
        let mut all = Collector::default();
        let ids: Vec<String> = self
            .net
            .nodes()
            .map(|node| self.export_node(&mut all, self.net.node(node)))
            .collect();
        for (from, to, edge) in self.net.edges() {
            if let (Some(from), Some(to)) = (ids.get(from.at()), ids.get(to.at())) {
                all.edge(from, to, edge.kind, edge.certainty);
            }
        }
        all.finish()
    }

    fn export_node(&self, all: &mut Collector, node: Node) -> String {
        match node {
            Node::Column(id) => {
                let key = self.columns.get(id);
                let label = format!("{}.{}", key.table, key.column);
                all.node(
                    ExportNodeKind::Column,
                    self.databases.get(key.database).name,
                    &label,
                    None,
                )
            }
            Node::Symbol(service, number) => {
                let index = &self.indexes[service as usize];
                let symbol = index.symbols.get(number as usize);
                let place = symbol.map(|symbol| self.place(service, symbol.site, symbol.position));
                let label = symbol.map_or("", |symbol| &symbol.name);
                all.node(ExportNodeKind::Code, &index.service.name, label, place)
            }
            Node::File(service, file) => {
                let index = &self.indexes[service as usize];
                let path = index
                    .files
                    .get(file.0 as usize)
                    .map_or("", |file| &file.path);
                all.node(ExportNodeKind::Code, &index.service.name, path, None)
            }
            Node::Entry(service, number) => {
                let index = &self.indexes[service as usize];
                let Some(entry) = index.entry_points.get(number as usize) else {
                    return String::new();
                };
                let place = Some(self.place(service, entry.site, entry.position));
                all.node(
                    ExportNodeKind::Entry(entry.kind),
                    &index.service.name,
                    &entry.name,
                    place,
                )
            }
        }
    }

    /// A map: entry points and relations alone, with what each entry point reads and writes, what views are made
    /// from, and what crosses services.
    #[must_use]
    pub fn export_overview(&self) -> ExportGraph {
        let mut all = Collector::default();
        self.overview_relations(&mut all);
        let width = self.columns.len();
        let sets = self.touched_sets();
        for (service, index) in self.indexes.iter().enumerate() {
            for (number, entry) in index.entry_points.iter().enumerate() {
                let node = Node::Entry(service as u32, number as u32);
                let set = self.find(node).and_then(|node| sets.get(node));
                if entry.scope == Scope::Test {
                    continue;
                }
                let from = self.export_node(&mut all, node);
                for bit in set.iter().flat_map(|set| set.ones()) {
                    let to = self.relation_node(&mut all, self.columns.get((bit % width) as u32));
                    let access = if bit < width {
                        Access::Read
                    } else {
                        Access::Write
                    };
                    all.edge(&from, &to, EdgeKind::References(access), Certainty::Likely);
                }
            }
        }
        all.finish()
    }

    fn overview_relations(&self, all: &mut Collector) {
        for (from, to, edge) in self.net.edges() {
            if let (Node::Column(from), Node::Column(to)) = (self.net.node(from), self.net.node(to))
            {
                let (from, to) = (self.columns.get(from), self.columns.get(to));
                let (from, to) = (self.relation_node(all, from), self.relation_node(all, to));
                all.edge(&from, &to, edge.kind, edge.certainty);
            }
        }
    }

    fn relation_node(&self, all: &mut Collector, key: &crate::build::ColumnKey) -> String {
        let described = self.databases.get(key.database);
        let kind = match described
            .declared(&key.table)
            .first()
            .map(|one| one.relation.kind)
        {
            Some(RelationKind::View | RelationKind::MaterializedView) => ExportNodeKind::View,
            Some(RelationKind::ForeignTable) => ExportNodeKind::ForeignTable,
            _ => ExportNodeKind::Table,
        };
        all.node(kind, described.name, &key.table.to_string(), None)
    }
}

impl Trace {
    /// The part of the graph that proves this trace: one path for each entry point, reference and downstream consumer.
    #[must_use]
    pub fn export(&self) -> ExportGraph {
        let mut all = Collector::default();
        let database = &self.target.name.database;
        let id = all.node(
            ExportNodeKind::Column,
            database,
            &self.target.name.to_string(),
            None,
        );
        if let Some(node) = all.nodes.get_mut(&id) {
            node.target = true;
            node.place = self.target.declared_at.clone();
        }
        for carrier in &self.carriers {
            self.export_hops(&mut all, &carrier.hops, carrier.certainty);
        }
        let of_references = self
            .references
            .iter()
            .filter(|traced| traced.reference.scope != Scope::Test);
        for traced in of_references.clone() {
            self.export_reference(&mut all, traced);
        }
        let proofs = of_references.filter_map(|traced| traced.proof.as_ref());
        let entries = self
            .entry_points
            .iter()
            .filter(|entry| entry.scope != Scope::Test);
        for proof in proofs.chain(entries.map(|entry| &entry.proof)) {
            self.export_proof(&mut all, proof);
        }
        all.finish()
    }

    fn export_hops(&self, all: &mut Collector, hops: &[crate::ColumnName], certainty: Certainty) {
        let ids: Vec<String> = hops
            .iter()
            .map(|hop| {
                all.node(
                    ExportNodeKind::Column,
                    &hop.database,
                    &hop.to_string(),
                    None,
                )
            })
            .collect();
        for (at, pair) in ids.windows(2).enumerate() {
            if let [from, to] = pair {
                let mirrors = hops
                    .get(at)
                    .zip(hops.get(at + 1))
                    .is_some_and(|(a, b)| a.database != b.database);
                let kind = if mirrors {
                    EdgeKind::Mirrors
                } else {
                    EdgeKind::Derives
                };
                all.edge(from, to, kind, certainty);
            }
        }
    }

    fn export_reference(&self, all: &mut Collector, traced: &crate::TracedReference) {
        let label = traced.symbol.as_deref().unwrap_or(&traced.place.path);
        let from = all.node(
            ExportNodeKind::Code,
            &traced.place.service,
            label,
            Some(traced.place.clone()),
        );
        let name = traced.through.first().unwrap_or(&self.target.name);
        let to = all.node(
            ExportNodeKind::Column,
            &name.database,
            &name.to_string(),
            None,
        );
        all.edge(
            &from,
            &to,
            EdgeKind::References(traced.reference.access),
            traced.certainty,
        );
    }

    fn export_proof(&self, all: &mut Collector, proof: &Proof) {
        let mut before: Option<String> = None;
        for step in &proof.steps {
            let kind = match step.kind {
                StepKind::Entry(kind) => ExportNodeKind::Entry(kind),
                StepKind::Code => ExportNodeKind::Code,
                // Columns and what touches them were added with their databases.
                StepKind::Column => return,
            };
            let group = step.service.as_deref().unwrap_or_default();
            let id = all.node(kind, group, &step.label, step.place.clone());
            if let (Some(before), Some(by)) = (&before, step.by) {
                all.edge(before, &id, by, step.certainty);
            }
            before = Some(id);
        }
    }
}
