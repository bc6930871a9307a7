//! Query packs: what to recognize, as data.
//!
//! The path is the registration: `queries/<language>/<framework>/<name>.scm` is pack `<language>/<framework>/<name>`. What
//! comes with impact and what a team adds load by the same path.

mod language_rules;
mod reader;
mod rule;
mod stub;
mod tagging;

#[cfg(test)]
mod tests;

pub use stub::Stub;

use crate::builder::ModuleBuilder;
use crate::front_end;
use crate::source::Source;
use impact_facts::Language;
use language_rules::LanguageRules;
use rule::{Place, Rule};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use tree_sitter::{Query, Tree};

/// The files of `queries/`: path and text.
static BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// A pack that could not be loaded: where, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}: {message}")]
pub struct PackError {
    /// The pack's file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// Packs, ready to run over any number of files on any number of threads. Cheap to clone. The default has none.
#[derive(Clone, Default)]
pub struct Packs {
    loaded: Arc<Loaded>,
}

#[derive(Default)]
struct Loaded {
    languages: Vec<(Language, LanguageRules)>,
    stubs: Vec<Stub>,
    digest: [u8; 32],
}

/// One pattern of a pack, for whoever asks which patterns a text hits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatternId {
    /// The pack.
    pub pack: Box<str>,
    /// The line that the pattern begins in, from 1.
    pub line: usize,
}

impl Packs {
    /// The packs that come with impact.
    #[must_use]
    pub fn builtin() -> Packs {
        static PACKS: LazyLock<Packs> =
            LazyLock::new(|| Packs::from_files(&builtin_files()).unwrap_or_default());
        PACKS.clone()
    }

    /// The packs that come with impact and those in `files`, pairs of a path below a `queries/` folder and its text. A file
    /// with the path of one that comes with impact replaces it.
    ///
    /// # Errors
    /// The first file, by path, that is no pack: with its line, and the known words where one is unknown.
    pub fn load<P: Into<String>, T: Into<String>>(
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Result<Packs, PackError> {
        let own: BTreeMap<String, String> = files
            .into_iter()
            .map(|(path, text)| (path.into().replace('\\', "/"), text.into()))
            .collect();
        for (path, text) in &own {
            compile(path, text)?;
        }
        if own.is_empty() {
            return Ok(Packs::builtin());
        }
        let mut all = builtin_files();
        all.extend(own);
        Packs::from_files(&all)
    }

    /// A digest of every pack and stub: equal packs, equal digests.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.loaded.digest
    }

    /// The modules that packs bring, in the order of their files.
    pub fn stubs(&self) -> impl Iterator<Item = &Stub> {
        self.loaded.stubs.iter()
    }

    /// Every pattern, sorted.
    #[must_use]
    pub fn patterns(&self) -> Vec<PatternId> {
        let groups = self
            .loaded
            .languages
            .iter()
            .flat_map(|(_, rules)| rules.groups());
        let mut all: Vec<PatternId> = groups
            .flat_map(|group| &group.rules)
            .map(PatternId::of)
            .collect();
        all.sort();
        all
    }

    /// The patterns that match somewhere in a file, sorted, whatever link makes of their conditions.
    #[must_use]
    pub fn hits(&self, bytes: &[u8], language: Language) -> Vec<PatternId> {
        let mut builder = ModuleBuilder::default();
        let source = Source::decode(bytes, &mut builder);
        let tree = front_end::lower(language, &source, &mut builder);
        let (Some(tree), Some(rules)) = (tree, self.rules(language)) else {
            return Vec::new();
        };
        let mut hits: Vec<PatternId> = tagging::hits(rules, &tree, &source)
            .into_iter()
            .map(PatternId::of)
            .collect();
        hits.sort();
        hits.dedup();
        hits
    }

    pub(crate) fn tag(
        &self,
        language: Language,
        tree: &Tree,
        source: &Source,
        builder: &mut ModuleBuilder,
    ) {
        if let Some(rules) = self.rules(language) {
            tagging::tag(rules, tree, source, builder);
        }
    }

