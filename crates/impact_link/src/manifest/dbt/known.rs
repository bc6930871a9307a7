//! What macros of packages and functions of dbt put out, where that can be said without running them.
//!
//! dbt 1.8 and dbt-utils 1.1: <https://github.com/dbt-labs/dbt-utils>.

use super::bound::{Bound, Frame};
use super::render::{Renderer, Star};
use impact_facts::{Call, ExpressionKind, Span, TableName};

/// Puts out what a call means. False, and nothing, if that is not known.
pub(super) type Known = for<'a> fn(&mut Renderer<'a, '_>, &Called<'a, '_>) -> bool;

/// A call, and where it stands.
pub(super) struct Called<'a, 'f> {
    /// The names there.
    pub(super) frame: &'f Frame<'a>,
    /// The call.
    pub(super) call: &'a Call,
    /// The place of what it puts out.
    pub(super) span: Span,
    /// How far it may go on.
    pub(super) depth: u32,
}

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
    ("var", var),
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
    called: &Called<'a, '_>,
    (place, name): (usize, &str),
) -> Option<Bound<'a>> {
    let Called { frame, call, .. } = called;
    let named = call.arguments.iter().find(|one| {
        one.name
            .is_some_and(|(said, _)| frame.module.name(said) == name)
    });
    let placed = call.arguments.get(place).filter(|one| one.name.is_none());
    renderer.bound(frame, named.or(placed)?.value, called.depth)
}

/// The relation that a bound `ref(…)` or `source(…)` means.
fn relation<'a>(renderer: &Renderer<'a, '_>, bound: &Bound<'a>, depth: u32) -> Option<TableName> {
    let ExpressionKind::Call(call) = bound.kind() else {
        return None;
    };
    renderer.table(&bound.frame, call, depth)
}

/// `star(from, relation_alias, except)`: the columns of one relation, without some.
fn star<'a>(renderer: &mut Renderer<'a, '_>, called: &Called<'a, '_>) -> bool {
    let given = |place, name| argument(renderer, called, (place, name));
    let (from, alias, except) = (
        given(0, "from"),
        given(1, "relation_alias"),
        given(2, "except"),
    );
    let alias = alias.and_then(|alias| alias.text()).unwrap_or_default();
    let except = except.map(|except| except.items()).unwrap_or_default();
    let star = Star {
        span: Span::default(),
        of: from.and_then(|from| relation(renderer, &from, called.depth)),
        except: except
            .iter()
            .filter_map(Bound::text)
            .map(|name| name.to_lowercase())
            .collect(),
    };
    renderer.star(called.frame.file, called.span, &alias, star);
    true
}

/// `union_relations(relations=[…])`: every column of each of them.
fn union_relations<'a>(renderer: &mut Renderer<'a, '_>, called: &Called<'a, '_>) -> bool {
    let Some(list) = argument(renderer, called, (0, "relations")) else {
        return false;
    };
    let relations: Vec<TableName> = list
        .items()
        .iter()
        .filter_map(|one| relation(renderer, one, called.depth))
        .collect();
    if relations.is_empty() || relations.len() != list.items().len() {
        return false;
    }
    renderer.word(called.frame.file, called.span, "(select * from ");
    for (at, table) in relations.iter().enumerate() {
        if at > 0 {
            renderer.word(called.frame.file, called.span, ", ");
        }
        renderer.relation(called.frame.file, called.span, table);
    }
    renderer.word(called.frame.file, called.span, ")");
    true
}

/// `generate_surrogate_key(['a', 'b'])`: a hash of columns.
fn surrogate_key<'a>(renderer: &mut Renderer<'a, '_>, called: &Called<'a, '_>) -> bool {
    renderer.word(called.frame.file, called.span, "md5(concat(");
    let listed = listed(renderer, called, ", ");
    renderer.word(called.frame.file, called.span, "))");
    listed
}

fn now<'a>(renderer: &mut Renderer<'a, '_>, called: &Called<'a, '_>) -> bool {
    renderer.word(called.frame.file, called.span, "now()");
    true
}

fn var<'a>(renderer: &mut Renderer<'a, '_>, called: &Called<'a, '_>) -> bool {
    let said = renderer.var(called.frame, called.call);
    said.is_some_and(|said| renderer.bound_value(&said, called.depth))
}

/// Jinja's filter: `columns | join(', ')`.
fn join<'a>(renderer: &mut Renderer<'a, '_>, called: &Called<'a, '_>) -> bool {
    let between = argument(renderer, called, (1, "d"));
    let between = between.and_then(|one| one.text()).unwrap_or_default();
    listed(renderer, called, &between)
}

/// Puts out the items of the first argument.
fn listed<'a>(renderer: &mut Renderer<'a, '_>, called: &Called<'a, '_>, between: &str) -> bool {
    let Called {
        frame, call, depth, ..
    } = *called;
    let Some(first) = call.arguments.first() else {
        return false;
    };
    let Some(list) = renderer.bound(frame, first.value, depth) else {
        return false;
    };
    let items = list.items();
    for (at, item) in items.iter().enumerate() {
        let (file, span) = (item.frame.file, item.span());
        if at > 0 {
            renderer.word(file, span, between);
        }
        if depth == 0 || !renderer.bound_value(item, depth - 1) {
            renderer.hole(file, span);
        }
    }
    !items.is_empty()
}
