//! Which operation a call is, and who reads it.

use super::Run;
use crate::declare::values::{self, Arguments};
use impact_bind::{Binding, ValueRef};
use impact_facts::SchemaChange;

type Reader = fn(&mut Run<'_, '_>, &Arguments<'_>) -> Option<()>;

/// Operations that change the schema or rows, by their classes' names (Django 5.2, `django.db.migrations.operations` and
/// `django.contrib.postgres.operations`).
const OPERATIONS: &[(&str, Reader)] = &[
    ("CreateModel", |run, call| run.create_model(call)),
    ("DeleteModel", |run, call| run.delete_model(call)),
    ("RenameModel", |run, call| run.rename_model(call)),
    ("AlterModelTable", |run, call| run.alter_model_table(call)),
    ("AddField", |run, call| run.add_field(call)),
    ("RemoveField", |run, call| run.remove_field(call)),
    ("AlterField", |run, call| run.alter_field(call)),
    ("RenameField", |run, call| run.rename_field(call)),
    ("AlterUniqueTogether", |run, call| {
        run.alter_unique_together(call)
    }),
    ("AlterOrderWithRespectTo", |run, call| run.alter_order(call)),
    ("AddIndex", |run, call| run.add_constraint(call, "index")),
    ("AddIndexConcurrently", |run, call| {
        run.add_constraint(call, "index")
    }),
    ("AddConstraint", |run, call| {
        run.add_constraint(call, "constraint")
    }),
    ("AddConstraintNotValid", |run, call| {
        run.add_constraint(call, "constraint")
    }),
    ("RemoveIndex", |run, call| run.remove_constraint(call)),
    ("RemoveIndexConcurrently", |run, call| {
        run.remove_constraint(call)
    }),
    ("RemoveConstraint", |run, call| run.remove_constraint(call)),
    ("RenameIndex", |run, call| run.rename_index(call)),
    ("SeparateDatabaseAndState", |run, call| run.separate(call)),
    ("RunSQL", |run, call| run.run_sql(call)),
    ("RunPython", |run, call| run.run_python(call)),
];

/// Operations that change neither a table nor its rows.
const NOTHING: &[&str] = &[
    "AlterModelOptions",
    "AlterModelManagers",
    "AlterModelTableComment",
    "AlterIndexTogether",
    "ValidateConstraint",
    "CreateExtension",
    "BloomExtension",
    "BtreeGinExtension",
    "BtreeGistExtension",
    "CITextExtension",
    "CryptoExtension",
    "HStoreExtension",
    "TrigramExtension",
    "UnaccentExtension",
    "CreateCollation",
    "RemoveCollation",
    "AlterConstraint",
];

impl Run<'_, '_> {
    /// Runs one operation. A class of the tree is the operation that it extends.
    pub(super) fn operation(&mut self, value: ValueRef) {
        let program = self.program;
        let Some(call) = Arguments::of(program, value) else {
            return self.unknown("an operation that is no call", value);
        };
        let name = self.operation_name(&call);
        if NOTHING.contains(&name.as_str()) {
            return;
        }
        let reader = OPERATIONS
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, reader)| *reader);
        if reader.and_then(|read| read(self, &call)).is_none() {
            self.unknown(&format!("operation {name} is not understood"), value);
        }
    }

    fn operation_name(&self, call: &Arguments<'_>) -> String {
        if let Binding::Class(class) = values::binding(self.program, call.callee()) {
            let bases = self.program.ancestors(class);
            let outside = bases.iter().filter_map(Binding::external);
            let names = outside.map(|name| name.rsplit('.').next().unwrap_or(name));
            let known = |name: &&str| {
                NOTHING.contains(name) || OPERATIONS.iter().any(|(other, _)| other == name)
            };
            if let Some(name) = names.into_iter().find(known) {
                return name.to_owned();
            }
        }
        call.callee_name().to_owned()
    }

    /// `SeparateDatabaseAndState(database_operations, state_operations)`: the first see the state as it is and do not
    /// change it; the second change nothing else.
    fn separate(&mut self, call: &Arguments<'_>) -> Option<()> {
        if let Some(list) = call.get(0, "database_operations") {
            let before = self.state.clone();
            self.operations(list);
            self.state = before;
        }
        if let Some(list) = call.get(1, "state_operations") {
            self.state_only(list);
        }
        Some(())
    }

    pub(super) fn state_only(&mut self, list: ValueRef) {
        let before = std::mem::replace(&mut self.emits, false);
        self.operations(list);
        self.emits = before;
    }

    fn run_python(&mut self, call: &Arguments<'_>) -> Option<()> {
        let (code, reverse) = (call.get(0, "code"), call.get(1, "reverse_code"));
        let same = |one: ValueRef, other: ValueRef| {
            values::binding(self.program, one) == values::binding(self.program, other)
        };
        if !code
            .zip(reverse)
            .is_some_and(|(one, other)| same(one, other))
        {
            self.only_backward(reverse);
        }
        self.push(SchemaChange::Data, call.span());
        Some(())
    }
}
