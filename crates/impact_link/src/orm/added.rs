//! Rows that an ORM is told to add: which of their columns get a value.

use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, ModelId, Value};
use impact_facts::{
    Access, Certainty, Insertion, MappedField, Position, ReferenceClass, Scope, Site, Spread,
    TableName,
};
use std::collections::{BTreeMap, BTreeSet};

/// Fields of Django that are left NULL where a new row does not say them: `empty_strings_allowed = False` in
/// `django/db/models/fields/__init__.py`, 4.2 to 5.2, by the ends of their names. Others become an empty text.
const WITHOUT_TEXT: &[&str] = &[
    "BooleanField",
    "DateField",
    "DateTimeField",
    "TimeField",
    "DurationField",
    "DecimalField",
    "FloatField",
    "IntegerField",
    "IPAddressField",
    "UUIDField",
    "JSONField",
    "ArrayField",
    "HStoreField",
    "ForeignKey",
    "OneToOneField",
];

/// What a call says of a new row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The mapped class.
    pub(crate) model: ModelId,
    /// How sure it is that the row is added as the call says it.
    pub(crate) certainty: Certainty,
    /// Whether more columns may get a value than the call names.
    pub(crate) open: bool,
    /// Columns that get a value though the call does not name them.
    pub(crate) beside: Vec<Box<str>>,
    /// Columns that the call may leave out, or give NULL to.
    pub(crate) maybe: Vec<Box<str>>,
}

impl Row {
    /// A row that a call describes by what it names, and by what it spreads.
    pub(crate) fn of(model: ModelId, call: &CallSite<'_>, certainty: Certainty) -> Self {
        let spread = |spread: Spread| spread != Spread::None;
        Self {
            model,
            certainty,
            open: call.arguments.iter().any(|one| spread(one.spread)),
            beside: Vec::new(),
            maybe: Vec::new(),
        }
    }
}

/// Columns with a value, and those of which it is not known.
type Filled = (BTreeSet<Box<str>>, BTreeSet<Box<str>>);

/// Records the rows that a call adds: one for each table of the model. What the call names has been touched before.
pub(crate) fn row(cx: &mut Evaluator<'_>, row: Row, call: &CallSite<'_>) {
    let Some(owner) = cx.models.get(row.model) else {
        return;
    };
    let named = named(cx, call);
    let keys = keys(cx, row.model, call);
    let mut tables: BTreeMap<TableName, Filled> = BTreeMap::new();
    for field in &owner.fields {
        let Some(table) = cx.table_of(row.model, field) else {
            continue;
        };
        let column = field.column.clone();
        let said = named.get(&(table.clone(), column.clone())).copied();
        let (known, open) = tables.entry(table).or_default();
        match said {
            Some(Said::Value) => known.insert(column),
            Some(Said::Either) => open.insert(column),
            Some(Said::Null) => false,
            None if row.beside.contains(&column) || keys.contains(&column) => known.insert(column),
            None if is_filled(&owner.orm, field) => known.insert(column),
            None if row.open || row.maybe.contains(&column) => open.insert(column),
            None => false,
        };
    }
    for (table, filled) in tables {
        record(cx, (table, filled), &owner.orm, row.certainty, call);
    }
}

/// Records a row of a table.
fn record(
    cx: &mut Evaluator<'_>,
    (table, (columns, open)): (TableName, Filled),
    orm: &str,
    certainty: Certainty,
    call: &CallSite<'_>,
) {
    cx.current.insertions.push(Insertion {
        site: Site {
            file: cx.file,
            span: call.span,
        },
        position: Position::default(),
        database: "".into(),
        table,
        open: open.difference(&columns).cloned().collect(),
        columns: columns.into_iter().collect(),
        via: orm.into(),
        certainty,
        scope: Scope::Production,
        symbol: None,
    });
}

/// What a call gives a column that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Null,
    Either,
    Value,
}

/// The columns that are written by name inside of a call.
fn named(cx: &Evaluator<'_>, call: &CallSite<'_>) -> BTreeMap<(TableName, Box<str>), Said> {
    let arguments = call.arguments.iter();
    let said: BTreeMap<_, _> = arguments
        .filter_map(|one| Some((one.name.as_ref()?.1, said(&one.value))))
        .collect();
    let mut found = BTreeMap::new();
    for touch in cx.current.touches.as_slice() {
        let inside = touch.site.file == cx.file && call.span.contains(touch.site.span);
        let written = touch.access == Access::Write && touch.class == ReferenceClass::Name;
        let (true, true, Some(column)) = (inside, written, &touch.column) else {
            continue;
        };
        let value = said.get(&touch.site.span).copied().unwrap_or(Said::Value);
        let entry = found
            .entry((touch.table.clone(), column.clone()))
            .or_insert(value);
        *entry = (*entry).max(value);
    }
    found
}

/// The columns of relations that a call sets by their names.
fn keys(cx: &Evaluator<'_>, model: ModelId, call: &CallSite<'_>) -> Vec<Box<str>> {
    let names = call.arguments.iter().filter_map(|one| {
        let (name, _) = one.name.as_ref()?;
        (said(&one.value) == Said::Value).then_some(name)
    });
    let relations = names.filter_map(|name| cx.models.relation(model, name));
    relations.flat_map(|one| one.local.clone()).collect()
}

fn said(value: &Value) -> Said {
    let is_null = |atom: &Atom| matches!(atom, Atom::Null);
    match value.atoms() {
        [] => Said::Value,
        atoms if atoms.iter().all(is_null) => Said::Null,
        atoms if atoms.iter().any(is_null) => Said::Either,
        _ => Said::Value,
    }
}

/// Whether the ORM or the database fills a field in that a new row does not say.
fn is_filled(orm: &str, field: &MappedField) -> bool {
    let name = field.data_type.split('(').next().unwrap_or_default();
    let is_text = || !WITHOUT_TEXT.iter().any(|end| name.ends_with(end));
    let empty_text = orm == super::django::DJANGO && !field.nullable && is_text();
    field.has_default || field.primary_key || empty_text
}
