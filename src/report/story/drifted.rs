//! The drifted files, walked as they are told, and what is said of one.

use crate::base::path::printable;
use crate::compare::drift::{Change, Drift, Facts, Field};
use crate::verify::{ExplainedDrift, ExplainedLayer, Outcome};

/// The drifted files of a comparison. There may be a hundred thousand of them: they are walked, and never listed here.
pub(in crate::report) struct DriftedFiles<'a> {
    /// The comparison.
    pub(in crate::report) outcome: &'a Outcome,
    /// How many there are; one at least.
    pub(in crate::report) count: usize,
    /// The ids of the causes, each with its number of files; `None` is what nothing explains.
    pub(in crate::report) causes: Vec<(Option<&'static str>, usize)>,
}

impl<'a> DriftedFiles<'a> {
    /// The files whose best explanation is `id`.
    pub(in crate::report) fn of_cause(
        &self,
        id: Option<&'a str>,
    ) -> impl Iterator<Item = (ExplainedLayer<'a>, ExplainedDrift<'a>)> + use<'a> {
        of_cause(self.outcome, id)
    }

    /// What nothing explains first, then the files in the layers' order.
    pub(in crate::report) fn unexplained_first(
        &self,
    ) -> impl Iterator<Item = (ExplainedLayer<'a>, ExplainedDrift<'a>)> + use<'a> {
        let unexplained = self.outcome.drifts().filter(|(_, drift)| drift.causes.is_empty());
        unexplained.chain(self.outcome.drifts().filter(|(_, drift)| !drift.causes.is_empty()))
    }
}

/// The drifted files whose best explanation is `id`.
pub(super) fn of_cause<'a>(
    outcome: &'a Outcome,
    id: Option<&'a str>,
) -> impl Iterator<Item = (ExplainedLayer<'a>, ExplainedDrift<'a>)> + use<'a> {
    outcome.drifts().filter(move |(_, drift)| drift.best().map(|best| best.cause.id()) == id)
}

/// What happened to a path: `added`, or the fields that differ, with the values of those that tell who may do what.
pub(in crate::report) fn what(drift: &Drift) -> String {
    let field = |field: &Field| match value(drift, *field) {
        Some((old, new)) => format!("{} {old} → {new}", field.name()),
        None => field.name().to_owned(),
    };
    match drift.change {
        Change::Modified => drift.fields.iter().map(field).collect::<Vec<_>>().join(", "),
        change => change.name().to_owned(),
    }
}

/// Both sides' values of a field that fits in a line.
pub(in crate::report) fn value(drift: &Drift, field: Field) -> Option<(String, String)> {
    let (old, new) = (drift.old.as_ref()?, drift.new.as_ref()?);
    let of = |facts: &Facts| match field {
        Field::Type => Some(facts.kind.name().to_owned()),
        Field::Mode => Some(format!("{:04o}", facts.mode)),
        Field::Uid => Some(facts.uid.to_string()),
        Field::Gid => Some(facts.gid.to_string()),
        Field::Link => facts.link.as_deref().map(printable),
        // Sizes and times differ in every second file, and say little; the others have no value that fits.
        Field::Content
        | Field::Size
        | Field::Xattr
        | Field::Uname
        | Field::Gname
        | Field::Mtime
        | Field::Order
        | Field::TarFormat => None,
    };
    of(old).zip(of(new))
}
