//! Breadth-first search that prefers sure steps: one proof per node, the surest, and the shortest of those.

use crate::net::{Direction, EdgeId, Hop, Net, NodeId};
use impact_facts::Certainty;

/// From the surest.
const LEVELS: [Certainty; 3] = [Certainty::Exact, Certainty::Likely, Certainty::Possible];

/// How a node was reached.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reached {
    /// The weakest step of the way.
    pub(crate) certainty: Certainty,
    /// The last step's place among all hops of the direction; [`SOURCE`] at a source.
    by: u32,
}

const SOURCE: u32 = u32::MAX;

/// All that was reached from some nodes.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// For each node the weakest step of the way to it, if there is one.
    certainty: Vec<Option<Certainty>>,
    /// For each node the last step.
    by: Vec<u32>,
    /// Nodes in the order of their distance.
    by_distance: Vec<Vec<NodeId>>,
    direction: Direction,
}

impl Search {
    /// Everything that can be reached from `sources` over hops that `follow` admits. Linear in the graph.
    pub(crate) fn run(
        net: &Net,
        sources: impl IntoIterator<Item = NodeId>,
        direction: Direction,
        follow: impl Fn(&Hop) -> bool,
    ) -> Self {
        let mut search = Self {
            certainty: vec![None; net.node_count()],
            by: vec![SOURCE; net.node_count()],
            by_distance: vec![Vec::new()],
            direction,
        };
        for source in sources {
            search.mark(
                0,
                source,
                Reached {
                    certainty: Certainty::Exact,
                    by: SOURCE,
                },
            );
        }
        for level in LEVELS {
            search.spread(net, level, &follow);
        }
        search
    }

    fn mark(&mut self, distance: usize, node: NodeId, reached: Reached) {
        let Some(slot @ None) = self.certainty.get_mut(node.at()) else {
            return;
        };
        *slot = Some(reached.certainty);
        self.by[node.at()] = reached.by;
        if self.by_distance.len() <= distance {
            self.by_distance.push(Vec::new());
        }
        self.by_distance[distance].push(node);
    }

    fn spread(&mut self, net: &Net, level: Certainty, follow: &impl Fn(&Hop) -> bool) {
        let mut distance = 0;
        while distance < self.by_distance.len() {
            // In the order of the arrays, which costs a fraction of jumping about in them.
            let mut near = std::mem::take(&mut self.by_distance[distance]);
            near.sort_unstable();
            for node in near.iter().copied() {
                // From a node that surer steps lead to, surer steps were taken before.
                let is_new = self.certainty[node.at()] == Some(level);
                if !is_new && !net.has_level(node, self.direction, level) {
                    continue;
                }
                let first = net.first_hop(node, self.direction);
                for (number, hop) in net.hops(node, self.direction).iter().enumerate() {
                    if hop.certainty >= level && follow(hop) {
                        let reached = Reached {
                            certainty: level,
                            by: (first + number) as u32,
                        };
                        self.mark(distance + 1, hop.to, reached);
                    }
                }
            }
            self.by_distance[distance] = near;
            distance += 1;
        }
    }

    /// How a node was reached, if it was.
    pub(crate) fn get(&self, node: NodeId) -> Option<Reached> {
        let certainty = self.certainty.get(node.at()).copied().flatten()?;
        let by = self.by[node.at()];
        Some(Reached { certainty, by })
    }

    /// Whether a node was reached.
    pub(crate) fn has(&self, node: NodeId) -> bool {
        self.certainty.get(node.at()).is_some_and(Option::is_some)
    }

    /// What was reached, the nearest first.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.by_distance.iter().flatten().copied()
    }

    /// The steps from a reached node back to its source.
    pub(crate) fn path(&self, net: &Net, node: NodeId) -> Vec<EdgeId> {
        let mut path = Vec::new();
        let mut at = node;
        let last = |at| net.edge_of_hop(self.get(at)?.by as usize, self.direction);
        while let Some(edge) = last(at) {
            path.push(edge);
            let (from, to) = net.ends(edge);
            at = match self.direction {
                Direction::Incoming => to,
                Direction::Outgoing => from,
            };
        }
        path
    }
}
