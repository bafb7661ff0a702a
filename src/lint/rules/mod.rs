//! The rules, by id, in rooms by what they are about.
//!
//! Adding a rule: one file in a room with a `struct` that implements [`Rule`], its `mod` line there, its line in
//! [`REGISTRY`], its page `docs/rules/<id>.md` with its row in the table there, and its fixtures
//! `testdata/lint/<id>/{bad,good,fixed}.*`.

mod comments;
mod context;
mod determinism;
mod downloads;
mod images;
mod languages;
mod models;
mod os;
mod python;
mod running;
#[cfg(test)]
pub(super) mod testing;

use crate::lint::engine::profile::RuleProfile;
use crate::lint::engine::rule::Rule;

/// All rules, sorted by id.
pub(crate) static REGISTRY: &[&dyn Rule] = &[
    &downloads::add_url_unverified::AddUrlUnverified,
    &os::apk_unpinned::ApkUnpinned,
    &os::apk_virtual_timestamp::ApkVirtualTimestamp,
    &os::apt_live_archive::AptLiveArchive,
    &os::apt_unpinned::AptUnpinned,
    &running::autotune_at_run::AutotuneAtRun,
    &languages::cargo_unlocked::CargoUnlocked,
    &determinism::clock_or_random::ClockOrRandom,
    &python::conda_channel_floating::CondaChannelFloating,
    &python::conda_unpinned::CondaUnpinned,
    &context::context_unbounded::ContextUnbounded,
    &images::copy_from_unpinned::CopyFromUnpinned,
    &os::cuda_floating::CudaFloating,
    &downloads::curl_pipe_shell::CurlPipeShell,
    &determinism::determinism_env::DeterminismEnv,
    &images::digest_not_index::DigestNotIndex,
    &downloads::download_unverified::DownloadUnverified,
    &languages::gem_unpinned::GemUnpinned,
    &downloads::git_clone_unpinned::GitCloneUnpinned,
    &languages::go_unpinned::GoUnpinned,
    &determinism::hardware_dependent_build::HardwareDependentBuild,
    &determinism::host_identity::HostIdentity,
    &comments::ignore_no_reason::IgnoreNoReason,
    &comments::ignore_unused::IgnoreUnused,
    &images::image_arg_no_default::ImageArgNoDefault,
    &images::image_arg_unpinned::ImageArgUnpinned,
    &images::image_floating_tag::ImageFloatingTag,
    &images::image_unpinned_digest::ImageUnpinnedDigest,
    &context::input_unread::InputUnread,
    &determinism::layer_residue::LayerResidue,
    &determinism::locale_timezone::LocaleTimezone,
    &context::lock_drift::LockDrift,
    &determinism::missing_source_date_epoch::MissingSourceDateEpoch,
    &models::model_hub_unpinned::ModelHubUnpinned,
    &models::model_revision_unpinned::ModelRevisionUnpinned,
    &downloads::mutable_url::MutableUrl,
    &languages::npm_unlocked::NpmUnlocked,
    &os::os_upgrade::OsUpgrade,
    &os::package_unpinned::PackageUnpinned,
    &python::pip_mutable_index::PipMutableIndex,
    &python::pip_self_upgrade::PipSelfUpgrade,
    &python::pip_unhashed::PipUnhashed,
    &python::pip_unpinned::PipUnpinned,
    &python::pip_upgrade_flag::PipUpgradeFlag,
    &python::pip_url_unhashed::PipUrlUnhashed,
    &python::pip_vcs_unpinned::PipVcsUnpinned,
    &determinism::pyc_timestamp::PycTimestamp,
    &python::python_lock_ignored::PythonLockIgnored,
    &languages::r_unpinned::RUnpinned,
    &python::requirements_unhashed::RequirementsUnhashed,
    &python::requirements_unlocked::RequirementsUnlocked,
    &os::rpm_unpinned::RpmUnpinned,
    &running::run_display_open::RunDisplayOpen,
    &running::run_host_coupled::RunHostCoupled,
    &images::run_image_unpinned::RunImageUnpinned,
    &python::sdist_build::SdistBuild,
    &context::secret_in_build::SecretInBuild,
    &determinism::shadow_date::ShadowDate,
    &images::syntax_unpinned::SyntaxUnpinned,
    &os::third_party_repo::ThirdPartyRepo,
    &determinism::world_readable_password::WorldReadablePassword,
];

/// The rule with that id.
pub(crate) fn find(id: &str) -> Option<&'static dyn Rule> {
    let at = REGISTRY.binary_search_by(|rule| rule.about().id.cmp(id)).ok()?;
    REGISTRY.get(at).copied()
}

/// What is known of the rule with that id.
pub fn profile_of(id: &str) -> Option<&'static RuleProfile> {
    Some(find(id)?.profile())
}

/// The id closest to one that no rule has, if one is close at all.
pub(crate) fn closest(id: &str) -> Option<&'static str> {
    // No id is nearly as long, and to compare a long text takes long.
    if id.len() > 100 {
        return None;
    }
    let distance = |rule: &&dyn Rule| (strsim::jaro(rule.about().id, id) * 1000.0) as u32;
    let best = REGISTRY.iter().max_by_key(|rule| distance(rule))?;
    (distance(best) > 800).then(|| best.about().id)
}

#[cfg(test)]
mod tests;
