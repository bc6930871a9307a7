//! Relations between declarative classes: targets by name, keys by foreign keys, reverses by `backref`.

use super::Draft;
use super::member::{Context, Member, flag, items, named, returned};
use super::role::Role;
use impact_bind::{Binding, ClassRef, Program};
use impact_facts::{Call, ExpressionId, ExpressionKind, Relationship, Site, Span, TableName};
use std::collections::{BTreeMap, HashMap};

/// A relation as its class says it.
#[derive(Debug, Clone)]
pub(super) struct DeclaredRelation {
    pub name: String,
    /// Where.
    pub site: Site,
    /// The other class, by binding or by the string that names it.
    target: Option<TargetName>,
    /// `uselist`, or what the annotation says.
    many: Option<bool>,
    /// `secondary`: a table's name, or a variable's.
    secondary: Option<String>,
    /// `backref`: the name on the other side.
    backref: Option<Backref>,
    /// `foreign_keys`: members or columns, by their last names.
    keys: Vec<String>,
    /// `lazy` names a strategy that loads at once.
    eager: bool,
}

/// Values of `lazy` that load the related rows together with the others (SQLAlchemy 2.0, Relationship Loading Techniques).
const EAGER: &[&str] = &["joined", "selectin", "subquery", "immediate"];

/// The other side's name, where it stands, and whether it loads at once.
#[derive(Debug, Clone)]
struct Backref {
    name: String,
    span: Span,
    eager: bool,
}

#[derive(Debug, Clone)]
enum TargetName {
    Class(ClassRef),
    Word(String),
    /// A string, and the class that its file knows under that name.
    Known(String, ClassRef),
}

/// The relation that a member declares.
pub(super) fn of_member(
    cx: Context<'_, '_>,
    member: &Member<'_, '_>,
    call: Option<&Call>,
) -> DeclaredRelation {
    let mut relation = DeclaredRelation {
        name: member.name.to_owned(),
        site: Site {
            file: cx.file,
            span: member.span,
        },
        target: None,
        many: None,
        secondary: None,
        backref: None,
        keys: Vec::new(),
        eager: false,
    };
    if let Some(annotation) = member.annotation {
        (relation.target, relation.many) = annotated(cx, annotation, 0);
    }
    if let Some(call) = call {
        fill(cx, call, &mut relation);
    }
    relation
}

fn fill(cx: Context<'_, '_>, call: &Call, relation: &mut DeclaredRelation) {
    let first = call
        .arguments
        .first()
        .filter(|argument| argument.name.is_none());
    let said = first.or_else(|| named(cx, call, "argument"));
    if let Some(target) = said.and_then(|argument| target(cx, argument.value)) {
        relation.target = Some(target);
    }
    relation.many = flag(cx, call, "uselist").or(relation.many);
    relation.eager = is_eager(cx, call);
    let secondary = named(cx, call, "secondary").or_else(|| named(cx, call, "link_model"));
    relation.secondary = secondary.and_then(|argument| {
        cx.text(argument.value)
            .or_else(|| cx.module().dotted(argument.value))
    });
    relation.backref = named(cx, call, "backref").and_then(|argument| backref(cx, argument.value));
    if let Some(keys) = named(cx, call, "foreign_keys") {
        relation.keys = items(cx, keys.value)
            .into_iter()
            .flat_map(|id| key_names(cx, id))
            .collect();
    }
}

/// `[Order.user_id]`, `user_id`, `"Order.user_id"`, `"[Order.a, Order.b]"`: the last names.
fn key_names(cx: Context<'_, '_>, id: ExpressionId) -> Vec<String> {
    let text = cx
        .text(id)
        .or_else(|| cx.module().dotted(id))
        .unwrap_or_default();
    let parts = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'));
    parts
        .filter(|part| !part.is_empty())
        .filter_map(|part| part.rsplit('.').next().map(str::to_owned))
        .collect()
}

/// `lazy="joined"` and its kin; `lazy=False` is the old spelling of it.
fn is_eager(cx: Context<'_, '_>, call: &Call) -> bool {
    let said = named(cx, call, "lazy").and_then(|argument| cx.text(argument.value));
    said.is_some_and(|word| EAGER.contains(&&*word)) || flag(cx, call, "lazy") == Some(false)
}

fn backref(cx: Context<'_, '_>, id: ExpressionId) -> Option<Backref> {
    let call = cx
        .call(id)
        .filter(|call| cx.role(call.callee) == Some(Role::Backref));
    let named = match call {
        Some(call) => call.arguments.first()?.value,
        None => id,
    };
    Some(Backref {
        name: cx.text(named)?,
        span: cx.module().expression(named).span,
        eager: call.is_some_and(|call| is_eager(cx, call)),
    })
}

