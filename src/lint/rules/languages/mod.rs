//! Rules of other languages' package managers: cargo, npm, gem, go, R.

pub(super) mod cargo_unlocked;
pub(super) mod gem_unpinned;
pub(super) mod go_unpinned;
pub(super) mod npm_unlocked;
pub(super) mod r_unpinned;
