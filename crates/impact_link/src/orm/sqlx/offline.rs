//! Offline data of sqlx: `.sqlx/query-*.json` (0.7 and 0.8), `sqlx-data.json` (0.5 and 0.6).
//!
//! As `cargo sqlx prepare` writes it, each entry holds the text of a statement that a macro was checked with. A file whose
//! statements all stand in the code is written by a program and holds nothing new. A statement that no code has is stale, or
//! a macro holds it that is not read: what it touches stays open.
//! <https://docs.rs/sqlx-cli/latest/sqlx_cli/>

use super::NAME;
use crate::effect::{Blind, site};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_facts::{Assembled, BlindReason, ExpressionId, ExpressionKind, FileId, Language, Reach};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Whether a file is offline data, by its path.
#[must_use]
fn is_offline(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let entry = name.starts_with("query-") && name.ends_with(".json");
    let folder = folder.rsplit('/').next() == Some(".sqlx");
    (entry && folder) || name == "sqlx-data.json"
}

/// Compares the offline data of the service with the statements that its code has.
pub(crate) fn finish(cx: &mut Evaluator<'_>) {
    let own = cx.program.files().take(cx.program.own_files() as usize);
    let files: Vec<FileId> = own
        .filter(|file| cx.program.facts(*file).language == Language::Json)
        .filter(|file| is_offline(cx.program.path(*file)))
        .collect();
    if files.is_empty() {
        return;
    }
    let known: BTreeSet<String> = cx.resolved_texts().map(plain).collect();
    for file in files {
        let mut whole = true;
        for id in queries(cx, file) {
            whole &= entry(cx, file, id, &known);
        }
        if whole {
            cx.written_by_programs.insert(file);
        }
    }
}

/// A statement as it is compared.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").trim_end_matches(';').trim_end().to_owned()
}

/// The texts under `query` in a file.
fn queries(cx: &Evaluator<'_>, file: FileId) -> Vec<ExpressionId> {
    let module = cx.program.module(file);
    let mut found = Vec::new();
    for expression in &module.expressions {
        let ExpressionKind::Collection(of) = &expression.kind else {
            continue;
        };
        for item in &of.items {
            let key = item.key.and_then(|key| module.plain_text(key));
            if key.as_deref() == Some("query") {
                found.push(item.value);
            }
        }
    }
    found
}

/// Resolves a statement where it stands. Whether the code has it.
fn entry(cx: &mut Evaluator<'_>, file: FileId, id: ExpressionId, known: &BTreeSet<String>) -> bool {
    let module = cx.program.module(file);
    let span = module.expression(id).span;
    let mut met = true;
    cx.within_code(file, span, |cx| {
        let value = cx.evaluate(id);
        let texts: Vec<Arc<Assembled>> = value.texts().cloned().collect();
        for text in texts {
            if known.contains(&plain(&text.text)) {
                cx.sql_text(&text, span, NAME);
            } else {
                met = false;
                stale(cx, &Atom::Text(text).into(), id);
            }
        }
    });
    met
}

fn stale(cx: &mut Evaluator<'_>, text: &Value, id: ExpressionId) {
    let span = cx.module().expression(id).span;
    let columns = cx.sql_columns(text);
    cx.sql_is_met(text);
    cx.blind(Blind {
        site: site(cx.file, span),
        reason: BlindReason::DynamicSql,
        access: None,
        message: "offline data of sqlx for a statement that no code has: stale, or in a macro that is not read; \
                  `cargo sqlx prepare` would decide it"
            .into(),
        reach: Reach::Columns(columns),
    });
}

#[cfg(test)]
mod tests {
    use super::{is_offline, plain};

    #[test]
    fn offline_data_is_known_by_its_path() {
        assert!(is_offline("crates/db/.sqlx/query-00ff.json"));
        assert!(is_offline("api/sqlx-data.json"));
        assert!(!is_offline("data/query-00ff.json"));
    }

    #[test]
    fn statements_are_compared_by_their_words() {
        assert_eq!(plain("select a\n  from t ;"), "select a from t");
    }
}
