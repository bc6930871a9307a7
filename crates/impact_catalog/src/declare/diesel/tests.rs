//! Tables and structs of diesel.

use super::declare;
use crate::DeclareOptions;
use impact_bind::{Program, SourceFile, Sources};
use impact_extract::{Packs, extract};
use impact_facts::{Dialect, Language, Model};

fn models(files: &[(&str, &str)]) -> Vec<Model> {
    let packs = Packs::builtin();
    let facts: Vec<_> = files
        .iter()
        .map(|(path, text)| (*path, extract(text.as_bytes(), Language::Rust, &packs)))
        .collect();
    let files: Vec<_> = facts
        .iter()
        .map(|(path, facts)| SourceFile { path, facts })
        .collect();
    let program = Program::new(Sources {
        files: &files,
        ..Sources::default()
    });
    let options = DeclareOptions {
        service: "app",
        database: "main",
        dialect: Dialect::Postgres,
        schema: &[],
    };
    declare(&program, &options).models
}

fn shown(model: &Model) -> String {
    let table = model
        .table
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let fields: Vec<String> = model
        .fields
        .iter()
        .map(|field| format!("{}={}", field.name, field.column))
        .collect();
    format!("{} {table} {}", model.name, fields.join(" "))
}

const SCHEMA: &str = "diesel::table! {
    use diesel::sql_types::{Int4, Text};
    /// People.
    #[sql_name = \"people\"] shop.users (id) { id -> Int4, /// Mail.
        #[sql_name = \"type\"] kind -> Nullable<Text>, email -> Nullable<Array<Text>>, }
}
diesel::joinable!(posts -> users (id));";

#[test]
fn tables_are_read_with_schemas_renames_and_types() {
    let models = models(&[("src/schema.rs", SCHEMA)]);
    assert_eq!(
        models.iter().map(shown).collect::<Vec<_>>(),
        ["src::schema::users shop.people id=id kind=type email=email"]
    );
    assert_eq!(&*models[0].fields[2].data_type, "Nullable<Array<Text>>");
    assert_eq!(&*models[0].aliases[0], "diesel.table!.users");
}

#[test]
fn structs_map_the_table_that_they_name_or_imply() {
    let code = "use crate::schema::users; mod schema;
        #[derive(Queryable, Selectable)] #[diesel(table_name = users)]
        pub struct Person { id: i32, #[diesel(column_name = kind)] what: String, #[diesel(embed)] more: More,
            #[diesel(select_expression = f())] email: i32 }
        #[derive(diesel::Insertable)] #[table_name = \"users\"] struct NewPerson<'a> { email: &'a str }
        #[derive(Queryable)] struct User { id: i32, email: String }
        #[derive(Queryable)] struct Pair { id: i32, email: String }";
    let models = models(&[("src/main.rs", code), ("src/schema.rs", SCHEMA)]);
    let structs: Vec<String> = models
        .iter()
        .filter(|model| model.class.is_some())
        .map(shown)
        .collect();
    assert_eq!(
        structs,
        [
            "crate::Person shop.people id=id what=type",
            "crate::NewPerson shop.people email=email",
            "crate::User shop.people id=id email=email"
        ]
    );
}
