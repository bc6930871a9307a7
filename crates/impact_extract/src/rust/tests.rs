//! What the front end makes of Rust, printed in a short form.

use crate::{Packs, extract};
use impact_facts::{
    Argument, Block, CollectionKind, ExpressionId, ExpressionKind, FileFacts, Language, Module,
    Piece, Statement,
};

fn lowered(source: &str) -> FileFacts {
    extract(source.as_bytes(), Language::Rust, &Packs::builtin())
}

/// The value of `const X: T = …;`.
fn value(source: &str) -> String {
    let facts = lowered(&format!("const X: T = {source};"));
    match facts.module.body.statements.first() {
        Some(Statement::Bind(bind)) => bind
            .value
            .map(|id| show(&facts.module, id))
            .unwrap_or_default(),
        _ => String::new(),
    }
}

fn show(module: &Module, id: ExpressionId) -> String {
    let one = |id: ExpressionId| show(module, id);
    let list = |ids: &[ExpressionId]| ids.iter().map(|id| one(*id)).collect::<Vec<_>>().join(", ");
    match &module.expression(id).kind {
        ExpressionKind::Name(name) => module.name(*name).to_owned(),
        ExpressionKind::Attribute(attribute) => {
            let joint = if attribute.path { "::" } else { "." };
            format!(
                "{}{joint}{}",
                one(attribute.of),
                module.name(attribute.name)
            )
        }
        ExpressionKind::Call(call) => format!(
            "{}({})",
            one(call.callee),
            arguments(module, &call.arguments)
        ),
        ExpressionKind::Macro(call) => {
            let kept = if call.tokens.is_empty() {
                ""
            } else {
                " tokens"
            };
            format!(
                "{}!({}{kept})",
                one(call.callee),
                arguments(module, &call.arguments)
            )
        }
        ExpressionKind::Subscript(subscript) => {
            format!("{}<{}>", one(subscript.of), list(&subscript.keys))
        }
        ExpressionKind::Text(text) => text_of(module, &module.text(*text).pieces),
        ExpressionKind::Collection(collection) => {
            let items = collection.items.iter().map(|item| match item.key {
                Some(key) => format!("{}: {}", one(key), one(item.value)),
                None => one(item.value),
            });
            let items = items.collect::<Vec<_>>().join(", ");
            match collection.kind {
                CollectionKind::Dictionary => format!("{{{items}}}"),
                CollectionKind::Tuple => format!("({items})"),
                _ => format!("[{items}]"),
            }
        }
        ExpressionKind::Record(record) => {
            let fields = record
                .fields
                .iter()
                .map(|field| format!("{}: {}", module.name(field.0), one(field.2)));
            let rest = record.rest.map(|rest| format!("..{}", one(rest)));
            format!(
                "{} {{{}}}",
                one(record.of),
                fields.chain(rest).collect::<Vec<_>>().join(", ")
            )
        }
        ExpressionKind::Closure(id) => format!("|…| {}", block(module, &module.function(*id).body)),
        ExpressionKind::Block(inner) => format!("{{{}}}", block(module, inner)),
        ExpressionKind::Binary(binary) => {
            format!(
                "({} {} {})",
                one(binary.left),
                module.name(binary.operator),
                one(binary.right)
            )
        }
        ExpressionKind::Let(assign) => {
            format!("let {} = {}", one(assign.target), one(assign.value))
        }
        ExpressionKind::Assign(assign) => format!("{} = {}", one(assign.target), one(assign.value)),
        ExpressionKind::Await(of) => format!("{}.await", one(*of)),
        ExpressionKind::Question(of) => format!("{}?", one(*of)),
        ExpressionKind::Match(form) => {
            let arms = form
                .arms
                .iter()
                .map(|arm| format!("{} => {}", one(arm.pattern), block(module, &arm.body)));
            format!(
                "match {} {{{}}}",
                one(form.subject),
                arms.collect::<Vec<_>>().join(", ")
            )
        }
        ExpressionKind::Conditional(c) => {
            format!(
                "if {} {} else {}",
                one(c.test),
                one(c.then),
                c.otherwise.map(one).unwrap_or_default()
            )
        }
        ExpressionKind::Cast(cast) => format!("{} as {}", one(cast.of), one(cast.annotation)),
        ExpressionKind::Integer(value) => value.to_string(),
        ExpressionKind::Any(ids) => ids
            .iter()
            .map(|id| one(*id))
            .collect::<Vec<_>>()
            .join(" | "),
        ExpressionKind::Other(ids) => format!("other({})", list(ids)),
        other => format!("{other:?}"),
    }
}

