//! The names of one file: which place binds which name to what, from the lowered form alone.

use foldhash::{HashMap, HashMapExt};
use impact_facts::{
    Bind, Block, ClassId, ExpressionId, ExpressionKind, FunctionId, ImportId, Module, Name, Part,
    Statement,
};

/// Where a name is looked up from: the innermost definition around it.
///
/// A comprehension's and a match arm's variables belong to the place around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The file itself.
    Module,
    /// A class's body. Rust: an implementation's, a trait's or an inline module's.
    Class(ClassId),
    /// A function's or closure's body.
    Function(FunctionId),
}

/// How one name got its meaning in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Definition {
    /// A class statement.
    Class(ClassId),
    /// A function statement.
    Function(FunctionId),
    /// An import.
    Import(ImportId),
    /// A parameter, by position.
    Parameter(FunctionId, u32),
    /// A value.
    Value(Bound),
}

/// A name that is bound to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The name in the target.
    pub target: ExpressionId,
    /// What the whole target is bound to.
    pub value: Option<ExpressionId>,
    /// The type that is said of it.
    pub annotation: Option<ExpressionId>,
    /// How the name gets its value from `value`.
    pub from: BoundFrom,
}

/// How a name gets its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundFrom {
    /// It is the value.
    Whole,
    /// It is some part of the value: destructured.
    Part,
    /// It is each element in turn: a loop's or comprehension's target.
    Element,
    /// It is what the context manager yields.
    Manager,
    /// It is an exception of the type.
    Caught,
}

/// What one place binds.
#[derive(Debug, Clone, Default)]
pub struct Names {
    definitions: HashMap<Name, Vec<Definition>>,
    /// Imports of everything.
    pub(crate) stars: Vec<ImportId>,
    outer: Vec<Name>,
}

impl Names {
    /// All definitions of a name, in the order of the source.
    #[must_use]
    pub fn definitions(&self, name: Name) -> &[Definition] {
        self.definitions.get(&name).map_or(&[], Vec::as_slice)
    }

    /// The names that are bound here, in the order of the module's names.
    #[must_use]
    pub fn names(&self) -> Vec<Name> {
        let mut names: Vec<Name> = self.definitions.keys().copied().collect();
        names.sort_unstable();
        names
    }

    fn add(&mut self, name: Name, definition: Definition) {
        self.definitions.entry(name).or_default().push(definition);
    }
}

/// The places of one file.
#[derive(Debug, Clone)]
pub struct Places {
    module: Names,
    classes: Vec<Names>,
    functions: Vec<Names>,
    class_around: Vec<Place>,
    function_around: Vec<Place>,
    by_text: HashMap<Box<str>, Name>,
}

impl Places {
    /// Reads the places of a module.
    #[must_use]
    pub fn of(module: &Module) -> Self {
        let mut walk = Walk {
            module,
            places: Self {
                module: Names::default(),
                classes: vec![Names::default(); module.classes.len()],
                functions: vec![Names::default(); module.functions.len()],
                class_around: vec![Place::Module; module.classes.len()],
                function_around: vec![Place::Module; module.functions.len()],
                by_text: HashMap::new(),
            },
            work: Vec::new(),
        };
        walk.places.by_text = (0..)
            .zip(&module.names)
            .map(|(at, name)| (name.clone(), Name(at)))
            .collect();
        walk.push_block(&module.body, Place::Module);
        walk.run();
        walk.places
    }

    /// What a place binds.
    #[must_use]
    pub fn names(&self, place: Place) -> &Names {
        match place {
            Place::Class(id) => self.classes.get(id.index()).unwrap_or(&self.module),
            Place::Function(id) => self.functions.get(id.index()).unwrap_or(&self.module),
            Place::Module => &self.module,
        }
    }

    /// The place around one; none around the module.
    #[must_use]
    pub fn around(&self, place: Place) -> Option<Place> {
        match place {
            Place::Class(id) => self.class_around.get(id.index()).copied(),
            Place::Function(id) => self.function_around.get(id.index()).copied(),
            Place::Module => None,
        }
    }

    /// The interned form of a name, if the file holds it.
    #[must_use]
    pub fn name(&self, text: &str) -> Option<Name> {
        self.by_text.get(text).copied()
    }

    /// Whether a place says that the name is another place's (`global`, `nonlocal`).
    #[must_use]
    pub fn is_outer(&self, place: Place, name: Name) -> bool {
        self.names(place).outer.contains(&name)
    }

