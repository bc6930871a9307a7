//! SQL in strings: what a statement touches, brought home to the files that its bytes stand in.

use crate::code_scope::is_way_back;
use crate::effect::{Blind, Touch, site};
use crate::evaluator::Evaluator;
use crate::past::Prepared;
use crate::value::{Atom, Value};
use foldhash::HashMap;
use impact_bind::FunctionRef;
use impact_facts::{
    Access, Assembled, BlindReason, Catalog, Certainty, FileId, FunctionId, How, Insertion,
    Language, Piece, Position, Reach, ReferenceClass, Scope, Site, Span, TableName, Text,
};
use impact_sql::{
    ColumnUse, OutputColumn, Resolution, Schema, StatementKind, TableUse, UseClass,
    begins_like_sql, looks_like_sql, resolve,
};
use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

/// The databases of a service, prepared for resolving statements.
#[derive(Debug, Default)]
pub struct Schemas {
    /// By the order of the input; the first is the service's own where a statement does not say.
    pub(crate) all: Vec<(Box<str>, Prepared)>,
    columns: HashSet<Box<str>>,
    tables: BTreeSet<(TableName, Box<str>)>,
}

impl Schemas {
    /// Prepares catalogs.
    #[must_use]
    pub fn new(catalogs: &[&Catalog]) -> Self {
        let prepared = catalogs
            .iter()
            .map(|c| (c.database.clone(), Prepared::new(c)));
        let relations = catalogs.iter().flat_map(|catalog| &catalog.relations);
        let tables: BTreeSet<(TableName, Box<str>)> = relations
            .flat_map(|(name, of)| {
                of.columns
                    .iter()
                    .map(|one| (name.clone(), one.name.clone()))
            })
            .collect();
        Self {
            all: prepared.collect(),
            columns: tables.iter().map(|(_, column)| column.clone()).collect(),
            tables,
        }
    }

    /// The table that a name without a schema means, if it has a column.
    pub(crate) fn table_of(&self, name: &TableName, column: &str) -> Option<TableName> {
        let mut all = self.tables.iter();
        let found = all.find(|(table, own)| table.name == name.name && **own == *column);
        found.map(|(table, _)| table.clone())
    }

    /// The columns of the tables that a name means.
    pub(crate) fn columns_of(&self, name: &TableName) -> Vec<(TableName, Box<str>)> {
        let means = |table: &TableName| {
            table.name == name.name && (name.schema.is_none() || table.schema == name.schema)
        };
        let all = self.tables.iter().filter(|(table, _)| means(table));
        all.cloned().collect()
    }

    /// The tables that have a column of that name.
    pub(crate) fn tables_with(&self, column: &str) -> Vec<TableName> {
        let all = self.tables.iter().filter(|(_, own)| **own == *column);
        all.map(|(table, _)| table.clone()).collect()
    }

    /// Whether some table has a column of that name.
    #[must_use]
    pub fn has_column(&self, name: &str) -> bool {
        self.columns.contains(name)
    }
}

/// A text that was resolved: which database it speaks of, and its statements.
#[derive(Debug)]
pub(crate) struct Resolved {
    database: Box<str>,
    pub(crate) statements: Vec<Resolution>,
    /// Where the only hole is a table's name: what the text touches, whichever table that is.
    any_table: Option<Vec<ColumnUse>>,
}

/// What was resolved already, by text.
#[derive(Debug, Default)]
pub(crate) struct Statements {
    known: HashMap<(String, Vec<Span>), Rc<Resolved>>,
    /// Where bytes of resolved texts come from.
    origins: BTreeSet<(FileId, u32)>,
}

