//! What fixes change, as `git apply` and `patch -p1` read it.
//!
//! Lines with secrets are shown without them, and no longer fit the file then: who wants the fixes applied says `--fix`.

use std::borrow::Cow;

use similar::TextDiff;

use crate::base::secrets;
use crate::lint::Linted;

/// The unified diff of a source that fixes changed; empty for others.
pub(super) fn patch(linted: &Linted) -> String {
    let Some(change) = &linted.change else { return String::new() };
    let path = &linted.source.path;
    let [before, after] = [&change.before, &linted.source.text].map(|text| shown(text));
    let diff = TextDiff::from_lines(&*before, &*after);
    diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}

/// A text without its secrets, line by line what it was.
fn shown(text: &str) -> Cow<'_, str> {
    secrets::redact(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Whether a line of the patch is not as it is in the file.
pub(super) fn is_redacted(linted: &Linted) -> bool {
    linted.change.as_ref().is_some_and(|change| {
        let is_in = |text: &str| text.contains(secrets::REDACTED);
        patch(linted).lines().any(is_in) && !is_in(&change.before)
    })
}
