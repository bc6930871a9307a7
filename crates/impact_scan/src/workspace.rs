//! What a run is about: services, databases, and which files of them count.

use crate::config::{self, ConfigError, ConfigFile, RawDatabase, RawService, Source};
use crate::dialects::{Votes, of_files, winner};
use crate::run::walk_all;
use crate::{discover, schema_paths};
use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use impact_facts::{Dialect, Service};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use toml::Spanned;

/// The file that describes a workspace.
pub const CONFIG_FILE: &str = "impact.toml";

/// The database of services that name none.
pub(crate) const DEFAULT_DATABASE: &str = "main";

/// All that one run looks at. Made by its constructors.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Its root: absolute, without `..`. Paths of services are relative to it.
    pub root: PathBuf,
    /// The `impact.toml` that describes it, if one does.
    pub config: Option<PathBuf>,
    /// Its services in the order they were given or, if found, by name. Names are unique; at least one.
    pub services: Vec<ServiceSpec>,
    /// Its databases; at least one. The first is the one of services that name none.
    pub databases: Vec<DatabaseSpec>,
}

/// A service and where its files are.
#[derive(Debug, Clone)]
pub struct ServiceSpec {
    /// Who it is, as its index says.
    pub service: Service,
    /// Its root: absolute, without `..`; a directory that exists.
    pub root: PathBuf,
    /// Which of its files count.
    pub selection: Selection,
    /// Whether it is no service but files that say what a database's schema is.
    pub schema_only: bool,
}

/// A database of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSpec {
    /// Its name, unique in the workspace.
    pub name: Box<str>,
    /// Its dialect, if it is said; else it is found with the files, see [`Workspace::with_dialects`].
    pub dialect: Option<Dialect>,
    /// Files, directories or globs that hold its schema, absolute; empty if they are to be found.
    pub schema: Vec<Box<str>>,
}

/// `NAME=PATH` of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceArgument {
    /// The service's name.
    pub name: String,
    /// Its root as typed.
    pub path: PathBuf,
}

impl std::str::FromStr for ServiceArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, path)) if !name.is_empty() && !path.is_empty() => Ok(Self {
                name: name.to_owned(),
                path: path.into(),
            }),
            _ => Err(format!(
                "`{text}` is not of the form NAME=PATH, as in `billing=../billing`"
            )),
        }
    }
}

/// Why no workspace could be made.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A path that was named cannot be used.
    #[error("{}: {message}", path.display())]
    Path {
        /// The path as named.
        path: PathBuf,
        /// Why not.
        message: String,
    },
    /// Two services have one name.
    #[error("two services are named `{0}`")]
    DuplicateService(String),
}

impl WorkspaceError {
    fn io(path: &Path, error: &std::io::Error) -> Self {
        Self::Path {
            path: path.to_path_buf(),
            message: error.to_string(),
        }
    }
}

impl Workspace {
    /// The workspace at `directory`: what its `impact.toml` says or, without one, what is found there: a folder of
    /// repositories holds a service for each, anything else is one service.
    pub fn at(directory: &Path) -> Result<Self, WorkspaceError> {
        let root = real_directory(directory)?;
        let config = root.join(CONFIG_FILE);
        if config.is_file() {
            Self::from_config(&config)
        } else {
            Ok(discover::workspace(&root))
        }
    }

    /// Its path from the root of the git repository that it is in; empty if it is that root, or in none.
    #[must_use]
    pub fn path_in_repository(&self) -> String {
        let mut above = self.root.ancestors();
        let root = above.find(|directory| directory.join(".git").exists());
        let below = root.and_then(|root| self.root.strip_prefix(root).ok());
        below.map(slashes).unwrap_or_default()
    }

    /// The workspace that `directory` is in: of the nearest `impact.toml` at or above it, else of the repository it is
    /// in, else [`Workspace::at`] it.
    pub fn around(directory: &Path) -> Result<Self, WorkspaceError> {
        let start = real_directory(directory)?;
        let holds = |name: &str| start.ancestors().find(|dir| dir.join(name).exists());
        match holds(CONFIG_FILE).or_else(|| holds(".git")) {
            Some(root) => Self::at(root),
            None => Self::at(&start),
        }
    }

