//! From what a lock says and what the user gives to the recipe of a build.
//!
//! What the user gives goes before what the lock says. Of the lock are taken: the Dockerfile and its place, the stage, the
//! platform, arguments, the epoch, and the digests of the images that the Dockerfile names. Nothing of it names a program or an option
//! of one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::error::RebuildError;
use super::inputs;
use super::pinned;
use super::recipe::{ArgumentValue, MadeFile, Recipe, RecipeFile};
use crate::base::digest::Sha256;
use crate::base::text::listed;
use crate::base::{secrets, source};
use crate::build::commit;
use crate::dockerfile::{BuildInputs, Dockerfile, PLATFORM_ARGS, Stages};
use crate::lockfile::Lockfile;
use crate::lockfile::model::{Arg, ArgSource};

/// The argument that times are fixed by (reproducible-builds.org/specs/source-date-epoch).
const EPOCH: &str = "SOURCE_DATE_EPOCH";

/// The first version of buildah that sets the times of the younger files alone.
const BUILDAH_CLAMPS: &[u64] = &[1, 41];

/// Names that a note lists.
const LISTED: usize = 5;

/// What the user gives.
#[derive(Debug, Clone, Default)]
pub struct GivenBuild {
    /// The Dockerfile.
    pub dockerfile: Option<PathBuf>,
    /// The build context.
    pub context: Option<PathBuf>,
    /// Build arguments.
    pub args: BTreeMap<String, String>,
    /// The stage.
    pub target: Option<String>,
    /// `os/architecture[/variant]`
    pub platform: Option<String>,
    /// The network of RUN.
    pub network: Option<String>,
    /// Secrets, as Docker takes them.
    pub secrets: Vec<String>,
    /// Agents and keys, likewise.
    pub ssh: Vec<String>,
}

/// A lock to build by.
#[derive(Clone, Copy)]
pub struct PlanLock<'a> {
    /// The lock.
    pub lock: &'a Lockfile,
    /// The file it was read from.
    pub place: &'a Path,
}

/// A planned build.
#[derive(Debug)]
pub struct Plan {
    /// What a builder is asked for.
    pub recipe: Recipe,
    /// The project's own Dockerfile.
    pub dockerfile: PathBuf,
    /// What the user should know: what is not as locked.
    pub notes: Vec<String>,
}

/// Plans a build by `lock`, where there is one, and what is `given`.
pub fn plan(given: &GivenBuild, lock: Option<PlanLock<'_>>) -> Result<Plan, RebuildError> {
    let (path, context) = places(given, lock)?;
    let text = source::read(&path)?;
    let locked = lock.map(|by| by.lock);
    let is_locked_text =
        locked.is_some_and(|lock| lock.build.dockerfile_digest == Some(Sha256::of(text.as_bytes())));
    let args = arguments(given, locked, is_locked_text)?;
    let platform = given.platform.clone().or_else(|| {
        let platform = locked.map(|lock| lock.image.platform.clone());
        platform.filter(|platform| !platform.contains("unknown"))
    });
    let target = given.target.clone().or_else(|| locked.and_then(|lock| lock.build.target.clone()));
    let dockerfile = Dockerfile::parse(&text);
    let values = args.iter().map(|(name, argument)| (name.clone(), argument.value.clone())).collect();
    let inputs = BuildInputs { args: values, target_platform: platform.clone(), ..BuildInputs::default() };
    let stages = Stages::of(&dockerfile, &inputs);
    let target_stage = match &target {
        Some(name) => stages.find(name).ok_or_else(|| RebuildError::NoSuchStage(name.clone()))?,
        None => stages.stages.len().saturating_sub(1),
    };
    let mut notes =
        locked.map_or_else(Vec::new, |lock| inputs::others(lock, given, (&path, &text), &context));
    let made = locked.map(|lock| pinned::pinned(&stages, lock));
    if let Some(made) = made.as_ref().filter(|made| !made.unpinned.is_empty()) {
        notes.push(format!(
            "no digest is locked of {}: what the name leads to today is built on",
            listed(made.unpinned.iter(), LISTED)
        ));
    }
    let file = match made.and_then(|made| made.text) {
        Some(text) => RecipeFile::Made(made_file(&path, text)?),
        None => RecipeFile::Own(path.clone()),
    };
    lacking_secrets(given, locked)?;
    let layers = stages
        .chain(target_stage)
        .steps
        .iter()
        .filter(|step| step.instruction.keyword.makes_a_layer())
        .count();
    let recipe = Recipe {
        epoch: Some(epoch(given, locked, &context)?),
        dockerfile: file,
        target,
        platform,
        args,
        network: given.network.clone(),
        secrets: given.secrets.clone(),
        ssh: given.ssh.clone(),
        options: Vec::new(),
        is_one_layer: locked.is_some_and(|lock| is_one_layer(lock, layers)),
        is_docker_format: locked.is_some_and(is_docker_format),
        is_zstd: locked.is_some_and(is_zstd),
        sets_all_times: locked.is_some_and(sets_all_times),
        tag: "reprolock-rebuild".to_owned(),
        context,
    };
    Ok(Plan { recipe, dockerfile: path, notes })
}