impl Evaluator<'_> {
    /// Resolves what is known to be SQL; what of it is no known text becomes a blind spot.
    pub fn sql_value(&mut self, value: &Value, span: Span, via: &str) {
        let mut open = value.is_nothing();
        let certainty = value.certainty;
        for atom in value.atoms() {
            match atom {
                Atom::Text(text) if self.is_begun(text, value) => {}
                Atom::Text(text) => {
                    self.with_certainty(certainty, |cx| cx.sql_text(text, span, via));
                }
                Atom::Null => {}
                Atom::Object(_) if !crate::carried::is_carried(atom) => {}
                _ => open = true,
            }
        }
        if open {
            self.blind(Blind {
                site: site(self.file, span),
                reason: BlindReason::DynamicSql,
                access: None,
                message: "SQL that is put together at run time; a constant text would decide it"
                    .into(),
                reach: Reach::Database,
            });
        }
    }

    /// Whether a text is no statement yet and another alternative goes on where it ends: what it was before `+=`.
    fn is_begun(&mut self, text: &Assembled, all: &Value) -> bool {
        let goes_on = |other: &Assembled| {
            other.text.len() > text.text.len()
                && other.text.starts_with(&text.text)
                && other.segments.starts_with(&text.segments)
        };
        all.texts().any(|other| goes_on(other))
            && self
                .resolved(text)
                .statements
                .iter()
                .any(|statement| statement.error.is_some())
    }

    /// Resolves a part of SQL where it is a whole statement; what is less is read where it is used.
    pub(crate) fn sql_fragment(&mut self, value: &Value, span: Span, via: &str) {
        let certainty = value.certainty;
        for text in value.texts().filter(|text| looks_like_sql(&text.text)) {
            self.with_certainty(certainty, |cx| cx.sql_text(text, span, via));
        }
    }

    /// Resolves one text: every statement in it. `span` is the place that uses it.
    pub fn sql_text(&mut self, text: &Assembled, span: Span, via: &str) {
        let file = self.file;
        let origins = text
            .segments
            .iter()
            .map(|segment| (segment.file, segment.offset));
        self.statements.origins.extend(origins);
        let resolved = self.resolved(text);
        let home = |part: Span| text.locate(part).unwrap_or((file, span));
        for statement in &resolved.statements {
            let at = home(statement.span);
            self.current
                .statements
                .push((site(at.0, at.1), statement.error.is_none()));
            for used in &statement.uses {
                let place = home(used.span);
                let mut touch = touch_of(used, site(place.0, place.1), &resolved.database, via);
                if is_excluded(&text.text, used) {
                    touch.access = Access::Write;
                }
                for named in &used.named_at {
                    let place = home(*named);
                    self.touch(Touch {
                        site: site(place.0, place.1),
                        how: How::Explicit,
                        class: ReferenceClass::Name,
                        ..touch.clone()
                    });
                }
                self.touch(touch);
            }
            for table in statement.tables.iter().filter(|table| table.kind.is_some()) {
                let place = home(table.span);
                self.touch(Touch {
                    site: site(place.0, place.1),
                    database: resolved.database.clone(),
                    table: table.table.clone(),
                    column: None,
                    access: table.access,
                    how: How::Explicit,
                    class: ReferenceClass::Name,
                    certainty: statement.certainty,
                    via: via.into(),
                    declared_at: None,
                    becomes: None,
                    exposed_as: None,
                });
            }
            let insertions = insertions(statement, &resolved.database, &home);
            self.current.insertions.extend(insertions);
            self.sql_outputs_named(text, statement, &home, &resolved.database, via);
            self.sql_unknown(statement, resolved.any_table.is_none(), &home);
        }
        for used in resolved.any_table.iter().flatten() {
            let place = home(used.span);
            let at = site(place.0, place.1);
            self.touch(touch_of(used, at, &resolved.database, via));
        }
    }

    /// A column that a query hands on under its name, from a subquery or a `*` within, is named where it is handed on.
    fn sql_outputs_named(
        &mut self,
        text: &Assembled,
        statement: &Resolution,
        home: &dyn Fn(Span) -> (FileId, Span),
        database: &str,
        via: &str,
    ) {
        for output in &statement.outputs {
            let written = text
                .text
                .get(output.span.start as usize..output.span.end as usize);
            let Some((table, column)) = output.sources.first() else {
                continue;
            };
            let same = |used: &&ColumnUse| used.table == *table && used.column == *column;
            let uses = || statement.uses.iter().filter(same);
            let met = uses().any(|used| output.span.contains(used.span));
            let Some(used) = uses().find(|used| used.class != UseClass::Dependency) else {
                continue;
            };
            if !met && written.is_some_and(is_plain_name) {
                let place = home(output.span);
                let named = ColumnUse {
                    class: UseClass::Name,
                    rebinds: None,
                    ..used.clone()
                };
                let touch = touch_of(&named, site(place.0, place.1), database, via);
                self.touch(Touch {
                    access: Access::Read,
                    ..touch
                });
            }
        }
    }

    /// The columns of the rows that statements give.
    pub(crate) fn sql_outputs(&mut self, value: &Value) -> Vec<OutputColumn> {
        let mut outputs = Vec::new();
        for text in value.texts() {
            let resolved = self.resolved(text);
            outputs.extend(
                resolved
                    .statements
                    .iter()
                    .flat_map(|one| one.outputs.clone()),
            );
        }
        outputs
    }

    /// What a column of statements' rows is made from, by its name: databases, tables and columns.
    pub(crate) fn sql_sources(
        &mut self,
        value: &Value,
        name: &str,
    ) -> Vec<(Box<str>, TableName, Box<str>)> {
        let mut sources = BTreeSet::new();
        for text in value.texts() {
            let resolved = self.resolved(text);
            let outputs = resolved.statements.iter().flat_map(|one| &one.outputs);
            let wanted = outputs.filter(|output| output.name.as_deref() == Some(name));
            for (table, column) in wanted.flat_map(|output| &output.sources) {
                sources.insert((resolved.database.clone(), table.clone(), column.clone()));
            }
        }
        sources.into_iter().collect()
    }

    /// Something takes a column by its name or place that only a `*` of a text gives: the `*` needs it. Returns whether
    /// such a `*` was met in the code that is being evaluated.
    pub(crate) fn star_is_read(
        &mut self,
        text: &Assembled,
        table: &TableName,
        column: &str,
    ) -> bool {
        let whole = text.locate(Span::new(0, text.text.len() as u32));
        let within = |site: &Site| {
            whole.is_none_or(|(file, span)| site.file == file && span.contains(site.span))
        };
        let mut met = false;
        for touch in self.current.touches.since(0) {
            let is_star = matches!(touch.class, ReferenceClass::Star | ReferenceClass::WholeRow);
            let same = touch.table == *table && touch.column.as_deref() == Some(column);
            if is_star && same && within(&touch.site) {
                touch.class = ReferenceClass::WholeRow;
                met = true;
            }
        }
        met
    }

    /// The texts that were resolved so far.
    pub(crate) fn resolved_texts(&self) -> impl Iterator<Item = &str> {
        self.statements.known.keys().map(|(text, _)| text.as_str())
    }

    /// The columns that statements touch, in order.
    pub(crate) fn sql_columns(&mut self, value: &Value) -> Vec<(TableName, Box<str>)> {
        let mut found = Vec::new();
        for text in value.texts() {
            let resolved = self.resolved(text);
            let uses = resolved.statements.iter().flat_map(|one| &one.uses);
            found.extend(uses.map(|used| (used.table.clone(), used.column.clone())));
        }
        found.sort();
        found.dedup();
        found
    }

    /// Statements are met: they are no strings that nobody recognized.
    pub(crate) fn sql_is_met(&mut self, value: &Value) {
        for text in value.texts() {
            let origins = text.segments.iter();
            let origins = origins.map(|segment| (segment.file, segment.offset));
            self.statements.origins.extend(origins);
        }
    }

    /// The tables that statements name.
    pub(crate) fn sql_tables(&mut self, value: &Value) -> Vec<TableName> {
        let mut tables = Vec::new();
        for text in value.texts() {
            let resolved = self.resolved(text);
            let named = resolved.statements.iter().flat_map(|one| &one.tables);
            tables.extend(named.map(|table| table.table.clone()));
        }
        tables
    }

    /// Whether a template of SQL is read by itself: which tables whoever fills it names is not known, and code that
    /// reads it says so where it runs it.
    fn is_bare_template(&self) -> bool {
        let path = self.program.path(self.file);
        let endings = [".sql.j2", ".sql.jinja", ".sql.jinja2"];
        self.is(Language::Sql) && endings.iter().any(|ending| path.ends_with(ending))
    }

    fn sql_unknown(
        &mut self,
        statement: &Resolution,
        any_table: bool,
        home: &dyn Fn(Span) -> (FileId, Span),
    ) {
        let any_table = any_table && !self.is_bare_template();
        let open = statement.unknown.iter();
        for unknown in open.filter(|unknown| any_table || unknown.tables.is_some()) {
            let place = home(unknown.span);
            self.blind(Blind {
                site: site(place.0, place.1),
                reason: BlindReason::DynamicSql,
                access: None,
                message: unknown.message.clone(),
                reach: reach(unknown.tables.clone()),
            });
        }
        if let Some(error) = &statement.error {
            let place = home(error.span);
            let named: Vec<TableName> = statement.tables.iter().map(|t| t.table.clone()).collect();
            if named.is_empty() && self.is_bare_template() {
                return;
            }
            self.blind(Blind {
                site: site(place.0, place.1),
                reason: BlindReason::Statement,
                access: None,
                message: error.message.clone(),
                reach: reach((!named.is_empty()).then_some(named)),
            });
        }
    }

    /// The statements of a text, of the database whose tables they name.
    pub(crate) fn resolved(&mut self, text: &Assembled) -> Rc<Resolved> {
        let key = (text.text.clone(), text.holes.clone());
        if let Some(known) = self.statements.known.get(&key) {
            return known.clone();
        }
        let mut best: Option<(usize, Resolved)> = None;
        for (database, schema) in &self.schemas.all {
            let statements = schema.resolve(&text.text, &text.holes);
            let tables = statements.iter().flat_map(|statement| &statement.tables);
            let strange = tables.filter(|table| table.kind.is_none()).count();
            if best.as_ref().is_none_or(|(least, _)| strange < *least) {
                let open = statements.iter().flat_map(|statement| &statement.unknown);
                let any_table = open
                    .map(|unknown| &unknown.tables)
                    .any(Option::is_none)
                    .then(|| schema.of_any_table(&text.text, &text.holes))
                    .flatten();
                best = Some((
                    strange,
                    Resolved {
                        database: database.clone(),
                        statements,
                        any_table,
                    },
                ));
            }
            if strange == 0 {
                break;
            }
        }
        let resolved = best.map_or_else(
            || {
                let schema = Schema::new(&Catalog::default());
                let statements = resolve(&text.text, &text.holes, &schema);
                Resolved {
                    database: "".into(),
                    statements,
                    any_table: None,
                }
            },
            |(_, resolved)| resolved,
        );
        let resolved = Rc::new(resolved);
        self.statements.known.insert(key, resolved.clone());
        resolved
    }

    /// A text that was put together of several, reads like SQL and is handed to code outside the tree: resolved where every
    /// table it names is known. A text that stands as a whole is met where it stands.
    pub(crate) fn composed_sql(&mut self, value: &Value, span: Span) {
        let certainty = value.certainty.min(Certainty::Likely);
        let composed = value.texts().filter(|text| {
            text.segments.len() > 1 && begins_like_sql(&text.text) && looks_like_sql(&text.text)
        });
        for text in composed {
            if self.names_known_tables(text) {
                self.with_certainty(certainty, |cx| cx.sql_text(text, span, "sql"));
            }
        }
    }

    /// Whether the statements of a text can be resolved and name tables, all of them known.
    fn names_known_tables(&mut self, text: &Assembled) -> bool {
        let resolved = self.resolved(text);
        let statements = || resolved.statements.iter();
        let mut tables = statements().flat_map(|one| &one.tables).peekable();
        tables.peek().is_some()
            && tables.all(|table| table.kind.is_some())
            && statements().all(|one| one.error.is_none())
    }

    /// Strings that read like SQL and that no pack recognized: resolved where every table they name is known.
    pub(crate) fn untagged_sql(&mut self) {
        for file in self.program.files().take(self.program.own_files() as usize) {
            if !crate::evaluator::has_code(self.program.facts(file).language) {
                continue;
            }
            for text in &self.program.module(file).texts {
                self.untagged_text(file, text);
            }
        }
    }

    /// Whether a text stands in the way back of a revision.
    fn on_way_back(&self, file: FileId, span: Span) -> bool {
        let functions = (0..)
            .map(FunctionId)
            .zip(&self.program.module(file).functions);
        functions
            .filter(|(_, definition)| definition.span.contains(span))
            .any(|(function, _)| is_way_back(self.program, FunctionRef { file, function }))
    }

    fn untagged_text(&mut self, file: FileId, text: &Text) {
        let Some(Piece::Literal(first)) = text.pieces.first() else {
            return;
        };
        let origin = (file, first.map.locate(0));
        if self.statements.origins.contains(&origin) || !begins_like_sql(&first.value) {
            return;
        }
        let assembled = assemble(file, &text.pieces);
        if !looks_like_sql(&assembled.text) {
            return;
        }
        if !self.names_known_tables(&assembled) || self.on_way_back(file, text.span) {
            return;
        }
        self.within_code(file, text.span, |cx| {
            cx.with_certainty(Certainty::Likely, |cx| {
                cx.sql_text(&assembled, text.span, "sql")
            });
        });
    }
}

