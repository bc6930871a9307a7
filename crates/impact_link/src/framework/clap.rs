//! clap 2 to 4: each subcommand is a command, named by the words that are typed.
//!
//! Variants of an enum that derives `Subcommand` are words in kebab case, or what `#[command(name = "…")]` says; what runs is
//! what the arms of a `match` do for the variant. With the builder, the arms of `match matches.subcommand()` say the word.
//! <https://docs.rs/clap/latest/clap/_derive/index.html>

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
                .entry((word.words.clone(), word.site.file, word.site.span.start))
                .or_insert((word.site, Vec::new()));
            runs.extend(ids.into_iter().map(|id| Target::Step(file, id)));
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

fn arms(program: &Program<'_>, file: FileId) -> Vec<(Word, Vec<ExpressionId>)> {
    if program.facts(file).language != Language::Rust {
        return Vec::new();
    }
    let module = program.module(file);
    let mut found = Vec::new();
    for expression in &module.expressions {
        let ExpressionKind::Match(matched) = &expression.kind else {
            continue;
        };
        let built = asks(module, matched);
        for arm in &matched.arms {
            let word = if built {
                typed(module, file, arm)
            } else {
                variant(program, file, arm.pattern)
            };
            if let Some(word) = word {
                let mut ids = Vec::new();
                evaluated(module, &arm.body, &mut ids, 0);
                found.push((word, ids));
            }
        }
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

/// The subcommand that a pattern's variant is.
fn variant(program: &Program<'_>, file: FileId, pattern: ExpressionId) -> Option<Word> {
    let module = program.module(file);
    let path = match &module.expression(pattern).kind {
        ExpressionKind::Call(call) => call.callee,
        ExpressionKind::Record(record) => record.of,
        _ => pattern,
    };
    let spelled = module.dotted(path)?;
    let (of, name) = spelled.rsplit_once('.')?;
    let class = match of.rsplit('.').next() {
        Some("Self") => own_enum(program, file, name)?,
        _ => match program.resolve(file, Place::Module, of) {
            Binding::Class(class) if is_subcommand(program, class) => class,
            _ => return None,
        },
    };
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
                let holds = variant.fields.iter().any(|field| {
                    let said = field.annotation.and_then(|id| module.dotted(id));
                    said.is_some_and(|said| {
                        matches!(program.resolve(file, Place::Module, &said), Binding::Class(one) if one == class)
                    })
                });
                if holds {
                    return Some((of, module.name(variant.name).to_owned()));
                }
            }
        }
    }
    None
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
