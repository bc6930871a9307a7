//! What query packs recognize: the closed vocabulary of captures, and the tags that patterns leave on a module.

use crate::{ClassId, ExpressionId, FunctionId, Span};
use serde::{Deserialize, Serialize};

/// One match of one pattern of one pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// What the pattern says the match is.
    pub kind: TagKind,
    /// The pack that said so: its path in `queries/` without the ending, `python/flask/routes`.
    pub pack: Box<str>,
    /// Where the match stands: the span of the capture that carries the kind.
    pub span: Span,
    /// What was captured, in order of the pattern. A name may come several times.
    pub captures: Vec<(Capture, Captured)>,
    /// What must hold of the captures for the tag to count. Link decides.
    pub conditions: Vec<Condition>,
    /// Constants that the pattern gives with `#set!`: `(#set! method "GET")`.
    pub settings: Vec<(Box<str>, Box<str>)>,
}

impl Tag {
    /// All that was captured under a name.
    pub fn all(&self, capture: Capture) -> impl Iterator<Item = &Captured> {
        self.captures
            .iter()
            .filter(move |(name, _)| *name == capture)
            .map(|(_, what)| what)
    }

    /// The first that was captured under a name.
    #[must_use]
    pub fn first(&self, capture: Capture) -> Option<&Captured> {
        self.captures
            .iter()
            .find(|(name, _)| *name == capture)
            .map(|(_, what)| what)
    }

    /// A constant of the pattern.
    #[must_use]
    pub fn setting(&self, key: &str) -> Option<&str> {
        self.settings
            .iter()
            .find(|(name, _)| &**name == key)
            .map(|(_, value)| &**value)
    }
}

/// A node of the lowered form that a capture fell on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Captured {
    /// An expression.
    Expression(ExpressionId),
    /// A function: its definition was captured.
    Function(FunctionId),
    /// A class: its definition was captured.
    Class(ClassId),
    /// A name or anything else that has no node of its own.
    Span(Span),
}

/// A predicate that needs names bound, so that link evaluates it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Which.
    pub kind: ConditionKind,
    /// What it is said of.
    pub of: Capture,
    /// Qualified names, in the language's dotted form (`fastapi.APIRouter`, `sqlx.query`). One of them must fit.
    /// A trailing `.*` fits every member.
    pub names: Vec<Box<str>>,
}

/// Kinds of [`Condition`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConditionKind {
    /// `#binds? @x "a.b"`: the expression is bound to that very thing.
    Binds,
    /// `#instance? @x "a.B"`: the expression's value is an instance of that class or of a subclass.
    Instance,
    /// `#subclass? @x "a.B"`: the class is that class or a subclass.
    Subclass,
}

macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_meta])* $variant,)* }

        impl $name {
            /// Every word of the vocabulary, as packs write it.
            pub const ALL: &[(&'static str, $name)] = &[$(($word, $name::$variant),)*];

            /// What a pack's word means.
            #[must_use]
            pub fn from_word(word: &str) -> Option<$name> {
                Self::ALL.iter().find(|(w, _)| *w == word).map(|(_, v)| *v)
            }

            /// The word that packs write.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
        }
    };
}

vocabulary! {
    /// What a pattern recognizes. The capture of this name spans the match and gives the tag its kind.
    TagKind {
        /// An HTTP route, a GraphQL field, a gRPC method: an entry point of kind *api*.
        Route = "route",
        /// Routers that are put under a prefix: `include_router(router, prefix="/x")`, `nest("/x", router)`.
        Mount = "mount",
        /// A scheduled or queued piece of work: an entry point of kind *job*.
        Job = "job",
        /// A word typed at a command line: an entry point of kind *command*.
        Command = "command",
        /// A handler of messages: an entry point of kind *consumer*.
        Consumer = "consumer",
        /// A function that runs before or after every route, or on an event of the framework.
        Hook = "hook",
        /// A call whose argument is SQL text.
        Sql = "sql",
        /// A call that builds SQL text or names a column or table: `Identifier("x")`, `text("…")`.
        Fragment = "fragment",
        /// A call of another service's api.
        Request = "request",
        /// A message that is published.
        Publish = "publish",
        /// A place that makes a value visible outside: a response model, a serializer's field list.
        Expose = "expose",
        /// A class or struct that a database table is mapped to.
        Model = "model",
        /// Code that only tests run.
        Test = "test",
    }
}

vocabulary! {
    /// What a part of a match is. `@callee` and the like may be used freely for conditions.
    Capture {
        /// What is called: for conditions.
        Callee = "callee",
        /// The receiver of a method: for conditions, and the router that a route belongs to.
        Receiver = "receiver",
        /// A path or pattern of a URL.
        Path = "path",
        /// What is put before every path of a router.
        Prefix = "prefix",
        /// A router that is mounted, or included by name.
        Router = "router",
        /// HTTP methods: a word or a collection of words.
        Method = "method",
        /// The code that runs: a function, a class, or an expression that names one.
        Handler = "handler",
        /// A name: a route's, a job's, a command's.
        Name = "name",
        /// When a job runs.
        Schedule = "schedule",
        /// What a consumer listens to or a publisher sends to.
        Topic = "topic",
        /// SQL text.
        Text = "text",
        /// A path of a file that holds SQL.
        File = "file",
        /// The values of placeholders.
        Parameters = "parameters",
        /// The type or fields that rows are bound to.
        Row = "row",
        /// A URL that is requested.
        Url = "url",
        /// A table's name.
        Table = "table",
        /// A column's name.
        Column = "column",
        /// The model or class that is meant.
        Class = "class",
        /// Fields by name.
        Fields = "fields",
        /// A value.
        Value = "value",
    }
}
