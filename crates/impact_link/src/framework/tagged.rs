//! Entry points and messages that packs recognize: routes with the prefixes of their routers, jobs, commands, consumers,
//! requests and messages that leave.

use super::class_views;
use super::consumers::Consumers;
use super::mounts::{Mounts, joined, mount, router};
use super::named_routes::{self, Named, Naming};
use super::qualified::qualified;
use crate::door::Consumption;
use crate::effect::{Entry, Outgoing, Target, site};
use crate::evaluator::Evaluator;
use crate::framework::django::patterns::{of_expression, of_path};
use crate::library::responses;
use crate::tags::via_of;
use crate::value::{Atom, Value};
use impact_bind::{Binding, ClassRef, FunctionRef};
use impact_facts::{
    Capture, Captured, EntryKind, ExpressionId, ExpressionKind, FileId, Language, OutboundKind,
    Span, Tag, TagKind,
};
use std::collections::{BTreeMap, BTreeSet};

/// Records what the tags of the service's own files declare.
pub(crate) fn finish(cx: &mut Evaluator<'_>) {
    let tags = holding(cx);
    let mut mounts = Mounts::default();
    for (file, tag) in tags.iter().filter(|(_, tag)| tag.kind == TagKind::Mount) {
        mount(cx, *file, tag, &mut mounts);
    }
    let hooks = hooks(cx, &tags);
    let shown = showing(cx);
    let routes = named_routes::declared(cx, &tags);
    let qualified = qualified(cx, &tags);
    let mut consumers = Consumers::default();
    for (file, tag) in &tags {
        let via = via_of(&tag.pack);
        match tag.kind {
            TagKind::Route => {
                let paths = match qualified.get(&(*file, tag.span.start)) {
                    Some(name) => vec![name.clone()],
                    None => paths(cx, *file, tag, &routes),
                };
                let around = Around {
                    hooks: hooks.get(&via),
                    shown: &shown,
                };
                route(cx, *file, tag, &mounts, &paths, around);
            }
            TagKind::Job => named(cx, *file, tag, EntryKind::Job),
            TagKind::Command => named(cx, *file, tag, EntryKind::Command),
            TagKind::Consumer => consumers.add(cx, *file, tag),
            TagKind::Request => outgoing(cx, *file, tag, OutboundKind::Request),
            TagKind::Publish => outgoing(cx, *file, tag, OutboundKind::Publish),
            _ => {}
        }
    }
    consumers.list(cx);
}

/// Tags of packs whose framework has a door that knows better.
const EVALUATED: &[&str] = &["python/django/urls", "python/django/commands"];

/// All tags that count, with their files.
fn holding<'a>(cx: &mut Evaluator<'a>) -> Vec<(FileId, &'a Tag)> {
    let program = cx.program;
    let mut found = Vec::new();
    for file in program.files().take(program.own_files() as usize) {
        for tag in &program.module(file).tags {
            let wanted = !matches!(tag.kind, TagKind::Sql | TagKind::Fragment | TagKind::Model);
            if !wanted || EVALUATED.contains(&&*tag.pack) {
                continue;
            }
            let mut holds = false;
            cx.within_code(file, tag.span, |cx| holds = cx.holds(tag));
            if holds {
                found.push((file, tag));
            }
        }
    }
    found
}

/// Routes that say which class their response is of: what that is, and the code that answers.
pub(crate) fn exposures(cx: &mut Evaluator<'_>) -> Vec<(Value, FunctionRef)> {
    let mut found = Vec::new();
    for (file, tag) in holding(cx) {
        let class = tag.first(Capture::Class).copied();
        let (TagKind::Expose, Some(Captured::Expression(id))) = (tag.kind, class) else {
            continue;
        };
        let mut said = Value::nothing();
        cx.within_code(file, tag.span, |cx| {
            for id in by_status(cx.program.module(file), id) {
                said = said.or(&cx.annotation_in(file, cx.place, id));
            }
        });
        for captured in tag.all(Capture::Handler) {
            if let Captured::Function(function) = *captured {
                found.push((said.clone(), FunctionRef { file, function }));
            }
        }
    }
    found
}

