//! What an expression is, as far as it matters to columns.

use crate::alternatives::{self, Alternatives, MAX_DEPTH};
use impact_bind::{ClassRef, FunctionRef};
use impact_facts::{Assembled, Certainty, ClassId, FileId, Segment, Span};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// What an expression may be: any of some alternatives, and how sure that is. No alternative: nothing reached it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    all: Arc<Alternatives>,
    /// The weakest step that led here.
    pub certainty: Certainty,
}

/// A mapped class or struct: an index into the models of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelId(pub u32);

/// One alternative of a [`Value`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Atom {
    /// Nothing: `None`.
    Null,
    /// A string that is known, each byte with its origin.
    Text(Arc<Assembled>),
    /// A whole number that is known.
    Integer(i64),
    /// A module of the program.
    Module(FileId),
    /// A class of the program, itself.
    Class(ClassRef),
    /// A function of the program.
    Function(FunctionRef),
    /// A function of the program with its receiver.
    Method(FunctionRef, Arc<Atom>),
    /// An instance of a class of the program that no ORM maps.
    Instance(ClassRef),
    /// What `super()` is, in a method of that class, for that receiver.
    Super(ClassRef, Arc<Atom>),
    /// A row of a mapped class.
    Mapped(ModelId),
    /// A thing of a package outside the tree, by its qualified name: `django.db.models.Model`.
    External(Arc<str>),
    /// An instance of a class outside the tree, by the class's qualified name: `builtins.str`.
    Outside(Arc<str>),
    /// A member, not called yet, of something that has no description: its receiver and its name.
    Member(Arc<Atom>, Arc<str>),
    /// Elements in no known order and number.
    List(Value),
    /// Elements in order.
    Tuple(Arc<[Value]>),
    /// Values by name.
    Dictionary(Arc<Dictionary>),
    /// A thing of an ORM or framework. Only its door knows what it means.
    Object(Arc<Object>),
    /// Not known, and why.
    Unknown(&'static str),
}

/// Values by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dictionary {
    /// Values of known keys.
    pub known: BTreeMap<Box<str>, Value>,
    /// Keys that are not known.
    pub keys: Value,
    /// Values under them.
    pub rest: Value,
}

/// A thing that one door makes and understands: a queryset, a select, a router, a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The door's name.
    pub door: &'static str,
    /// What it is to the door: `queryset`, `route`.
    pub kind: &'static str,
    /// The mapped class that it speaks of.
    pub model: Option<ModelId>,
    /// The program's class that describes it, where the user's own class extends the ORM's.
    pub class: Option<ClassRef>,
    /// Words that the door keeps with it, sorted: `only:email`.
    pub words: Vec<Box<str>>,
    /// Values that the door keeps with it.
    pub values: BTreeMap<Box<str>, Value>,
}

impl Object {
    /// An object without words and values.
    #[must_use]
    pub fn new(door: &'static str, kind: &'static str, model: Option<ModelId>) -> Self {
        Self {
            door,
            kind,
            model,
            class: None,
            words: Vec::new(),
            values: BTreeMap::new(),
        }
    }

    /// The same with a word more.
    #[must_use]
    pub fn with_word(mut self, word: &str) -> Self {
        if let Err(at) = self.words.binary_search_by(|known| (**known).cmp(word)) {
            self.words.insert(at, word.into());
        }
        self
    }

    /// The same with a value more.
    #[must_use]
    pub fn with_value(mut self, key: &str, value: Value) -> Self {
        self.values.insert(key.into(), value);
        self
    }

    /// Whether it has a word.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|known| **known == *word)
    }

    /// What follows `prefix` in the words that begin with it.
    pub fn words_after<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.words
            .iter()
            .filter_map(move |word| word.strip_prefix(prefix))
    }
}

/// The word that says of which class of the program an object speaks that is no instance of it: a builder, a loader.
#[must_use]
pub(crate) fn class_word(class: ClassRef) -> String {
    format!("class:{}.{}", class.file.0, class.class.0)
}

/// The class that such a word says.
#[must_use]
pub(crate) fn class_said(object: &Object) -> Option<ClassRef> {
    let (file, class) = object.words_after("class:").next()?.split_once('.')?;
    Some(ClassRef {
        file: FileId(file.parse().ok()?),
        class: ClassId(class.parse().ok()?),
    })
}

