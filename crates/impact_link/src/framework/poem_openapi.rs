//! poem-openapi 1 to 5: the methods of an `#[OpenApi]` implementation are routes, put together by `OpenApiService::new`.
//! <https://docs.rs/poem-openapi/latest/poem_openapi/attr.OpenApi.html>

use super::routes::{key, router};
use crate::evaluator::Evaluator;
use crate::language::rust::setting;
use crate::value::{Atom, Object, Value};
use impact_bind::{ClassRef, FunctionRef};
use impact_facts::Statement;

/// Apis in tuples are looked into as deep as this.
const MAX_DEPTH: u32 = 4;

/// A router of a door with the routes of all apis among a value.
pub(super) fn service(cx: &Evaluator<'_>, door: &'static str, apis: &Value) -> Object {
    within(cx, router(door), apis, 0)
}

fn within(cx: &Evaluator<'_>, made: Object, apis: &Value, depth: u32) -> Object {
    apis.atoms().iter().fold(made, |made, atom| match atom {
        Atom::Instance(class) | Atom::Class(class) => api(cx, made, *class),
        Atom::Tuple(items) if depth < MAX_DEPTH => items
            .iter()
            .fold(made, |made, item| within(cx, made, item, depth + 1)),
        _ => made,
    })
}

fn api(cx: &Evaluator<'_>, mut made: Object, class: ClassRef) -> Object {
    for one in cx.program.implementations(class) {
        let module = cx.program.module(one.file);
        let definition = module.class(one.class);
        let said = |key| setting(module, &definition.decorators, "OpenApi", key);
        let prefix = said("prefix_path").unwrap_or_default();
        for member in &definition.body.statements {
            let Statement::Function(id) = member else {
                continue;
            };
            let function = module.function(*id);
            let said = |key| setting(module, &function.decorators, "oai", key);
            let Some(path) = said("path") else { continue };
            let method = said("method").unwrap_or_default().to_ascii_uppercase();
            let path = format!("{prefix}{path}");
            let key = key(&path, &method, one.file, function.name_span);
            let function = FunctionRef {
                file: one.file,
                function: *id,
            };
            made = made.with_value(&key, Value::from(Atom::Function(function)));
        }
    }
    made
}
