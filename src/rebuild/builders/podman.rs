//! podman: buildah's builder behind `podman build`.

use super::containers::{self, Storage};
use super::interface::{Answer, AskProgram, Builder, Commands, Lacks};
use super::version::Version;
use crate::base::about::{About, AboutKind};
use crate::rebuild::command::Argument;
use crate::rebuild::recipe::Recipe;

pub(super) struct Podman;

/// The first version with `--timestamp`, and with `--source-date-epoch`.
const TIMESTAMP: &[u64] = &[2, 1];
const EPOCH: &[u64] = &[5, 6];

impl Builder for Podman {
    fn about(&self) -> &'static About {
        const ABOUT: About = About {
            kind: AboutKind::Builder,
            id: "podman",
            summary: "podman build, which is buildah's builder with podman's defaults",
            page: include_str!("../../../docs/builders/podman.md"),
        };
        &ABOUT
    }

    fn answer(&self, ask: AskProgram<'_>) -> Result<Answer, String> {
        let version = Version::in_text(&ask(&["podman", "--version"])?);
        // A podman that is but a client of another machine has no storage to build in.
        let storage = Storage::of_podman(&ask(&["podman", "info", "--format", "json"])?);
        Ok(Answer { version, storage, is_classic: false })
    }

    fn made(&self, builder: &str) -> bool {
        // Its images carry buildah's label alone.
        builder.split(' ').next() == Some("podman")
    }

    fn lacks(&self, recipe: &Recipe, answer: &Answer) -> Lacks {
        let zstd = recipe.is_zstd.then(|| {
            "podman save writes no layers with zstd, as the locked ones are: they are compressed otherwise".to_owned()
        });
        let refused = containers::too_old("podman", recipe, answer, TIMESTAMP);
        Lacks { refused: refused.into_iter().collect(), notes: zstd.into_iter().collect() }
    }

    fn commands(&self, recipe: &Recipe, answer: &Answer) -> Commands {
        let build = containers::build("podman", recipe, answer, EPOCH);
        let archive = containers::archive(recipe);
        let save = containers::with_storage("podman", answer)
            .with(["save", "--quiet", "--format", archive.0, "--output"])
            .with_all([Argument::work(archive.1), Argument::text(format!("localhost/{}", recipe.tag))]);
        Commands { build: vec![build, save], clean: containers::cleaning("podman", answer), archive }
    }
}