/// The class that an argument names: itself, a string, or a function that returns it.
fn target(cx: Context<'_, '_>, id: ExpressionId) -> Option<TargetName> {
    let module = cx.module();
    if let Some(word) = module.plain_text(id) {
        return Some(match cx.program.resolve(cx.file, cx.place, &word) {
            Binding::Class(class) => TargetName::Known(word, class),
            _ => TargetName::Word(word),
        });
    }
    if let ExpressionKind::Closure(function) = module.expression(id).kind {
        let function = module.function(function);
        let value = function
            .body
            .tail
            .or_else(|| returned(function).first().copied())?;
        return target(cx, value);
    }
    match cx.program.resolve_expression(cx.file, cx.place, id) {
        Binding::Class(class) => Some(TargetName::Class(class)),
        _ => module.dotted(id).map(TargetName::Word),
    }
}

const LISTS: &[&str] = &[
    "list",
    "List",
    "set",
    "Set",
    "Sequence",
    "Collection",
    "Iterable",
    "DynamicMapped",
    "WriteOnlyMapped",
    "tuple",
    "Tuple",
    "dict",
    "Dict",
];

/// `Mapped[list["Order"]]`: the class inside, and whether it is a collection.
fn annotated(
    cx: Context<'_, '_>,
    id: ExpressionId,
    depth: u32,
) -> (Option<TargetName>, Option<bool>) {
    let module = cx.module();
    if depth > 8 {
        return (None, None);
    }
    match &module.expression(id).kind {
        ExpressionKind::Subscript(subscript) => {
            let of = module.dotted(subscript.of).unwrap_or_default();
            let is_list = LISTS.contains(&of.rsplit('.').next().unwrap_or_default());
            let inner = subscript
                .keys
                .iter()
                .map(|key| annotated(cx, *key, depth + 1));
            let mut found = inner.filter(|(target, _)| target.is_some());
            let (target, many) = found.next_back().unwrap_or_default();
            (target, Some(is_list || many == Some(true)))
        }
        ExpressionKind::Any(all) => first_of(cx, all, depth),
        ExpressionKind::Binary(binary) => first_of(cx, &[binary.left, binary.right], depth),
        ExpressionKind::Null => (None, None),
        _ => (target(cx, id), Some(false)),
    }
}

fn first_of(
    cx: Context<'_, '_>,
    all: &[ExpressionId],
    depth: u32,
) -> (Option<TargetName>, Option<bool>) {
    let mut found = all.iter().map(|id| annotated(cx, *id, depth + 1));
    found
        .find(|(target, _)| target.is_some())
        .unwrap_or_default()
}

/// Where each table and class stands among the drafts.
struct Names {
    by_class: HashMap<ClassRef, usize>,
    by_word: BTreeMap<String, Vec<usize>>,
    tables: BTreeMap<String, TableName>,
}

/// Binds the relations of all drafts to each other.
pub(super) fn bind(program: &Program<'_>, drafts: &mut [Draft]) {
    let names = Names::of(program, drafts);
    let mut reverses: Vec<(usize, Relationship)> = Vec::new();
    for at in 0..drafts.len() {
        let declared = std::mem::take(&mut drafts[at].relations);
        for relation in &declared {
            let target = relation
                .target
                .as_ref()
                .and_then(|t| names.find(t, &drafts[at]));
            let (bound, holds_key) = bound(relation, at, target, &names, drafts);
            if let (Some(target), Some(said)) = (target, &relation.backref) {
                let site = Site {
                    file: relation.site.file,
                    span: said.span,
                };
                let mut back = reversed(&bound, &said.name, &drafts[at], site);
                back.eager = said.eager;
                back.many = holds_key || bound.through.is_some();
                reverses.push((target, back));
            }
            drafts[at].model.relations.push(bound);
        }
    }
    for (at, relation) in reverses {
        let relations = &mut drafts[at].model.relations;
        if relations.iter().all(|known| known.name != relation.name) {
            relations.push(relation);
        }
    }
}

impl Names {
    fn of(program: &Program<'_>, drafts: &[Draft]) -> Self {
        let mut names = Self {
            by_class: HashMap::new(),
            by_word: BTreeMap::new(),
            tables: BTreeMap::new(),
        };
        for (at, draft) in drafts.iter().enumerate() {
            let word = draft
                .model
                .name
                .rsplit('.')
                .next()
                .unwrap_or_default()
                .to_owned();
            if let Some(table) = &draft.model.table {
                names.tables.insert(table.name.to_string(), table.clone());
                if draft.class.is_none() {
                    names.tables.insert(word.clone(), table.clone());
                }
            }
            if let Some(class) = draft.class {
                names.by_class.insert(class, at);
                let own = program.class_name(class);
                names.by_word.entry(own).or_default().push(at);
                names.by_word.entry(word).or_default().push(at);
            }
        }
        names
    }

