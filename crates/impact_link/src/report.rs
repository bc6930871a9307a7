//! From the effects of all units to the index of the service.

use crate::LinkInput;
use crate::cells::UnitId;
use crate::code_scope::code_scope;
use crate::effect::{Effects, Target, Touch};
use crate::evaluator::{Evaluator, Unit};
use crate::hand_written;
use crate::named_apart;
use crate::unnamed_tables;
use crate::value::ModelId;
use impact_facts::{
    BlindReason, BlindSpot, CallEdge, Coverage, EntryPoint, FileId, Index, IndexedFile, Insertion,
    MappedField, Position, ProblemKind, Reach, Reference, Scope, Site, Span, Symbol, SymbolId,
};
use std::collections::BTreeMap;

/// Builds the index: everything of the service's own files, in one order.
pub(crate) fn index(input: &LinkInput<'_>, mut evaluator: Evaluator<'_>) -> Index {
    evaluator.keep_apart();
    let mut all = std::mem::take(&mut evaluator.effects);
    crate::handed_on::name_what_is_handed_on(&evaluator, &mut all);
    crate::json_schema::name_what_is_checked(&evaluator, &mut all);
    name_fields(&evaluator, &mut all);
    crate::orm::sqlalchemy::name_versions(&evaluator, &mut all);
    crate::exposed::name_what_leaves(&evaluator, &mut all);
    crate::handed_closure::run_by_their_makers(&evaluator, &mut all);
    let mut report = Report::new(input, &evaluator, &all);
    for (id, effects) in (0..).map(UnitId).zip(all) {
        report.unit(id, effects);
    }
    report.finish()
}

/// Fields of classes that are no models name the columns that they are named after: once, however often they are filled.
fn name_fields(evaluator: &Evaluator<'_>, all: &mut [Effects]) {
    for (at, (column, access)) in &evaluator.named_by_fields {
        let unit = evaluator.unit_of_file(at.file);
        named_apart::add(all, unit, *at, (column, *access), FIELDS);
    }
}

/// What references of such fields say that they come from.
const FIELDS: &str = "python/fields";

struct Report<'a, 'e> {
    input: &'e LinkInput<'a>,
    evaluator: &'e Evaluator<'a>,
    index: Index,
    symbols: BTreeMap<UnitId, SymbolId>,
}

impl<'a, 'e> Report<'a, 'e> {
    fn new(input: &'e LinkInput<'a>, evaluator: &'e Evaluator<'a>, effects: &[Effects]) -> Self {
        let mut index = Index {
            service: input.service.clone(),
            ..Index::default()
        };
        let program = input.program;
        for file in program.files().take(program.own_files() as usize) {
            let facts = program.facts(file);
            let path = program.path(file);
            let scope = match code_scope(path, facts) {
                Scope::Production | Scope::Script if input.history.contains(&file) => {
                    Scope::Migration
                }
                Scope::Production if evaluator.written_by_programs.contains(&file) => {
                    Scope::Generated
                }
                scope => scope,
            };
            index.files.push(IndexedFile {
                path: path.into(),
                language: facts.language,
                scope,
            });
        }
        let mut report = Self {
            input,
            evaluator,
            index,
            symbols: BTreeMap::new(),
        };
        report.add_symbols(effects);
        report
    }

    fn scope(&self, file: FileId) -> Scope {
        self.index
            .files
            .get(file.0 as usize)
            .map_or(Scope::Production, |file| file.scope)
    }

    /// The kind of code at a site: what was written by hand in a file of declarations is production code.
    fn scope_at(&self, site: Site) -> Scope {
        match self.scope(site.file) {
            Scope::Generated if hand_written::at(self.input.program, site) => Scope::Production,
            scope => scope,
        }
    }

