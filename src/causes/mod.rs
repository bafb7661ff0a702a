//! Causes of drift: why a file is not the same in a rebuild.
//!
//! A cause looks at one drifted file, or at a whole layer, and says whether it explains the difference, what it saw,
//! and how sure it is: `certain` where the bytes prove it, `likely` where path and shape fit. It never changes a
//! verdict. Several may hold for one file; the surest and most specific comes first.
//!
//! Proof works in two ways. With both sides' bytes at hand, a cause takes out what it says differs and compares the
//! rest. With the new bytes alone, it puts the old value back, and the locked sha256 says whether that gives the old
//! file ([`FileCase::was`]): a lock proves causes without the old image.
//!
//! Adding a cause: one file here with a `struct` that implements [`Cause`], its line in [`REGISTRY`], its page
//! `docs/causes/<id>.md`, and a fixture in its tests: two trees built in memory.

mod apk_scripts_tar;
mod apk_virtual_version;
mod archive_times;
mod armour;
mod base_moved;
mod build_arg;
mod build_id;
mod build_user;
mod case;
mod compiler_temp_name;
mod conda_history;
mod dates;
mod embedded_clock;
mod embedded_host;
mod entry_order;
mod font_cache;
mod git_metadata;
mod hardlink_shape;
mod hub_cache_metadata;
mod hub_revision_moved;
mod icon_cache;
mod installer_cache;
mod installer_metadata;
mod java_keystore;
mod jit_cache;
mod layer_shape;
mod ldconfig_aux_cache;
mod machine_id;
mod man_index;
mod mask;
mod matplotlib_font_list;
mod mime_cache;
mod mountpoint_residue;
mod nested;
mod package_lists;
mod package_manager_log;
mod package_version;
mod pyc_content;
mod pyc_header;
mod random_content;
mod recompressed;
mod record_follows;
mod rpm_database;
mod salts;
mod shadow_last_change;
mod shape;
mod sqlite_content;
mod ssh_host_key;
mod sums;
mod swap;
mod systemd_catalog;
mod tar_dialect;
mod timestamp_only;
mod wget_hsts;
mod whiteout_marker;

use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use crate::compare::drift::{Change, Drift, Field};
pub use case::{FileCase, LayerCase, LayerFacts, Side, Sides, Undated};

/// All causes, sorted by id.
pub static REGISTRY: &[&dyn Cause] = &[
    &apk_scripts_tar::ApkScriptsTar,
    &apk_virtual_version::ApkVirtualVersion,
    &archive_times::ArchiveTimes,
    &base_moved::BaseMoved,
    &build_arg::BuildArg,
    &build_id::BuildId,
    &build_user::BuildUser,
    &compiler_temp_name::CompilerTempName,
    &conda_history::CondaHistory,
    &embedded_clock::EmbeddedClock,
    &embedded_host::EmbeddedHost,
    &entry_order::EntryOrder,
    &font_cache::FontCache,
    &git_metadata::GitMetadata,
    &hardlink_shape::HardlinkShape,
    &hub_cache_metadata::HubCacheMetadata,
    &hub_revision_moved::HubRevisionMoved,
    &icon_cache::IconCache,
    &installer_cache::InstallerCache,
    &installer_metadata::InstallerMetadata,
    &java_keystore::JavaKeystore,
    &jit_cache::JitCache,
    &layer_shape::LayerShape,
    &ldconfig_aux_cache::LdconfigAuxCache,
    &machine_id::MachineId,
    &man_index::ManIndex,
    &matplotlib_font_list::MatplotlibFontList,
    &mime_cache::MimeCache,
    &mountpoint_residue::MountpointResidue,
    &package_lists::PackageLists,
    &package_manager_log::PackageManagerLog,
    &package_version::PackageVersion,
    &pyc_content::PycContent,
    &pyc_header::PycHeader,
    &random_content::RandomContent,
    &recompressed::Recompressed,
    &record_follows::RecordFollows,
    &rpm_database::RpmDatabase,
    &shadow_last_change::ShadowLastChange,
    &sqlite_content::SqliteContent,
    &ssh_host_key::SshHostKey,
    &systemd_catalog::SystemdCatalog,
    &tar_dialect::TarDialect,
    &timestamp_only::TimestampOnly,
    &wget_hsts::WgetHsts,
    &whiteout_marker::WhiteoutMarker,
];

/// What explains a file of which the modification time alone differs.
static TIME: &[&dyn Cause] = &[&timestamp_only::TimestampOnly];

/// Why files drift.
pub trait Cause: Sync {
    /// The id: users read it, and pass it to `explain`.
    fn id(&self) -> &'static str;

    /// What it says in a line: `.pyc files hold their source's mtime`.
    fn summary(&self) -> &'static str;

    /// What to do about it, in a line.
    fn fix(&self) -> &'static str;

    /// The command that takes what it explains out of the layer, at the end of the RUN that made it, by paths that are
    /// always the same: commands joined by `&&`, each of `rm` or `truncate`.
    fn cleanup(&self) -> Option<&'static str> {
        None
    }

    /// The lint rule that warns of it before the build.
    fn rule(&self) -> Option<&'static str> {
        None
    }

    /// Its page.
    fn doc(&self) -> &'static str;

    /// How closely it looks: of two equally sure causes the closer one comes first.
    fn reach(&self) -> Reach;

    /// Whether it speaks of this field where it explains a file that has both sides: most speak of what a file holds, and
    /// say nothing of who may read it.
    fn speaks_of(&self, field: Field) -> bool {
        field.is_metadata() || matches!(field, Field::Content | Field::Size)
    }

    /// Whether it explains this file.
    fn explain(&self, _file: &FileCase<'_>) -> Option<Explanation> {
        None
    }

    /// Whether it explains this layer as a whole: why it stands on one side alone, or in another compression.
    fn explain_layer(&self, _layer: &LayerFacts<'_>) -> Option<Explanation> {
        None
    }
}

