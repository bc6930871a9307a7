//! Templates: what renders them, what they see, and libraries of tags and filters.

use super::request;
use super::settings::{setting, texts};
use crate::cells::Key;
use crate::door::{CallSite, Consumption, MemberSite};
use crate::effect::Target;
use crate::evaluator::Evaluator;
use crate::language::template;
use crate::library::python::named_member;
use crate::value::{Atom, Object, Value};
use impact_facts::{Access, Certainty, FileId, Language, Span};

/// Functions that render a template: the places of the request, the name, the context.
const RENDERERS: &[(&str, Option<usize>, usize, usize)] = &[
    ("django.shortcuts.render", Some(0), 1, 2),
    ("django.template.loader.render_to_string", None, 0, 1),
    ("django.template.response.TemplateResponse", Some(0), 1, 2),
    (
        "django.template.response.SimpleTemplateResponse",
        None,
        0,
        1,
    ),
    ("flask.render_template", None, 0, usize::MAX),
    ("flask.templating.render_template", None, 0, usize::MAX),
    ("flask.stream_template", None, 0, usize::MAX),
    ("quart.render_template", None, 0, usize::MAX),
    ("aiohttp_jinja2.render_template", None, 0, 2),
    ("aiohttp_jinja2.render_string", None, 0, 2),
];

/// What calling a function outside the tree is.
pub(super) fn function(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    if let Some((_, request, template, context)) =
        RENDERERS.iter().find(|(known, ..)| *known == name)
    {
        let context = match context {
            &usize::MAX => keywords(call),
            at => call.value(*at, "context"),
        };
        let request = match request {
            Some(at) => call.value(*at, "request"),
            None => call
                .named("request")
                .map(|a| a.value.clone())
                .unwrap_or_default(),
        };
        let names = call.value(*template, "template_name");
        render(cx, &names, &context, &request, call.span);
        return Some(Value::outside("django.http.HttpResponse"));
    }
    match name {
        "django.template.loader.get_template" | "django.template.loader.select_template" => {
            let made = Object::new(super::WEB, "template", None);
            Some(
                made.with_value("names", call.value(0, "template_name"))
                    .into(),
            )
        }
        "template.include" | "template.extends" if cx.is(Language::Template) => {
            let names = call.at(0)?.value.clone();
            let more: Vec<(Box<str>, Value)> = call
                .arguments
                .iter()
                .filter_map(|a| {
                    a.name
                        .as_ref()
                        .map(|(name, _)| (name.clone(), a.value.clone()))
                })
                .collect();
            for name in texts(&names) {
                template::pass_on(cx, &name, call.span, &more);
            }
            Some(Value::outside("builtins.str"))
        }
        _ => filter(cx, name, call),
    }
}

/// Filters that hand their value on, and those that print it.
fn filter(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let name = name.strip_prefix("template.")?;
    let first = call.at(0).map(|a| (a.value.clone(), a.span));
    let Some((value, span)) = first else {
        return Some(Value::outside("builtins.str"));
    };
    Some(match name {
        "first" | "last" | "random" => cx.iterate(&value, span),
        "default" | "default_if_none" => value.or(&call.value(1, "")),
        "regroup" => {
            let element = cx.iterate(&value, span);
            let known = [
                ("grouper".into(), cx.grouper.clone()),
                ("list".into(), Value::list(element)),
            ];
            let group = crate::value::Dictionary {
                known: known.into(),
                ..Default::default()
            };
            Value::list(Value::dictionary(group))
        }
        "dictsort" | "dictsortreversed" => {
            sorted(cx, &value, call);
            value
        }
        "map" | "selectattr" | "rejectattr" | "groupby" | "sum" | "min" | "max" | "join"
        | "sort" | "unique"
            if by_attribute(name, call).is_some() =>
        {
            jinja(cx, name, &value, call)
        }
        "slice" | "safe" | "sort" | "list" | "reverse" | "unique" => value,
        "length" | "count" => {
            cx.consume(&value, Consumption::Test, span);
            Value::outside("builtins.int")
        }
        _ => {
            for argument in call.arguments {
                cx.consume(&argument.value, Consumption::Print, argument.span);
            }
            Value::outside("builtins.str")
        }
    })
}

