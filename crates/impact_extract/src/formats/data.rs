//! Builds collections from the events of a data format, whatever its syntax: bounded in nodes and depth. Of a long list of
//! records the first are kept, and of the rest one of each [`shape`](super::shape).

use super::align::align;
use super::shape::shape;
use crate::builder::{MAX_DEPTH, ModuleBuilder};
use crate::source::Source;
use impact_facts::{
    Block, Collection, CollectionKind, ExpressionId, ExpressionKind, Item, Literal, Piece,
    ProblemKind, Span, Spread, Statement, Text,
};
use rustc_hash::FxHashSet;

/// How many values of one file are kept.
const MAX_VALUES: u64 = 200_000;

/// How many items of one list are kept that are lists or mappings themselves, before only those of a shape of their own are.
const MAX_RECORDS: usize = 1_000;

/// How many items of one list are kept that are lists or mappings themselves, whatever their shape.
const MAX_SHAPES: usize = 5_000;

/// How many plain items of one list are kept.
const MAX_SCALARS: usize = 5_000;

/// How many distinct words of a part that could not be read are kept.
const MAX_WORDS: usize = 2_000;

/// Takes events in document order; [`DataBuilder::finish`] makes each document a statement of the module.
pub struct DataBuilder<'a, 's> {
    source: &'a Source<'s>,
    builder: &'a mut ModuleBuilder,
    frames: Vec<Frame>,
    documents: Vec<ExpressionId>,
    skipped: u32,
    values: u64,
    cut: bool,
    refers_back: bool,
}

/// A collection that is open.
struct Frame {
    kind: CollectionKind,
    start: u32,
    end: u32,
    items: Vec<Item>,
    key: Option<ExpressionId>,
    merges: bool,
    /// How many values there were before it.
    before: u64,
    /// Where the module's arenas ended before it.
    mark: (usize, usize),
    /// Shapes of a long list's records.
    shapes: FxHashSet<u64>,
}

/// A value with how many values are in it, itself included.
#[derive(Debug, Clone, Copy)]
pub struct Value {
    /// The expression.
    pub id: ExpressionId,
    /// Its size.
    pub weight: u64,
}

impl<'a, 's> DataBuilder<'a, 's> {
    /// An empty document.
    pub fn new(source: &'a Source<'s>, builder: &'a mut ModuleBuilder) -> Self {
        Self {
            source,
            builder,
            frames: Vec::new(),
            documents: Vec::new(),
            skipped: 0,
            values: 0,
            cut: false,
            refers_back: false,
        }
    }

    /// The same of a format in which a value may stand for an earlier one.
    pub fn referring_back(mut self) -> Self {
        self.refers_back = true;
        self
    }

    /// Opens a list or dictionary whose first byte is at `start`.
    pub fn open(&mut self, kind: CollectionKind, start: u32) {
        if self.skipped > 0 || !self.has_room(true) || self.is_too_deep(start) {
            self.skipped += 1;
            return;
        }
        self.frames.push(Frame {
            kind,
            start,
            end: start,
            items: Vec::new(),
            key: None,
            merges: false,
            before: self.values,
            mark: self.builder.mark(),
            shapes: FxHashSet::default(),
        });
    }

    /// Closes the innermost collection, whose last byte is before `end`. None if it was left out.
    pub fn close(&mut self, end: u32) -> Option<Value> {
        if self.skipped > 0 {
            self.skipped -= 1;
            return None;
        }
        let mut frame = self.frames.pop()?;
        frame.settle_key(self.builder);
        let span = Span::new(frame.start, end.max(frame.end));
        let collection = Collection {
            kind: frame.kind,
            items: frame.items,
        };
        let id = self
            .builder
            .expression(span, ExpressionKind::Collection(collection));
        let weight = self.values.saturating_sub(frame.before) + 1;
        if self.is_one_of_many(id) {
            if !self.refers_back {
                self.values = frame.before;
                self.builder.forget(frame.mark);
            }
            return None;
        }
        self.put(id, span, 1);
        Some(Value { id, weight })
    }

    /// Whether a record ends that stands in a long list which has one of its shape.
    fn is_one_of_many(&mut self, id: ExpressionId) -> bool {
        let module = self.builder.module();
        let Some(list) = self.frames.last_mut() else {
            return false;
        };
        if list.kind != CollectionKind::List || list.items.len() < MAX_RECORDS {
            return false;
        }
        if list.shapes.is_empty() {
            list.shapes = list
                .items
                .iter()
                .map(|item| shape(module, item.value))
                .collect();
        }
        !list.shapes.insert(shape(module, id))
    }

    /// A string whose characters stand at `raw`, quotes not included; `whole` is with quotes.
    pub fn text(&mut self, value: &str, whole: Span, raw: Span) -> Option<Value> {
        if !self.takes_scalar() {
            return None;
        }
        let map = align(value, self.source.slice(raw), raw.start);
        let literal = Piece::Literal(Literal {
            value: value.into(),
            map,
        });
        let id = self.builder.text_expression(Text {
            span: whole,
            pieces: vec![literal],
        });
        Some(self.put(id, whole, 1))
    }

    /// Any other scalar.
    pub fn scalar(&mut self, kind: ExpressionKind, span: Span) -> Option<Value> {
        if !self.takes_scalar() {
            return None;
        }
        let id = self.builder.expression(span, kind);
        Some(self.put(id, span, 1))
    }

