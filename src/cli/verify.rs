//! `reprolock verify`

use crate::image::Image;
use crate::lockfile::{Lockfile, store};
use crate::report::Report;
use crate::report::model::Verified;
use crate::scan;
use crate::verify::explain::Readable;
use crate::verify::{self, Locked, Outcome, named};

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
        None => read(arguments, global, found, &lock, terminal)?,
    };
    let lockfile = arguments.lock.to_string_lossy();
    terminal.report(&Report::Verify(Verified {
        image: &name,
        against: open::last_part(&lockfile),
        platform: &platform,
        base: lock.base.as_ref().and_then(|base| base.reference.as_deref()),
        dockerfile: lock.build.dockerfile.as_deref(),
        outcome: &outcome,
    }))?;
    Ok(if outcome.passed { Exit::Same } else { Exit::Drift })
}

/// Reads what has to be read of the image; its name, platform and what was found.
fn read(
    arguments: &Verify,
    global: &Global,
    found: open::Found,
    lock: &Lockfile,
    terminal: &Terminal,
) -> Result<(String, String, Outcome), CliError> {
    let opened = found.image()?;
    let index = store::read_index(&arguments.lock, lock)?;
    let against = arguments.against.as_deref().map(|old| open::other(old, &opened, global)).transpose()?;
    if let Some(old) = &against {
        must_be_locked(&old.image, lock)?;
    }
    let progress = terminal.progress();
    let options = scan::Options { expansion: opened.expansion, observer: &*progress };
    let locked = Locked {
        lock,
        index: index.as_deref(),
        against: against.as_ref().map(|old| Readable { source: &*old.source, image: &old.image }),
    };
    let new = Readable { source: &*opened.source, image: &opened.image };
    let outcome = verify::verify(new, &locked, arguments.require, &options)?;
    Ok((opened.name, opened.image.platform.to_string(), outcome))
}

/// Bytes of another image than the locked one would prove nothing.
fn must_be_locked(old: &Image, lock: &Lockfile) -> Result<(), CliError> {
    let is_locked = old.layers.len() == lock.layer.len()
        && old.layers.iter().zip(&lock.layer).all(|(layer, locked)| layer.diff_id == locked.diff_id);
    match is_locked {
        true => Ok(()),
        false => Err(CliError {
            message: "the image given with --against is not the locked one: its layers differ".to_owned(),
            hint: Some("to compare two images, use: reprolock diff OLD NEW".to_owned()),
        }),
    }
}
