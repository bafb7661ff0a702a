//! What fixes change, as `git apply` and `patch -p1` read it.

use similar::TextDiff;

use crate::lint::Linted;

/// The unified diff of a source that fixes changed; empty for others.
pub(super) fn patch(linted: &Linted) -> String {
    let Some(change) = &linted.change else { return String::new() };
    let path = &linted.source.path;
    let diff = TextDiff::from_lines(&change.before, &linted.source.text);
    diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}
