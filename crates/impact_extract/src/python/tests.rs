use crate::{Packs, describe, extract};
use impact_facts::{ExpressionKind, FileFacts, Language, Piece, Problem, ProblemKind, Span};

fn facts(source: &str) -> FileFacts {
    extract(source.as_bytes(), Language::Python, &Packs::default())
}

/// What `source` is lowered to, without line numbers.
fn lowered(source: &str) -> String {
    let description = describe(&facts(source), source.as_bytes());
    let lines: Vec<&str> = description
        .lines()
        .skip(1)
        .map(|line| line.get(7..).unwrap_or(line))
        .collect();
    lines.join("\n")
}

fn check(source: &str, expected: &str) {
    assert_eq!(lowered(source), expected, "{source}");
}

/// The spans in the file of the pieces of a text that contain `needle`.
fn located<'a>(source: &'a str, needle: &str) -> Vec<&'a str> {
    let facts = facts(source);
    let pieces = facts.module.texts.iter().flat_map(|text| &text.pieces);
    let literals = pieces.filter_map(|piece| match piece {
        Piece::Literal(literal) => Some(literal),
        _ => None,
    });
    let spans = literals.filter_map(|literal| {
        let start = literal.value.find(needle)? as u32;
        Some(literal.map.span(start, start + needle.len() as u32))
    });
    spans
        .map(|span| &source[span.start as usize..span.end as usize])
        .collect()
}

#[test]
fn imports_are_one_entry_for_each_name() {
    check("import a.b, c as d", "import a.b\nimport c as d");
    check(
        "from ..x import (y, z as w)",
        "import ..x y\nimport ..x z as w",
    );
    check("from . import q", "import . q");
    check("from m import *", "import m *");
    check(
        "from __future__ import annotations",
        "import __future__ annotations",
    );
}

#[test]
fn assignments_bind() {
    check("a = b = f()", "a = f()\nb = f()");
    check("x: int", "x: int");
    check("x: int = 3", "x: int = 3");
    check("x += 1", "x += 1");
    check("a.b, (c, *d) = 1, 2", "(a.b, (c, *d)) = (1, 2)");
    check("type X[T] = list[T] | None", "X = (list[T] | None)");
}

#[test]
fn a_chain_of_targets_shares_one_value() {
    let facts = facts("a = b = f()");
    let values: Vec<_> = facts
        .module
        .body
        .statements
        .iter()
        .map(|statement| format!("{statement:?}"))
        .collect();
    let value = |text: &str| {
        text.split("value: ")
            .nth(1)
            .and_then(|rest| rest.split(", a").next())
            .map(str::to_owned)
    };
    assert_eq!(value(&values[0]), value(&values[1]));
}

#[test]
fn functions_keep_every_kind_of_parameter() {
    check(
        "async def f(a, /, b=2, *c: int, d: int = 1, **e) -> X: yield",
        "async generator def f(positional a, b = 2, *c: int, named d: int = 1, **e) -> X\n  (yield)",
    );
    check(
        "def f[T: Base](x, *, y): ...",
        "def f[T: Base](x, named y)\n  other()",
    );
    check("@a.b(c)\ndef f(): return 1", "@a.b(c)\ndef f()\n  return 1");
    check("f = lambda x, y=1: x", "f = lambda(x, y = 1) { return x }");
}

#[test]
fn a_definition_spans_its_decorators_and_comes_before_what_it_holds() {
    let source = "@a\ndef f():\n  def g(): pass";
    let facts = facts(source);
    assert_eq!(
        facts.module.functions[0].span,
        Span::new(0, source.len() as u32)
    );
    let names: Vec<&str> = facts
        .module
        .functions
        .iter()
        .filter_map(|function| function.name.map(|name| facts.module.name(name)))
        .collect();
    assert_eq!(names, ["f", "g"]);
}

#[test]
fn classes_hold_bases_and_binds() {
    check(
        "class U(Base, metaclass=M):\n  id: int = Column()\n",
        "class U(Base, metaclass=M)\n  id: int = Column()",
    );
}

