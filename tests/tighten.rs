//! NOT NULL breaks who adds rows without the column: through an ORM, too.

mod support;

use support::{code, impact, stderr, stdout, tree};

const SQLALCHEMY: &str = "from sqlalchemy import insert
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = \"users\"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    nick: Mapped[str | None]
    kind: Mapped[str | None] = mapped_column(default=\"plain\")


def add(session: Session, name, nick):
";

const DJANGO: &str = "from django.db import models


class User(models.Model):
    name = models.CharField(max_length=20)
    nick = models.CharField(max_length=20, null=True)
    kind = models.CharField(max_length=20, null=True, default=\"plain\")
    title = models.CharField(max_length=20)

    class Meta:
        db_table = \"users\"


def add(name, nick):
";

const SCHEMA: &str =
    "CREATE TABLE users (id integer PRIMARY KEY, name text, nick text, kind text, title text);\n";

/// The exit code of `check column users.COLUMN --change tighten` on a service whose one function has this line.
fn tightened(models: &str, package: &str, line: &str, column: &str) -> (i32, String) {
    let code_of = format!("{models}    {line}\n");
    let root = tree(&[
        ("requirements.txt", package),
        ("migrations/0001_users.sql", SCHEMA),
        ("app/models.py", &code_of),
    ]);
    let target = format!("users.{column}");
    let output = impact(
        root.path(),
        &["check", "column", &target, "--change", "tighten"],
    );
    (code(&output), stdout(&output) + &stderr(&output))
}

fn hold(models: &str, package: &str, cases: &[(&str, &str, i32)]) {
    for (line, column, expected) in cases {
        let (code, said) = tightened(models, package, line, column);
        assert_eq!(code, *expected, "{line} {column}: {said}");
    }
}

#[test]
fn rows_of_sqlalchemy_that_leave_the_column_out_are_found() {
    hold(
        SQLALCHEMY,
        "sqlalchemy==2.0\npsycopg2==2.9\n",
        &[
            ("session.add(User(name=name))", "nick", 3),
            ("session.add(User(name=name, nick=None))", "nick", 3),
            ("session.add(User(name=name, nick=nick))", "nick", 0),
            ("session.add(User(name=name))", "kind", 0),
            ("session.execute(insert(User).values(name=name))", "nick", 1),
            (
                "session.execute(insert(User).values(name=name, nick=nick))",
                "nick",
                0,
            ),
            (
                "session.execute(insert(User), [{\"name\": name}])",
                "nick",
                1,
            ),
            ("session.execute(insert(User).values(name))", "nick", 3),
        ],
    );
    let set_later = "user = User(name=name)\n    user.nick = nick\n    session.add(user)";
    hold(
        SQLALCHEMY,
        "sqlalchemy==2.0\npsycopg2==2.9\n",
        &[(set_later, "nick", 0)],
    );
}

#[test]
fn rows_of_django_that_leave_the_column_out_are_found() {
    hold(
        DJANGO,
        "django==5.1\npsycopg2==2.9\n",
        &[
            ("User.objects.create(name=name)", "nick", 1),
            ("User.objects.create(name=name, nick=None)", "nick", 1),
            ("User.objects.create(name=name, nick=nick)", "nick", 0),
            ("User.objects.create(name=name)", "kind", 0),
            // An empty text, not NULL.
            ("User.objects.create(name=name)", "title", 0),
            ("User(name=name).save()", "nick", 3),
            (
                "User.objects.get_or_create(name=name, defaults={\"nick\": nick})",
                "nick",
                0,
            ),
            ("User.objects.get_or_create(name=name)", "nick", 1),
            ("User.objects.create(**name)", "nick", 3),
        ],
    );
}
