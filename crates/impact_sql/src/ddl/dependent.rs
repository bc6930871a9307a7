//! What hangs on a table's columns: constraints, indexes, triggers, policies, rules, statistics.

use super::cursor::Cursor;
use super::lexer::TokenKind;
use super::{Steps, expression, routine};
use impact_facts::{Dependent, DependentKind, Dialect, SchemaChange, Span, TableName};

/// One without columns yet.
pub(super) fn new(
    kind: DependentKind,
    name: Option<Box<str>>,
    table: TableName,
    span: Span,
) -> Dependent {
    Dependent {
        kind,
        name,
        table,
        columns: Vec::new(),
        foreign: Vec::new(),
        function: None,
        span,
        computed: Vec::new(),
    }
}

/// Whether an element of a table is a constraint or index, not a column.
pub(super) fn is_table_constraint(item: &Cursor<'_>) -> bool {
    let mysql = item.dialect() == Dialect::MySql;
    item.is(&["CONSTRAINT"])
        || item.is(&["PRIMARY", "KEY"])
        || item.is(&["FOREIGN", "KEY"])
        || item.is(&["UNIQUE"])
        || (item.is(&["CHECK"]) && item.is_symbol(1, "("))
        || (item.is(&["EXCLUDE"]) && (item.is_at(1, "USING") || item.is_symbol(1, "(")))
        || (item.is(&["NOT", "NULL"]) && item.peek(2).is_some())
        || (mysql && item.is_any(&["INDEX", "KEY", "FULLTEXT", "SPATIAL"]))
        || (item.dialect() == Dialect::TSql && item.is(&["INDEX"]))
}

/// A constraint of `table`; what is left is its definition. None where it needs no column.
pub(super) fn table_constraint(mut item: Cursor<'_>, table: &TableName) -> Option<Dependent> {
    let whole = item.span();
    let mut name = None;
    if item.eat(&["CONSTRAINT"]) && !starts_constraint(&item) {
        name = item.name().map(|(name, _)| name);
    }
    let kind = constraint_kind(&mut item)?;
    let mut dependent = new(kind, name, table.clone(), whole);
    match kind {
        DependentKind::Check => {
            let mut condition = item.group().unwrap_or(item);
            dependent_expression(&mut condition, &mut dependent, table);
        }
        DependentKind::ForeignKey => {
            mysql_name(&mut item, &mut dependent);
            dependent.columns = item.group().map(Cursor::names).unwrap_or_default();
            item.eat(&["REFERENCES"]);
            dependent.foreign = target(&mut item);
        }
        _ => {
            mysql_name(&mut item, &mut dependent);
            index_keys(&mut item, &mut dependent, table);
        }
    }
    Some(dependent)
}

fn starts_constraint(item: &Cursor<'_>) -> bool {
    item.is(&["PRIMARY", "KEY"])
        || item.is(&["FOREIGN", "KEY"])
        || (item.is_any(&["UNIQUE", "CHECK"]) && item.is_symbol(1, "("))
}

fn constraint_kind(item: &mut Cursor<'_>) -> Option<DependentKind> {
    const KINDS: &[(&[&str], DependentKind)] = &[
        (&["PRIMARY", "KEY"], DependentKind::PrimaryKey),
        (&["FOREIGN", "KEY"], DependentKind::ForeignKey),
        (&["UNIQUE", "KEY"], DependentKind::Unique),
        (&["UNIQUE", "INDEX"], DependentKind::Unique),
        (&["UNIQUE"], DependentKind::Unique),
        (&["CHECK"], DependentKind::Check),
        (&["EXCLUDE"], DependentKind::Check),
        (&["NOT", "NULL"], DependentKind::Check),
        (&["FULLTEXT", "KEY"], DependentKind::Index),
        (&["FULLTEXT", "INDEX"], DependentKind::Index),
        (&["FULLTEXT"], DependentKind::Index),
        (&["SPATIAL", "KEY"], DependentKind::Index),
        (&["SPATIAL", "INDEX"], DependentKind::Index),
        (&["SPATIAL"], DependentKind::Index),
        (&["INDEX"], DependentKind::Index),
        (&["KEY"], DependentKind::Index),
    ];
    KINDS
        .iter()
        .find(|(words, _)| item.eat(words))
        .map(|(_, kind)| *kind)
}

