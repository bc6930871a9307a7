//! The code before a change: what it still needs while the migration of the same change runs.

use crate::class::FindingClass;
use crate::finding::{Finding, Subject, fingerprint};
use crate::judge::Judgement;
use crate::level::Level;
use impact_facts::{Certainty, Change, Scope};
use impact_graph::{Place, Trace};

/// How many places are named.
const NAMED: usize = 3;

/// What only code can be: not the database's own objects, nor its history.
const OF_CODE: &[FindingClass] = &[
    FindingClass::Rebinding,
    FindingClass::Declaration,
    FindingClass::Write,
    FindingClass::Read,
    FindingClass::WholeRow,
    FindingClass::List,
    FindingClass::Omission,
];

/// What to do about rows that the code before adds: it does not know the column yet.
const UNFILLED: &str = "give the column a default in the database, or let it be NULL until the code of this change runs \
     everywhere";

/// What so many sites do to a column.
fn does(change: Change, sites: usize) -> &'static str {
    match (change, sites) {
        (Change::Tighten, 1) => "adds rows without",
        (Change::Tighten, _) => "add rows without",
        (_, 1) => "needs",
        (_, _) => "need",
    }
}

/// The finding that a change removes the last readers or writers and takes the column at once. None if code of the
/// change itself still stands against it (that is said already), or if nothing of the code before did. `step` is the
/// statement that takes the column, `revision` the word for the code before.
#[must_use]
pub fn last_readers(
    trace: &Trace,
    now: &Judgement,
    then: &Judgement,
    step: Option<&Place>,
    revision: &str,
) -> Option<Finding> {
    let stands = |one: &&Finding| {
        OF_CODE.contains(&one.class)
            && matches!(one.scope, Scope::Production | Scope::Script)
            && one.level >= Level::Inconclusive
            && one.waived.is_none()
    };
    let still = now.findings.iter().filter(stands);
    let before: Vec<&Finding> = then.findings.iter().filter(stands).collect();
    let gravest = before.iter().map(|one| one.level).max()?;
    if still.map(|one| one.level).max() >= Some(gravest) {
        return None;
    }
    let class = FindingClass::DeployOrder;
    let firm: Vec<&Finding> = before
        .into_iter()
        .filter(|one| one.level == gravest)
        .collect();
    let places: Vec<String> = firm
        .iter()
        .filter_map(|one| one.place.as_ref())
        .take(NAMED)
        .map(|place| format!("{}:{}", place.path, place.position.line))
        .collect();
    let more = if firm.len() > places.len() {
        ", …"
    } else {
        ""
    };
    let name = &trace.target.name;
    let does = does(trace.change, firm.len());
    let sites = match firm.len() {
        1 => "1 site".to_owned(),
        number => format!("{number} sites"),
    };
    let message = format!(
        "{sites} of {revision} still {does} {name} while the migration runs: {}{more}",
        places.join(", ")
    );
    Some(Finding {
        class,
        level: gravest,
        certainty: firm
            .iter()
            .map(|one| one.certainty)
            .max()
            .unwrap_or(Certainty::Possible),
        scope: Scope::Production,
        subject: Subject::Elsewhere,
        place: step.cloned(),
        message,
        next: match trace.change {
            Change::Tighten => UNFILLED,
            _ => class.entry().next,
        }
        .to_owned(),
        owner: firm.first().and_then(|one| one.owner.clone()),
        feeds: Vec::new(),
        waived: None,
        fingerprint: fingerprint([class.entry().code, &name.to_string()]),
    })
}
