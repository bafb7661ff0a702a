//! What an export is: a lock, written as other programs read it.

use super::error::ExportError;
use crate::base::about::About;
use crate::lockfile::Lockfile;

/// A form in which a lock is exported.
pub trait Export: Sync {
    /// What is known of it without a lock: `explain`, lists and the docs are made of this.
    fn about(&self) -> &'static About;

    /// The name that `--to` takes: its id, but where something else has that one.
    fn name(&self) -> &'static str {
        self.about().id
    }

    /// Whether it is of the packages of one place, rather than of the whole image.
    fn is_of_one_place(&self) -> bool {
        true
    }

    /// Writes the lock, without what is secret in it. Asked by [`export`](super::export()) alone.
    fn write(&self, lock: &Lockfile, options: &ExportOptions) -> Result<Exported, ExportError>;
}

/// Which packages to export, of a form that is of one place. By default all of the only place there is.
#[derive(Debug, Clone, Default)]
pub struct ExportOptions {
    pub(crate) site: Option<String>,
    pub(crate) exclude: Vec<String>,
}

impl ExportOptions {
    /// The packages of this database or site directory, as the lock names its place.
    pub fn site(self, path: impl Into<String>) -> Self {
        Self { site: Some(path.into()), ..self }
    }

    /// Without the package of this name; several can be left out.
    pub fn exclude(mut self, name: impl Into<String>) -> Self {
        self.exclude.push(name.into());
        self
    }
}

/// An exported lock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    pub(crate) text: String,
    pub(crate) notes: Vec<String>,
}

impl Exported {
    /// The text, with a newline at its end. The same lock gives the same bytes.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is worth knowing of it, a sentence each: what was left out, what is not known to be whole.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}
