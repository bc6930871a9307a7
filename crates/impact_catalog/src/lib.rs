//! Migrations, DDL and ORM declarations to the catalog of a database.
