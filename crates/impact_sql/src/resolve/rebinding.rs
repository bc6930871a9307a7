//! What a name would mean if its column were gone.
//!
//! A bare name goes on looking where it would have looked next: in the queries around it, then for a relation of that
//! name, then, in `GROUP BY`, among the names of the select list. Where it finds something the statement stays valid.

use super::Resolver;
use super::name::Found;
use super::scope::{Columns, Origin, Place, Target};
use crate::resolution::UseClass;
use crate::syntax::Ident;
use crate::types;
use impact_facts::{Access, Certainty};

impl<'a> Resolver<'a> {
    /// The meaning of a bare name that was found at `place`, once that column is gone; none if the statement fails.
    pub(super) fn meaning_without(
        &self,
        level: usize,
        at: usize,
        place: Place<'a>,
        ident: Ident<'a>,
    ) -> Option<Box<str>> {
        let gone = self.lost(level, at, place, ident.name)?;
        match self.find_without(ident.name, level + 1, Some(gone)) {
            Found::Relation(outer, at, place) if place != Place::Open => {
                let valid = self.goes_on_with(gone, outer, at, place);
                valid.then(|| self.describe(outer, at, ident.name).into())
            }
            Found::Merged(level, at) => {
                let side = self
                    .frames
                    .get(level)?
                    .merged
                    .get(at)?
                    .sides
                    .first()
                    .copied()?;
                Some(self.describe(level, side, ident.name).into())
            }
            Found::Relation(..) | Found::Ambiguous(..) => None,
            Found::Nowhere => self.other_meaning(ident),
        }
    }

    /// Whether the statement stays valid with what a name means then. An aggregate of nothing but a column of a query
    /// around it would belong to that query, where it is an error; and a value of another type fits no operator.
    fn goes_on_with(&self, gone: Target<'a>, level: usize, at: usize, place: Place<'a>) -> bool {
        if self.aggregated && level + 1 < self.frames.len() {
            return false;
        }
        let compared = self.frames.last().is_some_and(|frame| frame.compared);
        if self.alone && !compared {
            return true;
        }
        let then = match (
            place,
            self.frames.get(level).and_then(|f| f.relations.get(at)),
        ) {
            (Place::Column(target), _) => self.type_of(target),
            (Place::Output(output), Some(relation)) => match &relation.columns {
                Columns::Outputs(outputs, _) => outputs.get(output).and_then(|o| o.data_type),
                _ => None,
            },
            _ => None,
        };
        match (self.type_of(gone), then) {
            (Some(now), Some(then)) => types::comparable(now, then),
            _ => true,
        }
    }

    fn other_meaning(&self, ident: Ident<'a>) -> Option<Box<str>> {
        // A row is no operand of an operator that took a column.
        let compared = self.frames.last().is_some_and(|frame| frame.compared);
        let row_fits = self.alone && !compared || self.aggregated;
        if row_fits && self.relation_named(None, ident.name).is_some() {
            return Some(format!("the whole row of {}", ident.name).into());
        }
        let quoted = ident.span.end - ident.span.start == ident.name.len() as u32 + 2;
        if quoted && self.schema.dialect == impact_facts::Dialect::Sqlite {
            return Some(format!("the string '{}'", ident.name).into());
        }
        None
    }

