//! Stubs: a function of one is evaluated anew at each call, with what that call passes, and what it does is done where the
//! call stands. So `schema.load(data)` is a row of this schema's model, whatever other schemas there are.

use crate::cells::Key;
use crate::door::CallSite;
use crate::effect::site;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::{FunctionRef, Place};
use impact_facts::{How, Site, Span};

/// Calls of stubs inside of stubs, at most. Deeper ones are evaluated as other functions are.
const MAX_FRAMES: usize = 8;

/// A function of a stub that is being evaluated as part of its caller.
#[derive(Debug)]
pub(crate) struct Frame {
    function: FunctionRef,
    pub(crate) returned: Value,
    pub(crate) yielded: Value,
}

impl Evaluator<'_> {
    /// What a call of a stub's function is; none for functions with code of their own.
    pub(crate) fn inlined(
        &mut self,
        function: FunctionRef,
        receiver: Option<&Atom>,
        call: &CallSite<'_>,
    ) -> Option<Value> {
        let entered = self.frames.iter().any(|frame| frame.function == function);
        if !self.program.is_stub(function.file) || entered || self.frames.len() >= MAX_FRAMES {
            return None;
        }
        let values = self.passed_values(function, receiver, call);
        let caller = (self.file, self.place);
        let first = (
            self.current.touches.as_slice().len(),
            self.current.calls.len(),
            self.current.blind.len(),
        );
        let around = std::mem::take(&mut self.environment);
        (self.file, self.place) = (function.file, Place::Function(function.function));
        self.frames.push(Frame {
            function,
            returned: Value::nothing(),
            yielded: Value::nothing(),
        });
        let result = self.run_frame(function, &values);
        (self.file, self.place) = caller;
        self.environment = around;
        self.bring_home(first, function, site(caller.0, call.span));
        Some(result)
    }

    /// What each parameter is: what the call passes, else its default, else what its annotation says.
    fn passed_values(
        &mut self,
        function: FunctionRef,
        receiver: Option<&Atom>,
        call: &CallSite<'_>,
    ) -> Vec<Value> {
        let definition = self
            .program
            .module(function.file)
            .function(function.function);
        let mut values = vec![Value::nothing(); definition.parameters.len()];
        for (at, value) in self.bound(function, receiver.cloned(), call) {
            if let Some(slot) = values.get_mut(at as usize) {
                slot.join(&value);
            }
        }
        for (at, slot) in (0..).zip(&mut values) {
            if slot.is_nothing() {
                *slot = self.cells.peek(&Key::Parameter(function, at));
            }
        }
        values
    }

    fn run_frame(&mut self, function: FunctionRef, values: &[Value]) -> Value {
        let definition = self
            .program
            .module(function.file)
            .function(function.function);
        for (parameter, value) in definition.parameters.iter().zip(values) {
            let value = match parameter.annotation {
                Some(said) if value.is_nothing() => self.annotation(said),
                _ => value.clone(),
            };
            self.assign(parameter.pattern, &value);
        }
        self.block(&definition.body);
        let Some(frame) = self.frames.pop() else {
            return Value::nothing();
        };
        if definition.is_generator {
            return Value::list(frame.yielded);
        }
        match definition.returns {
            Some(said) if frame.returned.is_nothing() || frame.returned.is_unknown() => {
                self.annotation(said)
            }
            _ => frame.returned,
        }
    }

    /// What was done in the stub is done at the call, without being named there.
    fn bring_home(
        &mut self,
        (touches, calls, blind): (usize, usize, usize),
        function: FunctionRef,
        home: Site,
    ) {
        let seen = home.span != Span::default();
        let inside = |at: Site| at.file == function.file;
        for mut touch in self.current.touches.take_since(touches) {
            if inside(touch.site) {
                (touch.site, touch.how) = (home, How::Implicit);
            }
            self.touch(touch);
        }
        for edge in self.current.calls.iter_mut().skip(calls) {
            if inside(edge.site) {
                edge.site = home;
            }
        }
        for spot in self.current.blind.iter_mut().skip(blind) {
            if inside(spot.site) {
                spot.site = home;
            }
        }
        if !seen {
            self.current.calls.retain(|edge| edge.site != home);
            self.current.blind.retain(|spot| spot.site != home);
        }
    }
}
