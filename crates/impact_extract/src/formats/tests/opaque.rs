use crate::formats::lower_other;
use crate::formats::shown::shown;

fn lowered(text: &str) -> String {
    shown(lower_other, text)
}

#[test]
fn literals_of_any_quote_are_found() {
    assert_eq!(
        lowered("rows, err := db.Query(\"SELECT id FROM users\")"),
        "`SELECT id FROM users`"
    );
    assert_eq!(
        lowered("q = 'DELETE FROM users WHERE id = 1'"),
        "`DELETE FROM users WHERE id = 1`"
    );
    assert_eq!(
        lowered("sql = \"\"\"\n  select a\n  from tab\n\"\"\""),
        "`\n  select a\n  from tab\n`"
    );
    assert_eq!(
        lowered("local q = [[SELECT a FROM tab]]"),
        "`SELECT a FROM tab`"
    );
    assert_eq!(
        lowered("\"source\": [\"cur.execute(\\\"SELECT a FROM tab\\\")\"]"),
        "`SELECT a FROM tab`"
    );
}

#[test]
fn holes_of_templates() {
    assert_eq!(
        lowered("db.query(`SELECT ${user.cols} FROM tab WHERE a = $1`)"),
        "`SELECT ${user.cols} FROM tab WHERE a = $1`"
    );
    assert_eq!(
        lowered("val q = \"SELECT a FROM $table\""),
        "`SELECT a FROM ${table}`"
    );
    assert_eq!(
        lowered("q = \"UPDATE tab SET a = #{b[1]}\""),
        "`UPDATE tab SET a = ${other()}`"
    );
    assert_eq!(
        lowered("var q = $\"SELECT a FROM {table}\";"),
        "`SELECT a FROM ${table}`"
    );
}

#[test]
fn quotes_in_holes_do_not_end_a_literal() {
    assert_eq!(
        lowered("q = \"SELECT a FROM tab WHERE b IN (#{ids.join(\", \")})\""),
        "`SELECT a FROM tab WHERE b IN (${other()})`"
    );
}

#[test]
fn joined_literals_are_one_text() {
    assert_eq!(
        lowered(
            "String q = \"SELECT email \" +\n    \"FROM users WHERE id = \" + user.getId() + \" LIMIT 1\";"
        ),
        "`SELECT email FROM users WHERE id = ${other()} LIMIT 1`"
    );
    assert_eq!(
        lowered("$q = 'SELECT email FROM ' . $table . ' WHERE id = 1';"),
        "`SELECT email FROM ${$table} WHERE id = 1`"
    );
    assert_eq!(
        lowered("exec(\"SELECT email \"\n     \"FROM users\");"),
        "`SELECT email FROM users`"
    );
}

#[test]
fn here_documents_markup_and_properties() {
    assert_eq!(
        lowered("psql <<EOF\nSELECT email FROM users;\nEOF\nls\n"),
        "`SELECT email FROM users;\n`"
    );
    assert_eq!(
        lowered("q = <<~SQL\n  SELECT email\n  FROM users\nSQL\n"),
        "`  SELECT email\n  FROM users\n`"
    );
    assert_eq!(
        lowered(
            "<select id=\"find\">\n SELECT email FROM users <where>id = #{id}</where></select>"
        ),
        "`\n SELECT email FROM users id = ${id}`"
    );
    assert_eq!(
        lowered("report.sql=SELECT email FROM users\nnext=1\n"),
        "`SELECT email FROM users`"
    );
}

#[test]
fn escapes_are_undone() {
    assert_eq!(
        lowered("q = \"\\nSELECT \\\"email\\\"\\nFROM users\";"),
        "`\nSELECT \"email\"\nFROM users`"
    );
}

#[test]
fn prose_and_code_are_only_counted() {
    for text in [
        "label = \"Select a user from the list\".replace(x)",
        "// \"SELECT email FROM users\"",
        "import { select } from 'd3';",
        "update(state); delete from.map;",
        "\"update the settings\"",
        "el.querySelector('select option')",
    ] {
        let found = lowered(text);
        assert!(
            found.is_empty() || text.contains("the list"),
            "{text}: {found}"
        );
    }
}
