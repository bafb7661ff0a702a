//! The build arguments that an image was built with.

use crate::lockfile::model::{self, ArgSource};

/// A build argument; all of it quoted.
pub(in crate::report) struct KnownArg<'a> {
    /// Its name.
    pub(in crate::report) name: &'a str,
    /// Its value; `None` for one that looks secret.
    pub(in crate::report) value: Option<&'a str>,
    /// Where it is known from, in our words.
    pub(in crate::report) source: &'static str,
}

pub(super) fn arg(arg: &model::Arg) -> KnownArg<'_> {
    let model::Arg { name, value, redacted: _, source } = arg;
    let source = match source {
        ArgSource::History => "from the image's history",
        ArgSource::DockerfileDefault => "the Dockerfile's default",
        ArgSource::CommandLine => "from the command line",
        ArgSource::Provenance => "from the provenance",
    };
    KnownArg { name, value: value.as_deref(), source }
}
