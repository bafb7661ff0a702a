//! What is known of how an image was built: from its history, its annotations, the Dockerfile, the context and the
//! command line.
//!
//! Each fact says where it was learnt. Where two sources disagree, the image is believed before the Dockerfile, and
//! a note says so. Nothing is guessed: what no source tells stays absent from the lockfile.

mod archives;
pub mod args;
pub mod base;
mod builder;
pub mod commit;
pub mod config;
mod declared;
mod error;
pub mod history;
mod images;
pub mod lines;
pub mod lookup;
pub mod provenance;
mod recorded;
mod requirements;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::base::digest::Sha256;
use crate::dockerfile::{BuildInputs, Chain, Dockerfile, Stages};
use crate::image::{Attestations, Image};
use crate::lockfile::model::{Build, DigestSource, LockedBase, LockedNamedImage};
use crate::package_index::PackageIndexes;
use crate::project_locks::{self, ReadLock};
use crate::python::RequirementsTree;
use crate::python::archives::Archives;
use base::BaseImage;
pub use error::BuildError;
use history::HistoryStep;
use lookup::Lookup;
use provenance::Provenance;

/// What the user says of the build.
#[derive(Default)]
pub struct Inputs {
    /// The Dockerfile.
    pub dockerfile: Option<PathBuf>,
    /// The build context; the Dockerfile's folder where not given.
    pub context: Option<PathBuf>,
    /// `--build-arg` names and values.
    pub args: BTreeMap<String, String>,
    /// The stage that was built; the last one where not given.
    pub target: Option<String>,
    /// The base image, where it was given and read.
    pub base: Option<BaseImage>,
    /// Where to look for the image that FROM names, where no base was given, and for the others that the Dockerfile names;
    /// in this order.
    pub lookups: Vec<Lookup>,
    /// Whether the digests of all images that the Dockerfile names are wanted, and not the base's alone.
    pub wants_images: bool,
    /// Why others are not asked, for people.
    pub unasked: &'static str,
    /// Files that tell the hashes of archives: reports of pip, pylock.tomls.
    pub hashes_from: Vec<PathBuf>,
    /// The package indexes that are asked for hashes that nobody else tells; none are, where it is `None`.
    pub indexes: Option<PackageIndexes>,
    /// What lies beside the image about its build.
    pub attestations: Attestations,
}

/// What is known of the build.
pub struct BuildFacts {
    /// `[base]`
    pub base: Option<LockedBase>,
    /// `[build]`
    pub build: Build,
    /// For each layer, the instruction that made it and its line in the Dockerfile.
    pub layers: Vec<Origin>,
    /// The requirements files that were installed from, each with what it leads to.
    pub requirements: Vec<RequirementsTree>,
    /// The locks that the project keeps itself.
    pub locks: Vec<ReadLock>,
    /// The archives of packages that others than the image tell of.
    pub archives: Archives,
    /// What the user should know of the facts: disagreements, files that could not be read.
    pub notes: Vec<String>,
}

/// Where a layer comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The instruction: as the Dockerfile writes it, where the history tells the same one, else as history does.
    pub instruction: Option<String>,
    /// Its first line in the Dockerfile, from 1.
    pub line: Option<usize>,
}

