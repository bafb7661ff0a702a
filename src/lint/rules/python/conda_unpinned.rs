//! conda-unpinned: conda installs without version and build.

use crate::finding::Confidence;
use crate::lint::engine::draft::{Draft, Findings, confidence_in, listed};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::conda::{CondaCommand, Spec, commands, is_exact};
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
                findings.push(
                    Draft::at(first.span, message(command.program, &open))
                        .help("name version and build (numpy=1.26.4=py312h2809609_0), or install from conda list --explicit --md5: --file explicit.txt")
                        .confidence(confidence_in(open.iter().any(|spec| spec.known))),
                );
            }
            findings.extend(dependencies(&command, open.is_empty()));
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

/// What the channels choose: version and build, or the build of a version that is named.
fn message(program: &str, open: &[&Spec]) -> String {
    let named = |has_version: bool| -> Vec<String> {
        open.iter().filter(|spec| spec.has_version == has_version).map(|spec| spec.text.clone()).collect()
    };
    let (open, built) = (named(false), named(true));
    let day = "its channels have on the day of the build";
    match (open.is_empty(), built.is_empty()) {
        (true, _) => format!("{program} installs {} in whatever build {day}", listed(&built)),
        (_, true) => format!("{program} installs {} in whatever version and build {day}", listed(&open)),
        _ => format!(
            "{program} installs {} in whatever version and build {day}, and {} in whatever build",
            listed(&open),
            listed(&built)
        ),
    }
}

/// What packages that are named by their builds depend on, which conda solves anew.
/// <https://docs.conda.io/projects/conda/en/stable/dev-guide/deep-dives/install.html>
fn dependencies(command: &CondaCommand<'_>, are_exact: bool) -> Option<Draft> {
    let first = command.specs.first().filter(|_| are_exact)?;
    let is_file = |spec: &Spec| spec.text.contains('/') || spec.text.ends_with(".conda");
    let asks_none =
        command.call.arguments().iter().any(|word| word.text == "--no-deps" || word.text == "--offline");
    if asks_none || command.specs.iter().any(is_file) {
        return None;
    }
    let names: Vec<String> = command.specs.iter().map(|spec| spec.text.clone()).collect();
    let message = format!(
        "{} takes what {} depends on in whatever version its channels have on the day of the build",
        command.program,
        listed(&names)
    );
    let help = "install all of it from one list: conda list --explicit --md5 > explicit.txt, then conda install --file explicit.txt";
    Some(Draft::at(first.span, message).help(help).confidence(Confidence::Low))
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
        let both = "installs scipy in whatever version and build its channels have on the day of the build, and pyyaml==5.4.1 in whatever build";
        assert!(lines("pyyaml==5.4.1 scipy").contains(both));
    }

    #[test]
    fn what_exact_packages_depend_on_is_solved_anew() {
        let sure = |command: &str| {
            let case = dockerfile("conda-unpinned", &format!("FROM a\nRUN conda install -y {command}\n"));
            case.findings().iter().map(|finding| finding.confidence.name()).collect::<Vec<_>>()
        };
        assert_eq!(sure("pytorch=1.8.1=py3.8_cuda11.1_cudnn8.0.5_0"), ["low"]);
        assert_eq!(sure("--no-deps pytorch=1.8.1=py3.8_0"), [""; 0]);
        assert_eq!(sure("--file explicit.txt"), [""; 0]);
        assert_eq!(sure("https://example.org/a-1-0.conda"), [""; 0]);
    }

    #[test]
    fn a_version_without_a_build_is_not_exact() {
        let text = "FROM a\nRUN conda install -y -c conda-forge python=3.12 numpy=1.26.4=py312h2809609_0 && micromamba create -n x -y scipy\nRUN mamba env create -f environment.yml && conda create --file explicit.txt && conda clean -afy\n";
        assert_eq!(dockerfile("conda-unpinned", text).flagged(), ["python=3.12", "scipy", "environment.yml"]);
    }
}
