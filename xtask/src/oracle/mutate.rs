//! Statements damaged at random: the resolver must come back from each, and soon.

use impact_facts::{Catalog, Dialect, Span};
use impact_sql::{Schema, looks_like_sql, resolve};
use std::time::{Duration, Instant};

/// What a run found.
pub struct Report {
    count: u64,
    seconds: u64,
    slowest: (Duration, String),
    longest: usize,
}

impl std::fmt::Display for Report {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (time, text) = &self.slowest;
        writeln!(
            out,
            "{} damaged statements in {} s, up to {} bytes: each came back",
            self.count, self.seconds, self.longest
        )?;
        let start: String = text.chars().take(200).collect();
        write!(
            out,
            "the slowest took {time:?} ({} bytes): {start:?}",
            text.len()
        )
    }
}

/// Damages `statements` for so long.
pub fn run(
    statements: &[&str],
    schema: &Schema,
    time: Duration,
    seed: u64,
) -> Result<Report, String> {
    let mut dice = super::generate::Dice::new(seed);
    let others: Vec<Schema> = Dialect::NAMES
        .iter()
        .map(|(dialect, _)| {
            Schema::new(&Catalog {
                dialect: *dialect,
                ..Catalog::default()
            })
        })
        .collect();
    let start = Instant::now();
    let mut report = Report {
        count: 0,
        seconds: time.as_secs(),
        slowest: (Duration::ZERO, String::new()),
        longest: 0,
    };
    while start.elapsed() < time {
        let text = damaged(&mut dice, statements);
        let schema = if dice.roll(2) == 0 {
            schema
        } else {
            others.get(dice.roll(others.len())).unwrap_or(schema)
        };
        let hole = dice.roll(text.len().max(1)) as u32;
        let holes = [Span::new(hole, (hole + 5).min(text.len() as u32))];
        let took = std::panic::catch_unwind(|| one(&text, &holes, schema))
            .map_err(|_| format!("a panic over {text:?}"))??;
        if took > report.slowest.0 {
            report.slowest = (took, text.clone());
        }
        report.count += 1;
        report.longest = report.longest.max(text.len());
    }
    Ok(report)
}

fn one(text: &str, holes: &[Span], schema: &Schema) -> Result<Duration, String> {
    let began = Instant::now();
    for found in resolve(text, holes, schema) {
        let inside = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
        if let Some(one) = found.uses.iter().find(|one| !inside(one.span)) {
            return Err(format!("{text:?}: a span outside of it: {one:?}"));
        }
    }
    let _ = looks_like_sql(text);
    let _ = impact_sql::schema_steps(text, schema.dialect());
    let took = began.elapsed();
    if took > Duration::from_secs(10) {
        return Err(format!("{took:?} for {text:?}"));
    }
    Ok(took)
}

fn damaged(dice: &mut super::generate::Dice, statements: &[&str]) -> String {
    let mut characters: Vec<char> = statements
        .get(dice.roll(statements.len()))
        .map_or_else(Vec::new, |text| text.chars().collect());
    for _ in 0..=dice.roll(6) {
        let at = dice.roll(characters.len().max(1)).min(characters.len());
        let end = (at + dice.roll(12)).min(characters.len());
        match dice.roll(5) {
            0 => drop(characters.drain(at..end)),
            1 => {
                let copy: Vec<char> = characters.get(at..end).unwrap_or_default().to_vec();
                for _ in 0..=dice.roll(40) {
                    characters.splice(at..at, copy.iter().copied());
                }
            }
            2 => {
                const ODD: &[char] = &[
                    '(', ')', '\'', '"', '$', ';', ',', '.', '*', '[', ']', '{', ':', '%', '?',
                    '\\', 'é', '\0', '-', '/', '@', '`', '#',
                ];
                characters.insert(at, ODD.get(dice.roll(ODD.len())).copied().unwrap_or('('));
            }
            3 => {
                let other: Vec<char> = statements
                    .get(dice.roll(statements.len()))
                    .map_or_else(Vec::new, |text| text.chars().collect());
                let from = dice.roll(other.len().max(1)).min(other.len());
                characters.splice(
                    at..at,
                    other.get(from..).unwrap_or_default().iter().copied(),
                );
            }
            _ => characters.truncate(at.max(1)),
        }
    }
    characters.into_iter().take(20_000).collect()
}
