//! Each case is a block of SQL, a blank line before it, and what it must be read as: lines that begin with `--> `.

use super::schema_steps;
use impact_facts::{ColumnDefinition, Dependent, Dialect, SchemaChange, SchemaStep};

fn check(cases: &str, dialect: Dialect) {
    for block in cases.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let lines: Vec<&str> = block
            .lines()
            .filter_map(|line| line.strip_prefix("--> "))
            .collect();
        let steps = schema_steps(block, dialect);
        let found: Vec<String> = steps.iter().map(|step| render(step, block)).collect();
        assert_eq!(
            found,
            lines,
            "\n{block}\nis read as\n--> {}",
            found.join("\n--> ")
        );
    }
}

#[test]
fn postgres() {
    check(include_str!("cases/postgres.sql"), Dialect::Postgres);
}

#[test]
fn postgres_alter() {
    check(include_str!("cases/postgres_alter.sql"), Dialect::Postgres);
}

#[test]
fn mysql() {
    check(include_str!("cases/mysql.sql"), Dialect::MySql);
}

#[test]
fn sqlite() {
    check(include_str!("cases/sqlite.sql"), Dialect::Sqlite);
}

#[test]
fn sql_server() {
    check(include_str!("cases/tsql.sql"), Dialect::TSql);
}

#[test]
fn half_a_file_is_read_without_panic() {
    let text = include_str!("cases/postgres.sql");
    for (end, _) in text.char_indices() {
        let _ = schema_steps(&text[..end], Dialect::Postgres);
    }
}

fn render(step: &SchemaStep, text: &str) -> String {
    let span = &text[step.span.start as usize..step.span.end as usize];
    let change = match &step.change {
        SchemaChange::CreateTable(create) => {
            let columns: Vec<String> = create.columns.iter().map(column).collect();
            let dependents: Vec<String> = create
                .dependents
                .iter()
                .map(|d| dependent(d, text))
                .collect();
            let query = create
                .query
                .as_ref()
                .map(|query| format!(" as {:?}", query.sql));
            let query = query.unwrap_or_default();
            let foreign = create
                .foreign
                .as_ref()
                .map(|(server, schema)| format!(" at {server}.{schema}"));
            let foreign = foreign.unwrap_or_default();
            format!(
                "{:?} {}({}) {}{query}{foreign}",
                create.kind,
                create.name,
                columns.join(", "),
                dependents.join("; ")
            )
        }
        SchemaChange::CreateView(view) => {
            let at = &text[view.query.map.locate(0) as usize..][..view.query.sql.len()];
            assert_eq!(at, &*view.query.sql, "the query stands where it is said to");
            format!(
                "{:?} {}({}) {:?}",
                view.kind,
                view.name,
                view.query.columns.join(", "),
                view.query.sql
            )
        }
        SchemaChange::AddColumn {
            table,
            column: added,
            ..
        } => format!("add {table} {}", column(added)),
        SchemaChange::AddDependent(added) => dependent(added, text),
        SchemaChange::CreateFunction(function) => {
            let at = &text[function.map.locate(0) as usize..][..function.body.len()];
            assert_eq!(at, &*function.body, "the body stands where it is said to");
            let returns = function
                .returns_table
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            format!(
                "function {} {} [{}] {returns} {:?}",
                function.name,
                function.language,
                function.columns.join(", "),
                at
            )
        }
        other => format!("{other:?}"),
    };
    format!("{} @ {}", change.trim(), span.lines().next().unwrap_or(""))
}

fn column(column: &ColumnDefinition) -> String {
    let mut text = format!("{} {}", column.name, column.data_type);
    text.push_str(if column.nullable { "" } else { "!" });
    text.push_str(if column.has_default { "=" } else { "" });
    if !column.generated_from.is_empty() {
        text.push_str(&format!("<-{}", column.generated_from.join("+")));
    }
    text
}

fn dependent(dependent: &Dependent, text: &str) -> String {
    let columns: Vec<String> = dependent
        .columns
        .iter()
        .map(|(name, span)| {
            let written = &text[span.start as usize..span.end as usize];
            assert!(
                written.to_lowercase().contains(&name.to_lowercase()),
                "{written} names {name}"
            );
            let computed = if dependent.computed.contains(name) {
                "~"
            } else {
                ""
            };
            format!("{computed}{name}")
        })
        .collect();
    let foreign: Vec<String> = dependent
        .foreign
        .iter()
        .map(|(table, name)| format!("{table}.{name}"))
        .collect();
    let mut text = format!(
        "{:?} {}",
        dependent.kind,
        dependent.name.as_deref().unwrap_or("-")
    );
    text.push_str(&format!(" on {}({})", dependent.table, columns.join(", ")));
    if !foreign.is_empty() {
        text.push_str(&format!(" -> {}", foreign.join(", ")));
    }
    if let Some(function) = &dependent.function {
        text.push_str(&format!(" runs {function}"));
    }
    text
}
