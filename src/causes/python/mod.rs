//! What Python and its installers write: compiled modules, RECORD, notes beside a package.

pub(super) mod another_source;
pub(super) mod installer_metadata;
pub(super) mod pyc_content;
pub(super) mod pyc_header;
pub(super) mod record_follows;
pub(super) mod sources;
mod sums;
