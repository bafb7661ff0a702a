//! Rules of what is around a build: its context, its secrets, the lock that was frozen from it.

pub(super) mod context_unbounded;
pub(super) mod input_unread;
pub(super) mod lock_drift;
pub(super) mod secret_in_build;
