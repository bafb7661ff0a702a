//! Images by name, wherever a source names one: FROM, `--from=`, the syntax directive, what is run.
//!
//! Vocabulary: a name is `[host/]path[:tag][@digest]`. It is *pinned* where it has a digest: then the registry can hand
//! out no other bytes. A tag is a request.
//!
//! What it refuses to do: it asks no registry.

use std::collections::BTreeSet;

use crate::base::text::Span;

/// A place where an image is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImageUse {
    /// What it is named for.
    pub(crate) role: ImageRole,
    /// The reference as it is written in the source.
    pub(crate) span: Span,
    /// The reference with its variables filled in, as far as they are known.
    pub(crate) name: ImageName,
    /// Variables in it, known or not.
    pub(crate) variables: BTreeSet<String>,
    /// Those without a value: the name is not all known.
    pub(crate) unknown: BTreeSet<String>,
    /// Whether the source holds the reference as it is: no variable, quote or escape.
    pub(crate) verbatim: bool,
    /// The stage it is named in; none outside Dockerfiles.
    pub(crate) stage: Option<usize>,
    /// Whether it is named inside ONBUILD: then stages of another Dockerfile may have that name.
    pub(crate) trigger: bool,
}

/// What an image is named for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ImageRole {
    /// FROM.
    From,
    /// `COPY --from=`.
    CopyFrom,
    /// `RUN --mount=from=`.
    MountFrom,
    /// `# syntax=`.
    Syntax,
    /// `docker run` and its like.
    Run,
    /// A compose service, a devcontainer, or a container that a job runs in or beside.
    Service,
    /// A container of a pod, or of what makes pods.
    Cluster,
    /// What a kustomization puts in the place of a container's image.
    Replaced,
    /// A named context of a build that compose or bake starts.
    Context,
    /// A feature of a devcontainer.
    Feature,
}

/// A reference taken apart. Empty parts are absent in the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ImageName {
    /// Host and path.
    pub(crate) repository: String,
    /// What follows the last `:`.
    pub(crate) tag: Option<String>,
    /// What follows the `@`: `sha256:…`.
    pub(crate) digest: Option<String>,
}

/// A name as it is without the tag that it has without one.
pub(crate) fn untagged(name: &str) -> &str {
    name.trim_end_matches(":latest")
}

impl ImageUse {
    /// Whether all of the name is known: no variable without a value, and no place that a template fills (`{{ TAG }}`).
    pub(crate) fn is_known(&self) -> bool {
        self.unknown.is_empty() && !self.name.shown().contains(['{', '}', '<', '%'])
    }

    /// Whether it is one word alone, which may also be the name of a build context.
    pub(crate) fn is_bare(&self) -> bool {
        self.name.tag.is_none()
            && self.name.digest.is_none()
            && !self.name.repository.contains(['/', '.', ':'])
    }

    /// Whether the image floats: see [`ImageName::floats`]. A tag that is not all known is taken for a fixed one.
    pub(crate) fn floats(&self) -> bool {
        self.name.floats() && (self.is_known() || self.name.tag.is_none())
    }
}

impl ImageName {
    /// Takes `text` apart; whatever it is.
    pub(crate) fn parse(text: &str) -> Self {
        let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
        let colon = name.rfind(':').filter(|at| !name.get(*at..).is_some_and(|rest| rest.contains('/')));
        let (repository, tag) = match colon {
            Some(at) => (name.get(..at).unwrap_or_default(), name.get(at + 1..)),
            None => (name, None),
        };
        Self {
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        }
    }

    /// Whether a whole digest pins it: `sha256:` and 64 hex digits, or `sha512:` and 128.
    pub(crate) fn is_pinned(&self) -> bool {
        let hex = |text: &str, digits| text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit());
        self.digest.as_deref().and_then(|digest| digest.split_once(':')).is_some_and(|(algorithm, value)| {
            algorithm == "sha256" && hex(value, 64) || algorithm == "sha512" && hex(value, 128)
        })
    }

    /// Whether nothing is named.
    pub(crate) fn is_empty(&self) -> bool {
        self.repository.is_empty() && self.tag.is_none() && self.digest.is_none()
    }

    /// The reference put together again.
    pub(crate) fn shown(&self) -> String {
        let tag = self.tag.iter().flat_map(|tag| [":", tag.as_str()]);
        let digest = self.digest.iter().flat_map(|digest| ["@", digest.as_str()]);
        std::iter::once(self.repository.as_str()).chain(tag).chain(digest).collect()
    }

    /// Host and path with Docker's defaults taken off: `docker.io/library/python` is `python`.
    pub(crate) fn short_repository(&self) -> &str {
        let hosts = ["docker.io/", "index.docker.io/", "registry-1.docker.io/"];
        let name = hosts.iter().find_map(|host| self.repository.strip_prefix(host));
        let name = name.unwrap_or(&self.repository);
        name.strip_prefix("library/").unwrap_or(name)
    }

    /// The last part of the path: `cuda` of `nvidia/cuda`.
    pub(crate) fn last_part(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart_at_the_last_colon_and_the_at() {
        let name = ImageName::parse("localhost:5000/a/b:1.0@sha256:ab");
        assert_eq!(name.repository, "localhost:5000/a/b");
        assert_eq!((name.tag.as_deref(), name.digest.as_deref()), (Some("1.0"), Some("sha256:ab")));
        assert!(!name.is_pinned(), "a digest of two digits is none");
        let name = ImageName::parse("localhost:5000/a");
        assert_eq!((name.repository.as_str(), name.tag), ("localhost:5000/a", None));
    }

    #[test]
    fn only_a_whole_digest_pins() {
        assert!(ImageName::parse(&format!("python@sha256:{}", "a".repeat(64))).is_pinned());
        assert!(!ImageName::parse("python:3.12").is_pinned());
    }

    #[test]
    fn docker_hub_names_are_one_name() {
        for name in ["python", "library/python", "docker.io/python", "index.docker.io/library/python"] {
            assert_eq!(ImageName::parse(name).short_repository(), "python");
        }
    }
}
