//! The main job on the example workspace: the verdict on standard output, the graph beside it.

use std::path::Path;
use std::process::{Command, Stdio};

/// The workspace that comes with the project, and the column that it is about to drop.
const WORKSPACE: &str = "fixtures/workspaces/shop";
const COLUMN: &str = "users.email";
/// Where the graph goes.
const GRAPH: &str = "target/users-email.dot";
const PICTURE: &str = "target/users-email.svg";

/// Builds impact, checks the example's column, writes its graph and, where Graphviz is installed, draws it.
pub fn run(_arguments: &[String]) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .ok_or("no workspace root")?;
    let check = impact(root, &["check", "column", COLUMN])
        .status()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    let graph = impact(root, &["graph", "--column", COLUMN, "--format", "dot"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    if !graph.status.success() {
        return Err(format!("impact graph failed: {}", graph.status));
    }
    std::fs::write(root.join(GRAPH), graph.stdout).map_err(|error| format!("{GRAPH}: {error}"))?;
    let code = check
        .code()
        .map_or("a signal".to_owned(), |code| code.to_string());
    eprintln!("\nexit status of the check: {code} (0 clear, 1 blocked, 2 error, 3 inconclusive)");
    eprintln!("graph: {GRAPH}");
    draw(root);
    Ok(())
}

fn impact(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(root)
        .args(["run", "--quiet", "--locked", "--package", "impact", "--"])
        .args(["--workspace", WORKSPACE])
        .args(arguments);
    command
}

fn draw(root: &Path) {
    let drawn = Command::new("dot")
        .current_dir(root)
        .args(["-Tsvg", GRAPH, "-o", PICTURE])
        .status();
    match drawn {
        Ok(status) if status.success() => eprintln!("picture: {PICTURE}"),
        _ => eprintln!("draw it with: dot -Tsvg {GRAPH} -o {PICTURE}"),
    }
}