    /// A workspace of the named services, rooted at `root`.
    pub fn of_services(root: &Path, services: &[ServiceArgument]) -> Result<Self, WorkspaceError> {
        let root = real_directory(root)?;
        let mut specs = Vec::new();
        for argument in services {
            let path = real_directory(&root.join(&argument.path))?;
            specs.push(ServiceSpec::found(&root, &path, &argument.name));
        }
        reject_duplicates(&specs)?;
        let databases = vec![discover::database()];
        Ok(Self {
            root,
            config: None,
            services: specs,
            databases,
        })
    }

    /// The same workspace with a dialect for each database: said, or as its services' manifests and settings suggest.
    /// Looks at all files.
    #[must_use]
    pub fn with_dialects(self) -> Self {
        let trees = walk_all(&self);
        let votes: Vec<Votes> = trees.iter().map(|tree| of_files(&tree.files)).collect();
        self.told(&votes)
    }

    /// The same workspace with a dialect for each database, by the votes of each service.
    pub(crate) fn told(mut self, votes: &[Votes]) -> Self {
        for database in &mut self.databases {
            let services = self.services.iter().zip(votes);
            let mine = services.filter(|(spec, _)| {
                let names = &spec.service.databases;
                names.is_empty() || names.contains(&database.name)
            });
            let found = || winner(mine.map(|(_, votes)| votes));
            database.dialect = Some(database.dialect.unwrap_or_else(found));
        }
        self
    }

    /// The text of a file by its path from the workspace's root, if it lies in one of the services.
    #[must_use]
    pub fn text_of(&self, path: &str) -> Option<String> {
        let real = self.root.join(path).canonicalize().ok()?;
        let inside = self
            .services
            .iter()
            .any(|spec| real.starts_with(&spec.root));
        let bytes = inside.then(|| std::fs::read(real).ok()).flatten()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The `[policy]` section as a type of the caller's; none if there is none.
    ///
    /// # Errors
    /// If it does not fit the type: with line and column.
    pub fn policy_as<T: serde::de::DeserializeOwned>(&self) -> Result<Option<T>, WorkspaceError> {
        let Some(path) = &self.config else {
            return Ok(None);
        };
        let text =
            std::fs::read_to_string(path).map_err(|error| WorkspaceError::io(path, &error))?;
        Ok(config::policy(&Source { path, text: &text })?)
    }

    /// A complaint about a rule of the policy, from 0, at its line and column.
    #[must_use]
    pub fn rule_error(&self, number: usize, message: &str) -> WorkspaceError {
        let path = self.config.clone().unwrap_or_default();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let source = Source {
            path: &path,
            text: &text,
        };
        WorkspaceError::Config(source.error(config::rule_offset(&source, number), message))
    }

    fn from_config(path: &Path) -> Result<Self, WorkspaceError> {
        let text =
            std::fs::read_to_string(path).map_err(|error| WorkspaceError::io(path, &error))?;
        let source = Source { path, text: &text };
        let file = config::parse(&source)?;
        let root = path.parent().unwrap_or(path).to_path_buf();
        Self::from_file(&source, root, file)
    }

    fn from_file(
        source: &Source<'_>,
        root: PathBuf,
        file: ConfigFile,
    ) -> Result<Self, WorkspaceError> {
        let shared = Globs::of(source, &file.include, &file.exclude)?;
        let mut services = Vec::new();
        for raw in &file.service {
            services.push(service(source, &root, raw, &shared)?);
        }
        if services.is_empty() {
            services = discover::services(&root);
            services
                .iter_mut()
                .for_each(|spec| spec.selection.workspace = shared.clone());
        }
        reject_duplicates(&services)?;
        let databases = databases(source, &root, &file.database, &services)?;
        check_databases(source, &file.service, &databases)?;
        if let ([only], [_]) = (databases.as_slice(), file.database.as_slice()) {
            services
                .iter_mut()
                .for_each(|spec| use_database(spec, only));
        }
        services.extend(schema_paths::outside_services(&root, &databases, &services));
        Ok(Self {
            root,
            config: Some(source.path.to_path_buf()),
            services,
            databases,
        })
    }

    /// The database that a service uses when a reference does not say.
    #[must_use]
    pub fn database_of(&self, service: &Service) -> Option<&DatabaseSpec> {
        match service.databases.first() {
            Some(name) => self
                .databases
                .iter()
                .find(|database| database.name == *name),
            None => self.databases.first(),
        }
    }
}

impl ServiceSpec {
    /// A service of which only its place is known. `path` is real.
    pub(crate) fn found(workspace: &Path, path: &Path, name: &str) -> Self {
        Self {
            service: Service {
                name: name.into(),
                path: relative(workspace, path).into(),
                ..Service::default()
            },
            root: path.to_path_buf(),
            selection: Selection::default(),
            schema_only: false,
        }
    }
}

/// Which files of a service count, beside what walking leaves out.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The service's own globs, matched from its root.
    own: Globs,
    /// The workspace's globs, matched from the workspace's root.
    workspace: Globs,
}

