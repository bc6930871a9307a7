//! Facts and catalogs to the index of one service.
//!
//! Every function, module and template is a unit, evaluated abstractly: each expression has a [`Value`], and evaluating
//! it has effects (columns touched, code run, what could not be decided). Units tell each other what they know through
//! cells (parameters, results, attributes, globals) and are evaluated again when what they read grew, until nothing does.
//!
//! # Adding an ORM or a framework
//!
//! Write one file in `src/orm/` or `src/framework/` with a unit struct that implements [`Door`], and add it to the table
//! `DOORS` in `door.rs`. A door answers three questions:
//!
//! - [`Door::attribute`]: what is `value.name`? For a mapped row ([`Atom::Mapped`]) look the name up with
//!   `cx.models.field` and `cx.models.relation`, say what is touched with `cx.touch_field`, and answer with a value.
//! - [`Door::call`]: what is `value(arguments)`? Functions and classes outside the tree arrive as [`Atom::External`] by
//!   their qualified name (`sqlalchemy.select`), methods as [`Atom::Member`] of their receiver, mapped and other classes of
//!   the program as [`Atom::Class`]. Arguments are evaluated already.
//! - [`Door::consume`]: what comes out when `value` is used up, and which columns does that touch? This is where a lazy
//!   query runs: `cx.touch_row` with [`Manner::whole`].
//! - [`Door::drive`]: what does the framework do with a class of the program that extends one of its own? Each such class
//!   is a unit in parts ([`Part`]); who sets it going runs [`Target::Class`].
//!
//! What a door makes (a query, a session, a response) is an [`Object`] of its own kinds, with words and values that only
//! it reads. Return `None` for everything that is not yours: the next door is asked. Names that stand in strings or
//! keywords are touched at their own bytes: [`Passed::name`] has them, `Assembled::locate` finds them for texts.
//! SQL text goes to `cx.sql_text`. What cannot be decided is said with `cx.blind`, bounded to what it can reach.
//!
//! ```ignore
//! impl Door for Peewee {
//!     fn name(&self) -> &'static str { "python/peewee" }
//!     fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
//!         let Atom::Member(of, name) = callee else { return None };
//!         let Atom::Class(class) = **of else { return None };
//!         let model = cx.models.of_class(class)?;
//!         (&**name == "select").then(|| Object::new(self.name(), "select", Some(model)).into())
//!     }
//! }
//! ```

mod alternatives;
mod annotated;
mod annotation;
mod attribute;
mod attributes;
mod bases;
mod bounds;
mod call;
mod carried;
mod cells;
mod code_scope;
mod consume;
mod decorate;
mod door;
mod effect;
mod environment;
mod evaluator;
mod exposed;
mod expression;
mod framework;
mod hand_written;
mod handed_closure;
mod handed_function;
mod handed_on;
mod inline;
mod json_schema;
mod language;
mod library;
mod manifest;
mod models;
mod named_apart;
mod names;
mod orm;
mod parameters;
mod past;
mod properties;
mod reflected;
mod report;
mod serialized;
mod sql;
mod standing_keys;
mod statement;
mod summary;
mod tags;
mod text;
mod touch;
mod touches;
mod type_arguments;
mod unnamed_tables;
mod value;

pub use annotated::decide;
pub use cells::{Cells, Key, UnitId};
pub use code_scope::code_scope;
pub use door::{CallSite, Consumption, Door, MemberSite, Passed};
pub use effect::{Blind, Calls, Effects, Entry, Outgoing, Target, Touch, site};
pub use evaluator::{Evaluator, Part};
pub use models::Models;
pub use sql::Schemas;
pub use summary::Summary;
pub use touch::Manner;
pub use value::{Atom, Dictionary, ModelId, Object, Value};

use impact_bind::Program;
use impact_facts::{Catalog, FileId, Index, Model, Service};

/// What is linked.
#[derive(Clone, Copy)]
pub struct LinkInput<'a> {
    /// Who the service is.
    pub service: &'a Service,
    /// Its files, bound.
    pub program: &'a Program<'a>,
    /// What its ORMs map. Sites point into the program's files.
    pub models: &'a [Model],
    /// Its databases. The first is the one of a reference that does not say.
    pub catalogs: &'a [&'a Catalog],
    /// Files that hold a part of a schema's history, forwards or backwards, wherever they lie.
    pub history: &'a [FileId],
}

/// Links one service. Positions and texts of sites are left empty: whoever has the bytes fills them.
#[must_use]
pub fn link(input: &LinkInput<'_>) -> Index {
    let schemas = Schemas::new(input.catalogs);
    let models = reflected::filled(input);
    let tables = reflected::tables(input);
    let input = &LinkInput {
        models: &models,
        ..*input
    };
    let mut evaluator = Evaluator::new(input, &tables, &schemas);
    evaluator.run();
    let mut index = report::index(input, evaluator);
    manifest::complete(input, &mut index);
    index
}
