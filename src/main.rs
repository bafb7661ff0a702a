//! Parse, call, exit code: everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    reprolock::internal::cli::run(std::env::args_os())
}