#[test]
fn control_flow_keeps_its_parts() {
    check(
        "if a: b\nelif c: d\nelse: e",
        "if a\n  b\nelse\n  if c\n    d\n  else\n    e",
    );
    check(
        "for a, b in c: d\nelse: e",
        "loop for (a, b) in c\n  d\nelse\n  e",
    );
    check("while a: b", "loop while a\n  b");
    check("with a as b, c: d", "with a as b, c\n  d");
    check("with (a as b, c as d): e", "with a as b, c as d\n  e");
    check(
        "try: a\nexcept (B, C) as e: f\nelse: g\nfinally: h",
        "try\n  a\nexcept (B, C) as e\n  f\nelse\n  g\nfinally\n  h",
    );
    check("assert a, b", "if a\nelse\n  raise b");
    check("raise A(b) from c", "c\nraise A(b)");
    check("del a.b, c[0]", "del a.b, c[0]");
    check("def f():\n  global a, b", "def f()\n  outer a, b");
}

#[test]
fn patterns_take_the_form_of_what_they_match() {
    check(
        "match a, b:\n  case User(id=1, name=n) | [1, *rest] if n: pass\n  case {'k': v, **r} as w: x\n  case a.B(): y\n  case -1 | _: z",
        "match (a, b) { (User(id=1, name=n) | [1, *rest]) if n => {  }; (w := {\"k\": v, **r}) => { x }; a.B() => { y }; (1 | _) => { z }; }",
    );
}

#[test]
fn expressions_keep_their_operators_and_order() {
    check(
        "a and not b or c is not d",
        "((a and (not b)) or (c is not d))",
    );
    check("a < b   not   in c", "((a < b) not in c)");
    check("-1 ** ~x", "(- (1 ** (~ x)))");
    check("(n := 3)", "(n := 3)");
    check("a if b else c", "(a if b else c)");
    check(
        "x.y[1:2, 3](*a, k=b, **c).z",
        "x.y[other(1, 2), 3](*a, k=b, **c).z",
    );
    check(
        "{1: 2, **a}, {1, *b}, [c], ()",
        "({1: 2, **a}, {1, *b}, [c], ())",
    );
    check(
        "[a async for b, c in d if e for f in g]",
        "[a for (b, c) in d if e for f in g]",
    );
    check("f(a for a in b)", "f((a for a in b))");
    check("0xff, 1_000, 1.5, 3j", "(255, 1000, number, number)");
    check("x = yield from y", "x = (yield from y)");
    check("print 'a'", "print(\"a\")");
}

#[test]
fn a_string_in_a_types_place_is_a_type() {
    check("x: 'list[User] | None'", "x: (list[User] | None)");
    check(
        "def f(a: Mapped['User']) -> 'b.C': ...",
        "def f(a: Mapped[User]) -> b.C\n  other()",
    );
    check("x: Literal['a']", "x: Literal[\"a\"]");
    check(
        "x: Annotated['A', f('b'), 'c']",
        "x: Annotated[A, f(\"b\"), \"c\"]",
    );
    check("x: 'not a type'", "x: \"not a type\"");
    check("x = f('User')", "x = f(\"User\")");
}

#[test]
fn a_type_in_a_string_stands_where_its_characters_do() {
    let source = "x: 'list[User]'";
    let facts = facts(source);
    let user = facts.module.expressions.iter().find(
        |expression| matches!(expression.kind, ExpressionKind::Name(name) if facts.module.name(name) == "User"),
    );
    assert_eq!(user.map(|user| user.span), Some(Span::new(9, 13)));
}

