//! Times inside files: in text, in archives, databases and keystores.

pub(super) mod archive_times;
mod archives;
pub(super) mod embedded_clock;
pub(super) mod java_keystore;
pub(super) mod sqlite_content;
