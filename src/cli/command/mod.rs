//! What each command does: a file each, and what several of them share.

mod action;
mod attach;
mod diff;
mod explain;
mod export;
mod freeze;
mod inspect;
mod lint;
mod locks;
mod named;
mod open;
mod rebuild;
mod verify;

use super::args::Command;
use action::Action;

/// The command that was named.
pub(super) fn of(command: &Command) -> &dyn Action {
    match command {
        Command::Freeze(freeze) => freeze,
        Command::Verify(verify) => verify,
        Command::Diff(diff) => diff,
        Command::Explain(explain) => explain,
        Command::Export(export) => export,
        Command::Lint(lint) => lint,
        Command::Inspect(inspect) => inspect,
        Command::Rebuild(rebuild) => rebuild,
    }
}
