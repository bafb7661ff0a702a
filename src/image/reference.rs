//! Image references as skopeo and buildah users write them, and opening what they name.
//!
//! `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]` and `docker-archive:FILE[:REF]` say what a path holds; a bare path is
//! looked into. Paths may hold colons: what is there on disk decides where the path ends, the longest that fits. The
//! name after it may be `@N`, the place in `index.json` or `manifest.json` from 0. `docker://NAME` is in a registry,
//! `docker-daemon:NAME` in an engine. A bare word that is nothing on disk and does not look like a path is the
//! engine's, where one answers and has it, and else a registry's.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::ImageSource;
use super::archive::Archive;
use super::docker_archive::DockerSource;
use super::engine::{self, EngineName};
use super::error::{ImageError, shown};
use super::layout::{Folder, OciSource};
use super::names::Name;
use super::registry::{Access, RegistryName, RegistrySource};
use super::word;
use crate::base::limits::Expansion;

/// How to open a source.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How far an archive that is compressed as a whole may unpack.
    pub expansion: Expansion,
    /// What may be done to reach a registry.
    pub access: Access,
}

/// An image reference, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(Place);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Disk(OnDisk),
    Registry(RegistryName),
    Engine(EngineName),
    /// In an engine or a registry: which of them, opening it tells.
    Word(RegistryName),
}

/// A path, and a name inside what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OnDisk {
    form: Form,
    path: PathBuf,
    name: Option<Name>,
}

/// What a reference says that its path holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Layout,
    OciArchive,
    DockerArchive,
    /// A bare path, still to be looked into.
    Bare,
}

impl Form {
    fn prefix(self) -> &'static str {
        match self {
            Self::Layout => "oci:",
            Self::OciArchive => "oci-archive:",
            Self::DockerArchive => "docker-archive:",
            Self::Bare => "",
        }
    }
}

/// Before the name of an image in a registry.
const REGISTRY: &str = "docker://";

/// Places that skopeo knows and this build does not read.
const ELSEWHERE: [(&str, &str); 6] = [
    ("podman:", "an image in a Podman engine"),
    ("containers-storage:", "an image in Podman's storage"),
    ("dir:", "a folder in skopeo's dir: form"),
    ("sif:", "a Singularity image"),
    ("ostree:", "an ostree repository"),
    ("tarball:", "a bare root file system"),
];

impl FromStr for Reference {
    type Err = ImageError;

    /// Takes a reference apart; looks at the disk for where a path ends.
    fn from_str(text: &str) -> Result<Self, ImageError> {
        for form in [Form::OciArchive, Form::DockerArchive, Form::Layout] {
            if let Some(rest) = text.strip_prefix(form.prefix()) {
                let (path, name) = split(rest);
                let malformed =
                    || ImageError::Reference { expected: "a path after the colon", found: shown(text) };
                let name = Name::parse(name)?;
                return match path {
                    "" => Err(malformed()),
                    path => Ok(Self(Place::Disk(OnDisk { form, path: path.into(), name }))),
                };
            }
        }
        if Path::new(text).exists() {
            return Ok(Self(Place::Disk(OnDisk { form: Form::Bare, path: text.into(), name: None })));
        }
        if let Some(name) = text.strip_prefix(REGISTRY) {
            return Ok(Self(Place::Registry(name.parse()?)));
        }
        if let Some(name) = text.strip_prefix(engine::PREFIX) {
            return Ok(Self(Place::Engine(EngineName::parse(name)?)));
        }
        if let Some((prefix, found)) = ELSEWHERE.iter().find(|(prefix, _)| text.starts_with(prefix)) {
            let copy_from = match *prefix {
                "podman:" => text.replacen("podman:", "containers-storage:", 1),
                _ => text.to_owned(),
            };
            return Err(ImageError::Unsupported {
                reference: shown(text),
                copy_from: shown(&copy_from),
                found,
            });
        }
        bare(text)
    }
}

/// A bare word that is no path in full: a path and a name, or the name of an image in a registry.
fn bare(text: &str) -> Result<Reference, ImageError> {
    let (path, name) = split(text);
    let path = Path::new(path);
    // A folder named as an image is (`python:3.11` beside `python/`) is taken for the image only where it is one.
    if path.is_file() || is_layout(path) {
        let name = Name::parse(name)?;
        return Ok(Reference(Place::Disk(OnDisk { form: Form::Bare, path: path.into(), name })));
    }
    if text.is_empty() {
        return Err(ImageError::Reference { expected: "a name or a path", found: String::new() });
    }
    // A host's name may hold such a word (`registry.target.com/app`); the last part of a name does not.
    let last = text.rsplit('/').next().unwrap_or(text);
    let is_file_name = [".tar", ".oci", ".tgz"].iter().any(|word| last.contains(word));
    if text.starts_with(['/', '.', '~']) || is_file_name {
        return Err(ImageError::NotFound { from: shown(text) });
    }
    Ok(Reference(Place::Word(text.parse()?)))
}

