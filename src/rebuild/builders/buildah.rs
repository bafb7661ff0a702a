//! buildah: builds without a daemon, into a storage of its own.

use super::containers::{self, Storage};
use super::interface::{Answer, AskProgram, Builder, Commands, Lacks};
use super::version::Version;
use crate::base::about::{About, AboutKind};
use crate::rebuild::command::{Argument, Invocation};
use crate::rebuild::recipe::Recipe;

pub(super) struct Buildah;

/// The first version with `--timestamp`, and with `--source-date-epoch`.
const TIMESTAMP: &[u64] = &[1, 16];
const EPOCH: &[u64] = &[1, 41];

impl Builder for Buildah {
    fn about(&self) -> &'static About {
        const ABOUT: About = About {
            kind: AboutKind::Builder,
            id: "buildah",
            summary: "builds without a daemon; sets the times of all files of its layers",
            page: include_str!("../../../docs/builders/buildah.md"),
        };
        &ABOUT
    }

    fn answer(&self, ask: AskProgram<'_>) -> Result<Answer, String> {
        let version = Version::in_text(&ask(&["buildah", "--version"])?);
        let storage = ask(&["buildah", "info"]).ok().and_then(|text| Storage::of_buildah(&text));
        Ok(Answer { version, storage, is_classic: false })
    }

    fn lacks(&self, recipe: &Recipe, answer: &Answer) -> Lacks {
        let refused = containers::too_old("buildah", recipe, answer, TIMESTAMP);
        Lacks { refused: refused.into_iter().collect(), notes: Vec::new() }
    }

    fn commands(&self, recipe: &Recipe, answer: &Answer) -> Commands {
        let build = containers::build("buildah", recipe, answer, EPOCH);
        let archive = containers::archive(recipe);
        let to = Argument::text(format!("{}:", archive.0)).and(Argument::work(archive.1));
        // `build --tag oci-archive:…` would leave layers uncompressed.
        let push: Invocation = containers::with_storage("buildah", answer)
            .with(["push", "--quiet"])
            .with_all(recipe.is_zstd.then(|| Argument::text("--compression-format=zstd")))
            .with_all([Argument::text(format!("localhost/{}", recipe.tag)), to]);
        Commands { build: vec![build, push], clean: containers::cleaning("buildah", answer), archive }
    }
}
