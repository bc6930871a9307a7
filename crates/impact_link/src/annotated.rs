//! Blind spots that an annotation decides: `# impact: columns=users.id,users.name` says what the code beside it touches.
//!
//! It is believed if it can be true: every column is one that a schema has or had, in a table that the blind spot may
//! reach. Then the blind spot is gone, and the columns are references. Else all stays as it was, and the annotation
//! says why.

use impact_facts::{
    Access, BlindSpot, Catalog, Certainty, FileAnnotation, How, Index, Reach, Reference,
    ReferenceClass, TableName,
};

/// Decides what the annotations of an index decide. Positions must be known.
pub fn decide(index: &mut Index, catalogs: &[&Catalog]) {
    let mut annotations = std::mem::take(&mut index.annotations);
    for annotation in &mut annotations {
        let Some(list) = annotation.text.strip_prefix("columns=") else {
            continue;
        };
        let list = list.split_whitespace().next().unwrap_or_default();
        match decided(index, annotation, list, catalogs) {
            Ok((spots, references)) => {
                index.blind_spots.retain(|spot| !spots.contains(spot));
                index.references.extend(references);
            }
            Err(fault) => annotation.fault = Some(fault.into()),
        }
    }
    index.references.sort();
    index.references.dedup();
    index.annotations = annotations;
}

type Decided = (Vec<BlindSpot>, Vec<Reference>);

fn decided(
    index: &Index,
    annotation: &FileAnnotation,
    list: &str,
    catalogs: &[&Catalog],
) -> Result<Decided, String> {
    let lines = annotation.target.line..=annotation.target.end_line;
    let beside = index.blind_spots.iter().filter(|spot| {
        spot.site.file == annotation.site.file && lines.contains(&spot.position.line)
    });
    let spots: Vec<BlindSpot> = beside.cloned().collect();
    if spots.is_empty() {
        return Err("nothing beside it is open".to_owned());
    }
    let mut named = Vec::new();
    for word in list.split(',').filter(|word| !word.is_empty()) {
        named.push(column(word, catalogs)?);
    }
    if named.is_empty() {
        return Err("it names no column".to_owned());
    }
    let mut references = Vec::new();
    for spot in &spots {
        for (table, column) in &named {
            if !may_reach(&spot.reach, table, column) {
                return Err(format!("the code beside it cannot reach {table}.{column}"));
            }
            references.push(reference(spot, table, column));
        }
    }
    Ok((spots, references))
}

/// `[schema.]table.column`, as the catalogs know it.
fn column(word: &str, catalogs: &[&Catalog]) -> Result<(TableName, Box<str>), String> {
    let (table, column) = word
        .rsplit_once('.')
        .ok_or_else(|| format!("`{word}` is not of the form table.column"))?;
    let table = match table.rsplit_once('.') {
        Some((schema, name)) => TableName::qualified(schema, name),
        None => TableName::bare(table),
    };
    let mut relations = catalogs
        .iter()
        .flat_map(|catalog| catalog.relations.iter().chain(&catalog.dropped));
    let found = relations.find(|(name, relation)| {
        let past = || relation.past.iter().any(|past| *past.name == *column);
        is_same(name, &table) && (relation.column(column).is_some() || past())
    });
    match found {
        Some((name, _)) => Ok((name.clone(), column.into())),
        None => Err(format!("no schema has {word}")),
    }
}

fn is_same(one: &TableName, other: &TableName) -> bool {
    let schemas = one.schema.as_ref().zip(other.schema.as_ref());
    one.name == other.name && schemas.is_none_or(|(one, other)| one == other)
}

fn may_reach(reach: &Reach, table: &TableName, column: &str) -> bool {
    match reach {
        Reach::Database => true,
        Reach::Tables(tables) => tables.iter().any(|one| is_same(one, table)),
        Reach::Columns(columns) => columns
            .iter()
            .any(|(one, name)| is_same(one, table) && **name == *column),
        Reach::Words(words) => {
            let has = |word: &str| words.iter().any(|one| **one == *word.to_lowercase());
            has(&table.name) && has(column)
        }
    }
}

fn reference(spot: &BlindSpot, table: &TableName, column: &str) -> Reference {
    Reference {
        site: spot.site,
        position: spot.position,
        text: spot.text.clone(),
        database: spot.database.clone(),
        table: table.clone(),
        column: Some(column.into()),
        access: Access::Read,
        how: How::Explicit,
        class: ReferenceClass::Name,
        certainty: Certainty::Exact,
        scope: spot.scope,
        via: "annotation".into(),
        symbol: spot.symbol,
        declared_at: None,
        declared_position: None,
        becomes: None,
        exposed_as: None,
        applied: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use impact_facts::{BlindReason, FileId, Position, Scope, Site, Span};

    fn line(line: u32) -> Position {
        Position {
            line,
            col: 1,
            end_line: line,
            end_col: 9,
        }
    }

    /// What is left open, and what the annotation is said to lack.
    fn after(text: &str, reach: Reach) -> (usize, usize, Option<String>) {
        let site = Site {
            file: FileId(0),
            span: Span::new(0, 9),
        };
        let mut index = Index::default();
        index.blind_spots.push(BlindSpot {
            site,
            position: line(3),
            text: "execute(sql)".into(),
            reason: BlindReason::DynamicSql,
            message: "".into(),
            reach,
            database: "".into(),
            scope: Scope::Production,
            symbol: None,
            access: None,
        });
        index.annotations.push(FileAnnotation {
            site,
            target: line(3),
            text: text.into(),
            fault: None,
        });
        let sql = "CREATE TABLE users (id int, name text)";
        let mut replay = impact_catalog::Replay::new("main", impact_facts::Dialect::Postgres);
        for step in impact_sql::schema_steps(sql, impact_facts::Dialect::Postgres) {
            replay.apply(&step, "");
        }
        let catalog = replay.finish();
        decide(&mut index, &[&catalog]);
        let fault = index.annotations[0].fault.as_deref().map(str::to_owned);
        (index.blind_spots.len(), index.references.len(), fault)
    }

    #[test]
    fn an_annotation_that_can_be_true_decides() {
        let found = after("columns=users.id,users.name", Reach::Database);
        assert_eq!(found, (0, 2, None));
    }

    #[test]
    fn one_that_cannot_decides_nothing() {
        let orders = Reach::Tables(vec![TableName::bare("orders")]);
        let cases = [
            (
                "columns=users.mail",
                Reach::Database,
                "no schema has users.mail",
            ),
            ("columns=", Reach::Database, "it names no column"),
            (
                "columns=users.id",
                orders,
                "the code beside it cannot reach public.users.id",
            ),
        ];
        for (text, reach, fault) in cases {
            assert_eq!(after(text, reach), (1, 0, Some(fault.to_owned())));
        }
    }
}
