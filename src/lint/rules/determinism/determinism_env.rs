//! determinism-env: a framework is installed, and its deterministic switches are unset.

use crate::finding::Fix;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::edits::behind_from;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::pip::{PipInstall, installs};
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
        .filter(|install| !is_for_processors(install))
        .flat_map(|install| install.asked)
        .filter(|asked| !asked.requirement.text.text.contains("+cpu"))
        .filter_map(|asked| asked.requirement.name)
        .collect();
    let bases = subject.images.iter().filter(|image| image.role == ImageRole::From && is_here(image.stage));
    let bases = bases.filter(|image| {
        let name = &image.name;
        // https://www.tensorflow.org/install/docker: tags without `gpu` are for processors.
        name.repository != "tensorflow/tensorflow" || name.tag.as_ref().is_some_and(|tag| tag.contains("gpu"))
    });
    let names: Vec<&str> =
        bases.map(|image| image.name.last_part()).chain(asked.iter().map(String::as_str)).collect();
    FRAMEWORKS.iter().find(|framework| names.iter().any(|name| framework.packages.contains(name)))
}

/// Whether the wheels come from an index of those that know no GPU: `https://download.pytorch.org/whl/cpu`.
fn is_for_processors(install: &PipInstall<'_>) -> bool {
    install
        .options
        .iter()
        .filter_map(|option| option.value.as_deref())
        .any(|value| value.contains("://") && value.trim_end_matches('/').ends_with("/cpu") || value == "cpu")
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

    #[test]
    fn what_is_made_for_processors_has_no_kernels_to_choose() {
        for lines in [
            "FROM a\nRUN pip install torch --index-url https://download.pytorch.org/whl/cpu",
            "FROM a\nRUN pip install torch==2.4.1+cpu -f https://example.org/torch_stable.html",
            "FROM a\nRUN uv pip install --torch-backend cpu torch",
            "FROM tensorflow/tensorflow:nightly-devel",
        ] {
            assert_eq!(dockerfile("determinism-env", &format!("{lines}\n")).flagged(), [""; 0], "{lines}");
        }
        assert_eq!(
            dockerfile("determinism-env", "FROM tensorflow/tensorflow:2.15.0-gpu\n").flagged().len(),
            1
        );
    }
}
