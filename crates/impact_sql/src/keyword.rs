//! Words that grammar gives a meaning to. Every other word is a name.

macro_rules! keywords {
    ($($variant:ident $word:literal),* $(,)?) => {
        /// A word with a meaning, or none of them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Keyword {
            /// A name.
            None,
            $($variant,)*
        }

        const WORDS: &[(&str, Keyword)] = &[$(($word, Keyword::$variant),)*];
    };
}

keywords! {
    Abort "abort", All "all", Alter "alter", Analyse "analyse", Analyze "analyze", And "and", Anti "anti", Any "any", Apply "apply",
    Array "array", As "as", Asc "asc", Asof "asof", At "at", Atomic "atomic", Attach "attach", Before "before", Begin "begin",
    Between "between", Binary "binary", Both "both", By "by", Call "call", Cascade "cascade", Case "case", Cast "cast", Check "check",
    Cluster "cluster", Collate "collate", Column "column", Columns "columns", Comment "comment", Commit "commit", Concurrently "concurrently",
    Conflict "conflict", Connect "connect", Constraint "constraint", Convert "convert", Copy "copy", Create "create", Cross "cross",
    CurrentDate "current_date", CurrentTime "current_time", CurrentTimestamp "current_timestamp", CurrentUser "current_user", CurrentRole "current_role", CurrentSchema "current_schema", CurrentCatalog "current_catalog",
    Cube "cube", Current "current", Cycle "cycle", Data "data", Declare "declare", Default "default", Delete "delete", Desc "desc",
    Distinct "distinct", Div "div", Do "do", Double "double", Drop "drop", Duplicate "duplicate", Else "else", Elsif "elsif",
    End "end", Escape "escape", Except "except", Exclude "exclude", Execute "execute", Exists "exists", Explain "explain", Extract "extract", Fetch "fetch", Filter "filter",
    Final "final", First "first", Following "following", For "for", Foreign "foreign", Format "format", From "from", Full "full", Function "function", Generated "generated", Glob "glob",
    Grant "grant", Group "group", Grouping "grouping", Groups "groups", Having "having", If "if", Ignore "ignore", Ilike "ilike", Immediate "immediate", Impact "impact_schema", In "in", Index "index",
    Inherits "inherits", Inner "inner", Insert "insert", Intersect "intersect", Interval "interval", Into "into", Is "is", IsNull "isnull", Join "join", Key "key", Last "last", Lateral "lateral",
    Leading "leading", Left "left", Like "like", Limit "limit", Local "local", LocalTime "localtime", LocalTimestamp "localtimestamp", Lock "lock", Loop "loop",
    Match "match", Matched "matched", Materialized "materialized", Member "member", Merge "merge", Minus "minus", Mod "mod", Name "name", Natural "natural",
    New "new", No "no", Normalized "normalized", Not "not", Nothing "nothing", Notnull "notnull", Null "null", Nulls "nulls", Of "of", Offset "offset", Old "old", On "on", Only "only", Open "open",
    Operator "operator", Or "or", Order "order", Ordinality "ordinality", Outer "outer", Over "over", Overlaps "overlaps", Overlay "overlay", Overriding "overriding", Overwrite "overwrite",
    Partition "partition", Perform "perform", Pivot "pivot", Placing "placing", Policy "policy", Position "position", Positional "positional", Preceding "preceding", Precision "precision", Prepare "prepare", Preserve "preserve", Prewhere "prewhere",
    Prior "prior", Procedure "procedure", Qualify "qualify", Query "query", Raise "raise", Range "range", Recursive "recursive", References "references", Refresh "refresh", Regexp "regexp",
    Release "release", Rename "rename", Repeatable "repeatable", Replace "replace", Respect "respect", Restrict "restrict", Return "return", Returning "returning", Revoke "revoke", Right "right",
    Rlike "rlike", Rollback "rollback", Rollup "rollup", Row "row", Rows "rows", Rule "rule", SafeCast "safe_cast", Sample "sample", Savepoint "savepoint", Schema "schema", Search "search", Select "select", Semi "semi", Separator "separator",
    SessionUser "session_user", Set "set", Sets "sets", Settings "settings", Show "show", Similar "similar", Some "some", Sounds "sounds", Start "start", Straight "straight_join", Substring "substring",
    Symmetric "symmetric", Asymmetric "asymmetric", Table "table", TableSample "tablesample", Temp "temp", Temporary "temporary", Then "then", Ties "ties", Time "time", Timestamp "timestamp",
    To "to", Top "top", Trailing "trailing", Trigger "trigger", Trim "trim", Truncate "truncate", TryCast "try_cast", Type "type", Unbounded "unbounded", Union "union", Unique "unique",
    Unknown "unknown", Unlogged "unlogged", Unnest "unnest", Unpivot "unpivot", Update "update", User "user", Using "using", Vacuum "vacuum", Value "value", Values "values",
    Variadic "variadic", Varying "varying", View "view", When "when", Where "where", While "while", Window "window", With "with", Within "within", Without "without", Xor "xor", Year "year", Month "month", Day "day", Hour "hour", Minute "minute", Second "second",
    Zone "zone", True "true", False "false",
}

const BUCKETS: usize = 512;

const fn hash(word: &[u8]) -> usize {
    let mut value: u32 = word.len() as u32;
    let mut i = 0;
    while i < word.len() {
        value = value.wrapping_mul(31).wrapping_add(word[i] as u32);
        i += 1;
    }
    (value ^ (value >> 9)) as usize % BUCKETS
}

/// For each bucket the first word in [`WORDS`], and for each word the next one of its bucket; `u16::MAX` ends a chain.
const CHAINS: ([u16; BUCKETS], [u16; WORDS.len()]) = chains();

const fn chains() -> ([u16; BUCKETS], [u16; WORDS.len()]) {
    let mut heads = [u16::MAX; BUCKETS];
    let mut next = [u16::MAX; WORDS.len()];
    let mut i = 0;
    while i < WORDS.len() {
        let bucket = hash(WORDS[i].0.as_bytes());
        next[i] = heads[bucket];
        heads[bucket] = i as u16;
        i += 1;
    }
    (heads, next)
}

static HEADS: [u16; BUCKETS] = CHAINS.0;
static NEXT: [u16; WORDS.len()] = CHAINS.1;

impl Keyword {
    /// The keyword that a word in lower case is.
    pub fn of(word: &str) -> Keyword {
        if word.len() > 17 {
            return Keyword::None;
        }
        let mut at = HEADS[hash(word.as_bytes())];
        while let Some((text, keyword)) = WORDS.get(usize::from(at)) {
            if *text == word {
                return *keyword;
            }
            at = NEXT[usize::from(at)];
        }
        Keyword::None
    }
}
