//! What a migration takes from code that runs: the database before and after it, compared. So a table that is dropped
//! and made again, as SQLite wants it for most changes, is compared column by column.

use impact_facts::{
    Catalog, Change, Column, Contraction, FileId, Position, Relation, SchemaChange, SchemaStep,
    Site, Span, TableName,
};
use std::collections::{BTreeMap, BTreeSet};

/// A relation before a migration.
#[derive(Debug, Clone)]
struct Before {
    columns: Vec<Known>,
    made_in: Option<FileId>,
}

/// A column before a migration.
#[derive(Debug, Clone)]
struct Known {
    name: Box<str>,
    data_type: Box<str>,
    nullable: bool,
    made_in: Option<FileId>,
}

/// All relations before a migration that may contract.
#[derive(Debug, Clone)]
pub(super) struct Snapshot(BTreeMap<TableName, Before>);

impl Snapshot {
    /// The database as it stands, if one of the steps may take something from it.
    pub(super) fn before<'s>(
        catalog: &Catalog,
        steps: impl IntoIterator<Item = &'s SchemaStep>,
    ) -> Option<Self> {
        steps
            .into_iter()
            .any(|step| may_contract(&step.change))
            .then(|| {
                let relations = catalog.relations.iter();
                Self(
                    relations
                        .map(|(name, relation)| (name.clone(), before(relation)))
                        .collect(),
                )
            })
    }
}

fn before(relation: &Relation) -> Before {
    let file = |site: Option<Site>| site.map(|site| site.file);
    let columns = relation.columns.iter().map(|column| Known {
        name: column.name.clone(),
        data_type: column.data_type.clone(),
        nullable: column.nullable,
        made_in: file(column.declared_at),
    });
    Before {
        columns: columns.collect(),
        made_in: file(relation.declared_at),
    }
}

fn may_contract(change: &SchemaChange) -> bool {
    use SchemaChange as C;
    match change {
        C::AddColumn { column, .. } => !column.nullable && !column.has_default,
        C::CreateView(view) => view.or_replace,
        C::DropRelation { .. }
        | C::RenameRelation { .. }
        | C::DropColumn { .. }
        | C::RenameColumn { .. }
        | C::AlterColumn { .. }
        | C::RenameSchema { .. }
        | C::DropSchema(_) => true,
        _ => false,
    }
}

/// One migration, between the database before it and after it.
struct Comparison<'c> {
    after: &'c Catalog,
    file: FileId,
    steps: Vec<&'c SchemaStep>,
    /// The place in the order of the migration that a file is.
    order_of: &'c dyn Fn(FileId) -> Option<u32>,
    found: Vec<Contraction>,
}

/// What is gone or narrower after the steps of `file`.
pub(super) fn compare<'c>(
    snapshot: &Snapshot,
    after: &'c Catalog,
    file: FileId,
    steps: impl IntoIterator<Item = &'c SchemaStep>,
    order_of: &'c dyn Fn(FileId) -> Option<u32>,
) -> Vec<Contraction> {
    let mut comparison = Comparison {
        after,
        file,
        steps: steps.into_iter().collect(),
        order_of,
        found: Vec::new(),
    };
    for (name, before) in &snapshot.0 {
        comparison.relation(name, before);
    }
    comparison.unseen(snapshot);
    let mut found = comparison.found;
    found.sort();
    found.dedup();
    found
}

