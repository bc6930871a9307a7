//! The command line as typed. What it means is decided in `question.rs`.

use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use impact_facts::Dialect;
use impact_scan::ServiceArgument;
use jiff::civil::Date;
use std::path::PathBuf;

/// Who still uses this column, what reaches those lines, and may it be dropped?
#[derive(Debug, Parser)]
#[command(name = "impact", version, after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  impact check column users.email              may it be dropped? (exit 0 yes, 1 no, 3 no proof, 2 error)
  impact check column users.email --change rename --format json --output report.json
  impact references --column users.email       every line that touches it, as JSON lines
  impact graph --column users.email | dot -Tsvg > users.email.svg
  impact index --output billing.index          in billing's CI, to be joined elsewhere with:
  impact check column users.email --index billing.index
  impact check --since origin/main --base origin/main    what a pull request's migrations take
  impact init                                  write a commented impact.toml of what was found";

/// What every question takes.
#[derive(Debug, Args)]
pub struct Global {
    /// Look at DIR: a folder with an impact.toml, a folder of repositories, or one service
    #[arg(long, global = true, value_name = "DIR", help_heading = "Workspace")]
    pub workspace: Option<PathBuf>,
    /// Look at the service NAME at PATH (repeatable); no impact.toml is needed
    #[arg(
        long,
        global = true,
        value_name = "NAME=PATH",
        help_heading = "Workspace"
    )]
    pub service: Vec<ServiceArgument>,
    /// Join an index that `impact index` wrote: a service that is not checked out (repeatable)
    #[arg(long, global = true, value_name = "FILE", help_heading = "Workspace")]
    pub index: Vec<PathBuf>,
    /// Keep what was extracted in DIR between runs
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "IMPACT_CACHE",
        help_heading = "Running"
    )]
    pub cache_dir: Option<PathBuf>,
    /// Keep nothing between runs
    #[arg(
        long,
        global = true,
        conflicts_with = "cache_dir",
        help_heading = "Running"
    )]
    pub no_cache: bool,
    /// Run on N threads
    #[arg(long, short, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Running")]
    pub jobs: Option<u16>,
    /// Say nothing on standard error but errors
    #[arg(long, short, global = true, help_heading = "Running")]
    pub quiet: bool,
    /// When to color what people read
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Running"
    )]
    pub color: ColorChoice,
    /// Say on standard error what each stage costs
    #[arg(long, global = true, help_heading = "Running")]
    pub timings: bool,
    /// Take files in an order made from SEED: the answer must not change
    #[arg(long, global = true, value_name = "SEED", hide = true)]
    pub shuffle: Option<u64>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// May this change run? Exit 0 clear, 1 blocked, 3 inconclusive, 2 error
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArguments),
    /// Every reference that is found
    #[command(
        after_help = "Examples:\n  impact references --column users.email\n  impact references --table users --format text"
    )]
    References(ReferencesArguments),
    /// Every route, job, command and consumer, with the columns it reads and writes
    #[command(
        after_help = "Example:\n  impact entrypoints --format json | jq '.entrypoints[] | select(.kind == \"job\")'"
    )]
    Entrypoints(EntrypointsArguments),
    /// The graph of columns, code and entry points, or the part that matters to one column
    #[command(
        after_help = "Examples:\n  impact graph --column users.email | dot -Tsvg > users.email.svg\n  impact graph --overview --format mermaid"
    )]
    Graph(GraphArguments),
    /// Why: a class of findings, or the proof of each finding on a column
    #[command(
        after_help = "Examples:\n  impact explain --list                          every class of findings\n  impact explain IMP006                       one class\n  impact explain --column users.email            every finding, with its proof\n  impact explain --column users.email app/views.py:88"
    )]
    Explain(ExplainArguments),
    /// Which columns SQL statements touch: statements, or JSON lines with id and sql, on standard input
    #[command(
        after_help = "Examples:\n  echo 'SELECT * FROM users' | impact sql --schema schema.sql --dialect postgres --format text\n  impact sql --schema migrations/ --dialect mysql < statements.jsonl"
    )]
    Sql(SqlArguments),
    /// Write what one service yields to a file, to be joined elsewhere with --index
    #[command(after_help = "Example:\n  impact index --output billing.index")]
    Index(IndexArguments),
    /// Show what is seen in one file, for whoever writes a query pack
    #[command(after_help = "Example:\n  impact facts app/models.py")]
    Facts(FactsArguments),
    /// Write a commented impact.toml from what is found here
    #[command(after_help = "Examples:\n  impact init\n  impact init --print")]
    Init(InitArguments),
    /// Show or throw away what is kept between runs
    #[command(
        subcommand,
        after_help = "Examples:\n  impact cache show\n  impact cache prune                  what is kept of folders that are gone\n  impact cache prune --all --cache-dir .cache/impact"
    )]
    Cache(CacheCommand),
    /// Write completions for a shell to standard output
    #[command(after_help = "Example:\n  impact completions zsh > ~/.zfunc/_impact")]
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Where it is, for which services, how large
    Show,
    /// Remove what is kept of services that are gone
    Prune {
        /// Remove everything
        #[arg(long)]
        all: bool,
    },
}

