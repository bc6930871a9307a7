//! One function, many receivers: a method of a generic base is summed up once for each receiver, and a function that is
//! told a mapped class once for each of these. So `UserRepository().get(…)` is a row of `users`, whatever other
//! repositories inherit `get`; and so is `Repository(session, User).get(…)`.
//!
//! What tells is the class of the receiver where others inherit the method, each mapped class among the arguments, and of
//! whose rows an argument is, where the callers that are joined pass other models' rows: the pages of two paginators hold
//! rows of a model each. So does a statement, where others pass others. In Rust a router tells, and a text of which another
//! is made. Other arguments are joined over the callers of the same telling ones. Past the limits all callers are joined.

use crate::cells::{Key, UnitId};
use crate::door::CallSite;
use crate::effect::{Effects, Target};
use crate::evaluator::{Evaluator, Unit};
use crate::parameters::Given;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::{Binding, ClassRef, FunctionRef, Program};
use impact_facts::{Certainty, ExpressionKind, Language, Name, Site, Spread};
use impact_sql::looks_like_sql;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Summaries of one function, at most.
const MAX_OF_ONE: usize = 96;
/// Summaries beside the joined ones, at most.
const MAX_ALL: usize = 8000;

/// An instance whose telling takes more bytes than this is one of many.
const MAX_ID: usize = 400;

/// The name of the door of instances that were told a mapped class when they were made: no one's.
pub(crate) const GIVEN: &str = "given";
/// Their kind.
pub(crate) const INSTANCE: &str = "instance";
/// The kind of a generic class with its arguments.
pub(crate) const APPLIED: &str = "class";
/// The kind of what stands in a telling for rows of one model, in whatever form: never a value itself.
const ROWS: &str = "rows";

/// Containers behind each other in which rows are looked for.
const MAX_INSIDE: u32 = 3;

/// Arguments that tell: parameters by place, each with what it is.
pub(crate) type Telling = Vec<(u32, Atom)>;

/// A summary of a function: the one that is joined over all callers, or that of one telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// The function.
    pub function: FunctionRef,
    /// The unit of one telling; none for the joined summary.
    pub unit: Option<UnitId>,
}

impl Summary {
    /// The summary that is joined over all callers.
    #[must_use]
    pub fn joined(function: FunctionRef) -> Self {
        let unit = None;
        Self { function, unit }
    }

    /// Where the values of a parameter are kept.
    #[must_use]
    pub fn parameter(self, at: u32) -> Key {
        match self.unit {
            Some(unit) => Key::ParameterOf(unit, at),
            None => Key::Parameter(self.function, at),
        }
    }

    /// Where what it returns is kept.
    #[must_use]
    pub fn returned(self) -> Key {
        match self.unit {
            Some(unit) => Key::ReturnOf(unit),
            None => Key::Return(self.function),
        }
    }

    /// Where what it yields is kept.
    #[must_use]
    pub fn yielded(self) -> Key {
        match self.unit {
            Some(unit) => Key::YieldOf(unit),
            None => Key::Yield(self.function),
        }
    }

    /// What a call of it runs.
    #[must_use]
    pub fn target(self) -> Target {
        match self.unit {
            Some(unit) => Target::Unit(unit),
            None => Target::Function(self.function),
        }
    }
}

/// All summaries that are not joined.
#[derive(Debug, Default)]
pub(crate) struct Summaries {
    of: HashMap<FunctionRef, Vec<(Telling, UnitId)>>,
    count: usize,
    /// Units in which an instance is made of an argument that nothing has reached yet.
    waiting: BTreeSet<UnitId>,
    /// Nothing waits any more.
    all_made: bool,
    /// The type parameters that matter, of functions of Rust.
    pub(crate) generics: HashMap<FunctionRef, Arc<[crate::language::rust::Generic]>>,
    /// The attributes that the code of initializers names.
    initialized: HashMap<FunctionRef, BTreeSet<Name>>,
}

impl Summaries {
    /// The units of a function's summaries.
    pub(crate) fn units(&self, function: FunctionRef) -> impl Iterator<Item = UnitId> {
        let all = self.of.get(&function).into_iter().flatten();
        all.map(|(_, unit)| *unit)
    }

    fn find(&self, function: FunctionRef, telling: &Telling) -> Option<UnitId> {
        let known = self.of.get(&function)?;
        known
            .iter()
            .find(|(told, _)| told == telling)
            .map(|(_, unit)| *unit)
    }

