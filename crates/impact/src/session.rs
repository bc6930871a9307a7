//! Where a question is asked: the workspace, scanned and joined with what was indexed elsewhere.

use crate::args::Global;
use crate::outcome::Failure;
use crate::output::say;
use clap::ColorChoice;
use etcetera::BaseStrategy;
use impact_extract::Packs;
use impact_facts::Index;
use impact_render::Settings;
use impact_scan::{ScanOptions, ServiceArgument, Wanted, Workspace, packs, read_index, scan};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The environment variable that signs what is kept between runs.
const CACHE_SECRET: &str = "IMPACT_CACHE_SECRET";

/// How to look, as meant.
#[derive(Debug, Clone)]
pub struct Session {
    place: Location,
    indexes: Vec<PathBuf>,
    options: ScanOptions,
    color: ColorChoice,
    /// Whether warnings are left unsaid.
    pub quiet: bool,
}

/// Where the workspace is.
#[derive(Debug, Clone)]
enum Location {
    /// Around the working directory.
    Here,
    /// This directory.
    Directory(PathBuf),
    /// These services, below this directory if one was given.
    Services(Option<PathBuf>, Vec<ServiceArgument>),
}

impl Session {
    /// What the arguments mean.
    pub fn of(arguments: Global) -> Result<Self, Failure> {
        let progress = !arguments.quiet;
        Ok(Self {
            options: ScanOptions {
                cache: cache_directory(arguments.no_cache, arguments.cache_dir),
                cache_secret: std::env::var(CACHE_SECRET)
                    .ok()
                    .filter(|secret| !secret.is_empty()),
                jobs: arguments.jobs.map(usize::from),
                progress,
                shuffle: arguments.shuffle,
                timings: arguments.timings.then(Arc::default),
            },
            place: location(arguments.workspace, arguments.service)?,
            indexes: arguments.index,
            color: arguments.color,
            quiet: arguments.quiet,
        })
    }

    /// Says what each stage cost, if that was asked: the last one ends here.
    pub fn say_timings(&self) {
        if let Some(timings) = &self.options.timings {
            timings.stage("answer", None);
            say(format_args!("{}", timings.table().trim_end()));
        }
    }

    /// The same session, keeping nothing between runs: what it looks at will not be there again.
    pub fn keeping_nothing(&self) -> Self {
        let mut session = self.clone();
        session.options.cache = None;
        session
    }

    /// How reports for people are laid out, on standard output or in a file.
    pub fn settings(&self, on_terminal: bool) -> Settings {
        let is_terminal = on_terminal && std::io::stdout().is_terminal();
        let color = match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        };
        let width = terminal_size::terminal_size()
            .filter(|_| is_terminal)
            .map(|(width, _)| usize::from(width.0));
        let settings = Settings::default();
        Settings {
            color,
            width: width.unwrap_or(settings.width).max(40),
            ..settings
        }
    }

    /// Where what was found is kept between runs, if anywhere.
    pub fn cache(&self) -> Option<&Path> {
        self.options.cache.as_deref()
    }

    /// The workspace, not yet looked at.
    pub fn workspace(&self) -> Result<Workspace, Failure> {
        Ok(match &self.place {
            Location::Here => Workspace::around(Path::new("."))?,
            Location::Directory(directory) => Workspace::at(directory)?,
            Location::Services(root, services) => {
                Workspace::of_services(root.as_deref().unwrap_or(Path::new(".")), services)?
            }
        })
    }

    /// Packs that come with impact and the team's own.
    pub fn packs(&self, workspace: &Workspace) -> Result<Packs, Failure> {
        Ok(packs(&workspace.root)?)
    }

    /// What is wanted to know of the workspace: its own services, then those that were indexed elsewhere.
    pub fn indexes(&self, workspace: &Workspace, wanted: &Wanted) -> Result<Vec<Index>, Failure> {
        let joined = self.joined(workspace)?;
        let mut indexes = self.scan(workspace, &self.packs(workspace)?, &joined, wanted);
        indexes.extend(joined);
        Ok(indexes)
    }

    /// Looks at another workspace in the same way; warnings are said.
    pub fn scan(
        &self,
        workspace: &Workspace,
        packs: &Packs,
        joined: &[Index],
        wanted: &Wanted,
    ) -> Vec<Index> {
        if let Some(timings) = &self.options.timings {
            timings.stage("start", Some((workspace.services.len(), "services")));
        }
        let found = scan(workspace, packs, joined, wanted, &self.options);
        if !self.quiet {
            found
                .warnings
                .iter()
                .for_each(|warning| say(format_args!("warning: {warning}")));
        }
        found.indexes
    }

    fn joined(&self, workspace: &Workspace) -> Result<Vec<Index>, Failure> {
        let mut joined: Vec<Index> = Vec::new();
        for path in &self.indexes {
            joined.extend(read_index(path).map_err(|error| Failure::about(path.display(), error))?);
        }
        let own = workspace.services.iter().map(|spec| &spec.service.name);
        let mut seen: std::collections::BTreeSet<_> = own.cloned().collect();
        match joined
            .iter()
            .find(|index| !seen.insert(index.service.name.clone()))
        {
            None => Ok(joined),
            Some(index) => Err(Failure(format!(
                "two services are named `{}`",
                index.service.name
            ))),
        }
    }
}

fn cache_directory(none: bool, named: Option<PathBuf>) -> Option<PathBuf> {
    if none {
        return None;
    }
    named.or_else(|| {
        Some(
            etcetera::choose_base_strategy()
                .ok()?
                .cache_dir()
                .join("impact"),
        )
    })
}

/// Paths of services are as typed: from the working directory.
fn location(
    workspace: Option<PathBuf>,
    services: Vec<ServiceArgument>,
) -> Result<Location, Failure> {
    if services.is_empty() {
        return Ok(workspace.map_or(Location::Here, Location::Directory));
    }
    let here =
        std::env::current_dir().map_err(|error| Failure::about("the working directory", error))?;
    let from_here = |argument: ServiceArgument| ServiceArgument {
        path: here.join(&argument.path),
        ..argument
    };
    Ok(Location::Services(
        workspace,
        services.into_iter().map(from_here).collect(),
    ))
}
