//! `impact sql`: which columns statements touch, given a schema.

use crate::args::{LinesFormat, SqlArguments};
use crate::outcome::{Failure, Outcome};
use crate::output::print;
use crate::session::Session;
use impact_catalog::Replay;
use impact_extract::Packs;
use impact_facts::{Catalog, Dialect};
use impact_render::{SqlQuestion, sql_jsonl, sql_questions, sql_text};
use impact_scan::{ServiceArgument, Wanted, Workspace, read_file};
use impact_sql::{Answer, Schema, resolve, split};
use std::io::Read;
use std::path::Path;

pub fn run(session: &Session, arguments: &SqlArguments) -> Result<Outcome, Failure> {
    let schema = Schema::new(&catalog(session, arguments)?);
    let mut input = String::new();
    std::io::stdin()
        .read_to_string(&mut input)
        .map_err(|error| Failure::about("standard input", error))?;
    let mut report = String::new();
    for question in questions(&input, arguments.dialect)? {
        let found = resolve(&question.sql, &[], &schema);
        let answer = Answer::of(&found, &schema);
        report.push_str(&match arguments.format {
            LinesFormat::Jsonl => sql_jsonl(&question, &answer),
            LinesFormat::Text => sql_text(&question, &found, &answer),
        });
    }
    print(&report).map(|()| Outcome::Answered)
}

/// JSON lines if the input begins like one, else statements. A template begins with two marks.
fn questions(input: &str, dialect: Dialect) -> Result<Vec<SqlQuestion>, Failure> {
    let start = input.trim_start();
    let template = ["{{", "{%", "{#"]
        .iter()
        .any(|mark| start.starts_with(mark));
    if start.starts_with('{') && !template {
        return sql_questions(input).map_err(|error| Failure::about("standard input", error));
    }
    let statements = split(input, dialect).into_iter().filter_map(|span| {
        let sql = input.get(span.start as usize..span.end as usize)?.trim();
        (!sql.is_empty()).then(|| sql.to_owned())
    });
    Ok((1_u32..)
        .zip(statements)
        .map(|(number, sql)| SqlQuestion {
            id: number.into(),
            sql,
        })
        .collect())
}

/// What the schema paths describe, one after another.
fn catalog(session: &Session, arguments: &SqlArguments) -> Result<Catalog, Failure> {
    let mut catalog = Replay::new("main", arguments.dialect).finish();
    for path in &arguments.schema {
        catalog = if path.is_dir() {
            migrations(session, path, arguments.dialect, catalog)?
        } else {
            ddl(path, catalog)?
        };
    }
    Ok(catalog)
}

fn ddl(path: &Path, catalog: Catalog) -> Result<Catalog, Failure> {
    let bytes = read_file(path).map_err(|error| Failure::about(path.display(), error))?;
    let text = String::from_utf8_lossy(&bytes);
    let mut replay = Replay::resume(catalog);
    replay.read(&path.to_string_lossy(), &text);
    Ok(replay.finish())
}

/// A folder is read as a service is: its runner tells the order.
fn migrations(
    session: &Session,
    path: &Path,
    dialect: Dialect,
    before: Catalog,
) -> Result<Catalog, Failure> {
    let root = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let folder = std::path::absolute(path)?;
    let service = ServiceArgument {
        name: "schema".into(),
        path: folder.clone(),
    };
    let mut workspace = Workspace::of_services(root, &[service])?;
    for database in &mut workspace.databases {
        database.dialect = Some(dialect);
        database.schema = vec![folder.to_string_lossy().into()];
    }
    let indexes = session.scan(&workspace, &Packs::default(), &[], &Wanted::All);
    let mut found = indexes
        .into_iter()
        .flat_map(|index| index.catalogs)
        .next()
        .unwrap_or_default();
    for (name, relation) in before.relations {
        found.relations.entry(name).or_insert(relation);
    }
    Ok(found)
}
