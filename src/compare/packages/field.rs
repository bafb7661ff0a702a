//! What of a package can differ, by the lockfile's keys.

use crate::ecosystem::UNKNOWN;
use crate::lockfile::model::LockedPackage;
use crate::scan::inventory;

/// A field of a package that both sides have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackageField {
    /// The version.
    Version,
    /// The architecture.
    Architecture,
    /// The build of the version.
    Build,
    /// The channel it was taken from.
    Channel,
    /// The source package.
    Source,
    /// The source package's version.
    SourceVersion,
    /// The state, where it is not plainly installed.
    State,
    /// The package manager's own checksum.
    Checksum,
    /// The digest of the package's payload.
    Payload,
    /// The module it was built for.
    Modularity,
    /// The tool that installed it.
    Installer,
    /// Where it came from: a URL, a repository and its commit.
    Origin,
    /// The package of another ecosystem that owns it.
    Owner,
    /// The digest of what is installed.
    Content,
    /// The hashes of the archives it was installed from.
    Hashes,
}

impl PackageField {
    /// The lockfile's key.
    pub fn name(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Architecture => "architecture",
            Self::Build => "build",
            Self::Channel => "channel",
            Self::Source => "source",
            Self::SourceVersion => "source-version",
            Self::State => "state",
            Self::Checksum => "checksum",
            Self::Payload => "payload",
            Self::Modularity => "modularity",
            Self::Installer => "installer",
            Self::Origin => "origin",
            Self::Owner => "owner",
            Self::Content => "content",
            Self::Hashes => "hashes",
        }
    }
}

/// The origin of a package that is its own source folder, where nothing says which.
const EDITABLE: &str = "editable";

/// In which fields two packages differ. Name and location are what they are paired by; the layer, the line that asked
/// for a package and whether it was asked for by name are the build's. The wheel's tags stand in its files, which the
/// content is of. Hashes that another than the package's own record told are not the image's.
pub(super) fn differing(a: &LockedPackage, b: &LockedPackage) -> Vec<PackageField> {
    let LockedPackage {
        name: _,
        version,
        architecture,
        build,
        channel,
        source,
        source_version,
        state,
        checksum,
        payload,
        modularity,
        location: _,
        installer,
        origin,
        // By which mirror the same bytes came is no difference; their hashes are compared.
        archive: _,
        owner,
        requirement: _,
        content,
        hashes,
        hashes_from,
        tags: _,
        requested: _,
        layer: _,
    } = a;
    // An older lock may hold what is left out today.
    let shown = |origin: &Option<String>| origin.as_deref().map(inventory::redacted);
    // An older lock does not say where an editable package is.
    let is_editable = |origin: &Option<String>| origin.as_deref() == Some(EDITABLE);
    let is_some_editable =
        |origin: &Option<String>| origin.as_deref().is_some_and(|origin| origin.starts_with(EDITABLE));
    let is_unsaid = |a, b| is_editable(a) && is_some_editable(b);
    let is_same = is_unsaid(origin, &b.origin) || is_unsaid(&b.origin, origin);
    // Tools write one channel in several ways; where the archive is the same, the channel is.
    let is_one_archive = origin.is_some() && shown(origin) == shown(&b.origin);
    let are_own = hashes_from.is_none() && b.hashes_from.is_none();
    let fields = [
        (PackageField::Version, *version != b.version),
        (PackageField::Architecture, *architecture != b.architecture),
        (PackageField::Build, *build != b.build),
        (PackageField::Channel, shown(channel) != shown(&b.channel) && !is_one_archive),
        (PackageField::Source, *source != b.source),
        (PackageField::SourceVersion, *source_version != b.source_version),
        (PackageField::State, *state != b.state),
        (PackageField::Checksum, *checksum != b.checksum),
        (PackageField::Payload, *payload != b.payload),
        (PackageField::Modularity, *modularity != b.modularity),
        (PackageField::Installer, *installer != b.installer),
        (PackageField::Origin, *origin != b.origin && !is_same && shown(origin) != shown(&b.origin)),
        (PackageField::Owner, *owner != b.owner),
        (PackageField::Content, *content != b.content),
        (PackageField::Hashes, are_own && *hashes != b.hashes),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

/// In which fields two packages differ that both have: what one lacks may be there and could not be read.
pub(super) fn differing_of_known(a: &LockedPackage, b: &LockedPackage) -> Vec<PackageField> {
    let is_there = |package: &LockedPackage, field| match field {
        PackageField::Version => package.version != UNKNOWN,
        PackageField::Architecture => package.architecture.is_some(),
        PackageField::Build => package.build.is_some(),
        PackageField::Channel => package.channel.is_some(),
        PackageField::Source => package.source.is_some(),
        PackageField::SourceVersion => package.source_version.is_some(),
        PackageField::State => package.state.is_some(),
        PackageField::Checksum => package.checksum.is_some(),
        PackageField::Payload => package.payload.is_some(),
        PackageField::Modularity => package.modularity.is_some(),
        PackageField::Installer => package.installer.is_some(),
        PackageField::Origin => package.origin.is_some(),
        // The owner is told by another database.
        PackageField::Owner => true,
        PackageField::Content => package.content.is_some(),
        PackageField::Hashes => !package.hashes.is_empty(),
    };
    let mut fields = differing(a, b);
    fields.retain(|field| is_there(a, *field) && is_there(b, *field));
    fields
}

/// All that is compared of a package, to find the same on the other side.
pub(super) fn all(package: &LockedPackage) -> impl Ord {
    (
        (&package.version, &package.architecture, &package.state, &package.checksum, &package.origin),
        (&package.build, &package.channel),
        (&package.source, &package.source_version, &package.installer, &package.owner),
        (&package.content, &package.hashes, &package.payload, &package.modularity),
    )
}
