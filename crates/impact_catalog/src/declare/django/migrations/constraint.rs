//! Indexes and constraints, and the fields that they name.

use super::Run;
use super::state::ModelState;
use crate::declare::values::{self, Arguments};
use impact_bind::ValueRef;
use impact_facts::{Dependent, DependentKind, ExpressionKind, SchemaChange, Span, TableName};

/// Expressions in expressions deeper than this are left away.
const MAX_DEPTH: u32 = 16;

/// What a constraint's class makes.
const KINDS: &[(&str, DependentKind)] = &[
    ("UniqueConstraint", DependentKind::Unique),
    ("CheckConstraint", DependentKind::Check),
    ("ExclusionConstraint", DependentKind::Check),
];

impl Run<'_, '_> {
    /// `AddIndex(model_name, index)`, `AddConstraint(model_name, constraint)`.
    pub(super) fn add_constraint(&mut self, call: &Arguments<'_>, argument: &str) -> Option<()> {
        let model = values::plain(self.program, call.get(0, "model_name")?)?;
        let value = call.get(1, argument)?;
        let model = self.state.get(self.label, &model)?.clone();
        self.constraint(&model, value);
        Some(())
    }

    /// Adds what `Index(…)` or a constraint says of a model.
    pub(super) fn constraint(&mut self, model: &ModelState, value: ValueRef) {
        let Some(call) = Arguments::of(self.program, value) else {
            return self.unknown("a constraint that is no call", value);
        };
        let class = call.callee_name();
        let kind = KINDS
            .iter()
            .find(|(name, _)| *name == class)
            .map_or(DependentKind::Index, |(_, kind)| *kind);
        let name = call
            .named("name")
            .and_then(|name| values::plain(self.program, name));
        let mut keys = Vec::new();
        for field in call
            .named("fields")
            .into_iter()
            .flat_map(|fields| values::strings(self.program, fields))
        {
            keys.push((model.column(field.0.trim_start_matches('-')), field.1.span));
        }
        let mut named = Vec::new();
        for argument in &call.call.arguments {
            let is_name = argument
                .name
                .is_some_and(|(name, _)| matches!(call.module.name(name), "fields" | "name"));
            if !is_name {
                self.names(
                    ValueRef {
                        expression: argument.value,
                        ..call.at
                    },
                    0,
                    &mut named,
                );
            }
        }
        let computed: Vec<(Box<str>, Span)> = named
            .into_iter()
            .map(|(field, span)| (model.column(&field), span))
            .collect();
        let only_computed = computed
            .iter()
            .filter(|(name, _)| keys.iter().all(|(key, _)| key != name));
        let dependent = Dependent {
            kind,
            name: name.map(Into::into),
            table: model.table(),
            computed: only_computed.map(|(name, _)| name.clone()).collect(),
            columns: keys.into_iter().chain(computed).collect(),
            foreign: Vec::new(),
            function: None,
            span: call.span(),
        };
        self.push(SchemaChange::AddDependent(dependent), call.span());
    }

    /// Fields that an expression names: keywords of `Q`, texts of `F` and of functions.
    fn names(&self, value: ValueRef, depth: u32, found: &mut Vec<(String, Span)>) {
        if depth > MAX_DEPTH {
            return;
        }
        let value = values::follow(self.program, value);
        let module = self.program.module(value.file);
        let part = |expression| ValueRef {
            expression,
            ..value
        };
        match values::kind(self.program, value) {
            ExpressionKind::Call(call) => {
                let first = |path: &str| path.split("__").next().unwrap_or(path).to_owned();
                for argument in &call.arguments {
                    if let Some((name, span)) = argument.name {
                        found.push((first(module.name(name)), span));
                    }
                    self.names(part(argument.value), depth + 1, found);
                }
                let receiver = match &module.expression(call.callee).kind {
                    ExpressionKind::Attribute(attribute) => Some(attribute.of),
                    _ => None,
                };
                if let Some(receiver) = receiver {
                    self.names(part(receiver), depth + 1, found);
                }
            }
            ExpressionKind::Text(_) => {
                let text = module.plain_text(value.expression).unwrap_or_default();
                let path = text
                    .trim_start_matches('-')
                    .split("__")
                    .next()
                    .unwrap_or("")
                    .to_owned();
                found.push((path, module.expression(value.expression).span));
            }
            ExpressionKind::Binary(binary) => {
                self.names(part(binary.left), depth + 1, found);
                self.names(part(binary.right), depth + 1, found);
            }
            ExpressionKind::Unary(unary) => self.names(part(unary.of), depth + 1, found),
            ExpressionKind::Collection(collection) => {
                for item in &collection.items {
                    self.names(part(item.value), depth + 1, found);
                }
            }
            _ => {}
        }
    }

