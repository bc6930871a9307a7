//! PostgreSQL's own query trees (`debug_print_parse`) and what they say of columns.

use std::collections::{BTreeMap, BTreeSet};

/// A node, list or word of a printed tree.
#[derive(Debug, Clone)]
pub enum Tree {
    Node(String, Vec<(String, Vec<Tree>)>),
    List(Vec<Tree>),
    Word(String),
}

/// Relations by number: name as a statement writes it, and columns by number.
pub type Relations = BTreeMap<u32, (String, BTreeMap<i64, String>)>;

/// A table and a column.
pub type Pair = (String, String);

/// What a tree says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Columns {
    pub reads: BTreeSet<Pair>,
    pub writes: BTreeSet<Pair>,
    pub star_only: BTreeSet<Pair>,
    /// Tables whose rows are used as a whole.
    pub whole: BTreeSet<String>,
}

/// Reads a printed tree.
pub fn parse(text: &str) -> Option<Tree> {
    let tokens = tokens(text);
    let mut at = 0;
    value(&tokens, &mut at)
}

fn tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let mut characters = text.chars().peekable();
    let flush = |word: &mut String, out: &mut Vec<String>| {
        if !word.is_empty() {
            out.push(std::mem::take(word));
        }
    };
    while let Some(c) = characters.next() {
        match c {
            '\\' => {
                word.push('\\');
                word.extend(characters.next());
            }
            '"' if word.is_empty() => {
                word.push('"');
                while let Some(c) = characters.next() {
                    match c {
                        '\\' => word.extend(characters.next()),
                        '"' => break,
                        c => word.push(c),
                    }
                }
                flush(&mut word, &mut out);
            }
            '{' | '}' | '(' | ')' | '[' | ']' => {
                flush(&mut word, &mut out);
                out.push(c.to_string());
            }
            c if c.is_whitespace() => flush(&mut word, &mut out),
            c => word.push(c),
        }
    }
    flush(&mut word, &mut out);
    out
}

fn value(tokens: &[String], at: &mut usize) -> Option<Tree> {
    let token = tokens.get(*at)?;
    *at += 1;
    match token.as_str() {
        "{" => node(tokens, at),
        "(" => {
            let mut list = Vec::new();
            while tokens.get(*at)? != ")" {
                list.push(value(tokens, at)?);
            }
            *at += 1;
            Some(Tree::List(list))
        }
        "[" => {
            while tokens.get(*at)? != "]" {
                *at += 1;
            }
            *at += 1;
            Some(Tree::Word("[]".to_owned()))
        }
        word => Some(Tree::Word(word.to_owned())),
    }
}

fn node(tokens: &[String], at: &mut usize) -> Option<Tree> {
    let tag = tokens.get(*at)?.clone();
    *at += 1;
    let mut fields: Vec<(String, Vec<Tree>)> = Vec::new();
    while tokens.get(*at)? != "}" {
        let token = tokens.get(*at)?;
        match token
            .strip_prefix(':')
            .filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
        {
            Some(name) => {
                fields.push((name.to_owned(), Vec::new()));
                *at += 1;
            }
            None => {
                let found = value(tokens, at)?;
                if let Some((_, values)) = fields.last_mut() {
                    values.push(found);
                }
            }
        }
    }
    *at += 1;
    Some(Tree::Node(tag, fields))
}

impl Tree {
    fn field(&self, name: &str) -> &[Tree] {
        match self {
            Tree::Node(_, fields) => fields
                .iter()
                .find(|(field, _)| field == name)
                .map_or(&[], |(_, values)| values),
            _ => &[],
        }
    }

    fn number(&self, name: &str) -> Option<i64> {
        match self.field(name) {
            [Tree::Word(word)] => word.parse().ok(),
            _ => None,
        }
    }

    fn is(&self, tag: &str) -> bool {
        matches!(self, Tree::Node(found, _) if found == tag)
    }

    fn children(&self) -> Vec<&Tree> {
        match self {
            Tree::Node(_, fields) => fields.iter().flat_map(|(_, values)| values).collect(),
            Tree::List(list) => list.iter().collect(),
            Tree::Word(_) => Vec::new(),
        }
    }

