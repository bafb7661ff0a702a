//! What a command of the command line does.

use super::error::CliError;
use super::exit::Exit;
use super::global::Global;
use super::terminal::Terminal;
use crate::report::Matter;

/// A command with its arguments.
pub(super) trait Action: Sync {
    /// What its report is of; `None` for a command that reads no project and says the same in every format.
    fn matter(&self) -> Option<Matter>;

    /// Carries it out.
    fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, CliError>;
}