fn arguments(module: &Module, arguments: &[Argument]) -> String {
    let shown = arguments.iter().map(|argument| match argument.name {
        Some((name, _)) => format!("{}={}", module.name(name), show(module, argument.value)),
        None => show(module, argument.value),
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn text_of(module: &Module, pieces: &[Piece]) -> String {
    let shown = pieces.iter().map(|piece| match piece {
        Piece::Literal(literal) => literal.value.to_string(),
        Piece::Hole(hole) => format!("⟨{}⟩", show(module, hole.expression)),
        other => format!("{other:?}"),
    });
    format!("'{}'", shown.collect::<String>())
}

fn block(module: &Module, block: &Block) -> String {
    let statements = block.statements.iter().map(|statement| match statement {
        Statement::Do(id) => format!("{};", show(module, *id)),
        Statement::Bind(bind) => {
            let value = bind
                .value
                .map(|value| show(module, value))
                .unwrap_or_default();
            format!("{} = {value};", show(module, bind.target))
        }
        Statement::Function(id) => format!(
            "fn {};",
            module
                .function(*id)
                .name
                .map_or("", |name| module.name(name))
        ),
        Statement::Class(id) => format!(
            "item {};",
            module.class(*id).name.map_or("", |name| module.name(name))
        ),
        Statement::Branch(branch) => format!("if {};", show(module, branch.test)),
        Statement::Return(value) => format!(
            "return {};",
            value.map(|v| show(module, v)).unwrap_or_default()
        ),
        Statement::Loop(_) => "loop;".to_owned(),
        other => format!("{other:?}"),
    });
    statements
        .chain(block.tail.map(|tail| show(module, tail)))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn chains_and_turbofish() {
    assert_eq!(
        value("sqlx::query_as::<_, User>(Q).bind(id).fetch_one(&pool).await?"),
        "sqlx::query_as<_, User>(Q).bind(id).fetch_one(pool).await?"
    );
    assert_eq!(
        value("<User as Model>::table(x)"),
        "User as Model::table(x)"
    );
    assert_eq!(value("\"a\" + \"b\" + c"), "(('a' + 'b') + c)");
}

#[test]
fn records_and_patterns() {
    assert_eq!(
        value("User { id, name: n.into(), ..base }"),
        "User {id: id, name: n.into(), ..base}"
    );
    assert_eq!(
        value("match u { Some(User { id, .. }) | Other(id, ..) if id > 1 => f(id), (a, _) => {} x @ 1..=2 => x }"),
        "match u {Some(User {id: id, ..other()}) | Other(id, other()) => f(id), (a, _) => {}, x = other(1, 2) => x}"
            .replace("=> {}", "=> ")
    );
}

#[test]
fn macros_are_read_as_expressions() {
    assert_eq!(
        value("sqlx::query!(\"SELECT 1\", a.b, c)"),
        "sqlx::query!('SELECT 1', a.b, c)"
    );
    assert_eq!(
        value("query_as!(Option<User>, \"x\", id as _)"),
        "query_as!(Option<User>, 'x', id as _)"
    );
    assert_eq!(value("concat!(\"a\", B, \"c\")"), "concat!('a', B, 'c')");
    assert_eq!(value("vec![a.b, c]"), "[a.b, c]");
    assert_eq!(
        value("matches!(x, Some(A | B))"),
        "matches!(x, Some((A | B)))"
    );
    assert_eq!(
        value("json!({ \"a\": user.email, \"b\": [1, null, {}], (k): f(x, y) })"),
        "{'a': user.email, 'b': [1, Null, {}], k: f(x, y)}"
    );
}

#[test]
fn templates_are_filled() {
    assert_eq!(
        value("format!(\"SELECT {} FROM {t} {0:?} {{}}\", a.b)"),
        "format!('SELECT ⟨a.b⟩ FROM ⟨t⟩ ⟨a.b⟩ {}', a.b)"
    );
    assert_eq!(
        value("write!(f, \"{x}\", x = y.z)"),
        "write!(f, '⟨y.z⟩', x=y.z)"
    );
    assert_eq!(value("sqlx::query!(\"'{}'\")"), "sqlx::query!(''{}'')");
}

#[test]
fn what_does_not_parse_keeps_its_values() {
    assert_eq!(
        value("m!(a b \"text\" f(x))"),
        "m!(other('text', other(x)) tokens)"
    );
    assert_eq!(
        value("info!(user.id = %u.id, ?e, \"done {}\", 1)"),
        "info!(user.id=u.id, e, 'done ⟨1⟩', 1)"
    );
    let shown = value("tokio::select! { r = rx.recv() => { go(r.x) } Some(y) = b => z, }");
    assert_eq!(
        shown,
        "tokio::select!(r=rx.recv(), {go(r.x)}, Some(y) = b, z)"
    );
}

#[test]
fn declaring_macros_keep_tokens_or_hold_items() {
    let facts = lowered(
        "table! { users (id) { id -> Int4, } }\nlazy_static! { static ref Q: String = f(\"x\"); }",
    );
    let shown = block(&facts.module, &facts.module.body);
    assert!(shown.starts_with("table!("), "{shown}");
    assert!(shown.contains(" tokens);"), "{shown}");
    assert!(shown.ends_with("lazy_static!({Q = f('x');});"), "{shown}");
}

#[test]
fn imports_are_one_for_each_name() {
    let facts = lowered(
        "pub use a::{b::C as D, e::*, self, f};\nuse crate::x;\nmod y;\n#[cfg(test)] #[path = \"t.rs\"] mod tests;",
    );
    let module = &facts.module;
    let shown: Vec<String> = module
        .imports
        .iter()
        .map(|i| {
            let name = |name: Option<impact_facts::Name>| name.map_or("", |name| module.name(name));
            format!(
                "{} {} {} {}{}",
                i.path,
                name(i.name),
                name(i.alias),
                i.public,
                if i.is_test { " test" } else { "" }
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "a::b C D true",
            "a::e *  true",
            " a  true",
            "a f  true",
            "crate x  false",
            " y  false",
            "t.rs tests  false test"
        ]
    );
}

#[test]
fn definitions_carry_attributes_fields_and_tests() {
    let facts = lowered(
        "#[derive(Queryable, sqlx::FromRow)] #[diesel(table_name = users, check(Pg))] pub struct User<T: A> where T: B {
            /// said
            #[sqlx(rename = \"e\")] pub email: Option<String>, id: i32 }
         impl<T> Trait<T> for User<T> { const N: i32 = 1; async fn get(&self, id: i32) -> Result<User> { self.id } }
         #[cfg(test)] mod tests { fn helper() {} #[tokio::test] async fn t() {} }",
    );
    let module = &facts.module;
    let user = &module.classes[0];
    let shown: Vec<String> = user.decorators.iter().map(|id| show(module, *id)).collect();
    assert_eq!(
        shown,
        [
            "derive(Queryable, sqlx::FromRow)",
            "diesel(table_name=users, check(Pg))"
        ]
    );
    assert_eq!(user.type_parameters[0].bounds.len(), 2);
    let email = &user.fields[0];
    assert_eq!(show(module, email.decorators[0]), "sqlx(rename='e')");
    assert_eq!(
        email.annotation.map(|of| show(module, of)).as_deref(),
        Some("Option<String>")
    );
    let implementation = &module.classes[1];
    assert_eq!(
        implementation.subject.map(|of| show(module, of)).as_deref(),
        Some("User<T>")
    );
    assert!(module.functions[0].is_async && !module.functions[0].is_test);
    assert!(module.functions[1].is_test && module.classes[2].is_test);
}

#[test]
fn blocks_have_values() {
    assert_eq!(
        value("|x| { let Some(y) = x else { return }; if let Some(z) = y && z { a() } b(y)?; y }"),
        "|…| Some(y) = x; if (let Some(z) = y && z); b(y)?; y"
    );
    assert_eq!(value("{ for a in b { } }"), "{loop;}");
    assert_eq!(value("{ match a { _ => 1 } }"), "{match a {_ => 1}}");
    assert_eq!(value("if a { b } else { c }"), "if a {b} else {c}");
}

#[test]
fn macro_rules_bodies_are_members() {
    let facts = lowered(
        "macro_rules! get { ($x:expr, $($y:ident),*) => { sqlx::query!(concat!(\"SELECT \", $x), $($y),*) }; }",
    );
    assert_eq!(
        block(&facts.module, &facts.module.classes[0].body),
        "sqlx::query!(concat!('SELECT ', _x), _y);"
    );
}

#[test]
fn half_files_and_deep_nesting_are_survived() {
    lowered("fn f( { let x = sqlx::query!(\"a");
    lowered(&"(".repeat(2_000));
    let deep = format!(
        "const X: T = {}1{};",
        "m!(".repeat(3_000),
        ")".repeat(3_000)
    );
    let facts = lowered(&deep);
    assert!(!facts.problems.is_empty());
    let chain = format!("const X: T = a{};", " + a".repeat(5_000));
    assert!(lowered(&chain).problems.is_empty());
}
