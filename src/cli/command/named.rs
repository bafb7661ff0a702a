//! A name of `[[image]]` in an image's place: what the project says of it, below what the command line says.
//!
//! A name goes before a path, and a path before an engine's image; where a path has the name too, a note says so.
//! What it refuses to do: to push where a file says that was only found, which may be a stranger's.

use std::path::Path;

use crate::cli::args::{Build, Freeze, Source, Verify};
use crate::cli::error::CliError;
use crate::cli::global::Global;
use crate::cli::terminal::Terminal;
use crate::project::ProjectImage;

/// The arguments of `freeze` with what the project says of the image, where it is one of its own.
pub(super) fn freeze(given: &Freeze, global: &Global, terminal: &Terminal) -> Result<Freeze, CliError> {
    let mut arguments = given.clone();
    if let Some(image) = image(&given.source.image, given.attach, global, terminal)? {
        source(&mut arguments.source, image);
        build(&mut arguments.build, image);
        arguments.output.get_or_insert_with(|| image.lock.clone());
    }
    Ok(arguments)
}

/// The same of `verify`.
pub(super) fn verify(given: &Verify, global: &Global, terminal: &Terminal) -> Result<Verify, CliError> {
    let mut arguments = given.clone();
    if let Some(image) = image(&given.source.image, given.attach, global, terminal)? {
        source(&mut arguments.source, image);
        arguments.lock.get_or_insert_with(|| image.lock.clone());
        arguments.require = arguments.require.or(image.require);
        // One that is gone is told by the lock alone, as without a name.
        let dockerfile = image.dockerfile.clone().filter(|path| path.is_file());
        arguments.dockerfile = arguments.dockerfile.or(dockerfile);
    }
    Ok(arguments)
}

fn image<'p>(
    given: &str,
    attaches: bool,
    global: &'p Global,
    terminal: &Terminal,
) -> Result<Option<&'p ProjectImage>, CliError> {
    let project = &global.project;
    let Some(image) = project.images.iter().find(|image| image.name == given) else { return Ok(None) };
    if attaches && !project.is_named {
        let file = project.file.as_deref().unwrap_or(Path::new("")).display().to_string();
        return Err(CliError {
            message: format!("{given}: nothing is pushed where {file} says, which was found and not named"),
            hint: Some(format!("name it, if it is trusted: --config {file}")),
        });
    }
    if Path::new(given).exists() {
        terminal.note(&format!("{given} is the project's image; the path of that name is ./{given}"));
    }
    Ok(Some(image))
}

fn source(arguments: &mut Source, image: &ProjectImage) {
    arguments.image.clone_from(&image.reference);
}

/// What was given for the build stays; its own Dockerfile has its own context and stage.
fn build(arguments: &mut Build, image: &ProjectImage) {
    if arguments.dockerfile.is_none() {
        arguments.dockerfile.clone_from(&image.dockerfile);
        arguments.context.clone_from(&image.context);
        arguments.target.clone_from(&image.target);
    }
    let args = image.build_args.iter().map(|(name, value)| (name.clone(), value.clone()));
    // The last of a name counts.
    arguments.build_args = args.chain(arguments.build_args.drain(..)).collect();
    arguments.base = arguments.base.take().or_else(|| image.base.clone());
}
