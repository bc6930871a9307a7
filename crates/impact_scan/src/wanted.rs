//! How much of each index a question needs: a question for one column can touch few of all references.
//!
//! What is left out is told by names alone, so that more may be handed out than is needed, but never less: a column's
//! table by its bare name without regard to case, and with it every column that a view or a child table makes of it.

use impact_facts::{Catalog, Relation, TableName};
use std::collections::{BTreeMap, BTreeSet};

/// Which references are handed out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Wanted {
    /// All.
    #[default]
    All,
    /// Those that a question about these columns can touch; all others are summed up.
    Columns(BTreeSet<WantedColumn>),
}

/// A column, or with none all of a table, by lower-cased bare names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WantedColumn {
    table: Box<str>,
    column: Option<Box<str>>,
}

impl WantedColumn {
    /// A column of every table that is called so in any schema and database; with no column, all of these tables.
    #[must_use]
    pub fn new(table: &str, column: Option<&str>) -> Self {
        Self {
            table: folded(table),
            column: column.map(folded),
        }
    }
}

fn folded(name: &str) -> Box<str> {
    name.to_lowercase().into()
}

impl Wanted {
    /// These, and what the relations of `catalogs` make of them.
    pub(crate) fn closed<'c>(&self, catalogs: impl Iterator<Item = &'c Catalog>) -> Self {
        let Self::Columns(columns) = self else {
            return Self::All;
        };
        let made = made_from(catalogs);
        let mut closed = columns.clone();
        let mut open: Vec<WantedColumn> = columns.iter().cloned().collect();
        while let Some(one) = open.pop() {
            let of_table = made.get(&one.table).into_iter().flatten();
            let fits = |column: &str| one.column.as_deref().is_none_or(|own| own == column);
            for (_, derived) in of_table.filter(|(column, _)| fits(column)) {
                if closed.insert(derived.clone()) {
                    open.push(derived.clone());
                }
            }
        }
        Self::Columns(closed)
    }

    /// Whether references to a column, or with none to a table as a whole, are handed out.
    pub(crate) fn admits(&self, table: &TableName, column: Option<&str>) -> bool {
        let Self::Columns(columns) = self else {
            return true;
        };
        let table = folded(&table.name);
        let named = WantedColumn {
            table: table.clone(),
            column: column.map(folded),
        };
        let whole = WantedColumn {
            table,
            column: None,
        };
        columns.contains(&whole) || (column.is_some() && columns.contains(&named))
    }
}

/// By a table, its columns with what is made from them.
type Made = BTreeMap<Box<str>, Vec<(Box<str>, WantedColumn)>>;

fn made_from<'c>(catalogs: impl Iterator<Item = &'c Catalog>) -> Made {
    let mut made = Made::new();
    for (name, relation) in catalogs.flat_map(|catalog| &catalog.relations) {
        for (from, column, to) in steps(relation) {
            let derived = WantedColumn::new(&name.name, Some(to));
            let of_table = made.entry(folded(&from.name)).or_default();
            of_table.push((folded(column), derived));
        }
    }
    made
}

/// The columns of other relations that a relation's columns are made from.
fn steps(relation: &Relation) -> impl Iterator<Item = (&TableName, &str, &str)> {
    let needs = relation.view.iter().flat_map(|view| &view.needs);
    let fed = needs.flat_map(|need| {
        let feeds = need.feeds.iter();
        feeds.map(move |fed| (&need.table, &*need.column, &**fed))
    });
    let inherited = relation.parents.iter().flat_map(|parent| {
        let columns = relation.columns.iter();
        columns.map(move |column| (parent, &*column.name, &*column.name))
    });
    fed.chain(inherited)
}

#[cfg(test)]
mod tests {
    use super::*;
    use impact_facts::{Origin, RelationKind, View, ViewNeed};

    fn view(of: &str, column: &str, feeds: &str) -> Relation {
        Relation {
            view: Some(View {
                sql: "".into(),
                at: None,
                needs: vec![ViewNeed {
                    table: TableName::bare(of),
                    column: column.into(),
                    site: None,
                    star: false,
                    feeds: vec![feeds.into()],
                }],
            }),
            ..Relation::new(RelationKind::View, None, Origin::Migration)
        }
    }

    fn wanted(table: &str, column: Option<&str>) -> Wanted {
        Wanted::Columns([WantedColumn::new(table, column)].into())
    }

    fn catalog() -> Catalog {
        let relations = [
            (TableName::bare("v"), view("Users", "email", "address")),
            (TableName::qualified("s", "w"), view("v", "address", "at")),
        ];
        Catalog {
            relations: relations.into(),
            ..Catalog::default()
        }
    }

    #[test]
    fn a_column_is_wanted_with_all_that_is_made_from_it() {
        let closed = wanted("users", Some("EMAIL")).closed([&catalog()].into_iter());
        let admits = |table: &str, column| closed.admits(&TableName::bare(table), column);
        assert!(admits("users", Some("Email")));
        assert!(admits("v", Some("address")));
        assert!(admits("w", Some("at")));
        assert!(!admits("users", Some("name")));
        assert!(!admits("users", None));
        assert!(!admits("w", Some("email")));
    }

    #[test]
    fn a_table_is_wanted_with_all_its_columns() {
        let closed = wanted("users", None).closed([&catalog()].into_iter());
        assert!(closed.admits(&TableName::qualified("public", "users"), None));
        assert!(closed.admits(&TableName::bare("users"), Some("name")));
        assert!(closed.admits(&TableName::bare("w"), Some("at")));
        assert!(!closed.admits(&TableName::bare("orders"), None));
    }
}
