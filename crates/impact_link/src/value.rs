//! What an expression is, as far as it matters to columns.

use impact_bind::{ClassRef, FunctionRef};
use impact_facts::{Assembled, Certainty, FileId, Segment, Span};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// More alternatives than this: the value is unknown.
const MAX_ATOMS: usize = 40;
/// More texts than this among the alternatives: some string.
const MAX_TEXTS: usize = 256;
/// Routes are no alternatives: a list of patterns holds as many as code declares, up to this.
const MAX_DECLARED: usize = 4096;
/// Deeper containers than this: what is inside is unknown.
const MAX_DEPTH: u32 = 6;

/// What an expression may be: any of some alternatives, and how sure that is. No alternative: nothing reached it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    atoms: Arc<[Atom]>,
    /// How deep containers stand in containers.
    depth: u32,
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

impl Default for Value {
    fn default() -> Self {
        Self::nothing()
    }
}

impl From<Atom> for Value {
    fn from(atom: Atom) -> Self {
        Self {
            depth: atom.depth(),
            atoms: Arc::new([atom]),
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
        static NONE: LazyLock<Arc<[Atom]>> = LazyLock::new(|| Arc::new([]));
        Self {
            atoms: Arc::clone(&NONE),
            depth: 0,
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
        let of = if of.depth >= MAX_DEPTH {
            Value::unknown("nested too deep")
        } else {
            of
        };
        Value::from(Atom::List(of)).at_most(certainty)
    }

    /// A tuple of these elements.
    #[must_use]
    pub fn tuple(of: Vec<Value>) -> Self {
        if of.iter().any(|item| item.depth >= MAX_DEPTH) {
            return Value::list(Value::unknown("nested too deep"));
        }
        Atom::Tuple(of.into()).into()
    }

    /// A dictionary.
    #[must_use]
    pub fn dictionary(of: Dictionary) -> Self {
        let deep = |value: &Value| value.depth >= MAX_DEPTH;
        if of.known.values().any(deep) || deep(&of.rest) {
            return Value::unknown("nested too deep");
        }
        Atom::Dictionary(Arc::new(of)).into()
    }

    /// The alternatives.
    #[must_use]
    pub fn atoms(&self) -> &[Atom] {
        &self.atoms
    }

    /// Whether nothing reached it.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.atoms.is_empty()
    }

    /// Whether no alternative says anything.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.atoms
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
        if self.is_nothing() {
            return other.clone();
        }
        if other.is_nothing() || self == other {
            return self.clone();
        }
        let certainty = self.certainty.min(other.certainty);
        let mut more = other.atoms.iter().peekable();
        while more.next_if(|atom| self.atoms.contains(atom)).is_some() {}
        if more.peek().is_none() {
            return self.clone().at_most(certainty);
        }
        let mut atoms = self.atoms.to_vec();
        for atom in more {
            add(&mut atoms, atom.clone());
        }
        Self::new(bounded(atoms), certainty)
    }

    /// Any of some atoms.
    #[must_use]
    pub fn any_of(all: impl IntoIterator<Item = Atom>) -> Value {
        let mut atoms = Vec::new();
        for atom in all {
            add(&mut atoms, atom);
        }
        Self::new(bounded(atoms), Certainty::Exact)
    }

    /// The alternatives that `keep` accepts.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(&Atom) -> bool) -> Value {
        let atoms: Vec<Atom> = self
            .atoms
            .iter()
            .filter(|atom| keep(atom))
            .cloned()
            .collect();
        Self::new(atoms, self.certainty)
    }

    /// The known strings among the alternatives.
    pub fn texts(&self) -> impl Iterator<Item = &Arc<Assembled>> {
        self.atoms.iter().filter_map(|atom| match atom {
            Atom::Text(text) => Some(text),
            _ => None,
        })
    }

    fn new(atoms: Vec<Atom>, certainty: Certainty) -> Self {
        Self {
            depth: atoms.iter().map(Atom::depth).max().unwrap_or(0),
            atoms: atoms.into(),
            certainty,
        }
    }
}

impl Atom {
    fn depth(&self) -> u32 {
        let deepest = |values: &mut dyn Iterator<Item = &Value>| values.map(|one| one.depth).max();
        match self {
            Atom::List(of) => 1 + of.depth,
            Atom::Tuple(items) => 1 + deepest(&mut items.iter()).unwrap_or(0),
            Atom::Dictionary(of) => {
                1 + deepest(&mut of.known.values())
                    .unwrap_or(0)
                    .max(of.rest.depth)
            }
            Atom::Object(of) => deepest(&mut of.values.values()).map_or(0, |depth| 1 + depth),
            Atom::Member(of, _) | Atom::Method(_, of) | Atom::Super(_, of) => 1 + of.depth(),
            _ => 0,
        }
    }
}

/// Adds an alternative; containers of one make are joined into one.
fn add(atoms: &mut Vec<Atom>, atom: Atom) {
    if atoms.contains(&atom) {
        return;
    }
    for known in atoms.iter_mut() {
        if let Some(joined) = joined(known, &atom) {
            *known = joined;
            return;
        }
    }
    atoms.push(atom);
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
    let alike = a.door == b.door
        && a.kind == b.kind
        && a.model == b.model
        && a.class == b.class
        && a.words == b.words;
    alike.then(|| {
        let mut both = a.clone();
        for (key, value) in &b.values {
            let old = both.values.entry(key.clone()).or_default();
            *old = old.or(value);
        }
        Atom::Object(Arc::new(both))
    })
}

fn bounded(mut atoms: Vec<Atom>) -> Vec<Atom> {
    let texts = atoms
        .iter()
        .filter(|atom| matches!(atom, Atom::Text(_)))
        .count();
    if texts > MAX_TEXTS {
        atoms.retain(|atom| !matches!(atom, Atom::Text(_)));
        add(&mut atoms, Atom::Outside("builtins.str".into()));
    }
    let declared = atoms
        .iter()
        .filter(|atom| matches!(atom, Atom::Object(object) if object.kind == "route"))
        .count();
    if atoms.len() - texts.min(atoms.len()) - declared.min(MAX_DECLARED) > MAX_ATOMS {
        return vec![Atom::Unknown("too many alternatives")];
    }
    if atoms.iter().any(|atom| atom.depth() > MAX_DEPTH + 1) {
        atoms.retain(|atom| atom.depth() <= MAX_DEPTH + 1);
        add(&mut atoms, Atom::Unknown("nested too deep"));
    }
    atoms
}
