//! Functions that a `macro_rules!` of the program makes: `impl Post { find_by!(posts, find_by_slug, slug as &str); }`.
//!
//! The macro's arms say what such a function returns, its name is one of theirs or a word that the call hands in. Nothing
//! is expanded: what it returns is *likely*.

use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::ClassRef;
use impact_facts::{
    Certainty, ClassKind, ExpressionId, ExpressionKind, Function, MacroCall, Module, Statement,
    TokenKind,
};

/// Types within types are looked into as deep as this.
const MAX_DEPTH: u32 = 8;

/// What a call of `Type::name` makes, where a macro makes the function; none if none does.
pub(crate) fn returned(cx: &Evaluator<'_>, of: &Atom, name: &str) -> Option<Value> {
    let class = match of {
        Atom::Class(class) => *class,
        _ => cx.class_of_instance(of)?,
    };
    let calls = cx.program.member_macros(class).iter();
    let mut made = Value::nothing();
    for (file, id) in calls {
        let module = cx.program.module(*file);
        let ExpressionKind::Macro(call) = &module.expression(*id).kind else {
            continue;
        };
        let callee = module.dotted(call.callee).unwrap_or_default();
        let last = callee.rsplit('.').next().unwrap_or_default();
        for rules in cx.program.macros_named(last) {
            let is_handed = hands(module, call, name);
            made.join(&by_rules(cx, *rules, class, (name, is_handed)));
        }
    }
    (!made.is_nothing()).then(|| made.at_most(Certainty::Likely))
}

/// What the functions in a macro's arms return of a type, those of that name or, where the call hands the name in, those
/// whose name is handed in.
fn by_rules(
    cx: &Evaluator<'_>,
    rules: ClassRef,
    class: ClassRef,
    (name, is_handed): (&str, bool),
) -> Value {
    let module = cx.program.module(rules.file);
    let body = &module.class(rules.class).body;
    let mut made = Value::nothing();
    for statement in &body.statements {
        let Statement::Function(id) = statement else {
            continue;
        };
        let function: &Function = module.function(*id);
        let own = function.name.map_or("", |own| module.name(own));
        if own == name || is_handed && own.starts_with('_') {
            let row = cx.instance_of(class);
            let returns = function.returns.and_then(|id| shape(module, id, &row, 0));
            made.join(&returns.unwrap_or_default());
        }
    }
    made
}

/// Whether a call's arguments or tokens have a name among them.
fn hands(module: &Module, call: &MacroCall, name: &str) -> bool {
    let is_name = |id: ExpressionId| match &module.expression(id).kind {
        ExpressionKind::Name(own) => module.name(*own) == name,
        _ => false,
    };
    let mut tokens = call
        .tokens
        .iter()
        .filter_map(|id| module.tokens.get(id.index()));
    call.arguments
        .iter()
        .any(|argument| is_name(argument.value))
        || tokens.any(|token| match token.kind {
            TokenKind::Word(own) => module.name(own) == name,
            _ => false,
        })
}

/// What a type is in which `Self` is a row: `Result<Vec<Self>>`.
fn shape(module: &Module, id: ExpressionId, row: &Value, depth: u32) -> Option<Value> {
    match &module.expression(id).kind {
        ExpressionKind::Name(name) if module.name(*name) == "Self" => Some(row.clone()),
        ExpressionKind::Subscript(of) if depth < MAX_DEPTH => {
            let inner = shape(module, *of.keys.first()?, row, depth + 1)?;
            let of = module.dotted(of.of).unwrap_or_default();
            Some(match of.rsplit('.').next() {
                Some("Vec" | "HashSet" | "BTreeSet" | "VecDeque") => Value::list(inner),
                _ => inner,
            })
        }
        _ => None,
    }
}

/// Whether a type's functions, as a macro makes them, may return rows of it.
pub(super) fn makes_rows(cx: &Evaluator<'_>, name: &str) -> bool {
    cx.program.macros_named(name).iter().any(|rules| {
        let module = cx.program.module(rules.file);
        let class = module.class(rules.class);
        let mut statements = class.body.statements.iter();
        class.kind == ClassKind::Macro
            && statements.any(|one| match one {
                Statement::Function(id) => {
                    let nothing = Value::nothing();
                    let returns = module.function(*id).returns;
                    returns.is_some_and(|id| shape(module, id, &nothing, 0).is_some())
                }
                _ => false,
            })
    })
}