impl Selection {
    /// Whether a file counts, by its path from the service's root and from the workspace's.
    #[must_use]
    pub fn admits(&self, path: &str, service_path: &str) -> bool {
        let whole = if service_path.is_empty() {
            path.into()
        } else {
            format!("{service_path}/{path}")
        };
        self.own.admits(path) && self.workspace.admits(&whole)
    }

    /// Lets only the files count that a pattern fits. One that is no glob fits nothing.
    pub(crate) fn only(&mut self, pattern: &str) {
        let mut set = GlobSetBuilder::new();
        globs(&format!("/{pattern}"))
            .unwrap_or_default()
            .into_iter()
            .for_each(|glob| {
                set.add(glob);
            });
        self.own.include = Some(set.build().unwrap_or_else(|_| GlobSet::empty()));
    }
}

#[derive(Debug, Clone, Default)]
struct Globs {
    include: Option<GlobSet>,
    exclude: Option<GlobSet>,
}

impl Globs {
    fn of(
        source: &Source<'_>,
        include: &[Spanned<String>],
        exclude: &[Spanned<String>],
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            include: glob_set(source, include)?,
            exclude: glob_set(source, exclude)?,
        })
    }

    fn admits(&self, path: &str) -> bool {
        self.include.as_ref().is_none_or(|set| set.is_match(path))
            && !self.exclude.as_ref().is_some_and(|set| set.is_match(path))
    }
}

fn glob_set(
    source: &Source<'_>,
    patterns: &[Spanned<String>],
) -> Result<Option<GlobSet>, ConfigError> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        for glob in
            globs(pattern.get_ref()).map_err(|error| source.error_at(pattern, error.to_string()))?
        {
            set.add(glob);
        }
    }
    set.build()
        .map(Some)
        .map_err(|error| source.error(0, error.to_string()))
}

/// A pattern as `.gitignore` means it: without a `/` in it, it fits at any depth; it fits a directory with all inside.
pub(crate) fn globs(pattern: &str) -> Result<Vec<Glob>, globset::Error> {
    let trimmed = pattern.trim_start_matches("./").trim_end_matches('/');
    let anchored = trimmed.strip_prefix('/');
    let base = match anchored {
        Some(rest) => rest.to_owned(),
        None if trimmed.contains('/') => trimmed.to_owned(),
        None => format!("**/{trimmed}"),
    };
    [base.clone(), format!("{base}/**")]
        .iter()
        .map(|text| GlobBuilder::new(text).literal_separator(true).build())
        .collect()
}

fn service(
    source: &Source<'_>,
    root: &Path,
    raw: &RawService,
    shared: &Globs,
) -> Result<ServiceSpec, WorkspaceError> {
    let path = real_directory(&root.join(raw.path.get_ref())).map_err(|error| {
        source.error_at(
            &raw.path,
            format!("the path of service `{}`: {error}", raw.name.get_ref()),
        )
    })?;
    let mut spec = ServiceSpec::found(root, &path, raw.name.get_ref());
    spec.service.owner = raw.owner.as_deref().map(Into::into);
    spec.service.library = raw.library;
    spec.service.databases = raw
        .database
        .iter()
        .chain(&raw.databases)
        .map(|name| name.get_ref().as_str().into())
        .collect();
    spec.selection.own = Globs::of(source, &raw.include, &raw.exclude)?;
    spec.selection.workspace = shared.clone();
    Ok(spec)
}

/// A database may be left unsaid where there is one.
fn use_database(spec: &mut ServiceSpec, only: &DatabaseSpec) {
    if spec.service.databases.is_empty() {
        spec.service.databases.push(only.name.clone());
    }
}