/// Puts the facts together.
pub fn facts(image: &Image, inputs: &Inputs) -> Result<BuildFacts, BuildError> {
    let mut steps = history::steps(image);
    let (provenance, mut notes) = provenance::read(&inputs.attestations, image);
    let Some(path) = &inputs.dockerfile else {
        return without_dockerfile(image, inputs, &steps, (provenance, notes));
    };
    let dockerfile = Dockerfile::read(path)?;
    let source = dockerfile.source.as_bytes();
    let provenance = provenance.as_ref();
    let is_other = is_other(path, source, provenance, &mut notes);
    let stages = Stages::of(&dockerfile, &build_inputs(image, inputs, provenance));
    let named = provenance.and_then(|provenance| provenance.target.as_deref());
    let named = named.filter(|name| !is_other && stages.find(name).is_some());
    let target = target(&stages, path, inputs.target.as_deref().or(named))?;
    let chain = stages.chain(target);
    let aligned = lines::align(&steps, &chain);
    args::read_again(&mut steps, &aligned, (&stages, &chain), (&inputs.args, provenance));
    let unchanged = lines::unchanged(&steps, &aligned, &chain);
    let own_from = lines::own_from(&aligned, &unchanged, &chain);
    let looked_up = match &inputs.base {
        Some(_) => None,
        None => lookup::base(image, provenance, &inputs.lookups, (&stages, &chain), &mut notes),
    };
    let given = inputs.base.as_ref().or(looked_up.as_ref().map(|(base, _)| base));
    let base = base::locked(image, provenance, given, &steps, own_from, Some((&stages, &chain)))?;
    let looked_up = looked_up.as_ref().map(|(_, source)| *source);
    let images = images(image, inputs, provenance, (&stages, &chain), (base.as_ref(), looked_up), &mut notes);
    let context = context(path, inputs.context.as_deref());
    let first_own = base::own_steps(base.as_ref(), &steps);
    let builder = builder::of(image, provenance, first_own, base::is_scratch(&stages, &chain));
    let own = steps.get(first_own..).unwrap_or_default();
    let args = args::locked(own, provenance, &inputs.args, Some((&stages, &chain)), &mut notes);
    let requirements = requirements::read(&stages, target, &context, &mut notes)?;
    let own_locks = project_locks::locks(&stages, target, &context, &image.platform);
    notes.extend(own_locks.notes);
    let mut layers = origins(image, &steps, Some((&unchanged, &chain)));
    notes.extend(of_another(path, &steps, (&aligned, &unchanged, &chain)).filter(|_| !is_other));
    attest(&mut layers, image, provenance.filter(|_| !is_other));
    let archives = archives::of_build(inputs, provenance)?;
    Ok(BuildFacts {
        build: Build {
            dockerfile: Some(relative(path, &context)),
            dockerfile_digest: Some(Sha256::of(source)),
            source_date_epoch: args::source_date_epoch(&args),
            target: inputs.target.as_deref().or(named).map(str::to_owned),
            builder,
            requirements: requirements::locked(&requirements),
            image: images,
            arg: args,
            ..Build::default()
        },
        base,
        layers,
        requirements,
        locks: own_locks.locks,
        archives,
        notes,
    })
}

/// The images that the Dockerfile names. `base` is what is known of the base, and who told it where it was looked up.
fn images(
    image: &Image,
    inputs: &Inputs,
    provenance: Option<&Provenance>,
    (stages, chain): (&Stages<'_>, &Chain<'_>),
    (base, looked_up): (Option<&LockedBase>, Option<DigestSource>),
    notes: &mut Vec<String>,
) -> Vec<LockedNamedImage> {
    if !inputs.wants_images {
        return Vec::new();
    }
    let sources = images::Sources {
        provenance,
        base: base::named_in(stages, chain).map(|(name, _)| {
            let source = base::digest_source(image, provenance, &name, inputs.base.as_ref(), looked_up);
            (name, base.and_then(|base| base.digest).map(|digest| (digest, source)))
        }),
        lookups: &inputs.lookups,
        unasked: inputs.unasked,
    };
    images::locked(stages, &sources, notes)
}

/// What the stages were built with. The provenance's word for an argument is of this build.
fn build_inputs(image: &Image, inputs: &Inputs, provenance: Option<&Provenance>) -> BuildInputs {
    let mut args = inputs.args.clone();
    args.extend(provenance.into_iter().flat_map(|provenance| provenance.args.clone()));
    BuildInputs { args, target_platform: Some(image.platform.to_string()), ..BuildInputs::default() }
}

/// Whether the Dockerfile is another one than the provenance holds, which is noted.
fn is_other(path: &Path, source: &[u8], provenance: Option<&Provenance>, notes: &mut Vec<String>) -> bool {
    let attested = provenance.and_then(|provenance| provenance.source.as_deref());
    let is_other = attested.is_some_and(|attested| attested != source);
    if is_other {
        let path = path.file_name().unwrap_or_default().to_string_lossy();
        notes.push(format!(
            "{path} is not the one that the image's provenance holds: lines are told by its own"
        ));
    }
    is_other
}

