//! How deep layers are read, of a lock and of an image.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use super::*;
use crate::base::digest::Sha256;
use crate::build::Inputs;
use crate::image::config::Config as ImageConfig;
use crate::image::platform::Platform;
use crate::image::{ImageError, ImageSource};

/// A place of images, near or far. Nothing is read from it.
struct Somewhere {
    is_remote: bool,
}

impl ImageSource for Somewhere {
    fn reference(&self) -> String {
        "somewhere".to_owned()
    }

    fn image(&self, _: Option<&Platform>) -> Result<Image, ImageError> {
        panic!("read an image")
    }

    fn open(&self, _: &Layer) -> Result<Box<dyn Read + Send + '_>, ImageError> {
        panic!("read a layer")
    }

    fn is_remote(&self) -> bool {
        self.is_remote
    }
}

fn digest(text: &str) -> Digest {
    Sha256::of(text.as_bytes()).into()
}

/// A layer of 7 bytes from its blob's name and its tar's.
fn layer(blob: &str, tar: &str) -> Layer {
    Layer {
        digest: Some(digest(blob)),
        size: Some(7),
        media_type: None,
        diff_id: digest(tar),
        key: blob.to_owned(),
        embedded: None,
    }
}

fn image(layers: &[(&str, &str)], manifest: Option<&str>) -> Image {
    Image {
        name: None,
        platform: "linux/amd64".parse().unwrap(),
        media_type: None,
        index: None,
        manifest: manifest.map(digest),
        config_digest: digest("config"),
        config: ImageConfig::default(),
        annotations: BTreeMap::new(),
        layers: layers.iter().map(|(blob, tar)| layer(blob, tar)).collect(),
        notes: Vec::new(),
    }
}

fn lock() -> Lockfile {
    let config = digest("config");
    let text = format!(
        "version = 1\n\n[image]\nreference = \"a\"\nplatform = \"linux/amd64\"\nconfig = \"{config}\"\n\n[config]\n"
    );
    toml::from_str(&text).unwrap()
}

/// How deep a layer of a new image is read whose twin has the same blob, another blob, or that has none.
fn depths(old: &Old<'_>, is_remote: bool, manifest: Option<&str>) -> [Depth; 3] {
    let image = image(&[("blob", "tar")], manifest);
    let new = Readable { source: &Somewhere { is_remote }, image: &image };
    let twin = |blob| OldLayer { size: 7, ..claimed(&layer(blob, "tar"), build::Origin::default(), false) };
    let (same, other) = (twin("blob"), twin("other"));
    [Some(&same), Some(&other), None].map(|twin| old.new_depth(new, &image.layers[0], twin))
}

#[test]
fn against_a_lock_a_blob_is_hashed_unless_a_checked_manifest_far_away_names_it() {
    let lock = lock();
    let index = FileIndex::beside(Path::new("l"), &lock);
    let old = Old::of_lock(&lock, &index, None);
    let proved = [Depth::Blob, Depth::DiffId, Depth::Entries];
    assert_eq!(depths(&old, false, Some("m")), proved);
    assert_eq!(depths(&old, true, None), proved);
    assert_eq!(depths(&old, true, Some("m")), [Depth::Claim, Depth::DiffId, Depth::Entries]);
}

#[test]
fn of_two_images_what_both_name_is_the_same_by_name() {
    let (place, image) = (Somewhere { is_remote: false }, image(&[], None));
    let facts = build::facts(&image, &Inputs::default()).unwrap();
    let old = Old::of_image(Readable { source: &place, image: &image }, &facts);
    for is_remote in [false, true] {
        assert_eq!(depths(&old, is_remote, None), [Depth::Claim, Depth::DiffId, Depth::Entries]);
    }
}

#[test]
fn a_locked_image_is_read_for_the_layers_that_are_others_now() {
    let lock = lock();
    let index = FileIndex::beside(Path::new("l"), &lock);
    let read = |is_remote: bool, news: &[(&str, &str)]| {
        let (near, far) = (Somewhere { is_remote: false }, Somewhere { is_remote });
        let (locked, new) = (image(&[("a", "a"), ("b", "b")], None), image(news, None));
        let old = Old::of_lock(&lock, &index, Some(Readable { source: &far, image: &locked }));
        let layers: Vec<OldLayer<'_>> =
            locked.layers.iter().map(|layer| claimed(layer, build::Origin::default(), false)).collect();
        let pairs = Pairs::of(&layers, &new.layers);
        let new = Readable { source: &near, image: &new };
        old.depths(&layers, new, &pairs).map(|(_, depths)| depths)
    };
    assert_eq!(read(false, &[("a", "a")]), Some(vec![Depth::Claim, Depth::Entries]));
    assert_eq!(read(false, &[("a", "a"), ("c", "c")]), Some(vec![Depth::Claim, Depth::Entries]));
    assert_eq!(read(false, &[("b", "b"), ("a", "a")]), None);
    assert_eq!(read(true, &[("a", "a")]), None);
}
