//! Evaluates a service's code abstractly, one unit at a time, until nothing changes.

use crate::cells::{Cells, Key, UnitId};
use crate::door::DOORS;
use crate::effect::{Effects, Target};
use crate::environment::Environment;
use crate::inline::Frame;
use crate::models::Models;
use crate::named_apart::Column;
use crate::sql::Statements;
use crate::summary::{Summaries, Summary};
use crate::tags::Tags;
use crate::value::Value;
use crate::{LinkInput, Schemas};
use foldhash::{HashMap, HashMapExt};
use impact_bind::{ClassRef, Definition, FunctionRef, Place, Program};
use impact_facts::{
    Access, Certainty, ExpressionId, FileId, FunctionId, Language, Module, Site, Span,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A piece of code that is evaluated as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A file's body, its classes' bodies included.
    Module(FileId),
    /// A function's body, its parameters joined over all callers.
    Function(FunctionRef),
    /// A function's body for one telling of its receiver and arguments.
    Summary(FunctionRef),
    /// What a framework does with a class, by what its bases are.
    Class(ClassRef, Part),
    /// An expression that a framework runs on its own. It is evaluated where it stands.
    Step(FileId, ExpressionId),
    /// What a framework's own code does for what is declared at a span: a route to a view of a package.
    Declared(FileId, Span),
}

/// What a framework does with a class of the program, one kind of work at a time: those who ask a view for a row do
/// not delete it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Rows are read and shown.
    Show,
    /// Rows are made or changed.
    Save,
    /// Rows are deleted.
    Delete,
}

impl Part {
    /// All parts.
    pub const ALL: [Part; 3] = [Part::Show, Part::Save, Part::Delete];
}

/// Where a field of a class that is no model stands, and the column that it is named after.
pub(crate) type FieldName = (Site, (Column, Access));

