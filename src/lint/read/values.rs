//! Values of the files around a Dockerfile, and the parts that several of their languages share.

use std::collections::BTreeSet;

use crate::base::text::Span;
use crate::lint::read::node::Node;
use crate::lint::subject::resolved::ResolvedText;

/// A node as a value; `$X` and `${X}` in it are filled in from somewhere else.
pub(crate) fn value(node: &Node, text: &str) -> ResolvedText {
    let content = node.text().unwrap_or_default().to_owned();
    let written = node.span.text(text);
    // The place of a value may go on to the comment behind it.
    let quote = usize::from(written.starts_with(['"', '\'']));
    // Of a text that was filled in, what begins it is not all of it.
    let is_plain = !content.is_empty()
        && (content.contains('$') || !written.contains('$'))
        && written.get(quote..).is_some_and(|rest| rest.starts_with(&content));
    let span = match is_plain {
        true => Span::new(node.span.start + quote, node.span.start + quote + content.len()),
        false => node.span,
    };
    let known = node.text().is_some() && !content.contains('$');
    ResolvedText { span, known, verbatim: known && is_plain, text: content }
}

/// The names in `$X` and `${X}`.
pub(crate) fn variables(text: &str) -> BTreeSet<String> {
    let names = text.split('$').skip(1).map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// Source and target of `source:target[:options]`; a path alone is an anonymous volume.
pub(crate) fn mount_parts(text: &str) -> (Option<&str>, Option<&str>) {
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

/// Variables that every machine has of its own: what stands in for them where they are not set stands for nothing.
const OF_MACHINES: &[&str] = &[
    "UID", "GID", "EUID", "USER", "LOGNAME", "USERNAME", "HOSTNAME", "HOST", "HOME", "PWD", "PATH", "SHELL",
];

/// Whether each machine sets that variable.
pub(crate) fn is_of_machines(name: &str) -> bool {
    OF_MACHINES.contains(&name)
}
