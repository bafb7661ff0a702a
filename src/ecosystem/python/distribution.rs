//! Reads one distribution of a site directory into a package, in whichever form it stands there.

use super::direct_url::{self, Origin};
use super::metadata::{self, Metadata};
use super::record::{self, Record};
use super::sites::{Form, Walk};
use super::{Python, is_same};
use crate::base::path::{LayerPath, printable};
use crate::ecosystem::catalog::{Package, UNKNOWN};
use crate::ecosystem::places::{self, PLACE_BYTES, Rest, read};
use crate::ecosystem::problems::Problems;
use crate::formats::tar::entry::Kind;
use crate::python::normal_name;
use crate::tree::FileTree;

/// Where the metadata of the source that an `.egg-link` leads to would stand; `None` for what is no such file.
pub(super) fn linked(tree: &FileTree<'_>, site: &LayerPath, evidence: &LayerPath) -> Option<LayerPath> {
    Form::of(evidence.file_name()).filter(|(form, _)| *form == Form::EggLink)?;
    let target = places::bytes(tree, evidence, &Python)?.split(|byte| *byte == b'\n').next()?.trim_ascii();
    Some(source_folder(site, target)?.join(b"x.egg-info").join(b"PKG-INFO"))
}

/// The folder that an `.egg-link` of `site` names.
fn source_folder(site: &LayerPath, target: &[u8]) -> Option<LayerPath> {
    let target = Some(target).filter(|target| target.len() <= PLACE_BYTES)?;
    let from = if target.starts_with(b"/") { &[][..] } else { site.as_bytes() };
    Some(LayerPath::clamped(&[from, &b"/"[..], target].concat()))
}

/// Reads distributions of one site directory.
pub(super) struct Reader<'r, 'a> {
    pub(super) tree: &'r FileTree<'a>,
    pub(super) walk: &'r Walk,
    pub(super) site: &'r LayerPath,
    pub(super) problems: Problems,
    /// The files that are there and could not be read whole.
    pub(super) rest: Rest,
}

