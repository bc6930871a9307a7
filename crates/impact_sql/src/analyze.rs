//! From text to resolutions: split, parse, resolve.

use crate::body::resolve_body;
use crate::parse::Parser;
use crate::resolution::Resolution;
use crate::resolve::{Resolver, kind_of};
use crate::schema::Schema;
use crate::syntax::Statement;
use crate::token::{Token, tokenize};
use crate::{fallback, split};
use impact_facts::Span;

/// What each statement of `text` touches, one entry for each statement that `split` finds.
///
/// `holes` are the bytes of `text` that are filled in at run time, ascending; each is one word (`impact_hole_0`).
/// Total: what cannot be followed comes back with `error`, its finds `possible`.
#[must_use]
pub fn resolve(text: &str, holes: &[Span], schema: &Schema) -> Vec<Resolution> {
    with_room(|| resolve_each(text, holes, schema))
}

/// Runs `work` where the stack has room for the deepest nesting that is followed, whatever the build.
fn with_room<T>(work: impl FnOnce() -> T) -> T {
    const NEEDED: usize = 6 << 20;
    const SEGMENT: usize = 16 << 20;
    stacker::maybe_grow(NEEDED, SEGMENT, work)
}

fn resolve_each(text: &str, holes: &[Span], schema: &Schema) -> Vec<Resolution> {
    let lower = text.to_ascii_lowercase();
    let tokens = tokenize(text, &lower, schema.dialect());
    let ranges = split::statements(text, &lower, &tokens.list, schema.dialect());
    let mut out = Vec::with_capacity(ranges.len());
    for range in ranges {
        let span = split::span_of(&tokens.list, &range);
        let list = tokens.list.get(range).unwrap_or(&[]);
        let mut statement = one(text, &lower, list, holes, schema, span);
        if let Some(open) = tokens.unterminated.filter(|open| span.contains(*open)) {
            statement.fail(open, "a literal, comment or quoted name that never ends");
        }
        out.push(statement);
    }
    out
}

fn one(
    text: &str,
    lower: &str,
    tokens: &[Token],
    holes: &[Span],
    schema: &Schema,
    span: Span,
) -> Resolution {
    let mut parser = Parser::new(text, lower, tokens, holes, schema.dialect());
    match parser.statement() {
        Ok(statement) => {
            let mut resolver = Resolver::new(&schema.inner, holes);
            resolver.run(&statement);
            let mut resolution = resolver.finish(span, kind_of(&statement));
            if let Statement::Body {
                language,
                name,
                text: body,
                ..
            } = &statement
            {
                resolve_body(text, *body, language, *name, schema, &mut resolution);
            }
            resolution
        }
        Err(error) => fallback::scan(text, lower, tokens, schema, span, error),
    }
}
#[cfg(test)]
mod tests {
    use super::resolve;
    use crate::report::Answer;
    use crate::{Resolution, Schema};
    use impact_facts::{Certainty, Dialect, Span};

    const SCHEMA: &str = "CREATE TABLE t (a int, b text, c text); CREATE TABLE u (a int, x text);";

    fn schema(dialect: Dialect) -> Schema {
        let mut replay = impact_catalog::Replay::new("main", dialect);
        replay.read("schema.sql", SCHEMA);
        Schema::new(&replay.finish())
    }

    /// Resolves a text whose `{}` are holes.
    fn with_holes(text: &str) -> (Vec<Resolution>, Answer) {
        let mut out = String::new();
        let mut holes = Vec::new();
        for (at, piece) in text.split("{}").enumerate() {
            if at > 0 {
                let start = out.len() as u32;
                out.push_str(&format!("impact_hole_{}", at - 1));
                holes.push(Span::new(start, out.len() as u32));
            }
            out.push_str(piece);
        }
        let schema = schema(Dialect::Postgres);
        let found = resolve(&out, &holes, &schema);
        let answer = Answer::of(&found, &schema);
        (found, answer)
    }

    fn pairs(list: &[(&str, &str)]) -> std::collections::BTreeSet<(String, String)> {
        list.iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect()
    }

    #[test]
    fn a_hole_for_a_value_costs_nothing() {
        for text in [
            "SELECT a FROM t WHERE b = {}",
            "SELECT a FROM t WHERE b IN ({}) LIMIT {}",
            "SELECT a FROM t WHERE b IN {}",
            "SELECT a FROM t WHERE b = ANY({})",
            "SELECT a FROM t WHERE b BETWEEN {} AND {}",
            "SELECT a FROM t WHERE b LIKE '%{}%'",
            "SELECT a FROM t WHERE b = {}::text OFFSET {}",
        ] {
            let (found, answer) = with_holes(text);
            assert_eq!(answer.reads, pairs(&[("t", "a"), ("t", "b")]), "{text}");
            assert_eq!(found[0].unknown, [], "{text}");
            assert_eq!(
                answer.certainty,
                Certainty::Exact,
                "{text}: {:?}",
                answer.error
            );
        }
    }

