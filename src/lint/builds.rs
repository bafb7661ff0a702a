//! Builds and runs that a source starts: `docker build` and `docker run` lines, compose services, bake targets,
//! devcontainers.
//!
//! What it refuses to do: it merges no compose files and evaluates no HCL functions; a value it can't read is unknown.

use super::{ImageUse, Value};
use crate::base::text::Span;

/// A build that is started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildCall {
    /// The command, service or target.
    pub span: Span,
    /// Its build arguments.
    pub arguments: Vec<Setting>,
    /// The Dockerfile, where it is named.
    pub dockerfile: Option<Value>,
    /// The context, where it is named.
    pub context: Option<Value>,
    /// What the image is to be called.
    pub tags: Vec<Value>,
}

/// A container that is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerUse {
    /// The command, service or devcontainer.
    pub span: Span,
    /// The image, where one is named.
    pub image: Option<ImageUse>,
    /// Host paths and volumes mounted.
    pub mounts: Vec<Mount>,
    /// Environment variables set.
    pub environment: Vec<Setting>,
    /// The user it runs as.
    pub user: Option<Value>,
    /// Devices and everything else that couples it to the host: `--gpus`, `--network=host`, as written.
    pub options: Vec<Value>,
}

/// A name and its value: `--build-arg NAME=VALUE`, `-e NAME=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The name.
    pub name: String,
    /// The value; none where it is taken from the environment (`-e NAME`).
    pub value: Option<Value>,
    /// Name and value, as written.
    pub span: Span,
}

/// Something mounted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The host's path, or a volume's name; none for anonymous volumes and tmpfs.
    pub source: Option<Value>,
    /// The path in the container.
    pub target: Option<Value>,
    /// The mount, as written.
    pub span: Span,
}
