//! What every entry point reads and writes, over all that it runs.

use crate::build::Graph;
use crate::node::{Edge, EdgeKind, Node};
use fixedbitset::FixedBitSet;
use impact_facts::{Access, Certainty, EntryPoint};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{EdgeFiltered, EdgeRef};
use std::collections::HashMap;
use std::rc::Rc;

/// An entry point with the columns that it touches in its own process, by exact and likely steps alone.
#[derive(Debug, Clone)]
pub struct EntryPointColumns<'a> {
    /// The service's place in the graph's indexes.
    pub service: usize,
    /// The entry point.
    pub entry: &'a EntryPoint,
    /// `table.column` of what it reads, sorted.
    pub reads: Vec<String>,
    /// `table.column` of what it writes, sorted.
    pub writes: Vec<String>,
}

/// A set per node, shared where a node adds nothing to what it runs.
pub(crate) type Set = Rc<FixedBitSet>;

impl<'a> Graph<'a> {
    /// Every entry point of every service, in the order of the indexes, with what it reads and writes. Reading a view
    /// reads what the view's columns are made from. Steps into other services are not followed.
    #[must_use]
    pub fn entry_point_columns(&self) -> Vec<EntryPointColumns<'a>> {
        let width = self.columns.len();
        let sets = self.touched_sets();
        let mut all = Vec::new();
        for (service, index) in self.indexes.iter().enumerate() {
            for (number, entry) in index.entry_points.iter().enumerate() {
                let node = self.find(Node::Entry(service as u32, number as u32));
                let set = node.and_then(|node| sets.get(&node));
                let (reads, writes) =
                    set.map_or_else(Default::default, |set| self.names_of(set, width));
                all.push(EntryPointColumns {
                    service,
                    entry,
                    reads,
                    writes,
                });
            }
        }
        all
    }

    /// What every node touches over all that it runs: reads at a column's id, writes at the number of columns and its id.
    pub(crate) fn touched_sets(&self) -> HashMap<NodeIndex, Set> {
        let width = self.columns.len();
        close(&self.net, 2 * width, follows, |node| {
            self.touched(node, width)
        })
    }

    /// Bits of the columns that a node itself touches: reads at `id`, writes at `width + id`.
    fn touched(&self, node: NodeIndex, width: usize) -> Vec<usize> {
        let mut bits = Vec::new();
        for edge in self.net.edges(node) {
            let offset = match edge.weight().kind {
                EdgeKind::References(Access::Read) => 0,
                EdgeKind::References(Access::Write) => width,
                _ => continue,
            };
            if edge.weight().certainty >= Certainty::Likely {
                self.add_with_bases(edge.target(), offset, &mut bits);
            }
        }
        bits
    }

    fn add_with_bases(&self, column: NodeIndex, offset: usize, bits: &mut Vec<usize>) {
        let mut open = vec![column];
        let mut seen = Vec::new();
        while let Some(node) = open.pop() {
            let Node::Column(id) = self.net[node] else {
                continue;
            };
            if seen.contains(&node) {
                continue;
            }
            seen.push(node);
            bits.push(offset + id as usize);
            let made_from = |kind| matches!(kind, EdgeKind::Derives | EdgeKind::Mirrors);
            open.extend(
                self.net
                    .edges(node)
                    .filter(|edge| made_from(edge.weight().kind))
                    .map(|edge| edge.target()),
            );
        }
    }

    fn names_of(&self, set: &FixedBitSet, width: usize) -> (Vec<String>, Vec<String>) {
        let (mut reads, mut writes) = (Vec::new(), Vec::new());
        for bit in set.ones() {
            let key = self.columns.get((bit % width) as u32);
            let list = if bit < width { &mut reads } else { &mut writes };
            list.push(format!("{}.{}", key.table, key.column));
        }
        for list in [&mut reads, &mut writes] {
            list.sort();
            list.dedup();
        }
        (reads, writes)
    }
}

fn follows(edge: &Edge) -> bool {
    edge.kind.is_local_control() && edge.certainty >= Certainty::Likely
}

/// For every node, the union of `own` over all that it reaches. Components of mutual calls share one set.
pub(crate) fn close(
    net: &DiGraph<Node, Edge>,
    width: usize,
    follow: impl Fn(&Edge) -> bool,
    own: impl Fn(NodeIndex) -> Vec<usize>,
) -> HashMap<NodeIndex, Set> {
    let control = EdgeFiltered::from_fn(net, |edge| follow(edge.weight()));
    let mut sets: HashMap<NodeIndex, Set> = HashMap::new();
    for component in petgraph::algo::kosaraju_scc(&control) {
        let mut bits: Vec<usize> = component.iter().flat_map(|node| own(*node)).collect();
        bits.sort_unstable();
        bits.dedup();
        let edges = component
            .iter()
            .flat_map(|node| net.edges(*node))
            .filter(|edge| follow(edge.weight()));
        let below = edges
            .filter_map(|edge| sets.get(&edge.target()))
            .cloned()
            .collect::<Vec<Set>>();
        if let Some(set) = unite(width, &bits, below) {
            sets.extend(component.into_iter().map(|node| (node, Rc::clone(&set))));
        }
    }
    sets
}

fn unite(width: usize, bits: &[usize], mut below: Vec<Set>) -> Option<Set> {
    below.dedup_by(|a, b| Rc::ptr_eq(a, b));
    if bits.is_empty() && below.len() <= 1 {
        return below.pop();
    }
    let mut set = FixedBitSet::with_capacity(width);
    bits.iter()
        .filter(|bit| **bit < width)
        .for_each(|bit| set.insert(*bit));
    below.iter().for_each(|other| set.union_with(other));
    Some(Rc::new(set))
}
