//! Annotations in files that no grammar reads: comments are told by what stands before the mark on its line.

use crate::annotation::of_comment;
use crate::builder::ModuleBuilder;
use crate::source::Source;
use impact_facts::Span;
use memchr::memmem;

/// What comments of these formats begin with, and what ends one before its line does.
const FORMS: &[(&str, &str)] = &[
    ("{#", "#}"),
    ("<!--", "-->"),
    ("/*", "*/"),
    ("#", "\n"),
    ("--", "\n"),
    ("//", "\n"),
    (";", "\n"),
];

/// Records every comment that begins with `impact:`.
pub fn annotate(source: &Source, builder: &mut ModuleBuilder) {
    for at in memmem::find_iter(source.text().as_bytes(), "impact:") {
        if let Some(annotation) = comment_at(source, at).and_then(|span| of_comment(source, span)) {
            builder.annotation(annotation);
        }
    }
}

fn comment_at(source: &Source, mark: usize) -> Option<Span> {
    let text = source.text();
    let before = text.get(..mark)?.trim_end_matches([' ', '\t']);
    let (leader, trailer) = FORMS.iter().find(|(leader, _)| before.ends_with(leader))?;
    let rest = text.get(mark..)?;
    let line = rest.find('\n').unwrap_or(rest.len());
    let end = rest
        .find(trailer)
        .map_or(line, |at| at + trailer.trim_end().len());
    Some(Span::new(
        (before.len() - leader.len()) as u32,
        (mark + end.min(line)) as u32,
    ))
}
