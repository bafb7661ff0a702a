//! What a story is made of: a title, and sections that each have a topic and a body.

use super::agreed::AgreedLock;
use super::compared::Comparing;
use super::container::Seen;
use super::drifted::DriftedFiles;
use super::edits::Mended;
use super::image::{ConfigValue, Fact, Installed, KnownArg};
use super::layers::{LayerRow, TierRow};
use super::linted::{FixedSource, Unread};
use super::listing::Listing;
use super::why::Why;
use crate::base::digest::Digest;
use crate::lint::GoneFinding;
use crate::report::findings::{Counts, Placed};

/// What there is to tell of a report.
pub(in crate::report) struct Story<'a> {
    /// What it is of, and how it ends.
    pub(in crate::report) title: Title<'a>,
    /// The sections, in the order in which text has them.
    pub(in crate::report) sections: Vec<Section<'a>>,
}

/// What a report is of, with the sentence to remember.
pub(in crate::report) enum Title<'a> {
    /// An image was written down.
    Frozen {
        /// The image's name, quoted.
        image: &'a str,
        /// The image's platform.
        platform: &'a str,
        /// The lockfile's name, quoted.
        lockfile: &'a str,
        /// Whether a file index was written beside it.
        has_index: bool,
    },
    /// An image was looked at.
    Inspected {
        /// The image's name, quoted.
        image: &'a str,
    },
    /// Two sides were compared.
    Compared(Comparing<'a>),
    /// Sources were linted.
    Linted(Counts),
}

/// A part of a story under one heading.
pub(in crate::report) struct Section<'a> {
    /// What it is about.
    pub(in crate::report) topic: Topic,
    /// What it says.
    pub(in crate::report) body: Body<'a>,
}

impl<'a> Section<'a> {
    pub(super) fn new(topic: Topic, body: Body<'a>) -> Self {
        Self { topic, body }
    }
}

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Topic {
    Facts,
    Layers,
    Why,
    Edits,
    Files,
    Container,
    Manifest,
    ConfigDigest,
    Args,
    Images,
    Config,
    Packages,
    Ownership,
    Unowned,
    Agreement,
    Executables,
    Unchecked,
    Problems,
    Findings,
    Fixed,
    Unfixed,
    Unread,
    Gone,
    Notes,
}

impl Topic {
    /// The heading.
    pub(in crate::report) fn heading(self) -> &'static str {
        match self {
            Self::Facts => "Facts",
            Self::Layers => "Layers",
            Self::Why => "Why",
            Self::Edits => "Edits",
            Self::Files => "Files",
            Self::Container => "Container",
            Self::Manifest => "Manifest",
            Self::ConfigDigest => "Config digest",
            Self::Args => "Build arguments",
            Self::Images => "Images built from",
            Self::Config => "Config",
            Self::Packages => "Packages",
            Self::Ownership => "Whose the files are",
            Self::Unowned => "Nobody's files",
            Self::Agreement => "Agreement with the project's locks",
            Self::Executables => "Executables that say how they were built",
            Self::Unchecked => "Packages not compared",
            Self::Problems => "Problems",
            Self::Findings => "Findings",
            Self::Fixed => "Fixed",
            Self::Unfixed => "Not fixed",
            Self::Unread => "Not linted",
            Self::Gone => "Gone from the baseline",
            Self::Notes => "Notes",
        }
    }

    /// A short name, for links to it.
    pub(in crate::report) fn id(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Layers => "layers",
            Self::Why => "why",
            Self::Edits => "edits",
            Self::Files => "files",
            Self::Container => "container",
            Self::Manifest => "manifest",
            Self::ConfigDigest => "config-digest",
            Self::Args => "args",
            Self::Images => "images",
            Self::Config => "config",
            Self::Packages => "packages",
            Self::Ownership => "ownership",
            Self::Unowned => "unowned",
            Self::Agreement => "agreement",
            Self::Executables => "executables",
            Self::Unchecked => "unchecked",
            Self::Problems => "problems",
            Self::Findings => "findings",
            Self::Fixed => "fixed",
            Self::Unfixed => "unfixed",
            Self::Unread => "unread",
            Self::Gone => "gone",
            Self::Notes => "notes",
        }
    }
}

/// What a section says, by its shape.
pub(in crate::report) enum Body<'a> {
    /// What an image is, a fact a line.
    Facts(Vec<Fact<'a>>),
    /// The layers that an image holds.
    Layers(Vec<LayerRow<'a>>),
    /// The layers of two sides, and how alike they are.
    Tiers(Vec<TierRow<'a>>),
    /// What explains the drift.
    Why(Why<'a>),
    /// What mends it, for formats that do not show it under each cause.
    Edits(Vec<Mended<'a>>),
    /// The drifted files.
    Files(DriftedFiles<'a>),
    /// What a container sees of it.
    Container(Seen<'a>),
    /// Two digests that should be one.
    Digests {
        /// What was asked for.
        expected: Digest,
        /// What is there.
        found: Digest,
    },
    /// Things that became others.
    Changes(ChangedRows<'a>),
    /// Build arguments that an image was built with.
    Args(Vec<KnownArg<'a>>),
    /// What a container started from an image gets.
    Config(Vec<ConfigValue<'a>>),
    /// The packages of an image, ecosystem by ecosystem.
    Packages(Vec<Installed<'a>>),
    /// Tables, as `inspect` has them.
    Listing(Listing),
    /// How what is installed agrees with the project's own locks.
    Agreement(Vec<AgreedLock<'a>>),
    /// The findings of lint.
    Findings(Vec<Placed<'a>>),
    /// The sources that fixes changed.
    Fixed(Vec<FixedSource<'a>>),
    /// What could not be read, each with the reason.
    Unread(Vec<Unread<'a>>),
    /// What a baseline accepts, and is not found any more; all of it quoted.
    Gone(&'a [GoneFinding]),
    /// Sentences that may quote an image.
    Sentences(&'a [String]),
}

/// Things that became others, were added, or were removed.
pub(in crate::report) struct ChangedRows<'a> {
    /// What names a thing, a word for each of its parts.
    pub(in crate::report) keys: &'static [&'static str],
    /// What stands for a value that one side does not have; `None` where the thing itself is not there.
    pub(in crate::report) unset: Option<&'static str>,
    /// The things.
    pub(in crate::report) rows: Vec<ChangedRow<'a>>,
}

/// A thing that changed; all of it is quoted.
pub(in crate::report) struct ChangedRow<'a> {
    /// Its name, as many parts as there are keys.
    pub(in crate::report) name: Vec<&'a str>,
    /// Its value on the old side.
    pub(in crate::report) before: Option<&'a str>,
    /// Its value on the new side.
    pub(in crate::report) now: Option<&'a str>,
    /// In what else it differs, in our own words; empty where nothing is said of that.
    pub(in crate::report) also: String,
}

/// A side's value as it is shown: an empty one would look like none.
pub(in crate::report) fn visible(value: &str) -> &str {
    if value.is_empty() { "\"\"" } else { value }
}
