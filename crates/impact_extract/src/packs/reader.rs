//! The parts of a pack's text that impact itself must know: where patterns begin and end, what they capture, and their
//! predicates. Whether a pattern fits the grammar is tree-sitter's to say.

/// One pattern of a pack.
#[derive(Debug, Default)]
pub struct Pattern<'a> {
    /// Its first byte in the text.
    pub start: usize,
    /// One past its last.
    pub end: usize,
    /// What it captures, in order.
    pub captures: Vec<CaptureUse<'a>>,
    /// Its predicates, in order.
    pub predicates: Vec<Predicate<'a>>,
}

/// `@name` after a node.
#[derive(Debug)]
pub struct CaptureUse<'a> {
    /// The name, without `@`.
    pub name: &'a str,
    /// Where it stands in the text.
    pub at: usize,
    /// Whether every match has it: it is neither optional nor in an alternative.
    pub certain: bool,
}

/// `(#name operands…)`.
#[derive(Debug)]
pub struct Predicate<'a> {
    /// The name, without `#`.
    pub name: &'a str,
    /// Where it stands in the text.
    pub at: usize,
    /// What it is said of.
    pub operands: Vec<Operand<'a>>,
}

/// An operand of a predicate.
#[derive(Debug, PartialEq, Eq)]
pub enum Operand<'a> {
    /// `@name`.
    Capture(&'a str),
    /// A word or a string.
    Word(String),
}

/// What is wrong, and where.
pub type ReadError = (usize, String);

/// The patterns of a text.
///
/// # Errors
/// Where brackets or quotes do not close.
pub fn read(text: &str) -> Result<Vec<Pattern<'_>>, ReadError> {
    let mut reader = Reader {
        text,
        at: 0,
        patterns: Vec::new(),
        open: Vec::new(),
        form: Form::default(),
    };
    while let Some(byte) = reader.peek() {
        reader.step(byte)?;
    }
    match reader.open.last() {
        Some(open) => Err((open.at, "this bracket is never closed".into())),
        None => Ok(reader.patterns),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    patterns: Vec<Pattern<'a>>,
    open: Vec<Open>,
    form: Form,
}

struct Open {
    at: usize,
    bracket: u8,
    /// How many captures came before it.
    captures: usize,
    /// How many captures came before each form directly inside: the alternatives of `[`.
    forms: Vec<usize>,
}

/// The form that was read last.
#[derive(Default)]
struct Form {
    captures: usize,
    optional: bool,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn step(&mut self, byte: u8) -> Result<(), ReadError> {
        match byte {
            b';' => self.skip_comment(),
            b'(' if self.text[self.at + 1..].trim_start().starts_with('#') => {
                return self.predicate();
            }
            b'(' | b'[' => {
                self.begin();
                self.open.push(Open {
                    at: self.at,
                    bracket: byte,
                    captures: self.captures(),
                    forms: Vec::new(),
                });
                self.at += 1;
            }
            b')' | b']' => return self.close(byte),
            b'"' => {
                self.begin();
                self.string()?;
                self.atom();
            }
            b'@' => self.capture(),
            b'?' | b'*' => self.optional(),
            b'+' | b'.' | b'!' => self.at += 1,
            _ if byte.is_ascii_whitespace() => self.at += 1,
            _ => self.word(),
        }
        self.extend();
        Ok(())
    }

    fn captures(&self) -> usize {
        self.patterns
            .last()
            .map_or(0, |pattern| pattern.captures.len())
    }

    /// Begins a form: a pattern, if the reader is between patterns.
    fn begin(&mut self) {
        if self.after_field() {
            return;
        }
        let captures = self.captures();
        if let Some(open) = self.open.last_mut() {
            open.forms.push(captures);
        } else {
            self.patterns.push(Pattern {
                start: self.at,
                end: self.at,
                ..Pattern::default()
            });
        }
    }

    fn after_field(&self) -> bool {
        self.text[..self.at].trim_end().ends_with(':')
    }

    /// The pattern goes at least up to here, unless what was read was blank.
    fn extend(&mut self) {
        let end = self.at;
        let blank = self.text[..end].ends_with(|c: char| c.is_whitespace());
        if let Some(pattern) = self.patterns.last_mut()
            && !blank
        {
            pattern.end = end;
        }
    }

    fn skip_comment(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
    }

    fn atom(&mut self) {
        self.form = Form {
            captures: self.captures(),
            optional: false,
        };
    }

