//! Builds and runs that a source starts: `docker build` and `docker run` lines, compose services, bake targets,
//! devcontainers, steps of workflows, containers of a cluster.
//!
//! What it refuses to do: a value that can't be told from the source is unknown.

use crate::base::text::Span;
use crate::lint::subject::image_use::ImageUse;
use crate::lint::subject::resolved::ResolvedText;

/// A build that is started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct BuildCall {
    /// The command, service or target.
    pub(crate) span: Span,
    /// Its build arguments.
    pub(crate) arguments: Vec<Setting>,
    /// The Dockerfile, where it is named.
    pub(crate) dockerfile: Option<ResolvedText>,
    /// The context, where it is named.
    pub(crate) context: Option<ResolvedText>,
    /// Contexts beside it, by name: folders, images (`docker-image://…`), repositories.
    pub(crate) contexts: Vec<NamedContext>,
    /// What the image is to be called.
    pub(crate) tags: Vec<ResolvedText>,
    /// Where its paths lead from.
    pub(crate) rooted: Rooted,
    /// Whether only other builds are made of it.
    pub(crate) is_base: bool,
    /// Whether its Dockerfile stands inside the file that starts it.
    pub(crate) has_inline: bool,
}

/// A context beside the one that COPY copies from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedContext {
    /// What the Dockerfile calls it.
    pub(crate) name: String,
    /// What it is.
    pub(crate) value: ResolvedText,
}

/// Where the paths of a build lead from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Rooted {
    /// The context from the file's folder, the Dockerfile from the context: compose, bake.
    #[default]
    Context,
    /// Both from the file's folder: devcontainers.
    Folder,
    /// Both from where the command runs: the file's folder, or the top of the repository.
    Anywhere,
    /// Both from the top of the repository: workflows.
    Top,
}

/// A container that is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ContainerUse {
    /// The command, service or devcontainer.
    pub(crate) span: Span,
    /// The image, where one is named.
    pub(crate) image: Option<ImageUse>,
    /// Host paths and volumes mounted.
    pub(crate) mounts: Vec<Mount>,
    /// Environment variables set.
    pub(crate) environment: Vec<Setting>,
    /// The user it runs as.
    pub(crate) user: Option<ResolvedText>,
    /// Devices and everything else that couples it to the host: `--gpus`, `--network=host`, as written.
    pub(crate) options: Vec<ResolvedText>,
}

/// A name and its value: `--build-arg NAME=VALUE`, `-e NAME=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    /// The name.
    pub(crate) name: String,
    /// The value; none where it is taken from the environment (`-e NAME`).
    pub(crate) value: Option<ResolvedText>,
    /// Name and value, as written.
    pub(crate) span: Span,
}

/// The value of the setting `name` in what a source has at its place: `NAME=VALUE` where the value has none of its own.
pub(crate) fn written_value<'t>(name: &str, written: &'t str) -> &'t str {
    let plain = |text: &'t str| text.trim_matches(['"', '\'']);
    let named = format!("{name}=");
    match plain(written).split_once(named.as_str()) {
        // `--build-arg=NAME=VALUE`, bake's `app.args.NAME=VALUE`
        Some((before, value)) if before.is_empty() || before.ends_with(['=', '.']) => plain(value),
        _ => written,
    }
}

/// Something mounted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mount {
    /// The host's path, or a volume's name; none for anonymous volumes and tmpfs.
    pub(crate) source: Option<ResolvedText>,
    /// The path in the container.
    pub(crate) target: Option<ResolvedText>,
    /// The mount, as written.
    pub(crate) span: Span,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_what_stands_behind_its_name() {
        for (written, value) in [
            ("SHA=${{ a.b }}", "${{ a.b }}"),
            ("\"SHA=$X\"", "$X"),
            ("SHA='$X'", "$X"),
            ("--build-arg=SHA=$X", "$X"),
            ("app.args.SHA=$X", "$X"),
            ("${{ a.b }}", "${{ a.b }}"),
            ("GIT_SHA=$X", "GIT_SHA=$X"),
            ("$SHA", "$SHA"),
        ] {
            assert_eq!(written_value("SHA", written), value, "{written}");
        }
    }
}
