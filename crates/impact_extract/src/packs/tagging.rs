//! Running rules over a tree, and finding the lowered nodes that captures fall on.

use super::language_rules::{LanguageRules, Run};
use super::rule::{ArgumentRule, Rule, SettingValue};
use crate::builder::ModuleBuilder;
use crate::parse::span;
use crate::source::Source;
use impact_facts::{
    Capture, Captured, ClassId, ExpressionId, ExpressionKind, FunctionId, Module, ProblemKind,
    Span, Spread, Tag, TagKind,
};
use rustc_hash::FxHashMap;
use std::ops::Range;
use tree_sitter::{Node, Query, QueryCursor, QueryMatch, StreamingIterator, Tree};

/// How many unfinished matches tree-sitter keeps for one query.
const UNFINISHED: u32 = 16_384;

/// A match, before its captures are lowered nodes.
struct Found<'r> {
    rule: &'r Rule,
    span: Span,
    captures: Vec<(Capture, Wanted)>,
    /// The calls that the rule's arguments are looked up in, in their order.
    calls: Vec<Option<Wanted>>,
    settings: Vec<(Box<str>, Box<str>)>,
}

/// What a captured node should be in the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Wanted {
    /// The expression with this span.
    Expression(Span),
    /// The function or class whose name has this span.
    Definition(Span),
}

/// Node kinds that define a function or class, and the field that holds its name.
const DEFINITIONS: &[(&str, &str)] = &[
    ("function_definition", "name"),
    ("class_definition", "name"),
    ("function_item", "name"),
    ("function_signature_item", "name"),
    ("struct_item", "name"),
    ("enum_item", "name"),
    ("union_item", "name"),
    ("trait_item", "name"),
    ("mod_item", "name"),
    ("type_item", "name"),
    ("impl_item", "type"),
];

/// Node kinds that stand for the one node inside them.
const TRANSPARENT: &[&str] = &[
    "parenthesized_expression",
    "decorated_definition",
    "type",
    "expression_statement",
    "reference_expression",
];

/// Tags everything that the rules recognize.
pub fn tag(rules: &LanguageRules, tree: &Tree, source: &Source, builder: &mut ModuleBuilder) {
    let mut found = Vec::new();
    for run in rules.runs(source.text()) {
        let complete = each_match(rules, &run, tree, source, |query, matched| {
            found.extend(found_by(&run, query, matched, source));
        });
        if !complete {
            builder.problem(
                source.span(),
                ProblemKind::Bound,
                "a pack has too many unfinished matches: some are lost",
            );
        }
    }
    if found.is_empty() {
        return;
    }
    found.sort_by(|a, b| {
        (a.span, &a.rule.pack, a.rule.line).cmp(&(b.span, &b.rule.pack, b.rule.line))
    });
    found.dedup_by(|a, b| {
        std::ptr::eq(a.rule, b.rule) && a.span == b.span && a.captures == b.captures
    });
    let lowered = lowered(&found, builder.module());
    for found in found {
        let tag = found.tag(builder.module(), &lowered);
        builder.tag(tag);
    }
}

/// Every rule that matches at least once.
pub fn hits<'r>(rules: &'r LanguageRules, tree: &Tree, source: &Source) -> Vec<&'r Rule> {
    let mut hits: Vec<&Rule> = Vec::new();
    for run in rules.runs(source.text()) {
        each_match(rules, &run, tree, source, |_, matched| {
            hits.extend(run.group.rules.get(matched.pattern_index))
        });
    }
    hits
}

/// Calls `each` with every match of a run, those in several places more than once. False if some were lost.
fn each_match<'t>(
    rules: &LanguageRules,
    run: &Run,
    tree: &'t Tree,
    source: &Source,
    mut each: impl FnMut(&Query, &QueryMatch<'_, 't>),
) -> bool {
    let Some(query) = run.group.query(&rules.grammar) else {
        return true;
    };
    let everywhere = std::slice::from_ref(&(0..usize::MAX));
    let places: &[Range<usize>] = run.places.as_deref().unwrap_or(everywhere);
    let mut complete = true;
    for place in places {
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(UNFINISHED);
        cursor.set_byte_range(place.clone());
        let mut matches = cursor.matches(query, tree.root_node(), source.text().as_bytes());
        while let Some(matched) = matches.next() {
            each(query, matched);
        }
        complete &= !cursor.did_exceed_match_limit();
    }
    complete
}

