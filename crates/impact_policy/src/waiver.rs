//! Waivers: references that somebody accepted, for a reason, until a day. A waiver lowers what stands against a change
//! and never what is open: nothing hides an inconclusive.

use crate::class::FindingClass;
use crate::finding::{Finding, Subject, fingerprint};
use crate::level::Level;
use impact_facts::{Certainty, Scope};
use impact_graph::{ColumnName, Place, Target};
use jiff::civil::Date;
use serde::Deserialize;

/// A waiver as it is written in a file: `[[waiver]]`. Every field is needed, but of `path` and `service` one is
/// enough, and `line` may narrow a path.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WaiverText {
    /// The class, by code or name.
    pub code: String,
    /// `[database.][schema.]table.column`, or `table` for a table as a whole.
    pub target: String,
    /// The file, from the folder that holds the waivers.
    pub path: String,
    /// The service.
    pub service: String,
    /// Why it is accepted.
    pub reason: String,
    /// Who answers for that.
    pub owner: String,
    /// The last day on which it counts: `2027-01-31`.
    pub until: String,
}

/// Where a waiver stands and whose sites it may waive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverPlace {
    /// Where it is written.
    pub place: Place,
    /// The service in whose tree it is written: it may waive only that one's sites. None: the workspace's own.
    pub service: Option<Box<str>>,
    /// An inline one: the path and the line that it speaks of.
    pub line: Option<(Box<str>, u32)>,
}

/// A complete waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Classes that it waives.
    pub classes: Vec<FindingClass>,
    /// The column or table; none: whatever its line touches.
    pub target: Option<String>,
    /// The file, from the workspace's root.
    pub path: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it counts.
    pub until: Date,
    /// Where it stands.
    pub at: WaiverPlace,
}

/// A waiver that is on a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    /// Which of the waivers.
    pub waiver: usize,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it counts.
    pub until: Date,
}

/// The words of an inline waiver behind `impact:`, if they are one: `ignore[IMP001] until=2027-01-31 reason="…"`.
/// What its line and file say already need not be written: the target, and the owner.
#[must_use]
pub fn inline_waiver(text: &str, owner: Option<&str>) -> Option<WaiverText> {
    let rest = text.strip_prefix("ignore")?.trim_start();
    let (codes, rest) = rest
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .unwrap_or(("", rest));
    let mut waiver = WaiverText {
        code: codes.trim().to_owned(),
        owner: owner.unwrap_or_default().to_owned(),
        ..WaiverText::default()
    };
    for (key, value) in pairs(rest) {
        match key {
            "until" => waiver.until = value,
            "reason" => waiver.reason = value,
            "owner" => waiver.owner = value,
            "column" | "target" | "table" => waiver.target = value,
            _ => {}
        }
    }
    Some(waiver)
}

/// `key=value key="several words"`.
fn pairs(text: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some((key, after)) = rest.split_once('=') {
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        let key = key.rsplit(char::is_whitespace).next().unwrap_or(key);
        found.push((key, value.to_owned()));
        rest = next.trim_start();
    }
    found
}

impl Waiver {
    /// A waiver of what is written, or what is wrong with it.
    ///
    /// # Errors
    /// In words: every field that is missing or says nothing that is known.
    pub fn new(text: &WaiverText, at: WaiverPlace) -> Result<Self, String> {
        let mut wrong = Vec::new();
        let inline = at.line.is_some();
        let words = text.code.split(',').map(str::trim);
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let classes: Vec<FindingClass> = words
            .iter()
            .filter_map(|word| FindingClass::find(word))
            .collect();
        if words.is_empty() {
            wrong.push("it says no code".to_owned());
        } else if classes.len() < words.len() {
            wrong.push(format!("`{}` is no known code", text.code));
        }
        for (name, value) in [("reason", &text.reason), ("owner", &text.owner)] {
            if value.trim().is_empty() {
                wrong.push(format!("it has no {name}"));
            }
        }
        if !inline && text.target.is_empty() {
            wrong.push("it has no target".to_owned());
        }
        if !inline && text.path.is_empty() && text.service.is_empty() {
            wrong.push("it has neither path nor service".to_owned());
        }
        let until = match text.until.trim() {
            "" => Err("it has no until".to_owned()),
            day => day
                .parse::<Date>()
                .map_err(|_| format!("`{day}` is no day: write 2027-01-31")),
        };
        match (until, wrong.is_empty()) {
            (Ok(until), true) => Ok(Self::complete(text, classes, until, at)),
            (Ok(_), false) => Err(wrong.join("; ")),
            (Err(error), _) => {
                wrong.push(error);
                Err(wrong.join("; "))
            }
        }
    }

