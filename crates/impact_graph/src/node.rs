//! What stands at the nodes and edges of the graph.

use impact_facts::{Access, Certainty, FileId, Position, Site, Span};

/// A node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Node {
    /// A column: an index into the graph's columns.
    Column(u32),
    /// A symbol of a service.
    Symbol(u32, u32),
    /// The code of a file that belongs to no symbol.
    File(u32, FileId),
    /// An entry point of a service.
    Entry(u32, u32),
}

/// What an edge says. Edges lead from what uses to what is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// Code touches a column.
    References(Access),
    /// A view's column is made from a column.
    Derives,
    /// A foreign table's column is a column of another database.
    Mirrors,
    /// A child table has the column of its parent.
    Inherits,
    /// Code runs other code.
    Calls,
    /// An entry point runs code.
    Runs,
    /// Code of one service calls the api of another.
    Requests,
    /// Code publishes what a consumer handles.
    Publishes,
    /// A job starts a command.
    Starts,
}

impl EdgeKind {
    /// Whether it leads from code to code inside one process or its own commands.
    pub(crate) fn is_local_control(self) -> bool {
        matches!(self, EdgeKind::Calls | EdgeKind::Runs | EdgeKind::Starts)
    }

    /// Whether it leads from code to code.
    pub(crate) fn is_control(self) -> bool {
        self.is_local_control() || matches!(self, EdgeKind::Requests | EdgeKind::Publishes)
    }
}

/// An edge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub(crate) kind: EdgeKind,
    pub(crate) certainty: Certainty,
    /// Where it is said: a service and a place in it.
    pub(crate) at: Option<EdgeSite>,
    /// For a reference: its index in the service's references.
    pub(crate) reference: Option<u32>,
}

/// A place in a service of the graph.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EdgeSite {
    pub(crate) service: u32,
    pub(crate) file: FileId,
    pub(crate) span: Span,
    pub(crate) position: Position,
}

impl EdgeSite {
    pub(crate) fn new(service: u32, site: Site, position: Position) -> Self {
        Self {
            service,
            file: site.file,
            span: site.span,
            position,
        }
    }
}
