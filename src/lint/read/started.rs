//! Builds and runs as the texts around a Dockerfile start them, and the parts that several of these languages share.

use std::collections::BTreeSet;

use crate::base::text::Span;
use crate::lint::read::node::Node;
use crate::lint::subject::builds::{BuildCall, ContainerUse};
use crate::lint::subject::image_use::ImageUse;
use crate::lint::subject::resolved::ResolvedText;

/// Builds and runs that a source starts.
#[derive(Debug, Default)]
pub(super) struct Started {
    pub(super) builds: Vec<BuildCall>,
    pub(super) containers: Vec<ContainerUse>,
    /// Images that are named for something else.
    pub(super) images: Vec<ImageUse>,
}

/// A node as a value; `$X` and `${X}` in it are filled in from somewhere else.
pub(super) fn value(node: &Node, text: &str) -> ResolvedText {
    let content = node.text().unwrap_or_default().to_owned();
    let written = node.span.text(text);
    // The place of a value may go on to the comment behind it.
    let quote = usize::from(written.starts_with(['"', '\'']));
    let is_plain = !content.is_empty() && written.get(quote..).is_some_and(|rest| rest.starts_with(&content));
    let span = match is_plain {
        true => Span::new(node.span.start + quote, node.span.start + quote + content.len()),
        false => node.span,
    };
    let known = node.text().is_some() && !content.contains('$');
    ResolvedText { span, known, verbatim: known && is_plain, text: content }
}

/// The names in `$X` and `${X}`.
pub(super) fn variables(text: &str) -> BTreeSet<String> {
    let names = text.split('$').skip(1).map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// Source and target of `source:target[:options]`; a path alone is an anonymous volume.
pub(super) fn mount_parts(text: &str) -> (Option<&str>, Option<&str>) {
    // `${PWD:-x}:/app` has a colon of its own.
    let mut depth = 0usize;
    let colon = text.char_indices().find(|(_, c)| {
        match c {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *c == ':' && depth == 0
    });
    let Some((at, _)) = colon else { return (None, Some(text)) };
    let target = text.get(at + 1..).unwrap_or_default().split(':').next();
    (text.get(..at), target)
}
