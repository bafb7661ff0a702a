//! The locks that a project keeps itself (uv.lock, poetry.lock, Pipfile.lock …): where a build finds them, what they say, and
//! what a Dockerfile's commands ask of them.
//!
//! A *format* is one kind of lock. It says by name which files are its own, reads them into the one model that all share
//! (entries, parts, edges), and reads its tool's commands for the parts that they ask for. What a lock *chooses* in an image
//! follows from the model alone (`choice`). What is installed is compared with that a floor above (`agreement`).
//!
//! Adding a format: one file in `formats` with a struct that implements [`LockFormat`], its `mod` line and its line in
//! [`REGISTRY`], a fixture `testdata/project-locks/<id>/`, and a page `docs/project-locks/<id>.md` with its row in the table
//! there.
//!
//! What it refuses to do: it runs no tool, resolves nothing, asks no index, and leaves the build context nowhere.

mod asked;
mod choice;
mod fields;
mod format;
mod formats;
mod lookup;
mod model;
mod search;

pub use asked::{Ask, LockCall};
pub use choice::{Asked, Choice, Chosen, LeftOut};
pub use format::{LockFormat, LockText};
pub use lookup::{LockAsk, LockFile, LocksOf, ReadLock};
pub use model::{Edge, LockEntry, LockPart, LockedArchive, LockedSource, PartKind, ProjectLock};
pub use search::locks;

/// All formats, sorted by id.
pub static REGISTRY: &[&dyn LockFormat] = &[
    // A line each, so that another one is a line more.
    &formats::conda_explicit::CondaExplicit,
    &formats::conda_lock::CondaLock,
    &formats::requirements::HashedRequirements,
    &formats::pdm::Pdm,
    &formats::pipenv::Pipenv,
    &formats::pixi::Pixi,
    &formats::poetry::Poetry,
    &formats::pylock::Pylock,
    &formats::uv::Uv,
];

/// The format with that id: a lockfile names them so.
pub fn of_id(id: &str) -> Option<&'static dyn LockFormat> {
    REGISTRY.iter().find(|format| format.id() == id).copied()
}
