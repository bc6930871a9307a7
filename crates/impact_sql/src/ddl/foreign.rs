//! Tables of other servers.

use super::Steps;
use super::cursor::Cursor;
use impact_facts::SchemaChange;

/// Reads what follows `CREATE SERVER`: a server holds no column here.
pub(super) fn server(cursor: &mut Cursor<'_>, _: &mut Steps) -> Option<()> {
    cursor.if_not_exists();
    cursor.name().map(|_| ())
}

/// What follows `SERVER` in `CREATE FOREIGN TABLE`: the server, and `OPTIONS (schema_name '…')`.
pub(super) fn server_options(cursor: &mut Cursor<'_>) -> Option<(Box<str>, Box<str>)> {
    let (server, _) = cursor.name()?;
    let mut schema = "".into();
    if cursor.eat(&["OPTIONS"]) {
        for mut option in cursor.group().into_iter().flat_map(Cursor::items) {
            if option.eat(&["schema_name"]) {
                schema = option.string().map_or("", |(text, _)| text).into();
            }
        }
    }
    Some((server, schema))
}

/// Reads what follows `IMPORT FOREIGN SCHEMA`.
pub(super) fn import(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    let (remote, span) = cursor.name()?;
    let (mut only, mut except) = (Vec::new(), Vec::new());
    let list = |cursor: &mut Cursor<'_>| -> Vec<Box<str>> {
        let group = cursor.group().map(Cursor::names).unwrap_or_default();
        group.into_iter().map(|(name, _)| name).collect()
    };
    if cursor.eat(&["LIMIT", "TO"]) {
        only = list(cursor);
    } else if cursor.eat(&["EXCEPT"]) {
        except = list(cursor);
    }
    cursor.eat(&["FROM", "SERVER"]);
    let (server, _) = cursor.name()?;
    cursor.eat(&["INTO"]);
    let (local, _) = cursor.name()?;
    steps.push(
        SchemaChange::ImportForeignSchema {
            remote,
            only,
            except,
            server,
            local,
        },
        span,
    );
    Some(())
}