/// What runs with the code of a route.
#[derive(Clone, Copy)]
struct Around<'t> {
    /// Around every route of the framework.
    hooks: Option<&'t Vec<Target>>,
    /// After it, by the code that answers: what shows the response.
    shown: &'t BTreeMap<FunctionRef, Vec<Target>>,
}

/// The code of the classes that routes say their responses are of.
fn showing(cx: &mut Evaluator<'_>) -> BTreeMap<FunctionRef, Vec<Target>> {
    let mut found: BTreeMap<FunctionRef, Vec<Target>> = BTreeMap::new();
    for (said, function) in exposures(cx) {
        let code = responses::code(cx, &said);
        found
            .entry(function)
            .or_default()
            .extend(code.into_iter().map(Target::Function));
    }
    found
}

/// The types of a response: the one that is said, or those said for each status (`{200: UserOut, 404: Problem}`).
fn by_status(module: &impact_facts::Module, id: ExpressionId) -> Vec<ExpressionId> {
    match &module.expression(id).kind {
        ExpressionKind::Collection(of) => of
            .items
            .iter()
            .filter(|item| item.key.is_some())
            .map(|item| item.value)
            .collect(),
        _ => vec![id],
    }
}

/// Code that runs around every route of a framework.
fn hooks(cx: &mut Evaluator<'_>, tags: &[(FileId, &Tag)]) -> BTreeMap<Box<str>, Vec<Target>> {
    let mut found: BTreeMap<Box<str>, Vec<Target>> = BTreeMap::new();
    for (file, tag) in tags.iter().filter(|(_, tag)| tag.kind == TagKind::Hook) {
        let code = handlers(cx, *file, tag)
            .into_iter()
            .map(|(_, target)| target);
        found.entry(via_of(&tag.pack)).or_default().extend(code);
    }
    found
}

fn evaluated(cx: &mut Evaluator<'_>, file: FileId, tag: &Tag, captured: Captured) -> Value {
    let Captured::Expression(id) = captured else {
        return Value::nothing();
    };
    let mut value = Value::nothing();
    cx.within_code(file, tag.span, |cx| {
        value = cx.captured(id);
    });
    value
}

pub(super) fn texts(
    cx: &mut Evaluator<'_>,
    file: FileId,
    tag: &Tag,
    capture: Capture,
) -> Vec<String> {
    let captured: Vec<Captured> = tag.all(capture).copied().collect();
    let mut found = Vec::new();
    for one in captured {
        let value = evaluated(cx, file, tag, one);
        let span = tag.span;
        let items: Value = value.filter(|atom| matches!(atom, Atom::List(_) | Atom::Tuple(_)));
        let inner = if items.is_nothing() {
            Value::nothing()
        } else {
            cx.iterate(&items, span)
        };
        for text in value.texts().chain(inner.texts()) {
            found.push(shown(text));
        }
    }
    let _ = Consumption::Print;
    found
}

/// A text with `{}` for what is not known.
fn shown(text: &impact_facts::Assembled) -> String {
    let mut shown = text.text.clone();
    for hole in text.holes.iter().rev() {
        let (start, end) = (hole.start as usize, hole.end as usize);
        if shown.get(start..end).is_some() {
            shown.replace_range(start..end, "{}");
        }
    }
    shown
}

/// The paths of a route as they are written: its own, or those of the name that it takes.
fn paths(cx: &mut Evaluator<'_>, file: FileId, tag: &Tag, named: &Named) -> Vec<String> {
    match named_routes::naming(tag) {
        Naming::Declares => Vec::new(),
        Naming::Uses => named_routes::used(cx, file, tag, named),
        Naming::None => {
            let mut own = texts(cx, file, tag, Capture::Path);
            if own.is_empty() {
                own.push(path_of_handler(cx, file, tag).unwrap_or_default());
            }
            own
        }
    }
}

