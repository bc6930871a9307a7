//! Consumers of messages: what code works on the messages of a subscription, and by which name.
//!
//! The code around a subscription works on the messages if it repeats. Else it hands them out: the methods of its type that
//! ask for a message, or its callers, until one repeats. Where that code is told what to do with a message, a closure of
//! each caller or an implementation of a trait that it is generic over, each of these is a consumer of its own.
//! A subscription whose topic is not known is named by its code.

use super::loops::Wanted;
use super::mounts::place_of;
use super::tagged::{handlers, texts};
use super::told::function_of;
use crate::effect::{Entry, Target, site};
use crate::evaluator::Evaluator;
use crate::tags::via_of;
use impact_bind::{Binding, ClassRef, FunctionRef, Place};
use impact_facts::{
    Capture, ClassKind, EntryKind, ExpressionId, ExpressionKind, FileId, Language, Loop, Module,
    Span, Tag,
};
use std::collections::{BTreeMap, BTreeSet};

/// Callers of callers are looked at as far as this.
const MAX_CALLERS: usize = 6;

/// Methods that ask for a message or hand out a stream of them.
const ASKS: &[&str] = &[
    "recv",
    "receive",
    "next",
    "try_next",
    "poll",
    "stream",
    "messages",
    "fetch",
    "get_message",
];

/// Methods that run a closure on each message.
const EACH: &[&str] = &[
    "for_each",
    "for_each_concurrent",
    "try_for_each",
    "try_for_each_concurrent",
    "set_delegate",
];

/// How methods are called that work on one message.
const HANDLES: &[&str] = &[
    "handle", "process", "consume", "execute", "perform", "run", "call", "work", "on_",
];

/// Whose callers a function has, in named functions.
type Callers = BTreeMap<FunctionRef, BTreeSet<FunctionRef>>;

/// A piece of code that works on messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Worker {
    /// What it is called where the topic is not known.
    name: String,
    /// Where it is listed, if not where the subscription stands.
    place: Option<(FileId, Span)>,
    runs: Vec<FunctionRef>,
    /// The code whose words may say which of several topics is its.
    words: Option<(FileId, Span)>,
}

/// What a subscription is known by.
#[derive(Debug, Default)]
struct Topics {
    known: BTreeSet<String>,
    /// The consumer's own name, which stands for a topic that is not known.
    weak: BTreeSet<String>,
}

/// All subscriptions of a service, gathered before they are listed.
#[derive(Debug, Default)]
pub(super) struct Consumers {
    callers: Option<Callers>,
    found: BTreeMap<(Box<str>, Worker), (Topics, FileId, Span)>,
}

impl Consumers {
    /// Takes a subscription up.
    pub(super) fn add(&mut self, cx: &mut Evaluator<'_>, file: FileId, tag: &Tag) {
        let topics = texts(cx, file, tag, Capture::Topic);
        let said: Vec<FunctionRef> = handlers(cx, file, tag)
            .into_iter()
            .filter_map(|(_, target)| function_of(cx, &target))
            .collect();
        let is_rust = cx.program.facts(file).language == Language::Rust;
        if !is_rust || !said.is_empty() {
            self.plain(cx, (file, tag), &topics, said, is_rust);
            return;
        }
        let Place::Function(around) = place_of(cx, file, tag.span) else {
            return;
        };
        let around = FunctionRef {
            file,
            function: around,
        };
        if is_own_method(cx, file, tag) {
            return;
        }
        let known: BTreeSet<String> = topics.into_iter().filter(|one| says(one)).collect();
        let weak = texts(cx, file, tag, Capture::Name);
        let weak: BTreeSet<String> = weak.into_iter().filter(|one| says(one)).collect();
        let callers = self.callers.get_or_insert_with(|| callers(cx));
        let mut workers = BTreeSet::new();
        for function in working(cx, callers, named(cx, around)) {
            workers.extend(told(cx, callers, function));
        }
        let single = workers.len() == 1;
        for worker in workers {
            let (known, weak) = if single {
                (known.clone(), weak.clone())
            } else {
                (spoken(cx, &worker, &known), spoken(cx, &worker, &weak))
            };
            let key = (via_of(&tag.pack), worker);
            let entry = self.found.entry(key);
            let (topics, home, span) = entry.or_insert((Topics::default(), file, tag.span));
            // It stands where its topic is said.
            if topics.known.is_empty() && !known.is_empty() {
                (*home, *span) = (file, tag.span);
            }
            topics.known.extend(known);
            topics.weak.extend(weak);
        }
    }

