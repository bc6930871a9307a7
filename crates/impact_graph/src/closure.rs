//! What every entry point reads and writes, over all that it runs.

use crate::build::Graph;
use crate::net::{Direction, ENTRY, Hop, NodeId};
use crate::node::{EdgeKind, Node};
use crate::reach::{Sets, Walked, close};
use fixedbitset::FixedBitSet;
use impact_facts::{Access, Certainty, EntryPoint};

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
                let set = node.and_then(|node| sets.get(node));
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

    /// What entry points, and what they run, touch over all that they run: reads at a column's id, writes at the number of
    /// columns and its id.
    pub(crate) fn touched_sets(&self) -> Sets {
        let width = self.columns.len();
        let entries = self
            .net
            .nodes()
            .filter(|node| self.net.has_mark(*node, ENTRY));
        let walked = Walked {
            net: &self.net,
            width: 2 * width,
            follow: follows,
            own: |node| self.touched(node, width),
        };
        close(walked, entries)
    }

    /// Bits of the columns that a node itself touches: reads at `id`, writes at `width + id`.
    fn touched(&self, node: NodeId, width: usize) -> Vec<usize> {
        let mut bits = Vec::new();
        for hop in self.net.hops(node, Direction::Outgoing) {
            let offset = match hop.kind {
                EdgeKind::References(Access::Read) => 0,
                EdgeKind::References(Access::Write) => width,
                _ => continue,
            };
            if hop.certainty >= Certainty::Likely {
                self.add_with_bases(hop.to, offset, &mut bits);
            }
        }
        bits
    }

    fn add_with_bases(&self, column: NodeId, offset: usize, bits: &mut Vec<usize>) {
        let mut open = vec![column];
        let mut seen = Vec::new();
        while let Some(node) = open.pop() {
            let Node::Column(id) = self.net.node(node) else {
                continue;
            };
            if seen.contains(&node) {
                continue;
            }
            seen.push(node);
            bits.push(offset + id as usize);
            let made_from = |kind| matches!(kind, EdgeKind::Derives | EdgeKind::Mirrors);
            let hops = self.net.hops(node, Direction::Outgoing).iter();
            open.extend(hops.filter(|hop| made_from(hop.kind)).map(|hop| hop.to));
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

fn follows(hop: &Hop) -> bool {
    hop.kind.is_local_control() && hop.certainty >= Certainty::Likely
}
