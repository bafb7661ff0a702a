//! Outcomes made without images, and their reports: what a format has to tell, hostile names and many files included.

use std::sync::Arc;

use reprolock::internal::agreement::{LockStanding, Turned};
use reprolock::internal::base::digest::{Digest, Sha256};
use reprolock::internal::base::path::LayerPath;
use reprolock::internal::causes::{self, Attribution, Explanation};
use reprolock::internal::compare::config::Difference;
use reprolock::internal::compare::drift::{Change, Drift, Facts, Field};
use reprolock::internal::compare::outcome::{Comparison, Container, Identity, LayerOutcome, Presence};
use reprolock::internal::compare::packages::{Changed, Changes, Listed, PackageField, Unchecked};
use reprolock::internal::compare::pairing::Group;
use reprolock::internal::compare::tier::Tier;
use reprolock::internal::finding::{Edit, Fix};
use reprolock::internal::formats::tar::entry::{Kind, Mtime};
use reprolock::internal::policy::Require;
use reprolock::internal::report::model::Verified;
use reprolock::internal::report::style::Style;
use reprolock::internal::report::{Format, REGISTRY, Report};
use reprolock::internal::verify::mending::{Hunk, Mending};
use reprolock::internal::verify::preview::{Form, Preview};
use reprolock::internal::verify::{DriftExplanation, LayerExplanation, Outcome};

/// A pipe, eighty columns wide.
pub(crate) const STYLE: Style = Style { color: false, width: 80, verbose: false };

/// What a hostile image may call anything.
pub(crate) const HOSTILE: [&str; 6] = [
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "a|b`c``d @everyone #1 [x](javascript:1)",
    "<!-- --> </details> ]]>",
    "\u{1b}[2J\u{202e}\n\n# heading\r",
    "``````` | ```\n```",
];

fn format(id: &str) -> &'static dyn Format {
    *REGISTRY.iter().find(|format| format.about().id == id).unwrap()
}

/// A report of `outcome`, in which everything that has a name has this one.
pub(crate) fn render(id: &str, outcome: &Outcome, name: &str) -> String {
    render_in(&STYLE, id, outcome, name)
}

