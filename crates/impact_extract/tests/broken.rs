//! Nothing that a file can hold makes extraction panic, point outside the file, or fall silent.

use impact_extract::{Packs, describe, extract, language_of};
use impact_facts::{FileFacts, Language, ProblemKind, Span};
use proptest::prelude::*;
use std::path::Path;

const LANGUAGES: &[Language] = &[
    Language::Python,
    Language::Rust,
    Language::Sql,
    Language::Template,
    Language::Yaml,
    Language::Toml,
    Language::Json,
    Language::Crontab,
    Language::Other,
];

const PYTHON: &str = r#"
import a.b as c
from ..d import (e, f as g)
@app.route("/users/<int:id>", methods=["GET"])
async def users(id: "int | None", /, *args, k=1, **kw) -> Optional["User"]:
    """Doc é"""
    async with s.begin() as t, u:
        async for r in s.stream(f"SELECT {a!r:>{w}} {{x}} {y=} FROM t" "\n\u00e9\N{BULLET}\
z" rb'\d' % (1,)):
            yield r.email
    match p, q:
        case User(id=1, name=n) | [1, *rest] if n > 0: pass
        case {"a": -1, **r} as w: x = [v for v in y if v]
    try: f()
    except (A, B) as e: raise C(e) from e
    finally: del a.b, c[0:1]
class U[T](Base, metaclass=M):
    name: Mapped[list["Addr"]] = relationship("Addr")
cursor.execute("select email from users where id = %s", (lambda z: z)(1))  # impact: reads users.email
if a and not b or c is not d: x += 1
elif (n := 3): global z
else: print("x", file=f)
"#;

const RUST: &str = r##"
use a::{b::C as D, e::*};
#[derive(Queryable)] #[diesel(table_name = users)]
pub struct User<'a, T: Bound> where T: Other { #[serde(rename = "x")] pub id: i32, email: &'a str }
impl<T> Trait for User<'_, T> { async fn f(&self, x: u8) -> Result<(), E> {
    let User { id, .. } = users::table.filter(users::email.eq("a\u{e9}\n")).first::<User>(conn)?;
    match x { 1 | 2 if y => r#"select "email" from users"#, Some(n @ 1..=3) => b"x", _ => return Ok(()) };
    sqlx::query_as!(User, "select email from users where id = $1", id).fetch_one(&pool).await?;
    let json = json!({"a": [1, x.y], "b": format!("{z} {:?}", w)});
    for (a, b) in c.iter().map(|d| d.e) { loop { break 'l 1 as u64; } }
} }
macro_rules! m { ($x:expr) => { $x.email }; }
table! { users (id) { id -> Integer, email -> Nullable<Text>, } }
"##;

fn run(bytes: &[u8], language: Language) -> FileFacts {
    let facts = extract(bytes, language, &Packs::builtin());
    let within = |span: Span| {
        assert!(
            span.start <= span.end && span.end as usize <= bytes.len(),
            "{span:?}"
        )
    };
    facts
        .module
        .expressions
        .iter()
        .for_each(|expression| within(expression.span));
    facts.module.texts.iter().for_each(|text| within(text.span));
    facts
        .module
        .functions
        .iter()
        .for_each(|function| within(function.span));
    facts
        .module
        .classes
        .iter()
        .for_each(|class| within(class.span));
    facts
        .module
        .imports
        .iter()
        .for_each(|import| within(import.span));
    facts.module.tags.iter().for_each(|tag| within(tag.span));
    facts
        .problems
        .iter()
        .for_each(|problem| within(problem.span));
    facts
        .annotations
        .iter()
        .for_each(|annotation| within(annotation.span.to(annotation.target)));
    assert!(!describe(&facts, bytes).is_empty());
    facts
}

fn has(facts: &FileFacts, kind: ProblemKind) -> bool {
    facts.problems.iter().any(|problem| problem.kind == kind)
}

#[test]
fn broken_files_are_read_as_far_as_they_go_in_any_language() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/broken");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let bytes = std::fs::read(entry.path()).unwrap();
        assert!(language_of(&entry.file_name().to_string_lossy(), &bytes).is_some());
        LANGUAGES
            .iter()
            .for_each(|language| drop(run(&bytes, *language)));
        count += 1;
    }
    assert!(count > 10);
}

