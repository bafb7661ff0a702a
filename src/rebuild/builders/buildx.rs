//! BuildKit by `docker buildx`.

use super::buildctl::output;
use super::docker_options;
use super::interface::{Answer, AskProgram, Builder, Commands, Lacks};
use super::version::Version;
use crate::base::about::{About, AboutKind};
use crate::rebuild::command::{Argument, Invocation};
use crate::rebuild::recipe::{OCI_ARCHIVE, Recipe};

pub(super) struct Buildx;

impl Builder for Buildx {
    fn about(&self) -> &'static About {
        const ABOUT: About = About {
            kind: AboutKind::Builder,
            id: "buildx",
            summary: "BuildKit by docker buildx (--builder buildkit); rewrites the times of files",
            page: include_str!("../../../docs/builders/buildx.md"),
        };
        &ABOUT
    }

    fn name(&self) -> &'static str {
        "buildkit"
    }

    fn answer(&self, ask: AskProgram<'_>) -> Result<Answer, String> {
        let version = Version::in_text(&ask(&["docker", "buildx", "version"])?);
        let inspected = ask(&["docker", "buildx", "inspect"])?;
        let field =
            |name: &str| inspected.lines().find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()));
        if let Some(error) = field("Error:") {
            return Err(error);
        }
        // The engine's own BuildKit writes archives only where containerd keeps its images.
        if field("Driver:").as_deref() == Some("docker") {
            let status = ask(&["docker", "info", "--format", "{{json .DriverStatus}}"])?;
            if !status.contains("io.containerd.snapshotter") {
                return Err("its builder is the engine's own, which writes no archive: docker buildx create --use makes one that does".to_owned());
            }
        }
        Ok(Answer { version, ..Answer::default() })
    }

    fn lacks(&self, _: &Recipe, _: &Answer) -> Lacks {
        Lacks::default()
    }

    fn commands(&self, recipe: &Recipe, _: &Answer) -> Commands {
        let allows =
            (recipe.network.as_deref() == Some("host")).then(|| Argument::text("--allow=network.host"));
        let build = Invocation::new("docker")
            .with(["buildx", "build", "--progress=plain", "--provenance=false", "--sbom=false"])
            .with_all(docker_options::of(recipe))
            .with_all(allows)
            .with_all([Argument::text("--output"), output(recipe)])
            .with_all(docker_options::own_and_context(recipe));
        Commands { build: vec![build], clean: Vec::new(), archive: ("oci-archive", OCI_ARCHIVE) }
    }
}
