//! Reading a fixture.

use std::fmt;

/// What marks an expectation in a comment.
const MARK: &str = "expect:";

/// What comments begin with, in the languages that fixtures are written in.
const LEADERS: &[&str] = &["#", "//", "--", "{#", "<!--", "/*"];

/// What comments end with.
const TRAILERS: &[&str] = &["#}", "-->", "*/"];

/// A Markdown file of fixtures: its fences that name a file, and what their comments expect.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fixture {
    /// The files, in order. Their text holds the expectations, so that lines are what they seem.
    pub files: Vec<FixtureFile>,
    /// What is expected, in order.
    pub expectations: Vec<Expectation>,
}

/// A file of a fixture: a fence with a path after its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixtureFile {
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its lines are not judged: ` ```sql schema.sql given`.
    pub given: bool,
}

/// One item that a line should yield.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The file's path.
    pub path: String,
    /// The line in the file, from 1.
    pub line: u32,
    /// The words of the item.
    pub words: Vec<String>,
}

/// A fixture that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixtureError {
    /// The line in the Markdown, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: &'static str,
}

impl fmt::Display for FixtureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for FixtureError {}

impl Fixture {
    /// Reads a fixture.
    ///
    /// # Errors
    /// A fence that is never closed, two fences of one path, or an expectation that speaks of no line.
    pub fn read(markdown: &str) -> Result<Fixture, FixtureError> {
        let mut fixture = Fixture::default();
        let mut lines = markdown.lines().enumerate();
        while let Some((at, line)) = lines.next() {
            let Some(fence) = Fence::open(line) else {
                continue;
            };
            let mut text = String::new();
            loop {
                match lines.next() {
                    None => {
                        return Err(FixtureError {
                            line: at + 1,
                            message: "this fence is never closed",
                        });
                    }
                    Some((_, line)) if fence.is_closed_by(line) => break,
                    Some((_, line)) => {
                        text.push_str(line);
                        text.push('\n');
                    }
                }
            }
            if let Some(file) = fence.file(text) {
                fixture.add(file, at + 1)?;
            }
        }
        Ok(fixture)
    }

    fn add(&mut self, file: FixtureFile, line: usize) -> Result<(), FixtureError> {
        if self.files.iter().any(|before| before.path == file.path) {
            return Err(FixtureError {
                line,
                message: "this path has a fence already",
            });
        }
        let expectations = expectations(&file).map_err(|at| {
            let message = "this expectation speaks of no line";
            FixtureError {
                line: line + at,
                message,
            }
        })?;
        self.expectations.extend(expectations);
        self.files.push(file);
        Ok(())
    }
}

/// The opening line of a fence.
struct Fence<'a> {
    ticks: usize,
    words: Vec<&'a str>,
}

impl<'a> Fence<'a> {
    fn open(line: &'a str) -> Option<Self> {
        let info = line.trim_start_matches('`');
        let ticks = line.len() - info.len();
        (ticks >= 3).then(|| Self {
            ticks,
            words: info.split_whitespace().collect(),
        })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        line.len() >= self.ticks
            && line.trim_end().chars().all(|c| c == '`')
            && !line.trim().is_empty()
    }

    fn file(&self, text: String) -> Option<FixtureFile> {
        let path = (*self.words.get(1)?).to_owned();
        Some(FixtureFile {
            path,
            text,
            given: self.words.get(2) == Some(&"given"),
        })
    }
}

/// The expectations of a file. The error is the line of one that speaks of nothing.
fn expectations(file: &FixtureFile) -> Result<Vec<Expectation>, usize> {
    let mut all = Vec::new();
    let mut pending: Vec<(usize, &str)> = Vec::new();
    for (at, line) in file.text.lines().enumerate() {
        let comment = expectation_of(line);
        match comment {
            Some((before, items)) if before.trim().is_empty() => pending.push((at, items)),
            None if line.trim().is_empty() => {}
            _ => {
                let own = comment.map(|(_, items)| items);
                for items in pending.drain(..).map(|(_, items)| items).chain(own) {
                    all.extend(parsed(file, at, items));
                }
            }
        }
    }
    match pending.first() {
        Some((at, _)) => Err(at + 1),
        None => Ok(all),
    }
}

fn parsed<'a>(
    file: &'a FixtureFile,
    at: usize,
    items: &'a str,
) -> impl Iterator<Item = Expectation> + 'a {
    let items = items.split(';').map(|item| {
        item.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    items
        .filter(|words| !words.is_empty())
        .map(move |words| Expectation {
            path: file.path.clone(),
            line: at as u32 + 1,
            words,
        })
}

/// What stands before an expectation's comment, and its items.
fn expectation_of(line: &str) -> Option<(&str, &str)> {
    let mark = line.find(MARK)?;
    let head = line.get(..mark)?.trim_end();
    let before = LEADERS
        .iter()
        .find_map(|leader| head.strip_suffix(leader))?;
    let items = line.get(mark + MARK.len()..)?.trim();
    let items = TRAILERS
        .iter()
        .find_map(|trailer| items.strip_suffix(trailer))
        .unwrap_or(items);
    Some((before, items))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXTURE: &str = "\
Why this is so.

```python app/models.py
# expect: api GET /users
# expect: read users.id
@app.get('/users')
def users():
    return q('select email')  # expect: read users.email explicit; blind dynamic_sql
```

```sql schema.sql given
create table users (id int);
```

```sh
not a file
```
";

    #[test]
    fn fences_with_a_path_are_files() {
        let fixture = Fixture::read(FIXTURE).unwrap();
        let files: Vec<(&str, bool)> = fixture
            .files
            .iter()
            .map(|file| (file.path.as_str(), file.given))
            .collect();
        assert_eq!(files, [("app/models.py", false), ("schema.sql", true)]);
        assert!(fixture.files[0].text.starts_with("# expect: api"));
    }

    #[test]
    fn a_comment_speaks_of_its_line_or_of_the_next() {
        let fixture = Fixture::read(FIXTURE).unwrap();
        let said: Vec<(u32, String)> = fixture
            .expectations
            .iter()
            .map(|expected| (expected.line, expected.words.join(" ")))
            .collect();
        let expected = [
            (3, "api GET /users"),
            (3, "read users.id"),
            (5, "read users.email explicit"),
            (5, "blind dynamic_sql"),
        ];
        assert_eq!(said, expected.map(|(line, words)| (line, words.to_owned())));
    }

    #[test]
    fn what_is_not_closed_or_speaks_of_nothing_is_an_error() {
        assert_eq!(Fixture::read("```py a.py\nx").unwrap_err().line, 1);
        assert_eq!(
            Fixture::read("```py a.py\n# expect: x y\n```")
                .unwrap_err()
                .line,
            2
        );
        assert_eq!(
            Fixture::read("```py a\n```\n```py a\n```")
                .unwrap_err()
                .line,
            3
        );
    }
}