    fn add_symbols(&mut self, effects: &[Effects]) {
        let program = self.input.program;
        for (id, unit) in (0..).map(UnitId).zip(&self.evaluator.units) {
            let (file, name, span, is_test) = match *unit {
                Unit::Module(file) => {
                    let end = program.facts(file).bytes;
                    (
                        file,
                        program.module_name(file).to_owned(),
                        Span::new(0, end),
                        false,
                    )
                }
                Unit::Function(function) | Unit::Summary(function) => {
                    let definition = program.module(function.file).function(function.function);
                    let name = program.function_name(function);
                    (function.file, name, definition.span, definition.is_test)
                }
                Unit::Class(class, _) => {
                    let effects = effects.get(id.0 as usize);
                    if effects.is_none_or(|effects| *effects == Effects::default()) {
                        continue;
                    }
                    let definition = program.module(class.file).class(class.class);
                    let name = program.class_name(class);
                    (class.file, name, definition.span, definition.is_test)
                }
                Unit::Step(file, id) => {
                    let span = program.module(file).expression(id).span;
                    (file, program.module_name(file).to_owned(), span, false)
                }
                Unit::Declared(file, span) => {
                    (file, program.module_name(file).to_owned(), span, false)
                }
            };
            if !program.is_own(file) {
                continue;
            }
            let scope = if is_test {
                Scope::Test
            } else {
                self.scope_at(Site { file, span })
            };
            if let Some(alike) = self.evaluator.summary_alike(id, effects)
                && let Some(symbol) = self.symbols.get(&alike).copied()
            {
                self.symbols.insert(id, symbol);
                continue;
            }
            self.symbols
                .insert(id, SymbolId(self.index.symbols.len() as u32));
            self.index.symbols.push(Symbol {
                name: name.into(),
                site: Site { file, span },
                position: Position::default(),
                scope,
            });
        }
    }

    fn unit(&mut self, id: UnitId, mut effects: Effects) {
        let symbol = self.symbols.get(&id).copied();
        let scope = symbol
            .and_then(|id| self.index.symbols.get(id.0 as usize))
            .map(|symbol| symbol.scope);
        for touch in effects.touches.take_since(0) {
            self.touch(touch, symbol, scope);
        }
        for call in &effects.calls {
            let (Some(from), Some(to)) = (symbol, self.target(&call.to)) else {
                continue;
            };
            let (site, position, certainty) = (call.site, Position::default(), call.certainty);
            self.index.calls.push(CallEdge {
                from,
                to,
                site,
                position,
                certainty,
            });
        }
        for blind in &effects.blind {
            if self.is_own(blind.site) {
                self.index.blind_spots.push(BlindSpot {
                    site: blind.site,
                    position: Position::default(),
                    text: "".into(),
                    reason: blind.reason,
                    message: blind.message.clone(),
                    reach: blind.reach.clone(),
                    access: blind.access,
                    database: "".into(),
                    scope: scope.unwrap_or(self.scope_at(blind.site)),
                    symbol,
                });
            }
        }
        for insertion in &effects.insertions {
            if self.is_own(insertion.site) {
                self.index.insertions.push(Insertion {
                    scope: scope.unwrap_or(self.scope_at(insertion.site)),
                    symbol,
                    ..insertion.clone()
                });
            }
        }
        self.outgoing(&effects, symbol);
        self.entries(&effects, scope);
        for (_, resolved) in &effects.statements {
            if *resolved {
                self.index.coverage.statements += 1;
            } else {
                self.index.coverage.failed_statements += 1;
            }
        }
    }

    fn outgoing(&mut self, effects: &Effects, symbol: Option<SymbolId>) {
        let Some(symbol) = symbol else {
            return;
        };
        for out in &effects.outgoing {
            self.index.outbound.push(impact_facts::Outbound {
                kind: out.kind,
                name: out.name.clone(),
                symbol,
                site: out.site,
                position: Position::default(),
                certainty: impact_facts::Certainty::Exact,
            });
        }
    }

