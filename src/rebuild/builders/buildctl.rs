//! BuildKit by its own client, `buildctl`.

use super::interface::{Answer, AskProgram, Builder, Commands, Lacks};
use super::version::Version;
use crate::base::about::{About, AboutKind};
use crate::rebuild::command::{Argument, Invocation};
use crate::rebuild::recipe::{OCI_ARCHIVE, Recipe};

pub(super) struct Buildctl;

impl Builder for Buildctl {
    fn about(&self) -> &'static About {
        const ABOUT: About = About {
            kind: AboutKind::Builder,
            id: "buildctl",
            summary: "BuildKit by its own client (--builder buildkit, BUILDKIT_HOST); rewrites the times of files",
            page: include_str!("../../../docs/builders/buildctl.md"),
        };
        &ABOUT
    }

    fn name(&self) -> &'static str {
        "buildkit"
    }

    fn answer(&self, ask: AskProgram<'_>) -> Result<Answer, String> {
        let version = Version::in_text(&ask(&["buildctl", "--version"])?);
        ask(&["buildctl", "debug", "workers"])?;
        Ok(Answer { version, ..Answer::default() })
    }

    fn lacks(&self, _: &Recipe, _: &Answer) -> Lacks {
        Lacks::default()
    }

    fn commands(&self, recipe: &Recipe, _: &Answer) -> Commands {
        let text = |text: String| Argument::text(text);
        let (folder, name) = recipe.folder_and_name();
        let mut arguments = vec![
            Argument::text("--local"),
            text(format!("context={}", recipe.context.to_string_lossy())),
            Argument::text("--local"),
            Argument::text("dockerfile=").and(folder),
        ];
        let mut option = |value: Argument| arguments.extend([Argument::text("--opt"), value]);
        option(text(format!("filename={name}")));
        recipe.target.iter().for_each(|target| option(text(format!("target={target}"))));
        recipe.platform.iter().for_each(|platform| option(text(format!("platform={platform}"))));
        recipe.network.iter().for_each(|network| option(text(format!("force-network-mode={network}"))));
        recipe.arguments("build-arg:").for_each(option);
        if recipe.network.as_deref() == Some("host") {
            arguments.push(Argument::text("--allow=network.host"));
        }
        arguments.extend(recipe.secrets.iter().map(|secret| text(format!("--secret={secret}"))));
        arguments.extend(recipe.ssh.iter().map(|ssh| text(format!("--ssh={ssh}"))));
        arguments.extend([Argument::text("--output"), output(recipe)]);
        let build = Invocation::new("buildctl")
            .with(["build", "--progress=plain", "--no-cache", "--frontend=dockerfile.v0"])
            .with_all(arguments)
            .with(&recipe.options);
        Commands { build: vec![build], clean: Vec::new(), archive: ("oci-archive", OCI_ARCHIVE) }
    }
}

/// BuildKit's exporter: an OCI archive, times rewritten where they are fixed.
pub(super) fn output(recipe: &Recipe) -> Argument {
    let mut options = String::new();
    if recipe.epoch.is_some() {
        options.push_str(",rewrite-timestamp=true");
    }
    if recipe.is_zstd {
        options.push_str(",compression=zstd");
    }
    Argument::text("type=oci,dest=").and(Argument::work(OCI_ARCHIVE)).and(Argument::text(options))
}
