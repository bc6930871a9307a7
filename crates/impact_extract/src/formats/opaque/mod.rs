//! Languages without a front end: string literals that look like SQL become texts with a tag, all else is only counted.
//!
//! The search goes from SQL's own keywords to the literal that one stands at the beginning of, so that no language's
//! grammar is needed: quotes of every kind, here-documents, markup and `key=value` lines are told by what is before it.

mod begin;
mod body;
mod join;

use crate::builder::ModuleBuilder;
use crate::source::Source;
use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use body::Draft;
use impact_facts::{
    Block, Capture, Captured, ExpressionId, ProblemKind, Span, Statement, Tag, TagKind,
};
use std::sync::OnceLock;

/// The pack that the front end itself stands for.
const PACK: &str = "other";

/// How many bytes of candidates are read in any file, besides four times its size.
const MIN_WORK: usize = 1 << 20;

/// What statements begin with.
const KEYWORDS: &[&str] = &[
    "select", "insert", "update", "delete", "merge", "with", "create", "alter", "drop", "truncate",
    "refresh", "copy", "call",
];

/// What a statement that begins with a word has, too: the one or the other, upper-cased. Else it is prose.
const SHAPES: &[(&str, &[&str])] = &[
    ("SELECT", &[" FROM ", " FROM(", "\nFROM "]),
    ("INSERT", &["INSERT INTO ", "INSERT OR ", "INSERT IGNORE "]),
    ("UPDATE", &[" SET "]),
    ("DELETE", &["DELETE FROM "]),
    ("MERGE", &["MERGE INTO "]),
    (
        "WITH",
        &["(SELECT ", "( SELECT ", "(INSERT ", "(UPDATE ", "(DELETE "],
    ),
    (
        "CREATE",
        &[" TABLE ", " VIEW ", " INDEX ", " TRIGGER ", " FUNCTION "],
    ),
    ("ALTER", &["ALTER TABLE ", "ALTER VIEW "]),
    ("DROP", &["DROP TABLE ", "DROP VIEW ", "DROP MATERIALIZED "]),
    ("TRUNCATE", &["TRUNCATE TABLE "]),
    ("REFRESH", &["REFRESH MATERIALIZED VIEW "]),
    ("COPY", &[" FROM STDIN", " TO STDOUT"]),
];

/// Lowers a file.
pub fn lower(source: &Source, builder: &mut ModuleBuilder) {
    let Some(keywords) = keywords() else { return };
    let text = source.text();
    let mut statements = Vec::new();
    let mut at = 0;
    let mut work = 0;
    for found in keywords.find_iter(text) {
        if found.start() < at || !stands_alone(text, found.start(), found.end()) {
            continue;
        }
        let Some(opening) = begin::opening(text, found.start()) else {
            continue;
        };
        let draft = join::read(text, &opening);
        work += draft.end.saturating_sub(draft.start);
        if work > text.len().saturating_mul(4) + MIN_WORK {
            let rest = Span::new(found.start() as u32, source.len());
            builder.problem(
                rest,
                ProblemKind::Bound,
                "too many strings in strings: the rest was not searched",
            );
            break;
        }
        if !looks_like_sql(&draft) {
            continue;
        }
        at = draft.end;
        statements.push(Statement::Do(tagged(draft, source, builder)));
    }
    builder.body(Block {
        statements,
        tail: None,
    });
}

fn keywords() -> Option<&'static AhoCorasick> {
    static KEYWORDS_FOUND: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    KEYWORDS_FOUND
        .get_or_init(|| {
            AhoCorasickBuilder::new()
                .ascii_case_insensitive(true)
                .build(KEYWORDS)
                .ok()
        })
        .as_ref()
}

/// Whether a keyword is a word of its own, with something after it.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let after = bytes.get(end).copied().unwrap_or_default();
    let before = start
        .checked_sub(1)
        .and_then(|at| bytes.get(at))
        .copied()
        .unwrap_or(b' ');
    let ends =
        after.is_ascii_whitespace() || matches!(after, b'\\' | b'*' | b'(' | b'"' | b'\'' | b'`');
    ends && (!before.is_ascii_alphanumeric() || is_after_escape(text, start)) && before != b'_'
}

fn is_after_escape(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    ["\\n", "\\t", "\\r"]
        .iter()
        .any(|escape| before.ends_with(escape))
}

fn looks_like_sql(draft: &Draft) -> bool {
    let said = draft.outline().to_ascii_uppercase();
    let said: String = said
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    let said = said.trim_start_matches([' ', '(']);
    SHAPES
        .iter()
        .any(|(word, needs)| said.starts_with(word) && needs.iter().any(|need| said.contains(need)))
}

fn tagged(draft: Draft, source: &Source, builder: &mut ModuleBuilder) -> ExpressionId {
    let text = draft.into_text(source, builder);
    let span = text.span;
    let id = builder.text_expression(text);
    builder.tag(Tag {
        kind: TagKind::Sql,
        pack: PACK.into(),
        span,
        captures: vec![(Capture::Text, Captured::Expression(id))],
        conditions: Vec::new(),
        settings: Vec::new(),
    });
    id
}
