//! clap 2 to 4: each subcommand is a command, named by the words that are typed.
//!
//! Variants of an enum that derives `Subcommand` are words in kebab case, or what `#[command(name = "…")]` says; what runs is
//! what the arms of a `match`, or the branch of an `if let`, do for the variant; where neither names it, the method that runs
//! what it holds. With the builder, the arms of `match matches.subcommand()` say the word.
//! <https://docs.rs/clap/latest/clap/_derive/index.html>

mod branches;
mod payload;

use crate::effect::{Entry, Target, site};
use crate::evaluator::Evaluator;
use crate::language::rust::{cased, derives, setting};
use impact_bind::{Binding, ClassRef, Place, Program};
use impact_facts::{
    Arm, Block, ClassKind, EntryKind, ExpressionId, ExpressionKind, FileId, Language, Match,
    Module, Site, Statement,
};
use std::collections::BTreeMap;

/// Blocks in the body of an arm are looked into as deep as this.
const MAX_BLOCKS: u32 = 16;

/// Subcommands of subcommands are named as deep as this.
const MAX_WORDS: usize = 6;

/// The expressions that arms for subcommands evaluate: each is run by its subcommand.
pub(crate) fn steps(program: &Program<'_>, file: FileId) -> Vec<ExpressionId> {
    let arms = arms(program, file);
    arms.into_iter().flat_map(|(_, ids)| ids).collect()
}

/// Records the subcommands that the service's own files match on.
pub(crate) fn finish(cx: &mut Evaluator<'_>) {
    let program = cx.program;
    let mut commands: BTreeMap<(String, FileId, u32), (Site, Vec<Target>)> = BTreeMap::new();
    for file in program.files().take(program.own_files() as usize) {
        for (word, ids) in arms(program, file) {
            let (_, runs) = commands
                .entry(word.key())
                .or_insert((word.site, Vec::new()));
            runs.extend(ids.into_iter().map(|id| Target::Step(file, id)));
        }
    }
    for file in program.files().take(program.own_files() as usize) {
        if program.facts(file).language == Language::Rust {
            for (word, run) in payload::runs(program, file) {
                let known = commands.entry(word.key());
                known.or_insert_with(|| (word.site, vec![run]));
            }
        }
    }
    for ((name, ..), (at, runs)) in commands {
        let entry = Entry {
            kind: EntryKind::Command,
            name: name.into(),
            site: site(at.file, at.span),
            schedule: None,
            runs,
            via: "rust/clap".into(),
        };
        cx.within_file(at.file, |cx| cx.current.entries.push(entry));
    }
}

/// What is typed, and where it is said.
struct Word {
    words: String,
    site: Site,
}

impl Word {
    /// By which the same word of several arms is one.
    fn key(&self) -> (String, FileId, u32) {
        (self.words.clone(), self.site.file, self.site.span.start)
    }
}

fn arms(program: &Program<'_>, file: FileId) -> Vec<(Word, Vec<ExpressionId>)> {
    if program.facts(file).language != Language::Rust {
        return Vec::new();
    }
    let module = program.module(file);
    let mut found = Vec::new();
    let mut add = |words: Vec<Word>, body: &Block| {
        for word in words {
            let mut ids = Vec::new();
            evaluated(module, body, &mut ids, 0);
            found.push((word, ids));
        }
    };
    for expression in &module.expressions {
        let ExpressionKind::Match(matched) = &expression.kind else {
            continue;
        };
        let built = asks(module, matched);
        for arm in &matched.arms {
            let words = if built {
                typed(module, file, arm).into_iter().collect()
            } else {
                variants(program, file, arm.pattern)
            };
            add(words, &arm.body);
        }
    }
    for (pattern, body) in branches::branches(module) {
        add(variants(program, file, pattern), body);
    }
    found
}

