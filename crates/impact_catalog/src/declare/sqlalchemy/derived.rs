//! Members that map no column of their own and are made from others: composites, expressions, proxies.
//!
//! Facts: SQLAlchemy 2.0, "Composite Column Types", "SQL Expressions as Mapped Attributes", "Association Proxy".

use super::member::{ColumnCall, Context};
use super::role::Role;
use super::{Draft, add_column, column};
use impact_facts::{Call, ExpressionId, ExpressionKind, Relationship, Site};

/// What such a member is made from.
#[derive(Clone)]
pub(super) enum Derived<'p> {
    /// `column_property(first + last)`, `composite(Point, x, y)`: fields or columns by name, and the columns that are
    /// declared in passing.
    Parts(Vec<String>, Vec<ColumnCall<'p>>),
    /// `association_proxy("keywords", "word")`: a relation, and a member of what it leads to.
    Through(String, String),
}

/// Such a member on its way: its relations are not bound yet.
#[derive(Debug, Clone)]
pub(super) struct DerivedMember {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub site: Site,
    /// The fields or columns that it is made from.
    parts: Vec<String>,
    /// The relation and the member behind it.
    through: Option<(String, String)>,
}

/// `composite(Point, x, y)`, `composite("x", "y")`, `composite(Point, mapped_column("x"), …)`.
pub(super) fn composite<'p>(cx: Context<'_, 'p>, call: &'p Call) -> Derived<'p> {
    let (mut names, mut columns) = (Vec::new(), Vec::new());
    for argument in call.arguments.iter().filter(|a| a.name.is_none()) {
        match cx.call(argument.value) {
            Some(inner) if cx.role(inner.callee) == Some(Role::Column) => {
                columns.push(ColumnCall {
                    call: inner,
                    file: cx.file,
                    place: cx.place,
                    deferred: false,
                });
            }
            _ => names.extend(words(cx, argument.value)),
        }
    }
    Derived::Parts(names, columns)
}

/// The names and plain texts inside an expression.
pub(super) fn words(cx: Context<'_, '_>, id: ExpressionId) -> Vec<String> {
    let module = cx.module();
    let whole = module.expression(id).span;
    let mut found = Vec::new();
    for (id, one) in (0..).map(ExpressionId).zip(&module.expressions) {
        if !whole.contains(one.span) {
            continue;
        }
        match &one.kind {
            ExpressionKind::Name(name) => found.push(module.name(*name).to_owned()),
            ExpressionKind::Attribute(of) => found.push(module.name(of.name).to_owned()),
            ExpressionKind::Text(_) => found.extend(module.plain_text(id)),
            _ => {}
        }
    }
    found
}

/// Adds such a member to a draft, with the columns that it declares in passing.
pub(super) fn add(
    cx: Context<'_, '_>,
    draft: &mut Draft,
    name: &str,
    site: Site,
    derived: &Derived<'_>,
) {
    let mut made = DerivedMember {
        name: name.to_owned(),
        site,
        parts: Vec::new(),
        through: None,
    };
    match derived {
        Derived::Parts(names, columns) => {
            made.parts.clone_from(names);
            for call in columns {
                if let Some(declared) = column::of_table(cx, call.call) {
                    made.parts.push(declared.field.name.to_string());
                    add_column(draft, declared);
                }
            }
        }
        Derived::Through(relation, member) => {
            made.through = Some((relation.clone(), member.clone()));
        }
    }
    draft.derived.retain(|known| known.name != made.name);
    draft.derived.push(made);
}

/// Turns the derived members of all drafts into relations that lead nowhere: who names one reads what it is made from.
pub(super) fn bind(drafts: &mut [Draft]) {
    for at in 0..drafts.len() {
        for member in std::mem::take(&mut drafts[at].derived) {
            let bound = bound(&member, &drafts[at], drafts);
            drafts[at].model.relations.extend(bound);
        }
    }
}

fn bound(member: &DerivedMember, draft: &Draft, drafts: &[Draft]) -> Option<Relationship> {
    let mut made = Relationship::new(member.name.as_str().into(), None, member.site);
    let Some((first, second)) = &member.through else {
        let fields = draft.model.fields.iter();
        made.local = fields
            .filter(|field| {
                let is = |part: &String| **part == *field.name || **part == *field.column;
                member.parts.iter().any(is)
            })
            .map(|field| field.column.clone())
            .collect();
        return (!made.local.is_empty()).then_some(made);
    };
    let first = named(draft, first)?;
    let middle = model(drafts, first)?;
    made.many = first.many;
    made.local.clone_from(&first.local);
    let table = middle.model.table.clone()?;
    let mut columns = first.remote.clone();
    let field = middle
        .model
        .fields
        .iter()
        .find(|field| *field.name == **second);
    match (field, named(middle, second)) {
        (Some(field), _) => columns.push(field.column.clone()),
        (None, Some(next)) => {
            columns.extend(next.local.iter().cloned());
            made.target.clone_from(&next.target);
            made.remote.clone_from(&next.remote);
            made.many |= next.many;
        }
        (None, None) => {}
    }
    made.through = Some((table, columns));
    Some(made)
}

fn named<'d>(draft: &'d Draft, name: &str) -> Option<&'d Relationship> {
    let relations = &draft.model.relations;
    relations.iter().find(|relation| *relation.name == *name)
}

fn model<'d>(drafts: &'d [Draft], relation: &Relationship) -> Option<&'d Draft> {
    let name = relation.target.as_deref()?;
    drafts.iter().find(|draft| *draft.model.name == *name)
}
