//! SQLAlchemy's declarations: declarative classes, `Table` objects, imperative mappings; with Flask-SQLAlchemy's and
//! SQLModel's rules for names.

mod column;
mod derived;
mod imperative;
mod member;
mod relationship;
mod role;
mod table;
mod table_name;

pub(crate) use column::{DeclaredColumn, of_table as column_of_table};
pub(crate) use member::{Context, items, returned};
pub(crate) use role::Role;

use super::{DeclareOptions, Declared};
use derived::DerivedMember;
use impact_bind::{Binding, ClassRef, Place, Program};
use impact_facts::{FileId, Language, Model, Site, TableName};
use member::{Member, MemberKind, members};
use relationship::DeclaredRelation;
use role::role_of_binding;
use std::collections::HashMap;

/// The word for this ORM in [`Model::orm`].
const ORM: &str = "python/sqlalchemy";

/// A model on its way: what is said, before foreign keys and relations are bound.
#[derive(Debug)]
struct Draft {
    class: Option<ClassRef>,
    model: Model,
    /// For each field, in order: what it points at, as written.
    points_at: Vec<Option<String>>,
    relations: Vec<DeclaredRelation>,
    derived: Vec<DerivedMember>,
}

/// Reads every class and table of the service.
pub(super) fn declare(program: &Program<'_>, _options: &DeclareOptions<'_>) -> Declared {
    Declared {
        models: models(program),
        ..Declared::default()
    }
}

/// All models of a program, in the order of their files.
fn models(program: &Program<'_>) -> Vec<Model> {
    let mut drafts = table::drafts(program);
    let mut done: HashMap<ClassRef, usize> = HashMap::new();
    for class in program.all_classes() {
        if program.is_own(class.file) && program.facts(class.file).language == Language::Python {
            draft_once(program, class, &mut drafts, &mut done, 0);
        }
    }
    imperative::map_all(program, &mut drafts);
    relationship::bind(program, &mut drafts);
    derived::bind(&mut drafts);
    let mut models: Vec<Model> = drafts.into_iter().map(|draft| draft.model).collect();
    models.sort_by(|a, b| (a.declared_at, &a.name).cmp(&(b.declared_at, &b.name)));
    models
}

/// Drafts a class once, its bases first. Returns its place among the drafts if it is mapped.
fn draft_once(
    program: &Program<'_>,
    class: ClassRef,
    drafts: &mut Vec<Draft>,
    done: &mut HashMap<ClassRef, usize>,
    depth: u32,
) -> Option<usize> {
    if let Some(known) = done.get(&class) {
        return Some(*known);
    }
    if depth > 32 {
        return None;
    }
    let mut parents = Vec::new();
    for base in program.ancestors(class).iter().skip(1) {
        if let Binding::Class(base) = base {
            parents.extend(draft_once(program, *base, drafts, done, depth + 1));
        }
    }
    let draft = draft(program, class, &parents, drafts)?;
    drafts.push(draft);
    done.insert(class, drafts.len() - 1);
    Some(drafts.len() - 1)
}

fn draft(
    program: &Program<'_>,
    class: ClassRef,
    parents: &[usize],
    drafts: &[Draft],
) -> Option<Draft> {
    let base = base_role(program, class);
    let said = table_name::said(program, class, subject(program, class));
    let says = said.name.is_some() || said.unnamed || said.table.is_some();
    if said.is_abstract || (base.is_none() && !says) {
        return None;
    }
    let plain = base == Some(Role::SqlModel);
    if plain && !is_table(program, class) {
        return None;
    }
    let mut draft = empty(program, class);
    let lineage = lineage(program, class, parents, drafts);
    for part in &lineage {
        add_members(program, *part, plain, &mut draft);
    }
    let parent = parents.first().and_then(|at| drafts.get(*at));
    let told = name_table(program, class, base, &lineage, parent, &mut draft);
    if let Some(table) = said.table {
        let cx = Context {
            program,
            file: class.file,
            place: Place::Class(class.class),
        };
        table::take(cx, table, &mut draft, drafts);
    }
    if let Some(parent) = parent {
        inherit(parent, &mut draft);
        override_fields(program, &lineage, &mut draft);
    }
    let has_key = draft.model.fields.iter().any(|field| field.primary_key) || parent.is_some();
    let named = draft.model.table.is_some();
    let is_mapped = named && (has_key || said.name.is_some() || said.table.is_some());
    let reflects = said.table.is_some() || draft.model.reflected;
    let unnamed = !told || said.table.is_some();
    let open = !named && unnamed && (has_key || reflects) && !is_base(program, class);
    ((is_mapped || open) && (!draft.model.fields.is_empty() || reflects)).then_some(draft)
}