    fn word(&mut self) {
        self.begin();
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| c.is_whitespace() || "()[]\"@?*+;".contains(c));
        self.at += end.unwrap_or(rest.len()).max(1);
        self.atom();
    }

    fn capture(&mut self) {
        let (at, name) = (self.at, self.capture_name());
        let certain = !self.form.optional;
        if let Some(pattern) = self.patterns.last_mut() {
            pattern.captures.push(CaptureUse { name, at, certain });
        }
    }

    fn capture_name(&mut self) -> &'a str {
        let rest = &self.text[self.at + 1..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.' || c == '-'));
        let name = &rest[..end.unwrap_or(rest.len())];
        self.at += 1 + name.len();
        name
    }

    fn optional(&mut self) {
        self.at += 1;
        self.form.optional = true;
        self.make_unsure(self.form.captures);
    }

    fn make_unsure(&mut self, from: usize) {
        if let Some(pattern) = self.patterns.last_mut() {
            pattern
                .captures
                .iter_mut()
                .skip(from)
                .for_each(|capture| capture.certain = false);
        }
    }

    /// What only some alternatives capture is not certain.
    fn join_alternatives(&mut self, open: &Open) {
        let Some(pattern) = self.patterns.last_mut() else {
            return;
        };
        let captures = &pattern.captures;
        let ends = open.forms.iter().skip(1).copied().chain([captures.len()]);
        let alternatives: Vec<&[CaptureUse]> = open
            .forms
            .iter()
            .zip(ends)
            .filter_map(|(start, end)| captures.get(*start..end))
            .collect();
        let in_all = |name: &str| {
            alternatives.iter().all(|one| {
                one.iter()
                    .any(|capture| capture.certain && capture.name == name)
            })
        };
        let certain: Vec<bool> = captures
            .iter()
            .skip(open.captures)
            .map(|capture| in_all(capture.name))
            .collect();
        for (capture, certain) in pattern.captures.iter_mut().skip(open.captures).zip(certain) {
            capture.certain &= certain;
        }
    }

    fn close(&mut self, bracket: u8) -> Result<(), ReadError> {
        let opening = if bracket == b')' { b'(' } else { b'[' };
        let open = self.open.pop().filter(|open| open.bracket == opening);
        let open = open.ok_or((self.at, "this bracket was never opened".to_owned()))?;
        if bracket == b']' {
            self.join_alternatives(&open);
        }
        self.form = Form {
            captures: open.captures,
            optional: false,
        };
        self.at += 1;
        self.extend();
        Ok(())
    }

    /// The string at the reader, escapes undone.
    fn string(&mut self) -> Result<String, ReadError> {
        let start = self.at;
        let mut value = String::new();
        let mut characters = self.text[start + 1..].char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.at = start + 1 + at + 1;
                    return Ok(value);
                }
                '\\' => value.extend(characters.next().map(|(_, escaped)| unescaped(escaped))),
                _ => value.push(character),
            }
        }
        Err((start, "this string is never closed".into()))
    }

    fn predicate(&mut self) -> Result<(), ReadError> {
        let at = self.at;
        self.at += self.text[at..].find('#').unwrap_or(0) + 1;
        let name = self.plain_word();
        let mut operands = Vec::new();
        loop {
            match self.peek() {
                None => return Err((at, "this bracket is never closed".into())),
                Some(b')') => break,
                Some(b'"') => operands.push(Operand::Word(self.string()?)),
                Some(b'@') => operands.push(Operand::Capture(self.capture_name())),
                Some(b';') => self.skip_comment(),
                Some(byte) if byte.is_ascii_whitespace() => self.at += 1,
                Some(_) => operands.push(Operand::Word(self.plain_word().to_owned())),
            }
        }
        self.at += 1;
        let Some(pattern) = self.patterns.last_mut() else {
            return Err((at, "a predicate stands inside its pattern".into()));
        };
        pattern.predicates.push(Predicate { name, at, operands });
        Ok(())
    }

    fn plain_word(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let end = rest
            .find(|c: char| c.is_whitespace() || "()[]\"@;".contains(c))
            .unwrap_or(rest.len());
        let end = if end == 0 {
            rest.chars().next().map_or(0, char::len_utf8)
        } else {
            end
        };
        self.at += end;
        &rest[..end]
    }
}

fn unescaped(character: char) -> char {
    match character {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_told_apart_with_their_captures_and_predicates() {
        let text = "; a comment\n((call function: (_) @a) @b (#eq? @a \"x\\\"y\" z))\n\n[(a) (b) @c]+ @d (e (f)? @g) @h";
        let patterns = read(text).unwrap();
        let texts: Vec<&str> = patterns
            .iter()
            .map(|pattern| &text[pattern.start..pattern.end])
            .collect();
        assert_eq!(
            texts,
            [
                "((call function: (_) @a) @b (#eq? @a \"x\\\"y\" z))",
                "[(a) (b) @c]+ @d",
                "(e (f)? @g) @h"
            ]
        );
        let captures: Vec<(&str, bool)> = patterns
            .iter()
            .flat_map(|pattern| &pattern.captures)
            .map(|capture| (capture.name, capture.certain))
            .collect();
        assert_eq!(
            captures,
            [
                ("a", true),
                ("b", true),
                ("c", false),
                ("d", true),
                ("g", false),
                ("h", true)
            ]
        );
        let operands = &patterns[0].predicates[0].operands;
        assert_eq!(
            *operands,
            [
                Operand::Capture("a"),
                Operand::Word("x\"y".into()),
                Operand::Word("z".into())
            ]
        );
    }

    #[test]
    fn what_every_alternative_captures_is_certain() {
        let patterns = read("[(a) @x (b c: (d) @x) @y] @z").unwrap();
        let captures: Vec<(&str, bool)> = patterns[0]
            .captures
            .iter()
            .map(|capture| (capture.name, capture.certain))
            .collect();
        assert_eq!(
            captures,
            [("x", true), ("x", true), ("y", false), ("z", true)]
        );
    }

    #[test]
    fn what_does_not_close_is_an_error_with_its_place() {
        assert_eq!(read("(a").unwrap_err().0, 0);
        assert_eq!(read("a)").unwrap_err().0, 1);
        assert_eq!(read("(a \"b").unwrap_err().0, 3);
        assert_eq!(read("(a]").unwrap_err().0, 2);
        assert_eq!(read("(a (#eq? b").unwrap_err().0, 3);
    }
}