    fn is_full(&self, function: FunctionRef) -> bool {
        let known = self.of.get(&function).map_or(0, Vec::len);
        known >= MAX_OF_ONE || self.count >= MAX_ALL
    }

    fn add(&mut self, function: FunctionRef, telling: Telling, unit: UnitId) {
        self.count += 1;
        self.of.entry(function).or_default().push((telling, unit));
    }
}

/// The attributes that a function's code names, of whatever.
fn attributes_inside(program: &Program<'_>, function: FunctionRef) -> BTreeSet<Name> {
    let module = program.module(function.file);
    let inside = module.function(function.function).span;
    let expressions = module.expressions.iter();
    expressions
        .filter(|one| inside.contains(one.span))
        .filter_map(|one| match &one.kind {
            ExpressionKind::Attribute(attribute) => Some(attribute.name),
            _ => None,
        })
        .collect()
}

/// Whether a value is an instance of a class of the program that was told a mapped class when it was made.
#[must_use]
pub(crate) fn is_given(of: &Atom) -> bool {
    matches!(of, Atom::Object(object) if object.door == GIVEN)
}

impl Evaluator<'_> {
    /// The summary of the unit that is being evaluated.
    pub(crate) fn own_summary(&self) -> Option<Summary> {
        let function = self.function()?;
        let unit = match self.units.get(self.unit.0 as usize) {
            Some(Unit::Summary(_)) => Some(self.unit),
            _ => None,
        };
        Some(Summary { function, unit })
    }

    /// The summary that a call with these arguments uses.
    pub(crate) fn summary(&mut self, function: FunctionRef, given: &[Given]) -> Summary {
        let joined = Summary::joined(function);
        if !self.program.is_own(function.file) {
            return joined;
        }
        let telling = match self.program.facts(function.file).language {
            Language::Python => self.telling(function, given),
            Language::Rust => self.telling_in_rust(function, given),
            _ => return joined,
        };
        self.summary_of(function, telling)
    }

    /// The summary of code that stands around methods, for a receiver that is a row.
    pub(crate) fn summary_around(
        &mut self,
        wrapper: FunctionRef,
        receiver: Option<&Atom>,
    ) -> Summary {
        let own = self.program.is_own(wrapper.file);
        match receiver {
            Some(row @ Atom::Mapped(_)) if own => self.summary_of(wrapper, vec![(0, row.clone())]),
            _ => Summary::joined(wrapper),
        }
    }

    fn summary_of(&mut self, function: FunctionRef, telling: Telling) -> Summary {
        let joined = Summary::joined(function);
        if telling.is_empty() {
            return joined;
        }
        if let unit @ Some(_) = self.summaries.find(function, &telling) {
            return Summary { function, unit };
        }
        if self.summaries.is_full(function) {
            return joined;
        }
        let unit = self.add_unit(Unit::Summary(function));
        self.summaries.add(function, telling, unit);
        let unit = Some(unit);
        Summary { function, unit }
    }

    fn telling(&self, function: FunctionRef, given: &[Given]) -> Telling {
        let owner = self.program.class_of(function);
        let is_shared = owner.is_some_and(|class| self.descendants.contains_key(&class));
        let mut telling = Telling::new();
        for (at, value) in given {
            let is_receiver = *at == 0 && owner.is_some();
            if !is_receiver && let Some(rows) = self.rows_apart(function, *at, value) {
                telling.retain(|(known, _)| known != at);
                telling.push((*at, rows));
                continue;
            }
            if let Some(text) = self.statement_apart(function, *at, value) {
                telling.push((*at, text));
                continue;
            }
            let [atom] = value.atoms() else { continue };
            let receives = *at == 0 && owner.is_some();
            let tells = match atom {
                Atom::Class(class) if receives => is_shared || self.is_mapped(*class),
                Atom::Instance(_) | Atom::Mapped(_) if receives => is_shared,
                Atom::Class(class) => self.is_mapped(*class),
                other => is_given(other),
            };
            if tells && !telling.iter().any(|(known, _)| known == at) {
                telling.push((*at, atom.clone()));
            }
        }
        telling
    }

    /// What stands for an argument that is rows of one model, where those that the joined callers pass are of others.
    fn rows_apart(&self, function: FunctionRef, at: u32, value: &Value) -> Option<Atom> {
        let mut of = None;
        if !only_model(value, &mut of, 0) {
            return None;
        }
        let own = of?;
        let joined = self.cells.peek(&Key::Parameter(function, at));
        let mut known = Some(own);
        if joined.is_nothing() || only_model(&joined, &mut known, 0) {
            return None;
        }
        Some(Atom::Object(Arc::new(Object::new(GIVEN, ROWS, Some(own)))))
    }

    /// An argument that is a statement, where the callers that are joined pass others.
    fn statement_apart(&self, function: FunctionRef, at: u32, value: &Value) -> Option<Atom> {
        let [atom @ Atom::Text(text)] = value.atoms() else {
            return None;
        };
        let joined = self.cells.peek(&Key::Parameter(function, at));
        let differs = joined.texts().any(|other| other.text != text.text);
        (differs && looks_like_sql(&text.text)).then(|| atom.clone())
    }

    /// Whether all that a class inherits from is the program's own.
    fn stands_alone(&self, class: ClassRef) -> bool {
        self.program.ancestors(class).iter().all(|base| match base {
            Binding::Class(base) => self.program.is_own(base.file),
            other => other
                .external()
                .is_some_and(|name| name == "builtins.object"),
        })
    }

    /// Whether an instance is not made yet: nothing has reached one of the arguments. Made too early it would be one of many,
    /// though what comes tells it apart.
    pub(crate) fn waits(&mut self, class: ClassRef, call: &CallSite<'_>) -> bool {
        let is_empty = |value: &Value| match value.atoms() {
            [Atom::List(of)] => of.is_nothing(),
            all => all.is_empty(),
        };
        let unreached = call.arguments.iter().any(|one| match one.spread {
            Spread::Items => is_empty(&one.value),
            _ => one.value.is_nothing(),
        });
        let waits = unreached && !self.summaries.all_made && self.stands_alone(class);
        if waits {
            self.summaries.waiting.insert(self.unit);
        }
        waits
    }

    /// What waited is made, of whatever its arguments are.
    pub(crate) fn make_all(&mut self) {
        self.summaries.all_made = true;
        let waiting = std::mem::take(&mut self.summaries.waiting);
        self.cells.stale.extend(waiting);
    }

    /// Whether the code that makes an instance names one of its attributes: then what other instances hold there says
    /// nothing of it, also before that code was looked at.
    pub(crate) fn is_initialized(&mut self, class: ClassRef, name: &str) -> bool {
        let Some(function) = self.initializer(class) else {
            return false;
        };
        let program = self.program;
        let initialized = self.summaries.initialized.entry(function);
        let named = initialized.or_insert_with(|| attributes_inside(program, function));
        let Some(name) = program.places(function.file).name(name) else {
            return false;
        };
        named.contains(&name)
    }

    /// Instances of a type's classes that were told more when they were made than the type says.
    pub(crate) fn given_of(&self, said: &Value, found: &Value) -> Value {
        let is_said = |class: ClassRef| {
            said.atoms().iter().any(|atom| match atom {
                Atom::Instance(base) => {
                    let below = self.descendants.get(base);
                    *base == class || below.is_some_and(|below| below.contains(&class))
                }
                _ => false,
            })
        };
        found.filter(|atom| match atom {
            Atom::Object(object) => {
                object.door == GIVEN && object.kind == INSTANCE && object.class.is_some_and(is_said)
            }
            _ => false,
        })
    }

    fn is_mapped(&self, class: ClassRef) -> bool {
        let model = self.models.of_class(class);
        model.is_some_and(|id| self.models.get(id).is_some_and(|model| !model.is_abstract))
    }

    /// An instance that is told a mapped class when it is made: it keeps its attributes apart from those of others of its
    /// class.
    pub(crate) fn given_instance(
        &mut self,
        class: ClassRef,
        initializer: Option<FunctionRef>,
        call: &CallSite<'_>,
    ) -> Option<Atom> {
        let mut told = Vec::new();
        match initializer {
            Some(function) => {
                let receiver = Atom::Instance(class);
                let given = self.bound(function, Some(receiver), call);
                told.extend(
                    self.telling(function, &given)
                        .into_iter()
                        .skip_while(|(at, _)| *at == 0),
                );
            }
            None => {
                for (at, argument) in (1..).zip(call.arguments) {
                    let known = argument
                        .value
                        .atoms()
                        .iter()
                        .cloned()
                        .map(|atom| (at, atom));
                    told.extend(known.filter(|(_, atom)| match atom {
                        Atom::Class(class) => self.is_mapped(*class),
                        other => is_given(other),
                    }));
                }
            }
        }
        if !self.stands_alone(class) {
            told.retain(|(_, atom)| !is_rows(atom));
        }
        told.retain(|(_, atom)| !matches!(atom, Atom::Text(_)));
        if told.is_empty() {
            return None;
        }
        let mut id = format!("id:{}.{}", class.file.0, class.class.0);
        for (at, atom) in &told {
            match atom {
                Atom::Class(model) => {
                    id.push_str(&format!(" {at}={}.{}", model.file.0, model.class.0));
                }
                Atom::Object(rows) if rows.kind == ROWS => {
                    let model = rows.model.map_or(0, |model| model.0);
                    id.push_str(&format!(" {at}~{model}"));
                }
                Atom::Object(given) => {
                    let known = given.words_after("id:").next().unwrap_or_default();
                    id.push_str(&format!(" {at}=({known})"));
                }
                _ => {}
            }
        }
        if id.len() > MAX_ID {
            return None;
        }
        let mut made = Object::new(GIVEN, INSTANCE, None).with_word(&id);
        made.class = Some(class);
        Some(Atom::Object(Arc::new(made)))
    }

    /// What a parameter of a summary is told: as sure as an argument is.
    pub(crate) fn told(&mut self, summary: Summary, at: u32) -> Option<Value> {
        let unit = summary.unit?;
        let known = self.summaries.of.get(&summary.function)?;
        let (telling, _) = known.iter().find(|(_, own)| *own == unit)?;
        let (_, atom) = telling.iter().find(|(place, _)| *place == at)?;
        if is_rows(atom) {
            return None;
        }
        let value: Value = atom.clone().into();
        Some(if at == 0 {
            value
        } else {
            value.at_most(Certainty::Likely)
        })
    }

    /// An earlier summary of the same function that does the same: to whoever asks, they are one.
    pub(crate) fn summary_alike(&self, id: UnitId, effects: &[Effects]) -> Option<UnitId> {
        let Some(Unit::Summary(function)) = self.units.get(id.0 as usize) else {
            return None;
        };
        let own = effects.get(id.0 as usize)?;
        let mut earlier = self
            .summaries
            .units(*function)
            .take_while(|unit| *unit < id);
        earlier.find(|unit| effects.get(unit.0 as usize) == Some(own))
    }

    /// Leaves the joined summary of each function with what none of the others does: code that is not known may still
    /// call it.
    pub(crate) fn keep_apart(&mut self) {
        for (function, summaries) in &self.summaries.of {
            let units = summaries.iter();
            let others: Vec<&Effects> = units
                .filter_map(|(_, unit)| self.effects.get(unit.0 as usize))
                .collect();
            let joined = self.unit_of_function(*function);
            let Some(at) = joined.map(|unit| unit.0 as usize) else {
                continue;
            };
            let left = self.effects.get(at).map(|joined| apart(joined, &others));
            if let (Some(left), Some(kept)) = (left, self.effects.get_mut(at)) {
                *kept = left;
            }
        }
    }
}

