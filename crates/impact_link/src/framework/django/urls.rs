//! URLs: patterns to views, through includes, to entry points.

use super::settings::{setting, texts};
use super::{WEB, request};
use crate::cells::Key;
use crate::door::{CallSite, Passed};
use crate::effect::{Entry, Target, site};
use crate::evaluator::{Evaluator, Part, Unit};
use crate::framework::graphql;
use crate::value::{Atom, Object, Value};
use impact_bind::{ClassRef, Definition, FunctionRef, Place};
use impact_facts::{Assembled, EntryKind, ExpressionKind, FileId, Language, Span, Spread};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Functions that make a pattern, and whether it is a regular expression.
const PATTERNS: &[(&str, bool)] = &[
    ("django.urls.path", false),
    ("django.urls.conf.path", false),
    ("django.urls.re_path", true),
    ("django.urls.conf.re_path", true),
    ("django.conf.urls.url", true),
];

/// What calling a function outside the tree is.
pub(super) fn function(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    if let Some((_, regular)) = PATTERNS.iter().find(|(known, _)| *known == name) {
        return Some(pattern(cx, *regular, call));
    }
    match name {
        "django.conf.urls.i18n.i18n_patterns" => Some(by_language(cx, call)),
        "django.urls.include" | "django.urls.conf.include" | "django.conf.urls.include" => {
            let made = Object::new(WEB, "include", None)
                .with_word(&format!("at:{}:{}", cx.file.0, call.span.start));
            if let Some(key) = included(&made) {
                cx.cells.join(key, &call.value(0, "arg"));
            }
            Some(made.into())
        }
        _ => None,
    }
}

/// `i18n_patterns(…)`: patterns under the language's name, that of the settings (`django/urls/resolvers.py`,
/// `LocalePrefixPattern`); without one for the default language where the call says so.
fn by_language(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let bare = call
        .named("prefix_default_language")
        .and_then(|one| one.expression);
    let bare =
        bare.is_some_and(|id| cx.module().expression(id).kind == ExpressionKind::Bool(false));
    let said = setting(cx, "LANGUAGE_CODE");
    let said = texts(&said).into_iter().next();
    let prefix = match bare {
        true => String::new(),
        false => format!("{}/", said.unwrap_or_else(|| "en-us".to_owned())),
    };
    let include = Object::new(WEB, "include", None)
        .with_word(&format!("at:{}:{}", cx.file.0, call.span.start));
    let held = call.positional().map(|one| one.value.clone());
    let held = held.chain(call.arguments.iter().filter_map(|one| match one.spread {
        Spread::Items => Some(one.value.clone()),
        _ => None,
    }));
    let held = held.fold(Value::nothing(), |all, one| all.or(&one));
    if let Some(key) = included(&include) {
        cx.cells.join(key, &Value::list(held));
    }
    let text = Assembled {
        text: prefix,
        ..Assembled::default()
    };
    let route = Object::new(WEB, "route", None)
        .with_value("route", Atom::Text(Arc::new(text)).into())
        .with_value("view", include.into())
        .with_word(&format!("start:{}:{}", cx.file.0, call.span.start))
        .with_word(&format!("end:{}", call.span.end));
    Value::list(route.into())
}

/// Where what an include holds is kept: patterns within patterns nest deeper than values may.
fn included(include: &Object) -> Option<Key> {
    let at = include.words_after("at:").next()?;
    Some(Key::Outside(format!("include {at}").into(), "of".into()))
}

fn pattern(cx: &mut Evaluator<'_>, regular: bool, call: &CallSite<'_>) -> Value {
    let route = call.argument(0, "route").or_else(|| call.named("regex"));
    let view = call.value(1, "view");
    let extra = call.value(2, "kwargs");
    pass_request(cx, &view, &extra, call.span);
    let place = Assembled {
        text: String::new(),
        segments: vec![impact_facts::Segment {
            at: 0,
            file: cx.file,
            offset: call.span.start,
        }],
        holes: vec![],
    };
    let mut made = Object::new(WEB, "route", None)
        .with_value("route", route.map(|a| a.value.clone()).unwrap_or_default())
        .with_value("view", view)
        .with_value("at", Atom::Text(Arc::new(place)).into())
        .with_word(&format!("end:{}", call.span.end));
    if regular {
        made = made.with_word("regular");
    }
    made = made.with_word(&format!("start:{}:{}", cx.file.0, call.span.start));
    made.into()
}

