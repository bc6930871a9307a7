//! Statements: what they bind, which ways they go, and what a test says about a name.

use crate::door::{CallSite, Consumption};
use crate::environment::Environment;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::{Binding, ClassRef, Definition, FunctionRef, Place};
use impact_facts::{
    Argument, Bind, Block, Branch, ClassId, ExpressionId, ExpressionKind, Language, Loop, Name,
    Statement, Try, With,
};

/// Loops over more routes than this are not taken apart.
const MAX_ROUNDS: usize = 128;

/// Loops in more loops than this run once: the loops around them run them again.
const TWICE: u32 = 5;

impl Evaluator<'_> {
    /// Runs a block. Its value is that of its tail.
    pub(crate) fn block(&mut self, block: &Block) -> Value {
        self.block_expecting(block, &Value::nothing())
    }

    /// The same, where the place says which type it wants.
    pub(crate) fn block_expecting(&mut self, block: &Block, expected: &Value) -> Value {
        for statement in &block.statements {
            if self.environment.dead {
                return Value::nothing();
            }
            crate::expression::with_stack(|| self.statement(statement));
        }
        match block.tail {
            Some(tail) if !self.environment.dead => self.evaluate_expecting(tail, expected),
            _ => Value::nothing(),
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Do(id) => {
                let value = self.evaluate(*id);
                if let (Place::Class(class), true) = (self.place, self.is(Language::Rust)) {
                    let file = self.file;
                    crate::language::rust::in_body(self, ClassRef { file, class }, &value);
                }
            }
            Statement::Bind(bind) => self.bind(bind),
            Statement::Function(id) => {
                let function = FunctionRef {
                    file: self.file,
                    function: *id,
                };
                self.define_function(function);
                if let Some(name) = self.module().function(*id).name {
                    self.set_name(name, Atom::Function(function).into());
                }
            }
            Statement::Class(id) => self.class(*id),
            Statement::Import(id) if self.is(Language::Rust) => {
                crate::language::rust::imported(self, *id);
            }
            Statement::Import(id) if self.is(Language::Template) => {
                crate::language::template::imported(self, *id);
            }
            Statement::Import(_) | Statement::Outer(_) => {}
            Statement::Branch(branch) => self.branch(branch),
            Statement::Loop(repeat) => self.repeat(repeat),
            Statement::Try(tried) => self.tried(tried),
            Statement::With(with) => self.with(with),
            Statement::Return(value) => self.leave(*value),
            Statement::Raise(value) => {
                if let Some(value) = value {
                    self.evaluate(*value);
                }
                self.environment.dead = true;
            }
            Statement::Delete(ids) => {
                for id in ids {
                    if let ExpressionKind::Name(name) = self.module().expression(*id).kind {
                        self.environment.remove(name);
                    } else if let ExpressionKind::Subscript(_) = self.module().expression(*id).kind
                    {
                        self.evaluate(*id);
                    }
                }
            }
        }
    }

    fn bind(&mut self, bind: &Bind) {
        let said = bind
            .annotation
            .map(|id| self.annotation(id))
            .unwrap_or_default();
        let mut value = bind
            .value
            .map(|id| self.evaluate_expecting(id, &said))
            .unwrap_or_default();
        if let Some(operator) = bind.augmented {
            value = self.augmented(bind, operator, &value);
        }
        if self.is(Language::Rust) && !said.is_nothing() {
            let span = self.module().expression(bind.target).span;
            crate::orm::sqlx::row::becomes(self, &value, &said, span);
        }
        if !said.is_nothing() && !said.is_unknown() && (value.is_unknown() || is_plain(&said)) {
            value = said.or(&crate::carried::part(&value));
        }
        if let Some(otherwise) = &bind.otherwise {
            let before = self.environment.clone();
            self.block(otherwise);
            self.environment = before;
        }
        if bind.value.is_none() && matches!(self.place, Place::Function(_)) && value.is_nothing() {
            return;
        }
        self.assign(bind.target, &value);
    }

    /// `target op= value`: strings grow by what is added; of all else both are kept.
    fn augmented(&mut self, bind: &Bind, operator: Name, value: &Value) -> Value {
        let before = self.evaluate(bind.target);
        let module = self.module();
        if module.name(operator) != "+" || before.texts().next().is_none() {
            return before.or(value);
        }
        let span = bind
            .value
            .map_or_else(Default::default, |id| module.expression(id).span);
        let others = before.filter(|atom| !matches!(atom, Atom::Text(_)));
        let texts = before.filter(|atom| matches!(atom, Atom::Text(_)));
        others.or(&self.concatenated(&texts, value, span))
    }

    fn class(&mut self, id: ClassId) {
        let class = self.module().class(id);
        let class_ref = ClassRef {
            file: self.file,
            class: id,
        };
        for decorator in &class.decorators {
            let made = self.evaluate(*decorator);
            let span = self.module().expression(*decorator).span;
            self.decorate_class(class_ref, &made, span);
        }
        for base in &class.bases {
            self.evaluate(base.value);
        }
        let around = self.place;
        let outer = std::mem::take(&mut self.environment);
        self.place = Place::Class(id);
        if self.is(Language::Rust) {
            crate::orm::diesel::defined(self, class_ref);
            crate::orm::sea_orm::defined(self, class_ref);
        }
        self.block(&class.body);
        self.place = around;
        self.environment = outer;
        if let Some(name) = class.name {
            self.set_name(name, Atom::Class(class_ref).into());
        }
        self.init_subclass(class_ref);
        if self.is(Language::Python) && !class.bases.is_empty() {
            self.decorate_methods(class_ref);
        }
    }

    /// Python tells a class's nearest base that it exists.
    fn init_subclass(&mut self, class: ClassRef) {
        let ancestors = self.program.ancestors(class);
        let above = ancestors.iter().skip(1).filter_map(|base| match base {
            Binding::Class(base) => Some(*base),
            _ => None,
        });
        let hook = above.into_iter().find_map(|base| {
            match self.program.own_member(base, "__init_subclass__") {
                [.., Definition::Function(function)] => Some(FunctionRef {
                    file: base.file,
                    function: *function,
                }),
                _ => None,
            }
        });
        if let Some(hook) = hook {
            let span = self.module().class(class.class).span;
            let expected = Value::nothing();
            let bases = self.module().class(class.class).bases.iter();
            let named: Vec<Argument> = bases.filter(|base| base.name.is_some()).cloned().collect();
            let arguments = self.arguments(&named);
            let call = CallSite::at_span(span, &arguments, &expected);
            self.call_function(hook, Some(Atom::Class(class)), &call);
        }
    }

    fn branch(&mut self, branch: &Branch) {
        let before_test = self.environment.clone();
        self.test(branch.test);
        let tested = self.environment.clone();
        self.narrow(branch.test, true);
        self.block(&branch.then);
        let then = std::mem::replace(&mut self.environment, before_test.join(tested));
        self.narrow(branch.test, false);
        self.block(&branch.otherwise);
        let otherwise = std::mem::take(&mut self.environment);
        self.environment = meet(then, otherwise);
    }

    /// `for (path, methods) in [("/a", get(a)), ("/b", get(b))]`: each pair is a round of its own. What else a loop runs over
    /// is one value for all rounds.
    fn unrolled(&mut self, repeat: &Loop) -> bool {
        let (Some(over), Some(target)) = (repeat.over, repeat.target) else {
            return false;
        };
        let is_pattern = matches!(
            self.module().expression(target).kind,
            impact_facts::ExpressionKind::Collection(_)
        );
        if !self.is(Language::Rust) || !is_pattern {
            return false;
        }
        let Some(items) = listed(self.module(), over) else {
            return false;
        };
        let pairs: Vec<Value> = items.into_iter().map(|id| self.evaluate(id)).collect();
        let is_route = |pair: &Value| pair.atoms().iter().all(crate::framework::is_route);
        if !pairs.iter().all(is_route) {
            return false;
        }
        for pair in pairs {
            self.bind_pattern(target, &pair);
            self.block(&repeat.body);
        }
        true
    }

    fn repeat(&mut self, repeat: &Loop) {
        if self.unrolled(repeat) {
            return;
        }
        let rounds = if self.loops < TWICE { 2 } else { 1 };
        self.loops += 1;
        for _ in 0..rounds {
            let before = self.environment.clone();
            if let Some(over) = repeat.over {
                match repeat.target {
                    Some(target) => {
                        let value = self.evaluate(over);
                        let span = self.module().expression(over).span;
                        let element = self.iterate(&value, span);
                        self.bind_pattern(target, &element);
                    }
                    None => {
                        self.test(over);
                        self.narrow(over, true);
                    }
                }
            }
            self.block(&repeat.body);
            self.note_grouper(repeat);
            let after = std::mem::take(&mut self.environment);
            self.environment = before.join(after);
        }
        self.loops -= 1;
        // A `break` leaves the loop without its `else`.
        let left = self.environment.clone();
        self.block(&repeat.otherwise);
        let through = std::mem::take(&mut self.environment);
        self.environment = meet(through, left);
    }

    /// A template's `{% regroup … by … %}` reads the member of each item in a loop without a name of its own.
    fn note_grouper(&mut self, repeat: &Loop) {
        let module = self.module();
        let nameless = repeat
            .target
            .is_some_and(|id| module.expression(id).span.is_empty());
        if let (true, [Statement::Do(member)]) = (nameless, &repeat.body.statements[..]) {
            self.grouper = self.evaluate(*member);
        }
    }

    fn tried(&mut self, tried: &Try) {
        let before = self.environment.clone();
        self.block(&tried.body);
        let tried_part = self.environment.clone();
        if !self.environment.dead {
            self.block(&tried.otherwise);
        }
        let mut after = std::mem::take(&mut self.environment);
        let mut failing = tried_part;
        failing.dead = false;
        let failed = before.join(failing);
        for handler in &tried.handlers {
            self.environment = failed.clone();
            let types = handler.types.map(|id| self.evaluate(id));
            if let (Some(target), Some(types)) = (handler.target, types) {
                let caught = self.instances(&types);
                self.assign(target, &caught);
            }
            self.block(&handler.body);
            after = meet(after, std::mem::take(&mut self.environment));
        }
        let dead = after.dead;
        self.environment = if dead { failed } else { after };
        self.block(&tried.finally);
        self.environment.dead |= dead;
    }

    fn with(&mut self, with: &With) {
        for (manager, target) in &with.items {
            let value = self.evaluate(*manager);
            let span = self.module().expression(*manager).span;
            let entered = self.consume(&value, Consumption::With, span);
            if let Some(target) = target {
                self.bind_pattern(*target, &entered);
            }
        }
        self.block(&with.body);
    }

    /// The type that the function says it returns, in a language where that decides what is evaluated.
    pub(crate) fn returned_type(&mut self) -> Value {
        let Some(function) = self.function().filter(|_| self.is(Language::Rust)) else {
            return Value::nothing();
        };
        let returns = self.module().function(function.function).returns;
        returns.map(|id| self.annotation(id)).unwrap_or_default()
    }

    /// Rows of open type that a function returns are of the type that it says.
    pub(crate) fn handed_back(&mut self, value: &Value, wanted: &Value) {
        if self.is(Language::Rust) && crate::orm::sqlx::handed::is_handed(value) {
            let span = self.function().map(|function| {
                let module = self.program.module(function.file);
                module.function(function.function).name_span
            });
            crate::orm::sqlx::row::becomes(self, value, wanted, span.unwrap_or_default());
        }
    }

    /// Leaves the function with a value.
    pub(crate) fn leave(&mut self, value: Option<ExpressionId>) {
        let wanted = self.returned_type();
        let value = value
            .map(|id| self.evaluate_expecting(id, &wanted))
            .unwrap_or(Atom::Null.into());
        self.handed_back(&value, &wanted);
        if let Some(frame) = self.frames.last_mut() {
            frame.returned.join(&value);
        } else if let Some(summary) = self.own_summary() {
            self.cells.join(summary.returned(), &value);
        }
        self.environment.dead = true;
    }

    /// What a test that came out so says about names.
    pub(crate) fn narrow(&mut self, test: ExpressionId, holds: bool) {
        let module = self.module();
        match &module.expression(test).kind {
            ExpressionKind::Unary(unary) if module.name(unary.operator) == "not" => {
                self.narrow(unary.of, !holds);
            }
            ExpressionKind::Binary(binary) => {
                let operator = module.name(binary.operator);
                if (operator == "and" && holds) || (operator == "or" && !holds) {
                    self.narrow(binary.left, holds);
                    self.narrow(binary.right, holds);
                }
                if matches!(operator, "is" | "==") && holds {
                    self.narrow_type(binary, holds);
                }
            }
            ExpressionKind::Call(call) => {
                let callee = module.dotted(call.callee);
                if let ("isinstance", [of, class]) =
                    (callee.as_deref().unwrap_or_default(), &call.arguments[..])
                    && let ExpressionKind::Name(name) = module.expression(of.value).kind
                {
                    self.narrow_instance(name, class.value, holds);
                }
            }
            _ => {}
        }
    }

    fn narrow_instance(&mut self, name: impact_facts::Name, class: ExpressionId, holds: bool) {
        let span = self.module().expression(class).span;
        let value = self.name(name, span);
        let narrowed = if holds {
            self.instances_among(&value, class)
        } else {
            let classes = self.evaluate(class);
            let wanted = self.instances(&classes);
            value.filter(|atom| !wanted.atoms().iter().any(|w| self.fits(atom, w)))
        };
        self.environment.set(name, narrowed);
    }

    /// What a value is once it is known to be an instance of one of these classes.
    pub(crate) fn instances_among(&mut self, value: &Value, classes: ExpressionId) -> Value {
        let classes = self.evaluate(classes);
        let wanted = self.instances(&classes);
        let kept = value.filter(|atom| wanted.atoms().iter().any(|w| self.fits(atom, w)));
        if kept.is_nothing() { wanted } else { kept }
    }

    /// A subject that a pattern matches: `case Owner():` says what it is.
    pub(crate) fn narrow_matched(&mut self, subject: ExpressionId, pattern: ExpressionId) {
        let module = self.module();
        if let ExpressionKind::Name(name) = module.expression(subject).kind
            && let ExpressionKind::Call(call) = &module.expression(pattern).kind
            && self.is(impact_facts::Language::Python)
        {
            self.narrow_instance(name, call.callee, true);
        }
    }

    /// `type(value) is Class`.
    fn narrow_type(&mut self, binary: &impact_facts::Binary, holds: bool) {
        let module = self.module();
        if let ExpressionKind::Call(call) = &module.expression(binary.left).kind
            && let [of] = &call.arguments[..]
            && module.dotted(call.callee).as_deref() == Some("type")
            && let ExpressionKind::Name(name) = module.expression(of.value).kind
        {
            self.narrow_instance(name, binary.right, holds);
        }
    }

    /// Whether a value is an instance of the class that `wanted` is an instance of.
    fn fits(&self, atom: &Atom, wanted: &Atom) -> bool {
        match (self.class_of_instance(atom), self.class_of_instance(wanted)) {
            (Some(of), Some(class)) => {
                of == class
                    || self
                        .descendants
                        .get(&class)
                        .is_some_and(|below| below.contains(&of))
            }
            _ => {
                matches!((atom, wanted), (Atom::Text(_), Atom::Outside(name)) if &**name == "builtins.str")
                    || atom == wanted
            }
        }
    }

    pub(crate) fn class_of_instance(&self, atom: &Atom) -> Option<ClassRef> {
        match atom {
            Atom::Instance(class) => Some(*class),
            Atom::Mapped(model) => self.models.class(*model),
            Atom::Object(object) => object.class,
            _ => None,
        }
    }
}

