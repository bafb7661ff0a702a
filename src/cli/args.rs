//! What the command line takes. Nothing is done here.

mod lint;
mod rebuild;

use std::iter::once;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::export;
use crate::image::reference;
use crate::policy::Require;
use crate::report::{self, Format};
pub(super) use lint::Lint;
pub(super) use rebuild::Rebuild;

/// Locks what an ML container image is made of, and proves that a rebuild gives the same bytes
#[derive(Parser)]
#[command(name = "reprolock", version, max_term_width = 100, after_help = OVERVIEW)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) global: GlobalFlags,
}

// One help for -h and --help: it fits a screen, and nobody has to know that there are two. So no argument below has
// a long help.
const OVERVIEW: &str = "\
Examples:
  docker save project_ai -o project_ai.tar
  reprolock freeze project_ai.tar -f Dockerfile
  reprolock verify rebuild.tar

Exit codes:
  0  the same, no findings, or done
  1  drift, or findings
  2  wrong usage, or could not check";

/// The help on images, which every transport is in, and a command's `examples`.
fn with_images(examples: &str) -> String {
    let bare = "in the engine if it has it, else in a registry";
    let path = ("PATH".to_owned(), "what docker save or skopeo copy wrote; - for stdin");
    let forms: Vec<(String, &str)> =
        once(path).chain(reference::forms()).chain(once(("NAME[:TAG]".to_owned(), bare))).collect();
    let width = forms.iter().map(|(form, _)| form.len()).max().unwrap_or_default();
    let lines: String = forms.iter().map(|(form, place)| format!("  {form:width$}  {place}\n")).collect();
    format!("Images:\n{lines}\nExamples:\n{examples}")
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Write down what an image is: layers, packages, config and build facts
    #[command(after_help = with_images("  reprolock freeze project_ai.tar -f Dockerfile
  reprolock freeze project_ai.tar -f Dockerfile.gpu -o gpu.lock"))]
    Freeze(Freeze),
    /// Say, layer by layer, whether an image is the locked one
    #[command(after_help = with_images("  reprolock verify rebuild.tar
  reprolock verify rebuild.tar --lock gpu.lock --require content --format json"))]
    Verify(Verify),
    /// Build an image again as its lockfile says, and verify it
    #[command(after_help = rebuild::EXAMPLES)]
    Rebuild(Rebuild),
    /// Say, layer by layer, how two images differ, and why
    #[command(after_help = with_images("  reprolock diff monday.tar tuesday.tar -f Dockerfile
  reprolock diff oci:layout:1 oci:layout:2 --format json"))]
    Diff(Diff),
    /// Show the page of a rule, a cause, or anything else that has an id
    #[command(after_help = "\
Examples:
  reprolock explain image-unpinned-digest
  reprolock explain pyc-header
  reprolock explain --list")]
    Explain(Explain),
    /// Show what freeze would lock
    #[command(after_help = with_images("  reprolock inspect project_ai.tar
  reprolock inspect project_ai.tar -f Dockerfile --unowned
  reprolock inspect oci:layout:latest --platform linux/arm64 --format json"))]
    Inspect(Inspect),
    /// Write a lockfile as other programs read it: a bill of materials, a list for an installer
    #[command(after_help = EXPORTS)]
    Export(Export),
    /// Say which lines of a Dockerfile can't reproduce, and fix them
    #[command(after_help = lint::EXAMPLES)]
    Lint(Lint),
}

// No doc comment: clap would take it for the program's help.
#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct GlobalFlags {
    /// How to write the result
    #[arg(long, global = true, default_value = "text", value_parser = formats(), value_name = "FORMAT")]
    pub(super) format: ChosenFormat,
    /// Show no progress
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// List every drifted file
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    /// When to use colour
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN")]
    pub(super) color: Color,
    /// Layers read side by side [default: the number of cores]
    #[arg(long, global = true, value_name = "N", value_parser = parse_jobs)]
    pub(super) jobs: Option<usize>,
    /// The settings, those of registries too [default: reprolock.toml here or above, inside the repository, whose [registry] is not used]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Read no settings, neither the project's nor the user's own
    #[arg(long, global = true, conflicts_with = "config")]
    pub(super) no_config: bool,
    /// Never touch the network
    #[arg(long, global = true)]
    pub(super) offline: bool,
    /// Allow a registry on plain HTTP; one on this machine is allowed anyway
    #[arg(long, global = true)]
    pub(super) insecure: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

