//! What a dbt project consists of.

use super::bound::returned;
use crate::manifest::draft::Manifests;
use crate::manifest::tree::{Node, documents};
use impact_facts::{
    Capture, Captured, ExpressionId, ExpressionKind, FileId, FunctionId, Language, Module, Site,
    Span, Statement, TableName, TagKind, TextId,
};
use std::collections::BTreeMap;

const MANIFEST: &str = "dbt_project.yml";

/// A project.
pub(super) struct Project<'a> {
    /// Its models and snapshots, by path.
    pub(super) models: Vec<Model<'a>>,
    /// What `vars:` says, by name.
    pub(super) vars: BTreeMap<String, Said<'a>>,
    /// Tables by source and name.
    pub(super) sources: BTreeMap<(String, String), TableName>,
    /// Macros by name.
    pub(super) macros: BTreeMap<String, Macro<'a>>,
    /// Exposures.
    pub(super) exposures: Vec<Exposure>,
}

/// A value that a data file gives.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    /// The file.
    pub(super) file: FileId,
    /// The value in it.
    pub(super) node: Node<'a>,
}

/// A model or a snapshot.
pub(super) struct Model<'a> {
    /// The name that `ref` knows it by.
    pub(super) name: String,
    /// Its file.
    pub(super) file: FileId,
    /// Its path.
    pub(super) path: &'a str,
    /// The file's lowered form.
    pub(super) module: &'a Module,
    /// What stands around its query: settings and what `{% set %}` binds.
    pub(super) body: &'a [Statement],
    /// Its query.
    pub(super) text: TextId,
}

/// A macro.
#[derive(Clone, Copy)]
pub(super) struct Macro<'a> {
    /// Its file.
    pub(super) file: FileId,
    /// The file's lowered form.
    pub(super) module: &'a Module,
    /// The function that it is lowered to.
    pub(super) function: FunctionId,
}

/// What is made from models outside the project.
pub(super) struct Exposure {
    /// Its name.
    pub(super) name: String,
    /// Where the name stands.
    pub(super) site: Site,
    /// The models that it depends on.
    pub(super) models: Vec<String>,
}

impl<'a> Project<'a> {
    /// Every project of the service.
    pub(super) fn all(manifests: &Manifests<'a, '_>) -> Vec<Project<'a>> {
        manifests
            .files()
            .filter_map(|(file, path, facts)| {
                let root = path.strip_suffix(MANIFEST)?;
                let is_root = root.is_empty() || root.ends_with('/');
                let node = documents(&facts.module).next();
                let settings = node.map(|node| Said { file, node });
                is_root.then(|| Project::read(manifests, root, settings))
            })
            .collect()
    }

    fn read(manifests: &Manifests<'a, '_>, root: &str, said: Option<Said<'a>>) -> Self {
        let settings = said.map(|said| said.node);
        let models = folders(
            settings,
            root,
            &["model-paths", "source-paths"],
            &["models"],
        );
        let macros = folders(settings, root, &["macro-paths"], &["macros"]);
        let snapshots = folders(settings, root, &["snapshot-paths"], &["snapshots"]);
        let mut project = Project {
            models: Vec::new(),
            vars: said
                .map(|said| vars(said.file, said.node))
                .unwrap_or_default(),
            sources: BTreeMap::new(),
            macros: BTreeMap::new(),
            exposures: Vec::new(),
        };
        for (file, path, facts) in manifests.files() {
            let within = |folders: &[String]| {
                folders
                    .iter()
                    .any(|folder| path.starts_with(folder.as_str()))
            };
            let in_macros = within(&macros) || path.starts_with(&format!("{root}dbt_packages/"));
            match facts.language {
                Language::Sql if within(&models) => project.model(file, path, &facts.module),
                Language::Sql if within(&snapshots) => {
                    project.snapshots_of(file, path, &facts.module)
                }
                Language::Sql if in_macros => project.macros_of(file, &facts.module),
                Language::Yaml if within(&models) || within(&snapshots) => {
                    for document in documents(&facts.module) {
                        project.sources_of(manifests, document);
                        project.exposures_of(file, document);
                    }
                }
                _ => {}
            }
        }
        project
    }

    fn model(&mut self, file: FileId, path: &'a str, module: &'a Module) {
        self.macros_of(file, module);
        let stem = path.rsplit('/').next().unwrap_or(path);
        let name = stem.strip_suffix(".sql").unwrap_or(stem).to_owned();
        if let Some(text) = query(module) {
            self.models.push(Model {
                name,
                file,
                path,
                module,
                body: &module.body.statements,
                text,
            });
        }
    }

    /// `{% snapshot name %} select … {% endsnapshot %}`: a relation of that name.
    fn snapshots_of(&mut self, file: FileId, path: &'a str, module: &'a Module) {
        for statement in &module.body.statements {
            let Statement::Function(id) = statement else {
                continue;
            };
            let function = module.function(*id);
            if let Some(name) = function.name
                && let Some(text) =
                    returned(&function.body.statements).and_then(|id| text_of(module, id))
            {
                self.models.push(Model {
                    name: module.name(name).to_owned(),
                    file,
                    path,
                    module,
                    body: &function.body.statements,
                    text,
                });
            }
        }
    }

    fn macros_of(&mut self, file: FileId, module: &'a Module) {
        for statement in &module.body.statements {
            if let Statement::Function(function) = statement
                && let Some(name) = module.function(*function).name
            {
                let name = module.name(name).to_owned();
                self.macros.entry(name).or_insert(Macro {
                    file,
                    module,
                    function: *function,
                });
            }
        }
    }

    fn sources_of(&mut self, manifests: &Manifests<'_, '_>, document: Node<'_>) {
        let sources = document.get("sources").map(Node::items).unwrap_or_default();
        for source in sources {
            let name = source.text_of("name").unwrap_or_default();
            let schema = source.text_of("schema").unwrap_or(name);
            let tables = source.get("tables").map(Node::items).unwrap_or_default();
            for table in tables {
                let known = table.text_of("name").unwrap_or_default();
                let real = table.text_of("identifier").unwrap_or(known);
                self.sources.insert(
                    (name.to_owned(), known.to_owned()),
                    relation(manifests, schema, real),
                );
            }
        }
    }

    fn exposures_of(&mut self, file: FileId, document: Node<'_>) {
        let exposures = document.get("exposures").map(Node::items);
        for exposure in exposures.unwrap_or_default() {
            let Some(name) = exposure.get("name") else {
                continue;
            };
            let depends = exposure.get("depends_on").map(Node::words);
            self.exposures.push(Exposure {
                name: name.text().unwrap_or_default().to_owned(),
                site: Site {
                    file,
                    span: name.text_span(),
                },
                models: depends
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(referred)
                    .collect(),
            });
        }
    }
}

