//! `docker build` and `docker run` lines, of Docker, Podman, nerdctl and Buildah, with `buildx`, `compose run` apart.
//! <https://docs.docker.com/reference/cli/docker/container/run/>

use std::collections::BTreeSet;

use crate::base::text::Span;
use crate::lint::read::docker_options::{BUILD_VALUES, RUN_VALUES, option, part};
use crate::lint::read::node::Node;
use crate::lint::read::values::{mount_parts, value, variables};
use crate::lint::subject::builds::{BuildCall, ContainerUse, Mount, NamedContext, Rooted, Setting};
use crate::lint::subject::image_use::{ImageName, ImageRole, ImageUse};
use crate::lint::subject::reading::FileReading;
use crate::lint::subject::resolved::ResolvedText;
use crate::lint::subject::shell_code::{Call, SourceScript};

/// Programs that take Docker's words.
pub(crate) const PROGRAMS: &[&str] = &[
    "docker",
    "podman",
    "nerdctl",
    "buildah",
    "nvidia-docker",
    "docker-compose",
    "podman-compose",
    "docker-buildx",
];

/// What a command of one of [`PROGRAMS`] builds or runs.
pub(crate) fn read(call: &Call<'_>) -> FileReading {
    let words: Vec<ResolvedText> = call.arguments().iter().map(|word| call.value(word)).collect();
    let mut words = words.as_slice();
    let mut read = FileReading::default();
    if call.program().is_some_and(|program| program.ends_with("-compose")) {
        read.builds.extend(composed(call.span(), words));
        return read;
    }
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
            "bake" => {
                read.builds.extend(baked(call.span(), rest));
                return read;
            }
            "compose" => {
                read.builds.extend(composed(call.span(), rest));
                return read;
            }
            text if text.starts_with('-') => words = rest,
            _ => return read,
        }
    }
    read
}

