//! Packages as `Cargo.toml` files describe them.

use impact_facts::{ExpressionId, ExpressionKind, Module, Statement};

/// One package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Package {
    /// Its folder from the root of the tree.
    pub(super) folder: Box<str>,
    /// Its name in paths: `-` is `_`.
    pub(super) name: Box<str>,
    /// The name of its library, where it is another.
    pub(super) library: Option<Box<str>>,
    /// The library's file from the package's folder, where it is said.
    pub(super) library_path: Option<Box<str>>,
    /// Files of binaries, tests, examples and benches from the package's folder, where they are said.
    pub(super) roots: Vec<Box<str>>,
    /// Binaries whose file is said: its path from the package's folder, and what is typed.
    pub(super) binaries: Vec<(Box<str>, Box<str>)>,
    /// Dependencies: the name in paths, and the package's own name.
    pub(super) dependencies: Vec<(Box<str>, Box<str>)>,
}

/// Reads a manifest that stands at `path`. None if it describes no package.
pub(super) fn package(path: &str, module: &Module) -> Option<Package> {
    let folder = path.strip_suffix("Cargo.toml")?.trim_end_matches('/');
    let root = module
        .body
        .statements
        .iter()
        .find_map(|statement| match statement {
            Statement::Do(id) => Some(*id),
            _ => None,
        })?;
    let name = text(module, get(module, get(module, root, "package")?, "name")?)?;
    let library = get(module, root, "lib");
    let said = |key: &str| library.and_then(|library| text(module, get(module, library, key)?));
    Some(Package {
        folder: folder.into(),
        name: spelled(&name),
        library: said("name").map(|name| spelled(&name)),
        library_path: said("path").map(Into::into),
        roots: ["bin", "test", "example", "bench"]
            .iter()
            .flat_map(|kind| targets(module, root, kind))
            .collect(),
        binaries: binaries(module, root),
        dependencies: dependencies(module, root),
    })
}

fn targets(module: &Module, root: ExpressionId, kind: &str) -> Vec<Box<str>> {
    let list = get(module, root, kind)
        .map(|list| values(module, list))
        .unwrap_or_default();
    list.into_iter()
        .filter_map(|(_, target)| text(module, get(module, target, "path")?))
        .map(Into::into)
        .collect()
}

fn binaries(module: &Module, root: ExpressionId) -> Vec<(Box<str>, Box<str>)> {
    let list = get(module, root, "bin").map(|list| values(module, list));
    let said = |target, key| text(module, get(module, target, key)?);
    list.unwrap_or_default()
        .into_iter()
        .filter_map(|(_, one)| Some((said(one, "path")?.into(), said(one, "name")?.into())))
        .collect()
}

fn dependencies(module: &Module, root: ExpressionId) -> Vec<(Box<str>, Box<str>)> {
    let mut found = Vec::new();
    for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let entries = get(module, root, table)
            .map(|table| values(module, table))
            .unwrap_or_default();
        for (name, value) in entries {
            let Some(name) = name else { continue };
            let package = get(module, value, "package").and_then(|package| text(module, package));
            found.push((spelled(&name), spelled(package.as_deref().unwrap_or(&name))));
        }
    }
    found
}

fn spelled(name: &str) -> Box<str> {
    name.replace('-', "_").into()
}

fn get(module: &Module, of: ExpressionId, key: &str) -> Option<ExpressionId> {
    values(module, of)
        .into_iter()
        .find(|(name, _)| name.as_deref() == Some(key))
        .map(|(_, value)| value)
}

fn values(module: &Module, of: ExpressionId) -> Vec<(Option<String>, ExpressionId)> {
    let ExpressionKind::Collection(collection) = &module.expression(of).kind else {
        return Vec::new();
    };
    let key = |key: Option<ExpressionId>| key.and_then(|key| text(module, key));
    collection
        .items
        .iter()
        .map(|item| (key(item.key), item.value))
        .collect()
}

fn text(module: &Module, id: ExpressionId) -> Option<String> {
    module.plain_text(id).or_else(|| module.dotted(id))
}
