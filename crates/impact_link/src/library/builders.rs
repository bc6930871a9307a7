//! Builders that a derive makes of a struct: each setter fills the field of its name.
//! `CreatePost::builder().subject(text).build()` of bon 2 and 3 and of typed-builder 0.10 to 0.23, and
//! `CreatePostBuilder::default().subject(text).build()` of derive_builder 0.9 to 0.20.

use crate::door::{CallSite, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::language::rust::derives;
use crate::value::{Atom, Object, Value, class_said, class_word};
use impact_bind::ClassRef;
use impact_facts::{Access, ClassKind, Language};

/// The door's name.
const NAME: &str = "rust/builder";

/// Builders.
#[derive(Debug)]
pub(crate) struct Builders;

/// Derives that make one.
const DERIVES: &[&str] = &["Builder", "TypedBuilder"];

/// What stands before a field's name in a setter's: bon's for optional ones.
const BEFORE: &[&str] = &["maybe_"];

/// Methods that make the struct.
const BUILD: &[&str] = &["build", "build_clone", "finish"];

impl Door for Builders {
    fn name(&self) -> &'static str {
        NAME
    }

    fn stays(&self) -> bool {
        true
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        let Atom::Member(of, name) = callee else {
            return None;
        };
        match &**of {
            Atom::Class(class) if &**name == "builder" && cx.is(Language::Rust) => {
                is_built(cx, *class).then(|| builder(*class))
            }
            Atom::Object(object) if object.door == NAME => {
                let class = class_said(object)?;
                if BUILD.contains(&&**name) {
                    return Some(cx.instance_of(class));
                }
                set(cx, class, name, call);
                Some(object.as_ref().clone().into())
            }
            _ => None,
        }
    }
}

/// What a path makes that is bound to nothing: `CreatePostBuilder::default()`, where one struct of the program is named
/// `CreatePost` and derives its builder.
pub(crate) fn begun(cx: &Evaluator<'_>, path: &str) -> Option<Value> {
    let (of, made) = path.rsplit_once('.')?;
    let name = of.rsplit('.').next()?.strip_suffix("Builder")?;
    if !matches!(made, "default" | "create_empty") || name.is_empty() {
        return None;
    }
    let mut named = cx.program.all_classes().filter(|class| {
        let module = cx.program.module(class.file);
        let own = module.class(class.class);
        let is_named = own.name.is_some_and(|own| module.name(own) == name);
        is_named && own.kind == ClassKind::Struct && is_built(cx, *class)
    });
    let (class, None) = (named.next()?, named.next()) else {
        return None;
    };
    Some(builder(class))
}

fn is_built(cx: &Evaluator<'_>, class: ClassRef) -> bool {
    let module = cx.program.module(class.file);
    let decorators = &module.class(class.class).decorators;
    DERIVES.iter().any(|name| derives(module, decorators, name))
}

fn builder(class: ClassRef) -> Value {
    Object::new(NAME, "builder", None)
        .with_word(&class_word(class))
        .into()
}

/// A setter fills its field.
fn set(cx: &mut Evaluator<'_>, class: ClassRef, setter: &str, call: &CallSite<'_>) {
    let module = cx.program.module(class.file);
    let fields = &module.class(class.class).fields;
    let bare = BEFORE.iter().find_map(|word| setter.strip_prefix(word));
    let is_own = |name: &str| fields.iter().any(|field| module.name(field.name) == name);
    let Some(name) = [Some(setter), bare]
        .into_iter()
        .flatten()
        .find(|name| is_own(name))
    else {
        return;
    };
    let value = call.value(0, "");
    let made = cx.instance_of(class);
    let member = MemberSite {
        name,
        span: call.callee,
        access: Access::Write,
        value: Some(&value),
    };
    cx.set_attribute(&made, &member);
    crate::carried::filled(cx, class, (name, call.callee), &value, false);
}
