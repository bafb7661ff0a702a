//! What `rebuild` takes.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{parse_build_arg, requires};
use crate::policy::Require;
use crate::rebuild::builders;

/// How rebuilds are asked for.
pub(super) const EXAMPLES: &str = "\
Examples:
  reprolock rebuild --lock gpu.lock
  reprolock rebuild --builder buildah -- --isolation chroot
  reprolock rebuild --times 2 -f Dockerfile
  reprolock rebuild --print

reprolock explain NAME tells what each builder can do; docs/rebuild.md has all.";

#[derive(Args)]
pub(in crate::cli) struct Rebuild {
    /// The lockfile [default: reprolock.lock; with --times, none is needed]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) lock: Option<PathBuf>,
    /// What must be the same, as for verify
    #[arg(long, value_name = "TIER", default_value = "layer", value_parser = requires())]
    pub(in crate::cli) require: Require,
    /// The Dockerfile [default: the one the lockfile names]
    #[arg(short = 'f', long = "file", value_name = "DOCKERFILE")]
    pub(in crate::cli) dockerfile: Option<PathBuf>,
    /// The build context [default: the Dockerfile's folder, else the lockfile's]
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) context: Option<PathBuf>,
    /// A build argument, before the locked one; SOURCE_DATE_EPOCH is the time to fix; repeatable
    #[arg(long = "build-arg", value_name = "NAME=VALUE", value_parser = parse_build_arg)]
    pub(in crate::cli) build_args: Vec<(String, String)>,
    /// The stage to build [default: the locked one, else the last]
    #[arg(long, value_name = "STAGE")]
    pub(in crate::cli) target: Option<String>,
    /// The platform, as OS/ARCH[/VARIANT] [default: the locked one, else the builder's]
    #[arg(long)]
    pub(in crate::cli) platform: Option<String>,
    /// Which builder; auto takes the one that made the image, else the first that answers
    #[arg(long, value_name = "NAME", default_value = builders::AUTO, value_parser = PossibleValuesParser::new(builders::names()))]
    pub(in crate::cli) builder: String,
    /// The network of RUN, as builders know it: host, none, default
    #[arg(long, value_name = "MODE")]
    pub(in crate::cli) network: Option<String>,
    /// A secret for RUN --mount=type=secret, as docker build takes it; repeatable
    #[arg(long, value_name = "SPEC")]
    pub(in crate::cli) secret: Vec<String>,
    /// An agent or keys for RUN --mount=type=ssh, as docker build takes it; repeatable
    #[arg(long, value_name = "SPEC")]
    pub(in crate::cli) ssh: Vec<String>,
    /// Build that often, and compare the builds with each other
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=20), default_value_t = 1)]
    pub(in crate::cli) times: u8,
    /// Show the commands that would build, and run nothing
    #[arg(long, conflicts_with = "times")]
    pub(in crate::cli) print: bool,
    /// The builder's own options
    #[arg(last = true, value_name = "OPTIONS")]
    pub(in crate::cli) options: Vec<String>,
}
