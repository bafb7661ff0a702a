//! `reprolock freeze`

use crate::freeze::{self, Files};
use crate::report::Report;
use crate::report::model::Frozen;
use crate::scan;

use super::args::{self, Freeze, Global};
use super::error::CliError;
use super::terminal::Terminal;
use super::{Exit, open};

pub(super) fn run(arguments: &Freeze, global: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
    let opened = open::image(&arguments.source, global)?;
    let inputs = open::inputs(&arguments.build, &opened, global)?;
    let progress = terminal.progress();
    let options = scan::Options { expansion: opened.expansion, observer: &*progress };
    let mut snapshot = freeze::snapshot(&*opened.source, &opened.image, &inputs, &options)?;
    drop(progress);
    let files = match arguments.files {
        args::Files::All => Files::All,
        args::Files::Own => Files::Own,
        args::Files::None => Files::None,
    };
    snapshot.write(&arguments.output, files)?;
    let lockfile = arguments.output.to_string_lossy();
    terminal.report(&Report::Freeze(Frozen {
        image: &opened.name,
        lockfile: open::last_part(&lockfile),
        lock: &snapshot.lock,
        notes: &snapshot.notes,
    }))?;
    Ok(Exit::Same)
}
