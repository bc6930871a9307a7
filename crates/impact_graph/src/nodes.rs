//! Which node stands for what.

use crate::net::NodeId;
use crate::node::Node;
use foldhash::HashMap;
use impact_facts::FileId;

/// The nodes that were made, by what they stand for. Columns, symbols and entry points are numbered without gaps.
#[derive(Debug, Default)]
pub(crate) struct Nodes {
    columns: Slots,
    symbols: Vec<Slots>,
    entries: Vec<Slots>,
    files: HashMap<(u32, FileId), Option<NodeId>>,
}

type Slots = Vec<Option<NodeId>>;

impl Nodes {
    /// The place of a node, empty until there is one.
    pub(crate) fn slot(&mut self, node: Node) -> &mut Option<NodeId> {
        match node {
            Node::Column(id) => grown(&mut self.columns, id),
            Node::Symbol(service, id) => grown(grown(&mut self.symbols, service), id),
            Node::Entry(service, id) => grown(grown(&mut self.entries, service), id),
            Node::File(service, file) => self.files.entry((service, file)).or_default(),
        }
    }

    /// The node, if it was made.
    pub(crate) fn get(&self, node: Node) -> Option<NodeId> {
        match node {
            Node::Column(id) => *self.columns.get(id as usize)?,
            Node::Symbol(service, id) => *self.symbols.get(service as usize)?.get(id as usize)?,
            Node::Entry(service, id) => *self.entries.get(service as usize)?.get(id as usize)?,
            Node::File(service, file) => *self.files.get(&(service, file))?,
        }
    }
}

fn grown<T: Default>(list: &mut Vec<T>, at: u32) -> &mut T {
    let at = at as usize;
    if list.len() <= at {
        list.resize_with(at + 1, T::default);
    }
    &mut list[at]
}
