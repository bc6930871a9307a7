use crate::formats::shown::{facts, problems, shown};
use crate::formats::{lower_crontab, lower_json, lower_toml, lower_yaml};
use impact_facts::ProblemKind;

#[test]
fn yaml_becomes_collections() {
    let text = "a: [1, \"q\\u00e9x\"]\nb: |\n  select éx\n  from tab\n\nc: >-\n  fold\n  ed\ne: 'it''s'\nk: true\n";
    assert_eq!(
        shown(lower_yaml, text),
        "{`a`: [1, `qéx`], `b`: `select éx\nfrom tab\n`, `c`: `fold ed`, `e`: `it's`, `k`: true}"
    );
}

#[test]
fn yaml_documents_aliases_and_merge_keys() {
    let text = "base: &b\n  user: x\n---\nc: &d [1]\ne: *d\nf:\n  <<: *d\n  g: ~\n";
    assert_eq!(
        shown(lower_yaml, text),
        "{`base`: {`user`: `x`}}\n{`c`: [1], `e`: [1], `f`: {**[1], `g`: null}}"
    );
}

#[test]
fn aliases_do_not_multiply_without_end() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let alias = format!("*a{}", level - 1);
        let aliases = vec![alias; 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert!(facts(lower_yaml, &text).module.expressions.len() < 2_000);
}

#[test]
fn yaml_goes_on_after_an_error_and_keeps_the_words_of_what_it_lost() {
    let text = "users:\n  - id\nbad: a: lost_word\n  more\nlast: 1\n";
    assert_eq!(
        shown(lower_yaml, text),
        "{`users`: [`id`], `bad`: `a`}\nset(`lost_word`, `more`)\n{`last`: 1}"
    );
    assert_eq!(problems(lower_yaml, text), [ProblemKind::Syntax]);
}

#[test]
fn yaml_with_template_marks_is_read_with_the_marks_blanked() {
    let text = "kind: CronJob\n{{- if .Values.on }}\nspec:\n  schedule: {{ .Values.schedule | quote }}\n  name: {{ x }}-job\n{{- end }}\n";
    assert_eq!(
        shown(lower_yaml, text),
        "{`kind`: `CronJob`, `spec`: {`schedule`: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`, `name`: `xxxxxxx-job`}}"
    );
    let ruby = "<% 3.times do |i| %>\nrow_<%= i %>:\n  id: <%= i %>\n<% end %>\n";
    assert_eq!(
        shown(lower_yaml, ruby),
        "{`row_xxxxxxxx`: {`id`: `xxxxxxxx`}}"
    );
    let quoted = "command: \"dbt run {{ var }}\"\n";
    assert_eq!(
        shown(lower_yaml, quoted),
        "{`command`: `dbt run {{ var }}`}"
    );
}

#[test]
fn json_becomes_collections_with_comments_and_half_files() {
    assert_eq!(
        shown(
            lower_json,
            "{\"a\": [1, 2.5, null, true], // c\n \"q\\\"x\": \"l\\nine\",}"
        ),
        "{`a`: [1, number, null, true], `q\"x`: `l\nine`}"
    );
    let half = "{\"users\": [\"id\", \"ema";
    assert_eq!(shown(lower_json, half), "{`users`: [`id`, `ema`]}");
    assert_eq!(problems(lower_json, half), [ProblemKind::Syntax]);
    assert_eq!(
        shown(lower_json, "{\"a\":1}\n{\"b\":2}\n"),
        "{`a`: 1}\n{`b`: 2}"
    );
}

#[test]
fn toml_becomes_collections_in_the_order_of_the_file() {
    let text = "title = \"x\"\n[users.columns]\nid = \"public\"\nemail = 'private'\n[[job]]\ncommand = \"\"\"\nrun \\\n  it\"\"\"\n";
    assert_eq!(
        shown(lower_toml, text),
        "{`title`: `x`, `users`: {`columns`: {`id`: `public`, `email`: `private`}}, `job`: [{`command`: `run it`}]}"
    );
    assert_eq!(
        problems(lower_toml, "a = \n[b]\nc = 1\n"),
        [ProblemKind::Syntax]
    );
}

#[test]
fn crontab_lines_have_a_schedule_and_a_command() {
    let text = "SHELL=/bin/bash\n# m h\n15 4 * * *  python x.py\n@daily run it\nnot a line\n";
    assert_eq!(
        shown(lower_crontab, text),
        "SHELL = `/bin/bash`\n{`schedule`: `15 4 * * *`, `command`: `python x.py`}\n{`schedule`: `@daily`, `command`: `run it`}"
    );
}

#[test]
fn long_lists_of_unlike_records_are_cut_and_say_so_once() {
    let rows: Vec<String> = (0..9_000).map(|at| format!("{{\"id{at}\": 1}}")).collect();
    let rows = rows.join(",");
    let facts = facts(
        lower_json,
        &format!("{{\"rows\": [{rows}], \"after\": \"kept\"}}"),
    );
    assert!(facts.module.expressions.len() < 16_000);
    assert_eq!(facts.problems.len(), 1);
}

#[test]
fn annotations_are_found_in_comments() {
    let facts = facts(
        lower_yaml,
        "a: 1  # impact: ignore users.email\nb: 'impact: no'\n",
    );
    let said: Vec<_> = facts.annotations.iter().map(|a| &*a.text).collect();
    assert_eq!(said, ["ignore users.email"]);
}

#[test]
fn of_a_long_list_of_records_one_of_each_shape_is_kept() {
    let alike = r#"{"model": "a.b", "fields": {"x": [1, 2]}},"#.repeat(3_000);
    let other =
        r#"{"model": "a.c", "fields": {"x": [1]}}, {"model": "a.b", "fields": {"y": "select z"}},"#;
    let text = format!("[{alike}{other}{alike}{{\"last\": 1}}]");
    for lower in [lower_json, lower_yaml] {
        let said = shown(lower, &text);
        assert_eq!(said.matches("`a.b`").count(), 1_001);
        assert!(said.ends_with("{`model`: `a.c`, `fields`: {`x`: [1]}}, {`model`: `a.b`, `fields`: {`y`: `select z`}}, {`last`: 1}]"));
        assert_eq!(problems(lower, &text), []);
    }
}