/// Views are called with a request, and with what the pattern captures.
fn pass_request(cx: &mut Evaluator<'_>, view: &Value, extra: &Value, span: Span) {
    let mut arguments = vec![Passed::plain(request::request(), span)];
    if !extra.is_nothing() {
        arguments.push(Passed {
            name: None,
            spread: Spread::Named,
            value: extra.clone(),
            span,
            expression: None,
        });
    }
    let expected = Value::nothing();
    let call = CallSite::at_span(span, &arguments, &expected);
    for atom in view.atoms() {
        match atom {
            Atom::Function(function) => {
                cx.pass(*function, None, &call);
                let wrappers = cx.read(Key::Wrappers(*function));
                for wrapper in wrappers.atoms() {
                    if let Atom::Function(wrapper) = wrapper {
                        cx.pass(*wrapper, None, &call);
                    }
                }
            }
            Atom::Method(function, of) => cx.pass(*function, Some((**of).clone()), &call),
            _ => {}
        }
    }
}

/// Every route that the root module of URLs leads to.
pub(super) fn finish(cx: &mut Evaluator<'_>) {
    let mut seen = BTreeSet::new();
    let named: Arc<BTreeSet<FileId>> = Arc::new(named_modules(cx));
    for file in roots(cx) {
        let patterns = of_module(cx, file);
        let way = Way {
            prefix: String::new(),
            at: None,
            depth: 0,
            named: Arc::clone(&named),
        };
        walk(cx, &patterns, &way, &mut seen);
    }
}

/// The way from the root of the URLs to some patterns.
#[derive(Clone)]
struct Way {
    prefix: String,
    /// The innermost pattern on it that stands in the service's own code.
    at: Option<(FileId, Span)>,
    depth: usize,
    /// Modules of patterns that some pattern, or the settings, name in full.
    named: Arc<BTreeSet<FileId>>,
}

/// `ROOT_URLCONF`; where no settings say it, every module with patterns that no other includes.
fn roots(cx: &mut Evaluator<'_>) -> Vec<FileId> {
    let said = setting(cx, "ROOT_URLCONF");
    let named: Vec<FileId> = texts(&said)
        .iter()
        .filter_map(|name| cx.program.module_file(name))
        .collect();
    if !named.is_empty() {
        return named;
    }
    let all = with_patterns(cx);
    let mut included = BTreeSet::new();
    for file in &all {
        let patterns = of_module(cx, *file);
        for object in objects(&patterns) {
            included.extend(included_modules(cx, &object));
        }
    }
    all.into_iter()
        .filter(|file| !included.contains(file))
        .collect()
}

/// The service's modules that bind `urlpatterns`.
fn with_patterns(cx: &Evaluator<'_>) -> Vec<FileId> {
    let own = cx.program.files().filter(|file| {
        cx.program.is_own(*file) && cx.program.facts(*file).language == Language::Python
    });
    own.filter(|file| {
        let places = cx.program.places(*file);
        let name = places.name("urlpatterns");
        name.is_some_and(|name| !places.names(Place::Module).definitions(name).is_empty())
    })
    .collect()
}

/// `include(plugin.module + ".urls")`: modules with such an end that nothing names in full.
fn ending(cx: &Evaluator<'_>, of: &Value, way: &Way) -> Vec<FileId> {
    let mut found = Vec::new();
    for text in of.texts() {
        let Some(hole) = text.holes.last() else {
            continue;
        };
        let end = text.text.get(hole.end as usize..).unwrap_or_default();
        if !end.starts_with('.') || end.len() < 2 {
            continue;
        }
        let own = cx.program.files().filter(|file| cx.program.is_own(*file));
        found.extend(own.filter(|file| {
            cx.program.module_name(*file).ends_with(end) && !way.named.contains(file)
        }));
    }
    found
}

/// Modules of patterns that are named in full.
fn named_modules(cx: &mut Evaluator<'_>) -> BTreeSet<FileId> {
    let mut named: BTreeSet<FileId> = roots(cx).into_iter().collect();
    for file in with_patterns(cx) {
        let patterns = of_module(cx, file);
        for object in objects(&patterns) {
            named.extend(included_modules(cx, &object));
        }
    }
    named
}

fn of_module(cx: &mut Evaluator<'_>, file: FileId) -> Value {
    let Some(name) = cx.program.places(file).name("urlpatterns") else {
        return Value::nothing();
    };
    cx.cells.peek(&Key::Global(file, name))
}

/// Objects of this door in a value, lists looked into.
fn objects(value: &Value) -> Vec<Arc<Object>> {
    let mut found = Vec::new();
    for atom in value.atoms() {
        match atom {
            Atom::Object(object) if object.door == WEB => found.push(object.clone()),
            Atom::List(of) => found.extend(objects(of)),
            Atom::Tuple(items) => found.extend(items.iter().flat_map(objects)),
            _ => {}
        }
    }
    found
}

