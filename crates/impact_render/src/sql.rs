//! Questions about SQL texts, and their answers, as JSON lines.

use impact_sql::Answer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A text with what names it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SqlQuestion {
    /// As the asker names it; statements of a plain text are numbered from 1.
    #[serde(default)]
    pub id: Value,
    /// One statement or several.
    pub sql: String,
}

/// One answer of the public format.
#[derive(Serialize)]
struct SqlDocument<'a> {
    id: &'a Value,
    #[serde(flatten)]
    answer: &'a Answer,
}

/// Reads JSON lines with `id` and `sql`.
///
/// # Errors
/// The first line that is none, in words, with its number.
pub fn sql_questions(input: &str) -> Result<Vec<SqlQuestion>, String> {
    let lines = (1..)
        .zip(input.lines())
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| question(line).ok_or_else(|| not_a_question(number)))
        .collect()
}

fn question(line: &str) -> Option<SqlQuestion> {
    serde_json::from_str(line).ok()
}

fn not_a_question(number: usize) -> String {
    format!(r#"line {number} is not of the form {{"id": …, "sql": "…"}}"#)
}

/// One answer as a line of JSON.
#[must_use]
pub fn sql_jsonl(question: &SqlQuestion, answer: &Answer) -> String {
    let document = SqlDocument {
        id: &question.id,
        answer,
    };
    serde_json::to_string(&document)
        .map(|line| line + "\n")
        .unwrap_or_default()
}
