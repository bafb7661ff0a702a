//! `reprolock verify`

use crate::lockfile::store;
use crate::report::Report;
use crate::report::model::Verified;
use crate::{scan, verify};

use super::args::Verify;
use super::error::CliError;
use super::terminal::Terminal;
use super::{Exit, open};

pub(super) fn run(arguments: &Verify, terminal: &Terminal) -> Result<Exit, CliError> {
    let lock = store::read(&arguments.lock)?;
    let opened = open::image(&arguments.source)?;
    let index = store::read_index(&arguments.lock, &lock)?;
    let progress = terminal.progress();
    let options = scan::Options { expansion: opened.expansion, observer: &*progress };
    let outcome =
        verify::verify(&*opened.source, &opened.image, &lock, index.as_deref(), arguments.require, &options)?;
    drop(progress);
    let lockfile = arguments.lock.to_string_lossy();
    terminal.report(&Report::Verify(Verified {
        image: &opened.name,
        lockfile: open::last_part(&lockfile),
        platform: &opened.image.platform.to_string(),
        lock: &lock,
        outcome: &outcome,
    }))?;
    Ok(if outcome.passed { Exit::Same } else { Exit::Drift })
}
