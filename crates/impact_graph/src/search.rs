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
    /// The last step; none at a source.
    pub(crate) by: Option<EdgeId>,
}

/// All that was reached from some nodes.
#[derive(Debug)]
pub(crate) struct Search {
    reached: Vec<Option<Reached>>,
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

    fn mark(&mut self, distance: usize, node: NodeId, reached: Reached) {
        let Some(slot @ None) = self.reached.get_mut(node.at()) else {
            return;
        };
        *slot = Some(reached);
        if self.by_distance.len() <= distance {
            self.by_distance.push(Vec::new());
        }
        self.by_distance[distance].push(node);
    }

    fn spread(&mut self, net: &Net, level: Certainty, follow: &impl Fn(&Hop) -> bool) {
        let mut distance = 0;
        while distance < self.by_distance.len() {
            let mut at = 0;
            while let Some(node) = self.by_distance[distance].get(at).copied() {
                at += 1;
                // From a node that surer steps lead to, surer steps were taken before.
                let is_new = self.get(node).is_some_and(|one| one.certainty == level);
                if !is_new && !net.has_level(node, self.direction, level) {
                    continue;
                }
                for hop in net.hops(node, self.direction) {
                    if hop.certainty >= level && follow(hop) {
                        let reached = Reached {
                            certainty: level,
                            by: Some(hop.edge),
                        };
                        self.mark(distance + 1, hop.to, reached);
                    }
                }
            }
            distance += 1;
        }
    }

    /// How a node was reached, if it was.
    pub(crate) fn get(&self, node: NodeId) -> Option<Reached> {
        self.reached.get(node.at()).copied().flatten()
    }

    /// What was reached, the nearest first.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.by_distance.iter().flatten().copied()
    }

    /// The steps from a reached node back to its source.
    pub(crate) fn path(&self, net: &Net, node: NodeId) -> Vec<EdgeId> {
        let mut path = Vec::new();
        let mut at = node;
        while let Some(edge) = self.get(at).and_then(|reached| reached.by) {
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
