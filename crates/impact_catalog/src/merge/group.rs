//! Which services share a database.

use super::{import, merge};
use impact_facts::{Catalog, Origin, Relation};
use std::collections::{BTreeMap, BTreeSet};

/// What one service says of one database.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The service's name.
    pub service: &'a str,
    /// Its catalog.
    pub catalog: &'a Catalog,
    /// Whether the workspace says which database it is; else services of one name share one unless their tables
    /// contradict each other.
    pub said: bool,
}

/// A database of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedDatabase {
    /// All that its members say. Its name is theirs or, where members of one name are several databases, a service's.
    pub catalog: Catalog,
    /// Positions of its members.
    pub members: Vec<usize>,
}

/// Tables that runners make for themselves: every database has them.
const BOOKKEEPING: &[&str] = &[
    "alembic_version",
    "schema_migrations",
    "_sqlx_migrations",
    "django_migrations",
    "flyway_schema_history",
    "goose_db_version",
    "__diesel_schema_migrations",
    "refinery_schema_history",
    "ar_internal_metadata",
    "gorp_migrations",
    "_prisma_migrations",
];

/// The databases that services declare, in the order of their names. Two services whose migrations create the same
/// table differently have a database each; so has a service that imports tables of another database.
#[must_use]
pub fn merge_databases(members: &[Member<'_>]) -> Vec<MergedDatabase> {
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, member) in members.iter().enumerate() {
        by_name
            .entry(&member.catalog.database)
            .or_default()
            .push(at);
    }
    let mut databases = Vec::new();
    let mut taken: BTreeSet<Box<str>> = by_name.keys().map(|name| Box::from(*name)).collect();
    for (name, positions) in by_name {
        let groups = groups(members, &positions);
        let several = groups.len() > 1;
        for group in groups {
            let catalogs: Vec<&Catalog> = group
                .iter()
                .filter_map(|at| members.get(*at))
                .map(|m| m.catalog)
                .collect();
            let mut catalog = merge(&catalogs);
            catalog.database = if several {
                name_of(members, &group, name, &mut taken)
            } else {
                name.into()
            };
            databases.push(MergedDatabase {
                catalog,
                members: group,
            });
        }
    }
    databases.sort_by(|a, b| a.catalog.database.cmp(&b.catalog.database));
    import::complete(&mut databases);
    databases
}

/// Groups of members that are one database each. Those who know the whole of it decide; the others join the group
/// that has most of their tables.
fn groups(members: &[Member<'_>], positions: &[usize]) -> Vec<Vec<usize>> {
    let (whole, parts): (Vec<usize>, Vec<usize>) = positions.iter().partition(|at| {
        members
            .get(**at)
            .is_some_and(|member| knows_whole(member.catalog))
    });
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in whole {
        let fits = |group: &&mut Vec<usize>| group.iter().all(|other| are_one(members, *other, at));
        match groups.iter_mut().find(fits) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    for at in parts {
        let shared = |group: &Vec<usize>| {
            group
                .iter()
                .map(|other| common(members, *other, at))
                .sum::<usize>()
        };
        let best = groups.iter().map(shared).max().unwrap_or(0);
        match groups.iter_mut().find(|group| shared(group) == best) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    for group in &mut groups {
        group.sort_unstable();
    }
    groups
}

fn knows_whole(catalog: &Catalog) -> bool {
    catalog.complete && !catalog.relations.is_empty()
}

fn common(members: &[Member<'_>], left: usize, right: usize) -> usize {
    let (Some(left), Some(right)) = (members.get(left), members.get(right)) else {
        return 0;
    };
    left.catalog
        .relations
        .keys()
        .filter(|name| right.catalog.relations.contains_key(*name))
        .count()
}

fn are_one(members: &[Member<'_>], left: usize, right: usize) -> bool {
    let (Some(left), Some(right)) = (members.get(left), members.get(right)) else {
        return false;
    };
    if left.said && right.said {
        return true;
    }
    if !left.catalog.imported.is_empty() || !right.catalog.imported.is_empty() {
        return false;
    }
    let shared = left
        .catalog
        .relations
        .iter()
        .filter_map(|(name, relation)| {
            let other = right.catalog.relations.get(name)?;
            (!BOOKKEEPING.contains(&&*name.name)).then_some((relation, other))
        });
    shared
        .filter(|(one, other)| is_created(one) && is_created(other))
        .all(|(one, other)| is_same(one, other))
}

fn is_created(relation: &Relation) -> bool {
    matches!(relation.origin, Origin::Migration | Origin::Ddl)
}

/// Two migrations make one table if they make the same columns; a dump is of the same table if most are.
fn is_same(one: &Relation, other: &Relation) -> bool {
    let shared = one
        .columns
        .iter()
        .filter(|column| other.column(&column.name).is_some())
        .count();
    let all = one.columns.len() + other.columns.len() - shared;
    let both_migrate = one.origin == Origin::Migration && other.origin == Origin::Migration;
    if both_migrate {
        shared == all
    } else {
        shared * 2 >= all
    }
}

/// The name of the first member that knows the whole database.
fn name_of(
    members: &[Member<'_>],
    group: &[usize],
    name: &str,
    taken: &mut BTreeSet<Box<str>>,
) -> Box<str> {
    let group: Vec<&Member<'_>> = group.iter().filter_map(|at| members.get(*at)).collect();
    if group.iter().any(|member| member.said) {
        return name.into();
    }
    let first = group
        .iter()
        .find(|member| knows_whole(member.catalog))
        .or_else(|| group.first());
    let service = first.map_or(name, |member| member.service);
    let mut names = [service.to_owned(), format!("{service}_{name}")]
        .into_iter()
        .chain((2..).map(|n| format!("{service}{n}")));
    let chosen: Box<str> = names
        .find(|name| !taken.contains(name.as_str()))
        .map_or(name.into(), Into::into);
    taken.insert(chosen.clone());
    chosen
}
