//! The rules, by id.

mod add_url_unverified;
mod apk_unpinned;
mod apk_virtual_timestamp;
mod apt_live_archive;
mod apt_unpinned;
mod autotune_at_run;
mod cargo_unlocked;
mod clock_or_random;
mod conda_channel_floating;
mod conda_unpinned;
mod context_unbounded;
mod copy_from_unpinned;
mod cuda_floating;
mod curl_pipe_shell;
mod determinism_env;
mod digest_not_index;
mod download_unverified;
mod gem_unpinned;
mod git_clone_unpinned;
mod go_unpinned;
mod hardware_dependent_build;
mod host_identity;
mod ignore_no_reason;
mod ignore_unused;
mod image_arg_no_default;
mod image_arg_unpinned;
mod image_floating_tag;
mod image_unpinned_digest;
mod layer_residue;
mod locale_timezone;
mod lock_drift;
mod missing_source_date_epoch;
mod model_hub_unpinned;
mod model_revision_unpinned;
mod mutable_url;
mod npm_unlocked;
mod os_upgrade;
mod pip_mutable_index;
mod pip_self_upgrade;
mod pip_unhashed;
mod pip_unpinned;
mod pip_upgrade_flag;
mod pip_url_unhashed;
mod pip_vcs_unpinned;
mod pyc_timestamp;
mod python_lock_ignored;
mod r_unpinned;
mod requirements_unhashed;
mod requirements_unlocked;
mod rpm_unpinned;
mod run_display_open;
mod run_host_coupled;
mod run_image_unpinned;
mod sdist_build;
mod secret_in_build;
mod shadow_date;
mod syntax_unpinned;
#[cfg(test)]
pub(super) mod testing;
mod third_party_repo;
mod world_readable_password;

use super::{Findings, Rule, Settings, Source, Suppression};
use crate::finding::Finding;

/// All rules, sorted by id.
pub static REGISTRY: &[&dyn Rule] = &[
    &add_url_unverified::AddUrlUnverified,
    &apk_unpinned::ApkUnpinned,
    &apk_virtual_timestamp::ApkVirtualTimestamp,
    &apt_live_archive::AptLiveArchive,
    &apt_unpinned::AptUnpinned,
    &autotune_at_run::AutotuneAtRun,
    &cargo_unlocked::CargoUnlocked,
    &clock_or_random::ClockOrRandom,
    &conda_channel_floating::CondaChannelFloating,
    &conda_unpinned::CondaUnpinned,
    &context_unbounded::ContextUnbounded,
    &copy_from_unpinned::CopyFromUnpinned,
    &cuda_floating::CudaFloating,
    &curl_pipe_shell::CurlPipeShell,
    &determinism_env::DeterminismEnv,
    &digest_not_index::DigestNotIndex,
    &download_unverified::DownloadUnverified,
    &gem_unpinned::GemUnpinned,
    &git_clone_unpinned::GitCloneUnpinned,
    &go_unpinned::GoUnpinned,
    &hardware_dependent_build::HardwareDependentBuild,
    &host_identity::HostIdentity,
    &ignore_no_reason::IgnoreNoReason,
    &ignore_unused::IgnoreUnused,
    &image_arg_no_default::ImageArgNoDefault,
    &image_arg_unpinned::ImageArgUnpinned,
    &image_floating_tag::ImageFloatingTag,
    &image_unpinned_digest::ImageUnpinnedDigest,
    &layer_residue::LayerResidue,
    &locale_timezone::LocaleTimezone,
    &lock_drift::LockDrift,
    &missing_source_date_epoch::MissingSourceDateEpoch,
    &model_hub_unpinned::ModelHubUnpinned,
    &model_revision_unpinned::ModelRevisionUnpinned,
    &mutable_url::MutableUrl,
    &npm_unlocked::NpmUnlocked,
    &os_upgrade::OsUpgrade,
    &pip_mutable_index::PipMutableIndex,
    &pip_self_upgrade::PipSelfUpgrade,
    &pip_unhashed::PipUnhashed,
    &pip_unpinned::PipUnpinned,
    &pip_upgrade_flag::PipUpgradeFlag,
    &pip_url_unhashed::PipUrlUnhashed,
    &pip_vcs_unpinned::PipVcsUnpinned,
    &pyc_timestamp::PycTimestamp,
    &python_lock_ignored::PythonLockIgnored,
    &r_unpinned::RUnpinned,
    &requirements_unhashed::RequirementsUnhashed,
    &requirements_unlocked::RequirementsUnlocked,
    &rpm_unpinned::RpmUnpinned,
    &run_display_open::RunDisplayOpen,
    &run_host_coupled::RunHostCoupled,
    &run_image_unpinned::RunImageUnpinned,
    &sdist_build::SdistBuild,
    &secret_in_build::SecretInBuild,
    &shadow_date::ShadowDate,
    &syntax_unpinned::SyntaxUnpinned,
    &third_party_repo::ThirdPartyRepo,
    &world_readable_password::WorldReadablePassword,
];

/// The rule with that id.
pub fn find(id: &str) -> Option<&'static dyn Rule> {
    let at = REGISTRY.binary_search_by(|rule| rule.about().id.cmp(id)).ok()?;
    REGISTRY.get(at).copied()
}

/// The id closest to one that no rule has, if one is close at all.
pub fn closest(id: &str) -> Option<&'static str> {
    let distance = |rule: &&dyn Rule| (strsim::jaro(rule.about().id, id) * 1000.0) as u32;
    let best = REGISTRY.iter().max_by_key(|rule| distance(rule))?;
    (distance(best) > 800).then(|| best.about().id)
}

/// The findings about the comments that silence others.
pub(super) fn check_suppressions(
    suppressions: &[Suppression],
    source: &Source,
    settings: &Settings,
    findings: &mut Vec<Finding>,
) {
    let unused: &dyn Rule = &ignore_unused::IgnoreUnused;
    if settings.is_on(unused, &source.path) {
        ignore_unused::check(suppressions, source, settings, &mut Findings::new(unused.about(), findings));
    }
    let unreasoned: &dyn Rule = &ignore_no_reason::IgnoreNoReason;
    if settings.is_on(unreasoned, &source.path) {
        ignore_no_reason::check(suppressions, &mut Findings::new(unreasoned.about(), findings));
    }
}

#[cfg(test)]
mod tests;
