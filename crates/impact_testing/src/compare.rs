//! Holding what was found against what is expected.

use crate::{Expectation, Fixture, Found};
use std::fmt;

/// What differs at one line: shown as in a diff, `-` what is missing and `+` what is unexpected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The file's path.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// Expected and not found, else found and not expected.
    pub missing: bool,
    /// The item.
    pub item: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.missing { '-' } else { '+' };
        write!(f, "{sign} {}:{}: {}", self.path, self.line, self.item)
    }
}

/// Every difference between what a fixture expects and what was found, by file and line.
///
/// An expectation fits what was found at its line if both begin with the same two words and what was found has all its
/// other words. Each fits one. Files that are given are not judged, nor are references to a table as a whole where the
/// fixture expects none.
#[must_use]
pub fn compare(fixture: &Fixture, found: &[Found]) -> Vec<Difference> {
    let judged = |found: &&Found| {
        fixture
            .files
            .iter()
            .any(|file| file.path == found.path && !file.given)
    };
    let of_tables = fixture
        .expectations
        .iter()
        .any(|expected| is_of_table(&expected.words));
    let of_interest = |found: &&Found| of_tables || !is_of_table(&found.words);
    let mut left: Vec<&Found> = found.iter().filter(judged).filter(of_interest).collect();
    let mut differences = Vec::new();
    for expected in most_telling_first(fixture) {
        match left.iter().position(|found| fits(expected, found)) {
            Some(at) => {
                left.remove(at);
            }
            None => differences.push(difference(
                &expected.path,
                expected.line,
                true,
                &expected.words,
            )),
        }
    }
    differences.extend(
        left.iter()
            .map(|found| difference(&found.path, found.line, false, &found.words)),
    );
    differences.sort();
    differences
}

fn is_of_table(words: &[String]) -> bool {
    words.get(1).is_some_and(|word| word.ends_with(".*"))
}

fn most_telling_first(fixture: &Fixture) -> Vec<&Expectation> {
    let mut expectations: Vec<&Expectation> = fixture.expectations.iter().collect();
    expectations.sort_by_key(|expected| std::cmp::Reverse(expected.words.len()));
    expectations
}

fn fits(expected: &Expectation, found: &Found) -> bool {
    expected.path == found.path
        && expected.line == found.line
        && expected.words.iter().take(2).eq(found.words.iter().take(2))
        && expected
            .words
            .iter()
            .skip(2)
            .all(|word| found.words.contains(word))
}

fn difference(path: &str, line: u32, missing: bool, words: &[String]) -> Difference {
    Difference {
        path: path.to_owned(),
        line,
        missing,
        item: words.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: u32, words: &str) -> Found {
        Found {
            path: "a.py".into(),
            line,
            words: words.split(' ').map(str::to_owned).collect(),
        }
    }

    fn differences(found: &[Found]) -> Vec<String> {
        let fixture = Fixture::read(
            "```python a.py\nx  # expect: read users.email; read users.email exact\ny\n```\n```sql b.sql given\n```",
        );
        compare(&fixture.unwrap(), found)
            .iter()
            .map(Difference::to_string)
            .collect()
    }

    #[test]
    fn what_fits_is_no_difference() {
        let both = [
            found(1, "read users.email explicit likely"),
            found(1, "read users.email implicit exact"),
        ];
        assert_eq!(differences(&both), Vec::<String>::new());
    }

    #[test]
    fn a_missing_and_an_unexpected_item_are_differences() {
        let got = [
            found(1, "read users.email explicit exact"),
            found(2, "write users.email explicit exact"),
        ];
        assert_eq!(
            differences(&got),
            [
                "- a.py:1: read users.email",
                "+ a.py:2: write users.email explicit exact"
            ]
        );
    }

    #[test]
    fn tables_are_judged_where_one_is_expected() {
        let table = found(2, "read users.* explicit exact");
        let both = [
            found(1, "read users.email"),
            found(1, "read users.email exact"),
            table.clone(),
        ];
        assert_eq!(differences(&both), Vec::<String>::new());
        let fixture = Fixture::read("```python a.py\nx\ny  # expect: read users.*\n```").unwrap();
        assert_eq!(compare(&fixture, &[table]), []);
        assert_eq!(compare(&fixture, &[]).len(), 1);
    }

    #[test]
    fn given_files_are_not_judged() {
        let mut other = found(1, "declare users.email explicit exact");
        other.path = "b.sql".into();
        let both = [
            found(1, "read users.email exact"),
            found(1, "read users.email"),
            other,
        ];
        assert_eq!(differences(&both), Vec::<String>::new());
    }
}
