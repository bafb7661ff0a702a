//! What a rule looks at: one source, read once for all rules.
//!
//! Vocabulary: a *source* is a text that is linted, with its name and what stands around it; its *subject* is what was read
//! out of it. *Pins* are what the lockfile knows, for fixes.

pub(super) mod build_file;
pub(super) mod builds;
pub(super) mod dockerfile_names;
pub(super) mod image_use;
pub(super) mod named_digests;
pub(super) mod pins;
pub(super) mod reading;
pub(super) mod resolved;
pub(super) mod shell_code;
pub(super) mod source;
pub(super) mod together;

use crate::base::text::Span;
use crate::lint::subject::build_file::{BuildFile, User};
use crate::lint::subject::builds::{BuildCall, ContainerUse};
use crate::lint::subject::image_use::ImageUse;
use crate::lint::subject::pins::Pins;
use crate::lint::subject::reading::Gap;
use crate::lint::subject::shell_code::{Call, Purpose, SourceScript};
use crate::lint::subject::source::SourceText;
use crate::python::RequirementsText;
use crate::shell;

/// A source with all that was read out of it.
pub(crate) struct Subject<'a> {
    /// The source.
    pub(crate) source: &'a SourceText,
    /// Its stages and instructions, of a Dockerfile.
    pub(crate) build: Option<BuildFile<'a>>,
    /// Its lines, of a requirements or constraints file.
    pub(crate) requirements: Option<RequirementsText>,
    /// Shell code: RUN bodies, recipes, the script itself.
    pub(crate) scripts: Vec<SourceScript>,
    /// Images by name: FROM, COPY --from, what is run.
    pub(crate) images: Vec<ImageUse>,
    /// Builds that are started from here: `docker build`, compose and bake targets.
    pub(crate) builds: Vec<BuildCall>,
    /// Containers that are run from here: `docker run`, compose services, devcontainers.
    pub(crate) containers: Vec<ContainerUse>,
    /// What it names and nobody could read or work out.
    pub(crate) gaps: Vec<Gap>,
    /// The language that it should be of, where it can't be read as one.
    pub(crate) unread: Option<&'static str>,
}

impl<'a> Subject<'a> {
    /// The text.
    pub(crate) fn text(&self) -> &'a str {
        &self.source.text
    }

    /// The text at `span`.
    pub(crate) fn at(&self, span: Span) -> &'a str {
        span.text(&self.source.text)
    }

    /// The pins of the lock, where the image that was locked holds what `stage` makes: a stage that the last one is not
    /// built on leaves no packages in it.
    pub(crate) fn locked_pins(&self, stage: usize) -> Option<&'a Pins> {
        let pins = self.source.pins.as_deref()?;
        let stages = &self.build.as_ref()?.stages;
        let target = stages.stages.len().checked_sub(1)?;
        let is_locked = stages.below(target).contains(&stage);
        is_locked.then_some(pins)
    }

    /// Whom an instruction runs as.
    pub(crate) fn user(&self, place: (usize, usize)) -> User {
        self.build.as_ref().map_or(User::Unknown, |build| build.user(place))
    }

    /// The shell commands that make layers or run on the host, nested ones too, in order.
    pub(crate) fn calls(&self) -> impl Iterator<Item = Call<'_>> {
        self.calls_for(|purpose| matches!(purpose, Purpose::Build | Purpose::Host))
    }

    /// The shell commands that run when a container starts.
    pub(crate) fn start_calls(&self) -> impl Iterator<Item = Call<'_>> {
        self.calls_for(|purpose| purpose == Purpose::Start)
    }

    /// The commands that run one of `programs`, among [`Subject::calls`].
    pub(crate) fn calls_of<'s>(&'s self, programs: &'s [&str]) -> impl Iterator<Item = Call<'s>> {
        self.calls().filter(move |call| call.program().is_some_and(|name| programs.contains(&name)))
    }

    /// The commands of RUN bodies: those that make layers.
    pub(crate) fn build_calls(&self) -> impl Iterator<Item = Call<'_>> {
        self.calls_for(|purpose| purpose == Purpose::Build)
    }

    /// The commands of RUN bodies, those of the shells of Windows too: for what they install and download.
    pub(crate) fn installing_calls(&self) -> impl Iterator<Item = Call<'_>> {
        self.calls_for(|purpose| matches!(purpose, Purpose::Build | Purpose::Windows))
    }

    /// The commands that run one of `programs`, among [`Subject::installing_calls`].
    pub(crate) fn installing_calls_of<'s>(&'s self, programs: &'s [&str]) -> impl Iterator<Item = Call<'s>> {
        self.installing_calls()
            .filter(move |call| call.program().is_some_and(|name| programs.contains(&name)))
    }

    /// The commands of RUN bodies that run one of `programs`.
    pub(crate) fn build_calls_of<'s>(&'s self, programs: &'s [&str]) -> impl Iterator<Item = Call<'s>> {
        self.build_calls().filter(move |call| call.program().is_some_and(|name| programs.contains(&name)))
    }

    fn calls_for(&self, wanted: impl Fn(Purpose) -> bool) -> impl Iterator<Item = Call<'_>> {
        self.scripts.iter().filter(move |script| wanted(script.purpose)).flat_map(move |script| {
            script.shell.commands.iter().map(move |command| self.call(script, command))
        })
    }

    /// A command of one of its scripts.
    pub(crate) fn call<'s>(&'s self, script: &'s SourceScript, command: &'s shell::Command) -> Call<'s> {
        Call { script, command, build: self.build.as_ref(), source: self.text() }
    }
}

impl<'a> Subject<'a> {
    /// A source of which nothing was read yet.
    pub(crate) fn of(source: &'a SourceText) -> Self {
        Self {
            source,
            build: None,
            requirements: None,
            scripts: Vec::new(),
            images: Vec::new(),
            builds: Vec::new(),
            containers: Vec::new(),
            gaps: Vec::new(),
            unread: None,
        }
    }
}
