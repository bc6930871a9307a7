//! Writes a lowered module as one line for each statement, for tests. Texts are shown as the file has them, by their map.

use crate::builder::ModuleBuilder;
use crate::source::Source;
use impact_facts::{
    Block, CollectionKind, ExpressionId, ExpressionKind, FileFacts, Language, Module, Piece,
    ProblemKind, Statement,
};

type Lower = fn(&Source, &mut ModuleBuilder);

/// The facts that a front end finds in a text.
pub fn facts(lower: Lower, text: &str) -> FileFacts {
    let mut builder = ModuleBuilder::default();
    let source = Source::of(text);
    lower(&source, &mut builder);
    builder.finish(Language::Other, &source)
}

/// The statements of a text's module, one a line.
pub fn shown(lower: Lower, text: &str) -> String {
    let facts = facts(lower, text);
    let shower = Shower {
        module: &facts.module,
        text,
    };
    let mut out = String::new();
    shower.block(&facts.module.body, 0, &mut out);
    out.trim_end().to_owned()
}

/// The kinds of problems that a text has.
pub fn problems(lower: Lower, text: &str) -> Vec<ProblemKind> {
    facts(lower, text)
        .problems
        .iter()
        .map(|problem| problem.kind)
        .collect()
}

struct Shower<'a> {
    module: &'a Module,
    text: &'a str,
}