/// A path and the name behind it: the longest path that is there, else all before the last colon.
fn split(text: &str) -> (&str, &str) {
    if Path::new(text).exists() {
        return (text, "");
    }
    let colons =
        || text.rmatch_indices(':').filter_map(|(at, _)| Some((text.get(..at)?, text.get(at + 1..)?)));
    colons().find(|(path, _)| Path::new(path).exists()).or_else(|| colons().next()).unwrap_or((text, ""))
}

impl OnDisk {
    /// The reference as `form` would have it.
    fn text(&self, form: Form) -> String {
        let path = shown(self.path.to_string_lossy().as_bytes());
        match &self.name {
            Some(name) => format!("{}{path}:{name}", form.prefix()),
            None => format!("{}{path}", form.prefix()),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Disk(place) => f.write_str(&place.text(place.form)),
            Place::Registry(name) => write!(f, "{REGISTRY}{}", name.written()),
            Place::Engine(name) => write!(f, "{}{}", engine::PREFIX, name.as_str()),
            Place::Word(name) => f.write_str(name.written()),
        }
    }
}

/// Opens the source that a reference names; the image in it is not read yet.
pub fn open(reference: &Reference, options: &Options) -> Result<Box<dyn ImageSource>, ImageError> {
    match &reference.0 {
        Place::Disk(place) => on_disk(place, options),
        Place::Registry(name) => Ok(Box::new(RegistrySource::new(name.clone(), &options.access)?)),
        Place::Engine(name) => match engine::find(name, options, engine::PATIENCE) {
            Ok(source) => Ok(Box::new(source)),
            Err(missing) => Err(missing.error()),
        },
        Place::Word(name) => word::open(name, options),
    }
}

fn on_disk(place: &OnDisk, options: &Options) -> Result<Box<dyn ImageSource>, ImageError> {
    match place.form {
        Form::Layout => layout(place),
        Form::Bare if place.path.is_dir() => folder(place),
        Form::OciArchive | Form::DockerArchive | Form::Bare => archive(place, options),
    }
}

fn layout(reference: &OnDisk) -> Result<Box<dyn ImageSource>, ImageError> {
    let from = reference.text(Form::Layout);
    if !reference.path.exists() {
        return Err(ImageError::NotFound { from });
    }
    if !reference.path.is_dir() {
        let (expected, found) = ("a folder", "a file, which oci-archive: reads".to_owned());
        return Err(ImageError::NotAnImage { from, expected, found });
    }
    let folder = Folder::new(&reference.path, from);
    Ok(Box::new(OciSource::new(folder, reference.name.clone())))
}

/// A bare path to a folder.
fn folder(reference: &OnDisk) -> Result<Box<dyn ImageSource>, ImageError> {
    if is_layout(&reference.path) {
        return layout(reference);
    }
    let found = match reference.path.join("manifest.json").is_file() {
        true => "manifest.json: an unpacked docker save, or skopeo's dir: form",
        false => "a folder without index.json",
    };
    let expected = "an OCI layout or an archive";
    Err(ImageError::NotAnImage { from: reference.text(Form::Bare), expected, found: found.to_owned() })
}

fn is_layout(folder: &Path) -> bool {
    folder.join("index.json").is_file() || folder.join("oci-layout").is_file()
}

fn archive(reference: &OnDisk, options: &Options) -> Result<Box<dyn ImageSource>, ImageError> {
    let from = reference.text(reference.form);
    let archive = Archive::open(&reference.path, from.clone(), options.expansion)?;
    let not_image = |expected, found| ImageError::NotAnImage { from: from.clone(), expected, found };
    let (docker, oci) = (archive.has("manifest.json"), archive.has("index.json"));
    let form = match reference.form {
        Form::OciArchive if !oci && docker => {
            return Err(not_image("index.json", "manifest.json, which docker-archive: reads".to_owned()));
        }
        Form::DockerArchive if !docker && oci => {
            return Err(not_image("manifest.json", "index.json, which oci-archive: reads".to_owned()));
        }
        Form::Bare | Form::DockerArchive if docker => Form::DockerArchive,
        _ if oci => Form::OciArchive,
        _ if archive.has("repositories") => {
            return Err(ImageError::OldDockerArchive { from: from.clone() });
        }
        _ => return Err(not_image("index.json or manifest.json", contents(&archive))),
    };
    let archive = archive.under(reference.text(form));
    let name = reference.name.clone();
    Ok(match form {
        Form::DockerArchive => Box::new(DockerSource::new(archive, name)),
        _ => Box::new(OciSource::new(archive, name)),
    })
}

/// What a tar that is no image holds, in a few words.
fn contents(archive: &Archive) -> String {
    match archive.top_names().as_slice() {
        [] => "a tar without files".to_owned(),
        names => format!("a tar of {}", names.join(", ")),
    }
}
