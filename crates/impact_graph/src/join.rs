//! Joins services: requests to routes, messages to consumers, jobs to the commands that they start.

use crate::build::Graph;
use crate::node::{Edge, EdgeKind, EdgeSite, Node};
use crate::route::{Route, is_internal_host, words_of};
use foldhash::HashMap;
use impact_facts::{Certainty, EntryKind, EntryPoint, Index, Outbound, OutboundKind, Scope};

/// Words of a start that name no command.
const SHORTEST_NAME: usize = 3;

/// An entry point by its service and number.
type EntryId = (u32, u32);

/// Adds every edge between services.
pub(crate) fn add(graph: &mut Graph<'_>) {
    let routes = Routes::new(graph.indexes);
    let mut edges = Vec::new();
    for (service, index) in graph.indexes.iter().enumerate() {
        for outbound in &index.outbound {
            let targets = match outbound.kind {
                OutboundKind::Request => routes.targets(graph.indexes, service as u32, outbound),
                OutboundKind::Publish => consumers(graph.indexes, outbound),
            };
            edges.extend(
                targets
                    .into_iter()
                    .map(|(target, certainty)| (service as u32, outbound, target, certainty)),
            );
        }
    }
    for (service, outbound, target, certainty) in edges {
        let kind = match outbound.kind {
            OutboundKind::Request => EdgeKind::Requests,
            OutboundKind::Publish => EdgeKind::Publishes,
        };
        let (Some(from), Some(to)) = (
            graph.symbol(service, outbound.symbol),
            find_entry(graph, target),
        ) else {
            continue;
        };
        let at = Some(EdgeSite::new(service, outbound.site, outbound.position));
        graph.net.add_edge(
            from,
            to,
            Edge {
                kind,
                certainty,
                at,
                reference: None,
            },
        );
    }
    add_starts(graph);
}

fn find_entry(graph: &Graph<'_>, (service, number): EntryId) -> Option<crate::net::NodeId> {
    graph.find(Node::Entry(service, number))
}

/// The apis of all services, by the first literal of their path.
struct Routes<'a> {
    list: Vec<(EntryId, Route<'a>)>,
}

impl<'a> Routes<'a> {
    fn new(indexes: &'a [Index]) -> Self {
        let mut list = Vec::new();
        for (service, index) in indexes.iter().enumerate() {
            for (number, entry) in index.entry_points.iter().enumerate() {
                if entry.kind == EntryKind::Api && entry.scope != Scope::Test {
                    list.push(((service as u32, number as u32), Route::parse(&entry.name)));
                }
            }
        }
        Self { list }
    }

    fn targets(
        &self,
        indexes: &[Index],
        from: u32,
        outbound: &Outbound,
    ) -> Vec<(EntryId, Certainty)> {
        let request = Route::parse(&outbound.name);
        let fits = self
            .list
            .iter()
            .filter_map(|(id, route)| Some((*id, request.goes_to(route)?)));
        let fits: Vec<_> = fits
            .filter(|((service, _), _)| *service != from || request.host.is_some())
            .collect();
        let Some(host) = request.host else {
            return by_path(fits, outbound.certainty);
        };
        let named = |service: u32| host_names(host, &indexes[service as usize].service.name);
        let by_host: Vec<_> = fits
            .iter()
            .filter(|((service, _), _)| named(*service))
            .copied()
            .collect();
        if !by_host.is_empty() {
            return limit(by_host, outbound.certainty.min(Certainty::Likely));
        }
        if is_internal_host(host) {
            limit(fits, Certainty::Possible)
        } else {
            Vec::new()
        }
    }
}

/// Without a host: likely if only one service has the path.
fn by_path(fits: Vec<(EntryId, Certainty)>, certainty: Certainty) -> Vec<(EntryId, Certainty)> {
    let mut services: Vec<u32> = fits.iter().map(|((service, _), _)| *service).collect();
    services.dedup();
    let most = if services.len() == 1 {
        Certainty::Likely
    } else {
        Certainty::Possible
    };
    limit(fits, certainty.min(most))
}

fn limit(fits: Vec<(EntryId, Certainty)>, most: Certainty) -> Vec<(EntryId, Certainty)> {
    let firm = fits
        .iter()
        .any(|(_, certainty)| *certainty > Certainty::Possible);
    let kept = fits
        .into_iter()
        .filter(|(_, certainty)| !firm || *certainty > Certainty::Possible);
    kept.map(|(id, certainty)| (id, certainty.min(most)))
        .collect()
}

fn host_names(host: &str, service: &str) -> bool {
    let (host, service) = (words_of(host), words_of(service));
    !service.is_empty() && service.iter().all(|word| host.contains(word))
}

