//! What a type of GraphQL is, and the fields that its class and its bases declare.

use crate::evaluator::Evaluator;
use impact_bind::{Binding, ClassRef, Definition, FunctionRef, Place};
use impact_facts::{Bind, Call, ExpressionId, ExpressionKind, FileId, Span, Statement};

/// Which library a type is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Library {
    /// By its bases.
    Graphene,
    /// By its decorator.
    Strawberry,
}

/// A field of a type.
#[derive(Debug, Clone)]
pub(super) struct Field<'p> {
    /// The class whose body declares it.
    pub(super) owner: ClassRef,
    /// Its name in code.
    pub(super) name: String,
    /// The name's bytes, in the owner's file.
    pub(super) span: Span,
    /// The functions that answer it.
    pub(super) resolvers: Vec<FunctionRef>,
    /// The types of GraphQL that it gives or takes.
    pub(super) types: Vec<ClassRef>,
    /// What its name is bound to, or what decorates its function.
    pub(super) call: Option<&'p Call>,
    /// What is called there, by its qualified name where a package has it, else as it is written.
    pub(super) makes: String,
}

impl Field<'_> {
    /// The last word of what is called: `DjangoConnectionField`, `create`.
    pub(super) fn last_word(&self) -> &str {
        self.makes.rsplit('.').next().unwrap_or_default()
    }

    /// Whether the value is a member of whatever the type is made from, and no query of its own.
    pub(super) fn is_plain(&self) -> bool {
        match self.makes.split('.').next() {
            Some("graphene") => {
                matches!(
                    self.last_word(),
                    "Field" | "List" | "NonNull" | "InputField"
                ) && !self.makes.contains("Node")
            }
            Some("strawberry") => !self.makes.starts_with("strawberry.django"),
            Some("strawberry_django" | "graphene_django") => false,
            // Of a class of the service: `Rename.Field()` is a mutation's, others extend the library's.
            _ => self.last_word() == "Field",
        }
    }
}

/// Last parts of the names of strawberry's decorators of types.
const DECORATORS: &[&str] = &[
    "type",
    "input",
    "partial",
    "interface",
    "filter",
    "filter_type",
    "order",
    "order_type",
    "ordering",
];

/// The library that a class is a type of; none for any other class.
pub(super) fn library(cx: &Evaluator<'_>, class: ClassRef) -> Option<Library> {
    if cx.models.of_class(class).is_some() {
        return None;
    }
    if decorated(cx, class).is_some() {
        return Some(Library::Strawberry);
    }
    let ancestors = cx.program.ancestors(class);
    let known = ancestors.iter().any(|base| {
        base.external().is_some_and(|name| {
            name.starts_with("graphene.") || name.starts_with("graphene_django.")
        })
    });
    known.then_some(Library::Graphene)
}

/// The decorator of strawberry over a class: its last word, and its call.
pub(super) fn decorated<'p>(
    cx: &Evaluator<'p>,
    class: ClassRef,
) -> Option<(String, Option<&'p Call>)> {
    let module = cx.program.module(class.file);
    let definition = module.class(class.class);
    if definition.decorators.is_empty() {
        return None;
    }
    let place = around(cx, class);
    definition.decorators.iter().find_map(|id| {
        let (name, call) = callee(cx, class.file, place, *id)?;
        let last = name.rsplit('.').next()?;
        (name.starts_with("strawberry") && DECORATORS.contains(&last))
            .then(|| (last.to_owned(), call))
    })
}

/// The place that a class is defined in.
fn around(cx: &Evaluator<'_>, class: ClassRef) -> Place {
    let places = cx.program.places(class.file);
    places
        .around(Place::Class(class.class))
        .unwrap_or(Place::Module)
}

/// What is called, or named without a call, of a package outside the tree.
fn callee<'p>(
    cx: &Evaluator<'p>,
    file: FileId,
    place: Place,
    id: ExpressionId,
) -> Option<(String, Option<&'p Call>)> {
    let module = cx.program.module(file);
    let (of, call) = match &module.expression(id).kind {
        ExpressionKind::Call(call) => (call.callee, Some(call)),
        _ => (id, None),
    };
    match cx.program.resolve_expression(file, place, of) {
        Binding::External(name) => Some((name.to_string(), call)),
        _ => None,
    }
}