/// The argument of a Jinja filter that names a member of each row (Jinja 3.1, "List of Builtin Filters").
fn by_attribute<'c>(name: &str, call: &CallSite<'c>) -> Option<&'c crate::door::Passed> {
    let mut all = call.arguments.iter();
    let named = all.find(|one| {
        one.name
            .as_ref()
            .is_some_and(|(name, _)| &**name == "attribute")
    });
    let by_place = matches!(name, "selectattr" | "rejectattr" | "groupby");
    named.or_else(|| call.arguments.get(1).filter(|_| by_place))
}

/// `pets|sort(attribute="name")`, `pets|map(attribute="owner.name")`: reads the path of each row.
fn jinja(cx: &mut Evaluator<'_>, name: &str, rows: &Value, call: &CallSite<'_>) -> Value {
    let element = cx.iterate(rows, call.span);
    let mut found = Value::nothing();
    if let Some(by) = by_attribute(name, call) {
        for text in by.value.texts() {
            let one = named_member(cx, text, by.span, |cx, span| {
                text.text.split('.').fold(element.clone(), |of, name| {
                    let (access, value) = (Access::Read, None);
                    cx.attribute(
                        &of,
                        &MemberSite {
                            name,
                            span,
                            access,
                            value,
                        },
                    )
                })
            });
            found = found.or(&one);
        }
    }
    match name {
        "map" => Value::list(found),
        "groupby" => {
            let group = vec![found, Value::list(element)];
            Value::list(Value::tuple(group))
        }
        "min" | "max" => element,
        "sum" | "join" => Value::outside("builtins.str"),
        _ => rows.clone(),
    }
}

/// `{{ pets|dictsort:"owner.name" }}` reads the path of each row.
fn sorted(cx: &mut Evaluator<'_>, rows: &Value, call: &CallSite<'_>) {
    let Some(by) = call.at(1) else { return };
    let element = cx.iterate(rows, call.span);
    for model in crate::orm::django::models_of(&element) {
        for text in by.value.texts() {
            let path = text.text.replace('.', "__");
            crate::orm::django::read_path(cx, model, &path, by.span);
        }
    }
}

/// The keywords of a call, as a dictionary.
pub(crate) fn keywords(call: &CallSite<'_>) -> Value {
    let mut made = crate::value::Dictionary::default();
    for argument in call.arguments {
        match &argument.name {
            Some((name, _)) => {
                made.known.insert(name.clone(), argument.value.clone());
            }
            None if argument.spread == impact_facts::Spread::Named => {
                crate::expression::merge(&mut made, &argument.value);
            }
            None => {}
        }
    }
    Value::dictionary(made)
}

/// Renders templates with a context: their variables grow by it.
pub(crate) fn render(
    cx: &mut Evaluator<'_>,
    names: &Value,
    context: &Value,
    request: &Value,
    span: Span,
) {
    for name in texts(names) {
        for file in template::files(cx, &name) {
            fill(cx, file, context);
            if !request.is_nothing() {
                with_request(cx, file, request, span);
            }
            cx.runs(Target::File(file), span, Certainty::Exact);
        }
    }
}

fn fill(cx: &mut Evaluator<'_>, file: FileId, context: &Value) {
    for atom in context.atoms() {
        if let Atom::Dictionary(of) = atom {
            for (key, value) in &of.known {
                cx.cells.join(Key::Template(file, key.clone()), value);
            }
        }
    }
}

/// What a request brings with it: itself, its user, and what the context processors of the settings add.
fn with_request(cx: &mut Evaluator<'_>, file: FileId, request: &Value, span: Span) {
    cx.cells
        .join(Key::Template(file, "request".into()), request);
    let kept = std::mem::take(&mut cx.current);
    let user = request::user(cx, span);
    cx.current = kept;
    cx.cells.join(
        Key::Template(file, "user".into()),
        &user.at_most(Certainty::Exact),
    );
    let permissions = Value::outside(request::PERMISSIONS);
    cx.cells
        .join(Key::Template(file, "perms".into()), &permissions);
    for added in processors(cx, request, span) {
        fill(cx, file, &added);
    }
}

fn processors(cx: &mut Evaluator<'_>, request: &Value, span: Span) -> Vec<Value> {
    let said = setting(cx, "TEMPLATES");
    let mut results = Vec::new();
    for name in texts(&said) {
        if let impact_bind::Binding::Function(function) = cx.program.lookup(&name) {
            let passed = [crate::door::Passed::plain(request.clone(), span)];
            let expected = Value::nothing();
            let call = CallSite::at_span(span, &passed, &expected);
            results.push(cx.call_function(function, None, &call));
        }
    }
    results
}

