//! What functions in FROM yield.

use crate::syntax::Expr;

/// Columns of a function in FROM: none where it is not known, empty where it yields one column of the alias's name.
pub(crate) fn columns(name: &str) -> Option<&'static [&'static str]> {
    let at = COLUMNS
        .iter()
        .position(|(names, _)| names.contains(&name))?;
    COLUMNS.get(at).map(|(_, columns)| *columns)
}

/// Whether a function gives rows of the type of its first argument (PostgreSQL 15, "JSON Processing Functions"; `hstore`).
pub(crate) fn populates(name: &str) -> bool {
    matches!(
        name,
        "json_populate_record"
            | "jsonb_populate_record"
            | "json_populate_recordset"
            | "jsonb_populate_recordset"
            | "populate_record"
    )
}

/// The type that the first argument of such a function says: `NULL::t`, or a row of `t` by that name.
pub(crate) fn populated<'a>(first: &Expr<'a>) -> Option<&'a str> {
    first.row_type.or(first.name)
}

/// PostgreSQL 15, "Set Returning Functions" and "JSON Processing Functions"; `hstore`; `range` and `flatten` of others.
const COLUMNS: &[(&[&str], &[&str])] = &[
    (
        &[
            "generate_series",
            "unnest",
            "generate_subscripts",
            "regexp_split_to_table",
            "string_to_table",
            "json_object_keys",
            "jsonb_object_keys",
            "regexp_matches",
            "jsonb_path_query",
            "range",
            "flatten",
            "pg_timezone_abbrevs_names",
        ],
        &[],
    ),
    (
        &[
            "json_array_elements",
            "jsonb_array_elements",
            "json_array_elements_text",
            "jsonb_array_elements_text",
        ],
        &["value"],
    ),
    (
        &[
            "json_each",
            "jsonb_each",
            "json_each_text",
            "jsonb_each_text",
            "each",
        ],
        &["key", "value"],
    ),
];
