//! The vocabulary that every stage shares.
//!
//! Three groups of types, one for each hand-over of the pipeline:
//!
//! - what **extract** says of one file: [`FileFacts`], around the language-neutral [`Module`];
//! - what **declare** says of one database: the [`Catalog`], and the [`Model`]s that map it;
//! - what **link** says of one service at one revision: the [`Index`].
//!
//! Nothing here parses, reads a file or decides anything. No syntax tree crosses a stage.

mod catalog;
mod file;
mod index;
mod language;
mod migration;
mod model;
mod module;
mod schema_change;
mod site;
mod tag;
mod text;
mod walk;

pub use catalog::*;
pub use file::*;
pub use index::*;
pub use language::*;
pub use migration::*;
pub use model::*;
pub use module::*;
pub use schema_change::*;
pub use site::*;
pub use tag::*;
pub use text::*;
pub use walk::*;