impl Default for Value {
    fn default() -> Self {
        Self::nothing()
    }
}

impl From<Atom> for Value {
    fn from(atom: Atom) -> Self {
        Self {
            all: Arc::new(atom.into()),
            certainty: Certainty::Exact,
        }
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Atom::Object(Arc::new(object)).into()
    }
}

impl Value {
    /// No alternative.
    #[must_use]
    pub fn nothing() -> Self {
        static NONE: LazyLock<Arc<Alternatives>> = LazyLock::new(alternatives::none);
        Self {
            all: Arc::clone(&NONE),
            certainty: Certainty::Exact,
        }
    }

    /// Not known.
    #[must_use]
    pub fn unknown(why: &'static str) -> Self {
        Atom::Unknown(why).into()
    }

    /// An instance of a class outside the tree.
    #[must_use]
    pub fn outside(class: &str) -> Self {
        Atom::Outside(class.into()).into()
    }

    /// A place in a file, to be kept with a value: a text of as many bytes that stand there.
    #[must_use]
    pub fn place(file: FileId, span: Span) -> Self {
        let text = " ".repeat(span.end.saturating_sub(span.start) as usize);
        let segments = vec![Segment {
            at: 0,
            file,
            offset: span.start,
        }];
        let holes = Vec::new();
        Atom::Text(Arc::new(Assembled {
            text,
            segments,
            holes,
        }))
        .into()
    }

    /// The places in a value.
    #[must_use]
    pub fn places(&self) -> Vec<(FileId, Span)> {
        let all = self.texts();
        all.filter_map(|text| text.locate(Span::new(0, text.text.len() as u32)))
            .collect()
    }

    /// A thing outside the tree.
    #[must_use]
    pub fn external(name: &str) -> Self {
        Atom::External(name.into()).into()
    }

    /// A list of such elements.
    #[must_use]
    pub fn list(of: Value) -> Self {
        let certainty = of.certainty;
        let of = if of.depth() >= MAX_DEPTH {
            Value::unknown("nested too deep")
        } else {
            of
        };
        Value::from(Atom::List(of)).at_most(certainty)
    }

    /// A tuple of these elements.
    #[must_use]
    pub fn tuple(of: Vec<Value>) -> Self {
        if of.iter().any(|item| item.depth() >= MAX_DEPTH) {
            return Value::list(Value::unknown("nested too deep"));
        }
        Atom::Tuple(of.into()).into()
    }

    /// A dictionary.
    #[must_use]
    pub fn dictionary(of: Dictionary) -> Self {
        let deep = |value: &Value| value.depth() >= MAX_DEPTH;
        if of.known.values().any(deep) || deep(&of.rest) {
            return Value::unknown("nested too deep");
        }
        Atom::Dictionary(Arc::new(of)).into()
    }

    /// The alternatives.
    #[must_use]
    pub fn atoms(&self) -> &[Atom] {
        self.all.atoms()
    }

    pub(crate) fn all(&self) -> &Alternatives {
        &self.all
    }

    pub(crate) fn depth(&self) -> u32 {
        self.all.depth
    }

    /// Whether nothing reached it.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.atoms().is_empty()
    }

    /// Whether no alternative says anything.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.atoms()
            .iter()
            .all(|atom| matches!(atom, Atom::Unknown(_)))
    }

    /// The same, no surer than `certainty`.
    #[must_use]
    pub fn at_most(mut self, certainty: Certainty) -> Self {
        self.certainty = self.certainty.min(certainty);
        self
    }

    /// Either of two values.
    #[must_use]
    pub fn or(&self, other: &Value) -> Value {
        let mut both = self.clone();
        both.join(other);
        both
    }

    /// Adds what another value may be.
    pub fn join(&mut self, other: &Value) {
        if other.is_nothing() {
            return;
        }
        if self.is_nothing() {
            *self = other.clone();
            return;
        }
        self.certainty = self.certainty.min(other.certainty);
        let same = Arc::ptr_eq(&self.all, &other.all);
        if !same && !self.all.cover(&other.all) {
            Arc::make_mut(&mut self.all).join(&other.all);
        }
    }

    /// Whether joining another to it leaves it as it is.
    pub(crate) fn covers(&self, other: &Value) -> bool {
        let no_less_sure = self.certainty <= other.certainty;
        other.is_nothing()
            || no_less_sure && (Arc::ptr_eq(&self.all, &other.all) || self.all.cover(&other.all))
    }

    /// Any of some atoms.
    #[must_use]
    pub fn any_of(all: impl IntoIterator<Item = Atom>) -> Value {
        Self::new(Alternatives::any_of(all), Certainty::Exact)
    }

    /// The alternatives that `keep` accepts.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(&Atom) -> bool) -> Value {
        Self::new(self.all.filter(keep), self.certainty)
    }

    /// The known strings among the alternatives.
    pub fn texts(&self) -> impl Iterator<Item = &Arc<Assembled>> {
        self.atoms().iter().filter_map(|atom| match atom {
            Atom::Text(text) => Some(text),
            _ => None,
        })
    }

    fn new(all: Alternatives, certainty: Certainty) -> Self {
        let all = Arc::new(all);
        Self { all, certainty }
    }
}

