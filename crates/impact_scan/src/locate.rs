//! Bytes to lines and columns: the one place that looks at a file again after it was extracted.

use crate::source::{SourceText, beginning};
use impact_facts::{Index, Position, Site, Span};
use rayon::prelude::*;
use std::path::Path;

/// The longest text that is quoted of a site, in characters.
const LONGEST_TEXT: usize = 120;

/// A site whose position, and perhaps text, is wanted.
struct Slot<'a> {
    span: Span,
    position: &'a mut Position,
    text: Option<&'a mut Box<str>>,
}

/// Fills in every position and quoted text of an index from the files it was made from.
pub(crate) fn locate(index: &mut Index, files: &[SourceText]) {
    let mut by_file: Vec<Vec<Slot<'_>>> = files.iter().map(|_| Vec::new()).collect();
    for (site, position, text) in slots(index) {
        if let Some(slots) = by_file.get_mut(site.file.0 as usize) {
            slots.push(Slot {
                span: site.span,
                position,
                text,
            });
        }
    }
    by_file
        .into_par_iter()
        .zip(files)
        .for_each(|(slots, file)| fill(slots, &file.found.absolute));
}

type Wanted<'a> = (Site, &'a mut Position, Option<&'a mut Box<str>>);

fn slots(index: &mut Index) -> Vec<Wanted<'_>> {
    let mut all: Vec<Wanted<'_>> = Vec::new();
    for reference in &mut index.references {
        all.push((
            reference.site,
            &mut reference.position,
            Some(&mut reference.text),
        ));
        if let Some(site) = reference.declared_at {
            all.push((
                site,
                reference.declared_position.get_or_insert_default(),
                None,
            ));
        }
    }
    all.extend(
        index
            .blind_spots
            .iter_mut()
            .map(|spot| (spot.site, &mut spot.position, Some(&mut spot.text))),
    );
    all.extend(
        index
            .symbols
            .iter_mut()
            .map(|symbol| (symbol.site, &mut symbol.position, None)),
    );
    all.extend(
        index
            .calls
            .iter_mut()
            .map(|call| (call.site, &mut call.position, None)),
    );
    all.extend(
        index
            .entry_points
            .iter_mut()
            .map(|entry| (entry.site, &mut entry.position, None)),
    );
    all.extend(
        index
            .outbound
            .iter_mut()
            .map(|message| (message.site, &mut message.position, None)),
    );
    all.extend(
        index
            .insertions
            .iter_mut()
            .map(|insertion| (insertion.site, &mut insertion.position, None)),
    );
    for migration in &mut index.migrations {
        let file = migration.file;
        let contractions = migration.contractions.iter_mut();
        let unread = migration.unread.iter_mut();
        let places = contractions
            .map(|one| (one.span, &mut one.position))
            .chain(unread.map(|one| (one.span, &mut one.position)));
        all.extend(places.map(|(span, position)| (Site { file, span }, position, None)));
    }
    all
}

fn fill(slots: Vec<Slot<'_>>, path: &Path) {
    if slots.is_empty() {
        return;
    }
    let bytes = beginning(path);
    let lines = Lines::of(&bytes);
    for slot in slots {
        *slot.position = lines.position(slot.span);
        if let Some(text) = slot.text {
            *text = lines.text(slot.span);
        }
    }
}

/// A file's bytes with the beginnings of its lines.
pub(crate) struct Lines<'a> {
    bytes: &'a [u8],
    starts: Vec<usize>,
    /// How many characters begin before each block: a line may be as long as its file, and hold as many sites.
    characters: Vec<usize>,
}

/// How many bytes a block has.
const BLOCK: usize = 1 << 10;

fn characters_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

impl<'a> Lines<'a> {
    /// Finds where lines begin.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        let after = bytes
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'\n')
            .map(|(at, _)| at + 1);
        let mut characters = vec![0];
        for block in bytes.chunks(BLOCK) {
            let before = characters.last().copied().unwrap_or_default();
            characters.push(before + characters_in(block));
        }
        Self {
            bytes,
            starts: std::iter::once(0).chain(after).collect(),
            characters,
        }
    }

    /// Lines and columns of a span; what lies behind the end is the end.
    pub(crate) fn position(&self, span: Span) -> Position {
        let (line, col) = self.point(span.start as usize);
        let (end_line, end_col) = self.point(span.end.max(span.start) as usize);
        Position {
            line,
            col,
            end_line,
            end_col,
        }
    }

    fn point(&self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.bytes.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line
            .checked_sub(1)
            .and_then(|at| self.starts.get(at))
            .copied()
            .unwrap_or(0);
        let columns = self.characters_before(offset) - self.characters_before(start);
        (line as u32, columns as u32 + 1)
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let before = self.characters.get(block).copied().unwrap_or_default();
        let rest = self.bytes.get(block * BLOCK..offset);
        before + characters_in(rest.unwrap_or_default())
    }

    /// The first line of what stands at a span, cut to a length that can be shown.
    fn text(&self, span: Span) -> Box<str> {
        let end = (span.end as usize).min(self.bytes.len());
        let bytes = self.bytes.get(span.start as usize..end).unwrap_or_default();
        let line = bytes
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let line = line.get(..LONGEST_TEXT * 4).unwrap_or(line);
        let text = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
        text.chars().take(LONGEST_TEXT).collect::<String>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;
    use impact_facts::{Position, Span};

    fn at(text: &str, start: u32, end: u32) -> Position {
        Lines::of(text.as_bytes()).position(Span::new(start, end))
    }

    #[test]
    fn columns_count_code_points_and_end_after_the_last() {
        let expected = Position {
            line: 2,
            col: 4,
            end_line: 2,
            end_col: 6,
        };
        assert_eq!(at("a\n🦀é bc\n", 9, 11), expected);
    }

    #[test]
    fn a_span_behind_the_end_is_the_end() {
        let expected = Position {
            line: 2,
            col: 2,
            end_line: 2,
            end_col: 2,
        };
        assert_eq!(at("a\nb", 90, 91), expected);
    }

    #[test]
    fn columns_of_a_line_of_many_blocks_are_counted_from_its_start() {
        let text = format!("a\n{}b", "é".repeat(3_000));
        let at = Lines::of(text.as_bytes()).position(Span::new(6_002, 6_003));
        assert_eq!((at.line, at.col, at.end_col), (2, 3_001, 3_002));
        let end = Lines::of(&[b'x'; 2_048]).position(Span::new(2_048, 2_048));
        assert_eq!(end.col, 2_049);
    }

    #[test]
    fn only_the_first_line_is_quoted() {
        let lines = Lines::of(b"select 1\r\nfrom x");
        assert_eq!(&*lines.text(Span::new(0, 16)), "select 1");
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let text = "é".repeat(300);
        assert_eq!(
            Lines::of(text.as_bytes())
                .text(Span::new(0, 600))
                .chars()
                .count(),
            120
        );
    }
}
