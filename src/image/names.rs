//! Names of images inside a source: what the user asks for after the colon, and when two names are one.

use crate::image::error::{ImageError, ReferenceFault, shown};

/// Which image of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Name {
    /// A tag, or a name with or without registry and tag.
    Text(String),
    /// The place in `index.json` or `manifest.json`, from 0 (`@0`).
    Position(usize),
}

impl Name {
    /// Reads what stands after the colon; nothing there asks for nothing.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, ImageError> {
        match text.strip_prefix('@') {
            _ if text.is_empty() => Ok(None),
            None => Ok(Some(Self::Text(text.to_owned()))),
            Some(position) => match position.parse() {
                Ok(position) => Ok(Some(Self::Position(position))),
                Err(_) => Err(ImageError::at(
                    shown(text),
                    ReferenceFault::Malformed { expected: "a number after the @" },
                )),
            },
        }
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&shown(text)),
            Self::Position(position) => write!(f, "@{position}"),
        }
    }
}

/// Whether two names are one to Docker: `busybox` is `docker.io/library/busybox:latest`.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one == other || full(one) == full(other)
}

fn full(name: &str) -> String {
    let name =
        ["docker.io/", "index.docker.io/"].iter().find_map(|host| name.strip_prefix(host)).unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    let last = name.rsplit('/').next().unwrap_or_default();
    if last.contains([':', '@']) { name.to_owned() } else { format!("{name}:latest") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_names_are_the_same_with_and_without_their_defaults() {
        assert!(same("busybox", "docker.io/library/busybox:latest"));
        assert!(same("me/app:1", "index.docker.io/me/app:1"));
        assert!(same("localhost:5000/a", "localhost:5000/a:latest"));
        assert!(!same("busybox:1", "busybox"));
        assert!(!same("example.com/busybox", "busybox"));
    }

    #[test]
    fn an_at_sign_asks_by_place() {
        assert_eq!(Name::parse("@1").unwrap(), Some(Name::Position(1)));
        assert_eq!(Name::parse("").unwrap(), None);
        assert_eq!(Name::parse("a@b").unwrap(), Some(Name::Text("a@b".into())));
        assert!(Name::parse("@x").is_err());
    }
}
