//! What package managers write: databases, lists, logs, and files of other versions.

pub(super) mod apk_scripts_tar;
pub(super) mod apk_virtual_version;
pub(super) mod clock_version;
pub(super) mod conda_history;
mod listed;
pub(super) mod package_lists;
pub(super) mod package_manager_log;
pub(super) mod package_version;
pub(super) mod rpm_database;
pub(super) mod store_prefix;
