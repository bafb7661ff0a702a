//! cuda-floating: packages of the CUDA stack without a full version, and wheels for another CUDA than the base's.

use crate::base::text::Span;
use crate::lint::engine::draft::{Draft, Findings, confidence_in, listed};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::os_packages::unpinned::pins;
use crate::lint::knowledge::os_packages::{Action, OsPackage, commands};
use crate::lint::subject::Subject;
use crate::lint::subject::image_use::ImageRole;

pub(crate) struct CudaFloating;

impl Rule for CudaFloating {
    profile! {
        id: "cuda-floating",
        summary: "CUDA packages without a full version, or a wheel for another CUDA than the base's",
        severity: Error,
        confidence: Medium,
        set: Inputs,
        remedy: Lock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for command in commands(subject).filter(|command| command.action == Action::Install) {
            let of_stack = command.packages.iter().filter(|package| is_of_stack(&package.name));
            let open: Vec<&OsPackage> = of_stack.filter(|package| !package.is_exact).collect();
            let Some(first) = open.first() else { continue };
            let names: Vec<String> = open.iter().map(|package| package.text.clone()).collect();
            let message = format!(
                "{} may be another release in the next build, which may compute other results or need another driver",
                listed(&names)
            );
            let known = open.iter().any(|package| package.known);
            findings.push(
                Draft::at(first.span, message)
                    .help(
                        "name version and release, as the image of today has them (apt-cache policy, rpm -q)",
                    )
                    .confidence(confidence_in(known))
                    .within(&["apt-unpinned", "rpm-unpinned"], command.call.span())
                    .advising("CUDA's packages first, since another release computes other results")
                    .fix(pins(subject, &command, &open)),
            );
        }
        for call in subject.build_calls_of(&["pip", "uv", "poetry", "pdm"]) {
            let Some(base) = call.script.step.and_then(|(stage, _)| base_cuda(subject, stage)) else {
                continue;
            };
            let other = call.expanded().into_iter().find_map(|word| {
                let (at, wheel) = wheel_cuda(&word.text)?;
                (wheel != base).then(|| {
                    let end = at + format!("cu{}{}", wheel.0, wheel.1).len();
                    let exact = call.exact(&word, at..end);
                    (exact.unwrap_or_else(|| call.script.place(word.span)), wheel)
                })
            });
            findings.extend(other.map(|(span, wheel)| mismatch(span, wheel, base)));
        }
    }
}

type Cuda = (u32, u32);

fn mismatch(span: Span, wheel: Cuda, base: Cuda) -> Draft {
    let message = format!(
        "the wheel brings CUDA {}.{} to a base with {}.{}: which of the two is loaded is up to the search path",
        wheel.0, wheel.1, base.0, base.1
    );
    Draft::at(span, message).help(format!(
        "take the wheels for cu{}{}, or a base with CUDA {}.{}",
        base.0, base.1, wheel.0, wheel.1
    ))
}

/// Whether a package is a part of CUDA, cuDNN, NCCL or TensorRT.
fn is_of_stack(name: &str) -> bool {
    const STARTS: &[&str] = &[
        "cuda-",
        "libcudnn",
        "cudnn",
        "libnccl",
        "libnvinfer",
        "tensorrt",
        "libcublas",
        "libcufft",
        "libcurand",
        "libcusparse",
        "libcusolver",
        "libnpp",
        "libnvonnxparsers",
        "libcutensor",
    ];
    // The keyring is no part of it, but what names the archive.
    name == "cuda" || STARTS.iter().any(|start| name.starts_with(start)) && !name.contains("keyring")
}

/// `cu121` in a version (`2.4.0+cu121`) or an index (`…/whl/cu121`): where it stands, and the version.
fn wheel_cuda(text: &str) -> Option<(usize, Cuda)> {
    let number = text.match_indices("cu").find_map(|(at, _)| {
        let before = text.get(..at)?.chars().next_back()?;
        let rest = text.get(at + 2..)?;
        let digits =
            rest.find(|c: char| !c.is_ascii_digit()).map_or(rest, |end| rest.get(..end).unwrap_or(rest));
        (matches!(before, '+' | '/') && digits.len() == 3).then_some((at, digits))
    });
    let (at, digits) = number?;
    let (major, minor) = digits.split_at(2);
    Some((at, (major.parse().ok()?, minor.parse().ok()?)))
}

/// The CUDA that the base of a stage has, by its tag: `nvidia/cuda:12.4.1-…`, `pytorch:2.4.0-cuda12.4-…`.
fn base_cuda(subject: &Subject<'_>, stage: usize) -> Option<Cuda> {
    let chain = subject.build.as_ref()?.stages.below(stage);
    let bases = subject.images.iter().filter(|image| image.role == ImageRole::From);
    let base = bases
        .into_iter()
        .find(|image| image.stage.is_some_and(|at| chain.contains(&at)) && image.name.tag.is_some())?;
    let tag = base.name.tag.as_deref()?;
    let number = match base.name.repository.ends_with("nvidia/cuda") {
        true => tag,
        false => tag.split_once("cuda").map(|(_, rest)| rest.trim_start_matches('-'))?,
    };
    let mut parts = number.split(['.', '-']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::wheel_cuda;
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn packages_of_the_stack_are_named_and_others_are_not() {
        let text = "FROM a\nRUN apt-get install -y curl cuda-toolkit-12-4 libcudnn9-cuda-12=9.1.0.70-1 libnccl2\nRUN dnf install -y tensorrt\nRUN apt-get install -y cuda-keyring\n";
        assert_eq!(
            dockerfile("cuda-floating", text).lines(),
            [
                "2: cuda-toolkit-12-4: cuda-toolkit-12-4 and libnccl2 may be another release in the next build, which may compute other results or need another driver",
                "3: tensorrt: tensorrt may be another release in the next build, which may compute other results or need another driver",
            ]
        );
    }

    #[test]
    fn a_wheel_for_another_cuda_than_the_base_is_flagged() {
        let text = "ARG CUDA_VERSION=12.4.1\nFROM nvidia/cuda:${CUDA_VERSION}-devel AS a\nRUN pip install torch==2.4.0 --index-url https://example.org/whl/cu121\nRUN pip install torch==2.4.0+cu124\nFROM a\nRUN uv pip install torch==2.4.0+cu118\nFROM python:3.12\nRUN pip install torch==2.4.0+cu121\n";
        assert_eq!(
            dockerfile("cuda-floating", text).lines(),
            [
                "3: cu121: the wheel brings CUDA 12.1 to a base with 12.4: which of the two is loaded is up to the search path",
                "6: cu118: the wheel brings CUDA 11.8 to a base with 12.4: which of the two is loaded is up to the search path",
            ]
        );
        assert_eq!(wheel_cuda("cupy-cuda12x==1"), None);
    }
}
