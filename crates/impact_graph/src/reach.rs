//! What every node reaches, as sets: one walk over the flat arrays of a net.
//!
//! Tarjan's algorithm with a stack of its own. A node's set grows while it is on the way, and is whole when its group of
//! mutual calls is complete, so that neither the groups nor the hops are walked a second time.

use crate::net::{Direction, Hop, Net, NodeId};
use fixedbitset::FixedBitSet;

/// The set of each node that has one. A node that adds nothing to what it runs shares the set of that.
#[derive(Debug)]
pub(crate) struct Sets {
    /// For each node [`NEW`], when it was met, or [`DONE`] with the number of its set.
    state: Vec<u32>,
    all: Vec<FixedBitSet>,
}

/// Not met yet.
const NEW: u32 = 0;
/// Its group is complete.
const DONE: u32 = 1 << 31;
/// The number of no set.
const NO_SET: u32 = DONE - 1;

impl Sets {
    /// The set of a node, if it has one.
    pub(crate) fn get(&self, node: NodeId) -> Option<&FixedBitSet> {
        let state = self.state.get(node.at())?;
        let number = state.checked_sub(DONE)?;
        self.all.get(number as usize)
    }
}

/// What a [`close`] walks over.
pub(crate) struct Walked<'n, Follow, Own> {
    pub(crate) net: &'n Net,
    /// Bits are below this.
    pub(crate) width: usize,
    /// Which hops lead on.
    pub(crate) follow: Follow,
    /// The bits of a node itself.
    pub(crate) own: Own,
}

/// For each of `sources` and everything that they reach, the union of the bits of all that it reaches, itself included.
/// Linear in the graph that they span, but for the sets. Groups of mutual calls share one.
pub(crate) fn close<Follow, Own>(
    walked: Walked<'_, Follow, Own>,
    sources: impl IntoIterator<Item = NodeId>,
) -> Sets
where
    Follow: Fn(&Hop) -> bool,
    Own: Fn(NodeId) -> Vec<usize>,
{
    let sets = Sets {
        state: vec![NEW; walked.net.node_count()],
        all: Vec::new(),
    };
    let mut walk = Walk {
        walked,
        sets,
        met: NEW,
        way: Vec::new(),
        open: Vec::new(),
    };
    for source in sources {
        walk.from(source);
    }
    walk.sets
}

/// A node on the way.
struct Visit {
    node: NodeId,
    /// When it was met.
    met: u32,
    /// The earliest node that it leads back to.
    low: u32,
    /// The hop to take next.
    next: usize,
    gathered: Gathered,
}

/// What a node was found to reach so far.
enum Gathered {
    /// No more than the set of that number, or nothing.
    Shared(u32),
    /// More than any set that there is.
    Own(FixedBitSet),
}

struct Walk<'n, Follow, Own> {
    walked: Walked<'n, Follow, Own>,
    sets: Sets,
    met: u32,
    way: Vec<Visit>,
    /// Nodes whose group is not complete.
    open: Vec<NodeId>,
}

impl<Follow, Own> Walk<'_, Follow, Own>
where
    Follow: Fn(&Hop) -> bool,
    Own: Fn(NodeId) -> Vec<usize>,
{
    fn from(&mut self, source: NodeId) {
        if self.sets.state.get(source.at()) == Some(&NEW) {
            self.enter(source);
        }
        while let Some(mut visit) = self.way.pop() {
            match self.advance(&mut visit) {
                Some(to) => {
                    self.way.push(visit);
                    self.enter(to);
                }
                None => self.leave(visit),
            }
        }
    }

    fn enter(&mut self, node: NodeId) {
        self.met += 1;
        self.sets.state[node.at()] = self.met;
        self.open.push(node);
        self.way.push(Visit {
            node,
            met: self.met,
            low: self.met,
            next: 0,
            gathered: self.own(node),
        });
    }

    fn own(&self, node: NodeId) -> Gathered {
        let bits = (self.walked.own)(node);
        if bits.is_empty() {
            return Gathered::Shared(NO_SET);
        }
        let mut set = FixedBitSet::with_capacity(self.walked.width);
        set.extend(bits.into_iter().filter(|bit| *bit < self.walked.width));
        Gathered::Own(set)
    }

    /// Takes hops until one leads to a node that was not met.
    fn advance(&mut self, visit: &mut Visit) -> Option<NodeId> {
        let hops = self.walked.net.hops(visit.node, Direction::Outgoing);
        for hop in hops.iter().skip(visit.next) {
            visit.next += 1;
            if !(self.walked.follow)(hop) {
                continue;
            }
            match self.sets.state[hop.to.at()] {
                NEW => return Some(hop.to),
                state if state >= DONE => visit.gathered.add(state - DONE, &self.sets.all),
                met => visit.low = visit.low.min(met),
            }
        }
        None
    }

    fn leave(&mut self, visit: Visit) {
        if visit.low < visit.met {
            if let Some(above) = self.way.last_mut() {
                above.low = above.low.min(visit.low);
                match visit.gathered {
                    Gathered::Shared(number) => above.gathered.add(number, &self.sets.all),
                    Gathered::Own(set) => above.gathered.add_own(set, &self.sets.all),
                }
            }
            return;
        }
        let number = self.number(visit.gathered);
        while let Some(one) = self.open.pop() {
            self.sets.state[one.at()] = DONE + number;
            if one == visit.node {
                break;
            }
        }
        if let Some(above) = self.way.last_mut() {
            above.gathered.add(number, &self.sets.all);
        }
    }

    fn number(&mut self, gathered: Gathered) -> u32 {
        match gathered {
            Gathered::Shared(number) => number,
            Gathered::Own(set) => {
                self.sets.all.push(set);
                self.sets.all.len() as u32 - 1
            }
        }
    }
}

