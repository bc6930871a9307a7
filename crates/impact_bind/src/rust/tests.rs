//! What Rust paths mean.

use crate::{Binding, Place, Program, SourceFile, Sources};
use impact_extract::{Packs, extract};
use impact_facts::{ClassId, FileFacts, FileId, FunctionId, Language};

const FILES: &[(&str, &str)] = &[
    ("app/src/main.rs", "mod routes; mod schema; use my_db::models::User; fn main() { let x = 1; }"),
    (
        "app/src/routes/mod.rs",
        "pub mod users; use super::schema::people::dsl::*; use crate::schema; use my_db::{prelude::*, models as m};
         fn get() { email; id; people; m::User::load; inner::T; } mod inner { use super::*; pub struct T; } type U = m::User;",
    ),
    ("app/src/routes/users.rs", "use super::get; use my_db::Status::*; use sqlx::query_as as q; fn f<T>() {} use diesel::prelude::*; use schema::people; fn g() { let people = 1; } fn diesel() {} mod m { use actix_web::web::*; use diesel::prelude::*; }"),
    ("app/src/schema.rs", "diesel::table! { a.people (id) { id -> Int4, #[sql_name = \"e\"] email -> Text, } }"),
    ("db/src/lib.rs", "pub mod models; pub mod prelude { pub use crate::models::*; } pub use models::status::Status;"),
    ("db/src/models.rs", "pub mod status; pub struct User { id: i32 } impl User { pub fn load() -> Self { Self::new() } fn new() {} }
        trait Named { fn name(&self) {} } impl Named for User {}
        struct Round; impl Round { const N: i32 = Self::N; type T = Self::T; }"),
    ("db/src/models/status.rs", "pub enum Status { Active }"),
    ("app/src/bin/web.rs", "mod serve { pub fn serve() {} pub struct Server; } pub use serve::{Server, serve};
        mod pets { #[get(\"/\")] fn get() {} use actix_web::get; }"),
];

const MANIFESTS: &[(&str, &str)] = &[
    (
        "app/Cargo.toml",
        "[package]\nname = 'my-app'\n[dependencies]\nmy-db = { path = '../db' }\nsqlx = '0.8'",
    ),
    ("db/Cargo.toml", "[package]\nname = 'my-db'"),
];

fn facts() -> Vec<(&'static str, FileFacts)> {
    let packs = Packs::builtin();
    let rust = FILES
        .iter()
        .map(|(path, text)| (*path, extract(text.as_bytes(), Language::Rust, &packs)));
    let toml = MANIFESTS
        .iter()
        .map(|(path, text)| (*path, extract(text.as_bytes(), Language::Toml, &packs)));
    rust.chain(toml).collect()
}

fn meaning(file: u32, place: Place, name: &str) -> String {
    let facts = facts();
    let files: Vec<_> = facts
        .iter()
        .map(|(path, facts)| SourceFile { path, facts })
        .collect();
    let program = Program::new(Sources {
        files: &files,
        ..Sources::default()
    });
    match program.resolve(FileId(file), place, name) {
        Binding::Module(file) => format!("mod {}", program.module_name(file)),
        Binding::Class(class) => format!("type {}", program.class_name(class)),
        Binding::Function(function) => format!("fn {}", program.function_name(function)),
        Binding::External(path) => path.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn modules_follow_files_and_crates() {
    assert_eq!(
        meaning(0, Place::Module, "routes.users"),
        "mod my_app::routes::users"
    );
    assert_eq!(
        meaning(2, Place::Module, "super.super.schema"),
        "mod my_app::schema"
    );
    assert_eq!(
        meaning(2, Place::Module, "crate.routes"),
        "mod my_app::routes"
    );
    assert_eq!(
        meaning(0, Place::Module, "User"),
        "type my_db::models::User"
    );
}

#[test]
fn globs_renames_and_reexports_are_followed() {
    assert_eq!(
        meaning(1, Place::Module, "User"),
        "type my_db::models::User"
    );
    assert_eq!(
        meaning(1, Place::Module, "m.User"),
        "type my_db::models::User"
    );
    assert_eq!(meaning(2, Place::Module, "get"), "fn my_app::routes::get");
    assert_eq!(
        meaning(2, Place::Module, "Active"),
        "type my_db::models::status::Status"
    );
    assert_eq!(
        meaning(1, Place::Class(ClassId(0)), "User"),
        "type my_db::models::User"
    );
}

#[test]
fn a_module_and_a_function_of_one_name_are_told_apart() {
    assert_eq!(meaning(7, Place::Module, "serve"), "fn web::serve::serve");
    assert_eq!(
        meaning(7, Place::Module, "Server"),
        "type web::serve::Server"
    );
    assert_eq!(
        meaning(7, Place::Module, "self.serve.Server"),
        "type web::serve::Server"
    );
}

#[test]
fn tables_of_macros_are_modules_with_columns() {
    assert_eq!(
        meaning(1, Place::Module, "email"),
        "diesel.table!.people.email"
    );
    assert_eq!(
        meaning(1, Place::Function(FunctionId(0)), "id"),
        "diesel.table!.people.id"
    );
    assert_eq!(
        meaning(1, Place::Module, "schema.people.email"),
        "diesel.table!.people.email"
    );
    assert_eq!(meaning(1, Place::Module, "other"), "Unknown");
}

#[test]
fn imports_of_edition_2015_begin_at_the_root() {
    assert_eq!(meaning(2, Place::Module, "people"), "diesel.table!.people");
}

#[test]
fn a_name_that_nothing_binds_comes_from_the_only_glob() {
    let inside = Place::Class(ClassId(0));
    assert_eq!(meaning(2, inside, "scope"), "actix_web.web.scope");
    assert_eq!(meaning(2, Place::Module, "scope"), "Unknown");
}

#[test]
fn variables_and_functions_begin_no_path() {
    let place = Place::Function(FunctionId(1));
    assert_eq!(meaning(2, place, "people.id"), "diesel.table!.people.id");
    assert_eq!(
        meaning(2, place, "diesel.insert_into"),
        "diesel.insert_into"
    );
}

#[test]
fn items_of_implementations_and_traits_are_found() {
    assert_eq!(
        meaning(1, Place::Module, "m.User.load"),
        "fn my_db::models::User::load"
    );
    assert_eq!(
        meaning(1, Place::Module, "U.new"),
        "fn my_db::models::User::new"
    );
    assert_eq!(
        meaning(0, Place::Module, "User.name"),
        "fn my_db::models::Named::name"
    );
}

#[test]
fn what_is_outside_is_named_by_its_path() {
    assert_eq!(meaning(2, Place::Module, "q"), "sqlx.query_as");
    assert_eq!(meaning(2, Place::Module, "sqlx.query"), "sqlx.query");
    assert_eq!(meaning(2, Place::Module, "Vec"), "std.vec.Vec");
    assert_eq!(meaning(2, Place::Function(FunctionId(0)), "T"), "Local");
    assert_eq!(meaning(2, Place::Module, "Queryable"), "Unknown");
}

#[test]
fn an_item_that_leads_back_to_itself_ends_the_search() {
    for name in ["Round.N", "Round.T", "Round.T.x"] {
        let found = meaning(5, Place::Module, name);
        assert!(!found.starts_with("fn "), "{name}: {found}");
    }
}
