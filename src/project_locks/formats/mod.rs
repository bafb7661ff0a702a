//! The formats of locks, a file each.

mod conda_entries;
pub(super) mod conda_explicit;
pub(super) mod conda_lock;
pub(super) mod pdm;
pub(super) mod pipenv;
pub(super) mod pixi;
pub(super) mod poetry;
pub(super) mod pylock;
pub(super) mod requirements;
pub(super) mod uv;