/// Whether other classes of the program inherit from a class.
fn is_base(program: &Program<'_>, class: ClassRef) -> bool {
    let base = Binding::Class(class);
    let others = program.all_classes().filter(|other| *other != class);
    others
        .into_iter()
        .any(|other| program.ancestors(other).contains(&base))
}

/// A method or property under the name of a parent's field stands for it: the class no longer maps the column
/// (SQLAlchemy 1.4 and 2.0, `orm/mapper.py`, `_should_exclude`).
fn override_fields(program: &Program<'_>, lineage: &[ClassRef], draft: &mut Draft) {
    for body in lineage {
        let module = program.module(body.file);
        for statement in &module.class(body.class).body.statements {
            let impact_facts::Statement::Function(id) = statement else {
                continue;
            };
            let Some(name) = module.function(*id).name.map(|name| module.name(name)) else {
                continue;
            };
            let covers =
                |field: &impact_facts::MappedField| *field.name == *name && !field.primary_key;
            let own = |field: &impact_facts::MappedField| {
                field.declared_at.file == body.file
                    && module.function(*id).span.contains(field.declared_at.span)
            };
            if let Some(at) = draft
                .model
                .fields
                .iter()
                .position(|field| covers(field) && !own(field))
            {
                draft.model.fields.remove(at);
                draft.points_at.remove(at);
            }
        }
    }
}

fn subject<'p>(program: &Program<'p>, class: ClassRef) -> &'p str {
    let module = program.module(class.file);
    module
        .class(class.class)
        .name
        .map_or("", |name| module.name(name))
}

/// What kind of base the class inherits from, however far away.
fn base_role(program: &Program<'_>, class: ClassRef) -> Option<Role> {
    const BASES: &[Role] = &[Role::FlaskModel, Role::SqlModel, Role::Base];
    let line = program.ancestors(class);
    let found: Vec<Role> = line
        .iter()
        .skip(1)
        .filter_map(|base| role_of_binding(program, base, 0))
        .filter(|role| BASES.contains(role))
        .collect();
    // Flask-SQLAlchemy's and SQLModel's classes are declarative bases, too: the more special rule counts.
    BASES
        .iter()
        .copied()
        .find(|role| found.contains(role))
        .or_else(|| decorated(program, class))
}

/// `@registry.mapped`, `@as_declarative()` and `@registry.mapped_as_dataclass`.
fn decorated(program: &Program<'_>, class: ClassRef) -> Option<Role> {
    const WORDS: &[&str] = &[
        "mapped",
        "mapped_as_dataclass",
        "as_declarative",
        "as_declarative_base",
    ];
    let module = program.module(class.file);
    let named = module
        .class(class.class)
        .decorators
        .iter()
        .filter_map(|decorator| {
            let cx = Context {
                program,
                file: class.file,
                place: Place::Module,
            };
            module.dotted(cx.call(*decorator).map_or(*decorator, |call| call.callee))
        });
    let mut words = named.map(|name| name.rsplit('.').next().unwrap_or_default().to_owned());
    words
        .any(|word| WORDS.contains(&&*word))
        .then_some(Role::Base)
}

/// SQLModel: `class Hero(SQLModel, table=True)`.
fn is_table(program: &Program<'_>, class: ClassRef) -> bool {
    let module = program.module(class.file);
    module.class(class.class).bases.iter().any(|base| {
        base.name
            .is_some_and(|(name, _)| module.name(name) == "table")
            && module.expression(base.value).kind == impact_facts::ExpressionKind::Bool(true)
    })
}

fn empty(program: &Program<'_>, class: ClassRef) -> Draft {
    let definition = program.module(class.file).class(class.class);
    let site = Site {
        file: class.file,
        span: definition.name_span,
    };
    let model = blank(&program.class_name(class), site);
    Draft {
        class: Some(class),
        model: Model {
            class: Some(class.class),
            ..model
        },
        points_at: Vec::new(),
        relations: Vec::new(),
        derived: Vec::new(),
    }
}

fn blank(name: &str, declared_at: Site) -> Model {
    Model {
        name: name.into(),
        class: None,
        orm: ORM.into(),
        table: None,
        fields: Vec::new(),
        relations: Vec::new(),
        parents: Vec::new(),
        aliases: Vec::new(),
        ordering: Vec::new(),
        reflected: false,
        is_abstract: false,
        declared_at,
    }
}

/// The classes whose bodies declare for this one, bases first: itself, mixins and abstract bases, but no mapped parent.
fn lineage(
    program: &Program<'_>,
    class: ClassRef,
    parents: &[usize],
    drafts: &[Draft],
) -> Vec<ClassRef> {
    let mapped = |base: &ClassRef| {
        parents
            .iter()
            .filter_map(|at| drafts.get(*at))
            .any(|draft| draft.class == Some(*base))
    };
    let inherited = |base: &ClassRef| {
        parents
            .iter()
            .filter_map(|at| drafts.get(*at)?.class)
            .any(|parent| program.ancestors(parent).contains(&Binding::Class(*base)))
    };
    let mut line: Vec<ClassRef> = program
        .ancestors(class)
        .iter()
        .filter_map(|base| match base {
            Binding::Class(base) => Some(*base),
            _ => None,
        })
        .filter(|base| *base == class || !(mapped(base) || inherited(base)))
        .collect();
    line.reverse();
    line
}

