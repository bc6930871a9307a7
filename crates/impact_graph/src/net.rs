//! Nodes and edges in flat arrays: what is next to a node lies side by side, in both directions.
//!
//! A graph of services is built once and searched as a whole, so edges are gathered first and laid out when it is
//! sealed. A node's edges come in the order from the last that was added.

use crate::node::{Edge, EdgeKind, Node};
use impact_facts::Certainty;
use std::collections::HashMap;

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
}

/// An edge of a [`Net`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EdgeId(u32);

/// Along or against edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To what a node uses.
    Outgoing,
    /// To what uses a node.
    Incoming,
}

/// A step from a node over one of its edges.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hop {
    /// The node at the other end.
    pub(crate) to: NodeId,
    /// The edge.
    pub(crate) edge: EdgeId,
    /// What the edge says.
    pub(crate) kind: EdgeKind,
    /// How sure the edge is.
    pub(crate) certainty: Certainty,
}

#[derive(Debug, Clone, Copy)]
struct Link {
    from: NodeId,
    to: NodeId,
    edge: Edge,
}

/// The hops of every node in one direction.
#[derive(Debug, Default)]
struct Side {
    /// Where each node's hops begin; one more at the end.
    starts: Vec<u32>,
    hops: Vec<Hop>,
    /// For each node, which certainties its edges have, a bit each.
    levels: Vec<u8>,
}

/// A graph. [`Net::seal`] it before its edges are asked for.
#[derive(Debug, Default)]
pub(crate) struct Net {
    nodes: Vec<Node>,
    links: Vec<Link>,
    /// Edges of which there is one between two nodes.
    single: HashMap<(NodeId, NodeId), EdgeId>,
    outgoing: Side,
    incoming: Side,
}

impl Net {
    pub(crate) fn add_node(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        NodeId(self.nodes.len() as u32 - 1)
    }

    pub(crate) fn add_edge(&mut self, from: NodeId, to: NodeId, edge: Edge) -> EdgeId {
        self.links.push(Link { from, to, edge });
        EdgeId(self.links.len() as u32 - 1)
    }

    /// Adds an edge, or changes the one that was set before between these nodes.
    pub(crate) fn set_edge(&mut self, from: NodeId, to: NodeId, edge: Edge) {
        let have = self.single.get(&(from, to));
        match have.and_then(|have| self.links.get_mut(have.0 as usize)) {
            Some(link) => link.edge = edge,
            None => {
                let id = self.add_edge(from, to, edge);
                self.single.insert((from, to), id);
            }
        }
    }

    /// Lays the edges out.
    pub(crate) fn seal(&mut self) {
        let ends = |link: &Link| (link.from, link.to);
        self.outgoing = Side::of(&self.links, self.nodes.len(), ends);
        let ends = |link: &Link| (link.to, link.from);
        self.incoming = Side::of(&self.links, self.nodes.len(), ends);
    }

    pub(crate) fn node(&self, id: NodeId) -> Node {
        self.nodes[id.at()]
    }

    /// Every node in the order in which they were added.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    pub(crate) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn edge(&self, id: EdgeId) -> &Edge {
        &self.links[id.0 as usize].edge
    }

    /// From where an edge leads to where.
    pub(crate) fn ends(&self, id: EdgeId) -> (NodeId, NodeId) {
        let link = &self.links[id.0 as usize];
        (link.from, link.to)
    }

    /// Every edge in the order in which they were added: from where, to where, what.
    pub(crate) fn edges(&self) -> impl Iterator<Item = (NodeId, NodeId, &Edge)> {
        let links = self.links.iter();
        links.map(|link| (link.from, link.to, &link.edge))
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

    fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::Outgoing => &self.outgoing,
            Direction::Incoming => &self.incoming,
        }
    }

    /// Groups of nodes that reach each other over hops that `follow` admits, among the nodes that `within` admits. What a
    /// group leads to comes before it.
    pub(crate) fn components(
        &self,
        within: impl Fn(NodeId) -> bool,
        follow: impl Fn(&Hop) -> bool,
    ) -> Vec<Vec<NodeId>> {
        let mut search = Components {
            seen: vec![UNSEEN; self.nodes.len()],
            lowest: vec![0; self.nodes.len()],
            ..Components::default()
        };
        for node in self.nodes().filter(|node| within(*node)) {
            search.from(self, node, &within, &follow);
        }
        search.found
    }
}

fn bit(level: Certainty) -> u8 {
    1 << level as u8
}