/// Where the pack says that the code's own name is the path: that, in the case that it says.
pub(super) fn path_of_handler(cx: &Evaluator<'_>, file: FileId, tag: &Tag) -> Option<String> {
    tag.setting("path").filter(|said| *said == "handler")?;
    let Some(Captured::Function(function)) = tag.first(Capture::Handler) else {
        return None;
    };
    let module = cx.program.module(file);
    let name = module.name(module.function(*function).name?);
    let name = crate::language::rust::cased(name, tag.setting("case"));
    Some(match tag.setting("under") {
        Some(prefix) => format!("{prefix}/{name}"),
        None => name,
    })
}

fn route(
    cx: &mut Evaluator<'_>,
    file: FileId,
    tag: &Tag,
    mounts: &Mounts,
    paths: &[String],
    around: Around<'_>,
) {
    let receiver = tag.first(Capture::Receiver).copied();
    let router = receiver.and_then(|captured| router(cx, file, tag, captured));
    let listed = || vec![mounts.listed(file, tag.span)];
    let prefixes = router.map_or_else(listed, |router| mounts.prefixes(router, 0));
    let mut before = router.map_or_else(BTreeSet::new, |router| mounts.before(router, 0));
    before.extend(super::injected::of_call(cx, file, tag.span));
    let said = methods(cx, file, tag);
    let mut code = handlers(cx, file, tag);
    for (method, target) in code.clone() {
        if let Target::Function(function) = target {
            let shows = around.shown.get(&function).into_iter().flatten();
            code.extend(shows.map(|shown| (method.clone(), shown.clone())));
        }
    }
    let mut by_method: BTreeMap<String, Vec<Target>> = BTreeMap::new();
    for (method, target) in code {
        by_method
            .entry(method.unwrap_or_else(|| said.clone()))
            .or_default()
            .push(target);
    }
    if by_method.is_empty() {
        by_method.insert(said, Vec::new());
    }
    for path in paths {
        for prefix in &prefixes {
            let path = pattern(&joined(prefix, path), tag.setting("syntax"));
            for (method, runs) in &by_method {
                let mut runs = runs.clone();
                runs.extend(around.hooks.into_iter().flatten().cloned());
                runs.extend(before.iter().copied().map(Target::Function));
                let name = format!("{method} /{}", path.trim_start_matches('/'));
                add(cx, file, tag, EntryKind::Api, &name, runs, None);
            }
        }
    }
}

fn pattern(path: &str, syntax: Option<&str>) -> String {
    match syntax {
        Some("regex") => of_expression(path),
        Some("flask" | "django") => of_path(path),
        Some("colon") => path
            .split('/')
            .map(|part| {
                part.strip_prefix(':')
                    .map_or(part.to_owned(), |name| format!("{{{name}}}"))
            })
            .collect::<Vec<_>>()
            .join("/"),
        // Django Ninja's parameters are converted as Django's are: `{int:pk}`.
        Some("converted") => of_path(&path.replace('{', "<").replace('}', ">")),
        _ => without_types(path),
    }
}

/// `{path:path}` to `{path}`.
fn without_types(path: &str) -> String {
    let mut made = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        made.push_str(before);
        let Some((inside, tail)) = after.split_once('}') else {
            break;
        };
        let name = inside.split(':').next().unwrap_or(inside);
        made.push_str(&format!("{{{name}}}"));
        rest = tail;
    }
    made.push_str(rest);
    made
}

