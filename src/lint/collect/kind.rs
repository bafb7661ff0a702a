//! What a text is, where its file's name doesn't tell.

use crate::dockerfile::{Dockerfile, Keyword};
use crate::lint::read::files;
use crate::lint::subject::source::SourceKind;

/// The kind that the text itself tells: a first instruction FROM (after ARG), a shell's `#!`, a compose file's services.
pub(super) fn of_text(text: &str) -> Option<SourceKind> {
    // What another language's `#!` begins is none of these.
    let is_foreign = text.starts_with("#!");
    if let Some(kind) = files::kind_of_text(text) {
        return Some(kind);
    }
    if is_foreign {
        return None;
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
}
