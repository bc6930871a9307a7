//! Any text, in any dialect, with any holes: no panic, and every span inside the text.
#![no_main]

use impact_facts::{Catalog, Dialect, Span};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, Vec<(u16, u16)>, &str)| {
    let (dialect, holes, text) = input;
    let (dialect, _) = Dialect::NAMES[usize::from(dialect) % Dialect::NAMES.len()];
    let schema = impact_sql::Schema::new(&Catalog { dialect, ..Catalog::default() });
    let mut holes: Vec<Span> = holes.iter().map(|(start, length)| Span::new(u32::from(*start), u32::from(*start) + u32::from(*length))).collect();
    holes.sort();
    for found in impact_sql::resolve(text, &holes, &schema) {
        assert!(found.uses.iter().all(|one| text.get(one.span.start as usize..one.span.end as usize).is_some()));
    }
    let _ = impact_sql::looks_like_sql(text);
});