fn methods(cx: &mut Evaluator<'_>, file: FileId, tag: &Tag) -> String {
    if let Some(method) = tag.setting("method") {
        return method.to_ascii_uppercase();
    }
    let said: BTreeSet<String> = texts(cx, file, tag, Capture::Method)
        .iter()
        .map(|text| text.to_ascii_uppercase())
        .collect();
    let silent = tag.first(Capture::Method).is_none();
    match (said.is_empty(), silent, tag.setting("syntax")) {
        (false, ..) => said.into_iter().collect::<Vec<_>>().join(","),
        // Flask, Starlette: a route that does not say answers GET.
        (true, true, Some("flask" | "braces")) => "GET".to_owned(),
        _ => "ANY".to_owned(),
    }
}

/// The code that a tag runs, with the method where a class has one for each.
pub(super) fn handlers(
    cx: &mut Evaluator<'_>,
    file: FileId,
    tag: &Tag,
) -> Vec<(Option<String>, Target)> {
    let captured: Vec<Captured> = tag.all(Capture::Handler).copied().collect();
    let mut found = Vec::new();
    for one in captured {
        match one {
            Captured::Function(function) => {
                found.push((None, Target::Function(FunctionRef { file, function })));
            }
            Captured::Class(class) => {
                found.extend(class_views::handlers(cx, ClassRef { file, class }))
            }
            Captured::Expression(_) => {
                let value = evaluated(cx, file, tag, one);
                found.extend(value_handlers(cx, &value));
            }
            Captured::Span(_) => {}
        }
    }
    found
}

/// The instance that a view of Flask answers with, where it was told more than its class says.
fn told_receiver(object: &crate::value::Object) -> Option<&Atom> {
    let made = object.values.get(super::flask::INSTANCE)?;
    match made.atoms() {
        [one] if crate::summary::is_given(one) => Some(one),
        _ => None,
    }
}

/// The code of a method for one receiver.
fn for_receiver(cx: &mut Evaluator<'_>, target: Target, receiver: &Atom) -> Target {
    match target {
        Target::Function(function) if cx.program.class_of(function).is_some() => cx
            .summary(function, &[(0, receiver.clone().into())])
            .target(),
        other => other,
    }
}

fn value_handlers(cx: &mut Evaluator<'_>, value: &Value) -> Vec<(Option<String>, Target)> {
    let mut found = Vec::new();
    for atom in value.atoms() {
        match atom {
            Atom::Function(function) | Atom::Method(function, _) => {
                found.push((None, Target::Function(*function)));
            }
            Atom::Class(class) | Atom::Instance(class) => {
                found.extend(class_views::handlers(cx, *class))
            }
            Atom::Object(object) if object.class.is_some() => {
                let class = object.class.into_iter();
                let all: Vec<_> = class
                    .flat_map(|class| class_views::handlers(cx, class))
                    .collect();
                let told = told_receiver(object);
                found.extend(all.into_iter().map(|(method, target)| {
                    let target = told.map_or(target.clone(), |told| for_receiver(cx, target, told));
                    (method, target)
                }));
            }
            Atom::Text(text) => {
                if let Binding::Function(function) = cx.program.lookup(&text.text) {
                    found.push((None, Target::Function(function)));
                }
            }
            Atom::Member(of, _) => found.extend(value_handlers(cx, &(**of).clone().into())),
            Atom::List(of) => found.extend(value_handlers(cx, of)),
            Atom::Tuple(items) => {
                found.extend(items.iter().flat_map(|item| value_handlers(cx, item)));
            }
            _ => {}
        }
    }
    found
}

