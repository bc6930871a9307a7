//! Factories of factory_boy: rows that tests make. <https://factoryboy.readthedocs.io/en/stable/orms.html#django>

use super::carriers::{self, Kind};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::orm::django::{Touching, touch_path};
use crate::value::{Atom, Value};
use impact_bind::ClassRef;
use impact_facts::Access;

/// Methods of a factory's class that make one row.
const ONE: &[&str] = &["create", "build", "stub"];
/// Methods that make several.
const SEVERAL: &[&str] = &["create_batch", "build_batch", "stub_batch"];

/// `PetFactory(name="x")`: a row of the factory's model, with what the keywords set; parts of other factories' (`owner__name=`)
/// as a path.
pub(super) fn construct(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    call: &CallSite<'_>,
) -> Option<Value> {
    if carriers::kind(cx, class) != Some(Kind::Factory) {
        return None;
    }
    let model = carriers::model(cx, class)?;
    for argument in call.arguments {
        if let Some((path, span)) = &argument.name {
            let (span, access) = (*span, Access::Write);
            touch_path(
                cx,
                Touching {
                    model,
                    path,
                    span,
                    access,
                },
            );
        }
    }
    Some(Atom::Mapped(model).into())
}

/// `PetFactory.create_batch(3, name="x")`.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let Atom::Class(class) = of else {
        return None;
    };
    if ONE.contains(&name) {
        return construct(cx, *class, call);
    }
    let several = SEVERAL.contains(&name);
    several.then(|| construct(cx, *class, call).map(Value::list))?
}

/// `SubFactory(PetFactory, name="x")`.
pub(super) fn function(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let is_part = name.starts_with("factory.")
        && (name.ends_with(".SubFactory") || name.ends_with(".RelatedFactory"));
    let factory = is_part.then(|| call.value(0, "factory"))?;
    let mut rows = Value::nothing();
    for atom in factory.atoms() {
        if let Atom::Class(class) = atom {
            rows = rows.or(&construct(cx, *class, call).unwrap_or_default());
        }
    }
    (!rows.is_nothing()).then_some(rows)
}