impl Gathered {
    fn add(&mut self, number: u32, all: &[FixedBitSet]) {
        let Some(other) = all.get(number as usize) else {
            return;
        };
        match self {
            Gathered::Shared(have) if *have == number => {}
            Gathered::Shared(NO_SET) => *self = Gathered::Shared(number),
            Gathered::Shared(have) => {
                let mut set = other.clone();
                if let Some(have) = all.get(*have as usize) {
                    set.union_with(have);
                }
                *self = Gathered::Own(set);
            }
            Gathered::Own(set) => set.union_with(other),
        }
    }

    fn add_own(&mut self, mut set: FixedBitSet, all: &[FixedBitSet]) {
        match self {
            Gathered::Own(have) => have.union_with(&set),
            Gathered::Shared(have) => {
                if let Some(have) = all.get(*have as usize) {
                    set.union_with(have);
                }
                *self = Gathered::Own(set);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What nodes of a graph of calls reach, where each node's own bit is its number.
    fn reached(nodes: u32, calls: &[(u32, u32)], sources: &[u32]) -> Vec<Vec<usize>> {
        let net = Net::of_calls(nodes, calls);
        let walked = Walked {
            net: &net,
            width: nodes as usize,
            follow: |_: &Hop| true,
            own: |node: NodeId| vec![node.at()],
        };
        let sets = close(walked, sources.iter().map(|source| NodeId::new(*source)));
        let nodes = 0..nodes;
        nodes
            .map(|node| {
                let set = sets.get(NodeId::new(node));
                set.map_or_else(Vec::new, |set| set.ones().collect())
            })
            .collect()
    }

    #[test]
    fn mutual_calls_share_what_they_reach() {
        let calls = [(0, 1), (1, 2), (2, 1), (2, 3), (4, 4)];
        let all = reached(5, &calls, &[0, 4]);
        assert_eq!(
            all,
            [
                vec![0, 1, 2, 3],
                vec![1, 2, 3],
                vec![1, 2, 3],
                vec![3],
                vec![4]
            ]
        );
    }

    #[test]
    fn what_no_source_reaches_has_no_set() {
        let all = reached(3, &[(0, 1), (2, 1)], &[0]);
        assert_eq!(all, [vec![0, 1], vec![1], vec![]]);
    }

    #[test]
    fn a_group_that_is_met_in_its_middle_is_whole() {
        let calls = [(0, 1), (1, 2), (2, 0), (3, 1), (1, 3), (3, 4)];
        let all = reached(5, &calls, &[2]);
        assert_eq!(all[..4], vec![vec![0, 1, 2, 3, 4]; 4]);
        assert_eq!(all[4], [4]);
    }

    #[test]
    fn a_chain_longer_than_any_stack_is_followed() {
        let calls: Vec<(u32, u32)> = (0..200_000).map(|at| (at, at + 1)).collect();
        let net = Net::of_calls(200_001, &calls);
        let last = NodeId::new(200_000);
        let walked = Walked {
            net: &net,
            width: 1,
            follow: |_: &Hop| true,
            own: |node: NodeId| if node == last { vec![0] } else { Vec::new() },
        };
        let sets = close(walked, [NodeId::new(0)]);
        assert!(sets.get(NodeId::new(0)).is_some_and(|set| set.contains(0)));
    }
}