    fn rules(&self, language: Language) -> Option<&LanguageRules> {
        self.loaded
            .languages
            .iter()
            .find(|(of, _)| *of == language)
            .map(|(_, rules)| rules)
    }

    fn from_files(files: &BTreeMap<String, String>) -> Result<Packs, PackError> {
        let mut hasher = blake3::Hasher::new();
        let mut rules: BTreeMap<Language, Vec<Rule>> = BTreeMap::new();
        let mut stubs = Vec::new();
        for (path, text) in files {
            for part in [path, text] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part.as_bytes());
            }
            match place_of(path)? {
                PackFile::Pack(language, pack) => {
                    rules
                        .entry(language)
                        .or_default()
                        .extend(read_rules(path, pack, text)?);
                }
                PackFile::Stub(language, pack, file) => {
                    stubs.extend(Stub::new(language, pack, file, text))
                }
                PackFile::Neither => {}
            }
        }
        let with_grammar = |(language, rules)| {
            let grammar = front_end::grammar(language)?;
            Some((language, LanguageRules::new(grammar, rules)))
        };
        let languages = rules.into_iter().filter_map(with_grammar).collect();
        let loaded = Loaded {
            languages,
            stubs,
            digest: *hasher.finalize().as_bytes(),
        };
        Ok(Packs {
            loaded: Arc::new(loaded),
        })
    }
}

impl PatternId {
    fn of(rule: &Rule) -> Self {
        Self {
            pack: rule.pack.clone(),
            line: rule.line,
        }
    }
}

/// What a file of a `queries/` folder is.
enum PackFile<'a> {
    /// A pack, with its name.
    Pack(Language, &'a str),
    /// A stub: the pack's folder, and the path below `stubs/`.
    Stub(Language, &'a str, &'a str),
    /// Prose or the like.
    Neither,
}

fn place_of(path: &str) -> Result<PackFile<'_>, PackError> {
    let error = |message: String| PackError {
        path: path.into(),
        line: 1,
        message,
    };
    let stub = path.split_once("/stubs/");
    let pack = path.strip_suffix(".scm");
    if stub.is_none() && pack.is_none() {
        return Ok(PackFile::Neither);
    }
    let folder = path.split('/').next().unwrap_or_default();
    let language = front_end::PACK_LANGUAGES
        .iter()
        .find(|(name, _)| *name == folder)
        .map(|(_, language)| *language);
    let language = language.ok_or_else(|| {
        let known: Vec<&str> = front_end::PACK_LANGUAGES
            .iter()
            .map(|(name, _)| *name)
            .collect();
        error(format!(
            "no packs for language `{folder}`; known are {}",
            known.join(" ")
        ))
    })?;
    match (stub, pack) {
        (Some((pack, file)), _) => Ok(PackFile::Stub(language, pack, file)),
        (_, Some(pack)) if pack.split('/').count() == 3 => Ok(PackFile::Pack(language, pack)),
        _ => Err(error(
            "a pack lies at <language>/<framework>/<name>.scm".into(),
        )),
    }
}

fn read_rules(path: &str, pack: &str, text: &str) -> Result<Vec<Rule>, PackError> {
    let place = Place { path, text };
    let patterns = reader::read(text).map_err(|(at, message)| place.error(at, message))?;
    patterns
        .iter()
        .map(|pattern| Rule::new(path, pack, text, pattern))
        .collect()
}

/// Checks a file as a whole, by the grammar too.
fn compile(path: &str, text: &str) -> Result<(), PackError> {
    let PackFile::Pack(language, pack) = place_of(path)? else {
        return Ok(());
    };
    read_rules(path, pack, text)?;
    let Some(grammar) = front_end::grammar(language) else {
        return Ok(());
    };
    match Query::new(&grammar, text) {
        Ok(_) => Ok(()),
        Err(error) => Err(PackError {
            path: path.into(),
            line: error.row + 1,
            message: error.message,
        }),
    }
}

fn builtin_files() -> BTreeMap<String, String> {
    BUILTIN
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}
