//! What was written by hand in a file whose header names a program that writes declarations only: people add methods to the
//! entities that `sea-orm-cli generate entity` made, and functions below a `schema.rs` of diesel. They run like any other
//! code.

use impact_bind::Program;
use impact_facts::{Class, ClassKind, ExpressionId, ExpressionKind, Language, Module, Site, Span};

/// Traits of which such programs write the implementations (sea-orm-codegen 0.2 to 1.1, both formats).
const TRAITS: &[&str] = &[
    "ColumnTrait",
    "EntityName",
    "EntityTrait",
    "Linked",
    "PrimaryKeyTrait",
    "Related",
    "RelationTrait",
];

/// Whether a site stands in code that was written by hand, in a file of declarations that a program wrote.
pub(crate) fn at(program: &Program<'_>, site: Site) -> bool {
    let facts = program.facts(site.file);
    if !facts.declared || facts.language != Language::Rust {
        return false;
    }
    let module = program.module(site.file);
    let around = |span: Span| span.contains(site.span);
    let mut implementations = module
        .classes
        .iter()
        .filter(|class| class.kind == ClassKind::Implementation && around(class.span));
    match implementations.next() {
        Some(class) => !is_made(module, class),
        None => module
            .functions
            .iter()
            .any(|function| around(function.span)),
    }
}

fn is_made(module: &Module, class: &Class) -> bool {
    class.bases.iter().any(|base| {
        let path = path(module, base.value).unwrap_or_default();
        let last = path.rsplit('.').next().unwrap_or_default();
        TRAITS.contains(&last)
    })
}

/// The path of a trait without its type arguments.
fn path(module: &Module, id: ExpressionId) -> Option<String> {
    match &module.expression(id).kind {
        ExpressionKind::Subscript(of) => module.dotted(of.of),
        _ => module.dotted(id),
    }
}
