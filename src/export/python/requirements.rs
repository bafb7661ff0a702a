//! `requirements`: a requirements file with hashes, as `pip install --require-hashes -r` takes it.
//!
//! Every package of the site directory stands in it with the hashes of the archives that it may be installed from. No index is
//! named: which one is asked is the installer's settings' affair, and hashes hold whatever it gives.
//!
//! Sources: pip, "Requirements File Format", "Secure installs"; PEP 508.

use super::source::{self, Installable, Source};
use super::wanted;
use crate::base::about::{About, AboutKind};
use crate::base::path::printable;
use crate::export::error::{ExportError, Lack};
use crate::export::interface::{Export, ExportOptions, Exported};
use crate::export::selection::Wanted;
use crate::lockfile::Lockfile;

static ABOUT: About = About {
    kind: AboutKind::Export,
    id: "requirements",
    summary: "the Python packages of one site directory with hashes, for pip install --require-hashes",
    page: include_str!("../../../docs/exports/requirements.md"),
};

const WANTED: Wanted = wanted(ABOUT.id);

/// The requirements file.
pub(in crate::export) struct Requirements;

impl Export for Requirements {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn write(&self, lock: &Lockfile, options: &ExportOptions) -> Result<Exported, ExportError> {
        let selection = WANTED.of(lock, options)?;
        let twice = source::twice(&selection.packages);
        let lines = WANTED.each(&selection, |package| line(&Installable::of(package, &twice)?))?;
        let image = printable(lock.image.reference.as_deref().unwrap_or("an image").as_bytes());
        let platform = printable(lock.image.platform.as_bytes());
        let place = printable(selection.place.as_bytes());
        let head = format!("# {place} of {image}, {platform}, from its lock by reprolock\n");
        Ok(Exported { text: head + &lines.concat(), notes: selection.notes })
    }
}

fn line(package: &Installable<'_>) -> Result<String, Lack> {
    let Installable { name, version, source, hashes } = package;
    let requirement = match source {
        Source::Index(_) => format!("{name}=={version}"),
        Source::Archive { url, subdirectory: None } => format!("{name} @ {url}"),
        Source::Archive { url, subdirectory: Some(folder) } => {
            format!("{name} @ {url}#subdirectory={folder}")
        }
        Source::Checkout { .. } => return Err(Lack::Checkout),
    };
    if hashes.is_empty() {
        return Err(Lack::Hash);
    }
    let hashes: String = hashes.iter().map(|hash| format!(" \\\n    --hash={hash}")).collect();
    Ok(format!("{requirement}{hashes}\n"))
}
