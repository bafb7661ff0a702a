//! Verifying an image against its lock, or another image: the facts are compared, explained and judged, and what mends them is
//! looked for.
//!
//! Only what has to be read is read. A layer whose claimed digest is the locked one is hashed to prove the claim, and
//! not unpacked; one whose diff_id alone is the locked one is unpacked and hashed, but not walked; the others are
//! read whole. Of two images, layers that both manifests name by the same digest are the same by name and are not read.
//! Digests decide: nothing here softens a tier, and no cause changes a verdict.
//!
//! From a registry a layer is not fetched to prove what its manifest says: the manifest's bytes were hashed, so the
//! layer it names by the locked digest is the locked layer. Whether the registry can still deliver it is another
//! question, and the notes say that it was not asked.

mod explain;
mod hiding;
pub mod mending;
pub mod outcome;
pub mod preview;

use crate::build::BuildFacts;
use crate::compare::error::CompareError;
use crate::compare::old::Old;
use crate::compare::reading::Reading;
use crate::compare::side::Readable;
use crate::compare::{self, Compared, named};
use crate::image::Named;
use crate::image::platform::Platform;
use crate::lockfile::index::FileIndex;
use crate::lockfile::model::Lockfile;
use crate::policy::Require;
use crate::scan;

pub use outcome::{DriftExplanation, ExplainedDrift, ExplainedLayer, LayerExplanation, Outcome};

/// What an image is verified against.
pub struct Locked<'a> {
    /// The lock.
    pub lock: &'a Lockfile,
    /// Its file index.
    pub index: &'a FileIndex<'a>,
    /// The image that was locked, where it is still at hand: its bytes prove more causes.
    pub against: Option<Readable<'a>>,
}

/// Compares the image `new` with the lock.
pub fn verify(
    new: Readable<'_>,
    locked: &Locked<'_>,
    require: Require,
    options: &scan::ScanOptions<'_>,
) -> Result<Outcome, CompareError> {
    outcome(&Old::of_lock(locked.lock, locked.index, locked.against), new, require, options)
}

/// Compares the image `new` with the image `old`, of which `facts` are known. No lock is needed.
pub fn diff(
    old: Readable<'_>,
    facts: &BuildFacts,
    new: Readable<'_>,
    require: Require,
    options: &scan::ScanOptions<'_>,
) -> Result<Outcome, CompareError> {
    outcome(&Old::of_image(old, facts), new, require, options)
}

fn outcome<'a>(
    old: &Old<'a>,
    new: Readable<'a>,
    require: Require,
    options: &scan::ScanOptions<'_>,
) -> Result<Outcome, CompareError> {
    let reading = Reading::default();
    let Compared { facts, mut notes, evidence } = compare::compare(old, new, &reading, options)?;
    let explanations = explain::explain(&facts, evidence, &mut notes, options)?;
    // Freed beside what follows: a large image's rows take a while.
    rayon::spawn(move || drop(reading));
    Ok(Outcome::of(facts, explanations, require, notes))
}

/// The outcome, where what `named` says alone decides it; `None` where the image has to be read. `asked` is the
/// platform that the user wants.
pub fn verify_named(
    named: &Named,
    asked: Option<&Platform>,
    lock: &Lockfile,
    require: Require,
) -> Option<Outcome> {
    let (facts, note) = named::compare(named, asked, lock)?;
    let notes = named.notes.iter().cloned().chain(note).collect();
    Some(Outcome::of(facts, Vec::new(), require, notes))
}
