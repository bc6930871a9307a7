//! Files of the tree that code reads by name, and the statements in them: `open("report.sql").read()`,
//! `Path(__file__).parent / "report.sql"`, `importlib.resources`, `pkgutil`, a Jinja environment's templates, and files of
//! named queries.
//!
//! Of a path only the part behind what is not known counts: a file is meant if its path ends with that.
//!
//! Facts: Python 3.12 `pathlib`, `importlib.resources`, `pkgutil`; Jinja 3.1 `Environment.get_template`; aiosql 13 and pugsql
//! 0.2 ("-- name: get-user^" stands over each query, hyphens are underscores in Python).

use crate::door::{CallSite, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Dictionary, Object, Value};
use impact_facts::{Assembled, Certainty, ExpressionKind, FileId, Language, Statement};
use impact_sql::looks_like_sql;
use std::sync::Arc;

/// The name of the door.
const FILES: &str = "python/files";
/// What the end of a path is kept under.
const TAIL: &str = "tail:";
/// What the texts of named queries are kept under.
const TEXT: &str = "text";
/// More files than this with one ending: none is meant.
const MAX_FILES: usize = 64;
/// More ends of a path than this come of what is joined: only what stands last counts.
const MAX_ENDS: usize = 64;
/// More parts of a path than this do not tell more.
const MAX_PARTS: usize = 8;

/// Files that code reads by name.
#[derive(Debug)]
pub(crate) struct Files;

/// What a function outside the tree makes of its arguments.
#[derive(Debug, Clone, Copy)]
enum Makes {
    /// A path of all of them.
    Path,
    /// The same, where it ends in a file of SQL.
    SqlPath,
    /// The text of the file that the second argument names.
    Resource,
    /// The queries of files under their names.
    Queries,
    /// A template whose text is the argument.
    Template,
}

const FUNCTIONS: &[(&str, Makes)] = &[
    ("builtins.open", Makes::SqlPath),
    ("io.open", Makes::SqlPath),
    ("codecs.open", Makes::SqlPath),
    ("aiofiles.open", Makes::SqlPath),
    ("os.path.join", Makes::SqlPath),
    ("os.path.abspath", Makes::SqlPath),
    ("pathlib.Path", Makes::Path),
    ("pathlib.PurePath", Makes::Path),
    ("pathlib.PosixPath", Makes::Path),
    ("anyio.Path", Makes::Path),
    ("importlib.resources.files", Makes::Path),
    ("importlib_resources.files", Makes::Path),
    ("pkgutil.get_data", Makes::Resource),
    ("importlib.resources.read_text", Makes::Resource),
    ("importlib.resources.read_binary", Makes::Resource),
    ("importlib.resources.open_text", Makes::Resource),
    ("pkg_resources.resource_string", Makes::Resource),
    ("aiosql.from_path", Makes::Queries),
    ("aiosql.from_str", Makes::Queries),
    ("anosql.from_path", Makes::Queries),
    ("pugsql.module", Makes::Queries),
    ("jinja2.Template", Makes::Template),
    ("jinja2.environment.Template", Makes::Template),
    (
        "jinja2.sandbox.SandboxedEnvironment.from_string",
        Makes::Template,
    ),
];

impl Door for Files {
    fn name(&self) -> &'static str {
        FILES
    }

    fn stays(&self) -> bool {
        true
    }

    fn attribute(
        &self,
        _cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        let Atom::Object(object) = of else {
            return None;
        };
        match (object.door, object.kind) {
            (FILES, "path") if member.name == "parent" => Some(path(Vec::new())),
            (FILES, "queries") if named(object, member.name).is_empty() => Some(of.clone().into()),
            _ => None,
        }
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(name) => {
                let (_, makes) = FUNCTIONS.iter().find(|(known, _)| **known == **name)?;
                function(cx, *makes, call)
            }
            Atom::Member(of, name) => match &**of {
                Atom::Object(object) if object.door == FILES && object.kind == "path" => {
                    method(cx, object, name, call)
                }
                Atom::Object(object) if object.door == FILES && object.kind == TEMPLATE => {
                    let text = object.values.get(TEXT)?.clone();
                    let renders = matches!(&**name, "render" | "render_async" | "generate");
                    renders.then(|| rendered(cx, &text, call))
                }
                Atom::Object(object) if object.door == FILES => Some(run(cx, object, name, call)),
                _ if &**name == "from_string" && cx.is(Language::Python) => {
                    template(&call.value(0, "source"))
                }
                // JinjaSql 0.1: a query and its parameters.
                _ if &**name == "prepare_query" && cx.is(Language::Python) => {
                    let of = template(&call.value(0, "source"))?;
                    let text = of.atoms().iter().find_map(|atom| match atom {
                        Atom::Object(object) => object.values.get(TEXT).cloned(),
                        _ => None,
                    })?;
                    let query = rendered(cx, &text, call);
                    Some(Value::tuple(vec![query, Value::unknown("parameters")]))
                }
                // A template loader's file.
                _ if matches!(&**name, "get_template" | "select_template") => {
                    sql_path(tails(&call.value(0, "name")))
                }
                _ => None,
            },
            _ => None,
        }
    }
}

