//! What is asked of a builder, whichever it is.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::command::Argument;

/// Where the image goes in the folder that a build works in, as an OCI archive.
pub const OCI_ARCHIVE: &str = "image.oci.tar";

/// Where it goes as what `docker save` writes.
pub const DOCKER_ARCHIVE: &str = "image.docker.tar";

/// One build.
#[derive(Debug, Clone, Default)]
pub struct Recipe {
    /// The Dockerfile that is built.
    pub dockerfile: RecipeFile,
    /// The build context.
    pub context: PathBuf,
    /// The stage; the last where none is named.
    pub target: Option<String>,
    /// `os/architecture[/variant]`
    pub platform: Option<String>,
    /// The build arguments, but for the epoch.
    pub args: BTreeMap<String, ArgumentValue>,
    /// What times are fixed to, in seconds.
    pub epoch: Option<i64>,
    /// The network of RUN: `host`, `none`, `default`.
    pub network: Option<String>,
    /// Secrets, as Docker's `--secret` takes them.
    pub secrets: Vec<String>,
    /// Agents and keys, as Docker's `--ssh` takes them.
    pub ssh: Vec<String>,
    /// What the user hands to the builder as it is.
    pub options: Vec<String>,
    /// Whether all instructions make one layer, as buildah does unless it is told otherwise.
    pub is_one_layer: bool,
    /// Whether the image is of Docker's media types, which alone have a SHELL and a HEALTHCHECK.
    pub is_docker_format: bool,
    /// Whether layers are compressed by zstd.
    pub is_zstd: bool,
    /// Whether the times of files are set as buildah did before 1.41: all of them, not the younger ones alone.
    pub sets_all_times: bool,
    /// The image's name while it lies in a builder's storage.
    pub tag: String,
}

/// The value of a build argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentValue {
    /// The value.
    pub value: String,
    /// Whether it is never shown.
    pub is_secret: bool,
}

/// The Dockerfile that a builder reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecipeFile {
    /// The project's own.
    Own(PathBuf),
    /// One in the folder that the build works in.
    Made(MadeFile),
}

/// A Dockerfile that was made from the project's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFile {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The text of the ignore file that belongs to it alone, where the project's own has one beside it.
    pub ignores: Option<String>,
}

impl Default for RecipeFile {
    fn default() -> Self {
        Self::Own("Dockerfile".into())
    }
}

/// The folder of a made Dockerfile, in the one that the build works in.
pub const DOCKERFILE_FOLDER: &str = "dockerfile";

impl Recipe {
    /// The Dockerfile's path.
    pub(super) fn file(&self) -> Argument {
        match &self.dockerfile {
            RecipeFile::Own(path) => Argument::text(path.to_string_lossy()),
            RecipeFile::Made(made) => Argument::work(format!("{DOCKERFILE_FOLDER}/{}", made.name)),
        }
    }

    /// The Dockerfile's folder, and its name there.
    pub(super) fn folder_and_name(&self) -> (Argument, String) {
        match &self.dockerfile {
            RecipeFile::Own(path) => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                let folder =
                    folder.map_or_else(|| ".".into(), |folder| folder.to_string_lossy().into_owned());
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                (Argument::text(folder), name)
            }
            RecipeFile::Made(made) => (Argument::work(DOCKERFILE_FOLDER), made.name.clone()),
        }
    }

    /// The build arguments, the epoch among them: each `NAME=VALUE` behind `before`.
    pub(super) fn arguments<'r>(&'r self, before: &'r str) -> impl Iterator<Item = Argument> + 'r {
        let epoch = self.epoch.map(|epoch| Argument::text(format!("{before}SOURCE_DATE_EPOCH={epoch}")));
        let argument = move |(name, argument): (&String, &ArgumentValue)| match argument.is_secret {
            true => Argument::text(format!("{before}{name}=")).secret(name, &argument.value),
            false => Argument::text(format!("{before}{name}={}", argument.value)),
        };
        self.args.iter().map(argument).chain(epoch)
    }
}
