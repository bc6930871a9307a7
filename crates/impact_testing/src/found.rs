//! What an index holds, as items of the words that fixtures use.

use impact_facts::{
    BlindSpot, EntryPoint, FileId, Index, Outbound, OutboundKind, Reach, Reference, SymbolId,
    TableName,
};

/// One item that was found at a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The file's path.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// Its words: two that say what it is, and others that say more.
    pub words: Vec<String>,
}

/// All references, entry points, outbound messages and blind spots of an index, sorted.
#[must_use]
pub fn found(index: &Index) -> Vec<Found> {
    let items = Items { index };
    let mut all: Vec<Found> = Vec::new();
    all.extend(index.references.iter().map(|one| items.reference(one)));
    all.extend(index.entry_points.iter().map(|one| items.entry_point(one)));
    all.extend(index.outbound.iter().map(|one| items.outbound(one)));
    all.extend(index.blind_spots.iter().map(|one| items.blind_spot(one)));
    all.sort();
    all.dedup();
    all
}

struct Items<'a> {
    index: &'a Index,
}

impl Items<'_> {
    fn item(&self, file: FileId, line: u32, words: Vec<String>) -> Found {
        let path = self
            .index
            .files
            .get(file.0 as usize)
            .map_or(String::new(), |file| file.path.to_string());
        Found { path, line, words }
    }

    fn reference(&self, one: &Reference) -> Found {
        let column = one.column.as_deref().unwrap_or("*");
        let mut words = vec![
            one.access.word().to_owned(),
            format!("{}.{column}", one.table.name),
            one.how.word().to_owned(),
            one.certainty.word().to_owned(),
            one.class.word().to_owned(),
            one.scope.word().to_owned(),
            one.via.to_string(),
        ];
        words.extend(one.exposed_as.as_ref().map(|name| format!("as={name}")));
        words.extend(one.becomes.as_ref().map(|name| format!("becomes={name}")));
        self.item(one.site.file, one.position.line, words)
    }

    fn entry_point(&self, one: &EntryPoint) -> Found {
        let mut words = vec![one.kind.word().to_owned()];
        words.extend(one.name.split_whitespace().map(str::to_owned));
        words.extend(
            one.runs
                .iter()
                .map(|symbol| format!("runs={}", self.symbol(*symbol))),
        );
        words.extend(
            one.schedule
                .iter()
                .flat_map(|schedule| schedule.split_whitespace())
                .map(|word| format!("at={word}")),
        );
        words.extend(
            one.starts
                .iter()
                .flat_map(|starts| starts.split_whitespace())
                .map(|word| format!("starts={word}")),
        );
        words.push(one.via.to_string());
        self.item(one.site.file, one.position.line, words)
    }

    fn outbound(&self, one: &Outbound) -> Found {
        let kind = match one.kind {
            OutboundKind::Request => "request",
            OutboundKind::Publish => "publish",
        };
        let mut words = vec![kind.to_owned()];
        words.extend(one.name.split_whitespace().map(str::to_owned));
        words.push(one.certainty.word().to_owned());
        self.item(one.site.file, one.position.line, words)
    }

    fn blind_spot(&self, one: &BlindSpot) -> Found {
        let mut words = vec![
            "blind".to_owned(),
            format!("{:?}", one.reason).to_lowercase(),
        ];
        words.extend(reach(&one.reach));
        self.item(one.site.file, one.position.line, words)
    }

    fn symbol(&self, symbol: SymbolId) -> String {
        self.index
            .symbols
            .get(symbol.0 as usize)
            .map_or(String::new(), |symbol| symbol.name.to_string())
    }
}

fn reach(reach: &Reach) -> Vec<String> {
    let name = |table: &TableName| table.name.to_string();
    match reach {
        Reach::Tables(tables) => tables.iter().map(name).collect(),
        Reach::Columns(columns) => columns
            .iter()
            .map(|(table, column)| format!("{}.{column}", name(table)))
            .collect(),
        Reach::Database => vec!["database".to_owned()],
        Reach::Words(words) => words.iter().map(|word| word.to_string()).collect(),
    }
}
