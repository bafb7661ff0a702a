//! What `reprolock lint` takes.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use jiff::civil::Date;

use crate::finding::Severity;

pub(in crate::cli) const EXAMPLES: &str = "\
Examples:
  reprolock lint Dockerfile docker/
  reprolock lint docker/ --min-severity error
  reprolock lint --fix Dockerfile
  reprolock lint --diff --lock gpu.lock Dockerfile.gpu
  reprolock lint --changed origin/main
  reprolock lint --baseline lint-baseline.toml --write-baseline
  reprolock lint - < Dockerfile

A comment above a line silences a rule there:
  # reprolock: ignore[apt-unpinned] the base's archive is a snapshot

Exit codes:
  0  none of these; with --fix, none left; with --diff, nothing to change
  1  findings that matter as much as --fail-on says
  2  wrong usage, or a file could not be read or parsed";

#[derive(Args)]
pub(in crate::cli) struct Lint {
    /// Files and folders; - is standard input [default: the current folder]
    #[arg(value_name = "PATH")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// Write the fixes that keep what is built as it is into the files
    #[arg(long, conflicts_with = "diff")]
    pub(in crate::cli) fix: bool,
    /// Show what --fix would change, and change nothing
    #[arg(long)]
    pub(in crate::cli) diff: bool,
    /// Fixes that change what is built, too: look at them
    #[arg(long)]
    pub(in crate::cli) unsafe_fixes: bool,
    /// Ask registries for the digests of images that no lockfile knows
    #[arg(long, conflicts_with = "offline")]
    pub(in crate::cli) online: bool,
    /// The lockfile to pin from [default: reprolock.lock, where it names the Dockerfile]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) lock: Option<PathBuf>,
    /// These rules alone, separated by commas; inputs, bytes, pedantic, runtime or all is every rule of that set
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(in crate::cli) select: Vec<String>,
    /// Not these rules, separated by commas
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(in crate::cli) ignore: Vec<String>,
    /// Leave out what matters less
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    pub(in crate::cli) min_severity: Option<Severity>,
    /// From which severity on a finding ends with exit code 1 [default: warning]
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    pub(in crate::cli) fail_on: Option<Severity>,
    /// Leave out what stands where nothing changed since this branch left that one
    #[arg(long, value_name = "REVISION", conflicts_with_all = ["fix", "diff"])]
    pub(in crate::cli) changed: Option<String>,
    /// Findings of old code that are accepted
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// Accept what is found now: write it into the baseline, and drop what is gone
    #[arg(long, conflicts_with_all = ["fix", "diff", "changed"])]
    pub(in crate::cli) write_baseline: bool,
    /// The day for what expires, as YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    pub(in crate::cli) today: Option<Date>,
    /// The strict rules too, such as hashes for every package
    #[arg(long)]
    pub(in crate::cli) pedantic: bool,
    /// The rules about results of runs too
    #[arg(long)]
    pub(in crate::cli) runtime: bool,
    /// The build context [default: the nearest folder with what COPY names]
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) context: Option<PathBuf>,
    /// Of the files named, lint those that a folder is searched for, and pass over the rest: for hooks
    #[arg(long, conflicts_with = "stdin_filename")]
    pub(in crate::cli) hook: bool,
    /// What standard input is called, and known by
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) stdin_filename: Option<PathBuf>,
}

fn parse_day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "expected a day as 2027-01-31".to_owned())
}

fn severities() -> impl clap::builder::TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.map(Severity::name)).try_map(|name| Severity::from_str(&name))
}
