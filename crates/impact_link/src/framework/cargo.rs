//! Binaries of Cargo packages: what is typed is the package's name, or that of a file in `src/bin`.

use crate::effect::{Entry, Target, site};
use crate::evaluator::Evaluator;
use impact_bind::{Definition, FunctionRef, Place, Program};
use impact_facts::{EntryKind, FileId, FunctionId, Language};

/// Records the `main` of each binary of the service.
pub(crate) fn finish(cx: &mut Evaluator<'_>) {
    let program = cx.program;
    for file in program.files().take(program.own_files() as usize) {
        if program.facts(file).language != Language::Rust {
            continue;
        }
        let (Some(name), Some(main)) = (said(program, file), main(cx, file)) else {
            continue;
        };
        let span = program.module(file).function(main).name_span;
        let entry = Entry {
            kind: EntryKind::Command,
            name: name.into(),
            site: site(file, span),
            schedule: None,
            runs: vec![Target::Function(FunctionRef {
                file,
                function: main,
            })],
            via: "rust/cargo".into(),
        };
        cx.within_file(file, |cx| cx.current.entries.push(entry));
    }
}

/// The word that starts the binary of a file: as the manifest says it, else by the layout.
fn said(program: &Program<'_>, file: FileId) -> Option<String> {
    match program.binary_name(file) {
        Some(name) => Some(name.to_owned()),
        None => binary(program.path(file), program.module_name(file)),
    }
}

/// The word that starts the binary of a file, by the layout of Cargo's reference; none if it is no binary's root.
fn binary(path: &str, module: &str) -> Option<String> {
    let (folder, file) = path.rsplit_once('/')?;
    let is_source = |folder: &str| folder == "src" || folder.ends_with("/src");
    if file == "main.rs" && is_source(folder) {
        return Some(module.replace('_', "-"));
    }
    let is_binaries = |folder: &str| folder.strip_suffix("/bin").is_some_and(is_source);
    if is_binaries(folder) {
        return file.strip_suffix(".rs").map(str::to_owned);
    }
    let (around, name) = folder.rsplit_once('/')?;
    (file == "main.rs" && is_binaries(around)).then(|| name.to_owned())
}

fn main(cx: &Evaluator<'_>, file: FileId) -> Option<FunctionId> {
    let places = cx.program.places(file);
    let definitions = places
        .names(Place::Module)
        .definitions(places.name("main")?);
    definitions.iter().find_map(|definition| match definition {
        Definition::Function(function) => Some(*function),
        _ => None,
    })
}
