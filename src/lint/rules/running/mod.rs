//! Rules of runs: what couples a container's results to the host it runs on.

pub(super) mod autotune_at_run;
pub(super) mod run_display_open;
pub(super) mod run_host_coupled;