fn function(cx: &mut Evaluator<'_>, makes: Makes, call: &CallSite<'_>) -> Option<Value> {
    let all = || {
        let given = call.positional().map(|argument| tails(&argument.value));
        given.fold(Vec::new(), |before, next| joined(&before, &next))
    };
    match makes {
        Makes::Path => Some(path(all())),
        Makes::SqlPath => sql_path(match call.positional().count() {
            0 => tails(&call.value(0, "file")),
            // The mode of a file that is opened is no part of its path.
            _ if all().iter().all(|tail| !is_sql(tail)) => tails(&call.at(0)?.value),
            _ => all(),
        }),
        Makes::Resource => text(cx, &tails(&call.at(1)?.value)),
        Makes::Queries => queries(cx, &call.at(0)?.value),
        Makes::Template => template(&call.value(0, "source")),
    }
}

/// The kind of a template whose text stands in the code.
const TEMPLATE: &str = "template";

/// A template of SQL; none if its text is none.
fn template(text: &Value) -> Option<Value> {
    let sql = text.filter(|atom| matches!(atom, Atom::Text(text) if looks_like_sql(&text.text)));
    let made = Object::new(FILES, TEMPLATE, None);
    (!sql.is_nothing()).then(|| made.with_value(TEXT, sql).into())
}

/// What a template makes of the values that it is given.
fn rendered(cx: &Evaluator<'_>, of: &Value, call: &CallSite<'_>) -> Value {
    let mut values = Dictionary::default();
    for argument in call.arguments {
        match &argument.name {
            Some((name, _)) => {
                values.known.insert(name.clone(), argument.value.clone());
            }
            None => crate::expression::merge(&mut values, &argument.value),
        }
    }
    let texts = of.texts();
    let made = texts.map(|text| super::jinja::rendered(cx, text, &values, call.span));
    Value::any_of(made.map(|text| Atom::Text(Arc::new(text)))).at_most(Certainty::Likely)
}

/// Methods of a path, and of the file or template that it leads to.
fn method(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let own: Vec<String> = object.words_after(TAIL).map(str::to_owned).collect();
    match name {
        "/" | "joinpath" | "with_name" => {
            let given = call.positional().map(|argument| tails(&argument.value));
            Some(path(given.fold(own, |before, next| joined(&before, &next))))
        }
        "read_text" | "read_bytes" | "read" | "render" | "decode" => text(cx, &own),
        "open" | "resolve" | "absolute" | "expanduser" => Some(object.clone().into()),
        _ => None,
    }
}

/// A path that ends in one of some ways; in any way if none is known.
fn path(tails: Vec<String>) -> Value {
    let object = Object::new(FILES, "path", None);
    let words = tails.iter().map(|tail| format!("{TAIL}{tail}"));
    words
        .fold(object, |object, word| object.with_word(&word))
        .into()
}

fn sql_path(tails: Vec<String>) -> Option<Value> {
    tails
        .iter()
        .any(|tail| is_sql(tail))
        .then(|| path(tails.clone()))
}

fn is_sql(tail: &str) -> bool {
    let name = tail.rsplit('/').next().unwrap_or(tail);
    name.ends_with(".sql") || name.contains(".sql.")
}

/// How a path may end: what of each text stands behind its last hole.
fn tails(of: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for atom in of.atoms() {
        match atom {
            Atom::Text(text) => {
                let from = text.holes.last().map_or(0, |hole| hole.end as usize);
                found.extend(text.text.get(from..).map(str::to_owned));
            }
            Atom::Object(object) if object.door == FILES => {
                found.extend(object.words_after(TAIL).map(str::to_owned));
            }
            _ => {}
        }
    }
    found
}

/// Each of some beginnings with each of some ends behind it. What stands behind an end that is not known is the end.
fn joined(before: &[String], after: &[String]) -> Vec<String> {
    if after.is_empty() {
        return Vec::new();
    }
    if before.is_empty() || before.len() * after.len() > MAX_ENDS {
        return after.to_vec();
    }
    let both = before.iter().flat_map(|first| {
        let first = first.trim_end_matches('/');
        after.iter().map(move |second| format!("{first}/{second}"))
    });
    let mut both: Vec<String> = both.map(|path| last_parts(&path).to_owned()).collect();
    both.sort_unstable();
    both.dedup();
    both
}

