//! Columns: `ColumnDef::new(Users::Email).string().not_null()`, and the short forms of `sea_orm_migration::schema`
//! (`string_null(Users::Email)`).

use super::chain::Link;
use super::iden;
use super::run::Run;
use super::table::blank;
use crate::declare::values;
use impact_bind::ValueRef;
use impact_facts::{ColumnDefinition, Dependent, DependentKind, ExpressionKind, Span, TableName};

/// A column on its way.
#[derive(Debug, Clone)]
pub(super) struct Defined {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) data_type: String,
    /// Whether NULL is allowed, where it is said.
    pub(super) nullable: Option<bool>,
    /// Whether the database fills it in, where it is said.
    pub(super) has_default: bool,
    primary_key: bool,
    unique: bool,
}

/// Methods of `ColumnDef` that name a type (sea-query 0.28 to 0.32).
const TYPES: &[&str] = &[
    "char",
    "char_len",
    "string",
    "string_len",
    "text",
    "tiny_integer",
    "small_integer",
    "integer",
    "big_integer",
    "tiny_unsigned",
    "small_unsigned",
    "unsigned",
    "big_unsigned",
    "float",
    "double",
    "decimal",
    "decimal_len",
    "date_time",
    "timestamp",
    "timestamp_with_time_zone",
    "time",
    "date",
    "year",
    "interval",
    "binary",
    "binary_len",
    "var_binary",
    "bit",
    "varbit",
    "blob",
    "boolean",
    "money",
    "money_len",
    "json",
    "json_binary",
    "uuid",
    "custom",
    "enumeration",
    "array",
    "cidr",
    "inet",
    "mac_address",
    "ltree",
    "vector",
];

/// The column that a value defines.
pub(super) fn defined(run: &Run<'_, '_>, value: ValueRef) -> Option<Defined> {
    let links = run.chain(value);
    let (first, rest) = links.split_first()?;
    let named = first.argument(0)?;
    let mut column = Defined {
        name: iden::name(run, named)?,
        span: run.span(named),
        data_type: String::new(),
        nullable: None,
        has_default: false,
        primary_key: false,
        unique: false,
    };
    match first.name.as_str() {
        "ColumnDef::new" => {}
        "ColumnDef::new_with_type" => {
            let said = first.argument(1).map(|said| type_word(run, said));
            column.data_type = said.unwrap_or_default();
        }
        short => short_form(run, short, first, &mut column)?,
    }
    for link in rest {
        apply(run, link, &mut column);
    }
    Some(column)
}

fn apply(run: &Run<'_, '_>, link: &Link, column: &mut Defined) {
    match link.name.as_str() {
        "not_null" => column.nullable = Some(false),
        "null" => column.nullable = Some(true),
        "default" | "auto_increment" | "generated" => column.has_default = true,
        "primary_key" => column.primary_key = true,
        "unique_key" => column.unique = true,
        "extra" => {
            let text = link
                .argument(0)
                .and_then(|text| super::text::source(run, text));
            let text = text.map_or(String::new(), |(text, _)| text.text.to_lowercase());
            column.has_default |= ["default", "generated"]
                .iter()
                .any(|word| text.contains(word));
        }
        name if TYPES.contains(&name) => column.data_type = typed(run, name, link, 0),
        _ => {}
    }
}

/// `string_len(20)` is `string(20)`; `custom(Alias::new("citext"))` is `citext`.
fn typed(run: &Run<'_, '_>, name: &str, link: &Link, place: usize) -> String {
    let said = link.argument(place).map(|said| run.followed(said));
    let name = name.strip_suffix("_len").unwrap_or(name);
    match said.map(|said| values::kind(run.program, said)) {
        Some(ExpressionKind::Integer(length)) => format!("{name}({length})"),
        Some(_) if matches!(name, "custom" | "enumeration") => {
            let said = link.argument(place).and_then(|said| iden::name(run, said));
            said.map_or(name.to_owned(), |said| said.to_lowercase())
        }
        _ => name.to_owned(),
    }
}

/// `ColumnType::Text`, `ColumnType::string(None)`.
fn type_word(run: &Run<'_, '_>, value: ValueRef) -> String {
    let value = run.followed(value);
    let module = run.program.module(value.file);
    let id = match values::kind(run.program, value) {
        ExpressionKind::Call(call) => call.callee,
        _ => value.expression,
    };
    impact_bind::snake_case(values::last_name(module, id).unwrap_or_default())
}

/// `string_null(X)`, `string_len_uniq(X, 20)`, `pk_auto(X)`: none for any other function.
fn short_form(run: &Run<'_, '_>, name: &str, link: &Link, column: &mut Defined) -> Option<()> {
    if let Some(kind) = name.strip_prefix("pk_") {
        column.data_type = match kind {
            "auto" => "integer".to_owned(),
            kind => kind.to_owned(),
        };
        column.primary_key = true;
        column.has_default = kind != "uuid";
        column.nullable = Some(false);
        return Some(());
    }
    let nullable = name.strip_suffix("_null");
    let unique = name.strip_suffix("_uniq");
    let base = nullable.or(unique).unwrap_or(name);
    let base = base.strip_prefix("big_pk").map_or(base, |_| "big_integer");
    if !TYPES.contains(&base) {
        return None;
    }
    column.nullable = Some(nullable.is_some());
    column.unique = unique.is_some();
    column.data_type = typed(run, base, link, 1);
    Some(())
}

impl Defined {
    /// As a definition. Where nothing is said, NULL is allowed, but not in a key.
    pub(super) fn definition(&self) -> ColumnDefinition {
        ColumnDefinition {
            name: self.name.as_str().into(),
            data_type: self.data_type.as_str().into(),
            nullable: self.nullable.unwrap_or(true) && !self.primary_key,
            has_default: self.has_default,
            generated_from: Vec::new(),
            span: self.span,
        }
    }

    /// The keys that it brings.
    pub(super) fn dependents(&self, table: &TableName) -> Vec<Dependent> {
        let kinds = [
            (self.primary_key, DependentKind::PrimaryKey),
            (self.unique, DependentKind::Unique),
        ];
        let kinds = kinds.into_iter().filter(|(holds, _)| *holds);
        kinds
            .map(|(_, kind)| Dependent {
                columns: vec![(self.name.as_str().into(), self.span)],
                ..blank(kind, table, self.span)
            })
            .collect()
    }
}
