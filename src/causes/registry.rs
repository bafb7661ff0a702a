//! All causes.

use super::engine::cause::Cause;
use super::{caches, clocks, compiled, fetched, identity, layers, packages, python};

/// All causes, sorted by id.
pub static REGISTRY: &[&dyn Cause] = &[
    &python::another_source::AnotherSource,
    &packages::apk_scripts_tar::ApkScriptsTar,
    &packages::apk_virtual_version::ApkVirtualVersion,
    &clocks::archive_times::ArchiveTimes,
    &layers::base_moved::BaseMoved,
    &layers::base_times::BaseTimes,
    &identity::build_arg::BuildArg,
    &compiled::build_id::BuildId,
    &identity::build_user::BuildUser,
    &packages::clock_version::ClockVersion,
    &compiled::compiler_temp_name::CompilerTempName,
    &packages::conda_history::CondaHistory,
    &clocks::embedded_clock::EmbeddedClock,
    &identity::embedded_host::EmbeddedHost,
    &layers::entry_order::EntryOrder,
    &layers::estargz::Estargz,
    &caches::font_cache::FontCache,
    &fetched::git_metadata::GitMetadata,
    &layers::hardlink_shape::HardlinkShape,
    &fetched::hub_cache_metadata::HubCacheMetadata,
    &fetched::hub_revision_moved::HubRevisionMoved,
    &caches::icon_cache::IconCache,
    &fetched::installer_cache::InstallerCache,
    &python::installer_metadata::InstallerMetadata,
    &clocks::java_keystore::JavaKeystore,
    &compiled::jit_cache::JitCache,
    &layers::layer_shape::LayerShape,
    &caches::ldconfig_aux_cache::LdconfigAuxCache,
    &identity::machine_id::MachineId,
    &caches::man_index::ManIndex,
    &caches::matplotlib_font_list::MatplotlibFontList,
    &caches::mime_cache::MimeCache,
    &layers::mountpoint_residue::MountpointResidue,
    &layers::opaque_folder::OpaqueFolder,
    &packages::package_lists::PackageLists,
    &packages::package_manager_log::PackageManagerLog,
    &packages::package_version::PackageVersion,
    &layers::parent_folder::ParentFolder,
    &python::pyc_content::PycContent,
    &python::pyc_header::PycHeader,
    &identity::random_content::RandomContent,
    &layers::recompressed::Recompressed,
    &python::record_follows::RecordFollows,
    &layers::repeated_entry::RepeatedEntry,
    &packages::rpm_database::RpmDatabase,
    &identity::shadow_last_change::ShadowLastChange,
    &clocks::sqlite_content::SqliteContent,
    &identity::ssh_host_key::SshHostKey,
    &packages::store_prefix::StorePrefix,
    &caches::systemd_catalog::SystemdCatalog,
    &layers::tar_dialect::TarDialect,
    &layers::timestamp_only::TimestampOnly,
    &fetched::wget_hsts::WgetHsts,
    &layers::whiteout_marker::WhiteoutMarker,
];

/// The cause called `id`.
pub fn find(id: &str) -> Option<&'static dyn Cause> {
    REGISTRY.iter().copied().find(|cause| cause.id() == id)
}
