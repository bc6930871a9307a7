//! What entry points reach: their own callers' columns, and no one else's.

mod support;

use serde_json::Value;
use support::{impact, stdout, tree};

const SCHEMA: &str = "create table users (id int primary key, email text, name text);\n";

const JOBS: &str = r#"
import psycopg2
from celery import shared_task


def run(sql):
    cursor = psycopg2.connect("").cursor()
    cursor.execute(sql)
    return cursor.fetchall()


@shared_task
def mails():
    return run("select email from users")


@shared_task
def names():
    return run("select name from users")
"#;

#[test]
fn a_function_that_runs_statements_runs_its_callers_own() {
    let root = tree(&[
        ("requirements.txt", "psycopg2==2.9\ncelery==5.3\n"),
        ("schema.sql", SCHEMA),
        ("jobs.py", JOBS),
    ]);
    let output = impact(root.path(), &["entrypoints", "--format", "json"]);
    let all: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let reads = |name: &str| {
        let entries = all["entrypoints"].as_array().unwrap().iter();
        let mut named = entries.filter(|entry| entry["name"] == name);
        named.next().unwrap()["reads"].clone()
    };
    assert_eq!(reads("mails"), serde_json::json!(["users.email"]));
    assert_eq!(reads("names"), serde_json::json!(["users.name"]));
}
