//! Image references as skopeo and buildah users write them, and opening what they name.
//!
//! `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]` and `docker-archive:FILE[:REF]` say what a path holds; a bare path is
//! looked into. Paths may hold colons: what is there on disk decides where the path ends, the longest that fits. The
//! name after it may be `@N`, the place in `index.json` or `manifest.json` from 0. Engines and registries are
//! recognised and refused: this build reads no server.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::ImageSource;
use super::archive::Archive;
use super::docker_archive::DockerSource;
use super::error::{ImageError, shown};
use super::layout::{Folder, OciSource};
use super::names::Name;
use crate::base::limits::Expansion;

/// How to open a source.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// How far an archive that is compressed as a whole may unpack.
    pub expansion: Expansion,
}

/// An image reference, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
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

/// Places that skopeo knows and this build does not read.
const ELSEWHERE: [(&str, &str); 8] = [
    ("docker://", "an image in a registry"),
    ("docker-daemon:", "an image in a Docker engine"),
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
                    path => Ok(Self { form, path: path.into(), name }),
                };
            }
        }
        if Path::new(text).exists() {
            return Ok(Self { form: Form::Bare, path: text.into(), name: None });
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

/// A bare word that is no path in full: a path and a name, or the name of an image elsewhere.
fn bare(text: &str) -> Result<Reference, ImageError> {
    let (path, name) = split(text);
    let path = Path::new(path);
    // A folder named as an image is (`python:3.11` beside `python/`) is taken for the image only where it is one.
    if path.is_file() || is_layout(path) {
        return Ok(Reference { form: Form::Bare, path: path.into(), name: Name::parse(name)? });
    }
    if text.is_empty() {
        return Err(ImageError::Reference { expected: "a name or a path", found: String::new() });
    }
    let looks_like_path = text.starts_with(['/', '.', '~']) || text.contains(".tar") || text.contains(".oci");
    if looks_like_path {
        return Err(ImageError::NotFound { from: shown(text) });
    }
    Err(ImageError::Unsupported {
        reference: shown(text),
        copy_from: format!("docker://{}", shown(text)),
        found: "no such file or folder",
    })
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

impl Reference {
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
        f.write_str(&self.text(self.form))
    }
}

/// Opens the source that a reference names; the image in it is not read yet.
pub fn open(reference: &Reference, options: &Options) -> Result<Box<dyn ImageSource>, ImageError> {
    match reference.form {
        Form::Layout => layout(reference),
        Form::Bare if reference.path.is_dir() => folder(reference),
        Form::OciArchive | Form::DockerArchive | Form::Bare => archive(reference, options),
    }
}

fn layout(reference: &Reference) -> Result<Box<dyn ImageSource>, ImageError> {
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
fn folder(reference: &Reference) -> Result<Box<dyn ImageSource>, ImageError> {
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

fn archive(reference: &Reference, options: &Options) -> Result<Box<dyn ImageSource>, ImageError> {
    let archive = Archive::open(&reference.path, reference.to_string(), options.expansion)?;
    let not_image = |expected, found| ImageError::NotAnImage { from: reference.to_string(), expected, found };
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
            return Err(ImageError::OldDockerArchive { from: reference.to_string() });
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
