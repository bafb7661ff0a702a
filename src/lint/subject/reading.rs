//! What was read of a file around a Dockerfile: what it builds and runs, and the files that it takes in.
//!
//! Vocabulary: a *gap* is something that a file names and that could not be read or worked out, so that nothing is known of what it
//! brings.
//!
//! What it refuses to do: it reads nothing; `lint::read` does.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::base::text::Span;
use crate::lint::subject::builds::{BuildCall, ContainerUse};
use crate::lint::subject::image_use::ImageUse;
use crate::lint::subject::resolved::ResolvedText;
use crate::lint::subject::shell_code::SourceScript;

/// What was read of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileReading {
    /// Shell code that it runs on the machine it is on.
    pub(crate) scripts: Vec<SourceScript>,
    /// Builds that it starts.
    pub(crate) builds: Vec<BuildCall>,
    /// Containers that it runs.
    pub(crate) containers: Vec<ContainerUse>,
    /// Images that it names for something else.
    pub(crate) images: Vec<ImageUse>,
    /// Files that it takes in.
    pub(crate) parts: Vec<FilePart>,
    /// What could not be worked out.
    pub(crate) gaps: Vec<Gap>,
    /// The language that the text should be of, where it can't be read as one.
    pub(crate) unread: Option<&'static str>,
}

/// A file that another one takes in: it is one of the same kind, or of the kind that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FilePart {
    /// The path, from the folder of the file that names it.
    pub(crate) path: ResolvedText,
    /// The id of its kind.
    pub(crate) kind: &'static str,
}

/// What a file names and nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gap {
    /// Where it is named.
    pub(crate) span: Span,
    /// What is the matter with it, as the end of a sentence that begins with its name: `is not there`.
    pub(crate) reason: String,
}

/// What a file names, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mention {
    /// One of its parts.
    Part(usize),
    /// The Dockerfile of one of its builds.
    Build(usize),
}

impl FileReading {
    /// With what is said twice of one place said once.
    pub(crate) fn distinct(mut self) -> Self {
        let mut gaps = BTreeSet::new();
        self.gaps.retain(|gap| gaps.insert((gap.span, gap.reason.clone())));
        let mut parts = BTreeSet::new();
        self.parts.retain(|part| parts.insert((part.path.span, part.path.text.clone(), part.kind)));
        self
    }

    /// Where something is named.
    pub(crate) fn place(&self, mention: Mention) -> Option<Span> {
        match mention {
            Mention::Part(number) => self.parts.get(number).map(|part| part.path.span),
            Mention::Build(number) => self.builds.get(number).map(|build| {
                let named = build.dockerfile.as_ref().or(build.context.as_ref());
                named.map_or(build.span, |named| named.span)
            }),
        }
    }
}

/// What is known of the files around a source.
#[derive(Debug, Clone, Default)]
pub struct Around {
    reading: Option<Arc<Read>>,
    /// The Dockerfiles of its builds, by the builds' numbers: name and text.
    pub(crate) dockerfiles: BTreeMap<usize, (String, Arc<str>)>,
    /// What it names and could not be read, and why. A fix moves places and not numbers.
    pub(crate) gaps: Vec<(Mention, String)>,
    /// Texts of files in its folder that say more of it, by name.
    pub(crate) beside: BTreeMap<&'static str, String>,
    /// Of a Dockerfile, the contexts beside its own that builds give it, by name.
    pub(crate) contexts: BTreeSet<String>,
    /// Names of images that other files of the project build.
    pub(crate) built: Arc<BTreeSet<String>>,
}

/// A reading, and the text that it is one of.
#[derive(Debug)]
struct Read {
    text: u64,
    reading: FileReading,
}

impl Around {
    /// Keeps what was read of `text`.
    pub(crate) fn keep(&mut self, text: &str, reading: FileReading) {
        self.reading = Some(Arc::new(Read { text: digest(text), reading }));
    }

    /// What was read, where that was `text`.
    pub(crate) fn of(&self, text: &str) -> Option<&FileReading> {
        self.reading.as_ref().filter(|read| read.text == digest(text)).map(|read| &read.reading)
    }
}

fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
