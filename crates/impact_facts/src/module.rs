//! The language-neutral form that every front end lowers to and link evaluates.
//!
//! A [`Module`] is a handful of flat arenas. Ids are indexes into them and mean nothing outside their module.
//! Conventions for each language stand on the variants; what has no place here is lowered to
//! [`ExpressionKind::Other`] with its children, so that nothing inside it is lost.

use crate::{Span, Tag, Text};
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$meta:meta] $name:ident;)*) => {$(
        #[$meta]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in its arena.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

id! {
    /// A string of [`Module::names`].
    Name;
    /// An expression of [`Module::expressions`].
    ExpressionId;
    /// A text of [`Module::texts`].
    TextId;
    /// A function of [`Module::functions`].
    FunctionId;
    /// A class of [`Module::classes`].
    ClassId;
    /// An import of [`Module::imports`].
    ImportId;
    /// A token of [`Module::tokens`].
    TokenId;
}

/// One file, lowered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Module {
    /// Interned names, each once.
    pub names: Vec<Box<str>>,
    /// All expressions, patterns and types.
    pub expressions: Vec<Expression>,
    /// All string literals and templates.
    pub texts: Vec<Text>,
    /// All functions, methods, closures.
    pub functions: Vec<Function>,
    /// All classes, structs, enums, traits, implementations and inline modules.
    pub classes: Vec<Class>,
    /// All imports, one entry for each imported name.
    pub imports: Vec<Import>,
    /// Tokens of macro calls whose arguments are no expressions.
    pub tokens: Vec<Token>,
    /// What runs when the module is loaded, definitions included, in order.
    pub body: Block,
    /// What the packs recognized, in order of their sites.
    pub tags: Vec<Tag>,
}

impl Module {
    /// The characters of a name.
    #[must_use]
    pub fn name(&self, name: Name) -> &str {
        &self.names[name.index()]
    }

    /// An expression.
    #[must_use]
    pub fn expression(&self, id: ExpressionId) -> &Expression {
        &self.expressions[id.index()]
    }

    /// A function.
    #[must_use]
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.index()]
    }

    /// A class.
    #[must_use]
    pub fn class(&self, id: ClassId) -> &Class {
        &self.classes[id.index()]
    }

    /// A text.
    #[must_use]
    pub fn text(&self, id: TextId) -> &Text {
        &self.texts[id.index()]
    }

    /// The dotted name that an expression spells (`a.b.c`, `a::b::c`), if it is nothing but names.
    #[must_use]
    pub fn dotted(&self, id: ExpressionId) -> Option<String> {
        match &self.expression(id).kind {
            ExpressionKind::Name(name) => Some(self.name(*name).to_owned()),
            ExpressionKind::Attribute(attribute) => {
                let mut path = self.dotted(attribute.of)?;
                path.push('.');
                path.push_str(self.name(attribute.name));
                Some(path)
            }
            _ => None,
        }
    }

    /// The whole string that an expression is, if it is a literal without holes.
    #[must_use]
    pub fn plain_text(&self, id: ExpressionId) -> Option<String> {
        let ExpressionKind::Text(text) = self.expression(id).kind else {
            return None;
        };
        self.text(text)
            .pieces
            .iter()
            .map(|piece| match piece {
                crate::Piece::Literal(literal) => Some(&*literal.value),
                _ => None,
            })
            .collect()
    }
}

/// A sequence of statements. `tail` is the value of a block in a language where blocks have one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Block {
    /// What runs, in order.
    pub statements: Vec<Statement>,
    /// Rust: the last expression without a semicolon. In Rust a function's tail is also what it returns.
    pub tail: Option<ExpressionId>,
}

