//! What fixes change, as `git apply` and `patch -p1` read it.
//!
//! A patch can't be made harmless: with anything escaped it is none. So a text whose changed lines, or the lines around
//! them, hold what a terminal or a CI runner acts on has no patch, and that is told. Lines with secrets are shown without
//! them, and no longer fit the file then: who wants the fixes applied says `--fix`.

use std::borrow::Cow;

use similar::TextDiff;

use crate::base::path::misleads;
use crate::base::runners;
use crate::base::secrets;
use crate::lint::{Linted, Obstacle, ObstacleKind, takes_long};

/// The unified diff of a source that fixes changed; empty for others.
pub(super) fn patch(linted: &Linted) -> Result<String, Obstacle> {
    let Some(change) = &linted.change else { return Ok(String::new()) };
    let path = &linted.source.path;
    let (old, new) = (quoted(&format!("a/{path}")), quoted(&format!("b/{path}")));
    let [before, after] = [&change.before, &linted.source.text].map(|text| shown(text));
    let text = match takes_long(&before, &after) {
        true => whole((&old, &before), (&new, &after)),
        false => {
            let diff = TextDiff::from_lines(&*before, &*after);
            diff.unified_diff().context_radius(3).header(&old, &new).to_string()
        }
    };
    match acts(&text) {
        false => Ok(text),
        true => {
            let message =
                "what --fix would change stands beside characters that a terminal or a CI runner acts on";
            let hint = "look at the file in an editor that shows them; --fix writes it all the same";
            let obstacle = Obstacle::new(path.clone(), message);
            Err(Obstacle { hint: Some(hint.to_owned()), kind: ObstacleKind::NotFixed, ..obstacle })
        }
    }
}

/// The patch that takes all lines out and puts all in.
fn whole((old, before): (&str, &str), (new, after): (&str, &str)) -> String {
    let side = |sign: char, text: &str| -> String {
        let lines = text.split_inclusive('\n').map(|line| format!("{sign}{line}"));
        let end =
            if text.is_empty() || text.ends_with('\n') { "" } else { "\n\\ No newline at end of file\n" };
        lines.chain([end.to_owned()]).collect()
    };
    let range = |text: &str| match text.split_inclusive('\n').count() {
        0 => "0,0".to_owned(),
        count => format!("1,{count}"),
    };
    let head = format!("--- {old}\n+++ {new}\n@@ -{} +{} @@\n", range(before), range(after));
    head + &side('-', before) + &side('+', after)
}

/// Whether a patch would do anything but be read. Lines may end in CR, and a text may begin with its byte order mark.
fn acts(patch: &str) -> bool {
    patch.split('\n').any(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let text = line.get(1..).unwrap_or_default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        text.contains(|c| misleads(c) && c != '\t')
            || runners::has_command(text)
            || runners::has_command(line)
    })
}

/// A path as git writes it: between quotes, and in octal, where it holds more than plain characters.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| !misleads(c) && !matches!(c, '"' | '\\');
    if path.chars().all(is_plain) && !runners::has_command(path) {
        return path.to_owned();
    }
    let mut text = String::from("\"");
    for c in path.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            // A sign may begin a runner's command.
            c if misleads(c) || c == '#' => {
                text.extend(c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("\\{byte:03o}")));
            }
            c => text.push(c),
        }
    }
    text + "\""
}

/// A text without its secrets, line by line what it was.
fn shown(text: &str) -> Cow<'_, str> {
    secrets::redact(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Whether a line of the patch is not as it is in the file.
pub(super) fn is_redacted(linted: &Linted) -> bool {
    linted.change.as_ref().is_some_and(|change| {
        let is_in = |text: &str| text.contains(secrets::REDACTED);
        patch(linted).is_ok_and(|patch| is_in(&patch)) && !is_in(&change.before)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_quoted_as_git_does() {
        assert_eq!(quoted("a/docker/Dockerfile é"), "a/docker/Dockerfile é");
        assert_eq!(quoted("a/x\"\n+++ b/y"), "\"a/x\\\"\\012+++ b/y\"");
        assert_eq!(quoted("a/##[group]x"), "\"a/\\043\\043[group]x\"");
        assert_eq!(quoted("a/\u{202e}x"), "\"a/\\342\\200\\256x\"");
    }

    #[test]
    fn a_text_that_changes_all_over_is_replaced_as_a_whole() {
        let patch = whole(("a/x", "1\n2\n"), ("b/x", "1\n3"));
        assert_eq!(
            patch,
            "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-1\n-2\n+1\n+3\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn only_what_acts_has_no_patch() {
        for text in ["--- a/x\n-RUN a\r\n+RUN b\r\n", " \u{feff}FROM a\n", " # std::path\n", "+\tx\n"] {
            assert!(!acts(text), "{text:?}");
        }
        for text in [" ::error::x\n", "+RUN a\rb\n", "-\u{1b}[2J\n", " ##[group]x\n", " \u{200b}\n", " \0\n"]
        {
            assert!(acts(text), "{text:?}");
        }
    }
}