fn included_modules(cx: &Evaluator<'_>, route: &Object) -> Vec<FileId> {
    let view = route.values.get("view").cloned().unwrap_or_default();
    let includes = objects(&view)
        .into_iter()
        .filter(|object| object.kind == "include");
    includes
        .flat_map(|include| {
            let of = included(&include).map(|key| cx.cells.peek(&key));
            modules(cx, &of.unwrap_or_default())
        })
        .collect()
}

fn modules(cx: &Evaluator<'_>, of: &Value) -> Vec<FileId> {
    of.atoms()
        .iter()
        .flat_map(|atom| match atom {
            Atom::Text(text) => cx.program.module_file(&text.text).into_iter().collect(),
            Atom::Module(file) => vec![*file],
            Atom::Tuple(items) => items
                .first()
                .map(|first| modules(cx, first))
                .unwrap_or_default(),
            _ => Vec::new(),
        })
        .collect()
}

fn walk(
    cx: &mut Evaluator<'_>,
    patterns: &Value,
    way: &Way,
    seen: &mut BTreeSet<(String, u32, u32)>,
) {
    if way.depth > 12 {
        return;
    }
    let all = objects(patterns).into_iter();
    for route in all.filter(|object| object.kind == "route") {
        for path in super::patterns::paths(&route) {
            let way = Way {
                prefix: format!("{}{path}", way.prefix),
                at: stands(cx, &route).or(way.at),
                depth: way.depth + 1,
                named: Arc::clone(&way.named),
            };
            one(cx, &route, &way, seen);
        }
    }
}

/// One pattern: the patterns that it includes, the pages of the admin, or a view.
fn one(cx: &mut Evaluator<'_>, route: &Object, way: &Way, seen: &mut BTreeSet<(String, u32, u32)>) {
    let view = route.values.get("view").cloned().unwrap_or_default();
    let mut is_include = false;
    for include in objects(&view)
        .into_iter()
        .filter(|object| object.kind == "include")
    {
        is_include = true;
        let of = included(&include).map(|key| cx.cells.peek(&key));
        let of = of.unwrap_or_default();
        let mut files = modules(cx, &of);
        files.extend(ending(cx, &of, way));
        for file in files {
            let inner = of_module(cx, file);
            walk(cx, &inner, way, seen);
        }
        let inner = of.filter(|atom| !matches!(atom, Atom::Text(_) | Atom::Module(_)));
        walk(cx, &inner, way, seen);
    }
    let inner = view.filter(|atom| matches!(atom, Atom::List(_) | Atom::Tuple(_)));
    if !inner.is_nothing() {
        walk(cx, &inner, way, seen);
    }
    let path = &way.prefix;
    if is_admin(&view) {
        for (page, methods, runs) in super::admin::pages(cx) {
            add(cx, way, &format!("{methods} /{path}{page}"), runs, seen);
        }
    } else if !is_include && !is_ninja(&view) {
        let (methods, runs) = handlers(cx, &view, way.at);
        add(cx, way, &format!("{methods} /{path}"), runs, seen);
    }
}

/// Where a pattern stands, if that is in the service's own code.
fn stands(cx: &Evaluator<'_>, route: &Object) -> Option<(FileId, Span)> {
    let start = route.words_after("start:").next()?;
    let (file, start) = start.split_once(':')?;
    let end = route.words_after("end:").next()?.parse().ok()?;
    let file = FileId(file.parse().ok()?);
    let span = Span::new(start.parse().ok()?, end);
    cx.program.is_own(file).then_some((file, span))
}

/// `admin.site.urls`.
fn is_admin(view: &Value) -> bool {
    view.atoms().iter().any(|atom| match atom {
        Atom::External(name) => name.starts_with("django.contrib.admin") && name.ends_with(".urls"),
        _ => false,
    })
}

/// `api.urls` of Django Ninja: its operations say their paths themselves.
fn is_ninja(view: &Value) -> bool {
    view.atoms().iter().any(|atom| match atom {
        Atom::Member(of, name) if &**name == "urls" => {
            matches!(&**of, Atom::Outside(class) if class.starts_with("ninja."))
        }
        _ => false,
    })
}

fn add(
    cx: &mut Evaluator<'_>,
    way: &Way,
    name: &str,
    mut runs: Vec<Target>,
    seen: &mut BTreeSet<(String, u32, u32)>,
) {
    let Some((file, span)) = way.at else {
        return;
    };
    runs.extend(super::views::middleware(cx));
    let name = name.replacen(" //", " /", 1);
    if !seen.insert((name.clone(), file.0, span.start)) {
        return;
    }
    cx.within_file(file, |cx| {
        cx.current.entries.push(Entry {
            kind: EntryKind::Api,
            name: name.into(),
            site: site(file, span),
            schedule: None,
            runs,
            via: "python/django".into(),
        });
    });
}