/// How closely a cause looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// At one known path: etc/shadow, var/log/dpkg.log.
    Path,
    /// At one file format: .pyc, RECORD, ELF.
    Format,
    /// At any file: times, dates in text.
    Any,
}

/// How sure a cause is. Ordered from the surest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// The bytes prove it.
    Certain,
    /// Path and shape fit.
    Likely,
}

/// What a cause says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// How sure it is.
    pub confidence: Confidence,
    /// What it saw, for people: `2 rows differ in field 3 alone`.
    pub evidence: String,
}

/// A cause that explains a file.
#[derive(Clone)]
pub struct Attribution {
    /// The cause.
    pub cause: &'static dyn Cause,
    /// What it says.
    pub explanation: Explanation,
}

impl std::fmt::Debug for Attribution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({:?}: {})", self.cause.id(), self.explanation.confidence, self.explanation.evidence)
    }
}

impl PartialEq for Attribution {
    fn eq(&self, other: &Self) -> bool {
        self.cause.id() == other.cause.id() && self.explanation == other.explanation
    }
}

impl Eq for Attribution {}

impl Confidence {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
        }
    }
}

impl Explanation {
    /// Proved by the bytes.
    pub fn certain(evidence: impl Into<String>) -> Self {
        Self { confidence: Confidence::Certain, evidence: evidence.into() }
    }

    /// Path and shape fit.
    pub fn likely(evidence: impl Into<String>) -> Self {
        Self { confidence: Confidence::Likely, evidence: evidence.into() }
    }
}

/// Every cause that explains the file, or what drifted inside of it, the best first.
pub fn explain(file: &FileCase<'_>) -> Vec<Attribution> {
    // An owner whose number is a build argument is explained by that; the rest of the file may have other causes.
    let owner = build_user::by_number(file);
    let rest: Vec<Field> = file
        .fields
        .iter()
        .copied()
        .filter(|field| owner.is_none() || !build_user::is_owner(*field))
        .collect();
    let file = &file.of_fields(&rest);
    let is_owner_alone = owner.is_some() && rest.is_empty();
    let mut found = if is_owner_alone { Vec::new() } else { explain_whole(file) };
    if !is_owner_alone && found.first().is_none_or(|best| best.explanation.confidence > Confidence::Certain) {
        found.extend(nested::explain(file));
    }
    let is_told = |field: &Field| found.iter().any(|found| found.cause.speaks_of(*field));
    // What is left open is not explained: another mode beside another date is another mode.
    if file.change == Change::Modified && !rest.iter().all(|field| field.is_metadata() || is_told(field)) {
        return Vec::new();
    }
    sort(&mut found);
    // The file is as sure as the rest of it is.
    let rest = found.first().map(|best| best.explanation.confidence);
    found.extend(owner.map(|mut explanation| {
        explanation.confidence = rest.map_or(explanation.confidence, |rest| rest.max(explanation.confidence));
        Attribution { cause: &build_user::BuildUser, explanation }
    }));
    sort(&mut found);
    found
}

/// Every cause that explains the file as a whole, the best first.
fn explain_whole(file: &FileCase<'_>) -> Vec<Attribution> {
    // Of most files nothing but the time differs, and of that no other cause speaks.
    let causes = if file.differs_only_in(&[Field::Mtime]) { TIME } else { REGISTRY };
    let mut found: Vec<Attribution> = causes
        .iter()
        .filter_map(|cause| Some(Attribution { cause: *cause, explanation: cause.explain(file)? }))
        .collect();
    sort(&mut found);
    found
}

fn sort(found: &mut [Attribution]) {
    found.sort_by_key(|attribution| {
        (attribution.explanation.confidence, attribution.cause.reach(), attribution.cause.id())
    });
}

/// Every cause that explains the layer as a whole, the best first.
pub fn explain_layer(layer: &LayerFacts<'_>) -> Vec<Attribution> {
    let mut found: Vec<Attribution> = REGISTRY
        .iter()
        .filter_map(|cause| Some(Attribution { cause: *cause, explanation: cause.explain_layer(layer)? }))
        .collect();
    found.sort_by_key(|attribution| (attribution.explanation.confidence, attribution.cause.id()));
    found
}

/// The cause called `id`.
pub fn find(id: &str) -> Option<&'static dyn Cause> {
    REGISTRY.iter().copied().find(|cause| cause.id() == id)
}

/// What explains each drift of one layer, of which `sides` has each, side by side in the current rayon pool.
pub fn attribute(drifts: &[Drift], sides: &[Sides<'_>], layer: &LayerCase<'_>) -> Vec<Vec<Attribution>> {
    let one =
        |(drift, sides): (&Drift, &Sides<'_>)| explain(&FileCase::new(drift, layer, sides.old, sides.new));
    drifts.par_iter().zip(sides).map(one).collect()
}

#[cfg(test)]
pub(crate) mod testing;
