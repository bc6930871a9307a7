//! SQL in string literals of languages without a front end.
//!
//! Nothing says that such a literal runs against a database of the service. So it counts only if the catalog has a table
//! that it names, it is never surer than *likely*, and what could not be resolved reaches only what its words name.

use super::draft::Manifests;
use super::resolved::Report;
use crate::past::Prepared;
use impact_facts::{
    Assembled, BlindReason, Capture, Captured, Catalog, Certainty, ExpressionKind, FileFacts,
    FileId, Language, Piece, Reach, Span, TagKind, Text,
};
use impact_sql::{Resolution, StatementKind, looks_like_sql};
use std::collections::BTreeSet;

/// Bodies in bodies deeper than this are left out.
const MAX_DEPTH: u32 = 32;

/// How many words of a statement are kept.
const MAX_WORDS: usize = 500;

/// Reads every such file.
pub(crate) fn read(manifests: &mut Manifests<'_, '_>) {
    let Some(catalog) = manifests.input.catalogs.first() else {
        return;
    };
    let schema = Prepared::new(catalog);
    for (file, _, facts) in manifests.files() {
        if facts.language == Language::Other {
            let reader = Reader {
                schema: &schema,
                catalog,
                file,
                facts,
            };
            reader.read(manifests);
        }
    }
}

struct Reader<'r> {
    schema: &'r Prepared,
    catalog: &'r Catalog,
    file: FileId,
    facts: &'r FileFacts,
}

impl Reader<'_> {
    fn read(&self, manifests: &mut Manifests<'_, '_>) {
        let mut symbol = None;
        for text in self.texts() {
            let assembled = assemble(self.file, text);
            if !looks_like_sql(&assembled.text) {
                continue;
            }
            for resolution in self.schema.resolve(&assembled.text, &assembled.holes) {
                if !self.counts(&assembled, &resolution) {
                    continue;
                }
                if symbol.is_none() {
                    let name = manifests.input.program.path(self.file);
                    let span = Span::new(0, self.facts.bytes);
                    symbol = Some(manifests.symbol(name, self.file, span));
                }
                let report = Report {
                    text: &assembled,
                    file: self.file,
                    symbol,
                    via: "other",
                    at_most: Certainty::Likely,
                };
                self.report(manifests, &report, &resolution);
            }
        }
    }

    fn texts(&self) -> impl Iterator<Item = &Text> {
        let module = &self.facts.module;
        let tags = module.tags.iter().filter(|tag| tag.kind == TagKind::Sql);
        tags.filter_map(move |tag| match tag.first(Capture::Text)? {
            Captured::Expression(id) => match module.expression(*id).kind {
                ExpressionKind::Text(text) => Some(module.text(text)),
                _ => None,
            },
            _ => None,
        })
    }

    /// What a statement defines is the catalog's. Others count if a table of the database may be meant.
    fn counts(&self, text: &Assembled, resolution: &Resolution) -> bool {
        if matches!(resolution.kind, StatementKind::Ddl) {
            return false;
        }
        let known = resolution.tables.iter().any(|used| used.kind.is_some());
        if known {
            return true;
        }
        let open = resolution.error.is_some() || !resolution.unknown.is_empty();
        let words = words(&text.text, resolution.span);
        let named = |name: &str| words.binary_search_by(|word| (**word).cmp(name)).is_ok();
        open && self
            .catalog
            .relations
            .keys()
            .any(|table| named(&table.name.to_ascii_lowercase()))
    }

    fn report(&self, manifests: &mut Manifests<'_, '_>, report: &Report<'_>, found: &Resolution) {
        let decided = Resolution {
            unknown: Vec::new(),
            error: None,
            ..found.clone()
        };
        report.add(manifests, &decided);
        let open = found.unknown.iter().map(|unknown| &unknown.message);
        let failed = found.error.iter().map(|error| &error.message);
        if let Some(message) = open.chain(failed).next() {
            let reach = Reach::Words(words(&report.text.text, found.span));
            report.blind(manifests, BlindReason::Language, found.span, message, reach);
        }
    }
}

/// A text with the first of its alternatives.
fn assemble(file: FileId, text: &Text) -> Assembled {
    fn add(file: FileId, pieces: &[Piece], out: &mut Assembled, depth: u32) {
        for piece in pieces {
            match piece {
                _ if depth == 0 => {}
                Piece::Literal(literal) => out.push_literal(file, literal),
                Piece::Hole(hole) => out.push_hole(file, hole.span),
                Piece::Alternatives(bodies) => {
                    let said = bodies.iter().find(|body| !body.is_empty());
                    add(file, said.map_or(&[], Vec::as_slice), out, depth - 1);
                }
                Piece::Repeat(repeat) => add(file, &repeat.body, out, depth - 1),
            }
        }
    }
    let mut out = Assembled::default();
    add(file, &text.pieces, &mut out, MAX_DEPTH);
    out
}

/// The words of a statement, lower-cased and sorted.
fn words(text: &str, span: Span) -> Vec<Box<str>> {
    let said = text.get(span.start as usize..span.end as usize);
    let words: BTreeSet<Box<str>> = said
        .unwrap_or(text)
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| word.len() > 1)
        .take(MAX_WORDS)
        .map(|word| word.to_ascii_lowercase().into())
        .collect();
    words.into_iter().collect()
}
