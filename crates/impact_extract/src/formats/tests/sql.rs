use crate::formats::lower_sql;
use crate::formats::shown::{facts, shown};
use impact_facts::TagKind;

#[test]
fn a_plain_file_is_one_text_with_a_tag() {
    let text = "-- +goose Up\nselect '{{1,2},{3}}'::int[], '{%' from t;";
    assert_eq!(shown(lower_sql, text), format!("`{text}`"));
    let facts = facts(lower_sql, text);
    assert_eq!(facts.module.tags.len(), 1);
    assert_eq!(facts.module.tags[0].kind, TagKind::Sql);
}

#[test]
fn a_dbt_model_has_holes() {
    assert_eq!(
        shown(
            lower_sql,
            "{{ config(materialized='table') }}\nselect * from {{ source('shop', 'users') }} u join {{ ref('x') }} x"
        ),
        "config(materialized=`table`)\n`\nselect * from ${source(`shop`, `users`)} u join ${ref(`x`)} x`"
    );
}

#[test]
fn branches_and_loops_are_alternatives_and_repeats() {
    assert_eq!(
        shown(
            lower_sql,
            "select a {% for c in ['x', 'y'] %}, {{ c }}{% endfor %} from t {% if is_incremental() %}where b > 1{% endif %}"
        ),
        "is_incremental()\n`select a <c in [`x`, `y`]: , ${c}> from t <where b > 1|>`"
    );
    assert_eq!(
        shown(
            lower_sql,
            "select {% if a %}b{% elif c %}d{% else %}e{% endif %} from t"
        ),
        "a\nc\n`select <b|d|e> from t`"
    );
}

#[test]
fn macros_sets_and_calls() {
    assert_eq!(
        shown(
            lower_sql,
            "{% macro domain(column) %}split({{ column }}){% endmacro %}"
        ),
        "fn domain(column)\n  `split(${column})`\n  return `split(${column})`"
    );
    assert_eq!(
        shown(
            lower_sql,
            "{% set q %}select a from t{% endset %}{% set r = run_query(q) %}"
        ),
        "q = `select a from t`\nr = run_query(q)"
    );
    let called = "{% call statement('s', fetch_result=True) %}select a from t{% endcall %}";
    assert_eq!(
        shown(lower_sql, called),
        "`select a from t`\nstatement(`s`, fetch_result=true)"
    );
    assert_eq!(facts(lower_sql, called).module.tags.len(), 1);
}

#[test]
fn comments_are_dropped_and_strings_put_out() {
    assert_eq!(
        shown(lower_sql, "select {# users.email #} a, {{ 'bcd' }} from t"),
        "`select  a, bcd from t`"
    );
}

#[test]
fn rows_of_a_dump_are_left_out() {
    let dump = "COPY t (a, b) FROM stdin;\n1\tselect\n2\tx\n\\.\n\nCREATE INDEX i ON t (a);\n";
    assert_eq!(
        shown(lower_sql, dump),
        "`COPY t (a, b) FROM stdin;\n\\.\n\nCREATE INDEX i ON t (a);\n`"
    );
}
