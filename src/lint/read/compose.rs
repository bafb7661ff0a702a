//! Compose files: services that are built and run.
//! <https://github.com/compose-spec/compose-spec/blob/main/spec.md>

use crate::base::text::Span;
use crate::lint::read::docker;
use crate::lint::read::node::Node;
use crate::lint::read::started::{Started, mount_parts, value};
use crate::lint::subject::builds::{BuildCall, ContainerUse, Mount, Setting};
use crate::lint::subject::image_use::ImageRole;
use crate::lint::subject::resolved::ResolvedText;

/// The services of a compose file.
pub(super) fn read(root: &Node, text: &str) -> Started {
    let mut read = Started::default();
    let services = root.get("services").map(Node::entries).unwrap_or_default();
    for (name, service) in services {
        let build = service.get("build");
        let name_of_image = service.get("image").map(|node| value(node, text));
        read.builds.extend(build.map(|node| {
            let mut call = build_call(node, text);
            call.tags.extend(name_of_image);
            call
        }));
        // A service that is built gives its image only a name.
        let image = service.get("image").filter(|_| build.is_none());
        read.containers.push(ContainerUse {
            span: name.span,
            image: image.and_then(|node| docker::image(node, text, ImageRole::Service)),
            mounts: service
                .get("volumes")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .map(|node| mount(node, text))
                .collect(),
            environment: service.get("environment").map(|node| settings(node, text)).unwrap_or_default(),
            user: service.get("user").map(|node| value(node, text)),
            options: options(service, text),
        });
    }
    read
}

pub(super) fn build_call(node: &Node, text: &str) -> BuildCall {
    if node.text().is_some() {
        return BuildCall { span: node.span, context: Some(value(node, text)), ..BuildCall::default() };
    }
    declared(node, "additional_contexts", text)
}

/// What a build says by the keys that compose, devcontainer and bake files share; its further contexts stand under a key of
/// each one's own.
pub(super) fn declared(node: &Node, further: &str, text: &str) -> BuildCall {
    BuildCall {
        span: node.span,
        arguments: node.get("args").map(|args| settings(args, text)).unwrap_or_default(),
        dockerfile: node.get("dockerfile").map(|node| value(node, text)),
        context: node.get("context").map(|node| value(node, text)),
        contexts: contexts(node.get(further), text),
        tags: node
            .get("tags")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .map(|tag| value(tag, text))
            .collect(),
    }
}

/// Contexts by name: `NAME: value`, or `- NAME=value`.
fn contexts(node: Option<&Node>, text: &str) -> Vec<ResolvedText> {
    let settings = node.map(|node| settings(node, text)).unwrap_or_default();
    settings.into_iter().filter_map(|setting| setting.value).collect()
}

/// `NAME: value` or `- NAME=value`; a name alone takes its value from the environment.
pub(super) fn settings(node: &Node, text: &str) -> Vec<Setting> {
    let named = node.entries().iter().map(|(key, item)| Setting {
        name: key.name.clone(),
        value: item.text().filter(|text| !matches!(*text, "" | "~" | "null")).map(|_| value(item, text)),
        span: Span::new(key.span.start, item.span.end.max(key.span.end)),
    });
    let listed = node.items().iter().filter_map(|item| {
        let (name, set) = match item.text()?.split_once('=') {
            Some((name, set)) => (name, Some(set)),
            None => (item.text()?, None),
        };
        let value =
            set.map(|set| ResolvedText { text: set.to_owned(), verbatim: false, ..value(item, text) });
        Some(Setting { name: name.to_owned(), value, span: item.span })
    });
    named.chain(listed).collect()
}

fn mount(node: &Node, text: &str) -> Mount {
    let part = |part: &str| ResolvedText { text: part.to_owned(), verbatim: false, ..value(node, text) };
    match node.text() {
        Some(short) => {
            let (source, target) = mount_parts(short);
            Mount { source: source.map(part), target: target.map(part), span: node.span }
        }
        None => Mount {
            source: node.get("source").map(|node| value(node, text)),
            target: node.get("target").map(|node| value(node, text)),
            span: node.span,
        },
    }
}

/// What couples a service to its host.
fn options(service: &Node, text: &str) -> Vec<ResolvedText> {
    let single = ["network_mode", "runtime", "privileged", "ipc", "pid", "platform"];
    let alone = single.iter().filter_map(|name| service.get(name)).map(|node| value(node, text));
    let devices = service.get("devices").map(Node::items).unwrap_or_default();
    alone.chain(devices.iter().map(|node| value(node, text))).collect()
}