    /// A subscription that says which code works on its messages; without one, the code around it.
    fn plain(
        &mut self,
        cx: &Evaluator<'_>,
        (file, tag): (FileId, &Tag),
        topics: &[String],
        mut runs: Vec<FunctionRef>,
        is_rust: bool,
    ) {
        if runs.is_empty()
            && let Place::Function(function) = place_of(cx, file, tag.span)
        {
            runs.push(FunctionRef { file, function });
        }
        let name = runs.first().map(|function| title(cx, *function));
        let worker = Worker {
            name: name.unwrap_or_default(),
            place: Some((file, tag.span)),
            runs,
            words: None,
        };
        let known: BTreeSet<String> = topics
            .iter()
            .filter(|one| !is_rust || says(one))
            .cloned()
            .collect();
        if known.is_empty() && !is_rust {
            return;
        }
        let key = (via_of(&tag.pack), worker);
        let entry = self.found.entry(key);
        let (topics, ..) = entry.or_insert((Topics::default(), file, tag.span));
        topics.known.extend(known);
    }

    /// Lists what was found.
    pub(super) fn list(self, cx: &mut Evaluator<'_>) {
        for ((via, worker), (topics, file, span)) in self.found {
            let (file, span) = worker.place.unwrap_or((file, span));
            let named = [topics.known, topics.weak, BTreeSet::from([worker.name])];
            let names = named.into_iter().find(|names| !names.is_empty());
            for name in names.unwrap_or_default() {
                let entry = Entry {
                    kind: EntryKind::Consumer,
                    name: name.into(),
                    site: site(file, span),
                    schedule: None,
                    runs: worker.runs.iter().copied().map(Target::Function).collect(),
                    via: via.clone(),
                };
                cx.within_file(file, |cx| {
                    if !cx.current.entries.contains(&entry) {
                        cx.current.entries.push(entry);
                    }
                });
            }
        }
    }
}

/// Whether a topic says more than that it is computed.
fn says(topic: &str) -> bool {
    topic.replace("{}", "").chars().any(char::is_alphanumeric)
}

/// Whether a method of the program is called that only has the name of a library's.
fn is_own_method(cx: &Evaluator<'_>, file: FileId, tag: &Tag) -> bool {
    let place = place_of(cx, file, tag.span);
    let unit = match place {
        Place::Function(function) => cx.unit_of_function(FunctionRef { file, function }),
        _ => None,
    };
    let effects = unit.and_then(|unit| cx.effects.get(unit.0 as usize));
    let mut calls = effects.into_iter().flat_map(|effects| &effects.calls);
    calls.any(|call| call.site.file == file && call.site.span == tag.span)
}

/// `Type::method`, or the function's name.
fn title(cx: &Evaluator<'_>, function: FunctionRef) -> String {
    let function = named(cx, function);
    let module = cx.program.module(function.file);
    let name = module.function(function.function).name;
    let name = name.map_or("", |name| module.name(name));
    match cx.program.class_of(function) {
        Some(class) => match type_name(cx, class) {
            Some(of) => format!("{of}::{name}"),
            None => name.to_owned(),
        },
        None => name.to_owned(),
    }
}

/// The type that an implementation is for.
fn type_name(cx: &Evaluator<'_>, class: ClassRef) -> Option<String> {
    let module = cx.program.module(class.file);
    let of = module.class(class.class);
    let spelled = match (of.name, of.subject) {
        (Some(name), _) => module.name(name).to_owned(),
        (None, Some(subject)) => super::loops::last_word(module, subject).to_owned(),
        (None, None) => return None,
    };
    (!spelled.is_empty()).then_some(spelled)
}

/// The named function that a closure stands in.
fn named(cx: &Evaluator<'_>, function: FunctionRef) -> FunctionRef {
    let module = cx.program.module(function.file);
    let places = cx.program.places(function.file);
    let mut at = function;
    while module.function(at.function).name.is_none() {
        match places.around(Place::Function(at.function)) {
            Some(Place::Function(around)) => at.function = around,
            _ => return at,
        }
    }
    at
}