#[derive(Debug, Args)]
pub struct IndexArguments {
    /// Write to FILE
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct FactsArguments {
    /// The file
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct InitArguments {
    /// Print it instead of writing impact.toml
    #[arg(long)]
    pub print: bool,
    /// Replace an impact.toml that exists
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct CheckArguments {
    #[command(flatten)]
    pub asked: Asked,
    #[command(subcommand)]
    pub command: Option<CheckCommand>,
}

#[derive(Debug, Subcommand)]
pub enum CheckCommand {
    /// Ask about a column: `[database.][schema.]table.column`
    #[command(after_help = CHECK_EXAMPLES)]
    Column(CheckColumnArguments),
    /// Ask about all that migrations take from code that runs: drops, renames, other types, NOT NULL
    #[command(after_help = CHECK_EXAMPLES)]
    Migration(CheckMigrationArguments),
}

/// What every check takes.
#[derive(Debug, Args)]
pub struct Asked {
    /// Migrations that are new or changed since HEAD left REV have not run; without a column or a migration, ask
    /// about all that they take
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
    /// Judge by the code at REV, too: it still runs while the migration does
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// The day on which waivers are judged, as in 2027-01-31 (default: today)
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
    /// How to report (repeatable)
    #[arg(long, value_enum, default_value = "text")]
    pub format: Vec<ReportFormat>,
    /// Write the report of the format before it to FILE (repeatable)
    #[arg(long, short, value_name = "FILE")]
    pub output: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct CheckMigrationArguments {
    /// Migrations, or folders of them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub asked: Asked,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  impact check column users.email
  impact check column users.email --change retype
  impact check migration migrations/0003_contract.sql --base origin/main
  impact check --since origin/main             all that the new migrations take
  impact check column users.email --format text --format json --output report.json
      text on standard output, JSON in report.json: an --output takes the --format before it";

#[derive(Debug, Args)]
pub struct CheckColumnArguments {
    /// The column, as in users.email
    #[arg(required = true, value_name = "TABLE.COLUMN")]
    pub columns: Vec<String>,
    /// What is to happen to it
    #[arg(long, value_enum, default_value = "drop")]
    pub change: ChangeWord,
    #[command(flatten)]
    pub asked: Asked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChangeWord {
    /// It ceases to exist
    Drop,
    /// It gets another name
    Rename,
    /// It gets another type
    Retype,
    /// It becomes NOT NULL
    Tighten,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    Text,
    Json,
    Sarif,
    Github,
    Gitlab,
    Junit,
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EntrypointsFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct ReferencesArguments {
    /// Only references to this column (repeatable)
    #[arg(long, value_name = "TABLE.COLUMN")]
    pub column: Vec<String>,
    /// Only references to this table (repeatable)
    #[arg(long, value_name = "TABLE")]
    pub table: Vec<String>,
    /// JSON lines, or lines for people
    #[arg(long, value_enum, default_value = "jsonl")]
    pub format: LinesFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LinesFormat {
    Jsonl,
    Text,
}

#[derive(Debug, Args)]
pub struct EntrypointsArguments {
    /// How to report
    #[arg(long, value_enum, default_value = "json")]
    pub format: EntrypointsFormat,
}

#[derive(Debug, Args)]
pub struct GraphArguments {
    /// Only what matters to this column
    #[arg(long, value_name = "TABLE.COLUMN")]
    pub column: Option<String>,
    /// Only entry points and tables, and what crosses services
    #[arg(long, conflicts_with = "column")]
    pub overview: bool,
    /// What is to happen to the column
    #[arg(long, value_enum, default_value = "drop", requires = "column")]
    pub change: ChangeWord,
    /// How to draw it
    #[arg(long, value_enum, default_value = "dot")]
    pub format: GraphFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    Dot,
    Json,
    Mermaid,
}

#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// A class by name or code or, with --column, PATH, PATH:LINE or a finding's fingerprint
    #[arg(value_name = "WHAT")]
    pub what: Option<String>,
    /// List every class of findings
    #[arg(long, conflicts_with_all = ["what", "column"])]
    pub list: bool,
    /// Findings on this column
    #[arg(long, value_name = "TABLE.COLUMN")]
    pub column: Option<String>,
    /// What is to happen to the column
    #[arg(long, value_enum, default_value = "drop", requires = "column")]
    pub change: ChangeWord,
}

#[derive(Debug, Args)]
pub struct SqlArguments {
    /// Where the schema is: a file of DDL, or a folder of migrations (repeatable, in order)
    #[arg(long, required = true, value_name = "PATH")]
    pub schema: Vec<PathBuf>,
    /// The dialect of the schema and the statements
    #[arg(long, default_value = "postgres", value_parser = dialect)]
    pub dialect: Dialect,
    /// JSON lines, or lines for people
    #[arg(long, value_enum, default_value = "jsonl")]
    pub format: LinesFormat,
}

fn dialect(word: &str) -> Result<Dialect, String> {
    let known = Dialect::NAMES.iter().map(|(dialect, _)| dialect.name());
    Dialect::from_name(word)
        .ok_or_else(|| format!("known are {}", known.collect::<Vec<_>>().join(", ")))
}
