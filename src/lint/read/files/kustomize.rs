//! Kustomizations: the images that they put in the place of those of manifests.
//! <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/>
//!
//! What it refuses to do: it puts nothing in the place of anything; manifests are linted themselves.

use crate::lint::read::docker;
use crate::lint::read::file_kind::{FileKind, FileName, file_kind};
use crate::lint::read::node::Node;
use crate::lint::read::values::value;
use crate::lint::read::yaml;
use crate::lint::subject::image_use::{ImageRole, ImageUse};
use crate::lint::subject::reading::FileReading;
use crate::lint::subject::source::SourceText;

pub(crate) struct Kustomize;

impl FileKind for Kustomize {
    file_kind!("kustomize", "`kustomization.yaml` with `images:`");

    fn has_name(&self, _: &FileName) -> bool {
        false
    }

    fn may_have_name(&self, path: &FileName) -> bool {
        path.is_yaml() && path.stem == "kustomization"
    }

    fn has_text(&self, text: &str) -> bool {
        text.lines().any(|line| matches!(line.trim_end(), "kind: Kustomization" | "kind: Component"))
    }

    fn is_wanted(&self, text: &str) -> bool {
        text.lines().any(|line| line.starts_with("images:"))
    }

    fn read(&self, source: &SourceText) -> FileReading {
        let text = source.text.as_str();
        let Some(documents) = yaml::documents(text) else {
            return FileReading { unread: Some("YAML"), ..FileReading::default() };
        };
        if documents.iter().any(Node::is_other_than_map) {
            return FileReading { unread: Some("a mapping of YAML"), ..FileReading::default() };
        }
        let images = documents.iter().filter_map(|root| root.get("images")).flat_map(Node::items);
        FileReading {
            images: images.filter_map(|item| image(item, text)).collect(),
            ..FileReading::default()
        }
    }
}

/// The image of an item that gives it a tag. A digest goes before a tag; without either, the manifests' tag stays.
fn image(item: &Node, text: &str) -> Option<ImageUse> {
    let is_given = |name: &str| item.get(name).and_then(Node::text).is_some_and(|text| !text.is_empty());
    let tag = item.get("newTag").filter(|_| is_given("newTag") && !is_given("digest"))?;
    let name = ["newName", "name"].into_iter().find(|name| is_given(name))?;
    let mut whole = value(tag, text);
    whole.text = format!("{}:{}", item.get(name)?.text()?, tag.text()?);
    whole.verbatim = false;
    Some(docker::image_use(&whole, ImageRole::Replaced))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gives_a_tag_and_no_digest_is_an_image() {
        let images = |item: &str| -> Vec<String> {
            let text = format!("resources: [a.yaml]\nimages:\n  - {item}\n");
            let source = SourceText::new(
                "kustomization.yaml",
                crate::lint::subject::source::SourceKind::Around("kustomize"),
                text,
            );
            Kustomize.read(&source).images.iter().map(|image| image.name.shown()).collect()
        };
        assert_eq!(images("{name: nginx, newTag: '1.27'}"), ["nginx:1.27"]);
        assert_eq!(
            images("{name: nginx, newName: registry.example.org:5000/n, newTag: 1.27}"),
            ["registry.example.org:5000/n:1.27"]
        );
        for other in [
            "{name: a, digest: 'sha256:00'}",
            "{name: a, newTag: b, digest: 'sha256:00'}",
            "{name: a, newName: b}",
            "a",
        ] {
            assert_eq!(images(other), [""; 0], "{other}");
        }
    }
}
