//! Which tool built an image, by what that tool itself wrote.
//!
//! A config is handed down: `io.buildah.version`, `docker_version`, authors and most of the history are the base's as long
//! as no later builder replaces them. So they say nothing by themselves. The provenance speaks of this very manifest; and
//! the history's newest step is the last builder's, told by its form. Where neither says it, there is no builder.

use super::provenance::Provenance;
use crate::image::Image;
use crate::image::config::{Config, History};

/// buildah's own version, which it sets on each image that it commits.
const BUILDAH_VERSION: &str = "io.buildah.version";

/// Tools that sign their steps as authors, and how the step's own text begins; kaniko writes the instruction there.
const AUTHORS: [(&str, &str); 5] =
    [("kaniko", ""), ("bazel", "bazel "), ("jib", "jib"), ("apko", "apko"), ("ko", "ko ")];

/// What lifecycle calls the layers that it adds last.
const BUILDPACKS: [&str; 3] =
    ["Buildpacks Process Types", "Buildpacks Launcher Config", "Buildpacks Application Launcher"];

/// The builder of `image`, whose own steps come after the first `base` ones; `from_scratch` where it has no base.
pub(super) fn of(
    image: &Image,
    provenance: Option<&Provenance>,
    base: usize,
    from_scratch: bool,
) -> Option<String> {
    let attested = provenance.and_then(|provenance| provenance.builder.clone());
    attested.or_else(|| by_history(&image.config, base, from_scratch))
}

fn by_history(config: &Config, base: usize, from_scratch: bool) -> Option<String> {
    let own = config.history.get(base..).unwrap_or_default();
    let buildah = || config.config.labels.get(BUILDAH_VERSION).map(|version| format!("buildah {version}"));
    let Some(newest) = own.last() else { return buildah().filter(|_| from_scratch) };
    match Form::of(newest) {
        Form::Signed(name) => Some(name.to_owned()),
        Form::Buildah => Some(buildah().unwrap_or_else(|| "buildah".to_owned())),
        Form::Classic => {
            // Docker writes its version; buildah drops one that the base had, and says FROM if it is not from scratch.
            let docker = config.docker_version.as_ref().map(|version| format!("docker {version}"));
            let is_alone = || {
                let is_classic = |step: &History| matches!(Form::of(step), Form::Classic);
                from_scratch || base == 0 && own.iter().all(is_classic)
            };
            docker.or_else(|| buildah().filter(|_| is_alone()))
        }
        Form::Unknown => None,
    }
}

/// Whose a step of the history is by its form.
#[derive(Debug, PartialEq)]
enum Form {
    /// That of the one tool which writes so.
    Signed(&'static str),
    /// buildah's: the newest step says what it was built from.
    Buildah,
    /// The classic builder's, which buildah writes too.
    Classic,
    Unknown,
}

impl Form {
    fn of(step: &History) -> Self {
        let text = step.created_by.as_deref().unwrap_or_default().trim();
        let comment = step.comment.as_deref().unwrap_or_default();
        let author = step.author.as_deref().unwrap_or_default();
        if comment.starts_with("buildkit.") || text.ends_with("# buildkit") {
            return Self::Signed("buildkit");
        }
        let signed = AUTHORS.iter().find(|(name, begins)| {
            let is_own = |text: &str| text.to_ascii_lowercase().starts_with(begins);
            author.eq_ignore_ascii_case(name) && is_own(text) && !is_nop(text)
        });
        if let Some((name, _)) = signed {
            return Self::Signed(name);
        }
        if text.starts_with("umoci ") {
            return Self::Signed("umoci");
        }
        if comment.starts_with("store paths: [") {
            return Self::Signed("nix");
        }
        if BUILDPACKS.contains(&text) {
            return Self::Signed("buildpacks");
        }
        if is_from(comment) {
            return Self::Buildah;
        }
        match is_nop(text) || super::history::is_classic(text) || comment.starts_with("Imported from ") {
            true => Self::Classic,
            false => Self::Unknown,
        }
    }
}

/// `FROM`, and the one word that names an image.
fn is_from(comment: &str) -> bool {
    comment.strip_prefix("FROM ").is_some_and(|name| !name.is_empty() && !name.contains(' '))
}

fn is_nop(text: &str) -> bool {
    text.contains("#(nop)")
}

#[cfg(test)]
mod tests;
