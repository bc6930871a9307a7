//! The built-in levels: what leads to what unless a policy says otherwise, and how findings are said.

use crate::class::FindingClass;
use crate::level::Level;
use impact_facts::{
    Access, BlindReason, Certainty, DependentKind, How, Reach, Reference, ReferenceClass, Scope,
};
use impact_graph::{
    Change, DependentClass, Trace, TracedBlindSpot, TracedDependent, TracedReference,
};

/// The class of a reference.
pub(crate) fn reference_class(reference: &Reference) -> FindingClass {
    match (reference.class, reference.access, reference.how) {
        (_, _, _) if reference.scope == Scope::Migration && !reference.applied => {
            FindingClass::PendingMigration
        }
        (ReferenceClass::Rebinding, _, _) => FindingClass::Rebinding,
        (ReferenceClass::View, _, _) if reference.scope == Scope::Migration => {
            FindingClass::DatabaseObject
        }
        (ReferenceClass::List, _, _) => FindingClass::List,
        (ReferenceClass::Star, _, _) => FindingClass::Star,
        (_, Access::Declare, _) => FindingClass::Declaration,
        (ReferenceClass::WholeRow, _, _) | (_, _, How::Implicit) => FindingClass::WholeRow,
        (_, Access::Write, _) => FindingClass::Write,
        (_, Access::Read, _) => FindingClass::Read,
    }
}

/// The level of a reference. Tests, fixtures, generated files and migrations that have run never block.
pub(crate) fn reference_level(
    change: Change,
    class: FindingClass,
    reference: &Reference,
    certainty: Certainty,
) -> Level {
    match reference.scope {
        Scope::Test => return Level::Allow,
        Scope::Migration if reference.applied => return Level::Allow,
        Scope::Generated if class == FindingClass::Declaration => return Level::Warn,
        Scope::Generated => return Level::Allow,
        Scope::Production | Scope::Script | Scope::Migration => {}
    }
    let sure = if certainty == Certainty::Possible {
        Level::Inconclusive
    } else {
        Level::Block
    };
    match (change, class) {
        (_, FindingClass::Star) => {
            if change == Change::Tighten {
                Level::Allow
            } else {
                Level::Warn
            }
        }
        (Change::Tighten, FindingClass::Write) => Level::Warn,
        (Change::Tighten, _) => Level::Allow,
        (Change::Drop | Change::Rename | Change::Retype, _) => sure,
    }
}

/// The level of a writer that leaves the column out, or may.
pub(crate) fn omission_level(scope: Scope, certainty: Certainty) -> Level {
    match scope {
        Scope::Production | Scope::Script if certainty == Certainty::Possible => {
            Level::Inconclusive
        }
        Scope::Production | Scope::Script => Level::Block,
        Scope::Test | Scope::Migration | Scope::Generated => Level::Allow,
    }
}

/// The level of a blind spot that may reach the column. A step of the history that names no table says little of one
/// column; what has run says nothing. Once NULL is not allowed no reader fails, and a field that is set by a computed name
/// is set: like any other writer, it may write NULL.
pub(crate) fn blind_level(change: Change, traced: &TracedBlindSpot) -> Level {
    let blind = &traced.blind_spot;
    match (blind.scope, blind.reason) {
        _ if change == Change::Tighten && blind.access == Some(Access::Read) => Level::Allow,
        (Scope::Production | Scope::Script, BlindReason::DynamicName)
            if change == Change::Tighten =>
        {
            Level::Warn
        }
        (Scope::Test | Scope::Generated, _) => Level::Allow,
        (_, BlindReason::Migration) if blind.reach == Reach::Database => Level::Warn,
        (_, BlindReason::Migration) => Level::Inconclusive,
        (Scope::Migration, _) if traced.applied => Level::Allow,
        (Scope::Migration, _) if blind.reach == Reach::Database => Level::Warn,
        _ => Level::Inconclusive,
    }
}

/// The class and level of something of the database's own.
pub(crate) fn dependent(change: Change, dependent: &TracedDependent) -> (FindingClass, Level) {
    let class = dependent_class(dependent);
    let sure = if dependent.certainty == Certainty::Possible {
        Level::Inconclusive
    } else {
        Level::Block
    };
    let level = match (change, class) {
        (Change::Tighten, _) => Level::Allow,
        (_, FindingClass::GoesAlong) if change == Change::Drop => Level::Warn,
        (_, FindingClass::GoesAlong) => Level::Allow,
        // The server follows a rename and converts what it can: only what holds query text of its own must be replaced.
        (Change::Rename, _) if !matches!(dependent.kind, DependentClass::View) => Level::Warn,
        _ => sure,
    };
    (class, level)
}

/// An index or a key of the column alone goes with it; everything else needs it.
fn dependent_class(dependent: &TracedDependent) -> FindingClass {
    let own = matches!(
        dependent.kind,
        DependentClass::Declared(
            DependentKind::Index | DependentKind::Unique | DependentKind::ForeignKey
        )
    );
    let plain = dependent.kind == DependentClass::Declared(DependentKind::Index);
    let other = dependent.kind == DependentClass::Declared(DependentKind::Other);
    if other || plain || own && dependent.alone {
        FindingClass::GoesAlong
    } else {
        FindingClass::DatabaseObject
    }
}

/// What to do about a reference.
pub(crate) fn reference_next(change: Change, class: FindingClass) -> &'static str {
    match (change, class) {
        (Change::Tighten, FindingClass::Write) => "make sure that it never writes NULL",
        _ => class.entry().next,
    }
}

/// What a reference does, in one line.
pub(crate) fn reference_message(
    trace: &Trace,
    class: FindingClass,
    traced: &TracedReference,
) -> String {
    let reference = &traced.reference;
    let name = match (traced.through.first(), &reference.column) {
        (Some(column), _) => format!("{column} (made from {})", trace.target.name),
        (None, Some(column)) if trace.target.is_table() => {
            format!("{}.{column}", trace.target.name)
        }
        (None, _) => trace.target.name.to_string(),
    };
    match (class, reference.access) {
        (FindingClass::Rebinding, _) => match &reference.becomes {
            Some(becomes) => format!("stays valid without {name} and then means {becomes}"),
            None => format!("stays valid without {name} and then means something else"),
        },
        (FindingClass::Declaration, _) => format!("maps {name}"),
        (FindingClass::WholeRow, Access::Write) => format!("writes {name} with the whole row"),
        (FindingClass::WholeRow, _) => format!("reads {name} with the whole row"),
        (FindingClass::Star, _) => format!("reads {name} through `*`"),
        (FindingClass::List, _) => format!("lists {name}"),
        (FindingClass::Omission, _) => {
            format!("adds rows to {} without {name}", reference.table)
        }
        (FindingClass::PendingMigration, _) => format!("touches {name} when it runs"),
        (FindingClass::DatabaseObject, _) => format!("needs {name}"),
        (_, Access::Write) => format!("writes {name}"),
        _ if reference.class == ReferenceClass::View => format!("reads {name} through a view"),
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
