//! SQL text and a catalog to the columns read and written; sole owner of sqlparser.
