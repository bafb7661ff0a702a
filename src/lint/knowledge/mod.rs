//! What tools do: which packages a command installs, what a download is held to, what a package manager leaves behind.
//! Rules ask here, so that each tool's options are known once.
//!
//! What it refuses to do: it runs no tool and asks no registry. What a command line doesn't show is not known.

pub(super) mod checksums;
pub(super) mod conda;
pub(super) mod downloads;
pub(super) mod drift;
pub(super) mod epoch;
pub(super) mod fetchers;
pub(super) mod git;
pub(super) mod images;
pub(super) mod lock_tools;
pub(super) mod named_package;
pub(super) mod os_packages;
pub(super) mod package_managers;
pub(super) mod pip;
pub(super) mod projects;
pub(super) mod repositories;
pub(super) mod requirement;
pub(super) mod residue;
pub(super) mod unread_lists;
