//! Front ends of languages that are read from their text: data files, templates, SQL, and whatever else holds SQL.

use crate::builder::ModuleBuilder;
use crate::source::Source;

/// SQL, with or without Jinja: the module's body is one text.
pub fn lower_sql(_source: &Source, _builder: &mut ModuleBuilder) {}

/// Django's and Jinja's templates.
pub fn lower_template(_source: &Source, _builder: &mut ModuleBuilder) {}

/// YAML, to collections.
pub fn lower_yaml(_source: &Source, _builder: &mut ModuleBuilder) {}

/// TOML, to collections.
pub fn lower_toml(_source: &Source, _builder: &mut ModuleBuilder) {}

/// JSON, to collections.
pub fn lower_json(_source: &Source, _builder: &mut ModuleBuilder) {}

/// A table of scheduled commands.
pub fn lower_crontab(_source: &Source, _builder: &mut ModuleBuilder) {}

/// A language without a front end: its string literals.
pub fn lower_other(_source: &Source, _builder: &mut ModuleBuilder) {}
