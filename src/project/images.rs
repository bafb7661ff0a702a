//! `[[image]]`: the images that a project builds, their paths as they lead on from the current folder.
//!
//! What it refuses: a name that is no plain file's name or is there twice, two images of one lockfile, standard input, and in
//! a file that was found any path that leads out of the repository, by its name or through a link: a stranger's file says
//! neither what is read there nor what is written. A file that was named may say so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use serde::Deserialize;
use toml::Spanned;

use super::ProjectError;
use super::read::Places;
use crate::base::checkout;
use crate::image::reference::{self, Written};
use crate::policy::Require;

/// Characters of a name.
const NAME_LENGTH: usize = 128;

/// `[[image]]`: an image of the project. Paths and references are as the current folder has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectImage {
    /// `name`: what commands call it.
    pub name: String,
    /// `reference`: the built image.
    pub reference: String,
    /// `dockerfile`: what it is built from.
    pub dockerfile: Option<PathBuf>,
    /// `context`: the build context.
    pub context: Option<PathBuf>,
    /// `target`: the stage that is built; the last where it does not say.
    pub target: Option<String>,
    /// `build-args`: the arguments that it is built with.
    pub build_args: BTreeMap<String, String>,
    /// `base`: the base image's reference.
    pub base: Option<String>,
    /// `lock`: its lockfile; `NAME.lock` beside the file where it does not say.
    pub lock: PathBuf,
    /// `require`: what must be the same.
    pub require: Option<Require>,
}

/// An image, as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ImageTable {
    name: Spanned<String>,
    reference: Spanned<String>,
    dockerfile: Option<Spanned<String>>,
    context: Option<Spanned<String>>,
    target: Option<Spanned<String>>,
    #[serde(default)]
    build_args: BTreeMap<Spanned<String>, Spanned<String>>,
    base: Option<Spanned<String>>,
    lock: Option<Spanned<String>>,
    require: Option<Spanned<String>>,
}

/// The images of a file, in its order; of one that was only found, held inside the repository.
pub(super) fn images(
    tables: Vec<ImageTable>,
    places: &Places<'_>,
    is_named: bool,
) -> Result<Vec<ProjectImage>, ProjectError> {
    let reading = Reading { places, folder: places.path.parent().unwrap_or(Path::new("")), is_named };
    let (mut names, mut locks) = (BTreeSet::new(), BTreeSet::new());
    let mut images = Vec::new();
    for table in tables {
        let start = table.name.span().start;
        let image = reading.image(table)?;
        if !names.insert(image.name.clone()) {
            let problem = format!("an image is called {:?} already", image.name);
            return Err(places.refuse(start, problem, Some("give each image a name of its own")));
        }
        if !locks.insert(image.lock.clone()) {
            let problem = format!("the image {:?} has the lockfile of another one", image.name);
            return Err(places.refuse(start, problem, Some("give each image a lock of its own")));
        }
        images.push(image);
    }
    Ok(images)
}

/// What paths are read by.
struct Reading<'a> {
    places: &'a Places<'a>,
    folder: &'a Path,
    is_named: bool,
}

impl Reading<'_> {
    fn image(&self, table: ImageTable) -> Result<ProjectImage, ProjectError> {
        let name = self.places.checked(
            table.name,
            is_name,
            "a name of letters, digits, dots, dashes and underscores",
            "write a name such as gpu or train-cpu",
        )?;
        let lock = match table.lock {
            Some(lock) => self.path(lock)?,
            None => self.folder.join(format!("{name}.lock")),
        };
        let mut build_args = BTreeMap::new();
        for (argument, value) in table.build_args {
            let hint = "write { NAME = \"value\" }";
            let is_argument = |name: &str| !name.is_empty() && !name.contains('=');
            let argument = self.places.checked(argument, is_argument, "an argument's name", hint)?;
            build_args.insert(argument, value.into_inner());
        }
        Ok(ProjectImage {
            name,
            reference: self.reference(table.reference)?,
            dockerfile: table.dockerfile.map(|path| self.path(path)).transpose()?,
            context: table.context.map(|path| self.path(path)).transpose()?,
            target: table.target.map(|stage| self.filled(stage)).transpose()?,
            build_args,
            base: table.base.map(|base| self.reference(base)).transpose()?,
            lock,
            require: table.require.map(|require| self.require(require)).transpose()?,
        })
    }

    fn filled(&self, value: Spanned<String>) -> Result<String, ProjectError> {
        self.places.checked(value, |text| !text.is_empty(), "a text", "leave the key out")
    }

    fn require(&self, value: Spanned<String>) -> Result<Require, ProjectError> {
        let start = value.span().start;
        let names = Require::ALL.map(Require::name).join(", ");
        Require::from_str(value.get_ref()).map_err(|_| {
            let problem = format!("expected one of {names}, found {:?}", value.get_ref());
            self.places.refuse(start, problem, Some("docs/verify.md says what each asks for"))
        })
    }

    fn path(&self, value: Spanned<String>) -> Result<PathBuf, ProjectError> {
        let start = value.span().start;
        let path = self.folder.join(self.filled(value)?);
        self.hold(&path, start)?;
        Ok(path)
    }

    fn reference(&self, value: Spanned<String>) -> Result<String, ProjectError> {
        let start = value.span().start;
        let text = self.filled(value)?;
        if text == "-" || text.ends_with(":-") || text.contains(":-:") {
            let problem = format!("expected an image, found standard input: {text:?}");
            return Err(self.places.refuse(start, problem, Some("name a path, or a registry's image")));
        }
        let Written { text, path } = reference::written_in(self.folder, &text);
        path.map_or(Ok(()), |path| self.hold(&path, start))?;
        Ok(text)
    }

    /// Refuses what leads out of the repository, in a file that nobody named.
    fn hold(&self, path: &Path, start: usize) -> Result<(), ProjectError> {
        if self.is_named {
            return Ok(());
        }
        let is_out = std::env::current_dir().is_ok_and(|here| {
            let root = checkout::root(&here).unwrap_or(&here);
            !checkout::absolute(&here, path).starts_with(root)
        });
        // What is not there yet is held by its folder.
        let there = path.ancestors().find(|path| path.symlink_metadata().is_ok());
        let links_out = there.is_some_and(|path| checkout::leads_out(path).unwrap_or(true));
        if !is_out && !links_out {
            return Ok(());
        }
        let problem = format!("{} leads out of the repository", path.display());
        Err(self.places.refuse(start, problem, Some("name this file itself, if that is meant")))
    }
}

fn is_name(name: &str) -> bool {
    let is_known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    name.len() <= NAME_LENGTH
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(is_known)
}
