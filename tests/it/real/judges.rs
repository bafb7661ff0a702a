//! skopeo and umoci as independent judges: digests, diff_ids and every path of the merged tree.
//!
//! `judges.txt` has a line for each image of the corpus that we take: whether skopeo reads the same documents, and how
//! many paths umoci unpacks, each the same as ours. `REPROLOCK_BLESS=1` writes it anew; read the diff. No image is
//! sampled: every path of every image is compared by type, mode, owner, size, target and content.
//!
//! Where a judge refuses an image that we take, the line says so. skopeo 1.9 asks for a name where a layout holds
//! an image and its signatures, and finds no names without a tag in a docker-archive.
//!
//! What the judges are known to do differently, and is allowed for here:
//! - umoci makes the folders that a tar leaves out; we list what the tar says;
//! - umoci 0.4 reads no zstd, so skopeo decompresses all layers for it;
//! - skopeo 1.9 misreads some archives that are gzipped as a whole, so it gets them unpacked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use reprolock::internal::base::digest::Sha256;
use reprolock::internal::base::limits::Expansion;
use reprolock::internal::base::observer::Silent;
use reprolock::internal::base::path::LayerPath;
use reprolock::internal::formats::tar::entry::{Entry, Kind};
use reprolock::internal::image::platform::Platform;
use reprolock::internal::image::reference::{self, Reference};
use reprolock::internal::image::{ChoiceFault, Image, ImageError, ImageFault, ImageSource, OpenOptions};
use reprolock::internal::layer::Contents;
use reprolock::internal::layer::pass::{Depth, Pass};
use reprolock::internal::scan;
use reprolock::internal::tree::FileTree;
use serde_json::Value;

use super::{ask, build, lab};
use crate::sources::entries;

const GOLDEN: &str = include_str!("judges.txt");

/// An image that we take, its layers read.
struct Taken {
    reference: String,
    platform: Option<Platform>,
    image: Image,
    passes: Vec<Arc<Pass>>,
}

fn open(text: &str) -> Result<Box<dyn ImageSource>, ImageError> {
    reference::open(&text.parse::<Reference>()?, &OpenOptions::default())
}

/// Every image behind a reference that we take: of each name and platform.
fn taken(text: &str, platform: Option<Platform>) -> Vec<Taken> {
    let Ok(source) = open(text) else { return Vec::new() };
    match source.image(platform.as_ref()) {
        Err(error) => match *error.kind {
            ImageFault::Choice(ChoiceFault::SeveralNames { found }) => {
                found.iter().flat_map(|name| taken(&format!("{text}:{name}"), platform.clone())).collect()
            }
            ImageFault::Choice(ChoiceFault::SeveralPlatforms { found }) => {
                found.iter().flat_map(|platform| taken(text, platform.parse().ok())).collect()
            }
            _ => Vec::new(),
        },
        Ok(image) => {
            let options = scan::ScanOptions { expansion: Expansion::default(), observer: &Silent };
            let passes = scan::layers(&*source, &image, &|_, _| Depth::Entries, &options);
            let one = |passes| Taken { reference: source.reference(), platform, image, passes };
            passes.map(one).into_iter().collect()
        }
    }
}

/// skopeo's options for the platform; it would take the machine's own.
fn overrides(image: &Taken) -> Vec<String> {
    let text = image.platform.as_ref().map(Platform::to_string).unwrap_or_default();
    let options = ["--override-os", "--override-arch", "--override-variant"];
    let words = text.split('/').filter(|word| !word.is_empty());
    options.into_iter().zip(words).flat_map(|(option, word)| [option.to_owned(), word.to_owned()]).collect()
}

fn skopeo(image: &Taken, arguments: &[&str]) -> Result<String, String> {
    let mut all = vec!["--insecure-policy".to_owned()];
    all.extend(overrides(image));
    all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    ask("skopeo", &all)
}

