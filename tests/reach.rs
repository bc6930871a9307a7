//! What entry points reach: what their own code runs and hands over, and not what all callers of a function hand it.

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use support::{impact, stdout, tree};

const SCHEMA: &str =
    "create table users (id int primary key, email text, name text, city text, age int);\n";

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

const MANIFEST: &str =
    "[package]\nname = \"app\"\n\n[dependencies]\naxum = \"0.8\"\nsqlx = \"0.8\"\n";

const CODE: &str = r#"use axum::{Router, routing::get};

struct Db;

impl Db {
    fn run<T>(&self, work: impl FnOnce(&Pool) -> T) -> T {
        inner(move |pool| work(pool))
    }
}

fn inner<T>(work: impl FnOnce(&Pool) -> T) -> T {
    work(&Pool::new())
}

struct Kept {
    work: Box<dyn Fn()>,
}

impl Kept {
    fn go(&self) {
        (self.work)();
    }
}

async fn email(db: Db) {
    db.run(|pool| sqlx::query!("select email from users").fetch_one(pool));
}

async fn name(db: Db) {
    let work = |pool: &Pool| sqlx::query!("select name from users").fetch_one(pool);
    db.run(work);
}

async fn keep() {
    let kept = Kept { work: Box::new(|| { sqlx::query!("select city from users").fetch_one(pool); }) };
}

async fn go(kept: Kept) {
    kept.go();
}

fn by_name(pool: &Pool) {
    sqlx::query!("select age from users").fetch_one(pool);
}

async fn age(db: Db) {
    db.run(by_name);
}

async fn serve() {
    let app = Router::new()
        .route("/email", get(email))
        .route("/name", get(name))
        .route("/keep", get(keep))
        .route("/go", get(go))
        .route("/age", get(age));
    axum::serve(listener, app).await;
}
"#;

/// The columns that an entry point reads.
fn reached(entries: &Value, name: &str) -> BTreeSet<String> {
    let all = entries["entrypoints"].as_array().unwrap();
    let entry = all.iter().find(|entry| entry["name"] == name).unwrap();
    let reads = entry["reads"].as_array().unwrap().iter();
    reads
        .map(|read| read.as_str().unwrap().to_owned())
        .collect()
}

fn entries(files: &[(&str, &str)]) -> Value {
    let root = tree(files);
    let output = impact(root.path(), &["entrypoints", "--format", "json"]);
    serde_json::from_str(&stdout(&output)).unwrap()
}

#[test]
fn a_function_that_runs_statements_runs_its_callers_own() {
    let entries = entries(&[
        ("requirements.txt", "psycopg2==2.9\ncelery==5.3\n"),
        ("schema.sql", SCHEMA),
        ("jobs.py", JOBS),
    ]);
    assert_eq!(reached(&entries, "mails"), ["users.email".into()].into());
    assert_eq!(reached(&entries, "names"), ["users.name".into()].into());
}

#[test]
fn an_entry_point_reaches_its_own_closures_and_what_is_kept_or_handed_by_name() {
    let entries = entries(&[
        ("Cargo.toml", MANIFEST),
        ("schema.sql", SCHEMA),
        ("src/lib.rs", CODE),
    ]);
    for (name, own, other) in [
        ("GET /email", "users.email", "users.name"),
        ("GET /name", "users.name", "users.email"),
        ("GET /go", "users.city", "users.email"),
        ("GET /age", "users.age", "users.name"),
    ] {
        let reached = reached(&entries, name);
        assert!(reached.contains(own), "{name}: {reached:?}");
        assert!(!reached.contains(other), "{name}: {reached:?}");
    }
}
