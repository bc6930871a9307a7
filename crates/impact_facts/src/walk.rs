//! Walking the lowered form: what an expression is made of, for whoever looks at every node and not at one kind.

use crate::{Argument, Block, ExpressionId, ExpressionKind, FunctionId, Module, Piece};

/// What an expression is made of, one level down.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// Another expression.
    Expression(ExpressionId),
    /// A block that is evaluated in place.
    Block(&'a Block),
    /// A closure: a function of its own.
    Closure(FunctionId),
}

impl Module {
    /// Calls `visit` with every direct part of an expression, in the order of the source.
    pub fn parts<'a>(&'a self, id: ExpressionId, visit: &mut dyn FnMut(Part<'a>)) {
        use ExpressionKind as K;
        match &self.expression(id).kind {
            K::Name(_) | K::Null | K::Bool(_) | K::Integer(_) | K::Number => {}
            K::Attribute(attribute) => visit(Part::Expression(attribute.of)),
            K::Call(call) => with_arguments(call.callee, &call.arguments, visit),
            K::Macro(call) => with_arguments(call.callee, &call.arguments, visit),
            K::Subscript(subscript) => {
                visit(Part::Expression(subscript.of));
                each(&subscript.keys, visit);
            }
            K::Text(text) => pieces(&self.text(*text).pieces, visit),
            K::Collection(collection) => {
                for item in &collection.items {
                    maybe(item.key, visit);
                    visit(Part::Expression(item.value));
                }
            }
            K::Comprehension(comprehension) => {
                for clause in &comprehension.clauses {
                    each(&[clause.over, clause.target], visit);
                    each(&clause.tests, visit);
                }
                maybe(comprehension.key, visit);
                visit(Part::Expression(comprehension.element));
            }
            K::Record(record) => {
                visit(Part::Expression(record.of));
                record
                    .fields
                    .iter()
                    .for_each(|(_, _, value)| visit(Part::Expression(*value)));
                maybe(record.rest, visit);
            }
            K::Closure(function) => visit(Part::Closure(*function)),
            K::Match(matched) => {
                visit(Part::Expression(matched.subject));
                for arm in &matched.arms {
                    visit(Part::Expression(arm.pattern));
                    maybe(arm.guard, visit);
                    visit(Part::Block(&arm.body));
                }
            }
            K::Block(block) => visit(Part::Block(block)),
            K::Any(items) | K::Other(items) => each(items, visit),
            other => operands(other, visit),
        }
    }
}

fn operands<'a>(kind: &'a ExpressionKind, visit: &mut dyn FnMut(Part<'a>)) {
    use ExpressionKind as K;
    match kind {
        K::Conditional(choice) => {
            each(&[choice.test, choice.then], visit);
            maybe(choice.otherwise, visit);
        }
        K::Binary(binary) => each(&[binary.left, binary.right], visit),
        K::Unary(unary) => visit(Part::Expression(unary.of)),
        K::Assign(assign) | K::Let(assign) => each(&[assign.value, assign.target], visit),
        K::Await(of) | K::Question(of) => visit(Part::Expression(*of)),
        K::Cast(cast) => each(&[cast.of, cast.annotation], visit),
        K::Yield(yielded) => maybe(yielded.value, visit),
        K::Return(value) => maybe(*value, visit),
        _ => {}
    }
}

fn with_arguments<'a>(
    callee: ExpressionId,
    arguments: &[Argument],
    visit: &mut dyn FnMut(Part<'a>),
) {
    visit(Part::Expression(callee));
    arguments
        .iter()
        .for_each(|argument| visit(Part::Expression(argument.value)));
}

fn maybe<'a>(id: Option<ExpressionId>, visit: &mut dyn FnMut(Part<'a>)) {
    if let Some(id) = id {
        visit(Part::Expression(id));
    }
}

fn each<'a>(ids: &[ExpressionId], visit: &mut dyn FnMut(Part<'a>)) {
    ids.iter().for_each(|id| visit(Part::Expression(*id)));
}

fn pieces<'a>(all: &'a [Piece], visit: &mut dyn FnMut(Part<'a>)) {
    for piece in all {
        match piece {
            Piece::Literal(_) => {}
            Piece::Hole(hole) => visit(Part::Expression(hole.expression)),
            Piece::Alternatives(bodies) => bodies.iter().for_each(|body| pieces(body, visit)),
            Piece::Repeat(repeat) => {
                visit(Part::Expression(repeat.over));
                maybe(repeat.target, visit);
                pieces(&repeat.body, visit);
            }
        }
    }
}
