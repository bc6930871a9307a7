//! ORMs whose models are classes with a call for each field and a `Meta` for the table: a row of settings each.

mod between;
mod sides;

pub(super) use between::{Between, End, Named};

use crate::declare::values::{self, Arguments, in_class};
use impact_bind::{Binding, ClassRef, Definition, Place, Program, ValueRef};
use impact_facts::{ExpressionKind, Language, MappedField, Model, Site, Statement, TableName};
use std::collections::BTreeMap;

/// How one ORM says what all of them say.
pub(super) struct Words {
    /// The pack's path.
    pub(super) orm: &'static str,
    /// Qualified names of the base of all models.
    pub(super) bases: &'static [&'static str],
    /// A call whose member of that name is the base, too: Pony's `Database().Entity`.
    pub(super) maker: Option<(&'static str, &'static str)>,
    /// Classes of fields, where their names do not say `Field`.
    pub(super) fields: &'static [&'static str],
    /// A dictionary in the body that holds the fields.
    pub(super) dictionary: Option<&'static str>,
    /// Members of the class itself that name the table.
    pub(super) own_table: &'static [&'static str],
    /// The package of the fields.
    pub(super) package: &'static str,
    /// `Meta` options that name the table.
    pub(super) table: &'static [&'static str],
    /// Field options that name the column.
    pub(super) column: &'static [&'static str],
    /// Field options that make a primary key.
    pub(super) key: &'static [&'static str],
    /// Field options that name the member at the other side.
    pub(super) reverse: &'static [&'static str],
    /// Field options under which a key's value itself is a member.
    pub(super) value: &'static [&'static str],
    /// Classes of fields that are foreign keys.
    pub(super) keys: &'static [&'static str],
    /// Classes of fields that have no column.
    pub(super) without_column: &'static [&'static str],
    /// A member of the class that a call with the table among its keywords makes: ormar's `ormar_config`.
    pub(super) config: Option<&'static str>,
    /// What stands behind a class's name in lower letters, where nobody says its table.
    pub(super) plural: &'static str,
    /// What stands behind a key's name in its column's.
    pub(super) suffix: &'static str,
    /// Whether the member that holds a key's value is called as the column is, where that is said (peewee 3,
    /// `ForeignKeyField.bind`).
    pub(super) value_by_column: bool,
    /// The member at the other side, where nobody says it: of the class in lower letters, of its table, and whether it is one
    /// row.
    pub(super) other_side: fn(&str, &str, bool) -> String,
    /// Tables in between of relations of many to many.
    pub(super) between: Option<&'static Between>,
}

/// Every model that the words find, bound to each other.
pub(super) fn models(program: &Program<'_>, words: &Words) -> Vec<Model> {
    let mut drafts = BTreeMap::new();
    for class in program
        .all_classes()
        .filter(|class| is_model(program, words, *class))
    {
        drafts.insert(program.class_name(class), draft(program, words, class));
    }
    let made = between::resolve(&mut drafts, words);
    let reverse = sides::backward(&drafts, words);
    let complete = |(name, draft): (&String, &Draft)| {
        let mut model = draft.model.clone();
        for key in &draft.keys {
            model.relations.extend(sides::forward(&drafts, key));
        }
        model
            .relations
            .extend(reverse.get(name).into_iter().flatten().cloned());
        model
    };
    drafts.iter().map(complete).chain(made).collect()
}

struct Draft {
    model: Model,
    keys: Vec<Key>,
}

/// A foreign key before its target is known.
#[derive(Clone)]
struct Key {
    name: Box<str>,
    column: Box<str>,
    target: Option<String>,
    reverse: Option<Box<str>>,
    one: bool,
    /// A collection: the other side holds the key, or a table in between does.
    many: bool,
    /// What is said of the table in between.
    said: between::Said,
    /// The table in between, the key that points here and the one that points there.
    through: Option<(Box<str>, [Box<str>; 2])>,
    site: Site,
}

fn is_model(program: &Program<'_>, words: &Words, class: ClassRef) -> bool {
    program.facts(class.file).language == Language::Python
        && !program
            .module(class.file)
            .class(class.class)
            .bases
            .is_empty()
        && (words
            .bases
            .iter()
            .any(|base| program.is_subclass(class, base))
            || is_made(program, words, class))
}

