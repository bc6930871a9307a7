//! What the readers of manifests read from and write to.

use super::command;
use crate::LinkInput;
use impact_facts::{
    Access, Certainty, EntryKind, EntryPoint, FileFacts, FileId, How, Index, Position, Reference,
    ReferenceClass, Scope, Site, Span, Symbol, SymbolId, TableName,
};

/// The service's files, and the index that grows.
pub(crate) struct Manifests<'a, 'i> {
    /// What is linked.
    pub(crate) input: LinkInput<'a>,
    /// What was found so far.
    pub(crate) index: &'i mut Index,
}

/// A job that a manifest declares.
pub(crate) struct JobDraft<'t> {
    /// Its name.
    pub(crate) name: &'t str,
    /// Where the name stands.
    pub(crate) site: Site,
    /// When it runs.
    pub(crate) schedule: Option<&'t str>,
    /// The commands that it starts, as they are written.
    pub(crate) commands: Vec<String>,
    /// The image that they run in.
    pub(crate) image: Option<&'t str>,
    /// Which manifest: `kubernetes`, `crontab`.
    pub(crate) via: &'static str,
}

impl<'a, 'i> Manifests<'a, 'i> {
    /// Over an index that holds what code does.
    pub(crate) fn new(input: &LinkInput<'a>, index: &'i mut Index) -> Self {
        Self {
            input: *input,
            index,
        }
    }

    /// The service's own files with their paths.
    pub(crate) fn files(&self) -> impl Iterator<Item = (FileId, &'a str, &'a FileFacts)> + use<'a> {
        let program = self.input.program;
        program
            .files()
            .take(program.own_files() as usize)
            .map(move |file| (file, program.path(file), program.facts(file)))
    }

    /// What kind of code a file holds.
    pub(crate) fn scope(&self, file: FileId) -> Scope {
        let file = self.index.files.get(file.0 as usize);
        file.map_or(Scope::Production, |file| file.scope)
    }

    /// The service's own file of that path, or of the longest end of it that is one.
    pub(crate) fn file_at(&self, path: &str) -> Option<FileId> {
        let mut rest = path.trim_start_matches("./").trim_start_matches('/');
        loop {
            let found = self.files().find(|(_, known, _)| *known == rest);
            if let Some((file, ..)) = found {
                return Some(file);
            }
            rest = rest.split_once('/')?.1;
        }
    }

    /// The symbol of a file's own body.
    pub(crate) fn module_symbol(&self, file: FileId) -> Option<SymbolId> {
        let at = self
            .index
            .symbols
            .iter()
            .position(|symbol| symbol.site.file == file && symbol.site.span.start == 0)?;
        Some(SymbolId(at as u32))
    }

    /// Adds a symbol.
    pub(crate) fn symbol(&mut self, name: &str, file: FileId, span: Span) -> SymbolId {
        let scope = self.scope(file);
        self.index.symbols.push(Symbol {
            name: name.into(),
            site: Site { file, span },
            position: Position::default(),
            scope,
        });
        SymbolId(self.index.symbols.len() as u32 - 1)
    }

    /// Adds a job, with the scripts of this service that its commands run.
    pub(crate) fn job(&mut self, draft: JobDraft<'_>) {
        let words: Vec<&str> = draft
            .commands
            .iter()
            .flat_map(|command| command::words(command))
            .collect();
        let scripts = words.iter().filter(|word| word.contains('.'));
        let mut runs: Vec<SymbolId> = scripts
            .filter_map(|word| self.file_at(word))
            .filter_map(|file| self.module_symbol(file))
            .collect();
        runs.sort_unstable();
        runs.dedup();
        let image = draft.image.into_iter().map(Box::from);
        let starts = draft.commands.iter().map(|command| command.as_str().into());
        let scope = self.scope(draft.site.file);
        self.index.entry_points.push(EntryPoint {
            kind: EntryKind::Job,
            name: draft.name.into(),
            site: draft.site,
            position: Position::default(),
            schedule: draft.schedule.map(Box::from),
            runs,
            starts: starts.chain(image).collect(),
            via: draft.via.into(),
            scope,
        });
    }

    /// Adds a reference of class *list*.
    pub(crate) fn listed(
        &mut self,
        site: Site,
        table: TableName,
        column: &str,
        access: Access,
        via: &str,
    ) {
        self.index.references.push(Reference {
            site,
            position: Position::default(),
            text: "".into(),
            database: "".into(),
            table,
            column: Some(column.into()),
            access,
            how: How::Explicit,
            class: ReferenceClass::List,
            certainty: Certainty::Likely,
            scope: self.scope(site.file),
            via: via.into(),
            symbol: None,
            declared_at: None,
            declared_position: None,
            becomes: None,
            exposed_as: None,
            applied: false,
        });
    }
}
