//! Reading what is around a Dockerfile: compose files, devcontainers, bake files, Makefiles and scripts, for the builds and
//! runs that they start.
//!
//! Vocabulary: a *node* is a value of a structured text with its place, whatever the text's language.
//!
//! What it refuses to do: it merges no files, evaluates no function, and starts nothing.

mod bake;
mod compose;
mod devcontainer;
mod docker;
mod hcl;
mod jsonc;
mod makefile;
mod node;
mod yaml;

use std::collections::BTreeSet;

use super::{BuildCall, ContainerUse, ImageRole, ImageUse, Kind, Script, Source, Subject, Value};
use crate::base::logical::Logical;
use crate::base::text::Span;
pub(super) use node::{Data, Node};

/// Builds and runs that a source starts.
#[derive(Debug, Default)]
struct Read {
    builds: Vec<BuildCall>,
    containers: Vec<ContainerUse>,
}

/// Reads a source that is no Dockerfile and no requirements file.
pub(super) fn subject(source: &Source) -> Subject<'_> {
    let text = source.text.as_str();
    let whole = Span::new(0, text.len());
    let mut subject = Subject::of(source);
    subject.scripts = match source.kind {
        Kind::Makefile => makefile::scripts(text),
        Kind::Script => vec![Script::on_host(Logical::of(text, whole), whole)],
        _ => Vec::new(),
    };
    let read = match source.kind {
        Kind::Compose => yaml::parse(text).map(|root| compose::read(&root, text)),
        Kind::Devcontainer => jsonc::parse(text).map(|root| devcontainer::read(&root, text)),
        Kind::Bake if source.path.ends_with(".json") => {
            jsonc::parse(text).map(|root| bake::read(&root, text))
        }
        Kind::Bake => hcl::parse(text).map(|root| bake::read(&root, text)),
        _ => Some(commands(&subject)),
    };
    let read = read.unwrap_or_default();
    subject.images = read.containers.iter().filter_map(|container| container.image.clone()).collect();
    subject.builds = read.builds;
    subject.containers = read.containers;
    subject
}

/// What the shell commands of a source build and run.
fn commands(subject: &Subject<'_>) -> Read {
    let mut all = Read::default();
    for call in subject.calls_of(docker::PROGRAMS) {
        let read = docker::read(&call);
        all.builds.extend(read.builds);
        all.containers.extend(read.containers);
    }
    all
}

/// A node as a value; `$X` and `${X}` in it are filled in from somewhere else.
fn value(node: &Node, text: &str) -> Value {
    let content = node.text().unwrap_or_default().to_owned();
    let written = node.span.text(text);
    let inner = written.strip_prefix(['"', '\'']).and_then(|rest| rest.strip_suffix(['"', '\'']));
    let (span, written) = match inner {
        Some(inner) => (Span::new(node.span.start + 1, node.span.end - 1), inner),
        None => (node.span, written),
    };
    let known = node.text().is_some() && !content.contains('$');
    Value { span, known, verbatim: known && written == content, text: content }
}

/// The image that a node names.
fn image(node: &Node, text: &str, role: ImageRole) -> Option<ImageUse> {
    node.text().filter(|text| !text.is_empty())?;
    Some(docker::image_use(&value(node, text), role))
}

/// The names in `$X` and `${X}`.
fn variables(text: &str) -> BTreeSet<String> {
    let names = text.split('$').skip(1).map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// Source and target of `source:target[:options]`; a path alone is an anonymous volume.
fn mount_parts(text: &str) -> (Option<&str>, Option<&str>) {
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

/// Brackets within each other; real files stop at some ten. Parsers call themselves for each.
const DEPTH: usize = 128;

/// Whether `text` nests brackets deeper than is read.
fn is_too_deep(text: &str) -> bool {
    let mut depth = 0usize;
    text.bytes().any(|byte| {
        match byte {
            b'[' | b'{' | b'(' => depth += 1,
            b']' | b'}' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEPTH
    })
}

#[cfg(test)]
mod tests;
