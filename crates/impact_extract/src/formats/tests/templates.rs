use crate::formats::lower_template;
use crate::formats::shown::shown;

fn lowered(text: &str) -> String {
    shown(lower_template, text)
}

#[test]
fn output_and_filters_are_expressions() {
    assert_eq!(
        lowered("<p>{{ user.profile.email|lower|default:\"x\" }}</p>"),
        "default(lower(user.profile.email), `x`)"
    );
    assert_eq!(
        lowered("{{ rows[0].name }} {{ f(a, b=c)|join(', ') }}"),
        "rows[0].name\njoin(f(a, b=c), `, `)"
    );
    assert_eq!(
        lowered("{{ items.0.title }}{{ a.b|date:fmt.long }}"),
        "items.0.title\ndate(a.b, fmt.long)"
    );
    assert_eq!(
        lowered("{{ a.b if c is not none else d ~ '!' }}"),
        "(a.b if none(c) else (d ~ `!`))"
    );
}

#[test]
fn branches_and_loops() {
    assert_eq!(
        lowered(
            "{% if a.b and not c %}{{ x }}{% elif d|length > 2 %}{{ y }}{% else %}{{ z }}{% endif %}"
        ),
        "if (a.b and (not c))\n  x\nelse\n  if (length(d) > 2)\n    y\n  else\n    z"
    );
    assert_eq!(
        lowered(
            "{% for k, v in d.items reversed %}{{ v.email }}{% empty %}{{ none_of }}{% endfor %}"
        ),
        "for (k, v) in d.items\n  v.email\nempty\n  none_of"
    );
    assert_eq!(
        lowered("{% for u in users if u.active %}{{ u.name }}{% endfor %}"),
        "for u in users\n  if u.active\n    u.name"
    );
}

#[test]
fn binds_and_imports() {
    assert_eq!(
        lowered("{% load humanize %}{% with a=b.c total=d|length %}{{ a.e }}{% endwith %}"),
        "import humanize\na = b.c\ntotal = length(d)\na.e"
    );
    assert_eq!(
        lowered("{% with b.c as a %}{% endwith %}{% set x = y.z %}"),
        "a = b.c\nx = y.z"
    );
    assert_eq!(
        lowered("{% include \"row.html\" with user=u.owner only %}"),
        "import row.html\ninclude(`row.html`, user=u.owner)"
    );
    assert_eq!(
        lowered("{% extends 'base.html' %}"),
        "import base.html\nextends(`base.html`)"
    );
    assert_eq!(
        lowered("{% url 'show' user.pk q=a.b as link %}"),
        "link = url(`show`, user.pk, q=a.b)"
    );
    assert_eq!(
        lowered("{% regroup people by team.name as teams %}"),
        "for item in people\n  item.team.name\nteams = regroup(people)"
    );
}

#[test]
fn tags_of_libraries_are_calls_and_their_bodies_are_read() {
    assert_eq!(
        lowered("{% cache 500 side user.pk %}{{ user.name }}{% endcache %}"),
        "cache(500, side, user.pk)\nuser.name"
    );
    assert_eq!(
        lowered(
            "{% blocktranslate with n=a.b count c=d|length %}one {{ n }}{% plural %}many{% endblocktranslate %}"
        ),
        "n = a.b\nc = length(d)\nn"
    );
}

#[test]
fn macros_are_functions() {
    assert_eq!(
        lowered("{% macro field(user, size=3) %}{{ user.email }}{% endmacro %}{{ field(u) }}"),
        "fn field(user, size)\n  user.email\nfield(u)"
    );
}

#[test]
fn what_is_not_run_is_not_read() {
    assert_eq!(
        lowered(
            "{# user.email #}{% comment \"x\" %}{{ a.b }}{% endcomment %}{% verbatim %}{{ c.d }}{% endverbatim %}{{ e }}"
        ),
        "e"
    );
    assert_eq!(lowered("no marks { here }"), "");
}

#[test]
fn a_set_with_and_one_without_a_body_can_stand_together() {
    assert_eq!(
        lowered(
            "{% if a %}{% set x = 1 %}{% else %}{{ b }}{% endif %}{% set y %}{{ z }}{% endset %}"
        ),
        "if a\n  x = 1\nelse\n  b\nz\ny = other()"
    );
}
