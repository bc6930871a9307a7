//! Names of tables and columns that sea-query's types stand for: an enum with a variant `Table`, and what `#[enum_def]` makes
//! of a struct.
//!
//! Rules of the derives (sea-query-derive 0.4, sea-orm-macros 1): a variant is its name in snake case, `Table` the name of
//! its enum; `#[iden = "…"]`, `#[iden(rename = "…")]` and `#[sea_orm(iden = "…")]` on the enum, the struct or the variant say
//! another. <https://docs.rs/sea-query/latest/sea_query/derive.Iden.html>
//! `#[enum_def]` (sea-query-attr 0.1) makes an enum with a variant of each field, which is the field's name, and `Table`, the
//! struct's in snake case. <https://docs.rs/sea-query/latest/sea_query/attr.enum_def.html>

use super::attributes;
use super::declared::derives;
use crate::binding::ClassRef;
use crate::program::Program;
use impact_facts::{Class, ClassKind, ExpressionId, ExpressionKind, Field, Language, Module, Span};

/// The variant that stands for the table.
const TABLE: &str = "Table";
/// What the path of an enum that `#[enum_def]` makes begins with; the struct's file and class follow.
const ENUM_DEF: &str = "sea_query.enum_def!";
/// Derives of types that are names.
const DERIVES: &[&str] = &["Iden", "DeriveIden", "IdenStatic"];
/// Traits of types that are names, and their functions that say them.
const TRAITS: &[&str] = &["Iden", "IdenStatic"];
const SAYING: &[&str] = &["unquoted", "as_str", "to_string"];

/// A table and its columns, as a type names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdenTable {
    /// The enum, or the struct that `#[enum_def]` stands over.
    pub class: ClassRef,
    /// The table's name.
    pub table: Box<str>,
    /// The bytes of the name of what stands for the table.
    pub span: Span,
    /// Its columns, in the order of the variants or fields.
    pub columns: Vec<IdenColumn>,
}

/// A column that a variant stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdenColumn {
    /// The variant.
    pub variant: Box<str>,
    /// The column.
    pub name: Box<str>,
    /// The bytes of the variant's or field's name where it is declared.
    pub span: Span,
}

impl IdenTable {
    /// The column that a variant stands for.
    #[must_use]
    pub fn column(&self, variant: &str) -> Option<&IdenColumn> {
        self.columns.iter().find(|one| *one.variant == *variant)
    }
}

impl Program<'_> {
    /// Rust: every type that names a table and its columns for sea-query, in the order of the classes.
    #[must_use]
    pub fn iden_tables(&self) -> &[IdenTable] {
        self.rust.idens.get_or_init(|| {
            let own = self.all_classes().filter(|class| {
                self.facts(class.file).language == Language::Rust && !self.is_stub(class.file)
            });
            own.filter_map(|class| iden_table(self, class)).collect()
        })
    }

    /// What a type names.
    #[must_use]
    pub fn iden_table(&self, class: ClassRef) -> Option<&IdenTable> {
        let all = self.iden_tables();
        let at = all.binary_search_by_key(&class, |one| one.class).ok()?;
        all.get(at)
    }

    /// What the path of a variant of an enum that `#[enum_def]` makes names, with the variant.
    #[must_use]
    pub fn enum_def<'p>(&self, path: &'p str) -> Option<(&IdenTable, &'p str)> {
        let mut words = path.strip_prefix(ENUM_DEF)?.split('.').skip(1);
        let class = ClassRef {
            file: impact_facts::FileId(words.next()?.parse().ok()?),
            class: impact_facts::ClassId(words.next()?.parse().ok()?),
        };
        Some((self.iden_table(class)?, words.next().unwrap_or_default()))
    }

    /// The name that a variant of an enum stands for, or with none that a type itself does.
    #[must_use]
    pub fn iden_name(&self, class: ClassRef, variant: Option<&str>) -> Option<String> {
        let module = self.module(class.file);
        let definition = module.class(class.class);
        let of_type = || definition.name.map(|name| snake_case(module.name(name)));
        let Some(variant) = variant else {
            let written = said_by_hand(self, class).map(|body| first_text(module, body));
            return written
                .unwrap_or_else(|| said(module, &definition.decorators).or_else(of_type));
        };
        let mut fields = definition.fields.iter();
        let field = fields.find(|field| module.name(field.name) == variant)?;
        if definition.kind != ClassKind::Enum || !field.fields.is_empty() {
            return None;
        }
        if let Some(body) = said_by_hand(self, class) {
            return arm_text(module, body, variant);
        }
        said(module, &field.decorators).or_else(|| match variant {
            TABLE => said(module, &definition.decorators).or_else(of_type),
            _ => Some(snake_case(variant)),
        })
    }
}

