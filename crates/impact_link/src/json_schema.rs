//! Keys of the JSON schema by which a function checks what it then writes.
//!
//! `validate(data, {"type": "object", "properties": {"email": …}})` in a function that makes a row of `data` says which of
//! the row's columns may be set: whoever drops the column edits the schema. So a property of a column's name is a *likely*
//! write of the column that the function, or else the code that it runs, writes under that name. Where two columns of the
//! name are as near, it is none (JSON Schema, "Understanding JSON Schema", object: `properties`).

use crate::cells::UnitId;
use crate::effect::{Effects, Target, site};
use crate::evaluator::Evaluator;
use crate::named_apart::{self, Column};
use impact_bind::{Binding, FunctionRef, Place};
use impact_facts::{
    Access, Certainty, Collection, CollectionKind, ExpressionId, ExpressionKind, FileId,
    FunctionId, Module, Reach, Span,
};
use std::collections::{BTreeMap, BTreeSet};

/// What such references say that they come from.
const NAME: &str = "python/json_schema";
/// Code that is run by code that is run: no deeper than this.
const MAX_CALLS: u32 = 4;

/// A schema: the display of its properties.
type Schema = (FileId, ExpressionId);

/// Adds what the properties of schemas name.
pub(crate) fn name_what_is_checked(evaluator: &Evaluator<'_>, all: &mut [Effects]) {
    let files = named_apart::production(evaluator);
    let schemas = schemas(evaluator, &files);
    if schemas.is_empty() {
        return;
    }
    let mut meant: BTreeMap<(FileId, Span), BTreeSet<Column>> = BTreeMap::new();
    for (schema, function) in checking(evaluator, &files, &schemas) {
        let mut near = Near::of(evaluator, function);
        for (name, span) in properties(evaluator.program.module(schema.0), schema.1) {
            let columns = near.written(all, &name);
            meant.entry((schema.0, span)).or_default().extend(columns);
        }
    }
    for ((file, span), columns) in meant {
        let mut columns = columns.into_iter();
        let only = columns.next().filter(|_| columns.next().is_none());
        if let Some(column) = only {
            let (unit, at) = (evaluator.unit_of_file(file), site(file, span));
            named_apart::add(all, unit, at, (&column, Access::Write), NAME);
        }
    }
}

/// The displays that are schemas of objects.
fn schemas(evaluator: &Evaluator<'_>, files: &BTreeSet<FileId>) -> BTreeSet<Schema> {
    let mut found = BTreeSet::new();
    for file in files.iter().copied() {
        let module = evaluator.program.module(file);
        for (id, expression) in (0..).zip(&module.expressions) {
            if let ExpressionKind::Collection(all) = &expression.kind
                && all.kind == CollectionKind::Dictionary
                && is_schema(module, all)
            {
                found.insert((file, ExpressionId(id)));
            }
        }
    }
    found
}

/// Whether a display says of itself that it describes an object with properties.
fn is_schema(module: &Module, all: &Collection) -> bool {
    let value = |key: &str| {
        let mut items = all.items.iter();
        items
            .find(|item| {
                item.key
                    .is_some_and(|own| module.plain_text(own).as_deref() == Some(key))
            })
            .map(|item| item.value)
    };
    let of_object = || {
        let said = value("type").and_then(|said| module.plain_text(said));
        value("$schema").is_some() || said.as_deref() == Some("object")
    };
    let properties = value("properties");
    let listed = properties.is_some_and(|id| {
        matches!(&module.expression(id).kind, ExpressionKind::Collection(all) if all.kind == CollectionKind::Dictionary)
    });
    listed && of_object()
}

/// The names of a schema's properties, and where they stand.
fn properties(module: &Module, schema: ExpressionId) -> Vec<(String, Span)> {
    let ExpressionKind::Collection(all) = &module.expression(schema).kind else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in &all.items {
        let key = item.key.and_then(|key| module.plain_text(key));
        let ExpressionKind::Collection(listed) = &module.expression(item.value).kind else {
            continue;
        };
        if key.as_deref() == Some("properties") {
            let keys = listed.items.iter().filter_map(|item| item.key);
            found.extend(keys.filter_map(|key| crate::text::literal(module, key)));
        }
    }
    found
}

