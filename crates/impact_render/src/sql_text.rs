//! What a statement touches, marked in its text, for people.

use crate::sql::SqlQuestion;
use impact_facts::{Access, Certainty, Span, TableName};
use impact_sql::{Answer, ColumnUse, Resolution, UseClass};
use std::collections::BTreeMap;
use std::fmt::Write;

/// How many columns of a `*` are listed by name.
const LISTED: usize = 6;

/// One answer for people: each statement, line by line, with carets below what it names.
#[must_use]
pub fn sql_text(question: &SqlQuestion, resolutions: &[Resolution], answer: &Answer) -> String {
    let mut out = String::new();
    let certainty = format!("{:?}", answer.certainty).to_lowercase();
    let _ = writeln!(
        out,
        "{}: {certainty}, reads {}, writes {}",
        question.id,
        answer.reads.len(),
        answer.writes.len()
    );
    let mut marks = Marks::default();
    resolutions.iter().for_each(|one| marks.add(one));
    marks.write(&question.sql, &mut out);
    for (table, column, meaning) in &answer.rebinds {
        let _ = writeln!(
            out,
            "  danger: without {table}.{column} it stays valid and means {meaning}"
        );
    }
    if let Some(error) = &answer.error {
        let _ = writeln!(out, "  not understood: {error}");
    }
    out.push('\n');
    out
}

/// What is said of the places of a text, in the order of the places.
#[derive(Default)]
struct Marks(BTreeMap<Span, Vec<String>>);

impl Marks {
    fn add(&mut self, resolution: &Resolution) {
        let mut stars: BTreeMap<(Span, UseClass, &TableName), Vec<&ColumnUse>> = BTreeMap::new();
        for found in &resolution.uses {
            if matches!(found.class, UseClass::Star | UseClass::WholeRow) {
                let star = stars.entry((found.span, found.class, &found.table));
                star.or_default().push(found);
            } else {
                self.say(found.span, named(found));
            }
        }
        for ((span, class, table), columns) in stars {
            self.say(span, of_a_star(class, table, &columns));
            for found in columns {
                for place in &found.named_at {
                    let text = format!("needs {table}.{} of the *", found.column);
                    self.say(*place, with_meaning(text, found));
                }
            }
        }
        for unknown in &resolution.unknown {
            let reach = match &unknown.tables {
                None => "any table".to_owned(),
                Some(tables) => list(tables.iter().map(ToString::to_string)),
            };
            self.say(
                unknown.span,
                format!("{}: may reach {reach}", unknown.message),
            );
        }
    }

    fn say(&mut self, span: Span, text: String) {
        let said = self.0.entry(span).or_default();
        if !said.contains(&text) {
            said.push(text);
        }
    }

    /// Each line of the text; below those with marks a line of carets, then what is said of each.
    fn write(&self, text: &str, out: &mut String) {
        let gutter = text.lines().count().max(1).to_string().len();
        let mut start = 0;
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            let end = start + line.len();
            let shown = line.trim_end().replace('\t', " ");
            if !shown.is_empty() {
                let _ = writeln!(out, "  {number:gutter$} | {shown}");
            }
            let here = |span: &Span| (start..end).contains(&(span.start as usize));
            let marks: Vec<(Span, &Vec<String>)> = self
                .0
                .iter()
                .filter(|(span, _)| here(span))
                .map(|(span, said)| (*span, said))
                .collect();
            below(line, start, &marks, gutter, out);
            start = end;
        }
    }
}

fn below(
    line: &str,
    start: usize,
    marks: &[(Span, &Vec<String>)],
    gutter: usize,
    out: &mut String,
) {
    if marks.is_empty() {
        return;
    }
    let column = |offset: usize| {
        let before = line.get(..offset.saturating_sub(start).min(line.trim_end().len()));
        before.map_or(0, |before| before.chars().count())
    };
    let mut carets: Vec<char> = Vec::new();
    for (span, _) in marks {
        let (from, to) = (column(span.start as usize), column(span.end as usize));
        carets.resize(carets.len().max(to.max(from + 1)), ' ');
        let marked = carets.iter_mut().take(to.max(from + 1)).skip(from);
        marked.for_each(|place| *place = '^');
    }
    let carets: String = carets.into_iter().collect();
    let _ = writeln!(out, "  {:gutter$} | {carets}", "");
    for (span, said) in marks {
        let indent = column(span.start as usize);
        for text in *said {
            let _ = writeln!(out, "  {:gutter$} | {:indent$}{text}", "", "");
        }
    }
}

fn named(found: &ColumnUse) -> String {
    let column = format!("{}.{}", found.table, found.column);
    let text = match (found.class, found.access) {
        (UseClass::Dependency, _) if found.through.is_empty() => format!("needs {column}"),
        (UseClass::Dependency, _) => {
            let views = found.through.iter().map(ToString::to_string);
            format!("needs {column}, behind {}", list(views))
        }
        (UseClass::Proposed, _) => format!("needs {column}"),
        (_, Access::Write) => format!("writes {column}"),
        _ => format!("reads {column}"),
    };
    with_meaning(hedged(text, found.certainty), found)
}

fn of_a_star(class: UseClass, table: &TableName, columns: &[&ColumnUse]) -> String {
    let names = columns.iter().map(|found| found.column.to_string());
    let names = list(names);
    let what = if class == UseClass::Star {
        "reads all of"
    } else {
        "uses the row of"
    };
    let sure = columns.iter().map(|found| found.certainty).min();
    hedged(
        format!("{what} {table}: {names}"),
        sure.unwrap_or(Certainty::Exact),
    )
}

fn hedged(text: String, certainty: Certainty) -> String {
    match certainty {
        Certainty::Exact => text,
        Certainty::Likely => format!("likely {text}"),
        Certainty::Possible => format!("possibly {text}"),
    }
}

fn with_meaning(text: String, found: &ColumnUse) -> String {
    match &found.rebinds {
        Some(meaning) => format!("{text}; DANGER: without it, {meaning}"),
        None => text,
    }
}

fn list(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    let shown = names.get(..LISTED.min(names.len())).unwrap_or_default();
    let more = names.len().saturating_sub(LISTED);
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