/// Whether a `match` is on `matches.subcommand()`.
fn asks(module: &Module, matched: &Match) -> bool {
    let ExpressionKind::Call(call) = &module.expression(matched.subject).kind else {
        return false;
    };
    matches!(&module.expression(call.callee).kind, ExpressionKind::Attribute(of)
        if matches!(module.name(of.name), "subcommand" | "subcommand_name"))
}

/// `Some(("sync", matches))`, `Some("sync")`, `("sync", Some(matches))`.
fn typed(module: &Module, file: FileId, arm: &Arm) -> Option<Word> {
    let mut at = arm.pattern;
    for _ in 0..3 {
        match &module.expression(at).kind {
            ExpressionKind::Call(call) => at = call.arguments.first()?.value,
            ExpressionKind::Collection(of) => at = of.items.first()?.value,
            _ => break,
        }
    }
    let words = module.plain_text(at)?;
    let span = module.expression(at).span;
    Some(Word {
        words,
        site: Site { file, span },
    })
}

/// The subcommands that a pattern's variants are: `Command::A | Command::B`, `Some(Command::A)`, `(Command::A, _)`.
fn variants(program: &Program<'_>, file: FileId, pattern: ExpressionId) -> Vec<Word> {
    let module = program.module(file);
    let mut found = Vec::new();
    let mut work = vec![pattern];
    while let Some(at) = work.pop() {
        match &module.expression(at).kind {
            ExpressionKind::Any(of) => work.extend(of.iter().rev()),
            ExpressionKind::Collection(of) => work.extend(of.items.first().map(|one| one.value)),
            ExpressionKind::Call(call) => {
                let wraps = module.dotted(call.callee);
                if wraps.is_some_and(|name| matches!(name.as_str(), "Some" | "Ok")) {
                    work.extend(call.arguments.first().map(|one| one.value));
                } else {
                    found.extend(variant(program, file, call.callee));
                }
            }
            ExpressionKind::Record(record) => found.extend(variant(program, file, record.of)),
            _ => found.extend(variant(program, file, at)),
        }
    }
    found
}

/// The subcommand that the path of a variant is.
fn variant(program: &Program<'_>, file: FileId, path: ExpressionId) -> Option<Word> {
    let module = program.module(file);
    let spelled = module.dotted(path)?;
    let (of, name) = spelled.rsplit_once('.')?;
    let class = match of.rsplit('.').next() {
        Some("Self") => own_enum(program, file, name)?,
        _ => match program.resolve(file, Place::Module, of) {
            Binding::Class(class) if is_subcommand(program, class) => class,
            _ => return None,
        },
    };
    word(program, class, name)
}

/// What is typed for a variant of an enum of subcommands.
fn word(program: &Program<'_>, class: ClassRef, name: &str) -> Option<Word> {
    let words = words(program, class, name, 0)?;
    let definition = program.module(class.file);
    let mut variants = definition.class(class.class).fields.iter();
    let variant = variants.find(|one| definition.name(one.name) == name)?;
    Some(Word {
        words,
        site: Site {
            file: class.file,
            span: variant.name_span,
        },
    })
}

fn is_subcommand(program: &Program<'_>, class: ClassRef) -> bool {
    let module = program.module(class.file);
    let definition = module.class(class.class);
    definition.kind == ClassKind::Enum
        && ["Subcommand", "StructOpt", "Parser", "Clap"]
            .iter()
            .any(|name| derives(module, &definition.decorators, name))
}

/// `Self` of a file: the enum of subcommands in it that has the variant.
fn own_enum(program: &Program<'_>, file: FileId, variant: &str) -> Option<ClassRef> {
    let module = program.module(file);
    let ids = (0..).map(impact_facts::ClassId);
    let mut classes = ids
        .take(module.classes.len())
        .map(|class| ClassRef { file, class });
    classes.find(|class| {
        let mut variants = module.class(class.class).fields.iter();
        variants.any(|one| module.name(one.name) == variant) && is_subcommand(program, *class)
    })
}