#[test]
fn strings_say_what_they_mean() {
    check(r#"x = "a" 'b' """c""""#, "x = \"abc\"");
    check(
        "x = '\\x41\\u00e9\\101\\N{BULLET}\\d\\\nb'",
        "x = \"AéA•\\\\db\"",
    );
    check(r"x = r'\d{1}' b'y'", "x = \"\\\\d{1}y\"");
    check(r"x = b'\xff'", "x = number");
    check("x = 'a' + 'b'", "x = (\"a\" + \"b\")");
    check("x = '{}'", "x = \"{}\"");
}

#[test]
fn holes_of_f_strings_are_expressions() {
    check(
        r#"f"a {b.c!r:>10} {{d}} {e=}" "f{g}""#,
        "\"a {b.c} {d} e={e}f{g}\"",
    );
    check(r#"f"{a:{b}}""#, "\"{other(a, b)}\"");
    check(r#"f"{f'{a}'}""#, "\"{\"{a}\"}\"");
    check(r#"f"{a, b}""#, "\"{(a, b)}\"");
    check(r#"rf"\d{a}""#, "\"\\\\d{a}\"");
}

#[test]
fn every_byte_of_a_string_knows_its_place() {
    assert_eq!(located("x = 'SELECT email'", "email"), ["email"]);
    assert_eq!(located(r"x = '\n\u00e9\x41 email\tb'", "email"), ["email"]);
    assert_eq!(located("x = 'a' \\\n  'b email'", "email"), ["email"]);
    assert_eq!(located("x = f'{a} {{b}} email {c}'", "email"), ["email"]);
    assert_eq!(located("x = '''a\r\nb\r\n email'''", "email"), ["email"]);
    assert_eq!(located("x = 'é\\\nemail'", "email"), ["email"]);
    assert_eq!(located("x = f'{email=}'", "email="), ["email="]);
    assert_eq!(located(r"x = 'em\x61il'", "email"), [r"em\x61il"]);
}

#[test]
fn a_hole_spans_its_braces() {
    let source = "x = f'a {b} c'";
    let facts = facts(source);
    let holes: Vec<Span> = facts.module.texts[0]
        .pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(hole.span),
            _ => None,
        })
        .collect();
    assert_eq!(holes, [Span::new(8, 11)]);
}

#[test]
fn comments_change_nothing() {
    check("f(  # a\n  b,  # c\n  # d\n  g\n)\n", "f(b, g)");
    check("x = (a  # b\n  .c  # d\n  # e\n  .f())", "x = a.c.f()");
    check("x = (\n # a\n 'b' # c\n 'd')", "x = \"bd\"");
}

#[test]
fn what_does_not_parse_is_a_problem_and_the_rest_is_lowered() {
    let source = "import a\nx = = 3\ndef f():\n  return a.b\n";
    let facts = facts(source);
    assert!(
        facts
            .problems
            .iter()
            .any(|problem| problem.kind == ProblemKind::Syntax)
    );
    let lowered = lowered(source);
    assert!(
        lowered.contains("import a") && lowered.contains("return a.b"),
        "{lowered}"
    );
}

#[test]
fn annotations_are_comments_that_begin_with_the_mark() {
    let facts = facts("x = f()  # impact: reads users.email\ny = '# impact: no'\n");
    let said: Vec<&str> = facts
        .annotations
        .iter()
        .map(|annotation| &*annotation.text)
        .collect();
    assert_eq!(said, ["reads users.email"]);
    assert_eq!(facts.annotations[0].target, Span::new(0, 7));
}

#[test]
fn a_byte_order_mark_moves_nothing() {
    let source = "\u{feff}import a\r\nx = 'b'\r\n";
    let facts = facts(source);
    assert_eq!(facts.problems, Vec::<Problem>::new());
    assert_eq!(facts.module.texts[0].span, Span::new(17, 20));
}

#[test]
fn deep_nesting_ends_at_a_bound_and_is_a_problem() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("f(", ")"),
        ("-", "1"),
        ("lambda: ", "1"),
        ("not ", "1"),
    ] {
        let close = if close == "1" {
            "1".to_owned()
        } else {
            close.repeat(20_000)
        };
        let source = format!("x = {}{close}\ny = 1\n", open.repeat(20_000));
        let bound = facts(&source)
            .problems
            .iter()
            .any(|problem| problem.kind == ProblemKind::Bound);
        assert!(bound, "{open}");
    }
}

#[test]
fn long_chains_are_not_deep() {
    for link in [" + 'b'", ".c()", "[0]", " and d", " < e"] {
        let source = format!("x = a{}\n", link.repeat(20_000));
        assert_eq!(facts(&source).problems, Vec::<Problem>::new(), "{link}");
    }
}

#[test]
fn many_tests_of_one_if_are_no_nesting() {
    let source = format!("if a: b\n{}else: c\n", "elif d: e\n".repeat(20_000));
    let facts = facts(&source);
    assert_eq!(facts.problems, Vec::<Problem>::new());
    assert_eq!(facts.module.expressions.len(), 2 * 20_000 + 3);
}