/// The options of a run, and the word behind them: the image.
pub(crate) fn run_options(words: &[ResolvedText]) -> (ContainerUse, Option<ResolvedText>) {
    let mut container = ContainerUse::default();
    let mut words = words.iter();
    let mut given = None;
    while let Some(word) = words.next() {
        if is_list(word) {
            continue;
        }
        if !word.text.starts_with('-') || word.text == "-" {
            // Of a variable that is called after options, another word has to be the image.
            if is_options(word) {
                given.get_or_insert(word);
                continue;
            }
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
    (container, given.cloned())
}

/// Whether a word is as many words as its list has, and which they are only the run tells: `"${OPTIONS[@]}"`, `"$@"`.
fn is_list(word: &ResolvedText) -> bool {
    let text = word.text.as_str();
    let is_array = text.starts_with("${") && (text.ends_with("[@]}") || text.ends_with("[*]}"));
    is_array || matches!(text, "$@" | "$*" | "${@}" | "${*}") || text.starts_with("${@:")
}

/// Whether a word is one variable without a value that is called after options: `$DOCKER_OPTS`, `${RUN_FLAGS}`.
fn is_options(word: &ResolvedText) -> bool {
    let name = word.text.strip_prefix('$').unwrap_or_default();
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let mut words = name.split('_').map(str::to_ascii_uppercase);
    let is_called = |word: String| {
        let word = word.trim_end_matches('S');
        ["OPT", "OPTION", "ARG", "FLAG", "PARAM", "ENV", "VOLUME", "MOUNT"].contains(&word)
    };
    is_name && !word.known && words.any(is_called)
}

fn build_call(span: Span, words: &[ResolvedText]) -> BuildCall {
    let mut build = BuildCall { span, rooted: Rooted::Anywhere, ..BuildCall::default() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if !word.text.starts_with('-') || word.text == "-" {
            build.context = Some(word.clone());
            continue;
        }
        let (name, value) = option(word, BUILD_VALUES, &mut words);
        match (name.as_str(), value) {
            ("--build-arg", Some(value)) => build.arguments.push(setting(&value)),
            ("-f" | "--file", Some(value)) => build.dockerfile = Some(value),
            ("-t" | "--tag", Some(value)) => build.tags.push(value),
            ("--build-context", Some(value)) => build.contexts.extend(named_context(&value)),
            _ => {}
        }
    }
    build
}

/// What `docker compose build` says over what its files do: `--build-arg NAME=VALUE`, for all services.
fn composed(span: Span, words: &[ResolvedText]) -> Option<BuildCall> {
    let build = words.iter().position(|word| word.text == "build")?;
    let call = build_call(span, words.get(build + 1..).unwrap_or_default());
    (!call.arguments.is_empty()).then(|| BuildCall {
        span,
        arguments: call.arguments,
        is_base: true,
        ..BuildCall::default()
    })
}

/// What `docker buildx bake` says over what its files do: `--set app.args.NAME=VALUE`, `--set app.contexts.NAME=VALUE`.
fn baked(span: Span, words: &[ResolvedText]) -> Option<BuildCall> {
    let mut build = BuildCall { span, is_base: true, ..BuildCall::default() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if let (name, Some(value)) = option(word, &["--set"], &mut words)
            && name == "--set"
        {
            build = set(build, &value);
        }
    }
    (build != BuildCall { span, is_base: true, ..BuildCall::default() }).then_some(build)
}

/// A build with one more setting of bake's: `app.args.NAME=VALUE`.
pub(crate) fn set(mut build: BuildCall, value: &ResolvedText) -> BuildCall {
    let key = value.text.split('=').next().unwrap_or_default();
    let mut parts = key.splitn(3, '.').skip(1);
    let (field, name) = (parts.next(), parts.next());
    let rest = || part(value, key.len() + 1);
    match (field, name) {
        _ if key.len() == value.text.len() => {}
        (Some("args"), Some(name)) => {
            build.arguments.push(Setting { name: name.to_owned(), value: Some(rest()), span: value.span });
        }
        (Some("contexts"), Some(name)) => {
            build.contexts.push(NamedContext { name: name.to_owned(), value: rest() });
        }
        (Some("dockerfile"), None) => build.dockerfile = Some(rest()),
        (Some("context"), None) => build.context = Some(rest()),
        (Some("tags"), None) => build.tags.push(rest()),
        _ => {}
    }
    build
}

/// `NAME=VALUE` of `--build-context`.
pub(crate) fn named_context(value: &ResolvedText) -> Option<NamedContext> {
    let (name, _) = value.text.split_once('=')?;
    Some(NamedContext { name: name.to_owned(), value: part(value, name.len() + 1) })
}

pub(crate) fn setting(value: &ResolvedText) -> Setting {
    match value.text.split_once('=') {
        Some((name, _)) => {
            Setting { name: name.to_owned(), value: Some(part(value, name.len() + 1)), span: value.span }
        }
        None => Setting { name: value.text.clone(), value: None, span: value.span },
    }
}

pub(crate) fn short_mount(value: &ResolvedText) -> Mount {
    let (source, target) = mount_parts(&value.text);
    let part = |part: &str| ResolvedText { text: part.to_owned(), verbatim: false, ..value.clone() };
    Mount { source: source.map(part), target: target.map(part), span: value.span }
}

/// `type=bind,source=…,target=…`
pub(crate) fn long_mount(list: &str, value: &ResolvedText) -> Mount {
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
pub(crate) fn image_use(value: &ResolvedText, role: ImageRole) -> ImageUse {
    ImageUse {
        role,
        span: value.span,
        name: ImageName::parse(&value.text),
        variables: variables(&value.text),
        unknown: if value.known { Default::default() } else { open(&value.text) },
        verbatim: value.verbatim,
        stage: None,
        trigger: false,
    }
}

/// What is not known of a text: its variables, or where it has none, such as `$(tag)`, all of it.
fn open(text: &str) -> BTreeSet<String> {
    let variables = variables(text);
    if variables.is_empty() { [text.to_owned()].into() } else { variables }
}

/// The image that a context is: `docker-image://NAME`.
pub(crate) fn context_image(context: &ResolvedText) -> Option<ImageUse> {
    const SCHEME: &str = "docker-image://";
    context.text.starts_with(SCHEME).then(|| image_use(&part(context, SCHEME.len()), ImageRole::Context))
}

/// The image that a node names.
pub(crate) fn image(node: &Node, text: &str, role: ImageRole) -> Option<ImageUse> {
    node.text().filter(|text| !text.is_empty())?;
    Some(image_use(&value(node, text), role))
}

/// What shell code starts, in a source of that text.
pub(crate) fn of_scripts(scripts: Vec<SourceScript>, text: &str) -> FileReading {
    let mut all = FileReading::default();
    for script in &scripts {
        let calls =
            script.shell.commands.iter().map(|command| Call { script, command, build: None, source: text });
        for call in calls.filter(|call| call.program().is_some_and(|name| PROGRAMS.contains(&name))) {
            let started = read(&call);
            all.builds.extend(started.builds);
            all.containers.extend(started.containers);
        }
    }
    FileReading { scripts, ..all }
}
