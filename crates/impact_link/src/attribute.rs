//! Members of values: what is `value.name`, and what setting it does.

use crate::cells::Key;
use crate::door::{CallSite, DOORS, MemberSite, TELLING, door};
use crate::evaluator::Evaluator;
use crate::summary::is_given;
use crate::value::{Atom, Value};
use impact_bind::{Binding, ClassRef, Definition, FunctionRef, Place};
use impact_facts::{Certainty, FileId, Language, Span};
use std::sync::Arc;

/// Decorators that make a method an attribute.
const PROPERTIES: &[&str] = &[
    "builtins.property",
    "functools.cached_property",
    "django.utils.functional.cached_property",
    "werkzeug.utils.cached_property",
    "sqlalchemy.ext.hybrid.hybrid_property",
];

/// A row of one of more models than this: which, could not be told.
pub(crate) const MAX_TOLD: usize = 8;

/// Classes of a family beyond this are not asked.
const MAX_FAMILY: usize = 200;

/// More models than this with a field of one name: the name tells nothing.
const MAX_CANDIDATES: usize = 3;

impl<'a> Evaluator<'a> {
    /// What is `of.name`, for every alternative.
    pub fn attribute(&mut self, of: &Value, member: &MemberSite<'_>) -> Value {
        let mut result = Value::nothing();
        let weakest = self.certainty_of(of);
        if of.is_nothing() && self.is(Language::Python) {
            let put = self.on_request(member);
            if !put.is_nothing() {
                return put;
            }
        }
        if of.is_nothing() {
            self.candidates(member);
            // The arguments of the call may tell what nothing else does: `session.query(User)`.
            if is_telling(member.name) && self.is(Language::Python) {
                let unknown = Arc::new(Atom::Unknown("a value that no caller is known to pass"));
                return Atom::Member(unknown, member.name.into()).into();
            }
        }
        let paired = crate::library::named::has_member(of, member.name);
        for atom in of.atoms() {
            // A library answers with a pair or, in another version, with the row itself.
            if paired && matches!(atom, Atom::Mapped(_)) {
                continue;
            }
            let value = self.with_certainty(weakest, |cx| cx.member(atom, member));
            result.join(&value);
        }
        result.at_most(of.certainty)
    }

    /// What frameworks keep under a name on a request, which as often as not is a parameter without a type.
    fn on_request(&mut self, member: &MemberSite<'_>) -> Value {
        let put = crate::framework::pyramid::request_member(self, member);
        put.or(&crate::framework::starlette::request_member(self, member))
    }

    /// A member of a value that nothing reaches (no caller is known): the few models that have a field of that name.
    fn candidates(&mut self, member: &MemberSite<'_>) {
        if member.span == Span::default() || !self.is(impact_facts::Language::Python) {
            return;
        }
        let all: Vec<_> = self
            .models
            .iter()
            .filter(|(_, model)| model.table.is_some() && !model.is_abstract)
            .filter_map(|(id, model)| {
                model
                    .fields
                    .iter()
                    .find(|field| *field.name == *member.name)
                    .map(|field| (id, field))
            })
            .take(MAX_CANDIDATES + 1)
            .collect();
        if all.len() > MAX_CANDIDATES {
            return;
        }
        for (id, field) in all {
            let manner = crate::Manner::named(member.access).at_most(Certainty::Possible);
            self.touch_field(id, field, member.span, manner);
        }
    }

    /// How sure what is done to a value may be: a row of any of many models could not be told from the others.
    fn certainty_of(&self, of: &Value) -> Certainty {
        let rows = of.atoms().iter();
        let models = rows.filter(|atom| matches!(atom, Atom::Mapped(_))).count();
        if models > MAX_TOLD {
            Certainty::Possible
        } else {
            of.certainty
        }
    }

    /// Runs something whose effects are no surer than `certainty`.
    pub(crate) fn with_certainty<T>(
        &mut self,
        certainty: Certainty,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let first = self.current.touches.as_slice().len();
        let result = run(self);
        for touch in self.current.touches.since(first) {
            touch.certainty = touch.certainty.min(certainty);
        }
        result
    }

