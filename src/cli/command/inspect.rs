//! `reprolock inspect`

use crate::inspect::{self, Wants};
use crate::report::model::{Inspected, InspectedParts};
use crate::report::{Matter, Report};
use crate::scan;

use super::action::Action;
use super::open;
use crate::cli::args::Inspect;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::global::Global;
use crate::cli::terminal::Terminal;

impl Action for Inspect {
    fn matter(&self) -> Option<Matter> {
        Some(Matter::Inspect)
    }

    fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
        run(self, global, terminal)
    }
}

fn run(arguments: &Inspect, global: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
    let opened = open::image(&arguments.source, global)?;
    let inputs = opened.inputs(&open::build(&arguments.build, arguments.online))?;
    let progress = terminal.progress();
    let options = scan::ScanOptions { expansion: opened.options.expansion, observer: &*progress };
    let wants = Wants { executables: arguments.executables };
    let inspection = inspect::inspect(&*opened.source, &opened.image, &inputs, wants, &options)?;
    drop(progress);
    terminal.report(&Report::Inspect(Inspected {
        image: &opened.name,
        transport: opened.transport(),
        parts: InspectedParts { unowned: arguments.unowned, executables: arguments.executables },
        inspection: &inspection,
    }))?;
    Ok(Exit::Same)
}
