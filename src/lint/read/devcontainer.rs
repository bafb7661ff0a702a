//! devcontainer.json: an image that is built or named, and how it is run.
//! <https://containers.dev/implementors/json_reference/>

use crate::lint::read::compose::{build_call, settings};
use crate::lint::read::docker::{self, image};
use crate::lint::read::node::{Data, Node};
use crate::lint::read::started::{Started, value};
use crate::lint::subject::builds::{ContainerUse, Mount};
use crate::lint::subject::image_use::ImageRole;
use crate::lint::subject::resolved::ResolvedText;

/// What a devcontainer builds and runs.
pub(super) fn read(root: &Node, text: &str) -> Started {
    let mut read = Started::default();
    let build = root.get("build");
    read.builds.extend(build.map(|node| build_call(node, text)));
    let arguments: Vec<ResolvedText> = root
        .get("runArgs")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .map(|node| value(node, text))
        .collect();
    let mut container = docker::run_options(&arguments).0;
    container.span = root.get("runArgs").or(root.get("image")).or(build).map_or(root.span, |node| node.span);
    container.image = root.get("image").and_then(|node| image(node, text, ImageRole::Service));
    container
        .mounts
        .extend(root.get("mounts").map(Node::items).unwrap_or_default().iter().map(|node| mount(node, text)));
    container.mounts.extend(root.get("workspaceMount").map(|node| mount(node, text)));
    container
        .environment
        .extend(root.get("containerEnv").map(|node| settings(node, text)).unwrap_or_default());
    if let Some(user) = root.get("containerUser") {
        container.user = Some(value(user, text));
    }
    read.containers.push(ContainerUse { ..container });
    read.images.extend(root.get("features").map(Node::entries).unwrap_or_default().iter().filter_map(
        |(key, _)| {
            // What is no path of a registry is a folder at hand.
            let is_remote =
                key.name.contains('/') && !key.name.starts_with(['.', '/']) && !key.name.contains("://");
            let node = Node { span: key.span, data: Data::Text(key.name.clone()) };
            docker::image(&node, text, ImageRole::Feature).filter(|_| is_remote)
        },
    ));
    read
}

/// `source=…,target=…` or an object of the same.
fn mount(node: &Node, text: &str) -> Mount {
    match node.text() {
        Some(list) => docker::long_mount(list, &value(node, text)),
        None => Mount {
            source: node.get("source").map(|node| value(node, text)),
            target: node.get("target").map(|node| value(node, text)),
            span: node.span,
        },
    }
}
