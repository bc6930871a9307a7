//! Items: functions, structs, enums, traits, implementations, modules, constants.

use impact_facts::{
    Argument, Bind, Block, Class, ClassKind, ExpressionKind, Field, Function, Name, Parameter,
    ParameterKind, Span, Statement,
};
use tree_sitter::Node;

use super::attributes::Attributes;
use super::lowering::{Lowering, child_of_kind, field, parts, tokens_of};

impl Lowering<'_, '_> {
    /// Lowers an item with the attributes before it.
    pub(super) fn item(
        &mut self,
        node: Node<'_>,
        out: &mut Vec<Statement>,
        attributes: Attributes,
    ) {
        let was = self.in_test;
        self.in_test |= attributes.is_test;
        match node.kind() {
            "function_item" | "function_signature_item" => self.function(node, out, &attributes),
            "struct_item" | "union_item" => self.class(node, ClassKind::Struct, out, &attributes),
            "enum_item" => self.class(node, ClassKind::Enum, out, &attributes),
            "trait_item" => self.class(node, ClassKind::Trait, out, &attributes),
            "impl_item" => self.class(node, ClassKind::Implementation, out, &attributes),
            "type_item" | "associated_type" => self.class(node, ClassKind::Alias, out, &attributes),
            "macro_definition" => self.class(node, ClassKind::Macro, out, &attributes),
            "mod_item" if field(node, "body").is_none() => {
                self.module_declaration(node, out, &attributes)
            }
            "mod_item" => self.class(node, ClassKind::Module, out, &attributes),
            "foreign_mod_item" => {
                out.extend(
                    field(node, "body")
                        .map(|body| self.block(body).statements)
                        .unwrap_or_default(),
                );
            }
            "const_item" | "static_item" => self.constant(node, out),
            "use_declaration" | "extern_crate_declaration" => self.imports(node, out),
            _ => {}
        }
        self.in_test = was;
    }

    fn constant(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        let Some(name) = field(node, "name") else {
            return;
        };
        let value = field(node, "value").map(|value| self.expression(value));
        let annotation = field(node, "type").map(|of| self.annotation(of));
        let target = self.name_of(name);
        out.push(Statement::Bind(Bind {
            target,
            value,
            annotation,
            augmented: None,
            otherwise: None,
            constant: true,
        }));
    }

    fn function(&mut self, node: Node<'_>, out: &mut Vec<Statement>, attributes: &Attributes) {
        let Some(name) = field(node, "name") else {
            return;
        };
        self.state.build.open_function();
        let type_parameters = self.type_parameters(node);
        let list = field(node, "parameters").map(parts).unwrap_or_default();
        let implied = std::mem::take(&mut self.state.implied_self);
        let receiver = implied.then(|| self.receiver(name));
        let mut parameters: Vec<Parameter> = receiver.into_iter().collect();
        parameters.extend(list.into_iter().map(|parameter| self.parameter(parameter)));
        let returns = field(node, "return_type").map(|of| self.annotation(of));
        let body = field(node, "body")
            .map(|body| self.block(body))
            .unwrap_or_default();
        let modifiers = child_of_kind(node, "function_modifiers")
            .map(tokens_of)
            .unwrap_or_default();
        let function = Function {
            name: Some(self.name(name)),
            name_span: self.span(name),
            span: attributes.cover(self.span(node)),
            decorators: attributes.decorators.clone(),
            type_parameters,
            parameters,
            returns,
            body,
            is_async: modifiers.iter().any(|token| token.kind() == "async"),
            is_generator: false,
            is_test: self.in_test,
        };
        let function = self.state.build.close_function(function);
        out.push(Statement::Function(function));
        self.state.implied_self = implied;
    }

    /// `self`, where a macro gives it to a function.
    fn receiver(&mut self, at: Node<'_>) -> Parameter {
        let name = self.intern("self");
        Parameter {
            pattern: self.add(at, ExpressionKind::Name(name)),
            annotation: None,
            default: None,
            kind: ParameterKind::Positional,
        }
    }

