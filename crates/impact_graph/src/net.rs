//! The graph, and next to it what is next to each node, side by side in flat arrays, in both directions.
//!
//! A graph of services is built once and searched as a whole: walks over the arrays touch less memory than walks over
//! linked edges. They are laid out when the graph is sealed. A node's edges come in the order from the last that was added.

use crate::node::{Edge, EdgeKind, Node};
use foldhash::HashMap;
use impact_facts::Certainty;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;
use std::ops::Range;

/// A node of a [`Net`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(u32);

impl NodeId {
    /// No node: nothing leads to it or from it.
    pub(crate) const NONE: Self = Self(u32::MAX);

    /// Its place among all nodes.
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }

    fn of(index: NodeIndex) -> Self {
        Self(index.index() as u32)
    }

    fn index(self) -> NodeIndex {
        NodeIndex::new(self.at())
    }
}

/// An edge of a [`Net`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EdgeId(u32);

impl EdgeId {
    fn index(self) -> EdgeIndex {
        EdgeIndex::new(self.0 as usize)
    }
}

/// Along or against edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Direction {
    /// To what a node uses.
    #[default]
    Outgoing,
    /// To what uses a node.
    Incoming,
}

/// A step from a node over one of its edges. Small, as searches read all of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hop {
    /// The node at the other end.
    pub(crate) to: NodeId,
    /// What the edge says.
    pub(crate) kind: EdgeKind,
    /// How sure the edge is.
    pub(crate) certainty: Certainty,
}

/// The hops of every node in one direction.
#[derive(Debug, Default)]
struct Side {
    /// Where each node's hops begin; one more at the end.
    starts: Vec<u32>,
    hops: Vec<Hop>,
    /// The edge of each hop.
    edges: Vec<EdgeId>,
    /// For each node, which certainties its edges have, a bit each.
    levels: Vec<u8>,
}

/// A graph. [`Net::seal`] it before its edges are asked for.
#[derive(Debug, Default)]
pub(crate) struct Net {
    graph: DiGraph<Node, Edge>,
    /// Edges of which there is one between two nodes.
    single: HashMap<(NodeId, NodeId), EdgeId>,
    outgoing: Side,
    incoming: Side,
    /// For each node, what it is or does: [`COLUMN`], [`ENTRY`], [`PUBLISHES`].
    marks: Vec<u8>,
}

/// The mark of a column.
pub(crate) const COLUMN: u8 = 1;
/// The mark of an entry point.
pub(crate) const ENTRY: u8 = 2;
/// The mark of code that publishes messages.
pub(crate) const PUBLISHES: u8 = 4;

impl Net {
    pub(crate) fn add_node(&mut self, node: Node) -> NodeId {
        NodeId::of(self.graph.add_node(node))
    }

    pub(crate) fn add_edge(&mut self, from: NodeId, to: NodeId, edge: Edge) -> EdgeId {
        let edge = self.graph.add_edge(from.index(), to.index(), edge);
        EdgeId(edge.index() as u32)
    }

    /// Adds an edge, or changes the one that was set before between these nodes.
    pub(crate) fn set_edge(&mut self, from: NodeId, to: NodeId, edge: Edge) {
        let have = self.single.get(&(from, to));
        match have.and_then(|have| self.graph.edge_weight_mut(have.index())) {
            Some(known) => *known = edge,
            None => {
                let id = self.add_edge(from, to, edge);
                self.single.insert((from, to), id);
            }
        }
    }

    /// Lays the edges out.
    pub(crate) fn seal(&mut self) {
        self.outgoing = Side::of(&self.graph, |from, to| (from, to));
        self.incoming = Side::of(&self.graph, |from, to| (to, from));
        let own = self.graph.node_weights().map(|node| match node {
            Node::Column(_) => COLUMN,
            Node::Entry(..) => ENTRY,
            Node::Symbol(..) | Node::File(..) => 0,
        });
        self.marks = own.collect();
        for (edge, weight) in self.graph.edge_references().map(|one| (one, one.weight())) {
            if weight.kind == EdgeKind::Publishes {
                self.marks[edge.source().index()] |= PUBLISHES;
            }
        }
    }

    pub(crate) fn node(&self, id: NodeId) -> Node {
        self.graph[id.index()]
    }

