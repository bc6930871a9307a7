//! Parameters that stand for a column: of Python's functions that are handed a column's value under the column's own name.
//!
//! `send(row, email=user.email)` makes `email` of `send` a name of the column: whoever drops the column edits the
//! parameter, its uses and the keyword at every other call. So a parameter of the column's name stands for it where every
//! call of production code hands it the column's value, a constant, or a parameter that stands for the same column. Its
//! references are *likely* at most, since only the value connects them. One that two columns of its name reach stands for
//! none.

mod arguments;

use crate::cells::UnitId;
use crate::effect::{Effects, Target, site};
use crate::evaluator::Evaluator;
use crate::named_apart::{self, Column};
use arguments::{Handed, Source};
use impact_bind::{FunctionRef, Place};
use impact_facts::{
    Access, Certainty, ExpressionKind, FileId, Name, ParameterKind, ReferenceClass, Site, Span,
};
use std::collections::{BTreeMap, BTreeSet};

/// What such references say that they come from.
const NAME: &str = "python/handed_on";

/// A parameter of a function, by place.
pub(crate) type Taken = (FunctionRef, u32);

/// The columns that an attribute's name means, by the end of the name. A record's member means a column of its name.
type Read = BTreeMap<(FileId, u32), BTreeSet<Column>>;

/// What calls hand to each parameter that has a column's name.
#[derive(Default)]
struct Calls {
    sources: BTreeMap<Taken, BTreeSet<Source>>,
    /// Keywords that name a parameter, with the unit that they stand in.
    keywords: BTreeSet<(Taken, UnitId, Site)>,
}

/// Adds what names a parameter that stands for a column.
pub(crate) fn name_what_is_handed_on(evaluator: &Evaluator<'_>, all: &mut [Effects]) {
    let calls = calls(evaluator, all);
    let read = read(&calls, all);
    let standing = standing(&calls.sources, &read);
    for ((function, at), column) in &standing {
        let Some(unit) = evaluator.unit_of_function(*function) else {
            continue;
        };
        for span in uses(evaluator, *function, *at) {
            let at = site(function.file, span);
            named_apart::add(all, Some(unit), at, (column, Access::Read), NAME);
        }
    }
    for (taken, unit, at) in calls.keywords {
        if let Some(column) = standing.get(&taken) {
            named_apart::add(all, Some(unit), at, (column, Access::Read), NAME);
        }
    }
}

/// The calls of production code that hand something to a parameter that has a column's name.
fn calls(evaluator: &Evaluator<'_>, all: &[Effects]) -> Calls {
    let production = named_apart::production(evaluator);
    let mut found = Calls::default();
    let mut wanted: BTreeMap<FunctionRef, Vec<u32>> = BTreeMap::new();
    let mut handed = Handed::of(evaluator);
    for (unit, effects) in (0..).map(UnitId).zip(all) {
        for call in &effects.calls {
            let file = call.site.file;
            let target = match call.to {
                Target::Function(function) => Some(function),
                Target::Unit(unit) => evaluator.function_of(unit),
                _ => None,
            };
            let Some(function) = target.filter(|_| call.certainty >= Certainty::Likely) else {
                continue;
            };
            let places = wanted
                .entry(function)
                .or_insert_with(|| named_as_columns(evaluator, &production, function));
            if places.is_empty() || !production.contains(&file) {
                continue;
            }
            let place = match evaluator.function_of(unit) {
                Some(around) if around.file == file => Place::Function(around.function),
                _ => Place::Module,
            };
            for at in places {
                let taken = (function, *at);
                let Some(passed) = handed.passed((file, place), call.site.span, taken) else {
                    continue;
                };
                found
                    .sources
                    .entry(taken)
                    .or_default()
                    .extend(passed.sources);
                let keyword = passed.keyword.map(|span| (taken, unit, site(file, span)));
                found.keywords.extend(keyword);
            }
        }
    }
    found
}

/// The parameters of a function that have the name of some column, by place.
fn named_as_columns(
    evaluator: &Evaluator<'_>,
    production: &BTreeSet<FileId>,
    function: FunctionRef,
) -> Vec<u32> {
    if !production.contains(&function.file) {
        return Vec::new();
    }
    let module = evaluator.program.module(function.file);
    let parameters = &module.function(function.function).parameters;
    let named = (0..).zip(parameters).filter(|(_, parameter)| {
        let plain = !matches!(
            parameter.kind,
            ParameterKind::Items | ParameterKind::Keywords
        );
        let ExpressionKind::Name(name) = module.expression(parameter.pattern).kind else {
            return false;
        };
        plain && evaluator.schemas.has_column(module.name(name))
    });
    named.map(|(at, _)| at).collect()
}

/// The columns that are read where calls hand attributes on.
fn read(calls: &Calls, all: &[Effects]) -> Read {
    let mut read = Read::new();
    for source in calls.sources.values().flatten() {
        if let Source::Attribute(file, end, _) = source {
            read.entry((*file, *end)).or_default();
        }
    }
    for touch in all.iter().flat_map(|effects| effects.touches.as_slice()) {
        let Some(columns) = read.get_mut(&(touch.site.file, touch.site.span.end)) else {
            continue;
        };
        let named = touch.class == ReferenceClass::Name && touch.certainty >= Certainty::Likely;
        if let Some(column) = touch.column.clone().filter(|_| named) {
            columns.insert((touch.database.clone(), touch.table.clone(), column));
        }
    }
    read
}

