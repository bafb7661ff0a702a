//! The formats of locks, a file each.

pub(super) mod pdm;
pub(super) mod pipenv;
pub(super) mod poetry;
pub(super) mod pylock;
pub(super) mod requirements;
pub(super) mod uv;
