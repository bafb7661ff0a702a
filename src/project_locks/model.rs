//! What a project's lock says, whatever its format: entries, the parts that ask for them, and the edges between.
//!
//! Vocabulary: an *entry* is one package in one version; a name may have several, of which markers choose. A *part* is what
//! can be asked for on its own: the project's main dependencies, a group, an extra. An *edge* leads from a part or an entry to
//! an entry that it needs, under a *condition*.
//!
//! What it refuses to do: it reads no text and compares nothing.

use std::collections::{BTreeMap, BTreeSet};

use pep508_rs::MarkerTree;

use crate::base::digest::Digest;
use crate::base::limits;
use crate::python::parse_marker;

/// Problems of one lock that are told.
const PROBLEMS: usize = 10;

/// A lock, read.
#[derive(Debug, Clone, Default)]
pub struct ProjectLock {
    /// What it names.
    pub entries: Vec<LockEntry>,
    /// What can be asked for.
    pub parts: Vec<LockPart>,
    /// The names of the project and its members, which are installed beside what they need.
    pub projects: BTreeSet<String>,
    /// What of it could not be read, for people.
    pub problems: Vec<String>,
    conditions: Vec<Condition>,
    edges: usize,
    /// What there is too much of to be looked at.
    too_many: Option<String>,
    known: BTreeMap<String, usize>,
    places: BTreeMap<(PartKind, String), usize>,
}

/// A package in a version.
#[derive(Debug, Clone)]
pub struct LockEntry {
    /// The id of the ecosystem that lists it once it is installed.
    pub ecosystem: &'static str,
    /// The name, in the ecosystem's normal form.
    pub name: String,
    /// The version; none where the lock gives a source alone.
    pub version: Option<String>,
    /// Where it comes from.
    pub source: LockedSource,
    /// Hashes of the archives that may be installed; empty where the lock has none.
    pub hashes: Vec<Digest>,
    /// The one archive that is meant, where the lock names it.
    pub archive: Option<LockedArchive>,
    /// What it needs.
    pub edges: Vec<Edge>,
    /// What its extras need, by their names.
    pub extras: BTreeMap<String, Vec<Edge>>,
}

/// An archive of conda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedArchive {
    /// The build of the version.
    pub build: String,
    /// The channel that it stands in.
    pub channel: Option<String>,
    /// Its MD5 in hex.
    pub md5: Option<String>,
}

/// Where an entry comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockedSource {
    /// An index or a channel.
    Index,
    /// A file at a URL.
    Url(String),
    /// A version control system.
    Vcs {
        /// The repository.
        url: String,
        /// What is checked out: a commit, or a name that the lock left as it is.
        revision: String,
    },
    /// A file or folder, from the lock's own folder.
    Path(String),
    /// One of which nothing is said.
    Unsaid,
}

/// What can be asked for on its own.
#[derive(Debug, Clone)]
pub struct LockPart {
    /// What it is.
    pub kind: PartKind,
    /// Its name; empty of the main one.
    pub name: String,
    /// Whether it is installed unless something else is asked for.
    pub is_default: bool,
    /// What it needs.
    pub edges: Vec<Edge>,
    /// Names that `extra` has in markers while it is asked for.
    pub extras: Vec<String>,
    /// The file that it is all of, in locks of several files.
    pub file: Option<String>,
}

/// What sort of part it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartKind {
    /// The project's own dependencies.
    Main,
    /// An extra of the project.
    Extra,
    /// A group, category or environment.
    Group,
}

/// What needs an entry.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The entry's place.
    pub to: usize,
    /// Its extras that are needed.
    pub extras: Vec<String>,
    /// The place of the condition.
    condition: usize,
}

/// When an edge holds.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// Whatever is asked for, wherever.
    Always,
    /// Not on this platform.
    Never,
    /// Where a marker is true; `by_extra` of one that asks for extras.
    Marker { tree: Box<MarkerTree>, by_extra: bool },
    /// A marker that could not be read.
    Unread,
}

impl LockPart {
    /// A part that needs nothing yet.
    pub fn new(kind: PartKind, name: &str, is_default: bool) -> Self {
        let name = name.to_owned();
        Self { kind, name, is_default, edges: Vec::new(), extras: Vec::new(), file: None }
    }

    /// As the lockfile has it: `main`, `extra:cli`, `group:dev`.
    pub fn label(&self) -> String {
        match self.kind {
            PartKind::Main => "main".to_owned(),
            PartKind::Extra => format!("extra:{}", self.name),
            PartKind::Group => format!("group:{}", self.name),
        }
    }
}

