//! What functions in FROM yield.

/// Columns of a function in FROM: none where it is not known, empty where it yields one column of the alias's name.
pub(crate) fn columns(name: &str) -> Option<&'static [&'static str]> {
    let at = COLUMNS
        .iter()
        .position(|(names, _)| names.contains(&name))?;
    COLUMNS.get(at).map(|(_, columns)| *columns)
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
