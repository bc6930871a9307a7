//! What a statement touches, marked in its text, for people.

use crate::sql::SqlQuestion;
use impact_facts::{Access, Certainty, Span, TableName};
use impact_sql::{Answer, ColumnUse, Resolution, UseClass};
use std::collections::BTreeMap;
use std::fmt::Write;

/// How many columns of a `*` are listed by name.
const LISTED: usize = 6;
/// Longer lines are shown in part, without carets.
const LONGEST_LINE: usize = 400;

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
            if line.len() > LONGEST_LINE {
                let part: String = shown.chars().take(LONGEST_LINE / 2).collect();
                let _ = writeln!(out, "  {number:gutter$} | {part}…");
            } else if !shown.is_empty() {
                let _ = writeln!(out, "  {number:gutter$} | {shown}");
            }
            let here = Span::new(start as u32, 0)..Span::new(end as u32, 0);
            let marks: Vec<(Span, &Vec<String>)> = self
                .0
                .range(here)
                .map(|(span, said)| (*span, said))
                .collect();
            below(line, start, &marks, gutter, out);
            start = end;
        }
    }
}

/// Below a line its carets, and what is said of each place; a line that is too long for carets gets columns instead.
fn below(
    line: &str,
    start: usize,
    marks: &[(Span, &Vec<String>)],
    gutter: usize,
    out: &mut String,
) {
    let places = columns(line, start, marks);
    if line.len() > LONGEST_LINE {
        for ((from, _), (_, said)) in places.iter().zip(marks) {
            for text in *said {
                let _ = writeln!(out, "  {:gutter$} | column {}: {text}", "", from + 1);
            }
        }
        return;
    }
    let width = places.iter().map(|(_, to)| *to).max().unwrap_or_default();
    let mut carets = vec![b' '; width];
    for (from, to) in &places {
        let marked = carets.iter_mut().take(*to).skip(*from);
        marked.for_each(|place| *place = b'^');
    }
    if width > 0 {
        let carets = String::from_utf8_lossy(&carets);
        let _ = writeln!(out, "  {:gutter$} | {carets}", "");
    }
    for ((from, _), (_, said)) in places.iter().zip(marks) {
        for text in *said {
            let _ = writeln!(out, "  {:gutter$} | {}{text}", "", " ".repeat(*from));
        }
    }
}

/// For each mark, in the order of places, the columns in its line from which and up to which it reaches, counted from 0.
fn columns(line: &str, start: usize, marks: &[(Span, &Vec<String>)]) -> Vec<(usize, usize)> {
    let end = line.trim_end().len();
    let count = |from: usize, to: usize| line.get(from..to).map_or(0, |text| text.chars().count());
    let (mut offset, mut column) = (0, 0);
    let mut places = Vec::with_capacity(marks.len());
    for (span, _) in marks {
        let from = (span.start as usize).saturating_sub(start).min(end);
        let to = (span.end as usize).saturating_sub(start).clamp(from, end);
        column += count(offset, from);
        offset = from;
        places.push((column, column + count(from, to).max(1)));
    }
    places
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

#[cfg(test)]
mod tests {
    use super::sql_text;
    use crate::sql::SqlQuestion;
    use impact_facts::Catalog;
    use impact_sql::{Answer, Schema, resolve};

    fn text(sql: &str) -> String {
        let schema = Schema::new(&Catalog::default());
        let question = SqlQuestion {
            id: 1.into(),
            sql: sql.to_owned(),
        };
        let found = resolve(sql, &[], &schema);
        sql_text(&question, &found, &Answer::of(&found, &schema))
    }

    #[test]
    fn each_name_is_marked_below_its_line() {
        let expected = "1: likely, reads 2, writes 1
  1 | UPDATE t
  2 | SET a = b WHERE t.c = 1
    |     ^   ^       ^^^
    |     writes t.a
    |         reads t.b
    |                 reads t.c

";
        assert_eq!(text("UPDATE t\nSET a = b WHERE t.c = 1"), expected);
    }

    #[test]
    fn a_line_of_any_length_is_shown() {
        let names: Vec<String> = (0..5_000).map(|n| format!("c{n}")).collect();
        let shown = text(&format!("SELECT {} FROM t", names.join(", ")));
        assert!(shown.contains("column 8: reads t.c0\n"));
        assert!(shown.len() < 500_000);
    }
}