/// The reference as skopeo can read it: an archive that is gzipped as a whole is unpacked into `folder`.
fn readable(reference: &str, folder: &Path) -> String {
    let Some((prefix, rest)) = reference.split_once(':') else { return reference.to_owned() };
    let Some(end) = rest.find(".tar.gz").map(|at| at + ".tar.gz".len()) else { return reference.to_owned() };
    let plain = folder.join("plain.tar");
    let mut file = flate2::read::MultiGzDecoder::new(fs::File::open(&rest[..end]).unwrap());
    std::io::copy(&mut file, &mut fs::File::create(&plain).unwrap()).unwrap();
    format!("{prefix}:{}{}", plain.display(), &rest[end..])
}

/// Holds skopeo's reading of the documents to ours. Its refusal, where it refuses.
fn documents(image: &Taken, name: &str) -> Result<(), String> {
    // Of a docker-archive skopeo reads the config alone, and makes up a manifest.
    let is_oci = name.starts_with("oci");
    if is_oci {
        let raw = skopeo(image, &["inspect", "--raw", name])?;
        let named = image.image.index.or(image.image.manifest).unwrap();
        assert_eq!(Sha256::of(raw.as_bytes()).to_string(), named.to_string(), "{name}");
    }
    let config = skopeo(image, &["inspect", "--config", "--raw", name])?;
    assert_eq!(Sha256::of(config.as_bytes()).to_string(), image.image.config_digest.to_string(), "{name}");
    let config: Value = serde_json::from_str(&config).unwrap();
    let of_pass = |pass: &Arc<Pass>| pass.unpacked.as_ref().unwrap().diff_id.to_string();
    let diff_ids: Vec<String> = image.passes.iter().map(of_pass).collect();
    assert_eq!(config["rootfs"]["diff_ids"], Value::from(diff_ids), "{name}");
    if is_oci {
        let told: Value = serde_json::from_str(&skopeo(image, &["inspect", name])?).unwrap();
        let digests: Vec<String> = image.passes.iter().map(|pass| pass.digest.to_string()).collect();
        assert_eq!(told["Layers"], Value::from(digests), "{name}");
    }
    Ok(())
}

/// What a path is, as far as an unpacked tree tells.
#[derive(Debug, PartialEq, Eq)]
struct Node {
    kind: Kind,
    mode: u32,
    owner: (u64, u64),
    size: u64,
    link: Option<Vec<u8>>,
    content: Option<Sha256>,
}

fn ours(passes: &[Arc<Pass>]) -> BTreeMap<LayerPath, Node> {
    let contents = |pass: &Arc<Pass>| pass.unpacked.as_ref().unwrap().contents.clone().unwrap();
    let contents: Vec<Contents> = passes.iter().map(contents).collect();
    let tree = FileTree::stack(&contents);
    let node = |entry: &Entry| Node {
        kind: entry.kind,
        mode: if entry.kind == Kind::Symlink { 0 } else { entry.mode },
        owner: (entry.uid, entry.gid),
        size: entry.size,
        link: entry.link.as_deref().filter(|_| entry.kind == Kind::Symlink).map(<[u8]>::to_vec),
        content: entry.content,
    };
    tree.iter().map(|(path, _, at)| (path.clone(), node(tree.file(at).unwrap()))).collect()
}

fn theirs(root: &Path, folder: &Path, nodes: &mut BTreeMap<LayerPath, Node>) {
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        let facts = fs::symlink_metadata(&path).unwrap();
        let kind = match facts.file_type() {
            kind if kind.is_symlink() => Kind::Symlink,
            kind if kind.is_dir() => Kind::Directory,
            kind if kind.is_char_device() => Kind::CharDevice,
            kind if kind.is_block_device() => Kind::BlockDevice,
            kind if kind.is_fifo() => Kind::Fifo,
            _ => Kind::File,
        };
        let is_file = kind == Kind::File;
        let node = Node {
            kind,
            mode: if kind == Kind::Symlink { 0 } else { facts.mode() & 0o7777 },
            owner: (facts.uid().into(), facts.gid().into()),
            size: if is_file { facts.len() } else { 0 },
            link: (kind == Kind::Symlink)
                .then(|| fs::read_link(&path).unwrap().as_os_str().as_bytes().to_vec()),
            content: is_file.then(|| Sha256::of(&fs::read(&path).unwrap())),
        };
        let inside = path.strip_prefix(root).unwrap().as_os_str().as_bytes();
        nodes.insert(LayerPath::normalize(inside).unwrap(), node);
        if kind == Kind::Directory {
            theirs(root, &path, nodes);
        }
    }
}