impl<'a> Reader<'_, 'a> {
    /// The package at `path`; `None` where what stands there is none.
    pub(super) fn package(&mut self, path: &LayerPath) -> Option<(Form, Package)> {
        let (form, stem) = Form::of(path.file_name())?;
        let package = match form {
            Form::DistInfo => self.dist_info(path, stem),
            Form::EggInfo => self.egg_info(path, stem),
            Form::Egg => self.egg(path, stem),
            Form::EggLink => self.egg_link(path, stem),
        }?;
        Some((form, package))
    }

    fn dist_info(&mut self, path: &LayerPath, stem: &[u8]) -> Option<Package> {
        let Some(evidence) = self.core_metadata(path) else {
            let has_record = self.tree.follow(&path.join(b"RECORD")).is_some();
            if has_record || self.tree.children(path).next().is_some() {
                let what = if has_record { "a RECORD and no METADATA" } else { "no METADATA" };
                self.problems.add(format!("{path}: it has {what}, and is not counted as installed"));
            }
            return None;
        };
        let metadata = self.metadata(&evidence).unwrap_or_default();
        let named = metadata::of_dist_info(stem);
        self.hold_to_folder(path, &metadata, &named);
        let package = self.named(path, evidence, metadata, named)?;
        let record = self.record(path);
        let origin = self.origin(&path.join(b"direct_url.json"));
        let provenance = self.origin(&path.join(b"provenance_url.json"));
        let mut hashes = [origin.hashes, provenance.hashes].concat();
        hashes.sort_unstable();
        hashes.dedup();
        let wheel = self.optional(&path.join(b"WHEEL")).and_then(metadata::wheel);
        Some(Package {
            requested: self.tree.follow(&path.join(b"REQUESTED")).is_some(),
            wheel,
            installer: self.installer(path),
            origin: origin.place.or_else(|| record.is_editable.then(|| "editable".to_owned())),
            archive: provenance.place,
            content: record.content,
            requested_revision: origin.requested,
            hashes,
            ..package
        })
    }

    /// Tells where the folder's name says another name or version than the metadata: pip and uv go by the one, Python by the other.
    fn hold_to_folder(
        &mut self,
        path: &LayerPath,
        metadata: &Metadata,
        (name, version): &(String, Option<String>),
    ) {
        if let Some(said) = metadata.name.as_ref().filter(|said| normal_name(said) != normal_name(name)) {
            self.problems.add(format!(
                "{path}: its metadata calls it {said}; pip takes the version of the folder's name, uv both"
            ));
        }
        // Where a version has a dash, the folder's name has an underscore.
        let is_said =
            |said: &str, version: &str| is_same(said, version) || is_same(said, &version.replace('_', "-"));
        if let (Some(said), Some(version)) = (&metadata.version, version)
            && !is_said(said, version)
        {
            self.problems.add(format!(
                "{path}: its metadata says version {said}; pip and uv take that of the folder's name"
            ));
        }
    }

    fn egg_info(&mut self, path: &LayerPath, stem: &[u8]) -> Option<Package> {
        let (entry, _) = self.tree.follow(path).unzip();
        // A folder need not have an entry of its own in a layer, a file must.
        let is_file = entry.is_some_and(|entry| entry.kind != Kind::Directory);
        let evidence = if is_file { path.clone() } else { self.core_metadata(path)? };
        self.pkg_info(path, evidence, stem)
    }

    fn egg(&mut self, path: &LayerPath, stem: &[u8]) -> Option<Package> {
        let file = self.tree.follow_file(path);
        let Some(archive) = file.filter(|file| file.kind == Kind::File).and_then(|file| file.content) else {
            return self.pkg_info(path, self.core_metadata(&path.join(b"EGG-INFO"))?, stem);
        };
        // A zip imported as it is: its name says what it is, and its bytes are the archive.
        let (name, version) = metadata::of_egg(stem);
        let metadata = Metadata { name: Some(name), version, requires: Vec::new() };
        let package = self.named(path, path.clone(), metadata, (String::new(), None))?;
        Some(Package { hashes: vec![archive.into()], ..package })
    }

    fn egg_link(&mut self, path: &LayerPath, stem: &[u8]) -> Option<Package> {
        let target =
            self.optional(path)?.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
        let name = printable(stem);
        let source = self.source(target, &name).and_then(|info| self.core_metadata(&info));
        let source = source.and_then(|core| self.metadata(&core));
        if source.is_none() {
            let target = printable(target.get(..target.len().min(200)).unwrap_or_default());
            self.problems.add(format!("{path}: leads to {target}, which has no metadata of {name}"));
        }
        let mut metadata = source.unwrap_or_default();
        metadata.name.get_or_insert(name);
        let package = self.named(path, path.clone(), metadata, (String::new(), None))?;
        Some(Package { origin: Some("editable".to_owned()), ..package })
    }

    /// The file in `folder` that holds the core metadata. Python looks for both names in each form, and passes over
    /// an empty one (`importlib.metadata`).
    fn core_metadata(&self, folder: &LayerPath) -> Option<LayerPath> {
        let size = |path: &LayerPath| self.tree.follow_file(path).map(|file| file.size);
        let places = || [b"METADATA", b"PKG-INFO"].map(|name| folder.join(name)).into_iter();
        let is_there = |path: &LayerPath| size(path).is_some();
        places().find(|path| size(path).is_some_and(|size| size > 0)).or_else(|| places().find(is_there))
    }

    /// The `.egg-info` of `name` in the folder that an `.egg-link` names.
    fn source(&self, target: &[u8], name: &str) -> Option<LayerPath> {
        let folder = self.tree.resolve(&source_folder(self.site, target)?)?;
        let mut infos = self.walk.sources.get(&folder)?.iter();
        let is_of_name = |info: &&LayerPath| {
            let stem = info.file_name().strip_suffix(b".egg-info").unwrap_or_default();
            normal_name(&metadata::of_egg(stem).0) == normal_name(name)
        };
        infos.find(is_of_name).cloned()
    }

    fn pkg_info(&mut self, path: &LayerPath, evidence: LayerPath, stem: &[u8]) -> Option<Package> {
        self.tree.follow(&evidence)?;
        let metadata = self.metadata(&evidence).unwrap_or_default();
        self.named(path, evidence, metadata, metadata::of_egg(stem))
    }

    /// A package by its metadata, or by its file name where that has no name or version.
    fn named(
        &mut self,
        path: &LayerPath,
        evidence: LayerPath,
        metadata: Metadata,
        by_file: (String, Option<String>),
    ) -> Option<Package> {
        let (_, node) = self.tree.follow(&evidence)?;
        for (field, value) in [("name", &metadata.name), ("version", &metadata.version)] {
            if value.is_none() {
                self.problems.add(format!("{path}: its metadata has no {field}"));
            }
        }
        let name = normal_name(&metadata.name.unwrap_or(by_file.0));
        let version = metadata.version.or(by_file.1).unwrap_or_else(|| UNKNOWN.to_owned());
        Some(Package {
            name,
            version,
            location: self.site.clone(),
            evidence,
            layer: node.layer,
            requires: metadata.requires,
            ..Package::default()
        })
    }

    fn record(&mut self, dist_info: &LayerPath) -> Record {
        let path = dist_info.join(b"RECORD");
        let read = self.optional(&path).map(|bytes| record::parse(bytes, dist_info.file_name()));
        match read {
            Some(Ok(record)) => record,
            Some(Err(line)) => {
                self.problems.add(format!("{path}, line {line}: not a row of path, hash and size"));
                self.unread(&path);
                Record::default()
            }
            None => Record::default(),
        }
    }

    fn origin(&mut self, path: &LayerPath) -> Origin {
        match self.optional(path).map(direct_url::parse) {
            Some(Ok(origin)) => origin,
            Some(Err(problem)) => {
                self.problems.add(format!("{path}: {problem}"));
                self.unread(path);
                Origin::default()
            }
            None => Origin::default(),
        }
    }

    fn installer(&mut self, dist_info: &LayerPath) -> Option<String> {
        let line = self.optional(&dist_info.join(b"INSTALLER"))?.split(|byte| *byte == b'\n').next()?;
        Some(printable(line.trim_ascii())).filter(|installer| !installer.is_empty())
    }

    /// The bytes of a file that need not be there.
    fn optional(&mut self, path: &LayerPath) -> Option<&'a [u8]> {
        self.tree.follow(path)?;
        let bytes = read((self.tree, &Python), path, &mut self.problems);
        if bytes.is_none() {
            self.unread(path);
        }
        bytes
    }

    /// What a file of core metadata says. One with bytes that say no name or no version was not read whole.
    fn metadata(&mut self, path: &LayerPath) -> Option<Metadata> {
        let bytes = self.optional(path)?;
        let metadata = metadata::parse(bytes);
        if !bytes.is_empty() && (metadata.name.is_none() || metadata.version.is_none()) {
            self.unread(path);
        }
        Some(metadata)
    }

    /// Notes that the file at `path` was not read whole.
    fn unread(&mut self, path: &LayerPath) {
        if let Some(file) = self.tree.follow_file(path) {
            self.rest.add(path.as_bytes(), file);
        }
    }
}
