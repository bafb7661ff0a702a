//! Bills of materials: every package of the image, whatever its kind, by its package URL.
//!
//! What both forms say is worked out here, once: the image, its packages with ids that the same lock always gives, who brings
//! whom, when, and what is not known to be whole. The shapes of the documents are their own, and hold what is written alone;
//! their official schemas are asked in CI.
//!
//! No clock and no chance: a document's number is made of the lock's bytes, and its time is the image's.

pub(super) mod cyclonedx;
mod image;
pub(super) mod spdx;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use sha1::Digest as _;

use crate::base::digest::{Digest, Sha256};
use crate::base::path::LayerPath;
use crate::base::secrets::REDACTED;
use crate::ecosystem::{self, Distribution, Identified, Purl};
use crate::export::interface::Exported;
use crate::lockfile::Lockfile;
use crate::lockfile::codec;
use crate::lockfile::model::{LockedCatalog, LockedPackage};
use image::ImagePart;

/// The namespace of URLs, for UUIDs of names (RFC 9562, 6.6).
const URL_NAMESPACE: [u8; 16] =
    [0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];

/// What a bill of materials says.
struct Bill<'a> {
    image: ImagePart,
    distribution: Option<Distribution>,
    /// In the lock's order; an owner stands anywhere.
    parts: Vec<Part<'a>>,
    /// The lock's time: the build's SOURCE_DATE_EPOCH, else the image's; none where it has neither.
    created: Option<String>,
    /// A UUID of the lock's bytes and the form.
    number: String,
    /// What of the image's databases was not read, a sentence each.
    unread: Vec<String>,
    notes: Vec<String>,
}

/// A package.
struct Part<'a> {
    /// Letters, digits, dots and dashes.
    id: String,
    ecosystem: &'a str,
    package: &'a LockedPackage,
    purl: Option<String>,
    /// Whether the package URL has all that its type asks for.
    is_whole: bool,
    /// The place of the part that brings it.
    owner: Option<usize>,
}

