//! The builders: programs that make an image of a Dockerfile.
//!
//! Each says what it is ([`Builder::about`]), whether it is there and answers, what it can't do of a recipe, and by which commands
//! it does the rest. None is known by name elsewhere.
//!
//! Adding a builder: one file with a `struct` that implements [`Builder`], its `mod` line and its line in [`REGISTRY`], its page
//! `docs/builders/<id>.md` with its row in `docs/builders/README.md`.

mod buildah;
mod buildctl;
mod buildx;
mod choice;
mod containers;
mod docker;
mod docker_options;
mod interface;
mod podman;
mod steps;
#[cfg(test)]
mod tests;
mod version;

pub use choice::{AUTO, ChosenBuilder, choose, names};
pub use containers::Storage;
pub use interface::{Answer, AskProgram, Builder, Commands, Lacks};
pub use steps::failing_step;
pub use version::Version;

/// Every builder, in the order in which they are asked.
pub static REGISTRY: &[&dyn Builder] = &[
    // A line each, so that another one is a line more.
    &buildctl::Buildctl,
    &buildx::Buildx,
    &buildah::Buildah,
    &podman::Podman,
    &docker::Docker,
];