/// Methods of templates and of libraries of tags.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match (of, name) {
        (Atom::Object(object), "render") if object.kind == "template" => {
            let names = object.values.get("names").cloned().unwrap_or_default();
            let request = call.value(1, "request");
            render(cx, &names, &call.value(0, "context"), &request, call.span);
            Some(Value::outside("builtins.str"))
        }
        (
            Atom::Outside(class),
            "filter" | "simple_tag" | "inclusion_tag" | "simple_block_tag" | "tag",
        ) if LIBRARIES.contains(&&**class) => Some(register(cx, of, name, call)),
        (Atom::Object(object), "register") if object.kind == "registration" => {
            Some(register(cx, of, name, call))
        }
        _ => None,
    }
}

const LIBRARIES: &[&str] = &[
    "django.template.Library",
    "django.template.library.Library",
    "django.template.base.Library",
];

/// `@register.filter`, `@register.simple_tag(takes_context=True)`, `register.filter("name", function)`.
fn register(cx: &mut Evaluator<'_>, of: &Atom, kind: &str, call: &CallSite<'_>) -> Value {
    let functions: Vec<impact_bind::FunctionRef> = call
        .positional()
        .flat_map(|a| a.value.atoms().iter())
        .filter_map(|atom| match atom {
            Atom::Function(function) => Some(*function),
            _ => None,
        })
        .collect();
    let mut names = texts(&call.value(0, "name"));
    let (mut file_name, mut context) = (Value::nothing(), call.named("takes_context").is_some());
    if kind == "inclusion_tag" {
        file_name = call.value(0, "filename");
        names = texts(
            &call
                .named("name")
                .map(|a| a.value.clone())
                .unwrap_or_default(),
        );
    }
    if let Atom::Object(object) = of {
        names = object.words_after("name:").map(str::to_owned).collect();
        file_name = object.values.get("file").cloned().unwrap_or_default();
        context = object.has("context");
    }
    if functions.is_empty() {
        let mut made = Object::new(super::WEB, "registration", None).with_value("file", file_name);
        for name in names {
            made = made.with_word(&format!("name:{name}"));
        }
        let made = if context {
            made.with_word("context")
        } else {
            made
        };
        return Atom::Member(
            std::sync::Arc::new(Atom::Object(made.into())),
            "register".into(),
        )
        .into();
    }
    for function in functions {
        let module = cx.program.module(function.file);
        let own = module
            .function(function.function)
            .name
            .map(|name| module.name(name).to_owned());
        let all = if names.is_empty() {
            own.into_iter().collect()
        } else {
            names.clone()
        };
        for name in all {
            let value: Value = if file_name.is_nothing() && !context {
                Atom::Function(function).into()
            } else {
                let made = Object::new(super::WEB, "tag", None)
                    .with_value("function", Atom::Function(function).into())
                    .with_value("file", file_name.clone());
                if context {
                    made.with_word("context").into()
                } else {
                    made.into()
                }
            };
            cx.cells
                .join(Key::Outside(template::LIBRARY.into(), name.into()), &value);
        }
    }
    call.at(0).map(|a| a.value.clone()).unwrap_or_default()
}

/// Calls a tag that renders a template of its own, or that sees the context.
pub(super) fn tag(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) -> Value {
    let mut arguments = Vec::new();
    if object.has("context") {
        arguments.push(crate::door::Passed::plain(context_of(cx), call.span));
    }
    arguments.extend(call.arguments.iter().cloned());
    let site = CallSite {
        arguments: &arguments,
        ..*call
    };
    let function = object.values.get("function").cloned().unwrap_or_default();
    let made = cx.call(&function, &site);
    let names = object.values.get("file").cloned().unwrap_or_default();
    render(cx, &names, &made, &Value::nothing(), call.span);
    made
}

/// The context of the template that is being evaluated, as a dictionary.
fn context_of(cx: &mut Evaluator<'_>) -> Value {
    let file = cx.file;
    let mut made = crate::value::Dictionary::default();
    for word in ["request", "user"] {
        let value = cx.read(Key::Template(file, word.into()));
        made.known.insert(word.into(), value);
    }
    Value::dictionary(made)
}
