//! Structs that a derive of the program turns into models, as a pack says: `@model` with `@class`.
//!
//! Settings: `table` (else the struct's name in snake case), `column` (the attribute that names another column,
//! `db.rename`), `skip` (the attribute that leaves a field out, `db.skip`), and for link `reads` and `writes`.

use super::{DeclareOptions, Declared};
use impact_bind::{ClassRef, Program, attributes};
use impact_facts::{
    Capture, Captured, ExpressionId, ExpressionKind, Field, MappedField, Model, Module, Site,
    TableName, Tag, TagKind,
};

/// Reads the tags of every file of the service and its libraries.
pub(super) fn declare(program: &Program<'_>, _: &DeclareOptions<'_>) -> Declared {
    let mut models = Vec::new();
    for file in program.files() {
        for tag in &program.module(file).tags {
            let Some(Captured::Class(class)) = tag.first(Capture::Class) else {
                continue;
            };
            if tag.kind == TagKind::Model {
                let of = ClassRef {
                    file,
                    class: *class,
                };
                models.push(model(program, of, tag));
            }
        }
    }
    Declared {
        models,
        ..Declared::default()
    }
}

fn model(program: &Program<'_>, of: ClassRef, tag: &Tag) -> Model {
    let module = program.module(of.file);
    let class = module.class(of.class);
    let said = tag
        .setting("table")
        .map(|said| said.trim_matches(['"', '\'']));
    let own = class.name.map_or("", |name| module.name(name));
    let table = said.map_or_else(|| impact_bind::snake_case(own), str::to_owned);
    let table = match table.split_once('.') {
        Some((schema, name)) => TableName::qualified(schema, name),
        None => TableName::bare(&table),
    };
    let mut pack = tag.pack.split('/');
    let orm = [pack.next(), pack.next()].map(Option::unwrap_or_default);
    let fields = class.fields.iter();
    Model {
        name: program.class_name(of).into(),
        class: Some(of.class),
        orm: orm.join("/").into(),
        table: Some(table),
        fields: fields
            .filter_map(|field| mapped(module, of, field, tag))
            .collect(),
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
    }
}

fn mapped(module: &Module, of: ClassRef, field: &Field, tag: &Tag) -> Option<MappedField> {
    let skip = tag.setting("skip").and_then(|said| said.split_once('.'));
    if skip.is_some_and(|(tool, word)| said(module, field, tool, word).is_some()) {
        return None;
    }
    let name = module.name(field.name);
    let bare = name.strip_prefix("r#").unwrap_or(name);
    let renamed = tag.setting("column").and_then(|said| said.split_once('.'));
    let renamed = renamed.and_then(|(tool, key)| said(module, field, tool, key)?);
    let optional = field.annotation.is_some_and(|id| {
        matches!(&module.expression(id).kind, ExpressionKind::Subscript(of)
            if module.dotted(of.of).is_some_and(|name| name.ends_with("Option")))
    });
    Some(MappedField {
        name: name.into(),
        column: renamed.as_deref().unwrap_or(bare).into(),
        data_type: "".into(),
        deferred: false,
        has_default: false,
        nullable: optional,
        primary_key: false,
        declared_at: Site {
            file: of.file,
            span: field.name_span,
        },
        names_column: None,
    })
}

/// Whether `#[tool(word)]` or `#[tool(word = "text")]` stands over a field, and the text.
fn said(module: &Module, field: &Field, tool: &str, word: &str) -> Option<Option<String>> {
    let all: Vec<ExpressionId> = attributes(module, &field.decorators);
    all.into_iter().find_map(|id| {
        let ExpressionKind::Call(call) = &module.expression(id).kind else {
            return None;
        };
        (module.dotted(call.callee)? == tool).then_some(())?;
        call.arguments.iter().find_map(|one| match one.name {
            Some((name, _)) if module.name(name) == word => Some(module.plain_text(one.value)),
            None if module.dotted(one.value).as_deref() == Some(word) => Some(None),
            _ => None,
        })
    })
}
