//! Exports of the Python packages of one site directory.

pub(super) mod pylock;
pub(super) mod requirements;
mod source;

use super::selection::Wanted;
use crate::lockfile::model::LockedPackage;

/// What is exported of a lock: what a package manager of another kind does not install.
const fn wanted(export: &'static str) -> Wanted {
    Wanted {
        export,
        ecosystem: "python",
        what: "Python packages",
        is_named: |package: &LockedPackage| package.owner.is_none(),
        otherwise: "a package of another kind brings them",
    }
}