fn databases(
    source: &Source<'_>,
    root: &Path,
    raw: &[RawDatabase],
    services: &[ServiceSpec],
) -> Result<Vec<DatabaseSpec>, ConfigError> {
    if raw.is_empty() {
        return Ok(named_databases(services));
    }
    let mut seen = BTreeSet::new();
    let mut databases = Vec::new();
    for section in raw {
        let name = section.name.get_ref();
        if !seen.insert(name) {
            return Err(source.error_at(&section.name, format!("two databases are named `{name}`")));
        }
        schema_paths::check(source, root, section)?;
        databases.push(DatabaseSpec {
            name: name.as_str().into(),
            dialect: dialect(source, section)?,
            schema: section
                .schema
                .iter()
                .map(|path| absolute_text(root, path.get_ref()))
                .collect(),
        });
    }
    Ok(databases)
}

/// Databases that only services speak of; one that all share if none does.
fn named_databases(services: &[ServiceSpec]) -> Vec<DatabaseSpec> {
    let names: BTreeSet<&str> = services
        .iter()
        .flat_map(|spec| &spec.service.databases)
        .map(|name| &**name)
        .collect();
    if names.is_empty() {
        return vec![discover::database()];
    }
    names
        .into_iter()
        .map(|name| DatabaseSpec {
            name: name.into(),
            dialect: None,
            schema: Vec::new(),
        })
        .collect()
}

fn dialect(source: &Source<'_>, section: &RawDatabase) -> Result<Option<Dialect>, ConfigError> {
    let Some(word) = &section.dialect else {
        return Ok(None);
    };
    if let Some(dialect) = Dialect::from_name(word.get_ref()) {
        return Ok(Some(dialect));
    }
    let names: Vec<&str> = Dialect::NAMES
        .iter()
        .map(|(dialect, _)| dialect.name())
        .collect();
    let hint = config::suggestion(word.get_ref(), names.iter().copied());
    let known = names.join("`, `");
    Err(source.error_at(
        word,
        format!(
            "unknown dialect `{}`{hint} (known: `{known}`)",
            word.get_ref()
        ),
    ))
}

fn check_databases(
    source: &Source<'_>,
    services: &[RawService],
    databases: &[DatabaseSpec],
) -> Result<(), ConfigError> {
    let mut names = services
        .iter()
        .flat_map(|service| service.database.iter().chain(&service.databases));
    let unknown = names.find(|name| {
        databases
            .iter()
            .all(|database| *database.name != **name.get_ref())
    });
    match unknown {
        None => Ok(()),
        Some(name) => {
            let hint = config::suggestion(
                name.get_ref(),
                databases.iter().map(|database| &*database.name),
            );
            Err(source.error_at(
                name,
                format!("no `[[database]]` is named `{}`{hint}", name.get_ref()),
            ))
        }
    }
}

fn reject_duplicates(services: &[ServiceSpec]) -> Result<(), WorkspaceError> {
    let mut seen = BTreeSet::new();
    match services
        .iter()
        .find(|spec| !seen.insert(&spec.service.name))
    {
        Some(spec) => Err(WorkspaceError::DuplicateService(
            spec.service.name.to_string(),
        )),
        None => Ok(()),
    }
}

fn real_directory(path: &Path) -> Result<PathBuf, WorkspaceError> {
    let real = path
        .canonicalize()
        .map_err(|error| WorkspaceError::io(path, &error))?;
    if real.is_dir() {
        Ok(real)
    } else {
        Err(WorkspaceError::Path {
            path: path.to_path_buf(),
            message: "is not a directory".into(),
        })
    }
}

fn absolute_text(root: &Path, path: &str) -> Box<str> {
    slashes(&root.join(path)).into()
}

/// `path` as seen from `base`, with `/` and, where it lies outside, `..`; empty for `base` itself. Both are real.
pub(crate) fn relative(base: &Path, path: &Path) -> String {
    let mut from = base.components().peekable();
    let mut to = path.components().peekable();
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    let up = from.map(|_| Component::ParentDir);
    slashes(&up.chain(to).collect::<PathBuf>())
}

/// A path without `.` and `..`, by its letters alone.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            _ => normal.push(part),
        }
    }
    normal
}

/// A path with `/` between its parts, whatever the system uses. What is not UTF-8 is replaced.
pub(crate) fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}
