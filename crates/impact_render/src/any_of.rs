//! Places that may touch any of several columns: a computed name, a row of any of many models. They are one line for each
//! table, not one for each column; only who asks about a column is told of it by its name.

use impact_facts::{
    Access, BlindReason, BlindSpot, Certainty, How, Index, Reach, Reference, ReferenceClass, Site,
    TableName,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A place that may be of more tables than this says nothing of a column of any one of them.
const MAX_TABLES: usize = 3;
/// Stands for the table of a line that may be of more tables than that.
pub(crate) const MANY: &str = "*";

/// A reference as it is listed.
#[derive(Debug, Clone)]
pub(crate) struct Line<'a> {
    /// The reference; without a column if `any_of` has some.
    pub(crate) reference: Cow<'a, Reference>,
    /// The columns of which it may be any, sorted: of its table, or of any if that is [`MANY`]. Empty if it is to the
    /// column that it says.
    pub(crate) any_of: Vec<(TableName, Box<str>)>,
}

impl<'a> Line<'a> {
    fn of(reference: Cow<'a, Reference>) -> Self {
        let any_of = Vec::new();
        Self { reference, any_of }
    }
}

/// A table of a database, and one of its columns.
type Named<'a> = (&'a str, &'a TableName, &'a str);
/// What happens at one place in one piece of code.
type Spot<'a> = (Site, Access, &'a str);

/// The lines of a service: its references, and after them what names that are computed may be. What `asked` accepts is
/// listed by itself, whatever else its place may touch; `narrow` says that only some tables or columns are wanted.
pub(crate) fn lines<'a>(
    index: &'a Index,
    narrow: bool,
    asked: &dyn Fn(&Reference) -> bool,
) -> Vec<Line<'a>> {
    let mut found = named(index, narrow, asked);
    for ((site, access, _), (blind, columns)) in computed(index) {
        let each = columns.into_iter().map(|(database, table, column)| {
            let mut one = possible(blind, access, table, column);
            (one.site, one.database) = (site, database.into());
            Cow::Owned(one)
        });
        found.extend(told(each.collect(), narrow, asked));
    }
    found
}

/// The code that a reference or a blind spot stands in.
fn symbol(index: &Index, id: Option<impact_facts::SymbolId>) -> &str {
    let symbol = id.and_then(|id| index.symbols.get(id.0 as usize));
    symbol.map_or("", |symbol| &*symbol.name)
}

/// What is done to what at one place.
type Deed<'a> = (
    Site,
    &'a TableName,
    &'a Option<Box<str>>,
    (Access, How, ReferenceClass),
);

fn deed(one: &Reference) -> Deed<'_> {
    let manner = (one.access, one.how, one.class);
    (one.site, &one.table, &one.column, manner)
}

/// For all that is done for certain or likely the reference that says it: a text that is handed on is also run by other code than
/// that around it, and is one place all the same.
fn tellers(index: &Index) -> BTreeMap<Deed<'_>, usize> {
    let surety = |at: usize| {
        let one = &index.references[at];
        let symbol = one.symbol.and_then(|id| index.symbols.get(id.0 as usize));
        let around = symbol.is_some_and(|symbol| {
            symbol.site.file == one.site.file && symbol.site.span.contains(one.site.span)
        });
        (one.certainty, around)
    };
    let mut tellers = BTreeMap::new();
    for (at, one) in index.references.iter().enumerate() {
        if one.certainty > Certainty::Possible {
            let known = tellers.entry(deed(one)).or_insert(at);
            if surety(at) > surety(*known) {
                *known = at;
            }
        }
    }
    tellers
}