impl Comparison<'_> {
    fn relation(&mut self, name: &TableName, before: &Before) {
        if let Some(after) = self.after.relations.get(name) {
            return self.columns(name, before, after);
        }
        let made = before.made_in;
        if let Some((to, span)) = self.renamed(name) {
            self.push(Change::Rename, name, None, span, made);
            if let Some(last) = self.found.last_mut() {
                last.renamed_to = Some(to.to_string().into());
            }
            if let Some(after) = self.after.relations.get(&to) {
                self.columns(name, before, after);
            }
            return;
        }
        let dropped_at = self
            .after
            .dropped
            .get(name)
            .and_then(|relation| relation.dropped_at);
        let span = self.span_here(dropped_at);
        self.push(Change::Drop, name, None, span, made);
    }

    /// What a relation is called after the steps, if they rename it.
    fn renamed(&self, name: &TableName) -> Option<(TableName, Span)> {
        let same = |said: &TableName, now: &TableName| {
            said.name == now.name && (said.schema.is_none() || said.schema == now.schema)
        };
        let mut now = name.clone();
        let mut at = None;
        for step in &self.steps {
            match &step.change {
                SchemaChange::RenameRelation { from, to } if same(from, &now) => {
                    now = TableName {
                        schema: to.schema.clone().or(now.schema),
                        name: to.name.clone(),
                    };
                    at = Some(step.span);
                }
                SchemaChange::RenameSchema { from, to }
                    if now.schema.as_deref() == Some(&**from) =>
                {
                    now.schema = Some(to.clone());
                    at = Some(step.span);
                }
                _ => {}
            }
        }
        let live = self.after.relations.contains_key(&now);
        at.filter(|_| live && now != *name).map(|span| (now, span))
    }

    fn columns(&mut self, name: &TableName, before: &Before, after: &Relation) {
        let columns = after.columns.iter();
        let now: BTreeMap<&str, &Column> = columns.map(|column| (&*column.name, column)).collect();
        for known in &before.columns {
            self.column(name, known, (after, now.get(&*known.name).copied()));
        }
        if after.view.is_some() {
            return;
        }
        let known: BTreeSet<&str> = before.columns.iter().map(|known| &*known.name).collect();
        let was_there = |column: &Column| {
            known.contains(&*column.name)
                || known.iter().any(|known| was(after, known, &column.name))
        };
        let new = after.columns.iter().filter(|column| {
            let needs_value =
                !column.nullable && !column.has_default && column.generated_from.is_empty();
            needs_value && !was_there(column)
        });
        for column in new {
            let span = self.span_here(column.declared_at);
            self.push(
                Change::Tighten,
                name,
                Some(&column.name),
                span,
                before.made_in,
            );
        }
    }

    fn column(
        &mut self,
        name: &TableName,
        known: &Known,
        (after, now): (&Relation, Option<&Column>),
    ) {
        let column = Some(&*known.name);
        let Some(now) = now else {
            if self.inherited(after, &known.name) {
                return;
            }
            let past = after.past.iter().rev().find(|past| past.name == known.name);
            let span = self.span_here(past.map(|past| past.ended_at));
            let to = past.and_then(|past| past.renamed_to.clone());
            let change = match &to {
                Some(_) => Change::Rename,
                None => Change::Drop,
            };
            self.push(change, name, column, span, known.made_in);
            if let (Some(to), Some(last)) = (to, self.found.last_mut()) {
                last.renamed_to = Some(to);
            }
            return;
        };
        if after.view.is_some() {
            return;
        }
        if let Some((to, span)) = self.moved(name, &known.name) {
            self.push(Change::Rename, name, column, span, known.made_in);
            if let Some(last) = self.found.last_mut() {
                (last.renamed_to, last.reused) = (Some(to), true);
            }
            return;
        }
        if !same_type(&known.data_type, &now.data_type) {
            let span = self.altered_at(name, &known.name);
            self.push(Change::Retype, name, column, span, known.made_in);
        }
        if known.nullable && !now.nullable {
            let span = self.altered_at(name, &known.name);
            self.push(Change::Tighten, name, column, span, known.made_in);
        }
    }

    /// What a column is called after the steps, if they give it another name.
    fn moved(&self, table: &TableName, column: &str) -> Option<(Box<str>, Span)> {
        let (mut now, mut at): (Box<str>, _) = (column.into(), None);
        for step in &self.steps {
            if let SchemaChange::RenameColumn {
                table: of,
                from,
                to,
            } = &step.change
                && of.name == table.name
                && *from == now
            {
                (now, at) = (to.clone(), Some(step.span));
            }
        }
        at.filter(|_| *now != *column).map(|span| (now, span))
    }

    /// Whether a relation has its columns from another that loses the same column: that one is asked about.
    fn inherited(&self, relation: &Relation, column: &str) -> bool {
        relation.parents.iter().any(|parent| {
            let parent = self.after.relations.get(parent);
            parent.is_some_and(|parent| parent.past.iter().any(|past| &*past.name == column))
        })
    }

    /// Steps on what nothing here creates: no comparison knows it. A history that was written anew may have left it out.
    fn unseen(&mut self, snapshot: &Snapshot) {
        let steps = self.steps.clone();
        let here = made(&steps);
        for step in &steps {
            let Some((change, table, column)) = taken(&step.change) else {
                continue;
            };
            let fits = |known: &TableName| {
                let open = table.schema.is_none() || known.schema.is_none();
                known.name == table.name && (open || known.schema == table.schema)
            };
            if here.iter().any(|known| fits(known)) {
                continue;
            }
            let before = snapshot.0.iter().find(|(known, _)| fits(known));
            let seen = match (before, column) {
                (None, _) => false,
                (Some(_), None) => true,
                (Some((_, before)), Some(column)) => {
                    is_seen(before, column, &step.change).unwrap_or_else(|| adds(&steps, column))
                }
            };
            if !seen {
                let table = before.map_or(table, |(known, _)| known);
                self.push(change, table, column, step.span, None);
            }
        }
    }

    fn push(
        &mut self,
        change: Change,
        table: &TableName,
        column: Option<&str>,
        span: Span,
        made_in: Option<FileId>,
    ) {
        self.found.push(Contraction {
            span,
            position: Position::default(),
            change,
            table: table.clone(),
            column: column.map(Into::into),
            renamed_to: None,
            reused: false,
            made_by: made_in.and_then(self.order_of),
        });
    }

    /// A site's bytes if it is in this file, else the file's first step.
    fn span_here(&self, site: Option<Site>) -> Span {
        let first = self.steps.first().map_or(Span::default(), |step| step.span);
        site.filter(|site| site.file == self.file)
            .map_or(first, |site| site.span)
    }

    /// The step that alters a column, else the one that puts another relation in the place of its own.
    fn altered_at(&self, relation: &TableName, column: &str) -> Span {
        let last = |fits: &dyn Fn(&SchemaChange) -> bool| {
            let mut steps = self.steps.iter().rev();
            steps.find(|step| fits(&step.change)).map(|step| step.span)
        };
        let alters = |change: &SchemaChange| matches!(change, SchemaChange::AlterColumn { column: altered, .. } if **altered == *column);
        let replaces = |change: &SchemaChange| match change {
            SchemaChange::RenameRelation { to, .. } => to.name == relation.name,
            SchemaChange::CreateTable(create) => create.name.name == relation.name,
            _ => false,
        };
        let found = last(&alters).or_else(|| last(&replaces));
        found.unwrap_or_else(|| self.span_here(None))
    }
}