/// The text that an expression is.
fn text_of(module: &Module, id: ExpressionId) -> Option<TextId> {
    match module.expression(id).kind {
        ExpressionKind::Text(text) => Some(text),
        _ => None,
    }
}

/// What `vars:` of `dbt_project.yml` says: for all packages, or for the project by its name, which wins.
fn vars<'a>(file: FileId, settings: Node<'a>) -> BTreeMap<String, Said<'a>> {
    let Some(all) = settings.get("vars") else {
        return BTreeMap::new();
    };
    let own = settings.text_of("name").and_then(|name| all.get(name));
    let entries = |of: Node<'a>| of.entries();
    let said = entries(all)
        .into_iter()
        .chain(own.map(entries).unwrap_or_default());
    said.filter_map(|(name, node)| Some((name.text()?.to_owned(), Said { file, node })))
        .collect()
}

/// The name in `ref('x')` or `ref('package', 'x')`.
fn referred(call: &str) -> Option<String> {
    let inside = call.trim().strip_prefix("ref(")?.strip_suffix(')')?;
    let last = inside.rsplit(',').next()?;
    Some(last.trim().trim_matches(['"', '\'']).to_owned())
}

fn folders(settings: Option<Node<'_>>, root: &str, keys: &[&str], default: &[&str]) -> Vec<String> {
    let said: Vec<&str> = keys
        .iter()
        .filter_map(|key| settings?.get(key))
        .flat_map(Node::words)
        .collect();
    let folders = if said.is_empty() {
        default.to_vec()
    } else {
        said
    };
    folders
        .into_iter()
        .map(|folder| format!("{root}{}/", folder.trim_matches('/')))
        .collect()
}

/// The table that a source means: by schema and name, else the only one of that name.
fn relation(manifests: &Manifests<'_, '_>, schema: &str, name: &str) -> TableName {
    let catalogs = manifests.input.catalogs;
    let all = || {
        catalogs
            .iter()
            .flat_map(|catalog| catalog.relations.keys().chain(catalog.dropped.keys()))
    };
    let exact = TableName::qualified(schema, name);
    if all().any(|known| *known == exact) {
        return exact;
    }
    let mut named = all().filter(|known| &*known.name == name);
    match (named.next(), named.next()) {
        (Some(only), None) => only.clone(),
        _ => exact,
    }
}

/// The text that the file as a whole is.
fn query(module: &Module) -> Option<TextId> {
    module
        .tags
        .iter()
        .filter(|tag| tag.kind == TagKind::Sql)
        .max_by_key(|tag| width(tag.span))
        .and_then(|tag| match tag.first(Capture::Text)? {
            Captured::Expression(id) => text_of(module, *id),
            _ => None,
        })
}

fn width(span: Span) -> u32 {
    span.end.saturating_sub(span.start)
}