    /// `RemoveIndex(model_name, name)`, `RemoveConstraint(model_name, name)`.
    pub(super) fn remove_constraint(&mut self, call: &Arguments<'_>) -> Option<()> {
        let model = values::plain(self.program, call.get(0, "model_name")?)?;
        let (name, site) = values::string(self.program, call.get(1, "name")?)?;
        let table = self.state.get(self.label, &model).map(ModelState::table);
        self.push(
            SchemaChange::DropDependent {
                table,
                name: name.into(),
            },
            site.span,
        );
        Some(())
    }

    /// `RenameIndex(model_name, new_name, old_name, old_fields)`.
    pub(super) fn rename_index(&mut self, call: &Arguments<'_>) -> Option<()> {
        let model = values::plain(self.program, call.get(0, "model_name")?)?;
        let table = self.state.get(self.label, &model).map(ModelState::table);
        let to = values::plain(self.program, call.get(1, "new_name")?)?;
        if let Some((from, site)) = call
            .get(2, "old_name")
            .and_then(|name| values::string(self.program, name))
        {
            self.push(
                SchemaChange::RenameDependent {
                    table,
                    from: from.into(),
                    to: to.into(),
                },
                site.span,
            );
        }
        Some(())
    }

    /// `AlterUniqueTogether(name, unique_together)`.
    pub(super) fn alter_unique_together(&mut self, call: &Arguments<'_>) -> Option<()> {
        let name = values::plain(self.program, call.get(0, "name")?)?;
        let sets = self.together(call.get(1, "unique_together")?);
        self.set_together(&name, sets, call.span())
    }

    pub(super) fn together(&self, value: ValueRef) -> Vec<Vec<String>> {
        let items = values::items(self.program, value).unwrap_or_default();
        let texts = |value: ValueRef| -> Vec<String> {
            values::strings(self.program, value)
                .into_iter()
                .map(|(text, _)| text)
                .collect()
        };
        let flat = items
            .iter()
            .any(|item| values::plain(self.program, *item).is_some());
        match flat {
            true => vec![texts(value)],
            false => items.into_iter().map(texts).collect(),
        }
    }

    pub(super) fn set_together(
        &mut self,
        model: &str,
        sets: Vec<Vec<String>>,
        span: Span,
    ) -> Option<()> {
        let label = self.label;
        let before = self.state.get(label, model)?.clone();
        for gone in before.together.iter().filter(|set| !sets.contains(set)) {
            let name = together_name(&before, gone);
            self.push(
                SchemaChange::DropDependent {
                    table: Some(before.table()),
                    name,
                },
                span,
            );
        }
        for new in sets.iter().filter(|set| !before.together.contains(set)) {
            let dependent = Dependent {
                kind: DependentKind::Unique,
                name: Some(together_name(&before, new)),
                table: before.table(),
                columns: new
                    .iter()
                    .map(|field| (before.column(field), span))
                    .collect(),
                computed: Vec::new(),
                foreign: Vec::new(),
                function: None,
                span,
            };
            self.push(SchemaChange::AddDependent(dependent), span);
        }
        self.state.get_mut(label, model)?.together = sets;
        Some(())
    }
}

fn together_name(model: &ModelState, fields: &[String]) -> Box<str> {
    let columns: Vec<Box<str>> = fields.iter().map(|field| model.column(field)).collect();
    let TableName { name, .. } = model.table();
    format!("{name}_{}_uniq", columns.join("_")).into()
}
