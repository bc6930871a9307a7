//! Tables that the code itself creates, where no migration and no dump does: `CREATE TABLE` in a string.

use super::sql::steps_of;
use super::{DeclareOptions, FileSteps, is_aside};
use crate::text::SourceText;
use impact_bind::Program;
use impact_facts::{FileId, Language, SchemaChange, Span, Text};

/// The steps that strings of the service's code say, file by file.
pub(super) fn of(program: &Program<'_>, options: &DeclareOptions<'_>) -> Vec<FileSteps> {
    let files = program.files().filter(|file| {
        let language = program.facts(*file).language;
        let is_code = matches!(
            language,
            Language::Python | Language::Rust | Language::Other
        );
        is_code && program.is_own(*file) && !is_aside(program.path(*file))
    });
    files
        .filter_map(|file| of_file(program, options, file))
        .collect()
}

fn of_file(program: &Program<'_>, options: &DeclareOptions<'_>, file: FileId) -> Option<FileSteps> {
    let module = program.module(file);
    let mut steps = Vec::new();
    for text in module.texts.iter().filter(|text| may_create(text)) {
        let source = SourceText::of(text);
        let all = Span::new(0, source.text.len() as u32);
        let said = steps_of(&source, all, options.dialect);
        let known = |name: &str| !name.contains("impact_hole_");
        steps.extend(
            said.into_iter()
                .filter(|planned| match &planned.step.change {
                    SchemaChange::CreateTable(create) => known(&create.name.name),
                    SchemaChange::CreateView(create) => known(&create.name.name),
                    SchemaChange::AddColumn { table, .. } => known(&table.name),
                    SchemaChange::AddDependent(dependent) => known(&dependent.table.name),
                    _ => false,
                }),
        );
    }
    let creates = steps
        .iter()
        .any(|planned| matches!(planned.step.change, SchemaChange::CreateTable(_)));
    creates.then(|| FileSteps::forward(file, program.path(file), steps))
}

/// Whether a literal of a text begins a statement that makes a table or adds to one.
fn may_create(text: &Text) -> bool {
    text.pieces.iter().any(|piece| match piece {
        impact_facts::Piece::Literal(literal) => {
            let lower = literal.value.to_ascii_lowercase();
            lower.contains("create table") || lower.contains("add column")
        }
        _ => false,
    })
}
