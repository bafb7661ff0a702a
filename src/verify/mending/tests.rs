//! Which edits are offered for what drifted, and that a Dockerfile with all of them is one.

use super::*;
use crate::base::digest::{Digest, Sha256};
use crate::base::path::LayerPath;
use crate::causes::{self, Attribution, Explanation};
use crate::compare::drift::{Change, Field};
use crate::compare::outcome::{Comparison, Identity, Presence};
use crate::compare::pairing::Group;
use crate::compare::tier::Tier;
use crate::formats::tar::entry::Kind;
use crate::policy::Require;
use crate::verify::{DriftExplanation, LayerExplanation};

/// A layer, and the causes of it and its drifts.
struct Case {
    layer: LayerOutcome,
    explanation: LayerExplanation,
}

fn drift((path, _): &(&str, &str)) -> Drift {
    Drift {
        path: LayerPath::normalize(path.as_bytes()).unwrap(),
        kind: Kind::File,
        change: Change::Modified,
        renamed_from: None,
        fields: vec![Field::Content],
        old: None,
        new: None,
        line: None,
        is_overwritten: false,
    }
}

fn attribution(cause: &str) -> Attribution {
    Attribution { cause: causes::find(cause).unwrap(), explanation: Explanation::likely("") }
}

fn layer(lines: &[usize], drifts: &[(&str, &str)]) -> Case {
    let identity = Identity { digest: None, diff_id: Digest::Sha256(Sha256([7; 32])), size: 1 };
    let layer = LayerOutcome {
        index: 0,
        group: Group { old: vec![0], new: vec![0], is_moved: false },
        tier: Tier::Drifted,
        presence: Presence::Both,
        is_base: lines.is_empty(),
        instruction: None,
        line: lines.first().copied(),
        lines: lines.to_vec(),
        expected: Some(identity),
        found: Some(identity),
        drifts: Some(drifts.iter().map(drift).collect()),
    };
    let explained =
        |(_, cause): &(&str, &str)| DriftExplanation { causes: vec![attribution(cause)], preview: None };
    let drifts = drifts.iter().map(explained).collect();
    Case { layer, explanation: LayerExplanation { causes: Vec::new(), drifts } }
}

fn outcome(cases: Vec<Case>) -> Outcome {
    let (layers, explanations) = cases.into_iter().map(|case| (case.layer, case.explanation)).unzip();
    let facts = Comparison { layers, ..Comparison::default() };
    Outcome::of(facts, explanations, Require::Layer, Vec::new())
}

fn offered(text: &str, layers: Vec<Case>) -> Vec<Mending> {
    find(&outcome(layers), &SourceText::new("Dockerfile", lint::SourceKind::Dockerfile, text))
}

/// Each mending: causes, rule, lines, safety, and its changed lines.
fn described(text: &str, layers: Vec<Case>) -> Vec<String> {
    let one = |mending: &Mending| {
        let causes: Vec<&str> = mending.causes.iter().copied().collect();
        let lines: Vec<String> = mending.lines.iter().map(usize::to_string).collect();
        let head = format!(
            "{} by {} at {} ({})",
            causes.join("+"),
            mending.rule.unwrap_or("cleanup"),
            lines.join("+"),
            mending.fix.safety.name()
        );
        let hunks = mending.hunks.iter().map(|hunk| {
            let before = hunk.before.iter().map(|line| format!("-{line}"));
            let lines: Vec<String> = before.chain(hunk.after.iter().map(|line| format!("+{line}"))).collect();
            format!(" {}: {}", hunk.line, lines.join(" | "))
        });
        head + &hunks.collect::<String>()
    };
    offered(text, layers).iter().map(one).collect()
}

/// The text with all that is offered.
fn mended(text: &str, layers: Vec<Case>) -> String {
    let mendings = offered(text, layers);
    let fixes: Vec<&Fix> = mendings.iter().map(|mending| &mending.fix).collect();
    let (edited, applied) = apply(text, &fixes);
    assert_eq!(applied.len(), fixes.len());
    assert_eq!(Dockerfile::parse(&edited).fatal_problems().count(), 0, "{edited}");
    edited
}

