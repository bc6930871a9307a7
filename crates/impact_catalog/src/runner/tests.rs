use super::{Layout, layout};

/// `runner root version` of a path, `back` for what never counts, `-` for no runner's file.
fn placed(path: &str, text: &str) -> String {
    match layout(path, text) {
        Layout::Migration(placed) => {
            let forward: Vec<&str> = placed
                .forward
                .iter()
                .map(|span| text[span.start as usize..span.end as usize].trim())
                .collect();
            format!(
                "{} {} {:?} {}",
                placed.runner,
                placed.root,
                placed.version,
                forward.join(" | ")
            )
        }
        Layout::Backward => "back".to_owned(),
        Layout::Other => "-".to_owned(),
    }
}

#[test]
fn each_runner_is_known_by_its_layout() {
    let cases = [
        (
            "migrations/20240102030405_add.sql",
            "x",
            "sqlx migrations Some([20240102030405]) x",
        ),
        (
            "db/migrations/3_add.up.sql",
            "x",
            "golang-migrate db/migrations Some([3]) x",
        ),
        ("db/migrations/3_add.down.sql", "x", "back"),
        (
            "migrations/2024-01-02-030405_add/up.sql",
            "x",
            "diesel migrations Some([20240102030405]) x",
        ),
        ("migrations/2024-01-02-030405_add/down.sql", "x", "back"),
        ("sql/V1.2__add.sql", "x", "flyway sql Some([1, 2]) x"),
        ("sql/R__views.sql", "x", "flyway sql None x"),
        ("sql/U1.2__add.sql", "x", "back"),
        (
            "prisma/migrations/2024_init/migration.sql",
            "x",
            "prisma prisma/migrations Some([2024]) x",
        ),
        ("sql/01_tables.sql", "x", "ordered sql Some([1]) x"),
        ("sql/10-views.sql", "x", "ordered sql Some([10]) x"),
        ("schema.sql", "x", "-"),
        ("a/b/2020/notes.sql", "x", "-"),
    ];
    for (path, text, expected) in cases {
        assert_eq!(placed(path, text), expected, "{path}");
    }
}

#[test]
fn only_forward_sections_count() {
    let goose = "-- +goose Up\nA;\n-- +goose Down\nB;\n";
    assert_eq!(
        placed("m/1_a.sql", goose),
        "goose m Some([1]) -- +goose Up\nA;"
    );
    let dbmate = "-- migrate:down\nB;\n-- migrate:up\nA;\n";
    assert_eq!(
        placed("m/1_a.sql", dbmate),
        "dbmate m Some([1]) -- migrate:up\nA;"
    );
}