fn without_dockerfile(
    image: &Image,
    inputs: &Inputs,
    steps: &[HistoryStep],
    (provenance, mut notes): (Option<Provenance>, Vec<String>),
) -> Result<BuildFacts, BuildError> {
    let provenance = provenance.as_ref();
    let base = base::locked(image, provenance, inputs.base.as_ref(), steps, None, None)?;
    let first_own = base::own_steps(base.as_ref(), steps);
    let own = steps.get(first_own..).unwrap_or_default();
    let arg = args::locked(own, provenance, &inputs.args, None, &mut notes);
    let source_date_epoch = args::source_date_epoch(&arg);
    let source = provenance.and_then(|provenance| provenance.source.as_deref());
    let build = Build {
        dockerfile: provenance.and_then(|provenance| provenance.dockerfile.clone()),
        dockerfile_digest: source.map(Sha256::of),
        target: provenance.and_then(|provenance| provenance.target.clone()),
        builder: builder::of(image, provenance, first_own, false),
        image: provenance.map(images::attested).unwrap_or_default(),
        arg,
        source_date_epoch,
        ..Build::default()
    };
    let mut layers = origins(image, steps, None);
    attest(&mut layers, image, provenance);
    let archives = archives::of_build(inputs, provenance)?;
    Ok(BuildFacts { base, build, layers, requirements: Vec::new(), locks: Vec::new(), archives, notes })
}

/// Puts the provenance's lines in: they are told by the layers' digests, and need no guess.
fn attest(origins: &mut [Origin], image: &Image, provenance: Option<&Provenance>) {
    let Some(provenance) = provenance else { return };
    for (origin, layer) in origins.iter_mut().zip(&image.layers) {
        let line = layer.digest.and_then(|digest| provenance.lines.get(&digest));
        origin.line = line.copied().or(origin.line);
    }
}

fn target(stages: &Stages<'_>, path: &Path, asked: Option<&str>) -> Result<usize, BuildError> {
    match asked {
        Some(name) => stages
            .find(name)
            .ok_or_else(|| BuildError::NoSuchStage { path: path.into(), target: name.to_owned() }),
        None => stages.stages.len().checked_sub(1).ok_or_else(|| BuildError::NoStage(path.into())),
    }
}

fn context(dockerfile: &Path, given: Option<&Path>) -> PathBuf {
    let folder = || match dockerfile.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    given.map_or_else(folder, Path::to_owned)
}

/// The Dockerfile's path as the lock keeps it: within the context, or its name alone. Never a path of this machine.
fn relative(path: &Path, context: &Path) -> String {
    let inside = |path: PathBuf| path.strip_prefix(context.canonicalize().ok()?).ok().map(Path::to_owned);
    let relative = path.canonicalize().ok().and_then(inside);
    let name = || PathBuf::from(path.file_name().unwrap_or_default());
    relative.unwrap_or_else(name).to_string_lossy().replace('\\', "/")
}

fn origins(
    image: &Image,
    steps: &[HistoryStep],
    dockerfile: Option<(&[Option<usize>], &Chain<'_>)>,
) -> Vec<Origin> {
    let mut origins = vec![Origin::default(); image.layers.len()];
    for (at, step) in steps.iter().enumerate() {
        let Some(slot) = step.layer.and_then(|layer| origins.get_mut(layer)) else { continue };
        let written = dockerfile.and_then(|(aligned, chain)| {
            let at = aligned.get(at).copied().flatten()?;
            chain.steps.get(at).map(|step| step.instruction)
        });
        let text = written.map(lines::source_text).unwrap_or_else(|| step.instruction.clone());
        slot.instruction = Some(text).filter(|text| !text.is_empty());
        slot.line = written.map(|instruction| instruction.lines.0);
    }
    origins
}

/// That the image was made by other instructions than the Dockerfile's, where its history tells so.
fn of_another(
    path: &Path,
    steps: &[HistoryStep],
    (aligned, unchanged, chain): (&[Option<usize>], &[Option<usize>], &Chain<'_>),
) -> Option<String> {
    let pairs = steps.iter().zip(aligned.iter().zip(unchanged));
    let mut others = pairs.filter_map(|(step, (at, unchanged))| {
        let layer = step.layer.filter(|_| unchanged.is_none())?;
        Some((layer + 1, &step.instruction, chain.steps.get((*at)?)?.instruction))
    });
    let (layer, made_by, instruction) = others.next()?;
    let more = match others.count() {
        0 => String::new(),
        1 => "; 1 more layer is of another one too".to_owned(),
        more => format!("; {more} more layers are of others too"),
    };
    let path = path.file_name().unwrap_or_default().to_string_lossy();
    let line = instruction.lines.0;
    Some(format!(
        "{path} is not the one that built the image: layer {layer} was made by {made_by}, where line {line} has {}{more}",
        lines::source_text(instruction)
    ))
}

#[cfg(test)]
mod tests;
