//! devcontainer.json: an image that is built or named, and how it is run.
//! <https://containers.dev/implementors/json_reference/>
//!
//! What it refuses to do: what a feature installs is not known here; it is an image that is named.

use std::collections::BTreeSet;

use crate::lint::read::docker::{self, image};
use crate::lint::read::file_kind::{FileKind, FileName, file_kind};
use crate::lint::read::files::compose::{build_call, mount_of_map, settings};
use crate::lint::read::jsonc;
use crate::lint::read::node::{Data, Node};
use crate::lint::read::values::{is_of_machines, value};
use crate::lint::subject::builds::{BuildCall, Mount, Rooted};
use crate::lint::subject::image_use::ImageRole;
use crate::lint::subject::reading::{FilePart, FileReading};
use crate::lint::subject::resolved::ResolvedText;
use crate::lint::subject::source::SourceText;

pub(crate) struct Devcontainer;

/// The digests of features, as the devcontainer's own tool writes them.
const LOCKS: &[&str] = &["devcontainer-lock.json", ".devcontainer-lock.json"];

impl FileKind for Devcontainer {
    file_kind!("devcontainer", "`devcontainer.json`, `.devcontainer.json`");

    fn has_name(&self, path: &FileName) -> bool {
        matches!(path.name.as_str(), "devcontainer.json" | ".devcontainer.json")
    }

    fn has_text(&self, _: &str) -> bool {
        false
    }

    fn beside(&self) -> &'static [&'static str] {
        LOCKS
    }

    fn read(&self, source: &SourceText) -> FileReading {
        let text = source.text.as_str();
        let Some(root) = jsonc::parse(text) else {
            return FileReading { unread: Some("JSON"), ..FileReading::default() };
        };
        if root.is_other_than_map() {
            return FileReading { unread: Some("an object of JSON"), ..FileReading::default() };
        }
        let locks = LOCKS.iter().filter_map(|name| source.around.beside.get(name));
        let locked: BTreeSet<String> = locks.flat_map(|text| locked(text)).collect();
        read(&filled(root), text, &locked)
    }
}

/// The features that a lock has digests of.
fn locked(text: &str) -> Vec<String> {
    let root = jsonc::parse(text);
    let features = root.as_ref().and_then(|root| root.get("features")).map(Node::entries).unwrap_or_default();
    let has_digest = |node: &Node| {
        let resolved = node.get("resolved").and_then(Node::text);
        resolved.is_some_and(|text| text.contains("@sha256:"))
    };
    features.iter().filter(|(_, node)| has_digest(node)).map(|(key, _)| key.name.clone()).collect()
}

/// What a devcontainer builds and runs.
fn read(root: &Node, text: &str, locked: &BTreeSet<String>) -> FileReading {
    let mut read = FileReading::default();
    let build = root.get("build");
    read.builds.extend(build.map(|node| BuildCall { rooted: Rooted::Folder, ..build_call(node, text) }));
    // The older form has both at the top.
    if let Some(dockerfile) = root.get("dockerFile") {
        let own = || BuildCall { span: dockerfile.span, ..BuildCall::default() };
        let mut call = read.builds.pop().unwrap_or_else(own);
        call.rooted = Rooted::Folder;
        call.dockerfile = call.dockerfile.or(Some(value(dockerfile, text)));
        call.context = call.context.or(root.get("context").map(|node| value(node, text)));
        read.builds.push(call);
    }
    let arguments: Vec<ResolvedText> = items(root, "runArgs").iter().map(|node| value(node, text)).collect();
    let mut container = docker::run_options(&arguments).0;
    container.span = root.get("runArgs").or(root.get("image")).or(build).map_or(root.span, |node| node.span);
    container.image = root.get("image").and_then(|node| image(node, text, ImageRole::Service));
    container.mounts.extend(items(root, "mounts").iter().map(|node| mount(node, text)));
    container.mounts.extend(root.get("workspaceMount").map(|node| mount(node, text)));
    let environment = root.get("containerEnv").map(|node| settings(node, text));
    container.environment.extend(environment.unwrap_or_default());
    if let Some(user) = root.get("containerUser") {
        container.user = Some(value(user, text));
    }
    read.containers.push(container);
    let features = root.get("features").map(Node::entries).unwrap_or_default();
    read.images.extend(features.iter().filter(|(key, _)| !locked.contains(&key.name)).filter_map(
        |(key, _)| {
            // What is no path of a registry is a folder at hand.
            let is_remote =
                key.name.contains('/') && !key.name.starts_with(['.', '/']) && !key.name.contains("://");
            let node = Node { span: key.span, data: Data::Text(key.name.clone()) };
            docker::image(&node, text, ImageRole::Feature).filter(|_| is_remote)
        },
    ));
    let files = root.get("dockerComposeFile");
    let listed = files.map(Node::items).unwrap_or_default().iter();
    let files = files.into_iter().filter(|node| node.text().is_some()).chain(listed);
    read.parts.extend(files.map(|node| FilePart { path: value(node, text), kind: "compose" }));
    read
}

fn items<'n>(root: &'n Node, name: &str) -> &'n [Node] {
    root.get(name).map(Node::items).unwrap_or_default()
}

/// A value with the defaults of `${localEnv:NAME:default}` filled in, but for what each machine sets.
fn filled(node: Node) -> Node {
    let data = match node.data {
        Data::Text(text) if text.contains("${localEnv:") => Data::Text(with_defaults(&text)),
        Data::List(items) => Data::List(items.into_iter().map(filled).collect()),
        Data::Map(entries) => Data::Map(entries.into_iter().map(|(key, node)| (key, filled(node))).collect()),
        other => other,
    };
    Node { span: node.span, data }
}

fn with_defaults(text: &str) -> String {
    let mut parts = text.split("${localEnv:");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (inside, rest) = part.split_once('}').unwrap_or((part, ""));
        match inside.split_once(':') {
            Some((name, default)) if !is_of_machines(name) && part.contains('}') => all.push_str(default),
            _ => {
                all.push_str("${localEnv:");
                all.push_str(inside);
                all.push_str(if part.contains('}') { "}" } else { "" });
            }
        }
        all.push_str(rest);
    }
    all
}

/// `source=…,target=…` or an object of the same.
fn mount(node: &Node, text: &str) -> Mount {
    match node.text() {
        Some(list) => docker::long_mount(list, &value(node, text)),
        None => mount_of_map(node, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_of_the_machines_environment_counts_unless_every_machine_sets_it() {
        assert_eq!(with_defaults("a:${localEnv:TAG:3}-b"), "a:3-b");
        for kept in ["${localEnv:USER:x}", "${localEnv:TAG}", "a${localEnv:TAG:x"] {
            assert_eq!(with_defaults(kept), kept);
        }
    }
}
