//! `if let Command::Sync { .. } = command { … }`: the pattern that a branch tests, and what then runs.

use impact_facts::{Block, ExpressionId, ExpressionKind, Module, Statement};

/// The patterns that branches of a file test, each with the block that runs where it fits.
pub(super) fn branches(module: &Module) -> Vec<(ExpressionId, &Block)> {
    let mut found = Vec::new();
    let mut work: Vec<&Block> = module.functions.iter().map(|one| &one.body).collect();
    for expression in &module.expressions {
        match &expression.kind {
            ExpressionKind::Block(block) => work.push(block),
            ExpressionKind::Match(matched) => {
                work.extend(matched.arms.iter().map(|arm| &arm.body));
            }
            ExpressionKind::Conditional(one) => {
                if let ExpressionKind::Block(then) = &module.expression(one.then).kind {
                    let patterns = tested(module, one.test);
                    found.extend(patterns.into_iter().map(|pattern| (pattern, &**then)));
                }
            }
            _ => {}
        }
    }
    while let Some(block) = work.pop() {
        for statement in &block.statements {
            match statement {
                Statement::Branch(branch) => {
                    let patterns = tested(module, branch.test).into_iter();
                    found.extend(patterns.map(|pattern| (pattern, &branch.then)));
                    work.extend([&branch.then, &branch.otherwise]);
                }
                Statement::Loop(repeat) => work.push(&repeat.body),
                Statement::Bind(bind) => work.extend(&bind.otherwise),
                _ => {}
            }
        }
    }
    found
}

/// The patterns of a test: those of each `let` in a chain of `&&`.
fn tested(module: &Module, test: ExpressionId) -> Vec<ExpressionId> {
    let mut found = Vec::new();
    let mut work = vec![test];
    while let Some(at) = work.pop() {
        match &module.expression(at).kind {
            ExpressionKind::Let(one) => found.push(one.target),
            ExpressionKind::Binary(both) => work.extend([both.right, both.left]),
            ExpressionKind::Other(parts) => work.extend(parts.iter().rev()),
            _ => {}
        }
    }
    found
}
