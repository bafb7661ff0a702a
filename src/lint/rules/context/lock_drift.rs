//! lock-drift: a Dockerfile or requirements file and the lock frozen from it disagree.

use crate::finding::Fix;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::drift;
use crate::lint::knowledge::drift::Disagreement;
use crate::lint::subject::Subject;

pub(crate) struct LockDrift;

impl Rule for LockDrift {
    profile! {
        id: "lock-drift",
        summary: "a digest, an argument or a version that is not the locked one",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: UnsafeLock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let Some(pins) = subject.source.pins.as_deref() else { return };
        let drifts = drift::images(subject, pins)
            .into_iter()
            .chain(drift::arguments(subject, pins))
            .chain(drift::os_packages(subject, pins))
            .chain(drift::requirements(subject, pins));
        findings.extend(drifts.map(|drift| draft(drift, &pins.path)));
    }
}

fn draft(drift: Disagreement, lock: &str) -> Draft {
    let Disagreement { span, written, locked, of, edit } = drift;
    let message =
        format!("{of} is {written} here and {locked} in {lock}, so the next build is not the locked one");
    Draft::at(span, message)
        .help(format!("freeze the new image if {written} is meant, or go back to {locked}"))
        .fix(edit.map(|edit| Fix::not_safe([edit])))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{BASE_LOCK, Case, DIGEST, dockerfile, lock, of, python_lock};
    use crate::lint::subject::source::SourceKind;

    const ID: &str = "lock-drift";
    const OTHER: &str = "sha256:9ee9ef078ea82dcdcb76b821367b1c66284cdfad399d3737f8d7a0b6ca1f8b80";

    /// A Dockerfile beside a lock that was frozen from it, with these arguments: name, value, source.
    fn case(text: &str, args: &[(&str, &str, &str)]) -> Case {
        let args = args.iter().map(|(name, value, source)| {
            format!("\n[[build.arg]]\nname = {name:?}\nvalue = {value:?}\nsource = {source:?}\n")
        });
        let build = format!("\n[build]\ndockerfile = \"text\"\n{}", args.collect::<String>());
        let text = text.replace("OTHER", OTHER).replace("LOCKED", DIGEST);
        dockerfile(ID, &text).locked(lock(&format!("{BASE_LOCK}{build}")))
    }

    #[test]
    fn another_digest_of_the_same_image_is_drift_and_another_image_is_not() {
        assert_eq!(
            case("FROM python:3.12@OTHER\n", &[]).lines(),
            [
                "1: 9ee9ef078ea82dcdcb76b821367b1c66284cdfad399d3737f8d7a0b6ca1f8b80: the digest of python:3.12 is \
              sha256:9ee9ef078ea8 here and sha256:2fba8e70a87b in reprolock.lock, so the next build is not the locked \
              one"
            ]
        );
        assert_eq!(case("FROM python:3.12@LOCKED\nCOPY --from=uv:1@OTHER / /\n", &[]).lines(), [""; 0]);
        assert_eq!(case("FROM python:3.12\n", &[]).lines(), [""; 0]);
    }

    #[test]
    fn another_tag_of_the_base_is_drift_unless_a_stage_still_has_the_locked_one() {
        let lines = case("FROM python:3.13\n", &[]).lines();
        assert!(
            lines[0].starts_with("1: python:3.13: the base is python:3.13 here and python:3.12 in"),
            "{lines:?}"
        );
        assert_eq!(case("FROM python:3.13 AS a\nFROM docker.io/library/python:3.12\n", &[]).lines(), [""; 0]);
        assert_eq!(case("FROM debian:13\n", &[]).lines(), [""; 0]);
    }

    #[test]
    fn what_the_frozen_build_was_given_is_no_drift() {
        let text = "ARG BASE=python:3.13\nFROM $BASE\n";
        assert_eq!(case(text, &[("BASE", "python:3.12", "command-line")]).lines(), [""; 0]);
        assert_eq!(case(text, &[]).lines().len(), 1);
    }

    #[test]
    fn a_default_other_than_the_locked_one_is_drift_and_a_digest_behind_it_is_not() {
        let args = [("TORCH", "2.4.1", "dockerfile-default"), ("USER", "me", "command-line")];
        let text = "FROM python:3.12\nARG TORCH=\"2.5.0\"\nARG USER=you\nARG URL=x/$TORCH\n";
        let drifted = case(text, &args);
        assert_eq!(drifted.flagged(), ["2.5.0"]);
        assert_eq!(drifted.fixed(), text);
        assert_eq!(drifted.fixed_unsafely(), text.replace("2.5.0", "2.4.1"));
        let args = [("BASE", "python:3.12", "dockerfile-default")];
        assert_eq!(case("ARG BASE=python:3.12@LOCKED\nFROM $BASE\n", &args).lines(), [""; 0]);
    }

    #[test]
    fn an_os_package_in_another_version_is_drift_where_the_frozen_image_has_it() {
        let curl = "\n[[package.deb]]\nname = \"curl\"\nversion = \"7.88.1-10\"\nlocation = \"var/lib/dpkg/status\"\n\
                    layer = 0\n";
        let lock_text =
            python_lock("none", &[]).replace("[base]", "[build]\ndockerfile = \"text\"\n\n[base]");
        let case = |text: &str| dockerfile(ID, text).locked(lock(&format!("{lock_text}{curl}")));
        let text = "FROM python:3.12\nRUN apt-get install -y curl=7.88.1-9 git=1:2-1 x=1 \\\n  curl=7.88.1-10 curl\n";
        assert_eq!(case(text).flagged(), ["curl=7.88.1-9"]);
        assert_eq!(case(text).fixed_unsafely(), text.replace("7.88.1-9", "7.88.1-10"));
        let elsewhere = "FROM python:3.12 AS a\nRUN apt-get install -y curl=1-1\nFROM python:3.12\n";
        assert_eq!(case(elsewhere).lines(), [""; 0]);
    }

    #[test]
    fn a_version_other_than_the_installed_one_is_drift() {
        let file = |text: &str| {
            of(ID, SourceKind::Requirements, text)
                .locked(lock(&python_lock("text", &[("numpy", "1.26.4"), ("torch", "2.6.0+cu124")])))
        };
        let text = "NumPy==1.26.3 ; os_name=='posix'\ntorch==2.6.0\nnew==1\nnumpy<2\n";
        assert_eq!(file(text).flagged(), ["==1.26.3"]);
        assert_eq!(file(text).fixed_unsafely(), text.replace("1.26.3", "1.26.4"));
        assert_eq!(file("numpy==1 ; python_version < '3'\n").lines(), [""; 0]);
    }

    #[test]
    fn the_lock_of_another_file_is_not_held_against_this_one() {
        let other = format!("{BASE_LOCK}\n[build]\ndockerfile = \"other\"\n");
        let text = format!("FROM python:3.12@{OTHER}\n");
        assert_eq!(dockerfile(ID, &text).locked(lock(&other)).lines(), [""; 0]);
        assert_eq!(dockerfile(ID, &text).locked(lock(BASE_LOCK)).lines().len(), 1);
        let requirements = of(ID, SourceKind::Requirements, "a==1\n");
        assert_eq!(requirements.locked(lock(&python_lock("other", &[("a", "2")]))).lines(), [""; 0]);
    }

    #[test]
    fn the_unsafe_fix_goes_back_to_the_lock_and_settles() {
        let fixed = case("FROM python:3.13@OTHER AS a\nFROM a\n", &[]).fixed_unsafely();
        assert_eq!(fixed, format!("FROM python:3.12@{DIGEST} AS a\nFROM a\n"));
        let fixed = case("ARG BASE='python:3.12@OTHER'\nFROM $BASE\n", &[]).fixed_unsafely();
        assert_eq!(fixed, format!("ARG BASE='python:3.12@{DIGEST}'\nFROM $BASE\n"));
    }
}
