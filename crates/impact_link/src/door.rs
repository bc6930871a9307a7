//! How an ORM or a framework is known: three questions about its values.

use crate::evaluator::{Evaluator, Part};
use crate::value::{Atom, Object, Value};
use impact_bind::ClassRef;
use impact_facts::{Access, ExpressionId, Span, Spread};

/// An ORM or framework.
///
/// A door answers for things that have no code in the tree: externals by qualified name ([`Atom::External`],
/// [`Atom::Outside`]), rows of the models that it maps ([`Atom::Mapped`]), its own objects ([`Atom::Object`]), and
/// classes and instances of the program that inherit from its own (`Evaluator::inherits` tells). It returns none for
/// what it does not know, and says what it does to columns through `Evaluator::touch` and its kin.
pub trait Door: Sync {
    /// Its name, which is also what [`impact_facts::Reference::via`] says: `python/django`.
    fn name(&self) -> &'static str;

    /// What is `of.name`? With [`Access::Write`] it is being set. A method that is called later is best answered with
    /// none: core makes an [`Atom::Member`] of it and asks [`Door::call`].
    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        let _ = (cx, of, member);
        None
    }

    /// What is `callee(arguments)`? A method arrives as [`Atom::Member`] of its receiver.
    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        let _ = (cx, callee, call);
        None
    }

    /// What does it mean that `value` is used up, that is, when does a lazy query run? Returns what comes out:
    /// the elements of an iteration, the awaited value.
    fn consume(
        &self,
        cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        span: Span,
    ) -> Option<Value> {
        let _ = (cx, how, span);
        let own = matches!(value, Atom::Object(object) if object.door == self.name());
        (own && self.stays()).then(|| value.clone().into())
    }

    /// Whether an object of this door that is used up comes out as it is: its own methods run queries.
    fn stays(&self) -> bool {
        false
    }

    /// What is `of[key]`, for an object of this door? None: one of its elements, as [`Door::consume`] says.
    fn item(&self, cx: &mut Evaluator<'_>, of: &Object, key: &Value, span: Span) -> Option<Value> {
        let _ = (cx, of, key, span);
        None
    }

    /// What does it do that something is put under a key of an object of this door?
    fn put(&self, cx: &mut Evaluator<'_>, of: &Object, span: Span) {
        let _ = (cx, of, span);
    }

    /// What is an object of this door that stands in a class's body, when it is taken from the class or an instance? Python's
    /// descriptors: a manager is that of the class.
    fn bound(&self, cx: &mut Evaluator<'_>, object: &Object, owner: &Atom) -> Option<Value> {
        let _ = (cx, object, owner);
        None
    }

    /// What is an instance of a class of the program that extends one of this door's own and is no model: a manager,
    /// a custom queryset. None: an ordinary instance.
    fn instance(&self, cx: &Evaluator<'_>, class: ClassRef) -> Option<Value> {
        let _ = (cx, class);
        None
    }

    /// What an annotation with a type of this door means: `QuerySet[User]`.
    fn annotation(&self, cx: &mut Evaluator<'_>, name: &str, keys: &[Value]) -> Option<Value> {
        let _ = (cx, name, keys);
        None
    }

    /// What does the framework do with a class of the program that extends one of its own? It runs a generic view's
    /// queryset, or reads the fields that a serializer lists. Whoever sets that going runs
    /// [`crate::Target::Class`].
    fn drive(&self, cx: &mut Evaluator<'_>, class: ClassRef, part: Part) {
        let _ = (cx, class, part);
    }

    /// Called once, after every unit has been evaluated for the first time: what the framework itself sets going, such
    /// as views with a request, or templates with the context of every page.
    fn start(&self, cx: &mut Evaluator<'_>) {
        let _ = cx;
    }

    /// Called once, after nothing changes any more: entry points, which need every value. `Evaluator::within_file` says
    /// where they stand.
    fn finish(&self, cx: &mut Evaluator<'_>) {
        let _ = cx;
    }
}

/// How a value is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consumption {
    /// Its elements, one after another: `for`, `list()`, `in`.
    Iterate,
    /// One element: `[0]`; a slice is lazy where the door says so.
    Index,
    /// A slice.
    Slice,
    /// `await`.
    Await,
    /// `with`.
    With,
    /// Whether it is true.
    Test,
    /// Its text: `str()`, an f-string, a template.
    Print,
    /// It goes to code that is not known.
    Escape,
}

/// A member that is named.
#[derive(Debug, Clone, Copy)]
pub struct MemberSite<'c> {
    /// Its name.
    pub name: &'c str,
    /// What a reference points at: the dotted path if it is plain and on one line, else the member's own bytes.
    pub span: Span,
    /// Read or written.
    pub access: Access,
    /// What it is set to.
    pub value: Option<&'c Value>,
}

