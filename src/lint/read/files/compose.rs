//! Compose files: services that are built and run, with what they take from each other.
//! <https://github.com/compose-spec/compose-spec/blob/main/spec.md>
//!
//! What it refuses to do: a service of another file is not merged in; that file is linted itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::text::Span;
use crate::dockerfile::is_fetched;
use crate::lint::read::docker;
use crate::lint::read::file_kind::{FileKind, FileName, file_kind};
use crate::lint::read::inline;
use crate::lint::read::interpolation::{Environment, filled};
use crate::lint::read::node::{Data, Key, Node};
use crate::lint::read::values::value;
use crate::lint::read::yaml;
use crate::lint::subject::builds::{BuildCall, ContainerUse, Mount, NamedContext, Setting};
use crate::lint::subject::image_use::ImageRole;
use crate::lint::subject::reading::{FilePart, FileReading, Gap};
use crate::lint::subject::resolved::ResolvedText;
use crate::lint::subject::source::SourceText;

pub(crate) struct Compose;

const ID: &str = "compose";

impl FileKind for Compose {
    file_kind!("compose", "`compose*.yaml`, `docker-compose*.yml`");

    fn has_name(&self, path: &FileName) -> bool {
        path.is_yaml() && (path.stem.starts_with("compose") || path.stem.starts_with("docker-compose"))
    }

    fn has_text(&self, text: &str) -> bool {
        text.lines().any(|line| line.trim_end() == "services:")
    }

    fn beside(&self) -> &'static [&'static str] {
        &[".env"]
    }

    fn read(&self, source: &SourceText) -> FileReading {
        let text = source.text.as_str();
        let Some(documents) = yaml::documents(text) else {
            return FileReading { unread: Some("YAML"), ..FileReading::default() };
        };
        if documents.iter().any(Node::is_other_than_map) {
            return FileReading { unread: Some("a mapping of YAML"), ..FileReading::default() };
        }
        let given = Environment::of(source.around.beside.get(".env").map(String::as_str));
        let mut reading = FileReading::default();
        for root in documents {
            read(&filled(root, &given), text, &mut reading);
        }
        reading.distinct()
    }

    fn inline(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        inline::of_yaml(text)
    }
}

/// Services that extend each other; real ones stop at three.
const EXTENDED: usize = 32;

/// The services of a document, and the files that it takes in.
fn read(root: &Node, text: &str, reading: &mut FileReading) {
    included(root, text, reading);
    let services = root.get("services").map(Node::entries).unwrap_or_default();
    let by_name: BTreeMap<&str, &Node> =
        services.iter().map(|(key, service)| (key.name.as_str(), service)).collect();
    let mut budget = NODES;
    for (name, service) in services {
        let whole = extended(service, &by_name, text, &mut vec![name.name.as_str()], &mut budget, reading);
        let build = whole.get("build");
        let name_of_image = whole.get("image").map(|node| value(node, text));
        reading.builds.extend(build.map(|node| {
            let mut call = build_call(node, text);
            call.tags.extend(name_of_image);
            call
        }));
        reading.gaps.extend(build.and_then(|node| quoted_dockerfile(node, text)));
        // A service that is built gives its image only a name.
        let image = whole.get("image").filter(|_| build.is_none());
        let volumes = whole.get("volumes").map(Node::items).unwrap_or_default();
        let mounted = volumes.iter().filter(|node| node.get("type").and_then(Node::text) == Some("image"));
        reading
            .images
            .extend(mounted.filter_map(|node| docker::image(node.get("source")?, text, ImageRole::Service)));
        reading.containers.push(ContainerUse {
            span: name.span,
            image: image.and_then(|node| docker::image(node, text, ImageRole::Service)),
            mounts: volumes.iter().map(|node| mount(node, text)).collect(),
            environment: whole.get("environment").map(|node| settings(node, text)).unwrap_or_default(),
            user: whole.get("user").map(|node| value(node, text)),
            options: options(&whole, text),
        });
    }
}

/// Nodes that services take over from each other; the largest real files hold some thousands.
const NODES: usize = 1 << 16;

/// A service with what it extends in this file.
fn extended<'s>(
    service: &'s Node,
    services: &BTreeMap<&'s str, &'s Node>,
    text: &str,
    on_the_way: &mut Vec<&'s str>,
    budget: &mut usize,
    reading: &mut FileReading,
) -> Node {
    let Some(extends) = service.get("extends") else { return service.clone() };
    let file = extends.get("file");
    let Some(named) = extends.get("service").or(Some(extends)).filter(|node| node.text().is_some()) else {
        return service.clone();
    };
    if let Some(file) = file {
        part(file, text, reading);
        return service.clone();
    }
    let name = named.text().unwrap_or_default();
    let base = services.get_key_value(name);
    let reason = match base {
        None => "is no service of this file, so what it brings is not checked",
        Some(_) if on_the_way.contains(&name) => "extends this service itself",
        Some(_) if on_the_way.len() > EXTENDED || *budget == 0 => "extends too much to be looked at",
        Some((name, base)) => {
            on_the_way.push(name);
            let below = extended(base, services, text, on_the_way, budget, reading);
            on_the_way.pop();
            *budget = budget.saturating_sub(below.size());
            return over(below, service.clone());
        }
    };
    gap(named.span, reason, reading);
    service.clone()
}

fn gap(span: Span, reason: &str, reading: &mut FileReading) {
    reading.gaps.push(Gap { span, reason: reason.to_owned() });
}

