//! What `inspect` tells of an image: what a freeze would lock, and what is derived from the same scan each time and stored
//! nowhere. A file for each thing that is derived; [`inspect`] asks them in turn, with the tree of the scan.
//!
//! What it refuses to do: nothing here reads a layer a second time for what the scan has, and nothing is judged.

pub mod executables;
pub mod ownership;

use crate::build::Inputs;
use crate::ecosystem::Integrity;
use crate::freeze::{self, FreezeError, KnownLayers, Scanned, Snapshot};
use crate::image::{Image, ImageSource};
use crate::lockfile::Lockfile;
use crate::scan::ScanOptions;
use executables::Executable;
use ownership::Ownership;

/// What is known of an image that was looked at. A field for each thing that is derived.
pub struct Inspection {
    /// What a freeze would write.
    pub lock: Lockfile,
    /// What the user should know.
    pub notes: Vec<String>,
    /// Whose its files are.
    pub ownership: Ownership,
    /// What packages' own lists say of the image's files, and what is so.
    pub integrity: Vec<Integrity>,
    /// The executables that say how they were built; `None` where they were not asked for.
    pub executables: Option<Vec<Executable>>,
}

/// What is asked for that costs a second reading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wants {
    /// What executables say of their build.
    pub executables: bool,
}

/// Scans `image` and says what it holds.
pub fn inspect(
    source: &dyn ImageSource,
    image: &Image,
    inputs: &Inputs,
    wants: Wants,
    options: &ScanOptions<'_>,
) -> Result<Inspection, FreezeError> {
    let derive = |scanned: &Scanned<'_, '_>| {
        (ownership::of(scanned), wants.executables.then(|| executables::candidates(scanned.tree)))
    };
    let (snapshot, (ownership, candidates)) =
        freeze::snapshot_and(source, image, inputs, &KnownLayers::default(), options, derive)?;
    let Snapshot { lock, notes, integrity, .. } = snapshot;
    let read = |candidates| executables::read(source, image, candidates, options);
    let executables = candidates.map(read).transpose()?;
    Ok(Inspection { lock, notes, ownership, integrity, executables })
}
