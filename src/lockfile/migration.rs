//! Lockfiles of version 1, read as those of version 2.
//!
//! Version 1 has fewer keys in `[build]`, `[[build.image]]` and `[[catalog]]`, and refuses the others as any unknown key: so these tables
//! have their shapes of version 1 here, and what is wrong with such a lockfile is told by these. Nothing else knows of
//! version 1.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::model::{self, Arg, DigestSource, LockedNamedImage, LockedRequirementsFile};
use crate::base::digest::{Digest, Sha256};
use crate::base::path::LayerPath;

/// The version that is migrated.
pub(super) const VERSION: i64 = 1;

/// Reads a lockfile of version 1.
pub(super) fn read(text: &str) -> Result<model::Lockfile, toml::de::Error> {
    toml::from_str::<Lockfile>(text).map(Into::into)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Lockfile {
    #[serde(rename = "version")]
    _version: i64,
    image: model::LockedImage,
    base: Option<model::LockedBase>,
    #[serde(default)]
    build: Build,
    #[serde(default)]
    config: model::LockedConfig,
    #[serde(default)]
    layer: Vec<model::LockedLayer>,
    #[serde(default)]
    catalog: Vec<Catalog>,
    #[serde(default)]
    package: BTreeMap<String, Vec<model::LockedPackage>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Build {
    dockerfile: Option<String>,
    dockerfile_digest: Option<Sha256>,
    source_date_epoch: Option<i64>,
    builder: Option<String>,
    #[serde(default)]
    arg: Vec<Arg>,
    #[serde(default)]
    image: Vec<NamedImage>,
    #[serde(default)]
    requirements: Vec<LockedRequirementsFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct NamedImage {
    reference: String,
    digest: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Catalog {
    ecosystem: String,
    path: String,
    layer: usize,
    packages: usize,
    #[serde(default)]
    problems: Vec<String>,
}

impl From<Lockfile> for model::Lockfile {
    fn from(old: Lockfile) -> Self {
        let Lockfile { _version, image, base, build, config, layer, catalog, package } = old;
        // Whether there are detours was not asked then, so all may be one.
        let image = model::LockedImage { detours: vec![LayerPath::root().to_string()], ..image };
        Self {
            version: model::VERSION,
            image,
            base,
            build: build.into(),
            config,
            layer,
            catalog: catalog.into_iter().map(Into::into).collect(),
            agreement: Vec::new(),
            package,
        }
    }
}

impl From<Build> for model::Build {
    fn from(old: Build) -> Self {
        let Build { dockerfile, dockerfile_digest, source_date_epoch, builder, arg, image, requirements } =
            old;
        Self {
            dockerfile,
            dockerfile_digest,
            source_date_epoch,
            builder,
            arg,
            image: image.into_iter().map(Into::into).collect(),
            requirements,
            ..Self::default()
        }
    }
}

impl From<NamedImage> for LockedNamedImage {
    fn from(old: NamedImage) -> Self {
        let NamedImage { reference, digest } = old;
        Self { reference, digest, source: DigestSource::Dockerfile }
    }
}

impl From<Catalog> for model::LockedCatalog {
    fn from(old: Catalog) -> Self {
        let Catalog { ecosystem, path, layer, packages, problems } = old;
        Self { ecosystem, path, layer, digest: None, packages, problems }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::lockfile::codec::{decode, encode};

    const LOCK: &str = "version = 1\n\n[image]\nplatform = \"linux/amd64\"\nconfig = \"DIGEST\"\n\n\
        [build]\nbuilder = \"buildkit\"\n\n\
        [[layer]]\ndiff-id = \"DIGEST\"\ncontent = \"DIGEST\"\nsize = 1\nuncompressed-size = 1\n\
        compression = \"none\"\nfiles = 0\n\n\
        [[catalog]]\necosystem = \"apk\"\npath = \"lib/apk/db/installed\"\nlayer = 0\npackages = 0\n";

    fn decoded(text: &str) -> Result<model::Lockfile, String> {
        let text = text.replace("DIGEST", &Sha256::of(b"").to_string());
        decode(&text, Path::new("reprolock.lock")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_lock_of_version_1_is_one_of_version_2_without_its_new_keys() {
        let lock = decoded(LOCK).unwrap();
        assert_eq!(lock.version, 2);
        assert_eq!((lock.build.builder.as_deref(), lock.catalog[0].packages), (Some("buildkit"), 0));
        assert_eq!((lock.build.target.as_deref(), lock.catalog[0].digest), (None, None));
        let written = encode(&lock);
        assert_eq!(decoded(&written).unwrap(), lock);
        let is_new = |line: &&str| line.starts_with("detours");
        let kept: Vec<&str> = written.lines().skip(1).filter(|line| !is_new(line)).collect();
        assert_eq!(kept[1..], decoded_lines()[1..]);
    }

    #[test]
    fn of_a_lock_of_version_1_it_is_not_known_that_names_tell_where_its_databases_are() {
        assert_eq!(decoded(LOCK).unwrap().image.detours, ["/"]);
    }

    /// The lines of [`LOCK`], whose version alone is another when it is written anew.
    fn decoded_lines() -> Vec<String> {
        LOCK.replace("DIGEST", &Sha256::of(b"").to_string()).lines().map(str::to_owned).collect()
    }

    #[test]
    fn version_1_refuses_the_keys_of_version_2_as_any_other_unknown_one() {
        for (line, key) in [("builder = \"buildkit\"", "target"), ("packages = 0", "digest")] {
            let text = LOCK.replace(line, &format!("{line}\n{key} = \"x\""));
            let error = decoded(&text).unwrap_err();
            assert!(error.contains(&format!("unknown field `{key}`")), "{error}");
            let line = text.lines().position(|line| line.starts_with(key)).unwrap() + 1;
            assert!(error.contains(&format!("line {line}: ")), "{error}");
        }
    }
}
