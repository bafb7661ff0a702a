//! What a format of locks is to the rest of the program: the trait that each implements, and what it is given to read.

use super::asked::{Ask, LockCall};
use super::lookup::LockFile;
use super::model::{PartKind, ProjectLock};
use crate::base::about::About;
use crate::image::platform::Platform;

/// One kind of lock that a project keeps.
pub trait LockFormat: Sync {
    /// What is known of it without a lock at hand: lists and the docs are made of this.
    fn about(&self) -> &'static About;

    /// The id: `format` of an agreement in the lockfile and in JSON.
    fn id(&self) -> &'static str {
        self.about().id
    }

    /// What its files are called, the usual name first. The tool that makes them looks for these.
    fn names(&self) -> &'static [&'static str];

    /// Whether a file of that name is one.
    fn is_named(&self, name: &str) -> bool {
        self.names().contains(&name)
    }

    /// The programs whose commands install from one.
    fn programs(&self) -> &'static [&'static str];

    /// Whether a file of such a name is one, by its text.
    fn is_lock(&self, text: &str) -> bool {
        let _ = text;
        true
    }

    /// Whether installers of requirements files are given it as one, and nothing else tells what is asked for.
    fn is_given_as_requirements(&self) -> bool {
        false
    }

    /// Whether the files of one folder are one lock, a part each.
    fn joins_files(&self) -> bool {
        false
    }

    /// The part that the place of an environment tells, where it is called by one: kind and name.
    fn part_at(&self, location: &str) -> Option<(PartKind, String)> {
        let _ = location;
        None
    }

    /// The ecosystems all of whose packages it means to lock, also where it has none of one; those of its entries it has anyway.
    fn ecosystems(&self) -> &'static [&'static str] {
        &[]
    }

    /// Reads it; an error says what is wrong with it. What it leaves out is a problem of the lock.
    fn read(&self, files: &LockText<'_>) -> Result<ProjectLock, String>;

    /// What a command asks of such a lock; none where it does not install from one.
    fn ask(&self, call: &LockCall<'_>) -> Option<Ask>;
}

/// A lock's text, and what lies beside it.
pub struct LockText<'a> {
    /// Its files, the one that is named first; most formats have one.
    pub files: &'a [LockFile],
    /// `pyproject.toml` in the lock's folder, where it is there and can be read.
    pub project: Option<&'a toml::Table>,
    /// What the image runs on.
    pub platform: &'a Platform,
}

impl LockText<'_> {
    /// The text of the first file.
    pub fn text(&self) -> &str {
        self.files.first().map_or("", |file| &file.text)
    }
}
