//! Tables, indexes and keys, as chains of calls say them (sea-query 0.28 to 0.32).

use super::chain::Link;
use super::column::{self, Defined};
use super::iden;
use super::run::Run;
use impact_bind::ValueRef;
use impact_facts::{
    CreateTable, Dependent, DependentKind, RelationKind, SchemaChange, Span, TableName,
};

/// The table that a chain names by `.table(…)`, with where.
fn subject(run: &Run<'_, '_>, links: &[Link]) -> Option<(TableName, Span)> {
    let link = links
        .iter()
        .find(|link| matches!(link.name.as_str(), "table" | "table_auto"))?;
    let value = link.argument(0)?;
    Some((iden::table(run, value)?, run.span(value)))
}

pub(super) fn create(run: &mut Run<'_, '_>, links: &[Link], span: Span) {
    let Some((name, at)) = subject(run, links) else {
        return run.unknown("a table whose name is computed", "", span);
    };
    let mut table = CreateTable::new(name, RelationKind::Table);
    let mut open = Vec::new();
    for link in links {
        part(run, link, &mut table, &mut open);
    }
    let name = table.name.to_string();
    run.push(SchemaChange::CreateTable(table), at);
    for (what, at) in open {
        run.unknown(what, &name, at);
    }
}

fn part(
    run: &Run<'_, '_>,
    link: &Link,
    table: &mut CreateTable,
    open: &mut Vec<(&'static str, Span)>,
) {
    let value = link.argument(0);
    match link.name.as_str() {
        "if_not_exists" => table.if_not_exists = true,
        "table_auto" => {
            table.if_not_exists = true;
            timestamps(table, run.span(link.at));
        }
        "timestamps" => timestamps(table, run.span(link.at)),
        "col" => match value.and_then(|value| column::defined(run, value)) {
            Some(column) => {
                table.dependents.extend(column.dependents(&table.name));
                table.columns.push(column.definition());
            }
            None => open.push(("a column that is computed", run.span(link.at))),
        },
        "primary_key" | "index" | "foreign_key" => {
            let links = value.map(|value| run.chain(value)).unwrap_or_default();
            let kind = match link.name.as_str() {
                "primary_key" => DependentKind::PrimaryKey,
                "foreign_key" => DependentKind::ForeignKey,
                _ => DependentKind::Index,
            };
            let name = table.name.clone();
            let span = run.span(link.at);
            let made = dependent(run, &links, kind, Some(name), span);
            table.dependents.extend(made);
        }
        _ => {}
    }
}

/// `sea_orm_migration::schema::timestamps`: `created_at` and `updated_at`, filled in by the database.
fn timestamps(table: &mut CreateTable, span: Span) {
    for name in ["created_at", "updated_at"] {
        table.columns.push(impact_facts::ColumnDefinition {
            name: name.into(),
            data_type: "timestamp".into(),
            nullable: false,
            has_default: true,
            generated_from: Vec::new(),
            span,
        });
    }
}

pub(super) fn alter(run: &mut Run<'_, '_>, links: &[Link], span: Span) {
    let Some((table, _)) = subject(run, links) else {
        return run.unknown("a change of a table whose name is computed", "", span);
    };
    for link in links {
        alteration(run, link, &table);
    }
}

fn alteration(run: &mut Run<'_, '_>, link: &Link, table: &TableName) {
    let span = run.span(link.at);
    let done = match link.name.as_str() {
        "add_column" | "add_column_if_not_exists" => {
            let sure = link.name == "add_column";
            column_of(run, link).map(|column| add(run, table, &column, sure))
        }
        "modify_column" => column_of(run, link).map(|column| modify(run, table, column)),
        "drop_column" | "drop_column_if_exists" => name_of(run, link, 0).map(|(column, at)| {
            let table = table.clone();
            let cascade = false;
            run.push(
                SchemaChange::DropColumn {
                    table,
                    column: column.into(),
                    cascade,
                },
                at,
            );
        }),
        "rename_column" => {
            name_of(run, link, 0)
                .zip(name_of(run, link, 1))
                .map(|((from, at), (to, _))| {
                    let table = table.clone();
                    let (from, to) = (from.into(), to.into());
                    run.push(SchemaChange::RenameColumn { table, from, to }, at);
                })
        }
        "drop_foreign_key" => {
            if let Some((name, at)) = name_of(run, link, 0) {
                drop_named(run, Some(table.clone()), &name, at);
            }
            Some(())
        }
        "add_foreign_key" => {
            let links = link.argument(0).map(|value| run.chain(value));
            let links = links.unwrap_or_default();
            let kind = DependentKind::ForeignKey;
            if let Some(made) = dependent(run, &links, kind, Some(table.clone()), span) {
                run.push(SchemaChange::AddDependent(made), span);
            }
            Some(())
        }
        _ => Some(()),
    };
    if done.is_none() {
        run.unknown("a column that is computed", &table.to_string(), span);
    }
}

fn column_of(run: &Run<'_, '_>, link: &Link) -> Option<Defined> {
    column::defined(run, link.argument(0)?)
}

fn name_of(run: &Run<'_, '_>, link: &Link, place: usize) -> Option<(String, Span)> {
    let value = link.argument(place)?;
    Some((iden::name(run, value)?, run.span(value)))
}

fn add(run: &mut Run<'_, '_>, table: &TableName, column: &Defined, sure: bool) {
    let change = SchemaChange::AddColumn {
        table: table.clone(),
        column: column.definition(),
        if_not_exists: !sure,
    };
    run.push(change, column.span);
    for dependent in column.dependents(table) {
        run.push(SchemaChange::AddDependent(dependent), column.span);
    }
}

fn modify(run: &mut Run<'_, '_>, table: &TableName, column: Defined) {
    let data_type = Some(column.data_type.as_str()).filter(|said| !said.is_empty());
    let change = SchemaChange::AlterColumn {
        table: table.clone(),
        column: column.name.as_str().into(),
        data_type: data_type.map(Into::into),
        nullable: column.nullable,
        has_default: column.has_default.then_some(true),
    };
    run.push(change, column.span);
}

/// `Table::drop().table(a).table(b)`.
pub(super) fn drop(run: &mut Run<'_, '_>, links: &[Link], span: Span) {
    let has = |name: &str| links.iter().any(|link| link.name == name);
    let (if_exists, cascade) = (has("if_exists"), has("cascade"));
    let named = links.iter().filter(|link| link.name == "table");
    let named: Vec<Option<ValueRef>> = named.map(|link| link.argument(0)).collect();
    if named.is_empty() {
        return run.unknown("a table whose name is computed", "", span);
    }
    for value in named {
        match value.and_then(|value| Some((iden::table(run, value)?, run.span(value)))) {
            Some((name, at)) => run.push(
                SchemaChange::DropRelation {
                    name,
                    if_exists,
                    cascade,
                },
                at,
            ),
            None => run.unknown("a table whose name is computed", "", span),
        }
    }
}

/// `Table::rename().table(from, to)`.
pub(super) fn rename(run: &mut Run<'_, '_>, links: &[Link], span: Span) {
    let link = links.iter().find(|link| link.name == "table");
    let name = |place: usize| iden::table(run, link?.argument(place)?);
    match name(0).zip(name(1)) {
        Some((from, to)) => {
            let at = link.and_then(|link| link.argument(0));
            let at = at.map_or(span, |value| run.span(value));
            run.push(SchemaChange::RenameRelation { from, to }, at);
        }
        None => run.unknown("a table whose name is computed", "", span),
    }
}

/// `Index::create()`, `ForeignKey::create()` by themselves.
pub(super) fn create_dependent(run: &mut Run<'_, '_>, links: &[Link], span: Span) {
    let key = links
        .first()
        .is_some_and(|link| link.name == "ForeignKey::create");
    let kind = match key {
        true => DependentKind::ForeignKey,
        false => DependentKind::Index,
    };
    match dependent(run, links, kind, None, span) {
        Some(made) => run.push(SchemaChange::AddDependent(made), span),
        None => run.unknown(
            "an index or key of a table whose name is computed",
            "",
            span,
        ),
    }
}

/// `Index::drop()`, `ForeignKey::drop()`.
pub(super) fn drop_dependent(run: &mut Run<'_, '_>, links: &[Link], span: Span) {
    let table = subject(run, links).map(|(table, _)| table);
    let named = links.iter().find(|link| link.name == "name");
    if let Some((name, at)) = named.and_then(|link| name_of(run, link, 0)) {
        drop_named(run, table, &name, at);
    } else if let Some(table) = table {
        run.unknown(
            "an index or key whose name is computed",
            &table.to_string(),
            span,
        );
    }
}

fn drop_named(run: &mut Run<'_, '_>, table: Option<TableName>, name: &str, at: Span) {
    let name = name.into();
    run.push(SchemaChange::DropDependent { table, name }, at);
}

pub(super) fn blank(kind: DependentKind, table: &TableName, span: Span) -> Dependent {
    Dependent {
        kind,
        name: None,
        table: table.clone(),
        columns: Vec::new(),
        computed: Vec::new(),
        foreign: Vec::new(),
        function: None,
        span,
    }
}

/// An index, primary key or foreign key; none if it says no table and is given none.
fn dependent(
    run: &Run<'_, '_>,
    links: &[Link],
    kind: DependentKind,
    table: Option<TableName>,
    span: Span,
) -> Option<Dependent> {
    let own = links.iter().find_map(|link| match link.name.as_str() {
        "table" | "from" | "from_tbl" => iden::table(run, link.argument(0)?),
        _ => None,
    });
    let mut made = blank(kind, &own.or(table)?, span);
    let mut target: Option<TableName> = None;
    let mut columns: Vec<Box<str>> = Vec::new();
    for link in links {
        match link.name.as_str() {
            "name" => made.name = name_of(run, link, 0).map(|(name, _)| name.into()),
            "unique" if kind == DependentKind::Index => made.kind = DependentKind::Unique,
            "primary" => made.kind = DependentKind::PrimaryKey,
            "col" | "from_col" => made.columns.extend(names_of(run, link, 0)),
            "from" => made.columns.extend(names_of(run, link, 1)),
            "to" => {
                target = link.argument(0).and_then(|value| iden::table(run, value));
                columns.extend(names_of(run, link, 1).into_iter().map(|(name, _)| name));
            }
            "to_tbl" => target = link.argument(0).and_then(|value| iden::table(run, value)),
            "to_col" => columns.extend(names_of(run, link, 0).into_iter().map(|(name, _)| name)),
            _ => {}
        }
    }
    if let Some(target) = target {
        made.foreign = columns
            .into_iter()
            .map(|column| (target.clone(), column))
            .collect();
    }
    Some(made)
}

/// A name, or the names of a tuple: `.from(Line::Table, (Line::Order, Line::Place))`.
fn names_of(run: &Run<'_, '_>, link: &Link, place: usize) -> Vec<(Box<str>, Span)> {
    let Some(value) = link.argument(place) else {
        return Vec::new();
    };
    if let Some((name, span)) = name_of(run, link, place) {
        return vec![(name.into(), span)];
    }
    let parts = crate::declare::values::items(run.program, value).unwrap_or_default();
    parts
        .into_iter()
        .filter_map(|part| Some((iden::name(run, part)?.into(), run.span(part))))
        .collect()
}