fn iden_table(program: &Program<'_>, class: ClassRef) -> Option<IdenTable> {
    let module = program.module(class.file);
    let definition = module.class(class.class);
    match definition.kind {
        ClassKind::Enum => of_enum(program, class),
        ClassKind::Struct => of_struct(module, class, definition),
        _ => None,
    }
}

fn of_enum(program: &Program<'_>, class: ClassRef) -> Option<IdenTable> {
    let module = program.module(class.file);
    let definition = module.class(class.class);
    let is_table = |field: &&Field| module.name(field.name) == TABLE;
    let table = definition.fields.iter().find(is_table)?;
    let derived = || DERIVES.iter().any(|one| derives(module, definition, one));
    if !derived() && said_by_hand(program, class).is_none() {
        return None;
    }
    let fields = definition.fields.iter().filter(|field| !is_table(field));
    let columns = fields.filter_map(|field| {
        let variant = module.name(field.name);
        Some(IdenColumn {
            variant: variant.into(),
            name: program.iden_name(class, Some(variant))?.into(),
            span: field.name_span,
        })
    });
    Some(IdenTable {
        class,
        table: program.iden_name(class, Some(TABLE))?.into(),
        span: table.name_span,
        columns: columns.collect(),
    })
}

fn of_struct(module: &Module, class: ClassRef, definition: &Class) -> Option<IdenTable> {
    let settings = enum_def(module, definition)?;
    let own = definition.name.map(|name| snake_case(module.name(name)));
    let columns = definition.fields.iter().map(|field| {
        let name = module.name(field.name);
        let name = name.strip_prefix("r#").unwrap_or(name);
        IdenColumn {
            variant: pascal_case(name).into(),
            name: name.into(),
            span: field.name_span,
        }
    });
    Some(IdenTable {
        class,
        table: settings.table.or(own)?.into(),
        span: definition.name_span,
        columns: columns.collect(),
    })
}

/// What `#[enum_def(prefix = "…", suffix = "…", table_name = "…")]` says.
pub(super) struct EnumDef {
    prefix: Option<String>,
    suffix: Option<String>,
    table: Option<String>,
}

impl EnumDef {
    /// The name of the enum that is made of a struct.
    pub(super) fn name(&self, of: &str) -> String {
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let suffix = self.suffix.as_deref().unwrap_or("Iden");
        format!("{prefix}{of}{suffix}")
    }
}

/// The attribute over a struct.
pub(super) fn enum_def(module: &Module, class: &Class) -> Option<EnumDef> {
    let is_ours = |id: ExpressionId| {
        let name = module.dotted(id);
        name.is_some_and(|name| name.rsplit('.').next() == Some("enum_def"))
    };
    let all = attributes(module, &class.decorators).into_iter();
    let mut found = all.filter_map(|id| match &module.expression(id).kind {
        ExpressionKind::Call(call) if is_ours(call.callee) => Some(Some(call)),
        _ => is_ours(id).then_some(None),
    });
    let call = found.next()?;
    let setting = |key: &str| {
        let mut arguments = call?.arguments.iter();
        let is_key = |name| module.name(name) == key;
        let named = arguments.find(|one| one.name.is_some_and(|(name, _)| is_key(name)))?;
        module.plain_text(named.value)
    };
    Some(EnumDef {
        prefix: setting("prefix"),
        suffix: setting("suffix"),
        table: setting("table_name"),
    })
}

/// What the name of an enum means that is made of a struct.
pub(super) fn enum_def_path(class: ClassRef) -> String {
    format!("{ENUM_DEF}.{}.{}", class.file.0, class.class.0)
}