/// The one column that each parameter stands for.
fn standing(sources: &BTreeMap<Taken, BTreeSet<Source>>, read: &Read) -> BTreeMap<Taken, Column> {
    let mut columns: BTreeMap<Taken, BTreeSet<&Column>> = BTreeMap::new();
    let mut open: BTreeSet<Taken> = BTreeSet::new();
    for (taken, all) in sources {
        for source in all {
            let given = match source {
                Source::Attribute(file, end, name) => named(read, (*file, *end), name),
                Source::Parameter(..) => continue,
                Source::Other => Vec::new(),
            };
            if given.is_empty() {
                open.insert(*taken);
            } else {
                columns.entry(*taken).or_default().extend(given);
            }
        }
    }
    while spread(sources, &mut columns) {}
    while close(sources, &columns, &mut open) {}
    let stands = columns.into_iter().filter_map(|(taken, all)| {
        let mut all = all.into_iter();
        let only = all.next().filter(|_| all.next().is_none())?;
        (!open.contains(&taken)).then(|| (taken, only.clone()))
    });
    stands.collect()
}

/// The columns of a name that are read where an attribute ends.
fn named<'r>(read: &'r Read, at: (FileId, u32), name: &str) -> Vec<&'r Column> {
    let found = read.get(&at).into_iter().flatten();
    found
        .filter(|column| column.2.eq_ignore_ascii_case(name))
        .collect()
}

/// Parameters that are handed other parameters stand for their columns. Whether anything changed.
fn spread(
    sources: &BTreeMap<Taken, BTreeSet<Source>>,
    columns: &mut BTreeMap<Taken, BTreeSet<&Column>>,
) -> bool {
    let mut grew = false;
    for (taken, all) in sources {
        for source in all {
            if let Source::Parameter(function, at) = source {
                let given = columns.get(&(*function, *at)).cloned().unwrap_or_default();
                if !given.is_empty() {
                    let own = columns.entry(*taken).or_default();
                    let before = own.len();
                    own.extend(given);
                    grew |= own.len() > before;
                }
            }
        }
    }
    grew
}

/// Parameters that are handed a parameter of which more is open are open, too. Whether anything changed.
fn close(
    sources: &BTreeMap<Taken, BTreeSet<Source>>,
    columns: &BTreeMap<Taken, BTreeSet<&Column>>,
    open: &mut BTreeSet<Taken>,
) -> bool {
    let mut grew = false;
    for (taken, all) in sources {
        let is_open = all.iter().any(|source| match source {
            Source::Parameter(function, at) => {
                let given = (*function, *at);
                open.contains(&given) || !columns.contains_key(&given)
            }
            _ => false,
        });
        grew |= is_open && open.insert(*taken);
    }
    grew
}

/// Where a function names a parameter: at its declaration, and in its body where nothing else is bound to the name.
fn uses(evaluator: &Evaluator<'_>, function: FunctionRef, at: u32) -> Vec<Span> {
    let module = evaluator.program.module(function.file);
    let places = evaluator.program.places(function.file);
    let definition = module.function(function.function);
    let Some(parameter) = definition.parameters.get(at as usize) else {
        return Vec::new();
    };
    let declared = module.expression(parameter.pattern).span;
    let mut found = vec![declared];
    let ExpressionKind::Name(name) = module.expression(parameter.pattern).kind else {
        return found;
    };
    let own = Place::Function(function.function);
    if places.names(own).definitions(name).len() != 1 {
        return found;
    }
    let parameters = definition.parameters.iter();
    let of_signature = parameters.flat_map(|one| [one.annotation, one.default]);
    let start = of_signature
        .flatten()
        .map(|id| module.expression(id).span.end)
        .max()
        .unwrap_or(declared.end)
        .max(declared.end);
    let inner = rebound(evaluator, function, name);
    let named = module.expressions.iter().filter(|expression| {
        let span = expression.span;
        matches!(expression.kind, ExpressionKind::Name(other) if other == name)
            && span.start >= start
            && definition.span.contains(span)
            && !inner.iter().any(|inner| inner.contains(span))
    });
    found.extend(named.map(|expression| expression.span));
    found
}

/// Functions and classes inside of a function that bind a name anew.
fn rebound(evaluator: &Evaluator<'_>, function: FunctionRef, name: Name) -> Vec<Span> {
    let module = evaluator.program.module(function.file);
    let places = evaluator.program.places(function.file);
    let around = module.function(function.function).span;
    let functions = (0..).zip(&module.functions).map(|(id, inner)| {
        let id = impact_facts::FunctionId(id);
        (Place::Function(id), inner.span)
    });
    let classes = (0..).zip(&module.classes).map(|(id, inner)| {
        let id = impact_facts::ClassId(id);
        (Place::Class(id), inner.span)
    });
    functions
        .chain(classes)
        .filter(|(place, span)| {
            *place != Place::Function(function.function)
                && around.contains(*span)
                && !places.names(*place).definitions(name).is_empty()
        })
        .map(|(_, span)| span)
        .collect()
}
