//! The alternatives of a value, kept with digests so that sets of them are compared and joined in one glance.

use crate::value::{Atom, Value};
use foldhash::fast::FixedState;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

/// More alternatives than this: the value is unknown.
const MAX_ATOMS: usize = 64;
/// More texts than this among the alternatives: some string.
const MAX_TEXTS: usize = 256;
/// More whole numbers than this among the alternatives: some number.
const MAX_INTEGERS: usize = 16;
/// Routes are no alternatives: a list of patterns holds as many as code declares, up to this.
const MAX_DECLARED: usize = 4096;
/// Deeper containers than this: what is inside is unknown.
pub(crate) const MAX_DEPTH: u32 = 6;

/// Some alternatives in the order in which they came, no two of them equal.
#[derive(Debug, Clone)]
pub(crate) struct Alternatives {
    atoms: Atoms,
    /// Of all: equal alternatives have equal digests.
    digest: u64,
    /// How deep containers stand in containers.
    pub(crate) depth: u32,
}

/// Most values have one alternative: it needs no memory of its own.
#[derive(Debug, Clone)]
enum Atoms {
    One([Atom; 1]),
    Many(Many),
}

#[derive(Debug, Clone, Default)]
struct Many {
    atoms: Vec<Atom>,
    /// Of each atom.
    digests: Vec<u64>,
    texts: usize,
    integers: usize,
    declared: usize,
    depth: u32,
}

impl PartialEq for Alternatives {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest && self.atoms() == other.atoms()
    }
}

impl Eq for Alternatives {}

impl From<Atom> for Alternatives {
    fn from(atom: Atom) -> Self {
        Self {
            depth: depth(&atom),
            digest: digest(&atom),
            atoms: Atoms::One([atom]),
        }
    }
}

impl From<Many> for Alternatives {
    fn from(mut many: Many) -> Self {
        if many.atoms.len() == 1
            && let Some(one) = many.atoms.pop()
        {
            return one.into();
        }
        Self {
            depth: many.depth,
            digest: FixedState::default().hash_one(&many.digests),
            atoms: Atoms::Many(many),
        }
    }
}

impl Alternatives {
    /// All of them.
    pub(crate) fn atoms(&self) -> &[Atom] {
        match &self.atoms {
            Atoms::One(one) => one,
            Atoms::Many(many) => &many.atoms,
        }
    }

    fn digests(&self) -> &[u64] {
        match &self.atoms {
            Atoms::One(_) => std::slice::from_ref(&self.digest),
            Atoms::Many(many) => &many.digests,
        }
    }

    fn iter(&self) -> impl Iterator<Item = (&Atom, u64)> {
        self.atoms().iter().zip(self.digests().iter().copied())
    }

    /// Whether joining another to these leaves them as they are.
    pub(crate) fn cover(&self, other: &Self) -> bool {
        other.iter().all(|(atom, mark)| self.covers(atom, mark))
    }

    fn covers(&self, atom: &Atom, digest: u64) -> bool {
        let mut own = self.iter();
        own.any(|(own, mark)| mark == digest && own == atom) || {
            let mut own = self.atoms().iter();
            let joined = own.find_map(|own| own.covers(atom));
            joined.unwrap_or(false)
        }
    }

    /// Adds those of another.
    pub(crate) fn join(&mut self, other: &Self) {
        let known = std::mem::replace(&mut self.atoms, Atoms::Many(Many::default()));
        let mut all = match known {
            Atoms::Many(many) => many,
            Atoms::One([one]) => Many::default().with(one, self.digest),
        };
        for (atom, mark) in other.iter() {
            all.add(atom, mark);
        }
        *self = all.bounded();
    }

    /// Any of some atoms.
    pub(crate) fn any_of(all: impl IntoIterator<Item = Atom>) -> Self {
        let mut many = Many::default();
        for atom in all {
            many.add(&atom, digest(&atom));
        }
        many.bounded()
    }

    /// Those that `keep` accepts.
    pub(crate) fn filter(&self, keep: impl Fn(&Atom) -> bool) -> Self {
        let mut kept = Many::default();
        for (atom, mark) in self.iter().filter(|(atom, _)| keep(atom)) {
            kept = kept.with(atom.clone(), mark);
        }
        kept.into()
    }
}

impl Many {
    fn with(mut self, atom: Atom, digest: u64) -> Self {
        self.texts += usize::from(is_text(&atom));
        self.integers += usize::from(is_integer(&atom));
        self.declared += usize::from(is_declared(&atom));
        self.depth = self.depth.max(depth(&atom));
        self.atoms.push(atom);
        self.digests.push(digest);
        self
    }