    fn parameter(&mut self, node: Node<'_>) -> Parameter {
        let pattern = field(node, "pattern")
            .or_else(|| child_of_kind(node, "self"))
            .unwrap_or(node);
        let annotation = field(node, "type").map(|of| self.annotation(of));
        Parameter {
            pattern: self.pattern(pattern),
            annotation,
            default: None,
            kind: ParameterKind::Positional,
        }
    }

    /// A definition with members. Its own name, or the implemented type, says where it stands.
    fn class(
        &mut self,
        node: Node<'_>,
        kind: ClassKind,
        out: &mut Vec<Statement>,
        attributes: &Attributes,
    ) {
        let id = self.state.build.open_class();
        let subject_node = field(node, "type");
        let name_node = field(node, "name");
        let name_span = name_node
            .or(subject_node)
            .map_or_else(|| self.span(node), |at| self.span(at));
        let class = Class {
            kind,
            name: name_node.map(|name| self.name(name)),
            name_span,
            span: attributes.cover(self.span(node)),
            decorators: attributes.decorators.clone(),
            type_parameters: self.type_parameters(node),
            bases: self.bases(node),
            subject: subject_node.map(|subject| self.annotation(subject)),
            fields: self.fields_of(node, kind),
            body: self.members(node, kind),
            is_test: self.in_test,
        };
        self.state.build.close_class(id, class);
        out.push(Statement::Class(id));
    }

    fn bases(&mut self, node: Node<'_>) -> Vec<Argument> {
        let bounds = field(node, "bounds")
            .map(|bounds| self.bounds(bounds))
            .unwrap_or_default();
        let of = field(node, "trait").map(|of| self.annotation(of));
        of.into_iter().chain(bounds).map(Self::argument).collect()
    }

    fn members(&mut self, node: Node<'_>, kind: ClassKind) -> Block {
        match kind {
            ClassKind::Macro => self.macro_bodies(node),
            ClassKind::Struct | ClassKind::Enum | ClassKind::Alias => Block::default(),
            _ => field(node, "body")
                .map(|body| self.block(body))
                .unwrap_or_default(),
        }
    }

    fn fields_of(&mut self, node: Node<'_>, kind: ClassKind) -> Vec<Field> {
        match kind {
            ClassKind::Struct | ClassKind::Enum => field(node, "body")
                .map(|body| self.fields(body))
                .unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// The fields of a struct or variant, or the variants of an enum.
    fn fields(&mut self, list: Node<'_>) -> Vec<Field> {
        let mut fields = Vec::new();
        let mut attributes = Attributes::default();
        let children: Vec<_> = tokens_of(list).into_iter().filter(Node::is_named).collect();
        for child in children {
            match child.kind() {
                "attribute_item" => self.attribute_item(child, &mut attributes),
                "visibility_modifier" => {}
                _ => {
                    let decorators = std::mem::take(&mut attributes).decorators;
                    fields.extend(self.member_field(child, decorators, fields.len()));
                }
            }
        }
        fields
    }

    fn member_field(
        &mut self,
        node: Node<'_>,
        decorators: Vec<impact_facts::ExpressionId>,
        place: usize,
    ) -> Option<Field> {
        let (name, name_span, of) = match node.kind() {
            "field_declaration" => self.named_field(node, field(node, "type"))?,
            "enum_variant" => self.named_field(node, None)?,
            _ => (self.intern(&place.to_string()), self.span(node), Some(node)),
        };
        let inner = field(node, "body").filter(|_| node.kind() == "enum_variant");
        Some(Field {
            name,
            name_span,
            decorators,
            annotation: of.map(|of| self.annotation(of)),
            fields: inner.map(|inner| self.fields(inner)).unwrap_or_default(),
            value: field(node, "value").map(|value| self.expression(value)),
        })
    }

    fn named_field<'t>(
        &mut self,
        node: Node<'t>,
        of: Option<Node<'t>>,
    ) -> Option<(Name, Span, Option<Node<'t>>)> {
        let name = field(node, "name")?;
        Some((self.name(name), self.span(name), of))
    }
}
