//! Types. `&`, `mut` and lifetimes are transparent; arguments are a subscript's keys.

use impact_facts::{
    Assign, Binary, Cast, Collection, CollectionKind, ExpressionId, ExpressionKind, Item, Spread,
    Subscript, TypeParameter, Unary,
};
use tree_sitter::Node;

use super::lowering::{Lowering, field, parts};

impl Lowering<'_, '_> {
    /// Lowers a type.
    pub(super) fn annotation(&mut self, node: Node<'_>) -> ExpressionId {
        self.deeper(node, |lowering| lowering.annotation_form(node))
    }

    fn annotation_form(&mut self, node: Node<'_>) -> ExpressionId {
        match node.kind() {
            "reference_type"
            | "pointer_type"
            | "bracketed_type"
            | "removed_trait_bound"
            | "higher_ranked_trait_bound" => self.inner_type(node),
            "abstract_type" => self.bound_by(node, "impl"),
            "dynamic_type" => self.bound_by(node, "dyn"),
            "tuple_type" => self.collection(node, CollectionKind::Tuple),
            "array_type" => self.array_type(node),
            "function_type" => self.function_type(node),
            "bounded_type" => self.bounded_type(node),
            "qualified_type" => self.qualified_type(node),
            "type_binding" => self.type_binding(node),
            "never_type" => self.add(node, ExpressionKind::Other(Vec::new())),
            kind if kind.ends_with("_type")
                && !matches!(kind, "generic_type" | "primitive_type" | "unit_type") =>
            {
                self.other(node)
            }
            _ => self.expression(node),
        }
    }

    fn inner_type(&mut self, node: Node<'_>) -> ExpressionId {
        match field(node, "type").or_else(|| parts(node).last().copied()) {
            Some(inner) => self.annotation(inner),
            None => self.other(node),
        }
    }

    /// `impl Trait` and `dyn Trait`.
    fn bound_by(&mut self, node: Node<'_>, operator: &str) -> ExpressionId {
        let Some(bound) = field(node, "trait") else {
            return self.other(node);
        };
        let operator = self.intern(operator);
        let of = self.annotation(bound);
        self.add(node, ExpressionKind::Unary(Unary { operator, of }))
    }

    fn array_type(&mut self, node: Node<'_>) -> ExpressionId {
        let Some(element) = field(node, "element") else {
            return self.other(node);
        };
        let mut values = vec![self.annotation(element)];
        values.extend(field(node, "length").map(|length| self.expression(length)));
        self.repeated(node, &values)
    }

    /// `Fn(A) -> B` is `Fn<(A,), B>`.
    fn function_type(&mut self, node: Node<'_>) -> ExpressionId {
        let of = match field(node, "trait") {
            Some(name) => self.annotation(name),
            None => {
                let name = self.intern("fn");
                self.add(node, ExpressionKind::Name(name))
            }
        };
        let mut keys = Vec::new();
        if let Some(list) = field(node, "parameters") {
            let types: Vec<_> = parts(list)
                .into_iter()
                .map(|p| field(p, "type").unwrap_or(p))
                .collect();
            let items = types
                .into_iter()
                .map(|of| Item {
                    key: None,
                    spread: Spread::None,
                    value: self.annotation(of),
                })
                .collect();
            keys.push(self.add(
                list,
                ExpressionKind::Collection(Collection {
                    kind: CollectionKind::Tuple,
                    items,
                }),
            ));
        }
        keys.extend(field(node, "return_type").map(|returns| self.annotation(returns)));
        self.add(node, ExpressionKind::Subscript(Subscript { of, keys }))
    }

    /// `A + B`.
    fn bounded_type(&mut self, node: Node<'_>) -> ExpressionId {
        let operator = self.intern("+");
        let bounds: Vec<_> = parts(node)
            .into_iter()
            .map(|bound| self.annotation(bound))
            .collect();
        let mut bounds = bounds.into_iter();
        let Some(first) = bounds.next() else {
            return self.other(node);
        };
        bounds.fold(first, |left, right| {
            self.add(
                node,
                ExpressionKind::Binary(Binary {
                    operator,
                    left,
                    right,
                }),
            )
        })
    }

    /// `T as Trait`.
    fn qualified_type(&mut self, node: Node<'_>) -> ExpressionId {
        let (Some(of), Some(annotation)) = (field(node, "type"), field(node, "alias")) else {
            return self.other(node);
        };
        let (of, annotation) = (self.annotation(of), self.annotation(annotation));
        self.add(node, ExpressionKind::Cast(Cast { of, annotation }))
    }

    /// `Item = T`.
    fn type_binding(&mut self, node: Node<'_>) -> ExpressionId {
        let (Some(target), Some(value)) = (field(node, "name"), field(node, "type")) else {
            return self.other(node);
        };
        let (target, value) = (self.name_of(target), self.annotation(value));
        self.add(node, ExpressionKind::Assign(Assign { target, value }))
    }

    /// The arguments between `<` and `>`.
    pub(super) fn type_arguments(&mut self, list: Node<'_>) -> Vec<ExpressionId> {
        let keys: Vec<_> = parts(list)
            .into_iter()
            .filter(|key| key.kind() != "trait_bounds")
            .collect();
        keys.into_iter().map(|key| self.annotation(key)).collect()
    }

    /// The type parameters of a definition, bounds of its `where` clause included.
    pub(super) fn type_parameters(&mut self, node: Node<'_>) -> Vec<TypeParameter> {
        let declared = field(node, "type_parameters")
            .map(parts)
            .unwrap_or_default();
        let mut parameters: Vec<_> = declared
            .into_iter()
            .filter_map(|parameter| self.type_parameter(parameter))
            .collect();
        let clauses = parts(node)
            .into_iter()
            .filter(|child| child.kind() == "where_clause");
        for predicate in clauses.flat_map(parts) {
            self.where_predicate(predicate, &mut parameters);
        }
        parameters
    }

    fn type_parameter(&mut self, node: Node<'_>) -> Option<TypeParameter> {
        let name = match node.kind() {
            "type_parameter" | "const_parameter" => field(node, "name")?,
            "metavariable" => node,
            _ => return None,
        };
        let mut bounds = field(node, "bounds")
            .map(|bounds| self.bounds(bounds))
            .unwrap_or_default();
        if node.kind() == "const_parameter" {
            bounds.extend(field(node, "type").map(|of| self.annotation(of)));
        }
        Some(TypeParameter {
            name: self.name(name),
            bounds,
        })
    }

    fn where_predicate(&mut self, node: Node<'_>, parameters: &mut Vec<TypeParameter>) {
        let (Some(left), Some(bounds)) = (field(node, "left"), field(node, "bounds")) else {
            return;
        };
        let bounds = self.bounds(bounds);
        let name = self.name(left);
        match parameters
            .iter_mut()
            .find(|parameter| parameter.name == name)
        {
            Some(parameter) => parameter.bounds.extend(bounds),
            None => parameters.push(TypeParameter { name, bounds }),
        }
    }

    /// `: A + B`.
    pub(super) fn bounds(&mut self, node: Node<'_>) -> Vec<ExpressionId> {
        parts(node)
            .into_iter()
            .map(|bound| self.annotation(bound))
            .collect()
    }
}
