//! Subcommands that no pattern takes apart: what a variant holds runs itself (`command.run()` behind a trait or a macro).

use super::{Word, is_subcommand, word};
use crate::effect::Target;
use impact_bind::{Binding, ClassRef, Place, Program};
use impact_facts::{ClassId, Field, FileId};

/// Methods by which what a variant holds is run.
const RUNS: &[&str] = &[
    "run", "execute", "exec", "handle", "process", "invoke", "call",
];

/// The variants of the file's enums of subcommands, each with the method that runs what it holds.
pub(super) fn runs(program: &Program<'_>, file: FileId) -> Vec<(Word, Target)> {
    let module = program.module(file);
    let classes = (0..module.classes.len() as u32).map(|class| ClassRef {
        file,
        class: ClassId(class),
    });
    let mut found = Vec::new();
    for class in classes.filter(|class| is_subcommand(program, *class)) {
        for variant in &module.class(class.class).fields {
            let Some(held) = held(program, file, variant) else {
                continue;
            };
            let run = RUNS
                .iter()
                .find_map(|run| program.associated_function(held, run));
            if let (Some(run), Some(word)) = (run, word(program, class, module.name(variant.name)))
            {
                found.push((word, Target::Function(run)));
            }
        }
    }
    found
}

/// The struct of the program that a variant holds alone.
fn held(program: &Program<'_>, file: FileId, variant: &Field) -> Option<ClassRef> {
    let [only] = variant.fields.as_slice() else {
        return None;
    };
    let said = program.module(file).dotted(only.annotation?)?;
    match program.resolve(file, Place::Module, &said) {
        Binding::Class(held) if !is_subcommand(program, held) => Some(held),
        _ => None,
    }
}