/// What a step takes by what it says.
fn taken(change: &SchemaChange) -> Option<(Change, &TableName, Option<&str>)> {
    use SchemaChange as C;
    let (change, table, column) = match change {
        C::DropColumn { table, column, .. } => (Change::Drop, table, Some(column)),
        C::RenameColumn { table, from, .. } => (Change::Rename, table, Some(from)),
        C::AlterColumn {
            table,
            column,
            nullable: Some(false),
            ..
        } => (Change::Tighten, table, Some(column)),
        C::AlterColumn {
            table,
            column,
            data_type: Some(_),
            ..
        } => (Change::Retype, table, Some(column)),
        C::DropRelation { name, .. } => (Change::Drop, name, None),
        C::RenameRelation { from, .. } => (Change::Rename, from, None),
        _ => return None,
    };
    Some((change, table, column.map(|column| &**column)))
}

/// Whether comparing tells what a step does to a column: not where it is forbidden NULL that it did not allow. None if the
/// column is unknown.
fn is_seen(before: &Before, column: &str, change: &SchemaChange) -> Option<bool> {
    let known = before
        .columns
        .iter()
        .find(|known| known.name.eq_ignore_ascii_case(column));
    let again = matches!(
        change,
        SchemaChange::AlterColumn {
            nullable: Some(false),
            data_type: None,
            ..
        }
    );
    known.map(|known| known.nullable || !again)
}

