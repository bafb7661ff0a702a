//! Who built, where, and what was drawn at random: users, hosts, build arguments, keys, ids.

pub(super) mod build_arg;
pub(super) mod build_user;
pub(super) mod embedded_host;
pub(super) mod machine_id;
pub(super) mod random_content;
pub(super) mod shadow_last_change;
pub(super) mod ssh_host_key;
