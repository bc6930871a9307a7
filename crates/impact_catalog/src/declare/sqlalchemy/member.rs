//! The members of a declarative class: which statement of its body maps a column or relates to another class.

use super::derived::{self, Derived};
use super::role::{Role, role};
use impact_bind::{ClassRef, Place, Program};
use impact_facts::{
    Argument, Call, CollectionKind, ExpressionId, ExpressionKind, FileId, Function, FunctionId,
    Module, Span, Statement,
};

/// How deep wrappers (`deferred(Column(…))`, functions that return a column) are followed.
const MAX_DEPTH: u32 = 6;

/// A place to look names up in, and the lowered form that ids point into.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a, 'p> {
    pub program: &'a Program<'p>,
    pub file: FileId,
    pub place: Place,
}

impl<'a, 'p> Context<'a, 'p> {
    pub(crate) fn module(self) -> &'p Module {
        self.program.module(self.file)
    }

    pub(crate) fn role(self, id: ExpressionId) -> Option<Role> {
        role(self.program, self.file, self.place, id)
    }

    pub(crate) fn call(self, id: ExpressionId) -> Option<&'p Call> {
        match &self.module().expression(id).kind {
            ExpressionKind::Call(call) => Some(call),
            _ => None,
        }
    }

    /// The string that an expression is, a constant of the program followed by name.
    pub(crate) fn text(self, id: ExpressionId) -> Option<String> {
        if let Some(text) = self.module().plain_text(id) {
            return Some(text);
        }
        match self.program.resolve_expression(self.file, self.place, id) {
            impact_bind::Binding::Value(value, member) if member.is_empty() => {
                self.program.module(value.file).plain_text(value.expression)
            }
            _ => None,
        }
    }
}

/// A statement of a class's body that says something of the table.
pub(super) struct Member<'n, 'p> {
    /// Its name in code.
    pub name: &'n str,
    /// The name's bytes.
    pub span: Span,
    /// What it is.
    pub kind: MemberKind<'p>,
    /// The type that is said of it.
    pub annotation: Option<ExpressionId>,
}

/// What a member is.
pub(super) enum MemberKind<'p> {
    /// A column, by call or (none) by annotation alone.
    Column(Option<ColumnCall<'p>>),
    /// A relationship.
    Relationship(Option<&'p Call>),
    /// Another name for a field.
    Synonym(String),
    /// A value that is made from columns.
    Derived(Derived<'p>),
}

/// The call that declares a column, and the file it stands in.
#[derive(Clone, Copy)]
pub(super) struct ColumnCall<'p> {
    pub call: &'p Call,
    pub file: FileId,
    pub place: Place,
    pub deferred: bool,
}

/// The members of one class's own body, in order.
pub(super) fn members<'p>(
    program: &Program<'p>,
    class: ClassRef,
    plain: bool,
) -> Vec<Member<'p, 'p>> {
    let cx = Context {
        program,
        file: class.file,
        place: Place::Class(class.class),
    };
    let mut found = Vec::new();
    statements(
        cx,
        &cx.module().class(class.class).body.statements,
        plain,
        &mut found,
    );
    found
}

/// `plain`: annotations without a value are columns, too (SQLModel).
fn statements<'p>(
    cx: Context<'_, 'p>,
    body: &'p [Statement],
    plain: bool,
    found: &mut Vec<Member<'p, 'p>>,
) {
    for statement in body {
        match statement {
            Statement::Bind(bind) => {
                let module = cx.module();
                let ExpressionKind::Name(name) = module.expression(bind.target).kind else {
                    continue;
                };
                // Pydantic's own settings, whatever type is said of them.
                if plain && module.name(name) == "model_config" {
                    continue;
                }
                let kind = match bind.value {
                    Some(value) => {
                        kind_of(cx, value, 0).or_else(|| of_annotation(cx, bind.annotation, plain))
                    }
                    None => of_annotation(cx, bind.annotation, plain),
                };
                found.extend(kind.map(|kind| Member {
                    name: module.name(name),
                    span: module.expression(bind.target).span,
                    kind,
                    annotation: bind.annotation,
                }));
            }
            Statement::Function(id) => found.extend(declared(cx, *id)),
            Statement::Branch(branch) => {
                statements(cx, &branch.then.statements, plain, found);
                statements(cx, &branch.otherwise.statements, plain, found);
            }
            _ => {}
        }
    }
}

/// `@declared_attr def name(cls): return Column(…)`.
fn declared<'p>(cx: Context<'_, 'p>, id: FunctionId) -> Option<Member<'p, 'p>> {
    let module = cx.module();
    let function = module.function(id);
    let says = |d: &ExpressionId| cx.role(*d) == Some(Role::DeclaredAttribute);
    if !function.decorators.iter().any(says) {
        return None;
    }
    let inside = Context {
        place: Place::Function(id),
        ..cx
    };
    let kind = returned(function)
        .into_iter()
        .find_map(|value| kind_of(inside, value, 0))?;
    let name = module.name(function.name?);
    Some(Member {
        name,
        span: function.name_span,
        kind,
        annotation: None,
    })
}