impl Side {
    fn of(links: &[Link], nodes: usize, ends: impl Fn(&Link) -> (NodeId, NodeId)) -> Self {
        let mut starts = vec![0_u32; nodes + 1];
        let mut levels = vec![0_u8; nodes];
        for link in links {
            let (from, _) = ends(link);
            starts[from.at() + 1] += 1;
            levels[from.at()] |= bit(link.edge.certainty);
        }
        for at in 0..nodes {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let none = Hop {
            to: NodeId::NONE,
            edge: EdgeId(0),
            kind: EdgeKind::Calls,
            certainty: Certainty::Possible,
        };
        let mut hops = vec![none; links.len()];
        for (edge, link) in links.iter().enumerate().rev() {
            let (from, to) = ends(link);
            let slot = &mut next[from.at()];
            hops[*slot as usize] = Hop {
                to,
                edge: EdgeId(edge as u32),
                kind: link.edge.kind,
                certainty: link.edge.certainty,
            };
            *slot += 1;
        }
        Self {
            starts,
            hops,
            levels,
        }
    }

    fn of_node(&self, node: NodeId) -> &[Hop] {
        let start = self.starts.get(node.at());
        let end = self.starts.get(node.at().saturating_add(1));
        let (Some(start), Some(end)) = (start, end) else {
            return &[];
        };
        let range = *start as usize..*end as usize;
        self.hops.get(range).unwrap_or_default()
    }
}

/// The number of a node that was not met.
const UNSEEN: u32 = u32::MAX;
/// The number of a node whose group is known.
const DONE: u32 = u32::MAX - 1;

/// Tarjan's search, with a stack of its own: chains of calls may be longer than the thread's.
#[derive(Default)]
struct Components {
    /// In which order nodes were met.
    seen: Vec<u32>,
    /// The first node that each is known to lead back to.
    lowest: Vec<u32>,
    met: u32,
    /// Nodes whose group is not known yet.
    open: Vec<NodeId>,
    /// The way to the current node, with how many hops of each were taken.
    way: Vec<(NodeId, usize)>,
    found: Vec<Vec<NodeId>>,
}

impl Components {
    fn from(
        &mut self,
        net: &Net,
        start: NodeId,
        within: &impl Fn(NodeId) -> bool,
        follow: &impl Fn(&Hop) -> bool,
    ) {
        if self.seen[start.at()] != UNSEEN {
            return;
        }
        self.meet(start);
        while let Some((node, taken)) = self.way.last_mut() {
            let node = *node;
            let Some(hop) = net.hops(node, Direction::Outgoing).get(*taken) else {
                self.way.pop();
                self.leave(node);
                continue;
            };
            *taken += 1;
            if !follow(hop) || !within(hop.to) {
                continue;
            }
            match self.seen[hop.to.at()] {
                UNSEEN => self.meet(hop.to),
                DONE => {}
                earlier => self.lower(node, earlier),
            }
        }
    }

    fn meet(&mut self, node: NodeId) {
        self.seen[node.at()] = self.met;
        self.lowest[node.at()] = self.met;
        self.met += 1;
        self.open.push(node);
        self.way.push((node, 0));
    }

    fn lower(&mut self, node: NodeId, to: u32) {
        let lowest = &mut self.lowest[node.at()];
        *lowest = to.min(*lowest);
    }

    fn leave(&mut self, node: NodeId) {
        let lowest = self.lowest[node.at()];
        if lowest == self.seen[node.at()] {
            let first = self.open.iter().rposition(|one| *one == node);
            let group = self.open.split_off(first.unwrap_or_default());
            group.iter().for_each(|one| self.seen[one.at()] = DONE);
            self.found.push(group);
        }
        if let Some((before, _)) = self.way.last() {
            let before = *before;
            self.lower(before, lowest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A graph of calls among so many nodes.
    fn net(nodes: u32, calls: &[(u32, u32)]) -> Net {
        let mut net = Net::default();
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

    fn groups(net: &Net) -> Vec<Vec<u32>> {
        let found = net.components(|_| true, |_| true).into_iter();
        found
            .map(|group| {
                let mut group: Vec<u32> = group.into_iter().map(|node| node.0).collect();
                group.sort_unstable();
                group
            })
            .collect()
    }

    #[test]
    fn the_last_edge_comes_first() {
        let net = net(3, &[(0, 1), (0, 2), (1, 2)]);
        let to = |direction, node| -> Vec<u32> {
            let hops = net.hops(NodeId(node), direction).iter();
            hops.map(|hop| hop.to.0).collect()
        };
        assert_eq!(to(Direction::Outgoing, 0), [2, 1]);
        assert_eq!(to(Direction::Incoming, 2), [1, 0]);
        assert!(net.hops(NodeId::NONE, Direction::Incoming).is_empty());
    }

    #[test]
    fn mutual_calls_are_one_group_and_callees_come_first() {
        let net = net(5, &[(0, 1), (1, 2), (2, 1), (2, 3), (4, 4)]);
        assert_eq!(groups(&net), [vec![3], vec![1, 2], vec![0], vec![4]]);
    }

    #[test]
    fn a_chain_longer_than_any_stack_is_followed() {
        let calls: Vec<(u32, u32)> = (0..200_000).map(|at| (at, at + 1)).collect();
        assert_eq!(groups(&net(200_001, &calls)).len(), 200_001);
    }
}