    /// The draft that a relation's target is: by class; by qualified name or its end; the only class of that word, or
    /// the one in the same file.
    fn find(&self, target: &TargetName, from: &Draft) -> Option<usize> {
        let word = match target {
            TargetName::Class(class) => return self.by_class.get(class).copied(),
            TargetName::Word(word) => word,
            TargetName::Known(word, class) => match self.by_class.get(class) {
                Some(at) => return Some(*at),
                None => word,
            },
        };
        let last = word.rsplit('.').next().unwrap_or(word);
        let all = self.by_word.get(word).or_else(|| self.by_word.get(last))?;
        match all.as_slice() {
            [only] => Some(*only),
            many => {
                let file = from.model.declared_at.file;
                let near = |at: &&usize| {
                    self.by_class
                        .iter()
                        .any(|(class, known)| known == *at && class.file == file)
                };
                many.iter().find(near).or_else(|| many.first()).copied()
            }
        }
    }
}

/// The relation, and whether its own table holds the key.
fn bound(
    relation: &DeclaredRelation,
    at: usize,
    target: Option<usize>,
    names: &Names,
    drafts: &[Draft],
) -> (Relationship, bool) {
    let mut bound = Relationship {
        many: relation.many.unwrap_or(false),
        eager: relation.eager,
        ..Relationship::new(
            relation.name.as_str().into(),
            target.map(|target| drafts[target].model.name.clone()),
            relation.site,
        )
    };
    let secondary = relation
        .secondary
        .as_deref()
        .map(|s| s.rsplit('.').next().unwrap_or(s));
    if let Some(table) = secondary.and_then(|word| names.tables.get(word)) {
        bound.through = Some((table.clone(), columns_of(table, drafts)));
        bound.local = pointed_at(table, &drafts[at], drafts);
        bound.remote = target.map_or_else(Vec::new, |to| pointed_at(table, &drafts[to], drafts));
        bound.many = relation.many.unwrap_or(true);
        return (bound, false);
    }
    let Some(target) = target else {
        return (bound, false);
    };
    let (here, there) = (&drafts[at], &drafts[target]);
    let (to, to_said) = keys(here, there, &relation.keys);
    let (from, from_said) = keys(there, here, &relation.keys);
    let outward = match (to_said, from_said) {
        (true, false) => true,
        (false, true) => false,
        _ => !to.is_empty() && (from.is_empty() || relation.many != Some(true)),
    };
    let pairs = if outward {
        to
    } else {
        from.into_iter().map(|(a, b)| (b, a)).collect()
    };
    bound.many = relation.many.unwrap_or(!outward);
    (bound.local, bound.remote) = pairs.into_iter().unzip();
    (bound, outward)
}

/// The columns of a class that the table in between points at.
fn pointed_at(table: &TableName, of: &Draft, drafts: &[Draft]) -> Vec<Box<str>> {
    let between = drafts
        .iter()
        .find(|draft| draft.model.table.as_ref() == Some(table));
    let pairs = between.map_or_else(Vec::new, |between| keys(between, of, &[]).0);
    let mut columns: Vec<Box<str>> = pairs.into_iter().map(|(_, column)| column).collect();
    columns.sort();
    columns.dedup();
    columns
}

fn columns_of(table: &TableName, drafts: &[Draft]) -> Vec<Box<str>> {
    let model = drafts
        .iter()
        .find(|draft| draft.model.table.as_ref() == Some(table));
    let points = model
        .into_iter()
        .flat_map(|draft| draft.model.fields.iter().zip(&draft.points_at));
    points
        .filter(|(_, points)| points.is_some())
        .map(|(field, _)| field.column.clone())
        .collect()
}

/// A column, and the other table's column that it points at.
type KeyPair = (Box<str>, Box<str>);

/// The foreign keys of one class that point at another: `(own column, other's column)`. `only` picks by member or column
/// where there are several; the second answer is whether it picked any.
fn keys(from: &Draft, to: &Draft, only: &[String]) -> (Vec<KeyPair>, bool) {
    let Some(table) = &to.model.table else {
        return (Vec::new(), false);
    };
    let fields = from.model.fields.iter().zip(&from.points_at);
    let all: Vec<_> = fields
        .filter_map(|(field, points_at)| {
            let (at, column) = points_at.as_deref()?.rsplit_once('.')?;
            let at = at.rsplit('.').next().unwrap_or(at);
            let class = to.model.name.rsplit('.').next().unwrap_or_default();
            (*at == *table.name || at == class).then(|| (field, Box::<str>::from(column)))
        })
        .collect();
    let chosen = |field: &impact_facts::MappedField| {
        only.iter()
            .any(|key| **key == *field.name || **key == *field.column)
    };
    let some = all.iter().any(|(field, _)| chosen(field));
    let picked = all
        .into_iter()
        .filter(|(field, _)| !some || chosen(field))
        .map(|(field, column)| (field.column.clone(), column))
        .collect();
    (picked, some)
}

/// The other side of a relation.
fn reversed(of: &Relationship, name: &str, here: &Draft, site: Site) -> Relationship {
    Relationship {
        many: !of.many,
        local: of.remote.clone(),
        remote: of.local.clone(),
        through: of.through.clone(),
        reverse: true,
        ..Relationship::new(name.into(), Some(here.model.name.clone()), site)
    }
}
