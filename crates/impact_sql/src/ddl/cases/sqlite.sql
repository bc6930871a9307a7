CREATE TABLE [my table] (id INTEGER PRIMARY KEY AUTOINCREMENT, name, Email TEXT COLLATE NOCASE, ref REFERENCES other(x)) WITHOUT ROWID;
--> Table my table(id integer!=, name , Email text, ref ) PrimaryKey - on my table(id); ForeignKey - on my table(ref) -> other.x @ [my table]

CREATE TABLE bare (a, b);
--> Table bare(a , b ) @ bare

CREATE TABLE new_users (id integer); INSERT INTO new_users SELECT id FROM users; DROP TABLE users; ALTER TABLE new_users RENAME TO users; PRAGMA foreign_keys = ON;
--> Table new_users(id integer) @ new_users
--> Data @ INSERT INTO new_users SELECT id FROM users
--> DropRelation { name: TableName { schema: None, name: "users" }, if_exists: false, cascade: false } @ users
--> RenameRelation { from: TableName { schema: None, name: "new_users" }, to: TableName { schema: None, name: "users" } } @ users

CREATE TRIGGER t AFTER UPDATE OF a ON users WHEN new.a > 1 BEGIN UPDATE log SET x = CASE WHEN old.b THEN 1 END; DELETE FROM log; END; DROP TABLE y;
--> function t sql []  "BEGIN UPDATE log SET x = CASE WHEN old.b THEN 1 END; DELETE FROM log; END" @ t
--> Trigger t on users(a, a) runs t @ t
--> DropRelation { name: TableName { schema: None, name: "y" }, if_exists: false, cascade: false } @ y

CREATE VIRTUAL TABLE docs USING fts5(title, body, content='x');
--> Table docs(title , body ) @ docs

CREATE TABLE main.users AS SELECT 1 AS one;
--> Table main.users()  as "SELECT 1 AS one" @ users
