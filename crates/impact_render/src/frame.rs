//! The piece of code that a finding points at, with the place marked.

use crate::report::{Settings, Sources};
use crate::words;
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Padding, Renderer, Snippet};
use impact_facts::Span;
use impact_graph::Place;
use std::borrow::Cow;

/// Lines shown before and after the marked one.
const AROUND: usize = 1;
/// Longer lines are of no use to a reader.
const LONGEST_LINE: usize = 400;
/// A mark over more lines than this shows its first alone.
const MOST_LINES: usize = 4;

/// A finding as a frame shows it.
pub(crate) struct Frame<'a> {
    pub(crate) level: &'static str,
    pub(crate) code: &'static str,
    pub(crate) title: &'a str,
    pub(crate) place: &'a Place,
    pub(crate) label: String,
    /// What stands under it: `(word, text)`.
    pub(crate) notes: Vec<(&'static str, String)>,
}

/// A few lines of a file, and the mark in them.
struct Window {
    text: String,
    first_line: usize,
    mark: std::ops::Range<usize>,
}

impl Frame<'_> {
    /// The frame, or the same without code where there is none to show.
    pub(crate) fn render(&self, sources: Sources<'_>, settings: &Settings) -> String {
        let level = match self.level {
            "blocked" => Level::ERROR,
            "warning" => Level::WARNING,
            _ => Level::INFO,
        };
        let level = level.with_name(self.level);
        let mut group = Group::with_title(level.primary_title(self.title).id(self.code));
        let source = sources(&self.place.path);
        let window = source.as_deref().and_then(|text| window(text, self.place));
        let label = Some(&*self.label).filter(|label| {
            window
                .as_ref()
                .is_some_and(|one| one.has_room(label, settings))
        });
        match &window {
            Some(window) => {
                let mark = AnnotationKind::Primary
                    .span(window.mark.clone())
                    .label(label);
                let snippet = Snippet::source(Cow::Borrowed(&*window.text));
                let snippet = snippet
                    .line_start(window.first_line)
                    .path(words::path(&self.place.path))
                    .annotation(mark);
                group = group.element(snippet).element(Padding);
            }
            None => {
                let origin = words::place(self.place);
                group = group.element(annotate_snippets::Origin::path(origin));
            }
        }
        if label.is_none() {
            group = group.element(Level::NOTE.with_name("found").message(words::wrap(
                &self.label,
                room(settings, "found"),
                0,
            )));
        }
        for (word, text) in &self.notes {
            let text = words::wrap(text, room(settings, word), 0);
            group = group.element(Level::NOTE.with_name(*word).message(text));
        }
        renderer(settings).render(&[group])
    }
}

impl Window {
    /// Whether a label fits on the line of carets, behind them.
    fn has_room(&self, label: &str, settings: &Settings) -> bool {
        let before = self
            .text
            .get(..self.mark.start)
            .and_then(|text| text.rsplit('\n').next())
            .unwrap_or_default();
        let marked = self
            .text
            .get(self.mark.clone())
            .and_then(|text| text.lines().next())
            .unwrap_or_default();
        let gutter = self.first_line.to_string().len() + 5;
        gutter + before.chars().count() + marked.chars().count() + 1 + label.chars().count()
            <= settings.width
    }
}

/// Columns that a note under a frame may take.
fn room(settings: &Settings, word: &str) -> usize {
    settings.width.saturating_sub(word.len() + 12)
}

fn renderer(settings: &Settings) -> Renderer {
    let renderer = if settings.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer
        .decor_style(DecorStyle::Ascii)
        .term_width(settings.width)
}

/// The lines around a place. The span counts where it fits the text, else line and column.
fn window(text: &str, place: &Place) -> Option<Window> {
    let span = marked(text, place)?;
    let start_line = text[..span.start].matches('\n').count();
    let mark_lines = text[span.clone()].matches('\n').count();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let first = start_line.saturating_sub(AROUND);
    let last = (start_line + mark_lines + AROUND + 1).min(lines.len());
    let shown = lines.get(first..last)?;
    if shown.iter().any(|line| line.len() > LONGEST_LINE) {
        return None;
    }
    let offset: usize = lines.iter().take(first).map(|line| line.len()).sum();
    let mark = span.start.checked_sub(offset)?..span.end.checked_sub(offset)?;
    Some(Window {
        text: shown.concat(),
        first_line: first + 1,
        mark,
    })
}

fn marked(text: &str, place: &Place) -> Option<std::ops::Range<usize>> {
    let Span { start, end } = place.span;
    let (start, end) = (start as usize, end as usize);
    let bounded = text.get(start..end).filter(|marked| !marked.is_empty());
    let marked = bounded?;
    let first_lines = marked.split_inclusive('\n').take(MOST_LINES);
    let whole = marked.matches('\n').count() < MOST_LINES;
    let length = if whole {
        marked.len()
    } else {
        first_lines.take(1).map(|line| line.trim_end().len()).sum()
    };
    Some(start..start + length)
}

/// The line and column of a place, counted in the text where the place does not say.
pub(crate) fn located(place: &Place, sources: Sources<'_>) -> Place {
    let mut found = place.clone();
    if place.position.line > 0 {
        return found;
    }
    let Some(text) = sources(&place.path) else {
        return found;
    };
    let count = |offset: u32| {
        let before = text.get(..offset as usize)?;
        let line = before.matches('\n').count() as u32 + 1;
        let col = before.rsplit('\n').next()?.chars().count() as u32 + 1;
        Some((line, col))
    };
    if let (Some((line, col)), Some((end_line, end_col))) =
        (count(place.span.start), count(place.span.end))
    {
        found.position = impact_facts::Position {
            line,
            col,
            end_line,
            end_col,
        };
    }
    found
}
