//! How long files and functions may be.

use super::Tree;
use std::collections::BTreeMap;
use syn::spanned::Spanned;
use syn::visit::Visit;

/// Nineteen of twenty files have at most so many lines.
const FILE_P95: usize = 500;
/// No file has more, but for [`EXCEPTIONS`].
const FILE_MOST: usize = 1000;
/// Nineteen of twenty functions of a crate have at most so many lines.
const FUNCTION_P95: usize = 40;
/// No function has more.
const FUNCTION_MOST: usize = 100;

/// Files that may be longer, each with its reason: lists that read well in one piece.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// A function: where, its name and its lines.
struct Function {
    path: String,
    name: String,
    lines: usize,
}

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let mut broken = files(tree);
    let mut by_crate: BTreeMap<String, Vec<Function>> = BTreeMap::new();
    for path in tree.sources().filter(|path| is_product(path)) {
        let name = path
            .trim_start_matches("crates/")
            .split('/')
            .next()
            .unwrap_or_default();
        by_crate
            .entry(name.to_owned())
            .or_default()
            .extend(functions(tree, path));
    }
    for (name, functions) in &mut by_crate {
        functions.sort_by_key(|function| function.lines);
        let long = functions
            .iter()
            .filter(|function| function.lines > FUNCTION_MOST);
        broken.extend(
            long.map(|one| format!("{}: fn {} has {} lines", one.path, one.name, one.lines)),
        );
        let lines: Vec<usize> = functions.iter().map(|function| function.lines).collect();
        let p95 = percentile(&lines);
        if p95 > FUNCTION_P95 {
            broken.push(format!(
                "{name}: one function in twenty has {p95} lines or more"
            ));
        }
    }
    broken
}

/// Whether a source is no test.
fn is_product(path: &str) -> bool {
    path.contains("/src/") && !path.contains("/tests/") && !path.ends_with("/tests.rs")
}

fn files(tree: &Tree) -> Vec<String> {
    let mut sizes: Vec<(usize, &str)> = tree
        .sources()
        .map(|path| (tree.read(path).lines().count(), path))
        .collect();
    sizes.sort_unstable();
    let excepted = |path: &str| EXCEPTIONS.iter().any(|(file, _)| *file == path);
    let long = sizes
        .iter()
        .filter(|(lines, path)| *lines > FILE_MOST && !excepted(path));
    let mut broken: Vec<String> = long
        .map(|(lines, path)| format!("{path} has {lines} lines"))
        .collect();
    let lines: Vec<usize> = sizes.iter().map(|(lines, _)| *lines).collect();
    let p95 = percentile(&lines);
    if p95 > FILE_P95 {
        let longest: Vec<String> = sizes
            .iter()
            .rev()
            .take(8)
            .map(|(lines, path)| format!("{path} {lines}"))
            .collect();
        broken.push(format!(
            "one file in twenty has {p95} lines or more; the longest: {}",
            longest.join(", ")
        ));
    }
    broken
}

/// The 95th percentile of ascending numbers.
fn percentile(sorted: &[usize]) -> usize {
    let at = (sorted.len() * 95).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or_default()
}

fn functions(tree: &Tree, path: &str) -> Vec<Function> {
    let Ok(file) = syn::parse_file(&tree.read(path)) else {
        return Vec::new();
    };
    let mut finder = Finder {
        path,
        found: Vec::new(),
    };
    finder.visit_file(&file);
    finder.found
}

/// Gathers functions, those of tests left out.
struct Finder<'a> {
    path: &'a str,
    found: Vec<Function>,
}

impl Finder<'_> {
    fn add(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let span = body.span();
        let lines = span
            .end()
            .line
            .saturating_sub(signature.span().start().line)
            + 1;
        self.found.push(Function {
            path: self.path.to_owned(),
            name: signature.ident.to_string(),
            lines,
        });
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let is_test = |attribute: &syn::Attribute| {
            attribute.path().is_ident("cfg")
                && attribute
                    .parse_args::<syn::Ident>()
                    .is_ok_and(|word| word == "test")
        };
        if !item.attrs.iter().any(is_test) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.sig, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn the_percentile_is_a_member() {
        let numbers: Vec<usize> = (1..=100).collect();
        assert_eq!(
            [percentile(&numbers), percentile(&[7]), percentile(&[])],
            [95, 7, 0]
        );
    }
}
