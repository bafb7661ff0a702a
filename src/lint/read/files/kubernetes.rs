//! Kubernetes manifests: the images of pods, of what makes pods, and of what looks like either (Argo, Tekton, Kubeflow, KServe).
//! <https://kubernetes.io/docs/concepts/containers/images/>
//!
//! What it refuses to do: templates are no manifests; what Helm or Kustomize make of them is not worked out.

use crate::lint::read::docker;
use crate::lint::read::file_kind::{FileKind, FileName, file_kind};
use crate::lint::read::node::Node;
use crate::lint::read::values::value;
use crate::lint::read::yaml;
use crate::lint::subject::builds::{ContainerUse, Setting};
use crate::lint::subject::image_use::ImageRole;
use crate::lint::subject::reading::FileReading;
use crate::lint::subject::source::SourceText;

pub(crate) struct Kubernetes;

impl FileKind for Kubernetes {
    file_kind!("kubernetes", "`*.yaml`, `*.yml` with `apiVersion:` and `kind:`");

    fn has_name(&self, _: &FileName) -> bool {
        false
    }

    fn may_have_name(&self, path: &FileName) -> bool {
        path.is_yaml()
    }

    fn has_text(&self, text: &str) -> bool {
        is_manifest(text)
    }

    fn is_wanted(&self, text: &str) -> bool {
        is_manifest(text) && text.contains("image") && !is_template(text)
    }

    fn read(&self, source: &SourceText) -> FileReading {
        let text = source.text.as_str();
        let Some(documents) = yaml::documents(text) else {
            return FileReading { unread: Some("YAML"), ..FileReading::default() };
        };
        let mut reading = FileReading::default();
        let objects =
            documents.iter().filter(|root| root.get("apiVersion").is_some() && root.get("kind").is_some());
        objects.for_each(|object| look(object, text, &mut reading));
        reading
    }
}

/// Whether a text begins lines as a manifest does.
fn is_manifest(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("apiVersion:") && has("kind:")
}

/// Whether a text is one that Helm and its like fill in: a line begins with their braces, or a value does.
fn is_template(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start().trim_start_matches("- ");
        let is_filled_in = |value: &str| value.trim_start_matches(['"', '\'']).starts_with("{{");
        line.starts_with("{{")
            || line.starts_with("{%")
            || line.split_once(": ").is_some_and(|(_, value)| is_filled_in(value))
    })
}

/// Lists of containers, under each of these names.
const LISTS: &[&str] = &["containers", "initContainers", "ephemeralContainers", "steps", "sidecars"];

/// A container alone: Argo's.
const SINGLE: &[&str] = &["container", "script"];

/// Containers wherever they stand in an object: a pod, what has a template of pods, a list of either.
fn look(node: &Node, text: &str, reading: &mut FileReading) {
    for (key, below) in node.entries() {
        let name = key.name.as_str();
        if LISTS.contains(&name) {
            let containers = below.items().iter().filter(|item| item.get("image").is_some());
            reading.containers.extend(containers.map(|item| container(item, text)));
        } else if SINGLE.contains(&name) && below.get("image").is_some_and(|image| image.text().is_some()) {
            reading.containers.push(container(below, text));
        } else if name == "volumes" {
            let images = below.items().iter().filter_map(|volume| volume.get("image")?.get("reference"));
            reading.images.extend(images.filter_map(|node| docker::image(node, text, ImageRole::Cluster)));
        }
        look(below, text, reading);
    }
    node.items().iter().for_each(|item| look(item, text, reading));
}

fn container(node: &Node, text: &str) -> ContainerUse {
    let environment = node.get("env").map(Node::items).unwrap_or_default();
    let set = environment.iter().filter_map(|item| {
        let (name, set) = (item.get("name")?.text()?, item.get("value")?);
        Some(Setting { name: name.to_owned(), value: Some(value(set, text)), span: set.span })
    });
    ContainerUse {
        span: node.get("name").map_or(node.span, |name| name.span),
        image: node.get("image").and_then(|image| docker::image(image, text, ImageRole::Cluster)),
        environment: set.collect(),
        ..ContainerUse::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_no_manifest() {
        let manifest = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: a\n";
        assert!(Kubernetes.is_wanted(manifest));
        assert!(!Kubernetes.is_wanted(&manifest.replace("image: a", "image: \"{{ .Values.image }}\"")));
        assert!(!Kubernetes.is_wanted(&format!("{manifest}{{{{- end }}}}\n")));
        assert!(Kubernetes.is_wanted(&format!("{manifest}      args: [\"{{{{x}}}}\"]\n")));
        assert!(!Kubernetes.is_wanted("services:\n  a:\n    image: b\n"));
    }
}
