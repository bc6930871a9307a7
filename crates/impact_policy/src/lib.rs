//! Judges a trace: may the change run?
//!
//! `judge` is pure: what was traced and the `Policy` in, a `Judgement` out. Every finding has a `FindingClass` with a
//! stable code; its [`Level`] decides the verdict; a team's rules change levels, and the last that fits wins.

mod before;
mod class;
mod control;
mod finding;
mod judge;
mod level;
mod policy;
mod waiver;
mod weigh;

pub use before::last_readers;
pub use class::{FindingClass, FindingClassEntry};
pub use control::{Control, ControlState};
pub use finding::{Finding, Subject};
pub use judge::{Circumstances, Judgement, Verdict, judge, judge_in, unread_statement};
pub use level::Level;
pub use policy::{Gate, Policy, PolicyConfig, Rule, RuleError};
pub use waiver::{Waived, Waiver, WaiverPlace, WaiverText, inline_waiver, waiver_finding};
