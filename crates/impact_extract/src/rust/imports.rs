//! `use` trees, `extern crate` and `mod name;`: one import for each name.

use impact_facts::{Import, Statement};
use tree_sitter::Node;

use super::attributes::Attributes;
use super::lowering::{Lowering, child_of_kind, field, parts};

impl Lowering<'_, '_> {
    /// Lowers `use …;` and `extern crate …;`.
    pub(super) fn imports(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        let public = child_of_kind(node, "visibility_modifier").is_some();
        if node.kind() == "extern_crate_declaration" {
            let Some(name) = field(node, "name") else {
                return;
            };
            let alias = field(node, "alias");
            return self.import(node, "", Some(name), alias, public, out);
        }
        let Some(argument) = field(node, "argument") else {
            return;
        };
        self.use_clause(argument, "", public, out);
    }

    /// Lowers `mod name;`.
    pub(super) fn module_declaration(
        &mut self,
        node: Node<'_>,
        out: &mut Vec<Statement>,
        attributes: &Attributes,
    ) {
        let Some(name) = field(node, "name") else {
            return;
        };
        let import = Import {
            path: attributes.path.clone().unwrap_or_default(),
            level: 0,
            name: Some(self.name(name)),
            alias: None,
            public: child_of_kind(node, "visibility_modifier").is_some(),
            declares: true,
            is_test: self.in_test,
            span: self.span(name),
        };
        let import = self.state.build.import(import);
        out.push(Statement::Import(import));
    }

    fn use_clause(&mut self, node: Node<'_>, prefix: &str, public: bool, out: &mut Vec<Statement>) {
        let lowered = self.nested(node, |lowering| match node.kind() {
            "scoped_use_list" => lowering.use_group(node, prefix, public, out),
            "use_list" => lowering.use_list(node, prefix, public, out),
            "use_as_clause" => {
                if let Some(path) = field(node, "path") {
                    lowering.use_path(path, prefix, field(node, "alias"), public, out);
                }
            }
            "use_wildcard" => lowering.use_wildcard(node, prefix, public, out),
            _ => lowering.use_path(node, prefix, None, public, out),
        });
        lowered.unwrap_or_default();
    }

    fn use_group(&mut self, node: Node<'_>, prefix: &str, public: bool, out: &mut Vec<Statement>) {
        let path = field(node, "path")
            .map(|path| self.spelled(path))
            .unwrap_or_else(|| {
                if prefix.is_empty() {
                    "::".to_owned()
                } else {
                    String::new()
                }
            });
        let prefix = joined(prefix, &path);
        if let Some(list) = field(node, "list") {
            self.use_list(list, &prefix, public, out);
        }
    }

    fn use_list(&mut self, node: Node<'_>, prefix: &str, public: bool, out: &mut Vec<Statement>) {
        for clause in parts(node) {
            self.use_clause(clause, prefix, public, out);
        }
    }

    fn use_wildcard(
        &mut self,
        node: Node<'_>,
        prefix: &str,
        public: bool,
        out: &mut Vec<Statement>,
    ) {
        let path = parts(node)
            .first()
            .map(|path| self.spelled(*path))
            .unwrap_or_default();
        let import = Import {
            path: joined(prefix, &path).into(),
            level: 0,
            name: Some(self.intern("*")),
            alias: None,
            public,
            declares: false,
            is_test: self.in_test,
            span: self.span(node),
        };
        let import = self.state.build.import(import);
        out.push(Statement::Import(import));
    }

    fn use_path(
        &mut self,
        node: Node<'_>,
        prefix: &str,
        alias: Option<Node<'_>>,
        public: bool,
        out: &mut Vec<Statement>,
    ) {
        let (path, name) = match (field(node, "path"), field(node, "name")) {
            (Some(path), Some(name)) => (joined(prefix, &self.spelled(path)), Some(name)),
            (None, Some(name)) => ("::".to_owned(), Some(name)),
            _ => (prefix.to_owned(), Some(node)),
        };
        let is_self = node.kind() == "self" && !prefix.is_empty();
        if !is_self {
            return self.import(node, &path, name, alias, public, out);
        }
        let (path, last) = prefix.rsplit_once("::").unwrap_or(("", prefix));
        let (path, last) = (path.to_owned(), last.to_owned());
        self.import_named(node, &path, &last, alias, public, out);
    }

    fn import(
        &mut self,
        node: Node<'_>,
        path: &str,
        name: Option<Node<'_>>,
        alias: Option<Node<'_>>,
        public: bool,
        out: &mut Vec<Statement>,
    ) {
        let name = name.map(|name| self.text(name)).unwrap_or_default();
        self.import_named(node, path, name, alias, public, out);
    }

    fn import_named(
        &mut self,
        node: Node<'_>,
        path: &str,
        name: &str,
        alias: Option<Node<'_>>,
        public: bool,
        out: &mut Vec<Statement>,
    ) {
        let import = Import {
            path: path.into(),
            level: 0,
            name: Some(self.intern(name)),
            alias: alias.map(|alias| self.name(alias)),
            public,
            declares: false,
            is_test: self.in_test,
            span: self.span(node),
        };
        let import = self.state.build.import(import);
        out.push(Statement::Import(import));
    }

    /// A path without blanks and `r#`.
    fn spelled(&self, node: Node<'_>) -> String {
        let text: String = self
            .text(node)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        text.replace("r#", "")
    }
}

fn joined(prefix: &str, path: &str) -> String {
    match (prefix, path) {
        ("", path) => path.to_owned(),
        (prefix, "") => prefix.to_owned(),
        (prefix, path) if prefix.ends_with("::") => format!("{prefix}{path}"),
        (prefix, path) => format!("{prefix}::{path}"),
    }
}
