//! Walks backwards from a column and gathers what it meets.

use crate::build::{ColumnKey, Graph};
use crate::net::{COLUMN, Direction, ENTRY, Hop, NodeId, PUBLISHES};
use crate::node::{EdgeKind, Node};
use crate::place::{ColumnName, Place};
use crate::proof::Prover;
use crate::reach::{Walked, close};
use crate::search::Search;
use crate::target::FoundColumn;
use crate::timing::{Clock, Timing};
use crate::trace::{
    AffectedEntry, Carrier, Downstream, DownstreamKind, ServiceEvidence, Trace, TracedBlindSpot,
    TracedReference,
};
use crate::{dependents, evidence};
use fixedbitset::FixedBitSet;
use foldhash::HashMap;
use impact_facts::{
    Access, BlindSpot, Change, EntryKind, Reach, ReferenceClass, RelationKind, Scope,
};
use std::collections::BTreeMap;

/// A column that the search reached, by its key: its node, and the columns from it to the target.
pub(crate) type Carriers = BTreeMap<ColumnKey, (NodeId, Carrier)>;

impl Graph<'_> {
    /// All that `change` of `target` touches, with a proof for each, if nothing is said of the time. Linear in the
    /// graph.
    #[must_use]
    pub fn trace(&self, target: &FoundColumn, change: Change) -> Trace {
        self.trace_at(target, change, &Timing::default())
    }

    /// All that `change` of `target` touches when it is made at a time, with a proof for each. Linear in the graph.
    #[must_use]
    pub fn trace_at(&self, target: &FoundColumn, change: Change, timing: &Timing) -> Trace {
        let starts = self.starts(&target.key);
        let back = Search::run(&self.net, starts, Direction::Incoming, |hop| {
            leads_back(hop.kind)
        });
        let prover = Prover {
            graph: self,
            back: &back,
        };
        let clock = Clock::new(self, &target.key, timing);
        let carriers = self.carriers(&back, &target.key);
        let mut references = self.references(&carriers, &prover);
        references.extend(self.table_references(&target.key, &prover));
        for found in &mut references {
            let reference = &mut found.traced.reference;
            reference.applied = reference.scope == Scope::Migration
                && clock.has_run(self, found.service, reference.site);
        }
        let mut entry_points = self.affected(&back, &prover);
        self.count_reach(&mut references, &entry_points, &back);
        let mut references = crate::merged::merged(references);
        references.sort_by(|a, b| order(&a.traced).cmp(&order(&b.traced)));
        let downstream = self.downstream(&carriers, &back, &prover, &entry_points);
        let mut dependents = dependents::find(self, &carriers);
        if target.is_table() {
            dependents.retain(|one| one.table != target.key.table);
        }
        Trace {
            target: target.clone(),
            change,
            carriers: in_order(&carriers),
            references: references.into_iter().map(|found| found.traced).collect(),
            omissions: self.omissions(&target.key, change, &prover),
            dependents,
            blind_spots: self.reaching(&carriers, &prover, &clock),
            entry_points: entry_points.drain(..).map(|found| found.entry).collect(),
            downstream,
            services: self.evidence(&carriers, &target.key),
        }
    }

    /// Where the search begins: at a column or, of a table, at all its columns and at the code that names it alone.
    fn starts(&self, target: &ColumnKey) -> Vec<NodeId> {
        if !target.column.is_empty() {
            return self.find_column(target).into_iter().collect();
        }
        let own = |key: &&ColumnKey| key.database == target.database && key.table == target.table;
        let columns = self.columns.iter().filter(own);
        let mut starts: Vec<NodeId> = columns.filter_map(|key| self.find_column(key)).collect();
        starts.extend(
            self.of_table(target)
                .filter_map(|(service, reference)| self.symbol(service as u32, reference.symbol?)),
        );
        starts
    }

    /// References to a table as a whole.
    fn of_table(
        &self,
        target: &ColumnKey,
    ) -> impl Iterator<Item = (usize, &impact_facts::Reference)> {
        let services = self.indexes.iter().enumerate();
        services
            .flat_map(|(service, index)| index.references.iter().map(move |one| (service, one)))
            .filter(|(_, one)| one.column.is_none())
            .filter(|(service, one)| {
                self.databases.table_of(*service, one) == (target.database, target.table.clone())
            })
    }

    /// References to the target's table as a whole, if it is one.
    fn table_references(&self, target: &ColumnKey, prover: &Prover<'_>) -> Vec<Found> {
        if !target.column.is_empty() {
            return Vec::new();
        }
        let carrier = self.bare_carrier(target);
        let found = self.of_table(target).filter_map(|(service, reference)| {
            let code = reference
                .symbol
                .and_then(|symbol| self.symbol(service as u32, symbol));
            let file = Node::File(service as u32, reference.site.file);
            let proof = code.and_then(|code| prover.to_symbol(code));
            Some(Found {
                service,
                code: code.or_else(|| self.find(file))?,
                traced: self.traced(service as u32, reference, &carrier, proof),
            })
        });
        found.collect()
    }

    /// The target and the columns made from it.
    fn carriers(&self, back: &Search, target: &ColumnKey) -> Carriers {
        let mut carriers = BTreeMap::new();
        for node in back.nodes().filter(|node| self.net.has_mark(*node, COLUMN)) {
            let (Node::Column(id), Some(reached)) = (self.net.node(node), back.get(node)) else {
                continue;
            };
            let key = self.columns.get(id).clone();
            let mut hops = vec![self.column_name(&key)];
            for edge in back.path(&self.net, node) {
                let (_, to) = self.net.ends(edge);
                if let Node::Column(id) = self.net.node(to) {
                    hops.push(self.column_name(self.columns.get(id)));
                }
            }
            let carrier = Carrier {
                name: self.column_name(&key),
                kind: self.kind_of(&key),
                hops,
                certainty: reached.certainty,
            };
            carriers.insert(key, (node, carrier));
        }
        carriers
            .entry(target.clone())
            .or_insert_with(|| (NodeId::NONE, self.bare_carrier(target)));
        carriers
    }

    pub(crate) fn bare_carrier(&self, target: &ColumnKey) -> Carrier {
        let name = self.column_name(target);
        let hops = vec![name.clone()];
        Carrier {
            name,
            kind: self.kind_of(target),
            hops,
            certainty: impact_facts::Certainty::Exact,
        }
    }

    fn kind_of(&self, key: &ColumnKey) -> Option<RelationKind> {
        let declared = self.databases.get(key.database).declared(&key.table);
        declared.first().map(|one| one.relation.kind)
    }

    /// References to the target and to what carries it; one for each site, the most direct.
    fn references(&self, carriers: &Carriers, prover: &Prover<'_>) -> Vec<Found> {
        let mut nearest: Vec<&(NodeId, Carrier)> = carriers.values().collect();
        nearest.sort_by_key(|(_, carrier)| carrier.hops.len());
        let mut seen = HashMap::default();
        let mut found: Vec<Found> = Vec::new();
        for (node, carrier) in nearest {
            let hops = self.net.hops(*node, Direction::Incoming).iter();
            let edges = self.net.edges_of(*node, Direction::Incoming);
            for (hop, edge) in hops.zip(edges) {
                let weight = self.net.edge(*edge);
                let (Some(number), Some(at)) = (weight.reference, weight.at) else {
                    continue;
                };
                let index = &self.indexes[at.service as usize];
                let Some(reference) = index.references.get(number as usize) else {
                    continue;
                };
                let proof = prover.to_code(hop.to, *edge);
                let traced = self.traced(at.service, reference, carrier, proof);
                let one = Found {
                    service: at.service as usize,
                    code: hop.to,
                    traced,
                };
                let key = (at.service, reference.site, reference.access);
                match seen.get(&key).and_then(|at: &usize| found.get_mut(*at)) {
                    // A read of a view's column says more than what link says of the base column it stands for.
                    Some(have) if have.traced.reference.class == ReferenceClass::View => {
                        *have = one
                    }
                    Some(_) if carrier.hops.len() > 1 => {}
                    _ => {
                        seen.insert(key, found.len());
                        found.push(one);
                    }
                }
            }
        }
        found
    }

    pub(crate) fn traced(
        &self,
        service: u32,
        reference: &impact_facts::Reference,
        carrier: &Carrier,
        proof: Option<crate::trace::Proof>,
    ) -> TracedReference {
        let index = &self.indexes[service as usize];
        let symbol = reference
            .symbol
            .and_then(|id| index.symbols.get(id.0 as usize));
        let declared = reference.declared_at.map(|site| {
            self.place(
                service,
                site,
                reference.declared_position.unwrap_or_default(),
            )
        });
        let direct = carrier.hops.len() < 2;
        let mut proof = proof;
        if let (Some(proof), false) = (&mut proof, direct) {
            proof.steps.extend(
                carrier
                    .hops
                    .iter()
                    .skip(1)
                    .map(|hop| Prover::column_step(hop, carrier.certainty)),
            );
        }
        TracedReference {
            reference: reference.clone(),
            table: self.full_table_of(service as usize, reference),
            place: self.place(service, reference.site, reference.position),
            declared_at: declared,
            symbol: symbol.map(|symbol| symbol.name.clone()),
            through: if direct {
                Vec::new()
            } else {
                carrier.hops.clone()
            },
            certainty: reference.certainty.min(carrier.certainty),
            proof,
            reached_by: Vec::new(),
        }
    }

    /// Entry points that reach the target, the nearest first.
    fn affected(&self, back: &Search, prover: &Prover<'_>) -> Vec<FoundEntry> {
        let mut all = Vec::new();
        for node in back.nodes().filter(|node| self.net.has_mark(*node, ENTRY)) {
            let Node::Entry(service, number) = self.net.node(node) else {
                continue;
            };
            let index = &self.indexes[service as usize];
            let Some(entry) = index.entry_points.get(number as usize) else {
                continue;
            };
            let proof = prover.to_target(node);
            let crosses = proof
                .steps
                .iter()
                .any(|step| matches!(step.by, Some(EdgeKind::Requests | EdgeKind::Publishes)));
            let entry = AffectedEntry {
                kind: entry.kind,
                name: entry.name.clone(),
                place: self.place(service, entry.site, entry.position),
                schedule: entry.schedule.clone(),
                via: entry.via.clone(),
                scope: entry.scope,
                proof,
                crosses,
            };
            all.push(FoundEntry { node, entry });
        }
        all
    }

    /// Fills in which entry points reach each reference.
    fn count_reach(&self, references: &mut [Found], entries: &[FoundEntry], back: &Search) {
        let mut numbers: HashMap<NodeId, usize> = HashMap::default();
        let mut code = FixedBitSet::with_capacity(self.net.node_count());
        for found in references.iter() {
            let next = numbers.len();
            numbers.entry(found.code).or_insert(next);
            code.insert(found.code.at());
        }
        let is_control = |hop: &Hop| hop.kind.is_control();
        let beside = numbers.keys().filter(|node| !back.has(**node));
        let beside = Search::run(&self.net, beside.copied(), Direction::Incoming, is_control);
        let leads = |node| back.has(node) || beside.has(node);
        let walked = Walked {
            net: &self.net,
            width: numbers.len(),
            follow: |hop: &Hop| is_control(hop) && leads(hop.to),
            own: |node: NodeId| match code.contains(node.at()) {
                true => numbers.get(&node).copied().into_iter().collect(),
                false => Vec::new(),
            },
        };
        let sets = close(walked, entries.iter().map(|entry| entry.node));
        for found in references {
            let Some(bit) = numbers.get(&found.code) else {
                continue;
            };
            let reaches =
                |entry: &FoundEntry| sets.get(entry.node).is_some_and(|set| set.contains(*bit));
            let by = entries
                .iter()
                .enumerate()
                .filter(|(_, entry)| reaches(entry));
            found.traced.reached_by = by.map(|(number, _)| number).collect();
        }
    }

    fn downstream(
        &self,
        carriers: &Carriers,
        back: &Search,
        prover: &Prover<'_>,
        entries: &[FoundEntry],
    ) -> Vec<Downstream> {
        let mut all: Vec<Downstream> = Vec::new();
        let mut add = |one: Downstream| {
            if !all.iter().any(|have| {
                have.kind == one.kind && have.name == one.name && have.owner == one.owner
            }) {
                all.push(one);
            }
        };
        for carrier in in_order(carriers) {
            if let Some(one) = derived(&carrier) {
                add(one);
            }
        }
        for FoundEntry { entry, .. } in entries {
            if entry.via.contains("dbt") {
                add(entry_downstream(DownstreamKind::Model, entry, &entry.name));
            } else if entry.crosses {
                add(entry_downstream(
                    DownstreamKind::Service,
                    entry,
                    &entry.place.service,
                ));
            }
        }
        for (name, owner, proof) in self.handlers(back, prover) {
            add(Downstream {
                kind: DownstreamKind::Consumer,
                name,
                owner,
                proof,
            });
        }
        all
    }

    /// Handlers of what affected code publishes.
    fn handlers(
        &self,
        back: &Search,
        prover: &Prover<'_>,
    ) -> Vec<(Box<str>, Box<str>, crate::trace::Proof)> {
        let mut handlers = Vec::new();
        for node in back
            .nodes()
            .filter(|node| self.net.has_mark(*node, PUBLISHES))
        {
            let hops = self.net.hops(node, Direction::Outgoing).iter();
            for hop in hops.filter(|hop| hop.kind == EdgeKind::Publishes) {
                let Node::Entry(service, number) = self.net.node(hop.to) else {
                    continue;
                };
                let index = &self.indexes[service as usize];
                let Some(entry) = index.entry_points.get(number as usize) else {
                    continue;
                };
                let mut proof = prover.to_target(node);
                proof.steps.insert(0, prover.entry_step(service, entry));
                if let Some(second) = proof.steps.get_mut(1) {
                    second.by = Some(EdgeKind::Publishes);
                    second.certainty = hop.certainty;
                }
                handlers.push((entry.name.clone(), index.service.name.clone(), proof));
            }
        }
        handlers
    }

    /// Blind spots that may reach a carrier.
    fn reaching(
        &self,
        carriers: &Carriers,
        prover: &Prover<'_>,
        clock: &Clock<'_>,
    ) -> Vec<TracedBlindSpot> {
        let mut found = Vec::new();
        for (service, index) in self.indexes.iter().enumerate() {
            for blind in &index.blind_spots {
                if self.may_reach(service, blind, carriers) {
                    let symbol = blind.symbol.and_then(|id| index.symbols.get(id.0 as usize));
                    found.push(TracedBlindSpot {
                        blind_spot: blind.clone(),
                        place: self.place(service as u32, blind.site, blind.position),
                        symbol: symbol.map(|symbol| symbol.name.clone()),
                        applied: blind.scope == Scope::Migration
                            && clock.has_run(self, service, blind.site),
                        proof: blind
                            .symbol
                            .and_then(|symbol| self.symbol(service as u32, symbol))
                            .and_then(|symbol| prover.to_symbol(symbol)),
                    });
                }
            }
        }
        found.extend(evidence::unknown_steps(self, carriers, &found));
        found.sort_by(|a, b| {
            (&a.place, &a.blind_spot.message).cmp(&(&b.place, &b.blind_spot.message))
        });
        found
    }

    fn may_reach(&self, service: usize, blind: &BlindSpot, carriers: &Carriers) -> bool {
        let named = self.databases.in_service(service, &blind.database);
        let described = self.databases.get(named);
        let any = |test: &dyn Fn(&ColumnKey) -> bool| carriers.keys().any(test);
        match &blind.reach {
            Reach::Tables(tables) => {
                let tables: Vec<_> = tables
                    .iter()
                    .map(|table| described.canonical(table))
                    .collect();
                any(&|key| key.database == named && tables.contains(&key.table))
            }
            Reach::Columns(columns) => columns.iter().any(|(table, column)| {
                let table = described.canonical(table);
                any(&|key| key.database == named && key.table == table && key.column == *column)
            }),
            Reach::Database if blind.database.is_empty() => {
                any(&|key| self.databases.of_service(service).contains(&key.database))
            }
            Reach::Database => any(&|key| key.database == named),
            Reach::Words(words) => {
                let has = |word: &str| words.iter().any(|have| **have == *word.to_lowercase());
                let usable =
                    |key: &ColumnKey| self.databases.of_service(service).contains(&key.database);
                any(&|key| usable(key) && has(&key.table.name) && has(&key.column))
            }
        }
    }

    fn evidence(&self, carriers: &Carriers, target: &ColumnKey) -> Vec<ServiceEvidence> {
        let services = 0..self.indexes.len();
        services
            .map(|service| evidence::of_service(self, service, carriers, target))
            .collect()
    }
}

