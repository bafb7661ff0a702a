//! What a tag says: a version, or only which image is wanted today.
//!
//! Vocabulary: a tag *floats* where it says by itself that another image will have it soon: `latest`, `nightly`, or no
//! version at all. Every other tag looks fixed, and may be moved all the same.
//!
//! What it refuses to do: it knows no project's habits.

use crate::lint::subject::image_use::ImageName;

/// Words that float wherever they stand in a tag.
const FLOATING: [&str; 11] = [
    "canary", "edge", "head", "latest", "main", "master", "nightly", "rolling", "snapshot", "trunk",
    "unstable",
];

/// Distributions whose releases have names that stand for versions.
const NAMED_RELEASES: [&str; 3] = ["debian", "ubuntu", "buildpack-deps"];

/// Digits in a row that make a date or a commit's number, which no one moves: `nightly-20240501`.
const DATED: usize = 6;

impl ImageName {
    /// Whether the tag, or that there is none, says that the image is another one tomorrow.
    pub(crate) fn floats(&self) -> bool {
        let Some(tag) = self.tag.as_deref() else { return self.digest.is_none() };
        let tag = tag.to_ascii_lowercase();
        let parts: Vec<&str> = tag.split(['-', '_', '.']).collect();
        if parts.iter().any(|part| FLOATING.contains(part)) {
            return !is_dated(&parts);
        }
        let digits = tag.bytes().filter(u8::is_ascii_digit).count();
        let is_release = NAMED_RELEASES.iter().any(|name| self.last_part().contains(name));
        digits == 0
            && (!is_release || matches!(tag.as_str(), "devel" | "rawhide" | "sid" | "stable" | "testing"))
    }
}

/// Whether the parts of a tag hold a date (`2024-05-01`, `20240501`) or a commit's id.
fn is_dated(parts: &[&str]) -> bool {
    let is_number = |text: &str, digits| text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    let is_day = |parts: &[&str]| match parts {
        [year, month, day] => is_number(year, 4) && is_number(month, 2) && is_number(day, 2),
        _ => false,
    };
    let is_long = |part: &&str| {
        let part = part.strip_prefix("sha").unwrap_or(part);
        part.len() >= DATED
            && part.bytes().any(|b| b.is_ascii_digit())
            && part.bytes().all(|b| b.is_ascii_hexdigit())
    };
    parts.iter().any(is_long) || parts.windows(3).any(is_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats(name: &str) -> bool {
        ImageName::parse(name).floats()
    }

    #[test]
    fn no_tag_and_tags_without_a_version_float() {
        for name in [
            "python",
            "localhost:5000/python",
            "a:latest",
            "a:latest-gpu",
            "lukemathwalker/cargo-chef:latest-rust-1.92",
            "a:nightly-devel",
            "axolotlai/axolotl-cloud:main-py3.11-cu124-2.6.0",
            "a:devel",
            "python:slim-bookworm",
            "docker:dind",
            "debian:stable",
        ] {
            assert!(floats(name), "{name}");
        }
    }

    #[test]
    fn versions_dates_and_named_releases_look_fixed() {
        for name in [
            "python:3.12",
            "nvidia/cuda:12.4.1-devel-ubuntu22.04",
            "a:nightly-2024-05-01",
            "a:main-20250301-py3.11",
            "a:main-0a1b2c3",
            "debian:trixie-slim",
            "rocm/dev-ubuntu:noble",
            "a:v0",
            "python@sha256:ab",
        ] {
            assert!(!floats(name), "{name}");
        }
    }
}