    /// Every node in the order in which they were added.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        self.graph.node_indices().map(NodeId::of)
    }

    pub(crate) fn node_count(&self) -> usize {
        self.graph.node_count()
    }

    pub(crate) fn edge(&self, id: EdgeId) -> &Edge {
        &self.graph[id.index()]
    }

    /// From where an edge leads to where.
    pub(crate) fn ends(&self, id: EdgeId) -> (NodeId, NodeId) {
        let ends = self.graph.edge_endpoints(id.index());
        ends.map_or((NodeId::NONE, NodeId::NONE), |(from, to)| {
            (NodeId::of(from), NodeId::of(to))
        })
    }

    /// Every edge in the order in which they were added: from where, to where, what.
    pub(crate) fn edges(&self) -> impl Iterator<Item = (NodeId, NodeId, &Edge)> {
        let edges = self.graph.edge_references();
        edges.map(|edge| {
            let (from, to) = (NodeId::of(edge.source()), NodeId::of(edge.target()));
            (from, to, edge.weight())
        })
    }

    /// The steps from a node in a direction.
    pub(crate) fn hops(&self, node: NodeId, direction: Direction) -> &[Hop] {
        self.side(direction).of_node(node)
    }

    /// Whether any edge of a node in a direction is as certain as that, no more and no less.
    pub(crate) fn has_level(&self, node: NodeId, direction: Direction, level: Certainty) -> bool {
        let levels = self.side(direction).levels.get(node.at());
        levels.is_some_and(|levels| levels & bit(level) != 0)
    }

    /// Whether a node has a mark.
    pub(crate) fn has_mark(&self, node: NodeId, mark: u8) -> bool {
        let marks = self.marks.get(node.at());
        marks.is_some_and(|marks| marks & mark != 0)
    }

    /// The edges of [`Net::hops`], in the same order.
    pub(crate) fn edges_of(&self, node: NodeId, direction: Direction) -> &[EdgeId] {
        let side = self.side(direction);
        side.edges.get(side.range(node)).unwrap_or_default()
    }

    /// Where a node's hops begin among all of a direction.
    pub(crate) fn first_hop(&self, node: NodeId, direction: Direction) -> usize {
        self.side(direction).range(node).start
    }

    /// The edge of a hop by its place among all of a direction.
    pub(crate) fn edge_of_hop(&self, hop: usize, direction: Direction) -> Option<EdgeId> {
        self.side(direction).edges.get(hop).copied()
    }

    fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::Outgoing => &self.outgoing,
            Direction::Incoming => &self.incoming,
        }
    }
}

fn bit(level: Certainty) -> u8 {
    1 << level as u8
}

impl Side {
    /// The hops of a graph, where `ends` says from which end of an edge they lead to which.
    fn of(graph: &DiGraph<Node, Edge>, ends: impl Fn(NodeId, NodeId) -> (NodeId, NodeId)) -> Self {
        let nodes = graph.node_count();
        let links: Vec<(NodeId, NodeId, &Edge)> = graph
            .edge_references()
            .map(|edge| {
                let (from, to) = ends(NodeId::of(edge.source()), NodeId::of(edge.target()));
                (from, to, edge.weight())
            })
            .collect();
        let mut starts = vec![0_u32; nodes + 1];
        let mut levels = vec![0_u8; nodes];
        for (from, _, edge) in &links {
            starts[from.at() + 1] += 1;
            levels[from.at()] |= bit(edge.certainty);
        }
        for at in 0..nodes {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let none = Hop {
            to: NodeId::NONE,
            kind: EdgeKind::Calls,
            certainty: Certainty::Possible,
        };
        let mut hops = vec![none; links.len()];
        let mut edges = vec![EdgeId(0); links.len()];
        for (id, (from, to, edge)) in links.iter().enumerate().rev() {
            let slot = &mut next[from.at()];
            edges[*slot as usize] = EdgeId(id as u32);
            hops[*slot as usize] = Hop {
                to: *to,
                kind: edge.kind,
                certainty: edge.certainty,
            };
            *slot += 1;
        }
        Self {
            starts,
            hops,
            edges,
            levels,
        }
    }

    fn of_node(&self, node: NodeId) -> &[Hop] {
        self.hops.get(self.range(node)).unwrap_or_default()
    }

    fn range(&self, node: NodeId) -> Range<usize> {
        let start = self.starts.get(node.at());
        let end = self.starts.get(node.at().saturating_add(1));
        let (Some(start), Some(end)) = (start, end) else {
            return 0..0;
        };
        *start as usize..*end as usize
    }
}

#[cfg(test)]
impl NodeId {
    pub(crate) fn new(at: u32) -> Self {
        Self(at)
    }
}

#[cfg(test)]
impl Net {
    /// A graph of calls among so many nodes.
    pub(crate) fn of_calls(nodes: u32, calls: &[(u32, u32)]) -> Self {
        let mut net = Self::default();
        for node in 0..nodes {
            net.add_node(Node::Symbol(0, node));
        }
        for (from, to) in calls {
            let edge = Edge {
                kind: EdgeKind::Calls,
                certainty: Certainty::Exact,
                at: None,
                reference: None,
            };
            net.add_edge(NodeId(*from), NodeId(*to), edge);
        }
        net.seal();
        net
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_edge_comes_first() {
        let net = Net::of_calls(3, &[(0, 1), (0, 2), (1, 2)]);
        let to = |direction, node| -> Vec<u32> {
            let hops = net.hops(NodeId(node), direction).iter();
            hops.map(|hop| hop.to.0).collect()
        };
        assert_eq!(to(Direction::Outgoing, 0), [2, 1]);
        assert_eq!(to(Direction::Incoming, 2), [1, 0]);
        assert!(net.hops(NodeId::NONE, Direction::Incoming).is_empty());
    }
}