    /// What is `of.name`, for one alternative.
    pub fn member(&mut self, of: &Atom, member: &MemberSite<'_>) -> Value {
        match of {
            Atom::Unknown(_) if is_telling(member.name) => {
                Atom::Member(Arc::new(of.clone()), member.name.into()).into()
            }
            Atom::Unknown(why) if self.is(Language::Python) => {
                let put = self.on_request(member);
                if put.is_nothing() {
                    Value::unknown(why)
                } else {
                    put
                }
            }
            Atom::Unknown(why) => Value::unknown(why),
            Atom::Null => Value::nothing(),
            Atom::Tuple(items) if member.name.parse::<usize>().is_ok() => {
                let place = member.name.parse().ok();
                let item = place.and_then(|place: usize| items.get(place));
                item.cloned().unwrap_or_default()
            }
            Atom::Module(file) => self.module_member(*file, member.name),
            Atom::Super(class, receiver) => self.super_member(*class, receiver, member),
            Atom::Mapped(model) if self.is_mapped_member(*model, member.name) => {
                let orm = self.models.get(*model).map_or("", |model| &*model.orm);
                self.ask(orm, of, member)
                    .unwrap_or(Value::unknown("a mapped member"))
            }
            Atom::Mapped(model) if self.varies(*model, member.name) => {
                let orm = self.models.get(*model).map_or("", |model| &*model.orm);
                let below = self.ask(orm, of, member).unwrap_or_default();
                self.described_member(of, member).or(&below)
            }
            Atom::Function(function) => {
                let made = self.made_by_decorator(*function);
                match made.is_nothing() {
                    true => self.described_member(of, member),
                    false => self.attribute(&made, member),
                }
            }
            Atom::Class(class) => self
                .mapped_class_member(*class, of, member)
                .unwrap_or_else(|| self.described_member(of, member)),
            _ => self.described_member(of, member),
        }
    }

    /// A mapped member of the class itself (`User.email`), where the ORM gives that a meaning.
    fn mapped_class_member(
        &mut self,
        class: ClassRef,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        let model = self.models.of_class(class)?;
        if !self.is_mapped_member(model, member.name) {
            return None;
        }
        let orm = self.models.get(model).map_or("", |model| &*model.orm);
        self.ask(orm, of, member)
    }

    pub(crate) fn is_mapped_member(&self, model: crate::value::ModelId, name: &str) -> bool {
        self.models.field(model, name).is_some()
            || self.models.relation(model, name).is_some()
            || self.is_member_below(model, name)
    }

    /// Whether rows of a model come as those of models that inherit from it (django-polymorphic), which map what its own
    /// class defines otherwise.
    fn varies(&self, model: crate::value::ModelId, name: &str) -> bool {
        let below = self.models.below(model);
        !below.is_empty()
            && self.models.relation(model, "polymorphic_ctype").is_some()
            && below.iter().any(|child| self.maps(*child, name))
    }

    /// Whether a row may have a member because it is one of a model that inherits from its own.
    fn is_member_below(&self, model: crate::value::ModelId, name: &str) -> bool {
        let below = self.models.below(model);
        !below.is_empty()
            && self.models.is_of(model, crate::orm::django::DJANGO)
            && below.iter().any(|child| self.maps(*child, name))
            && self
                .models
                .class(model)
                .is_none_or(|class| self.class_member(class, name).is_none())
    }

    /// Whether a model itself maps a name: to a column, or to a row that it points to.
    fn maps(&self, model: crate::value::ModelId, name: &str) -> bool {
        let relation = self.models.relation(model, name);
        self.models.field(model, name).is_some() || relation.is_some_and(|one| !one.reverse)
    }

    fn described_member(&mut self, of: &Atom, member: &MemberSite<'_>) -> Value {
        let mapped = self.member_of_base(of, member);
        if !mapped.is_nothing() {
            return mapped;
        }
        if let Some(class) = self.describing_class(of)
            && let Some(found) = self.user_member(class, of, member)
        {
            return found;
        }
        if let Some(found) = self.ask_all(of, member) {
            return found;
        }
        let set = self.read_set_attribute(of, member.name);
        if !set.is_nothing() {
            return set;
        }
        match of {
            Atom::External(name) => {
                let binding = self.program.lookup(&format!("{name}.{}", member.name));
                self.binding(&binding)
            }
            _ => Atom::Member(Arc::new(of.clone()), member.name.into()).into(),
        }
    }

    /// The class of the program whose body says what members a value has.
    pub(crate) fn describing_class(&self, of: &Atom) -> Option<ClassRef> {
        match of {
            Atom::Class(class) => Some(*class),
            other => self.class_of_instance(other),
        }
    }

    fn ask(&mut self, name: &str, of: &Atom, member: &MemberSite<'_>) -> Option<Value> {
        door(name).and_then(|door| door.attribute(self, of, member))
    }

    fn ask_all(&mut self, of: &Atom, member: &MemberSite<'_>) -> Option<Value> {
        if let Atom::Object(object) = of {
            let name = object.door;
            return self.ask(name, of, member);
        }
        DOORS
            .iter()
            .find_map(|door| door.attribute(self, of, member))
    }

