//! Expressions on one line.

use super::Description;
use impact_facts::{
    Argument, Collection, CollectionKind, Comprehension, ExpressionId, ExpressionKind, Item,
    MacroCall, Match, Piece, Record, Spread, TextId,
};

/// How deep an expression is written out.
const MAX_DEPTH: u32 = 60;

impl Description<'_> {
    pub(super) fn expression(&mut self, id: ExpressionId) -> String {
        if self.depth >= MAX_DEPTH {
            return "…".into();
        }
        self.depth += 1;
        let text = self.kind(&self.module.expression(id).kind);
        self.depth -= 1;
        text
    }

    pub(super) fn optional(&mut self, before: &str, id: Option<ExpressionId>) -> String {
        id.map_or(String::new(), |id| {
            format!("{before}{}", self.expression(id))
        })
    }

    pub(super) fn list(&mut self, ids: &[ExpressionId]) -> String {
        let parts: Vec<String> = ids.iter().map(|id| self.expression(*id)).collect();
        parts.join(", ")
    }

    fn kind(&mut self, kind: &ExpressionKind) -> String {
        match kind {
            ExpressionKind::Name(name) => self.module.name(*name).into(),
            ExpressionKind::Text(text) => self.text(*text),
            ExpressionKind::Null => "None".into(),
            ExpressionKind::Bool(value) => value.to_string(),
            ExpressionKind::Integer(value) => value.to_string(),
            ExpressionKind::Number => "number".into(),
            ExpressionKind::Collection(collection) => self.collection(collection),
            ExpressionKind::Comprehension(comprehension) => self.comprehension(comprehension),
            ExpressionKind::Record(record) => self.record(record),
            ExpressionKind::Closure(id) => {
                let function = self.module.function(*id);
                let parameters = self.parameters(&function.parameters);
                format!("lambda({parameters}) {}", self.inline(&function.body))
            }
            ExpressionKind::Block(block) => self.inline(block),
            ExpressionKind::Match(matched) => self.matched(matched),
            ExpressionKind::Any(parts) => {
                let parts: Vec<String> = parts.iter().map(|id| self.expression(*id)).collect();
                format!("({})", parts.join(" | "))
            }
            ExpressionKind::Other(parts) => format!("other({})", self.list(parts)),
            _ => self.composite(kind),
        }
    }

    fn composite(&mut self, kind: &ExpressionKind) -> String {
        match kind {
            ExpressionKind::Attribute(attribute) => {
                let separator = if attribute.path { "::" } else { "." };
                format!(
                    "{}{separator}{}",
                    self.expression(attribute.of),
                    self.module.name(attribute.name)
                )
            }
            ExpressionKind::Call(call) => {
                format!(
                    "{}({})",
                    self.expression(call.callee),
                    self.arguments(&call.arguments)
                )
            }
            ExpressionKind::Macro(call) => self.macro_call(call),
            ExpressionKind::Subscript(subscript) => {
                format!(
                    "{}[{}]",
                    self.expression(subscript.of),
                    self.list(&subscript.keys)
                )
            }
            ExpressionKind::Conditional(conditional) => {
                let then = self.expression(conditional.then);
                let test = self.expression(conditional.test);
                format!(
                    "({then} if {test}{})",
                    self.optional(" else ", conditional.otherwise)
                )
            }
            ExpressionKind::Binary(binary) => {
                let operator = self.module.name(binary.operator);
                format!(
                    "({} {operator} {})",
                    self.expression(binary.left),
                    self.expression(binary.right)
                )
            }
            ExpressionKind::Unary(unary) => {
                format!(
                    "({} {})",
                    self.module.name(unary.operator),
                    self.expression(unary.of)
                )
            }
            ExpressionKind::Assign(assign) => {
                format!(
                    "({} := {})",
                    self.expression(assign.target),
                    self.expression(assign.value)
                )
            }
            ExpressionKind::Let(assign) => {
                format!(
                    "(let {} = {})",
                    self.expression(assign.target),
                    self.expression(assign.value)
                )
            }
            ExpressionKind::Cast(cast) => {
                format!(
                    "({} as {})",
                    self.expression(cast.of),
                    self.expression(cast.annotation)
                )
            }
            ExpressionKind::Await(of) => format!("(await {})", self.expression(*of)),
            ExpressionKind::Question(of) => format!("{}?", self.expression(*of)),
            ExpressionKind::Yield(yielded) => {
                let from = if yielded.from { " from" } else { "" };
                format!("(yield{from}{})", self.optional(" ", yielded.value))
            }
            ExpressionKind::Return(value) => format!("(return{})", self.optional(" ", *value)),
            _ => String::new(),
        }
    }

    pub(super) fn arguments(&mut self, arguments: &[Argument]) -> String {
        let parts: Vec<String> = arguments
            .iter()
            .map(|argument| self.argument(argument))
            .collect();
        parts.join(", ")
    }

    fn argument(&mut self, argument: &Argument) -> String {
        let name = argument.name.map_or(String::new(), |(name, _)| {
            format!("{}=", self.module.name(name))
        });
        format!(
            "{name}{}{}",
            stars(argument.spread),
            self.expression(argument.value)
        )
    }

    fn macro_call(&mut self, call: &MacroCall) -> String {
        let callee = self.expression(call.callee);
        let arguments = self.arguments(&call.arguments);
        let tokens = if call.tokens.is_empty() {
            String::new()
        } else {
            format!("; {} tokens", call.tokens.len())
        };
        format!("{callee}!({arguments}{tokens})")
    }

    fn collection(&mut self, collection: &Collection) -> String {
        let items: Vec<String> = collection
            .items
            .iter()
            .map(|item| self.item(item))
            .collect();
        let (open, close) = brackets(collection.kind);
        format!("{open}{}{close}", items.join(", "))
    }

    fn item(&mut self, item: &Item) -> String {
        let key = item
            .key
            .map_or(String::new(), |key| format!("{}: ", self.expression(key)));
        format!("{key}{}{}", stars(item.spread), self.expression(item.value))
    }

    fn comprehension(&mut self, comprehension: &Comprehension) -> String {
        let (open, close) = brackets(comprehension.kind);
        let key = comprehension
            .key
            .map_or(String::new(), |key| format!("{}: ", self.expression(key)));
        let mut text = format!("{open}{key}{}", self.expression(comprehension.element));
        for clause in &comprehension.clauses {
            text += &format!(
                " for {} in {}",
                self.expression(clause.target),
                self.expression(clause.over)
            );
            for test in &clause.tests {
                text += &format!(" if {}", self.expression(*test));
            }
        }
        text + close
    }

    fn record(&mut self, record: &Record) -> String {
        let mut fields: Vec<String> = Vec::new();
        for (name, _, value) in &record.fields {
            fields.push(format!(
                "{}: {}",
                self.module.name(*name),
                self.expression(*value)
            ));
        }
        fields.extend(
            record
                .rest
                .map(|rest| format!("..{}", self.expression(rest))),
        );
        format!("{} {{ {} }}", self.expression(record.of), fields.join(", "))
    }

    fn matched(&mut self, matched: &Match) -> String {
        let mut text = format!("match {} {{", self.expression(matched.subject));
        for arm in &matched.arms {
            let pattern = self.expression(arm.pattern);
            let guard = self.optional(" if ", arm.guard);
            text += &format!(" {pattern}{guard} => {};", self.inline(&arm.body));
        }
        text + " }"
    }

    fn text(&mut self, id: TextId) -> String {
        let pieces = self.pieces(&self.module.text(id).pieces);
        format!("\"{pieces}\"")
    }

    fn pieces(&mut self, pieces: &[Piece]) -> String {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => text.extend(literal.value.escape_debug()),
                Piece::Hole(hole) => text += &format!("{{{}}}", self.expression(hole.expression)),
                Piece::Alternatives(bodies) => {
                    let bodies: Vec<String> = bodies.iter().map(|body| self.pieces(body)).collect();
                    text += &format!("⟨{}⟩", bodies.join("|"));
                }
                Piece::Repeat(repeat) => {
                    let over = self.expression(repeat.over);
                    text += &format!("⟨for {over}: {}⟩", self.pieces(&repeat.body));
                }
            }
        }
        text
    }
}

fn stars(spread: Spread) -> &'static str {
    match spread {
        Spread::None => "",
        Spread::Items => "*",
        Spread::Named => "**",
    }
}

fn brackets(kind: CollectionKind) -> (&'static str, &'static str) {
    match kind {
        CollectionKind::List => ("[", "]"),
        CollectionKind::Tuple | CollectionKind::Generator => ("(", ")"),
        CollectionKind::Set | CollectionKind::Dictionary => ("{", "}"),
    }
}
