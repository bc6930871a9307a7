//! Node kinds and fields of tree-sitter-python as enums, so that dispatch costs an array access.

use std::sync::LazyLock;
use tree_sitter::{Language, Node};

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal,)* } others $($other:ident)*) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($variant,)* $($other,)* }

        impl $name {
            const WORDS: &[(&str, $name)] = &[$(($word, $name::$variant),)*];
        }
    };
}

words! {
    /// Kinds of nodes.
    Kind {
        AliasedImport = "aliased_import",
        ArgumentList = "argument_list",
        AsPattern = "as_pattern",
        Assert = "assert_statement",
        Assignment = "assignment",
        Attribute = "attribute",
        AugmentedAssignment = "augmented_assignment",
        Await = "await",
        Binary = "binary_operator",
        Block = "block",
        Boolean = "boolean_operator",
        Break = "break_statement",
        Call = "call",
        CaseClause = "case_clause",
        CasePattern = "case_pattern",
        ClassDefinition = "class_definition",
        ClassPattern = "class_pattern",
        Comment = "comment",
        Comparison = "comparison_operator",
        ComplexPattern = "complex_pattern",
        ConcatenatedString = "concatenated_string",
        Conditional = "conditional_expression",
        ConstrainedType = "constrained_type",
        Continue = "continue_statement",
        DecoratedDefinition = "decorated_definition",
        Decorator = "decorator",
        DefaultParameter = "default_parameter",
        Delete = "delete_statement",
        DictionaryPattern = "dict_pattern",
        Dictionary = "dictionary",
        DictionaryComprehension = "dictionary_comprehension",
        DictionarySplat = "dictionary_splat",
        DictionarySplatPattern = "dictionary_splat_pattern",
        DottedName = "dotted_name",
        ElifClause = "elif_clause",
        Ellipsis = "ellipsis",
        ElseClause = "else_clause",
        ExceptClause = "except_clause",
        ExpressionList = "expression_list",
        ExpressionStatement = "expression_statement",
        False = "false",
        FinallyClause = "finally_clause",
        Float = "float",
        For = "for_statement",
        ForInClause = "for_in_clause",
        FormatExpression = "format_expression",
        FormatSpecifier = "format_specifier",
        FunctionDefinition = "function_definition",
        FutureImport = "future_import_statement",
        GeneratorExpression = "generator_expression",
        GenericType = "generic_type",
        Global = "global_statement",
        Identifier = "identifier",
        If = "if_statement",
        IfClause = "if_clause",
        Import = "import_statement",
        ImportFrom = "import_from_statement",
        ImportPrefix = "import_prefix",
        Integer = "integer",
        Interpolation = "interpolation",
        KeywordArgument = "keyword_argument",
        KeywordPattern = "keyword_pattern",
        KeywordSeparator = "keyword_separator",
        Lambda = "lambda",
        LambdaParameters = "lambda_parameters",
        LineContinuation = "line_continuation",
        List = "list",
        ListComprehension = "list_comprehension",
        ListPattern = "list_pattern",
        ListSplat = "list_splat",
        ListSplatPattern = "list_splat_pattern",
        Match = "match_statement",
        MemberType = "member_type",
        Named = "named_expression",
        None = "none",
        Nonlocal = "nonlocal_statement",
        Not = "not_operator",
        Pair = "pair",
        Parameters = "parameters",
        Parenthesized = "parenthesized_expression",
        Pass = "pass_statement",
        PatternList = "pattern_list",
        PositionalSeparator = "positional_separator",
        Print = "print_statement",
        Raise = "raise_statement",
        RelativeImport = "relative_import",
        Return = "return_statement",
        Set = "set",
        SetComprehension = "set_comprehension",
        Slice = "slice",
        SplatPattern = "splat_pattern",
        SplatType = "splat_type",
        String = "string",
        StringContent = "string_content",
        StringEnd = "string_end",
        StringStart = "string_start",
        Subscript = "subscript",
        True = "true",
        Try = "try_statement",
        Tuple = "tuple",
        TuplePattern = "tuple_pattern",
        Type = "type",
        TypeAlias = "type_alias_statement",
        TypeConversion = "type_conversion",
        TypeParameter = "type_parameter",
        TypedDefaultParameter = "typed_default_parameter",
        TypedParameter = "typed_parameter",
        Unary = "unary_operator",
        UnionPattern = "union_pattern",
        UnionType = "union_type",
        While = "while_statement",
        WildcardImport = "wildcard_import",
        With = "with_statement",
        WithClause = "with_clause",
        WithItem = "with_item",
        Yield = "yield",
    }
    others Error Token Other
}

words! {
    /// Fields of nodes.
    Field {
        Alias = "alias",
        Attribute = "attribute",
        Body = "body",
        Cause = "cause",
        Guard = "guard",
        Key = "key",
        Left = "left",
        ModuleName = "module_name",
        Name = "name",
        Operator = "operator",
        Operators = "operators",
        ReturnType = "return_type",
        Right = "right",
        Subject = "subject",
        Type = "type",
        Value = "value",
    }
    others Other
}

struct Tables {
    kinds: Vec<Kind>,
    fields: Vec<Field>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let language = language();
    Tables {
        kinds: kinds(&language),
        fields: fields(&language),
    }
});

/// The grammar.
pub fn language() -> Language {
    tree_sitter_python::LANGUAGE.into()
}

impl Kind {
    /// The kind of a node.
    pub fn of(node: Node) -> Kind {
        match node.kind_id() {
            u16::MAX => Kind::Error,
            id => TABLES
                .kinds
                .get(usize::from(id))
                .copied()
                .unwrap_or(Kind::Other),
        }
    }
}

impl Field {
    /// The field of an id.
    pub fn of(id: std::num::NonZeroU16) -> Field {
        TABLES
            .fields
            .get(usize::from(id.get()))
            .copied()
            .unwrap_or(Field::Other)
    }
}

fn kinds(language: &Language) -> Vec<Kind> {
    let kind = |id: usize| {
        let id = id as u16;
        if !language.node_kind_is_named(id) {
            return Kind::Token;
        }
        let name = language.node_kind_for_id(id).unwrap_or_default();
        Kind::WORDS
            .iter()
            .find(|(word, _)| *word == name)
            .map_or(Kind::Other, |(_, kind)| *kind)
    };
    (0..language.node_kind_count()).map(kind).collect()
}

fn fields(language: &Language) -> Vec<Field> {
    let field = |id: usize| {
        let name = language.field_name_for_id(id as u16).unwrap_or_default();
        Field::WORDS
            .iter()
            .find(|(word, _)| *word == name)
            .map_or(Field::Other, |(_, field)| *field)
    };
    (0..=language.field_count()).map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_one_of_the_grammar() {
        let language = language();
        for (word, _) in Kind::WORDS {
            assert_ne!(language.id_for_node_kind(word, true), 0, "{word}");
        }
        for (word, _) in Field::WORDS {
            assert!(language.field_id_for_name(word).is_some(), "{word}");
        }
    }
}