/// Whether a class extends a member of what a call of the ORM makes.
fn is_made(program: &Program<'_>, words: &Words, class: ClassRef) -> bool {
    let Some((maker, wanted)) = words.maker else {
        return false;
    };
    program.ancestors(class).iter().any(|base| match base {
        Binding::Class(own) => is_of_parameter(program, words, wanted, *own),
        Binding::Value(value, member) if **member == *wanted => {
            let call = Arguments::of(program, *value);
            let callee = call.map(|call| values::binding(program, call.callee()));
            callee.is_some_and(|callee| {
                let name = callee.external().unwrap_or_default();
                name.split('.').next() == Some(words.package) && name.ends_with(maker)
            })
        }
        _ => false,
    })
}

/// Whether a class extends a member of what a function was given: `def define(db): class Pet(db.Entity): …`, in a file that
/// imports the ORM.
fn is_of_parameter(program: &Program<'_>, words: &Words, wanted: &str, class: ClassRef) -> bool {
    let module = program.module(class.file);
    let mut bases = module.class(class.class).bases.iter();
    let extends = bases.any(|base| match &module.expression(base.value).kind {
        ExpressionKind::Attribute(attribute) => {
            let place = program
                .places(class.file)
                .around(Place::Class(class.class))
                .unwrap_or(Place::Module);
            let of = program.resolve_expression(class.file, place, attribute.of);
            module.name(attribute.name) == wanted && of == Binding::Local
        }
        _ => false,
    });
    let mut imports = module.imports.iter();
    extends && imports.any(|import| import.path.split('.').next() == Some(words.package))
}

fn draft(program: &Program<'_>, words: &Words, class: ClassRef) -> Draft {
    let module = program.module(class.file);
    let definition = module.class(class.class);
    let short = definition.name.map_or("", |name| module.name(name));
    let site = Site {
        file: class.file,
        span: definition.name_span,
    };
    let mut reader = Reader {
        program,
        words,
        own: class,
        fields: Vec::new(),
        keys: Vec::new(),
    };
    for base in program.ancestors(class).iter().rev() {
        if let Binding::Class(base) = base {
            reader.class(*base);
        }
    }
    let Reader {
        mut fields, keys, ..
    } = reader;
    let own_fields = !fields.is_empty();
    if own_fields
        && !fields.iter().any(|field| field.primary_key)
        && !has_composite_key(program, class)
    {
        fields.insert(0, implicit_key(site));
    }
    let is_abstract = flag(program, class, "abstract") || !own_fields;
    let named = words
        .table
        .iter()
        .find_map(|option| meta(program, class, option))
        .or_else(|| {
            words
                .own_table
                .iter()
                .find_map(|name| own(program, class, name))
        })
        .or_else(|| configured(program, words, class));
    let table = named.and_then(|value| values::plain(program, value));
    let table = table.unwrap_or_else(|| format!("{}{}", short.to_lowercase(), words.plural));
    let model = Model {
        name: program.class_name(class).into(),
        class: Some(class.class),
        orm: words.orm.into(),
        table: (!is_abstract).then(|| TableName::bare(&table)),
        fields,
        relations: Vec::new(),
        parents: Vec::new(),
        aliases: vec![format!("models.{short}").into()],
        ordering: Vec::new(),
        reflected: false,
        is_abstract,
        declared_at: site,
    };
    Draft { model, keys }
}

/// What the class's own `Meta` says of an option.
fn meta(program: &Program<'_>, class: ClassRef, option: &str) -> Option<ValueRef> {
    let Definition::Class(meta) = program.own_member(class, "Meta").first()? else {
        return None;
    };
    let meta = ClassRef {
        file: class.file,
        class: *meta,
    };
    match program.own_member(meta, option).first()? {
        Definition::Value(bound) => Some(in_class(meta.file, meta.class, bound.value?)),
        _ => None,
    }
}

/// What the class's own body says under a name.
fn own(program: &Program<'_>, class: ClassRef, name: &str) -> Option<ValueRef> {
    match program.own_member(class, name).first()? {
        Definition::Value(bound) => Some(in_class(class.file, class.class, bound.value?)),
        _ => None,
    }
}

/// The table that a call says that makes a member: `ormar_config = base.copy(tablename="albums")`.
fn configured(program: &Program<'_>, words: &Words, class: ClassRef) -> Option<ValueRef> {
    let call = Arguments::of(program, own(program, class, words.config?)?)?;
    words.table.iter().find_map(|option| call.named(option))
}

