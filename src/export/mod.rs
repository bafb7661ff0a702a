//! A lock, written as other programs read it: as a bill of materials, or as what an installer takes.
//!
//! Nothing is asked but the lock: no image, no network, no clock. What a lock does not know is never filled in: where a form
//! needs it, the export is refused with the packages that lack it, and where a form can do without, it is left out.
//!
//! Vocabulary: an *export* is a form, a file each; its *place* is the database or site directory whose packages it has,
//! where it is not of the whole image.
//!
//! Adding an export: one file with a `struct` that implements [`Export`], its `mod` line and its line in [`REGISTRY`], its
//! page `docs/exports/<id>.md` with its row in `docs/exports.md`, and `testdata/exports/<name>.txt`, what it makes of the locks
//! there.
//!
//! What a lock holds comes from an image, and images may be hostile: a name, a version or a URL that an installer could read
//! as anything else is refused (`Lack`).

mod apt;
mod conda_list;
mod error;
mod interface;
mod python;
mod sbom;
mod selection;

pub use error::ExportError;
pub use interface::{Export, ExportOptions, Exported};

use crate::lockfile::{Lockfile, hiding};

/// All exports: what is of the whole image first.
pub static REGISTRY: &[&dyn Export] = &[
    // A line each, so that another one is a line more.
    &sbom::cyclonedx::CycloneDx,
    &sbom::spdx::Spdx,
    &python::requirements::Requirements,
    &python::pylock::Pylock,
    &apt::Apt,
    &conda_list::CondaList,
];

/// Exports `lock` to the form of that name.
pub fn export(lock: &Lockfile, name: &str, options: &ExportOptions) -> Result<Exported, ExportError> {
    let Some(export) = REGISTRY.iter().find(|export| export.name() == name) else {
        let known = REGISTRY.iter().map(|export| export.name()).collect();
        return Err(ExportError::NoSuchExport { name: name.to_owned(), known });
    };
    let chooses = options.site.is_some() || !options.exclude.is_empty();
    if chooses && !export.is_of_one_place() {
        return Err(ExportError::WholeImage { export: export.name() });
    }
    // A lock that an older version or a hand wrote may hold what is hidden today.
    let mut lock = lock.clone();
    hiding::hide(&mut lock);
    export.write(&lock, options)
}

#[cfg(test)]
mod tests;
