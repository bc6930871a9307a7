//! Front ends of languages that are read from their text: data files, templates, SQL, and whatever else holds SQL.

mod align;
mod comments;
mod crontab;
mod data;
mod jinja;
mod json;
mod masked;
mod opaque;
mod shape;
#[cfg(test)]
mod shown;
mod sql;
mod template;
#[cfg(test)]
mod tests;
mod toml;
mod yaml;

use crate::builder::ModuleBuilder;
use crate::source::Source;

/// SQL, with or without Jinja: the module's body is one text.
pub fn lower_sql(source: &Source, builder: &mut ModuleBuilder) {
    comments::annotate(source, builder);
    sql::lower(source, builder);
}

/// Django's and Jinja's templates.
pub fn lower_template(source: &Source, builder: &mut ModuleBuilder) {
    comments::annotate(source, builder);
    template::lower(source, builder);
}

/// YAML, to collections.
pub fn lower_yaml(source: &Source, builder: &mut ModuleBuilder) {
    comments::annotate(source, builder);
    yaml::lower(source, builder);
}

/// TOML, to collections.
pub fn lower_toml(source: &Source, builder: &mut ModuleBuilder) {
    comments::annotate(source, builder);
    toml::lower(source, builder);
}

/// JSON, to collections.
pub fn lower_json(source: &Source, builder: &mut ModuleBuilder) {
    comments::annotate(source, builder);
    json::lower(source, builder);
}

/// A table of scheduled commands.
pub fn lower_crontab(source: &Source, builder: &mut ModuleBuilder) {
    comments::annotate(source, builder);
    crontab::lower(source, builder);
}

/// A language without a front end: its string literals.
pub fn lower_other(source: &Source, builder: &mut ModuleBuilder) {
    comments::annotate(source, builder);
    opaque::lower(source, builder);
}