    fn module_member(&mut self, file: FileId, name: &str) -> Value {
        let places = self.program.places(file);
        if let Some(id) = places.name(name)
            && let all = places.names(Place::Module).definitions(id)
            && all.iter().any(|d| matches!(d, Definition::Value(_)))
        {
            let value = self.read(Key::Global(file, id));
            if !value.is_nothing() {
                return value;
            }
        }
        let binding = self
            .program
            .lookup(&format!("{}.{name}", self.program.module_name(file)));
        self.binding(&binding)
    }

    /// A member that the program's own classes define, overrides in subclasses included.
    fn user_member(
        &mut self,
        class: ClassRef,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        if self.program.facts(class.file).language == Language::Rust {
            return crate::language::rust::member(self, class, of, member);
        }
        let mut found = self.inherited_member(class, of, member.name, member.span);
        if !matches!(of, Atom::Class(_)) {
            let below = self.descendants.get(&class).cloned().unwrap_or_default();
            for child in below.iter().take(200) {
                let own = self.program.own_member(*child, member.name);
                if !own.is_empty() {
                    let value = self.defined_member(*child, own, of, member.name, member.span);
                    found = Some(found.unwrap_or_default().or(&value));
                }
            }
        }
        let own = is_given(of).then(|| self.read_set_attribute(of, member.name));
        let set = match own {
            Some(own) if !own.is_nothing() || self.is_initialized(class, member.name) => own,
            _ => self.read_instance_attribute(class, member.name),
        };
        let set = set.or(&self.filled_member(class, member.name, member.span));
        if set.is_nothing() {
            found
        } else {
            Some(found.unwrap_or_default().or(&set))
        }
    }

    fn inherited_member(
        &mut self,
        class: ClassRef,
        of: &Atom,
        name: &str,
        span: Span,
    ) -> Option<Value> {
        let (owner, definitions) = self.class_member(class, name)?;
        Some(self.defined_member(owner, definitions, of, name, span))
    }

    pub(crate) fn defined_member(
        &mut self,
        owner: ClassRef,
        definitions: &[Definition],
        of: &Atom,
        _name: &str,
        span: Span,
    ) -> Value {
        let mut value = Value::nothing();
        let hybrid = matches!(of, Atom::Class(_)) && self.is_hybrid(owner, definitions);
        for definition in definitions {
            let one = match *definition {
                Definition::Function(function) => {
                    let function = FunctionRef {
                        file: owner.file,
                        function,
                    };
                    if hybrid && !self.is_setter(function) {
                        let method = Atom::Method(function, Arc::new(of.clone()));
                        self.call_silently(&method, span)
                    } else {
                        self.bound_function(function, of, span)
                    }
                }
                Definition::Class(class) => Atom::Class(ClassRef {
                    file: owner.file,
                    class,
                })
                .into(),
                Definition::Value(bound) => {
                    let kept = self.program.module(owner.file).expression(bound.target);
                    let said = match bound.annotation {
                        Some(id) => self.typed_as(Some(of), |cx| {
                            cx.annotation_in(owner.file, Place::Class(owner.class), id)
                        }),
                        None => Value::nothing(),
                    };
                    let cell = match kept.kind {
                        impact_facts::ExpressionKind::Name(name) => {
                            self.read(Key::ClassName(owner, name))
                        }
                        _ => Value::nothing(),
                    };
                    let is_text = |atom: &Atom| matches!(atom, Atom::Outside(name) if &**name == "builtins.str");
                    if said.is_nothing() || said.is_unknown() {
                        self.bound_value(&cell, of, span)
                    } else if said.atoms().iter().all(is_text) {
                        // A setting may be given from outside, and has its default else.
                        said.or(&cell.filter(|atom| matches!(atom, Atom::Text(_))))
                    } else {
                        said
                    }
                }
                Definition::Import(_) | Definition::Parameter(..) => Value::nothing(),
            };
            value.join(&one);
        }
        value
    }

    /// A class's value as a member of the class or an instance: doors may bind their objects to it.
    fn bound_value(&mut self, value: &Value, of: &Atom, span: Span) -> Value {
        let mut result = Value::nothing();
        for atom in value.atoms() {
            let bound = match atom {
                // `get = by_id`: another name for a method.
                Atom::Function(function) if self.program.class_of(*function).is_some() => {
                    Some(self.bound_function(*function, of, span))
                }
                Atom::Object(object) => {
                    door(object.door).and_then(|door| door.bound(self, object, of))
                }
                _ => None,
            };
            result.join(&bound.unwrap_or_else(|| atom.clone().into()));
        }
        result.at_most(value.certainty)
    }

