//! The story of `freeze` and `inspect`: what an image is.

use std::collections::BTreeMap;

use super::layers::LayerRow;
use super::linted::Unread;
use super::section::{Body, Section, Story, Title, Topic};
use crate::base::digest::Digest;
use crate::compare::config;
use crate::lockfile::Lockfile;
use crate::lockfile::model::{
    self, ArgSource, LockedBase, LockedLayer, LockedPackage, LockedRequirement, Secret,
};
use crate::report::model::{Frozen, Inspected};

/// Something that an image is or has, as a whole. Texts are quoted.
pub(in crate::report) enum Fact<'a> {
    /// Its name.
    Image(&'a str),
    /// Its platform.
    Platform(&'a str),
    /// Its manifest's digest.
    Manifest(Digest),
    /// Its config's digest.
    Config(Digest),
    /// When it was made, as it says.
    Created(&'a str),
    /// What made it, as it says.
    Builder(&'a str),
    /// The image that it was built from.
    Base(&'a LockedBase),
    /// Neither the image nor a Dockerfile told what it was built from.
    UnknownBase,
    /// Its layers.
    Layers(Holds),
    /// Its packages: how many of each ecosystem.
    Packages(Vec<(&'a str, usize)>),
    /// The requirements files that were installed from.
    Required(Vec<&'a str>),
}

/// What the layers of an image come to.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Holds {
    /// How many.
    pub(in crate::report) layers: usize,
    /// Bytes of their blobs.
    pub(in crate::report) size: u64,
    /// Bytes of their tars.
    pub(in crate::report) unpacked: u64,
    /// Their files.
    pub(in crate::report) files: usize,
}

/// A build argument; all of it quoted.
pub(in crate::report) struct KnownArg<'a> {
    /// Its name.
    pub(in crate::report) name: &'a str,
    /// Its value; `None` for one that looks secret.
    pub(in crate::report) value: Option<&'a str>,
    /// Where it is known from, in our words.
    pub(in crate::report) source: &'static str,
}

/// A value of the config; all of it quoted.
pub(in crate::report) struct ConfigValue<'a> {
    /// The field: `user`, `env`.
    pub(in crate::report) field: &'a str,
    /// Its name, of fields that have several: a variable's.
    pub(in crate::report) name: Option<&'a str>,
    /// Its value; `None` for one that looks secret.
    pub(in crate::report) value: Option<String>,
}

/// The packages of one ecosystem.
pub(in crate::report) struct Installed<'a> {
    /// The ecosystem's id.
    pub(in crate::report) ecosystem: &'a str,
    /// The packages, in the lock's order.
    pub(in crate::report) packages: Vec<InstalledPackage<'a>>,
}

/// A package; all of it quoted.
pub(in crate::report) struct InstalledPackage<'a> {
    pub(in crate::report) name: &'a str,
    pub(in crate::report) version: &'a str,
    /// The database or folder that it stands in.
    pub(in crate::report) location: &'a str,
    /// The layer that installed it.
    pub(in crate::report) layer: usize,
    /// What asked for it.
    pub(in crate::report) requirement: Option<&'a LockedRequirement>,
    /// Its state, where it is not plainly installed.
    pub(in crate::report) state: Option<&'a str>,
    /// The package of another ecosystem that it is part of.
    pub(in crate::report) owner: Option<&'a str>,
}

impl<'a> Installed<'a> {
    /// The packages, database by database.
    pub(in crate::report) fn by_location(&self) -> BTreeMap<&'a str, Vec<&InstalledPackage<'a>>> {
        let mut databases: BTreeMap<&str, Vec<&InstalledPackage<'a>>> = BTreeMap::new();
        for package in &self.packages {
            databases.entry(package.location).or_default().push(package);
        }
        databases
    }
}

pub(super) fn of_frozen<'a>(frozen: &'a Frozen<'a>) -> Story<'a> {
    // Where a bare word may lead to several places, a note says which it was.
    let Frozen { image, transport: _, lockfile, lock, notes } = frozen;
    let title = Title::Frozen {
        image,
        platform: &lock.image.platform,
        lockfile,
        has_index: lock.image.files.is_some(),
    };
    let mut sections = vec![Section::new(Topic::Facts, Body::Facts(facts(image, lock)))];
    sections.extend(remarks(lock, notes));
    Story { title, sections }
}

pub(super) fn of_inspected<'a>(inspected: &'a Inspected<'a>) -> Story<'a> {
    let Inspected { image, transport: _, lock, notes } = inspected;
    let Lockfile { version: _, image: _, base: _, build, config, layer, catalog: _, package } = lock;
    let layers = layer.iter().enumerate().map(|(index, layer)| held(index, layer)).collect();
    let mut sections = vec![
        Section::new(Topic::Facts, Body::Facts(facts(image, lock))),
        Section::new(Topic::Layers, Body::Layers(layers)),
    ];
    let args: Vec<KnownArg<'_>> = build.arg.iter().map(arg).collect();
    sections.extend((!args.is_empty()).then(|| Section::new(Topic::Args, Body::Args(args))));
    let config = values(config);
    sections.extend((!config.is_empty()).then(|| Section::new(Topic::Config, Body::Config(config))));
    let installed: Vec<Installed<'_>> = package
        .iter()
        .map(|(ecosystem, packages)| Installed {
            ecosystem,
            packages: packages.iter().map(of_package).collect(),
        })
        .collect();
    sections
        .extend((!installed.is_empty()).then(|| Section::new(Topic::Packages, Body::Packages(installed))));
    sections.extend(remarks(lock, notes));
    Story { title: Title::Inspected { image }, sections }
}

/// What could not be read, and what the user should know.
fn remarks<'a>(lock: &'a Lockfile, notes: &'a [String]) -> impl Iterator<Item = Section<'a>> {
    let of_catalog = |catalog: &'a model::LockedCatalog| {
        catalog.problems.iter().map(|problem| Unread { path: &catalog.path, message: problem })
    };
    let problems: Vec<Unread<'_>> = lock.catalog.iter().flat_map(of_catalog).collect();
    let problems = (!problems.is_empty()).then(|| Section::new(Topic::Problems, Body::Unread(problems)));
    let notes = (!notes.is_empty()).then(|| Section::new(Topic::Notes, Body::Sentences(notes)));
    problems.into_iter().chain(notes)
}

fn facts<'a>(name: &'a str, lock: &'a Lockfile) -> Vec<Fact<'a>> {
    let Lockfile { version: _, image, base, build, config: _, layer, catalog: _, package } = lock;
    let model::LockedImage {
        reference: _,
        platform,
        media_type: _,
        index: _,
        manifest,
        config,
        created,
        files: _,
        detours: _,
    } = image;
    let base = match base {
        Some(base) => Some(Fact::Base(base)),
        // With a Dockerfile and no base, the image was built from scratch, or from a name that nothing told.
        None => build.dockerfile.is_none().then_some(Fact::UnknownBase),
    };
    let packages: Vec<(&str, usize)> =
        package.iter().map(|(ecosystem, packages)| (ecosystem.as_str(), packages.len())).collect();
    let required: Vec<&str> = build.requirements.iter().map(|file| file.path.as_str()).collect();
    let facts = [
        Some(Fact::Image(name)),
        Some(Fact::Platform(platform)),
        manifest.map(Fact::Manifest),
        Some(Fact::Config(*config)),
        created.as_deref().map(Fact::Created),
        build.builder.as_deref().map(Fact::Builder),
        base,
        Some(Fact::Layers(Holds {
            layers: layer.len(),
            size: layer.iter().map(|layer| layer.size).fold(0, u64::saturating_add),
            unpacked: layer.iter().map(|layer| layer.uncompressed_size).fold(0, u64::saturating_add),
            files: layer.iter().map(|layer| layer.files).sum(),
        })),
        (!packages.is_empty()).then_some(Fact::Packages(packages)),
        (!required.is_empty()).then_some(Fact::Required(required)),
    ];
    facts.into_iter().flatten().collect()
}

fn held(index: usize, layer: &LockedLayer) -> LayerRow<'_> {
    // Digests and what the blob is packed with are the lockfile's and JSON's alone.
    let LockedLayer {
        digest: _,
        diff_id: _,
        content: _,
        size,
        uncompressed_size: _,
        compression: _,
        files,
        instruction,
        dockerfile_line,
    } = layer;
    LayerRow {
        index: index.to_string(),
        what: instruction.as_deref().unwrap_or("(no history)"),
        line: dockerfile_line.map_or(String::new(), |line| format!(":{line}")),
        size: *size,
        files: *files,
    }
}