/// What an attribute says that the derive reads.
fn said(module: &Module, decorators: &[ExpressionId]) -> Option<String> {
    let all = attributes(module, decorators).into_iter();
    let mut found = all.filter_map(|id| match &module.expression(id).kind {
        ExpressionKind::Assign(assign) if module.dotted(assign.target)? == "iden" => {
            module.plain_text(assign.value)
        }
        ExpressionKind::Call(call) => {
            let key = match module.dotted(call.callee)?.as_str() {
                "iden" => "rename",
                "sea_orm" => "iden",
                _ => return None,
            };
            let mut arguments = call.arguments.iter();
            let is_key = |name| module.name(name) == key;
            let named = arguments.find(|one| one.name.is_some_and(|(name, _)| is_key(name)))?;
            module.plain_text(named.value)
        }
        _ => None,
    });
    found.next()
}

/// The body of `Iden::unquoted` or its kin, where a type implements it by hand.
fn said_by_hand(program: &Program<'_>, class: ClassRef) -> Option<Span> {
    let module = program.module(class.file);
    let mut found = program.implementations(class).iter().filter_map(|one| {
        if one.file != class.file {
            return None;
        }
        let mut bases = module.class(one.class).bases.iter();
        let is_iden = bases.any(|base| {
            let name = module.dotted(base.value);
            name.is_some_and(|name| {
                let last = name.rsplit('.').next().unwrap_or_default();
                TRAITS.contains(&last)
            })
        });
        let mut saying = SAYING.iter().filter(|_| is_iden);
        let function = saying.find_map(|name| program.own_function(*one, name))?;
        Some(module.function(function.function).span)
    });
    found.next()
}

/// The text of the arm that a variant takes.
fn arm_text(module: &Module, body: Span, variant: &str) -> Option<String> {
    let inside = module
        .expressions
        .iter()
        .filter(|one| body.contains(one.span));
    let mut arms = inside
        .filter_map(|one| match &one.kind {
            ExpressionKind::Match(choice) => Some(&choice.arms),
            _ => None,
        })
        .flatten();
    let arm = arms.find(|arm| last_name(module, arm.pattern) == Some(variant))?;
    let tail = arm.body.tail?;
    first_text(module, module.expression(tail).span)
}

fn last_name(module: &Module, id: ExpressionId) -> Option<&str> {
    match &module.expression(id).kind {
        ExpressionKind::Name(name) => Some(module.name(*name)),
        ExpressionKind::Attribute(attribute) => Some(module.name(attribute.name)),
        _ => None,
    }
}

/// The first text in a part of a file that is more than a placeholder.
fn first_text(module: &Module, part: Span) -> Option<String> {
    let texts = (0..).zip(&module.expressions);
    let texts = texts
        .filter(|(_, one)| part.contains(one.span))
        .filter_map(|(id, one)| {
            let text = module.plain_text(ExpressionId(id))?;
            let counts = !text.is_empty() && !text.contains('{');
            counts.then_some((one.span.start, text))
        });
    texts.min().map(|(_, text)| text)
}

/// A field's variant: `created_at` is `CreatedAt`.
fn pascal_case(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    };
    name.split('_').map(capital).collect()
}

/// Snake case as the derives spell it (heck 0.4 and 0.5): words begin at an upper-case letter after a lower-case one, and
/// at the last of several; digits begin none.
#[must_use]
pub fn snake_case(name: &str) -> String {
    let name = name.strip_prefix("r#").unwrap_or(name);
    let letters: Vec<char> = name.chars().collect();
    let mut made = String::with_capacity(name.len() + 4);
    let mut lower = false;
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            lower = false;
            if !made.is_empty() && !made.ends_with('_') {
                made.push('_');
            }
            continue;
        }
        if letter.is_uppercase() {
            let next_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
            if (lower || next_lower) && !made.is_empty() && !made.ends_with('_') {
                made.push('_');
            }
            lower = false;
        } else if letter.is_lowercase() {
            lower = true;
        }
        made.extend(letter.to_lowercase());
    }
    made.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn words_begin_where_the_derives_say() {
        let cases = [
            ("Email", "email"),
            ("IsAdmin", "is_admin"),
            ("ETag", "e_tag"),
            ("HTTPServer", "http_server"),
            ("Sha256Sum", "sha256_sum"),
            ("A1B", "a1b"),
            ("User_Id", "user_id"),
            ("r#Type", "type"),
        ];
        for (name, expected) in cases {
            assert_eq!(snake_case(name), expected);
        }
    }
}