/// All fields of a type, those of its bases of the tree too; the nearest of a name counts.
pub(super) fn of<'p>(cx: &Evaluator<'p>, class: ClassRef) -> Vec<Field<'p>> {
    let mut found: Vec<Field<'p>> = Vec::new();
    for base in cx.program.ancestors(class).iter() {
        let Binding::Class(base) = base else { continue };
        if !cx.program.is_own(base.file) {
            continue;
        }
        for field in declared(cx, class, *base) {
            if !found.iter().any(|known| known.name == field.name) {
                found.push(field);
            }
        }
    }
    found
}

fn declared<'p>(cx: &Evaluator<'p>, class: ClassRef, owner: ClassRef) -> Vec<Field<'p>> {
    let module = cx.program.module(owner.file);
    let body = &module.class(owner.class).body.statements;
    let mut found: Vec<Field<'p>> = body
        .iter()
        .filter_map(|statement| match statement {
            Statement::Bind(bind) => bound(cx, class, owner, bind),
            _ => None,
        })
        .collect();
    let names = cx.program.places(owner.file);
    let names = names.names(Place::Class(owner.class));
    for name in names.names() {
        for definition in names.definitions(name) {
            if let Definition::Function(function) = definition {
                let function = FunctionRef {
                    file: owner.file,
                    function: *function,
                };
                found.extend(method(cx, owner, function, module.name(name)));
            }
        }
    }
    found
}

/// `pets = graphene.List(PetType)`, `pets: list[PetNode] = strawberry_django.field()`, `email: auto`.
fn bound<'p>(
    cx: &Evaluator<'p>,
    class: ClassRef,
    owner: ClassRef,
    bind: &'p Bind,
) -> Option<Field<'p>> {
    let (file, place) = (owner.file, Place::Class(owner.class));
    let module = cx.program.module(file);
    let ExpressionKind::Name(name) = module.expression(bind.target).kind else {
        return None;
    };
    let name = module.name(name).to_owned();
    let call = bind.value.and_then(|id| match &module.expression(id).kind {
        ExpressionKind::Call(call) => Some(call),
        _ => None,
    });
    if bind.annotation.is_none() && call.is_none() {
        return None;
    }
    let mut types = Vec::new();
    let mut mentioned = |id| mentions(cx, (file, place), id, 0, &mut types);
    bind.annotation.into_iter().for_each(&mut mentioned);
    if let Some(call) = call {
        let values = call.arguments.iter().map(|argument| argument.value);
        std::iter::once(call.callee)
            .chain(values)
            .for_each(&mut mentioned);
    }
    types.retain(|class| library(cx, *class).is_some());
    let mut resolvers = Vec::new();
    if let Some((_, [.., Definition::Function(function)])) =
        cx.class_member(class, &format!("resolve_{name}"))
    {
        let (owner, _) = cx.class_member(class, &format!("resolve_{name}"))?;
        resolvers.push(FunctionRef {
            file: owner.file,
            function: *function,
        });
    }
    resolvers.extend(call.and_then(|call| named_resolver(cx, (file, place), call)));
    Some(Field {
        owner,
        name,
        span: module.expression(bind.target).span,
        resolvers,
        types,
        call,
        makes: call
            .map(|call| called(cx, (file, place), call))
            .unwrap_or_default(),
    })
}

/// A method that strawberry's decorators make a field.
fn method<'p>(
    cx: &Evaluator<'p>,
    owner: ClassRef,
    function: FunctionRef,
    name: &str,
) -> Option<Field<'p>> {
    let (file, place) = (owner.file, Place::Class(owner.class));
    let module = cx.program.module(file);
    let definition = module.function(function.function);
    let said = definition.decorators.iter();
    let (makes, call) = said
        .filter_map(|id| callee(cx, file, place, *id))
        .find(|(name, _)| name.starts_with("strawberry"))?;
    let mut types = Vec::new();
    if let Some(returns) = definition.returns {
        mentions(cx, (file, place), returns, 0, &mut types);
    }
    types.retain(|class| library(cx, *class).is_some());
    Some(Field {
        owner,
        name: name.to_owned(),
        span: definition.name_span,
        resolvers: vec![function],
        types,
        call,
        makes,
    })
}