/// What a module, a class or a function does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Statement {
    /// Evaluates an expression for what it does.
    Do(ExpressionId),
    /// Binds a pattern.
    Bind(Bind),
    /// Defines a function under its name.
    Function(FunctionId),
    /// Defines a class, or adds an implementation or an inline module.
    Class(ClassId),
    /// Imports a name.
    Import(ImportId),
    /// Goes one of two ways.
    Branch(Branch),
    /// Repeats a body.
    Loop(Loop),
    /// Runs a body whose failures are handled. Handlers, `else` and `finally` follow in order.
    Try(Try),
    /// Binds what context managers yield, for a body.
    With(With),
    /// Leaves the function.
    Return(Option<ExpressionId>),
    /// Raises: nothing after it runs.
    Raise(Option<ExpressionId>),
    /// Removes bindings: `del a.b`.
    Delete(Vec<ExpressionId>),
    /// `global` and `nonlocal`: names that are another scope's.
    Outer(Vec<Name>),
}

/// `target: annotation = value`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bind {
    /// What is bound: a name, an attribute, an item, or a pattern of these.
    pub target: ExpressionId,
    /// What it is bound to. A chain `a = b = v` is two binds of one value.
    pub value: Option<ExpressionId>,
    /// The type that is said of it.
    pub annotation: Option<ExpressionId>,
    /// `target op= value`: the operator, `+` of `+=`. The target is read, too.
    pub augmented: Option<Name>,
    /// Rust: `let … else { … }`.
    pub otherwise: Option<Block>,
    /// Rust: `const` and `static`.
    pub constant: bool,
}

/// `if test { then } else { otherwise }`. Python's `elif` is a branch inside `otherwise`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// The test. Rust's `if let` tests an [`ExpressionKind::Let`].
    pub test: ExpressionId,
    /// What runs if it holds.
    pub then: Block,
    /// What runs otherwise.
    pub otherwise: Block,
}

/// `for target in over`, `while test`, `loop`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loop {
    /// What each round binds.
    pub target: Option<ExpressionId>,
    /// What is run over (with a target), or tested (without).
    pub over: Option<ExpressionId>,
    /// What is repeated.
    pub body: Block,
    /// Python's `else`; a template's `{% empty %}`.
    pub otherwise: Block,
    /// `async for`.
    pub is_async: bool,
}

/// `try`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// What is tried.
    pub body: Block,
    /// What is caught, and then runs.
    pub handlers: Vec<Handler>,
    /// `else`.
    pub otherwise: Block,
    /// `finally`.
    pub finally: Block,
}

/// `except types as name`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    /// The types caught.
    pub types: Option<ExpressionId>,
    /// The name bound.
    pub target: Option<ExpressionId>,
    /// What runs.
    pub body: Block,
}

/// `with value as target, …`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct With {
    /// `(manager, target)`, in order. A template's `{% with a=b %}` is a [`Bind`] instead.
    pub items: Vec<(ExpressionId, Option<ExpressionId>)>,
    /// What runs inside.
    pub body: Block,
    /// `async with`.
    pub is_async: bool,
}

/// A node of the arena: what it is and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expression {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExpressionKind,
}

