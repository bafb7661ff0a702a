//! Rules of Python packages: pip and its like, requirements files, conda.

pub(super) mod conda_channel_floating;
pub(super) mod conda_unpinned;
pub(super) mod pip_mutable_index;
pub(super) mod pip_self_upgrade;
pub(super) mod pip_unhashed;
pub(super) mod pip_unpinned;
pub(super) mod pip_upgrade_flag;
pub(super) mod pip_url_unhashed;
pub(super) mod pip_vcs_unpinned;
pub(super) mod python_lock_ignored;
pub(super) mod requirements_unhashed;
pub(super) mod requirements_unlocked;
pub(super) mod sdist_build;
