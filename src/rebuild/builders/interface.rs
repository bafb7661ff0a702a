//! What a builder is: a program that makes an image of a Dockerfile.

use super::containers::Storage;
use super::version::Version;
use crate::base::about::About;
use crate::rebuild::command::Invocation;
use crate::rebuild::recipe::Recipe;

/// Asks a program, which is named first: what it says on stdout, or why it can't be asked.
pub type AskProgram<'a> = &'a dyn Fn(&[&str]) -> Result<String, String>;

/// A builder.
pub trait Builder: Sync {
    /// What is known of it: `explain`, lists and the docs are made of this.
    fn about(&self) -> &'static About;

    /// What `--builder` calls it: its id, but for those that are several ways to one builder.
    fn name(&self) -> &'static str {
        self.about().id
    }

    /// Whether it made an image whose lock says `builder`: `buildah 1.28.2`.
    fn made(&self, builder: &str) -> bool {
        builder.split(' ').next() == Some(self.name())
    }

    /// What it answers; an error says why it does not.
    fn answer(&self, ask: AskProgram<'_>) -> Result<Answer, String>;

    /// What it can't do of `recipe`.
    fn lacks(&self, recipe: &Recipe, answer: &Answer) -> Lacks;

    /// How it does it.
    fn commands(&self, recipe: &Recipe, answer: &Answer) -> Commands;
}

/// What a builder that is there says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Its version, where it says one.
    pub version: Version,
    /// Where it keeps images, of those that keep them in files of the user's.
    pub storage: Option<Storage>,
    /// Whether it is Docker's builder from before BuildKit.
    pub is_classic: bool,
}

/// What a builder can't do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lacks {
    /// What the image would be another one, or none, without: nothing is built.
    pub refused: Vec<String>,
    /// What is worth knowing before it builds.
    pub notes: Vec<String>,
}

/// The commands of one build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commands {
    /// In this order.
    pub build: Vec<Invocation>,
    /// What takes away what the builder keeps outside of the archive, whatever became of the build.
    pub clean: Vec<Invocation>,
    /// The archive's form, as images are referred to, and its name.
    pub archive: (&'static str, &'static str),
}