/// A lock's bill in one of the forms, whose document `document` makes.
fn written<D: Serialize>(lock: &Lockfile, form: &str, document: fn(&Bill<'_>) -> D) -> Exported {
    let bill = Bill::of(lock, form);
    let text = serde_json::to_string_pretty(&document(&bill)).unwrap_or_default() + "\n";
    Exported { text, notes: bill.notes }
}

impl<'a> Bill<'a> {
    fn of(lock: &'a Lockfile, form: &str) -> Self {
        let distribution = lock
            .image
            .distribution
            .as_ref()
            .map(|id| Distribution { id: id.clone(), version: lock.image.distribution_version.clone() });
        let parts = parts(lock, distribution.as_ref());
        let unread: Vec<String> = lock.catalog.iter().flat_map(unread).collect();
        let mut bill = Self {
            image: ImagePart::of(&lock.image),
            distribution,
            parts,
            created: created(lock),
            number: number(lock, form),
            unread,
            notes: Vec::new(),
        };
        bill.notes = bill.remarks();
        bill
    }

    /// What is worth knowing of it.
    fn remarks(&self) -> Vec<String> {
        let mut notes: Vec<String> =
            self.unread.iter().map(|unread| format!("packages may be missing: {unread}")).collect();
        let partial = self.parts.iter().filter(|part| !part.is_whole).count();
        if partial > 0 && self.distribution.is_none() {
            notes.push(format!(
                "the lock does not say of which distribution the image is, so {partial} package URLs name none"
            ));
        }
        let hidden = self.parts.iter().filter(|part| part.hidden()).count();
        if hidden > 0 {
            notes.push(format!(
                "of {hidden} packages where they came from is hidden in the lock in part, since it looked secret"
            ));
        }
        notes
    }
}

impl Part<'_> {
    /// The hashes of its archive, where they are known to be of one.
    fn hashes(&self) -> Vec<Digest> {
        let hashes = &self.package.hashes;
        let of = |algorithm| hashes.iter().filter(|hash| hash.algorithm() == algorithm).count();
        if hashes.iter().all(|hash| of(hash.algorithm()) == 1) { hashes.clone() } else { Vec::new() }
    }

    /// Where it can be had again: a web address of an archive, or a checkout with its commit.
    fn source(&self) -> Option<(&str, Place)> {
        let LockedPackage { origin, archive, .. } = self.package;
        let url = origin.as_deref().or(archive.as_deref())?;
        let is_plain = url.chars().all(|c| {
            c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
        });
        let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        let checkout = url.split_once('+').filter(|(vcs, _)| ["git", "hg", "bzr", "svn"].contains(vcs));
        match checkout {
            _ if !is_plain || self.hidden() => None,
            None if is_web(url) => Some((url, Place::Archive)),
            Some((_, rest)) if is_web(rest) => Some((url, Place::Checkout)),
            _ => None,
        }
    }

    fn hidden(&self) -> bool {
        let LockedPackage { origin, archive, channel, .. } = self.package;
        [origin, archive, channel].into_iter().flatten().any(|url| url.contains(REDACTED))
    }

    /// What the lock says besides, by name.
    fn properties(&self) -> Vec<(&'static str, String)> {
        let LockedPackage {
            build,
            channel,
            source,
            source_version,
            state,
            checksum,
            payload,
            modularity,
            location,
            installer,
            origin,
            content,
            hashes_from,
            layer,
            ..
        } = self.package;
        let source = source.as_ref().map(|source| match source_version {
            Some(version) => format!("{source} {version}"),
            None => source.clone(),
        });
        let all = [
            ("location", Some(location.clone())),
            ("layer", Some(layer.to_string())),
            ("build", build.clone()),
            ("channel", channel.clone()),
            ("source", source.or_else(|| source_version.clone())),
            ("state", state.clone()),
            ("installer", installer.clone()),
            ("origin", origin.clone()),
            ("checksum", checksum.clone()),
            ("payload", payload.clone()),
            ("modularity", modularity.clone()),
            ("content", content.map(|content| content.to_string())),
            ("hashes-from", hashes_from.map(|source| source.name().to_owned())),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// What stands at an address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Archive,
    Checkout,
}

/// Places of parts of one name, by the folders that their databases stand in.
type Namesakes = BTreeMap<LayerPath, Vec<usize>>;

fn parts<'a>(lock: &'a Lockfile, distribution: Option<&Distribution>) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    let mut places: BTreeMap<(&str, &str), Namesakes> = BTreeMap::new();
    for (ecosystem, packages) in &lock.package {
        for package in packages {
            let environment = LayerPath::from(package.location.as_str()).parent().unwrap_or_default();
            let namesakes = places.entry((ecosystem, &package.name)).or_default();
            namesakes.entry(environment).or_default().push(parts.len());
            let id = id(ecosystem, package);
            let count = ids.entry(id.clone()).or_default();
            *count += 1;
            let id = if *count > 1 { format!("{id}-{count}") } else { id };
            let purl = purl(ecosystem, package, distribution);
            let is_whole = purl.as_ref().is_some_and(Purl::is_whole);
            let purl = purl.and_then(|purl| purl.text());
            parts.push(Part { id, ecosystem, package, purl, is_whole, owner: None });
        }
    }
    let named = |part: &Part<'_>| {
        let owner = part.package.owner.as_deref()?.split_once(':')?;
        one_around(part, places.get(&owner)?)
    };
    let owners: Vec<Option<usize>> = parts.iter().map(named).collect();
    for (part, owner) in parts.iter_mut().zip(&owners) {
        // One that is brought itself brings nothing: so all are told, whoever names whom.
        part.owner = owner.filter(|owner| owners.get(*owner) == Some(&None));
    }
    parts
}