    /// Adds an alternative; containers of one make are joined into one.
    fn add(&mut self, atom: &Atom, mark: u64) {
        let mut known = self.atoms.iter().zip(&self.digests);
        if known.any(|(own, of)| *of == mark && own == atom) {
            return;
        }
        for (own, of) in self.atoms.iter_mut().zip(&mut self.digests) {
            if let Some(joined) = own.joined(atom) {
                *of = digest(&joined);
                self.depth = self.depth.max(depth(&joined));
                *own = joined;
                return;
            }
        }
        *self = std::mem::take(self).with(atom.clone(), mark);
    }

    fn retain(self, keep: impl Fn(&Atom) -> bool) -> Self {
        let known = self.atoms.into_iter().zip(self.digests);
        let kept = known.filter(|(atom, _)| keep(atom));
        kept.fold(Self::default(), |kept, (atom, mark)| kept.with(atom, mark))
    }

    /// An instance of a class instead of each of some constants.
    fn some(self, constants: fn(&Atom) -> bool, class: &str) -> Self {
        let mut kept = self.retain(|atom| !constants(atom));
        let some = Atom::Outside(class.into());
        kept.add(&some, digest(&some));
        kept
    }

    fn bounded(mut self) -> Alternatives {
        let (texts, declared) = (self.texts, self.declared.min(MAX_DECLARED));
        if texts > MAX_TEXTS {
            self = self.some(is_text, "builtins.str");
        }
        if self.integers > MAX_INTEGERS {
            self = self.some(is_integer, "builtins.int");
        }
        if self.atoms.len() - texts.min(self.atoms.len()) - declared > MAX_ATOMS {
            return Atom::Unknown("too many alternatives").into();
        }
        if self.depth > MAX_DEPTH + 1 {
            self = self.retain(|atom| depth(atom) <= MAX_DEPTH + 1);
            let deep = Atom::Unknown("nested too deep");
            self.add(&deep, digest(&deep));
        }
        self.into()
    }
}

fn is_text(atom: &Atom) -> bool {
    matches!(atom, Atom::Text(_))
}

fn is_integer(atom: &Atom) -> bool {
    matches!(atom, Atom::Integer(_))
}

fn is_declared(atom: &Atom) -> bool {
    matches!(atom, Atom::Object(object) if object.kind == "route")
}

fn depth(atom: &Atom) -> u32 {
    let deepest = |values: &mut dyn Iterator<Item = &Value>| values.map(Value::depth).max();
    match atom {
        Atom::List(of) => 1 + of.depth(),
        Atom::Tuple(items) => 1 + deepest(&mut items.iter()).unwrap_or(0),
        Atom::Dictionary(of) => {
            1 + deepest(&mut of.known.values())
                .unwrap_or(0)
                .max(of.rest.depth())
        }
        Atom::Object(of) => deepest(&mut of.values.values()).map_or(0, |depth| 1 + depth),
        Atom::Member(of, _) | Atom::Method(_, of) | Atom::Super(_, of) => 1 + depth(of),
        _ => 0,
    }
}

/// Equal atoms have equal digests; values in an atom bring theirs.
fn digest(atom: &Atom) -> u64 {
    let mut state = FixedState::default().build_hasher();
    std::mem::discriminant(atom).hash(&mut state);
    match atom {
        Atom::Null => {}
        Atom::Text(text) => text.text.hash(&mut state),
        Atom::Integer(number) => number.hash(&mut state),
        Atom::Module(file) => file.hash(&mut state),
        Atom::Class(class) | Atom::Instance(class) => class.hash(&mut state),
        Atom::Function(function) => function.hash(&mut state),
        Atom::Method(function, of) => (function, digest(of)).hash(&mut state),
        Atom::Super(class, of) => (class, digest(of)).hash(&mut state),
        Atom::Mapped(model) => model.hash(&mut state),
        Atom::External(name) | Atom::Outside(name) => name.hash(&mut state),
        Atom::Member(of, name) => (digest(of), name).hash(&mut state),
        Atom::List(of) => of.digest().hash(&mut state),
        Atom::Tuple(items) => items.iter().for_each(|item| item.digest().hash(&mut state)),
        Atom::Dictionary(of) => {
            entries(&of.known, &mut state);
            (of.keys.digest(), of.rest.digest()).hash(&mut state);
        }
        Atom::Object(of) => {
            (of.door, of.kind, of.model, of.class, &of.words).hash(&mut state);
            entries(&of.values, &mut state);
        }
        Atom::Unknown(why) => why.hash(&mut state),
    }
    state.finish()
}

fn entries(of: &std::collections::BTreeMap<Box<str>, Value>, state: &mut impl Hasher) {
    for (name, value) in of {
        (name, value.digest()).hash(state);
    }
}

impl Value {
    fn digest(&self) -> u64 {
        self.all().digest
    }
}

/// What holds no alternative.
pub(crate) fn none() -> Arc<Alternatives> {
    Arc::new(Many::default().into())
}