/// The same for another reader.
pub(crate) fn render_in(style: &Style, id: &str, outcome: &Outcome, name: &str) -> String {
    let verified = Verified {
        image: name,
        transport: "oci",
        against: name,
        platform: "linux/amd64",
        base: Some(name),
        dockerfile: Some(name),
        outcome,
    };
    let mut out = Vec::new();
    reprolock::internal::report::render(format(id), &Report::Diff(verified), style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Nothing at all.
pub(crate) fn empty() -> Outcome {
    Outcome::of(Comparison::default(), Vec::new(), Require::Layer, Vec::new())
}

fn layer(index: usize, tier: Tier, instruction: &str, drifts: Vec<Drift>) -> LayerOutcome {
    let identity =
        Identity { digest: None, diff_id: Digest::Sha256(Sha256([7; 32])), size: 1024 * (index as u64 + 1) };
    LayerOutcome {
        index,
        group: Group { old: vec![index], new: vec![index], is_moved: false },
        tier,
        presence: Presence::Both,
        is_base: false,
        instruction: Some(instruction.to_owned()),
        line: Some(index + 1),
        lines: vec![index + 1],
        expected: Some(identity),
        found: Some(identity),
        drifts: Some(drifts),
    }
}

/// One layer, the same.
pub(crate) fn identical() -> Outcome {
    let layers = vec![layer(0, Tier::Identical, "COPY . .", Vec::new())];
    Outcome { facts: Comparison { layers, ..Comparison::default() }, ..empty() }
}

/// A file that drifted, and what explains it.
pub(crate) type File = (Drift, DriftExplanation);

/// A file that drifted, its path in everything that is told of it.
pub(crate) fn drift(path: &(impl AsRef<[u8]> + ?Sized), cause: Option<&str>) -> File {
    let path = path.as_ref();
    let facts = |seconds| Facts {
        kind: Kind::File,
        mode: 0o644,
        uid: 0,
        gid: 0,
        uname: Arc::from(path),
        gname: Arc::from(&b"root"[..]),
        size: 12,
        mtime: Mtime { seconds, nanos: 0 },
        link: Some(path.into()),
    };
    let attribution = |id| Attribution {
        cause: causes::find(id).unwrap(),
        explanation: Explanation::certain(String::from_utf8_lossy(path)),
    };
    let drift = Drift {
        path: LayerPath::normalize(path).unwrap(),
        kind: Kind::File,
        change: Change::Modified,
        renamed_from: None,
        fields: vec![Field::Content, Field::Mtime],
        old: Some(facts(i64::MIN)),
        new: Some(facts(i64::MAX)),
        line: None,
        is_overwritten: false,
    };
    let preview =
        Preview { form: Form::Text { line: 1 }, old: path.into(), new: b"x".as_slice().into(), is_cut: true };
    let causes = cause.map(attribution).into_iter().collect();
    (drift, DriftExplanation { causes, preview: Some(Box::new(preview)) })
}

/// A file as in most reports: of root, a minute later, with one cause. The first have an excerpt.
fn ordinary(at: usize) -> File {
    let path = format!("usr/lib/python3.11/site-packages/package_{:03}/module_{at:06}.py", at / 500);
    let (drift, explanation) = drift(&path, Some("timestamp-only"));
    let facts = |seconds| {
        let root: Arc<[u8]> = Arc::from(&b"root"[..]);
        let mtime = Mtime { seconds, nanos: 0 };
        drift.old.clone().map(|old| Facts { uname: root.clone(), gname: root, mtime, link: None, ..old })
    };
    let seconds = 1_614_243_600 + at as i64 / 100;
    let evidence = "mtime 1614243600 became 1614243660 (+60 s)";
    let causes = explanation
        .causes
        .iter()
        .map(|cause| Attribution { explanation: Explanation::certain(evidence), ..cause.clone() });
    let causes = causes.collect();
    let preview = explanation.preview.filter(|_| at < 8);
    (Drift { old: facts(seconds), new: facts(seconds + 60), ..drift }, DriftExplanation { causes, preview })
}

/// An edit of a line that says `name`.
fn mending(line: usize, name: &str) -> Mending {
    let after = vec![format!("{name} twice"), format!(" && {name}")];
    Mending {
        causes: ["timestamp-only"].into(),
        rule: None,
        lines: [line].into(),
        fix: Fix::not_safe([Edit::insert(0, name)]),
        hunks: vec![Hunk { line, before: vec![name.to_owned()], after }],
    }
}

/// A drifted layer of `files` explained files and one unexplained for each name, and the names wherever else they fit.
pub(crate) fn drifted(names: &[&str], files: usize) -> Outcome {
    let explained = (0..files).map(ordinary);
    with_files(names, explained.chain(names.iter().map(|name| drift(name, None))).collect())
}

/// A layer of drifted `files`, and the names wherever else they fit.
pub(crate) fn with_files(names: &[&str], files: Vec<File>) -> Outcome {
    let elsewhere = |name: &&str| drift(&format!("elsewhere/{name}"), None).0;
    let difference = |name: &&str| Difference {
        field: format!("env.{name}"),
        expected: Some((*name).to_owned()),
        found: None,
    };
    let listed = |name: &&str| Listed {
        ecosystem: (*name).to_owned(),
        name: (*name).to_owned(),
        version: (*name).to_owned(),
    };
    let changed = |name: &&str| Changed {
        ecosystem: (*name).to_owned(),
        name: (*name).to_owned(),
        expected: (*name).to_owned(),
        found: (*name).to_owned(),
        fields: vec![PackageField::Version],
    };
    let unchecked = |name: &&str| Unchecked {
        ecosystem: (*name).to_owned(),
        path: (*name).to_owned(),
        reason: (*name).to_owned(),
    };
    let turned = |name: &&str| Turned {
        lock: (*name).to_owned(),
        ecosystem: "python".to_owned(),
        environment: Some((*name).to_owned()),
        name: (*name).to_owned(),
        before: LockStanding::AsLocked,
        now: LockStanding::Missing,
        locked: Some((*name).to_owned()),
        installed: Some((*name).to_owned()),
        layer: Some(0),
    };
    let (drifts, explained): (Vec<Drift>, Vec<DriftExplanation>) = files.into_iter().unzip();
    let layers = names.iter().enumerate().map(|(at, name)| layer(at, Tier::Identical, name, Vec::new()));
    let mut layers: Vec<LayerOutcome> = layers.collect();
    layers.push(layer(names.len(), Tier::Drifted, names.first().unwrap_or(&"RUN make"), drifts));
    let mut explanations: Vec<LayerExplanation> = names.iter().map(|_| LayerExplanation::default()).collect();
    explanations.push(LayerExplanation { causes: Vec::new(), drifts: explained });
    let facts = Comparison {
        uncompared: Vec::new(),
        manifests: (None, None),
        configs: (None, None),
        layers,
        container: Some(Container { drifts: names.iter().map(elsewhere).collect() }),
        config: names.iter().map(difference).collect(),
        args: names.iter().map(difference).collect(),
        images: names.iter().map(difference).collect(),
        agreement: names.iter().map(turned).collect(),
        packages: Changes {
            added: names.iter().map(listed).collect(),
            removed: names.iter().map(listed).collect(),
            changed: names.iter().map(changed).collect(),
            unchecked: names.iter().map(unchecked).collect(),
        },
    };
    let notes = names.iter().map(|name| (*name).to_owned()).collect();
    Outcome {
        edits: names.iter().enumerate().map(|(at, name)| mending(at + 1, name)).collect(),
        ..Outcome::of(facts, explanations, Require::Layer, notes)
    }
}