    /// Decorators of the program stand around a function: who runs it runs them.
    fn wrappers(&mut self) {
        for unit in &self.evaluator.units {
            let Unit::Function(function) = *unit else {
                continue;
            };
            let around = self
                .evaluator
                .cells
                .peek(&crate::cells::Key::Wrappers(function));
            let span = self
                .input
                .program
                .module(function.file)
                .function(function.function)
                .name_span;
            for atom in around.atoms() {
                let crate::value::Atom::Function(wrapper) = atom else {
                    continue;
                };
                let from = self.target(&Target::Function(function));
                if let (Some(from), Some(to)) = (from, self.target(&Target::Function(*wrapper))) {
                    self.index.calls.push(CallEdge {
                        from,
                        to,
                        site: Site {
                            file: function.file,
                            span,
                        },
                        position: Position::default(),
                        certainty: impact_facts::Certainty::Exact,
                    });
                }
            }
        }
    }

    fn entries(&mut self, effects: &Effects, scope: Option<Scope>) {
        for entry in &effects.entries {
            if self.is_own(entry.site) {
                let mut runs: Vec<_> = entry
                    .runs
                    .iter()
                    .filter_map(|target| self.target(target))
                    .collect();
                runs.sort();
                runs.dedup();
                self.index.entry_points.push(EntryPoint {
                    kind: entry.kind,
                    name: entry.name.clone(),
                    site: entry.site,
                    position: Position::default(),
                    schedule: entry.schedule.clone(),
                    runs,
                    starts: Vec::new(),
                    via: entry.via.clone(),
                    scope: scope.unwrap_or(self.scope_at(entry.site)),
                });
            }
        }
    }

    fn touch(&mut self, touch: Touch, symbol: Option<SymbolId>, scope: Option<Scope>) {
        if !self.is_own(touch.site) {
            return;
        }
        let declared_at = touch.declared_at.filter(|site| self.is_own(*site));
        let scope = match scope {
            Some(Scope::Test) => Scope::Test,
            _ => self.scope_at(touch.site),
        };
        self.index.references.push(Reference {
            site: touch.site,
            position: Position::default(),
            text: "".into(),
            database: touch.database,
            table: touch.table,
            column: touch.column,
            access: touch.access,
            how: touch.how,
            class: touch.class,
            certainty: touch.certainty,
            scope,
            via: touch.via,
            symbol,
            declared_at,
            declared_position: None,
            becomes: touch.becomes,
            exposed_as: touch.exposed_as,
            applied: scope == Scope::Migration,
        });
    }

    fn is_own(&self, site: Site) -> bool {
        self.input.program.is_own(site.file)
    }

    fn target(&self, target: &Target) -> Option<SymbolId> {
        let unit = match target {
            Target::File(file) => self.evaluator.unit_of_file(*file),
            Target::Function(function) => self.evaluator.unit_of_function(*function),
            Target::Class(class, part) => self.evaluator.unit_of_class(*class, *part),
            Target::Unit(unit) => Some(*unit),
            Target::Step(file, id) => self.evaluator.unit_of_step(*file, *id),
        };
        unit.and_then(|unit| self.symbols.get(&unit).copied())
    }

    fn finish(mut self) -> Index {
        self.problems();
        self.wrappers();
        self.declarations();
        let unnamed =
            unnamed_tables::blind_spots(self.input, self.evaluator, |site| self.scope(site.file));
        self.index.blind_spots.extend(unnamed);
        let mut index = self.index;
        index.references.sort();
        index.references.dedup_by(|later, earlier| {
            let same = later.site == earlier.site
                && later.table == earlier.table
                && later.column == earlier.column
                && later.access == earlier.access
                && later.how == earlier.how
                && later.symbol == earlier.symbol;
            if same {
                earlier.certainty = earlier.certainty.max(later.certainty);
            }
            same
        });
        index.insertions.sort();
        index.insertions.dedup();
        index.outbound.sort();
        index.outbound.dedup();
        index.calls.sort();
        index.calls.dedup();
        index.entry_points.sort();
        // What tests serve again is served in production first.
        index.entry_points.dedup_by(|later, earlier| {
            later.kind == earlier.kind
                && later.name == earlier.name
                && later.site == earlier.site
                && later.runs == earlier.runs
        });
        index.blind_spots.sort();
        index.blind_spots.dedup();
        index
    }

