//! What `reprolock lint` takes.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use crate::finding::Severity;

pub(in crate::cli) const EXAMPLES: &str = "\
Examples:
  reprolock lint Dockerfile docker/
  reprolock lint docker/ --min-severity error
  reprolock lint --fix Dockerfile
  reprolock lint --diff --lock gpu.lock Dockerfile.gpu
  reprolock lint - < Dockerfile

A comment above a line silences a rule there:
  # reprolock: ignore[apt-unpinned] the base's archive is a snapshot

Exit codes:
  0  no findings; with --fix, none left; with --diff, nothing to change
  1  findings
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
    /// These rules alone, separated by commas; all is every rule
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(in crate::cli) select: Vec<String>,
    /// Not these rules, separated by commas
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(in crate::cli) ignore: Vec<String>,
    /// Leave out what matters less
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    pub(in crate::cli) min_severity: Option<Severity>,
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

fn severities() -> impl clap::builder::TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.map(Severity::name)).try_map(|name| Severity::from_str(&name))
}
