//! Django's and Jinja's template languages: what their tags and expressions are, whatever text they stand in.

mod expression;
mod lexer;
mod marks;
mod tags;
mod tree;

pub use marks::{Mark, MarkKind, has_marks, marks};
pub use tags::{Tags, bind, callee_name};
pub use tree::{BlockNode, Node, nest};
