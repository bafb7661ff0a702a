//! Why a lock is not exported: it does not say what the form needs, or it says it of several places.

use std::collections::BTreeMap;

use crate::base::advice::Advice;
use crate::base::text::listed;

/// Names in one sentence.
const NAMES: usize = 20;

/// Why a lock could not be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// No export has that name.
    #[error("there is no export {name:?}")]
    NoSuchExport {
        /// What was asked for.
        name: String,
        /// All there are.
        known: Vec<&'static str>,
    },
    /// A place or a package was named for a form that has the whole image.
    #[error("{export} is of the whole image: it takes no site and leaves no package out")]
    WholeImage {
        /// The form.
        export: &'static str,
    },
    /// The lock lists no package that the form could have.
    #[error("the lock lists no {what} to export{}", databases(.unread))]
    Nothing {
        /// What is not there: `Debian packages`.
        what: &'static str,
        /// Databases of the kind that are known and not read.
        unread: Vec<String>,
    },
    /// There are several places, and none was named.
    #[error("the lock has {what} in {} places: {}", .places.len(), counted(.places))]
    Several {
        /// What is there.
        what: &'static str,
        /// Each with the number of its packages.
        places: Vec<(String, usize)>,
    },
    /// The place that was named is none of them.
    #[error("the lock has no {what} in {site:?}, but in {}", counted(.places))]
    NoSuchSite {
        /// What is not there.
        what: &'static str,
        /// The place.
        site: String,
        /// Those there are.
        places: Vec<(String, usize)>,
    },
    /// A package that was to be left out is not there.
    #[error("{place} has no package {name:?} to leave out")]
    NoSuchPackage {
        /// The place.
        place: String,
        /// The name.
        name: String,
    },
    /// The lock does not say of some packages what the form needs.
    #[error("{} of {} packages in {place} can't be written as {export}: {}", count(.lacking), .of, reasons(.lacking))]
    Lacking {
        /// The form.
        export: &'static str,
        /// The place.
        place: String,
        /// How many packages were to be exported.
        of: usize,
        /// What is lacking, each with the packages that lack it.
        lacking: BTreeMap<Lack, Vec<String>>,
    },
}

/// What a package lacks to be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// No hash of the archive that it was installed from is known.
    Hash,
    /// No URL of that archive is known.
    Url,
    /// Several archives may be the one, and one has to be named.
    OneArchive,
    /// A checkout has no hash, and all have to have one.
    Checkout,
    /// It was installed from a folder of the build.
    Folder,
    /// It is its own source folder.
    Editable,
    /// Its URL was hidden.
    Redacted,
    /// It came by a URL that an installer would not take, or read as something else.
    OddUrl,
    /// Its name is none that the installer takes.
    Name,
    /// Its version is not known, or none that the installer takes.
    Version,
    /// The place has two of its name.
    Twice,
}

impl Lack {
    /// What is lacking, in words that go before a colon and names.
    fn words(self) -> &'static str {
        match self {
            Self::Hash => "no hash of its archive is locked",
            Self::Url => "no URL of its archive is locked",
            Self::OneArchive => "several archives may be the one that was installed",
            Self::Checkout => "a checkout has no hash, and pip asks for one of every package or of none",
            Self::Folder => "installed from a folder or a file of the build, which is not in the lock",
            Self::Editable => "an editable install, whose source is not in the lock",
            Self::Redacted => "its URL holds what looks secret, and is hidden in the lock",
            Self::OddUrl => "its URL is none that an installer takes",
            Self::Name => "its name is none that an installer takes",
            Self::Version => "its version is not known, or none that an installer takes",
            Self::Twice => "two of one name stand there",
        }
    }

    /// Whether more can be learnt of the archives when the image is frozen.
    pub(crate) fn is_of_archives(self) -> bool {
        matches!(self, Self::Hash | Self::Url | Self::OneArchive)
    }
}

fn count(lacking: &BTreeMap<Lack, Vec<String>>) -> usize {
    lacking.values().map(Vec::len).sum()
}

fn reasons(lacking: &BTreeMap<Lack, Vec<String>>) -> String {
    let reason =
        |(lack, names): (&Lack, &Vec<String>)| format!("{} ({})", lack.words(), listed(names.iter(), NAMES));
    lacking.iter().map(reason).collect::<Vec<_>>().join("; ")
}

fn counted(places: &[(String, usize)]) -> String {
    let counts: Vec<String> = places.iter().map(|(place, count)| format!("{place} ({count})")).collect();
    listed(counts.iter(), NAMES)
}

fn databases(unread: &[String]) -> String {
    match unread {
        [] => String::new(),
        unread => format!(", and did not read {}", listed(unread.iter(), NAMES)),
    }
}

impl Advice for ExportError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NoSuchExport { known, .. } => Some(format!("name one of {}", known.join(", "))),
            Self::WholeImage { .. } => Some("leave both out".to_owned()),
            Self::Nothing { .. } => None,
            Self::Several { .. } => Some("name one of them".to_owned()),
            Self::NoSuchSite { .. } => Some("name it as the lock does".to_owned()),
            Self::NoSuchPackage { .. } => Some("name it as the lock does, or leave it out".to_owned()),
            Self::Lacking { lacking, .. } if lacking.keys().any(|lack| lack.is_of_archives()) => Some(
                "freeze again with what knows the archives, an installer's report or the index; or leave the packages out"
                    .to_owned(),
            ),
            Self::Lacking { .. } => Some("leave the packages out, and install them by other means".to_owned()),
        }
    }
}
