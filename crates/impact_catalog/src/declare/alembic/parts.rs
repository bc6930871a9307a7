//! What the arguments of `create_table` stand for: columns and constraints themselves, the items of a display
//! (`*[Column(…)]`), and what a function of the same file returns (`*timestamps()`).

use super::run::Run;
use crate::declare::sqlalchemy::{Role, returned};
use impact_bind::Binding;
use impact_facts::{Argument, CollectionKind, ExpressionId, ExpressionKind, Spread};

/// Functions that return what functions return are followed as far as this.
const MAX_DEPTH: u32 = 4;

/// The parts that an argument stands for; none if that is not known.
pub(super) fn parts(run: &Run<'_, '_>, argument: &Argument) -> Option<Vec<ExpressionId>> {
    let mut found = Vec::new();
    let known = collect(run, argument.value, 0, &mut found);
    (known || argument.spread == Spread::None).then_some(found)
}

/// Adds what an expression stands for. False if it is more than one part and they are not known.
fn collect(run: &Run<'_, '_>, id: ExpressionId, depth: u32, found: &mut Vec<ExpressionId>) -> bool {
    let id = run.resolved(id);
    if depth > MAX_DEPTH {
        return false;
    }
    match &run.module().expression(id).kind {
        ExpressionKind::Collection(all) if all.kind != CollectionKind::Dictionary => {
            let mut items = all.items.iter();
            items.all(|item| collect(run, item.value, depth + 1, found))
        }
        ExpressionKind::Call(call) if run.cx.role(call.callee) != Some(Role::Column) => {
            let (file, place) = (run.cx.file, run.cx.place);
            match run.cx.program.resolve_expression(file, place, call.callee) {
                Binding::Function(made) if made.file == file => {
                    let values = returned(run.module().function(made.function));
                    let mut values = values.into_iter();
                    values.all(|value| collect(run, value, depth + 1, found))
                }
                _ => {
                    found.push(id);
                    depth > 0
                }
            }
        }
        _ => {
            found.push(id);
            depth > 0
        }
    }
}