/// Jobs and commands: named, else by the function that they run.
fn named(cx: &mut Evaluator<'_>, file: FileId, tag: &Tag, kind: EntryKind) {
    let mut code = handlers(cx, file, tag);
    let mut said = texts(cx, file, tag, Capture::Name).into_iter().next();
    match tag.setting("name") {
        Some("file") => {
            let path = cx.program.path(file);
            said = path.rsplit('/').next().map(str::to_owned);
            code.push((None, Target::File(file)));
        }
        Some(name) => said = Some(name.to_owned()),
        None => {}
    }
    if kind == EntryKind::Job {
        code.extend(
            super::jobs::enclosed(cx, file, tag)
                .into_iter()
                .map(|target| (None, target)),
        );
    }
    let own = code.iter().find_map(|(_, target)| match target {
        Target::Function(function) if is_closure_of_rust(cx, *function) => {
            super::told::name_of(cx, target).or_else(|| around(cx, file, tag.span))
        }
        Target::Function(function) => {
            let name = cx.program.function_name(*function);
            let mut words = name.rsplit(['.', ':']);
            words
                .find(|word| !matches!(*word, "" | "<lambda>"))
                .map(str::to_owned)
        }
        Target::Unit(_) | Target::File(_) | Target::Class(..) | Target::Step(..) => None,
    });
    let own = match kind {
        EntryKind::Command => own.map(|name| name.replace('_', "-")),
        _ => own,
    };
    let own = own.or_else(|| match kind {
        EntryKind::Job if !code.is_empty() => around(cx, file, tag.span),
        _ => None,
    });
    let schedule = tag.first(Capture::Schedule).copied();
    let schedule = schedule.and_then(|captured| spelled(cx, file, tag, captured));
    if let Some(name) = said.or(own) {
        let runs = code.into_iter().map(|(_, target)| target).collect();
        add(cx, file, tag, kind, &name, runs, schedule);
    }
}

fn is_closure_of_rust(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let definition = cx.program.module(function.file).function(function.function);
    definition.name.is_none() && cx.program.facts(function.file).language == Language::Rust
}

/// The name of the function that a span stands in.
pub(super) fn around(cx: &Evaluator<'_>, file: FileId, at: Span) -> Option<String> {
    let module = cx.program.module(file);
    let named = module
        .functions
        .iter()
        .filter(|function| function.name.is_some());
    let around = named.filter(|function| function.span.contains(at));
    let innermost = around.min_by_key(|function| function.span.end - function.span.start)?;
    innermost.name.map(|name| module.name(name).to_owned())
}

/// A schedule as it is written: a text, or a call with its arguments.
fn spelled(
    cx: &mut Evaluator<'_>,
    file: FileId,
    tag: &Tag,
    captured: Captured,
) -> Option<Box<str>> {
    let value = evaluated(cx, file, tag, captured);
    if let Some(text) = value.texts().next() {
        let when = TRIGGERS
            .contains(&text.text.as_str())
            .then(|| parts(cx.program.module(file), tag.span));
        return Some(match when.flatten() {
            Some(when) => format!("{}({when})", text.text).into(),
            None => text.text.as_str().into(),
        });
    }
    let Captured::Expression(id) = captured else {
        return None;
    };
    written(cx.program.module(file), id, 0).map(Into::into)
}

/// Words that say how a job is set going, whose other arguments say when (APScheduler 3, "Triggers").
const TRIGGERS: &[&str] = &["cron", "interval", "date"];

/// Those arguments.
const WHEN: &[&str] = &[
    "year",
    "month",
    "day",
    "week",
    "day_of_week",
    "hour",
    "minute",
    "second",
    "weeks",
    "days",
    "hours",
    "minutes",
    "seconds",
    "run_date",
    "start_date",
    "end_date",
    "timezone",
];

