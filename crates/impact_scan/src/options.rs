//! How a scan is run. None of it changes what is found.

use crate::timings::Timings;
use std::path::PathBuf;
use std::sync::Arc;

/// Settings of a run.
#[derive(Debug, Clone, Default)]
pub struct ScanOptions {
    /// Where extracted facts are kept between runs; none: nowhere.
    pub cache: Option<PathBuf>,
    /// Signs what is kept, so that nobody else's is taken for it.
    pub cache_secret: Option<String>,
    /// Threads; none: one for each processor.
    pub jobs: Option<usize>,
    /// Whether long work may show its progress on standard error.
    pub progress: bool,
    /// Takes files in an order made from this number, to show that the order does not matter.
    pub shuffle: Option<u64>,
    /// Where what each stage costs is noted, if anywhere.
    pub timings: Option<Arc<Timings>>,
}

impl ScanOptions {
    /// Notes that a stage is over, and how many things it went over.
    pub(crate) fn stage(&self, name: &'static str, count: usize, what: &'static str) {
        if let Some(timings) = &self.timings {
            timings.stage(name, Some((count, what)));
        }
    }
}