/// Whether steps make a column of this name.
fn adds(steps: &[&SchemaStep], name: &str) -> bool {
    steps.iter().any(|step| match &step.change {
        SchemaChange::AddColumn { column, .. } => *column.name == *name,
        SchemaChange::RenameColumn { to, .. } => **to == *name,
        _ => false,
    })
}

/// The names that steps give to relations.
fn made<'s>(steps: &[&'s SchemaStep]) -> Vec<&'s TableName> {
    let names = steps.iter().filter_map(|step| match &step.change {
        SchemaChange::CreateTable(create) => Some(&create.name),
        SchemaChange::CreateView(create) => Some(&create.name),
        SchemaChange::RenameRelation { to, .. } => Some(to),
        _ => None,
    });
    names.collect()
}

/// Whether a column was renamed from one name to the other.
fn was(relation: &Relation, from: &str, to: &str) -> bool {
    relation
        .past
        .iter()
        .any(|past| &*past.name == from && past.renamed_to.as_deref() == Some(to))
}

/// Texts without a bound on their length: a text of any length becomes one of these without harm to its readers.
const TEXTS: &[&str] = &["text", "textfield", "longtext", "mediumtext"];
/// Texts with a length.
const BOUNDED: &[&str] = &[
    "varchar",
    "character varying",
    "char",
    "character",
    "charfield",
    "urlfield",
    "emailfield",
    "slugfield",
    "filefield",
    "imagefield",
    "filepathfield",
    "string",
    "unicode",
];
/// Fields of Django that make the same type of column (`DatabaseWrapper.data_types`): what the ORM checks differs.
const ALIKE: &[&[&str]] = &[
    &["foreignkey", "onetoonefield"],
    &["booleanfield", "nullbooleanfield"],
    &["integerfield", "positiveintegerfield"],
    &["smallintegerfield", "positivesmallintegerfield"],
    &["bigintegerfield", "positivebigintegerfield"],
];

/// Whether code sees no difference: the same type, a type of which nothing is known, or a text that may be longer.
fn same_type(before: &str, after: &str) -> bool {
    if after.is_empty() || before.is_empty() || before == after {
        return true;
    }
    let (word, length) = parts(before);
    let (new_word, new_length) = parts(after);
    let alike = |all: &&[&str]| all.contains(&word) && all.contains(&new_word);
    if ALIKE.iter().copied().any(|all| alike(&all)) {
        return true;
    }
    let was_text = TEXTS.contains(&word) || BOUNDED.contains(&word);
    if TEXTS.contains(&new_word) {
        return was_text;
    }
    let longer = match (length, new_length) {
        (_, None) => true,
        (Some(length), Some(new)) => new >= length,
        (None, Some(_)) => false,
    };
    BOUNDED.contains(&word) && BOUNDED.contains(&new_word) && longer
}

/// `varchar(20)` as `varchar` and 20.
fn parts(data_type: &str) -> (&str, Option<u32>) {
    match data_type.split_once('(') {
        Some((word, rest)) => (word.trim(), rest.trim_end_matches(')').trim().parse().ok()),
        None => (data_type.trim(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::same_type;

    #[test]
    fn a_text_that_may_be_longer_is_no_other_type() {
        let same = [
            ("varchar(20)", "text"),
            ("varchar(20)", "varchar(40)"),
            ("charfield", "textfield"),
            ("", "int"),
            ("urlfield(2048)", "charfield(2048)"),
            ("foreignkey", "onetoonefield"),
        ];
        assert!(same.iter().all(|(before, after)| same_type(before, after)));
        let other = [
            ("int", "bigint"),
            ("text", "varchar(20)"),
            ("varchar(40)", "varchar(20)"),
            ("text", "jsonb"),
            ("charfield(200)", "emailfield(100)"),
        ];
        assert!(
            other
                .iter()
                .all(|(before, after)| !same_type(before, after))
        );
    }
}