    fn names_mut(&mut self, place: Place) -> &mut Names {
        match place {
            Place::Class(id) => self.classes.get_mut(id.index()).unwrap_or(&mut self.module),
            Place::Function(id) => self
                .functions
                .get_mut(id.index())
                .unwrap_or(&mut self.module),
            Place::Module => &mut self.module,
        }
    }
}

enum Work<'a> {
    Statement(&'a Statement),
    Block(&'a Block),
    Expression(ExpressionId),
    Closure(FunctionId),
}

/// An explicit stack instead of recursion: nesting is the input's.
struct Walk<'a> {
    module: &'a Module,
    places: Places,
    work: Vec<(Work<'a>, Place)>,
}

impl<'a> Walk<'a> {
    fn run(&mut self) {
        while let Some((work, place)) = self.work.pop() {
            match work {
                Work::Statement(statement) => self.statement(statement, place),
                Work::Block(block) => self.push_block(block, place),
                Work::Expression(id) => self.expression(id, place),
                Work::Closure(id) => self.function(id, place),
            }
        }
    }

    fn push_block(&mut self, block: &'a Block, place: Place) {
        self.push_expression(block.tail, place);
        let statements = block.statements.iter().rev();
        self.work
            .extend(statements.map(|statement| (Work::Statement(statement), place)));
    }

    fn push_expression(&mut self, id: Option<ExpressionId>, place: Place) {
        self.work.extend(id.map(|id| (Work::Expression(id), place)));
    }

    fn push_all(&mut self, ids: impl DoubleEndedIterator<Item = ExpressionId>, place: Place) {
        self.work
            .extend(ids.rev().map(|id| (Work::Expression(id), place)));
    }

    fn statement(&mut self, statement: &'a Statement, place: Place) {
        match statement {
            Statement::Do(id) => self.push_expression(Some(*id), place),
            Statement::Bind(bind) => self.bind(bind, place),
            Statement::Function(id) => {
                if let Some(name) = self.module.function(*id).name {
                    self.define(place, name, Definition::Function(*id));
                }
                self.function(*id, place);
            }
            Statement::Class(id) => self.class(*id, place),
            Statement::Import(id) => self.import(*id, place),
            Statement::Branch(branch) => {
                self.push_block(&branch.otherwise, place);
                self.push_block(&branch.then, place);
                self.push_expression(Some(branch.test), place);
            }
            Statement::Loop(repeat) => {
                if let Some(target) = repeat.target {
                    self.target(target, repeat.over, None, BoundFrom::Element, place);
                }
                self.push_block(&repeat.otherwise, place);
                self.push_block(&repeat.body, place);
                self.push_expression(repeat.over, place);
            }
            Statement::Try(tried) => {
                self.push_block(&tried.finally, place);
                self.push_block(&tried.otherwise, place);
                for handler in tried.handlers.iter().rev() {
                    if let Some(target) = handler.target {
                        self.target(target, handler.types, None, BoundFrom::Caught, place);
                    }
                    self.push_block(&handler.body, place);
                }
                self.push_block(&tried.body, place);
            }
            Statement::With(with) => {
                self.push_block(&with.body, place);
                for (manager, target) in &with.items {
                    if let Some(target) = target {
                        self.target(*target, Some(*manager), None, BoundFrom::Manager, place);
                    }
                    self.push_expression(Some(*manager), place);
                }
            }
            Statement::Return(value) | Statement::Raise(value) => {
                self.push_expression(*value, place);
            }
            Statement::Delete(ids) => self.push_all(ids.iter().copied(), place),
            Statement::Outer(names) => {
                self.places
                    .names_mut(place)
                    .outer
                    .extend(names.iter().copied());
            }
        }
    }

    fn bind(&mut self, bind: &'a Bind, place: Place) {
        self.target(
            bind.target,
            bind.value,
            bind.annotation,
            BoundFrom::Whole,
            place,
        );
        if let Some(otherwise) = &bind.otherwise {
            self.push_block(otherwise, place);
        }
        self.push_expression(bind.value, place);
    }

    fn class(&mut self, id: ClassId, place: Place) {
        let class = self.module.class(id);
        if let Some(name) = class.name {
            self.define(place, name, Definition::Class(id));
        }
        if let Some(around) = self.places.class_around.get_mut(id.index()) {
            *around = place;
        }
        self.push_block(&class.body, Place::Class(id));
        self.push_all(class.bases.iter().map(|base| base.value), place);
        self.push_all(class.decorators.iter().copied(), place);
    }

    fn function(&mut self, id: FunctionId, place: Place) {
        let function = self.module.function(id);
        let inside = Place::Function(id);
        if let Some(around) = self.places.function_around.get_mut(id.index()) {
            *around = place;
        }
        for (at, parameter) in (0..).zip(&function.parameters) {
            match self.module.expression(parameter.pattern).kind {
                ExpressionKind::Name(name) => {
                    self.places
                        .names_mut(inside)
                        .add(name, Definition::Parameter(id, at));
                }
                _ => self.target(
                    parameter.pattern,
                    None,
                    parameter.annotation,
                    BoundFrom::Part,
                    inside,
                ),
            }
            self.push_expression(parameter.default, place);
        }
        self.push_block(&function.body, inside);
        self.push_all(function.decorators.iter().copied(), place);
    }

    fn import(&mut self, id: ImportId, place: Place) {
        let import = &self.module.imports[id.index()];
        if import
            .name
            .is_some_and(|name| self.module.name(name) == "*")
        {
            self.places.names_mut(place).stars.push(id);
            return;
        }
        let first = || {
            let end = import.path.find(['.', ':']).unwrap_or(import.path.len());
            self.places.name(&import.path[..end])
        };
        if let Some(name) = import.alias.or(import.name).or_else(first) {
            self.define(place, name, Definition::Import(id));
        }
    }

    fn expression(&mut self, id: ExpressionId, place: Place) {
        match &self.module.expression(id).kind {
            ExpressionKind::Assign(assign) | ExpressionKind::Let(assign) => {
                self.target(
                    assign.target,
                    Some(assign.value),
                    None,
                    BoundFrom::Whole,
                    place,
                );
            }
            ExpressionKind::Comprehension(comprehension) => {
                for clause in &comprehension.clauses {
                    let (target, over) = (clause.target, Some(clause.over));
                    self.target(target, over, None, BoundFrom::Element, place);
                }
            }
            ExpressionKind::Match(matched) => {
                for arm in &matched.arms {
                    let subject = Some(matched.subject);
                    self.target(arm.pattern, subject, None, BoundFrom::Part, place);
                }
            }
            _ => {}
        }
        let mut parts = Vec::new();
        self.module.parts(id, &mut |part| {
            parts.push(match part {
                Part::Expression(id) => Work::Expression(id),
                Part::Block(block) => Work::Block(block),
                Part::Closure(id) => Work::Closure(id),
            });
        });
        self.work
            .extend(parts.into_iter().rev().map(|part| (part, place)));
    }

    /// Defines every name of a pattern. Callees, keys and paths in it are no bindings.
    fn target(
        &mut self,
        target: ExpressionId,
        value: Option<ExpressionId>,
        annotation: Option<ExpressionId>,
        from: BoundFrom,
        place: Place,
    ) {
        let mut stack = vec![(target, from)];
        while let Some((id, from)) = stack.pop() {
            match &self.module.expression(id).kind {
                ExpressionKind::Name(name) => {
                    let bound = Bound {
                        target: id,
                        value,
                        annotation,
                        from,
                    };
                    self.define(place, *name, Definition::Value(bound));
                }
                ExpressionKind::Collection(items) => {
                    let part = part_of(from);
                    stack.extend(items.items.iter().rev().map(|item| (item.value, part)));
                }
                ExpressionKind::Call(call) => {
                    let part = part_of(from);
                    stack.extend(call.arguments.iter().rev().map(|a| (a.value, part)));
                }
                ExpressionKind::Record(record) => {
                    let part = part_of(from);
                    stack.extend(
                        record
                            .fields
                            .iter()
                            .rev()
                            .map(|(_, _, value)| (*value, part)),
                    );
                }
                ExpressionKind::Any(ids) | ExpressionKind::Other(ids) => {
                    stack.extend(ids.iter().rev().map(|id| (*id, part_of(from))));
                }
                ExpressionKind::Unary(unary) => stack.push((unary.of, part_of(from))),
                _ => {}
            }
        }
    }

    fn define(&mut self, place: Place, name: Name, definition: Definition) {
        let place = if self.places.is_outer(place, name) {
            Place::Module
        } else {
            place
        };
        self.places.names_mut(place).add(name, definition);
    }
}

fn part_of(from: BoundFrom) -> BoundFrom {
    match from {
        BoundFrom::Whole => BoundFrom::Part,
        other => other,
    }
}
