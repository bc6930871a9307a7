//! Classes: qualified names, bases, the order in which members are looked up.

use crate::binding::{Binding, ClassRef, FunctionRef};
use crate::place::{Definition, Place};
use crate::program::Program;
use crate::trail::Trail;
use impact_facts::{ClassId, ExpressionId, ExpressionKind, FileId, Language};
use std::sync::Arc;

/// More classes than this in one order of lookup: the rest is left away.
const MAX_ANCESTORS: usize = 256;

impl Program<'_> {
    /// The qualified name of a class: `app.models.User`, nested `app.models.User.Meta`.
    #[must_use]
    pub fn class_name(&self, class: ClassRef) -> String {
        self.place_name(class.file, Place::Class(class.class))
    }

    /// The qualified name of a function or method: `app.views.Profile.get`. A closure is `<lambda>` of what is around it.
    #[must_use]
    pub fn function_name(&self, function: FunctionRef) -> String {
        self.place_name(function.file, Place::Function(function.function))
    }

    /// The qualified name of a place. Names are joined as the file's language joins them.
    #[must_use]
    pub fn place_name(&self, file: FileId, place: Place) -> String {
        let module = self.module(file);
        let mut names = Vec::new();
        let mut at = place;
        loop {
            match at {
                Place::Class(id) => {
                    let class = module.class(id);
                    let subject = || class.subject.and_then(|id| module.dotted(id));
                    let name = class.name.map(|name| module.name(name).to_owned());
                    names.extend(name.or_else(subject));
                }
                Place::Function(id) => {
                    let name = module.function(id).name.map(|name| module.name(name));
                    names.push(name.unwrap_or("<lambda>").to_owned());
                }
                Place::Module => {}
            }
            match self.places(file).around(at) {
                Some(around) => at = around,
                None => break,
            }
        }
        names.push(self.module_name(file).to_owned());
        names.reverse();
        let joint = if self.facts(file).language == Language::Rust {
            "::"
        } else {
            "."
        };
        names.join(joint)
    }

    /// The class that a function is a method of: the innermost place around it is that class.
    #[must_use]
    pub fn class_of(&self, function: FunctionRef) -> Option<ClassRef> {
        match self
            .places(function.file)
            .around(Place::Function(function.function))
        {
            Some(Place::Class(class)) => Some(ClassRef {
                file: function.file,
                class,
            }),
            _ => None,
        }
    }

    /// What the bases of a class are bound to, in order. A base that is no name is a [`Binding::Value`].
    #[must_use]
    pub fn bases(&self, class: ClassRef) -> Vec<Binding> {
        let module = self.module(class.file);
        let around = self.places(class.file).around(Place::Class(class.class));
        let place = around.unwrap_or(Place::Module);
        let bases = module
            .class(class.class)
            .bases
            .iter()
            .filter(|base| base.name.is_none());
        bases
            .map(|base| match self.base(class, place, base.value) {
                Binding::Unknown | Binding::Local if module.dotted(base.value).is_none() => {
                    let (file, expression) = (class.file, base.value);
                    Binding::Value(
                        crate::ValueRef {
                            file,
                            place,
                            expression,
                            name: None,
                        },
                        "".into(),
                    )
                }
                Binding::Value(value, member) => self
                    .member_of_instance(value, &member)
                    .unwrap_or(Binding::Value(value, member)),
                found => found,
            })
            .collect()
    }

    /// What a base means where the class stands: what later binds its name, the class itself included
    /// (`class DetailView(Mixin, DetailView)`), does not count.
    fn base(&self, class: ClassRef, place: Place, base: ExpressionId) -> Binding {
        let (module, places) = (self.module(class.file), self.places(class.file));
        let path = module.dotted(base).unwrap_or_default();
        let (first, rest) = path.split_once('.').unwrap_or((path.as_str(), ""));
        let starts = |id: ClassId| module.class(id).name_span.start;
        let is_later = |definition: &Definition| matches!(definition, Definition::Class(id) if starts(*id) >= starts(class.class));
        let all = places
            .name(first)
            .map_or(&[][..], |name| places.names(place).definitions(name));
        let before = all.iter().position(is_later).unwrap_or(all.len());
        if before < all.len() {
            let mut trail = Trail::default();
            for definition in all[..before].iter().rev() {
                let found = self.definition(class.file, place, *definition, &mut trail);
                if found.is_definite() {
                    return self.members(found, rest, &mut trail);
                }
            }
        }
        self.resolve_expression(class.file, place, base)
    }

    /// The class that is a member of what a variable holds, an instance of a class: `ma = Marshmallow()`, `ma.Schema`.
    fn member_of_instance(&self, value: crate::ValueRef, member: &str) -> Option<Binding> {
        let module = self.module(value.file);
        let ExpressionKind::Call(call) = &module.expression(value.expression).kind else {
            return None;
        };
        let made = self.resolve_expression(value.file, value.place, call.callee);
        let (Binding::Class(class), false) = (made, member.is_empty() || member.contains('.'))
        else {
            return None;
        };
        let found = self.class_member_binding(class, member, &mut Trail::default());
        matches!(found, Binding::Class(_)).then_some(found)
    }

    /// A class and all it inherits from, in the order in which members are looked up. What is outside the tree, or no
    /// class by name, stands in its place as it is bound.
    #[must_use]
    pub fn ancestors(&self, class: ClassRef) -> Arc<[Binding]> {
        self.remember_bases(class, || {
            let mut path = Vec::new();
            self.linearize(&Binding::Class(class), &mut path).into()
        })
    }

    /// C3, and where the bases contradict each other, depth first without repeats.
    fn linearize(&self, of: &Binding, path: &mut Vec<ClassRef>) -> Vec<Binding> {
        let Binding::Class(class) = of else {
            return vec![of.clone()];
        };
        if path.contains(class) || path.len() > 64 {
            return vec![of.clone()];
        }
        path.push(*class);
        let bases = self.bases(*class);
        let mut lines: Vec<Vec<Binding>> = bases
            .iter()
            .map(|base| self.linearize(base, path))
            .collect();
        lines.push(bases);
        path.pop();
        let mut all = vec![of.clone()];
        all.extend(merge(lines));
        all.truncate(MAX_ANCESTORS);
        all
    }

    /// Whether a class is, or inherits from, the class of that qualified name, in the tree or outside.
    #[must_use]
    pub fn is_subclass(&self, class: ClassRef, qualified: &str) -> bool {
        self.ancestors(class).iter().any(|base| match base {
            Binding::Class(base) => self.is_named(*base, qualified),
            Binding::External(name) => **name == *qualified,
            _ => false,
        })
    }

    /// Whether a class has that qualified name. Most are told apart by their own name alone.
    fn is_named(&self, class: ClassRef, qualified: &str) -> bool {
        let module = self.module(class.file);
        let own = module.class(class.class).name;
        own.is_none_or(|name| qualified.ends_with(module.name(name)))
            && self.class_name(class) == qualified
    }

    /// The definitions of a member in the first class, in the order of lookup, that has it.
    #[must_use]
    pub fn class_member(&self, class: ClassRef, name: &str) -> Option<(ClassRef, &[Definition])> {
        self.ancestors(class).iter().find_map(|base| match base {
            Binding::Class(base) => {
                let found = self.own_member(*base, name);
                (!found.is_empty()).then_some((*base, found))
            }
            _ => None,
        })
    }

    /// The definitions of a member in the class's own body.
    #[must_use]
    pub fn own_member(&self, class: ClassRef, name: &str) -> &[Definition] {
        let places = self.places(class.file);
        let names = places.names(Place::Class(class.class));
        places
            .name(name)
            .map_or(&[], |name| names.definitions(name))
    }

    pub(crate) fn class_member_binding(
        &self,
        class: ClassRef,
        name: &str,
        trail: &mut Trail,
    ) -> Binding {
        for base in self.ancestors(class).iter() {
            match base {
                Binding::Class(base) => {
                    let place = Place::Class(base.class);
                    if let Some(found) = self.bound_in(base.file, place, name, trail) {
                        return found;
                    }
                }
                Binding::External(path) if &**path == "builtins.object" => {}
                Binding::External(path) => {
                    return Binding::External(format!("{path}.{name}").into());
                }
                _ => return Binding::Unknown,
            }
        }
        Binding::Unknown
    }
}

fn merge(mut lines: Vec<Vec<Binding>>) -> Vec<Binding> {
    let mut merged: Vec<Binding> = Vec::new();
    loop {
        lines.retain(|line| !line.is_empty());
        let in_tail = |head: &Binding| {
            lines
                .iter()
                .any(|line| line.iter().skip(1).any(|b| b == head))
        };
        let heads = lines.iter().filter_map(|line| line.first());
        let first = heads
            .clone()
            .find(|head| !in_tail(head))
            .or_else(|| heads.clone().next());
        let Some(next) = first.cloned() else {
            return merged;
        };
        for line in &mut lines {
            line.retain(|binding| *binding != next);
        }
        merged.push(next);
        if merged.len() > MAX_ANCESTORS {
            return merged;
        }
    }
}