/// The references of an index, each once: code that is summed up for each of its receivers is one place all the same.
fn named<'a>(index: &'a Index, narrow: bool, asked: &dyn Fn(&Reference) -> bool) -> Vec<Line<'a>> {
    let tellers = tellers(index);
    let mut seen = BTreeSet::new();
    let mut open: BTreeMap<Spot<'_>, (usize, Vec<Cow<'a, Reference>>)> = BTreeMap::new();
    let mut found = Vec::new();
    for (at, one) in index.references.iter().enumerate() {
        let code = symbol(index, one.symbol);
        let told = tellers.get(&deed(one)).is_some_and(|teller| *teller != at);
        if told || !seen.insert((deed(one), code)) {
            continue;
        }
        let reference = Cow::Borrowed(one);
        if one.certainty == Certainty::Possible && one.column.is_some() {
            let spot = open.entry((one.site, one.access, code));
            spot.or_insert_with(|| (at, Vec::new())).1.push(reference);
        } else {
            found.push((at, Line::of(reference)));
        }
    }
    for (at, references) in open.into_values() {
        let told = told(references, narrow, asked).into_iter();
        found.extend(told.map(|line| (at, line)));
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, line)| line).collect()
}

/// What is computed in the same code at the same place, with all that it may be.
fn computed(index: &Index) -> BTreeMap<Spot<'_>, (&BlindSpot, BTreeSet<Named<'_>>)> {
    let mut spots: BTreeMap<Spot<'_>, (&BlindSpot, BTreeSet<Named<'_>>)> = BTreeMap::new();
    for blind in &index.blind_spots {
        let (BlindReason::DynamicName, Reach::Columns(columns), Some(access)) =
            (blind.reason, &blind.reach, blind.access)
        else {
            continue;
        };
        let spot = (blind.site, access, symbol(index, blind.symbol));
        let all = columns
            .iter()
            .map(|(table, column)| (&*blind.database, table, &**column));
        spots
            .entry(spot)
            .or_insert_with(|| (blind, BTreeSet::new()))
            .1
            .extend(all);
    }
    spots
}

/// The lines of one place: one for each reference if it touches one column of each of a few tables, one for each table
/// if it may touch several of its columns, and only one if the tables are many and none of them is asked about.
fn told<'a>(
    all: Vec<Cow<'a, Reference>>,
    narrow: bool,
    asked: &dyn Fn(&Reference) -> bool,
) -> Vec<Line<'a>> {
    let mut tables: BTreeMap<(Box<str>, TableName), Vec<Cow<'a, Reference>>> = BTreeMap::new();
    for one in &all {
        let table = (one.database.clone(), one.table.clone());
        tables.entry(table).or_default().push(one.clone());
    }
    let few = tables.len() <= MAX_TABLES;
    if !few && !narrow {
        return any_of(TableName::bare(MANY), all).into_iter().collect();
    }
    let mut found = Vec::new();
    for ((_, table), references) in tables {
        let (mut single, rest): (Vec<_>, Vec<_>) =
            references.into_iter().partition(|one| asked(one));
        if few && single.is_empty() && rest.len() == 1 {
            single = rest;
        } else {
            found.extend(any_of(table, rest));
        }
        found.extend(single.into_iter().map(Line::of));
    }
    found
}

/// One line for some references at one place.
fn any_of<'a>(table: TableName, all: Vec<Cow<'a, Reference>>) -> Option<Line<'a>> {
    let names = all.iter();
    let names = names.filter_map(|one| Some((one.table.clone(), one.column.clone()?)));
    let any_of = names.collect();
    let first = all.first()?.clone().into_owned();
    let reference = Cow::Owned(Reference {
        table,
        column: None,
        ..first
    });
    Some(Line { reference, any_of })
}

/// A reference that a computed name may be.
fn possible(blind: &BlindSpot, access: Access, table: &TableName, column: &str) -> Reference {
    Reference {
        site: blind.site,
        position: blind.position,
        text: blind.text.clone(),
        database: blind.database.clone(),
        table: table.clone(),
        column: Some(column.into()),
        access,
        how: How::Implicit,
        class: ReferenceClass::Name,
        certainty: Certainty::Possible,
        scope: blind.scope,
        via: "computed".into(),
        symbol: blind.symbol,
        declared_at: None,
        declared_position: None,
        becomes: None,
        exposed_as: None,
        applied: false,
    }
}