fn arg(arg: &model::Arg) -> KnownArg<'_> {
    let model::Arg { name, value, redacted: _, source } = arg;
    let source = match source {
        ArgSource::History => "from the image's history",
        ArgSource::DockerfileDefault => "the Dockerfile's default",
        ArgSource::CommandLine => "from the command line",
        ArgSource::Provenance => "from the provenance",
    };
    KnownArg { name, value: value.as_deref(), source }
}

fn values(config: &model::LockedConfig) -> Vec<ConfigValue<'_>> {
    let model::LockedConfig {
        user,
        workdir,
        entrypoint,
        cmd,
        shell,
        stop_signal,
        stop_timeout,
        healthcheck,
        args_escaped,
        exposed_ports,
        volumes,
        onbuild,
        env,
        labels,
        other,
        secret,
    } = config;
    let words = |words: &Option<Vec<String>>| words.as_ref().map(|words| words.join(" "));
    let list = |items: &[String]| (!items.is_empty()).then(|| items.join(", "));
    let fields = [
        ("user", user.clone()),
        ("workdir", workdir.clone()),
        ("entrypoint", words(entrypoint)),
        ("cmd", words(cmd)),
        ("shell", words(shell)),
        ("stop-signal", stop_signal.clone()),
        ("stop-timeout", stop_timeout.map(|seconds| seconds.to_string())),
        ("healthcheck", healthcheck.clone()),
        ("args-escaped", args_escaped.then(|| "true".to_owned())),
        ("ports", list(exposed_ports)),
        ("volumes", list(volumes)),
        ("onbuild", list(onbuild)),
    ];
    let fields = fields
        .into_iter()
        .filter_map(|(field, value)| Some(ConfigValue { field, name: None, value: Some(value?) }));
    let env = env.iter().map(|(name, value)| ("env", name, value));
    let labels = labels.iter().map(|(name, value)| ("label", name, value));
    // What no engine reads from an image is the lockfile's and JSON's alone.
    let other = other.iter().flatten().filter(|(key, _)| !config::is_inert(key));
    let other = other.map(|(key, value)| ("config", key, value));
    let pairs = env.chain(labels).chain(other).map(|(field, name, value)| ConfigValue {
        field,
        name: Some(name),
        value: Some(value.clone()),
    });
    let secrets = secret.iter().map(|secret| {
        let Secret { field, name, redacted: _ } = secret;
        ConfigValue { field, name: Some(name), value: None }
    });
    fields.chain(pairs).chain(secrets).collect()
}

fn of_package(package: &LockedPackage) -> InstalledPackage<'_> {
    // What pins a package is the lockfile's and JSON's alone.
    let LockedPackage {
        name,
        version,
        architecture: _,
        source: _,
        source_version: _,
        state,
        checksum: _,
        payload: _,
        modularity: _,
        location,
        installer: _,
        origin: _,
        owner,
        requirement,
        content: _,
        hashes: _,
        layer,
    } = package;
    InstalledPackage {
        name,
        version,
        location,
        layer: *layer,
        requirement: requirement.as_ref(),
        state: state.as_deref(),
        owner: owner.as_deref(),
    }
}
