//! What `.gitignore` files say of a path. They are read only when somebody asks.

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The file that holds rules.
pub(crate) const NAME: &str = ".gitignore";

/// The rules that hold in a directory: its own, then those of the directories above it, up to the root of its
/// repository.
pub(crate) struct Rules<'a> {
    directory: PathBuf,
    above: Above<'a>,
    is_repository: bool,
    has_own: bool,
    own: OnceLock<Gitignore>,
    is_ignored: OnceLock<bool>,
}

/// Where the rules above a directory come from.
#[derive(Clone)]
pub(crate) enum Above<'a> {
    /// There are none.
    Nothing,
    /// From the directory that was walked before it.
    Walked(&'a Rules<'a>),
    /// From a directory above all that is walked.
    Outside(Arc<Rules<'static>>),
}

impl<'a> Rules<'a> {
    /// The rules of a directory; its own only if there are some in it.
    pub(crate) fn new(
        directory: &Path,
        above: Above<'a>,
        is_repository: bool,
        has_own: bool,
    ) -> Self {
        Self {
            directory: directory.to_path_buf(),
            above,
            is_repository,
            has_own,
            own: OnceLock::new(),
            is_ignored: OnceLock::new(),
        }
    }

    /// Whether a file or directory that stands in this directory counts.
    pub(crate) fn admit(&self, path: &Path, is_directory: bool) -> bool {
        !self.is_ignored() && !self.ignore(path, is_directory)
    }

    /// Whether the directory itself is ignored: it may be walked for what git tracks in it.
    fn is_ignored(&self) -> bool {
        *self.is_ignored.get_or_init(|| match &self.above {
            Above::Walked(above) => !above.admit(&self.directory, true),
            Above::Nothing | Above::Outside(_) => false,
        })
    }

    /// Whether the nearest rule that speaks of a path says that it is ignored.
    fn ignore(&self, path: &Path, is_directory: bool) -> bool {
        match self.own().matched(path, is_directory) {
            Match::Ignore(_) => return true,
            Match::Whitelist(_) => return false,
            Match::None => {}
        }
        match &self.above {
            _ if self.is_repository => false,
            Above::Nothing => false,
            Above::Walked(above) => above.ignore(path, is_directory),
            Above::Outside(above) => above.ignore(path, is_directory),
        }
    }

    fn own(&self) -> &Gitignore {
        self.own.get_or_init(|| {
            if !self.has_own {
                return Gitignore::empty();
            }
            let mut builder = GitignoreBuilder::new(&self.directory);
            // What cannot be read of it is no rule.
            let _ = builder.add(self.directory.join(NAME));
            builder.build().unwrap_or_else(|_| Gitignore::empty())
        })
    }
}

impl Above<'static> {
    /// The rules of the directories above `root`, up to the root of its repository.
    pub(crate) fn of(root: &Path, repository: &Path) -> Self {
        let Some(parent) = root.parent().filter(|_| root != repository) else {
            return Self::Nothing;
        };
        let has_own = parent.join(NAME).is_file();
        let above = Self::of(parent, repository);
        let rules = Rules::new(parent, above, parent == repository, has_own);
        Self::Outside(Arc::new(rules))
    }
}