    fn complete(
        text: &WaiverText,
        classes: Vec<FindingClass>,
        until: Date,
        at: WaiverPlace,
    ) -> Self {
        let said = |value: &str| (!value.is_empty()).then(|| value.to_owned());
        Self {
            classes,
            target: said(&text.target),
            path: said(&text.path),
            service: said(&text.service),
            reason: text.reason.clone(),
            owner: text.owner.clone(),
            until,
            at,
        }
    }

    /// Whether it speaks of a column or table.
    #[must_use]
    pub fn speaks_of(&self, name: &ColumnName) -> bool {
        self.target
            .as_deref()
            .is_none_or(|target| is_named(target, name))
    }

    /// Whether it is meant for a finding on `name`, its last day aside.
    #[must_use]
    pub(crate) fn fits(&self, finding: &Finding, name: &ColumnName) -> bool {
        let Some(place) = &finding.place else {
            let service = self.service.as_deref();
            return self.classes.contains(&finding.class)
                && self.at.service.is_none()
                && service.is_some_and(|service| finding.message.starts_with(service))
                && self.speaks_of(name);
        };
        let own = self
            .at
            .service
            .as_ref()
            .is_none_or(|own| *own == place.service);
        let here = match &self.at.line {
            Some((path, line)) => *path == place.path && *line == place.position.line,
            None => true,
        };
        let path = self.path.as_deref().is_none_or(|path| *path == *place.path);
        let service = self
            .service
            .as_deref()
            .is_none_or(|service| *service == *place.service);
        let class = self.classes.contains(&finding.class);
        class && own && here && path && service && self.speaks_of(name)
    }
}

/// Whether `[database.][schema.]table.column` means a column, or `table` a table as a whole.
fn is_named(target: &str, name: &ColumnName) -> bool {
    let text = match &*name.column {
        "" => format!("{target}.*"),
        _ => target.to_owned(),
    };
    let Ok(parsed) = Target::parse(&text) else {
        return false;
    };
    let column = match &*name.column {
        "" => parsed.column() == "*",
        column => parsed.column() == column,
    };
    let table = match &name.table.schema {
        Some(schema) => {
            parsed.table() == &*name.table.name
                && (target.contains(&format!("{schema}.")) || target.matches('.').count() < 2)
        }
        None => parsed.table() == &*name.table.name,
    };
    column && table
}

/// A finding about a waiver or another annotation.
#[must_use]
pub fn waiver_finding(class: FindingClass, place: &Place, message: String) -> Finding {
    let mark = fingerprint([class.entry().code, &place.path, &message]);
    Finding {
        class,
        level: Level::Warn,
        certainty: Certainty::Exact,
        scope: Scope::Production,
        subject: Subject::Elsewhere,
        place: Some(place.clone()),
        message,
        next: class.entry().next.to_owned(),
        owner: None,
        feeds: Vec::new(),
        waived: None,
        fingerprint: mark,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: Option<(Box<str>, u32)>) -> WaiverPlace {
        WaiverPlace {
            place: Place::default(),
            service: None,
            line,
        }
    }

    #[test]
    fn an_inline_waiver_needs_a_reason_a_day_and_an_owner() {
        let text =
            "ignore[IMP004,read] until=2027-01-31 reason=\"moves in March\" column=users.email";
        let said = inline_waiver(text, Some("@pay")).unwrap();
        let waiver = Waiver::new(&said, at(Some(("a.py".into(), 3)))).unwrap();
        assert_eq!(waiver.classes, [FindingClass::Write, FindingClass::Read]);
        assert_eq!(
            (&*waiver.reason, &*waiver.owner, waiver.until.to_string()),
            ("moves in March", "@pay", "2027-01-31".to_owned())
        );
        let bare = inline_waiver("ignore until=soon", None).unwrap();
        let error = Waiver::new(&bare, at(Some(("a.py".into(), 3)))).unwrap_err();
        assert_eq!(
            error,
            "it says no code; it has no reason; it has no owner; `soon` is no day: write 2027-01-31"
        );
        assert_eq!(inline_waiver("columns=users.id", None), None);
    }

    #[test]
    fn a_waiver_in_a_file_says_what_and_where() {
        let error = Waiver::new(&WaiverText::default(), at(None)).unwrap_err();
        assert!(error.contains("no target") && error.contains("neither path nor service"));
    }
}
