//! What is this expression, and what does evaluating it touch?

use crate::door::{Consumption, MemberSite, door};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Dictionary, Value};
use impact_bind::{FunctionRef, Place};
use impact_facts::{
    Access, Attribute, Certainty, Collection, CollectionKind, Comprehension, Conditional,
    ExpressionId, ExpressionKind, FileId, Language, Match, Span, Spread, Subscript,
};

/// Deeper nesting than this is not evaluated.
const MAX_DEPTH: u32 = 160;

/// Calls in a chain that are evaluated one within the other.
const LINKS: usize = 32;

/// An expression of a file that has its value already.
pub(crate) type Settled = (FileId, ExpressionId, Value);

impl<'a> Evaluator<'a> {
    /// The value of an expression of the file that is being evaluated; its effects are recorded.
    pub fn evaluate(&mut self, id: ExpressionId) -> Value {
        self.evaluate_expecting(id, &Value::nothing())
    }

    /// The same, where the place says which type it wants.
    pub fn evaluate_expecting(&mut self, id: ExpressionId, expected: &Value) -> Value {
        if let Some((file, settled, value)) = &self.settled
            && (*file, *settled) == (self.file, id)
        {
            return value.clone();
        }
        let span = self.module().expression(id).span;
        let kept = self.settle_chain(id);
        if self.depth >= MAX_DEPTH || !self.step(span) {
            return Value::unknown("nested too deep");
        }
        self.depth += 1;
        let value = self.within_step(id, |cx| with_stack(|| cx.expression(id, expected)));
        self.depth -= 1;
        if let Some(kept) = kept {
            self.settled = kept;
        }
        self.tagged(id, &value);
        value
    }

    /// The calls that a long chain of calls begins with are evaluated first, a few at a time, so that it does not nest.
    /// Answers with what was settled before, if anything is now.
    fn settle_chain(&mut self, id: ExpressionId) -> Option<Option<Settled>> {
        let module = self.module();
        let mut links = Vec::new();
        let mut at = id;
        while let ExpressionKind::Call(call) = &module.expression(at).kind
            && let ExpressionKind::Attribute(attribute) = &module.expression(call.callee).kind
        {
            at = attribute.of;
            let is_known = |(file, known, _): &Settled| (*file, *known) == (self.file, at);
            if self.settled.as_ref().is_some_and(is_known) {
                break;
            }
            links.push(at);
        }
        if links.len() <= LINKS {
            return None;
        }
        let kept = self.settled.take();
        for link in links.into_iter().rev().step_by(LINKS / 2) {
            let value = self.evaluate(link);
            self.settled = Some((self.file, link, value));
        }
        Some(kept)
    }

    fn expression(&mut self, id: ExpressionId, expected: &Value) -> Value {
        use ExpressionKind as K;
        let module = self.module();
        let expression = module.expression(id);
        match &expression.kind {
            K::Name(name) => self.name(*name, expression.span),
            K::Attribute(attribute) => self.attribute_expression(id, attribute),
            K::Call(call) => self.call_expression(expression.span, call, expected),
            K::Subscript(subscript) => self.subscript(expression.span, subscript),
            K::Text(text) => self.text(*text),
            K::Null => Atom::Null.into(),
            K::Bool(_) => Value::outside("builtins.bool"),
            K::Integer(number) => Atom::Integer(*number).into(),
            K::Number => Value::outside("builtins.float"),
            K::Collection(collection) => self.collection(collection),
            K::Comprehension(comprehension) => self.comprehension(comprehension),
            K::Closure(function) => {
                let function = FunctionRef {
                    file: self.file,
                    function: *function,
                };
                self.define_function(function);
                Atom::Function(function).into()
            }
            K::Conditional(choice) => self.conditional(choice, expected),
            K::Match(matched) => self.matched(matched, expected),
            K::Block(block) => self.block_expecting(block, expected),
            K::Binary(binary) => self.binary(expression.span, binary),
            K::Unary(unary) => self.unary(unary),
            K::Assign(assign) => {
                let value = self.evaluate(assign.value);
                self.assign(assign.target, &value);
                value
            }
            K::Let(assign) => {
                let value = self.evaluate(assign.value);
                self.bind_pattern(assign.target, &value);
                value
            }
            _ => self.rest(id, expected),
        }
    }