    /// Parts of files that could not be read.
    fn problems(&mut self) {
        let program = self.input.program;
        for file in program.files().take(program.own_files() as usize) {
            let facts = program.facts(file);
            if !facts.problems.is_empty() {
                self.index.coverage.unparsed.push(file);
            }
            for problem in &facts.problems {
                let reason = match problem.kind {
                    ProblemKind::Encoding => BlindReason::Unreadable,
                    ProblemKind::Syntax => BlindReason::Syntax,
                    ProblemKind::Bound => BlindReason::Bound,
                };
                self.index.blind_spots.push(BlindSpot {
                    site: Site {
                        file,
                        span: problem.span,
                    },
                    position: Position::default(),
                    text: "".into(),
                    reason,
                    message: problem.message.clone(),
                    reach: Reach::Database,
                    access: None,
                    database: "".into(),
                    scope: self.scope(file),
                    symbol: None,
                });
            }
        }
    }

    /// Under which name the field of a mapped struct of Rust is serialized.
    fn exposed(&self, model: ModelId, field: &MappedField) -> Option<Box<str>> {
        let class = self.evaluator.models.class(model)?;
        let facts = self.input.program.facts(class.file);
        let mut fields = facts.module.class(class.class).fields.iter();
        let own = fields.find(|one| one.name_span == field.declared_at.span)?;
        let is_rust = facts.language == impact_facts::Language::Rust;
        is_rust.then(|| crate::language::rust::serialized_as(&facts.module, class, own))?
    }

    /// Each mapped field declares its column.
    fn declarations(&mut self) {
        let coverage: &mut Coverage = &mut self.index.coverage;
        coverage.models = self
            .input
            .models
            .iter()
            .filter(|model| model.table.is_some() && !model.is_abstract)
            .count() as u32;
        for (id, model) in self.evaluator.models.iter() {
            let class = self.evaluator.models.class(id);
            let is_test = |class: impact_bind::ClassRef| {
                let module = self.input.program.module(class.file);
                module.class(class.class).is_test
            };
            let scope = class.is_some_and(is_test).then_some(Scope::Test);
            for field in &model.fields {
                let Some(table) = self.evaluator.table_of(id, field) else {
                    continue;
                };
                if table != model.table.clone().unwrap_or(table.clone()) {
                    continue;
                }
                let is_rust = model.orm.starts_with("rust/");
                let named = field.names_column.filter(|_| is_rust).map(|span| Site {
                    span,
                    ..field.declared_at
                });
                let touch = Touch {
                    site: field.declared_at,
                    database: "".into(),
                    table,
                    column: Some(field.column.clone()),
                    access: impact_facts::Access::Declare,
                    how: impact_facts::How::Explicit,
                    class: impact_facts::ReferenceClass::Name,
                    certainty: impact_facts::Certainty::Exact,
                    via: model.orm.clone(),
                    declared_at: None,
                    becomes: None,
                    exposed_as: self.exposed(id, field),
                };
                let unit = self.evaluator.unit_of_file(field.declared_at.file);
                let symbol = unit.and_then(|unit| self.symbols.get(&unit).copied());
                // The name that an attribute gives stands apart from the field's.
                let named = named.map(|site| Touch {
                    site,
                    exposed_as: None,
                    ..touch.clone()
                });
                for touch in named.into_iter().chain([touch]) {
                    self.touch(touch, symbol, scope);
                }
            }
        }
    }
}
