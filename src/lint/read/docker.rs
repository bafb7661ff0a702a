//! `docker build` and `docker run` lines, of Docker, Podman, nerdctl and Buildah, with `buildx`, `compose run` apart.
//! <https://docs.docker.com/reference/cli/docker/container/run/>

use crate::base::text::Span;
use crate::lint::read::node::Node;
use crate::lint::read::started::{Started, mount_parts, value, variables};
use crate::lint::subject::builds::{BuildCall, ContainerUse, Mount, Setting};
use crate::lint::subject::image_use::{ImageName, ImageRole, ImageUse};
use crate::lint::subject::resolved::ResolvedText;
use crate::lint::subject::shell_code::Call;

/// Programs that take Docker's words.
pub(super) const PROGRAMS: &[&str] = &["docker", "podman", "nerdctl", "buildah", "nvidia-docker"];

/// Options of `run` and `create` that take the next word.
const RUN_VALUES: &[&str] = &[
    "-a",
    "-c",
    "-e",
    "-h",
    "-l",
    "-m",
    "-p",
    "-u",
    "-v",
    "-w",
    "--add-host",
    "--annotation",
    "--attach",
    "--cap-add",
    "--cap-drop",
    "--cgroupns",
    "--cidfile",
    "--cpus",
    "--cpuset-cpus",
    "--cpuset-mems",
    "--cpu-shares",
    "--device",
    "--device-cgroup-rule",
    "--dns",
    "--entrypoint",
    "--env",
    "--env-file",
    "--expose",
    "--gpus",
    "--group-add",
    "--health-cmd",
    "--hostname",
    "--ip",
    "--ipc",
    "--isolation",
    "--label",
    "--link",
    "--log-driver",
    "--log-opt",
    "--mac-address",
    "--memory",
    "--memory-swap",
    "--mount",
    "--name",
    "--net",
    "--network",
    "--network-alias",
    "--pid",
    "--pids-limit",
    "--platform",
    "--publish",
    "--pull",
    "--restart",
    "--runtime",
    "--security-opt",
    "--shm-size",
    "--stop-signal",
    "--stop-timeout",
    "--sysctl",
    "--tmpfs",
    "--ulimit",
    "--user",
    "--userns",
    "--uts",
    "--volume",
    "--volume-driver",
    "--volumes-from",
    "--workdir",
];

/// Options of `build` that take the next word and that nobody here asks for.
const BUILD_VALUES: &[&str] = &[
    "-t",
    "-o",
    "-m",
    "--add-host",
    "--allow",
    "--annotation",
    "--attest",
    "--build-context",
    "--builder",
    "--cache-from",
    "--cache-to",
    "--format",
    "--iidfile",
    "--isolation",
    "--label",
    "--layers",
    "--load",
    "--memory",
    "--metadata-file",
    "--network",
    "--output",
    "--platform",
    "--progress",
    "--provenance",
    "--sbom",
    "--secret",
    "--shm-size",
    "--ssh",
    "--tag",
    "--target",
    "--timestamp",
    "--ulimit",
];

/// What a command of one of [`PROGRAMS`] builds or runs.
pub(super) fn read(call: &Call<'_>) -> Started {
    let words: Vec<ResolvedText> = call.arguments().iter().map(|word| call.value(word)).collect();
    let mut words = words.as_slice();
    let mut read = Started::default();
    // Global options come before the verb; `buildx`, `container` and `image` before the one that counts.
    while let Some((first, rest)) = words.split_first() {
        match first.text.as_str() {
            "-H" | "--host" | "-c" | "--context" | "--config" | "-l" | "--log-level" => {
                words = rest.get(1..).unwrap_or_default();
            }
            "buildx" | "container" | "image" | "builder" => words = rest,
            "run" | "create" if !call.is("buildah") => {
                let (mut container, image) = run_options(rest);
                container.span = call.span();
                container.image = image.map(|value| image_use(&value, ImageRole::Run));
                read.containers.push(container);
                return read;
            }
            "build" | "bud" | "build-using-dockerfile" => {
                read.builds.push(build_call(call.span(), rest));
                return read;
            }
            text if text.starts_with('-') => words = rest,
            _ => return read,
        }
    }
    read
}

/// The options of a run, and the word behind them: the image.
pub(super) fn run_options(words: &[ResolvedText]) -> (ContainerUse, Option<ResolvedText>) {
    let mut container = ContainerUse {
        span: Span::default(),
        image: None,
        mounts: Vec::new(),
        environment: Vec::new(),
        user: None,
        options: Vec::new(),
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if !word.text.starts_with('-') || word.text == "-" {
            return (container, Some(word.clone()));
        }
        let (name, value) = option(word, RUN_VALUES, &mut words);
        let Some(value) = value else {
            container.options.push(word.clone());
            continue;
        };
        match name.as_str() {
            "-v" | "--volume" => container.mounts.push(short_mount(&value)),
            "--mount" => container.mounts.push(long_mount(&value.text, &value)),
            "-e" | "--env" => container.environment.push(setting(&value)),
            "-u" | "--user" => container.user = Some(value),
            _ => container.options.push(ResolvedText {
                span: Span::new(word.span.start, value.span.end.max(word.span.end)),
                text: format!("{name}={}", value.text),
                known: value.known,
                verbatim: false,
            }),
        }
    }
    (container, None)
}