    fn rest(&mut self, id: ExpressionId, expected: &Value) -> Value {
        use ExpressionKind as K;
        let module = self.module();
        let span = module.expression(id).span;
        match &module.expression(id).kind {
            K::Await(of) => {
                let value = self.evaluate_expecting(*of, expected);
                self.consume(&value, Consumption::Await, span)
            }
            K::Cast(cast) => {
                let of = self.evaluate(cast.of);
                let made = self.annotation(cast.annotation);
                crate::carried::through(made, &[&of])
            }
            K::Yield(yielded) => self.yielded(yielded.value, yielded.from, span),
            K::Return(value) => {
                self.leave(*value);
                Value::nothing()
            }
            K::Any(ids) => {
                let mut all = Value::nothing();
                for id in ids {
                    all.join(&self.evaluate(*id));
                }
                all
            }
            K::Other(ids) => {
                for id in ids {
                    self.evaluate(*id);
                }
                Value::unknown("a form without meaning here")
            }
            _ => crate::language::rust::evaluate(self, id, expected),
        }
    }

    fn conditional(&mut self, choice: &Conditional, expected: &Value) -> Value {
        self.test(choice.test);
        let before = self.environment.clone();
        self.narrow(choice.test, true);
        let then = self.evaluate_expecting(choice.then, expected);
        let after_then = std::mem::replace(&mut self.environment, before);
        self.narrow(choice.test, false);
        let otherwise = choice
            .otherwise
            .map(|id| self.evaluate_expecting(id, expected));
        let after_otherwise = std::mem::take(&mut self.environment);
        self.environment = after_then.join(after_otherwise);
        otherwise.map_or(then.clone(), |value| then.or(&value))
    }

    /// Evaluates a test: a lazy query in it runs.
    pub(crate) fn test(&mut self, id: ExpressionId) -> Value {
        let value = self.evaluate(id);
        let span = self.module().expression(id).span;
        self.consume(&value, Consumption::Test, span);
        value
    }

    fn matched(&mut self, matched: &Match, expected: &Value) -> Value {
        let subject = self.evaluate(matched.subject);
        let before = self.environment.clone();
        let (mut result, mut after) = (Value::nothing(), None);
        for arm in &matched.arms {
            self.environment = before.clone();
            self.bind_pattern(arm.pattern, &subject);
            self.narrow_matched(matched.subject, arm.pattern);
            if let Some(guard) = arm.guard {
                self.test(guard);
            }
            result.join(&self.block_expecting(&arm.body, expected));
            let end = std::mem::take(&mut self.environment);
            after = Some(match after {
                None => end,
                Some(other) => end.join(other),
            });
        }
        let no_arm = before.clone();
        self.environment = after.map_or(before, |after| after.join(no_arm));
        result
    }

    fn attribute_expression(&mut self, id: ExpressionId, attribute: &Attribute) -> Value {
        let module = self.module();
        if attribute.path {
            return crate::language::rust::path(self, id, attribute);
        }
        if !self.is(Language::Rust)
            && let Some(found) = self.spelled(id)
        {
            return found;
        }
        let of = self.evaluate(attribute.of);
        let name = module.name(attribute.name);
        let span = self.reference_span(id);
        let member = MemberSite {
            name,
            span,
            access: Access::Read,
            value: None,
        };
        if self.is(Language::Template) {
            return crate::language::template::member(self, &of, &member);
        }
        let found = self.attribute(&of, &member);
        let says_nothing = |atom: &Atom| matches!(atom, Atom::Unknown(_) | Atom::Member(..));
        if self.is(Language::Python) && found.atoms().iter().all(says_nothing) {
            let kept = crate::framework::starlette::kept(self, attribute.of, name);
            return found.or(&kept);
        }
        found
    }

    /// What a dotted path means that names a definition and not a value.
    fn spelled(&mut self, id: ExpressionId) -> Option<Value> {
        let module = self.module();
        let path = module.dotted(id)?;
        if module.expression(id).span.end == 0 || self.starts_local(id) {
            return None;
        }
        match self.program.resolve(self.file, self.place, &path) {
            impact_bind::Binding::External(_) => None,
            // A method is bound to the class that it is asked of.
            impact_bind::Binding::Function(function)
                if self.program.class_of(function).is_some() =>
            {
                None
            }
            binding if binding.is_definite() => Some(self.binding(&binding)),
            _ => None,
        }
    }

    fn starts_local(&self, id: ExpressionId) -> bool {
        let module = self.module();
        let mut at = id;
        loop {
            match &module.expression(at).kind {
                ExpressionKind::Attribute(attribute) => at = attribute.of,
                ExpressionKind::Name(name) => {
                    return self.environment.get(*name).is_some() && self.place != Place::Module;
                }
                _ => return true,
            }
        }
    }

    /// The span of a reference to a member: the whole path if it is plain and cannot break over lines, else the member.
    pub(crate) fn reference_span(&self, id: ExpressionId) -> Span {
        let module = self.module();
        let ExpressionKind::Attribute(attribute) = &module.expression(id).kind else {
            return module.expression(id).span;
        };
        match module.dotted(id) {
            Some(path) => {
                let whole = module.expression(id).span;
                let written = whole.end.saturating_sub(whole.start) as usize;
                if written == path.len() {
                    whole
                } else {
                    attribute.name_span
                }
            }
            None => attribute.name_span,
        }
    }