fn flag(program: &Program<'_>, class: ClassRef, option: &str) -> bool {
    meta(program, class, option).is_some_and(|value| values::is_true(program, value))
}

/// `Meta.primary_key`: a key of several columns, or none.
fn has_composite_key(program: &Program<'_>, class: ClassRef) -> bool {
    meta(program, class, "primary_key").is_some()
}

fn implicit_key(site: Site) -> MappedField {
    MappedField {
        name: "id".into(),
        column: "id".into(),
        data_type: "AutoField".into(),
        deferred: false,
        has_default: true,
        nullable: false,
        primary_key: true,
        declared_at: site,
        names_column: None,
    }
}

struct Reader<'r, 'a> {
    program: &'r Program<'a>,
    words: &'r Words,
    own: ClassRef,
    fields: Vec<MappedField>,
    keys: Vec<Key>,
}

impl Reader<'_, '_> {
    /// Reads the fields of a class's body; those of a base are replaced by fields of the same name.
    fn class(&mut self, class: ClassRef) {
        let module = self.program.module(class.file);
        for statement in &module.class(class.class).body.statements {
            let Statement::Bind(bind) = statement else {
                continue;
            };
            let (ExpressionKind::Name(name), Some(value)) =
                (&module.expression(bind.target).kind, bind.value)
            else {
                continue;
            };
            let site = Site {
                file: class.file,
                span: module.expression(bind.target).span,
            };
            if self.words.dictionary == Some(module.name(*name)) {
                self.dictionary(class, value);
                continue;
            }
            self.field(
                module.name(*name),
                site,
                in_class(class.file, class.class, value),
            );
        }
    }

    /// `fields = {"id": orm.Integer(primary_key=True)}`.
    fn dictionary(&mut self, class: ClassRef, value: impact_facts::ExpressionId) {
        let module = self.program.module(class.file);
        let ExpressionKind::Collection(all) = &module.expression(value).kind else {
            return;
        };
        for item in &all.items {
            let Some(key) = item.key else { continue };
            if let Some(name) = module.plain_text(key) {
                let whole = module.expression(key).span;
                let end = whole.end.saturating_sub(1).max(whole.start + 1);
                let site = Site {
                    file: class.file,
                    span: impact_facts::Span::new(whole.start + 1, end),
                };
                self.field(&name, site, in_class(class.file, class.class, item.value));
            }
        }
    }

    fn field(&mut self, name: &str, site: Site, value: ValueRef) {
        let Some(call) = Arguments::of(self.program, value) else {
            return;
        };
        let Some(class) = self.field_class(&call) else {
            return;
        };
        if self.words.without_column.contains(&class.as_str()) {
            self.collection(name, site, &call);
            return;
        }
        let by_target = self.words.maker.is_some();
        let is_key = match by_target {
            true => call
                .placed(0)
                .and_then(|value| self.target(value))
                .is_some(),
            false => self.words.keys.contains(&class.as_str()),
        };
        let option = |names: &[&str]| names.iter().find_map(|name| call.named(name));
        let text =
            |names: &[&str]| option(names).and_then(|value| values::string(self.program, value));
        let named = text(self.words.column);
        let suffix = self.words.suffix;
        let suffixed = is_key && !suffix.is_empty() && !name.ends_with(suffix);
        let said = named.as_ref().filter(|_| self.words.value_by_column);
        let otherwise = || match said {
            Some((column, _)) if column != name => column.clone(),
            _ => format!("{name}{suffix}"),
        };
        let member: Box<str> = match suffixed {
            true => text(self.words.value)
                .map_or_else(otherwise, |(text, _)| text)
                .into(),
            false => name.into(),
        };
        let column: Box<str> = match &named {
            Some((column, _)) => column.as_str().into(),
            None if suffixed => format!("{name}{suffix}").into(),
            None => name.into(),
        };
        self.fields.retain(|field| field.name != member);
        self.keys.retain(|key| &*key.name != name);
        let is_true = |names: &[&str]| {
            option(names).is_some_and(|value| values::is_true(self.program, value))
        };
        let primary_key = is_true(self.words.key)
            || matches!(
                class.as_str(),
                "AutoField" | "BigAutoField" | "PrimaryKeyField" | "PrimaryKey"
            );
        self.fields.push(MappedField {
            name: member,
            column: column.clone(),
            deferred: false,
            has_default: class.ends_with("AutoField") || option(DEFAULTS).is_some(),
            nullable: is_true(&["null", "allow_null", "nullable"]) || class == "Optional",
            primary_key,
            declared_at: site,
            names_column: named.map(|(_, site)| site.span),
            data_type: class.as_str().into(),
        });
        if is_key {
            let target = option(TARGETS).or_else(|| call.placed(0));
            self.keys.push(Key {
                name: name.into(),
                column,
                target: target.and_then(|value| self.target(value)),
                reverse: text(self.words.reverse).map(|(text, _)| text.into()),
                one: class.starts_with("OneToOne"),
                many: false,
                said: between::Said::default(),
                through: None,
                site,
            });
        }
    }