/// A text as it stands, with a hole for each part that is filled in.
pub(crate) fn assemble(file: FileId, pieces: &[Piece]) -> Assembled {
    let mut made = Assembled::default();
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => made.push_literal(file, literal),
            Piece::Hole(hole) => made.push_hole(file, hole.span),
            Piece::Alternatives(bodies) => {
                if let Some(first) = bodies.first() {
                    made.push_assembled(&assemble(file, first));
                }
            }
            Piece::Repeat(repeat) => made.push_assembled(&assemble(file, &repeat.body)),
        }
    }
    made
}

fn touch_of(used: &ColumnUse, site: Site, database: &str, via: &str) -> Touch {
    let (how, class) = match used.class {
        _ if used.rebinds.is_some() => (How::Explicit, ReferenceClass::Rebinding),
        UseClass::Name | UseClass::Proposed => (How::Explicit, ReferenceClass::Name),
        UseClass::Star if !used.needs => (How::Implicit, ReferenceClass::Star),
        UseClass::Star => (How::Implicit, ReferenceClass::WholeRow),
        UseClass::WholeRow => (How::Implicit, ReferenceClass::WholeRow),
        UseClass::Dependency => (How::Implicit, ReferenceClass::View),
    };
    Touch {
        site,
        database: database.into(),
        table: used.table.clone(),
        column: Some(used.column.clone()),
        access: used.access,
        how,
        class,
        certainty: used.certainty,
        via: via.into(),
        declared_at: None,
        becomes: used.rebinds.clone(),
        exposed_as: None,
    }
}