/// Values, patterns and types alike.
///
/// Patterns use the forms that would build the value: a name binds, a collection destructures, `Some(x)` is a call,
/// `User { id, .. }` is a record. Types use [`ExpressionKind::Subscript`] for arguments: `Vec<User>` and `list[User]` are
/// both `Subscript(of, [User])`. References, dereferences, lifetimes and parentheses are transparent in all languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExpressionKind {
    /// A bare name. Rust's `self`, `Self`, `crate` and `super` are names.
    Name(Name),
    /// `of.name`, and Rust's `of::name`. `tuple.0` has the name `0`.
    Attribute(Attribute),
    /// `callee(arguments)`. A method call is a call of an attribute.
    Call(Call),
    /// A macro call, `callee!(arguments)`.
    Macro(MacroCall),
    /// `of[keys]`; in a type, `of<keys>`; Rust's turbofish `of::<keys>`.
    Subscript(Subscript),
    /// A string or template.
    Text(TextId),
    /// `None`, `null`, `()`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number that fits.
    Integer(i64),
    /// Any other number, a character, bytes that are no text.
    Number,
    /// A list, tuple, set, or dictionary display.
    Collection(Collection),
    /// `[element for … in … if …]` and its kin.
    Comprehension(Comprehension),
    /// Rust: `Path { field: value, ..rest }`, as value and as pattern.
    Record(Record),
    /// `lambda` and closures.
    Closure(FunctionId),
    /// `then if test else otherwise`; Rust's `if` in a value's place (then and otherwise are blocks).
    Conditional(Conditional),
    /// `match`. In Python a statement, here always an expression.
    Match(Match),
    /// Rust: a block in a value's place (`async` and `unsafe` ones, too).
    Block(Box<Block>),
    /// `left operator right`; chains of comparisons are nested. Templates' filters are calls.
    Binary(Binary),
    /// `not x`, `-x`, `!x`, `*args` in a pattern.
    Unary(Unary),
    /// `target := value`; Rust's assignment in a value's place.
    Assign(Assign),
    /// Rust: `let pattern = value` inside a test.
    Let(Assign),
    /// `await of`, `of.await`.
    Await(ExpressionId),
    /// Rust: `of?`.
    Question(ExpressionId),
    /// `of as annotation`.
    Cast(Cast),
    /// `yield value`, `yield from value`.
    Yield(Yield),
    /// Rust: `return`, `break` with a value, in a value's place.
    Return(Option<ExpressionId>),
    /// `a | b` of patterns or types, `Union` spelled by operator: any of them.
    Any(Vec<ExpressionId>),
    /// What has no form of its own: its parts, in order.
    Other(Vec<ExpressionId>),
}

/// `of.name`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// The receiver.
    pub of: ExpressionId,
    /// The member.
    pub name: Name,
    /// The member's own bytes.
    pub name_span: Span,
    /// Rust: joined by `::`.
    pub path: bool,
}

/// `callee(arguments)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// What is called.
    pub callee: ExpressionId,
    /// With what, in order.
    pub arguments: Vec<Argument>,
}

/// `callee!(…)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MacroCall {
    /// The macro's path, without `!`.
    pub callee: ExpressionId,
    /// Its arguments where they parse as expressions, a template string's captured holes included.
    pub arguments: Vec<Argument>,
    /// The top-level tokens, kept where the arguments do not parse as expressions, or where the macro declares items.
    pub tokens: Vec<TokenId>,
}

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    /// `name=value`, with the name's bytes.
    pub name: Option<(Name, Span)>,
    /// `*value` or `**value`.
    pub spread: Spread,
    /// The value.
    pub value: ExpressionId,
}

/// Whether a value stands for itself or for its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Spread {
    /// Itself.
    None,
    /// Its items, `*value`.
    Items,
    /// Its named items, `**value`.
    Named,
}

/// `of[keys]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscript {
    /// What is indexed or given type arguments.
    pub of: ExpressionId,
    /// The keys. A slice is one [`ExpressionKind::Other`].
    pub keys: Vec<ExpressionId>,
}

/// A display of items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Which.
    pub kind: CollectionKind,
    /// The items, in order.
    pub items: Vec<Item>,
}

/// Kinds of [`Collection`] and [`Comprehension`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CollectionKind {
    /// `[a, b]`, Rust arrays and `vec![]`, YAML and JSON sequences.
    List,
    /// `(a, b)`.
    Tuple,
    /// `{a, b}`.
    Set,
    /// `{k: v}`, YAML, TOML and JSON mappings, `json!({…})`.
    Dictionary,
    /// A generator expression.
    Generator,
}

/// An item of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The key, in a dictionary.
    pub key: Option<ExpressionId>,
    /// `*value` or `**value`.
    pub spread: Spread,
    /// The value.
    pub value: ExpressionId,
}

