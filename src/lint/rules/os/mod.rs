//! Rules of the operating systems' packages: apt, apk, rpm, their archives, and the CUDA stack they bring.

pub(super) mod apk_unpinned;
pub(super) mod apk_virtual_timestamp;
pub(super) mod apt_live_archive;
pub(super) mod apt_unpinned;
pub(super) mod cuda_floating;
pub(super) mod os_upgrade;
pub(super) mod package_unpinned;
pub(super) mod rpm_unpinned;
pub(super) mod third_party_repo;
