//! YAML, to collections: several documents, anchors, merge keys. A file that a template language has marks in is read
//! with the marks blanked out; after an error reading goes on at the next line that is not indented.

use super::data::{DataBuilder, Value};
use super::masked::mask;
use crate::builder::ModuleBuilder;
use crate::source::Source;
use impact_facts::{CollectionKind, ExpressionKind, ProblemKind, Span};
use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Parser, ScalarStyle};

/// How many parser events of one file are looked at.
const MAX_EVENTS: usize = 2_000_000;

/// How often reading goes on after an error.
const MAX_RESTARTS: usize = 100;

/// Lowers a file.
pub fn lower(source: &Source, builder: &mut ModuleBuilder) {
    let masked = mask(source.text());
    let text = match &masked {
        Some(masked) if !parses(source.text()) => masked.as_str(),
        _ => source.text(),
    };
    let mut errors = Vec::new();
    let mut reader = Reader {
        data: DataBuilder::new(source, builder).referring_back(),
        anchors: FxHashMap::default(),
        pending: Vec::new(),
        events: 0,
    };
    let mut at = 0;
    for _ in 0..MAX_RESTARTS {
        let Some(error) = reader.read(text, at) else {
            break;
        };
        let next = next_top_level(text, error.at);
        errors.push((
            Span::new(error.at as u32, next as u32),
            error.kind,
            error.message,
        ));
        reader.data.words(Span::new(error.at as u32, next as u32));
        at = next;
        if at >= text.len() {
            break;
        }
    }
    reader.data.finish(source.len());
    for (span, kind, message) in errors {
        builder.problem(span, kind, message);
    }
}

fn parses(text: &str) -> bool {
    Parser::new_from_str(text)
        .take(MAX_EVENTS)
        .all(|event| event.is_ok())
}

/// The start of the next line after `at` that is neither indented nor blank nor a list's item.
fn next_top_level(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    memchr::memchr_iter(b'\n', rest)
        .map(|newline| at + newline + 1)
        .find(|start| {
            let byte = text.as_bytes().get(*start);
            byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'-')
                && !text
                    .get(*start..)
                    .is_some_and(|line| line.starts_with("- "))
        })
        .unwrap_or(text.len())
}

struct Failure {
    at: usize,
    kind: ProblemKind,
    message: String,
}

struct Reader<'a, 's> {
    data: DataBuilder<'a, 's>,
    anchors: FxHashMap<usize, Value>,
    pending: Vec<usize>,
    events: usize,
}

impl Reader<'_, '_> {
    /// Reads from byte `from` on, up to the first error.
    fn read(&mut self, text: &str, from: usize) -> Option<Failure> {
        let part = text.get(from..).unwrap_or_default();
        let offsets = Offsets::new(part, from);
        self.anchors.clear();
        for event in Parser::new_from_str(part) {
            self.events += 1;
            let (event, span) = match event {
                Ok((event, span)) => (
                    event,
                    Span::new(
                        offsets.byte(span.start.index()),
                        offsets.byte(span.end.index()),
                    ),
                ),
                Err(error) => {
                    let at = offsets.byte(error.marker().index()) as usize;
                    let message = format!("not YAML: {}", error.info());
                    return Some(Failure {
                        at,
                        kind: ProblemKind::Syntax,
                        message,
                    });
                }
            };
            if self.events > MAX_EVENTS {
                let message = format!("more than {MAX_EVENTS} parts: the rest was not read");
                return Some(Failure {
                    at: text.len(),
                    kind: ProblemKind::Bound,
                    message,
                });
            }
            self.take(event, span);
        }
        None
    }

    fn take(&mut self, event: Event, span: Span) {
        match event {
            Event::MappingStart(anchor, _) => self.open(CollectionKind::Dictionary, anchor, span),
            Event::SequenceStart(anchor, _) => self.open(CollectionKind::List, anchor, span),
            Event::MappingEnd | Event::SequenceEnd => {
                let anchor = self.pending.pop().unwrap_or_default();
                let value = self.data.close(span.start);
                self.remember(anchor, value);
            }
            Event::Scalar(value, style, anchor, _) => {
                let value = self.scalar(&value, style, span);
                self.remember(anchor, value);
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(value) => self.data.again(*value, span),
                None => {
                    self.data.scalar(ExpressionKind::Null, span);
                }
            },
            _ => {}
        }
    }

    fn open(&mut self, kind: CollectionKind, anchor: usize, span: Span) {
        self.pending.push(anchor);
        self.data.open(kind, span.start);
    }

    fn remember(&mut self, anchor: usize, value: Option<Value>) {
        if anchor > 0
            && let Some(value) = value
        {
            self.anchors.insert(anchor, value);
        }
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, span: Span) -> Option<Value> {
        if style != ScalarStyle::Plain {
            let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
            let quote = u32::from(quoted && span.end >= span.start + 2);
            let raw = Span::new(span.start + quote, span.end - quote);
            return self.data.text(value, span, raw);
        }
        if value == "<<" && self.data.expects_key() {
            self.data.merge();
            return None;
        }
        match plain(value).filter(|_| !self.data.expects_key()) {
            Some(kind) => self.data.scalar(kind, span),
            None => self.data.text(value, span, span),
        }
    }
}

/// The scalars of YAML 1.2's core schema that are no strings.
fn plain(value: &str) -> Option<ExpressionKind> {
    match value {
        "" | "~" | "null" | "Null" | "NULL" => return Some(ExpressionKind::Null),
        "true" | "True" | "TRUE" => return Some(ExpressionKind::Bool(true)),
        "false" | "False" | "FALSE" => return Some(ExpressionKind::Bool(false)),
        _ => {}
    }
    let starts = value.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    if !starts {
        return None;
    }
    let whole = value.parse().map(ExpressionKind::Integer).ok();
    whole.or_else(|| {
        value
            .parse::<f64>()
            .is_ok()
            .then_some(ExpressionKind::Number)
    })
}

/// Byte offsets of character offsets that mostly ascend.
struct Offsets<'a> {
    text: &'a str,
    base: usize,
    ascii: bool,
    marks: Vec<u32>,
}

/// How many characters lie between two marks.
const STRIDE: usize = 64;

impl<'a> Offsets<'a> {
    fn new(text: &'a str, base: usize) -> Self {
        let ascii = text.is_ascii();
        let marks = if ascii {
            Vec::new()
        } else {
            text.char_indices()
                .step_by(STRIDE)
                .map(|(at, _)| at as u32)
                .collect()
        };
        Self {
            text,
            base,
            ascii,
            marks,
        }
    }

    fn byte(&self, character: usize) -> u32 {
        if self.ascii {
            return (self.base + character.min(self.text.len())) as u32;
        }
        let mark = self.marks.get(character / STRIDE).copied();
        let at = mark.map_or(self.text.len(), |start| {
            let rest = self.text.get(start as usize..).unwrap_or_default();
            let mut indices = rest.char_indices().skip(character % STRIDE);
            indices
                .next()
                .map_or(self.text.len(), |(offset, _)| start as usize + offset)
        });
        (self.base + at) as u32
    }
}