/// `EXCLUDED.name`: what the statement would have written.
fn is_excluded(text: &str, used: &ColumnUse) -> bool {
    let written = text.get(used.span.start as usize..used.span.end as usize);
    let table = written.and_then(|written| written.split_once('.'));
    used.class == UseClass::Proposed
        && table.is_some_and(|(table, _)| table.trim().eq_ignore_ascii_case("excluded"))
}

/// `u.email`, `"email"`: a name and nothing else.
fn is_plain_name(written: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"' | '`');
    !written.is_empty() && written.chars().all(is_part)
}

fn reach(tables: Option<Vec<TableName>>) -> Reach {
    tables.map_or(Reach::Database, Reach::Tables)
}

/// The tables that a statement adds rows to, with the columns that it writes.
pub(crate) fn insertions(
    statement: &Resolution,
    database: &str,
    home: &dyn Fn(Span) -> (FileId, Span),
) -> Vec<Insertion> {
    if statement.kind != StatementKind::Insert || statement.error.is_some() {
        return Vec::new();
    }
    let written = |used: &&TableUse| used.access == Access::Write && used.kind.is_some();
    let insertion = |used: &TableUse| {
        let own = |one: &&ColumnUse| one.access == Access::Write && one.table == used.table;
        let columns = statement.uses.iter().filter(own);
        let mut columns: Vec<Box<str>> = columns.map(|one| one.column.clone()).collect();
        columns.sort();
        columns.dedup();
        let place = home(used.span);
        Insertion {
            site: site(place.0, place.1),
            position: Position::default(),
            database: database.into(),
            table: used.table.clone(),
            columns,
            open: Vec::new(),
            via: "sql".into(),
            certainty: if statement.unknown.is_empty() {
                statement.certainty
            } else {
                Certainty::Possible
            },
            scope: Scope::Production,
            symbol: None,
        }
    };
    statement
        .tables
        .iter()
        .filter(written)
        .map(insertion)
        .collect()
}