impl Shower<'_> {
    fn block(&self, block: &Block, depth: usize, out: &mut String) {
        for statement in &block.statements {
            self.statement(statement, depth, out);
        }
    }

    fn statement(&self, statement: &Statement, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        let line = match statement {
            Statement::Do(id) => self.expression(*id),
            Statement::Bind(bind) => {
                let value = bind.value.map(|id| self.expression(id)).unwrap_or_default();
                format!("{} = {value}", self.expression(bind.target))
            }
            Statement::Return(id) => {
                format!(
                    "return {}",
                    id.map(|id| self.expression(id)).unwrap_or_default()
                )
            }
            Statement::Import(id) => {
                let import = &self.module.imports[id.index()];
                format!("import {}", import.path)
            }
            Statement::Branch(branch) => {
                out.push_str(&format!("{indent}if {}\n", self.expression(branch.test)));
                self.block(&branch.then, depth + 1, out);
                if !branch.otherwise.statements.is_empty() {
                    out.push_str(&format!("{indent}else\n"));
                    self.block(&branch.otherwise, depth + 1, out);
                }
                return;
            }
            Statement::Loop(repeat) => {
                let [target, over] = [repeat.target, repeat.over]
                    .map(|id| id.map(|id| self.expression(id)).unwrap_or_default());
                out.push_str(&format!("{indent}for {target} in {over}\n"));
                self.block(&repeat.body, depth + 1, out);
                if !repeat.otherwise.statements.is_empty() {
                    out.push_str(&format!("{indent}empty\n"));
                    self.block(&repeat.otherwise, depth + 1, out);
                }
                return;
            }
            Statement::Function(id) => {
                let function = self.module.function(*id);
                let name = function.name.map_or("", |name| self.module.name(name));
                let parameters: Vec<_> = function
                    .parameters
                    .iter()
                    .map(|p| self.expression(p.pattern))
                    .collect();
                out.push_str(&format!("{indent}fn {name}({})\n", parameters.join(", ")));
                self.block(&function.body, depth + 1, out);
                return;
            }
            other => format!("{other:?}"),
        };
        out.push_str(&format!("{indent}{line}\n"));
    }

    fn expressions(&self, ids: impl Iterator<Item = ExpressionId>) -> String {
        ids.map(|id| self.expression(id))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn expression(&self, id: ExpressionId) -> String {
        match &self.module.expression(id).kind {
            ExpressionKind::Name(name) => self.module.name(*name).to_owned(),
            ExpressionKind::Attribute(a) => {
                format!("{}.{}", self.expression(a.of), self.module.name(a.name))
            }
            ExpressionKind::Call(call) => {
                let arguments: Vec<_> = call
                    .arguments
                    .iter()
                    .map(|a| match a.name {
                        Some((name, _)) => {
                            format!("{}={}", self.module.name(name), self.expression(a.value))
                        }
                        None => self.expression(a.value),
                    })
                    .collect();
                format!("{}({})", self.expression(call.callee), arguments.join(", "))
            }
            ExpressionKind::Subscript(s) => {
                format!(
                    "{}[{}]",
                    self.expression(s.of),
                    self.expressions(s.keys.iter().copied())
                )
            }
            ExpressionKind::Text(text) => self.quoted(self.module.text(*text)),
            ExpressionKind::Null => "null".to_owned(),
            ExpressionKind::Bool(truth) => truth.to_string(),
            ExpressionKind::Integer(number) => number.to_string(),
            ExpressionKind::Number => "number".to_owned(),
            ExpressionKind::Collection(c) => self.collection(c),
            ExpressionKind::Conditional(c) => {
                let otherwise = c
                    .otherwise
                    .map(|id| self.expression(id))
                    .unwrap_or_default();
                format!(
                    "({} if {} else {otherwise})",
                    self.expression(c.then),
                    self.expression(c.test)
                )
            }
            ExpressionKind::Binary(b) => format!(
                "({} {} {})",
                self.expression(b.left),
                self.module.name(b.operator),
                self.expression(b.right)
            ),
            ExpressionKind::Unary(u) => {
                format!(
                    "({} {})",
                    self.module.name(u.operator),
                    self.expression(u.of)
                )
            }
            ExpressionKind::Other(parts) => {
                format!("other({})", self.expressions(parts.iter().copied()))
            }
            other => format!("{other:?}"),
        }
    }

    fn collection(&self, collection: &impact_facts::Collection) -> String {
        let items: Vec<_> = collection
            .items
            .iter()
            .map(|item| match (item.key, item.spread) {
                (Some(key), _) => {
                    format!("{}: {}", self.expression(key), self.expression(item.value))
                }
                (None, impact_facts::Spread::Named) => format!("**{}", self.expression(item.value)),
                (None, _) => self.expression(item.value),
            })
            .collect();
        let items = items.join(", ");
        match collection.kind {
            CollectionKind::Dictionary => format!("{{{items}}}"),
            CollectionKind::Set => format!("set({items})"),
            CollectionKind::Tuple => format!("({items})"),
            _ => format!("[{items}]"),
        }
    }

    fn quoted(&self, text: &impact_facts::Text) -> String {
        if text.span.is_empty() {
            let said = text.pieces.iter().map(|piece| match piece {
                Piece::Literal(literal) => &*literal.value,
                _ => "",
            });
            return format!("`{}`", said.collect::<String>());
        }
        format!("`{}`", self.pieces(&text.pieces))
    }

    fn pieces(&self, pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| self.piece(piece)).collect()
    }

    fn piece(&self, piece: &Piece) -> String {
        match piece {
            Piece::Literal(literal) => {
                self.check(&literal.value, literal);
                literal.value.to_string()
            }
            Piece::Hole(hole) => format!("${{{}}}", self.expression(hole.expression)),
            Piece::Alternatives(bodies) => {
                let bodies: Vec<_> = bodies.iter().map(|body| self.pieces(body)).collect();
                format!("<{}>", bodies.join("|"))
            }
            Piece::Repeat(repeat) => {
                let target = repeat
                    .target
                    .map(|id| self.expression(id))
                    .unwrap_or_default();
                let over = self.expression(repeat.over);
                format!("<{target} in {over}: {}>", self.pieces(&repeat.body))
            }
        }
    }

    /// Every word of a literal stands where its map says.
    fn check(&self, value: &str, literal: &impact_facts::Literal) {
        for word in value
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| word.len() > 2)
        {
            if word.bytes().all(|byte| byte == b'x') {
                continue;
            }
            let at = (word.as_ptr() as usize - value.as_ptr() as usize) as u32;
            let span = literal.map.span(at, at + word.len() as u32);
            let there = self
                .text
                .get(span.start as usize..span.end as usize)
                .unwrap_or_default();
            assert_eq!(there, word, "in {value:?}");
        }
    }
}