impl Atom {
    /// Two containers of one make as one.
    pub(crate) fn joined(&self, other: &Atom) -> Option<Atom> {
        joined(self, other)
    }

    /// Whether joining a container of the same make to it leaves it as it is; none if they are not joined.
    pub(crate) fn covers(&self, other: &Atom) -> Option<bool> {
        match (self, other) {
            (Atom::List(a), Atom::List(b)) => Some(a.covers(b)),
            (Atom::Tuple(a), Atom::Tuple(b)) if a.len() == b.len() => {
                Some(a.iter().zip(b.iter()).all(|(a, b)| a.covers(b)))
            }
            (Atom::Dictionary(a), Atom::Dictionary(b)) => {
                Some(a.keys.covers(&b.keys) && a.rest.covers(&b.rest) && cover(&a.known, &b.known))
            }
            (Atom::Object(a), Atom::Object(b)) if a.door == crate::carried::NAME => {
                joined_objects(a, b).map(|joined| joined == *self)
            }
            (Atom::Object(a), Atom::Object(b)) => {
                are_alike(a, b).then(|| cover(&a.values, &b.values))
            }
            (Atom::Unknown(_), Atom::Unknown(_)) => Some(true),
            _ => None,
        }
    }
}

fn cover(all: &BTreeMap<Box<str>, Value>, some: &BTreeMap<Box<str>, Value>) -> bool {
    let mut some = some.iter();
    some.all(|(name, value)| all.get(name).is_some_and(|own| own.covers(value)))
}

fn joined(left: &Atom, right: &Atom) -> Option<Atom> {
    match (left, right) {
        (Atom::List(a), Atom::List(b)) => Some(Atom::List(a.or(b))),
        (Atom::Tuple(a), Atom::Tuple(b)) if a.len() == b.len() => Some(Atom::Tuple(
            a.iter().zip(b.iter()).map(|(a, b)| a.or(b)).collect(),
        )),
        (Atom::Dictionary(a), Atom::Dictionary(b)) => {
            let mut known = a.known.clone();
            for (key, value) in &b.known {
                let old = known.entry(key.clone()).or_default();
                *old = old.or(value);
            }
            let (keys, rest) = (a.keys.or(&b.keys), a.rest.or(&b.rest));
            Some(Atom::Dictionary(Arc::new(Dictionary { known, keys, rest })))
        }
        (Atom::Object(a), Atom::Object(b)) => joined_objects(a, b),
        (Atom::Unknown(_), Atom::Unknown(_)) => Some(left.clone()),
        _ => None,
    }
}

fn joined_objects(a: &Object, b: &Object) -> Option<Atom> {
    if a.door == crate::carried::NAME && b.door == a.door {
        return Some(Atom::Object(Arc::new(crate::carried::joined(a, b))));
    }
    are_alike(a, b).then(|| {
        let mut both = a.clone();
        for (key, value) in &b.values {
            let old = both.values.entry(key.clone()).or_default();
            *old = old.or(value);
        }
        Atom::Object(Arc::new(both))
    })
}

fn are_alike(a: &Object, b: &Object) -> bool {
    a.door == b.door
        && a.kind == b.kind
        && a.model == b.model
        && a.class == b.class
        && a.words == b.words
}
