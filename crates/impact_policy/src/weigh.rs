//! The built-in levels: what leads to what unless a policy says otherwise, and how findings are said.

use crate::class::Class;
use crate::level::Level;
use impact_facts::{
    Access, BlindReason, BlindSpot, Certainty, DependentKind, How, Reach, Reference,
    ReferenceClass, Scope,
};
use impact_graph::{Change, DependentClass, Trace, TracedDependent, TracedReference};

/// The class of a reference.
pub(crate) fn reference_class(reference: &Reference) -> Class {
    match (reference.class, reference.access, reference.how) {
        (_, _, _) if reference.scope == Scope::Migration && !reference.applied => {
            Class::PendingMigration
        }
        (ReferenceClass::Rebinding, _, _) => Class::Rebinding,
        (ReferenceClass::View, _, _) => Class::DatabaseObject,
        (ReferenceClass::List, _, _) => Class::List,
        (ReferenceClass::Star, _, _) => Class::Star,
        (_, Access::Declare, _) => Class::Declaration,
        (ReferenceClass::WholeRow, _, _) | (_, _, How::Implicit) => Class::WholeRow,
        (_, Access::Write, _) => Class::Write,
        (_, Access::Read, _) => Class::Read,
    }
}

/// The level of a reference. Tests, fixtures, generated files and migrations that have run never block.
pub(crate) fn reference_level(
    change: Change,
    class: Class,
    reference: &Reference,
    certainty: Certainty,
) -> Level {
    match reference.scope {
        Scope::Test => return Level::Allow,
        Scope::Migration if reference.applied => return Level::Allow,
        Scope::Generated if class == Class::Declaration => return Level::Warn,
        Scope::Generated => return Level::Allow,
        Scope::Production | Scope::Script | Scope::Migration => {}
    }
    let sure = if certainty == Certainty::Possible {
        Level::Inconclusive
    } else {
        Level::Block
    };
    match (change, class) {
        (_, Class::Star) => {
            if change == Change::Tighten {
                Level::Allow
            } else {
                Level::Warn
            }
        }
        (Change::Tighten, Class::Write | Class::WholeRow | Class::Declaration)
            if reference.access != Access::Read =>
        {
            Level::Warn
        }
        (Change::Tighten, _) => Level::Allow,
        (Change::Drop | Change::Rename | Change::Retype, _) => sure,
    }
}

/// The level of a writer that may leave the column out.
pub(crate) fn omission_level(scope: Scope) -> Level {
    match scope {
        Scope::Production | Scope::Script => Level::Inconclusive,
        Scope::Test | Scope::Migration | Scope::Generated => Level::Allow,
    }
}

/// The level of a blind spot that may reach the column. A step of the history that names no table says little of one
/// column.
pub(crate) fn blind_level(blind: &BlindSpot) -> Level {
    match (blind.scope, blind.reason) {
        (Scope::Test | Scope::Generated, _) => Level::Allow,
        (_, BlindReason::Migration) if blind.reach == Reach::Database => Level::Warn,
        (Scope::Migration, reason) if reason != BlindReason::Migration => Level::Allow,
        _ => Level::Inconclusive,
    }
}

/// The class and level of something of the database's own.
pub(crate) fn dependent(change: Change, dependent: &TracedDependent) -> (Class, Level) {
    let class = dependent_class(dependent);
    let sure = if dependent.certainty == Certainty::Possible {
        Level::Inconclusive
    } else {
        Level::Block
    };
    let level = match (change, class) {
        (Change::Tighten, _) => Level::Allow,
        (_, Class::GoesAlong) if change == Change::Drop => Level::Warn,
        (_, Class::GoesAlong) => Level::Allow,
        // The server follows a rename and converts what it can: only what holds query text of its own must be replaced.
        (Change::Rename, _) if !matches!(dependent.kind, DependentClass::View) => Level::Warn,
        _ => sure,
    };
    (class, level)
}

/// An index or a key of the column alone goes with it; everything else needs it.
fn dependent_class(dependent: &TracedDependent) -> Class {
    let own = matches!(
        dependent.kind,
        DependentClass::Declared(
            DependentKind::Index | DependentKind::Unique | DependentKind::ForeignKey
        )
    );
    let plain = dependent.kind == DependentClass::Declared(DependentKind::Index);
    let other = dependent.kind == DependentClass::Declared(DependentKind::Other);
    if other || plain || own && dependent.alone {
        Class::GoesAlong
    } else {
        Class::DatabaseObject
    }
}

/// What a reference does, in one line.
pub(crate) fn reference_message(trace: &Trace, class: Class, traced: &TracedReference) -> String {
    let name = match traced.through.first() {
        Some(column) => format!("{column} (made from {})", trace.target.name),
        None => trace.target.name.to_string(),
    };
    let reference = &traced.reference;
    match (class, reference.access) {
        (Class::Rebinding, _) => match &reference.becomes {
            Some(becomes) => format!("stays valid without {name} and then means {becomes}"),
            None => format!("stays valid without {name} and then means something else"),
        },
        (Class::Declaration, _) => format!("maps {name}"),
        (Class::WholeRow, Access::Write) => format!("writes {name} with the whole row"),
        (Class::WholeRow, _) => format!("reads {name} with the whole row"),
        (Class::Star, _) => format!("reads {name} through `*`"),
        (Class::List, _) => format!("lists {name}"),
        (Class::Omission, _) => format!("writes {} and nowhere names {name}", reference.table),
        (Class::PendingMigration, _) => format!("touches {name} when it runs"),
        (Class::DatabaseObject, _) => format!("needs {name}"),
        (_, Access::Write) => format!("writes {name}"),
        _ => format!("reads {name}"),
    }
}

/// What something of the database's own is, in one line.
pub(crate) fn dependent_message(dependent: &TracedDependent) -> String {
    let kind = match dependent.kind {
        DependentClass::View => "view",
        DependentClass::Generated => "generated column",
        DependentClass::IncomingKey | DependentClass::Declared(DependentKind::ForeignKey) => {
            "foreign key"
        }
        DependentClass::Expression => "index expression",
        DependentClass::Declared(DependentKind::PrimaryKey) => "primary key",
        DependentClass::Declared(DependentKind::Unique) => "unique constraint",
        DependentClass::Declared(DependentKind::Check) => "check constraint",
        DependentClass::Declared(DependentKind::Index) => "index",
        DependentClass::Declared(DependentKind::Trigger) => "trigger",
        DependentClass::Declared(DependentKind::Policy) => "policy",
        DependentClass::Declared(DependentKind::Other) => "database object",
    };
    let name = dependent
        .name
        .as_deref()
        .map(|name| format!(" {name}"))
        .unwrap_or_default();
    let on = if dependent.kind == DependentClass::View {
        String::new()
    } else {
        format!(" on {}", dependent.table)
    };
    format!("{kind}{name}{on} needs {}", dependent.column)
}