    /// A function of a class as a member of a value: bound, or its result if it is a property.
    fn bound_function(&mut self, function: FunctionRef, of: &Atom, span: Span) -> Value {
        if self.is_decorated(function, &["builtins.staticmethod"]) {
            return Atom::Function(function).into();
        }
        let is_class = matches!(of, Atom::Class(_));
        if self.is_decorated(function, &["builtins.classmethod"]) {
            let class = self.describing_class(of).map_or(of.clone(), Atom::Class);
            return Atom::Method(function, Arc::new(class)).into();
        }
        if is_class {
            return Atom::Function(function).into();
        }
        let method = Atom::Method(function, Arc::new(of.clone()));
        if self.is_decorated(function, PROPERTIES) {
            return self.call_silently(&method, span);
        }
        method.into()
    }

    fn call_silently(&mut self, callee: &Atom, span: Span) -> Value {
        let expected = Value::nothing();
        let call = CallSite::at_span(span, &[], &expected);
        self.call_atom(callee, &call)
    }

    /// Attributes that code sets on instances of a class, of what it inherits from, or of what inherits from it.
    fn read_instance_attribute(&mut self, class: ClassRef, name: &str) -> Value {
        let family = self.family(class);
        self.cells.read_of_family(&family, name, self.unit)
    }

    /// A class, what it inherits from, and what inherits from it.
    fn family(&mut self, class: ClassRef) -> Arc<[ClassRef]> {
        if let Some(known) = self.families.get(&class) {
            return Arc::clone(known);
        }
        let ancestors = self.program.ancestors(class);
        let above = ancestors.iter().filter_map(|base| match base {
            Binding::Class(class) => Some(*class),
            _ => None,
        });
        let below = self.descendants.get(&class).into_iter().flatten().copied();
        let family: Arc<[ClassRef]> = above.chain(below).take(MAX_FAMILY).collect();
        self.families.insert(class, Arc::clone(&family));
        family
    }

    fn read_set_attribute(&mut self, of: &Atom, name: &str) -> Value {
        match outside_key(of) {
            Some(key) => self
                .read(Key::Outside(key, name.into()))
                .at_most(Certainty::Likely),
            None => Value::nothing(),
        }
    }

    /// Sets a member on every alternative.
    pub(crate) fn set_attribute(&mut self, of: &Value, member: &MemberSite<'_>) {
        for atom in of.atoms() {
            let certainty = of.certainty;
            self.with_certainty(certainty, |cx| cx.set_member(atom, member));
        }
    }

    fn set_member(&mut self, of: &Atom, member: &MemberSite<'_>) {
        let value = member.value.cloned().unwrap_or_default();
        self.run_setters(of, member);
        match of {
            Atom::Mapped(model) if self.is_mapped_member(*model, member.name) => {
                let orm = self.models.get(*model).map_or("", |model| &*model.orm);
                self.ask(orm, of, member);
                return;
            }
            Atom::Instance(class) | Atom::Class(class) => {
                self.member_of_base(of, member);
                self.cells
                    .join(Key::Attribute(*class, member.name.into()), &value);
            }
            Atom::Module(file) => {
                if let Some(name) = self.program.places(*file).name(member.name) {
                    self.cells.join(Key::Global(*file, name), &value);
                }
            }
            _ => {
                if let Some(key) = outside_key(of) {
                    self.cells
                        .join(Key::Outside(key, member.name.into()), &value);
                }
            }
        }
        self.ask_all(of, member);
    }

    fn super_member(&mut self, class: ClassRef, receiver: &Atom, member: &MemberSite<'_>) -> Value {
        let start = self.describing_class(receiver).unwrap_or(class);
        let line = self.program.ancestors(start);
        let mut after = line
            .iter()
            .skip_while(|base| **base != Binding::Class(class))
            .skip(1);
        let own = self.program.ancestors(class);
        let mut fallback = own.iter().skip(1);
        let mut next = || after.next().or_else(|| fallback.next());
        while let Some(base) = next() {
            if let Binding::Class(base) = base {
                let definitions = self.program.own_member(*base, member.name);
                if !definitions.is_empty() {
                    return self.defined_member(
                        *base,
                        definitions,
                        receiver,
                        member.name,
                        member.span,
                    );
                }
            }
        }
        let asked = self.ask_all(receiver, member);
        asked.unwrap_or_else(|| Atom::Member(Arc::new(receiver.clone()), member.name.into()).into())
    }
}

fn is_telling(name: &str) -> bool {
    TELLING.contains(&name) || crate::framework::pyramid::TELLING.contains(&name)
}

/// Under which word attributes are kept that code sets on something without a class of the program.
pub(crate) fn outside_key(of: &Atom) -> Option<Box<str>> {
    match of {
        Atom::Outside(name) => Some(format!("instance {name}").into()),
        Atom::Mapped(model) => Some(format!("model {}", model.0).into()),
        Atom::Object(object) => {
            let own = object.words_after("id:").next().unwrap_or_default();
            Some(format!("{} {} {own}", object.door, object.kind).into())
        }
        Atom::External(name) => Some(name.to_string().into()),
        _ => None,
    }
}
