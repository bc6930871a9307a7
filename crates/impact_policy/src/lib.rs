//! Judges a trace: may the change run?
//!
//! `judge` is pure: what was traced and the `Policy` in, a `Judgement` out. Every finding has a `FindingClass` with a
//! stable code; its [`Level`] decides the verdict; a team's rules change levels, and the last that fits wins.

mod class;
mod control;
mod finding;
mod judge;
mod level;
mod policy;
mod weigh;

pub use class::{FindingClass, FindingClassEntry};
pub use control::{Control, ControlState};
pub use finding::{Finding, Subject};
pub use judge::{Judgement, Verdict, judge};
pub use level::Level;
pub use policy::{Policy, PolicyConfig, Rule, RuleError};