/// The format that was named.
#[derive(Clone, Copy)]
pub(super) struct ChosenFormat(pub(super) &'static dyn Format);

fn formats() -> impl clap::builder::TypedValueParser<Value = ChosenFormat> {
    let ids = report::REGISTRY.iter().map(|format| format.about().id);
    PossibleValuesParser::new(ids).try_map(|id| {
        let named = report::REGISTRY.iter().find(|format| format.about().id == id);
        named.map(|format| ChosenFormat(*format)).ok_or("no such format")
    })
}

fn parse_jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(jobs @ 1..=1024) => Ok(jobs),
        _ => Err("expected a number from 1 to 1024".to_owned()),
    }
}

/// Which image, and how much of it to take.
#[derive(Args, Clone)]
pub(super) struct Source {
    /// The image: a name of reprolock.toml, a path, or one of the forms below
    pub(super) image: String,
    /// Which of several platforms, as OS/ARCH[/VARIANT]
    #[arg(long)]
    pub(super) platform: Option<String>,
    /// How large one layer may unpack [default: 256GiB, and 250 times its blob]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(super) max_unpacked_size: Option<u64>,
}

/// What the user knows of the build.
#[derive(Args, Clone)]
pub(super) struct Build {
    /// The Dockerfile the image was built from
    #[arg(short = 'f', long = "file", value_name = "DOCKERFILE")]
    pub(super) dockerfile: Option<PathBuf>,
    /// The build context [default: the Dockerfile's folder]
    #[arg(long, value_name = "DIR", requires = "dockerfile")]
    pub(super) context: Option<PathBuf>,
    /// A build argument the image was built with; repeatable
    #[arg(long = "build-arg", value_name = "NAME=VALUE", value_parser = parse_build_arg)]
    pub(super) build_args: Vec<(String, String)>,
    /// The stage that was built [default: the last]
    #[arg(long, value_name = "STAGE", requires = "dockerfile")]
    pub(super) target: Option<String>,
    /// The base image, to tell its layers from the image's own
    #[arg(long, value_name = "IMAGE")]
    pub(super) base: Option<String>,
    /// What tells the hashes of Python's archives: pip's --report, or a pylock.toml; repeatable
    #[arg(long, value_name = "FILE")]
    pub(super) hashes_from: Vec<PathBuf>,
}

