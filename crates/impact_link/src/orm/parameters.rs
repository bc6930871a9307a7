//! Which column a parameter of a statement is written to: `insert into users (email) values ($1)`, `set email = $1`.

use crate::carried;
use crate::evaluator::Evaluator;
use crate::value::Value;
use impact_facts::{Access, TableName};
use impact_sql::{ColumnUse, Resolution};

/// A value is given to the parameter at a place, counted from 0, of the statements of a text.
pub(super) fn given(cx: &mut Evaluator<'_>, text: &Value, place: usize, value: &Value) {
    given_where(cx, text, value, |_, token| token.parameter == Some(place));
}

/// A value is given to the parameters of a name, `:name` or `@name`, of the statements of a text.
pub(super) fn given_by_name(cx: &mut Evaluator<'_>, text: &Value, name: &str, value: &Value) {
    given_where(cx, text, value, |text, token| {
        let written = text.get(token.start..token.end).unwrap_or_default();
        written.strip_prefix([':', '@']) == Some(name)
    });
}

fn given_where(
    cx: &mut Evaluator<'_>,
    text: &Value,
    value: &Value,
    wanted: impl Fn(&str, &Token) -> bool,
) {
    // An array is given what each row gets.
    let value = &crate::orm::sqlx::row::element(value);
    if carried::part(value).is_nothing() {
        return;
    }
    let mut columns = Vec::new();
    for text in text.texts() {
        let resolved = cx.resolved(text);
        for statement in &resolved.statements {
            columns.extend(written(&text.text, statement, &wanted));
        }
    }
    for (table, column) in columns {
        carried::goes(cx, value, &table, &column);
    }
}

/// The columns that the wanted parameters are written to.
fn written(
    text: &str,
    statement: &Resolution,
    wanted: impl Fn(&str, &Token) -> bool,
) -> Vec<(TableName, Box<str>)> {
    let named = |used: &&ColumnUse| {
        let written = text.get(used.span.start as usize..used.span.end as usize);
        let last = written
            .and_then(|path| path.rsplit('.').next())
            .unwrap_or_default();
        used.access == Access::Write
            && last
                .trim_matches(['"', '`'])
                .eq_ignore_ascii_case(&used.column)
    };
    let targets: Vec<&ColumnUse> = statement.uses.iter().filter(named).collect();
    let (first, last) = (statement.span.start as usize, statement.span.end as usize);
    let found = tokens(text).into_iter().filter(|token| wanted(text, token));
    found
        .filter(|token| (first..last).contains(&token.start))
        .filter_map(|token| {
            assigned(text, &targets, token.start).or_else(|| listed(text, &targets, token.start))
        })
        .map(|used| (used.table.clone(), used.column.clone()))
        .collect()
}

/// Functions through which a value is still the value.
const HANDED_ON: &[&str] = &["coalesce", "lower", "upper", "trim", "nullif"];

/// `column = $1`, `column = coalesce($1, …)`.
fn assigned<'u>(text: &str, targets: &[&'u ColumnUse], at: usize) -> Option<&'u ColumnUse> {
    let mut before = text.get(..at)?.trim_end();
    while let Some(outside) = before.strip_suffix('(') {
        let lower = outside.trim_end().to_ascii_lowercase();
        let function = HANDED_ON
            .iter()
            .find(|name| lower.ends_with(*name))
            .map_or(0, |name| name.len());
        before = outside.trim_end();
        before = before.get(..before.len() - function)?.trim_end();
    }
    let column = before.strip_suffix('=')?.trim_end();
    targets
        .iter()
        .find(|used| used.span.end as usize == column.len())
        .copied()
}

/// `(column, …) values ($1, …)`, `(column, …) select $1, …`, `(column, …) select * from unnest($1, …)`: by place.
fn listed<'u>(text: &str, targets: &[&'u ColumnUse], at: usize) -> Option<&'u ColumnUse> {
    let (mut depth, mut place, mut begins) = (0u32, 0, None);
    // How deep the items stand: those of `values` and `unnest` in parentheses, those of `select` not.
    let mut items = 0;
    for token in tokens(text).iter().take_while(|token| token.start <= at) {
        let within = begins.is_some() && depth > 0;
        let word = text.get(token.start..token.end)?;
        match word.to_ascii_lowercase().as_str() {
            "values" => (depth, items, place, begins) = (0, 1, 0, Some(token.start)),
            "unnest" if begins.is_none() => {
                (depth, items, place, begins) = (0, 1, 0, Some(token.start));
            }
            "select" if !within => (depth, items, place, begins) = (0, 0, 0, Some(token.start)),
            "from" | "where" if items == 0 && depth == 0 => begins = None,
            "(" => {
                depth += 1;
                if items == 1 && depth == 1 {
                    place = 0;
                }
            }
            ")" => depth = depth.saturating_sub(1),
            "," if depth == items => place += 1,
            _ => {}
        }
    }
    let begins = begins.filter(|_| depth >= items)?;
    let upper = text.get(..begins)?.to_ascii_lowercase();
    let insert = upper.rfind("insert").or_else(|| upper.rfind("replace"))?;
    let between = upper.get(insert..)?;
    if between.contains("values") || between.contains("returning") {
        return None;
    }
    let mut columns: Vec<&ColumnUse> = targets
        .iter()
        .filter(|used| (insert..begins).contains(&(used.span.start as usize)))
        .copied()
        .collect();
    columns.sort_by_key(|used| used.span.start);
    columns.get(place).copied()
}

/// A word, a sign or a parameter of a statement.
struct Token {
    start: usize,
    end: usize,
    parameter: Option<usize>,
}

/// The words, signs and parameters of a text, quoted texts and comments left out.
fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let (mut tokens, mut at, mut unnamed) = (Vec::new(), 0, 0);
    while let Some(byte) = bytes.get(at) {
        let start = at;
        let run = |from: usize, keep: fn(&u8) -> bool| {
            from + bytes
                .get(from..)
                .unwrap_or_default()
                .iter()
                .take_while(|byte| keep(byte))
                .count()
        };
        at = match byte {
            b'\'' => run(at + 1, |byte| *byte != b'\'') + 1,
            b'-' if bytes.get(at + 1) == Some(&b'-') => run(at, |byte| *byte != b'\n'),
            b'$' | b'?' => run(at + 1, u8::is_ascii_digit),
            b':' if bytes.get(at + 1) == Some(&b':') => at + 2,
            b':' | b'@' => run(at + 1, |byte| byte.is_ascii_alphanumeric() || *byte == b'_'),
            byte if byte.is_ascii_alphanumeric() || *byte == b'_' => {
                run(at, |byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            }
            _ => at + 1,
        };
        let parameter = match (byte, text.get(start + 1..at)) {
            (b'$' | b'?', Some(number)) if !number.is_empty() => number
                .parse()
                .ok()
                .and_then(|number: usize| number.checked_sub(1)),
            (b'?', _) => {
                unnamed += 1;
                Some(unnamed - 1)
            }
            _ => None,
        };
        if !byte.is_ascii_whitespace() && !matches!(byte, b'\'' | b'-') {
            tokens.push(Token {
                start,
                end: at,
                parameter,
            });
        }
    }
    tokens
}
