//! Bounds on the work for one unit of code. They count evaluations, never time; what is past them is a blind spot.

use crate::cells::UnitId;
use crate::effect::{Blind, site};
use crate::evaluator::{Evaluator, Unit};
use impact_facts::{BlindReason, Reach, Span};

/// How often one unit is evaluated at most.
const MAX_ROUNDS: u32 = 64;
/// Expressions evaluated in one round of one unit at most.
const MAX_STEPS: u32 = 400_000;

impl Evaluator<'_> {
    /// Counts a step. False if the unit has had its share: what follows is not evaluated.
    pub(crate) fn step(&mut self, span: Span) -> bool {
        self.steps += 1;
        if self.steps == MAX_STEPS {
            self.blind(Blind {
                site: site(self.file, span),
                reason: BlindReason::Bound,
                access: None,
                message: "this function needs more work than the bound".into(),
                reach: Reach::Database,
            });
        }
        self.steps < MAX_STEPS
    }

    /// Whether a unit may be evaluated once more. One that is told something new each time stays as it was said last,
    /// and says so.
    pub(crate) fn may_run(&mut self, id: UnitId, unit: Unit, round: u32) -> bool {
        if round == MAX_ROUNDS + 1 {
            self.unsettled(id, unit);
        }
        round <= MAX_ROUNDS
    }

    fn unsettled(&mut self, id: UnitId, unit: Unit) {
        let whole = |file| site(file, Span::new(0, 0));
        let site = match unit {
            Unit::Function(function) | Unit::Summary(function) => {
                let module = self.program.module(function.file);
                site(function.file, module.function(function.function).name_span)
            }
            Unit::Module(file) | Unit::Step(file, _) | Unit::Declared(file, _) => whole(file),
            Unit::Class(class, _) => whole(class.file),
        };
        if let Some(kept) = self.effects.get_mut(id.0 as usize) {
            kept.blind.push(Blind {
                site,
                reason: BlindReason::Bound,
                access: None,
                message: "this code is called with more values than the bound".into(),
                reach: Reach::Database,
            });
        }
    }
}