/// Has umoci unpack the image, and holds its tree to ours. Its refusal, or skopeo's, where one refuses.
fn tree(image: &Taken, name: &str, folder: &Path) -> Result<usize, String> {
    let path = |name: &str| folder.join(name).display().to_string();
    let (plain, layout) = (format!("dir:{}", path("plain")), format!("{}:x", path("layout")));
    skopeo(image, &["copy", "--quiet", "--dest-decompress", name, &plain])?;
    skopeo(image, &["copy", "--quiet", &plain, &format!("oci:{layout}")])?;
    ask("umoci", &["raw", "unpack", "--image", &layout, &path("root")])?;
    let root = folder.join("root");
    let (ours, mut theirs_) = (ours(&image.passes), BTreeMap::new());
    theirs(&root, &root, &mut theirs_);
    let mut text = String::new();
    for (path, node) in &ours {
        match theirs_.get(path) {
            Some(other) if other == node => {}
            other => writeln!(text, "{path}: we say {node:?}, umoci {other:?}").unwrap(),
        }
    }
    for (path, node) in &theirs_ {
        let is_implied = node.kind == Kind::Directory && ours.keys().any(|other| other.is_within(path));
        if !ours.contains_key(path) && !is_implied {
            writeln!(text, "{path}: umoci alone has {node:?}").unwrap();
        }
    }
    assert!(text.is_empty(), "{}:\n{text}", image.reference);
    Ok(ours.len())
}

/// The golden line of one image; why a judge refuses goes to stderr.
fn line(name: &str, image: &Taken) -> String {
    let folder = tempfile::tempdir().unwrap();
    let reference = readable(&image.reference, folder.path());
    let refused = |error: String| {
        eprintln!("{name}: {error}");
        "refuses".to_owned()
    };
    let documents = documents(image, &reference).map_or_else(refused, |()| "agrees".to_owned());
    let tree = tree(image, &reference, folder.path()).map_or_else(refused, |paths| format!("{paths} paths"));
    let platform = image.platform.as_ref().map(|platform| format!(" {platform}")).unwrap_or_default();
    format!("{name}{platform}\t{documents}\t{tree}\n")
}

#[test]
fn skopeo_and_umoci_agree_on_the_labs_images() {
    let Some(lab) = lab() else { return };
    for number in [1, 2] {
        let reference = build(&lab, number);
        for image in taken(&reference, None) {
            let folder = tempfile::tempdir().unwrap();
            assert_eq!(documents(&image, &reference), Ok(()));
            assert!(tree(&image, &reference, folder.path()).unwrap() > 15_000);
        }
    }
}

#[test]
fn skopeo_and_umoci_agree_on_the_images_of_the_corpus() {
    let (Some(_), Some(corpus)) = (lab(), std::env::var_os("REPROLOCK_CORPUS")) else { return };
    let images = Path::new(&corpus).join("images");
    let lines = |path: &PathBuf| -> String {
        let prefix = format!("{}/", images.display());
        let name = |image: &Taken| image.reference.split_once(&prefix).unwrap().1.to_owned();
        taken(path.to_str().unwrap(), None).iter().map(|image| line(&name(image), image)).collect()
    };
    let found: String = entries(&images).par_iter().map(lines).collect();
    if std::env::var_os("REPROLOCK_BLESS").is_some() {
        fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/real/judges.txt"), &found).unwrap();
        return;
    }
    for (found, expected) in found.lines().zip(GOLDEN.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), GOLDEN.lines().count());
}