/// The last parts of a path.
fn last_parts(path: &str) -> &str {
    let from = path.rmatch_indices('/').nth(MAX_PARTS - 1);
    from.map_or(path, |(at, _)| path.split_at(at + 1).1)
}

/// The parts of a path that tell a file: nothing of what leads out of a folder.
fn normal(tail: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in tail.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The SQL files whose path ends so, or that lie in a folder whose path does.
fn files(cx: &Evaluator<'_>, tail: &str, folders: bool) -> Vec<FileId> {
    let tail = normal(tail);
    if tail.is_empty() {
        return Vec::new();
    }
    let means = |path: &str| {
        let path = format!("/{path}");
        path.ends_with(&format!("/{tail}")) || (folders && path.contains(&format!("/{tail}/")))
    };
    let all = cx.program.files().filter(|file| {
        cx.program.facts(*file).language == Language::Sql && means(cx.program.path(*file))
    });
    all.take(MAX_FILES + 1).collect()
}

/// The texts of the files that a path may mean.
fn texts(cx: &Evaluator<'_>, tails: &[String], folders: bool) -> Value {
    let found: Vec<FileId> = tails
        .iter()
        .flat_map(|tail| files(cx, tail, folders))
        .collect();
    if found.len() > MAX_FILES {
        return Value::nothing();
    }
    let texts = found.into_iter().filter_map(|file| whole(cx, file));
    texts.fold(Value::nothing(), |all, one| all.or(&one))
}

/// The text of a file of SQL; of its branches the first, the others are read where they stand.
fn whole(cx: &Evaluator<'_>, file: FileId) -> Option<Value> {
    let module = cx.program.module(file);
    let text = module
        .body
        .statements
        .iter()
        .find_map(|statement| match statement {
            Statement::Do(id) => match module.expression(*id).kind {
                ExpressionKind::Text(text) => Some(text),
                _ => None,
            },
            _ => None,
        })?;
    let text = crate::sql::assemble(file, &module.text(text).pieces);
    Some(Atom::Text(Arc::new(text)).into())
}

fn text(cx: &Evaluator<'_>, tails: &[String]) -> Option<Value> {
    let found = texts(cx, tails, false);
    (!found.is_nothing()).then_some(found)
}

/// `aiosql.from_path("sql", "asyncpg")`: the queries of a file, or of all files of a folder.
fn queries(cx: &Evaluator<'_>, of: &Value) -> Option<Value> {
    let mut found =
        of.filter(|atom| matches!(atom, Atom::Text(text) if header(&text.text).is_some()));
    found = found.or(&texts(cx, &tails(of), true));
    let made = Object::new(FILES, "queries", None);
    (!found.is_nothing()).then(|| made.with_value(TEXT, found).into())
}

/// The name of the query that a line stands over.
fn header(line: &str) -> Option<String> {
    let rest = line.trim_start().strip_prefix("--")?.trim_start();
    let rest = rest.strip_prefix("name:")?.trim_start();
    let name: String = rest
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        .collect();
    (!name.is_empty()).then(|| name.replace('-', "_"))
}

/// The names of the queries that an object of these has.
pub(super) fn query_names(of: &Object) -> Option<std::collections::BTreeSet<String>> {
    let own = of.door == FILES && of.kind == "queries";
    let texts = of.values.get(TEXT).into_iter().flat_map(Value::texts);
    own.then(|| {
        texts
            .flat_map(|text| text.text.lines().filter_map(header).collect::<Vec<_>>())
            .collect()
    })
}

/// The queries of a name: from behind their header to the next.
fn named(of: &Object, name: &str) -> Vec<Assembled> {
    let name = name.strip_suffix("_cursor").unwrap_or(name);
    let mut found = Vec::new();
    for text in of.values.get(TEXT).into_iter().flat_map(Value::texts) {
        let (mut at, mut from) = (0, None);
        for line in text.text.split_inclusive('\n') {
            if let Some(next) = header(line) {
                let begun: Option<usize> = from.take();
                found.extend(begun.map(|from| crate::text::part(text, from, at)));
                from = (next == name).then_some(at + line.len());
            }
            at += line.len();
        }
        found.extend(from.map(|from| crate::text::part(text, from, at)));
    }
    found
}

/// `queries.get_user(connection, id=1)` runs it and answers with its rows.
fn run(cx: &mut Evaluator<'_>, object: &Object, name: &str, call: &CallSite<'_>) -> Value {
    let all = named(object, name).into_iter();
    let sql = Value::any_of(all.map(|text| Atom::Text(Arc::new(text))));
    if sql.is_nothing() {
        return Value::unknown("a query of no known name");
    }
    cx.sql_value(&sql, call.span, FILES);
    super::rows::of_statement(&sql)
}