/// `UNIQUE KEY name (…)`, `UNIQUE NULLS NOT DISTINCT (…)`, `UNIQUE USING INDEX name`.
fn mysql_name(item: &mut Cursor<'_>, dependent: &mut Dependent) {
    let before = *item;
    if item.is_symbol(0, "(") || item.is_any(&["NULLS", "USING", "CLUSTERED", "NONCLUSTERED"]) {
        return;
    }
    item.eat(&["IF", "NOT", "EXISTS"]);
    match item.name() {
        Some((name, _)) if dependent.name.is_none() => dependent.name = Some(name),
        Some(_) => {}
        None => *item = before,
    }
}

/// Names within what is left: an exclusion's elements, a check's condition.
fn dependent_expression(item: &mut Cursor<'_>, dependent: &mut Dependent, table: &TableName) {
    let found = expression::columns(item, table);
    dependent.columns = found.own;
    dependent.foreign = found.foreign;
}

/// What follows `REFERENCES`: each column of the other table; an empty one for its primary key.
pub(super) fn target(cursor: &mut Cursor<'_>) -> Vec<(TableName, Box<str>)> {
    let Some((table, _)) = cursor.table() else {
        return Vec::new();
    };
    match cursor.group() {
        Some(group) => group
            .names()
            .into_iter()
            .map(|(name, _)| (table.clone(), name))
            .collect(),
        None => vec![(table, "".into())],
    }
}

/// `[USING method] (keys) [INCLUDE (…)] [WHERE predicate]`.
fn index_keys(cursor: &mut Cursor<'_>, dependent: &mut Dependent, table: &TableName) {
    while !cursor.is_done() && !cursor.is_symbol(0, "(") {
        cursor.bump();
    }
    let mut computed = Vec::new();
    for mut item in cursor.group().into_iter().flat_map(Cursor::items) {
        let simple = item.peek(1).is_none_or(|next| {
            matches!(next.kind, TokenKind::Word | TokenKind::Quoted)
                || item.is_symbol(1, "(") && is_length(&item)
        });
        match item.name().filter(|_| simple) {
            Some(key) => dependent.columns.push(key),
            None => computed.extend(expression::columns(&item, table).own),
        }
    }
    if cursor.eat(&["INCLUDE"]) {
        dependent
            .columns
            .extend(cursor.group().map(Cursor::names).unwrap_or_default());
    }
    cursor.until(&["WHERE"]);
    if cursor.eat(&["WHERE"]) {
        computed.extend(expression::columns(cursor, table).own);
    }
    for (name, span) in computed {
        if dependent.columns.iter().all(|(key, _)| *key != name) {
            dependent.computed.push(name.clone());
        }
        dependent.columns.push((name, span));
    }
}

/// MySQL's `name(10)`: a prefix of the column, not a call.
fn is_length(item: &Cursor<'_>) -> bool {
    item.dialect() == Dialect::MySql
        && item
            .peek(2)
            .is_some_and(|token| token.kind == TokenKind::Number)
}

/// Reads what follows `CREATE [UNIQUE] INDEX`.
pub(super) fn index(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    cursor.eat(&["CONCURRENTLY"]);
    let if_not_exists = cursor.if_not_exists();
    let whole = cursor.span();
    let name = if cursor.is(&["ON"]) && !if_not_exists {
        None
    } else {
        cursor.path()
    };
    let span = name.as_ref().map_or(whole, |(_, span)| *span);
    cursor.until(&["ON"]);
    cursor.eat(&["ON"]);
    cursor.eat(&["ONLY"]);
    let (table, _) = cursor.table()?;
    let name = name.and_then(|(mut path, _)| path.pop());
    let mut dependent = new(DependentKind::Index, name, table.clone(), whole);
    index_keys(cursor, &mut dependent, &table);
    steps.push(SchemaChange::AddDependent(dependent), span);
    Some(())
}

