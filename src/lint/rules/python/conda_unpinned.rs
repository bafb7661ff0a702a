//! conda-unpinned: conda installs without version and build.

use crate::lint::engine::draft::{Draft, Findings, confidence_in, listed};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::conda::{commands, is_exact};
use crate::lint::knowledge::projects;
use crate::lint::subject::Subject;

pub(crate) struct CondaUnpinned;

impl Rule for CondaUnpinned {
    profile! {
        id: "conda-unpinned",
        summary: "conda installs without version and build",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for command in commands(subject) {
            let open: Vec<_> = command.specs.iter().filter(|spec| !spec.is_exact).collect();
            if let Some(first) = open.first() {
                let names: Vec<String> = open.iter().map(|spec| spec.text.clone()).collect();
                let what =
                    if open.iter().all(|spec| spec.has_version) { "build" } else { "version and build" };
                let message = format!(
                    "{} installs {} in whatever {what} its channels have on the day of the build",
                    command.program,
                    listed(&names)
                );
                findings.push(
                    Draft::at(first.span, message)
                        .help("name version and build (numpy=1.26.4=py312h2809609_0), or install from conda list --explicit --md5: --file explicit.txt")
                        .confidence(confidence_in(open.iter().any(|spec| spec.known))),
                );
            }
            for file in command
                .files
                .iter()
                .filter(|file| !file.text.contains("lock") && !file.text.contains("explicit"))
            {
                let text = subject.source.installed_from.as_ref().and_then(|from| from.texts.get(&file.text));
                let environment = text.and_then(|text| projects::of_environment(text));
                if environment.is_some_and(|environment| environment.specs.iter().all(|spec| is_exact(spec)))
                {
                    continue;
                }
                let message =
                    format!("{} names what is wanted, and conda resolves it anew in each build", file.text);
                findings
                    .push(Draft::at(file.span, message).help(
                        "lock it (conda-lock, conda list --explicit --md5), and create from that file",
                    ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn where_the_version_is_named_only_the_build_is_open() {
        let lines = |spec: &str| {
            let text = format!("FROM a\nRUN conda install -y {spec}\n");
            dockerfile("conda-unpinned", &text).lines().pop().unwrap_or_default()
        };
        assert!(lines("pyyaml==5.4.1").contains("in whatever build its channels have"));
        assert!(lines("python=3.6").contains("in whatever version and build its channels have"));
        assert!(lines("pyyaml==5.4.1 scipy").contains("in whatever version and build its channels have"));
    }

    #[test]
    fn a_version_without_a_build_is_not_exact() {
        let text = "FROM a\nRUN conda install -y -c conda-forge python=3.12 numpy=1.26.4=py312h2809609_0 && micromamba create -n x -y scipy\nRUN mamba env create -f environment.yml && conda create --file explicit.txt && conda clean -afy\n";
        assert_eq!(dockerfile("conda-unpinned", text).flagged(), ["python=3.12", "scipy", "environment.yml"]);
    }
}
