//! A case is a file with several files in it, each after a line `=== path`; the last, `=== expect`, says what is
//! declared of them.

use super::{Declarations, DeclareOptions, declare};
use impact_bind::{Program, SourceFile, Sources, Stub};
use impact_extract::{Packs, extract, language_of};
use impact_facts::{Contraction, Dialect, FileFacts, Model, Relationship};

fn check(case: &str) {
    let mut parts: Vec<(&str, &str)> = case
        .split("=== ")
        .filter_map(|part| part.split_once('\n'))
        .map(|(path, text)| (path.trim(), text))
        .collect();
    let expected = parts
        .pop()
        .filter(|(path, _)| *path == "expect")
        .map_or("", |(_, text)| text.trim());
    let found = render(&declared(&parts));
    assert_eq!(found.trim(), expected, "\n{found}");
}

fn declared(files: &[(&str, &str)]) -> Declarations {
    let packs = Packs::builtin();
    let facts: Vec<(&str, FileFacts)> = files
        .iter()
        .filter_map(|(path, text)| {
            let language = language_of(path, text.as_bytes())?;
            Some((*path, extract(text.as_bytes(), language, &packs)))
        })
        .collect();
    let sources: Vec<SourceFile<'_>> = facts
        .iter()
        .map(|(path, facts)| SourceFile { path, facts })
        .collect();
    let stubs: Vec<(&str, FileFacts)> = packs
        .stubs()
        .map(|stub| {
            (
                &*stub.module,
                extract(stub.text.as_bytes(), stub.language, &packs),
            )
        })
        .collect();
    let stubs: Vec<Stub<'_>> = stubs
        .iter()
        .map(|(name, facts)| Stub { name, facts })
        .collect();
    let program = Program::new(Sources {
        files: &sources,
        libraries: &[],
        stubs: &stubs,
    });
    let options = DeclareOptions {
        service: "s",
        database: "main",
        dialect: Dialect::Postgres,
        schema: &[],
    };
    declare(&program, &options)
}

fn render(declarations: &Declarations) -> String {
    let mut lines = Vec::new();
    for catalog in &declarations.catalogs {
        for (name, relation) in &catalog.relations {
            let columns: Vec<&str> = relation
                .columns
                .iter()
                .map(|column| &*column.name)
                .collect();
            lines.push(format!(
                "{:?} {}.{name}({})",
                relation.origin,
                catalog.database,
                columns.join(", ")
            ));
            let past = relation.past.iter().map(|past| match &past.renamed_to {
                Some(to) => format!("  was {} > {to}", past.name),
                None => format!("  was {}", past.name),
            });
            lines.extend(past);
        }
        lines.extend(
            catalog
                .dropped
                .keys()
                .map(|name| format!("dropped {}.{name}", catalog.database)),
        );
        lines.extend(
            catalog
                .unknown
                .iter()
                .map(|step| format!("unknown {}", step.reason)),
        );
    }
    let own = |model: &&Model| !model.name.starts_with("django.");
    lines.extend(declarations.models.iter().filter(own).map(model));
    for one in &declarations.migrations {
        lines.push(format!("{} {} {}", one.order, one.runner, one.revision));
        lines.extend(one.contractions.iter().map(contraction));
        let unread = one.unread.iter();
        lines.extend(unread.map(|statement| format!("  ? {}", statement.reason)));
    }
    lines.join("\n")
}

/// `  rename users.email > email_address, made by 0`.
fn contraction(one: &Contraction) -> String {
    let column = one.column.as_ref().map(|name| format!(".{name}"));
    let to = one.renamed_to.as_ref().map(|to| format!(" > {to}"));
    let by = one.made_by.map(|order| format!(", made by {order}"));
    let [column, to, by] = [column, to, by].map(Option::unwrap_or_default);
    format!("  {} {}{column}{to}{by}", one.change.name(), one.table)
}

fn model(model: &Model) -> String {
    let table = model
        .table
        .as_ref()
        .map_or("-".to_owned(), ToString::to_string);
    let fields: Vec<String> = model
        .fields
        .iter()
        .map(|field| match field.name == field.column {
            true => field.name.to_string(),
            false => format!("{}={}", field.name, field.column),
        })
        .collect();
    let mut text = format!("model {} {table}({})", model.name, fields.join(", "));
    if !model.ordering.is_empty() {
        text.push_str(&format!(" by {}", model.ordering.join(", ")));
    }
    if !model.parents.is_empty() {
        text.push_str(&format!(" of {}", model.parents.join(", ")));
    }
    for relation in &model.relations {
        text.push_str(&format!("\n  {}", relationship(relation)));
    }
    text
}

fn relationship(relation: &Relationship) -> String {
    let direction = if relation.reverse { "<-" } else { "->" };
    let many = if relation.many { "*" } else { "" };
    let target = relation.target.as_deref().unwrap_or("?");
    let mut text = format!(
        "{} {direction} {target}{many} {}:{}",
        relation.name,
        relation.local.join("+"),
        relation.remote.join("+")
    );
    if let Some((table, columns)) = &relation.through {
        text.push_str(&format!(" through {table}({})", columns.join(", ")));
    }
    if let Some(name) = &relation.query_name {
        text.push_str(&format!(" as {name}"));
    }
    text
}

#[test]
fn django_models() {
    check(include_str!("cases/django_models.txt"));
}

#[test]
fn django_migrations() {
    check(include_str!("cases/django_migrations.txt"));
}

#[test]
fn sql_runners_and_dumps() {
    check(include_str!("cases/sql.txt"));
}

#[test]
fn what_migrations_take() {
    check(include_str!("cases/contractions.txt"));
}

#[test]
fn classes_with_fields() {
    check(include_str!("cases/class_fields.txt"));
}

#[test]
fn sea_query_migrations() {
    check(include_str!("cases/sea_query.txt"));
}

#[test]
fn the_same_migrations_for_several_databases() {
    check(include_str!("cases/dialects.txt"));
}

#[test]
fn table_names_that_functions_make() {
    check(include_str!("cases/table_names.txt"));
}
