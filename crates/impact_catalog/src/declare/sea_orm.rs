//! sea-orm 0.5 to 1: `#[derive(DeriveEntityModel)]` structs say which tables there are, and in the expanded format
//! `impl EntityName for Entity` beside a `#[derive(DeriveModel)]` struct and its `Column` and `PrimaryKey` enums.
//!
//! Attributes as in the book's page on the entity's compact format: `table_name`, `rename_all` on the struct,
//! `column_name`, `primary_key`, `ignore` and `nullable` on its fields. <https://www.sea-ql.org/SeaORM/docs/generate-entity/entity-structure/>

use super::{DeclareOptions, Declared};
use impact_bind::{ClassRef, Place, Program, attributes, entity_name, entity_table};
use impact_facts::{
    Argument, Block, Class, ClassKind, ExpressionId, ExpressionKind, Field, Language, MappedField,
    Model, Module, Site, Statement, TableName,
};

/// What the path of what the derive makes begins with, as names are bound.
const ENTITY: &str = "sea_orm.entity!.";

/// Reads every Rust file of the service and its libraries.
pub(super) fn declare(program: &Program<'_>, _options: &DeclareOptions<'_>) -> Declared {
    let structs = program.all_classes().filter(|class| {
        program.facts(class.file).language == Language::Rust
            && program.module(class.file).class(class.class).kind == ClassKind::Struct
    });
    Declared {
        models: structs.filter_map(|of| entity(program, of)).collect(),
        ..Declared::default()
    }
}

fn entity(program: &Program<'_>, of: ClassRef) -> Option<Model> {
    let module = program.module(of.file);
    let class = module.class(of.class);
    let around = block_around(program, of);
    let table = entity_table(module, around, class)?;
    let schema = said(module, &class.decorators, "schema_name")
        .or_else(|| entity_name(module, around, "schema_name").map(String::from));
    let enums = Enums::of(module, around);
    let case = said(module, &class.decorators, "rename_all");
    let fields = class.fields.iter();
    Some(Model {
        name: program.class_name(of).into(),
        class: Some(of.class),
        orm: "rust/sea-orm".into(),
        table: Some(TableName {
            schema: schema.map(Into::into),
            name: table.clone(),
        }),
        fields: fields
            .filter_map(|field| mapped(module, of, field, case.as_deref(), &enums))
            .collect(),
        relations: Vec::new(),
        parents: Vec::new(),
        aliases: vec![format!("{ENTITY}{table}").into()],
        ordering: Vec::new(),
        reflected: false,
        is_abstract: false,
        declared_at: Site {
            file: of.file,
            span: class.name_span,
        },
    })
}

/// What the enums of the expanded format say.
struct Enums<'m> {
    columns: Option<&'m Class>,
    keys: Option<&'m Class>,
}

impl<'m> Enums<'m> {
    fn of(module: &'m Module, around: &'m Block) -> Self {
        let named = |name: &str| {
            around.statements.iter().find_map(|one| match one {
                Statement::Class(id) => {
                    let class = module.class(*id);
                    let is_named = class.name.map(|own| module.name(own)) == Some(name);
                    (is_named && class.kind == ClassKind::Enum).then_some(class)
                }
                _ => None,
            })
        };
        Self {
            columns: named("Column"),
            keys: named("PrimaryKey"),
        }
    }

    fn variant(module: &Module, of: Option<&'m Class>, field: &str) -> Option<&'m Field> {
        let flat = |name: &str| name.replace('_', "").to_lowercase();
        let wanted = flat(field);
        let mut variants = of?.fields.iter();
        variants.find(|variant| flat(module.name(variant.name)) == wanted)
    }
}

/// The block that a struct stands in.
fn block_around<'p>(program: &'p Program<'_>, of: ClassRef) -> &'p Block {
    let module = program.module(of.file);
    match program.places(of.file).around(Place::Class(of.class)) {
        Some(Place::Class(class)) => &module.class(class).body,
        Some(Place::Function(function)) => &module.function(function).body,
        _ => &module.body,
    }
}

fn mapped(
    module: &Module,
    of: ClassRef,
    field: &Field,
    case: Option<&str>,
    enums: &Enums<'_>,
) -> Option<MappedField> {
    if has(module, &field.decorators, "ignore") {
        return None;
    }
    let name = module.name(field.name);
    let bare = name.strip_prefix("r#").unwrap_or(name);
    let variant = Enums::variant(module, enums.columns, bare);
    let in_enum = variant.and_then(|variant| said(module, &variant.decorators, "column_name"));
    let names_column = said_at(module, &field.decorators, "column_name")
        .map(|id| impact_bind::named_span(module, id));
    let is_key = Enums::variant(module, enums.keys, bare).is_some();
    let column = match in_enum.or_else(|| said(module, &field.decorators, "column_name")) {
        Some(said) => said,
        None if case == Some("camelCase") => camel(bare),
        None => bare.to_owned(),
    };
    let optional = field.annotation.is_some_and(|id| {
        matches!(&module.expression(id).kind, ExpressionKind::Subscript(of)
            if module.dotted(of.of).is_some_and(|name| name.ends_with("Option")))
    });
    Some(MappedField {
        name: name.into(),
        column: column.into(),
        data_type: "".into(),
        deferred: false,
        has_default: false,
        nullable: optional || has(module, &field.decorators, "nullable"),
        primary_key: is_key || has(module, &field.decorators, "primary_key"),
        declared_at: Site {
            file: of.file,
            span: field.name_span,
        },
        names_column,
    })
}

fn camel(name: &str) -> String {
    let mut made = String::new();
    let mut upper = false;
    for c in name.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                made.extend(c.to_uppercase());
                upper = false;
            }
            c => made.push(c),
        }
    }
    made
}

/// The arguments of `#[sea_orm(…)]`.
fn arguments<'m>(
    module: &'m Module,
    decorators: &[ExpressionId],
) -> impl Iterator<Item = &'m Argument> {
    attributes(module, decorators)
        .into_iter()
        .filter_map(|id| match &module.expression(id).kind {
            ExpressionKind::Call(call)
                if module.dotted(call.callee).as_deref() == Some("sea_orm") =>
            {
                Some(call.arguments.iter())
            }
            _ => None,
        })
        .flatten()
}

fn said(module: &Module, decorators: &[ExpressionId], key: &str) -> Option<String> {
    module.plain_text(said_at(module, decorators, key)?)
}

fn said_at(module: &Module, decorators: &[ExpressionId], key: &str) -> Option<ExpressionId> {
    let mut all = arguments(module, decorators);
    let is_key = |one: &&Argument| one.name.is_some_and(|(name, _)| module.name(name) == key);
    all.find(is_key).map(|one| one.value)
}

fn has(module: &Module, decorators: &[ExpressionId], word: &str) -> bool {
    let mut all = arguments(module, decorators);
    all.any(|one| module.dotted(one.value).as_deref() == Some(word))
}