/// What a service says over what it extends: maps name by name, lists one behind the other.
fn over(below: Node, own: Node) -> Node {
    let span = own.span;
    let data = match (below.data, own.data) {
        (Data::Map(mut all), Data::Map(own)) => {
            let places: BTreeMap<String, usize> =
                all.iter().enumerate().map(|(at, (key, _))| (key.name.clone(), at)).collect();
            for (key, value) in own {
                match places.get(&key.name).and_then(|at| all.get_mut(*at)) {
                    // A context alone is a map's.
                    Some((_, known))
                        if key.name == "build" && value.text().is_some() && known.text().is_none() =>
                    {
                        let context = (Key { span: key.span, name: "context".into() }, value);
                        *known = over(known.clone(), Node { span: key.span, data: Data::Map(vec![context]) });
                    }
                    Some((_, known)) => *known = over(known.clone(), value),
                    None => all.push((key, value)),
                }
            }
            Data::Map(all)
        }
        (Data::List(mut all), Data::List(own)) => {
            all.extend(own);
            Data::List(all)
        }
        (_, own) => own,
    };
    Node { span, data }
}

/// The files that `include` names: `- path`, or `- path: […]`.
fn included(root: &Node, text: &str, reading: &mut FileReading) {
    for item in root.get("include").map(Node::items).unwrap_or_default() {
        let path = item.get("path").unwrap_or(item);
        match path.text() {
            Some(_) => part(path, text, reading),
            None => path.items().iter().for_each(|path| part(path, text, reading)),
        }
    }
}

/// Takes in the file that a node names.
fn part(node: &Node, text: &str, reading: &mut FileReading) {
    let path = value(node, text);
    if is_fetched(&path.text) {
        gap(node.span, "is fetched when it is run, so it is not checked", reading);
    } else {
        reading.parts.push(FilePart { path, kind: ID });
    }
}

/// A Dockerfile inside that has no lines of its own.
fn quoted_dockerfile(build: &Node, text: &str) -> Option<Gap> {
    let inline = build.get("dockerfile_inline").filter(|node| node.text().is_some())?;
    let line_start = text.get(..inline.span.start)?.rfind('\n').map_or(0, |at| at + 1);
    let before = text.get(line_start..inline.span.start)?;
    let is_block = before.contains(['|', '>'])
        || inline.span.text(text).starts_with(['|', '>'])
        || !before.contains("dockerfile_inline");
    let reason = "is written in quotes, so the Dockerfile in it is not checked";
    (!is_block).then(|| Gap { span: inline.span, reason: reason.to_owned() })
}

pub(super) fn build_call(node: &Node, text: &str) -> BuildCall {
    if node.text().is_some() {
        return BuildCall { span: node.span, context: Some(value(node, text)), ..BuildCall::default() };
    }
    BuildCall {
        has_inline: node.get("dockerfile_inline").is_some(),
        ..declared(node, "additional_contexts", text)
    }
}

/// What a build says by the keys that compose, devcontainer and bake files share; its further contexts stand under a key of
/// each one's own.
pub(super) fn declared(node: &Node, further: &str, text: &str) -> BuildCall {
    let tags = node.get("tags").map(Node::items).unwrap_or_default();
    BuildCall {
        span: node.span,
        arguments: node.get("args").map(|args| settings(args, text)).unwrap_or_default(),
        dockerfile: node.get("dockerfile").map(|node| value(node, text)),
        context: node.get("context").map(|node| value(node, text)),
        contexts: contexts(node.get(further), text),
        tags: tags.iter().map(|tag| value(tag, text)).collect(),
        ..BuildCall::default()
    }
}

/// Contexts by name: `NAME: value`, or `- NAME=value`.
fn contexts(node: Option<&Node>, text: &str) -> Vec<NamedContext> {
    let settings = node.map(|node| settings(node, text)).unwrap_or_default();
    let named = settings
        .into_iter()
        .filter_map(|Setting { name, value, .. }| Some(NamedContext { name, value: value? }));
    named.collect()
}

/// `NAME: value` or `- NAME=value`; a name alone takes its value from the environment.
pub(super) fn settings(node: &Node, text: &str) -> Vec<Setting> {
    let named = node.entries().iter().map(|(key, item)| Setting {
        name: key.name.clone(),
        value: item.text().filter(|text| !matches!(*text, "" | "~" | "null")).map(|_| value(item, text)),
        span: Span::new(key.span.start, item.span.end.max(key.span.end)),
    });
    let listed = node
        .items()
        .iter()
        .filter_map(|item| Some(docker::setting(&value(item, text))).filter(|_| item.text().is_some()));
    // Of a name that comes again, the last one counts.
    let mut seen = BTreeSet::new();
    let all: Vec<Setting> = named.chain(listed).collect();
    let mut kept: Vec<Setting> = all.into_iter().rev().filter(|set| seen.insert(set.name.clone())).collect();
    kept.reverse();
    kept
}

fn mount(node: &Node, text: &str) -> Mount {
    match node.text() {
        Some(_) => Mount { span: node.span, ..docker::short_mount(&value(node, text)) },
        None => mount_of_map(node, text),
    }
}

/// `source: …`, `target: …`
pub(super) fn mount_of_map(node: &Node, text: &str) -> Mount {
    Mount {
        source: node.get("source").map(|node| value(node, text)),
        target: node.get("target").map(|node| value(node, text)),
        span: node.span,
    }
}

/// What couples a service to its host.
fn options(service: &Node, text: &str) -> Vec<ResolvedText> {
    let single = ["network_mode", "runtime", "privileged", "ipc", "pid", "platform"];
    let alone = single.iter().filter_map(|name| service.get(name)).map(|node| value(node, text));
    let devices = service.get("devices").map(Node::items).unwrap_or_default();
    alone.chain(devices.iter().map(|node| value(node, text))).collect()
}
