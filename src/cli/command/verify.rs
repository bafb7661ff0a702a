//! `reprolock verify`

use crate::image::reference;
use crate::image::{Image, ImageSource};
use crate::library::mending::Text;
use crate::library::opening::{OpenSource, Opened};
use crate::lockfile::Lockfile;
use crate::policy::Require;
use crate::report::model::Verified;
use crate::report::{Matter, Report};
use crate::scan;
use crate::verify::{self, Locked, Outcome};

use super::action::Action;
use super::locks::Chosen;
use super::{attach, locks, named, open};
use crate::cli::args::Verify;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::global::Global;
use crate::cli::terminal::Terminal;

/// An image that was checked.
struct Checked {
    source: Box<dyn ImageSource>,
    name: String,
    platform: String,
    outcome: Outcome,
}

impl Action for Verify {
    fn matter(&self) -> Option<Matter> {
        Some(Matter::Verify)
    }

    fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
        run(&named::verify(self, global, terminal)?, global, terminal)
    }
}

fn run(arguments: &Verify, global: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
    let here = locks::here(arguments.lock.as_deref())?;
    let opening = open::source(&arguments.source, global)?;
    if arguments.attach {
        attach::referrers(&*opening.source)?;
    }
    let named = opening.source.named(opening.options.platform.as_ref())?;
    let subject = named.as_ref().map(|named| named.manifest);
    let chosen = here.map_or_else(|| locks::beside(&*opening.source, subject), Ok)?;
    let lock = chosen.lock();
    let dockerfile = Text::of_lock(arguments.dockerfile.as_deref(), lock, chosen.place())?;
    let decided = named.and_then(|named| {
        let outcome = verify::verify_named(
            &named,
            opening.options.platform.as_ref(),
            lock,
            arguments.require.unwrap_or(Require::Layer),
        )?;
        Some((named.name, outcome))
    });
    let mut checked = match decided {
        Some((name, outcome)) => {
            Checked { source: opening.source, name, platform: lock.image.platform.clone(), outcome }
        }
        None => read(arguments, opening, &chosen, terminal)?,
    };
    checked.outcome.notes.extend(chosen.notes());
    let attachments = checked.source.referrers().map(|referrers| referrers.notes());
    checked.outcome.notes.extend(attachments.unwrap_or_default());
    dockerfile.mend(&mut checked.outcome, lock.build.dockerfile.as_deref(), Some((chosen.name(), lock)));
    let attached = if arguments.attach { push(&chosen, &checked) } else { Ok(Vec::new()) };
    checked.outcome.notes.extend(attached.iter().flatten().cloned());
    terminal.report(&Report::Verify(verified(&checked, &chosen.name(), lock)))?;
    // The verdict was reached and is told, whatever became of its push.
    attached?;
    Ok(Exit::of(&checked.outcome))
}

fn verified<'a>(checked: &'a Checked, against: &'a str, lock: &'a Lockfile) -> Verified<'a> {
    Verified {
        image: &checked.name,
        transport: reference::transport(&*checked.source),
        against,
        platform: &checked.platform,
        base: lock.base.as_ref().and_then(|base| base.reference.as_deref()),
        dockerfile: lock.build.dockerfile.as_deref(),
        outcome: &checked.outcome,
    }
}

/// Pushes the verdict, and before it the lockfile where it is a file: a verdict is worth little without what it goes by.
fn push(chosen: &Chosen, checked: &Checked) -> Result<Vec<String>, CliError> {
    let mut notes = Vec::new();
    if let Chosen::File { path, lock, .. } = chosen {
        notes.push(attach::lock(&*checked.source, checked.outcome.facts.manifests.1, path, lock)?);
    }
    let against = chosen.name();
    let verified = verified(checked, &against, chosen.lock());
    notes.push(attach::verdict(&*checked.source, &verified, chosen.sha256())?);
    Ok(notes)
}

/// Reads what has to be read of the image.
fn read(
    arguments: &Verify,
    opening: OpenSource,
    chosen: &Chosen,
    terminal: &Terminal,
) -> Result<Checked, CliError> {
    let opened = opening.image()?;
    let lock = chosen.lock();
    let index = chosen.index(&*opened.source);
    let against = arguments.against.as_deref().map(|old| opened.other(old)).transpose()?;
    if let Some(old) = &against {
        must_be_locked(&old.image, lock)?;
    }
    let progress = terminal.progress();
    let options = scan::ScanOptions { expansion: opened.options.expansion, observer: &*progress };
    let locked = Locked { lock, index: &index, against: against.as_ref().map(Opened::readable) };
    let outcome =
        verify::verify(opened.readable(), &locked, arguments.require.unwrap_or(Require::Layer), &options)?;
    drop(progress);
    drop(index);
    let platform = opened.image.platform.to_string();
    Ok(Checked { source: opened.source, name: opened.name, platform, outcome })
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
