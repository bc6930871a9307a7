//! Functions, classes, lambdas, and their parameters.

use super::{At, Field, Kind, Lowering};
use crate::builder::nameless_function;
use impact_facts::{
    Argument, Block, Class, ClassKind, ExpressionId, ExpressionKind, Function, Name, Parameter,
    ParameterKind, Span, Statement, TypeParameter,
};

impl Lowering<'_, '_> {
    pub(super) fn decorated(&mut self, span: Span, block: &mut Block) {
        let mut decorators = Vec::new();
        self.parts(|l, at| match at.kind {
            Kind::Decorator => l.parts(|l, _| decorators.push(l.expression())),
            Kind::FunctionDefinition | Kind::ClassDefinition => {
                let statement = l.definition(at, span, std::mem::take(&mut decorators));
                block.statements.push(statement);
            }
            _ => l.statement(at, block),
        });
        block
            .statements
            .extend(decorators.into_iter().map(Statement::Do));
    }

    /// The definition at the cursor. `span` is that of the whole, decorators included.
    pub(super) fn definition(
        &mut self,
        at: At,
        span: Span,
        decorators: Vec<ExpressionId>,
    ) -> Statement {
        match at.kind {
            Kind::ClassDefinition => self.class(span, decorators),
            _ => self.function(span, decorators),
        }
    }

    fn function(&mut self, span: Span, decorators: Vec<ExpressionId>) -> Statement {
        self.builder.open_function();
        let mut function = Function {
            decorators,
            ..nameless_function(span)
        };
        self.children(|l, at| match at.kind {
            Kind::Token => function.is_async |= l.text(at.span) == "async",
            Kind::Identifier => {
                (function.name, function.name_span) = (Some(l.name(at.span)), at.span)
            }
            Kind::TypeParameter => function.type_parameters = l.type_parameters(),
            Kind::Parameters => function.parameters = l.parameters(),
            Kind::Block => function.body = l.block(),
            _ if l.field() == Field::ReturnType => function.returns = Some(l.annotation()),
            _ => l.statement(at, &mut function.body),
        });
        Statement::Function(self.builder.close_function(function))
    }

    pub(super) fn lambda(&mut self, span: Span) -> ExpressionId {
        self.builder.open_function();
        let mut function = nameless_function(span);
        self.parts(|l, at| match at.kind {
            Kind::LambdaParameters => function.parameters = l.parameters(),
            _ => function
                .body
                .statements
                .push(Statement::Return(Some(l.expression()))),
        });
        let id = self.builder.close_function(function);
        self.builder.expression(span, ExpressionKind::Closure(id))
    }

    fn class(&mut self, span: Span, decorators: Vec<ExpressionId>) -> Statement {
        let id = self.builder.open_class();
        let (mut name, mut name_span) = (None, span);
        let (mut type_parameters, mut bases, mut body) = (Vec::new(), Vec::new(), Block::default());
        self.parts(|l, at| match at.kind {
            Kind::Identifier => (name, name_span) = (Some(l.name(at.span)), at.span),
            Kind::TypeParameter => type_parameters = l.type_parameters(),
            Kind::ArgumentList => bases = l.arguments(),
            Kind::Block => body = l.block(),
            _ => l.statement(at, &mut body),
        });
        self.builder.close_class(
            id,
            class(
                name,
                name_span,
                span,
                decorators,
                type_parameters,
                bases,
                body,
            ),
        );
        Statement::Class(id)
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut kind = ParameterKind::Plain;
        self.parts(|l, at| match at.kind {
            Kind::KeywordSeparator => kind = ParameterKind::Named,
            Kind::PositionalSeparator => {
                for before in &mut parameters {
                    before.kind = ParameterKind::Positional;
                }
            }
            _ => {
                let parameter = l.parameter(at, kind);
                if parameter.kind == ParameterKind::Items {
                    kind = ParameterKind::Named;
                }
                parameters.push(parameter);
            }
        });
        parameters
    }

    fn parameter(&mut self, at: At, kind: ParameterKind) -> Parameter {
        let mut parameter = Parameter {
            pattern: ExpressionId(0),
            annotation: None,
            default: None,
            kind,
        };
        match at.kind {
            Kind::DefaultParameter | Kind::TypedDefaultParameter | Kind::TypedParameter => {
                let mut pattern = None;
                self.parts(|l, at| match l.field() {
                    Field::Type => parameter.annotation = Some(l.annotation()),
                    Field::Value => parameter.default = Some(l.expression()),
                    _ => pattern = Some(l.parameter_name(at, &mut parameter.kind)),
                });
                parameter.pattern =
                    pattern.unwrap_or_else(|| self.builder.other(at.span, Vec::new()));
            }
            _ => parameter.pattern = self.parameter_name(at, &mut parameter.kind),
        }
        parameter
    }

    /// The pattern of a parameter, without the stars that `kind` then says.
    fn parameter_name(&mut self, at: At, kind: &mut ParameterKind) -> ExpressionId {
        match at.kind {
            Kind::ListSplatPattern => *kind = ParameterKind::Items,
            Kind::DictionarySplatPattern => *kind = ParameterKind::Keywords,
            _ => return self.expression(),
        }
        self.only_part()
            .unwrap_or_else(|| self.builder.other(at.span, Vec::new()))
    }

    fn type_parameters(&mut self) -> Vec<TypeParameter> {
        let mut parameters = Vec::new();
        self.parts(|l, _| {
            if let Some(parameter) = l.type_parameter() {
                parameters.push(parameter);
            }
        });
        parameters
    }

    fn type_parameter(&mut self) -> Option<TypeParameter> {
        let mut names = Vec::new();
        self.type_parameter_parts(&mut names);
        let mut names = names.into_iter();
        let first = names.next()?;
        let ExpressionKind::Name(name) = self.builder.module().expression(first).kind else {
            return None;
        };
        Some(TypeParameter {
            name,
            bounds: names.collect(),
        })
    }

    fn type_parameter_parts(&mut self, names: &mut Vec<ExpressionId>) {
        self.parts(|l, at| match at.kind {
            Kind::ConstrainedType => l.parts(|l, _| names.push(l.annotation())),
            Kind::SplatType => l.type_parameter_parts(names),
            _ => names.push(l.annotation()),
        });
    }
}

fn class(
    name: Option<Name>,
    name_span: Span,
    span: Span,
    decorators: Vec<ExpressionId>,
    type_parameters: Vec<TypeParameter>,
    bases: Vec<Argument>,
    body: Block,
) -> Class {
    Class {
        kind: ClassKind::Class,
        name,
        name_span,
        span,
        decorators,
        type_parameters,
        bases,
        subject: None,
        fields: Vec::new(),
        body,
        is_test: false,
    }
}