/// What the call at a span says of when, as it is written.
fn parts(module: &impact_facts::Module, at: impact_facts::Span) -> Option<String> {
    let call = module
        .expressions
        .iter()
        .find_map(|expression| match &expression.kind {
            ExpressionKind::Call(call) if expression.span == at => Some(call),
            _ => None,
        })?;
    let parts = call.arguments.iter().filter_map(|argument| {
        let name = module.name(argument.name?.0);
        let value = written(module, argument.value, 0)?;
        WHEN.contains(&name).then(|| format!("{name}={value}"))
    });
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn written(module: &impact_facts::Module, id: ExpressionId, depth: u32) -> Option<String> {
    match &module.expression(id).kind {
        _ if depth > 4 => None,
        ExpressionKind::Integer(number) => Some(number.to_string()),
        ExpressionKind::Text(_) => module.plain_text(id),
        ExpressionKind::Call(call) => {
            let mut parts = Vec::new();
            for argument in &call.arguments {
                let value = written(module, argument.value, depth + 1)?;
                parts.push(match argument.name {
                    Some((name, _)) => format!("{}={value}", module.name(name)),
                    None => value,
                });
            }
            Some(format!(
                "{}({})",
                module.dotted(call.callee)?,
                parts.join(", ")
            ))
        }
        _ => module.dotted(id),
    }
}

fn add(
    cx: &mut Evaluator<'_>,
    file: FileId,
    tag: &Tag,
    kind: EntryKind,
    name: &str,
    runs: Vec<Target>,
    schedule: Option<Box<str>>,
) {
    let (span, via) = (tag.span, via_of(&tag.pack));
    let entry = Entry {
        kind,
        name: name.into(),
        site: site(file, span),
        schedule,
        runs,
        via,
    };
    cx.within_file(file, |cx| {
        let same = |known: &Entry| {
            (known.kind, &known.name, known.site) == (entry.kind, &entry.name, entry.site)
                && known.runs == entry.runs
        };
        if !cx.current.entries.iter().any(same) {
            cx.current.entries.push(entry);
        }
    });
}

/// Whether what a method is told is an address: it says a protocol, or it is a path after what is not known and the
/// method is asked of a client.
fn is_address(cx: &Evaluator<'_>, file: FileId, tag: &Tag, url: &str) -> bool {
    if url.starts_with("http://") || url.starts_with("https://") {
        return true;
    }
    let Some(Captured::Expression(receiver)) = tag.first(Capture::Receiver) else {
        return false;
    };
    is_client(cx.program.module(file), *receiver)
        && url
            .strip_prefix("{}")
            .is_some_and(|path| path.starts_with('/'))
}

/// Words in the names of clients of HTTP.
const CLIENTS: &[&str] = &["client", "http", "agent", "reqwest"];

/// Whether a word in what a method is asked of says that it is a client: a name, a field, or a function that makes it.
fn is_client(module: &impact_facts::Module, id: ExpressionId) -> bool {
    let says = |name| {
        let word = module.name(name).to_ascii_lowercase();
        CLIENTS.iter().any(|known| word.contains(known))
    };
    match &module.expression(id).kind {
        ExpressionKind::Name(name) => says(*name),
        ExpressionKind::Attribute(of) => says(of.name) || is_client(module, of.of),
        ExpressionKind::Call(call) => is_client(module, call.callee),
        ExpressionKind::Await(of) | ExpressionKind::Question(of) => is_client(module, *of),
        _ => false,
    }
}

fn outgoing(cx: &mut Evaluator<'_>, file: FileId, tag: &Tag, kind: OutboundKind) {
    let names = match kind {
        OutboundKind::Publish => texts(cx, file, tag, Capture::Topic),
        OutboundKind::Request => {
            let method = match tag.setting("method") {
                Some(method) => method.to_ascii_uppercase(),
                None => methods(cx, file, tag),
            };
            let urls = texts(cx, file, tag, Capture::Url);
            let open = tag.setting("syntax") == Some("address");
            urls.iter()
                .filter(|url| !open || is_address(cx, file, tag, url))
                .map(|url| format!("{method} {url}"))
                .collect()
        }
    };
    let span = tag.span;
    cx.within_code(file, span, |cx| {
        for name in names {
            let out = Outgoing {
                kind,
                name: name.into(),
                site: site(file, span),
            };
            if !cx.current.outgoing.contains(&out) {
                cx.current.outgoing.push(out);
            }
        }
    });
}
