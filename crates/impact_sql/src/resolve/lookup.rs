//! Looking a name up: innermost query first, and as if a column did not exist.

use super::Resolver;
use super::name::Found;
use super::scope::{Columns, Origin, Place, Target};

impl<'a> Resolver<'a> {
    /// Where a bare name is found, innermost query first.
    pub(super) fn find(&self, name: &'a str) -> Found<'a> {
        self.find_without(name, self.frames.len(), None)
    }

    /// As [`Resolver::find`] in the frames below number `end`, as if the column `gone` did not exist.
    pub(super) fn find_without(
        &self,
        name: &'a str,
        end: usize,
        gone: Option<Target<'a>>,
    ) -> Found<'a> {
        let mut open: Vec<(usize, usize)> = Vec::new();
        for level in (0..end).rev() {
            let Some(frame) = self.frames.get(level) else {
                continue;
            };
            if let Some(at) = frame.merged(name)
                && gone.is_none_or(|gone| !self.merged_goes(frame, at, gone))
            {
                let further_in = self.unknown_table_of(&open);
                return further_in.unwrap_or(Found::Merged(level, at));
            }
            let mut found = frame.find(self.schema, name);
            if let Some(gone) = gone {
                found.retain(|(at, place)| !self.goes(frame, *at, *place, name, gone));
            }
            let sure: Vec<_> = found
                .iter()
                .filter(|(_, place)| *place != Place::Open)
                .copied()
                .collect();
            match sure.as_slice() {
                [] => open.extend(found.iter().map(|(at, _)| (level, *at))),
                [(at, place)] => return self.or_open(level, *at, *place, &open),
                _ => {
                    let further_in = self.unknown_table_of(&open);
                    return further_in.unwrap_or(Found::Ambiguous(level, sure));
                }
            }
        }
        match open.as_slice() {
            [] => Found::Nowhere,
            [(level, at)] => Found::Relation(*level, *at, Place::Open),
            several => self.among_open(several),
        }
    }

    /// Whether what was found goes with a column: it is that column, or a `*` made it of that column.
    pub(super) fn goes(
        &self,
        frame: &super::Frame<'a>,
        at: usize,
        place: Place<'a>,
        name: &'a str,
        gone: Target<'a>,
    ) -> bool {
        let Some(relation) = frame.relations.get(at) else {
            return false;
        };
        match (place, &relation.columns) {
            (Place::Column(target), _) => self.root(target) == self.root(gone),
            (Place::Open, Columns::Unknown(table)) => Target::Unknown(*table, name) == gone,
            (Place::Output(at), Columns::Outputs(outputs, _)) => {
                outputs.get(at).is_some_and(|output| match output.origin {
                    Origin::Star(star) => self
                        .uses
                        .get(star as usize)
                        .is_some_and(|u| u.target == gone),
                    Origin::Stands(target) => target == gone,
                    Origin::Named | Origin::Row | Origin::Proposed(_) => false,
                })
            }
            _ => false,
        }
    }

    /// The column that a column is inherited from: it goes with that.
    fn root(&self, target: Target<'a>) -> Target<'a> {
        let mut root = target;
        // As deep as inheritance is worth following; a cycle ends here, too.
        for _ in 0..16 {
            let Target::Known(id, at) = root else { break };
            let Some(relation) = self.schema.relation(id) else {
                break;
            };
            let parent = relation.parents.iter().find_map(|parent| {
                let column = self.schema.relation(*parent)?.column(relation.key(at))?;
                Some(Target::Known(*parent, column))
            });
            match parent {
                Some(parent) => root = parent,
                None => break,
            }
        }
        root
    }

    pub(super) fn merged_goes(
        &self,
        frame: &super::Frame<'a>,
        at: usize,
        gone: Target<'a>,
    ) -> bool {
        let Some(merged) = frame.merged.get(at) else {
            return false;
        };
        let side = |side: &usize| {
            frame
                .relations
                .get(*side)?
                .find(self.schema, merged.name)
                .map(|place| self.goes(frame, *side, place, merged.name, gone))
        };
        merged.sides.iter().any(|at| side(at) == Some(true))
    }

    /// A column that is known, unless an open relation further in may have it.
    pub(super) fn or_open(
        &self,
        level: usize,
        at: usize,
        place: Place<'a>,
        open: &[(usize, usize)],
    ) -> Found<'a> {
        let unknown = open
            .iter()
            .find(|(level, at)| self.is_unknown_table(*level, *at));
        match unknown {
            Some((inner, relation)) if *inner > level => {
                Found::Ambiguous(*inner, vec![(*relation, Place::Open)])
            }
            _ => Found::Relation(level, at, place),
        }
    }

    /// The innermost table of those that the catalog does not have: a name found further out may be its column.
    fn unknown_table_of(&self, open: &[(usize, usize)]) -> Option<Found<'a>> {
        let mut unknown = open
            .iter()
            .filter(|(level, at)| self.is_unknown_table(*level, *at));
        let (level, at) = unknown.next()?;
        Some(Found::Ambiguous(*level, vec![(*at, Place::Open)]))
    }

    pub(super) fn is_unknown_table(&self, level: usize, at: usize) -> bool {
        let relation = self
            .frames
            .get(level)
            .and_then(|frame| frame.relations.get(at));
        relation.is_some_and(|r| matches!(r.columns, Columns::Unknown(_) | Columns::Hole(_)))
    }

    /// Of several relations that may have it: tables before what is not a table.
    pub(super) fn among_open(&self, several: &[(usize, usize)]) -> Found<'a> {
        let tables: Vec<_> = several
            .iter()
            .filter(|(level, at)| self.is_unknown_table(*level, *at))
            .copied()
            .collect();
        match tables.as_slice() {
            [] => several.first().map_or(Found::Nowhere, |(level, at)| {
                Found::Relation(*level, *at, Place::Open)
            }),
            [(level, at)] => Found::Relation(*level, *at, Place::Open),
            [(level, _), ..] => {
                let same = tables
                    .iter()
                    .filter(|(l, _)| l == level)
                    .map(|(_, at)| (*at, Place::Open))
                    .collect();
                Found::Ambiguous(*level, same)
            }
        }
    }

    /// The relation that a qualifier means, innermost query first.
    pub(super) fn relation_named(
        &self,
        schema: Option<&str>,
        name: &str,
    ) -> Option<(usize, usize)> {
        let find = |in_sight: bool| {
            let mut levels = (0..self.frames.len()).rev();
            levels.find_map(|level| {
                Some((
                    level,
                    self.frames.get(level)?.qualifier(schema, name, in_sight)?,
                ))
            })
        };
        find(true).or_else(|| find(false))
    }

    pub(super) fn star_behind(&self, level: usize, at: usize, place: Place<'a>) -> Option<u32> {
        let Place::Output(output) = place else {
            return None;
        };
        let relation = self.frames.get(level)?.relations.get(at)?;
        let Columns::Outputs(outputs, _) = &relation.columns else {
            return None;
        };
        match outputs.get(output)?.origin {
            Origin::Star(star) => Some(star),
            _ => None,
        }
    }
}