impl LockEntry {
    /// A Python package that comes from an index.
    pub fn python(name: &str, version: Option<&str>) -> Self {
        Self {
            ecosystem: "python",
            name: crate::python::normal_name(name),
            version: version.map(str::to_owned),
            source: LockedSource::Index,
            hashes: Vec::new(),
            archive: None,
            edges: Vec::new(),
            extras: BTreeMap::new(),
        }
    }
}

impl ProjectLock {
    /// An edge that holds where `marker` does; empty markers always do.
    pub fn edge(&mut self, to: usize, marker: &str) -> Edge {
        self.edges += 1;
        Edge { to, extras: Vec::new(), condition: self.condition(marker) }
    }

    /// Adds an entry, and gives its place; up to a cap.
    pub fn enter(&mut self, entry: LockEntry) -> usize {
        if self.entries.len() < limits::LOCK_ENTRIES {
            self.entries.push(entry);
        } else {
            self.give_up(format!("it has more than {} packages", limits::LOCK_ENTRIES));
        }
        self.entries.len() - 1
    }

    /// Says what of it could not be read; of many such things the first ones.
    pub fn problem(&mut self, problem: String) {
        if self.problems.len() < PROBLEMS {
            self.problems.push(problem);
        }
    }

    /// Whether there is more than is looked at: nothing that is still added counts.
    pub fn is_full(&self) -> bool {
        self.too_many.is_some() || self.edges > limits::LOCK_EDGES
    }

    /// Says what there is too much of: of half a lock nothing true could be said.
    pub fn give_up(&mut self, what: String) {
        self.too_many.get_or_insert(what);
    }

    /// The lock, unless it has more than is looked at.
    pub fn whole(self) -> Result<Self, String> {
        match self.too_many {
            Some(what) => Err(what),
            None if self.edges > limits::LOCK_EDGES => {
                Err(format!("it has more than {} dependencies", limits::LOCK_EDGES))
            }
            None => Ok(self),
        }
    }

    /// An edge that never holds here.
    pub fn never(&mut self, to: usize) -> Edge {
        let condition = self.intern("\0", || Condition::Never);
        Edge { to, extras: Vec::new(), condition }
    }

    fn condition(&mut self, marker: &str) -> usize {
        let marker = marker.trim();
        self.intern(marker, || match marker {
            "" => Condition::Always,
            // What kernel an image runs on, it does not say.
            marker if ["platform_release", "platform_version"].iter().any(|name| marker.contains(name)) => {
                Condition::Unread
            }
            marker => match parse_marker(marker) {
                Some(tree) => Condition::Marker { tree: Box::new(tree), by_extra: marker.contains("extra") },
                None => Condition::Unread,
            },
        })
    }

    /// Each condition once, however many edges are under it: locks repeat a few markers.
    fn intern(&mut self, text: &str, make: impl FnOnce() -> Condition) -> usize {
        if let Some(at) = self.known.get(text) {
            return *at;
        }
        self.conditions.push(make());
        self.known.insert(text.to_owned(), self.conditions.len() - 1);
        self.conditions.len() - 1
    }

    pub(super) fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// The part of that kind and name; it is made where there is none, up to a cap.
    pub fn part(&mut self, kind: PartKind, name: &str, is_default: bool) -> Option<&mut LockPart> {
        let key = (kind, name.to_owned());
        let at = match self.places.get(&key) {
            Some(at) => *at,
            None if self.parts.len() >= limits::LOCK_PARTS => {
                self.give_up(format!("it has more than {} groups and extras", limits::LOCK_PARTS));
                return None;
            }
            None => {
                self.parts.push(LockPart::new(kind, name, is_default));
                self.places.insert(key, self.parts.len() - 1);
                self.parts.len() - 1
            }
        };
        self.parts.get_mut(at)
    }

    /// The place of the part of that kind and name.
    pub fn place_of(&self, kind: PartKind, name: &str) -> Option<usize> {
        self.places.get(&(kind, name.to_owned())).copied()
    }

    /// Puts an edge from a part to an entry.
    pub fn add(&mut self, kind: PartKind, name: &str, is_default: bool, edge: Edge) {
        if let Some(part) = self.part(kind, name, is_default) {
            part.edges.push(edge);
        }
    }

    /// The entries of each name, by ecosystem.
    pub fn by_name(&self) -> BTreeMap<(&'static str, &str), Vec<usize>> {
        let mut names: BTreeMap<(&'static str, &str), Vec<usize>> = BTreeMap::new();
        for (at, entry) in self.entries.iter().enumerate() {
            names.entry((entry.ecosystem, &entry.name)).or_default().push(at);
        }
        names
    }
}

impl Edge {
    /// The same edge, asking for extras of the entry.
    pub fn with_extras(self, extras: Vec<String>) -> Self {
        Self { extras, ..self }
    }

    pub(super) fn condition(&self) -> usize {
        self.condition
    }
}