/// The Dockerfile and the context.
fn places(given: &GivenBuild, lock: Option<PlanLock<'_>>) -> Result<(PathBuf, PathBuf), RebuildError> {
    let folder = |path: &Path| match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    if let Some(path) = &given.dockerfile {
        let context = given.context.clone().unwrap_or_else(|| folder(path));
        return Ok((path.clone(), context));
    }
    let Some(by) = lock else {
        let context = given.context.clone().unwrap_or_else(|| PathBuf::from("."));
        return Ok((beside(&context, Path::new("Dockerfile")), context));
    };
    let named = by.lock.build.dockerfile.as_deref();
    let is_below = |path: &&str| {
        let mut parts = Path::new(path).components();
        parts.clone().next().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
    };
    let below = named.filter(is_below);
    let below = below.ok_or_else(|| RebuildError::NoDockerfile { named: named.map(str::to_owned) })?;
    let context = given.context.clone().unwrap_or_else(|| folder(by.place));
    Ok((beside(&context, Path::new(below)), context))
}

/// `path` in `folder`, without a dot that only makes it longer.
fn beside(folder: &Path, path: &Path) -> PathBuf {
    if folder == Path::new(".") { path.to_owned() } else { folder.join(path) }
}

fn made_file(path: &Path, text: String) -> Result<MadeFile, RebuildError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let ignores = path.with_file_name(format!("{name}.dockerignore"));
    let ignores = if ignores.exists() { Some(source::read(&ignores)?) } else { None };
    Ok(MadeFile { name, text, ignores })
}

/// The arguments but for the epoch.
fn arguments(
    given: &GivenBuild,
    lock: Option<&Lockfile>,
    is_locked_text: bool,
) -> Result<BTreeMap<String, ArgumentValue>, RebuildError> {
    let mut args: BTreeMap<String, ArgumentValue> = BTreeMap::new();
    let mut lacking = Vec::new();
    let is_asked = |arg: &&Arg| {
        // A default stands in the Dockerfile, and what the platform gives is the builder's.
        let is_default = arg.source == ArgSource::DockerfileDefault && is_locked_text;
        !is_default && arg.name != EPOCH && !PLATFORM_ARGS.contains(&arg.name.as_str())
    };
    for arg in lock.iter().flat_map(|lock| &lock.build.arg).filter(is_asked) {
        match &arg.value {
            _ if given.args.contains_key(&arg.name) => {}
            Some(value) => {
                args.insert(arg.name.clone(), ArgumentValue { value: value.clone(), is_secret: false });
            }
            None => lacking.push(arg.name.clone()),
        }
    }
    if !lacking.is_empty() {
        return Err(RebuildError::RedactedArguments(lacking));
    }
    let redacted: BTreeSet<&str> = lock
        .iter()
        .flat_map(|lock| &lock.build.arg)
        .filter(|arg| arg.redacted)
        .map(|arg| arg.name.as_str())
        .collect();
    for (name, value) in given.args.iter().filter(|(name, _)| *name != EPOCH) {
        let is_secret =
            redacted.contains(name.as_str()) || secrets::hidden(name, value) != secrets::Redacted::Nothing;
        args.insert(name.clone(), ArgumentValue { value: value.clone(), is_secret });
    }
    Ok(args)
}

/// The secrets that the lock names and nobody gives.
fn lacking_secrets(given: &GivenBuild, lock: Option<&Lockfile>) -> Result<(), RebuildError> {
    let is_given = |id: &str| {
        given.secrets.iter().any(|secret| secret.split(',').any(|part| part.strip_prefix("id=") == Some(id)))
    };
    let secrets = lock.map_or(&[][..], |lock| &lock.build.secrets);
    let lacking: Vec<String> = secrets.iter().filter(|id| !is_given(id)).cloned().collect();
    if lacking.is_empty() { Ok(()) } else { Err(RebuildError::LackingSecrets(lacking)) }
}

/// The given one, else the lock's, else the last commit's that touched the context.
fn epoch(given: &GivenBuild, lock: Option<&Lockfile>, context: &Path) -> Result<i64, RebuildError> {
    if let Some(text) = given.args.get(EPOCH) {
        let seconds = text.parse().ok().filter(|seconds| *seconds >= 0);
        return seconds.ok_or_else(|| RebuildError::WrongEpoch(text.clone()));
    }
    let locked = lock.and_then(|lock| lock.build.source_date_epoch).filter(|epoch| *epoch >= 0);
    let known = locked.or_else(|| commit::time_of(context));
    known.ok_or_else(|| RebuildError::NoEpoch { context: context.to_owned() })
}

/// Whether buildah made one layer of several instructions, as it does by default.
fn is_one_layer(lock: &Lockfile, instructions: usize) -> bool {
    let is_buildah = lock.build.builder.as_deref().is_some_and(|builder| builder.starts_with("buildah"));
    let base = lock.base.as_ref().map_or(Some(0), |base| base.layers);
    is_buildah && instructions > 1 && base.is_some_and(|base| lock.layer.len() == base + 1)
}

fn is_docker_format(lock: &Lockfile) -> bool {
    lock.image
        .media_type
        .as_deref()
        .is_some_and(|media_type| media_type.starts_with("application/vnd.docker."))
}

fn is_zstd(lock: &Lockfile) -> bool {
    let base = lock.base.as_ref().and_then(|base| base.layers).unwrap_or(0);
    let own = lock.layer.get(base..).unwrap_or_default();
    !own.is_empty() && own.iter().all(|layer| layer.compression == "zstd")
}

fn sets_all_times(lock: &Lockfile) -> bool {
    let builder = lock.build.builder.as_deref().filter(|builder| builder.starts_with("buildah "));
    let version = builder.map(super::builders::Version::in_text);
    version.is_some_and(|version| version.is_known() && !version.is_at_least(BUILDAH_CLAMPS))
}

#[cfg(test)]
mod tests;