/// The evaluator: what is known of all units, and the unit that is being evaluated now.
pub struct Evaluator<'a> {
    /// What is linked.
    pub program: &'a Program<'a>,
    /// The mapped classes.
    pub models: Models<'a>,
    /// The databases.
    pub schemas: &'a Schemas,
    /// What units tell each other.
    pub cells: Cells,
    pub(crate) tags: Tags<'a>,
    pub(crate) units: Vec<Unit>,
    unit_of_function: HashMap<FunctionRef, UnitId>,
    unit_of_file: HashMap<FileId, UnitId>,
    unit_of_class: HashMap<(ClassRef, Part), UnitId>,
    steps_alone: HashMap<(FileId, ExpressionId), UnitId>,
    pub(crate) descendants: HashMap<ClassRef, BTreeSet<ClassRef>>,
    /// Each class with what it inherits from and what inherits from it, once that was asked.
    pub(crate) families: HashMap<ClassRef, Arc<[ClassRef]>>,
    templates: Vec<FileId>,
    with_inner: BTreeSet<FunctionRef>,
    pub(crate) summaries: Summaries,
    pub(crate) effects: Vec<Effects>,
    rounds: Vec<u32>,
    pub(crate) unit: UnitId,
    /// The file that is being evaluated.
    pub file: FileId,
    /// The place that is being evaluated.
    pub place: Place,
    pub(crate) environment: Environment,
    pub(crate) current: Effects,
    pub(crate) statements: Statements,
    /// What the members of the last `{% regroup %}` are.
    pub(crate) grouper: Value,
    /// Relations that queries of the unit fetch together with their rows: reading one of these runs no query.
    pub(crate) together: BTreeSet<(crate::value::ModelId, Box<str>)>,
    /// Functions of stubs that are being evaluated as part of their callers, the innermost last.
    pub(crate) frames: Vec<Frame>,
    pub(crate) depth: u32,
    /// What a long chain of calls was evaluated to so far.
    pub(crate) settled: Option<crate::expression::Settled>,
    /// Loops around what is evaluated now.
    pub(crate) loops: u32,
    /// Where members are named in Rust code, once that was asked.
    pub(crate) mentions: Option<crate::language::rust::Mentions>,
    /// Files that a program wrote from what stands in the code, as it turned out.
    pub(crate) written_by_programs: BTreeSet<FileId>,
    /// What diesel's tables are joined by, once that was asked.
    pub(crate) joins: Option<crate::orm::diesel::joins::Joins>,
    /// Django's settings modules, once that was asked.
    pub(crate) settings: Option<Arc<[FileId]>>,
    /// Units of decorators that ask something before a view runs.
    pub(crate) guards: HashMap<(FileId, ExpressionId), UnitId>,
    /// Columns that fields of classes which are no models are named after, where they are.
    pub(crate) named_by_fields: BTreeSet<FieldName>,
    /// For whom type variables are asked.
    pub(crate) typed: Option<crate::value::Atom>,
    /// Names of types that are being looked up, by what they are bound to.
    pub(crate) aliases: Vec<(FileId, ExpressionId)>,
    pub(crate) steps: u32,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(
        input: &LinkInput<'a>,
        tables: &'a [impact_facts::Model],
        schemas: &'a Schemas,
    ) -> Self {
        let mut evaluator = Self {
            program: input.program,
            models: Models::new(input.models).with_tables(tables),
            schemas,
            cells: Cells::default(),
            tags: Tags::of(input.program),
            units: Vec::new(),
            unit_of_function: HashMap::new(),
            unit_of_file: HashMap::new(),
            unit_of_class: HashMap::new(),
            steps_alone: HashMap::new(),
            descendants: HashMap::new(),
            families: HashMap::new(),
            templates: Vec::new(),
            with_inner: BTreeSet::new(),
            summaries: Summaries::default(),
            effects: Vec::new(),
            rounds: Vec::new(),
            unit: UnitId(0),
            file: FileId(0),
            place: Place::Module,
            environment: Environment::default(),
            current: Effects::default(),
            statements: Statements::default(),
            grouper: Value::nothing(),
            together: BTreeSet::new(),
            frames: Vec::new(),
            depth: 0,
            settled: None,
            loops: 0,
            mentions: None,
            joins: None,
            written_by_programs: BTreeSet::new(),
            settings: None,
            guards: HashMap::new(),
            named_by_fields: BTreeSet::new(),
            typed: None,
            aliases: Vec::new(),
            steps: 0,
        };
        evaluator.add_units();
        evaluator.add_descendants();
        evaluator
    }

    fn add_units(&mut self) {
        for file in self.program.files() {
            if !has_code(self.program.facts(file).language) {
                continue;
            }
            if self.program.facts(file).language == Language::Template {
                self.templates.push(file);
            }
            self.unit_of_file
                .insert(file, UnitId(self.units.len() as u32));
            self.units.push(Unit::Module(file));
            for id in 0..self.program.module(file).functions.len() as u32 {
                let function = FunctionRef {
                    file,
                    function: FunctionId(id),
                };
                self.unit_of_function
                    .insert(function, UnitId(self.units.len() as u32));
                self.units.push(Unit::Function(function));
                self.note_inner(file, Place::Function(function.function));
            }
            for id in 0..self.program.module(file).classes.len() as u32 {
                self.note_inner(file, Place::Class(impact_facts::ClassId(id)));
            }
            self.add_class_units(file);
            let mut parts = crate::tags::steps(self.program.module(file));
            parts.extend(crate::framework::clap::steps(self.program, file));
            parts.extend(crate::framework::background::steps(self.program, file));
            parts.sort_unstable();
            parts.dedup();
            for part in parts {
                self.steps_alone
                    .insert((file, part), UnitId(self.units.len() as u32));
                self.units.push(Unit::Step(file, part));
            }
        }
        self.effects = vec![Effects::default(); self.units.len()];
        self.rounds = vec![0; self.units.len()];
    }

    /// Classes of a Python file that have bases or decorators: a framework may drive them.
    fn add_class_units(&mut self, file: FileId) {
        if self.program.facts(file).language != Language::Python || !self.program.is_own(file) {
            return;
        }
        for (id, class) in (0..).zip(&self.program.module(file).classes) {
            let class_ref = ClassRef {
                file,
                class: impact_facts::ClassId(id),
            };
            let is_driven = !class.bases.is_empty() || !class.decorators.is_empty();
            for part in Part::ALL.into_iter().filter(|_| is_driven) {
                self.unit_of_class
                    .insert((class_ref, part), UnitId(self.units.len() as u32));
                self.units.push(Unit::Class(class_ref, part));
            }
        }
    }

    /// Remembers the functions around a place: their locals are read from inside.
    fn note_inner(&mut self, file: FileId, inner: Place) {
        let places = self.program.places(file);
        let mut at = places.around(inner);
        while let Some(place) = at {
            if let Place::Function(function) = place {
                self.with_inner.insert(FunctionRef { file, function });
            }
            at = places.around(place);
        }
    }

    fn add_descendants(&mut self) {
        for class in self.program.all_classes() {
            for ancestor in self.program.ancestors(class).iter().skip(1) {
                if let impact_bind::Binding::Class(ancestor) = ancestor {
                    self.descendants.entry(*ancestor).or_default().insert(class);
                }
            }
        }
    }

    /// Evaluates everything until nothing changes.
    pub(crate) fn run(&mut self) {
        for unit in 0..self.units.len() as u32 {
            self.evaluate_unit(UnitId(unit));
        }
        for door in DOORS {
            door.start(self);
        }
        self.settle();
        self.make_all();
        self.settle();
        for door in DOORS {
            door.finish(self);
        }
        self.settle();
        crate::framework::tagged::finish(self);
        crate::framework::cargo::finish(self);
        crate::framework::clap::finish(self);
        crate::framework::background::finish(self);
        crate::framework::jsonrpsee::finish(self);
        crate::orm::sqlx::offline::finish(self);
        self.untagged_sql();
    }

    /// Evaluates what is stale, all of it in turn, again and again: a unit waits until the others have said what they
    /// have to say.
    fn settle(&mut self) {
        let mut next = UnitId(0);
        while let Some(unit) = self.cells.next_stale(next) {
            next = UnitId(unit.0 + 1);
            self.evaluate_unit(unit);
        }
    }

    /// Runs something as part of a file's body: its effects are added to those of the body.
    pub fn within_file(&mut self, file: FileId, run: impl FnOnce(&mut Self)) {
        if let Some(unit) = self.unit_of_file(file) {
            self.within_unit(unit, run);
        }
    }

    /// Runs something as part of the innermost code around a span: its effects are added to those of that code. What
    /// stands before a function's name, its decorators, is part of the code around the function.
    pub fn within_code(&mut self, file: FileId, span: Span, run: impl FnOnce(&mut Self)) {
        let functions = self.program.module(file).functions.iter();
        let around = (0..).zip(functions).filter(|(_, function)| {
            let inside = function.name.is_none() || function.name_span.end <= span.start;
            function.span.contains(span) && inside
        });
        let innermost = around.min_by_key(|(_, function)| function.span.end - function.span.start);
        let unit = innermost.and_then(|(id, _)| {
            self.unit_of_function(FunctionRef {
                file,
                function: FunctionId(id),
            })
        });
        if let Some(unit) = unit.or_else(|| self.unit_of_file(file)) {
            self.within_unit(unit, run);
        }
    }

    /// Runs something as part of a unit: its effects are added to those of the unit.
    pub(crate) fn within_unit(&mut self, unit: UnitId, run: impl FnOnce(&mut Self)) {
        let Some(kept) = self.effects.get_mut(unit.0 as usize) else {
            return;
        };
        self.current = std::mem::take(kept);
        self.together.clear();
        self.unit = unit;
        (self.file, self.place) = match self.units.get(unit.0 as usize) {
            Some(Unit::Module(file) | Unit::Step(file, _) | Unit::Declared(file, _)) => {
                (*file, Place::Module)
            }
            Some(Unit::Function(function) | Unit::Summary(function)) => {
                (function.file, Place::Function(function.function))
            }
            Some(Unit::Class(class, _)) => (class.file, Place::Class(class.class)),
            None => return,
        };
        self.environment = Environment::default();
        run(self);
        let done = std::mem::take(&mut self.current);
        if let Some(kept) = self.effects.get_mut(unit.0 as usize) {
            *kept = done;
        }
    }

    fn evaluate_unit(&mut self, id: UnitId) {
        let (Some(unit), Some(rounds)) = (
            self.units.get(id.0 as usize).copied(),
            self.rounds.get_mut(id.0 as usize),
        ) else {
            return;
        };
        *rounds += 1;
        let round = *rounds;
        if !self.may_run(id, unit, round) {
            return;
        }
        self.cells.stale.remove(&id);
        self.together.clear();
        (self.unit, self.depth, self.steps) = (id, 0, 0);
        self.environment = Environment::default();
        self.current = Effects::default();
        match unit {
            Unit::Module(file) => {
                (self.file, self.place) = (file, Place::Module);
                let module = self.program.module(file);
                self.block(&module.body);
            }
            Unit::Function(function) if crate::code_scope::is_way_back(self.program, function) => {}
            Unit::Function(function) => self.function_body(Summary::joined(function)),
            Unit::Summary(function) => {
                let unit = Some(id);
                self.function_body(Summary { function, unit });
            }
            Unit::Class(class, part) => {
                (self.file, self.place) = (class.file, Place::Class(class.class));
                for door in DOORS {
                    door.drive(self, class, part);
                }
            }
            Unit::Step(..) | Unit::Declared(..) => return,
        }
        let mut done = std::mem::take(&mut self.current);
        done.touches.rest();
        if let Some(kept) = self.effects.get_mut(id.0 as usize) {
            *kept = done;
        }
    }

    fn function_body(&mut self, summary: Summary) {
        let function = summary.function;
        (self.file, self.place) = (function.file, Place::Function(function.function));
        let definition = self
            .program
            .module(function.file)
            .function(function.function);
        for (at, parameter) in (0..).zip(&definition.parameters) {
            let value = self.parameter_value(summary, at);
            self.assign(parameter.pattern, &value);
        }
        let wanted = self.returned_type();
        let tail = self.block_expecting(&definition.body, &wanted);
        self.handed_back(&tail, &wanted);
        if definition.body.tail.is_some() {
            crate::framework::shuttle::returned(self, function, &tail);
            self.cells.join(summary.returned(), &tail);
        }
    }

    /// The lowered form that is being evaluated.
    #[must_use]
    pub fn module(&self) -> &'a Module {
        self.program.module(self.file)
    }

    /// The function that is being evaluated.
    #[must_use]
    pub fn function(&self) -> Option<FunctionRef> {
        self.function_of(self.unit)
    }

    /// The function that a unit evaluates.
    pub(crate) fn function_of(&self, unit: UnitId) -> Option<FunctionRef> {
        match self.units.get(unit.0 as usize) {
            Some(Unit::Function(function) | Unit::Summary(function)) => Some(*function),
            _ => None,
        }
    }

    /// Adds a unit, to be evaluated.
    pub(crate) fn add_unit(&mut self, unit: Unit) -> UnitId {
        let id = UnitId(self.units.len() as u32);
        self.units.push(unit);
        self.effects.push(Effects::default());
        self.rounds.push(0);
        self.cells.stale.insert(id);
        id
    }

    /// Reads a cell on behalf of the unit that is being evaluated.
    pub fn read(&mut self, key: Key) -> Value {
        self.cells.read(key, self.unit)
    }

    /// The unit of a file's body.
    #[must_use]
    pub fn unit_of_file(&self, file: FileId) -> Option<UnitId> {
        self.unit_of_file.get(&file).copied()
    }

    /// The unit of an expression that runs on its own.
    #[must_use]
    pub fn unit_of_step(&self, file: FileId, part: ExpressionId) -> Option<UnitId> {
        self.steps_alone.get(&(file, part)).copied()
    }

    /// Evaluates an expression; one that runs on its own keeps its effects to itself.
    pub(crate) fn within_step(
        &mut self,
        id: ExpressionId,
        run: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        let unit = self.steps_alone.get(&(self.file, id)).copied();
        let Some(kept) = unit.and_then(|unit| self.effects.get_mut(unit.0 as usize)) else {
            return run(self);
        };
        *kept = Effects::default();
        let around = std::mem::take(&mut self.current);
        let value = run(self);
        let done = std::mem::replace(&mut self.current, around);
        if let Some(kept) = unit.and_then(|unit| self.effects.get_mut(unit.0 as usize)) {
            *kept = done;
        }
        let span = self.module().expression(id).span;
        self.runs(Target::Step(self.file, id), span, Certainty::Exact);
        value
    }

    /// All templates of the program.
    #[must_use]
    pub fn templates(&self) -> &[FileId] {
        &self.templates
    }

    /// The unit of a function.
    #[must_use]
    pub fn unit_of_function(&self, function: FunctionRef) -> Option<UnitId> {
        self.unit_of_function.get(&function).copied()
    }

    /// The unit of what a framework does with a class.
    #[must_use]
    pub fn unit_of_class(&self, class: ClassRef, part: Part) -> Option<UnitId> {
        self.unit_of_class.get(&(class, part)).copied()
    }

    pub(crate) fn is_captured(&self, function: FunctionRef) -> bool {
        self.with_inner.contains(&function)
    }

    /// Whether a class is, or inherits from, one of these classes, by qualified names.
    #[must_use]
    pub fn inherits(&self, class: ClassRef, names: &[&str]) -> bool {
        names
            .iter()
            .any(|name| self.program.is_subclass(class, name))
    }

    /// The definitions of a name in a class or what it inherits from.
    #[must_use]
    pub fn class_member(
        &self,
        class: ClassRef,
        name: &str,
    ) -> Option<(ClassRef, &'a [Definition])> {
        self.program.class_member(class, name)
    }
}

pub(crate) fn has_code(language: Language) -> bool {
    matches!(
        language,
        Language::Python
            | Language::Rust
            | Language::Template
            | Language::Sql
            | Language::Yaml
            | Language::Toml
            | Language::Json
            | Language::Crontab
    )
}
