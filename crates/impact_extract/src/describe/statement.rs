//! Statements, one a line.

use super::Description;
use impact_facts::{
    Block, Class, ExpressionId, Field, Function, Import, Parameter, ParameterKind, Span, Statement,
    TypeParameter,
};

impl Description<'_> {
    pub(super) fn block(&mut self, block: &Block) {
        for statement in &block.statements {
            self.statement(statement);
        }
        if let Some(tail) = block.tail {
            let text = format!("=> {}", self.expression(tail));
            self.headed(self.span(tail), &text);
        }
    }

    /// A block on one line.
    pub(super) fn inline(&mut self, block: &Block) -> String {
        let outer = std::mem::take(&mut self.out);
        let indent = std::mem::take(&mut self.indent);
        self.block(block);
        self.indent = indent;
        let text = std::mem::replace(&mut self.out, outer);
        let parts: Vec<&str> = text
            .lines()
            .map(|line| line.get(7..).unwrap_or(line).trim())
            .collect();
        format!("{{ {} }}", parts.join("; "))
    }

    fn span(&self, id: ExpressionId) -> Span {
        self.module.expression(id).span
    }

    fn nested(&mut self, block: &Block) {
        self.indent += 1;
        self.block(block);
        self.indent -= 1;
    }

    fn otherwise(&mut self, span: Span, word: &str, block: &Block) {
        if !block.statements.is_empty() || block.tail.is_some() {
            self.headed(span, word);
            self.nested(block);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Do(id) => {
                let text = self.expression(*id);
                self.headed(self.span(*id), &text);
            }
            Statement::Bind(bind) => {
                let target = self.expression(bind.target);
                let annotation = self.optional(": ", bind.annotation);
                let operator = bind.augmented.map_or("", |name| self.module.name(name));
                let value = self.optional(&format!(" {operator}= "), bind.value);
                let constant = if bind.constant { "const " } else { "" };
                self.headed(
                    self.span(bind.target),
                    &format!("{constant}{target}{annotation}{value}"),
                );
                if let Some(otherwise) = &bind.otherwise {
                    self.otherwise(self.span(bind.target), "else", otherwise);
                }
            }
            Statement::Function(id) => self.function(self.module.function(*id)),
            Statement::Class(id) => self.class(self.module.class(*id)),
            Statement::Import(id) => {
                if let Some(import) = self.module.imports.get(id.index()) {
                    self.import(import);
                }
            }
            Statement::Return(value) => self.leaving("return", *value),
            Statement::Raise(value) => self.leaving("raise", *value),
            Statement::Delete(targets) => {
                let span = targets.first().map_or(Span::default(), |id| self.span(*id));
                let text = format!("del {}", self.list(targets));
                self.headed(span, &text);
            }
            Statement::Outer(names) => {
                let names: Vec<&str> = names.iter().map(|name| self.module.name(*name)).collect();
                let text = format!("outer {}", names.join(", "));
                self.headed(Span::default(), &text);
            }
            _ => self.compound(statement),
        }
    }

    fn compound(&mut self, statement: &Statement) {
        match statement {
            Statement::Branch(branch) => {
                let span = self.span(branch.test);
                let text = format!("if {}", self.expression(branch.test));
                self.headed(span, &text);
                self.nested(&branch.then);
                self.otherwise(span, "else", &branch.otherwise);
            }
            Statement::Loop(repeated) => {
                let span = repeated
                    .target
                    .or(repeated.over)
                    .map_or(Span::default(), |id| self.span(id));
                let target = self.optional("for ", repeated.target);
                let over = self.optional(
                    if repeated.target.is_some() {
                        " in "
                    } else {
                        "while "
                    },
                    repeated.over,
                );
                self.headed(span, &format!("loop {target}{over}"));
                self.nested(&repeated.body);
                self.otherwise(span, "else", &repeated.otherwise);
            }
            Statement::Try(tried) => {
                self.headed(Span::default(), "try");
                self.nested(&tried.body);
                for handler in &tried.handlers {
                    let types = self.optional(" ", handler.types);
                    let target = self.optional(" as ", handler.target);
                    let span = handler.types.map_or(Span::default(), |id| self.span(id));
                    self.headed(span, &format!("except{types}{target}"));
                    self.nested(&handler.body);
                }
                self.otherwise(Span::default(), "else", &tried.otherwise);
                self.otherwise(Span::default(), "finally", &tried.finally);
            }
            Statement::With(with) => {
                let mut items = Vec::new();
                for (value, target) in &with.items {
                    items.push(format!(
                        "{}{}",
                        self.expression(*value),
                        self.optional(" as ", *target)
                    ));
                }
                let span = with
                    .items
                    .first()
                    .map_or(Span::default(), |(id, _)| self.span(*id));
                self.headed(span, &format!("with {}", items.join(", ")));
                self.nested(&with.body);
            }
            _ => {}
        }
    }

    fn leaving(&mut self, word: &str, value: Option<ExpressionId>) {
        let span = value.map_or(Span::default(), |id| self.span(id));
        let text = format!("{word}{}", self.optional(" ", value));
        self.headed(span, &text);
    }

    fn decorators(&mut self, decorators: &[ExpressionId]) {
        for decorator in decorators {
            let text = format!("@{}", self.expression(*decorator));
            self.headed(self.span(*decorator), &text);
        }
    }

    fn function(&mut self, function: &Function) {
        self.decorators(&function.decorators);
        let name = function.name.map_or("_", |name| self.module.name(name));
        let generics = self.type_parameters(&function.type_parameters);
        let parameters = self.parameters(&function.parameters);
        let returns = self.optional(" -> ", function.returns);
        let flags = [
            (function.is_async, "async "),
            (function.is_generator, "generator "),
            (function.is_test, "test "),
        ];
        let flags: String = flags
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, word)| *word)
            .collect();
        self.headed(
            function.name_span,
            &format!("{flags}def {name}{generics}({parameters}){returns}"),
        );
        self.nested(&function.body);
    }

    fn type_parameters(&mut self, parameters: &[TypeParameter]) -> String {
        let mut parts = Vec::new();
        for parameter in parameters {
            let name = self.module.name(parameter.name);
            let bounds: Vec<String> = parameter
                .bounds
                .iter()
                .map(|id| self.expression(*id))
                .collect();
            parts.push(if bounds.is_empty() {
                name.into()
            } else {
                format!("{name}: {}", bounds.join(" + "))
            });
        }
        if parts.is_empty() {
            String::new()
        } else {
            format!("[{}]", parts.join(", "))
        }
    }

    pub(super) fn parameters(&mut self, parameters: &[Parameter]) -> String {
        let mut parts = Vec::new();
        for parameter in parameters {
            let kind = match parameter.kind {
                ParameterKind::Plain => "",
                ParameterKind::Positional => "positional ",
                ParameterKind::Named => "named ",
                ParameterKind::Items => "*",
                ParameterKind::Keywords => "**",
            };
            let pattern = self.expression(parameter.pattern);
            let annotation = self.optional(": ", parameter.annotation);
            parts.push(format!(
                "{kind}{pattern}{annotation}{}",
                self.optional(" = ", parameter.default)
            ));
        }
        parts.join(", ")
    }

    fn class(&mut self, class: &Class) {
        self.decorators(&class.decorators);
        let kind = format!("{:?}", class.kind).to_lowercase();
        let name = class
            .name
            .map_or(String::new(), |name| format!(" {}", self.module.name(name)));
        let generics = self.type_parameters(&class.type_parameters);
        let bases = if class.bases.is_empty() {
            String::new()
        } else {
            format!("({})", self.arguments(&class.bases))
        };
        let subject = self.optional(" for ", class.subject);
        self.headed(
            class.name_span,
            &format!("{kind}{name}{generics}{bases}{subject}"),
        );
        self.indent += 1;
        self.fields(&class.fields);
        self.block(&class.body);
        self.indent -= 1;
    }

    fn fields(&mut self, fields: &[Field]) {
        for field in fields {
            self.decorators(&field.decorators);
            let annotation = self.optional(": ", field.annotation);
            let value = self.optional(" = ", field.value);
            self.headed(
                field.name_span,
                &format!("field {}{annotation}{value}", self.module.name(field.name)),
            );
            self.indent += 1;
            self.fields(&field.fields);
            self.indent -= 1;
        }
    }

    fn import(&mut self, import: &Import) {
        let dots = ".".repeat(import.level.min(20) as usize);
        let name = import
            .name
            .map_or(String::new(), |name| format!(" {}", self.module.name(name)));
        let alias = import.alias.map_or(String::new(), |name| {
            format!(" as {}", self.module.name(name))
        });
        self.headed(
            import.span,
            &format!("import {dots}{}{name}{alias}", import.path),
        );
    }
}
