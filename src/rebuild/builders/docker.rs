//! Docker's own builder: builds into the engine, which is then asked for an archive.
//!
//! It sets no times of files, whatever it is told: two builds of it differ in their times alone at best.

use super::docker_options;
use super::interface::{Answer, AskProgram, Builder, Commands, Lacks};
use super::version::Version;
use crate::base::about::{About, AboutKind};
use crate::rebuild::command::{Argument, Invocation};
use crate::rebuild::recipe::{DOCKER_ARCHIVE, Recipe};

pub(super) struct Docker;

/// Since this version the client has BuildKit as a component of its own, buildx.
const COMPONENT: &[u64] = &[23];

impl Builder for Docker {
    fn about(&self) -> &'static About {
        const ABOUT: About = About {
            kind: AboutKind::Builder,
            id: "docker",
            summary: "docker build, into the engine; can't set the times of files",
            page: include_str!("../../../docs/builders/docker.md"),
        };
        &ABOUT
    }

    fn answer(&self, ask: AskProgram<'_>) -> Result<Answer, String> {
        let versions = ask(&["docker", "version", "--format", "{{.Client.Version}} {{.Server.Version}}"])?;
        let version = Version::in_text(&versions);
        let is_classic = version.is_at_least(COMPONENT) && ask(&["docker", "buildx", "version"]).is_err();
        Ok(Answer { version, storage: None, is_classic })
    }

    fn lacks(&self, recipe: &Recipe, answer: &Answer) -> Lacks {
        let mut lacks = Lacks::default();
        if recipe.epoch.is_some() {
            lacks.notes.push(
                "docker build can't fix the times of files: the layers' times will be those of this build, and it is no judge of identical (--builder buildkit, buildah or podman are)"
                    .to_owned(),
            );
        }
        if recipe.is_zstd {
            lacks.notes.push("an engine's archive keeps no compression of layers".to_owned());
        }
        if answer.is_classic {
            lacks
                .notes
                .push("there is no buildx component, so docker builds with its classic builder".to_owned());
            let needs = [(!recipe.secrets.is_empty(), "secrets"), (!recipe.ssh.is_empty(), "ssh")];
            let refused = needs.iter().filter(|(is_needed, _)| *is_needed);
            lacks.refused.extend(refused.map(|(_, what)| {
                format!("docker's classic builder knows no {what}: install its buildx component")
            }));
        }
        lacks
    }

    fn commands(&self, recipe: &Recipe, answer: &Answer) -> Commands {
        let mut recipe = recipe.clone();
        if answer.is_classic {
            // It knows platforms in experimental engines alone; the image's is compared all the same.
            recipe.platform = None;
        }
        let tag = recipe.tag.clone();
        let progress = (!answer.is_classic).then(|| Argument::text("--progress=plain"));
        let build = Invocation::new("docker")
            .variable("DOCKER_BUILDKIT", if answer.is_classic { "0" } else { "1" })
            .with(["build"])
            .with_all(progress)
            .with_all(docker_options::of(&recipe))
            .with([format!("--tag={tag}")])
            .with_all(docker_options::own_and_context(&recipe));
        let save = Invocation::new("docker")
            .with(["save", "--output"])
            .with_all([Argument::work(DOCKER_ARCHIVE), Argument::text(&tag)]);
        let clean = Invocation::new("docker").with(["image", "rm", "--force", tag.as_str()]);
        Commands { build: vec![build, save], clean: vec![clean], archive: ("docker-archive", DOCKER_ARCHIVE) }
    }
}
