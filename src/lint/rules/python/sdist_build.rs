//! sdist-build: a package whose source build downloads or compiles.

use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::pip::installs;
use crate::lint::knowledge::requirement::may_apply;
use crate::lint::subject::Subject;
use crate::python::normal_name;
use crate::python::{EntryKind, LineOption, PipRequirement};

pub(crate) struct SdistBuild;

impl Rule for SdistBuild {
    profile! {
        id: "sdist-build",
        summary: "a package whose source build downloads or compiles",
        severity: Warning,
        confidence: Medium,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for install in installs(subject) {
            for asked in &install.asked {
                findings.extend(message(&asked.requirement).map(|message| draft(asked.span, message)));
            }
            let options = install.all(&["--no-binary", "--no-binary-package"]);
            findings.extend(
                options.filter_map(|option| Some(draft(option.span, forced(option.value.as_deref()?)?))),
            );
        }
        for entry in subject.requirements.iter().flat_map(|file| &file.entries) {
            let lines: &[LineOption] = match &entry.kind {
                EntryKind::Option(name, value) => {
                    let what =
                        value.as_ref().filter(|_| name == "no-binary").and_then(|value| forced(&value.text));
                    findings.extend(what.map(|what| draft(entry.span, what)));
                    &[]
                }
                EntryKind::Requirement(requirement) => &requirement.options,
                EntryKind::Include(..) => &[],
            };
            let line = lines.iter().find(|option| option.name == "no-binary");
            let what = line.and_then(|option| Some((option.span, forced(&option.value.as_ref()?.text)?)));
            findings.extend(what.map(|(span, what)| draft(span, what)));
        }
        let lines = subject.requirements.iter().flat_map(|file| file.requirements());
        for (_, requirement) in lines.filter(|(_, requirement)| may_apply(requirement, None)) {
            if requirement.hashes.is_empty() {
                findings.extend(message(requirement).map(|message| draft(requirement.text.span, message)));
            }
        }
    }
}

/// What `--no-binary` compiles; none where it takes that back.
fn forced(value: &str) -> Option<String> {
    let what = if value.contains(":all:") { "everything" } else { value };
    (value != ":none:").then(|| format!("{what} is compiled, with this machine's compiler and flags"))
}

/// Packages of an index that have no wheels there for every CUDA and Python, so that pip builds them from source.
const BUILT: &[&str] = &[
    "flash-attn",
    "mamba-ssm",
    "causal-conv1d",
    "transformer-engine",
    "transformer-engine-torch",
    "apex",
    "grouped-gemm",
    "megablocks",
    "natten",
    "detectron2",
    "pytorch3d",
    "tiny-cuda-nn",
    "nvdiffrast",
    "dropout-layer-norm",
    "flash-attn-3",
    "sageattention",
    "auto-gptq",
    "exllamav2",
    "torch-scatter",
    "torch-sparse",
    "torch-cluster",
    "torch-spline-conv",
    "minkowskiengine",
    "llama-cpp-python",
    "pyaudio",
    "pycocotools",
];

fn message(requirement: &PipRequirement) -> Option<String> {
    let name = normal_name(requirement.name.as_deref()?);
    let is_wheel =
        requirement.text.text.split('#').next().is_some_and(|text| text.trim_end().ends_with(".whl"));
    (BUILT.contains(&name.as_str()) && !is_wheel).then(|| {
        format!("{name} comes as source: its build downloads, or compiles with what this machine has")
    })
}

fn draft(span: crate::base::text::Span, message: String) -> Draft {
    let draft = Draft::at(span, message)
        .within(&["hardware-dependent-build"], span)
        .advising("or install a wheel by URL and hash, which compiles nothing");
    draft.help("install a wheel by URL and hash: name @ https://example.org/name-1.2.3-cp312-linux_x86_64.whl#sha256=…")
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{dockerfile, of};
    use crate::lint::subject::source::SourceKind;

    #[test]
    fn sources_are_flagged_and_wheels_by_url_are_not() {
        let text = "FROM a\nRUN pip install flash_attn==2.6.3 numpy==1 --no-build-isolation && pip install --no-binary :all: b==1\nRUN pip install https://example.org/flash_attn-2.6.3-cp312-cp312-linux_x86_64.whl#sha256=0\n";
        assert_eq!(dockerfile("sdist-build", text).flagged(), ["flash_attn==2.6.3", "--no-binary :all:"]);
    }

    #[test]
    fn requirements_files_are_read_too() {
        let forced = "pycrypto==2.6.1 --no-binary :all:\n--no-binary=lxml,numpy\n--no-binary :none:\n--only-binary :all:\n";
        assert_eq!(
            of("sdist-build", SourceKind::Requirements, forced).flagged(),
            ["--no-binary :all:", "--no-binary=lxml,numpy"]
        );
        assert_eq!(
            of("sdist-build", SourceKind::Requirements, "mamba-ssm==2.2.2\nnumpy==1\n").flagged(),
            ["mamba-ssm==2.2.2"]
        );
    }
}
