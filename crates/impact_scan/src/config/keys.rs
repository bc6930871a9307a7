//! Which keys `impact.toml` knows, section by section.

use super::{ConfigError, Source, suggestion};
use toml::de::{DeTable, DeValue};

const TOP: &[&str] = &[
    "service", "database", "include", "exclude", "policy", "waiver",
];

/// What a rule of the policy may say.
const RULE: &[&str] = &["class", "path", "service", "certainty", "scope", "level"];

/// Sections with the keys that they know. Their values are checked by whoever uses them.
const SECTIONS: &[(&str, &[&str])] = &[
    (
        "service",
        &[
            "name",
            "path",
            "owner",
            "database",
            "databases",
            "library",
            "include",
            "exclude",
        ],
    ),
    ("database", &["name", "dialect", "schema"]),
    ("policy", &["rule", "inconclusive"]),
    (
        "waiver",
        &[
            "code", "target", "path", "service", "reason", "owner", "until",
        ],
    ),
];

/// Complains about the first key, in order of the file, that no section knows.
pub(super) fn check(source: &Source<'_>, document: &DeTable<'_>) -> Result<(), ConfigError> {
    let mut unknown = Vec::new();
    collect(document, "", TOP, &mut unknown);
    for (name, known) in SECTIONS {
        match document.get(*name).map(|value| value.get_ref()) {
            Some(DeValue::Table(table)) => collect(table, name, known, &mut unknown),
            Some(DeValue::Array(items)) => {
                for table in items.iter().filter_map(|item| item.get_ref().as_table()) {
                    collect(table, name, known, &mut unknown);
                }
            }
            _ => {}
        }
    }
    let rules = document
        .get("policy")
        .and_then(|policy| policy.get_ref().as_table()?.get("rule"));
    if let Some(DeValue::Array(rules)) = rules.map(|rules| rules.get_ref()) {
        for rule in rules.iter().filter_map(|rule| rule.get_ref().as_table()) {
            collect(rule, "policy.rule", RULE, &mut unknown);
        }
    }
    unknown.sort();
    match unknown.into_iter().next() {
        Some((offset, message)) => Err(source.error(offset, message)),
        None => Ok(()),
    }
}

fn collect(table: &DeTable<'_>, section: &str, known: &[&str], unknown: &mut Vec<(usize, String)>) {
    for key in table.keys() {
        let name = key.get_ref().as_ref();
        if !known.contains(&name) {
            let place = if section.is_empty() {
                String::new()
            } else {
                format!(" in `{section}`")
            };
            let hint = suggestion(name, known.iter().copied());
            let choices = known.join("`, `");
            unknown.push((
                key.span().start,
                format!("unknown key `{name}`{place}{hint} (known: `{choices}`)"),
            ));
        }
    }
}
