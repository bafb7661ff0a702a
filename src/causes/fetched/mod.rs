//! What programs that fetch note of it: clones, models, caches of installers, hosts spoken to.

pub(super) mod git_metadata;
pub(super) mod hub_cache_metadata;
pub(super) mod hub_revision_moved;
pub(super) mod installer_cache;
pub(super) mod wget_hsts;