/// What a function returns, by its own return statements, branches included.
pub(crate) fn returned(function: &Function) -> Vec<ExpressionId> {
    let mut values = Vec::new();
    let mut work: Vec<&Statement> = function.body.statements.iter().rev().collect();
    while let Some(statement) = work.pop() {
        match statement {
            Statement::Return(Some(value)) => values.push(*value),
            Statement::Branch(branch) => {
                work.extend(branch.otherwise.statements.iter().rev());
                work.extend(branch.then.statements.iter().rev());
            }
            _ => {}
        }
    }
    values
}

/// What the value of a member makes of it.
pub(super) fn kind_of<'p>(
    cx: Context<'_, 'p>,
    value: ExpressionId,
    depth: u32,
) -> Option<MemberKind<'p>> {
    let call = cx.call(value)?;
    if depth > MAX_DEPTH {
        return None;
    }
    match cx.role(call.callee) {
        Some(Role::Column) => Some(MemberKind::Column(Some(wrapped(cx, call)))),
        Some(Role::Wrapper) => {
            let deferred = cx
                .module()
                .dotted(call.callee)
                .is_some_and(|n| n.ends_with("deferred"));
            let inner = call.arguments.iter().find(|a| a.name.is_none())?;
            let Some(mut kind) = kind_of(cx, inner.value, depth + 1) else {
                let parts = Derived::Parts(derived::words(cx, inner.value), Vec::new());
                return Some(MemberKind::Derived(parts));
            };
            if let MemberKind::Column(Some(column)) = &mut kind {
                column.deferred |= deferred;
            }
            Some(kind)
        }
        Some(Role::Relationship) => Some(MemberKind::Relationship(Some(call))),
        Some(Role::Composite) => Some(MemberKind::Derived(derived::composite(cx, call))),
        Some(Role::Proxy) => {
            let at = |place: usize| call.arguments.get(place).and_then(|a| cx.text(a.value));
            Some(MemberKind::Derived(Derived::Through(at(0)?, at(1)?)))
        }
        Some(Role::Synonym) => {
            let name = call.arguments.first().and_then(|a| cx.text(a.value))?;
            Some(MemberKind::Synonym(name))
        }
        Some(_) => None,
        None => of_function(cx, call, depth),
    }
}

/// SQLModel's `Field(sa_column=Column(…))` is its inner column.
fn wrapped<'p>(cx: Context<'_, 'p>, call: &'p Call) -> ColumnCall<'p> {
    let inner = named(cx, call, "sa_column").and_then(|a| cx.call(a.value));
    let deferred = flag(cx, call, "deferred") == Some(true);
    ColumnCall {
        call: inner.unwrap_or(call),
        file: cx.file,
        place: cx.place,
        deferred,
    }
}

/// A function of the program that makes a column.
fn of_function<'p>(cx: Context<'_, 'p>, call: &Call, depth: u32) -> Option<MemberKind<'p>> {
    let found = cx
        .program
        .resolve_expression(cx.file, cx.place, call.callee);
    let impact_bind::Binding::Function(made) = found else {
        return None;
    };
    let inside = Context {
        file: made.file,
        place: Place::Function(made.function),
        ..cx
    };
    let function = inside.module().function(made.function);
    returned(function)
        .into_iter()
        .find_map(|value| kind_of(inside, value, depth + 1))
}

/// `name: Mapped[…]` without a value, and in SQLModel any annotation.
fn of_annotation<'p>(
    cx: Context<'_, 'p>,
    annotation: Option<ExpressionId>,
    plain: bool,
) -> Option<MemberKind<'p>> {
    let annotation = annotation?;
    let ExpressionKind::Subscript(subscript) = &cx.module().expression(annotation).kind else {
        return plain.then_some(MemberKind::Column(None));
    };
    let word = cx.module().dotted(subscript.of).unwrap_or_default();
    if word.ends_with("ClassVar") {
        return None;
    }
    (plain || cx.role(subscript.of) == Some(Role::Mapped)).then_some(MemberKind::Column(None))
}

/// An argument by name.
pub(super) fn named<'c>(cx: Context<'_, '_>, call: &'c Call, name: &str) -> Option<&'c Argument> {
    call.arguments.iter().find(|argument| {
        argument
            .name
            .is_some_and(|(given, _)| cx.module().name(given) == name)
    })
}

/// An argument that is `True` or `False`.
pub(super) fn flag(cx: Context<'_, '_>, call: &Call, name: &str) -> Option<bool> {
    match cx.module().expression(named(cx, call, name)?.value).kind {
        ExpressionKind::Bool(value) => Some(value),
        _ => None,
    }
}

/// The items of a list or tuple; anything else is one item.
pub(crate) fn items(cx: Context<'_, '_>, id: ExpressionId) -> Vec<ExpressionId> {
    match &cx.module().expression(id).kind {
        ExpressionKind::Collection(all) if all.kind != CollectionKind::Dictionary => {
            all.items.iter().map(|item| item.value).collect()
        }
        _ => vec![id],
    }
}