/// The methods that a view answers, and the code it runs.
fn handlers(
    cx: &mut Evaluator<'_>,
    view: &Value,
    at: Option<(FileId, Span)>,
) -> (String, Vec<Target>) {
    let mut methods = BTreeSet::new();
    let mut runs = Vec::new();
    let mut open = false;
    for atom in view.atoms() {
        match atom {
            Atom::Function(function) | Atom::Method(function, _) => {
                runs.push(Target::Function(*function));
                runs.extend(super::guards::of_function(cx, *function));
                let said = super::views::allowed(cx, *function);
                open |= said.is_empty();
                methods.extend(said);
            }
            Atom::Object(object) if object.kind == "view" => {
                let told: Vec<String> = object.words_after("method:").map(str::to_owned).collect();
                runs.extend(at.and_then(|at| super::ready::answers(cx, object, at)));
                if object.class.is_none() {
                    methods.extend(told.clone());
                }
                if object.words_after("base:").any(graphql::is_view) {
                    runs.extend(operations(cx));
                }
                if let Some(class) = object.class {
                    let action = object.words_after("action:").next();
                    let (said, code) = class_handlers(cx, class, &told, action);
                    open |= said.is_empty();
                    methods.extend(said);
                    runs.extend(code);
                    runs.extend(at.and_then(|at| described(cx, class, at)));
                }
            }
            Atom::Instance(class) => {
                runs.extend(class_handlers(cx, *class, &[], None).1);
                open = true;
            }
            _ => open = true,
        }
    }
    let words = if open || methods.is_empty() {
        "ANY".to_owned()
    } else {
        methods.into_iter().collect::<Vec<_>>().join(",")
    };
    (words, runs)
}

/// What a view does that only a stub describes.
fn described(cx: &mut Evaluator<'_>, class: ClassRef, at: (FileId, Span)) -> Option<Target> {
    if !cx.program.is_stub(class.file) {
        return None;
    }
    let unit = cx.add_unit(Unit::Declared(at.0, at.1));
    cx.within_unit(unit, |cx| {
        for method in ["get", "post"] {
            super::generic::from_stub(cx, class, method, at.1);
        }
    });
    Some(Target::Unit(unit))
}

/// `UserList.as_view()(request)`: a view that another one calls answers in its place.
pub(super) fn called(cx: &mut Evaluator<'_>, view: &Object, call: &CallSite<'_>) -> Option<Value> {
    let class = view.class.filter(|_| view.kind == "view")?;
    for target in class_handlers(cx, class, &[], None).1 {
        cx.runs(target, call.span, impact_facts::Certainty::Exact);
    }
    Some(Value::outside("django.http.HttpResponse"))
}

/// What a view that answers for a schema of GraphQL may run.
fn operations(cx: &mut Evaluator<'_>) -> Vec<Target> {
    let roots = graphql::roots(cx).into_iter();
    roots
        .map(|(root, _)| Target::Class(root, Part::Show))
        .collect()
}

/// Methods of HTTP that a class answers, and the code that it runs: all of its methods, for the framework calls its
/// hooks, and what the framework does of itself. Of a viewset's actions only the one that the route is for.
fn class_handlers(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    told: &[String],
    action: Option<&str>,
) -> (Vec<String>, Vec<Target>) {
    let (mut methods, mut runs) = (told.to_vec(), Vec::new());
    for base in cx.program.ancestors(class).iter() {
        let impact_bind::Binding::Class(base) = base else {
            if base.external().is_some_and(graphql::is_view) {
                runs.extend(operations(cx));
            }
            continue;
        };
        let places = cx.program.places(base.file);
        let names = places.names(Place::Class(base.class));
        for name in names.names() {
            let text = cx.program.module(base.file).name(name);
            for definition in names.definitions(name) {
                let Definition::Function(function) = definition else {
                    continue;
                };
                let function = FunctionRef {
                    file: base.file,
                    function: *function,
                };
                if action.is_some_and(|action| {
                    action != text && super::routers::is_action(cx, function, text)
                }) {
                    continue;
                }
                if told.is_empty() && super::views::HTTP.contains(&text) {
                    methods.push(text.to_ascii_uppercase());
                }
                runs.push(Target::Function(function));
            }
        }
    }
    if told.is_empty() {
        let generic = super::generic::methods(cx, class);
        methods.extend(generic.into_iter().map(str::to_owned));
    }
    for part in Part::ALL {
        let served = |method: &String| super::generic::parts(method).contains(&part);
        if methods.is_empty() || methods.iter().any(served) {
            runs.push(Target::Class(class, part));
        }
    }
    (methods, runs)
}
