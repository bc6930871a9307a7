//! Commands as shells read them, as far as is needed to tell what they start.

/// The words of a command line, quotes taken off, in order. Operators and redirections are left out.
pub(crate) fn words(command: &str) -> Vec<&str> {
    command
        .split(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | '(' | ')'))
        .map(|word| word.trim_matches(['"', '\'', '`']))
        .filter(|word| !word.is_empty() && !word.starts_with(['>', '<']) && *word != "\\")
        .collect()
}

/// The simple commands of a line: what stands between `;`, `&&`, `||`, `|` and line breaks.
pub(crate) fn simple(command: &str) -> impl Iterator<Item = &str> {
    command
        .split(['\n', ';', '&', '|'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart() {
        assert_eq!(
            words("cd /opt && python \"x y.py\" > out 2>&1 | tee 'z'"),
            [
                "cd", "/opt", "python", "x", "y.py", "out", "2>", "1", "tee", "z"
            ]
        );
        let parts: Vec<_> = simple("cd /opt && dbt run; ls\nx").collect();
        assert_eq!(parts, ["cd /opt", "dbt run", "ls", "x"]);
    }
}
