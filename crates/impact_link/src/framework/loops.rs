//! Whether code repeats, and which calls stand in it: what is looked for is walked once, bounded in depth.

use impact_facts::{Block, ExpressionId, ExpressionKind, Loop, Module, Part, Statement};

/// Deeper nesting than this is not looked into.
const MAX_DEPTH: u32 = 64;

/// Calls that wait for a time: `interval.tick()`, `tokio::time::sleep(…)`.
const TIMERS: &[&str] = &["tick", "sleep", "sleep_until", "sleep_ms", "delay_for"];

/// What is looked for in code.
pub(super) struct Wanted {
    /// Whether a loop counts.
    pub(super) repeats: fn(&Module, &Loop) -> bool,
    /// Whether a call counts, by the last word of what is called and the word before it.
    pub(super) calls: fn(&str, &str) -> bool,
    /// Whether values that are bound are looked into.
    pub(super) bound: bool,
    /// Whether a call is not looked into, by its last word: what it is handed runs on its own.
    pub(super) apart: fn(&str) -> bool,
}

impl Wanted {
    /// Whether a block holds it, closures included.
    pub(super) fn in_block(&self, module: &Module, block: &Block) -> bool {
        self.block(module, block, 0)
    }

    /// Whether an expression holds it.
    pub(super) fn in_expression(&self, module: &Module, id: ExpressionId) -> bool {
        self.expression(module, id, 0)
    }

    fn block(&self, module: &Module, block: &Block, depth: u32) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        let tail = block.tail.into_iter();
        block
            .statements
            .iter()
            .any(|one| self.statement(module, one, depth + 1))
            || tail
                .into_iter()
                .any(|id| self.expression(module, id, depth + 1))
    }

    fn statement(&self, module: &Module, statement: &Statement, depth: u32) -> bool {
        match statement {
            Statement::Do(id) | Statement::Return(Some(id)) => self.expression(module, *id, depth),
            Statement::Bind(bind) => {
                bind.value
                    .is_some_and(|id| self.bound && self.expression(module, id, depth))
                    || bind
                        .otherwise
                        .as_ref()
                        .is_some_and(|block| self.block(module, block, depth))
            }
            Statement::Branch(branch) => {
                self.expression(module, branch.test, depth)
                    || self.block(module, &branch.then, depth)
                    || self.block(module, &branch.otherwise, depth)
            }
            Statement::Loop(round) => {
                (self.repeats)(module, round)
                    || round
                        .over
                        .is_some_and(|id| self.expression(module, id, depth))
                    || self.block(module, &round.body, depth)
            }
            _ => false,
        }
    }

    fn expression(&self, module: &Module, id: ExpressionId, depth: u32) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        if let ExpressionKind::Call(call) = &module.expression(id).kind {
            let (before, last) = words(module, call.callee);
            if (self.calls)(last, before) {
                return true;
            }
            if (self.apart)(last) {
                return false;
            }
        }
        let mut found = false;
        module.parts(id, &mut |part| {
            found = found
                || match part {
                    Part::Expression(id) => self.expression(module, id, depth + 1),
                    Part::Block(block) => self.block(module, block, depth + 1),
                    Part::Closure(function) => {
                        self.block(module, &module.function(function).body, depth + 1)
                    }
                };
        });
        found
    }
}

/// The last two words of what is called: `(consumer, next)` of `self.consumer.next`.
pub(super) fn words(module: &Module, callee: ExpressionId) -> (&str, &str) {
    let last = |id: ExpressionId| last_word(module, id);
    match &module.expression(callee).kind {
        ExpressionKind::Attribute(attribute) => (last(attribute.of), module.name(attribute.name)),
        ExpressionKind::Subscript(of) => words(module, of.of),
        _ => ("", last(callee)),
    }
}

/// The last word that an expression spells: `now` of `std::time::now`, `tick` of `self.tick`.
pub(super) fn last_word(module: &Module, id: ExpressionId) -> &str {
    match &module.expression(id).kind {
        ExpressionKind::Name(name) => module.name(*name),
        ExpressionKind::Attribute(attribute) => module.name(attribute.name),
        ExpressionKind::Subscript(of) => match &module.expression(of.of).kind {
            ExpressionKind::Attribute(attribute) => module.name(attribute.name),
            ExpressionKind::Name(name) => module.name(*name),
            _ => "",
        },
        _ => "",
    }
}

/// Whether a loop has no end of its own: `loop { … }`, and one that tests something and waits for a time in each round:
/// `while let Some(_) = interval.next().await`, `while !stopped() { …; sleep(pause).await }`.
pub(super) fn is_endless(module: &Module, round: &Loop) -> bool {
    if round.target.is_some() {
        return false;
    }
    let Some(test) = round.over else { return true };
    let waits = Wanted {
        repeats: |_, _| false,
        calls: |last, before| TIMERS.contains(&last) || (last == "next" && is_interval(before)),
        bound: true,
        apart: |_| false,
    };
    waits.in_expression(module, test) || waits.in_block(module, &round.body)
}

fn is_interval(word: &str) -> bool {
    ["interval", "ticker", "timer"]
        .iter()
        .any(|known| word.contains(known))
}
