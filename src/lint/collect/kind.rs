//! What a text is, where its file's name doesn't tell.

use crate::dockerfile::{Dockerfile, Keyword};
use crate::lint::subject::source::SourceKind;

/// The kind that the text itself tells: a first instruction FROM (after ARG), a shell's `#!`, a compose file's services.
pub(super) fn of_text(text: &str) -> Option<SourceKind> {
    let first = text.lines().next().unwrap_or_default();
    if let Some(program) = first.strip_prefix("#!") {
        let is_shell = |word: &str| matches!(word, "sh" | "bash" | "dash" | "zsh" | "ash" | "ksh");
        return program.split(['/', ' ']).any(is_shell).then_some(SourceKind::Script);
    }
    if text.lines().any(|line| line.trim_end() == "services:") {
        return Some(SourceKind::Compose);
    }
    // Cheap to see that there is none: most texts that come here are no Dockerfiles.
    let has_from =
        |line: &str| line.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("from"));
    if !text.lines().any(has_from) {
        return None;
    }
    let dockerfile = Dockerfile::parse(text);
    let first = dockerfile.instructions().find(|instruction| instruction.keyword != Keyword::Arg)?;
    // Python begins so too: `from a import b`.
    let words = first.arguments.words();
    let is_from = match words {
        [_] => true,
        [_, word, _] => word.text.eq_ignore_ascii_case("as"),
        _ => false,
    };
    (first.keyword == Keyword::From && is_from).then_some(SourceKind::Dockerfile)
}

/// Whether a script or Makefile may build or run containers at all. Says yes too often rather than too seldom.
pub(super) fn starts_containers(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    has(&["docker", "podman", "nerdctl", "buildah"]) && has(&["build", "run", "compose", "bake", "bud"])
        || has(&["xhost"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_by_its_first_instruction() {
        assert_eq!(of_text("# syntax=x\nARG A=1\nfrom a\n"), Some(SourceKind::Dockerfile));
        assert_eq!(of_text("#!/usr/bin/env bash\necho\n"), Some(SourceKind::Script));
        assert_eq!(of_text("#!/usr/bin/env python3\nfrom a import b\n"), None);
        assert_eq!(of_text("x-common: 1\nservices:\n  a:\n"), Some(SourceKind::Compose));
        assert_eq!(of_text("import a\nfrom b import c\n"), None);
        assert_eq!(of_text("from __future__ import annotations\n"), None);
        assert_eq!(of_text("FROM --platform=linux/amd64 a as b\n"), Some(SourceKind::Dockerfile));
        assert_eq!(of_text("dear all,\nfrom now on\n"), None);
    }

    #[test]
    fn a_script_without_containers_is_told_from_one_with() {
        assert!(starts_containers("$(DOCKER) build .\n"));
        assert!(starts_containers("xhost +\n"));
        assert!(!starts_containers("apt-get install docker-ce\n"));
        assert!(!starts_containers("make build && ./run\n"));
        assert!(!starts_containers(""));
    }
}