fn callers(cx: &Evaluator<'_>) -> Callers {
    let mut found = Callers::new();
    for (unit, effects) in (0..).zip(&cx.effects) {
        let Some(from) = cx.function_of(crate::cells::UnitId(unit)) else {
            continue;
        };
        let from = named(cx, from);
        let module = cx.program.module(from.file);
        if module.function(from.function).is_test {
            continue;
        }
        for call in &effects.calls {
            if let Some(to) = function_of(cx, &call.to)
                && named(cx, to) != from
            {
                found.entry(to).or_default().insert(from);
            }
        }
    }
    found
}

/// Whether a loop may take one message after the other: all but those over something that is not made of messages.
fn takes_messages(module: &Module, round: &Loop) -> bool {
    let (Some(_), Some(over)) = (round.target, round.over) else {
        return true;
    };
    let wanted = Wanted {
        repeats: |_, _| false,
        calls: |last, before| {
            let of_messages = STREAMS.iter().any(|word| before.contains(word));
            of_messages && (ASKS.contains(&last) || last == "iter")
        },
        bound: true,
        apart: |_| false,
    };
    wanted.in_expression(module, over)
}

/// Words in the names of what yields messages.
const STREAMS: &[&str] = &[
    "consumer", "subscri", "messages", "stream", "deliver", "pubsub",
];

fn repeats(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let wanted = Wanted {
        repeats: takes_messages,
        calls: |last, _| EACH.contains(&last),
        bound: true,
        apart: |_| false,
    };
    let module = cx.program.module(function.file);
    wanted.in_block(module, &module.function(function.function).body)
}

fn asks(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let wanted = Wanted {
        repeats: |_, _| false,
        calls: |last, before| ASKS.contains(&last) && !before.contains("producer"),
        bound: true,
        apart: |_| false,
    };
    let module = cx.program.module(function.file);
    wanted.in_block(module, &module.function(function.function).body)
}

/// The functions that work on the messages of a subscription in this one.
fn working(
    cx: &Evaluator<'_>,
    callers: &Callers,
    subscribes: FunctionRef,
) -> BTreeSet<FunctionRef> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::from([subscribes]);
    let mut left = vec![(subscribes, 0)];
    while let Some((function, depth)) = left.pop() {
        if repeats(cx, function) || (depth > 0 && hands_out_nothing(cx, function)) {
            found.insert(function);
            continue;
        }
        let siblings = match depth {
            0 => siblings(cx, function),
            _ => Vec::new(),
        };
        if depth == 0 && siblings.is_empty() && hands_out_nothing(cx, function) {
            found.insert(function);
            continue;
        }
        let known = callers.get(&function).into_iter().flatten().copied();
        let next: Vec<FunctionRef> = if siblings.is_empty() {
            known.collect()
        } else {
            siblings
        };
        if next.is_empty() || depth >= MAX_CALLERS {
            found.insert(function);
            continue;
        }
        left.extend(
            next.into_iter()
                .filter(|one| seen.insert(*one))
                .map(|one| (one, depth + 1)),
        );
    }
    found
}

/// Whether a function returns nothing that a message could be: what it asks for it works on.
fn hands_out_nothing(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let module = cx.program.module(function.file);
    let Some(said) = module.function(function.function).returns else {
        return true;
    };
    match &module.expression(said).kind {
        ExpressionKind::Null => true,
        ExpressionKind::Subscript(of) => of
            .keys
            .first()
            .is_some_and(|key| matches!(module.expression(*key).kind, ExpressionKind::Null)),
        _ => false,
    }
}

/// The other methods of a type that ask for a message.
fn siblings(cx: &Evaluator<'_>, function: FunctionRef) -> Vec<FunctionRef> {
    let Some(class) = cx.program.class_of(function) else {
        return Vec::new();
    };
    let own = FunctionRef { ..function };
    methods(cx, class)
        .into_iter()
        .filter(|one| *one != own && asks(cx, *one))
        .collect()
}