    fn subscript(&mut self, span: Span, subscript: &Subscript) -> Value {
        let of = self.evaluate(subscript.of);
        let module = self.module();
        let mut keys = Vec::new();
        let mut slice = false;
        for key in &subscript.keys {
            slice |= matches!(module.expression(*key).kind, ExpressionKind::Other(_));
            keys.push(self.evaluate(*key));
        }
        self.items(&of, &keys, slice, span)
    }

    /// What is `of[keys]`, for every alternative.
    pub(crate) fn items(&mut self, of: &Value, keys: &[Value], slice: bool, span: Span) -> Value {
        let mut result = Value::nothing();
        for atom in of.atoms() {
            result.join(&self.item(atom, keys, slice, span));
        }
        result.at_most(of.certainty)
    }

    fn item(&mut self, of: &Atom, keys: &[Value], slice: bool, span: Span) -> Value {
        if let Some(parts) = crate::library::named::parts(self, of) {
            return self.item(&Atom::Tuple(parts.into()), keys, slice, span);
        }
        match of {
            Atom::List(_) | Atom::Text(_) if slice => of.clone().into(),
            Atom::List(items) => items.clone().at_most(Certainty::Likely),
            Atom::Tuple(items) if slice => Value::list(
                items
                    .iter()
                    .fold(Value::nothing(), |all, item| all.or(item)),
            ),
            Atom::Tuple(items) => match keys.first().and_then(|key| key.atoms().first()) {
                Some(Atom::Integer(at)) => {
                    let at = if *at < 0 {
                        items.len() as i64 + at
                    } else {
                        *at
                    };
                    items.get(at as usize).cloned().unwrap_or_default()
                }
                _ => items
                    .iter()
                    .fold(Value::nothing(), |all, item| all.or(item)),
            },
            Atom::Dictionary(of) => keys.first().map_or(Value::nothing(), |key| {
                self.named_key(of, key, span);
                entry(of, key)
            }),
            // `show::<Store>`, a function of one type.
            Atom::Function(_) if self.is(Language::Rust) => of.clone().into(),
            Atom::Class(class) if self.is(Language::Python) => {
                if let Some(row) = crate::orm::active::of_key(self, *class, span) {
                    return row;
                }
                let applied = self.applied_class(*class, keys);
                applied.unwrap_or_else(|| of.clone()).into()
            }
            Atom::Class(_) | Atom::External(_) => of.clone().into(),
            Atom::Unknown(_) => of.clone().into(),
            Atom::Instance(class) => {
                if let Some(key) = keys.first() {
                    crate::framework::django::name_field(self, *class, key, span);
                }
                self.call_method(of, "__getitem__", span)
            }
            given if crate::summary::is_given(given) => self.call_method(of, "__getitem__", span),
            // `frame.loc[0, "email"]`: each key of several is asked for.
            Atom::Object(object) if keys.len() > 1 => {
                let mut known = None;
                for key in keys {
                    let one = door(object.door).and_then(|door| door.item(self, object, key, span));
                    known = one.or(known);
                }
                known.unwrap_or_else(|| self.element(of, Consumption::Index, span))
            }
            Atom::Object(object) if !slice => {
                let key = keys.first().cloned().unwrap_or_default();
                let known = door(object.door).and_then(|door| door.item(self, object, &key, span));
                known.unwrap_or_else(|| self.element(of, Consumption::Index, span))
            }
            _ => {
                let how = if slice {
                    Consumption::Slice
                } else {
                    Consumption::Index
                };
                self.element(of, how, span)
            }
        }
    }

    /// A key that is asked for, of a dictionary whose keys are a door's names: the door may know what it means.
    pub(crate) fn named_key(&mut self, of: &Dictionary, key: &Value, span: Span) {
        for atom in of.keys.atoms() {
            if let Atom::Object(names) = atom {
                door(names.door).and_then(|door| door.item(self, names, key, span));
            }
        }
    }

    fn element(&mut self, of: &Atom, how: Consumption, span: Span) -> Value {
        self.consume_atom(of, how, span)
            .unwrap_or(Value::unknown("an item"))
    }

    fn collection(&mut self, collection: &Collection) -> Value {
        if collection.kind == CollectionKind::Dictionary {
            return self.dictionary(collection);
        }
        let spread = collection
            .items
            .iter()
            .any(|item| item.spread != Spread::None);
        let mut items = Vec::new();
        for item in &collection.items {
            let value = self.evaluate(item.value);
            let span = self.module().expression(item.value).span;
            let value = if item.spread == Spread::None {
                value
            } else {
                self.iterate(&value, span)
            };
            items.push(value);
        }
        if collection.kind == CollectionKind::Tuple && !spread && items.len() <= 32 {
            return Value::tuple(items);
        }
        Value::list(
            items
                .iter()
                .fold(Value::nothing(), |all, item| all.or(item)),
        )
    }