/// Functions that hand a schema to a call, or to a decorator of theirs.
fn checking(
    evaluator: &Evaluator<'_>,
    files: &BTreeSet<FileId>,
    schemas: &BTreeSet<Schema>,
) -> BTreeSet<(Schema, FunctionRef)> {
    let program = evaluator.program;
    let mut found = BTreeSet::new();
    for file in files.iter().copied() {
        let module = program.module(file);
        for expression in &module.expressions {
            let ExpressionKind::Call(call) = &expression.kind else {
                continue;
            };
            for argument in &call.arguments {
                let named = matches!(
                    module.expression(argument.value).kind,
                    ExpressionKind::Name(_)
                        | ExpressionKind::Attribute(_)
                        | ExpressionKind::Collection(_)
                );
                let Some(function) = around(module, expression.span).filter(|_| named) else {
                    continue;
                };
                let place = Place::Function(function);
                let schema = if schemas.contains(&(file, argument.value)) {
                    Some((file, argument.value))
                } else {
                    match program.resolve_expression(file, place, argument.value) {
                        Binding::Value(value, rest) if rest.is_empty() => {
                            Some((value.file, value.expression))
                        }
                        _ => None,
                    }
                };
                if let Some(schema) = schema.filter(|schema| schemas.contains(schema)) {
                    found.insert((schema, FunctionRef { file, function }));
                }
            }
        }
    }
    found
}

/// The innermost function around a span, decorators included.
fn around(module: &Module, span: Span) -> Option<FunctionId> {
    let functions = (0..).zip(&module.functions);
    let around = functions.filter(|(_, function)| function.span.contains(span));
    let innermost = around.min_by_key(|(_, function)| function.span.end - function.span.start);
    innermost.map(|(id, _)| FunctionId(id))
}

/// The code that a function runs, ring by ring.
struct Near<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    rings: Vec<Vec<UnitId>>,
    seen: BTreeSet<UnitId>,
}

impl<'e, 'a> Near<'e, 'a> {
    fn of(evaluator: &'e Evaluator<'a>, function: FunctionRef) -> Self {
        let own = evaluator.unit_of_function(function).into_iter();
        let summaries = evaluator.summaries.units(function);
        let first: Vec<UnitId> = own.chain(summaries).collect();
        Self {
            evaluator,
            seen: first.iter().copied().collect(),
            rings: vec![first],
        }
    }

    /// The columns of a name that are written nearest to the function.
    fn written(&mut self, all: &[Effects], name: &str) -> BTreeSet<Column> {
        for depth in 0..=MAX_CALLS as usize {
            if self.rings.len() <= depth {
                self.widen(all);
            }
            let ring = self.rings.get(depth).into_iter().flatten();
            let effects = ring.filter_map(|unit| all.get(unit.0 as usize));
            let found = written(&effects.collect::<Vec<_>>(), name);
            if !found.is_empty() {
                return found;
            }
        }
        BTreeSet::new()
    }

    /// Adds what the last ring runs.
    fn widen(&mut self, all: &[Effects]) {
        let last = self.rings.last().into_iter().flatten();
        let calls = last
            .filter_map(|unit| all.get(unit.0 as usize))
            .flat_map(|effects| &effects.calls);
        let mut next = Vec::new();
        for call in calls {
            let unit = match call.to {
                Target::Function(function) => self.evaluator.unit_of_function(function),
                Target::Unit(unit) => Some(unit),
                _ => None,
            };
            if let Some(unit) = unit.filter(|unit| self.seen.insert(*unit)) {
                next.push(unit);
            }
        }
        self.rings.push(next);
    }
}

/// The columns of a name that code writes: those that it fills by names of run time before those that it knows.
fn written(effects: &[&Effects], name: &str) -> BTreeSet<Column> {
    let open = effects.iter().flat_map(|one| &one.blind);
    let open = open.filter(|blind| blind.access == Some(Access::Write));
    let columns = open.flat_map(|blind| match &blind.reach {
        Reach::Columns(columns) => columns.as_slice(),
        _ => &[],
    });
    let named = columns.filter(|(_, column)| **column == *name);
    let found: BTreeSet<Column> = named
        .map(|(table, _)| ("".into(), table.clone(), name.into()))
        .collect();
    if !found.is_empty() {
        return found;
    }
    let touches = effects.iter().flat_map(|one| one.touches.as_slice());
    let written = touches.filter(|touch| {
        touch.access == Access::Write
            && touch.certainty >= Certainty::Likely
            && touch.column.as_deref() == Some(name)
    });
    written
        .map(|touch| (touch.database.clone(), touch.table.clone(), name.into()))
        .collect()
}