#[test]
fn a_rules_fix_is_offered_at_the_line_that_made_the_file() {
    let text = "FROM a\nRUN pip install b && pip install c\nRUN pip install d\n";
    assert_eq!(
        described(text, vec![layer(&[2], &[("x.pyc", "pyc-header"), ("y.pyc", "pyc-content")])]),
        ["pyc-content+pyc-header by pyc-timestamp at 2 (safe) 2: +ARG SOURCE_DATE_EPOCH"]
    );
}

#[test]
fn an_edit_of_the_stage_serves_all_its_lines_and_is_offered_once() {
    let text = "FROM a\nRUN make\nRUN useradd u\nCOPY b /b\nFROM c\nCOPY d /d\n";
    let layers = vec![
        layer(&[2], &[("b", "timestamp-only")]),
        layer(&[3], &[("etc/shadow", "shadow-last-change")]),
        layer(&[4], &[("b", "timestamp-only")]),
        layer(&[6], &[("d", "timestamp-only")]),
    ];
    assert_eq!(
        described(text, layers),
        [
            "shadow-last-change+timestamp-only by missing-source-date-epoch at 2+3+4 (safe) 2: +ARG SOURCE_DATE_EPOCH"
        ]
    );
}

#[test]
fn a_run_ends_with_one_command_for_all_that_it_leaves() {
    let text = "FROM a\nRUN apt-get update && apt-get install -y b=1\n";
    let drifts = [
        ("var/log/dpkg.log", "package-manager-log"),
        ("var/cache/ldconfig/aux-cache", "ldconfig-aux-cache"),
        ("var/lib/apt/lists/x", "package-lists"),
    ];
    assert_eq!(
        described(text, vec![layer(&[2], &drifts)]),
        [
            "ldconfig-aux-cache+package-lists+package-manager-log by layer-residue at 2 (safe) 2: -RUN apt-get update && apt-get install -y b=1 | +RUN apt-get update && apt-get install -y b=1 \\ | + && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /var/log/alternatives.log /var/cache/ldconfig/aux-cache"
        ]
    );
}

#[test]
fn what_lint_does_not_remove_the_cause_does() {
    let text = "FROM a\nRUN apt-get install -y b=1\nRUN c\nUSER me\nRUN d\n";
    let apt = [("var/cache/apt/x.bin", "package-lists"), ("etc/machine-id", "machine-id")];
    let own = [("etc/ssh/ssh_host_rsa_key", "ssh-host-key")];
    assert_eq!(
        described(text, vec![layer(&[2], &apt), layer(&[3], &own), layer(&[5], &own)]),
        [
            "machine-id+package-lists by cleanup at 2 (unsafe) 2: -RUN apt-get install -y b=1 | +RUN apt-get install -y b=1 \\ | + && rm -rf /var/lib/dbus/machine-id /var/lib/apt/lists/* /var/cache/apt/* /var/lib/dpkg/*-old /var/cache/debconf/*-old && truncate -s 0 /etc/machine-id",
            "ssh-host-key by cleanup at 3 (unsafe) 3: -RUN c | +RUN c \\ | + && rm -rf /etc/ssh/ssh_host_*",
        ]
    );
}

#[test]
fn what_lies_elsewhere_is_not_removed() {
    let text = "FROM a\nRUN apt-get install -y b=1\n";
    for (path, cause) in [
        ("root/.cache/uv/x", "installer-cache"),
        ("home/me/.wget-hsts", "wget-hsts"),
        ("srv/conda/conda-meta/history", "conda-history"),
    ] {
        assert_eq!(described(text, vec![layer(&[2], &[(path, cause)])]), [""; 0], "{path}");
    }
}

#[test]
fn a_file_that_one_of_several_instructions_made_is_removed_by_none() {
    let text = "FROM a\nRUN b\nRUN pip install c\n";
    let drifts = [("etc/ssh/ssh_host_rsa_key", "ssh-host-key"), ("x.pyc", "pyc-header")];
    let layers = vec![layer(&[2, 3], &drifts)];
    assert_eq!(
        described(text, layers),
        ["pyc-header by pyc-timestamp at 3 (safe) 2: +ARG SOURCE_DATE_EPOCH"]
    );
}

