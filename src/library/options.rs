//! What a caller decides: which image, and what is known of its build.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::error::Error;
use crate::base::limits::Expansion;
use crate::image::Access;
use crate::image::platform::Platform;

/// Why no registry is asked.
const OFFLINE: &str = "the caller works offline";

/// Why others than where the image is from are not asked.
const UNASKED: &str = "the caller lets nobody else be asked";

/// Which image of several, how much of it to take, and what may be done to reach it.
///
/// By default: the only platform there is, 256 GiB and 250 times its blob for each layer, registries over HTTPS alone.
#[derive(Debug, Clone, Default)]
pub struct ImageOptions {
    pub(crate) platform: Option<Platform>,
    pub(crate) expansion: Expansion,
    pub(crate) access: Access,
}

impl ImageOptions {
    /// The image of this platform, as `OS/ARCH[/VARIANT]`; an error where `platform` is not such a text.
    pub fn platform(self, platform: &str) -> Result<Self, Error> {
        Ok(Self { platform: Some(platform.parse()?), ..self })
    }

    /// How many bytes one layer may unpack to.
    pub fn max_unpacked_size(self, bytes: u64) -> Self {
        Self { expansion: Expansion::of_bytes(bytes), ..self }
    }

    /// Never touch the network.
    pub fn offline(mut self) -> Self {
        self.access.offline = Some(OFFLINE);
        self
    }

    /// Allow a registry on plain HTTP; one on this machine is allowed anyway.
    pub fn insecure(mut self) -> Self {
        self.access.insecure = true;
        self
    }
}

/// What the caller knows of an image's build. Nothing, by default: a lock then says less of where its layers are from.
#[derive(Debug, Clone)]
pub struct BuildOptions {
    pub(crate) dockerfile: Option<PathBuf>,
    pub(crate) context: Option<PathBuf>,
    pub(crate) args: BTreeMap<String, String>,
    pub(crate) target: Option<String>,
    pub(crate) base: Option<String>,
    pub(crate) hashes_from: Vec<PathBuf>,
    /// The indexes that are asked for hashes; none where it is `None`.
    pub(crate) indexes: Option<IndexUrls>,
    pub(crate) online: bool,
    /// Why others are not asked, for people.
    pub(crate) unasked: &'static str,
}

/// The URLs of indexes, which may hold logins and are not printed.
#[derive(Clone)]
pub(crate) struct IndexUrls(pub(crate) Vec<String>);

impl fmt::Debug for IndexUrls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} indexes", self.0.len())
    }
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self {
            dockerfile: None,
            context: None,
            args: BTreeMap::new(),
            target: None,
            base: None,
            hashes_from: Vec::new(),
            indexes: None,
            online: false,
            unasked: UNASKED,
        }
    }
}

impl BuildOptions {
    /// The Dockerfile that the image was built from.
    pub fn dockerfile(self, path: impl Into<PathBuf>) -> Self {
        Self { dockerfile: Some(path.into()), ..self }
    }

    /// The build context; without it, the Dockerfile's folder.
    pub fn context(self, folder: impl Into<PathBuf>) -> Self {
        Self { context: Some(folder.into()), ..self }
    }

    /// A build argument that the image was built with; the last one of a name counts.
    pub fn build_arg(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.args.insert(name.into(), value.into());
        self
    }

    /// The stage that was built, by its name or number; without it, the last.
    pub fn target(self, stage: impl Into<String>) -> Self {
        Self { target: Some(stage.into()), ..self }
    }

    /// Ask the engine, and the registry of each image that the Dockerfile names, for the digests of those images. Without
    /// it, only who keeps the image itself is asked: its engine, and its own registry.
    pub fn online(self) -> Self {
        Self { online: true, ..self }
    }

    /// A file that tells the hashes of the archives that packages were installed from: a report of pip (`--report`), or a
    /// pylock.toml. Each one that is given counts.
    pub fn hashes_from(mut self, path: impl Into<PathBuf>) -> Self {
        self.hashes_from.push(path.into());
        self
    }

    /// Ask these package indexes, by their URLs (`https://HOST/PATH`, with a login where one is needed), for the hashes of the wheels
    /// of which nothing else tells. A hash is taken over where name, version, build, tags and the digest of the metadata are those of
    /// the installed package; of others, the lock's notes say why not.
    pub fn resolve_hashes<U: Into<String>>(self, indexes: impl IntoIterator<Item = U>) -> Self {
        Self { indexes: Some(IndexUrls(indexes.into_iter().map(Into::into).collect())), ..self }
    }

    /// The base image's reference, to tell its layers from the image's own.
    pub fn base(self, reference: impl Into<String>) -> Self {
        Self { base: Some(reference.into()), ..self }
    }
}
