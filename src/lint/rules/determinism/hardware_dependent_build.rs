//! hardware-dependent-build: what is compiled or tuned fits the machine that builds.

use crate::base::text::Span;
use crate::dockerfile::Keyword;
use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;
use crate::lint::subject::image_use::ImageRole;
use crate::lint::subject::shell_code::{Call, SourceScript};
use crate::shell::Word;

pub(crate) struct HardwareDependentBuild;

impl Rule for HardwareDependentBuild {
    profile! {
        id: "hardware-dependent-build",
        summary: "what is compiled or tuned fits the machine that builds",
        severity: Error,
        confidence: Medium,
        set: Inputs,
        remedy: UnsafeRewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let mut scripts = Scripts::default();
        for call in subject.build_calls() {
            findings.extend(of_command(subject, &call, &mut scripts));
        }
        let Some(build) = &subject.build else { return };
        for step in build.steps_of(Keyword::Env).chain(build.steps_of(Keyword::Arg)) {
            let pairs = step
                .instruction
                .arguments
                .pairs()
                .iter()
                .map(|pair| (pair.value.span, format!("{}={}", pair.key.text, pair.value.text)));
            let words = step.instruction.arguments.words().iter().map(|word| (word.span, word.text.clone()));
            for (span, text) in pairs.chain(words) {
                findings.extend(profiled(&text).map(|switch| by_profile(span, switch)));
                findings.extend(native(&text).map(|native| draft(span, &native)));
            }
        }
    }
}

fn draft(span: Span, native: &str) -> Draft {
    Draft::at(span, format!("{native} compiles for the processor that happens to build"))
        .help("name what it is to run on: -march=x86-64-v3, GGML_NATIVE=OFF, CMAKE_CUDA_ARCHITECTURES=80;90")
}

fn by_profile(span: Span, switch: &str) -> Draft {
    Draft::at(
        span,
        format!("{switch} compiles by a profile of this very run, and each run counts differently"),
    )
    .help("leave it out, or compile by a profile that is kept beside the source: -fprofile-use=FILE")
}

/// The switch that has the compiler learn from a run of what it compiled. <https://gcc.gnu.org/onlinedocs/gcc/Optimize-Options.html>,
/// <https://docs.python.org/3/using/configure.html#cmdoption-enable-optimizations>
fn profiled(text: &str) -> Option<&'static str> {
    const SWITCHES: &[&str] = &[
        "--enable-optimizations",
        "--enable-pgo",
        "--with-pgo",
        "-fprofile-generate",
        "-fprofile-instr-generate",
        "-fcs-profile-generate",
        "-Cprofile-generate",
        "profile-generate=",
    ];
    let switch = SWITCHES.iter().find(|switch| text.contains(**switch))?;
    (!text.contains(&format!("{switch}=no"))).then_some(*switch)
}

/// Packages whose install compiles for the GPUs that torch sees. Not those that name their own architectures where nobody
/// else does: flash-attn, mamba-ssm, causal-conv1d, transformer-engine.
const EXTENSIONS: &[&str] = &[
    "apex",
    "xformers",
    "torchvision",
    "torchaudio",
    "mmcv",
    "mmcv-full",
    "maskrcnn-benchmark",
    "groundingdino",
    "kaolin",
    "gsplat",
    "vllm",
    "nvdiffrast",
    "diff-gaussian-rasterization",
    "simple-knn",
    "pytorch3d",
    "detectron2",
    "torch-scatter",
    "torch-sparse",
    "torch-cluster",
    "torch-spline-conv",
    "grouped-gemm",
    "deepspeed",
    "exllamav2",
    "auto-gptq",
    "sageattention",
    "tiny-cuda-nn",
];

/// Those that have wheels on the index, and are compiled only where that is asked for.
const WITH_WHEELS: &[&str] = &[
    "xformers",
    "torchvision",
    "torchaudio",
    "mmcv",
    "mmcv-full",
    "kaolin",
    "gsplat",
    "vllm",
    "deepspeed",
    "detectron2",
    "exllamav2",
    "auto-gptq",
    "pytorch3d",
    "torch-scatter",
    "torch-sparse",
    "torch-cluster",
    "torch-spline-conv",
];

/// Variables that name the GPUs to compile for.
const ARCHITECTURES: &[&str] =
    &["TORCH_CUDA_ARCH_LIST", "TCNN_CUDA_ARCHITECTURES", "PYTORCH_ROCM_ARCH", "GPU_ARCHS"];