    /// A value that was built before, once more: an alias. Left out if the file would grow past its bound.
    pub fn again(&mut self, value: Value, span: Span) {
        if !self.takes_scalar() {
            return;
        }
        if self.values.saturating_add(value.weight) > MAX_VALUES {
            let id = self.builder.other(span, Vec::new());
            self.put(id, span, 1);
        } else {
            self.put(value.id, span, value.weight);
        }
    }

    /// Whether anything is open.
    pub fn is_open(&self) -> bool {
        !self.frames.is_empty() || self.skipped > 0
    }

    /// Whether the next value is a key.
    pub fn expects_key(&self) -> bool {
        self.frames
            .last()
            .is_some_and(|frame| frame.kind == CollectionKind::Dictionary && frame.key.is_none())
    }

    /// Says that the next value is no value of a key: its own items are the open dictionary's.
    pub fn merge(&mut self) {
        if self.skipped == 0
            && let Some(frame) = self.frames.last_mut()
        {
            frame.merges = true;
        }
    }

    /// Closes all that is open: what follows is another document.
    pub fn close_all(&mut self, end: u32) {
        while self.is_open() {
            self.close(end);
        }
    }

    /// Keeps the words of a part that could not be read: a document that is a set of texts.
    pub fn words(&mut self, span: Span) {
        self.close_all(span.start);
        let words = words_of(self.source.slice(span), span.start);
        if words.is_empty() {
            return;
        }
        self.open(CollectionKind::Set, span.start);
        for word in words {
            let said = self.source.slice(word).to_owned();
            self.text(&said, word, word);
        }
        self.close(span.end);
    }

    /// Closes what is open and writes the documents to the module.
    pub fn finish(mut self, end: u32) {
        self.close_all(end);
        let statements = self.documents.into_iter().map(Statement::Do).collect();
        self.builder.body(Block {
            statements,
            tail: None,
        });
    }

    fn takes_scalar(&mut self) -> bool {
        self.skipped == 0 && self.has_room(false)
    }

    fn has_room(&mut self, container: bool) -> bool {
        let bound = if container { MAX_SHAPES } else { MAX_SCALARS };
        let full = self
            .frames
            .last()
            .is_some_and(|frame| frame.kind == CollectionKind::List && frame.items.len() >= bound);
        if full {
            self.cut(format!(
                "a list of more than {bound} items: its rest was not read"
            ));
            return false;
        }
        if self.values >= MAX_VALUES {
            self.cut(format!(
                "more than {MAX_VALUES} values: the rest was not read"
            ));
        }
        self.values < MAX_VALUES
    }

    /// Says once for each file, at the first place, that something was left out.
    fn cut(&mut self, message: String) {
        if !std::mem::replace(&mut self.cut, true) {
            let start = self.frames.last().map_or(0, |frame| frame.end);
            self.builder
                .problem(Span::new(start, u32::MAX), ProblemKind::Bound, message);
        }
    }

    fn is_too_deep(&mut self, start: u32) -> bool {
        let deep = self.frames.len() >= MAX_DEPTH as usize;
        if deep {
            let message = format!("nested deeper than {MAX_DEPTH} levels: not read");
            self.builder
                .problem(Span::new(start, start + 1), ProblemKind::Bound, message);
        }
        deep
    }

    fn put(&mut self, id: ExpressionId, span: Span, weight: u64) -> Value {
        self.values = self.values.saturating_add(weight);
        match self.frames.last_mut() {
            Some(frame) => frame.put(id, span),
            None => self.documents.push(id),
        }
        Value { id, weight }
    }
}

/// The places of the distinct identifiers of `text`, which stands at `start`, in order.
fn words_of(text: &str, start: u32) -> Vec<Span> {
    let mut seen = rustc_hash::FxHashSet::default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !is_part(c))
        .filter(|word| word.len() > 1 && !word.starts_with(|c: char| c.is_ascii_digit()))
        .filter(|word| seen.insert(*word))
        .take(MAX_WORDS)
        .map(|word| {
            let at = start + (word.as_ptr() as usize - text.as_ptr() as usize) as u32;
            Span::new(at, at + word.len() as u32)
        })
        .collect()
}

impl Frame {
    fn put(&mut self, id: ExpressionId, span: Span) {
        self.end = self.end.max(span.end);
        if self.kind != CollectionKind::Dictionary {
            self.items.push(Item {
                key: None,
                spread: Spread::None,
                value: id,
            });
        } else if std::mem::take(&mut self.merges) {
            self.items.push(Item {
                key: None,
                spread: Spread::Named,
                value: id,
            });
        } else if let Some(key) = self.key.take() {
            self.items.push(Item {
                key: Some(key),
                spread: Spread::None,
                value: id,
            });
        } else {
            self.key = Some(id);
        }
    }

    /// A key that no value followed: half a file.
    fn settle_key(&mut self, builder: &mut ModuleBuilder) {
        if let Some(key) = self.key.take() {
            let at = Span::new(self.end, self.end);
            let value = builder.expression(at, ExpressionKind::Null);
            self.items.push(Item {
                key: Some(key),
                spread: Spread::None,
                value,
            });
        }
    }
}