#[test]
fn what_could_not_be_read_is_said() {
    let file = |name: &str| {
        std::fs::read(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../../fixtures/broken")
                .join(name),
        )
        .unwrap()
    };
    assert!(has(
        &run(&file("latin1.py"), Language::Python),
        ProblemKind::Encoding
    ));
    assert!(has(
        &run(&file("half.py"), Language::Python),
        ProblemKind::Syntax
    ));
    assert!(has(
        &run(&file("half.rs"), Language::Rust),
        ProblemKind::Syntax
    ));
}

#[test]
fn deep_nesting_is_bounded_in_any_language() {
    let pairs = [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("f(", ")"),
        ("{\"a\":", "}"),
        ("a[", "]"),
        ("!", ""),
        ("&", ""),
        ("<", ">"),
        ("- ", ""),
    ];
    for (open, close) in pairs {
        let text = format!("x = {}1{};\n", open.repeat(30_000), close.repeat(30_000));
        LANGUAGES
            .iter()
            .for_each(|language| drop(run(text.as_bytes(), *language)));
    }
    let blocks: String = (0..2_000)
        .map(|at| format!("{}if x:\n", " ".repeat(at)))
        .collect();
    run(
        format!("{blocks}{}y\n", " ".repeat(2_000)).as_bytes(),
        Language::Python,
    );
    let blocks = format!(
        "fn f() {{ {} x {} }}",
        "if a { ".repeat(20_000),
        "}".repeat(20_000)
    );
    run(blocks.as_bytes(), Language::Rust);
    let tags = format!(
        "{}x{}",
        "{% if a %}".repeat(20_000),
        "{% endif %}".repeat(20_000)
    );
    run(tags.as_bytes(), Language::Template);
}

#[test]
fn long_lines_and_many_items_are_read() {
    let numbers = "1, ".repeat(300_000);
    assert_eq!(
        run(format!("x = [{numbers}]").as_bytes(), Language::Python).problems,
        []
    );
    assert_eq!(
        run(
            format!("const X: &[u8] = &[{numbers}];").as_bytes(),
            Language::Rust
        )
        .problems,
        []
    );
    let text = "select a from b where c = 'd' and ".repeat(60_000);
    assert_eq!(
        run(format!("x = \"{text}\"").as_bytes(), Language::Python).problems,
        []
    );
    assert_eq!(
        run(
            format!("const X: &str = \"{text}\";").as_bytes(),
            Language::Rust
        )
        .problems,
        []
    );
}

/// A text with some of its bytes changed, removed, repeated or swapped.
fn mutated(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0_u8..4);
    prop::collection::vec(change, 1..12).prop_map(move |changes| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, byte, what) in changes {
            let at = at.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, byte),
                _ => bytes.swap(at, usize::from(byte)),
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_python_never_panics(bytes in mutated(PYTHON)) {
        run(&bytes, Language::Python);
    }

    #[test]
    fn changed_rust_never_panics(bytes in mutated(RUST)) {
        run(&bytes, Language::Rust);
    }

    #[test]
    fn a_file_that_ends_anywhere_never_panics(end in 0..PYTHON.len(), other in 0..RUST.len()) {
        run(&PYTHON.as_bytes()[..end], Language::Python);
        run(&RUST.as_bytes()[..other], Language::Rust);
    }

    #[test]
    fn any_bytes_in_any_language_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), which in 0..LANGUAGES.len()) {
        run(&bytes, LANGUAGES[which]);
    }

    #[test]
    fn equal_bytes_give_equal_facts(bytes in mutated(PYTHON)) {
        prop_assert_eq!(run(&bytes, Language::Python), run(&bytes, Language::Python));
    }
}
