//! What extract says of one file.

use crate::{Language, Module, Span};
use serde::{Deserialize, Serialize};

/// All that is known of one file from its bytes alone: no path, no other file, no schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// What it was read as.
    pub language: Language,
    /// Its size in bytes.
    pub bytes: u32,
    /// The lowered file. Empty if nothing could be lowered.
    pub module: Module,
    /// Comments that speak to impact, in order.
    pub annotations: Vec<Annotation>,
    /// What could not be read, in order. Each becomes a blind spot.
    pub problems: Vec<Problem>,
    /// A header says that a program wrote it (`@generated`, `DO NOT EDIT`).
    pub generated: bool,
    /// The program that the header names writes declarations only: functions with bodies of their own were written by hand.
    pub declared: bool,
}

/// `# impact: …` in any language's comment form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// The comment.
    pub span: Span,
    /// What follows `impact:`, trimmed.
    pub text: Box<str>,
    /// What it speaks of: the bytes of its own line before it or, if that is blank, the next line that is not.
    pub target: Span,
}

/// A part of a file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Which part.
    pub span: Span,
    /// Why.
    pub kind: ProblemKind,
    /// In words: what was found.
    pub message: Box<str>,
}

/// Kinds of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProblemKind {
    /// Not UTF-8. The rest was read with replacement characters.
    Encoding,
    /// The grammar found an error here. What stands around it was lowered.
    Syntax,
    /// More nodes or deeper nesting than the bound. What follows was not lowered.
    Bound,
}
