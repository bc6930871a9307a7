//! Asking the server: what each statement touches, and what would break it.

use super::server::Server;
use super::tree::{self, Columns, Pair, Relations};
use std::collections::BTreeSet;

/// What stands before a statement that is prepared: places in trees count from there.
const PREPARE: &str = "PREPARE q AS ";

/// The server's answer for one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    pub sql: String,
    pub columns: Columns,
    pub breaks: BTreeSet<Pair>,
}

/// The relations of the database.
pub fn relations(server: &Server) -> Result<Relations, String> {
    let rows = server.psql(
        "SELECT c.oid, CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END, a.attnum, a.attname
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast');",
        false,
    )?;
    let mut relations = Relations::new();
    for row in rows.lines() {
        let fields: Vec<&str> = row.split('|').collect();
        if let [oid, table, number, column] = fields.as_slice()
            && let (Ok(oid), Ok(number)) = (oid.parse(), number.parse())
        {
            relations
                .entry(oid)
                .or_insert_with(|| ((*table).to_owned(), std::collections::BTreeMap::new()))
                .1
                .insert(number, (*column).to_owned());
        }
    }
    Ok(relations)
}

/// What each statement touches: none where the server refuses it, with its message.
pub fn columns(
    server: &Server,
    relations: &Relations,
    statements: &[String],
) -> Result<Vec<Result<Columns, String>>, String> {
    let mut script = String::from(
        "SET client_min_messages = log; SET debug_pretty_print = off; SET debug_print_parse = on;\n",
    );
    for (at, sql) in statements.iter().enumerate() {
        script.push_str(&format!(
            "\\warn @@ {at}\n{PREPARE}{sql}\n;\nDEALLOCATE ALL;\n"
        ));
    }
    let said = server.psql(&script, true)?;
    let mut answers: Vec<Result<Columns, String>> =
        vec![Err("no answer".to_owned()); statements.len()];
    for section in said.split("@@ ").skip(1) {
        let (number, messages) = section.split_once('\n').unwrap_or((section, ""));
        let Some(at) = number.trim().parse::<usize>().ok() else {
            continue;
        };
        if let Some(answer) = answers.get_mut(at) {
            *answer = answer_in(messages, relations, &statements[at]);
        }
    }
    Ok(answers)
}

/// The answer in what the server said of one statement: its first parse tree, which is printed over many lines.
fn answer_in(messages: &str, relations: &Relations, sql: &str) -> Result<Columns, String> {
    if let Some((_, message)) = messages.split_once("ERROR:") {
        return Err(message.lines().next().unwrap_or_default().trim().to_owned());
    }
    for printed in messages.split("LOG:  parse tree:").skip(1) {
        let lines = printed
            .trim_start()
            .lines()
            .take_while(|line| !line.starts_with("psql:"));
        let text: String = lines.map(|line| format!("{line} ")).collect();
        let text = text.trim_start_matches("DETAIL:").trim_start();
        // The first tree may be that of PREPARE itself.
        if text.contains(":commandType 6") && !text.contains(":rtable ({") {
            continue;
        }
        if let Some(tree) = tree::parse(text) {
            return Ok(tree::columns(&tree, relations, &format!("{PREPARE}{sql}")));
        }
    }
    Err("no tree".to_owned())
}

/// For each statement the columns whose drop (with `CASCADE`) makes the server refuse it, and all that can be dropped.
pub fn breaks(
    server: &Server,
    statements: &[String],
) -> Result<(Vec<BTreeSet<Pair>>, BTreeSet<Pair>), String> {
    let rows = server.psql(
        "SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END, format('%I.%I', n.nspname, c.relname), a.attname, quote_ident(a.attname)
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attinhcount = 0 AND c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1, 3;",
        false,
    )?;
    let mut script = String::from("SET client_min_messages = error;\n");
    let mut columns: Vec<Pair> = Vec::new();
    for row in rows.lines() {
        let fields: Vec<&str> = row.split('|').collect();
        let [table, quoted, column, quoted_column] = fields.as_slice() else {
            continue;
        };
        let number = columns.len();
        columns.push(((*table).to_owned(), (*column).to_owned()));
        script.push_str(&format!("BEGIN;\n\\warn @@ {number} drop\nALTER TABLE {quoted} DROP COLUMN {quoted_column} CASCADE;\nSAVEPOINT s;\n"));
        for (at, sql) in statements.iter().enumerate() {
            script.push_str(&format!(
                "\\warn @@ {number} {at}\n{PREPARE}{sql}\n;\nROLLBACK TO s;\nDEALLOCATE ALL;\n"
            ));
        }
        script.push_str("ROLLBACK;\n");
    }
    let said = server.psql(&script, true)?;
    let mut broken = vec![BTreeSet::new(); statements.len()];
    let mut refused = BTreeSet::new();
    let (mut column, mut place) = (None, "");
    for line in said.lines() {
        if let Some((number, at)) = line
            .strip_prefix("@@ ")
            .and_then(|rest| rest.split_once(' '))
        {
            (column, place) = (
                number.parse::<usize>().ok().and_then(|at| columns.get(at)),
                at,
            );
        } else if line.contains("ERROR:")
            && let Some(pair) = column
        {
            match place
                .parse::<usize>()
                .ok()
                .and_then(|at| broken.get_mut(at))
            {
                Some(set) => {
                    set.insert(pair.clone());
                }
                None => {
                    refused.insert(pair.clone());
                }
            }
        }
    }
    broken
        .iter_mut()
        .for_each(|set| set.retain(|pair| !refused.contains(pair)));
    Ok((
        broken,
        columns
            .into_iter()
            .filter(|pair| !refused.contains(pair))
            .collect(),
    ))
}
