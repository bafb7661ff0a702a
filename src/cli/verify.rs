//! `reprolock verify`

use crate::lockfile::{Lockfile, store};
use crate::report::Report;
use crate::report::model::Verified;
use crate::verify::{Outcome, named};
use crate::{scan, verify};

use super::args::{Global, Verify};
use super::error::CliError;
use super::terminal::Terminal;
use super::{Exit, open};

pub(super) fn run(arguments: &Verify, global: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
    let lock = store::read(&arguments.lock)?;
    let found = open::source(&arguments.source, global)?;
    let named = found.source.named(found.platform.as_ref())?;
    let decided = named.and_then(|named| {
        let outcome = named::verify(&named, found.platform.as_ref(), &lock, arguments.require)?;
        Some((named.name, lock.image.platform.clone(), outcome))
    });
    let (name, platform, outcome) = match decided {
        Some(decided) => decided,
        None => read(arguments, found, &lock, terminal)?,
    };
    let lockfile = arguments.lock.to_string_lossy();
    terminal.report(&Report::Verify(Verified {
        image: &name,
        lockfile: open::last_part(&lockfile),
        platform: &platform,
        lock: &lock,
        outcome: &outcome,
    }))?;
    Ok(if outcome.passed { Exit::Same } else { Exit::Drift })
}

/// Reads what has to be read of the image; its name, platform and what was found.
fn read(
    arguments: &Verify,
    found: open::Found,
    lock: &Lockfile,
    terminal: &Terminal,
) -> Result<(String, String, Outcome), CliError> {
    let opened = found.image()?;
    let index = store::read_index(&arguments.lock, lock)?;
    let progress = terminal.progress();
    let options = scan::Options { expansion: opened.expansion, observer: &*progress };
    let outcome =
        verify::verify(&*opened.source, &opened.image, lock, index.as_deref(), arguments.require, &options)?;
    Ok((opened.name, opened.image.platform.to_string(), outcome))
}
