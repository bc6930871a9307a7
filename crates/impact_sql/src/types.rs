//! Which types a value of another type may be stored in without a cast, and which are compared.
//!
//! PostgreSQL 15, "Assignment casts": numbers among each other, strings among each other, points in time among each
//! other, JSON among each other, and everything to strings.

/// Families of types that are assigned to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Number,
    Text,
    Moment,
    Json,
    /// Only to its own type.
    Own,
}

fn base(data_type: &str) -> &str {
    let bare = data_type.split('(').next().unwrap_or(data_type).trim();
    bare.rsplit('.').next().unwrap_or(bare)
}

fn family(data_type: &str) -> Family {
    if data_type.ends_with(']') {
        return Family::Own;
    }
    match base(data_type) {
        "smallint" | "integer" | "bigint" | "int" | "int2" | "int4" | "int8" | "numeric"
        | "decimal" | "real" | "double precision" | "float4" | "float8" | "float" | "serial"
        | "bigserial" | "smallserial" => Family::Number,
        "text" | "varchar" | "character varying" | "character" | "char" | "bpchar" | "name" => {
            Family::Text
        }
        "date" | "timestamp" | "timestamptz" => Family::Moment,
        "json" | "jsonb" => Family::Json,
        other if other.starts_with("timestamp") => Family::Moment,
        _ => Family::Own,
    }
}

/// Whether the types are one, modifiers aside.
pub(crate) fn same(left: &str, right: &str) -> bool {
    !left.is_empty()
        && (left == right
            || base(left) == base(right) && !left.ends_with(']') && !right.ends_with(']'))
}

/// Whether a value of one type is stored in a column of the other as it is.
pub(crate) fn assignable(from: &str, to: &str) -> bool {
    if from.is_empty() || to.is_empty() {
        return false;
    }
    match (family(from), family(to)) {
        (_, Family::Text) => true,
        (Family::Own, _) | (_, Family::Own) => same(from, to),
        (from, to) => from == to,
    }
}

/// Types of PostgreSQL that are compared with themselves alone (or, in one row, with each other).
const COMPARED_ALONE: &[&[&str]] = &[
    &["uuid"],
    &["boolean", "bool"],
    &["bytea"],
    &["inet", "cidr"],
    &["interval"],
    &["time", "time without time zone"],
    &["timetz", "time with time zone"],
    &["tsvector"],
    &["tsquery"],
    &["xml"],
    &["money"],
];

/// Whether values of the types may be compared. Types that are not known here (enumerations, domains) may be anything.
pub(crate) fn comparable(left: &str, right: &str) -> bool {
    let kind = |data_type: &str| {
        let array = data_type.ends_with(']');
        let base = base(data_type.trim_end_matches(['[', ']']));
        let alone = COMPARED_ALONE
            .iter()
            .position(|names| names.contains(&base));
        match (alone, family(base)) {
            (Some(at), _) => Some((array, Family::Own, at)),
            (None, Family::Own) => None,
            (None, family) => Some((array, family, 0)),
        }
    };
    match (kind(left), kind(right)) {
        (Some(left), Some(right)) => left == right,
        _ => true,
    }
}