/// The functions that stand in an implementation, and in the others of its type in the file.
fn methods(cx: &Evaluator<'_>, class: ClassRef) -> Vec<FunctionRef> {
    let of = type_name(cx, class);
    let module = cx.program.module(class.file);
    let functions = (0..).map(impact_facts::FunctionId).zip(&module.functions);
    let all = functions.map(|(function, _)| FunctionRef {
        file: class.file,
        function,
    });
    all.filter(|one| {
        let around = cx.program.class_of(*one);
        around.is_some_and(|around| around == class || type_name(cx, around) == of)
    })
    .collect()
}

/// Who works on the messages in the end: those that the code is told, else the code itself.
fn told(cx: &Evaluator<'_>, callers: &Callers, function: FunctionRef) -> Vec<Worker> {
    let mut found = closures(cx, callers, function);
    if found.is_empty() {
        found = implementations(cx, function);
    }
    if found.is_empty() {
        let module = cx.program.module(function.file);
        let span = module.function(function.function).span;
        found.push(Worker {
            name: title(cx, function),
            place: None,
            runs: vec![function],
            words: Some((function.file, span)),
        });
    }
    found
}

/// The closures and functions that callers hand to a function that takes code: each is a consumer.
fn closures(cx: &Evaluator<'_>, callers: &Callers, function: FunctionRef) -> Vec<Worker> {
    if !takes_code(cx, function) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for caller in callers.get(&function).into_iter().flatten() {
        for (file, span) in calls_of(cx, *caller, function) {
            let handed = handed(cx, file, *caller, span);
            let module = cx.program.module(caller.file);
            found.push(Worker {
                name: title(cx, *caller),
                place: Some((file, span)),
                runs: if handed.is_empty() {
                    vec![*caller]
                } else {
                    handed
                },
                words: Some((caller.file, module.function(caller.function).span)),
            });
        }
    }
    found
}

/// Whether a parameter of a function is code: `handler: F` with `F: Fn(Message) -> …`, or `impl Fn(…)`.
fn takes_code(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let module = cx.program.module(function.file);
    let definition = module.function(function.function);
    let is_code = |id: &ExpressionId| spells_code(module, *id, 0);
    definition
        .type_parameters
        .iter()
        .any(|one| one.bounds.iter().any(is_code))
        || definition
            .parameters
            .iter()
            .any(|one| one.annotation.as_ref().is_some_and(is_code))
}

fn spells_code(module: &Module, id: ExpressionId, depth: u32) -> bool {
    let last = super::loops::last_word(module, id);
    if matches!(last, "Fn" | "FnMut" | "FnOnce" | "AsyncFn" | "AsyncFnMut") {
        return true;
    }
    let mut found = false;
    if depth < 6 {
        module.parts(id, &mut |part| {
            if let impact_facts::Part::Expression(inner) = part {
                found = found || spells_code(module, inner, depth + 1);
            }
        });
    }
    found
}

/// Where a function, closures in it included, calls another.
fn calls_of(cx: &Evaluator<'_>, from: FunctionRef, to: FunctionRef) -> BTreeSet<(FileId, Span)> {
    let module = cx.program.module(from.file);
    let inside = module.function(from.function).span;
    let functions = (0..).map(impact_facts::FunctionId).zip(&module.functions);
    let units = functions
        .filter(|(_, one)| inside.contains(one.span))
        .filter_map(|(function, _)| {
            cx.unit_of_function(FunctionRef {
                file: from.file,
                function,
            })
        });
    let mut found = BTreeSet::new();
    for unit in units {
        let effects = cx.effects.get(unit.0 as usize);
        for call in effects.into_iter().flat_map(|effects| &effects.calls) {
            if function_of(cx, &call.to) == Some(to) {
                found.insert((call.site.file, call.site.span));
            }
        }
    }
    found
}

