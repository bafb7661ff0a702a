//! determinism-env: a framework is installed, and its deterministic switches are unset.

use crate::finding::Fix;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::edits::behind_from;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::pip::installs;
use crate::lint::subject::Subject;
use crate::lint::subject::build_file::BuildFile;
use crate::lint::subject::image_use::ImageRole;

pub(crate) struct DeterminismEnv;

impl Rule for DeterminismEnv {
    profile! {
        id: "determinism-env",
        summary: "a framework is installed, and its deterministic switches are unset",
        severity: Info,
        confidence: Low,
        set: Runtime,
        remedy: UnsafeRewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let Some(build) = &subject.build else { return };
        let Some(last) = build.stages.stages.len().checked_sub(1) else { return };
        let Some(framework) = installed(subject, build, last) else { return };
        let missing: Vec<&str> = framework
            .switches
            .iter()
            .filter(|(name, _)| !is_set(build, last, name))
            .map(|(_, text)| *text)
            .collect();
        let Some(stage) = build.stages.stages.get(last).filter(|_| !missing.is_empty()) else { return };
        let env = format!("ENV {}", missing.join(" "));
        let fix = behind_from(subject, last, &env).map(|edit| Fix::not_safe([edit]));
        findings.push(
            Draft::at(
                stage.image.span,
                format!("{} may compute other results in each run on the same GPU", framework.name),
            )
            .help(format!(
                "set its switches for the last stage, and read the page for what they can't do: {env}"
            ))
            .fix(fix),
        );
    }
}

/// A framework and the variables that make it choose deterministic kernels.
struct Framework {
    name: &'static str,
    packages: &'static [&'static str],
    /// Names, and what to write.
    switches: &'static [(&'static str, &'static str)],
}

const FRAMEWORKS: &[Framework] = &[
    Framework {
        name: "PyTorch",
        packages: &["torch", "pytorch"],
        switches: &[
            ("CUBLAS_WORKSPACE_CONFIG", "CUBLAS_WORKSPACE_CONFIG=:4096:8"),
            ("PYTHONHASHSEED", "PYTHONHASHSEED=0"),
        ],
    },
    Framework {
        name: "TensorFlow",
        packages: &["tensorflow", "tensorflow-gpu"],
        switches: &[
            ("TF_DETERMINISTIC_OPS", "TF_DETERMINISTIC_OPS=1"),
            ("PYTHONHASHSEED", "PYTHONHASHSEED=0"),
        ],
    },
    Framework {
        name: "JAX",
        packages: &["jax", "jaxlib"],
        switches: &[
            ("XLA_FLAGS", "XLA_FLAGS=--xla_gpu_deterministic_ops=true"),
            ("PYTHONHASHSEED", "PYTHONHASHSEED=0"),
        ],
    },
];

/// The framework that the last stage installs or is built on.
fn installed(subject: &Subject<'_>, build: &BuildFile<'_>, last: usize) -> Option<&'static Framework> {
    let chain = build.stages.below(last);
    let is_here = |stage: Option<usize>| stage.is_some_and(|stage| chain.contains(&stage));
    let asked: Vec<String> = installs(subject)
        .filter(|install| is_here(install.call.script.step.map(|(stage, _)| stage)))
        .flat_map(|install| install.asked)
        .filter_map(|asked| asked.requirement.name)
        .collect();
    let bases = subject.images.iter().filter(|image| image.role == ImageRole::From && is_here(image.stage));
    let names: Vec<&str> =
        bases.map(|image| image.name.last_part()).chain(asked.iter().map(String::as_str)).collect();
    FRAMEWORKS.iter().find(|framework| names.iter().any(|name| framework.packages.contains(name)))
}

fn is_set(build: &BuildFile<'_>, stage: usize, name: &str) -> bool {
    build.binding(stage, usize::MAX, name).is_some()
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn the_last_stages_framework_is_looked_at() {
        let text = "FROM a AS x\nRUN pip install jax==1\nFROM pytorch/pytorch:2.4.1\nENV PYTHONHASHSEED=0\nRUN true\n";
        let case = dockerfile("determinism-env", text);
        assert_eq!(case.flagged(), ["pytorch/pytorch:2.4.1"]);
        let expected = text.replace("2.4.1\n", "2.4.1\nENV CUBLAS_WORKSPACE_CONFIG=:4096:8\n");
        assert_eq!(case.fixed_unsafely(), expected);
        assert!(dockerfile("determinism-env", "FROM a\nRUN pip install numpy==1\n").flagged().is_empty());
    }
}
