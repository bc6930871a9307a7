//! Names that every Rust file sees without importing them (edition 2021).

#[rustfmt::skip]
const PRELUDE: &[(&str, &str)] = &[
    ("AsRef", "std.convert.AsRef"), ("Box", "std.boxed.Box"), ("Clone", "std.clone.Clone"), ("Copy", "std.marker.Copy"),
    ("Debug", "std.fmt.Debug"), ("Default", "std.default.Default"), ("Drop", "std.ops.Drop"), ("Eq", "std.cmp.Eq"),
    ("Err", "std.result.Result.Err"), ("Fn", "std.ops.Fn"), ("FnMut", "std.ops.FnMut"), ("FnOnce", "std.ops.FnOnce"),
    ("From", "std.convert.From"), ("Hash", "std.hash.Hash"), ("Into", "std.convert.Into"),
    ("IntoIterator", "std.iter.IntoIterator"), ("Iterator", "std.iter.Iterator"), ("None", "std.option.Option.None"),
    ("Ok", "std.result.Result.Ok"), ("Option", "std.option.Option"), ("Ord", "std.cmp.Ord"),
    ("PartialEq", "std.cmp.PartialEq"), ("PartialOrd", "std.cmp.PartialOrd"), ("Result", "std.result.Result"),
    ("Send", "std.marker.Send"), ("Sized", "std.marker.Sized"), ("Some", "std.option.Option.Some"),
    ("String", "std.string.String"), ("Sync", "std.marker.Sync"), ("ToOwned", "std.borrow.ToOwned"),
    ("ToString", "std.string.ToString"), ("TryFrom", "std.convert.TryFrom"), ("TryInto", "std.convert.TryInto"),
    ("Vec", "std.vec.Vec"), ("alloc", "alloc"), ("bool", "bool"), ("char", "char"), ("concat", "std.concat"),
    ("core", "core"), ("drop", "std.mem.drop"), ("f32", "f32"), ("f64", "f64"), ("format", "std.format"), ("i128", "i128"),
    ("i16", "i16"), ("i32", "i32"), ("i64", "i64"), ("i8", "i8"), ("include_str", "std.include_str"),
    ("isize", "isize"), ("std", "std"), ("str", "str"), ("u128", "u128"), ("u16", "u16"), ("u32", "u32"),
    ("u64", "u64"), ("u8", "u8"), ("usize", "usize"),
];

/// What globs of packages bring in that queries and routes begin with, by package: sea-orm 1, salvo 0.7, sqlx 0.8,
/// rusqlite 0.31, tokio-postgres 0.7, mysql_async 0.34, axum 0.8, actix-web 4, poem 3.
#[rustfmt::skip]
const PACKAGES: &[(&str, &[&str])] = &[
    ("sea_orm", &["ActiveValue", "DatabaseConnection", "DatabaseTransaction", "DbConn", "NotSet", "Set", "Statement", "Unchanged"]),
    ("salvo", &["Router", "Server", "Service"]),
    ("sqlx", &["MySqlPool", "PgPool", "QueryBuilder", "SqlitePool", "query", "query_as", "query_scalar", "raw_sql"]),
    ("rusqlite", &["Connection", "Row", "Statement", "Transaction"]),
    ("tokio_postgres", &["Client", "Row", "Transaction"]),
    ("postgres", &["Client", "Row", "Transaction"]),
    ("mysql_async", &["Conn", "Pool", "Row"]),
    ("axum", &["Json", "Router", "serve"]),
    ("actix_web", &["App", "HttpServer", "web"]),
    ("poem", &["Route", "Server"]),
    ("loco_rs", &["AppRoutes", "Routes"]),
];

/// What globs of packages hand on of other packages, by package and by the package that it comes from: loco-rs 0.1 to 1.0.
#[rustfmt::skip]
const HANDED_ON: &[(&str, &str, &[&str])] = &[
    ("loco_rs", "axum.routing", &["delete", "get", "head", "options", "patch", "post", "put", "trace"]),
    ("loco_rs", "axum", &["Json"]),
    ("loco_rs", "sea_orm", &["ActiveValue", "DatabaseConnection", "Set"]),
];

/// The qualified name of a name that a glob of a package, or of a module in it, brings in.
pub(super) fn of_package(glob: &str, name: &str) -> Option<String> {
    let package = glob.split('.').next()?;
    let mut handed_on = HANDED_ON.iter().filter(|(known, ..)| *known == package);
    if let Some((_, from, _)) = handed_on.find(|(.., names)| names.contains(&name)) {
        return Some(format!("{from}.{name}"));
    }
    let (_, names) = PACKAGES.iter().find(|(known, _)| *known == package)?;
    names.contains(&name).then(|| format!("{package}.{name}"))
}

/// The qualified name of a name of the prelude.
pub(super) fn path(name: &str) -> Option<&'static str> {
    PRELUDE
        .binary_search_by(|(known, _)| (*known).cmp(name))
        .ok()
        .and_then(|at| PRELUDE.get(at))
        .map(|(_, path)| *path)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted() {
        assert!(super::PRELUDE.is_sorted());
        assert_eq!(super::path("Vec"), Some("std.vec.Vec"));
        assert_eq!(super::path("User"), None);
        let found = super::of_package("salvo.prelude", "Router");
        assert_eq!(found.as_deref(), Some("salvo.Router"));
        assert_eq!(super::of_package("salvo.prelude", "User"), None);
    }
}
