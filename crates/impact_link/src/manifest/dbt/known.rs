//! What macros of packages and functions of dbt put out, where that can be said without running them.
//!
//! dbt 1.8 and dbt-utils 1.1: <https://github.com/dbt-labs/dbt-utils>.

use super::bound::{Bound, Frame};
use super::render::{Renderer, Star};
use impact_facts::{Call, ExpressionKind, Span, TableName};

/// Puts out what a call means. False, and nothing, if that is not known.
pub(super) type Known = for<'a> fn(&mut Renderer<'a, '_>, &Frame<'a>, &'a Call, Span, u32) -> bool;

/// By name.
const KNOWN: &[(&str, Known)] = &[
    ("dbt_utils.star", star),
    ("dbt_utils.union_relations", union_relations),
    ("dbt_utils.generate_surrogate_key", surrogate_key),
    ("dbt_utils.surrogate_key", surrogate_key),
    ("current_timestamp", now),
    ("dbt.current_timestamp", now),
    ("dbt_utils.current_timestamp", now),
    ("join", join),
];

/// What is known of a macro or filter.
pub(super) fn find(name: &str) -> Option<Known> {
    KNOWN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, known)| *known)
}

/// The argument at a place, or of a name.
fn argument<'a>(
    renderer: &Renderer<'a, '_>,
    frame: &Frame<'a>,
    call: &'a Call,
    (place, name): (usize, &str),
    depth: u32,
) -> Option<Bound<'a>> {
    let named = call.arguments.iter().find(|one| {
        one.name
            .is_some_and(|(said, _)| frame.module.name(said) == name)
    });
    let placed = call.arguments.get(place).filter(|one| one.name.is_none());
    renderer.bound(frame, named.or(placed)?.value, depth)
}

/// The relation that a bound `ref(…)` or `source(…)` means.
fn relation<'a>(renderer: &Renderer<'a, '_>, bound: &Bound<'a>, depth: u32) -> Option<TableName> {
    let ExpressionKind::Call(call) = &bound.module.expression(bound.id).kind else {
        return None;
    };
    renderer.table(&bound.frame(), call, depth)
}

/// `star(from, relation_alias, except)`: the columns of one relation, without some.
fn star<'a>(
    renderer: &mut Renderer<'a, '_>,
    frame: &Frame<'a>,
    call: &'a Call,
    span: Span,
    depth: u32,
) -> bool {
    let given = |place, name| argument(renderer, frame, call, (place, name), depth);
    let (from, alias, except) = (
        given(0, "from"),
        given(1, "relation_alias"),
        given(2, "except"),
    );
    let alias = alias.and_then(|alias| alias.text()).unwrap_or_default();
    let except = except.map(|except| except.items()).unwrap_or_default();
    let star = Star {
        span: Span::default(),
        of: from.and_then(|from| relation(renderer, &from, depth)),
        except: except
            .iter()
            .filter_map(Bound::text)
            .map(|name| name.to_lowercase())
            .collect(),
    };
    renderer.star(frame.file, span, &alias, star);
    true
}

/// `union_relations(relations=[…])`: every column of each of them.
fn union_relations<'a>(
    renderer: &mut Renderer<'a, '_>,
    frame: &Frame<'a>,
    call: &'a Call,
    span: Span,
    depth: u32,
) -> bool {
    let Some(list) = argument(renderer, frame, call, (0, "relations"), depth) else {
        return false;
    };
    let relations: Vec<TableName> = list
        .items()
        .iter()
        .filter_map(|one| relation(renderer, one, depth))
        .collect();
    if relations.is_empty() || relations.len() != list.items().len() {
        return false;
    }
    renderer.word(frame.file, span, "(select * from ");
    for (at, table) in relations.iter().enumerate() {
        if at > 0 {
            renderer.word(frame.file, span, ", ");
        }
        renderer.relation(frame.file, span, table);
    }
    renderer.word(frame.file, span, ")");
    true
}

/// `generate_surrogate_key(['a', 'b'])`: a hash of columns.
fn surrogate_key<'a>(
    renderer: &mut Renderer<'a, '_>,
    frame: &Frame<'a>,
    call: &'a Call,
    span: Span,
    depth: u32,
) -> bool {
    renderer.word(frame.file, span, "md5(concat(");
    let listed = listed(renderer, frame, call, ", ", depth);
    renderer.word(frame.file, span, "))");
    listed
}

fn now<'a>(
    renderer: &mut Renderer<'a, '_>,
    frame: &Frame<'a>,
    _call: &'a Call,
    span: Span,
    _depth: u32,
) -> bool {
    renderer.word(frame.file, span, "now()");
    true
}

/// Jinja's filter: `columns | join(', ')`.
fn join<'a>(
    renderer: &mut Renderer<'a, '_>,
    frame: &Frame<'a>,
    call: &'a Call,
    _span: Span,
    depth: u32,
) -> bool {
    let between = argument(renderer, frame, call, (1, "d"), depth);
    let between = between.and_then(|one| one.text()).unwrap_or_default();
    listed(renderer, frame, call, &between, depth)
}

/// Puts out the items of the first argument.
fn listed<'a>(
    renderer: &mut Renderer<'a, '_>,
    frame: &Frame<'a>,
    call: &'a Call,
    between: &str,
    depth: u32,
) -> bool {
    let Some(first) = call.arguments.first() else {
        return false;
    };
    let Some(list) = renderer.bound(frame, first.value, depth) else {
        return false;
    };
    let items = list.items();
    for (at, item) in items.iter().enumerate() {
        let span = item.module.expression(item.id).span;
        if at > 0 {
            renderer.word(item.file, span, between);
        }
        if depth == 0 || !renderer.bound_value(item, depth - 1) {
            renderer.hole(item.file, span);
        }
    }
    !items.is_empty()
}
