//! The fixture reader: prose, files, and what is expected of their lines, in one Markdown file.
//!
//! It knows nothing of the pipeline: a test writes the files of a [`Fixture`] where it likes, runs what it tests, and
//! hands what was `Found` to `compare`. The world is closed: what is found and not expected is a difference like what
//! is expected and not found. The grammar is documented in `fixtures/README.md`.

mod compare;
mod fixture;
mod found;
pub mod indexes;

pub use compare::{Difference, compare};
pub use fixture::{Expectation, Fixture, FixtureError, FixtureFile};
pub use found::{Found, found};
