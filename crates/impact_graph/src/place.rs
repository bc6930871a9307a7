//! What the graph says of places and columns in words that need no index to be read.

use impact_facts::{Position, Span, TableName};

/// A place in a service's tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// The service.
    pub service: Box<str>,
    /// The path from the workspace's root, with `/`, without `./`.
    pub path: Box<str>,
    /// Lines and columns. All zero where only the file is known.
    pub position: Position,
    /// Bytes of the file.
    pub span: Span,
}

/// A column of a database of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnName {
    /// The database's name.
    pub database: Box<str>,
    /// The table: bare where the search path finds it.
    pub table: TableName,
    /// The column; empty for the table as a whole.
    pub column: Box<str>,
}

impl std::fmt::Display for ColumnName {
    /// `table.column`, without the database; `table` for a table as a whole.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.column.is_empty() {
            return write!(f, "{}", self.table);
        }
        write!(f, "{}.{}", self.table, self.column)
    }
}

/// A service's path and a file's path as one, from the workspace's root.
pub(crate) fn join_path(service: &str, file: &str) -> Box<str> {
    let service = service.trim_start_matches("./").trim_end_matches('/');
    if service.is_empty() || service == "." {
        file.into()
    } else {
        format!("{service}/{file}").into()
    }
}