fn found_by<'r>(
    run: &Run<'r>,
    query: &Query,
    matched: &QueryMatch,
    source: &Source,
) -> Option<Found<'r>> {
    let rule = run.group.rules.get(matched.pattern_index)?;
    let mut at = None;
    let mut captures = Vec::new();
    for capture in matched.captures() {
        let name = query.capture_names().get(capture.index as usize)?;
        if let Some(kind) = Capture::from_word(name) {
            captures.push((kind, wanted(capture.node)));
        } else if TagKind::from_word(name).is_some() {
            at.get_or_insert(span(capture.node));
        }
    }
    let named = |name: &str| {
        let mut captures = matched.captures().iter();
        captures
            .find(|capture| query.capture_names().get(capture.index as usize) == Some(&name))
            .map(|found| found.node)
    };
    let calls = rule
        .arguments
        .iter()
        .map(|argument| named(&argument.call).map(wanted))
        .collect();
    let setting = |(key, value): &(Box<str>, SettingValue)| match value {
        SettingValue::Word(word) => Some((key.clone(), word.clone())),
        SettingValue::Text(name) => {
            named(name).map(|node| (key.clone(), source.slice(span(node)).into()))
        }
    };
    let settings = rule.settings.iter().filter_map(setting).collect();
    Some(Found {
        rule,
        span: at?,
        captures,
        calls,
        settings,
    })
}

fn wanted(mut node: Node) -> Wanted {
    while TRANSPARENT.contains(&node.kind()) {
        let inner = node
            .child_by_field_name("definition")
            .or_else(|| node.named_child(0));
        match inner {
            Some(inner) => node = inner,
            None => break,
        }
    }
    let field = DEFINITIONS
        .iter()
        .find(|(kind, _)| *kind == node.kind())
        .map(|(_, field)| field);
    match field.and_then(|field| node.child_by_field_name(field)) {
        Some(name) => Wanted::Definition(span(name)),
        None => Wanted::Expression(span(node)),
    }
}

impl Wanted {
    fn span(self) -> Span {
        match self {
            Wanted::Expression(span) | Wanted::Definition(span) => span,
        }
    }
}

impl Found<'_> {
    fn tag(self, module: &Module, lowered: &FxHashMap<Wanted, Captured>) -> Tag {
        let captured = |wanted: &Wanted| {
            lowered
                .get(wanted)
                .copied()
                .unwrap_or(Captured::Span(wanted.span()))
        };
        let mut captures: Vec<(Capture, Captured)> = self
            .captures
            .iter()
            .map(|(capture, wanted)| (*capture, captured(wanted)))
            .collect();
        for (rule, call) in self.rule.arguments.iter().zip(&self.calls) {
            if let Some(Captured::Expression(call)) = call.as_ref().map(captured)
                && let Some(value) = argument(module, call, rule)
            {
                captures.push((rule.capture, Captured::Expression(value)));
            }
        }
        Tag {
            kind: self.rule.kind,
            pack: self.rule.pack.clone(),
            span: self.span,
            captures,
            conditions: self.rule.conditions.clone(),
            settings: self.settings,
        }
    }
}

/// The argument of a call that a rule means: by name or, if none before it is spread, by place. Of a dictionary, the value
/// under one of the names.
fn argument(module: &Module, of: ExpressionId, rule: &ArgumentRule) -> Option<ExpressionId> {
    let is_named = |name: &str| rule.names.iter().any(|wanted| **wanted == *name);
    let arguments = match &module.expression(of).kind {
        ExpressionKind::Call(call) => &call.arguments,
        ExpressionKind::Macro(call) => &call.arguments,
        ExpressionKind::Collection(collection) => {
            let mut items = collection.items.iter();
            let found = items.find(|item| {
                item.key
                    .and_then(|key| module.plain_text(key))
                    .is_some_and(|key| is_named(&key))
            });
            return found.map(|item| item.value);
        }
        _ => return None,
    };
    let named = arguments.iter().find(|argument| {
        argument
            .name
            .is_some_and(|(name, _)| is_named(module.name(name)))
    });
    let by_place = || {
        let placed = arguments
            .iter()
            .take_while(|argument| argument.spread == Spread::None);
        placed
            .filter(|argument| argument.name.is_none())
            .nth(rule.place?)
    };
    named.or_else(by_place).map(|argument| argument.value)
}

/// The lowered nodes of all captures. Of several expressions with one span, the outermost, which is lowered last.
fn lowered(found: &[Found], module: &Module) -> FxHashMap<Wanted, Captured> {
    let captures = found
        .iter()
        .flat_map(|found| found.captures.iter().map(|(_, wanted)| wanted));
    let calls = found.iter().flat_map(|found| found.calls.iter().flatten());
    let mut lowered: FxHashMap<Wanted, Captured> = captures
        .chain(calls)
        .map(|wanted| (*wanted, Captured::Span(wanted.span())))
        .collect();
    let mut put = |wanted: Wanted, captured: Captured| {
        if let Some(slot) = lowered.get_mut(&wanted) {
            *slot = captured;
        }
    };
    for (at, expression) in module.expressions.iter().enumerate() {
        put(
            Wanted::Expression(expression.span),
            Captured::Expression(ExpressionId(at as u32)),
        );
    }
    for (at, class) in module.classes.iter().enumerate() {
        put(
            Wanted::Definition(class.name_span),
            Captured::Class(ClassId(at as u32)),
        );
    }
    for (at, function) in module.functions.iter().enumerate() {
        let itself = Captured::Function(FunctionId(at as u32));
        put(Wanted::Definition(function.name_span), itself);
        // A function that a macro makes of its tokens has no definition in the tree: its name stands for it.
        put(Wanted::Expression(function.name_span), itself);
    }
    lowered
}