/// Reads what follows `CREATE [CONSTRAINT] TRIGGER`.
pub(super) fn trigger(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    cursor.if_not_exists();
    let whole = cursor.span();
    let (name, span) = cursor.table()?;
    let mut events = cursor.until(&["ON"]);
    cursor.eat(&["ON"]);
    let (table, _) = cursor.table()?;
    let mut dependent = new(
        DependentKind::Trigger,
        Some(name.name.clone()),
        table.clone(),
        whole,
    );
    events.until(&["OF"]);
    if events.eat(&["OF"]) {
        dependent.columns = events.until(&["OR", "BEFORE", "AFTER"]).names();
    }
    cursor.until(&["WHEN", "EXECUTE", "BEGIN", "AS"]);
    if cursor.eat(&["WHEN"]) {
        let mut condition = cursor.until(&["EXECUTE", "BEGIN"]);
        if let Some(group) = condition.group() {
            dependent
                .columns
                .extend(expression::columns(&group, &table).own);
        } else {
            dependent
                .columns
                .extend(expression::columns(&condition, &table).own);
        }
    }
    if cursor.eat(&["EXECUTE"]) {
        cursor.eat_any(&["FUNCTION", "PROCEDURE"]);
        dependent.function = cursor.table().map(|(name, _)| name);
    } else {
        let body = TableName {
            schema: table.schema.clone(),
            name: name.name,
        };
        dependent.function = Some(body.clone());
        routine::trigger_body(cursor, body, span, steps);
    }
    steps.push(SchemaChange::AddDependent(dependent), span);
    Some(())
}

/// Reads what follows `CREATE POLICY`.
pub(super) fn policy(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    let whole = cursor.span();
    let (name, span) = cursor.name()?;
    cursor.eat(&["ON"]);
    let (table, _) = cursor.table()?;
    let mut dependent = new(DependentKind::Policy, Some(name), table.clone(), whole);
    while !cursor.is_done() {
        cursor.until(&["USING", "CHECK"]);
        cursor.bump();
        let Some(group) = cursor.group() else {
            continue;
        };
        let found = expression::columns(&group, &table);
        dependent.columns.extend(found.own);
        dependent.foreign.extend(found.foreign);
    }
    steps.push(SchemaChange::AddDependent(dependent), span);
    Some(())
}

/// Reads what follows `CREATE RULE`: `name AS ON event TO table [WHERE …] DO …`.
pub(super) fn rule(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    let whole = cursor.span();
    let (name, span) = cursor.name()?;
    cursor.until(&["TO"]);
    cursor.eat(&["TO"]);
    let (table, _) = cursor.table()?;
    let mut dependent = new(DependentKind::Other, Some(name), table.clone(), whole);
    dependent_expression(cursor, &mut dependent, &table);
    steps.push(SchemaChange::AddDependent(dependent), span);
    Some(())
}

/// Reads what follows `CREATE STATISTICS`: `[name] [(kinds)] ON columns FROM table`.
pub(super) fn statistics(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    cursor.if_not_exists();
    let whole = cursor.span();
    let (name, span) = cursor.table()?;
    cursor.until(&["ON"]);
    cursor.eat(&["ON"]);
    let on = cursor.until(&["FROM"]);
    cursor.eat(&["FROM"]);
    let (table, _) = cursor.table()?;
    let mut dependent = new(DependentKind::Other, Some(name.name), table.clone(), whole);
    dependent.columns = expression::columns(&on, &table).own;
    steps.push(SchemaChange::AddDependent(dependent), span);
    Some(())
}