fn build_call(span: Span, words: &[ResolvedText]) -> BuildCall {
    let mut build = BuildCall { span, ..BuildCall::default() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if !word.text.starts_with('-') || word.text == "-" {
            build.context = Some(word.clone());
            continue;
        }
        let known = ["--build-arg", "-f", "--file", "-t", "--tag"];
        let values: Vec<&str> = BUILD_VALUES.iter().chain(&known).copied().collect();
        let (name, value) = option(word, &values, &mut words);
        match (name.as_str(), value) {
            ("--build-arg", Some(value)) => build.arguments.push(setting(&value)),
            ("-f" | "--file", Some(value)) => build.dockerfile = Some(value),
            ("-t" | "--tag", Some(value)) => build.tags.push(value),
            _ => {}
        }
    }
    build
}

/// An option's name and value: `--name=value`, `--name value`, `-nvalue` or `-n value`, the last of a bundle too.
fn option<'v>(
    word: &ResolvedText,
    with_value: &[&str],
    words: &mut impl Iterator<Item = &'v ResolvedText>,
) -> (String, Option<ResolvedText>) {
    let text = word.text.as_str();
    if text.starts_with("--") {
        return match text.split_once('=') {
            Some((name, _)) => (name.to_owned(), Some(part(word, name.len() + 1))),
            None if with_value.contains(&text) => (text.to_owned(), words.next().cloned()),
            None => (text.to_owned(), None),
        };
    }
    // In a bundle such as -itv, only the last letter takes a value.
    for (at, letter) in text.char_indices().skip(1) {
        let name = format!("-{letter}");
        if with_value.contains(&name.as_str()) {
            let after = at + letter.len_utf8();
            let attached = text.get(after..).filter(|rest| !rest.is_empty());
            return match attached {
                Some(rest) => {
                    let start = after + (rest.len() - rest.trim_start_matches('=').len());
                    (name, Some(part(word, start)))
                }
                None => (name, words.next().cloned()),
            };
        }
    }
    (text.to_owned(), None)
}

/// What stands behind the first `start` bytes of a word.
fn part(word: &ResolvedText, start: usize) -> ResolvedText {
    let span = match word.verbatim {
        true => Span::new(word.span.start + start, word.span.end),
        false => word.span,
    };
    ResolvedText { span, text: word.text.get(start..).unwrap_or_default().to_owned(), ..*word }
}

fn setting(value: &ResolvedText) -> Setting {
    match value.text.split_once('=') {
        Some((name, _)) => {
            Setting { name: name.to_owned(), value: Some(part(value, name.len() + 1)), span: value.span }
        }
        None => Setting { name: value.text.clone(), value: None, span: value.span },
    }
}

fn short_mount(value: &ResolvedText) -> Mount {
    let (source, target) = mount_parts(&value.text);
    let part = |part: &str| ResolvedText { text: part.to_owned(), verbatim: false, ..value.clone() };
    Mount { source: source.map(part), target: target.map(part), span: value.span }
}

/// `type=bind,source=…,target=…`
pub(super) fn long_mount(list: &str, value: &ResolvedText) -> Mount {
    let part = |names: &[&str]| {
        let mut parts = list.split(',').filter_map(|part| part.split_once('='));
        let part = parts.find(|(name, _)| names.contains(&name.trim()));
        part.map(|(_, text)| ResolvedText { text: text.to_owned(), verbatim: false, ..value.clone() })
    };
    Mount {
        source: part(&["source", "src"]),
        target: part(&["target", "destination", "dst"]),
        span: value.span,
    }
}

/// The image that a word names.
pub(super) fn image_use(value: &ResolvedText, role: ImageRole) -> ImageUse {
    ImageUse {
        role,
        span: value.span,
        name: ImageName::parse(&value.text),
        variables: variables(&value.text),
        unknown: if value.known { Default::default() } else { variables(&value.text) },
        verbatim: value.verbatim,
        stage: None,
        trigger: false,
    }
}

/// The image that a context is: `docker-image://NAME`.
pub(super) fn context_image(context: &ResolvedText) -> Option<ImageUse> {
    const SCHEME: &str = "docker-image://";
    context.text.starts_with(SCHEME).then(|| image_use(&part(context, SCHEME.len()), ImageRole::Context))
}

/// The image that a node names.
pub(super) fn image(node: &Node, text: &str, role: ImageRole) -> Option<ImageUse> {
    node.text().filter(|text| !text.is_empty())?;
    Some(image_use(&value(node, text), role))
}
