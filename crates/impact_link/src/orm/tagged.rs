//! Models that a pack recognizes: structs that a derive of the program turns into rows.
//!
//! Which of the functions that the derive makes read a row as a whole, and which write one, the pack says in `reads` and
//! `writes`: names of functions with blanks between them.

use crate::door::{CallSite, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Value};
use impact_facts::{Access, Capture, Captured, MappedField, Tag, TagKind};

/// Models of packs.
#[derive(Debug)]
pub(crate) struct Tagged;

impl Door for Tagged {
    fn name(&self) -> &'static str {
        "tagged"
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        let Atom::Mapped(model) = of else { return None };
        tag(cx, *model)?;
        let orm = cx.models.get(*model)?.orm.clone();
        crate::orm::mapped::member(cx, &orm, *model, member)
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        let Atom::Member(of, name) = callee else {
            return None;
        };
        let model = match &**of {
            Atom::Mapped(model) => *model,
            Atom::Class(class) => cx.models.of_class(*class)?,
            _ => return None,
        };
        let tag = tag(cx, model)?;
        let has = |setting: &str| {
            let names = tag.setting(setting).unwrap_or_default();
            names.split_whitespace().any(|one| *one == **name)
        };
        let (reads, writes) = (has("reads"), has("writes"));
        let every = |_: &MappedField| true;
        for (does, access) in [(reads, Access::Read), (writes, Access::Write)] {
            if does {
                cx.touch_row(model, call.span, Manner::whole(access), &every);
            }
        }
        (reads || writes).then(|| {
            if call.expected.is_nothing() || call.expected.is_unknown() {
                Atom::Mapped(model).into()
            } else {
                call.expected.clone()
            }
        })
    }
}

/// The tag that says that a struct is a model.
fn tag<'a>(cx: &Evaluator<'a>, model: ModelId) -> Option<&'a Tag> {
    let class = cx.models.class(model)?;
    let mut tags = cx.program.module(class.file).tags.iter();
    tags.find(|tag| {
        tag.kind == TagKind::Model
            && matches!(tag.first(Capture::Class), Some(Captured::Class(id)) if *id == class.class)
    })
}
