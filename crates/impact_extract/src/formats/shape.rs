//! The shape of a record: what makes it another than those before it, however many there are.

use impact_facts::{ExpressionId, ExpressionKind, Module};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// Keys whose values say what a record is: `{"model": "shop.order", …}`.
const KINDS: &[&str] = &["model", "table", "table_name", "type", "kind"];

/// Words one of which stands in every statement.
const STATEMENTS: &[&str] = &[
    "select", "insert", "update", "delete", "create", "alter", "drop", "merge",
];

/// Levels of a record that are looked at.
const MAX_LEVELS: u32 = 8;

/// A digest of a record's keys, of the values of [`KINDS`], and of texts that may be statements.
pub fn shape(module: &Module, record: ExpressionId) -> u64 {
    let mut digest = FxHasher::default();
    part(module, record, false, MAX_LEVELS, &mut digest);
    digest.finish()
}

fn part(module: &Module, id: ExpressionId, telling: bool, levels: u32, digest: &mut FxHasher) {
    let ExpressionKind::Collection(collection) = &module.expression(id).kind else {
        if let Some(text) = module.plain_text(id)
            && (telling || is_statement(&text))
        {
            text.hash(digest);
        }
        return;
    };
    if levels == 0 {
        return;
    }
    digest.write_u8(0);
    for item in &collection.items {
        let key = item.key.and_then(|key| module.plain_text(key));
        if let Some(key) = &key {
            key.hash(digest);
        }
        let telling = key.is_some_and(|key| KINDS.contains(&&*key));
        part(module, item.value, telling, levels - 1, digest);
    }
    digest.write_u8(0xff);
}

fn is_statement(text: &str) -> bool {
    let mut words = text.split(|letter: char| !letter.is_ascii_alphabetic());
    words.any(|word| STATEMENTS.iter().any(|one| word.eq_ignore_ascii_case(one)))
}
