//! A workspace as the text of an `impact.toml`.

use crate::workspace::{DatabaseSpec, ServiceSpec, Workspace};
use std::fmt::Write;

const HEAD: &str = "\
# The services that share databases, for impact.
# Paths are relative to this file and may lead outside: ../billing.
";

const SERVICE_NOTES: &str = "\
# owner = \"@team\"           # who answers for it
# databases = [\"main\"]      # which of the databases below it uses; the first is meant when code does not say
# library = true            # only imported by others, never deployed
# exclude = [\"vendor/\"]     # globs of files that do not count
";

const DATABASE_NOTES: &str = "\
# schema = [\"migrations/\", \"../billing/db/schema.sql\"]   # where its schema comes from; found if left out
";

/// A commented `impact.toml` that describes this workspace.
#[must_use]
pub fn describe_workspace(workspace: &Workspace) -> String {
    let mut text = HEAD.to_owned();
    let services = workspace.services.iter().filter(|spec| !spec.schema_only);
    for (at, spec) in services.enumerate() {
        text.push('\n');
        service(&mut text, spec);
        text.push_str(if at == 0 { SERVICE_NOTES } else { "" });
    }
    for (at, spec) in workspace.databases.iter().enumerate() {
        text.push('\n');
        database(&mut text, spec);
        text.push_str(if at == 0 { DATABASE_NOTES } else { "" });
    }
    text
}

fn service(text: &mut String, spec: &ServiceSpec) {
    let path = if spec.service.path.is_empty() {
        "."
    } else {
        &*spec.service.path
    };
    let _ = writeln!(
        text,
        "[[service]]\nname = {}\npath = {}",
        quoted(&spec.service.name),
        quoted(path)
    );
    if let Some(owner) = &spec.service.owner {
        let _ = writeln!(text, "owner = {}", quoted(owner));
    }
    if !spec.service.databases.is_empty() {
        let names: Vec<String> = spec
            .service
            .databases
            .iter()
            .map(|name| quoted(name))
            .collect();
        let _ = writeln!(text, "databases = [{}]", names.join(", "));
    }
    if spec.service.library {
        text.push_str("library = true\n");
    }
}

fn database(text: &mut String, spec: &DatabaseSpec) {
    let _ = writeln!(
        text,
        "[[database]]\nname = {}\ndialect = \"{}\"",
        quoted(&spec.name),
        spec.dialect.unwrap_or_default().name()
    );
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