/// `[element for …]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comprehension {
    /// What is built.
    pub kind: CollectionKind,
    /// The key, in a dictionary.
    pub key: Option<ExpressionId>,
    /// The element or value.
    pub element: ExpressionId,
    /// Its clauses, outermost first.
    pub clauses: Vec<Clause>,
}

/// `for target in over if tests`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// What each round binds.
    pub target: ExpressionId,
    /// What is run over.
    pub over: ExpressionId,
    /// What must hold.
    pub tests: Vec<ExpressionId>,
}

/// `Path { … }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The struct or variant.
    pub of: ExpressionId,
    /// `(field, its bytes, value or pattern)`; a shorthand's value is the name itself.
    pub fields: Vec<(Name, Span, ExpressionId)>,
    /// `..rest`; in a pattern, nothing follows the dots.
    pub rest: Option<ExpressionId>,
}

/// A value chosen by a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditional {
    /// The test.
    pub test: ExpressionId,
    /// The value if it holds.
    pub then: ExpressionId,
    /// The value otherwise.
    pub otherwise: Option<ExpressionId>,
}

/// A value chosen by patterns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// What is matched.
    pub subject: ExpressionId,
    /// The arms, in order.
    pub arms: Vec<Arm>,
}

/// `pattern if guard => body`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    /// The pattern.
    pub pattern: ExpressionId,
    /// The guard.
    pub guard: Option<ExpressionId>,
    /// The body; its tail is the arm's value.
    pub body: Block,
}

/// `left operator right`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binary {
    /// The operator as written, words lower-cased: `+`, `%`, `and`, `not in`, `==`, `&&`.
    pub operator: Name,
    /// Left operand.
    pub left: ExpressionId,
    /// Right operand.
    pub right: ExpressionId,
}

/// `operator of`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unary {
    /// The operator as written.
    pub operator: Name,
    /// The operand.
    pub of: ExpressionId,
}

/// `target = value` inside an expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assign {
    /// What is bound.
    pub target: ExpressionId,
    /// To what.
    pub value: ExpressionId,
}

/// `of as annotation`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cast {
    /// The value.
    pub of: ExpressionId,
    /// The type.
    pub annotation: ExpressionId,
}

/// `yield`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Yield {
    /// What is yielded.
    pub value: Option<ExpressionId>,
    /// `yield from`.
    pub from: bool,
}

/// A function, method or closure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Its name; none for a closure.
    pub name: Option<Name>,
    /// The name's bytes; a closure's own.
    pub name_span: Span,
    /// The whole definition, decorators included.
    pub span: Span,
    /// Decorators and attributes, outermost first. `#[a(b = c)]` is `Call(a, [b=c])`, `#[a = "c"]` is an [`Assign`].
    pub decorators: Vec<ExpressionId>,
    /// Type parameters with their bounds, `where` clauses included.
    pub type_parameters: Vec<TypeParameter>,
    /// Parameters, `self` included.
    pub parameters: Vec<Parameter>,
    /// The annotated return type.
    pub returns: Option<ExpressionId>,
    /// What runs. Empty for a declaration.
    pub body: Block,
    /// `async`.
    pub is_async: bool,
    /// Contains `yield`.
    pub is_generator: bool,
    /// Runs in tests only: `#[test]`, or within `#[cfg(test)]`. Paths are judged elsewhere.
    pub is_test: bool,
}

/// `T: Bound + Other`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeParameter {
    /// The parameter.
    pub name: Name,
    /// Its bounds.
    pub bounds: Vec<ExpressionId>,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// What is bound: a name, or a pattern.
    pub pattern: ExpressionId,
    /// The annotated type.
    pub annotation: Option<ExpressionId>,
    /// The default value.
    pub default: Option<ExpressionId>,
    /// How arguments reach it.
    pub kind: ParameterKind,
}

/// How arguments reach a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParameterKind {
    /// By place or by name.
    Plain,
    /// By place only.
    Positional,
    /// By name only.
    Named,
    /// All places left: `*args`.
    Items,
    /// All names left: `**kwargs`.
    Keywords,
}