    /// The column of a table whose drop takes away what was found: a view's column stays as long as the view does.
    fn lost(&self, level: usize, at: usize, place: Place<'a>, name: &'a str) -> Option<Target<'a>> {
        let relation = self.frames.get(level)?.relations.get(at)?;
        let target = match (place, &relation.columns) {
            (Place::Column(target), _) => target,
            (Place::Open, Columns::Unknown(table)) => Target::Unknown(*table, name),
            (Place::Output(output), Columns::Outputs(outputs, _)) => {
                match outputs.get(output)?.origin {
                    Origin::Star(star) => self.uses.get(star as usize)?.target,
                    Origin::Stands(target) => target,
                    Origin::Named | Origin::Row | Origin::Proposed(_) => return None,
                }
            }
            _ => return None,
        };
        let stays = matches!(target, Target::Known(id, _) if self.schema.relation(id).is_some_and(crate::schema::PreparedRelation::is_view));
        (!stays).then_some(target)
    }

    /// `alias.column`, as it would be written.
    fn describe(&self, level: usize, at: usize, name: &str) -> String {
        let relation = self
            .frames
            .get(level)
            .and_then(|frame| frame.relations.get(at));
        let Some(relation) = relation else {
            return name.to_owned();
        };
        match &relation.columns {
            Columns::Table(id) => {
                let table = self
                    .schema
                    .relation(*id)
                    .map_or(relation.name, |r| &r.name.name);
                if table == relation.name {
                    format!("{table}.{name}")
                } else {
                    format!("{}.{name} (column of {table})", relation.name)
                }
            }
            _ => format!("{}.{name}", relation.name),
        }
    }

    /// `AS t(a, b)` names columns by place: without a column its alias means the next one, and the column behind the last
    /// alias loses its own name. Whether that is so for a name that was just bound, whose uses are those from `first` on.
    pub(super) fn shifts(
        &mut self,
        level: usize,
        at: usize,
        place: Place<'a>,
        first: usize,
        star: Option<u32>,
    ) -> bool {
        let Some(relation) = self.frames.get(level).and_then(|f| f.relations.get(at)) else {
            return false;
        };
        let aliases = relation.renamed.len();
        let (number, count) = match (place, &relation.columns) {
            (Place::Column(Target::Known(id, number)), _) => (
                usize::from(number),
                self.schema.relation(id).map_or(0, |r| r.columns.len()),
            ),
            (Place::Output(number), Columns::Outputs(outputs, false)) => (number, outputs.len()),
            _ => return false,
        };
        if aliases == 0 || number > aliases || aliases >= count {
            return false;
        }
        if number == aliases {
            self.aliased_must_stay(level, at);
            return false;
        }
        let next = self.name_at(level, at, number + 1);
        let found = match star {
            Some(star) => self.uses.get_mut(star as usize),
            None => self.uses.get_mut(first),
        };
        if let Some(found) = found {
            (found.rebinds, found.breaks) =
                (Some(format!("the next column, {next}").into()), false);
        }
        true
    }

    fn name_at(&self, level: usize, at: usize, number: usize) -> String {
        let relation = self.frames.get(level).and_then(|f| f.relations.get(at));
        match relation.map(|r| &r.columns) {
            Some(Columns::Table(id)) => self.schema.relation(*id).map_or(String::new(), |r| {
                format!("{}.{}", r.name.name, r.key(number as u16))
            }),
            Some(Columns::Outputs(outputs, _)) => outputs
                .get(number)
                .and_then(|o| o.name)
                .unwrap_or("?")
                .to_owned(),
            _ => String::new(),
        }
    }

    /// The columns that have an alias: without one of them the next column would be hidden.
    fn aliased_must_stay(&mut self, level: usize, at: usize) {
        let Some(relation) = self.frames.get(level).and_then(|f| f.relations.get(at)) else {
            return;
        };
        let (count, span) = (relation.renamed.len(), relation.span);
        match relation.columns.clone() {
            Columns::Table(id) => {
                for number in 0..count as u16 {
                    self.touch(
                        Target::Known(id, number),
                        Access::Read,
                        UseClass::Proposed,
                        span,
                        Certainty::Exact,
                    );
                }
            }
            Columns::Outputs(outputs, _) => {
                let aliased = outputs.get(..count).unwrap_or(&[]).to_vec();
                self.needs_all(&aliased);
            }
            _ => {}
        }
    }

    /// A name of the select list that `GROUP BY name` means once the column is gone.
    pub(super) fn rebind_to_alias(&mut self, first: usize, name: &str) {
        for found in self.uses.iter_mut().skip(first) {
            if found.rebinds.is_none() && found.breaks {
                found.rebinds = Some(format!("the output column {name}").into());
                found.breaks = false;
            }
        }
    }

    /// `NATURAL JOIN` without the column joins on less, and the other side still has it.
    pub(super) fn rebind_natural(&mut self, first: usize, name: &str) {
        for found in self.uses.iter_mut().skip(first) {
            found.rebinds = Some(format!("a NATURAL JOIN that no longer compares {name}").into());
            found.breaks = false;
        }
    }
}