    /// `(b 8 9)` of a set of numbers.
    fn set(&self, name: &str) -> Vec<i64> {
        match self.field(name) {
            [Tree::List(list)] => list
                .iter()
                .filter_map(|item| {
                    if let Tree::Word(word) = item {
                        word.parse().ok()
                    } else {
                        None
                    }
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// Column numbers in sets begin below the system's own.
const OFFSET: i64 = -7;

/// What the tree of `statement` says.
pub fn columns(tree: &Tree, relations: &Relations, statement: &str) -> Columns {
    let mut found = Columns::default();
    walk(tree, &mut |node| {
        if (node.is("RTE") || node.is("RANGETBLENTRY"))
            && node.number("rtekind") == Some(0)
            && node
                .field("relkind")
                .first()
                .is_none_or(|kind| !matches!(kind, Tree::Word(word) if word == "c"))
        {
            add(node, relations, &mut found);
        }
    });
    let mut stars = Stars {
        relations,
        statement: statement.as_bytes(),
        star: BTreeSet::new(),
        named: BTreeSet::new(),
    };
    stars.go(tree, &[]);
    found.star_only = stars
        .star
        .difference(&stars.named)
        .filter(|pair| found.reads.contains(*pair))
        .cloned()
        .collect();
    found
}

fn walk<'t>(tree: &'t Tree, visit: &mut impl FnMut(&'t Tree)) {
    visit(tree);
    for child in tree.children() {
        walk(child, visit);
    }
}

fn add(entry: &Tree, relations: &Relations, found: &mut Columns) {
    let Some((table, columns)) = entry
        .number("relid")
        .and_then(|oid| relations.get(&(oid as u32)))
    else {
        return;
    };
    let named = |set: &str| -> Vec<Pair> {
        let numbers = entry.set(set).into_iter().map(|bit| bit + OFFSET);
        numbers
            .flat_map(|at| match at {
                0 => columns.values().cloned().collect::<Vec<_>>(),
                at => columns.get(&at).cloned().into_iter().collect(),
            })
            .map(|column| (table.clone(), column))
            .collect()
    };
    if entry.set("selectedCols").contains(&-OFFSET) {
        found.whole.insert(table.clone());
    }
    found.reads.extend(named("selectedCols"));
    found.writes.extend(named("insertedCols"));
    found.writes.extend(named("updatedCols"));
}

struct Stars<'t> {
    relations: &'t Relations,
    statement: &'t [u8],
    star: BTreeSet<Pair>,
    named: BTreeSet<Pair>,
}

impl<'t> Stars<'t> {
    fn go(&mut self, tree: &'t Tree, stack: &[&'t Tree]) {
        let mut inner = stack.to_vec();
        if tree.is("QUERY") {
            inner.push(tree);
        }
        if tree.is("VAR") {
            let star = tree
                .number("location")
                .is_some_and(|at| at >= 0 && self.star_at(at as usize));
            return self.variable(tree, stack, star);
        }
        if let Tree::Node(_, fields) = tree {
            for (_, values) in fields.iter().filter(|(name, _)| name != "joinaliasvars") {
                values.iter().for_each(|value| self.go(value, &inner));
            }
        } else {
            tree.children()
                .into_iter()
                .for_each(|child| self.go(child, &inner));
        }
    }

    /// Whether `*`, `t.*` or `s.t.*` stands at the byte.
    fn star_at(&self, at: usize) -> bool {
        let rest =
            String::from_utf8_lossy(self.statement.get(at..).unwrap_or_default()).into_owned();
        let mut rest = rest.trim_start();
        loop {
            if rest.starts_with('*') {
                return true;
            }
            let after = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').map_or("", |(_, after)| after),
                None => {
                    rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '$')
                }
            };
            match after.trim_start().strip_prefix('.') {
                Some(next) if after.len() < rest.len() => rest = next.trim_start(),
                _ => return false,
            }
        }
    }

    fn variable(&mut self, variable: &'t Tree, stack: &[&'t Tree], star: bool) {
        let up = variable.number("varlevelsup").unwrap_or(0) as usize;
        let Some(level) = stack.len().checked_sub(up + 1) else {
            return;
        };
        let (Some(number), Some(column)) = (variable.number("varno"), variable.number("varattno"))
        else {
            return;
        };
        let [Tree::List(entries)] = stack[level].field("rtable") else {
            return;
        };
        let Some(entry) = usize::try_from(number - 1)
            .ok()
            .and_then(|at| entries.get(at))
        else {
            return;
        };
        let proposed = matches!(entry.field("relkind"), [Tree::Word(kind)] if kind == "c");
        if column <= 0 || proposed {
            return;
        }
        match entry.number("rtekind") {
            Some(0) => {
                let relation = entry
                    .number("relid")
                    .and_then(|oid| self.relations.get(&(oid as u32)));
                if let Some((table, columns)) = relation
                    && let Some(name) = columns.get(&column)
                {
                    let set = if star {
                        &mut self.star
                    } else {
                        &mut self.named
                    };
                    set.insert((table.clone(), name.clone()));
                }
            }
            Some(2) => {
                let [Tree::List(aliases)] = entry.field("joinaliasvars") else {
                    return;
                };
                let Some(alias) = aliases.get(column as usize - 1) else {
                    return;
                };
                let mut found = Vec::new();
                walk(alias, &mut |node| {
                    if node.is("VAR") {
                        found.push(node);
                    }
                });
                found
                    .into_iter()
                    .for_each(|node| self.variable(node, &stack[..=level], star));
            }
            _ => {}
        }
    }
}
