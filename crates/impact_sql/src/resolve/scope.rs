//! What names can mean at one place: relations of the innermost query first, then those of the queries around it.

use crate::schema::{Prepared, RelationId};
use crate::syntax::Ident;
use smallvec::SmallVec;
use std::rc::Rc;

/// A column: of a relation of the catalog by number, or of one that the catalog does not have by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Target<'a> {
    Known(RelationId, u16),
    /// Number of the unknown table, and the column.
    Unknown(u32, &'a str),
}

/// Columns that a value is made from.
pub(crate) type Sources<'a> = SmallVec<[Target<'a>; 1]>;

/// Where an output column comes from, as far as its loss is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin<'a> {
    /// It is written in the query.
    Named,
    /// A `*` made it: the use with this number.
    Star(u32),
    /// It stands for a column that is read only when it is named (`(a JOIN b) AS j`).
    Stands(Target<'a>),
    /// A column of the row proposed for insertion.
    Proposed(Target<'a>),
    /// `(row).*`: any number of columns.
    Row,
}

/// A column of a subquery, CTE, function or join.
#[derive(Debug, Clone)]
pub(crate) struct Output<'a> {
    pub name: Option<&'a str>,
    pub origin: Origin<'a>,
    pub sources: Sources<'a>,
    /// Its type as the catalog writes it, where it is a column as it stands.
    pub data_type: Option<&'a str>,
    pub span: impact_facts::Span,
}

impl Output<'_> {
    /// The table that the catalog does not have whose columns, whatever they are, stand here.
    pub fn unknown_star(&self) -> Option<u32> {
        match (self.name, self.sources.as_slice()) {
            (None, [Target::Unknown(table, "*")]) => Some(*table),
            _ => None,
        }
    }
}

/// Where a relation's columns are known from.
#[derive(Debug, Clone)]
pub(crate) enum Columns<'a> {
    Table(RelationId),
    /// A table that the catalog does not have: it may have any column.
    Unknown(u32),
    /// A relation of the server itself: columns that are not known and do not matter.
    System,
    /// A query's outputs. `open`: there may be others.
    Outputs(Rc<Vec<Output<'a>>>, bool),
    /// The place of a relation that is filled in.
    Hole(impact_facts::Span),
}

/// A relation in a FROM clause.
#[derive(Debug, Clone)]
pub(crate) struct Relation<'a> {
    pub name: &'a str,
    /// `schema` of `schema.table`, where there is no alias.
    pub schema: Option<&'a str>,
    pub columns: Columns<'a>,
    /// `AS t(a, b)`.
    pub renamed: Vec<&'a str>,
    /// Whether bare names find its columns.
    pub bare: bool,
    /// Whether an alias around it hides it altogether.
    pub hidden: bool,
    pub span: impact_facts::Span,
}

/// A column of one relation of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    Column(Target<'a>),
    Output(usize),
    /// A relation that may have it.
    Open,
    /// A relation of the server has it.
    System,
}

impl<'a> Relation<'a> {
    /// The column of that name, if the relation has it or may have it.
    pub fn find(&self, schema: &'a Prepared, name: &'a str) -> Option<Place<'a>> {
        let renamed = if self.renamed.is_empty() {
            None
        } else {
            self.renamed.iter().position(|r| *r == name)
        };
        match &self.columns {
            Columns::Table(id) => {
                let relation = schema.relation(*id)?;
                let at = match renamed {
                    Some(at) => at as u16,
                    None => relation
                        .column(name)
                        .filter(|at| usize::from(*at) >= self.renamed.len())?,
                };
                (usize::from(at) < relation.columns.len())
                    .then_some(Place::Column(Target::Known(*id, at)))
            }
            Columns::Unknown(_) | Columns::Hole(_) | Columns::System if renamed.is_none() => {
                Some(Place::Open)
            }
            Columns::Unknown(_) | Columns::Hole(_) | Columns::System => Some(Place::System),
            Columns::Outputs(outputs, open) => self.find_output(outputs, *open, renamed, name),
        }
    }

    fn find_output(
        &self,
        outputs: &[Output<'a>],
        open: bool,
        renamed: Option<usize>,
        name: &str,
    ) -> Option<Place<'a>> {
        if let Some(at) = renamed {
            return Some(if at < outputs.len() {
                Place::Output(at)
            } else {
                Place::System
            });
        }
        let at = outputs
            .iter()
            .skip(self.renamed.len())
            .position(|o| o.name == Some(name));
        match at {
            Some(at) => Some(Place::Output(at + self.renamed.len())),
            None if open || outputs.iter().any(|o| o.unknown_star().is_some()) => Some(Place::Open),
            None => None,
        }
    }

    /// Whether nothing is known of its columns.
    pub fn is_open(&self) -> bool {
        matches!(
            self.columns,
            Columns::Unknown(_) | Columns::System | Columns::Outputs(_, true) | Columns::Hole(_)
        )
    }
}