#[derive(Args, Clone)]
pub(super) struct Freeze {
    #[command(flatten)]
    pub(super) build: Build,
    /// Where to write the lockfile; its file index goes beside it [default: a project's image's lock, else reprolock.lock]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Whose files the index lists: of all layers, of those above the base, or none
    #[arg(long, value_name = "WHICH", default_value = "own")]
    pub(super) files: Files,
    /// Fetch every layer from a registry, also those whose files the lockfile here has by digest
    #[arg(long)]
    pub(super) no_reuse: bool,
    /// Push the lockfile and its index beside the image in its registry
    #[arg(long)]
    pub(super) attach: bool,
    /// Ask the engine and any registry for the digests of the images that the Dockerfile names
    #[arg(long, conflicts_with = "offline")]
    pub(super) online: bool,
    /// Ask your package index for the hashes of wheels that nothing else tells
    #[arg(long, conflicts_with = "offline")]
    pub(super) resolve_hashes: bool,
    /// The index to ask; repeatable [default: as pip or uv is set up for you]
    #[arg(long, value_name = "URL", requires = "resolve_hashes")]
    pub(super) index_url: Vec<String>,
    #[command(flatten)]
    pub(super) source: Source,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Files {
    All,
    Own,
    None,
}

#[derive(Args, Clone)]
pub(super) struct Verify {
    /// The lockfile [default: a project's image's lock, reprolock.lock, else the one attached to the image]
    #[arg(long, value_name = "FILE")]
    pub(super) lock: Option<PathBuf>,
    /// What must be the same: every digest, the layers' tars, their files but for times, or the package set [default: a project's image's require, else layer]
    #[arg(long, value_name = "TIER", value_parser = requires())]
    pub(super) require: Option<Require>,
    /// The image that was locked, where it is still at hand: its bytes prove more causes
    #[arg(long, value_name = "IMAGE")]
    pub(super) against: Option<String>,
    /// The Dockerfile that was locked, to show what to edit [default: the one the lockfile names]
    #[arg(short = 'f', long = "file", value_name = "DOCKERFILE")]
    pub(super) dockerfile: Option<PathBuf>,
    /// Push the verdict, and the lockfile it goes by, beside the image in its registry
    #[arg(long)]
    pub(super) attach: bool,
    #[command(flatten)]
    pub(super) source: Source,
}

#[derive(Args)]
#[command(mut_arg("image", |image| image.value_name("NEW").help("The image after: a path, or one of the forms below")))]
pub(super) struct Diff {
    /// The image before
    pub(super) old: String,
    /// What must be the same, as for verify
    #[arg(long, value_name = "TIER", default_value = "layer", value_parser = requires())]
    pub(super) require: Require,
    #[command(flatten)]
    pub(super) build: Build,
    #[command(flatten)]
    pub(super) source: Source,
}

#[derive(Args)]
pub(super) struct Explain {
    /// The id of a rule, cause, ecosystem, verdict, format, export, kind of file or builder, as reports name it; --list names all
    #[arg(value_name = "ID")]
    pub(super) code: Option<String>,
    /// List every id
    #[arg(long)]
    pub(super) list: bool,
}

#[derive(Args)]
pub(super) struct Inspect {
    /// List the files that are nobody's: no package's, not the base image's, of no COPY or ADD
    #[arg(long)]
    pub(super) unowned: bool,
    /// List what Go and cargo-auditable wrote into executables of their build; reads the layers twice
    #[arg(long)]
    pub(super) executables: bool,
    #[command(flatten)]
    pub(super) build: Build,
    /// Ask the engine and any registry for the digests of the images that the Dockerfile names
    #[arg(long, conflicts_with = "offline")]
    pub(super) online: bool,
    /// Ask your package index for the hashes of wheels that nothing else tells
    #[arg(long, conflicts_with = "offline")]
    pub(super) resolve_hashes: bool,
    /// The index to ask; repeatable [default: as pip or uv is set up for you]
    #[arg(long, value_name = "URL", requires = "resolve_hashes")]
    pub(super) index_url: Vec<String>,
    #[command(flatten)]
    pub(super) source: Source,
}

/// How exports are asked for, and what they are.
const EXPORTS: &str = "\
Examples:
  reprolock export --to cyclonedx -o bom.json
  reprolock export --lock gpu.lock --to requirements -o requirements.txt
  reprolock export --to pylock --site opt/venv/lib/python3.12/site-packages

reprolock explain NAME tells what each is; docs/exports.md has all.";

#[derive(Args)]
pub(super) struct Export {
    /// The lockfile
    #[arg(long, value_name = "FILE", default_value = "reprolock.lock")]
    pub(super) lock: PathBuf,
    /// As what to write it
    #[arg(long, value_name = "NAME", value_parser = exports())]
    pub(super) to: String,
    /// Where to write it [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// The site directory or database whose packages to write, as the lockfile names it [default: the only one]
    #[arg(long, value_name = "PATH")]
    pub(super) site: Option<String>,
    /// A package to leave out; repeatable
    #[arg(long, value_name = "NAME")]
    pub(super) exclude: Vec<String>,
}

fn exports() -> PossibleValuesParser {
    PossibleValuesParser::new(export::REGISTRY.iter().map(|export| export.name()))
}

fn requires() -> impl clap::builder::TypedValueParser<Value = Require> {
    PossibleValuesParser::new(Require::ALL.map(Require::name)).try_map(|name| Require::from_str(&name))
}

fn parse_build_arg(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        // docker takes the value from the environment; a lock should not depend on it unseen.
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..).unwrap_or_default().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        "t" | "tb" | "tib" => 1 << 40,
        _ => return Err("expected a size such as 10GiB".to_owned()),
    };
    let count: u64 = digits.trim().parse().map_err(|_| "expected a size such as 10GiB".to_owned())?;
    count.checked_mul(unit).filter(|bytes| *bytes > 0).ok_or_else(|| "the size is out of range".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_help_fits_80_columns_where_it_is_laid_out_by_hand() {
        for command in Arguments::command().get_subcommands() {
            let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(text.contains("Examples:"), "{}", command.get_name());
            assert!(text.lines().all(|line| line.len() <= 80), "{text}");
        }
    }

    #[test]
    fn sizes_take_the_usual_units() {
        assert_eq!(parse_size("10GiB"), Ok(10 << 30));
        assert_eq!(parse_size("512"), Ok(512));
        assert!(parse_size("10 parsecs").is_err());
        assert!(parse_size("99999999999TiB").is_err());
    }
}
