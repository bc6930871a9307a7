//! Structs that derive diesel's traits.

use super::TABLE;
use super::tables::{Column, Table};
use impact_bind::{Binding, ClassRef, Place, Program, attributes};
use impact_facts::{
    Argument, Class, ClassKind, ExpressionId, ExpressionKind, Field, Language, MappedField, Model,
    Module, Site, Span,
};

/// Derives whose fields are columns of one table by name.
const NAMED: &[&str] = &[
    "Insertable",
    "AsChangeset",
    "Selectable",
    "Identifiable",
    "Associations",
    "HasQuery",
];

/// The mapped structs of the program.
pub(super) fn of(program: &Program<'_>, tables: &[Table]) -> Vec<Model> {
    let classes = program
        .all_classes()
        .filter(|class| program.facts(class.file).language == Language::Rust);
    classes
        .filter_map(|class| mapped(program, class, tables))
        .collect()
}

fn mapped(program: &Program<'_>, of: ClassRef, tables: &[Table]) -> Option<Model> {
    let module = program.module(of.file);
    let class = module.class(of.class);
    (class.kind == ClassKind::Struct).then_some(())?;
    let derives = derives(module, class);
    let named = derives
        .iter()
        .any(|derive| NAMED.contains(&derive.as_str()));
    let queried = derives.iter().any(|derive| derive == "Queryable");
    (named || queried).then_some(())?;
    let table = match said_table(program, of, class) {
        Some(said) => tables.iter().find(|table| *table.name == *said)?,
        None => implied_table(module, class, tables)?,
    };
    let fields: Vec<MappedField> = class
        .fields
        .iter()
        .filter_map(|field| mapped_field(module, of, field, table))
        .collect();
    let covers = fields.len() == class.fields.len();
    (named || (covers && fields.len() > 1)).then_some(())?;
    Some(Model {
        name: program.class_name(of).into(),
        class: Some(of.class),
        orm: "rust/diesel".into(),
        table: Some(table.table.clone()),
        fields,
        relations: Vec::new(),
        parents: Vec::new(),
        aliases: Vec::new(),
        ordering: Vec::new(),
        reflected: false,
        is_abstract: false,
        declared_at: Site {
            file: of.file,
            span: class.name_span,
        },
    })
}

/// The last words of all derives, those behind `cfg_attr` included.
fn derives(module: &Module, class: &Class) -> Vec<String> {
    let mut found = Vec::new();
    let mut work: Vec<ExpressionId> = class.decorators.clone();
    while let Some(id) = work.pop() {
        let ExpressionKind::Call(call) = &module.expression(id).kind else {
            continue;
        };
        match module.dotted(call.callee).as_deref() {
            Some("derive") => {
                let paths = call
                    .arguments
                    .iter()
                    .filter_map(|argument| module.dotted(argument.value));
                found.extend(
                    paths.map(|path| path.rsplit('.').next().unwrap_or_default().to_owned()),
                );
            }
            Some("cfg_attr") => work.extend(call.arguments.iter().map(|argument| argument.value)),
            _ => {}
        }
    }
    found
}

/// What `#[diesel(key = value)]` or `#[key = "value"]` gives, among the attributes of a struct or field.
fn said<'m>(
    module: &'m Module,
    decorators: &[ExpressionId],
    key: &str,
) -> Option<&'m ExpressionId> {
    attributes(module, decorators)
        .iter()
        .find_map(|id| match &module.expression(*id).kind {
            ExpressionKind::Assign(assign)
                if module.dotted(assign.target).as_deref() == Some(key) =>
            {
                Some(&assign.value)
            }
            ExpressionKind::Call(call)
                if module.dotted(call.callee).as_deref() == Some("diesel") =>
            {
                let named = |argument: &&Argument| {
                    argument
                        .name
                        .is_some_and(|(name, _)| module.name(name) == key)
                };
                call.arguments
                    .iter()
                    .find(named)
                    .map(|argument| &argument.value)
            }
            _ => None,
        })
}

/// Whether `#[diesel(word)]` stands among the attributes.
fn has_word(module: &Module, decorators: &[ExpressionId], word: &str) -> bool {
    attributes(module, decorators)
        .iter()
        .any(|id| match &module.expression(*id).kind {
            ExpressionKind::Call(call)
                if module.dotted(call.callee).as_deref() == Some("diesel") =>
            {
                call.arguments
                    .iter()
                    .any(|argument| module.dotted(argument.value).as_deref() == Some(word))
            }
            _ => false,
        })
}

/// The module of the table that the struct names.
fn said_table(program: &Program<'_>, of: ClassRef, class: &Class) -> Option<String> {
    let module = program.module(of.file);
    let value = *said(module, &class.decorators, "table_name")?;
    let path = module.dotted(value).or_else(|| module.plain_text(value))?;
    let place = program
        .places(of.file)
        .around(Place::Class(of.class))
        .unwrap_or(Place::Module);
    match program.resolve(of.file, place, &path) {
        Binding::External(found) => found
            .strip_prefix(TABLE)
            .map(|inside| inside.split('.').next().unwrap_or_default().to_owned())
            .or_else(|| path.rsplit('.').next().map(str::to_owned)),
        _ => path.rsplit('.').next().map(str::to_owned),
    }
}

/// The table of a struct that names none: its name in snake case with an `s`.
fn implied_table<'t>(module: &Module, class: &Class, tables: &'t [Table]) -> Option<&'t Table> {
    let name = module.name(class.name?);
    let mut snake = String::new();
    for (at, c) in name.char_indices() {
        if c.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake.push('s');
    tables.iter().find(|table| *table.name == *snake)
}

fn mapped_field(
    module: &Module,
    of: ClassRef,
    field: &Field,
    table: &Table,
) -> Option<MappedField> {
    let left_out = ["embed", "skip_insertion", "skip_update"];
    let computed = said(module, &field.decorators, "select_expression").is_some();
    if computed
        || left_out
            .iter()
            .any(|word| has_word(module, &field.decorators, word))
    {
        return None;
    }
    let renamed = said(module, &field.decorators, "column_name").copied();
    let name = module.name(field.name);
    let wanted = renamed.and_then(|id| module.dotted(id).or_else(|| module.plain_text(id)));
    let wanted = wanted.as_deref().unwrap_or(name);
    let column: &Column = table
        .columns
        .iter()
        .find(|column| *column.name == *wanted)?;
    let names_column: Option<Span> = renamed.map(|id| impact_bind::named_span(module, id));
    Some(MappedField {
        name: name.into(),
        column: column.column.clone(),
        data_type: column.data_type.clone(),
        deferred: false,
        has_default: false,
        nullable: super::is_nullable(&column.data_type),
        primary_key: table.key.contains(&column.name),
        declared_at: Site {
            file: of.file,
            span: field.name_span,
        },
        names_column,
    })
}