    #[test]
    fn a_hole_for_a_name_is_bounded_by_the_tables_in_sight() {
        for text in [
            "SELECT {} FROM t",
            "SELECT a, {} FROM t",
            "SELECT * FROM t {}",
            "SELECT * FROM t WHERE {}",
            "SELECT * FROM t WHERE a = 1 {}",
            "SELECT * FROM t WHERE a = 1 AND {}",
            "SELECT * FROM t ORDER BY {}",
            "SELECT * FROM t GROUP BY {}",
            "SELECT t.{} FROM t",
            "SELECT max({}) FROM t",
            "SELECT {} AS n FROM t",
            "SELECT a FROM t WHERE {} = 1",
            "UPDATE t SET {} = 1",
            "UPDATE t SET {} WHERE a = 1",
            "UPDATE t SET a = 1 {}",
            "DELETE FROM t {}",
            "DELETE FROM t WHERE {}",
            "INSERT INTO t ({}) VALUES ({})",
            "INSERT INTO t {}",
            "INSERT INTO t (a) VALUES (1) ON CONFLICT {}",
        ] {
            let (found, answer) = with_holes(text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].error, None, "{text}");
            let tables: Vec<_> = found[0]
                .unknown
                .iter()
                .map(|u| {
                    u.tables
                        .clone()
                        .map(|t| t.iter().map(|t| t.name.to_string()).collect::<Vec<_>>())
                })
                .collect();
            assert_eq!(tables, [Some(vec!["t".to_owned()])], "{text}");
            assert_eq!(answer.certainty, Certainty::Possible, "{text}");
        }
    }

    #[test]
    fn the_rest_of_a_statement_with_a_hole_resolves() {
        let (_, answer) = with_holes("SELECT a, {} FROM t WHERE b = 1 ORDER BY {}");
        assert_eq!(answer.reads, pairs(&[("t", "a"), ("t", "b")]));
        let (found, answer) = with_holes("SELECT a FROM {} WHERE b = 1");
        assert!(
            found[0]
                .unknown
                .iter()
                .any(|unknown| unknown.tables.is_none())
        );
        assert!(answer.reads.is_empty());
        let (_, answer) = with_holes("SELECT a FROM {}.t WHERE b = 1");
        assert_eq!(answer.reads, pairs(&[("t", "a"), ("t", "b")]));
        let (_, answer) = with_holes("SELECT {}.x, t.a FROM t JOIN u ON u.a = t.a");
        assert!(answer.reads.contains(&("u".to_owned(), "x".to_owned())));
    }

    #[test]
    fn placeholders_of_every_driver_keep_their_place() {
        for (dialect, text) in [
            (Dialect::Postgres, "SELECT a FROM t WHERE b = $1 AND c = $2"),
            (Dialect::Postgres, "SELECT a FROM t WHERE b = ? AND c = ?"),
            (Dialect::Postgres, "SELECT a FROM t WHERE b = %s AND c = %s"),
            (
                Dialect::Postgres,
                "SELECT a FROM t WHERE b = %(one)s AND c = %(two)s",
            ),
            (
                Dialect::Postgres,
                "SELECT a FROM t WHERE b = :one AND c = :two",
            ),
            (
                Dialect::Postgres,
                "SELECT a FROM t WHERE b = {one} AND c = {two}",
            ),
            (
                Dialect::Postgres,
                "SELECT a FROM t WHERE b=@one AND c =@two",
            ),
            (
                Dialect::Postgres,
                "SELECT a FROM t WHERE b=:one::text AND c=ANY(:two)",
            ),
            (Dialect::Sqlite, "SELECT a FROM t WHERE b = ?1 AND c = ?2"),
            (
                Dialect::Sqlite,
                "SELECT a FROM t WHERE b = $one AND c = @two",
            ),
            (
                Dialect::MySql,
                "SELECT `a` FROM `t` WHERE b = ? AND c = %s -- done",
            ),
            (
                Dialect::TSql,
                "SELECT [a] FROM [t] WHERE b = @one AND c = @two",
            ),
        ] {
            let schema = schema(dialect);
            let found = resolve(text, &[], &schema);
            let answer = Answer::of(&found, &schema);
            assert_eq!(
                answer.reads,
                pairs(&[("t", "a"), ("t", "b"), ("t", "c")]),
                "{text}: {:?}",
                answer.error
            );
            assert_eq!(answer.certainty, Certainty::Exact, "{text}");
            let last = found[0]
                .uses
                .iter()
                .find(|found| &*found.column == "c")
                .map(|found| &text[found.span.start as usize..found.span.end as usize]);
            assert_eq!(last, Some("c"), "{text}");
        }
    }

    #[test]
    fn without_a_catalog_a_single_source_and_a_qualifier_bind() {
        let schema = Schema::new(&impact_facts::Catalog::default());
        let reads = |text: &str| Answer::of(&resolve(text, &[], &schema), &schema).reads;
        assert_eq!(
            reads("SELECT a FROM t WHERE b = 1"),
            pairs(&[("t", "a"), ("t", "b")])
        );
        assert_eq!(reads("SELECT x.a FROM t x, u"), pairs(&[("t", "a")]));
        assert_eq!(
            reads("SELECT a FROM t, u"),
            pairs(&[("t", "a"), ("u", "a")])
        );
        assert_eq!(
            reads("SELECT q.a FROM (SELECT a, b FROM t) q"),
            pairs(&[("t", "a"), ("t", "b")])
        );
    }

    #[test]
    fn one_bad_statement_costs_itself() {
        let schema = schema(Dialect::Postgres);
        let found = resolve(
            "SELECT a FROM t; SELECT FROM FROM t WHERE b; UPDATE u SET x = 1",
            &[],
            &schema,
        );
        let failed: Vec<_> = found.iter().map(|one| one.error.is_some()).collect();
        assert_eq!(failed, [false, true, false]);
        assert!(
            found[1]
                .uses
                .iter()
                .all(|found| found.certainty == Certainty::Possible)
        );
        assert!(found[1].uses.iter().any(|found| &*found.column == "b"));
    }

    #[test]
    fn a_procedure_is_resolved_statement_by_statement() {
        let schema = schema(Dialect::Postgres);
        let text = "CREATE FUNCTION f(n int) RETURNS int LANGUAGE plpgsql AS $$
            DECLARE r record; k int := (SELECT max(a) FROM u);
            BEGIN
              IF EXISTS (SELECT 1 FROM t WHERE b = n::text) THEN
                UPDATE t SET c = 'x' WHERE t.a = n;
              ELSE
                FOR r IN SELECT x FROM u LOOP PERFORM g(r.x); END LOOP;
              END IF;
              RETURN k;
            END $$";
        let found = resolve(text, &[], &schema);
        let answer = Answer::of(&found, &schema);
        assert_eq!(
            answer.reads,
            pairs(&[("t", "a"), ("t", "b"), ("u", "a"), ("u", "x")]),
            "{:?}",
            answer.error
        );
        assert_eq!(answer.writes, pairs(&[("t", "c")]));
        let found = found[0]
            .uses
            .iter()
            .find(|found| &*found.column == "c")
            .map(|found| &text[found.span.start as usize..found.span.end as usize]);
        assert_eq!(found, Some("c"));
    }

    #[test]
    fn a_drop_that_rebinds_a_name_is_spelled_out() {
        let schema = schema(Dialect::Postgres);
        let found = resolve(
            "DELETE FROM t WHERE a IN (SELECT a FROM u WHERE x = 'gone')",
            &[],
            &schema,
        );
        let answer = Answer::of(&found, &schema);
        let meanings: Vec<_> = answer
            .rebinds
            .iter()
            .map(|(t, c, m)| (t.as_str(), c.as_str(), m.as_str()))
            .collect();
        assert_eq!(meanings, [("u", "a", "t.a")]);
    }

    #[test]
    fn what_nests_without_end_comes_back() {
        let schema = schema(Dialect::Postgres);
        for text in [
            "(".repeat(200_000),
            format!("SELECT {}1", "-(".repeat(100_000)),
            format!("SELECT a FROM t WHERE {}", "a = 1 OR ".repeat(20_000)),
            "SELECT a FROM t UNION ".repeat(5_000),
            format!("SELECT {} FROM t", "CASE WHEN a = 1 THEN ".repeat(50_000)),
            "[".repeat(200_000),
            "/*".repeat(200_000),
        ] {
            assert_eq!(
                resolve(&text, &[], &schema).len(),
                usize::from(!text.starts_with("/*"))
            );
        }
    }
}
