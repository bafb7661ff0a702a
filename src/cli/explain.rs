//! `reprolock explain`

use crate::verify::causes;

use super::Exit;
use super::args::Explain;
use super::error::CliError;
use super::terminal::Terminal;

pub(super) fn run(arguments: &Explain, terminal: &Terminal) -> Result<Exit, CliError> {
    let text = match &arguments.code {
        Some(code) if !arguments.list => page(code)?,
        _ => list(),
    };
    terminal.text(&text)?;
    Ok(Exit::Same)
}

fn page(code: &str) -> Result<String, CliError> {
    let found = causes::find(code).map(|cause| cause.doc().to_owned());
    found.ok_or_else(|| CliError {
        message: format!("there is no cause {code:?}"),
        hint: Some("reprolock explain --list names them all".to_owned()),
    })
}

fn list() -> String {
    let width = causes::REGISTRY.iter().map(|cause| cause.id().len()).max().unwrap_or(0);
    let line = |cause: &&dyn causes::Cause| format!("{:<width$}  {}\n", cause.id(), cause.summary());
    causes::REGISTRY.iter().map(line).collect()
}
