//! Breadth-first search that prefers sure steps: one proof per node, the surest, and the shortest of those.

use crate::node::{Edge, Node};
use impact_facts::Certainty;
use petgraph::Direction;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

/// From the surest.
const LEVELS: [Certainty; 3] = [Certainty::Exact, Certainty::Likely, Certainty::Possible];

/// How a node was reached.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reached {
    /// The weakest step of the way.
    pub(crate) certainty: Certainty,
    /// The last step; none at a source.
    pub(crate) by: Option<EdgeIndex>,
}

/// All that was reached from some nodes.
#[derive(Debug)]
pub(crate) struct Search {
    reached: Vec<Option<Reached>>,
    /// Nodes in the order of their distance.
    by_distance: Vec<Vec<NodeIndex>>,
    direction: Direction,
}

impl Search {
    /// Everything that can be reached from `sources` over edges that `follow` admits. Linear in the graph.
    pub(crate) fn run(
        net: &DiGraph<Node, Edge>,
        sources: impl IntoIterator<Item = NodeIndex>,
        direction: Direction,
        follow: impl Fn(&Edge) -> bool,
    ) -> Self {
        let mut search = Self {
            reached: vec![None; net.node_count()],
            by_distance: vec![Vec::new()],
            direction,
        };
        for source in sources {
            search.mark(
                0,
                source,
                Reached {
                    certainty: Certainty::Exact,
                    by: None,
                },
            );
        }
        for level in LEVELS {
            search.spread(net, level, &follow);
        }
        search
    }

    fn mark(&mut self, distance: usize, node: NodeIndex, reached: Reached) {
        let Some(slot @ None) = self.reached.get_mut(node.index()) else {
            return;
        };
        *slot = Some(reached);
        if self.by_distance.len() <= distance {
            self.by_distance.push(Vec::new());
        }
        self.by_distance[distance].push(node);
    }

    fn spread(
        &mut self,
        net: &DiGraph<Node, Edge>,
        level: Certainty,
        follow: &impl Fn(&Edge) -> bool,
    ) {
        let mut distance = 0;
        while distance < self.by_distance.len() {
            let mut at = 0;
            while let Some(node) = self.by_distance[distance].get(at).copied() {
                at += 1;
                for edge in net.edges_directed(node, self.direction) {
                    if edge.weight().certainty < level || !follow(edge.weight()) {
                        continue;
                    }
                    let next = if self.direction == Direction::Incoming {
                        edge.source()
                    } else {
                        edge.target()
                    };
                    let certainty = edge.weight().certainty.min(level);
                    self.mark(
                        distance + 1,
                        next,
                        Reached {
                            certainty,
                            by: Some(edge.id()),
                        },
                    );
                }
            }
            distance += 1;
        }
    }

    /// How a node was reached, if it was.
    pub(crate) fn get(&self, node: NodeIndex) -> Option<Reached> {
        self.reached.get(node.index()).copied().flatten()
    }

    /// What was reached, the nearest first.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = NodeIndex> {
        self.by_distance.iter().flatten().copied()
    }

    /// The steps from a reached node back to its source.
    pub(crate) fn path(&self, net: &DiGraph<Node, Edge>, node: NodeIndex) -> Vec<EdgeIndex> {
        let mut path = Vec::new();
        let mut at = node;
        while let Some(edge) = self.get(at).and_then(|reached| reached.by) {
            path.push(edge);
            let Some((from, to)) = net.edge_endpoints(edge) else {
                break;
            };
            at = if self.direction == Direction::Incoming {
                to
            } else {
                from
            };
        }
        path
    }
}
