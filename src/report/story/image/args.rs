//! The build arguments that an image was built with.

use crate::lockfile::model::{self, ArgSource};
use crate::report::story::section::{Body, Section, Topic};

/// A build argument; all of it quoted.
pub(in crate::report) struct KnownArg<'a> {
    /// Its name.
    pub(in crate::report) name: &'a str,
    /// Its value; `None` for one that looks secret.
    pub(in crate::report) value: Option<&'a str>,
    /// Where it is known from, in our words.
    pub(in crate::report) source: &'static str,
}

pub(super) fn section(build: &model::Build) -> Option<Section<'_>> {
    let args: Vec<KnownArg<'_>> = build.arg.iter().map(arg).collect();
    (!args.is_empty()).then(|| Section::new(Topic::Args, Body::Args(args)))
}

fn arg(arg: &model::Arg) -> KnownArg<'_> {
    let model::Arg { name, value, redacted: _, source } = arg;
    let source = match source {
        ArgSource::History => "from the image's history",
        ArgSource::DockerfileDefault => "the Dockerfile's default",
        ArgSource::CommandLine => "from the command line",
        ArgSource::Provenance => "from the provenance",
    };
    KnownArg { name, value: value.as_deref(), source }
}
