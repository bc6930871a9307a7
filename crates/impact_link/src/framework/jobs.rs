//! Jobs that are a call: operators of a DAG, and the DAG that is entered around them.

use crate::effect::Target;
use crate::evaluator::Evaluator;
use impact_facts::{Block, ExpressionId, FileId, Module, Span, Statement, Tag};

/// What a job runs that is a call: itself, and where it is entered (`with DAG(…):`) all that is made and called inside.
pub(super) fn enclosed(cx: &Evaluator<'_>, file: FileId, tag: &Tag) -> Vec<Target> {
    let module = cx.program.module(file);
    let mut found: Vec<Target> = crate::tags::steps(module)
        .into_iter()
        .filter(|id| module.expression(*id).span == tag.span)
        .map(|id| Target::Step(file, id))
        .collect();
    let Some(body) = entered(module, &module.body, tag.span) else {
        return found;
    };
    let unit = cx.unit_of_file(file);
    let effects = unit.and_then(|unit| cx.effects.get(unit.0 as usize));
    let calls = effects.into_iter().flat_map(|effects| &effects.calls);
    found.extend(
        calls
            .filter(|call| body.contains(call.site.span))
            .map(|call| call.to.clone()),
    );
    found
}

/// The span of the body of the `with` statement that enters the value at a span.
fn entered(module: &Module, block: &Block, manager: Span) -> Option<Span> {
    block
        .statements
        .iter()
        .find_map(|statement| match statement {
            Statement::With(with) => {
                let enters = |(of, _): &(ExpressionId, _)| module.expression(*of).span == manager;
                if !with.items.iter().any(enters) {
                    return entered(module, &with.body, manager);
                }
                let spans = with.body.statements.iter().filter_map(|s| match s {
                    Statement::Do(id) => Some(module.expression(*id).span),
                    Statement::Bind(bind) => bind.value.map(|id| module.expression(id).span),
                    Statement::With(inner) => inner.items.first().map(|(of, _)| {
                        let start = module.expression(*of).span;
                        entered(module, &with.body, start).map_or(start, |body| start.to(body))
                    }),
                    _ => None,
                });
                spans.reduce(|whole, span| whole.to(span))
            }
            Statement::Branch(branch) => entered(module, &branch.then, manager)
                .or_else(|| entered(module, &branch.otherwise, manager)),
            _ => None,
        })
}
