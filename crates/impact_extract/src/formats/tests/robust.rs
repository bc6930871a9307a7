use crate::formats::shown::facts;
use crate::formats::*;

const ALL: &[fn(&Source, &mut ModuleBuilder)] = &[
    lower_sql,
    lower_template,
    lower_yaml,
    lower_toml,
    lower_json,
    lower_crontab,
    lower_other,
];

const SAMPLES: &[&str] = &[
    "{% if a.b|c:\"d\" %}{{ e[f](g, h=i) if j else k }}{% for x, y in z %}é{% endfor %}{% macro m(a=1) %}{% endmacro %}{% endif %}",
    "a: &x [1, 'é', {b: *x}]\n---\n<<: *x\nc: |\n  té\n  u\n",
    "[a.\"b é\"]\nc = \"\"\"\nd\"\"\"\n[[e]]\nf = { g = [1, 'h'] }\n",
    "{\"a\\u00e9\": [\"é\", {\"b\": null}], /* c */ \"d\": -1.5e3}",
    "0 1 * * * run é\nA=é\n@daily x\n",
    "const q = `SELECT é, ${x.y} FROM t`; \"select a from \" + \"t where b = \" + c; <<~SQL\n  SELECT 1 FROM é\nSQL\n",
];

#[test]
fn half_files_do_not_panic() {
    for sample in SAMPLES {
        for (cut, _) in sample.char_indices() {
            for lower in ALL {
                facts(*lower, &sample[..cut]);
                facts(*lower, &sample[cut..]);
            }
        }
    }
}

#[test]
fn deep_nesting_is_bounded() {
    let deep = 20_000;
    let texts = [
        "[".repeat(deep),
        "{\"a\":".repeat(deep),
        "- ".repeat(deep),
        format!("{{{{ {} }}}}", "(".repeat(deep)),
        format!("{{{{ {}a }}}}", "not ".repeat(deep)),
        format!("{{{{ {}a }}}}", "a if b else ".repeat(deep)),
        format!("{{{{ a{} }}}}", ".b|c".repeat(deep)),
        format!(
            "{}{}",
            "{% if a %}".repeat(deep),
            "{% endif %}".repeat(deep)
        ),
        format!("a = {}", "[".repeat(deep)),
        "{{".repeat(deep),
        "{%".repeat(deep),
        "`${".repeat(deep),
        "\"select \" + ".repeat(deep),
    ];
    for text in &texts {
        for lower in ALL {
            facts(*lower, text);
        }
    }
}
