//! The command line: arguments in, one report out, an exit code.
//!
//! 0: the same, or done. 1: drift, or findings. 2: usage, or could not check. Only `terminal.rs` writes to stdout and stderr.

mod args;
mod attach;
mod diff;
mod error;
mod explain;
mod flags;
mod freeze;
mod inspect;
mod lint;
mod locks;
mod mending;
mod open;
mod progress;
mod terminal;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use args::{Arguments, Command};
use error::CliError;
use terminal::Terminal;

use crate::project;

/// What a command ends with, when it could be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Same = 0,
    Drift = 1,
    CouldNotCheck = 2,
}

/// Runs the command line `args`, program name first.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments = match Arguments::try_parse_from(args) {
        Ok(arguments) => arguments,
        // Help and version go to stdout with 0, usage errors to stderr with 2: clap's own conventions are ours.
        Err(usage) => {
            let code = if usage.use_stderr() { Exit::CouldNotCheck } else { Exit::Same };
            return match usage.print() {
                Ok(()) => ExitCode::from(code as u8),
                Err(_) => ExitCode::from(Exit::CouldNotCheck as u8),
            };
        }
    };
    let terminal = Terminal::new(&arguments.global);
    let exit = dispatch(&mut arguments, &terminal).unwrap_or_else(|error| {
        terminal.error(&error);
        Exit::CouldNotCheck
    });
    ExitCode::from(exit as u8)
}

fn dispatch(arguments: &mut Arguments, terminal: &Terminal) -> Result<Exit, CliError> {
    if let Some(matter) = arguments.command.matter() {
        terminal.must_cover(matter)?;
        arguments.global.project = project::load(arguments.global.config.as_deref())?;
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.global.jobs.unwrap_or(0));
    let pool = pool.build().map_err(|error| CliError::new(format!("start threads: {error}")))?;
    pool.install(|| match &arguments.command {
        Command::Freeze(freeze) => freeze::run(freeze, &arguments.global, terminal),
        Command::Verify(verify) => verify::run(verify, &arguments.global, terminal),
        Command::Diff(diff) => diff::run(diff, &arguments.global, terminal),
        Command::Explain(explain) => explain::run(explain, terminal),
        Command::Lint(lint) => lint::run(lint, &arguments.global, terminal),
        Command::Inspect(inspect) => inspect::run(inspect, &arguments.global, terminal),
    })
}
