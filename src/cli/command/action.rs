//! What a command of the command line does.

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::global::Global;
use crate::cli::terminal::Terminal;
use crate::report::Matter;

/// A command with its arguments.
pub(in crate::cli) trait Action: Sync {
    /// What its report is of; `None` for a command that reads no project and has pages.
    fn matter(&self) -> Option<Matter>;

    /// Carries it out.
    fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, CliError>;
}
