use super::*;
use crate::{describe, extract};
use impact_facts::{Capture, Captured, TagKind};

const CALLS: &str = r#"
((call
  function: (attribute object: (_) @receiver attribute: (identifier) @_name)
  arguments: (argument_list . (_) @text (_)? @parameters)) @sql
  (#eq? @_name "execute")
  (#instance? @receiver "acme.Cursor" "acme.Connection")
  (#set! dialect "sqlite"))
"#;

fn own(text: &str) -> Result<Packs, PackError> {
    Packs::load([("python/acme/calls.scm", text)])
}

fn error(text: &str) -> (usize, String) {
    own(text)
        .err()
        .map(|error| (error.line, error.message))
        .unwrap_or_default()
}

#[test]
fn every_pack_that_comes_with_impact_compiles_and_can_be_gated() {
    for (path, text) in builtin_files() {
        assert_eq!(compile(&path, &text), Ok(()), "{path}");
    }
    assert!(Packs::from_files(&builtin_files()).is_ok());
    let packs = Packs::builtin();
    for (_, rules) in &packs.loaded.languages {
        for group in rules.groups() {
            assert!(group.query(&rules.grammar).is_some());
            for rule in &group.rules {
                assert!(
                    !rule.gate.words.is_empty(),
                    "{}:{} names no word that it needs",
                    rule.pack,
                    rule.line
                );
            }
        }
    }
}

#[test]
fn a_match_carries_its_captures_conditions_and_settings() {
    let source = b"def f():\n  (c).execute('SELECT 1', x)\n  c.run('x')\n";
    let facts = extract(source, Language::Python, &own(CALLS).unwrap());
    let tags: Vec<_> = facts
        .module
        .tags
        .iter()
        .filter(|tag| &*tag.pack == "python/acme/calls")
        .collect();
    assert_eq!(tags.len(), 1);
    let tag = tags[0];
    assert_eq!(tag.kind, TagKind::Sql);
    assert_eq!(tag.setting("dialect"), Some("sqlite"));
    assert_eq!(tag.conditions.len(), 1);
    assert_eq!(&*tag.conditions[0].names[1], "acme.Connection");
    let Some(Captured::Expression(receiver)) = tag.first(Capture::Receiver) else {
        panic!("{tag:?}")
    };
    assert_eq!(facts.module.dotted(*receiver).as_deref(), Some("c"));
    assert!(describe(&facts, source).contains("@text = \"SELECT 1\""));
}

#[test]
fn a_captured_definition_is_the_lowered_one() {
    let packs = own(
        "(decorated_definition (decorator (identifier) @callee) definition: (_) @handler (#eq? @callee \"job\")) @job",
    );
    let source = b"@other\n@job\ndef f(): pass\n@job\nclass C: pass\n";
    let facts = extract(source, Language::Python, &packs.unwrap());
    let own = facts
        .module
        .tags
        .iter()
        .filter(|tag| &*tag.pack == "python/acme/calls");
    let handlers: Vec<_> = own.filter_map(|tag| tag.first(Capture::Handler)).collect();
    assert!(
        matches!(handlers[..], [Captured::Function(_), Captured::Class(_)]),
        "{handlers:?}"
    );
}

#[test]
fn an_argument_is_captured_wherever_it_stands() {
    let packs = own(
        "((call function: (attribute attribute: (identifier) @_verb)) @route
          (#any-of? @_verb \"get\" \"post\")
          (#argument! path @route 1 \"rule\" \"path\")
          (#set! method @_verb))",
    );
    let packs = packs.unwrap();
    let path = |source: &str| {
        let facts = extract(source.as_bytes(), Language::Python, &packs);
        let tag = facts
            .module
            .tags
            .iter()
            .find(|tag| &*tag.pack == "python/acme/calls")?;
        let Some(Captured::Expression(path)) = tag.first(Capture::Path) else {
            return None;
        };
        Some((
            tag.setting("method")?.to_owned(),
            facts.module.plain_text(*path)?,
        ))
    };
    let found = |method: &str| Some((method.to_owned(), "/x".to_owned()));
    assert_eq!(path("a.get(1, '/x')"), found("get"));
    assert_eq!(path("a.post(b=1, path='/x', *c)"), found("post"));
    assert_eq!(path("a.get(*b, '/x')"), None);
}

#[test]
fn a_pattern_may_ask_what_its_file_mentions() {
    let packs =
        own("((call function: (identifier) @_name) @request (#eq? @_name \"get\") (#mentions? \"acme\" \"corp\"))").unwrap();
    let tags = |source: &str| {
        let facts = extract(source.as_bytes(), Language::Python, &packs);
        facts
            .module
            .tags
            .iter()
            .filter(|tag| &*tag.pack == "python/acme/calls")
            .count()
    };
    assert_eq!(tags("import acme\nget()"), 1);
    assert_eq!(tags("from corp import get\nget()"), 1);
    assert_eq!(tags("import acme2\nget()"), 0);
}

#[test]
fn matches_are_the_same_near_their_words_and_over_the_whole_tree() {
    let packs = own(CALLS).unwrap();
    let tags = |calls: usize| {
        let source = format!(
            "class A:\n def f():\n{}",
            "  c.execute(execute('a'))\n".repeat(calls)
        );
        extract(source.as_bytes(), Language::Python, &packs)
            .module
            .tags
            .iter()
            .filter(|tag| &*tag.pack == "python/acme/calls")
            .count()
    };
    assert_eq!(tags(3), 3);
    assert_eq!(tags(300), 300);
}

#[test]
fn an_unknown_word_is_an_error_that_lists_the_known() {
    let (line, message) = error("(call) @sql\n\n(call) @query\n");
    assert_eq!(line, 3);
    assert!(
        message.contains("@query") && message.contains("@route") && message.contains("@receiver"),
        "{message}"
    );
    let (line, message) = error("((call) @sql\n (#is? @sql \"x\"))");
    assert_eq!(line, 2);
    assert!(
        message.contains("#binds?") && message.contains("#eq?"),
        "{message}"
    );
}

#[test]
fn a_pattern_has_one_kind() {
    assert!(error("(call) @callee").1.contains("needs one of"));
    assert!(error("(call (_) @sql) @route").1.contains("several"));
}

#[test]
fn what_the_grammar_does_not_know_is_an_error() {
    let (line, message) = error("\n(no_such_node) @sql");
    assert_eq!(
        (line, message.contains("no_such_node")),
        (2, true),
        "{message}"
    );
    assert_eq!(error("(call").0, 1);
}

#[test]
fn a_condition_is_said_of_a_capture_that_link_knows() {
    assert!(
        error("((call) @sql (#binds? @_x \"a\"))")
            .1
            .contains("#binds?")
    );
    assert!(error("((call) @sql (#binds? @callee))").1.contains("names"));
}

#[test]
fn a_pack_lies_in_a_folder_of_a_language_and_a_framework() {
    assert!(Packs::load([("cobol/x/y.scm", "")]).is_err());
    assert!(Packs::load([("python/y.scm", "")]).is_err());
    assert!(Packs::load([("README.md", "what this is")]).is_ok());
}

#[test]
fn stubs_are_modules() {
    let files = [
        ("python/acme/stubs/acme/__init__.py", "x = 1"),
        ("python/acme/stubs/acme/views.py", "y = 1"),
        ("rust/acme/stubs/acme/query.rs", ""),
    ];
    let packs = Packs::load(files).unwrap();
    let stubs: Vec<(&str, bool, Language)> = packs
        .stubs()
        .filter(|stub| stub.pack.ends_with("acme"))
        .map(|stub| (&*stub.module, stub.package, stub.language))
        .collect();
    let expected = [
        ("acme", true, Language::Python),
        ("acme.views", false, Language::Python),
        ("acme::query", false, Language::Rust),
    ];
    assert_eq!(stubs, expected);
}

#[test]
fn the_digest_tells_packs_apart() {
    let (one, same, other) = (own(CALLS).unwrap(), own(CALLS).unwrap(), own("").unwrap());
    assert_eq!(one.digest(), same.digest());
    assert_ne!(one.digest(), other.digest());
    assert_ne!(Packs::builtin().digest(), other.digest());
}

#[test]
fn a_teams_file_replaces_the_one_of_its_path() {
    let Some((path, _)) = builtin_files()
        .into_iter()
        .find(|(path, _)| path.ends_with(".scm"))
    else {
        return;
    };
    let pack = path.trim_end_matches(".scm");
    let packs = Packs::load([(path.as_str(), "")]).unwrap();
    assert!(
        packs
            .patterns()
            .iter()
            .all(|pattern| &*pattern.pack != pack)
    );
}
