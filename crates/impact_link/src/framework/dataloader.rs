//! Data loaders of async-graphql and of the crate `dataloader`: a load of one or many keys runs the `load` of what the loader
//! was made of, and answers with the values of the map that it returns.
//! <https://docs.rs/async-graphql/latest/async_graphql/dataloader/>, <https://docs.rs/dataloader/latest/dataloader/>

use crate::door::{CallSite, Door};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value, class_said, class_word};
use impact_bind::ClassRef;
use impact_facts::Language;

/// The door's name.
const NAME: &str = "rust/dataloader";

/// Data loaders.
#[derive(Debug)]
pub(crate) struct DataLoader;

/// Types of loaders, by package and last word.
const TYPES: &[(&str, &str)] = &[("async_graphql", "DataLoader"), ("dataloader", "Loader")];

/// Methods that ask for one key, and for many.
const ONE: &[&str] = &["load_one", "load", "try_load"];
const MANY: &[&str] = &["load_many", "try_load_many"];

fn is_loader(path: &str) -> bool {
    let package = path.split('.').next();
    let last = path.rsplit('.').next();
    TYPES
        .iter()
        .any(|(of, name)| package == Some(*of) && last == Some(*name))
}

impl Door for DataLoader {
    fn name(&self) -> &'static str {
        NAME
    }

    fn stays(&self) -> bool {
        true
    }

    fn annotation(&self, cx: &mut Evaluator<'_>, name: &str, keys: &[Value]) -> Option<Value> {
        if !is_loader(name) {
            return None;
        }
        keys.iter().find_map(|key| loader(cx, key))
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        if !cx.is(Language::Rust) {
            return None;
        }
        match callee {
            Atom::External(path) => {
                let (of, made) = path.rsplit_once('.')?;
                let makes = matches!(made, "new" | "with_cache") && is_loader(of);
                makes.then(|| loader(cx, &call.value(0, "")))?
            }
            Atom::Member(of, name) => {
                let Atom::Object(object) = &**of else {
                    return None;
                };
                let class = class_said(object).filter(|_| object.door == NAME)?;
                Some(asked(cx, object, class, name, call))
            }
            _ => None,
        }
    }
}

/// A loader of what it is made of, if its `load` is in the tree.
fn loader(cx: &Evaluator<'_>, of: &Value) -> Option<Value> {
    let mut classes = of
        .atoms()
        .iter()
        .filter_map(|atom| cx.class_of_instance(atom));
    let class =
        classes.find(|class| !cx.program.associated_functions(*class, "load").is_empty())?;
    let made = Object::new(NAME, "loader", None).with_word(&class_word(class));
    Some(made.into())
}

fn asked(
    cx: &mut Evaluator<'_>,
    object: &Object,
    class: ClassRef,
    name: &str,
    call: &CallSite<'_>,
) -> Value {
    let one = ONE.contains(&name);
    if !one && !MANY.contains(&name) {
        return object.clone().into();
    }
    let keys = match one {
        true => Value::list(call.value(0, "")),
        false => call.value(0, ""),
    };
    let passed = [crate::door::Passed::plain(keys, call.span)];
    let expected = Value::nothing();
    let site = CallSite::at_span(call.span, &passed, &expected);
    let mut found = Value::nothing();
    for function in cx.program.associated_functions(class, "load") {
        let made = cx.call_function(function, Some(Atom::Instance(class)), &site);
        if !one {
            found.join(&made);
            continue;
        }
        for atom in made.atoms() {
            match atom {
                Atom::Dictionary(of) => {
                    for value in of.known.values().chain([&of.rest]) {
                        found.join(value);
                    }
                }
                Atom::List(of) => found.join(of),
                other => found.join(&other.clone().into()),
            }
        }
    }
    found
}