/// A call, its arguments evaluated.
#[derive(Debug, Clone, Copy)]
pub struct CallSite<'c> {
    /// The whole call: where what it does of itself is reported.
    pub span: Span,
    /// The callee's own bytes.
    pub callee: Span,
    /// The arguments, in order.
    pub arguments: &'c [Passed],
    /// The type that the place of the call asks for, where it says one: a turbofish, a binding's annotation.
    pub expected: &'c Value,
}

/// One argument.
#[derive(Debug, Clone)]
pub struct Passed {
    /// `name=value`, with the name's bytes.
    pub name: Option<(Box<str>, Span)>,
    /// `*value` or `**value`.
    pub spread: Spread,
    /// What is passed.
    pub value: Value,
    /// Where the value stands.
    pub span: Span,
    /// The value's expression, if the call stands in the code.
    pub expression: Option<ExpressionId>,
}

impl Passed {
    /// A value that is passed by place by code that does not stand there: a framework, a wrapper.
    #[must_use]
    pub fn plain(value: Value, span: Span) -> Self {
        Self {
            name: None,
            spread: Spread::None,
            value,
            span,
            expression: None,
        }
    }
}

impl<'c> CallSite<'c> {
    /// A call that stands at `span` as a whole.
    #[must_use]
    pub fn at_span(span: Span, arguments: &'c [Passed], expected: &'c Value) -> Self {
        Self {
            span,
            callee: span,
            arguments,
            expected,
        }
    }
}

impl CallSite<'_> {
    /// The argument at a place, spread ones not counted.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<&Passed> {
        self.positional().nth(place)
    }

    /// Arguments by place.
    pub fn positional(&self) -> impl Iterator<Item = &Passed> {
        self.arguments
            .iter()
            .filter(|a| a.name.is_none() && a.spread == Spread::None)
    }

    /// The argument of a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Passed> {
        self.arguments
            .iter()
            .find(|a| a.name.as_ref().is_some_and(|(n, _)| **n == *name))
    }

    /// The argument at a place, or of a name.
    #[must_use]
    pub fn argument(&self, place: usize, name: &str) -> Option<&Passed> {
        self.named(name).or_else(|| self.at(place))
    }

    /// The value of the argument at a place or of a name; nothing if it is not passed.
    #[must_use]
    pub fn value(&self, place: usize, name: &str) -> Value {
        self.argument(place, name)
            .map(|a| a.value.clone())
            .unwrap_or_default()
    }
}

/// Members that a door may know by the arguments of a call alone, whatever they are asked of.
pub(crate) const TELLING: &[&str] = &[
    "query",
    "get",
    "cursor",
    "execute",
    "scalars",
    "scalar",
    "add",
    "add_all",
    "merge",
    "delete",
    "refresh",
    "bulk_save_objects",
    "bulk_insert_mappings",
    "bulk_update_mappings",
    "get_template",
    "to_sql",
    "to_postgis",
    "write_database",
];

/// All doors, in the order in which they are asked.
pub(crate) static DOORS: &[&dyn Door] = &[
    &crate::library::python::Python,
    &crate::library::named::NamedTuples,
    &crate::library::operator::Operators,
    &crate::library::intrinsic::Intrinsics,
    &crate::library::record::Records,
    &crate::library::rows::Rows,
    &crate::library::files::Files,
    &crate::orm::django::Django,
    &crate::orm::sqlalchemy::SqlAlchemy,
    &crate::orm::active::PEEWEE,
    &crate::orm::active::TORTOISE,
    &crate::orm::active::PONY,
    &crate::orm::active::ENCODE,
    &crate::orm::active::ORMAR,
    &crate::framework::django::DjangoWeb,
    &crate::framework::graphql::GraphQl,
    &crate::framework::flask::Flask,
    &crate::library::tasks::Tasks,
    &crate::framework::pyramid::Pyramid,
    &crate::framework::starlette::Starlette,
    &crate::framework::restx::Restx,
    &crate::orm::diesel::Diesel,
    &crate::orm::sqlx::Sqlx,
    &crate::orm::sql_builder::SqlBuilder,
    &crate::orm::sea_orm::SeaOrm,
    &crate::orm::tagged::Tagged,
    &crate::framework::middleware::Middleware,
    &crate::framework::axum::Axum,
    &crate::framework::loco::Loco,
    &crate::library::builders::Builders,
    &crate::framework::dataloader::DataLoader,
    &crate::framework::actix::Actix,
    &crate::framework::poem::Poem,
    &crate::framework::rocket::Rocket,
    &crate::framework::warp::Warp,
    &crate::framework::salvo::Salvo,
    &crate::carried::Carried,
    &crate::library::rust::Rust,
    &crate::library::cursor::Cursors,
];

/// The door of that name; what a pack names has the door of packs' models.
pub(crate) fn door(name: &str) -> Option<&'static dyn Door> {
    let own = DOORS.iter().find(|door| door.name() == name).copied();
    let of_packs: Option<&'static dyn Door> = name
        .starts_with("rust/")
        .then_some(&crate::orm::tagged::Tagged);
    own.or(of_packs)
}
