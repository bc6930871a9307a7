//! Turns edges into proofs that people can read.

use crate::build::Graph;
use crate::net::{EdgeId, NodeId};
use crate::node::{EdgeKind, Node};
use crate::place::{ColumnName, Place};
use crate::search::Search;
use crate::trace::{Proof, Step, StepKind};
use impact_facts::{Certainty, EntryPoint};

/// Makes proofs from a search back from a target and the graph's own forward from every deployed entry point.
pub(crate) struct Prover<'g> {
    pub(crate) graph: &'g Graph<'g>,
    pub(crate) back: &'g Search,
}

impl<'g> Prover<'g> {
    /// From a node that the search back reached, to the target.
    pub(crate) fn to_target(&self, node: NodeId) -> Proof {
        let mut steps = vec![self.step(node, None)];
        for edge in self.back.path(&self.graph.net, node) {
            let (_, to) = self.graph.net.ends(edge);
            steps.push(self.step(to, Some(edge)));
        }
        Proof { steps }
    }

    /// From the entry point nearest to a piece of code, through it, to the column that `reference` leads to. None if
    /// no entry point runs the code.
    pub(crate) fn to_code(&self, code: NodeId, reference: EdgeId) -> Option<Proof> {
        let mut proof = self.to_symbol(code)?;
        let (_, column) = self.graph.net.ends(reference);
        proof.steps.push(self.step(column, Some(reference)));
        Some(proof)
    }

    /// From the entry point nearest to a piece of code to that code. None if no entry point runs it.
    pub(crate) fn to_symbol(&self, code: NodeId) -> Option<Proof> {
        self.graph.forward.get(code)?;
        let mut edges = self.graph.forward.path(&self.graph.net, code);
        edges.reverse();
        let first = edges.first().map(|edge| self.graph.net.ends(*edge));
        let mut steps = vec![self.step(first.map_or(code, |(source, _)| source), None)];
        for edge in edges {
            let (_, to) = self.graph.net.ends(edge);
            steps.push(self.step(to, Some(edge)));
        }
        Some(Proof { steps })
    }

    /// A step that is an entry point.
    pub(crate) fn entry_step(&self, service: u32, entry: &EntryPoint) -> Step {
        Step {
            kind: StepKind::Entry(entry.kind),
            label: entry.name.clone(),
            service: Some(self.service_name(service)),
            by: None,
            place: Some(self.graph.place(service, entry.site, entry.position)),
            certainty: Certainty::Exact,
        }
    }

    /// A step that is a column.
    pub(crate) fn column_step(name: &ColumnName, certainty: Certainty) -> Step {
        Step {
            kind: StepKind::Column,
            label: name.to_string().into(),
            service: None,
            by: Some(EdgeKind::Derives),
            place: None,
            certainty,
        }
    }

    fn service_name(&self, service: u32) -> Box<str> {
        self.graph.indexes[service as usize].service.name.clone()
    }

    fn step(&self, node: NodeId, by: Option<EdgeId>) -> Step {
        let edge = by.map(|edge| self.graph.net.edge(edge));
        let place = match edge {
            Some(edge) => edge.at.map(|at| self.graph.place_at(at)),
            None => self.own_place(node),
        };
        let (kind, label, service) = self.describe(node);
        let certainty = edge.map_or(Certainty::Exact, |edge| edge.certainty);
        Step {
            kind,
            label,
            service,
            by: edge.map(|edge| edge.kind),
            place,
            certainty,
        }
    }

    fn describe(&self, node: NodeId) -> (StepKind, Box<str>, Option<Box<str>>) {
        let indexes = self.graph.indexes;
        match self.graph.net.node(node) {
            Node::Column(id) => {
                let name = self.graph.column_name(self.graph.columns.get(id));
                (StepKind::Column, name.to_string().into(), None)
            }
            Node::Symbol(service, number) => {
                let symbol = indexes[service as usize].symbols.get(number as usize);
                let name = symbol.map_or_else(Box::default, |symbol| symbol.name.clone());
                (StepKind::Code, name, Some(self.service_name(service)))
            }
            Node::File(service, file) => {
                let file = indexes[service as usize].files.get(file.0 as usize);
                let path = file.map_or_else(Box::default, |file| file.path.clone());
                (StepKind::Code, path, Some(self.service_name(service)))
            }
            Node::Entry(service, number) => {
                match indexes[service as usize].entry_points.get(number as usize) {
                    Some(entry) => (
                        StepKind::Entry(entry.kind),
                        entry.name.clone(),
                        Some(self.service_name(service)),
                    ),
                    None => (StepKind::Code, Box::default(), None),
                }
            }
        }
    }

    fn own_place(&self, node: NodeId) -> Option<Place> {
        match self.graph.net.node(node) {
            Node::Symbol(service, number) => {
                let symbol = self.graph.indexes[service as usize]
                    .symbols
                    .get(number as usize)?;
                Some(self.graph.place(service, symbol.site, symbol.position))
            }
            Node::Entry(service, number) => {
                let entry = self.graph.indexes[service as usize]
                    .entry_points
                    .get(number as usize)?;
                Some(self.graph.place(service, entry.site, entry.position))
            }
            Node::Column(_) | Node::File(..) => None,
        }
    }
}
