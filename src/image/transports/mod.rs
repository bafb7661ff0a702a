//! Where images are looked for: a file for each form of reference, and what a reference without a prefix may mean.
//!
//! Adding one: a file here with a `struct` that implements [`Transport`], its `mod` line, its line in [`REGISTRY`], and its
//! row in the README. Errors, help and parsing go by the registry.

pub(crate) mod bare;
mod docker;
mod docker_archive;
mod docker_daemon;
pub(crate) mod elsewhere;
mod oci;
mod oci_archive;
pub(crate) mod path;
mod resolved;
#[cfg(test)]
mod tests;
mod unpacked;
mod word;

use crate::image::source::Transport;

/// All transports, in the order of help. No prefix begins another.
pub(crate) static REGISTRY: &[&dyn Transport] = &[
    &oci::Oci,
    &oci_archive::OciArchive,
    &docker_archive::DockerArchive,
    &docker_daemon::DockerDaemon,
    &docker::Docker,
];