fn consumers(indexes: &[Index], outbound: &Outbound) -> Vec<(EntryId, Certainty)> {
    let handles = |entry: &EntryPoint| matches!(entry.kind, EntryKind::Consumer | EntryKind::Job);
    let all = indexes.iter().enumerate().flat_map(|(service, index)| {
        index
            .entry_points
            .iter()
            .enumerate()
            .map(move |(number, entry)| ((service as u32, number as u32), entry))
    });
    let fits = all.filter(|(_, entry)| {
        handles(entry) && entry.name == outbound.name && entry.scope != Scope::Test
    });
    fits.map(|(id, _)| (id, outbound.certainty.min(Certainty::Likely)))
        .collect()
}

fn add_starts(graph: &mut Graph<'_>) {
    let started = Started::new(graph.indexes);
    let mut edges = Vec::new();
    for (service, index) in graph.indexes.iter().enumerate() {
        for (number, entry) in index.entry_points.iter().enumerate() {
            let from = (service as u32, number as u32);
            for (target, certainty) in started.by(graph.indexes, from, entry) {
                edges.push((from, target, certainty));
            }
        }
    }
    for ((service, number), target, certainty) in edges {
        let entry = &graph.indexes[service as usize].entry_points[number as usize];
        let at = Some(EdgeSite::new(service, entry.site, entry.position));
        let from = graph.node(Node::Entry(service, number));
        let to = graph.node(target);
        graph.net.add_edge(
            from,
            to,
            Edge {
                kind: EdgeKind::Starts,
                certainty,
                at,
                reference: None,
            },
        );
    }
}

/// What can be started by a word: commands and jobs by name, modules by name or by the file they stand in.
struct Started<'a> {
    by_word: HashMap<&'a str, Vec<Node>>,
}

impl<'a> Started<'a> {
    fn new(indexes: &'a [Index]) -> Self {
        let mut by_word: HashMap<&str, Vec<Node>> = HashMap::default();
        for (service, index) in indexes.iter().enumerate() {
            for (number, entry) in index.entry_points.iter().enumerate() {
                let startable = matches!(entry.kind, EntryKind::Command | EntryKind::Job)
                    && entry.scope != Scope::Test;
                let word = entry
                    .name
                    .split_whitespace()
                    .next_back()
                    .unwrap_or_default();
                if startable && word.len() >= SHORTEST_NAME {
                    by_word
                        .entry(word)
                        .or_default()
                        .push(Node::Entry(service as u32, number as u32));
                }
            }
            for (number, symbol) in index.symbols.iter().enumerate() {
                let file = index.files.get(symbol.site.file.0 as usize);
                let is_module = symbol.site.span.start == 0 && symbol.scope != Scope::Test;
                if let (Some(file), true) = (file, is_module) {
                    let node = Node::Symbol(service as u32, number as u32);
                    by_word.entry(&symbol.name).or_default().push(node);
                    if *file.path != *symbol.name {
                        by_word.entry(&file.path).or_default().push(node);
                    }
                }
            }
        }
        Self { by_word }
    }

    /// What an entry point's words start. Where several services have the name, one that the words name wins, then
    /// the service itself; else each is possible.
    fn by(&self, indexes: &[Index], from: EntryId, entry: &EntryPoint) -> Vec<(Node, Certainty)> {
        let mut words: Vec<&str> = entry
            .starts
            .iter()
            .flat_map(|start| start.split_whitespace())
            .collect();
        words.extend(
            words
                .clone()
                .iter()
                .map(|word| word.trim_start_matches("./")),
        );
        words.sort_unstable();
        words.dedup();
        let mut found = Vec::new();
        for nodes in words.iter().filter_map(|word| self.by_word.get(word)) {
            let nodes: Vec<Node> = nodes
                .iter()
                .copied()
                .filter(|node| *node != Node::Entry(from.0, from.1))
                .collect();
            found.extend(choose(indexes, from.0, entry, nodes));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn choose(
    indexes: &[Index],
    own: u32,
    entry: &EntryPoint,
    nodes: Vec<Node>,
) -> Vec<(Node, Certainty)> {
    let service = |node: &Node| match node {
        Node::Symbol(service, _) | Node::Entry(service, _) | Node::File(service, _) => {
            Some(*service)
        }
        Node::Column(_) => None,
    };
    let names_service = |service: u32| {
        entry
            .starts
            .iter()
            .any(|start| host_names(start, &indexes[service as usize].service.name))
    };
    let named: Vec<Node> = nodes
        .iter()
        .copied()
        .filter(|node| service(node).is_some_and(names_service))
        .collect();
    let mine: Vec<Node> = nodes
        .iter()
        .copied()
        .filter(|node| service(node) == Some(own))
        .collect();
    let chosen = [named, mine]
        .into_iter()
        .find(|some| !some.is_empty())
        .unwrap_or(nodes);
    let mut services: Vec<_> = chosen.iter().map(service).collect();
    services.sort_unstable();
    services.dedup();
    let certainty = if services.len() == 1 {
        Certainty::Likely
    } else {
        Certainty::Possible
    };
    chosen.into_iter().map(|node| (node, certainty)).collect()
}