/// The one of these, by their environments, that brings a package: the one of the innermost environment around it; none where
/// several are in one, as those of several architectures are.
fn one_around(part: &Part<'_>, namesakes: &Namesakes) -> Option<usize> {
    let mut all = namesakes.values().flatten();
    if let (Some(one), None) = (all.next(), all.next()) {
        return Some(*one);
    }
    let place = LayerPath::from(part.package.location.as_str());
    let mut around = std::iter::successors(Some(place), LayerPath::parent);
    match around.find_map(|folder| namesakes.get(&folder))?.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// An id that a package has in every export of its lock, whatever else stands in it.
fn id(ecosystem: &str, package: &LockedPackage) -> String {
    let LockedPackage { name, version, architecture, build, location, .. } = package;
    let [architecture, build] = [architecture, build].map(|text| text.as_deref().unwrap_or_default());
    let identity = [ecosystem, name, version, architecture, build, location].join("\0");
    let hex = Sha256::of(identity.as_bytes()).hex();
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let name: String = name.chars().map(plain).take(100).collect();
    format!("{ecosystem}-{name}-{}", hex.get(..12).unwrap_or_default()).replace(|c| plain(c) != c, "-")
}

fn purl(ecosystem: &str, package: &LockedPackage, distribution: Option<&Distribution>) -> Option<Purl> {
    let LockedPackage { name, version, architecture, build, channel, origin, .. } = package;
    let shown = |text: &Option<String>| text.clone().filter(|text| !text.contains(REDACTED));
    let (origin, channel) = (shown(origin), shown(channel));
    let identified = Identified {
        name,
        version,
        architecture: architecture.as_deref(),
        build: build.as_deref(),
        channel: channel.as_deref(),
        origin: origin.as_deref(),
        distribution,
    };
    Some(ecosystem::of_id(ecosystem)?.purl(&identified))
}

fn unread(catalog: &LockedCatalog) -> Vec<String> {
    let LockedCatalog { ecosystem, path, digest, problems, .. } = catalog;
    match (problems.is_empty(), digest) {
        (true, None) => Vec::new(),
        (true, Some(_)) => vec![format!("{path} ({ecosystem}) was not read")],
        (false, _) => problems.iter().map(|problem| format!("{path} ({ecosystem}): {problem}")).collect(),
    }
}

fn created(lock: &Lockfile) -> Option<String> {
    let of_build = lock.build.source_date_epoch.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let of_image = || lock.image.created.as_deref()?.parse::<Timestamp>().ok();
    let time = of_build.or_else(of_image)?;
    // Whole seconds: SPDX has no others.
    Timestamp::from_second(time.as_second()).ok().map(|time| time.to_string())
}

/// A UUID of the lock's bytes and the form: version 5, of a URN that names both.
fn number(lock: &Lockfile, form: &str) -> String {
    let name = format!("urn:reprolock:export:{form}:{}", Sha256::of(codec::encode(lock).as_bytes()));
    let mut hasher = sha1::Sha1::new();
    hasher.update(URL_NAMESPACE);
    hasher.update(name.as_bytes());
    let hash: [u8; 20] = hasher.finalize().into();
    let byte = |(at, byte): (usize, &u8)| match at {
        6 => byte & 0x0f | 0x50,
        8 => byte & 0x3f | 0x80,
        _ => *byte,
    };
    let dashed = |(at, byte): (usize, u8)| {
        let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
        format!("{dash}{byte:02x}")
    };
    hash.iter().take(16).enumerate().map(byte).enumerate().map(dashed).collect()
}

/// Which of a package's parts an owner brings, by the owner's place.
fn owned<'b, 'a>(parts: &'b [Part<'a>]) -> BTreeMap<usize, Vec<&'b Part<'a>>> {
    let mut owned: BTreeMap<usize, Vec<&Part<'a>>> = BTreeMap::new();
    for part in parts {
        if let Some(owner) = part.owner {
            owned.entry(owner).or_default().push(part);
        }
    }
    owned
}