fn meet(left: Environment, right: Environment) -> Environment {
    left.join(right)
}

/// Whether a type says all that matters.
fn is_plain(value: &Value) -> bool {
    value.atoms().iter().all(|atom| match atom {
        Atom::Mapped(_) | Atom::Instance(_) | Atom::Null => true,
        Atom::List(of) => !of.is_nothing() && is_plain(of),
        _ => false,
    })
}

/// The items of a list that is written where it is run over, if each is a tuple: `[(a, b), (c, d)]`, `vec![…].into_iter()`.
fn listed(module: &impact_facts::Module, over: ExpressionId) -> Option<Vec<ExpressionId>> {
    use impact_facts::ExpressionKind as K;
    let items: Vec<ExpressionId> = match &module.expression(over).kind {
        K::Collection(list) => list.items.iter().map(|item| item.value).collect(),
        K::Macro(list) => list.arguments.iter().map(|item| item.value).collect(),
        K::Call(call) => match &module.expression(call.callee).kind {
            K::Attribute(of) if !of.path && call.arguments.is_empty() => {
                return listed(module, of.of);
            }
            _ => return None,
        },
        _ => return None,
    };
    let is_tuple = |id: &ExpressionId| matches!(module.expression(*id).kind, K::Collection(_));
    ((2..=MAX_ROUNDS).contains(&items.len()) && items.iter().all(is_tuple)).then_some(items)
}
