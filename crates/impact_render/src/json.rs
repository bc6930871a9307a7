//! The report for programs.

use crate::document::{ReportDocument, pretty};
use crate::report::{Report, Settings, Sources};

/// The whole report as one JSON document.
pub(crate) fn report(report: &Report<'_>, sources: Sources<'_>, _: &Settings) -> String {
    pretty(&ReportDocument::new(report, sources))
}
