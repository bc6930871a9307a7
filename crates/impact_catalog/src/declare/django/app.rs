//! Applications: which one a module belongs to, its label, and the settings that name models.

use crate::declare::values::{self, Arguments, value};
use impact_bind::{Binding, ClassRef, Definition, Place, Program, ValueRef};
use impact_facts::{FileId, Language};
use std::collections::BTreeMap;

/// The applications of a program, by the name of their package.
#[derive(Debug, Default)]
pub(super) struct Apps {
    /// Package to label.
    labels: BTreeMap<String, String>,
    /// `AUTH_USER_MODEL`.
    pub(super) user_model: String,
    /// Other settings that name a model: `OAUTH2_PROVIDER_APPLICATION_MODEL`.
    named: BTreeMap<String, String>,
    /// Packages in `INSTALLED_APPS`.
    pub(super) installed: Vec<String>,
}

impl Apps {
    /// Reads settings and `AppConfig` classes.
    pub(super) fn of(program: &Program<'_>) -> Self {
        let mut apps = Apps {
            user_model: "auth.User".to_owned(),
            ..Apps::default()
        };
        apps.read_configs(program);
        for file in program.files() {
            if program.facts(file).language == Language::Python && program.is_own(file) {
                apps.read_settings(program, file, Place::Module);
            }
        }
        for class in program.all_classes() {
            if is_configuration(program, class) {
                apps.read_settings(program, class.file, Place::Class(class.class));
            }
        }
        apps.installed.sort();
        apps.installed.dedup();
        apps
    }

    fn read_configs(&mut self, program: &Program<'_>) {
        for class in program.all_classes() {
            if program.facts(class.file).language != Language::Python
                || program
                    .module(class.file)
                    .class(class.class)
                    .bases
                    .is_empty()
                || !program.is_subclass(class, "django.apps.AppConfig")
            {
                continue;
            }
            let text = |name: &str| {
                program
                    .own_member(class, name)
                    .iter()
                    .find_map(|definition| match definition {
                        Definition::Value(bound) => values::plain(
                            program,
                            values::in_class(class.file, class.class, bound.value?),
                        ),
                        _ => None,
                    })
            };
            let module = program.module_name(class.file);
            let package = module.strip_suffix(".apps").unwrap_or(module).to_owned();
            let name = text("name").unwrap_or(package);
            let label = text("label").unwrap_or_else(|| last_part(&name).to_owned());
            self.labels.insert(name, label);
        }
    }

    fn read_settings(&mut self, program: &Program<'_>, file: FileId, place: Place) {
        let module = program.module(file);
        let names = program.places(file).names(place);
        let settings = names.names().into_iter().filter_map(|id| {
            let name = module.name(id);
            (name == "INSTALLED_APPS" || is_model_setting(name)).then_some((name, id))
        });
        for name in settings {
            for definition in names.definitions(name.1) {
                let Definition::Value(bound) = definition else {
                    continue;
                };
                let Some(expression) = bound.value else {
                    continue;
                };
                self.read_setting(program, name.0, value(file, place, expression));
            }
        }
    }

    fn read_setting(&mut self, program: &Program<'_>, name: &str, value: ValueRef) {
        if name == "AUTH_USER_MODEL" {
            self.user_model =
                values::plain(program, value).unwrap_or_else(|| self.user_model.clone());
            return;
        }
        if is_model_setting(name) {
            let said = values::plain(program, value).filter(|label| label.contains('.'));
            self.named
                .extend(said.map(|label| (name.to_owned(), label)));
            return;
        }
        for (app, _) in values::strings(program, value) {
            let package = match app.rsplit_once('.') {
                Some((module, class)) if class.ends_with("Config") => {
                    module.strip_suffix(".apps").unwrap_or(module).to_owned()
                }
                _ => app,
            };
            self.installed.push(package);
        }
    }

    /// The label of the application that a module belongs to: that of the longest known package around it, else the
    /// package around its `models`.
    pub(super) fn label(&self, module: &str) -> String {
        let mut package = module;
        loop {
            if let Some(label) = self.labels.get(package) {
                return label.clone();
            }
            if self.installed.iter().any(|app| app == package) {
                return last_part(package).to_owned();
            }
            match package.rsplit_once('.') {
                Some((around, _)) => package = around,
                None => break,
            }
        }
        let mut parts: Vec<&str> = module.split('.').collect();
        if let Some(at) = parts
            .iter()
            .position(|part| *part == "models" || *part == "migrations")
        {
            parts.truncate(at);
        } else if parts.len() > 1 {
            parts.pop();
        }
        parts.last().copied().unwrap_or(module).to_owned()
    }

    /// The model that stands in the place of one, where a setting names another.
    pub(super) fn stand_in(&self, setting: &str, label: &str, name: &str) -> Option<String> {
        let said = self.setting(setting)?;
        let (app, model) = said.rsplit_once('.')?;
        let is_itself = app == label && model.eq_ignore_ascii_case(name);
        (!is_itself).then(|| said.to_owned())
    }

    /// The label that a setting says.
    fn setting(&self, name: &str) -> Option<&str> {
        match name {
            "AUTH_USER_MODEL" => Some(&self.user_model),
            other => self.named.get(other).map(String::as_str),
        }
    }

    /// The model that an expression names: `app.Model`, or the class by its qualified name.
    /// `own` is the label and the name of the model that the expression stands in.
    pub(super) fn target(
        &self,
        program: &Program<'_>,
        value: ValueRef,
        own: (&str, &str),
    ) -> Option<Target> {
        let end = values::dotted_end(program, value);
        if let Some(label) = end.and_then(|name| self.setting(&name)) {
            return Some(Target::Label(label.to_owned()));
        }
        if let Some(text) = values::plain(program, value) {
            return Some(Target::Label(match text.as_str() {
                "self" => format!("{}.{}", own.0, own.1),
                text if text.contains('.') => text.to_owned(),
                text => format!("{}.{text}", own.0),
            }));
        }
        if let Some(call) = Arguments::of(program, value) {
            let user = call.callee_name() == "get_user_model";
            return user.then(|| Target::Label(self.user_model.clone()));
        }
        match values::binding(program, value) {
            Binding::Class(class) => Some(Target::Class(program.class_name(class))),
            Binding::External(name) => Some(Target::Class(name.to_string())),
            _ => None,
        }
    }
}

/// Whether a setting may name a model that stands in for another.
fn is_model_setting(name: &str) -> bool {
    name.ends_with("_MODEL") && name.starts_with(|first: char| first.is_ascii_uppercase())
}

/// A class of settings (django-configurations 2.5, "Usage").
fn is_configuration(program: &Program<'_>, class: ClassRef) -> bool {
    program.is_own(class.file)
        && [
            "configurations.Configuration",
            "configurations.base.Configuration",
        ]
        .iter()
        .any(|base| program.is_subclass(class, base))
}

/// A model that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// `app_label.Model`.
    Label(String),
    /// A qualified name.
    Class(String),
}

fn last_part(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
