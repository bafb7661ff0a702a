//! What buildah and podman share: the storage library, and how both fix time.
//!
//! A build has a storage of its own in the folder that it works in, with the user's behind it to read bases from. So what a
//! build that is killed leaves lies in that folder, and nothing of the user's images is touched.

use serde::Deserialize;

use super::docker_options;
use super::interface::Answer;
use super::version::Version;
use crate::rebuild::command::{Argument, Invocation};
use crate::rebuild::recipe::{DOCKER_ARCHIVE, OCI_ARCHIVE, Recipe};

/// The folder of a build's own storage.
const STORAGE: &str = "storage";

/// Its state while it runs.
const RUN: &str = "run";

/// Where the user's images are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// `overlay`, `vfs`.
    pub driver: String,
    /// The folder.
    pub root: String,
    /// The driver's options.
    pub options: Vec<String>,
    /// Whether files belong to a range of users, which the user alone can't remove.
    pub is_rootless: bool,
}

/// `buildah info`
#[derive(Deserialize)]
struct BuildahInfo {
    host: BuildahHost,
    store: BuildahStore,
}

#[derive(Deserialize)]
struct BuildahHost {
    rootless: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BuildahStore {
    graph_driver_name: String,
    graph_root: String,
    graph_options: Option<Vec<String>>,
}

/// `podman info --format json`
#[derive(Deserialize)]
struct PodmanInfo {
    host: PodmanHost,
    store: PodmanStore,
}

#[derive(Deserialize)]
struct PodmanHost {
    security: PodmanSecurity,
}

#[derive(Deserialize)]
struct PodmanSecurity {
    rootless: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PodmanStore {
    graph_driver_name: String,
    graph_root: String,
}

impl Storage {
    /// What `buildah info` says.
    pub(super) fn of_buildah(text: &str) -> Option<Self> {
        let info: BuildahInfo = serde_json::from_str(text).ok()?;
        Some(Self {
            driver: info.store.graph_driver_name,
            root: info.store.graph_root,
            options: info.store.graph_options.unwrap_or_default(),
            is_rootless: info.host.rootless,
        })
    }

    /// What `podman info` says. Options of its driver are an object there, and those that matter are found again by themselves.
    pub(super) fn of_podman(text: &str) -> Option<Self> {
        let info: PodmanInfo = serde_json::from_str(text).ok()?;
        Some(Self {
            driver: info.store.graph_driver_name,
            root: info.store.graph_root,
            options: Vec::new(),
            is_rootless: info.host.security.rootless,
        })
    }
}

/// `program` with a storage of its own.
pub(super) fn with_storage(program: &str, answer: &Answer) -> Invocation {
    let text = Argument::text;
    let mut arguments = vec![text("--root"), Argument::work(STORAGE), text("--runroot"), Argument::work(RUN)];
    if let Some(storage) = &answer.storage {
        arguments.extend([text("--storage-driver"), text(&storage.driver)]);
        let behind = format!("{}.imagestore={}", storage.driver, storage.root);
        for option in storage.options.iter().chain([&behind]) {
            arguments.extend([text("--storage-opt"), text(option)]);
        }
    }
    Invocation::new(program).with_all(arguments)
}

/// What takes the storage away: mounts first, and files that belong to others where they do.
pub(super) fn cleaning(program: &str, answer: &Answer) -> Vec<Invocation> {
    let is_rootless = answer.storage.as_ref().is_some_and(|storage| storage.is_rootless);
    let removed = [Argument::text("rm"), Argument::text("-rf"), Argument::work(STORAGE), Argument::work(RUN)];
    let unshare = Invocation::new(program).with(["unshare"]).with_all(removed);
    is_rootless.then_some(unshare).into_iter().collect()
}

/// Why times can't be fixed, where they should be: `since` is the version that knows `--timestamp`.
pub(super) fn too_old(program: &str, recipe: &Recipe, answer: &Answer, since: &[u64]) -> Option<String> {
    let is_old = recipe.epoch.is_some() && !answer.version.is_at_least(since);
    let since: Vec<String> = since.iter().map(u64::to_string).collect();
    is_old.then(|| format!("this {program} can't fix times: it is older than {}", since.join(".")))
}

/// The command that builds. `since` is the version that knows `--source-date-epoch`.
pub(super) fn build(program: &str, recipe: &Recipe, answer: &Answer, since: &[u64]) -> Invocation {
    with_storage(program, answer)
        .with(["build"])
        .with_all(docker_options::of(recipe))
        .with_all(time(recipe, &answer.version, since))
        .with_all(shape(recipe))
        .with_all(docker_options::own_and_context(recipe))
}

/// The transport and the file's name of the archive that is written.
pub(super) fn archive(recipe: &Recipe) -> (&'static str, &'static str) {
    match recipe.is_docker_format {
        true => ("docker-archive", DOCKER_ARCHIVE),
        false => ("oci-archive", OCI_ARCHIVE),
    }
}

/// The options that fix time. `since` is the version that knows `--source-date-epoch`.
fn time(recipe: &Recipe, version: &Version, since: &[u64]) -> Vec<Argument> {
    let Some(epoch) = recipe.epoch else { return Vec::new() };
    match version.is_at_least(since) && !recipe.sets_all_times {
        true => vec![
            Argument::text(format!("--source-date-epoch={epoch}")),
            Argument::text("--rewrite-timestamp"),
        ],
        false => vec![Argument::text(format!("--timestamp={epoch}"))],
    }
}

/// The options that both call the same.
fn shape(recipe: &Recipe) -> Vec<Argument> {
    let format = if recipe.is_docker_format { "docker" } else { "oci" };
    vec![
        Argument::text(format!("--layers={}", !recipe.is_one_layer)),
        Argument::text(format!("--format={format}")),
        Argument::text(format!("--tag={}", recipe.tag)),
    ]
}
