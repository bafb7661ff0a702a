//! Shell scripts, for the containers that they build and run.
//!
//! What it refuses to do: a script that another one calls is not followed; it is linted itself.

use crate::base::logical::Logical;
use crate::base::text::Span;
use crate::lint::read::docker;
use crate::lint::read::file_kind::{FileKind, FileName, file_kind};
use crate::lint::subject::reading::FileReading;
use crate::lint::subject::shell_code::SourceScript;
use crate::lint::subject::source::SourceText;

pub(crate) struct ShellScript;

impl FileKind for ShellScript {
    file_kind!("script", "`*.sh`, `*.bash`, where they build or run containers");

    fn has_name(&self, path: &FileName) -> bool {
        matches!(path.extension.as_str(), "sh" | "bash") && path.name.len() > path.extension.len() + 1
    }

    fn has_text(&self, text: &str) -> bool {
        let first = text.lines().next().unwrap_or_default();
        let is_shell = |word: &str| matches!(word, "sh" | "bash" | "dash" | "zsh" | "ash" | "ksh");
        first.strip_prefix("#!").is_some_and(|program| program.split(['/', ' ']).any(is_shell))
    }

    fn is_wanted(&self, text: &str) -> bool {
        starts_containers(text)
    }

    fn read(&self, source: &SourceText) -> FileReading {
        let text = source.text.as_str();
        let whole = Span::new(0, text.len());
        docker::of_scripts(vec![SourceScript::on_host(Logical::of(text, whole), whole)], text)
    }
}

/// Whether shell code may build or run containers at all. Says yes too often rather than too seldom.
pub(super) fn starts_containers(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    has(&["docker", "podman", "nerdctl", "buildah"]) && has(&["build", "run", "compose", "bake", "bud"])
        || has(&["xhost"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_without_containers_is_told_from_one_with() {
        assert!(starts_containers("$(DOCKER) build .\n"));
        assert!(starts_containers("xhost +\n"));
        assert!(!starts_containers("apt-get install docker-ce\n"));
        assert!(!starts_containers("make build && ./run\n"));
        assert!(!starts_containers(""));
    }
}
