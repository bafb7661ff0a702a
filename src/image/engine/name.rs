//! Names and ids of images in engines, and names that were perhaps meant.

use std::fmt;

use crate::image::error::{ImageError, ReferenceFault, behind_login, shown, shown_name};

/// Before the name of an image in an engine.
pub(crate) const PREFIX: &str = "docker-daemon:";

/// Names listed of what is much like the one asked for.
const FEW: usize = 3;

/// The name or id of an image in an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EngineName(String);

impl EngineName {
    /// `NAME[:TAG|@DIGEST]` or an image's id; anything else could reach another call of the API.
    pub(crate) fn parse(text: &str) -> Result<Self, ImageError> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '@');
        let is_name = !text.is_empty() && text.chars().all(is_plain) && !text.starts_with(['/', '.', '-']);
        if !is_name || text.contains("..") || text.contains("//") || behind_login(text).is_some() {
            let expected = "an engine's NAME[:TAG], NAME@DIGEST or ID";
            return Err(ImageError::at(shown_name(text), ReferenceFault::Malformed { expected }));
        }
        Ok(Self(text.to_owned()))
    }

    /// As a reference.
    pub(crate) fn reference(&self) -> String {
        format!("{PREFIX}{}", self.0)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with its tag: of a name alone, engines would give the images of every tag. `id` and `tags` are the
    /// image's that it led to; of an id there is nothing to complete.
    pub(crate) fn completed(&self, id: &str, tags: &[String]) -> String {
        let latest = format!("{}:latest", self.0);
        let is_id = id.trim_start_matches("sha256:").starts_with(&self.0);
        let is_named = tags.iter().any(|tag| *tag == latest || tag.ends_with(&format!("/{latest}")));
        match last(&self.0).contains([':', '@']) || is_id && !is_named {
            true => self.0.clone(),
            false => latest,
        }
    }

    /// Of `names`, those that were perhaps meant, the likeliest first: another tag, another place, another spelling.
    pub(crate) fn near(&self, names: &[String]) -> Vec<String> {
        let (asked, _) = split(&self.0);
        let mut near: Vec<(usize, &String)> = names
            .iter()
            .filter_map(|name| {
                let (listed, _) = split(name);
                let rank = match distance(last(asked), last(listed)) {
                    _ if asked == listed => 0,
                    0 => 1,
                    distance if distance * 4 <= last(asked).chars().count() => 1 + distance,
                    _ => return None,
                };
                Some((rank, name))
            })
            .collect();
        near.sort();
        near.dedup();
        near.into_iter().take(FEW).map(|(_, name)| shown(name)).collect()
    }
}

impl fmt::Display for EngineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The part after the last slash.
fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

/// A name without its tag or digest, and these.
fn split(name: &str) -> (&str, &str) {
    let (name, _) = name.split_once('@').unwrap_or((name, ""));
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (name, ""),
    }
}

/// Letters to put in, leave out or change to make one word of the other (Levenshtein's).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut left = at + 1;
        let mut next = vec![left];
        for (other, above) in other.chars().zip(row.windows(2)) {
            let &[diagonal, above] = above else { continue };
            left = (left + 1).min(above + 1).min(diagonal + usize::from(letter != other));
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(asked: &str, names: &[&str]) -> Vec<String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        EngineName::parse(asked).unwrap().near(&names)
    }

    #[test]
    fn names_and_ids_are_taken_and_paths_are_not() {
        let digest = format!("app@sha256:{}", "a".repeat(64));
        for text in ["app", "app:1", "localhost:5000/team/app:v1", "sha256:abcd", "0123abcd", &digest] {
            assert!(EngineName::parse(text).is_ok(), "{text}");
        }
        for text in ["", "../containers", "a/../b", "a?b", "a#b", "a b", "a//b", "/a", "a%2fb", "-a"] {
            assert!(EngineName::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_without_a_tag_is_latest_and_an_id_is_left() {
        let completed = |name: &str, tags: &[&str]| {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            EngineName::parse(name).unwrap().completed("sha256:beef0123", &tags)
        };
        assert_eq!(completed("app", &["app:latest"]), "app:latest");
        assert_eq!(completed("app", &["localhost/app:latest"]), "app:latest");
        assert_eq!(completed("localhost:5000/app", &[]), "localhost:5000/app:latest");
        assert_eq!(completed("beef", &["app:1"]), "beef");
        assert_eq!(completed("beef", &["beef:latest"]), "beef:latest");
        for name in ["app:1", "sha256:beef0123", "app@sha256:beef0123"] {
            assert_eq!(completed(name, &["app:1"]), name);
        }
    }

    #[test]
    fn another_tag_comes_before_another_place_and_another_spelling() {
        let names = ["project_al:1", "example.org/project_ai:2", "project_ai:2", "project_ai:1", "other:1"];
        assert_eq!(
            near("project_ai:3", &names),
            ["project_ai:1", "project_ai:2", "example.org/project_ai:2"]
        );
        assert_eq!(near("projectai", &names), ["example.org/project_ai:2", "project_ai:1", "project_ai:2"]);
        assert_eq!(near("a:1", &["b:1"]), Vec::<String>::new());
    }

    #[test]
    fn the_distance_counts_letters() {
        assert_eq!([distance("kitten", "sitting"), distance("", "abc"), distance("a", "a")], [3, 3, 0]);
    }
}