    fn dictionary(&mut self, collection: &Collection) -> Value {
        let mut made = Dictionary::default();
        for item in &collection.items {
            let key = item.key.map(|key| self.evaluate(key));
            let value = self.evaluate(item.value);
            match key {
                Some(key) => insert(&mut made, &key, &value),
                None => merge(&mut made, &value),
            }
        }
        Value::dictionary(made)
    }

    fn comprehension(&mut self, comprehension: &Comprehension) -> Value {
        let outer = self.environment.clone();
        for clause in &comprehension.clauses {
            let over = self.evaluate(clause.over);
            let span = self.module().expression(clause.over).span;
            let element = self.iterate(&over, span);
            self.bind_pattern(clause.target, &element);
            for test in &clause.tests {
                self.test(*test);
                self.narrow(*test, true);
            }
        }
        let key = comprehension.key.map(|key| self.evaluate(key));
        let element = self.evaluate(comprehension.element);
        self.environment = outer;
        match key {
            Some(key) => {
                let mut made = Dictionary::default();
                insert(&mut made, &key, &element);
                Value::dictionary(made)
            }
            None => Value::list(element),
        }
    }

    fn unary(&mut self, unary: &impact_facts::Unary) -> Value {
        if self.module().name(unary.operator) == "not" {
            self.test(unary.of);
            return Value::outside("builtins.bool");
        }
        let value = self.evaluate(unary.of);
        match value.atoms() {
            [Atom::Integer(number)] => Atom::Integer(number.wrapping_neg()).into(),
            _ => value,
        }
    }

    fn yielded(&mut self, value: Option<ExpressionId>, from: bool, span: Span) -> Value {
        let mut value = value
            .map(|id| self.evaluate(id))
            .unwrap_or(Atom::Null.into());
        if from {
            value = self.iterate(&value, span);
        }
        match self.frames.last_mut() {
            Some(frame) => frame.yielded.join(&value),
            None => {
                if let Some(summary) = self.own_summary() {
                    self.cells.join(summary.yielded(), &value);
                }
            }
        }
        Value::unknown("what is sent to a generator")
    }

    /// Whether the file that is being evaluated is in that language.
    #[must_use]
    pub fn is(&self, language: Language) -> bool {
        self.program.facts(self.file).language == language
    }
}

/// Runs something with enough stack for one more level: nesting is the input's.
pub(crate) fn with_stack<T>(run: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, run)
}

/// What a dictionary holds under a key.
pub(crate) fn entry(of: &Dictionary, key: &Value) -> Value {
    let mut found = Value::nothing();
    let mut open = false;
    for atom in key.atoms() {
        match atom {
            Atom::Text(text) => match of.known.get(text.text.as_str()) {
                Some(value) => found = found.or(value),
                None => found.join(&of.rest),
            },
            Atom::Integer(number) => match of.known.get(number.to_string().as_str()) {
                Some(value) => found = found.or(value),
                None => found.join(&of.rest),
            },
            _ => open = true,
        }
    }
    if open || key.is_nothing() {
        found = of
            .known
            .values()
            .fold(found.or(&of.rest), |all, value| all.or(value));
    }
    found.at_most(Certainty::Likely)
}

/// More words than this for one key: it is not known.
const MAX_KEYS: usize = 16;

/// Puts a value under a key.
pub(crate) fn insert(into: &mut Dictionary, key: &Value, value: &Value) {
    let words: Option<Vec<String>> = key
        .atoms()
        .iter()
        .map(|atom| match atom {
            Atom::Text(text) if text.holes.is_empty() => Some(text.text.clone()),
            Atom::Integer(number) => Some(number.to_string()),
            _ => None,
        })
        .collect();
    let few = |words: &Vec<String>| (1..=MAX_KEYS).contains(&words.len());
    match words.filter(|words| few(words) && into.known.len() < 400) {
        Some(words) => {
            for word in words {
                let old = into.known.entry(word.into()).or_default();
                *old = old.or(value);
            }
        }
        None => {
            into.keys = into.keys.or(key);
            into.rest = into.rest.or(value);
        }
    }
}

/// Takes over another dictionary's values.
pub(crate) fn merge(into: &mut Dictionary, from: &Value) {
    for atom in from.atoms() {
        match atom {
            Atom::Dictionary(other) => {
                for (key, value) in &other.known {
                    let old = into.known.entry(key.clone()).or_default();
                    *old = old.or(value);
                }
                into.keys.join(&other.keys);
                into.rest.join(&other.rest);
            }
            _ => into.rest.join(&Value::unknown("a dictionary's value")),
        }
    }
}