/// Whether an atom of a telling stands for rows of a model.
fn is_rows(atom: &Atom) -> bool {
    matches!(atom, Atom::Object(object) if object.door == GIVEN && object.kind == ROWS)
}

/// Whether the rows and queries in a value are of no other model than `known`, which becomes the first that is found.
fn only_model(value: &Value, known: &mut Option<ModelId>, depth: u32) -> bool {
    value.atoms().iter().all(|atom| match atom {
        Atom::Mapped(model) => *known.get_or_insert(*model) == *model,
        Atom::Object(object) if object.door != GIVEN => object
            .model
            .is_none_or(|model| *known.get_or_insert(model) == model),
        Atom::List(of) if depth < MAX_INSIDE => only_model(of, known, depth + 1),
        Atom::Tuple(items) if depth < MAX_INSIDE => {
            items.iter().all(|item| only_model(item, known, depth + 1))
        }
        _ => true,
    })
}

/// What a function does that is in none of its other summaries.
fn apart(joined: &Effects, others: &[&Effects]) -> Effects {
    let touches = || others.iter().flat_map(|of| of.touches.as_slice());
    let blind = others.iter().flat_map(|of| &of.blind).map(|one| one.site);
    let decided: BTreeSet<Site> = touches().map(|touch| touch.site).chain(blind).collect();
    let known: BTreeSet<_> = touches()
        .map(|touch| (touch.site, &touch.table, &touch.column, touch.access))
        .collect();
    let mut left = joined.clone();
    for touch in left.touches.take_since(0) {
        let open = touch.certainty == Certainty::Possible && decided.contains(&touch.site);
        if !open && !known.contains(&(touch.site, &touch.table, &touch.column, touch.access)) {
            left.touches.add(touch);
        }
    }
    left.blind.retain(|blind| !decided.contains(&blind.site));
    left
}
