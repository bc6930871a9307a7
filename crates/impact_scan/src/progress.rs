//! What is shown on standard error while long work runs.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// A counter that becomes visible if the work takes longer than a second and a person watches.
pub(crate) struct Progress(ProgressBar);

/// How often the line is redrawn; the first time is after this long.
const TICK: Duration = Duration::from_secs(1);

impl Progress {
    /// A counter of `total` files; never visible unless `wanted`.
    pub(crate) fn new(total: usize, wanted: bool) -> Self {
        if !wanted || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(
            Some(total as u64),
            ProgressDrawTarget::stderr_with_hz(1),
        );
        if let Ok(style) = ProgressStyle::with_template("{msg} {pos}/{len} files") {
            bar.set_style(style);
        }
        bar.set_message("reading");
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// One file more.
    pub(crate) fn advance(&self) {
        self.0.inc(1);
    }

    /// Says what comes now.
    pub(crate) fn say(&self, what: &'static str) {
        self.0.set_message(what);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