/// What holds members under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// Which.
    pub kind: ClassKind,
    /// Its name; none for an implementation.
    pub name: Option<Name>,
    /// The name's bytes, or the implemented type's.
    pub name_span: Span,
    /// The whole definition, decorators included.
    pub span: Span,
    /// Decorators and attributes, as for [`Function::decorators`].
    pub decorators: Vec<ExpressionId>,
    /// Type parameters.
    pub type_parameters: Vec<TypeParameter>,
    /// Python: base classes and keyword arguments (`metaclass=`). Rust: a trait's supertraits; an implementation's trait.
    pub bases: Vec<Argument>,
    /// Rust: the type that an implementation is for.
    pub subject: Option<ExpressionId>,
    /// Rust: fields of a struct, variants of an enum. Python has none: its fields are binds in the body.
    pub fields: Vec<Field>,
    /// Members.
    pub body: Block,
    /// Within `#[cfg(test)]`.
    pub is_test: bool,
}

/// Kinds of [`Class`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClassKind {
    /// A Python class.
    Class,
    /// A Rust struct or union.
    Struct,
    /// A Rust enum.
    Enum,
    /// A Rust trait.
    Trait,
    /// A Rust `impl`.
    Implementation,
    /// A Rust `mod name { … }`. `mod name;` is an [`Import`].
    Module,
    /// A Rust `type Name = subject;`.
    Alias,
    /// A Rust `macro_rules!`: its arms' bodies, where they parse, are the members.
    Macro,
}

/// A field of a struct or a variant of an enum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name; a tuple's fields are `0`, `1`, ….
    pub name: Name,
    /// The name's bytes.
    pub name_span: Span,
    /// Its attributes.
    pub decorators: Vec<ExpressionId>,
    /// Its type.
    pub annotation: Option<ExpressionId>,
    /// A variant's own fields.
    pub fields: Vec<Field>,
    /// A variant's discriminant.
    pub value: Option<ExpressionId>,
}

/// One imported name.
///
/// | source | `path` | `level` | `name` | `alias` |
/// |---|---|---|---|---|
/// | `import a.b` | `a.b` | 0 | – | – (binds `a`) |
/// | `import a.b as c` | `a.b` | 0 | – | `c` |
/// | `from ..a import b as c` | `a` | 2 | `b` | `c` |
/// | `from a import *` | `a` | 0 | `*` | – |
/// | `use a::b::C as D` | `a::b` | 0 | `C` | `D` |
/// | `use a::b::*` | `a::b` | 0 | `*` | – |
/// | `mod a;` | `` | 0 | `a` | – (`declares`) |
/// | `{% load a %}`, `{% include "a" %}`, `{% extends "a" %}` | `a` | 0 | – | – |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The module's path as written, in the language's own notation.
    pub path: Box<str>,
    /// Python: leading dots.
    pub level: u32,
    /// The member.
    pub name: Option<Name>,
    /// The name it is bound to.
    pub alias: Option<Name>,
    /// Rust: `pub use`, seen by importers of this module. Python: always.
    pub public: bool,
    /// Rust: `mod name;`, with the file of `#[path]` in `path`.
    pub declares: bool,
    /// Rust: within `#[cfg(test)]`. Of `mod name;` it says that the whole file is.
    pub is_test: bool,
    /// Where it stands.
    pub span: Span,
}

/// A token of a macro call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its bytes.
    pub span: Span,
    /// What it is.
    pub kind: TokenKind,
}

/// Kinds of [`Token`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenKind {
    /// An identifier or keyword.
    Word(Name),
    /// Punctuation as written: `->`, `,`, `#`.
    Punctuation(Name),
    /// A string or other literal.
    Literal(ExpressionId),
    /// `( … )`, `[ … ]` or `{ … }`: the opening character and what is inside.
    Group(char, Vec<TokenId>),
}