    /// `Set("Order")`, `ManyToManyField("models.Order")`: rows of the other side.
    fn collection(&mut self, name: &str, site: Site, call: &Arguments<'_>) {
        let option = |names: &[&str]| names.iter().find_map(|name| call.named(name));
        let text =
            |names: &[&str]| option(names).and_then(|value| values::string(self.program, value));
        let target = option(TARGETS).or_else(|| call.placed(0));
        let said = self.words.between.map(|between| between::Said {
            table: text(between.through).map(|(text, _)| text.into()),
            model: option(between.through).and_then(|value| self.class_of(value)),
            own: text(between.own).map(|(text, _)| text.into()),
            other: text(between.other).map(|(text, _)| text.into()),
        });
        self.keys.retain(|key| &*key.name != name);
        self.keys.push(Key {
            name: name.into(),
            column: "".into(),
            target: target.and_then(|value| self.target(value)),
            reverse: text(self.words.reverse).map(|(text, _)| text.into()),
            one: false,
            many: true,
            said: said.unwrap_or_default(),
            through: None,
            site,
        });
    }

    /// The class that a value is.
    fn class_of(&self, value: ValueRef) -> Option<Box<str>> {
        match values::binding(self.program, value) {
            Binding::Class(class) => Some(self.program.class_name(class).into()),
            _ => None,
        }
    }

    /// The class of field that a call makes: of the ORM's package, or a class of the tree that extends one.
    fn field_class(&self, call: &Arguments<'_>) -> Option<String> {
        let of_package = |name: &str| name.split('.').next() == Some(self.words.package);
        let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
        let name = match values::binding(self.program, call.callee()) {
            Binding::External(name) if of_package(&name) => last(&name),
            Binding::Class(class) => self
                .program
                .ancestors(class)
                .iter()
                .find_map(|base| base.external().filter(|name| of_package(name)).map(last))?,
            _ => return None,
        };
        let known = match self.words.fields {
            [] => name.contains("Field"),
            fields => fields.contains(&name.as_str()),
        };
        known.then_some(name)
    }

    /// The qualified name of a target, or its word for it: `models.Tournament`, `lambda: Tournament`.
    fn target(&self, value: ValueRef) -> Option<String> {
        let value = self.behind_lambda(value);
        match values::plain(self.program, value) {
            Some(text) if text == "self" => Some(self.program.class_name(self.own)),
            Some(text) => Some(text),
            None => match values::binding(self.program, value) {
                Binding::Class(class) => Some(self.program.class_name(class)),
                _ => None,
            },
        }
    }

    /// `lambda: Order` names a class that stands further down.
    fn behind_lambda(&self, value: ValueRef) -> ValueRef {
        let module = self.program.module(value.file);
        let ExpressionKind::Closure(id) = module.expression(value.expression).kind else {
            return value;
        };
        let body = &module.function(id).body;
        let said = match body.statements.as_slice() {
            [Statement::Return(Some(said)) | Statement::Do(said)] => Some(*said),
            _ => body.tail,
        };
        said.map_or(value, |expression| ValueRef {
            place: Place::Function(id),
            expression,
            ..value
        })
    }
}

/// Options that fill a column in.
const DEFAULTS: &[&str] = &[
    "default",
    "auto_now",
    "auto_now_add",
    "db_default",
    "server_default",
];

/// Options that name the other model.
const TARGETS: &[&str] = &["model", "model_name", "to"];
