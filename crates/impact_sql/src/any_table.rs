//! Statements whose table's name is filled in at run time: what they touch, whichever table of the catalog it is.

use crate::analyze::resolve;
use crate::resolution::{ColumnUse, Resolution};
use crate::schema::Schema;
use impact_facts::{Certainty, Span, TableName};
use std::collections::BTreeSet;

/// With more relations than this, any of them may be meant in any way.
const MAX_RELATIONS: usize = 600;
/// Longer texts are not tried with every table.
const MAX_LENGTH: usize = 4096;

/// The columns that `text` touches if the hole at `hole`, its only one, is the name of a table: every use with every
/// table of the catalog, each *possible*, with spans in `text`. None if the hole is no table's name, or if more than its
/// name is open.
#[must_use]
pub fn uses_of_any_table(text: &str, hole: Span, schema: &Schema) -> Option<Vec<ColumnUse>> {
    let (before, after) = (
        text.get(..hole.start as usize)?,
        text.get(hole.end as usize..)?,
    );
    let relations = &schema.inner.relations;
    if text.len() > MAX_LENGTH || relations.len() > MAX_RELATIONS || relations.is_empty() {
        return None;
    }
    let qualified = before.trim_end_matches('"').ends_with('.');
    let mut uses = Vec::new();
    let mut seen: BTreeSet<(TableName, Box<str>, Span)> = BTreeSet::new();
    let mut is_table = false;
    for relation in relations {
        let word = if qualified {
            relation.name.name.to_string()
        } else {
            relation.name.to_string()
        };
        let filled = format!("{before}{word}{after}");
        let named = Span::new(hole.start, hole.start + word.len() as u32);
        for one in resolve(&filled, &[], schema) {
            if one.error.is_some() && !is_unknown_column(&one) {
                return None;
            }
            let meets = |span: Span| span.start < named.end && named.start < span.end;
            is_table |= one.tables.iter().any(|table| meets(table.span));
            for mut used in one.uses {
                used.span = moved(used.span, named, hole);
                for at in &mut used.named_at {
                    *at = moved(*at, named, hole);
                }
                used.certainty = Certainty::Possible;
                if seen.insert((used.table.clone(), used.column.clone(), used.span)) {
                    uses.push(used);
                }
            }
        }
    }
    is_table.then_some(uses)
}

/// A table without a column that is named is none that the statement can be run with.
fn is_unknown_column(resolution: &Resolution) -> bool {
    resolution.tables.iter().all(|table| table.kind.is_some()) && !resolution.tables.is_empty()
}

/// A span of the filled text as one of the text with the hole.
fn moved(span: Span, named: Span, hole: Span) -> Span {
    let place = |at: u32| {
        if at >= named.end {
            at - named.end + hole.end
        } else {
            at.min(hole.end)
        }
    };
    Span::new(place(span.start), place(span.end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use impact_facts::Catalog;

    #[test]
    fn without_a_catalog_nothing_is_said() {
        let schema = Schema::new(&Catalog::default());
        let text = "select max(id) from x";
        assert_eq!(uses_of_any_table(text, Span::new(20, 21), &schema), None);
    }
}
