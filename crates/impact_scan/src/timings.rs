//! Where the time of a run goes: for each stage how long it took, how much processor time, over how many things.

use cpu_time::ProcessTime;
use std::fmt::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Stages of a run with what they cost. Nothing that is found depends on it.
#[derive(Debug)]
pub struct Timings(Mutex<Taken>);

#[derive(Debug)]
struct Taken {
    since: Instant,
    processor: ProcessTime,
    stages: Vec<Stage>,
}

#[derive(Debug)]
struct Stage {
    name: &'static str,
    wall: Duration,
    processor: Duration,
    /// Of what it went over, and how many.
    count: Option<(usize, &'static str)>,
}

impl Default for Timings {
    fn default() -> Self {
        Self(Mutex::new(Taken {
            since: Instant::now(),
            processor: ProcessTime::now(),
            stages: Vec::new(),
        }))
    }
}

impl Timings {
    /// Says that all that was done since the last call was this stage.
    pub fn stage(&self, name: &'static str, count: Option<(usize, &'static str)>) {
        let mut taken = self
            .0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let stage = Stage {
            name,
            wall: taken.since.elapsed(),
            processor: taken.processor.elapsed(),
            count,
        };
        taken.stages.push(stage);
        taken.since = Instant::now();
        taken.processor = ProcessTime::now();
    }

    /// A table for people: milliseconds of processor time and of wall time, and counts.
    #[must_use]
    pub fn table(&self) -> String {
        let taken = self
            .0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut text = "stage        processor ms    wall ms\n".to_owned();
        for stage in &taken.stages {
            let count = stage
                .count
                .map_or_else(String::new, |(count, what)| format!("  {count} {what}"));
            let _ = writeln!(
                text,
                "{:12} {:>12.1} {:>10.1}{count}",
                stage.name,
                stage.processor.as_secs_f64() * 1e3,
                stage.wall.as_secs_f64() * 1e3
            );
        }
        text
    }
}