fn of_command<'s>(subject: &Subject<'_>, call: &Call<'s>, scripts: &mut Scripts<'s>) -> Option<Draft> {
    match call.program() {
        Some("nvidia-smi") => {
            return Some(
                Draft::at(
                    call.span(),
                    "nvidia-smi tells of the GPU that happens to be there, if there is one",
                )
                .help("ask for the GPU when the container starts, and name the architectures to build for"),
            );
        }
        Some("trtexec") => {
            return Some(
                Draft::at(call.span(), "trtexec tunes the engine on the GPU that happens to build, and picks kernels by their timing")
                    .help("build the engine when the container starts, on the GPU that runs it, with a timing cache that is kept"),
            );
        }
        _ => {}
    }
    let own = call.command.assignments.iter().map(|(name, word)| (word, format!("{name}={}", word.text)));
    let mut words = call.arguments().iter().map(|word| (word, word.text.clone())).chain(own);
    // An echo only shows it.
    let shows = matches!(call.program(), Some("echo" | "printf" | "grep" | "sed"));
    if let Some((word, text)) = words.clone().find(|(_, text)| !shows && profiled(text).is_some()) {
        return Some(by_profile(call.place(word), profiled(&text)?));
    }
    if let Some((word, text)) = words.find(|(_, text)| !shows && native(text).is_some()) {
        let native = native(&text)?;
        return Some(draft(call.place(word), &native).fix(switched_off(call, word)));
    }
    extension(subject, call, scripts)
}

/// The part of a word that asks for the processor at hand.
fn native(text: &str) -> Option<String> {
    const FLAGS: &[&str] = &[
        "-march=native",
        "-mtune=native",
        "-mcpu=native",
        "target-cpu=native",
        "CMAKE_CUDA_ARCHITECTURES=native",
    ];
    const SWITCHES: &[&str] = &["GGML_NATIVE=", "LLAMA_NATIVE=", "WHISPER_NATIVE=", "USE_NATIVE_ARCH="];
    let flag = FLAGS.iter().find(|flag| text.contains(**flag)).map(|flag| (*flag).to_owned());
    flag.or_else(|| {
        let switch = SWITCHES.iter().find(|switch| text.contains(**switch))?;
        let value = text.split(switch).nth(1)?.split([' ', '"', '\'']).next()?;
        matches!(value.to_ascii_uppercase().as_str(), "ON" | "1" | "TRUE" | "YES")
            .then(|| format!("{switch}{value}"))
    })
}

/// The switch turned off, where it is a word of its own.
fn switched_off(call: &Call<'_>, word: &Word) -> Option<Fix> {
    let start = word.text.find("_NATIVE=").or_else(|| word.text.find("_NATIVE_ARCH="))?;
    let value = start + word.text.get(start..)?.find('=')? + 1;
    let text = word.text.get(value..)?;
    let off = match text.to_ascii_uppercase().as_str() {
        "ON" | "TRUE" | "YES" => "OFF",
        "1" => "0",
        _ => return None,
    };
    Some(Fix::not_safe([Edit::replace(call.exact(word, value..word.text.len())?, off)]))
}

/// The first extension that any word of a script names: each script is looked through once, however many commands ask.
#[derive(Default)]
struct Scripts<'s> {
    last: Option<(&'s SourceScript, Option<&'static str>)>,
}

impl<'s> Scripts<'s> {
    fn first_named(&mut self, script: &'s SourceScript) -> Option<&'static str> {
        match self.last {
            Some((last, name)) if std::ptr::eq(last, script) => name,
            _ => {
                let mut words = script.shell.commands.iter().flat_map(|command| &command.words);
                let name = words.find_map(|word| extension_named(&word.text));
                self.last = Some((script, name));
                name
            }
        }
    }
}

/// An extension that is compiled with no architectures named.
fn extension<'s>(subject: &Subject<'_>, call: &Call<'s>, scripts: &mut Scripts<'s>) -> Option<Draft> {
    let named = |name: &&&str| {
        let own = call.command.assignments.iter().any(|(set, _)| set == **name);
        let declared = || {
            let (stage, index) = call.script.step?;
            let build = subject.build.as_ref()?;
            build.binding(stage, index, name).map(|_| ())
        };
        own || call.variable(name).is_some() || declared().is_some() || in_script(call, name)
    };
    if ARCHITECTURES.iter().any(|name| named(&name)) || base_names_them(subject, call) {
        return None;
    }
    let word = match call.program()? {
        "pip" | "uv" => {
            let words = call.arguments();
            let compiles =
                |text: &str| matches!(text, "--no-binary" | "--no-build-isolation" | "--no-use-pep517");
            let is_forced = words.iter().any(|word| compiles(&word.text))
                || call.command.assignments.iter().any(|(name, _)| name.contains("FORCE_BUILD"));
            words.iter().find(|word| {
                let text = call.value(word).text;
                let name = extension_named(&text);
                let from_git = text.contains("git+");
                !text.ends_with(".whl")
                    && words.iter().any(|word| matches!(word.text.as_str(), "install" | "wheel"))
                    && name.is_some_and(|name| from_git || is_forced || !WITH_WHEELS.contains(&name))
            })?
        }
        "python" => call.arguments().iter().find(|word| word.text.ends_with("setup.py")).filter(|_| {
            let builds = call.arguments().iter().any(|word| {
                matches!(word.text.as_str(), "install" | "build_ext" | "bdist_wheel" | "develop" | "build")
            });
            builds
                && (scripts.first_named(call.script).is_some()
                    || call.command.assignments.iter().any(|(name, _)| name == "FORCE_CUDA"))
        })?,
        _ => return None,
    };
    let name = extension_named(&call.value(word).text)
        .or_else(|| scripts.first_named(call.script))
        .unwrap_or("the extension");
    Some(
        Draft::at(call.place(word), format!("{name} is compiled for the GPUs that the building machine has, or for a default where it has none"))
            .help("name them: ENV TORCH_CUDA_ARCH_LIST=\"8.0;9.0\""),
    )
}