#[test]
fn continued_lines_and_heredocs_keep_all_their_other_lines() {
    let text = "FROM a\r\nRUN pip install \\\r\n  # why\r\n  b\r\nRUN <<EOF\r\nset -e\r\nb\r\nEOF\r\nRUN c \\\r\n  && d";
    let key = [("etc/ssh/ssh_host_rsa_key", "ssh-host-key")];
    let layers = vec![layer(&[2], &[("x.pyc", "pyc-header")]), layer(&[5], &key), layer(&[9], &key)];
    assert_eq!(
        mended(text, layers),
        text.replace("FROM a\r\n", "FROM a\r\nARG SOURCE_DATE_EPOCH\r\n")
            .replace("\r\nb\r\nEOF", "\r\nb && rm -rf /etc/ssh/ssh_host_*\r\nEOF")
            + " \\\r\n && rm -rf /etc/ssh/ssh_host_*"
    );
}

#[test]
fn a_moved_base_is_held_to_the_locked_digest() {
    let digest = Sha256([7; 32]);
    let lock = format!(
        "version = 1\n\n[image]\nreference = \"a\"\nplatform = \"linux/amd64\"\nconfig = \"{digest}\"\n\n[base]\nreference = \"docker.io/library/a:1\"\ndigest = \"{digest}\"\nlayers = 1\n\n[config]\n"
    );
    let lock = toml::from_str(&lock).unwrap();
    let mut base = layer(&[], &[]);
    base.explanation.causes = vec![attribution("base-moved")];
    let source = SourceText {
        pins: Some(std::sync::Arc::new(lint::Pins::of("reprolock.lock", lock))),
        ..SourceText::new("Dockerfile", lint::SourceKind::Dockerfile, "FROM a:1 AS x\nRUN b\nFROM x\nRUN c\n")
    };
    let mendings = find(&outcome(vec![base, layer(&[4], &[])]), &source);
    let after: Vec<&str> = mendings
        .iter()
        .flat_map(|mending| &mending.hunks)
        .flat_map(|hunk| &hunk.after)
        .map(String::as_str)
        .collect();
    assert_eq!(after, [format!("FROM a:1@{digest} AS x")]);
}

#[test]
fn lines_that_are_none_and_comments_that_silence_a_rule_give_nothing() {
    let pyc = [("x.pyc", "pyc-header")];
    let text = "FROM a\n# reprolock: ignore[pyc-timestamp] -- meant\nRUN pip install b\n";
    assert_eq!(described(text, vec![layer(&[3], &pyc), layer(&[9], &pyc), layer(&[0], &pyc)]), [""; 0]);
    assert_eq!(described("not a Dockerfile", vec![layer(&[1], &pyc)]), [""; 0]);
}

#[test]
fn a_line_with_a_key_in_it_is_shown_without_the_key() {
    let text = "FROM a\nRUN make keys FROM=https://me:hunter2hunter2@example.org/simple\n";
    let key = [("etc/ssh/ssh_host_rsa_key", "ssh-host-key")];
    let [shown] = described(text, vec![layer(&[2], &key)]).try_into().unwrap();
    assert!(
        shown.contains("https://me:[redacted]@example.org/simple") && !shown.contains("hunter2"),
        "{shown}"
    );
}

#[test]
fn edits_of_the_same_bytes_are_offered_once() {
    let text = "FROM a\nRUN useradd u\nENV x=1\nRUN make\n";
    let source = SourceText::new("Dockerfile", lint::SourceKind::Dockerfile, text);
    let layers = vec![
        layer(&[2], &[("etc/shadow", "shadow-last-change")]),
        layer(&[4], &[("x", "timestamp-only"), ("y.a", "archive-times")]),
    ];
    let mendings = find(&outcome(layers), &source);
    assert_eq!(mendings.len(), 1);
    assert_eq!(mendings[0].causes.len(), 3);
}
