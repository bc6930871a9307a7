//! `impact entrypoints`: what sets code going, and the columns that it reaches.

use crate::args::{EntrypointsArguments, EntrypointsFormat};
use crate::outcome::{Failure, Outcome};
use crate::output::print;
use crate::question::Known;
use crate::session::Session;
use impact_graph::Graph;
use impact_render::{entrypoints_json, entrypoints_text};
use impact_scan::Wanted;

pub fn run(session: &Session, arguments: &EntrypointsArguments) -> Result<Outcome, Failure> {
    let known = Known::of(session, &Wanted::All)?;
    let graph = Graph::build(&known.indexes);
    let report = match arguments.format {
        EntrypointsFormat::Json => entrypoints_json(&graph),
        EntrypointsFormat::Text => entrypoints_text(&graph),
    };
    print(&report).map(|()| Outcome::Answered)
}
