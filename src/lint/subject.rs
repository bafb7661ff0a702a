//! What a rule looks at: one source, read once for all rules.

use super::{BuildCall, BuildFile, Call, ContainerUse, ImageUse, Kind, Script, Source};
use crate::base::text::Span;
use crate::dockerfile::RequirementsFile;

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

    /// Whether it is a Dockerfile.
    pub fn is_dockerfile(&self) -> bool {
        self.source.kind == Kind::Dockerfile
    }

    /// All shell commands, nested ones too, in order.
    pub fn calls(&self) -> impl Iterator<Item = Call<'_>> {
        self.scripts.iter().flat_map(Script::calls)
    }

    /// The shell commands that run one of `programs`.
    pub fn calls_of<'s>(&'s self, programs: &'s [&str]) -> impl Iterator<Item = Call<'s>> {
        self.calls().filter(move |call| call.program().is_some_and(|name| programs.contains(&name)))
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
