//! The command line: arguments in, one report out, an exit code.
//!
//! 0: the same, or done. 1: drift, or findings. 2: usage, or could not check. Only `terminal.rs` writes to stdout and stderr.

mod args;
mod command;
mod error;
mod exit;
mod flags;
mod global;
mod hidden;
mod progress;
mod terminal;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use crate::report::Matter;
use args::Arguments;
use error::CliError;
use exit::Exit;
use global::Global;
use terminal::Terminal;

/// Runs the command line `args`, program name first.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(code) = hidden::run(&args) {
        return ExitCode::from(code);
    }
    let arguments = match Arguments::try_parse_from(args) {
        Ok(arguments) => arguments,
        // Help and version go to stdout with 0, usage errors to stderr with 2: clap's own conventions are ours.
        Err(usage) => {
            let code = if usage.use_stderr() { Exit::CouldNotCheck } else { Exit::Same };
            return match Terminal::usage(&usage) {
                true => ExitCode::from(code as u8),
                false => ExitCode::from(Exit::CouldNotCheck as u8),
            };
        }
    };
    let terminal = Terminal::new(&arguments.global);
    let exit = dispatch(&arguments, &terminal).unwrap_or_else(|error| {
        terminal.error(&error);
        Exit::CouldNotCheck
    });
    ExitCode::from(exit as u8)
}

fn dispatch(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let flags = &arguments.global;
    let action = command::of(&arguments.command);
    let global = match action.matter() {
        Some(matter) => {
            terminal.must_cover(matter)?;
            let global = Global::of_project(flags)?;
            if matter != Matter::Lint {
                global.untrusted_note().into_iter().for_each(|note| terminal.note(&note));
            }
            global
        }
        None => Global::without_project(flags),
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(flags.jobs.unwrap_or(0));
    let pool = pool.build().map_err(|error| CliError::new(format!("start threads: {error}")))?;
    pool.install(|| action.run(&global, terminal))
}