/// The code among the arguments of the call at a span.
fn handed(cx: &Evaluator<'_>, file: FileId, caller: FunctionRef, span: Span) -> Vec<FunctionRef> {
    let module = cx.program.module(file);
    let calls = module.expressions.iter().filter(|one| one.span == span);
    let mut found = Vec::new();
    for expression in calls {
        let ExpressionKind::Call(call) = &expression.kind else {
            continue;
        };
        for argument in &call.arguments {
            match &module.expression(argument.value).kind {
                ExpressionKind::Closure(function) => found.push(FunctionRef {
                    file,
                    function: *function,
                }),
                ExpressionKind::Name(_) | ExpressionKind::Attribute(_) => {
                    let place = Place::Function(caller.function);
                    let of = cx.program.resolve_expression(file, place, argument.value);
                    if let Binding::Function(function) = of {
                        found.push(function);
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// The implementations of a trait of the program that a type is generic over, where its methods hand them messages.
fn implementations(cx: &Evaluator<'_>, function: FunctionRef) -> Vec<Worker> {
    let Some(class) = cx.program.class_of(function) else {
        return Vec::new();
    };
    let module = cx.program.module(class.file);
    let of = module.class(class.class);
    if of.kind != ClassKind::Implementation {
        return Vec::new();
    }
    let bounds = of.type_parameters.iter().flat_map(|one| &one.bounds);
    let traits: BTreeSet<ClassRef> = bounds
        .filter_map(|id| {
            let of = cx
                .program
                .resolve_expression(class.file, Place::Module, *id);
            match of {
                Binding::Class(of) => Some(of),
                _ => None,
            }
        })
        .collect();
    let implementors: BTreeSet<ClassRef> = traits
        .iter()
        .flat_map(|of| cx.program.implementors(*of))
        .copied()
        .filter(|of| !cx.program.module(of.file).class(of.class).is_test)
        .collect();
    if implementors.len() < 2 {
        return Vec::new();
    }
    let mut by_type: BTreeMap<ClassRef, Vec<FunctionRef>> = BTreeMap::new();
    for method in methods(cx, class) {
        for to in called(cx, method) {
            if let Some(of) = cx
                .program
                .class_of(to)
                .filter(|of| implementors.contains(of))
                && handles(cx, to)
            {
                by_type.entry(of).or_default().push(to);
            }
        }
    }
    let workers = by_type.into_iter().map(|(of, mut runs)| {
        runs.sort();
        runs.dedup();
        let span = cx.program.module(of.file).class(of.class).span;
        Worker {
            name: type_name(cx, of).unwrap_or_default(),
            place: Some((
                of.file,
                cx.program.module(of.file).class(of.class).name_span,
            )),
            runs,
            words: Some((of.file, span)),
        }
    });
    workers.collect()
}

fn called(cx: &Evaluator<'_>, function: FunctionRef) -> BTreeSet<FunctionRef> {
    let unit = cx.unit_of_function(function);
    let effects = unit.and_then(|unit| cx.effects.get(unit.0 as usize));
    let calls = effects.into_iter().flat_map(|effects| &effects.calls);
    calls.filter_map(|call| function_of(cx, &call.to)).collect()
}

fn handles(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let module = cx.program.module(function.file);
    let name = module.function(function.function).name;
    let name = name.map_or("", |name| module.name(name));
    HANDLES.iter().any(|known| name.starts_with(known))
}

/// Those of the topics that the code of a worker spells, in a literal or by a constant.
fn spoken(cx: &Evaluator<'_>, worker: &Worker, topics: &BTreeSet<String>) -> BTreeSet<String> {
    let Some((file, span)) = worker.words else {
        return BTreeSet::new();
    };
    if topics.is_empty() {
        return BTreeSet::new();
    }
    let module = cx.program.module(file);
    let inside = (0..)
        .map(ExpressionId)
        .zip(&module.expressions)
        .filter(|(_, one)| span.contains(one.span));
    let mut found = BTreeSet::new();
    for (id, expression) in inside {
        let said = match &expression.kind {
            ExpressionKind::Text(_) => module.plain_text(id),
            ExpressionKind::Name(_) | ExpressionKind::Attribute(_) => constant(cx, file, id),
            _ => None,
        };
        found.extend(said.filter(|one| topics.contains(one)));
    }
    found
}

/// The text of a constant.
fn constant(cx: &Evaluator<'_>, file: FileId, id: ExpressionId) -> Option<String> {
    let module = cx.program.module(file);
    let word = super::loops::last_word(module, id);
    if !word.starts_with(char::is_uppercase) {
        return None;
    }
    match cx.program.resolve_expression(file, Place::Module, id) {
        Binding::Value(value, rest) if rest.is_empty() => {
            cx.program.module(value.file).plain_text(value.expression)
        }
        _ => None,
    }
}