/// `field(resolver=find)`.
fn named_resolver(
    cx: &Evaluator<'_>,
    (file, place): (FileId, Place),
    call: &Call,
) -> Option<FunctionRef> {
    let module = cx.program.module(file);
    let argument = call.arguments.iter().find(|argument| {
        argument
            .name
            .is_some_and(|(name, _)| module.name(name) == "resolver")
    })?;
    match cx.program.resolve_expression(file, place, argument.value) {
        Binding::Function(function) => Some(function),
        _ => None,
    }
}

fn called(cx: &Evaluator<'_>, (file, place): (FileId, Place), call: &Call) -> String {
    match cx.program.resolve_expression(file, place, call.callee) {
        Binding::External(name) => name.to_string(),
        _ => {
            let module = cx.program.module(file);
            module.dotted(call.callee).unwrap_or_default()
        }
    }
}

/// Deeper types are not looked into.
const MAX_DEPTH: u32 = 8;

/// The classes of the program that an expression mentions: in arguments, subscripts, texts and lambdas, too.
pub(super) fn mentions(
    cx: &Evaluator<'_>,
    at: (FileId, Place),
    id: ExpressionId,
    depth: u32,
    found: &mut Vec<ClassRef>,
) {
    if depth > MAX_DEPTH {
        return;
    }
    let module = cx.program.module(at.0);
    let mut deeper = |id| mentions(cx, at, id, depth + 1, found);
    match &module.expression(id).kind {
        ExpressionKind::Name(_) => add(cx.program.resolve_expression(at.0, at.1, id), found),
        ExpressionKind::Attribute(attribute) => {
            match cx.program.resolve_expression(at.0, at.1, id) {
                Binding::Class(class) => add(Binding::Class(class), found),
                _ => deeper(attribute.of),
            }
        }
        ExpressionKind::Call(call) => {
            deeper(call.callee);
            let values = call.arguments.iter().map(|argument| argument.value);
            values.for_each(deeper);
        }
        ExpressionKind::Subscript(subscript) => {
            deeper(subscript.of);
            subscript.keys.iter().copied().for_each(deeper);
        }
        ExpressionKind::Binary(binary) => [binary.left, binary.right].into_iter().for_each(deeper),
        ExpressionKind::Any(ids) | ExpressionKind::Other(ids) => {
            ids.iter().copied().for_each(deeper);
        }
        ExpressionKind::Collection(items) => {
            items.items.iter().map(|item| item.value).for_each(deeper);
        }
        ExpressionKind::Closure(function) => {
            let body = &module.function(*function).body;
            let results = body
                .statements
                .iter()
                .filter_map(|statement| match statement {
                    Statement::Return(value) => *value,
                    Statement::Do(id) => Some(*id),
                    _ => None,
                });
            results.chain(body.tail).for_each(deeper);
        }
        ExpressionKind::Text(_) => {
            let text = module.plain_text(id).unwrap_or_default();
            for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')) {
                if !word.is_empty() {
                    written(cx, at, word, found);
                }
            }
        }
        _ => {}
    }
}

/// A class by a name in a text, as the file would name it, or by its qualified name.
fn written(cx: &Evaluator<'_>, at: (FileId, Place), word: &str, found: &mut Vec<ClassRef>) {
    match cx.program.resolve(at.0, at.1, word) {
        Binding::Class(class) => add(Binding::Class(class), found),
        _ => add(cx.program.lookup(word), found),
    }
}

fn add(binding: Binding, found: &mut Vec<ClassRef>) {
    if let Binding::Class(class) = binding
        && !found.contains(&class)
    {
        found.push(class);
    }
}