/// A column that `USING` or `NATURAL` made of several.
#[derive(Debug, Clone)]
pub(crate) struct Merged<'a> {
    pub name: &'a str,
    /// Relations (numbers in the frame) whose column of that name it is.
    pub sides: SmallVec<[usize; 2]>,
    pub natural: bool,
}

/// How the relations of a frame are joined, for the order of `*`.
#[derive(Debug, Clone)]
pub(crate) enum Tree<'a> {
    Relation(usize),
    /// The first, and each that is joined to it with the names that both sides share.
    Join(Box<Tree<'a>>, Vec<(Tree<'a>, Vec<&'a str>)>),
}

/// The relations of one query.
#[derive(Debug, Default)]
pub(crate) struct Frame<'a> {
    pub relations: Vec<Relation<'a>>,
    pub merged: Vec<Merged<'a>>,
    pub trees: Vec<Tree<'a>>,
    /// Only relations from this one on are seen by bare names: inside `ON`, those that are joined.
    pub from: usize,
    /// Only relations below this one are seen: none inside a subquery that is not `LATERAL`.
    pub to: usize,
    /// Names that the select list gives.
    pub aliases: Vec<Ident<'a>>,
    /// Whether what the query yields is compared with a value, or is one.
    pub compared: bool,
    /// Parameters of lambdas.
    pub parameters: Vec<&'a str>,
}

impl<'a> Frame<'a> {
    /// Relations that a bare name finds the column in.
    pub fn find(&self, schema: &'a Prepared, name: &'a str) -> SmallVec<[(usize, Place<'a>); 2]> {
        let visible = self
            .relations
            .iter()
            .enumerate()
            .take(self.to)
            .skip(self.from);
        visible
            .filter(|(_, relation)| relation.bare && !relation.hidden)
            .filter_map(|(at, relation)| Some((at, relation.find(schema, name)?)))
            .filter(|(at, _)| !self.is_merged(*at, name))
            .collect()
    }

    fn is_merged(&self, relation: usize, name: &str) -> bool {
        self.merged
            .iter()
            .any(|m| m.name == name && m.sides.contains(&relation))
    }

    /// The number of the merged column of that name, if its sides are in sight.
    pub fn merged(&self, name: &str) -> Option<usize> {
        let in_sight = |m: &Merged<'a>| {
            m.name == name
                && m.sides
                    .iter()
                    .all(|side| (self.from..self.to).contains(side))
        };
        self.merged.iter().rposition(in_sight)
    }

    /// The relation that a qualifier means: of those in sight, or of all that were named.
    pub fn qualifier(&self, schema: Option<&str>, name: &str, in_sight: bool) -> Option<usize> {
        let from = if in_sight { self.from } else { 0 };
        let seen = || {
            self.relations
                .iter()
                .enumerate()
                .take(self.to)
                .skip(from)
                .filter(|(_, relation)| relation.name == name && !relation.hidden)
        };
        match schema {
            None => seen().next(),
            Some(_) => seen()
                .find(|(_, relation)| relation.schema == schema)
                .or_else(|| seen().find(|(_, relation)| relation.schema.is_none())),
        }
        .map(|(at, _)| at)
    }
}