fn add_members(program: &Program<'_>, body: ClassRef, plain: bool, draft: &mut Draft) {
    let cx = Context {
        program,
        file: body.file,
        place: Place::Class(body.class),
    };
    for member in members(program, body, plain) {
        if !member.name.starts_with("__") {
            add_member(cx, &member, draft);
        }
    }
}

fn add_member<'p>(cx: Context<'_, 'p>, member: &Member<'_, 'p>, draft: &mut Draft) {
    let name = member.name;
    match &member.kind {
        MemberKind::Column(call) => add_column(draft, column::of_member(cx, member, *call)),
        MemberKind::Relationship(call) => {
            draft.relations.retain(|relation| relation.name != name);
            draft
                .relations
                .push(relationship::of_member(cx, member, *call));
        }
        MemberKind::Derived(of) => {
            let site = Site {
                file: cx.file,
                span: member.span,
            };
            derived::add(cx, draft, name, site, of);
        }
        MemberKind::Synonym(of) => add_synonym(draft, member, of, cx.file),
    }
}

fn add_column(draft: &mut Draft, column: DeclaredColumn) {
    let same = |field: &impact_facts::MappedField| field.name == column.field.name;
    if let Some(at) = draft.model.fields.iter().position(same) {
        draft.model.fields.remove(at);
        draft.points_at.remove(at);
    }
    draft.model.fields.push(column.field);
    draft.points_at.push(column.points_at);
}

fn add_synonym(draft: &mut Draft, member: &Member<'_, '_>, of: &str, file: FileId) {
    let Some(field) = draft.model.fields.iter().find(|field| *field.name == *of) else {
        return;
    };
    let site = Site {
        file,
        span: member.span,
    };
    let field = impact_facts::MappedField {
        name: member.name.into(),
        declared_at: site,
        names_column: None,
        ..field.clone()
    };
    add_column(
        draft,
        DeclaredColumn {
            field,
            points_at: None,
            server_default: false,
        },
    );
}

/// Gives the draft its table: what the nearest body says, else the rule of the base, else the parent's table. False: the
/// nearest body that says one could not be followed.
fn name_table(
    program: &Program<'_>,
    class: ClassRef,
    base: Option<Role>,
    lineage: &[ClassRef],
    parent: Option<&Draft>,
    draft: &mut Draft,
) -> bool {
    let subject = subject(program, class);
    let all: Vec<_> = lineage
        .iter()
        .rev()
        .map(|body| table_name::said(program, *body, subject))
        .collect();
    let schema = all.iter().find_map(|said| said.schema.clone());
    let told = all.iter().find(|said| said.name.is_some() || said.unnamed);
    let name = told.and_then(|said| said.name.clone());
    if told.is_some_and(|said| said.unnamed) {
        draft.model.table = None;
        return false;
    }
    let has_own_key = draft.model.fields.iter().any(|field| field.primary_key);
    let name = name.or_else(|| match base {
        _ if parent.is_some() && !has_own_key => None,
        Some(Role::FlaskModel) if has_own_key => Some(table_name::snake_case(subject)),
        Some(Role::SqlModel) => Some(subject.to_lowercase()),
        _ => None,
    });
    draft.model.table = match name {
        Some(name) => Some(TableName {
            schema: schema.map(Into::into),
            name: name.into(),
        }),
        None => parent.and_then(|parent| parent.model.table.clone()),
    };
    true
}

/// A child has its parent's fields. In joined inheritance they stay columns of the parent's table: their declarations
/// say whose they are.
fn inherit(parent: &Draft, draft: &mut Draft) {
    let own = std::mem::take(&mut draft.model.fields);
    let own_points = std::mem::take(&mut draft.points_at);
    draft.model.fields.clone_from(&parent.model.fields);
    draft.points_at.clone_from(&parent.points_at);
    for (field, points_at) in own.into_iter().zip(own_points) {
        let server_default = false;
        add_column(
            draft,
            DeclaredColumn {
                field,
                points_at,
                server_default,
            },
        );
    }
    if parent.model.table != draft.model.table {
        draft.model.parents.push(parent.model.name.clone());
    }
    for member in &parent.derived {
        if draft.derived.iter().all(|own| own.name != member.name) {
            draft.derived.push(member.clone());
        }
    }
    for relation in &parent.relations {
        if draft.relations.iter().all(|own| own.name != relation.name) {
            draft.relations.push(relation.clone());
        }
    }
}
