//! What a scanned tree says must stay text: names of files, owners, reasons and code come from whoever wrote the tree, and
//! a report is printed on terminals and by the runners of CI systems, which take orders from what they are shown.

/// What stands for a character that would be an order.
const INSTEAD: char = '\u{fffd}';

/// Beginnings of lines that a runner obeys, after any space: GitHub's workflow commands, Azure's logging commands.
const ORDERS: &[&str] = &["::", "##"];

/// Text without orders to a terminal: control characters and those that turn the direction of writing. With `colors`, what
/// sets a color stays.
pub(crate) fn plain(text: &str, colors: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = match colors.then(|| color(rest)).flatten() {
            Some(length) => {
                out.push_str(&rest[..length]);
                length
            }
            None => {
                out.push(if is_order(c) { INSTEAD } else { c });
                c.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out
}

/// Lines of which none is an order to a runner.
pub(crate) fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = line.trim_start();
        let is_heading = start.starts_with("## ") || start.starts_with("###");
        let obeyed = ORDERS.iter().any(|order| start.starts_with(order)) && !is_heading;
        match obeyed {
            true => {
                let (space, order) = line.split_at(line.len() - start.len() + 1);
                out.push_str(&format!("{space} {order}"));
            }
            false => out.push_str(line),
        }
    }
    out
}

fn is_order(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control() && !matches!(c, '\n' | '\t')
}

/// The length of what sets a color at the beginning of a text: `ESC [ 1 ; 31 m`.
fn color(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("\u{1b}[")?;
    let end = inside.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    inside[end..].starts_with('m').then_some(2 + end + 1)
}

#[cfg(test)]
mod tests {
    use super::{lines, plain};

    #[test]
    fn a_terminal_gets_no_orders_but_colors() {
        let text = "a\u{1b}[31mb\u{1b}]0;t\u{7}\u{202e}c\n";
        assert_eq!(
            plain(text, false),
            "a\u{fffd}[31mb\u{fffd}]0;t\u{fffd}\u{fffd}c\n"
        );
        assert_eq!(
            plain(text, true),
            "a\u{1b}[31mb\u{fffd}]0;t\u{fffd}\u{fffd}c\n"
        );
    }

    #[test]
    fn a_runner_gets_no_orders() {
        let text = "a ::b\n  ::error::x\n##vso[x]\n## head\n::y";
        assert_eq!(
            lines(text),
            "a ::b\n  : :error::x\n# #vso[x]\n## head\n: :y"
        );
    }
}