/// Whether the stage is built on NVIDIA's image of PyTorch, whose configuration sets TORCH_CUDA_ARCH_LIST.
fn base_names_them(subject: &Subject<'_>, call: &Call<'_>) -> bool {
    let Some(((stage, _), build)) = call.script.step.zip(subject.build.as_ref()) else { return false };
    let chain = build.stages.below(stage);
    subject.images.iter().any(|image| {
        image.role == ImageRole::From
            && image.stage.is_some_and(|stage| chain.contains(&stage))
            && image.name.repository == "nvcr.io/nvidia/pytorch"
    })
}

fn in_script(call: &Call<'_>, name: &str) -> bool {
    call.script.shell.last_assigned(call.command, name).is_some()
}

/// The extension that a requirement, a URL or a folder names.
fn extension_named(text: &str) -> Option<&'static str> {
    let last = text.trim_end_matches('/').split(['@', '#']).next().unwrap_or(text);
    let last = if text.contains("git+") || text.contains("://") {
        text.trim_start_matches("git+")
            .split("://")
            .nth(1)?
            .split(['@', '#'])
            .next()?
            .trim_end_matches('/')
            .rsplit('/')
            .next()?
    } else {
        last.rsplit('/').next()?
    };
    let name = last
        .split(['=', '<', '>', '[', '~', '!', ' ', ';'])
        .next()?
        .trim_end_matches(".git")
        .to_ascii_lowercase()
        .replace('_', "-");
    let name = match name.as_str() {
        "vision" if text.contains("pytorch/vision") => "torchvision",
        "audio" if text.contains("pytorch/audio") => "torchaudio",
        name => name,
    };
    EXTENSIONS.iter().copied().find(|extension| *extension == name)
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    fn flagged(lines: &str) -> usize {
        dockerfile("hardware-dependent-build", &format!("FROM a\n{lines}\n")).flagged().len()
    }

    #[test]
    fn what_fits_the_building_machine_is_flagged() {
        for lines in [
            "RUN ./configure --enable-optimizations --with-lto && make",
            "RUN gcc -fprofile-generate x.c && ./a.out && gcc -fprofile-use x.c",
            "RUN RUSTFLAGS='-Cprofile-generate=/tmp/p' cargo build",
            "ENV PYTHON_CONFIGURE_OPTS=--enable-optimizations",
            "RUN gcc -O3 -march=native x.c",
            "ENV CFLAGS=\"-O3 -march=native\"",
            "RUN cmake -B build -DGGML_NATIVE=ON",
            "RUN CMAKE_ARGS='-DLLAMA_NATIVE=on' pip install llama-cpp-python",
            "RUN cmake -DCMAKE_CUDA_ARCHITECTURES=native .",
            "RUN pip install sageattention --no-build-isolation",
            "RUN pip install git+https://example.org/apex",
            "RUN git clone https://github.com/pytorch/vision.git && cd vision && python setup.py install",
            "RUN git clone https://example.org/maskrcnn-benchmark.git && cd maskrcnn-benchmark && python setup.py build develop",
            "RUN git clone https://example.org/apex && cd apex && python setup.py install --cuda_ext",
            "RUN nvidia-smi",
            "RUN trtexec --onnx=m.onnx --saveEngine=m.plan",
        ] {
            assert_eq!(flagged(lines), 1, "{lines}");
        }
    }

    #[test]
    fn named_architectures_and_wheels_are_left_alone() {
        for lines in [
            "RUN gcc -O3 -march=x86-64-v3 x.c",
            "RUN cmake -DGGML_NATIVE=OFF .",
            "ENV TORCH_CUDA_ARCH_LIST=9.0\nRUN pip install flash-attn",
            "ARG TORCH_CUDA_ARCH_LIST=9.0\nRUN pip install flash-attn",
            "RUN TORCH_CUDA_ARCH_LIST=9.0 pip install flash-attn",
            "RUN export TORCH_CUDA_ARCH_LIST=9.0 && pip install flash-attn",
            "RUN pip install https://example.org/flash_attn-2.7.4-cp311-linux_x86_64.whl",
            "RUN cd flash-attention && GPU_ARCHS=gfx90a python setup.py bdist_wheel",
            "RUN pip install xformers==0.0.28",
            "RUN python setup.py install",
            "FROM nvcr.io/nvidia/pytorch:24.07-py3 AS x\nFROM x\nRUN pip install git+https://example.org/apex",
            "CMD nvidia-smi",
        ] {
            assert_eq!(flagged(lines), 0, "{lines}");
        }
    }

    #[test]
    fn the_switch_is_turned_off() {
        let text = "FROM a\nRUN cmake -DGGML_NATIVE=ON -B build\n";
        assert_eq!(dockerfile("hardware-dependent-build", text).fixed_unsafely(), text.replace("ON", "OFF"));
    }
}