/// A reference and the code it stands in.
pub(crate) struct Found {
    pub(crate) service: usize,
    pub(crate) code: NodeId,
    pub(crate) traced: TracedReference,
}

/// An affected entry point and its node.
struct FoundEntry {
    node: NodeId,
    entry: AffectedEntry,
}

/// A declaration is found at its column and reaches no entry point by itself: what it feeds does.
fn leads_back(kind: EdgeKind) -> bool {
    kind != EdgeKind::References(Access::Declare)
}

fn order(traced: &TracedReference) -> (&Place, &impact_facts::Reference) {
    (&traced.place, &traced.reference)
}

fn in_order(carriers: &Carriers) -> Vec<Carrier> {
    let mut all: Vec<Carrier> = carriers
        .values()
        .map(|(_, carrier)| carrier.clone())
        .collect();
    all.sort_by(|a, b| (a.hops.len(), &a.name).cmp(&(b.hops.len(), &b.name)));
    all
}

fn derived(carrier: &Carrier) -> Option<Downstream> {
    let kind = match carrier.kind? {
        _ if carrier.hops.len() < 2 => return None,
        RelationKind::View | RelationKind::MaterializedView => DownstreamKind::View,
        RelationKind::ForeignTable => DownstreamKind::ForeignTable,
        RelationKind::Table | RelationKind::Temporary => return None,
    };
    let steps = carrier
        .hops
        .iter()
        .map(|hop| Prover::column_step(hop, carrier.certainty))
        .collect();
    let ColumnName {
        database, table, ..
    } = &carrier.name;
    let proof = crate::trace::Proof { steps };
    Some(Downstream {
        kind,
        name: table.to_string().into(),
        owner: database.clone(),
        proof,
    })
}

fn entry_downstream(kind: DownstreamKind, entry: &AffectedEntry, name: &str) -> Downstream {
    Downstream {
        kind,
        name: name.into(),
        owner: entry.place.service.clone(),
        proof: entry.proof.clone(),
    }
}

/// Whether an entry point is part of what runs outside of tests.
pub(crate) fn is_deployed(scope: Scope) -> bool {
    matches!(scope, Scope::Production | Scope::Script | Scope::Generated)
}

/// The place of a kind in [`ServiceEvidence::entry_points`].
pub(crate) fn kind_slot(kind: EntryKind) -> usize {
    match kind {
        EntryKind::Api => 0,
        EntryKind::Job => 1,
        EntryKind::Command => 2,
        EntryKind::Consumer => 3,
    }
}

/// Whether an edge runs code.
pub(crate) fn runs(hop: &Hop) -> bool {
    hop.kind.is_control()
}
