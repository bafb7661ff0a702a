//! Rules of commands that write the clock, chance, the host or its hardware into the image.

pub(super) mod clock_or_random;
pub(super) mod determinism_env;
pub(super) mod hardware_dependent_build;
pub(super) mod host_identity;
pub(super) mod layer_residue;
pub(super) mod locale_timezone;
pub(super) mod missing_source_date_epoch;
pub(super) mod pyc_timestamp;
pub(super) mod shadow_date;
pub(super) mod world_readable_password;