/// The words of a variant, with those of the variant that holds its enum before them.
fn words(program: &Program<'_>, class: ClassRef, name: &str, depth: usize) -> Option<String> {
    let module = program.module(class.file);
    let definition = module.class(class.class);
    let mut variants = definition.fields.iter();
    let variant = variants.find(|one| module.name(one.name) == name)?;
    let said = ["command", "clap", "structopt"]
        .iter()
        .find_map(|tool| setting(module, &variant.decorators, tool, "name"));
    let own = said.unwrap_or_else(|| kebab(name));
    let around = (depth < MAX_WORDS)
        .then(|| around(program, class))
        .flatten()
        .and_then(|(class, name)| words(program, class, &name, depth + 1));
    Some(match around {
        Some(before) => format!("{before} {own}"),
        None => own,
    })
}

/// The variant, in the same file or in one that names the enum, that holds an enum of subcommands.
fn around(program: &Program<'_>, class: ClassRef) -> Option<(ClassRef, String)> {
    let files = program.files().take(program.own_files() as usize);
    let rust = files.filter(|file| program.facts(*file).language == Language::Rust);
    for file in rust {
        let module = program.module(file);
        for (id, definition) in (0..).map(impact_facts::ClassId).zip(&module.classes) {
            let of = ClassRef { file, class: id };
            if definition.kind != ClassKind::Enum || of == class || !is_subcommand(program, of) {
                continue;
            }
            for variant in &definition.fields {
                let held = variant.fields.iter();
                let mut held = held.filter_map(|field| class_of(program, file, field.annotation));
                if held.any(|held| held == class || holds(program, held, class)) {
                    return Some((of, module.name(variant.name).to_owned()));
                }
            }
        }
    }
    None
}

/// Whether a struct of arguments has a field of an enum: `struct UserArguments { #[command(subcommand)] command: UserCommand }`.
fn holds(program: &Program<'_>, of: ClassRef, class: ClassRef) -> bool {
    let module = program.module(of.file);
    let definition = module.class(of.class);
    definition.kind == ClassKind::Struct
        && definition
            .fields
            .iter()
            .any(|field| class_of(program, of.file, field.annotation) == Some(class))
}

/// The class that an annotation names: as it is, or in an `Option`.
fn class_of(
    program: &Program<'_>,
    file: FileId,
    annotation: Option<ExpressionId>,
) -> Option<ClassRef> {
    let module = program.module(file);
    let said = match &module.expression(annotation?).kind {
        ExpressionKind::Subscript(of) => module.dotted(*of.keys.first()?)?,
        _ => module.dotted(annotation?)?,
    };
    match program.resolve(file, Place::Module, &said) {
        Binding::Class(class) => Some(class),
        _ => None,
    }
}

/// `SendMails` is `send-mails`.
fn kebab(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    cased(&snake, Some("kebab-case"))
}

/// The expressions that a block evaluates, each as a whole.
fn evaluated(module: &Module, block: &Block, found: &mut Vec<ExpressionId>, depth: u32) {
    if depth > MAX_BLOCKS {
        return;
    }
    for statement in &block.statements {
        match statement {
            Statement::Do(id) | Statement::Return(Some(id)) => found.push(*id),
            Statement::Bind(bind) => found.extend(bind.value),
            Statement::Branch(branch) => {
                found.push(branch.test);
                evaluated(module, &branch.then, found, depth + 1);
                evaluated(module, &branch.otherwise, found, depth + 1);
            }
            Statement::Loop(one) => {
                found.extend(one.over);
                evaluated(module, &one.body, found, depth + 1);
            }
            _ => {}
        }
    }
    match block.tail.map(|id| (id, &module.expression(id).kind)) {
        Some((_, ExpressionKind::Block(inner))) => evaluated(module, inner, found, depth + 1),
        Some((id, _)) => found.push(id),
        None => {}
    }
}
