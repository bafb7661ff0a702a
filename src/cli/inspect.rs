//! `reprolock inspect`

use crate::freeze::{self, Known};
use crate::report::Report;
use crate::report::model::Inspected;
use crate::scan;

use super::args::{Global, Inspect};
use super::error::CliError;
use super::terminal::Terminal;
use super::{Exit, open};

pub(super) fn run(arguments: &Inspect, global: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
    let opened = open::image(&arguments.source, global)?;
    let inputs = open::inputs(&arguments.build, &opened, global)?;
    let progress = terminal.progress();
    let options = scan::ScanOptions { expansion: opened.expansion, observer: &*progress };
    let snapshot = freeze::snapshot(&*opened.source, &opened.image, &inputs, &Known::default(), &options)?;
    drop(progress);
    terminal.report(&Report::Inspect(Inspected {
        image: &opened.name,
        lock: &snapshot.lock,
        notes: &snapshot.notes,
    }))?;
    Ok(Exit::Same)
}
