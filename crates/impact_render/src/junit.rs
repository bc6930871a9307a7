//! JUnit XML: a suite for each change, a case for each finding. What blocks is a failure, what is open an error, what
//! is waived is skipped. It keeps to what readers of JUnit have in common: the schema of Jenkins' xUnit plugin
//! (`junit-10.xsd`), which has no `skipped` for all suites together.

use crate::entry::{Entry, entries};
use crate::report::{Report, Settings, Sources};
use crate::words;
use impact_policy::Level;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

/// The whole report.
pub(crate) fn report(report: &Report<'_>, sources: Sources<'_>, _: &Settings) -> String {
    let mut all = quick_junit::Report::new("impact");
    for check in &report.checks {
        let name = check.title();
        let mut suite = TestSuite::new(name.clone());
        let one = Report {
            checks: vec![*check],
            at: report.at,
            ..Report::default()
        };
        for entry in entries(&one, sources) {
            suite.add_test_case(case(&entry));
        }
        let mut verdict = TestCase::new(
            format!("{name} is {}", check.judgement.verdict.name()),
            TestCaseStatus::success(),
        );
        if check.judgement.no_evidence {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message("no service shows any use of a database");
            verdict.status = status;
        }
        suite.add_test_case(verdict);
        all.add_test_suite(suite);
    }
    if !report.loose.is_empty() {
        let mut suite = TestSuite::new("migrations and waivers");
        let loose = Report {
            loose: report.loose,
            at: report.at,
            ..Report::default()
        };
        for entry in entries(&loose, sources) {
            suite.add_test_case(case(&entry));
        }
        all.add_test_suite(suite);
    }
    // What nextest adds to the format, and the schema does not know.
    let beyond = format!(" skipped=\"{}\"", all.skipped);
    let mut text = all.to_string().unwrap_or_default();
    if let Some(at) = text.find(&beyond) {
        text.replace_range(at..at + beyond.len(), "");
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn case(entry: &Entry<'_>) -> TestCase {
    let place = entry.place.as_ref().map(words::place).unwrap_or_default();
    let kind = match entry.finding.level {
        Level::Block => Some(NonSuccessKind::Failure),
        Level::Inconclusive => Some(NonSuccessKind::Error),
        Level::Warn | Level::Allow => None,
    };
    let waived = entry.finding.waived.as_ref().map(|waived| {
        let mut status = TestCaseStatus::skipped();
        status.set_message(words::waived(waived));
        status
    });
    let status = kind.map_or_else(TestCaseStatus::success, |kind| {
        let mut status = TestCaseStatus::non_success(kind);
        status
            .set_message(entry.headline())
            .set_type(entry.class.code);
        status.set_description(entry.details().join("\n"));
        status
    });
    let name = format!("{} {place}", entry.class.code);
    let mut case = TestCase::new(name, waived.unwrap_or(status));
    case.set_classname(entry.class.name);
    if kind.is_none() {
        case.set_system_out(entry.headline());
    }
    case
}
