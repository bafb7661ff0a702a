//! What a rule looks at: one source, read once for all rules.

use super::{BuildCall, BuildFile, Call, ContainerUse, ImageUse, Kind, Pins, Purpose, Script, Source};
use crate::base::text::Span;
use crate::python::RequirementsFile;
use crate::shell;

/// A source with all that was read out of it.
pub struct Subject<'a> {
    /// The source.
    pub source: &'a Source,
    /// Its stages and instructions, of a Dockerfile.
    pub build: Option<BuildFile<'a>>,
    /// Its lines, of a requirements or constraints file.
    pub requirements: Option<RequirementsFile>,
    /// Shell code: RUN bodies, recipes, the script itself.
    pub scripts: Vec<Script>,
    /// Images by name: FROM, COPY --from, what is run.
    pub images: Vec<ImageUse>,
    /// Builds that are started from here: `docker build`, compose and bake targets.
    pub builds: Vec<BuildCall>,
    /// Containers that are run from here: `docker run`, compose services, devcontainers.
    pub containers: Vec<ContainerUse>,
}

impl<'a> Subject<'a> {
    /// The text.
    pub fn text(&self) -> &'a str {
        &self.source.text
    }

    /// The text at `span`.
    pub fn at(&self, span: Span) -> &'a str {
        span.text(&self.source.text)
    }

    /// The pins of the lock, where the image that was locked holds what `stage` makes: a stage that the last one is not
    /// built on leaves no packages in it.
    pub fn locked_pins(&self, stage: usize) -> Option<&'a Pins> {
        let stages = &self.build.as_ref()?.stages;
        let target = stages.stages.len().checked_sub(1)?;
        let is_locked = stages.chain(target).stages.contains(&stage);
        self.source.pins.as_deref().filter(|_| is_locked)
    }

    /// Whether it is a Dockerfile.
    pub fn is_dockerfile(&self) -> bool {
        self.source.kind == Kind::Dockerfile
    }

    /// The shell commands that make layers or run on the host, nested ones too, in order.
    pub fn calls(&self) -> impl Iterator<Item = Call<'_>> {
        self.calls_for(|purpose| purpose != Purpose::Start)
    }

    /// The shell commands that run when a container starts.
    pub fn start_calls(&self) -> impl Iterator<Item = Call<'_>> {
        self.calls_for(|purpose| purpose == Purpose::Start)
    }

    /// The commands that run one of `programs`, among [`Subject::calls`].
    pub fn calls_of<'s>(&'s self, programs: &'s [&str]) -> impl Iterator<Item = Call<'s>> {
        self.calls().filter(move |call| call.program().is_some_and(|name| programs.contains(&name)))
    }

    /// The commands of RUN bodies: those that make layers.
    pub fn build_calls(&self) -> impl Iterator<Item = Call<'_>> {
        self.calls_for(|purpose| purpose == Purpose::Build)
    }

    /// The commands of RUN bodies that run one of `programs`.
    pub fn build_calls_of<'s>(&'s self, programs: &'s [&str]) -> impl Iterator<Item = Call<'s>> {
        self.build_calls().filter(move |call| call.program().is_some_and(|name| programs.contains(&name)))
    }

    fn calls_for(&self, wanted: impl Fn(Purpose) -> bool) -> impl Iterator<Item = Call<'_>> {
        self.scripts.iter().filter(move |script| wanted(script.purpose)).flat_map(move |script| {
            script.shell.commands.iter().map(move |command| self.call(script, command))
        })
    }

    /// A command of one of its scripts.
    pub fn call<'s>(&'s self, script: &'s Script, command: &'s shell::Command) -> Call<'s> {
        Call { script, command, build: self.build.as_ref(), source: self.text() }
    }
}

impl<'a> Subject<'a> {
    /// A source of which nothing was read yet.
    pub(super) fn of(source: &'a Source) -> Self {
        Self {
            source,
            build: None,
            requirements: None,
            scripts: Vec::new(),
            images: Vec::new(),
            builds: Vec::new(),
            containers: Vec::new(),
        }
    }
}
